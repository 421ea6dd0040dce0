"""Patterns for the names in an association: which members and products a user means.

A member may be written with a folder and a pattern without one, or the other way round, so folders are compared from the
right, as far as both have them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from asn_fp.errors import ItemError, did_you_mean, message, raise_all
from asn_fp.names import product_stem

__all__ = ["is_chosen", "matches", "refuse_unmatched", "same_name", "texts"]


def matches(pattern: str, name: str, *, ignore_suffix: bool = False, suffixes: Iterable[str] = ()) -> bool:
    """Tell whether a file name matches a shell pattern, with suffix and extension or, if they are ignored, without.

    >>> matches("*_nrca1_cal.fits", "raw/jw01234001001_02101_00001_nrca1_cal.fits")
    True
    >>> matches("old/a_cal.fits", "raw/a_cal.fits"), matches("raw/a_rate.fits", "a_cal.fits", ignore_suffix=True)
    (False, True)
    """
    asked, given = _pieces(pattern), _pieces(name)
    if not asked or not given:
        return pattern == name
    if ignore_suffix:
        asked[-1], given[-1] = product_stem(asked[-1], suffixes), product_stem(given[-1], suffixes)
    pairs = zip(reversed(asked), reversed(given), strict=False)
    return all(one == other or fnmatchcase(other, one) for one, other in pairs)


def same_name(one: str, other: str) -> bool:
    """Tell whether two names may stand for one file: the same base name, and the same folders as far as both have them.

    >>> same_name("raw/a_cal.fits", "a_cal.fits"), same_name("raw/a_cal.fits", "old/a_cal.fits")
    (True, False)
    """
    pieces = _pieces(one), _pieces(other)
    if not all(pieces):
        return one == other
    return all(a == b for a, b in zip(reversed(pieces[0]), reversed(pieces[1]), strict=False))


def _pieces(path: str) -> list[str]:
    """Return the folders and the base name of a path, without what leads to them: ``/``, ``.`` and ``..``."""
    return [piece for piece in posixpath.normpath(path).split("/") if piece not in ("", ".", "..")]


def is_chosen(name: object, patterns: Sequence[str]) -> bool:
    """Tell whether a product's name matches one of the patterns; without patterns every name does.

    >>> is_chosen("jw01234_nrs1", ["*_nrs1"]), is_chosen("jw01234_nrs2", ["*_nrs1"]), is_chosen("p", [])
    (True, False, True)
    """
    text = name if isinstance(name, str) else ""
    return not patterns or any(text == pattern or fnmatchcase(text, pattern) for pattern in patterns)


def refuse_unmatched(kind: str, patterns: Iterable[str], known: Iterable[str]) -> None:
    """Refuse patterns that matched nothing, each with the name that comes nearest.

    Raises:
        ItemError: with all of them.

    >>> refuse_unmatched("member", ["a_rat.fits"], ["a_rate.fits"])
    Traceback (most recent call last):
    asn_fp.errors.ItemError: member (nothing matches): 'a_rat.fits'; did you mean 'a_rate.fits'?
    """
    names = list(dict.fromkeys(known))
    raise_all(ItemError, [message(kind, "nothing matches", each, did_you_mean(each, names)) for each in patterns])


def texts(value: Iterable[str], setting: str) -> tuple[str, ...]:
    """Return the texts of a setting that takes several.

    Raises:
        ItemError: one text where a list belongs, or something in the list that is no text.

    >>> texts("*.fits", "remove")
    Traceback (most recent call last):
    asn_fp.errors.ItemError: remove (one text where a list belongs): '*.fits'; put it in a list: ['*.fits']
    """
    if isinstance(value, (str, bytes)):
        raise ItemError(message(setting, "one text where a list belongs", value, f"put it in a list: [{value!r}]"))
    found = tuple(value)
    raise_all(ItemError, [message(setting, "not a text", each) for each in found if not isinstance(each, str)])
    return found
