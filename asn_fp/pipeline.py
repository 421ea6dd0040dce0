"""Steps and rules: transforms with their settings filled in, and lists of them, as values.

Nothing here knows astronomy. A *transform* is a function ``(carrier, *settings) -> carrier``. `step` turns it into a
function of its settings alone, which gives a `Step`: named, printable, callable on the carrier. A `Rule` is a list of
steps, checked when it is built.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from textwrap import wrap
from types import MappingProxyType
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeAlias, TypeVar, cast, get_type_hints

from attrs import evolve, field, frozen
from toolz import pipe

from asn_fp.errors import KnobError, RuleError, did_you_mean, message

__all__ = ["Rule", "Step", "Why", "rule", "step"]

C = TypeVar("C")
D = TypeVar("D")
P = ParamSpec("P")
Why: TypeAlias = Callable[..., Any]
"""``(before, thing, *settings) -> the reason why a step left a thing out, or None``; called by explanations only."""

_UNSET: Final = object()
_WIDTH: Final = 100


@frozen
class Step(Generic[C, D]):
    """Hold one transform with its settings: ``str(step)`` is the call as written, calling it runs it on a carrier."""

    name: str
    function: Callable[..., D]
    settings: Mapping[str, Any] = field(hash=False)
    written: str = field(eq=False)
    takes: Any = field(hash=False)
    gives: Any = field(hash=False)
    why: Why | None = None
    remark: Why | None = None
    named: str | None = None
    inside: Why | None = None
    runs: Why | None = None
    _call: Callable[[C], D] = field(eq=False, repr=False, kw_only=True)

    def __call__(self, carrier: C) -> D:
        """Run the transform; an exception gets a note that names the step, and keeps its type."""
        try:
            return self._call(carrier)
        except Exception as error:
            error.add_note(f"in step {self.written}")
            raise

    def reason(self, before: C, thing: object) -> Any:
        """Return why this step left a thing out, or None where the step has no answer."""
        return self.why(before, thing, **self.settings) if self.why else None

    def remarks(self, before: C, thing: object) -> Any:
        """Return what is worth saying of a thing that this step left where it was, or None."""
        return self.remark(before, thing, **self.settings) if self.remark else None

    def story(self, before: C, thing: object) -> Any:
        """Return the story of a thing in the rule that this step runs inside itself, or None where it runs none."""
        return self.inside(before, thing, **self.settings) if self.inside else None

    def rules(self, before: C) -> Any:
        """Return the rules that this step runs inside itself on a carrier, none for most steps."""
        return self.runs(before, **self.settings) if self.runs else ()

    def with_settings(self, **changes: Any) -> Step[C, D]:
        """Return the step with some settings changed.

        Raises:
            KnobError: a setting that the transform does not have.
        """
        staged = cast("Callable[..., Step[C, D]]", step(self.function, **self._asked()))
        return staged(**{**self.settings, **changes})

    def _asked(self) -> dict[str, Any]:
        return {"why": self.why, "remark": self.remark, "named": self.named, "inside": self.inside, "runs": self.runs}

    def under(self, rule: str) -> Step[C, D]:
        """Return the step as it is in a rule: the setting that takes the rule's name has it, unless it was given."""
        if self.named is None or f"{self.named}=" in self.written:
            return self
        return evolve(self.with_settings(**{self.named: rule}), written=self.written)

    def __str__(self) -> str:
        return self.written


