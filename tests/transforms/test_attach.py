"""The transform that attaches partners to products."""

from types import MappingProxyType

import pytest

from asn_fp.errors import KnobError, MatchError
from asn_fp.keys import ANY, KEYS, Key, keyword, optional
from asn_fp.names import parse
from asn_fp.predicates import exptype_in, has, is_science
from asn_fp.records import Bundle, Draft, Exposure, Partner
from asn_fp.transforms import attach, gather, group, one_each
from asn_fp.transforms.attach import why_not_attached, why_nothing_attached

FILTER, PUPIL, TIME = keyword("FILTER"), keyword("PUPIL"), keyword("EXPSTART")


def pool(*rows):
    """Return an exposure for each (name, role, keywords)."""
    return tuple(Exposure(at, parse(name), role, meta=MappingProxyType(meta)) for at, (name, role, meta) in enumerate(rows))


def draft(*rows):
    """Return one product for each science exposure."""
    return one_each(gather(pool(*rows), of=is_science))


def attached(result, with_rung=False):
    """Return lead -> the names attached to its product."""
    return {
        "".join(lead.name.text for lead in bundle.leads): [
            (partner.name, partner.rung) if with_rung else partner.name for partner in bundle.extra
        ]
        for bundle in result.bundles
    }


ROWS = (
    ("s1", "science", {"filter": "f1", "pupil": "p", "expstart": "10"}),
    ("b1", "background", {"filter": "f1", "pupil": "p", "expstart": "1"}),
    ("s2", "science", {"filter": "f2", "pupil": "p", "expstart": "20.5"}),
    ("b2", "background", {"filter": "f2", "pupil": "q", "expstart": "19"}),
    ("b3", "background", {"filter": "f1", "pupil": "q", "expstart": "11"}),
    ("i1", "imprint", {"filter": "f1"}),
    ("b4", "background", {}),
)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"s1": ["b1", "b2", "b3", "b4"], "s2": ["b1", "b2", "b3", "b4"]}),
        ({"by": FILTER}, {"s1": ["b1", "b3"], "s2": ["b2"]}),
        ({"by": (FILTER, PUPIL)}, {"s1": ["b1"], "s2": []}),
        ({"by": optional(FILTER)}, {"s1": ["b1", "b3", "b4"], "s2": ["b2", "b4"]}),
        ({"by": (optional(FILTER), optional(PUPIL))}, {"s1": ["b1", "b4"], "s2": ["b4"]}),
        ({"by": [(FILTER, PUPIL), FILTER]}, {"s1": ["b1"], "s2": ["b2"]}),
        ({"by": [(FILTER, PUPIL), ()]}, {"s1": ["b1"], "s2": ["b1", "b2", "b3", "b4"]}),
        ({"by": ["detector", "stem"]}, {"s1": [], "s2": []}),
        ({"at_most": 2}, {"s1": ["b1", "b2"], "s2": ["b1", "b2"]}),
        ({"at_most": 0}, {"s1": [], "s2": []}),
        ({"by": FILTER, "at_most": 1}, {"s1": ["b1"], "s2": ["b2"]}),
        ({"by": FILTER, "closest": TIME}, {"s1": ["b3", "b1"], "s2": ["b2"]}),
        ({"closest": TIME, "at_most": 1}, {"s1": ["b3"], "s2": ["b2"]}),
        ({"closest": TIME}, {"s1": ["b3", "b1", "b2", "b4"], "s2": ["b2", "b3", "b1", "b4"]}),
        ({"among": exptype_in("imprint")}, {"s1": ["i1"], "s2": ["i1"]}),
        ({"among": has("filter"), "by": FILTER}, {"s1": ["b1", "b3", "i1"], "s2": ["b2"]}),
    ],
)
def test_attach(settings, expected):
    """Exposures of the role that agree with the lead become partners: all, by key, by ladder, some, the closest, or among."""
    result = attach(draft(*ROWS), "background", **settings)
    assert attached(result) == expected
    assert {partner.exptype for bundle in result.bundles for partner in bundle.extra} <= {"background"}


