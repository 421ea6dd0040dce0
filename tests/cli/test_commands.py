"""The commands one by one: what they make, print and answer, and the status they end with."""

from __future__ import annotations

import json
import re
import sys

import pytest

from asn_fp.rules import RULES as ALL

RULES = '''
from pathlib import Path
from typing import Literal

from asn_fp import rule, steps as s
from asn_fp.rules.lists import level2

seen = []

def knobs(*, title: str = "t", strict: bool = False, shared: bool | None = None, keep: bool = True, n: int = 3,
          tiles: list[int] = (), words: tuple[str, ...] = (), mode: Literal["a", 7] = "a", where: Path | None = None,
          size: int | float = 1, loose=4, function: "Callable | None" = None):
    """Make products with knobs.

    Args:
        title: what it is
            called.
        n (int): how many.
    """
    seen[:] = [dict(title=title, strict=strict, shared=shared, keep=keep, n=n, tiles=tiles, words=words, mode=mode,
                    where=where, size=size, loose=loose)]
    return level2().named("knobs")

def needs(*, product_name: str, label: str):
    return level2(product_name=product_name).named(label)

def cannot(*, file: list[dict], how: dict):
    return level2()

def rest(**knobs):
    return level2()

def many():
    return rule("many", s.read(), s.gather(), s.one_each(), s.name("{stem}"), s.seal(asn_rule="many"))

plain = level2().named("plain")
'''.replace('"Callable | None"', "object | None")


@pytest.fixture
def own(cli):
    """Give a folder that holds a file of rules."""
    cli.write("my_rules.py", RULES)
    return cli


def last_knobs():
    """Return the knobs that the rule `knobs` was last called with."""
    return sys.modules["asn_rules_my_rules"].seen[0]


# ------------------------------------------------------------------------------------------- the documented commands

FITS = ["a_rate.fits", "b_rate.fits", "bkg1_rate.fits", "bkg2_rate.fits"]


def test_the_documented_stage_2_command(cli):
    """The command asn_from_list -o l2_asn.json -r DMSLevel2bBase *.fits makes a product of each file."""
    assert cli.from_list("-o", "l2_asn.json", "-r", "DMSLevel2bBase", *FITS) == (0, "l2_asn.json: 4 products: 4 science\n", "")
    asn = json.loads((cli.folder / "l2_asn.json").read_text())
    assert [product["name"] for product in asn["products"]] == ["a", "b", "bkg1", "bkg2"]


def test_the_documented_stage_3_command(cli):
    """The command asn_from_list -o l3_asn.json --product-name l3_results *.fits makes one product of all files."""
    assert cli.from_list("-o", "l3_asn.json", "--product-name", "l3_results", *FITS)[::2] == (0, "")
    (product,) = json.loads((cli.folder / "l3_asn.json").read_text())["products"]
    assert (product["name"], [member["expname"] for member in product["members"]]) == ("l3_results", FITS)


SKY = {
    "unquoted": ("--background", "bkg1_rate.fits", "bkg2_rate.fits", *FITS),
    "quoted, after": (*FITS, "--background", "bkg*.fits"),
    "quoted": ("--background", "bkg*.fits", *FITS),
    "repeated": ("--background", "bkg1_rate.fits", "--background=bkg2_rate.fits", *FITS),
    "commas": ("--background", "bkg1_rate.fits,bkg2_rate.fits", *FITS),
    "list": ("--background", "@sky.txt", *FITS),
    "list of files": ("--background", "bkg*", "@all.txt"),
}


@pytest.mark.parametrize("words", SKY.values(), ids=SKY)
@pytest.mark.parametrize("program", ["asn_from_list", "asn make"])
def test_partners_become_members(cli, program, words):
    """Backgrounds, however they are named, are members of the other files' products and no products of their own."""
    for name in FITS:
        cli.write(name)
    cli.write("sky.txt", "bkg1_rate.fits\r\nbkg2_rate.fits\r\n")
    cli.write("all.txt", "\n".join(FITS))
    run = (lambda *rest: cli.from_list("-r", "level2", *rest)) if program == "asn_from_list" else (
        lambda *rest: cli.asn("make", "level2", *rest)
    )  # fmt: skip
    products = json.loads(run("-o", "-", *words).out)["products"]
    sky = [("bkg1_rate.fits", "background"), ("bkg2_rate.fits", "background")]
    assert [[tuple(member.values()) for member in product["members"]] for product in products] == [
        [("a_rate.fits", "science"), *sky],
        [("b_rate.fits", "science"), *sky],
    ]


