"""Edits of associations: what they change, what they leave, what they refuse, and the laws that hold for all of them."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import asn_fp
from asn_fp import AsnWarning, compare, edits, make, rule
from asn_fp import steps as s
from asn_fp.errors import AsnError, ItemError, KnobError, ProductError
from asn_fp.keys import keyword
from asn_fp.names import parse
from asn_fp.patterns import matches, same_name
from asn_fp.records import Association, Exposure, Member, Product
from asn_fp.transforms import add_members, combine, keep_members, remove_members, rename_products, split, swap_suffix
from asn_fp.transforms.combine import differing_keys, parts


def name(dither=1, detector="nrs1", observation=1, suffix="rate"):
    """Return the name of an exposure."""
    return f"jw01234{observation:03}001_02101_{dither:05}_{detector}_{suffix}.fits"


def product(title, *members, **extra):
    """Return a product of members given as names (science) or pairs."""
    pairs = [(each, "science") if isinstance(each, str) else each for each in members]
    return Product(title, tuple(Member(*pair) for pair in pairs), extra)


def association(*products, **keys):
    """Return an association of products."""
    return Association(products=products, **keys)


def contents(one):
    """Return the products of an association as (name, members as pairs)."""
    return [(each.name, [(member.expname, member.exptype) for member in each.members]) for each in one.products]


def quietly(function, *values, **knobs):
    """Return what a function gives, without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AsnWarning)
        return function(*values, **knobs)


TWO = association(product("one", name(1), ("raw/sky_rate.fits", "background")), product("two", name(2)), asn_type="spec2")

# ------------------------------------------------------------------------------------------------------------- patterns

MATCHING = [
    ("a_rate.fits", "a_rate.fits", True),
    ("a_rate.fits", "raw/a_rate.fits", True),
    ("raw/a_rate.fits", "a_rate.fits", True),
    ("raw/a_rate.fits", "old/a_rate.fits", False),
    ("raw/a_rate.fits", "../raw/a_rate.fits", True),
    ("/data/raw/a_rate.fits", "raw/a_rate.fits", True),
    ("./a_rate.fits", "a_rate.fits", True),
    ("*_rate.fits", "raw/a_rate.fits", True),
    ("raw/*", "raw/a_rate.fits", True),
    ("raw/*", "/data/raw/a_rate.fits", True),
    ("../raw/*_rate.fits", "raw/a_rate.fits", True),
    ("raw/*", "a_rate.fits", False),
    ("ra?/a_rate.fits", "a_rate.fits", False),
    ("raw/*", "old/a_rate.fits", False),
    ("./*", "a_rate.fits", True),
    ("[a]_rate.fits", "[a]_rate.fits", True),
    ("A_rate.fits", "a_rate.fits", False),
    ("a_cal.fits", "a_rate.fits", False),
    ("", "a_rate.fits", False),
    ("*", "", False),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), MATCHING)
def test_matching(pattern, text, expected):
    """A pattern matches a name in full, as far as both have folders; case counts."""
    assert matches(pattern, text) is expected


STEMS = [
    (f"{name(1, 'nrs1')[:-10]}_cal.fits", f"{name(1, 'nrs1')[:-10]}_destreak.fits", True),
    (f"{name(1, 'nrs1')[:-10]}_destreak.fits", f"raw/{name(1, 'nrs1')[:-10]}_rate_mine.fits.gz", True),
    (f"{name(1, 'nrs1')[:-10]}_cal.fits", f"{name(1, 'nrs2')[:-10]}_destreak.fits", False),
    ("*_nrs1_cal.fits", f"{name(1, 'nrs1')[:-10]}_destreak.fits", True),
    ("a_cal.fits", "a_crf.ecsv", True),
    ("a_cal.fits", "a_destreak.fits", False),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), STEMS)
def test_matching_without_suffix(pattern, text, expected):
    """Without suffixes an exposure is known by its name, whatever suffix follows; other names need a suffix that is known."""
    assert matches(pattern, text, ignore_suffix=True) is expected


