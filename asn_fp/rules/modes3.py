"""Stage-3 rules by observing mode, for plain files: one product for each group of exposures that belong together."""

from __future__ import annotations

from typing import Final

from asn_fp import steps as s
from asn_fp.keys import Key, keyword, optional
from asn_fp.modes import fss_path, ifu_path, is_wfsc, not_tso, occulted, target_but_background, target_of_science, value_is
from asn_fp.predicates import all_of, exp_type, has, not_
from asn_fp.product_names import plain_name, slit_source_name, source_name
from asn_fp.rules._modes import FILTER, GRATING, MASK, PUPIL, SUBARRAY, ModeRule, mode_3

__all__ = [
    "fgs_image3",
    "miri_coron3",
    "miri_image3",
    "miri_lrs3",
    "miri_mrs3",
    "miri_wfss3",
    "nircam_coron3",
    "nircam_image3",
    "nircam_wfss3",
    "niriss_ami3",
    "niriss_image3",
    "niriss_wfss3",
    "nirspec_fs3",
    "nirspec_ifu3",
    "nirspec_mos3",
]

_IMAGE_KEYS: Final[tuple[Key, ...]] = (FILTER, PUPIL, SUBARRAY, target_of_science)
_SPECTRA: Final = ("science", "background")
_STARS: Final = ("science", "psf")


def miri_image3() -> ModeRule:
    """Combine MIRI images of one FILTER and target.

    Association type: image3. Pipeline: calwebb_image3. Exposure types: MIR_IMAGE, no time series. Level: cal. Same: FILTER,
    subarray, target. Backgrounds are left out: the pipeline does not read them.
    """
    return mode_3("miri_image3", "image3", all_of(exp_type("mir_image"), not_tso), (FILTER, SUBARRAY, target_of_science))


def nircam_image3() -> ModeRule:
    """Combine NIRCam images of one FILTER, PUPIL and target, all detectors together.

    Association type: image3. Pipeline: calwebb_image3. Exposure types: NRC_IMAGE, no time series or wavefront sensing.
    Level: cal. Same: FILTER, PUPIL (a narrow filter behind a wide one is its own product), subarray, target.
    """
    return mode_3("nircam_image3", "image3", all_of(exp_type("nrc_image"), not_tso, not_(is_wfsc)), _IMAGE_KEYS)


def niriss_image3() -> ModeRule:
    """Combine NIRISS images of one FILTER, PUPIL and target: the direct image of grism exposures, too.

    Association type: image3. Pipeline: calwebb_image3. Exposure types: NIS_IMAGE, no time series. Level: cal. Same: FILTER,
    PUPIL, subarray, target.
    """
    return mode_3("niriss_image3", "image3", all_of(exp_type("nis_image"), not_tso), _IMAGE_KEYS)


def fgs_image3() -> ModeRule:
    """Combine FGS images of one target and subarray, both guiders together.

    Association type: image3. Pipeline: calwebb_image3. Exposure types: FGS_IMAGE, no time series. Level: cal. Same:
    subarray, target; FGS has no filters.
    """
    return mode_3("fgs_image3", "image3", all_of(exp_type("fgs_image"), not_tso), (SUBARRAY, target_of_science))


def miri_coron3() -> ModeRule:
    """Combine MIRI coronagraphic images with their PSF references.

    Association type: coron3. Pipeline: calwebb_coron3. Exposure types: MIR_4QPM, MIR_LYOT, no backgrounds. Level: calints.
    Same: CORONMSK, FILTER, type, subarray; the science exposures one target. PSF references: IS_PSF, or as you say; at
    least one is needed.
    """
    by = (keyword("coronmsk"), FILTER, keyword("exp_type"), SUBARRAY, target_of_science)
    return mode_3(
        "miri_coron3",
        "coron3",
        all_of(exp_type("mir_4qpm", "mir_lyot"), not_(has("bkgdtarg"))),
        by,
        s.insist("psf", by=by),
        roles=_STARS,
    )


def nircam_coron3() -> ModeRule:
    """Combine NIRCam coronagraphic images with their PSF references.

    Association type: coron3. Pipeline: calwebb_coron3. Exposure types: NRC_CORON behind the occulter, no backgrounds.
    Level: calints. Same: FILTER, CORONMSK (PUPIL only where it is missing: three occulters share MASKRND), subarray; the
    science exposures one target. PSF references: IS_PSF, or as you say; at least one is needed.
    """
    by = (FILTER, MASK, PUPIL, SUBARRAY, target_of_science)
    return mode_3(
        "nircam_coron3",
        "coron3",
        all_of(exp_type("nrc_coron"), not_(has("bkgdtarg")), occulted),
        by,
        s.insist("psf", by=by),
        roles=_STARS,
    )


