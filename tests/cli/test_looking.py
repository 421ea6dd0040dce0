"""The commands that show association files: the table, the page, and the page of an explanation."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape
from typing import NamedTuple

import pytest

from asn_fp.records import Association, Member, Product
from asn_fp.show import rows, table
from asn_fp.sources import headers
from asn_fp.sources.samples import fits_bytes, nirspec_ifu

TABLE = """\
file         product  science  background  members
l2_asn.json  a              1           2  a_rate.fits, s1_rate.fits and 1 more
l3_asn.json  l3             2           -  a_cal.fits, b_cal.fits
"""


@pytest.fixture
def two(cli):
    """Give a folder with two association files."""
    cli.from_list("-r", "level2", "-o", "l2_asn.json", "a_rate.fits", "--background=s1_rate.fits", "--background=s2_rate.fits")
    cli.from_list("-o", "l3_asn.json", "--product-name", "l3", "a_cal.fits", "b_cal.fits")
    return cli


# ------------------------------------------------------------------------------------------------------- the table


def test_the_table(two):
    """The command asn table has a line for each product, and a column for each role that there is."""
    assert two.asn("table", "l2_asn.json", "l3_asn.json") == (0, TABLE, "")


def test_the_table_of_members(two):
    """With --members it has a line for each member."""
    assert two.asn("table", "--members", "l2_asn.json", "l3_asn.json").out == (
        "file         product  role        member\n"
        "l2_asn.json  a        science     a_rate.fits\n"
        "l2_asn.json  a        background  s1_rate.fits\n"
        "l2_asn.json  a        background  s2_rate.fits\n"
        "l3_asn.json  l3       science     a_cal.fits\n"
        "l3_asn.json  l3       science     b_cal.fits\n"
    )


def test_the_table_as_json(two):
    """With --json it has an object for each product, with every member by its role."""
    assert json.loads(two.asn("table", "--json", "l2_asn.json").out) == [
        {
            "file": "l2_asn.json",
            "product": "a",
            "counts": {"science": 1, "background": 2},
            "members": {"science": ["a_rate.fits"], "background": ["s1_rate.fits", "s2_rate.fits"]},
        }
    ]


ODD = {
    "plain members": (Association(members=("a.fits",)), "x     (none)        1  a.fits"),
    "no products": (Association(products=()), "x     (none)   no members"),
    "no name": (Association(products=(Product(None, (Member("a", None),)),)), "x     (none)      1  a"),
    "newline": (Association(products=(Product("p\nq", (Member("a\tb", "sci"),)),)), r"x     p\nq       1  a\tb"),
    "wide": (Association(products=(Product("速率", (Member("a", "science"),)),)), "x     速率           1  a"),
    "unknown roles last": (
        Association(products=(Product("p", (Member("a", "zebra"), Member("b", "Ape"), Member("c", "psf"))),)),
        "x     p          1    1      1  c, a and 1 more",
    ),
}


@pytest.mark.parametrize(("asn", "line"), ODD.values(), ids=ODD)
def test_a_line_of_the_table(asn, line):
    """Whatever an association holds is one line, in columns that stay in place."""
    head, *lines = table([asn], titles=["x"]).split("\n")
    assert lines == [line]
    assert len(rows([asn])) == 1
    if "zebra" in head:
        assert head.split() == ["file", "product", "psf", "Ape", "zebra", "members"]


def test_a_name_of_any_length_is_whole():
    """A very long name goes beyond its column and loses nothing."""
    name = "p" * 300
    assert table([Association(products=(Product(name, (Member("a", "psf"),)),))], titles=["x"]).split("\n")[1] == (
        f"x     {name}    1  a"
    )


# -------------------------------------------------------------------------------------------------------- the page


def test_the_page(two):
    """The command asn report writes one page that has every file and member, and says so."""
    assert two.asn("report", "l2_asn.json", "l3_asn.json", "-o", "report.html") == (0, "report.html: 2 associations\n", "")
    page = (two.folder / "report.html").read_text(encoding="utf-8")
    for name in ("l2_<wbr/>asn.json", "l3_<wbr/>asn.json", "a_<wbr/>rate.fits", "s2_<wbr/>rate.fits", "b_<wbr/>cal.fits"):
        assert f">{name}<" in page
    assert two.asn("report", "l2_asn.json", "l3_asn.json", "-o", "-").out == page


def test_the_page_replaces_a_page(two):
    """A page may be written again, to the same bytes."""
    first, second = ([two.asn("report", "l2_asn.json", "-o", "r.html"), (two.folder / "r.html").read_bytes()] for _ in "ab")
    assert first == second


REFUSED = {
    "an input": (("l2_asn.json", "-o", "./l2_asn.json"), 2, "a page is an HTML file"),
    "a link to an input": (("l2_asn.json", "-o", "link.html"), 1, "also an input"),
    "a list": (("@list.txt", "-o", "list.txt"), 1, "also an input"),
    "a pool": (("l2_asn.json", "-o", "pool.CSV"), 2, "a page is an HTML file"),
    "no output": (("l2_asn.json",), 2, "--output-file"),
    "no file": (("-o", "r.html"), 2, "FILES (none given)"),
    "two bad files": (("missing.json", "text.json", "-o", "r.html"), 1, "missing.json"),
}


@pytest.mark.parametrize(("words", "status", "said"), REFUSED.values(), ids=REFUSED)
def test_a_page_that_is_refused(two, words, status, said):
    """A page replaces no input and no file of another kind, and where there is an error nothing is written."""
    two.write("list.txt", "l2_asn.json\n")
    two.write("text.json", "no")
    (two.folder / "link.html").symlink_to(two.folder / "l2_asn.json")
    before = {name: (two.folder / name).read_bytes() for name in two.names()}
    result = two.asn("report", *words)
    assert (result.status, said in result.err, result.out) == (status, True, "")
    assert {name: (two.folder / name).read_bytes() for name in two.names()} == before
    if "text.json" in words:
        assert "text.json: " in result.err


# ------------------------------------------------------------------------------------------- explanations as pages

RUN = ("explain", "level2", "a_rate.fits", "--background=s_rate.fits", "--by=detector")


def test_an_explanation_as_a_page(cli):
    """With -o an explanation is written as a page, with --html it is printed, and with --file it tells one story."""
    assert cli.asn(*RUN, "-o", "e.html") == (0, "e.html: 2 files, 1 left out\n", "")
    page = (cli.folder / "e.html").read_text(encoding="utf-8")
    assert "<title>Explanation of level2</title>" in page
    assert "as background it agrees with no product" in page
    assert cli.asn(*RUN, "--html").out == page
    assert cli.asn(*RUN, "--html", "-o", "f.html", "--file", "s_rate.fits").out == "f.html: 1 file, 1 left out\n"


def test_a_page_and_json_exclude_each_other(cli):
    """An explanation is either JSON or a page."""
    for words in (("--html",), ("-o", "e.html")):
        result = cli.asn(*RUN, "--json", *words)
        assert (result.status, "exclude each other" in result.err) == (2, True)
    assert cli.names() == []


def test_the_explanation_replaces_no_input(cli):
    """A page is not written over a file that it tells about, under any name."""
    cli.write("a_rate.fits")
    (cli.folder / "link.html").symlink_to(cli.folder / "a_rate.fits")
    result = cli.asn(*RUN, "-o", "link.html")
    assert (result.status, "also an input" in result.err) == (1, True)
    assert (cli.folder / "a_rate.fits").read_bytes() == b""


POOL = "\n".join(
    ["filename | exp_type | program | instrume | detector | filter | pupil | subarray | targetid | pntgtype | asn_candidate"]
    + [
        f"jw01234001001_{number}_00001_nrca1_uncal.fits | {exp_type} | 1234 | nircam | nrca1 | f200w | clear | full | 1 | "
        "science | [('o001', 'observation')]"
        for number, exp_type in (("02101", "nrc_image"), ("02102", "nrc_dark"))
    ]
)


def test_a_run_of_the_generator_as_a_page(cli):
    """The command asn explain generate tells all exposures in one page, those in no association first."""
    cli.write("pool.csv", POOL)
    assert cli.asn("explain", "generate", "pool.csv", "-o", "g.html")[:2] == (0, "g.html: 2 files, 1 left out\n")
    page = (cli.folder / "g.html").read_text(encoding="utf-8")
    assert 0 < page.index("02102_<wbr/>00001_<wbr/>nrca1") < page.index("02101_<wbr/>00001_<wbr/>nrca1")
    assert "no rule takes exp_<wbr/>type" in page
    assert cli.asn("explain", "generate", "pool.csv", "--html").out == page


# --------------------------------------------------------------------------------------------- pages beside associations

MAKE = ("level2", "a_nrca1_rate.fits", "--background=s_rate.fits", "--by=detector")
WITH_A_PAGE = {
    "make to a file": (("make", *MAKE, "-o", "l2_asn.json"), "l2_asn.json"),
    "make to a folder": (("make", *MAKE, "--output-dir=out"), "a_nrca1_asn.json"),
    "asn_from_list": (("-r", *MAKE, "-o", "l2_asn.json"), "l2_asn.json"),
}


@pytest.mark.parametrize(("words", "name"), WITH_A_PAGE.values(), ids=WITH_A_PAGE)
def test_a_run_writes_its_page(cli, words, name):
    """With --report a run also writes a page: what was left out and why, the associations, and where each file went."""
    run = cli.asn if words[0] == "make" else cli.from_list
    plain = run(*words)
    before = {path: path.read_bytes() for path in cli.folder.rglob("*.json")}
    result = run(*words, "--report", "run.html")
    assert result == (0, plain.out + "run.html: 1 association, 2 files, 1 left out\n", plain.err)
    assert {path: path.read_bytes() for path in cli.folder.rglob("*.json")} == before
    page = (cli.folder / "run.html").read_text(encoding="utf-8")
    parts = ("Left out", "as background it agrees with no product", name.replace("_", "_<wbr/>"), "In products")
    places = [page.index(part) for part in parts]
    assert places == sorted(places)


def test_a_page_beside_what_is_printed(cli):
    """Where the association itself is printed nothing else is, and the page is written all the same."""
    assert cli.asn("make", *MAKE, "-o", "-", "--report", "run.html").out == cli.asn("make", *MAKE, "-o", "-").out
    assert cli.names() == ["run.html"]


NO_PAGE = {
    "another kind of file": (("-o", "l2_asn.json", "--report", "run.json"), 2, "--report (a page is an HTML file)"),
    "standard output": (("-o", "l2_asn.json", "--report", "-"), 2, "--report (the page goes to a file)"),
    "an input": (("-o", "l2_asn.json", "--report", "link.html"), 1, "also an input"),
    "the association": (("-o", "a.html", "--report", "./a.html"), 1, "the same file twice"),
    "no such folder": (("-o", "l2_asn.json", "--report", "no/run.html"), 1, "no/run.html"),
}


@pytest.mark.parametrize(("words", "status", "said"), NO_PAGE.values(), ids=NO_PAGE)
def test_a_run_whose_page_is_refused_writes_nothing(cli, words, status, said):
    """The page and the associations are written together or not at all."""
    cli.write("a_nrca1_rate.fits")
    (cli.folder / "link.html").symlink_to(cli.folder / "a_nrca1_rate.fits")
    result = cli.asn("make", *MAKE, *words)
    assert (result.status, said in result.err, result.out) == (status, True, "")
    assert cli.names() == ["a_nrca1_rate.fits", "link.html"]
    assert (cli.folder / "a_nrca1_rate.fits").read_bytes() == b""


def test_the_generator_writes_its_page(cli):
    """With --report asn generate writes its associations with a page of all exposures, also where it makes none."""
    cli.write("pool.csv", POOL)
    words = ("generate", "pool.csv", "--output-dir", "out", "--report", "out/run.html")
    assert cli.asn(*words).out.endswith("out/run.html: 2 associations, 2 files, 1 left out\n")
    page = (cli.folder / "out" / "run.html").read_text(encoding="utf-8")
    assert page.index("no rule takes exp_<wbr/>type") < page.index(">jw01234-o001_<wbr/>image2_<wbr/>00001_<wbr/>asn.json</h2>")
    assert "In associations" in page
    assert "output file (exists already): 'out/run.html'" in cli.asn(*words).err
    assert cli.asn(*words, "--overwrite").status == 0
    assert (cli.folder / "out" / "run.html").read_text(encoding="utf-8") == page
    cli.write("dark.csv", POOL.replace("nrc_image", "nrc_dark"))
    assert cli.asn("generate", "dark.csv", "--output-dir", "none", "--report", "none/run.html").status == 0
    assert [path.name for path in (cli.folder / "none").iterdir()] == ["run.html"]


def test_a_plan_has_no_page(cli):
    """A dry run writes nothing, and so has no page; JSON that is printed is not mixed with other lines."""
    cli.write("pool.csv", POOL)
    result = cli.asn("generate", "pool.csv", "--dry-run", "--report", "run.html")
    assert (result.status, "exclude each other" in result.err, cli.names()) == (2, True, ["pool.csv"])
    assert json.loads(cli.asn("generate", "pool.csv", "--json", "--report", "run.html").out)
    assert "run.html" in cli.names()


# ------------------------------------------------------------------------------------- pages of files that are there


@pytest.fixture
def demo(cli, monkeypatch):
    """Give a folder with exposures of two modes and stages, and an association of each."""
    cli.asn("demo", "demo")
    monkeypatch.chdir(cli.folder / "demo")
    return cli


class Rows(NamedTuple):
    """Hold what a page says of each file: of those left out the reason, of the others the roles with their products."""

    out: dict[str, str]
    used: dict[str, str]


def rows_of(page: str) -> Rows:
    """Return the rows of a page as plain text, by file."""
    found: list[dict[str, str]] = [{}, {}]
    for summary in re.findall(r'<details class="story row".*?</summary>', page, re.DOTALL):
        name, *told = (unescape(re.sub("<[^>]*>", "", each)) for each in re.split(r"(?<=fits)</span>", summary, maxsplit=1))
        found[int("left out" not in summary)][name] = "".join(told).removeprefix("left out")
    return Rows(*found)


def told_by(cli, *words, said, status=0):
    """Return the rows of the page that asn report writes for the words, after what it says."""
    result = cli.asn("report", *words, "-o", "../report.html")
    assert (result.status, result.out) == (status, f"../report.html: {said}\n"), result.err
    return rows_of((cli.folder / "report.html").read_text(encoding="utf-8"))


NOD = "jw01234001001_02101_0000{}_nrs1_rate.fits"


@pytest.mark.parametrize("quoted", [True, False])
def test_a_page_tells_where_files_went(demo, quoted):
    """With --among the page tells of each file where it is or what left it out, by the rules that the associations name."""
    files = sorted(path.name for path in (demo.folder / "demo").glob("*.fits"))
    rows = told_by(
        demo, "l2_asn.json", "l3_asn.json", "--among", *(["*.fits"] if quoted else files), said="2 associations, 33 files"
    )
    assert list(rows.used) == files
    assert rows.used[NOD.format(1)].startswith("sciencejw01234001001_02101_00001_nrs1background3 products: ")
    assert rows.used[files[-1]] == "psfjw01234-a3001_t001_nircam_f444w-maskrnd-sub320a335r"


def test_a_page_tells_why_files_are_left_out(demo):
    """A file has the reason of the rule, or that its suffix is of the other stage, or that nothing is known of it."""
    demo.write("demo/notes.fits", "no header")
    demo.asn("edit", "l2_asn.json", "-o", "some_asn.json", "--remove", "*_02103_00002_nrs1*")
    rows = told_by(demo, "some_asn.json", "--among", "*.fits", said="1 association, 34 files, 13 left out")
    imprint = NOD.format(2).replace("02101", "02103")
    said = "none of these associations has it, though nirspec_ifu2 makes it imprint of 4 products: "
    assert rows.out.pop(imprint).startswith(f" as imprint{said}")
    assert rows.out.pop("notes.fits") == "it cannot be read: not a FITS file"
    assert set(rows.out.values()) == {"a calints file is for stage 3, and nirspec_ifu2 is for stage 2"}
    rows = told_by(
        demo,
        "l3_asn.json",
        "--rule",
        "nirspec_ifu3",
        "--among",
        "*nrs1_rate.fits,*calints.fits",
        said="1 association, 22 files, 11 left out",
    )
    assert len(rows.used) == 11


@pytest.mark.parametrize("more", [(), ("l3_asn.json",), ("list_asn.json",)])
def test_a_reason_stays_beside_another_association(demo, more):
    """What a rule says of a file stays, whatever further associations whose rules are not asked about it are on the page."""
    header = next(header for name, header in nirspec_ifu() if name == NOD.format(1))
    demo.write(f"demo/{NOD.format(1)}", fits_bytes((NOD.format(1), {**header, "GRATING": "MIRROR"})))
    demo.write("demo/it's (odd).fits", "no header")
    demo.asn("make", "auto", "*rate.fits", "-o", "l2_asn.json")
    demo.from_list("-o", "list_asn.json", "--product-name", "p", NOD.format(2))
    demo.asn("report", "l2_asn.json", *more, "--among", "*.fits", "-o", "../report.html")
    out = rows_of((demo.folder / "report.html").read_text(encoding="utf-8")).out
    assert "ifu_path is not so: grating is 'mirror', not 'g235h'" in out[NOD.format(1)]
    assert out["it's (odd).fits"] == "it cannot be read: not a FITS file"


@pytest.fixture
def read(monkeypatch):
    """Give the list of the files whose headers were read."""
    names = []
    monkeypatch.setattr(headers, "_found", lambda name, found=headers._found: (names.append(name), found(name))[1])
    return names


RUNS = {
    "one association": ("-o", "l2_asn.json"),
    "a folder": ("--output-dir", "out"),
    "partners elsewhere": ("-o", "l2_asn.json", "--background", "../sky.fits"),
    "the user's word": (
        "-o",
        "l2_asn.json",
        "--id",
        "c1000",
        "--candidate",
        "c1000:mosaic",
        "--set",
        "grating=mirror:*_00001_nrs1_*",
    ),
    "files that cannot be read": ("-o", "l2_asn.json", "--leave-out-unreadable", "../notes_rate.fits"),
    "files that are left out": ("-o", "l2_asn.json", "--leave-out", "*_00002_nrs1_*"),
    "a map that is no exposure": ("-o", "l2_asn.json", "--segmap", "../map.fits"),
}


@pytest.mark.parametrize("words", RUNS.values(), ids=RUNS)
def test_a_run_with_a_page_reads_each_header_once(demo, read, words):
    """A run that writes its page reads each header once, and makes and warns as it does without one."""
    sample = (demo.folder / "demo" / NOD.format(1)).read_bytes()
    demo.write("sky.fits", sample)
    demo.write("notes_rate.fits", "no header")
    demo.write("map.fits", fits_bytes(("map.fits", {})))
    words = ("make", "auto", *words, "*rate.fits")
    plain = demo.asn(*words)
    made = [path.read_text() for path in sorted((demo.folder / "demo").rglob("*asn.json"))]
    read.clear()
    result = demo.asn(*words, "--report", "run.html")
    assert (result.status, len(read), sorted(read)) == (0, len(set(read)), sorted(set(read)))
    assert (plain.err, [path.read_text() for path in sorted((demo.folder / "demo").rglob("*asn.json"))]) == (result.err, made)


def test_each_header_is_read_once(demo, read):
    """However many rules are run again, each file is read once, and only where one of them is asked about it."""
    files = sorted(path.name for path in (demo.folder / "demo").glob("*.fits"))
    demo.asn("report", "l2_asn.json", "--among", "*.fits", "-o", "../report.html")
    assert read == [name for name in files if "_calints" not in name]
    read.clear()
    demo.asn("report", "l2_asn.json", "l3_asn.json", "--among", "*.fits", "-o", "../report.html")
    assert read == files


def test_the_page_holds_what_the_association_says(demo):
    """Where the user's word made the association, the page has that, and says what the rule makes without it."""
    demo.asn("make", "auto", "*rate.fits", "-o", "l2_asn.json", "--role", f"imprint={NOD.format(1)}")
    rows = told_by(demo, "l2_asn.json", "--among", "*rate.fits", said="1 association, 22 files")
    assert rows.used[NOD.format(1)].startswith("imprint")
    text = "here it is imprint too, though nirspec_<wbr/>ifu2 without further options makes it science and background only"
    assert (demo.folder / "report.html").read_text(encoding="utf-8").count(text) == 1


