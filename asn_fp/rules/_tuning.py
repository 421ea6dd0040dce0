"""What the user may change of any rule without editing it: how many partners are needed, what they match by, which first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

from asn_fp import steps as s
from asn_fp.errors import KnobError, did_you_mean, message, raise_all
from asn_fp.keys import KEYS, Key, keyword
from asn_fp.modes import BASE
from asn_fp.pipeline import Rule
from asn_fp.sources.values import READ_COLUMNS
from asn_fp.vocabulary import EXPTYPES

__all__ = ["tuned"]


def tuned(
    rule: Rule[Any, Any],
    *,
    at_least: Mapping[str, int] | None = None,
    match: Sequence[str | Key] = (),
    closest: str | Key | None = None,
) -> Rule[Any, Any]:
    """Return a rule with other requirements on its partners.

    Args:
        rule: the rule.
        at_least: exptype to how many members of it each product of a science exposure must have, else an error.
        match: the keys that dedicated backgrounds share with their science exposure, besides program and candidate.
        closest: a numeric key; backgrounds come in the order of their distance in it.

    Raises:
        KnobError: an unknown exptype or key, or a rule that attaches no backgrounds.

    >>> from asn_fp.rules.modes2 import miri_image2
    >>> print(tuned(miri_image2(), at_least={"background": 1}).find("demand"))
    9
    """
    if "tune" in signature(rule.steps[-1].function).parameters:  # it runs others, which are tuned when they are known
        given = {"at_least": at_least or {}, "match": tuple(match), "closest": closest}
        return rule.replace(len(rule.steps), rule.steps[-1].with_settings(tune=given))
    if match or closest is not None:
        place = _background(rule)
        changes: dict[str, Any] = {"by": (*BASE, *map(_key, match))} if match else {}
        changes |= {"closest": _key(closest)} if closest is not None else {}
        rule = rule.replace(place, rule.steps[place - 1].with_settings(**changes))
    unknown = [exptype for exptype in at_least or {} if exptype not in EXPTYPES]
    raise_all(KnobError, [message("exptype", "unknown", each, did_you_mean(each, EXPTYPES)) for each in unknown])
    place = next((at for at, each in enumerate(rule.steps, 1) if each.name in ("lead_as", "name")), 0)
    if at_least and not place:
        raise KnobError(message("at_least", f"{rule.name} makes no products", dict(at_least), "leave it out"))
    for exptype, count in (at_least or {}).items():
        rule = rule.before(place, s.demand(exptype, at_least=count))
    return rule


def _background(rule: Rule[Any, Any]) -> int:
    """Return the number of the step that attaches dedicated backgrounds."""
    for at, each in enumerate(rule.steps, 1):
        if each.name == "attach" and each.settings["exptype"] in ("background", "own"):
            return at
    raise KnobError(message("match, closest", "it attaches no backgrounds", rule.name, "leave it out"))


def _key(name: str | Key) -> Key:
    if isinstance(name, Key):
        return name
    lowered = name.lower()
    if lowered in KEYS:
        return KEYS[lowered]
    if lowered not in READ_COLUMNS:
        raise KnobError(message("key", "unknown", name, did_you_mean(lowered, [*KEYS, *READ_COLUMNS])))
    return keyword(lowered)
