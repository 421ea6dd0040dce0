"""Pages: whole, escaped, self-contained, the same every time; every member is there, and the search finds it."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import asn_fp
from asn_fp import explain, explanation_html, report_html
from asn_fp.check import Finding
from asn_fp.errors import KnobError
from asn_fp.fates import Fate, Place
from asn_fp.markup import tag
from asn_fp.names import parse
from asn_fp.records import Association, Exposure, Member, Product
from asn_fp.report import as_made, notebook_html, stories
from asn_fp.report.matched import matched_keys
from asn_fp.story import Line, Report, Story, Use

VOID = {"br", "input", "meta", "wbr"}
SCRIPT = "</script><script>alert('1')</script>"
NASTY = {
    "script": SCRIPT,
    "image": '<img src=x onerror="alert(1)">',
    "end of a title": "</title><h1>x</h1>",
    "quotes": "\"'`",
    "newline": "a\nb",
    "right-to-left override": "a\u202eb",
    "lone surrogate": "a\udcffb",
    "zero byte": "a\0b",
    "ampersands": "&lt;&amp;&#x27;",
    "other alphabets": "αβ_速率🔭.fits",
    "template": "${alert(1)}",
}


class Page(HTMLParser):
    """Read a page: its elements as (name, attributes), and the texts in each kind; it must be well formed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.cells: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element, which says nothing twice."""
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        self.open += [] if tag in VOID else [tag]
        self.cells += [""] if tag == "td" else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element that holds nothing."""
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Take the end of the element that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take a text."""
        self.texts.append((tuple(self.open), data))
        if "td" in self.open:
            self.cells[-1] += data

    def of(self, name: str, kind: str = "") -> list[dict[str, str | None]]:
        """Return the attributes of the elements with a name, and of a class if one is given."""
        return [given for tag, given in self.tags if tag == name and (not kind or kind in (given.get("class") or "").split())]

    def said(self) -> str:
        """Return all texts but the style and the script."""
        return "".join(text for inside, text in self.texts if not {"style", "script"} & set(inside))


def product(name: Any = "p", *members: tuple[Any, Any]) -> Product:
    return Product(name, tuple(Member(*member) for member in members or (("a_rate.fits", "science"),)))


def association(*products: Product, **keys: Any) -> Association:
    return Association(asn_type="image2", asn_rule="level2", program="01234", asn_id="o001", asn_pool="none",
                       products=products or (product(),), **keys)  # fmt: skip


def story(file: str, number: int = 0, *differing: tuple[str, str, str], text: str = "no filter", **others: Any) -> Story:
    """Return the story of a file that a step left out, or with number 0 of one that is in a product."""
    line = Line(number, f"step_{number}(x=1)", text, differing) if number else Line(1, "read()", "comes in as science")
    uses = () if number else (Use("prod_1", "science"),)
    return Story(file, "science", uses, (line,), line if number else None, "mine", **others)


OUT = story("b_rate.fits", 4, ("filter", "f770w", "f560w"), text="it agrees with no product")
TOLD = Report("mine", (story("a_rate.fits"), OUT, story("c_rate.fits", 2), story("d_rate.fits", 4)))
FULL = association(
    product("p_1", ("a_rate.fits", "science"), ("b_rate.fits", "background"), ("c_rate.fits", "odd")),
    constraints="program: 01234\nfilter: f444w",
)
PAGES = {
    "associations": lambda: report_html([FULL, association()], titles=["one.json", "two.json"]),
    "both": lambda: report_html([FULL], titles=["one.json"], explanation=TOLD),
    "explanation": lambda: explanation_html(TOLD),
    "one story": lambda: explanation_html(OUT),
    "nothing": lambda: report_html([]),
    "empty": lambda: report_html([Association(), Association(products=()), association(Product())]),
    "plain members": lambda: report_html([Association(members=("a.fits", "b.fits"))]),
    "no files": lambda: explanation_html(Report("mine", (), "step 2: no")),
}
pages = pytest.mark.parametrize("make", PAGES.values(), ids=PAGES)


# ------------------------------------------------------------------------------------------------------- any page


@pages
def test_a_page_is_well_formed_and_ready_for_any_screen(make: Any) -> None:
    """A page has one of each part that a browser needs, in UTF-8, and says how wide it is meant."""
    text = make()
    page = Page(text)
    assert text.startswith("<!doctype html>\n<html lang=")
    assert [len(page.of(name)) for name in ("html", "head", "title", "body", "main", "h1", "style", "script")] == [1] * 8
    assert {"charset": "utf-8"} in page.of("meta")
    assert [each["content"] for each in page.of("meta") if each.get("name") == "viewport"] == [
        "width=device-width, initial-scale=1"
    ]
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text
    assert text.encode()


@pages
def test_a_page_needs_nothing_else(make: Any) -> None:
    """No page loads anything: it names no address, and tells the browser to refuse all that is not in it."""
    text = make()
    page = Page(text)
    assert not re.search(r"https?:|//\w|@import|url\(|fetch\(|XMLHttp|\bimport\b", text)
    loading = {"src", "srcset", "action", "data", "poster", "background", "ping", "formaction"}
    assert [given for _, given in page.tags if loading & set(given)] == []
    assert {name for name, _ in page.tags} & {"link", "img", "iframe", "object", "embed", "base"} == set()
    assert all((given.get("href") or "#").startswith("#") for _, given in page.tags)
    (policy,) = (each["content"] for each in page.of("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")


@pages
def test_a_page_is_the_same_every_time(make: Any) -> None:
    """The same values give the same bytes."""
    assert make() == make()


@pages
def test_a_page_has_a_search_that_waits_for_its_script(make: Any) -> None:
    """The search has a name, tells its results to those who cannot see, and is hidden where no script shows it."""
    page = Page(make())
    (box,), (said,), (form,) = page.of("input"), page.of("output"), page.of("form")
    assert (box["id"], box["aria-label"], said["aria-live"], form["role"]) == ("q", "Search", "polite", "search")
    assert "hidden" in form
    assert all(each["type"] == "button" for each in page.of("button"))


@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
def test_whatever_a_file_holds_is_text(value: str) -> None:
    """No name, role, key, title, finding or reason makes an element or an attribute of its own."""
    plain, odd = report_of("x_plain"), report_of(value)
    before, after = Page(plain), Page(odd)
    assert [name for name, _ in after.tags if name != "wbr"] == [name for name, _ in before.tags if name != "wbr"]
    assert [sorted(given) for name, given in after.tags if name != "wbr"] == [
        sorted(given) for name, given in before.tags if name != "wbr"
    ]
    assert odd.count("<script>") == 1
    assert odd.encode()
    shown = value if value.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in value)
    assert after.said().count(shown) >= 14


def report_of(value: str) -> str:
    """Return a page that holds a value wherever one may stand."""
    asn = Association(
        asn_type=value,
        asn_rule=value,
        program=value,
        asn_id=value,
        target=value,
        constraints="filter: " + value.replace("\n", " "),
        products=(Product(value, (Member(value, value, {"exposerr": value}),)),),
        members=(value,),
        extra={value: value},
    )
    line = Line(3, value, value, ((value, value, value),))
    stories = Story(value, value, (Use(value, value),), (line,), None), Story(value, value, (), (line,), line)
    told = Report(value, stories, value)
    found = (Finding("no-psf", "error", value, value, value, value),)
    return report_html([asn], titles=[value], explanation=told, findings=[found], title=value)


# --------------------------------------------------------------------------------------------------- associations


def test_every_member_is_there() -> None:
    """All of a thousand members are in the page, each a row with its role in words."""
    many = [(f"m{at:04}.fits", "science" if at % 2 else "psf") for at in range(1000)]
    page = Page(report_html([association(product("p", *many)), association(product("q", ("last.fits", "science")))]))
    assert page.cells == [*(name for name, _ in many), "last.fits"]
    roles = [text for inside, text in page.texts if inside[-2:] == ("th", "span")]
    assert roles == [*(role for _, role in many), "science"]
    assert len(page.of("tr", "row")) == 1001


def test_what_an_association_says_of_itself() -> None:
    """A card has the file name, type, rule, program, id, target and counts of an association, and all its other keys."""
    said = Page(report_html([association(target="t014", extra={"mine": "own"})], titles=["dir/l2_asn.json"])).said()
    assert "dir/l2_asn.jsonimage2level2 · program 01234 · o001 · target t014 · 1 product, 1 science" in said
    for key, value in (("asn_type", "image2"), ("asn_pool", "none"), ("mine", "own")):
        assert f"{key} {value}" in said


def test_the_keys_that_matched() -> None:
    """The lines of ``constraints`` are keys with their values, and where there are none nothing is said."""
    assert "Keys that matchedprogram 01234filter f444w" in Page(report_html([FULL])).said()
    assert "Keys that matched" not in report_html([association(constraints="No constraints")])


KEYS = {
    "ours": ("candidate: Candidate(id='o001', type='observation')", [("candidate", "o001 (observation)")]),
    "a label of several words": ("pupil or grating: g235h", [("pupil or grating", "g235h")]),
    "a value with a colon": ("target: a: b", [("target", "a: b")]),
    "the peer's": (
        "DMSAttrConstraint({'name': 'acdirect', 'sources': ['asn_candidate'], 'value': \"\\\\[\\\\('c1000'\\\\)\\\\]\"})\n"
        "Constraint_TargetAcq({'name': 'target_acq', 'value': 'target_acquisition'})",
        [("acdirect", "[('c1000')]"), ("target_acq", "target_acquisition")],
    ),
    "an object at an address": ("<a.b object at 0x7f>: x", [("", "<a.b object at 0x7f>: x")]),
    "none": ("none", []),
    "no text": (7, []),
    "empty lines": ("\n \n", []),
}


@pytest.mark.parametrize(("text", "keys"), KEYS.values(), ids=KEYS)
def test_keys_are_read_from_constraints(text: Any, keys: list[tuple[str, str]]) -> None:
    """The package's own lines and those of jwst are read; any other line is kept whole."""
    assert matched_keys(text) == keys


