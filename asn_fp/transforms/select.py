"""Exposures to fewer of them, or to the same ones in other roles."""

from __future__ import annotations

from itertools import filterfalse
from operator import is_
from typing import Final

from asn_fp.errors import KnobError, did_you_mean, message
from asn_fp.predicates import Predicate
from asn_fp.records import Exposure, Exposures, Reason
from asn_fp.vocabulary import EXPTYPES

__all__ = ["drop", "keep", "mark", "why_dropped", "why_not_kept"]

_LONGEST: Final = 100


def keep(exposures: Exposures, where: Predicate) -> Exposures:
    """Keep the exposures for which a predicate says yes.

    >>> from asn_fp.predicates import named
    >>> from asn_fp.transforms import read
    >>> [exposure.name.text for exposure in keep(read(["a_rate.fits", "b_cal.fits"]), named("*_cal.fits"))]
    ['b_cal.fits']
    """
    kept = tuple(filter(where.function, exposures))
    return exposures if len(kept) == len(exposures) else kept


def drop(exposures: Exposures, where: Predicate) -> Exposures:
    """Leave out the exposures for which a predicate says yes.

    >>> from asn_fp.predicates import named
    >>> from asn_fp.transforms import read
    >>> [exposure.name.text for exposure in drop(read(["a_rate.fits", "b_cal.fits"]), named("*_cal.fits"))]
    ['a_rate.fits']
    """
    kept = tuple(filterfalse(where.function, exposures))
    return exposures if len(kept) == len(exposures) else kept


def mark(exposures: Exposures, exptype: str, *, when: Predicate) -> Exposures:
    """Give a role to the exposures for which a predicate says yes, except to those whose role the user gave.

    Raises:
        KnobError: the role is not a known exptype.

    >>> from asn_fp.predicates import observation_in
    >>> from asn_fp.transforms import read
    >>> names = ["jw01234001001_02101_00001_nrs1_rate.fits", "jw01234002001_02101_00001_nrs1_rate.fits"]
    >>> [exposure.exptype for exposure in mark(read(names), "background", when=observation_in("002"))]
    ['science', 'background']
    """
    if exptype not in EXPTYPES:
        raise KnobError(message("exptype", "unknown", exptype, did_you_mean(exptype, EXPTYPES)))

    def marked(exposure: Exposure) -> Exposure:
        if exposure.exptype == exptype or "exptype" in exposure.told or not when.function(exposure):
            return exposure
        return exposure.with_role(exptype)

    result = tuple(map(marked, exposures))
    return exposures if all(map(is_, result, exposures)) else result


def why_not_kept(_: Exposures, exposure: Exposure, where: Predicate) -> Reason | None:
    """Return which part of a predicate said no, and the values it read."""
    return None if where(exposure) else _said(where.failing(exposure), exposure, "is not so")


def why_dropped(_: Exposures, exposure: Exposure, where: Predicate) -> Reason | None:
    """Return the predicate that said yes, and the values it read."""
    return _said(where, exposure, "is so") if where(exposure) else None


def _said(where: Predicate, exposure: Exposure, answer: str) -> Reason:
    if where.key is not None:
        value = where.key(exposure)
        read = [(str(where.key), "undefined" if value is None else repr(value))]
    else:
        read = [(column, _value(exposure, column)) for column in where.columns]
    values = tuple((name, value, str(where)) for name, value in read)
    shown = ", ".join(f"{column} is {value}" for column, value, _ in values)
    return Reason(f"{_brief(where)} {answer}: {shown}" if shown else f"{_brief(where)} {answer}", values)


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
