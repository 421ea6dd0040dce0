"""The stage-3 rules on plain files: header-only FITS files with real keywords, from Python and from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from astropy.io import fits
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asn_fp import AsnWarning, asn_from_list, check, explain, make
from asn_fp.cli.main import run
from asn_fp.codec import loads
from asn_fp.errors import AsnError, ItemError, KnobError, ProductError, RuleError
from asn_fp.generate import generate, generator_rules
from asn_fp.intake import as_one_candidate, exposures_of
from asn_fp.names import parse
from asn_fp.records import Candidate, Exposure
from asn_fp.rules.coron3 import Asn_Lv3NRCCoron
from asn_fp.rules.spec3 import Asn_Lv3NRSFSS
from asn_fp.sources.samples import fits_bytes, nircam_coronagraphy
from asn_fp.transforms import distinguish

CORON = {
    "INSTRUME": "NIRCAM", "EXP_TYPE": "NRC_CORON", "FILTER": "F444W", "PUPIL": "MASKRND", "CORONMSK": "MASKA335R",
    "CHANNEL": "LONG", "SUBARRAY": "SUB320A335R", "TARGNAME": "HIP 65426", "IS_PSF": False,
}  # fmt: skip
STAR = {**CORON, "TARGNAME": "HIP 68245", "IS_PSF": True}
AMI = {
    "INSTRUME": "NIRISS", "EXP_TYPE": "NIS_AMI", "FILTER": "F480M", "PUPIL": "NRM", "SUBARRAY": "SUB80",
    "TARGNAME": "AB DOR", "IS_PSF": False,
}  # fmt: skip
CALIBRATOR = {**AMI, "TARGNAME": "HD 37093", "IS_PSF": True}
IMAGE = {
    "INSTRUME": "NIRCAM", "EXP_TYPE": "NRC_IMAGE", "FILTER": "F200W", "PUPIL": "CLEAR", "SUBARRAY": "FULL",
    "CHANNEL": "SHORT", "TARGNAME": "M 31", "VISITYPE": "PRIME_TARGETED_FIXED",
}  # fmt: skip
MRS = {
    "INSTRUME": "MIRI", "EXP_TYPE": "MIR_MRS", "CHANNEL": "12", "BAND": "SHORT", "SUBARRAY": "FULL", "TARGNAME": "SN 1987A",
    "BKGDTARG": False,
}  # fmt: skip
SKY = {**MRS, "TARGNAME": "SN 1987A SKY", "BKGDTARG": True}
SOSS = {
    "INSTRUME": "NIRISS", "EXP_TYPE": "NIS_SOSS", "FILTER": "CLEAR", "PUPIL": "GR700XD", "SUBARRAY": "SUBSTRIP256",
    "TARGNAME": "WASP-39", "TSOVISIT": True, "NINTS": 300,
}  # fmt: skip
WAVE = {
    "INSTRUME": "NIRCAM", "EXP_TYPE": "NRC_IMAGE", "FILTER": "F212N", "PUPIL": "WLP8", "SUBARRAY": "FULL", "CHANNEL": "SHORT",
    "TARGNAME": "HD 84406", "VISITYPE": "PRIME_WFSC_ROUTINE", "PATTTYPE": "WFSC",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Make an empty folder the current one."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def exposure(root, suffix, words, into="."):
    """Write a header-only file and return its path; observation, activity and exposure are those of its name."""
    name = f"jw01234{root}_{suffix}.fits"
    observation, visit, activity, number = root[:3], root[3:6], root[7:12], root[13:18]
    keywords = {
        "TELESCOP": "JWST", "FILENAME": name, "PROGRAM": "01234", "OBSERVTN": observation, "VISIT": visit,
        "VISITGRP": activity[:2], "SEQ_ID": activity[2], "ACT_ID": activity[3:], "EXPOSURE": number,
        "DETECTOR": root.rpartition("_")[2].upper(), "TSOVISIT": False, **words,
    }  # fmt: skip
    path = Path(into) / name
    path.parent.mkdir(exist_ok=True)
    fits.PrimaryHDU(header=fits.Header(list(keywords.items()))).writeto(path)
    return path.as_posix()


def exposures(roots, suffix, words, into="."):
    """Write a file for each root and return their paths."""
    return [exposure(root, suffix, words, into) for root in roots]


def numbered(observation, count, detector="nrcalong", activity="03106"):
    """Return the roots of the first few exposures of an observation."""
    return [f"{observation}001_{activity}_{number:05d}_{detector}" for number in range(1, count + 1)]


def members(association, role="science"):
    """Return the names of the members of a role."""
    (product,) = association["products"]
    return [each["expname"] for each in product["members"] if each["exptype"] == role]


def products(associations):
    """Return the product names."""
    return [each.products[0].name for each in associations]


def left_out(rule, files, name, **knobs):
    """Return what an explanation says about a file that is in no product."""
    return explain(rule, files, name, **knobs).left_out.text


# ------------------------------------------------------------------------------------------ levels


def test_coronagraphy_from_the_command_line(folder, capsys):
    """The sample sequence gives one file with two science members and nine PSF references, and check has no errors (N8)."""
    for sample in nircam_coronagraphy():
        Path(sample[0]).write_bytes(fits_bytes(sample))
    names = sorted(path.name for path in folder.glob("*.fits"))
    assert run("asn", ["make", "Asn_Lv3NRCCoron", *names, "-o", "coron3.json"]) == 0
    assert capsys.readouterr().err == ""
    made = loads(Path("coron3.json").read_text())
    assert (len(members(made)), len(members(made, "psf"))) == (2, 9)
    told = (made.asn_type, made.asn_rule, made.asn_id, made.program, made.target)
    assert told == ("coron3", "Asn_Lv3NRCCoron", "a3001", "01234", "t001")
    assert made.products[0].name == "jw01234-a3001_t001_nircam_f444w-maskrnd-sub320a335r"
    assert check(made) == ()


def test_of_each_exposure_the_level_that_the_rule_asks_for(folder):
    """From a folder that holds every level coronagraphy takes calints and an explanation says why not the others."""
    levels = ("uncal", "rate", "rateints", "cal", "calints")
    files = [exposure(numbered("003", 1)[0], level, CORON) for level in levels]
    files += [exposure(numbered("005", 1)[0], level, STAR) for level in levels]
    made = asn_from_list(files, "Asn_Lv3NRCCoron")
    assert members(made) == ["jw01234003001_03106_00001_nrcalong_calints.fits"]
    assert members(made, "psf") == ["jw01234005001_03106_00001_nrcalong_calints.fits"]
    text = left_out("Asn_Lv3NRCCoron", files, "jw01234003001_03106_00001_nrcalong_cal.fits")
    assert text == "it is cal, calints is wanted, and 'jw01234003001_03106_00001_nrcalong_calints.fits' is taken"


def test_all_wrong_levels_in_one_error(folder):
    """Where only a 2-D cal file or an uncal file is there, one error names all of them, the level and the remedy."""
    science = exposures(numbered("003", 2), "cal", CORON)
    star = exposures(numbered("005", 1), "uncal", STAR)
    good = exposures(numbered("006", 1), "calints", STAR)
    with pytest.raises(ItemError) as caught:
        make("Asn_Lv3NRCCoron", [*science, *star, *good])
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[2].partition(";")[0] for line in lines] == [repr(name) for name in [*science, *star]]
    remedy = "level (cal, and calints is wanted): 'jw01234003001_03106_00001_nrcalong_cal.fits'; give the _calints file"
    assert lines[0].startswith(remedy)


@pytest.mark.parametrize("knobs", [{}, {"candidate": "c1000:coronographic"}])
def test_an_uncal_file_is_no_cal_file(folder, knobs):
    """An uncal file alone is an error for image3, also when the files are said to be a candidate of a type."""
    files = exposures(numbered("001", 2, "nrca1"), "uncal", IMAGE)
    with pytest.raises(ItemError, match=r"(?s)level \(uncal, and cal is wanted\).*00002_nrca1_uncal.fits'; give the _cal file"):
        make("Asn_Lv3Image", files, **knobs)


def test_a_wrong_level_fails_on_the_command_line(folder, capsys):
    """The command exits with 1, writes nothing, and says what to give instead."""
    files = exposures(numbered("001", 1, "nrca1"), "rate", IMAGE)
    assert run("asn", ["make", "Asn_Lv3Image", "-o", "a.json", *files]) == 1
    assert "(rate, and cal is wanted)" in capsys.readouterr().err
    assert not Path("a.json").exists()


def test_an_acquisition_of_another_level_does_no_harm(folder):
    """No pipeline of stage 3 reads acquisitions: one whose cal file is missing is left out with its reason."""
    files = exposures(numbered("003", 1), "calints", CORON) + exposures(numbered("005", 1), "calints", STAR)
    acquisition = exposure(
        "003001_02101_00001_nrcalong", "rate", {**CORON, "EXP_TYPE": "NRC_TACQ", "SUBARRAY": "SUBFSA335R", "PUPIL": "CLEAR"}
    )
    assert members(asn_from_list([acquisition, *files], "Asn_Lv3NRCCoron")) == files[:1]
    assert left_out("Asn_Lv3NRCCoron", [acquisition, *files], acquisition).startswith("it is rate, cal is wanted")


def test_the_acquisition_of_the_observation_is_a_member(folder):
    """An acquisition of the right level is a member where it is of the same observation."""
    files = exposures(numbered("003", 1), "calints", CORON) + exposures(numbered("005", 1), "calints", STAR)
    words = {**CORON, "EXP_TYPE": "NRC_TACQ"}
    taken, other = exposure("003001_02101_00001_nrcalong", "cal", words), exposure("009001_02101_00001_nrcalong", "cal", words)
    assert members(asn_from_list([other, taken, *files], "Asn_Lv3NRCCoron"), "target_acquisition") == [taken]


def test_what_stage_3_made_before_is_left_out(folder):
    """Mosaics, segmentation maps and crf files of an earlier run in the same folder are no members and no error."""
    files = exposures(numbered("001", 2, "nrca1"), "cal", IMAGE)
    header = fits.getheader(files[0])
    later = [
        "jw01234-o001_t001_nircam_clear-f200w_i2d.fits",
        "jw01234-o001_t001_nircam_clear-f200w_segm.fits",
        "jw01234001001_03106_00001_nrca1_o001_crf.fits",
    ]
    for name in later:
        fits.PrimaryHDU(header=header).writeto(name)
    assert members(asn_from_list([*later, *files], "Asn_Lv3Image")) == files
    assert left_out("Asn_Lv3Image", [*later, *files], later[1]) == "it is a product of stage 3, not an exposure"
    assert left_out("Asn_Lv3Image", [*later, *files], later[2]).endswith(f"{files[0]!r} is taken")


# ------------------------------------------------------------------------------------------ spectra of MIRI


def mrs_folder(sky):
    """Write cal and x1d files of two science and two sky exposures, and return the names of all."""
    science, away = numbered("001", 2, "mirifulong"), numbered("002", 2, "mirifulong")
    return [*(exposure(root, level, MRS) for root in science for level in ("cal", "x1d")),
            *(exposure(root, level, sky) for root in away for level in ("cal", "x1d"))]  # fmt: skip


def test_mrs_takes_science_cal_and_background_x1d(folder):
    """Of a folder with both levels of both, MRS takes the cal of science and the x1d of the sky (N3)."""
    made = asn_from_list(mrs_folder(SKY), "Asn_Lv3MIRMRS")
    assert members(made) == [f"jw01234001001_03106_0000{n}_mirifulong_cal.fits" for n in (1, 2)]
    assert members(made, "background") == [f"jw01234002001_03106_0000{n}_mirifulong_x1d.fits" for n in (1, 2)]
    assert (made.asn_type, made.products[0].name) == ("spec3", "jw01234-a3001_t001_miri")
    assert check(made) == ()


@pytest.mark.parametrize("level", ["cal", "x1d"])
def test_a_sky_that_the_header_does_not_know(folder, level):
    """The user's word for one file of a sky exposure is for all its files, whichever level is named (N3, N11)."""
    files = mrs_folder({**SKY, "BKGDTARG": False})
    sky = [name for name in files if name.startswith("jw01234002") and level in name]
    made = asn_from_list(files, "Asn_Lv3MIRMRS", background=sky)
    assert members(made) == [f"jw01234001001_03106_0000{n}_mirifulong_cal.fits" for n in (1, 2)]
    assert members(made, "background") == [f"jw01234002001_03106_0000{n}_mirifulong_x1d.fits" for n in (1, 2)]


