"""What no header knows is derived by the table of needs, marked, and never put over a value that is there or told."""

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_fp.errors import KnobError
from asn_fp.names import parse
from asn_fp.records import Exposure
from asn_fp.sources.derive import DERIVED, derive, targets

RAW = ("program", "observtn", "visit", "visitgrp", "seq_id", "act_id", "patt_num", "exp_type", "targname", "targprop")


def exposure(index, name, told=(), derived=(), **meta):
    """Make an exposure with these values."""
    return Exposure(index, parse(name), meta=MappingProxyType(meta), told=frozenset(told), derived=frozenset(derived))


METAS = st.dictionaries(
    st.sampled_from([*RAW, "targetid", "obs_num", "dithptin"]), st.sampled_from(["1", "2", "a"]), max_size=9
)
SETS = st.lists(st.tuples(METAS, st.sets(st.sampled_from([*DERIVED, "filter"]), max_size=2)), max_size=6).map(
    lambda listed: tuple(exposure(at, f"{at}_rate.fits", told, **meta) for at, (meta, told) in enumerate(listed))
)


def column(exposures, name):
    """Return the values of a column."""
    return [each.meta.get(name) for each in exposures]


@pytest.mark.parametrize(
    ("meta", "name", "value"),
    [
        ({"exp_type": "nrs_ifu"}, "pntgtype", "science"),
        ({"exp_type": "nrs_wata"}, "pntgtype", "target_acquisition"),
        ({"exp_type": "mir_taconfirm"}, "pntgtype", "target_acquisition"),
        ({"exp_type": "nrs_verify"}, "pntgtype", "science"),
        ({"filter": "f200w"}, "pntgtype", "science"),
        ({"exp_type": "nrs_dark"}, "pntgtype", "science"),
        ({"observtn": "2"}, "obs_num", "2"),
        ({"observtn": "002"}, "obs_num", "2"),
        ({"observtn": "x"}, "obs_num", None),
        ({"filter": "f200w"}, "obs_num", None),
        ({"patt_num": "3"}, "dithptin", "3"),
        ({"filter": "f200w"}, "dithptin", None),
        ({"subpxpns": "3"}, "subpxpts", "3"),
        ({"subpxpns": "3", "subpxpts": "4"}, "subpxpts", "4"),
        ({"observtn": "2"}, "asn_candidate", "[('o002', 'observation')]"),
        ({"observtn": "x"}, "asn_candidate", None),
        ({"observtn": "1", "visit": "7"}, "mostilno", "1"),
        ({"visit": "7"}, "mostilno", None),
        ({"observtn": "1", "act_id": "1"}, "expspcin", "1"),
        ({"observtn": "1"}, "expspcin", None),
        ({"observtn": "1"}, "dms_note", None),
        ({"observtn": "1"}, "exposerr", None),
    ],
)
def test_the_table(meta, name, value):
    """Each column comes from the keywords that the table names, and is absent where they are; made ones are marked."""
    (one,) = derive((exposure(0, "a_rate.fits", **meta),))
    assert one.meta.get(name) == value
    assert (name in one.derived) is (value is not None and name not in meta)


def test_the_file_name_stands_in_for_the_header():
    """Observation, visit and activity are read from a file name of the convention where the header lacks them."""
    (one,) = derive((exposure(0, "jw01234003002_02101_00001_nrs1_rate.fits", filter="f170lp"),))
    assert (one.meta["obs_num"], one.meta["asn_candidate"]) == ("3", "[('o003', 'observation')]")
    assert (one.meta["mostilno"], one.meta["expspcin"]) == ("1", "1")


def test_a_bare_name_stays_bare():
    """Of an exposure without any value nothing is derived."""
    bare = (exposure(0, "jw01234003002_02101_00001_nrs1_rate.fits"),)
    assert derive(bare) is bare


def test_ranks_count_within_an_observation():
    """EXPSPCIN ranks (VISITGRP, SEQ_ID, ACT_ID) and MOSTILNO ranks VISIT, each within program and observation."""
    rows = [
        ("1", "1", "4", "2", "1", "b"), ("1", "1", "4", "2", "1", "9"), ("1", "1", "12", "10", "1", "1"),
        ("1", "1", "4", "2", "1", "9"),
        ("1", "2", "5", "3", "1", "1"), ("2", "1", "6", "1", "1", "1"),
    ]  # fmt: skip
    words = ("program", "observtn", "visit", "visitgrp", "seq_id", "act_id")
    made = derive(tuple(exposure(at, f"{at}.fits", **dict(zip(words, row, strict=True))) for at, row in enumerate(rows)))
    assert column(made, "expspcin") == ["2", "1", "3", "1", "1", "1"]
    assert column(made, "mostilno") == ["1", "1", "2", "1", "1", "1"]


def test_targets_are_numbered_by_name_order_within_a_program():
    """TARGETID counts names by the first file, not the first row; one seen again keeps its number; programs count apart."""
    rows = [("c", "1", "sky"), ("a", "1", "m31"), ("b", "1", "sky"), ("d", "1", "m31"), ("e", "2", "m33")]
    made = derive(tuple(exposure(at, f"{n}.fits", program=p, targname=t) for at, (n, p, t) in enumerate(rows)))
    assert column(made, "targetid") == ["2", "1", "2", "1", "1"]
    assert dict(targets(made)) == {("00001", "m31"): "1", ("00001", "sky"): "2", ("00002", "m33"): "1"}