def test_a_name_with_brackets_is_a_name():
    """A pattern that is the very name of a member means this one only; else brackets are a choice of letters."""
    one = association(product("p", "a[1]_cal.fits", "a1_cal.fits", "b1_cal.fits"))
    left = [each.expname for each in remove_members((one,), ["a[1]_cal.fits"])[0].products[0].members]
    assert left == ["a1_cal.fits", "b1_cal.fits"]
    left = [each.expname for each in remove_members((one,), ["[ab]1_cal.fits"])[0].products[0].members]
    assert left == ["a[1]_cal.fits"]
    left = [each.expname for each in remove_members((one,), ["a[1]_crf.fits"], ignore_suffix=True)[0].products[0].members]
    assert left == ["a1_cal.fits", "b1_cal.fits"]


def test_names_are_no_patterns():
    """Two names are one file by their base name and common folders, without wildcards."""
    assert same_name("raw/a.fits", "a.fits")
    assert not same_name("*.fits", "a.fits")
    assert not same_name("", "a.fits")


# ------------------------------------------------------------------------------------------------------ adding, removing


def test_add():
    """A new member comes last in every product that lacks it, by base name; the role is in lower case."""
    (one,) = add_members((TWO,), [("sky_rate.fits", "Background")])
    assert contents(one) == [
        ("one", [(name(1), "science"), ("raw/sky_rate.fits", "background")]),
        ("two", [(name(2), "science"), ("sky_rate.fits", "background")]),
    ]
    assert one.products[0] is TWO.products[0]


ADD_ERRORS = [
    (["a_rate.fits", ("b_rate.fits", "bckground")], r"exptype of 'b_rate.fits' \(unknown\).*'background'"),
    ([name(1), (name(2), "background")], r"'two' \(already there as science\)"),
    (["", ("a/", "science")], "(?s)no file name.*no file name"),
    ([3], "neither a name nor"),
    ("a_rate.fits", "one name where a list belongs"),
]


@pytest.mark.parametrize(("members", "told"), ADD_ERRORS)
def test_add_refuses(members, told):
    """What is no member, or one in another role, is refused, all in one error."""
    with pytest.raises(ItemError, match=told):
        add_members((TWO,), members)


def test_remove():
    """Members go by pattern; with the suffix ignored by stem; only from the chosen products."""
    assert contents(remove_members((TWO,), ["sky_rate.fits"])[0])[0] == ("one", [(name(1), "science")])
    assert contents(remove_members((TWO,), ["*"], products=["one"])[0])[0] == ("one", [])
    assert contents(remove_members((TWO,), ["sky_cal.asdf"], ignore_suffix=True)[0])[0] == ("one", [(name(1), "science")])
    assert contents(remove_members((TWO,), ["*"], products=["one"])[0])[1] == contents(TWO)[1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: remove_members((TWO,), ["sky_cal.fits", "none*"]), r"(?s)'sky_cal.fits'; did you mean.*sky_rate.*'none\*'"),
        (lambda: remove_members((TWO,), ["*"], products=["ony"]), "'ony'; did you mean 'one'"),
        (lambda: remove_members((TWO,), "*"), "put it in a list"),
        (lambda: remove_members((TWO,), [name(2)], products=["one"]), "nothing matches"),
        (lambda: keep_members((TWO,), ["detector=nrs2"]), "no member has the value"),
        (lambda: keep_members((association(product("p", "a_rate.fits")),), ["detector=nrs1"]), "does not tell the detector"),
        (lambda: swap_suffix((TWO,), {"cal": "crf"}), "suffix of a member"),
        (lambda: rename_products((TWO,), {"three": "four"}), "no such name"),
    ],
)
def test_what_matches_nothing_is_refused(change, told):
    """A pattern, value, suffix or name that nothing has is an error, with the nearest name."""
    with pytest.raises(ItemError, match=told):
        change()


# -------------------------------------------------------------------------------------------------------------- keeping

MIXED = association(
    product(
        "p", name(1), name(1, "nrs2"), (name(3, "nrs2", 2), "background"), ("jw01234-o001_t001_nirspec_cat.ecsv", "sourcecat")
    )
)
KEEPING = [
    (["detector=nrs1"], [0, 3]),
    (["detector=NRS*"], [0, 1, 2, 3]),
    (["detector=nrs1,nrs2", "observation=2"], [2, 3]),
    (["science:observation=1"], [0, 1, 2, 3]),
    (["science:detector=nrs2"], [1, 2, 3]),
    (["background:observation=3,2", "science:detector=nrs1"], [0, 2, 3]),
]


