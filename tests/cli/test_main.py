"""Whole command lines in this process: the traps of fire, errors, exit statuses, and files that survive."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path

import pytest

import asn_fp
from asn_fp.cli.complaints import complaint
from asn_fp.cli.main import run

RULES = '''
import json, sys
from asn_fp import rule, steps as s
from asn_fp.rules.lists import level2

print("loaded")

def mine():
    """Make mine."""
    return level2().named("mine")

def many():
    return rule("many", s.read(), s.gather(), s.one_each(), s.name("{stem}"), s.seal(asn_rule="many"))

def boom():
    def fail(bundle): return 1 / 0
    return rule("boom", s.read(), s.gather(), s.name(fail), s.seal(asn_rule="boom"))

def deep():
    json.loads("{")

def leaves():
    sys.exit(0)

def no_rule():
    return 3
'''
BOOM_LINE = 1 + RULES[: RULES.index("1 / 0")].count("\n")
DEEP_LINE = 1 + RULES[: RULES.index('json.loads("{")')].count("\n")

# ----------------------------------------------------------------------------------------------------------- the traps

NASTY = ["1e5", "None", "001", "True", "a,b", "[a]", "(1,)", "a b", "é☃", "'q'", "=", "a=b", "\n", os.fsdecode(b"\xff")]


@pytest.mark.parametrize("name", NASTY)
def test_every_name_arrives_as_text(cli, name):
    """A name that looks like something else in Python arrives as the text that was typed, as file, value and partner."""
    cli.write("list.txt", os.fsencode(name))
    files = cli.members(name, "x.fits")
    made = cli.made("--product-name", name, "--meta", f"note={name}", "--psf", "p.fits", "x.fits")
    assert [files[0][0], made["products"][0]["name"], made["note"]] == [name, name, name]
    if "\n" not in name:
        assert cli.members("x.fits", "--psf", "@list.txt") == [("x.fits", "science"), (name, "psf")]


def test_names_after_two_hyphens(cli):
    """Words after -- are files, whatever they begin with."""
    names = ["a.fits", "-x.fits", "--help", "--psf", "--"]
    assert cli.members("a.fits", "--", *names[1:]) == [(name, "science") for name in names]


ORDERS = [
    ("-o", "x.json", "-r", "level2", "--background", "b_rate.fits", "a_rate.fits", "b_rate.fits"),
    ("a_rate.fits", "b_rate.fits", "-o", "x.json", "-r", "level2", "--background", "b_rate.fits"),
    ("a_rate.fits", "-ox.json", "b_rate.fits", "-r=level2", "--background=b_rate.fits"),
    ("--output_file=x.json", "--rule", "level2", "a_rate.fits", "b_rate.fits", "--background", "b_rate.fits"),
    ("--output-file", "x.json", "--background", "b_rate.fits", "b_rate.fits", "--rule=level2", "a_rate.fits", "b_rate.fits"),
]


@pytest.mark.parametrize("words", ORDERS, ids=" ".join)
def test_options_stand_anywhere_in_any_spelling(cli, words):
    """Options before, between and after files, with hyphen or underscore, by letter or name, give one file."""
    assert cli.from_list(*words).err == ""
    (product,) = json.loads((cli.folder / "x.json").read_text())["products"]
    assert [tuple(member.values()) for member in product["members"]] == [
        ("a_rate.fits", "science"),
        ("b_rate.fits", "background"),
    ]


def test_many_names(cli):
    """20,000 names arrive, typed or in a list, and give the same association."""
    names = [f"jw01234001001_02101_{number:05d}_nrs1_rate.fits" for number in range(20_000)]
    cli.write("list.txt", "\n".join(names))
    typed = cli.from_list("-o", "-", "-r", "level2", *names)
    assert (typed.status, typed.out.count('"science"')) == (0, 20_000)
    assert cli.from_list("-o", "-", "-r", "level2", "@list.txt") == typed


# --------------------------------------------------------------------------------------------- errors write nothing

TOLD = re.compile(r"error: .*[^ ]")
USAGE = {
    "unknown option": (
        ["--bakground", "b.fits", "-o", "old.json", "--product-name", "p", "a.fits"],
        "did you mean '--background'?",
    ),
    "missing value": (["--product-name", "p", "a.fits", "-o"], "needs a value"),
    "value is an option": (["-o", "old.json", "a.fits", "--product-name", "-r", "level3"], "needs a value"),
    "no output": (["--product-name", "p", "a.fits"], "'-o VALUE'"),
    "no files": (["-o", "old.json"], "FILES (none given)"),
    "twice": (["-o", "old.json", "-o", "x.json", "a.fits"], "given twice"),
    "yaml": (["-f", "yaml", "-o", "old.json", "--product-name", "p", "a.fits"], "associations are JSON files"),
    "meta": (["--meta", "target", "-o", "old.json", "--product-name", "p", "a.fits"], "not of the form key=value"),
    "two standard inputs": (["-", "--psf", "-", "-o", "old.json", "--product-name", "p"], "named more than once"),
}
FAILING = {
    "empty list": (["@empty.txt", "-o", "old.json"], "files (the list holds no name)"),
    "empty partner list": (
        ["a.fits", "-o", "old.json", "--product-name", "p", "--psf", "@empty.txt"],
        "--psf (it names no file)",
    ),
    "unknown rule": (["-r", "DMSLevel2Base", "-o", "old.json", "a.fits"], "did you mean 'DMSLevel2bBase'?"),
    "no product name": (["-o", "old.json", "a.fits"], "give --product-name NAME"),
    "a folder": (
        ["-o", "old.json", "--product-name", "p", "sub"],
        "input file (a folder): 'sub'; name the files in it: sub/*.fits",
    ),
    "a folder as partner": (
        ["-o", "old.json", "--product-name", "p", "a.fits", "--psf", "sub"],
        "input file (a folder): 'sub'",
    ),
    "output is an input": (["-o", "old.json", "--product-name", "p", "old.json"], "also an input"),
    "output is a link to an input": (["-o", "link.json", "--product-name", "p", "old.json"], "also an input"),
    "output is the list": (["-o", "names.txt", "--product-name", "p", "@names.txt"], "also an input"),
    "output is a partner": (["-o", "old.json", "--product-name", "p", "a.fits", "--psf", "old.json"], "also an input"),
    "output is the rule file": (["-o", "rules.py", "--ruledefs", "rules.py", "-r", "mine", "a.fits"], "also an input"),
    "output is a folder": (["-o", "sub", "--product-name", "p", "a.fits"], "a folder, not a file"),
    "missing folder": (["-o", "sbu/x.json", "--product-name", "p", "a.fits"], "did you mean 'sub'?"),
    "full device": (["-o", "/dev/full", "--product-name", "p", "a.fits"], "no space left on the disk"),
    "write-protected": (["-o", "/proc/version", "--product-name", "p", "a.fits"], "/proc/version"),
    "file twice": (["-o", "old.json", "--product-name", "p", "a.fits", "a.fits"], "'a.fits'"),
    "two roles": (["-o", "old.json", "--product-name", "p", "a.fits", "--psf", "b", "--imprint", "b"], "two roles"),
    "bad id": (["-o", "old.json", "--product-name", "p", "a.fits", "-i", "x9"], "association id"),
    "wrong knob": (
        ["-o", "old.json", "--product-name", "p", "--by", "detector", "a.fits"],
        "knob of DMS_Level3_Base (unknown)",
    ),
    "rules": (["-o", "old.json", "-r", "rules.py", "a.fits"], "rules.py:my_rule"),
    "several associations": (["-o", "old.json", "-r", "rules.py:many", "a.fits", "b.fits"], "2 associations: 'a', 'b'"),
    "failing rule": (
        ["-o", "old.json", "-r", "rules.py:boom", "a.fits"],
        f"ZeroDivisionError at {{here}}/rules.py:{BOOM_LINE}",
    ),
    "failing in a library": (["-o", "old.json", "-r", "rules.py:deep", "a.fits"], f"{{here}}/rules.py:{DEEP_LINE}"),
    "leaving rule": (["-o", "old.json", "-r", "rules.py:leaves", "a.fits"], "SystemExit"),
    "no rule": (["-o", "old.json", "-r", "rules.py:no_rule", "a.fits"], "it gives no Rule"),
    "no such name": (["-o", "old.json", "-r", "rules.py:mien", "a.fits"], "did you mean 'mine'?"),
    "no such module": (["-o", "old.json", "-r", "no.such.module:x", "a.fits"], "is it installed"),
    "no such rule file": (["-o", "old.json", "-r", "no.py:x", "a.fits"], "no such file"),
    "syntax": (["-o", "old.json", "-r", "syntax.py:x", "a.fits"], "see {here}/syntax.py:2, or set ASN_TRACEBACK=1"),
    "import": (["-o", "old.json", "-r", "imports.py:x", "a.fits"], "see {here}/imports.py:1, or set ASN_TRACEBACK=1"),
}


@pytest.fixture
def prepared(cli):
    """Give a folder with an old output, whose content must stay, and files to go wrong with."""
    cli.write("old.json", "old")
    cli.write("sub/x.fits")
    cli.write("empty.txt", "\n")
    cli.write("names.txt", "a.fits")
    cli.write("rules.py", RULES)
    cli.write("syntax.py", "\ndef f(:\n")
    cli.write("imports.py", "import no_such_module\n")
    (cli.folder / "link.json").symlink_to("old.json")
    before = {path: path.read_bytes() for path in cli.folder.rglob("*") if path.is_file()}
    yield cli
    after = {path: path.read_bytes() for path in cli.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert after == before


@pytest.mark.parametrize(("words", "told"), USAGE.values(), ids=USAGE)
def test_wrong_usage(prepared, words, told):
    """Wrong usage is told on standard error with a hint at the help, exits with 2, and writes nothing."""
    result = prepared.from_list(*words)
    *lines, hint = result.err.splitlines()
    assert (result.status, result.out, hint) == (2, "", "try 'asn_from_list --help'")
    assert told in result.err
    assert all(TOLD.fullmatch(line) for line in lines)


@pytest.mark.parametrize(("words", "told"), FAILING.values(), ids=FAILING)
def test_errors(prepared, words, told):
    """An error is one line on standard error, exits with 1, and leaves every file as it was."""
    result = prepared.from_list(*words)
    lines = [line for line in result.err.splitlines() if line != "loaded"]
    assert (result.status, result.out, len(lines)) == (1, "", 1)
    assert TOLD.fullmatch(lines[0])
    assert told.replace("{here}/", "") in lines[0].replace(f"{prepared.folder}/", "")


def test_several_bad_inputs_are_told_together(prepared):
    """Bad inputs of one kind are a line each in one go, of very many the first fifty."""
    result = prepared.from_list("-o", "old.json", "--product-name", "p", "x*", "y?", "a.fits")
    told = [f"error: pattern (no file matches): {word!r}; in the folder '.'" for word in ("x*", "y?")]
    assert (result.status, result.err.splitlines()) == (1, told)
    lines = prepared.from_list("-o", "old.json", "--product-name", "p", *(f"x{n}*" for n in range(80))).err.splitlines()
    assert (len(lines), lines[-1]) == (51, "... and 30 more lines")


@pytest.mark.parametrize("name", ["rules.py:boom", "syntax.py:x"])
def test_asn_traceback(prepared, monkeypatch, name):
    """With ASN_TRACEBACK set, the error of a broken rule comes with its whole traceback."""
    monkeypatch.setenv("ASN_TRACEBACK", "1")
    with pytest.raises((ZeroDivisionError, asn_fp.AsnError)):
        prepared.from_list("-o", "old.json", "-r", name, "a.fits")


def test_an_error_far_from_any_rule_has_a_line_too():
    """An exception with no line of the user's own is told with the innermost line there is."""
    try:
        json.loads("{")
    except ValueError as error:
        (line,) = complaint(error.with_traceback(error.__traceback__.tb_next))
    assert re.match(r"error: run \(JSONDecodeError at .*/json/decoder.py:\d+\): ", line)


