"""The files of an association brought together in one folder, with an association that names them there.

`plan` looks at the disk and decides; `asn_fp.copies` carries it out. A file goes to the destination under its base name,
and nothing is ever written anywhere else.
"""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from asn_fp import files
from asn_fp.codec import dumps, loads
from asn_fp.copies import Copy, transfer
from asn_fp.edits import new_findings
from asn_fp.errors import (
    AsnWarning,
    CodecError,
    FileError,
    ItemError,
    KnobError,
    ProductError,
    did_you_mean,
    message,
    raise_all,
)
from asn_fp.patterns import prepare, texts
from asn_fp.records import ABSENT, Association, Member, Product
from asn_fp.transforms._rows import Table, catalogue_of, files_of, tables, with_names, with_tables, without_catalogue
from asn_fp.vocabulary import EXPTYPES

__all__ = ["LINKS", "Gathering", "gather", "plan"]

LINKS: Final = ("hard", "symbolic")
"""The kinds of links that files may be gathered with."""

_CLOCK: Final = 1_000_000  # nanoseconds: times that some disk rounded are equal


@frozen
class Gathering:
    """Hold what gathering an association means.

    Attributes:
        association: the association with names that work in the destination.
        target: the path that it goes to.
        copies: the files to copy or link.
        there: how many files are in the destination already.
        missing: the members that are nowhere.
        told: what is to be known of the association: what a check finds in it only, and what is listed less often.
    """

    association: Association
    target: str
    copies: tuple[Copy, ...] = ()
    there: int = 0
    missing: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def gather(
    path: str | os.PathLike[str],
    destination: str | os.PathLike[str],
    *,
    types: Sequence[str] = (),
    exclude: Sequence[str] = (),
    link: str | None = None,
    source: str | os.PathLike[str] | None = None,
    allow_missing: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Path:
    """Copy or link the members of an association file to a folder, write the association there, and return its path.

    A catalogue that a member brings (its key ``tweakreg_catalog``) comes along. Files that are there with the same size and
    time are not copied again. What a check finds in the result only, and a file that is listed once where it was listed
    under several names, is an `AsnWarning`.

    Args:
        path: the association file.
        destination: the folder; it is made if it is missing.
        types: the roles to gather; by default all. Other members are left out of the association too.
        exclude: roles, or patterns for names, to leave out; of a catalogue the key goes.
        link: ``hard`` or ``symbolic`` to link the files and not copy them.
        source: the folder that members are in, if it is not the association's.
        allow_missing: gather what is there; the others stay in the association.
        progress: called with the number of bytes after each piece that was copied.

    Raises:
        CodecError: the file is no association.
        FileError: members that are missing, all of them in one error, or a file that cannot be read or written.
        ItemError: an unknown role, or a pattern that nothing matches.
        KnobError: what is no path.
        ProductError: two files of one base name, or nothing to gather.

    >>> import tempfile
    >>> from asn_fp.records import Product
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     asn = Association(products=(Product("p", (Member("raw/a_cal.fits", "science"),)),))
    ...     _ = files.make_folder(f"{folder}/raw"), files.write_text(f"{folder}/raw/a_cal.fits", "SIMPLE")
    ...     made = gather(asn.write(f"{folder}/l3_asn.json"), f"{folder}/all")
    ...     loads(made.read_text()).products[0].members, sorted(each.name for each in made.parent.iterdir())
    ((Member('a_cal.fits', 'science'),), ['a_cal.fits', 'l3_asn.json'])
    """
    if not isinstance(path, (str, os.PathLike)):
        way_out = "give the path of its file, since members are beside it; write it first with asn.write(path)"
        raise KnobError(message("association file", "not a path", type(path).__name__, way_out))
    text = files.read_text(path, keep_mark=True)
    try:
        association = loads(text)
    except CodecError as error:
        raise CodecError("\n".join(f"{os.fspath(path)}: {line}" for line in str(error).splitlines())) from None
    planned = plan(
        association,
        os.fspath(path),
        os.fspath(destination),
        types=types,
        exclude=exclude,
        link=link,
        source=os.fspath(source) if source is not None else None,
        allow_missing=allow_missing,
    )
    for line in planned.told:
        warnings.warn(AsnWarning(line), stacklevel=2)
    files.make_folder(destination)
    transfer(planned.copies, progress)
    return files.write_text(planned.target, dumps(planned.association, like=text))


def plan(
    association: Association,
    path: str,
    destination: str,
    *,
    types: Sequence[str] = (),
    exclude: Sequence[str] = (),
    link: str | None = None,
    source: str | None = None,
    allow_missing: bool = False,
) -> Gathering:
    """Return what gathering an association means, as `gather` says; nothing is written.

    Raises:
        AsnError: as `gather` says.

    >>> from asn_fp.records import Product
    >>> asn = Association(products=(Product("p", (Member("raw/a_cal.fits", "science"),)),))
    >>> plan(asn, "l3_asn.json", "all", allow_missing=True).missing
    ('raw/a_cal.fits',)
    """
    if link is not None and link not in LINKS:
        raise KnobError(message("link", "unknown", link, did_you_mean(link, LINKS)))
    kept = _chosen(association, texts(types, "types"), texts(exclude, "exclude"))
    names, folder = files_of(kept), Path(path).parent if source is None else Path(source)
    target = Path(destination, Path(path).name)
    found = {name: _path(name, folder, also_flat=source is not None) for name in names}
    missing = tuple(name for name, where in found.items() if where is None)
    raise_all(ProductError, [*_bad_names(names, target.name), *_clashes(found)])
    raise_all(FileError, [*_bad_target(Path(path), target), *([] if allow_missing else _missing(missing, folder))])
    wanted: dict[Path, Path] = {}
    for name, where in found.items():
        if where is not None:
            wanted.setdefault(Path(destination, _base(name)), where)
    raise_all(FileError, _folders_in_the_way(wanted))
    how = link or "copy"
    pending = [(where, to) for to, where in wanted.items() if not _is_there(where, to, how)]
    copies = tuple(Copy(str(where), str(to), how, where.stat().st_size) for where, to in pending)
    made, told = _each_once(kept, with_names(kept, _base))
    told += new_findings([with_names(association, _base)], made, ())
    return Gathering(made, str(target), copies, len(wanted) - len(copies), missing, tuple(told))


# ------------------------------------------------------------------------------------------------ which members, and names


def _chosen(association: Association, types: Sequence[str], exclude: Sequence[str]) -> Association:
    """Return an association with the members that are asked for, without products that have none left."""
    if association.products is ABSENT:
        raise_all(
            ProductError,
            [message("association", "its members have no roles", [*types, *exclude], "gather all")] * bool(types or exclude),
        )
        return association
    members = [member for product in association.products for member in product.members]
    named = files_of(association)
    roles = {member.exptype.lower() for member in members} | set(EXPTYPES)
    out = {word.lower() for word in exclude if word.lower() in roles}
    patterns = [word for word in exclude if word.lower() not in roles]
    ready = prepare(patterns, named)
    matched = {pattern for name in named for pattern in ready.hits(name)}
    _refuse_unknown(types, [pattern for pattern in patterns if pattern not in matched], roles, named)
    wanted = {word.lower() for word in types}

    def excluded(name: str) -> bool:
        return bool(patterns and ready.hits(name))

    def stays(member: Member) -> bool:
        role = member.exptype.lower()
        return (not wanted or role in wanted) and role not in out and not excluded(member.expname)

    def left(product: Product) -> Product:
        stay = filter(stays, product.members)
        members = tuple(without_catalogue(each) if excluded(catalogue_of(each)) else each for each in stay)
        return product if members == product.members else evolve(product, members=members)

    products = tuple(each for each in map(left, association.products) if each.members)
    if not products:
        raise ProductError(message("association", "no members to gather", [*types, *exclude], "ask for other types"))
    return association if products == association.products else evolve(association, products=products, origin=None)


def _refuse_unknown(types: Sequence[str], idle: Sequence[str], roles: Iterable[str], names: Sequence[str]) -> None:
    unknown = [word for word in types if word.lower() not in roles]
    near = [*roles, *map(_base, names)]
    reason = "no role, and no name matches"
    problems = [message("exptype", "unknown", each, did_you_mean(each, sorted(roles))) for each in unknown]
    raise_all(ItemError, [*problems, *(message("exclude", reason, each, did_you_mean(each, near)) for each in idle)])


def _each_once(before: Association, after: Association) -> tuple[Association, list[str]]:
    """Return an association without the members that now repeat another one of their product, and a line for each of them."""
    changed: list[Table] = []
    told: list[str] = []
    if after.products is ABSENT:
        return after, told
    for old, (product, rows) in zip(before.products, tables(after), strict=True):
        first: dict[tuple[str, str], str] = {}
        left = []
        for was, row in zip(old.members, rows, strict=True):
            known = first.setdefault((row[0].expname, row[0].exptype), was.expname)
            if known == was.expname:
                left.append(row)
            else:
                told.append(message("member", f"the same file as {known!r}, and listed once", was.expname))
        changed.append((product, tuple(left)))
    return with_tables(after, changed), told


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _bad_names(names: Sequence[str], own: str) -> list[str]:
    empty = [name for name in names if _base(name) in ("", ".", "..") or "\0" in name]
    same = [name for name in names if _base(name) == own]
    return [
        *(message("member", "it names no file", name, "correct the name, or leave it out with --exclude") for name in empty),
        *(message("member", "it has the name of the association", name, "give the association another name") for name in same),
    ]


def _clashes(found: Mapping[str, Path | None]) -> list[str]:
    """Return a line for each base name that two different files have."""
    first: dict[str, str] = {}
    problems = []
    for name, where in found.items():
        known = first.setdefault(_base(name), name)
        if known != name and not _same_file(found[known], where):
            reason = f"two files have this base name: {known!r} and {name!r}"
            problems.append(message("member", reason, _base(name), "leave one out with --exclude, or rename it"))
    return problems


# -------------------------------------------------------------------------------------------------------- where files are


def _path(name: str, folder: Path, *, also_flat: bool) -> Path | None:
    """Return the path of a member, or None if it is no file; with a folder of the user's also by its base name there."""
    places = [Path(folder, name), *([Path(folder, _base(name))] if also_flat else [])]
    return next((place for place in places if _is_file(place)), None)


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):  # whatever the system does not take as a name is no file
        return False


