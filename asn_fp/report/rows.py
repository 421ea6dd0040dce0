"""What a row of an explanation tells, as values: the story of a file, and by role all that it is in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from attrs import frozen

from asn_fp.fates import Fate, Place
from asn_fp.records import Member
from asn_fp.story import Line, Story, Use
from asn_fp.wording import counted

__all__ = ["SHOWN", "Listed", "Part", "Row", "lacks", "longest", "row_of", "row_of_fate"]

SHOWN: Final = 3
"""How many names a closed row has for each role."""


@frozen
class Listed:
    """Hold what an open row lists: by which rule, if that is to be told, and what it made."""

    rule: str
    names: tuple[str, ...]


@frozen
class Part:
    """Hold one role of a file: the names that the closed row begins to give, and the lists of the open one, if any."""

    role: str
    names: tuple[str, ...]
    listed: tuple[Listed, ...] = ()


@frozen
class Row:
    """Hold one row: the story of a file, and its parts, science first."""

    story: Story
    parts: tuple[Part, ...]


def row_of(story: Story) -> Row:
    """Return the row of a story; it lists products where the closed row does not name all of them.

    >>> row_of(Story("a.fits", "science", (Use("p", "background"), Use("q", "science")), (), None)).parts[0]
    Part(role='science', names=('q',), listed=())
    """
    names = {role: tuple(dict.fromkeys(use.product for use in story.uses if use.role == role)) for role in _roles(story.uses)}
    more = any(len(each) > SHOWN for each in names.values())
    return Row(story, tuple(Part(role, each, (Listed("", each),) if more else ()) for role, each in names.items()))


def row_of_fate(fate: Fate) -> Row:
    """Return the row of an exposure in the associations of a generator's run: their names, and by rule the products.

    >>> row_of_fate(Fate("a.fits", (Place("x_asn.json", "Asn_X", "p", "science"),))).parts[0].listed
    (Listed(rule='Asn_X', names=('p, in x_asn.json',)),)
    """
    uses = tuple(Use(place.association, place.role, place.rung) for place in fate.places)
    parts = []
    for role in _roles(uses):
        mine = [place for place in fate.places if place.role == role]
        by_rule = groupby(sorted(mine, key=lambda place: place.rule), key=lambda place: place.rule)
        listed = tuple(Listed(rule, tuple(map(_placed, places))) for rule, places in by_rule)
        parts.append(Part(role, tuple(dict.fromkeys(place.association for place in mine)), listed))
    return Row(Story(fate.file, uses[0].role, uses, (), None), tuple(parts))


def _roles(uses: Iterable[Use]) -> list[str]:
    return list(counted(Member("", role) for role in dict.fromkeys(use.role for use in uses)))


def _placed(place: Place) -> str:
    rung = f", by rung {place.rung + 1} of the ladder" if place.rung else ""
    return f"{place.product}, in {place.association}{rung}"


def longest(rows: Sequence[Row], room: int) -> int:
    """Return how many names a list of an open row may have so that all lists together have no more than there is room for.

    >>> rows = [row_of(Story("a.fits", "science", tuple(Use(f"p{at}", "science") for at in range(90)), (), None))]
    >>> longest(rows, 100), longest(rows, 50)
    (90, 50)
    """
    lengths = [len(each.names) for row in rows for part in row.parts for each in part.listed]
    limits = range(max(lengths, default=0) + 1)
    return bisect_right(limits, room, key=lambda most: sum(min(length, most) for length in lengths)) - 1


def lacks(story: Story) -> list[tuple[str, str, Line]]:
    """Return what is worth knowing of a file in products: ``missing``, ``incomplete`` or ``unused``, the role, and the line.

    >>> line = Line(4, "attach('psf')", "no psf agrees with it", (), ("has", "psf"))
    >>> [(kind, role) for kind, role, _ in lacks(Story("a.fits", "science", (), (line,), None))]
    [('missing', 'psf')]
    """
    if story.left_out is not None:
        return []
    kinds = {"has": "missing", "all": "incomplete", "is": "unused"}
    return [(kinds[line.missing[0]], line.missing[1], line) for line in story.lines if line.missing]
