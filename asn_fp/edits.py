"""Edits of whole associations: what `asn edit`, `asn merge` and `asn split` do, as functions of records that never change."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve

from asn_fp.check import Finding, check
from asn_fp.errors import AsnWarning, ItemError, KnobError, ProductError, message, raise_all
from asn_fp.keys import By, Key
from asn_fp.patterns import base_of, is_chosen, same_name, texts
from asn_fp.records import NOTHING, Association, Associations, Exposure, Json, Product, as_association
from asn_fp.transforms import (
    add_members,
    combine,
    keep_members,
    rename_products,
    stamp,
    swap_suffix,
)
from asn_fp.transforms.combine import differing_keys, parts
from asn_fp.transforms.edit import Added, by_base, members_of, removing, suffix_table, swapped_name

__all__ = ["edit", "merge", "new_findings", "split"]


def edit(
    association: Association,
    *,
    remove: Sequence[str] = (),
    add: Sequence[Added] = (),
    keep: Sequence[str] = (),
    suffixes: Mapping[str, str] = NOTHING,
    rename: str | Mapping[str, str] = NOTHING,
    keys: Mapping[str, Json] = NOTHING,
    products: Sequence[str] = (),
    ignore_suffix: bool = False,
    own_suffixes: Sequence[str] = (),
    known: Mapping[str, Exposure] = NOTHING,
) -> Association:
    """Return an association with other members, names and keys; all else is as it was. Doing it again changes nothing.

    Members are removed, then added, then kept by key; suffixes are swapped in those that were added too.

    A product that loses its last science member is left out. It is an `AsnWarning`, and so is a pattern to remove that
    nothing matches, and whatever `check` finds in the result and not in what was given.

    Args:
        association: what to change.
        remove: names or shell patterns of members to remove.
        add: names or paths (science) or (name, exptype) pairs to add at the end of each product; one that is there stays there.
        keep: ``[role:]key=value,value``: the members to keep.
        suffixes: old and new product suffixes.
        rename: a dictionary of old and new product names, a name, or a template such as ``{name}_{detector}``.
        keys: top-level keys and their values.
        products: patterns for the names of the products to change; by default all. A name that `rename` has changed
            before stands for the new one.
        ignore_suffix: compare names to remove without suffix and extension.
        own_suffixes: product suffixes to know besides the pipeline's and those of `suffixes`.
        known: exposures with headers, by the names of the members, for keys that the names do not tell.

    Raises:
        ItemError: a product pattern, value, suffix or name that nothing has; a member that is there in another role.
        KnobError: an argument that is not of its form.
        ProductError: no product is left, or two get one name.

    >>> from asn_fp.records import Member
    >>> asn = Association(products=(Product("p", (Member("a_cal.fits", "science"), Member("b_cal.fits", "science"))),))
    >>> edited = edit(asn, remove=["b_*"], suffixes={"cal": "crf"}, rename="q", keys={"program": "01234"})
    >>> edited.program, edited.products[0].name, edited.products[0].members
    ('01234', 'q', (Member('a_crf.fits', 'science'),))
    """
    one: Associations = (as_association(association),)
    new = _checked(add, suffixes, rename, keys)
    known_suffixes = (*texts(own_suffixes, "own_suffixes"), *suffixes.values())
    products, lines = _renamed_already(association, texts(products, "products"), rename)
    if remove:
        one, idle = removing(one, remove, products=products, ignore_suffix=ignore_suffix, suffixes=known_suffixes, but=new)
        lines += idle
    if new:
        one = add_members(one, _swapped(new, suffixes), products=products)
    if keep:
        one = keep_members(one, keep, products=products, known=known)
        _refuse_ruled_out(one, _swapped(new, suffixes))
    if suffixes:
        one = swap_suffix(one, suffixes, products=products)
    (changed,) = one
    changed, lost = _without_bare(association, changed)
    if rename or isinstance(rename, str):
        left = _left(products, lost, changed) if lost else products
        (changed,) = rename_products((changed,), rename, products=left, suffixes=known_suffixes)
    (changed,) = stamp((changed,), keys)
    for line in (*lines, *lost.values(), *new_findings([association], changed, known_suffixes)):
        warnings.warn(AsnWarning(line), stacklevel=2)
    return changed


def _checked(add: Any, suffixes: object, rename: object, keys: object) -> list[tuple[str, str]]:
    """Return the members to add as pairs, after every argument has been found to be of its form."""
    suffix_table(suffixes)
    if not isinstance(rename, (Mapping, str)):
        raise KnobError(message("rename", "neither a name nor a dictionary of old and new ones", rename, "say '{name}_v2'"))
    if not isinstance(keys, Mapping):
        raise KnobError(message("keys", "not a dictionary", keys, "for example {'target': 't001'}"))
    return [(member.expname, member.exptype) for member in members_of(add)]


def _renamed_already(
    association: Association, patterns: Sequence[str], rename: str | Mapping[str, str]
) -> tuple[tuple[str, ...], list[str]]:
    """Return the patterns for products, those of names that have been changed as they are to be as the new names."""
    names = [product.name for product in association.products or () if isinstance(product.name, str)]
    there = set(names)
    now: list[str] = []
    lines: list[str] = []
    for pattern in patterns:
        if isinstance(rename, str):
            meant = {pattern: rename.replace("{name}", pattern)}
        else:
            meant = {
                old: new
                for old, new in rename.items()
                if is_chosen(old, (pattern,)) and (old == pattern or not is_chosen(new, (pattern,)))
            }
        idle = not any(is_chosen(name, (pattern,)) for name in names)
        done = {old: new for old, new in meant.items() if new in there and (idle if old == pattern else old not in there)}
        lines += [message("product", "nothing matches", old, f"{new!r} is there, its new name") for old, new in done.items()]
        now += [*([] if idle and done else [pattern]), *done.values()]
    return tuple(now), lines


def _swapped(new: Sequence[tuple[str, str]], suffixes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the members to add with the suffixes that they get, so that they are found in what was edited before."""
    return [(swapped_name(name, suffixes), role) for name, role in new]


