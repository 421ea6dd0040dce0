"""Record what the peer, ``jwst.associations``, generates from the pools of its wheel and from random pools.

Rerun in an environment that has ``jwst`` 3.0.0 (asn_fp is not needed), one pool after the other::

    python tests/parity/peer.py                # the pools of the wheel, 8 minutes, most of them mega_pool
    python tests/parity/peer.py pool_021_tso   # these pools only, merged into the files
    python tests/parity/peer.py --random 300   # the random pools of the seeds 0 to 299, 3 minutes
    python tests/parity/peer.py --small        # the pools of ``small_pools``, seconds
    python tests/parity/peer.py --counts       # the number of recorded associations of each rule

The files written below ``data/`` (JSON, gzip, the same bytes for the same content):

* ``pools.json.gz``: pool name to ``{"file_name", "columns", "rows"}``, cells as in the file, an empty one is ``""``,
  templated ones (``@!...``) expanded.
* ``peer.json.gz``: pool name to mode (``default``, ``all_candidates``, ``discover``) to the list of associations. A member
  is ``[expname, exptype, exposerr]``, and ``[expname, exptype]`` where the peer gives no exposerr. A pool, or one mode of
  it, on which the peer stops is ``{"error": "..."}``.
* ``peer_random.json.gz``: seed (as text) to mode ``default`` to the list of associations, of ``random_pools.random_pool``.
* ``peer_small.json.gz``: name to mode ``default`` to the list of associations, of the pools of ``small_pools``.
"""

import argparse
import collections
import gzip
import json
import logging
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
MODES = {"default": [], "all_candidates": ["--all-candidates"], "discover": ["--discover"]}
FIELDS = ("asn_type", "asn_rule", "asn_id", "program", "target", "asn_pool", "degraded_status")

Pool = dict[str, Any]


