"""Exposures from FITS files on disk: their primary headers, and nothing else of them.

Each file is opened once and read up to the end of its primary header. Astropy parses the cards, and is imported only when
there is a file to read. A card that many files share is parsed once.
"""

from __future__ import annotations

import gzip
import os
import stat
import sys
import threading
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from posixpath import normpath
from types import MappingProxyType
from typing import BinaryIO, Final, TypeAlias

from attrs import frozen

from asn_fp.errors import AsnWarning, FileError, ItemError, KnobError, message, raise_all
from asn_fp.names import parse
from asn_fp.records import Exposure, Exposures
from asn_fp.sources.values import normal, text_of

__all__ = ["Headers", "read_headers", "scan_headers"]

_BLOCK: Final = 2880
_CARD: Final = 80
_MANY: Final = 1000  # files; below, a further process costs more than it saves
_IGNORED: Final = frozenset(("", "simple", "bitpix", "naxis", "extend", "filename", "checksum", "datasum"))
_Found: TypeAlias = dict[str, str] | str
"""What a file gave: the values of its header, or what is wrong with it."""


@frozen
class Headers:
    """Hold what files gave: the exposures of those that could be read, and of the others an error line and the bare reason."""

    exposures: Exposures = ()
    problems: tuple[str, ...] = ()
    reasons: Mapping[str, str] = MappingProxyType({})


def read_headers(
    paths: Iterable[str | os.PathLike[str]],
    *,
    processes: int | None = None,
    progress: bool = False,
    leave_out: bool = False,
) -> Exposures:
    """Read the primary headers of FITS files, plain or gzipped, into exposures in the order given.

    Args:
        paths: the files.
        processes: how many processes read; by default one, and one for each processor when the files are many.
        progress: show a progress bar if standard error is a terminal and it takes longer than a second.
        leave_out: leave files out that cannot be read, with an `AsnWarning` that lists them, instead of an error.

    Raises:
        FileError: files that are missing, empty, cut off, no FITS files or not readable, or that are listed twice; all
            of them in one error.
        ItemError: one name where a list belongs, or something that is no name.
        KnobError: fewer processes than one.

    >>> import tempfile
    >>> from asn_fp.files import write_text
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_headers([write_text(f"{folder}/notes.fits", "To do")])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    asn_fp.errors.FileError: input file (not a FITS file): '.../notes.fits'; leave it out, or name a FITS file
    """
    found = scan_headers(paths, processes=processes, progress=progress)
    if not leave_out:
        raise_all(FileError, found.problems)
    elif found.problems:
        warnings.warn(AsnWarning("\n".join(found.problems)), stacklevel=2)
    return found.exposures


def scan_headers(paths: Iterable[str | os.PathLike[str]], *, processes: int | None = None, progress: bool = False) -> Headers:
    """Read headers as `read_headers` does, and return the problems beside the exposures.

    Raises:
        ItemError: one name where a list belongs, or something that is no name.
        KnobError: fewer processes than one.

    >>> scan_headers(["no_such_cal.fits"]).problems[0][:48]
    "input file (not found): 'no_such_cal.fits'; chec"
    """
    names = _names(paths)
    if processes is not None and processes < 1:
        raise KnobError(message("processes", "below 1", processes, "at least one process must read"))
    once, twice = _without_repeats(names)
    with _bar(len(once), shown=progress) as advance:
        found = dict(zip(once, _all_found(once, processes, advance), strict=True))
    problems = {name: text for name in once if isinstance(text := found[name], str)}
    metas = [(name, meta) for name in once if not isinstance(meta := found[name], str)]
    exposures = tuple(Exposure(at, parse(name), meta=MappingProxyType(meta)) for at, (name, meta) in enumerate(metas))
    reasons = {name: _reason(text, name) for name, text in problems.items()}
    return Headers(exposures, (*problems.values(), *twice), MappingProxyType(reasons))


def _reason(problem: str, name: str) -> str:
    """Return the reason in an error line about a file."""
    return problem.removeprefix("input file (").partition(f"): {name!r}")[0]


