"""Lists of files to associations, and to their JSON text: asn_fp, plain dicts built by hand, and jwst, side by side.

Run with ``pytest benchmarks``; ``ratios.py`` prints the table of what matters.
"""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from workload import LEVEL_2, LEVEL_3, PRODUCT, SUFFIX, file_names, plain, plain_text

from asn_fp import __version__, asn_from_list, dumps

SIZES = (100, 1_000, 10_000, 100_000)
RULES = tuple(SUFFIX)
PLAIN_RULES = (LEVEL_2, LEVEL_3)


def knobs_of(rule: str) -> dict[str, str]:
    """Return the knobs that a rule needs: a product name at stage 3."""
    return {"product_name": PRODUCT} if SUFFIX[rule] == "cal" else {}


def grouped(benchmark: BenchmarkFixture, what: str, rule: str, size: int) -> None:
    """Put a benchmark into one table with what it is compared with: the same task at the same stage and size."""
    stage = "level 2" if SUFFIX[rule] == "rate" else "level 3"
    benchmark.group = f"{what}, {stage}, {size} names"


@pytest.mark.parametrize("rule", PLAIN_RULES)
def test_the_plain_dicts_are_the_same_text(rule: str) -> None:
    """The yardstick measures the same work: its text is ours, byte for byte."""
    names = file_names(250, rule)
    assert plain_text(names, rule, __version__) == dumps(asn_from_list(names, rule, **knobs_of(rule)))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rule", RULES)
def test_build(benchmark: BenchmarkFixture, rule: str, size: int) -> None:
    """Make an association of a list of names."""
    names = file_names(size, rule)
    grouped(benchmark, "build", rule, size)
    assert benchmark(asn_from_list, names, rule, **knobs_of(rule)).products


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rule", RULES)
def test_build_and_text(benchmark: BenchmarkFixture, rule: str, size: int) -> None:
    """Make an association of a list of names, and its JSON text."""
    names, knobs = file_names(size, rule), knobs_of(rule)
    grouped(benchmark, "build and text", rule, size)
    assert benchmark(lambda: dumps(asn_from_list(names, rule, **knobs)))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rule", PLAIN_RULES)
def test_plain_build(benchmark: BenchmarkFixture, rule: str, size: int) -> None:
    """Write the same association down as plain dicts, by hand."""
    names = file_names(size, rule)
    grouped(benchmark, "build", rule, size)
    assert benchmark(plain, names, rule)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rule", PLAIN_RULES)
def test_plain_build_and_text(benchmark: BenchmarkFixture, rule: str, size: int) -> None:
    """Write the same association down as plain dicts, by hand, and format them with msgspec."""
    names = file_names(size, rule)
    grouped(benchmark, "build and text", rule, size)
    assert benchmark(plain_text, names, rule)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("text", [False, True], ids=["build", "build_and_text"])
@pytest.mark.parametrize("size", SIZES[:3])
@pytest.mark.parametrize("rule", PLAIN_RULES)
def test_peer(benchmark: BenchmarkFixture, pytestconfig: pytest.Config, rule: str, size: int, text: bool) -> None:
    """Make the same association, and its text, with jwst."""
    if size > pytestconfig.getoption("--peer-up-to"):
        pytest.skip("give --peer-up-to=10000 to run it: half a minute a run at level 2")
    peer = pytest.importorskip("jwst.associations.asn_from_list")
    module = pytest.importorskip("jwst.associations.lib.rules_level" + ("2_base" if rule == LEVEL_2 else "3_base"))
    names, knobs = file_names(size, rule), knobs_of(rule)
    grouped(benchmark, "build and text" if text else "build", rule, size)

    def run() -> object:
        association = peer.asn_from_list(names, rule=getattr(module, rule), **knobs)
        return association.dump() if text else association

    assert benchmark.pedantic(run, rounds=1 if size > 1_000 else 3)  # type: ignore[no-untyped-call]
