"""Rewrite a command line so that fire gets only what it cannot misread.

A command is a plain function. ``options_of`` reads its signature, ``rewrite`` turns the words of the user into
``--name=value`` words, and ``parse_functions`` says how fire has to read each value back. Nothing here prints, reads
``sys.argv``, touches a file or imports fire.

How words are read:

- ``--name value``, ``--name=value``, ``-n value``, ``-nvalue`` and ``-n=value`` are one thing; hyphen and underscore are
  one letter; names are never abbreviated. A value that begins with ``-`` (other than ``-`` alone) needs the ``=``.
- a flag never takes the next word, and one that is on by default is switched off by ``--no-name``; an option whose value
  may be missing takes one only after ``=``;
- a list option takes the next word, and then every further word that is also a positional word, before or after. That is
  what ``--background bkg*.fits *.fits`` and ``*.fits --background bkg*.fits`` look like after the shell, and naming a file
  twice would be an error otherwise. With ``=`` it takes that one value;
- ``-`` alone is an ordinary word; every word after ``--`` is positional.
"""

from __future__ import annotations

import inspect
import json
import types
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from itertools import takewhile
from typing import Annotated, Final, Union, get_args, get_origin

from attrs import frozen

from asn_fp.errors import UsageError, did_you_mean, message, raise_all
from asn_fp.records import NOTHING

__all__ = ["AUTO", "Kind", "Option", "OptionalValue", "options_of", "parse_functions", "rewrite", "split_command", "wants_help"]

#: The value of an option that was given without one. No user can type it, since ``--name=`` is refused for such options;
#: it is falsy, so ask ``value is not None`` to know whether the option was given.
AUTO: Final = ""

#: The annotation of an option that may be given without a value: None (not given), ``AUTO``, or the text.
OptionalValue = Annotated[str | None, "the value may be missing"]

_TRUTH: Final = {"true": "True", "yes": "True", "1": "True", "false": "False", "no": "False", "0": "False"}


class Kind(Enum):
    """Tell what an option does with its value."""

    TEXT = "one text"
    FLAG = "true or false, never the next word"
    LIST = "several texts"
    OPTIONAL = "one text that may be missing"


@frozen
class Option:
    """Hold one parameter of a command: its Python name, what it takes, its letter if any, if it must be given, if it is on.

    >>> Option("output_file", Kind.TEXT, short="o").spelled
    '--output-file'
    """

    name: str
    kind: Kind
    short: str = ""
    required: bool = False
    on: bool = False

    @property
    def spelled(self) -> str:
        """Return the option as users write it."""
        return "--" + self.name.replace("_", "-")

    @property
    def negated(self) -> str:
        """Return what switches a flag off that is on by default, ``--no-NAME``; nothing for other options."""
        return f"--no-{self.spelled[2:]}" if self.kind is Kind.FLAG and self.on else ""


@frozen
class _Run:
    """Hold one option as it was written (None: no option), the value written into its word, and the words after it."""

    option: Option | None
    written: str
    value: str | None
    words: list[str]


def options_of(signature: inspect.Signature, shorts: Mapping[str, str]) -> tuple[Option, ...]:
    """Return the options that a command's signature describes; ``shorts`` maps parameter names to letters.

    ``bool`` is a flag, ``tuple[str, ...]`` a list, ``OptionalValue`` may lack its value, all else is one text. What has no
    default must be given. Letters for other parameters are ignored.

    Raises:
        TypeError: if fire could not call it safely: ``*files`` or ``**knobs``, annotations left as text, a letter used twice.

    >>> def make(files: tuple[str, ...], output_file: str, dry_run: bool = False): ...
    >>> options = options_of(inspect.signature(make, eval_str=True), {"output_file": "o"})
    >>> [(option.spelled, option.kind.name, option.short, option.required) for option in options]
    [('--files', 'LIST', '', True), ('--output-file', 'TEXT', 'o', True), ('--dry-run', 'FLAG', '', False)]
    """
    letters = {name: shorts[name] for name in signature.parameters if name in shorts}
    if len({*letters.values(), "h"}) <= len(letters):
        raise TypeError(f"short options must differ from each other and from -h: {letters!r}")
    return tuple(
        Option(one.name, _kind(one), letters.get(one.name, ""), one.default is one.empty, one.default is True)
        for one in signature.parameters.values()
    )