@pytest.mark.parametrize(("where", "left"), KEEPING)
def test_keep(where, left):
    """Members stay by the values of keys, of one role where it is given; partners that tell nothing stay."""
    (one,) = keep_members((MIXED,), where)
    assert one.products[0].members == tuple(MIXED.products[0].members[at] for at in left)


def test_keep_by_header():
    """A keyword that names do not tell is read from the exposures that are known."""
    known = {
        name(1): Exposure(0, parse(name(1)), meta={"filter": "f290lp"}),
        name(1, "nrs2"): Exposure(1, parse("b"), meta={"filter": "x"}),
    }
    (one,) = keep_members((MIXED,), ["filter=F290LP"], known=known)
    assert next(member.expname for member in one.products[0].members) == name(1)
    assert len(one.products[0].members) == 3


@pytest.mark.parametrize(
    "word", ["detector", "=nrs1", "detector=", ":detector=nrs1", "sience:detector=nrs1", "detectr=nrs1", "a b=c"]
)
def test_keep_refuses(word):
    """What is not [role:]key=value, and a key or role that is misspelt, is refused."""
    with pytest.raises(KnobError):
        keep_members((MIXED,), [word])


def test_own_suffixes_are_no_part_of_the_detector():
    """A name of the convention with a suffix of the user's own tells the same as with one of the pipelines'."""
    (one,) = swap_suffix((MIXED,), {"rate": "destreak"})
    assert len(keep_members((one,), ["detector=nrs1"])[0].products[0].members) == 2


# -------------------------------------------------------------------------------------------------------------- suffixes

SUFFIXES = [
    ("a_cal.fits", {"cal": "destreak"}, "a_destreak.fits"),
    ("raw/a_cal.fits.gz", {"cal": "crf"}, "raw/a_crf.fits.gz"),
    ("a-cal.fits", {"cal": "crf"}, "a-crf.fits"),
    ("a_mine.fits", {"mine": "rate_mine"}, "a_rate_mine.fits"),
    ("a_rate.fits", {"rate": "cal", "rateints": "calints"}, "a_cal.fits"),
]


@pytest.mark.parametrize(("before", "suffixes", "after"), SUFFIXES)
def test_swap_suffix(before, suffixes, after):
    """The suffix changes and nothing else does, extra keys included; a second time changes nothing."""
    one = association(
        Product(
            "p",
            (
                Member(before, "science", {"group_id": 7}, ("exptype", "group_id", "expname")),
                Member("b_rateints.fits", "science"),
            ),
        )
    )
    (swapped,) = swap_suffix((one,), suffixes)
    assert swapped.products[0].members[0] == evolve(one.products[0].members[0], expname=after)
    assert list(swapped.products[0].members[0]) == ["exptype", "group_id", "expname"]
    assert swap_suffix((swapped,), suffixes)[0] is swapped


@pytest.mark.parametrize(
    ("suffixes", "error"),
    [
        ({"rate": "cal", "cal": "crf"}, KnobError),
        ({"rate": ""}, KnobError),
        ({"rate": "cal"}, ProductError),
        ({"rate": "../../x"}, KnobError),
        ({"rate": "a\\b"}, KnobError),
        ({"rate": 3}, KnobError),
        ("rate=cal", KnobError),
    ],
)
def test_swap_suffix_refuses(suffixes, error):
    """Chains, empty suffixes, and two members of one name are refused."""
    with pytest.raises(error):
        swap_suffix((association(product("p", "a_rate.fits", "a_cal.fits")),), suffixes)


# --------------------------------------------------------------------------------------------------------- product names

NAMES = [
    ({"one": "uno"}, ["uno", "two"]),
    ("{stem}", [name(1)[:-10], name(2)[:-10]]),
    ("{name}_v2", ["one_v2", "two_v2"]),
    ("{program}-{exposure}_{source_id}", ["01234-00001_{source_id}", "01234-00002_{source_id}"]),
]


