"""Products in the making to those with their references, one product for each pair where that is wanted."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from asn_fp.errors import ProductError, message, raise_all
from asn_fp.keys import ANY, By, Key, activity, as_keys, observation, segment, values, visit
from asn_fp.keys import exposure as exposure_number
from asn_fp.predicates import EVERY, Predicate
from asn_fp.records import Bundle, Draft, Exposure, Reason
from asn_fp.transforms._nearest import differing, of_role, said
from asn_fp.transforms._remember import led_by
from asn_fp.vocabulary import ROLE_FLAGS

__all__ = ["insist", "order", "pair", "why_insisted"]

_SHOWN = 20


def insist(draft: Draft, exptype: str, *, of: Predicate = EVERY, by: By = ()) -> Draft:
    """Refuse products without a member of a role, and say which exposures were looked at and why none is one.

    Args:
        draft: the products in the making.
        exptype: the role.
        of: which products this is asked of, by their first lead.
        by: what a member of the role shares with the product.

    Raises:
        ProductError: the products without, and every exposure that was looked at.

    >>> from asn_fp.transforms import gather, read
    >>> insist(gather(read(["a_calints.fits"])), "psf")
    Traceback (most recent call last):
    asn_fp.errors.ProductError: product of 'a_calints.fits' (needs a psf member, and has none): 'psf'; ...
    looked at 'a_calints.fits': science, is_psf is not set
    """
    lacking = [each for each in draft.bundles if of(each.leads[0]) and not _has(each, exptype)]
    way_out = f"name one with --{exptype.replace('_', '-')} ({exptype}=[...])"
    problems = [
        message(f"product of {_files(each)}", f"needs a {exptype} member, and has none", exptype, way_out) for each in lacking
    ]
    raise_all(ProductError, [*problems, *(_looked_at(draft, exptype, lacking, as_keys(by)) if lacking else ())])
    return draft


def _has(bundle: Bundle, exptype: str) -> bool:
    return exptype in {each.exptype for each in bundle.leads} | {each.exptype for each in bundle.extra}


def _files(bundle: Bundle) -> str:
    names = [repr(lead.name.text) for lead in bundle.leads if lead.exptype == "science"]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _looked_at(draft: Draft, exptype: str, lacking: Sequence[Bundle], keys: tuple[Key, ...]) -> Iterator[str]:
    """Yield a line for each exposure: its role, the flag that would make it a member, and how its setup differs."""
    flag = ROLE_FLAGS.get(exptype)
    for each in draft.pool[:_SHOWN]:
        told = "as you say" if "exptype" in each.told else f"{flag} is not set" if flag and flag not in each.meta else ""
        why = f"{each.exptype}, {told}" if told and each.exptype != exptype else each.exptype
        near = min((differing(keys, each, bundle.leads[0]) for bundle in lacking), key=len)
        yield f"looked at {each.name.text!r}: {why}{f'; {said(near)}' if near else ''}"
    if len(draft.pool) > _SHOWN:
        yield f"looked at {len(draft.pool) - _SHOWN} more"


def why_insisted(before: Draft, exposure: Exposure, exptype: str, of: Predicate = EVERY, by: By = ()) -> Reason | None:
    """Return that the product of an exposure has no member of a role, and how the nearest one differs."""
    keys = as_keys(by)
    for bundle in led_by(before, exposure):
        if of(bundle.leads[0]) and not _has(bundle, exptype):
            other = of_role(before, (exptype, keys)).to(bundle.leads[0])
            apart = differing(keys, other, bundle.leads[0]) if other is not None else ()
            flag = ROLE_FLAGS.get(exptype)
            nobody = f"no file is one{f': {flag} is not set' if flag else ''}"
            end = f"nearest is {other.name.text!r}: {said(apart)}" if other is not None else nobody
            wanted = apart or ((exptype, "0", "at least 1"),)
            return Reason(f"its product needs a {exptype} member, and has none; {end}", wanted)
    return None


def order(draft: Draft, by: By) -> Draft:
    """Put the exposures of every product in the order of some keys; numbers count as numbers, what has no value comes last.

    >>> from asn_fp.transforms import gather, read
    >>> names = [f"jw01366004001_04101_00001-seg00{number}_nis_calints.fits" for number in (3, 1, 2)]
    >>> [each.name.stem[-7:-4] for each in order(gather(read(names)), by=("exposure", "segment")).bundles[0].leads]
    ['001', '002', '003']
    """
    keys = as_keys(by)
    bundles = tuple(_ordered(bundle, keys) for bundle in draft.bundles)
    same = all(one is other for one, other in zip(bundles, draft.bundles, strict=True))
    return draft if same else Draft(bundles, draft.pool)


def _ordered(bundle: Bundle, keys: tuple[Key, ...]) -> Bundle:
    leads = tuple(sorted(bundle.leads, key=lambda lead: [_rank(value) for value in values(keys, lead)]))
    return bundle if leads == bundle.leads else Bundle(bundle.key, bundle.name, leads, bundle.extra)


def _rank(value: Hashable | None) -> tuple[bool, int, str]:
    text = "" if value is None or value is ANY else str(value)
    return (not text, int(text) if text.isdecimal() else 0, text)


def pair(draft: Draft, exptype: str, *, by: By = ()) -> Draft:
    """Split every product into one for each pair of a science exposure and a member of a role, named after both.

    Args:
        draft: the products in the making, with names.
        exptype: the role.
        by: what the two of a pair share; a science exposure that shares it with none is paired with all.

    >>> from asn_fp.transforms import gather, name, read
    >>> items = ["a_calints.fits", "b_calints.fits", ("c_calints.fits", "psf")]
    >>> [each.name for each in pair(name(gather(read(items)), "p"), "psf").bundles]
    ['p-a-c', 'p-b-c']
    """
    keys = as_keys(by)
    return Draft(tuple(each for bundle in draft.bundles for each in _pairs(bundle, exptype, keys)), draft.pool)


def _pairs(bundle: Bundle, exptype: str, keys: tuple[Key, ...]) -> Iterator[Bundle]:
    others = [lead for lead in bundle.leads if lead.exptype == exptype]
    for science in (lead for lead in bundle.leads if lead.exptype == "science"):
        for other in _sharing(science, others, keys):
            name = f"{bundle.name}-{_short(science)}-{_short(other)}"
            yield Bundle(bundle.key, name, (science, other), bundle.extra)
        if not others:
            yield Bundle(bundle.key, f"{bundle.name}-{_short(science)}", (science,), bundle.extra)


def _sharing(science: Exposure, others: list[Exposure], keys: tuple[Key, ...]) -> list[Exposure]:
    wanted = values(keys, science)
    return [each for each in others if None not in wanted and values(keys, each) == wanted] or others


def _short(exposure: Exposure) -> str:
    """Return observation, visit, activity and exposure, or the stem where the name does not follow the convention."""
    found = values((observation, visit, activity, exposure_number), exposure)
    if None in found:
        return exposure.name.stem.replace("_", "-").lower()
    part = segment(exposure)
    return f"{found[0]}{found[1]}-{found[2]}-{found[3]}{f'-seg{part}' if part else ''}".lower()
