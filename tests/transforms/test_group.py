"""The transforms that turn exposures into products in the making."""

from itertools import permutations
from types import MappingProxyType

import pytest

from asn_fp.errors import KnobError
from asn_fp.keys import ANY, Key, keyword, optional, program, target
from asn_fp.names import parse
from asn_fp.predicates import EVERY, has, is_science
from asn_fp.records import Bundle, Draft, Exposure, Partner
from asn_fp.transforms import gather, group, one_each, read
from asn_fp.transforms.group import why_no_lead, why_not_grouped

FILTER, PUPIL = keyword("FILTER"), keyword("PUPIL")


def exposures(*metas, roles=()):
    """Return one exposure for each dict of keywords, called a, b, c, ..."""
    roles = (*roles, *["science"] * (len(metas) - len(roles)))
    letters = "abcdefghijklmnop"
    return tuple(
        Exposure(at, parse(letters[at]), role, meta=MappingProxyType(meta))
        for at, (meta, role) in enumerate(zip(metas, roles, strict=True))
    )


def told(draft):
    """Return key and leads of each product, the leads as one word of letters."""
    return [(bundle.key, "".join(lead.name.text for lead in bundle.leads)) for bundle in draft.bundles]


def test_gather_makes_one_product():
    """Gather puts all exposures, or those of a predicate, into one product without a name, and all into the pool."""
    given = exposures({}, {}, {}, roles=("science", "psf"))
    everything, some, none = gather(given), gather(given, of=is_science), gather(given, of=has("filter"))
    assert told(everything) == [((), "abc")]
    assert everything.bundles[0].leads is given
    assert told(some) == [((), "ac")]
    assert none.bundles == gather(()).bundles == ()
    assert everything.pool is some.pool is none.pool is given


@pytest.mark.parametrize(
    ("by", "metas", "expected"),
    [
        (FILTER, [{"filter": "f1"}, {"filter": "f2"}, {"filter": "f1"}], [(("f1",), "ac"), (("f2",), "b")]),
        (FILTER, [{"filter": "f1"}, {}, {"filter": "f1"}], [(("f1",), "ac")]),
        (FILTER, [{}, {}], []),
        ((), [{}, {"filter": "f1"}], [((), "ab")]),
        (
            (FILTER, PUPIL),
            [{"filter": "f1", "pupil": "p"}, {"filter": "f1", "pupil": "q"}, {"filter": "f1"}, {"filter": "f1", "pupil": "p"}],
            [(("f1", "p"), "ad"), (("f1", "q"), "b")],
        ),
        (keyword("PUPIL", "GRATING"), [{"grating": "g"}, {"pupil": "g", "grating": "h"}], [(("g",), "ab")]),
        ("target", [{"targetid": "1"}, {"targetid": "2"}], [(("1",), "a"), (("2",), "b")]),
        ((target, "program"), [{"targetid": "1", "program": "7"}], [(("1", "00007"), "a")]),
    ],
)
def test_group_by_keys(by, metas, expected):
    """Exposures that share all values are one product, in order of first appearance; one without a value is in none."""
    given = exposures(*metas)
    draft = group(given, by=by)
    assert told(draft) == expected
    assert draft.pool is given


@pytest.mark.parametrize(
    ("metas", "expected"),
    [
        ([{"filter": "f1"}, {}, {"filter": "f2"}], ["ab", "bc"]),
        ([{}, {"filter": "f1"}, {"filter": "f2"}], ["ab", "ac"]),
        ([{}, {}], ["ab"]),
        ([{"filter": "f1"}, {"pupil": "p"}], ["ab"]),
        ([{"filter": "f1"}, {"pupil": "p"}, {"filter": "f2", "pupil": "q"}], ["ab", "c"]),
        ([{"filter": "f1", "pupil": "p"}, {"filter": "f1"}, {"filter": "f1", "pupil": "q"}], ["ab", "bc"]),
    ],
)
def test_an_undefined_optional_value_joins_any_group(metas, expected):
    """An exposure without an optional value is in every group that its other values allow, in whatever order they come."""
    given = exposures(*metas)
    by = (optional(FILTER), optional(PUPIL))
    assert [leads for _, leads in told(group(given, by=by))] == expected
    for order in permutations(given):
        shuffled = group(order, by=by)
        assert sorted(leads for _, leads in told(shuffled)) == sorted(expected)


