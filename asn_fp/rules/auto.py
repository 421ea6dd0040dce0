"""The rule that picks the rules: by the exposure types of the files, for the stage that their names tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal

from attrs import evolve

from asn_fp import transforms
from asn_fp.errors import KnobError, did_you_mean, message
from asn_fp.explain import Telling, telling
from asn_fp.pipeline import Rule, rule, step
from asn_fp.records import Associations, Exposure, Exposures, Reason
from asn_fp.rules import grism2, ifu2, modes2, modes3, series
from asn_fp.rules._modes import ModeRule
from asn_fp.rules._tuning import attaches_backgrounds, tuned
from asn_fp.story import Story
from asn_fp.transforms._remember import remembered
from asn_fp.vocabulary import STAGE_OF_SUFFIX

__all__ = ["MODES", "auto"]

MODES: Final[Mapping[str, tuple[str, ...]]] = {
    "fgs_image": ("fgs_image",),
    "miri_image": ("mir_image",),
    "miri_tsimage": ("mir_image",),
    "miri_coron": ("mir_4qpm", "mir_lyot"),
    "miri_lrs": ("mir_lrs-fixedslit",),
    "miri_slitless": ("mir_lrs-slitless",),
    "miri_mrs": ("mir_mrs",),
    "miri_wfss": ("mir_wfss",),
    "nircam_image": ("nrc_image",),
    "nircam_coron": ("nrc_coron",),
    "nircam_wfss": ("nrc_wfss",),
    "nircam_tsimage": ("nrc_tsimage",),
    "nircam_tsgrism": ("nrc_tsgrism",),
    "niriss_image": ("nis_image",),
    "niriss_ami": ("nis_ami",),
    "niriss_wfss": ("nis_wfss",),
    "niriss_soss": ("nis_soss",),
    "nirspec_fs": ("nrs_fixedslit",),
    "nirspec_mos": ("nrs_msaspec",),
    "nirspec_ifu": ("nrs_ifu",),
    "nirspec_bots": ("nrs_brightobj",),
}
"""Observing mode -> its exposure types; the rules are called after the mode, with the stage behind it."""

_TYPES: Final = frozenset(kind for kinds in MODES.values() for kind in kinds)
_DEFAULTS: Final = {"background_products": True, "nods": True, "self_calibration": False, "pairwise": False}
_MODULES: Final = (modes2, modes3, ifu2, grism2, series)
_RULES: Final[Mapping[str, Callable[..., Rule[Any, Any]]]] = {
    name: getattr(module, name) for module in _MODULES for name in module.__all__
}


def auto(
    *,
    stage: Literal["2", "3"] | None = None,
    background_products: bool = True,
    nods: bool = True,
    self_calibration: bool = False,
    pairwise: bool = False,
) -> ModeRule:
    """Pick the rule by exposure type and run it: every mode of JWST that has a rule, in one call.

    Association types: those of the modes. One association of each type at stage 2, with a product for each exposure; at
    stage 3 one association for each product. Exposure types without a mode are left out.

    Args:
        stage: by default what the suffixes tell (2: uncal, rate, rateints; 3: cal, calints, x1d, x1dints, crf, crfints).
        background_products: at stage 2 make a product of each background too.
        nods: at stage 2 the other nods are background.
        self_calibration: at stage 2 of MIRI MRS and NIRSpec BOTS, attach other exposures as selfcal.
        pairwise: at stage 3 of NIRISS AMI, one product for each pair of a science exposure and a PSF reference.
    """
    told = {"background_products": background_products, "nods": nods}
    told |= {"self_calibration": self_calibration, "pairwise": pairwise}
    wishes = {knob: value for knob, value in told.items() if value != _DEFAULTS[knob]}
    settings: dict[str, Any] = {**({"stage": stage} if stage is not None else {}), **({"wishes": wishes} if wishes else {})}
    return rule("auto", _read(), _classify(), _by_mode(**settings))


def by_mode(
    exposures: Exposures,
    stage: Literal["2", "3"] | None = None,
    *,
    wishes: Mapping[str, bool] = MappingProxyType({}),
    tune: Mapping[str, Any] = MappingProxyType({}),
) -> Associations:
    """Run on all exposures the rule of every mode whose exposure types are among them, and put together what they make.

    Args:
        exposures: the files.
        stage: 2 or 3; by default what the suffixes tell.
        wishes: settings for those rules that have them.
        tune: what `tuned` takes.

    Raises:
        KnobError: files of both stages and no word about it, or files whose suffixes tell none.

    >>> by_mode(())
    ()
    """
    if not exposures:
        return ()
    made = tuple(each for rule in _chosen(exposures, stage, wishes, tune) for each in rule(exposures))
    return _merged(made) if _stage(exposures, stage) == 2 else made


def _merged(made: Associations) -> Associations:
    """Put the products of one type into one association; of several modes together the rule is ``auto``."""
    rules: dict[Any, set[str]] = {}
    for each in made:
        rules.setdefault(each.asn_type, set()).add(each.asn_rule)
    merged = transforms.merge(made)
    return tuple(evolve(each, asn_rule="auto") if len(rules[each.asn_type]) > 1 else each for each in merged)


def _stage(exposures: Iterable[Exposure], stage: object) -> int:
    """Return the stage: as the user says, or as the suffixes tell."""
    if stage is not None:
        if str(stage) not in ("2", "3"):
            raise KnobError(message("stage", "unknown", stage, did_you_mean(str(stage), ("2", "3"))))
        return int(str(stage))
    first = _stages(exposures)
    if len(first) == 2:
        reason = f"the files are of both: {first[2]!r} for stage 2, {first[3]!r} for stage 3"
        raise KnobError(message("stage", reason, "2, 3", "say which: --stage 2 or --stage 3 (stage=)"))
    if not first:
        raise KnobError(message("stage", "no suffix tells it", "2, 3", "say which: --stage 2 or --stage 3 (stage=)"))
    return next(iter(first))


def _stages(exposures: Iterable[Exposure]) -> dict[int, str]:
    """Return the stages that suffixes tell, each with the first file that tells it."""
    first: dict[int, str] = {}
    for exposure in exposures:
        if (told := STAGE_OF_SUFFIX.get(exposure.name.suffix)) is not None:
            first.setdefault(told, exposure.name.text)
    return first


@remembered
def _known_stages(exposures: Exposures, _: None) -> dict[int, str]:
    return _stages(exposures)


def _chosen(
    exposures: Exposures, stage: object, wishes: Mapping[str, bool], tune: Mapping[str, Any]
) -> tuple[Rule[Any, Any], ...]:
    present = frozenset(each.meta.get("exp_type") for each in exposures)
    names = [f"{mode}{_stage(exposures, stage)}" for mode, types in MODES.items() if present.intersection(types)]
    return _tuned([_made(name, tuple(sorted(wishes.items()))) for name in names], tune)


@lru_cache(maxsize=256)
def _made(name: str, wishes: tuple[tuple[str, bool], ...]) -> Rule[Any, Any]:
    function = _RULES[name]
    own = function.__kwdefaults__ or {}
    return function(**{knob: value for knob, value in wishes if knob in own})


def _tuned(rules: Sequence[Rule[Any, Any]], tune: Mapping[str, Any]) -> tuple[Rule[Any, Any], ...]:
    """Return the rules with other requirements; what is asked of backgrounds goes to those rules that attach some.

    Raises:
        KnobError: unknown keys or exptypes, or something asked of backgrounds where no rule attaches any.
    """
    if not any(tune.values()):
        return tuple(rules)
    attach = [each for each in rules if attaches_backgrounds(each)]
    of_all = {"at_least": tune.get("at_least")}
    return tuple(tuned(each, **(tune if each in attach or not attach else of_all)) for each in rules)


def _runs(
    exposures: Exposures,
    stage: object = None,
    wishes: Mapping[str, bool] = MappingProxyType({}),
    tune: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Rule[Any, Any], ...]:
    """Return the rules that are run."""
    return _chosen(exposures, stage, wishes, tune) if exposures else ()


@remembered
def _tellings(exposures: Exposures, asked: tuple[Any, ...]) -> tuple[Telling, ...]:
    """Return a run of the rule of every mode."""
    stage, wishes, at_least, match, closest = asked
    tune = {"at_least": dict(at_least), "match": match, "closest": closest}
    return tuple(telling(each, exposures) for each in _chosen(exposures, stage, dict(wishes), tune))


def _near(story: Story, kind: str | None) -> tuple[bool, bool, bool, int]:
    """Return how near a rule came to an exposure: whether it uses it, takes it, is that of its type, and how far it got."""
    line = story.left_out
    return (line is None, _taken(story), kind in MODES[story.rule[:-1]], line.number if line is not None else 0)


def _taken(story: Story) -> bool:
    """Tell whether a rule takes an exposure, whatever becomes of it then."""
    return story.left_out is None or story.left_out.verb != "keep"


def _inside(
    before: Exposures,
    exposure: Exposure,
    stage: object = None,
    wishes: Mapping[str, bool] = MappingProxyType({}),
    tune: Mapping[str, Any] = MappingProxyType({}),
) -> Story | None:
    """Return the story of an exposure in the rule that used it, or that came nearest; None where no mode takes it."""
    tuning = (tuple(tune.get("at_least", {}).items()), tuple(tune.get("match", ())), tune.get("closest"))
    if stage is None and len(_known_stages(before, None)) != 1:
        return None  # it cannot tell which rules to run
    kind = exposure.meta.get("exp_type")
    runs = _tellings(before, (stage, tuple(wishes.items()), *tuning))
    told = (story for run in runs for story in run.of(exposure.index))
    story = max(told, key=lambda each: _near(each, kind), default=None)
    return story if story is not None and (not exposure.meta or kind in _TYPES or _taken(story)) else None


def _why_no_mode(before: Exposures, exposure: Exposure, stage: object = None, **__: object) -> Reason | None:
    """Return that no mode takes an exposure's type, or that its suffix tells another stage than that of others."""
    if stage is None and len(found := _known_stages(before, None)) > 1:
        own = STAGE_OF_SUFFIX.get(exposure.name.suffix)
        other = next(name for number, name in found.items() if number != own)
        told = f"its suffix {exposure.name.suffix!r} is of stage {own}" if own else "its suffix tells no stage"
        return Reason(f"{told}, and {other!r} is of another: say which", (("stage", str(own or "undefined"), "one for all"),))
    kind = exposure.meta.get("exp_type")
    if kind in _TYPES:
        return None  # the rule stopped before it ran the mode
    role = f", {exposure.exptype.replace('_', ' ')}" if exposure.exptype != "science" else ""
    told = f"no mode takes EXP_TYPE {kind!r}{role}" if kind else "it has no EXP_TYPE"
    return Reason(told, (("exp_type", repr(kind) if kind else "undefined", "one of a mode"),))


_read, _classify = step(transforms.read, probe=()), step(transforms.classify)
_by_mode = step(by_mode, why=_why_no_mode, inside=_inside, runs=_runs, probe=())
