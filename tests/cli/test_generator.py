"""``asn generate``, ``asn pool`` and ``asn explain generate``: from headers or a pool to all associations."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from asn_fp.sources.headers import _bar
from asn_fp.sources.pools import parse_pool
from asn_fp.sources.samples import fits_bytes, nircam_coronagraphy, nirspec_ifu

SCIENCE = "jw01234001001_02101_0000{}_nrs1_rate.fits"
RULES = """
from asn_fp import rule, steps as s
from asn_fp.predicates import has, not_

mine = rule("Mine", s.read(), s.classify(), s.keep(not_(has("is_psf"))), s.gather(), s.one_each(), s.name("{stem}_mine"),
            s.seal_each(asn_type="image2"))

def Yours():
    return mine.named("Yours").replace("keep", s.keep(has("is_psf"))).replace("name", s.name("{stem}_yours"))

def Yours_with_return() -> "Rule":
    return Yours()
"""


@pytest.fixture
def ifu(cli):
    """Give the command line in a folder with the files of an IFU observation and of its dedicated background."""
    for name, header in nirspec_ifu():
        for suffix in ("rate", "cal"):
            other = name.replace("_rate", f"_{suffix}")
            if suffix == "rate" or not header["IS_IMPRT"]:
                cli.write(other, fits_bytes((other, header)))
    return cli


@pytest.fixture
def rolls(cli):
    """Give the command line in a folder with the files of a coronagraphic sequence."""
    for sample in nircam_coronagraphy():
        cli.write(sample[0], fits_bytes(sample))
    return cli


def made(folder: Path):
    """Return what is in the association files of a folder, by their names."""
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*_asn.json"))}


def contents(folder: Path):
    """Return the associations of a folder without the pool they came from."""
    return [{key: value for key, value in each.items() if key != "asn_pool"} for each in made(folder).values()]


def test_the_folder_is_made_and_all_files_are_in_it(ifu):
    """The associations of two candidates go to a folder that was not there, and one line counts them."""
    result = ifu.asn("generate", "*.fits", "--output-dir", "out/here")
    files = made(ifu.folder / "out/here")
    assert (result.status, result.err) == (0, "")
    assert result.out == f"out/here: {len(files)} associations of 34 exposures: 22 spec2, 2 spec3\n"
    nod = files["jw01234-o001_spec2_00001_asn.json"]
    assert (nod["asn_rule"], nod["asn_pool"], nod["asn_id"]) == ("candidate_Asn_Lv2NRSIFUNod", "none", "o001")


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ((), {"spec2", "spec3"}),
        (("--stage", "2"), {"spec2"}),
        (("--stage", "3"), {"spec3"}),
        (("--ids", "o002", "--stage=2"), {"spec2"}),
    ],
)
def test_the_scope(ifu, words, kinds):
    """Stage and candidates limit what is made."""
    ifu.asn("generate", "*.fits", "--output-dir", "out", *words)
    found = made(ifu.folder / "out")
    assert {each["asn_type"] for each in found.values()} == kinds
    assert {each["asn_id"] for each in found.values()} == ({"o002"} if "o002" in words else {"o001", "o002"})


def test_several_ids_in_any_case(ifu):
    """Commas separate candidate ids, and their case does not matter."""
    one, two = (
        ifu.asn("generate", "*.fits", "--dry-run", *words).out for words in (("--ids", "O001,o002"), ("--all-candidates",))
    )
    assert one == two
    assert "asn_id o002" in one


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--ids", "o003"], 1, "candidate (no exposure has it): 'o003'; did you mean 'o002'?"),
        (["--ids", "o001", "--discover"], 2, "options (they exclude each other): '--discover, --ids'"),
        (["--all-candidates", "--discover"], 2, "options (they exclude each other): '--discover, --all-candidates'"),
        (["--stage", "4"], 2, "--stage (unknown): '4'; known: '2', '3'"),
        (["--delimiter", ";"], 2, "--delimiter (only a pool has one): ';'"),
        (["--rules", "missing.py"], 1, "file of rules (no such file): 'missing.py'"),
        (["--version-id=a/b"], 1, "piece of a file name (empty, or with a slash): 'a/b'"),
        (
            ["--set", "program=a/b:*02101_00001_nrs1*", "--stage", "2"],
            1,
            "program of 'jw01234001001_02101_00001_nrs1_rate.fits' (no piece of a file name): 'a/b';"
            " say --set 'program=01234:jw01234001001_02101_00001_nrs1_rate.fits', as its name does",
        ),
        (["nope.fits", "text.fits"], 1, "input file (not found): 'nope.fits'"),
    ],
)
def test_what_is_refused(ifu, words, status, told):
    """What cannot be done is told with the way out, and nothing is written."""
    ifu.write("text.fits", "no header")
    before = ifu.names()
    result = ifu.asn("generate", "jw*.fits", *words)
    assert (result.status, ifu.names()) == (status, before)
    assert told in result.err
    assert ("text.fits" in result.err) == ("text.fits" in words)


def test_existing_files_are_told_together(ifu):
    """Every file that is there already is an error, and none is written; with --overwrite all are."""
    ifu.asn("generate", "*.fits", "--output-dir", "out")
    names = [*made(ifu.folder / "out")]
    for name in names[1:3]:
        (ifu.folder / "out" / name).write_text("mine")
    for name in names[:1]:
        (ifu.folder / "out" / name).unlink()
    result = ifu.asn("generate", "*.fits", "--output-dir", "out", "--orphans", "out/o.csv")
    assert (result.status, len(result.err.splitlines())) == (1, len(names) - 1)
    assert all(f"'out/{name}'; allow it with --overwrite" in result.err for name in names[1:])
    assert not (ifu.folder / "out" / names[0]).exists()
    assert ifu.asn("generate", "*.fits", "--output-dir", "out", "--overwrite").status == 0
    assert [*made(ifu.folder / "out")] == names


def test_an_output_that_is_an_input_is_refused(ifu):
    """Neither the orphans nor a new pool replace a file that is read, not even with --overwrite."""
    ifu.asn("pool", "*.fits", "-o", "pool.csv")
    before = (ifu.folder / "pool.csv").read_bytes()
    first = ifu.asn("generate", "pool.csv", "--orphans", "./pool.csv", "--overwrite")
    second = ifu.asn("pool", "pool.csv", "-o", "pool.csv")
    assert (first.status, second.status) == (1, 1)
    assert "also an input, 'pool.csv'" in first.err
    assert "also an input, 'pool.csv'" in second.err
    assert (ifu.folder / "pool.csv").read_bytes() == before


def test_version_id_without_a_value_is_the_time_once(ifu):
    """All files of one run carry the same tag in name and content, made of date and time."""
    ifu.asn("generate", "*.fits", "--version-id", "--output-dir", "out")
    tags = {(re.search(r"_(\d{8}t\d{6})_", name)[1], each["version_id"]) for name, each in made(ifu.folder / "out").items()}
    ((tag, version),) = tags
    assert tag == version


def test_version_id_with_a_value(ifu):
    """A tag that the user gives is in the names and the files."""
    ifu.asn("generate", "*.fits", "--version-id=v2", "--output-dir", "out")
    assert all("_v2_" in name and each["version_id"] == "v2" for name, each in made(ifu.folder / "out").items())


def test_merge(ifu):
    """With --merge the stage-2 products of one candidate are in one file, stage 3 stays as it is."""
    ifu.asn("generate", "*.fits", "--output-dir", "plain")
    ifu.asn("generate", "*.fits", "--output-dir", "merged", "--merge")
    plain, merged = made(ifu.folder / "plain"), made(ifu.folder / "merged")
    count = sum(len(each["products"]) for each in merged.values())
    assert (len(plain), len(merged), count) == (24, 4, 24)


def test_own_rules(rolls):
    """Rules of a file, values and functions that say so, are run beside the others."""
    rolls.write("mine.py", RULES)
    rolls.asn("generate", "*.fits", "--rules", "mine.py", "--output-dir", "out", "--all-candidates")
    found = {(each["asn_rule"], each["products"][0]["name"][-5:]) for each in made(rolls.folder / "out").values()}
    assert {("candidate_Mine", "_mine"), ("candidate_Yours", "yours")} <= found


def test_dry_run_shows_the_plan_and_the_reasons(rolls):
    """A dry run draws the associations, tells of each exposure in none why, briefly, and writes nothing."""
    before = rolls.names()
    result = rolls.asn("generate", "*.fits", "--dry-run")
    assert (result.status, rolls.names()) == (0, before)
    tree, _, table = result.out.partition(" in no association:\n")
    assert "coron3" in tree
    assert "asn_id a3001" in tree
    assert table == ""
    alone = rolls.asn("generate", "jw01234005*.fits", "--dry-run").out
    told = "closest is Asn_Lv2Image, step 5 level: it is calints, rateints is wanted, and no other file of it is there"
    assert alone.startswith("no associations\n\n9 exposures in no association:\n\nin no association")
    assert alone.count(told) == 9


def test_the_levels_of_one_exposure(cli):
    """Of the files of one exposure each rule takes the level it asks for, and the others are left out with that reason."""
    for name, header in nirspec_ifu():
        for suffix in ("uncal", "rate", "cal", "x1d"):
            other = name.replace("_rate", f"_{suffix}")
            cli.write(other, fits_bytes((other, header)))
    product = "jw01234-o001_t001_nirspec_g235h-f170lp_s3d.fits"
    cli.write(product, fits_bytes((product, nirspec_ifu()[0][1])))
    result = cli.asn("generate", "*.fits", "--output-dir", "out", "--orphans", "o.csv")
    assert result.status == 0
    members = {
        (each["asn_type"], member["expname"].rpartition("_")[2])
        for each in made(cli.folder / "out").values()
        for member in each["products"][0]["members"]
        if member["exptype"] == "science"
    }
    assert members == {("spec2", "rate.fits"), ("spec3", "cal.fits")}
    lost = {each.name.text for each in parse_pool((cli.folder / "o.csv").read_text())}
    assert SCIENCE.format(1).replace("_rate", "_uncal") in lost
    assert product in lost
    assert not {SCIENCE.format(1), SCIENCE.format(1).replace("_rate", "_cal")} & lost
    one = cli.asn("make", "Asn_Lv2NRSIFUNod", "-o", "-", "*.fits")
    assert one.status == 0
    assert set(re.findall(r"_([a-z0-9]+)\.fits", one.out)) == {"rate"}


def test_nothing_to_make(rolls):
    """Where nothing can be made, a warning says so with the reasons, no folder is made, and the status is 0."""
    result = rolls.asn("generate", "jw01234005*.fits", "--output-dir", "out")
    first, second = result.err.splitlines()
    assert (result.status, result.out, (rolls.folder / "out").exists()) == (0, "", False)
    assert first == "warning: no association can be made of 9 exposures"
    assert second.startswith("  9 of 9: closest is Asn_Lv2Image, step 5 level: it is calints, rateints is wanted")


@pytest.mark.parametrize("target", ["o.csv", "-"])
def test_orphans_are_a_pool(ifu, target):
    """The exposures in no association are written as a pool that can be read again, with their folders."""
    header = dict(nirspec_ifu()[0][1], EXP_TYPE="NRS_DARK")
    ifu.write("raw/jw01234009001_02101_00001_nrs1_rate.fits", fits_bytes(("x", header)))
    result = ifu.asn("generate", "*.fits", "raw/*.fits", "--output-dir", "out", "--orphans", target)
    text = result.out if target == "-" else (ifu.folder / target).read_text()
    (dark,) = parse_pool(text)
    assert (dark.name.text, dark.meta["exp_type"]) == ("raw/jw01234009001_02101_00001_nrs1_rate.fits", "nrs_dark")
    assert made(ifu.folder / "out")


def test_json(ifu):
    """With --json the associations and the orphans are printed as JSON."""
    plain = json.loads(ifu.asn("generate", "*_nrs1_rate.fits", "--dry-run", "--json", "--ids", "o001").out)
    assert plain["associations"][0]["file"] == "jw01234-o001_spec2_00001_asn.json"
    assert {each["why"] for each in plain["orphans"]} == {"it belongs to none of the candidates"}


# ---------------------------------------------------------------------------------------------------------------- pools


@pytest.mark.parametrize(
    "words", [(), ("--candidate", "c1000:background=*"), ("--set", "bkgdtarg=f:*"), ("--set", "is_imprt=f:*_02103_*")]
)
def test_a_pool_gives_the_same_as_its_files(ifu, words):
    """The pool of some files makes the associations that the files make, with candidates and the user's word."""
    ifu.asn("generate", "*.fits", "--output-dir", "files", *words)
    assert ifu.asn("pool", "*.fits", "-o", "pool.csv", *words).out == "pool.csv: 34 exposures\n"
    result = ifu.asn("generate", "pool.csv", "--output-dir", "pool")
    assert result.status == 0
    assert made(ifu.folder / "pool").keys() == made(ifu.folder / "files").keys()
    assert contents(ifu.folder / "pool") == contents(ifu.folder / "files")
    assert {each["asn_pool"] for each in made(ifu.folder / "pool").values()} == {"pool.csv"}


