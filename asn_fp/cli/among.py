"""Where the files of associations went: the rules that the associations name, run again on the files."""

from __future__ import annotations

import os
from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from attrs import evolve, frozen

from asn_fp import api, intake
from asn_fp.cli.inputs import expand_partners, refuse_folders
from asn_fp.cli.places import as_named, folder_of, moved
from asn_fp.cli.reading import with_warnings
from asn_fp.errors import FileError, ItemError, RuleError, UsageError, message, raise_all
from asn_fp.fates import fates
from asn_fp.generate import generate
from asn_fp.intake import UNREADABLE
from asn_fp.name_parts import is_asn_id
from asn_fp.names import parse
from asn_fp.records import Association, Exposures
from asn_fp.report import Explanation, as_made, uses_in
from asn_fp.rules import RULES
from asn_fp.sources.derive import derive
from asn_fp.story import Report
from asn_fp.vocabulary import PARTNER_EXPTYPES, STAGE_OF_SUFFIX
from asn_fp.wording import printable, word

__all__ = ["Among", "explained"]

_GENERATE: Final = "generate"
_BY_GENERATE: Final = ("candidate_", "discover_")


@frozen
class Among:
    """Hold what became of files: the explanation, the files that were read, and what to warn of."""

    told: Report
    read: tuple[str, ...]
    warned: tuple[str, ...] = ()


def explained(paths: Sequence[str], associations: Sequence[Association], words: Sequence[str], rule: str | None) -> Among:
    """Return what became of files in associations, by the rules that these name or the one that is given.

    Args:
        paths: the association files.
        associations: what is in them.
        words: what was typed for the files.
        rule: the rule that made them, ``generate`` for the generator; by default what each association says.

    Raises:
        RuleError: associations that name no known rule; all of them in one error.
        ItemError: no files.
        UsageError: association files in place of the files that they were made of.
        FileError: files that are not there, where a rule looks into them, or folders.
    """
    names = list(dict.fromkeys(expand_partners(words)))
    if not names:
        raise ItemError(message("--among", "it names no file", ",".join(words), "name one, or leave the option out"))
    _refuse_associations(names)
    refuse_folders(names)
    here = [_from_here(each, path, names) for each, path in zip(associations, paths, strict=True)]
    runs = _runs(paths, here, rule)
    reads = any(run.reads for run in runs)
    if reads:
        missing = [name for name in names if not os.path.exists(name)]  # noqa: PTH110  as fast as can be
        raise_all(FileError, [message("input file", "not found", name, "check the name and the folder") for name in missing])
    foreign = [run.foreign(names) for run in runs]
    known, unreadable = with_warnings(
        lambda: _exposures(names, [other for run, other in zip(runs, foreign, strict=True) if run.reads])
    )
    told, remarks = with_warnings(
        lambda: [
            (run.rule, run.explain(names, known, other) if run.reads else run.of_list(names))
            for run, other in zip(runs, foreign, strict=True)
        ]
    )
    unread = {name: reason for other in foreign for name, reason in other.items()}
    unread |= {each.name.text: f"it cannot be read: {each.meta[UNREADABLE]}" for each in known if UNREADABLE in each.meta}
    made = as_made(told, here, () if reads and intake.is_pool(names) else names, unread)
    return Among(made, tuple(names), tuple(dict.fromkeys((*unreadable, *remarks))))


def _refuse_associations(names: Sequence[str]) -> None:
    """Refuse files that are associations by their names, all in one error."""
    way_out = "name the exposures or the pool that it was made of; associations stand before --among"
    wrong = [name for name in names if name.lower().endswith(".json")]
    raise_all(UsageError, [message("--among", "an association file, not an exposure", name, way_out) for name in wrong])


def _from_here(association: Association, path: str, names: Sequence[str]) -> Association:
    """Return an association whose members are called as they are from this folder, those among the files as was typed."""
    moved_here = moved(association, None, folder_of(path), ".")
    return as_named(moved_here, ".", Association(members=tuple(names)), ".")


def _exposures(names: Sequence[str], foreign: Sequence[Mapping[str, str]]) -> Exposures:
    """Return the files that a rule looks into, each read once; without a candidate, and those of a pool as it has them."""
    if foreign and intake.is_pool(names):
        return intake.exposures_of(names)
    wanted = [name for name in names if any(name not in other for other in foreign)]
    read = intake.with_headers(wanted, (), leave_out=True, progress=True) if wanted else ()
    return tuple(evolve(each, candidate=None) for each in read)


# ------------------------------------------------------------------------------------------------- which rules, on what


