"""The knobs of a rule as options of a command, and what was typed for them as the values that the rule takes."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from asn_fp import api
from asn_fp.cli.inputs import expand_partners, key_values
from asn_fp.cli.plan import Plan
from asn_fp.cli.roles import requirements, told_roles
from asn_fp.errors import ItemError, KnobError, RuleError, UsageError, did_you_mean, message
from asn_fp.vocabulary import PARTNER_EXPTYPES

__all__ = ["run_knobs", "with_knobs"]

Knobs = Mapping[str, Any]

_COMMON: Final[dict[str, Any]] = {
    "id": (str | None, None),
    **dict.fromkeys(PARTNER_EXPTYPES, (tuple[str, ...], ())),
    "asn_type": (str | None, None),
    "meta": (tuple[str, ...], ()),
    "paths": (str, "as-given"),
    "suffix": (tuple[str, ...], ()),
    "role": (tuple[str, ...], ()),
    "leave_out": (tuple[str, ...], ()),
}
"""The options of every command that runs a rule: their type and default."""

_OF_HEADERS: Final[dict[str, Any]] = {
    "candidate": (str | None, None),
    "set": (tuple[str, ...], ()),
    "leave_out_unreadable": (bool, False),
    "at_least": (tuple[str, ...], ()),
    "match": (tuple[str, ...], ()),
    "closest": (str | None, None),
}
"""The options of rules that look into headers: their type and default."""

_OF_STAGE_3: Final[dict[str, Any]] = {"same_names": (str | None, None)}
"""The options of those among them that make products of stage 3."""

_LISTS: Final = frozenset([tuple, list, Sequence, Iterable, set, frozenset])
_ONES: Final = frozenset([str, int, float, bool, Path, Literal, Any])


def with_knobs(command: Callable[..., Plan], rule: api.AnyRule | None) -> Callable[..., Plan]:
    """Return a command on this rule whose signature also has the common options and the rule's own knobs.

    >>> from asn_fp.cli.commands import make
    >>> sorted(inspect.signature(with_knobs(make, "level2")).parameters)[:4]
    ['asn_type', 'background', 'by', 'direct_image']
    """
    own = [each for each in inspect.signature(command, eval_str=True).parameters.values() if each.kind is not each.VAR_KEYWORD]
    found = api.find_rule(rule) if rule else None
    shared = dict(_COMMON)
    if found is not None:
        shared |= {**(_OF_HEADERS if api.reads_headers(found) else {}), **(_OF_STAGE_3 if api.names_stage_3(found) else {})}
    common = [_parameter(name, kind, default) for name, (kind, default) in shared.items()]
    taken = {each.name for each in (*own, *common)}
    knobs = [_option(each) for each in api.knobs_of(found).values() if each.name not in taken] if found is not None else []

    def run(**given: Any) -> Plan:
        return command(**given) if rule is None else command(**{**given, "rule": rule})

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    keyword_only = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    parameters = [*keyword_only, *(each for each in knobs if each is not None), *common]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _option(knob: inspect.Parameter) -> inspect.Parameter | None:
    """Return the option for a knob of a rule, or None for one that no text can give, such as a function."""
    kinds = _kinds(_annotation(knob))
    if knob.kind in (knob.VAR_POSITIONAL, knob.VAR_KEYWORD) or not kinds & (_LISTS | _ONES):
        return None
    if bool in kinds:
        return _parameter(knob.name, bool, knob.default)
    if kinds & _LISTS:
        return _parameter(knob.name, tuple[str, ...], knob.empty if knob.default is knob.empty else ())
    return _parameter(knob.name, str | None, knob.default)


def _annotation(knob: inspect.Parameter) -> Any:
    """Return what a knob takes; one without annotation takes what its default is."""
    if knob.annotation is not knob.empty:
        return knob.annotation
    return str if knob.default in (None, knob.empty) else type(knob.default)


def _kinds(annotation: Any) -> set[Any]:
    """Return the alternatives of a type, without what they are made of.

    >>> _kinds(list[int] | None) == {list, types.NoneType}
    True
    """
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kinds(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return {kind for each in get_args(annotation) for kind in _kinds(each)}
    return {origin or annotation}


def run_knobs(rule: api.AnyRule, given: Knobs, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the knobs for the front door from the options as typed.

    Args:
        rule: the rule.
        given: the options as typed.
        files: the names of the files, among which lists of roles may name some without their folders.

    Raises:
        UsageError: a knob that the rule needs was not given.
        KnobError: a text that the knob does not take.
        ItemError: a partner option that names no file, or only such as are not there.

    >>> run_knobs("level2", {"by": ("program,detector",), "id": "o001", "psf": (), "meta": ("target=t001",)})
    {'by': ('program', 'detector'), 'acid': 'o001', 'meta': {'target': 't001'}}
    """
    own = api.knobs_of(api.find_rule(rule))
    special = {*_COMMON, *_OF_HEADERS, *_OF_STAGE_3}
    typed = {name: value for name, value in given.items() if name not in special and value not in (None, ())}
    knobs = {name: _value(own[name], value) if name in own else value for name, value in typed.items()}
    knobs |= {role: _partners(role, given[role]) for role in PARTNER_EXPTYPES if given.get(role)}
    renamed = {"acid": given.get("id"), "asn_type": given.get("asn_type"), "paths": given.get("paths")}
    knobs |= {name: value for name, value in renamed.items() if value is not None}
    if given.get("suffix"):
        knobs["suffixes"] = tuple(given["suffix"])
    if "leave_out_unreadable" in given:
        knobs |= {"progress": True, "leave_out_unreadable": given["leave_out_unreadable"]}
    others = (("candidate", "candidate"), ("set", "settings"), ("same_names", "same_names"))
    knobs |= {knob: given[name] for name, knob in others if given.get(name)}
    knobs |= told_roles(given.get("role") or (), {role: knobs.get(role, ()) for role in PARTNER_EXPTYPES}, files)
    knobs |= requirements(given)
    if given.get("meta"):
        knobs["meta"] = key_values(given["meta"], "--meta")
    _refuse_missing(own.values(), knobs, given)
    return knobs


