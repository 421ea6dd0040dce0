"""The front door: lists of files and knobs in, an association out that reads like the file it becomes."""

import json
import operator
import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest

import asn_fp
from asn_fp import asn_from_list, make, rule
from asn_fp import steps as s
from asn_fp.api import compose, find_rule, knobs_of
from asn_fp.errors import AsnWarning, FrozenRecordError, ItemError, KnobError, ProductError, RuleError
from asn_fp.predicates import named
from asn_fp.rules import RULES
from asn_fp.vocabulary import PARTNER_EXPTYPES

GOLDEN = Path(__file__).parent / "golden" / "peer_lists"
NIRSPEC = [f"jw99999001001_011001_0000{number}_nirspec_rate.fits" for number in (1, 2, 3)]
NIRCAM = [f"jw99999001001_011001_0000{number}_nircam_cal.fits" for number in (1, 2, 3)]
DITHERS = [f"jw01234001001_02101_0000{number}_{chip}_rate.fits" for number in (1, 2) for chip in ("nrs1", "nrs2")]
SKY = [f"jw01234002001_02101_0000{number}_{chip}_rate.fits" for number in (1, 2) for chip in ("nrs1", "nrs2")]
WAYS_IN = ("asn_fp.rules.lists:level3", "level3")


def told(association):
    """Return product -> its members as (file, role)."""
    return {product["name"]: [tuple(member.values()) for member in product["members"]] for product in association["products"]}


def versionless(text):
    """Return a text without the value of code_version."""
    return re.sub(r'"code_version": "[^"]*"', '"code_version": ""', text)


# ------------------------------------------------------------------------------------------------ documented and plain


@pytest.mark.parametrize("chosen", ["DMSLevel2bBase", "level2"])
@pytest.mark.parametrize(
    ("items", "knobs"),
    [
        (NIRSPEC, {"background": [NIRSPEC[1]], "imprint": [NIRSPEC[2]]}),
        (NIRSPEC[:1], {"background": [NIRSPEC[1]], "imprint": [NIRSPEC[2]]}),
        ([NIRSPEC[0], (NIRSPEC[1], "background"), (NIRSPEC[2], "imprint")], {}),
        ([(NIRSPEC[2], "imprint"), (NIRSPEC[1], "background"), (NIRSPEC[0], "science")], {"with_exptype": True}),
        ([Path(NIRSPEC[0]), (Path(NIRSPEC[1]), "background")], {"imprint": [Path(NIRSPEC[2])]}),
    ],
)
def test_the_documented_stage_2_example(chosen, items, knobs):
    """The NIRSpec example of the documentation comes out exactly, however background and imprint are told."""
    assert told(asn_from_list(items, chosen, **knobs)) == {
        "jw99999001001_011001_00001_nirspec": [
            ("jw99999001001_011001_00001_nirspec_rate.fits", "science"),
            ("jw99999001001_011001_00002_nirspec_rate.fits", "background"),
            ("jw99999001001_011001_00003_nirspec_rate.fits", "imprint"),
        ]
    }


@pytest.mark.parametrize("rule_knob", [{}, {"rule": "DMS_Level3_Base"}])
@pytest.mark.parametrize(("items", "knobs"), [(NIRCAM, {"psf": NIRCAM[2:]}), ([*NIRCAM[:2], (NIRCAM[2], "psf")], {})])
def test_the_documented_stage_3_example(rule_knob, items, knobs):
    """The NIRCam coronagraphy example of the documentation comes out exactly, also without naming the rule."""
    assert told(asn_from_list(items, product_name="jw99999-o001_t14_nircam_f182m-mask210r", **rule_knob, **knobs)) == {
        "jw99999-o001_t14_nircam_f182m-mask210r": [
            ("jw99999001001_011001_00001_nircam_cal.fits", "science"),
            ("jw99999001001_011001_00002_nircam_cal.fits", "science"),
            ("jw99999001001_011001_00003_nircam_cal.fits", "psf"),
        ]
    }


