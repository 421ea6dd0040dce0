"""What a command decides, as a value: what to write and what to say. Only ``main`` carries it out."""

from __future__ import annotations

from attrs import frozen

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
    """

    files: tuple[tuple[str, str | bytes], ...] = ()
    folders: tuple[str, ...] = ()
    text: str = ""
    warnings: tuple[str, ...] = ()
    status: int = 0
    overwrite: bool = True
