"""Which exposures must not serve each other: nods at one position, imprints at another tilt of the grating wheel.

Source: jwst 3.0.0, ``nod_background_overlap``; jwst#8182 (sub-pixel dithers), jwst#8939 (targets), jwst#8301 (close nods).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import field, frozen

from asn_fp.keys import behaviour
from asn_fp.records import Exposure

__all__ = [
    "NODS_OVERLAP",
    "SAME_PLACE",
    "TILT_DIFFERS",
    "Relation",
    "either",
    "nods_overlap",
    "same_position",
    "tilt_differs",
]

_CLOSE_NODS = ("s1600a1", 5)


def nods_overlap(lead: Exposure, other: Exposure, *, counted: bool = True) -> bool:
    """Tell whether the target of one nod falls on the other, so that it is no background for it.

    Args:
        lead: the science exposure, with PATT_NUM, NUMDTHPT and SUBPXPTS.
        other: the nod that might be its background.
        counted: slit nods of which NUMDTHPT is unknown overlap, as they do for the archive's rule; else it only tells
            the five close nods of S1600A1.

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
    if own is None or its is None or not step or not its_step or (count is None and counted):
        return slit
    here, there = (own - 1) // step, (its - 1) // its_step
    nods = count // step if count is not None else 0
    close = slit and (lead.meta.get("fxd_slit"), nods) == _CLOSE_NODS and abs(here - there) <= 1
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


@frozen
class Relation:
    """Hold a named question about a lead and an exposure that might be its partner, which forbids the pair.

    Attributes:
        name: the question as explanations write it.
        columns: what it compares, for explanations.
        function: answers it.
        parts: the questions that it is made of, if any.
        remarkable: that it keeps one exposure away is worth telling, though others are attached.
    """

    name: str
    columns: tuple[str, ...]
    function: Callable[[Exposure, Exposure], bool] = field(eq=behaviour, hash=False)
    parts: tuple[Relation, ...] = ()
    remarkable: bool = False

    def __call__(self, lead: Exposure, other: Exposure) -> bool:
        """Return the answer for one pair."""
        return self.function(lead, other)

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__


def either(*parts: Relation) -> Relation:
    """Forbid a pair where one of several relations does.

    >>> either(SAME_PLACE, TILT_DIFFERS)
    either(same_position, tilt_differs(within=1e-08))
    """
    columns = tuple(dict.fromkeys(column for part in parts for column in part.columns))
    name = f"either({', '.join(map(str, parts))})"
    return Relation(name, columns, lambda lead, other: any(part(lead, other) for part in parts), parts)


def tilt_differs(within: float = 1e-8) -> Relation:
    """Forbid pairs at different tilts of the grating wheel, GWA_XTIL or GWA_YTIL; an unknown tilt differs from none.

    Args:
        within: how far the tilts may differ; calwebb_spec2 of jwst 3.0.0 takes the default.

    >>> tilt_differs(), tilt_differs(1e-6)
    (tilt_differs(within=1e-08), tilt_differs(within=1e-06))
    """

    def differ(lead: Exposure, other: Exposure) -> bool:
        pairs = [(_real(lead, column), _real(other, column)) for column in _TILTS]
        return any(one is not None and two is not None and abs(one - two) > within for one, two in pairs)

    return Relation(f"tilt_differs({within=!r})", _TILTS, differ, remarkable=True)


def _real(exposure: Exposure, column: str) -> float | None:
    try:
        return float(exposure.meta[column])
    except (KeyError, ValueError):
        return None


def _overlap(lead: Exposure, other: Exposure) -> bool:
    return same_position(lead, other) or nods_overlap(lead, other, counted=False)


_TILTS: Final = ("gwa_xtil", "gwa_ytil")
TILT_DIFFERS: Final = tilt_differs()
SAME_PLACE: Final = Relation("same_position", ("patt_num",), same_position)
NODS_OVERLAP: Final = Relation("nods_overlap", ("patt_num", "subpxpts", "targetid"), _overlap)
