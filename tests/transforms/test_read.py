"""The first transforms: items become exposures, and files get the roles that the user names."""

from pathlib import Path

import pytest

from asn_fp.errors import ItemError
from asn_fp.names import parse
from asn_fp.records import Candidate, Exposure
from asn_fp.transforms import enlist, read

HELD = Exposure(0, parse("held_rate.fits"), "imprint", Candidate("o001"), {"filter": "f444w"})


def shown(exposures):
    """Return index, name and role of each exposure."""
    return [(exposure.index, exposure.name.text, exposure.exptype) for exposure in exposures]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], []),
        (["a_rate.fits"], [(0, "a_rate.fits", "science")]),
        ([Path("raw") / "a_rate.fits"], [(0, "raw/a_rate.fits", "science")]),
        ([("a_rate.fits", "background")], [(0, "a_rate.fits", "background")]),
        ([("a_rate.fits", "BACKGROUND")], [(0, "a_rate.fits", "background")]),
        ([(Path("a_rate.fits"), "psf")], [(0, "a_rate.fits", "psf")]),
        ([["a_rate.fits", "psf"]], [(0, "a_rate.fits", "psf")]),
        ([("a_rate.fits", None)], [(0, "a_rate.fits", "science")]),
        ([("a_rate.fits", "")], [(0, "a_rate.fits", "science")]),
        (("b", Path("a"), ("c", "imprint")), [(0, "b", "science"), (1, "a", "science"), (2, "c", "imprint")]),
        ((name for name in ["b", "a"]), [(0, "b", "science"), (1, "a", "science")]),
        (["x/a_rate.fits", "y/a_rate.fits"], [(0, "x/a_rate.fits", "science"), (1, "y/a_rate.fits", "science")]),
        (["a_rate.fits", "A_rate.fits"], [(0, "a_rate.fits", "science"), (1, "A_rate.fits", "science")]),
        (
            [" ", "a b,c.fits", "é_rate.fits"],
            [(0, " ", "science"), (1, "a b,c.fits", "science"), (2, "é_rate.fits", "science")],
        ),
    ],
)
def test_items_become_exposures_in_order(items, expected):
    """Names, paths and pairs in any mix become exposures, numbered in input order, science unless a pair says otherwise."""
    assert shown(read(items)) == expected


@pytest.mark.parametrize(("item", "told"), [("a", False), (("a", None), False), (("a", "science"), True), (("a", "psf"), True)])
def test_only_a_role_that_was_given_counts_as_told(item, told):
    """A role that the user gave is remembered as such, a role by default isn't."""
    assert ("exptype" in read([item])[0].told) is told


def test_own_suffixes_are_known():
    """A suffix of the user's is cut off like the pipeline's own."""
    assert [exposure.name.stem for exposure in read(["a_mine.fits"], suffixes=["mine"])] == ["a"]
    assert [exposure.name.stem for exposure in read([("a_mine.fits", "psf")], suffixes=["mine"])] == ["a"]
    assert [exposure.name.stem for exposure in read(["a_mine.fits"])] == ["a_mine"]


@pytest.mark.parametrize("items", ["a_rate.fits", b"a_rate.fits", Path("a_rate.fits")])
def test_a_single_name_is_refused(items):
    """One name where a list belongs is an error that says so, not a list of its letters."""
    with pytest.raises(ItemError, match=r"one name where a list of names belongs.*put it in a list"):
        read(items)


@pytest.mark.parametrize(
    ("items", "line"),
    [
        ([("b", "bckground")], "exptype of 'b' (unknown): 'bckground'; did you mean 'background'?"),
        ([("b", 7)], "exptype of 'b' (unknown): 7; known: "),
        ([3], "item 1 (not a file name, a path or a (name, exptype) pair): 3"),
        (["a", None], "item 2 (not a file name, a path or a (name, exptype) pair): None"),
        ([""], "item 1 (not a file name, a path or a (name, exptype) pair): ''"),
        ([("", "psf")], "item 1 (not a file name, a path or a (name, exptype) pair): ('', 'psf')"),
        ([("a", "psf", "b")], "item 1 (not a file name, a path or a (name, exptype) pair): ('a', 'psf', 'b')"),
        ([{"a": 1}], "item 1 (not a file name, a path or a (name, exptype) pair): {'a': 1}"),
        (["a", "b", "a"], "item (listed twice, as number 1 and number 3): 'a'; leave one of them out"),
        (["a", "./a"], "item (listed twice, as number 1 and number 2): './a'; leave one of them out"),
        (["x/a", "x//a"], "item (listed twice, as number 1 and number 2): 'x//a'; leave one of them out"),
        (["x/a", "x/y/../a"], "item (listed twice, as number 1 and number 2): 'x/y/../a'; leave one of them out"),
        ([("a", "background"), "a"], "item (listed twice, as number 1 and number 2): 'a'; leave one of them out"),
    ],
)
def test_items_that_cannot_be_read(items, line):
    """An item that is no name, has an unknown role or stands twice is an error that names it and its place."""
    with pytest.raises(ItemError) as caught:
        read(items)
    assert str(caught.value).startswith(line)


def test_all_problems_come_in_one_error():
    """Every bad item of a list is named in the same error, a line each."""
    with pytest.raises(ItemError) as caught:
        read(["a", 3, ("b", "scince"), "./a", None])
    lines = str(caught.value).splitlines()
    assert [line.partition(" (")[0] for line in lines] == ["item 2", "exptype of 'b'", "item 5", "item"]


