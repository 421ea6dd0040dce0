"""The transforms that change keys and paths of associations, and the one that refuses bad ones."""

import pytest

from asn_fp.errors import KnobError, ProductError
from asn_fp.records import Association, Member, Product
from asn_fp.transforms import identify, relocate, stamp, verify
from asn_fp.transforms.finish import PATHS


def association(*products, **keys):
    """Return an association of products given as (name, member names), with the keys as a list rule leaves them."""
    known = {"program": "noprogram", "asn_id": "a3001", "target": "none", **keys}
    made = tuple(Product(name, tuple(Member(member, "science") for member in members)) for name, members in products)
    return Association(**known, products=made)


STAGE_3 = "jw01234-o001_t014_nircam_f444w"
EXPOSURE = "jw01234001001_02101_00001_nrcalong_cal.fits"
OTHER = "jw05678001001_02101_00001_nrcalong_cal.fits"


@pytest.mark.parametrize(
    ("products", "expected"),
    [
        ([(STAGE_3, [EXPOSURE])], ("01234", "o001", "t014")),
        ([("jw01234-c1001_s00042_nirspec_g140h", ["a"])], ("01234", "c1001", "s00042")),
        ([("jw01234-a3001_t014-s00042_nirspec_g140h", ["a"])], ("01234", "a3001", "t014")),
        ([(STAGE_3, []), ("jw01234-o001_t014_nircam_f200w", [])], ("01234", "o001", "t014")),
        ([(STAGE_3, []), ("jw01234-o002_t015_nircam_f200w", [])], ("01234", "a3001", "none")),
        ([(STAGE_3, [EXPOSURE]), ("mine", [EXPOSURE])], ("01234", "a3001", "none")),
        ([("mine", [EXPOSURE, "raw/" + EXPOSURE])], ("01234", "a3001", "none")),
        ([("mine", [EXPOSURE, OTHER])], ("noprogram", "a3001", "none")),
        ([("mine", [EXPOSURE, "galaxy_cal.fits"])], ("noprogram", "a3001", "none")),
        ([("mine", ["galaxy_cal.fits"])], ("noprogram", "a3001", "none")),
        ([(STAGE_3, [OTHER])], ("01234", "o001", "t014")),
        ([], ("noprogram", "a3001", "none")),
    ],
)
def test_identify(products, expected):
    """Program, asn_id and target come from stage-3 product names, else the program from the members, where all agree."""
    (result,) = identify((association(*products),))
    assert (result.program, result.asn_id, result.target) == expected


def test_identify_keeps_what_is_known():
    """A key that says something already is not changed, and a key that the layout lacks is not added."""
    (known,) = identify((association((STAGE_3, []), program="05555", asn_id="c1000", target="t001"),))
    assert (known.program, known.asn_id, known.target) == ("05555", "c1000", "t001")
    without = Association(program="noprogram", products=(Product(STAGE_3),))
    assert identify((without,))[0].to_dict().keys() == {"program", "products"}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"program": "01234"}, {"program": "01234"}),
        ({"asn_type": None}, {"asn_type": None}),
        ({"note": [1, {"a": 2}]}, {"note": [1, {"a": 2}]}),
        ({"program": "01234", "note": "mine"}, {"program": "01234", "note": "mine"}),
    ],
)
def test_stamp(keys, expected):
    """Known keys are set, unknown ones come in at the end, and the rest stays."""
    given = association(("p", ["a"]))
    (result,) = stamp((given,), keys)
    assert result.to_dict() == {**given.to_dict(), **expected}
    assert list(result)[-1:] == (["note"] if "note" in keys else ["products"])


def test_stamp_keeps_foreign_keys():
    """Keys that the association had besides the known ones stay."""
    given = Association(program="1", products=(), extra={"theirs": 1})
    assert stamp((given,), {"mine": 2})[0].to_dict() == {"program": "1", "products": [], "theirs": 1, "mine": 2}


@pytest.mark.parametrize("key", ["products", "members"])
def test_stamp_refuses_the_content(key):
    """The products themselves cannot be stamped over."""
    with pytest.raises(KnobError, match=f"key .holds the products, not a text.: '{key}'"):
        stamp((), {key: []})


NAMES = ["a.fits", "raw/b.fits", "/abs/c.fits", "../d.fits"]


