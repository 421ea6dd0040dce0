"""Malformed input: whatever a file holds, a command works or tells a clear error, and touches nothing but its target."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from asn_fp.cli.main import run
from asn_fp.sources.samples import fits_bytes, nirspec_ifu

TRICKS = (
    "../up",
    "../../up",
    "/etc/passwd",
    "out/../../up",
    "link",
    "loop",
    ".",
    "..",
    "a/b",
    "~/x",
    "$HOME",
    "a\\b",
    "-o",
    "@up",
)
ODD_TEXT = (*TRICKS, "", " ", "a\0b", "a\nb", "\x1b[2J", "\ud800", "\u202e", "é", "x" * 300, "null", "<script>", "{0}", "%s")
DIGITS = "9" * 9000
SAMPLE = nirspec_ifu()[0]
FITS = fits_bytes(SAMPLE)


class Outcome(NamedTuple):
    """Hold what a command line gave in a folder of its own."""

    status: int
    out: str
    err: str
    made: list[str]


@pytest.fixture
def tried(tmp_path_factory, capsys, monkeypatch):
    """Give a function that runs words in a new folder with files, and checks all that must hold whatever these are."""
    monkeypatch.delenv("ASN_TRACEBACK", raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)

    def attempt(program, words, files):
        top = tmp_path_factory.mktemp("bad")
        here = top / "here"
        (here / "out").mkdir(parents=True)
        (top / "up").write_text("up")
        (here / "link").symlink_to(top / "up")
        (here / "loop").symlink_to("loop")
        for name, data in files.items():
            (here / name).write_bytes(data)
        before = snapshot(top)
        capsys.readouterr()
        monkeypatch.chdir(here)
        status = run(program, list(words))
        told = capsys.readouterr()
        changed = before.items() ^ snapshot(top).items()
        assert {path for path, _ in changed if not path.startswith("here/out/")} == set()
        outcome = Outcome(status, told.out, told.err, sorted(path.name for path in (here / "out").iterdir()))
        assert_clear(outcome)
        assert "ASN_TRACEBACK" not in outcome.err or ".py" in " ".join(words)  # only the user's own code may break
        return outcome

    return attempt


def snapshot(folder: Path) -> dict[str, object]:
    """Return what is below a folder: links with where they lead, files with their bytes, other things by name."""
    return {
        os.fspath(path.relative_to(folder)): os.readlink(path)  # noqa: PTH115  as text
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else None
        for path in folder.rglob("*")
    }


def assert_clear(outcome: Outcome) -> None:
    """Check that an outcome is text, and either a success or error lines, without a traceback and without new files."""
    said = outcome.out + outcome.err
    said.encode()
    assert {letter for letter in said if unicodedata.category(letter) == "Cc"} <= {"\n", "\t"}
    assert "Traceback (most" not in said
    assert outcome.status in (0, 1, 2)
    if outcome.status:
        assert "error" in said or '"severity": "warning"' in said  # --strict
        assert outcome.made == []


def unharmed(max_examples: int):
    """Return the settings of a property that runs commands."""
    unchecked = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(deadline=None, max_examples=max_examples, suppress_health_check=unchecked)


# ------------------------------------------------------------------------------------------------------- associations

ODD = st.sampled_from([None, True, 10**400, -1e308, [], {}, [[]], {"members": 3}, *ODD_TEXT])
PRODUCT = st.fixed_dictionaries(
    {"members": st.lists(st.fixed_dictionaries({"expname": ODD, "exptype": ODD | st.just("science")}), max_size=3)},
    optional={"name": ODD},
)
ASSOCIATION = st.fixed_dictionaries(
    {"products": ODD | st.lists(ODD | PRODUCT, max_size=3)},
    optional=dict.fromkeys(("asn_type", "asn_id", "asn_rule", "program", "version_id", "target", "../up"), ODD),
)
GOOD = json.dumps(
    {
        "asn_type": "image2",
        "asn_id": "o001",
        "asn_pool": "p",
        "products": [{"name": "a", "members": [{"expname": "a_rate.fits", "exptype": "science"}]}],
    }
).encode()
HARD = [
    b"",
    b"\0",
    b"[" * 100_000,
    b'{"products":' * 20_000,
    b'{"products": [], "a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"products": [], "a": ' + DIGITS.encode() + b"}",
    b'{"products": [], "a": -1e999}',
    b'{"products": [], "products": [], "products": 3}',
    b'{"products": [{"name": "a", "name": "b", "members": [], "members": {}}]}',
    b'{"products": [{"name": "\xff\xfe", "members": []}]}',
    b'{"products": [{"name": "\\ud800", "members": [{"expname": "\\u0000", "exptype": "\\u001b[2J"}]}]}',
    GOOD.decode().encode("utf-16"),
    b"\x1f\x8b" + GOOD,
]
BYTES = st.binary(max_size=300) | st.sampled_from(HARD) | st.integers(0, len(GOOD)).map(lambda at: GOOD[:at])
TEXTS = BYTES | ASSOCIATION.map(lambda value: json.dumps(value).encode())
READERS = [
    ("check", "x.json"),
    ("check", "good.json", "x.json", "--json", "--strict"),
    ("tree", "x.json"),
    ("table", "x.json", "--members"),
    ("table", "good.json", "x.json", "--json"),
    ("report", "x.json", "good.json", "-o", "out/page.html"),
]


@pytest.mark.parametrize("words", READERS, ids=" ".join)
@unharmed(40)
@given(data=TEXTS)
def test_what_reads_associations(tried, words, data):
    """Whatever an association file holds, looking at it works or tells a clear error."""
    outcome = tried("asn", words, {"x.json": data, "good.json": GOOD})
    if words[0] != "check":
        assert all(line.startswith("error: ") for line in outcome.err.splitlines())
        assert bool(outcome.err) == bool(outcome.status)


@pytest.mark.parametrize("words", READERS, ids=" ".join)
@pytest.mark.parametrize("data", HARD[:10], ids=lambda data: repr(data[:20]))
def test_hard_texts(tried, words, data):
    """Each text that is known to be hard is refused in a line or two, by each command."""
    outcome = tried("asn", words, {"x.json": data, "good.json": GOOD})
    said = outcome.out + outcome.err
    assert outcome.status == 1
    assert len(said) < 2000


@pytest.mark.parametrize(
    "name", ["loop", "out", "link/x.json", "no\0name", "x\x1b[2J", "x" * 5000, "/proc/self/mem", "", "../nowhere"]
)
@pytest.mark.parametrize("command", ["check", "tree", "table", "report"])
def test_names_that_lead_nowhere(tried, command, name):
    """A link in a circle, a folder, a name with a zero byte and the like are told by what is wrong with them."""
    words = [command, "--", name] if command != "report" else [command, "-o", "out/page.html", "--", name]
    outcome = tried("asn", words, {})
    assert outcome.status in (1, 2)


ODD_BUT_GOOD = {
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "windows line ends": json.dumps(json.loads(GOOD), indent=2).replace("\n", "\r\n").encode(),
    "keys of one's own": GOOD[:-1] + b', "../up": {"deep": [[[[[]]]]]}, "n": 1e-400, "big": ' + b"9" * 300 + b"}",
    "names with folders": GOOD.replace(b'"a"', b'"../../up"').replace(b"a_rate", b"/etc/../etc/a_rate"),
    "no ascii": GOOD.replace(b'"a"', '"é\u4e2d\U0001f600"'.encode()),
    "markup": GOOD.replace(b'"a"', b'"</script><script>alert(1)</script>"'),
}


@pytest.mark.parametrize("words", READERS, ids=" ".join)
@pytest.mark.parametrize("data", ODD_BUT_GOOD.values(), ids=ODD_BUT_GOOD)
def test_odd_but_good_texts(tried, words, data):
    """What is valid JSON and an association is shown, however odd, and the page only has what it is named for."""
    outcome = tried("asn", words, {"x.json": data, "good.json": GOOD})
    assert outcome.status == (1 if "--strict" in words else 0)
    assert outcome.made == (["page.html"] if words[0] == "report" else [])


# ------------------------------------------------------------------------------------------------------------ headers

CELL = st.sampled_from(
    [*ODD_TEXT, "T", "F", "0", "-1", "1e999", "0x" + "f" * 5000, DIGITS, "['o001'" * 500, "[('../up', 'x')]"]
)
KEYWORDS = ("PROGRAM", "OBSERVTN", "VISIT", "EXP_TYPE", "INSTRUME", "TARGNAME", "FILTER", "GRATING", "GWA_XTIL", "PATTTYPE")


def plain(text):
    """Return a text that a card can hold."""
    return "".join(letter for letter in text if " " <= letter <= "~")[:60]


HEADERS = st.dictionaries(st.sampled_from(KEYWORDS), CELL.map(plain), max_size=4).map(
    lambda more: fits_bytes((SAMPLE[0], SAMPLE[1] | more))
)
SPOILED = st.tuples(st.integers(0, len(FITS) - 1), st.binary(min_size=1, max_size=90)).map(
    lambda at: FITS[: at[0]] + at[1] + FITS[at[0] + len(at[1]) :]
)
IMAGES = st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=200).map(lambda data: b"SIMPLE  =".ljust(80) + data.ljust(2800)),
    st.integers(0, len(FITS)).map(lambda at: FITS[:at]),
    SPOILED,
    HEADERS,
    st.sampled_from([*HARD, b"\x1f\x8b\x08\0" + b"\0" * 50, b"SIMPLE  =" + b" " * 10**6]),
)
MAKERS = [
    ("asn", "make", "auto", "x_rate.fits", "--output-dir", "out"),
    ("asn", "make", "auto", "good_rate.fits", "x_rate.fits", "c_cat.ecsv", "--output-dir", "out", "--stage", "3"),
    ("asn", "explain", "auto", "x_rate.fits", "good_rate.fits"),
    ("asn", "explain", "auto", "x_rate.fits", "c_cat.ecsv", "-o", "out/page.html"),
    ("asn", "pool", "x_rate.fits", "good_rate.fits", "-o", "out/pool.csv"),
    ("asn", "pool", "x_rate.fits", "-o", "-", "--leave-out-unreadable"),
    ("asn", "generate", "x_rate.fits", "--output-dir", "out", "--orphans", "out/orphans.csv"),
    ("asn", "generate", "x_rate.fits", "good_rate.fits", "--dry-run", "--json", "--discover"),
    ("asn", "explain", "generate", "x_rate.fits", "--all-candidates"),
    ("asn_from_list", "-r", "auto", "-o", "out/y.json", "x_rate.fits"),
]


@pytest.mark.parametrize("words", MAKERS, ids=" ".join)
@unharmed(25)
@given(data=IMAGES, table=st.binary(max_size=100))
@example(data=fits_bytes((SAMPLE[0], SAMPLE[1] | {"PROGRAM": "../../up", "OBSERVTN": "../up"})), table=b"")
def test_what_reads_headers(tried, words, data, table):
    """Whatever a file named as FITS or as a table holds, making and explaining work or tell a clear error."""
    outcome = tried(words[0], words[1:], {"x_rate.fits": data, "good_rate.fits": FITS, "c_cat.ecsv": table})
    if outcome.status:
        assert all(line.startswith(("error: ", "try ", "warning: ", "  ")) for line in outcome.err.splitlines())
        assert "error: " in outcome.err


# -------------------------------------------------------------------------------------------------------------- pools

COLUMNS = ("filename", "program", "observtn", "obs_num", "asn_candidate", "exp_type", "instrume", "filter", "is_psf", "../up")
POOLS = st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=5).flatmap(
    lambda names: st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), max_size=3).map(
        lambda rows: "\n".join("|".join(row) for row in [names, *rows]).encode("utf-8", "surrogatepass")
    )
)
GOOD_POOL = (
    "filename|program|observtn|visit|exp_type|instrume|detector|filter|pupil|targetid|asn_candidate|act_id|exposure\n"
    "jw00001001001_02101_00001_nrca1_rate.fits|{program}|1|1|nrc_image|nircam|nrca1|f200w|clear|1|{candidate}|1|1\n"
)
TRICKY_POOLS = st.builds(
    lambda a, b: GOOD_POOL.format(program=a, candidate=b).encode(), *[st.sampled_from(TRICKS)] * 2
) | st.builds(
    lambda a, b: GOOD_POOL.format(program=a, candidate=f"[('{b}', 'observation')]").encode(), *[st.sampled_from(TRICKS)] * 2
)
POOL_READERS = [
    ("generate", "x.csv", "--output-dir", "out", "--version-id", "../../up"),
    ("generate", "x.csv", "--output-dir", "out", "--discover", "--orphans", "out/orphans.csv"),
    ("generate", "x.csv", "--dry-run", "--all-candidates"),
    ("generate", "x.csv", "--output-dir", "out", "--delimiter", ","),
    ("pool", "x.csv", "-o", "out/pool.csv"),
    ("explain", "generate", "x.csv", "--json"),
    ("explain", "generate", "x.csv", "-o", "out/page.html"),
]


@pytest.mark.parametrize("words", POOL_READERS, ids=" ".join)
@unharmed(25)
@given(
    data=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode), POOLS, TRICKY_POOLS, st.sampled_from(HARD))
)
@example(data=GOOD_POOL.format(program="../../up", candidate="[('../up', 'observation')]").encode())
@example(data=GOOD_POOL.format(program="1", candidate="0x" + "f" * 5000).encode())
@example(data=b"filename\n" + b"x" * 200_000 + b"\n")
@example(data=b"filename|observtn\na|" + DIGITS.encode() + b"\n")
def test_what_reads_pools(tried, words, data):
    """Whatever a pool holds, the generator works or tells a clear error, and all it writes is in its folder."""
    outcome = tried("asn", words, {"x.csv": data})
    if outcome.status:
        assert "error: " in outcome.err


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf# by hand\r\n\r\n"])
def test_an_odd_pool(tried, mark):
    """A pool with a byte order mark, comments and other line ends makes what the plain one makes."""
    text = GOOD_POOL.format(program="1", candidate="[('o001', 'observation')]").encode()
    outcome = tried("asn", ["generate", "x.csv", "--output-dir", "out"], {"x.csv": mark + text.replace(b"\n", b"\r\n")})
    assert (outcome.status, bool(outcome.made)) == (0, True)


# --------------------------------------------------------------------------------------------------- lists and rules

LISTS = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(ODD_TEXT) | st.text(max_size=20), max_size=4).map(
        lambda names: "\n".join(names).encode("utf-8", "surrogatepass")
    ),
    st.sampled_from(HARD),
)


@pytest.mark.parametrize(
    "words",
    [
        ("--product-name", "../../up", "-o", "out/y.json", "@x.txt"),
        ("-r", "level2", "-o", "out/y.json", "a_rate.fits", "--background", "@x.txt"),
        ("-o", "-", "--product-name", "p", "--paths", "absolute", "@x.txt"),
        ("-r", "auto", "-o", "out/y.json", "@x.txt"),
    ],
    ids=" ".join,
)
@unharmed(40)
@given(data=LISTS)
def test_lists_of_names(tried, words, data):
    """Whatever a list of names holds, an association is made of it, or a clear error."""
    outcome = tried("asn_from_list", words, {"x.txt": data})
    assert not outcome.status or "error: " in outcome.err
    assert outcome.made == (["y.json"] if "out/y.json" in words and not outcome.status else [])


CODE = st.one_of(
    st.binary(max_size=100).filter(lambda code: b"print" not in code),
    st.text("()[]{}'\"\\:=,.@#%\n\t é\0\u202e019dexf_", max_size=60).map(str.encode),
    st.sampled_from(
        [
            *HARD,
            b"raise SystemExit(0)",
            b"raise RecursionError",
            b"def mine(:",
            b"def mine(): raise ValueError('../up')",
            b"mine = 3",
            b"def mine(): return mine()",
            b"def mine(): return None",
            b"def mine(a, *, b): pass",
            b"from nowhere import x",
            b"raise Exception('a\\nb\\0')",
            b"raise Exception('\\ud800\\x1b')",
        ]
    ),
)
USERS = [
    ("asn_from_list", "--ruledefs", "x.py", "-r", "mine", "-o", "out/y.json", "a_cal.fits"),
    ("asn", "make", "x.py:mine", "a_cal.fits", "--output-dir", "out"),
    ("asn", "show", "mine", "--ruledefs", "x.py"),
    ("asn", "explain", "mine", "--ruledefs", "x.py", "a_cal.fits"),
    ("asn", "generate", "x.csv", "--rules", "x.py", "--output-dir", "out"),
]


@pytest.mark.parametrize("words", USERS, ids=" ".join)
@unharmed(30)
@given(code=CODE)
def test_files_of_rules(tried, words, code):
    """Whatever a file of rules holds, there is a clear error, and nothing is left beside it."""
    pool = GOOD_POOL.format(program="1", candidate="[('o001', 'observation')]").encode()
    outcome = tried(words[0], words[1:], {"x.py": code, "x.csv": pool})
    assert outcome.status in (1, 2)
    assert "error: " in outcome.err


# ------------------------------------------------------------------------------------------------------------ targets

TARGETS = [
    ("asn", "report", "x.json", "-o"),
    ("asn", "explain", "auto", "x_rate.fits", "-o"),
    ("asn", "pool", "x_rate.fits", "-o"),
    ("asn_from_list", "x_rate.fits", "--product-name", "p", "-o"),
    ("asn", "generate", "x_rate.fits", "--output-dir", "out", "--orphans"),
]
NOT_TO_BE = ["loop", "nowhere/y", "out", "link/y", "out/", "../here", "a\0b", "x" * 300, "", "input"]


@pytest.mark.parametrize("words", TARGETS, ids=" ".join)
@pytest.mark.parametrize("target", NOT_TO_BE)
def test_targets_that_cannot_be(tried, words, target):
    """A target that is a link in a circle, a folder, below a file or an input is refused, and nothing is written."""
    inputs = [word for word in words if word.startswith("x")]
    outcome = tried(words[0], [*words[1:], *(inputs if target == "input" else [target])], {"x.json": GOOD, "x_rate.fits": FITS})
    assert outcome.status in (1, 2)


@pytest.mark.parametrize("words", TARGETS[:2], ids=" ".join)
def test_an_input_by_another_path(tried, words):
    """A target that is an input by another path is refused."""
    inputs = [word for word in words if word.startswith("x")]
    for target in (f"../here/{inputs[0]}", f"./out/../{inputs[0]}"):
        outcome = tried(words[0], [*words[1:], target], {"x.json": GOOD, "x_rate.fits": FITS})
        assert outcome.status in (1, 2)


def test_a_link_to_an_input(tried):
    """A target that is a link to an input is refused."""
    words = ("--product-name", "p", "-o", "link", "../up")
    assert "also an input" in tried("asn_from_list", words, {}).err


def test_a_file_name_that_commands_the_terminal(tried):
    """What a file name would do to a terminal is escaped, in findings and in errors."""
    for command in ("check", "tree", "table"):
        for data in (GOOD, b"["):
            outcome = tried("asn", [command, "x*.json"], {"x\x1b[2J\u009b.json": data})
            assert "\\x1b[2J" in outcome.out + outcome.err


def test_a_page_needs_a_name(tried):
    """An empty name for the page of an explanation is refused, as that of a report is, and not printed."""
    outcome = tried("asn", ["explain", "auto", "x_rate.fits", "-o", ""], {"x_rate.fits": FITS})
    assert (outcome.status, outcome.out) == (1, "")
