"""The rules by observing mode: each makes what its pipeline reads of the exposures of its mode, and `auto` picks it."""

from __future__ import annotations

import inspect
from types import MappingProxyType
from typing import Any

import pytest
from attrs import evolve

from asn_fp import RULES, api, errors, steps
from asn_fp.check import check
from asn_fp.names import parse
from asn_fp.nods import SAME_PLACE, TILT_DIFFERS, either
from asn_fp.predicates import is_science
from asn_fp.records import Candidate, Exposure
from asn_fp.rules.auto import MODES
from asn_fp.rules.grism2 import CROSS_FILTER, FIELD
from asn_fp.sources.derive import derive
from asn_fp.transforms import assign, classify, leave_out, read
from asn_fp.vocabulary import STAGE2_TYPES, STAGE3_TYPES

FILES = Candidate("o001", "files")
OPTICS: dict[str, dict[str, str]] = {
    "miri_image": {"filter": "f560w"},
    "miri_tsimage": {"filter": "f560w", "tsovisit": "t"},
    "miri_coron": {"filter": "f1140c", "coronmsk": "4qpm_1140"},
    "miri_lrs": {"filter": "p750l"},
    "miri_slitless": {"filter": "p750l", "tsovisit": "t"},
    "miri_mrs": {"channel": "12", "band": "short"},
    "miri_wfss": {"filter": "p750l"},
    "fgs_image": {},
    "nircam_image": {"filter": "f200w", "pupil": "clear"},
    "nircam_coron": {"filter": "f444w", "pupil": "maskrnd", "coronmsk": "maska335r"},
    "nircam_wfss": {"filter": "f444w", "pupil": "grismr"},
    "nircam_tsimage": {"filter": "f210m", "pupil": "wlp8"},
    "nircam_tsgrism": {"filter": "f444w", "pupil": "grismr"},
    "niriss_image": {"filter": "clear", "pupil": "f200w"},
    "niriss_ami": {"filter": "f480m", "pupil": "nrm"},
    "niriss_wfss": {"filter": "gr150r", "pupil": "f200w"},
    "niriss_soss": {"filter": "clear", "pupil": "gr700xd", "tsovisit": "t"},
    "nirspec_fs": {"filter": "f170lp", "grating": "g235h", "fxd_slit": "s200a1", "subpxpts": "1"},
    "nirspec_mos": {"filter": "f170lp", "grating": "g235h", "msametfl": "jw01234001001_01_msa.fits"},
    "nirspec_ifu": {"filter": "f170lp", "grating": "g235h"},
    "nirspec_bots": {"filter": "f170lp", "grating": "g235h", "fxd_slit": "s1600a1"},
}
DETECTOR = {"fgs": "guider1", "miri": "mirimage", "nircam": "nrcalong", "niriss": "nis", "nirspec": "nrs1"}
INTEGRATIONS = ("coron", "ami", "tsimage", "tsgrism", "soss", "bots", "slitless")


def shot(mode: str, number: int, suffix: str, **words: str) -> Exposure:
    """Return one exposure of a mode."""
    instrument = mode.partition("_")[0]
    meta = {"exp_type": MODES[mode][0], "instrume": instrument, "detector": DETECTOR[instrument], "program": "1234"}
    meta |= {"observtn": "1", "targname": "star", "subarray": "sub", "patt_num": str(number), **OPTICS[mode], **words}
    name = f"jw01234001001_02101_{number:05d}_{meta['detector']}_{suffix}.fits"
    return Exposure(number, parse(name), candidate=FILES, meta=MappingProxyType(meta))


