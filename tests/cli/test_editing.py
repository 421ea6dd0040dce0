"""The commands edit, merge, split, diff and gather: what they write, print and refuse."""

from __future__ import annotations

import json
from difflib import ndiff
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from asn_fp.cli import progress
from asn_fp.cli.main import run


def exposure(dither, chip, suffix="cal"):
    """Return the name of an exposure."""
    return f"jw02731001001_02101_{dither:05}_nrca{chip}_{suffix}.fits"


MEMBERS = [
    {"expname": exposure(dither, chip), "exptype": "science", "exposerr": "null", "asn_candidate": "[('o001', 'observation')]"}
    for dither in (1, 2)
    for chip in (1, 2)
]
ARCHIVE = {
    "asn_type": "image3",
    "asn_rule": "candidate_Asn_Lv3Image",
    "version_id": "20220517t223210",
    "code_version": "1.5.2",
    "degraded_status": "No known degraded exposures in association.",
    "program": "02731",
    "constraints": "DMSAttrConstraint({'name': 'program', 'value': '2731'})\n\u00e9",
    "asn_id": "o001",
    "asn_pool": "jw02731_20220517t223210_pool",
    "target": "t017",
    "products": [{"name": "jw02731-o001_t017_nircam_clear-f187n", "members": MEMBERS}],
    "mine": {"kept": [1, 2.5, None]},
}
LEVEL2 = {
    "asn_type": "image2",
    "asn_id": "o001",
    "asn_pool": "p",
    "products": [
        {"name": exposure(1, chip)[:-9], "members": [{"expname": exposure(1, chip, "rate"), "exptype": "science"}]}
        for chip in (1, 2)
    ],
}


@pytest.fixture
def here(cli):
    """Give a folder with an association of each stage, as the archive lays them out."""
    cli.write("l3_asn.json", json.dumps(ARCHIVE, indent=4))
    cli.write("l2_asn.json", json.dumps(LEVEL2, indent=4) + "\n")
    return cli


def lines(here, name, than="l3_asn.json"):
    """Return the lines that differ between two files, without blanks."""
    one, other = ((here.folder / each).read_text().splitlines() for each in (than, name))
    return ["".join(line.split()) for line in ndiff(one, other) if line[0] in "+-"]


def products(here, name):
    """Return the products of a file as (name, members as pairs)."""
    plain = json.loads((here.folder / name).read_text())
    return [(each["name"], [(one["expname"], one["exptype"]) for one in each["members"]]) for each in plain["products"]]


# ----------------------------------------------------------------------------------------------------------------- edit

EDITS = {
    "set": (["--set", "version_id=null"], ['-"version_id":"20220517t223210",', '+"version_id":null,']),
    "rename": (
        ["--rename-product", "mosaic"],
        ['-"name":"jw02731-o001_t017_nircam_clear-f187n",', '+"name":"mosaic",'],
    ),
    "swap": (
        ["--swap-suffix", "cal=destreak"],
        [
            f'{sign}"expname":"{exposure(dither, chip, suffix)}",'
            for dither in (1, 2)
            for chip in (1, 2)
            for sign, suffix in (("-", "cal"), ("+", "destreak"))
        ],
    ),
}


@pytest.mark.parametrize(("words", "changed"), EDITS.values(), ids=EDITS)
def test_untouched_lines_stay(here, words, changed):
    """In a file of the archive's layout only the lines that the edit is about change, byte for byte."""
    result = here.asn("edit", "l3_asn.json", "-o", "new_asn.json", *words)
    assert (result.status, result.out, result.err) == (0, "new_asn.json: 1 product: 4 science\n", "")
    assert lines(here, "new_asn.json") == changed


