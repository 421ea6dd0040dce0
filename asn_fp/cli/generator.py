"""The commands ``generate`` and ``pool``: from headers or a pool to all associations, and from headers to a pool."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from asn_fp import intake, show
from asn_fp.cli.argv import AUTO, OptionalValue
from asn_fp.cli.inputs import expand_files
from asn_fp.cli.plan import Plan
from asn_fp.codec import dumps
from asn_fp.errors import UsageError, message
from asn_fp.explain import Story
from asn_fp.generate import Generated, generate, generator_rules, orphans
from asn_fp.pipeline import Rule
from asn_fp.records import Exposure, Exposures
from asn_fp.rule_files import rules_in_file
from asn_fp.sources.pools import pool_rows

__all__ = ["generate_all", "make_pool"]


def make_pool(
    *,
    files: tuple[str, ...],
    output_file: str,
    candidate: tuple[str, ...] = (),
    set: tuple[str, ...] = (),  # noqa: A002  the option's name
    leave_out_unreadable: bool = False,
) -> Plan:
    """Make an association pool from the headers of FITS files."""
    exposures, warned = _read(expand_files(files), candidate, set, leave_out_unreadable)
    text = pool_rows(exposures)
    if output_file == "-":
        return Plan(text=text, warnings=warned)
    return Plan(((output_file, text),), text=f"{output_file}: {len(exposures)} exposures\n", warnings=warned)


def generate_all(
    *,
    files: tuple[str, ...],
    ids: tuple[str, ...] = (),
    discover: bool = False,
    all_candidates: bool = False,
    stage: str | None = None,
    rules: tuple[str, ...] = (),
    output_dir: str = ".",
    version_id: OptionalValue = None,
    merge: bool = False,
    orphans: str | None = None,
    dry_run: bool = False,
    overwrite: bool = False,
    json: bool = False,
    candidate: tuple[str, ...] = (),
    set: tuple[str, ...] = (),  # noqa: A002  the option's name
    leave_out_unreadable: bool = False,
) -> Plan:
    """Make every association of a pool, or of FITS files by their headers."""
    names = expand_files(files)
    asked = tuple(part for word in ids for part in word.split(",") if part)
    chosen = _rules(stage, rules)
    exposures, warned = _read(names, candidate, set, leave_out_unreadable)
    tag = datetime.now(UTC).strftime("%Y%m%dt%H%M%S") if version_id == AUTO else version_id
    made = generate(
        exposures,
        rules=chosen,
        ids=asked,
        mode=_mode(discover, all_candidates, asked),
        asn_pool=intake.pool_name(names),
        version_id=tag,
        merge=merge,
    )
    lost = _lost(exposures, made, chosen) if dry_run or json or orphans is not None else {}
    if dry_run:
        return Plan(text=_as_json(made, lost) if json else _drawn(made, lost), warnings=warned)
    folder = output_dir.rstrip("/") or "/"
    extra = ((orphans, pool_rows(tuple(lost))),) if orphans is not None else ()
    said = _as_json(made, lost) if json else f"{folder}: {_counted(made, exposures)}\n"
    return Plan((*_files(made, folder), *extra), (folder,), said, warned, overwrite=overwrite)


def _files(made: Generated, folder: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{folder}/{name}", dumps(each)) for name, each in zip(made.names, made.associations, strict=True))


def _read(
    names: Sequence[str], candidates: Sequence[str], settings: Sequence[str], leave_out: bool
) -> tuple[Exposures, tuple[str, ...]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exposures = intake.exposures_of(names, candidates=candidates, settings=settings, leave_out=leave_out, progress=True)
    return exposures, tuple(f"warning: {line}" for each in caught for line in str(each.message).splitlines())


def _mode(discover: bool, all_candidates: bool, ids: Sequence[str]) -> str:
    given = [name for name, on in (("--discover", discover), ("--all-candidates", all_candidates), ("--ids", bool(ids))) if on]
    if len(given) > 1:
        raise UsageError(message("options", "they exclude each other", ", ".join(given), "give one of them"))
    return "discover" if discover else "all-candidates" if all_candidates else "default"


def _rules(stage: str | None, files: Sequence[str]) -> Mapping[str, Rule[Any, Any]]:
    if stage not in (None, "2", "3"):
        raise UsageError(message("--stage", "unknown", stage, "known: '2', '3'"))
    chosen = dict(generator_rules(int(stage) if stage else None))
    for file in files:
        chosen |= {rule.name: rule for rule in rules_in_file(file)}
    return chosen


def _lost(exposures: Exposures, made: Generated, rules: Mapping[str, Rule[Any, Any]]) -> dict[Exposure, Story | None]:
    return orphans(exposures, made, rules)


def _counted(made: Generated, exposures: Exposures) -> str:
    kinds: dict[str, int] = {}
    for each in made.associations:
        kinds[str(each.asn_type)] = kinds.get(str(each.asn_type), 0) + 1
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "none"
    return f"{len(made.names)} associations of {len(exposures)} exposures: {told}"


def _drawn(made: Generated, lost: Mapping[Exposure, Story | None]) -> str:
    parts = [show.tree(made.associations, titles=made.names).rstrip("\n")] if made.names else ["no associations"]
    if lost:
        width = max(len(exposure.name.text) for exposure in lost)
        parts += ["", f"in no association: {len(lost)}"]
        parts += [f"  {exposure.name.text:<{width}}  {_why(story)}" for exposure, story in lost.items()]
    return "\n".join([*parts, ""])


def _why(story: Story | None) -> str:
    if story is None or story.left_out is None:
        return "it belongs to no candidate" if story is None else "its associations were pruned: others hold the same members"
    line = story.left_out
    return f"closest was {story.rule}, step {line.number}: {line.text}"


def _as_json(made: Generated, lost: Mapping[Exposure, Story | None]) -> str:
    plain = {
        "associations": [{"file": name, **each.to_dict()} for name, each in zip(made.names, made.associations, strict=True)],
        "orphans": [
            {"file": exposure.name.text, "why": _why(story), "story": story.to_dict() if story else None}
            for exposure, story in lost.items()
        ],
    }
    return json.dumps(plain, indent=4, default=list) + "\n"