def shots(mode: str, stage: int) -> tuple[Exposure, ...]:
    """Return two exposures of a mode at the level of a stage, and what else its rule needs."""
    level = "rate" if stage == 2 else "cal"
    suffix = f"{level}ints" if mode.partition("_")[2] in INTEGRATIONS else level
    pair = [shot(mode, 1, suffix), shot(mode, 2, suffix)]
    if stage == 3 and mode.endswith(("coron", "ami")):
        pair.append(shot(mode, 3, suffix, is_psf="t", targname="reference"))
    elif stage == 2 and mode.endswith("wfss"):
        element = {"niriss": "f200w", "nircam": "f444w", "miri": "f1000w"}[mode.partition("_")[0]]
        root = f"jw01234-o001_t001_{mode.partition('_')[0]}_clear-{element}"
        image = {**OPTICS[mode.replace("wfss", "image")], **({"filter": "f444w"} if element == "f444w" else {})}
        pair += [
            Exposure(3 + at, parse(f"{root}_{end}"), candidate=FILES, meta=MappingProxyType(meta))
            for at, (end, meta) in enumerate((("i2d.fits", image), ("cat.ecsv", {}), ("segm.fits", image)))
        ]
    return derive(tuple(pair))


@pytest.mark.parametrize("stage", [2, 3])
@pytest.mark.parametrize("mode", MODES)
def test_each_mode_makes_what_its_pipeline_reads(mode: str, stage: int) -> None:
    """Each rule makes associations that the check has no error for, with every exposure of its mode; auto makes the same."""
    exposures = shots(mode, stage)
    found = api.make(f"{mode}{stage}", exposures)
    assert {each.asn_type for each in found} <= set(STAGE2_TYPES if stage == 2 else STAGE3_TYPES)
    assert [finding for each in found for finding in check(each) if finding.severity == "error"] == []
    science = {member.expname for each in found for product in each.products for member in product.members}
    assert {each.name.text for each in exposures if each.meta} <= science
    chosen = api.make("auto", exposures, stage=str(stage))
    assert [each.products for each in chosen] == [each.products for each in found]
    assert [each.asn_rule for each in chosen] == [f"{mode}{stage}"] * len(found)


def test_modes_of_one_type_share_an_association() -> None:
    """At stage 2 there is one association of each type, whose rule is auto where several modes went in."""
    exposures = (*shots("miri_image", 2), *shots("nircam_image", 2), *shots("miri_mrs", 2))
    found = api.make("auto", exposures)
    told = [(each.asn_type, each.asn_rule, len(each.products)) for each in found]
    assert told == [("image2", "auto", 4), ("spec2", "miri_mrs2", 2)]


def test_every_mode_rule_belongs_to_a_mode() -> None:
    """The rules by mode are those of the table, two of each, and auto."""
    by_mode = {
        name
        for name, rule in RULES.items()
        if rule.__module__.rpartition(".")[2] in ("modes2", "modes3", "ifu2", "grism2", "series")
    }
    assert by_mode == {f"{mode}{stage}" for mode in MODES for stage in (2, 3)}


@pytest.mark.parametrize("rule", [f"{mode}{stage}" for mode in MODES for stage in (2, 3)])
def test_each_knob_of_a_mode_is_one_of_auto(rule: str) -> None:
    """What a mode can be told, auto can be told."""
    assert set(inspect.signature(RULES[rule]).parameters) <= set(inspect.signature(RULES["auto"]).parameters)


def test_ami_by_pairs() -> None:
    """By option each science exposure and PSF reference of one dither position are a product of their own."""
    stars = [
        shot("niriss_ami", 3, "calints", is_psf="t", patt_num="1"),
        shot("niriss_ami", 4, "calints", is_psf="t", patt_num="2"),
    ]
    both = derive((shot("niriss_ami", 1, "calints"), shot("niriss_ami", 2, "calints"), *stars))
    (together,) = api.make("auto", both)
    assert len(together.products[0].members) == 4
    pairs = api.make("auto", both, pairwise=True)
    assert [[member.expname[20:25] for member in each.products[0].members] for each in pairs] == [
        ["00001", "00003"],
        ["00002", "00004"],
    ]