def test_a_sky_without_spectrum_is_refused(folder):
    """Where the spectrum of a background is missing the error names the file and what to give."""
    files = exposures(numbered("001", 1, "mirifulong"), "cal", MRS) + exposures(numbered("002", 1, "mirifulong"), "cal", SKY)
    with pytest.raises(ItemError, match=r"\(cal, and x1d is wanted\): 'jw01234002001.*give the _x1d file"):
        make("Asn_Lv3MIRMRS", files)


# ------------------------------------------------------------------------------------------ PSF references


def test_a_reference_from_another_folder_that_the_header_denies(folder):
    """Files given with --psf are references wherever they are and whatever IS_PSF says."""
    science = exposures(numbered("003", 2), "calints", CORON)
    star = exposures(numbered("005", 2), "calints", {**STAR, "IS_PSF": False}, into="refs")
    made = asn_from_list(science, "Asn_Lv3NRCCoron", psf=star)
    assert (members(made), members(made, "psf")) == (science, star)


def test_a_reference_that_the_header_denies_on_the_command_line(folder):
    """--psf takes a pattern of another folder, and the forced list wins over the header (N8)."""
    science = exposures(numbered("003", 2), "calints", CORON)
    star = exposures(numbered("005", 2), "calints", {**STAR, "IS_PSF": False}, into="refs")
    assert run("asn", ["make", "Asn_Lv3NRCCoron", "--psf", "refs/*.fits", "-o", "out.json", *science]) == 0
    assert members(loads(Path("out.json").read_text()), "psf") == star


