"""Print one table of ratios, all from one run: lists, the generator and headers, beside jwst and plain dicts built by hand.

    python benchmarks/ratios.py                       jwst in the same environment
    python benchmarks/ratios.py --peer-python PATH    jwst in another one
    python benchmarks/ratios.py --quick               jwst on 1,000 names instead of 10,000: seconds, not a minute
    python benchmarks/ratios.py --mega                also asn_generate of jwst on its largest pool: minutes

Every measurement is a process of its own; what is compared closely runs in turns, and all but the start-up is processor
time, so that a busy machine spoils little. A linear task would have a growth of 1, a quadratic one of 10; the plain dicts
have about 2, because Python's garbage collector and the processor's caches meet more objects. The exit status is 1 where a
target is missed.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from workload import (
    LEVEL_2,
    LEVEL_3,
    PRODUCT,
    SUFFIX,
    file_names,
    plain_text,
    pool_text,
    repeated_pool,
    wheel_pools,
    write_headers,
)

_ROOT: Final = Path(__file__).parents[1]
_ROUNDS: Final = 5
_STARTS: Final = 15
_OURS: Final = "from asn_fp.cli.main import asn_from_list; asn_from_list()"
_PEER: Final = "from jwst.associations.asn_from_list import main; main()"
_OUR_GENERATOR: Final = "from asn_fp.cli.main import asn; asn()"
_PEER_GENERATOR: Final = "from jwst.associations.main import main; main()"
_HEADERS: Final = 300


@dataclass(frozen=True)
class Row:
    """Hold one line of the table: what was compared, both measurements, their ratio, and what it should be."""

    what: str
    ours: str
    other: str
    ratio: float | None
    wanted: str = ""
    met: bool = True

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the texts of the line."""
        verdict = ("met" if self.met else "MISSED") if self.wanted else ""
        return self.what, self.ours, self.other, "" if self.ratio is None else f"{self.ratio:.3g}", self.wanted, verdict


# ------------------------------------------------------------------------------- what runs in a process of its own


def ours(rule: str, names: list[str]) -> str:
    """Return the text of the association that asn_fp makes."""
    from asn_fp import asn_from_list, dumps

    return dumps(asn_from_list(names, rule, **({"product_name": PRODUCT} if SUFFIX[rule] == "cal" else {})))


def peers(rule: str, names: list[str]) -> str:
    """Return the text of the association that jwst makes."""
    from jwst.associations.asn_from_list import asn_from_list
    from jwst.associations.lib import rules_level2_base, rules_level3_base

    module, knobs = (rules_level2_base, {}) if rule == LEVEL_2 else (rules_level3_base, {"product_name": PRODUCT})
    return str(asn_from_list(names, rule=getattr(module, rule), **knobs).dump()[1])


def by_hand(rule: str, names: list[str]) -> str:
    """Return the text of the same association from plain dicts."""
    return plain_text(names, LEVEL_2 if SUFFIX[rule] == "rate" else LEVEL_3)


def best(function: Callable[[str, list[str]], str], rule: str, size: int, rounds: int = 1) -> float:
    """Return the shortest of several processor times, in seconds, of one task on names that are made before."""
    names = file_names(size, rule)
    times = []
    for _ in range(rounds):
        gc.collect()
        begin = time.process_time()
        function(rule, names)
        times.append(time.process_time() - begin)
    return min(times)


def time_of_ours(rule: str, size: int) -> list[float]:
    """Return our time."""
    best(ours, rule, 10)
    return [best(ours, rule, size, _ROUNDS)]


def time_of_peer(rule: str, size: int) -> list[float]:
    """Return the time of jwst; once where it takes long."""
    best(peers, rule, 10)
    return [best(peers, rule, size, 1 if size > 1_000 and rule == LEVEL_2 else _ROUNDS)]


def beside_by_hand(rule: str, size: int) -> list[float]:
    """Return our time and that of the plain dicts, measured in turns."""
    best(ours, rule, 10)
    pairs = [(best(ours, rule, size), best(by_hand, rule, size)) for _ in range(_ROUNDS)]
    return [min(mine for mine, _ in pairs), min(other for _, other in pairs)]