def test_a_rule_file_runs_once_and_its_prints_are_not_the_answer(cli):
    """A user's rule file runs once in a command line, and what it prints goes to standard error."""
    cli.write("rules.py", RULES)
    result = cli.from_list("-o", "-", "-r", "rules.py:mine", "a_rate.fits")
    assert (result.status, result.err, json.loads(result.out)["products"][0]["name"]) == (0, "loaded\n", "a")


@pytest.mark.parametrize("at", ["write", "fsync"])
def test_a_full_disk_leaves_the_old_file(cli, monkeypatch, at):
    """When the disk is full, the error says so and the old file is whole, with nothing beside it."""
    cli.write("old.json", "old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(f"asn_fp.files.os.{at}", full)
    result = cli.from_list("-o", "old.json", "--product-name", "p", "a.fits")
    monkeypatch.undo()
    assert (result.status, result.out) == (1, "")
    assert (
        result.err
        == "error: output file (no space left on the disk): 'old.json'; make room, or choose a path on another disk\n"
    )
    assert (cli.names(), (cli.folder / "old.json").read_text()) == (["old.json"], "old")


def test_an_interrupt_leaves_the_old_file(cli, monkeypatch):
    """Ctrl-C while the file is being written exits with 130 after one line, and the old file is whole."""
    cli.write("old.json", "old")

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("asn_fp.files.os.fsync", interrupted)
    assert cli.from_list("-o", "old.json", "--product-name", "p", "a.fits") == (
        130,
        "",
        "interrupted; nothing more was written\n",
    )
    assert (cli.names(), (cli.folder / "old.json").read_text()) == (["old.json"], "old")


# ------------------------------------------------------------------------------------------------------- what is said


def test_one_line_says_what_was_written(cli):
    """After writing, one line tells the file and what is in it."""
    result = cli.from_list("-o", "x.json", "--product-name", "p", "a_cal.fits", "--psf", "b_cal.fits")
    assert result == (0, "x.json: 1 product: 1 science, 1 psf\n", "")


@pytest.mark.parametrize("spelling", ["json", "JSON"])
def test_format_json_is_deprecated(cli, spelling):
    """The option -f json is accepted with one line that says it is deprecated."""
    result = cli.from_list("-f", spelling, "-o", "-", "--product-name", "p", "a.fits")
    assert (result.status, json.loads(result.out)["asn_id"]) == (0, "a3001")
    assert result.err == "warning: option --format (deprecated): associations are always JSON; leave it out\n"


def test_warnings(cli):
    """A partner that serves no product, and an output that pipelines do not read, are a line each on standard error."""
    words = ("-r", "level2", "--by", "detector", "jw01234001001_02101_00001_nrs1_rate.fits")
    result = cli.from_list("-o", "out.txt", *words, "--background", "jw01234001001_02101_00001_nrs2_rate.fits")
    first, second = result.err.splitlines()
    assert first.startswith("warning: background (attached to no product): 'jw01234001001_02101_00001_nrs2_rate.fits'")
    assert second == "warning: output file (pipelines read only names that end in .json): 'out.txt'"
    assert (result.status, cli.names()) == (0, ["out.txt"])


def test_output_that_the_terminal_cannot_show(cli):
    """A file name that is not text does not stop a command; it is shown escaped."""
    name = os.fsdecode(b"\xff.json")
    result = cli.from_list("-o", name, "--product-name", "p", "a.fits")
    assert result == (0, "\\udcff.json: 1 product: 1 science\n", "")
    assert Path(name).exists()


HELPFUL = [
    ("asn_from_list", ["--version"], 0, f"asn_from_list {asn_fp.__version__}"),
    ("asn", ["--version"], 0, f"asn {asn_fp.__version__}"),
    ("asn", [], 2, "usage: asn COMMAND ..."),
    ("asn", ["help"], 0, "usage: asn COMMAND ..."),
    ("asn", ["-h"], 0, "usage: asn COMMAND ..."),
]


@pytest.mark.parametrize(("program", "words", "status", "told"), HELPFUL)
def test_version_and_overview(capsys, program, words, status, told):
    """The version and the list of commands are printed; without any word the status is that of wrong usage."""
    assert run(program, words) == status
    assert capsys.readouterr().out.splitlines()[0] == told


NEEDED = "error: output (one of the two is needed): '--output-file FILE, --output-dir DIR'; -o - prints"
WRONG = {
    "no command": (["maek"], "error: command (unknown): 'maek'; did you mean 'make'?", "asn"),
    "option first": (
        ["--json", "rules"],
        "error: option (no command in front of it): '--json'; asn COMMAND ..., for example asn rules",
        "asn",
    ),
    "surplus": (["rules", "x"], "error: word (not expected here): 'x'", "asn rules"),
    "no rule": (["show"], "error: RULE (none given)", "asn show"),
    "two folders": (["demo", "a", "b"], "error: folder (one, or none): ('a', 'b'); asn demo [FOLDER]", "asn demo"),
    "empty folder": (["demo", ""], "error: folder (one, or none): ('',); asn demo [FOLDER]", "asn demo"),
    "no output": (["make", "level2", "a.fits"], NEEDED, "asn make"),
    "two outputs": (["make", "level2", "a.fits", "-o", "x", "--output-dir", "y"], NEEDED, "asn make"),
    "empty output folder": (["make", "level2", "a.fits", "--output-dir="], NEEDED, "asn make"),
}


@pytest.mark.parametrize(("words", "told", "program"), WRONG.values(), ids=WRONG)
def test_wrong_usage_of_asn(cli, words, told, program):
    """Wrong usage of a command of asn is one line and the hint at the help of that command; nothing is written."""
    assert cli.asn(*words) == (2, "", f"{told}\ntry '{program} --help'\n")
    assert cli.names() == []
