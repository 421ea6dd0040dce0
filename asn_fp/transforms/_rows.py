"""The products of an association as rows: each member beside the exposure that it came from, so that both change together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from attrs import evolve

from asn_fp.errors import ItemError, ProductError, did_you_mean, message, raise_all
from asn_fp.patterns import is_chosen, read_name
from asn_fp.records import ABSENT, Association, Associations, Exposure, Member, Product

__all__ = [
    "Row",
    "Table",
    "catalogue_of",
    "choose",
    "files_of",
    "is_path",
    "label",
    "names_of",
    "tables",
    "told_by",
    "with_names",
    "with_tables",
    "without_catalogue",
]

_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")

_CATALOGUE: Final = "tweakreg_catalog"
"""The key of a member that names another file, relative to the association as members are: jwst 3.0.0, tweakreg."""

Row: TypeAlias = tuple[Member, Exposure | None]
"""A member, and the exposure that it came from, if that is known."""

Table: TypeAlias = tuple[Product, tuple[Row, ...]]
"""A product and its rows, which stand for its members."""


def tables(association: Association) -> list[Table]:
    """Return the products of an association with their rows.

    Raises:
        ProductError: it is a plain list of names, without products.

    >>> tables(Association(products=(Product("p", (Member("a_cal.fits", "science"),)),)))[0][1]
    ((Member('a_cal.fits', 'science'), None),)
    """
    if association.products is ABSENT:
        names = list(association.members or ())[:3]
        raise ProductError(message("association", "a list of names without products", names, "make one with asn make level3"))
    sources = association.origin.sources if association.origin else ()
    if len(sources) != len(association.products):
        sources = ((),) * len(association.products)
    return [(product, _rows(product, behind)) for product, behind in zip(association.products, sources, strict=True)]


def _rows(product: Product, behind: Sequence[Exposure | None]) -> tuple[Row, ...]:
    if len(behind) != len(product.members):
        behind = (None,) * len(product.members)
    return tuple(zip(product.members, behind, strict=True))


def with_tables(association: Association, changed: Iterable[Table]) -> Association:
    """Return an association with other products, or the same object where they are equal.

    >>> asn = Association(products=(Product("p"),))
    >>> with_tables(asn, tables(asn)) is asn
    True
    """
    now = list(changed)
    products = tuple(_with_members(product, tuple(member for member, _ in rows)) for product, rows in now)
    if products == association.products:
        return association
    sources = tuple(tuple(source for _, source in rows) for _, rows in now)
    origin = evolve(association.origin, sources=sources) if association.origin else None
    return evolve(association, products=products, origin=origin)


def _with_members(product: Product, members: tuple[Member, ...]) -> Product:
    return product if members == product.members else Product(product.name, members, product.extra, product.order)


def with_names(association: Association, change: Callable[[str], str]) -> Association:
    """Return an association whose members, and their catalogues, have other file names; the same object where they are equal.

    >>> asn = Association(products=(Product("p", (Member("raw/a_cal.fits", "science"),)),))
    >>> with_names(asn, lambda name: name.rpartition("/")[2]).products[0].members
    (Member('a_cal.fits', 'science'),)
    """
    if association.products is ABSENT:
        return evolve(association, members=tuple(map(change, association.members or ())))
    return with_tables(
        association,
        [
            (product, tuple((_named(member, change), source) for member, source in rows))
            for product, rows in tables(association)
        ],
    )


def _named(member: Member, change: Callable[[str], str]) -> Member:
    catalogue = catalogue_of(member)
    extra = {**member.extra, _CATALOGUE: change(catalogue)} if catalogue else member.extra
    return Member(change(member.expname), member.exptype, extra, member.order)


def catalogue_of(member: Member) -> str:
    """Return the name of the catalogue that a member brings for the alignment of images, or "".

    >>> catalogue_of(Member("a_cal.fits", "science", {"tweakreg_catalog": "cats/a.ecsv"}))
    'cats/a.ecsv'
    """
    found = member.extra.get(_CATALOGUE)
    return found if isinstance(found, str) and found.strip() else ""


def without_catalogue(member: Member) -> Member:
    """Return a member that brings no catalogue.

    >>> without_catalogue(Member("a_cal.fits", "science", {"tweakreg_catalog": "cats/a.ecsv", "group_id": "1"}))
    Member('a_cal.fits', 'science', group_id='1')
    """
    return evolve(member, extra={key: value for key, value in member.extra.items() if key != _CATALOGUE})


def files_of(association: Association) -> list[str]:
    """Return the names of the files that an association needs, each once: members, their catalogues, names of a plain list.

    >>> files_of(Association(products=(Product("p", (Member("a_cal.fits", "science"), Member("a_cal.fits", "psf"))),)))
    ['a_cal.fits']
    """
    if association.products is ABSENT:
        return list(dict.fromkeys(association.members or ()))
    members = [member for product in association.products for member in product.members]
    catalogues = [catalogue for member in members if member.extra and (catalogue := catalogue_of(member))]
    return list(dict.fromkeys([*(member.expname for member in members), *catalogues]))


def is_path(name: str) -> bool:
    """Tell whether a member's name is the path of a file: not an address of the web or of a store, and not empty.

    >>> is_path("../raw/a_cal.fits"), is_path("s3://bucket/a_cal.fits"), is_path("")
    (True, False, False)
    """
    return bool(name.strip()) and not _ADDRESS.match(name)


def told_by(expname: str, suffixes: Sequence[str] = ()) -> Exposure:
    """Return what a file name tells; words behind an exposure's name that are no suffix known are taken for one.

    >>> told_by("jw01234001001_02101_00001_nrca1_rate_destreak.fits").name.parts.detector
    'nrca1'
    """
    return Exposure(0, read_name(expname, suffixes))


def label(product: Product) -> str:
    """Return the name of a product, empty where it has none."""
    return product.name if isinstance(product.name, str) else ""


def names_of(associations: Associations, patterns: Sequence[str] = ()) -> list[str]:
    """Return the file names of the members, each once, of all products or of those whose name matches a pattern."""
    chosen = (product for each in associations for product in each.products or () if is_chosen(product.name, patterns))
    return list(dict.fromkeys(member.expname for product in chosen for member in product.members))


def choose(associations: Associations, patterns: Sequence[str]) -> None:
    """Refuse patterns for products that no product's name matches.

    Raises:
        ItemError: with all of them.
        ProductError: an association without products.

    >>> choose((Association(products=(Product("jw01234_nrs1"),)),), ["jw01234_nrs2"])
    Traceback (most recent call last):
    asn_fp.errors.ItemError: product (no name matches): 'jw01234_nrs2'; did you mean 'jw01234_nrs1'?
    """
    names = [label(product) for each in associations for product, _ in tables(each)]
    lost = [pattern for pattern in patterns if not any(is_chosen(name, (pattern,)) for name in names)]
    raise_all(ItemError, [message("product", "no name matches", each, did_you_mean(each, names)) for each in lost])