def test_the_page_of_a_list(cli):
    """A rule that looks into no headers takes what it is given: what it was not given is in no association."""
    cli.from_list("-r", "level2", "-o", "l2_asn.json", "a_rate.fits", "--background=s_rate.fits")
    cli.from_list("-o", "l3_asn.json", "--product-name", "l3", "a_cal.fits", "b_cal.fits")
    words = ("l2_asn.json", "l3_asn.json", "--among", "a_rate.fits,s_rate.fits,a_cal.fits,b_cal.fits,c_cal.fits,a_cal.fits")
    result = cli.asn("report", *words, "-o", "report.html")
    assert result.out == "report.html: 2 associations, 5 files, 1 left out\n"
    rows = rows_of((cli.folder / "report.html").read_text(encoding="utf-8"))
    assert rows.out == {"c_cal.fits": "none of these associations has it: DMS_Level3_Base takes what it is given"}
    assert rows.used == {
        "a_rate.fits": "sciencea",
        "s_rate.fits": "background your worda",
        "a_cal.fits": "sciencel3",
        "b_cal.fits": "sciencel3",
    }


FOLDERS = {
    "beside it": (("a/x_cal.fits", "b/x_cal.fits"), ["a/x_cal.fits"]),
    "and one here": (("a/x_cal.fits", "x_cal.fits"), ["a/x_cal.fits"]),
    "by an absolute path": (("{}/a/x_cal.fits", "b/x_cal.fits"), ["{}/a/x_cal.fits"]),
    "through a link": (("link/x_cal.fits", "b/x_cal.fits"), ["link/x_cal.fits"]),
    "of another level": (("a/x_rate.fits", "b/x_rate.fits"), ["a/x_rate.fits"]),
    "elsewhere only": (("b/x_cal.fits",), ["b/x_cal.fits"]),
}