def niriss_ami3(*, pairwise: bool = False) -> ModeRule:
    """Combine NIRISS aperture-masking images with their PSF references.

    Association type: ami3. Pipeline: calwebb_ami3. Exposure types: NIS_AMI. Level: calints. Same: FILTER, PUPIL, subarray;
    the science exposures one target. PSF references: IS_PSF, or as you say.

    Args:
        pairwise: one product for each science exposure and PSF reference of one dither position (PATT_NUM), or of any
            where none has it. By default all are in one product, of which the pipeline pairs the first with the first.
    """
    made = mode_3("niriss_ami3", "ami3", exp_type("nis_ami"), _IMAGE_KEYS, roles=_STARS)
    return made.after("name", s.pair("psf", by=keyword("patt_num"))) if pairwise else made


def miri_lrs3() -> ModeRule:
    """Combine MIRI LRS slit spectra of one target, with the spectra of dedicated backgrounds.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: MIR_LRS-FIXEDSLIT. Level: cal, of backgrounds x1d.
    Same: FILTER, subarray; the science exposures one target.
    """
    by = (optional(FILTER), SUBARRAY, target_but_background)
    return mode_3("miri_lrs3", "spec3", all_of(exp_type("mir_lrs-fixedslit"), not_tso), by, roles=_SPECTRA)


def miri_mrs3() -> ModeRule:
    """Combine MIRI MRS exposures of one target, all channels and bands, with the spectra of the backgrounds.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: MIR_MRS, no time series. Level: cal, of backgrounds
    x1d. The science exposures have one target.
    """
    selects = all_of(exp_type("mir_mrs"), not_tso)
    return mode_3("miri_mrs3", "spec3", selects, (target_but_background,), roles=_SPECTRA, form=plain_name)


def nirspec_fs3() -> ModeRule:
    """Combine NIRSpec fixed-slit spectra of one target and setup, with the spectra of dedicated backgrounds.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NRS_FIXEDSLIT on a valid optical path. Level: cal, of
    backgrounds x1d. Same: FILTER, GRATING, subarray; the science exposures one target. The pipeline fills source and slit
    into the product name.
    """
    selects = all_of(exp_type("nrs_fixedslit"), fss_path, not_tso)
    by = (FILTER, GRATING, SUBARRAY, target_but_background)
    return mode_3("nirspec_fs3", "spec3", selects, by, roles=_SPECTRA, form=slit_source_name)


def nirspec_mos3() -> ModeRule:
    """Combine NIRSpec micro-shutter spectra of one target and setup, with the spectra of dedicated backgrounds.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NRS_MSASPEC with an MSA metadata file, not with the
    mirror. Level: cal, of backgrounds x1d. Same: FILTER, GRATING; the science exposures one target. The pipeline fills the
    source into the product name.
    """
    selects = all_of(exp_type("nrs_msaspec"), has("msametfl"), not_(value_is("grating", "mirror")))
    by = (FILTER, GRATING, target_but_background)
    return mode_3("nirspec_mos3", "spec3", selects, by, roles=_SPECTRA, form=source_name)


def nirspec_ifu3() -> ModeRule:
    """Combine NIRSpec IFU exposures of one target and setup, with the spectra of dedicated backgrounds.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NRS_IFU on a valid optical path, no imprints. Level:
    cal, of backgrounds x1d. Same: FILTER, GRATING; the science exposures one target.
    """
    selects = all_of(exp_type("nrs_ifu"), ifu_path, not_tso)
    return mode_3("nirspec_ifu3", "spec3", selects, (FILTER, GRATING, target_but_background), roles=_SPECTRA)


def niriss_wfss3() -> ModeRule:
    """Combine NIRISS grism exposures of one target, grism and blocking filter.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NIS_WFSS. Level: cal. Same: FILTER, PUPIL, target. The
    pipeline fills the source into the product name.
    """
    by = (FILTER, PUPIL, target_of_science)
    return mode_3("niriss_wfss3", "spec3", exp_type("nis_wfss"), by, form=source_name)


def miri_wfss3() -> ModeRule:
    """Combine MIRI slitless exposures of one target and filter.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: MIR_WFSS. Level: cal. Same: FILTER, target. The
    pipeline fills the source into the product name.
    """
    return mode_3("miri_wfss3", "spec3", exp_type("mir_wfss"), (FILTER, target_of_science), form=source_name)


def nircam_wfss3() -> ModeRule:
    """Combine NIRCam grism exposures of one target, grism and filter.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NRC_WFSS. Level: cal. Same: FILTER, PUPIL, module,
    target. The pipeline fills the source into the product name.
    """
    by = (FILTER, PUPIL, optional(keyword("module")), target_of_science)
    return mode_3("nircam_wfss3", "spec3", exp_type("nrc_wfss"), by, form=source_name)
