"""One product of an association: its name, what it needs to have, and each of its members."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from posixpath import normpath
from typing import Final, Literal

from attrs import frozen

from asn_fp.check.context import Context
from asn_fp.check.findings import Finding
from asn_fp.errors import did_you_mean
from asn_fp.names import FileName, ending_of, parse
from asn_fp.records import ABSENT, Member, Product
from asn_fp.vocabulary import CATALOGUE_SUFFIXES, EXPTYPES

__all__ = ["check_members", "check_name", "check_roles"]

_PLACEHOLDERS: Final = re.compile(r"\{(?:source_id|slit_name|suffix)\}")
_SHOWN: Final = 8


@frozen
class Row:
    """Hold one member: its place, its role in lower case, its file name's pieces, and that name as short as can be."""

    place: str
    member: Member
    role: str
    name: FileName
    path: str


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
    if context.asn_type == "wfs-image3":
        yield from _wavefront_name(name, place)
    elif ("{" in name or "}" in name) and re.search("[{}]", _PLACEHOLDERS.sub("", name)):
        way_out = "known: {source_id}, {slit_name}, {suffix}"
        yield Finding("placeholder", "warning", place, name, "braces that no pipeline fills in", way_out)


def _wavefront_name(name: str, place: str) -> Iterator[Finding]:
    """Yield what is wrong with a name that calwebb_wfs-image3 fills in as a format, jwst 3.0.0."""
    try:
        filled = name.format(suffix="wfscmb")
    except (LookupError, ValueError, AttributeError):
        reason = "calwebb_wfs-image3 stops at braces other than {suffix}"
        yield Finding("placeholder", "error", place, name, reason, "leave them out")
        return
    if filled == name:
        reason = "no {suffix} in the name, so that its file gets no suffix"
        yield Finding("no-placeholder", "warning", place, name, reason, "end it with _{suffix}")


def _has_folder(name: str) -> bool:
    return "/" in name or "\\" in name


def check_roles(members: Sequence[Member], place: str, context: Context) -> Iterator[Finding]:
    """Yield what a product lacks, or has too many of, for its pipeline.

    Sources: JWST documentation, the pages of the pipelines; jwst 3.0.0, their code.

    >>> from asn_fp.check.context import context_of
    >>> from asn_fp.records import Association
    >>> list(map(str, check_roles((), "product 1", context_of(Association(asn_type="image2", products=())))))
    ['error no-members: product 1 (nothing to process): []; list at least a science file']
    """
    if not members:
        yield Finding("no-members", "error", place, (), "nothing to process", "list at least a science file")
        return
    science = _files(members, "science")
    if context.stage is not None and not science:
        roles = tuple(dict.fromkeys(member.exptype for member in members))
        yield Finding("no-science", "error", place, roles, "no member is science", "give one file the exptype 'science'")
    if context.stage == 2 and len(science) > 1:
        way_out = "make one product of each"
        yield Finding("many-science", "error", place, _some(science), f"{len(science)} members are science", way_out)
    if context.asn_type and "psf" in context.reads and not _files(members, "psf"):
        severity: Literal["error", "warning"] = "error" if context.asn_type == "coron3" else "warning"
        reason = "calwebb_coron3 stops" if severity == "error" else "calwebb_ami3 does not normalise"
        yield Finding("no-psf", severity, place, "psf", f"no such member: {reason}", "add the reference star's files")
    if context.asn_type == "wfs-image3":
        yield from _pair(science, place)
    if context.stage == 2 and "sourcecat" in context.reads and len(members) > len(science):
        yield from _catalogues(members, place)


def _files(members: Sequence[Member], role: str) -> tuple[str, ...]:
    return tuple([member.expname for member in members if member.exptype.lower() == role])


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    return names if len(names) <= _SHOWN else (*names[:_SHOWN], "...")


def _pair(science: tuple[str, ...], place: str) -> Iterator[Finding]:
    if len(science) == 1:
        yield Finding("wfs-single", "error", place, science[0], "one science member", "the pipeline combines two")
    if len(science) > 2:
        reason = f"the pipeline combines the first two of {len(science)} science members"
        yield Finding("wfs-many", "warning", place, _some(science), reason, "make one product of each pair")


def _catalogues(members: Sequence[Member], place: str) -> Iterator[Finding]:
    files = {role: _files(members, role) for role in CATALOGUE_SUFFIXES}
    if not any(files.values()):
        return
    lacking = tuple(role for role, found in files.items() if not found)
    if lacking and len(lacking) < len(files):
        reason = "some of the three that a grism exposure needs are there, not these"
        yield Finding("catalogue-incomplete", "warning", place, lacking, reason, "add them, of the same direct image")
    for role, found in files.items():
        if len(found) > 1:
            yield Finding("catalogue-many", "warning", place, _some(found), f"{role} more than once", "the first is read")


def check_members(
    members: Sequence[Member], place: str, context: Context, sound: dict[tuple[str, str], bool]
) -> Iterator[Finding]:
    """Yield what is wrong with each member, in their order; of each kind (exptype, suffix) note in `sound` if it is right.

    >>> from asn_fp.check.context import context_of
    >>> from asn_fp.records import Association
    >>> context = context_of(Association(asn_type="image2", products=()))
    >>> [finding.way_out for finding in check_members((Member("a_rate.fits", "scince"),), "product 1 'p'", context, {})]
    ["did you mean 'science'?"]
    """
    if _nothing_odd(members, context, sound):
        return
    rows = [_row(member, f"{place}, member {number}", context) for number, member in enumerate(members, 1)]
    science = {row.path for row in rows if row.role == "science"}
    stems = {row.name.stem for row in rows if row.role == "science"} if context.stage == 2 else set()
    seen: dict[str, dict[str, None]] = {}
    for row in rows:
        yield from _expname(row, context)
        yield from _exptype(row, context)
        roles = seen.setdefault(row.path, {})
        yield from _repeated(row, roles)
        if row.role == "background" and (row.path in science or row.name.stem in stems):
            reason = "the product's science exposure is its own background"
            yield Finding("own-background", "error", row.place, row.member.expname, reason, "leave one of the two out")
        roles[row.role] = None


def _nothing_odd(members: Sequence[Member], context: Context, sound: dict[tuple[str, str], bool]) -> bool:
    """Tell whether nothing can be wrong with members, at a tenth of the cost of looking at each of them closely."""
    names = [member.expname for member in members]
    if _has_folder("".join(names)) or not all(map(str.strip, names)) or len(set(names)) < len(names):
        return False
    suffixes = context.suffixes
    kinds = {(member.exptype, ending_of(member.expname, suffixes).suffix): member for member in members}
    for kind in kinds.keys() - sound.keys():
        row = _row(kinds[kind], "", context)
        may_be_its_own = row.role == "background" and context.stage == 2
        sound[kind] = not (may_be_its_own or [*_expname(row, context), *_exptype(row, context)])
    return all(map(sound.__getitem__, kinds))


def _row(member: Member, place: str, context: Context) -> Row:
    name = parse(member.expname, context.suffixes)
    return Row(place, member, member.exptype.lower(), name, normpath(name.text) if "/" in name.text else name.text)


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
    if _has_folder(expname) and (opened := context.opens(row.role, expname)):
        way_out = "put the association beside its files"
        yield Finding("expname-folder", "warning", row.place, expname, f"a path in expname: {opened}", way_out)
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