def test_the_options_of_a_pool(ifu):
    """Candidates may be repeated, a value can be set for a pattern, and - prints."""
    result = ifu.asn(
        *("pool", "*_nrs1_rate.fits", "-o", "-", "--candidate", "c1000:background", "--candidate=c1001:group=*002001*"),
        *("--set", "is_imprt=t:*_02101_*"),
    )
    rows = {each.name.text: each.meta for each in parse_pool(result.out)}
    assert rows[SCIENCE.format(1)]["asn_candidate"] == "[('o001', 'observation'), ('c1000', 'background')]"
    assert rows["jw01234002001_02101_00001_nrs1_rate.fits"]["asn_candidate"].endswith("('c1001', 'group')]")
    assert rows[SCIENCE.format(1)]["is_imprt"] == "t"
    assert result.out.startswith("filename|")


def test_a_pool_with_another_delimiter(ifu):
    """A delimiter can be given for a pool that does not say its own."""
    ifu.asn("pool", "*.fits", "-o", "pool.csv")
    text = (ifu.folder / "pool.csv").read_text()
    ifu.write("odd.csv", text.replace("|", "^"))
    assert ifu.asn("generate", "odd.csv", "--dry-run").status == 1
    given = ifu.asn("generate", "odd.csv", "--dry-run", "--delimiter", "^")
    assert given.out == ifu.asn("generate", "pool.csv", "--dry-run").out