def test_the_other_options(cli):
    """Id, type, top-level keys, paths and suffixes that are given show in the association."""
    asn = cli.made("-r", "level2", "-i", "o042", "--asn-type", "spec2", "--meta", "target=7", "--meta", "mine=x",
                   "--paths", "basename", "--suffix", "odd", "raw/a_odd.fits")  # fmt: skip
    assert [asn["asn_id"], asn["asn_type"], asn["target"], asn["mine"]] == ["o042", "spec2", "7", "x"]
    assert asn["products"][0] == {"name": "a", "members": [{"expname": "a_odd.fits", "exptype": "science"}]}


def test_relative_paths_start_at_the_output(cli):
    """With --paths relative, members are named from the folder that the association goes to, also with --output-dir."""
    cli.write("out/old.json")
    words = ("--paths", "relative", "raw/a_rate.fits")
    assert cli.from_list("-r", "level2", "-o", "out/x.json", *words).status == 0
    assert cli.asn("make", "level2", "--output-dir", "new/deep", *words).status == 0
    (made,) = (cli.folder / "new/deep").iterdir()
    found = [json.loads(path.read_text())["products"][0]["members"][0]["expname"] for path in (cli.folder / "out/x.json", made)]
    assert found == ["../raw/a_rate.fits", "../../raw/a_rate.fits"]


# ----------------------------------------------------------------------------------------------------------- own rules

WAYS = [
    ("asn_from_list", "--ruledefs", "my_rules.py", "-r", "plain"),
    ("asn_from_list", "-r", "my_rules.py:plain"),
    ("asn_from_list", "-r", "my_package.my_module:plain"),
    ("make", "my_rules.py:plain"),
    ("make", "my_package.my_module:plain"),
    ("make", "--ruledefs=my_rules.py", "plain"),
    ("make", "--rule", "my_rules.py:plain"),
    ("make", "--meta", "a=1", "my_rules.py:plain"),
    ("make", "--background", "s1_rate.fits", "s2_rate.fits", "my_rules.py:plain", "s1_rate.fits", "s2_rate.fits"),
]


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_own_rules(own, monkeypatch, way):
    """A rule of the user's own is found in a file or in a module, by either command."""
    own.write("my_package/my_module.py", RULES)
    monkeypatch.syspath_prepend(own.folder)
    command, *words = way
    run = own.from_list if command == "asn_from_list" else lambda *rest: own.asn("make", *rest)
    result = run(*words, "-o", "-", "a_rate.fits")
    assert (result.status, result.err) == (0, "")
    assert '"expname": "a_rate.fits"' in result.out
    sys.modules.pop("my_package.my_module", None)


TYPED = {
    "text": (["--title", "1e5"], {"title": "1e5"}),
    "flag": (["--strict"], {"strict": True}),
    "flag off": (["--keep=false", "--strict=no"], {"keep": False, "strict": False}),
    "flag or none": (["--shared"], {"shared": True}),
    "flag or none, off": (["--shared=false"], {"shared": False}),
    "whole number": (["--n", "5"], {"n": 5}),
    "list of numbers": (["--tiles", "1,2", "--tiles", "3"], {"tiles": [1, 2, 3]}),
    "list of texts": (["--words", "a,b", "--words=c"], {"words": ("a,b", "c")}),
    "choice": (["--mode", "7"], {"mode": 7}),
    "number of any kind": (["--size", "1.5"], {"size": 1.5}),
    "whole number of any kind": (["--size", "2"], {"size": 2}),
    "without annotation": (["--loose", "8"], {"loose": 8}),
}


