"""What stands in the way where a rule makes nothing: the single requirement without which it would make something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from asn_fp.errors import AsnError
from asn_fp.pipeline import Rule, Step
from asn_fp.predicates import EVERY, Predicate, all_of, any_of
from asn_fp.wording import cut

__all__ = ["relaxing"]


def relaxing(rule: Rule[Any, Any], items: Any) -> list[str]:
    """Return the single requirements without which a rule that made nothing would make something.

    A requirement is one question of a `keep`, wherever else the rule asks it too, or a whole step that leaves exposures or
    products out. Of a step that runs other rules it is one of theirs.

    >>> from asn_fp.rules.lists import level3
    >>> relaxing(level3(product_name="p").without("verify"), [("a_calints.fits", "psf")])
    ["step 3, require('science')"]
    """
    found = [told for told, variant in _relaxed(rule) if _makes_some(variant, items)]
    carrier = items
    for step in rule.steps:
        if step.runs is not None:
            found += [f"{each} of {inner.name}" for inner in _inner(step, carrier) for each in relaxing(inner, carrier)]
            break
        try:
            carrier = step(carrier)
        except AsnError:
            break
    return list(dict.fromkeys(found))


def _inner(step: Step[Any, Any], carrier: Any) -> tuple[Rule[Any, Any], ...]:
    try:
        return tuple(step.rules(carrier))
    except AsnError:  # it cannot tell which
        return ()


def _relaxed(rule: Rule[Any, Any]) -> Iterator[tuple[str, Rule[Any, Any]]]:
    """Yield a rule without each one of its requirements, and what was left away."""
    for number, step in enumerate(rule.steps, 1):
        where = step.settings.get("where")
        parts = _parts(where) if step.name == "keep" and isinstance(where, Predicate) else ()
        for part in parts:
            yield f"{part} in step {number}", _without(rule, part)
        if not parts and step.why is not None and step.takes == step.gives and step.name != "attach":
            yield f"step {number}, {cut(step.written)}", rule.without(number)


def _parts(where: Predicate) -> tuple[Predicate, ...]:
    """Return the questions that are all asked, of alternatives those of the first one, which it is mostly about."""
    return where.parts or (_parts(where.usual) if where.usual is not None else ())


def _without(rule: Rule[Any, Any], part: Predicate) -> Rule[Any, Any]:
    """Return a rule that asks one question in none of its steps."""
    for number, step in enumerate(rule.steps, 1):
        changes = {
            name: _less(asked, part)
            for name in ("where", "of")
            if isinstance(asked := step.settings.get(name), Predicate) and part in _parts(asked)
        }
        rule = rule.replace(number, step.with_settings(**changes)) if changes else rule
    return rule


def _less(where: Predicate, part: Predicate) -> Predicate:
    if where.parts:
        left = [each for each in where.parts if each != part]
        return all_of(*left) if left else EVERY
    return any_of(_less(where.usual, part), *where.alternatives[1:]) if where.usual is not None else where


def _makes_some(rule: Rule[Any, Any], items: Any) -> bool:
    try:
        return bool(rule(items))
    except AsnError:
        return False
