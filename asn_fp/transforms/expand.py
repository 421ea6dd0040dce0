"""Exposures to the candidates they belong to, and to the level that a rule asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import is_
from typing import Final, TypeAlias

from asn_fp.errors import ItemError, KnobError, did_you_mean, message, raise_all
from asn_fp.predicates import EVERY, NONE, Predicate
from asn_fp.records import Candidate, Exposure, Exposures, Reason
from asn_fp.transforms._remember import remembered
from asn_fp.vocabulary import CATALOGUE_SUFFIXES

__all__ = ["ALONE", "Suffix", "expand", "level", "recast", "why_not_level"]

Suffix: TypeAlias = Callable[[Exposure], str]
"""The product suffix that a rule wants of an exposure: ``rate``, ``rateints``, ``cal``, ..."""

ALONE: Final = ("refuse", "leave-out")


def expand(exposures: Exposures, candidates: Callable[[Exposure], Sequence[Candidate]]) -> Exposures:
    """Give every exposure once for each candidate that it belongs to; what belongs to none is left out.

    >>> from asn_fp.transforms import read
    >>> both = (Candidate("o001"), Candidate("c1000", "background"))
    >>> [each.candidate.id for each in expand(read(["a_uncal.fits"]), lambda exposure: both)]
    ['o001', 'c1000']
    """
    return tuple(exposure.with_candidate(candidate) for exposure in exposures for candidate in candidates(exposure))


def recast(exposures: Exposures, exptype: str, *, of: Collection[str] | None = None) -> Exposures:
    """Give exposures another role, whoever gave them theirs: to stage 2 a PSF reference is science.

    Args:
        exposures: the exposures.
        exptype: the new role.
        of: the roles that are changed; by default every one.

    >>> from asn_fp.transforms import read
    >>> [each.exptype for each in recast(read([("a_rate.fits", "psf")]), "science", of=["psf"])]
    ['science']
    """
    result = tuple(
        each.with_role(exptype) if each.exptype != exptype and (of is None or each.exptype in of) else each
        for each in exposures
    )
    return exposures if all(map(is_, result, exposures)) else result


def level(
    exposures: Exposures,
    suffix: Suffix,
    *,
    uncal: Predicate = EVERY,
    alone: str = "refuse",
    spare: Predicate = NONE,
) -> Exposures:
    """Take of each exposure the file of the level that is asked for, and leave its other files out.

    A folder holds uncal, rate, rateints, cal and more of one exposure. The file with the wanted suffix is taken; without
    it an uncal file, under the name that it will have; or a file whose suffix is not a known one, as it is. What stage 3
    made of several exposures is left out.

    Args:
        exposures: the files.
        suffix: the suffix wanted of each exposure.
        uncal: of which exposures an uncal file stands for the wanted one.
        alone: what to do where only another level is there: ``refuse``, or ``leave-out``.
        spare: the exposures that are left out in that case, whatever `alone` says.

    Raises:
        ItemError: exposures of which only another level is there; all of them in one error.
        KnobError: another word for `alone`.

    >>> from asn_fp.transforms import read
    >>> def rate(exposure: Exposure) -> str:
    ...     return "rate"
    >>> [each.name.text for each in level(read(["a_uncal.fits", "b_cal.fits", "b_rate.fits"]), rate)]
    ['a_rate.fits', 'b_rate.fits']
    """
    if alone not in ALONE:
        raise KnobError(message("alone", "unknown", alone, did_you_mean(alone, ALONE)))
    best: dict[tuple[object, str], tuple[int, Exposure]] = {}  # an image and its catalogue are both wanted, each in its role
    for exposure in exposures:
        wanted = suffix(exposure)
        file, rank = (_file(exposure), wanted), _rank(exposure, wanted, uncal)
        known = best.get(file)
        if known is None or rank < known[0]:
            best[file] = (rank, exposure)
    if alone == "refuse":
        raise_all(ItemError, _twins(exposures, best, suffix, uncal))
    wrong = [each for rank, each in best.values() if rank == _WRONG and not (_combined(each) or spare.function(each))]
    if alone == "refuse":
        raise_all(ItemError, [_alone(exposure, suffix(exposure)) for exposure in wrong])
    chosen = {id(exposure) for rank, exposure in best.values() if rank != _WRONG}
    taken = tuple(_named(exposure, suffix(exposure)) for exposure in exposures if id(exposure) in chosen)
    return exposures if len(taken) == len(exposures) and all(map(is_, taken, exposures)) else taken


def _twins(
    exposures: Exposures, best: Mapping[tuple[object, str], tuple[int, Exposure]], suffix: Suffix, uncal: Predicate
) -> list[str]:
    """Return the problems of files of one exposure and one level that are called differently: two folders have it."""
    problems = []
    for exposure in exposures:
        wanted = suffix(exposure)
        rank, first = best[_file(exposure), wanted]
        same = rank == _rank(exposure, wanted, uncal) and first.name.suffix == exposure.name.suffix
        if same and rank != _WRONG and first.name.base == exposure.name.base and first.name.text != exposure.name.text:
            reason = f"the same exposure and level as {first.name.text!r}"
            problems.append(message("file", reason, exposure.name.text, "leave one of them out"))
    return problems


_RIGHT, _UNCAL, _UNKNOWN, _WRONG = range(4)


def _rank(exposure: Exposure, wanted: str, uncal: Predicate) -> int:
    own = exposure.name.suffix
    if own == wanted:
        meant = exposure.exptype in CATALOGUE_SUFFIXES or "exptype" in exposure.told
        return _RIGHT if meant or not _combined(exposure) else _WRONG
    if own == "uncal":
        return _UNCAL if uncal(exposure) else _WRONG
    return _WRONG if own or _combined(exposure) else _UNKNOWN


_COMBINED: Final = re.compile(r"jw\d{5}-[a-z]\d{3,4}_")
_CANDIDATE_ID: Final = re.compile(r"_[a-z]\d{3,4}$")


def _combined(exposure: Exposure) -> bool:
    """Tell whether the name is that of a product of stage 3, or of a table made of one."""
    return _COMBINED.match(exposure.name.stem) is not None


def _file(exposure: Exposure) -> tuple[object, str]:
    """Return what the files of one exposure have in common; a crf file also has a candidate's id in its name."""
    name = exposure.name
    return (exposure.candidate, _CANDIDATE_ID.sub("", name.stem) if name.suffix in ("crf", "crfints") else name.stem)


