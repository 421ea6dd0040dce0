"""The carriers hold the hard cases of the peer's rules: nods, optional fields, partners without a file, prune and numbers."""

from collections import Counter
from types import MappingProxyType

import pytest
from attrs import evolve

from asn_fp import explain, loads
from asn_fp import steps as s
from asn_fp.keys import ANY, Key, as_keys, keyword, optional, program
from asn_fp.names import parse, product_stem
from asn_fp.pipeline import rule, step
from asn_fp.predicates import all_of, exp_type, exptype_in, has, not_, value_in
from asn_fp.records import Associations, Bundle, Candidate, Draft, Exposure, Exposures, Partner


def exposures(*rows):
    """Return an exposure for each (name, keywords), its candidate taken out of the keywords."""
    made = []
    for at, (name, meta) in enumerate(rows):
        known = {key: value for key, value in meta.items() if key != "candidate"}
        made.append(Exposure(at, parse(name), candidate=meta.get("candidate"), meta=MappingProxyType(known)))
    return tuple(made)


def members(associations):
    """Return product -> role -> names without suffix."""
    told = {}
    for association in associations:
        for product in association.products:
            roles = told.setdefault(product.name, {})
            for member in product.members:
                roles.setdefault(member.exptype, []).append(product_stem(member.expname))
    return told


# ------------------------------------------------------------ R14: NIRSpec IFU nods, imprints and dedicated backgrounds

candidate = Key("candidate", ("asn_candidate",), lambda exposure: exposure.candidate)
NOD_KEYS = (
    candidate, program, optional(keyword("TSOVISIT")), keyword("INSTRUME"), keyword("DETECTOR"), keyword("FILTER", "BAND"),
    optional(keyword("PUPIL", "GRATING")), keyword("PATTTYPE"), keyword("MOSTILNO"),
)  # fmt: skip


def flag(exposure, name):
    """Return whether a flag is on."""
    return exposure.meta.get(name) == "t"


def prune_imprints(draft: Draft) -> Draft:
    """Leave out the imprints that rules-level2.md, 7.1 leaves out: by background state, by target, by dither."""
    return Draft(tuple(map(_pruned, draft.bundles)), draft.pool)


def _pruned(bundle: Bundle) -> Bundle:
    science = [lead for lead in bundle.leads if lead.exptype == "science"]
    state = any(flag(lead, "bkgdtarg") for lead in science)
    imprints = [each.source for each in bundle.extra if each.exptype == "imprint" and flag(each.source, "bkgdtarg") == state]
    targets, dithers = ({lead.meta.get(key) for lead in science} for key in ("targetid", "dithptin"))
    kept = [each for each in imprints if each.meta.get("targetid") in targets] or imprints
    if science and len(kept) > len(science):
        kept = [each for each in kept if each.meta.get("dithptin") in dithers] or kept
    gone = {each.index for each in imprints} - {each.index for each in kept}
    return evolve(bundle, extra=tuple(each for each in bundle.extra if each.source is None or each.source.index not in gone))


def enough_for_its_candidate(draft: Draft) -> Draft:
    """Leave out what a background candidate has without a dedicated background: nods do not count."""
    kept = tuple(each for each in draft.bundles if each.leads[0].candidate.type != "background" or _has_background(each))
    return draft if kept == draft.bundles else Draft(kept, draft.pool)


def _has_background(bundle: Bundle) -> bool:
    return any(partner.exptype == "background" for partner in bundle.extra)


NODS = rule(
    "Asn_Lv2NRSIFUNod",
    s.read(),
    s.classify(),
    s.keep(all_of(exp_type("nrs_ifu"), value_in(keyword("PATTTYPE"), "2-point-nod", "4-point-nod"), has("MOSTILNO"))),
    s.group(by=NOD_KEYS, of=exptype_in("science")),
    s.attach("imprint", by=NOD_KEYS),
    s.attach("background", by=NOD_KEYS),
    step(enough_for_its_candidate)(),
    step(prune_imprints)(),
    s.require("science"),
    s.one_each(others="background"),
    s.name("{stem}"),
    s.seal(asn_rule="candidate_Asn_Lv2NRSIFUNod", asn_type="spec2", layout="stage2"),
)
IFU = {
    "exp_type": "nrs_ifu", "instrume": "nirspec", "detector": "nrs1", "filter": "f100lp", "grating": "g140h", "program": "1234",
    "patttype": "4-point-nod", "mostilno": "1", "targetid": "1", "candidate": Candidate("o001"),
}  # fmt: skip
C1000 = Candidate("c1000", "background")


