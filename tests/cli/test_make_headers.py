"""``asn make`` and ``asn_from_list`` with rules that look into the headers of plain files."""

from __future__ import annotations

import json

import pytest

from asn_fp import asn_from_list, make
from asn_fp.sources.samples import fits_bytes, nirspec_ifu

IMAGE = {
    "PROGRAM": "01234", "VISIT": "001", "VISITGRP": "02", "SEQ_ID": "1", "ACT_ID": "01", "DETECTOR": "NRCA1",
    "INSTRUME": "NIRCAM", "EXP_TYPE": "NRC_IMAGE", "FILTER": "F200W", "PUPIL": "CLEAR", "SUBARRAY": "FULL", "TARGNAME": "M 31",
    "BKGDTARG": False,
}  # fmt: skip
NODS = [name for name, header in nirspec_ifu() if not header["IS_IMPRT"] and not header["BKGDTARG"]]


def image(observation: str, number: int, suffix: str) -> str:
    return f"jw01234{observation}001_02101_{number:05d}_nrca1_{suffix}.fits"


@pytest.fixture
def images(cli):
    """Give the command line in a folder with images of two observations, and a function that writes more."""

    def write(observation, number=1, suffix="rate", folder="", **header):
        name = image(observation, number, suffix)
        words = {"OBSERVTN": observation, "EXPOSURE": f"{number:05d}"}
        cli.write(f"{folder}{name}", fits_bytes((name, {**IMAGE, **words, **header})))
        return f"{folder}{name}"

    return cli, write


@pytest.fixture
def ifu(cli):
    """Give the command line in a folder with the files of an IFU observation and of its dedicated background."""
    for sample in nirspec_ifu():
        cli.write(f"raw/{sample[0]}", fits_bytes(sample))
    return cli


def printed(result):
    """Return the association that a command printed."""
    assert (result.status, result.err) == (0, "")
    return json.loads(result.out)


def members(association, role=None):
    """Return the members of each product by its name, of one role or with their roles."""
    return {
        product["name"]: [
            each["expname"] if role else (each["expname"], each["exptype"])
            for each in product["members"]
            if role in (None, each["exptype"])
        ]
        for product in association["products"]
    }


def test_one_association_with_many_products(ifu, monkeypatch):
    """Both commands and the functions make the same: one association, a product for each nod, the rule's name as it is."""
    one = printed(ifu.asn("make", "Asn_Lv2NRSIFUNod", "raw/*.fits", "-o", "-"))
    other = printed(ifu.from_list("-r", "Asn_Lv2NRSIFUNod", "-o", "-", "raw/*.fits"))
    files = sorted(f"raw/{name}" for name, _ in nirspec_ifu())
    assert (
        one == other == asn_from_list(files, rule="Asn_Lv2NRSIFUNod").to_dict() == make("Asn_Lv2NRSIFUNod", files)[0].to_dict()
    )
    assert (one["asn_rule"], one["asn_id"], one["asn_pool"]) == ("Asn_Lv2NRSIFUNod", "a3001", "none")
    assert set(members(one)) == {name.removesuffix("_rate.fits") for name in NODS}
    science = members(one, "science")
    assert all(files == [f"raw/{product}_rate.fits"] for product, files in science.items())


@pytest.mark.parametrize(
    ("words", "asn_id"),
    [(["-i", "c1003"], "c1003"), ([], "o001"), (["--candidate", "c1000:observation"], "c1000")],
    ids=["given", "shared", "candidate"],
)
def test_the_candidate_id(ifu, words, asn_id):
    """The id is the user's, or that of the observation that all files share."""
    pattern = "raw/jw01234001*_nrs1_rate.fits"
    assert printed(ifu.asn("make", "Asn_Lv2NRSIFUNod", pattern, "-o", "-", *words))["asn_id"] == asn_id


def test_a_rule_for_candidates_of_a_type_asks_for_it(images):
    """A mosaic rule makes nothing of plain files and says what to give; with it, all targets are together."""
    cli, write = images
    write("001", suffix="cal")
    write("002", suffix="cal", TARGNAME="M 33")
    result = cli.asn("make", "Asn_Lv3ImageMosaic", "*.fits", "-o", "l3.json")
    assert (result.status, cli.names()) == (1, [image("001", 1, "cal"), image("002", 1, "cal")])
    assert "candidate_type('mosaic'): give --candidate ID:TYPE (candidate=), such as c1000:mosaic" in result.err
    made = printed(cli.asn("make", "Asn_Lv3ImageMosaic", "*.fits", "-o", "-", "--candidate", "c1000:mosaic"))
    assert [len(files) for files in members(made).values()] == [2]


