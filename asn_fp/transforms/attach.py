"""Products in the making to the same ones with partners: backgrounds, imprints, PSF references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import is_
from typing import Any, Final, TypeAlias

from attrs import evolve

from asn_fp.errors import KnobError, MatchError, did_you_mean, message, raise_all
from asn_fp.keys import By, Key, as_keys, values
from asn_fp.matching import Index, KeyValue
from asn_fp.predicates import EVERY, Predicate
from asn_fp.records import Bundle, Draft, Exposure, Partner, Reason
from asn_fp.transforms._nearest import Differing, Nearby, different, differing, said, shown
from asn_fp.transforms._remember import remembered
from asn_fp.vocabulary import EXPTYPES

__all__ = ["attach", "why_not_attached", "why_nothing_attached"]

OWN: Final = "own"
Relation: TypeAlias = Callable[[Exposure, Exposure], bool]


def attach(
    draft: Draft,
    exptype: str,
    *,
    by: By | list[By] = (),
    among: Predicate | None = None,
    to: Predicate = EVERY,
    unless: Relation | None = None,
    at_least: int = 0,
    at_most: int | None = None,
    closest: Key | str | None = None,
) -> Draft:
    """Attach to every product the exposures of one role that agree with one of its leads; never a lead itself.

    Args:
        draft: the products in the making, and the pool that partners come from.
        exptype: the role, both of the exposures and of the members they become; with `among`, ``"own"`` attaches each
            in the role that it has.
        by: what must agree: a key, several in a tuple, or a list of such as a ladder, of which the first rung that
            finds anything is used; by default everything of that role is attached.
        among: which exposures of the pool may be attached; by default those whose role is `exptype`.
        to: which products get partners, by their first lead; by default all.
        unless: a relation ``(lead, exposure) -> bool`` that forbids a pair (nods at one position, say).
        at_least: how many partners a product must get.
        at_most: how many partners a product may get; the first ones of the input, or the closest.
        closest: a key with a number (a time in days, say); the partners are ordered by their distance to the lead.

    Raises:
        KnobError: an unknown exptype or key.
        MatchError: products that get fewer than `at_least`; all of them in one error, each with the nearest miss.

    >>> from asn_fp.transforms import gather, one_each, read
    >>> from asn_fp.predicates import is_science
    >>> items = ["jw01234001001_02101_00001_nrs1_rate.fits", ("jw01234002001_02101_00001_nrs1_rate.fits", "background"),
    ...          ("jw01234002001_02101_00001_nrs2_rate.fits", "background")]
    >>> draft = attach(one_each(gather(read(items), of=is_science)), "background", by=("program", "detector"))
    >>> [partner.name for partner in draft.bundles[0].extra]
    ['jw01234002001_02101_00001_nrs1_rate.fits']
    """
    if exptype not in EXPTYPES and not (exptype == OWN and among is not None):
        raise KnobError(message("exptype", "unknown", exptype, did_you_mean(exptype, EXPTYPES)))
    ladder = _ladder(by)
    (distance,) = as_keys(closest) if closest is not None else (None,)
    partners = _partners(draft.pool, exptype, among)
    if not partners and not at_least:
        return draft
    rungs = [_rung(number, keys, partners, exptype) for number, keys in enumerate(ladder)]
    bundles = tuple(
        _attached(bundle, rungs, unless, at_most, distance) if to is EVERY or to.function(bundle.leads[0]) else bundle
        for bundle in draft.bundles
    )
    if at_least:
        _enough(draft.bundles, bundles, exptype, at_least, ladder[-1], partners, to)
    return draft if all(map(is_, bundles, draft.bundles)) else Draft(bundles, draft.pool)


def _ladder(by: By | list[By]) -> tuple[tuple[Key, ...], ...]:
    return tuple(as_keys(rung) for rung in by) if isinstance(by, list) else (as_keys(by),)


def _partners(pool: Iterable[Exposure], exptype: str, among: Predicate | None) -> tuple[Exposure, ...]:
    if among is None:
        return tuple(exposure for exposure in pool if exposure.exptype == exptype)
    return tuple(exposure for exposure in pool if among.function(exposure))


class _Rung:
    """Look up the partners for the leads of a product, by one tuple of keys."""

    def __init__(self, keys: tuple[Key, ...], partners: Iterable[Partner]) -> None:
        self.keys = keys
        keyed = ((values(keys, partner.source), partner) for partner in partners if partner.source is not None)
        self.index = Index((key, partner) for key, partner in keyed if None not in key)
        self.found: dict[KeyValue, tuple[Partner, ...]] = {}

    def agreeing(self, lead: Exposure) -> tuple[Partner, ...]:
        """Return the partners that agree with one lead; the same tuple for every lead with the same key."""
        key = values(self.keys, lead)
        if None in key:
            return ()
        if key not in self.found:
            self.found[key] = tuple(self.index.agreeing(key))
        return self.found[key]


def _rung(number: int, keys: tuple[Key, ...], partners: Sequence[Exposure], exptype: str) -> _Rung:
    role = None if exptype == OWN else exptype
    return _Rung(keys, [Partner(role or exposure.exptype, exposure.name.text, exposure, number) for exposure in partners])


def _attached(
    bundle: Bundle, rungs: Sequence[_Rung], unless: Relation | None, at_most: int | None, distance: Key | None
) -> Bundle:
    for rung in rungs:
        found = _of_bundle(bundle, rung)
        if unless is not None and found:
            found = tuple(each for each in found if each.source and not any(unless(lead, each.source) for lead in bundle.leads))
        if found and at_most != 0:
            if distance is not None:
                found = _nearest_first(found, bundle.leads, distance)
            return Bundle(bundle.key, bundle.name, bundle.leads, bundle.extra + found[:at_most])
    return bundle


def _of_bundle(bundle: Bundle, rung: _Rung) -> tuple[Partner, ...]:
    if len(bundle.leads) == 1:
        found = rung.agreeing(bundle.leads[0])
    else:
        every = {id(partner): partner for lead in bundle.leads for partner in rung.agreeing(lead)}
        found = tuple(sorted(every.values(), key=lambda partner: partner.source.index if partner.source else -1))
    own = {lead.index for lead in bundle.leads}
    if any(partner.source is not None and partner.source.index in own for partner in found):
        found = tuple(partner for partner in found if partner.source is None or partner.source.index not in own)
    return found


def _nearest_first(found: tuple[Partner, ...], leads: Sequence[Exposure], distance: Key) -> tuple[Partner, ...]:
    marks = [mark for lead in leads if (mark := _number(distance, lead)) is not None]

    def far(partner: Partner) -> float:
        mark = _number(distance, partner.source) if partner.source is not None else None
        return min((abs(mark - other) for other in marks), default=float("inf")) if mark is not None else float("inf")

    return tuple(sorted(found, key=far))


def _number(key: Key, exposure: Exposure) -> float | None:
    value = key(exposure)
    try:
        return None if value is None else float(str(value))
    except ValueError:
        reason = f"{key} is not a number"
        raise MatchError(message("exposure", reason, exposure.name.text, "closest= takes a numeric keyword")) from None


def _enough(
    before: Iterable[Bundle],
    after: Iterable[Bundle],
    exptype: str,
    at_least: int,
    keys: tuple[Key, ...],
    partners: Sequence[Exposure],
    to: Predicate,
) -> None:
    problems = []
    near = Nearby(keys, different(keys, partners))
    for old, new in zip(before, after, strict=True):
        count = len(new.extra) - len(old.extra)
        if count < at_least and to(old.leads[0]):
            reason = f"needs at least {at_least} {exptype}, found {count}"
            problems.append(message("product", reason, old.name or old.leads[0].name.text, _way_out(near, keys, old.leads[0])))
    raise_all(MatchError, problems)


def _way_out(near: Nearby, keys: tuple[Key, ...], lead: Exposure) -> str:
    other = near.to(lead, missed=True)
    apart = differing(keys, other, lead) if other is not None else ()
    return f"nearest is {other.name.text!r}: {said(apart)}" if other is not None and apart else "there is no other to take"


@remembered
def _leads(draft: Draft, setting: tuple[tuple[tuple[Key, ...], ...], Predicate, str]) -> Nearby:
    """Return the different leads that take partners, of another role than those if there are such; two of each."""
    ladder, to, role = setting
    found = different(ladder[0], (lead for bundle in draft.bundles for lead in bundle.leads if to(lead)), each=2)
    return Nearby(ladder[-1], [lead for lead in found if lead.exptype != role] or found)


def why_not_attached(
    before: Draft,
    exposure: Exposure,
    exptype: str,
    by: By | list[By] = (),
    among: Predicate | None = None,
    to: Predicate = EVERY,
    unless: Relation | None = None,
    at_most: int | None = None,
    **__: object,
) -> Reason | None:
    """Return why a partner was attached to no product: the product that comes nearest, and the values that differ."""
    if not _partners((exposure,), exptype, among) or not before.bundles:  # whatever left no product is to blame
        return None
    ladder, role = _ladder(by), exposure.exptype if exptype == OWN else exptype
    lead = _leads(before, (ladder, to, role)).to(exposure, lambda lead: unless is not None and unless(lead, exposure))
    if lead is None and to is EVERY:
        return Reason("it leads the only product, and an exposure is never its own partner")
    if lead is None:
        return Reason(f"there is no product that takes it: {to} is not so of any other")
    found = differing(ladder[-1], exposure, lead)
    if not found and unless is not None and unless(lead, exposure):
        why, kept = _forbidden(unless, lead, exposure)
        return Reason(f"{why} keeps it from {lead.name.text!r}, with which it agrees{_compared(kept)}", kept)
    if not found:
        limit = f"a product takes at most {at_most}" if at_most is not None else "an earlier rung of the ladder found others"
        return Reason(f"{limit}, and others came first")
    return Reason(f"as {role} it agrees with no product; nearest is {lead.name.text!r}: {said(found)}", found)


def _forbidden(unless: Relation | None, lead: Exposure, other: Exposure) -> tuple[str, Differing]:
    """Return the name of the relation that forbids a pair, and the values of the partner and of the lead that it compares."""
    part = next((each for each in getattr(unless, "parts", ()) if each(lead, other)), unless)
    name = getattr(part, "name", getattr(part, "__name__", "unless"))
    columns = getattr(part, "columns", ())
    pairs = [(each, shown(other.meta.get(each)), shown(lead.meta.get(each))) for each in columns]
    return name, tuple(each for each in pairs if each[1] != each[2] or "undefined" in each) or tuple(pairs)


def _compared(found: Differing) -> str:
    told = ", ".join(f"{what} {here} and {there}" for what, here, there in found)
    return f" ({told})" if told else ""


@remembered
def _search(draft: Draft, setting: tuple[str, tuple[tuple[Key, ...], ...], Predicate | None, Predicate]) -> tuple[Any, ...]:
    """Return the rungs, the different partners, the product that each lead leads, and the roles of leads that take some."""
    exptype, ladder, among, to = setting
    partners = _partners(draft.pool, exptype, among)
    rungs = [_rung(number, keys, partners, exptype) for number, keys in enumerate(ladder)]
    led = {lead.identity: each for each in draft.bundles for lead in each.leads}
    taken = {lead.exptype for each in draft.bundles for lead in each.leads if to(lead)}
    return rungs, Nearby(ladder[-1], different(ladder[-1], partners, each=2)), led, taken


def why_nothing_attached(
    before: Draft,
    exposure: Exposure,
    exptype: str,
    by: By | list[By] = (),
    among: Predicate | None = None,
    to: Predicate = EVERY,
    unless: Relation | None = None,
    at_most: int | None = None,
    **__: object,
) -> Reason | None:
    """Return what is missing of a lead that stays where it was: partners for it, or products that it is a partner of."""
    ladder = _ladder(by)
    rungs, partners, led, taken = _search(before, (exptype, ladder, among, to))
    bundle = led.get(exposure.identity)
    if bundle is None or not partners:
        return None
    role = "partner" if exptype == OWN else exptype
    if exposure.exptype == exptype:
        if not taken - {exptype}:
            return None  # there is nothing that it could serve
        idle = why_not_attached(before, exposure, exptype, by, among, to, unless, at_most)
        return evolve(idle, missing=("is", role)) if idle else None
    if not to(bundle.leads[0]):
        return None
    if _attached(bundle, rungs, unless, None, None) is not bundle:
        return _kept_away(bundle, exposure, rungs, unless, role)
    other = partners.to(exposure, lambda other: unless is not None and unless(exposure, other))
    if other is None:
        return None
    found = differing(ladder[-1], other, exposure)
    if not found:
        why, found = _forbidden(unless, exposure, other)
        text = f"no {role} is attached to it: {why} keeps {other.name.text!r} away{_compared(found)}"
    else:
        text = f"no {role} agrees with it; nearest is {other.name.text!r}: {said(found)}"
    return Reason(text, found, ("has", role))


def _kept_away(bundle: Bundle, lead: Exposure, rungs: Sequence[_Rung], unless: Relation | None, role: str) -> Reason | None:
    """Return that a relation that is worth telling keeps an exposure of the first rungs away, though others are attached."""
    for rung in rungs:
        found = [each.source for each in _of_bundle(bundle, rung) if each.source is not None]
        barred = [each for each in found if unless is not None and unless(lead, each)]
        for other in barred:
            part = next(each for each in getattr(unless, "parts", ()) or (unless,) if each is not None and each(lead, other))
            if getattr(part, "remarkable", False):
                why, kept = _forbidden(unless, lead, other)
                return Reason(f"{why} keeps {role} {other.name.text!r} away{_compared(kept)}", kept, ("all", role))
        if len(barred) < len(found):
            return None  # what is attached is of this rung
    return None
