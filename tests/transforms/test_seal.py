"""The transforms that turn products in the making, or exposures, into associations."""

import pytest

import asn_fp
from asn_fp.errors import ItemError, KnobError
from asn_fp.names import parse
from asn_fp.records import Bundle, Candidate, Draft, Exposure, Partner
from asn_fp.transforms import gather, listed, name, one_each, read, seal
from asn_fp.transforms.seal import LAYOUTS

HEAD = ["asn_type", "asn_rule", "version_id", "code_version", "degraded_status", "program", "constraints", "asn_id"]


def draft(*items):
    """Return one named product for each item."""
    return name(one_each(gather(read(items))), "{stem}")


@pytest.mark.parametrize(
    ("layout", "keys"),
    [
        ("list2", [*HEAD, "asn_pool", "products"]),
        ("stage2", [*HEAD, "asn_pool", "target", "products"]),
        ("stage3", [*HEAD, "target", "asn_pool", "products"]),
    ],
)
def test_layouts(layout, keys):
    """Each layout has the keys of its kind of file, in the peer's order."""
    (association,) = seal(draft("a_cal.fits"), asn_rule="r", layout=layout)
    assert list(association) == list(association.to_dict()) == keys
    assert set(LAYOUTS) == {"list2", "stage2", "stage3"}


def test_the_default_layout_is_that_of_stage_3():
    """Without a layout the keys are those of stage 3."""
    assert list(seal(draft("a"), asn_rule="r")[0]) == list(LAYOUTS["stage3"])


def test_an_unknown_layout_is_refused():
    """Another word for a layout is an error with the nearest one."""
    with pytest.raises(KnobError, match=r"layout .unknown.: 'stage4'; did you mean 'stage"):
        seal(Draft(), asn_rule="r", layout="stage4")


def test_the_values_are_the_settings():
    """Every setting is the value of its key, and what is not set says that it is not known."""
    plain = seal(draft("a"), asn_rule="r")[0].to_dict()
    assert plain == {
        "asn_type": "None",
        "asn_rule": "r",
        "version_id": None,
        "code_version": asn_fp.__version__,
        "degraded_status": "No known degraded exposures in association.",
        "program": "noprogram",
        "constraints": "No constraints",
        "asn_id": "a3001",
        "target": "none",
        "asn_pool": "none",
        "products": [{"name": "a", "members": [{"expname": "a", "exptype": "science"}]}],
    }
    settings = {key: key.upper() for key in ("asn_type", "program", "asn_id", "target", "asn_pool", "constraints")}
    assert {key: seal(draft("a"), asn_rule="r", **settings)[0][key] for key in settings} == settings


def test_one_association_a_product_or_all_in_one():
    """Products become an association each, or one together, in their order; no product gives no association."""
    given = draft("a", "b")
    assert [[product.name for product in each.products] for each in seal(given, asn_rule="r")] == [["a"], ["b"]]
    assert [[product.name for product in each.products] for each in seal(given, asn_rule="r", together=True)] == [["a", "b"]]
    assert seal(Draft(), asn_rule="r") == seal(Draft(), asn_rule="r", together=True) == ()


def test_members_are_leads_then_partners():
    """The members of a product are its leads and then its partners, each in its role."""
    leads = read(["s", ("p", "psf")])
    bundle = Bundle((), "n", leads, (Partner("background", "b"), Partner("imprint", "i")))
    (association,) = seal(Draft((bundle,)), asn_rule="r")
    members = [(member.expname, member.exptype) for member in association.products[0].members]
    assert members == [("s", "science"), ("p", "psf"), ("b", "background"), ("i", "imprint")]


def test_origin_holds_where_an_association_came_from():
    """The origin has rule, candidate and opener, and for every member its exposure, None where there is none."""
    lead, other = Exposure(0, parse("a"), candidate=Candidate("o001")), Exposure(1, parse("b"), "background")
    bundle = Bundle((), "n", (lead,), (Partner("background", "b", other), Partner("sourcecat", "c")))
    (association,) = seal(Draft((bundle,)), asn_rule="r")
    origin = association.origin
    assert (origin.rule, origin.candidate, origin.opener, origin.sources) == (
        "r",
        Candidate("o001"),
        lead,
        ((lead, other, None),),
    )
    assert seal(Draft((Bundle((), "n", (), (Partner("sourcecat", "c"),)),)), asn_rule="r")[0].origin.opener is None


def test_listed():
    """A plain list holds the names and no products, and knows its exposures."""
    exposures = read(["x/a.fits", "b.fits"])
    (association,) = listed(exposures, asn_rule="Association")
    assert association.to_dict() == {
        "asn_type": "None",
        "asn_rule": "Association",
        "version_id": None,
        "code_version": asn_fp.__version__,
        "members": ["x/a.fits", "b.fits"],
    }
    assert association.origin.sources == (exposures,)
    assert listed((), asn_rule="r")[0].members == ()


def test_listed_refuses_roles():
    """A list of names cannot hold a role, and the error names the first file that has one."""
    with pytest.raises(ItemError, match=r"file with a role .psf, and Association lists names without roles.: 'p'"):
        listed(read(["a", ("p", "psf")]), asn_rule="Association")
