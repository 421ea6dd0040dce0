"""What the stage-3 rules have in common: how they begin and end, levels and product names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asn_fp import steps as s
from asn_fp.keys import Key, keyword, program
from asn_fp.modes import candidate, ints, is_plain_file
from asn_fp.pipeline import Rule, Step, rule
from asn_fp.predicates import Predicate, all_of, any_of, exptype_in, has, not_
from asn_fp.product_names import Form, default_name, named_by
from asn_fp.records import Associations, Exposure, Items
from asn_fp.vocabulary import LEVEL2B

__all__ = ["MadeRule", "cals", "in_order", "made_3"]

MadeRule = Rule[Items, Associations]

_TOGETHER: tuple[Key, ...] = (candidate, program, keyword("instrume"))
_ACQUISITION = all_of(exptype_in("target_acquisition"), has("obs_num"))


def cals(exposure: Exposure) -> str:
    """Return the suffix of what stage 3 takes of an exposure in its role.

    >>> from asn_fp.names import parse
    >>> cals(Exposure(0, parse("a_uncal.fits"), "background", meta={"exp_type": "mir_mrs"}))
    'x1d'
    """
    plain = exposure.meta.get("exp_type") in LEVEL2B
    suffix = "x1d" if exposure.exptype == "background" else "cal" if plain else "rate"
    return f"{suffix}ints" if ints(exposure) else suffix


def in_order() -> Step[Any, Any]:
    """Return the step that puts members in the order in which they were taken, segments in theirs.

    >>> print(in_order())
    order(by=('observation', 'visit', 'activity', 'exposure', 'segment', 'detector'))
    """
    return s.order(by=("observation", "visit", "activity", "exposure", "segment", "detector"))


def made_3(
    name: str,
    asn_type: str,
    selects: Predicate,
    by: tuple[Key, ...],
    *refine: Step[Any, Any],
    form: Form = default_name,
    as_science: bool = False,
    candidates: Predicate | None = None,
    suffix: Callable[[Exposure], str] = cals,
    several_observations: bool = True,
) -> MadeRule:
    """Return a stage-3 rule: one association for each group of exposures that share a key.

    Args:
        name: the rule's name.
        asn_type: the association type.
        selects: which exposures go into products, in whatever role.
        by: what they share besides candidate, program and instrument.
        refine: further steps on the products, before they get their names.
        form: how the product name is put together.
        as_science: every exposure but target acquisitions is science for this rule.
        candidates: which candidates the rule works for; by default all.
        suffix: the level that the rule takes of each exposure.
        several_observations: products of candidates that stand for several observations must have exposures of two.

    >>> from asn_fp.predicates import exp_type
    >>> made_3("Mine", "image3", exp_type("nis_image"), (keyword("filter"),)).name
    'Mine'
    """
    selected = all_of(selects, not_(has("is_imprt")), has("program"), has("instrume"))
    eligible = any_of(selected, all_of(_ACQUISITION, not_(has("is_imprt"))))
    keys = (*_TOGETHER, *by)
    return rule(
        name,
        s.read(),
        s.classify(),
        s.share_roles(),
        s.keep(eligible if candidates is None else all_of(eligible, candidates)),
        *([s.recast("science", of=("psf", "imprint", "background", "autoflat", "autowave"))] if as_science else []),
        s.level(suffix, uncal=not_(is_plain_file), spare=exptype_in("target_acquisition")),
        s.group(by=keys, of=selected),
        s.require("science", by=keys),
        *([s.require_observations(("group", "background", "mosaic"))] if several_observations else []),
        s.attach("target_acquisition", by=(*_TOGETHER, keyword("obs_num")), among=_ACQUISITION),
        *refine,
        s.name(named_by(form, keys)),
        s.seal_each(asn_type=asn_type, layout="stage3", matched=keys),
    )
