"""What a pipeline would stumble over in an association, said before it runs.

`check` is pure: it looks at the association, not at the files that it names. What a pipeline asks is from the JWST
documentation ("Associations" and the pages of the pipelines) and from the code of jwst 3.0.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from asn_fp.check.context import Context, context_of, stage_of
from asn_fp.check.findings import CODES, Finding, errors
from asn_fp.check.products import check_members, check_name, check_roles
from asn_fp.records import ABSENT, Association, Product, as_association

__all__ = ["CODES", "Finding", "check", "errors", "stage_of"]

# JWST documentation, the schemas of stage-2 and stage-3 associations.
_TEXTS: Final = ("asn_type", "asn_rule", "version_id", "program", "asn_id", "target", "asn_pool")


def check(association: Association, *, suffixes: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Return everything that a pipeline would stumble over, in the order of the file: its keys, then its products.

    Args:
        association: what to check.
        suffixes: product suffixes to know besides the pipeline's own.

    Raises:
        KnobError: a suffix that starts with its separator, or what is no association.

    >>> from asn_fp.records import Member
    >>> members = (Member("a_rate.fits", "science"), Member("b_rate.fits", "bckground"))
    >>> for finding in check(Association(asn_type="image2", asn_pool="none", products=(Product("a", members),))):
    ...     print(finding)
    error unknown-exptype: product 1 'a', member 2 (exptype unknown): 'bckground'; did you mean 'background'?
    """
    context = context_of(as_association(association), suffixes)
    seen: dict[str, int] = {}
    sound: dict[tuple[str, str], bool] = {}
    found = [*_types(association), *_keys(association, context)]
    for number, product in enumerate(association.products or (), 1):
        place = f"product {number}" if product.name is ABSENT else f"product {number} {product.name!r}"
        found += check_name(product, place, context, seen, number)
        found += check_roles(product.members, place, context)
        found += check_members(product.members, place, context, sound)
    return tuple(found)


def _types(association: Association) -> Iterator[Finding]:
    for key in _TEXTS:
        value = getattr(association, key)
        if value is ABSENT or isinstance(value, str) or (key == "version_id" and value is None):
            continue
        wanted = "a text or null" if key == "version_id" else "a text"
        way_out = "leave the key out; only 'version_id' may be null" if value is None else "write it in double quotes"
        yield Finding("wrong-type", "error", "association", value, f"{key!r} is not {wanted}", way_out)


def _keys(association: Association, context: Context) -> Iterator[Finding]:
    products = association.products
    if products is ABSENT and association.members is not ABSENT:
        yield Finding("plain-members", "warning", "association", "members", "no pipeline reads such a list", "make products")
        return
    if not products:
        yield Finding("no-products", "error", "association", "products", "nothing to process", "give at least one product")
        return
    yield from _missing(association, context)
    if context.stage == 3 and context.asn_type != "wfs-image3" and len(products) > 1:
        reason = f"{context.pipeline} reads the first of {len(products)} products"
        way_out = "write an association for each product"
        yield Finding("products-ignored", "warning", "association", "products", reason, way_out)


def _missing(association: Association, context: Context) -> Iterator[Finding]:
    for key in ("asn_id", "asn_pool"):
        some, every = context.opened_by(key)
        if key == "asn_id" and context.asn_type == "spec3":
            some = every = _has_background(association.products[0])
        if some and getattr(association, key) is ABSENT:
            reason = f"{context.pipeline} opens a key that is not there"
            way_out = 'add "asn_id": "a3001"' if key == "asn_id" else 'add "asn_pool": "none"'
            yield Finding("missing-key", "error" if every else "warning", "association", key, reason, way_out)


def _has_background(product: Product) -> bool:
    """Return whether calwebb_spec3 would make a master background, the only step of it that opens ``asn_id``."""
    return any(member.exptype.lower() == "background" for member in product.members)
