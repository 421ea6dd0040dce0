"""What can go wrong, as exceptions.

Every message has the same four parts: what kind of thing is wrong, the reason in brackets, the offender's repr, and
the way out. Each class also subclasses the builtin that a caller would expect, so ``except ValueError`` works.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

__all__ = [
    "AsnError",
    "AsnWarning",
    "CodecError",
    "FileError",
    "FrozenRecordError",
    "ItemError",
    "KnobError",
    "MatchError",
    "ProductError",
    "RuleError",
    "UsageError",
    "did_you_mean",
    "message",
    "raise_all",
]


class AsnError(Exception):
    """Be the parent of every error this package raises on purpose; each line of ``str`` is one problem."""


class AsnWarning(UserWarning):
    """Warn of something that is allowed and probably not meant."""


class ItemError(AsnError, ValueError):
    """Report input items that cannot be used: not a name, listed twice, two roles for one file."""


class KnobError(AsnError, TypeError):
    """Report a setting that does not exist or whose value is not one it takes."""


class RuleError(AsnError, ValueError):
    """Report a rule that does not exist or whose steps do not fit together."""


class MatchError(AsnError, LookupError):
    """Report a product that lacks the partners it must have."""


class ProductError(AsnError, ValueError):
    """Report products that cannot stand as they are: no name, one name twice, no science member."""


class CodecError(AsnError, ValueError):
    """Report text that is not an association."""


class FileError(AsnError, OSError):
    """Report a file that cannot be read or written."""


class FrozenRecordError(AsnError, AttributeError, TypeError):
    """Report an attempt to change a record, and say how to make another one instead."""


class UsageError(AsnError, ValueError):
    """Report a command line that is wrong in itself; the exit status is 2."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the hint that names the nearest known word, or lists a few of them.

    >>> did_you_mean("bckground", ["background", "imprint"])
    "did you mean 'background'?"
    >>> did_you_mean("zzz", ["background", "imprint"])
    "known: 'background', 'imprint'"
    >>> did_you_mean("zzz", [])
    'none is known'
    """
    names = list(known)
    by_lower = {name.lower(): name for name in names}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if near:
        return f"did you mean {by_lower[near[0]]!r}?"
    if not names:
        return "none is known"
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return "known: " + ", ".join(map(repr, names[:12])) + more


def message(kind: str, reason: str, offender: object, way_out: str = "") -> str:
    """Return one error line: the kind of thing, (the reason), the offender's repr, and the way out.

    >>> message("association id", "not oNNN, cNNNN or aNNNN", "x9", "did you mean 'o009'?")
    "association id (not oNNN, cNNNN or aNNNN): 'x9'; did you mean 'o009'?"
    """
    line = f"{kind} ({reason}): {offender!r}"
    return f"{line}; {way_out}" if way_out else line


def raise_all(error: type[AsnError], problems: Sequence[str]) -> None:
    """Raise one error that lists every problem, a line each; do nothing where there is none.

    Raises:
        AsnError: of the given class, when there is at least one problem.

    >>> raise_all(ItemError, [])
    >>> raise_all(ItemError, ["first", "second"])
    Traceback (most recent call last):
    asn_fp.errors.ItemError: first
    second
    """
    if problems:
        raise error("\n".join(problems))