def _named(exposure: Exposure, wanted: str) -> Exposure:
    return exposure.with_name(exposure.name.with_suffix(wanted)) if exposure.name.suffix == "uncal" else exposure


def _alone(exposure: Exposure, wanted: str) -> str:
    reason = f"{exposure.name.suffix}, and {wanted} is wanted"
    return message("level", reason, exposure.name.text, f"give the _{wanted} file, or leave this one out")


@remembered
def _ranked(exposures: Exposures, asked: tuple[Suffix, Predicate]) -> Mapping[tuple[object, str], list[tuple[int, Exposure]]]:
    """Return the files of each exposure, by the level that is wanted of them, with their ranks."""
    suffix, uncal = asked
    found: dict[tuple[object, str], list[tuple[int, Exposure]]] = {}
    for exposure in exposures:
        wanted = suffix(exposure)
        found.setdefault((_file(exposure), wanted), []).append((_rank(exposure, wanted, uncal), exposure))
    return found


def why_not_level(
    before: Exposures, exposure: Exposure, suffix: Suffix, uncal: Predicate = EVERY, **__: object
) -> Reason | None:
    """Return which level was wanted, and which file of the exposure was taken."""
    if _combined(exposure):
        return Reason("it is a product of stage 3, not an exposure")
    wanted = suffix(exposure)
    files = _ranked(before, (suffix, uncal))[_file(exposure), wanted]
    best, taken = min(files, key=lambda ranked: ranked[0])
    if best != _WRONG and taken.index == exposure.index:
        return None
    other = best != _WRONG
    said = f"{taken.name.text!r} is taken" if other else "no other file of it is there"
    own = exposure.name.suffix or "no known suffix"
    return Reason(f"it is {own}, {wanted} is wanted, and {said}", (("suffix", own, wanted),))