def test_bots_selfcal() -> None:
    """A selfcal file that the user names is attached; by option every other exposure of the setup is."""
    exposures = shots("nirspec_bots", 2)
    told = api.make("nirspec_bots2", exposures, roles={"selfcal": ["*_00002_*"]})
    assert [[member.exptype for member in product.members] for product in told[0].products] == [["science", "selfcal"]]
    every = api.make("nirspec_bots2", exposures, self_calibration=True)
    assert [[member.exptype for member in product.members] for product in every[0].products] == [["science", "selfcal"]] * 2


# ---------------------------------------------------------------------------------------------------------- relations


def at(**meta: Any) -> Exposure:
    """Return an exposure with some keywords."""
    return Exposure(0, parse("a_rate.fits"), meta=MappingProxyType(meta))


@pytest.mark.parametrize(
    ("one", "other", "differs"), [("0.35", "0.35", False), ("0.35", "0.350000009", False), ("0.35", "0.36", True)]
)
def test_the_tilt_has_a_tolerance(one: str, other: str, differs: bool) -> None:
    """Tilts within 1e-8 are the same; an unknown one differs from none."""
    assert TILT_DIFFERS(at(gwa_xtil=one), at(gwa_xtil=other)) is differs
    assert not TILT_DIFFERS(at(gwa_xtil=one), at())


def test_a_forbidden_pair_is_told_with_its_values() -> None:
    """Of several relations the one that forbids is named, with what it compared."""
    lead = Exposure(0, parse("a_rate.fits"), meta=MappingProxyType({"patt_num": "1"}))
    other = Exposure(1, parse("b_rate.fits"), "background", meta=MappingProxyType({"patt_num": "1"}))
    step = steps.attach("background", unless=either(TILT_DIFFERS, SAME_PLACE))
    draft = steps.one_each()(steps.gather(of=is_science)((lead, other)))
    reason = step.reason(draft, other)
    assert reason.text == "same_position keeps it from 'a_rate.fits', with which it agrees (patt_num '1' and '1')"
    assert reason.differing == (("patt_num", "'1'", "'1'"),)


@pytest.mark.parametrize(
    ("name", "meta", "element", "field"),
    [
        ("a_rate.fits", {"filter": "gr150r", "pupil": "f200w", "obs_num": "3"}, "f200w", "003"),
        ("a_rate.fits", {"filter": "f444w", "pupil": "grismc"}, "f444w", None),
        ("jw01234-o003_t001_niriss_clear-f115w_cat.ecsv", {}, "f115w", "003"),
        ("jw01234-o003_t001_niriss_clear-f115w_segm.fits", {}, "f115w", "003"),
        ("jw01234-c1003_t001_nircam_f444w_cat.ecsv", {}, "f444w", None),
        ("mine_cat.ecsv", {}, None, None),
    ],
)
def test_the_cross_filter(name: str, meta: dict[str, str], element: str | None, field: str | None) -> None:
    """Filter and observation are read from the header, else from the name of a product."""
    exposure = Exposure(0, parse(name), meta=MappingProxyType(meta))
    assert (CROSS_FILTER(exposure), FIELD(exposure)) == (element, field)


# --------------------------------------------------------------------------------------------- roles given by the user


IFU = {"exp_type": "nrs_ifu", "observtn": "2"}


