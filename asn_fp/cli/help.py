"""The help texts, made from the signatures of the commands and the docstrings of the rules."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any, Final

from asn_fp.api import knobs_of
from asn_fp.cli.argv import Kind, Option, options_of
from asn_fp.pipeline import Rule
from asn_fp.vocabulary import PARTNER_EXPTYPES

__all__ = ["OPTION_HELP", "SHORTS", "command_help", "overview", "overview_line"]

SHORTS: Final[Mapping[str, str]] = {"output_file": "o", "rule": "r", "id": "i", "format": "f"}
"""The letters that stand for options."""

OPTION_HELP: Final[Mapping[str, tuple[str, str]]] = {
    "output_file": ("FILE", "the association file to write; - prints it"),
    "output_dir": ("DIR", "the folder to write to, under the suggested names; made if it is missing"),
    "rule": ("RULE", "the rule: a name ('asn rules' lists them), my_rules.py:my_rule, or package.module:my_rule"),
    "ruledefs": ("FILE.py", "a Python file with rules of your own, found by their names; may be repeated"),
    "format": ("FORMAT", "deprecated: associations are always JSON"),
    "product_name": ("NAME", "the product's name; at stage 2 also a template such as '{stem}_mine'"),
    "by": ("KEY,...", "attach a partner only where it agrees in these: program, observation, visit, activity, exposure, "
           "segment, detector"),
    "id": ("ID", "the association candidate id: o001, c1001, a3001"),
    "background": ("NAME,...", "files that are backgrounds"),
    "imprint": ("NAME,...", "files that are imprints (leakcals)"),
    "psf": ("NAME,...", "files that are PSF references"),
    "selfcal": ("NAME,...", "files for the bad-pixel self-calibration"),
    "target_acquisition": ("NAME,...", "files that are target acquisitions"),
    "sourcecat": ("NAME,...", "source catalogues (_cat.ecsv)"),
    "segmap": ("NAME,...", "segmentation maps (_segm.fits)"),
    "direct_image": ("NAME,...", "direct images (_i2d.fits)"),
    "asn_type": ("TYPE", "the association type: image2, spec2, image3, spec3, coron3, ami3, tso3, ..."),
    "meta": ("KEY=VALUE", "set a top-level key; may be repeated"),
    "paths": ("HOW", "how members are written: as-given (default), basename, relative, absolute"),
    "suffix": ("SUFFIX", "a product suffix to know besides the pipeline's; may be repeated"),
    "file": ("NAME", "tell the whole story of this file, step by step"),
    "json": ("", "print JSON"),
    "strict": ("", "count warnings as errors"),
    "candidate": ("ID:TYPE", "the candidate that the files are, for rules that ask for a type: c1000:mosaic"),
    "set": ("COLUMN=VALUE[:PATTERN]", "a value that beats the header, of all files or those of a pattern; may be repeated"),
    "leave_out_unreadable": ("", "leave out files that cannot be read, with a warning"),
    "ids": ("ID,...", "only these candidates: o001, c1000"),
    "discover": ("", "only what all exposures together give and no candidate does"),
    "all_candidates": ("", "only candidates, not all exposures together"),
    "stage": ("2|3", "only the rules of one stage"),
    "rules": ("FILE.py", "a Python file with further rules; may be repeated"),
    "version_id": ("[=TAG]", "a tag for the files and their names; without a value the time"),
    "merge": ("", "put stage-2 products of one type and candidate into one file"),
    "orphans": ("FILE", "write the exposures that are in no association to a pool file"),
    "dry_run": ("", "write nothing; show the plan, and what is in no association and why"),
    "overwrite": ("", "replace existing files"),
}  # fmt: skip
"""For each option what its value is called, and what it does."""

_SHARED: Final = frozenset(["by", "product_name", *PARTNER_EXPTYPES, "asn_type", "meta", "paths"])

_WIDTH: Final = 80
_INDENT: Final = 34
_PARTNERS: Final = """\
A partner option (--background ... --direct-image) may be repeated; commas
separate names, patterns are expanded (quote them: --background 'bkg*.fits'),
@list.txt reads names, one a line (empty lines and those that begin with # are
none). A file named in a role has that role only, also when it is among FILES.
FILES may hold @list.txt and - (names from standard input). Options may stand
before, between and after FILES; file names that begin with - go after --."""

_ABOUT: Final[Mapping[str, tuple[str, str]]] = {
    "asn_from_list": (
        "asn_from_list -o FILE [-r RULE] [--product-name NAME] [options] FILES",
        """\
Make an association: a JSON file that tells a JWST pipeline which exposures to
process together.

  asn_from_list -o l2_asn.json -r DMSLevel2bBase *.fits
      stage 2: one product for each file, for calwebb_image2 or calwebb_spec2
  asn_from_list -o l2_asn.json -r DMSLevel2bBase --background 'bkg*.fits' *.fits
      the same, and every product has the backgrounds as members
  asn_from_list -o l3_asn.json --product-name l3_results *.fits
      stage 3: all files in one product, and output names begin with l3_results
  asn_from_list -o l3_asn.json --product-name l3_results --psf ref1.fits *.fits
      the same, with PSF references""",
    ),
    "make": (
        "asn make RULE -o FILE | --output-dir DIR [options] FILES",
        """\
