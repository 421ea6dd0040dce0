"""What to tell a user after a rule has run: why it made nothing, which files serve nothing, what else to know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from asn_fp.check import check
from asn_fp.errors import message
from asn_fp.explain import explain, tell
from asn_fp.pipeline import Rule
from asn_fp.records import Association, Associations, Exposure, Exposures, Items, Member, Product
from asn_fp.story import Report, Story
from asn_fp.transforms.same_names import same_names_in
from asn_fp.vocabulary import CATALOGUE_SUFFIXES, PARTNER_EXPTYPES

__all__ = ["lacking", "nothing_made", "remarks", "unused"]

_LOOKED_AT: Final = 500
"""Of how many doubtful exposures the stories are told: that costs more than making the products."""

_ROLE_STEPS: Final = ("read", "enlist", "leave_out", "assign", "classify", "mark", "flag_imprints", "share_roles")
_BY_HEADER: Final = ("background", "imprint")
_NODDED: Final = ("nrs_fixedslit", "nrs_msaspec", "nrs_ifu", "mir_lrs-fixedslit")
_UNFIT: Final = ("attach", "group", "require", "one_root", "prune_imprints")
"""The steps that leave out what does not agree; the others leave out what a rule is not for."""

_REMARKABLE: Final = ("no-psf", "wfs-many")
"""The findings of `check` that are told though a pipeline runs on the association."""


def nothing_made(rule: Rule[Any, Any], items: Items) -> str:
    """Return the message for a run that made nothing: the requirement in the way, and the reasons, the nearest miss first.

    >>> from asn_fp.rules.image2 import Asn_Lv2Image
    >>> nothing_made(Asn_Lv2Image(), ["a_rate.fits"])[:64]
    "association (nothing to make of 1 files): 'Asn_Lv2Image'; 1 of 1"
    """
    report = explain(rule, items)
    assert isinstance(report, Report)
    reasons: dict[str, list[str]] = {}
    for story in report.ordered():
        reasons.setdefault(story.verdict(), []).append(story.file)
    shown = list(reasons.items())[:5]
    told = "; ".join(f"{len(files)} of {len(report.stories)} ({files[0]!r}, ...) {why}" for why, files in shown)
    asked = {wanted for story in report.stories if story.left_out for _, _, wanted in story.left_out.differing}
    if kinds := sorted(each for each in asked if each.startswith("candidate_type(")):
        way_out = "give --candidate ID:TYPE (candidate=), such as c1000:mosaic"
        told = f"it works for candidates of a type, {kinds[0]}: {way_out}; {told}"
    if report.relaxed:
        told = f"it would make some without {' or without '.join(report.relaxed[:3])}; {told}"
    return message("association", f"nothing to make of {len(report.stories)} files", rule.name, told)


def unused(rule: Rule[Any, Any], items: Items, associations: Associations) -> list[Exposure]:
    """Return the files that were given a partner's role and serve no product, nor does another file of the exposure.

    >>> from asn_fp.rules.lists import level2
    >>> items = ["jw01234001001_02101_00001_nrs1_rate.fits", ("jw01234001001_02101_00001_nrs2_rate.fits", "background")]
    >>> [each.name.text for each in unused(level2(), items, level2(by="detector")(items))]
    ['jw01234001001_02101_00001_nrs2_rate.fits']
    """
    exposures = _with_roles(rule, items)
    used = {
        mark
        for association in associations
        for sources in (association.origin.sources if association.origin else ())
        for exposure in sources
        if exposure is not None
        for mark in _marks(exposure)
    }
    told = (each for each in exposures if isinstance(each, Exposure) and "exptype" in each.told)
    return [each for each in told if each.exptype in PARTNER_EXPTYPES and used.isdisjoint(_marks(each))]


def _marks(exposure: Exposure) -> tuple[int, tuple[str, str]]:
    return (exposure.index, (exposure.name.stem, exposure.exptype))


def remarks(associations: Associations) -> list[str]:
    """Return what the user should know about what a rule made of headers, though a pipeline runs on it.

    >>> from asn_fp.records import Association, Member, Product
    >>> product = Product("p", (Member("a_calints.fits", "science"),))
    >>> remarks((Association(asn_type="ami3", asn_id="o001", asn_pool="none", products=(product,)),))[0][:6]
    'no-psf'
    """
    findings = [finding for each in associations for finding in check(each) if finding.code in _REMARKABLE]
    return [*(str(each).removeprefix("warning ") for each in findings), *same_names_in(associations)]


def lacking(rule: Rule[Any, Any], items: Items, associations: Associations) -> list[str]:
    """Return a line for what a rule that looks into headers did not attach or left out for want of agreement, and why.

    That are science exposures without the background that others have, partners that serve nobody, and science exposures of
    which a key is unknown; not what a rule leaves out on purpose.

    >>> lacking(None, (), ())
    []
    """
    if not associations or not isinstance(items, tuple):
        return []
    exposures = _with_roles(rule, items)
    doubtful = [*_unserved(exposures, associations), *_bare(exposures, associations)][:_LOOKED_AT]
    found: dict[tuple[str, str, str], list[str]] = {}
    by_index = {each.index: each for each in exposures}
    for index, story in tell(rule, items, set(doubtful)) if doubtful else ():
        for what, reason, text in _wanting(story, by_index.get(index)):
            found.setdefault((what, reason, text), []).append(story.file)
    cut = len(doubtful) == _LOOKED_AT
    return [_told(*each, files, cut) for each, files in found.items()]


def _with_roles(rule: Rule[Any, Any], exposures: Any) -> Any:
    """Return the exposures once the headers and the user have said what they are."""
    for step in rule.steps:
        if step.name in _ROLE_STEPS:
            exposures = step(exposures)
    return exposures


def _unserved(exposures: Exposures, associations: Associations) -> list[int]:
    """Return the exposures that are no member in their role, nor is another file of theirs; to stage 2 PSFs are science."""
    members = [(source, member.exptype) for source, member in _sources(associations)]
    used = {(source.name.stem, role) for source, role in members}
    stems = {stem for stem, _ in used}

    def idle(each: Exposure) -> bool:
        if each.exptype in ("science", "psf"):
            return each.name.stem not in stems
        told = "exptype" in each.told
        return (each.exptype in PARTNER_EXPTYPES and (told or each.exptype in _BY_HEADER)) and (
            (each.name.stem, each.exptype) not in used
        )

    return [each.index for each in exposures if idle(each)]


def _sources(associations: Associations) -> Iterator[tuple[Exposure, Member]]:
    for _, product, sources in _made(associations):
        pairs = zip(sources, product.members, strict=False)
        yield from ((source, member) for source, member in pairs if source is not None)


def _made(associations: Associations) -> Iterator[tuple[Association, Product, tuple[Exposure | None, ...]]]:
    """Yield each product with its association, and the exposures that its members are."""
    for association in associations:
        found = association.origin.sources if association.origin else ()
        yield from ((association, *pair) for pair in zip(association.products or (), found, strict=False))


def _bare(exposures: Exposures, associations: Associations) -> list[int]:
    """Return the science exposures of stage-2 products without background: all if there are backgrounds, else those of nods."""
    dedicated = any(each.exptype == "background" for each in exposures)
    if not dedicated and not any(map(_is_nod, exposures)):
        return []
    return [
        sources[0].index
        for association, product, sources in _made(associations)
        if str(association.asn_type).endswith("2")
        if sources[0] is not None and "bkgdtarg" not in sources[0].meta and (dedicated or _is_nod(sources[0]))
        if all(member.exptype != "background" for member in product.members)
    ]


def _is_nod(exposure: Exposure) -> bool:
    """Tell whether an exposure is one of several nods, of a mode in which they are each other's background."""
    meta = exposure.meta
    several = meta.get("numdthpt", "1") != "1" or "nod" in meta.get("patttype", "")
    return several and meta.get("exp_type") in _NODDED