def test_a_forced_science_file_beats_its_flag(folder):
    """An exposure with IS_PSF that the user calls science is a science member of its own target."""
    science = exposures(numbered("003", 1), "calints", {**CORON, "IS_PSF": True})
    star = exposures(numbered("005", 1), "calints", STAR)
    made = asn_from_list([(science[0], "science"), *star], "Asn_Lv3NRCCoron")
    assert (members(made), members(made, "psf")) == (science, star)


def test_references_from_a_candidate(folder):
    """The exposures of a candidate on the command of the generator give coron3, and the observations alone do not."""
    exposures(numbered("003", 1), "uncal", CORON)
    exposures(numbered("005", 1), "uncal", STAR)
    read = exposures_of(sorted(map(str, Path().glob("*.fits"))), candidates=["c1000:coronographic"])
    made = generate(read, rules={"Asn_Lv3NRCCoron": Asn_Lv3NRCCoron()}, mode="all-candidates").associations
    assert [(each.asn_id, each.asn_rule) for each in made] == [("c1000", "candidate_Asn_Lv3NRCCoron")]
    assert members(made[0], "psf") == ["jw01234005001_03106_00001_nrcalong_calints.fits"]


def test_no_reference_is_an_error_that_lists_what_was_looked_at(folder):
    """The error names the science, and of each other exposure why it is no reference: its role or its setup."""
    science = exposures(numbered("003", 1), "calints", CORON)
    unflagged = exposures(numbered("005", 1), "calints", {**STAR, "IS_PSF": False})
    other = exposures(numbered("006", 1), "calints", {**STAR, "FILTER": "F300M"})
    with pytest.raises(ProductError) as caught:
        make("Asn_Lv3NRCCoron", [*science, *unflagged, *other])
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"product of {science[0]!r} (needs a psf member, and has none): 'psf'; name one with --psf")
    assert lines[1].startswith(f"product of {unflagged[0]!r} (needs a psf member")
    assert lines[2:] == [
        f"looked at {science[0]!r}: science, is_psf is not set",
        f"looked at {unflagged[0]!r}: science, is_psf is not set",
        f"looked at {other[0]!r}: psf; filter 'f300m', not 'f444w'",
    ]


