"""The commands as processes of their own: pipes that close, signals, and streams that fail."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import asn_fp

ROOT = Path(asn_fp.__file__).parents[1]
UNSET = ("ASN_TRACEBACK", "PYTHONUNBUFFERED")
ENV = {key: value for key, value in os.environ.items() if key not in UNSET} | {"PYTHONPATH": str(ROOT)}
SLOW = """
import signal, sys, time
from asn_fp import rule, steps as s

def slow():
    def wait(bundle):
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background of a script would ignore it
        print("waiting", file=sys.stderr, flush=True)
        time.sleep(30)
    return rule("slow", s.read(), s.gather(), s.name(wait), s.seal(asn_rule="slow"))
"""


def words(program: str, *rest: str) -> list[str]:
    return [sys.executable, "-c", f"from asn_fp.cli.main import {program}; {program}()", *rest]


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in which the words ``asn`` and ``asn_from_list`` are the commands; its status is the command's."""
    defined = "".join(
        f'{program}() {{ "$PYTHON" -c "from asn_fp.cli.main import {program}; {program}()" "$@"; }}\n'
        for program in ("asn", "asn_from_list")
    )
    return subprocess.run(
        ["bash", "-c", defined + script],
        cwd=folder,
        env={**ENV, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_ctrl_c(tmp_path):
    """Ctrl-C in a running rule ends with 130 after one line, and an existing output stays."""
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "old.json").write_text("old")
    command = words("asn_from_list", "-r", "slow.py:slow", "-o", "old.json", "a.fits")
    with subprocess.Popen(command, cwd=tmp_path, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "interrupted; nothing more was written\n")
    assert ((tmp_path / "old.json").read_text(), sorted(path.name for path in tmp_path.glob("*.json"))) == ("old", ["old.json"])


CLOSED = {
    "rules": "asn rules",
    "a long association": "seq -f jw01234001001_02101_%05g_nrs1_rate.fits 3000 | asn_from_list -o - -r level2 -",
    "by its device": "seq -f jw01234001001_02101_%05g_nrs1_rate.fits 3000 | asn_from_list -o /dev/stdout -r level2 -",
}


@pytest.mark.parametrize("line", CLOSED.values(), ids=CLOSED)
def test_a_closed_pipe_makes_no_noise(tmp_path, line):
    """When the reader goes away, nothing is said about it."""
    ran = shell(f"set -o pipefail; {line} | (exec <&-; sleep 0.1)", tmp_path)
    assert (ran.stdout, ran.stderr) == ("", "")
    assert ran.returncode == 141


def test_head_gets_its_line(tmp_path):
    """The first line of a long answer can be taken with head."""
    ran = shell("asn rules | head -1; seq 5000 | asn_from_list -o - -r level2 - | head -1", tmp_path)
    assert (len(ran.stdout.splitlines()), ran.stdout.splitlines()[1], ran.stderr) == (2, "{", "")


NO_INPUT = "error: standard input (cannot be read): '-'; pipe names to it, one a line\n"
STREAMS = {
    "full": ("asn rules > /dev/full", 1, "error: standard output (No space left on device): '-'; send it elsewhere\n"),
    "closed": ("asn rules >&-", 0, ""),
    "no input": ("asn_from_list -o x.json - <&-", 1, NO_INPUT),
}  # fmt: skip


@pytest.mark.parametrize(("line", "status", "told"), STREAMS.values(), ids=STREAMS)
def test_streams_that_fail(tmp_path, line, status, told):
    """A stream that is full or closed gives at most one line, and no traceback."""
    ran = shell(line, tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (status, "", told)


def test_names_by_pipe_and_by_device(tmp_path):
    """Names come by a pipe, and -o /dev/stdout prints nothing but the association."""
    ran = shell("printf 'a_cal.fits\\r\\nb c_cal.fits\\n' | asn_from_list --product-name p -o /dev/stdout -", tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [member["expname"] for member in json.loads(ran.stdout)["products"][0]["members"]] == ["a_cal.fits", "b c_cal.fits"]


def test_bytes_that_are_no_text(tmp_path):
    """A file name of undecodable bytes passes through the command line into the association and back out of it."""
    name = b"\xff\xe9_cal.fits"
    subprocess.run(
        [*map(os.fsencode, words("asn_from_list", "--product-name", "p", "-o", "x.json")), name],
        cwd=tmp_path,
        env=ENV,
        check=True,
        capture_output=True,
    )
    (product,) = json.loads((tmp_path / "x.json").read_text())["products"]
    assert os.fsencode(product["members"][0]["expname"]) == name
    ran = shell("asn tree x.json; asn check x.json", tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