def say(text: str) -> None:
    """Write one line of progress to the standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def load(name: str, folder: Path) -> dict[str, Any]:
    """Read a compressed file of the folder, or nothing if it is not there."""
    path = folder / name
    return json.loads(gzip.decompress(path.read_bytes())) if path.exists() else {}


def save(name: str, content: dict[str, Any], folder: Path) -> None:
    """Write a compressed file whose bytes depend on nothing but its content."""
    ordered = dict(sorted(content.items(), key=lambda item: (len(item[0]) if item[0].isdigit() else 0, item[0])))
    text = json.dumps(ordered, separators=(",", ":"), ensure_ascii=True)
    (folder / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def wheel_pools() -> dict[str, Path]:
    """Find the pool files of the wheel, smallest first."""
    from jwst.associations import tests

    folder = Path(tests.__file__).parent / "data"
    found = {path for path in folder.glob("*.csv") if "pool" in path.name or path.name.startswith("jw")}
    return {path.stem: path for path in sorted(found, key=lambda path: (path.stat().st_size, path.name))}


def read_pool(path: Path) -> Pool:
    """Read a pool file as the peer does, but keep its letters, and expand templated cells (lower-cased) as its tests do."""
    from astropy.io.ascii import convert_numpy
    from astropy.table import Table
    from jwst.associations.lib.counter import Counter
    from jwst.associations.tests import helpers

    table = Table.read(path, format="ascii", delimiter="|", converters={"*": [convert_numpy(str)]})
    table = table.filled("")
    counters = {"expnum": Counter(start=0), "obsnum": Counter(start=0), "acid": Counter(start=999)}

    def expand(cell: str) -> str:
        """Evaluate a templated cell, whose candidate ids come out right in lower case only."""
        return str(helpers.parse_value(cell.lower(), vars(helpers), counters)) if cell.startswith("@!") else cell

    rows = [[expand(str(cell)) for cell in row] for row in table]
    return {"file_name": path.name, "columns": list(table.colnames), "rows": rows}


def write_pool(pool: Pool, folder: Path) -> Path:
    """Write a pool as the text file that the peer reads."""
    path = folder / str(pool["file_name"])
    lines = ["|".join(cells) for cells in [pool["columns"], *pool["rows"]]]
    path.write_text("\n".join(lines) + "\n")
    return path


def plain(asn: Any) -> dict[str, Any]:
    """Take from an association what the tests compare, from the text that the peer would write."""
    file_name, text = asn.dump(format="json")
    document = json.loads(text)
    (product,) = document["products"]
    members = [
        [member["expname"], member["exptype"], *([member["exposerr"]] if "exposerr" in member else [])]
        for member in product["members"]
    ]
    return {
        **{field: document[field] for field in FIELDS},
        "file_name": file_name,
        "product_name": product["name"],
        "members": members,
    }


def run(pool: Pool, mode: str) -> list[dict[str, Any]] | dict[str, str]:
    """Generate from a pool as a fresh ``asn_generate --dry-run`` does."""
    from jwst.associations.lib import prune
    from jwst.associations.lib.rules_level3_base import DMS_Level3_Base
    from jwst.associations.main import Main

    DMS_Level3_Base.sequences.clear()
    DMS_Level3_Base.reset_sequence()
    prune.DupCount = 0
    with tempfile.TemporaryDirectory() as folder:
        path = write_pool(pool, Path(folder))
        try:
            generated = Main.cli([str(path), "--dry-run", *MODES[mode]])
            return [plain(asn) for asn in generated.associations]
        except Exception as error:  # whatever stops the peer is what the tests have to know
            return {"error": f"{type(error).__name__}: {error}".replace(folder, "")}


def run_modes(pool: Pool, modes: Iterable[str]) -> dict[str, Any]:
    """Generate from a pool in some modes."""
    result = {mode: run(pool, mode) for mode in modes}
    errors = [found["error"] for found in result.values() if isinstance(found, dict)]
    return {"error": errors[0]} if len(errors) == len(result) and len(set(errors)) == 1 else result


def record_wheel(names: Iterable[str], folder: Path) -> None:
    """Record pools of the wheel, writing the files after each one."""
    files = wheel_pools()
    for name in names or files:
        start = time.monotonic()
        pool = read_pool(files[name])
        result = run_modes(pool, MODES)
        save("pools.json.gz", load("pools.json.gz", folder) | {name: pool}, folder)
        save("peer.json.gz", load("peer.json.gz", folder) | {name: result}, folder)
        say(f"{name}: {len(pool['rows'])} rows, {summary(result)}, {time.monotonic() - start:.1f} s")


def record_random(seeds: range, folder: Path) -> None:
    """Record random pools, writing the file now and then."""
    from random_pools import random_pool

    results: dict[str, Any] = load("peer_random.json.gz", folder)
    start = time.monotonic()
    for seed in seeds:
        pool = {"file_name": f"random_{seed:05d}_pool.csv", **random_pool(seed)}
        results[str(seed)] = run_modes(pool, ["default"])
        if seed % 20 == 19 or seed == seeds[-1]:
            save("peer_random.json.gz", results, folder)
            say(f"seed {seed}: {summary(results[str(seed)])}, {time.monotonic() - start:.1f} s since the start")


def record_small(folder: Path) -> None:
    """Record the small pools."""
    from small_pools import SMALL, STOPS

    save("peer_small.json.gz", {name: run_modes(pool, ["default"]) for name, pool in {**SMALL, **STOPS}.items()}, folder)


def summary(result: dict[str, Any]) -> str:
    """Say how many associations of each stage a pool gave."""
    if "error" in result:
        return str(result["error"])
    counts = []
    for mode, asns in result.items():
        found = list(asns) if isinstance(asns, list) else []
        second = sum("Lv3" not in asn["asn_rule"] for asn in found)
        counts.append(f"{mode} {second} + {len(found) - second}")
    return ", ".join(counts)


def associations(results: dict[str, Any], mode: str = "default") -> Iterator[dict[str, Any]]:
    """Go through the associations of all pools in one mode."""
    for result in results.values():
        found = result.get(mode, [])
        if isinstance(found, list):
            yield from found


def count(folder: Path) -> None:
    """Write the number of associations of each rule, over the pools of the wheel and over the random pools."""
    files = [load(name, folder) for name in ("peer.json.gz", "peer_random.json.gz")]
    counts = [collections.Counter(asn["asn_rule"] for asn in associations(results)) for results in files]
    for rule in sorted(set().union(*counts)):
        sys.stdout.write(f"{rule:50}" + "".join(f"{number[rule]:8}" for number in counts) + "\n")
    sys.stdout.write(f"{'total':50}" + "".join(f"{number.total():8}" for number in counts) + "\n")
    for results in files:
        errors = collections.Counter(result["error"] for result in results.values() if "error" in result)
        sys.stdout.writelines(f"{number} pools: {error}\n" for error, number in errors.items())


def main() -> None:
    """Read the command line and record what it asks for."""
    parser = argparse.ArgumentParser(description="Record what the peer generates.")
    parser.add_argument("pools", nargs="*", help="pools of the wheel by name, all of them without any")
    parser.add_argument("--random", type=int, metavar="N", help="record the random pools of the first N seeds instead")
    parser.add_argument("--small", action="store_true", help="record the small pools instead")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="with --random: begin with this seed")
    parser.add_argument("--counts", action="store_true", help="only count the recorded associations")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the files")
    args = parser.parse_args()
    args.data.mkdir(parents=True, exist_ok=True)
    if args.counts:
        count(args.data)
        return
    logging.disable(logging.CRITICAL)
    if args.small:
        record_small(args.data)
    elif args.random is not None:
        record_random(range(args.first, args.random), args.data)
    else:
        record_wheel(args.pools, args.data)


if __name__ == "__main__":
    main()