@pytest.mark.parametrize("case", sorted(each.name for each in GOLDEN.iterdir()))
def test_plain_lists_give_the_peers_json(case):
    """A plain list gives the very text that jwst 3.0.0 gives, code_version excepted."""
    given = json.loads((GOLDEN / case / "items.json").read_text())
    items = [tuple(item) if isinstance(item, list) else item for item in given["items"]]
    association = asn_from_list(items, given["rule"], **given["knobs"])
    assert versionless(association.dump()[1]) == versionless((GOLDEN / case / "association.json").read_text())
    assert association.code_version == asn_fp.__version__


# --------------------------------------------------------------------------------------------------------------- knobs


@pytest.mark.parametrize("chosen", ["DMSLevel2bBase", "DMS_Level3_Base", "level2", "level3"])
@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({"acid": "o001"}, {"asn_id": "o001"}),
        ({"acid": "c1001"}, {"asn_id": "c1001"}),
        ({"acid": "a3001"}, {"asn_id": "a3001"}),
        ({"asn_type": "spec2"}, {"asn_type": "spec2"}),
        ({"meta": {"program": "05555", "mine": [1, {"a": None}]}}, {"program": "05555", "mine": [1, {"a": None}]}),
        ({"meta": {"asn_id": "o007"}, "acid": "o001"}, {"asn_id": "o007"}),
        ({"with_exptype": True}, {}),
    ],
)
def test_knobs_are_applied(chosen, knobs, expected):
    """A knob that is given shows in the association, under every rule that makes products, and changes nothing else."""
    own = {"product_name": "p"} if "3" in chosen else {}
    items = ["my_sombrero.fits"]
    plain, given = asn_from_list(items, chosen, **own).to_dict(), asn_from_list(items, chosen, **own, **knobs).to_dict()
    assert given == {**plain, **expected}


@pytest.mark.parametrize("acid", ["x9", "o1", "O001", "", "001", "c10010"])
def test_a_wrong_acid_is_refused(acid):
    """What is no association candidate id is an error that shows the forms there are."""
    with pytest.raises(KnobError) as caught:
        asn_from_list(["a_rate.fits"], "level2", acid=acid)
    assert repr(acid) in str(caught.value)


@pytest.mark.parametrize(
    ("knobs", "names"),
    [
        ({}, ["a", "b"]),
        ({"product_name": "{stem}_mine"}, ["a_mine", "b_mine"]),
        ({"product_name_func": lambda item, number: f"{item}-{number}"}, ["a_rate.fits-1", "b_rate.fits-2"]),
    ],
)
@pytest.mark.parametrize("chosen", ["level2", "DMSLevel2bBase"])
def test_stage_2_product_names(chosen, knobs, names):
    """Stage-2 products are called after their files, by a template, or by a function of item and number from 1."""
    assert list(told(asn_from_list(["a_rate.fits", "b_rate.fits"], chosen, **knobs))) == names


@pytest.mark.parametrize("chosen", ["level2", "DMSLevel2bBase"])
def test_the_one_stage_2_product_takes_a_plain_name(chosen):
    """A plain name is that of the one product."""
    assert list(told(asn_from_list(["a_rate.fits"], chosen, product_name="mine", background=["b_rate.fits"]))) == ["mine"]


@pytest.mark.parametrize(
    ("paths", "start", "expected"),
    [
        ("as-given", None, ["raw/a.fits", "b.fits"]),
        ("basename", None, ["a.fits", "b.fits"]),
        ("relative", None, ["raw/a.fits", "b.fits"]),
        ("relative", "asn", ["../raw/a.fits", "../b.fits"]),
        ("relative", Path("raw"), ["a.fits", "../b.fits"]),
        ("absolute", None, ["{cwd}/raw/a.fits", "{cwd}/b.fits"]),
    ],
)
def test_paths(paths, start, expected, tmp_path, monkeypatch):
    """Members are written as given, without folders, relative to the association's folder, or absolute."""
    monkeypatch.chdir(tmp_path)
    knobs = {} if start is None else {"start": start}
    association = asn_from_list(["raw/a.fits", "b.fits"], product_name="p", paths=paths, **knobs)
    cwd = Path.cwd().as_posix()
    assert [name for name, _ in told(association)["p"]] == [each.format(cwd=cwd) for each in expected]