def test_a_check_is_part_of_the_page() -> None:
    """Without findings the page checks each association; errors are counted in the card and at the top, and told."""
    bad = association(product("p", ("a_rate.fits", "science"), ("b_rate.fits", "bckground")))
    said = Page(report_html([association(), bad], titles=["good.json", "bad.json"])).said()
    assert "1 error" in said.partition("good.json")[0]
    assert "bad.jsonimage21 error" in said
    assert "error unknown-exptype: product 1 'p', member 2" in said
    assert "good.jsonimage2level2" in said


def test_findings_may_be_given() -> None:
    """Findings that are given stand in place of those of a check, also where there are fewer than associations."""
    mine = Finding("no-psf", "warning", "product 1", (), "my own reason")
    said = Page(report_html([association(), association(product("p", ("a", "bckground")))], findings=[[mine]])).said()
    assert "my own reason" in said
    assert "unknown-exptype" not in said


@pytest.mark.parametrize(("members", "opened"), [(200, True), (201, False)])
def test_cards_are_open_where_there_is_room(members: int, opened: bool) -> None:
    """Up to two hundred members everything is open; of more the cards are closed at first."""
    page = Page(report_html([association(product("p", *((f"{at}", "science") for at in range(members))))]))
    assert ["open" in given for given in page.of("details", "asn")] == [opened]


