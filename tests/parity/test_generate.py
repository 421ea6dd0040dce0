"""The generator beside the peer, from recorded results: the same associations, but for the deliberate differences.

The recorded results and the pools come from ``peer.py``; the differences are in ``deliberate.py``, each with a name, and a
section in docs/reference/differences.md.
"""

from __future__ import annotations

import functools
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from deliberate import KINDS, TRUE_SUBSETS, Asn, Comparison, compared, generated, plain, recorded, text_of
from peer import DATA, load
from random_pools import random_pool
from small_pools import SMALL
from small_pools import STOPS as SMALL_STOPS

from asn_fp.check import check
from asn_fp.generate import Generated, generator_rules
from asn_fp.sources.pools import parse_pool

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "differences.md"
POOLS: Mapping[str, Any] = load("pools.json.gz", DATA)
PEER: Mapping[str, Any] = load("peer.json.gz", DATA)
PEER_RANDOM: Mapping[str, Any] = load("peer_random.json.gz", DATA)
PEER_SMALL: Mapping[str, Any] = load("peer_small.json.gz", DATA)
SEEDS = range(300)
SHUFFLES = range(2)

STOPS = {"jw93060_20150312T160130_pool": "asn_candidate"}
"""The pools on which the peer stops, and the column that they lack."""

WHEEL: Mapping[tuple[str, str], Mapping[str, int]] = {
    ("mega_pool", "default"): {TRUE_SUBSETS: 6},
    ("mega_pool", "discover"): {TRUE_SUBSETS: 16},
    ("pool_018_all_exptypes", "discover"): {TRUE_SUBSETS: 5},
    ("pool_010_spec_nirspec_lv2bkg", "default"): {"target-of-the-science": 3},
    ("pool_010_spec_nirspec_lv2bkg", "all_candidates"): {"target-of-the-science": 3},
    ("pool_025_nirspec_fss_nod_chop", "default"): {"target-of-the-science": 6},
    ("pool_025_nirspec_fss_nod_chop", "all_candidates"): {"target-of-the-science": 6},
}
"""What differs on the pools of the wheel; on all others nothing does."""

WARNED: Mapping[str, Mapping[str, int]] = {"mega_pool": {"wfs-many": 30}, "pool_004_wfs": {"wfs-many": 30}}
"""What check warns of in the associations of the wheel's pools, as it would in the peer's."""

RANDOM: Mapping[str, int] = {
    "acquisition-fills-nothing": 3,
    "acquisition-of-own-observation": 8,
    "catalogue-named-as-stage-3": 18,
    "catalogue-of-the-nearest-image": 1,
    "every-own-acquisition": 1,
    "grisms-need-a-catalogue": 1,
    "no-discovery-at-stage-2": 1,
    "nods-by-either-keyword": 28,
    "one-product-once": 18,
    "own-tile-imprints": 17,
    "status-of-members-only": 1,
    "target-of-the-science": 41,
    "wfscmb-needs-two-science": 3,
}
"""What differs on the random pools, by kind."""


def pool_params(names: Iterable[str]) -> list[Any]:
    """Return the pools as parameters, the biggest behind its marker."""
    return [pytest.param(name, marks=pytest.mark.slow) if name == "mega_pool" else name for name in names]


def beside_the_peer(pool: Mapping[str, Any], ours: Generated, theirs: Iterable[Mapping[str, Any]]) -> Comparison:
    """Compare what we make of a pool with what was recorded of the peer."""
    return compared(parse_pool(text_of(pool)), map(plain, ours.associations), map(recorded, theirs))


@functools.cache
def of_wheel(name: str, mode: str = "default") -> Generated:
    """Return what we make of a pool of the wheel."""
    return generated(POOLS[name], mode)


@functools.cache
def of_seed(seed: int) -> Generated:
    """Return what we make of a random pool."""
    return generated(random_pool(seed))


@functools.cache
def random_comparisons() -> Mapping[int, Comparison]:
    """Return the comparisons of all random pools."""
    return {seed: beside_the_peer(random_pool(seed), of_seed(seed), PEER_RANDOM[str(seed)]["default"]) for seed in SEEDS}