@pytest.mark.parametrize(
    ("words", "told"),
    [(("make", "Asn_Lv2Image"), "--candidate ID:TYPE "), (("pool",), "--candidate ID:TYPE[=PATTERN]"),
     (("generate",), "--candidate ID:TYPE[=PATTERN]"), (("explain", "generate"), "--candidate ID:TYPE[=PATTERN]")],
)  # fmt: skip
def test_help_says_which_candidate(cli, words, told):
    """The help of each command says what its --candidate takes."""
    assert told in cli.asn(*words, "--help").out


# -------------------------------------------------------------------------------------------------------------- explain


def test_explain_all(ifu):
    """One row tells each place of an exposure: file, rule, role and product; an exposure in none has the reason."""
    header = dict(nirspec_ifu()[0][1], EXP_TYPE="NRS_DARK")
    ifu.write("dark.fits", fits_bytes(("dark.fits", header)))
    head, *rows = [re.split(r" {2,}", line) for line in ifu.asn("explain", "generate", "*.fits").out.splitlines()]
    assert head == ["exposure", "association", "rule", "role", "product, or why in none"]
    assert ["dark.fits", "-", "-", "-", "no rule takes exp_type 'nrs_dark'"] in rows
    own = [row for row in rows if row[0] == SCIENCE.format(1)]
    assert own[0][1:] == [
        "jw01234-o001_spec2_00001_asn.json",
        "candidate_Asn_Lv2NRSIFUNod",
        "science",
        "jw01234001001_02101_00001_nrs1",
    ]
    assert [row[3] for row in own] == ["science", *["background"] * 3]