def test_exposures_pass_through():
    """Exposures that a header or a pool gave stay the same objects, and a tuple of them the same tuple."""
    given = (HELD, Exposure(1, parse("held_rate.fits"), "imprint", Candidate("c1000")))
    assert read(given) is given
    assert all(one is other for one, other in zip(read(list(given)), given, strict=True))


def test_exposures_and_names_may_be_mixed():
    """Among names an exposure keeps what is known about it and gets the number of its place."""
    first, second, third = read([HELD, "a_rate.fits", HELD.__class__(0, parse("b_rate.fits"), "psf")])
    assert first is HELD
    assert [each.index for each in (first, second, third)] == [0, 1, 2]
    assert third.exptype == "psf"


def test_an_exposure_and_a_name_of_one_file_are_refused():
    """A file that comes as an exposure and once more as a name is listed twice."""
    with pytest.raises(ItemError, match="listed twice, as number 1 and number 2"):
        read([HELD, "held_rate.fits"])


@pytest.mark.parametrize(
    ("items", "roles", "expected"),
    [
        (["a", "b"], {"background": ["b"]}, [(0, "a", "science"), (1, "b", "background")]),
        (["a", "b"], {"background": ["./b"]}, [(0, "a", "science"), (1, "b", "background")]),
        (["a"], {"psf": ["p"], "imprint": ["q"]}, [(0, "a", "science"), (1, "p", "psf"), (2, "q", "imprint")]),
        (["a"], {"psf": [Path("raw/p")]}, [(0, "a", "science"), (1, "raw/p", "psf")]),
        (["a"], {"psf": ["p", "./p"]}, [(0, "a", "science"), (1, "p", "psf")]),
        ([("a", "psf")], {"psf": ["a"]}, [(0, "a", "psf")]),
        ([], {"psf": ["a"]}, [(0, "a", "psf")]),
        ([HELD], {"background": ["held_rate.fits", "z"]}, [(0, "held_rate.fits", "background"), (1, "z", "background")]),
    ],
)
def test_enlist(items, roles, expected):
    """A file named in a role has it, whatever it was before; a file that is not there yet comes in behind the others."""
    result = enlist(read(items), roles)
    assert shown(result) == expected
    assert all("exptype" in exposure.told for exposure in result if exposure.exptype != "science")


def test_enlist_keeps_what_is_known():
    """A new role leaves candidate and keywords of an exposure as they are, but for the flag that headers have for it."""
    (result,) = enlist((HELD,), {"background": ["held_rate.fits"]})
    assert (result.candidate, result.meta) == (HELD.candidate, {**HELD.meta, "bkgdtarg": "t"})
    assert result.told == {"exptype", "bkgdtarg", "is_psf", "is_imprt"}


@pytest.mark.parametrize(
    ("exptype", "expected"),
    [
        ("science", {"filter": "f"}),
        ("psf", {"filter": "f", "is_psf": "t"}),
        ("imprint", {"filter": "f", "is_imprt": "t", "bkgdtarg": "t"}),
        ("background", {"filter": "f", "bkgdtarg": "t"}),
        ("target_acquisition", {"filter": "f", "is_imprt": "t", "bkgdtarg": "t"}),
    ],
)
def test_enlist_beats_the_flags_of_the_header(exptype, expected):
    """The flags of a header follow the role that the user gives, and an imprint of a background stays one."""
    held = Exposure(0, parse("held_rate.fits"), meta={"filter": "f", "is_imprt": "t", "bkgdtarg": "t"})
    assert enlist((held,), {exptype: ["held_rate.fits"]})[0].meta == expected


def test_enlist_numbers_behind_the_highest_index():
    """A file that comes in never gets the number of another one, also where some were left out before."""
    held = (Exposure(7, parse("a")), Exposure(3, parse("b")))
    assert [exposure.index for exposure in enlist(held, {"psf": ["c", "d"]})] == [7, 3, 8, 9]


def test_enlist_knows_own_suffixes():
    """A suffix of the user's is cut off a file that comes in."""
    assert enlist((), {"psf": ["a_mine.fits"]}, suffixes=("mine",))[0].name.stem == "a"


@pytest.mark.parametrize(
    ("items", "roles", "lines"),
    [
        (["a"], {"background": ["b"], "psf": ["b"]}, ["file (two roles: background and psf): 'b'; name it in one role only"]),
        (
            ["a"],
            {"background": ["b"], "psf": ["./b"]},
            ["file (two roles: background and psf): './b'; name it in one role only"],
        ),
        ([("a", "psf")], {"imprint": ["a"]}, ["file (two roles: psf and imprint): 'a'; name it in one role only"]),
        ([("a", "science")], {"imprint": ["a"]}, ["file (two roles: science and imprint): 'a'; name it in one role only"]),
        (
            ["a", "c"],
            {"background": ["a", "c"], "psf": ["a", "c"]},
            [f"file (two roles: background and psf): {name!r}; name it in one role only" for name in "ac"],
        ),
        (["a"], {"bckground": ["a"]}, ["exptype (unknown): 'bckground'; did you mean 'background'?"]),
    ],
)
def test_enlist_refuses(items, roles, lines):
    """Two roles for one file and roles that nobody knows are errors, all of them in one."""
    with pytest.raises(ItemError) as caught:
        enlist(read(items), roles)
    assert str(caught.value).splitlines() == lines
