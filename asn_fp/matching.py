"""Equality of keys in which `ANY` agrees with every value, at the cost of a dictionary.

Agreement is not transitive (``(a, ANY)`` agrees with ``(a, 1)`` and ``(a, 2)``), so keys with ANY don't partition
exposures; an index for each pattern of ANYs still finds all that agree without comparing every pair.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from heapq import merge
from typing import Generic, TypeAlias, TypeVar

from asn_fp.keys import ANY

__all__ = ["Index", "KeyValue", "agree", "maximal_keys", "merged"]

T = TypeVar("T")
KeyValue: TypeAlias = tuple[Hashable, ...]
_Pattern: TypeAlias = tuple[int, ...]


def agree(one: KeyValue, other: KeyValue) -> bool:
    """Tell whether two keys agree in every place, ANY agreeing with everything.

    >>> agree(("01234", ANY), ("01234", "nrs1")), agree(("01234", "nrs2"), ("01234", "nrs1"))
    (True, False)
    """
    return all(a is ANY or b is ANY or a == b for a, b in zip(one, other, strict=True))


def merged(one: KeyValue, other: KeyValue) -> KeyValue:
    """Return the values that either of two agreeing keys defines.

    >>> merged(("01234", ANY, ANY), ("01234", "nrs1", ANY))
    ('01234', 'nrs1', ANY)
    """
    return tuple(b if a is ANY else a for a, b in zip(one, other, strict=True))


def _pattern(key: KeyValue) -> _Pattern:
    return tuple([place for place, value in enumerate(key) if value is not ANY])


def _project(key: KeyValue, places: _Pattern) -> KeyValue:
    return tuple([key[place] for place in places])


class Index(Generic[T]):
    """Find the items whose keys agree with a key, in the order in which they were added.

    >>> index = Index([(("a", 1), "x"), (("a", ANY), "y"), (("b", 1), "z")])
    >>> index.agreeing(("a", 1))
    ['x', 'y']
    >>> index.agreeing((ANY, 1))
    ['x', 'y', 'z']
    """

    def __init__(self, entries: Iterable[tuple[KeyValue, T]] = ()) -> None:
        self._count = 0
        self._entries: dict[_Pattern, list[tuple[int, KeyValue, T]]] = {}
        self._tables: dict[tuple[_Pattern, _Pattern], dict[KeyValue, list[tuple[int, T]]]] = {}
        for key, item in entries:
            self.add(key, item)

    def add(self, key: KeyValue, item: T) -> None:
        """Add one item under its key."""
        own = _pattern(key)
        self._entries.setdefault(own, []).append((self._count, key, item))
        for (pattern, shared), table in self._tables.items():
            if pattern == own:
                table.setdefault(_project(key, shared), []).append((self._count, item))
        self._count += 1

    def agreeing(self, key: KeyValue) -> list[T]:
        """Return the items whose keys agree with this one."""
        wanted = set(_pattern(key))
        found = []
        for pattern in self._entries:
            shared = tuple(place for place in pattern if place in wanted)
            hits = self._table(pattern, shared).get(_project(key, shared))
            if hits:
                found.append(hits)
        if len(found) == 1:
            return [item for _, item in found[0]]
        return [item for _, item in merge(*found, key=lambda hit: hit[0])]

    def _table(self, pattern: _Pattern, shared: _Pattern) -> dict[KeyValue, list[tuple[int, T]]]:
        table = self._tables.get((pattern, shared))
        if table is None:
            table = self._tables[pattern, shared] = {}
            for number, key, item in self._entries[pattern]:
                table.setdefault(_project(key, shared), []).append((number, item))
        return table


def maximal_keys(keys: Iterable[KeyValue]) -> tuple[KeyValue, ...]:
    """Return the most specific keys that merging agreeing ones leads to, whatever the order they come in.

    A key that another one refines is not among them. The order is that of first appearance, merged keys last.

    >>> maximal_keys([("a", ANY), ("a", 1), ("a", 2), ("b", ANY)])
    (('a', 1), ('a', 2), ('b', ANY))
    >>> maximal_keys([("a", 1, ANY), ("a", ANY, 2)])
    (('a', 1, 2),)
    """
    known = dict.fromkeys(keys)
    partial = [key for key in known if any(value is ANY for value in key)]
    if not partial:
        return tuple(known)
    index = Index((key, key) for key in partial)
    for key in partial:  # grows while it is read; merging with the given keys, one after another, leads to all
        for other in index.agreeing(key):
            both = merged(key, other)
            if both not in known:
                known[both] = None
                partial.append(both)
    everything = Index((key, key) for key in known)
    refined = {key for key in partial for other in everything.agreeing(key) if other != key and merged(key, other) == other}
    return tuple(key for key in known if key not in refined)
