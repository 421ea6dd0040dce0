"""Stage-3 rules for spectra: calwebb_spec3 and calwebb_tso3."""

from __future__ import annotations

from asn_fp import steps as s
from asn_fp.keys import keyword
from asn_fp.modes import (
    OPTICS_3,
    candidate_type,
    fss_path,
    ifu_path,
    is_tso,
    not_tso,
    target_but_background,
    target_of_all,
    tso_lit,
    value_is,
)
from asn_fp.predicates import all_of, any_of, exp_type, has, not_
from asn_fp.product_names import plain_name, slit_source_name, source_name
from asn_fp.rules._stage3 import MadeRule, in_order, made_3

__all__ = [
    "Asn_Lv3MIRMRS",
    "Asn_Lv3MIRMRSBackground",
    "Asn_Lv3NRSFSS",
    "Asn_Lv3NRSIFU",
    "Asn_Lv3NRSIFUBackground",
    "Asn_Lv3SlitlessSpectral",
    "Asn_Lv3SpecAux",
    "Asn_Lv3SpectralSource",
    "Asn_Lv3SpectralTarget",
    "Asn_Lv3TSO",
    "Asn_Lv3WFSSMIR",
    "Asn_Lv3WFSSNIS",
    "Asn_Lv3WFSSNRC",
]

_OF_BACKGROUND = value_is("bkgdtarg", "t")
_LAMPS = exp_type("nrs_autoflat", "nrs_autowave")


def Asn_Lv3MIRMRS() -> MadeRule:  # noqa: N802
    """Combine MIRI MRS exposures of one target, all channels and bands together.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: MIR_MRS, no time series. Backgrounds are members,
    as x1d. Attached: target acquisitions of the observations.
    """
    selects = all_of(exp_type("mir_mrs"), not_tso)
    return made_3("Asn_Lv3MIRMRS", "spec3", selects, (target_but_background,), form=plain_name)


def Asn_Lv3MIRMRSBackground() -> MadeRule:  # noqa: N802
    """Combine MIRI MRS exposures of a background target, as science.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: MIR_MRS with BKGDTARG, no time series.
    """
    selects = all_of(exp_type("mir_mrs"), not_tso, _OF_BACKGROUND)
    return made_3("Asn_Lv3MIRMRSBackground", "spec3", selects, (target_of_all,), form=plain_name, as_science=True)


def Asn_Lv3NRSFSS() -> MadeRule:  # noqa: N802
    """Combine NIRSpec fixed-slit exposures of one target and setup, S200A1 and S200A2 together.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NRS_FIXEDSLIT on a valid optical path, lamps with
    the same setup. Backgrounds are members, as x1d. The pipeline fills source and slit into the product name.
    """
    selects = all_of(not_tso, any_of(exp_type("nrs_fixedslit"), _LAMPS), fss_path)
    return made_3("Asn_Lv3NRSFSS", "spec3", selects, (*OPTICS_3, target_but_background), form=slit_source_name)


def Asn_Lv3NRSIFU() -> MadeRule:  # noqa: N802
    """Combine NIRSpec IFU exposures of one target, grating and dither pattern.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NRS_IFU on a valid optical path, with PATTTYPE.
    Backgrounds are members, as x1d.
    """
    selects = all_of(not_tso, exp_type("nrs_autowave", "nrs_ifu"), ifu_path)
    by = (keyword("patttype"), keyword("grating"), target_but_background)
    return made_3("Asn_Lv3NRSIFU", "spec3", selects, by)


def Asn_Lv3NRSIFUBackground() -> MadeRule:  # noqa: N802
    """Combine NIRSpec IFU exposures of a background target and grating, as science.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NRS_IFU with BKGDTARG on a valid optical path.
    """
    selects = all_of(not_tso, exp_type("nrs_ifu"), ifu_path, _OF_BACKGROUND)
    by = (keyword("grating"), target_of_all)
    return made_3("Asn_Lv3NRSIFUBackground", "spec3", selects, by, as_science=True)


def Asn_Lv3SlitlessSpectral() -> MadeRule:  # noqa: N802
    """Combine NIRISS SOSS exposures that are no time series and have no dither pattern.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NIS_SOSS without PATTTYPE.
    """
    selects = all_of(not_tso, exp_type("nis_soss"), not_(has("patttype")))
    return made_3("Asn_Lv3SlitlessSpectral", "spec3", selects, (*OPTICS_3, target_but_background))


