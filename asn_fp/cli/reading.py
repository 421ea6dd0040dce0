"""What several commands do alike: read association files, and turn what is warned of meanwhile into lines."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TypeVar

from asn_fp.codec import loads
from asn_fp.errors import AsnError, CodecError, FileError
from asn_fp.files import read_text
from asn_fp.records import Association
from asn_fp.wording import printable

__all__ = ["read_associations", "with_warnings"]

T = TypeVar("T")


def read_associations(paths: Sequence[str]) -> list[tuple[str, Association]]:
    """Return the text of each association file, as it is there, and the association in it.

    Args:
        paths: the files.

    Raises:
        AsnError: files that cannot be read, or hold no association; all of them in one error.

    >>> read_associations(["no_such_asn.json"])
    Traceback (most recent call last):
    asn_fp.errors.AsnError: input file (not found): 'no_such_asn.json'; check the path
    """
    found: list[tuple[str, Association]] = []
    problems: list[str] = []
    for path in paths:
        try:
            text = read_text(path, keep_mark=True)
            found.append((text, loads(text)))
        except CodecError as error:
            problems += [f"{printable(path)}: {line}" for line in str(error).splitlines()]
        except FileError as error:
            problems.append(str(error))
    if problems:
        raise AsnError("\n".join(problems))
    return found


def with_warnings(work: Callable[[], T]) -> tuple[T, tuple[str, ...]]:
    r"""Return what a function gives, and its warnings as lines to print.

    Args:
        work: the function.

    >>> with_warnings(lambda: warnings.warn("two\nlines", stacklevel=1))
    (None, ('warning: two', 'warning: lines'))
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        result = work()
    return result, tuple(f"warning: {line}" for each in caught for line in str(each.message).splitlines())
