"""Products in the making to the same ones, whatever leads them now science, or an error where partners are too few or many."""

from __future__ import annotations

from operator import is_

from asn_fp.errors import MatchError, message, raise_all
from asn_fp.keys import By, Key, as_keys
from asn_fp.records import Bundle, Draft

__all__ = ["demand", "lead_as"]


def demand(draft: Draft, exptype: str, *, at_least: int = 1, at_most: int | None = None, by: By = ()) -> Draft:
    """Refuse products that science leads and that have too few or too many members of a role.

    Args:
        draft: the products in the making.
        exptype: the role.
        at_least: how many members of it a product must have.
        at_most: how many it may have.
        by: the keys that partners of this role are matched by, for the message.

    Raises:
        MatchError: each product with its science file, what it has of the role, and the values of the keys.

    >>> from asn_fp.transforms import gather, read
    >>> demand(gather(read(["a_rate.fits"])), "background")
    Traceback (most recent call last):
    asn_fp.errors.MatchError: product of 'a_rate.fits' (it has no background, and needs at least 1): 'background'; add ...
    """
    keys = as_keys(by)
    problems = []
    for bundle in draft.bundles:
        found = _found(bundle, exptype)
        wanted = f"at most {at_most}" if at_most is not None and len(found) > at_most else f"at least {at_least}"
        if bundle.leads[0].exptype == "science" and (len(found) < at_least or wanted.startswith("at most")):
            problems.append(_problem(bundle, exptype, found, wanted, keys))
    raise_all(MatchError, problems)
    return draft


def _found(bundle: Bundle, exptype: str) -> list[str]:
    leads = [each.name.text for each in bundle.leads if each.exptype == exptype]
    return leads + [each.name for each in bundle.extra if each.exptype == exptype]


def _problem(bundle: Bundle, exptype: str, found: list[str], wanted: str, keys: tuple[Key, ...]) -> str:
    lead = bundle.leads[0]
    values = ", ".join(f"{key.label} {value!r}" for key in keys if isinstance(value := key(lead), str))
    has = f"{len(found)} {exptype}: {', '.join(map(repr, found[:5]))}" if found else f"no {exptype}"
    where = f" with {values}" if values else ""
    way_out = (
        "leave the others out" if wanted.startswith("at most") else "add it to the files; asn explain tells what came near"
    )
    return message(f"product of {lead.name.text!r}", f"it has {has}{where}, and needs {wanted}", exptype, way_out)


def lead_as(draft: Draft, exptype: str = "science") -> Draft:
    """Give what leads a product another role there: a background that has a product of its own is science in it.

    >>> from asn_fp.transforms import gather, read
    >>> lead_as(gather(read([("a_rate.fits", "background")]))).bundles[0].leads[0].exptype
    'science'
    """
    bundles = tuple(_led(bundle, exptype) for bundle in draft.bundles)
    return draft if all(map(is_, bundles, draft.bundles)) else Draft(bundles, draft.pool)


def _led(bundle: Bundle, exptype: str) -> Bundle:
    if all(lead.exptype == exptype for lead in bundle.leads):
        return bundle
    return Bundle(bundle.key, bundle.name, tuple(lead.with_role(exptype) for lead in bundle.leads), bundle.extra)
