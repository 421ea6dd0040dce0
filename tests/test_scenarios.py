"""The scenarios N1 to N15 of the design: header-only FITS files in, the right associations out, from Python and the shell.

Keywords and values are those of real exposures; programs and targets are invented.
"""

from __future__ import annotations

import builtins
import json
import os
import random
import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

import asn_fp
from asn_fp import api, errors, transforms
from asn_fp.cli.main import run
from asn_fp.records import Association
from asn_fp.sources import headers
from asn_fp.sources.samples import Sample, exposure, fits_bytes, nircam_coronagraphy, nirspec_ifu

PROGRAM = "01234"
STAR = {"TARGNAME": "NGC 7469", "TARGPROP": "NGC-7469"}
SKY = {"TARGNAME": "NGC 7469 SKY", "TARGPROP": "NGC-7469-SKY", "BKGDTARG": True}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def shot(observation: str, number: int, detector: str, suffix: str = "rate", activity: str = "02101", **words: Any) -> Sample:
    """Return one exposure of the target, unless its words say another."""
    given = {**STAR, "BKGDTARG": False, "EXPSTART": 60800 + number / 100, **words}
    return exposure(PROGRAM, observation, activity, number, detector, suffix, **given)


def saved(samples: Iterable[Sample], folder: str = ".") -> list[str]:
    """Write header-only FITS files and return their names, sorted, as a shell pattern gives them."""
    Path(folder).mkdir(exist_ok=True)
    paths = {(name if folder == "." else f"{folder}/{name}"): header for name, header in samples}
    for path, header in paths.items():
        Path(path).write_bytes(fits_bytes((path, header)))
    return sorted(paths)


def made(rule: str, files: Iterable[Any], **knobs: Any) -> tuple[Association, ...]:
    """Return what a rule makes of files; a warning is an error here."""
    return api.make(rule, list(files), **knobs)


def quietly(rule: str, files: Iterable[Any], **knobs: Any) -> tuple[Association, ...]:
    """Return what a rule makes of files, whatever it warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", asn_fp.AsnWarning)
        return api.make(rule, list(files), **knobs)


def short(name: str) -> str:
    """Return what tells the files of a scenario apart: observation, activity, exposure, detector and suffix."""
    return re.sub(r"^(?:.*/)?jw01234(\d{3})001_(\d{5})_000(\d\d)(-seg\d+)?_", r"\1-\2-\3\4-", name).removesuffix(".fits")


def members(associations: Iterable[Association], kind: str = "spec2") -> dict[str, dict[str, list[str]]]:
    """Return product -> role -> short names, of the associations of a type."""
    found: dict[str, dict[str, list[str]]] = {}
    for each in associations:
        assert each.asn_type == kind
        for product in each.products:
            assert product.name not in found
            roles = found.setdefault(short(product.name), {})
            for member in product.members:
                roles.setdefault(member.exptype, []).append(short(member.expname))
    return found


def left_out(rule: str, files: list[str], **knobs: Any) -> dict[str, str]:
    """Return short name -> reason for every file that is in no product."""
    report = api.explain(rule, files, **knobs)
    return {short(story.file): story.verdict() for story in report.stories if story.left_out}


def shell(capsys: pytest.CaptureFixture[str], program: str, *words: str) -> tuple[int, str, str]:
    """Return status, standard output and standard error of a command line."""
    capsys.readouterr()
    status = run(program, words)
    return (status, *capsys.readouterr())


# ------------------------------------------------------------------------------------------------------- N1 imaging


def nircam_imaging() -> list[Sample]:
    """Return two short filters, a narrow one behind a wide one, and a long one, two dithers each."""
    optics = [
        ("nrca1", "F150W", "CLEAR"),
        ("nrca1", "F200W", "CLEAR"),
        ("nrca1", "F150W2", "F162M"),
        ("nrcalong", "F444W", "CLEAR"),
    ]
    return [
        shot("001", dither, detector, "cal", f"0{2 + at}101", INSTRUME="NIRCAM", EXP_TYPE="NRC_IMAGE", FILTER=wheel,
             PUPIL=pupil, SUBARRAY="FULL")
        for at, (detector, wheel, pupil) in enumerate(optics)
        for dither in (1, 2)
    ]  # fmt: skip


@pytest.mark.parametrize("rule", ["nircam_image3", "auto"])
def test_n1_each_filter_is_its_own_mosaic(rule: str) -> None:
    """No product mixes filters, and a narrow band behind a wide one is its own; the elements are in alphabetical order."""
    files = saved(nircam_imaging())
    found = members(made(rule, files), "image3")
    assert found == {
        "jw01234-o001_t001_nircam_clear-f150w": {"science": ["001-02101-01-nrca1_cal", "001-02101-02-nrca1_cal"]},
        "jw01234-o001_t001_nircam_clear-f200w": {"science": ["001-03101-01-nrca1_cal", "001-03101-02-nrca1_cal"]},
        "jw01234-o001_t001_nircam_f150w2-f162m": {"science": ["001-04101-01-nrca1_cal", "001-04101-02-nrca1_cal"]},
        "jw01234-o001_t001_nircam_clear-f444w": {"science": ["001-05101-01-nrcalong_cal", "001-05101-02-nrcalong_cal"]},
    }


def test_n1_from_the_shell(capsys: pytest.CaptureFixture[str]) -> None:
    """Several products need a folder; there each has its own file, named after its product."""
    files = saved(nircam_imaging())
    status, _, said = shell(capsys, "asn_from_list", "-r", "auto", "-o", "one.json", *files)
    assert status == 1
    assert "asn make RULE --output-dir DIR" in said
    assert not Path("one.json").exists()
    status, told, _ = shell(capsys, "asn", "make", "auto", "--output-dir", "out", *files)
    assert status == 0
    names = sorted(path.name for path in Path("out").iterdir())
    optics = ("clear-f150w", "clear-f200w", "clear-f444w", "f150w2-f162m")
    assert names == [f"jw01234-o001_t001_nircam_{each}_image3_asn.json" for each in optics]
    assert "jw01234-o001_t001_nircam_f150w2-f162m" in told


# ---------------------------------------------------------------------------------- N2 MIRI imaging with a background


def miri_imaging(suffix: str = "rate") -> list[Sample]:
    """Return two filters with two dithers each, and a dedicated background of two exposures in one of them."""
    setup = {"INSTRUME": "MIRI", "EXP_TYPE": "MIR_IMAGE", "SUBARRAY": "FULL"}
    science = [
        shot("001", dither, "mirimage", suffix, f"0{2 + at}101", **setup, FILTER=wheel)
        for at, wheel in enumerate(("F560W", "F770W"))
        for dither in (1, 2)
    ]
    return [*science, *(shot("002", dither, "mirimage", suffix, **setup, FILTER="F560W", **SKY) for dither in (1, 2))]


@pytest.mark.parametrize("rule", ["miri_image2", "auto"])
def test_n2_every_background_of_the_filter(rule: str) -> None:
    """Each image has all backgrounds of its filter; a background's own product has none, nor has a filter without one."""
    files = saved(miri_imaging())
    with pytest.warns(
        asn_fp.AsnWarning, match="none for the product of this file, and of 1 more.*'f560w', not 'f770w'"
    ) as told:
        found = members(made(rule, files), "image2")
    assert len(told) == 1
    sky = ["002-02101-01-mirimage_rate", "002-02101-02-mirimage_rate"]
    assert {name: roles.get("background", []) for name, roles in found.items()} == {
        "001-02101-01-mirimage": sky,
        "001-02101-02-mirimage": sky,
        "001-03101-01-mirimage": [],
        "001-03101-02-mirimage": [],
        "002-02101-01-mirimage": [],
        "002-02101-02-mirimage": [],
    }
    assert [roles["science"] for roles in found.values()] == [[f"{name}_rate"] for name in found]


