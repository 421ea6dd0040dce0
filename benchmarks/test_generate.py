"""Pools and headers to all their associations: the generator on the pools of the wheel of jwst and on long ones.

Run with ``pytest benchmarks``; ``ratios.py`` prints the table of what matters, beside jwst.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from workload import pool_text, repeated_pool, wheel_pools, write_headers

from asn_fp.fates import orphans
from asn_fp.generate import generate
from asn_fp.sources.headers import read_headers
from asn_fp.sources.pools import parse_pool

SIZES = (1_000, 10_000, 100_000)
POOLS = wheel_pools()


def rounds(size: int) -> int:
    """Return how often to measure a pool of a size: once where it takes half a minute."""
    return 1 if size > 10_000 else 3


@pytest.mark.parametrize("name", POOLS)
def test_wheel_pools(benchmark: BenchmarkFixture, name: str) -> None:
    """Make every association of a pool of the wheel."""
    exposures = parse_pool(pool_text(POOLS[name]["columns"], POOLS[name]["rows"]))
    benchmark.group = "generate, pools of the wheel"
    assert benchmark(generate, exposures).exposures


@pytest.mark.parametrize("mode", ["default", "all-candidates"])
@pytest.mark.parametrize("size", SIZES)
def test_long_pools(benchmark: BenchmarkFixture, size: int, mode: str) -> None:
    """Make every association of a long pool."""
    exposures = parse_pool(repeated_pool(size))
    benchmark.group = f"generate, {size} rows"
    assert benchmark.pedantic(generate, (exposures,), {"mode": mode}, rounds=rounds(size)).names  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("size", SIZES[:2])
def test_orphans(benchmark: BenchmarkFixture, size: int) -> None:
    """Find the reason why each exposure in no association is in none."""
    exposures = parse_pool(repeated_pool(size))
    made = generate(exposures, mode="all-candidates")
    benchmark.group = f"orphans, {size} rows"
    assert benchmark.pedantic(orphans, (exposures, made), rounds=rounds(size))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("size", SIZES)
def test_read_pool(benchmark: BenchmarkFixture, size: int) -> None:
    """Read a pool."""
    text = repeated_pool(size)
    benchmark.group = f"read a pool, {size} rows"
    read = benchmark.pedantic(parse_pool, (text,), rounds=rounds(size))  # type: ignore[no-untyped-call]
    assert len(read) == size


@pytest.mark.parametrize("size", [100, 1_000])
def test_read_headers(benchmark: BenchmarkFixture, tmp_path: Path, size: int) -> None:
    """Read headers in one process."""
    names = write_headers(tmp_path, size)
    benchmark.group = f"read headers, {size} files"
    read = benchmark.pedantic(read_headers, (names,), {"processes": 1}, rounds=3)  # type: ignore[no-untyped-call]
    assert len(read) == size