def _wanting(story: Story, exposure: Exposure | None) -> Iterator[tuple[str, str, str]]:
    """Yield what is wanting in a story: of what, in which way, and why."""
    line = story.left_out
    if line is not None:
        told = exposure is not None and "exptype" in exposure.told
        way = "in no product" if story.role == "science" else "attached to no product"
        if line.verb in _UNFIT and (told or story.role not in CATALOGUE_SUFFIXES):
            yield story.role, way, line.text
        elif told and story.role in PARTNER_EXPTYPES and line.verb in ("keep", "gather"):
            none = f"{line.rule or story.rule} attaches none: " if line.verb == "gather" else ""
            yield story.role, way, f"{none}{line.text}"
        return
    for each in story.lines:
        if each.missing is not None and each.missing[0] == "is":
            yield each.missing[1], "attached to no product", each.text
        elif each.missing in (("has", "background"), ("has", "partner")):
            yield "background", "none for the product of this file", each.text
        elif each.missing is not None and each.missing[0] == "all":
            yield each.missing[1], "not all for the product of this file", each.text


def _told(what: str, way: str, reason: str, files: list[str], cut: bool) -> str:
    others = f"{'at least ' if cut else ''}{len(files) - 1} more"
    more = f", and {'of ' if 'this file' in way else 'so are '}{others}" if len(files) > 1 else ""
    return message(what, f"{way}{more}", files[0], reason)
