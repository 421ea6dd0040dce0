"""What became of files in associations that are there already: where each is a member, and what the rules say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, takewhile
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from attrs import evolve

from asn_fp.fates import Fate
from asn_fp.patterns import read_name
from asn_fp.records import Association, Member
from asn_fp.report.stories import Explanation, stories_of
from asn_fp.story import Line, Report, Story, Use, placed
from asn_fp.wording import products_of, role_of, word

__all__ = ["as_made", "uses_in"]

_NOT_EXPOSURES: Final = frozenset(["sourcecat", "segmap", "direct_image"])


def uses_in(associations: Iterable[Association], files: Iterable[str]) -> dict[str, tuple[Use, ...]]:
    """Return where each file is a member.

    A member is the file of that path; without one it is the file of that name whose folders are most alike; without one
    it is taken for the file of the same exposure at another level: a member ``a_rate.fits`` for the file ``a_uncal.fits``.

    >>> from asn_fp.records import Product
    >>> asn = Association(products=(Product("p", (Member("../a_rate.fits", "science"), Member("b_cal.fits", "psf"))),))
    >>> uses_in([asn], ["in/a_rate.fits", "b_rate.fits", "c_rate.fits"])
    {'in/a_rate.fits': (Use(product='p', role='science', rung=0),), 'b_rate.fits': (Use(product='p', role='psf', rung=0),)}
    """
    by_name: dict[str, list[str]] = {}
    by_stem: dict[str, list[str]] = {}
    for file in dict.fromkeys(files):
        by_name.setdefault(PurePath(file).name, []).append(file)
        by_stem.setdefault(read_name(file).stem, []).append(file)
    found: dict[str, dict[Use, None]] = {}
    for product, member in chain.from_iterable(map(_members, associations)):
        name = member.expname if isinstance(member.expname, str) else ""
        exact = _nearest(name, by_name.get(PurePath(name).name, []))
        if not exact and name and member.exptype not in _NOT_EXPOSURES:
            exact = _nearest(name, by_stem.get(read_name(name).stem, []))
        for file in exact:
            found.setdefault(file, {})[Use(product, role_of(member))] = None
    return {file: tuple(uses) for file, uses in found.items()}


def _nearest(name: str, files: Sequence[str]) -> list[str]:
    """Return the files in the folder of a member, or else those whose folders, from the last one, are most like it."""
    if len(files) < 2:
        return list(files)
    folder = PurePath(name).parent
    alike = {file: (above == folder, _shared(above, folder)) for file in files for above in [PurePath(file).parent]}
    most = max(alike.values())
    return [file for file in files if alike[file] == most]


def _shared(one: PurePath, two: PurePath) -> int:
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one.parts[::-1], two.parts[::-1], strict=False))))


def _members(association: Association) -> Iterable[tuple[str, Member]]:
    for product in products_of(association):
        yield from ((word(product.name), member) for member in product.members)
    yield from ((f"the list {word(association.asn_rule)}", Member(name, "(none)")) for name in association.members or ())


def as_made(
    told: Sequence[tuple[str, Explanation]],
    associations: Sequence[Association],
    files: Iterable[str],
    unread: Mapping[str, str] = MappingProxyType({}),
) -> Report:
    """Return what became of each file in associations, with the reasons of the rules that made them.

    What an association says holds: a file is in products where it is a member. Where a rule by itself says otherwise,
    since it ran with options that the association does not tell, the story ends with that.

    Args:
        told: the rules, each with its explanation of the files.
        associations: what they made.
        files: all files, also those that no rule and no association knows.
        unread: why a rule did not look at some of the files; it tells of those that no other rule looked at.

    >>> from asn_fp.records import Product
    >>> asn = Association(products=(Product("p", (Member("a_rate.fits", "science"),)),))
    >>> lost = Story("b_rate.fits", "science", (), (), Line(2, "keep(x)", "x is not so"))
    >>> made = as_made([("mine", Report("mine", (lost,)))], [asn], ["a_rate.fits", "b_rate.fits", "c.txt"])
    >>> [(story.file, story.uses[0].product if story.uses else story.left_out.text) for story in made.stories]
    [('a_rate.fits', 'p'), ('b_rate.fits', 'x is not so'), ('c.txt', 'none of these associations has it')]
    """
    several = len({rule for rule, _ in told}) > 1
    stories: dict[str, list[Story]] = {}
    for rule, explanation in told:
        for story in _told(rule, explanation, several):
            stories.setdefault(story.file, []).append(story)
    names = list(dict.fromkeys([*files, *stories]))
    uses, held = uses_in(associations, names), _held(associations)
    made = []
    for name in names:
        if name in uses:
            made.append(_used(name, stories.get(name, []), uses[name], held))
        else:
            made.append(_lost(name, stories.get(name, []), unread.get(name, "")))
    stopped = [(rule, each.stopped) for rule, each in told if isinstance(each, Report) and each.stopped]
    lines = [f"{rule}: {text}" if several else text for rule, text in stopped]
    return Report(", ".join(dict.fromkeys(rule for rule, _ in told)), tuple(made), "\n".join(lines) or None)


def _held(associations: Iterable[Association]) -> Mapping[str, frozenset[str]]:
    """Return the roles of the members of each product."""
    found: dict[str, set[str]] = {}
    for product, member in chain.from_iterable(map(_members, associations)):
        found.setdefault(product, set()).add(role_of(member))
    return {product: frozenset(roles) for product, roles in found.items()}


def _told(rule: str, explanation: Explanation, several: bool) -> Iterator[Story]:
    """Yield the stories of an explanation, which of several rules name theirs; the generator's have a line for each rule."""
    fates = {each.file: each for each in explanation if isinstance(each, Fate)} if isinstance(explanation, Sequence) else {}
    for story in stories_of(explanation):
        lines = _ways(fates[story.file]) if story.uses and story.file in fates else story.lines
        out = story.left_out
        if several:
            lines, out = tuple(_by(rule, line) for line in lines), _by(rule, out) if out else None
        yield evolve(story, rule=rule, lines=lines, left_out=out)


