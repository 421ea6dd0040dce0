"""Associations as text for people: a repr, a tree, a line, a table, a table for notebooks.

Everything here returns text and prints nothing. Whatever a file holds can be shown: characters that do not print are
written as Python escapes, and a value of an unexpected type is written as JSON would have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import chain, repeat
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from asn_fp.markup import Markup, joined, tag
from asn_fp.records import ABSENT, Association, Member, Product, as_association
from asn_fp.vocabulary import EXPTYPES
from asn_fp.wording import content, counted, cut, heading, printable, products_of, rest_of, role_of, tally, word

if TYPE_CHECKING:
    from rich.segment import Segments
    from rich.tree import Tree

__all__ = ["as_associations", "brief", "counts", "html", "rows", "summary", "table", "tree"]

_BRIEF_ENTRIES: Final = 5
_HTML_ENTRIES: Final = 50
_GUIDE_CELLS: Final = 4
_LEAST_CELLS: Final = 10
_UNBOUNDED: Final = 2**30
_TABLE_ENTRIES: Final = 2
_WIDEST: Final = 80
_CELL: Final = "text-align:left;white-space:pre;padding:0.2em 0.8em"


def as_associations(value: object) -> tuple[Association, ...]:
    """Return one association, or several, as a tuple of them.

    Args:
        value: an association, or any number of them.

    Raises:
        KnobError: it is something else, or one of them is, such as a plain dictionary.

    >>> as_associations(Association()) == as_associations([Association()])
    True
    >>> as_associations(3)
    Traceback (most recent call last):
    asn_fp.errors.KnobError: association (not one): 'int'; give what loads(text) or asn_from_list(...) returns
    """
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
        return tuple(map(as_association, value))
    return (as_association(value),)


def counts(association: Association) -> dict[str, int]:
    """Return how many members play each role, in the order of the vocabulary; a role it does not have comes last.

    >>> members = Member("b_rate.fits", "background"), Member("a_rate.fits", "science")
    >>> counts(Association(products=(Product("p", members),)))
    {'science': 1, 'background': 1}
    """
    return counted(member for product in products_of(association) for member in product.members)


def summary(association: Association) -> str:
    """Return one line that says how much an association holds.

    >>> summary(Association(products=(Product("p", (Member("a_rate.fits", "science"),)),)))
    '1 product: 1 science'
    """
    return content(association, ": ")


def brief(association: Association) -> str:
    """Return the repr of an association: what it is, how much it holds, and its first products.

    >>> print(brief(Association(asn_id="o001", products=(Product("p", (Member("a_rate.fits", "science"),)),))))
    <Association asn_id o001: 1 product, 1 science>
      p: 1 science
    """
    products, names = products_of(association), association.members or ()
    return "\n".join(
        [
            f"<Association{heading(association)}>",
            *(f"  {cut(word(product.name))}: {tally(counted(product.members))}" for product in products[:_BRIEF_ENTRIES]),
            *(f"  {more}" for more in rest_of(len(products), _BRIEF_ENTRIES, "product")),
            *(f"  {cut(word(name))}" for name in names[:_BRIEF_ENTRIES]),
            *(f"  {more}" for more in rest_of(len(names), _BRIEF_ENTRIES, "member")),
        ]
    )


def tree(
    associations: Association | Iterable[Association],
    *,
    titles: Sequence[str] = (),
    width: int | None = None,
    limit: int | None = None,
    colour: bool = False,
) -> str:
    """Return associations drawn as trees, each with its products and their members.

    Args:
        associations: what to draw, one or several, a root each.
        titles: what to call each association, its file name say; it stands before what the association says of itself.
        width: where longer lines are folded, aligned under their own beginning; without it no line ever is.
        limit: how many products, and how many members of each, are drawn; the others are counted.
        colour: whether to write the ANSI codes of a terminal's colours.

    Raises:
        KnobError: something that is no association.

    >>> print(tree([Association(asn_id="o001", products=(Product("p", (Member("a_rate.fits", "science"),)),))]))
    asn_id o001: 1 product, 1 science
    └── p
        └── science  a_rate.fits
    """
    named = zip(as_associations(associations), chain(titles, repeat("")), strict=False)
    roots = (_root(each, title, width, limit) for each, title in named)
    if width is None and not colour:  # rich would draw the same, and take four times as long
        return "\n".join(line for root in roots for line in _drawn(root))
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
    for root in roots:
        console.print(root)
    return out.getvalue().removesuffix("\n")


def rows(associations: Association | Iterable[Association], *, titles: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return what associations hold as plain values, one for each product: how many members play each role, and which.

    Args:
        associations: what to show, one or several.
        titles: what to call each association, its file name say.

    Raises:
        KnobError: something that is no association.

    >>> rows([Association(products=(Product("p", (Member("a_rate.fits", "science"),)),))], titles=["l2_asn.json"])
    [{'file': 'l2_asn.json', 'product': 'p', 'counts': {'science': 1}, 'members': {'science': ['a_rate.fits']}}]
    """
    found = []
    for association, title in zip(as_associations(associations), chain(titles, repeat("")), strict=False):
        plain = Product(members=tuple(Member(name, "(none)") for name in association.members or ()))
        for product in [*products_of(association), *([plain] if plain.members or not association.products else [])]:
            by_role: dict[str, list[str]] = {role: [] for role in counted(product.members)}
            for member in product.members:
                by_role[role_of(member)].append(member.expname)
            counts = {role: len(names) for role, names in by_role.items()}
            name = None if product.name is ABSENT else product.name
            found.append({"file": title, "product": name, "counts": counts, "members": by_role})
    return found


