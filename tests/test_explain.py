"""Why a file is where it is: the story of one file, the table of all, and both as plain data."""

import json
from types import MappingProxyType

import pytest

from asn_fp import api, rule
from asn_fp import steps as s
from asn_fp.errors import AsnError, ItemError
from asn_fp.explain import explain
from asn_fp.keys import keyword
from asn_fp.names import parse
from asn_fp.pipeline import step
from asn_fp.predicates import exp_type, is_science, named
from asn_fp.records import Exposure, Exposures
from asn_fp.rules.lists import DMS_Level3_Base, level2, level3
from asn_fp.story import Report, Story, Use

FILTER, PUPIL = keyword("FILTER"), keyword("PUPIL")


def exposures(*rows):
    """Return an exposure for each (name, role, keywords)."""
    return tuple(Exposure(at, parse(name), role, meta=MappingProxyType(meta)) for at, (name, role, meta) in enumerate(rows))


SKY = rule(
    "sky",
    s.read(),
    s.classify(),
    s.keep(exp_type("mir_image")),
    s.drop(named("*_bad_*")),
    s.mark("background", when=named("sky*")),
    s.group(by=FILTER, of=is_science),
    s.attach("background", by=[(FILTER, PUPIL), FILTER]),
    s.require("background"),
    s.name("{stem}"),
    s.seal(asn_rule="sky"),
)
MIRI = {"exp_type": "mir_image"}
ROWS = exposures(
    ("a_rate.fits", "science", {**MIRI, "filter": "f770w", "pupil": "p"}),
    ("sky1_rate.fits", "science", {**MIRI, "filter": "f770w", "pupil": "q"}),
    ("sky2_rate.fits", "science", {**MIRI, "filter": "f560w"}),
    ("sky3_rate.fits", "science", MIRI),
    ("b_rate.fits", "science", {**MIRI, "filter": "f1000w"}),
    ("c_bad_rate.fits", "science", {**MIRI, "filter": "f770w"}),
    ("d_rate.fits", "science", {"exp_type": "mir_lyot", "filter": "f770w"}),
    ("e_rate.fits", "science", MIRI),
    ("f_rate.fits", "science", {**MIRI, "bkgdtarg": "t", "filter": "f770w"}),
    ("g_rate.fits", "science", {**MIRI, "exp_type": "mir_tacq"}),
)

NO_LEAD = "is_science is not so: it can only be attached to products, as background"
ATTACH = "attach('background', by=[(keyword('filter'), keyword('pupil')), keyword('filter')])"
STORIES = {
    "a_rate.fits": """\
a_rate.fits: science of a
   6. group(by=keyword('filter'), of=is_science)  science of the product of a_rate.fits
   9. name('{stem}')                              science of a""",
    "sky1_rate.fits": f"""\
sky1_rate.fits: background of a
   5. mark('background', when=named('sky*'))                        is background now, was science
   6. group(by=keyword('filter'), of=is_science)                    {NO_LEAD}
   7. {ATTACH}  background of the product of a_rate.fits, by rung 2 of the ladder
   9. name('{{stem}}')                                                background of a, by rung 2 of the ladder""",
    "b_rate.fits": f"""\
b_rate.fits: left out by step 8, require('background'): its product has 0 background, and needs at least 1
   6. group(by=keyword('filter'), of=is_science)                    science of the product of b_rate.fits
   7. {ATTACH}  no background agrees with it; nearest is 'sky1_rate.fits': filter 'f770w', not 'f1000w'
   8. require('background')                                         its product has 0 background, and needs at least 1""",
    "c_bad_rate.fits": """\
c_bad_rate.fits: left out by step 4, drop(named('*_bad_*')): named('*_bad_*') is so: filename is 'c_bad_rate.fits'
   4. drop(named('*_bad_*'))  named('*_bad_*') is so: filename is 'c_bad_rate.fits'""",
    "d_rate.fits": """\
d_rate.fits: left out by step 3, keep(exp_type('mir_image')): exp_type('mir_image') is not so: exp_type is 'mir_lyot'
   3. keep(exp_type('mir_image'))  exp_type('mir_image') is not so: exp_type is 'mir_lyot'""",
    "e_rate.fits": """\
e_rate.fits: left out by step 6, group: no value for filter
   6. group(by=keyword('filter'), of=is_science)  no value for filter""",
}


