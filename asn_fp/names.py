r"""File names by the JWST naming convention: parse, format, and the parts that a name is built of.

Every text is a file name; one that follows the convention has parts. The facts are from the JWST documentation, "File
Naming Schemes", and from jwst 3.0.0, lib/suffix.py. Suffixes are the same as the peer's, with two additions: the
activity after ``wfscmb`` (``_wfscmb-01``) and ``{suffix}``, which stands in a product name for a suffix to come.

>>> name = parse("data/jw01234001001_02101_00001_nrca1_rate.fits")
>>> name.parts.observation, name.parts.detector, name.suffix
('001', 'nrca1', 'rate')
>>> format(name.with_suffix("cal"))
'data/jw01234001001_02101_00001_nrca1_cal.fits'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Final

from attrs import frozen

from asn_fp.errors import KnobError, message
from asn_fp.name_parts import (
    AssociationParts,
    ExposureParts,
    GuideStarParts,
    Parts,
    ProductParts,
    association_file_name,
    check_asn_id,
    is_asn_id,
    read_parts,
)
from asn_fp.vocabulary import SUFFIXES

__all__ = [
    "AssociationParts",
    "Ending",
    "ExposureParts",
    "FileName",
    "GuideStarParts",
    "Parts",
    "ProductParts",
    "association_file_name",
    "check_asn_id",
    "ending_of",
    "format",
    "is_asn_id",
    "parse",
    "product_stem",
    "remove_suffix",
]


@frozen
class Ending:
    """Hold what a file name ends in; names that end alike share it.

    ``suffix`` is without its ``separator``; ``tail`` is the activity that may follow the suffix of a combined wavefront
    image, hyphen included; ``ext`` starts with its dot. What a name lacks is "".
    """

    separator: str
    suffix: str
    tail: str
    ext: str

    @cached_property
    def text(self) -> str:
        """Return the pieces, joined."""
        return f"{self.separator}{self.suffix}{self.tail}{self.ext}"


@lru_cache(maxsize=1024)
def _ending(separator: str, suffix: str, tail: str, ext: str) -> Ending:
    """Return the one ending that all names which end so share."""
    return Ending(separator, suffix, tail, ext)


@frozen
class FileName:
    """Hold one file name as it was written, and what it ends in; all its pieces, joined, are the name again.

    ``folder`` ends with its slash; the ``stem`` stands between folder and ending.
    """

    text: str
    ending: Ending

    @property
    def folder(self) -> str:
        """Return the folder with its slash, or ""."""
        return self.text[: self.text.rfind("/") + 1]

    @property
    def base(self) -> str:
        """Return the name without its folder."""
        return self.text[self.text.rfind("/") + 1 :]

    @property
    def stem(self) -> str:
        """Return the name without its folder and ending."""
        return self.text[self.text.rfind("/") + 1 : len(self.text) - len(self.ending.text)]

    @property
    def separator(self) -> str:
        """Return what stands before the suffix: an underscore or a hyphen, or "" without one."""
        return self.ending.separator

    @property
    def suffix(self) -> str:
        """Return the suffix, or ""."""
        return self.ending.suffix

    @property
    def tail(self) -> str:
        """Return the activity that follows the suffix, or ""."""
        return self.ending.tail

    @property
    def ext(self) -> str:
        """Return the extension with its dot, or ""."""
        return self.ending.ext

    @cached_property
    def parts(self) -> Parts | None:
        """Return the typed parts of the stem, or None if it does not follow the naming convention to the letter.

        >>> print(parse("my_galaxy_cal.fits").parts)
        None
        """
        return read_parts(self.stem)

    def with_suffix(self, suffix: str, ext: str | None = None) -> FileName:
        """Return the name with another suffix, or with none for "", and with another extension if one is given.

        Separator and tail stay; a name that had no suffix gets an underscore. Raises KnobError for a suffix that starts
        with a separator.

        >>> parse("jw01234-o001_t001_niriss_f200w_i2d.fits").with_suffix("cat", ext=".ecsv").text
        'jw01234-o001_t001_niriss_f200w_cat.ecsv'
        """
        ext = self.ext if ext is None else ext
        ending = _ending(self.separator or "_", _bare(suffix), self.tail, ext) if suffix else _ending("", "", "", ext)
        return FileName(self.text[: len(self.text) - len(self.ending.text)] + ending.text, ending)


def _bare(suffix: str) -> str:
    """Return the suffix if it is written without its separator."""
    bare = suffix.lstrip("_-")
    if bare and bare == suffix:
        return suffix
    raise KnobError(
        message("suffix", "empty, or starts with a separator", suffix, f"write {bare!r}" if bare else "leave it out")
    )


_PLACEHOLDER: Final = "{suffix}"
_BEFORE_TAIL: Final = frozenset({"wfscmb", _PLACEHOLDER})
_COMPRESSIONS: Final = frozenset({"gz", "bz2", "xz", "zip", "fz"})


def _index(suffixes: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Index suffixes by what follows their own last separator, longest first, so that one look-up finds a name's."""
    index: dict[str, tuple[str, ...]] = {}
    for suffix in sorted(suffixes, key=len, reverse=True):
        last = re.split("[_-]", suffix)[-1]
        index[last] = (*index.get(last, ()), suffix)
    return index


