"""What the benchmarks work on: file names, and the same associations as plain dicts built by hand.

Nothing here needs asn_fp, so that the peer can be run on the same names in an environment of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

__all__ = ["LEVEL_2", "LEVEL_3", "PRODUCT", "SUFFIX", "file_names", "plain", "plain_text"]

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
