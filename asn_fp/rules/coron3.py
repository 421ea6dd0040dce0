"""Stage-3 rules that need PSF references: calwebb_coron3 and calwebb_ami3."""

from __future__ import annotations

from asn_fp import steps as s
from asn_fp.keys import keyword
from asn_fp.modes import OPTICS_3, occulted, target_of_science
from asn_fp.predicates import all_of, exp_type, has, not_
from asn_fp.rules._stage3 import MadeRule, made_3

__all__ = ["Asn_Lv3AMI", "Asn_Lv3MIRCoron", "Asn_Lv3NRCCoron"]


def Asn_Lv3AMI() -> MadeRule:  # noqa: N802
    """Combine NIRISS aperture-masking exposures with their PSF references.

    Association type: ami3. Pipeline: calwebb_ami3. Exposure types: NIS_AMI. Level: calints. Same: filter, pupil,
    subarray; the science exposures one target. PSF references of every target are members; at least one is needed.
    """
    return made_3("Asn_Lv3AMI", "ami3", exp_type("nis_ami"), (*OPTICS_3, target_of_science), s.require("psf"))


def Asn_Lv3MIRCoron() -> MadeRule:  # noqa: N802
    """Combine MIRI coronagraphic exposures with their PSF references.

    Association type: coron3. Pipeline: calwebb_coron3. Exposure types: MIR_LYOT, MIR_4QPM, no backgrounds. Level:
    calints. Same: filter, subarray, exposure type; the science exposures one target. PSF references of every target
    are members; at least one is needed.
    """
    selects = all_of(exp_type("mir_lyot", "mir_4qpm"), not_(has("bkgdtarg")))
    by = (*OPTICS_3, keyword("exp_type"), target_of_science)
    return made_3("Asn_Lv3MIRCoron", "coron3", selects, by, s.require("psf"))


def Asn_Lv3NRCCoron() -> MadeRule:  # noqa: N802
    """Combine NIRCam coronagraphic exposures with their PSF references.

    Association type: coron3. Pipeline: calwebb_coron3. Exposure types: NRC_CORON, no backgrounds, and not on a detector
    that the occulter does not shadow. Level: calints. Same: filter, pupil, subarray, exposure type; the science
    exposures one target. PSF references of every target are members; at least one is needed.
    """
    known = all_of(has("detector"), has("subarray"), has("pupil"), occulted)
    selects = all_of(exp_type("nrc_coron"), not_(has("bkgdtarg")), known)
    by = (*OPTICS_3, keyword("exp_type"), target_of_science)
    return made_3("Asn_Lv3NRCCoron", "coron3", selects, by, s.require("psf"))