def _refuse_missing(own: Iterable[inspect.Parameter], knobs: Knobs, given: Knobs) -> None:
    for each in own:
        if each.default is not each.empty or each.name in knobs or each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        if each.name not in given:
            raise RuleError(message("knob of the rule", "required, and no option can give it", each.name, "give it a default"))
        raise UsageError(message("option", "required", _spelled(each), f"write '{_spelled(each)} VALUE'"))


def _spelled(knob: inspect.Parameter) -> str:
    return "--" + knob.name.replace("_", "-")


def _partners(role: str, words: Sequence[str]) -> list[str]:
    names = expand_partners(words)
    if not names:
        option = "--" + role.replace("_", "-")
        raise ItemError(message(option, "it names no file", ",".join(words), "name one, or leave the option out"))
    return names


# ------------------------------------------------------------------------------------------------- from texts to values


def _value(knob: inspect.Parameter, typed: Any) -> Any:
    """Return the value that a knob takes from what was typed for it: numbers, paths and choices as such."""
    if isinstance(typed, bool):
        return typed
    annotation = _annotation(knob)
    if isinstance(typed, str):
        return _one(knob, annotation, typed)
    inner = _inner(annotation)
    split = knob.name == "by" or _kinds(inner) & {int, float}
    words = [part for word in typed for part in (word.split(",") if split else [word]) if part]
    values = [_one(knob, inner, word) for word in words]
    return values if list in _kinds(annotation) else tuple(values)


def _inner(annotation: Any) -> Any:
    """Return the type of what a list holds, a text if it does not say."""
    if get_origin(annotation) in (Union, types.UnionType, Annotated):
        return next((_inner(each) for each in get_args(annotation) if _kinds(each) & _LISTS), str)
    return next(iter(get_args(annotation)), str)


def _one(knob: inspect.Parameter, annotation: Any, word: str) -> Any:
    kinds = _kinds(annotation)
    if Literal in kinds:
        return _choice(knob, annotation, word)
    for kind in (int, float):
        if kind in kinds:
            try:
                return kind(word)
            except ValueError:
                continue
    if kinds & {int, float} and str not in kinds:
        reason = "not a number" if float in kinds else "not a whole number"
        raise KnobError(message(_spelled(knob), reason, word))
    return Path(word) if Path in kinds and str not in kinds else word


def _choice(knob: inspect.Parameter, annotation: Any, word: str) -> Any:
    parts = (annotation,) if get_origin(annotation) is Literal else get_args(annotation)
    choices = {str(value): value for part in parts if get_origin(part) is Literal for value in get_args(part)}
    if word not in choices:
        raise KnobError(message(_spelled(knob), "not one of its values", word, did_you_mean(word, choices)))
    return choices[word]