def _names(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise ItemError(message("items", "one name where a list of names belongs", paths, "put it in a list: [name]"))
    listed = list(paths)
    wrong = [path for path in listed if not isinstance(path, (str, os.PathLike)) or not os.fspath(path)]
    raise_all(ItemError, [message("item", "not a file name or a path", path) for path in wrong])
    return [os.fsdecode(path) for path in listed]


def _without_repeats(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names without those that are other ways to write an earlier one, and an error line for each of these."""
    first: dict[str, int] = {}
    problems = []
    for at, name in enumerate(names):
        before = first.setdefault(normpath(name), at)
        if before != at:
            reason = f"listed twice, as number {before + 1} and number {at + 1}"
            problems.append(message("input file", reason, name, "leave one of them out"))
    return [names[at] for at in first.values()], problems


def _all_found(names: Sequence[str], processes: int | None, advance: Callable[[], object]) -> Iterator[_Found]:
    """Yield what each file gave, in order, read by as many processes as are worth it."""
    alone = threading.active_count() == 1 and sys.platform == "linux"  # a process with threads must not be forked
    workers = processes or (os.cpu_count() or 1 if alone else 1)
    workers = min(workers, len(names) if processes else len(names) // (_MANY // 2), 61)
    if workers < 2:
        for name in names:
            yield _found(name)
            advance()
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    if alone:
        import astropy.io.fits  # noqa: F401  once, before the fork, not in every process

    shared: dict[str, str] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("fork" if alone else "spawn")) as pool:
        for found in pool.map(_found, names, chunksize=max(1, min(64, len(names) // workers))):
            yield found if isinstance(found, str) else _sharing(found, shared)
            advance()


def _sharing(meta: dict[str, str], shared: dict[str, str]) -> dict[str, str]:
    """Return the values with one text for all that are equal, as they are within one process."""
    return {shared.setdefault(key, key): shared.setdefault(value, value) for key, value in meta.items()}


@contextmanager
def _bar(total: int, *, shown: bool) -> Iterator[Callable[[], object]]:
    """Show a progress bar on a terminal after a second, and give the function that moves it on."""
    if not shown or not sys.stderr.isatty():
        yield lambda: None
        return
    from tqdm import tqdm

    with tqdm(total=total, desc="headers", unit="file", delay=1, leave=False, file=sys.stderr) as bar:
        yield bar.update


def _found(name: str) -> _Found:
    """Read one file; what is wrong with it is returned, not raised, so that all files can be told at once."""
    way_out = "leave it out, or name a FITS file"
    try:
        return _values(_header_text(name))
    except FileNotFoundError:
        return message("input file", "not found", name, "check the path")
    except IsADirectoryError:
        return message("input file", "a folder", name, f"name the files in it: {name.rstrip('/')}/*.fits")
    except PermissionError:
        return message("input file", "no permission", name, "check the rights of the file and of its folder")
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        return message("input file", f"gzip: {problem}", name, "fetch it again, or leave it out")
    except OSError as problem:
        return message("input file", problem.strerror or str(problem), name, "check the file, or leave it out")
    except ValueError as problem:  # ours, and a null byte in a path
        return message("input file", str(problem), name, way_out)


def _header_text(name: str) -> str:
    """Return the cards of the primary header, without END; raise ValueError for what is no FITS file."""
    path = Path(name)
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("not a regular file")
    if not status.st_size:
        raise ValueError("empty")
    with path.open("rb") as file:
        start = file.read(10 * _BLOCK)
        if start[:2] == b"\x1f\x8b":
            file.seek(0)
            with gzip.open(file) as unpacked:
                return _cards(unpacked.read(10 * _BLOCK), unpacked)  # type: ignore[arg-type]
        if status.st_size % _BLOCK and start[:9] == b"SIMPLE  =":
            raise ValueError(f"cut off: its {status.st_size} bytes are not whole blocks of {_BLOCK}")
        return _cards(start, file)


def _cards(data: bytes, file: BinaryIO) -> str:
    """Read on to the end of the header; raise ValueError where it has none."""
    if data[:9] != b"SIMPLE  =":
        raise ValueError("not a FITS file" if data else "empty")
    start = 0
    while True:
        while (end := data.find(b"END" + b" " * 77, start)) >= 0:
            if end % _CARD == 0:
                return data[:end].decode("ascii", "replace").replace("\ufffd", "?")
            start = end + 1
        more = file.read(10 * _BLOCK)
        if not more:
            raise ValueError("cut off: its header has no END")
        start = len(data)  # gulps are whole cards
        data += more


def _values(text: str) -> dict[str, str]:
    """Return the defined values of a header; the first of a repeated keyword counts, as for astropy."""
    images: list[str] = []
    for at in range(0, len(text), _CARD):
        image = text[at : at + _CARD]
        if image.startswith("CONTINUE") and images:
            images[-1] += image
        elif image[8:10] == "= " or image.startswith("HIERARCH"):
            images.append(image)
    first: dict[str, str | None] = {}
    for keyword, value in map(_card, images):
        first.setdefault(keyword, value)
    return {keyword: value for keyword, value in first.items() if value is not None}


@lru_cache(maxsize=1 << 16)
def _card(image: str) -> tuple[str, str | None]:
    """Return the lower-case keyword and the normal value of a card."""
    from astropy.io.fits import Card
    from astropy.io.fits.card import Undefined
    from astropy.io.fits.verify import VerifyError

    try:
        card = Card.fromstring(image)
        keyword, value = card.keyword.lower(), card.value
    except (VerifyError, ValueError) as problem:
        raise ValueError(f"a card that FITS does not allow, {image.rstrip()!r}") from problem
    if keyword in _IGNORED or keyword.startswith("naxis") or isinstance(value, Undefined):
        return keyword, None
    return keyword, normal(keyword, text_of(value))
