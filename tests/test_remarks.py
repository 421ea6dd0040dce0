"""What is told after a rule has run."""

import pytest

from asn_fp import make, rule
from asn_fp import steps as s
from asn_fp.errors import ProductError
from asn_fp.keys import detector
from asn_fp.predicates import all_of, named, value_in
from asn_fp.remarks import relaxing
from asn_fp.transforms import read

NAMES = ["jw01234001001_02101_00001_nrs1_rate.fits", "jw01234001001_02101_00002_nrs1_rate.fits"]
END = (s.gather(), s.name("p"), s.seal(together=True))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((s.keep(value_in(detector, "nrs2")),), ["step 2, keep(value_in(detector, 'nrs2'))"]),
        (
            (s.keep(all_of(named("*_rate.fits"), value_in(detector, "nrs2"))),),
            ["value_in(detector, 'nrs2') in step 2"],
        ),
        ((s.drop(named("*_rate.fits")),), ["step 2, drop(named('*_rate.fits'))"]),
        ((s.keep(value_in(detector, "nrs2")), s.drop(named("*_rate.fits"))), []),
    ],
)
def test_the_single_requirement_that_would_have_to_go(steps, expected):
    """A requirement is told if the rule makes something without it alone, and no other."""
    mine = rule("mine", s.read(), *steps, *END)
    assert mine(NAMES) == ()
    assert relaxing(mine, NAMES) == expected


def test_nothing_made_names_the_requirement():
    """The error for a run that makes nothing says what would have to go."""
    with pytest.raises(ProductError, match=r"it would make some without step 3, require\('psf'\)"):
        make(rule("mine", s.read(), s.gather(), s.require("psf"), s.name("p"), s.seal()), NAMES)


def test_a_rule_that_makes_something_is_not_asked():
    """A rule without requirements has none to relax."""
    assert relaxing(rule("mine", s.read(), *END), read(NAMES)) == []
