"""How exposures that nearly matched differ: what errors and explanations say of a match that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeAlias

from asn_fp.keys import Key, values
from asn_fp.matching import KeyValue, agree
from asn_fp.records import Draft, Exposure
from asn_fp.transforms._remember import remembered

__all__ = ["Differing", "different", "differing", "nearest", "nearest_miss", "of_role", "said", "shown"]

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
    """Return the first few exposures with each role and value of some keys, not more than a search should look at."""
    found: dict[tuple[str, KeyValue], list[Exposure]] = {}
    for exposure in exposures:
        same = found.setdefault((exposure.exptype, values(keys, exposure)), [])
        if len(same) < each:
            same.append(exposure)
    return tuple(exposure for same in islice(found.values(), _NEAREST_AMONG) for exposure in same)


@remembered
def of_role(draft: Draft, setting: tuple[str, tuple[Key, ...]]) -> tuple[Exposure, ...]:
    """Return the different exposures of a role that came in, by some keys."""
    exptype, keys = setting
    return different(keys, (each for each in draft.pool if each.exptype == exptype))


def nearest(
    keys: Sequence[Key],
    ones: Iterable[Exposure],
    others: Sequence[Exposure],
    apart: Callable[[Exposure, Exposure], bool] = lambda _one, _other: False,
) -> tuple[Differing, Exposure, Exposure] | None:
    """Return how the pair that comes nearest to agreeing differs, and the pair, or None where there is no pair.

    Args:
        keys: what they should agree in.
        ones: exposures.
        others: what each of them is compared with.
        apart: tells whether something else keeps a pair apart, which counts like one more key.

    >>> nearest((), (), ()) is None
    True
    """
    pairs = [(differing(keys, one, other), one, other) for one in ones for other in others]
    return min(pairs, key=lambda pair: (len(pair[0]) + apart(pair[1], pair[2]), len(pair[0])), default=None)


def nearest_miss(keys: Sequence[Key], partners: Iterable[Exposure], leads: Sequence[Exposure]) -> str:
    """Return the exposure that comes nearest to agreeing with some leads and agrees with none, and how it differs.

    >>> nearest_miss((), (), ())
    ''
    """
    missed = [each for each in partners if all(differing(keys, each, lead) for lead in leads)]
    near = nearest(keys, missed, leads)
    return f"nearest is {near[1].name.text!r}: {said(near[0])}" if near else ""