@pytest.mark.parametrize("first", [True, False], ids=["knob first", "rule first"])
@pytest.mark.parametrize(("typed", "changed"), TYPED.values(), ids=TYPED)
def test_knobs_are_options(own, first, typed, changed):
    """A rule's own knobs are options, before or after it, and it gets values of its types."""
    words = [*typed, "my_rules.py:knobs"] if first else ["my_rules.py:knobs", *typed]
    assert own.asn("make", *words, "-o", "-", "a_rate.fits").status == 0
    plain = {"title": "t", "strict": False, "shared": None, "keep": True, "n": 3, "tiles": (), "words": (), "mode": "a",
             "where": None, "size": 1, "loose": 4}  # fmt: skip
    got = last_knobs()
    assert got == plain | changed
    assert all(type(got[name]) is type(value) for name, value in changed.items())


def test_a_path_knob_gets_a_path(own):
    """A knob that is a path gets one."""
    assert own.asn("make", "my_rules.py:knobs", "--where", "x/y", "-o", "-", "a_rate.fits").status == 0
    assert last_knobs()["where"].name == "y"


REFUSED = {
    "not whole": (["knobs", "--n", "1.5"], 1, "error: --n (not a whole number): '1.5'"),
    "no number": (["knobs", "--size", "big"], 1, "error: --size (not a number): 'big'"),
    "not in a list": (["knobs", "--tiles", "1,x"], 1, "error: --tiles (not a whole number): 'x'"),
    "no choice": (["knobs", "--mode", "b"], 1, "error: --mode (not one of its values): 'b'; known: 'a', '7'"),
    "misspelt": (["knobs", "--titel", "b"], 2, "error: option (unknown): '--titel'; did you mean '--title'?"),
    "a function": (["knobs", "--function", "b"], 2, "error: option (unknown): '--function'; "),
    "required": (["needs", "--product-name", "p"], 2, "error: option (required): '--label'; write '--label VALUE'"),
    "impossible": (["cannot", "--file", "x"], 1, "error: knob of the rule (required, and no option can give it): 'how'; "),
    "any": (["rest", "--knobs", "x"], 2, "error: option (unknown): '--knobs'; "),
}


@pytest.mark.parametrize(("words", "status", "told"), REFUSED.values(), ids=REFUSED)
def test_knobs_that_are_refused(own, words, status, told):
    """A knob that is misspelt, missing or of a wrong value is one line, and nothing is written."""
    rule, *rest = words
    result = own.asn("make", f"my_rules.py:{rule}", *rest, "-o", "x.json", "a_rate.fits")
    assert (result.status, result.out) == (status, "")
    assert result.err.splitlines()[0].startswith(told)
    assert own.names() == ["my_rules.py"]


def test_a_required_knob_of_the_documented_name(own):
    """A rule whose product name is required says so, whichever command runs it."""
    for run in (own.from_list, lambda *words: own.asn("make", *words)):
        result = run("--rule", "my_rules.py:needs", "--label", "x", "-o", "x.json", "a_rate.fits")
        assert (result.status, result.err.splitlines()[0]) == (
            2,
            "error: option (required): '--product-name'; write '--product-name VALUE'",
        )


def test_several_associations(own):
    """A rule that makes several associations refuses -o, lists them, and writes them to --output-dir, a line each."""
    files = [f"f{number:02d}_cal.fits" for number in range(12)]
    refused = own.asn("make", "my_rules.py:many", "-o", "x.json", *files)
    named = ", ".join(f"'f{number:02d}'" for number in range(10))
    assert refused == (
        1,
        "",
        f"error: output file (the rule makes 12 associations: {named} and 2 more): 'x.json'; "
        "use 'asn make RULE --output-dir DIR ...'\n",
    )
    made = own.asn("make", "my_rules.py:many", "--output-dir", "out/deep/", *files)
    names = [f"f{number:02d}_asn.json" for number in range(12)]
    assert (made.status, made.err) == (0, "")
    assert made.out == "".join(f"out/deep/{name}: 1 product: 1 science\n" for name in names)
    assert sorted(path.name for path in (own.folder / "out/deep").iterdir()) == names


# -------------------------------------------------------------------------------------------------- looking at rules


