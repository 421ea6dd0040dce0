"""Products in the making to the same ones with names, or to fewer of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from operator import is_
from string import Formatter
from typing import Final, TypeAlias

from asn_fp.errors import KnobError, ProductError, did_you_mean, message, raise_all
from asn_fp.keys import KEYS, By, Key, as_keys, product
from asn_fp.predicates import EVERY, Predicate
from asn_fp.records import Bundle, Candidate, Draft, Exposure, Reason
from asn_fp.transforms._nearest import differing, of_role, said
from asn_fp.transforms._remember import led_by, remembered

__all__ = ["Naming", "distinct", "name", "require", "why_not_distinct", "why_not_required"]

Naming: TypeAlias = str | Key | Callable[[Bundle], str]
"""What names a product: a template such as ``"{stem}"``, a key of its first lead, or a function of the bundle."""

_PLACEHOLDERS: Final = ("source_id", "slit_name", "suffix")
"""Names in braces that the stage-3 pipelines fill in themselves, so they stay in a product name as they are."""

_FIELDS: Final[Mapping[str, Key]] = {**KEYS, "product": product}


def name(draft: Draft, by: Naming) -> Draft:
    """Name every product.

    Args:
        draft: the products in the making.
        by: a template whose fields in braces are the names of keys of the first lead (``{stem}``, ``{program}``, ...);
            or a key; or a function of the bundle. ``{source_id}``, ``{slit_name}`` and ``{suffix}`` stay as they are,
            for a pipeline to fill in.

    Raises:
        KnobError: a field that is no key.
        ProductError: a name that comes out empty.

    >>> from asn_fp.transforms import gather, read
    >>> name(gather(read(["jw01234001001_02101_00001_nrs1_rate.fits"])), "{stem}").bundles[0].name
    'jw01234001001_02101_00001_nrs1'
    """
    naming = _naming(by)
    bundles = tuple(_named(each, naming(each)) for each in draft.bundles)
    raise_all(
        ProductError,
        [
            message("product name", "empty", _files(bundle), "give another name or template")
            for bundle in bundles
            if not bundle.name
        ],
    )
    return draft if all(map(is_, bundles, draft.bundles)) else Draft(bundles, draft.pool)


def _named(bundle: Bundle, name: str) -> Bundle:
    return bundle if name == bundle.name else Bundle(bundle.key, name, bundle.leads, bundle.extra)


def _naming(by: Naming) -> Callable[[Bundle], str]:
    if isinstance(by, Key):
        key = by
        return lambda bundle: str(key.function(bundle.leads[0]) or "")
    if isinstance(by, str):
        return _template(by)
    return by


def _template(template: str) -> Callable[[Bundle], str]:
    try:
        pieces = [(literal, field) for literal, field, _, _ in Formatter().parse(template)]
    except ValueError as error:
        raise KnobError(message("product name", str(error), template, "braces come in pairs")) from None
    unknown = [field for _, field in pieces if field is not None and field not in _FIELDS and field not in _PLACEHOLDERS]
    raise_all(
        KnobError,
        [message(f"field of product name {template!r}", "unknown", field, did_you_mean(field, _FIELDS)) for field in unknown],
    )

    def fill(bundle: Bundle) -> str:
        return "".join([literal + _filled(field, bundle.leads[0]) for literal, field in pieces])

    return fill


def _filled(field: str | None, lead: Exposure) -> str:
    if field is None:
        return ""
    return str(_FIELDS[field].function(lead) or "") if field in _FIELDS else f"{{{field}}}"


def distinct(draft: Draft) -> Draft:
    """Refuse two products of one name: a pipeline would write the second over the first.

    Raises:
        ProductError: with the files behind the names; all clashes in one error.

    >>> from asn_fp.transforms import gather, one_each, read
    >>> distinct(name(one_each(gather(read(["a_rate.fits", "a_rateints.fits"]))), "{stem}"))
    Traceback (most recent call last):
    asn_fp.errors.ProductError: product name (used twice, for 'a_rate.fits' and 'a_rateints.fits'): 'a'; they are ...
    """
    first: dict[str, Bundle] = {}
    clashes = [(bundle, first[bundle.name]) for bundle in draft.bundles if first.setdefault(bundle.name, bundle) is not bundle]
    shown = [_clash(bundle, other) for bundle, other in clashes[:20]]
    raise_all(ProductError, [*shown, *([f"and {len(clashes) - 20} more such names"] if len(clashes) > 20 else [])])
    return draft


def _clash(bundle: Bundle, other: Bundle) -> str:
    reason = f"used twice, for {_files(other)!r} and {_files(bundle)!r}"
    return message("product name", reason, bundle.name, _way_out(other, bundle))


def _way_out(one: Bundle, other: Bundle) -> str:
    names = [bundle.leads[0].name for bundle in (one, other)]
    if names[0].stem == names[1].stem and names[0].suffix != names[1].suffix:
        return f"they are two levels of one exposure, {names[0].suffix} and {names[1].suffix}: give files of one level"
    return "leave one out, or name the products with a template such as '{stem}'"


@remembered
def _by_name(draft: Draft, _: None) -> Mapping[str, list[Bundle]]:
    found: dict[str, list[Bundle]] = {}
    for bundle in draft.bundles:
        found.setdefault(bundle.name, []).append(bundle)
    return found


def why_not_distinct(before: Draft, exposure: Exposure) -> Reason | None:
    """Return the other files behind the name of the product that an exposure leads."""
    for bundle in led_by(before, exposure):
        other = next((each for each in _by_name(before, None)[bundle.name] if each is not bundle), None)
        if other is not None:
            return Reason(f"its product has the name of that of {_files(other)!r}, {bundle.name!r}: leave one of them out")
    return None


def _files(bundle: Bundle) -> str:
    return ", ".join(lead.name.text for lead in bundle.leads[:3]) + (", ..." if len(bundle.leads) > 3 else "")


def require(
    draft: Draft,
    exptype: str,
    *,
    at_least: int = 1,
    at_most: int | None = None,
    of: Predicate = EVERY,
    by: By = (),  # noqa: ARG001  for explanations
) -> Draft:
    """Leave out the products that have too few or too many members of a role.

    Args:
        draft: the products in the making.
        exptype: the role.
        at_least: how many members of it a product must have.
        at_most: how many it may have.
        of: which products this is asked of, by their first lead.
        by: the keys of the products, for explanations: which of them differ from those of the nearest product.

    >>> from asn_fp.transforms import gather, read
    >>> require(gather(read([("a_calints.fits", "psf")])), "science").bundles
    ()
    """
    kept = tuple(each for each in draft.bundles if not of(each.leads[0]) or _within(_count(each, exptype), at_least, at_most))
    return draft if len(kept) == len(draft.bundles) else Draft(kept, draft.pool)


def _within(count: int, at_least: int, at_most: int | None) -> bool:
    return count >= at_least and (at_most is None or count <= at_most)


def _count(bundle: Bundle, exptype: str) -> int:
    leads = sum(1 for lead in bundle.leads if lead.exptype == exptype)
    return leads + sum(1 for partner in bundle.extra if partner.exptype == exptype)


@remembered
def _counts(draft: Draft, exptype: str) -> Mapping[tuple[int, Candidate | None], list[int]]:
    """Return how many members of a role the products have that each exposure is in."""
    counts: dict[tuple[int, Candidate | None], list[int]] = {}
    for bundle in draft.bundles:
        count = _count(bundle, exptype)
        sources = (partner.source for partner in bundle.extra if partner.source is not None)
        for identity in {each.identity for each in chain(bundle.leads, sources)}:
            counts.setdefault(identity, []).append(count)
    return counts


def why_not_required(
    before: Draft, exposure: Exposure, exptype: str, at_least: int = 1, at_most: int | None = None, by: By = (), **_: object
) -> Reason | None:
    """Return how many members of a role the products of an exposure had, how many they should have, and which is nearest."""
    counts = _counts(before, exptype).get(exposure.identity, ())
    failing = [count for count in counts if not _within(count, at_least, at_most)]
    if not failing:
        return None
    wanted = f"at least {at_least}" if failing[0] < at_least else f"at most {at_most}"
    told, keys = f"its product has {failing[0]} {exptype}, and needs {wanted}", as_keys(by)
    other = of_role(before, (exptype, keys)).to(exposure) if keys and failing[0] < at_least else None
    apart = differing(keys, exposure, other) if other is not None else ()
    if other is None or not apart:
        return Reason(told, ((exptype, str(failing[0]), wanted),))
    return Reason(f"{told}; nearest {exptype} is {other.name.text!r}: {said(apart)}", apart)
