"""The user's word wins over headers and pools, and a word that says nothing is refused."""

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_fp.errors import ItemError, KnobError, UsageError
from asn_fp.names import parse
from asn_fp.records import Exposure
from asn_fp.sources.derive import derive
from asn_fp.sources.pools import candidates_of
from asn_fp.sources.tell import (
    CandidateOption,
    SetOption,
    add_candidate,
    add_candidates,
    parse_candidate_option,
    parse_set_option,
    tell,
    tell_all,
)
from asn_fp.transforms.classify import classify


def exposure(index, name, **meta):
    """Make an exposure with these values."""
    return Exposure(index, parse(name), meta=MappingProxyType(meta))


PAIR = (
    exposure(0, "raw/a_leakcal_rate.fits", is_psf="t", observtn="1", mine="x"),
    exposure(1, "raw/b_rate.fits", is_psf="t", observtn="2"),
)


def column(exposures, name):
    """Return the values of a column."""
    return [each.meta.get(name) for each in exposures]


@pytest.mark.parametrize(
    ("name", "value", "pattern", "values"),
    [
        ("is_imprt", "t", "*_leakcal_*", ["t", None]),
        ("IS_IMPRT", " True ", "*_leakcal_*", ["t", None]),
        ("is_psf", "f", None, [None, None]),
        ("is_psf", "", "b*", ["t", None]),
        ("is_psf", "NULL", "a*", [None, "t"]),
        ("filter", "F200W", "*", ["f200w", "f200w"]),
        ("exposure", "00007", "b_rate.fits", [None, "7"]),
        ("mine", "Y", None, ["y", "y"]),
        ("filter", "x", "[a]*", ["x", None]),
    ],
)
def test_the_user_sets_a_column(name, value, pattern, values):
    """A value in its normal form is set on the files whose base name matches, an undefined one is taken away."""
    result = tell(PAIR, name, value, pattern)
    assert column(result, name.lower()) == values
    changed = [now is not before for now, before in zip(result, PAIR, strict=True)]
    assert [name.lower() in each.told for each in result] == changed
    assert [each.meta.get("observtn") for each in result] == ["1", "2"]


def test_the_role_itself_can_be_told():
    """The column exptype is the role, which no header changes any more."""
    result = tell(PAIR, "exptype", "Background", "b_*")
    assert [each.exptype for each in classify(result)] == ["psf", "background"]


def test_what_was_derived_follows_the_word():
    """Derived values are made anew after a word, one that was told is no longer derived, and order of the two is free."""
    after = tell(derive(PAIR), "observtn", "9", "a*")
    assert after == derive(tell(PAIR, "observtn", "9", "a*"))
    assert column(after, "obs_num") == ["9", "2"]
    told = tell(derive(PAIR), "obs_num", "8")
    assert column(told, "obs_num") == ["8", "8"]
    assert all("obs_num" in each.told and "obs_num" not in each.derived for each in told)
    assert "obs_num" not in tell(derive(PAIR), "obs_num", "")[0].meta


def test_rows_that_nothing_was_derived_for_stay():
    """A word about files with derived values derives nothing for the row of a pool that has its own."""
    mixed = (exposure(2, "c_rate.fits", observtn="3"), *derive(PAIR))
    after = tell(mixed, "observtn", "9", "a*")
    assert dict(after[0].meta) == {"observtn": "3"}
    assert column(after, "obs_num") == [None, "9", "2"]


def test_later_words_win():
    """Several words are applied in their order."""
    result = tell_all(PAIR, [SetOption("filter", "a"), SetOption("filter", "b", "b*")])
    assert column(result, "filter") == ["a", "b"]


def test_a_word_that_changes_nothing_gives_the_same():
    """Telling nothing, or the same once more, returns the same object."""
    once = tell(PAIR, "filter", "a")
    assert tell(once, "FILTER", "A") is once
    assert tell_all(PAIR, []) is PAIR


def test_wrong_words_are_told_together():
    """Unknown columns, values that cannot be, and a file's name are refused in one error with the nearest name."""
    options = [
        SetOption("is_pfs", "t"), SetOption("filename", "x"), SetOption("exptype", "bckground"),
        SetOption("filter", "a\nb"), SetOption("min", "1"), SetOption("filter", "fine", "no match"),
    ]  # fmt: skip
    with pytest.raises(KnobError) as caught:
        tell_all(PAIR, options)
    assert str(caught.value).split("\n") == [
        "column (no rule reads it and no file has it): 'is_pfs'; did you mean 'is_psf'?",
        "column (a file's name cannot be set): 'filename'; rename the file",
        "exptype (unknown): 'bckground'; did you mean 'background'?",
        "value of filter (not printable): 'a\\nb'; give it on one line",
        "column (no rule reads it and no file has it): 'min'; did you mean 'mine'?",
    ]


def test_the_name_is_no_column_to_hint_at():
    """Nobody is led from a misspelt column to the file name, which cannot be set."""
    with pytest.raises(KnobError) as caught:
        tell(PAIR, "filenam", "x")
    assert "'filename'" not in str(caught.value)


