"""Which of the files that an association names are there: the findings of a check that look at the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator

from asn_fp.check import Finding
from asn_fp.check.context import context_of
from asn_fp.cli.places import folder_of, real
from asn_fp.records import ABSENT, Association
from asn_fp.transforms._rows import catalogue_of, is_path

__all__ = ["missing_files"]


def missing_files(association: Association, path: str) -> Iterator[Finding]:
    """Yield which members, and catalogues of members, are no files, each at its first place, and which are opened elsewhere.

    Args:
        association: what to look at.
        path: the file that it is in: relative names are meant from the folder of that, or where a pipeline runs in
            another one, from there.

    >>> [finding.place for finding in missing_files(Association(members=("nowhere.fits", "nowhere.fits")), "l_asn.json")]
    ['member 1']
    """
    folder, context = folder_of(path), context_of(association)
    apart = context.opens_here() and real(folder) != real(".")
    places = _places(association)
    lost = dict.fromkeys(name for name, (_, role) in places.items() if role and apart and not _is_open(name, folder))
    for name, (place, role) in places.items():
        sought = name.rpartition("/")[2] if context.cuts_folder(role) else name
        there = os.path.join(folder, sought)  # noqa: PTH118  as fast as can be
        opened = apart and role and os.path.isfile(name)  # noqa: PTH113
        if opened or not is_path(name) or os.path.isfile(there):  # noqa: PTH113
            continue
        is_folder = os.path.isdir(there)  # noqa: PTH112
        way_out = "name a file" if is_folder else "put it there, or correct the name"
        reason = "a folder" if is_folder else f"no such file in {folder!r}"
        yield Finding("missing-file", "warning", place, name, reason, way_out)
    if lost:
        reason = f"calwebb_image2 opens {len(lost)} of its files from the current folder, not from {folder!r}"
        way_out = "run it in that folder, or write the names with --paths absolute"
        yield Finding("current-folder", "warning", "association", next(iter(lost)), reason, way_out)


def _is_open(name: str, folder: str) -> bool:
    """Tell whether a name leads to one file at most, from the current folder and from another."""
    if name.startswith("/") or not is_path(name):
        return True
    beside = os.path.join(folder, name)  # noqa: PTH118
    return os.path.isfile(name) and (not os.path.isfile(beside) or os.path.samefile(name, beside))  # noqa: PTH113, PTH121


def _places(association: Association) -> dict[str, tuple[str, str]]:
    """Return for each name the place where it stands first, and its role there; a catalogue has none."""
    first: dict[str, tuple[str, str]] = {}
    for number, name in enumerate(association.members or (), 1):
        first.setdefault(name, (f"member {number}", ""))
    for number, product in enumerate(association.products or (), 1):
        label = "" if product.name is ABSENT else f" {product.name!r}"
        for at, member in enumerate(product.members, 1):
            place = f"product {number}{label}, member {at}"
            first.setdefault(member.expname, (place, member.exptype.lower()))
            if member.extra and (catalogue := catalogue_of(member)):
                first.setdefault(catalogue, (f"{place}, tweakreg_catalog", ""))
    return first
