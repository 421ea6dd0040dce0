"""Explanations as parts of a page: a row for each file, which opens to its whole story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from asn_fp.fates import Fate, Place, why
from asn_fp.markup import Child, Markup, breakable, lines, tag
from asn_fp.records import Exposure, Member
from asn_fp.report.page import chip
from asn_fp.story import Line, Report, Story, Use
from asn_fp.wording import counted, rest_of

__all__ = ["Explanation", "in_products", "left_out", "roles_of", "stories_of"]

Explanation: TypeAlias = Report | Story | Sequence[Fate] | Mapping[Exposure, Story | None]
"""What `explain` gives of all files or of one; of a run of the generator what `fates` gives, or `orphans`."""


def stories_of(explanation: Explanation) -> list[Story]:
    """Return the stories of an explanation; what became of an exposure in the generator is told as one too.

    >>> [story.left_out.text for story in stories_of([Fate("a_uncal.fits", ())])]
    ['it belongs to none of the candidates']
    """
    if isinstance(explanation, Report):
        return list(explanation.stories)
    if isinstance(explanation, Story):
        return [explanation]
    if isinstance(explanation, Mapping):
        return [_lost(exposure.name.text, story) for exposure, story in explanation.items()]
    return [_found(fate) if fate.places else _lost(fate.file, fate.closest) for fate in explanation]


def _found(fate: Fate) -> Story:
    uses = tuple(Use(place.association, place.role, place.rung) for place in fate.places)
    lines = tuple(Line(0, place.rule, _placed(place)) for place in fate.places)
    return Story(fate.file, uses[0].role, uses, lines, None)


def _placed(place: Place) -> str:
    rung = f", by rung {place.rung + 1} of the ladder" if place.rung else ""
    return f"{place.role} of {place.product}, in {place.association}{rung}"


def _lost(file: str, closest: Story | None) -> Story:
    at = closest.left_out if closest is not None else None
    blamed = Line(at.number if at else 0, "", why(closest), at.differing if at else ())
    return Story(file, "", (), closest.lines if closest else (), blamed)


def left_out(explanation: Explanation, *, limit: int | None = None, opened: bool = False) -> list[Markup]:
    """Return the files that are in no product, the nearest miss first, a row each, and what stopped the rule.

    >>> out = Story("b_rate.fits", "science", (), (), Line(2, "keep(x)", "not so", (("filter", "f1", "f2"),)))
    >>> "step 2, keep(x): not so" in left_out(out)[0].text
    True
    """
    stories, stopped = stories_of(explanation), explanation.stopped if isinstance(explanation, Report) else None
    out = sorted((story for story in stories if story.left_out is not None), key=Story.miss)
    said = tag("span", lines(stopped.split("\n")), class_="lines") if stopped else None
    parts = [tag("p", tag("b", "The rule stopped: "), said, class_="alone")] if said else []
    return parts + _section("Left out", out, len(stories), limit, opened)


def in_products(explanation: Explanation, *, limit: int | None = None, opened: bool = False) -> list[Markup]:
    """Return the files that are in products, a row each, in the order of the input.

    >>> in_products(Story("a_rate.fits", "science", (), (), Line(1, "read()", "no")))
    []
    """
    stories = stories_of(explanation)
    return _section("In products", [story for story in stories if story.left_out is None], len(stories), limit, opened)


def _section(title: str, stories: Sequence[Story], number: int, limit: int | None, opened: bool) -> list[Markup]:
    if not stories:
        return []
    heading = tag("h2", title, " ", tag("span", f"{len(stories)} of {number} files", class_="soft"))
    rows = [_story(story, opened) for story in stories[:limit]]
    more = [tag("p", line) for line in rest_of(len(stories), limit, "file")]
    return [tag("section", heading, *rows, *more, class_="stories group")]


def _story(story: Story, opened: bool) -> Markup:
    last = story.left_out
    roles = [chip(role) for role in roles_of(story)] if last is None else [chip("out", said="left out", kind="end")]
    end = _where(story) if last is None else (f"{_step(last)}{last.text}", *_differing(last, unsaid=True))
    line = tag("summary", tag("span", breakable(story.file), class_="name"), tag("span", *roles), tag("span", *end))
    steps = [_line(each, last is not None and each.number == last.number) for each in story.lines]
    told = tag("ol", *steps or [tag("li", "no step did anything to it")])
    return tag("details", line, told, class_="story row", data_kind="file", open=opened)


def roles_of(story: Story) -> list[str]:
    """Return the roles that a file plays in products, science first.

    >>> roles_of(Story("a_rate.fits", "science", (Use("p", "background"), Use("q", "science")), (), None))
    ['science', 'background']
    """
    return list(counted(Member(use.product, use.role) for use in story.uses)) or [story.role]


def _where(story: Story) -> Sequence[Child]:
    names = dict.fromkeys(use.product for use in story.uses)
    parts: list[Child] = [f"{len(names)} products: "] if len(names) > 1 else []
    for at, name in enumerate(list(names)[:3]):
        parts += [", "] if at else []
        parts.append(tag("span", breakable(name), class_="name"))
    return parts + ([f" and {len(names) - 3} more"] if len(names) > 3 else [])


def _step(line: Line) -> str:
    return f"{line.where()}: " if line.step else ""


def _line(line: Line, blamed: bool) -> Markup:
    number = f"{line.number}. " if line.number else None
    step: Sequence[Child] = (number, tag("code", line.step), tag("br")) if line.step else ()
    return tag("li", *step, line.text, *_differing(line), class_="blamed" if blamed else False)


def _differing(line: Line, *, unsaid: bool = False) -> Iterable[Markup]:
    """Return the values that differed, two by two; those that the sentence says already only if they are asked for."""
    for what, here, wanted in line.differing:
        if not (unsaid and all(value in line.text for value in (what, here, wanted))):
            yield tag("span", f"{what}: ", tag("b", here), ", wanted: ", tag("b", wanted), class_="differing soft")