LAYOUTS = {
    "CRLF": lambda text: text.replace("\n", "\r\n") + "\r\n",
    "CR": lambda text: text.replace("\n", "\r") + "\r",
    "CR and two spaces": lambda text: json.dumps(json.loads(text), indent=2).replace("\n", "\r"),
    "byte order mark": lambda text: "\ufeff" + text,
    "two spaces and raw letters": lambda text: json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n",
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_layouts_stay(here, layout):
    """Line ends, byte order mark, indent and raw letters of a file stay, in each command that writes one of it."""
    text = layout(json.dumps(ARCHIVE, indent=4))
    here.write("l_asn.json", text)
    here.write("x.json", json.dumps(ARCHIVE))
    for each in MEMBERS:
        here.write(each["expname"])
    for words, made in (
        (["edit", "l_asn.json", "-o", "n.json", "--set", "target=t2"], "n.json"),
        (["merge", "l_asn.json", "x.json", "-o", "n.json"], "n.json"),
        (["split", "l_asn.json", "--by", "product", "--output-dir", "."], "l_jw02731-o001_t017_nircam_clear-f187n_asn.json"),
        (["gather", "l_asn.json", "all"], "all/l_asn.json"),
    ):
        result = here.asn(*words)
        assert (result.status, result.err) == (0, "")
        assert (here.folder / made).read_bytes() == text.replace('t017"', 't2"' if "--set" in words else 't017"').encode()


def test_an_uneven_layout_is_told(here):
    """A file that is laid out by hand is told to lose that where an edit changes it, and only there."""
    here.write("l_asn.json", '{"target":  "t1", "products": []}')
    assert here.asn("edit", "l_asn.json", "-o", "n.json", "--set", "target=t1").err == ""
    assert "layout is uneven" in here.asn("edit", "l_asn.json", "-o", "n.json", "--set", "target=t2").err


def test_only_removed_lines_go(here):
    """An edit that keeps or removes members only takes lines away, and the end of the file stays as it was."""
    assert (
        here.asn("edit", "l3_asn.json", "-o", "new_asn.json", "--keep", "detector=nrca1", "--remove", "*_00002_*").status == 0
    )
    assert products(here, "new_asn.json")[0][1] == [(exposure(1, 1), "science")]
    assert all(line.startswith("-") for line in lines(here, "new_asn.json") if line != "+}")
    here.asn("edit", "l2_asn.json", "-o", "new_asn.json", "--set", "program=02731")
    assert (here.folder / "new_asn.json").read_text().endswith("}\n")


def test_the_same_edit_twice(here):
    """An edit in place changes the file once; a second time it is the same, byte for byte."""
    words = [
        "--swap-suffix",
        "cal=destreak",
        "--keep",
        "detector=nrca1",
        "--add",
        exposure(3, 1),
        "--rename-product",
        "{name}_v2",
    ]
    texts = []
    for _ in range(2):
        assert here.asn("edit", "l3_asn.json", "--in-place", *words).status == 0
        texts.append((here.folder / "l3_asn.json").read_text())
    assert texts[0] == texts[1] != json.dumps(ARCHIVE, indent=4)
    assert here.names() == ["l2_asn.json", "l3_asn.json"]


AGAIN = {
    "remove": ["--remove", "*_00001_*"],
    "remove one by its name": ["--remove", exposure(1, 1)],
    "remove without suffix": ["--ignore-suffix", "--remove", exposure(1, 1, "destreak")],
    "rename": ["--rename-product", "mosaic"],
    "rename one": ["--rename-product", "jw02731-o001_t017_nircam_clear-f187n=mosaic"],
    "rename a chosen one": ["--product", "jw02731-o001_t017_nircam_clear-f187n", "--rename-product", "mosaic"],
    "rename one of a pattern": ["--product", "jw02731-*", "--rename-product", "jw02731-o001_t017_nircam_clear-f187n=mosaic"],
    "add": ["--add", exposure(3, 1)],
    "set": ["--set", "target=t1"],
    "keep": ["--keep", "detector=nrca1"],
    "swap": ["--swap-suffix", "cal=x"],
}


@pytest.mark.parametrize("words", AGAIN.values(), ids=AGAIN)
def test_each_edit_twice(here, words):
    """Each edit alone changes a file once; a second time it ends well, with a warning at most, and the file is the same."""
    texts = []
    for _ in range(2):
        result = here.asn("edit", "l3_asn.json", "--in-place", *words)
        assert (result.status, "error" in result.err) == (0, False)
        texts.append((here.folder / "l3_asn.json").read_bytes())
    assert texts[0] == texts[1] != json.dumps(ARCHIVE, indent=4).encode()
    assert result.err.startswith("warning: ") is ("--remove" in words or "--product" in words)


def test_keep_by_role(here):
    """Members are kept by their own role, in any case, and no header is read for it."""
    here.asn("edit", "l2_asn.json", "--in-place", "--add", "a.fits:background", "--add", "b.fits:imprint")
    here.asn("edit", "l2_asn.json", "-o", "n.json", "--keep", "exptype=Science,imprint")
    assert [[role for _, role in members] for _, members in products(here, "n.json")] == [["science", "imprint"]] * 2
    result = here.asn("edit", "l2_asn.json", "-o", "n.json", "--keep", "exptype=scince")
    assert result.err == "error: keep (no member has the value): 'exptype=scince'; did you mean 'science'?\n"


def test_nothing_to_remove_is_told(here):
    """A name to remove that is not there is told with the nearest one, and the rest of the edit is made."""
    gone = exposure(1, 3)
    result = here.asn("edit", "l3_asn.json", "-o", "n.json", "--remove", gone, "--remove", "*nrca2*")
    assert (result.status, result.out) == (0, "n.json: 1 product: 2 science\n")
    assert result.err.startswith(f"warning: member to remove (nothing matches): {gone!r}; did you mean 'jw")


def test_nothing_to_change(here):
    """A file of another layout is copied as it is where an edit changes nothing."""
    here.write("odd.json", '{ "products": [ ] }\r\n')
    here.asn("edit", "odd.json", "-o", "copy.json")
    assert (here.folder / "copy.json").read_bytes() == b'{ "products": [ ] }\r\n'


ADDING = [
    (["--add", "sky_rate.fits:background"], [("sky_rate.fits", "background")]),
    (["--add", "sky*.fits:background"], [("sky1_rate.fits", "background"), ("sky2_rate.fits", "background")]),
    (["--add", "@list.txt:psf"], [("p_rate.fits", "psf")]),
    (["--add=a_rate.fits,b_rate.fits:imprint"], [("a_rate.fits", "imprint"), ("b_rate.fits", "imprint")]),
    (["--add", "raw/r_rate.fits:background"], [("raw/r_rate.fits", "background")]),
    (["--add", "odd:name.fits:background"], [("odd:name.fits", "background")]),
]


@pytest.mark.parametrize(("words", "added"), ADDING)
def test_adding(here, words, added):
    """Names, patterns and lists are added to the products that are chosen, with their role."""
    here.write("sky1_rate.fits")
    here.write("sky2_rate.fits")
    here.write("list.txt", "p_rate.fits\n")
    here.asn("edit", "l2_asn.json", "-o", "new.json", "--product", "*nrca2", *words)
    one, two = products(here, "new.json")
    assert (len(one[1]), two[1][1:]) == (1, added)


def test_paths_follow_the_file(here, monkeypatch):
    """Names that are relative stay right where the association goes to another folder, and where they are typed from."""
    here.write("sub/sky_rate.fits")
    here.write("sub/x.json", json.dumps(LEVEL2))
    here.asn("edit", "sub/x.json", "-o", "sub/y.json", "--add", "sub/sky_rate.fits:background", "--remove", "*nrca2*")
    assert products(here, "sub/y.json")[0][1] == [(exposure(1, 1, "rate"), "science"), ("sky_rate.fits", "background")]
    here.asn("edit", "sub/y.json", "-o", "z.json")
    assert [name for name, _ in products(here, "z.json")[0][1]] == [f"sub/{exposure(1, 1, 'rate')}", "sub/sky_rate.fits"]
    here.asn("edit", "sub/y.json", "-o", "z.json", "--paths", "as-given")
    assert products(here, "z.json") == products(here, "sub/y.json")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["gather", "l2_asn.json", ""], "FILES (an empty name): ['l2_asn.json', '']; write asn gather FILE.json DEST"),
        (["diff", "", "l2_asn.json"], "FILES (an empty name): ['', 'l2_asn.json']; write asn diff A.json B.json"),
        (["gather", "l2_asn.json"], "FILES (2 are needed, 1 given): 'l2_asn.json'; write asn gather FILE.json DEST"),
    ],
)
def test_an_empty_name_is_told(here, words, told):
    """An empty name among as many as are needed is told as such, and not as a wrong number of names."""
    result = here.asn(*words)
    assert (result.status, result.err.splitlines()[0]) == (2, f"error: {told}")


