"""What the rules by observing mode have in common: how they begin and end, what they match by, and their knobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from asn_fp import steps as s
from asn_fp.keys import By, Key, keyword, observation, optional, program
from asn_fp.modes import BASE, candidate
from asn_fp.nods import Relation
from asn_fp.pipeline import Rule, Step, rule
from asn_fp.predicates import NONE, Predicate, all_of, any_of, exp_type, exptype_in, has, is_science, named, not_, told_role
from asn_fp.product_names import Form, default_name, named_by
from asn_fp.records import Associations, Exposure, Items
from asn_fp.rules._stage2 import rates
from asn_fp.rules._stage3 import cals, in_order
from asn_fp.rules._tuning import GIVEN, noted

__all__ = [
    "BACKGROUND_ALREADY",
    "CONFIRM",
    "DETECTOR",
    "FILTER",
    "GIVEN",
    "GRATING",
    "MASK",
    "NOD_SCOPE",
    "OF_EXPOSURE",
    "PUPIL",
    "SAME_OBSERVATION",
    "SLIT",
    "SUBARRAY",
    "TAKES_BACKGROUND",
    "TARGET",
    "VISITED",
    "ModeRule",
    "background",
    "confirmation",
    "integrations",
    "mode_2",
    "mode_3",
    "nods_of",
    "selfcal",
    "series_2",
]

ModeRule = Rule[Items, Associations]

DETECTOR, FILTER, GRATING = keyword("detector"), keyword("filter"), keyword("grating")
PUPIL, SUBARRAY, SLIT = (optional(keyword(column)) for column in ("pupil", "subarray", "fxd_slit"))
MASK: Final = keyword("coronmsk", "pupil")
"""The occulter: CORONMSK, and PUPIL only where it is missing, since three occulters share MASKRND."""
TARGET: Final = optional(keyword("targetid"))
VISITED: Final[tuple[Key, ...]] = (candidate, program, observation)
"""What is taken along with an exposure, whatever its optical path."""
NOD_SCOPE: Final[tuple[Key, ...]] = (observation, TARGET)
"""What nods share besides their setup: the observation, and the target."""


TAKES_BACKGROUND: Final = not_(exptype_in("background"))
"""A background gets no background itself."""

OF_EXPOSURE: Final = not_(named("*_i2d.*", "*_segm.*", "*_cat.*"))
"""Not one of the images, maps and catalogues that stage 3 makes of many exposures, which have their headers."""


def _same_observation(lead: Exposure, other: Exposure) -> bool:
    return observation(lead) == observation(other)


def _background_already(lead: Exposure, other: Exposure) -> bool:
    same_band = lead.meta.get("band") == other.meta.get("band")
    return lead.exptype != "background" and other.exptype == "background" and same_band


SAME_OBSERVATION: Final = Relation("same_observation", ("obs_num",), _same_observation)
BACKGROUND_ALREADY: Final = Relation("background_already", ("band",), _background_already)
"""Already a member, as the background of the lead's band."""


def integrations(exposure: Exposure) -> str:
    """Return the suffix of time series for stage 2, ``rateints``; a target acquisition has no integrations.

    >>> from asn_fp.names import parse
    >>> integrations(Exposure(0, parse("a_uncal.fits")))
    'rateints'
    """
    return "rate" if exposure.exptype == "target_acquisition" else "rateints"


def background(*keys: Key, rungs: tuple[tuple[Key, ...], ...] = ()) -> Step[Any, Any]:
    """Return the step that attaches dedicated backgrounds, whatever their observation; a background gets none itself.

    Args:
        keys: what they share with the science exposure.
        rungs: further keys that they share on the rungs before.

    >>> print(background(FILTER).settings["to"])
    not_(exptype_in('background'))
    """
    ladder: list[By] = [*((*BASE, *keys, *rung) for rung in rungs), (*BASE, *keys)]
    return s.attach("background", by=ladder if rungs else ladder[0], to=TAKES_BACKGROUND)


def nods_of(among: Predicate, *keys: Key, apart: Relation) -> Step[Any, Any]:
    """Return the step that attaches the other nods of the observation and target as background.

    Args:
        among: which exposures are nods.
        keys: what they share besides observation and target.
        apart: which of them are at one position, and serve each other not.

    >>> from asn_fp.nods import SAME_PLACE
    >>> nods_of(NONE, FILTER, apart=SAME_PLACE).settings["unless"]
    same_position
    """
    nods = all_of(among, is_science)
    return s.attach("background", by=(*BASE, *NOD_SCOPE, *keys), among=nods, to=TAKES_BACKGROUND, unless=apart)


