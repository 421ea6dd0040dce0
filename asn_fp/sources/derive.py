"""What no header knows and rules need, derived from what headers do know.

A pool of the archive has these columns from the proposal; here they are made, and marked as made, from other keywords or
from the file name. A value that is there, or that the user told, is never touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from types import MappingProxyType
from typing import Final, TypeAlias

from asn_fp import keys
from asn_fp.errors import KnobError, did_you_mean, message, raise_all
from asn_fp.records import Exposure, Exposures, as_exposures
from asn_fp.vocabulary import EXP_TYPE_ROLES

__all__ = ["DERIVED", "derive", "targets"]

_Column: TypeAlias = list[str | None]


def derive(exposures: Exposures, columns: Iterable[str] | None = None) -> Exposures:
    """Give exposures the columns that other keywords imply, each marked as derived.

    What was derived before is made anew, so that it follows what the user has told since. An exposure of which nothing is
    known but its name stays as it is.

    Args:
        exposures: all exposures at once, since numbers and ranks count within a program or an observation.
        columns: the columns to derive; by default every one of `DERIVED`.

    Raises:
        KnobError: columns that cannot be derived; all of them in one error. Or what are no exposures.

    >>> from asn_fp.names import parse
    >>> (one,) = derive((Exposure(0, parse("a_rate.fits"), meta={"observtn": "3", "exp_type": "mir_tacq"}),))
    >>> one.meta["obs_num"], one.meta["pntgtype"], one.meta["asn_candidate"], sorted(one.derived)
    ('3', 'target_acquisition', "[('o003', 'observation')]", ['asn_candidate', 'obs_num', 'pntgtype'])
    """
    exposures = as_exposures(exposures)
    wanted = tuple(DERIVED if columns is None else columns)
    raise_all(
        KnobError,
        [message("column", "cannot be derived", name, did_you_mean(name, DERIVED)) for name in wanted if name not in DERIVED],
    )
    plain = tuple(_forgetting(exposure, wanted) for exposure in exposures)
    made = {column: DERIVED[column](plain) for column in wanted}
    result = tuple(
        _with(exposure, bare, {column: values[at] for column, values in made.items()})
        for at, (exposure, bare) in enumerate(zip(exposures, plain, strict=True))
    )
    return exposures if all(one is other for one, other in zip(result, exposures, strict=True)) else result


def _forgetting(exposure: Exposure, columns: tuple[str, ...]) -> Exposure:
    """Return the exposure without the values that were derived for these columns."""
    stale = exposure.derived.intersection(columns)
    if not stale:
        return exposure
    meta = {column: value for column, value in exposure.meta.items() if column not in stale}
    return _renewed(exposure, meta, exposure.derived - stale)


def _with(exposure: Exposure, bare: Exposure, made: Mapping[str, str | None]) -> Exposure:
    """Return the exposure with the values made, itself where they are the ones it has."""
    if not bare.meta:
        return bare
    added = {
        column: value
        for column, value in made.items()
        if value is not None and column not in bare.meta and column not in bare.told
    }
    meta, derived = {**bare.meta, **added}, bare.derived.union(added)
    return exposure if meta == exposure.meta and derived == exposure.derived else _renewed(exposure, meta, derived)


def _renewed(exposure: Exposure, meta: dict[str, str], derived: frozenset[str]) -> Exposure:
    return Exposure(
        exposure.index, exposure.name, exposure.exptype, exposure.candidate, MappingProxyType(meta), exposure.told, derived
    )


def targets(exposures: Exposures) -> Mapping[tuple[str, str], str]:
    """Return the number of every target: (program, target name) to TARGETID.

    A target counts by first appearance in the order of file names, within its program; numbers that a pool or the user
    gave are not used again. They need not be the archive's.

    >>> from asn_fp.names import parse
    >>> metas = [{"program": "1", "targname": "sky"}, {"program": "1", "targname": "unknown", "targprop": "m31"}]
    >>> dict(targets(tuple(Exposure(at, parse(name), meta=metas[at]) for at, name in enumerate(("b.fits", "a.fits")))))
    {('00001', 'm31'): '1', ('00001', 'sky'): '2'}
    """
    numbers: dict[tuple[str, str], str] = {}
    names = _target_names(exposures)
    taken: dict[str, set[str]] = defaultdict(set)
    for exposure in exposures:
        number = exposure.meta.get("targetid")
        if number is None or "targetid" in exposure.derived:
            continue
        taken[_program(exposure)].add(number)
        if "targetid" not in exposure.told and (name := _target_name(exposure, names)):
            numbers.setdefault((_program(exposure), name), number)
    counters: dict[str, Iterable[int]] = defaultdict(lambda: count(1))
    for exposure in sorted(exposures, key=lambda each: (each.name.base, each.name.folder)):
        program, name = _program(exposure), _target_name(exposure, names)
        if name and (program, name) not in numbers:
            numbers[program, name] = next(text for n in counters[program] if (text := str(n)) not in taken[program])
    return MappingProxyType(numbers)


def _program(exposure: Exposure) -> str:
    return str(keys.program(exposure) or "")


def _target_names(exposures: Exposures) -> Mapping[tuple[str, str], str]:
    """Return the TARGNAME that exposures of one program and TARGPROP have, where they have only one: (program, TARGPROP)."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in exposures:
        name, proposed = each.meta.get("targname"), each.meta.get("targprop")
        if proposed is not None and name not in (None, "unknown"):
            found[_program(each), proposed].add(str(name))
    return {place: next(iter(names)) for place, names in found.items() if len(names) == 1}


