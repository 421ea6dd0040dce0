"""The names of files in --output-dir: each says what is inside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from asn_fp.records import Association

__all__ = ["file_names"]

_FILLED_LATER: Final = re.compile(r"_?\{[a-z_]+\}")
_LONGEST: Final = 180


def file_names(associations: Sequence[Association]) -> list[str]:
    """Return a file name for each association, no two alike.

    It is the product's name, or where there are many products program, candidate and rule, and the association type. What a
    pipeline fills into a product name, ``{source_id}``, is not in it. Names that come out alike are numbered.

    >>> from asn_fp.records import Product
    >>> one = Association(asn_type="spec3", products=(Product("jw01234-o001_{source_id}_nirspec_g235h"),))
    >>> many = Association(asn_type="spec2", asn_rule="miri_mrs2", program="01234", asn_id="o001", products=(Product("a"),) * 2)
    >>> for name in file_names([one, many, many]):
    ...     print(name)
    jw01234-o001_nirspec_g235h_spec3_asn.json
    jw01234-o001_miri_mrs2_spec2_asn.json
    jw01234-o001_miri_mrs2_spec2.2_asn.json
    """
    taken: dict[str, int] = {}
    names = []
    for each in associations:
        inside, kind = _inside(each), _plain(each.asn_type or "")
        told = [] if kind in ("", "None") or inside.endswith(kind) else [kind]
        base = "_".join([inside, *told, *([_plain(each.version_id)] if each.version_id else [])])
        taken[base.lower()] = number = taken.get(base.lower(), 0) + 1
        names.append(f"{base}_asn.json" if number == 1 else f"{base}.{number}_asn.json")
    return names


def _inside(association: Association) -> str:
    products = association.products or ()
    if len(products) == 1 and (name := _plain(_FILLED_LATER.sub("", str(products[0].name)))):
        return name
    program, asn_id = (str(getattr(association, key) or "none") for key in ("program", "asn_id"))
    return _plain(f"jw{program}-{asn_id}_{association.asn_rule or 'unnamed'}")


def _plain(value: object) -> str:
    """Return a value as a part of a file name."""
    return re.sub(r"[^A-Za-z0-9.+_-]+", "-", str(value))[:_LONGEST].strip("-.")
