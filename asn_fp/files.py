"""Files, read whole and written whole: the only module that writes, but for `asn_fp.copies`, which uses what is here.

A write goes to a hidden temporary file in the target's folder, is synced, and only then takes the target's name: a
reader sees the old content or the new, never a part, and a failure leaves the old. The rename cuts off other hard
links to the file, and extended attributes are lost.
"""

from __future__ import annotations

import errno
import os
import stat
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import frozen

from asn_fp.errors import FileError, did_you_mean, message
from asn_fp.vocabulary import FITS_ENDINGS

__all__ = [
    "absolute",
    "discard",
    "is_fits",
    "make_folder",
    "pour",
    "read_bytes",
    "read_text",
    "sync_folder",
    "told",
    "write_all",
    "write_text",
]

_ADVICE = {  # for the rest, what the system says is clear enough
    errno.EACCES: ("no permission", "check the rights of the file and of its folder"),
    errno.ENOSPC: ("no space left on the disk", "make room, or choose a path on another disk"),
    errno.ELOOP: ("symbolic links in a circle", "remove the link, or point it at a file"),
    errno.EISDIR: ("a folder, not a file", "add a file name"),
    errno.ENOTDIR: ("the path goes through a file as if it were a folder", "correct the path"),
    errno.EXDEV: ("on another disk, where a hard link cannot lead", "use symbolic links, or copy"),
    errno.EEXIST: ("exists already", "choose another name, or allow it to be overwritten"),
}


@frozen
class _Target:
    """Hold one file to be written: the path as given, its bytes, and where they go."""

    given: str
    data: bytes
    real: Path  # links followed; a stream's is the path as given
    status: os.stat_result | None  # None for a file that does not exist yet
    stream: bool  # written to directly, as a rename would replace it
    temporary: Path
    backup: Path


def read_text(path: str | os.PathLike[str], *, keep_mark: bool = False) -> str:
    r"""Return the text of a utf-8 file with its line ends as they are, and without its byte order mark if it is not asked for.

    Raises:
        FileError: it is missing (the nearest name is suggested), a folder, not readable, or not utf-8 (with the offset).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_text(write_text(f"{folder}/notes.txt", "\ufeffé\r\n"))
    'é\r\n'
    """
    data = read_bytes(path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        reason = f"not utf-8, byte 0x{data[problem.start]:02x} at offset {problem.start}"
        raise FileError(message("input file", reason, os.fspath(path), "save it as utf-8")) from problem
    return text if keep_mark else text.removeprefix("\ufeff")


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    r"""Return what a file holds, a FIFO and an own open file such as ``/dev/stdin`` too.

    Raises:
        FileError: it is missing (the nearest name is suggested), a folder, a device, or not readable.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_bytes(write_text(f"{folder}/list.txt", "a.fits\r\n"))
    b'a.fits\r\n'
    """
    given = os.fspath(path)
    with told("input file", given):
        try:
            if _is_device(given):
                raise FileError(message("input file", "a device, which may have no end", given, "give a file"))
            return Path(given).read_bytes()
        except FileNotFoundError as problem:
            raise FileError(message("input file", "not found", given, _nearest(Path(given)))) from problem


def _is_device(given: str) -> bool:
    """Tell whether a path is a device, but for the empty one and for those that are open here, such as a terminal."""
    mode = Path(given).stat().st_mode
    return (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)) and os.path.realpath(given) != os.devnull and _descriptor(given) is None


def absolute(path: str | os.PathLike[str]) -> str:
    """Return the absolute path of a file by the links that lead to it, without ``.`` and ``..``.

    A ``..`` behind a link is taken back from where the link leads, as the system does it.

    >>> absolute("/usr/./lib/../nowhere/a.fits")
    '/usr/nowhere/a.fits'
    """
    given = os.fspath(path)
    where = "" if given.startswith("/") else os.getcwd().rstrip("/")  # noqa: PTH109
    for piece in given.split("/"):
        if piece == "..":
            here = os.path.realpath(where) if os.path.islink(where) else where  # noqa: PTH114  any text
            where = here.rpartition("/")[0]
        elif piece not in ("", "."):
            where = f"{where}/{piece}"
    return where or "/"