def test_the_top_counts_and_leads_to_each_role() -> None:
    """Above the search stands how much there is of each role, in the order of the vocabulary, as links that search."""
    page = Page(report_html([FULL, association()], explanation=TOLD))
    assert "2 associations, 2 products, 4 members, 4 files, 3 of them left out" in page.said()
    links = [(given["href"], given["class"]) for given in page.of("a")]
    assert links[:3] == [
        ("#q=role%3Ascience", "role science"),
        ("#q=role%3Abackground", "role background"),
        ("#q=role%3Aodd", "role"),
    ]
    assert links[-2:] == [("#q=end%3Aleft", "role out"), ("#q=end%3Ain", "role")]


# --------------------------------------------------------------------------------------------------- explanations


def test_the_nearest_miss_comes_first() -> None:
    """Files in no product come first: those that got through most steps, and of these those with least to differ."""
    page = Page(explanation_html(TOLD))
    assert re.findall(r"\w_(?=rate)", page.said()) == ["d_", "b_", "c_", "a_"]
    assert len(page.of("details", "story")) == len(TOLD.stories)


def test_a_row_says_what_left_a_file_out() -> None:
    """A row has the step and its reason, and the values that differ unless the reason says them already."""
    said = Page(explanation_html(Report("mine", (OUT,)))).said()
    assert said.count("step 4, step_4(x=1): it agrees with no product") == 1
    assert said.count("filter: f770w, wanted: f560w") == 2
    dull = story("b_rate.fits", 4, ("filter", "f1", "f2"), text="filter is f1, not f2")
    assert Page(explanation_html(Report("mine", (dull,)))).said().count("filter: f1, wanted: f2") == 1