def growth(rule: str, size: int) -> list[float]:
    """Return our time, and ten times that for a tenth of the names, measured in turns."""
    best(ours, rule, 10)
    pairs = [(best(ours, rule, size), 10 * best(ours, rule, size // 10, 3)) for _ in range(_ROUNDS)]
    return [min(long for long, _ in pairs), min(short for _, short in pairs)]


def memory(rule: str, size: int) -> list[float]:
    """Return the peak memory of the process, in megabytes, after one run."""
    ours(rule, file_names(size, rule))
    return _peak()


def _peak() -> list[float]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return [peak / (1e6 if sys.platform == "darwin" else 1e3)]


def generated(mode: str, size: int) -> float:
    """Return the processor time, in seconds, to read a pool of that many rows and to run the rules of both stages."""
    from asn_fp.generate import generate
    from asn_fp.sources.pools import parse_pool

    text = repeated_pool(size)
    gc.collect()
    begin = time.process_time()
    assert generate(parse_pool(text), mode=mode).names
    return time.process_time() - begin


def generator_growth(mode: str, size: int) -> list[float]:
    """Return the time for a pool, and ten times that for a tenth of its rows."""
    generated(mode, 100)
    return [generated(mode, size), 10 * min(generated(mode, size // 10) for _ in range(_ROUNDS))]


def generator_memory(mode: str, size: int) -> list[float]:
    """Return the peak memory of the process, in megabytes, after one run of the generator."""
    generated(mode, size)
    return _peak()


def headers_of_ours(folder: str, size: int) -> list[float]:
    """Return the time to read headers, one after the other in this process."""
    from asn_fp.sources.headers import read_headers

    return [_reading(lambda names: read_headers(names, processes=1), folder, size)]


def headers_of_peer(folder: str, size: int) -> list[float]:
    """Return the time of jwst to make a pool of FITS files."""
    from jwst.associations.mkpool import mkpool

    return [_reading(mkpool, folder, size)]


def _reading(function: Callable[[list[str]], object], folder: str, size: int) -> float:
    names = write_headers(Path(folder), size)
    function(names[:2])
    begin = time.process_time()
    function(names[2:])
    return time.process_time() - begin


TASKS: Final[Mapping[str, Callable[[str, int], list[float]]]] = {
    task.__name__: task
    for task in (
        time_of_ours,
        time_of_peer,
        beside_by_hand,
        growth,
        memory,
        generator_growth,
        generator_memory,
        headers_of_ours,
        headers_of_peer,
    )
}


# --------------------------------------------------------------------------------------------------- from them to rows


def in_process(python: str, task: str, rule: str, size: int) -> list[float]:
    """Run a task in a process of its own and return its numbers."""
    words = [python, "-W", "ignore", __file__, "--task", task, rule, str(size)]
    done = subprocess.run(words, env=environment(), stdout=subprocess.PIPE, check=True)
    numbers: list[float] = json.loads(done.stdout.splitlines()[-1])
    return numbers


def environment(cache: str | None = None) -> dict[str, str]:
    """Return the environment variables of a process: the checkout is importable; with a cache, bytecode is kept there."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE" or cache is None}
    return {**kept, "PYTHONPATH": str(_ROOT)} | ({"PYTHONPYCACHEPREFIX": cache} if cache else {})


def start_up(python: str, program: str, folder: str) -> float:
    """Return the seconds that one run of the command on two files takes."""
    words = [python, "-c", program, "-o", "out_asn.json", "-r", LEVEL_2, *file_names(2, LEVEL_2)]
    begin = time.perf_counter()
    subprocess.run(words, cwd=folder, env=environment(f"{folder}/bytecode"), check=True, capture_output=True)
    return time.perf_counter() - begin


def start_up_row(peer_python: str) -> Row:
    """Compare the start of the two commands, in turns, with bytecode that is compiled already, as it is when installed."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = [(start_up(sys.executable, _OURS, folder), start_up(peer_python, _PEER, folder)) for _ in range(_STARTS + 1)][
            1:
        ]
    mine, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    return _times("start of asn_from_list, two files: ours / jwst", mine, other, mine / other, at_most=0.4)


def processor_time(python: str, program: str, pool: Path, folder: str) -> float:
    """Return the processor time, in seconds, of a whole process that plans all associations of the candidates of a pool."""
    words = [python, "-W", "ignore", "-c", program, *(["generate"] if program == _OUR_GENERATOR else [])]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environ = environment(f"{folder}/bytecode")
    subprocess.run([*words, "--all-candidates", "--dry-run", str(pool)], env=environ, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def generator_row(peer_python: str | None) -> Row:
    """Compare the whole processes of the two generators on the largest pool; ours alone without the other Python."""
    what = "asn generate --all-candidates --dry-run, mega_pool"
    pool = wheel_pools()["mega_pool"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mega_pool.csv"
        path.write_text(pool_text(pool["columns"], pool["rows"]), encoding="ascii")
        runs = [processor_time(sys.executable, _OUR_GENERATOR, path, folder) for _ in range(_ROUNDS + 1)][1:]
        mine = statistics.median(runs)
        if peer_python is None:
            return Row(f"{what}: ours", f"{mine:.4g} s", "", None)
        other = processor_time(peer_python, _PEER_GENERATOR, path, folder)
    return _times(f"{what}: jwst / ours", mine, other, other / mine, at_least=100)


def headers_row(peer_python: str) -> Row:
    """Compare the reading of headers, in one process each."""
    with tempfile.TemporaryDirectory() as folder:
        (mine,), (other,) = (
            in_process(python, task, folder, _HEADERS)
            for python, task in ((sys.executable, "headers_of_ours"), (peer_python, "headers_of_peer"))
        )
    return _times(f"{_HEADERS} headers of 250 cards: jwst / ours", mine, other, other / mine, at_least=8)


def _times(
    what: str, mine: float, other: float, ratio: float, *, at_least: float | None = None, at_most: float | None = None
) -> Row:
    wanted = f">= {at_least:g}" if at_least is not None else f"<= {at_most:g}" if at_most is not None else ""
    met = (at_least is None or ratio >= at_least) and (at_most is None or ratio <= at_most)
    return Row(what, f"{mine:.4g} s", f"{other:.4g} s", ratio, wanted, met)


def rows(peer_python: str | None, peer_size: int, *, mega: bool) -> Iterator[Row]:
    """Measure, and yield the lines of the table."""
    if peer_python is not None:
        for rule, target in ((LEVEL_2, 200 if peer_size >= 10_000 else None), (LEVEL_3, None)):
            (mine,), (other,) = (
                in_process(python, task, rule, peer_size)
                for python, task in ((sys.executable, "time_of_ours"), (peer_python, "time_of_peer"))
            )
            yield _times(f"{rule}, {peer_size:,} names to text: jwst / ours", mine, other, other / mine, at_least=target)
    for rule in SUFFIX:
        mine, other = in_process(sys.executable, "beside_by_hand", rule, 100_000)
        yield _times(f"{rule}, 100,000 names to text: ours / plain dicts", mine, other, mine / other, at_most=10)
    for rule in SUFFIX:
        mine, other = in_process(sys.executable, "growth", rule, 100_000)
        yield _times(f"{rule}, 100,000 names / 10 times 10,000", mine, other, mine / other, at_most=3)
    if peer_python is not None:
        yield start_up_row(peer_python)
    for rule in SUFFIX:
        (peak,) = in_process(sys.executable, "memory", rule, 100_000)
        yield Row(f"{rule}, 100,000 names to text: peak memory", f"{peak:.0f} MB", "", None, "<= 400 MB", peak <= 400)
    yield generator_row(peer_python if mega else None)
    mine, other = in_process(sys.executable, "generator_growth", "all-candidates", 100_000)
    yield _times("generate, both stages, 100,000 rows / 10 times 10,000", mine, other, mine / other, at_most=3)
    (peak,) = in_process(sys.executable, "generator_memory", "all-candidates", 100_000)
    yield Row("generate, both stages, 100,000 rows: peak memory", f"{peak:.0f} MB", "", None, "<= 1000 MB", peak <= 1000)
    if peer_python is not None:
        yield headers_row(peer_python)


def shown(table: Iterable[Row]) -> str:
    """Return the lines as a text with columns."""
    cells = [("what", "ours", "other", "ratio", "target", ""), *(row.cells for row in table)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells)


def main(words: list[str] | None = None) -> int:
    """Measure everything, print the table, and return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description="Print one table of ratios: asn_fp beside jwst and plain dicts.")
    parser.add_argument("--peer-python", metavar="PATH", help="a Python that has jwst; by default this one, if it has")
    parser.add_argument("--quick", action="store_true", help="run jwst on 1,000 names instead of 10,000")
    parser.add_argument("--mega", action="store_true", help="also run asn_generate of jwst on its largest pool: minutes")
    parser.add_argument("--task", nargs=3, metavar=("NAME", "RULE", "SIZE"), help=argparse.SUPPRESS)
    given: Any = parser.parse_args(words)
    if given.task:
        name, rule, size = given.task
        print(json.dumps(TASKS[name](rule, int(size))))
        return 0
    peer_python = given.peer_python or (sys.executable if find_spec("jwst") else None)
    if peer_python is None:
        print("jwst is not installed here, so its lines are left out; give --peer-python PATH", file=sys.stderr)
    table = list(rows(peer_python, 1_000 if given.quick else 10_000, mega=given.mega))
    print(shown(table))
    return 0 if all(row.met for row in table) else 1


if __name__ == "__main__":
    sys.exit(main())