def _same_file(one: Path | None, other: Path | None) -> bool:
    return one is not None and other is not None and one.samefile(other)


def _missing(names: Sequence[str], folder: Path) -> list[str]:
    way_out = "name their folder with --source, leave them out with --exclude, or use --allow-missing"
    return [
        message("member", _why_missing(Path(folder, name)) or f"no such file in {str(folder)!r}", name, way_out)
        for name in names
    ]


def _why_missing(path: Path) -> str:
    """Return what is there in the place of a file, or nothing."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return ""
    return "a folder, no file" if stat.S_ISDIR(mode) else "a pipe or device, no file"


def _bad_target(path: Path, target: Path) -> list[str]:
    """Return what speaks against writing the association where it is to go."""
    if target.is_symlink():
        return [message("output file", "a symbolic link, which leads elsewhere", str(target), "remove it")]
    if target.exists() and path.exists() and path.samefile(target):
        return [message("output file", "also the input", str(target), "gather to another folder")]
    return _folders_in_the_way([target])


def _folders_in_the_way(targets: Iterable[Path]) -> list[str]:
    found = [target for target in targets if target.is_dir() and not target.is_symlink()]
    return [message("output file", "a folder has this name", str(each), "choose another destination") for each in found]


def _is_there(source: Path, target: Path, how: str) -> bool:
    """Tell whether the destination has a file already as it is asked for: itself, the link, or a copy as large and as old."""
    try:
        there = target.lstat()
    except OSError:
        return False
    own = source.stat()
    if _place(source) == _place(target):
        return True
    if stat.S_ISLNK(there.st_mode):
        return how == "symbolic" and os.path.realpath(target) == os.path.realpath(source)
    if os.path.samestat(there, own):
        return how == "hard"
    return how == "copy" and there.st_size == own.st_size and abs(there.st_mtime_ns - own.st_mtime_ns) < _CLOCK


def _place(path: Path) -> tuple[str, str]:
    return os.path.realpath(path.parent), path.name