def table(associations: Association | Iterable[Association], *, titles: Sequence[str] = (), members: bool = False) -> str:
    """Return associations as an aligned table: a line for each product, with how many members it has in each role.

    Args:
        associations: what to show, one or several.
        titles: what to call each association, its file name say.
        members: a line for each member instead, with its role.

    Raises:
        KnobError: something that is no association.

    >>> print(table([Association(products=(Product("p", (Member("a_rate.fits", "science"),)),))], titles=["l2_asn.json"]))
    file         product  science  members
    l2_asn.json  p              1  a_rate.fits
    """
    of_products = rows(associations, titles=titles)
    if members:
        lines = [line for row in of_products for line in _lines(row)]
        return _aligned([["file", "product", "role", "member"], *lines], range(0))
    known = {role for row in of_products for role in row["counts"]}
    roles = [*(role for role in EXPTYPES if role in known), *sorted(known.difference(EXPTYPES))]
    head = ["file", "product", *map(word, roles), "members"]
    return _aligned([head, *(_line(row, roles) for row in of_products)], range(2, len(roles) + 2))


def html(association: Association) -> str:
    """Return an association as an HTML fragment for a notebook: a heading and a table of products and members.

    >>> asn = Association(products=(Product("p", (Member("<b>_rate.fits", "science"),)),))
    >>> "&lt;b&gt;_rate.fits" in html(asn), "<b>" in html(asn)
    (True, False)
    """
    products, names = products_of(association), association.members or ()
    blank = [_cell("", 2)] if products else []
    bodies = [
        *map(_html_product, products[:_HTML_ENTRIES]),
        *(_body([_cell(more, 3)]) for more in rest_of(len(products), _HTML_ENTRIES, "product")),
        *(_body([*blank, _cell(word(name))]) for name in names[:_HTML_ENTRIES]),
        *(_body([*blank, _cell(more)]) for more in rest_of(len(names), _HTML_ENTRIES, "member")),
    ]
    titles = ("product", "role", "member") if products else ("member",)
    head = tag("thead", tag("tr", *(tag("th", title, scope="col", style=_CELL) for title in titles)))
    table = tag("table", head, *bodies, style="color:inherit;font:inherit") if bodies else None
    said = tag("p", tag("strong", "Association"), heading(association))
    # Classes that keep MathJax from typesetting what stands between two dollar signs; no colour, so any theme's fits.
    return tag("div", said, table, class_="tex2jax_ignore mathjax_ignore", style="overflow-x:auto").text


# ------------------------------------------------------------------------------------------------------------- the tree