def test_own_suffixes():
    """A suffix of the user's is cut off product names, those of files given in a role included."""
    knobs = {"suffixes": ["mine"], "background": ["b_mine.fits"], "by": "stem"}
    with pytest.warns(AsnWarning):
        assert list(told(asn_from_list(["a_mine.fits"], "level2", **knobs))) == ["a"]
    assert list(told(asn_from_list(["a_mine.fits"], "level2"))) == ["a_mine"]
    assert told(asn_from_list(["b_rate.fits"], "level2", **knobs)) == {
        "b": [("b_rate.fits", "science"), ("b_mine.fits", "background")]
    }


@pytest.mark.parametrize(
    ("by", "of_first"),
    [
        ((), SKY),
        ("program", SKY),
        ("detector", [SKY[0], SKY[2]]),
        (("detector",), [SKY[0], SKY[2]]),
        (("detector", "exposure"), [SKY[0]]),
        (["program", "detector"], [SKY[0], SKY[2]]),
        (["detector", "exposure"], [SKY[0]]),
    ],
)
@pytest.mark.parametrize("chosen", ["level2", "DMSLevel2bBase"])
def test_by_narrows_the_partners(chosen, by, of_first):
    """Every partner goes to every science product, unless by= says what they must share."""
    association = asn_from_list(DITHERS, chosen, background=SKY, by=by)
    assert len(association.products) == 4
    assert [name for name, role in next(iter(told(association).values())) if role == "background"] == list(of_first)


@pytest.mark.parametrize("role", PARTNER_EXPTYPES)
@pytest.mark.parametrize("spelling", ["among the items", "besides them", "as a pair"])
def test_a_partner_has_that_role_only(role, spelling):
    """A file in a partner role is a member of the science product in that role, and no product of its own."""
    knobs = {} if spelling == "as a pair" else {role: ["b_rate.fits"]}
    more = {"among the items": ["b_rate.fits"], "besides them": [], "as a pair": [("b_rate.fits", role)]}[spelling]
    for chosen in ("DMSLevel2bBase", "DMS_Level3_Base"):
        own = {"product_name": "a"} if "3" in chosen else {}
        association = asn_from_list(["a_rate.fits", *more], chosen, **own, **knobs)
        assert told(association) == {"a": [("a_rate.fits", "science"), ("b_rate.fits", role)]}


def test_partners_stand_in_the_order_of_roles():
    """The members of a stage-2 product are its science file, then backgrounds, imprints and so on, each in input order."""
    knobs = {role: [f"{role}_2", f"{role}_1"] for role in reversed(PARTNER_EXPTYPES)}
    (members,) = told(asn_from_list(["a_rate.fits"], "DMSLevel2bBase", **knobs)).values()
    assert members[1:] == [(f"{role}_{number}", role) for role in PARTNER_EXPTYPES for number in (2, 1)]


