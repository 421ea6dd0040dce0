"""Sample exposures: small, header-only FITS files with the keywords that real ones have.

One NIRSpec IFU observation (four nods, each with its leakcal, on two detectors) with a dedicated background, and one
NIRCam coronagraphic sequence (two rolls and nine dithers of a PSF reference). Keywords and their values are those of
the JWST core schema; the program is invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from typing import Any

from asn_fp.names import parse
from asn_fp.records import Exposure, Exposures
from asn_fp.sources.derive import derive
from asn_fp.sources.values import normal, text_of

__all__ = ["Sample", "exposure", "fits_bytes", "nircam_coronagraphy", "nirspec_ifu"]

Sample = tuple[str, Mapping[str, Any]]
"""A file name and the keywords of its primary header."""


def exposure(program: str, observation: str, activity: str, number: int, detector: str, suffix: str, **keywords: Any) -> Sample:
    """Return one exposure, named by the convention, with the keywords that every exposure has and others.

    >>> name, header = exposure("01234", "001", "02101", 1, "mirimage", "rate", EXP_TYPE="MIR_IMAGE")
    >>> name, header["OBSERVTN"], header["EXP_TYPE"]
    ('jw01234001001_02101_00001_mirimage_rate.fits', '001', 'MIR_IMAGE')
    """
    name = f"jw{program}{observation}001_{activity}_{number:05d}_{detector.lower()}_{suffix}.fits"
    common = {
        "TELESCOP": "JWST",
        "FILENAME": name,
        "PROGRAM": program,
        "OBSERVTN": observation,
        "VISIT": "001",
        "VISITGRP": activity[:2],
        "SEQ_ID": activity[2:3],
        "ACT_ID": activity[3:],
        "EXPOSURE": f"{number:05d}",
        "DETECTOR": detector.upper(),
        "TSOVISIT": False,
        "DATE-OBS": "2025-06-01",
    }
    return name, {**common, **keywords}


def nirspec_ifu(program: str = "01234") -> tuple[Sample, ...]:
    """Return an IFU observation: four nods with a leakcal each, and two dedicated backgrounds with one, on nrs1 and nrs2.

    Args:
        program: five digits.

    >>> samples = nirspec_ifu()
    >>> len(samples), samples[0][0]
    (22, 'jw01234001001_02101_00001_nrs1_rate.fits')
    """
    setup = {
        "INSTRUME": "NIRSPEC", "EXP_TYPE": "NRS_IFU", "FILTER": "F170LP", "GRATING": "G235H", "SUBARRAY": "FULL",
        "GWA_XTIL": 0.35896975, "GWA_YTIL": 0.13438272, "NUMDTHPT": 4, "SUBPXPTS": 1,
    }  # fmt: skip
    target = {"TARGNAME": "NGC 7469", "TARGPROP": "NGC-7469", "PATTTYPE": "4-POINT-NOD", "BKGDTARG": False}
    sky = {"TARGNAME": "NGC 7469 SKY", "TARGPROP": "NGC-7469-SKY", "PATTTYPE": "NONE", "BKGDTARG": True}
    found = []
    for detector in ("nrs1", "nrs2"):
        for kind, activity, imprint in (("science", "02101", False), ("leakcal", "02103", True)):
            del kind
            for nod in range(1, 5):
                words = {**setup, **target, "PATT_NUM": nod, "IS_IMPRT": imprint, "EXPSTART": 60827.1 + nod / 100}
                found.append(exposure(program, "001", activity, nod, detector, "rate", **words))
        for number, activity, imprint in ((1, "02101", False), (2, "02101", False), (1, "02103", True)):
            words = {**setup, **sky, "PATT_NUM": number, "IS_IMPRT": imprint, "EXPSTART": 60827.3 + number / 100}
            found.append(exposure(program, "002", activity, number, detector, "rate", **words))
    return tuple(found)


def nircam_coronagraphy(program: str = "01234") -> tuple[Sample, ...]:
    """Return a coronagraphic sequence: a target at two roll angles, and nine dithers of a PSF reference.

    Args:
        program: five digits.

    >>> samples = nircam_coronagraphy()
    >>> len(samples), samples[-1][0]
    (11, 'jw01234005001_03106_00009_nrcalong_calints.fits')
    """
    setup = {
        "INSTRUME": "NIRCAM", "EXP_TYPE": "NRC_CORON", "FILTER": "F444W", "PUPIL": "MASKRND", "CORONMSK": "MASKA335R",
        "CHANNEL": "LONG", "MODULE": "A", "SUBARRAY": "SUB320A335R",
    }  # fmt: skip
    target = {"TARGNAME": "HIP 65426", "TARGPROP": "HIP-65426", "IS_PSF": False, "PATTTYPE": "NONE"}
    star = {"TARGNAME": "HIP 68245", "TARGPROP": "HIP-68245", "IS_PSF": True, "PATTTYPE": "SMALL-GRID-DITHER"}
    rolls = [
        exposure(program, f"00{number}", "03106", 1, "nrcalong", "calints", **setup, **target, EXPSTART=60828.0 + number / 10)
        for number in (3, 4)
    ]
    references = [
        exposure(program, "005", "03106", number, "nrcalong", "calints", **setup, **star, EXPSTART=60828.5 + number / 100)
        for number in range(1, 10)
    ]
    return (*rolls, *references)


def fits_bytes(sample: Sample) -> bytes:
    """Return the bytes of a FITS file that has the sample's primary header and no data.

    >>> fits_bytes(nirspec_ifu()[0])[:30]
    b'SIMPLE  =                    T'
    """
    from astropy.io import fits

    header = fits.Header([(keyword, value) for keyword, value in sample[1].items()])
    out = BytesIO()
    fits.PrimaryHDU(header=header).writeto(out)
    return out.getvalue()


def exposures_of(samples: Sequence[Sample]) -> Exposures:
    """Return what reading the samples' headers gives, without writing them.

    >>> exposures_of(nirspec_ifu())[0].meta["exp_type"]
    'nrs_ifu'
    """
    metas = [
        {key.lower(): value for key, given in header.items() if (value := normal(key.lower(), text_of(given))) is not None}
        for _, header in samples
    ]
    names = (parse(meta.pop("filename")) for meta in metas)
    return derive(
        tuple(Exposure(at, name, meta=MappingProxyType(meta)) for at, (name, meta) in enumerate(zip(names, metas, strict=True)))
    )
