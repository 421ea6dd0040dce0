"""Products in the making to those that their candidate's type allows, and imprints to those that belong to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from asn_fp.records import Bundle, Draft, Exposure, Partner, Reason
from asn_fp.transforms._remember import helped_by, led_by

__all__ = [
    "admit",
    "attach_nod_spectra",
    "prune_imprints",
    "require_observations",
    "why_not_admitted",
    "why_not_observed",
    "why_pruned",
]


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
    for bundle in led_by(before, exposure):
        role = _lacks(bundle, needs)
        if role is not None:
            kind = exposure.candidate.type if exposure.candidate else ""
            return Reason(f"a {kind} candidate needs a {role} member, and there is none", ((role, "0", "at least 1"),))
    return None


def require_observations(draft: Draft, types: Collection[str], *, at_least: int = 2) -> Draft:
    """Leave out the products of candidates that stand for several observations and have exposures of too few.

    Args:
        draft: the products in the making.
        types: the candidate types that stand for several observations.
        at_least: of how many observations their products must have exposures.

    >>> from asn_fp.names import parse
    >>> from asn_fp.records import Candidate
    >>> lead = Exposure(0, parse("a_cal.fits"), candidate=Candidate("c1000", "group"), meta={"obs_num": "1"})
    >>> require_observations(Draft((Bundle(leads=(lead,)),), (lead,)), ("group",)).bundles
    ()
    """
    kept = tuple(bundle for bundle in draft.bundles if not _few(bundle, types, at_least))
    return draft if len(kept) == len(draft.bundles) else Draft(kept, draft.pool)


def _few(bundle: Bundle, types: Collection[str], at_least: int) -> bool:
    candidate = bundle.leads[0].candidate
    return candidate is not None and candidate.type in types and len(_observations(bundle)) < at_least


def _observations(bundle: Bundle) -> set[str]:
    return {lead.meta["obs_num"] for lead in bundle.leads if "obs_num" in lead.meta}


def why_not_observed(before: Draft, exposure: Exposure, types: Collection[str], at_least: int = 2) -> Reason | None:
    """Return of which observations the product of an exposure has exposures."""
    for bundle in led_by(before, exposure):
        if _few(bundle, types, at_least):
            found = ", ".join(sorted(_observations(bundle))) or "none known"
            kind = exposure.candidate.type if exposure.candidate else ""
            only = f"all of observation {found}" if _observations(bundle) else "of none that is known"
            text = f"a {kind} candidate needs exposures of {at_least} observations, and these are {only}"
            return Reason(text, (("obs_num", found, f"at least {at_least}"),))
    return None


def attach_nod_spectra(draft: Draft) -> Draft:
    """Attach to every product of two or more nods the spectrum of each of them, as background.

    Source: jwst 3.0.0, ``make_fixedslit_bkg``; calwebb_spec3 copies the nod background of each exposure.

    >>> from asn_fp.names import parse
    >>> nods = tuple(Exposure(number, parse(f"a{number}_cal.fits")) for number in (1, 2))
    >>> [each.name for each in attach_nod_spectra(Draft((Bundle(leads=nods),), nods)).bundles[0].extra]
    ['a1_x1d.fits', 'a2_x1d.fits']
    """
    return Draft(tuple(map(_with_nod_spectra, draft.bundles)), draft.pool)


def _with_nod_spectra(bundle: Bundle) -> Bundle:
    nods = [lead for lead in bundle.leads if lead.exptype == "science"]
    if len(nods) < 2:
        return bundle
    spectra = tuple(Partner("background", f"{lead.name.stem}_x1d.fits", lead) for lead in nods)
    return Bundle(bundle.key, bundle.name, bundle.leads, bundle.extra + spectra)


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


def why_pruned(before: Draft, exposure: Exposure) -> Reason | None:
    """Return why an imprint was left out: others are of the product's own target, or of its own dither position."""
    for bundle in helped_by(before, exposure):
        for column, what in (("targetid", "target"), ("dithptin", "dither position")):
            own, here = {lead.meta.get(column) for lead in bundle.leads} - {None}, exposure.meta.get(column)
            if own and here not in own:
                wanted = ", ".join(sorted(str(each) for each in own))
                text = f"other imprints are of the {what} of {bundle.leads[0].name.text!r}, and this one is not"
                return Reason(text, ((column, str(here), wanted),))
    return None
