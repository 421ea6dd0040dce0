"""Values of knobs that are not of their kind are refused, all in one error that says what to give."""

from pathlib import Path
from typing import Any

import pytest

from asn_fp import api
from asn_fp.errors import ItemError, KnobError

WRONG = {
    "one pattern": ({"leave_out": "*_sky_*"}, "leave_out (one text where a list belongs): '*_sky_*'; put it in a list"),
    "one key": ({"match": "filter"}, "match (one text where a list belongs): 'filter'"),
    "one setting": ({"settings": "bkgdtarg=t"}, "settings (one text where a list belongs)"),
    "one path": ({"background": Path("b_rate.fits")}, "background (one text where a list belongs)"),
    "no list": ({"leave_out": 3}, "leave_out (no list): 3"),
    "roles in a list": (
        {"roles": ["x"]},
        "roles (no dictionary with texts as keys): ['x']; for example {",
    ),
    "counts in a list": ({"at_least": ["background"]}, "at_least (no dictionary with texts as keys)"),
    "a text for a count": ({"at_least": {"background": "2"}}, "at_least ('2' is no count)"),
    "a count below 0": ({"at_least": {"background": -3}}, "at_least (-3 is no count)"),
    "a number for a key": ({"closest": 3}, "closest (no key): 3"),
    "a number for an id": ({"acid": 3}, "acid (no text): 3"),
    "meta": ({"meta": 3}, "meta (no dictionary with texts as keys): 3"),
    "a number in a list": ({"background": [1]}, "background (1 in it is no text): [1]"),
    "None in a list": ({"match": [None]}, "match (None in it is no text)"),
    "a number as role": ({"roles": {1: ["x"]}}, "roles (no dictionary with texts as keys)"),
    "a number as counted role": ({"at_least": {1: 1}}, "at_least (no dictionary with texts as keys)"),
    "a number as folder": ({"start": 5}, "start (no folder): 5"),
    "a text for a flag": ({"nods": "no"}, "nods (neither True nor False): 'no'"),
}


@pytest.mark.parametrize(("knobs", "told"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("function", [api.make, api.explain], ids=lambda function: function.__name__)
def test_a_value_of_another_kind_is_refused(function: Any, knobs: dict[str, Any], told: str) -> None:
    """The error names the knob, what is wrong with the value, the value, and what to give; no file is looked at."""
    with pytest.raises(KnobError) as caught:
        function("auto", ["no_such_rate.fits"], **knobs)
    assert told in str(caught.value)


def test_all_slips_are_told_together() -> None:
    """Several values of another kind are one error with a line each."""
    with pytest.raises(KnobError) as caught:
        api.make("auto", ["no_such_rate.fits"], leave_out="*", at_least=1)
    assert len(str(caught.value).splitlines()) == 2


def test_items_that_are_no_list_are_refused() -> None:
    """None or a number where file names belong is an error that says so."""
    with pytest.raises(ItemError, match="not a list of names"):
        api.make("auto", None)


def test_explain_takes_a_path() -> None:
    """The file to tell about may be a path, as the files may."""
    assert api.explain("level2", [Path("a_rate.fits")], Path("a_rate.fits")).uses[0].product == "a"


def test_an_iterator_is_read_once_for_all() -> None:
    """Names that come from an iterator are partners as those of a list are."""
    asn = api.asn_from_list(["a_rate.fits"], "level2", background=iter(["b_rate.fits"]))
    assert [member.exptype for member in asn.products[0].members] == ["science", "background"]
    report = api.explain("level2", ["a_rate.fits"], background=(name for name in ["b_rate.fits"]))
    assert len(report.stories) == 2
