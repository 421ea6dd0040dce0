"""The demonstration: real files, real commands, and nobody's files replaced."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from astropy.io import fits

import asn_fp

ROOT = Path(asn_fp.__file__).parents[1]


@pytest.fixture
def bash(tmp_path):
    """Give a way to run a script in bash where the command asn_from_list is this one."""
    shim = tmp_path / "bin" / "asn_from_list"
    shim.parent.mkdir()
    code = "from asn_fp.cli.main import asn_from_list; asn_from_list()"
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{code}" "$@"\n')
    shim.chmod(0o755)
    path = os.pathsep.join([str(shim.parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    return lambda script, folder: subprocess.run(
        [shutil.which("bash") or "bash", "-e", "-c", script], cwd=folder, env=env, check=True, capture_output=True, text=True
    )


def commands(text: str) -> str:
    """Return the commands in what the demonstration prints."""
    return text[text.index("\ncd ") + 1 :].partition("\n\n")[0]


def test_the_samples_are_exposures(cli):
    """The sample files are FITS files with the keywords of real exposures, by whose names they are called."""
    assert cli.asn("demo", "it").status == 0
    headers = {path.name: fits.getheader(path) for path in (cli.folder / "it").glob("*.fits")}
    assert len(headers) == 33
    for name, header in headers.items():
        assert name == header["FILENAME"]
        assert name.startswith(f"jw{header['PROGRAM']}{header['OBSERVTN']}{header['VISIT']}_")
        assert f"_{header['EXPOSURE']}_{header['DETECTOR'].lower()}_" in name
    assert {header["EXP_TYPE"] for header in headers.values()} == {"NRS_IFU", "NRC_CORON"}
    counts = [sum(bool(header.get(key)) for header in headers.values()) for key in ("IS_IMPRT", "BKGDTARG", "IS_PSF")]
    assert counts == [10, 6, 9]


def test_the_associations(cli):
    """Headers alone give every nod the other nods, backgrounds and leakcals of its detector, and the rolls their references."""
    assert cli.asn("demo").status == 0
    level2, level3 = (json.loads((cli.folder / f"asn_demo/{name}_asn.json").read_text()) for name in ("l2", "l3"))
    nods = [product for product in level2["products"] if product["name"].startswith("jw01234001")]
    for product in nods:
        detector = product["name"].rpartition("_")[2]
        assert [member["exptype"] for member in product["members"]] == ["science", *["background"] * 5, *["imprint"] * 5]
        assert all(f"_{detector}_" in member["expname"] for member in product["members"])
    (rolls,) = level3["products"]
    assert (len(nods), len(level2["products"])) == (8, 12)
    assert [member["exptype"] for member in rolls["members"]] == ["science"] * 2 + ["psf"] * 9
    checked = cli.asn("check", "--strict", "asn_demo/l2_asn.json", "asn_demo/l3_asn.json")
    assert checked == (0, "asn_demo/l2_asn.json: no findings\nasn_demo/l3_asn.json: no findings\n", "")


def test_what_it_prints(cli):
    """The demonstration prints the commands, a tree, the paths that it wrote, and why each file is where it is."""
    result = cli.asn("demo", "my demo/")
    assert (result.status, result.err) == (0, "")
    assert commands(result.out).splitlines()[0] == "cd 'my demo'"
    for told in (
        "asn_from_list -o l2_asn.json -r auto",
        "asn_from_list -o l3_asn.json -r auto",
        "\nwritten:\n  my demo/l2_asn.json\n  my demo/l3_asn.json\n",
        "├── jw01234001001_02101_00001_nrs1\n",
        "imprint  ",
    ):
        assert told in result.out
    told = [line.split()[0] for line in result.out.partition("asn explain auto")[2].splitlines() if line.startswith("jw")]
    assert sorted(told) == sorted(path.name for path in (cli.folder / "my demo").glob("*.fits"))
    assert sorted(path.name for path in (cli.folder / "my demo").glob("*.json")) == ["l2_asn.json", "l3_asn.json"]


def test_the_printed_commands_make_the_same(cli, bash):
    """The commands that are printed, run by bash, give the same bytes, also beside other exposures."""
    printed = cli.asn("demo", "it's/here").out
    made = [cli.folder / "it's/here" / name for name in ("l2_asn.json", "l3_asn.json")]
    before = [path.read_bytes() for path in made]
    for path in made:
        path.unlink()
    cli.write("it's/here/jw99999001001_02101_00001_nrs1_rate.fits")
    ran = bash(commands(printed), cli.folder)
    assert ran.stderr == ""
    assert [path.read_bytes() for path in made] == before


def test_a_second_run(cli):
    """A second run gives the same files and text, also where an association was changed since."""
    first = cli.asn("demo", "it")
    before = {path.name: path.read_bytes() for path in (cli.folder / "it").iterdir()}
    cli.write("it/l2_asn.json", "changed")
    assert cli.asn("demo", "it") == first
    assert {path.name: path.read_bytes() for path in (cli.folder / "it").iterdir()} == before


FOREIGN = {
    "a file": ("it", "it (a file has this name)"),
    "under a file": ("it/sub", "the path goes through a file"),
    "an association of the user": ("mine", "output file (there already, and not from a demo): 'mine/l2_asn.json'"),
    "an exposure of the user": ("data", "and not from a demo): 'data/jw01234001001_02101_00001_nrs1_rate.fits'"),
}  # fmt: skip


@pytest.mark.parametrize(("folder", "told"), FOREIGN.values(), ids=FOREIGN)
def test_nobodys_files_are_replaced(cli, folder, told):
    """A folder that is a file, or that holds files of these names which no demo made, is one error, and stays."""
    cli.write("it", "mine")
    cli.write("mine/l2_asn.json", "mine")
    cli.write("data/jw01234001001_02101_00001_nrs1_rate.fits", "mine")
    result = cli.asn("demo", folder)
    assert (result.status, result.out, result.err.count("\n")) == (1, "", 1)
    assert told.removeprefix("it ") in result.err
    files = [path for path in cli.folder.rglob("*") if path.is_file()]
    assert [path.read_text() for path in files] == ["mine"] * 3
