"""Products in the making, or plain exposures, to associations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from asn_fp._version import __version__
from asn_fp.errors import ItemError, KnobError, did_you_mean, message
from asn_fp.keys import ANY, By, Key, as_keys, values
from asn_fp.product_names import pieces_of
from asn_fp.records import NOTHING, Association, Associations, Bundle, Draft, Exposure, Exposures, Member, Origin, Product
from asn_fp.vocabulary import EMPTY

__all__ = ["LAYOUTS", "listed", "seal", "seal_each"]

_HEAD: Final = ("asn_type", "asn_rule", "version_id", "code_version", "degraded_status", "program", "constraints", "asn_id")
LAYOUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "list2": (*_HEAD, "asn_pool", "products"),
    "stage2": (*_HEAD, "asn_pool", "target", "products"),
    "stage3": (*_HEAD, "target", "asn_pool", "products"),
}
"""The keys of an association file in their order, by kind: a stage-2 list, which has no target; generated stage 2;
stage 3, listed or generated (jwst 3.0.0, ``DMSLevel2bBase`` and ``DMS_Level3_Base``)."""

_NOT_DEGRADED: Final = "No known degraded exposures in association."
_DEGRADED: Final = (
    "One or more members have an error associated with them.\nDetails can be found in the member.exposerr attribute."
)


def seal(
    draft: Draft,
    *,
    asn_rule: str = "unnamed",
    asn_type: str = "None",
    program: str = "noprogram",
    asn_id: str = "a3001",
    target: str = "none",
    asn_pool: str = "none",
    constraints: str = "No constraints",
    together: bool = False,
    layout: str = "stage3",
) -> Associations:
    """Turn products in the making into associations: one for each, or all of them in one.

    Args:
        draft: the products in the making, with names.
        asn_rule: the rule's name; in a rule it need not be given.
        asn_type: which pipeline the association is for.
        program: the program, five digits.
        asn_id: the association candidate id.
        target: the target; it is left out where the layout does not have it.
        asn_pool: the pool it came from.
        constraints: a text about what matched.
        together: put all products into one association; without products there is none.
        layout: which keys the file has, in which order: ``list2``, ``stage2`` or ``stage3``.

    Raises:
        KnobError: another word for `layout`.

    >>> from asn_fp.transforms import gather, name, read
    >>> (asn,) = seal(name(gather(read(["a_cal.fits"])), "l3_results"), asn_rule="level3")
    >>> asn["products"][0]["members"][0]["expname"]
    'a_cal.fits'
    """
    if layout not in LAYOUTS:
        raise KnobError(message("layout", "unknown", layout, did_you_mean(layout, LAYOUTS)))
    keys = {
        "asn_type": asn_type,
        "asn_rule": asn_rule,
        "version_id": None,
        "code_version": __version__,
        "degraded_status": _NOT_DEGRADED,
        "program": program,
        "constraints": constraints,
        "asn_id": asn_id,
        "target": target,
        "asn_pool": asn_pool,
    }
    order = LAYOUTS[layout]
    kept = {key: value for key, value in keys.items() if key in order}
    parts = [draft.bundles] if together and draft.bundles else [(bundle,) for bundle in draft.bundles]
    return tuple(_association(bundles, kept, order) for bundles in parts)


def _association(bundles: Sequence[Bundle], keys: dict[str, Any], order: tuple[str, ...]) -> Association:
    opener = next((lead for bundle in bundles for lead in bundle.leads), None)
    return Association(
        **keys,
        products=tuple(Product(bundle.name, _members(bundle)) for bundle in bundles),
        order=order,
        origin=Origin(keys["asn_rule"], opener.candidate if opener else None, opener, tuple(map(_sources, bundles))),
    )


def _members(bundle: Bundle) -> tuple[Member, ...]:
    leads = tuple([Member(lead.name.text, lead.exptype) for lead in bundle.leads])
    if not bundle.extra:
        return leads
    return leads + tuple(Member(partner.name, partner.exptype) for partner in bundle.extra)


def _sources(bundle: Bundle) -> tuple[Exposure | None, ...]:
    return bundle.leads + tuple(partner.source for partner in bundle.extra) if bundle.extra else bundle.leads


def seal_each(
    draft: Draft,
    *,
    asn_type: str,
    asn_rule: str = "unnamed",
    layout: str = "stage2",
    matched: By = (),
    notes: Mapping[str, str] = NOTHING,
) -> Associations:
    """Turn each product in the making into an association of its own, filled from the exposure that leads it.

    Program, candidate id and target come from the first science exposure; every member carries its EXPOSERR.

    Args:
        draft: the products in the making, with names.
        asn_type: which pipeline the associations are for.
        asn_rule: the rule's name; in a rule it need not be given.
        layout: which keys the file has, in which order: ``stage2`` or ``stage3``.
        matched: the keys whose values say what the members share; they make the text of ``constraints``.
        notes: further lines of that text, such as the keys that partners of each role were matched by.

    >>> from asn_fp.names import parse
    >>> lead = Exposure(0, parse("a_rate.fits"), meta={"program": "1234", "targetid": "7", "exposerr": "null"})
    >>> (asn,) = seal_each(Draft((Bundle(name="a", leads=(lead,)),)), asn_type="spec2", asn_rule="mine")
    >>> asn.program, asn.asn_id, asn.target, asn.products[0].members[0].extra["exposerr"]
    ('01234', 'a3001', '7', 'null')
    """
    keys = as_keys(matched)
    more = "".join(f"\n{label}: {text}" for label, text in notes.items())
    return tuple(_sealed(bundle, asn_type, asn_rule, LAYOUTS[layout], keys, more) for bundle in draft.bundles)


def _sealed(
    bundle: Bundle, asn_type: str, asn_rule: str, order: tuple[str, ...], keys: tuple[Key, ...], more: str
) -> Association:
    lead = next((each for each in bundle.leads if each.exptype == "science"), bundle.leads[0])
    sources, stage_3 = _sources(bundle), order == LAYOUTS["stage3"]
    members = tuple(
        _with_pool_values(member, source, stage_3) for member, source in zip(_members(bundle), sources, strict=True)
    )
    degraded = any(member.extra.get("exposerr") not in EMPTY for member in members)
    return Association(
        asn_type=asn_type,
        asn_rule=asn_rule,
        version_id=None,
        code_version=__version__,
        degraded_status=_DEGRADED if degraded else _NOT_DEGRADED,
        program=lead.meta.get("program", "").zfill(5),
        constraints=f"{_shared(bundle, lead, keys, stage_3)}{more}".strip() or "none",
        asn_id=lead.candidate.id if lead.candidate else "a3001",
        target=pieces_of(bundle, keys).target if stage_3 else lead.meta.get("targetid", "none"),
        asn_pool="none",
        products=(Product(bundle.name, members),),
        order=order,
        origin=Origin(asn_rule, lead.candidate, bundle.leads[0], (sources,)),
    )


def _shared(bundle: Bundle, lead: Exposure, keys: tuple[Key, ...], grouped: bool) -> str:
    """Return a line for each key: what the members share, or what the lead has where they were not grouped by it."""
    found = bundle.key if grouped and isinstance(bundle.key, tuple) else values(keys, lead)
    return "\n".join(f"{key.label}: {_shown(value)}" for key, value in zip(keys, found, strict=True))


def _shown(value: object) -> object:
    return "any" if value is None or value is ANY else getattr(value, "id", value)  # a candidate by its id


def _with_pool_values(member: Member, source: Exposure | None, stage_3: bool) -> Member:
    """Return a member with what the pool says of it: its EXPOSERR, and at stage 3 the candidate too."""
    if source is None:
        return member
    extra: dict[str, Any] = {"exposerr": source.meta.get("exposerr")}
    if stage_3:
        candidate = source.candidate
        extra["asn_candidate"] = f"[({candidate.id!r}, {candidate.type!r})]" if candidate else source.meta.get("asn_candidate")
    return Member(member.expname, member.exptype, extra)


def listed(exposures: Exposures, *, asn_rule: str = "unnamed") -> Associations:
    """Turn exposures into one association that is a plain list of names, without products or roles.

    Raises:
        ItemError: an exposure has a role, which such a list cannot hold.

    >>> from asn_fp.transforms import read
    >>> listed(read(["a.fits", "b.fits"]), asn_rule="Association")[0].members
    ('a.fits', 'b.fits')
    """
    _no_roles(exposures, asn_rule)
    association = Association(
        asn_type="None",
        asn_rule=asn_rule,
        version_id=None,
        code_version=__version__,
        members=tuple(exposure.name.text for exposure in exposures),
        origin=Origin(asn_rule, None, exposures[0] if exposures else None, (exposures,)),
    )
    return (association,)


def _no_roles(exposures: Iterable[Exposure], asn_rule: str) -> None:
    roles = [exposure for exposure in exposures if exposure.exptype != "science"]
    if roles:
        reason = f"{roles[0].exptype}, and {asn_rule} lists names without roles"
        raise ItemError(
            message("file with a role", reason, roles[0].name.text, "use a rule that makes products, such as 'level3'")
        )
