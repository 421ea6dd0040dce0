"""Small pools, one for each deliberate difference from the peer that random pools seldom show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

TEXT = """
FILENAME PROGRAM OBS_NUM OBS_ID EXP_TYPE PNTGTYPE INSTRUME DETECTOR FILTER PUPIL GRATING FXD_SLIT SUBARRAY TARGETID PATTTYPE
PATT_NUM NUMDTHPT SUBPXPTS EXPSPCIN MOSTILNO DITHPTIN BKGDTARG IS_PSF IS_IMPRT MSAMETFL MSASTATE VISITYPE ASN_CANDIDATE
"""
COLUMNS = TEXT.split()

LRS = {"EXP_TYPE": "MIR_LRS-FIXEDSLIT", "INSTRUME": "MIRI", "DETECTOR": "MIRIMAGE", "FILTER": "P750L", "SUBARRAY": "FULL"}
NODS = {**LRS, "PATTTYPE": "ALONG-SLIT-NOD"}
CONFIRM = {**LRS, "EXP_TYPE": "MIR_TACONFIRM", "PNTGTYPE": "TARGET_ACQUISITION", "FILTER": "F560W"}
GRISM = {"EXP_TYPE": "NIS_WFSS", "INSTRUME": "NIRISS", "DETECTOR": "NIS", "PUPIL": "F200W", "SUBARRAY": "FULL"}
IMAGE = {"EXP_TYPE": "MIR_IMAGE", "INSTRUME": "MIRI", "DETECTOR": "MIRIMAGE", "FILTER": "F770W", "SUBARRAY": "FULL"}
MSA = {"EXP_TYPE": "NRS_MSASPEC", "INSTRUME": "NIRSPEC", "DETECTOR": "NRS1", "FILTER": "F110W", "SUBARRAY": "FULL"}
IFU = {**MSA, "EXP_TYPE": "NRS_IFU", "FILTER": "F170LP", "GRATING": "G235M"}


def row(place: str, cells: Mapping[str, str], *candidates: tuple[str, str], **more: str) -> dict[str, str]:
    """Return an exposure at a place like ``001_02101_00001``, in its observation and in further candidates."""
    observation, activity, number = place.split("_")
    found = {**cells, **more}
    listed = [(f"o{observation}", "observation"), *candidates]
    return {
        "FILENAME": f"jw01234{observation}001_{activity}_{number}_{found['DETECTOR'].lower()}_uncal.fits",
        "PROGRAM": "1234",
        "OBS_NUM": str(int(observation)),
        "OBS_ID": f"V01234{observation}001P0000000{activity}",
        "PNTGTYPE": "SCIENCE",
        "TARGETID": "1",
        "MOSTILNO": "1",
        "VISITYPE": "PRIME_TARGETED_FIXED",
        "ASN_CANDIDATE": str(listed),
        **found,
    }


def pool(rows: Iterable[Mapping[str, str]], without: str = "") -> dict[str, Any]:
    """Return a pool of such exposures, perhaps without one column."""
    columns = [column for column in COLUMNS if column != without]
    return {
        "file_name": "small_pool.csv",
        "columns": columns,
        "rows": [[each.get(column, "NULL") for column in columns] for each in rows],
    }


BACKGROUND = ("c1000", "background")

SMALL: Mapping[str, dict[str, Any]] = {
    "every-own-acquisition": pool(
        [
            row("001_02101_00001", CONFIRM),
            row("001_03101_00001", CONFIRM),
            row("001_04101_00001", LRS, PATTTYPE="INTRA-SLIT", PATT_NUM="1"),
            row("001_04101_00002", LRS, PATTTYPE="INTRA-SLIT", PATT_NUM="2"),
        ]
    ),
    "nods-by-number": pool([row(f"001_04101_0000{number}", NODS, PATT_NUM=str(number)) for number in (1, 2, 3)]),
    "background-for-every-setup": pool(
        [
            row("002_02101_00001", GRISM, BACKGROUND, FILTER="GR150R", BKGDTARG="T"),
            row("001_02101_00001", GRISM, BACKGROUND, FILTER="GR150R", EXPSPCIN="1"),
            row("001_02103_00001", GRISM, BACKGROUND, FILTER="GR150C", EXPSPCIN="3"),
            row("001_02105_00001", GRISM, BACKGROUND, EXP_TYPE="NIS_IMAGE", FILTER="CLEAR", EXPSPCIN="5"),
        ]
    ),
    "mirror-is-an-image": pool(
        [row("001_02101_00001", MSA, GRATING="MIRROR", MSASTATE="PRIMARYPARK_ALLOPEN", MSAMETFL="one_msa.fits", EXPSPCIN="1")]
    ),
    "reference-beats-background": pool(
        [row("001_02101_00001", IMAGE), row("001_02101_00002", IMAGE, BKGDTARG="T", IS_PSF="T", TARGETID="2")]
    ),
    "own-tile-imprints": pool(
        [
            *(row(f"001_02101_0000{number}", IFU, BKGDTARG="T", DITHPTIN=str(number)) for number in (1, 2)),
            *(row(f"001_02103_0000{number}", IFU, BKGDTARG="T", IS_IMPRT="T", DITHPTIN=str(number)) for number in (1, 2)),
        ]
    ),
    "target-of-the-science": pool(
        [
            row("002_02101_00001", IMAGE, BACKGROUND, BKGDTARG="T", TARGETID="2"),
            row("001_02101_00001", IMAGE, BACKGROUND),
        ]
    ),
}
"""Pools by the kind of difference that they show."""

STOPS: Mapping[str, dict[str, Any]] = {
    "no EXP_TYPE": pool([row("001_02101_00001", IMAGE), row("001_02101_00002", IMAGE, EXP_TYPE="NULL")]),
    "no PNTGTYPE": pool([row("001_02101_00001", IMAGE)], without="PNTGTYPE"),
    "no TARGETID": pool([row("001_02101_00001", IMAGE)], without="TARGETID"),
    "no PUPIL": pool(
        [row("001_02101_00001", IMAGE, EXP_TYPE="NRC_CORON", INSTRUME="NIRCAM", DETECTOR="NRCA2")], without="PUPIL"
    ),
}
"""Pools on which the peer stops."""
