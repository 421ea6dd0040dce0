"""Predicates: named questions about one exposure, with the smallest part that says no."""

import pytest

from asn_fp import keys
from asn_fp import steps as s
from asn_fp.errors import KnobError
from asn_fp.names import parse
from asn_fp.predicates import (
    EVERY,
    Predicate,
    all_of,
    any_of,
    exp_type,
    exptype_in,
    has,
    instrument,
    is_science,
    named,
    not_,
    observation_in,
    value_in,
)
from asn_fp.records import Exposure

NAME = "raw/jw01234002001_02101_00001_nrs1_rate.fits"
EXPOSURE = Exposure(0, parse(NAME), "background", meta={"exp_type": "nrs_ifu", "filter": "f100lp", "is_psf": "t"})
BARE = Exposure(1, parse("a_rate.fits"))
YES, NO = has("FILTER"), has("GRATING")


@pytest.mark.parametrize(
    ("predicate", "answer", "of_bare"),
    [
        (is_science, False, True),
        (EVERY, True, True),
        (exptype_in("imprint", "background"), True, False),
        (exptype_in("science"), False, True),
        (exptype_in(), False, False),
        (has("FILTER"), True, False),
        (has("filter"), True, False),
        (has("GRATING"), False, False),
        (exp_type("NRS_IFU"), True, False),
        (exp_type("mir_mrs", "nrs_ifu"), True, False),
        (exp_type("mir_mrs"), False, False),
        (value_in("detector", "NRS1"), True, False),
        (value_in("detector", "nrs2", "nrs1"), True, False),
        (value_in("detector", "nrs2"), False, False),
        (value_in(keys.keyword("FILTER"), "F100LP"), True, False),
        (value_in(keys.optional("target"), "any"), False, False),
        (instrument("NIRSpec"), True, False),
        (instrument("miri"), False, False),
        (observation_in("2"), True, False),
        (observation_in(2), True, False),
        (observation_in("001", "002"), True, False),
        (observation_in("20"), False, False),
        (named("*_rate.fits"), True, True),
        (named("a_*", "b_*"), False, True),
        (named("raw/*"), False, False),
        (named("JW*"), False, False),
        (not_(is_science), True, False),
        (not_(not_(is_science)), False, True),
        (all_of(), True, True),
        (all_of(YES, named("jw*")), True, False),
        (all_of(YES, NO), False, False),
        (any_of(), False, False),
        (any_of(NO, YES), True, False),
        (any_of(NO, NO), False, False),
    ],
    ids=str,
)
def test_answer(predicate, answer, of_bare):
    """A predicate says yes or no by header and name; what is undefined is a no."""
    assert (predicate(EXPOSURE), predicate(BARE)) == (answer, of_bare)


def test_header_beats_the_name():
    """A predicate on a key reads the keyword before the file name, as keys do."""
    moved = Exposure(0, parse(NAME), meta={"obs_num": "7", "instrume": "miri"})
    assert [ask(moved) for ask in (observation_in("7"), observation_in("2"), instrument("miri"))] == [True, False, True]


@pytest.mark.parametrize(
    ("predicate", "name", "columns"),
    [
        (is_science, "is_science", ("exptype",)),
        (EVERY, "EVERY", ()),
        (exptype_in("psf"), "exptype_in('psf')", ("exptype",)),
        (has("IS_PSF"), "has('is_psf')", ("is_psf",)),
        (exp_type("NRS_IFU"), "exp_type('nrs_ifu')", ("exp_type",)),
        (value_in("detector", "NRS1"), "value_in(detector, 'NRS1')", ("detector",)),
        (instrument("miri"), "value_in(instrument, 'miri')", ("instrume",)),
        (observation_in("2"), "value_in(observation, '002')", ("obs_num", "observtn")),
        (named("*_a", "b*"), "named('*_a', 'b*')", ("filename",)),
        (not_(has("A")), "not_(has('a'))", ("a",)),
        (all_of(has("A"), has("B"), has("A")), "all_of(has('a'), has('b'), has('a'))", ("a", "b")),
        (any_of(is_science, all_of(has("A"))), "any_of(is_science, all_of(has('a')))", ("exptype", "a")),
    ],
)
def test_predicate_says_its_name_and_the_columns_it_reads(predicate, name, columns):
    """A predicate prints as the call that makes it, and names each column once."""
    assert (str(predicate), repr(predicate), predicate.columns) == (name, name, columns)


@pytest.mark.parametrize(
    ("predicate", "smallest"),
    [
        (NO, NO),
        (not_(YES), not_(YES)),
        (all_of(YES, NO), NO),
        (all_of(NO, is_science), NO),
        (all_of(YES, all_of(YES, all_of(EVERY, NO))), NO),
        (all_of(YES, any_of(NO, is_science)), any_of(NO, is_science)),
        (any_of(NO, all_of(YES, NO)), any_of(NO, all_of(YES, NO))),
        (not_(all_of(YES, EVERY)), not_(all_of(YES, EVERY))),
    ],
    ids=str,
)
def test_failing_is_the_smallest_part_that_says_no(predicate, smallest):
    """The part to blame is looked for through nested ``all_of``; a part of ``any_of`` alone is never to blame."""
    assert predicate.failing(EXPOSURE) == smallest
    assert not predicate.failing(EXPOSURE)(EXPOSURE)


def test_unknown_key_is_refused():
    """A predicate on a misspelt key fails when it is made, with the nearest key."""
    with pytest.raises(KnobError, match="did you mean 'detector'"):
        value_in("detctor", "nrs1")


def _longer_than(length: int) -> Predicate:
    return Predicate("longer", ("filename",), lambda exposure: len(exposure.name.text) > length)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (has("FILTER"), has("filter"), True),
        (has("FILTER"), has("PUPIL"), False),
        (all_of(is_science, has("A")), all_of(is_science, has("A")), True),
        (all_of(is_science, has("A")), any_of(is_science, has("A")), False),
        (value_in("detector", "a"), value_in(keys.detector, "a"), True),
        (observation_in("2"), observation_in("002"), True),
        (not_(named("a")), not_(named("a")), True),
        (_longer_than(1), _longer_than(1), True),
        (_longer_than(1), _longer_than(2), False),
    ],
)
def test_predicates_made_alike_are_equal(one, other, same):
    """Two predicates are equal when name, columns, code and settings are; then their hashes are too."""
    assert (one == other) is same
    assert not same or hash(one) == hash(other)


def plain(exposure):
    """Say yes."""
    return True


WRITTEN = {
    "keep": lambda where: s.keep(where),
    "drop": lambda where: s.drop(where),
    "mark": lambda where: s.mark("background", when=where),
    "group": lambda where: s.group(by="detector", of=where),
    "gather": lambda where: s.gather(of=where),
    "all_of": lambda where: all_of(is_science, where),
    "any_of": lambda where: any_of(where, is_science),
    "not_": lambda where: not_(where),
}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_a_plain_function_is_no_predicate(write):
    """A plain function, or anything else, in place of a predicate is an error on the line that wrote it."""
    with pytest.raises(KnobError, match=r"predicate \(a plain function\): 'plain'; make one of it: Predicate\(name"):
        write(plain)
    with pytest.raises(KnobError, match=r"predicate \(none\): 'is_science'; for example"):
        write("is_science")
    assert write(has("FILTER"))