def test_the_key_of_a_shared_group_holds_what_is_known():
    """A group's key has the defined values of all that joined it."""
    assert group(exposures({"filter": "f1"}, {"pupil": "p"}), by=(optional(FILTER), optional(PUPIL))).bundles[0].key == (
        "f1",
        "p",
    )


def test_a_background_without_a_target_joins_all():
    """A key that exempts a role puts its exposures into the groups of all targets, and with no target into one of its own."""
    exempt = Key("T(bkg)", ("targetid", "exptype"), lambda each: ANY if each.exptype == "background" else target(each))
    metas = [{"targetid": "1", "program": "7"}, {"program": "7"}, {"targetid": "2", "program": "7"}, {"program": "8"}]
    given = exposures(*metas, roles=("science", "background", "science", "background"))
    assert told(group(given, by=(program, exempt))) == [
        (("00007", "1"), "ab"),
        (("00007", "2"), "bc"),
        (("00008", ANY), "d"),
    ]


def test_only_some_may_lead():
    """An exposure that the predicate refuses leads no product and stays in the pool."""
    given = exposures({"filter": "f1"}, {"filter": "f1"}, roles=("science", "background"))
    draft = group(given, by=FILTER, of=is_science)
    assert told(draft) == [(("f1",), "a")]
    assert draft.pool is given


def test_group_refuses_an_unknown_key():
    """A word that is no key is an error with the nearest one, also without exposures."""
    with pytest.raises(KnobError, match=r"key .unknown.: 'detectr'; did you mean 'detector'"):
        group((), by="detectr")


def test_why_not_grouped():
    """The reason is the role, or the keys without a value."""
    (given,) = exposures({"pupil": "p"})
    assert why_not_grouped((), given, (FILTER, PUPIL, keyword("BAND"))).differing == (
        ("filter", "undefined", "any value"),
        ("band", "undefined", "any value"),
    )
    assert why_not_grouped((), given, FILTER).text == "no value for filter"
    assert why_not_grouped((), given, PUPIL) is None
    assert why_not_grouped((), given, PUPIL, of=has("filter")).text.startswith("has('filter') is not so")
    assert why_no_lead((), given, EVERY) is None


def test_one_each_splits():
    """Every lead gets a product of its own, with the key, the name and the partners of the one it was in."""
    given = read(["a", "b", "c"])
    partner = Partner("imprint", "i")
    draft = Draft((Bundle(("k",), "n", given[:2], (partner,)), Bundle(("m",), "o", given[2:])), given)
    split = one_each(draft)
    assert told(split) == [(("k",), "a"), (("k",), "b"), (("m",), "c")]
    assert [bundle.name for bundle in split.bundles] == ["n", "n", "o"]
    assert [bundle.extra for bundle in split.bundles] == [(partner,), (partner,), ()]
    assert split.pool is given


def nods(unless=None, others="background"):
    """Return lead -> partners of four nods of one group that also has an imprint."""
    given = read([f"{number}" for number in (1, 2, 3, 4)])
    split = one_each(Draft((Bundle((), "", given, (Partner("imprint", "i"),)),), given), others=others, unless=unless)
    return {
        bundle.leads[0].name.text: [(partner.name, partner.exptype, partner.source is not None) for partner in bundle.extra]
        for bundle in split.bundles
    }


def test_the_others_become_partners():
    """Nods: the other leads join each product in the role given, in order and in front of what was attached before."""
    assert nods()["2"] == [(name, "background", True) for name in "134"] + [("i", "imprint", False)]


@pytest.mark.parametrize(("lead", "left"), [("1", "34"), ("2", "34"), ("3", "12"), ("4", "12")])
def test_unless_forbids_pairs(lead, left):
    """A relation (lead, other) keeps others away, nods at the same primary position for example."""

    def same_position(one, other):
        return (int(one.name.text) - 1) // 2 == (int(other.name.text) - 1) // 2

    assert [name for name, role, _ in nods(same_position)[lead] if role == "background"] == list(left)


def test_unless_is_asked_with_the_lead_first():
    """The relation need not be symmetric: its first argument leads the product, its second would join it."""
    assert [name for name, role, _ in nods(lambda one, other: one.index < other.index)["3"] if role == "background"] == [
        "1",
        "2",
    ]
