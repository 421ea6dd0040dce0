"""Associations as text for people: repr, tree, counts and notebook table show what is there, whatever it is."""

from __future__ import annotations

import builtins
import re
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import pytest

from asn_fp.errors import KnobError
from asn_fp.records import Association, Member, Product
from asn_fp.report import report_html
from asn_fp.show import brief, counts, html, rows, summary, table, tree
from asn_fp.vocabulary import EXPTYPES

NASTY = {
    "markup": ("[bold]a[/bold]_rate.fits", "[bold]a[/bold]_rate.fits"),
    "markup of one letter": ("[a]_rate.fits", "[a]_rate.fits"),
    "closing markup": ("[/]_rate.fits", "[/]_rate.fits"),
    "emoji code": (":smile:_rate.fits", ":smile:_rate.fits"),
    "newline": ("a\nb.fits", r"a\nb.fits"),
    "carriage return and tab": ("a\r\tb.fits", r"a\r\tb.fits"),
    "terminal escape": ("a\x1b[31mb.fits", r"a\x1b[31mb.fits"),
    "C1 control": ("a\x9bb.fits", r"a\x9bb.fits"),
    "line separator": ("a\u2028b.fits", r"a\u2028b.fits"),
    "right-to-left override": ("a\u202eb.fits", r"a\u202eb.fits"),
    "lone surrogate": ("a\udcffb.fits", r"a\udcffb.fits"),
    "empty": ("", "''"),
    "spaces": ("a  b c.fits", "a  b c.fits"),
    "other alphabets": ("αβ_速率.fits", "αβ_速率.fits"),
    "backslash": (r"C:\new.fits", r"C:\new.fits"),
    "angle brackets": ("<script>alert(1)</script>&amp;.fits", "<script>alert(1)</script>&amp;.fits"),
    "dollars": ("$x^2$.fits", "$x^2$.fits"),
    "long": ("jw" + "0" * 5000 + ".fits", "jw" + "0" * 5000 + ".fits"),
}
ODD = {
    "null": (None, "null"),
    "true": (True, "true"),
    "false": (False, "false"),
    "whole number": (7, "7"),
    "fraction": (1.5, "1.5"),
    "list": ((1, 2), "[...]"),
    "empty list": ((), "[]"),
    "object": ({"a": 1}, "{...}"),
    "empty object": ({}, "{}"),
    "control character": ("a\nb", r"a\nb"),
    "empty text": ("", "''"),
    "long text": ("x" * 5000, "x" * 97 + "..."),
}