@pytest.mark.parametrize(
    ("meta", "word", "role", "flags"),
    [
        (IFU, "observation=002", "background", {"bkgdtarg"}),
        (IFU, "observation=2", "background", {"bkgdtarg"}),
        ({**IFU, "is_imprt": "t"}, "observation=002", "imprint", {"bkgdtarg", "is_imprt"}),
        ({**IFU, "is_imprt": "t"}, "a_*", "background", {"bkgdtarg"}),
        ({**IFU, "exp_type": "nrs_msata"}, "a_*", "background", {"bkgdtarg"}),
        ({**IFU, "is_imprt": "t"}, "a_rate.fits", "background", {"bkgdtarg"}),
        ({**IFU, "exp_type": "nrs_msata"}, "observation=002", "target_acquisition", set()),
        ({**IFU, "is_psf": "t"}, "exp_type=NRS_*", "background", {"bkgdtarg"}),
        ({}, "a_*", "background", set()),
    ],
)
def test_what_a_word_about_roles_means(meta: dict[str, str], word: str, role: str, flags: set[str]) -> None:
    """A name forces a role, so does a pattern for nothing but acquisitions or imprints; a key leaves those what they are."""
    known = Exposure(0, parse("a_rate.fits"), meta=MappingProxyType(meta))
    (told,) = classify(assign((known,), {"background": [word]}))
    assert (told.exptype, {each for each in told.meta if each in ("bkgdtarg", "is_imprt", "is_psf")}) == (role, flags)


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ({"bckground": ["*"]}, "'bckground'; did you mean 'background'?"),
        ({"background": "a*"}, "one word where a list belongs"),
        ({"background": ["c*"]}, "no file matches): 'c*'"),
        ({"background": ["a*"], "psf": ["*_rate.fits"]}, "two roles: background and psf"),
        ({"psf": ["colour=red"]}, "no file has it): 'colour'"),
    ],
)
def test_words_that_make_no_sense_are_refused(roles: dict[str, Any], said: str) -> None:
    """Unknown roles and keys, words that match nothing, and two roles for one file are errors."""
    with pytest.raises(errors.AsnError) as told:
        assign(read(["a_rate.fits", "b_rate.fits"]), roles)
    assert said in str(told.value)


def test_what_changes_nothing_returns_the_same_object() -> None:
    """Without words the exposures are the same object."""
    exposures = read(["a_rate.fits"])
    assert assign(exposures, {}) is exposures
    assert leave_out(exposures, ()) is exposures


# ----------------------------------------------------------------------------------------- what rules must not put together


def partners(rule: str, exposures: list[Exposure], role: str = "background", **knobs: bool) -> dict[int, list[int]]:
    """Return for the first exposure number of each product those of its partners in a role; nothing is merged."""
    found = RULES[rule](**knobs)(derive(tuple(exposures)))
    products = [product for each in found for product in each.products]
    numbers = [[int(each.expname.split("_")[2]) for each in product.members] for product in products]
    roles = [[each.exptype for each in product.members] for product in products]
    return {
        own[0]: [number for number, kind in zip(own, kinds, strict=True) if kind == role]
        for own, kinds in zip(numbers, roles, strict=True)
    }


NOD = {"patttype": "4-point-nod"}


@pytest.mark.parametrize(
    ("mode", "other", "shared"),
    [
        ("nirspec_ifu", NOD, [2]),
        ("nirspec_ifu", {**NOD, "visit": "2"}, []),
        ("nirspec_ifu", {**NOD, "observtn": "2"}, []),
        ("nirspec_ifu", {**NOD, "targname": "other"}, []),
        ("nirspec_ifu", {**NOD, "grating": "g395h", "filter": "f290lp"}, []),
        ("nirspec_ifu", {**NOD, "patt_num": "1"}, []),
        ("nirspec_ifu", {"patttype": "cycling"}, []),
        ("nirspec_mos", {}, [2]),
        ("nirspec_mos", {"patt_num": "1"}, []),
        ("nirspec_mos", {"observtn": "2"}, []),
        ("nirspec_mos", {"msametfl": "02_msa.fits"}, []),
        ("miri_lrs", {}, [2]),
        ("miri_lrs", {"patttype": "mapping"}, []),
        ("miri_lrs", {"observtn": "2"}, []),
        ("miri_lrs", {"targname": "other"}, []),
    ],
)
def test_which_nods_serve_each_other(mode: str, other: dict[str, str], shared: list[int]) -> None:
    """Nods serve each other within observation, target, tile and setup, and never at one position."""
    one = {"visit": "1", **(NOD if mode == "nirspec_ifu" else {})}
    assert partners(f"{mode}2", [shot(mode, 1, "rate", **one), shot(mode, 2, "rate", **{**one, **other})])[1] == shared


def test_a_mapping_has_no_nods() -> None:
    """Positions of a map are not each other's background."""
    assert partners("miri_lrs2", [shot("miri_lrs", number, "rate", patttype="mapping") for number in (1, 2)])[1] == []


