"""The generator in Python: candidates, modes, file names, merging, a user's rules."""

import re

import pytest
from attrs import evolve

from asn_fp import rule
from asn_fp import steps as s
from asn_fp.errors import ItemError, KnobError
from asn_fp.fates import fates, orphans, stories_of, why
from asn_fp.generate import generate, generator_rules, ready
from asn_fp.predicates import exp_type
from asn_fp.sources.pools import parse_pool

HEAD = "filename|program|obs_num|exp_type|instrume|detector|filter|pupil|subarray|targetid|pntgtype|bkgdtarg|asn_candidate"
NIS = "1234|{}|nis_image|niriss|nis|{}|clearp|full|{}|science|{}|{}"


def row(name, observation, filter_="f200w", target="1", sky="f", more=""):
    cell = f"[('o{observation:03}', 'observation'){more}]"
    return f"{name}_uncal.fits|{NIS.format(observation, filter_, target, sky, cell)}"


def pool(*rows):
    return parse_pool("\n".join([HEAD, *rows]))


C1000 = ", ('c1000', 'background')"
POOL = pool(row("a", 1), row("b", 1), row("c", 2, more=C1000), row("d", 3, sky="t", target="9", more=C1000))


def kinds(made):
    return {(each.asn_id, each.asn_type) for each in made.associations}


@pytest.mark.parametrize(
    ("given", "ids", "rules"),
    [
        ({}, {"o001", "o002", "o003", "c1000", "a3001"}, {"candidate", "discover"}),
        ({"mode": "all-candidates"}, {"o001", "o002", "o003", "c1000"}, {"candidate"}),
        ({"mode": "discover"}, {"a3001"}, {"discover"}),
        ({"ids": ["o001"]}, {"o001"}, {"candidate"}),
        ({"ids": ["o001", "c1000"]}, {"o001", "c1000"}, {"candidate"}),
    ],
)
def test_candidates_and_modes(given, ids, rules):
    """A mode or ids say for which candidates the rules run; what all exposures together give has its own id and prefix."""
    made = generate(POOL, **given)
    assert {each.asn_id for each in made.associations} == ids
    assert {each.asn_rule.partition("_")[0] for each in made.associations} == rules
    assert list(made.names) == sorted(made.names)


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        ({"ids": ["o009", "c1001"]}, ItemError, r"'o009'.*\n.*'c1001'; did you mean 'c1000'"),
        ({"mode": "discovr"}, KnobError, "did you mean 'discover'"),
        ({"ids": ["o001"], "mode": "discover"}, KnobError, "they exclude the mode discover"),
    ],
)
def test_what_is_refused(given, error, told):
    """Unknown ids are told together, each with the nearest; a misspelt mode and ids with a mode are errors."""
    with pytest.raises(error, match=told):
        generate(POOL, **given)


def test_programs_that_no_file_name_can_hold_are_told_together():
    """Each exposure whose program cannot be in a file name is told with its file and value, all in one error."""
    odd = tuple(evolve(each, meta={**each.meta, "program": "a/b"}) if at < 2 else each for at, each in enumerate(POOL))
    with pytest.raises(ItemError) as caught:
        generate(odd)
    assert [line.partition(";")[0] for line in str(caught.value).splitlines()] == [
        f"program of {each.name.text!r} (no piece of a file name): 'a/b'" for each in POOL[:2]
    ]


def test_numbers_survive_another_order():
    """The same exposures in another order give the same names for the same products."""
    one, other = generate(POOL), generate(tuple(reversed(POOL)))
    products = [
        {name: each.products[0].name for name, each in zip(made.names, made.associations, strict=True)} for made in (one, other)
    ]
    assert products[0] == products[1]


def test_the_tag_and_the_pool():
    """A version is in names and associations, the pool's name in the associations."""
    made = generate(POOL, version_id="v2", asn_pool="mine.csv")
    assert all(re.fullmatch(r"jw01234-\w+_v2_\w+_\d{5}_asn.json", name) for name in made.names)
    assert {(each.version_id, each.asn_pool) for each in made.associations} == {("v2", "mine.csv")}


def test_merge():
    """Merged, the stage-2 products of one candidate are one association, and stage 3 is as it was."""
    plain, merged = generate(POOL), generate(POOL, merge=True)
    counts = [[len(each.products) for each in made.associations if each.asn_id == "o001"] for made in (plain, merged)]
    assert counts == [[1, 1, 1], [2, 1]]


@pytest.mark.parametrize(("stage", "types"), [(2, {"image2"}), (3, {"image3"}), (None, {"image2", "image3"})])
def test_the_rules_of_a_stage(stage, types):
    """The rules of one stage make that stage only."""
    assert {each.asn_type for each in generate(POOL, rules=generator_rules(stage)).associations} == types


def test_a_users_rule():
    """A rule of the user's own runs on the exposures as the others do."""
    mine = rule(
        "Mine", s.read(), s.classify(), s.keep(exp_type("nis_image")), s.gather(), s.name("p"), s.seal(asn_type="image2")
    )
    (made,) = generate(POOL, rules={"Mine": mine}, ids=["o002"]).associations
    assert (made.asn_rule, made.asn_id) == ("candidate_Mine", "o002")
    assert [each.expname for each in made.products[0].members] == ["c_uncal.fits"]


