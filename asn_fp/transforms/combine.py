"""Many associations to one, and one to many."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

from attrs import evolve, fields_dict, frozen

from asn_fp.errors import ItemError, ProductError, message, raise_all
from asn_fp.keys import By, Key, as_keys, values
from asn_fp.records import ABSENT, NOTHING, Association, Associations, Exposure, Member, Product
from asn_fp.transforms._rows import Row, Table, label, tables, told_by, with_tables

__all__ = ["combine", "differing_keys", "parts", "split"]

_OWN: Final = frozenset(fields_dict(Association)) - {"extra", "order", "origin"}
_UNKNOWN: Final = (ABSENT, None, "", "None", "none")
_SHORT: Final = 40


def combine(associations: Associations, *, force: bool = False) -> Associations:
    """Make one association of all: products of one name are joined, the others follow; of each key the first value stays.

    A member in several products that are joined is there once, with the keys of all. Products without a name are not joined.

    Args:
        associations: what to combine.
        force: combine also different association types.

    Raises:
        ProductError: different association types, or associations without products.

    >>> from asn_fp.records import Member, Product
    >>> def asn(product: str, name: str) -> Association:
    ...     return Association(products=(Product(product, (Member(name, "science"),)),))
    >>> (one,) = combine((asn("p", "a_cal.fits"), asn("p", "b_cal.fits"), asn("q", "c_cal.fits")))
    >>> [(product.name, len(product.members)) for product in one.products]
    [('p', 2), ('q', 1)]
    """
    if not associations:
        return associations
    types = [each.asn_type for each in associations if each.asn_type not in _UNKNOWN]
    other = next((each for each in types if each != types[0]), None)
    if other is not None and not force:
        reason = f"differs: {types[0]!r} and {other!r}"
        raise ProductError(message("asn_type", reason, other, "each pipeline takes its own; merge them anyway with --force"))
    found, _ = _joined(associations)
    return (_with_products(_with_keys(associations), found),)


@frozen
class _Growing:
    """Hold a product while it grows: its record, its rows, where each member is in them, and the further keys so far."""

    product: Product
    rows: list[Row]
    places: dict[tuple[str, str], int]
    extra: dict[str, Any]
    extras: dict[int, dict[str, Any]]

    def table(self) -> Table:
        """Return the product with its rows; records that got no further key are as they were."""
        for at, extra in self.extras.items():
            member, source = self.rows[at]
            self.rows[at] = (member if extra == member.extra else evolve(member, extra=extra), source)
        product = self.product if self.extra == self.product.extra else evolve(self.product, extra=self.extra)
        return product, tuple(self.rows)


def _joined(associations: Associations) -> tuple[list[Table], list[str]]:
    """Return the products of all associations, those of one name as one, and a line for each key in which those differ."""
    found: dict[tuple[object, int], _Growing] = {}
    lines: dict[str, None] = {}
    for number, each in enumerate(associations, 1):
        seen: dict[object, int] = {}
        for product, rows in tables(each):
            name = product.name if isinstance(product.name, str) else number  # without a name it is none of the others
            count = seen[name] = seen.get(name, 0) + 1
            known = found.get((name, count))
            if known is None:
                places = {_identity(member): at for at, (member, _) in reversed([*enumerate(rows)])}
                found[name, count] = _Growing(product, [*rows], places, dict(product.extra), {})
            else:
                _grow(known, (product, rows), number, lines)
    return [each.table() for each in found.values()], list(lines)


def _grow(known: _Growing, more: Table, number: int, lines: dict[str, None]) -> None:
    """Join another product to one, member by member, in as many steps as the other one has members."""
    _add_extra(known.extra, more[0].extra, f"product {label(known.product)!r}", number, lines)
    for member, source in more[1]:
        at = known.places.setdefault(_identity(member), len(known.rows))
        if at == len(known.rows):
            known.rows.append((member, source))
        elif member.extra:
            first = known.rows[at][0]
            mine = known.extras.setdefault(at, dict(first.extra))
            _add_extra(mine, member.extra, f"member {first.expname!r}", number, lines)


def _identity(member: Member) -> tuple[str, str]:
    """Return what makes a member of a product the same as another one: the file, however it is spelled, and the role."""
    name = member.expname
    if "/" in name:
        name = "/" * name.startswith("/") + "/".join(piece for piece in name.split("/") if piece not in ("", "."))
    return name, member.exptype


def _add_extra(known: dict[str, Any], other: Mapping[str, Any], place: str, number: int, lines: dict[str, None]) -> None:
    """Add the further keys of another record for one thing, of each the first value, and note where they differ."""
    for key, value in other.items():
        if known.setdefault(key, value) != value:
            lines[_differs(f"key {key!r} of {place}", known[key], value, number)] = None


def _with_products(association: Association, found: list[Table]) -> Association:
    """Return an association with these products; it has some already, so only their number may change."""
    products = tuple(product for product, _ in found)
    origin = association.origin and evolve(association.origin, sources=tuple(tuple(s for _, s in rows) for _, rows in found))
    members = with_tables(evolve(association, products=products, origin=None), found)
    return evolve(members, origin=origin)


def _with_keys(associations: Associations) -> Association:
    """Return the first association with the keys that only later ones have."""
    first = associations[0]
    known: dict[str, Any] = {}
    extra: dict[str, Any] = dict(first.extra)
    for each in associations[1:]:
        for key in each:
            if key in ("products", "members"):
                continue
            if key in _OWN and getattr(first, key) is ABSENT:
                known.setdefault(key, each[key])
            elif key not in _OWN:
                extra.setdefault(key, each[key])
    return evolve(first, extra=extra, **known)


def differing_keys(associations: Associations) -> tuple[str, ...]:
    """Return a line for each key in which associations, products or members differ, so that `combine` had to choose.

    >>> differing_keys((Association(program="01234"), Association(program="05678")))
    ("key 'program' (the first of the associations was taken): '01234'; number 2 has '05678'",)
    """
    found: dict[str, Any] = {}
    lines: dict[str, str] = {}
    for number, each in enumerate(associations, 1):
        for key in (key for key in each if key not in ("products", "members")):
            value = found.setdefault(key, each[key])
            if value != each[key]:
                lines.setdefault(key, _differs(f"key {key!r}", value, each[key], number))
    whole = all(each.products is not ABSENT for each in associations)
    return (*lines.values(), *(_joined(associations)[1] if whole else ()))


def _differs(kind: str, value: object, other: object, number: int) -> str:
    return message(kind, "the first of the associations was taken", _short(value), f"number {number} has {_short(other)!r}")


def _short(value: object) -> object:
    text = value if isinstance(value, str) else repr(value)
    return f"{text[:_SHORT]}..." if len(text) > _SHORT else value


# -------------------------------------------------------------------------------------------------------------- splitting


def split(associations: Associations, by: By | list[Key | str], *, known: Mapping[str, Exposure] = NOTHING) -> Associations:
    """Make an association of each value of a key, in the order in which the values come.

    Args:
        associations: what to split.
        by: a key, the name of one, several (also as ``"exposure,detector"``), or ``"product"`` for an association of each
            product.
        known: exposures with headers, by the names of the members; by default the names are what is known.

    Raises:
        ItemError: science members that do not tell the key.
        KnobError: a name that is no key.
        ProductError: no products, or no members in them.

    >>> from asn_fp.records import Member, Product
    >>> names = [f"jw01234001001_02101_00001_nrca{chip}_cal.fits" for chip in (1, 2)]
    >>> asn = Association(products=(Product("p", tuple(Member(name, "science") for name in names)),))
    >>> [len(each.products[0].members) for each in split((asn,), "detector")]
    [1, 1]
    """
    return tuple(part for each in associations for _, part in parts(each, by, known=known))


def parts(
    association: Association, by: By | list[Key | str], *, known: Mapping[str, Exposure] = NOTHING
) -> tuple[tuple[str, Association], ...]:
    """Return for each value of a key the value as text, and the association that `split` makes of it.

    A partner goes with the science that shares its value; one whose value no science of its product has, or that does not
    tell the key, goes with all of them.

    Raises:
        ItemError: science members that do not tell the key.
        KnobError: a name that is no key.
        ProductError: no products, or no members in them.

    >>> from asn_fp.records import Product
    >>> [(value, part.products[0].name) for value, part in parts(Association(products=(Product("p"),)), "product")]
    [('p', 'p')]
    """
    found = tables(association)
    if not found:
        raise ProductError(message("association", "no products to split", [], "give one that has some"))
    keys = _several(by)
    grouped = [(label(table[0]), [table]) for table in found] if keys == ("product",) else _by_values(found, keys, known)
    groups: dict[str, list[Table]] = {}
    for value, group in grouped:
        groups.setdefault(value, []).extend(group)
    return tuple((value, _with_products(association, group)) for value, group in groups.items())


def _several(by: By | list[Key | str]) -> tuple[Key | str, ...]:
    """Return keys, or names of keys, one by one: those of a list, or of a text with commas."""
    if isinstance(by, str):
        return tuple(word.strip() for word in by.split(","))
    return tuple(by) if isinstance(by, (list, tuple)) else (by,)


def _by_values(found: Sequence[Table], by: By, known: Mapping[str, Exposure]) -> list[tuple[str, list[Table]]]:
    """Return (value, tables) pairs: which members of which products have it, or go with those that do."""
    keys = as_keys(by)

    def value(row: Row) -> tuple[Hashable | None, ...]:
        return values(keys, known.get(row[0].expname) or row[1] or told_by(row[0].expname))

    valued = [[(row, value(row)) for row in rows] for _, rows in found]
    leads = [[pair for pair in pairs if pair[0][0].exptype.lower() == "science"] or pairs for pairs in valued]
    silent = dict.fromkeys(row[0].expname for pairs in leads for row, mine in pairs if None in mine)
    asked = ", ".join(key.label for key in keys)
    way_out = "split by another key"
    raise_all(ItemError, [message("member", f"it does not tell the {asked}", name, way_out) for name in silent])
    order = dict.fromkeys(mine for pairs in leads for _, mine in pairs)
    if not order:
        raise ProductError(message("association", "no members to split", [label(product) for product, _ in found]))
    own = [{mine for _, mine in pairs} for pairs in leads]

    def part(wanted: Hashable, at: int) -> Table:
        return (found[at][0], tuple(row for row, mine in valued[at] if mine == wanted or mine not in own[at]))

    return [
        ("-".join(map(str, wanted)), [part(wanted, at) for at in range(len(found)) if wanted in own[at] or not own[at]])
        for wanted in order
    ]
