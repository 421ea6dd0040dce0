"""Exposures to the same ones in the roles that the user gives them, and to those that the user keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import chain, repeat
from operator import is_
from types import MappingProxyType
from typing import Final

from attrs import evolve

from asn_fp.errors import ItemError, KnobError, did_you_mean, message, raise_all
from asn_fp.keys import KEYS, Key, keyword
from asn_fp.names import FileName
from asn_fp.records import Exposure, Exposures, Reason
from asn_fp.transforms._remember import remembered
from asn_fp.vocabulary import EXP_TYPE_ROLES, EXPTYPES, ROLE_FLAGS

_HINTS: Final = 10
_IMPRINT_OF_BACKGROUND: Final = "imprint of a background"
"""The role of what the user calls an imprint and has among backgrounds."""

__all__ = ["assign", "leave_out", "names_file", "why_left_out"]


def assign(exposures: Exposures, roles: Mapping[str, Sequence[str]]) -> Exposures:
    """Give exposures the roles that the user says; the user's word beats the header, and nothing else changes.

    A whole name forces its role. A pattern or a key means the exposures that the header calls science, background or
    PSF reference: target acquisitions stay what they are, and an imprint among backgrounds becomes a background's imprint.
    A pattern that matches none of those forces its role, too.

    Args:
        exposures: the exposures.
        roles: exptype to words: a name or shell pattern, without the folder unless it has one, or ``key=value``
            (``observation=002``).

    Raises:
        KnobError: an unknown exptype or key.
        ItemError: a word that no file matches, or two roles for one file; all of them in one error.

    >>> from asn_fp.transforms import read
    >>> names = ["jw01234001001_02101_00001_nrs1_rate.fits", "jw01234002001_02101_00001_nrs1_rate.fits"]
    >>> [each.exptype for each in assign(read(names), {"background": ["observation=002"]})]
    ['science', 'background']
    """
    listed = {role.lower().replace("-", "_"): _listed(role, words) for role, words in roles.items()}
    raise_all(
        KnobError,
        [message("exptype", "unknown", each, did_you_mean(each, EXPTYPES)) for each in listed if each not in EXPTYPES],
    )
    known = _columns(exposures, None)
    asked = [(role, word, *_question(word, known)) for role, words in listed.items() for word in words]
    found = _hits(exposures, [(word, key, pattern) for _, word, key, pattern in asked])
    given: dict[int, tuple[str, bool]] = {}
    idle = [(f"files in the role {role}", word, key, pattern) for role, word, key, pattern in asked if not found[word]]
    problems = _idle_words(idle, exposures)
    for role, word, key, pattern in asked:
        hits = found[word]
        forcing = key is None and (not _wild(pattern) or all(_spared(exposures[at], role) for at in hits))
        for at in hits:
            before, forced = given.setdefault(at, (role, forcing))
            if before != role and {before, role} == {"imprint", "background"}:
                given[at] = (_IMPRINT_OF_BACKGROUND, True)
            elif before not in (role, _IMPRINT_OF_BACKGROUND):
                name = exposures[at].name.text
                problems.append(message("file", f"two roles: {before} and {role}", name, "name it in one role only"))
            elif forcing and not forced:
                given[at] = (role, True)
    raise_all(ItemError, problems)
    result = tuple(_told(each, *given[at]) if at in given else each for at, each in enumerate(exposures))
    return exposures if all(map(is_, result, exposures)) else result


@remembered
def _columns(exposures: Exposures, _: None) -> frozenset[str]:
    return frozenset(column for each in exposures for column in each.meta)


def _hits(exposures: Exposures, asked: Iterable[tuple[str, Key | None, str]]) -> dict[str, list[int]]:
    """Return the places of the exposures that each word means; names without wildcards are looked up, not compared."""
    places: dict[str, list[int]] = {}
    for at, each in enumerate(exposures):
        for name in {each.name.text, each.name.base}:
            places.setdefault(name, []).append(at)
    found: dict[str, list[int]] = {}
    for word, key, pattern in asked:
        if key is None and not _wild(pattern):
            found[word] = [at for at in places.get(pattern, ()) if names_file(pattern, exposures[at].name)]
        else:
            found[word] = [at for at, each in enumerate(exposures) if _matches(each, key, pattern)]
    return found


def _listed(role: str, words: object) -> list[str]:
    if isinstance(words, str) or not isinstance(words, Iterable):
        raise KnobError(message(f"role {role}", "one word where a list belongs", words, "put it in a list: [word]"))
    return [str(word) for word in words]


def _question(word: str, known: Iterable[str]) -> tuple[Key | None, str]:
    """Return the key that a word asks for, None for a file name, and the value or pattern."""
    name, equals, value = word.partition("=")
    if not equals:
        return None, word
    if name.lower() in KEYS:
        return KEYS[name.lower()], value
    if name.lower() in known:
        return keyword(name), value
    raise KnobError(message("key of a role", "no file has it", name, did_you_mean(name, [*KEYS, *known])))


def _wild(pattern: str) -> bool:
    return any(letter in pattern for letter in "*?[")


def names_file(word: str, name: FileName) -> bool:
    """Tell whether a word of the user means a file by its name; a word without a folder means it in any folder.

    >>> from asn_fp.names import parse
    >>> names_file("*_rate.fits", parse("raw/a_rate.fits")), names_file("observation=002", parse("a_rate.fits"))
    (True, False)
    """
    text = name.text if "/" in word else name.base
    return text == word or fnmatchcase(text, word)


def _matches(exposure: Exposure, key: Key | None, pattern: str) -> bool:
    if key is None:
        return names_file(pattern, exposure.name)
    value = key(exposure)
    if value is None:
        return False
    text, wanted = str(value).lower(), pattern.lower()
    same_number = text.isdecimal() and wanted.isdecimal() and int(text) == int(wanted)
    return same_number or fnmatchcase(text, "t" if wanted == "true" else wanted)


def _idle_words(idle: Sequence[tuple[str, str, Key | None, str]], exposures: Exposures) -> list[str]:
    """Return a line for each word that means no file, the first few with the nearest name."""
    hints = [_known(word, key, exposures) for _, word, key, _ in idle[:_HINTS]]
    ways = chain(hints, repeat("check the name"))
    return [message(kind, "no file matches", word, way_out) for (kind, word, *_), way_out in zip(idle, ways, strict=False)]


def _known(word: str, key: Key | None, exposures: Exposures) -> str:
    """Return the way out for a word that matches nothing: file names, or the values that there are."""
    if key is None:
        return did_you_mean(word, [each.name.base for each in exposures])
    name, _, value = word.partition("=")
    found = sorted({str(each) for each in map(key, exposures) if each is not None})
    return did_you_mean(f"{name}={value}", [f"{name}={each}" for each in found])


def _spared(exposure: Exposure, role: str) -> bool:
    """Tell whether a pattern or key for a role leaves an exposure what its header says."""
    return _is_aside(exposure) or ("is_imprt" in exposure.meta and role != "imprint")


def _is_aside(exposure: Exposure) -> bool:
    meta = exposure.meta
    own = EXP_TYPE_ROLES.get(meta.get("exp_type", ""), "science")
    return own != "science" or meta.get("pntgtype", "science") != "science"


def _told(exposure: Exposure, role: str, forced: bool) -> Exposure:
    meta = exposure.meta
    if role == _IMPRINT_OF_BACKGROUND:
        return _with_flags(exposure, {"is_imprt", "bkgdtarg"}, set()).with_role("imprint", told=True)
    if not forced and meta:
        if _is_aside(exposure):
            own = EXP_TYPE_ROLES.get(meta.get("exp_type", ""))
            return exposure.with_role(role, told=True) if own == role else exposure
        if "is_imprt" in meta and role != "imprint":
            return _with_flags(exposure, {"bkgdtarg"} if role == "background" else set(), {"is_imprt"})
    flag = ROLE_FLAGS.get(role)
    return _with_flags(exposure, {flag} if flag else set(), set()).with_role(role, told=True)


def _with_flags(exposure: Exposure, on: set[str], kept: set[str]) -> Exposure:
    """Return an exposure whose header has these flags, and of the others those that are kept; without a header, itself."""
    if not exposure.meta:
        return exposure
    off = set(ROLE_FLAGS.values()) - on - kept
    meta = {**{key: value for key, value in exposure.meta.items() if key not in off}, **dict.fromkeys(sorted(on), "t")}
    said = exposure.told | on | (off & set(exposure.meta))
    return evolve(exposure, meta=MappingProxyType(meta), told=said, derived=exposure.derived - said)


def leave_out(exposures: Exposures, patterns: Sequence[str]) -> Exposures:
    """Leave out the files that the user does not want.

    Args:
        exposures: the exposures.
        patterns: names or shell patterns, without the folder, or ``key=value``.

    Raises:
        ItemError: a pattern that no file matches; all of them in one error.
        KnobError: an unknown key.

    >>> from asn_fp.transforms import read
    >>> [each.name.text for each in leave_out(read(["a_rate.fits", "b_rate.fits"]), ["b_*"])]
    ['a_rate.fits']
    """
    known = _columns(exposures, None)
    asked = [(word, *_question(word, known)) for word in _listed("leave_out", patterns)]
    found = _hits(exposures, asked)
    raise_all(ItemError, _idle_words([("file to leave out", *each) for each in asked if not found[each[0]]], exposures))
    gone = {at for hits in found.values() for at in hits}
    return tuple(each for at, each in enumerate(exposures) if at not in gone) if gone else exposures


def why_left_out(before: Exposures, exposure: Exposure, patterns: Sequence[str]) -> Reason | None:
    """Return which of the user's patterns an exposure matches."""
    known = _columns(before, None)
    hit = next((word for word in patterns if _matches(exposure, *_question(word, known))), None)
    return Reason(f"you leave it out: {hit!r}", (("filename", repr(exposure.name.base), f"not {hit!r}"),)) if hit else None