def test_a_partner_knows_its_exposure_and_its_rung():
    """A partner holds the exposure it came from and the number of the rung that found it."""
    given = draft(*ROWS)
    result = attach(given, "background", by=[(FILTER, PUPIL), FILTER])
    assert attached(result, with_rung=True) == {"s1": [("b1", 0)], "s2": [("b2", 1)]}
    assert result.bundles[1].extra[0].source is given.pool[3]


def test_the_first_rung_that_finds_any_wins():
    """A later rung is not asked where an earlier one found a partner, however few."""
    result = attach(draft(*ROWS), "background", by=[FILTER, optional(FILTER)])
    assert attached(result, with_rung=True) == {"s1": [("b1", 0), ("b3", 0)], "s2": [("b2", 0)]}


@pytest.mark.parametrize("settings", [{}, {"by": FILTER}, {"by": [FILTER]}, {"closest": TIME}])
def test_a_lead_is_never_its_own_partner(settings):
    """An exposure of a product is not attached to it, only to the others."""
    rows = [(name, "science", {"filter": "f1", "expstart": "1"}) for name in ("a", "b", "c")]
    result = attach(draft(*rows), "background", among=is_science, **settings)
    assert attached(result) == {"a": ["b", "c"], "b": ["a", "c"], "c": ["a", "b"]}


def test_a_rung_that_finds_only_the_lead_is_passed_over():
    """Where a rung finds nothing but the product's own lead, the next one is asked."""
    rows = [("a", "science", {"filter": "f1", "pupil": "p"}), ("b", "science", {"filter": "f1", "pupil": "q"})]
    result = attach(draft(*rows), "background", among=is_science, by=[(FILTER, PUPIL), FILTER])
    assert attached(result, with_rung=True) == {"a": [("b", 1)], "b": [("a", 1)]}


def test_partners_of_several_leads_come_once_in_input_order():
    """A product with several leads gets the partners of any of them, each once, in input order."""
    rows = (
        ("b1", "background", {"pupil": "q"}),
        ("s1", "science", {"filter": "f1", "pupil": "p"}),
        ("b2", "background", {"pupil": "p"}),
        ("s2", "science", {"filter": "f1", "pupil": "q"}),
        ("s3", "science", {"filter": "f1", "pupil": "p"}),
    )
    given = group(pool(*rows), by=FILTER, of=is_science)
    assert attached(attach(given, "background", by=PUPIL)) == {"s1s2s3": ["b1", "b2"]}
    assert attached(attach(given, "psf", by=FILTER, among=is_science)) == {"s1s2s3": []}


def test_what_was_attached_before_stays():
    """New partners come behind the ones that a product has."""
    given = attach(draft(*ROWS), "imprint")
    assert attached(attach(given, "background", by=FILTER)) == {"s1": ["i1", "b1", "b3"], "s2": ["i1", "b2"]}


def test_an_optional_key_of_the_lead_agrees_with_all():
    """A lead without an optional value takes the partners of every value."""
    rows = (("s", "science", {}), ("b1", "background", {"filter": "f1"}), ("b2", "background", {"filter": "f2"}))
    assert attached(attach(draft(*rows), "background", by=optional(FILTER))) == {"s": ["b1", "b2"]}
    assert attached(attach(draft(*rows), "background", by=FILTER)) == {"s": []}


def test_a_lead_without_a_value_gets_no_partner():
    """A lead whose value is undefined takes none, also none of a partner that is exempt from the key."""
    exempt = Key("exempt", ("filter", "exptype"), lambda each: ANY if each.exptype == "background" else FILTER(each))
    rows = (("s1", "science", {}), ("s2", "science", {"filter": "f1"}), ("b", "background", {}))
    assert attached(attach(draft(*rows), "background", by=exempt)) == {"s1": [], "s2": ["b"]}


