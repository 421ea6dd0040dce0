"""The values that flow: exposures, drafts of products, associations.

All of them are frozen: a transform returns a new value (or the same object, where nothing changes). Validation sits at
the edges, not in the constructors, so making a hundred thousand of them is cheap.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

from attrs import field, fields_dict, frozen

from asn_fp.errors import FrozenRecordError, KnobError, message
from asn_fp.names import FileName

__all__ = [
    "ABSENT",
    "Association",
    "Associations",
    "Bundle",
    "Candidate",
    "Draft",
    "Exposure",
    "Exposures",
    "Item",
    "Items",
    "Json",
    "Member",
    "Origin",
    "Partner",
    "Product",
    "Reason",
    "as_association",
    "as_exposures",
    "freeze",
    "thaw",
]

Json: TypeAlias = Any
"""A value of JSON: text, number, logical, None, and tuples and read-only mappings of these."""

T = TypeVar("T")
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class _Absent:
    """The value of a key that an association does not have; ``None`` is a value (JSON ``null``)."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT: Final[Any] = _Absent()


def freeze(value: Json) -> Json:
    """Return a JSON value whose lists are tuples and whose objects are read-only mappings.

    >>> freeze({"a": [1, {"b": None}]})
    mappingproxy({'a': (1, mappingproxy({'b': None}))})
    """
    if value is NOTHING:
        return value
    if isinstance(value, Mapping) and not isinstance(value, _ReadsLikeAMapping):
        return MappingProxyType({key: freeze(item) for key, item in value.items()}) if value else NOTHING
    if isinstance(value, (list, tuple)):
        return tuple(freeze(item) for item in value)
    return value


def thaw(value: Json) -> Json:
    """Return a JSON value made of plain lists and dicts again; the inverse of `freeze`.

    >>> thaw(freeze({"a": [1, {"b": None}]}))
    {'a': [1, {'b': None}]}
    """
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [thaw(item) for item in value]
    return value


def _refuse(record: object, name: object, *_: object) -> None:
    kind = type(record).__name__.lower()
    or_else = ", or take a plain dict with to_dict()" if isinstance(record, _ReadsLikeAMapping) else ""
    raise FrozenRecordError(
        message(kind, "a record never changes", name, f"make another with attrs.evolve({kind}, {name}=...){or_else}")
    )


def _unchanging(cls: type[T]) -> type[T]:
    """Say what to do instead where attrs would only say that it cannot be done."""
    cls.__setattr__ = cls.__delattr__ = _refuse  # type: ignore[method-assign]
    return cls


@_unchanging
@frozen(cache_hash=True)
class Candidate:
    """Name an association candidate: its id (``o001``, ``c1000``, ``a3001``) and its type (``observation``, ...)."""

    id: str
    type: str = "observation"


@_unchanging
@frozen
class Exposure:
    """Hold one input: its place in the input, its file name, its role, and what is known about it.

    Attributes:
        index: the place in the input, from 0; with the candidate it is the identity, whatever the file is called later.
        name: the parsed file name.
        exptype: the role it plays, a member's ``exptype``.
        candidate: the association candidate it is considered for, if any.
        meta: lower-case keyword to normalised text, from a header or a pool; read-only and not part of the hash.
        told: the keywords, and ``exptype``, that the user gave; they beat header and name.
        derived: the keywords that neither header nor user gave, but other keywords imply.
    """

    index: int
    name: FileName
    exptype: str = "science"
    candidate: Candidate | None = None
    meta: Mapping[str, str] = field(default=NOTHING, hash=False)
    told: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()

    def with_role(self, exptype: str, *, told: bool = False) -> Exposure:
        """Return the exposure in another role; `told` says that the user gave it."""
        said = self.told | {"exptype"} if told else self.told
        return Exposure(self.index, self.name, exptype, self.candidate, self.meta, said, self.derived)

    def with_name(self, name: FileName) -> Exposure:
        """Return the exposure under another file name."""
        return Exposure(self.index, name, self.exptype, self.candidate, self.meta, self.told, self.derived)

    def with_candidate(self, candidate: Candidate) -> Exposure:
        """Return the exposure as it is considered for a candidate."""
        return Exposure(self.index, self.name, self.exptype, candidate, self.meta, self.told, self.derived)

    @property
    def identity(self) -> tuple[int, Candidate | None]:
        """Return what stays the same through renames and changes of role."""
        return (self.index, self.candidate)

    def __reduce__(self) -> tuple[Any, ...]:
        """Make a record that worker processes can hand over: a read-only view of a dict cannot be pickled."""
        values = (self.index, self.name, self.exptype, self.candidate, dict(self.meta), self.told, self.derived)
        return (_exposure, values)


