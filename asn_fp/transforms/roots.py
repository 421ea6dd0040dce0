"""Products in the making to the same ones whose partners are all made from one product of stage 3."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_

from asn_fp.errors import MatchError, message, raise_all
from asn_fp.records import Bundle, Draft, Exposure, Partner, Reason
from asn_fp.transforms._remember import helped_by, led_by

__all__ = ["one_root", "why_not_one_root"]


def one_root(draft: Draft, roles: Sequence[str]) -> Draft:
    """Leave each product, of its partners in some roles, those with the root of the first role; refuse it without them.

    What stage 3 makes of one product has its name as root: ``ROOT_i2d.fits``, ``ROOT_cat.ecsv``, ``ROOT_segm.fits``. Partners
    whose role the user gave may be called whatever they are. Where the first role has none or several, nothing is left out.

    Args:
        draft: the products in the making.
        roles: the roles, the one that decides first.

    Raises:
        MatchError: each product that has partners in a role, but none of the root.

    >>> from asn_fp.names import parse
    >>> names = ["a_rate.fits", "p_i2d.fits", "p_cat.ecsv", "q_cat.ecsv"]
    >>> lead, *trio = (Exposure(at, parse(name)) for at, name in enumerate(names))
    >>> extra = tuple(Partner(role, each.name.text, each) for role, each in zip(["direct_image", *["sourcecat"] * 2], trio))
    >>> kept = one_root(Draft((Bundle(leads=(lead,), extra=extra),)), ["direct_image", "sourcecat"])
    >>> [each.name for each in kept.bundles[0].extra]
    ['p_i2d.fits', 'p_cat.ecsv']
    """
    raise_all(MatchError, [problem for bundle in draft.bundles for problem in _problems(bundle, roles)])
    bundles = tuple(_rooted(bundle, roles) for bundle in draft.bundles)
    return draft if all(map(is_, bundles, draft.bundles)) else Draft(bundles, draft.pool)


def _root(partner: Partner) -> str | None:
    """Return the root of a partner's name; None where the user chose the partner."""
    if partner.source is None or "exptype" in partner.source.told:
        return None
    return partner.source.name.stem.removesuffix("_segm")


def _strangers(bundle: Bundle, roles: Sequence[str]) -> tuple[Partner | None, list[Partner]]:
    """Return the partner of the first role, if it is the only one and has a root, and the partners of another root."""
    first = [each for each in bundle.extra if each.exptype == roles[0]]
    if len(first) != 1 or (root := _root(first[0])) is None:
        return None, []
    return first[0], [each for each in bundle.extra if each.exptype in roles[1:] and _root(each) not in (root, None)]


def _alone(bundle: Bundle, strangers: Sequence[Partner]) -> list[Partner]:
    """Return the strangers in roles that only strangers have."""
    strange = {id(each) for each in strangers}
    fitting = {each.exptype for each in bundle.extra if id(each) not in strange}
    return [each for each in strangers if each.exptype not in fitting]


def _problems(bundle: Bundle, roles: Sequence[str]) -> list[str]:
    first, strangers = _strangers(bundle, roles)
    return [
        message(
            f"product of {bundle.leads[0].name.text!r}",
            f"its {each.exptype} is not of the root of its {roles[0]} {first.name!r}",
            each.name,
            f"give those of one root, or say that you mean it with --{each.exptype.replace('_', '-')}",
        )
        for each in _alone(bundle, strangers)
        if first is not None
    ]


def _rooted(bundle: Bundle, roles: Sequence[str]) -> Bundle:
    gone = {id(each) for each in _strangers(bundle, roles)[1]}
    if not gone:
        return bundle
    return Bundle(bundle.key, bundle.name, bundle.leads, tuple(each for each in bundle.extra if id(each) not in gone))


def why_not_one_root(before: Draft, exposure: Exposure, roles: Sequence[str]) -> Reason | None:
    """Return that a partner of the product that an exposure leads has another root, or that the exposure itself has."""
    for bundle in led_by(before, exposure):
        first, strangers = _strangers(bundle, roles)
        if first is not None and (alone := _alone(bundle, strangers)):
            text = f"its {alone[0].exptype} {alone[0].name!r} is not of the root of its {roles[0]} {first.name!r}"
            return Reason(text, (("root", repr(_root(alone[0])), repr(_root(first))),))
    for bundle in helped_by(before, exposure):
        first, strangers = _strangers(bundle, roles)
        own = next((each for each in strangers if each.source is not None and each.source.identity == exposure.identity), None)
        if first is not None and own is not None:
            text = f"{roles[0]} {first.name!r} has another root"
            return Reason(text, (("root", repr(_root(own)), repr(_root(first))),))
    return None