BESIDE = {
    "where the association is": (["-o", "w/n.json"], "w/n.json", "b_cal.fits"),
    "another folder": (["-o", "o/n.json"], "o/n.json", "../w/b_cal.fits"),
    "relative": (["-o", "o/n.json", "--paths", "relative"], "o/n.json", "../w/b_cal.fits"),
    "absolute": (["-o", "o/n.json", "--paths", "absolute"], "o/n.json", "{}/w/b_cal.fits"),
    "absolute beside the new file": (
        ["-o", "o/n.json", "--paths", "absolute", "--add", "c_cal.fits"],
        "o/n.json",
        "{}/o/c_cal.fits",
    ),
}


@pytest.mark.parametrize(("words", "made", "name"), BESIDE.values(), ids=BESIDE)
def test_an_added_file_may_be_beside_the_association(cli, words, made, name):
    """A name to add that is no file here, but one beside the association, is that file, however paths are written."""
    cli.write("w/l.json", association("w_cal.fits"))
    cli.write("w/b_cal.fits")
    cli.write("o/c_cal.fits")
    assert cli.asn("edit", "w/l.json", "--add", "b_cal.fits", *words).status == 0
    assert products(cli, made)[0][1][-1] == (name.format(cli.folder), "science")


def test_an_added_file_is_looked_for_here_first(cli):
    """A name to add that is a file here and beside the association is the one here."""
    cli.write("w/l.json", association("w_cal.fits"))
    cli.write("w/b_cal.fits")
    cli.write("b_cal.fits")
    cli.asn("edit", "w/l.json", "--in-place", "--add", "b_cal.fits")
    assert products(cli, "w/l.json")[0][1][-1] == ("../b_cal.fits", "science")


