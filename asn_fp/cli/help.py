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
    "output_dir": ("DIR", "the folder to write to, under names that say what is inside; made if it is missing"),
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
    "role": ("ROLE=PATTERN", "files that have a role whatever their headers say: background='*_sky_*', psf=@list.txt, "
             "background:observation=002; may be repeated"),
    "leave_out": ("PATTERN", "files to leave out, by name or by value (observation=003); may be repeated"),
    "at_least": ("ROLE=N", "an error where a science file gets fewer of a role: background=1; may be repeated"),
    "match": ("KEY,...", "what a dedicated background must share with a science file, instead of the rule's keys"),
    "closest": ("KEY", "put the backgrounds in the order of their distance in a number: expstart"),
    "file": ("NAME", "tell the whole story of this file, step by step"),
    "json": ("", "print JSON"),
    "html": ("", "print a page to look at in a browser; -o FILE.html writes it"),
    "report": ("FILE.html", "also write a page that shows what was made, and what was left out and why"),
    "members": ("", "a line for each member, with its role"),
    "strict": ("", "count warnings as errors"),
    "candidate": ("ID:TYPE", "the candidate that the files are, for rules that ask for a type: c1000:mosaic"),
    "set": ("COLUMN=VALUE[:PATTERN]", "a value that beats the header, of all files or those of a pattern; may be repeated"),
    "leave_out_unreadable": ("", "leave out files that cannot be read, with a warning"),
    "ids": ("ID,...", "only these candidates: o001, c1000"),
    "discover": ("", "only what all exposures together give, whatever candidates give too"),
    "all_candidates": ("", "only candidates, not all exposures together"),
    "stage": ("2|3", "only the rules of one stage"),
    "rules": ("FILE.py", "a Python file with further rules; may be repeated"),
    "version_id": ("[=TAG]", "a tag for the files and their names; without a value the time"),
    "merge": ("", "put stage-2 products of one type and candidate into one file"),
    "orphans": ("FILE", "write the exposures that are in no association to a pool file"),
    "dry_run": ("", "write nothing; show the plan, and what is in no association and why"),
    "overwrite": ("", "replace existing files"),
    "delimiter": ("CHARACTER", "what separates the cells of the pool, if that is not recognised"),
    "same_names": ("HOW", "two stage-3 products of one name: distinguish (make: default) puts what differs into the names, "
                   "keep (generate: default) only tells, refuse is an error"),
}  # fmt: skip
"""For each option what its value is called, and what it does."""

_MORE_CANDIDATES: Final = ("ID:TYPE[=PATTERN]", "a further candidate, of all files or those of a pattern: 'c1000:background="
                           "jw01234002*'; may be repeated")  # fmt: skip