@pytest.mark.parametrize(("files", "used"), FOLDERS.values(), ids=FOLDERS)
def test_a_member_is_the_file_in_its_folder(cli, files, used):
    """A member is looked for from the folder of its association; another file of that name is one only without that."""
    (cli.folder / "a").mkdir()
    (cli.folder / "link").symlink_to(cli.folder / "a")
    cli.from_list("-o", "a/l.json", "--product-name", "p", "x_cal.fits")
    files, used = ([name.format(cli.folder) for name in names] for names in (files, used))
    cli.asn("report", "a/l.json", "--among", ",".join(files), "--rule", "level3", "-o", "r.html")
    rows = rows_of((cli.folder / "r.html").read_text(encoding="utf-8"))
    assert (list(rows.used), sorted(rows.out)) == (used, sorted(set(files).difference(used)))


def test_files_of_members_with_a_suffix_of_ones_own(demo):
    """A member whose suffix is the user's own is the file of its exposure."""
    demo.asn("edit", "l2_asn.json", "-o", "own_asn.json", "--swap-suffix", "rate=destreak")
    rows = told_by(demo, "own_asn.json", "--among", "*rate.fits", said="1 association, 22 files")
    assert rows.used[NOD.format(1)].startswith("science")


def test_the_page_of_the_generator(cli):
    """Associations of the generator are told by all its rules, for a pool whose files have another suffix."""
    cli.write("pool.csv", POOL)
    cli.asn("generate", "pool.csv", "--output-dir", "out")
    one, two = sorted(f"out/{path.name}" for path in (cli.folder / "out").iterdir())
    cli.asn("report", one, two, "-o", "report.html", "--among", "pool.csv")
    rows = rows_of((cli.folder / "report.html").read_text(encoding="utf-8"))
    ((lost, why),) = rows.out.items()
    assert (lost, why[:35]) == ("jw01234001001_02102_00001_nrca1_uncal.fits", "no rule takes exp_type 'nrc_dark'ex")
    (used,) = rows.used.values()
    assert used.startswith("science2 products: jw01234001001_02101_00001_nrca1, jw01234-o001")
    cli.asn("report", two, "-o", "report.html", "--among", "pool.csv", "--rule", "generate")
    (used,) = rows_of((cli.folder / "report.html").read_text(encoding="utf-8")).used.values()
    assert used.startswith("sciencejw01234-o001")


