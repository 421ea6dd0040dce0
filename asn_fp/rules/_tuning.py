"""What the user may change of any rule without editing it: how many partners are needed, what they match by, which first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any, Final

from asn_fp import steps as s
from asn_fp.errors import KnobError, did_you_mean, message, raise_all
from asn_fp.keys import ANY, KEYS, By, Key, as_keys, keyword
from asn_fp.modes import BASE
from asn_fp.pipeline import Rule
from asn_fp.sources.values import READ_COLUMNS
from asn_fp.vocabulary import EXPTYPES

__all__ = ["GIVEN", "attaches_backgrounds", "noted", "tuned"]


GIVEN: Final = Key(
    "given_by_you", ("exptype",), lambda each: ANY if each.exptype == "science" else "exptype" in each.told or None
)
"""What makes a science exposure agree only with partners whose role the user gave: a rung of its own, before the others."""


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
        wishes = {"at_least": at_least, "match": tuple(match), "closest": closest}
        given = {name: value for name, value in wishes.items() if value}
        return rule.replace(len(rule.steps), rule.steps[-1].with_settings(tune=given) if given else rule.steps[-1])
    if match or closest is not None:
        place = _background(rule)
        changes: dict[str, Any] = {"by": (*BASE, *map(_key, match))} if match else {}
        changes |= {"closest": _key(closest)} if closest is not None else {}
        rule = rule.replace(place, rule.steps[place - 1].with_settings(**changes))
        rule = noted(rule) if any(each.settings.get("notes") for each in rule.steps) else rule
    at_least = {exptype.lower().replace("-", "_"): count for exptype, count in (at_least or {}).items()}
    unknown = [exptype for exptype in at_least or {} if exptype not in EXPTYPES]
    raise_all(KnobError, [message("exptype", "unknown", each, did_you_mean(each, EXPTYPES)) for each in unknown])
    place = next((at for at, each in enumerate(rule.steps, 1) if each.name in ("lead_as", "name")), 0)
    if at_least and not place:
        raise KnobError(message("at_least", f"{rule.name} makes no products", dict(at_least), "leave it out"))
    for exptype, count in (at_least or {}).items():
        rule = rule.before(place, s.demand(exptype, at_least=count))
    return rule


def noted(rule: Rule[Any, Any]) -> Rule[Any, Any]:
    """Return a rule whose associations say in ``constraints`` which keys the partners of each role were matched by.

    >>> from asn_fp.rules.modes2 import miri_image2
    >>> dict(miri_image2().steps[-1].settings["notes"])
    {'background': 'detector, filter, subarray'}
    """
    notes: dict[str, list[str]] = {}
    for each in rule.steps:
        if each.name == "attach":
            by = each.settings.get("by", ())
            rungs = [_labels(rung) for rung in (by if isinstance(by, list) else [by])]
            notes.setdefault(each.settings["exptype"], []).append("; else ".join(dict.fromkeys(rungs)))
    seal = next(at for at, each in enumerate(rule.steps, 1) if each.name == "seal_each")
    told = {role: "; or ".join(dict.fromkeys(texts)) for role, texts in notes.items()}
    return rule.replace(seal, rule.steps[seal - 1].with_settings(notes=told)) if told else rule


def _labels(by: By) -> str:
    """Return what a match compares besides candidate, program and time series, which every one does."""
    return ", ".join(key.label for key in as_keys(by) if key not in BASE and key.name != GIVEN.name) or "program"


def attaches_backgrounds(rule: Rule[Any, Any]) -> int:
    """Return the number of the step that attaches dedicated backgrounds, 0 where a rule has none.

    >>> from asn_fp.rules.modes2 import miri_image2, niriss_ami2
    >>> attaches_backgrounds(miri_image2()), attaches_backgrounds(niriss_ami2())
    (9, 0)
    """
    steps = enumerate(rule.steps, 1)
    return next((at for at, each in steps if each.name == "attach" and each.settings["exptype"] in ("background", "own")), 0)


def _background(rule: Rule[Any, Any]) -> int:
    if place := attaches_backgrounds(rule):
        return place
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