def nod_rows():
    """Return four nods with an imprint each, a second tile, two dedicated backgrounds with an imprint, and strangers."""
    tile = {**IFU, "mostilno": "2"}
    dedicated = {**IFU, "bkgdtarg": "t", "targetid": "9"}
    nods = [(f"s{at}_rate.fits", {**IFU, "dithptin": str(at)}) for at in (1, 2, 3, 4)]
    imprints = [(f"i{at}_rate.fits", {**IFU, "is_imprt": "t", "dithptin": str(at)}) for at in (1, 2, 3, 4)]
    return [
        *nods,
        *imprints,
        ("i7_rate.fits", {**IFU, "is_imprt": "t", "dithptin": "7"}),
        ("x_rate.fits", {**IFU, "is_imprt": "t", "dithptin": "1", "targetid": "5"}),
        *((f"b{at}_rate.fits", dedicated) for at in (1, 2)),
        ("bi_rate.fits", {**dedicated, "is_imprt": "t"}),
        ("t1_rate.fits", {**tile, "dithptin": "1"}),
        ("t2_rate.fits", {**tile, "dithptin": "2"}),
        ("ti_rate.fits", {**tile, "is_imprt": "t", "dithptin": "1"}),
        ("other_detector_rate.fits", {**IFU, "detector": "nrs2", "is_imprt": "t"}),
        ("no_nod_rate.fits", {**IFU, "patttype": "none"}),
        ("no_tile_rate.fits", {key: value for key, value in IFU.items() if key != "mostilno"}),
        ("acquisition_rate.fits", {**IFU, "exp_type": "nrs_wata"}),
    ]


def test_ifu_nods():
    """Each nod gets the other nods, the imprints of its group and tile, and the dedicated backgrounds with their imprint."""
    told = members(NODS(exposures(*nod_rows())))
    assert set(told) == {"s1", "s2", "s3", "s4", "t1", "t2"}
    for at in "1234":
        assert told[f"s{at}"] == {
            "science": [f"s{at}"],
            "background": [*(f"s{other}" for other in "1234" if other != at), "b1", "b2"],
            "imprint": ["i1", "i2", "i3", "i4", "bi"],
        }
    assert told["t1"] == {"science": ["t1"], "background": ["t2"], "imprint": ["ti"]}


def test_ifu_nods_in_any_order():
    """The rows may come in any order: the same files in the same roles."""
    rows = nod_rows()
    forward, backward = members(NODS(exposures(*rows))), members(NODS(exposures(*rows[::-1])))
    assert {name: {role: set(files) for role, files in roles.items()} for name, roles in forward.items()} == {
        name: {role: set(files) for role, files in roles.items()} for name, roles in backward.items()
    }


@pytest.mark.parametrize(("with_dedicated", "products"), [(True, {"s1", "s2"}), (False, set())])
def test_a_background_candidate_needs_a_dedicated_background(with_dedicated, products):
    """In a background candidate nods do not count as backgrounds, and without a dedicated one there is no product."""
    rows = [(f"s{at}_rate.fits", {**IFU, "dithptin": str(at), "candidate": C1000}) for at in (1, 2)]
    rows += [("b_rate.fits", {**IFU, "bkgdtarg": "t", "candidate": C1000})] * with_dedicated
    assert set(members(NODS(exposures(*rows)))) == products


def test_nod_products_know_their_sources():
    """The origin of a nod's association has its candidate, its opener and the exposure behind every member."""
    given = exposures(*nod_rows())
    first = NODS(given)[0]
    assert (first.origin.candidate, first.origin.opener) == (Candidate("o001"), given[0])
    assert [each.name.text for each in first.origin.sources[0]] == [member.expname for member in first.products[0].members]


@pytest.mark.parametrize(
    ("file", "step_number", "words"),
    [
        ("no_nod_rate.fits", 3, "patttype"),
        ("no_tile_rate.fits", 3, "has('mostilno') is not so: mostilno is undefined"),
        ("acquisition_rate.fits", 3, "exp_type('nrs_ifu') is not so: exp_type is 'nrs_wata'"),
        ("other_detector_rate.fits", 5, "detector 'nrs2', not 'nrs1'"),
        ("i7_rate.fits", 8, "no product has it any more, as imprint"),
    ],
)
def test_what_the_nod_rule_leaves_out_is_told(file, step_number, words):
    """Every exposure that is left out is told of with the step and its reason, a custom step's included."""
    story = explain(NODS, exposures(*nod_rows()), file)
    assert story.left_out.number == step_number
    assert words in story.left_out.text


# ----------------------------------------------------------------- Lv3NRCCoron: optional fields, a psf joins every target


def science_target(exposure):
    """Return the target of a science exposure; every other role joins all targets."""
    return exposure.meta.get("targetid") if exposure.exptype == "science" else ANY


