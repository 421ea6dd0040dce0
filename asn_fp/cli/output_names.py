"""The names of files in --output-dir: each says what is inside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Final

from asn_fp.records import Association

__all__ = ["file_names", "numbered", "plain"]

_FILLED_LATER: Final = re.compile(r"[-_]?\{[a-z_]+\}")
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
    return numbered(map(_base, associations))


def _base(association: Association) -> str:
    inside, kind = _inside(association), plain(association.asn_type or "")
    told = [] if kind in ("", "None") or inside.endswith(kind) else [kind]
    return "_".join([inside, *told, *([plain(association.version_id)] if association.version_id else [])])


def numbered(bases: Iterable[str]) -> list[str]:
    """Return the name of an association file for each beginning, no two alike in whatever case: further ones are numbered.

    >>> numbered(["a", "A", "b", "a.2"])
    ['a_asn.json', 'A.2_asn.json', 'b_asn.json', 'a.2.2_asn.json']
    """
    last: dict[str, int] = {}
    taken: set[str] = set()
    names = []
    for base in bases:
        for number in count(last.get(base.lower(), 0) + 1):
            name = f"{base}_asn.json" if number == 1 else f"{base}.{number}_asn.json"
            if name.lower() not in taken:
                break
        last[base.lower()] = number
        taken.add(name.lower())
        names.append(name)
    return names


def _inside(association: Association) -> str:
    products = association.products or ()
    if len(products) == 1 and (name := plain(_FILLED_LATER.sub("", str(products[0].name)))):
        return name
    program, asn_id = (str(getattr(association, key) or "none") for key in ("program", "asn_id"))
    return plain(f"jw{program}-{asn_id}_{association.asn_rule or 'unnamed'}")


def plain(value: object, longest: int = _LONGEST) -> str:
    """Return a value as a part of a file name, on any system.

    >>> plain("../M 31/f200w."), plain("a_b_c", 3)
    ('M-31-f200w', 'a_b')
    """
    return re.sub(r"[^A-Za-z0-9.+_-]+", "-", str(value))[:longest].strip("-.")