# -------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("items", "chosen", "knobs", "error", "line"),
    [
        ([], "level2", {}, ItemError, "items (none given): []; give at least one file name"),
        ((name for name in ()), "level2", {}, ItemError, "items (none given): []"),
        ("a_rate.fits", "level2", {}, ItemError, "items (one name where a list of names belongs): 'a_rate.fits'"),
        (["a"], "level2", {"bckground": ["b"]}, KnobError, "knob of level2 (unknown): 'bckground'; did you mean 'background'?"),
        (
            ["a"],
            "level3",
            {"product_nme": "p"},
            KnobError,
            "knob of level3 (unknown): 'product_nme'; did you mean 'product_name'?",
        ),
        (["a"], "Association", {"product_name": "p"}, KnobError, "knob of Association (unknown): 'product_name'"),
        (["a"], "level2", {"by": "detectr"}, KnobError, "key (unknown): 'detectr'; did you mean 'detector'?"),
        (["a"], "level2", {"paths": "base"}, KnobError, "paths (unknown): 'base'; did you mean 'basename'?"),
        (
            ["a"],
            "level2",
            {"background": "b_rate.fits"},
            KnobError,
            "background (one text where a list belongs): 'b_rate.fits'",
        ),
        (["a"], "level2", {"suffixes": "mine"}, KnobError, "suffixes (one text where a list belongs): 'mine'"),
        (["a"], "level2", {"meta": {"products": []}}, KnobError, "key (holds the products, not a text): 'products'"),
        (
            ["a"],
            "level2",
            {"product_name": "p", "product_name_func": lambda item, number: f"{item}{number}"},
            KnobError,
            "knobs (two ways to name a product): 'product_name, product_name_func'",
        ),
        (["a"], "levle2", {}, RuleError, "rule (unknown): 'levle2'; did you mean 'level2'?"),
        (["a"], 3, {}, RuleError, "rule (not a rule, a function or a name): 3"),
        (["a"], "no_such_module:level2", {}, RuleError, "module of rules (No module named 'no_such_module')"),
        (
            ["a"],
            "asn_fp.rules.lists:levle2",
            {},
            RuleError,
            "rule (not in asn_fp.rules.lists): 'levle2'; did you mean 'level2'?",
        ),
        (["a"], "asn_fp.rules.lists:__all__", {}, RuleError, "rule (in asn_fp.rules.lists it is no rule): '__all__'"),
        (["a"], "no_such_file.py:mine", {}, RuleError, "file of rules (no such file): 'no_such_file.py'"),
        (["a"], "DMS_Level3_Base", {}, ProductError, "product name (none given, and stage 3 needs one): 'a'"),
        (["a"], "level3", {}, ProductError, "product name (none given, and stage 3 needs one): 'a'"),
        (
            ["x/a_rate.fits", "y/a_rateints.fits"],
            "level2",
            {},
            ProductError,
            "product name (used twice, for 'x/a_rate.fits' and 'y/a_rateints.fits'): 'a'",
        ),
        (["a", "b"], "level2", {"product_name": "same"}, ProductError, "product name (used twice, for 'a' and 'b'): 'same'"),
        (
            ["a"],
            "level2",
            {"background": ["b"], "imprint": ["b"]},
            ItemError,
            "file (two roles: background and imprint): 'b'; name it in one role only",
        ),
        ([("a", "psf")], "level2", {"imprint": ["./a"]}, ItemError, "file (two roles: psf and imprint): './a'"),
        (
            ["a"],
            "Association",
            {"psf": ["b"]},
            ItemError,
            "file with a role (psf, and Association lists names without roles): 'b'",
        ),
        (["a", "a"], "level2", {}, ItemError, "item (listed twice, as number 1 and number 2): 'a'"),
        ([("a", "psf")], "level3", {"product_name": "p"}, ProductError, "association (nothing to make of 1 files): 'level3'; "),
        ([("a", "background")], "level2", {}, ProductError, "association (nothing to make of 1 files): 'level2'; "),
    ],
)
def test_what_cannot_be_used_is_refused(items, chosen, knobs, error, line):
    """A wrong item, knob or rule is an error that names it, says what is wrong and what to do."""
    with pytest.raises(error) as caught:
        asn_from_list(items, chosen, **knobs)
    assert str(caught.value).startswith(line)


def test_all_unknown_knobs_come_in_one_error():
    """Every unknown knob has a line in the same error."""
    with pytest.raises(KnobError) as caught:
        asn_from_list(["a"], "level2", bckground=[], nonsense=1)
    assert len(str(caught.value).splitlines()) == 2


def test_nothing_made_is_explained():
    """Where no association comes out, the error says which step left how many files out, the most frequent reason first."""
    with pytest.raises(ProductError) as caught:
        make("level3", [("a", "psf"), ("b", "psf")], product_name="p")
    assert "2 of 2 ('a', ...) left out by step 3, require('science'): its product has 0 science" in str(caught.value)