CORON = rule(
    "Asn_Lv3NRCCoron",
    s.read(),
    s.classify(),
    s.keep(all_of(exp_type("nrc_coron"), not_(has("BKGDTARG")))),
    s.group(
        by=(
            program,
            keyword("INSTRUME"),
            optional(keyword("FILTER")),
            optional(keyword("PUPIL", "GRATING")),
            optional(keyword("FXD_SLIT")),
            keyword("SUBARRAY"),
            Key("T(sci)", ("targetid", "exptype"), science_target),
        )
    ),
    s.require("science"),
    s.require("psf"),
    s.name(
        lambda bundle: f"jw{program(bundle.leads[0])}-o001_t{bundle.key[-1].zfill(3)}_nircam_{bundle.key[2]}-{bundle.key[3]}"
    ),
    s.distinct(),
    s.seal(asn_rule="candidate_Asn_Lv3NRCCoron", asn_type="coron3"),
)
ROLL = {
    "exp_type": "nrc_coron",
    "instrume": "nircam",
    "program": "1234",
    "subarray": "sub320",
    "filter": "f182m",
    "pupil": "maskrnd",
}
CORON_ROWS = [
    ("psf1_calints.fits", {**ROLL, "is_psf": "t", "targetid": "9"}),
    ("roll1_calints.fits", {**ROLL, "targetid": "1"}),
    ("roll2_calints.fits", {**ROLL, "targetid": "1"}),
    ("second_calints.fits", {**ROLL, "targetid": "2"}),
    ("psf2_calints.fits", {**ROLL, "is_psf": "t"}),
    ("no_filter_calints.fits", {**{key: value for key, value in ROLL.items() if key != "filter"}, "targetid": "1"}),
    ("lonely_calints.fits", {**ROLL, "filter": "f210m", "targetid": "1"}),
    ("no_subarray_calints.fits", {key: value for key, value in {**ROLL, "targetid": "1"}.items() if key != "subarray"}),
    ("no_target_calints.fits", ROLL),
    ("background_calints.fits", {**ROLL, "bkgdtarg": "t"}),
]


def test_coronagraphy():
    """A psf joins the groups of all targets, an undefined filter any filter; groups without a psf are dropped."""
    assert members(CORON(exposures(*CORON_ROWS))) == {
        "jw01234-o001_t001_nircam_f182m-maskrnd": {"science": ["roll1", "roll2", "no_filter"], "psf": ["psf1", "psf2"]},
        "jw01234-o001_t002_nircam_f182m-maskrnd": {"science": ["second"], "psf": ["psf1", "psf2"]},
    }


def test_an_undefined_field_joins_every_group():
    """An exposure without a filter is a member of the products of all filters that have a psf."""
    rows = [*CORON_ROWS, ("psf3_calints.fits", {**ROLL, "filter": "f210m", "is_psf": "t"})]
    told = members(CORON(exposures(*rows)))
    assert told["jw01234-o001_t001_nircam_f210m-maskrnd"] == {"science": ["no_filter", "lonely"], "psf": ["psf3"]}
    assert "no_filter" in told["jw01234-o001_t001_nircam_f182m-maskrnd"]["science"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("lonely_calints.fits", "require('psf'): its product has 0 psf, and needs at least 1"),
        ("no_subarray_calints.fits", "no value for subarray"),
        ("no_target_calints.fits", "no value for targetid or exptype"),
        ("background_calints.fits", "has('bkgdtarg') is so: bkgdtarg is 't'"),
    ],
)
def test_what_the_coronagraphy_rule_leaves_out_is_told(file, words):
    """Every exposure that is left out is told of with the step and the values."""
    story = explain(CORON, exposures(*CORON_ROWS), file)
    assert story.uses == ()
    assert words in story.verdict()


# ---------------------------------------------------------------------------------------------- partners without a file

TRIO = {"direct_image": "_i2d.fits", "sourcecat": "_cat.ecsv", "segmap": "_segm.fits"}


def catalogued(draft: Draft) -> Draft:
    """Add the direct image, catalogue and segmentation map that stage 3 will make; none of them is a file of the input."""
    ghosts = tuple(Partner(role, f"root{ending}") for role, ending in TRIO.items())
    return Draft(tuple(evolve(each, extra=each.extra + ghosts) for each in draft.bundles), draft.pool)


