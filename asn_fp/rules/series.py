"""Rules for time series, for plain files: each segment at stage 2, and the segments of one series in order at stage 3."""

from __future__ import annotations

from typing import Final

from asn_fp.keys import keyword, observation, optional
from asn_fp.modes import fss_path, is_tso, target_of_all, value_is
from asn_fp.predicates import Predicate, all_of, exp_type, not_
from asn_fp.rules._modes import (
    CONFIRM,
    DETECTOR,
    FILTER,
    GRATING,
    SLIT,
    SUBARRAY,
    ModeRule,
    confirmation,
    mode_3,
    selfcal,
    series_2,
)

__all__ = [
    "miri_slitless2",
    "miri_slitless3",
    "miri_tsimage2",
    "miri_tsimage3",
    "nircam_tsgrism2",
    "nircam_tsgrism3",
    "nircam_tsimage2",
    "nircam_tsimage3",
    "niriss_soss2",
    "niriss_soss3",
    "nirspec_bots2",
    "nirspec_bots3",
]

_SOSS: Final = all_of(exp_type("nis_soss"), value_is("tsovisit", "t"), not_(value_is("filter", "f277w")))
_BOTS: Final = all_of(exp_type("nrs_brightobj"), fss_path)
_GRISM: Final = all_of(exp_type("nrc_tsgrism"), not_(value_is("pupil", "clear")), not_(value_is("detector", "nrcblong")))
_IMAGES: Final = exp_type("nrc_tsimage")
_MIRI_IMAGES: Final = all_of(exp_type("mir_image"), is_tso)
_SLITLESS: Final = exp_type("mir_lrs-slitless")


def _series_3(name: str, selects: Predicate) -> ModeRule:
    elements = (optional(FILTER), optional(keyword("pupil", "grating")), SLIT, SUBARRAY)
    return mode_3(name, "tso3", selects, (*elements, DETECTOR, observation, target_of_all))


def niriss_soss2() -> ModeRule:
    """Make stage-2 spectra of the segments of NIRISS SOSS series.

    Association type: tso-spec2. Pipeline: calwebb_tso-spec2. Exposure types: NIS_SOSS with TSOVISIT; F277W is set aside.
    Level: rateints. Nothing is attached.
    """
    return series_2("niriss_soss2", "tso-spec2", _SOSS)


def niriss_soss3() -> ModeRule:
    """Combine the segments of a NIRISS SOSS series, in order.

    Association type: tso3. Pipeline: calwebb_tso3. Exposure types: NIS_SOSS with TSOVISIT; F277W is set aside. Level:
    calints. Same: FILTER, PUPIL, subarray, observation, target.
    """
    return _series_3("niriss_soss3", _SOSS)


def nirspec_bots2(*, self_calibration: bool = False) -> ModeRule:
    """Make stage-2 spectra of the segments of NIRSpec bright-object series.

    Association type: tso-spec2. Pipeline: calwebb_tso-spec2. Exposure types: NRS_BRIGHTOBJ on a valid optical path. Level:
    rateints. Attached: selfcal files that you name, of the same detector, FILTER, GRATING and FXD_SLIT.

    Args:
        self_calibration: every other exposure of the setup is selfcal too.
    """
    attach = selfcal(DETECTOR, FILTER, GRATING, SLIT, wanted=self_calibration)
    return series_2("nirspec_bots2", "tso-spec2", _BOTS, attach)


def nirspec_bots3() -> ModeRule:
    """Combine the segments of a NIRSpec bright-object series, in order, one product for each detector.

    Association type: tso3. Pipeline: calwebb_tso3. Exposure types: NRS_BRIGHTOBJ on a valid optical path. Level: calints.
    Same: detector, FILTER, GRATING, FXD_SLIT, subarray, observation, target.
    """
    return _series_3("nirspec_bots3", _BOTS)


def nircam_tsimage2() -> ModeRule:
    """Make stage-2 images of the segments of NIRCam series.

    Association type: tso-image2. Pipeline: calwebb_tso-image2. Exposure types: NRC_TSIMAGE. Level: rateints. Nothing is
    attached.
    """
    return series_2("nircam_tsimage2", "tso-image2", _IMAGES)


def nircam_tsimage3() -> ModeRule:
    """Combine the segments of a NIRCam imaging series, in order, one product for each detector.

    Association type: tso3. Pipeline: calwebb_tso3. Exposure types: NRC_TSIMAGE. Level: calints. Same: detector, FILTER,
    PUPIL, subarray, observation, target.
    """
    return _series_3("nircam_tsimage3", _IMAGES)


def nircam_tsgrism2() -> ModeRule:
    """Make stage-2 spectra of the segments of NIRCam grism series.

    Association type: tso-spec2. Pipeline: calwebb_tso-spec2. Exposure types: NRC_TSGRISM, not without a grism (PUPIL
    clear) and not of NRCBLONG. Level: rateints. Nothing is attached.
    """
    return series_2("nircam_tsgrism2", "tso-spec2", _GRISM)


def nircam_tsgrism3() -> ModeRule:
    """Combine the segments of a NIRCam grism series, in order.

    Association type: tso3. Pipeline: calwebb_tso3. Exposure types: NRC_TSGRISM, not without a grism (PUPIL clear) and not
    of NRCBLONG. Level: calints. Same: detector, FILTER, PUPIL, subarray, observation, target.
    """
    return _series_3("nircam_tsgrism3", _GRISM)


def miri_tsimage2() -> ModeRule:
    """Make stage-2 images of the segments of MIRI imaging series.

    Association type: tso-image2. Pipeline: calwebb_tso-image2. Exposure types: MIR_IMAGE with TSOVISIT. Level: rateints.
    Nothing is attached.
    """
    return series_2("miri_tsimage2", "tso-image2", _MIRI_IMAGES)


def miri_tsimage3() -> ModeRule:
    """Combine the segments of a MIRI imaging series, in order.

    Association type: tso3. Pipeline: calwebb_tso3. Exposure types: MIR_IMAGE with TSOVISIT. Level: calints. Same: FILTER,
    subarray, observation, target.
    """
    return _series_3("miri_tsimage3", _MIRI_IMAGES)


def miri_slitless2() -> ModeRule:
    """Make stage-2 spectra of the segments of slitless MIRI LRS series, with the confirmation image.

    Association type: tso-spec2. Pipeline: calwebb_tso-spec2. Exposure types: MIR_LRS-SLITLESS. Level: rateints. Attached:
    the MIR_TACONFIRM of the observation, or what you name, as target_acquisition, the one nearest in time first.
    """
    return series_2("miri_slitless2", "tso-spec2", _SLITLESS, confirmation(), also=CONFIRM)


def miri_slitless3() -> ModeRule:
    """Combine the segments of a slitless MIRI LRS series, in order.

    Association type: tso3. Pipeline: calwebb_tso3. Exposure types: MIR_LRS-SLITLESS with TSOVISIT. Level: calints. Same:
    FILTER, subarray, observation, target.
    """
    return _series_3("miri_slitless3", all_of(_SLITLESS, is_tso))