def test_rules(cli):
    """The command asn rules lists the rules, a line each, under the title of their group; --json gives the same as JSON."""
    text, plain = cli.asn("rules"), json.loads(cli.asn("rules", "--json").out)
    assert text.status == 0
    listed, title = [], ""
    for line in text.out.splitlines():
        if line.startswith("  "):
            listed.append((*line.split(maxsplit=1), title))
        elif line:
            title = line.removesuffix(":")
    assert listed == [(each["rule"], each["makes"], each["for"]) for each in plain]
    assert all(each["makes"].endswith(".") for each in plain)
    groups = {each["rule"]: each["for"].partition(",")[0] for each in plain}
    assert set(groups) == set(ALL)
    assert (groups["level3"], groups["Association"]) == ("lists of files", "lists of files")
    assert text.out.startswith("lists of files, by their names:\n  Association ")
    stages = {name: each["for"].split(", ")[1] for each in plain if (name := each["rule"]).startswith("Asn_")}
    assert (stages["Asn_Lv2Image"], stages["Asn_MIRLRSTAConfirm"], stages["Asn_Lv3TSO"]) == ("stage 2", "stage 2", "stage 3")


def test_show(own):
    """The command asn show prints the numbered steps of a rule with the options given."""
    result = own.asn("show", "level2", "--background", "b.fits", "-i", "o001")
    lines = result.out.splitlines()
    assert (result.status, lines[0], lines[1].split(), lines[2].split()) == (
        0,
        "level2",
        ["1.", "read()"],
        ["2.", "enlist({'background':", "['b.fits']})"],
    )
    assert "stamp({'asn_id': 'o001'})" in result.out
    assert own.asn("show", "my_rules.py:plain").out.splitlines()[0] == "plain"


def test_show_is_readable(cli):
    """A long step goes over several lines with every key, and the words that do not say what they read are explained."""
    result = cli.asn("show", "Asn_Lv2Image")
    steps, words, doc = result.out.split("\n\n", 2)
    assert "more" not in steps
    assert max(map(len, steps.splitlines())) <= 110
    assert "keyword('filter', 'band'), optional(keyword('pupil', 'grating'))" in " ".join(steps.split())
    assert words.splitlines()[0] == "What these words read:"
    assert ["candidate", "asn_candidate"] in [line.split() for line in words.splitlines()]
    assert doc.startswith("Make stage-2 images")
    assert "What these words read" not in cli.asn("show", "Association").out


def test_explain(cli):
    """The command asn explain tells of all files in a table, of one step by step, and the same as JSON; nothing is written."""
    words = ("explain", "level2", "a_rate.fits", "--background", "b_rate.fits")
    table = cli.asn(*words)
    assert [line.split() for line in table.out.splitlines()[1:]] == [
        ["a_rate.fits", "science", "a"],
        ["b_rate.fits", "background*", "a"],
        ["*", "the", "role", "that", "you", "gave"],
    ]
    story = cli.asn(*words, "--file", "b_rate.fits")
    assert story.out.splitlines()[0] == "b_rate.fits: background of a"
    plain = json.loads(cli.asn(*words, "--json").out)
    assert [(each["file"], each["role"]) for each in plain["files"]] == [
        ("a_rate.fits", "science"),
        ("b_rate.fits", "background"),
    ]
    assert json.loads(cli.asn(*words, "--json", "--file", "b_rate.fits").out)["uses"][0]["product"] == "a"
    assert (table.status, story.status, cli.names()) == (0, 0, [])


EXPLAIN = {
    "not among them": (["a.fits", "--file", "b.fits"], "'b.fits'"),
    "a folder": (["sub"], "input file (a folder): 'sub'"),
}


@pytest.mark.parametrize(("words", "told"), EXPLAIN.values(), ids=EXPLAIN)
def test_explain_refuses(cli, words, told):
    """The command asn explain refuses a file that is not among the files, and a folder, in one line."""
    (cli.folder / "sub").mkdir()
    result = cli.asn("explain", "level2", *words)
    assert (result.status, result.out, result.err.count("\n"), told in result.err) == (1, "", 1, True)


# --------------------------------------------------------------------------------------------- looking at associations

GOOD = {"asn_type": "image2", "asn_pool": "none", "asn_id": "o001", "products": [
    {"name": "a", "members": [{"expname": "a_rate.fits", "exptype": "science"}]}]}  # fmt: skip
MISSPELT = {**GOOD, "products": [{"name": "a", "members": [*GOOD["products"][0]["members"],
    {"expname": "b_rate.fits", "exptype": "bckground"}]}]}  # fmt: skip


