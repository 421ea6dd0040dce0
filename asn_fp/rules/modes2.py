"""Stage-2 rules by observing mode, for plain files: each science exposure with the partners that its mode needs."""

from __future__ import annotations

from asn_fp import steps as s
from asn_fp.keys import keyword, observation, optional
from asn_fp.modes import BASE, fss_path, not_tso, value_is
from asn_fp.nods import NODS_OVERLAP, SAME_PLACE
from asn_fp.predicates import all_of, exp_type, has, not_
from asn_fp.rules._modes import (
    BACKGROUND_ALREADY,
    CONFIRM,
    DETECTOR,
    FILTER,
    GRATING,
    MASK,
    PUPIL,
    SLIT,
    SUBARRAY,
    ModeRule,
    background,
    confirmation,
    mode_2,
    nods_of,
    selfcal,
)

__all__ = [
    "fgs_image2",
    "miri_coron2",
    "miri_image2",
    "miri_lrs2",
    "miri_mrs2",
    "nircam_coron2",
    "nircam_image2",
    "niriss_ami2",
    "niriss_image2",
    "nirspec_fs2",
    "nirspec_mos2",
]

_BAND = (keyword("channel"), keyword("band"))
_LENGTH = (keyword("nints"), keyword("ngroups"))


def miri_image2(*, background_products: bool = True) -> ModeRule:
    """Make stage-2 MIRI images with their backgrounds.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: MIR_IMAGE, no time series. Attached: backgrounds
    (BKGDTARG, or as you say) of the same FILTER, detector and subarray, whatever their observation.

    Args:
        background_products: make a product of each background too, which gets no background itself.
    """
    selects = all_of(exp_type("mir_image"), not_tso)
    attach = background(DETECTOR, FILTER, SUBARRAY)
    return mode_2("miri_image2", "image2", selects, attach, background_products=background_products)


def nircam_image2(*, background_products: bool = True) -> ModeRule:
    """Make stage-2 NIRCam images with their backgrounds, if there are any.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: NRC_IMAGE, no time series. Attached: backgrounds
    of the same FILTER, PUPIL, detector and subarray.

    Args:
        background_products: make a product of each background too, which gets no background itself.
    """
    selects = all_of(exp_type("nrc_image"), not_tso)
    attach = background(DETECTOR, FILTER, PUPIL, SUBARRAY)
    return mode_2("nircam_image2", "image2", selects, attach, background_products=background_products)


def niriss_image2(*, background_products: bool = True) -> ModeRule:
    """Make stage-2 NIRISS images with their backgrounds, if there are any.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: NIS_IMAGE, the direct images of grism exposures
    among them, no time series. Attached: backgrounds of the same FILTER, PUPIL, detector and subarray.

    Args:
        background_products: make a product of each background too, which gets no background itself.
    """
    selects = all_of(exp_type("nis_image"), not_tso)
    attach = background(DETECTOR, FILTER, PUPIL, SUBARRAY)
    return mode_2("niriss_image2", "image2", selects, attach, background_products=background_products)


def fgs_image2(*, background_products: bool = True) -> ModeRule:
    """Make stage-2 FGS images with their backgrounds, if there are any.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: FGS_IMAGE, no time series. Attached: backgrounds of
    the same detector and subarray; FGS has no filters.

    Args:
        background_products: make a product of each background too, which gets no background itself.
    """
    selects = all_of(exp_type("fgs_image"), not_tso)
    return mode_2("fgs_image2", "image2", selects, background(DETECTOR, SUBARRAY), background_products=background_products)


def miri_coron2(*, background_products: bool = True) -> ModeRule:
    """Make stage-2 MIRI coronagraphic images, of the target and of the PSF reference, each with its own background.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: MIR_4QPM, MIR_LYOT. Level: rateints. Attached:
    backgrounds of the same CORONMSK, FILTER, type and subarray; where some have the same NINTS and NGROUPS too, those.

    Args:
        background_products: make a product of each background too, which gets no background itself.
    """
    attach = background(keyword("coronmsk"), FILTER, keyword("exp_type"), SUBARRAY, rungs=(_LENGTH,))
    selects = exp_type("mir_4qpm", "mir_lyot")
    marks = (s.mark("background", when=has("bkgdtarg")),)
    return mode_2("miri_coron2", "image2", selects, attach, background_products=background_products, marks=marks)


def nircam_coron2(*, background_products: bool = True) -> ModeRule:
    """Make stage-2 NIRCam coronagraphic images, of the target and of the PSF reference.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: NRC_CORON. Level: rateints. Attached: backgrounds,
    if there are any, of the same FILTER, CORONMSK (PUPIL where it is missing), subarray and detector; where some have the
    same NINTS and NGROUPS too, those.

    Args:
        background_products: make a product of each background too, which gets no background itself.
    """
    attach = background(DETECTOR, FILTER, MASK, SUBARRAY, rungs=(_LENGTH,))
    return mode_2("nircam_coron2", "image2", exp_type("nrc_coron"), attach, background_products=background_products)


