"""What is told after a rule has run."""

import re
import warnings
from types import MappingProxyType

import pytest
from attrs import evolve

from asn_fp import AsnWarning, explain, make, rule
from asn_fp import steps as s
from asn_fp.errors import ProductError
from asn_fp.keys import detector
from asn_fp.names import parse
from asn_fp.predicates import all_of, named, value_in
from asn_fp.records import Candidate, Exposure
from asn_fp.relax import relaxing
from asn_fp.sources.derive import derive
from asn_fp.transforms import read

NAMES = ["jw01234001001_02101_00001_nrs1_rate.fits", "jw01234001001_02101_00002_nrs1_rate.fits"]
END = (s.gather(), s.name("p"), s.seal(together=True))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((s.keep(value_in(detector, "nrs2")),), ["step 2, keep(value_in(detector, 'nrs2'))"]),
        (
            (s.keep(all_of(named("*_rate.fits"), value_in(detector, "nrs2"))),),
            ["value_in(detector, 'nrs2') in step 2"],
        ),
        ((s.drop(named("*_rate.fits")),), ["step 2, drop(named('*_rate.fits'))"]),
        ((s.keep(value_in(detector, "nrs2")), s.drop(named("*_rate.fits"))), []),
    ],
)
def test_the_single_requirement_that_would_have_to_go(steps, expected):
    """A requirement is told if the rule makes something without it alone, and no other."""
    mine = rule("mine", s.read(), *steps, *END)
    assert mine(NAMES) == ()
    assert relaxing(mine, NAMES) == expected


def test_nothing_made_names_the_requirement():
    """The error for a run that makes nothing says what would have to go."""
    with pytest.raises(ProductError, match=r"it would make some without step 3, require\('psf'\)"):
        make(rule("mine", s.read(), s.gather(), s.require("psf"), s.name("p"), s.seal()), NAMES)


def test_a_rule_that_makes_something_is_not_asked():
    """A rule without requirements has none to relax."""
    assert relaxing(rule("mine", s.read(), *END), read(NAMES)) == []


# ------------------------------------------------------------------------------------- what headers did not let a rule attach

MIRI = {"instrume": "miri", "exp_type": "mir_image", "detector": "mirimage", "subarray": "full", "program": "1234"}


def shot(number, suffix="rate", observation="1", **meta):
    """Return a MIRI image of one observation, of the target unless its keywords say another."""
    name = f"jw0123400{observation}001_02101_{number:05d}_mirimage_{suffix}.fits"
    words = {**MIRI, "observtn": observation, "targname": "star", "filter": "f770w", **meta}
    return Exposure(number, parse(name), candidate=Candidate("o001", "files"), meta=MappingProxyType(words))


SKY = {"bkgdtarg": "t", "observation": "2", "targname": "sky"}
WARNED = {
    "background of another filter": (
        [shot(0), shot(1, **SKY), shot(2, **SKY, filter="f560w")],
        r"background \(attached to no product\): '.*_00002_.*'; .*nearest is '.*_00000_.*': filter 'f560w', not 'f770w'",
    ),
    "science of another filter": (
        [shot(0), shot(1, **SKY), shot(2, filter="f560w")],
        r"background \(none for the product of this file\): '.*_00002_.*'; .*filter 'f770w', not 'f560w'",
    ),
    "several with one reason": (
        [shot(0), shot(1, **SKY), shot(2, filter="f560w"), shot(3, filter="f560w")],
        r"background \(none for the product of this file, and of 1 more\): '.*_00002_.*'",
    ),
    "no filter": (
        [shot(0, "cal"), shot(1, "cal", filter="")],
        r"science \(in no product\): '.*_00001_.*'; no value for filter",
    ),
    "a role that no pipeline reads": (
        [shot(0), shot(1)],
        r"imprint \(attached to no product\): '.*_00001_.*'",
    ),
}


@pytest.mark.parametrize(("files", "told"), WARNED.values(), ids=WARNED)
@pytest.mark.parametrize("stage_rule", ["auto", "of the mode"])
def test_what_is_not_attached_is_a_warning_with_the_reason(files, told, stage_rule):
    """What does not agree in a key is told with the nearest miss, whether the mode's rule is named or picked."""
    bare = [evolve(each, meta=MappingProxyType({k: v for k, v in each.meta.items() if v})) for each in files]
    stage = 3 if files[0].name.suffix == "cal" else 2
    knobs = {"roles": {"imprint": ["*_00001_*"]}} if "imprint" in told else {}
    with pytest.warns(AsnWarning, match=told):
        make("auto" if stage_rule == "auto" else f"miri_image{stage}", derive(tuple(bare)), **knobs)