def test_no_reference_of_the_same_mask_is_an_error(folder):
    """Three masks share PUPIL maskrnd: in full frame a reference behind another mask does not serve."""
    full = {"SUBARRAY": "FULL"}
    science = exposures(numbered("003", 1), "calints", {**CORON, **full})
    star = exposures(numbered("005", 1), "calints", {**STAR, **full, "CORONMSK": "MASKA430R"})
    with pytest.raises(ProductError, match="psf; coronmsk 'maska430r', not 'maska335r'"):
        make("Asn_Lv3NRCCoron", [*science, *star])
    same = exposures(numbered("006", 1), "calints", {**STAR, **full})
    with pytest.warns(AsnWarning, match=r"psf \(attached to no product\).*coronmsk 'maska430r', not 'maska335r'"):
        assert members(asn_from_list([*science, *star, *same], "Asn_Lv3NRCCoron"), "psf") == same


def test_no_reference_fails_on_the_command_line(folder, capsys):
    """The command exits with 1 and its message names the option that gives a reference."""
    science = exposures(numbered("003", 1), "calints", CORON)
    assert run("asn", ["make", "Asn_Lv3NRCCoron", "-o", "out.json", *science]) == 1
    error = capsys.readouterr().err
    assert "--psf" in error
    assert "looked at" in error
    assert not Path("out.json").exists()


# ------------------------------------------------------------------------------------------ interferometry


def test_interferometry_without_reference_is_made_with_a_warning(folder, capsys):
    """From Python there is an AsnWarning, on the command line a line on standard error, and the file is made."""
    science = exposures(numbered("001", 2, "nis"), "calints", AMI)
    with pytest.warns(AsnWarning, match="no-psf.*calwebb_ami3 does not normalise"):
        made = asn_from_list(science, "Asn_Lv3AMI")
    assert members(made) == science
    assert run("asn", ["make", "Asn_Lv3AMI", "-o", "out.json", *science]) == 0
    assert "warning: no-psf" in capsys.readouterr().err
    assert loads(Path("out.json").read_text()).products == made.products


def test_the_generator_still_requires_a_reference(folder):
    """For a candidate without reference the generator makes no ami3 association, with one it does."""
    exposures(numbered("001", 1, "nis"), "uncal", AMI)
    rules = generator_rules(3)
    assert generate(exposures_of(sorted(map(str, Path().glob("*.fits")))), rules=rules).associations == ()
    exposures(["001001_05101_00001_nis"], "uncal", CALIBRATOR)
    (made,) = generate(exposures_of(sorted(map(str, Path().glob("*.fits")))), rules=rules).associations
    assert (made.asn_type, len(members(made, "psf"))) == ("ami3", 1)


def ami_folder():
    """Write two dithers of a target and of two calibrators, in no good order, and return the names."""
    dithers = [{"PATT_NUM": number} for number in (1, 2)]
    return [
        exposure(root, "calints", {**words, **dither})
        for observation, words in (("002", CALIBRATOR), ("003", CALIBRATOR), ("001", AMI))
        for root, dither in reversed(list(zip(numbered(observation, 2, "nis"), dithers, strict=True)))
    ]


def test_interferometry_all_together(folder):
    """All science and all references are in one product, in order, as the pipeline pairs the first with the first."""
    made = asn_from_list(ami_folder(), "Asn_Lv3AMI")
    assert made.products[0].name == "jw01234-a3001_t001_niriss_f480m-nrm-sub80"
    assert members(made) == [f"jw01234001001_03106_0000{n}_nis_calints.fits" for n in (1, 2)]
    assert members(made, "psf") == [f"jw0123400{o}001_03106_0000{n}_nis_calints.fits" for o in (2, 3) for n in (1, 2)]


def test_interferometry_pairwise(folder, capsys):
    """Each product has one science exposure and one reference at its dither position, under a name of its own."""
    files = ami_folder()
    made = make("Asn_Lv3AMI", files, pairwise=True)
    pairs = {(members(each)[0][10:26], members(each, "psf")[0][10:26]) for each in made}
    assert len(made) == 4
    assert pairs == {(f"001_03106_0000{n}_", f"001_03106_0000{n}_") for n in (1, 2)}
    assert products(made)[0] == "jw01234-a3001_t001_niriss_f480m-nrm-sub80-001001-03106-00001-002001-03106-00001"
    assert len(set(products(made))) == 4
    assert run("asn", ["make", "Asn_Lv3AMI", "--pairwise", "--output-dir", "out", *files]) == 0
    assert {path.name for path in Path("out").iterdir()} == {f"{product}_ami3_asn.json" for product in products(made)}