def nasty(values: dict[str, tuple[Any, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("value", "shown"), values.values(), ids=values)


def product(name: str, **roles: int) -> Product:
    named = ((f"{name}_{role}{n}_rate.fits", role) for role, many in roles.items() for n in range(many))
    return Product(name, tuple(Member(*member) for member in named))


def association(*products: Product, **keys: Any) -> Association:
    return Association(asn_rule="DMSLevel2bBase", asn_id="a3001", program="01234", products=products, **keys)


FULL = association(
    product("p1", imprint=2, background=2, science=1), *(product(f"p{n}", science=1, background=2) for n in (2, 3, 4))
)
SMALL = association(product("p1", science=1, background=3), product("p2", science=1), product("p3", science=1))
NAMES = Association(members=("a.fits", "[b].fits", "c.fits"))


def cells(fragment: str) -> list[list[str]]:
    """Return the texts of the table's cells, row by row; the parser refuses a fragment that is not well formed."""
    return [["".join(cell.itertext()) for cell in row] for row in ElementTree.fromstring(fragment).iter("tr")]


# -------------------------------------------------------------------------------------------------------------- counts


def test_counts_come_in_the_order_of_the_vocabulary() -> None:
    """Members are counted over all products, science first and the other roles as the vocabulary has them."""
    assert list(counts(FULL).items()) == [("science", 4), ("background", 8), ("imprint", 2)]


def test_an_unknown_role_is_counted_last() -> None:
    """A role that the vocabulary does not have follows those it has, in order of appearance, as it is written."""
    odd = association(product("p", zebra=1, Ape=2, flat=1, science=1))
    assert list(counts(odd).items()) == [("science", 1), ("flat", 1), ("zebra", 1), ("Ape", 2)]


@pytest.mark.parametrize("empty", [Association(), NAMES, Association(products=()), association(Product("p"))])
def test_where_there_is_no_role_nothing_is_counted(empty: Association) -> None:
    """An association without members that have roles counts nothing."""
    assert counts(empty) == {}


SUMMARIES = {
    "several": (FULL, "4 products: 4 science, 8 background, 2 imprint"),
    "one": (association(product("p", science=1)), "1 product: 1 science"),
    "a product without members": (association(Product("p")), "1 product: no members"),
    "no products": (association(), "no products"),
    "neither products nor members": (Association(), "no products"),
    "plain members": (NAMES, "3 members"),
    "one plain member": (Association(members=("a.fits",)), "1 member"),
    "no plain members": (Association(members=()), "no members"),
    "both": (Association(products=(), members=("a.fits",)), "no products, 1 member without a product"),
    "an empty role": (association(Product("p", (Member("a.fits", ""),))), "1 product: 1 ''"),
    "a role that is not text": (association(Product("p", (Member("a.fits", None),))), "1 product: 1 null"),  # type: ignore[arg-type]
    "a role that does not print": (association(Product("p", (Member("a.fits", "a\nb"),))), r"1 product: 1 a\nb"),
}


@pytest.mark.parametrize(("asn", "line"), SUMMARIES.values(), ids=SUMMARIES)
def test_the_summary_is_one_line(asn: Association, line: str) -> None:
    """The summary says how many products there are and how many members play each role."""
    assert summary(asn) == line


def test_a_crowd_of_roles_is_added_up() -> None:
    """Roles beyond as many as the vocabulary has are one number, so a line stays a line."""
    crowd = association(Product("p", tuple(Member("a.fits", f"role{n}") for n in range(1000) for _ in range(2))))
    assert summary(crowd).endswith(f"2 role13, {2 * (1000 - len(EXPTYPES))} of {1000 - len(EXPTYPES)} other roles")


# ---------------------------------------------------------------------------------------------------------------- repr


def test_the_repr_says_what_it_is_and_what_it_holds() -> None:
    """The repr names rule, id and program, counts everything, and then counts by product."""
    assert repr(FULL) == (
        "<Association DMSLevel2bBase asn_id a3001 program 01234: 4 products, 4 science, 8 background, 2 imprint>\n"
        "  p1: 1 science, 2 background, 2 imprint\n"
        "  p2: 1 science, 2 background\n"
        "  p3: 1 science, 2 background\n"
        "  p4: 1 science, 2 background"
    )


def test_the_repr_of_a_large_association_is_short() -> None:
    """However many products there are, five are listed and the others counted."""
    lines = repr(association(*(product(f"p{n}", science=1, background=9) for n in range(10_000)))).splitlines()
    assert lines[0].endswith(": 10000 products, 10000 science, 90000 background>")
    assert lines[1:] == [*(f"  p{n}: 1 science, 9 background" for n in range(5)), "  ... 9995 more products"]


BRIEFS = {
    "nothing": (Association(), "<Association: no products>"),
    "only an id": (Association(asn_id="o001", products=()), "<Association asn_id o001: no products>"),
    "null is not absent": (Association(asn_rule=None, products=()), "<Association null: no products>"),  # type: ignore[arg-type]
    "a product without a name": (
        Association(products=(Product(),)),
        "<Association: 1 product, no members>\n  (none): no members",
    ),
    "plain members": (NAMES, "<Association: 3 members>\n  a.fits\n  [b].fits\n  c.fits"),
    "many plain members": (
        Association(members=tuple("abcdef")),
        "<Association: 6 members>\n  a\n  b\n  c\n  d\n  e\n  ... 1 more member",
    ),
    "six products": (
        Association(products=tuple(map(Product, "abcdef"))),
        "\n  ".join(
            [
                "<Association: 6 products, no members>",
                *(f"{name}: no members" for name in "abcde"),
                "... 1 more product",
            ]
        ),
    ),
}


@pytest.mark.parametrize(("asn", "text"), BRIEFS.values(), ids=BRIEFS)
def test_the_repr_says_only_what_is_there(asn: Association, text: str) -> None:
    """Absent keys are passed over, and plain members take the place of products."""
    assert brief(asn) == text


@pytest.mark.parametrize("key", ["asn_rule", "asn_id", "program"])
@nasty(ODD)
def test_any_json_at_a_key_has_a_repr(key: str, value: Any, shown: str) -> None:
    """A key may hold any JSON: it is shown short and on one line."""
    label = "" if key == "asn_rule" else f"{key} "
    assert brief(Association(**{key: value, "products": ()})) == f"<Association {label}{shown}: no products>"


@nasty({key: value for key, value in NASTY.items() if key != "long"})
def test_a_name_in_a_repr_is_one_line(value: str, shown: str) -> None:
    """A name is shown as it is except that what does not print is escaped."""
    assert brief(Association(products=(Product(value),))).splitlines()[1:] == [f"  {shown}: no members"]
    assert brief(Association(members=(value,))).splitlines()[1:] == [f"  {shown}"]


def test_a_long_name_in_a_repr_is_cut() -> None:
    """A repr cuts what is longer than a line, and shows that it did."""
    assert brief(Association(products=(Product("x" * 101),))).splitlines()[1] == f"  {'x' * 97}...: no members"
    assert brief(Association(products=(Product("x" * 100),))).splitlines()[1] == f"  {'x' * 100}: no members"
    assert brief(Association(members=("x" * 101,))).splitlines()[1] == f"  {'x' * 97}..."


# ---------------------------------------------------------------------------------------------------------------- tree

HEADING = "DMSLevel2bBase asn_id a3001 program 01234: 3 products, 3 science, 3 background"
WHOLE = f"""\
{HEADING}
├── p1
│   ├── science     p1_science0_rate.fits
│   ├── background  p1_background0_rate.fits
│   ├── background  p1_background1_rate.fits
│   └── background  p1_background2_rate.fits
├── p2
│   └── science     p2_science0_rate.fits
└── p3
    └── science     p3_science0_rate.fits"""
PLAIN = """\
3 members
├── a.fits
├── [b].fits
└── c.fits"""
TREES: dict[str, tuple[list[Association], dict[str, Any], str]] = {
    "whole": ([SMALL], {}, WHOLE),
    "plain members": ([NAMES], {}, PLAIN),
    "nothing": ([], {}, ""),
    "several": ([SMALL, NAMES], {}, f"{WHOLE}\n{PLAIN}"),
    "a title": ([SMALL], {"titles": ["x_asn.json"]}, f"x_asn.json  {WHOLE}"),
    "fewer titles": ([NAMES, NAMES], {"titles": ["[x].json"]}, f"[x].json  {PLAIN}\n{PLAIN}"),
    "more titles": ([NAMES], {"titles": ["x", "y"]}, f"x  {PLAIN}"),
    "an escaped title": ([NAMES], {"titles": ["x\ny"]}, rf"x\ny  {PLAIN}"),
    "a limit": (
        [SMALL, NAMES],
        {"limit": 2},
        f"""\
{HEADING}
├── p1
│   ├── science     p1_science0_rate.fits
│   ├── background  p1_background0_rate.fits
│   └── ... 2 more members
├── p2
│   └── science     p2_science0_rate.fits
└── ... 1 more product
3 members
├── a.fits
├── [b].fits
└── ... 1 more member""",
    ),
    "the column is as wide as what is drawn": (
        [SMALL],
        {"limit": 1},
        f"{HEADING}\n├── p1\n│   ├── science  p1_science0_rate.fits\n│   └── ... 3 more members\n└── ... 2 more products",
    ),
    "a limit of nothing": ([SMALL], {"limit": 0}, f"{HEADING}\n└── ... 3 more products"),
    "a limit below nothing": ([NAMES], {"limit": -1}, "3 members\n└── ... 3 more members"),
    "a limit that is not reached": ([SMALL], {"limit": 4}, WHOLE),
    "no name": ([Association(products=(Product(),))], {}, "1 product, no members\n└── (none)"),
    "odd values": (
        [Association(products=(Product("p", (Member(None, {"a": 1}), Member("a.fits", "dark"))),))],  # type: ignore[arg-type]
        {},
        "1 product, 1 dark, 1 {...}\n└── p\n    ├── {...}  null\n    └── dark  a.fits",
    ),
    "an unknown role does not widen the column": (
        [Association(products=(Product("p", (Member("b.fits", "zz" * 20), Member("a.fits", "dark"))),))],
        {},
        f"1 product, 1 dark, 1 {'zz' * 20}\n└── p\n    ├── {'zz' * 20}  b.fits\n    └── dark  a.fits",
    ),
    "a width": (
        [Association(asn_rule="DMSLevel2bBase", products=(product("product_of_many_letters", background=1),))],
        {"width": 28, "titles": ["x_asn.json"]},
        """\
x_asn.json
DMSLevel2bBase: 1 product, 1
background
└── product_of_many_letters
    └── background  product_of
                    _many_lett
                    ers_backgr
                    ound0_rate
                    .fits""",
    ),
}


@pytest.mark.parametrize(("asns", "options", "text"), TREES.values(), ids=TREES)
def test_the_tree(asns: list[Association], options: dict[str, Any], text: str) -> None:
    """A tree has a root for each association, a branch for each product and a leaf for each member."""
    assert tree(asns, **options) == text


@nasty(NASTY)
def test_a_name_in_a_tree_is_one_whole_line(value: str, shown: str) -> None:
    """A name, of whatever length, is never cut, wrapped or read as markup; what does not print is escaped."""
    asn = Association(products=(Product(value, (Member(value, "psf"),)),), members=(value,))
    heading = "1 product, 1 psf, 1 member without a product"
    drawn = tree([asn], titles=[value]).split("\n")
    assert drawn == [f"{shown}  {heading}" if value else heading, f"├── {shown}", f"│   └── psf  {shown}", f"└── {shown}"]


def test_a_folded_name_loses_nothing() -> None:
    """With a width, a name goes on below its own beginning, and wide characters count double."""
    asn = Association(products=(Product("速" * 20, (Member("a b  c" * 10, "psf"),)),))
    lines = tree([asn], width=30).splitlines()
    assert lines[1:3] == ["└── " + "速" * 13, "    " + "速" * 7]
    assert lines[3][:13] == "    └── psf  "
    assert [line[:13].strip() for line in lines[4:]] == [""] * 3
    assert [len(line) for line in lines[3:]] == [30, 30, 30, 22]
    assert "".join(line[13:] for line in lines[3:]) == "a b  c" * 10


def test_a_long_role_in_a_tree_is_cut() -> None:
    """A role of absurd length is cut, so that the name beside it is found."""
    asn = Association(products=(Product("p", (Member("a.fits", "x" * 5000),)),))
    assert tree([asn]).splitlines()[-1] == f"    └── {'x' * 97}...  a.fits"


def test_a_guide_goes_on_beside_a_folded_name() -> None:
    """The lines of the tree are not broken where a name takes more than one."""
    assert tree([Association(members=("a" * 20, "b"))], width=18) == f"2 members\n├── {'a' * 14}\n│   {'a' * 6}\n└── b"


@pytest.mark.parametrize("width", [0, 1, 12])
def test_a_width_too_small_is_exceeded(width: int) -> None:
    """Names keep ten columns, however little room there is."""
    asn = Association(products=(Product("p", (Member("a" * 20, "target_acquisition"),)),))
    assert tree([asn], width=width).splitlines()[-2:] == [
        "    └── target_acquisition  aaaaaaaaaa",
        "                            aaaaaaaaaa",
    ]


@pytest.mark.parametrize(("asns", "options", "text"), TREES.values(), ids=TREES)
def test_rich_draws_the_same_tree(asns: list[Association], options: dict[str, Any], text: str) -> None:
    """Without a width no line is folded, and the tree is drawn by hand: as rich draws it in a room that is wide enough."""
    assert tree(asns, **{"width": 10_000, **options}) == text


def test_colour_adds_codes_and_nothing_else() -> None:
    """Roles, names and guides have colours where they are asked for, and the text is the same."""
    plain, coloured = (tree([SMALL], titles=["[x]"], limit=2, colour=colour) for colour in (False, True))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    for piece in ("\x1b[32mscience", "\x1b[33mbackground", "\x1b[36mp1", "\x1b[1m[x]", "\x1b[2m├──", "\x1b[2m... 1 more"):
        assert piece in coloured


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("settings", ["NO_COLOR=1", "FORCE_COLOR=1", "FORCE_COLOR=1 TERM=dumb", "COLUMNS=20 LINES=5"])
def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, settings: str, colour: bool) -> None:
    """The text depends on the arguments alone, not on what rich would read from the environment."""
    expected = tree([FULL], colour=colour)
    for setting in settings.split():
        monkeypatch.setenv(*setting.split("="))
    assert tree([FULL], colour=colour) == expected


def test_a_notebook_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a notebook the tree is returned too, where rich alone would show it there."""
    shell = type("ZMQInteractiveShell", (), {})
    monkeypatch.setattr(builtins, "get_ipython", shell, raising=False)
    assert tree([SMALL]) == WHOLE


def test_rich_is_imported_by_the_tree_alone() -> None:
    """Importing the module, and a repr, do not pay for rich."""
    code = """if True:
        import sys
        from asn_fp.records import Association
        from asn_fp.show import tree
        repr(Association()), Association()._repr_html_()
        before = "rich" in sys.modules
        tree([Association()])
        print(before, "rich" in sys.modules)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False True\n"


# ---------------------------------------------------------------------------------------------------------------- html


def test_the_table_has_a_row_for_each_member() -> None:
    """The notebook gets the heading of the repr, and each product beside its roles and members."""
    fragment = SMALL._repr_html_()
    assert ElementTree.fromstring(fragment).find("p") is not None
    assert "".join(next(ElementTree.fromstring(fragment).iter("p")).itertext()) == f"Association {HEADING}"
    assert cells(fragment) == [
        ["product", "role", "member"],
        ["p1", "science", "p1_science0_rate.fits"],
        *(["background", f"p1_background{n}_rate.fits"] for n in range(3)),
        ["p2", "science", "p2_science0_rate.fits"],
        ["p3", "science", "p3_science0_rate.fits"],
    ]
    assert re.findall(r'rowspan="(\d+)"', fragment) == ["4", "1", "1"]


def test_the_table_is_limited() -> None:
    """Of more than fifty products, or members of a product, the others are counted."""
    fragment = html(association(product("p", science=53), *(product(f"p{n}", science=1) for n in range(50))))
    rows = cells(fragment)
    assert rows[50:52] == [["science", "p_science49_rate.fits"], ["... 3 more members"]]
    assert rows[52] == ["p0", "science", "p0_science0_rate.fits"]
    assert re.findall(r'colspan="(\d)"[^>]*>([^<]*)', fragment) == [("2", "... 3 more members"), ("3", "... 1 more product")]
    assert rows[-2:] == [["p48", "science", "p48_science0_rate.fits"], ["... 1 more product"]]
    assert len(rows) == 1 + 50 + 1 + 49 + 1


TABLES = {
    "nothing": (Association(), []),
    "plain members": (NAMES, [["member"], ["a.fits"], ["[b].fits"], ["c.fits"]]),
    "many plain members": (Association(members=("a",) * 52), [["member"], *[["a"]] * 50, ["... 2 more members"]]),
    "no members": (Association(products=(Product("p"),)), [["product", "role", "member"], ["p", "no members"]]),
    "both": (
        Association(products=(Product(),), members=("a",)),
        [["product", "role", "member"], ["(none)", "no members"], ["", "a"]],
    ),
}


@pytest.mark.parametrize(("asn", "rows"), TABLES.values(), ids=TABLES)
def test_the_table_of_an_unusual_association(asn: Association, rows: list[list[str]]) -> None:
    """Plain members have a column of their own, and where there is nothing there is no table."""
    assert cells(html(asn)) == rows


@nasty({**NASTY, "quotes": ("\"'", "\"'")})
def test_a_name_in_a_table_is_text(value: str, shown: str) -> None:
    """Whatever a name, a role or a key holds is text in the fragment, which stays well formed UTF-8."""
    fragment = html(Association(asn_rule=value, products=(Product(value, (Member(value, value),)),), members=(value,)))
    assert cells(fragment)[1:] == [[shown, shown, shown], ["", shown]]
    assert fragment.encode()
    assert "<script" not in fragment


def test_the_fragment_fits_any_page() -> None:
    """The fragment brings no colour of its own, no script, link or image, and keeps spaces and dollar signs as they are."""
    fragment = html(FULL)
    assert set(re.findall(r"<(\w+)", fragment)) == {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    styles = " ".join(re.findall(r'style="([^"]*)"', fragment))
    assert set(re.findall(r"([\w-]+):", styles)) == {
        "overflow-x",
        "color",
        "font",
        "text-align",
        "white-space",
        "padding",
        "vertical-align",
    }
    assert "color:inherit;font:inherit" in styles
    assert set(re.findall(r" ([\w-]+)=", fragment)) == {"class", "style", "scope", "rowspan"}
    assert "mathjax_ignore" in fragment
    assert "white-space:pre" in fragment


@pytest.mark.parametrize("show", [tree, rows, table])
def test_one_association_is_a_list_of_one(show: Any) -> None:
    """What shows several associations shows one as it is."""
    assert show(SMALL) == show([SMALL])


@pytest.mark.parametrize("show", [tree, rows, table, report_html])
@pytest.mark.parametrize("wrong", [3, None, "l2_asn.json", {}, [{}], [SMALL, SMALL.to_dict()]], ids=range(6))
def test_something_else_is_no_association(show: Any, wrong: Any) -> None:
    """What is no association is an error that says what to give."""
    with pytest.raises(KnobError, match=r"association \(not one\): '\w+'; give what loads\(text\)"):
        show(wrong)
