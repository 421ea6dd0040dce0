"""Laws that hold for every input: nothing changes in place, order changes order only, nothing is lost silently."""

from collections.abc import Callable
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asn_fp
from asn_fp import steps as s
from asn_fp import transforms as t
from asn_fp.explain import explain
from asn_fp.keys import keyword, optional
from asn_fp.names import parse
from asn_fp.pipeline import rule
from asn_fp.predicates import EVERY, has, is_science, named, not_
from asn_fp.records import Association, Draft, Exposure, Member, Product
from asn_fp.rules.lists import DMSLevel2bBase, level2, level3

ROLES = ("science", "background", "imprint", "psf")
FILTER, PUPIL = keyword("FILTER"), keyword("PUPIL")
NAMES = [
    f"jw0123400{observation}001_02101_0000{number}_{detector}.fits"
    for observation in (1, 2)
    for number in (1, 2, 3)
    for detector in ("nrs1", "nrs2")
]


def exposures(*rows: tuple[str, str, dict[str, str]]) -> tuple[Exposure, ...]:
    """Return an exposure for each (name, role, keywords)."""
    return tuple(Exposure(at, parse(name), role, meta=MappingProxyType(meta)) for at, (name, role, meta) in enumerate(rows))


GIVEN = t.read([("a_rate.fits", "science"), ("b_rate.fits", "background")])
DRAFT = t.attach(t.name(t.one_each(t.gather(GIVEN, of=is_science)), "{stem}"), "background")
MADE = (
    Association(
        program="01234", asn_id="o001", target="t001", extra={"n": 1}, products=(Product("a", (Member("a_rate.fits", "psf"),)),)
    ),
)

UNCHANGED: dict[str, tuple[object, Callable[..., object]]] = {
    "read": (GIVEN, t.read),
    "enlist no roles": (GIVEN, lambda x: t.enlist(x, {})),
    "enlist empty roles": (GIVEN, lambda x: t.enlist(x, {"psf": []})),
    "enlist roles it has": (GIVEN, lambda x: t.enlist(x, {"background": ["b_rate.fits"]})),
    "keep": (GIVEN, lambda x: t.keep(x, named("*"))),
    "drop": (GIVEN, lambda x: t.drop(x, has("filter"))),
    "mark nobody": (GIVEN, lambda x: t.mark(x, "psf", when=not_(EVERY))),
    "mark as they are": (GIVEN[1:], lambda x: t.mark(x, "background", when=EVERY)),
    "classify": (GIVEN, t.classify),
    "one_each": (DRAFT, t.one_each),
    "one_each with others": (DRAFT, lambda x: t.one_each(x, others="background")),
    "attach without partners": (DRAFT, lambda x: t.attach(x, "psf")),
    "attach without matches": (DRAFT, lambda x: t.attach(x, "background", by=FILTER)),
    "attach at most none": (DRAFT, lambda x: t.attach(x, "background", at_most=0)),
    "require": (DRAFT, lambda x: t.require(x, "science")),
    "name": (DRAFT, lambda x: t.name(x, "{stem}")),
    "distinct": (DRAFT, t.distinct),
    "stamp nothing": (MADE, lambda x: t.stamp(x, {})),
    "stamp what is there": (MADE, lambda x: t.stamp(x, {"program": "01234", "n": 1})),
    "identify": (MADE, t.identify),
    "relocate as-given": (MADE, lambda x: t.relocate(x, "as-given")),
    "relocate basename": (MADE, lambda x: t.relocate(x, "basename")),
    "relocate relative": (MADE, lambda x: t.relocate(x, "relative", start="/d", cwd="/d")),
    "verify": (MADE, t.verify),
}


@pytest.mark.parametrize("case", UNCHANGED)
def test_a_transform_that_changes_nothing_returns_the_same_object(case):
    """A transform that has nothing to do gives back the carrier itself."""
    carrier, transform = UNCHANGED[case]
    assert transform(carrier) is carrier


RULES = {
    "level2": level2(),
    "level2 by": level2(by=("observation", "detector")),
    "DMSLevel2bBase": DMSLevel2bBase(),
    "level3": level3(product_name="p"),
    "grouped": rule(
        "grouped",
        s.read(),
        s.group(by=("observation", optional("detector")), of=is_science),
        s.attach("background", by=["detector", "program"]),
        s.require("background"),
        s.name("{program}_{observation}_{detector}"),
        s.seal(asn_rule="grouped"),
    ),
}
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(ROLES)), min_size=1, unique_by=lambda pair: pair[0])


def products(associations):
    """Return the products as name -> set of members, whatever their order."""
    return {
        product.name: frozenset((member.expname, member.exptype) for member in product.members)
        for association in associations
        for product in association.products
    }


