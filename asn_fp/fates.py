"""What became of each exposure in a run of the generator: its associations, or the rule that came closest to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import asdict, frozen
from toolz import pipe

from asn_fp.errors import ItemError, did_you_mean, message
from asn_fp.explain import tell
from asn_fp.generate import Generated, Rules, generator_rules, ready
from asn_fp.pipeline import Rule
from asn_fp.predicates import EVERY, Predicate
from asn_fp.records import Exposure, Exposures
from asn_fp.story import Line, Story

__all__ = ["Fate", "Place", "fates", "orphans", "stories_of", "why"]

_FOREIGN: Final = (("exp_type(", 5), ("any_of(", 6))
"""How much a question about EXP_TYPE counts that is not so, by how it begins; any other counts 1."""

_ONE_FOR_ONE: Final = ("read", "classify", "recast", "share_roles")
"""Steps that give one exposure for each that they take."""


@frozen
class Place:
    """Hold one place of an exposure: the association's file name and rule, the product, the role, the rung of the match."""

    association: str
    rule: str
    product: str
    role: str
    rung: int = 0


@frozen
class Fate:
    """Hold what became of one exposure: its places, or the story of the rule that came closest, None if none looked at it."""

    file: str
    places: tuple[Place, ...]
    closest: Story | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain dicts and lists, with the reason in one phrase where it is in no association."""
        return {**asdict(self), "why": None if self.places else why(self.closest)}


def orphans(exposures: Exposures, made: Generated, rules: Rules | None = None) -> dict[Exposure, Story | None]:
    """Return the exposures that are in no association, each with the story of the rule that came closest.

    Closest is a rule whose associations were pruned, then one that had the exposure in a product, then one that looked for
    products to attach it to, then the one whose questions fewest answers were no to.

    Args:
        exposures: what the generator was run on.
        made: what it made.
        rules: the rules it ran.

    >>> from asn_fp.generate import generate
    >>> from asn_fp.names import parse
    >>> lost = Exposure(0, parse("a_uncal.fits"), meta={"exp_type": "nrs_dark", "asn_candidate": "[('o001', 'observation')]"})
    >>> [(each.name.text, why(story)) for each, story in orphans((lost,), generate((lost,))).items()]
    [('a_uncal.fits', "no rule takes exp_type 'nrs_dark'")]
    """
    used = {each.index for association in made.associations for each in _sources(association)}
    lost = [exposure for exposure in exposures if exposure.index not in used]
    indices = {exposure.index for exposure in lost}
    copies = tuple(each for each in made.exposures if each.index in indices)
    best: dict[int, _Near] = {}
    for rule in ready(rules if rules is not None else generator_rules()) if lost else ():
        for near in _nears(rule, made, copies):
            known = best.get(near.copy.index)
            if known is None or near.score > known.score:
                best[near.copy.index] = near
    return {exposure: _told(best[exposure.index]) if exposure.index in best else None for exposure in lost}


@frozen
class _Near:
    """Hold how close a rule came to an exposure as it stands for one candidate, and the story if it was told already."""

    score: tuple[int, int]
    rule: Rule[Any, Any]
    copy: Exposure
    story: Story | None = None


def _nears(rule: Rule[Any, Any], made: Generated, copies: Exposures) -> Iterator[_Near]:
    """Yield how close a rule came to each copy; no story is told of those that its first question leaves out."""
    at = next((number for number, step in enumerate(rule.steps) if step.name not in _ONE_FOR_ONE), 0)
    question = rule.steps[at].settings["where"] if rule.steps[at].name == "keep" else EVERY
    before = [
        step for step in rule.steps[:at] if step.name in ("recast", "share_roles")
    ]  # the generator has read and classified already
    passed: set[int] = set()
    for copy, exposure in zip(copies, pipe(copies, *before), strict=True):
        if question(exposure):
            passed.add(copy.index)
        else:
            yield _Near((0, -_misses(question, exposure)), rule, copy)
    by_candidate = {(each.index, each.candidate.id if each.candidate else ""): each for each in copies if each.index in passed}
    for index, story in tell(rule, made.exposures, passed) if passed else ():
        copy = by_candidate[index, story.candidate]
        yield _Near(_score(rule, story, copy), rule, copy, story)


def _told(near: _Near) -> Story:
    """Return the story of a near miss; one that a rule's first question leaves out has the same story among no others."""
    return near.story or next(story for _, story in tell(near.rule, (near.copy,), {near.copy.index}))


def _sources(association: Any) -> Iterator[Exposure]:
    sources = association.origin.sources if association.origin else ()
    return (each for product in sources for each in product if each is not None)


def _score(rule: Rule[Any, Any], story: Story, exposure: Exposure) -> tuple[int, int]:
    """Return how close a rule came to an exposure: what kind of step left it out, and how little was wrong there."""
    line = story.left_out
    if line is None:
        return (3, 0)
    settings = rule.steps[line.number - 1].settings if line.number else {}
    asked = [step.settings.get(name) for step in rule.steps[: line.number] for name in ("where", "of")]
    now = exposure.with_role(story.role)
    misses = sum(_misses(each, now) for each in asked if isinstance(each, Predicate))
    if "where" in settings or "of" in settings or (misses and story.role == "science"):
        return (0, -misses)
    differing = sum(1 for what, _, _ in line.differing if what != "candidate")
    return (1, -differing) if "among" in settings or "exptype" in settings else (2, -differing)


