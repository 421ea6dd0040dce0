"""Errors: each one is also the builtin that a caller would expect, and says what to do."""

import pickle

import pytest

from asn_fp import errors
from asn_fp.errors import AsnError, AsnWarning, CodecError, ItemError, KnobError, did_you_mean, message, raise_all

BUILTINS = {
    "ItemError": (ValueError,),
    "KnobError": (TypeError,),
    "RuleError": (ValueError,),
    "MatchError": (LookupError,),
    "ProductError": (ValueError,),
    "CodecError": (ValueError,),
    "FileError": (OSError,),
    "FrozenRecordError": (AttributeError, TypeError),
    "UsageError": (ValueError,),
}
DIGITS = [str(number) for number in range(15)]
FIRST_TWELVE = "known: '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11'"


@pytest.mark.parametrize(("name", "builtins"), BUILTINS.items())
def test_error_is_caught_by_its_builtin_parent(name, builtins):
    """Every error is an AsnError and the builtin error that a caller would expect."""
    error = getattr(errors, name)
    assert [cls for cls in (AsnError, *builtins) if not issubclass(error, cls)] == []


def test_table_of_builtins_is_complete():
    """Every error that the module has is in the table above."""
    found = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, AsnError)}
    assert found == {*BUILTINS, "AsnError"}


def test_warning_is_a_user_warning_and_no_error():
    """A warning is shown to users, and ``except AsnError`` does not catch it."""
    assert issubclass(AsnWarning, UserWarning)
    assert not issubclass(AsnWarning, AsnError)


@pytest.mark.parametrize("name", BUILTINS)
def test_error_can_be_handed_over_by_a_worker(name):
    """An error keeps its type and its message when it is pickled."""
    error = pickle.loads(pickle.dumps(getattr(errors, name)("first\nsecond")))
    assert (type(error).__name__, str(error)) == (name, "first\nsecond")


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("bckground", ["imprint", "background"], "did you mean 'background'?"),
        ("BACKGRUOND", ["background", "imprint"], "did you mean 'background'?"),
        ("dms_level3_base", ["DMSLevel2bBase", "DMS_Level3_Base"], "did you mean 'DMS_Level3_Base'?"),
        ("nrs", ["MIRI", "NRS"], "did you mean 'NRS'?"),
        ("background", ["background"], "did you mean 'background'?"),
        ("zzz", ["background", "imprint"], "known: 'background', 'imprint'"),
        ("zzz", (name for name in ("psf", "sky")), "known: 'psf', 'sky'"),
        ("psg", (name for name in ("psf", "sky")), "did you mean 'psf'?"),
        ("zzz", DIGITS[:12], FIRST_TWELVE),
        (
            "zzz",
            [str(number) for number in range(15)],
            "known: " + ", ".join(f"'{number}'" for number in range(12)) + " and 3 more",
        ),
        ("zzz", [], "none is known"),
        ("", ["a"], "known: 'a'"),
    ],
)
def test_hint_names_the_nearest_word_or_lists_what_is_known(word, known, hint):
    """A misspelt word gets the nearest known one, whatever the case, and a strange one the first twelve."""
    assert did_you_mean(word, known) == hint


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("file", "listed twice", "a.fits", "leave one out"), "file (listed twice): 'a.fits'; leave one out"),
        (("file", "listed twice", "a.fits"), "file (listed twice): 'a.fits'"),
        (("text", "odd", "two\nlines", "mend it"), "text (odd): 'two\\nlines'; mend it"),
        (("number", "too large", 12), "number (too large): 12"),
    ],
)
def test_message_has_kind_reason_offender_and_way_out(arguments, line):
    """An error line has its parts in one order, and the offender's repr keeps it on one line."""
    assert message(*arguments) == line


def test_all_problems_are_raised_in_one_error():
    """Problems become one error of the class that is asked for, a line each."""
    with pytest.raises(ItemError) as caught:
        raise_all(ItemError, ["first", "second"])
    assert str(caught.value).splitlines() == ["first", "second"]


@pytest.mark.parametrize("error", [CodecError, KnobError])
def test_no_problem_is_no_error(error):
    """Nothing is raised where there is no problem."""
    assert raise_all(error, []) is None
