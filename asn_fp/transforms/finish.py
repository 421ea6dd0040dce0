"""Associations to the same ones with other keys or other paths."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import is_
from typing import Any, Final

from attrs import evolve

from asn_fp.errors import KnobError, ProductError, did_you_mean, message, raise_all
from asn_fp.name_parts import read_program
from asn_fp.names import ProductParts, parse
from asn_fp.records import Association, Associations, Json, Product
from asn_fp.transforms._rows import is_path, with_names

__all__ = ["PATHS", "identify", "relocate", "stamp"]

_SETTABLE: Final = (
    "asn_type", "asn_rule", "version_id", "code_version", "degraded_status",
    "program", "constraints", "asn_id", "target", "asn_pool",
)  # fmt: skip


def stamp(associations: Associations, keys: Mapping[str, Json]) -> Associations:
    """Set top-level keys; one that no association is known to have is added at the end.

    Args:
        associations: what to change.
        keys: the keys and their values.

    Raises:
        KnobError: a key that holds the products or members themselves.

    >>> from asn_fp.records import Association
    >>> stamp((Association(program="noprogram"),), {"program": "01234", "note": "mine"})[0].to_dict()
    {'program': '01234', 'note': 'mine'}
    """
    refused = [key for key in keys if key in ("products", "members")]
    raise_all(KnobError, [message("key", "holds the products, not a text", key, "give the files as items") for key in refused])
    if not keys:
        return associations
    known: dict[str, Any] = {key: value for key, value in keys.items() if key in _SETTABLE}
    extra = {key: value for key, value in keys.items() if key not in _SETTABLE}
    return _changed(associations, (evolve(each, extra={**each.extra, **extra}, **known) for each in associations))


def _changed(before: Associations, after: Iterable[Association]) -> Associations:
    """Return the associations that came out, as the same objects where nothing changed."""
    kept = tuple(old if old == new else new for old, new in zip(before, after, strict=True))
    return before if all(map(is_, before, kept)) else kept


def identify(associations: Associations) -> Associations:
    """Fill program, asn_id and target from the names: the product's, if it is a stage-3 name, else the members'.

    Only what all names agree in is filled, and only a key that still says that it is not known.

    >>> from asn_fp.transforms import gather, name, read, seal
    >>> draft = name(gather(read(["jw01234001001_02101_00001_nrcalong_cal.fits"])), "jw01234-o001_t014_nircam_f444w")
    >>> (asn,) = identify(seal(draft, asn_rule="level3"))
    >>> asn.program, asn.asn_id, asn.target
    ('01234', 'o001', 't014')
    """
    return _changed(associations, map(_identified, associations))


def _identified(association: Association) -> Association:
    from_products = _parts_of_names(association.products or ())
    found = {
        "program": _agreed([each.program for each in from_products]) or _program(association),
        "asn_id": _agreed([each.asn_id for each in from_products]),
        "target": _agreed([_target(each) for each in from_products]),
    }
    unknown = {"program": "noprogram", "asn_id": "a3001", "target": "none"}
    changes: dict[str, Any] = {
        key: value for key, value in found.items() if value and getattr(association, key) == unknown[key]
    }
    return evolve(association, **changes) if changes else association


def _parts_of_names(products: Iterable[Product]) -> list[ProductParts]:
    """Return the parts of the names of all products, or nothing if one of them is no stage-3 name."""
    found: list[ProductParts] = []
    for product in products:
        parts = parse(product.name).parts
        if not isinstance(parts, ProductParts):
            return []
        found.append(parts)
    return found


def _target(parts: ProductParts) -> str:
    return f"t{parts.target}" if parts.target else f"{parts.source_kind}{parts.source}"


def _agreed(found: Sequence[str]) -> str:
    return found[0] if found and len(set(found)) == 1 else ""


def _program(association: Association) -> str:
    programs: set[str] = set()
    for product in association.products or ():
        for member in product.members:
            programs.add(read_program(parse(member.expname).stem))
            if len(programs) > 1:
                return ""
    return programs.pop() if programs else ""


def _as_given(name: str, _: str, __: str) -> str:
    return name


def _basename(name: str, _: str, __: str) -> str:
    return posixpath.basename(name)


def _relative(name: str, start: str, cwd: str) -> str:
    if not is_path(name):
        return name
    here, there = _pieces(name, cwd), _pieces(posixpath.normpath(posixpath.join("/", cwd, start)), "/")
    shared = len(posixpath.commonprefix([here, there]))
    return "/".join([*[".."] * (len(there) - shared), *here[shared:]]) or "."


def _absolute(name: str, _: str, cwd: str) -> str:
    return "/" + "/".join(_pieces(name, cwd)) if is_path(name) else name


def _pieces(name: str, cwd: str) -> list[str]:
    """Return the pieces of an absolute path; ``..`` behind a folder of the name stays, as that may be a link to elsewhere."""
    above = [] if name.startswith("/") else _pieces(cwd, "/") if cwd != "/" else []
    own: list[str] = []
    for piece in name.split("/"):
        if piece == ".." and not own:
            above = above[:-1]
        elif piece not in ("", "."):
            own.append(piece)
    return [*above, *own]


PATHS: Final[Mapping[str, Callable[[str, str, str], str]]] = {
    "as-given": _as_given,
    "basename": _basename,
    "relative": _relative,
    "absolute": _absolute,
}
"""The ways to write a member's path, by name."""


def relocate(associations: Associations, paths: str, *, start: str = "", cwd: str = "/") -> Associations:
    """Write the paths of the members in another way; nothing is looked up on disk. Addresses (``s3://...``) stay.

    Args:
        associations: what to change.
        paths: ``as-given``, ``basename``, ``relative`` (to the folder of the association file) or ``absolute``.
        start: the folder that the association file goes to, for ``relative``, by a path without links.
        cwd: the folder that relative names are meant from, by a path without links.

    Raises:
        KnobError: another word for `paths`.
        ProductError: two files of a product get one name; all of them in one error.

    >>> from asn_fp.records import Member, Product
    >>> asn = Association(products=(Product("p", (Member("raw/a_rate.fits", "science"),)),))
    >>> [relocate((asn,), way, start="out", cwd="/data")[0].products[0].members[0].expname for way in PATHS]
    ['raw/a_rate.fits', 'a_rate.fits', '../raw/a_rate.fits', '/data/raw/a_rate.fits']
    """
    if paths not in PATHS:
        raise KnobError(message("paths", "unknown", paths, did_you_mean(paths, PATHS)))
    if paths == "as-given":
        return associations
    change = PATHS[paths]
    moved = _changed(associations, (with_names(each, lambda name: change(name, start, cwd)) for each in associations))
    raise_all(ProductError, [clash for one, other in zip(associations, moved, strict=True) for clash in _clashes(one, other)])
    return moved


def _clashes(before: Association, after: Association) -> list[str]:
    problems = []
    for old, new in zip(before.products or (), after.products or (), strict=True):
        first: dict[str, str] = {}
        for one, other in zip(old.members, new.members, strict=True):
            known = first.setdefault(other.expname, one.expname)
            if known != one.expname:
                reason = f"two files get it: {known!r} and {one.expname!r}"
                problems.append(message(f"member of {new.name!r}", reason, other.expname, "use --paths relative or absolute"))
    return problems
