"""What a command decides, as a value: what to write and what to say. Only ``main`` carries it out."""

from __future__ import annotations

from attrs import frozen

from asn_fp.copies import Copy

__all__ = ["Plan"]


@frozen
class Plan:
    """Hold what a command wants done.

    Attributes:
        files: (path, content) of each file to write, all of them or none.
        folders: folders to make first.
        text: what to print on standard output, after the files are written.
        warnings: lines for standard error.
        status: the exit status.
        overwrite: existing files may be replaced.
        copies: files to copy or link before the others are written; each of them whole or not at all.
        reads: what the command was given to read or to name: none of it is written over.
    """

    files: tuple[tuple[str, str | bytes], ...] = ()
    folders: tuple[str, ...] = ()
    text: str = ""
    warnings: tuple[str, ...] = ()
    status: int = 0
    overwrite: bool = True
    copies: tuple[Copy, ...] = ()
    reads: tuple[str, ...] = ()
