"""How exposures that nearly matched differ: what errors and explanations say of a match that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeAlias

from asn_fp.keys import ANY, Key, values
from asn_fp.matching import KeyValue, agree
from asn_fp.records import Draft, Exposure
from asn_fp.transforms._remember import remembered

__all__ = ["Differing", "Nearby", "different", "differing", "of_role", "said", "shown"]

Differing: TypeAlias = tuple[tuple[str, str, str], ...]
"""(key, the value here, the value there) for each key in which two exposures differ."""

_SAID = 3
_NEAREST_AMONG = 1000
"""How many different exposures the search for a nearest miss looks at."""


def differing(keys: Iterable[Key], one: Exposure, other: Exposure) -> Differing:
    """Return in which keys two exposures do not agree, with both values.

    >>> from asn_fp.keys import detector
    >>> from asn_fp.names import parse
    >>> names = (f"jw01234001001_02101_00001_nrs{chip}_rate.fits" for chip in (1, 2))
    >>> differing((detector,), *(Exposure(number, parse(name)) for number, name in enumerate(names)))
    (('detector', "'nrs1'", "'nrs2'"),)
    """
    pairs = [(key, key(one), key(other)) for key in keys]
    return tuple(
        (key.label, shown(here), shown(there))
        for key, here, there in pairs
        if here is None or there is None or not agree((here,), (there,))
    )


def shown(value: object) -> str:
    """Return a value of a key as explanations write it; a candidate by its id.

    >>> shown(None), shown("f444w")
    ('undefined', "'f444w'")
    """
    return "undefined" if value is None else repr(getattr(value, "id", value))


def said(differing: Iterable[tuple[str, str, str]]) -> str:
    """Return the first few differences as a sentence: what matters most comes first in a key.

    >>> said([("filter", "'f444w'", "'f410m'"), ("pupil", "undefined", "undefined")])
    "filter 'f444w', not 'f410m', pupil is undefined for both"
    """
    told = [_sentence(*each) for each in differing]
    more = f" and {len(told) - _SAID} more" if len(told) > _SAID + 1 else ""
    return ", ".join(told[:_SAID] if more else told) + more


def _sentence(what: str, here: str, there: str) -> str:
    return f"{what} is undefined for both" if here == there == "undefined" else f"{what} {here}, not {there}"


def different(keys: tuple[Key, ...], exposures: Iterable[Exposure], each: int = 1) -> tuple[Exposure, ...]:
    """Return the first few exposures with each role and value of some keys.

    >>> from asn_fp.keys import detector
    >>> from asn_fp.names import parse
    >>> names = [f"jw01234001001_02101_0000{number}_nrs1_rate.fits" for number in (1, 2)]
    >>> [each.index for each in different((detector,), (Exposure(at, parse(name)) for at, name in enumerate(names)))]
    [0]
    """
    found: dict[tuple[str, KeyValue], list[Exposure]] = {}
    for exposure in exposures:
        same = found.setdefault((exposure.exptype, values(keys, exposure)), [])
        if len(same) < each:
            same.append(exposure)
    return tuple(exposure for same in found.values() for exposure in same)


class Nearby:
    """Find among exposures the one that comes nearest to agreeing with another in some keys.

    What differs in one key at most is looked up; only where there is none such are the first thousand compared one by one.

    >>> from asn_fp.keys import detector, observation
    >>> from asn_fp.names import parse
    >>> names = [f"jw0123400{field}001_02101_00001_nrs{chip}_rate.fits" for field, chip in ((1, 1), (2, 2), (2, 1))]
    >>> near = Nearby((observation, detector), [Exposure(at, parse(name)) for at, name in enumerate(names)])
    >>> near.to(Exposure(9, parse("jw01234003001_02101_00001_nrs2_rate.fits"))).index
    1
    """

    def __init__(self, keys: Sequence[Key], others: Iterable[Exposure]) -> None:
        self.keys = tuple(keys)
        self.others = [(values(self.keys, each), at, each) for at, each in enumerate(others)]
        self._tables: dict[int | None, dict[KeyValue, list[tuple[int, Exposure]]]] = {}

    def __bool__(self) -> bool:
        return bool(self.others)

    def to(
        self, one: Exposure, apart: Callable[[Exposure], bool] = lambda _: False, *, missed: bool = False
    ) -> Exposure | None:
        """Return the nearest of the others, never the exposure itself; None where there is none.

        Args:
            one: the exposure.
            apart: tells of one of the others whether something else keeps the two apart, which counts like one more key.
            missed: only those that do not agree.
        """
        own = values(self.keys, one)
        same = [each for _, each in self._found(None, own) if each.index != one.index]
        if same and not missed:
            return next((each for each in same if not apart(each)), same[0])
        alike = [hit for place in range(len(own)) for hit in self._found(place, own) if hit[1].index != one.index]
        alike = [hit for hit in alike if self.others[hit[0]][0] != own]
        if alike:
            alike.sort(key=lambda hit: hit[0])
            return next((each for _, each in alike if not apart(each)), alike[0][1])
        seen = (each for each in islice(self.others, _NEAREST_AMONG) if each[2].index != one.index)
        far = ((_distance(own, value), at, each) for value, at, each in seen)
        ranked = ((off + apart(each), at, each) for off, at, each in far if off or not missed)
        return min(ranked, default=(0, 0, None))[2]

    def _found(self, left_away: int | None, own: KeyValue) -> list[tuple[int, Exposure]]:
        """Return the others that have the same values in all places but one."""
        if left_away not in self._tables:
            table = self._tables[left_away] = {}
            for value, at, each in self.others:
                table.setdefault(_without(value, left_away), []).append((at, each))
        return self._tables[left_away].get(_without(own, left_away), [])


def _without(value: KeyValue, place: int | None) -> KeyValue:
    """Return a key without one of its values; a value that is not defined agrees with none."""
    left = value if place is None else value[:place] + value[place + 1 :]
    return left if None not in left else (object(),)


def _distance(one: KeyValue, other: KeyValue) -> int:
    return sum(a is None or b is None or not (a is ANY or b is ANY or a == b) for a, b in zip(one, other, strict=True))


@remembered
def of_role(draft: Draft, setting: tuple[str, tuple[Key, ...]]) -> Nearby:
    """Return the different exposures of a role that came in, to be searched by some keys.

    >>> bool(of_role(Draft(), ("psf", ())))
    False
    """
    exptype, keys = setting
    return Nearby(keys, different(keys, (each for each in draft.pool if each.exptype == exptype)))
