"""The commands that show association files: ``tree``, ``table`` and ``report``; nothing here prints or writes."""

from __future__ import annotations

import json as jsons
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from attrs import evolve

from asn_fp import show
from asn_fp.cli.inputs import expand_files, refuse_two_inputs
from asn_fp.cli.plan import Plan
from asn_fp.cli.reading import read_associations
from asn_fp.errors import UsageError, message
from asn_fp.records import Association
from asn_fp.story import Story
from asn_fp.vocabulary import FITS_ENDINGS
from asn_fp.wording import many

if TYPE_CHECKING:
    from asn_fp.report import Explanation

__all__ = ["as_page", "explanation_page", "refuse_two_formats", "report", "table", "tree", "with_report"]

_MEANT: Final = "name association files, and what they were made of behind --among: asn report l2_asn.json --among '*.fits' ..."


def tree(*, files: tuple[str, ...]) -> Plan:
    """Draw the products and members of association files."""
    paths = expand_files(files)
    return Plan(text=show.tree(_read(paths), titles=paths).rstrip("\n") + "\n")


def table(*, files: tuple[str, ...], members: bool = False, json: bool = False) -> Plan:
    """List the products of association files, with how many members each has in which role."""
    paths = expand_files(files)
    associations = _read(paths)
    if json:
        return Plan(text=jsons.dumps(show.rows(associations, titles=paths), indent=4, default=str) + "\n")
    return Plan(text=show.table(associations, titles=paths, members=members) + "\n")


def report(*, files: tuple[str, ...], output_file: str, among: tuple[str, ...] = (), rule: str | None = None) -> Plan:
    """Write a page that shows association files, what a check finds in them, and what was left out of them and why."""
    from asn_fp.report import report_html

    if rule is not None and not among:
        raise UsageError(message("--rule", "it tells about files", rule, "name them with --among FILES"))
    refuse_two_inputs(files, among)
    named = expand_files(files)
    exposures = [path for path in named if path.lower().endswith(FITS_ENDINGS)]  # the shell makes words of --among *.fits
    paths = [path for path in named if not path.lower().endswith(FITS_ENDINGS)]
    if exposures and (not among or not paths):
        raise UsageError(message("association file", "a FITS file", exposures[0], _MEANT))
    associations = _read(paths)
    said = many(len(paths), "association")
    if not among:
        page = report_html(associations, titles=paths)
        return evolve(as_page(page, output_file, said), reads=tuple(paths))
    from asn_fp.cli.among import explained

    found = explained(paths, associations, [*among, *exposures], rule)
    page = report_html(associations, titles=paths, explanation=found.told)
    plan = as_page(page, output_file, f"{said}, {_of_files(found.told.stories)}")
    return evolve(plan, warnings=found.warned, reads=(*paths, *found.read))


def _of_files(stories: Sequence[Story]) -> str:
    lost = sum(story.left_out is not None for story in stories)
    return many(len(stories), "file") + (f", {lost} left out" if lost else "")


def explanation_page(told: Explanation, path: str | None) -> Plan:
    r"""Return the plan that writes an explanation as a page, or prints it without a path.

    >>> from asn_fp.story import Story
    >>> explanation_page(Story("a_rate.fits", "science", (), (), None), "explain.html").text
    'explain.html: 1 file\n'
    """
    from asn_fp.report import explanation_html, stories_of

    return as_page(explanation_html(told), "-" if path is None else path, _of_files(stories_of(told)))


def with_report(
    plan: Plan,
    path: str | None,
    made: Sequence[Association],
    told: Callable[[], Explanation],
    *,
    names: Sequence[str] = (),
    say: bool = True,
) -> Plan:
    r"""Return a plan that also writes a page which shows what was made and what was left out, if there is a path for one.

    Args:
        plan: the plan that writes the associations.
        path: the page to write; None for none.
        made: the associations.
        told: gives the explanation of the run; it is asked only for a page.
        names: the names of the association files, by default those that the plan writes.
        say: say on standard output that the page was written.

    Raises:
        UsageError: a name that is not that of a page.

    >>> plan = with_report(Plan((("out/l2_asn.json", "{}"),)), "run.html", [Association()], list)
    >>> plan.text, [path for path, _ in plan.files]
    ('run.html: 1 association, no files\n', ['out/l2_asn.json', 'run.html'])
    """
    if path is None:
        return plan
    if path == "-":
        raise UsageError(message("--report", "the page goes to a file", path, "give a name that ends in .html"))
    from asn_fp.report import report_html, stories_of

    explanation = told()
    said = f"{many(len(made), 'association')}, {_of_files(stories_of(explanation))}"
    titles = names or [each.rpartition("/")[2] for each, _ in plan.files]
    page = as_page(report_html(made, titles=titles, explanation=explanation), path, said, option="--report")
    return evolve(plan, files=(*plan.files, *page.files), text=plan.text + page.text if say else plan.text)


def refuse_two_formats(json: bool, html: bool, path: str | None) -> None:
    """Refuse JSON where a page is asked for.

    Raises:
        UsageError: both are asked for.
    """
    if json and (html or path is not None):
        asked = "--json, --html" if html else "--json, --output-file"
        raise UsageError(message("options", "they exclude each other", asked, "give one of them; a page is what is written"))


def as_page(page: str, path: str, said: str, *, option: str = "--output-file") -> Plan:
    r"""Return the plan that writes a page and says what is in it, or prints the page for ``-``.

    Raises:
        UsageError: a name that is that of another kind of file.

    >>> as_page("<!doctype html>", "report.html", "1 association").text
    'report.html: 1 association\n'
    """
    if path == "-":
        return Plan(text=page)
    if path.lower().endswith((".json", ".fits", ".csv", ".ecsv")):
        raise UsageError(message(option, "a page is an HTML file", path, "give a name that ends in .html"))
    return Plan(((path, page),), text=f"{path}: {said}\n")


def _read(paths: Sequence[str]) -> list[Association]:
    return [association for _, association in read_associations(paths)]
