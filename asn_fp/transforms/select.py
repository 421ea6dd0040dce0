"""Exposures to fewer of them, or to the same ones in other roles."""

from __future__ import annotations

from itertools import filterfalse
from operator import is_
from types import MappingProxyType
from typing import Final

from attrs import evolve

from asn_fp.errors import KnobError, did_you_mean, message
from asn_fp.predicates import Predicate, as_predicate
from asn_fp.records import Exposure, Exposures, Reason
from asn_fp.vocabulary import EXPTYPES

__all__ = ["drop", "keep", "mark", "why_dropped", "why_not_kept"]

_LONGEST: Final = 100


def keep(exposures: Exposures, where: Predicate) -> Exposures:
    """Keep the exposures for which a predicate says yes.

    Raises:
        KnobError: what is no predicate.

    >>> from asn_fp.predicates import named
    >>> from asn_fp.transforms import read
    >>> [exposure.name.text for exposure in keep(read(["a_rate.fits", "b_cal.fits"]), named("*_cal.fits"))]
    ['b_cal.fits']
    """
    kept = tuple(filter(as_predicate(where).function, exposures))
    return exposures if len(kept) == len(exposures) else kept


def drop(exposures: Exposures, where: Predicate) -> Exposures:
    """Leave out the exposures for which a predicate says yes.

    Raises:
        KnobError: what is no predicate.

    >>> from asn_fp.predicates import named
    >>> from asn_fp.transforms import read
    >>> [exposure.name.text for exposure in drop(read(["a_rate.fits", "b_cal.fits"]), named("*_cal.fits"))]
    ['a_rate.fits']
    """
    kept = tuple(filterfalse(as_predicate(where).function, exposures))
    return exposures if len(kept) == len(exposures) else kept


def mark(exposures: Exposures, exptype: str, *, when: Predicate) -> Exposures:
    """Give a role to the exposures for which a predicate says yes, except to those whose role the user gave.

    Raises:
        KnobError: the role is not a known exptype, or what is no predicate.

    >>> from asn_fp.predicates import observation_in
    >>> from asn_fp.transforms import read
    >>> names = ["jw01234001001_02101_00001_nrs1_rate.fits", "jw01234002001_02101_00001_nrs1_rate.fits"]
    >>> [exposure.exptype for exposure in mark(read(names), "background", when=observation_in("002"))]
    ['science', 'background']
    """
    if exptype not in EXPTYPES:
        raise KnobError(message("exptype", "unknown", exptype, did_you_mean(exptype, EXPTYPES)))
    asked = as_predicate(when).function

    def marked(exposure: Exposure) -> Exposure:
        if exposure.exptype == exptype or "exptype" in exposure.told or not asked(exposure):
            return exposure
        return exposure.with_role(exptype)

    result = tuple(map(marked, exposures))
    return exposures if all(map(is_, result, exposures)) else result


def why_not_kept(_: Exposures, exposure: Exposure, where: Predicate) -> Reason | None:
    """Return which part of a predicate said no, and the values it read."""
    return None if where(exposure) else _said(where.failing(exposure), exposure, answer=False)


def why_dropped(_: Exposures, exposure: Exposure, where: Predicate) -> Reason | None:
    """Return the predicate that said yes, and the values it read."""
    return _said(where, exposure, answer=True) if where(exposure) else None


def _said(where: Predicate, exposure: Exposure, *, answer: bool) -> Reason:
    """Return the question with its answer, and what it read; the opposite of a question is told as the question itself."""
    if where.denied is not None:
        return _said(where.denied, exposure, answer=not answer)
    if answer and (chosen := next((each for each in where.alternatives if each(exposure)), None)) is not None:
        return _said(chosen, exposure, answer=True)
    if not answer and where.nearest is not None:
        values = where.nearest(exposure)
        shown = ", ".join(f"{column} is {value}, not {wanted}" for column, value, wanted in values)
    else:
        values = tuple((*each, _wanted(where, each[1], answer)) for each in _read(where, exposure, answer))
        shown = ", ".join(f"{column} is {value}" for column, value, _ in values)
    told = f"{_brief(where)} {'is so' if answer else 'is not so'}"
    return Reason(f"{told}: {shown}" if shown else told, values)


def _read(where: Predicate, exposure: Exposure, answer: bool) -> list[tuple[str, str]]:
    """Return what a question reads of an exposure: of several columns those without which the answer would be another one."""
    if where.key is not None:
        value = where.key(exposure)
        return [(str(where.key), "undefined" if value is None else repr(value))]
    if answer and where.parts:
        return list(dict.fromkeys(each for part in where.parts for each in _read(part, exposure, answer)))
    if answer and (chosen := next((each for each in where.alternatives if each(exposure)), None)) is not None:
        return _read(chosen, exposure, answer)
    decisive = [column for column in where.columns if _turns(where, exposure, column, answer)]
    return [(column, _value(exposure, column)) for column in decisive or where.columns]


def _turns(where: Predicate, exposure: Exposure, column: str, answer: bool) -> bool:
    """Tell whether the answer is another one without the value of a column."""
    if column not in exposure.meta:
        return False
    meta = MappingProxyType({key: value for key, value in exposure.meta.items() if key != column})
    return where(evolve(exposure, meta=meta)) != answer


def _wanted(where: Predicate, value: str, answer: bool) -> str:
    return f"not {value}" if answer else where.wanted or str(where)


def _brief(where: Predicate) -> str:
    """Return a question as written, a long one cut; the values that differed have all of it."""
    text = str(where)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3].rstrip()}..."


def _value(exposure: Exposure, column: str) -> str:
    if column == "exptype":
        return repr(exposure.exptype)
    if column == "filename":
        return repr(exposure.name.text)
    return repr(exposure.meta[column]) if column in exposure.meta else "undefined"