def test_check_of_a_good_file(cli):
    """The command asn check says of a file without findings that it has none, and ends with 0."""
    cli.write("sub/good.json", json.dumps({**GOOD, "asn_type": "spec2"}))
    cli.write("sub/a_rate.fits")
    assert cli.asn("check", "sub/good.json") == (0, "sub/good.json: no findings\n", "")
    assert cli.asn("check", "--strict", "--json", "sub/good.json") == (0, "[]\n", "")


def test_check_tells_of_missing_files(cli):
    """A member that is not beside the association file is a warning, once; with --strict an error."""
    twice = {**GOOD, "asn_type": "spec2", "products": [*GOOD["products"], {"name": "b", "members": [
        {"expname": "a_rate.fits", "exptype": "background"}, {"expname": "dir", "exptype": "science"},
        {"expname": str(cli.write("abs_rate.fits")), "exptype": "imprint"}]}]}  # fmt: skip
    cli.write("sub/x.json", json.dumps(twice))
    cli.write("sub/dir/y")
    cli.write("a_rate.fits")
    lines = [line for line in cli.asn("check", "sub/x.json").out.splitlines() if "missing-file" in line]
    assert lines == [
        "sub/x.json: warning missing-file: product 1 'a', member 1 (no such file in 'sub'): 'a_rate.fits'; "
        "put it there, or correct the name",
        "sub/x.json: warning missing-file: product 2 'b', member 2 (a folder): 'dir'; name a file",
    ]
    cli.write("good.json", json.dumps(GOOD))
    cli.write("sub/good.json", json.dumps({**GOOD, "asn_type": "spec2"}))
    assert [cli.asn("check", *words).status for words in (["good.json"], ["sub/good.json"], ["--strict", "sub/good.json"])] == [
        0,
        0,
        1,
    ]


LOOKED_FOR = [
    # (type, members as name:role, files that are there, codes of what is found on the disk)
    ("image2", "a_rate.fits", "sub/a_rate.fits", ["current-folder"]),
    ("image2", "a_rate.fits b_rate.fits:background", "sub/a_rate.fits b_rate.fits", ["current-folder"]),
    ("tso-image2", "a_rate.fits", "a_rate.fits sub/a_rate.fits", ["current-folder"]),
    ("image2", "a_rate.fits", "a_rate.fits", []),
    ("image2", "a_rate.fits", "", ["missing-file", "current-folder"]),
    ("image2", "{here}/a_rate.fits", "a_rate.fits", []),
    ("image2", "{here}/a_rate.fits", "", ["missing-file"]),
    ("spec2", "a_rate.fits", "sub/a_rate.fits", []),
    ("spec2", "a_rate.fits cats/a_cat.ecsv:sourcecat", "sub/a_rate.fits sub/cats/a_cat.ecsv", ["missing-file"]),
    ("spec2", "a_rate.fits cats/a_cat.ecsv:sourcecat", "sub/a_rate.fits sub/a_cat.ecsv", []),
    ("spec2", "a_rate.fits {here}/a_segm.fits:segmap", "sub/a_rate.fits sub/a_segm.fits", []),
    ("spec2", "a_rate.fits x/a_i2d.fits:direct_image", "sub/a_rate.fits sub/x/a_i2d.fits", ["missing-file"]),
    ("spec2", "a_rate.fits x/b_rate.fits:background", "sub/a_rate.fits sub/x/b_rate.fits", []),
    ("image3", "a_cal.fits s3://bucket/b_cal.fits", "sub/a_cal.fits", []),
]


@pytest.mark.parametrize(("kind", "members", "files", "expected"), LOOKED_FOR)
def test_check_looks_where_the_pipeline_does(cli, kind, members, files, expected):
    """Members are looked for where their pipeline opens them: in the current folder, or catalogues by their base name."""
    pairs = [re.fullmatch(r"(.*?)(?::(\w+))?", member.format(here=cli.folder)).groups() for member in members.split()]
    listed = [{"expname": name, "exptype": role or "science"} for name, role in pairs]
    cli.write("sub/x.json", json.dumps({**GOOD, "asn_type": kind, "products": [{"name": "a", "members": listed}]}))
    for name in files.split():
        cli.write(name)
    found = json.loads(cli.asn("check", "--json", "sub/x.json").out)
    assert [each["code"] for each in found if each["code"] in ("missing-file", "current-folder")] == expected