def association(*names, kind="image3"):
    """Return the text of an association of science members in one product."""
    members = [{"expname": name, "exptype": "science"} for name in names]
    plain = {"asn_type": kind, "asn_id": "o001", "asn_pool": "none", "products": [{"name": "p", "members": members}]}
    return json.dumps(plain, indent=4)


@pytest.fixture
def linked(cli):
    """Give a folder in which ``cur`` and ``lk`` are links to deeper folders, and ``raw`` is not the right one."""
    for folder in ("arch/v1", "out", "far/away"):
        (cli.folder / folder).mkdir(parents=True)
    cli.write("arch/raw/a_cal.fits", "RIGHT")
    cli.write("raw/a_cal.fits", "WRONG")
    (cli.folder / "cur").symlink_to("arch/v1")
    (cli.folder / "lk").symlink_to("far/away")
    cli.write("cur/l_asn.json", association("../raw/a_cal.fits"))
    cli.write("arch/v1/here_asn.json", association("b_cal.fits", ""))
    return cli


FOLLOWED = {
    "edit": (["edit", "cur/l_asn.json", "-o", "out/e_asn.json", "--set", "target=t1"], "out/e_asn.json"),
    "edit into a linked folder": (["edit", "cur/l_asn.json", "-o", "lk/e_asn.json"], "lk/e_asn.json"),
    "merge": (["merge", "cur/l_asn.json", "-o", "out/e_asn.json"], "out/e_asn.json"),
    "split": (["split", "cur/l_asn.json", "--by", "product", "--output-dir", "new/out"], "new/out/l_p_asn.json"),
    "split into a linked folder": (["split", "cur/l_asn.json", "--by", "product", "--output-dir", "lk"], "lk/l_p_asn.json"),
    "absolute": (["edit", "cur/l_asn.json", "-o", "e_asn.json", "--paths", "absolute"], "e_asn.json"),
    "relative": (["edit", "cur/l_asn.json", "-o", "lk/e_asn.json", "--paths", "relative"], "lk/e_asn.json"),
    "add": (["edit", "raw/x.json", "-o", "lk/e_asn.json", "--add", "cur/../raw/a_cal.fits", "--remove", "x*"], "lk/e_asn.json"),
    "make": (
        ["make", "level3", "--product-name", "q", "--paths", "relative", "-o", "lk/m_asn.json", "cur/../raw/a_cal.fits"],
        "lk/m_asn.json",
    ),
    "make into a linked folder": (
        ["make", "level3", "--product-name", "q", "--paths", "relative", "--output-dir", "lk", "arch/raw/a_cal.fits"],
        "lk/q_asn.json",
    ),
    "gather symbolic": (["gather", "cur/l_asn.json", "g", "--link", "symbolic"], "g/l_asn.json"),
    "gather": (["gather", "cur/l_asn.json", "g"], "g/l_asn.json"),
}


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize(("words", "made"), FOLLOWED.values(), ids=FOLLOWED)
def test_links_are_followed(linked, words, made, raw):
    """Names lead to the file that the system opens, where folders on the way are links; whatever is at the wrong place."""
    linked.write("raw/x.json", association("x_cal.fits"))
    if not raw:
        (linked.folder / "raw" / "a_cal.fits").unlink()
    assert linked.asn(*words).status == 0
    ((_, ((name, _),)),) = products(linked, made)
    assert (linked.folder / Path(made).parent / name).read_text() == "RIGHT"


