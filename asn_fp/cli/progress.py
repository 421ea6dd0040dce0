"""A bar of progress for what takes longer than a second, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["bar"]


@contextmanager
def bar(total: int, *, unit: str = "B") -> Iterator[Callable[[int], object]]:
    """Show a bar on standard error after a second, if that is a terminal, and give the function that moves it on.

    >>> with bar(10) as advance:
    ...     advance(10)
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from tqdm import tqdm

    with tqdm(total=total, desc="copying", unit=unit, unit_scale=True, delay=1, leave=False, file=sys.stderr) as shown:
        yield shown.update
