"""Where rules are found: in the package, in installed modules, in the user's own files."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Iterable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, TypeAlias

from asn_fp.errors import RuleError, did_you_mean, message, raise_all
from asn_fp.pipeline import Rule
from asn_fp.records import Associations
from asn_fp.rules import RULES, RuleFunction

__all__ = ["AnyRule", "find_rule", "rules_in_file", "rules_in_files"]

AnyRule: TypeAlias = Rule[Any, Any] | RuleFunction | str
"""A rule, a function of knobs that gives one, the name of a rule, or where to find one: ``"module:name"``."""


def find_rule(rule: AnyRule, *files: str | os.PathLike[str]) -> Rule[Any, Any] | RuleFunction:
    """Return the rule of a name: one that comes with the package, one in the files given, or ``"module:name"``.

    Args:
        rule: a name, ``"module:name"``, ``"file.py:name"``; a rule or a function is returned as it is.
        files: Python files that define rules.

    Raises:
        RuleError: there is no such rule, or its module cannot be imported.

    >>> find_rule("level3").__name__, find_rule("asn_fp.rules.lists:level3").__name__
    ('level3', 'level3')
    >>> find_rule("levle3")
    Traceback (most recent call last):
    asn_fp.errors.RuleError: rule (unknown): 'levle3'; did you mean 'level3'?
    """
    if not isinstance(rule, str):
        if isinstance(rule, Rule) or callable(rule):
            return rule
        raise RuleError(message("rule", "not a rule, a function or a name", rule, did_you_mean(str(rule), RULES)))
    place, colon, name = rule.rpartition(":")
    if colon and not name:
        raise RuleError(message("rule", "no name behind the colon", rule, f"name a rule in it: {place or 'mine.py'}:my_rule"))
    if colon:
        return _member(_module(place, name), name)
    modules = [_module(os.fspath(file), rule) for file in files]
    for module in modules:
        if hasattr(module, rule):
            return _member(module, rule)
    if rule in RULES:
        return RULES[rule]
    known = [*RULES, *(name for module in modules for name in _rules_in(module))]
    raise RuleError(message("rule", "unknown", rule, did_you_mean(rule, known)))


def rules_in_files(files: Iterable[str | os.PathLike[str]]) -> dict[str, Rule[Any, Any]]:
    """Return the rules that Python files define, by name; each must end in associations.

    Raises:
        RuleError: as `rules_in_file` says, a rule that gives something else, or one name for two rules; of the last two all.

    >>> rules_in_files([])
    {}
    """
    found: dict[str, Rule[Any, Any]] = {}
    problems = []
    for file in files:
        for rule in rules_in_file(file):
            if rule.gives != Associations:
                problems.append(
                    message("rule", f"in {os.fspath(file)}, it gives no associations", rule.name, "end it with s.seal(...)")
                )
            if found.setdefault(rule.name, rule) is not rule:
                problems.append(
                    message("rule", f"two of that name, one in {os.fspath(file)}", rule.name, "name one differently")
                )
    raise_all(RuleError, problems)
    return found


def rules_in_file(file: str | os.PathLike[str]) -> tuple[Rule[Any, Any], ...]:
    """Return the rules that a Python file defines, those that are functions made with their default knobs.

    Raises:
        RuleError: there is no such file, it does not run, or it defines no rule.

    >>> rules_in_file("missing.py")
    Traceback (most recent call last):
    asn_fp.errors.RuleError: file of rules (no such file): 'missing.py'; give the path of a Python file
    """
    module = _module_from_file(Path(file))
    values = [getattr(module, name) for name in _rules_in(module)]
    made = (value if isinstance(value, Rule) else value() for value in values if _is_ready(value))
    rules = tuple(value for value in made if isinstance(value, Rule))
    if not rules:
        raise RuleError(message("file of rules", "it defines none", os.fspath(file), "make one with asn_fp.rule(name, *steps)"))
    return rules


def _is_ready(value: Rule[Any, Any] | RuleFunction) -> bool:
    """Tell whether a value is a rule, or a function that says it returns one and needs no knobs."""
    if isinstance(value, Rule):
        return True
    signature = inspect.signature(value)
    says_so = "Rule" in str(signature.return_annotation)
    return says_so and all(each.default is not each.empty for each in signature.parameters.values())


def _rules_in(module: Any) -> list[str]:
    public = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    own = getattr(module, "__name__", "")
    return [
        name
        for name, value in public.items()
        if isinstance(value, Rule) or (inspect.isfunction(value) and value.__module__ == own)
    ]


def _member(module: Any, name: str) -> Rule[Any, Any] | RuleFunction:
    value = getattr(module, name, None)
    if isinstance(value, Rule) or callable(value):
        return value
    reason = f"not in {module.__name__}" if value is None else f"in {module.__name__} it is no rule"
    raise RuleError(message("rule", reason, name, did_you_mean(name, _rules_in(module))))


def _module(place: str, name: str) -> Any:
    if place.endswith(".py"):
        return _module_from_file(Path(place))
    way_out = f"did you mean {name!r}?" if name in RULES else "is it installed, or meant as a file.py?"
    if not all(piece.isidentifier() for piece in place.split(".")):
        raise RuleError(message("module of rules", "not the name of a module", place, way_out))
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{place}.".startswith(f"{error.name}."):  # one that the module itself imports
            raise RuleError(message("module of rules", str(error), place, "install what it imports")) from error
        raise RuleError(message("module of rules", str(error), place, way_out)) from None
    except ImportError as error:
        raise RuleError(message("module of rules", str(error), place, "is it installed, or meant as a file.py?")) from error


def _module_from_file(path: Path) -> Any:
    if not path.is_file():
        raise RuleError(message("file of rules", "no such file", str(path), "give the path of a Python file"))
    name = f"asn_rules_{path.stem}"
    loader = SourceFileLoader(name, os.fspath(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    source = path.read_bytes()
    if b"\0" in source:
        raise RuleError(message("file of rules", "it holds zero bytes", str(path), "save it as plain text in UTF-8"))
    try:
        exec(loader.source_to_code(source, path), vars(module))  # loading it would leave __pycache__ beside it
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise RuleError(message("file of rules", reason, str(path), "it must run without error")) from error
    return module