def test_imprints_of_backgrounds_at_another_tilt_stay_away() -> None:
    """Of a background's imprints those at the science exposure's tilt are attached, and its own imprint only once."""
    tilt = {"gwa_xtil": "0.35"}
    exposures = [
        shot("nirspec_ifu", 1, "rate", **tilt, bkgdtarg="t"),
        shot("nirspec_ifu", 2, "rate", **tilt, bkgdtarg="t", is_imprt="t"),
        shot("nirspec_ifu", 3, "rate", observtn="2", **tilt),
        shot("nirspec_ifu", 4, "rate", observtn="2", is_imprt="t", **tilt, bkgdtarg="t"),
        shot("nirspec_ifu", 5, "rate", is_imprt="t", gwa_xtil="0.36", bkgdtarg="t"),
    ]
    assert partners("nirspec_ifu2", exposures, "imprint") == {1: [2], 3: [4, 2]}


def test_a_background_is_not_selfcal_as_well() -> None:
    """What is a member as background is none as selfcal."""
    exposures = [shot("miri_mrs", 1, "rate"), shot("miri_mrs", 2, "rate", bkgdtarg="t"), shot("miri_mrs", 3, "rate")]
    assert partners("miri_mrs2", exposures, "selfcal", self_calibration=True) == {1: [3], 2: [1, 3], 3: [1]}


def renamed(trio: tuple[Exposure, ...], old: str, new: str, **words: str) -> list[Exposure]:
    """Return files of stage 3 under other names, those with a header with other keywords."""
    return [
        Exposure(
            each.index + 5,
            parse(each.name.text.replace(old, new)),
            candidate=FILES,
            meta=MappingProxyType({**each.meta, **words}) if each.meta else each.meta,
        )
        for each in trio
    ]


def trio_of(found: tuple[Any, ...]) -> list[set[str]]:
    """Return for each product the names of what is attached."""
    return [{member.expname for member in product.members[1:]} for each in found for product in each.products]


def test_the_trio_is_that_of_the_observation() -> None:
    """Of two direct images of one filter that of the grism exposure's observation is taken, and one of another is none."""
    grisms, trio = shots("niriss_wfss", 2)[:2], shots("niriss_wfss", 2)[2:]
    other = renamed(trio, "-o001_", "-o002_")
    assert trio_of(api.make("niriss_wfss2", (*grisms, *trio, *other))) == [{each.name.text for each in trio}] * 2
    with pytest.raises(errors.MatchError, match=r"no direct_image with .*field '001'"):
        api.make("niriss_wfss2", (*grisms, *other))
    several = renamed(trio, "-o001_", "-c1001_")
    assert trio_of(api.make("niriss_wfss2", (*grisms, *several))) == [{each.name.text for each in several}] * 2


def test_the_trio_is_that_of_the_module() -> None:
    """Of the trios of two NIRCam modules that of the exposure's own is taken; a mosaic of both serves both."""
    (one, two), trio = shots("nircam_wfss", 2)[:2], shots("nircam_wfss", 2)[2:]
    grisms = [Exposure(at, each.name, candidate=FILES, meta=MappingProxyType({**each.meta, "module": part, "channel": "long"}))
              for at, (each, part) in enumerate(((one, "a"), (two, "b")))]  # fmt: skip
    sides = [renamed(trio, "_t001_", f"_t00{at}_", module=part) for at, part in enumerate("ab", 1)]
    wanted = [{each.name.text for each in side} for side in sides]
    assert trio_of(api.make("nircam_wfss2", (*grisms, *sides[0], *sides[1]))) == wanted
    mosaic = renamed(trio, "_t001_", "_t003_", module="multiple")
    assert trio_of(api.make("nircam_wfss2", (*grisms, *mosaic))) == [{each.name.text for each in mosaic}] * 2
    with pytest.raises(errors.MatchError, match=r"no direct_image with .*module 'b'"):
        api.make("nircam_wfss2", (*grisms, *sides[0]))


