"""The closed tables of the field: what words exist, and what each of them means.

Nothing here is computed from data and nothing can be changed; every word is lower case unless its table says otherwise.
The comment above a table names its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from types import MappingProxyType
from typing import Final

__all__ = [
    "ACQ",
    "ASN_TYPES",
    "CATALOGUE_SUFFIXES",
    "CORON",
    "EMPTY",
    "EXPTYPES",
    "EXP_TYPE_ROLES",
    "FITS_ENDINGS",
    "FSS_LAMP_PATHS",
    "FSS_PATHS",
    "IFU_LAMP_PATHS",
    "IFU_PATHS",
    "IMAGE",
    "IMAGE_OTHER",
    "INSTRUMENTS",
    "LEVEL2B",
    "LRS",
    "PARTNER_EXPTYPES",
    "PRODUCT_SUFFIXES",
    "READ_EXPTYPES",
    "ROLE_FLAGS",
    "SPEC",
    "STAGE2_SUFFIXES",
    "STAGE2_TYPES",
    "STAGE3_SUFFIXES",
    "STAGE3_TYPES",
    "STAGE_OF_SUFFIX",
    "STEP_SUFFIXES",
    "SUBARRAYS",
    "SUFFIXES",
    "TSO",
    "UNOCCULTED_PATHS",
]


def _words(text: str) -> frozenset[str]:
    """Return the words of a table that is written as one text."""
    return frozenset(text.split())


def _by_word(table: Mapping[str, str]) -> Mapping[str, str]:
    """Turn a table of value -> words into one of word -> value."""
    return MappingProxyType({word: value for value, words in table.items() for word in words.split()})


# ---- Members: JWST documentation, "Associations"; the pipelines of jwst 3.0.0 and the rules of jwst.associations ----

PARTNER_EXPTYPES: Final[tuple[str, ...]] = (
    "background",
    "imprint",
    "psf",
    "selfcal",
    "target_acquisition",
    "sourcecat",
    "segmap",
    "direct_image",
)
"""The roles of a file that helps to process a science exposure, in the order in which an association lists them."""

EXPTYPES: Final[tuple[str, ...]] = (
    "science",
    *PARTNER_EXPTYPES,
    "autoflat",
    "autowave",
    "dark",
    "flat",
    "engineering",
)
"""Every role that a member may have; science comes first."""

# ---- Association types: JWST documentation, "JWST Conventions"; jwst 3.0.0, pipeline/calwebb_*.py ----

STAGE2_TYPES: Final[Mapping[str, str]] = _by_word(
    {"calwebb_image2": "image2 tso-image2 wfs-image2", "calwebb_spec2": "spec2 tso-spec2 nrslamp-spec2"}
)
"""Stage-2 association type -> the pipeline that processes it."""

STAGE3_TYPES: Final[Mapping[str, str]] = _by_word(
    {
        "calwebb_image3": "image3",
        "calwebb_spec3": "spec3",
        "calwebb_coron3": "coron3",
        "calwebb_ami3": "ami3",
        "calwebb_tso3": "tso3",
        "calwebb_wfs-image3": "wfs-image3",
    }
)
"""Stage-3 association type -> the pipeline that processes it."""

ASN_TYPES: Final[Mapping[str, str]] = MappingProxyType({**STAGE2_TYPES, **STAGE3_TYPES})
"""Every association type -> the pipeline that processes it."""

_READS: Final = {
    "calwebb_image2": ("science", "background"),
    "calwebb_spec2": ("science", *(role for role in PARTNER_EXPTYPES if role != "psf")),
    "calwebb_image3": ("science",),
    "calwebb_spec3": ("science", "background"),
    "calwebb_coron3": ("science", "psf"),
    "calwebb_ami3": ("science", "psf"),
    "calwebb_tso3": ("science",),
    "calwebb_wfs-image3": ("science",),
}
READ_EXPTYPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {asn_type: _READS[pipeline] for asn_type, pipeline in ASN_TYPES.items()}
)
"""Association type -> the roles its pipeline reads; it passes over members of any other role."""

# ---- EXP_TYPE: jwst 3.0.0, associations/lib/dms_base.py ----

# The strongest first: jwst 3.0.0, ``get_exposure_type``.
ROLE_FLAGS: Final[Mapping[str, str]] = MappingProxyType({"psf": "is_psf", "imprint": "is_imprt", "background": "bkgdtarg"})

EXP_TYPE_ROLES: Final[Mapping[str, str]] = _by_word(
    {
        "target_acquisition": """mir_tacq mir_taconfirm nis_tacq nis_taconfirm nrc_tacq nrc_taconfirm nrs_confirm
            nrs_msata nrs_tacq nrs_taconfirm nrs_taslit nrs_wata""",
        "dark": "mir_darkall mir_darkimg mir_darkmrs nis_dark nrc_dark nrs_dark",
        "flat": "mir_flatimage mir_flatmrs mir_flatimage-ext mir_flatmrs-ext nrc_flat",
        "engineering": "nis_focus nis_lamp nrc_focus nrc_led nrs_focus nrs_image nrs_lamp",
        "autoflat": "nrs_autoflat",
        "autowave": "nrs_autowave",
    }
)
"""EXP_TYPE -> the role it always has; an exposure of any other EXP_TYPE is science unless a flag says otherwise."""

ACQ: Final[frozenset[str]] = _words(
    """mir_tacq mir_taconfirm nis_taconfirm nis_tacq nrc_taconfirm nrc_tacq nrs_confirm nrs_msata nrs_taconfirm
    nrs_tacq nrs_taslit nrs_verify nrs_wata"""
)
"""The EXP_TYPEs of target acquisition; nrs_verify is one although its role is science."""

IMAGE: Final[frozenset[str]] = _words(
    "fgs_image mir_4qpm mir_image mir_lyot nis_ami nis_image nrc_coron nrc_image nrs_mimf nrc_tsimage"
)
"""The EXP_TYPEs of science images."""

IMAGE_OTHER: Final[frozenset[str]] = ACQ | _words("mir_coroncal nis_focus nrc_focus nrs_focus nrs_image")
"""The EXP_TYPEs of images that serve the instrument, not the science."""

SPEC: Final[frozenset[str]] = _words(
    """mir_lrs-fixedslit mir_lrs-slitless mir_mrs mir_wfss nis_soss nis_wfss nrc_tsgrism nrc_wfss nrs_fixedslit
    nrs_ifu nrs_msaspec nrs_brightobj"""
)
"""The EXP_TYPEs of science spectra."""

LRS: Final[frozenset[str]] = _words("mir_lrs-fixedslit mir_lrs-slitless")
"""The EXP_TYPEs of the MIRI low-resolution spectrometer."""

CORON: Final[frozenset[str]] = _words("mir_4qpm mir_lyot nrc_coron")
"""The EXP_TYPEs of coronagraphy."""

TSO: Final[frozenset[str]] = _words("nrc_tsimage nrc_tsgrism nrs_brightobj")
"""The EXP_TYPEs that are time series whatever TSOVISIT says."""

LEVEL2B: Final[frozenset[str]] = IMAGE | IMAGE_OTHER | SPEC
"""The EXP_TYPEs that a stage-2 pipeline calibrates: their stage-3 members are cal files, those of others rate files."""

# ---- Optical paths that put light on the detector: jwst 3.0.0, associations/lib/dms_base.py ----

_BOTH: Final = ("nrs1", "nrs2")
_FSS: Final = {
    # (grating, filter): detectors of the A slits, detectors of S200B1
    ("prism", "clear"): (("nrs1",), ("nrs2",)),
    ("g395h", "f290lp"): (_BOTH, ("nrs2",)),
    ("g235h", "f170lp"): (_BOTH, ("nrs2",)),
    ("g140h", "f100lp"): (_BOTH, ("nrs2",)),
    ("g140h", "f070lp"): (("nrs1",), _BOTH),
    ("g395m", "f290lp"): (("nrs1",), ("nrs2",)),
    ("g235m", "f170lp"): (("nrs1",), ("nrs2",)),
    ("g140m", "f100lp"): (("nrs1",), ("nrs2",)),
    ("g140m", "f070lp"): (("nrs1",), _BOTH),
}
FSS_PATHS: Final[frozenset[tuple[str, str, str, str]]] = frozenset(
    (slit, grating, filter_name, detector)
    for (grating, filter_name), lit in _FSS.items()
    for slit, detectors in zip(("a", "s200b1"), lit, strict=True)
    for detector in detectors
)
"""NIRSpec fixed slits: (slit, grating, filter, detector); the slit is "s200b1", or "a" for every other name."""

IFU_PATHS: Final[frozenset[tuple[str, str, str]]] = frozenset(
    {(grating, filter_name, "nrs1") for grating, filter_name in _FSS}
    | {("g140h", "f100lp", "nrs2"), ("g235h", "f170lp", "nrs2"), ("g395h", "f290lp", "nrs2")}
)
"""NIRSpec integral field unit: (grating, filter, detector)."""

_LAMPS: Final = {
    "prism": "line4 flat5 test",
    "g395h": "flat3 line3",
    "g235h": "flat2 line2",
    "g140h": "flat1 ref line1 flat4",
    "g395m": "flat3 line3",
    "g235m": "flat2 line2",
    "g140m": "flat1 line1 flat4",
}
FSS_LAMP_PATHS: Final[frozenset[tuple[str, str, str]]] = frozenset(
    path for grating, lamps in _LAMPS.items() for path in product((grating,), lamps.split(), _BOTH)
)
"""NIRSpec lamps, OPMODE fixedslit: (grating, lamp, detector)."""

IFU_LAMP_PATHS: Final[Mapping[tuple[str, str], frozenset[str]]] = MappingProxyType(
    {
        **{(grating, "nrs1"): frozenset[str]() for grating in _LAMPS},
        **{(grating, "nrs2"): frozenset[str]() for grating in ("g395h", "g235h")},
        ("g140h", "nrs2"): frozenset({"flat4"}),
    }
)
"""NIRSpec lamps, OPMODE ifu: (grating, detector) -> the lamps that leave it dark; any other lamp lights it."""

UNOCCULTED_PATHS: Final[frozenset[tuple[str, str]]] = frozenset(
    {*product(("maskbar",), ("nrca1", "nrca2", "nrca3")), *product(("maskrnd",), ("nrca1", "nrca3", "nrca4"))}
)
"""NIRCam coronagraphy in SUBARRAY full: the (pupil, detector) pairs that see no occulter."""

# ---- Undefined values of a header keyword or a pool cell, by case: jwst 3.0.0, associations/lib/dms_base.py ----

EMPTY: Final[frozenset[str | None]] = _words("NULL Null null -- N n F f FALSE false False N/A n/a") | {None, ""}
"""The values that mean "not given"; "f" is one, so a flag that is off is a flag that is missing."""

# ---- Files: astropy.io.fits opens these, compressed or not ----

FITS_ENDINGS: Final[tuple[str, ...]] = (".fits", ".fits.gz", ".fits.fz", ".fit")

# ---- Suffixes: JWST documentation, "Data Product Types"; jwst 3.0.0, lib/suffix.py ----

PRODUCT_SUFFIXES: Final[frozenset[str]] = _words(
    """ami ami-oi aminorm aminorm-oi blot bsub bsubints c1d cal calints cat crf crfints dark i2d mbsub median phot
    psfalign psfstack psfsub ramp rate rateints residual_fringe s2d s3d snr uncal wfscmb whtlt x1d x1dints"""
)
"""The suffixes of data products; "segm" and "asn" end file names too, but the pipelines do not know them as suffixes."""

STEP_SUFFIXES: Final[frozenset[str]] = _words(
    """adaptive_trace_model adaptivetracemodelstep align_refs alignrefsstep ami3pipeline ami_analyze ami_normalize
    amianalyzestep aminormalizestep assign_mtwcs assign_wcs assignmtwcsstep assignwcsstep backgroundstep
    badpixselfcalstep barshadowstep bkg_subtract chargemigrationstep clean_flicker_noise cleanflickernoisestep
    combine1dstep combine_1d coron3pipeline cube_build cubebuildstep dark_current darkcurrentstep darkpipeline
    detector1pipeline dq_init dqinitstep emicorr emicorrstep engdblog extract1dstep extract2dstep extract_1d
    extract_2d firstframe firstframestep flat_field flatfieldstep fringe fringestep gain_scale gainscalestep
    group_scale groupscalestep guider_cds guidercdsstep guiderpipeline hlsp hlspstep image2pipeline image3pipeline
    imprint imprintstep ipc ipcstep jump jumpstep klip klipstep lastframe lastframestep linearity linearitystep
    master_background masterbackgroundmosstep masterbackgroundstep msaflagopenstep outlier_detection
    outlierdetectionstep pathloss pathlossstep persistence persistencestep photom photomstep picture_frame
    pictureframestep pixelreplacestep ramp_fit rampfitstep refpix refpixstep resample resample_spec
    resamplespecstep resamplestep reset resetstep residualfringestep rscd rscdstep saturation saturationstep
    skymatch skymatchstep source_catalog sourcecatalogstep sourcetypestep spec2nrslamp spec2pipeline spec3pipeline
    spectral_leak spectralleakstep srctype stackrefs stackrefsstep straylight straylightstep superbias
    superbiasstep targ_centroid targcentroidstep tso3pipeline tsophotometrystep tweakreg tweakregstep wavecorrstep
    wfscombine wfscombinestep wfsscontamstep white_light whitelightstep"""
)
"""The names of steps and pipelines, which end the name of a result that was saved on the way."""

SUFFIXES: Final[frozenset[str]] = PRODUCT_SUFFIXES | STEP_SUFFIXES
"""Every suffix that the pipelines know and take off a name."""

CATALOGUE_SUFFIXES: Final[Mapping[str, str]] = _by_word({"i2d": "direct_image", "cat": "sourcecat", "segm": "segmap"})
"""The roles of a catalogue -> the suffix of their files."""

_CATALOGUES: Final = {role: (suffix,) for role, suffix in CATALOGUE_SUFFIXES.items()}

# jwst 3.0.0, associations/lib/rules_level2_base.py and the inputs of calwebb_image2 and calwebb_spec2.
STAGE2_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {**dict.fromkeys(EXPTYPES, ("rate", "rateints")), **_CATALOGUES}
)
"""Role -> the suffixes of a stage-2 member; an uncal name stands for the rate file that comes of it."""

# jwst 3.0.0, associations/lib/rules_level3_base.py and the inputs of the stage-3 pipelines.
STAGE_OF_SUFFIX: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("uncal", "rate", "rateints"), 2),
        **dict.fromkeys(("cal", "calints", "x1d", "x1dints", "crf", "crfints"), 3),
    }
)
"""The stage that takes a file with a suffix."""

STAGE3_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(EXPTYPES, ("cal", "calints")),
        **dict.fromkeys(("autoflat", "autowave", "dark", "flat", "engineering"), ("rate", "rateints")),
        "science": ("cal", "calints", "crf", "crfints", "x1d", "x1dints", "c1d"),
        "psf": ("cal", "calints", "crf", "crfints"),
        "background": ("x1d", "x1dints"),
        **_CATALOGUES,
    }
)
"""Role -> the suffixes of a stage-3 member; a background is the spectrum that calwebb_spec3 makes its master of."""

# ---- Instruments: JWST documentation, "File Naming Schemes" and the DETECTOR keyword ----

INSTRUMENTS: Final[Mapping[str, str]] = _by_word(
    {
        "nircam": "nrca1 nrca2 nrca3 nrca4 nrca5 nrcalong nrcb1 nrcb2 nrcb3 nrcb4 nrcb5 nrcblong",
        "nirspec": "nrs1 nrs2",
        "niriss": "nis",
        "miri": "mirimage mirifulong mirifushort",
        "fgs": "guider1 guider2",
    }
)
"""Detector, as file names write it -> instrument."""

# The SUBARRAY keyword, stdatamodels 6.0.0, subarray.schema; without the slits that NIRSpec once named subarrays, since
# product names list slits as such.
SUBARRAYS: Final[frozenset[str]] = _words(
    """8x8 32x32 128x128 2048x64 sub128cntr sub128diag sub128ll sub32cntr sub32diag sub32ll sub8cntr sub8diag sub8ll
    subidstripcenter subidstripll subtune32centerg1 subtune32centerg2 subtune32llg1 subtune32llg2

    brightsky mask1065 mask1140 mask1550 masklyot slitlessprism slitlessprism_ip slitlessprism_ips sub128 sub128_ip
    sub256 sub64 sub64_ip subprism subprism_ip subprism_ips subslit

    fullp full_supstp008 full_supstp024 full_supstp120 full_supstp510 full_supstp008p full_supstp024p full_supstp120p
    full_supstp510p mask210r mask335r mask430r masklwb maskswb maska210r maska430r maskblwb maskbswb sub41stripe1_dhs
    sub82stripe2_dhs sub164stripe4_dhs sub260stripe4_dhs sub160stripe4_dhs sub256stripe4_dhs sub40stripe1_dhs
    sub80stripe2_dhs sub160 sub160p sub320 sub320a335r sub320a430r sub320alwb sub320b335r sub320b430r sub320blwb
    sub32tats sub32tatsgrism sub32ta_dhs sub400p sub400x256alwb sub640 sub640a210r sub640aswb sub640b210r sub640bswb
    sub64fp1a sub64fp1b sub64p sub64fp6a sub64p_supstp002 sub64p_supstp008 sub64p_supstp032 sub8fp1a sub8fp1b sub8fp6a
    sub96dhspila sub96dhspilb subfsa210r subfsa335r subfsa430r subfsalwb subfsaswb subgrism128 subgrism256 subgrism64
    subnda210r subnda335r subnda430r subndalwbl subndalwbs subndaswbl subndaswbs subndb210r subndb335r subndb430r
    subndblwbl subndblwbs subndbswbl subndbswbs

    sub80 subampcal substrip80 substrip96 substrip256 sub17stripe_soss sub60stripe_soss sub204stripe_soss
    sub680stripe_soss subtaami subtasoss wfss64c wfss64r wfss128c wfss128r

    allslits full_irs2 sub1024a sub1024b sub512 sub512s sub32 sub2048 sub256m2_prism sub128m4_prism sub64m8_prism
    sub32m16_prism subs200a1 subs200a2 subs200b1 subs400a1

    full generic"""
)
"""The names of subarrays."""
