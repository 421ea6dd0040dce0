"""Values in one form, whether a header or a pool has them, and the columns that rules read.

A value is lower-case text without outer blanks; an undefined one is None and stays out of an exposure's mapping. Numbers
in columns that hold numbers are written in the shortest way, so that ``00001`` and ``1`` are one exposure number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from asn_fp.vocabulary import EMPTY

__all__ = ["FLAGS", "INTEGERS", "READ_COLUMNS", "REALS", "normal", "text_of"]


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a table that is written as one text."""
    return tuple(text.split())


READ_COLUMNS: Final[tuple[str, ...]] = _words(
    """filename obs_id program observtn obs_num visit visitgrp visitype seq_id act_id exposure exsegnum exp_type instrume
    detector channel band module targetid targprop targname pntgtype expspcin dithptin mostilno filter pupil grating
    fxd_slit coronmsk subarray patttype patt_num numdthpt subpxpts subpxpns gwa_xtil gwa_ytil nints ngroups date-obs
    expstart tsovisit is_psf is_imprt bkgdtarg msastate msametfl opmode lamp dms_note exposerr asn_candidate"""
)
"""The columns that rules and the usual matches read, in the order in which a pool is written."""

FLAGS: Final[frozenset[str]] = frozenset(("tsovisit", "is_psf", "is_imprt", "bkgdtarg"))
"""The columns that hold a logical: ``t``, or undefined."""

INTEGERS: Final[frozenset[str]] = frozenset(
    _words(
        """program observtn obs_num visit visitgrp seq_id exposure exsegnum exsegtot targetid expspcin dithptin mostilno
        patt_num numdthpt subpxpts subpxpns subpxnum nints ngroups nexposur expcount pntg_seq targordn pattstrt spat_num
        spec_num"""
    )
)
"""The columns that hold an integer; what doesn't read as one is kept as it is."""

REALS: Final[frozenset[str]] = frozenset(("gwa_xtil", "gwa_ytil", "expstart", "expmid", "expend"))
"""The columns that hold a real number; what doesn't read as one is kept as it is."""

_INTEGER: Final = re.compile(r"\+?0*([0-9]+)(?:\.0*)?", re.ASCII)
_REAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?", re.ASCII)
_BASE_36: Final = re.compile(r"0*([0-9a-z]+)", re.ASCII)
_LOGICALS: Final[Mapping[str, str]] = {"true": "t"}


def normal(column: str, text: str) -> str | None:
    """Return the normal form of a text in a column, None where it is undefined.

    Only EXPOSERR is never undefined: an association carries it on as it stands, an empty one as ``null``.

    Args:
        column: the keyword in lower case.
        text: the cell, or what `text_of` makes of a header value.

    >>> normal("exposure", " 00001 "), normal("gwa_xtil", "0.350"), normal("is_psf", "TRUE"), normal("patttype", "NONE")
    ('1', '0.35', 't', 'none')
    >>> normal("is_psf", "F"), normal("filter", "N/A"), normal("exposerr", "NULL")
    (None, None, 'null')
    """
    value = text.strip().lower()
    if column == "exposerr":
        return value or "null"
    if value in EMPTY:
        return None
    if column in INTEGERS:
        match = _INTEGER.fullmatch(value)
    elif column == "act_id":
        match = _BASE_36.fullmatch(value)
    elif column in REALS and _REAL.fullmatch(value):
        return text_of(float(value))
    else:
        return _LOGICALS.get(value, value) if column in FLAGS else value
    return match[1] if match else value


def text_of(value: object) -> str:
    """Return what a header value is as text: a logical is ``t`` or ``f``, a number as short as can be.

    >>> [text_of(value) for value in (True, 4, 4.0, 0.35896975, 1e-8, "NGC 7469")]
    ['t', '4', '4', '0.35896975', '1e-08', 'NGC 7469']
    """
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