def test_a_failing_rule_names_its_step():
    """An error inside a rule keeps its type and carries a note that names the step."""
    with pytest.raises(ProductError) as caught:
        asn_from_list(["a", "b"], "level2", product_name="same")
    assert caught.value.__notes__ == ["in step distinct()"]


@pytest.mark.parametrize("spelling", ["knob", "pair"])
def test_an_unused_partner_is_warned_of(spelling):
    """A file given in a role that no product takes is warned of, on the line of the caller."""
    knobs = {"background": [SKY[1]]} if spelling == "knob" else {}
    pairs = [(SKY[1], "background")] if spelling == "pair" else []
    with pytest.warns(AsnWarning, match=f"background .attached to no product.: '{SKY[1]}'; asn explain tells why") as caught:
        asn_from_list([DITHERS[0], *pairs], "level2", by="detector", **knobs)
    assert [Path(each.filename).name for each in caught] == [Path(__file__).name]


def test_a_science_file_that_a_rule_drops_is_not_warned_of():
    """Only partners are warned of: a rule may leave out science files for its own reasons."""
    narrow = rule("narrow", s.read(), s.keep(named("a*")), s.gather(), s.name("n"), s.seal(asn_rule="narrow"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asn_from_list(["a", ("b", "science")], narrow)
    with pytest.warns(AsnWarning, match="psf"):
        asn_from_list(["a", ("b", "psf")], narrow)


def test_a_used_partner_is_not_warned_of():
    """Files that some product takes, and files without a role, cause no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asn_from_list([DITHERS[0], (SKY[2], "background")], "level2", by="detector", background=[SKY[0]])


# -------------------------------------------------------------------------------------------------- rules, and several


def own(*, product_name: str = "mine"):
    """Make one product of all files."""
    return rule("own", s.read(), s.gather(), s.name(product_name), s.seal(asn_rule="own"))


@pytest.fixture
def rule_file(tmp_path):
    """Write a file with a rule, a function that makes one, and things that are none."""
    path = tmp_path / "my_rules.py"
    path.write_text(
        "from asn_fp import rule, steps as s\n"
        "from asn_fp.rules.lists import level2\n"
        "def mine(*, product_name='m'):\n"
        "    return rule('mine', s.read(), s.gather(), s.name(product_name), s.seal(asn_rule='mine'))\n"
        "fixed = mine(product_name='f').named('fixed')\n"
        "number = 3\n"
    )
    return path


@pytest.mark.parametrize("given", [own(), own, "level3", *WAYS_IN, RULES["level3"]], ids=str)
def test_a_rule_is_given_in_many_ways(given):
    """A rule is a Rule, a function that makes one, a name, or module:name."""
    knobs = {} if isinstance(given, asn_fp.Rule) else {"product_name": "p"}
    product = "mine" if isinstance(given, asn_fp.Rule) else "p"
    assert told(asn_from_list(["a_cal.fits"], given, **knobs)) == {product: [("a_cal.fits", "science")]}


@pytest.mark.parametrize(("name", "product"), [("mine", "m"), ("fixed", "f"), ("level2", "a")])
def test_a_rule_of_a_file(rule_file, name, product):
    """file.py:name is a rule, or a function that makes one, of a Python file."""
    assert list(told(asn_from_list(["a_rate.fits"], f"{rule_file}:{name}"))) == [product]


def test_rules_of_files_come_first(rule_file):
    """A name is looked up in the files given, then among the package's rules; a misspelt one is told of both."""
    assert find_rule("fixed", rule_file).name == "fixed"
    assert find_rule("level3", rule_file) is RULES["level3"]
    with pytest.raises(RuleError, match="did you mean 'fixed'"):
        find_rule("fixd", rule_file)
    with pytest.raises(RuleError, match="in asn_rules_my_rules it is no rule"):
        find_rule(f"{rule_file}:number")


def test_a_broken_rule_file_is_an_error(tmp_path):
    """A file of rules that does not run is an error with its cause."""
    (tmp_path / "bad.py").write_text("1 / 0")
    with pytest.raises(RuleError, match="ZeroDivisionError: division by zero"):
        find_rule("mine", tmp_path / "bad.py")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (lambda: 3, "rule (it gives no Rule)"),
        (rule("half", s.read(), s.gather()), "rule (no step gives associations): 'half'; end it with s.seal(...)"),
    ],
)
def test_a_rule_must_give_associations(given, line):
    """What gives no Rule, and a rule that ends too early, is refused."""
    with pytest.raises(RuleError) as caught:
        asn_from_list(["a"], given)
    assert str(caught.value).startswith(line)


