"""The two console commands: the only place that imports fire, prints, and carries out what a command decided."""

from __future__ import annotations

import errno
import gc
import inspect
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import Any, Final

from asn_fp import files
from asn_fp._version import __version__
from asn_fp.api import find_rule
from asn_fp.cli import commands
from asn_fp.cli.argv import options_of, parse_functions, rewrite, split_command, wants_help
from asn_fp.cli.help import SHORTS, command_help, overview
from asn_fp.cli.inputs import lists_and_rules, refuse_existing, refuse_fits, refuse_overwriting
from asn_fp.cli.knobs import with_knobs
from asn_fp.cli.plan import Plan
from asn_fp.cli.progress import bar
from asn_fp.cli.rulename import rule_named
from asn_fp.copies import transfer
from asn_fp.errors import FileError, RuleError, UsageError, message
from asn_fp.wording import printable

__all__ = ["asn", "asn_from_list", "plan_of", "run"]

_SIGNALLED: Final = 128
_BROKEN_PIPE: Final = 141
_MOST_LINES: Final = 50
_WITH_KNOBS: Final = ("asn_from_list", "make", "show", "explain")
_RULE_FIRST: Final = ("make", "show", "explain")


def asn_from_list() -> None:
    """Run the command ``asn_from_list`` on the words of the command line, and exit."""
    _begin()
    sys.exit(run("asn_from_list", sys.argv[1:]))


def asn() -> None:
    """Run the command ``asn`` on the words of the command line, and exit."""
    _begin()
    sys.exit(run("asn", sys.argv[1:]))


def _begin() -> None:
    """Let garbage wait, as what a command makes lives until its end; and let a signal to end leave nothing half done."""
    gc.set_threshold(100_000, 50, 100)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup has it ignored
            signal.signal(number, _end)


def _end(number: int, _: object) -> None:
    raise KeyboardInterrupt(number)


def run(program: str, words: Sequence[str]) -> int:
    """Decide what a command line wants, do it, and return the exit status: 1 for an error, 2 for wrong usage.

    >>> run("asn", ["show", "Association"])
    Association
      1. read()
      2. listed()
    ...
    0
    """
    try:
        with redirect_stdout(sys.stderr):  # what a user's rule prints is not the answer
            plan = plan_of(program, words)
        return _carry_out(plan)
    except UsageError as error:
        told = f"{program} {words[0]}" if program == "asn" and words and words[0] in commands.COMMANDS else program
        _say([*_complaint(error), f"try '{told} --help'"])
        return 2
    except KeyboardInterrupt as error:
        _say(["interrupted; nothing more was written"])
        return _SIGNALLED + (error.args[0] if error.args else signal.SIGINT)
    except (Exception, SystemExit) as error:
        if getattr(error, "errno", None) == errno.EPIPE:  # | head
            _drop_output()
            return _BROKEN_PIPE
        if "ASN_TRACEBACK" in os.environ:
            raise
        _say(_complaint(error))
        return 1


def _carry_out(plan: Plan) -> int:
    for folder in plan.folders:
        files.make_folder(folder)
    if plan.copies:
        with bar(sum(each.size for each in plan.copies)) as advance:
            transfer(plan.copies, advance)
    files.write_all(plan.files, overwrite=plan.overwrite)
    _say(plan.warnings)
    if plan.text and sys.stdout is not None:
        _print(plan.text)
    return plan.status


def _complaint(error: BaseException) -> list[str]:
    from asn_fp.cli.complaints import complaint

    return complaint(error)


def _say(lines: Sequence[str]) -> None:
    """Print lines on standard error, what is not printable escaped; of very many the first."""
    more = [f"... and {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
    for line in [*lines[:_MOST_LINES], *more]:
        print(printable(line), file=sys.stderr)  # noqa: T201


def _print(text: str) -> None:
    try:
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:  # nothing of it was written
            encoding = sys.stdout.encoding
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _drop_output()
        raise FileError(message("standard output", error.strerror or str(error), "-", "send it elsewhere")) from error


def _drop_output() -> None:
    """Send what is left of the output nowhere, so that closing it at exit says nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
    if list(words) == ["--version"]:
        return Plan(text=f"{program} {__version__}\n")
    if program == "asn" and list(words) == ["help"]:
        words = ["--help"]
    name, rest = (program, list(words)) if program == "asn_from_list" else split_command(words, commands.COMMANDS)
    if name is None:
        if words and not wants_help(words):
            raise UsageError(message("option", "no command in front of it", words[0], "asn COMMAND ..., for example asn rules"))
        return Plan(text=overview(commands.COMMANDS), status=0 if words else 2)
    asked, name = wants_help(rest), _of_generate(name, rest)
    command = commands.from_list if name == "asn_from_list" else {**commands.COMMANDS, **commands.OF_GENERATE}[name]
    rule = _rule_of(name, [word for word in rest if word not in ("-h", "--help")]) if name in _WITH_KNOBS else None
    full = with_knobs(command, rule) if name in _WITH_KNOBS else command
    if asked:
        return Plan(text=command_help(program, name, full, rule))
    return _through_fire(
        full, rest, ("rule",) if name in (*_RULE_FIRST, *commands.OF_GENERATE) else (), "folder" if name == "demo" else "files"
    )


def _of_generate(name: str, words: Sequence[str]) -> str:
    """Return the command that a line is for: ``asn explain generate`` is one of its own."""
    given, plain = f"{name} generate", [word for word in words if word not in ("-h", "--help")]
    if given not in commands.OF_GENERATE or "generate" not in plain:
        return name
    options = options_of(inspect.signature(commands.OF_GENERATE[given], eval_str=True), SHORTS)
    return given if rule_named(plain, options, True)[0] == "generate" else name


def _rule_of(name: str, words: Sequence[str]) -> Any:
    """Return the rule that a command line names, whose knobs are options too; None where it names none."""
    bare = with_knobs(commands.from_list if name == "asn_from_list" else commands.COMMANDS[name], None)
    found, ruledefs = rule_named(words, options_of(inspect.signature(bare), SHORTS), name in _RULE_FIRST)
    if found is None and name == "asn_from_list":
        found = "DMS_Level3_Base"
    if found is not None and found.endswith(".py"):
        raise RuleError(message("rule", "a file, not a rule", found, f"name a rule in it: {found}:my_rule"))
    return find_rule(found, *ruledefs) if found is not None else None


def _through_fire(command: Callable[..., Plan], words: Sequence[str], positionals: tuple[str, ...], rest: str) -> Plan:
    """Let fire call a command on words that it cannot misread, and return what the command decided."""
    options = options_of(inspect.signature(command, eval_str=True), SHORTS)
    ready = rewrite(words, options, positionals, rest)
    import fire
    from fire import decorators

    decided: list[Plan] = []

    def call(**given: Any) -> None:
        plan = command(**given)
        _refuse_outputs(plan, lists_and_rules(given))
        decided.append(plan)

    call.__signature__ = inspect.signature(command, eval_str=True)  # type: ignore[attr-defined]
    call.__name__ = command.__name__
    fire.Fire(decorators.SetParseFns(**parse_functions(options))(call), command=ready)
    return decided[0]


def _refuse_outputs(plan: Plan, read: Sequence[str]) -> None:
    """Refuse to write over anything that a command reads, over exposures, or over what may not be overwritten."""
    outputs = [path for path, _ in plan.files]
    refuse_overwriting([*plan.reads, *read], outputs)
    refuse_fits(path for path, content in plan.files if isinstance(content, str))
    if not plan.overwrite:
        refuse_existing(outputs)