@pytest.mark.parametrize(
    ("meta", "name"),
    [
        ({"targname": "m31", "targprop": "x"}, "m31"),
        ({"targprop": "x"}, "x"),
        ({"targname": "unknown", "targprop": "x"}, "x"),
        ({"targname": "unknown"}, "unknown"),
        ({}, None),
    ],
)
def test_the_name_of_a_target(meta, name):
    """TARGPROP stands in for TARGNAME where that is empty or UNKNOWN; without any name there is no number."""
    (one,) = derive((exposure(0, "a.fits", program="1", **meta),))
    assert dict(targets((one,))) == ({("00001", name): "1"} if name else {})
    assert one.meta.get("targetid") == ("1" if name else None)


def test_given_target_numbers_are_kept_and_not_used_twice():
    """A number of a pool holds for the other files of that target, one that the user told for its own files only."""
    rows = [
        ("a", "m31", {}),
        ("b", "sky", {"targetid": "1"}),
        ("c", "sky", {}),
        ("d", "m33", {"targetid": "2"}),
        ("e", "m33", {}),
    ]
    told = {"d": ["targetid"]}
    made = derive(
        tuple(exposure(at, f"{n}.fits", told.get(n, ()), program="1", targname=t, **m) for at, (n, t, m) in enumerate(rows))
    )
    assert column(made, "targetid") == ["3", "1", "1", "2", "4"]


def test_derived_target_numbers_are_no_given_ones():
    """A number that was derived before reserves nothing."""
    assert dict(targets((exposure(0, "a.fits", derived=["targetid"], targetid="5", targname="m31"),))) == {("", "m31"): "1"}


def test_the_users_removal_is_not_undone():
    """A column that the user took away is not derived again."""
    (one,) = derive((exposure(0, "a.fits", ["obs_num"], observtn="3"),))
    assert "obs_num" not in one.meta
    assert "obs_num" not in one.derived


def test_derived_values_follow_their_keywords():
    """What was derived once is made anew from the keywords as they are now, or goes with them."""
    stale = exposure(0, "a.fits", derived=["obs_num", "asn_candidate"], observtn="5", obs_num="3", asn_candidate="old")
    (one,) = derive((stale,))
    assert (one.meta["obs_num"], one.meta["asn_candidate"]) == ("5", "[('o005', 'observation')]")
    (two,) = derive((exposure(0, "a.fits", derived=["obs_num"], obs_num="3"),))
    assert (dict(two.meta), two.derived) == ({}, frozenset())


def test_some_columns_only():
    """Only the columns asked for are derived; one that cannot be is refused with the nearest."""
    (one,) = derive((exposure(0, "a.fits", observtn="3"),), ["obs_num"])
    assert dict(one.meta) == {"observtn": "3", "obs_num": "3"}
    with pytest.raises(KnobError) as caught:
        derive((), ["obsnum", "filter"])
    assert str(caught.value).startswith("column (cannot be derived): 'obsnum'; did you mean 'obs_num'?\ncolumn (cannot")


@given(SETS)
def test_nothing_that_is_there_or_told_is_touched(exposures):
    """Every value of the input is in the output, and what came new is marked as derived, never as told."""
    for before, after in zip(exposures, derive(exposures), strict=True):
        assert after.meta.items() >= before.meta.items()
        assert after.derived == after.meta.keys() - before.meta.keys()
        assert not after.derived & before.told
        assert (after.told, after.name, after.index) == (before.told, before.name, before.index)


@given(SETS)
def test_deriving_twice_changes_nothing(exposures):
    """The second time gives the same object."""
    once = derive(exposures)
    assert derive(once) is once


@given(SETS, st.randoms())
def test_order_does_not_matter(exposures, random):
    """Whatever the order of the input, an exposure gets the same values."""
    turned = list(exposures)
    random.shuffle(turned)
    by_index = {each.index: each for each in derive(tuple(turned))}
    if not any("targetid" in each.meta for each in exposures):
        assert all(by_index[each.index] == each for each in derive(exposures))


def test_one_target_in_two_spellings_is_one():
    """An exposure without TARGNAME has the target of those with its TARGPROP, where they have only one name."""
    metas = [{"targname": "p330e", "targprop": "p330-e"}, {"targname": "unknown", "targprop": "p330-e"}, {"targprop": "p330-e"}]
    metas.append({"targprop": "other"})
    exposures = tuple(Exposure(at, parse(f"{at}.fits"), meta={"program": "1", **meta}) for at, meta in enumerate(metas))
    assert [each.meta["targetid"] for each in derive(exposures)] == ["1", "1", "1", "2"]
    two = (*exposures, Exposure(9, parse("9.fits"), meta={"program": "1", "targname": "q", "targprop": "p330-e"}))
    assert [each.meta["targetid"] for each in derive(two)] == ["1", "2", "2", "3", "4"]