def test_several_associations_need_make():
    """A rule that makes several associations runs with make; asn_from_list says so and shows the products."""
    each = rule("each", s.read(), s.gather(), s.one_each(), s.name("{stem}"), s.seal(asn_rule="each"))
    assert [told(association) for association in make(each, ["a", "b"])] == [
        {"a": [("a", "science")]},
        {"b": [("b", "science")]},
    ]
    with pytest.raises(RuleError, match=r"it makes 2 associations of these items.: 'each'; use make\(\).*'a', 'b'"):
        asn_from_list(["a", "b"], each)


def test_common_knobs_work_on_any_rule():
    """Roles, ids, keys and paths are put around any rule as steps, which it shows when printed."""
    composed = compose(
        rule("r", s.gather(), s.name("n"), s.seal(asn_rule="r")),
        psf=["b"],
        acid="o001",
        asn_type="image3",
        meta={"note": 1},
        suffixes=["mine"],
    )
    assert str(composed).splitlines()[1:] == [
        "  1. read(suffixes=('mine',))",
        "  2. enlist({'psf': ['b']}, suffixes=('mine',))",
        "  3. gather()",
        "  4. name('n')",
        "  5. seal(asn_rule='r')",
        "  6. stamp({'asn_id': 'o001', 'asn_type': 'image3', 'note': 1})",
    ]
    (association,) = composed(["a"])
    assert (told(association), association.asn_id, association.asn_type, association.extra["note"]) == (
        {"n": [("a", "science"), ("b", "psf")]},
        "o001",
        "image3",
        1,
    )


def test_a_rules_own_suffixes_stay():
    """Suffixes that a rule reads with are known besides those of the user."""
    with_own = rule("r", s.read(suffixes=("ours",)), s.gather(), s.one_each(), s.name("{stem}"), s.seal(asn_rule="r"))
    made = make(with_own, ["a_ours.fits", "b_mine.fits"], suffixes=["mine"])
    assert [each.products[0].name for each in made] == ["a", "b"]


def test_knobs_of():
    """A function's knobs are its parameters, a plain rule has none."""
    assert list(knobs_of(RULES["level2"])) == ["product_name", "product_name_func", "by"]
    assert knobs_of(own()) == {}


# ----------------------------------------------------------------------------------------------------- what comes out


@pytest.fixture
def made():
    """Return a small association."""
    return asn_from_list(
        ["a_cal.fits", ("b_calints.fits", "psf")], product_name="jw01234-o001_t014_nircam_f444w", rule="level3"
    )


def test_it_reads_like_a_mapping(made):
    """An association is read like the JSON object of its file, its products and members too."""
    assert isinstance(made, Mapping)
    assert made["products"][0]["members"][1]["exptype"] == "psf"
    assert made["products"][0]["name"] == made.products[0].name
    assert list(made) == list(made.keys()) == list(json.loads(made.dump()[1]))
    assert len(made) == len(list(made))
    assert "target" in made
    assert "nonsense" not in made
    assert made.get("nonsense", 7) == 7
    with pytest.raises(KeyError):
        made["nonsense"]


def test_to_dict_is_plain_and_fresh(made):
    """to_dict gives plain dicts and lists, equal to the file's content, that can be changed without any effect."""
    plain = made.to_dict()
    assert plain == json.loads(made.dump()[1])
    assert (type(plain), type(plain["products"]), type(plain["products"][0]["members"][0])) == (dict, list, dict)
    plain["products"][0]["members"].clear()
    assert len(made.to_dict()["products"][0]["members"]) == 2


