"""Stage-3 rules that need PSF references: calwebb_coron3 and calwebb_ami3."""

from __future__ import annotations

from typing import Any

from asn_fp import steps as s
from asn_fp.keys import ANY, Key, keyword
from asn_fp.modes import OPTICS_3, is_plain_file, occulted, target_of_science
from asn_fp.pipeline import Step
from asn_fp.predicates import all_of, exp_type, has, not_
from asn_fp.rules._stage3 import MadeRule, in_order, made_3

__all__ = ["Asn_Lv3AMI", "Asn_Lv3MIRCoron", "Asn_Lv3NRCCoron"]

_MASK = Key("coronmsk", ("coronmsk",), lambda each: each.meta.get("coronmsk", ANY) if is_plain_file(each) else ANY)
"""The occulter, among plain files: three share PUPIL maskrnd. What a candidate holds was put together by the archive."""
_SETUP = (*OPTICS_3, _MASK, keyword("exp_type"))


def _with_references() -> tuple[Step[Any, Any], ...]:
    """Return the steps that refuse plain files without PSF reference, and leave out such candidates."""
    return s.insist("psf", of=is_plain_file, by=_SETUP), s.require("psf")


def Asn_Lv3AMI(*, pairwise: bool = False) -> MadeRule:  # noqa: N802
    """Combine NIRISS aperture-masking exposures with their PSF references.

    Association type: ami3. Pipeline: calwebb_ami3. Exposure types: NIS_AMI. Level: calints. Same: filter, pupil,
    subarray; the science exposures one target. PSF references (IS_PSF, --psf) of every target are members; without one
    the pipeline does not normalise, so that candidates need one and a list of files gets a warning.

    Args:
        pairwise: one product for each science exposure and PSF reference of one dither position (PATT_NUM), or of any
            where none has it. By default all are in one product, of which the pipeline pairs the first with the first.
    """
    reference = s.require("psf", of=not_(is_plain_file))
    made = made_3("Asn_Lv3AMI", "ami3", exp_type("nis_ami"), (*OPTICS_3, target_of_science), reference, in_order())
    return made.after("name", s.pair("psf", by=keyword("patt_num"))) if pairwise else made


def Asn_Lv3MIRCoron() -> MadeRule:  # noqa: N802
    """Combine MIRI coronagraphic exposures with their PSF references.

    Association type: coron3. Pipeline: calwebb_coron3. Exposure types: MIR_LYOT, MIR_4QPM, no backgrounds. Level:
    calints. Same: filter, subarray, exposure type (of a list of files also the mask, CORONMSK); the science exposures
    one target. PSF references (IS_PSF, --psf) of every target are members; at least one is needed.
    """
    selects = all_of(exp_type("mir_lyot", "mir_4qpm"), not_(has("bkgdtarg")))
    return made_3("Asn_Lv3MIRCoron", "coron3", selects, (*_SETUP, target_of_science), *_with_references())


def Asn_Lv3NRCCoron() -> MadeRule:  # noqa: N802
    """Combine NIRCam coronagraphic exposures with their PSF references.

    Association type: coron3. Pipeline: calwebb_coron3. Exposure types: NRC_CORON, no backgrounds, and not on a detector
    that the occulter does not shadow. Level: calints. Same: filter, pupil, subarray, exposure type (of a list of files
    also the mask, CORONMSK); the science exposures one target. PSF references (IS_PSF, --psf) of every target are
    members; at least one is needed.
    """
    known = all_of(has("detector"), has("subarray"), has("pupil"), occulted)
    selects = all_of(exp_type("nrc_coron"), not_(has("bkgdtarg")), known)
    return made_3("Asn_Lv3NRCCoron", "coron3", selects, (*_SETUP, target_of_science), *_with_references())
