"""Which rule a command line names: it must be known before the line can be read, as its knobs are options too."""

from __future__ import annotations

from collections.abc import Sequence

from asn_fp.cli import argv
from asn_fp.cli.argv import Option
from asn_fp.rules import RULES

__all__ = ["rule_named"]


def rule_named(words: Sequence[str], options: Sequence[Option], first_is_rule: bool) -> tuple[str | None, list[str]]:
    """Return the rule that a command line names, or None, and the files of rules; no word is judged yet.

    A word right after an option that is not known yet may be its value, so it is taken for the rule only if it looks
    like one, or if nothing else is left.

    Args:
        words: the command line.
        options: those of the command itself.
        first_is_rule: whether the first word that belongs to no option names the rule.

    >>> options = [Option("rule", argv.Kind.TEXT, "r"), Option("background", argv.Kind.LIST)]
    >>> rule_named(["--my-knob", "3", "mine.py:rule", "a.fits"], options, True)
    ('mine.py:rule', [])
    >>> rule_named(["--background", "b.fits", "c.fits", "level2", "b.fits", "c.fits"], options, True)
    ('level2', [])
    """
    runs, _ = argv._scan(words, argv._table([option for option in options if option.name != "files"]))
    given = argv._collect(runs)[0]
    ruledefs = given.get("ruledefs", [])
    if given.get("rule") or not first_is_rule:
        return given.get("rule", [None])[-1], ruledefs
    free = [
        (word, place == 0 and run.option is None and run.written not in ("", "--") and "=" not in run.written)
        for run, count in zip(runs, argv._shares(runs), strict=True)
        for place, word in enumerate(run.words[count:])
    ]
    likely = [word for word, perhaps_value in free if not perhaps_value or word in RULES or ":" in word]
    return next(iter([*likely, *(word for word, _ in free)]), None), ruledefs
