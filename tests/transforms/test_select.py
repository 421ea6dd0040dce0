"""The transforms that leave exposures out or give them roles."""

from types import MappingProxyType

import pytest

from asn_fp import predicates as p
from asn_fp.errors import KnobError
from asn_fp.modes import fss_path
from asn_fp.names import parse
from asn_fp.records import Candidate, Exposure
from asn_fp.transforms import classify, drop, keep, mark, read
from asn_fp.transforms.select import why_dropped, why_not_kept
from asn_fp.vocabulary import EXP_TYPE_ROLES

NRS1, NRS2 = (f"jw01234001001_02101_00001_nrs{chip}_rate.fits" for chip in (1, 2))
NRCA1 = "jw01234002001_02101_00001_nrca1_rate.fits"
ALL = [NRS1, NRCA1, (NRS2, "background")]


def exposure(exptype="science", told=(), **meta):
    """Return one exposure made by hand."""
    return Exposure(4, parse("a_rate.fits"), exptype, Candidate("o001"), MappingProxyType(meta), frozenset(told))


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        (p.instrument("nirspec"), [NRS1, NRS2]),
        (p.instrument("NIRCAM"), [NRCA1]),
        (p.is_science, [NRS1, NRCA1]),
        (p.exptype_in("background", "psf"), [NRS2]),
        (p.observation_in("2"), [NRCA1]),
        (p.named("*_nrs?_*"), [NRS1, NRS2]),
        (p.value_in("detector", "nrs2"), [NRS2]),
        (p.all_of(p.instrument("nirspec"), p.is_science), [NRS1]),
        (p.any_of(p.observation_in("002"), p.value_in("detector", "nrs2")), [NRCA1, NRS2]),
        (p.not_(p.is_science), [NRS2]),
        (p.has("filter"), []),
        (p.EVERY, [NRS1, NRCA1, NRS2]),
    ],
    ids=str,
)
def test_keep_and_drop_divide(where, kept):
    """Keep holds what a predicate says yes to, drop all the others, both in input order and as the same objects."""
    exposures = read(ALL)
    inside, outside = keep(exposures, where), drop(exposures, where)
    assert [each.name.text for each in inside] == kept
    assert [each.name.text for each in outside] == [each.name.text for each in exposures if each.name.text not in kept]
    assert {id(each) for each in inside + outside} == {id(each) for each in exposures}


@pytest.mark.parametrize(
    ("where", "text", "differing"),
    [
        (p.has("FILTER"), "has('filter') is not so: filter is undefined", (("filter", "undefined", "any value"),)),
        (
            p.exp_type("nrs_ifu"),
            "exp_type('nrs_ifu') is not so: exp_type is 'nrs_lamp'",
            (("exp_type", "'nrs_lamp'", "'nrs_ifu'"),),
        ),
        (p.is_science, "is_science is not so: exptype is 'imprint'", (("exptype", "'imprint'", "'science'"),)),
        (p.named("b*"), "named('b*') is not so: filename is 'a_rate.fits'", (("filename", "'a_rate.fits'", "named('b*')"),)),
        (
            p.all_of(p.exp_type("nrs_lamp"), p.all_of(p.EVERY, p.has("FILTER"))),
            "has('filter') is not so: filter is undefined",
            (("filter", "undefined", "any value"),),
        ),
        (p.not_(p.EVERY), "EVERY is so", ()),
        (
            p.not_(p.has("exp_type")),
            "has('exp_type') is so: exp_type is 'nrs_lamp'",
            (("exp_type", "'nrs_lamp'", "not 'nrs_lamp'"),),
        ),
        (
            p.not_(p.any_of(p.has("filter"), p.all_of(p.exp_type("nrs_lamp"), p.not_(p.has("filter"))))),
            "all_of(exp_type('nrs_lamp'), not_(has('filter'))) is so: exp_type is 'nrs_lamp', filter is undefined",
            (("exp_type", "'nrs_lamp'", "not 'nrs_lamp'"), ("filter", "undefined", "not undefined")),
        ),
    ],
    ids=str,
)
def test_why_not_kept(where, text, differing):
    """The reason is the smallest part of the predicate that said no, with the values that it read."""
    reason = why_not_kept((), exposure("imprint", exp_type="nrs_lamp"), where)
    assert (reason.text, reason.differing) == (text, differing)