def test_too_few_partners_name_every_product_and_its_nearest_miss():
    """One error lists every product that lacks partners, with the partner that came nearest and the values that differ."""
    rows = (
        ("s1", "science", {"filter": "f1", "pupil": "p"}),
        ("s2", "science", {"filter": "f2", "pupil": "p"}),
        ("s3", "science", {"filter": "f3", "pupil": "q"}),
        ("b1", "background", {"filter": "f1", "pupil": "p"}),
        ("b2", "background", {"filter": "f2"}),
        ("b3", "background", {"filter": "f4", "pupil": "p"}),
    )
    with pytest.raises(MatchError) as caught:
        attach(draft(*rows), "background", by=(FILTER, PUPIL), at_least=1)
    assert str(caught.value).splitlines() == [
        "product (needs at least 1 background, found 0): 's2'; nearest is 'b1': filter 'f1', not 'f2'",
        "product (needs at least 1 background, found 0): 's3'; nearest is 'b1': filter 'f1', not 'f3', pupil 'p', not 'q'",
    ]


def test_the_nearest_miss_is_none_of_those_attached():
    """Where some were found but not enough, the nearest miss is a partner that was not attached."""
    rows = (("s", "science", {"filter": "f1"}), ("b1", "background", {"filter": "f1"}), ("b2", "background", {"filter": "f2"}))
    with pytest.raises(MatchError, match=r"at least 2 background, found 1.: 's'; nearest is 'b2': .* 'f2', not 'f1'"):
        attach(draft(*rows), "background", by=FILTER, at_least=2)


def test_an_undefined_value_is_named_in_the_nearest_miss():
    """A partner that lacks the keyword is said to have it undefined."""
    rows = (("s1", "science", {"filter": "f1"}), ("b1", "background", {}))
    with pytest.raises(MatchError, match=r"nearest is 'b1': filter undefined, not 'f1'"):
        attach(draft(*rows), "background", by=FILTER, at_least=1)


def test_no_partner_at_all_is_said():
    """Where no exposure has the role, the error says so."""
    with pytest.raises(MatchError, match=r"needs at least 1 psf, found 0.*'s1'; there is no other to take"):
        attach(draft(("s1", "science", {})), "psf", at_least=1)


@pytest.mark.parametrize(("at_least", "fails"), [(1, False), (2, False), (3, True)])
def test_at_least_counts_what_was_attached(at_least, fails):
    """A product with fewer partners than asked is an error, one with as many is not."""
    rows = (("s", "science", {}), ("b1", "background", {}), ("b2", "background", {}), ("i", "imprint", {}))
    given = attach(draft(*rows), "imprint")
    if fails:
        with pytest.raises(MatchError, match=r"needs at least 3 background, found 2"):
            attach(given, "background", at_least=at_least)
    else:
        assert attached(attach(given, "background", at_least=at_least)) == {"s": ["i", "b1", "b2"]}


def test_a_named_product_is_named_in_the_error():
    """A product that has a name already is called so."""
    given = Draft((Bundle((), "jw01234", pool(("s", "science", {}))),), ())
    with pytest.raises(MatchError, match=r"found 0.: 'jw01234'"):
        attach(given, "psf", at_least=1)


@pytest.mark.parametrize(
    ("exptype", "settings", "text"),
    [
        ("bckground", {}, "exptype (unknown): 'bckground'; did you mean 'background'?"),
        ("background", {"by": "detectr"}, "key (unknown): 'detectr'; did you mean 'detector'?"),
        ("background", {"by": ["detector", "detectr"]}, "key (unknown): 'detectr'; did you mean 'detector'?"),
        ("background", {"by": (3,)}, "key (not a key or the name of one): 3; make one with keyword('FILTER')"),
        ("background", {"closest": "expstart"}, "key (unknown): 'expstart'; "),
    ],
)
def test_attach_refuses_bad_settings(exptype, settings, text):
    """An unknown role or key is an error at once, also without exposures."""
    with pytest.raises(KnobError) as caught:
        attach(Draft(), exptype, **settings)
    assert str(caught.value).startswith(text)


