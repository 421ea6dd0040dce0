"""What to tell of an exception: a line each, with the line of the user's own rule where it comes from there."""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final

import asn_fp
from asn_fp.errors import AsnError, RuleError, message

__all__ = ["complaint"]

_HINT: Final = "set ASN_TRACEBACK=1 to see the whole traceback"


def complaint(error: BaseException) -> list[str]:
    r"""Return the lines to print for an exception.

    >>> complaint(AsnError("one\ntwo"))
    ['error: one', 'error: two']
    >>> complaint(ZeroDivisionError("division by zero"))
    ["error: run (ZeroDivisionError): 'division by zero'; set ASN_TRACEBACK=1 to see the whole traceback"]
    """
    cause = error.__cause__
    if isinstance(error, RuleError) and cause is not None and not isinstance(cause, AsnError):
        place = f"{cause.filename}:{cause.lineno}" if isinstance(cause, SyntaxError) else _place(cause.__traceback__)
        return [f"error: {' '.join(str(error).split())}; {f'see {place}, or ' if place else ''}{_HINT}"]
    if isinstance(error, AsnError):
        return [f"error: {line}" for line in str(error).splitlines()]
    notes = "".join(f", {note}" for note in getattr(error, "__notes__", ()))
    place = _place(error.__traceback__)
    reason = " ".join(f"{type(error).__name__}{place and f' at {place}'}{notes}".split())
    return ["error: " + message("run", reason, str(error), _HINT)]


def _place(trace: TracebackType | None) -> str:
    """Return the innermost line that is neither ours nor of a library; the innermost that has a file if there is none."""
    frames = [frame for frame in traceback.extract_tb(trace) if not frame.filename.startswith("<")]
    libraries = [Path(path) for path in _libraries()]
    own = [frame for frame in frames if not any(Path(frame.filename).is_relative_to(folder) for folder in libraries)]
    last = next(iter(reversed(own or frames)), None)
    return f"{last.filename}:{last.lineno}" if last else ""


def _libraries() -> Iterable[str]:
    yield str(Path(asn_fp.__file__).parent)
    yield from (path for key, path in sysconfig.get_paths().items() if key in ("stdlib", "platstdlib", "purelib", "platlib"))