def Asn_Lv3SpecAux() -> MadeRule:  # noqa: N802
    """Combine slit spectra of a background target, as science.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: MIR_LRS-FIXEDSLIT, NRS_FIXEDSLIT with BKGDTARG.
    """
    selects = all_of(not_tso, _OF_BACKGROUND, exp_type("mir_lrs-fixedslit", "nrs_fixedslit"))
    by = (*OPTICS_3, keyword("exp_type"), target_of_all)
    return made_3("Asn_Lv3SpecAux", "spec3", selects, by, as_science=True)


def Asn_Lv3SpectralSource() -> MadeRule:  # noqa: N802
    """Combine NIRSpec micro-shutter exposures of one setup.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NRS_MSASPEC with an MSA metadata file, lamps with
    the same setup. The pipeline fills the source into the product name.
    """
    selects = all_of(not_tso, any_of(_LAMPS, all_of(exp_type("nrs_msaspec"), has("msametfl"))))
    return made_3("Asn_Lv3SpectralSource", "spec3", selects, (*OPTICS_3, target_but_background), form=source_name)


def Asn_Lv3SpectralTarget() -> MadeRule:  # noqa: N802
    """Combine nodded spectra of one target and setup; every nod is also listed as background.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: MIR_LRS-FIXEDSLIT, NIS_SOSS with a nod PATTTYPE.
    Attached: the x1d of every nod as background, where there are two or more.
    """
    nods = value_is("patttype", "2-point-nod", "4-point-nod", "along-slit-nod")
    selects = all_of(not_tso, exp_type("mir_lrs-fixedslit", "nis_soss"), nods)
    by = (*OPTICS_3, keyword("patttype"), target_but_background)
    return made_3("Asn_Lv3SpectralTarget", "spec3", selects, by, s.attach_nod_spectra(), several_observations=False)


def Asn_Lv3TSO() -> MadeRule:  # noqa: N802
    """Combine the segments of a time series.

    Association type: tso3. Pipeline: calwebb_tso3. Exposure types: all with TSOVISIT, NRC_TSIMAGE, NRC_TSGRISM,
    NRS_BRIGHTOBJ, but those without light on the detector, and F277W of NIS_SOSS. Level: calints. For observation
    candidates only. Same: filter, pupil or grating, slit, subarray, exposure type, target. The segments are in order.
    """
    selects = all_of(is_tso, tso_lit)
    by = (*OPTICS_3, keyword("exp_type"), target_but_background)
    return made_3("Asn_Lv3TSO", "tso3", selects, by, in_order(), candidates=candidate_type("observation"))


def Asn_Lv3WFSSMIR() -> MadeRule:  # noqa: N802
    """Combine MIRI wide-field slitless exposures of one target.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: MIR_WFSS with FILTER P750L.
    """
    selects = all_of(exp_type("mir_wfss"), value_is("filter", "p750l"))
    return made_3("Asn_Lv3WFSSMIR", "spec3", selects, (keyword("filter"), target_but_background))


def Asn_Lv3WFSSNIS() -> MadeRule:  # noqa: N802
    """Combine NIRISS grism exposures of one target, grism and blocking filter.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NIS_WFSS with FILTER GR150R or GR150C.
    """
    selects = all_of(exp_type("nis_wfss"), value_is("filter", "gr150r", "gr150c"))
    return made_3("Asn_Lv3WFSSNIS", "spec3", selects, (keyword("filter"), keyword("pupil"), target_but_background))


def Asn_Lv3WFSSNRC() -> MadeRule:  # noqa: N802
    """Combine NIRCam grism exposures of one target, grism and filter.

    Association type: spec3. Pipeline: calwebb_spec3. Exposure types: NRC_WFSS with PUPIL GRISMR or GRISMC.
    """
    selects = all_of(exp_type("nrc_wfss"), value_is("pupil", "grismr", "grismc"))
    return made_3("Asn_Lv3WFSSNRC", "spec3", selects, (keyword("pupil"), keyword("filter"), target_but_background))
