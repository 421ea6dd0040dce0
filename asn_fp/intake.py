"""From what a user names, pools or FITS files, to exposures: the edge where headers and pools are read."""

from __future__ import annotations

import warnings
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve

from asn_fp import transforms
from asn_fp.errors import AsnWarning, FileError, KnobError, message, raise_all
from asn_fp.keys import observation
from asn_fp.modes import FILES
from asn_fp.names import check_asn_id, parse
from asn_fp.pipeline import Rule
from asn_fp.records import NOTHING, Candidate, Exposure, Exposures, Items
from asn_fp.sources.derive import derive
from asn_fp.sources.headers import scan_headers
from asn_fp.sources.pools import read_pool
from asn_fp.sources.tell import add_candidates, parse_candidate_option, parse_set_option, tell_all
from asn_fp.transforms.assign import names_file
from asn_fp.vocabulary import FITS_ENDINGS

__all__ = [
    "UNREADABLE",
    "as_one_candidate",
    "exposures_of",
    "is_pool",
    "is_stage_3",
    "needs_headers",
    "pool_name",
    "with_headers",
]

_TABLES = (".ecsv",)
_NOT_OURS = "give JWST exposures, or say --leave-out-unreadable (leave_out_unreadable=True)"
UNREADABLE: Final = "unreadable"
"""The keyword of a file that has no header that a rule could use; its value is the reason."""
_UNTYPED: Final = "no EXP_TYPE"
_TWICE: Final = "listed twice"


def needs_headers(rule: Rule[Any, Any]) -> bool:
    """Tell whether a rule looks into headers: it then has the step `classify`.

    >>> from asn_fp.rules.lists import level3
    >>> needs_headers(level3())
    False
    """
    return any(step.name == "classify" for step in rule.steps)


def is_stage_3(rule: Rule[Any, Any]) -> bool:
    """Tell whether a rule makes products of stage 3 of what headers say, and names them, or runs rules that may.

    >>> from asn_fp.rules.lists import level3
    >>> is_stage_3(level3())
    False
    """
    return any((each.name == "seal_each" and each.settings.get("layout") == "stage3") or each.runs for each in rule.steps)


def is_pool(names: Sequence[str]) -> bool:
    """Tell whether the names are a pool file: one name, which is no FITS file.

    >>> is_pool(["jw01234_pool.csv"]), is_pool(["a_rate.fits"])
    (True, False)
    """
    return len(names) == 1 and not names[0].lower().endswith(FITS_ENDINGS)


def pool_name(names: Sequence[str]) -> str:
    """Return what associations made of these say about their pool.

    >>> pool_name(["data/jw01234_pool.csv"]), pool_name(["a_rate.fits"])
    ('jw01234_pool.csv', 'none')
    """
    return PurePath(names[0]).name if is_pool(names) else "none"


def exposures_of(
    names: Sequence[str],
    *,
    candidates: Iterable[str] = (),
    settings: Iterable[str] = (),
    delimiter: str | None = None,
    leave_out: bool = False,
    progress: bool = False,
) -> Exposures:
    """Read a pool or the headers of FITS files, and let the user's word win over them.

    Args:
        names: one pool file, or FITS files.
        candidates: further candidates, ``c1000:background=PATTERN``.
        settings: values that beat the header, ``column=value`` or ``column=value:PATTERN``.
        delimiter: what separates the cells of the pool; by default it is recognised.
        leave_out: leave out files that cannot be read, with a warning, instead of an error.
        progress: show a progress bar on a terminal.

    Raises:
        FileError: files that cannot be read; all of them in one error.
        ItemError: a pattern that matches nothing.
        UsageError: a candidate or setting that is not of its form.

    >>> exposures_of(["missing_pool.csv"])
    Traceback (most recent call last):
    asn_fp.errors.FileError: ...
    """
    if is_pool(names):
        read = read_pool(names[0], delimiter=delimiter)
    else:
        both = _read(names, (), leave_out, progress)
        read = derive(tuple(evolve(each, index=at) for at, each in enumerate(e for e in both if UNREADABLE not in e.meta)))
    told = tell_all(read, [parse_set_option(word) for word in settings])
    return add_candidates(told, [parse_candidate_option(word) for word in candidates])