def _exposure(
    index: int,
    name: FileName,
    exptype: str,
    candidate: Candidate | None,
    meta: dict[str, str],
    *flags: frozenset[str],
) -> Exposure:
    return Exposure(index, name, exptype, candidate, MappingProxyType(meta), *flags)


@_unchanging
@frozen
class Reason:
    """Hold why a step left an exposure out: a sentence, and the values that differed.

    Attributes:
        text: the sentence.
        differing: (what was compared, the value here, the value that it should have had) for each difference.
        missing: of what stays where it was, ``("has", role)`` if its product has no member of the role, ``("all", role)``
            if it has not all that it might have, or ``("is", role)`` if no product has it in that role.
    """

    text: str
    differing: tuple[tuple[str, str, str], ...] = ()
    missing: tuple[str, str] | None = None


@_unchanging
@frozen
class Partner:
    """Hold one file attached to a bundle.

    Attributes:
        exptype: the role it plays there.
        name: the file name to write.
        source: its exposure, or None for a name that is not in the input (a catalogue made later).
        rung: the step of the match ladder that found it, from 0.
    """

    exptype: str
    name: str
    source: Exposure | None = None
    rung: int = 0


@_unchanging
@frozen
class Bundle:
    """Hold one product in the making: the exposures that lead it and the partners attached to them."""

    key: Hashable = ()
    name: str = ""
    leads: tuple[Exposure, ...] = ()
    extra: tuple[Partner, ...] = ()


@_unchanging
@frozen
class Draft:
    """Hold all products in the making, and the pool: every exposure that came in, which partners are taken from."""

    bundles: tuple[Bundle, ...] = ()
    pool: tuple[Exposure, ...] = ()