def _target_name(exposure: Exposure, names: Mapping[tuple[str, str], str]) -> str | None:
    """Return TARGNAME; where that is empty or unknown that of others with this TARGPROP, else TARGPROP."""
    name = exposure.meta.get("targname")
    if name is not None and name != "unknown":
        return name
    proposed = exposure.meta.get("targprop")
    return name if proposed is None else names.get((_program(exposure), proposed), proposed)


def _targetid(exposures: Exposures) -> _Column:
    numbers, names = targets(exposures), _target_names(exposures)
    return [numbers.get((_program(each), _target_name(each, names) or "")) for each in exposures]


def _pntgtype(exposures: Exposures) -> _Column:
    acquisition = "target_acquisition"
    roles = (EXP_TYPE_ROLES.get(each.meta.get("exp_type", "")) for each in exposures)
    return [acquisition if role == acquisition else "science" for role in roles]


def _observation(exposure: Exposure) -> str | None:
    """Return the observation number without its zeros, None where there is none or it is no number."""
    text = str(keys.observation(exposure) or "")
    return (text.lstrip("0") or "0") if text.isascii() and text.isdigit() else None


def _obs_num(exposures: Exposures) -> _Column:
    return [_observation(exposure) for exposure in exposures]


def _asn_candidate(exposures: Exposures) -> _Column:
    return [f"[('o{number:0>3}', 'observation')]" if number else None for number in map(_observation, exposures)]


def _same_as(column: str) -> Callable[[Exposures], _Column]:
    return lambda exposures: [exposure.meta.get(column) for exposure in exposures]


def _rank_of(key: keys.Key) -> Callable[[Exposures], _Column]:
    """Return the function that ranks the values of a key within each observation, from 1."""

    def ranks(exposures: Exposures) -> _Column:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        places = [(_program(each), str(keys.observation(each) or ""), key(each)) for each in exposures]
        for program, observation, value in places:
            if observation and value is not None:
                found[program, observation].add(str(value))
        order = {place: {value: str(at) for at, value in enumerate(sorted(seen), 1)} for place, seen in found.items()}
        return [order.get((program, observation), {}).get(str(value)) for program, observation, value in places]

    return ranks


DERIVED: Final[Mapping[str, Callable[[Exposures], _Column]]] = MappingProxyType(
    {
        "pntgtype": _pntgtype,
        "obs_num": _obs_num,
        "targetid": _targetid,
        "subpxpts": _same_as("subpxpns"),
        "dithptin": _same_as("patt_num"),
        "expspcin": _rank_of(keys.activity),
        "mostilno": _rank_of(keys.visit),
        "asn_candidate": _asn_candidate,
    }
)
"""The columns that can be derived -> how: TARGETID from the target's name, DITHPTIN from PATT_NUM, EXPSPCIN and MOSTILNO
as the rank of activity and visit within the observation, and SUBPXPTS from its old spelling SUBPXPNS."""
