"""The commands: functions of what the user typed that give a `Plan`; nothing here prints or writes."""

from __future__ import annotations

import inspect
import json
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from asn_fp import api, show
from asn_fp.check import check as findings_of
from asn_fp.cli import demo as demonstration
from asn_fp.cli.inputs import expand_files, expand_partners, key_values, refuse_folders
from asn_fp.cli.plan import Plan
from asn_fp.codec import dumps, loads
from asn_fp.errors import AsnError, CodecError, FileError, KnobError, RuleError, UsageError, message
from asn_fp.files import read_text
from asn_fp.names import association_file_name
from asn_fp.pipeline import Rule
from asn_fp.records import Association, Associations
from asn_fp.rules import RULES
from asn_fp.vocabulary import PARTNER_EXPTYPES

__all__ = ["COMMANDS", "check", "demo", "explain", "from_list", "make", "rules", "show_rule", "tree", "with_knobs"]

Knobs = Mapping[str, Any]

_COMMON: Final[dict[str, Any]] = {
    "id": (str | None, None),
    **dict.fromkeys(PARTNER_EXPTYPES, (tuple[str, ...], ())),
    "asn_type": (str | None, None),
    "meta": (tuple[str, ...], ()),
    "paths": (str, "as-given"),
    "suffix": (tuple[str, ...], ()),
}
"""The options of every command that runs a rule: their type and default."""


def with_knobs(command: Callable[..., Plan], rule: api.AnyRule | None) -> Callable[..., Plan]:
    """Return a command whose signature also has the common options and the rule's own knobs, as fire and help read it.

    >>> sorted(inspect.signature(with_knobs(make, "level2")).parameters)[:4]
    ['asn_type', 'background', 'by', 'direct_image']
    """
    own = [each for each in inspect.signature(command, eval_str=True).parameters.values() if each.kind is not each.VAR_KEYWORD]
    common = [_parameter(name, kind, default) for name, (kind, default) in _COMMON.items()]
    taken = {each.name for each in (*own, *common)}
    knobs = [_knob(each) for each in api.knobs_of(api.find_rule(rule)).values() if each.name not in taken] if rule else []

    def run(**given: Any) -> Plan:
        return command(**given)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    keyword_only = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    parameters = [*keyword_only, *(each for each in knobs if each is not None), *common]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _knob(knob: inspect.Parameter) -> inspect.Parameter | None:
    """Return the option for a knob of a rule, or None for one that no text can give, such as a function."""
    shown = str(knob.annotation)
    if "Callable" in shown and "Key" not in shown:
        return None
    if knob.annotation is bool:
        return _parameter(knob.name, bool, knob.default)
    if any(word in shown for word in ("tuple", "list", "Sequence", "Iterable")):
        return _parameter(knob.name, tuple[str, ...], ())
    default = knob.default if knob.default is not knob.empty else inspect.Parameter.empty
    return _parameter(knob.name, str | None, default)


def _run_knobs(rule: api.AnyRule, given: Knobs) -> dict[str, Any]:
    """Return the knobs for the front door from the options as typed."""
    own = api.knobs_of(api.find_rule(rule))
    knobs = {
        name: _value(own[name], value) if name in own else value
        for name, value in given.items()
        if name not in _COMMON and value not in (None, ())
    }
    knobs |= {role: expand_partners(given[role]) for role in PARTNER_EXPTYPES if given.get(role)}
    renamed = {"acid": given.get("id"), "asn_type": given.get("asn_type"), "paths": given.get("paths")}
    knobs |= {name: value for name, value in renamed.items() if value is not None}
    if given.get("suffix"):
        knobs["suffixes"] = tuple(given["suffix"])
    if given.get("meta"):
        knobs["meta"] = key_values(given["meta"], "--meta")
    return knobs


def _value(knob: inspect.Parameter, value: Any) -> Any:
    if knob.name == "by" and not isinstance(value, str):
        return tuple(part for word in value for part in word.split(",") if part)
    for kind in (int, float):
        if kind in (knob.annotation, *getattr(knob.annotation, "__args__", ())):
            try:
                return kind(value)
            except ValueError:
                raise KnobError(message(f"--{knob.name.replace('_', '-')}", "not a number", value)) from None
    return value


