"""Work out once for a carrier what many explanations need to know about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from attrs import field, frozen

__all__ = ["remembered"]

C = TypeVar("C")
D = TypeVar("D")
S = TypeVar("S")


@frozen
class _Same:
    """Hold a value that is equal to itself only: comparing two long carriers would cost what remembering saves."""

    value: Any = field(eq=id)


def remembered(function: Callable[[C, S], D]) -> Callable[[C, S], D]:
    """Return a function of a carrier and one setting that works once for each of the last few carriers, which never change.

    >>> def find(numbers: tuple[int, ...], place: int) -> int:
    ...     print("looking")
    ...     return numbers[place]
    >>> numbers, found = (7, 8), remembered(find)
    >>> found(numbers, 0), found(numbers, 0)
    looking
    (7, 7)
    """

    @lru_cache(maxsize=8)
    def call(same: _Same, setting: Any) -> D:
        return function(same.value, setting)

    return lambda carrier, setting: call(_Same(carrier), setting)
