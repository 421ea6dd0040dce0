"""Stage-2 rules for spectra whose nods are each other's background, and for MIRI LRS: calwebb_spec2."""

from __future__ import annotations

from asn_fp import steps as s
from asn_fp.keys import keyword, observation, optional
from asn_fp.modes import BASE, MODE, fss_path, has_mode, ifu_path, is_lrs, not_tso, value_is
from asn_fp.nods import nods_overlap, same_position
from asn_fp.predicates import all_of, any_of, exp_type, exptype_in, has, is_science, not_
from asn_fp.rules._stage2 import ALONG, NODS, OPTICS, MadeRule, made_2

__all__ = [
    "Asn_Lv2MIRLRSFixedSlitNod",
    "Asn_Lv2NRSFSS",
    "Asn_Lv2NRSIFUNod",
    "Asn_Lv2NRSMSA",
    "Asn_MIRLRSTAConfirm",
]

_OTHERS = not_(is_science)
_CONFIRM = all_of(exp_type("mir_taconfirm"), exptype_in("target_acquisition"))
_NEAREST = s.attach("target_acquisition", by=(*ALONG, observation), among=_CONFIRM, closest=keyword("expstart"))
_LRS_OPTICS = (*BASE, *(optional(key) for key in MODE[:3]), *MODE[3:])
"""What an LRS exposure shares with its background: there is one optical path, so an undefined value agrees with it."""
_DITHER = (keyword("expspcin"), keyword("numdthpt"), keyword("subpxpns", "subpxpts"))


def Asn_MIRLRSTAConfirm() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of MIRI LRS, slit and slitless, with the target-acquisition confirmation image.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: MIR_LRS-FIXEDSLIT, MIR_LRS-SLITLESS, time series
    included. Attached: backgrounds (BKGDTARG) of the same optical path; the MIR_TACONFIRM of the observation, the one
    nearest in time first.
    """
    background = all_of(is_lrs, has("bkgdtarg"), _OTHERS, not_tso, has_mode)
    return made_2(
        "Asn_MIRLRSTAConfirm",
        "spec2",
        any_of(all_of(is_lrs, any_of(has_mode, has("obs_id"))), _CONFIRM),
        s.attach("own", by=_LRS_OPTICS, among=background),
        _NEAREST,
        lead=all_of(is_lrs, is_science),
    )


def Asn_Lv2MIRLRSFixedSlitNod() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of MIRI LRS nods along the slit, with the other nods as background.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: MIR_LRS-FIXEDSLIT with PATTTYPE along-slit-nod.
    Attached: the exposures at another PATT_NUM, as background; the MIR_TACONFIRM of the observation, the nearest first.
    """
    nod = all_of(exp_type("mir_lrs-fixedslit"), value_is("patttype", "along-slit-nod"), has("patt_num"))
    return made_2(
        "Asn_Lv2MIRLRSFixedSlitNod",
        "spec2",
        any_of(nod, _CONFIRM),
        s.attach("background", by=ALONG, among=all_of(nod, is_science), unless=same_position),
        _NEAREST,
        lead=all_of(nod, is_science),
        candidates=("observation",),
    )


def Asn_Lv2NRSFSS() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of the NIRSpec fixed slits, with the other nods as background.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NRS_FIXEDSLIT on a valid optical path. Attached:
    dedicated backgrounds and the like of the same optical path, in their roles; as background the nods of the same
    dither pattern, except those at the same primary position or of another target.
    """
    science = all_of(is_science, has("expspcin"), has("numdthpt"), any_of(has("subpxpts"), has("subpxpns")))
    return made_2(
        "Asn_Lv2NRSFSS",
        "spec2",
        all_of(exp_type("nrs_fixedslit"), has_mode, fss_path),
        s.attach("own", by=OPTICS, among=_OTHERS),
        s.admit({"background": "background"}),
        s.attach("background", by=(*NODS, *_DITHER), among=science, unless=nods_overlap),
        lead=science,
    )


def Asn_Lv2NRSMSA() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of the NIRSpec micro-shutters, with the other nods as background.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NRS_MSASPEC with an MSA metadata file, not with the
    mirror. Attached: what else has the same optical path and MSA file, in its role; as background the nods at another
    primary position.
    """
    together = (keyword("msametfl"), keyword("expspcin"))
    return made_2(
        "Asn_Lv2NRSMSA",
        "spec2",
        all_of(exp_type("nrs_msaspec"), has_mode, has("msametfl"), has("expspcin"), not_(value_is("grating", "mirror"))),
        s.attach("own", by=(*OPTICS, *together), among=_OTHERS),
        s.admit({"background": "background"}),
        s.attach("background", by=(*NODS, *together), among=is_science, unless=nods_overlap),
    )


def Asn_Lv2NRSIFUNod() -> MadeRule:  # noqa: N802
    """Make stage-2 spectra of NIRSpec IFU nods, with the other nods as background and with their imprints.

    Association type: spec2. Pipeline: calwebb_spec2. Exposure types: NRS_IFU with PATTTYPE 2-point-nod or 4-point-nod,
    on a valid optical path. Attached: imprints and dedicated backgrounds of the same pattern and mosaic tile, the
    imprints those of the nods' own target and positions where that can be told; the other nods as background.
    """
    together = (keyword("patttype"), keyword("mostilno"))
    return made_2(
        "Asn_Lv2NRSIFUNod",
        "spec2",
        all_of(exp_type("nrs_ifu"), has_mode, ifu_path, value_is("patttype", "2-point-nod", "4-point-nod"), has("mostilno")),
        s.attach("own", by=(*OPTICS, *together), among=_OTHERS),
        s.prune_imprints(),
        s.admit({"background": "background"}),
        s.one_each(others="background"),
        split=(s.group(by=(*NODS, *together), of=is_science),),
    )