def _ways(fate: Fate) -> tuple[Line, ...]:
    by_rule: dict[str, list[Use]] = {}
    for place in fate.places:
        by_rule.setdefault(place.rule, []).append(Use(place.product, place.role))
    return tuple(Line(0, rule, placed(uses)) for rule, uses in by_rule.items())


def _by(rule: str, line: Line) -> Line:
    return evolve(line, step=f"{rule}: {line.step}") if line.number and line.step else line


def _lost(file: str, stories: Sequence[Story], unread: str) -> Story:
    """Return the story of a file that is in no association: of the rule that would use it, or that came closest."""
    using = [story for story in stories if story.left_out is None]
    if using:
        made = " and ".join(f"{story.rule} makes it {story.verdict()}" for story in using)
        blamed = Line(0, "", f"none of these associations has it, though {made}")
        lines = tuple(evolve(line, missing=None) for line in using[0].lines)
        return evolve(using[0], uses=(), lines=(*lines, blamed), left_out=blamed)
    if stories:
        return min(stories, key=Story.miss)
    return Story(file, "", (), (), Line(0, "", unread or "none of these associations has it"))


def _used(file: str, stories: Sequence[Story], uses: tuple[Use, ...], held: Mapping[str, frozenset[str]]) -> Story:
    """Return the story of a member: all that the rules did which use it, and where they by themselves would not."""
    using = [story for story in stories if story.left_out is None]
    closest = min(stories, key=Story.miss) if stories and not using else None
    roles = list(dict.fromkeys(use.role for use in uses))
    lines = [line for story in [*using, *([closest] if closest else [])] for line in story.lines]
    known = list(dict.fromkeys(use.role for story in using for use in story.uses))
    if stories and (other := [role for role in roles if role not in known]):
        by = " and ".join(dict.fromkeys(story.rule for story in stories))
        alone = f"makes it {' and '.join(known)} only" if known else "leaves it out"
        lines.append(Line(0, "", f"here it is {' and '.join(other)} too, though {by} without further options {alone}"))
    own = next((story for story in using if story.role in roles), None)
    there = {("is", role) for role in roles} | {("has", role) for use in uses for role in held[use.product]}
    told = tuple(evolve(line, missing=None) if line.missing in there else line for line in lines)
    return Story(file, own.role if own else roles[0], uses, told, None, told=own is not None and own.told)
