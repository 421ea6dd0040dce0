"""The option of the benchmarks, and the folder that they import their workload from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the user say how far the peer may go: at level 2 its time grows with the square of the size."""
    text = "the longest list to run jwst on (10000 takes it half a minute a run at level 2; default 1000)"
    parser.addoption("--peer-up-to", type=int, default=1000, metavar="SIZE", help=text)