Run any rule on files and write what it makes. RULE is a name ('asn rules' lists
them), my_rules.py:my_rule, or package.module:my_rule; the options that it adds
are shown by 'asn make RULE --help'.

  asn make level2 -o l2_asn.json --background 'bkg*.fits' *.fits
      one association
  asn make my_rules.py:my_rule --output-dir out *.fits
      as many as the rule makes, under the suggested names""",
    ),
    "generate": (
        "asn generate POOL | FILES [options]",
        "Make every association of a pool, or of FITS files by their headers. Each rule\n"
        "runs for each candidate; --output-dir (here) is made if it is missing.",
    ),
    "pool": (
        "asn pool FILES -o pool.csv [options]",
        "Make an association pool from the headers of FITS files. --candidate\n"
        "'c1000:background=PATTERN' adds a candidate, and may be repeated.",
    ),
    "rules": ("asn rules [--json]", "List the rules that come with the package."),
    "show": ("asn show RULE [options]", "Print the numbered steps of a rule and what it is for."),
    "explain": (
        "asn explain RULE [--file NAME] [--json] [options] FILES",
        "Tell why each file is in a product or in none. Nothing is written.",
    ),
    "check": (
        "asn check [--strict] [--json] FILE.json ...",
        "Find what a pipeline would stumble over in association files. Also told are\n"
        "members that are not beside the association file. The exit status is 1 where\n"
        "there is an error.",
    ),
    "tree": ("asn tree FILE.json ...", "Draw the products and members of association files."),
    "demo": (
        "asn demo [FOLDER]",
        "Make sample exposures and associations of them, and show how. FOLDER\n"
        "(asn_demo) is made if it is missing; files of a demo before are replaced.",
    ),
}


def overview_line(name: str) -> str:
    """Return one sentence about a command.

    >>> overview_line("rules")
    'List the rules that come with the package.'
    """
    return " ".join(re.split(r"(?<=\.)\s", _ABOUT[name][1], maxsplit=1)[0].split())


def overview(commands: Mapping[str, Callable[..., Any]]) -> str:
    """Return the help of ``asn``: its commands, a line each.

    >>> print(overview({"rules": print}).splitlines()[0])
    usage: asn COMMAND ...
    """
    width = max(map(len, commands))
    lines = [f"  {name:<{width}}  {overview_line(name)}" for name in commands]
    return "\n".join(["usage: asn COMMAND ...", "", *lines, "", "'asn COMMAND --help' tells more.", ""])


def command_help(program: str, name: str, command: Callable[..., Any], rule: Any = None) -> str:
    """Return the help of one command, with the knobs of a rule where one is given.

    >>> from asn_fp.cli.commands import rules
    >>> print(command_help("asn", "rules", rules).splitlines()[0])
    usage: asn rules [--json]
    """
    usage, about = _ABOUT[name]
    options = [
        each for each in options_of(inspect.signature(command, eval_str=True), SHORTS) if each.name not in ("files", "folder")
    ]
    if program == "asn":
        options = [each for each in options if each.name != "rule"]
    knobs = knobs_of(rule) if rule is not None else {}
    rows = [_row(each, knobs.get(each.name), rule) for each in options]
    parts = [f"usage: {usage}", "", about, *(["", _of_rule(rule)] if rule is not None and program == "asn" else [])]
    if rows:
        parts += ["", "options:", *rows, *_wrapped("  -h, --help", "show this text")]
    if any(each.name == "background" for each in options):
        parts += ["", _PARTNERS]
    return "\n".join([*parts, ""])


def _of_rule(rule: Any) -> str:
    name = rule.name if isinstance(rule, Rule) else getattr(rule, "__name__", str(rule))
    doc = rule.doc if isinstance(rule, Rule) else (inspect.getdoc(rule) or "")
    about = re.split(r"^(?:Args|Raises|Returns|Examples?):$", f"{name}: {doc}", maxsplit=1, flags=re.MULTILINE)[0].strip()
    paragraphs = about.split("\n\n")
    return "\n\n".join(each if re.search(r"^\s", each, re.MULTILINE) else textwrap.fill(each, _WIDTH) for each in paragraphs)


def rule_knobs(rule: Any) -> dict[str, str]:
    """Return what the docstring of a rule says about each of its knobs.

    >>> from asn_fp.rules.lists import level3
    >>> rule_knobs(level3)
    {'product_name': "the name of the product, which the pipeline's output files begin with."}
    """
    _, _, args = (inspect.getdoc(rule) or "").partition("Args:\n")
    block = re.split(r"\n\S", args, maxsplit=1)[0]
    found = re.findall(r"^    (\w+)(?: \([^)\n]*\))?: (.*(?:\n {6,}.*)*)", block, flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def _row(option: Option, knob: inspect.Parameter | None, rule: Any) -> str:
    value, text = OPTION_HELP.get(option.name, (option.name.upper(), ""))
    letter = f"-{option.short}, " if option.short else ""
    shown = f"  {letter}{option.spelled}" + ("" if option.kind is Kind.FLAG else f" {value}")
    if knob is not None and option.name not in _SHARED:
        negated = "=false" if knob.default is True else ""
        shown = f"  {option.spelled}" + (negated if option.kind is Kind.FLAG else f" {option.name.upper()}")
        text = " ".join([rule_knobs(rule).get(option.name, ""), *_notes(option, knob)]).strip()
    return "\n".join(_wrapped(shown, text))


def _notes(option: Option, knob: inspect.Parameter) -> list[str]:
    """Return what the signature says of a rule's knob."""
    default = [] if knob.default in (knob.empty, None, False, "", (), []) else [f"(default: {knob.default})"]
    needed = ["(required)"] if option.required else default
    return [*needed, *(["(may be repeated)"] if option.kind is Kind.LIST else [])]


def _wrapped(left: str, text: str) -> list[str]:
    lines = textwrap.wrap(text, _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False) or [""]
    first = f"{left:<{_INDENT}}{lines[0]}" if len(left) + 2 <= _INDENT else f"{left}\n{'':<{_INDENT}}{lines[0]}"
    return [first.rstrip(), *(f"{'':<{_INDENT}}{line}" for line in lines[1:])]
