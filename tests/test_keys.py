"""Keys: a header or pool keyword first, the part of the file name else, padded so that both compare."""

import copy
import pickle

import pytest

from asn_fp import keys
from asn_fp.errors import KnobError
from asn_fp.keys import ANY, KEYS, Key, as_keys, keyword, optional, values
from asn_fp.names import parse
from asn_fp.records import Exposure

EXPOSURE = "data/jw01234002003_0410b_00005-seg006_nrs1_rate.fits"
PRODUCT = "jw01234-o002_t007_niriss_f200w_i2d.fits"
GUIDE_STAR = "jw01234002003_gs-fg_2022123101010_cal.fits"
PLAIN = "./sky//my_sky_rate.fits"
STEMS = (
    "jw01234002003_0410b_00005-seg006_nrs1",
    "jw01234-o002_t007_niriss_f200w",
    "jw01234002003_gs-fg_2022123101010",
    "my_sky",
)


def exposure(name: str = "a_rate.fits", exptype: str = "science", **meta: str) -> Exposure:
    """Return one exposure with a name and meta."""
    return Exposure(0, parse(name), exptype, meta=meta)


@pytest.mark.parametrize(
    ("key", "of_exposure", "of_product", "of_guide_star", "of_plain"),
    [
        ("program", "01234", "01234", "01234", None),
        ("observation", "002", None, "002", None),
        ("visit", "003", None, "003", None),
        ("activity", "0410b", None, None, None),
        ("exposure", "00005", None, None, None),
        ("segment", "006", None, None, None),
        ("detector", "nrs1", None, None, None),
        ("instrument", "nirspec", "niriss", None, None),
        ("target", None, "007", None, None),
        ("stem", *STEMS),
    ],
)
def test_key_reads_the_file_name(key, of_exposure, of_product, of_guide_star, of_plain):
    """A key reads its part of any JWST name, and is undefined where the name does not have the part."""
    read = tuple(KEYS[key](exposure(name)) for name in (EXPOSURE, PRODUCT, GUIDE_STAR, PLAIN))
    assert read == (of_exposure, of_product, of_guide_star, of_plain)


@pytest.mark.parametrize(
    ("key", "meta", "value"),
    [
        ("program", {"program": "99"}, "00099"),
        ("program", {"program": "00099"}, "00099"),
        ("observation", {"obs_num": "7"}, "007"),
        ("observation", {"observtn": "8"}, "008"),
        ("observation", {"observtn": "8", "obs_num": "7"}, "007"),
        ("visit", {"visit": "9"}, "009"),
        ("activity", {"visitgrp": "2", "seq_id": "1", "act_id": "a"}, "0210a"),
        ("activity", {"visitgrp": "2", "seq_id": "1"}, "0410b"),
        ("exposure", {"exposure": "12"}, "00012"),
        ("segment", {"exsegnum": "2"}, "002"),
        ("detector", {"detector": "nrs2"}, "nrs2"),
        ("instrument", {"instrume": "miri"}, "miri"),
        ("instrument", {"detector": "mirimage"}, "nirspec"),
        ("target", {"targetid": "12"}, "12"),
        ("stem", {"filename": "other"}, "jw01234002003_0410b_00005-seg006_nrs1"),
    ],
)
def test_keyword_beats_the_file_name(key, meta, value):
    """What a header or a pool says, padded as names are, is stronger than what the name says."""
    assert KEYS[key](exposure(EXPOSURE, **meta)) == value


@pytest.mark.parametrize(
    ("key", "meta"),
    [
        ("program", {"program": "1234"}),
        ("observation", {"observtn": "2"}),
        ("visit", {"visit": "3"}),
        ("activity", {"visitgrp": "4", "seq_id": "1", "act_id": "0b"}),
        ("exposure", {"exposure": "5"}),
        ("segment", {"exsegnum": "6"}),
    ],
)
def test_keyword_and_name_agree(key, meta):
    """The number of a header is the same value as the one in the name, so both kinds of input match."""
    assert KEYS[key](exposure(**meta)) == KEYS[key](exposure(EXPOSURE))


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("a_rate.fits", "a"),
        ("./sky//my_sky_rate.fits", "sky/my_sky"),
        ("/abs/x_cal.fits", "/abs/x"),
        ("../x_cal.fits", "../x"),
    ],
)
def test_product_is_folder_and_stem(name, product):
    """The product key keeps the folder in its shortest spelling, as the peer names stage-2 products."""
    assert keys.product(exposure(name)) == product


def test_exptype_is_the_role():
    """The exptype key reads the role and no keyword."""
    assert keys.exptype(exposure(exptype="imprint", detector="x")) == "imprint"