def test_a_row_opens_to_the_story() -> None:
    """Every line of a story is there, and the one that left the file out is marked."""
    page = Page(explanation_html(TOLD))
    assert [given.get("class") for given in page.of("li") if given.get("class") == "blamed"] == ["blamed"] * 3
    steps = [text for inside, text in page.texts if inside[-1:] == ("code",)]
    assert steps == ["step_4(x=1)", "step_4(x=1)", "step_2(x=1)", "read()"]
    assert all("open" not in given for given in page.of("details", "story"))
    assert all("open" in given for given in Page(explanation_html(OUT)).of("details", "story"))


def test_a_file_with_two_roles_has_the_products_of_each() -> None:
    """A row has every role that the file plays, each with its own products, and of many the first three."""
    uses = tuple(Use(f"p{at}", "background" if at else "science") for at in range(6))
    said = Page(explanation_html(Report("r", (Story("a.fits", "science", uses, (), None),)))).said()
    assert "a.fitssciencep0background5 products: p1, p2, p3 and 2 more" in said


def used(*numbers: int) -> Report:
    """Return what became of files that are backgrounds of so many products each."""
    uses = [tuple(Use(f"f{file}p{at}", "background") for at in range(number)) for file, number in enumerate(numbers)]
    return Report("r", tuple(Story(f"{at}.fits", "background", each, (), None) for at, each in enumerate(uses)))


def test_an_open_row_has_all_products() -> None:
    """A row opens to every product by role, a line each in one text, unless the closed row names them all."""
    page = Page(explanation_html(used(400, 3)))
    (listed,) = (text for inside, text in page.texts if "ul" in inside and "\n" in text)
    assert listed.split("\n") == [f"f0p{at}" for at in range(400)]
    assert "background of 400 products" in page.said()
    assert len(page.of("span", "lines")) == len(page.of("ul", "used")) == 1
    assert "There is room" not in page.said()


def test_a_page_does_not_grow_without_end() -> None:
    """Where the lists of all rows together have more than 200,000 names, the longest are cut, which the page says."""
    page = Page(explanation_html(used(150_000, 150_000, 10)))
    lists = [text.split("\n") for inside, text in page.texts if "ul" in inside and "\n" in text]
    assert [len(each) for each in lists] == [99_996, 99_996, 10]
    assert lists[1][-1] == "... 50005 more"
    assert "There is room for 99995 names in each list" in page.said()


def test_a_rule_that_stopped_says_so() -> None:
    """The error that stopped a rule stands above the rows, with a line for each of its lines."""
    text = explanation_html(Report("mine", (), "step 2: no\nfile: <b>"))
    assert "The rule stopped: step 2: no\nfile: <b>" in Page(text).said()
    assert '<span class="lines">step 2: no\nfile: &lt;b&gt;</span>' in text
    assert ".asnfp .lines{white-space:pre-line}" in text


