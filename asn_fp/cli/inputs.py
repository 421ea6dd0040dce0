"""What the user typed for file names, to names: patterns, lists of names, standard input."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from glob import glob
from pathlib import Path

from asn_fp.errors import FileError, ItemError, UsageError, message, raise_all
from asn_fp.files import read_bytes

__all__ = ["expand_files", "expand_partners", "key_values", "refuse_folders"]


def expand_files(words: Sequence[str]) -> list[str]:
    """Return the file names that FILES stand for: ``@list.txt``, ``-`` (standard input), patterns, plain names.

    Raises:
        FileError: a list that cannot be read.
        ItemError: a pattern that no file matches; all of them in one error.

    >>> expand_files(["a,b", "1e5", "[a]"])
    ['a,b', '1e5', '[a]']
    """
    return _expanded(words, "*?")


def expand_partners(words: Sequence[str]) -> list[str]:
    """Return the file names that a partner option stands for: as FILES, and commas separate names.

    Raises:
        FileError: a list that cannot be read.
        ItemError: a pattern that no file matches; all of them in one error.

    >>> expand_partners(["a_rate.fits,b_rate.fits", "c_rate.fits"])
    ['a_rate.fits', 'b_rate.fits', 'c_rate.fits']
    """
    pieces = (piece for word in words for piece in ([word] if word.startswith("@") else word.split(",")))
    return _expanded([piece for piece in pieces if piece], "*?[")


def _expanded(words: Iterable[str], wild: str) -> list[str]:
    names: list[str] = []
    problems: list[str] = []
    for word in words:
        if word == "-":
            names += _lines(sys.stdin.buffer.read())
        elif word.startswith("@") and len(word) > 1:
            names += _lines(read_bytes(word[1:]))
        elif any(letter in word for letter in wild) and not Path(word).exists():
            found = sorted(glob(word))  # noqa: PTH207  names as typed, with their ./ and folders
            names += found
            if not found:
                problems.append(message("pattern", "no file matches", word, f"in the folder {_folder(word)!r}"))
        else:
            names.append(word)
    raise_all(ItemError, problems)
    return names


def _folder(pattern: str) -> str:
    return os.path.dirname(pattern) or "."  # noqa: PTH120  a pattern is no path


def _lines(data: bytes) -> list[str]:
    """Return the names in a list, one a line; empty lines and lines that begin with # are not names."""
    lines = (os.fsdecode(line.rstrip(b"\r")) for line in data.split(b"\n"))
    return [line for line in lines if line.strip() and not line.startswith("#")]


def refuse_folders(names: Iterable[str], output: str | None) -> None:
    """Refuse names that are folders, and an output that is also an input.

    Raises:
        FileError: with all of them.
    """
    target = _status(output) if output not in (None, "-") else None
    problems = []
    for name in names:
        found = _status(name)
        if found is None:
            continue
        if stat.S_ISDIR(found.st_mode):
            problems.append(message("input file", "a folder", name, f"name the files in it: {name.rstrip('/')}/*.fits"))
        elif target is not None and os.path.samestat(found, target) and stat.S_ISREG(found.st_mode):
            problems.append(message("output file", f"also an input, {name!r}", output, "give another name after -o"))
    raise_all(FileError, problems)


def _status(name: str | None) -> os.stat_result | None:
    try:
        return os.stat(name) if name else None  # noqa: PTH116  the fastest way, there may be thousands
    except (OSError, ValueError):
        return None


def key_values(words: Iterable[str], option: str, convert: Callable[[str], object] = str) -> dict[str, object]:
    """Return the dict that words of the form ``key=value`` stand for.

    Raises:
        UsageError: a word without ``=``.

    >>> key_values(["target=t001"], "--meta")
    {'target': 't001'}
    """
    result: dict[str, object] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageError(message(option, "not of the form key=value", word, f"for example {option} target=t001"))
        result[key] = convert(value)
    return result