@pytest.mark.parametrize(
    "files",
    [
        [shot(0), shot(1)],
        [shot(0), shot(1, **SKY)],
        [shot(1, **SKY), shot(2, **SKY)],
        [shot(0), shot(1, exp_type="mir_tacq"), shot(2, exp_type="mir_darkimg")],
        [shot(0, "cal"), shot(1, "cal", **SKY)],
        [shot(0), shot(0, "cal"), shot(0, "uncal")],
        [
            shot(
                at,
                exp_type="nrs_fixedslit",
                fxd_slit="s200a1",
                grating="g235h",
                filter="f170lp",
                numdthpt="1",
                patt_num="1",
                detector=f"nrs{at}",
                subpxpts="1",
            )
            for at in (1, 2)
        ],
    ],
)
def test_what_a_rule_leaves_out_on_purpose_is_no_warning(files):
    """Acquisitions, darks, other levels, and backgrounds that no rule of the stage reads, are explained and not warned of."""
    numbered = tuple(evolve(each, index=at) for at, each in enumerate(files))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert make("auto", derive(numbered), stage="3" if files[0].name.suffix == "cal" else "2")


def test_a_reason_is_that_of_the_exposures_own_mode():
    """Among several modes auto tells what the mode of an exposure says, and of a partner what the mode that takes it says."""
    slit = {"exp_type": "mir_lrs-fixedslit", "filter": "p750l"}
    files = (shot(0), shot(1, **slit), shot(2, exp_type="mir_taconfirm", observation="2"), shot(3, filter="", bkgdtarg="t"))
    bare = tuple(evolve(each, meta=MappingProxyType({k: v for k, v in each.meta.items() if v})) for each in files)
    stories = {story.file[20:25]: story for story in explain("auto", derive(bare)).stories}
    assert "miri_lrs2" in stories["00002"].left_out.step
    assert stories["00002"].left_out.differing == (("observation", "'002'", "'001'"),)
    assert stories["00003"].left_out is None or "miri_image2" in stories["00003"].left_out.step


def test_auto_says_which_requirement_of_a_mode_stands_in_the_way():
    """What would have to go is also told of the rules that auto runs, in the error and in the explanation."""
    soss = {"instrume": "niriss", "exp_type": "nis_soss", "detector": "nis", "pupil": "gr700xd", "tsovisit": "t"}
    files = derive((shot(0, "calints", **soss, filter="f277w"),))
    wanted = "not_(value_is('filter', 'f277w')) in step 4 of niriss_soss3"
    with pytest.raises(ProductError, match=re.escape(f"it would make some without {wanted}; 1 of 1")):
        make("auto", files)
    report = explain("auto", files)
    assert report.relaxed == (wanted,)
    assert str(report).splitlines()[-1] == f"nothing is made; it would make some without {wanted}"
    assert report.to_dict()["relaxed"] == [wanted]


def test_a_left_out_file_in_front_changes_no_warning():
    """What is told of a file does not depend on the files in front of it."""
    files = derive((shot(0), shot(1), shot(2, exp_type="mir_lyot")))
    with pytest.warns(AsnWarning, match=r"imprint \(attached to no product\): '.*_00002_"):
        make("miri_image2", files, roles={"imprint": ["*_00002_*"]}, leave_out=["*_00000_*"])


def test_a_partner_that_matches_nothing_is_told_whatever_else_is_said():
    """A rule for lists warns of partners that it attaches to nothing, given in any way and beside files that are left out."""
    science, sky, other = NAMES[0], "jw01234002001_02101_00001_nrs2_rate.fits", NAMES[1]
    for knobs in ({"background": [sky]}, {"background": [sky], "leave_out": [other]}, {"roles": {"background": [sky]}}):
        files = [science, other, *([sky] if "roles" in knobs else [])]
        with pytest.warns(AsnWarning, match="background .attached to no product.*nrs2"):
            make("level2", files, by="detector", **knobs)


def test_a_bound_on_what_is_told_is_said():
    """Where not all doubtful files were looked at the number of files is a lower bound, and says so."""
    files = derive((*(shot(at) for at in range(600)), shot(700, **SKY, filter="f560w")))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make("auto", tuple(evolve(each, index=at) for at, each in enumerate(files)))
    assert [True for each in caught if re.search("and of at least 49[0-9] more", str(each.message))] == [True]