def test_explain_one(ifu):
    """The story of one file has all rules and candidates that make something of it, and nothing of other files."""
    result = ifu.asn("explain", "generate", "*.fits", "--file", SCIENCE.format(1))
    table, *stories = result.out.split("\n\n")
    assert SCIENCE.format(2) not in table
    assert stories[0].splitlines()[0] == "Asn_Lv2NRSIFUNod, for o001"
    assert any("step" not in line and "background of 3 products" in line for line in stories[0].splitlines())
    assert ifu.asn("explain", "generate", "*.fits", "--file", "jw01234001001_02101_00001_nrs1_rate.fit").status == 1


def test_explain_as_json(ifu):
    """The same as JSON has the places, the reason, and the stories."""
    plain = json.loads(ifu.asn("explain", "generate", "*.fits", "--json", "--file", SCIENCE.format(1)).out)
    (only,) = plain["exposures"]
    assert only["places"][0]["role"] == "science"
    assert (only["why"], plain["stories"][0]["rule"], plain["stories"][0]["candidate"]) == (None, "Asn_Lv2NRSIFUNod", "o001")


def test_the_rung_of_the_ladder_is_told(ifu):
    """A partner that a later rung of a rule's ladder found is told with the rung."""
    ladder = """
from asn_fp import rule, steps as s
from asn_fp.keys import keyword
from asn_fp.predicates import exp_type, is_science

mine = rule("Mine", s.read(), s.classify(), s.keep(exp_type("nrs_ifu")), s.gather(of=is_science), s.one_each(),
            s.attach("background", by=[(keyword("detector"), keyword("targetid")), keyword("detector")]), s.name("{stem}_mine"),
            s.seal_each(asn_type="spec2"))
"""
    ifu.write("mine.py", ladder)
    out = ifu.asn("explain", "generate", "*_rate.fits", "--rules", "mine.py", "--discover").out
    rungs = [line for line in out.splitlines() if line.endswith("by rung 2 of the ladder")]
    assert len(rungs) == 16
    assert all("discover_Mine" in line and "background" in line for line in rungs)


