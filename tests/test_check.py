"""What check finds, as tables: each row is an association and the codes of its findings, in their order."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asn_fp import codec
from asn_fp.check import CODES, Finding, check, errors, stage_of
from asn_fp.errors import KnobError
from asn_fp.records import Association, Member, Product
from asn_fp.vocabulary import ASN_TYPES, EXPTYPES, PRODUCT_SUFFIXES

E1, E2, E3, E4 = (f"jw01234001001_02101_0000{number}_nrs1" for number in range(1, 5))
GRISM = "jw01234-o001_t001_niriss_f200w"
TYPED = ("asn_type", "asn_rule", "program", "asn_id", "target", "asn_pool")


def product(members: str, name: str | None = "p") -> dict[str, Any]:
    """Return a product; members are "file:role", the role being science if it is not said."""
    listed = [text.partition(":")[::2] for text in members.split()]
    named = {} if name is None else {"name": name}
    return named | {"members": [{"expname": file, "exptype": role or "science"} for file, role in listed]}


def association(asn_type: str, /, *products: dict[str, Any] | str, without: str = "", **keys: Any) -> Association:
    """Return an association as it is read from a file, with the keys that pipelines open."""
    whole = {"asn_type": asn_type, "asn_id": "o001", "asn_pool": "none"} | keys
    name = "p_{suffix}" if asn_type == "wfs-image3" else "p"
    made = [product(each, name) if isinstance(each, str) else each for each in products]
    kept = {key: value for key, value in whole.items() if key not in without.split()}
    return codec.loads(json.dumps(kept | {"products": made}))


def codes(asn: Association, **settings: Any) -> list[str]:
    """Return the codes of the findings, those of warnings in brackets."""
    return [found.code if found.severity == "error" else f"({found.code})" for found in check(asn, **settings)]


TRIO = f"{GRISM}_i2d.fits:direct_image {GRISM}_cat.ecsv:sourcecat {GRISM}_segm.fits:segmap"

CLEAN = {
    "image2": association("image2", "a_rate.fits", product("b_rate.fits c_rate.fits:background", "b")),
    "image2 of a coronagraph": association("image2", "a_rateints.fits b_rateints.fits:background"),
    "image2 of mixed cubes and images": association("tso-image2", "a_rateints.fits b_rate.fits:background"),
    "image2 without asn_id": association("image2", "a_rate.fits", without="asn_id"),
    "wfs-image2": association("wfs-image2", "a_rate.fits"),
    "spec2 with backgrounds and imprints": association(
        "spec2", f"{E1}_rate.fits {E2}_rate.fits:background {E3}_rate.fits:background {E4}_rate.fits:imprint"
    ),
    "spec2 with every exposure for self-calibration": association(
        "spec2", f"{E1}_rate.fits {E2}_rate.fits:background {E1}_rate.fits:selfcal {E2}_rate.fits:selfcal"
    ),
    "spec2 with self-calibration listed first": association("spec2", f"{E1}_rate.fits:selfcal {E1}_rate.fits"),
    "spec2 with target acquisition": association("spec2", "a_rate.fits t_rate.fits:target_acquisition"),
    "spec2 of a grism": association("spec2", f"a_rate.fits b_rate.fits:background {TRIO}"),
    "spec2 taken up after background subtraction": association("spec2", "a_bsub.fits"),
    "nrslamp-spec2": association("nrslamp-spec2", "a_rate.fits"),
    "image3": association("image3", "a_cal.fits b_cal.fits t_cal.fits:target_acquisition"),
    "image3 of outlier-free images": association("image3", "a_o001_crf.fits b_o001_crf.fits"),
    "image3 without asn_id and asn_pool": association("image3", "a_cal.fits", without="asn_id asn_pool"),
    "spec3 with x1d backgrounds": association("spec3", "a_cal.fits b_cal.fits s_x1d.fits:background t_x1dints.fits:background"),
    "spec3 with nods that are each other's backgrounds": association(
        "spec3", f"{E1}_cal.fits {E2}_cal.fits {E1}_x1d.fits:background {E2}_x1d.fits:background"
    ),
    "spec3 without asn_id": association("spec3", "a_cal.fits", without="asn_id"),
    "spec3 of sources": association("spec3", product("a_cal.fits", "jw01234-o001_{source_id}_nirspec_f290lp-g395h")),
    "spec3 of slits": association("spec3", product("a_cal.fits", "jw01234-o001_t001-{source_id}_nirspec_f290lp-{slit_name}")),
    "spec3 with lamps on record": association(
        "spec3", "a_cal.fits l_rate.fits:autoflat w_rate.fits:autowave t_rate.fits:target_acquisition"
    ),
    "spec3 of a grism": association("spec3", "a_x1d.fits b_x1d.fits"),
    "spec3 taken up after a correction": association("spec3", "a_residual_fringe.fits b_mbsub.fits"),
    "coron3": association("coron3", "a_calints.fits b_calints.fits r_calints.fits:psf t_cal.fits:target_acquisition"),
    "ami3": association("ami3", "a_calints.fits r_calints.fits:psf"),
    "tso3": association("tso3", "a-seg001_calints.fits a-seg002_calints.fits"),
    "wfs-image3": association(
        "wfs-image3",
        product("a_cal.fits b_cal.fits", "jw01234-o001_t001_nircam_f212n-wlp8-nrca3_{suffix}-01"),
        product("c_cal.fits d_cal.fits", "jw01234-o001_t001_nircam_f212n-wlp8-nrca4_{suffix}-01"),
    ),
    "a stage-2 list": association("None", "a_rate.fits", asn_rule="DMSLevel2bBase", version_id=None),
    "a stage-3 list": association("None", "a_cal.fits b_cal.fits", asn_rule="DMS_Level3_Base", version_id="20260101t000000"),
    "suffixes nobody knows": association("image2", "my_galaxy.fits my_sky_v2.fits:background"),
    "results of single steps": association("image3", "a_tweakreg.fits b_skymatch.fits"),
    "a stage that nothing tells": association("None", "a_cal.fits b_rate.fits c_uncal.fits:background"),
    "partners that one of the pipelines may read": association("None", "a_rate.fits r_rate.fits:psf", asn_rule="level2"),
    "partners of a stage that nothing tells": association("None", "b.fits:background c_cat.ecsv:sourcecat"),
    "a type in capitals": association("SPEC2", "a_rate.fits t_rate.fits:target_acquisition"),
    "keys of one's own": association("image3", "a_cal.fits", mine=[1, {"x": None}], degraded_status=None),
}

TOP_LEVEL = [
    (association("image2"), "no-products"),
    (codec.loads('{"asn_rule": "Association", "members": ["a.fits"]}'), "(plain-members)"),
    (codec.loads('{"asn_type": "image2", "products": [], "members": ["a.fits"]}'), "no-products"),
    (Association(), "no-products"),
    (association("image2", "a_rate.fits", without="asn_pool"), "missing-key"),
    (association("spec2", "a_rate.fits", without="asn_pool asn_id"), "missing-key"),
    (association("coron3", "a_calints.fits r_calints.fits:psf", without="asn_pool asn_id"), "missing-key missing-key"),
    (association("ami3", "a_calints.fits r_calints.fits:psf", without="asn_id"), "missing-key"),
    (association("tso3", "a_calints.fits", without="asn_id"), "missing-key"),
    (association("wfs-image3", "a_cal.fits b_cal.fits", without="asn_id asn_pool"), "missing-key"),
    (association("spec3", "a_cal.fits b_x1d.fits:background", without="asn_id"), "missing-key"),
    (association("", "a_cal.fits", asn_rule="level3", without="asn_id asn_pool"), "(missing-key) (missing-key)"),
    (association("", "a_rate.fits", asn_rule="level2", without="asn_id asn_pool"), "missing-key"),
    (association("", "a.fits", without="asn_id asn_pool"), "(missing-key) (missing-key)"),
    (association("image3", "a_cal.fits", "b_cal.fits"), "(products-ignored) same-name"),
    (association("", "a_cal.fits", product("b_cal.fits", "b"), asn_rule="level3"), "(products-ignored)"),
    *((association("image3", "a_cal.fits", **dict[str, Any]({key: 7})), "wrong-type") for key in TYPED),
    (association("", "a_cal.fits", asn_type=["image3"]), "wrong-type"),
    (association("image3", "a_cal.fits", program=None), "wrong-type"),
    (association("image3", "a_cal.fits", version_id=1), "wrong-type"),
]

NAMES = [
    (association("image2", product("a_rate.fits", None)), "no-name"),
    (association("wfs-image3", product("a_cal.fits b_cal.fits", None)), "no-name"),
    (association("image3", product("a_cal.fits", None)), "(no-name)"),
    (association("", product("a_cal.fits", None), asn_rule="level3"), "(no-name)"),
    (association("image2", product("a_rate.fits", "")), "empty-name"),
    (association("image2", product("a_rate.fits", " \t")), "empty-name"),
    (association("image2", "a_rate.fits", product("b_rate.fits", "b"), "c_rate.fits"), "same-name"),
    (association("image2", product("a_rate.fits", "out/a")), "(name-folder)"),
    (association("image2", product("a_rate.fits", "out\\a")), "(name-folder)"),
    (association("spec3", product("a_cal.fits", "p_{slit}")), "(placeholder)"),
    (association("spec3", product("a_cal.fits", "p_{source_id}_{")), "(placeholder)"),
    (association("spec3", product("a_cal.fits", "p_{{suffix}}")), "(placeholder)"),
    *(
        (association("wfs-image3", product("a_cal.fits b_cal.fits", name)), code)
        for name, code in (
            ("p", "(no-placeholder)"),
            ("p_{source_id}_{suffix}", "placeholder"),
            ("p_{suffix}_{}", "placeholder"),
            ("p_{suffix", "placeholder"),
            ("p_{suffix.x}", "placeholder"),
            ("p_{suffix}}}", ""),
        )
    ),
]

ROLES = [
    (association("image2", product("")), "no-members"),
    (association("image2", "a_rate.fits:background"), "no-science"),
    (association("image3", "a_cal.fits:target_acquisition"), "no-science"),
    (association("", "a_x1d.fits:background", asn_rule="level3"), "no-science"),
    (association("image2", "a_rate.fits b_rate.fits"), "many-science"),
    (association("", "a_rate.fits b_rate.fits", asn_rule="level2"), "many-science"),
    (association("coron3", "a_calints.fits"), "no-psf"),
    (association("coron3", "r_calints.fits:psf"), "no-science"),
    (association("ami3", "a_calints.fits"), "(no-psf)"),
    (association("wfs-image3", "a_cal.fits"), "wfs-single"),
    (association("wfs-image3", "a_cal.fits:target_acquisition"), "no-science"),
    (association("wfs-image3", "a_cal.fits b_cal.fits c_cal.fits"), "(wfs-many)"),
    (association("spec2", "a_rate.fits c_cat.ecsv:sourcecat"), "(catalogue-incomplete)"),
    (association("spec2", "a_rate.fits c_cat.ecsv:sourcecat s_segm.fits:segmap"), "(catalogue-incomplete)"),
    (association("spec2", f"a_rate.fits {TRIO} c_cat.ecsv:sourcecat"), "(catalogue-many)"),
    (association("spec2", f"a_rate.fits {TRIO} i_i2d.fits:direct_image s_segm.fits:segmap"), "(catalogue-many) " * 2),
]

MEMBERS = [
    (association("image2", "a_rate.fits b_rate.fits:bckground"), "unknown-exptype"),
    (association("image3", "a_cal.fits t_cal.fits:target_acquistion"), "unknown-exptype"),
    (association("image2", "a_rate.fits:sci"), "no-science unknown-exptype"),
    (association("image3", "a_cal.fits:SCIENCE b_cal.fits:Science"), "exptype-case exptype-case"),
    (association("image2", "a_rate.fits b_rate.fits:imprint"), "(unread-exptype)"),
    (association("image2", "a_rate.fits b_rate.fits:target_acquisition"), "(unread-exptype)"),
    (association("image3", "a_cal.fits b_cal.fits:background r_cal.fits:psf"), "(unread-exptype) (unread-exptype)"),
    (association("spec2", "a_rate.fits b_rate.fits:psf"), "(unread-exptype)"),
    (association("tso3", "a_calints.fits b_x1dints.fits:background"), "(unread-exptype)"),
    (association("spec3", "a_cal.fits b_rate.fits:flat"), "(unread-exptype)"),
    (association("tso3", "data/a_calints.fits"), "(expname-folder)"),
    (association("tso3", "data\\a_calints.fits"), "(expname-folder)"),
    (association("tso3", "/data/a_calints.fits"), ""),
    (association("image2", "/data/a_rate.fits"), ""),
    (association("spec2", f"/data/a_rate.fits {TRIO.replace(GRISM, '/data/' + GRISM)}"), " ".join(["(expname-folder)"] * 3)),
    (association("image3", "x/a_cal.fits x/../x/./a_cal.fits"), "(expname-folder) (expname-folder) duplicate-member"),
    (association("image3", "a_cal.fits ./a_cal.fits:psf"), "(expname-folder) (unread-exptype) two-roles"),
    (association("coron3", "./a_x.fits:background a_x.fits r.fits:psf"), "(expname-folder) (unread-exptype) own-background"),
    (association("image2", {"name": "p", "members": [{"expname": " ", "exptype": "science"}]}), "no-expname"),
    (association("image2", "a_rate.fits b_rate.fits:background b_rate.fits:background"), "duplicate-member"),
    (association("image3", "a_cal.fits a_cal.fits a_cal.fits"), "duplicate-member duplicate-member"),
    (association("spec2", "a_rate.fits a_rate.fits:imprint"), "two-roles"),
    (association("spec2", "b_rate.fits:background a_rate.fits b_rate.fits:imprint"), "two-roles"),
    (association("coron3", "a_calints.fits a_calints.fits:psf"), "two-roles"),
    (association("image2", "a_rate.fits a_rate.fits:background"), "own-background"),
    (association("image2", "a_rate.fits:background a_rate.fits"), "own-background"),
    (association("image2", f"{E1}_rate.fits {E1}_rateints.fits:background"), "own-background"),
    (association("image2", f"{E1}_rate.fits sky/{E1}_rate.fits:background"), "(expname-folder) own-background"),
    (association("spec3", "a_x1d.fits b_cal.fits a_x1d.fits:background"), "own-background"),
]

WRONG = [
    # (type, members that are right, the member whose suffix is wrong, its role)
    *(("image2", "", f"a_{suffix}.fits", "science") for suffix in ("uncal", "ramp", "cal", "calints", "i2d", "x1d")),
    ("image2", "a_rate.fits", "b_cal.fits", "background"),
    ("spec2", "a_rate.fits", "b_x1d.fits", "background"),
    ("spec2", "a_rate.fits", "b_bsub.fits", "background"),
    ("spec2", "a_rate.fits", "b_uncal.fits", "imprint"),
    ("spec2", "a_rate.fits", "b_cal.fits", "selfcal"),
    ("spec2", "a_rate.fits", "b_uncal.fits", "target_acquisition"),
    ("spec2", f"a_rate.fits {TRIO.split()[0]} {TRIO.split()[1]}", "b_cat.ecsv", "segmap"),
    ("spec2", f"a_rate.fits {TRIO.split()[0]} {TRIO.split()[2]}", "b_i2d.fits", "sourcecat"),
    ("spec2", f"a_rate.fits {TRIO.split()[1]} {TRIO.split()[2]}", "b_rate.fits", "direct_image"),
    *(("image3", "a_cal.fits", f"b_{suffix}.fits", "science") for suffix in ("uncal", "rate", "calints", "i2d", "x1d", "bsub")),
    *(("spec3", "a_cal.fits", f"b_{suffix}.fits", "science") for suffix in ("uncal", "rate", "s3d", "s2d")),
    *(("spec3", "a_cal.fits", f"b_{suffix}.fits", "background") for suffix in ("cal", "rate", "c1d", "mbsub")),
    ("coron3", "r_calints.fits:psf a_calints.fits", "b_cal.fits", "science"),
    ("coron3", "a_calints.fits r_calints.fits:psf", "b_cal.fits", "psf"),
    ("ami3", "a_calints.fits", "b_ami-oi.fits", "psf"),
    ("tso3", "a_calints.fits", "b_rateints.fits", "science"),
    ("wfs-image3", "a_cal.fits", "b_rate.fits", "science"),
]

FAULTY = [*TOP_LEVEL, *NAMES, *ROLES, *MEMBERS]


@pytest.mark.parametrize("name", CLEAN)
def test_what_pipelines_take_gives_no_findings(name: str) -> None:
    """An association that a pipeline processes as it is meant has no findings."""
    assert check(CLEAN[name]) == ()


@pytest.mark.parametrize(("asn", "expected"), FAULTY)
def test_each_fault_is_found_once_and_in_order(asn: Association, expected: str) -> None:
    """A fault gives its own finding, an error or (a warning), and no other."""
    assert codes(asn) == expected.split()


@pytest.mark.parametrize(("asn_type", "right", "wrong", "role"), WRONG)
def test_a_suffix_must_fit_role_and_stage(asn_type: str, right: str, wrong: str, role: str) -> None:
    """A member whose suffix is that of another product is an error, which names the suffixes that fit."""
    asn = association(asn_type, f"{right} {wrong}:{role}")
    (found,) = check(asn)
    assert (found.code, found.severity, found.value) == ("wrong-suffix", "error", wrong)
    assert found.way_out.startswith(f"{ASN_TYPES[asn_type]} takes ")


@pytest.mark.parametrize(("rule", "wrong"), [("level2", "b_cal.fits"), ("level3", "b_cal.fits"), ("level3", "b_rate.fits")])
def test_a_suffix_must_fit_the_stage_of_a_list(rule: str, wrong: str) -> None:
    """Where only the rule tells the stage, suffixes are those that any pipeline of the stage takes."""
    science = "a_rate.fits" if rule == "level2" else "a_cal.fits"
    assert codes(association("None", f"{science} {wrong}:background", asn_rule=rule)) == ["wrong-suffix"]


def test_the_tables_produce_every_code_and_no_other() -> None:
    """Each code has a row, and each code of a row is in CODES with one sentence."""
    found = {finding.code for asn, _ in FAULTY for finding in check(asn)} | {"wrong-suffix"}
    assert found == set(CODES)
    assert all(text.endswith(".") and text[0].isupper() for text in CODES.values())


@pytest.mark.parametrize(
    ("keys", "members", "stage"),
    [
        *(({"asn_type": name}, "a_cal.fits" if "2" in name else "a_rate.fits", 2 if "2" in name else 3) for name in ASN_TYPES),
        ({"asn_type": "Image3"}, "a", 3),
        ({"asn_type": "image2", "asn_rule": "level3"}, "a", 2),
        *(({"asn_rule": rule}, "a", 2) for rule in ("DMSLevel2bBase", "level2", "Asn_Lv2Spec", "candidate_Asn_Lv2WFSSNIS")),
        *(({"asn_rule": rule}, "a", 3) for rule in ("DMS_Level3_Base", "level3", "Asn_Lv3Image", "discover_Asn_Lv3TSO")),
        ({"asn_type": "None", "asn_rule": "Asn_Mosaic"}, "a", None),
        ({}, "a_rate.fits b_rateints.fits c_cal.fits:background", 2),
        ({}, "a_cal.fits b_crf.fits", 3),
        ({}, "a_x1d.fits", 3),
        ({}, "a_cal.fits b_rate.fits", None),
        ({}, "a_rate.fits b.fits", None),
        ({}, "a_rate.fits:background", None),
        ({"asn_type": 2, "asn_rule": [3]}, "a", None),
    ],
)
def test_the_stage_is_told_by_type_then_rule_then_suffixes(keys: dict[str, Any], members: str, stage: int | None) -> None:
    """The type beats the rule's name, which beats the suffixes of the science members; where they disagree, it is None."""
    asn = codec.loads(json.dumps(keys | {"products": [product(members)]}))
    assert stage_of(asn) == stage