def test_the_trio_has_one_root() -> None:
    """A catalogue of another root than the direct image's is an error that names both, and explained so."""
    *others, image, _, segmap = shots("niriss_wfss", 2)
    strange = renamed((shots("niriss_wfss", 2)[3],), "_t001_", "_t009_")
    files = (*others, image, *strange, segmap)
    with pytest.raises(
        errors.MatchError, match=r"its sourcecat is not of the root of its direct_image '.*_t001_.*'\): '.*_t009_"
    ):
        api.make("niriss_wfss2", files)
    story = api.explain("niriss_wfss2", files, others[0].name.text)
    assert story.left_out.differing == (
        ("root", "'jw01234-o001_t009_niriss_clear-f200w'", "'jw01234-o001_t001_niriss_clear-f200w'"),
    )


@pytest.mark.parametrize("name", ["mine_cat.ecsv", "jw01234-o001_t009_niriss_clear-f200w_cat.ecsv", "sources.ecsv"])
def test_a_catalogue_that_the_user_names_comes_first(name: str) -> None:
    """The user's catalogue is taken whatever it is called, although one of the direct image's root is there."""
    files = (*shots("niriss_wfss", 2), Exposure(9, parse(name), candidate=FILES))
    (asn,) = api.make("niriss_wfss2", files, roles={"sourcecat": [name]})
    found = {member.expname for product in asn.products for member in product.members if member.exptype == "sourcecat"}
    assert found == {name}


def test_an_acquisition_that_the_user_names_is_attached() -> None:
    """The user's acquisition is attached to slit spectra instead of the confirmation image, and of another observation, too."""
    spectra = [shot("miri_lrs", number, "rate") for number in (1, 2)]
    confirm = shot("miri_lrs", 3, "rate", exp_type="mir_taconfirm", filter="f560w")
    acquisition = shot("miri_lrs", 4, "rate", exp_type="mir_tacq", filter="f560w", observtn="2")
    files = derive((*spectra, confirm, acquisition))
    (asn,) = api.make("miri_lrs2", files, roles={"target_acquisition": ["*_00004_*"]})
    found = {
        each.expname[20:25] for product in asn.products for each in product.members if each.exptype == "target_acquisition"
    }
    assert found == {"00004"}


def test_imprints_follow_the_backgrounds_that_the_user_names() -> None:
    """The leakcal of an observation that the user calls background is one of a background, though no word is said of it."""
    exposures = [
        shot("nirspec_ifu", 1, "rate"),
        shot("nirspec_ifu", 2, "rate", observtn="2"),
        shot("nirspec_ifu", 3, "rate", observtn="2", is_imprt="t"),
    ]
    told = [api.make("nirspec_ifu2", derive(tuple(exposures)), roles={"background": [word]})[0].products
            for word in (exposures[1].name.text, "observation=002")]  # fmt: skip
    assert [(each.expname[20:25], each.exptype) for each in told[0][0].members] == [
        ("00001", "science"),
        ("00002", "background"),
        ("00003", "imprint"),
    ]
    assert told[0] == told[1]


def test_spectra_that_stage_3_made_are_no_background() -> None:
    """A combined spectrum of an earlier run is left out, unless the user names it."""
    common = {"bkgdtarg": "t", "observtn": "2", "targname": "sky"}
    exposures = [shot("miri_mrs", 1, "cal"), shot("miri_mrs", 2, "x1d", **common)]
    name = "jw01234-o002_t002_miri_ch1-short_x1d.fits"
    combined = Exposure(3, parse(name), candidate=FILES, meta=exposures[1].meta)
    files = derive((*exposures, combined))
    (asn,) = api.make("miri_mrs3", files)
    assert [each.exptype for each in asn.products[0].members] == ["science", "background"]
    assert "product of stage 3" in api.explain("miri_mrs3", files, name).left_out.text
    (asn,) = api.make("miri_mrs3", files, roles={"background": [name]})
    assert [each.exptype for each in asn.products[0].members] == ["science", "background", "background"]


