"""The README and the pages in docs/: every example runs, everything public has its place, every link leads somewhere.

A page is run from top to bottom in one empty folder: its ``python`` blocks share one namespace, ``python file=NAME``
is saved as NAME too, ``>>>`` blocks are doctests, and in a ``console`` block the lines after a ``$ command`` are what it
prints, standard error included, with ``...`` for what is left out. Blocks in other languages are only read.
"""

from __future__ import annotations

import doctest
import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

import asn_fp
from asn_fp import RULES, errors, fates, intake, keys, modes, names, predicates, records, steps
from asn_fp.check import CODES
from asn_fp.cli import commands
from asn_fp.cli.main import plan_of
from asn_fp.generate import generator_rules
from asn_fp.sources import derive, headers, pools, tell
from asn_fp.vocabulary import ASN_TYPES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
INDEX = DOCS / "index.md"
PAGES = [README, ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
TIMEOUT = 120


def names_of(paths: Iterable[Path]) -> list[str]:
    """Return how tests call the pages."""
    return [path.relative_to(ROOT).as_posix() for path in paths]


# --------------------------------------------------------------------------------------------------- running a page


@frozen
class Block:
    """Hold one example of a page: its language, the file it is saved as, its text, and the line it begins on."""

    language: str
    file: str
    text: str
    line: int

    def commands(self) -> Iterator[tuple[str, str]]:
        """Give each command of a console block with what it is to print."""
        for piece in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            found = re.fullmatch(r"((?:[^\n]*\\\n)*[^\n]*)\n?(.*)", piece, re.DOTALL)
            assert found is not None
            yield found[1], found[2]


def blocks_of(page: Path) -> list[Block]:
    """Return the examples of a page."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        file = re.search(r"file=(\S+)", match[2])
        found.append(Block(match[1], file[1] if file else "", match[3], text.count("\n", 0, match.start()) + 1))
    return found


class Shell:
    """Run commands one after another in bash, each in the folder and with the exit status that the last one left."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder, self.status, self.left = folder, 0, tools / "folder"
        for name in ("asn", "asn_from_list"):
            code = f"from asn_fp.cli.main import {name}; {name}()"
            tool = tools / name
            tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -c {shlex.quote(code)} "$@"\n')
            tool.chmod(0o755)
        package = str(Path(asn_fp.__file__).parents[1])
        path = f"{tools}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "PYTHONPATH": package, "LC_ALL": "C.UTF-8"}

    def run(self, command: str) -> str:
        """Return what a command prints, standard error included."""
        script = f"(exit {self.status})\n{command}\nstatus=$?\npwd >{shlex.quote(str(self.left))}\nexit $status"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=TIMEOUT,
            check=False,
        )
        self.status, self.folder = done.returncode, Path(self.left.read_text().removesuffix("\n"))
        return done.stdout


def ended(text: str) -> str:
    """Return a text without blanks at the ends of its lines, and with one line end behind it, as blocks have them."""
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


def run_python(block: Block, namespace: dict[str, Any], page: str) -> None:
    """Run a python block, as a doctest where it is a session."""
    if not re.search(r"^>>> ", block.text, re.MULTILINE):
        exec(compile("\n" * block.line + block.text, page, "exec", dont_inherit=True), namespace)
        return
    session = doctest.DocTestParser().get_doctest(block.text, namespace, page, page, block.line)
    told: list[str] = []
    failed, _ = doctest.DocTestRunner(optionflags=FLAGS).run(session, out=told.append, clear_globs=False)
    namespace.update(session.globs)
    assert not failed, "".join(told)


def run_console(block: Block, shell: Shell, page: str) -> None:
    """Run the commands of a console block and compare what they print."""
    checker = doctest.OutputChecker()
    for command, wanted in block.commands():
        got = ended(shell.run(command))
        same = checker.check_output(ended(wanted), got, doctest.ELLIPSIS)
        assert same, f"{page}, line {block.line}: $ {command}\n--- the page says\n{wanted}\n--- it prints\n{got}"


