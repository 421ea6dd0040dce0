"""Exposures to products in the making."""

from __future__ import annotations

from asn_fp.keys import ANY, By, as_keys, values
from asn_fp.matching import Index, KeyValue, maximal_keys
from asn_fp.predicates import EVERY, Predicate, as_predicate
from asn_fp.records import Bundle, Draft, Exposure, Exposures, Partner, Reason

__all__ = ["gather", "group", "one_each", "why_no_lead", "why_not_grouped"]


def gather(exposures: Exposures, *, of: Predicate = EVERY) -> Draft:
    """Put every exposure that a predicate says yes to into one product.

    Raises:
        KnobError: what is no predicate.

    >>> from asn_fp.transforms import read
    >>> draft = gather(read(["a_cal.fits", "b_cal.fits"]))
    >>> len(draft.bundles), len(draft.bundles[0].leads)
    (1, 2)
    """
    leads = exposures if of is EVERY else tuple(filter(as_predicate(of).function, exposures))
    return Draft((Bundle((), "", leads),) if leads else (), exposures)


def group(exposures: Exposures, *, by: By, of: Predicate = EVERY) -> Draft:
    """Put the exposures that share the values of some keys into one product each.

    An exposure without a value for a key is left out, unless the key is `optional`: then it joins every product that
    the other values allow. The products do not depend on the order of the exposures, only their order does.

    Args:
        exposures: what came in; all of it becomes the pool from which partners are attached.
        by: the key or keys.
        of: who may lead a product; the others only join the pool.

    Raises:
        KnobError: what is no key, or no predicate.

    >>> from asn_fp.transforms import read
    >>> names = [f"jw01234001001_02101_0000{number}_nrs{chip}_rate.fits" for number in (1, 2) for chip in (1, 2)]
    >>> [bundle.key for bundle in group(read(names), by="detector").bundles]
    [('nrs1',), ('nrs2',)]
    """
    keys, asked = as_keys(by), as_predicate(of).function
    buckets: dict[KeyValue, list[Exposure]] = {}
    for exposure in exposures:
        if of is EVERY or asked(exposure):
            key = values(keys, exposure)
            if None not in key:
                buckets.setdefault(key, []).append(exposure)
    if any(ANY in key for key in buckets):
        buckets = _shared(buckets)
    return Draft(tuple(Bundle(key, "", tuple(leads)) for key, leads in buckets.items()), exposures)


def _shared(buckets: dict[KeyValue, list[Exposure]]) -> dict[KeyValue, list[Exposure]]:
    """Return a bucket for each most specific key, with every exposure whose key agrees with it."""
    index = Index(buckets.items())
    joined = {
        key: sorted((exposure for leads in index.agreeing(key) for exposure in leads), key=lambda exposure: exposure.index)
        for key in maximal_keys(buckets)
    }
    return dict(sorted(joined.items(), key=lambda item: [exposure.index for exposure in item[1]]))


def one_each(draft: Draft, *, others: str | None = None, unless: object = None) -> Draft:
    """Split every product into one for each exposure that leads it.

    Args:
        draft: the products in the making.
        others: the role in which the other leads join each product (nods: ``"background"``); by default they do not.
        unless: a relation ``(lead, other) -> bool`` that says which of the others must not join.

    >>> from asn_fp.transforms import read
    >>> draft = one_each(gather(read(["a_rate.fits", "b_rate.fits"])), others="background")
    >>> [[lead.name.text for lead in bundle.leads] for bundle in draft.bundles]
    [['a_rate.fits'], ['b_rate.fits']]
    >>> [partner.name for partner in draft.bundles[0].extra]
    ['b_rate.fits']
    """
    if all(len(bundle.leads) == 1 for bundle in draft.bundles):
        return draft
    if others is None:
        bundles = tuple(Bundle(each.key, each.name, (lead,), each.extra) for each in draft.bundles for lead in each.leads)
        return Draft(bundles, draft.pool)
    return Draft(tuple(_nod(bundle, lead, others, unless) for bundle in draft.bundles for lead in bundle.leads), draft.pool)


def _nod(bundle: Bundle, lead: Exposure, others: str, unless: object) -> Bundle:
    nods = tuple(
        Partner(others, other.name.text, other)
        for other in bundle.leads
        if other is not lead and not (callable(unless) and unless(lead, other))
    )
    return Bundle(bundle.key, bundle.name, (lead,), nods + bundle.extra)


def why_no_lead(_: Exposures, exposure: Exposure, of: Predicate = EVERY) -> Reason | None:
    """Return why an exposure does not lead a product."""
    if of(exposure):
        return None
    return Reason(f"{of.failing(exposure)} is not so: it can only be attached to products, as {exposure.exptype}")


def why_not_grouped(before: Exposures, exposure: Exposure, by: By, of: Predicate = EVERY) -> Reason | None:
    """Return why an exposure does not lead a product: its role, or a key without a value."""
    if (reason := why_no_lead(before, exposure, of)) is not None:
        return reason
    missing = [key.label for key in as_keys(by) if key(exposure) is None]
    if not missing:
        return None
    return Reason(f"no value for {' and '.join(missing)}", tuple((name, "undefined", "any value") for name in missing))
