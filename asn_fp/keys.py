"""Keys: named functions from an exposure to a value that exposures must share.

A key reads the keyword of a header or a pool and, where there is none, the part of the file name. Its value is None
where neither knows, and an exposure without the value is left out, unless the key is `optional`: then the value is
`ANY`, which agrees with every other one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import PurePosixPath
from types import FunctionType, MappingProxyType
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from asn_fp.errors import KnobError, did_you_mean, message
from asn_fp.records import Exposure

__all__ = [
    "ANY",
    "KEYS",
    "By",
    "Key",
    "activity",
    "as_keys",
    "detector",
    "exposure",
    "exptype",
    "instrument",
    "keyword",
    "observation",
    "optional",
    "product",
    "program",
    "segment",
    "stem",
    "target",
    "values",
    "visit",
]


class _Any:
    """A value that agrees with every value."""

    def __repr__(self) -> str:
        return "ANY"

    def __reduce__(self) -> str:
        return "ANY"


ANY: Final = _Any()


def behaviour(function: Callable[..., Any]) -> Any:
    """Return what two functions have in common that do the same: their code and the values it was made with.

    >>> keyword("FILTER") == keyword("FILTER"), keyword("FILTER") == keyword("PUPIL")
    (True, False)
    """
    if not isinstance(function, FunctionType):
        return function
    cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
    return (function.__module__, function.__code__, function.__defaults__, function.__kwdefaults__, cells)


@frozen
class Key:
    """Hold one key: its name, the columns it reads, and the function that gives the value (None: undefined)."""

    name: str
    columns: tuple[str, ...]
    function: Callable[[Exposure], Hashable | None] = field(eq=behaviour, hash=False)

    def __call__(self, exposure: Exposure) -> Hashable | None:
        """Return the value for one exposure."""
        return self.function(exposure)

    @property
    def label(self) -> str:
        """Return what the key reads, for people: ``pupil or grating``."""
        return self.name if "(" not in self.name else " or ".join(self.columns)

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__


By: TypeAlias = Key | str | tuple[Key | str, ...]
"""What a match is by: a key, the name of one, or several that must all agree."""


def keyword(*columns: str) -> Key:
    """Return the key that reads a keyword, or the first of several that is defined.

    >>> from asn_fp.names import parse
    >>> grating = keyword("GRATING")
    >>> grating(Exposure(0, parse("a_rate.fits"), meta={"grating": "g140h"}))
    'g140h'
    >>> keyword("PUPIL", "GRATING")
    keyword('pupil', 'grating')
    """
    lowered = tuple(column.lower() for column in columns)

    def read(exposure: Exposure) -> str | None:
        for column in lowered:
            if (value := exposure.meta.get(column)) is not None:
                return value
        return None

    return Key(f"keyword({', '.join(map(repr, lowered))})", lowered, read)


def optional(key: Key | str) -> Key:
    """Return the same key with `ANY` for an undefined value, so that it joins any other.

    >>> from asn_fp.names import parse
    >>> optional(keyword("FILTER"))(Exposure(0, parse("a_rate.fits")))
    ANY
    """
    (plain,) = as_keys(key)

    def read(exposure: Exposure) -> Hashable:
        value = plain.function(exposure)
        return ANY if value is None else value

    return Key(f"optional({plain.name})", plain.columns, read)


def _named(name: str, columns: tuple[str, ...], part: str, width: int = 0) -> Key:
    """Return a key that reads a column, padded with zeros, or else a part of the file name."""

    def read(exposure: Exposure) -> str | None:
        for column in columns:
            if (value := exposure.meta.get(column)) is not None:
                return value.zfill(width)
        return getattr(exposure.name.parts, part, None) or None

    return Key(name, columns, read)


def _activity(exposure: Exposure) -> str | None:
    meta, parts = exposure.meta, exposure.name.parts
    if (number := meta.get("act_id")) is not None:
        return f"{meta.get('visitgrp', '').zfill(2)}{meta.get('seq_id', '')}{number.zfill(2)}"
    if (number := getattr(parts, "activity", None)) is None:
        return None
    return f"{getattr(parts, 'visit_group', '')}{getattr(parts, 'sequence', '')}{number}"


def _product(exposure: Exposure) -> str:
    """Return folder and stem, the folder in its shortest spelling, as the peer names stage-2 products."""
    name = exposure.name
    return str(PurePosixPath(name.folder, name.stem)) if name.folder else name.stem


program = _named("program", ("program",), "program", width=5)
observation = _named("observation", ("obs_num", "observtn"), "observation", width=3)
visit = _named("visit", ("visit",), "visit", width=3)
activity = Key("activity", ("visitgrp", "seq_id", "act_id"), _activity)
exposure = _named("exposure", ("exposure",), "exposure", width=5)
segment = _named("segment", ("exsegnum",), "segment", width=3)
detector = _named("detector", ("detector",), "detector")
instrument = _named("instrument", ("instrume",), "instrument")
target = _named("target", ("targetid",), "target")
stem = Key("stem", ("filename",), lambda exposure: exposure.name.stem)
product = Key("product", ("filename",), _product)
exptype = Key("exptype", ("exptype",), lambda exposure: exposure.exptype)

KEYS: Final[Mapping[str, Key]] = MappingProxyType(
    {key.name: key for key in (program, observation, visit, activity, exposure, segment, detector, instrument, target, stem)}
)
"""The keys that a name is enough for, by name; the command line's ``--by`` takes these."""


def as_keys(by: By) -> tuple[Key, ...]:
    """Return the keys that a match setting names, as a tuple.

    Raises:
        KnobError: a name that is no key.

    >>> as_keys("detector")
    (detector,)
    >>> as_keys((program, "detector"))
    (program, detector)
    >>> as_keys("detectr")
    Traceback (most recent call last):
    asn_fp.errors.KnobError: key (unknown): 'detectr'; did you mean 'detector'?
    """
    parts = by if isinstance(by, tuple) else (by,)
    return tuple(_as_key(part) for part in parts)


def _as_key(by: Key | str) -> Key:
    if isinstance(by, Key):
        return by
    if isinstance(by, str) and by in KEYS:
        return KEYS[by]
    if isinstance(by, str):
        raise KnobError(message("key", "unknown", by, did_you_mean(by, KEYS)))
    raise KnobError(message("key", "not a key or the name of one", by, "make one with keyword('FILTER')"))


def values(keys: Sequence[Key], exposure: Exposure) -> tuple[Hashable | None, ...]:
    """Return the value of each key for one exposure.

    >>> from asn_fp.names import parse
    >>> values((program, detector), Exposure(0, parse("jw01234002001_02101_00001_nrs1_rate.fits")))
    ('01234', 'nrs1')
    """
    return tuple([key.function(exposure) for key in keys])
