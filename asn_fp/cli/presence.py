"""Which of the files that an association names are there: the findings of a check that look at the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator

from asn_fp.check import Finding
from asn_fp.records import ABSENT, Association
from asn_fp.transforms._rows import catalogue_of

__all__ = ["missing_files"]


def missing_files(association: Association, path: str) -> Iterator[Finding]:
    """Yield which members, and catalogues of members, are no files, each at its first place.

    Args:
        association: what to look at.
        path: the file that it is in: relative names are meant from the folder of that.

    >>> [finding.place for finding in missing_files(Association(members=("nowhere.fits", "nowhere.fits")), "l_asn.json")]
    ['member 1']
    """
    folder = os.path.dirname(path)  # noqa: PTH120  any text
    for name, place in _places(association).items():
        there = os.path.join(folder, name)  # noqa: PTH118  as fast as can be
        if name.strip() and not os.path.isfile(there):  # noqa: PTH113
            is_folder = os.path.isdir(there)  # noqa: PTH112
            way_out = "name a file" if is_folder else "put it there, or correct the name"
            reason = "a folder" if is_folder else f"no such file in {folder or '.'!r}"
            yield Finding("missing-file", "warning", place, name, reason, way_out)


def _places(association: Association) -> dict[str, str]:
    """Return for each name the place where it stands first."""
    first: dict[str, str] = {}
    for number, name in enumerate(association.members or (), 1):
        first.setdefault(name, f"member {number}")
    for number, product in enumerate(association.products or (), 1):
        label = "" if product.name is ABSENT else f" {product.name!r}"
        for at, member in enumerate(product.members, 1):
            place = f"product {number}{label}, member {at}"
            first.setdefault(member.expname, place)
            if member.extra and (catalogue := catalogue_of(member)):
                first.setdefault(catalogue, f"{place}, tweakreg_catalog")
    return first
