"""What to tell a user after a rule has run: why it made nothing, which files serve nothing, what else to know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from asn_fp.check import check
from asn_fp.errors import AsnError, message
from asn_fp.explain import explain, tell
from asn_fp.pipeline import Rule
from asn_fp.predicates import Predicate, all_of
from asn_fp.records import Associations, Exposure, Exposures, Items
from asn_fp.story import Report, Story
from asn_fp.transforms.same_names import same_names_in
from asn_fp.vocabulary import PARTNER_EXPTYPES
from asn_fp.wording import cut

__all__ = ["lacking", "nothing_made", "relaxing", "remarks", "unused"]

_REMARKABLE: Final = ("no-psf", "wfs-many")
"""The findings of `check` that are told though a pipeline runs on the association."""


def nothing_made(rule: Rule[Any, Any], items: Items) -> str:
    """Return the message for a run that made nothing: the reasons, the most frequent first.

    >>> from asn_fp.rules.image2 import Asn_Lv2Image
    >>> nothing_made(Asn_Lv2Image(), ["a_rate.fits"])[:64]
    "association (nothing to make of 1 files): 'Asn_Lv2Image'; 1 of 1"
    """
    report = explain(rule, items)
    assert isinstance(report, Report)
    reasons: dict[str, list[str]] = {}
    for story in report.stories:
        reasons.setdefault(story.verdict(), []).append(story.file)
    shown = sorted(reasons.items(), key=lambda item: -len(item[1]))[:5]
    told = "; ".join(f"{len(files)} of {len(report.stories)} ({files[0]!r}, ...) {why}" for why, files in shown)
    asked = {wanted for story in report.stories if story.left_out for _, _, wanted in story.left_out.differing}
    if kinds := sorted(each for each in asked if each.startswith("candidate_type(")):
        way_out = "give --candidate ID:TYPE (candidate=), such as c1000:mosaic"
        told = f"it works for candidates of a type, {kinds[0]}: {way_out}; {told}"
    if relaxed := relaxing(rule, items):
        told = f"it would make some without {' or without '.join(relaxed[:3])}; {told}"
    return message("association", f"nothing to make of {len(report.stories)} files", rule.name, told)


def relaxing(rule: Rule[Any, Any], items: Items) -> list[str]:
    """Return the single requirements without which a rule that made nothing would make something.

    A requirement is one question of a `keep`, or a whole step that leaves exposures or products out.

    >>> from asn_fp.rules.lists import level3
    >>> relaxing(level3(product_name="p").without("verify"), [("a_calints.fits", "psf")])
    ["step 3, require('science')"]
    """
    return [told for told, variant in _relaxed(rule) if _makes_some(variant, items)]


def _relaxed(rule: Rule[Any, Any]) -> Iterator[tuple[str, Rule[Any, Any]]]:
    """Yield a rule without each one of its requirements, and what was left away."""
    for number, step in enumerate(rule.steps, 1):
        where = step.settings.get("where")
        parts = where.parts if step.name == "keep" and isinstance(where, Predicate) else ()
        for at, part in enumerate(parts):
            others = all_of(*parts[:at], *parts[at + 1 :])
            yield f"{part} in step {number}", rule.replace(number, step.with_settings(where=others))
        if not parts and step.why is not None and step.takes == step.gives and step.name != "attach":
            yield f"step {number}, {cut(step.written)}", rule.without(number)


def _makes_some(rule: Rule[Any, Any], items: Items) -> bool:
    try:
        return bool(rule(items))
    except AsnError:
        return False


def unused(rule: Rule[Any, Any], items: Items, associations: Associations) -> list[Exposure]:
    """Return the files that were given a partner's role and serve no product, nor does another file of the exposure.

    >>> from asn_fp.rules.lists import level2
    >>> items = ["jw01234001001_02101_00001_nrs1_rate.fits", ("jw01234001001_02101_00001_nrs2_rate.fits", "background")]
    >>> [each.name.text for each in unused(level2(), items, level2(by="detector")(items))]
    ['jw01234001001_02101_00001_nrs2_rate.fits']
    """
    exposures = items
    for step in rule.steps[:2]:
        exposures = step(exposures) if step.name in ("read", "enlist") else exposures
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
    """Return a line for the science exposures that got no background although there are backgrounds, and why.

    >>> lacking(None, (), ())
    []
    """
    alone = {
        sources[0].index
        for association in associations
        for product, sources in zip(
            association.products or (), association.origin.sources if association.origin else (), strict=False
        )
        if str(association.asn_type).endswith("2") and sources[0] is not None and "bkgdtarg" not in sources[0].meta
        if all(member.exptype != "background" for member in product.members)
    }
    if not alone or not isinstance(items, tuple) or not _has_backgrounds(rule, items):
        return []
    found: dict[str, list[Story]] = {}
    for _, story in tell(rule, items, alone):
        line = next((each for each in story.lines if each.text.startswith("no background")), None)
        if line is not None and story.uses:
            found.setdefault(line.text, []).append(story)
    return [_lacking(reason, [story.file for story in stories]) for reason, stories in found.items()]


def _lacking(reason: str, files: list[str]) -> str:
    more = f", and of {len(files) - 1} more" if len(files) > 1 else ""
    return message("background", f"none for the product of this file{more}", files[0], reason)


def _has_backgrounds(rule: Rule[Any, Any], exposures: Exposures) -> bool:
    """Tell whether some exposure is a background once the headers and the user have said what they are."""
    for step in rule.steps:
        if step.name in ("read", "enlist", "assign", "leave_out", "classify"):
            exposures = step(exposures)
    return any(each.exptype == "background" for each in exposures)
