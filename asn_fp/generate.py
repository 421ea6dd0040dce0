"""Every association that a set of exposures has: all rules, for all candidates, without duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import dropwhile
from types import NoneType
from typing import Any, Final, TypeAlias, cast

from attrs import evolve, frozen
from toolz import pipe

from asn_fp import transforms
from asn_fp.errors import ItemError, KnobError, did_you_mean, message, raise_all
from asn_fp.name_parts import is_plain
from asn_fp.patterns import texts
from asn_fp.pipeline import Rule
from asn_fp.records import Association, Associations, Candidate, Exposure, Exposures, as_exposures
from asn_fp.rules import RULES
from asn_fp.sources.pools import candidates_of
from asn_fp.transforms.prune import file_names
from asn_fp.transforms.same_names import same_names_in

__all__ = ["MODES", "Generated", "Rules", "generate", "generator_rules", "ready"]

DISCOVERED: Final = Candidate("a3001", "discovered")
MODES: Final = ("default", "all-candidates", "discover")
Rules: TypeAlias = Mapping[str, Rule[Any, Any]]
"""Rules by name."""


@frozen
class Generated:
    """Hold what a run of the generator made.

    Attributes:
        associations: those that are left after pruning.
        names: the file name of each.
        exposures: the exposures that it was run on, one for each candidate.
        warnings: what the user should know about them: stage-3 products of one name.
    """

    associations: Associations
    names: tuple[str, ...]
    exposures: Exposures
    warnings: tuple[str, ...] = ()


def generator_rules(stage: int | None = None) -> Rules:
    """Return the generator's rules by name, of one stage or of both.

    >>> len(generator_rules()), len(generator_rules(2)), list(generator_rules(3))[0]
    (43, 22, 'Asn_Lv3AMI')
    """
    made = {name: function() for name, function in sorted(RULES.items()) if name.startswith("Asn_")}
    return {name: rule for name, rule in made.items() if stage is None or _stage(rule) == stage}


def _stage(rule: Rule[Any, Any]) -> int:
    return 3 if rule.name.startswith("Asn_Lv3") else 2


def generate(
    exposures: Exposures,
    *,
    rules: Rules | None = None,
    ids: Sequence[str] = (),
    mode: str = "default",
    asn_pool: str = "in-memory",
    version_id: str | None = None,
    merge: bool = False,
    same_names: str = "keep",
) -> Generated:
    """Run rules on exposures for every candidate that they belong to, and prune and number what comes out.

    Args:
        exposures: what a pool or headers gave; ``asn_candidate`` says to which candidates each belongs.
        rules: the rules by name; by default all of the generator's.
        ids: only these candidates.
        mode: ``default`` (candidates, and all exposures together under the id a3001), ``all-candidates``, or
            ``discover`` (all exposures together only, whatever candidates give too).
        asn_pool: the name of the pool, for the associations.
        version_id: a tag for the associations and their names.
        merge: put the stage-2 products of one type and candidate into one association.
        same_names: what to do with stage-3 products of one name: ``keep`` them, as the archive does, with a warning;
            ``distinguish`` them by what differs, or ``refuse``.

    Raises:
        ProductError: products of one name that are refused, or that nothing tells apart.
        KnobError: another word for `mode`, `ids` together with a mode, or what are no exposures or rules.
        ItemError: one id where a list belongs, a candidate id that no exposure has, or programs that no file name can hold.

    >>> from asn_fp.names import parse
    >>> meta = {"program": "1234", "exp_type": "nis_image", "instrume": "niriss", "detector": "nis", "filter": "f200w",
    ...         "subarray": "full", "targetid": "1", "pntgtype": "science", "asn_candidate": "[('o001', 'observation')]"}
    >>> made = generate((Exposure(0, parse("jw01234001001_02101_00001_nis_uncal.fits"), meta=meta),))
    >>> made.names
    ('jw01234-o001_image2_00001_asn.json', 'jw01234-o001_image3_00001_asn.json')
    """
    if mode not in MODES:
        raise KnobError(message("mode", "unknown", mode, did_you_mean(mode, MODES)))
    if ids and mode != "default":
        raise KnobError(message("ids", f"they exclude the mode {mode}", list(ids), "give one of the two"))
    if not isinstance(rules, (Mapping, NoneType)):
        raise KnobError(message("rules", "not a dictionary of names and rules", rules, "for example generator_rules(2)"))
    exposures, ids = as_exposures(exposures), texts(ids, "ids")
    expanded = _expanded(transforms.classify(exposures), ids, mode)
    ran = [_ran(rule, expanded) for rule in ready(rules if rules is not None else generator_rules())]
    kept = transforms.prune(tuple(each for made in ran for each in made))
    stamped = tuple(_stamped(each, asn_pool, version_id) for each in transforms.distinguish(kept, same_names))
    final = _merged(stamped) if merge else stamped
    raise_all(ItemError, _odd_programs(exposures, final))
    named = sorted(zip(file_names(final, version_id), final, strict=True), key=lambda pair: pair[0])
    made = tuple(each for _, each in named)
    return Generated(made, tuple(name for name, _ in named), expanded, same_names_in(made))


def _ran(rule: Rule[Any, Any], exposures: Exposures) -> Associations:
    """Run a rule on exposures that are read and classified, once for all rules, and so need not begin with that."""
    steps = dropwhile(lambda step: step.function in (transforms.read, transforms.classify), rule.steps)
    return cast(Associations, pipe(exposures, *steps))


def ready(rules: Rules) -> Iterator[Rule[Any, Any]]:
    """Yield rules as the generator runs them: levels that are not theirs are left to others.

    >>> from asn_fp.rules.image2 import Asn_Lv2Image
    >>> [str(step) for rule in ready({"Asn_Lv2Image": Asn_Lv2Image()}) for step in rule.steps if step.name == "level"]
    ["level(suffix=rates, alone='leave-out')"]
    """
    for rule in rules.values():
        names = [step.name for step in rule.steps]
        if "level" in names:
            at = names.index("level")
            rule = rule.replace(at + 1, rule.steps[at].with_settings(alone="leave-out"))
        yield rule


def _expanded(exposures: Exposures, ids: Sequence[str], mode: str) -> Exposures:
    by_id = _candidates_by_id(exposures)
    raise_all(
        ItemError,
        [message("candidate", "no exposure has it", each, did_you_mean(each, by_id)) for each in ids if each not in by_id],
    )
    wanted = {each: by_id[each][:1] for each in ids} if ids else by_id if mode != "discover" else {}
    also = () if ids or mode == "all-candidates" else (DISCOVERED,)

    def candidates(exposure: Exposure) -> tuple[Candidate, ...]:
        own = dict.fromkeys(each.id for each in candidates_of(exposure.meta.get("asn_candidate", "")))
        return (*(candidate for each in own for candidate in wanted.get(each, ())), *also)

    return transforms.expand(exposures, candidates)


def _candidates_by_id(exposures: Exposures) -> dict[str, tuple[Candidate, ...]]:
    """Return every candidate of the exposures by id; an id with two types stands for a candidate of each."""
    found: dict[str, dict[Candidate, None]] = {}
    for exposure in exposures:
        for candidate in candidates_of(exposure.meta.get("asn_candidate", "")):
            found.setdefault(candidate.id, {})[candidate] = None
    return {each: tuple(candidates) for each, candidates in found.items()}


def _stamped(association: Association, asn_pool: str, version_id: str | None) -> Association:
    """Return an association as the generator makes it; one that does not know its candidate gets that of its exposures."""
    candidate = association.origin.candidate if association.origin else None
    asn_id = candidate.id if candidate and association.asn_id == DISCOVERED.id else association.asn_id
    rule = f"{'discover' if asn_id == DISCOVERED.id else 'candidate'}_{association.asn_rule}"
    return evolve(association, asn_id=asn_id, asn_rule=rule, asn_pool=asn_pool, version_id=version_id)


def _odd_programs(exposures: Exposures, associations: Associations) -> list[str]:
    """Return a line for each exposure in an association whose program no file name can hold."""
    odd = (each.origin.sources for each in associations if each.origin and not is_plain(str(each.program)))
    used = {source.index for rows in odd for row in rows for source in row if source is not None}
    lines = []
    for each in exposures if used else ():
        if each.index in used and not is_plain(value := each.meta.get("program", "")):
            told = getattr(each.name.parts, "program", None)
            way_out = f"say --set 'program={told or '01234'}:{each.name.base}'" + (", as its name does" if told else "")
            lines.append(message(f"program of {each.name.text!r}", "no piece of a file name", value, way_out))
    return lines


def _merged(associations: Associations) -> Associations:
    stage_2 = tuple(each for each in associations if not str(each.asn_type).endswith("3"))
    return transforms.merge(stage_2) + tuple(each for each in associations if str(each.asn_type).endswith("3"))