@pytest.mark.parametrize("file", STORIES)
def test_the_story_of_one_file(file):
    """A story says in its first line where the file is, and then what each step did to it, if anything."""
    assert str(explain(SKY, ROWS, file)) == STORIES[file]


@pytest.mark.parametrize(
    ("file", "differing"),
    [
        ("a_rate.fits", ()),
        ("b_rate.fits", (("background", "0", "at least 1"),)),
        ("c_bad_rate.fits", (("filename", "'c_bad_rate.fits'", "not 'c_bad_rate.fits'"),)),
        ("d_rate.fits", (("exp_type", "'mir_lyot'", "'mir_image'"),)),
        ("e_rate.fits", (("filter", "undefined", "any value"),)),
        ("sky2_rate.fits", (("filter", "'f560w'", "'f770w'"),)),
        ("sky3_rate.fits", (("filter", "undefined", "'f770w'"),)),
    ],
)
def test_the_values_that_differed(file, differing):
    """The line that left a file out holds what was compared: the value here and the one it should have had."""
    story = explain(SKY, ROWS, file)
    assert (story.left_out.differing if story.left_out else ()) == differing


def test_the_nearest_miss_is_named():
    """A partner that no product takes is told which product came nearest."""
    assert explain(SKY, ROWS, "sky2_rate.fits").left_out.text == (
        "as background it agrees with no product; nearest is 'a_rate.fits': filter 'f560w', not 'f770w'"
    )


def test_the_table_of_all_files():
    """A row for each file: its role and products, in input order; then what is left out, the nearest miss first."""
    report = explain(SKY, ROWS)
    assert [story.file for story in report.stories] == [each.name.text for each in ROWS]
    rows = {file: (role, end) for file, role, end in report.rows()}
    assert rows["a_rate.fits"] == ("science", "a")
    assert rows["sky1_rate.fits"] == rows["f_rate.fits"] == ("background", "a")
    assert rows["g_rate.fits"][0] == "target_acquisition"
    assert rows["g_rate.fits"][1].startswith("left out by step 3, keep(exp_type('mir_image')): ")
    lines = str(report).splitlines()
    assert lines[0] == "file             role                products, or what left it out"
    assert lines[1] == "a_rate.fits      science             a"
    assert lines[8].startswith("c_bad_rate.fits  science             left out by step 4, drop(named('*_bad_*')): ")
    order = ["a", "sky1", "f", "b", "sky2", "sky3", "e", "c_bad", "d", "g"]
    assert [line.split()[0] for line in lines[1:]] == [f"{each}_rate.fits" for each in order]
    assert len(lines) == 1 + len(ROWS)


def test_the_same_as_plain_data():
    """Report and story are plain data for JSON, with every line, every difference and the products of each file."""
    plain = json.loads(json.dumps(explain(SKY, ROWS).to_dict()))
    assert (plain["rule"], plain["stopped"], len(plain["files"])) == ("sky", None, len(ROWS))
    assert plain["files"][0]["uses"] == [{"product": "a", "role": "science", "rung": 0}]
    assert plain["files"][0]["left_out"] is None
    assert plain["files"][4]["left_out"]["differing"] == [["filter", "'f560w'", "'f770w'"]]
    assert [line["number"] for line in plain["files"][1]["lines"]] == [5, 6, 7, 9]
    assert [each["file"] for each in plain["files"]] == [file for file, _, _ in explain(SKY, ROWS).rows()]
    assert plain["files"][3] == json.loads(json.dumps(explain(SKY, ROWS, "b_rate.fits").to_dict()))


@pytest.mark.parametrize("file", ["raw/a_rate.fits", "a_rate.fits"])
def test_a_file_is_found_with_or_without_its_folder(file):
    """A file is asked for as it was given, or by its name alone."""
    story = explain(level2(), ["raw/a_rate.fits", "raw/b_rate.fits"], file)
    assert (story.file, story.uses) == ("raw/a_rate.fits", (Use("a", "science"),))