def test_a_list_without_products_has_no_stage() -> None:
    """A plain list of files is of no stage."""
    assert stage_of(codec.loads('{"members": ["a_rate.fits"]}')) is None


@pytest.mark.parametrize(
    ("asn", "line"),
    [
        (
            association("image2", product(f"{E1}_rate.fits {E2}_rate.fits:bckground", E1)),
            f"error unknown-exptype: product 1 '{E1}', member 2 (exptype unknown): 'bckground'; did you mean 'background'?",
        ),
        (
            association("image3", "a_cal.fits", program={"n": [1]}),
            "error wrong-type: association ('program' is not a text): {'n': [1]}; write it in double quotes",
        ),
        (
            association("image3", "a_cal.fits", target=None),
            "error wrong-type: association ('target' is not a text): None; leave the key out; only 'version_id' may be null",
        ),
        (
            association("image2", product("a_rate.fits b_rate.fits", "two\nlines")),
            r"error many-science: product 1 'two\nlines' (2 members are science): ['a_rate.fits', 'b_rate.fits']; "
            "make one product of each",
        ),
        (
            association("coron3", "a_cal.fits r_calints.fits:psf"),
            "error wrong-suffix: product 1 'p', member 1 (science of suffix 'cal'): 'a_cal.fits'; "
            "calwebb_coron3 takes calints, crfints",
        ),
        (
            association("image2", "a_rate.fits", product("b_rate.fits", "b"), "c_rate.fits"),
            "error same-name: product 3 'p' (product 1 has this name): 'p'; "
            "give each its own: the second would overwrite the files of the first",
        ),
        (
            association("spec2", "a_rate.fits b_rate.fits:imprint b_rate.fits:selfcal b_rate.fits:background"),
            "error two-roles: product 1 'p', member 4 (listed before as 'imprint', here as 'background'): 'b_rate.fits'; "
            "decide for one of them",
        ),
        (
            association("image2", product("a_rate.fits", None)),
            "error no-name: product 1 (calwebb_image2 names its files by it): 'name'; add \"name\"",
        ),
    ],
)
def test_a_finding_is_one_line(asn: Association, line: str) -> None:
    """A finding prints its severity, code, place, reason, offender and way out in one line."""
    assert [str(found) for found in check(asn)] == [line]