def test_the_word_of_the_user_is_marked() -> None:
    """A role that the user gave has a note beside it, also where the file is left out; any other role has none."""
    uses = Use("p", "background"), Use("q", "science")
    told = Story("a.fits", "background", uses, (), None, told=True), evolve(OUT, role="background", told=True)
    said = Page(explanation_html(Report("r", told))).said()
    assert "a.fitsscienceqbackground your wordp" in said
    assert "b_rate.fitsleft out as background, your wordstep 4" in said
    assert "your word" not in Page(explanation_html(Report("r", (evolve(told[0], told=False), OUT)))).said()


LACKING = Report("r", tuple(
    evolve(story(f"{at}.fits"), lines=(Line(7, "attach('x')", f"no {role} for {at}", (), (what, role)),))
    for at, (what, role) in enumerate((("has", "background"), ("has", "psf"), ("has", "background"), ("is", "background")))
))  # fmt: skip


def test_what_a_product_lacks_is_in_the_row() -> None:
    """A closed row says what its file's product lacks, and where the file could have been; the top counts both."""
    page = Page(explanation_html(LACKING))
    assert "0.fitsscienceprod_1no background for 0" in page.said()
    assert "3.fitsscienceprod_1no background for 3" in page.said()
    top = [(given["href"], text) for given, (inside, text) in zip(page.of("a"), links(page), strict=True)]
    assert top[1:] == [
        ("#q=missing%3Abackground", "2 without background"),
        ("#q=missing%3Apsf", "1 without psf"),
        ("#q=unused%3Abackground", "1 in no product as background"),
        ("#q=end%3Ain", "4 files in products"),
    ]


def links(page: Page) -> list[tuple[tuple[str, ...], str]]:
    """Return the texts of the links of a page."""
    return [(inside, text) for inside, text in page.texts if inside[-1:] == ("a",)]


def test_what_the_generator_made_is_told_too() -> None:
    """Fates and orphans of the generator are rows as well: the associations of an exposure, or which rule came closest."""
    places = Place("x_asn.json", "Asn_X", "p", "background", 1), Place("y_asn.json", "Asn_X", "q", "background")
    fates = [Fate("a.fits", places), Fate("b.fits", (), OUT), Fate("c.fits", ())]
    said = Page(explanation_html(fates)).said()
    assert "1 file in associations" in said[: said.index("Left out")]
    assert "In associations 1 of 3 files" in said
    assert "a.fitsbackground2 associations: x_asn.json, y_asn.json" in said
    assert "background of 2 products by Asn_Xp, in x_asn.json, by rung 2 of the ladder\nq, in y_asn.json" in said
    assert "closest is mine, step 4 step_4: it agrees with no product" in said
    assert "c.fitsleft outit belongs to none" in said
    assert "b.fitsleft outclosest is mine" in Page(explanation_html({Exposure(0, parse("b.fits")): OUT})).said()


def test_a_real_run_fits_into_one_page() -> None:
    """What `make` and `explain` give of one run goes into one page: left out, associations, in products."""
    knobs = {"background": ["s_rate.fits"], "by": ["detector"]}
    with pytest.warns(asn_fp.AsnWarning):
        made = asn_fp.make("level2", ["a_nrca1_rate.fits"], **knobs)
    said = Page(report_html(made, titles=["l2.json"], explanation=explain("level2", ["a_nrca1_rate.fits"], **knobs))).said()
    assert 0 < said.index("Left out") < said.index("l2.json") < said.index("In products")
    assert "1 without background" in said[: said.index("Left out")]
    assert said.count("s_rate.fits") == 4


# ------------------------------------------------------------------------------- associations that are there already


def use(what: str, role: str = "science", *others: Line, told: bool = False) -> Story:
    """Return the story of a file that a rule uses in one role, with further lines."""
    return Story(
        what, role, (Use("theirs", role),), (Line(1, "read()", f"comes in as {role}"), *others), None, "mine", told=told
    )