def test_an_unknown_file_is_an_error():
    """A file that is not among the items is an error with the nearest name."""
    with pytest.raises(ItemError, match=r"not among the items.: 'a_rat.fits'; did you mean 'a_rate.fits'"):
        explain(level2(), ["a_rate.fits"], "a_rat.fits")


def test_items_that_cannot_be_read_are_an_error():
    """Where not even the items can be read there is nothing to tell."""
    with pytest.raises(ItemError, match="listed twice"):
        explain(level2(), ["a", "a"])
    with pytest.raises(ItemError, match="one name where a list"):
        explain(level2(), "a")


def test_a_rule_that_stops_with_an_error():
    """Where a step fails that no file is to blame for, the table says why, and what every file would have been."""
    report = explain(level3(), [("a_cal.fits", "science"), ("b_cal.fits", "psf")])
    assert report.stopped.startswith("step 4, name(needs_a_product_name): product name (none given, and stage 3 needs one)")
    assert str(report).splitlines()[-1] == f"stopped: {report.stopped}"
    end = "of the product of a_cal.fits and 1 more, but the rule stops here, with an error: nothing is made"
    assert [story.left_out.text for story in report.stories] == [f"it would be science {end}", f"it would be psf {end}"]
    assert [story.uses for story in report.stories] == [(), ()]
    assert report.to_dict()["stopped"] == report.stopped


def test_a_rule_that_stops_for_some_files():
    """Where a step refuses a product, its files have their own reason, and the others are told what they would have been."""
    strict = SKY.replace("require", s.demand("background", by=FILTER))
    stories = {story.file: story for story in explain(strict, ROWS).stories}
    (line,) = [stories["b_rate.fits"].left_out]
    assert line.text == (
        "its product has no background with filter 'f1000w', and needs at least 1; "
        "nearest is 'sky1_rate.fits': filter 'f770w', not 'f1000w'"
    )
    assert line.differing == (("filter", "'f770w'", "'f1000w'"),)
    would = "of the product of a_rate.fits, but the rule stops here, for other files: nothing is made"
    assert stories["a_rate.fits"].left_out.text == f"it would be science {would}"
    assert stories["sky1_rate.fits"].left_out.text == f"it would be background {would}"
    assert stories["sky2_rate.fits"].left_out.number == 7
    assert [story.uses for story in stories.values()] == [()] * len(ROWS)


def test_what_is_missing_is_in_the_table():
    """A science exposure without the background that others have, and a background that serves none, say so in their row."""
    loose = SKY.without("require")
    rows = {file: end for file, _, end in explain(loose, ROWS).rows()}
    assert rows["a_rate.fits"] == "a"
    assert rows["b_rate.fits"] == "b; no background agrees with it; nearest is 'sky1_rate.fits': filter 'f770w', not 'f1000w'"
    (line,) = [line for line in explain(loose, ROWS, "b_rate.fits").lines if line.missing]
    assert line.missing == ("has", "background")
    leading = loose.replace("group", s.group(by=FILTER)).replace("attach", s.attach("background", by=FILTER))
    rows = {file: end for file, _, end in explain(leading, ROWS).rows()}
    assert rows["sky2_rate.fits"] == (
        "sky2; as background it agrees with no product; nearest is 'a_rate.fits': filter 'f560w', not 'f770w'"
    )


def test_what_a_later_step_supplies_is_not_missing():
    """A remark that a product has no background is dropped when a later step attaches one."""
    two = SKY.without("require").after("attach", s.attach("background", among=named("sky2*")))
    assert [file for file, _, end in explain(two, ROWS).rows() if "no background" in end] == []


def test_an_error_does_not_hide_what_was_left_out_before():
    """A file that an earlier step left out is told so, also where the rule stops with an error later."""
    strict = rule("strict", s.read(), s.keep(named("a*")), s.gather(), s.attach("psf", at_least=1), s.name("n"))
    kept, lost = explain(strict, ["a_cal.fits", "b_cal.fits"]).stories
    assert (lost.left_out.number, lost.left_out.text) == (2, "named('a*') is not so: filename is 'b_cal.fits'")
    assert kept.lines[-1].step == "attach('psf', at_least=1)"


