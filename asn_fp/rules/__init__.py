"""The rules that come with the package; adding one is adding a function to a file in this folder.

A rule here is a function of knobs that gives a `Rule`. Every public function of every module in this folder that
returns one is in `RULES`, under its own name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Final

from asn_fp.pipeline import Rule

__all__ = ["RULES", "RuleFunction"]

RuleFunction = Callable[..., Rule[Any, Any]]


def _collected() -> Mapping[str, RuleFunction]:
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__) if not found.name.startswith("_")]
    functions = {name: getattr(module, name) for module in modules for name in module.__all__}
    return MappingProxyType({name: function for name, function in functions.items() if _makes_a_rule(function)})


def _makes_a_rule(function: object) -> bool:
    return inspect.isfunction(function) and str(function.__annotations__.get("return", "")).endswith("Rule")


RULES: Final[Mapping[str, RuleFunction]] = _collected()
"""The rules by name."""