def _misses(question: Predicate, exposure: Exposure) -> int:
    """Count the parts of a question that are not so, by how much they matter."""
    if question.parts:
        return sum(_misses(part, exposure) for part in question.parts)
    if question(exposure):
        return 0
    choice = next((weight for start, weight in _FOREIGN if question.name.startswith(start)), 1)
    return choice if "exp_type" in question.columns else 1


def why(story: Story | None) -> str:
    """Return in one phrase why an exposure is in no association, from the story of the rule that came closest.

    >>> why(None)
    'it belongs to none of the candidates'
    """
    if story is None:
        return "it belongs to none of the candidates"
    line = story.left_out
    if line is None:
        return f"what {story.rule} makes of it was pruned: another association has the same members or product"
    if (kind := _foreign(line)) is not None:
        return f"no rule takes exp_type {kind}"
    return f"closest is {story.rule}, step {line.number} {line.step.partition('(')[0]}: {line.text}"


def _foreign(line: Line) -> str | None:
    """Return the EXP_TYPE if nothing but that was asked for, as even the closest rule is for others then."""
    if len(line.differing) == 1 and line.differing[0][0] == "exp_type" and line.text.startswith("exp_type("):
        return line.differing[0][1]
    return None


def fates(exposures: Exposures, made: Generated, rules: Rules | None = None, file: str | None = None) -> tuple[Fate, ...]:
    """Return what became of each exposure, in input order.

    Args:
        exposures: what the generator was run on.
        made: what it made.
        rules: the rules it ran.
        file: the name of the one file to tell about, as given or without its folder.

    >>> from asn_fp.generate import generate
    >>> fates((), generate(()))
    ()
    """
    rules = rules if rules is not None else generator_rules()
    wanted = tuple(each for each in exposures if file is None or file in (each.name.text, each.name.base))
    lost, rungs = orphans(wanted, made, rules), _rungs(made, rules)
    places: dict[int, list[Place]] = {}
    for file, association in zip(made.names, made.associations, strict=True):
        if association.origin is None:
            continue
        for product, sources in zip(association.products, association.origin.sources, strict=True):
            for member, source in zip(product.members, sources, strict=True):
                if source is not None:
                    rule = association.origin.rule
                    rung = rungs.get((rule, source.index, product.name, member.exptype), 0)
                    places.setdefault(source.index, []).append(
                        Place(file, str(association.asn_rule), product.name, member.exptype, rung)
                    )
    return tuple(Fate(each.name.text, tuple(places.get(each.index, ())), lost.get(each)) for each in wanted)


def _rungs(made: Generated, rules: Rules) -> Mapping[tuple[str, int, str, str], int]:
    """Return the rungs, after the first, that members were found by; only rules with a ladder are asked."""
    ladders = {name: each for name, each in rules.items() if any(isinstance(s.settings.get("by"), list) for s in each.steps)}
    indices = {exposure.index for exposure in made.exposures}
    return {
        (rule.name, index, use.product, use.role): use.rung
        for rule in ready(ladders)
        for index, story in tell(rule, made.exposures, indices)
        for use in story.uses
        if use.rung
    }


def stories_of(file: str, made: Generated, rules: Rules | None = None) -> tuple[Story, ...]:
    """Return the stories of one file that matter: of all rules that make something of it, or else of the closest.

    Args:
        file: its name, as given or without its folder.
        made: what the generator made.
        rules: the rules it ran.

    Raises:
        ItemError: there is no such file.

    >>> from asn_fp.generate import generate
    >>> stories_of("a.fits", generate(()))
    Traceback (most recent call last):
    asn_fp.errors.ItemError: file (not among the exposures): 'a.fits'; none is known
    """
    rules = rules if rules is not None else generator_rules()
    copies = {(each.index, each.candidate.id if each.candidate else ""): each for each in made.exposures}
    wanted = {each.index for each in made.exposures if file in (each.name.text, each.name.base)}
    if not wanted:
        names = dict.fromkeys(each.name.text for each in made.exposures)
        raise ItemError(message("file", "not among the exposures", file, did_you_mean(file, names)))
    told = [
        (_score(rule, story, copies[index, story.candidate]), story)
        for rule in ready(rules)
        for index, story in tell(rule, made.exposures, wanted)
    ]
    return tuple(_that_matter(told))


def _that_matter(told: Iterable[tuple[tuple[int, int], Story]]) -> list[Story]:
    """Return the stories of products; without any those of rules that got past their questions, or else the closest one."""
    ordered = sorted(told, key=lambda each: each[0], reverse=True)
    used = [story for _, story in ordered if story.uses]
    return used or [story for (kind, _), story in ordered if kind] or [story for _, story in ordered[:1]]