def test_the_shorter_way_is_taken(linked):
    """A name goes by the link that was typed, unless the way without it goes up less; what is no path stays."""
    linked.asn("edit", "cur/here_asn.json", "-o", "out/e_asn.json", "--add", "s3://bucket/c_cal.fits")
    assert [name for name, _ in products(linked, "out/e_asn.json")[0][1]] == ["../cur/b_cal.fits", "", "s3://bucket/c_cal.fits"]
    linked.asn("edit", "cur/here_asn.json", "-o", "arch/e_asn.json")
    assert [name for name, _ in products(linked, "arch/e_asn.json")[0][1]] == ["v1/b_cal.fits", ""]


def test_catalogues_of_members_stay_right(linked):
    """A catalogue that a member brings is followed as the member is, and is told by a check where it is missing."""
    plain = json.loads(association("a_cal.fits"))
    plain["products"][0]["members"][0]["tweakreg_catalog"] = "cats/a.ecsv"
    linked.write("arch/l_asn.json", json.dumps(plain))
    linked.write("arch/a_cal.fits")
    linked.asn("edit", "arch/l_asn.json", "-o", "out/e_asn.json", "--set", "target=t1")
    member = json.loads((linked.folder / "out" / "e_asn.json").read_text())["products"][0]["members"][0]
    assert member == {"expname": "../arch/a_cal.fits", "exptype": "science", "tweakreg_catalog": "../arch/cats/a.ecsv"}
    told = "warning missing-file: product 1 'p', member 1, tweakreg_catalog (no such file in 'arch'): 'cats/a.ecsv'"
    assert told in linked.asn("check", "arch/l_asn.json").out
    linked.write("arch/cats/a.ecsv")
    assert "missing-file" not in linked.asn("check", "arch/l_asn.json").out


REFUSED = [
    (["-o", "n.json", "--keep", "detector=nrca3"], 1, "no member has the value"),
    (["-o", "n.json", "--keep", "filtr=f187n"], 1, "not found"),
    (["-o", "n.json", "--swap-suffix", "rate=x"], 1, "known: 'cal'"),
    (["-o", "n.json", "--product", "x", "--remove", "*"], 1, "no name matches"),
    (["-o", "n.json", "--remove", "*"], 1, "no science member is left"),
    (["-o", "n.json", "--set", "products=x"], 1, "holds the products"),
    (["-o", "n.json", "--swap-suffix", "cal"], 2, "OLD=NEW"),
    (["-o", "n.json", "--add", "a_cal.fits:bckground"], 1, "did you mean 'background'"),
    (["-o", "n.json", "--add", "a:psf,b:background"], 2, "repeat --add"),
    (["-o", "n.json", "--add", "sub"], 1, "a folder"),
    (["-o", "n.json", "--add", "x_cal.fits:"], 2, "no exptype behind the colon"),
    (["-o", "n.json", "--swap-suffix", "cal=../../x"], 1, "it holds a folder"),
    (["-o", "l3_asn.json", "--remove", "*nrca1*"], 1, "also an input"),
    (["--remove", "*nrca1*"], 2, "--in-place"),
    (["-o", "n.json", "--in-place"], 2, "--in-place"),
    (["-o", "n.json", "l2_asn.json"], 2, "2 given"),
    (["-o", "n.json", ""], 2, "2 given"),
    (["-o", "n.json", "--rename-product", "a", "--rename-product", "b=c"], 2, "OLD=NEW"),
    (["-o", "n.json", "--rename-product", ""], 1, "product name (empty): ''"),
    (["-o", "n.json", "--rename-product", "jw02731-o001_t017_nircam_clear-f187n="], 1, "product name (empty): ''"),
    (["-o", "n.json", "--rename-product", ".."], 1, "product name (it is a folder): '..'"),
    (["-o", "n.json", "--rename-product", "."], 1, "product name (it is a folder): '.'"),
]


@pytest.mark.parametrize(("words", "status", "told"), REFUSED)
def test_edits_that_are_refused(here, words, status, told):
    """What cannot be done is one clear error, and nothing is written."""
    (here.folder / "sub").mkdir()
    before = {path: path.read_bytes() for path in here.folder.iterdir() if path.is_file()}
    result = here.asn("edit", "l3_asn.json", *words)
    assert (result.status, result.out) == (status, "")
    assert told in result.err
    assert {path: path.read_bytes() for path in here.folder.iterdir() if path.is_file()} == before