def test_a_background_of_the_reference_star_is_no_reference() -> None:
    """An exposure with both IS_PSF and BKGDTARG is a background at stage 2, and no member at stage 3."""
    both = {"is_psf": "t", "bkgdtarg": "t"}
    for level, stage in (("rateints", 2), ("calints", 3)):
        files = derive((shot("miri_coron", 1, level), shot("miri_coron", 2, level, is_psf="t", targname="s"),
                        shot("miri_coron", 3, level, **both, targname="s")))  # fmt: skip
        (asn,) = api.make(f"miri_coron{stage}", files)
        found = [[(each.expname[24], each.exptype) for each in product.members] for product in asn.products]
        assert found == (
            [[("1", "science"), ("2", "psf")]]
            if stage == 3
            else [[("1", "science"), ("3", "background")], [("2", "science"), ("3", "background")], [("3", "science")]]
        )


def test_a_soss_exposure_that_is_no_series_is_left_out() -> None:
    """Without TSOVISIT calwebb_tso3 refuses it, so the rule leaves it out and says why."""
    one, two = shots("niriss_soss", 3)
    plain = Exposure(7, parse("jw01234001001_02101_00007_nis_calints.fits"), candidate=FILES,
                     meta=MappingProxyType({key: value for key, value in two.meta.items() if key != "tsovisit"}))  # fmt: skip
    assert "tsovisit is undefined" in api.explain("niriss_soss3", (one, two, plain), plain.name.text).left_out.text


@pytest.mark.parametrize(("word", "number"), [("numdthpt", 2), ("subpxpts", 0)])
def test_nods_without_a_keyword(word: str, number: int) -> None:
    """Slit nods need SUBPXPTS to tell their primary position, not NUMDTHPT; without it they serve nobody, and it is said."""
    words = {"subpxpts": "1", "numdthpt": "3", word: ""}
    files = [shot("nirspec_fs", each, "rate", **words) for each in (1, 2, 3)]
    files = [evolve(each, meta=MappingProxyType({k: v for k, v in each.meta.items() if v})) for each in files]
    assert [len(found) for found in partners("nirspec_fs2", files).values()] == [number] * 3
    if not number:
        story = api.explain("nirspec_fs2", derive(tuple(files)), files[0].name.text)
        assert "nods_overlap keeps" in story.end()
        assert "subpxpts undefined and undefined" in story.end()


def test_an_acquisition_of_another_level_is_no_error() -> None:
    """A confirmation image that is there as cal only is left out, and the spectra are made."""
    confirm = shot("miri_lrs", 3, "cal", exp_type="mir_taconfirm", filter="f560w")
    (asn,) = api.make("miri_lrs2", derive((shot("miri_lrs", 1, "rate"), confirm)))
    assert [member.exptype for member in asn.products[0].members] == ["science"]


def test_series_of_two_observations_are_two() -> None:
    """Two visits of one star are two series."""
    exposures = derive((shot("niriss_soss", 1, "calints"), shot("niriss_soss", 2, "calints", observtn="2")))
    assert [len(each.products[0].members) for each in api.make("niriss_soss3", exposures)] == [1, 1]


@pytest.mark.parametrize("stage", [2, 3])
def test_images_that_stage_3_made_are_no_exposures(stage: int) -> None:
    """A mosaic or a map in the folder, under whatever name, is left out of products of images."""
    pair = shots("niriss_image", stage)
    made = tuple(
        Exposure(5 + at, parse(f"mine_{end}.fits"), candidate=FILES, meta=pair[0].meta)
        for at, end in enumerate(("i2d", "segm"))
    )
    (asn,) = api.make(f"niriss_image{stage}", (*pair, *made))
    assert not any(member.expname.startswith("mine") for product in asn.products for member in product.members)


def test_wavefront_sensing_is_no_mosaic() -> None:
    """Images of wavefront sensing are left out."""
    images = derive((shot("nircam_image", 1, "cal"), shot("nircam_image", 2, "cal", visitype="prime_wfsc_routine")))
    (asn,) = api.make("nircam_image3", images)
    assert len(asn.products[0].members) == 1