def test_nods_stay_within_an_observation(ifu):
    """The nods of another observation are no background, though all plain files are one candidate."""
    for name, header in nirspec_ifu():
        if name in NODS:
            other = name.replace("jw01234001", "jw01234009")
            ifu.write(f"raw/{other}", fits_bytes((other, dict(header, OBSERVTN="009"))))
    made = members(printed(ifu.asn("make", "Asn_Lv2NRSIFUNod", "raw/*.fits", "-o", "-")), "background")
    assert len(made) == 16
    assert all(name[4:14] == product[:10] for product, names in made.items() for name in names)


def test_a_dedicated_background_may_be_of_another_observation(images):
    """What the header calls a background goes to the science of any observation, if the optical path is the same."""
    cli, write = images
    science, sky, other = write("001"), write("002", BKGDTARG=True), write("003", BKGDTARG=True, FILTER="F090W")
    result = cli.asn("make", "Asn_Lv2Image", science, sky, other, "-o", "-")
    assert members(printed(result._replace(err=""))) == {
        science.removesuffix("_rate.fits"): [(science, "science"), (sky, "background")]
    }
    assert result.err.startswith(f"warning: background (attached to no product): {other!r}; as background it agrees with no")


@pytest.mark.parametrize(
    ("given", "taken"),
    [(["rate"], "rate"), (["uncal"], "rate"), (["uncal", "rate"], "rate"), (["rate", "cal", "x1d", "rateints"], "rate")],
    ids=" ".join,
)
def test_the_level_of_a_file(images, given, taken):
    """A rate file keeps its name, an uncal name is transformed, and one product never appears twice."""
    cli, write = images
    for suffix in given:
        write("001", suffix=suffix)
    made = members(printed(cli.asn("make", "Asn_Lv2Image", "*.fits", "-o", "-")))
    assert made == {image("001", 1, "x")[:-7]: [(image("001", 1, taken), "science")]}


def test_a_wrong_level_alone_is_an_error(images):
    """Exposures of which only another level is there are told together, and nothing is written."""
    cli, write = images
    wrong = [write("001", number, "cal") for number in (1, 2)]
    write("001", 3)
    result = cli.asn("make", "Asn_Lv2Image", "*.fits", "-o", "l2.json")
    told = "error: level (cal, and rate is wanted): {!r}; give the _rate file, or leave this one out"
    assert (result.status, result.err.splitlines()) == (1, [told.format(name) for name in wrong])
    assert "l2.json" not in cli.names()


def test_the_option_wins_over_the_header(images):
    """A file that the user calls a background is one, whatever its header says and in whatever folder it is."""
    cli, write = images
    science, sky = write("001", folder="sci/"), write("002", folder="sky/", TARGNAME="SKY")
    made = members(printed(cli.asn("make", "Asn_Lv2Image", science, "-o", "-", "--background", "sky/*.fits")))
    assert made == {image("001", 1, "x")[:-7]: [(science, "science"), (sky, "background")]}
    both = members(printed(cli.asn("make", "Asn_Lv2Image", science, sky, "-o", "-")))
    assert len(both) == 2


def test_set_wins_over_the_header(images):
    """A value that the user sets for a pattern beats the header, and the role follows."""
    cli, write = images
    science, sky = write("001"), write("002")
    made = members(printed(cli.asn("make", "Asn_Lv2Image", "*.fits", "-o", "-", "--set", "bkgdtarg=t:jw01234002*")))
    assert made == {science.removesuffix("_rate.fits"): [(science, "science"), (sky, "background")]}


def test_unreadable_files_are_told_together(images):
    """All files that cannot be read are told and nothing is written; with an option they are left out with a warning."""
    cli, write = images
    write("001")
    cli.write("text.fits", "no header")
    words = ("make", "Asn_Lv2Image", image("001", 1, "rate"), "text.fits", "gone.fits", "-o", "l2.json")
    lines = ["input file (not a FITS file): 'text.fits'", "input file (not found): 'gone.fits'"]
    result = cli.asn(*words)
    assert (result.status, "l2.json" in cli.names()) == (1, False)
    assert [line.partition(";")[0] for line in result.err.splitlines()] == [f"error: {line}" for line in lines]
    result = cli.asn(*words, "--leave-out-unreadable")
    assert (result.status, "l2.json" in cli.names()) == (0, True)
    assert [line.partition(";")[0] for line in result.err.splitlines()] == [f"warning: {line}" for line in lines]


def test_backgrounds_after_the_files(images):
    """What the shell makes of ``*.fits --background bkg*.fits`` means the same as with the option in front."""
    cli, write = images
    files = [write(number) for number in ("001", "002", "003")]
    sky = files[1:]
    after = printed(cli.asn("make", "Asn_Lv2Image", "-o", "-", *files, "--background", *sky))
    before = printed(cli.asn("make", "Asn_Lv2Image", "-o", "-", "--background", *sky, *files))
    assert after == before
    assert list(members(after, "background").values()) == [sky]