def test_a_pool_with_a_row_that_says_nothing(cli):
    """Of an exposure of which a pool has nothing but the name no file is looked for, and it is left out."""
    cli.write("pool.csv", f"{POOL.strip()}\nb_uncal.fits{'|null' * POOL.partition(chr(10))[0].count('|')}\n")
    result = cli.asn("make", "Asn_Lv2Image", "pool.csv", "-o", "l2_asn.json", "--report", "run.html")
    again = cli.asn("report", "l2_asn.json", "--among", "pool.csv", "-o", "again.html")
    assert (result.status, again.status) == (0, 0), result.err + again.err
    for page in ("run.html", "again.html"):
        assert "b_uncal.fits" in rows_of((cli.folder / page).read_text(encoding="utf-8")).out


def test_the_page_of_the_generator_on_files(demo):
    """Of files, the generator's rules tell too, and a file that cannot be read has the reason."""
    demo.write("demo/notes.fits", "no header")
    demo.asn("generate", NOD.format("*"), "--output-dir", "out")
    made = sorted(f"out/{path.name}" for path in (demo.folder / "demo" / "out").iterdir())
    demo.asn("report", *made, "--among", f"notes.fits,{NOD.format('*')}", "-o", "../report.html")
    rows = rows_of((demo.folder / "report.html").read_text(encoding="utf-8"))
    assert rows.out.pop("notes.fits") == "it cannot be read: not a FITS file"
    assert NOD.format(1) in rows.used