def test_n2_backgrounds_listed_alone_get_none() -> None:
    """Where only backgrounds are listed, each has a product without background; by option there is none at all."""
    files = saved(miri_imaging())[4:]
    assert [list(roles) for roles in members(made("miri_image2", files), "image2").values()] == [["science"]] * 2
    with pytest.raises(errors.AsnError, match="nothing to make"):
        made("miri_image2", files, background_products=False)


def test_n2_a_missing_background_is_an_error_by_option(capsys: pytest.CaptureFixture[str]) -> None:
    """--at-least background=1 refuses the filter without, names its files, and writes nothing."""
    files = saved(miri_imaging())
    status, _, said = shell(capsys, "asn", "make", "auto", "--at-least", "background=1", "-o", "out.json", *files)
    assert status == 1
    assert [line.count("03101") for line in said.splitlines()] == [2]
    assert "needs at least 1" in said
    assert not Path("out.json").exists()
    assert made("miri_image2", [name for name in files if "03101" not in name], at_least={"background": 2})
    with pytest.raises(errors.AsnError, match=r"2 background.*needs at least 3"):
        made("miri_image2", files, at_least={"background": 3})


def test_n2_other_keys_and_the_nearest_first() -> None:
    """--match takes the place of the rule's keys, and --closest puts the backgrounds nearest in time first."""
    files = saved(miri_imaging())
    found = members(made("auto", files, match=["detector"], closest="expstart"), "image2")
    assert found["001-03101-02-mirimage"]["background"] == ["002-02101-02-mirimage_rate", "002-02101-01-mirimage_rate"]
    with pytest.raises(errors.KnobError, match=r"'filtr'; did you mean 'filter'"):
        made("auto", files, match=["filtr"])


# ------------------------------------------------------------------------------------------------------------ N3 MRS


def mrs(*suffixes: str) -> list[Sample]:
    """Return two bands on both detectors, two dithers, and a dedicated background."""
    setup = {"INSTRUME": "MIRI", "EXP_TYPE": "MIR_MRS", "SUBARRAY": "FULL"}
    found = []
    for suffix in suffixes:
        for at, band in enumerate(("SHORT", "LONG")):
            for detector, channel in (("mirifushort", "12"), ("mirifulong", "34")):
                words = {**setup, "BAND": band, "CHANNEL": channel}
                found += [shot("001", number, detector, suffix, f"0{2 + at}101", **words) for number in (1, 2)]
                found.append(shot("002", 1, detector, suffix, f"0{2 + at}101", **words, **SKY))
    return found


@pytest.mark.parametrize("rule", ["miri_mrs2", "auto"])
def test_n3_channel_and_band(rule: str) -> None:
    """Each exposure has the background of its channel and band, and no other one."""
    found = members(made(rule, saved(mrs("rate"))))
    science = {name: roles for name, roles in found.items() if name.startswith("001")}
    assert len(science) == 8
    for name, roles in science.items():
        assert roles == {
            "science": [f"{name}_rate"],
            "background": [f"{name.replace('001-', '002-').replace('-02-', '-01-')}_rate"],
        }
    assert [list(roles) for name, roles in found.items() if name.startswith("002")] == [["science"]] * 4


def test_n3_selfcal_by_channel() -> None:
    """By option the other exposures of the channel are selfcal, in whatever band, but not what is the background already."""
    found = members(made("miri_mrs2", saved(mrs("rate")), self_calibration=True))
    roles = found["001-02101-01-mirifulong"]
    assert roles["background"] == ["002-02101-01-mirifulong_rate"]
    assert sorted(roles["selfcal"]) == [
        "001-02101-02-mirifulong_rate",
        "001-03101-01-mirifulong_rate",
        "001-03101-02-mirifulong_rate",
        "002-03101-01-mirifulong_rate",
    ]