# ------------------------------------------------------------------------------------------------ making associations


def from_list(
    *,
    files: tuple[str, ...],
    output_file: str,
    rule: str = "DMS_Level3_Base",
    ruledefs: tuple[str, ...] = (),
    product_name: str | None = None,
    by: tuple[str, ...] = (),
    format: str | None = None,  # noqa: A002  the documented option
    **knobs: Any,
) -> Plan:
    """Make an association from a list of files."""
    notes = []
    if format is not None:
        if format.lower() != "json":
            raise UsageError(message("--format", "associations are JSON files", format, "leave the option out"))
        notes.append("warning: option --format (deprecated): associations are always JSON; leave it out")
    found = api.find_rule(rule, *ruledefs)
    plan = make(rule=found, files=files, output_file=output_file, product_name=product_name, by=by, **knobs)
    return Plan(plan.files, plan.folders, plan.text, (*notes, *plan.warnings), plan.status)


def make(
    *,
    rule: api.AnyRule,
    files: tuple[str, ...],
    output_file: str | None = None,
    output_dir: str | None = None,
    ruledefs: tuple[str, ...] = (),
    **knobs: Any,
) -> Plan:
    """Run any rule on files and write what it makes."""
    found = api.find_rule(rule, *ruledefs)
    if (output_file is None) == (output_dir is None):
        raise UsageError(message("output", "one of the two is needed", "--output-file FILE, --output-dir DIR", "-o - prints"))
    names = expand_files(files)
    options = _run_knobs(found, knobs)
    partners = [name for role in PARTNER_EXPTYPES for name in options.get(role, ())]
    refuse_folders([*names, *partners], output_file)
    options["start"] = output_dir if output_dir is not None else _folder_of(output_file)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        associations = api.make(found, names, **options)
    warned = tuple(f"warning: {each.message}" for each in caught)
    return _to_dir(associations, output_dir, warned) if output_dir is not None else _to_file(associations, output_file, warned)


def _folder_of(path: str | None) -> str:
    return path.rpartition("/")[0] + "/" if path and "/" in path else ""


def _to_file(associations: Associations, path: str | None, warned: tuple[str, ...]) -> Plan:
    assert path is not None
    if len(associations) > 1:
        products = [product.name for each in associations for product in each.products or ()]
        reason = f"the rule makes {len(associations)} associations: {', '.join(map(repr, products[:10]))}"
        raise RuleError(message("output file", reason, path, "use --output-dir DIR"))
    text = dumps(associations[0])
    if path == "-":
        return Plan(text=text + "\n", warnings=warned)
    if not path.endswith(".json") and not path.startswith("/dev/"):
        warned = (*warned, "warning: " + message("output file", "pipelines read only names that end in .json", path))
    return Plan(((path, text),), text=f"{path}: {show.summary(associations[0])}\n", warnings=warned)


def _to_dir(associations: Associations, folder: str, warned: tuple[str, ...]) -> Plan:
    names = _numbered(associations)
    files = tuple((f"{folder.rstrip('/')}/{name}", dumps(each)) for name, each in zip(names, associations, strict=True))
    said = (f"{path}: {show.summary(each)}\n" for (path, _), each in zip(files, associations, strict=True))
    return Plan(files, (folder,), "".join(said), warned)


def _numbered(associations: Sequence[Association]) -> list[str]:
    """Return a file name for each association, numbered within its program, id and type."""
    seen: Counter[tuple[str, ...]] = Counter()
    names = []
    for each in associations:
        program, asn_id, asn_type = kind = tuple(str(getattr(each, key) or "none") for key in ("program", "asn_id", "asn_type"))
        seen[kind] += 1
        names.append(association_file_name(program, asn_id, asn_type, seen[kind], each.version_id or None))
    return names


# ---------------------------------------------------------------------------------------------------- looking at rules


