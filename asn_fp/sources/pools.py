"""Pools: tables with a row for each exposure, in and out.

A pool is text: comments (``#``), a header row, and a row for each exposure, the cells separated by ``|``. Reading loses
nothing that a rule could want: file names keep their case, a cell is undefined only if it says so or is empty.
"""

from __future__ import annotations

import csv
import os
from ast import literal_eval
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial
from io import StringIO
from types import MappingProxyType
from typing import Final

from attrs import frozen

from asn_fp.errors import ItemError, KnobError, did_you_mean, message, raise_all
from asn_fp.files import read_text
from asn_fp.names import parse
from asn_fp.records import Candidate, Exposure, Exposures
from asn_fp.sources.derive import DERIVED, derive
from asn_fp.sources.values import FLAGS, READ_COLUMNS, normal

__all__ = ["candidates_of", "format_pool", "parse_pool", "pool_rows", "read_pool"]

_DELIMITERS: Final = "|\t;,"
_SHOWN: Final = 50
_NULL: Final = "null"


@frozen
class _Table:
    """Hold a pool as it stands: lower-case column names, and the line number and the cells of each row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]


def parse_pool(text: str, *, delimiter: str | None = None, source: str = "the pool") -> Exposures:
    r"""Turn the text of a pool into exposures, one a row, exactly as it says: nothing is derived.

    Column names in any case, quoted cells, blank lines and comment lines anywhere are fine. A file may be listed twice.

    Args:
        text: the pool.
        delimiter: what separates cells; recognised from the header row if not given: a bar, tab, semicolon or comma.
        source: what an error calls the pool.

    Raises:
        ItemError: no ``filename`` column, one column twice, a row too short or too long or without a file name, a quoted
            cell that does not end on its line; all of them in one error, with the line numbers.
        KnobError: a delimiter that is not one character, or a pool that is no text.

    >>> (exposure,) = parse_pool("# made by hand\nFILENAME|EXP_TYPE|IS_PSF|EXPOSURE\nA_rate.fits|NRS_IFU|F|00001\n")
    >>> exposure.name.text, dict(exposure.meta)
    ('A_rate.fits', {'exp_type': 'nrs_ifu', 'exposure': '1'})
    >>> parse_pool("filename|filter\na_rate.fits\n")
    Traceback (most recent call last):
    asn_fp.errors.ItemError: line 2 of the pool (1 cell, not 2): 'a_rate.fits'; give each row as many cells as the header row
    """
    if not isinstance(text, str):
        raise KnobError(message("pool", "not a text", text, "give what a pool file holds, or let read_pool read the file"))
    return _exposures(_table(text, delimiter, source))


def read_pool(path: str | os.PathLike[str], *, delimiter: str | None = None) -> Exposures:
    r"""Read a pool file, and derive the columns that it lacks altogether, as for headers.

    Raises:
        FileError: the file is missing or cannot be read.
        ItemError: it is not a pool, as for `parse_pool`.
        KnobError: a delimiter that is not one character.

    >>> import tempfile
    >>> from asn_fp.files import write_text
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (exposure,) = read_pool(write_text(f"{folder}/pool.csv", "filename|observtn\na_rate.fits|003\n"))
    >>> exposure.meta["obs_num"], sorted(exposure.derived)
    ('3', ['asn_candidate', 'obs_num', 'pntgtype'])
    """
    table = _table(read_text(path), delimiter, os.fspath(path))
    return derive(_exposures(table), [column for column in DERIVED if column not in table.columns])


def _table(text: str, delimiter: str | None, source: str) -> _Table:
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"#\r\n '):
        raise KnobError(message("delimiter", "not one character that can separate cells", delimiter, "for example '|'"))
    text = text.removeprefix("\ufeff")
    problems: list[str] = []
    records = _records(text, delimiter or _recognised(text), source, problems)
    columns = tuple(name.strip().lower() for name in next(records, (0, []))[1])
    problems += _header_problems(columns, source)
    at = columns.index("filename") if "filename" in columns else -1
    rows = []
    for number, cells in records:
        if len(cells) != len(columns):
            count = f"{len(cells)} cell{'s' * (len(cells) != 1)}, not {len(columns)}"
            way_out = "give each row as many cells as the header row"
            problems.append(message(f"line {number} of {source}", count, _start(cells), way_out))
        elif at >= 0 and cells[at].strip().lower() in ("", _NULL):
            problems.append(message(f"line {number} of {source}", "no file name", _start(cells), "name the exposure's file"))
        else:
            rows.append((number, cells))
    if len(problems) > _SHOWN:
        problems[_SHOWN:] = [message(source, "further lines like these", len(problems) - _SHOWN)]
    raise_all(ItemError, problems)
    return _Table(columns, tuple(rows))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are neither blank nor a comment, with their numbers."""
    for number, line in enumerate(StringIO(text, newline=None), 1):
        start = line.lstrip()
        if start and start[0] != "#":
            yield number, line