CONFIRM: Final = any_of(exp_type("mir_taconfirm"), all_of(exptype_in("target_acquisition"), told_role))


def confirmation() -> Step[Any, Any]:
    """Return the step that attaches the confirmation image of the observation, or the acquisition that the user names.

    >>> confirmation().settings["exptype"]
    'target_acquisition'
    """
    ladder: list[By] = [(candidate, program, GIVEN), VISITED]
    return s.attach("target_acquisition", by=ladder, among=CONFIRM, closest=keyword("expstart"))


def selfcal(*keys: Key, wanted: bool, unless: Relation | None = None) -> Step[Any, Any]:
    """Return the step that attaches exposures for the bad-pixel self-calibration: those the user names, or all that agree.

    >>> selfcal(keyword("channel"), wanted=False).settings["among"]
    exptype_in('selfcal')
    """
    among = exptype_in("science", "background", "selfcal") if wanted else exptype_in("selfcal")
    return s.attach("selfcal", by=(*BASE, *keys), among=among, unless=unless)


def mode_2(
    name: str,
    asn_type: str,
    selects: Predicate,
    *attach: Step[Any, Any],
    also: Predicate = NONE,
    suffix: Callable[[Exposure], str] = rates,
    background_products: bool = True,
    marks: tuple[Step[Any, Any], ...] = (),
) -> ModeRule:
    """Return a stage-2 rule of a mode: one product for each science exposure, with what is attached to it.

    Args:
        name: the rule's name.
        asn_type: the association type.
        selects: the exposures of the mode.
        attach: the steps that attach partners.
        also: which further exposures may be partners.
        suffix: the level that the rule asks for.
        background_products: a background has a product of its own too, without backgrounds.
        marks: steps that give further roles by names.

    >>> from asn_fp.predicates import exp_type
    >>> mode_2("mine", "image2", exp_type("mir_image")).name
    'mine'
    """
    of_mode = all_of(selects, has("program"), OF_EXPOSURE)
    leads = all_of(selects, exptype_in("science", "background") if background_products else is_science)
    made = rule(
        name,
        s.read(),
        s.classify(),
        *marks,
        s.recast("science", of=("psf",)),
        s.share_roles(),
        s.keep(any_of(of_mode, also) if also is not NONE else of_mode),
        s.level(suffix, spare=exptype_in("target_acquisition")),
        s.gather(of=leads),
        s.one_each(),
        *attach,
        *([s.lead_as("science")] if background_products else []),
        s.name("{stem}"),
        s.distinct(),
        s.seal_each(asn_type=asn_type, layout="stage2", matched=(candidate, program)),
    )
    return noted(made)


def series_2(name: str, asn_type: str, selects: Predicate, *attach: Step[Any, Any], **settings: Any) -> ModeRule:
    """Return a stage-2 rule for time series: each integration is kept.

    >>> from asn_fp.predicates import exp_type
    >>> print(series_2("mine", "tso-spec2", exp_type("nis_soss")).steps[5])
    level(integrations, spare=exptype_in('target_acquisition'))
    """
    return mode_2(name, asn_type, selects, *attach, **{"suffix": integrations, "background_products": False, **settings})


def mode_3(
    name: str,
    asn_type: str,
    selects: Predicate,
    by: tuple[Key, ...],
    *refine: Step[Any, Any],
    roles: tuple[str, ...] = ("science",),
    form: Form = default_name,
    suffix: Callable[[Exposure], str] = cals,
) -> ModeRule:
    """Return a stage-3 rule of a mode: one product for each group of exposures that share some keys.

    Args:
        name: the rule's name.
        asn_type: the association type.
        selects: the exposures of the mode.
        by: what they share besides program and instrument.
        refine: further steps on the products, before they get their names.
        roles: the roles that the pipeline reads; exposures in others are left out.
        form: how the product name is put together.
        suffix: the level that the rule takes of each exposure.

    >>> from asn_fp.predicates import exp_type
    >>> mode_3("mine", "image3", exp_type("mir_image"), (FILTER,)).name
    'mine'
    """
    keys = (candidate, program, keyword("instrume"), *by)
    return rule(
        name,
        s.read(),
        s.classify(),
        s.share_roles(),
        s.keep(all_of(selects, exptype_in(*roles), OF_EXPOSURE)),
        s.level(suffix, uncal=NONE),
        s.group(by=keys),
        s.require("science", by=keys),
        *refine,
        in_order(),
        s.name(named_by(form, keys)),
        s.seal_each(asn_type=asn_type, layout="stage3", matched=keys),
    )
