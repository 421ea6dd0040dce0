"""Associations and explanations as pages: one HTML file each, which needs no network, no server and no other file.

Pure: values in, text out, the same bytes for the same values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import Final

from asn_fp.check import Finding, check
from asn_fp.errors import KnobError, message
from asn_fp.markup import tag
from asn_fp.records import Association, Member
from asn_fp.report.among import as_made, uses_in
from asn_fp.report.associations import card, severities
from asn_fp.report.page import fragment, legend, page
from asn_fp.report.rows import lacks
from asn_fp.report.stories import Explanation, Limits, Told, in_products, left_out, roles_of, stories_of, told_in
from asn_fp.show import as_associations
from asn_fp.story import Report, Story
from asn_fp.wording import counted, many, products_of

__all__ = ["Explanation", "as_made", "explanation_html", "notebook_html", "report_html", "stories_of", "uses_in"]

_OPENED_MEMBERS: Final = 200
_NOTEBOOK: Final = Limits(rows=50, names=5_000)


def report_html(
    associations: Association | Iterable[Association],
    *,
    titles: Sequence[str] = (),
    explanation: Explanation | None = None,
    findings: Sequence[Sequence[Finding]] | None = None,
    title: str = "Associations",
) -> str:
    """Return a page that shows associations: their keys, findings, products and members, and what was left out and why.

    Args:
        associations: what to show, one or several.
        titles: what to call each, its file name say.
        explanation: what `explain` gave for the run, or for the generator `fates` or `orphans`; without it nothing is said.
        findings: what was found in each association; by default what `check` finds.
        title: the title of the page.

    Raises:
        KnobError: something that is no association or no explanation, or more titles than associations.

    >>> from asn_fp.records import Product
    >>> page = report_html([Association(products=(Product("p", (Member("a_<i>.fits", "science"),)),))], titles=["l2_asn.json"])
    >>> "a_<wbr/>&lt;i&gt;.fits" in page, "<i>" in page
    (True, False)
    """
    shown = as_associations(associations)
    if len(titles) > len(shown):
        raise KnobError(
            message("titles", f"{len(titles)} for {many(len(shown), 'association')}", list(titles), "give one for each")
        )
    found = [check(each) for each in shown] if findings is None else [tuple(each) for each in findings]
    members = [_members(each) for each in shown]
    opened = sum(map(len, members)) <= _OPENED_MEMBERS
    whole = zip(shown, chain(titles, repeat("")), chain(found, repeat(())), strict=False)
    cards = [card(association, name, of_it, opened=opened) for association, name, of_it in whole]
    said = [many(len(shown), "association"), many(sum(len(products_of(each)) for each in shown), "product")]
    said.append(many(sum(map(len, members)), "member"))
    told = told_in(explanation) if explanation is not None else Told(())
    stories = told.stories
    chips = legend(counted(chain(*members)), severities(list(chain(*found))), _lost(stories), _lacks(stories), _placed(told))
    top = tag("div", tag("p", ", ".join([*said, *([_counted(stories)] if stories else [])])), chips)
    return page(title, top, *left_out(told), *cards, *in_products(told))


def explanation_html(explanation: Explanation, *, title: str = "") -> str:
    """Return a page that tells what became of each file: its products, or what left it out and the values that differed.

    Args:
        explanation: what `explain` gave for one file or for all, or for the generator `fates` or `orphans`.
        title: the title of the page; by default it names the rule.

    Raises:
        KnobError: something that is no explanation.

    >>> story = Story("a_rate.fits", "science", (), (), None, "level2")
    >>> "<title>Explanation of level2</title>" in explanation_html(story)
    True
    """
    told = told_in(explanation)
    stories = told.stories
    rule = explanation.rule if isinstance(explanation, (Report, Story)) else ""
    title = title or (f"Explanation of {rule}" if rule else "Explanation")
    opened = isinstance(explanation, Story)
    chips = legend(_roles(stories), {}, _lost(stories), _lacks(stories), _placed(told))
    top = tag("div", tag("p", _counted(stories)), chips)
    return page(title, top, *left_out(told, opened=opened), *in_products(told, opened=opened))


def notebook_html(explanation: Report | Story) -> str:
    """Return an explanation for a notebook: the rows of its page, the first fifty of each kind.

    >>> "<script" in notebook_html(Story("a_rate.fits", "science", (), (), None))
    False
    """
    told, opened = told_in(explanation), isinstance(explanation, Story)
    parts = (part(told, limits=_NOTEBOOK, opened=opened) for part in (left_out, in_products))
    return fragment(*chain(*parts))


def _members(association: Association) -> list[Member]:
    plain = (Member(name, "(none)") for name in association.members or ())
    return [*(member for product in products_of(association) for member in product.members), *plain]


def _counted(stories: Sequence[Story]) -> str:
    return f"{many(len(stories), 'file')}, {_lost(stories) or 'none'} of them left out"


def _roles(stories: Sequence[Story]) -> dict[str, int]:
    return counted(Member(story.file, role) for story in stories if story.left_out is None for role in roles_of(story))


def _lost(stories: Sequence[Story]) -> int:
    return sum(story.left_out is not None for story in stories)


def _lacks(stories: Sequence[Story]) -> Counter[tuple[str, str]]:
    return Counter(key for story in stories for key in dict.fromkeys((kind, role) for kind, role, _ in lacks(story)))


def _placed(told: Told) -> str:
    """Return how many files have a row further down, below all associations."""
    number = len(told.rows) - _lost(told.stories)
    return f"{many(number, 'file')} in {told.place}" if number else ""
