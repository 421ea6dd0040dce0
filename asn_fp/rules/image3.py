"""Stage-3 rules for images: calwebb_image3 and calwebb_wfs-image3."""

from __future__ import annotations

from asn_fp import steps as s
from asn_fp.keys import keyword, optional
from asn_fp.modes import (
    OPTICS_3,
    candidate_type,
    ints,
    is_image,
    not_tso,
    not_wfsc,
    target_but_background,
    target_of_all,
    target_of_science,
    value_is,
)
from asn_fp.predicates import all_of, exp_type, has, not_
from asn_fp.product_names import coron_image_name, wavefront_name
from asn_fp.records import Exposure
from asn_fp.rules._stage3 import MadeRule, cals, made_3

__all__ = [
    "Asn_Lv3Image",
    "Asn_Lv3ImageBackground",
    "Asn_Lv3ImageMosaic",
    "Asn_Lv3NRCCoronImage",
    "Asn_Lv3WFSCMB",
]

_SETUP = (*OPTICS_3, keyword("exp_type"), optional(keyword("visitype")))
_IMAGES = all_of(is_image, not_wfsc, not_tso)


def Asn_Lv3Image() -> MadeRule:  # noqa: N802
    """Combine images of one target and optical path.

    Association type: image3. Pipeline: calwebb_image3. Exposure types: NRC_IMAGE, MIR_IMAGE, NIS_IMAGE, FGS_IMAGE,
    NRS_MIMF, no time series, wavefront sensing or backgrounds. Same: filter, pupil, subarray, exposure and visit type,
    target. Attached: target acquisitions of the observations.
    """
    selects = all_of(_IMAGES, not_(has("bkgdtarg")))
    return made_3("Asn_Lv3Image", "image3", selects, (*_SETUP, target_but_background))


def Asn_Lv3ImageBackground() -> MadeRule:  # noqa: N802
    """Combine images of a background target.

    Association type: image3. Pipeline: calwebb_image3. As Asn_Lv3Image, of exposures with BKGDTARG, as science.
    """
    selects = all_of(_IMAGES, has("bkgdtarg"))
    by = (*_SETUP, keyword("bkgdtarg"), target_of_all)
    return made_3("Asn_Lv3ImageBackground", "image3", selects, by, as_science=True)


def Asn_Lv3ImageMosaic() -> MadeRule:  # noqa: N802
    """Combine images of all targets of a mosaic.

    Association type: image3. Pipeline: calwebb_image3. As Asn_Lv3Image, for mosaic candidates, whatever the target.
    """
    selects = all_of(_IMAGES, not_(has("bkgdtarg")))
    only = candidate_type("mosaic", files=False)
    return made_3("Asn_Lv3ImageMosaic", "image3", selects, _SETUP, candidates=only)


def plain_cals(exposure: Exposure) -> str:
    """Return the suffix of coronagraphic exposures that are combined as plain images.

    >>> from asn_fp.names import parse
    >>> plain_cals(Exposure(0, parse("a_uncal.fits"), meta={"exp_type": "nrc_coron"}))
    'cal'
    """
    series = exposure.meta.get("tsovisit") == "t" and exposure.meta.get("pntgtype") == "science"
    suffix = cals(exposure)
    return suffix if series or not ints(exposure) else suffix.removesuffix("ints")


def Asn_Lv3NRCCoronImage() -> MadeRule:  # noqa: N802
    """Combine full-frame NIRCam coronagraphic exposures as plain images.

    Association type: image3. Pipeline: calwebb_image3. Exposure types: NRC_CORON of the short channel, SUBARRAY full,
    no PSF references or backgrounds. Level: cal. Same: filter, pupil, target. The product name ends in -image3.
    """
    selects = all_of(
        exp_type("nrc_coron"),
        not_(has("bkgdtarg")),
        not_(value_is("is_psf", "t")),
        value_is("channel", "short"),
        value_is("subarray", "full"),
    )
    by = (*OPTICS_3, keyword("exp_type"), target_of_science)
    return made_3("Asn_Lv3NRCCoronImage", "image3", selects, by, form=coron_image_name, suffix=plain_cals)


def Asn_Lv3WFSCMB() -> MadeRule:  # noqa: N802
    """Combine the two images of a wavefront-sensing activity.

    Association type: wfs-image3. Pipeline: calwebb_wfs-image3. Exposure types: images with PATTTYPE wfsc, without the
    line-of-sight jitter exposures. Same: filter, pupil, subarray, detector, OBS_ID, activity and target. At least two
    science members: the pipeline combines the first two.
    """
    selects = all_of(is_image, value_is("patttype", "wfsc"), not_(value_is("dms_note", "wfsc_los_jitter")))
    each = tuple(map(keyword, ("detector", "obs_id", "act_id")))
    by = (*OPTICS_3, keyword("exp_type"), *each, target_but_background)
    return made_3(
        "Asn_Lv3WFSCMB",
        "wfs-image3",
        selects,
        by,
        s.require("science", at_least=2),
        form=wavefront_name,
        candidates=not_(candidate_type("group", files=False)),
    )
