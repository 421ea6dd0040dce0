"""What the tests of the command line share: both commands run in this process, in a folder of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from attrs import frozen

from asn_fp.cli.main import run


class Result(NamedTuple):
    """Hold what a command line gave."""

    status: int
    out: str
    err: str


@frozen
class Cli:
    """Run command lines in a folder."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def asn(self, *words: str) -> Result:
        """Run ``asn``."""
        return self._run("asn", words)

    def from_list(self, *words: str) -> Result:
        """Run ``asn_from_list``."""
        return self._run("asn_from_list", words)

    def made(self, *words: str) -> dict[str, Any]:
        """Return the association that ``asn_from_list -o -`` prints for the words."""
        result = self.from_list("-o", "-", *words)
        assert (result.status, result.err) == (0, "")
        return json.loads(result.out)

    def members(self, *words: str) -> list[tuple[str, str]]:
        """Return the names and roles in the one stage-3 product of the words."""
        (product,) = self.made("--product-name", "p", *words)["products"]
        return [(member["expname"], member["exptype"]) for member in product["members"]]

    def write(self, name: str, content: str | bytes = "") -> Path:
        """Write a file, and the folders above it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def names(self) -> list[str]:
        """Return what is in the folder."""
        return sorted(path.name for path in self.folder.iterdir())

    def _run(self, program: str, words: tuple[str, ...]) -> Result:
        self.capsys.readouterr()
        status = run(program, words)
        return Result(status, *self.capsys.readouterr())


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Give both commands, in an empty folder that is the current one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("ASN_TRACEBACK", raising=False)
    return Cli(folder, capsys)
