"""Associations to those that say something of their own, and their file names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from attrs import evolve

from asn_fp.names import association_file_name
from asn_fp.records import ABSENT, Association, Associations, Exposure, Member, Product

__all__ = ["file_names", "merge", "prune"]


def prune(associations: Associations) -> Associations:
    """Leave out associations whose members another has, and all but one of those that make the same product.

    Of equal memberships the one with the greatest candidate id stays (observations before others), then the last rule
    by name. Of the stage-2 associations that make one product at one level the one with most members stays, then that
    of a background candidate, then the last rule by name. Of the stage-3 associations of one type and product name
    those go whose members another has, and more. Source: jwst 3.0.0, ``prune``; there stage 2 keeps equally large ones,
    whose products overwrite each other, and stage 3 loses smaller ones that are no subsets.

    >>> from asn_fp.records import Member
    >>> def asn(asn_id: str, *names: str) -> Association:
    ...     return Association(asn_id=asn_id, products=(Product("p", tuple(Member(name, "science") for name in names)),))
    >>> [each.asn_id for each in prune((asn("c1000", "a_rate.fits"), asn("o001", "a_rate.fits")))]
    ['o001']
    """
    distinct = _best(associations, _membership, lambda each: (str(each.asn_id), _rule(each), each.products[0].name))
    single = _best(distinct, _product, lambda each: (_size(each), _for_background(each), _rule(each), str(each.asn_id)))
    return _without_subsets(single)


def _best(
    associations: Associations, key: Callable[[Association], object], rank: Callable[[Association], tuple[object, ...]]
) -> Associations:
    best: dict[object, Association] = {}
    for each in associations:
        known = best.setdefault(key(each), each)
        if known is not each and rank(each) > rank(known):
            best[key(each)] = each
    kept = {id(each) for each in best.values()}
    return associations if len(kept) == len(associations) else tuple(each for each in associations if id(each) in kept)


def _membership(association: Association) -> object:
    return frozenset(Counter((each.expname, each.exptype) for each in association.products[0].members).items())


def _product(association: Association) -> object:
    """Return what two stage-2 associations must not both make; to stage 3 each association is its own."""
    if str(association.asn_type).endswith("3"):
        return id(association)
    first = association.products[0].members[0].expname
    return (association.products[0].name, first.rpartition("_")[2])


def _without_subsets(associations: Associations) -> Associations:
    named: dict[object, list[tuple[frozenset[object], Association]]] = {}
    for each in associations:
        members = frozenset((member.expname, member.exptype) for member in each.products[0].members)
        named.setdefault((each.products[0].name, each.asn_type), []).append((members, each))
    twins = [group for group in named.values() if len(group) > 1]
    gone = {id(each) for group in twins for members, each in group if any(members < other for other, _ in group)}
    return tuple(each for each in associations if id(each) not in gone) if gone else associations


def _size(association: Association) -> int:
    return len(association.products[0].members)


def _for_background(association: Association) -> bool:
    candidate = association.origin.candidate if association.origin else None
    return candidate is not None and candidate.type == "background"


def _rule(association: Association) -> str:
    return association.origin.rule if association.origin else str(association.asn_rule)


def file_names(associations: Associations, version_id: str | None = None) -> tuple[str, ...]:
    """Return a file name for each association, numbered by science file name within its program, id and type.

    So the numbers stay the same when the rows of a pool are in another order.

    >>> asn = Association(program="01234", asn_id="o001", asn_type="spec2", products=(Product("p"),))
    >>> file_names((asn,))
    ('jw01234-o001_spec2_00001_asn.json',)
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    numbers: dict[int, str] = {}
    for each in sorted(associations, key=lambda each: (_first_science(each), _rule(each), each.products[0].name)):
        kind = (str(each.program), str(each.asn_id), str(each.asn_type))
        counts[kind] += 1
        numbers[id(each)] = association_file_name(*kind, counts[kind], version_id)
    return tuple(numbers[id(each)] for each in associations)


def _first_science(association: Association) -> str:
    return min((each.expname for each in association.products[0].members if each.exptype == "science"), default="")


def merge(associations: Associations) -> Associations:
    """Put the products of associations of one type, id and program into one; a product of the same name gets what it lacks.

    >>> one, two = (Association(asn_type="spec2", asn_id="o001", products=(Product(name),)) for name in "ab")
    >>> [product.name for product in merge((one, two))[0].products]
    ['a', 'b']
    """
    groups: dict[tuple[object, ...], list[Association]] = {}
    for each in associations:
        groups.setdefault((each.asn_type, each.asn_id, each.program), []).append(each)
    return associations if len(groups) == len(associations) else tuple(map(_merged, groups.values()))


def _merged(group: list[Association]) -> Association:
    members: dict[str, dict[str, tuple[Member, Exposure | None]]] = {}
    for each in group:
        found = each.origin.sources if each.origin else tuple((None,) * len(product.members) for product in each.products)
        for product, behind in zip(each.products, found, strict=True):
            known = members.setdefault(product.name, {})
            for member, source in zip(product.members, behind, strict=True):
                known.setdefault(member.expname, (member, source))
    products = tuple(Product(name, tuple(member for member, _ in known.values())) for name, known in members.items())
    sources = tuple(tuple(source for _, source in known.values()) for known in members.values())
    degraded = next((each.degraded_status for each in group if not str(each.degraded_status).startswith("No")), ABSENT)
    origin = evolve(group[0].origin, sources=sources) if group[0].origin else None
    status = group[0].degraded_status if degraded is ABSENT else degraded
    return evolve(group[0], products=products, degraded_status=status, origin=origin)