def step(
    function: Callable[Concatenate[C, P], D],
    *,
    why: Why | None = None,
    remark: Why | None = None,
    probe: Any = _UNSET,
    named: str | None = None,
    inside: Why | None = None,
    runs: Why | None = None,
) -> Callable[P, Step[C, D]]:
    """Turn a transform into a function of its settings, which gives a step.

    A setting that the transform does not have fails here, on the line that wrote it. With `probe`, an empty carrier,
    the transform is tried on it at once, so that a bad value of a setting fails there too.

    Args:
        function: the transform: carrier first, then settings.
        why: asked by explanations why a thing was left out.
        remark: asked by explanations what is worth saying of a thing that stays where it was.
        probe: an empty carrier.
        named: the setting that is the rule's name, where it is not given.
        inside: asked by explanations for the story of a thing in a rule that the transform runs.
        runs: asked for the rules that the transform runs.

    Raises:
        KnobError: by the function that is returned, for a setting that is missing, unknown or given twice.

    >>> def times(numbers: tuple[int, ...], by: int) -> tuple[int, ...]:
    ...     return tuple(number * by for number in numbers)
    >>> double = step(times)(2)
    >>> print(double), double((1, 2))
    times(2)
    (None, (2, 4))
    >>> step(times)(bye=2)
    Traceback (most recent call last):
    asn_fp.errors.KnobError: setting of times (unknown): 'bye'; did you mean 'by'?
    """
    signature = inspect.signature(function)
    carrier, *names = signature.parameters
    hints = get_type_hints(function)

    def staged(*args: P.args, **settings: P.kwargs) -> Step[C, D]:
        call = _bound(function, signature, names, args, settings)
        bound = signature.bind_partial(None, *args, **settings).arguments
        shown = [*map(_shown, args), *(f"{key}={_shown(value)}" for key, value in settings.items())]
        if probe is not _UNSET:
            call(probe)
        return Step(
            name=function.__name__,
            function=function,
            settings=MappingProxyType({key: value for key, value in bound.items() if key != carrier}),
            written=f"{function.__name__}({', '.join(shown)})",
            takes=hints.get(carrier, Any),
            gives=hints.get("return", Any),
            why=why,
            remark=remark,
            named=named,
            inside=inside,
            runs=runs,
            call=call,
        )

    staged.__name__ = staged.__qualname__ = function.__name__
    staged.__doc__ = function.__doc__
    staged.__wrapped__ = function  # type: ignore[attr-defined]
    return staged


def _bound(
    function: Callable[..., D], signature: inspect.Signature, names: list[str], args: Any, settings: Mapping[str, Any]
) -> Callable[[Any], D]:
    unknown = [key for key in settings if key not in names]
    if unknown:
        kind = f"setting of {function.__name__}"
        raise KnobError("\n".join(message(kind, "unknown", key, did_you_mean(key, names)) for key in unknown))
    try:
        signature.bind(None, *args, **settings)
    except TypeError as error:
        raise KnobError(message("settings", str(error), function.__name__, f"it takes {signature}")) from None
    return partial(_on, function, args, settings) if args else partial(function, **settings)


def _on(function: Callable[..., D], args: Any, settings: Mapping[str, Any], carrier: Any) -> D:
    return function(carrier, *args, **settings)


def _shown(value: Any) -> str:
    """Return a setting as it would be written: functions by their names, long lists cut, but for those of functions."""
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    text = repr(value)
    if len(text) > 200 and isinstance(value, (list, tuple)) and not _is_code(value):
        return f"[{_shown(value[0])}, ... {len(value) - 1} more]"
    return text


def _is_code(value: Any) -> bool:
    """Tell whether a setting is a function, such as a key, or a list or ladder of such; the others are data."""
    return all(map(_is_code, value)) if isinstance(value, (list, tuple)) else callable(value)


