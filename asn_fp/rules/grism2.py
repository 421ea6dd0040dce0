"""Stage 2 of wide-field slitless spectra, for plain files: the direct image, catalogue and segmentation map among them."""

from __future__ import annotations

from typing import Any, Final

from asn_fp import steps as s
from asn_fp.keys import Key, observation, program
from asn_fp.modes import candidate
from asn_fp.names import ProductParts, parse
from asn_fp.pipeline import Step
from asn_fp.predicates import exp_type, exptype_in, named
from asn_fp.records import Exposure
from asn_fp.rules._modes import ModeRule, mode_2
from asn_fp.rules._stage2 import rates

__all__ = ["nircam_wfss2", "niriss_wfss2"]

_NO_CROSS: Final = frozenset(("clear", "clearp", "gr150r", "gr150c", "grismr", "grismc"))
_TRIO: Final = {"direct_image": "_i2d", "sourcecat": "_cat", "segmap": "_segm"}
_ROLES: Final = exptype_in(*_TRIO)


def _product(exposure: Exposure) -> ProductParts | None:
    """Return the parts of the name of a product of stage 3; ``_segm`` is no suffix that the pipelines know."""
    parts = parse(f"{exposure.name.stem.removesuffix('_segm')}_i2d.fits").parts
    return parts if isinstance(parts, ProductParts) else None


def _program(exposure: Exposure) -> str | None:
    found, parts = program(exposure), _product(exposure)
    return str(found) if found is not None else parts.program if parts else None


def _cross_filter(exposure: Exposure) -> str | None:
    """Return the filter that crosses the grism, or that the direct image was taken in; from the name without a header."""
    found = [exposure.meta[each] for each in ("filter", "pupil") if each in exposure.meta]
    parts = _product(exposure) if not found else None
    found += parts.optical_elements if parts else []
    return "-".join(sorted(each for each in found if each not in _NO_CROSS)) or None


def _field(exposure: Exposure) -> str | None:
    """Return the observation, which the name of a stage-3 product may say as its candidate."""
    found, parts = observation(exposure), _product(exposure)
    if found is None and parts and parts.asn_id.startswith("o"):
        return parts.asn_id[1:]
    return str(found) if found is not None else None


_PROGRAM: Final = Key("program", ("program", "filename"), _program)
CROSS_FILTER: Final = Key("cross_filter", ("filter", "pupil", "filename"), _cross_filter)
FIELD: Final = Key("field", ("obs_num", "filename"), _field)


def _wanted(exposure: Exposure) -> str:
    return exposure.name.suffix if exposure.exptype in _TRIO else rates(exposure)


def _trio() -> tuple[Step[Any, Any], ...]:
    """Return the steps that attach one of each role, of the same observation where one is, else of the same program."""
    everywhere = (candidate, _PROGRAM, CROSS_FILTER)
    ladder = [(*everywhere, FIELD), everywhere]
    attach = [s.attach(role, by=list(ladder)) for role in _TRIO]
    return (*attach, *(s.demand(role, at_most=1, by=everywhere) for role in _TRIO))


def _wfss(name: str, kind: str) -> ModeRule:
    marks = tuple(s.mark(role, when=named(f"*{end}.*")) for role, end in _TRIO.items())
    settings: dict[str, Any] = {"also": _ROLES, "suffix": _wanted, "marks": marks, "background_products": False}
    return mode_2(name, "spec2", exp_type(kind), *_trio(), **settings)


def niriss_wfss2() -> ModeRule:
    """Make stage-2 spectra of NIRISS grism exposures, with the direct image, catalogue and segmentation map of their filter.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NIS_WFSS. Attached: of the files given the ``_i2d``,
    ``_cat`` and ``_segm`` of the blocking filter (PUPIL; of a file without a header the optical elements in its name), of
    the same observation where there is one. None or two of one of these is an error.
    """
    return _wfss("niriss_wfss2", "nis_wfss")


def nircam_wfss2() -> ModeRule:
    """Make stage-2 spectra of NIRCam grism exposures, with the direct image, catalogue and segmentation map of their filter.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NRC_WFSS. Attached: of the files given the ``_i2d``,
    ``_cat`` and ``_segm`` of the same FILTER (of a file without a header the optical elements in its name), of the same
    observation where there is one. None or two of one of these is an error.
    """
    return _wfss("nircam_wfss2", "nrc_wfss")