@pytest.mark.parametrize(
    ("paths", "start", "expected"),
    [
        ("as-given", "", NAMES),
        ("basename", "", ["a.fits", "b.fits", "c.fits", "d.fits"]),
        ("relative", "", ["a.fits", "raw/b.fits", "../../abs/c.fits", "../d.fits"]),
        ("relative", "asn", ["../a.fits", "../raw/b.fits", "../../../abs/c.fits", "../../d.fits"]),
        ("relative", "/abs", ["../data/now/a.fits", "../data/now/raw/b.fits", "c.fits", "../data/d.fits"]),
        ("relative", "raw", ["../a.fits", "b.fits", "../../../abs/c.fits", "../../d.fits"]),
        ("absolute", "", ["/data/now/a.fits", "/data/now/raw/b.fits", "/abs/c.fits", "/data/d.fits"]),
    ],
)
def test_relocate(paths, start, expected):
    """Member paths are written as given, without folders, relative to the association's folder, or absolute."""
    given = (association(("p", NAMES)), Association(members=tuple(NAMES)))
    products, plain = relocate(given, paths, start=start, cwd="/data/now")
    assert [member.expname for member in products.products[0].members] == expected
    assert list(plain.members) == expected
    assert set(PATHS) == {"as-given", "basename", "relative", "absolute"}


@pytest.mark.parametrize(
    ("name", "relative", "absolute"),
    [
        ("link/../a.fits", "../now/link/../a.fits", "/data/now/link/../a.fits"),
        ("../link/../a.fits", "../link/../a.fits", "/data/link/../a.fits"),
        ("/link/../a.fits", "../../link/../a.fits", "/link/../a.fits"),
        ("./x//a.fits", "../now/x/a.fits", "/data/now/x/a.fits"),
        ("s3://bucket/a.fits", "s3://bucket/a.fits", "s3://bucket/a.fits"),
        ("", "", ""),
    ],
)
def test_relocate_guesses_nothing(name, relative, absolute):
    """A folder before ``..`` may be a link, so it stays; an address and an empty name are no paths, and stay too."""
    given = (Association(members=(name,)),)
    for paths, expected in (("relative", relative), ("absolute", absolute)):
        assert relocate(given, paths, start="../out", cwd="/data/now")[0].members == (expected,)


def test_relocate_keeps_the_rest():
    """Role and further keys of members and products stay."""
    member = Member("raw/a.fits", "science", {"group_id": "/1"}, ("group_id", "expname", "exptype"))
    given = Association(products=(Product("raw/p", (member,), {"theirs": 1}),))
    (result,) = relocate((given,), "basename")
    assert result.to_dict() == {
        "products": [{"name": "raw/p", "members": [{"group_id": "/1", "expname": "a.fits", "exptype": "science"}], "theirs": 1}]
    }
    assert list(result.products[0].members[0]) == ["group_id", "expname", "exptype"]


def test_relocate_takes_catalogues_along():
    """The catalogue that a member brings is a path too, and is written in the same way."""
    members = (Member("a.fits", "science", {"tweakreg_catalog": "cats/a.ecsv"}), Member("b.fits", "science"))
    given = Association(products=(Product("p", members),))
    for paths, expected in (("relative", "../now/cats/a.ecsv"), ("basename", "a.ecsv"), ("absolute", "/data/now/cats/a.ecsv")):
        (result,) = relocate((given,), paths, start="../out", cwd="/data/now")
        assert [dict(each.extra) for each in result.products[0].members] == [{"tweakreg_catalog": expected}, {}]


def test_relocate_refuses_two_files_of_one_name():
    """Two files of a product that would get one name are an error; all such pairs come in one."""
    given = association(("p", ["x/a.fits", "y/a.fits", "z/b.fits"]), ("q", ["x/a.fits"]), ("r", ["x/b.fits", "y/b.fits"]))
    with pytest.raises(ProductError) as caught:
        relocate((given,), "basename")
    assert str(caught.value).splitlines() == [
        f"member of {product!r} (two files get it: {one!r} and {other!r}): {name!r}; use --paths relative or absolute"
        for product, one, other, name in [("p", "x/a.fits", "y/a.fits", "a.fits"), ("r", "x/b.fits", "y/b.fits", "b.fits")]
    ]


def test_relocate_refuses_an_unknown_way():
    """Another word for the way is an error with the nearest one."""
    with pytest.raises(KnobError, match=r"paths .unknown.: 'base'; did you mean 'basename'"):
        relocate((), "base")


def test_verify_passes_the_good():
    """Associations with warnings at most pass as the same object."""
    given = (Association(asn_type="image2", asn_pool="none", products=(Product("a", (Member("x/a_rate.fits", "science"),)),)),)
    assert verify(given) is given


def test_verify_names_every_error():
    """Every error of every association comes in one exception, warnings do not."""
    bad = Product("a", (Member("x/a_rate.fits", "scince"), Member("b_cal.fits", "science")))
    given = Association(asn_type="image2", asn_pool="none", products=(bad,))
    with pytest.raises(ProductError) as caught:
        verify((given, given))
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["unknown-exptype", "wrong-suffix"] * 2


def test_verify_takes_own_suffixes():
    """A suffix of the user's that holds a pipeline's is cut as a whole, so the member is not taken for another product."""
    given = (Association(asn_type="image2", asn_pool="none", products=(Product("a", (Member("a_my_cal.fits", "science"),)),)),)
    with pytest.raises(ProductError, match="wrong-suffix"):
        verify(given)
    assert verify(given, suffixes=("my_cal",)) is given