_OF_COMMAND: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("generate", "output_dir"): ("DIR", "the folder to write to (by default this one); made if it is missing"),
    **{(name, "candidate"): _MORE_CANDIDATES for name in ("generate", "pool", "explain generate")},
    **{(name, "output_file"): ("FILE.html", "the page to write") for name in ("report", "explain", "explain generate")},
    ("report", "among"): (
        "FILES",
        "the files that the associations were made of, or the pool: tells of each where it is, or what left it out; "
        "patterns, commas, @list.txt; may be repeated",
    ),
    ("report", "rule"): (
        "RULE",
        "the rule that made them, or the word generate, where they do not say it",
    ),
    ("explain generate", "file"): ("NAME", "tell of this file only, with its stories step by step"),
    **{(name, "output_file"): ("FILE", "the association file to write; - prints it") for name in ("edit", "merge")},
    ("edit", "in_place"): ("", "overwrite FILE.json"),
    ("edit", "add"): ("NAME[:EXPTYPE]", "add a member (science) to each product that lacks it; may be repeated"),
    ("edit", "remove"): ("PATTERN", "remove the members whose names match; may be repeated"),
    ("edit", "keep"): ("[ROLE:]KEY=VALUE,...", "keep only the members whose names tell this value; may be repeated"),
    ("edit", "swap_suffix"): ("OLD=NEW", "give members another product suffix; may be repeated"),
    ("edit", "rename_product"): ("NAME", "the products' name, a template such as '{name}_v2', or OLD=NEW (may be repeated)"),
    ("edit", "set"): ("KEY=VALUE", "set a top-level key to a text, or to null; may be repeated"),
    ("edit", "product"): ("PATTERN", "change only the products whose names match; may be repeated"),
    ("edit", "ignore_suffix"): ("", "compare names to remove without suffix and extension"),
    **{
        (name, "paths"): (
            "HOW",
            "how members are written: as-given, basename, relative, absolute; by default as given, and "
            "relative names are corrected where the folder changes",
        )
        for name in ("edit", "merge", "split")
    },
    ("merge", "force"): ("", "merge also different association types"),
    ("split", "by"): (
        "KEY,...",
        "one file for each value: product, program, observation, visit, activity, exposure, segment, "
        "detector, instrument, or a keyword of headers such as filter",
    ),
    ("split", "rename_product"): ("TEMPLATE", "rename the products of each file, for example '{name}_{value}'"),
    ("diff", "keys"): ("", "compare the top-level keys too"),
    ("diff", "ignore_folders"): ("", "compare names of members without their folders"),
    ("gather", "types"): ("EXPTYPE,...", "only members of these roles; the others leave the association too"),
    ("gather", "exclude"): ("EXPTYPE|PATTERN,...", "leave out members by role or name; may be repeated"),
    ("gather", "link"): ("KIND", "link the files and do not copy them: hard or symbolic"),
    ("gather", "source"): ("DIR", "the folder that members are in, if it is not the association's"),
    ("gather", "allow_missing"): ("", "gather the files that are there, and warn of the others"),
    ("pool", "output_file"): ("FILE", "the pool file to write; - prints it"),
}
"""The same, where an option means something else in one command."""

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
        """\
Make every association of a pool, or of FITS files by their headers. Each rule
runs for each candidate of the exposures, and for all exposures together. All
files are written, or none; an existing one is an error without --overwrite.

  asn generate jw01234_pool.csv --dry-run
      shows what would be made, and why exposures are in no association
  asn generate *_rate*.fits --ids o001,c1000 --output-dir associations
      the associations of two candidates, by the headers""",
    ),
    "pool": (
        "asn pool FILES -o pool.csv [options]",
        "Make an association pool from the headers of FITS files. --candidate\n"
        "'c1000:background=PATTERN' adds a candidate, and may be repeated.",
    ),
    "explain generate": (
        "asn explain generate POOL | FILES [--file NAME] [-o FILE.html] [options]",
        "Tell of each exposure in which associations it is, or why it is in none.\nNothing else is written.",
    ),
    "rules": ("asn rules [--json]", "List the rules that come with the package."),
    "show": (
        "asn show RULE [options]",
        "Print the numbered steps of a rule and what it is for. The options that RULE\n"
        "adds are shown by 'asn show RULE --help'.",
    ),
    "explain": (
        "asn explain RULE [--file NAME] [--json] [-o FILE.html] [options] FILES",
        "Tell why each file is in a product or in none. No association is written. The\n"
        "options that RULE adds are shown by 'asn explain RULE --help'.\n"
        "'asn explain generate POOL | FILES' tells it of all that 'asn generate' makes.",
    ),
    "check": (
        "asn check [--strict] [--json] FILE.json ...",
        "Find what a pipeline would stumble over in association files. Also told are\n"
        "members that are not beside the association file. The exit status is 1 where\n"
        "there is an error.",
    ),
    "tree": ("asn tree FILE.json ...", "Draw the products and members of association files."),
    "table": (
        "asn table [--members] [--json] FILE.json ...",
        "List products, and how many members play which role. --members lists every\nmember.",
    ),
    "report": (
        "asn report FILE.json ... -o report.html [--among FILES]",
        """\
Write a page that shows association files. It has their products, members with
roles, the keys that matched, and what a check finds. It is one file that needs
no network, can be searched, and can be read on a phone and printed.

  asn report l2_asn.json l3_asn.json -o report.html
  asn report l2_asn.json -o report.html --among '*_rate.fits'
      also tells what was left out of these files, and why""",
    ),
    "edit": (
        "asn edit FILE.json -o FILE | --in-place [options]",
        """\
Change the members, names and keys of an association file. What is not changed
stays as it is, byte for byte in a file of the archive's layout. A product that
loses its last science member goes.

  asn edit l3_asn.json -o l3_destreak_asn.json --swap-suffix cal=destreak
  asn edit l2_asn.json --in-place --remove '*_00003_nrs1_*' --keep detector=nrs1
  asn edit l2_asn.json -o new_asn.json --add 'sky*_rate.fits:background'""",
    ),
    "merge": (
        "asn merge FILE.json ... -o FILE [--force]",
        "Make one association file of several. Products of one name are joined. Of each\n"
        "top-level key the first value stays, and those that differ are told.",
    ),
    "split": (
        "asn split FILE.json --by KEY --output-dir DIR",
        "Make an association file of each value of a key, or of each product. Partners\n"
        "go with the science that shares their value, or else with all.",
    ),
    "diff": (
        "asn diff A.json B.json [--json]",
        "Tell what differs between two association files. Products, members and roles\n"
        "are compared, in whatever order. The exit status is 1 where anything differs.",
    ),
    "gather": (
        "asn gather FILE.json DEST [options]",
        "Copy or link the files of an association to a folder. The association goes\n"
        "there too, with names that work. Files that are there already, with the same\n"
        "size and time, are not copied again.",
    ),
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
    if program == "asn" and name != "report":
        options = [each for each in options if each.name != "rule"]
    knobs = knobs_of(rule) if rule is not None else {}
    rows = [_row(name, each, knobs.get(each.name), rule) for each in options]
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


def _row(name: str, option: Option, knob: inspect.Parameter | None, rule: Any) -> str:
    value, text = _OF_COMMAND.get((name, option.name)) or OPTION_HELP.get(option.name, (option.name.upper(), ""))
    letter = f"-{option.short}, " if option.short else ""
    shown = f"  {letter}{option.spelled}" + ("" if option.kind is Kind.FLAG else f" {value}")
    if knob is not None and option.name not in _SHARED:
        shown = f"  {option.negated or option.spelled}" + ("" if option.kind is Kind.FLAG else f" {option.name.upper()}")
        told = rule_knobs(rule).get(option.name, "")
        told = (f"not so: {told}" if told else "switches it off.") if option.negated else told
        text = " ".join([told, *_notes(option, knob)]).strip()
    return "\n".join(_wrapped(shown, text))


def _notes(option: Option, knob: inspect.Parameter) -> list[str]:
    """Return what the signature says of a rule's knob."""
    default = [] if knob.default in (knob.empty, None, False, True, "", (), []) else [f"(default: {knob.default})"]
    needed = ["(required)"] if option.required else default
    return [*needed, *(["(may be repeated)"] if option.kind is Kind.LIST else [])]


def _wrapped(left: str, text: str) -> list[str]:
    lines = textwrap.wrap(text, _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False) or [""]
    first = f"{left:<{_INDENT}}{lines[0]}" if len(left) + 2 <= _INDENT else f"{left}\n{'':<{_INDENT}}{lines[0]}"
    return [first.rstrip(), *(f"{'':<{_INDENT}}{line}" for line in lines[1:])]