def rewrite(argv: Sequence[str], options: Sequence[Option], positionals: Sequence[str] = (), rest: str = "files") -> list[str]:
    """Return the command line as ``--name=value`` words, in the order of the options; a list's value is a JSON array.

    The first positional words fill ``positionals`` (those not given by name), the others are the value of ``rest``. Both
    name options; a command that has no option ``rest`` takes no further words.

    Raises:
        UsageError: if the line is wrong; it lists every problem, a line each.

    >>> options = [Option("files", Kind.LIST, required=True), Option("rule", Kind.TEXT, short="r")]
    >>> rewrite(["1e5", "-r", "None", "a,b"], options)
    ['--files=["1e5", "a,b"]', '--rule=None']
    >>> rewrite(["--rul", "None"], options[1:])
    Traceback (most recent call last):
    asn_fp.errors.UsageError: option (unknown): '--rul'; did you mean '--rule'?
    """
    runs, unknown = _scan(argv, _table([option for option in options if option.name != rest]))
    given, words, wrong = _collect(runs)
    open_places = [name for name in positionals if name not in given]
    given |= {name: [word] for name, word in zip(open_places, words, strict=False)}
    surplus = words[len(open_places) :]
    if surplus and any(option.name == rest for option in options):
        given[rest], surplus = surplus, []
    excess = [message("word", "not expected here", word) for word in surplus if not unknown]  # else likely a lost value
    missing = [_missing(option, positionals, rest) for option in options if option.required and option.name not in given]
    raise_all(UsageError, unknown + wrong + excess + missing)
    return [f"--{option.name}={_encode(option, given[option.name])}" for option in options if option.name in given]


def parse_functions(options: Iterable[Option]) -> dict[str, Callable[[str], str | bool | tuple[str, ...]]]:
    """Return, by parameter name, how fire reads a rewritten value back: ``SetParseFns(**parse_functions(options))(fn)``.

    >>> read = parse_functions([Option("files", Kind.LIST), Option("rule", Kind.TEXT), Option("dry_run", Kind.FLAG)])
    >>> read["files"]('["a,b", "-"]'), read["rule"]("1e5"), read["dry_run"]("False")
    (('a,b', '-'), '1e5', False)
    """
    readers = {Kind.FLAG: lambda word: word == "True", Kind.LIST: lambda word: tuple(json.loads(word))}
    return {option.name: readers.get(option.kind, str) for option in options}


def split_command(argv: Sequence[str], commands: Iterable[str]) -> tuple[str | None, list[str]]:
    """Return the command that the first word names and the words after it; None and all words if it is no name.

    Raises:
        UsageError: if the first word names no command.

    >>> split_command(["make", "stage2", "a.fits"], ["make", "explain"])
    ('make', ['stage2', 'a.fits'])
    >>> split_command(["--version"], ["make", "explain"])
    (None, ['--version'])
    """
    words, by_spelling = list(argv), {command.replace("_", "-"): command for command in commands}
    if not words or words[0].startswith("-"):
        return None, words
    command = by_spelling.get(words[0].replace("_", "-"))
    if command is None:
        raise UsageError(message("command", "unknown", words[0], did_you_mean(words[0], by_spelling)))
    return command, words[1:]


def wants_help(argv: Iterable[str]) -> bool:
    """Tell whether ``-h`` or ``--help`` stands before ``--``, even where an option's value would stand.

    >>> wants_help(["-o", "--help"]), wants_help(["--", "--help"])
    (True, False)
    """
    return any(word in ("-h", "--help") for word in takewhile(lambda word: word != "--", argv))


def _kind(parameter: inspect.Parameter) -> Kind:
    """Return what the option of a parameter takes, from its annotation."""
    annotation = parameter.annotation
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise TypeError(f"a command cannot take '{parameter}', which fire fills with what it did not understand; name it")
    if isinstance(annotation, str):
        raise TypeError(f"annotation of {parameter.name} is a text; use inspect.signature(fn, eval_str=True)")
    if annotation == OptionalValue:
        return Kind.OPTIONAL
    choices = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    plain = {get_origin(choice) or choice for choice in choices}
    if bool in plain:
        return Kind.FLAG
    return Kind.LIST if plain & {tuple, list, Sequence} else Kind.TEXT


def _table(options: Sequence[Option]) -> dict[str, Option]:
    """Return the options by what is written for them: ``--name`` and ``-n``, and ``--no-name`` of flags that are on."""
    short = {f"-{option.short}": option for option in options if option.short}
    return short | {option.negated: option for option in options if option.negated} | {each.spelled: each for each in options}


def _look_up(word: str, table: Mapping[str, Option]) -> tuple[Option | None, str | None]:
    """Return the option that a word names, or None, and the value written into the word, or None."""
    head, equals, value = word.partition("=")
    if word.startswith("--"):
        spelled = head.replace("_", "-")
        found = table.get(spelled)
        if found is not None and spelled == found.negated:
            return (None, None) if equals else (found, "false")
        return found, value if equals else None
    option, attached = table.get(word[:2]), word[2:]
    slipped = len(head) > 2 and "-" + head.replace("_", "-") in table  # -rule is not -r ule
    if option is None or slipped or (option.kind is Kind.FLAG and attached and attached[0] != "="):
        return None, None
    return option, attached.removeprefix("=") if attached else None