EXPOSURE = "jw01234001001_02101_00001_nrca1"
LACK = Line(5, "attach('psf')", "no psf agrees", (), ("has", "psf"))
MADE = {
    "as the rule makes it": ([use("a")], [("a", "science")], "science of p", ""),
    "in another role": ([use("a")], [("a", "psf")], "psf of p", "here it is psf too, though mine without further options "
                        "makes it science only"),
    "though the rule leaves it out": ([evolve(OUT, file="a")], [("a", "science")], "science of p", "here it is science too, "
                                      "though mine without further options leaves it out"),
    "without a rule": ([], [("a", "science")], "science of p", ""),
    "not": ([evolve(OUT, file="a")], [], "left out by step 4, step_4(x=1): it agrees with no product", ""),
    "not, though the rule makes it": ([use("a")], [], "it, though mine makes it science of theirs", ""),
    "not, of two rules the nearest": ([story("a", 2), evolve(OUT, file="a")], [], "it agrees with no product", ""),
    "not, and no rule knows it": ([], [], "none of these associations has it", ""),
    "at another level": ([use("a_uncal.fits")], [("a_rate.fits", "science")], "science of p", ""),
    "at a level of the user's own": ([use(f"{EXPOSURE}_rate.fits")], [(f"{EXPOSURE}_rate_destreak.fits", "science")],
                                     "science of p", ""),
    "in a folder": ([use("in/a.fits")], [("../out/a.fits", "science")], "science of p", ""),
}  # fmt: skip


@pytest.mark.parametrize(("stories", "members", "verdict", "note"), MADE.values(), ids=MADE)
def test_a_file_of_associations_that_are_there(stories: Any, members: Any, verdict: str, note: str) -> None:
    """What the associations say holds, the reasons are those of the rules, and where they differ the story ends with it."""
    made = [association(product("p", *members))] if members else []
    told = as_made([("mine", Report("mine", (each,))) for each in stories], made, [each.file for each in stories] or ["a"])
    (found,) = told.stories
    assert found.verdict().endswith(verdict)
    assert (found.lines[-1].text if note else "") == note
    assert note or not any("without further options" in line.text for line in found.lines)


@pytest.mark.parametrize(("members", "lacking"), [([("a", "science")], 1), ([("a", "science"), ("b", "psf")], 0)])
def test_what_an_association_has_is_not_missing(members: Any, lacking: int) -> None:
    """What the rule by itself does not find, and the association has, is not said to be missing."""
    told = as_made([("mine", Report("mine", (use("a", "science", LACK),)))], [association(product("p", *members))], ["a"])
    assert sum(line.missing is not None for line in told.stories[0].lines) == lacking


def test_files_of_one_name_are_told_apart() -> None:
    """Of two files of one name or exposure the member is the one whose folders agree with its path."""
    files = ["one/a_rate.fits", "two/a_rate.fits"]
    members = ("../two/a_rate.fits", "one/a_rate.fits", "a_rate.fits", "../two/a_cal.fits", "a_cal.fits")
    asns = [association(product("p", (name, "science"))) for name in members]
    found = [[story.left_out is None for story in as_made([], [asn], files).stories] for asn in asns]
    assert found == [[False, True], [True, False], [True, True], [False, True], [True, True]]
    (_, other) = as_made([], [asns[2]], ["a_rate.fits", "two/a_rate.fits"]).stories
    assert other.left_out


def test_a_rule_that_did_not_look_says_nothing_of_what_another_one_did() -> None:
    """Why a rule did not look at a file is the reason only of a file that no rule looked at."""
    told = as_made([("one", Report("one", (OUT,)))], [], [OUT.file, "b"], dict.fromkeys([OUT.file, "b"], "not asked"))
    assert [story.left_out and story.left_out.text for story in told.stories] == ["it agrees with no product", "not asked"]