@frozen
class _Run:
    """Hold one rule to run again, None for the generator, and the associations that it made."""

    rule: str
    found: Any
    reads: bool
    associations: tuple[Association, ...]

    @property
    def stage(self) -> str:
        """Return the stage of the associations, 2 or 3; nothing where they do not say it, or are of both."""
        found = {str(each.asn_type)[-1:] for each in self.associations}
        return found.pop() if len(found) == 1 and found <= {"2", "3"} else ""

    def foreign(self, names: Sequence[str]) -> dict[str, str]:
        """Return the files that the rule is not asked about, with the reason: their suffix is for the other stage."""
        if not self.reads:
            return dict.fromkeys(names, f"none of these associations has it: {self.rule} takes what it is given")
        if self.rule == _GENERATE or not self.stage or intake.is_pool(names):
            return {}
        told = {name: parse(name).suffix for name in names}
        own = int(self.stage)
        other = {name: suffix for name, suffix in told.items() if STAGE_OF_SUFFIX.get(suffix, own) != own}
        text = "a {} file is for stage {}, and {} is for stage {}"
        return {name: text.format(suffix, STAGE_OF_SUFFIX[suffix], self.rule, own) for name, suffix in other.items()}

    def explain(self, names: Sequence[str], known: Exposures, foreign: Container[str]) -> Explanation:
        """Run the rule, and return what it says of a pool, or of the exposures that can be read and are for it."""
        own = tuple(each for each in known if UNREADABLE not in each.meta and each.name.text not in foreign)
        if self.rule == _GENERATE:
            return fates(own, generate(own))
        if not own:
            return Report(self.rule, ())
        ids = {each.asn_id for each in self.associations}
        acid = str(*ids) if len(ids) == 1 and is_asn_id(str(*ids)) else None
        knobs: dict[str, Any] = {"stage": self.stage} if self.stage and "stage" in api.knobs_of(self.found) else {}
        knobs |= {"acid": acid} if acid else {}
        items = names if intake.is_pool(names) else intake.as_one_candidate(derive(own), acid)
        told = api.explain(self.found, items, **knobs)
        assert isinstance(told, Report)
        return told

    def of_list(self, names: Sequence[str]) -> Report:
        """Return the explanation of a rule that takes what it is given, of its members, in the roles that it is given."""
        uses = uses_in(self.associations, names)
        if not uses:
            return Report(self.rule, ())
        partners: dict[str, Any] = {}
        for name, places in uses.items():
            roles = {use.role for use in places}
            if len(roles) == 1 and roles <= set(PARTNER_EXPTYPES):
                partners.setdefault(roles.pop(), []).append(name)
        first = next(iter(uses.values()))[0].product
        knobs = {"product_name": first} if set(api.knobs_of(self.found)) == {"product_name"} else {}
        told = api.explain(self.found, list(uses), **knobs, **partners)
        assert isinstance(told, Report)
        return told


def _runs(paths: Sequence[str], associations: Sequence[Association], rule: str | None) -> list[_Run]:
    """Return the rules to run: each once, but a rule for lists and ``auto`` for each association or stage that they made."""
    named = [rule if rule is not None else _rule_of(each) for each in associations]
    unknown = [(path, each.asn_rule) for path, each, name in zip(paths, associations, named, strict=True) if name is None]
    way_out = "name the rule with --rule RULE, or --rule generate"
    raise_all(
        RuleError,
        [message("asn_rule", f"in {printable(path)}, no rule of this package", word(text), way_out) for path, text in unknown],
    )
    names = [name for name in named if name is not None]
    own = {name for name in names if name.startswith("Asn_")}
    chosen = [_GENERATE if len(own) > 1 and name in own else name for name in names]
    found = {name: None if name == _GENERATE else api.find_rule(name) for name in chosen}
    reads = {name: each is None or api.reads_headers(each) for name, each in found.items()}
    groups: dict[tuple[str, object], list[Association]] = {}
    for at, (name, association) in enumerate(zip(chosen, associations, strict=True)):
        key = str(association.asn_type)[-1:] if name == "auto" else "" if reads[name] else at
        groups.setdefault((name, key), []).append(association)
    return [_Run(name, found[name], reads[name], tuple(each)) for (name, _), each in groups.items()]


def _rule_of(association: Association) -> str | None:
    """Return the rule that made an association, ``generate`` for the generator; None where it is not known.

    >>> [_rule_of(Association(asn_rule=text)) for text in ("auto", "candidate_Asn_Lv3Image", "Asn_Lv3Image", "mine")]
    ['auto', 'generate', 'Asn_Lv3Image', None]
    """
    text = association.asn_rule
    if not isinstance(text, str):
        return None
    start = next((each for each in _BY_GENERATE if text.startswith(each)), "")
    name = text.removeprefix(start)
    if name not in RULES or (start and not name.startswith("Asn_")):
        return None
    return _GENERATE if start else name
