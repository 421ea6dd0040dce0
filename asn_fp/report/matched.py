"""The keys that matched, out of the text of an association's ``constraints``."""

from __future__ import annotations

import re
from typing import Any, Final

__all__ = ["matched_keys"]

# What jwst.associations writes: DMSAttrConstraint({'name': 'program', 'sources': ['program'], 'value': '1234'})
_PRINTED: Final = re.compile(r"\w+\(\{'name': '(?P<name>[^']*)'.*?'value': (?P<value>.*)\}\)")
_CANDIDATE: Final = re.compile(r"Candidate\(id='(\w*)', type='(\w*)'\)")
_NOTHING: Final = ("", "none", "no constraints")


def matched_keys(constraints: Any) -> list[tuple[str, str]]:
    r"""Return each key of a ``constraints`` text with its value; a line that is neither ours nor the peer's has no key.

    >>> matched_keys("program: 01234\nfilter: f444w")
    [('program', '01234'), ('filter', 'f444w')]
    >>> matched_keys("DMSAttrConstraint({'name': 'opt_elem', 'sources': ['filter'], 'value': 'f444w'})")
    [('opt_elem', 'f444w')]
    >>> matched_keys("No constraints"), matched_keys(None), matched_keys("something else")
    ([], [], [('', 'something else')])
    """
    if not isinstance(constraints, str) or constraints.strip().lower() in _NOTHING:
        return []
    return [_key(line.strip()) for line in constraints.split("\n") if line.strip()]


def _key(line: str) -> tuple[str, str]:
    printed = _PRINTED.fullmatch(line)
    if printed is not None:
        return printed["name"], re.sub(r"\\+(.)", r"\1", printed["value"].strip("'\""))
    name, colon, value = line.partition(": ")
    if not colon or not re.fullmatch(r"\w[\w ,/-]*", name):
        return "", line
    return name, _CANDIDATE.sub(r"\1 (\2)", value)