@pytest.mark.parametrize(("names", "expected"), NAMES)
def test_rename(names, expected):
    """Products are renamed by a table or a template, and a second time to the same."""
    once = rename_products((TWO,), names)
    assert [each.name for each in once[0].products] == expected
    assert rename_products(once, names) is once


@pytest.mark.parametrize(
    ("names", "error"),
    [("same", ProductError), ("{name}/x", ProductError), (" ", ProductError), ("{nam}", KnobError), ("{", KnobError),
     ({"one": "two"}, ProductError), ({"one": "two", "two": "one"}, KnobError)],
)  # fmt: skip
def test_rename_refuses(names, error):
    """One name for two products, an empty one, one with a folder, and unknown fields are refused."""
    with pytest.raises(error):
        rename_products((TWO,), names)


def test_rename_one_product():
    """A plain name is for one product."""
    assert [each.name for each in rename_products((TWO,), "new", products=["on*"])[0].products] == ["new", "two"]


# ------------------------------------------------------------------------------------------------------- the whole edit


ODD = [
    ({"add": [3]}, ItemError, "neither a name nor"),
    ({"add": "a.fits"}, ItemError, "put it in a list"),
    ({"add": [("a.fits",)]}, ItemError, "neither a name nor"),
    ({"suffixes": {"cal": 3}}, KnobError, "not a text"),
    ({"suffixes": {"cal": 3}, "add": ["a_cal.fits"]}, KnobError, "not a text"),
    ({"suffixes": "cal=crf"}, KnobError, "not a dictionary"),
    ({"rename": 3}, KnobError, "neither a name nor a dictionary"),
    ({"keys": ["a"]}, KnobError, "not a dictionary"),
    ({"products": "one", "rename": "x"}, ItemError, "put it in a list"),
    ({"remove": [3]}, ItemError, "not a text"),
]


@pytest.mark.parametrize(("knobs", "error", "told"), ODD)
def test_arguments_of_another_form_are_told(knobs, error, told):
    """An argument that is not of its form is an error of ours, which says what to give."""
    with pytest.raises(error, match=told):
        edits.edit(TWO, **knobs)


@pytest.mark.parametrize(
    "use",
    [
        lambda plain: edits.edit(plain, remove=["a*"]),
        lambda plain: edits.merge([TWO, plain]),
        lambda plain: edits.split(plain, "detector"),
        lambda plain: compare.diff(plain, TWO),
        lambda plain: compare.diff(TWO, plain),
        lambda plain: asn_fp.dumps(plain),
    ],
)
def test_only_associations_are_edited(use):
    """A dictionary in place of an association is an error that says how to get one."""
    with pytest.raises(KnobError, match=r"association \(not one\): 'dict'; give what loads"):
        use(TWO.to_dict())


def test_what_is_gone_already_is_told():
    """A pattern to remove that nothing matches is a warning with the nearest name, and the rest of the edit is done."""
    with pytest.warns(AsnWarning, match=r"\(nothing matches\): 'sky_rat.fits'; did you mean 'raw/sky_rate.fits'"):
        one = edits.edit(TWO, remove=["sky_rat.fits", "raw/*"])
    assert contents(one)[0] == ("one", [(name(1), "science")])


@pytest.mark.parametrize(
    ("rename", "pattern", "new"),
    [
        ("new", "one", "new"),
        ({"one": "new"}, "one", "new"),
        ({"one": "new"}, "on*", "new"),
        ("{name}_v2", "one", "one_v2"),
    ],
)
def test_a_product_that_has_its_new_name(rename, pattern, new):
    """A product that an edit renames is found under its new name when the same edit is made again, and that is told."""
    knobs = {"products": [pattern], "rename": rename, "add": [("new_sky.fits", "background")]}
    once = edits.edit(TWO, **knobs)
    assert [each.name for each in once.products] == [new, "two"]
    with pytest.warns(AsnWarning, match=rf"product \(nothing matches\): 'one'; '{new}' is there, its new name"):
        again = edits.edit(once, **knobs)
    assert again == once
    for other in ({**knobs, "rename": "newer"}, {"products": ["one"], "remove": ["x"]}):
        with pytest.raises(ItemError, match="no name matches"):
            edits.edit(once, **other)


