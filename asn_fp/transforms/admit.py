"""Products in the making to those that their candidate's type allows, and imprints to those that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from asn_fp.records import Bundle, Draft, Exposure, Partner, Reason

__all__ = ["admit", "prune_imprints", "why_not_admitted"]


def admit(draft: Draft, needs: Mapping[str, str]) -> Draft:
    """Leave out the products whose candidate's type asks for a member that they do not have.

    Args:
        draft: the products in the making.
        needs: candidate type to the role of which a product must have a member.

    >>> from asn_fp.names import parse
    >>> from asn_fp.records import Candidate
    >>> lead = Exposure(0, parse("a_rate.fits"), candidate=Candidate("c1000", "background"))
    >>> admit(Draft((Bundle(leads=(lead,)),), (lead,)), {"background": "background"}).bundles
    ()
    """
    kept = tuple(bundle for bundle in draft.bundles if _lacks(bundle, needs) is None)
    return draft if len(kept) == len(draft.bundles) else Draft(kept, draft.pool)


def _lacks(bundle: Bundle, needs: Mapping[str, str]) -> str | None:
    candidate = bundle.leads[0].candidate
    role = needs.get(candidate.type) if candidate is not None else None
    has_it = any(lead.exptype == role for lead in bundle.leads) or any(each.exptype == role for each in bundle.extra)
    return None if has_it else role


def why_not_admitted(before: Draft, exposure: Exposure, needs: Mapping[str, str]) -> Reason | None:
    """Return which member the products of an exposure lack."""
    for bundle in before.bundles:
        role = _lacks(bundle, needs)
        if role is not None and any(lead.identity == exposure.identity for lead in bundle.leads):
            kind = exposure.candidate.type if exposure.candidate else ""
            return Reason(f"a {kind} candidate needs a {role} member, and there is none", ((role, "0", "at least 1"),))
    return None


def prune_imprints(draft: Draft) -> Draft:
    """Leave each product the imprints of its own target and dither positions, where that can be told.

    Imprints of the other kind (of a background, for a science exposure) stay as they are. Of the rest those of another
    target go, if one has the target of a lead; then, if there are more of them than leads, those of other dither
    positions, if one has the position of a lead. Source: jwst 3.0.0, ``AsnMixin_Lv2Imprint``.

    >>> from asn_fp.names import parse
    >>> science = Exposure(0, parse("a_rate.fits"), meta={"targetid": "1", "dithptin": "2"})
    >>> metas = [{"targetid": "1", "dithptin": "1"}, {"targetid": "1", "dithptin": "2"}]
    >>> leakcals = [Exposure(n, parse(f"i{n}_rate.fits"), "imprint", meta=meta) for n, meta in enumerate(metas, 1)]
    >>> partners = tuple(Partner("imprint", each.name.text, each) for each in leakcals)
    >>> [each.name for each in prune_imprints(Draft((Bundle(leads=(science,), extra=partners),))).bundles[0].extra]
    ['i2_rate.fits']
    """
    bundles = tuple(map(_pruned, draft.bundles))
    same = all(one is other for one, other in zip(bundles, draft.bundles, strict=True))
    return draft if same else Draft(bundles, draft.pool)


def _pruned(bundle: Bundle) -> Bundle:
    science = [lead for lead in bundle.leads if "targetid" in lead.meta]
    of_background = any(lead.meta.get("bkgdtarg") == "t" for lead in bundle.leads)
    considered = [
        partner
        for partner in bundle.extra
        if partner.exptype == "imprint"
        and partner.source is not None
        and "targetid" in partner.source.meta
        and (partner.source.meta.get("bkgdtarg") == "t") == of_background
    ]
    kept = _sharing(considered, "targetid", science)
    if bundle.leads and len(kept) > len(bundle.leads):
        kept = _sharing(kept, "dithptin", bundle.leads)
    gone = {id(partner) for partner in considered} - {id(partner) for partner in kept}
    if not gone:
        return bundle
    return Bundle(bundle.key, bundle.name, bundle.leads, tuple(each for each in bundle.extra if id(each) not in gone))


def _sharing(partners: list[Partner], column: str, leads: Iterable[Exposure]) -> list[Partner]:
    """Return the partners that share a value with some lead; all of them, where none does."""
    wanted = {lead.meta.get(column) for lead in leads} - {None}
    sharing = [each for each in partners if each.source is not None and each.source.meta.get(column) in wanted]
    return sharing or partners
