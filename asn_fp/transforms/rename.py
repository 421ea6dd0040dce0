"""Associations to the same ones with other product names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from operator import is_
from string import Formatter
from typing import Final

from attrs import evolve

from asn_fp.errors import ItemError, KnobError, ProductError, did_you_mean, message, raise_all
from asn_fp.keys import KEYS
from asn_fp.patterns import is_chosen, texts
from asn_fp.records import Association, Associations, Exposure, Product
from asn_fp.transforms._rows import choose, label, told_by

__all__ = ["rename_products"]

_PLACEHOLDERS: Final = ("source_id", "slit_name", "suffix")
_FIELDS: Final = ("name", *KEYS)


def rename_products(
    associations: Associations,
    names: str | Mapping[str, str],
    *,
    products: Sequence[str] = (),
    suffixes: Sequence[str] = (),
) -> Associations:
    """Give products other names.

    Args:
        associations: what to change.
        names: a dictionary of old and new names; or a name; or a template, whose fields in braces are ``{name}``, the
            old name, and keys of the first science member: ``{stem}``, ``{detector}``, ... A name that already reads as
            the template does stays. ``{source_id}``, ``{slit_name}`` and ``{suffix}`` are left for a pipeline.
        products: patterns for the names of the products; by default all.
        suffixes: product suffixes to know besides the pipeline's own.

    Raises:
        ItemError: an old name that no product has.
        KnobError: a field that is no key, or a name that is both old and new.
        ProductError: a name that comes out empty, with a folder or as one (``..``), or that two products of an association get.

    >>> from asn_fp.records import Member
    >>> asn = Association(products=(Product("p", (Member("a_cal.fits", "science"),)),))
    >>> [rename_products((asn,), to)[0].products[0].name for to in ("q", {"p": "q"}, "{name}_{stem}")]
    ['q', 'q', 'p_a']
    """
    chosen = texts(products, "products")
    choose(associations, chosen)
    namer = _template(names, texts(suffixes, "suffixes")) if isinstance(names, str) else _table(associations, names, chosen)
    result = tuple(_renamed(each, namer, chosen) for each in associations)
    raise_all(ProductError, [line for one, other in zip(associations, result, strict=True) for line in _problems(one, other)])
    return associations if all(map(is_, associations, result)) else result


def _renamed(association: Association, namer: Callable[[Product], str], chosen: Sequence[str]) -> Association:
    def named(product: Product) -> Product:
        name = namer(product) if is_chosen(product.name, chosen) else product.name
        return product if name == product.name else evolve(product, name=name)

    products = tuple(map(named, association.products))
    return association if products == association.products else evolve(association, products=products)


def _table(associations: Associations, names: Mapping[str, str], chosen: Sequence[str]) -> Callable[[Product], str]:
    both = [old for old, new in names.items() if old != new and old in names.values()]
    raise_all(KnobError, [message("product name", "both old and new", each, "rename in two edits") for each in both])
    known = {label(product): None for each in associations for product in each.products if is_chosen(product.name, chosen)}
    lost = [old for old, new in names.items() if old not in known and new not in known]
    raise_all(ItemError, [message("product to rename", "no such name", each, did_you_mean(each, known)) for each in lost])
    return lambda product: names.get(label(product), product.name)


def _template(template: str, suffixes: Sequence[str]) -> Callable[[Product], str]:
    try:
        pieces = [(literal, field) for literal, field, _, _ in Formatter().parse(template)]
    except ValueError as error:
        raise KnobError(message("product name", str(error), template, "braces come in pairs")) from None
    unknown = [field for _, field in pieces if field is not None and field not in (*_FIELDS, *_PLACEHOLDERS)]
    raise_all(
        KnobError,
        [message(f"field of product name {template!r}", "unknown", field, did_you_mean(field, _FIELDS)) for field in unknown],
    )
    return lambda product: _filled(product, pieces, _lead(product, suffixes))


def _filled(product: Product, pieces: Sequence[tuple[str, str | None]], lead: Exposure) -> str:
    values = {field: _value(field, product, lead) for _, field in pieces if field is not None}
    already = [
        re.escape(text) + ("(.+)" if field == "name" else re.escape(values.get(field or "", ""))) for text, field in pieces
    ]
    if "name" in values and re.fullmatch("".join(already), label(product), re.DOTALL) and len(pieces) > 1:
        return label(product)
    return "".join(text + values.get(field or "", "") for text, field in pieces)


def _lead(product: Product, suffixes: Sequence[str]) -> Exposure:
    """Return the first science member, or the first of all, as what its name tells."""
    science = [member for member in product.members if member.exptype.lower() == "science"]
    first = next(iter([*science, *product.members]), None)
    return told_by(first.expname if first else "", suffixes)


def _value(field: str, product: Product, lead: Exposure) -> str:
    if field == "name":
        return label(product)
    return f"{{{field}}}" if field in _PLACEHOLDERS else str(KEYS[field](lead) or "")


def _unfit(name: str) -> str:
    """Return why files cannot be called after a product of this name."""
    if not name.strip():
        return "empty"
    if "/" in name:
        return "it holds a folder"
    return "it is a folder" if name in (".", "..") else ""


def _problems(before: Association, after: Association) -> list[str]:
    """Return what is wrong with the names that were given, not with those that were there."""
    problems = []
    first: dict[str, int] = {}
    counts = [label(product) for product in before.products]
    for at, (old, new) in enumerate(zip(before.products, after.products, strict=True)):
        name, fresh = label(new), old is not new
        if fresh and (reason := _unfit(name)):
            problems.append(message("product name", reason, name, "give another one"))
        known = first.setdefault(name, at)
        if known != at and (fresh or before.products[known] is not after.products[known]):
            reason = f"two products get it: {counts[known]!r} and {counts[at]!r}"
            way_out = "use a template such as '{stem}', OLD=NEW, or choose one product"
            problems.append(message("product name", reason, name, way_out))
    return problems
