"""What became of the files of one run, as values: each with its way through the steps, and all of them as a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from attrs import asdict, field, frozen

__all__ = ["Line", "Report", "Story", "Use", "placed"]

_STEP_WIDTH: Final = 100
_SHORT_STEP: Final = 40
_STEP: Final = re.compile(r"(?:(\S+) \d+, )?(\w*)")


@frozen
class Use:
    """Hold one place where a file is used: the product, the role there, and the rung of the match ladder, not compared."""

    product: str
    role: str
    rung: int = field(default=0, eq=False)


@frozen
class Line:
    """Hold what one step did to one file.

    Attributes:
        number: the number of the step, from 1.
        step: the step as written.
        text: what happened.
        differing: (what was compared, the value here, the value that it should have had) for each difference.
        missing: nothing happened, and that is worth knowing: ``("has", role)``, its product has no member of the role;
            ``("all", role)``, it has not all; ``("is", role)``, no product has it in that role.
    """

    number: int
    step: str
    text: str
    differing: tuple[tuple[str, str, str], ...] = ()
    missing: tuple[str, str] | None = None

    @property
    def verb(self) -> str:
        """Return the name of the step, of a rule that another one runs the name of its step.

        >>> Line(3, "miri_image2 9, attach('background')", "left out").verb
        'attach'
        """
        return (_STEP.match(self.step) or [""] * 3)[2]

    @property
    def rule(self) -> str:
        """Return the name of the rule, where another one runs it; else nothing.

        >>> Line(3, "miri_image2 9, attach('background')", "left out").rule
        'miri_image2'
        """
        return (_STEP.match(self.step) or [""] * 3)[1] or ""

    def where(self) -> str:
        """Return the step in short: its number, and as it is written, of a long one only the name.

        >>> Line(3, "keep(exp_type('mir_image'))", "left out").where()
        "step 3, keep(exp_type('mir_image'))"
        """
        short = len(self.step) <= _SHORT_STEP
        return f"step {self.number}, {self.step if short else self.step.partition('(')[0]}"


@frozen
class Story:
    """Hold the way of one file through a rule.

    Attributes:
        file: its name in the input.
        role: its role at the end.
        uses: the products it is in.
        lines: what each step did to it; steps that did nothing are not there.
        left_out: the line of the step that left it out, None where it is in a product.
        rule: the rule's name.
        candidate: the id of the candidate that it was considered for, if any.
        told: the user gave it its role.
    """

    file: str
    role: str
    uses: tuple[Use, ...]
    lines: tuple[Line, ...]
    left_out: Line | None
    rule: str = ""
    candidate: str = ""
    told: bool = False

    def roles(self) -> str:
        """Return every role that it plays, its own first, with a star where the user gave it."""
        found = sorted(dict.fromkeys(use.role for use in self.uses), key=lambda role: role != self.role) or [self.role]
        return ", ".join(f"{role}*" if self.told and role == self.role else role for role in found)

    def verdict(self) -> str:
        """Return the end of the story in one phrase."""
        if self.left_out is not None:
            return f"left out by {self.left_out.where()}: {self.left_out.text}"
        return "; ".join([placed(self.uses, self.role), *self._missing()])

    def end(self) -> str:
        """Return the products that it is in, and what is worth knowing besides, or what left it out."""
        if self.left_out is not None:
            return self.verdict()
        roles = {use.role for use in self.uses}
        products = placed(self.uses, self.role) if len(roles) > 1 else _counted([use.product for use in self.uses])
        return "; ".join([products, *self._missing()])

    def _missing(self) -> list[str]:
        return [line.text for line in self.lines if line.missing]

    def miss(self) -> tuple[int, int]:
        """Return how far it is from a product, for sorting: what got through most steps, with least to differ, is nearest."""
        return (-self.left_out.number, len(self.left_out.differing)) if self.left_out is not None else (0, 0)

    def __str__(self) -> str:
        width = max((len(_short(line.step)) for line in self.lines), default=0)
        told = [f"  {line.number:>2}. {_short(line.step):<{min(width, 60)}}  {line.text}" for line in self.lines]
        return "\n".join([f"{self.file}: {self.verdict()}", *told])

    def to_dict(self) -> dict[str, Any]:
        """Return the story as plain dicts and lists."""
        return asdict(self)

    def _repr_html_(self) -> str:
        from asn_fp.report import notebook_html

        return notebook_html(self)


@frozen
class Report:
    """Hold the stories of all files of one run, in input order, and what stopped the rule, or what it would take to make some.

    As a table and as data come first the files that are in products, in input order, then those that are left out, the
    nearest miss first.
    """

    rule: str
    stories: tuple[Story, ...]
    stopped: str | None = None
    relaxed: tuple[str, ...] = ()

    def rows(self) -> list[tuple[str, str, str]]:
        """Return a row for each file: its name, its roles, its products or what left it out."""
        return [(each.file, each.roles(), each.end()) for each in self.ordered()]

    def ordered(self) -> list[Story]:
        """Return the stories of what is in products, then of what is left out, the nearest miss first."""
        used = [story for story in self.stories if story.left_out is None]
        return used + sorted((story for story in self.stories if story.left_out is not None), key=Story.miss)

    def __str__(self) -> str:
        rows = [("file", "role", "products, or what left it out"), *self.rows()]
        wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
        lines = [f"{file:<{wide[0]}}  {role:<{wide[1]}}  {end}".rstrip() for file, role, end in rows]
        starred = ["* the role that you gave"] if any(story.told for story in self.stories) else []
        ends = [f"stopped: {self.stopped}"] if self.stopped else []
        ends += [f"nothing is made; it would make some without {' or without '.join(self.relaxed)}"] if self.relaxed else []
        return "\n".join([*lines, *starred, *ends])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain dicts and lists."""
        return {
            "rule": self.rule,
            "stopped": self.stopped,
            "relaxed": list(self.relaxed),
            "files": [story.to_dict() for story in self.ordered()],
        }

    def _repr_html_(self) -> str:
        from asn_fp.report import notebook_html

        return notebook_html(self)


def _short(step: str) -> str:
    """Return a step as written, a long one cut; ``to_dict`` and the rule have all of it."""
    return step if len(step) <= _STEP_WIDTH else f"{step[: _STEP_WIDTH - 3].rstrip()}..."


def placed(uses: Sequence[Use], first: str = "") -> str:
    """Return in which role a file is in which products: of many the first few, with how many there are.

    Args:
        uses: the places of the file.
        first: the role that comes first.

    >>> placed([Use("a", "background"), Use("b", "background"), Use("c", "science")])
    'background of 2 products: a, b; science of c'
    """
    by_role: dict[str, list[str]] = {}
    for use in uses:
        by_role.setdefault(use.role, []).append(use.product)
    ordered = sorted(by_role.items(), key=lambda each: each[0] != first)
    return "; ".join(f"{role} of {_counted(products)}" for role, products in ordered)


def _counted(products: Sequence[str]) -> str:
    names = list(dict.fromkeys(products))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{len(names)} products: {shown}" if len(names) > 1 else shown
