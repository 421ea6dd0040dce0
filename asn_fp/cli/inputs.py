"""What the user typed for file names, to names: patterns, lists of names, standard input."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from glob import glob
from typing import Final

from asn_fp.errors import FileError, ItemError, UsageError, message, raise_all
from asn_fp.files import is_fits, read_bytes

__all__ = [
    "expand_files",
    "expand_partners",
    "key_values",
    "lists_and_rules",
    "names_in",
    "refuse_existing",
    "refuse_fits",
    "refuse_folders",
    "refuse_overwriting",
    "refuse_two_inputs",
]


_LONGEST: Final = 4096
"""No path is longer, and a pattern takes a time that grows with the square of its length."""


def expand_files(words: Sequence[str]) -> list[str]:
    """Return the file names that FILES stand for: ``@list.txt``, ``-`` (standard input), patterns, plain names.

    Raises:
        FileError: a list that cannot be read.
        ItemError: a pattern that no file matches; all of them in one error. Or lists that hold no name at all.

    >>> expand_files(["a,b", "1e5", "[a]"])
    ['a,b', '1e5', '[a]']
    """
    names = _expanded(words, "*?")
    if words and not names:
        raise ItemError(message("files", "the list holds no name", ", ".join(words), "name at least one file"))
    return names


def names_in(words: Sequence[str]) -> list[str]:
    """Return the names and patterns that words stand for: ``@list.txt`` and ``-`` are read, and no file is looked for.

    Raises:
        FileError: a list that cannot be read.

    >>> names_in(["*_cal.fits"])
    ['*_cal.fits']
    """
    return [name for word in words for name in (_expanded([word], "") if word == "-" or word[:1] == "@" else [word])]


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
            names += _listed(_lines(_standard_input(), "standard input"), "standard input", wild, problems)
        elif word.startswith("@") and len(word) > 1:
            names += _listed(_lines(read_bytes(word[1:]), word[1:]), word[1:], wild, problems)
        else:
            names += _matching(word, wild, problems)
    raise_all(ItemError, problems)
    return names


def _matching(word: str, wild: str, problems: list[str]) -> list[str]:
    """Return the files that a word means: those that it matches as a pattern, or itself."""
    if not any(letter in word for letter in wild) or os.path.exists(word):  # noqa: PTH110  any text
        return [word]
    found = sorted(glob(word)) if len(word) < _LONGEST else []  # noqa: PTH207  names as typed, with their ./ and folders
    if not found:
        problems.append(message("pattern", "no file matches", word, f"in the folder {_folder(word)!r}"))
    return found


def _listed(lines: Iterable[str], source: str, wild: str, problems: list[str]) -> list[str]:
    """Return the files that the lines of a list mean: as on a command line, but that no list is in a list, nor an option."""
    names = []
    for line in lines:
        if wild and line[0] in "@-" and not os.path.exists(line):  # noqa: PTH110  any text
            reason = "a list in a list" if line[0] == "@" else "it looks like an option"
            problems.append(message(f"name in {source}", reason, line, f"if it is a file, write ./{line}"))
        else:
            names += _matching(line, wild.rstrip("["), problems)
    return names


def _folder(pattern: str) -> str:
    return os.path.dirname(pattern) or "."  # noqa: PTH120  a pattern is no path


def _standard_input() -> bytes:
    try:
        return sys.stdin.buffer.read()
    except (AttributeError, OSError) as error:  # it is closed, or a folder
        raise FileError(message("standard input", "cannot be read", "-", "pipe names to it, one a line")) from error


def _lines(data: bytes, source: str) -> list[str]:
    """Return the names in a list, one a line, without blanks around; empty lines and those that begin with # are not names."""
    if b"\0" in data:
        raise FileError(message("list of names", "it holds zero bytes", source, "save it as plain text in UTF-8"))
    data = data.removeprefix(b"\xef\xbb\xbf")
    lines = (os.fsdecode(line.strip(b" \t\r")) for line in data.split(b"\n"))
    return [line for line in lines if line.strip() and not line.startswith("#")]


def lists_and_rules(given: Mapping[str, object]) -> list[str]:
    """Return the lists of names and the Python files of rules that the words of a command line name, in any option.

    >>> lists_and_rules({"rule": "mine.py:my_rule", "psf": ("@psf.txt", "a.fits"), "role": ("dark=@darks.txt",)})
    ['mine.py', 'psf.txt', 'darks.txt']
    """
    found = []
    for value in given.values():
        for word in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
            text = str(word)
            listed = text[1:] if text.startswith("@") else text.partition("=@")[2]
            place = text if text.endswith(".py") else text.rpartition(":")[0]
            found += [each for each in (listed, listed.rpartition(":")[0]) if each]  # --add @list.txt:background
            found += [place] if place.endswith(".py") else []
    return found


def refuse_folders(names: Iterable[str]) -> None:
    """Refuse names that are folders.

    Raises:
        FileError: with all of them.
    """
    found = {name: _status(name) for name in names}
    raise_all(
        FileError,
        [
            message("input file", "a folder", name, f"name the files in it: {name.rstrip('/')}/*.fits")
            for name, status in found.items()
            if status is not None and stat.S_ISDIR(status.st_mode)
        ],
    )


def refuse_existing(outputs: Iterable[str]) -> None:
    """Refuse outputs that are there already, but for devices and pipes.

    Raises:
        FileError: with all of them.
    """
    there = [path for path in outputs if (status := _status(path)) is not None and not _is_stream(status)]
    way_out = "allow it with --overwrite, or choose another folder"
    raise_all(FileError, [message("output file", "exists already", path, way_out) for path in there])


def _is_stream(status: os.stat_result) -> bool:
    return not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode))


def refuse_overwriting(names: Iterable[str], outputs: Iterable[str]) -> None:
    """Refuse outputs that are also inputs: the same file by any name or link, or the same path where there is none yet.

    Raises:
        FileError: with all of them.
    """
    targets = {_identity(path, _status(path)): path for path in outputs}
    ends = {os.path.basename(path) for path in targets.values()}  # noqa: PTH119  as fast as can be
    problems = []
    for name in names if targets else ():
        status = _status(name)
        if status is None and os.path.basename(name) not in ends:  # noqa: PTH119
            continue
        output = targets.get(_identity(name, status))
        if output is not None and (status is None or stat.S_ISREG(status.st_mode)):
            problems.append(message("output file", f"also an input, {name!r}", output, "give the output another name"))
    raise_all(FileError, list(dict.fromkeys(problems)))


def refuse_fits(outputs: Iterable[str]) -> None:
    """Refuse outputs in the place of which there is a FITS file: no text replaces one.

    Raises:
        FileError: with all of them.
    """
    way_out = "give the output another name"
    raise_all(
        FileError, [message("output file", "a FITS file has this name", path, way_out) for path in outputs if is_fits(path)]
    )


def refuse_two_inputs(*lists: Sequence[str]) -> None:
    """Refuse to read the standard input twice.

    Raises:
        UsageError: ``-`` is there more than once.
    """
    if sum(list(words).count("-") for words in lists) > 1:
        raise UsageError(message("standard input", "named more than once", "-", "give one of the lists as @list.txt"))


def _identity(name: str, status: os.stat_result | None) -> object:
    if status is not None:
        return status.st_dev, status.st_ino
    return os.path.realpath(name) if "\0" not in name else name


def _status(name: str) -> os.stat_result | None:
    try:
        return os.stat(name)  # noqa: PTH116  the fastest way, there may be thousands
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