def test_closest_needs_a_number():
    """A value that is no number is an error that names the exposure."""
    rows = (("s", "science", {"expstart": "1"}), ("b", "background", {"expstart": "noon"}))
    with pytest.raises(MatchError, match=r"exposure .keyword.'expstart'. is not a number.: 'b'"):
        attach(draft(*rows), "background", closest=TIME)


def test_names_know_the_keys_of_the_command_line():
    """Every key that names are enough for can be given by its name."""
    for name in KEYS:
        attach(Draft(), "background", by=name)


@pytest.mark.parametrize(
    ("rows", "settings", "text", "differing"),
    [
        (
            [("s", "science", {"filter": "f1"})],
            {"by": FILTER},
            "as background it agrees with no product; nearest is 's': filter 'f2', not 'f1'",
            (("filter", "'f2'", "'f1'"),),
        ),
        (
            [("s", "science", {"filter": "f1", "pupil": "q"}), ("t", "science", {"filter": "f1", "pupil": "p"})],
            {"by": [FILTER, (FILTER, PUPIL)]},
            "as background it agrees with no product; nearest is 't': filter 'f2', not 'f1'",
            (("filter", "'f2'", "'f1'"),),
        ),
        ([("s", "science", {})], {"at_most": 0}, "a product takes at most 0, and others came first", ()),
        (
            [("s", "science", {"filter": "f2"})],
            {"by": [PUPIL, FILTER]},
            "an earlier rung of the ladder found others, and others came first",
            (),
        ),
    ],
)
def test_why_not_attached(rows, settings, text, differing):
    """The reason is the product that came nearest with the values that differ, or what stood in the way of a match."""
    given = pool(*rows, ("b", "background", {"filter": "f2", "pupil": "p"}))
    reason = why_not_attached(one_each(gather(given, of=is_science)), given[-1], "background", **settings)
    assert (reason.text, reason.differing) == (text, differing)


def test_why_not_attached_concerns_the_role_only():
    """An exposure of another role has no reason here, and one that could only join itself is told so."""
    given = pool(("s", "science", {}), ("i", "imprint", {}))
    single = one_each(gather(given, of=is_science))
    assert why_not_attached(single, given[1], "background") is None
    own = why_not_attached(single, given[0], "background", among=is_science)
    assert own.text == "it leads the only product, and an exposure is never its own partner"
    two = draft(("s", "science", {}), ("t", "science", {}))
    reason = why_not_attached(two, two.pool[0], "background", among=is_science, at_most=0)
    assert reason.text == "a product takes at most 0, and others came first"


def test_partners_without_a_file_stay():
    """A partner that is no exposure is kept, and is never taken for a lead."""
    given = draft(*ROWS)
    bundle = given.bundles[0]
    ghost = Partner("sourcecat", "c_cat.ecsv")
    with_ghost = Draft((Bundle(bundle.key, "", bundle.leads, (ghost,)),), given.pool)
    assert attached(attach(with_ghost, "imprint")) == {"s1": ["c_cat.ecsv", "i1"]}


@pytest.mark.parametrize(
    ("rows", "settings", "expected"),
    [
        (
            [("s1", "science", {"filter": "f1"}), ("b1", "background", {"filter": "f2"})],
            {"by": FILTER},
            "no background agrees with it; nearest is 'b1': filter 'f2', not 'f1'",
        ),
        ([("s1", "science", {"filter": "f1"}), ("b1", "background", {"filter": "f1"})], {"by": FILTER}, None),
        ([("s1", "science", {"filter": "f1"})], {"by": FILTER}, None),
        (
            [("s1", "science", {"filter": "f1"}), ("b1", "background", {"filter": "f1"})],
            {"by": FILTER, "unless": lambda *_: True},
            "no background is attached to it: <lambda> keeps 'b1' away",
        ),
    ],
)
def test_why_nothing_attached(rows, settings, expected):
    """A lead without a partner is told how the nearest one differs, where there are any."""
    given = tuple(Exposure(at, parse(name), role, meta=meta) for at, (name, role, meta) in enumerate(rows))
    reason = why_nothing_attached(one_each(gather(given, of=is_science)), given[0], "background", **settings)
    assert (reason.text if reason else None) == expected
