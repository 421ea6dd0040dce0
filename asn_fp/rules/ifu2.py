"""Stage 2 of the NIRSpec integral field unit, for plain files: nods, dedicated backgrounds, and imprints of both."""

from __future__ import annotations

from typing import Any, Final

from asn_fp import steps as s
from asn_fp.keys import ANY, Key, keyword, observation
from asn_fp.modes import BASE, ifu_path, not_tso, value_is
from asn_fp.nods import SAME_PLACE, TILT_DIFFERS, either
from asn_fp.pipeline import Step
from asn_fp.predicates import all_of, exp_type, exptype_in, has
from asn_fp.rules._modes import (
    DETECTOR,
    FILTER,
    GRATING,
    SAME_OBSERVATION,
    TAKES_BACKGROUND,
    ModeRule,
    background,
    mode_2,
    nods_of,
)

__all__ = ["nirspec_ifu2"]

_SETUP: Final = (DETECTOR, FILTER, GRATING)
_NOD = value_is("patttype", "2-point-nod", "4-point-nod")
_TILE = keyword("mostilno")
_DITHER = keyword("dithptin")
_DITHER_BUT_NOD = Key(
    "dither_but_nod", ("patt_num", "patttype"), lambda each: ANY if _NOD.function(each) else each.meta.get("dithptin")
)
"""The dither position; a nod needs the imprints of all nods of its tile, since each of them is its background."""


def _imprints(dither: Key) -> tuple[Step[Any, Any], ...]:
    """Return the steps that attach an exposure's own imprints, and those of its dedicated backgrounds."""
    here = (*BASE, *_SETUP, observation)
    of_background = all_of(exptype_in("imprint"), has("bkgdtarg"))
    elsewhere = either(SAME_OBSERVATION, TILT_DIFFERS)
    return (
        s.attach("imprint", by=[(*here, _TILE, dither), (*here, _TILE), here], unless=TILT_DIFFERS),
        s.attach("imprint", by=(*BASE, *_SETUP), among=of_background, to=TAKES_BACKGROUND, unless=elsewhere),
    )


def nirspec_ifu2(*, background_products: bool = True, nods: bool = True) -> ModeRule:
    """Make stage-2 spectra of the NIRSpec IFU with their backgrounds, dedicated ones and nods, and the imprints of all.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NRS_IFU on a valid optical path. Attached: dedicated
    backgrounds of the same detector, FILTER and GRATING; as background the other nods (PATTTYPE) of the observation,
    target and mosaic tile; the imprints of the dither, else of the tile, else of the observation, of nods those of all
    nods of the tile; the imprints of the dedicated backgrounds. An imprint at another tilt of the grating wheel
    (GWA_XTIL, GWA_YTIL, 1e-8) is not attached.

    Args:
        background_products: make a product of each dedicated background too, with its imprints and without background.
        nods: the other nods are background.
    """
    selects = all_of(exp_type("nrs_ifu"), ifu_path, not_tso)
    return mode_2(
        "nirspec_ifu2",
        "spec2",
        selects,
        background(*_SETUP),
        *([nods_of(_NOD, *_SETUP, keyword("patttype"), _TILE, apart=SAME_PLACE)] if nods else []),
        *_imprints(_DITHER_BUT_NOD if nods else _DITHER),
        background_products=background_products,
        marks=(s.flag_imprints(),),
    )