def test_what_an_edit_spoils_is_told(here):
    """What a check finds in the result is a warning, and so is a product that goes."""
    result = here.asn("edit", "l2_asn.json", "-o", "n.json", "--swap-suffix", "rate=uncal", "--remove", "*nrca2*")
    assert result.status == 0
    assert [line.partition(" (")[0] for line in result.err.splitlines()] == [
        "warning: product",
        "warning: error wrong-suffix: product 1 'jw02731001001_02101_00001_nrca1', member 1",
    ]


# -------------------------------------------------------------------------------------------------- merge, split, diff


def test_split_and_merge(here):
    """A file is split by a key into files whose names say the value, and these are merged to what it was."""
    result = here.asn("split", "l3_asn.json", "--by", "detector", "--output-dir", ".")
    assert result.out.splitlines() == [f"./l3_nrca{chip}_asn.json: 1 product: 2 science" for chip in (1, 2)]
    assert "{name}_{value}" in result.err
    assert here.asn("diff", "l3_nrca1_asn.json", "l3_nrca2_asn.json").status == 1
    assert here.asn("merge", "l3_nrca*_asn.json", "-o", "all_asn.json")[::2] == (0, "")
    assert here.asn("diff", "l3_asn.json", "all_asn.json", "--keys") == (0, "", "")


def test_split_into_a_folder(here):
    """In another folder, relative names are corrected, products may get names of their own, and sources are found."""
    here.asn("split", "l3_asn.json", "--by", "exposure,detector", "--output-dir", "out", "--rename-product", "{name}_{value}")
    assert products(here, "out/l3_00001-nrca2_asn.json") == [
        ("jw02731-o001_t017_nircam_clear-f187n_00001-nrca2", [(f"../{exposure(1, 2)}", "science")])
    ]
    result = here.asn("split", "l2_asn.json", "--by", "product", "--output-dir", "out")
    assert (result.status, result.err) == (0, "")
    assert (here.folder / "out" / "l2_jw02731001001_02101_00001_nrca1_asn.json").read_text().endswith("\n")


def test_split_by_header(here):
    """A keyword that no name tells is read from the headers of the science files."""
    from astropy.io import fits

    for at, each in enumerate(MEMBERS):
        fits.HDUList([fits.PrimaryHDU(header=fits.Header({"FILTER": ("F200W", "F187N")[at % 2]}))]).writeto(each["expname"])
    assert here.asn("split", "l3_asn.json", "--by", "filter", "--output-dir", "out").status == 0
    assert sorted(path.name for path in (here.folder / "out").iterdir()) == ["l3_f187n_asn.json", "l3_f200w_asn.json"]
    here.asn("edit", "l3_asn.json", "-o", "n.json", "--keep", "filter=F187N")
    assert [name for name, _ in products(here, "n.json")[0][1]] == [exposure(1, 2), exposure(2, 2)]
    assert "no name and no header" in here.asn("split", "l3_asn.json", "--by", "gratng", "--output-dir", "out").err


@pytest.mark.parametrize(
    ("name", "expected"),
    [("../../x", "t_x_asn.json"), ("", "t_none_asn.json"), ("a b{source_id}", "t_a-b-source_id_asn.json")],
)
def test_file_names_of_parts_are_plain(here, name, expected):
    """Whatever a product is called, its file is in the folder."""
    here.write(
        "t_asn.json", json.dumps({"products": [{"name": name, "members": [{"expname": "a.fits", "exptype": "science"}]}]})
    )
    assert here.asn("split", "t_asn.json", "--by", "product", "--output-dir", "out").status == 0
    assert [path.name for path in (here.folder / "out").iterdir()] == [expected]


def test_split_refuses(here):
    """Nothing to split, no folder and no key are errors that say so."""
    here.write("empty.json", '{"products": []}')
    for words, status, told in (
        (["empty.json", "--by", "product", "--output-dir", "out"], 1, "no products to split"),
        (["empty.json", "--by", "detector", "--output-dir", "out"], 1, "no products to split"),
        (["l2_asn.json", "--by", "product", "--output-dir="], 2, "--output-dir (no folder)"),
        (["l2_asn.json", "--by", ",", "--output-dir", "out"], 2, "--by (no key)"),
    ):
        result = here.asn("split", *words)
        assert (result.status, told in result.err) == (status, True)
    assert not (here.folder / "out").exists()


