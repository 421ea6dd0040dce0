"""Associations in words: what trees, tables, pages and the repr say, in the same way.

Whatever a file holds can be said: characters that do not print are written as Python escapes, and a value of an
unexpected type is written as JSON would have it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from asn_fp.records import ABSENT, Association, Member, Product
from asn_fp.vocabulary import EXPTYPES

__all__ = ["content", "counted", "cut", "heading", "many", "printable", "products_of", "rest_of", "role_of", "tally", "word"]

_LONGEST: Final = 100


def products_of(association: Association) -> tuple[Product, ...]:
    """Return the products of an association, none where it has no such key.

    >>> products_of(Association())
    ()
    """
    return association.products or ()


def counted(members: Iterable[Member]) -> dict[str, int]:
    """Return how many members play each role, in the order of the vocabulary; a role it does not have comes last.

    >>> counted((Member("b_rate.fits", "background"), Member("a_rate.fits", "science")))
    {'science': 1, 'background': 1}
    """
    found = Counter(role_of(member) for member in members)
    return {role: found[role] for role in chain((role for role in EXPTYPES if role in found), found)}


def role_of(member: Member) -> str:
    """Return the role of a member, which is a text whatever the file says.

    >>> role_of(Member("a_rate.fits", None))
    'null'
    """
    return member.exptype if isinstance(member.exptype, str) else word(member.exptype)


def heading(association: Association) -> str:
    """Return what goes after the word "Association": what it is, and how much it holds.

    >>> heading(Association(asn_id="o001", products=()))
    ' asn_id o001: no products'
    """
    keys = (("asn_rule", ""), ("asn_id", "asn_id "), ("program", "program "))
    values = ((label, getattr(association, key)) for key, label in keys)
    words = "".join(f" {label}{cut(word(value))}" for label, value in values if value is not ABSENT)
    return f"{words}: {content(association, ', ')}"


def content(association: Association, colon: str) -> str:
    """Return how much an association holds, with a mark between its products and its members.

    >>> content(Association(products=(Product("p", (Member("a_rate.fits", "science"),)),)), ": ")
    '1 product: 1 science'
    """
    of_products = products_of(association)
    products = many(len(of_products), "product")
    members = many(len(association.members or ()), "member")
    if association.products is ABSENT and association.members is not ABSENT:
        return members
    found = counted(member for product in of_products for member in product.members)
    parts = [products + (f"{colon}{tally(found)}" if of_products else "")]
    return ", ".join(parts if association.members is ABSENT else [*parts, f"{members} without a product"])


def tally(found: Mapping[str, int]) -> str:
    """Return counts as words; roles beyond as many as the vocabulary has are added up.

    >>> tally({"science": 1, "background": 2}), tally({})
    ('1 science, 2 background', 'no members')
    """
    parts = [f"{number} {cut(word(role))}" for role, number in list(found.items())[: len(EXPTYPES)]]
    rest = list(found.values())[len(EXPTYPES) :]
    return ", ".join([*parts, f"{sum(rest)} of {len(rest)} other roles"] if rest else parts) or "no members"


def many(number: int, noun: str) -> str:
    """Return a number of things in words.

    >>> many(0, "product"), many(1, "product"), many(2, "product")
    ('no products', '1 product', '2 products')
    """
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def rest_of(number: int, limit: int | None, noun: str) -> Iterator[str]:
    """Give the line that counts what a limit leaves out, if it leaves out anything.

    >>> list(rest_of(7, 5, "member")), list(rest_of(5, 5, "member"))
    (['... 2 more members'], [])
    """
    if limit is not None and number > limit:
        yield f"... {number - limit} more {noun}{'' if number - limit == 1 else 's'}"


def word(value: Any) -> str:
    r"""Return any value on one line in characters that print: a text as it is, other JSON in its own notation.

    >>> word("a\nb"), word(""), word(None), word((1, 2))
    ('a\\nb', "''", 'null', '[...]')
    """
    if isinstance(value, str):
        return printable(value) or "''"
    if value is ABSENT:
        return "(none)"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (Mapping, list, tuple)):
        brackets = "{}" if isinstance(value, Mapping) else "[]"
        return brackets[0] + ("..." if value else "") + brackets[1]
    return printable(str(value))


def printable(text: str) -> str:
    r"""Return a text with Python's escapes for the characters that do not print.

    >>> printable("a\tb\u202e")
    'a\\tb\\u202e'
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def cut(text: str) -> str:
    """Return a text of a length that a line of its own can bear.

    >>> len(cut("x" * 5000))
    100
    """
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