def test_levels_of_others_are_no_error():
    """In the generator a file of another level is left to other rules; the rule alone refuses it."""
    (one,) = ready({"Asn_Lv2Image": generator_rules(2)["Asn_Lv2Image"]})
    cal = parse_pool("\n".join([HEAD, row("a", 1).replace("_uncal", "_cal")]))
    assert one(cal) == ()
    with pytest.raises(ItemError, match="cal, and rate is wanted"):
        generator_rules(2)["Asn_Lv2Image"](cal)


# -------------------------------------------------------------------------------------------- what became of an exposure


@pytest.mark.parametrize(
    ("lost", "given", "told"),
    [
        (row("x", 1).replace("nis_image", "nis_dark"), {}, "no rule takes exp_type 'nis_dark'"),
        (row("x", 1).replace("nis_image", "nrs_ifu"), {}, "closest is Asn_Lv2Spec, step 4 keep: "),
        (row("x", 9), {"ids": ["o001"]}, "it belongs to none of the candidates"),
        (
            row("x", 1).replace("nis_image", "nis_wfss"),
            {},
            "closest is Asn_Lv2WFSSNIS, step 9 attach_catalogue: no ",
        ),
        (row("x", 1).replace("nis_image", "nis_ami"), {"rules": generator_rules(3)}, "closest is Asn_Lv3AMI, step "),
    ],
    ids=["type", "keep", "ids", "catalogue", "psf"],
)
def test_the_closest_rule(lost, given, told):
    """An exposure in no association is told with the rule that came closest, the step and what was wrong there."""
    exposures = pool(row("a", 1, target="2"), lost)
    found = orphans(exposures, generate(exposures, **given), given.get("rules"))
    assert [each.name.text for each in found] == ["x_uncal.fits"]
    assert [why(story)[: len(told)] for story in found.values()] == [told]


def test_steps_are_numbered_as_the_rule_is_shown():
    """The number of the step that is told is the one that the printed rule has."""
    exposures = pool(row("x", 1).replace("nis_image", "nis_ami"))
    (story,) = orphans(exposures, generate(exposures, rules=generator_rules(3)), generator_rules(3)).values()
    step = generator_rules(3)[story.rule].steps[story.left_out.number - 1]
    assert (story.rule, step.name) == ("Asn_Lv3AMI", "require")
    assert str(step) == story.left_out.step


def test_long_reasons_are_short():
    """A reason names three values that differ and counts the others; all are in the story."""
    sky = row("d", 1, sky="t", target="9", filter_="f090w")
    for old, new in (("niriss|nis|", "fgs|nis2|"), ("full", "sub64"), ("clearp", "clear")):
        sky = sky.replace(old, new)
    exposures = pool(row("a", 1), sky)
    rules = {"Asn_Lv2Image": generator_rules(2)["Asn_Lv2Image"]}
    (story,) = orphans(exposures, generate(exposures, rules=rules, ids=["o001"]), rules).values()
    assert why(story).endswith(
        "as background it agrees with no product; nearest is 'a_rate.fits': "
        "instrume 'fgs', not 'niriss', detector 'nis2', not 'nis', filter or band 'f090w', not 'f200w' and 2 more"
    )
    assert len(story.left_out.differing) == 5


def test_a_pruned_association_is_told():
    """An exposure whose associations were all pruned is told so."""
    exposures = pool(row("a", 1))
    made = generate(exposures)
    empty = type(made)((), (), made.exposures)
    assert [why(story) for story in orphans(exposures, empty).values()] == [
        "what Asn_Lv2Image makes of it was pruned: another association has the same members or product"
    ]


def test_the_fate_of_each_exposure():
    """Each exposure has its places: file, rule, product, role."""
    exposures = pool(row("a", 1), row("x", 1).replace("nis_image", "nis_dark"))
    used, lost = fates(exposures, generate(exposures, ids=["o001"]))
    assert [(each.association, each.rule, each.product, each.role, each.rung) for each in used.places] == [
        ("jw01234-o001_image2_00001_asn.json", "candidate_Asn_Lv2Image", "a", "science", 0),
        ("jw01234-o001_image3_00001_asn.json", "candidate_Asn_Lv3Image", "jw01234-o001_t001_niriss_clearp-f200w", "science", 0),
    ]
    assert (used.to_dict()["why"], lost.to_dict()["why"], lost.places) == (None, "no rule takes exp_type 'nis_dark'", ())


def test_stories_that_matter():
    """One file has the stories of all rules and candidates that make something of it, or else of the closest rule."""
    exposures = pool(row("a", 1), row("b", 1), row("x", 1).replace("nis_image", "nis_dark"))
    made = generate(exposures)
    assert [(each.rule, each.candidate) for each in stories_of("a_uncal.fits", made)] == [
        ("Asn_Lv2Image", "o001"),
        ("Asn_Lv3Image", "o001"),
        ("Asn_Lv3Image", "a3001"),
    ]
    assert [each.uses for each in stories_of("x_uncal.fits", made)] == [()]
    with pytest.raises(ItemError, match=r"did you mean 'a_uncal.fits'"):
        stories_of("a_uncl.fits", made)