@pytest.mark.parametrize(
    ("columns", "meta", "value"),
    [
        (("FILTER",), {"filter": "f200w"}, "f200w"),
        (("filter",), {"filter": ""}, ""),
        (("PUPIL", "GRATING"), {"grating": "g140h"}, "g140h"),
        (("PUPIL", "GRATING"), {"grating": "g140h", "pupil": "clear"}, "clear"),
        (("PUPIL", "GRATING"), {"filter": "f200w"}, None),
    ],
)
def test_keyword_reads_the_first_defined_column(columns, meta, value):
    """A keyword key reads its columns in their order, whatever the case they are written in."""
    assert keyword(*columns)(exposure(**meta)) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (keyword("FILTER"), "f200w"),
        (keyword("BLANK"), ""),
        (keyword("PUPIL"), ANY),
        ("detector", ANY),
        (optional(keyword("PUPIL")), ANY),
    ],
)
def test_optional_turns_undefined_into_any(key, value):
    """An optional key has the value of the plain one, and ANY where that has none."""
    assert optional(key)(exposure(filter="f200w", blank="")) is value


@pytest.mark.parametrize(
    ("key", "name", "columns"),
    [
        (keyword("FILTER"), "keyword('filter')", ("filter",)),
        (keyword("A", "B"), "keyword('a', 'b')", ("a", "b")),
        (optional(keyword("A", "B")), "optional(keyword('a', 'b'))", ("a", "b")),
        (optional("observation"), "optional(observation)", ("obs_num", "observtn")),
        (keys.program, "program", ("program",)),
        (keys.exptype, "exptype", ("exptype",)),
    ],
)
def test_key_prints_as_the_call_that_made_it(key, name, columns):
    """A key prints as it is written and says which columns it reads."""
    assert (str(key), repr(key), key.columns) == (name, name, columns)


def test_every_key_is_under_its_own_name():
    """The table for ``--by`` has each key under the name that it prints."""
    assert {name: str(key) for name, key in KEYS.items()} == {name: name for name in KEYS}
    names = "program, observation, visit, activity, exposure, segment, detector, instrument, target, stem"
    assert ", ".join(KEYS) == names


@pytest.mark.parametrize(
    ("by", "named"),
    [
        ("detector", (keys.detector,)),
        (keys.product, (keys.product,)),
        ((), ()),
        (("program", keys.stem), (keys.program, keys.stem)),
    ],
)
def test_match_setting_becomes_keys(by, named):
    """A match setting is a key, the name of one, or a tuple of both."""
    assert as_keys(by) == named


@pytest.mark.parametrize(
    ("by", "hint"),
    [
        ("detectr", "did you mean 'detector'?"),
        (("program", "Vsit"), "did you mean 'visit'?"),
        ("", "known: 'program', 'observation'"),
        (5, "make one with keyword('FILTER')"),
        (["program"], "make one with keyword('FILTER')"),
        (None, "make one with keyword('FILTER')"),
    ],
)
def test_no_key_is_an_error_with_a_hint(by, hint):
    """What is not a key is refused with the nearest name, or with how to make one."""
    with pytest.raises(KnobError) as caught:
        as_keys(by)
    assert hint in str(caught.value)


def test_values_are_in_the_order_of_the_keys():
    """The values of several keys are one tuple, None where a key is undefined."""
    found = values((keys.detector, keyword("FILTER"), optional("target"), keys.program), exposure(EXPOSURE))
    assert found == ("nrs1", None, ANY, "01234")


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_any_stays_the_one_any(again):
    """A copy of ANY, by whatever way, is ANY itself: it is compared by identity."""
    assert again(ANY) is ANY
    assert repr(ANY) == "ANY"


def _key(number: int) -> Key:
    return Key("mine", (), lambda exposure: exposure.index + number)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (keyword("FILTER"), keyword("filter"), True),
        (keyword("FILTER"), keyword("PUPIL"), False),
        (optional("visit"), optional(keys.visit), True),
        (optional("visit"), keys.visit, False),
        (_key(1), _key(1), True),
        (_key(1), _key(2), False),
        (Key("mine", (), lambda _: 1), Key("mine", (), lambda _: 2), False),
        (Key("mine", (), lambda _: 1), Key("yours", (), lambda _: 1), False),
        (Key("mine", ("a",), lambda _: 1), Key("mine", ("b",), lambda _: 1), False),
        (Key("length", (), len), Key("length", (), len), True),
        (Key("length", (), len), Key("length", (), hash), False),
    ],
)
def test_keys_made_alike_are_equal(one, other, same):
    """Two keys are equal when name, columns, code and settings are; then their hashes are too."""
    assert (one == other) is same
    assert not same or hash(one) == hash(other)