class _ReadsLikeAMapping(Mapping[str, Any]):
    """Let a record be read as the JSON object it stands for: ``asn["products"][0]["name"]``."""

    __slots__ = ()

    extra: Mapping[str, Json]
    order: tuple[str, ...]

    def __getitem__(self, key: str) -> Any:
        value = getattr(self, key) if key in _KEYS[type(self)] else self.extra.get(key, ABSENT)
        if value is ABSENT:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        keys = [*(key for key in _KEYS[type(self)] if getattr(self, key) is not ABSENT), *self.extra]
        if not self.order:
            return iter(keys)
        return iter([*(key for key in self.order if key in keys), *(key for key in keys if key not in self.order)])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        named = (f"{key}={self[key]!r}" for key in self.extra)
        own = (repr(self[key]) for key in self if key in _KEYS[type(self)])
        return f"{type(self).__name__}({', '.join([*own, *named])})"

    __setitem__ = __delitem__ = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        """Make a record that can be copied and handed over: a read-only view of a dict cannot be pickled."""
        cls: type[Any] = type(self)
        return (_remade, (cls, *(_loose(getattr(self, name)) for name in fields_dict(cls))))

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts and lists, fresh ones, with the keys in the order in which a file has them."""
        return {key: _plain(self[key]) for key in self}


def _loose(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return {key: _loose(item) for key, item in value.items()}
    return tuple(map(_loose, value)) if isinstance(value, tuple) else value


def _remade(cls: Callable[..., T], *values: Any) -> T:
    return cls(*map(freeze, values))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.to_dict() if isinstance(value, _ReadsLikeAMapping) else thaw(value)


@_unchanging
@frozen(repr=False)
class Member(_ReadsLikeAMapping):
    """Hold one member of a product: a file name and the role it plays there.

    >>> member = Member("jw01234001001_02101_00001_nrs1_rate.fits", "science")
    >>> member["exptype"]
    'science'
    """

    expname: str
    exptype: str
    extra: Mapping[str, Json] = field(default=NOTHING, converter=freeze, hash=False)
    order: tuple[str, ...] = field(default=(), eq=False, repr=False)


@_unchanging
@frozen(repr=False)
class Product(_ReadsLikeAMapping):
    """Hold one product: its name and the members that are processed together into it."""

    name: str = ABSENT
    members: tuple[Member, ...] = ()
    extra: Mapping[str, Json] = field(default=NOTHING, converter=freeze, hash=False)
    order: tuple[str, ...] = field(default=(), eq=False, repr=False)


@_unchanging
@frozen
class Origin:
    """Hold where an association came from; it is not part of the file.

    Attributes:
        rule: the name of the rule.
        candidate: the candidate it was made for, if any.
        opener: the exposure that opened it.
        sources: for each product the exposures behind its members, None for a name that was not in the input.
    """

    rule: str
    candidate: Candidate | None = None
    opener: Exposure | None = None
    sources: tuple[tuple[Exposure | None, ...], ...] = ()


@_unchanging
@frozen(repr=False)
class Association(_ReadsLikeAMapping):
    """Hold one association; it reads like the JSON object that a pipeline opens, and never changes.

    A key that the file does not have is ``ABSENT``, which is not the same as ``None`` (JSON ``null``).
    """

    asn_type: str = ABSENT
    asn_rule: str = ABSENT
    version_id: str | None = ABSENT
    code_version: str = ABSENT
    degraded_status: str = ABSENT
    program: str = ABSENT
    constraints: str = ABSENT
    asn_id: str = ABSENT
    target: str = ABSENT
    asn_pool: str = ABSENT
    products: tuple[Product, ...] = ABSENT
    members: tuple[str, ...] = ABSENT
    extra: Mapping[str, Json] = field(default=NOTHING, converter=freeze, hash=False)
    order: tuple[str, ...] = field(default=(), eq=False)
    origin: Origin | None = field(default=None, eq=False)

    def dump(self) -> tuple[str, str]:
        """Return the suggested file name and the text of the file, as the JWST naming convention has them."""
        from asn_fp import codec

        return codec.suggested_name(self), codec.dumps(self)

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the file, whole or not at all, and return its path.

        Raises:
            FileError: the file cannot be written; what was there before is untouched.
        """
        from asn_fp import codec, files

        return files.write_text(path, codec.dumps(self))

    def __repr__(self) -> str:
        from asn_fp.show import brief

        return brief(self)

    def _repr_html_(self) -> str:
        from asn_fp.show import html

        return html(self)


def as_association(value: object) -> Association:
    """Return an association as it is.

    Raises:
        KnobError: it is something else, such as a plain dictionary.

    >>> as_association({"products": []})
    Traceback (most recent call last):
    asn_fp.errors.KnobError: association (not one): 'dict'; give what loads(text) or asn_from_list(...) returns
    """
    if isinstance(value, Association):
        return value
    way_out = "give what loads(text) or asn_from_list(...) returns"
    raise KnobError(message("association", "not one", type(value).__name__, way_out))


def as_exposures(value: object) -> Exposures:
    """Return exposures as they are, in a tuple.

    Raises:
        KnobError: they are something else, such as file names.

    >>> as_exposures(["a_rate.fits"])
    Traceback (most recent call last):
    asn_fp.errors.KnobError: exposures (not ones): 'a_rate.fits'; give what reading headers or a pool returns, ...
    """
    given = tuple(value) if isinstance(value, Iterable) and not isinstance(value, (str, bytes)) else (value,)
    for each in given:
        if not isinstance(each, Exposure):
            way_out = "give what reading headers or a pool returns, for example read_pool('pool.csv')"
            raise KnobError(message("exposures", "not ones", each, way_out))
    return given


def _keys(cls: type[Any]) -> tuple[str, ...]:
    return tuple(name for name in fields_dict(cls) if name not in ("extra", "order", "origin"))


_KEYS: Final[Mapping[type[Any], tuple[str, ...]]] = {cls: _keys(cls) for cls in (Member, Product, Association)}

Item: TypeAlias = str | os.PathLike[str] | tuple[str | os.PathLike[str], str | None] | Exposure
Items: TypeAlias = Iterable[Item]
Exposures: TypeAlias = tuple[Exposure, ...]
Associations: TypeAlias = tuple[Association, ...]
