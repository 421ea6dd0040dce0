"""The two console commands: the only place that imports fire, prints, and carries out what a command decided."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from asn_fp import files
from asn_fp.api import find_rule
from asn_fp.cli import commands
from asn_fp.cli.argv import options_of, parse_functions, rewrite, split_command, wants_help
from asn_fp.cli.help import SHORTS, command_help, overview
from asn_fp.cli.plan import Plan
from asn_fp.errors import AsnError, UsageError, message

__all__ = ["asn", "asn_from_list", "plan_of", "run"]

_INTERRUPTED: Final = 130
_BROKEN_PIPE: Final = 141
_WITH_KNOBS: Final = ("asn_from_list", "make", "show", "explain")
_RULE_FIRST: Final = ("make", "show", "explain")


def asn_from_list() -> None:
    """Run the command ``asn_from_list`` on the words of the command line, and exit."""
    sys.exit(run("asn_from_list", sys.argv[1:]))


def asn() -> None:
    """Run the command ``asn`` on the words of the command line, and exit."""
    sys.exit(run("asn", sys.argv[1:]))


def run(program: str, words: Sequence[str]) -> int:
    """Decide what a command line wants, do it, and return the exit status: 1 for an error, 2 for wrong usage.

    >>> run("asn", ["show", "Association"])
    Association
      1. read()
      2. listed(asn_rule='Association')
    ...
    0
    """
    try:
        return _carry_out(plan_of(program, words))
    except UsageError as error:
        _complain(error, f"try '{program} --help'")
        return 2
    except AsnError as error:
        _complain(error)
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing more was written", file=sys.stderr)  # noqa: T201
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that closing it says nothing
        return _BROKEN_PIPE
    except Exception as error:
        if "ASN_TRACEBACK" in os.environ:
            raise
        _complain(AsnError(_of_a_rule(error)))
        return 1


def _complain(error: AsnError, hint: str = "") -> None:
    lines = [f"error: {line}" for line in str(error).splitlines()]
    print("\n".join([*lines, *([hint] if hint else [])]), file=sys.stderr)  # noqa: T201


def _of_a_rule(error: Exception) -> str:
    """Return the line for an exception that is none of ours: it comes from a rule that the user wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
    notes = "".join(f", {note}" for note in getattr(error, "__notes__", ()))
    return message("run", f"{type(error).__name__}{place}{notes}", str(error), "set ASN_TRACEBACK=1 to see the whole traceback")


def _carry_out(plan: Plan) -> int:
    for folder in plan.folders:
        files.make_folder(folder)
    files.write_all(plan.files)
    for line in plan.warnings:
        print(line, file=sys.stderr)  # noqa: T201
    if plan.text:
        sys.stdout.write(plan.text)
        sys.stdout.flush()
    return plan.status


# ------------------------------------------------------------------------------------------------- from words to a plan


def plan_of(program: str, words: Sequence[str]) -> Plan:
    """Return what a command line wants done; nothing is printed or written.

    Args:
        program: ``asn`` or ``asn_from_list``.
        words: the words after it.

    Raises:
        UsageError: words that are no command line of ours; all of them in one error.
        AsnError: what the command itself refuses.

    >>> plan_of("asn", ["show", "Association"]).text.splitlines()[0]
    'Association'
    """
    name, rest = (program, list(words)) if program == "asn_from_list" else split_command(words, commands.COMMANDS)
    if name is None:
        if words and not wants_help(words) and words != ["help"]:
            raise UsageError(message("option", "no command in front of it", words[0], "asn COMMAND ..., for example asn rules"))
        return Plan(text=overview(commands.COMMANDS), status=0 if words else 2)
    command = commands.from_list if name == "asn_from_list" else commands.COMMANDS[name]
    asked = wants_help(rest)
    rule = _rule_of(name, [word for word in rest if word not in ("-h", "--help")]) if name in _WITH_KNOBS else None
    full = commands.with_knobs(command, rule) if name in _WITH_KNOBS else command
    if asked:
        return Plan(text=command_help(program, name, full, rule))
    return _through_fire(full, rest, ("rule",) if name in _RULE_FIRST else (), "folder" if name == "demo" else "files")


def _rule_of(name: str, words: Sequence[str]) -> Any:
    """Return the rule that a command line names, whose knobs are options too; None where it names none."""
    bare = commands.with_knobs(commands.from_list if name == "asn_from_list" else commands.COMMANDS[name], None)
    options = {option.name: option for option in options_of(inspect.signature(bare), SHORTS)}
    found, ruledefs = _scan(words, options, name in _RULE_FIRST)
    if found is None and name == "asn_from_list":
        found = "DMS_Level3_Base"
    return find_rule(found, *ruledefs) if found is not None else None


def _scan(words: Sequence[str], options: Mapping[str, Any], first_is_rule: bool) -> tuple[str | None, list[str]]:
    """Return the rule and the files of rules that words name, without judging the other words."""
    rule, ruledefs, at = None, [], 0
    takes = {f"--{name}": name for name in options} | {
        f"-{option.short}": name for name, option in options.items() if option.short
    }
    flags = {name for name, option in options.items() if option.kind.name == "FLAG"}
    while at < len(words) and words[at] != "--":
        word, equals, value = words[at].partition("=")
        name = takes.get(word.replace("-", "_").replace("__", "--", 1) if word.startswith("--") else word)
        if name is None and word[:2] in takes and not word.startswith("--"):
            name, value, equals = takes[word[:2]], words[at][2:], "="
        if name is None and first_is_rule and rule is None and not words[at].startswith("-"):
            rule = words[at]
        elif name is not None and name not in flags and not equals:
            at += 1
            value = words[at] if at < len(words) else ""
        if name == "rule":
            rule = value
        elif name == "ruledefs":
            ruledefs.append(value)
        at += 1
    return rule, ruledefs


def _through_fire(command: Callable[..., Plan], words: Sequence[str], positionals: tuple[str, ...], rest: str) -> Plan:
    """Let fire call a command on words that it cannot misread, and return what the command decided."""
    options = options_of(inspect.signature(command, eval_str=True), SHORTS)
    ready = rewrite(words, options, positionals, rest)
    import fire
    from fire import decorators

    decided: list[Plan] = []

    def call(**given: Any) -> None:
        decided.append(command(**given))

    call.__signature__ = inspect.signature(command, eval_str=True)  # type: ignore[attr-defined]
    call.__name__ = command.__name__
    fire.Fire(decorators.SetParseFns(**parse_functions(options))(call), command=ready)
    return decided[0]