_KNOWN: Final = _index(SUFFIXES | {_PLACEHOLDER})


@lru_cache(maxsize=32)
def _known_with(suffixes: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return the index of the known suffixes and the caller's own."""
    return _index(SUFFIXES | {_PLACEHOLDER} | {_bare(suffix) for suffix in suffixes})


def _cut_suffix(rest: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, str, str]:
    """Cut a name without extension into stem, separator and suffix; the stem is the shortest possible, but not empty."""
    word = rest[rest.rfind("_") + 1 :]
    if "-" in word:
        word = word[word.rfind("-") + 1 :]
    if word in known:
        for suffix in known[word]:
            at = len(rest) - len(suffix) - 1
            if at > 0 and rest[at] in "_-" and rest.endswith(suffix):
                return rest[:at], rest[at], suffix
    return rest, "", ""


def _cut_ext(base: str) -> tuple[str, str]:
    """Cut off the extension: the last dot, if a letter and then letters and digits follow it."""
    rest, _, word = base.rpartition(".")
    if not word.isalnum() or not word[0].isalpha() or not rest.strip("."):
        return base, ""
    if word in _COMPRESSIONS:
        inner, ext = _cut_ext(rest)
        return inner, f"{ext}.{word}"
    return rest, "." + word


@lru_cache(maxsize=1024)
def _usual(word: str) -> Ending | None:
    """Return what a name with this last word, underscore included, ends in, where the word alone tells, as it mostly does."""
    rest, ext = _cut_ext(word)
    suffix = rest[1:]
    return _ending("_", suffix, "", ext) if _KNOWN.get(suffix) == (suffix,) else None


def parse(text: str, suffixes: Iterable[str] = ()) -> FileName:
    """Cut any text into the pieces of a file name, without loss.

    The suffix is the longest known one that follows ``_`` or ``-``, case counting; `suffixes` adds your own, one text or
    several. Only ``/`` ends a folder, on every system. The extension starts with a letter, so that ``v1.5`` has none, and
    is a double one before a compression (``.fits.gz``). Raises KnobError for an own suffix that starts with a separator.

    >>> parse("jw01234-o001_t001_nircam_f212n-wlp8-nrca3_wfscmb-01.fits").tail
    '-01'
    >>> parse("jw01234001001_02101_00001_nrca1_refine.fits", suffixes=["refine"]).stem
    'jw01234001001_02101_00001_nrca1'
    """
    return FileName(text, ending_of(text, suffixes))


def ending_of(text: str, suffixes: Iterable[str] = ()) -> Ending:
    """Return what a file name ends in, as `parse` finds it.

    >>> ending_of("jw01234001001_02101_00001_nrca1_rate.fits").suffix
    'rate'
    """
    known = _KNOWN
    if suffixes:
        known = _known_with((suffixes,) if isinstance(suffixes, str) else tuple(suffixes))
    elif (at := text.rfind("_")) > 0 and text[at - 1] != "/" and (ending := _usual(text[at:])) is not None:
        return ending
    rest, ext = _cut_ext(text[text.rfind("/") + 1 :])
    _, separator, suffix = _cut_suffix(rest, known)
    if not suffix and rest[-3:-2] == "-" and rest[-2:].isalnum():
        _, separator, suffix = _cut_suffix(rest[:-3], known)
        if suffix in _BEFORE_TAIL:
            return _ending(separator, suffix, rest[-3:], ext)
        separator = suffix = ""
    return _ending(separator, suffix, "", ext)


def format(name: FileName) -> str:  # noqa: A001  the inverse of parse, meant to be read as names.format
    """Join the pieces of a file name again: ``format(parse(text)) == text`` for every text.

    >>> format(parse("../x y_cal.fits.gz"))
    '../x y_cal.fits.gz'
    """
    return name.text


def remove_suffix(text: str, suffixes: Iterable[str] = ()) -> str:
    """Return a file name without its known suffix; folder and extension stay. Raises KnobError as `parse` does.

    >>> remove_suffix("jw99999001001_011001_00001_nirspec_rate.fits")
    'jw99999001001_011001_00001_nirspec.fits'
    """
    return parse(text, suffixes).with_suffix("").text


def product_stem(text: str, suffixes: Iterable[str] = ()) -> str:
    """Return a file name without folder, known suffix and extension. Raises KnobError as `parse` does.

    It is the product name that the pipelines of stage 2 expect for a science member.

    >>> product_stem("data/jw01234001001_02101_00001_nrca1_rate.fits")
    'jw01234001001_02101_00001_nrca1'
    """
    return parse(text, suffixes).stem