def test_why_names_the_nearest_of_the_valid_paths():
    """Of an optical path that is not valid the reason has only what would have to be another value, and which."""
    words = {"fxd_slit": "s200a1", "grating": "g140m", "filter": "opaque", "detector": "nrs1"}
    reason = why_not_kept((), exposure(**words), fss_path)
    assert reason.text == "fss_path is not so: filter is 'opaque', not 'f070lp'"
    assert reason.differing == (("filter", "'opaque'", "'f070lp'"),)


def test_why_is_silent_about_the_others():
    """What was kept, and what was not dropped, has no reason."""
    assert why_not_kept((), exposure(), p.is_science) is None
    assert why_dropped((), exposure("psf"), p.is_science) is None
    assert why_dropped((), exposure(), p.is_science).text == "is_science is so: exptype is 'science'"


def test_mark_gives_a_role():
    """Mark gives a role to the exposures that a predicate names, in place, and leaves the others the same objects."""
    exposures = read([NRS1, NRCA1, NRS2])
    marked = mark(exposures, "background", when=p.observation_in("002"))
    assert [each.exptype for each in marked] == ["science", "background", "science"]
    assert [one is other for one, other in zip(marked, exposures, strict=True)] == [True, False, True]
    assert (marked[1].index, marked[1].name) == (1, exposures[1].name)


@pytest.mark.parametrize("told", ["science", "psf"])
def test_mark_obeys_the_user(told):
    """A role that the user gave is not changed."""
    exposures = read([(NRS1, told)])
    assert mark(exposures, "background", when=p.EVERY) is exposures


def test_mark_refuses_an_unknown_role():
    """An unknown role is an error with the nearest one, whether or not anything would get it."""
    with pytest.raises(KnobError, match=r"exptype .unknown.: 'bckground'; did you mean 'background'"):
        mark((), "bckground", when=p.EVERY)


@pytest.mark.parametrize(
    ("meta", "role"),
    [
        ({"exp_type": "nrs_ifu"}, "science"),
        ({"exp_type": "nrs_verify"}, "science"),
        *[({"exp_type": exp_type}, role) for exp_type, role in EXP_TYPE_ROLES.items()],
        ({"exp_type": "mir_tacq", "is_psf": "t", "bkgdtarg": "t"}, "target_acquisition"),
        ({"pntgtype": "target_acquisition", "exp_type": "nrs_ifu", "is_psf": "t"}, "target_acquisition"),
        ({"pntgtype": "science", "exp_type": "nrs_ifu", "is_imprt": "t"}, "imprint"),
        ({"is_psf": "t", "is_imprt": "t", "bkgdtarg": "t"}, "psf"),
        ({"is_imprt": "t", "bkgdtarg": "t"}, "imprint"),
        ({"bkgdtarg": "x"}, "background"),
        ({"filter": "f444w"}, "science"),
    ],
)
@pytest.mark.parametrize("before", ["science", "selfcal"])
def test_classify_reads_the_role(meta, role, before):
    """Pointing type, EXP_TYPE and then the flags psf, imprint, background decide, whatever the role was before."""
    (result,) = classify((exposure(before, **meta),))
    assert result.exptype == role
    assert (result.index, result.candidate, result.meta) == (4, Candidate("o001"), meta)


def test_classify_obeys_the_user():
    """A role that the user gave beats the header."""
    given = (exposure("science", told=["exptype"], is_psf="t"),)
    assert classify(given) is given


def test_classify_needs_a_header():
    """An exposure of which nothing is known keeps its role."""
    given = (exposure("background"),)
    assert classify(given) is given
