"""The commands ``generate`` and ``pool``: from headers or a pool to all associations, and from headers to a pool."""

from __future__ import annotations

import json as codec
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from asn_fp import intake, show
from asn_fp.cli.argv import AUTO, OptionalValue
from asn_fp.cli.inputs import expand_files, refuse_folders
from asn_fp.cli.looking import explanation_page, refuse_two_formats, with_report
from asn_fp.cli.places import real
from asn_fp.cli.plan import Plan
from asn_fp.cli.reading import with_warnings
from asn_fp.codec import dumps
from asn_fp.errors import UsageError, message
from asn_fp.fates import Fate, fates, orphans, stories_of, why
from asn_fp.generate import Generated, Rules, generate, generator_rules
from asn_fp.records import Exposure, Exposures
from asn_fp.rule_files import rules_in_files
from asn_fp.sources.pools import pool_rows
from asn_fp.story import Story
from asn_fp.transforms import relocate
from asn_fp.wording import printable

__all__ = ["explain_generate", "generate_all", "make_pool"]

_REASONS = 5


def make_pool(
    *,
    files: tuple[str, ...],
    output_file: str,
    candidate: tuple[str, ...] = (),
    set: tuple[str, ...] = (),  # noqa: A002  the option's name
    leave_out_unreadable: bool = False,
) -> Plan:
    """Make an association pool from the headers of FITS files."""
    names = expand_files(files)
    exposures, warned = _read(names, candidate, set, leave_out_unreadable)
    text = pool_rows(exposures)
    if output_file == "-":
        return Plan(text=text, warnings=warned)
    said = f"{output_file}: {_of(len(exposures), 'exposure')}\n"
    return Plan(((output_file, text),), text=said, warnings=warned, reads=tuple(names))


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
    delimiter: str | None = None,
    same_names: str = "keep",
    paths: str = "as-given",
    report: str | None = None,
) -> Plan:
    """Make every association of a pool, or of FITS files by their headers."""
    folder = output_dir.rstrip("/") or output_dir[:1] or "."
    _refuse_both(dry_run, report)
    source, scope = (files, candidate, set, leave_out_unreadable, delimiter), (stage, rules, ids, discover, all_candidates)
    made = _run(source, scope, version_id=_tag(version_id), merge=merge, same_names=same_names)
    run = made.placed(paths, folder)
    lost = run.lost() if dry_run or json or orphans is not None or not run.made.names else {}
    warned = run.warned if run.made.names else (*run.warned, *_nothing(run, lost))
    if dry_run:
        return Plan(text=_as_json(run.made, lost) if json else _drawn(run.made, lost), warnings=warned)
    pool = pool_rows(tuple(lost), folders=True) if orphans is not None else ""
    written = (*_files(run.made, folder), *(((orphans, pool),) if orphans not in (None, "-") else ()))
    text = _as_json(run.made, lost) if json else pool if orphans == "-" else _counted(run, folder)
    needed = run.made.names or (report or "").startswith(f"{folder}/")
    reads = (*run.names, *rules, *(exposure.name.text for exposure in run.exposures))
    plan = Plan(written, (folder,) if needed else (), text, warned, overwrite=overwrite, reads=reads)
    say = not json and orphans != "-"
    return with_report(plan, report, run.made.associations, run.fates, names=run.made.names, say=say)


def _refuse_both(dry_run: bool, report: str | None) -> None:
    if dry_run and report is not None:
        way_out = "'asn explain generate ... -o FILE.html' writes a page and nothing else"
        raise UsageError(message("options", "they exclude each other", "--dry-run, --report", way_out))


def explain_generate(
    *,
    rule: str,
    files: tuple[str, ...],
    file: str | None = None,
    json: bool = False,
    html: bool = False,
    output_file: str | None = None,
    ids: tuple[str, ...] = (),
    discover: bool = False,
    all_candidates: bool = False,
    stage: str | None = None,
    rules: tuple[str, ...] = (),
    candidate: tuple[str, ...] = (),
    set: tuple[str, ...] = (),  # noqa: A002  the option's name
    leave_out_unreadable: bool = False,
    delimiter: str | None = None,
) -> Plan:
    """Tell of each exposure in which associations it is, or why in none."""
    del rule  # the word generate
    refuse_two_formats(json, html, output_file)
    run = _run((files, candidate, set, leave_out_unreadable, delimiter), (stage, rules, ids, discover, all_candidates))
    stories = stories_of(file, run.made, run.rules) if file is not None else ()
    known = fates(run.exposures, run.made, run.rules, file)
    if html or output_file is not None:
        page = explanation_page(known, output_file)
        return evolve(page, warnings=run.warned, reads=(*run.names, *rules))
    if json:
        plain = {"exposures": [fate.to_dict() for fate in known], "stories": [story.to_dict() for story in stories]}
        return Plan(text=_json(plain), warnings=run.warned)
    told = "".join(f"\n{_heading(story)}\n{story}\n" for story in stories)
    return Plan(text=_table(known) + told, warnings=run.warned)


# ------------------------------------------------------------------------------------------------- one run of the generator


@frozen
class _Run:
    """Hold one run: the names that were read, what they gave, the rules, what was made, and what to warn of."""

    names: list[str]
    exposures: Exposures
    rules: Rules
    made: Generated
    warned: tuple[str, ...]

    def placed(self, paths: str, folder: str) -> _Run:
        """Return the run with the members' paths written in one of the ways that `relocate` knows."""
        moved = relocate(self.made.associations, paths, start=real(folder), cwd=Path.cwd().as_posix())
        return evolve(self, made=evolve(self.made, associations=moved))

    def fates(self) -> tuple[Fate, ...]:
        """Return what became of each exposure."""
        return fates(self.exposures, self.made, self.rules)

    def lost(self) -> dict[Exposure, Story | None]:
        """Return the exposures in no association, with the stories of the rules that came closest."""
        return orphans(self.exposures, self.made, self.rules)


