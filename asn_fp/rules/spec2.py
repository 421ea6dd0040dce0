"""Stage-2 rules for spectra without nods: calwebb_spec2."""

from __future__ import annotations

from asn_fp import steps as s
from asn_fp.keys import Key, keyword
from asn_fp.modes import fss_path, has_mode, ifu_path, is_tso, lamp_path, not_tso, special, value_is
from asn_fp.predicates import all_of, any_of, exp_type, exptype_in, has, is_science, not_
from asn_fp.records import Exposure
from asn_fp.rules._stage2 import OPTICS, MadeRule, made_2
from asn_fp.vocabulary import LRS, SPEC

__all__ = [
    "Asn_Lv2NRSLAMPSpectral",
    "Asn_Lv2Spec",
    "Asn_Lv2SpecImprint",
    "Asn_Lv2SpecSpecial",
    "Asn_Lv2SpecTSO",
]

_NOD = value_is("patttype", "2-point-nod", "4-point-nod", "along-slit-nod")
_PLAIN = exp_type("mir_mrs", "nrs_ifu", "nis_soss", "nrc_tsgrism", "nrs_brightobj")
_SPECTRUM = all_of(exp_type(*sorted(SPEC)), has_mode, ifu_path)
_SAME_TYPE = (*OPTICS, keyword("exp_type"))
_SAME_TILE = (*_SAME_TYPE, keyword("mostilno"))
_FLAG = Key("flag", ("bkgdtarg", "is_psf"), lambda each: "bkgdtarg" if "bkgdtarg" in each.meta else "is_psf")


def leads_an_imprint(lead: Exposure, _: Exposure) -> bool:
    """Tell whether a product is led by an imprint, which gets no imprints itself.

    >>> from asn_fp.names import parse
    >>> leads_an_imprint(Exposure(0, parse("a.fits"), meta={"is_imprt": "t"}), None)
    True
    """
    return "is_imprt" in lead.meta


def Asn_Lv2Spec() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of exposures that are neither nodded nor time series.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: MIR_MRS, NRS_IFU, NIS_SOSS (NRC_TSGRISM and
    NRS_BRIGHTOBJ are always time series). Attached: backgrounds (BKGDTARG) of the same type and optical path; imprints
    of the same mosaic tile, and of the same target and dither position where that can be told.
    """
    science = all_of(is_science, has("mostilno"))
    return made_2(
        "Asn_Lv2Spec",
        "spec2",
        all_of(_PLAIN, has_mode, not_tso, not_(_NOD), ifu_path),
        s.attach("own", by=_SAME_TYPE, among=all_of(has("bkgdtarg"), not_(is_science))),
        s.attach("imprint", by=_SAME_TILE, among=all_of(exptype_in("imprint"), not_(has("bkgdtarg")))),
        s.prune_imprints(),
        lead=science,
    )


def Asn_Lv2SpecSpecial() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of backgrounds and PSF references, each with its imprints.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: all spectra with BKGDTARG or IS_PSF. The exposure
    is the science member, an imprint of a background too. Attached to all but imprints: imprints flagged likewise, of
    the same type, optical path and tile, and of the same target and dither position where that can be told.
    """
    return made_2(
        "Asn_Lv2SpecSpecial",
        "spec2",
        all_of(_SPECTRUM, special),
        s.attach("imprint", by=(*_SAME_TILE, _FLAG), among=has("is_imprt"), unless=leads_an_imprint),
        s.prune_imprints(),
        as_science=True,
    )


def Asn_Lv2SpecImprint() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of imprints, each for itself.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: all spectra with IS_IMPRT. Nothing is attached;
    the imprint is the science member.
    """
    return made_2("Asn_Lv2SpecImprint", "spec2", all_of(_SPECTRUM, has("is_imprt")), as_science=True)


def Asn_Lv2SpecTSO() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of time series.

    Association type: tso-spec2. Pipeline: calwebb_tso-spec2. Exposure types: spectra with TSOVISIT, NRC_TSGRISM
    (without PUPIL clear), NRS_BRIGHTOBJ (on a valid optical path), NIS_SOSS (without filter F277W); no LRS. Level:
    rateints. Nothing is attached.
    """
    no_slit_or_lrs = not_(exp_type("nrs_msaspec", "nrs_fixedslit", *sorted(LRS)))
    dark = any_of(
        all_of(exp_type("nrc_tsgrism"), value_is("pupil", "clear")),
        all_of(exp_type("nrs_brightobj"), not_(fss_path)),
        all_of(exp_type("nis_soss"), any_of(value_is("filter", "f277w"), not_(has("filter")))),
    )
    eligible = all_of(exp_type(*sorted(SPEC)), no_slit_or_lrs, has_mode, is_tso, not_(dark))
    return made_2("Asn_Lv2SpecTSO", "tso-spec2", eligible)


def Asn_Lv2NRSLAMPSpectral() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of NIRSpec lamps.

    Association type: nrslamp-spec2. Pipeline: calwebb_nrslamp-spec2. Exposure types: NRS_AUTOFLAT, NRS_AUTOWAVE,
    NRS_LAMP with FILTER opaque, a lamp that lights the detector, and for OPMODE msaspec an MSA metadata file. Nothing
    is attached; the exposure is the science member.
    """
    eligible = all_of(
        exp_type("nrs_autoflat", "nrs_autowave", "nrs_lamp"),
        value_is("filter", "opaque"),
        lamp_path,
        has("lamp"),
        not_(value_is("lamp", "nolamp")),
        not_(value_is("grating", "mirror")),
        not_(value_is("opmode", "grating-only")),
        any_of(not_(value_is("opmode", "msaspec")), has("msametfl")),
    )
    return made_2("Asn_Lv2NRSLAMPSpectral", "nrslamp-spec2", eligible, as_science=True)