@pytest.mark.parametrize("page", PAGES, ids=names_of(PAGES))
def test_examples_do_what_the_page_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example of a page runs, and prints what the page says it prints."""
    folder, tools = tmp_path / "work", tmp_path / "tools"
    folder.mkdir()
    tools.mkdir()
    shell = Shell(folder, tools)
    name = page.relative_to(ROOT).as_posix()
    namespace: dict[str, Any] = {"__name__": "page"}
    for block in blocks_of(page):
        monkeypatch.chdir(shell.folder)
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        if block.language == "python":
            run_python(block, namespace, name)
        elif block.language == "console":
            run_console(block, shell, name)


# ------------------------------------------------------------------------------------------------- what has its place


def sections_of(page: str) -> dict[str, str]:
    """Return the text under each heading of a page of the reference, down to the next heading of any level."""
    text = re.sub(r"^```.*?^```$", "", (DOCS / "reference" / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    pieces = re.split(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)
    return {heading.replace("`", ""): body for heading, body in zip(pieces[1::2], pieces[2::2], strict=True)}


def words_of(*pages: str) -> set[str]:
    """Return every word that stands in backquotes in pages of the reference, headings included."""
    text = "\n".join((DOCS / "reference" / page).read_text(encoding="utf-8") for page in pages)
    return {word for quoted in re.findall(r"`([^`\n]+)`", text) for word in (quoted, *re.findall(r"[\w-]+", quoted))}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_section(rule: str) -> None:
    """A rule that comes with the package has a section, which names its knobs."""
    section = (sections_of("rules.md") | sections_of("modes.md"))[rule]
    assert [knob for knob in inspect.signature(RULES[rule]).parameters if f"`{knob}`" not in section] == []


GENERATOR_RULES = generator_rules()


@pytest.mark.parametrize("rule", GENERATOR_RULES)
def test_every_generator_rule_tells_what_can_be_checked(rule: str) -> None:
    """A rule of the generator tells its association type, pipeline, level and candidates, and every EXP_TYPE it takes."""
    section = sections_of("rules.md")[rule]
    (asn_type,) = (step.settings["asn_type"] for step in GENERATOR_RULES[rule].steps if step.name == "seal_each")
    assert f"| Makes | `{asn_type}`, {ASN_TYPES[asn_type]}" in section
    assert [row for row in ("Exposures", "Level", "What attaches", "Candidates") if f"| {row} | " not in section] == []
    told = re.findall(r"\b(?:FGS|MIR|NIS|NRC|NRS)_[A-Z0-9]+(?:-[A-Z]+)?", inspect.getdoc(RULES[rule]) or "")
    same = sections_of("rules.md")[found[1]] if (found := re.search(r"as (Asn_\w+)", section)) else ""
    assert [kind for kind in told if kind not in section + same] == []


def options_of(program: str, *words: str) -> list[str]:
    """Return the options that a help text shows, without ``--help``, which all have."""
    shown = re.findall(r"^ {2}(?:-\w, )?(--[a-z-]+)", plan_of(program, [*words, "--help"]).text, re.MULTILINE)
    return sorted(set(shown) - {"--help"})


@pytest.mark.parametrize("command", ["asn_from_list", *(f"asn {name}" for name in commands.COMMANDS)])
def test_every_command_has_a_section_with_its_options(command: str) -> None:
    """A command has a section, which names every option that its help shows."""
    section = sections_of("commands.md")[command]
    common = sections_of("commands.md")["The options of a run"]
    program, *words = command.split()
    missing = [option for option in options_of(program, *words) if f"`{option}" not in section]
    assert [option for option in missing if f"`{option}" not in common or "[the options of a run]" not in section] == []


@pytest.mark.parametrize("words", ["asn_from_list -r", "asn make", "asn explain", "asn show"])
def test_the_options_of_rules_that_look_into_headers_have_a_section(words: str) -> None:
    """What such a rule adds to the options of a command stands in one section, its knobs with those of all rules."""
    program, *start = words.split()
    section, common = (
        sections_of("commands.md")[f"The options of {kind}"] for kind in ("rules that look into headers", "a run")
    )
    plain = options_of(program, *start, "level2")
    added = sorted(set(options_of(program, *start, "Asn_Lv3AMI")) - set(plain))
    assert "--candidate" in added
    assert [option for option in added if f"`{option}`" not in section + common] == []


def test_the_explanation_of_the_generator_has_a_section() -> None:
    """What ``asn explain generate`` takes stands with ``asn explain``, or with ``asn generate``."""
    told = "".join(sections_of("commands.md")[f"asn {command}"] for command in ("explain", "generate"))
    assert [option for option in options_of("asn", "explain", "generate") if f"`{option}`" not in told] == []


@pytest.mark.parametrize("step", steps.__all__)
def test_every_step_has_a_section_with_its_settings(step: str) -> None:
    """A step has a section, which names each of its settings."""
    section = sections_of("steps.md")[step]
    _, *settings = inspect.signature(getattr(steps, step)).parameters
    assert [setting for setting in settings if f"`{setting}" not in section] == []


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (["python.md", "records.md"], asn_fp.__all__),
        (["records.md"], records.__all__),
        (["errors.md"], errors.__all__),
        (["errors.md"], CODES),
        (["keys-and-predicates.md"], [*keys.__all__, *keys.KEYS]),
        (["keys-and-predicates.md"], predicates.__all__),
        (["keys-and-predicates.md"], modes.__all__),
        (["names.md"], names.__all__),
        (["python.md"], [*sys.modules["asn_fp.generate"].__all__, *fates.__all__]),
        (["python.md"], intake.__all__),
        (["python.md"], [name for module in (derive, headers, pools, tell) for name in module.__all__]),
    ],
    ids=["package", "records", "errors", "codes", "keys", "predicates", "modes", "names", "generate", "intake", "sources"],
)
def test_every_public_name_is_in_the_reference(pages: list[str], words: Iterable[str]) -> None:
    """Whatever may be imported, and every code of a check, stands in the reference."""
    assert sorted(set(words) - words_of(*pages)) == []


# -------------------------------------------------------------------------------------------------- links and commands


def prose_of(page: Path) -> str:
    """Return a page without its examples and quoted code."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as Markdown renderers make them."""
    headings = re.findall(r"^#+ +(.+?) *$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=names_of(PAGES))
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link leads to a file that exists, and its anchor to a heading in it."""
    broken = []
    for link in LINK.findall(prose_of(page)):
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    assert broken == []


def test_the_index_names_every_page() -> None:
    """No page is outside the index, and the README links to the index."""
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in LINK.findall(prose_of(INDEX))}
    assert sorted(set(DOCS.rglob("*.md")) - linked - {INDEX}) == []
    assert "(docs/index.md)" in README.read_text(encoding="utf-8")


def test_the_continuous_check_runs_the_readme() -> None:
    """The two commands at the top of the README are the first two that .ci/run runs."""
    first = next(block for block in blocks_of(README) if block.language == "bash")
    ran = re.findall(r"^run '(.+)'$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(first.text.splitlines()) == 2
    assert ran[:2] == first.text.splitlines()
