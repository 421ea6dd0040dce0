"""Items to exposures."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from operator import is_
from types import MappingProxyType
from typing import Final

from attrs import evolve

from asn_fp.errors import ItemError, did_you_mean, message, raise_all
from asn_fp.names import FileName, parse
from asn_fp.records import Exposure, Exposures, Item, Items
from asn_fp.vocabulary import CATALOGUE_SUFFIXES, EXPTYPES

__all__ = ["enlist", "read", "share_roles"]


def read(items: Items, *, suffixes: Sequence[str] = ()) -> Exposures:
    """Turn file names, paths and (name, exptype) pairs into exposures, in the order given.

    Exposures pass through as they are, so a rule that begins with `read` also runs on what a header or a pool gave; only
    among names they are numbered anew.

    Args:
        items: names, paths, pairs or exposures in any mix; a pair without an exptype is science.
        suffixes: product suffixes to know besides the pipeline's own.

    Raises:
        ItemError: items that are no names, unknown exptypes, a file listed twice; all of them in one error.

    >>> [exposure.exptype for exposure in read(["a_rate.fits", ("b_rate.fits", "background")])]
    ['science', 'background']
    >>> read(["a_rate.fits", ("b_rate.fits", "bckground"), "./a_rate.fits"])
    Traceback (most recent call last):
    asn_fp.errors.ItemError: exptype of 'b_rate.fits' (unknown): 'bckground'; did you mean 'background'?
    item (listed twice, as number 1 and number 3): './a_rate.fits'; leave one of them out
    """
    if isinstance(items, (str, bytes, os.PathLike)):
        raise ItemError(message("items", "one name where a list of names belongs", items, "put it in a list: [name]"))
    listed = items if isinstance(items, tuple) else tuple(items)
    if set(map(type, listed)) == {Exposure}:
        return listed  # type: ignore[return-value]
    problems: list[str] = []
    read_items = tuple(
        [
            Exposure(index, parse(item, suffixes)) if type(item) is str and item else _exposure(index, item, suffixes, problems)
            for index, item in enumerate(listed)
        ]
    )
    if len({_same_file(exposure.name) for exposure in read_items}) < len(read_items):
        problems += _repeats(read_items)
    raise_all(ItemError, problems)
    return read_items


def _repeats(exposures: Exposures) -> list[str]:
    """Return an error line for each file that is another way to write an earlier one."""
    seen: dict[str, int] = {}
    problems = []
    for exposure in exposures:
        first = seen.setdefault(_same_file(exposure.name), exposure.index)
        if first != exposure.index:
            reason = f"listed twice, as number {first + 1} and number {exposure.index + 1}"
            problems.append(message("item", reason, exposure.name.text, "leave one of them out"))
    return problems


def _exposure(index: int, item: Item, suffixes: Sequence[str], problems: list[str]) -> Exposure:
    if isinstance(item, Exposure):
        return item if item.index == index else evolve(item, index=index)
    name, exptype = item if isinstance(item, (tuple, list)) and len(item) == 2 else (item, None)
    text = _text(name)
    if not text:
        problems.append(message(f"item {index + 1}", "not a file name, a path or a (name, exptype) pair", item))
        return Exposure(index, parse(f"?{index}"))
    if not exptype:
        return Exposure(index, parse(text, suffixes))
    return Exposure(index, parse(text, suffixes), _role(exptype, text, problems), told=frozenset(["exptype"]))


def _text(name: object) -> str:
    if isinstance(name, (str, os.PathLike)):
        return os.fsdecode(name)
    return ""


def _role(exptype: object, text: str, problems: list[str]) -> str:
    role = str(exptype).lower()
    if role not in EXPTYPES:
        problems.append(message(f"exptype of {text!r}", "unknown", exptype, did_you_mean(role, EXPTYPES)))
    return role


def _same_file(name: FileName) -> str:
    """Return what two ways to write one path have in common; nothing is looked up on disk."""
    return posixpath.normpath(name.text) if "/" in name.text else name.text


def enlist(
    exposures: Exposures, roles: Mapping[str, Iterable[str | os.PathLike[str]]], *, suffixes: Sequence[str] = ()
) -> Exposures:
    """Give files the roles that the user names for them; files that are not in the input yet are added to it.

    The user's word beats whatever the exposure was before.

    Args:
        exposures: the input so far.
        roles: exptype to the names of the files that have it.
        suffixes: product suffixes to know besides the pipeline's own.

    Raises:
        ItemError: an unknown exptype, or two roles for one file; all of them in one error.

    >>> [exposure.exptype for exposure in enlist(read(["a_rate.fits", "b_rate.fits"]), {"background": ["b_rate.fits"]})]
    ['science', 'background']
    >>> [exposure.name.text for exposure in enlist(read(["a_rate.fits"]), {"imprint": ["c_rate.fits"]})]
    ['a_rate.fits', 'c_rate.fits']
    """
    if not any(roles.values()):
        return exposures
    problems: list[str] = []
    places = {_same_file(exposure.name): at for at, exposure in enumerate(exposures)}
    given = {_same_file(exposure.name): exposure.exptype for exposure in exposures if "exptype" in exposure.told}
    result, free = list(exposures), 1 + max((exposure.index for exposure in exposures), default=-1)
    for exptype, names in roles.items():
        if exptype not in EXPTYPES:
            problems.append(message("exptype", "unknown", exptype, did_you_mean(exptype, EXPTYPES)))
        for name in names:
            parsed = parse(os.fsdecode(name), suffixes)
            file = _same_file(parsed)
            other = given.setdefault(file, exptype)
            if other != exptype:
                problems.append(message("file", f"two roles: {other} and {exptype}", parsed.text, "name it in one role only"))
            elif file in places:
                result[places[file]] = _told(result[places[file]], exptype)
            else:
                places[file] = len(result)
                added = Exposure(free + len(result) - len(exposures), parsed)
                result.append(added.with_role(exptype, told=True))
    raise_all(ItemError, problems)
    unchanged = len(result) == len(exposures) and all(map(is_, result, exposures))
    return exposures if unchanged else tuple(result)


def share_roles(exposures: Exposures) -> Exposures:
    """Give every file of an exposure the role that the user gave one of them: the word is about the exposure.

    An image, a catalogue and a map that stage 3 made of one product are three things, each with a role of its own.

    >>> [each.exptype for each in share_roles(read([("a_x1d.fits", "background"), "a_cal.fits", "b_cal.fits"]))]
    ['background', 'background', 'science']
    """
    given = {each.name.stem: each.exptype for each in exposures if "exptype" in each.told and _is_level(each.name)}
    meant = [given.get(each.name.stem) if "exptype" not in each.told and _is_level(each.name) else None for each in exposures]
    if not given or not any(meant):
        return exposures
    return tuple(_told(each, role) if role else each for each, role in zip(exposures, meant, strict=True))


def _is_level(name: FileName) -> bool:
    """Tell whether a name is that of an exposure at some level."""
    return name.suffix not in _OF_STAGE_3 and not name.stem.endswith("_segm") and name.ext.lower() != ".ecsv"


def _told(exposure: Exposure, exptype: str) -> Exposure:
    known = exposure.exptype == exptype and "exptype" in exposure.told
    return exposure if known else _flagged(exposure, exptype).with_role(exptype, told=True)


_OF_STAGE_3: Final = frozenset(CATALOGUE_SUFFIXES.values())

_FLAGS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "science": ("", ("is_psf", "is_imprt", "bkgdtarg")),
    "psf": ("is_psf", ("is_imprt", "bkgdtarg")),
    "imprint": ("is_imprt", ("is_psf",)),
    "background": ("bkgdtarg", ("is_psf", "is_imprt")),
}
"""For each role that headers have a flag for: the flag, and those that contradict it."""


def _flagged(exposure: Exposure, exptype: str) -> Exposure:
    """Return an exposure whose header says what the user says; one without a header stays as it is."""
    if not exposure.meta or exptype not in _FLAGS:
        return exposure
    flag, contrary = _FLAGS[exptype]
    kept = {key: value for key, value in exposure.meta.items() if key not in contrary}
    meta = MappingProxyType({**kept, flag: kept.get(flag, "t")} if flag else kept)
    said = (exposure.told | {flag, *contrary}) - {""}
    return evolve(exposure, meta=meta, told=said, derived=exposure.derived - said)