def test_a_product_without_science_goes():
    """A product that loses its last science goes, with a warning; where none is left it is an error."""
    with pytest.warns(AsnWarning, match=r"left out, no science member is left\): 'one'"):
        one = edits.edit(TWO, remove=[name(1)], add=[("sky_rate.fits", "background")])
    assert contents(one) == [("two", [(name(2), "science"), ("sky_rate.fits", "background")])]
    with pytest.raises(ProductError, match="no science member is left in any"):
        edits.edit(TWO, remove=["jw*"])


def test_a_product_without_science_from_the_start_stays():
    """What was bare before the edit is none of its business."""
    one = association(
        product("bare", ("a_rate.fits", "background"), ("c_rate.fits", "background")), product("p", "b_rate.fits")
    )
    assert [each.name for each in quietly(edits.edit, one, remove=["a_*"]).products] == ["bare", "p"]


def test_a_product_without_members_goes():
    """A product that never had science goes with its last member."""
    one = association(product("bare", ("a_rate.fits", "background")), product("p", "b_rate.fits"))
    assert [each.name for each in quietly(edits.edit, one, remove=["a_*"]).products] == ["p"]


def test_science_may_be_replaced():
    """A product whose science is removed and added again in one edit stays."""
    one = edits.edit(TWO, remove=[name(2)], add=["new_rate.fits"], products=["two"])
    assert contents(one)[1] == ("two", [("new_rate.fits", "science")])


def test_new_findings_are_told():
    """What a check finds after the edit and not before is a warning, once; what it found before is not."""
    given = evolve(TWO, products=(*TWO.products, product("", "b_rate.fits")))
    with pytest.warns(AsnWarning) as caught:
        edits.edit(given, suffixes={"rate": "uncal"}, products=["two"])
    assert [str(each.message).partition(":")[0] for each in caught] == ["error wrong-suffix"]


def test_keys():
    """Top-level keys are set, null included, and extra keys survive at every level."""
    given = association(Product("p", (Member("a_rate.fits", "science", {"group_id": [1]}),), {"mine": 1}), asn_type="image2")
    one = edits.edit(evolve(given, extra={"note": {"a": 1}}), suffixes={"rate": "cal_x"}, keys={"version_id": None, "new": "x"})
    assert one.to_dict() == {
        "asn_type": "image2",
        "version_id": None,
        "products": [{"name": "p", "members": [{"expname": "a_cal_x.fits", "exptype": "science", "group_id": [1]}], "mine": 1}],
        "note": {"a": 1},
        "new": "x",
    }


def test_a_plain_list_has_no_products():
    """Names without products can be given keys and nothing else."""
    plain = Association(members=("a.fits",))
    assert edits.edit(plain, keys={"program": "01234"}).program == "01234"
    for knobs in ({"remove": ["a*"]}, {"rename": "p"}, {"add": ["b.fits"]}):
        with pytest.raises(ProductError, match="without products"):
            edits.edit(plain, **knobs)


def test_edits_are_steps():
    """In a rule an edit keeps each member beside the exposure that it came from."""
    mine = rule("mine", s.read(), s.gather(), s.name("p"), s.seal(), s.remove_members(["b_*"]), s.swap_suffix({"cal": "crf"}))
    (one,) = make(mine, ["a_cal.fits", "b_cal.fits", "c_cal.fits"])
    assert [member.expname for member in one.products[0].members] == ["a_crf.fits", "c_crf.fits"]
    assert [source.name.text for source in one.origin.sources[0]] == ["a_cal.fits", "c_cal.fits"]


def test_an_edited_rule_is_explained():
    """An explanation of a rule with an edit tells of the files that stay."""
    mine = rule("mine", s.read(), s.gather(), s.name("p"), s.seal(), s.remove_members(["b_*"]))
    assert "a_cal.fits" in str(asn_fp.explain(mine, ["a_cal.fits", "b_cal.fits"]))


# ------------------------------------------------------------------------------------------------------ merging, splitting