def test_interferometry_pairwise_where_no_dither_is_shared(folder):
    """A science exposure at a position without reference is paired with every reference."""
    science = exposure("001001_03106_00001_nis", "calints", {**AMI, "PATT_NUM": 4})
    stars = [exposure(root, "calints", {**CALIBRATOR, "PATT_NUM": n}) for n, root in enumerate(numbered("002", 2, "nis"), 1)]
    made = make("Asn_Lv3AMI", [science, *stars], pairwise=True)
    assert [members(each, "psf") for each in made] == [[stars[0]], [stars[1]]]


# ------------------------------------------------------------------------------------------ several products


def test_several_products_need_a_folder(folder, capsys):
    """-o with two products says so and lists them; --output-dir writes both, each under its product's name."""
    wide = exposures(numbered("001", 2, "nrca1"), "cal", IMAGE)
    narrow = exposures(["001001_05101_00001_nrca1"], "cal", {**IMAGE, "FILTER": "F150W2", "PUPIL": "F162M"})
    assert run("asn", ["make", "Asn_Lv3Image", "-o", "out.json", *wide, *narrow]) == 1
    error = capsys.readouterr().err
    assert "--output-dir" in error
    assert all(f"'jw01234-o001_t001_nircam_{part}'" in error for part in ("clear-f200w", "f150w2-f162m"))
    assert not Path("out.json").exists()
    with pytest.raises(RuleError, match=r"makes 2 associations.*f150w2-f162m"):
        asn_from_list([*wide, *narrow], "Asn_Lv3Image")
    assert run("asn", ["make", "Asn_Lv3Image", "--output-dir", "out", *wide, *narrow]) == 0
    assert sorted(path.name for path in Path("out").iterdir()) == [
        f"jw01234-o001_t001_nircam_{each}_image3_asn.json" for each in ("clear-f200w", "f150w2-f162m")
    ]


def two_visit_types():
    """Write two images that differ in the visit type only."""
    one = exposure("001001_02101_00001_nrca1", "cal", IMAGE)
    return [one, exposure("001002_02101_00001_nrca1", "cal", {**IMAGE, "VISITYPE": "PRIME_UNTARGETED"})]


def test_two_visit_types_get_two_names(folder):
    """Two products that differ in a key which is not in the name get its values into their names."""
    made = make("Asn_Lv3Image", two_visit_types())
    root = "jw01234-o001_t001_nircam_clear-f200w"
    assert products(made) == [f"{root}-prime-targeted-fixed", f"{root}-prime-untargeted"]
    assert [check(each) for each in made] == [(), ()]


def test_two_visit_types_refused(folder, capsys):
    """The error names both products' files, the key and its values; on the command line too."""
    files = two_visit_types()
    with pytest.raises(ProductError) as caught:
        make("Asn_Lv3Image", files, same_names="refuse")
    text = str(caught.value)
    assert "differ in visitype" in text
    assert all(word in text for word in (*files, "prime_targeted_fixed", "prime_untargeted", "jw01234-o001_t001_nircam"))
    assert run("asn", ["make", "Asn_Lv3Image", "--same-names", "refuse", "--output-dir", "out", *files]) == 1
    assert "differ in visitype" in capsys.readouterr().err
    assert not Path("out").exists()


def test_two_visit_types_kept(folder):
    """Kept as they are the two have one name, and one warning names both."""
    files = two_visit_types()
    with pytest.warns(AsnWarning, match="differ in visitype") as caught:
        made = make("Asn_Lv3Image", files, same_names="keep")
    assert len(caught) == 1
    assert all(name in str(caught[0].message) for name in files)
    assert len(set(products(made))) == 1


@pytest.mark.parametrize("way", ["keep", "distinguish", "refuse"])
def test_same_names_of_the_generator(folder, capsys, way):
    """The generator keeps one name unless told otherwise, tells it once, and can distinguish or refuse."""
    files = two_visit_types()
    words = [] if way == "keep" else ["--same-names", way]
    status = run("asn", ["generate", *files, "--stage", "3", "--output-dir", "out", *words])
    error = capsys.readouterr().err
    if way == "refuse":
        assert status == 1
        assert "differ in visitype" in error
        return
    names = {json.loads(path.read_text())["products"][0]["name"] for path in Path("out").iterdir()}
    assert (status, len(names), error.count("differ in visitype")) == (0, 1 if way == "keep" else 2, way == "keep")


def test_two_patterns_of_an_ifu_get_two_names(folder):
    """Two dither patterns of one IFU target are two products, told apart by the pattern."""
    words = {"INSTRUME": "NIRSPEC", "EXP_TYPE": "NRS_IFU", "FILTER": "F170LP", "GRATING": "G235H", "SUBARRAY": "FULL",
             "TARGNAME": "NGC 7469"}  # fmt: skip
    files = [
        exposure(f"00100{n}_02101_00001_nrs1", "cal", {**words, "PATTTYPE": kind})
        for n, kind in enumerate(("CYCLING", "4-POINT-NOD"), 1)
    ]
    root = "jw01234-o001_t001_nirspec_g235h"
    assert products(make("Asn_Lv3NRSIFU", files)) == [f"{root}-cycling", f"{root}-4-point-nod"]


