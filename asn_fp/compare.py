"""What differs between two associations: products, members and their roles, in whatever order they stand."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Mapping
from itertools import count
from typing import Any, TypeAlias

from attrs import field, frozen

from asn_fp.records import ABSENT, Association, as_association, thaw

__all__ = ["Difference", "MemberChange", "diff"]

_Roles: TypeAlias = tuple[str, ...]
_Name: TypeAlias = tuple[str, int]
_Contents: TypeAlias = dict[_Name, Counter[tuple[str, str]]]


@frozen
class MemberChange:
    """Hold one file that a product has in other roles, or not at all, in one of two associations."""

    product: str
    expname: str
    first: _Roles
    second: _Roles

    def __str__(self) -> str:
        role = " + ".join
        if not self.second:
            return f"- {self.product}: {role(self.first)} {self.expname}"
        if not self.first:
            return f"+ {self.product}: {role(self.second)} {self.expname}"
        return f"! {self.product}: {role(self.first)} -> {role(self.second)} {self.expname}"


@frozen
class Difference:
    """Hold what differs between two associations; it is false where nothing does.

    Attributes:
        products: (name in the first, name in the second), None where it has no such product; both where only the name
            differs.
        members: the members that differ, of products that both have.
        keys: (key, value in the first, value in the second) of the top-level keys, where they were asked for.
    """

    products: tuple[tuple[str | None, str | None], ...] = ()
    members: tuple[MemberChange, ...] = ()
    keys: tuple[tuple[str, Any, Any], ...] = field(default=(), hash=False)

    def __bool__(self) -> bool:
        return bool(self.products or self.members or self.keys)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """Return a line for each thing that differs: ``-`` only in the first, ``+`` only in the second, ``!`` changed."""
        lines = [f"! {key}: {_shown(one)} -> {_shown(other)}" for key, one, other in self.keys]
        lines += [_product_line(one, other) for one, other in self.products]
        return [*lines, *map(str, self.members)]

    def swapped(self) -> Difference:
        """Return what differs the other way round."""
        return Difference(
            tuple(sorted(((other, one) for one, other in self.products), key=repr)),
            tuple(MemberChange(each.product, each.expname, each.second, each.first) for each in self.members),
            tuple((key, other, one) for key, one, other in self.keys),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts and lists, as JSON has them."""
        return {
            "equal": not self,
            "keys": [{"key": key, "first": _plain(one), "second": _plain(other)} for key, one, other in self.keys],
            "products": [{"first": one, "second": other} for one, other in self.products],
            "members": [
                {"product": each.product, "expname": each.expname, "first": list(each.first), "second": list(each.second)}
                for each in self.members
            ],
        }


def _product_line(one: str | None, other: str | None) -> str:
    if one is None:
        return f"+ product {other}"
    return f"- product {one}" if other is None else f"! product {one} -> {other}, with the same members"


def _plain(value: Any) -> Any:
    return None if value is ABSENT else thaw(value)


def _shown(value: Any) -> str:
    return "(none)" if value is ABSENT else repr(thaw(value))


def diff(one: Association, other: Association, *, keys: bool = False, folders: bool = True) -> Difference:
    """Return what differs between two associations, whatever the order of products and members is.

    Args:
        one: the first.
        other: the second.
        keys: compare also the top-level keys; by default only products, members and roles.
        folders: compare names with their folders.

    Raises:
        KnobError: what is no association.

    >>> from asn_fp.records import Member, Product
    >>> def asn(*members: Member) -> Association:
    ...     return Association(products=(Product("p", members),))
    >>> print(diff(asn(Member("a_cal.fits", "science")), asn(Member("a_cal.fits", "background"))))
    ! p: science -> background a_cal.fits
    >>> bool(diff(asn(Member("a", "science"), Member("b", "science")), asn(Member("b", "science"), Member("a", "science"))))
    False
    """
    first = _contents(as_association(one), folders)
    second = _numbered_alike(first, _contents(as_association(other), folders))
    renamed = _renamed(first, second)
    lone = [(name[0], None) for name in first if name not in second and name not in renamed]
    new = [(None, name[0]) for name in second if name not in first and name not in renamed.values()]
    pairs = [(old[0], new[0]) for old, new in renamed.items()]
    members = (line for name in first if name in second for line in _changes(name[0], first[name], second[name]))
    return Difference(
        tuple(sorted([*lone, *new, *pairs], key=repr)),
        tuple(sorted(members, key=lambda each: (each.product, each.expname))),
        _keys(one, other) if keys else (),
    )


def _contents(association: Association, folders: bool) -> _Contents:
    """Return the members of each product; several products of one name are told apart by their number."""

    def named(expname: str) -> str:
        return expname if folders else posixpath.basename(expname)

    if association.products is ABSENT:
        return {("", 1): Counter((named(name), "") for name in association.members or ())}
    found: _Contents = {}
    seen: Counter[str] = Counter()
    for product in association.products:
        name = product.name if isinstance(product.name, str) else ""
        seen[name] += 1
        found[name, seen[name]] = Counter((named(member.expname), member.exptype) for member in product.members)
    return found


def _numbered_alike(first: _Contents, second: _Contents) -> _Contents:
    """Return products whose number among those of their name is that of the first equal one, whatever their order."""
    if all(number == 1 for _, number in (*first, *second)):
        return second
    equal: dict[object, list[_Name]] = {}
    for name, members in first.items():
        equal.setdefault((name[0], frozenset(members.items())), []).append(name)
    pairs = {}
    for name, members in second.items():
        same = equal.get((name[0], frozenset(members.items())))
        if same:
            pairs[name] = same.pop(0)
    taken = set(pairs.values())
    numbers = {title: (at for at in count(1) if (title, at) not in taken) for title, _ in second}
    return {pairs.get(name) or (name[0], next(numbers[name[0]])): members for name, members in second.items()}


def _renamed(first: Mapping[_Name, Counter[Any]], second: Mapping[_Name, Counter[Any]]) -> dict[_Name, _Name]:
    """Return the products that only one side has but for their names, the first with the first of equal ones."""
    free: dict[frozenset[Any], list[_Name]] = {}
    for name in second:
        if name not in first and second[name]:
            free.setdefault(frozenset(second[name].items()), []).append(name)
    pairs = {}
    for name in first:
        same = free.get(frozenset(first[name].items()))
        if name not in second and same:
            pairs[name] = same.pop(0)
    return pairs


def _changes(product: str, one: Counter[tuple[str, str]], other: Counter[tuple[str, str]]) -> list[MemberChange]:
    names = {name for name, _ in (one - other) + (other - one)}

    def roles(counted: Counter[tuple[str, str]]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, exptype in counted.elements():
            found.setdefault(name, []).append(exptype or "member")
        return found

    mine, theirs = roles(one), roles(other)
    return [
        MemberChange(product, name, tuple(sorted(mine.get(name, ()))), tuple(sorted(theirs.get(name, ())))) for name in names
    ]


def _keys(one: Association, other: Association) -> tuple[tuple[str, Any, Any], ...]:
    known = dict.fromkeys(key for each in (one, other) for key in each if key not in ("products", "members"))
    pairs = ((key, one.get(key, ABSENT), other.get(key, ABSENT)) for key in sorted(known))
    return tuple((key, mine, theirs) for key, mine, theirs in pairs if mine is not theirs and mine != theirs)