def test_combine():
    """Products of one name are joined without repeats, others follow; later files give only the keys that are lacking."""
    one = association(product("p", "a_cal.fits"), asn_type="image3", program="1")
    two = association(product("q", "c_cal.fits"), product("p", "b_cal.fits", "a_cal.fits"), program="2", target="t001")
    (both,) = combine((one, evolve(two, extra={"note": 1})))
    assert contents(both) == [("p", [("a_cal.fits", "science"), ("b_cal.fits", "science")]), ("q", [("c_cal.fits", "science")])]
    assert (both.program, both.target, both.extra["note"], both.asn_type) == ("1", "t001", 1, "image3")
    assert len(differing_keys((one, two))) == 1


SPELLINGS = [
    ("a_cal.fits", "./a_cal.fits", 1),
    ("raw/a_cal.fits", ".//raw/./a_cal.fits", 1),
    ("/raw/a_cal.fits", "//raw/a_cal.fits", 1),
    ("raw/a_cal.fits", "/raw/a_cal.fits", 2),
    ("a_cal.fits", "raw/a_cal.fits", 2),
    ("a_cal.fits", "link/../a_cal.fits", 2),
]


@pytest.mark.parametrize(("one", "other", "count"), SPELLINGS)
def test_combine_knows_a_file_again(one, other, count):
    """A member is joined once however its name is spelled; ``..`` behind a folder, which may be a link, tells nothing."""
    (both,) = combine((association(product("p", one)), association(product("p", other))))
    assert [member.expname for member in both.products[0].members] == [one, other][:count]


def test_combine_keeps_the_keys_of_products_and_members():
    """Of a joined product and member the keys of all stay, of each the first value, and those that differ are told."""

    def given(shared, **own):
        member = Member("a_cal.fits", "science", {"group_id": shared, **own})
        return association(Product("p", (member,), {"mine": shared, **own}))

    many = (given(1, first=1), given(1, second=2), given(3))
    (both,) = combine(many)
    assert dict(both.products[0].extra) == {"mine": 1, "first": 1, "second": 2}
    assert dict(both.products[0].members[0].extra) == {"group_id": 1, "first": 1, "second": 2}
    assert differing_keys(many) == (
        "key 'mine' of product 'p' (the first of the associations was taken): 1; number 3 has 3",
        "key 'group_id' of member 'a_cal.fits' (the first of the associations was taken): 1; number 3 has 3",
    )


def test_products_without_a_name_are_not_joined():
    """What has no name is nothing else's like."""
    one, two = (Association(products=(Product(members=(Member(f"{title}_cal.fits", "science"),)),)) for title in "ab")
    (both,) = combine((one, two))
    assert both.products == (*one.products, *two.products)


def test_types_are_not_mixed():
    """Different association types are refused, or forced; an unknown type agrees with any."""
    one, two = (
        association(product("p", "a_cal.fits"), asn_type="image3"),
        association(product("q", "b_x1d.fits"), asn_type="spec3"),
    )
    with pytest.raises(ProductError, match="'image3' and 'spec3'"):
        combine((one, two))
    assert combine((one, two), force=True)[0].asn_type == "image3"
    assert combine((one, evolve(two, asn_type="None")))[0].asn_type == "image3"


def test_merge_tells():
    """What differs, and what a check finds in the result only, are warnings."""
    one, two = (
        association(product(title, f"{title}_cal.fits"), asn_type="image3", asn_id="o001", asn_pool="p", program=title)
        for title in "ab"
    )
    with pytest.warns(AsnWarning) as caught:
        edits.merge([one, two])
    assert [str(each.message).partition(" (")[0] for each in caught] == ["key 'program'", "products-ignored: association"]


def test_split_partners():
    """A partner goes with the science of its value; a shared one, or one that tells nothing, goes with all."""
    found = dict(parts(MIXED, "detector"))
    assert {value: [member.exptype for member in each.products[0].members] for value, each in found.items()} == {
        "nrs1": ["science", "sourcecat"],
        "nrs2": ["science", "background", "sourcecat"],
    }
    by_observation = dict(parts(MIXED, ("program", "observation")))
    assert contents(by_observation["01234-001"]) == contents(MIXED)


def test_split_by_header():
    """A keyword splits by the exposures that are known."""
    one = association(product("p", "a_cal.fits", "b_cal.fits"))
    known = {f"{each}_cal.fits": Exposure(0, parse(each), meta={"filter": f"f{each}"}) for each in "ab"}
    assert list(edits.split(one, keyword("FILTER"), known=known)) == ["fa", "fb"]


