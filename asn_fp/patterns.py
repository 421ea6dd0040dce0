"""Patterns for the names in an association: which members and products a user means.

A member may be written with a folder and a pattern without one, or the other way round, so folders are compared from the
right, as far as both have them; but the folders of a pattern with wildcards must be there.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase, translate
from typing import Final

from attrs import frozen

from asn_fp.errors import ItemError, did_you_mean, message, raise_all
from asn_fp.name_parts import ExposureParts, read_parts
from asn_fp.names import FileName, parse

__all__ = [
    "Patterns",
    "base_of",
    "is_chosen",
    "matches",
    "prepare",
    "read_name",
    "refuse_unmatched",
    "same_name",
    "texts",
    "unmatched",
]

_HINTS: Final = 10  # to look for the nearest name takes a while
_NEAR: Final = 200
_WILD: Final = re.compile(r"[*?\[]")


@frozen
class Patterns:
    """Hold patterns for file names, ready to be asked about many names; made by `prepare`.

    Attributes:
        plain: of each base name, or stem, the patterns that mean just that, with their pieces.
        wild: the other patterns, with what their pieces must match, from the right.
        suffixes: product suffixes to know besides the pipeline's, or None if suffixes count.
    """

    plain: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    wild: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]
    suffixes: tuple[str, ...] | None = None

    def hits(self, name: str) -> tuple[str, ...]:
        """Return the patterns that a file name matches.

        >>> prepare(["*_cal.fits", "b.fits"]).hits("raw/a_cal.fits")
        ('*_cal.fits',)
        """
        given = _keyed(name, self.suffixes)
        if not self.wild:
            return self._just(given)
        return (*self._just(given), *(word for word, asked in self.wild if _agree(asked, given)))

    def _just(self, given: tuple[str, ...]) -> tuple[str, ...]:
        known = self.plain.get(given[0])
        if known is None:
            return ()
        return tuple(word for word, asked in known if all(map(str.__eq__, asked, given)))


def _agree(asked: Sequence[re.Pattern[str]], given: Sequence[str]) -> bool:
    """Tell whether a name, from the right, has all that a pattern with wildcards asks for, its folders too."""
    return (
        given[0] != ""
        and len(asked) <= len(given)
        and all(one.fullmatch(other) for one, other in zip(asked, given, strict=False))
    )


def prepare(
    patterns: Iterable[str], names: Iterable[str] = (), *, ignore_suffix: bool = False, suffixes: Iterable[str] = ()
) -> Patterns:
    """Return patterns ready to be asked about many names: names or shell patterns, with folders or without.

    A name means a file in any folder that is not told otherwise. With wildcards, a pattern's folders must be there.

    Args:
        patterns: the patterns.
        names: names that are known: a pattern that is one of them means that one, whatever letters it has.
        ignore_suffix: compare names without suffix and extension.
        suffixes: product suffixes to know besides the pipeline's.

    >>> prepare(["a[1]_cal.fits"]).hits("a1_cal.fits")
    ('a[1]_cal.fits',)
    >>> prepare(["a[1]_cal.fits"], names=["a[1]_cal.fits"]).hits("a1_cal.fits")
    ()
    """
    known = tuple(suffixes) if ignore_suffix else None
    odd = {_keyed(name, known)[0] for name in names if _WILD.search(name)}
    plain: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
    wild = []
    for word in dict.fromkeys(patterns):
        pieces = _keyed(word, known)
        if not _WILD.search(word) or pieces[0] in odd:
            plain[pieces[0]] = (*plain.get(pieces[0], ()), (word, pieces))
        else:
            wild.append((word, tuple(re.compile(translate(piece)) for piece in pieces)))
    return Patterns(plain, tuple(wild), known)


def matches(pattern: str, name: str, *, ignore_suffix: bool = False, suffixes: Iterable[str] = ()) -> bool:
    """Tell whether a file name matches a shell pattern, with suffix and extension or, if they are ignored, without.

    >>> matches("*_nrca1_cal.fits", "raw/jw01234001001_02101_00001_nrca1_cal.fits")
    True
    >>> matches("old/a_cal.fits", "raw/a_cal.fits"), matches("raw/a_rate.fits", "a_cal.fits", ignore_suffix=True)
    (False, True)
    """
    return bool(prepare([pattern], [name], ignore_suffix=ignore_suffix, suffixes=suffixes).hits(name))


def same_name(one: str, other: str) -> bool:
    """Tell whether two names may stand for one file: the same base name, and the same folders as far as both have them.

    >>> same_name("raw/a_cal.fits", "a_cal.fits"), same_name("raw/a_cal.fits", "old/a_cal.fits")
    (True, False)
    """
    return all(map(str.__eq__, _pieces(one), _pieces(other)))


def base_of(name: str) -> str:
    """Return what two names have in common that may stand for one file: the last piece.

    >>> base_of("raw/./a_cal.fits")
    'a_cal.fits'
    """
    return _pieces(name)[0]


def _pieces(path: str) -> tuple[str, ...]:
    """Return the base name and the folders of a path, from the right, without what leads to them: ``/``, ``.`` and ``..``."""
    if "/" not in path:
        return (path,)
    pieces = [piece for piece in posixpath.normpath(path).split("/") if piece not in ("", ".", "..")]
    return tuple(reversed(pieces)) or (path,)


def _keyed(path: str, suffixes: tuple[str, ...] | None) -> tuple[str, ...]:
    pieces = _pieces(path)
    return pieces if suffixes is None else (read_name(pieces[0], suffixes).stem, *pieces[1:])


def read_name(text: str, suffixes: Iterable[str] = ()) -> FileName:
    """Return a file name in its pieces; words behind an exposure's name that are no suffix known are taken for one.

    >>> read_name("jw01234001001_02101_00001_nrca1_rate_destreak.fits").stem
    'jw01234001001_02101_00001_nrca1'
    """
    name = parse(text, suffixes)
    stem = name.stem
    while name.parts is None and "_" in stem.strip("_"):
        stem = stem.rpartition("_")[0]
        if isinstance(read_parts(stem), ExposureParts):  # and so the words behind it are its suffix
            suffix = name.base.removesuffix(name.ext)[len(stem) :].lstrip("_-")
            return parse(text, (suffix,))
    return name


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
    raise_all(ItemError, unmatched(kind, patterns, known))


def unmatched(kind: str, patterns: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return a line for each pattern that matched nothing, the first of them with the name that comes nearest.

    Of names with another suffix but the same stem one is nearest, else base names are compared.

    >>> unmatched("member", [], ["a_rate.fits"])
    []
    """
    names = sorted(dict.fromkeys(known), key=base_of)
    bases = list(map(base_of, names))

    def hint(pattern: str) -> str:
        at = bisect(bases, base_of(pattern))
        return _nearest(pattern, names[max(0, at - _NEAR) : at + _NEAR])

    return [message(kind, "nothing matches", each, hint(each) if at < _HINTS else "") for at, each in enumerate(patterns)]


def _nearest(pattern: str, names: Sequence[str]) -> str:
    """Return the hint that names the nearest of some names: one of the same stem, or of the nearest base name."""
    base = base_of(pattern)
    stem = read_name(base).stem
    same = [each for each in names if stem and read_name(base_of(each)).stem == stem]
    if same:
        hint = did_you_mean(pattern, same)
        return hint if hint.endswith("?") else f"did you mean {same[0]!r}?"
    if "/" not in pattern:
        by_base = {base_of(each).lower(): each for each in reversed(names)}
        close = get_close_matches(base.lower(), by_base, n=1)
        if close:
            return f"did you mean {by_base[close[0]]!r}?"
    return did_you_mean(pattern, names)


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
