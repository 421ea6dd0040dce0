"""One product of an association: its name, what it needs to have, and each of its members."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final, Literal

from attrs import frozen

from asn_fp.check.context import Context
from asn_fp.check.findings import Finding
from asn_fp.errors import did_you_mean
from asn_fp.names import FileName, parse
from asn_fp.records import ABSENT, Member, Product
from asn_fp.vocabulary import CATALOGUE_SUFFIXES, EXPTYPES

__all__ = ["check_members", "check_name", "check_roles", "rows_of"]

_PLACEHOLDERS: Final = re.compile(r"\{(?:source_id|slit_name|suffix)\}")
_SHOWN: Final = 8


@frozen
class Row:
    """Hold one member: its place, its role in lower case, and the pieces of its file name."""

    place: str
    member: Member
    role: str
    name: FileName


def rows_of(product: Product, place: str, context: Context) -> tuple[Row, ...]:
    """Return the members of a product with their places.

    >>> from asn_fp.check.context import context_of
    >>> from asn_fp.records import Association
    >>> product = Product("p", (Member("a_rate.fits", "Science"),))
    >>> (row,) = rows_of(product, "product 1 'p'", context_of(Association(products=(product,))))
    >>> row.place, row.role
    ("product 1 'p', member 1", 'science')
    """
    return tuple(
        Row(f"{place}, member {number}", member, member.exptype.lower(), parse(member.expname, context.suffixes))
        for number, member in enumerate(product.members, 1)
    )


def check_name(product: Product, place: str, context: Context, seen: dict[str, int], number: int) -> Iterator[Finding]:
    """Yield what is wrong with a product's name, and note it in `seen` under its number.

    Sources: jwst 3.0.0, the pipelines' output names; JWST documentation, "File Naming Schemes" (placeholders).

    >>> from asn_fp.check.context import context_of
    >>> from asn_fp.records import Association
    >>> context = context_of(Association(asn_type="spec3", products=()))
    >>> [finding.code for finding in check_name(Product("p_{slit}"), "product 1", context, {}, 1)]
    ['placeholder']
    """
    name = product.name
    if name is ABSENT:
        severity: Literal["error", "warning"] = "error" if context.opened_by("name")[1] else "warning"
        yield Finding("no-name", severity, place, "name", f"{context.pipeline} names its files by it", 'add "name"')
        return
    if not name.strip():
        yield Finding("empty-name", "error", place, name, "the name is empty", "output files begin with it: give one")
    elif name in seen:
        way_out = "give each its own: the second would overwrite the files of the first"
        yield Finding("same-name", "error", place, name, f"product {seen[name]} has this name", way_out)
    seen.setdefault(name, number)
    if _has_folder(name):
        yield Finding("name-folder", "warning", place, name, "a path in the name", "leave the folder out")
    if ("{" in name or "}" in name) and re.search("[{}]", _PLACEHOLDERS.sub("", name)):
        way_out = "known: {source_id}, {slit_name}, {suffix}"
        yield Finding("placeholder", "warning", place, name, "braces that no pipeline fills in", way_out)


def _has_folder(name: str) -> bool:
    return "/" in name or "\\" in name


def check_roles(rows: Sequence[Row], place: str, context: Context) -> Iterator[Finding]:
    """Yield what a product lacks, or has too many of, for its pipeline.

    Sources: JWST documentation, the pages of the pipelines; jwst 3.0.0, their code.

    >>> from asn_fp.check.context import context_of
    >>> from asn_fp.records import Association
    >>> list(map(str, check_roles((), "product 1", context_of(Association(asn_type="image2", products=())))))
    ['error no-members: product 1 (nothing to process): []; list at least a science file']
    """
    if not rows:
        yield Finding("no-members", "error", place, (), "nothing to process", "list at least a science file")
        return
    science = _files(rows, "science")
    if context.stage is not None and not science:
        roles = tuple(dict.fromkeys(row.member.exptype for row in rows))
        yield Finding("no-science", "error", place, roles, "no member is science", "give one file the exptype 'science'")
    if context.stage == 2 and len(science) > 1:
        way_out = "make one product of each"
        yield Finding("many-science", "error", place, _some(science), f"{len(science)} members are science", way_out)
    if "psf" in context.reads and context.asn_type and not _files(rows, "psf"):
        severity: Literal["error", "warning"] = "error" if context.asn_type == "coron3" else "warning"
        reason = "calwebb_coron3 stops" if severity == "error" else "calwebb_ami3 does not normalise"
        yield Finding("no-psf", severity, place, "psf", f"no such member: {reason}", "add the reference star's files")
    if context.asn_type == "wfs-image3":
        yield from _pair(science, place)
    if "sourcecat" in context.reads and context.stage == 2:
        yield from _catalogues(rows, place)


def _files(rows: Sequence[Row], role: str) -> tuple[str, ...]:
    return tuple(row.member.expname for row in rows if row.role == role)


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    return names if len(names) <= _SHOWN else (*names[:_SHOWN], "...")


def _pair(science: tuple[str, ...], place: str) -> Iterator[Finding]:
    if len(science) == 1:
        yield Finding("wfs-single", "error", place, science[0], "one science member", "the pipeline combines two")
    if len(science) > 2:
        reason = f"the pipeline combines the first two of {len(science)} science members"
        yield Finding("wfs-many", "warning", place, _some(science), reason, "make one product of each pair")


def _catalogues(rows: Sequence[Row], place: str) -> Iterator[Finding]:
    if not any(row.role in CATALOGUE_SUFFIXES for row in rows):
        return
    files = {role: _files(rows, role) for role in CATALOGUE_SUFFIXES}
    lacking = tuple(role for role, found in files.items() if not found)
    if lacking and len(lacking) < len(files):
        reason = "some of the three that a grism exposure needs are there, not these"
        yield Finding("catalogue-incomplete", "warning", place, lacking, reason, "add them, of the same direct image")
    for role, found in files.items():
        if len(found) > 1:
            yield Finding("catalogue-many", "warning", place, _some(found), f"{role} more than once", "the first is read")


def check_members(rows: Sequence[Row], context: Context) -> Iterator[Finding]:
    """Yield what is wrong with each member, in their order.

    >>> from asn_fp.check.context import context_of
    >>> from asn_fp.records import Association
    >>> context = context_of(Association(asn_type="image2", products=()))
    >>> rows = rows_of(Product("p", (Member("a_rate.fits", "scince"),)), "product 1 'p'", context)
    >>> [finding.way_out for finding in check_members(rows, context)]
    ["did you mean 'science'?"]
    """
    science = {row.member.expname for row in rows if row.role == "science"}
    stems = {row.name.stem for row in rows if row.role == "science"} if context.stage == 2 else set()
    seen: dict[str, dict[str, None]] = {}
    for row in rows:
        yield from _expname(row, context)
        yield from _exptype(row, context)
        roles = seen.setdefault(row.member.expname, {})
        yield from _repeated(row, roles)
        if row.role == "background" and (row.member.expname in science or row.name.stem in stems):
            reason = "the product's science exposure is its own background"
            yield Finding("own-background", "error", row.place, row.member.expname, reason, "leave one of the two out")
        roles[row.role] = None


def _exptype(row: Row, context: Context) -> Iterator[Finding]:
    exptype = row.member.exptype
    if row.role not in EXPTYPES:
        yield Finding("unknown-exptype", "error", row.place, exptype, "exptype unknown", did_you_mean(exptype, EXPTYPES))
        return
    if exptype != row.role:
        reason = "exptype not in lower case: calwebb_image3 passes over it"
        yield Finding("exptype-case", "error", row.place, exptype, reason, f"write {row.role!r}")
    if context.passes_over(row.role):
        reads = ", ".join(role for role in EXPTYPES if role in context.reads)
        reason = f"{context.pipeline} reads no such member"
        yield Finding("unread-exptype", "warning", row.place, exptype, reason, f"it reads {reads}")


def _expname(row: Row, context: Context) -> Iterator[Finding]:
    expname = row.member.expname
    if not expname.strip():
        yield Finding("no-expname", "error", row.place, expname, "no file name", "name the file or leave the member out")
    if _has_folder(expname):
        way_out = "put the association beside its files"
        yield Finding("expname-folder", "warning", row.place, expname, "a path in expname", way_out)
    expected = context.expected(row.role, row.name.suffix)
    if expected:
        reason = f"{row.role} of suffix {row.name.suffix!r}"
        way_out = f"{context.pipeline} takes {', '.join(expected)}"
        yield Finding("wrong-suffix", "error", row.place, expname, reason, way_out)


def _repeated(row: Row, roles: Collection[str]) -> Iterator[Finding]:
    """Yield whether a file was listed before; a self-calibration may use any file, jwst 3.0.0, badpix_selfcal."""
    expname = row.member.expname
    if row.role in roles:
        reason = f"listed before as {row.role!r}"
        yield Finding("duplicate-member", "error", row.place, expname, reason, "leave one of them out")
        return
    other = next((role for role in roles if role != "selfcal" and {role, row.role} != {"science", "background"}), None)
    if other is not None and row.role != "selfcal":
        reason = f"listed before as {other!r}, here as {row.role!r}"
        yield Finding("two-roles", "error", row.place, expname, reason, "decide for one of them")