@pytest.mark.parametrize(("by", "error"), [("detectr", KnobError), ("detector", ItemError)])
def test_split_refuses(by, error):
    """An unknown key, and science that does not tell the key, are refused."""
    with pytest.raises(error):
        split((association(product("p", "a_cal.fits")),), by)


# ------------------------------------------------------------------------------------------------------------------ laws

FILES = st.builds(
    name,
    dither=st.integers(1, 3),
    detector=st.sampled_from(["nrs1", "nrs2"]),
    observation=st.integers(1, 2),
    suffix=st.sampled_from(["rate", "cal"]),
)
FOLDERS = st.sampled_from(["", "raw/", "../x/"])
MEMBERS = st.tuples(st.tuples(FOLDERS, FILES).map("".join), st.sampled_from(["science", "science", "background", "imprint"]))
PRODUCTS = st.lists(MEMBERS, min_size=1, max_size=5, unique_by=lambda member: member[0].rpartition("/")[2])
ASSOCIATIONS = st.dictionaries(st.sampled_from("pqr"), PRODUCTS, min_size=1, max_size=3).map(
    lambda found: association(*(product(title, *members) for title, members in found.items()))
)
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "keep": st.lists(st.sampled_from(["detector=nrs1", "science:observation=1", "exposure=1,2"]), max_size=2),
        "suffixes": st.sampled_from([{"rate": "mine"}, {"cal": "rate_x"}, {"rate": "cal"}]),
        "add": st.lists(st.tuples(FILES, st.sampled_from(["science", "background"])), max_size=2),
        "rename": st.sampled_from(["{name}_v2", "{stem}", {"p": "z"}, "new"]),
        "keys": st.just({"program": "09999", "mine": None}),
    },
)


@settings(max_examples=300, deadline=None)
@given(ASSOCIATIONS, EDITS)
def test_an_edit_is_idempotent(given_asn, knobs):
    """An edit of what it made changes nothing, or what it names went with a product; no product has a file twice by it."""
    try:
        once = quietly(edits.edit, given_asn, **knobs)
    except AsnError:
        return
    try:
        assert quietly(edits.edit, once, **knobs) == once
    except ItemError:
        assert len(once.products) < len(given_asn.products)
    assert all(max(Counter(member.expname for member in each.members).values()) == 1 for each in once.products)


@settings(max_examples=200, deadline=None)
@given(ASSOCIATIONS, st.lists(FILES, min_size=1, max_size=2))
def test_a_removal_leaves_no_trace(given_asn, patterns):
    """A file that was removed is nowhere, all others are as they were, and removing it again is an error."""
    try:
        (once,) = remove_members((given_asn,), patterns)
    except ItemError:
        return
    bases = {member.expname.rpartition("/")[2] for each in once.products for member in each.members}
    assert not bases & set(patterns)
    kept = [
        [member for member in each.members if member.expname.rpartition("/")[2] not in patterns] for each in given_asn.products
    ]
    assert [list(each.members) for each in once.products] == kept
    with pytest.raises(ItemError):
        remove_members((once,), patterns)


@settings(max_examples=200, deadline=None)
@given(ASSOCIATIONS, st.sampled_from(["product", "detector", "observation", "exposure", ("detector", "observation")]))
def test_split_then_merge_gives_the_same_products(given_asn, by):
    """The parts put together again are the association, but for the order; each part has one value of the key."""
    found = split((given_asn,), by)
    assert not compare.diff(combine(found)[0], given_asn)
    assert len(found) == len(dict(parts(given_asn, by)))


@settings(max_examples=200, deadline=None)
@given(ASSOCIATIONS, ASSOCIATIONS)
def test_diff_is_symmetric_and_empty_for_equals_only(one, other):
    """A difference the other way round is the same one swapped, and there is none where products and members are equal."""
    found = compare.diff(one, other)
    assert compare.diff(other, one) == found.swapped()
    same = {each.name: Counter(map(repr, each.members)) for each in one.products} == {
        each.name: Counter(map(repr, each.members)) for each in other.products
    }
    assert bool(found) is not same


