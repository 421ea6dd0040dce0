"""Associations of one run to the same ones, no two of which make products of one name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import evolve

from asn_fp.errors import KnobError, ProductError, did_you_mean, message, raise_all
from asn_fp.records import Association, Associations

__all__ = ["SAME_NAMES", "distinguish", "same_names_in"]

SAME_NAMES: Final = ("keep", "distinguish", "refuse")
"""What to do with two stage-3 associations that make products of one name."""

_ANY: Final = ("any", "")


def distinguish(associations: Associations, same_names: str = "distinguish") -> Associations:
    """See to it that no two stage-3 associations make products of one name: the second would overwrite the first.

    What tells them apart is the value of a key that they were grouped by and that is not in the name, as `constraints`
    says it (two visit types, say); without one the association type, and then the rule.

    Args:
        associations: those of one run.
        same_names: ``distinguish`` puts into the names what tells them apart, ``refuse`` gives an error, ``keep`` leaves
            them as they are.

    Raises:
        KnobError: another word for `same_names`.
        ProductError: associations of one name that are refused, or that nothing tells apart; all of them in one error.

    >>> from asn_fp.records import Product
    >>> pair = tuple(Association(asn_type="image3", constraints=f"visitype: {kind}", products=(Product("p"),)) for kind in "ab")
    >>> [each.products[0].name for each in distinguish(pair)]
    ['p-a', 'p-b']
    """
    if same_names not in SAME_NAMES:
        raise KnobError(message("same_names", "unknown", same_names, did_you_mean(same_names, SAME_NAMES)))
    groups = _groups(associations) if same_names != "keep" else []
    if same_names == "refuse":
        way_out = "to have the difference in the names use --same-names distinguish (same_names=)"
        raise_all(ProductError, [_told(group, way_out) for group in groups])
    named = {id(each): name for group in groups for each, name in zip(group, _names(group), strict=True)}
    result = tuple(_renamed(each, named[id(each)]) if id(each) in named else each for each in associations)
    unsolved = _groups(result) if groups else []
    raise_all(ProductError, [_told(group, "nothing tells them apart: leave one out") for group in unsolved])
    return result if groups else associations


def same_names_in(associations: Iterable[Association]) -> tuple[str, ...]:
    """Return a line for each name that several stage-3 associations have, with what tells them apart.

    >>> from asn_fp.records import Product
    >>> pair = tuple(Association(asn_type=kind, products=(Product("p"),)) for kind in ("ami3", "coron3"))
    >>> same_names_in(pair)[0][:60]
    'product name (2 associations have it, which differ in asn_ty'
    """
    way_out = "the pipeline writes the second over the first; --same-names distinguish (same_names=) tells them apart"
    return tuple(_told(group, way_out) for group in _groups(associations))


def _groups(associations: Iterable[Association]) -> list[list[Association]]:
    named: dict[str, list[Association]] = {}
    for each in associations:
        if str(each.asn_type).endswith("3") and each.products:
            named.setdefault(str(each.products[0].name), []).append(each)
    return [group for group in named.values() if len(group) > 1]


def _facts(association: Association) -> Mapping[str, str]:
    """Return what may tell an association from others: its keys, then its type and rule."""
    lines = (line.partition(": ") for line in str(association.constraints or "").splitlines())
    keys = {label: value for label, colon, value in lines if colon}
    return {**keys, "asn_type": str(association.asn_type), "asn_rule": str(association.asn_rule)}


def _differing(group: Sequence[Association]) -> Mapping[str, tuple[str, ...]]:
    """Return the values of the facts that are not the same for all."""
    facts = [_facts(each) for each in group]
    found = {label: tuple(each.get(label, "") for each in facts) for each in facts for label in each}
    return {label: found[label] for label in found if len(set(found[label])) > 1}


def _names(group: Sequence[Association]) -> list[str]:
    """Return names with as few of the differing values as tell all of them apart."""
    names = [str(each.products[0].name) for each in group]
    for values in _differing(group).values():
        longer = [name if value in _ANY else f"{name}-{_plain(value)}" for name, value in zip(names, values, strict=True)]
        if len(set(longer)) > len(set(names)):
            names = longer
    return names


def _plain(value: str) -> str:
    return re.sub(r"[^a-z0-9.+]+", "-", value.lower()).strip("-")


def _renamed(association: Association, name: str) -> Association:
    first = evolve(association.products[0], name=name)
    return evolve(association, products=(first, *association.products[1:]))


def _told(group: Sequence[Association], way_out: str) -> str:
    label, values = next(iter(_differing(group).items()), ("nothing", ("",) * len(group)))
    shown = (f"{_science(each)} ({value})" if value else _science(each) for each, value in zip(group, values, strict=True))
    reason = f"{len(group)} associations have it, which differ in {label}: {' and '.join(shown)}"
    return message("product name", reason, group[0].products[0].name, way_out)


def _science(association: Association) -> str:
    names = [each.expname for each in association.products[0].members if each.exptype == "science"]
    return repr(names[0]) + (", ..." if len(names) > 1 else "") if names else "no science"
