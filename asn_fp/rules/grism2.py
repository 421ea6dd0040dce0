"""Stage 2 of wide-field slitless spectra, for plain files: the direct image, catalogue and segmentation map among them."""

from __future__ import annotations

from typing import Any, Final

from asn_fp import steps as s
from asn_fp.keys import ANY, Key, observation, optional, program
from asn_fp.modes import candidate
from asn_fp.names import ProductParts, parse
from asn_fp.pipeline import Step
from asn_fp.predicates import exp_type, exptype_in, named
from asn_fp.records import Exposure
from asn_fp.rules._modes import GIVEN, ModeRule, mode_2
from asn_fp.rules._stage2 import rates

__all__ = ["miri_wfss2", "nircam_wfss2", "niriss_wfss2"]

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
    """Return the observation; of a stage-3 product the one that its name says, none if its candidate has several."""
    parts = _product(exposure)
    if parts:
        return parts.asn_id[1:] if parts.asn_id.startswith("o") else None
    found = observation(exposure)
    return str(found) if found is not None else None


def _part_of(column: str, *values: str) -> Key:
    """Return the key of a part of the instrument, which what combines several parts or has no header agrees with."""

    def read(exposure: Exposure) -> str | object:
        found = exposure.meta.get(column)
        return found if found in values else ANY

    return Key(column, (column,), read)


_PROGRAM: Final = Key("program", ("program", "filename"), _program)
CROSS_FILTER: Final = Key("cross_filter", ("filter", "pupil", "filename"), _cross_filter)
FIELD: Final = Key("field", ("obs_num", "filename"), _field)
_NIRCAM: Final[tuple[Key, ...]] = (_part_of("module", "a", "b"), _part_of("channel", "short", "long"))


def _wanted(exposure: Exposure) -> str:
    return exposure.name.suffix if exposure.exptype in _TRIO else rates(exposure)


def _trio(*setup: Key) -> tuple[Step[Any, Any], ...]:
    """Return the steps that attach one of each role: what the user named first, then what is of the same observation."""
    loose = (candidate, *map(optional, (_PROGRAM, *setup)))
    ladder = [
        (GIVEN, *loose, optional(FIELD)),
        (GIVEN, *loose),
        (candidate, _PROGRAM, *setup, FIELD),
        (candidate, _PROGRAM, *setup, optional(FIELD)),
    ]
    attach = [s.attach(role, by=list(ladder)) for role in _TRIO]
    keys = (candidate, _PROGRAM, *setup, FIELD)
    return (*attach, s.one_root(tuple(_TRIO)), s.demand(tuple(_TRIO), at_most=1, by=keys))


def _wfss(name: str, kind: str, *setup: Key) -> ModeRule:
    marks = tuple(s.mark(role, when=named(f"*{end}.*")) for role, end in _TRIO.items())
    settings: dict[str, Any] = {"also": _ROLES, "suffix": _wanted, "marks": marks, "background_products": False}
    return mode_2(name, "spec2", exp_type(kind), *_trio(*setup), **settings)


def miri_wfss2() -> ModeRule:
    """Make stage-2 spectra of MIRI slitless exposures, with the direct image, catalogue and map of their observation.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: MIR_WFSS. Attached: of the files given the ``_i2d``,
    ``_cat`` and ``_segm`` of one root and of the same observation, whatever their FILTER; one that you name comes first.
    None or two of one of these is an error.
    """
    return _wfss("miri_wfss2", "mir_wfss")


def niriss_wfss2() -> ModeRule:
    """Make stage-2 spectra of NIRISS grism exposures, with the direct image, catalogue and segmentation map of their filter.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NIS_WFSS. Attached: of the files given the ``_i2d``,
    ``_cat`` and ``_segm`` of one root, of the blocking filter (PUPIL; of a file without a header the optical elements in
    its name) and of the same observation; one that you name comes first. None or two of one of these is an error.
    """
    return _wfss("niriss_wfss2", "nis_wfss", CROSS_FILTER)


def nircam_wfss2() -> ModeRule:
    """Make stage-2 spectra of NIRCam grism exposures, with the direct image, catalogue and segmentation map of their filter.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NRC_WFSS. Attached: of the files given the ``_i2d``,
    ``_cat`` and ``_segm`` of one root, of the same FILTER (of a file without a header the optical elements in its name),
    module, channel and observation; one that you name comes first. None or two of one of these is an error.
    """
    return _wfss("nircam_wfss2", "nrc_wfss", CROSS_FILTER, *_NIRCAM)