def niriss_ami2() -> ModeRule:
    """Make stage-2 NIRISS aperture-masking images, of the target and of the PSF reference.

    Association type: image2. Pipeline: calwebb_image2. Exposure types: NIS_AMI. Level: rateints. Nothing is attached.
    """
    return mode_2("niriss_ami2", "image2", exp_type("nis_ami"), background_products=False)


def miri_lrs2(*, background_products: bool = True, nods: bool = True) -> ModeRule:
    """Make stage-2 spectra of the MIRI LRS slit, with the other nods as background and the confirmation image.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: MIR_LRS-FIXEDSLIT. Attached: dedicated backgrounds of
    the same subarray; as background the exposures of the observation and target at another PATT_NUM, except of a mapping;
    the MIR_TACONFIRM of the observation, or what you name, as target_acquisition, the one nearest in time first.

    Args:
        background_products: make a product of each dedicated background too, which gets no background itself.
        nods: the other nods are background.
    """
    slit = all_of(exp_type("mir_lrs-fixedslit"), not_tso)
    nodded = all_of(slit, has("patt_num"), not_(value_is("patttype", "mapping")))
    return mode_2(
        "miri_lrs2",
        "spec2",
        slit,
        background(SUBARRAY, optional(FILTER)),
        *([nods_of(nodded, keyword("exp_type"), optional(keyword("patttype")), apart=SAME_PLACE)] if nods else []),
        confirmation(),
        also=CONFIRM,
        background_products=background_products,
    )


def miri_mrs2(*, background_products: bool = True, self_calibration: bool = False) -> ModeRule:
    """Make stage-2 spectra of the MIRI MRS with their dedicated backgrounds.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: MIR_MRS, no time series. Attached: backgrounds
    (BKGDTARG, or as you say) of the same CHANNEL and BAND; selfcal files that you name, of the same CHANNEL.

    Args:
        background_products: make a product of each background too, which gets no background itself.
        self_calibration: every other exposure of the CHANNEL is selfcal too, unless it is the background already.
    """
    return mode_2(
        "miri_mrs2",
        "spec2",
        all_of(exp_type("mir_mrs"), not_tso),
        background(DETECTOR, *_BAND),
        selfcal(DETECTOR, keyword("channel"), wanted=self_calibration, unless=BACKGROUND_ALREADY),
        background_products=background_products,
    )


def nirspec_fs2(*, background_products: bool = True, nods: bool = True) -> ModeRule:
    """Make stage-2 spectra of the NIRSpec fixed slits, with the other nods as background.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NRS_FIXEDSLIT on a valid optical path. Attached:
    dedicated backgrounds of the same detector, FILTER, GRATING and FXD_SLIT; as background the nods of the observation,
    target and setup, except those at the same primary position, (PATT_NUM - 1) // SUBPXPTS.

    Args:
        background_products: make a product of each dedicated background too, which gets no background itself.
        nods: the other nods are background.
    """
    selects = all_of(exp_type("nrs_fixedslit"), fss_path, not_tso)
    setup = (DETECTOR, FILTER, GRATING, SLIT, SUBARRAY)
    steps = (background(*setup), *([nods_of(selects, *setup, apart=NODS_OVERLAP)] if nods else []))
    return mode_2("nirspec_fs2", "spec2", selects, *steps, background_products=background_products)


def nirspec_mos2(*, background_products: bool = True, nods: bool = True) -> ModeRule:
    """Make stage-2 spectra of the NIRSpec micro-shutters, with the other nods as background.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NRS_MSASPEC with an MSA metadata file, not with the
    mirror. Attached: dedicated backgrounds of the same detector, FILTER, GRATING and MSAMETFL; as background the exposures
    of the observation, target and setup at another PATT_NUM; one imprint of the setup, of the observation if there is one.

    Args:
        background_products: make a product of each dedicated background too, which gets no background itself.
        nods: the other nods are background.
    """
    selects = all_of(exp_type("nrs_msaspec"), has("msametfl"), not_(value_is("grating", "mirror")))
    setup = (DETECTOR, FILTER, GRATING, keyword("msametfl"))
    steps = (background(*setup), *([nods_of(selects, *setup, apart=NODS_OVERLAP)] if nods else []))
    plain = (*BASE, DETECTOR, FILTER, GRATING)
    imprint = s.attach("imprint", by=[(*plain, observation), plain], at_most=1)  # calwebb_spec2 of jwst 3.0.0 trips over two
    return mode_2("nirspec_mos2", "spec2", selects, *steps, imprint, background_products=background_products)
