"""Stage-2 rules for wide-field slitless spectra: calwebb_spec2, with the catalogue that stage 3 makes of a direct image."""

from __future__ import annotations

from typing import Any

from asn_fp import steps as s
from asn_fp.keys import Key, keyword
from asn_fp.modes import BASE, candidate
from asn_fp.pipeline import Step
from asn_fp.predicates import Predicate, all_of, any_of, exp_type, has, is_science, not_
from asn_fp.rules._stage2 import MadeRule, made_2
from asn_fp.transforms.catalogue import long_first

__all__ = ["Asn_Lv2WFSSMIR", "Asn_Lv2WFSSNIS", "Asn_Lv2WFSSNRC", "Asn_Lv2WFSSParallel"]

_TARGET = (*BASE, keyword("targetid"), keyword("instrume"))


def Asn_Lv2WFSSNIS() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of NIRISS grism exposures.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NIS_WFSS with NIS_IMAGE of the same target, pupil
    and subarray. Attached: direct image, source catalogue and segmentation map, under the names that stage 3 gives to
    the direct image that follows most closely; what else agrees and is no science, in its role.
    """
    return _wfss("Asn_Lv2WFSSNIS", "nis", (*_TARGET, keyword("pupil"), keyword("subarray")))


def Asn_Lv2WFSSNRC() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of NIRCam grism exposures.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NRC_WFSS with NRC_IMAGE of the same target and
    detector. Attached: as for NIRISS.
    """
    return _wfss("Asn_Lv2WFSSNRC", "nrc", (*_TARGET, keyword("detector")))


def Asn_Lv2WFSSMIR() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of MIRI wide-field slitless exposures.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: MIR_WFSS with MIR_IMAGE of the same target and
    detector. Attached: as for NIRISS.
    """
    return _wfss("Asn_Lv2WFSSMIR", "mir", (*_TARGET, keyword("detector")))


def Asn_Lv2WFSSParallel() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of grism exposures taken in parallel, for direct-image candidates.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NIS_WFSS, NRC_WFSS, MIR_WFSS with images of the
    same instrument, whatever the program and target. Attached: as for NIRISS, of the long-wavelength image if there is
    one; the target in their names is 000.
    """
    by = (candidate, keyword("instrume"))
    grism, direct = exp_type("nis_wfss", "nrc_wfss", "mir_wfss"), exp_type("nis_image", "nrc_image", "mir_image")
    return made_2(
        "Asn_Lv2WFSSParallel",
        "spec2",
        any_of(grism, direct),
        *_attached(direct, by, choose=long_first, target="000"),
        lead=all_of(grism, is_science),
        candidates=("direct_image",),
        base=has("instrume"),
    )


def _wfss(name: str, instrument: str, by: tuple[Key, ...]) -> MadeRule:
    grism, direct = exp_type(f"{instrument}_wfss"), exp_type(f"{instrument}_image")
    return made_2(name, "spec2", any_of(grism, direct), *_attached(direct, by), lead=all_of(grism, is_science))


def _attached(direct: Predicate, by: tuple[Key, ...], **choice: Any) -> tuple[Step[Any, Any], ...]:
    return (
        s.attach("own", by=by, among=not_(is_science)),
        s.attach_catalogue(all_of(direct, is_science), by=by, **choice),
    )
