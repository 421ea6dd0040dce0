"""Of the files of one exposure a rule takes the level that it asks for."""

import pytest

from asn_fp.errors import ItemError
from asn_fp.transforms import level, read


def rate(_):
    """Ask for rate."""
    return "rate"


def test_one_exposure_in_two_folders():
    """Two files of one exposure and one level are an error that names both; another level of it is not."""
    with pytest.raises(ItemError, match=r"the same exposure and level as 'D1/a_rate.fits'\): 'D2/a_rate.fits'"):
        level(read(["D1/a_rate.fits", "D2/a_rate.fits"]), rate)
    kept = level(read(["D1/a_rate.fits", "D2/a_cal.fits"]), rate)
    assert [each.name.text for each in kept] == ["D1/a_rate.fits"]


def test_two_folders_in_the_generator():
    """The generator leaves such files to the first one, as it does with rows that name one file twice."""
    kept = level(read(["D1/a_rate.fits", "D2/a_rate.fits"]), rate, alone="leave-out")
    assert [each.name.text for each in kept] == ["D1/a_rate.fits"]