@frozen
class Rule(Generic[C, D]):
    """Hold one composition of steps under a name; call it on items to get associations, print it to read its steps."""

    name: str
    steps: tuple[Step[Any, Any], ...]
    doc: str = ""

    def __call__(self, carrier: C) -> D:
        """Run every step in turn."""
        return cast(D, pipe(carrier, *self.steps))

    def __str__(self) -> str:
        width = len(str(len(self.steps)))
        return "\n".join([self.name, *(_numbered(f"  {number:>{width}}. ", each) for number, each in enumerate(self.steps, 1))])

    @property
    def takes(self) -> Any:
        """Return the type of carrier that the first step takes."""
        return self.steps[0].takes

    @property
    def gives(self) -> Any:
        """Return the type of carrier that the last step gives."""
        return self.steps[-1].gives

    def find(self, place: str | int) -> int:
        """Return the position, from 0, of the step with this number (from 1), name, or call as written.

        Of a call the first settings are enough: ``attach('background')`` is ``attach('background', by=(detector,))``.

        Raises:
            RuleError: no step is called so, or several are.
        """
        if isinstance(place, int):
            if not 1 <= place <= len(self.steps):
                raise RuleError(message(f"step of {self.name}", f"there are {len(self.steps)}", place))
            return place - 1
        exact = [at for at, each in enumerate(self.steps) if place in (each.name, each.written)]
        start = place.removesuffix(")") + ", "
        found = exact or [at for at, each in enumerate(self.steps) if each.written.startswith(start)]
        if len(found) == 1:
            return found[0]
        if found:
            choices = ", ".join(f"{at + 1} is {self.steps[at]}" for at in found)
            raise RuleError(message(f"step of {self.name}", "several are called so", place, f"give its number: {choices}"))
        hint = did_you_mean(place, dict.fromkeys(each.written if "(" in place else each.name for each in self.steps))
        raise RuleError(message(f"step of {self.name}", "unknown", place, hint))

    def replace(self, place: str | int, *steps: Step[Any, Any]) -> Rule[Any, Any]:
        """Return the rule with other steps in one's place."""
        at = self.find(place)
        return self._with(*self.steps[:at], *steps, *self.steps[at + 1 :])

    def before(self, place: str | int, *steps: Step[Any, Any]) -> Rule[Any, Any]:
        """Return the rule with steps put in front of one."""
        at = self.find(place)
        return self._with(*self.steps[:at], *steps, *self.steps[at:])

    def after(self, place: str | int, *steps: Step[Any, Any]) -> Rule[Any, Any]:
        """Return the rule with steps put behind one."""
        at = self.find(place) + 1
        return self._with(*self.steps[:at], *steps, *self.steps[at:])

    def without(self, *places: str | int) -> Rule[Any, Any]:
        """Return the rule without some of its steps."""
        gone = {self.find(place) for place in places}
        return self._with(*(each for at, each in enumerate(self.steps) if at not in gone))

    def named(self, name: str, doc: str = "") -> Rule[C, D]:
        """Return the rule under another name."""
        return evolve(self, name=name, steps=tuple(each.under(name) for each in self.steps), doc=doc or self.doc)

    def _with(self, *steps: Step[Any, Any]) -> Rule[Any, Any]:
        return rule(self.name, *steps, doc=self.doc)


def _numbered(number: str, step: Step[Any, Any]) -> str:
    """Return a step after its number, a long one over several lines."""
    if len(step.written) <= _WIDTH:
        return f"{number}{step}"
    lines = wrap(step.written, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join([number + lines[0], *(" " * (len(number) + 4) + line for line in lines[1:])])


def rule(name: str, *steps: Step[Any, Any], doc: str = "") -> Rule[Any, Any]:
    """Compose steps to a rule, checking that each takes what the one before it gives.

    Args:
        name: the rule's name; its associations carry it as ``asn_rule`` (`seal` takes it from here).
        steps: in the order in which they run.
        doc: what the rule is for.

    Raises:
        RuleError: there is no step, or one does not fit; the message names it.

    >>> def halve(numbers: list[int]) -> list[float]:
    ...     return [number / 2 for number in numbers]
    >>> print(rule("Half", step(halve)()))
    Half
      1. halve()
    >>> rule("Quarter", step(halve)(), step(halve)())
    Traceback (most recent call last):
    asn_fp.errors.RuleError: step 2 of Quarter (takes list[int], but step 1, halve(), gives list[float]): halve()
    """
    if not steps:
        raise RuleError(message("rule", "it has no steps", name, "give it at least one"))
    problems = [
        message(f"step {at} of {name}", "not a step", each, "a step is made by calling a staged transform: s.read()")
        for at, each in enumerate(steps, 1)
        if not isinstance(each, Step)
    ]
    if problems:
        raise RuleError("\n".join(problems))
    for at, (one, other) in enumerate(pairwise(steps), 2):
        if not _fits(one.gives, other.takes):
            reason = f"takes {_type(other.takes)}, but step {at - 1}, {one}, gives {_type(one.gives)}"
            raise RuleError(f"step {at} of {name} ({reason}): {other}")
    return Rule(name, tuple(each.under(name) for each in steps), inspect.cleandoc(doc))


def _fits(given: Any, taken: Any) -> bool:
    return Any in (given, taken) or given == taken


def _type(hint: Any) -> str:
    """Return a type as it is written, without the modules."""
    return re.sub(r"[\w.]*\.(?=\w)", "", inspect.formatannotation(hint))
