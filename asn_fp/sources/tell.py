"""The user's word, which wins over headers and pools: other values, further candidates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final

from attrs import frozen

from asn_fp import keys
from asn_fp.errors import ItemError, KnobError, UsageError, did_you_mean, message, raise_all
from asn_fp.names import check_asn_id
from asn_fp.records import Candidate, Exposure, Exposures
from asn_fp.sources.derive import derive
from asn_fp.sources.pools import candidates_of
from asn_fp.sources.values import READ_COLUMNS, normal
from asn_fp.vocabulary import EXPTYPES

__all__ = [
    "CANDIDATE_TYPES",
    "CandidateOption",
    "SetOption",
    "add_candidate",
    "add_candidates",
    "parse_candidate_option",
    "parse_set_option",
    "tell",
    "tell_all",
]

CANDIDATE_TYPES: Final = ("observation", "background", "group", "mosaic", "direct_image", "coronographic", "psf", "pool")
"""The types of association candidates that the archive knows, in its spelling; any other word is one as well."""


@frozen
class SetOption:
    """Hold one value that the user tells: the column, the value, and the pattern of the files it is for (None: all)."""

    column: str
    value: str
    pattern: str | None = None


@frozen
class CandidateOption:
    """Hold one candidate that the user adds: its id, its type, and the pattern of its files (None: all)."""

    id: str
    type: str
    pattern: str | None = None


def parse_set_option(word: str) -> SetOption:
    """Parse ``column=value[:PATTERN]``; the last colon counts, so a value with a colon needs ``:*`` behind it.

    Raises:
        UsageError: the word has another form.

    >>> parse_set_option("is_imprt=t:*_leakcal_*")
    SetOption(column='is_imprt', value='t', pattern='*_leakcal_*')
    >>> parse_set_option("is_psf=")
    SetOption(column='is_psf', value='', pattern=None)
    """
    column, equals, rest = word.partition("=")
    value, colon, pattern = rest.rpartition(":")
    if not column.strip() or not equals or (colon and not pattern):
        way_out = "for example --set 'is_imprt=t:*_leakcal_*'"
        raise UsageError(message("--set", "not of the form column=value[:PATTERN]", word, way_out))
    return SetOption(column.strip().lower(), value, pattern) if colon else SetOption(column.strip().lower(), rest)


def parse_candidate_option(word: str) -> CandidateOption:
    """Parse ``id:type[=PATTERN]``, a candidate and the files that belong to it.

    Raises:
        UsageError: the word has another form.

    >>> parse_candidate_option("c1000:background=jw01234002*")
    CandidateOption(id='c1000', type='background', pattern='jw01234002*')
    """
    start, equals, pattern = word.partition("=")
    asn_id, _, kind = start.partition(":")
    if not asn_id.strip() or not kind.strip() or (equals and not pattern):
        way_out = "for example --candidate 'c1000:background=jw01234002*'"
        raise UsageError(message("--candidate", "not of the form id:type[=PATTERN]", word, way_out))
    return CandidateOption(asn_id.strip(), kind.strip().lower(), pattern if equals else None)


def tell(exposures: Exposures, column: str, value: str, pattern: str | None = None) -> Exposures:
    """Set a column as the user says, whatever header or pool say; what was derived is made anew.

    Args:
        exposures: the exposures.
        column: the keyword in any case, or ``exptype`` for the role itself.
        value: the value; an undefined one (``f``, ``null``, nothing) takes the column away.
        pattern: a shell pattern for the file name without its folder; by default every file.

    Raises:
        ItemError: no file matches the pattern.
        KnobError: a column that no rule reads and no file has, or a value that cannot be one.

    >>> from asn_fp.names import parse
    >>> pair = tuple(Exposure(at, parse(name), meta={"is_psf": "t"}) for at, name in enumerate(("a_cal.fits", "b_cal.fits")))
    >>> [dict(each.meta) for each in tell(pair, "IS_PSF", "F", "b_*")]
    [{'is_psf': 't'}, {}]
    >>> tell(pair, "is_pfs", "t")
    Traceback (most recent call last):
    asn_fp.errors.KnobError: column (no rule reads it and no file has it): 'is_pfs'; did you mean 'is_psf'?
    """
    return tell_all(exposures, [SetOption(column, value, pattern)])


def tell_all(exposures: Exposures, options: Iterable[SetOption]) -> Exposures:
    """Set several columns as `tell` does, in the order given; a later one wins over an earlier.

    Raises:
        ItemError: patterns that match no file; all of them in one error.
        KnobError: columns or values that cannot be told; all of them in one error, before the patterns are looked at.

    >>> from asn_fp.names import parse
    >>> one = Exposure(0, parse("a_cal.fits"))
    >>> (told,) = tell_all((one,), [SetOption("filter", "F200W"), SetOption("exptype", "psf")])
    >>> told.meta["filter"], told.exptype, sorted(told.told)
    ('f200w', 'psf', ['exptype', 'filter'])
    """
    listed = [SetOption(option.column.strip().lower(), option.value, option.pattern) for option in options]
    known = sorted({"exptype", *READ_COLUMNS, *(column for each in exposures for column in each.meta)} - {"filename"})
    raise_all(KnobError, [problem for option in listed for problem in _problems(option, known)])
    _refuse_idle(exposures, [option.pattern for option in listed])
    result = exposures
    for option in listed:
        result = tuple(_told(each, option) if _matches(each, option.pattern) else each for each in result)
    result = _derived_anew(result)
    return exposures if all(one is other for one, other in zip(result, exposures, strict=True)) else result


def _problems(option: SetOption, known: Iterable[str]) -> list[str]:
    if option.column == "filename":
        return [message("column", "a file's name cannot be set", option.column, "rename the file")]
    if option.column not in known:
        return [message("column", "no rule reads it and no file has it", option.column, did_you_mean(option.column, known))]
    if not option.value.isprintable():
        return [message(f"value of {option.column}", "not printable", option.value, "give it on one line")]
    if option.column == "exptype" and option.value.lower() not in EXPTYPES:
        return [message("exptype", "unknown", option.value, did_you_mean(option.value, EXPTYPES))]
    return []


def _matches(exposure: Exposure, pattern: str | None) -> bool:
    return pattern is None or fnmatchcase(exposure.name.base, pattern)


def _refuse_idle(exposures: Exposures, patterns: Iterable[str | None]) -> None:
    """Refuse patterns that match nothing."""
    bases = [each.name.base for each in exposures]
    idle = [one for one in dict.fromkeys(patterns) if one is not None and not any(fnmatchcase(base, one) for base in bases)]
    raise_all(ItemError, [message("pattern", "no file matches", pattern, did_you_mean(pattern, bases)) for pattern in idle])


def _told(exposure: Exposure, option: SetOption) -> Exposure:
    column, value = option.column, normal(option.column, option.value)
    if column == "exptype":
        return exposure.with_role(option.value.lower(), told=True)
    if column in exposure.told and exposure.meta.get(column) == value:
        return exposure
    meta = {key: text for key, text in exposure.meta.items() if key != column}
    return _renewed(exposure, column, meta if value is None else {**meta, column: value})


def _renewed(exposure: Exposure, column: str, meta: dict[str, str]) -> Exposure:
    return Exposure(
        exposure.index,
        exposure.name,
        exposure.exptype,
        exposure.candidate,
        MappingProxyType(meta),
        exposure.told | {column},
        exposure.derived - {column},
    )


def _derived_anew(exposures: Exposures) -> Exposures:
    """Derive again where something was derived; the rows of a pool that knows all stay as they are."""
    columns = sorted({column for each in exposures for column in each.derived})
    again = iter(derive(tuple(each for each in exposures if each.derived), columns))
    return tuple(next(again) if each.derived else each for each in exposures)


def add_candidate(exposures: Exposures, asn_id: str, kind: str, pattern: str | None = None) -> Exposures:
    """Add an association candidate to those that the exposures have; an exposure without any also gets its observation.

    Args:
        exposures: the exposures.
        asn_id: the id, ``c1000`` or the like.
        kind: the type, any word; `CANDIDATE_TYPES` are the archive's.
        pattern: a shell pattern for the file name without its folder; by default every file.

    Raises:
        ItemError: no file matches the pattern.
        KnobError: not an id, or a type that is a known one misspelt.

    >>> from asn_fp.names import parse
    >>> (one,) = add_candidate((Exposure(0, parse("a.fits"), meta={"observtn": "2"}),), "c1000", "background")
    >>> one.meta["asn_candidate"]
    "[('o002', 'observation'), ('c1000', 'background')]"
    >>> add_candidate((one,), "c1000", "bckground")
    Traceback (most recent call last):
    asn_fp.errors.KnobError: candidate type (a known one misspelt): 'bckground'; did you mean 'background'?
    """
    return add_candidates(exposures, [CandidateOption(asn_id, kind, pattern)])


def add_candidates(exposures: Exposures, options: Sequence[CandidateOption]) -> Exposures:
    """Add several candidates as `add_candidate` does, in the order given.

    Raises:
        ItemError: patterns that match no file; all of them in one error.
        KnobError: ids or types that cannot be; all of them in one error, before the patterns are looked at.

    >>> from asn_fp.names import parse
    >>> one = Exposure(0, parse("a.fits"), meta={"asn_candidate": "[('o002', 'observation')]"})
    >>> add_candidates((one,), [CandidateOption("o002", "observation")])[0] is one
    True
    """
    raise_all(KnobError, [problem for option in options for problem in _candidate_problems(option)])
    _refuse_idle(exposures, [option.pattern for option in options])
    result = exposures
    for option in options:
        candidate = Candidate(option.id, option.type.strip().lower())
        result = tuple(_joined(each, candidate) if _matches(each, option.pattern) else each for each in result)
    return exposures if all(one is other for one, other in zip(result, exposures, strict=True)) else result


def _candidate_problems(option: CandidateOption) -> list[str]:
    problems = []
    try:
        check_asn_id(option.id)
    except KnobError as problem:
        problems.append(str(problem))
    kind = option.type.strip().lower()
    if not kind or not kind.isprintable():
        problems.append(message("candidate type", "not a word", option.type, did_you_mean("", CANDIDATE_TYPES)))
    elif kind not in CANDIDATE_TYPES and (near := get_close_matches(kind, CANDIDATE_TYPES, n=1, cutoff=0.8)):
        problems.append(message("candidate type", "a known one misspelt", option.type, f"did you mean {near[0]!r}?"))
    return problems


def _joined(exposure: Exposure, candidate: Candidate) -> Exposure:
    text = exposure.meta.get("asn_candidate")
    if text is None and (number := keys.observation(exposure)):
        text = f"[('o{number}', 'observation')]"
    before = candidates_of(text or "")
    if candidate in before:
        return exposure
    cell = str([(each.id, each.type) for each in (*before, candidate)])
    return _renewed(exposure, "asn_candidate", {**exposure.meta, "asn_candidate": cell})