def _refuse_ruled_out(associations: Associations, new: Sequence[tuple[str, str]]) -> None:
    left = by_base(member for each in associations for product in each.products for member in product.members)
    there = (any(same_name(name, other.expname) for other in left.get(base_of(name), ())) for name, _ in new)
    gone = [name for (name, _), found in zip(new, there, strict=True) if not found]
    way_out = "leave one of the two out"
    raise_all(ItemError, [message("member to add", "it has not the value to be kept", name, way_out) for name in gone])


def _without_bare(before: Association, after: Association) -> tuple[Association, dict[str, str]]:
    """Return an association without the products that an edit left without science, and a line for each of them."""
    if after.products is before.products:
        return after, {}
    bare = [_has_lost(old, new) for old, new in zip(before.products, after.products, strict=True)]
    lost = [str(product.name) for product, gone in zip(after.products, bare, strict=True) if gone]
    if lost and all(bare):
        way_out = "remove the file instead, or choose less"
        raise ProductError(message("product", "no science member is left in any", lost[0], way_out))
    if not lost:
        return after, {}
    products = tuple(product for product, gone in zip(after.products, bare, strict=True) if not gone)
    origin = after.origin
    if origin is not None:
        origin = evolve(origin, sources=tuple(each for each, gone in zip(origin.sources, bare, strict=True) if not gone))
    told = {name: message("product", "left out, no science member is left", name) for name in lost}
    return evolve(after, products=products, origin=origin), told


def _has_lost(before: Product, after: Product) -> bool:
    """Tell whether a product has lost its last science member, or its last one of any role."""
    return (_has_science(before) and not _has_science(after)) or (bool(before.members) and not after.members)


def _has_science(product: Product) -> bool:
    return any(member.exptype.lower() == "science" for member in product.members)


def _left(patterns: Sequence[str], lost: Mapping[str, str], association: Association) -> Sequence[str]:
    """Return the patterns for products without those that chose only what is left out now."""
    names = [product.name for product in association.products]
    gone = [each for each in patterns if not any(is_chosen(name, (each,)) for name in names)]
    kept = [each for each in patterns if each not in gone or not any(is_chosen(name, (each,)) for name in lost)]
    if patterns and not kept:
        raise ItemError(message("product to rename", "left out", gone[0], "no science member is left in it"))
    return kept


def new_findings(before: Iterable[Association], after: Association, suffixes: Sequence[str]) -> list[str]:
    """Return what a check finds in an association that it did not find in those that it was made of, a line each.

    >>> one = Association(asn_type="image3", products=(Product("p"),))
    >>> new_findings([], one, ())
    ["error no-members: product 1 'p' (nothing to process): []; list at least a science file"]
    >>> new_findings([one], one, ())
    []
    """
    known = Counter(_kind(finding) for each in before for finding in check(each, suffixes=suffixes))
    lines = []
    for finding in check(after, suffixes=suffixes):
        if known[_kind(finding)] > 0:
            known[_kind(finding)] -= 1
        else:
            lines.append(str(finding).removeprefix("warning "))
    return lines


def _kind(finding: Finding) -> tuple[str, str]:
    return (finding.code, repr(finding.value))


def merge(associations: Iterable[Association], *, force: bool = False) -> Association:
    """Make one association of several: products of one name are joined, the others follow, of each key the first stays.

    Keys that differ, those of products and members too, are an `AsnWarning`, and so is whatever `check` finds in the
    result and in none of those given.

    Args:
        associations: at least one.
        force: merge also different association types.

    Raises:
        ItemError: none given.
        ProductError: different association types, or one without products.

    >>> from asn_fp.records import Member
    >>> one, two = (Association(products=(Product(name, (Member(f"{name}_rate.fits", "science"),)),)) for name in "ab")
    >>> [product.name for product in merge([one, two]).products]
    ['a', 'b']
    """
    given = (associations,) if isinstance(associations, Association) else tuple(map(as_association, associations))
    if not given:
        raise ItemError(message("associations", "none given", [], "give at least one"))
    (one,) = combine(given, force=force)
    for line in (*differing_keys(given), *new_findings(given, one, ())):
        warnings.warn(AsnWarning(line), stacklevel=2)
    return one


def split(
    association: Association, by: By | list[Key | str], *, known: Mapping[str, Exposure] = NOTHING
) -> dict[str, Association]:
    """Return an association for each value of a key, by the value as text, in the order in which the values come.

    A partner goes with the science that shares its value; one whose value no science of its product has, or that does not
    tell the key, goes with all of them.

    Args:
        association: what to split.
        by: a key, the name of one, several (also as ``"exposure,detector"``), or ``"product"``.
        known: exposures with headers, by the names of the members, for keys that the names do not tell.

    Raises:
        ItemError: science members that do not tell the key.
        KnobError: a name that is no key.
        ProductError: no products, or no members in them.

    >>> from asn_fp.records import Member
    >>> names = [f"jw01234001001_02101_00001_nrca{chip}_cal.fits" for chip in (1, 2)]
    >>> asn = Association(products=(Product("p", tuple(Member(name, "science") for name in names)),))
    >>> list(split(asn, "detector"))
    ['nrca1', 'nrca2']
    """
    return dict(parts(as_association(association), by, known=known))