def _recognised(text: str) -> str:
    """Return the delimiter of the header row: a bar if it has one, or else the most frequent."""
    header = next((line for _, line in _lines(text)), "")
    return "|" if "|" in header else max(_DELIMITERS, key=header.count)


def _records(text: str, delimiter: str, source: str, problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the cells of each row, the header row first."""
    used: list[int] = []

    def lines() -> Iterator[str]:
        for number, line in _lines(text):
            used.append(number)
            yield line if line.endswith("\n") else line + "\n"

    reader = csv.reader(lines(), delimiter=delimiter, skipinitialspace=True)
    while True:
        used.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            problems.append(message(f"line {used[0]} of {source}", str(problem), "", "end the quoted cell"))
            continue
        if len(used) > 1 or cells[-1].endswith("\n"):
            way_out = 'end it with ", and write a quote inside it twice'
            problems.append(message(f"line {used[0]} of {source}", "a quoted cell does not end", _start(cells), way_out))
        else:
            yield used[0], cells


def _start(cells: Sequence[str]) -> str:
    return cells[0].strip()[:80] if cells else ""


def _header_problems(columns: Sequence[str], source: str) -> list[str]:
    counts = Counter(columns)
    problems = [
        message(f"column of {source}", "named twice" if name else "without a name", name, "give every column its own name")
        for name, count in counts.items()
        if count > 1 or not name
    ]
    if "filename" not in counts:
        hint = did_you_mean("filename", [name for name in counts if name]) if columns else "it has no header row"
        problems.append(message(source, "no such column", "filename", hint))
    return problems


def _exposures(table: _Table) -> Exposures:
    """Make the exposures; the caches keep one text for the many cells that say the same."""
    at = table.columns.index("filename")
    columns = [(place, name, cache(partial(normal, name))) for place, name in enumerate(table.columns) if place != at]
    return tuple(
        Exposure(
            index,
            parse(cells[at].strip()),
            meta=MappingProxyType(
                {name: value for place, name, value_of in columns if (value := value_of(cells[place])) is not None}
            ),
        )
        for index, (_, cells) in enumerate(table.rows)
    )


def format_pool(exposures: Exposures, columns: Iterable[str] | None = None) -> str:
    r"""Write exposures as a pool; `parse_pool` gives the same names and values again, and the peer reads it too.

    Undefined cells say ``null``. What is told, derived, a role or a candidate is not part of a pool.

    Args:
        exposures: the exposures.
        columns: the columns besides ``filename``, in this order; by default all that any exposure has.

    Raises:
        ItemError: a name or a value that a table cannot hold; all of them in one error.

    >>> print(format_pool(parse_pool("FILTER|filename\nF200W|A.fits\n|B.fits\n")), end="")
    filename|filter
    A.fits|f200w
    B.fits|null
    """
    used = _columns_of(exposures) if columns is None else tuple(name.lower() for name in columns)
    chosen = [name for name in used if name != "filename"]
    rows = ([each.name.text, *(each.meta.get(name, _NULL) for name in chosen)] for each in exposures)
    return _written([["filename", *chosen], *rows])


def pool_rows(exposures: Exposures, *, folders: bool = False) -> str:
    r"""Write the pool that the rules need: all columns they read, and logicals as ``t`` and ``f``.

    Derive first what no header knows. EXPOSERR is written only if an exposure has it, since an association says whether it
    does; what the user told is always written.

    Args:
        exposures: the exposures.
        folders: keep the folders of the file names; without it the pool belongs beside the files.

    Raises:
        ItemError: without `folders`, one name in two folders; a name or a value that a table cannot hold.

    >>> from asn_fp.sources.derive import derive
    >>> text = pool_rows(derive(parse_pool("filename|observtn|is_psf\nraw/A_rate.fits|003|T\n")))
    >>> (row,) = parse_pool(text)
    >>> row.name.text, row.meta["asn_candidate"], row.meta["is_psf"]
    ('A_rate.fits', "[('o003', 'observation')]", 't')
    """
    optional = {"exposerr", "filename"} - {column for each in exposures for column in each.meta}
    told = {column for each in exposures for column in each.told} - {"exptype", *READ_COLUMNS}
    columns = [column for column in READ_COLUMNS if column not in optional] + sorted(told)
    absent = {column: "f" if column in FLAGS else _NULL for column in columns}
    names = [each.name.text if folders else each.name.base for each in exposures]
    if not folders and len(set(names)) < len({each.name.text for each in exposures}):
        raise_all(ItemError, _homonyms(exposures))
    rows = ([name, *(each.meta.get(key, absent[key]) for key in columns)] for name, each in zip(names, exposures, strict=True))
    return _written([["filename", *columns], *rows])


def _homonyms(exposures: Exposures) -> list[str]:
    paths: dict[str, set[str]] = {}
    for each in exposures:
        paths.setdefault(each.name.base, set()).add(each.name.text)
    reason, way_out = "one name in several folders", "keep the folders in the pool, or leave one out"
    return [message("file", reason, sorted(found), way_out) for found in paths.values() if len(found) > 1]


def _columns_of(exposures: Exposures) -> tuple[str, ...]:
    """Return every column that an exposure has: those that rules read in their order, then the others sorted."""
    found = {column for each in exposures for column in each.meta}
    return (*(column for column in READ_COLUMNS if column in found), *sorted(found.difference(READ_COLUMNS)))


def _written(rows: Iterable[Sequence[str]]) -> str:
    problems: list[str] = []
    lines = []
    for cells in rows:
        line = "|".join(map(_quoted, cells))
        if "\n" in line or "\r" in line or cells[0] != cells[0].strip() or cells[0].lower() in ("", _NULL):
            problems.append(message("row of a pool", "a line break, or no file name", cells[0], "rename the file or the value"))
        lines.append(line)
    raise_all(ItemError, problems)
    return "\n".join([*lines, ""])


def _quoted(cell: str) -> str:
    if "|" in cell or '"' in cell or cell[:1] == "#":
        return '"' + cell.replace('"', '""') + '"'
    return cell


@lru_cache(maxsize=4096)
def candidates_of(text: str) -> tuple[Candidate, ...]:
    """Return the association candidates that a cell of ASN_CANDIDATE lists, in its order and without repeats.

    A bare number is a candidate of unknown type; text that is no list of pairs holds none.

    >>> candidates_of("[('o001', 'OBSERVATION'), ('c1000', 'background')]")
    (Candidate(id='o001', type='observation'), Candidate(id='c1000', type='background'))
    >>> candidates_of("1000"), candidates_of("null")
    ((Candidate(id='1000', type='unknown'),), ())
    """
    try:
        listed = literal_eval(text.strip())
        number = str(listed) if isinstance(listed, int) and not isinstance(listed, bool) else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ()
    if number is not None:
        return (Candidate(number, "unknown"),)
    if not isinstance(listed, list):
        return ()
    found = (
        Candidate(*(word.strip().lower() for word in pair))
        for pair in listed
        if isinstance(pair, (list, tuple)) and len(pair) == 2 and all(isinstance(word, str) for word in pair)
    )
    return tuple(dict.fromkeys(found))