def test_products_of_one_name_are_compared_with_the_first() -> None:
    """Each further product of a name is found, and the first one is named."""
    found = check(association("image2", "a_rate.fits", "b_rate.fits", "c_rate.fits"))
    assert [(each.place, each.reason) for each in found] == [
        ("product 2 'p'", "product 1 has this name"),
        ("product 3 'p'", "product 1 has this name"),
    ]


def test_many_files_are_listed_by_the_first_eight() -> None:
    """A finding about a long list of files names eight of them and how many there are."""
    (found,) = check(association("image2", " ".join(f"a{number}_rate.fits" for number in range(20))))
    assert found.reason == "20 members are science"
    assert found.value == (*(f"a{number}_rate.fits" for number in range(8)), "...")


def test_findings_follow_the_file() -> None:
    """Findings about keys come first, then each product's, its own before those of its members."""
    asn = association(
        "image2", product("a_rate.fits b_rate.fits x/c_cal.fits:background", "x/y"), product("", ""), without="asn_pool"
    )
    expected = "missing-key (name-folder) many-science (expname-folder) wrong-suffix empty-name no-members"
    assert codes(asn) == expected.split()


def test_suffixes_of_ones_own() -> None:
    """A suffix of one's own is no finding, and is cut off when exposures are compared."""
    asn = association("image2", "a_rate.fits a_destriped.fits:background")
    assert codes(asn) == []
    assert codes(asn, suffixes=["destriped"]) == codes(asn, suffixes="destriped") == ["own-background"]
    with pytest.raises(KnobError):
        check(asn, suffixes=["_destriped"])