def test_nothing_but_the_type_differs(folder):
    """Two associations whose keys agree are told apart by their type, and two of one type and rule are refused."""
    (made,) = make("Asn_Lv3Image", two_visit_types()[:1])
    (again,) = make("Asn_Lv3Image", [exposure("001003_02101_00001_nrca1", "cal", IMAGE)])
    name = made.products[0].name
    assert products(distinguish((made, evolve(again, asn_type="coron3")))) == [f"{name}-image3", f"{name}-coron3"]
    with pytest.raises(ProductError, match="nothing tells them apart"):
        distinguish((made, again))


def test_a_word_that_is_no_way(folder):
    """Another word for same_names gets the known ones; a rule of stage 2 does not take the knob."""
    files = exposures(numbered("001", 1, "nrca1"), "cal", IMAGE)
    with pytest.raises(KnobError, match="did you mean 'refuse'"):
        make("Asn_Lv3Image", files, same_names="refus")
    with pytest.raises(KnobError, match="names no products of stage 3"):
        make("Asn_Lv2Image", files, same_names="keep")


# ------------------------------------------------------------------------------------------ order, wavefronts, names


@pytest.mark.parametrize("backwards", [False, True])
def test_segments_in_order(folder, backwards):
    """Whatever the order of the input, the members of a time series stand in the order of their segments (N10)."""
    roots = [f"001001_04101_{number:05d}-seg{part:03d}_nis" for number in (1, 2) for part in (1, 2, 10)]
    files = [exposure(root, "calints", {**SOSS, "EXSEGNUM": int(root[22:25])}) for root in roots]
    f277w = exposure("001001_04102_00001-seg001_nis", "calints", {**SOSS, "FILTER": "F277W"})
    given = [f277w, *(reversed(files) if backwards else files)]
    made = asn_from_list(given, "Asn_Lv3TSO")
    assert members(made) == files
    assert (made.asn_type, made.products[0].name) == ("tso3", "jw01234-o001_t001_niriss_clear-gr700xd-substrip256")
    assert "f277w" in left_out("Asn_Lv3TSO", given, f277w)
    assert check(made) == ()


def wavefronts(visits, count=2):
    """Write wavefront-sensing images of some visits and return their names."""
    return [
        exposure(f"001{visit:03d}_02101_{number:05d}_nrca3", "cal", {**WAVE, "OBS_ID": f"V01234001{visit:03d}P0000000002101"})
        for visit in visits
        for number in range(1, count + 1)
    ]


def test_wavefront_sensing_needs_two(folder):
    """One science member is not enough, and the message says how many there are; the acquisition is none."""
    files = wavefronts([1], 1)
    acquisition = exposure("001001_01101_00001_nrca3", "cal", {**WAVE, "EXP_TYPE": "NRC_TACQ"})
    with pytest.raises(ProductError, match="1 science, and needs at least 2"):
        make("Asn_Lv3WFSCMB", [*files, acquisition])


def test_wavefront_sensing_of_two_visits(folder):
    """Two visits give two associations, told apart by OBS_ID, with the placeholder that the pipeline fills in."""
    made = make("Asn_Lv3WFSCMB", wavefronts([1, 2]))
    root = "jw01234-o001_t001_nircam_f212n-wlp8-nrca3_{suffix}-01"
    assert products(made) == [f"{root}-v0123400100{visit}p0000000002101" for visit in (1, 2)]
    assert [(each.asn_type, len(members(each)), check(each)) for each in made] == [("wfs-image3", 2, ())] * 2


def test_wavefront_sensing_of_four_is_told(folder):
    """The pipeline combines the first two members, and a warning says so where there are more."""
    with pytest.warns(AsnWarning, match="wfs-many.*first two of 4"):
        made = asn_from_list(wavefronts([1], 4), "Asn_Lv3WFSCMB")
    assert len(members(made)) == 4


def test_a_coronagraphic_image(folder):
    """Full-frame exposures of the short channel are also a plain image, of cal files, whose name ends in -image3."""
    words = {**CORON, "CHANNEL": "SHORT", "SUBARRAY": "FULL", "FILTER": "F210M"}
    files = exposures(numbered("003", 2, "nrca2"), "cal", words) + exposures(numbered("003", 2, "nrca2"), "calints", words)
    made = asn_from_list(files, "Asn_Lv3NRCCoronImage")
    assert members(made) == files[:2]
    assert made.products[0].name == "jw01234-o003_t001_nircam_f210m-maskrnd-image3"
    assert check(made) == ()


