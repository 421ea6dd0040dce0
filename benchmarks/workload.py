"""What the benchmarks work on: file names, the same associations as plain dicts built by hand, pools, and FITS files.

Nothing here needs asn_fp, so that the peer can be run on the same names in an environment of its own.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

__all__ = [
    "LEVEL_2",
    "LEVEL_3",
    "PRODUCT",
    "SUFFIX",
    "file_names",
    "plain",
    "plain_text",
    "pool_text",
    "repeated_pool",
    "wheel_pools",
    "write_headers",
]

LEVEL_2: Final = "DMSLevel2bBase"
LEVEL_3: Final = "DMS_Level3_Base"
PRODUCT: Final = "jw01234-o001_t001_nirspec_f170lp-g235m"
SUFFIX: Final = {LEVEL_2: "rate", "level2": "rate", LEVEL_3: "cal", "level3": "cal"}
"""The suffix of the science files of each rule that is measured."""

_HEAD: Final = {"version_id": None, "code_version": "", "degraded_status": "No known degraded exposures in association."}


def file_names(count: int, rule: str) -> list[str]:
    """Return that many different names of exposures, of the kind that a rule takes."""
    suffix = SUFFIX[rule]
    return [
        f"jw01234{1 + at // 200:03d}001_02101_{1 + at % 100:05d}_nrs{1 + at // 100 % 2}_{suffix}.fits" for at in range(count)
    ]


def plain(names: Sequence[str], rule: str, code_version: str = "") -> dict[str, Any]:
    """Return the association that `LEVEL_2` or `LEVEL_3` makes of names, written down by hand with the least possible work."""
    head = {"asn_type": "None", "asn_rule": rule, **_HEAD, "code_version": code_version}
    about = {"program": "noprogram", "constraints": "No constraints", "asn_id": "a3001"}
    if rule == LEVEL_2:
        made = [{"name": name.rpartition("_")[0], "members": [{"expname": name, "exptype": "science"}]} for name in names]
        return {**head, **about, "asn_pool": "none", "products": made}
    members = [{"expname": name, "exptype": "science"} for name in names]
    return {**head, **about, "target": "none", "asn_pool": "none", "products": [{"name": PRODUCT, "members": members}]}


def plain_text(names: Sequence[str], rule: str, code_version: str = "") -> str:
    """Return the text of that association, formatted by msgspec: the yardstick."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(plain(names, rule, code_version)), indent=4).decode()


# ------------------------------------------------------------------------------------------------------------------ pools


def wheel_pools() -> dict[str, Any]:
    """Return the pools that the wheel of jwst ships, as the tests keep them: name to columns and rows."""
    recorded = Path(__file__).parents[1] / "tests" / "parity" / "data" / "pools.json.gz"
    pools: dict[str, Any] = json.loads(gzip.decompress(recorded.read_bytes()))
    return pools


def pool_text(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a pool as the text of its file."""
    return "\n".join("|".join(cells) for cells in [columns, *rows]) + "\n"


def repeated_pool(count: int) -> str:
    """Return a pool of that many rows: all observations of the largest pool, again and again as those of other programs."""
    pool = wheel_pools()["mega_pool"]
    columns = pool["columns"]
    name, program = columns.index("filename"), columns.index("program")
    proper = [row for row in pool["rows"] if row[program].isdigit()]
    numbers = {text: number for number, text in enumerate(dict.fromkeys(row[program] for row in proper), 1)}
    rows = []
    for at in range(count):
        copy, place = divmod(at, len(proper))
        row = list(proper[place])
        row[name] = f"copy{copy:03d}_{row[name]}"
        row[program] = str(copy * len(numbers) + numbers[row[program]])
        rows.append(row)
    return pool_text(columns, rows)


# ---------------------------------------------------------------------------------------------------------- FITS headers

_CARDS: Final = 250
_OWN_CARDS: Final = 60
"""How many cards a header has, and how many of them (times, pointing, ephemeris) are of this exposure only."""


def _card(keyword: str, value: object) -> str:
    text = f"'{value:<8}'" if isinstance(value, str) else f"{value!s:>20}"
    return f"{keyword:<8}= {text} / what the archive says of it"[:80].ljust(80)


def _header(number: int) -> str:
    observation, exposure = 1 + number // 100, 1 + number % 100
    known = {
        "FILENAME": _header_name(number), "PROGRAM": "01234",
        "OBSERVTN": f"{observation:03d}", "VISIT": "001", "VISITGRP": "02", "SEQ_ID": "1", "ACT_ID": "01",
        "EXPOSURE": f"{exposure:05d}", "INSTRUME": "NIRSPEC", "DETECTOR": "NRS1", "EXP_TYPE": "NRS_IFU", "FILTER": "F170LP",
        "GRATING": "G235H", "SUBARRAY": "FULL", "TARGNAME": "NGC 7469", "TARGPROP": "NGC-7469", "PATTTYPE": "4-POINT-NOD",
        "VISITYPE": "PRIME_TARGETED_FIXED", "TELESCOP": "JWST", "OBS_ID": f"V01234{observation:03d}001P0000000002101",
    }  # fmt: skip
    cards = [f"{'SIMPLE':<8}= {'T':>20}".ljust(80), _card("BITPIX", 8), _card("NAXIS", 0)]
    cards += [_card(keyword, value) for keyword, value in known.items()]
    cards += [_card(f"OWN{at:05d}", 0.5 + number + at / 7) for at in range(_OWN_CARDS)]
    cards += [_card(f"ALL{at:05d}", f"value {at}" if at % 3 else at) for at in range(_CARDS - len(cards))]
    text = "".join([*cards, "END".ljust(80)])
    return text.ljust(-(-len(text) // 2880) * 2880)


def write_headers(folder: Path, count: int) -> list[str]:
    """Write that many FITS files, a header of the real size each and no data, and return their names."""
    paths = [folder / _header_name(number) for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(_header(number), encoding="ascii")
    return [str(path) for path in paths]


def _header_name(number: int) -> str:
    return f"jw01234{1 + number // 100:03d}001_02101_{1 + number % 100:05d}_nrs1_rate.fits"
