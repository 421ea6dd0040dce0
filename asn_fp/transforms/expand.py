"""Exposures to the candidates they belong to, and to the level that a rule asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final, TypeAlias

from asn_fp.errors import ItemError, KnobError, did_you_mean, message, raise_all
from asn_fp.predicates import EVERY, Predicate
from asn_fp.records import Candidate, Exposure, Exposures, Reason

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
    return exposures if all(one is other for one, other in zip(result, exposures, strict=True)) else result


def level(exposures: Exposures, suffix: Suffix, *, uncal: Predicate = EVERY, alone: str = "refuse") -> Exposures:
    """Take of each exposure the file of the level that is asked for, and leave its other files out.

    A folder holds uncal, rate, rateints, cal and more of one exposure. The file with the wanted suffix is taken; without
    it an uncal file, under the name that it will have; or a file whose suffix is not a known one, as it is.

    Args:
        exposures: the files.
        suffix: the suffix wanted of each exposure.
        uncal: of which exposures an uncal file stands for the wanted one.
        alone: what to do where only another level is there: ``refuse``, or ``leave-out``.

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
    best: dict[tuple[object, str], tuple[int, Exposure]] = {}
    for exposure in exposures:
        rank = _rank(exposure, suffix(exposure), uncal)
        known = best.get(_file(exposure))
        if known is None or rank < known[0]:
            best[_file(exposure)] = (rank, exposure)
    wrong = [exposure for rank, exposure in best.values() if rank == _WRONG]
    if alone == "refuse":
        raise_all(ItemError, [_alone(exposure, suffix(exposure)) for exposure in wrong])
    chosen = {id(exposure) for rank, exposure in best.values() if rank != _WRONG}
    taken = tuple(_named(exposure, suffix(exposure)) for exposure in exposures if id(exposure) in chosen)
    same = len(taken) == len(exposures) and all(one is other for one, other in zip(taken, exposures, strict=True))
    return exposures if same else taken


_RIGHT, _UNCAL, _UNKNOWN, _WRONG = range(4)


def _rank(exposure: Exposure, wanted: str, uncal: Predicate) -> int:
    own = exposure.name.suffix
    if own == wanted:
        return _RIGHT
    if own == "uncal":
        return _UNCAL if uncal(exposure) else _WRONG
    return _WRONG if own else _UNKNOWN


def _file(exposure: Exposure) -> tuple[object, str]:
    return (exposure.candidate, exposure.name.stem)


def _named(exposure: Exposure, wanted: str) -> Exposure:
    return exposure.with_name(exposure.name.with_suffix(wanted)) if exposure.name.suffix == "uncal" else exposure


def _alone(exposure: Exposure, wanted: str) -> str:
    reason = f"{exposure.name.suffix}, and {wanted} is wanted"
    return message("level", reason, exposure.name.text, f"give the _{wanted} file, or leave this one out")


def why_not_level(
    before: Exposures, exposure: Exposure, suffix: Suffix, uncal: Predicate = EVERY, alone: str = "refuse"
) -> Reason | None:
    """Return which level was wanted, and which file of the exposure was taken."""
    del alone
    wanted = suffix(exposure)
    others = [each for each in before if _file(each) == _file(exposure) and each.index != exposure.index]
    better = [each.name.text for each in others if _rank(each, suffix(each), uncal) <= _rank(exposure, wanted, uncal)]
    taken = f"{better[0]!r} is taken" if better else "no other file of it is there"
    own = exposure.name.suffix or "no known suffix"
    return Reason(f"it is {own}, {wanted} is wanted, and {taken}", (("suffix", own, wanted),))
