"""Which nods may serve each other as background.

Source: jwst 3.0.0, ``nod_background_overlap``; jwst#8182 (sub-pixel dithers), jwst#8939 (targets), jwst#8301 (close nods).
"""

from __future__ import annotations

from asn_fp.records import Exposure

__all__ = ["nods_overlap", "same_position"]

_CLOSE_NODS = ("s1600a1", 5)


def nods_overlap(lead: Exposure, other: Exposure) -> bool:
    """Tell whether the target of one nod falls on the other, so that it is no background for it.

    Args:
        lead: the science exposure, with PATT_NUM, NUMDTHPT and SUBPXPTS.
        other: the nod that might be its background.

    >>> from asn_fp.names import parse
    >>> meta = {"exp_type": "nrs_fixedslit", "numdthpt": "6", "subpxpts": "2"}
    >>> nods = [Exposure(n, parse(f"{n}.fits"), meta={**meta, "patt_num": str(n)}) for n in range(1, 7)]
    >>> [each.index for each in nods if not nods_overlap(nods[0], each)]
    [3, 4, 5, 6]
    """
    kind = lead.meta.get("exp_type")
    if kind not in ("nrs_fixedslit", "nrs_msaspec"):
        return False
    one, two = lead.meta.get("targetid"), other.meta.get("targetid")
    if one is not None and two is not None and one != two:
        return True
    slit = kind == "nrs_fixedslit"
    numbers = [
        _integer(lead, "numdthpt"),
        *(_integer(each, "patt_num") for each in (lead, other)),
        *map(_subpixels, (lead, other)),
    ]
    count, own, its, step, its_step = numbers
    if count is None or own is None or its is None or not step or not its_step:
        return slit
    here, there = (own - 1) // step, (its - 1) // its_step
    close = slit and (lead.meta.get("fxd_slit"), count // step) == _CLOSE_NODS and abs(here - there) <= 1
    return here == there or close


def same_position(lead: Exposure, other: Exposure) -> bool:
    """Tell whether two exposures have the same PATT_NUM, as numbers.

    >>> from asn_fp.names import parse
    >>> one, two = (Exposure(0, parse("a.fits"), meta={"patt_num": text}) for text in ("1", "11"))
    >>> same_position(one, two), same_position(one, one)
    (False, True)
    """
    texts = [each.meta.get("patt_num") for each in (lead, other)]
    numbers = [_integer(each, "patt_num") for each in (lead, other)]
    return texts[0] == texts[1] if None in numbers else numbers[0] == numbers[1]


def _integer(exposure: Exposure, *columns: str) -> int | None:
    text = next((exposure.meta[column] for column in columns if column in exposure.meta), "")
    return int(text) if text.isdecimal() else None


def _subpixels(exposure: Exposure) -> int | None:
    return _integer(exposure, "subpxpts", "subpxpns")