@pytest.mark.parametrize("chosen", RULES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_shuffled_items_give_the_same_products(chosen, data):
    """The order of the items decides on the order of products and members only."""
    items = data.draw(PAIRS)
    shuffled = data.draw(st.permutations(items))
    assert products(RULES[chosen](items)) == products(RULES[chosen](shuffled))


METAS = st.fixed_dictionaries(
    {},
    optional={"filter": st.sampled_from(["f1", "f2"]), "pupil": st.sampled_from("pq"), "targetid": st.sampled_from("12")},
)
ROWS = st.lists(st.tuples(st.sampled_from(ROLES), METAS), min_size=1, max_size=9)


def bundled(rows, order):
    """Return the leads and partners of each product as sets of names, for rows taken in some order."""
    held = tuple(Exposure(at, parse(f"e{at}"), role, meta=MappingProxyType(meta)) for at, (role, meta) in enumerate(rows))
    given = t.read(tuple(Exposure(at, held[old].name, held[old].exptype, meta=held[old].meta) for at, old in enumerate(order)))
    draft = t.group(given, by=(optional(FILTER), optional(PUPIL)), of=is_science)
    draft = t.attach(draft, "background", by=["target", optional(FILTER)])
    return {
        (frozenset(lead.name.text for lead in each.leads), frozenset((part.name, part.rung) for part in each.extra))
        for each in draft.bundles
    }


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_undefined_values_do_not_make_order_matter(data):
    """With optional keys, too, groups and partners are the same in any order of the input."""
    rows = data.draw(ROWS)
    order = data.draw(st.permutations(range(len(rows))))
    assert bundled(rows, range(len(rows))) == bundled(rows, order)


@pytest.mark.parametrize("chosen", RULES)
@settings(max_examples=20, deadline=None)
@given(items=PAIRS, between=PAIRS)
def test_what_ran_before_does_not_matter(chosen, items, between):
    """The same rule gives equal associations and equal bytes for the same items, whatever ran in between."""
    first = RULES[chosen](items)
    for other in RULES.values():
        other(between)
    second = RULES[chosen](items)
    assert first == second
    assert [asn_fp.dumps(each) for each in first] == [asn_fp.dumps(each) for each in second]


@pytest.mark.parametrize("chosen", RULES)
@settings(max_examples=30, deadline=None)
@given(items=PAIRS)
def test_nothing_is_lost_without_a_step_that_says_so(chosen, items):
    """Every file is a member of some product, or its story names the step that left it out and why."""
    used = {name for members in products(RULES[chosen](items)).values() for name, _ in members}
    report = explain(RULES[chosen], items)
    assert [story.file for story in report.stories] == [name for name, _ in items]
    written = [str(step) for step in RULES[chosen].steps]
    for story in report.stories:
        if story.file in used:
            assert story.left_out is None
            assert story.uses
        else:
            assert story.uses == ()
            assert written[story.left_out.number - 1] == story.left_out.step
            assert story.left_out.text


@pytest.mark.parametrize("chosen", ["level2", "DMSLevel2bBase", "level3"])
@settings(max_examples=30, deadline=None)
@given(items=PAIRS)
def test_order_is_input_order(chosen, items):
    """Products and the members of one role stand in the order of the items."""
    place = {name: at for at, (name, _) in enumerate(items)}
    for association in RULES[chosen](items):
        firsts = [place[product.members[0].expname] for product in association.products]
        assert firsts == sorted(firsts)
        for product in association.products:
            for role in ROLES:
                order = [place[member.expname] for member in product.members if member.exptype == role]
                assert order == sorted(order)


@settings(max_examples=30, deadline=None)
@given(rows=ROWS)
def test_groups_stand_in_the_order_of_their_first_members(rows):
    """Groups come in order of first member and hold their exposures in input order, with undefined values too."""
    held = exposures(*((f"e{at}", role, meta) for at, (role, meta) in enumerate(rows)))
    for by in ((FILTER, PUPIL), (optional(FILTER), optional(PUPIL))):
        leads = [[lead.index for lead in bundle.leads] for bundle in t.group(held, by=by).bundles]
        assert all(each == sorted(each) for each in leads)
        assert [each[0] for each in leads] == sorted(each[0] for each in leads)


@settings(max_examples=50, deadline=None)
@given(rows=ROWS)
def test_transforms_leave_their_input_alone(rows):
    """No transform changes the carrier it was given."""
    held = exposures(*((f"e{at}", role, meta) for at, (role, meta) in enumerate(rows)))
    copy = exposures(*((f"e{at}", role, meta) for at, (role, meta) in enumerate(rows)))
    draft = t.group(held, by=optional(FILTER), of=is_science)
    same = t.group(copy, by=optional(FILTER), of=is_science)
    for change in (
        lambda x: t.attach(x, "background", by=optional(PUPIL)),
        lambda x: t.one_each(x, others="background"),
        lambda x: t.name(x, "n"),
        lambda x: t.require(x, "psf"),
        lambda x: t.seal(x, asn_rule="r"),
    ):
        change(draft)
        assert (draft, held) == (same, copy)


@settings(max_examples=50, deadline=None)
@given(rows=ROWS)
def test_the_pool_never_shrinks(rows):
    """Whatever happens to the products, every exposure that came in stays in the pool."""
    held = exposures(*((f"e{at}", role, meta) for at, (role, meta) in enumerate(rows)))
    draft = t.group(held, by=FILTER, of=is_science)
    for after in (t.attach(draft, "background"), t.one_each(draft), t.require(draft, "psf"), t.name(draft, "n")):
        assert after.pool is held
    assert t.gather(held, of=is_science).pool is held
    assert Draft().pool == ()
