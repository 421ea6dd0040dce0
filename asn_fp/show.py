"""Associations as text for people: a repr, a tree, a line, a table for notebooks.

Everything here returns text and prints nothing. Whatever a file holds can be shown: characters that do not print are
written as Python escapes, and a value of an unexpected type is written as JSON would have it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from io import StringIO
from itertools import chain, repeat
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from asn_fp.records import ABSENT, Association, Member, Product
from asn_fp.vocabulary import EXPTYPES

if TYPE_CHECKING:
    from rich.segment import Segments
    from rich.tree import Tree

__all__ = ["brief", "counts", "html", "summary", "tree"]

_BRIEF_ENTRIES: Final = 5
_BRIEF_CHARACTERS: Final = 100
_HTML_ENTRIES: Final = 50
_GUIDE_CELLS: Final = 4
_LEAST_CELLS: Final = 10
_UNBOUNDED: Final = 2**30
_CELL: Final = "text-align:left;white-space:pre;padding:0.2em 0.8em"


def counts(association: Association) -> dict[str, int]:
    """Return how many members play each role, in the order of the vocabulary; a role it does not have comes last.

    >>> members = Member("b_rate.fits", "background"), Member("a_rate.fits", "science")
    >>> counts(Association(products=(Product("p", members),)))
    {'science': 1, 'background': 1}
    """
    return _counted(member for product in _products(association) for member in product.members)


def summary(association: Association) -> str:
    """Return one line that says how much an association holds.

    >>> summary(Association(products=(Product("p", (Member("a_rate.fits", "science"),)),)))
    '1 product: 1 science'
    """
    return _content(association, ": ")


def brief(association: Association) -> str:
    """Return the repr of an association: what it is, how much it holds, and its first products.

    >>> print(brief(Association(asn_id="o001", products=(Product("p", (Member("a_rate.fits", "science"),)),))))
    <Association asn_id o001: 1 product, 1 science>
      p: 1 science
    """
    products, names = _products(association), association.members or ()
    return "\n".join(
        [
            f"<Association{_heading(association)}>",
            *(f"  {_cut(_word(product.name))}: {_tally(_counted(product.members))}" for product in products[:_BRIEF_ENTRIES]),
            *(f"  {more}" for more in _more(len(products), _BRIEF_ENTRIES, "product")),
            *(f"  {_cut(_word(name))}" for name in names[:_BRIEF_ENTRIES]),
            *(f"  {more}" for more in _more(len(names), _BRIEF_ENTRIES, "member")),
        ]
    )


def tree(
    associations: Iterable[Association],
    *,
    titles: Sequence[str] = (),
    width: int | None = None,
    limit: int | None = None,
    colour: bool = False,
) -> str:
    """Return associations drawn as trees, each with its products and their members.

    Args:
        associations: what to draw, a root each.
        titles: what to call each association, its file name say; it stands before what the association says of itself.
        width: where longer lines are folded, aligned under their own beginning; without it no line ever is.
        limit: how many products, and how many members of each, are drawn; the others are counted.
        colour: whether to write the ANSI codes of a terminal's colours.

    >>> print(tree([Association(asn_id="o001", products=(Product("p", (Member("a_rate.fits", "science"),)),))]))
    asn_id o001: 1 product, 1 science
    └── p
        └── science  a_rate.fits
    """
    from rich.console import Console

    out = StringIO()
    console = Console(  # nothing is left for rich to guess from the terminal, the environment or a notebook
        file=out,
        width=_UNBOUNDED,
        height=1,  # without one, a dumb terminal's width is taken
        color_system="standard" if colour else None,
        force_jupyter=False,
        no_color=False,
    )
    for association, title in zip(associations, chain(titles, repeat("")), strict=False):
        console.print(_root(association, title, width, limit))
    return out.getvalue().removesuffix("\n")


def html(association: Association) -> str:
    """Return an association as an HTML fragment for a notebook: a heading and a table of products and members.

    >>> asn = Association(products=(Product("p", (Member("<b>_rate.fits", "science"),)),))
    >>> "&lt;b&gt;_rate.fits" in html(asn), "<b>" in html(asn)
    (True, False)
    """
    products, names = _products(association), association.members or ()
    blank = _cell("", 2) if products else ""
    bodies = [
        *map(_html_product, products[:_HTML_ENTRIES]),
        *(_body(_cell(more, 3)) for more in _more(len(products), _HTML_ENTRIES, "product")),
        *(_body(blank + _cell(_word(name))) for name in names[:_HTML_ENTRIES]),
        *(_body(blank + _cell(more)) for more in _more(len(names), _HTML_ENTRIES, "member")),
    ]
    titles = ("product", "role", "member") if products else ("member",)
    head = "".join(f'<th scope="col" style="{_CELL}">{title}</th>' for title in titles)
    table = f'<table style="color:inherit;font:inherit"><thead><tr>{head}</tr></thead>{"".join(bodies)}</table>'
    # Classes that keep MathJax from typesetting what stands between two dollar signs; no colour, so any theme's fits.
    opening = '<div class="tex2jax_ignore mathjax_ignore" style="overflow-x:auto">'
    return f"{opening}<p><strong>Association</strong>{escape(_heading(association))}</p>{table if bodies else ''}</div>"


# --------------------------------------------------------------------------------------------------------- what is said


def _products(association: Association) -> tuple[Product, ...]:
    return association.products or ()


def _counted(members: Iterable[Member]) -> dict[str, int]:
    found = Counter(_role(member) for member in members)
    return {role: found[role] for role in chain((role for role in EXPTYPES if role in found), found)}


def _role(member: Member) -> str:
    return member.exptype if isinstance(member.exptype, str) else _word(member.exptype)


def _heading(association: Association) -> str:
    """Return what goes after the word "Association"."""
    keys = (("asn_rule", ""), ("asn_id", "asn_id "), ("program", "program "))
    values = ((label, getattr(association, key)) for key, label in keys)
    words = "".join(f" {label}{_cut(_word(value))}" for label, value in values if value is not ABSENT)
    return f"{words}: {_content(association, ', ')}"


def _content(association: Association, colon: str) -> str:
    products = _many(len(_products(association)), "product")
    members = _many(len(association.members or ()), "member")
    if association.products is ABSENT and association.members is not ABSENT:
        return members
    parts = [products + (f"{colon}{_tally(counts(association))}" if _products(association) else "")]
    return ", ".join(parts if association.members is ABSENT else [*parts, f"{members} without a product"])


def _tally(found: Mapping[str, int]) -> str:
    """Return counts as words; roles beyond as many as the vocabulary has are added up."""
    parts = [f"{number} {_cut(_word(role))}" for role, number in list(found.items())[: len(EXPTYPES)]]
    rest = list(found.values())[len(EXPTYPES) :]
    return ", ".join([*parts, f"{sum(rest)} of {len(rest)} other roles"] if rest else parts) or "no members"


def _many(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _more(number: int, limit: int | None, noun: str) -> Iterator[str]:
    """Give the line that counts what a limit leaves out, if it leaves out anything."""
    if limit is not None and number > limit:
        yield f"... {number - limit} more {noun}{'' if number - limit == 1 else 's'}"


def _word(value: Any) -> str:
    """Return any value on one line in characters that print: a text as it is, other JSON in its own notation."""
    if isinstance(value, str):
        return _printable(value) or "''"
    if value is ABSENT:
        return "(none)"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (Mapping, list, tuple)):
        brackets = "{}" if isinstance(value, Mapping) else "[]"
        return brackets[0] + ("..." if value else "") + brackets[1]
    return _printable(str(value))


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def _cut(text: str) -> str:
    return text if len(text) <= _BRIEF_CHARACTERS else text[: _BRIEF_CHARACTERS - 3] + "..."


# ------------------------------------------------------------------------------------------------------------- the tree


def _root(association: Association, title: str, width: int | None, limit: int | None) -> Tree:
    from rich.tree import Tree

    limit = None if limit is None else max(limit, 0)
    products, names = _products(association), association.members or ()
    root = Tree(_title(_printable(title), _heading(association).lstrip(" :"), width), guide_style="dim")
    column = max((len(role) for role in _known_roles(products, limit)), default=0)
    room = None if width is None else width - _GUIDE_CELLS
    for product in products[:limit]:
        _branch(root.add(_label(_word(product.name), "cyan", room)), product, column, room, limit)
    for more in _more(len(products), limit, "product"):
        root.add(_label(more, "dim", room))
    for name in names[:limit]:
        root.add(_label(_word(name), "", room))
    for more in _more(len(names), limit, "member"):
        root.add(_label(more, "dim", room))
    return root


def _known_roles(products: Sequence[Product], limit: int | None) -> set[str]:
    """Return the roles that are drawn and set the width of their column, which a role out of the ordinary does not."""
    return {_role(member) for product in products[:limit] for member in product.members[:limit]}.intersection(EXPTYPES)


def _branch(branch: Tree, product: Product, column: int, width: int | None, limit: int | None) -> None:
    room = None if width is None else width - _GUIDE_CELLS
    for member in product.members[:limit]:
        role = _cut(_word(member.exptype))
        branch.add(_label(_word(member.expname), "", room, f"{role:{column}}  ", "green" if role == "science" else "yellow"))
    for more in _more(len(product.members), limit, "member"):
        branch.add(_label(more, "dim", room))


def _title(title: str, heading: str, width: int | None) -> Segments:
    """Return the title and the heading, on one line if they fit."""
    from rich.cells import cell_len
    from rich.segment import Segment, Segments

    fits = width is None or cell_len(title) + 2 + cell_len(heading) <= width
    if width is not None:
        heading = "\n".join(wrap(heading, max(width, _LEAST_CELLS)))
    apart = [Segment("  " if fits else "\n")] if title else []
    return Segments([*_label(title, "bold", width).segments, *apart, Segment(heading)])


def _label(text: str, style: str, room: int | None, lead: str = "", lead_style: str = "") -> Segments:
    """Return a text that rich neither reads as markup nor wraps: it is folded here, in a column of its own after the lead."""
    from rich.cells import cell_len, chop_cells
    from rich.segment import Segment, Segments
    from rich.style import Style

    if room is not None:
        indent = cell_len(lead)
        text = f"\n{' ' * indent}".join(chop_cells(text, max(room - indent, _LEAST_CELLS)))
    segments = ((lead, lead_style), (text, style))
    return Segments([Segment(part, Style.parse(name) if name else None) for part, name in segments if part])


# ------------------------------------------------------------------------------------------------------------ the table


def _html_product(product: Product) -> str:
    """Return the rows of a product: its name, in a cell as high as they are, and its members."""
    members = product.members[:_HTML_ENTRIES]
    rows = [_cell(_word(member.exptype)) + _cell(_word(member.expname)) for member in members]
    rows += [_cell(more, 2) for more in _more(len(product.members), _HTML_ENTRIES, "member")]
    first, *others = rows or [_cell("no members", 2)]
    span = f'scope="rowgroup" rowspan="{len(others) + 1}" style="{_CELL};vertical-align:top"'
    name = f"<th {span}>{escape(_word(product.name))}</th>"
    return _body(name + first, *others)


def _body(*rows: str) -> str:
    return f"<tbody>{''.join(f'<tr>{cells}</tr>' for cells in rows)}</tbody>"


def _cell(text: str, columns: int = 1) -> str:
    span = f' colspan="{columns}"' if columns > 1 else ""
    return f'<td{span} style="{_CELL}">{escape(text)}</td>'