# ----------------------------------------------------------------------------------------------------------------- bars


@pytest.mark.parametrize(("terminal", "shown", "delay"), [(True, True, 1), (True, False, None), (False, True, None)])
def test_the_bar_is_for_terminals_and_waits_a_second(monkeypatch, terminal, shown, delay):
    """A bar of progress is made only where it is asked for on a terminal, and then waits for a second."""
    import tqdm

    found = []

    class Bar:
        def __init__(self, **given):
            found.append(given["delay"])

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def update(self):
            return None

    monkeypatch.setattr(tqdm, "tqdm", Bar)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    with _bar(3, shown=shown) as advance:
        advance()
    assert found == ([delay] if delay else [])


@pytest.mark.parametrize(
    ("paths", "expected"),
    [("as-given", "raw/{}"), ("basename", "{}"), ("relative", "../raw/{}"), ("absolute", "{folder}/raw/{}")],
)
def test_paths(cli, paths, expected):
    """The members' paths are written as asked for, seen from the folder that the associations go to."""
    samples = [sample for sample in nirspec_ifu() if "001001_02101" in sample[0]]
    for sample in samples:
        cli.write(f"raw/{sample[0]}", fits_bytes(sample))
    assert cli.asn("generate", "raw/*.fits", "--output-dir", "out", "--paths", paths).status == 0
    names = {member["expname"] for each in made(cli.folder / "out").values() for member in each["products"][0]["members"]}
    assert names == {expected.format(name, folder=cli.folder) for name, _ in samples}


def test_paths_into_a_linked_folder(cli):
    """Relative names start where the folder really is, if that is named by a link."""
    for sample in nirspec_ifu():
        if "001001_02101" in sample[0]:
            cli.write(f"raw/{sample[0]}", fits_bytes(sample))
    (cli.folder / "far" / "away").mkdir(parents=True)
    (cli.folder / "lk").symlink_to("far/away")
    assert cli.asn("generate", "raw/*.fits", "--output-dir", "lk", "--paths", "relative").status == 0
    names = {member["expname"] for each in made(cli.folder / "lk").values() for member in each["products"][0]["members"]}
    assert names
    assert all((cli.folder / "far" / "away" / name).is_file() for name in names)