def with_headers(
    items: Items,
    partners: Iterable[str],
    *,
    asn_id: str | None = None,
    candidate: str | None = None,
    settings: Iterable[str] = (),
    leave_out: bool = False,
    progress: bool = False,
    unread: Sequence[str] = (),
    headless: Sequence[str] = (),
) -> Exposures:
    """Return plain files as exposures with their headers, all of one candidate; exposures stay as they are.

    Args:
        items: names, paths, (name, exptype) pairs, or exposures.
        partners: the names of further files, which the user gives a role.
        asn_id: the candidate id; by default ``oNNN`` if all share an observation, else ``a3001``.
        candidate: ``ID:TYPE`` to make them a candidate of a type that rules may ask for.
        settings: values that beat the header.
        leave_out: files that cannot be read are no error but a warning, and have no keyword but `UNREADABLE`.
        progress: show a progress bar on a terminal.
        unread: names and patterns of files whose headers are not read, since they are left out anyway.
        headless: names and patterns of files that the user has chosen, which need no EXP_TYPE: a map of one's own.

    Raises:
        ItemError: as `read` says.
        FileError: files that cannot be read.
        KnobError: a candidate that is not ``ID:TYPE``.

    >>> from asn_fp.records import Exposure
    >>> known = (Exposure(0, transforms.read(["a_rate.fits"])[0].name, meta={"program": "01234"}),)
    >>> with_headers(known, ()) is known
    True
    """
    named = transforms.read(items)
    known = {each.name.text: each for each in named if each.meta}
    there = {each.name.text for each in named}
    extra = dict.fromkeys(name for name in partners if name not in there)
    if known and not extra and all(each.meta or each.name.ext.lower() in _TABLES for each in named):
        return named
    names = [*(each.name.text for each in named), *extra]
    settings_told = [parse_set_option(word) for word in settings]
    if is_pool(names) and not known and not names[0].lower().endswith(_TABLES):
        read = read_pool(names[0])
    else:
        bare = _without_header(names, unread) | known.keys()
        read = _read(names, bare, leave_out, progress, _meant(names, headless))
        read = tuple(evolve(known.get(each.name.text, each), index=each.index) for each in read)
    found = tell_all(derive(read), settings_told)
    roles = {exposure.name.text: exposure.exptype for exposure in named if "exptype" in exposure.told}
    told: dict[str, list[str]] = {}
    for name, role in roles.items():
        told.setdefault(role, []).append(name)
    return as_one_candidate(transforms.enlist(found, told), asn_id, candidate)


def _without_header(names: Iterable[str], unread: Sequence[str]) -> frozenset[str]:
    """Return the files that have no header, which are tables, or whose header does not matter."""
    return frozenset(name for name in names if name.lower().endswith(_TABLES)) | _meant(names, unread)


def _meant(names: Iterable[str], words: Sequence[str]) -> frozenset[str]:
    """Return the files that names and patterns mean; plain names are looked up."""
    plain = frozenset(word for word in words if not any(letter in word for letter in "*?["))
    wild = [word for word in words if word not in plain]
    return frozenset(
        name
        for name in (names if words else ())
        if name in plain or name.rpartition("/")[2] in plain or any(names_file(word, parse(name)) for word in wild)
    )


def _read(
    names: Sequence[str], bare: Container[str], leave_out: bool, progress: bool, headless: Container[str] = ()
) -> Exposures:
    """Read headers; the files in `bare` are known by their names only, and so are those in `headless` without EXP_TYPE.

    Raises:
        FileError: files that cannot be read, or without EXP_TYPE, so that no rule can tell what they are; all in one error.
    """
    found = scan_headers([name for name in names if name not in bare], progress=progress)
    read = {each.name.text: each.meta for each in found.exposures}
    read = {name: meta for name, meta in read.items() if "exp_type" in meta or name not in headless}
    untyped = [name for name, meta in read.items() if "exp_type" not in meta]
    problems = [*found.problems, *(message("header", _UNTYPED, name, _NOT_OURS) for name in untyped)]
    if not leave_out:
        raise_all(FileError, problems)
    elif problems:
        warnings.warn(AsnWarning("\n".join(line.removesuffix(f"; {_NOT_OURS}") for line in problems)), stacklevel=2)
    reasons = {**found.reasons, **dict.fromkeys(untyped, _UNTYPED)}
    plain = {name for name in names if name in bare or (name in headless and name not in reasons and name not in read)}
    metas = (NOTHING if name in plain else _meta(read.get(name, NOTHING), reasons.get(name, _TWICE)) for name in names)
    return tuple(Exposure(at, parse(name), meta=meta) for at, (name, meta) in enumerate(zip(names, metas, strict=True)))


def _meta(meta: Mapping[str, str], reason: str) -> Mapping[str, str]:
    """Return what is known of a file that was read, or why no rule could use it."""
    return meta if "exp_type" in meta else MappingProxyType({UNREADABLE: reason})


def as_one_candidate(exposures: Exposures, asn_id: str | None = None, candidate: str | None = None) -> Exposures:
    """Return exposures that all belong to one candidate, whose type restricts nothing unless it is given.

    Args:
        exposures: the exposures.
        asn_id: the candidate id; by default ``oNNN`` if all share an observation, else ``a3001``.
        candidate: ``ID:TYPE``.

    Raises:
        KnobError: a candidate that is not ``ID:TYPE``, or an id that is none.

    >>> both = as_one_candidate(transforms.read(["jw01234002001_02101_00001_nis_rate.fits"]))
    >>> both[0].candidate
    Candidate(id='o002', type='files')
    """
    if candidate is not None:
        given, colon, kind = candidate.partition(":")
        if not colon or not kind:
            raise KnobError(message("candidate", "not of the form ID:TYPE", candidate, "for example c1000:mosaic"))
        one = Candidate(check_asn_id(given), kind.lower())
        exposures = tuple(evolve(each, told=each.told | {"candidate"}) for each in exposures)
    else:
        one = Candidate(check_asn_id(asn_id) if asn_id is not None else _shared_id(exposures), FILES)
    return transforms.expand(exposures, lambda _: (one,))


def _shared_id(exposures: Exposures) -> str:
    found = {field for exposure in exposures if (field := observation(exposure)) is not None}
    only = found.pop() if len(found) == 1 else None
    return f"o{only}" if isinstance(only, str) and len(only) == 3 else "a3001"
