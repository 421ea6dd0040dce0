"""Products of grism exposures to the same ones with the source catalogue, segmentation map and direct image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Final, TypeAlias

from asn_fp.keys import By, Key, as_keys, values
from asn_fp.matching import Index, KeyValue
from asn_fp.predicates import Predicate
from asn_fp.product_names import Pieces, default_name, elements_of, root_of, subarray_of
from asn_fp.records import Bundle, Draft, Exposure, Partner, Reason
from asn_fp.transforms._remember import led_by, remembered

__all__ = ["Choice", "attach_catalogue", "by_sequence", "long_first", "why_no_catalogue"]

Choice: TypeAlias = Callable[[Exposure, list[Exposure]], Exposure]
"""Which of the direct images that agree with a grism exposure it uses."""

_NEAREST_AMONG: Final = 1000
"""How many different direct images the search for a nearest miss looks at."""

_TRIO = (("direct_image", "i2d.fits"), ("sourcecat", "cat.ecsv"), ("segmap", "segm.fits"))


def by_sequence(lead: Exposure, directs: list[Exposure]) -> Exposure:
    """Return the direct image that follows a grism exposure most closely, else the last one before it.

    >>> from asn_fp.names import parse
    >>> grism, *directs = [Exposure(n, parse(f"{n}.fits"), meta={"expspcin": str(at)}) for n, at in enumerate((3, 2, 4, 5))]
    >>> by_sequence(grism, directs).index
    2
    """
    own = _number(lead)
    later = [each for each in directs if own is not None and (_number(each) or 0) > own]
    ordered = sorted(later or directs, key=lambda each: (_number(each) or 0, each.name.text))
    last = _number(ordered[-1])
    return ordered[0] if later else next(each for each in ordered if _number(each) == last)


def long_first(_: Exposure, directs: list[Exposure]) -> Exposure:
    """Return the direct image of the long-wavelength channel, else the first by name.

    >>> from asn_fp.names import parse
    >>> long_first(None, [Exposure(0, parse("a_nrca1.fits")), Exposure(1, parse("b_nrcalong.fits"))]).index
    1
    """
    return min(directs, key=lambda each: ("long" not in each.name.text, each.name.text))


def _number(exposure: Exposure) -> int | None:
    text = exposure.meta.get("expspcin", "")
    return int(text) if text.isdecimal() else None


def attach_catalogue(
    draft: Draft, direct: Predicate, *, by: By, choose: Choice = by_sequence, target: str | None = None
) -> Draft:
    """Attach the names that stage 3 will give to what it makes of a direct image; products without one are left out.

    Args:
        draft: the products in the making, one grism exposure each.
        direct: which exposures of the pool are direct images.
        by: what a direct image must share with the grism exposure.
        choose: which of those that agree is used.
        target: three digits to use for the target instead of the exposure's own.

    >>> from asn_fp.names import parse
    >>> from asn_fp.predicates import exp_type
    >>> meta = {"program": "1234", "targetid": "1", "instrume": "niriss", "filter": "clear", "pupil": "f200w"}
    >>> grism, image = (Exposure(n, parse(f"{n}_rate.fits"), meta={**meta, "exp_type": kind})
    ...                 for n, kind in enumerate(("nis_wfss", "nis_image")))
    >>> done = attach_catalogue(Draft((Bundle(leads=(grism,)),), (grism, image)), exp_type("nis_image"), by="program")
    >>> done.bundles[0].extra[1].name
    'jw01234-a3001_t001_niriss_clear-f200w_cat.ecsv'
    """
    keys = as_keys(by)
    keyed = ((values(keys, exposure), exposure) for exposure in draft.pool if direct.function(exposure))
    index = Index((key, exposure) for key, exposure in keyed if None not in key)
    bundles = []
    for bundle in draft.bundles:
        lead = bundle.leads[0]
        key = values(keys, lead)
        directs = index.agreeing(key) if None not in key else []
        if directs:
            root = _root(lead, choose(lead, directs), target)
            trio = tuple(Partner(role, f"{root}_{ending}") for role, ending in _TRIO)
            bundles.append(Bundle(bundle.key, bundle.name, bundle.leads, bundle.extra + trio))
    return Draft(tuple(bundles), draft.pool)


def _root(lead: Exposure, direct: Exposure, target: str | None) -> str:
    groups = [("filter", "band")] if lead.meta.get("instrume") == "miri" else [("filter", "band"), ("pupil", "grating")]
    number = (target or lead.meta.get("targetid", "")).zfill(3)
    subarray = subarray_of(direct.meta.get("subarray"))
    instrument = lead.meta.get("instrume", "")
    return default_name(
        Pieces(root_of(lead), f"t{number}", instrument, elements_of(direct, *groups), subarray=subarray)
    ).lower()


@remembered
def _different_directs(draft: Draft, asked: tuple[Predicate, tuple[Key, ...]]) -> Mapping[KeyValue, Exposure]:
    """Return the first direct image with each value of some keys, not more than a search should look at."""
    direct, keys = asked
    found: dict[KeyValue, Exposure] = {}
    for exposure in filter(direct.function, draft.pool):
        found.setdefault(values(keys, exposure), exposure)
    return dict(islice(found.items(), _NEAREST_AMONG))


def _shown(value: object) -> str:
    return "undefined" if value is None else repr(getattr(value, "id", value))  # a candidate by its id


def why_no_catalogue(
    before: Draft, exposure: Exposure, direct: Predicate, by: By, choose: Choice = by_sequence, target: str | None = None
) -> Reason | None:
    """Return that no direct image agrees with a grism exposure, and how the nearest differs."""
    del choose, target
    if not led_by(before, exposure):
        return None
    keys = as_keys(by)
    own = values(keys, exposure)
    misses = [
        (each, [(key.label, _shown(a), _shown(b)) for key, a, b in zip(keys, own, theirs, strict=True) if a != b])
        for theirs, each in _different_directs(before, (direct, keys)).items()
    ]
    if not misses:
        return Reason(f"there is no direct image: {direct} is so for no exposure")
    near, differing = min(misses, key=lambda miss: len(miss[1]))
    said = ", ".join(f"{what} {here}, not {there}" for what, here, there in differing)
    return Reason(f"no direct image agrees; nearest is {near.name.text!r}: {said}", tuple(differing))
