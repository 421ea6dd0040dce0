"""Every rule has a docstring, a section in the documentation, and golden cases: files in, association and explanation out.

A new case is a folder ``golden/<rule>/<case>`` with an ``items.json`` for a rule of lists, or a ``pool.csv`` for a rule of
the generator; ``python tests/test_rules.py`` writes what comes out beside it, to be read before it is committed.
"""

import inspect
import json
import re
import warnings
from pathlib import Path

import pytest

import asn_fp
from asn_fp import transforms
from asn_fp.explain import explain
from asn_fp.generate import generator_rules
from asn_fp.pipeline import Rule
from asn_fp.rules import RULES
from asn_fp.rules.auto import MODES
from asn_fp.sources.pools import candidates_of, parse_pool

GOLDEN = Path(__file__).parent / "golden"
DOCS = [Path(__file__).parents[1] / "docs" / "reference" / page for page in ("rules.md", "modes.md")]
CASES = sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in GOLDEN.glob("*/*/items.json"))
OWN_CASES = [case for case in CASES if case.partition("/")[0] in RULES]
POOL_CASES = sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in GOLDEN.glob("*/*/pool.csv"))
GENERATOR_RULES = generator_rules()
MODE_RULES = {"auto", *(f"{mode}{stage}" for mode in MODES for stage in (2, 3))}
"""Those that tests/test_modes.py and tests/test_scenarios.py run on files, instead of golden cases."""


def without_version(text):
    """Return the text of associations without the package's version."""
    return re.sub(r'"code_version": "[^"]*"', '"code_version": "VERSION"', text)


def outcome(case):
    """Return the association's text, without the version, and the explanation, table first, then each file's story."""
    given = json.loads((GOLDEN / case / "items.json").read_text())
    chosen = case.partition("/")[0]
    items = [tuple(item) if isinstance(item, list) else item for item in given["items"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", asn_fp.AsnWarning)
        association = asn_fp.asn_from_list(items, chosen, **given["knobs"])
    report = asn_fp.explain(chosen, items, **given["knobs"])
    return without_version(association.dump()[1]), "\n\n".join([str(report), *map(str, report.stories)]) + "\n"


def pool_outcome(case):
    """Return the associations' text, without the version, and the explanation, with the stories of what is left out."""
    exposures = parse_pool((GOLDEN / case / "pool.csv").read_text())
    rule = GENERATOR_RULES[case.partition("/")[0]]
    expanded = transforms.expand(exposures, lambda exposure: candidates_of(exposure.meta["asn_candidate"]))
    report = explain(rule, expanded)
    text = json.dumps([association.to_dict() for association in rule(expanded)], indent=4) + "\n"
    stories = [str(story) for story in report.stories if story.left_out]
    return without_version(text), "\n\n".join([str(report), *stories]) + "\n"


@pytest.mark.parametrize("case", OWN_CASES)
def test_golden_cases(case):
    """The items of a case give its association and its explanation, byte for byte."""
    association, explanation = outcome(case)
    assert association == (GOLDEN / case / "association.json").read_text()
    assert explanation == (GOLDEN / case / "explanation.txt").read_text()


@pytest.mark.parametrize("case", POOL_CASES)
def test_golden_pools(case):
    """The pool of a case gives its associations, and the explanation with the exposures that stay out, byte for byte."""
    associations, explanation = pool_outcome(case)
    assert associations == (GOLDEN / case / "associations.json").read_text()
    assert explanation == (GOLDEN / case / "explanation.txt").read_text()


@pytest.mark.parametrize("case", POOL_CASES)
def test_golden_pools_show_what_a_rule_takes_and_what_not(case):
    """The pool of a case has exposures that the rule puts into products, and at least one that it leaves out."""
    report = (GOLDEN / case / "explanation.txt").read_text()
    assert json.loads((GOLDEN / case / "associations.json").read_text())
    assert "left out by step" in report.partition("\n\n")[2]


@pytest.mark.parametrize("name", sorted(set(RULES) - MODE_RULES))
def test_every_rule_has_a_golden_case(name):
    """A rule without a golden case is not tested."""
    cases, file = (POOL_CASES, "pool.csv") if name in GENERATOR_RULES else (CASES, "items.json")
    assert any(case.startswith(f"{name}/") for case in cases), f"add tests/golden/{name}/<case>/{file}"


def test_every_golden_case_has_a_rule():
    """A folder of golden cases that no rule and no other test reads is a mistake."""
    assert {case.partition("/")[0] for case in CASES} - {"peer_lists"} <= set(RULES) - set(GENERATOR_RULES)
    assert {case.partition("/")[0] for case in POOL_CASES} <= set(GENERATOR_RULES)
    assert {path.name for path in GOLDEN.iterdir()} <= {case.partition("/")[0] for case in (*CASES, *POOL_CASES)}


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_docstring(name):
    """A rule says in a sentence what it makes, of which type and for which pipelines, and what each of its knobs does."""
    doc = inspect.getdoc(RULES[name]) or ""
    first = doc.partition("\n")[0]
    assert first.endswith(".")
    assert len(first.split()) > 5
    for knob in inspect.signature(RULES[name]).parameters:
        assert f"{knob}:" in doc, f"the docstring of {name} does not tell of its knob {knob}"


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_section_in_the_docs(name):
    """The reference has a heading for each rule."""
    lines = [line for page in DOCS for line in page.read_text().splitlines()]
    headings = [line.strip("# `") for line in lines if line.startswith("#")]
    assert headings.count(name) == 1, f"neither docs/reference/rules.md nor modes.md has a section {name!r}, or both have"


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_composed_of_steps(name):
    """A rule is a function of knobs that gives a Rule of its own name, at most twenty steps long."""
    composed = RULES[name]()
    assert isinstance(composed, Rule)
    assert composed.name == name
    assert 1 < len(composed.steps) <= 20
    assert str(composed).splitlines()[0] == name


def test_the_rules_are_collected_from_the_folder():
    """RULES has the five list rules, and each name is that of its function."""
    assert {"Association", "DMSLevel2bBase", "DMS_Level3_Base", "level2", "level3"} <= set(RULES)
    assert [name for name, function in RULES.items() if function.__name__ != name] == []


def record():
    """Write what comes out of each case beside it."""
    for case in OWN_CASES:
        for file, text in zip(("association.json", "explanation.txt"), outcome(case), strict=True):
            (GOLDEN / case / file).write_text(text)
    for case in POOL_CASES:
        for file, text in zip(("associations.json", "explanation.txt"), pool_outcome(case), strict=True):
            (GOLDEN / case / file).write_text(text)


if __name__ == "__main__":
    record()