def test_patterns_that_match_nothing_are_told_together():
    """A pattern counts for the base name, case included; each that no file matches is named once."""
    with pytest.raises(ItemError) as caught:
        tell_all(PAIR, [SetOption("filter", "x", pattern) for pattern in ("raw/*", "B*", "a*", "B*", "b_rat.fits")])
    lines = str(caught.value).split("\n")
    assert [line.split(";")[0] for line in lines] == [
        f"pattern (no file matches): {pattern!r}" for pattern in ("raw/*", "B*", "b_rat.fits")
    ]
    assert lines[2].endswith("did you mean 'b_rate.fits'?")
    with pytest.raises(ItemError, match="no file matches"):
        add_candidate(PAIR, "c1000", "background", "c*")


@pytest.mark.parametrize(
    ("word", "option"),
    [
        ("is_imprt=t:*_leakcal_*", ("is_imprt", "t", "*_leakcal_*")),
        ("IS_PSF=f", ("is_psf", "f", None)),
        ("is_psf=", ("is_psf", "", None)),
        ("is_psf=:a*", ("is_psf", "", "a*")),
        ("targname=a=b", ("targname", "a=b", None)),
        ("date-obs=10:20:*", ("date-obs", "10:20", "*")),
        ("filter=x:[ab]=*", ("filter", "x", "[ab]=*")),
    ],
)
def test_the_word_of_the_command_line_for_a_value(word, option):
    """The first equals sign ends the column, the last colon starts the pattern."""
    assert parse_set_option(word) == SetOption(*option)


@pytest.mark.parametrize("word", ["", "filter", "=x", " =x", "filter=x:", ":"])
def test_other_words_are_no_value(word):
    """A word of another form is an error of the command line that shows the form."""
    with pytest.raises(UsageError, match=r"column=value\[:PATTERN\].*for example"):
        parse_set_option(word)


@pytest.mark.parametrize(
    ("word", "option"),
    [
        ("c1000:background=jw*002*", ("c1000", "background", "jw*002*")),
        ("c1000:Background", ("c1000", "background", None)),
        ("c1000:psf=a=b:*", ("c1000", "psf", "a=b:*")),
    ],
)
def test_the_word_of_the_command_line_for_a_candidate(word, option):
    """Id, type and pattern stand around a colon and an equals sign."""
    assert parse_candidate_option(word) == CandidateOption(*option)


@pytest.mark.parametrize("word", ["", "c1000", "c1000=x", ":background=x", "c1000:=x", "c1000:background="])
def test_other_words_are_no_candidate(word):
    """A word of another form is an error of the command line that shows the form."""
    with pytest.raises(UsageError, match=r"id:type\[=PATTERN\].*for example"):
        parse_candidate_option(word)


def test_a_candidate_is_added_to_those_there():
    """The pair follows what the cell has, or the observation where nothing is said; the column counts as told."""
    listed = exposure(2, "c.fits", asn_candidate="[('o003', 'observation'), ('c1001', 'psf')]")
    nothing = exposure(3, "d.fits", filter="x")
    result = add_candidate((*PAIR, listed, nothing), "c1000", "Background", "[acd]*")
    found = [[each.id for each in candidates_of(one.meta.get("asn_candidate", ""))] for one in result]
    assert found == [["o001", "c1000"], [], ["o003", "c1001", "c1000"], ["c1000"]]
    assert candidates_of(result[0].meta["asn_candidate"])[1].type == "background"
    assert ["asn_candidate" in each.told for each in result] == [True, False, True, True]
    assert result[1] is PAIR[1]


def test_a_candidate_beats_the_derived_cell():
    """Before or after deriving, the cell is the observation and the candidate, told and not derived; it outlives deriving."""
    before = derive(add_candidate(PAIR, "c1000", "group"))
    assert before == add_candidate(derive(PAIR), "c1000", "group")
    assert "asn_candidate" not in before[0].derived
    assert add_candidate(before, "c1000", "group") is before


def test_wrong_candidates_are_told_together():
    """Ids that are none and types that are known ones misspelt are refused in one error; any other word is a type."""
    options = [CandidateOption("o1", "bckground"), CandidateOption("c1000", "direct-image"), CandidateOption("c1000", " ")]
    with pytest.raises(KnobError) as caught:
        add_candidates(PAIR, options)
    lines = str(caught.value).split("\n")
    assert lines[0].endswith("'o1'; did you mean 'o001'?")
    assert lines[1] == "candidate type (a known one misspelt): 'bckground'; did you mean 'background'?"
    assert lines[2] == "candidate type (a known one misspelt): 'direct-image'; did you mean 'direct_image'?"
    assert lines[3].startswith("candidate type (not a word): ' '")
    for kind in ("survey", "tool", "Discovered"):
        text = add_candidate(PAIR, "c1000", kind)[0].meta["asn_candidate"]
        assert text == f"[('o001', 'observation'), ('c1000', '{kind.lower()}')]"


@given(st.lists(st.tuples(st.sampled_from(["filter", "is_psf", "observtn"]), st.sampled_from(["1", "f", "T", ""])), max_size=5))
def test_the_last_word_stands_whatever_was_derived(words):
    """Telling before and after deriving come to the same, and the last word for each column is what stands."""
    options = [SetOption(*word) for word in words]
    after = tell_all(derive(PAIR), options)
    assert after == derive(tell_all(PAIR, options))
    for name, value in dict(words).items():
        assert column(after, name) == [None if value in ("f", "") else value.lower()] * 2
