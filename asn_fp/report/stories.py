"""Explanations as parts of a page: a row for each file, which opens to all its products and its whole story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from attrs import frozen

from asn_fp.errors import KnobError, message
from asn_fp.fates import Fate, why
from asn_fp.markup import Child, Markup, breakable, lines, tag
from asn_fp.records import Exposure, Member
from asn_fp.report.page import chip
from asn_fp.report.rows import SHOWN, Listed, Part, Row, lacks, longest, row_of, row_of_fate
from asn_fp.story import Line, Report, Story
from asn_fp.wording import counted, many, rest_of

__all__ = ["Explanation", "Limits", "Told", "in_products", "left_out", "roles_of", "stories_of", "told_in"]

Explanation: TypeAlias = Report | Story | Sequence[Fate] | Mapping[Exposure, Story | None]
"""What `explain` gives of all files or of one; of a run of the generator what `fates` gives, or `orphans`."""

_ROOM: Final = 200_000
_SHORT: Final = 32  # names up to this stand in columns
_YOURS: Final = "your word"
_OF_GENERATOR: Final = "associations"  # what the rows of its runs name


@frozen
class Limits:
    """Hold how many rows are shown of each kind, and how many names all open rows together may list."""

    rows: int | None = None
    names: int = _ROOM


_ALL: Final = Limits()


@frozen
class Told:
    """Hold what an explanation tells, worked out once: a row for each file, what stopped the rule, what the rows name."""

    rows: tuple[Row, ...]
    stopped: str | None = None
    place: str = "products"

    @property
    def stories(self) -> list[Story]:
        """Return the story of each file."""
        return [row.story for row in self.rows]


def told_in(explanation: Explanation) -> Told:
    """Return what an explanation tells; what became of an exposure in the generator is told as a story too.

    Raises:
        KnobError: it is something else.

    >>> told_in([Fate("a_uncal.fits", ())]).place
    'associations'
    >>> told_in(3)
    Traceback (most recent call last):
    asn_fp.errors.KnobError: explanation (not one): 'int'; give what explain(...), fates(...) or orphans(...) returns
    """
    if isinstance(explanation, Report) and all(isinstance(each, Story) for each in explanation.stories):
        return Told(tuple(map(row_of, explanation.stories)), explanation.stopped)
    if isinstance(explanation, Story):
        return Told((row_of(explanation),))
    if isinstance(explanation, Mapping) and all(map(_is_orphan, explanation.items())):
        return Told(tuple(Row(_lost(each.name.text, story), ()) for each, story in explanation.items()), None, _OF_GENERATOR)
    if isinstance(explanation, Sequence) and all(isinstance(each, Fate) for each in explanation):
        rows = (row_of_fate(fate) if fate.places else Row(_lost(fate.file, fate.closest), ()) for fate in explanation)
        return Told(tuple(rows), None, _OF_GENERATOR)
    way_out = "give what explain(...), fates(...) or orphans(...) returns"
    raise KnobError(message("explanation", "not one", type(explanation).__name__, way_out))


def _is_orphan(pair: tuple[object, object]) -> bool:
    exposure, story = pair
    return isinstance(exposure, Exposure) and (story is None or isinstance(story, Story))


def stories_of(explanation: Explanation) -> list[Story]:
    """Return the stories of an explanation; what became of an exposure in the generator is told as one too.

    Raises:
        KnobError: it is something else.

    >>> [story.left_out.text for story in stories_of([Fate("a_uncal.fits", ())])]
    ['it belongs to none of the candidates']
    """
    return told_in(explanation).stories


def _lost(file: str, closest: Story | None) -> Story:
    at = closest.left_out if closest is not None else None
    blamed = Line(at.number if at else 0, "", why(closest), at.differing if at else ())
    return Story(file, "", (), closest.lines if closest else (), blamed)


def left_out(told: Told, *, limits: Limits = _ALL, opened: bool = False) -> list[Markup]:
    """Return the files that are in no product, the nearest miss first, a row each, and what stopped the rule.

    >>> out = Story("b_rate.fits", "science", (), (), Line(2, "keep(x)", "not so", (("filter", "f1", "f2"),)))
    >>> "step 2, keep(x): not so" in left_out(told_in(out))[0].text
    True
    """
    out = sorted((row for row in told.rows if row.story.left_out is not None), key=lambda row: row.story.miss())
    said = tag("span", lines(told.stopped.split("\n")), class_="lines") if told.stopped else None
    parts = [tag("p", tag("b", "The rule stopped: "), said, class_="alone")] if said else []
    made = [_story(row, "", 0, opened) for row in out[: limits.rows]]
    return parts + _section("Left out", out, len(told.rows), limits.rows, made)


def in_products(told: Told, *, limits: Limits = _ALL, opened: bool = False) -> list[Markup]:
    """Return the files that are in products, or in associations of the generator, a row each, in the order of the input.

    >>> in_products(told_in(Story("a_rate.fits", "science", (), (), Line(1, "read()", "no"))))
    []
    """
    noun = told.place.removesuffix("s")
    used = [row for row in told.rows if row.story.left_out is None]
    shown = used[: limits.rows]
    most = longest(shown, limits.names)
    made = [_story(row, noun, most, opened) for row in shown]
    if any(len(each.names) > most for row in shown for part in row.parts for each in part.listed):
        text = f"There is room for {most} names in each list of an open row, and some files have more; they are counted."
        made.insert(0, tag("p", text, class_="soft"))
    return _section(f"In {told.place}", used, len(told.rows), limits.rows, made)


def _section(title: str, rows: Sequence[Row], number: int, limit: int | None, made: Sequence[Markup]) -> list[Markup]:
    if not rows:
        return []
    heading = tag("h2", title, " ", tag("span", f"{len(rows)} of {many(number, 'file')}", class_="soft"))
    more = [tag("p", line) for line in rest_of(len(rows), limit, "file")]
    return [tag("section", heading, *made, *more, class_="stories group")]


def _story(row: Row, noun: str, most: int, opened: bool) -> Markup:
    story, last = row.story, row.story.left_out
    told = _in(row, noun) if last is None else _out(story, last)
    line = tag("summary", tag("span", breakable(story.file), class_="name"), *told)
    lists = [_list(part, each, most) for part in row.parts for each in part.listed]
    steps = [_line(each, last is not None and each.number == last.number) for each in story.lines]
    steps = steps or ([] if lists else [tag("li", "no step did anything to it")])
    used = tag("ul", *lists, class_="used") if lists else None
    return tag("details", line, used, tag("ol", *steps) if steps else None, class_="story row", data_kind="file", open=opened)


# ------------------------------------------------------------------------------------------------------ a closed row


def _in(row: Row, noun: str) -> Iterable[Markup]:
    """Yield each role of a file with the first names of what it is in, and what is worth knowing besides."""
    story = row.story
    for at, part in enumerate(row.parts or (Part(story.role, ()),)):
        yours = tag("span", _YOURS, class_="soft") if story.told and part.role == story.role else None
        yield tag("span", chip(part.role), " " if yours else None, yours, class_="as", data_find=not at and "end:in")
        yield tag("span", *_named(part.names, noun))
    for kind, role, line in lacks(story):
        yield tag("span", breakable(line.text), class_="lack soft", data_find=f"{kind}:{role}")


def _out(story: Story, last: Line) -> Iterable[Markup]:
    """Yield that a file is left out, in which role if that is not plain, and why."""
    role = [story.role] if story.role not in ("", "science") or story.told else []
    soft = tag("span", ", ".join([*(f"as {each}" for each in role), *([_YOURS] if story.told else [])]), class_="soft")
    yield tag("span", chip("out", said="left out", kind="end"), *((" ", soft) if role else ()), class_="as")
    yield tag("span", breakable(f"{_step(last)}{last.text}"), *_differing(last, unsaid=True))


def _named(names: Sequence[str], noun: str) -> Iterable[Child]:
    if len(names) > 1:
        yield f"{many(len(names), noun)}: "
    for at, name in enumerate(names[:SHOWN]):
        yield ", " if at else None
        yield tag("span", breakable(name), class_="name")
    if len(names) > SHOWN:
        yield f" and {len(names) - SHOWN} more"


def _step(line: Line) -> str:
    return f"{line.where()}: " if line.step else ""


# ------------------------------------------------------------------------------------------------------- an open row


def _list(part: Part, listed: Listed, most: int) -> Markup:
    """Return all places where a file plays a role, as one text with a line each: there may be a great many."""
    rule = (" by ", tag("code", listed.rule)) if listed.rule else ()
    head = tag("span", chip(part.role), f" of {many(len(listed.names), 'product')}", *rule, class_="head")
    rest = [f"... {len(listed.names) - most} more"] if len(listed.names) > most else []
    names = [*listed.names[:most], *rest]
    beside = max(map(len, names), default=0) <= _SHORT
    return tag("li", head, tag("span", lines(names), class_="name lines short" if beside else "name lines"))


def _line(line: Line, blamed: bool) -> Markup:
    number = f"{line.number}. " if line.number else None
    step: Sequence[Child] = (number, tag("code", line.step), tag("br")) if line.step else ()
    return tag("li", *step, breakable(line.text), *_differing(line), class_="blamed" if blamed else False)


def _differing(line: Line, *, unsaid: bool = False) -> Iterable[Markup]:
    """Return the values that differed, two by two; those that the sentence says already only if they are asked for."""
    for what, here, wanted in line.differing:
        if not (unsaid and all(value in line.text for value in (what, here, wanted))):
            yield tag(
                "span",
                f"{what}: ",
                tag("b", breakable(here)),
                ", wanted: ",
                tag("b", breakable(wanted)),
                class_="differing soft",
            )


def roles_of(story: Story) -> list[str]:
    """Return the roles that a file plays in products, science first.

    >>> from asn_fp.story import Use
    >>> roles_of(Story("a_rate.fits", "science", (Use("p", "background"), Use("q", "science")), (), None))
    ['science', 'background']
    """
    return list(counted(Member(use.product, use.role) for use in story.uses)) or [story.role]