def test_check_of_a_plain_list(cli):
    """Members of an association without products are looked for too."""
    cli.write("x.json", json.dumps({"asn_rule": "Association", "members": ["a.fits", "b.fits"]}))
    cli.write("a.fits")
    found = json.loads(cli.asn("check", "--json", "x.json").out)
    assert [(each["place"], each["value"]) for each in found if each["code"] == "missing-file"] == [("member 2", "b.fits")]


def test_check_of_several_files(cli):
    """The command asn check tells of every file, also of those it cannot read, and ends with 1 where there is an error."""
    cli.write("bad.json", json.dumps(MISSPELT))
    cli.write("good.json", json.dumps(GOOD))
    cli.write("text.json", '{"products": [],}')
    for name in ("a_rate.fits", "b_rate.fits"):
        cli.write(name)
    result = cli.asn("check", "bad.json", "good.json", "text.json", "nosuch.json", ".")
    told = [
        ("bad.json", "error unknown-exptype: product 1 'a', member 2"),
        ("text.json", "error unreadable: association text (line 1, column 16: a trailing comma)"),
        ("nosuch.json", "error unreadable: input file (not found): 'nosuch.json'"),
        (".", "error unreadable: input file (a folder, not a file): '.'"),
        ("good.json", "no findings"),
    ]
    lines = result.out.splitlines()
    assert (result.status, result.err, len(lines)) == (1, "", len(told))
    assert all(line.startswith(f"{path}: {text}") for line, (path, text) in zip(lines, told, strict=True))
    plain = json.loads(cli.asn("check", "--json", "bad.json", "text.json").out)
    assert [(each["file"], each["code"], each["severity"]) for each in plain] == [
        ("bad.json", "unknown-exptype", "error"),
        ("text.json", "unreadable", "error"),
    ]
    assert [cli.asn("check", name).status for name in ("text.json", "nosuch.json", "good.json")] == [1, 1, 0]
    assert set(plain[0]) == {"file", "code", "severity", "place", "value", "reason", "way_out"}


def test_check_knows_a_suffix(cli):
    """The command asn check --suffix knows one more product suffix."""
    odd = {**GOOD, "products": [{"name": "a", "members": [
        {"expname": "a_odd.fits", "exptype": "science"}, {"expname": "a_mine.fits", "exptype": "background"}]}]}  # fmt: skip
    cli.write("x.json", json.dumps(odd))
    codes = [
        [each["code"] for each in json.loads(cli.asn("check", "--json", *words, "x.json").out)]
        for words in ([], ["--suffix", "odd", "--suffix", "mine"])
    ]
    assert ["own-background" in each for each in codes] == [False, True]


def test_tree(cli):
    """The command asn tree draws the products and members of each file."""
    cli.write("a.json", json.dumps(GOOD))
    cli.write("b.json", json.dumps(MISSPELT))
    result = cli.asn("tree", "a.json", "b.json")
    lines = result.out.splitlines()
    assert (result.status, result.err) == (0, "")
    assert [line.split()[0] for line in lines if line[0] in "ab"] == ["a.json", "b.json"]
    assert [line.split()[-2:] for line in lines if ".fits" in line] == [
        ["science", "a_rate.fits"],
        ["science", "a_rate.fits"],
        ["bckground", "b_rate.fits"],
    ]


def test_tree_tells_all_problems(cli):
    """The command asn tree of files that cannot be drawn tells each with the nearest name or the place, and draws nothing."""
    cli.write("l2_asn.json", json.dumps(GOOD))
    cli.write("text.json", "{'a': 1}")
    result = cli.asn("tree", "l2_asn.jsn", "l2_asn.json", "text.json", ".")
    assert (result.status, result.out) == (1, "")
    assert result.err.splitlines() == [
        "error: input file (not found): 'l2_asn.jsn'; did you mean 'l2_asn.json'?",
        """error: text.json: association text (line 1, column 2: single quotes): "'a': 1}"; JSON has double quotes""",
        "error: input file (a folder, not a file): '.'; add a file name",
    ]