def _root(association: Association, title: str, width: int | None, limit: int | None) -> Tree:
    from rich.tree import Tree

    limit = None if limit is None else max(limit, 0)
    products, names = products_of(association), association.members or ()
    root = Tree(_title(printable(title), heading(association).lstrip(" :"), width), guide_style="dim")
    column = max((len(role) for role in _known_roles(products, limit)), default=0)
    room = None if width is None else width - _GUIDE_CELLS
    for product in products[:limit]:
        _branch(root.add(_label(word(product.name), "cyan", room)), product, column, room, limit)
    for more in rest_of(len(products), limit, "product"):
        root.add(_label(more, "dim", room))
    for name in names[:limit]:
        root.add(_label(word(name), "", room))
    for more in rest_of(len(names), limit, "member"):
        root.add(_label(more, "dim", room))
    return root


def _drawn(tree: Tree, first: str = "", further: str = "") -> Iterator[str]:
    """Yield the lines of a tree without colours: its own after what stands before it, and those of its branches."""
    label: Any = tree.label
    yield first + "".join(segment.text for segment in label.segments)
    for at, branch in enumerate(tree.children, 1):
        guides = ("└── ", "    ") if at == len(tree.children) else ("├── ", "│   ")
        yield from _drawn(branch, *(further + guide for guide in guides))


def _known_roles(products: Sequence[Product], limit: int | None) -> set[str]:
    """Return the roles that are drawn and set the width of their column, which a role out of the ordinary does not."""
    return {role_of(member) for product in products[:limit] for member in product.members[:limit]}.intersection(EXPTYPES)


def _branch(branch: Tree, product: Product, column: int, width: int | None, limit: int | None) -> None:
    room = None if width is None else width - _GUIDE_CELLS
    for member in product.members[:limit]:
        role = cut(word(member.exptype))
        branch.add(_label(word(member.expname), "", room, f"{role:{column}}  ", "green" if role == "science" else "yellow"))
    for more in rest_of(len(product.members), limit, "member"):
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


# ----------------------------------------------------------------------------------------------------------- the tables


def _line(row: Mapping[str, Any], roles: Sequence[str]) -> list[str]:
    names = [word(name) for names in row["members"].values() for name in names]
    named = ", ".join(names[:_TABLE_ENTRIES]) or "no members"
    others = f" and {len(names) - _TABLE_ENTRIES} more" if len(names) > _TABLE_ENTRIES else ""
    return [*_place(row), *(str(row["counts"].get(role, "-")) for role in roles), named + others]


def _lines(row: Mapping[str, Any]) -> list[list[str]]:
    return [[*_place(row), word(role), word(name)] for role, names in row["members"].items() for name in names]


def _place(row: Mapping[str, Any]) -> list[str]:
    return [word(row["file"]), word(ABSENT if row["product"] is None else row["product"])]


def _aligned(rows: Sequence[Sequence[str]], numbers: range) -> str:
    """Return rows as columns, those of numbers to the right; the last column is as wide as it is."""
    from rich.cells import cell_len

    wide = [min(max(cell_len(row[at]) for row in rows), _WIDEST) for at in range(len(rows[0]) - 1)]

    def padded(text: str, at: int) -> str:
        room = " " * (wide[at] - cell_len(text))
        return room + text if at in numbers else text + room

    return "\n".join("  ".join([*(padded(text, at) for at, text in enumerate(row[:-1])), row[-1]]) for row in rows)


def _html_product(product: Product) -> Markup:
    """Return the rows of a product: its name, in a cell as high as they are, and its members."""
    members = product.members[:_HTML_ENTRIES]
    rows = [joined([_cell(word(member.exptype)), _cell(word(member.expname))]) for member in members]
    rows += [_cell(more, 2) for more in rest_of(len(product.members), _HTML_ENTRIES, "member")]
    first, *others = rows or [_cell("no members", 2)]
    high = str(len(others) + 1)
    name = tag("th", word(product.name), scope="rowgroup", rowspan=high, style=f"{_CELL};vertical-align:top")
    return _body([name, first], *([other] for other in others))


def _body(*rows: Iterable[Markup]) -> Markup:
    return tag("tbody", *(tag("tr", *cells) for cells in rows))


def _cell(text: str, columns: int = 1) -> Markup:
    return tag("td", text, colspan=columns > 1 and str(columns), style=_CELL)