def is_fits(path: str | os.PathLike[str]) -> bool:
    """Tell whether there is a FITS file of this name: by what it is called, or by how it begins.

    >>> is_fits("/dev/null"), is_fits("there is none.fits")
    (False, False)
    """
    given = os.fspath(path)
    try:
        if not stat.S_ISREG(Path(given).stat().st_mode):
            return False
        if given.lower().endswith(FITS_ENDINGS) or os.path.realpath(given).lower().endswith(FITS_ENDINGS):
            return True
        with Path(given).open("rb") as stream:
            return stream.read(9) == b"SIMPLE  ="
    except (OSError, ValueError):
        return False


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder, and those above it, where they are missing.

    Raises:
        FileError: a file is in the way, or the system refuses.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     make_folder(f"{folder}/out/l3").is_dir()
    True
    """
    given = os.fspath(path)
    with told("output folder", given):
        try:
            Path(given).mkdir(parents=True, exist_ok=True)
        except FileExistsError as problem:
            raise FileError(message("output folder", "a file has this name", given, "choose another name")) from problem
    return Path(given)


def write_text(path: str | os.PathLike[str], text: str, *, overwrite: bool = True) -> Path:
    """Write one text file whole or not at all, as `write_all` does, and return its path.

    Raises:
        FileError: as for `write_all`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(f"{folder}/asn.json", "{}").read_text()
    '{}'
    """
    return write_all([(path, text)], overwrite=overwrite)[0]


def write_all(plan: Iterable[tuple[str | os.PathLike[str], str | bytes]], *, overwrite: bool = True) -> tuple[Path, ...]:
    """Write several files, text or bytes, all or none as far as a filesystem allows, and return their paths.

    Every one is on the disk under a temporary name before the first target changes; when a rename fails, those
    already done are taken back. An existing file keeps its permission bits, a symbolic link stays a link. Devices,
    pipes and ``/dev/stdout`` are written to directly, last of all; ``overwrite=False`` does not protect those.

    Raises:
        FileError: a text is not utf-8 or would replace a FITS file, two paths are one file, a file is write-protected or
            (``overwrite=False``) exists, its folder is missing, or the system refuses; only a stream can have changed then.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_all([(f"{folder}/a.json", "1"), (f"{folder}/b.json", "2")])]
    ['a.json', 'b.json']
    """
    targets = [_target(os.fspath(path), content, overwrite=overwrite) for path, content in plan]
    _refuse_twins(targets)
    files = [target for target in targets if not target.stream]
    try:
        for target in files:
            with told("output file", target.given):
                _stage(target.temporary, target.data, target.status)
        _commit(targets, overwrite=overwrite)
    finally:
        for target in files:
            discard(target.temporary)
    return tuple(Path(target.given) for target in targets)


@contextmanager
def told(kind: str, given: str) -> Iterator[None]:
    """Turn what the system says about one path into a `FileError` with the same ``errno``.

    Args:
        kind: what the path is for, as the message says it.
        given: the path as the user gave it.

    Raises:
        FileError: in place of an OSError, or of a ValueError about the path.

    >>> with told("output file", "missing/a.json"):
    ...     raise OSError(errno.ENOSPC, "")
    Traceback (most recent call last):
    asn_fp.errors.FileError: output file (no space left on the disk): 'missing/a.json'; make room, or ...
    """
    try:
        yield
    except FileError:
        raise
    except OSError as problem:
        reason, way_out = _ADVICE.get(problem.errno or 0, (problem.strerror or str(problem), "choose another path"))
        error = FileError(message(kind, reason, given, way_out))
        error.errno = problem.errno
        raise error from problem
    except ValueError as problem:  # a null byte, or a character that the system's encoding lacks
        raise FileError(message(kind, str(problem), given, "correct the path")) from problem


def _nearest(path: Path) -> str:
    """Return what helps with a path that does not exist: its first missing folder, or the name it may stand for."""
    top = next((folder for folder in path.parents if folder.exists()), path.parent)
    missing = top / path.relative_to(top).parts[0]
    hints = [] if missing == path else [f"there is no folder {str(missing)!r}"]
    with suppress(OSError):
        names = sorted(entry.name for entry in top.iterdir() if not hints or entry.is_dir())
        near = bisect(names, missing.name)
        hint = did_you_mean(missing.name, names[max(0, near - 500) : near + 500])  # a folder may hold 100,000
        hints += [hint] if hint.endswith("?") else []
    return ", ".join(hints) or "check the path"


def _encoded(given: str, content: str | bytes) -> bytes:
    """Return the bytes to write, utf-8 for a text."""
    if isinstance(content, bytes):
        return content
    try:
        return content.encode("utf-8")
    except UnicodeEncodeError as problem:
        reason = f"no utf-8 character, at offset {problem.start} of the text for {given!r}"
        raise FileError(message("output text", reason, content[problem.start], "correct the text")) from problem


def _target(given: str, content: str | bytes, *, overwrite: bool) -> _Target:
    """Return where a content goes, after every check that can be made without touching a file."""
    data = _encoded(given, content)
    with told("output file", given):
        status = None
        with suppress(FileNotFoundError):
            status = Path(given).stat()
        mode = status.st_mode if status else stat.S_IFREG
        if stat.S_ISDIR(mode) or given.rpartition("/")[2] in ("", ".", ".."):
            raise OSError(errno.EISDIR, "a folder")
        stream = not stat.S_ISREG(mode) or _descriptor(given) is not None
        real = Path(given if stream else os.path.realpath(given))
        if not stream:
            _check(given, real, status, overwrite=overwrite)
            if isinstance(content, str) and is_fits(given):
                raise FileError(message("output file", "a FITS file has this name", given, "give the output another name"))
    hidden = real.parent / f".asn-{os.urandom(8).hex()}"
    return _Target(given, data, real, status, stream, hidden.with_suffix(".tmp"), hidden.with_suffix(".old"))


def _descriptor(given: str) -> int | None:
    """Return the number of the own open file that a path like /dev/stdout stands for, None for any other path."""
    hop = Path(given)
    while not (hop.name.isdecimal() and os.path.realpath(hop.parent) in ("/dev/fd", f"/proc/{os.getpid()}/fd")):
        if not hop.is_symlink():
            return None
        hop = hop.parent / hop.readlink()
    return int(hop.name)


def _check(given: str, real: Path, status: os.stat_result | None, *, overwrite: bool) -> None:
    """Refuse a file that must stay as it is, and one whose folder is missing."""
    if status is None:
        for path in (Path(given), real):
            if not path.parent.is_dir():
                raise FileError(message("output file", "its folder does not exist", given, _nearest(path)))
    elif not overwrite:
        raise OSError(errno.EEXIST, "exists already")
    elif not os.access(real, os.W_OK):
        raise FileError(message("output file", "write-protected", given, "make it writable, or choose another name"))


def _refuse_twins(targets: Sequence[_Target]) -> None:
    """Refuse two paths that lead to one file; a stream may be written to twice."""
    seen: dict[object, _Target] = {}
    for target in targets:
        key = (target.status.st_dev, target.status.st_ino) if target.status else target.real
        first = target if target.stream else seen.setdefault(key, target)
        if first is not target:
            way_out = f"give it another name than {first.given!r}"
            raise FileError(message("output file", "the same file twice", target.given, way_out))


def _stage(path: Path, data: bytes, like: os.stat_result | None) -> None:
    """Create a file that is safe on the disk, with the owner and the bits of another."""
    created = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 & like.st_mode if like else 0o666)
    with os.fdopen(created, "wb", buffering=0):
        if like:
            for user, group in ((-1, like.st_gid), (like.st_uid, -1)):
                with suppress(OSError):  # only root may give a file away
                    os.fchown(created, user, group)
            os.fchmod(created, stat.S_IMODE(like.st_mode))
        pour(created, data)
        os.fsync(created)


def pour(descriptor: int, data: bytes) -> None:
    """Write all the bytes to an open file, however few the system takes at a time.

    Raises:
        OSError: whatever the system says.

    >>> reading, writing = os.pipe()
    >>> pour(writing, b"SIMPLE")
    >>> os.read(reading, 10), os.close(reading), os.close(writing)
    (b'SIMPLE', None, None)
    """
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _commit(targets: Sequence[_Target], *, overwrite: bool) -> None:
    """Give the staged files their names, then feed the streams; take everything back if one of them fails."""
    files = [target for target in targets if not target.stream]
    staged = [target.temporary.stat() for target in files]
    try:
        for target in sorted(targets, key=lambda target: target.stream):
            with told("output file", target.given):
                if target.stream:
                    _feed(target)
                else:
                    _place(target, overwrite=overwrite, backup=len(targets) > 1)
        for folder in {target.real.parent for target in files}:
            sync_folder(folder)
    except BaseException as error:
        if len(targets) > 1:
            _roll_back(files, staged, error)
        raise
    for target in files:
        discard(target.backup)


def _place(target: _Target, *, overwrite: bool, backup: bool) -> None:
    """Give a temporary file its name; with ``overwrite=False`` a file that has just appeared there is an error."""
    if overwrite:
        if backup and target.real.exists():
            _back_up(target)
        target.temporary.replace(target.real)
        return
    try:
        target.real.hardlink_to(target.temporary)
    except FileExistsError:
        raise
    except OSError:  # no hard links on this disk: the check made before staging has to do
        target.temporary.replace(target.real)


def _back_up(target: _Target) -> None:
    """Keep an existing file under a second name: a hard link, or a copy on a disk that has none."""
    try:
        target.backup.hardlink_to(target.real)
    except OSError:
        _stage(target.backup, target.real.read_bytes(), target.real.stat())


def _feed(target: _Target) -> None:
    """Write to a device, a pipe or an own open file, from where that stands."""
    number = _descriptor(target.given)
    opened = os.open(target.real, os.O_WRONLY | os.O_NOCTTY) if number is None else os.dup(number)
    with os.fdopen(opened, "wb", buffering=0):
        pour(opened, target.data)


def sync_folder(folder: Path) -> None:
    """Make renames last through a power cut; best effort, as some disks refuse and the files are whole anyway.

    >>> sync_folder(Path("there is none"))
    """
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _roll_back(files: Sequence[_Target], staged: Sequence[os.stat_result], error: BaseException) -> None:
    """Restore what the files held; where that fails the backup stays, and a note on the error names it."""
    for target, ours in zip(files, staged, strict=True):
        try:
            if target.real.exists() and os.path.samestat(target.real.stat(), ours):
                if target.backup.exists():
                    target.backup.replace(target.real)
                else:
                    target.real.unlink()
            discard(target.backup)
        except OSError as problem:
            way_out = f"its old content, if any, is in {str(target.backup)!r}"
            error.add_note(message("output file", f"not restored: {problem.strerror}", target.given, way_out))


def discard(path: Path) -> None:
    """Remove a file of our own, whether or not it is there.

    >>> discard(Path("there is none"))
    """
    with suppress(OSError):
        path.unlink()