def _unknown(word: str, table: Mapping[str, Option]) -> str:
    """Return the problem of a word that looks like an option and is none."""
    head, known = word.partition("=")[0], [each for each in table if each.startswith("--")]
    if head.replace("_", "-") in known:
        return message("option", "takes no value", word, f"write {head!r}")
    long = (head if word.startswith("--") else "-" + head).replace("_", "-")
    if word.startswith("--") or long in table:
        return message("option", "unknown", head, did_you_mean(long, dict.fromkeys(known)))
    return message("option", "unknown", word, "put '--' in front of file names that begin with '-'")


def _scan(argv: Sequence[str], table: Mapping[str, Option]) -> tuple[list[_Run], list[str]]:
    """Cut the line into options, each with the words up to the next one, and tell which options are unknown."""
    runs = [_Run(None, "", None, [])]
    problems: list[str] = []
    for place, word in enumerate(argv):
        if word == "--":
            runs.append(_Run(None, word, None, list(argv[place + 1 :])))
            break
        if word == "-" or not word.startswith("-"):
            runs[-1].words.append(word)
            continue
        option, value = _look_up(word, table)
        runs.append(_Run(option, word, value, []))
        problems += [] if option else [_unknown(word, table)]
    return runs, problems


def _collect(runs: Sequence[_Run]) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """Return the values by option name, the positional words, and the problems; linear in the number of words."""
    given: dict[str, list[str]] = {}
    words: list[str] = []
    problems: list[str] = []
    for run, count in zip(runs, _shares(runs), strict=True):
        words += run.words[count:]
        if run.option is None:
            continue
        values, problem = _values(run.option, run, run.words[:count])
        if run.option.name in given and run.option.kind is not Kind.LIST:
            problem = message("option", "given twice", run.option.spelled, "it takes one value")
        given.setdefault(run.option.name, []).extend(values)
        problems += [problem] if problem else []
    return given, words, problems


def _shares(runs: Sequence[_Run]) -> list[int]:
    """Return how many of the words after each option belong to it: from the right, and again from the left with both sides."""
    later: set[str] = set()
    counts: list[int] = []
    for run in reversed(runs):
        counts.append(_share(run, later))
        later.update(run.words[counts[-1] :])
    counts.reverse()
    rest = Counter(word for run, count in zip(runs, counts, strict=True) for word in run.words[count:])
    earlier: set[str] = set()
    for at, run in enumerate(runs):
        rest.subtract(run.words[counts[at] :])
        counts[at] = _share(run, earlier, rest)
        earlier.update(run.words[counts[at] :])
    return counts


def _share(run: _Run, known: set[str], rest: Mapping[str, int] = NOTHING) -> int:
    """Return how many of the words after an option belong to it; ``known`` and ``rest`` are positional words elsewhere."""
    if run.option is None or run.value is not None or run.option.kind in (Kind.FLAG, Kind.OPTIONAL):
        return 0
    if run.option.kind is Kind.TEXT:
        return min(1, len(run.words))
    ahead = Counter(run.words)
    for place, word in enumerate(run.words):
        ahead[word] -= 1
        if place and not ahead[word] and word not in known and not rest.get(word):
            return place
    return len(run.words)


def _values(option: Option, run: _Run, own: list[str]) -> tuple[list[str], str]:
    """Return the values of an option given once, ready to be written out, and what is wrong with them."""
    name, values = option.spelled, own if run.value is None else [run.value]
    if option.kind is Kind.FLAG:
        truth = _TRUTH.get("true" if run.value is None else run.value.lower(), "")
        return [truth], "" if truth else message("flag", "takes no value", run.written, f"write {name!r} or '{name}=false'")
    if option.kind is Kind.OPTIONAL:
        wrong = message("option", "empty value", run.written, f"write {name!r} or '{name}=TEXT'")
        return values or [AUTO], wrong if run.value == "" else ""
    wrong = message("option", "needs a value", run.written, f"one that begins with '-' is written '{name}=-x'")
    return values, "" if values else wrong


def _missing(option: Option, positionals: Sequence[str], rest: str) -> str:
    """Return the problem of an option that must be given and was not."""
    if option.name == rest or option.name in positionals:
        return f"{option.name.upper()} (none given)"
    letter = f" or '-{option.short} VALUE'" if option.short else ""
    return message("option", "required", option.spelled, f"write {option.spelled + ' VALUE'!r}{letter}")


def _encode(option: Option, values: list[str]) -> str:
    """Return the one word that carries the values; raw text inside JSON, since escapes would join split surrogates."""
    return json.dumps(values, ensure_ascii=False) if option.kind is Kind.LIST else values[0]