def test_explain(images):
    """The explanation of a rule on plain files has the roles of the headers and the reason of each file that is left out."""
    cli, write = images
    write("001")
    write("001", suffix="cal")
    write("002", BKGDTARG=True)
    write("003", EXP_TYPE="NRC_DARK")
    lines = cli.asn("explain", "Asn_Lv2Image", "*.fits").out.splitlines()
    rate, sky, cal, dark = lines[1:]
    assert rate.split() == [image("001", 1, "rate"), "science", image("001", 1, "x")[:-7]]
    assert sky.split() == [image("002", 1, "rate"), "background", image("001", 1, "x")[:-7]]
    assert f"it is cal, rate is wanted, and {image('001', 1, 'rate')!r} is taken" in cal
    assert "exp_type is 'nrc_dark'" in dark


def test_what_is_left_out_need_not_be_readable(images):
    """A file that the user leaves out is not read, so that it may be broken; the explanation says who left it out."""
    cli, write = images
    science = write("001")
    cli.write("junk_rate.fits", "no header")
    made = members(printed(cli.asn("make", "auto", "*.fits", "-o", "-", "--leave-out", "junk_*")))
    assert made == {science.removesuffix("_rate.fits"): [(science, "science")]}
    assert "you leave it out: 'junk_*'" in cli.asn("explain", "auto", "*.fits", "--leave-out", "junk_*").out


def test_unreadable_files_have_a_row(images):
    """Where unreadable files are left out the explanation has a row for each, and warns as making does."""
    cli, write = images
    write("001")
    cli.write("junk_rate.fits", "no header")
    result = cli.asn("explain", "auto", "*.fits", "--leave-out-unreadable")
    assert result.err == "warning: input file (not a FITS file): 'junk_rate.fits'; leave it out, or name a FITS file\n"
    (row,) = (line for line in result.out.splitlines() if line.startswith("junk_rate.fits "))
    assert row.endswith("drop(unreadable): unreadable is so: unreadable is 'not a FITS file'")
    assert "leave-out-unreadable" not in result.err


def test_a_list_names_files_as_a_pattern_does(images):
    """A list of roles may name files without the folder that they are given with."""
    cli, write = images
    science, sky = write("001", folder="sci/"), write("002", folder="sci/")
    cli.write("sky.txt", sky.partition("/")[2] + "\n")
    made = members(printed(cli.asn("make", "auto", "sci/*.fits", "-o", "-", "--role", "background=@sky.txt")))
    assert made[image("001", 1, "x")[:-7]] == [(science, "science"), (sky, "background")]


@pytest.mark.parametrize("words", [("--no-background-products",), ("--background-products=false",)])
def test_a_flag_that_is_on_is_switched_off(images, words):
    """What a rule does by default is switched off by --no-NAME."""
    cli, write = images
    science, sky = write("001"), write("002", BKGDTARG=True)
    assert len(members(printed(cli.asn("make", "auto", science, sky, "-o", "-")))) == 2
    assert len(members(printed(cli.asn("make", "auto", science, sky, "-o", "-", *words)))) == 1
    assert cli.asn("make", "auto", science, "-o", "-", "--no-stage").status == 2
    assert cli.asn("make", "auto", science, "-o", "-", "--no-background-products=true").status == 2


def test_a_role_may_be_written_with_hyphens(images):
    """--at-least takes a role as --role and the partner options do, and says what it takes."""
    cli, write = images
    science = write("001")
    result = cli.asn("make", "auto", science, "-o", "-", "--at-least", "target-acquisition=1")
    assert "it has no target_acquisition" in result.err
    assert "--at-least background=1" in cli.asn("make", "auto", science, "-o", "-", "--at-least", "background").err


def test_auto_takes_same_names(images):
    """At stage 3 auto can be told what to do with two products of one name, as each mode can."""
    cli, write = images
    write("001", suffix="cal")
    assert cli.asn("make", "auto", "*.fits", "-o", "-", "--same-names", "refuse").status == 0
    assert "did you mean 'refuse'" in cli.asn("make", "auto", "*.fits", "-o", "-", "--same-names", "refus").err


def test_an_association_says_what_partners_were_matched_by(images):
    """The text of constraints has the keys that the partners of each role share, also those that the user gives."""
    cli, write = images
    science, sky = write("001"), write("002", BKGDTARG=True)
    made = printed(cli.asn("make", "auto", science, sky, "-o", "-"))
    assert made["constraints"].splitlines()[-1] == "background: detector, filter, pupil, subarray"
    made = printed(cli.asn("make", "auto", science, sky, "-o", "-", "--match", "filter"))
    assert made["constraints"].splitlines()[-1] == "background: filter"


def test_show_has_every_rung_and_the_tolerance(cli):
    """The steps of a rule are printed with each rung of a ladder and the tolerance of the tilt."""
    text = " ".join(cli.asn("show", "nirspec_ifu2").out.split())
    assert "more]" not in text
    assert "unless=tilt_differs(within=1e-08)" in text