def test_several_rules_name_their_steps() -> None:
    """Of several rules each says which step is its own, and which of them was stopped by what."""
    told = as_made([("one", Report("one", (OUT,), "no")), ("two", Report("two", (story("c"),)))], [], [])
    assert told.stopped == "one: no"
    assert [story.lines[0].step for story in told.stories] == ["one: step_4(x=1)", "two: read()"]


# ------------------------------------------------------------------------------------------------------ notebooks


def test_a_notebook_shows_an_explanation() -> None:
    """A notebook gets the rows with the style that they need, without a script, and of very many the first fifty."""
    many = Report("mine", tuple(story(f"{at}_rate.fits") for at in range(53)))
    text = many._repr_html_()
    page = Page(text)
    assert text == notebook_html(many)
    assert page.of("script") == []
    assert len(page.of("details", "story")) == 50
    assert "... 3 more files" in page.said()
    assert "it agrees with no product" in Page(OUT._repr_html_()).said()
    assert all(rule.lstrip().startswith((".asnfp", "@media")) for rule in re.findall(r"(?:^|})\n?([^{}@]+){", text)[1:])


def test_an_attribute_cannot_be_left() -> None:
    """A value of an attribute keeps its quotes to itself."""
    assert tag("a", href='"><b>').text == '<a href="&quot;&gt;&lt;b&gt;"></a>'


# -------------------------------------------------------------------------------------------------- in a browser


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PROBE = """<script>addEventListener('load', () => {
  const shown = [...document.querySelectorAll('.row')].filter(row => row.checkVisibility()).length;
  const heads = [...document.querySelectorAll('.stories:not([hidden]) h2')].map(each => `;${each.textContent}`).join('');
  const wider = document.documentElement.scrollWidth - innerWidth, said = document.querySelector('#said').textContent;
  parent.document.body.dataset.probe = `${wider} ${shown} ${said}${heads}`;
});</script></body>"""


def browsed(page: str, folder: Path, search: str = "", *, within: int | None = None) -> tuple[int, int, str, list[str]]:
    """Return how much wider than its window a page is, how many rows are to be seen, what the search says, and headings."""
    assert CHROMIUM is not None
    file, text = folder / "page.html", page.replace("</body>", PROBE)
    if within is not None:  # a window has a least width, a frame has not
        text = f'<!doctype html><body><iframe width="{within}" height="800" srcdoc="{escape(text)}"></iframe></body>'
    file.write_text(text, encoding="utf-8")
    words = [CHROMIUM, *OPTIONS, f"--user-data-dir={folder / 'profile'}", "--window-size=1280,900", "--dump-dom"]
    done = subprocess.run([*words, file.as_uri() + search], capture_output=True, encoding="utf-8", timeout=120, check=True)
    found = re.search(r'data-probe="(-?\d+) (\d+) ([^"]*)"', done.stdout)
    assert found is not None, done.stdout[:500]
    said, *heads = found[3].split(";")
    return int(found[1]), int(found[2]), said, heads


SEARCHES = {
    "role": ("#q=role%3Abackground", 1, "1 of 4 members, 0 of 4 files, 1 of 2 associations"),
    "two words": ("#q=P_1%20science", 1, "1 of 4 members, 0 of 4 files, 1 of 2 associations"),
    "a key": ("#q=f444w", 3, "3 of 4 members, 0 of 4 files, 1 of 2 associations"),
    "a file name": ("#q=two.json", 1, "1 of 4 members, 0 of 4 files, 1 of 2 associations"),
    "a reason": ("#q=f770w", 1, "0 of 4 members, 1 of 4 files, 0 of 2 associations"),
    "left out": ("#q=end%3Aleft", 3, "0 of 4 members, 3 of 4 files, 0 of 2 associations"),
    "in products": ("#q=end%3Ain", 1, "0 of 4 members, 1 of 4 files, 0 of 2 associations"),
    "nothing": ("#q=nowhere", 0, "nothing found"),
    "none": ("", 8, "All words must be there. role:psf, missing:background, finding:error and end:left narrow it down."),
}


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize(("search", "rows", "said"), SEARCHES.values(), ids=SEARCHES)
def test_the_search_in_a_browser(search: str, rows: int, said: str, tmp_path: Path) -> None:
    """The address of a page sets the search, which hides all rows without its words and counts the others."""
    page = report_html([FULL, association()], titles=["one.json", "two.json"], explanation=TOLD)
    assert browsed(page, tmp_path, search)[1:3] == (rows, said)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_heading_counts_what_is_shown(tmp_path: Path) -> None:
    """Above the rows stands how many there are, and while a search is on how many of them are found."""
    page = explanation_html(TOLD)
    assert browsed(page, tmp_path)[3] == ["Left out 3 of 4 files", "In products 1 of 4 files"]
    assert browsed(page, tmp_path, "#q=f770w")[3] == ["Left out 1 of these 3 found"]
    assert browsed(page, tmp_path, "#q=rate")[3] == ["Left out 3 of these 3 found", "In products 1 of these 1 found"]