def test_n3_stage_3_of_a_folder_with_both_levels() -> None:
    """Stage 3 takes cal files of science and x1d files of backgrounds where a folder has both of each."""
    (asn,) = made("auto", saved(mrs("cal", "x1d")))
    (product,) = asn.products
    assert (asn.asn_type, product.name) == ("spec3", "jw01234-a3001_t001_miri")
    assert {(each.exptype, each.expname.rpartition("_")[2]) for each in product.members} == {
        ("science", "cal.fits"),
        ("background", "x1d.fits"),
    }
    assert sorted(each.exptype for each in product.members) == ["background"] * 4 + ["science"] * 8


def test_n3_the_wrong_level_is_refused_with_the_reason() -> None:
    """Where a background has no x1d file, that file and the level wanted are named."""
    files = saved(mrs("cal"))
    with pytest.raises(errors.ItemError, match=r"level \(cal, and x1d is wanted\): 'jw01234002001_02101_00001_mirifulong_cal"):
        made("miri_mrs3", files)


# ------------------------------------------------------------------------------------------------------- N4 LRS slit


def lrs(repeats: int = 1) -> list[Sample]:
    """Return two nods along the slit, a target acquisition and two confirmation images."""
    setup = {"INSTRUME": "MIRI", "SUBARRAY": "FULL"}
    nod = {**setup, "EXP_TYPE": "MIR_LRS-FIXEDSLIT", "FILTER": "P750L", "PATTTYPE": "ALONG-SLIT-NOD", "NUMDTHPT": 2}
    confirm = {**setup, "EXP_TYPE": "MIR_TACONFIRM", "FILTER": "F560W"}
    return [
        shot("001", 1, "mirimage", activity="02101", **{**confirm, "EXP_TYPE": "MIR_TACQ"}),
        shot("001", 1, "mirimage", activity="02102", **confirm, EXPSTART=60799.0),
        shot("001", 1, "mirimage", activity="02103", **confirm, EXPSTART=60799.9),
        *(
            shot("001", number, "mirimage", activity="03101", **nod, PATT_NUM=(number - 1) // repeats + 1)
            for number in range(1, 2 * repeats + 1)
        ),
    ]


@pytest.mark.parametrize("rule", ["miri_lrs2", "auto"])
def test_n4_the_other_nod_is_background(rule: str) -> None:
    """A nod has the other one as background and the confirmation images, the nearest first; the acquisition is unused."""
    files = saved(lrs())
    confirmation = ["001-02103-01-mirimage_rate", "001-02102-01-mirimage_rate"]
    assert members(made(rule, files)) == {
        f"001-03101-0{own}-mirimage": {
            "science": [f"001-03101-0{own}-mirimage_rate"],
            "background": [f"001-03101-0{3 - own}-mirimage_rate"],
            "target_acquisition": confirmation,
        }
        for own in (1, 2)
    }
    (unused,) = left_out(rule, files).items()
    assert unused[0] == "001-02101-01-mirimage_rate"
    assert "'mir_tacq'" in unused[1]


def test_n4_two_repeats() -> None:
    """With repeats each gets both files of the other position, never itself and never its own position."""
    found = members(made("miri_lrs2", saved(lrs(repeats=2))))
    numbers = {name[10:12]: sorted(each[10:12] for each in roles["background"]) for name, roles in found.items()}
    assert numbers == {"01": ["03", "04"], "02": ["03", "04"], "03": ["01", "02"], "04": ["01", "02"]}


# ----------------------------------------------------------------------------------------------- N5 NIRSpec fixed slit


def fixed_slit(suffix: str = "rate", targets: tuple[str, ...] = ("A",)) -> list[Sample]:
    """Return three nods with two sub-pixel dithers each, on both detectors."""
    setup = {
        "INSTRUME": "NIRSPEC", "EXP_TYPE": "NRS_FIXEDSLIT", "FILTER": "F170LP", "GRATING": "G235H", "FXD_SLIT": "S200A1",
        "SUBARRAY": "SUBS200A1", "NUMDTHPT": 6, "SUBPXPTS": 2, "PATTTYPE": "NONE",
    }  # fmt: skip
    return [
        shot("001", place, detector, suffix, f"0{2 + at}101", **setup, PATT_NUM=place, TARGNAME=target)
        for at, target in enumerate(targets)
        for place in range(1, 7)
        for detector in ("nrs1", "nrs2")
    ]


@pytest.mark.parametrize("rule", ["nirspec_fs2", "auto"])
def test_n5_subpixel_dithers_are_one_position(rule: str) -> None:
    """Positions 1 and 2 are one primary position, so they have 3, 4, 5, 6 of the same detector as background."""
    found = members(made(rule, saved(fixed_slit())))
    assert len(found) == 12
    for place, others in ((1, (3, 4, 5, 6)), (2, (3, 4, 5, 6)), (3, (1, 2, 5, 6)), (6, (1, 2, 3, 4))):
        for detector in ("nrs1", "nrs2"):
            wanted = [f"001-02101-0{other}-{detector}_rate" for other in others]
            assert found[f"001-02101-0{place}-{detector}"]["background"] == wanted


def test_n5_two_targets_never_serve_each_other() -> None:
    """Two targets of one observation and setup have their own nods only, and stage-3 products of their own names."""
    found = members(made("nirspec_fs2", saved(fixed_slit(targets=("A", "B")))))
    assert len(found) == 24
    assert all(name[4:9] == other[4:9] for name, roles in found.items() for other in roles["background"])
    names = list(members(made("auto", saved(fixed_slit("cal", ("A", "B")))), "spec3"))
    assert names == [
        f"jw01234-o001_t00{number}-{{source_id}}_nirspec_f170lp-g235h-{{slit_name}}-subs200a1" for number in (1, 2)
    ]


# ----------------------------------------------------------------------------------------------------- N6 NIRSpec MOS


@pytest.mark.parametrize("rule", ["nirspec_mos2", "auto"])
def test_n6_three_shutter_nod(rule: str) -> None:
    """Three nods on two detectors make six products of one science and two backgrounds; MSATA is excluded."""
    setup = {
        "INSTRUME": "NIRSPEC", "FILTER": "F100LP", "GRATING": "G140M", "SUBARRAY": "FULL", "MSAMETFL": "01_msa.fits",
        "NUMDTHPT": 3, "SUBPXPTS": 1, "PATTTYPE": "3-SHUTTER-SLITLET",
    }  # fmt: skip
    places = [(place, detector) for place in (1, 2, 3) for detector in ("nrs1", "nrs2")]
    nods = [
        shot("001", place, chip, activity="03101", EXP_TYPE="NRS_MSASPEC", PATT_NUM=place, **setup) for place, chip in places
    ]
    files = saved([*nods, shot("001", 1, "nrs1", EXP_TYPE="NRS_MSATA", **setup)])
    found = members(made(rule, files))
    assert len(found) == 6
    for place, chip in places:
        others = [f"001-03101-0{other}-{chip}_rate" for other in (1, 2, 3) if other != place]
        assert found[f"001-03101-0{place}-{chip}"]["background"] == others
    assert "nrs_msata" in left_out(rule, files)["001-02101-01-nrs1_rate"]


# ----------------------------------------------------------------------------------------------------- N7 NIRSpec IFU


def ifu(observation: str, number: int, imprint: bool = False, detector: str = "nrs1", **words: Any) -> Sample:
    """Return one IFU exposure or leakcal."""
    setup = {
        "INSTRUME": "NIRSPEC", "EXP_TYPE": "NRS_IFU", "FILTER": "F170LP", "GRATING": "G235H", "SUBARRAY": "FULL",
        "GWA_XTIL": 0.35896975, "GWA_YTIL": 0.13438272, "NUMDTHPT": 4, "PATT_NUM": number, "PATTTYPE": "CYCLING",
    }  # fmt: skip
    return shot(
        observation, number, detector, "rate", "02103" if imprint else "02101", **{**setup, "IS_IMPRT": imprint, **words}
    )


@pytest.mark.parametrize("rule", ["nirspec_ifu2", "auto"])
def test_n7_nods_with_their_imprints(rule: str) -> None:
    """Four nods with leakcals make four products: one science, three backgrounds, and the imprints of all four."""
    nod = {"PATTTYPE": "4-POINT-NOD"}
    files = saved([ifu("001", number, imprint, **nod) for number in (1, 2, 3, 4) for imprint in (False, True)])
    found = members(made(rule, files))
    assert sorted(found) == [f"001-02101-0{number}-nrs1" for number in (1, 2, 3, 4)]
    for name, roles in found.items():
        assert sorted(roles["science"] + roles["background"]) == [f"001-02101-0{number}-nrs1_rate" for number in (1, 2, 3, 4)]
        assert roles["science"] == [f"{name}_rate"]
        assert roles["imprint"] == [f"001-02103-0{number}-nrs1_rate" for number in (1, 2, 3, 4)]
    assert left_out(rule, files) == {}


def dithers(*numbers: int) -> list[Sample]:
    """Return dithers with one leakcal, and a dedicated background of two exposures with one of its own."""
    science = [*(ifu("001", number) for number in numbers), ifu("001", 1, imprint=True)]
    return [*science, ifu("002", 1, **SKY), ifu("002", 2, **SKY), ifu("002", 1, imprint=True, **SKY)]


@pytest.mark.parametrize("rule", ["nirspec_ifu2", "auto"])
def test_n7_dedicated_background_with_its_imprint(rule: str) -> None:
    """Every dither has one science, all backgrounds and both imprints; the backgrounds' own products have their imprint."""
    found = members(made(rule, saved(dithers(1, 2, 3))))
    assert len(found) == 5
    for number in (1, 2, 3):
        assert found[f"001-02101-0{number}-nrs1"] == {
            "science": [f"001-02101-0{number}-nrs1_rate"],
            "background": ["002-02101-01-nrs1_rate", "002-02101-02-nrs1_rate"],
            "imprint": ["001-02103-01-nrs1_rate", "002-02103-01-nrs1_rate"],
        }
    assert found["002-02101-02-nrs1"] == {"science": ["002-02101-02-nrs1_rate"], "imprint": ["002-02103-01-nrs1_rate"]}


def test_n7_the_ladder_of_imprints() -> None:
    """A dither takes its own imprint; without one those of its tile; without those any of the observation."""
    tile = {"VISIT": "002"}
    files = saved([ifu("001", 1), ifu("001", 2), ifu("001", 3), ifu("001", 4, **tile),
                   ifu("001", 1, imprint=True), ifu("001", 2, imprint=True)])  # fmt: skip
    found = members(made("nirspec_ifu2", files))
    both = ["001-02103-01-nrs1_rate", "001-02103-02-nrs1_rate"]
    assert [roles["imprint"] for roles in found.values()] == [both[:1], both[1:], both, both]
    for rule in ("nirspec_ifu2", "auto"):
        story = api.explain(rule, files, "jw01234001001_02103_00002_nrs1_rate.fits")
        assert [(use.product[18:25], use.rung) for use in story.uses] == [("1_00002", 0), ("1_00003", 1), ("1_00004", 2)]


def test_n7_a_mosaic_tile_takes_its_own_imprints() -> None:
    """Of two tiles each has its own imprint, though the dither numbers are the same."""
    one, two = {"VISIT": "001"}, {"VISIT": "002"}
    samples = [ifu("001", 1, **one), ifu("001", 2, imprint=True, **one), ifu("001", 3, PATT_NUM=1, **two)]
    found = members(made("nirspec_ifu2", saved([*samples, ifu("001", 4, imprint=True, PATT_NUM=2, **two)])))
    assert [roles["imprint"] for roles in found.values()] == [["001-02103-02-nrs1_rate"], ["001-02103-04-nrs1_rate"]]


@pytest.mark.parametrize(("tilt", "attached"), [(0.35896975 + 9e-9, 1), (0.35896977, 0)])
def test_n7_a_tilt_that_differs_drops_the_imprint(tilt: float, attached: int) -> None:
    """Beyond 1e-8 the imprint is dropped, and the explanation has both tilts."""
    files = saved([ifu("001", 1), ifu("001", 1, imprint=True, GWA_XTIL=tilt)])
    found = members(quietly("auto", files))
    assert [len(roles.get("imprint", [])) for roles in found.values()] == [attached]
    if not attached:
        with pytest.warns(asn_fp.AsnWarning, match=r"imprint \(attached to no product\).*tilt_differs.*0.35896977"):
            api.make("auto", files)
        (why,) = left_out("auto", files).values()
        assert "tilt_differs" in why
        assert "0.35896977" in why
        assert "0.35896975" in why


def test_n7_the_sample_of_the_demo() -> None:
    """The demo's observation has nods and a dedicated background: both are background, with the imprints of both."""
    found = members(made("auto", saved(nirspec_ifu())))
    counts = {role: len(names) for role, names in found["001-02101-01-nrs2"].items()}
    assert counts == {"science": 1, "background": 5, "imprint": 5}
    apart = members(made("auto", saved(nirspec_ifu()), nods=False))["001-02101-01-nrs2"]
    assert {role: len(names) for role, names in apart.items()} == {"science": 1, "background": 2, "imprint": 2}


# ------------------------------------------------------------------------------------------------ N8 coronagraphy


@pytest.mark.parametrize("rule", ["nircam_coron3", "auto"])
def test_n8_one_product_of_two_rolls_and_nine_references(rule: str) -> None:
    """Two rolls and nine dithers of the reference star are one product."""
    (roles,) = members(made(rule, saved(nircam_coronagraphy())), "coron3").values()
    assert {role: len(names) for role, names in roles.items()} == {"science": 2, "psf": 9}


def test_n8_three_occulters_share_maskrnd() -> None:
    """Exposures behind different occulters are never mixed, though PUPIL is one; PUPIL counts where CORONMSK is missing."""
    rolls = list(nircam_coronagraphy())
    full = {"SUBARRAY": "FULL"}
    both = [(name, {**header, **full}) for name, header in rolls]
    other = [(name.replace("_03106_", "_04106_"), {**header, **full, "CORONMSK": "MASKA430R"}) for name, header in rolls]
    assert [len(each.products[0].members) for each in made("nircam_coron3", saved([*both, *other]))] == [11, 11]
    bare = [(name, {key: value for key, value in header.items() if key != "CORONMSK"}) for name, header in rolls]
    assert [len(each.products[0].members) for each in made("nircam_coron3", saved(bare, "bare"))] == [11]


def test_n8_forced_references_win_over_headers() -> None:
    """Files that are listed as references are, although IS_PSF says no."""
    wrong = [(name, {**header, "IS_PSF": False}) for name, header in nircam_coronagraphy()]
    files = saved(wrong)
    stars = [name for name in files if name.startswith("jw01234005")]
    (roles,) = members(made("nircam_coron3", files, psf=stars), "coron3").values()
    assert {role: len(names) for role, names in roles.items()} == {"science": 2, "psf": 9}


def test_n8_no_reference_is_a_clear_error() -> None:
    """Without a reference the product, and the option that names one, are told."""
    rolls = saved(nircam_coronagraphy())[:2]
    with pytest.raises(errors.ProductError, match=r"needs a psf member, and has none\): 'psf'; name one with --psf"):
        made("auto", rolls)


def test_n8_a_flat_cal_file_is_an_error() -> None:
    """Where cal files are all there is, they are refused, since calwebb_coron3 needs each integration."""
    flat = [(name.replace("calints", "cal"), header) for name, header in nircam_coronagraphy()]
    with pytest.raises(errors.ItemError, match=r"level \(cal, and calints is wanted\)"):
        made("nircam_coron3", saved(flat))


def test_n8_own_backgrounds_at_stage_2() -> None:
    """Of MIRI's science and reference each has the background of its own NINTS and NGROUPS."""
    setup = {"INSTRUME": "MIRI", "EXP_TYPE": "MIR_4QPM", "FILTER": "F1140C", "CORONMSK": "4QPM_1140", "SUBARRAY": "MASK1140"}
    long, brief = {"NINTS": 40, "NGROUPS": 100}, {"NINTS": 10, "NGROUPS": 100}
    files = saved([
        shot("001", 1, "mirimage", "rateints", **setup, **long),
        shot("002", 1, "mirimage", "rateints", **setup, **brief, IS_PSF=True, TARGNAME="STAR"),
        shot("003", 1, "mirimage", "rateints", **setup, **long, **SKY),
        shot("004", 1, "mirimage", "rateints", **setup, **brief, **SKY),
    ])  # fmt: skip
    found = members(made("auto", files), "image2")
    assert found["001-02101-01-mirimage"]["background"] == ["003-02101-01-mirimage_rateints"]
    assert found["002-02101-01-mirimage"] == {
        "science": ["002-02101-01-mirimage_rateints"],
        "background": ["004-02101-01-mirimage_rateints"],
    }


# --------------------------------------------------------------------------------------------------------- N9 WFSS


def wfss() -> list[str]:
    """Write grism exposures in two filters, and what stage 3 made of their direct images; a catalogue has no header."""
    common = {"INSTRUME": "NIRISS", "SUBARRAY": "FULL", "DETECTOR": "NIS"}
    grisms = [
        shot("001", number, "nis", activity=f"0{2 + at}101", EXP_TYPE="NIS_WFSS", FILTER=grism, PUPIL=cross, **common)
        for at, cross in enumerate(("F115W", "F200W"))
        for number, grism in ((1, "GR150R"), (2, "GR150C"))
    ]
    files = saved(grisms)
    for cross in ("F115W", "F200W"):
        root = f"jw01234-o001_t001_niriss_clear-{cross.lower()}"
        for end in ("i2d", "segm"):
            _, header = shot("001", 1, "nis", EXP_TYPE="NIS_IMAGE", FILTER="CLEAR", PUPIL=cross, **common)
            files += saved([(f"{root}_{end}.fits", header)])
        Path(f"{root}_cat.ecsv").write_text("# %ECSV 1.0\n")
        files.append(f"{root}_cat.ecsv")
    return files


@pytest.mark.parametrize("rule", ["niriss_wfss2", "auto"])
def test_n9_each_grism_exposure_gets_the_trio_of_its_filter(rule: str) -> None:
    """Direct image, catalogue and map are those of the blocking filter, whose name tells it where there is no header."""
    found = members(quietly(rule, wfss()))
    assert len(found) == 4
    for name, roles in found.items():
        root = f"jw01234-o001_t001_niriss_clear-{'f115w' if '02101' in name else 'f200w'}"
        assert roles == {
            "science": [f"{name}_rate"],
            "direct_image": [f"{root}_i2d"],
            "sourcecat": [f"{root}_cat.ecsv"],
            "segmap": [f"{root}_segm"],
        }


def test_n9_a_missing_one_is_an_error() -> None:
    """The grism exposures without a catalogue are named, with their filter, all in one error."""
    files = [name for name in wfss() if not name.endswith("f200w_cat.ecsv")]
    with pytest.raises(errors.MatchError, match=r"\(it has no sourcecat with.*'f200w'") as told:
        made("auto", files)
    assert str(told.value).startswith(
        "product of 'jw01234001001_03101_00001_nis_rate.fits', 'jw01234001001_03101_00002_nis_rate.fits' ("
    )


def test_n9_a_double_one_is_an_error() -> None:
    """Two direct images of one filter and observation are both named, with the filter."""
    files = wfss()
    _, header = shot("001", 1, "nis", EXP_TYPE="NIS_IMAGE", FILTER="CLEAR", PUPIL="F200W", INSTRUME="NIRISS", SUBARRAY="FULL")
    files += saved([("jw01234-o001_t002_niriss_clear-f200w_i2d.fits", header)])
    with pytest.raises(errors.MatchError, match=r"2 direct_image: .*t001.*_i2d.*t002.*'f200w'.*at most 1"):
        made("niriss_wfss2", files)


def test_n9_nircam_by_its_filter() -> None:
    """A NIRCam grism exposure goes by FILTER, whatever the grism is."""
    words = {"INSTRUME": "NIRCAM", "EXP_TYPE": "NRC_WFSS", "MODULE": "A", "CHANNEL": "LONG", "SUBARRAY": "FULL"}
    files = saved([shot("001", 1, "nrcalong", FILTER="F444W", PUPIL="GRISMR", **words)])
    for wheel in ("f356w", "f444w"):
        root = f"jw01234-o001_t001_nircam_clear-{wheel}"
        _, header = shot("001", 1, "nrcalong", **{**words, "EXP_TYPE": "NRC_IMAGE"}, FILTER=wheel.upper(), PUPIL="CLEAR")
        files += saved([(f"{root}_i2d.fits", header), (f"{root}_segm.fits", header)])
        files.append(f"{root}_cat.ecsv")
    ((_, roles),) = members(made("nircam_wfss2", files)).items()
    root = "jw01234-o001_t001_nircam_clear-f444w"
    assert [roles[role] for role in ("direct_image", "sourcecat", "segmap")] == [
        [f"{root}_i2d"],
        [f"{root}_cat.ecsv"],
        [f"{root}_segm"],
    ]


# ------------------------------------------------------------------------------------------------------ N10 series


def segment(number: int, detector: str, activity: str = "04101", **words: Any) -> Sample:
    """Return one segment of a time series."""
    name, header = shot("004", 1, detector, "calints", activity, TSOVISIT=True, **words)
    return name.replace("_00001_", f"_00001-seg{number:03d}_"), {**header, "EXSEGNUM": number}


def test_n10_soss_segments_in_order() -> None:
    """One product has the segments in order, however they are listed; F277W and the acquisition are listed with the reason."""
    setup = {"INSTRUME": "NIRISS", "SUBARRAY": "SUBSTRIP256", "PUPIL": "GR700XD", "NINTS": 80}
    soss = [segment(number, "nis", EXP_TYPE="NIS_SOSS", FILTER="CLEAR", **setup) for number in range(1, 13)]
    f277w = segment(1, "nis", "04102", EXP_TYPE="NIS_SOSS", FILTER="F277W", **setup)
    acquisition = shot("004", 1, "nis", "cal", EXP_TYPE="NIS_TACQ", FILTER="F480M", INSTRUME="NIRISS", SUBARRAY="SUBTASOSS")
    files = saved([*soss, f277w, acquisition])
    random.Random(1).shuffle(files)
    (asn,) = made("auto", files)
    assert asn.asn_type == "tso3"
    assert [each.expname[26:32] for each in asn.products[0].members] == [f"seg{number:03d}" for number in range(1, 13)]
    told = left_out("auto", files)
    assert sorted(told) == ["004-02101-01-nis_cal", "004-04102-01-seg001-nis_calints"]
    assert "filter is 'f277w'" in told["004-04102-01-seg001-nis_calints"]
    assert "'nis_tacq'" in told["004-02101-01-nis_cal"]


def test_n10_bots_one_product_for_each_detector() -> None:
    """The segments of each detector are one product, and the names differ."""
    setup = {"INSTRUME": "NIRSPEC", "EXP_TYPE": "NRS_BRIGHTOBJ", "FILTER": "F290LP", "GRATING": "G395H", "FXD_SLIT": "S1600A1",
             "SUBARRAY": "SUB2048", "NINTS": 500}  # fmt: skip
    files = saved([segment(number, chip, **setup) for number in (3, 1, 2) for chip in ("nrs1", "nrs2")])
    found = members(made("auto", files), "tso3")
    assert [{each.rpartition("-")[2] for each in roles["science"]} for roles in found.values()] == [
        {"nrs1_calints"},
        {"nrs2_calints"},
    ]
    for roles in found.values():
        assert [re.search(r"seg(\d+)", each)[1] for each in roles["science"]] == ["001", "002", "003"]


# -------------------------------------------------------------------------------------------- N11 the user's word wins


def test_n11_an_observation_is_background(capsys: pytest.CaptureFixture[str]) -> None:
    """`observation 002 is background` makes of wrong headers what right ones give, and nothing else changes."""
    right = saved(dithers(1, 2), "right")
    wrong = saved([(name, {**header, "BKGDTARG": False}) for name, header in dithers(1, 2)], "wrong")
    wanted = members(made("auto", right))
    assert members(quietly("auto", wrong)) != wanted
    assert members(made("auto", wrong, roles={"background": ["observation=002"]})) == wanted
    words = ["make", "auto", "--role", "background:observation=002", "-o", "out.json", *wrong]
    assert shell(capsys, "asn", *words)[0] == 0
    told = json.loads(Path("out.json").read_text())
    assert [len(product["members"]) for product in told["products"]] == [5, 5, 2, 2]


def test_n11_the_explanation_says_who_said_so() -> None:
    """A role given by the user is marked as such."""
    files = saved([(name, {**header, "BKGDTARG": False}) for name, header in miri_imaging()])
    story = str(api.explain("miri_image2", files, files[-1], roles={"background": ["jw01234002*"]}))
    assert "is background now, was science, given by the user" in story


def test_n11_by_pattern_list_and_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """A pattern, a list of names, and a background in another folder all say the same."""
    plain = [(name, {**header, "BKGDTARG": False}) for name, header in miri_imaging() if "_03101_" not in name]
    files, sky = saved(plain[:2]), saved(plain[2:], "elsewhere")
    wanted = members(quietly("miri_image2", [*files, *sky], background=sky), "image2")
    assert [len(roles.get("background", [])) for roles in wanted.values()] == [2, 2, 0, 0]
    Path("sky.txt").write_text("\n".join(sky))
    for word in (
        "background=jw01234002*",
        "background=@sky.txt",
        "background=elsewhere/*",
        f"background={Path(sky[0]).name[:22]}*",
    ):
        status, out, _ = shell(capsys, "asn", "make", "miri_image2", "--role", word, "-o", "-", *files, *sky)
        assert status == 0
        assert [len(product["members"]) for product in json.loads(out)["products"]] == [3, 3, 1, 1]


def test_n11_roles_by_name_only() -> None:
    """Rules that read no headers take the same words, by the parts of the names."""
    names = ["jw01234001001_02101_00001_nrs1_rate.fits", "jw01234002001_02101_00001_nrs1_rate.fits"]
    asn = asn_fp.asn_from_list(names, "level2", roles={"background": ["observation=2"]})
    assert [each.exptype for each in asn.products[0].members] == ["science", "background"]


def test_n11_leave_out(capsys: pytest.CaptureFixture[str]) -> None:
    """What the user leaves out is gone, and told so; a pattern that matches nothing is an error."""
    files = saved(miri_imaging())
    status, out, _ = shell(capsys, "asn", "make", "auto", "--leave-out", "*_03101_*", "-o", "-", *files)
    assert status == 0
    assert "_03101_" not in out
    told = left_out("auto", files, leave_out=["*_03101_*"])
    assert all("you leave it out: '*_03101_*'" in why for why in told.values())
    assert len(told) == 2
    with pytest.raises(errors.ItemError, match=r"no file matches\): '\*_3101_\*'"):
        made("auto", files, leave_out=["*_3101_*"])


# ----------------------------------------------------------------------------------------------------- N12 bad input


BAD: Mapping[str, tuple[str, Any, dict[str, Any], str]] = {
    "empty": ("auto", [], {}, "items (none given)"),
    "a bare string": ("auto", "a_rate.fits", {}, "one name where a list of names belongs): 'a_rate.fits'; put it in a list"),
    "misspelt role": ("level2", [("a_rate.fits", "bckground")], {}, "'bckground'; did you mean 'background'?"),
    "misspelt knob": ("auto", ["a_rate.fits"], {"stgae": "2"}, "'stgae'; did you mean 'stage'?"),
    "misspelt key": (
        "level2",
        ["a_rate.fits"],
        {"roles": {"psf": ["obsrvation=2"]}},
        "'obsrvation'; did you mean 'observation'?",
    ),
    "duplicates": ("auto", ["a_rate.fits", "./a_rate.fits"], {}, "listed twice"),
    "missing": ("auto", ["no_such_rate.fits"], {}, "not found): 'no_such_rate.fits'"),
    "two products of one name": (
        "level2",
        ["a_rate.fits", "b/a_rate.fits"],
        {},
        "used twice, for 'a_rate.fits' and 'b/a_rate.fits'",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_n12_bad_input_has_one_clear_message(case: str) -> None:
    """Every problem has one line with the offender and the way out."""
    rule, items, knobs, said = BAD[case]
    with pytest.raises(errors.AsnError) as told:
        api.make(rule, items, **knobs)
    assert said in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_n12_both_stages_is_an_error_that_names_one_of_each() -> None:
    """Rate and cal files without a word about the stage: one of each is named; with --stage it works."""
    files = saved([*miri_imaging("rate"), *miri_imaging("cal")])
    with pytest.raises(
        errors.KnobError, match=r"'jw.*_rate.fits' for stage 2, 'jw.*_cal.fits' for stage 3.*--stage 2 or --stage 3"
    ):
        made("auto", files)
    assert {each.asn_type for each in quietly("auto", files, stage="2")} == {"image2"}
    assert {each.asn_type for each in made("auto", files, stage="3")} == {"image3"}


def test_n12_an_existing_file_is_untouched(capsys: pytest.CaptureFixture[str]) -> None:
    """After an error the exit status is not zero, and the output file is as it was."""
    Path("out.json").write_text("before")
    files = saved([*miri_imaging("rate"), *miri_imaging("cal")])
    status, out, said = shell(capsys, "asn_from_list", "-r", "auto", "-o", "out.json", *files)
    assert (status, out, Path("out.json").read_text()) == (1, "", "before")
    assert said.startswith("error: stage (the files are of both")


def test_n12_two_science_members_are_found() -> None:
    """A stage-2 product with two science members is an error of the check."""
    product = asn_fp.records.Product("p", tuple(asn_fp.records.Member(f"{each}_rate.fits", "science") for each in "ab"))
    found = asn_fp.check(Association(asn_type="spec2", products=(product,)))
    assert any(each.severity == "error" and "science" in str(each) for each in found)


# --------------------------------------------------------------------------------------- N13 drop-in, N14 explain, N15


def test_n13_the_peers_calls_and_what_it_ignores() -> None:
    """The documented calls give the documented layout, and product name, meta and acid are honoured."""
    rule, told = asn_fp.RULES["DMS_Level3_Base"], {"target": "t001"}
    asn = asn_fp.asn_from_list(["a_cal.fits", "b_cal.fits"], rule=rule, product_name="p", acid="o001", meta=told)
    plain = json.loads(asn.dump()[1])
    assert list(plain) == ["asn_type", "asn_rule", "version_id", "code_version", "degraded_status", "program", "constraints",
                           "asn_id", "target", "asn_pool", "products"]  # fmt: skip
    assert (plain["asn_id"], plain["target"], plain["products"][0]["name"]) == ("o001", "t001", "p")


def test_n14_one_row_for_each_file(capsys: pytest.CaptureFixture[str]) -> None:
    """The table has a row for each input with role and products, or the step that left it out and what differed; JSON too."""
    files = saved([*lrs(), shot("001", 9, "mirimage", EXP_TYPE="MIR_DARKIMG", INSTRUME="MIRI", SUBARRAY="FULL")])
    status, table, _ = shell(capsys, "asn", "explain", "auto", *files)
    rows = table.splitlines()[1:]
    assert status == 0
    assert sorted(row.split()[0] for row in rows) == files
    assert ["left out" in row for row in rows] == [False] * 4 + [True] * 2
    assert "no mode takes EXP_TYPE 'mir_darkimg', dark" in table
    told = json.loads(shell(capsys, "asn", "explain", "auto", "--json", *files)[1])["files"]
    assert [each["file"] for each in told] == [row.split()[0] for row in rows]
    assert [each["role"] for each in told if each["uses"]] == ["target_acquisition"] * 2 + ["science"] * 2


def test_n14_the_story_is_that_of_the_mode() -> None:
    """The explanation of auto has the steps of the rule that it picked, with the values that differed."""
    files = saved(miri_imaging())
    story = api.explain("auto", files, files[2])
    (line,) = [each for each in story.lines if "miri_image2 9, attach('background'" in each.step]
    assert line.differing == (("filter", "'f560w'", "'f770w'"),)


def test_n15_headers_are_read_once_and_planning_touches_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many files each header is read once; the rule itself opens and looks up nothing."""
    (_, header), *_ = miri_imaging()
    samples = [exposure(PROGRAM, f"{number // 500 + 1:03d}", "02101", number, "mirimage", "rate",
                        **{**header, "OBSERVTN": f"{number // 500 + 1:03d}"}) for number in range(2000)]  # fmt: skip
    content = fits_bytes(samples[0])
    for name, _ in samples:
        Path(name).write_bytes(content)
    read: list[str] = []
    original = headers._header_text
    monkeypatch.setattr(headers, "_header_text", lambda name: read.append(name) or original(name))
    files = [name for name, _ in samples]
    known = headers.read_headers(files, processes=1)
    assert read == files
    rule = api.compose("auto")

    def refuse(*words: object, **_: object) -> None:
        raise AssertionError(f"planning touched the disk: {words[:1]}")

    for place, name in ((builtins, "open"), (os, "stat"), (os, "open"), (os, "listdir"), (os, "scandir")):
        monkeypatch.setattr(place, name, refuse)
    (asn,) = rule(transforms.read(known))
    monkeypatch.undo()
    assert len(asn.products) == 2000
