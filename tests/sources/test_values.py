"""Values of headers and pools have one form, so that the rules need not know where they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_fp.sources.values import FLAGS, INTEGERS, READ_COLUMNS, REALS, normal, text_of
from asn_fp.vocabulary import EMPTY

COLUMNS = st.sampled_from([*READ_COLUMNS, "seq_id", "targtype"])
CELLS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["T", "F", "true", "00", "007", "4.", "+4.0", "0a", "1e3", "-0.5", "nan", "NULL", "none", " x  y ", "0.350"]
    ),
    st.floats(allow_nan=False, allow_infinity=False).map(text_of),
    st.integers().map(str),
)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("filter", " F200W ", "f200w"),
        ("targname", "NGC  7469 SKY", "ngc  7469 sky"),
        ("patttype", "NONE", "none"),
        ("numdthpt", "0", "0"),
        ("exposure", "00001", "1"),
        ("exposure", "4", "4"),
        ("exposure", "4.0", "4"),
        ("observtn", "002", "2"),
        ("program", "00632", "632"),
        ("program", "abc01", "abc01"),
        ("visit", "000", "0"),
        ("act_id", "05", "5"),
        ("act_id", "0A", "a"),
        ("act_id", "00", "0"),
        ("visit_id", "00632003001", "00632003001"),
        ("gwa_xtil", "0.350", "0.35"),
        ("gwa_xtil", "2.0", "2"),
        ("gwa_xtil", "3.5E-01", "0.35"),
        ("gwa_xtil", "0.2866f", "0.2866f"),
        ("gwa_xtil", "nan", "nan"),
        ("filter", "0.350", "0.350"),
        ("is_psf", "T", "t"),
        ("tsovisit", "True", "t"),
        ("bkgdtarg", "Y", "y"),
        ("targname", "True", "true"),
        ("asn_candidate", "[('o001', 'OBSERVATION')]", "[('o001', 'observation')]"),
    ],
)
def test_a_value_has_one_normal_form(column, text, value):
    """Text is stripped and lowered, numbers of numeric columns are written the shortest way, what is no number stays."""
    assert normal(column, text) == value


@pytest.mark.parametrize("text", [*sorted(word for word in EMPTY if word is not None), "  ", " f ", "nULL"])
def test_undefined_words_are_no_value(text):
    """Each word that the field uses for "not given" is undefined, also with blanks around it and in any case."""
    assert normal("filter", text) is None
    assert normal("is_psf", text) is None


@pytest.mark.parametrize(("text", "value"), [("NULL", "null"), ("", "null"), (" Unsuccessful ", "unsuccessful"), ("F", "f")])
def test_exposerr_is_never_undefined(text, value):
    """EXPOSERR goes into associations as it stands, so even the words for "not given" are kept, and none becomes null."""
    assert normal("exposerr", text) == value


@given(COLUMNS, CELLS)
def test_a_normal_value_is_its_own_normal_form(column, text):
    """Normalising twice is the same as once, so a pool written from values gives them back."""
    value = normal(column, text)
    assert value is None or normal(column, value) == value


@given(st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9), st.booleans()), st.sampled_from(sorted(REALS | INTEGERS)))
def test_header_and_pool_agree_on_numbers(value, column):
    """A number of a header and the same number as the peer's tool prints it into a pool have one normal form."""
    if not isinstance(value, bool):
        assert normal(column, text_of(value)) == normal(column, str(value)) or column in INTEGERS


@pytest.mark.parametrize(
    ("value", "text"), [(True, "t"), (False, "f"), (4, "4"), (4.0, "4"), (-0.5, "-0.5"), (1e300, "1e+300"), ("A b", "A b")]
)
def test_header_values_become_the_shortest_text(value, text):
    """Logicals are t and f, numbers as short as they can be without loss, text is itself."""
    assert text_of(value) == text


def test_the_tables_agree():
    """The flags and the numbers that rules read are among the columns that a pool is written with."""
    assert set(READ_COLUMNS) >= FLAGS
    assert len(set(READ_COLUMNS)) == len(READ_COLUMNS)
    assert not INTEGERS & REALS