UNKNOWN = {
    "no rule of ours": (
        ("mine.json", "none.json", "--among", "a_rate.fits"),
        1,
        ("in mine.json", "in none.json", "--rule RULE"),
    ),
    "a rule without files": (("l2_asn.json", "--rule", "auto"), 2, ("name them with --among FILES",)),
    "exposures for associations": (("l2_asn.json", "a_rate.fits"), 2, ("behind --among",)),
    "no association": (("--among", "a_rate.fits"), 2, ("FILES",)),
    "a missing file": (("mine.json", "--rule", "auto", "--among", "a_rate.fits,no.fits"), 1, ("'a_rate.fits'", "'no.fits'")),
    "an unknown rule": (("l2_asn.json", "--rule", "atuo", "--among", "a_rate.fits"), 1, ("did you mean 'auto'",)),
    "one input twice": (("-", "--among", "-"), 2, ("named more than once",)),
    "associations as exposures": (
        ("l3_asn.json", "--rule", "auto", "--among", "l2_asn.json,mine.JSON,a_rate.fits"),
        2,
        ("an association file, not an exposure): 'l2_asn.json'", "'mine.JSON'", "the exposures or the pool"),
    ),
    "an association alone": (("l2_asn.json", "--among", "l2_asn.json"), 2, ("an association file, not an exposure",)),
    "an empty list": (("l2_asn.json", "--among", "@list.txt"), 1, ("it names no file",)),
    "a page over a list": (("l2_asn.json", "--among", "@list.html", "-o", "list.html"), 1, ("also an input",)),
}


@pytest.mark.parametrize(("words", "status", "said"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_page_that_cannot_tell_is_not_written(two, words, status, said):
    """Whatever cannot be told is an error with the way out, all of a kind together, and no page is written."""
    for name, rule in (("mine", '"mine"'), ("none", "null")):
        two.write(f"{name}.json", (two.folder / "l2_asn.json").read_text().replace('"level2"', rule))
    two.write("list.txt", "# none\n")
    two.write("list.html", "a_rate.fits\n")
    before = two.names()
    result = two.asn("report", *words, *(() if "-o" in words else ("-o", "page.html")))
    assert (result.status, result.out, two.names()) == (status, "", before)
    assert [each for each in said if each not in result.err] == []


def test_pages_are_imported_when_they_are_asked_for():
    """Neither the package nor the command line waits for what makes pages; the package has it all the same."""
    code = """if True:
        import sys, asn_fp, asn_fp.cli.main
        before = [name for name in sys.modules if name.startswith("asn_fp.report")]
        print(before, asn_fp.report_html.__module__, "asn_fp.report" in sys.modules)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] asn_fp.report True\n"
