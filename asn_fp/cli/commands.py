"""The commands: functions of what the user typed that give a `Plan`; nothing here prints or writes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from attrs import evolve

from asn_fp import api, show
from asn_fp.check import Finding
from asn_fp.check import check as findings_of
from asn_fp.cli import demo as demonstration
from asn_fp.cli.editing import diff_files, edit_file, gather_file, merge_files, split_file
from asn_fp.cli.generator import explain_generate, generate_all, make_pool
from asn_fp.cli.inputs import expand_files, refuse_folders, refuse_two_inputs
from asn_fp.cli.knobs import run_knobs
from asn_fp.cli.looking import explanation_page, refuse_two_formats, report, table, tree, with_report
from asn_fp.cli.output_names import file_names
from asn_fp.cli.places import folder_of, real
from asn_fp.cli.plan import Plan
from asn_fp.cli.presence import missing_files
from asn_fp.cli.reading import with_warnings
from asn_fp.codec import dumps, loads
from asn_fp.errors import CodecError, FileError, ItemError, RuleError, UsageError, message
from asn_fp.files import read_text
from asn_fp.keys import Key
from asn_fp.pipeline import Rule
from asn_fp.predicates import Predicate
from asn_fp.records import Association, Associations, thaw
from asn_fp.rules import RULES
from asn_fp.vocabulary import PARTNER_EXPTYPES
from asn_fp.wording import printable

__all__ = ["COMMANDS", "OF_GENERATE", "check", "demo", "explain", "from_list", "make", "rules", "show_rule"]

# ------------------------------------------------------------------------------------------------ making associations


def from_list(
    *,
    files: tuple[str, ...],
    output_file: str,
    rule: api.AnyRule = "DMS_Level3_Base",
    ruledefs: tuple[str, ...] = (),
    product_name: str | None = None,
    by: tuple[str, ...] = (),
    format: str | None = None,  # noqa: A002  the documented option
    report: str | None = None,
    **knobs: Any,
) -> Plan:
    """Make an association from a list of files."""
    notes = []
    if format is not None:
        if format.lower() != "json":
            raise UsageError(message("--format", "associations are JSON files", format, "leave the option out"))
        notes.append("warning: option --format (deprecated): associations are always JSON; leave it out")
    knobs |= {"product_name": product_name, "by": by}
    plan = make(rule=rule, files=files, output_file=output_file, ruledefs=ruledefs, report=report, **knobs)
    return evolve(plan, warnings=(*notes, *plan.warnings))


def make(
    *,
    rule: api.AnyRule,
    files: tuple[str, ...],
    output_file: str | None = None,
    output_dir: str | None = None,
    ruledefs: tuple[str, ...] = (),
    report: str | None = None,
    **knobs: Any,
) -> Plan:
    """Run any rule on files and write what it makes."""
    if (output_file is None) == (output_dir is None) or output_dir == "":
        raise UsageError(message("output", "one of the two is needed", "--output-file FILE, --output-dir DIR", "-o - prints"))
    found = api.find_rule(rule, *ruledefs)
    names, options = _inputs(found, files, knobs)
    options["start"] = real(output_dir if output_dir is not None else folder_of(output_file or ""))
    (associations, told), warned = with_warnings(lambda: api.make_and_tell(found, names, **options))
    plan = _to_dir(associations, output_dir, warned) if output_dir is not None else _to_file(associations, output_file, warned)
    read = (*names, *_partners(options), *ruledefs)
    say = plan.text != "" and output_file != "-"
    return with_report(evolve(plan, reads=read), report, associations, lambda: with_warnings(told)[0], say=say)


def _inputs(rule: api.AnyRule, files: Sequence[str], knobs: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Return the names of the files, and the knobs for the front door; none of the files is a folder."""
    refuse_two_inputs(files, *(knobs.get(role) or () for role in PARTNER_EXPTYPES))
    names = expand_files(files)
    options = run_knobs(rule, knobs, names)
    refuse_folders([*names, *_partners(options)])
    return names, options


