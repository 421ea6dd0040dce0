"""Associations as parts of a page: a card each, with its keys, what a check finds in it, its products and members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from asn_fp.check import Finding
from asn_fp.markup import Markup, breakable, joined, tag
from asn_fp.records import ABSENT, Association, Member, Product
from asn_fp.report.matched import matched_keys
from asn_fp.report.page import chip
from asn_fp.wording import content, counted, cut, many, role_of, tally, word

__all__ = ["card", "severities"]

_ELSEWHERE: Final = ("products", "members", "constraints")
_IN_THE_HEADING: Final = (("asn_rule", ""), ("program", "program "), ("asn_id", ""), ("target", "target "))


def card(association: Association, title: str, findings: Sequence[Finding], *, opened: bool) -> Markup:
    """Return an association as a part that opens and closes.

    >>> asn = Association(asn_type="image2", products=(Product("p", (Member("a_rate.fits", "science"),)),))
    >>> '<td class="name">a_<wbr/>rate.fits</td>' in card(asn, "l2_asn.json", (), opened=True).text
    True
    """
    plain = Product(ABSENT, tuple(Member(name, "(none)") for name in association.members or ()))
    products = [_product(each, word(each.name)) for each in association.products or ()]
    products += [_product(plain, "without a product")] if plain.members or not products else []
    parts = [_summary(association, title, findings), _findings(findings), _matched(association), *products, _keys(association)]
    return tag("details", *parts, class_="asn group", open=opened)


def _summary(association: Association, title: str, findings: Sequence[Finding]) -> Markup:
    values = ((label, getattr(association, key)) for key, label in _IN_THE_HEADING)
    said = [f"{label}{cut(word(value))}" for label, value in values if value is not ABSENT]
    chips = [chip(cut(word(association.asn_type)), kind="type")] if association.asn_type is not ABSENT else []
    chips += [chip(kind, said=many(number, kind), kind="finding") for kind, number in severities(findings).items()]
    line = [tag("span", " · ".join(said), class_="label"), " · " if said else None, content(association, ", ")]
    name = tag("h2", breakable(title or "association"), class_="name label")
    return tag("summary", name, *chips, tag("span", *line, class_="soft"))


def severities(findings: Sequence[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity, errors first.

    >>> severities([Finding("no-psf", "warning", "product 1", (), "no psf member")])
    {'warning': 1}
    """
    found = Counter(finding.severity for finding in findings)
    return {kind: found[kind] for kind in ("error", "warning") if found[kind]}


def _findings(findings: Sequence[Finding]) -> Markup | None:
    if not findings:
        return None
    return tag("ul", *map(_finding, findings), class_="findings")


def _finding(finding: Finding) -> Markup:
    said = str(finding).removeprefix(f"{finding.severity} {finding.code}")
    code = tag("b", finding.code, class_="label")
    return tag("li", chip(finding.severity, kind="finding"), " ", code, said, class_=finding.severity)


def _matched(association: Association) -> Markup | None:
    """Return the keys that the members have in common, as far as the association says."""
    matched = matched_keys(association.constraints)
    return tag("div", tag("p", "Keys that matched", class_="caption"), _pairs(matched)) if matched else None


def _keys(association: Association) -> Markup:
    """Return the other keys of the file, out of the way until they are asked for."""
    own = [(key, word(association[key])) for key in association if key not in _ELSEWHERE]
    return tag("details", tag("summary", "All keys of the file"), _pairs(own), class_="own")


def _pairs(pairs: Sequence[tuple[str, str]]) -> Markup:
    items = (tag("li", tag("b", f"{name} ") if name else None, breakable(value), class_="label") for name, value in pairs)
    return tag("ul", *items, class_="keys")


def _product(product: Product, name: str) -> Markup:
    held = tag("span", tally(counted(product.members)), class_="soft")
    line = tag("summary", tag("h3", breakable(name), class_="name label"), held)
    return tag("details", line, _members(product.members), class_="product group", open=True)


def _members(members: Sequence[Member]) -> Markup:
    rows = [_row(member) for member in members] or [tag("tr", tag("td", "no members"), class_="row")]
    return tag("table", tag("tbody", *rows), aria_label="role and file of each member")


def _row(member: Member) -> Markup:
    more = [f"{key} {word(value)}" for key, value in member.extra.items() if value is not None and key != "asn_candidate"]
    name = joined([breakable(word(member.expname)), tag("span", f" {', '.join(more)}", class_="soft") if more else None])
    role = tag("th", chip(role_of(member)), scope="row")
    return tag("tr", role, tag("td", name, class_="name"), class_="row", data_kind="member")
