"""The transforms that name products and leave some of them out."""

import pytest

from asn_fp.errors import KnobError, ProductError
from asn_fp.keys import detector, keyword
from asn_fp.predicates import is_science
from asn_fp.records import Bundle, Draft, Partner
from asn_fp.transforms import distinct, gather, name, one_each, read, require
from asn_fp.transforms.refine import why_not_required

NRS1 = "raw/jw01234001002_02103_00004_nrs1_rate.fits"
NRS2 = "raw/jw01234001002_02103_00004_nrs2_rate.fits"


def draft(*items):
    """Return one product for each item."""
    return one_each(gather(read(items)))


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("fixed", "fixed"),
        ("{stem}", "jw01234001002_02103_00004_nrs1"),
        ("{product}", "raw/jw01234001002_02103_00004_nrs1"),
        ("jw{program}-o{observation}_{detector}_{instrument}", "jw01234-o001_nrs1_nirspec"),
        ("{visit}.{activity}.{exposure}", "002.02103.00004"),
        ("{stem}{segment}{target}!", "jw01234001002_02103_00004_nrs1!"),
        ("jw01234-o001_{source_id}_nirspec_{slit_name}_{suffix}", "jw01234-o001_{source_id}_nirspec_{slit_name}_{suffix}"),
        ("{detector}_{suffix}", "nrs1_{suffix}"),
        ("{{{detector}}}", "{nrs1}"),
        (detector, "nrs1"),
        (lambda bundle: bundle.leads[0].name.base, "jw01234001002_02103_00004_nrs1_rate.fits"),
    ],
)
def test_name(by, expected):
    """A product is named by a template of keys, a key or a function; the pipelines' own placeholders stay."""
    (bundle,) = name(draft(NRS1), by).bundles
    assert bundle.name == expected


def test_name_keeps_the_rest():
    """Only the name of a product changes, and the first lead gives it."""
    given = gather(read([NRS2, NRS1]))
    partner = Partner("background", "b")
    with_partner = Draft((Bundle(("k",), "", given.bundles[0].leads, (partner,)),), given.pool)
    assert name(with_partner, "{detector}") == Draft((Bundle(("k",), "nrs2", given.bundles[0].leads, (partner,)),), given.pool)


@pytest.mark.parametrize(
    ("by", "line"),
    [
        ("{stm}", "field of product name '{stm}' (unknown): 'stm'; did you mean 'stem'?"),
        ("{}", "field of product name '{}' (unknown): ''; known: "),
        ("{stem.x}", "field of product name '{stem.x}' (unknown): 'stem.x'; did you mean 'stem'?"),
        ("{stem", "product name ("),
        ("stem}", "product name ("),
    ],
)
def test_name_refuses_templates(by, line):
    """A field that is no key, or a brace without its twin, is an error, also without products."""
    with pytest.raises(KnobError) as caught:
        name(Draft(), by)
    assert str(caught.value).startswith(line)


def test_every_unknown_field_is_named():
    """A template with several unknown fields gives one error with a line for each."""
    with pytest.raises(KnobError) as caught:
        name(Draft(), "{stm}_{detectr}_{program}")
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("by", ["", "{target}", keyword("FILTER"), lambda _: "", lambda _: None])
def test_name_refuses_an_empty_name(by):
    """A name that comes out empty is an error that lists every product so named by its files."""
    with pytest.raises(ProductError) as caught:
        name(draft("a", "b"), by)
    assert str(caught.value).splitlines() == [
        f"product name (empty): {file!r}; give another name or template" for file in ("a", "b")
    ]


def test_a_long_product_is_named_by_its_first_files():
    """The error about a product of many files shows three of them."""
    with pytest.raises(ProductError, match=r"'a, b, c, \.\.\.'"):
        name(gather(read("abcd"[at] for at in range(4))), "")


def test_distinct_passes_different_names():
    """Products of different names pass as the same draft."""
    given = name(draft("a_rate.fits", "b_rate.fits"), "{stem}")
    assert distinct(given) is given