def _partners(options: Mapping[str, Any]) -> list[str]:
    return [name for role in PARTNER_EXPTYPES for name in options.get(role, ())]


def _to_file(associations: Associations, path: str | None, warned: tuple[str, ...]) -> Plan:
    assert path is not None
    if len(associations) > 1:
        told = [_in_short(each) for each in associations]
        more = f" and {len(told) - 10} more" if len(told) > 10 else ""
        reason = f"the rule makes {len(associations)} associations: {', '.join(told[:10])}{more}"
        raise RuleError(message("output file", reason, path, "use 'asn make RULE --output-dir DIR ...'"))
    text = dumps(associations[0])
    if path == "-":
        return Plan(text=text + "\n", warnings=warned)
    if path.startswith("/dev/"):
        return Plan(((path, text),), warnings=warned)
    if not path.endswith(".json"):
        warned = (*warned, "warning: " + message("output file", "pipelines read only names that end in .json", path))
    return Plan(((path, text),), text=f"{path}: {show.summary(associations[0])}\n", warnings=warned)


def _in_short(association: Association) -> str:
    products = association.products or ()
    return repr(products[0].name) if len(products) == 1 else f"{association.asn_type} of {len(products)} products"


def _to_dir(associations: Associations, folder: str, warned: tuple[str, ...]) -> Plan:
    names = file_names(associations)
    files = tuple((f"{folder.rstrip('/')}/{name}", dumps(each)) for name, each in zip(names, associations, strict=True))
    said = (f"{path}: {show.summary(each)}\n" for (path, _), each in zip(files, associations, strict=True))
    return Plan(files, (folder,), "".join(said), warned)


# ---------------------------------------------------------------------------------------------------- looking at rules


_GROUPS: Final = (
    "lists of files, by their names",
    "one observing mode, by headers",
    "the generator's, stage 2, by headers or a pool",
    "the generator's, stage 3, by headers or a pool",
)


def rules(*, json: bool = False) -> Plan:
    """List the rules, each with one sentence."""
    groups: dict[str, dict[str, str]] = {title: {} for title in _GROUPS}
    for name in sorted(RULES, key=str.lower):
        groups[_group(name)][name] = _first_line(RULES[name])
    if json:
        plain = [{"rule": name, "makes": text, "for": title} for title, told in groups.items() for name, text in told.items()]
        return Plan(text=_json(plain))
    width = max(map(len, RULES))
    listed = (
        "\n".join([f"{title}:", *(f"  {name:<{width}}  {text}" for name, text in told.items())])
        for title, told in groups.items()
        if told
    )
    return Plan(text="\n\n".join(listed) + "\n")


def _group(name: str) -> str:
    lists, modes, stage_2, stage_3 = _GROUPS
    if name.startswith("Asn_"):
        return stage_3 if name.startswith("Asn_Lv3") else stage_2
    return lists if RULES[name].__module__.endswith(".lists") else modes


def _first_line(rule: object) -> str:
    return (rule.doc if isinstance(rule, Rule) else inspect.getdoc(rule) or "").partition("\n")[0]


def _json(value: Any) -> str:
    return json.dumps(value, indent=4, default=list) + "\n"


def show_rule(*, rule: api.AnyRule, ruledefs: tuple[str, ...] = (), **knobs: Any) -> Plan:
    """Print the steps of a rule and what it is for."""
    found = api.find_rule(rule, *ruledefs)
    composed = api.compose(found, **run_knobs(found, knobs))
    doc = "" if isinstance(found, Rule) else composed.doc or inspect.getdoc(found) or ""
    parts = [str(composed), *([_glossary(composed)] if _named_in(composed) else []), *([doc.rstrip()] if doc else [])]
    return Plan(text="\n\n".join(parts) + "\n")


def _named_in(rule: Rule[Any, Any]) -> dict[str, tuple[str, ...]]:
    """Return the columns behind each key and question in a rule's settings whose name does not say them."""
    found: dict[str, tuple[str, ...]] = {}
    waiting: list[Any] = [value for step in rule.steps for value in step.settings.values()]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, (tuple, list)):
            waiting += value
        elif isinstance(value, (Key, Predicate)):
            if "(" not in value.name and value.columns and value.columns != (value.name,):
                found[value.name] = value.columns
            waiting += getattr(value, "parts", ())
    return dict(sorted(found.items()))