def _run(
    source: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool, str | None],  # as `_read` takes them
    scope: tuple[str | None, tuple[str, ...], tuple[str, ...], bool, bool],
    **how: Any,
) -> _Run:
    files, candidates, settings, leave_out, delimiter = source
    stage, rule_files, ids, discover, all_candidates = scope
    chosen, mode = _rules(stage, rule_files), _mode(discover, all_candidates, ids)
    names = expand_files(files)
    exposures, warned = _read(names, candidates, settings, leave_out, delimiter)
    made = generate(exposures, rules=chosen, ids=_ids(ids), mode=mode, asn_pool=intake.pool_name(names), **how)
    return _Run(names, exposures, chosen, made, (*warned, *(f"warning: {line}" for line in made.warnings)))


def _read(
    names: Sequence[str],
    candidates: Sequence[str],
    settings: Sequence[str],
    leave_out: bool,
    delimiter: str | None = None,
) -> tuple[Exposures, tuple[str, ...]]:
    if delimiter is not None and not intake.is_pool(names):
        raise UsageError(message("--delimiter", "only a pool has one", delimiter, "leave the option out"))
    refuse_folders(names)
    return with_warnings(
        lambda: intake.exposures_of(
            names, candidates=candidates, settings=settings, delimiter=delimiter, leave_out=leave_out, progress=True
        )
    )


def _ids(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip().lower() for word in words for part in word.split(",") if part.strip())


def _mode(discover: bool, all_candidates: bool, ids: Sequence[str]) -> str:
    given = [name for name, on in (("--discover", discover), ("--all-candidates", all_candidates), ("--ids", bool(ids))) if on]
    if len(given) > 1:
        raise UsageError(message("options", "they exclude each other", ", ".join(given), "give one of them"))
    return "discover" if discover else "all-candidates" if all_candidates else "default"


def _tag(version_id: str | None) -> str | None:
    """Return the tag for the names: the time, the same for the whole run, where it was asked for without one."""
    return datetime.now(UTC).strftime("%Y%m%dt%H%M%S") if version_id == AUTO else version_id


def _rules(stage: str | None, files: Sequence[str]) -> Rules:
    if stage not in (None, "2", "3"):
        raise UsageError(message("--stage", "unknown", stage, "known: '2', '3'"))
    return {**generator_rules(int(stage) if stage else None), **rules_in_files(files)}


# ------------------------------------------------------------------------------------------------- what is told


def _files(made: Generated, folder: str) -> tuple[tuple[str, str], ...]:
    start = folder if folder.endswith("/") else f"{folder}/"
    return tuple((f"{start}{name}", dumps(each)) for name, each in zip(made.names, made.associations, strict=True))


def _of(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _counted(run: _Run, folder: str) -> str:
    kinds = Counter(str(each.asn_type) for each in run.made.associations)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    head = f"{folder}: {_of(len(run.made.names), 'association')} of {_of(len(run.exposures), 'exposure')}"
    return f"{head}: {told}\n" if run.made.names else ""


def _nothing(run: _Run, lost: Mapping[Exposure, Story | None]) -> tuple[str, ...]:
    """Return the lines that say that nothing was made, and the most frequent reasons."""
    reasons = Counter(why(story) for story in lost.values())
    told = tuple(f"  {count} of {len(run.exposures)}: {reason}" for reason, count in reasons.most_common(_REASONS))
    return (f"warning: no association can be made of {_of(len(run.exposures), 'exposure')}", *told)


def _drawn(made: Generated, lost: Mapping[Exposure, Story | None]) -> str:
    parts = [show.tree(made.associations, titles=made.names).rstrip("\n")] if made.names else ["no associations"]
    if lost:
        rows = [("in no association", "why"), *((exposure.name.text, why(story)) for exposure, story in lost.items())]
        parts += ["", f"{_of(len(lost), 'exposure')} in no association:", "", *_columns(rows)]
    return "\n".join([*parts, ""])


def _table(known: Sequence[Fate]) -> str:
    head = ("exposure", "association", "rule", "role", "product, or why in none")
    rows = [head]
    for fate in known:
        rows += [(fate.file, each.association, each.rule, each.role, _product(each)) for each in fate.places]
        rows += [] if fate.places else [(fate.file, "-", "-", "-", why(fate.closest))]
    return "\n".join([*_columns(rows), ""])


def _product(place: Any) -> str:
    return f"{place.product}, by rung {place.rung + 1} of the ladder" if place.rung else str(place.product)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    rows = [tuple(map(printable, row)) for row in rows]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]) - 1)]
    return ["  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows]


def _heading(story: Story) -> str:
    return f"{story.rule}, for {story.candidate}" if story.candidate else story.rule


def _json(value: Any) -> str:
    return codec.dumps(value, indent=4, default=list) + "\n"


def _as_json(made: Generated, lost: Mapping[Exposure, Story | None]) -> str:
    plain = {
        "associations": [{"file": name, **each.to_dict()} for name, each in zip(made.names, made.associations, strict=True)],
        "orphans": [
            {"file": exposure.name.text, "why": why(story), "story": story.to_dict() if story else None}
            for exposure, story in lost.items()
        ],
    }
    return _json(plain)
