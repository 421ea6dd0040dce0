"""Where the files of associations went: the rules that the associations name, run again on the files."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Sequence
from typing import Any, Final

from attrs import field, frozen

from asn_fp import api, intake
from asn_fp.cli.inputs import expand_partners, refuse_folders
from asn_fp.errors import FileError, ItemError, RuleError, message, raise_all
from asn_fp.fates import fates
from asn_fp.generate import generate
from asn_fp.name_parts import is_asn_id
from asn_fp.names import parse
from asn_fp.records import Association
from asn_fp.report import Explanation, as_made, uses_in
from asn_fp.rules import RULES
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
        FileError: files that are not there, where a rule looks into them, or folders.
    """
    runs = _runs(paths, associations, rule)
    names = list(dict.fromkeys(expand_partners(words)))
    if not names:
        raise ItemError(message("--among", "it names no file", ",".join(words), "name one, or leave the option out"))
    refuse_folders(names)
    reads = any(run.reads for run in runs)
    if reads:
        missing = [name for name in names if not os.path.exists(name)]  # noqa: PTH110  as fast as can be
        raise_all(FileError, [message("input file", "not found", name, "check the name and the folder") for name in missing])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        told = [(run.rule, run.explain(names)) for run in runs]
    warned = list(dict.fromkeys(line for each in caught for line in str(each.message).splitlines()))
    unread = {name: reason for run in runs for name, reason in run.foreign(names).items()} | _reasons(warned, names)
    made = as_made(told, associations, () if reads and intake.is_pool(names) else names, unread)
    return Among(made, tuple(names), tuple(f"warning: {line}" for line in warned))


def _reasons(warned: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return why files could not be read, from the warnings that name them."""
    found = (re.match(r"(.*?) \((.*)\): '(.*)'(?:;|$)", line) for line in warned)
    reasons = {each[3]: f"{each[1]}: {each[2]}" for each in found if each}
    return {name: reasons[name] for name in names if name in reasons}


# ------------------------------------------------------------------------------------------------- which rules, on what


@frozen
class _Run:
    """Hold one rule to run again, and the associations that it made."""

    rule: str
    associations: list[Association] = field(factory=list)

    @property
    def reads(self) -> bool:
        """Tell whether it looks into the files."""
        return self.rule == _GENERATE or api.reads_headers(api.find_rule(self.rule))

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

    def explain(self, names: Sequence[str]) -> Explanation:
        """Run the rule, and return what it says of files; a rule for lists is asked about its members only."""
        if self.rule == _GENERATE:
            exposures = intake.exposures_of(names, leave_out=True, progress=True)
            return fates(exposures, generate(exposures))
        found = api.find_rule(self.rule)
        if not self.reads:
            return self._of_list(found, names)
        foreign = self.foreign(names)
        own = [name for name in names if name not in foreign]
        if not own:
            return Report(self.rule, ())
        ids = {each.asn_id for each in self.associations}
        knobs: dict[str, Any] = {"stage": self.stage} if self.stage and "stage" in api.knobs_of(found) else {}
        knobs |= {"acid": ids.pop()} if len(ids) == 1 and is_asn_id(str(*ids)) else {}
        told = api.explain(found, own, leave_out_unreadable=True, progress=True, **knobs)
        assert isinstance(told, Report)
        return told

    def _of_list(self, found: Any, names: Sequence[str]) -> Report:
        """Return the explanation of a rule that takes what it is given, in the roles that it is given."""
        uses = uses_in(self.associations, names)
        if not uses:
            return Report(self.rule, ())
        partners: dict[str, Any] = {}
        for name, places in uses.items():
            roles = {use.role for use in places}
            if len(roles) == 1 and roles <= set(PARTNER_EXPTYPES):
                partners.setdefault(roles.pop(), []).append(name)
        first = next(iter(uses.values()))[0].product
        knobs = {"product_name": first} if set(api.knobs_of(found)) == {"product_name"} else {}
        told = api.explain(found, list(uses), **knobs, **partners)
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
    own = {name for name in named if name is not None and name.startswith("Asn_")}
    runs: dict[tuple[str, object], _Run] = {}
    for at, (name, association) in enumerate(zip(named, associations, strict=True)):
        assert name is not None
        chosen = _GENERATE if len(own) > 1 and name in own else name
        run = _Run(chosen)
        key = str(association.asn_type)[-1:] if chosen == "auto" else at if not run.reads else ""
        runs.setdefault((chosen, key), run).associations.append(association)
    return list(runs.values())


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