def test_merge_refuses_and_tells(here):
    """Types that differ are refused or forced; keys that differ are told; an input is not overwritten."""
    refused = here.asn("merge", "l2_asn.json", "l3_asn.json", "-o", "n.json")
    assert (refused.status, "'image2' and 'image3'" in refused.err) == (1, True)
    forced = here.asn("merge", "l2_asn.json", "l3_asn.json", "-o", "n.json", "--force")
    assert (forced.status, "key 'asn_type'" in forced.err, len(products(here, "n.json"))) == (0, True, 3)
    assert "also an input" in here.asn("merge", "l2_asn.json", "-o", "l2_asn.json").err


def test_merge_knows_a_file_again(linked):
    """One file that is named in different ways, in files of different folders, is one member under its first name."""
    names = ["a_cal.fits", "./a_cal.fits", "raw/../a_cal.fits", str(linked.folder / "a_cal.fits")]
    for at, name in enumerate(names):
        linked.write(f"l{at}_asn.json", association(name))
    linked.write("cur/l4_asn.json", association("../../a_cal.fits"))
    assert linked.asn("merge", "l*_asn.json", "cur/l4_asn.json", "-o", "n.json") == (0, "n.json: 1 product: 1 science\n", "")
    assert products(linked, "n.json") == [("p", [("a_cal.fits", "science")])]
    linked.asn("merge", "l*_asn.json", "-o", "out/n.json")
    assert products(linked, "out/n.json") == [("p", [("../a_cal.fits", "science")])]


def test_diff_as_json(here):
    """What differs is printed as lines or as JSON; broken files are told together."""
    here.asn("edit", "l2_asn.json", "-o", "n.json", "--add", "sky_rate.fits:background", "--product", "*nrca1")
    result = here.asn("diff", "l2_asn.json", "n.json")
    assert (result.status, result.out) == (1, "+ jw02731001001_02101_00001_nrca1: background sky_rate.fits\n")
    plain = json.loads(here.asn("diff", "l2_asn.json", "n.json", "--json").out)
    assert (plain["equal"], plain["members"][0]["second"]) == (False, ["background"])
    here.write("bad.json", "{")
    broken = here.asn("diff", "bad.json", "nowhere.json")
    assert (broken.status, broken.out) == (2, "")
    assert [line[:7] for line in broken.err.splitlines()] == ["error: "] * 2


def test_diff_compares_files(linked):
    """Members are the same if they have one name, or are one file, seen from the folder of each association."""
    linked.write("l_asn.json", association("raw/a_cal.fits", "lk/../../b_cal.fits", "s3://x/c.fits"))
    linked.asn("edit", "l_asn.json", "-o", "out/l_asn.json")
    linked.asn("edit", "l_asn.json", "-o", "out/abs_asn.json", "--paths", "absolute")
    linked.write("copy/l_asn.json", association("raw/a_cal.fits", "./b_cal.fits", "s3://x/c.fits"))
    assert products(linked, "out/l_asn.json") != products(linked, "l_asn.json")
    for other in ("out/l_asn.json", "out/abs_asn.json"):
        assert linked.asn("diff", "l_asn.json", other) == linked.asn("diff", other, "l_asn.json") == (0, "", "")
    assert linked.asn("diff", "l_asn.json", "copy/l_asn.json").out == (
        "+ p: science ./b_cal.fits\n- p: science lk/../../b_cal.fits\n"
    )


# --------------------------------------------------------------------------------------------------------------- gather


def test_gather(here):
    """Members are copied once, and what is missing is told together."""
    missing = here.asn("gather", "l3_asn.json", "all")
    assert (missing.status, len(missing.err.splitlines()), (here.folder / "all").exists()) == (1, 4, False)
    for each in MEMBERS:
        here.write(f"data/{each['expname']}", "x" * 10)
    first = here.asn("gather", "l3_asn.json", "all", "--source", "data")
    assert (first.status, first.out) == (0, "all/l3_asn.json: 1 product: 4 science; copied 4, there already 0\n")
    assert here.asn("gather", "l3_asn.json", "all", "--source", "data").out.endswith("copied 0, there already 4\n")
    linked = here.asn("gather", "l3_asn.json", "some", "--source", "data", "--link", "hard", "--exclude", "*nrca2*")
    assert linked.out == "some/l3_asn.json: 1 product: 2 science; linked 2, there already 0\n"
    assert (here.folder / "all" / "l3_asn.json").read_bytes() == (here.folder / "l3_asn.json").read_bytes()