def test_partners_without_a_file():
    """A transform may add partners that are in no input: they are members, count for require, and have no source."""
    grism = rule(
        "grism",
        s.read(),
        s.gather(),
        s.one_each(),
        step(catalogued)(),
        s.attach("imprint", among=exptype_in("imprint")),
        s.require("sourcecat"),
        s.name("{stem}"),
        s.seal(asn_rule="grism", asn_type="spec2"),
    )
    (association,) = grism(["a_rate.fits"])
    assert [(member.expname, member.exptype) for member in association.products[0].members] == [
        ("a_rate.fits", "science"),
        *((f"root{ending}", role) for role, ending in TRIO.items()),
    ]
    assert [source and source.name.text for source in association.origin.sources[0]] == ["a_rate.fits", None, None, None]
    assert loads(association.dump()[1]) == association
    assert str(explain(grism, ["a_rate.fits"])).splitlines()[1:] == ["a_rate.fits  science  a"]


# -------------------------------------------------------------------- several candidates: expand, prune, number by origin


def expand(given: Exposures) -> Exposures:
    """Return each exposure once for each of its candidates, written as ``o001 c1000``."""
    return tuple(
        evolve(each, candidate=Candidate(word, "background" if word.startswith("c") else "observation"))
        for each in given
        for word in each.meta["asn_candidate"].split()
    )


def identified(associations: Associations) -> Associations:
    """Give each association the id of its candidate."""
    return tuple(evolve(each, asn_id=each.origin.candidate.id) for each in associations)


def pruned(associations: Associations) -> Associations:
    """Of associations with the same members keep the one with the greatest id."""
    best = {}
    for each in sorted(associations, key=lambda each: each.asn_id):
        best[frozenset((member.expname, member.exptype) for member in each.products[0].members)] = each
    kept = {id(each) for each in best.values()}
    return tuple(each for each in associations if id(each) in kept)


def numbered(associations: Associations) -> Associations:
    """Return the associations numbered within their id, in the order of the exposures that opened them."""
    counts: Counter[str] = Counter()
    made = {}
    for each in sorted(associations, key=lambda each: each.origin.opener.index):
        counts[each.asn_id] += 1
        made[id(each)] = evolve(each, extra={"sequence": counts[each.asn_id]})
    return tuple(made[id(each)] for each in associations)


CANDIDATES = rule(
    "candidates",
    s.read(),
    s.classify(),
    step(expand)(),
    s.group(by=(candidate, "stem"), of=exptype_in("science")),
    s.attach("background", by=as_keys(candidate)),
    s.name("{stem}"),
    s.seal(asn_rule="candidates", asn_type="image2"),
    step(identified)(),
    step(pruned)(),
    step(numbered)(),
)
CANDIDATE_ROWS = [
    ("s1_rate.fits", {"asn_candidate": "o001 c1000"}),
    ("s2_rate.fits", {"asn_candidate": "o001 c1000"}),
    ("s3_rate.fits", {"asn_candidate": "o001 c1001"}),
    ("b_rate.fits", {"asn_candidate": "o002 c1000", "bkgdtarg": "t"}),
]


def test_prune_and_numbering_use_the_origin():
    """Candidates come by a copy of each exposure; equal associations go, and numbers follow the openers."""
    made = CANDIDATES(exposures(*CANDIDATE_ROWS))
    told = [
        (each.asn_id, each.extra["sequence"], [member.expname[0:2] for member in each.products[0].members]) for each in made
    ]
    assert told == [
        ("o001", 1, ["s1"]),
        ("c1000", 1, ["s1", "b_"]),
        ("o001", 2, ["s2"]),
        ("c1000", 2, ["s2", "b_"]),
        ("o001", 3, ["s3"]),
    ]


def test_an_origin_is_neither_written_nor_compared():
    """Where an association came from shows in no file and makes no difference between two of the same content."""
    first = CANDIDATES(exposures(*CANDIDATE_ROWS))[0]
    assert "origin" not in first.to_dict()
    assert evolve(first, origin=None) == first


def test_every_copy_of_an_exposure_has_its_own_story():
    """An exposure that is considered for two candidates has two stories."""
    report = explain(CANDIDATES, exposures(*CANDIDATE_ROWS))
    told = [
        (story.file[:2], story.lines[-1].text if story.left_out else [use.product for use in story.uses])
        for story in report.stories
    ]
    assert told[-2:] == [("b_", told[-2][1]), ("b_", ["s1", "s2"])]
    assert told[-2][1].startswith("as background it agrees with no product; nearest is 's1_rate.fits'")
    assert [file for file, _ in told] == ["s1", "s1", "s2", "s2", "s3", "s3", "b_", "b_"]
    assert [line.text for line in report.stories[-1].lines][:2] == [
        "is background now, was science",
        "is considered for c1000",
    ]
    assert explain(CANDIDATES, exposures(*CANDIDATE_ROWS), "b_rate.fits") == report.stories[-1]