@pytest.mark.parametrize("value", [{"products": []}, "{}", None])
def test_only_associations_are_checked(value: Any) -> None:
    """What is no association is an error that says how to get one."""
    with pytest.raises(KnobError, match=r"association \(not one\).*loads"):
        check(value)


def test_errors_keeps_the_errors() -> None:
    """Warnings are left out, and the order stays."""
    found = check(association("image3", "x/a_rate.fits x/b_cal.fits:Science"))
    assert [each.code for each in found] == ["expname-folder", "wrong-suffix", "expname-folder", "exptype-case"]
    assert [each.code for each in errors(found)] == ["wrong-suffix", "exptype-case"]


def test_findings_are_values() -> None:
    """Equal associations give equal findings, which can be put into a set whatever their offender is."""
    asn = association("image3", "a_cal.fits", program={"n": [1]})
    assert check(asn) == check(asn)
    assert len({*check(asn), *check(asn)}) == 1


def test_a_product_made_in_python() -> None:
    """A product that never was in a file is checked like one that was."""
    assert codes(Association(asn_type="image3", products=(Product(),))) == ["(no-name)", "no-members"]


_TEXT = st.text(st.characters(), max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)
_FILE = _TEXT | st.builds("{}_{}.fits".format, st.sampled_from("ab"), st.sampled_from(sorted(PRODUCT_SUFFIXES)))
_MEMBER = st.fixed_dictionaries({"expname": _FILE, "exptype": _TEXT | st.sampled_from(EXPTYPES)}, optional={"group_id": _JSON})
_PRODUCT = st.fixed_dictionaries({"members": st.lists(_MEMBER, max_size=5)}, optional={"name": _TEXT | st.just("{suffix}")})
_DOCUMENT = st.fixed_dictionaries(
    {},
    optional={
        "products": st.lists(_PRODUCT, max_size=3),
        "members": st.lists(_TEXT, max_size=3),
        "asn_type": _JSON | st.sampled_from(sorted(ASN_TYPES)),
        "asn_rule": _JSON | st.sampled_from(["level2", "level3"]),
        **dict.fromkeys(("version_id", "program", "asn_id", "target", "asn_pool", "constraints", "mine"), _JSON),
    },
).filter(lambda document: "products" in document or "members" in document)


