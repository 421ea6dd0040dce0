"""The peer beside us: random plain lists give the same JSON, key for key and value for value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asn_fp

pytest.importorskip("jwst")
pytestmark = pytest.mark.filterwarnings("ignore:Input association file contains path:UserWarning")

FOLDERS = st.sampled_from(["", "", "raw/", "../", "/data/a b/", "./", "x//y/"])
STEMS = st.one_of(
    st.sampled_from(["jw01234001001_02101_00001_nrs1", "jw01366003001_04101_00001-seg002_nrs1", "a", "my galaxy", "a-b", "é"]),
    st.text("ab_-1 ,'", min_size=1, max_size=8).filter(lambda text: text.strip(" ") == text),
)
ENDS = st.sampled_from(["_rate", "_rateints", "_cal", "-cal", "_uncal", "_x1d", "_residual_fringe", "_ami-oi", "_mine", ""])
NAMES = st.tuples(FOLDERS, STEMS, ENDS, st.sampled_from([".fits", ".fits", ".asdf"])).map("".join)
ITEMS = st.lists(NAMES, min_size=1, max_size=6, unique_by=lambda name: name.replace("./", "").replace("//", "/"))
PRODUCTS = st.text('ab_-{}é \\"', min_size=1, max_size=10)
ROLES = st.sampled_from(["science", "psf", "background"])


def peers(items, rule, **knobs):
    """Return what the peer makes, as plain dicts and in the order of its keys, without its version."""
    from jwst.associations.asn_from_list import asn_from_list
    from jwst.associations.lib import rules_level2_base, rules_level3_base

    found = {"DMSLevel2bBase": rules_level2_base.DMSLevel2bBase, "DMS_Level3_Base": rules_level3_base.DMS_Level3_Base}
    return plain(asn_from_list(items, rule=found[rule], **knobs).dump()[1])


def plain(text):
    """Return the text of an association without the version of the code, lines and keys as they are."""
    return [line for line in text.splitlines() if '"code_version"' not in line]


@settings(max_examples=150, deadline=None)
@given(items=ITEMS)
def test_stage_2_lists(items):
    """A plain list of files gives the peer's stage-2 association, or an error where two products would be called the same."""
    theirs = peers(items, "DMSLevel2bBase")
    names = [line for line in theirs if '"name"' in line]
    if len(set(names)) < len(names):
        with pytest.raises(asn_fp.AsnError, match="used twice"):
            asn_fp.asn_from_list(items, "DMSLevel2bBase")
        return
    assert plain(asn_fp.asn_from_list(items, "DMSLevel2bBase").dump()[1]) == theirs


@settings(max_examples=150, deadline=None)
@given(items=ITEMS, product=PRODUCTS)
def test_stage_3_lists(items, product):
    """A plain list of files and a product name give the peer's stage-3 association."""
    escaped = product.replace("{", "{{").replace("}", "}}")
    ours = asn_fp.asn_from_list(items, "DMS_Level3_Base", product_name=escaped)
    assert plain(ours.dump()[1]) == peers(items, "DMS_Level3_Base", product_name=product)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_stage_3_pairs(data):
    """Pairs of file and role give the peer's stage-3 association, with its with_exptype or without it."""
    items = [(name, data.draw(ROLES)) for name in data.draw(ITEMS)]
    items[0] = (items[0][0], "science")
    theirs = peers(items, "DMS_Level3_Base", product_name="p", with_exptype=True)
    for knobs in ({}, {"with_exptype": True}):
        assert plain(asn_fp.asn_from_list(items, "DMS_Level3_Base", product_name="p", **knobs).dump()[1]) == theirs
