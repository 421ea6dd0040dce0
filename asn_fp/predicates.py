"""Predicates: named questions about one exposure, which an explanation can ask again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Final

from attrs import evolve, field, frozen

from asn_fp import keys
from asn_fp.errors import KnobError, message
from asn_fp.records import Exposure

__all__ = [
    "EVERY",
    "NONE",
    "Predicate",
    "all_of",
    "any_of",
    "as_predicate",
    "exp_type",
    "exptype_in",
    "has",
    "instrument",
    "is_science",
    "named",
    "not_",
    "observation_in",
    "told_role",
    "value_in",
]


@frozen
class Predicate:
    """Hold one question.

    Attributes:
        name: the question as written.
        columns: the columns it reads.
        function: answers it for an exposure.
        parts: the questions that it is made of, if any.
        key: the key whose value it asks for, if any.
        alternatives: of several alternatives all; the first is what the question is mostly about.
        wanted: which values answer it with yes, in words.
        denied: the question that this one is the opposite of, if any.
        nearest: of an exposure that it says no to, (column, value, value that would do) for as few columns as would do.
    """

    name: str
    columns: tuple[str, ...]
    function: Callable[[Exposure], bool] = field(eq=keys.behaviour, hash=False)
    parts: tuple[Predicate, ...] = ()
    key: keys.Key | None = None
    alternatives: tuple[Predicate, ...] = ()
    wanted: str = ""
    denied: Predicate | None = None
    nearest: Callable[[Exposure], tuple[tuple[str, str, str], ...]] | None = field(default=None, eq=False)

    def __call__(self, exposure: Exposure) -> bool:
        """Return the answer for one exposure."""
        return self.function(exposure)

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__

    @property
    def usual(self) -> Predicate | None:
        """Return what a question with alternatives is mostly about: the first of them, if that is made of parts."""
        return self.alternatives[0] if self.alternatives and self.alternatives[0].parts else None

    def failing(self, exposure: Exposure) -> Predicate:
        """Return the smallest part that says no to an exposure, this predicate itself where it has none.

        Of alternatives that all say no it is the first one that is looked into.
        """
        parts = self.parts or ((self.usual,) if self.usual is not None else ())
        return next((part.failing(exposure) for part in parts if not part(exposure)), self)


def as_predicate(given: Predicate) -> Predicate:
    """Return a predicate as it is.

    Raises:
        KnobError: something else, such as a plain function, of which an explanation could tell nothing.

    >>> as_predicate(is_science)
    is_science
    >>> as_predicate(lambda exposure: True)
    Traceback (most recent call last):
    asn_fp.errors.KnobError: predicate (a plain function): 'lambda'; make one of it: Predicate(name, columns, function), or ...
    """
    if isinstance(given, Predicate):
        return given
    if callable(given):
        name = str(getattr(given, "__name__", type(given).__name__)).strip("<>")
        way_out = "make one of it: Predicate(name, columns, function), or take one of asn_fp.predicates"
        raise KnobError(message("predicate", "a plain function", name, way_out))
    raise KnobError(message("predicate", "none", given, "for example value_in('detector', 'nrs1'), of asn_fp.predicates"))


def value_in(key: keys.Key | str, *allowed: str) -> Predicate:
    """Ask whether the value of a key is one of those given; text is compared in lower case.

    >>> from asn_fp.names import parse
    >>> value_in("detector", "nrs1")(Exposure(0, parse("jw01234002001_02101_00001_nrs1_rate.fits")))
    True
    """
    (key,) = keys.as_keys(key)
    wanted = frozenset(value.lower() for value in allowed)
    name = f"value_in({', '.join([str(key), *map(repr, allowed)])})"
    return Predicate(name, key.columns, lambda exposure: key.function(exposure) in wanted, key=key, wanted=_one_of(allowed))


def _one_of(allowed: Iterable[str]) -> str:
    """Return some values in words, as what is wanted."""
    return " or ".join(repr(value.lower()) for value in allowed)


def has(column: str) -> Predicate:
    """Ask whether a keyword is defined.

    >>> from asn_fp.names import parse
    >>> has("IS_PSF")(Exposure(0, parse("a_cal.fits"), meta={"is_psf": "t"}))
    True
    """
    lowered = column.lower()
    return Predicate(f"has({lowered!r})", (lowered,), lambda exposure: lowered in exposure.meta, wanted="any value")


def exp_type(*allowed: str) -> Predicate:
    """Ask whether EXP_TYPE is one of those given.

    >>> exp_type("NRS_IFU")
    exp_type('nrs_ifu')
    """
    wanted = frozenset(value.lower() for value in allowed)
    name = f"exp_type({', '.join(repr(value.lower()) for value in allowed)})"
    return Predicate(name, ("exp_type",), lambda exposure: exposure.meta.get("exp_type") in wanted, wanted=_one_of(allowed))


def exptype_in(*allowed: str) -> Predicate:
    """Ask whether the role of an exposure is one of those given.

    >>> exptype_in("background", "imprint")
    exptype_in('background', 'imprint')
    """
    name = f"exptype_in({', '.join(map(repr, allowed))})"
    return Predicate(name, ("exptype",), lambda exposure: exposure.exptype in allowed, wanted=_one_of(allowed))


def instrument(*allowed: str) -> Predicate:
    """Ask whether the instrument, by header or by the detector in the name, is one of those given.

    >>> from asn_fp.names import parse
    >>> instrument("NIRSPEC")(Exposure(0, parse("jw01234002001_02101_00001_nrs1_rate.fits")))
    True
    """
    return value_in(keys.instrument, *allowed)


def observation_in(*numbers: str) -> Predicate:
    """Ask whether the observation number is one of those given; ``2`` means ``002``.

    >>> from asn_fp.names import parse
    >>> observation_in("2")(Exposure(0, parse("jw01234002001_02101_00001_nrs1_rate.fits")))
    True
    """
    return value_in(keys.observation, *(str(number).zfill(3) for number in numbers))


def named(*patterns: str) -> Predicate:
    """Ask whether the file name, without its folder, matches one of the shell patterns.

    >>> from asn_fp.names import parse
    >>> named("*_leakcal_*")(Exposure(0, parse("raw/jw01234_leakcal_rate.fits")))
    True
    """

    def read(exposure: Exposure) -> bool:
        base = exposure.name.base
        return any(fnmatchcase(base, pattern) for pattern in patterns)

    return Predicate(f"named({', '.join(map(repr, patterns))})", ("filename",), read)


def all_of(*parts: Predicate) -> Predicate:
    """Ask whether every part says yes.

    >>> all_of(is_science, has("FILTER"))
    all_of(is_science, has('filter'))
    """
    flat = tuple(each for part in parts for each in as_predicate(part).parts or (part,))

    def every(exposure: Exposure) -> bool:
        for part in flat:  # noqa: SIM110  all() with a generator takes twice the time, and rules ask this most
            if not part.function(exposure):
                return False
        return True

    return evolve(_joined("all_of", parts, every), parts=flat)


def any_of(*parts: Predicate) -> Predicate:
    """Ask whether at least one part says yes.

    >>> any_of(has("IS_PSF"), has("BKGDTARG")).columns
    ('is_psf', 'bkgdtarg')
    """
    parts = tuple(map(as_predicate, parts))

    def some(exposure: Exposure) -> bool:
        for part in parts:  # noqa: SIM110  as in all_of
            if part.function(exposure):
                return True
        return False

    return evolve(_joined("any_of", parts, some), alternatives=parts)


def not_(part: Predicate) -> Predicate:
    """Ask the opposite.

    >>> not_(has("IS_PSF"))
    not_(has('is_psf'))
    """
    part = as_predicate(part)
    return Predicate(f"not_({part})", part.columns, lambda exposure: not part.function(exposure), denied=part)


def _joined(name: str, parts: tuple[Predicate, ...], function: Callable[[Exposure], bool]) -> Predicate:
    columns = dict.fromkeys(column for part in parts for column in part.columns)
    return Predicate(f"{name}({', '.join(map(str, parts))})", tuple(columns), function)


is_science: Final = Predicate("is_science", ("exptype",), lambda exposure: exposure.exptype == "science", wanted="'science'")
told_role: Final = Predicate("told_role", ("exptype",), lambda exposure: "exptype" in exposure.told)
NONE: Final = Predicate("NONE", (), lambda _: False)
EVERY: Final = Predicate("EVERY", (), lambda _: True)
