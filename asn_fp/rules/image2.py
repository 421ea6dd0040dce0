"""Stage-2 rules for images: calwebb_image2."""

from __future__ import annotations

from asn_fp import steps as s
from asn_fp.keys import keyword
from asn_fp.modes import full_coron, has_mode, is_tso, is_wfsc, not_tso, special, value_is
from asn_fp.predicates import all_of, any_of, exp_type, exptype_in, has, is_science, not_
from asn_fp.records import Exposure
from asn_fp.rules._stage2 import OPTICS, MadeRule, made_2
from asn_fp.vocabulary import IMAGE, IMAGE_OTHER

__all__ = [
    "Asn_Lv2CoronAsRate",
    "Asn_Lv2FGS",
    "Asn_Lv2Image",
    "Asn_Lv2ImageNonScience",
    "Asn_Lv2ImageSpecial",
    "Asn_Lv2ImageTSO",
    "Asn_Lv2NRSLAMPImage",
    "Asn_Lv2WFSC",
]

_IMAGE = all_of(exp_type(*sorted(IMAGE)), has_mode)
_BACKGROUND = all_of(has("bkgdtarg"), not_(is_science))


def coron_rate(exposure: Exposure) -> str:
    """Return the suffix of a coronagraphic exposure that is treated as a plain image.

    >>> from asn_fp.names import parse
    >>> coron_rate(Exposure(0, parse("a_uncal.fits"), meta={"exp_type": "nrc_coron"}))
    'rate'
    """
    meta = exposure.meta
    return "rateints" if meta.get("tsovisit") == "t" and meta.get("pntgtype") == "science" else "rate"


def Asn_Lv2CoronAsRate() -> MadeRule:  # noqa: N802
    """Make stage-2 images of full-frame NIRCam coronagraphy as plain images.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: NRC_CORON, SUBARRAY full, on a detector that
    the occulter shadows. Level: rate. Attached: backgrounds (BKGDTARG) of the same optical path.
    """
    background = s.attach("own", by=OPTICS, among=_BACKGROUND)
    return made_2("Asn_Lv2CoronAsRate", "image2", all_of(full_coron, has_mode), background, suffix=coron_rate)


def Asn_Lv2FGS() -> MadeRule:  # noqa: N802
    """Make stage-2 images of the guider.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: FGS_IMAGE, FGS_FOCUS. Nothing is attached.
    """
    eligible = all_of(exp_type("fgs_image", "fgs_focus"), not_(is_wfsc))
    return made_2("Asn_Lv2FGS", "image2", eligible)


def Asn_Lv2Image() -> MadeRule:  # noqa: N802
    """Make stage-2 images of the science exposures, with their backgrounds.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: the science images of all instruments,
    coronagraphy and AMI included, no time series. Attached: backgrounds (BKGDTARG) of the same type and optical path.
    """
    background = s.attach("own", by=(*OPTICS, keyword("exp_type")), among=_BACKGROUND)
    return made_2("Asn_Lv2Image", "image2", all_of(_IMAGE, not_tso), background)


def Asn_Lv2ImageSpecial() -> MadeRule:  # noqa: N802
    """Make stage-2 images of backgrounds and PSF references, each for itself.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: science images with BKGDTARG or IS_PSF.
    Nothing is attached; the exposure is the science member.
    """
    return made_2("Asn_Lv2ImageSpecial", "image2", all_of(_IMAGE, special), as_science=True)


def Asn_Lv2ImageNonScience() -> MadeRule:  # noqa: N802
    """Make stage-2 images of what is no science: target acquisition, confirmation, focus, MSA imaging.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: pointings that are target acquisitions, the
    acquisition, confirmation and focus types, NRS_MSASPEC with mirror and all shutters open. Nothing is attached.
    """
    mirror = all_of(exp_type("nrs_msaspec"), value_is("msastate", "primarypark_allopen"), value_is("grating", "mirror"))
    eligible = any_of(exptype_in("target_acquisition"), exp_type(*sorted(IMAGE_OTHER)), mirror)
    return made_2("Asn_Lv2ImageNonScience", "image2", eligible, as_science=True)


def Asn_Lv2ImageTSO() -> MadeRule:  # noqa: N802
    """Make stage-2 images of time series.

    Association type: tso-image2. Pipeline: calwebb_tso-image2. Exposure types: science images with TSOVISIT, and
    NRC_TSIMAGE. Level: rateints. Nothing is attached.
    """
    return made_2("Asn_Lv2ImageTSO", "tso-image2", all_of(_IMAGE, is_tso))


def Asn_Lv2WFSC() -> MadeRule:  # noqa: N802
    """Make stage-2 images of wavefront sensing.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: science images of wavefront-sensing visits,
    without the line-of-sight jitter exposures. Nothing is attached.
    """
    jitter = all_of(value_is("dms_note", "wfsc_los_jitter"), exp_type("nrc_image"))
    eligible = all_of(exp_type(*sorted(IMAGE)), is_wfsc, not_(jitter))
    return made_2("Asn_Lv2WFSC", "image2", eligible)


def Asn_Lv2NRSLAMPImage() -> MadeRule:  # noqa: N802
    """Make stage-2 images of NIRSpec lamp exposures with the mirror.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: NRS_LAMP with GRATING mirror, OPMODE image or
    undefined. Nothing is attached; the exposure is the science member.
    """
    eligible = all_of(
        exp_type("nrs_lamp"), value_is("grating", "mirror"), any_of(value_is("opmode", "image"), not_(has("opmode")))
    )
    return made_2("Asn_Lv2NRSLAMPImage", "image2", eligible, as_science=True)