SETUPS = {
    "Asn_Lv3Image": ("nrca1", "cal", IMAGE, "image3", "jw01234-o001_t001_nircam_clear-f200w"),
    "Asn_Lv3ImageBackground": ("nrca1", "cal", {**IMAGE, "BKGDTARG": True}, "image3", "jw01234-o001_t001_nircam_clear-f200w"),
    "Asn_Lv3MIRMRS": ("mirifulong", "cal", MRS, "spec3", "jw01234-o001_t001_miri"),
    "Asn_Lv3MIRMRSBackground": ("mirifulong", "cal", SKY, "spec3", "jw01234-o001_t001_miri"),
    "Asn_Lv3NRSFSS": (
        "nrs1", "cal",
        {"INSTRUME": "NIRSPEC", "EXP_TYPE": "NRS_FIXEDSLIT", "FILTER": "F170LP", "GRATING": "G235M", "FXD_SLIT": "S200A1",
         "SUBARRAY": "SUBS200A1", "TARGNAME": "GJ 1"},
        "spec3", "jw01234-o001_t001-{source_id}_nirspec_f170lp-g235m-{slit_name}-subs200a1",
    ),
    "Asn_Lv3SpecAux": (
        "mirimage", "cal",
        {"INSTRUME": "MIRI", "EXP_TYPE": "MIR_LRS-FIXEDSLIT", "FILTER": "P750L", "SUBARRAY": "FULL", "TARGNAME": "SKY",
         "BKGDTARG": True},
        "spec3", "jw01234-o001_t001_miri_p750l",
    ),
    "Asn_Lv3SpectralSource": (
        "nrs1", "cal",
        {"INSTRUME": "NIRSPEC", "EXP_TYPE": "NRS_MSASPEC", "FILTER": "F170LP", "GRATING": "G235M", "SUBARRAY": "FULL",
         "TARGNAME": "FIELD", "MSAMETFL": "jw01234001001_01_msa.fits"},
        "spec3", "jw01234-o001_{source_id}_nirspec_f170lp-g235m",
    ),
    "Asn_Lv3SpectralTarget": (
        "mirimage", "cal",
        {"INSTRUME": "MIRI", "EXP_TYPE": "MIR_LRS-FIXEDSLIT", "FILTER": "P750L", "SUBARRAY": "FULL", "TARGNAME": "BD+60",
         "PATTTYPE": "ALONG-SLIT-NOD"},
        "spec3", "jw01234-o001_t001_miri_p750l",
    ),
    "Asn_Lv3WFSSNIS": (
        "nis", "cal",
        {"INSTRUME": "NIRISS", "EXP_TYPE": "NIS_WFSS", "FILTER": "GR150R", "PUPIL": "F200W", "SUBARRAY": "FULL",
         "TARGNAME": "FIELD"},
        "spec3", "jw01234-o001_t001_niriss_f200w-gr150r",
    ),
    "Asn_Lv3NRSIFUBackground": (
        "nrs1", "cal",
        {"INSTRUME": "NIRSPEC", "EXP_TYPE": "NRS_IFU", "FILTER": "F170LP", "GRATING": "G235H", "SUBARRAY": "FULL",
         "TARGNAME": "SKY", "BKGDTARG": True},
        "spec3", "jw01234-o001_t001_nirspec_g235h",
    ),
    "Asn_Lv3WFSSNRC": (
        "nrcalong", "cal",
        {"INSTRUME": "NIRCAM", "EXP_TYPE": "NRC_WFSS", "FILTER": "F356W", "PUPIL": "GRISMR", "SUBARRAY": "FULL",
         "TARGNAME": "FIELD"},
        "spec3", "jw01234-o001_t001_nircam_f356w-grismr",
    ),
    "Asn_Lv3WFSSMIR": (
        "mirimage", "cal",
        {"INSTRUME": "MIRI", "EXP_TYPE": "MIR_WFSS", "FILTER": "P750L", "SUBARRAY": "FULL", "TARGNAME": "FIELD"},
        "spec3", "jw01234-o001_t001_miri_p750l",
    ),
    "Asn_Lv3SlitlessSpectral": (
        "nis", "cal", {**SOSS, "TSOVISIT": False}, "spec3", "jw01234-o001_t001_niriss_clear-gr700xd-substrip256",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", SETUPS)
def test_what_an_association_says(folder, rule):
    """Type, rule, id, program, target, product name and members are those of the convention, and check has no errors."""
    detector, level, words, asn_type, name = SETUPS[rule]
    files = exposures(numbered("001", 2, detector), level, words)
    made = asn_from_list(files, rule)
    told = (made.asn_type, made.asn_rule, made.asn_id, made.program, made.target, made.products[0].name)
    assert told == (asn_type, rule, "o001", "01234", "t001", name)
    assert members(made) == files
    assert not [finding for finding in check(made) if finding.severity == "error"]


def test_nods_are_each_others_background(folder):
    """Of two nods of MIRI LRS both spectra are listed as backgrounds beside their cal files."""
    detector, level, words, _, _ = SETUPS["Asn_Lv3SpectralTarget"]
    files = exposures(numbered("001", 2, detector), level, words)
    made = asn_from_list(files, "Asn_Lv3SpectralTarget")
    assert members(made, "background") == [name.replace("_cal", "_x1d") for name in files]


def test_a_mosaic_is_asked_for(folder):
    """The mosaic rule works for a mosaic candidate only, which a list of files is when the user says so."""
    files = [exposure(f"00{n}001_02101_00001_nrca1", "cal", {**IMAGE, "TARGNAME": f"TILE {n}"}) for n in (1, 2)]
    made = asn_from_list(files, "Asn_Lv3ImageMosaic", candidate="c1000:mosaic")
    assert (made.asn_id, made.target, made.products[0].name) == ("c1000", "t000", "jw01234-c1000_t000_nircam_clear-f200w")
    with pytest.raises(ProductError, match="candidate_type"):
        make("Asn_Lv3ImageMosaic", files)


# ------------------------------------------------------------------------------------------ undefined fields

VALUES, FLAGS = st.sampled_from([None, "a", "b"]), st.sampled_from([None, "t"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"filter": VALUES, "pupil": VALUES, "fxd_slit": st.sampled_from([None, "s200a1", "s400a1"]), "visitype": VALUES,
         "targetid": st.sampled_from(["1", "2"]), "bkgdtarg": FLAGS, "is_psf": FLAGS}
    ),
    min_size=2,
    max_size=7,
)  # fmt: skip
KINDS = {
    "Asn_Lv3Image": {"exp_type": "nrc_image", "instrume": "nircam"},
    "Asn_Lv3NRCCoron": {"exp_type": "nrc_coron", "instrume": "nircam", "pupil": "maskrnd"},
    "Asn_Lv3AMI": {"exp_type": "nis_ami", "instrume": "niriss"},
    "Asn_Lv3NRSFSS": {"exp_type": "nrs_fixedslit", "instrume": "nirspec", "filter": "f170lp", "grating": "g235m"},
    "Asn_Lv3SpecAux": {"exp_type": "mir_lrs-fixedslit", "instrume": "miri"},
}


def memberships(rule, rows):
    """Return what a rule makes of rows in a candidate: the sets of members, by product name."""
    made = generator_rules(3)[rule](rows)
    return sorted(
        (each.products[0].name, sorted((member.expname, member.exptype) for member in each.products[0].members))
        for each in made
    )


@pytest.mark.parametrize("rule", KINDS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, shuffle=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rule, rows, shuffle):
    """Undefined optional fields and roles without target join the same products, whatever the order of the rows."""
    common = {"program": "1234", "subarray": "full", "pntgtype": "science", "detector": "nrs1", "obs_num": "1"}
    given_rows = [
        Exposure(
            number,
            parse(f"jw01234001001_02101_{number:05d}_nrs1_uncal.fits"),
            candidate=Candidate("o001"),
            meta={**common, **{key: value for key, value in row.items() if value is not None}, **KINDS[rule]},
        )
        for number, row in enumerate(rows)
    ]
    shuffled = shuffle.sample(given_rows, len(given_rows))
    renumbered = [Exposure(n, each.name, candidate=each.candidate, meta=each.meta) for n, each in enumerate(shuffled)]
    assert memberships(rule, tuple(renumbered)) == memberships(rule, tuple(given_rows))


def test_an_undefined_field_joins_every_value(folder):
    """A reference without FILTER serves both filters, and an image without VISITYPE goes with the one there is."""
    science = [
        exposure(f"003001_0{n}101_00001_nrcalong", "calints", {**CORON, "FILTER": name})
        for n, name in enumerate(("F300M", "F444W"), 2)
    ]
    star = exposures(numbered("005", 1), "calints", {key: value for key, value in STAR.items() if key != "FILTER"})
    assert [members(each, "psf") for each in make("Asn_Lv3NRCCoron", [*science, *star])] == [star, star]
    images = exposures(numbered("001", 1, "nrca1"), "cal", IMAGE)
    images += exposures(["001002_03106_00001_nrca1"], "cal", {key: value for key, value in IMAGE.items() if key != "VISITYPE"})
    assert members(asn_from_list(images, "Asn_Lv3Image")) == images


def test_three_fields_each_known_to_one(folder):
    """Three images that know one optional field each go into one product, which has all three."""
    known = {"FILTER": "F200W", "PUPIL": "CLEAR", "VISITYPE": "PRIME_TARGETED_FIXED"}
    files = [
        exposure(root, "cal", {**{key: value for key, value in IMAGE.items() if key not in known}, key: known[key]})
        for root, key in zip(numbered("001", 3, "nrca1"), known, strict=True)
    ]
    made = asn_from_list(files, "Asn_Lv3Image")
    assert (members(made), made.products[0].name) == (files, "jw01234-o001_t001_nircam_clear-f200w")
    assert "visitype: prime_targeted_fixed" in made.constraints.splitlines()


def test_wide_slits_join_every_slit():
    """S200A1 and S200A2 go together and with another slit of the setup, and the constraints say which."""
    meta = {
        "program": "1234",
        "subarray": "full",
        "pntgtype": "science",
        "detector": "nrs1",
        "targetid": "1",
        **KINDS["Asn_Lv3NRSFSS"],
    }
    rows = tuple(
        Exposure(number, parse(f"jw01234001001_02101_{number:05d}_nrs1_cal.fits"), meta={**meta, "fxd_slit": slit})
        for number, slit in enumerate(("s200a1", "s200a2", "s400a1"))
    )
    (made,) = Asn_Lv3NRSFSS()(as_one_candidate(rows))
    assert len(members(made)) == 3
    assert "slit: s400a1" in made.constraints.splitlines()
    assert "candidate: o001" in made.constraints.splitlines()


def test_nothing_to_make_is_an_error(folder):
    """Files that a rule does not take give an error with the reason, never an empty answer."""
    files = exposures(numbered("001", 1, "nrca1"), "cal", IMAGE)
    with pytest.raises(AsnError, match="exp_type is 'nrc_image'"):
        make("Asn_Lv3NRCCoron", files)