@pytest.mark.parametrize(
    ("chosen", "knobs", "name"),
    [
        (
            "level3",
            {"product_name": "jw01234-o001_t014_nircam_f444w", "asn_type": "image3"},
            "jw01234-o001_image3_00001_asn.json",
        ),
        ("DMS_Level3_Base", {"product_name": "p"}, "jwnoprogram-a3001_none_00001_asn.json"),
        ("level2", {"acid": "c1001", "asn_type": "spec2", "meta": {"program": "01234"}}, "jw01234-c1001_spec2_00001_asn.json"),
        ("Association", {}, "unnamed_association.json"),
    ],
)
def test_the_suggested_name_is_the_same_on_every_call(chosen, knobs, name):
    """A dump gives a name of the naming convention and the text, the same ones every time."""
    association = asn_from_list(["a"], chosen, **knobs)
    assert [association.dump()[0] for _ in range(3)] == [name] * 3
    assert association.dump() == asn_from_list(["a"], chosen, **knobs).dump()


def test_write(made, tmp_path):
    """A call of write puts the text of dump into the file and returns its path."""
    path = made.write(tmp_path / "a.json")
    assert path == tmp_path / "a.json"
    assert path.read_text() == made.dump()[1]
    assert asn_fp.loads(path.read_text()) == made


CHANGES = {
    "attribute": lambda made: setattr(made, "program", "05555"),
    "item": lambda made: operator.setitem(made, "program", "05555"),
    "deletion": lambda made: operator.delitem(made, "program"),
    "attribute of a member": lambda made: setattr(made.products[0].members[0], "exptype", "psf"),
    "item of a product": lambda made: operator.setitem(made.products[0], "name", "n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_says_what_to_do_instead(made, change):
    """An attempt to change an association is refused with the way to make another one."""
    with pytest.raises(FrozenRecordError, match=r"never changes.*attrs\.evolve.*to_dict"):
        change(made)


def test_level_2_and_3_know_more_than_the_peers_rules():
    """Our own rules fill program, asn_id and target from the names; the peer's leave them as they are."""
    name = "jw01234-c1001_t014_nircam_f444w"
    ours, theirs = (asn_from_list(["a_cal.fits"], each, product_name=name) for each in ("level3", "DMS_Level3_Base"))
    assert (ours.program, ours.asn_id, ours.target) == ("01234", "c1001", "t014")
    assert (theirs.program, theirs.asn_id, theirs.target) == ("noprogram", "a3001", "none")
    assert asn_from_list(DITHERS, "level2").program == "01234"
    assert asn_from_list(["raw/a_rate.fits"], "level2").products[0].name == "a"
    assert asn_from_list(["a_cal.fits"], "level3", product_name=name, acid="o001").asn_id == "o001"


@pytest.mark.parametrize(("chosen", "name"), [("level2", "a_x1d.fits"), ("level3", "a_uncal.fits")])
def test_level_2_and_3_check_names(chosen, name):
    """Our own rules refuse files that no pipeline of their stage can use; the peer's rules take them."""
    knobs = {"product_name": "p"} if chosen == "level3" else {}
    with pytest.raises(ProductError, match="wrong-suffix"):
        asn_from_list([name], chosen, **knobs)
    asn_from_list([name], "DMSLevel2bBase")


def test_items_may_come_from_anything_iterable(tmp_path):
    """Items may be a generator, a tuple, or what a folder lists."""
    for name in ("a_cal.fits", "b_cal.fits"):
        (tmp_path / name).touch()
    expected = [os.fspath(tmp_path / "a_cal.fits"), os.fspath(tmp_path / "b_cal.fits")]
    for items in (sorted(tmp_path.iterdir()), tuple(expected), iter(expected)):
        association = asn_from_list(items, product_name="p")
        assert [member.expname for member in association.products[0].members] == expected
