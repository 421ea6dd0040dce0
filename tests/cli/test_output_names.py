"""The names of files in --output-dir."""

from asn_fp.cli.output_names import file_names
from asn_fp.records import Association, Product


def asn(*products: str, **keys: str) -> Association:
    """Return an association with products of these names."""
    given = {"asn_type": "spec3", "asn_rule": "nirspec_ifu3", "program": "01234", "asn_id": "o001", **keys}
    return Association(**given, products=tuple(map(Product, products)))


def test_one_product_gives_its_name() -> None:
    """A file with one product is called after it, without what the pipeline fills in later, and after the type."""
    names = file_names([asn("jw01234-o001_t001_nirspec_g235h"), asn("jw01234-o001_{source_id}_nirspec_{slit_name}_g395h")])
    assert names == ["jw01234-o001_t001_nirspec_g235h_spec3_asn.json", "jw01234-o001_nirspec_g395h_spec3_asn.json"]
    slits = asn("jw01234-o001_t001-{source_id}_nirspec_f170lp-g235h-{slit_name}-allslits")
    assert file_names([slits]) == ["jw01234-o001_t001_nirspec_f170lp-g235h-allslits_spec3_asn.json"]


def test_many_products_give_the_rule() -> None:
    """A file with many products is called after program, candidate and rule."""
    assert file_names([asn("a", "b", asn_rule="miri_mrs2", asn_type="spec2")]) == ["jw01234-o001_miri_mrs2_spec2_asn.json"]
    image = asn("a", "b", asn_rule="miri_image2", asn_type="image2")
    assert file_names([image]) == ["jw01234-o001_miri_image2_asn.json"]


def test_no_two_names_are_alike() -> None:
    """Names that come out alike, in whatever case, are numbered, and nothing in a name leads out of the folder."""
    assert file_names([asn("p"), asn("P"), asn("../../p"), asn("/")]) == [
        "p_spec3_asn.json",
        "P_spec3.2_asn.json",
        "p_spec3.3_asn.json",
        "jw01234-o001_nirspec_ifu3_spec3_asn.json",
    ]


def test_a_number_is_not_given_twice() -> None:
    """A name that is called as another one would be numbered is numbered further, and so is the other one behind it."""
    names = {"asn_type": ""}
    assert file_names([asn("a", **names), asn("a", **names), asn("a.2", **names), asn("A", **names)]) == [
        "a_asn.json",
        "a.2_asn.json",
        "a.2.2_asn.json",
        "A.3_asn.json",
    ]
    assert file_names([asn("a", **names), asn("a.2", **names), asn("a", **names)])[2] == "a.3_asn.json"
