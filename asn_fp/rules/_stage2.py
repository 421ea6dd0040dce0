"""What the stage-2 rules have in common: how they begin and end."""

from __future__ import annotations

from typing import Any

from asn_fp import steps as s
from asn_fp.keys import Key
from asn_fp.modes import BASE, MODE, candidate_type, has_program, ints, observed_together
from asn_fp.pipeline import Rule, Step, rule
from asn_fp.predicates import Predicate, all_of, is_science
from asn_fp.records import Associations, Exposure, Items

__all__ = ["ALONG", "NODS", "OPTICS", "MadeRule", "made_2", "rate", "rates"]

MadeRule = Rule[Items, Associations]

OPTICS: tuple[Key, ...] = (*BASE, *MODE)
"""What a background shares with its science exposure: candidate, program and optical path."""
NODS: tuple[Key, ...] = (*OPTICS, observed_together)
"""What nods share."""
ALONG: tuple[Key, ...] = (*BASE, observed_together)
"""What is taken along with an exposure, whatever the optical path."""


def rate(_: Exposure) -> str:
    """Return the suffix ``rate``, whatever the exposure.

    >>> rate(None)
    'rate'
    """
    return "rate"


def rates(exposure: Exposure) -> str:
    """Return the suffix that calwebb_detector1 gives the exposure's product for stage 2.

    >>> from asn_fp.names import parse
    >>> rates(Exposure(0, parse("a_uncal.fits"), meta={"exp_type": "nis_ami", "pntgtype": "science"}))
    'rateints'
    """
    return "rateints" if ints(exposure) else "rate"


def made_2(
    name: str,
    asn_type: str,
    eligible: Predicate,
    *attach: Step[Any, Any],
    lead: Predicate = is_science,
    as_science: bool = False,
    suffix: Any = rates,
    candidates: tuple[str, ...] = ("observation", "background"),
    split: tuple[Step[Any, Any], ...] | None = None,
    base: Predicate = has_program,
) -> MadeRule:
    """Return a stage-2 rule: one association for each lead, with what is attached to it.

    Args:
        name: the rule's name.
        asn_type: the association type.
        eligible: which exposures the rule looks at at all, leads and partners.
        attach: the steps that attach partners.
        lead: which of the eligible exposures lead a product; by default those that are science.
        as_science: every eligible exposure is science for this rule.
        suffix: the level that the rule asks for.
        candidates: the candidate types that the rule works for.
        split: the steps that make products of the leads; by default one of each.
        base: what every exposure must have.

    >>> from asn_fp.predicates import exp_type
    >>> print(made_2("Mine", "image2", exp_type("nis_image")).name)
    Mine
    """
    return rule(
        name,
        s.read(),
        s.classify(),
        s.recast("science", of=("psf",)),
        s.keep(all_of(eligible, candidate_type(*candidates), base)),
        *([s.recast("science")] if as_science else []),
        s.level(suffix),
        *(split or (s.gather(of=lead), s.one_each())),
        *attach,
        s.admit({"background": "background"}),
        s.name("{stem}"),
        s.seal_each(asn_type=asn_type, layout="stage2", matched=OPTICS),
    )
