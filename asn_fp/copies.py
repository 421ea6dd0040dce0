"""Files copied or linked as they are, each whole or not at all: with `asn_fp.files` the only module that writes.

A copy is made under a hidden name that only this module gives, ``.asn-copy-*.tmp``, and is locked while it grows. So a
later run tells what a killed one left behind from what another one is at, and removes it.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import frozen

from asn_fp.errors import FileError, message
from asn_fp.files import absolute, discard, pour, sync_folder, told

__all__ = ["Copy", "sweep", "transfer"]

_PIECE: Final = 4 * 2**20
_HIDDEN: Final = (".asn-copy-", ".tmp")
_A_WHILE: Final = 60.0  # seconds: no link takes as long to get its name


@frozen
class Copy:
    """Hold one file to bring somewhere: whence, whither, and how: ``copy``, ``hard`` or ``symbolic`` (links)."""

    source: str
    target: str
    how: str = "copy"
    size: int = 0


def transfer(copies: Iterable[Copy], progress: Callable[[int], object] | None = None) -> None:
    """Copy or link files, each whole or not at all, and verify their sizes; what is there under the name is replaced.

    What a killed run left half done in the folders is removed first.

    Args:
        copies: what to bring where; times and permission bits are copied too.
        progress: called with the number of bytes after each piece.

    Raises:
        FileError: the first that fails; those before it are done.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.fits").write_text("SIMPLE")
    ...     transfer([Copy(f"{folder}/a.fits", f"{folder}/b.fits")])
    ...     Path(folder, "b.fits").read_text()
    'SIMPLE'
    """
    listed = tuple(copies)
    for folder in dict.fromkeys(Path(each.target).parent for each in listed):
        sweep(folder)
    for each in listed:
        target = Path(each.target)
        temporary = target.parent / os.urandom(8).hex().join(_HIDDEN)
        try:
            with told(f"copy of {each.source!r}", each.target):
                _bring(each, temporary, progress)
                _verify_size(each, temporary.stat().st_size)
                temporary.replace(target)
                sync_folder(target.parent)
        finally:
            discard(temporary)
        if progress is not None and each.how != "copy":
            progress(each.size)


def _bring(copy: Copy, temporary: Path, progress: Callable[[int], object] | None) -> None:
    if copy.how == "copy":
        _copy(copy.source, temporary, progress)
    elif copy.how == "hard":
        temporary.hardlink_to(os.path.realpath(copy.source))
    else:
        temporary.symlink_to(absolute(copy.source))


def _copy(source: str, temporary: Path, progress: Callable[[int], object] | None) -> None:
    """Copy a file to a new one that is safe on the disk, with its times and bits, but never write-protected."""
    with open(source, "rb", buffering=0) as stream:  # noqa: PTH123  the fastest way
        like = os.fstat(stream.fileno())
        created = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(created, "wb", buffering=0):
            _lock(created)
            while piece := stream.read(_PIECE):
                pour(created, piece)
                if progress is not None:
                    progress(len(piece))
            os.fchmod(created, (stat.S_IMODE(like.st_mode) & 0o777) | stat.S_IWUSR)
            os.utime(created, ns=(like.st_atime_ns, like.st_mtime_ns))
            os.fsync(created)


def _verify_size(copy: Copy, found: int) -> None:
    wanted = Path(copy.source).stat().st_size
    if found != wanted:
        reason = f"{found} bytes came of {wanted}; did it change meanwhile?"
        raise FileError(message("copy", reason, copy.source, "gather again"))


# ------------------------------------------------------------------------------------------- what a killed run left behind


def sweep(folder: Path) -> None:
    """Remove the half copies that a killed run left in a folder, and none that another run is at.

    Args:
        folder: where to look; one that is not there, or may not be read, has none.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, ".asn-copy-0123456789abcdef.tmp").write_text("SIM")
    ...     sweep(Path(folder))
    ...     list(Path(folder).iterdir())
    []
    """
    first, last = _HIDDEN
    with suppress(OSError):
        for path in [each for each in folder.iterdir() if each.name.startswith(first) and each.name.endswith(last)]:
            if _is_left(path):
                discard(path)


def _is_left(path: Path) -> bool:
    """Tell whether a hidden file of ours is nobody's: a copy that is not locked, or a link without a name for long."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode) or status.st_nlink > 1:
            return time.time() - status.st_ctime > _A_WHILE
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    with os.fdopen(opened, "rb", buffering=0):
        return _lock(opened)


def _lock(descriptor: int) -> bool:
    """Lock an open file until it is closed; False if another process has, or on a disk that knows no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