def test_other_exceptions_are_not_swallowed():
    """Only errors that are reports are told of; a bug in a custom step is raised."""

    def broken(given: Exposures) -> Exposures:
        return given[len(given)]

    with pytest.raises(IndexError):
        explain(rule("broken", s.read(), step(broken)()), ["a"])


def test_files_that_the_user_gave_a_role():
    """Files that come in by a knob have a story from the step that brought them in."""
    story = api.explain("level2", ["a_rate.fits", "b_rate.fits"], "b_rate.fits", background=["b_rate.fits", "c_rate.fits"])
    assert [(line.number, line.text) for line in story.lines][:3] == [
        (1, "comes in as science"),
        (2, "is background now, was science, given by the user"),
        (3, "is_science is not so: it can only be attached to products, as background"),
    ]
    story = api.explain("level2", ["a_rate.fits"], "c_rate.fits", background=["c_rate.fits"])
    assert (story.lines[0].number, story.lines[0].text) == (2, "comes in as background")
    assert story.uses == (Use("a", "background"),)


def test_many_products_are_counted():
    """A file of many products is said to be in how many, with the first few."""
    report = api.explain("level2", [f"{at}_rate.fits" for at in range(5)], background=["sky.fits"])
    assert report.rows()[-1] == ("sky.fits", "background*", "5 products: 0, 1, 2 and 2 more")
    assert report.stories[-1].verdict() == "background of 5 products: 0, 1, 2 and 2 more"


def test_files_of_one_product():
    """A stage-3 product holds every file in its role."""
    assert explain(DMS_Level3_Base(product_name="p"), ["a", ("b", "psf")]).rows() == [("a", "science", "p"), ("b", "psf*", "p")]


def test_roles_that_the_user_gave_have_a_star():
    """The table marks the roles that the user gave, and says below what the star means; nothing is marked without such."""
    report = explain(DMS_Level3_Base(product_name="p"), ["a", ("b", "psf")])
    assert str(report).splitlines()[-1] == "* the role that you gave"
    assert [story.told for story in report.stories] == [False, True]
    assert "*" not in str(explain(DMS_Level3_Base(product_name="p"), ["a", "b"]))


def test_a_plain_list_is_told_too():
    """A rule that lists names has no products; its files are in the list."""
    assert api.explain("Association", ["a", "b"]).rows()[0] == ("a", "science", "the list Association")


def test_files_lost_in_a_custom_step():
    """A transform without a reason of its own is named all the same."""

    def halve(given: Exposures) -> Exposures:
        return given[: len(given) // 2]

    story = explain(rule("half", s.read(), step(halve)(), s.gather(), s.name("n"), s.seal(asn_rule="h")), ["a", "b"], "b")
    assert (story.left_out.number, story.left_out.step, story.left_out.text) == (2, "halve()", "left out")


def test_a_partner_that_the_limit_left_out():
    """A partner that agrees with a product but came too late is told of the limit."""
    one = rule("one", s.read(), s.gather(of=is_science), s.attach("psf", at_most=1), s.name("n"), s.seal(asn_rule="o"))
    story = explain(one, ["a", ("p", "psf"), ("q", "psf")], "q")
    assert story.left_out.text == "a product takes at most 1, and others came first"


def test_a_partner_that_a_relation_keeps_away():
    """A partner that agrees with every key, but which a relation forbids, is told of the relation."""

    def same_letter(lead, other):
        return lead.name.text[0] == other.name.text[0]

    apart = rule(
        "apart", s.read(), s.gather(of=is_science), s.attach("psf", unless=same_letter), s.name("n"), s.seal(asn_rule="a")
    )
    assert explain(apart, ["a", ("a1", "psf")], "a1").left_out.text == "same_letter keeps it from 'a', with which it agrees"
    assert explain(apart, ["a", ("b1", "psf")], "b1").uses == (Use("n", "psf"),)


def test_kinds():
    """One file gives a story, all give a report."""
    assert isinstance(explain(level2(), ["a"], "a"), Story)
    assert isinstance(explain(level2(), ["a"]), Report)


def test_an_explanation_runs_the_rule_as_it_is():
    """Explaining does not change what the rule makes."""
    before = SKY(ROWS)
    explain(SKY, ROWS)
    assert SKY(ROWS) == before
    with pytest.raises(AsnError):
        level3()(["a_cal.fits"])