def test_a_bar_on_a_terminal(monkeypatch):
    """There is a bar on a terminal, which counts the bytes, and nothing elsewhere."""
    import sys

    import tqdm

    made = []

    class Bar:
        def __init__(self, **settings):
            made.append(settings)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            made.append("closed")

        def update(self, count):
            made.append(count)

    monkeypatch.setattr(tqdm, "tqdm", Bar)
    for terminal in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal, raising=False)
        with progress.bar(7) as advance:
            advance(7)
    assert (made[0]["total"], made[0]["delay"], made[1:]) == (7, 1, [7, "closed"])


# ------------------------------------------------------------------------------------------------------ malformed input

GOOD = json.dumps(LEVEL2)
ODD = st.sampled_from(
    [None, True, 10**400, -1e308, "\ud800", "../../x", "/etc/passwd", "a\0b", "", [], {}, [[]], {"members": 3}, "x" * 300]
)
JSON = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["products", "members", "name", "expname", "exptype", "asn_type", "asn_id", "../x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
MEMBER = st.fixed_dictionaries({"expname": ODD | st.just("a_rate.fits"), "exptype": ODD | st.just("science")})
NEARLY = st.fixed_dictionaries(
    {
        "products": st.lists(
            st.fixed_dictionaries({"members": st.lists(MEMBER, max_size=3)}, optional={"name": ODD}), max_size=3
        )
    },
    optional=dict.fromkeys(("asn_type", "asn_id", "program", "version_id", "mine"), ODD),
)
BYTES = st.one_of(
    st.binary(max_size=200),
    (JSON | NEARLY).map(lambda value: json.dumps(value).encode()),
    st.integers(0, len(GOOD)).map(lambda at: GOOD[:at].encode()),
    st.sampled_from(
        [
            b"[" * 100000,
            b'{"products":' * 5000,
            b'{"products": [], "a": 1e999}',
            b'{"products": [], "a": ' + b"9" * 9000 + b"}",
            b'{"products": [], "products": []}',
            b'{"products": [{"name": "\xff"}]}',
            b"\xef\xbb\xbf" + GOOD.encode(),
            b"NaN",
        ]
    ),
)
COMMANDS = [
    ("edit", "x.json", "-o", "out/y.json", "--remove", "*b*", "--add", "c_rate.fits:background", "--swap-suffix", "rate=cal"),
    ("edit", "x.json", "-o", "out/y.json", "--keep", "detector=nrca1", "--rename-product", "{stem}", "--set", "a=b"),
    ("merge", "x.json", "good.json", "-o", "out/y.json"),
    ("merge", "good.json", "x.json", "-o", "out/y.json", "--force", "--paths", "absolute"),
    ("split", "x.json", "--by", "product", "--output-dir", "out"),
    ("split", "x.json", "--by", "detector", "--output-dir", "out"),
    ("diff", "x.json", "good.json", "--keys"),
    ("diff", "good.json", "x.json", "--json"),
    ("gather", "x.json", "out"),
    ("gather", "x.json", "out", "--allow-missing", "--link", "symbolic"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=BYTES)
@example(data=b'{"products": [{"name": "../x", "members": [{"expname": "../../up", "exptype": "science"}]}]}')
def test_malformed_input(tmp_path_factory, capsys, words, data):
    """Whatever a file holds, a command works or tells a clear error, and nothing outside its target is touched."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "here" / "out").mkdir(parents=True)
    (folder / "up").write_text("up")
    (folder / "here" / "x.json").write_bytes(data)
    (folder / "here" / "good.json").write_text(GOOD)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder / "here")
        status = run("asn", words)
    told = capsys.readouterr()
    after = {
        path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and folder / "here" / "out" not in path.parents
    }
    assert after == before
    assert "Traceback" not in told.err
    assert "ASN_TRACEBACK" not in told.err
    if words[0] == "diff":
        assert status in ((2,) if told.err else (0, 1))
    else:
        assert status in ((0, 1) if told.err else (0,))
    if status == 1 and words[0] != "diff":
        assert all(line.startswith("error: ") for line in told.err.splitlines())
        assert list(Path(folder / "here" / "out").iterdir()) == []