def _glossary(rule: Rule[Any, Any]) -> str:
    named = _named_in(rule)
    width = max(map(len, named))
    return "\n".join(
        ["What these words read:", *(f"  {name:<{width}}  {', '.join(columns)}" for name, columns in named.items())]
    )


def explain(
    *,
    rule: api.AnyRule,
    files: tuple[str, ...],
    file: str | None = None,
    json: bool = False,
    html: bool = False,
    output_file: str | None = None,
    ruledefs: tuple[str, ...] = (),
    **knobs: Any,
) -> Plan:
    """Tell why each file is in a product, or which step left it out and why."""
    refuse_two_formats(json, html, output_file)
    found = api.find_rule(rule, *ruledefs)
    names, options = _inputs(found, files, knobs)
    told, warned = with_warnings(lambda: api.explain(found, names, file, **options))
    if html or output_file is not None:
        page = explanation_page(told, output_file)
        return evolve(page, warnings=warned, reads=(*names, *_partners(options), *ruledefs))
    return Plan(text=_json(told.to_dict()) if json else f"{told}\n", warnings=warned)


# --------------------------------------------------------------------------------------------- looking at associations


def check(*, files: tuple[str, ...], strict: bool = False, json: bool = False, suffix: tuple[str, ...] = ()) -> Plan:
    """Find what a pipeline would stumble over in association files."""
    found: list[tuple[str, Finding | str]] = []
    paths = expand_files(files)
    if not paths:
        raise ItemError(message("files", "none given", list(files), "name at least one association file"))
    for path in paths:
        try:
            association = loads(read_text(path))
            told = (*findings_of(association, suffixes=suffix), *missing_files(association, path))
            found += [(path, finding) for finding in told]
        except (CodecError, FileError) as error:
            found += [(path, line) for line in str(error).splitlines()]
    failed = any(strict or isinstance(finding, str) or finding.severity == "error" for _, finding in found)
    if json:
        plain = [{"file": path, **_finding(finding)} for path, finding in found]
        return Plan(text=_json(plain), status=int(failed))
    lines = [
        f"{printable(path)}: {finding if not isinstance(finding, str) else f'error unreadable: {finding}'}\n"
        for path, finding in found
    ]
    bad = {path for path, _ in found}
    good = [path for path in paths if path not in bad]
    return Plan(text="".join([*lines, *(f"{printable(path)}: no findings\n" for path in good)]), status=int(failed))


def _finding(finding: Finding | str) -> dict[str, Any]:
    if isinstance(finding, str):
        return {"code": "unreadable", "severity": "error", "reason": finding}
    plain = {name: getattr(finding, name) for name in ("code", "severity", "place", "value", "reason", "way_out")}
    return plain | {"value": thaw(finding.value)}


def demo(*, folder: tuple[str, ...] = ()) -> Plan:
    """Make sample exposures, let headers alone say what belongs together, and show what comes out and why."""
    if len(folder) > 1 or "" in folder:
        raise UsageError(message("folder", "one, or none", folder, "asn demo [FOLDER]"))
    return demonstration.demo(folder[0] if folder else "asn_demo")


COMMANDS: Final[Mapping[str, Callable[..., Plan]]] = {
    "make": make,
    "generate": generate_all,
    "pool": make_pool,
    "rules": rules,
    "show": show_rule,
    "explain": explain,
    "check": check,
    "tree": tree,
    "edit": edit_file,
    "merge": merge_files,
    "split": split_file,
    "diff": diff_files,
    "gather": gather_file,
    "table": table,
    "report": report,
    "demo": demo,
}
"""The commands of ``asn``."""

OF_GENERATE: Final[Mapping[str, Callable[..., Plan]]] = {"explain generate": explain_generate}
"""The commands of ``asn`` that are two words."""