def test_distinct_names_both_files():
    """Two products of one name are an error that names the files of both; all clashes come in one error."""
    given = name(draft("a_rate.fits", "b_rate.fits", "a_rateints.fits", "b_cal.fits", "c_cal.fits"), "{stem}")
    with pytest.raises(ProductError) as caught:
        distinct(given)
    way_out = "they are two levels of one exposure, rate and {}: give files of one level"
    assert str(caught.value).splitlines() == [
        f"product name (used twice, for 'a_rate.fits' and 'a_rateints.fits'): 'a'; {way_out.format('rateints')}",
        f"product name (used twice, for 'b_rate.fits' and 'b_cal.fits'): 'b'; {way_out.format('cal')}",
    ]
    with pytest.raises(ProductError, match=r"leave one out, or name the products with a template such as '{stem}'"):
        distinct(name(draft("a_rate.fits", "b_rate.fits"), "same"))


def test_distinct_cuts_a_long_list():
    """More than twenty clashes are counted, not listed."""
    with pytest.raises(ProductError) as caught:
        distinct(name(draft(*map(str, range(31))), "same"))
    lines = str(caught.value).splitlines()
    assert (len(lines), lines[-1]) == (21, "and 10 more such names")


ITEMS = ["s", ("p1", "psf"), ("p2", "psf")]


@pytest.mark.parametrize(
    ("exptype", "settings", "stays"),
    [
        ("science", {}, True),
        ("science", {"at_least": 2}, False),
        ("science", {"at_most": 1}, True),
        ("psf", {"at_least": 2}, True),
        ("psf", {"at_least": 3}, False),
        ("psf", {"at_most": 1}, False),
        ("psf", {"at_least": 0, "at_most": 2}, True),
        ("background", {}, False),
        ("background", {"at_least": 0}, True),
        ("sourcecat", {}, True),
    ],
)
def test_require(exptype, settings, stays):
    """A product stays if the count of a role, among leads and partners with or without a file, is within the limits."""
    given = gather(read(ITEMS))
    given = Draft((Bundle((), "", given.bundles[0].leads, (Partner("sourcecat", "c"),)),), given.pool)
    result = require(given, exptype, **settings)
    assert bool(result.bundles) is stays
    assert result.pool is given.pool
    assert (result is given) is stays


def test_require_counts_leads_and_partners_together():
    """The count of a role is that of leads and partners together."""
    given = gather(read(ITEMS))
    given = Draft((Bundle((), "", given.bundles[0].leads, (Partner("psf", "p3"),)),), given.pool)
    assert require(given, "psf", at_least=3) is given


def test_require_leaves_the_other_products():
    """Only the products that lack the role go."""
    given = one_each(gather(read(ITEMS)))
    assert [bundle.leads[0].name.text for bundle in require(given, "psf").bundles] == ["p1", "p2"]


@pytest.mark.parametrize(
    ("file", "exptype", "settings", "text"),
    [
        ("s", "psf", {"at_least": 3}, "its product has 2 psf, and needs at least 3"),
        ("p1", "psf", {"at_most": 1}, "its product has 2 psf, and needs at most 1"),
        ("p1", "background", {}, "its product has 0 background, and needs at least 1"),
        ("s", "psf", {"at_least": 2}, None),
        ("b", "psf", {"at_least": 3}, None),
    ],
)
def test_why_not_required(file, exptype, settings, text):
    """The reason is the count in a product of the exposure that failed, and what it should have been."""
    exposures = read([*ITEMS, ("b", "background")])
    given = gather(exposures, of=is_science)
    partners = tuple(Partner("psf", each.name.text, each) for each in exposures[1:3])
    given = Draft((Bundle((), "", given.bundles[0].leads, partners),), exposures)
    (chosen,) = (each for each in exposures if each.name.text == file)
    reason = why_not_required(given, chosen, exptype, **settings)
    assert (reason and reason.text) == text