@given(_DOCUMENT)
@example({"products": [{"members": [{"expname": "a", "exptype": "\x1e"}, {"expname": "a", "exptype": "\x1e"}]}]})
def test_check_takes_whatever_can_be_read(document: dict[str, Any]) -> None:
    """Check never raises for an association that can be read; each finding is one line, of a known code and severity."""
    for found in check(codec.loads(json.dumps(document))):
        assert isinstance(found, Finding)
        assert found.code in CODES
        assert found.severity in ("error", "warning")
        assert len(str(found).splitlines()) == 1


@pytest.mark.parametrize(
    ("asn_type", "exptype", "told"),
    [
        ("image2", "science", "calwebb_image2 opens it from the current folder"),
        ("spec2", "science", "it is opened from the association's folder"),
        ("spec2", "sourcecat", "calwebb_spec2 cuts the folder off"),
        ("coron3", "psf", "it is opened from the association's folder"),
        ("None", "background", "calwebb_image2 opens it from the current folder, the others from the association's"),
    ],
)
def test_where_a_path_leads(asn_type, exptype, told):
    """A path in a member's name is told with what the pipeline makes of it."""
    members = (Member("data/a.fits", exptype),)
    asn = Association(asn_type=asn_type, asn_rule="level2", asn_pool="p", products=(Product("a", members),))
    (found,) = [each for each in check(asn) if each.code == "expname-folder"]
    assert found.reason == f"a path in expname: {told}"