OF_FILES = {
    "a product that the closed row does not name": ("#q=f0p399%20role%3Abackground", used(400, 3), 1),
    "what a product lacks": ("#q=missing%3Abackground", LACKING, 2),
    "what a file is not used for": ("#q=unused%3Abackground", LACKING, 1),
    "the user's word": ("#q=your%20word", Report("r", (evolve(story("a"), told=True), story("b"))), 1),
}


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize(("search", "told", "rows"), OF_FILES.values(), ids=OF_FILES)
def test_the_search_finds_files(search: str, told: Report, rows: int, tmp_path: Path) -> None:
    """The search finds a file by all that its row says when it is open, and by what it lacks."""
    assert browsed(explanation_html(told), tmp_path, search)[1] == rows


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_closed_card_opens_for_what_is_found_in_it(tmp_path: Path) -> None:
    """A search opens the cards that have what is looked for, and of thousands of members shows that one."""
    asns = [association(product("p", *((f"{one}_{two:02}_x.fits", "science") for two in range(20)))) for one in range(100)]
    page = report_html(asns)
    assert browsed(page, tmp_path)[1] == 0
    assert browsed(page, tmp_path, "#q=77_13_x")[1:3] == (1, "1 of 2000 members, 1 of 100 associations")


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("value", ["x" * 300, "jw01234001001_02101_00001_nrcalong_calints.fits " * 8])
def test_a_page_fits_a_phone(value: str, tmp_path: Path) -> None:
    """However long names, roles and reasons are, a page is not wider than a phone."""
    assert browsed(report_of(value), tmp_path, within=360)[0] <= 0


def test_one_association_is_shown_as_a_list_of_one():
    """What asn_from_list gives can be shown as it is; something else, and titles for nothing, are errors."""
    asn = Association(asn_type="image3", products=(Product("p", (Member("a_cal.fits", "science"),)),))
    assert report_html(asn) == report_html([asn])
    with pytest.raises(KnobError, match="association"):
        report_html([asn.to_dict()])
    with pytest.raises(KnobError, match="2 for 1 association"):
        report_html(asn, titles=["a.json", "b.json"])


@pytest.mark.parametrize("wrong", [3, "text", [3], {"a": 1}, [OUT], Report("mine", (3,))], ids=range(6))  # type: ignore[arg-type]
def test_something_else_is_no_explanation(wrong: Any) -> None:
    """What is no explanation is an error that says what to give."""
    for show in (explanation_html, lambda each: report_html([], explanation=each)):
        with pytest.raises(KnobError, match=r"explanation \(not one\): '\w+'; give what explain"):
            show(wrong)


@pytest.mark.parametrize("show", [explanation_html, notebook_html, lambda told: report_html([], explanation=told)])
def test_the_rows_of_a_page_are_worked_out_once(show: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file's row is worked out once for a page, however many parts show it."""
    asked: list[str] = []
    monkeypatch.setattr(stories, "row_of", lambda one, row_of=stories.row_of: (asked.append(one.file), row_of(one))[1])
    show(Report("mine", (OUT, use("used.fits"))))
    assert asked == [OUT.file, "used.fits"]