def test_each_program_has_an_association_of_its_own() -> None:
    """Exposures of two programs are never put together at stage 2, either."""
    one, two = shots("miri_image", 2)
    other = Exposure(7, parse(two.name.text.replace("01234", "02222")), candidate=FILES,
                     meta=MappingProxyType({**two.meta, "program": "2222"}))  # fmt: skip
    found = api.make("auto", (one, two, other))
    assert [(each.program, len(each.products)) for each in found] == [("01234", 2), ("02222", 1)]


# ------------------------------------------------------------------------------------------------ the user's word, further


@pytest.mark.parametrize("role", ["sourcecat", "segmap", "direct_image"])
def test_naming_one_of_a_trio_leaves_the_others_their_roles(role: str) -> None:
    """The user may name the very file that the rule would take; the others of its root keep their own roles."""
    files = shots("niriss_wfss", 2)
    end = {"sourcecat": "_cat.ecsv", "segmap": "_segm.fits", "direct_image": "_i2d.fits"}[role]
    (named,) = [each.name.text for each in files[2:] if each.name.text.endswith(end)]
    assert api.make("niriss_wfss2", files, roles={role: [named]}) == api.make("niriss_wfss2", files)


def test_a_role_of_acquisitions_by_key() -> None:
    """A key may name acquisitions for their own role."""
    spectrum, acquisition = shot("miri_lrs", 1, "rate"), shot("miri_lrs", 2, "rate", exp_type="mir_tacq", visitgrp="2")
    (asn,) = api.make("miri_lrs2", derive((spectrum, acquisition)), roles={"target_acquisition": ["visitgrp=2"]})
    assert [each.exptype for each in asn.products[0].members] == ["science", "target_acquisition"]


@pytest.mark.parametrize("words", [("imprint", "background"), ("background", "imprint")])
def test_an_imprint_among_backgrounds_by_the_users_word(words: tuple[str, str]) -> None:
    """What the user calls an imprint, in an observation that the user calls background, is an imprint of the background."""
    files = derive(tuple(shot("nirspec_ifu", number, "rate", observtn=str(1 + (number > 1))) for number in (1, 2, 3)))
    given = {"imprint": ["*_00003_*"], "background": ["observation=002"]}
    (asn,) = api.make("nirspec_ifu2", files, roles={role: given[role] for role in words})
    assert [(each.expname[20:25], each.exptype) for each in asn.products[0].members] == [
        ("00001", "science"),
        ("00002", "background"),
        ("00003", "imprint"),
    ]


def test_micro_shutters_have_one_imprint() -> None:
    """A micro-shutter exposure gets one imprint of its setup, that of its observation first; the pipeline trips over two."""
    files = [
        shot("nirspec_mos", 1, "rate"),
        shot("nirspec_mos", 2, "rate", observtn="2", is_imprt="t"),
        shot("nirspec_mos", 3, "rate", is_imprt="t"),
        shot("nirspec_mos", 4, "rate", is_imprt="t"),
    ]
    assert partners("nirspec_mos2", files, "imprint") == {1: [3]}


@pytest.mark.parametrize("knobs", [{"match": ["fliter"]}, {"closest": "nosuch"}, {"match": ["filter"]}])
def test_auto_refuses_what_no_mode_can_do(knobs: dict[str, Any]) -> None:
    """A setting for backgrounds is an error where no mode attaches any, misspelt or not."""
    with pytest.raises(errors.KnobError):
        api.make("auto", shots("nircam_coron", 3), **knobs)


def test_the_reason_of_a_level_is_that_of_the_same_thing() -> None:
    """A catalogue beside an image is not the file that was taken instead of it."""
    files = derive((shot("miri_image", 1, "cal"), shot("miri_image", 1, "rate")))
    story = api.explain("miri_image2", tuple(evolve(each, index=at) for at, each in enumerate(files)), files[0].name.text)
    assert "_rate.fits' is taken" in story.left_out.text