@given(ASSOCIATIONS, st.randoms())
def test_diff_ignores_order(one, chance):
    """Products and members in another order are no difference; a role or a name that changes is one."""
    mixed = tuple(evolve(each, members=tuple(chance.sample(each.members, len(each.members)))) for each in one.products)
    assert not compare.diff(one, evolve(one, products=tuple(chance.sample(mixed, len(mixed)))))
    first = one.products[0]
    other = evolve(first.members[0], exptype="psf")
    assert compare.diff(one, evolve(one, products=(evolve(first, members=(other, *first.members[1:])), *one.products[1:])))


DIFFERENCES = [
    (association(product("p", "a")), association(product("q", "a")), ["! product p -> q, with the same members"]),
    (association(product("p", "a")), association(product("q", "b")), ["+ product q", "- product p"]),
    (association(product("p", "a")), association(product("p", ("a", "psf"), "b")), ["! p: science -> psf a", "+ p: science b"]),
    (association(product("p", "a", "a")), association(product("p", "a")), ["! p: science + science -> science a"]),
    (association(product("p", "a"), product("p", "b")), association(product("p", "b"), product("p", "a")), []),
    (
        association(product("p", "a"), product("p", "b"), product("p", "c")),
        association(product("p", "c"), product("p", "d"), product("p", "a"), product("p", "c")),
        ["- p: science b", "+ p: science d", "+ product p"],
    ),
    (Association(members=("a", "b")), Association(members=("b",)), ["- : member a"]),
    (association(product("p", "x/a"), program="1"), association(product("p", "a")), ["- p: science x/a", "+ p: science a"]),
]


@pytest.mark.parametrize(("one", "other", "lines"), DIFFERENCES)
def test_differences_as_text(one, other, lines):
    """A line tells each product and member that differs."""
    assert sorted(compare.diff(one, other).lines()) == sorted(lines)


def test_differences_that_are_asked_for():
    """Folders may be left out of account, and top-level keys taken into it."""
    one, other = association(product("p", "x/a"), program="1"), association(product("p", "a"))
    assert not compare.diff(one, other, folders=False)
    assert compare.diff(one, other, keys=True, folders=False).to_dict()["keys"] == [
        {"key": "program", "first": "1", "second": None}
    ]


NEAREST = {
    "the same stem": ("a_crf.fits", "raw/a_cal.fits"),
    "the same stem in that folder": ("old/a_crf.fits", "old/a_cal.fits"),
    "the nearest base name": ("bb_cal.fits", "raw/b_cal.fits"),
    "a short name in a long folder": ("ax_cal.fits", "raw/a_cal.fits"),
    "no name near": ("zzz", None),
}


@pytest.mark.parametrize(("pattern", "nearest"), NEAREST.values(), ids=NEAREST)
def test_the_nearest_member(pattern, nearest):
    """A name that no member has is told with the member of the same stem, or of the nearest base name, in any folder."""
    names = ["raw/a_cal.fits", "raw/b_cal.fits", "raw/c_cal.fits", "old/a_cal.fits"]
    with pytest.raises(ItemError) as caught:
        remove_members((association(product("p", *names)),), [pattern])
    told = f"; did you mean {nearest!r}?" if nearest else "; known: 'raw/a_cal.fits', "
    assert told in str(caught.value)


@pytest.mark.filterwarnings("ignore::asn_fp.AsnWarning")
def test_paths_are_added_as_names():
    """A path to add is its name, alone or with a role."""
    one = edits.edit(association(product("p", name(1))), add=[Path("raw", name(2)), (Path(name(3)), "background")])
    assert contents(one) == [("p", [(name(1), "science"), (f"raw/{name(2)}", "science"), (name(3), "background")])]


@pytest.mark.parametrize("by", [["exposure", "detector"], ("exposure", "detector"), "exposure, detector"], ids=str)
def test_several_keys_to_split_by(by):
    """Keys to split by are a tuple, a list, or a text with commas."""
    one = association(product("p", name(1), name(2), name(1, "nrs2")))
    assert list(edits.split(one, by)) == ["00001-nrs1", "00002-nrs1", "00001-nrs2"]
    assert list(edits.split(one, ["product"])) == ["p"]