def rules(*, json: bool = False) -> Plan:
    """List the rules, each with one sentence."""
    told = {name: _first_line(function) for name, function in RULES.items()}
    if json:
        return Plan(text=_json([{"rule": name, "makes": text} for name, text in told.items()]))
    width = max(map(len, told))
    return Plan(text="".join(f"{name:<{width}}  {text}\n" for name, text in told.items()))


def _first_line(rule: object) -> str:
    return (rule.doc if isinstance(rule, Rule) else inspect.getdoc(rule) or "").partition("\n")[0]


def _json(value: Any) -> str:
    return json.dumps(value, indent=4, default=list) + "\n"


def show_rule(*, rule: api.AnyRule, ruledefs: tuple[str, ...] = (), **knobs: Any) -> Plan:
    """Print the steps of a rule and what it is for."""
    found = api.find_rule(rule, *ruledefs)
    composed = api.compose(found, **_run_knobs(found, knobs))
    doc = composed.doc or inspect.getdoc(found) or ""
    return Plan(text=f"{composed}\n\n{doc.rstrip()}\n" if doc and not isinstance(found, Rule) else f"{composed}\n")


def explain(
    *,
    rule: api.AnyRule,
    files: tuple[str, ...],
    file: str | None = None,
    json: bool = False,
    ruledefs: tuple[str, ...] = (),
    **knobs: Any,
) -> Plan:
    """Tell why each file is in a product, or which step left it out and why."""
    found = api.find_rule(rule, *ruledefs)
    told = api.explain(found, expand_files(files), file, **_run_knobs(found, knobs))
    return Plan(text=_json(told.to_dict()) if json else f"{told}\n")


# --------------------------------------------------------------------------------------------- looking at associations


def check(*, files: tuple[str, ...], strict: bool = False, json: bool = False, suffix: tuple[str, ...] = ()) -> Plan:
    """Find what a pipeline would stumble over in association files."""
    found: list[tuple[str, Any]] = []
    for path in expand_files(files):
        try:
            found += [(path, finding) for finding in findings_of(loads(read_text(path)), suffixes=suffix)]
        except (CodecError, FileError) as error:
            found += [(path, line) for line in str(error).splitlines()]
    failed = any(strict or isinstance(finding, str) or finding.severity == "error" for _, finding in found)
    if json:
        plain = [{"file": path, **_finding(finding)} for path, finding in found]
        return Plan(text=_json(plain), status=int(failed))
    lines = [
        f"{path}: {finding if not isinstance(finding, str) else f'error unreadable: {finding}'}\n" for path, finding in found
    ]
    good = [path for path in expand_files(files) if path not in {path for path, _ in found}]
    return Plan(text="".join([*lines, *(f"{path}: no findings\n" for path in good)]), status=int(failed))


def _finding(finding: Any) -> dict[str, Any]:
    if isinstance(finding, str):
        return {"code": "unreadable", "severity": "error", "reason": finding}
    return {name: getattr(finding, name) for name in ("code", "severity", "place", "value", "reason", "way_out")}


def tree(*, files: tuple[str, ...]) -> Plan:
    """Draw the products and members of association files."""
    paths = expand_files(files)
    associations, problems = [], []
    for path in paths:
        try:
            associations.append(loads(read_text(path)))
        except CodecError as error:
            problems += [f"{path}: {line}" for line in str(error).splitlines()]
        except FileError as error:
            problems.append(str(error))
    if problems:
        raise AsnError("\n".join(problems))
    return Plan(text=show.tree(associations, titles=paths).rstrip("\n") + "\n")


def demo(*, folder: tuple[str, ...] = ()) -> Plan:
    """Make sample exposures, run the two documented commands on them, and show what they make."""
    if len(folder) > 1:
        raise UsageError(message("folder", "one at most", folder, "asn demo [FOLDER]"))
    return demonstration.demo(folder[0] if folder else "asn_demo", from_list)


COMMANDS: Final[Mapping[str, Callable[..., Plan]]] = {
    "make": make,
    "rules": rules,
    "show": show_rule,
    "explain": explain,
    "check": check,
    "tree": tree,
    "demo": demo,
}
"""The commands of ``asn``."""
