"""Associations to the same ones with other members: added, removed, kept by key, with another suffix."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from operator import is_
from os import PathLike, fspath
from typing import Any, TypeAlias

from attrs import frozen

from asn_fp.errors import ItemError, KnobError, ProductError, did_you_mean, message, raise_all
from asn_fp.keys import Key, as_keys, exptype, keyword
from asn_fp.names import parse
from asn_fp.patterns import base_of, is_chosen, prepare, refuse_unmatched, same_name, texts, unmatched
from asn_fp.records import NOTHING, Associations, Exposure, Member, Product
from asn_fp.transforms._rows import Row, choose, label, names_of, tables, told_by, with_tables
from asn_fp.vocabulary import EXPTYPES

__all__ = [
    "Added",
    "Keep",
    "add_members",
    "by_base",
    "keep_members",
    "key_named",
    "members_of",
    "parse_keep",
    "remove_members",
    "removing",
    "suffix_table",
    "swap_suffix",
    "swapped_name",
]

Added: TypeAlias = str | PathLike[str] | tuple[str | PathLike[str], str]
"""A member to add: a name or path, which gets the role science, or that and its role."""

_Change: TypeAlias = Callable[[Product, tuple[Row, ...]], tuple[Row, ...]]


def _changed(associations: Associations, products: Sequence[str], change: _Change) -> Associations:
    """Return the associations with the rows of the chosen products changed; the same objects where nothing was."""
    choose(associations, products)
    result = tuple(
        with_tables(
            each,
            [(product, change(product, rows) if is_chosen(product.name, products) else rows) for product, rows in tables(each)],
        )
        for each in associations
    )
    return associations if all(map(is_, associations, result)) else result


# ------------------------------------------------------------------------------------------------------ adding, removing


def add_members(associations: Associations, members: Sequence[Added], *, products: Sequence[str] = ()) -> Associations:
    """Add members at the end of products; one that is there already, in any folder, is not added again.

    Args:
        associations: what to change.
        members: names or paths, which get the role science, or (name, exptype) pairs.
        products: patterns for the names of the products; by default all.

    Raises:
        ItemError: an unknown role, no name, or a member that is there in another role; all of them in one error.

    >>> from asn_fp.records import Association
    >>> asn = Association(products=(Product("p", (Member("a_rate.fits", "science"),)),))
    >>> added = add_members((asn,), [("sky_rate.fits", "background"), "a_rate.fits"])
    >>> [(member.expname, member.exptype) for member in added[0].products[0].members]
    [('a_rate.fits', 'science'), ('sky_rate.fits', 'background')]
    """
    new = members_of(members)
    problems: list[str] = []

    def change(product: Product, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        added: list[Row] = []
        known = by_base(row[0] for row in rows)
        for member in new:
            of_that_base = known.setdefault(base_of(member.expname), [])
            there = [each for each in of_that_base if same_name(each.expname, member.expname)]
            if not there:
                added.append((member, None))
                of_that_base.append(member)
            elif all(each.exptype.lower() != member.exptype for each in there):
                reason = f"already there as {there[0].exptype}"
                way_out = "remove it first, or choose other products"
                problems.append(message(f"member of {label(product)!r}", reason, member.expname, way_out))
        return (*rows, *added)

    result = _changed(associations, texts(products, "products"), change)
    raise_all(ItemError, problems)
    return result


def by_base(members: Iterable[Member]) -> dict[str, list[Member]]:
    """Return members by what their names have in common if they may stand for one file.

    >>> list(by_base([Member("raw/a_cal.fits", "science"), Member("a_cal.fits", "psf")]))
    ['a_cal.fits']
    """
    found: dict[str, list[Member]] = {}
    for member in members:
        found.setdefault(base_of(member.expname), []).append(member)
    return found


def members_of(given: Sequence[Added]) -> list[Member]:
    """Return the members that names or paths, which get the role science, and (name, exptype) pairs stand for.

    Raises:
        ItemError: an unknown role, no name, or what is neither; all of them in one error.

    >>> members_of(["a_rate.fits", ("b_rate.fits", "Background")])
    [Member('a_rate.fits', 'science'), Member('b_rate.fits', 'background')]
    """
    if isinstance(given, (str, bytes)):
        raise ItemError(message("add", "one name where a list belongs", given, f"put it in a list: [{given!r}]"))
    pairs = list(map(_pair, given))
    raise_all(ItemError, [problem for pair in pairs if (problem := _wrong(pair))])
    return [Member(name, exptype.lower()) for name, exptype in pairs]


def _pair(given: object) -> Any:
    """Return a name with its role, paths as texts; what is neither as it is."""
    match given:
        case str() | PathLike():
            return fspath(given), "science"
        case (PathLike() as path, exptype):
            return fspath(path), exptype
    return given


def _wrong(pair: object) -> str:
    """Return what is wrong with a name and its role."""
    match pair:
        case (str(name), str(exptype)):
            if not name.strip() or name.endswith("/"):
                return message("member", "no file name", name, "name a file")
            known = exptype.lower() in EXPTYPES
            return "" if known else message(f"exptype of {name!r}", "unknown", exptype, did_you_mean(exptype, EXPTYPES))
    return message("member", "neither a name nor a name and its exptype", pair, "give ('a_rate.fits', 'background')")


def remove_members(
    associations: Associations,
    patterns: Sequence[str],
    *,
    products: Sequence[str] = (),
    ignore_suffix: bool = False,
    suffixes: Sequence[str] = (),
    but: Sequence[Added] = (),
) -> Associations:
    """Remove the members whose names match, with their folders or without.

    Args:
        associations: what to change.
        patterns: names or shell patterns.
        products: patterns for the names of the products; by default all.
        ignore_suffix: compare names without suffix and extension.
        suffixes: product suffixes to know besides the pipeline's own.
        but: members that stay, as `add_members` takes them, though a pattern matches them.

    Raises:
        ItemError: a pattern that no member matches, with the nearest name; all of them in one error.

    >>> from asn_fp.records import Association
    >>> asn = Association(products=(Product("p", (Member("raw/a_rate.fits", "science"), Member("b_rate.fits", "science"))),))
    >>> remove_members((asn,), ["a_cal.fits"], ignore_suffix=True)[0].products[0].members
    (Member('b_rate.fits', 'science'),)
    """
    result, lines = removing(associations, patterns, products=products, ignore_suffix=ignore_suffix, suffixes=suffixes, but=but)
    raise_all(ItemError, lines)
    return result


def removing(
    associations: Associations,
    patterns: Sequence[str],
    *,
    products: Sequence[str] = (),
    ignore_suffix: bool = False,
    suffixes: Sequence[str] = (),
    but: Sequence[Added] = (),
) -> tuple[Associations, list[str]]:
    """Return what `remove_members` makes of the same, and a line for each pattern that no member matches.

    >>> from asn_fp.records import Association
    >>> asn = Association(products=(Product("p", (Member("a_rate.fits", "science"), Member("c_rate.fits", "science"))),))
    >>> (removed,), lines = removing((asn,), ["a*", "b*"])
    >>> removed.products[0].members, lines[0][:41]
    ((Member('c_rate.fits', 'science'),), "member to remove (nothing matches): 'b*';")
    """
    wanted, own, staying = texts(patterns, "remove"), texts(suffixes, "suffixes"), by_base(members_of(but))
    chosen = texts(products, "products")
    names = names_of(associations, chosen)
    ready = prepare(wanted, names, ignore_suffix=ignore_suffix, suffixes=own)
    hits = {name: found for name in names if (found := ready.hits(name))}

    def gone(member: Member) -> bool:
        if member.expname not in hits:
            return False
        others = staying.get(base_of(member.expname), ())
        return not any(same_name(member.expname, one.expname) and member.exptype == one.exptype for one in others)

    result = _changed(associations, chosen, lambda _, rows: tuple(row for row in rows if not gone(row[0])))
    matched = {pattern for found in hits.values() for pattern in found}
    return result, unmatched("member to remove", [pattern for pattern in wanted if pattern not in matched], names)


# --------------------------------------------------------------------------------------------------------------- keeping


@frozen
class Keep:
    """Hold what members must agree in to stay: a key, its values, and the role of the members that it is asked of."""

    key: Key
    values: tuple[str, ...]
    role: str = ""

    def allows(self, value: object) -> bool:
        """Tell whether a value of the key is one of those, in any case, and with or without leading zeros."""
        given = str(value).lower()
        return any(fnmatchcase(given, one) or (one.isdigit() and given == one.zfill(len(given))) for one in self.values)


def parse_keep(word: str) -> Keep:
    """Return what ``[role:]key=value,value`` means; ``exptype`` is the member's own, another key that no name knows a keyword.

    Raises:
        KnobError: a word of another form, or an unknown role.

    >>> parse_keep("science:observation=1,2")
    Keep(key=observation, values=('1', '2'), role='science')
    """
    head, equals, tail = word.partition("=")
    role, colon, key = head.rpartition(":")
    values = tuple(value.strip().lower() for value in tail.split(",") if value.strip())
    if not equals or not values or not key or (colon and not role):
        raise KnobError(message("keep", "not of the form [role:]key=value", word, "for example detector=nrca1"))
    if role and role.lower() not in EXPTYPES:
        raise KnobError(message("exptype", "unknown", role, did_you_mean(role, EXPTYPES)))
    return Keep(exptype if key.lower() == exptype.name else key_named(key), values, role.lower())


def key_named(name: str) -> Key:
    """Return the key of a name, or the key that reads the header's keyword of this name.

    >>> key_named("detector"), key_named("FILTER")
    (detector, keyword('filter'))
    """
    try:
        return as_keys(name.lower())[0]
    except KnobError as error:
        if "did you mean" in str(error) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
            raise
        return keyword(name)


def keep_members(
    associations: Associations,
    where: Sequence[str],
    *,
    products: Sequence[str] = (),
    known: Mapping[str, Exposure] = NOTHING,
) -> Associations:
    """Keep the members whose key has a value, ``detector=nrca1``; of one role only with ``science:observation=001``.

    A member that does not tell the key, such as a catalogue, stays, unless it is science. The key ``exptype`` is the member's
    own role.

    Args:
        associations: what to change.
        where: texts of the form ``[role:]key=value,value``; values may be shell patterns.
        products: patterns for the names of the products; by default all.
        known: exposures with headers, by the names of the members; by default the names are what is known.

    Raises:
        KnobError: another form, or an unknown key.
        ItemError: a value that no member has, or science members that do not tell the key.

    >>> from asn_fp.records import Association
    >>> names = [f"jw01234001001_02101_00001_nrca{chip}_cal.fits" for chip in (1, 2)]
    >>> asn = Association(products=(Product("p", tuple(Member(name, "science") for name in names)),))
    >>> keep_members((asn,), ["detector=nrca1"])[0].products[0].members
    (Member('jw01234001001_02101_00001_nrca1_cal.fits', 'science'),)
    """
    chosen = texts(products, "products")
    for word in texts(where, "keep"):
        associations = _kept(associations, parse_keep(word), chosen, known, word)
    return associations


def _kept(
    associations: Associations, keep: Keep, products: Sequence[str], known: Mapping[str, Exposure], word: str
) -> Associations:
    seen: dict[str, str] = {}
    silent: dict[str, None] = {}
    hits: set[str] = set()

    def stays(row: Row) -> bool:
        member = row[0]
        if keep.role and member.exptype.lower() != keep.role:
            return True
        value = member.exptype if keep.key is exptype else keep.key(_exposure_of(row, known))
        if value is None:
            if member.exptype.lower() == "science":
                silent[member.expname] = None
            return True
        seen[str(value)] = member.expname
        allowed = keep.allows(value)
        hits.update([str(value)] if allowed else [])
        return allowed

    result = _changed(associations, products, lambda _, rows: tuple(row for row in rows if stays(row)))
    way_out = "remove it, or keep by another key"
    raise_all(
        ItemError, [message("science member", f"it does not tell the {keep.key.label}", each, way_out) for each in silent]
    )
    if not hits:
        raise ItemError(message("keep", "no member has the value", word, did_you_mean(keep.values[0], sorted(seen))))
    return result


def _exposure_of(row: Row, known: Mapping[str, Exposure]) -> Exposure:
    """Return what is known of a member: the exposure that it came from, that of its name, or what the name tells."""
    member, source = row
    return known.get(member.expname) or source or told_by(member.expname)


# --------------------------------------------------------------------------------------------------------------- suffixes


def swap_suffix(associations: Associations, suffixes: Mapping[str, str], *, products: Sequence[str] = ()) -> Associations:
    """Give members another product suffix: ``{"cal": "destreak"}``; also one that no pipeline knows.

    Args:
        associations: what to change.
        suffixes: old and new suffixes.
        products: patterns for the names of the products; by default all.

    Raises:
        KnobError: an empty suffix, or one that is both old and new.
        ItemError: a suffix that no member has, neither the old one nor the new.
        ProductError: two members of a product get one name.

    >>> from asn_fp.records import Association
    >>> asn = Association(products=(Product("p", (Member("raw/a_cal.fits", "science"),)),))
    >>> swap_suffix((asn,), {"cal": "destreak"})[0].products[0].members
    (Member('raw/a_destreak.fits', 'science'),)
    """
    suffixes = suffix_table(suffixes)
    both = [old for old, new in suffixes.items() if old != new and old in suffixes.values()]
    raise_all(KnobError, [message("suffix", "both old and new", each, "swap in two edits") for each in both])
    raise_all(KnobError, [message("suffix", "empty", pair, "name two suffixes") for pair in suffixes.items() if not all(pair)])
    found: set[str] = set()
    clashes: dict[str, None] = {}

    def renamed(row: Row) -> Row:
        member, source = row
        name = parse(member.expname, _both(suffixes))
        found.add(name.suffix)
        new = swapped_name(member.expname, suffixes)
        return row if new == member.expname else (Member(new, member.exptype, member.extra, member.order), source)

    def change(product: Product, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        result = tuple(map(renamed, rows))
        clashes.update(dict.fromkeys(_clashes(product, rows, result)))
        return result

    swapped = _changed(associations, texts(products, "products"), change)
    lost = [old for old, new in suffixes.items() if old not in found and new not in found]
    refuse_unmatched("suffix of a member", lost, sorted(found - {""}))
    raise_all(ProductError, list(clashes))
    return swapped


def suffix_table(given: object) -> Mapping[str, str]:
    """Return a dictionary of old and new suffixes, as it is.

    Raises:
        KnobError: it is none, a suffix is no text, or a new one holds a folder.

    >>> suffix_table({"cal": "../x"})
    Traceback (most recent call last):
    asn_fp.errors.KnobError: suffix (it holds a folder): '../x'; only the suffix changes
    """
    example = "for example {'cal': 'destreak'}"
    if not isinstance(given, Mapping):
        raise KnobError(message("suffixes", "not a dictionary of old and new ones", given, example))
    odd = [pair for pair in given.items() if not all(isinstance(each, str) for each in pair)]
    raise_all(KnobError, [message("suffix", "not a text", pair, example) for pair in odd])
    odd = [pair for pair in given.items() if re.search(r"[/\\\0]", pair[1])]
    raise_all(KnobError, [message("suffix", "it holds a folder", pair[1], "only the suffix changes") for pair in odd])
    return given


def swapped_name(name: str, suffixes: Mapping[str, str]) -> str:
    """Return a file name with the suffix that `swap_suffix` gives it.

    >>> swapped_name("a_cal.fits", {"cal": "destreak"})
    'a_destreak.fits'
    """
    parsed = parse(name, _both(suffixes))
    new = suffixes.get(parsed.suffix, parsed.suffix)
    return name if new == parsed.suffix else parsed.with_suffix(new).text


def _both(suffixes: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*suffixes, *suffixes.values()]))


def _clashes(product: Product, before: Sequence[Row], after: Sequence[Row]) -> list[str]:
    """Return a line for each name that a member gets and another one has."""
    first: dict[str, str] = {}
    problems = []
    for (old, _), (new, _) in zip(before, after, strict=True):
        known = first.setdefault(new.expname, old.expname)
        if known != old.expname:
            reason = f"two members get it: {known!r} and {old.expname!r}"
            problems.append(message(f"member of {label(product)!r}", reason, new.expname, "remove one of them first"))
    return problems