def shuffled(pool: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return a pool with its rows in another order."""
    rows = list(pool["rows"])
    random.Random(seed).shuffle(rows)
    return {**pool, "rows": rows}


def without_order(made: Generated) -> dict[str, tuple[Asn, str]]:
    """Return the associations by file name, without the order of their members."""
    found = zip(made.names, made.associations, strict=True)
    return {name: (plain(each), str(each.constraints)) for name, each in found}


def has_differing_twins(pool: Mapping[str, Any]) -> bool:
    """Tell whether one file is listed twice with different cells, so that the first row is the one that counts."""
    return len({row[0].lower() for row in pool["rows"]}) < len({tuple(row) for row in pool["rows"]})


# ------------------------------------------------------------------------------------------------- the peer's answers


@pytest.mark.parametrize("mode", ["default", "all_candidates", "discover"])
@pytest.mark.parametrize("name", pool_params(name for name in POOLS if name not in STOPS))
def test_pools_of_the_wheel(name: str, mode: str) -> None:
    """Every pool of the wheel gives the peer's associations in every mode, but for the kinds listed."""
    found = beside_the_peer(POOLS[name], of_wheel(name, mode), PEER[name][mode])
    assert (found.ours, found.theirs) == ([], [])
    assert found.kinds == WHEEL.get((name, mode), {})


def test_numbers_of_the_wheel() -> None:
    """The golden data hold 1731 associations in default mode, 1701 of candidates, 158 discovered."""
    counts = Counter(mode for name, modes in PEER.items() if name not in STOPS for mode, found in modes.items() for _ in found)
    assert counts == {"default": 1731, "all_candidates": 1701, "discover": 158}


@pytest.mark.parametrize(("name", "column"), STOPS.items())
def test_pools_that_stop_the_peer(name: str, column: str) -> None:
    """A pool without candidates stops the peer, and gives us what all exposures together make."""
    assert PEER[name]["error"] == f"KeyError: '{column}'"
    assert {each.asn_id for each in of_wheel(name).associations} <= {"a3001"}


def test_random_pools() -> None:
    """Random pools give the peer's associations, but for the kinds listed, so many of each."""
    left = {seed: (found.ours, found.theirs) for seed, found in random_comparisons().items() if found.ours or found.theirs}
    assert left == {}
    assert sum((found.kinds for found in random_comparisons().values()), Counter()) == RANDOM


def test_the_peer_lets_no_random_pool_stop() -> None:
    """None of the random pools stopped the peer, and nearly all associations are the same without any kind."""
    assert not [seed for seed in SEEDS if "error" in PEER_RANDOM[str(seed)]]
    same = sum(found.same for found in random_comparisons().values())
    assert same > 0.94 * sum(len(PEER_RANDOM[str(seed)]["default"]) for seed in SEEDS)


@pytest.mark.parametrize("kind", SMALL)
def test_small_pools(kind: str) -> None:
    """A small pool made for a kind of difference differs from the peer's in that kind alone."""
    found = beside_the_peer(SMALL[kind], generated(SMALL[kind]), PEER_SMALL[kind]["default"])
    assert (found.ours, found.theirs) == ([], [])
    assert set(found.kinds) == {kind}


@pytest.mark.parametrize("name", SMALL_STOPS)
def test_small_pools_that_stop_the_peer(name: str) -> None:
    """An undefined cell or a missing column that stops the peer costs us at most that exposure's associations."""
    assert re.match("KeyError|LookupError", PEER_SMALL[name]["error"])
    assert generated(SMALL_STOPS[name]).associations


def test_every_kind_occurs() -> None:
    """Every kind of difference shows in the pools of the wheel, the random pools or the small ones."""
    counted = {kind for kinds in WHEEL.values() for kind in kinds} | set(RANDOM) | set(SMALL)
    assert counted == {TRUE_SUBSETS, *KINDS}


def test_every_kind_is_explained() -> None:
    """The page on the differences has a section for every kind, under its name."""
    headings = re.findall(r"^## (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {TRUE_SUBSETS, *KINDS} == set(headings) - {"Reading and numbering"}
    assert len(set(headings)) == len(headings)


def test_the_page_counts_every_kind() -> None:
    """The table of the page on the differences has the numbers that the tests here assert."""
    rows = re.findall(
        r"^\| \[(.+)\]\(#\1\) \| (?:2|3|both) \| (\d+) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    wheel = sum((Counter(kinds) for (_, mode), kinds in WHEEL.items() if mode == "default"), Counter())
    assert rows == [(kind, str(wheel[kind]), str(RANDOM.get(kind, 0))) for kind, _, _ in rows]
    assert {kind for kind, _, _ in rows} == {TRUE_SUBSETS, *KINDS}


def test_every_rule_occurs() -> None:
    """Every rule of the generator makes something of the pools of the wheel or of the random pools."""
    made = [of_wheel(name) for name in POOLS] + [of_seed(seed) for seed in SEEDS]
    rules = {str(each.asn_rule).partition("_")[2] for found in made for each in found.associations}
    assert rules == set(generator_rules())


@pytest.mark.parametrize("name", pool_params(POOLS))
def test_check_finds_nothing(name: str) -> None:
    """A pipeline would stumble over nothing that we generate, but for wavefront sensing of more than two exposures."""
    findings = [finding for each in of_wheel(name).associations for finding in check(each)]
    assert Counter(finding.code for finding in findings) == WARNED.get(name, {})
    assert {finding.severity for finding in findings} <= {"warning"}


# ------------------------------------------------------------------------------------------------- names and order


def numbers_and_science(made: Generated) -> dict[str, list[tuple[int, str]]]:
    """Return number and first science file of the associations that are numbered together."""
    found: dict[str, list[tuple[int, str]]] = {}
    for name, each in zip(made.names, made.associations, strict=True):
        match = re.fullmatch(r"(.*)_(\d{5})_asn\.json", name)
        assert match is not None
        found.setdefault(match[1], []).append((int(match[2]), plain(each).science))
    return found


@pytest.mark.parametrize("name", pool_params(POOLS))
def test_numbers_follow_the_science_files(name: str) -> None:
    """Numbers count from 1 within program, id and type, in the order of the science file names."""
    for numbered in numbers_and_science(of_wheel(name)).values():
        assert [number for number, _ in sorted(numbered)] == list(range(1, len(numbered) + 1))
        assert [science for _, science in sorted(numbered)] == sorted(science for _, science in numbered)


def test_numbers_of_random_pools() -> None:
    """The numbers of random pools follow the science file names too."""
    for seed in SEEDS:
        for numbered in numbers_and_science(of_seed(seed)).values():
            assert [number for number, _ in sorted(numbered)] == list(range(1, len(numbered) + 1))
            assert [science for _, science in sorted(numbered)] == sorted(science for _, science in numbered)


@pytest.mark.parametrize("mode", ["default", "discover"])
def test_no_two_files_of_one_name(mode: str) -> None:
    """No two associations of a pool have one file name."""
    made = [of_wheel(name, mode) for name in POOLS] + [of_seed(seed) for seed in SEEDS]
    assert all(len(set(found.names)) == len(found.names) == len(found.associations) for found in made)


@pytest.mark.parametrize("name", pool_params(POOLS))
def test_order_of_rows(name: str) -> None:
    """Shuffling the rows of a pool changes nothing but the order of members: not even a file name."""
    expected = without_order(of_wheel(name))
    for seed in SHUFFLES:
        assert without_order(generated(shuffled(POOLS[name], seed))) == expected


def test_order_of_rows_of_random_pools() -> None:
    """Shuffling the rows of random pools changes nothing, unless one file is listed twice with different cells."""
    pools = {seed: random_pool(seed) for seed in SEEDS}
    lasting = {seed: pool for seed, pool in pools.items() if not has_differing_twins(pool)}
    assert len(lasting) > 270
    for seed, pool in lasting.items():
        assert without_order(generated(shuffled(pool, seed))) == without_order(of_seed(seed)), seed
