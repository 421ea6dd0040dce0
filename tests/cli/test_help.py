"""The help texts: complete, readable by a newcomer, and narrow enough for a terminal."""

from __future__ import annotations

import inspect
import re

import pytest

from asn_fp.cli.argv import options_of
from asn_fp.cli.commands import COMMANDS, from_list
from asn_fp.cli.help import SHORTS
from asn_fp.cli.knobs import with_knobs

RULE = '''
from asn_fp.rules.lists import level2

def mine(*, title: str, strict: bool = False, keep: bool = True, n: int = 3, tiles: list[int] = (), function: object = None):
    """Make mine, of all files.

    More about it.

    Args:
        title: what the product
            is called.
        n (int): how many.

    Raises:
        KnobError: never.
    """
    return level2()
'''
WITH_RULE = {"make": "level2", "show": "level3", "explain": "level2"}


def listed(text: str) -> dict[str, str]:
    """Return the options that a help text lists, with what it says of each."""
    found: dict[str, str] = {}
    option = ""
    for line in text.partition("\noptions:\n")[2].partition("\n\n")[0].splitlines():
        head = re.match(r"  (?:-\w, )?(--[\w-]+)", line)
        option = head[1] if head else option
        found[option] = (found.get(option, "") + " " + line[34:]).strip()
    return found


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_a_newcomer_sees_what_to_type(cli, word):
    """The help of asn_from_list tells what the command is for, and shows both documented commands to the letter."""
    result = cli.from_list(word)
    assert (result.status, result.err) == (0, "")
    usage, _, what, *_ = result.out.splitlines()
    assert usage == "usage: asn_from_list -o FILE [-r RULE] [--product-name NAME] [options] FILES"
    assert what.startswith("Make an association: a JSON file that tells a JWST pipeline which exposures")
    lines = [line.strip() for line in result.out.splitlines()]
    assert "asn_from_list -o l2_asn.json -r DMSLevel2bBase *.fits" in lines
    assert "asn_from_list -o l3_asn.json --product-name l3_results *.fits" in lines
    for told in (
        "@list.txt",
        "standard input",
        "go after --",
        "commas",
        "patterns",
        "quote",
        "repeated",
        "before, between and after",
    ):
        assert told in " ".join(lines)


@pytest.mark.parametrize("name", [*COMMANDS, "asn_from_list"])
def test_every_option_is_told(cli, name):
    """The help of each command lists every option that the command takes, and says something of each."""
    words = [WITH_RULE[name]] if name in WITH_RULE else []
    result = cli.from_list("--help") if name == "asn_from_list" else cli.asn(name, *words, "--help")
    command = from_list if name == "asn_from_list" else COMMANDS[name]
    if name in (*WITH_RULE, "asn_from_list"):
        command = with_knobs(command, (words or [None])[0])
    options = options_of(inspect.signature(command, eval_str=True), SHORTS)
    wanted = {each.spelled for each in options if each.name not in ("files", "folder")}
    wanted -= {"--rule"} if name in WITH_RULE else set()
    found = listed(result.out)
    assert set(found) - {"--help"} == wanted
    assert all(found.values())
    for each in options:
        assert not (each.short and each.spelled in found) or f"  -{each.short}, {each.spelled} " in result.out
    assert cli.names() == []


@pytest.mark.parametrize(
    "words", [["-h"], *([name, *WITH_RULE.get(name, "").split(), "-h"] for name in COMMANDS)], ids=" ".join
)
def test_help_fits_a_terminal(cli, words):
    """No line of any help is longer than 80 characters, and each begins with the usage of its command."""
    result = cli.asn(*words)
    assert result.status == 0
    assert result.out.startswith(f"usage: asn {words[0] if words[0] != '-h' else 'COMMAND'}")
    assert [
        line for line in (result.out + cli.from_list("-h").out).splitlines() if len(line) > 80 or line != line.rstrip()
    ] == []


def test_the_overview_has_a_line_for_each_command(cli):
    """The help of asn lists every command with one sentence."""
    lines = cli.asn("--help").out.splitlines()
    found = dict(line.split(maxsplit=1) for line in lines if line.startswith("  "))
    assert list(found) == list(COMMANDS)
    assert all(sentence.endswith(".") for sentence in found.values())


@pytest.mark.parametrize("run", ["make", "show", "explain", "asn_from_list"])
def test_own_knobs_are_in_the_help(cli, run):
    """The help of a command with a rule of the user's own lists its knobs, with what its docstring says of them."""
    cli.write("my_rules.py", RULE)
    if run == "asn_from_list":
        text = cli.from_list("-r", "my_rules.py:mine", "--help").out
    else:
        text = cli.asn(run, "my_rules.py:mine", "--help").out
        assert "\nmine: Make mine, of all files.\n\nMore about it.\n" in text
    found = listed(text)
    assert [found[option] for option in ("--title", "--strict", "--no-keep", "--n", "--tiles")] == [
        "what the product is called. (required)",
        "",
        "switches it off.",
        "how many. (default: 3)",
        "(may be repeated)",
    ]
    assert "--function" not in found
    assert "KnobError" not in text


def test_help_wins_over_everything(cli):
    """The help is shown wherever --help stands before --, whatever else is wrong, and nothing is written."""
    for words in (["-o", "--help"], ["--bogus", "a", "-h"], ["-o", "x.json", "a.fits", "--help"]):
        result = cli.from_list(*words)
        assert (result.status, result.out[:6], result.err) == (0, "usage:", "")
    assert cli.names() == []
