"""File names as typed: lists, patterns, standard input, and what is refused."""

from __future__ import annotations

import io
import os
import sys
from types import SimpleNamespace

import pytest

from asn_fp.cli.inputs import expand_files, expand_partners, key_values, refuse_folders, refuse_overwriting
from asn_fp.errors import FileError, ItemError, UsageError

LISTS = {
    "plain": (b"a.fits\nb.fits\n", ["a.fits", "b.fits"]),
    "no last line end": (b"a.fits\nb.fits", ["a.fits", "b.fits"]),
    "CRLF": (b"a.fits\r\nb.fits\r\n", ["a.fits", "b.fits"]),
    "empty lines and comments": (b"# mine\n\na.fits\n  \n", ["a.fits"]),
    "commas": (b"a,b.fits\n", ["a,b.fits"]),
    "spaces": (b"a b.fits\n c.fits \n", ["a b.fits", " c.fits "]),
    "patterns are names": (b"*.fits\n@x\n-\n", ["*.fits", "@x", "-"]),
    "unicode": ("é☃.fits\n".encode(), ["é☃.fits"]),
    "byte order mark": (b"\xef\xbb\xbfa.fits\n", ["a.fits"]),
    "undecodable": (b"\xff.fits\n", [os.fsdecode(b"\xff.fits")]),
    "vertical tab is no line end": (b"a\x0bb\x1cc\n", ["a\x0bb\x1cc"]),
}


@pytest.mark.parametrize(("content", "names"), LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("expand", [expand_files, expand_partners])
def test_a_list_holds_one_name_a_line(cli, expand, content, names):
    """A list of names gives its lines as they are, for FILES and for partners."""
    cli.write("my list,1.txt", content)
    assert expand(["@my list,1.txt"]) == names


@pytest.mark.parametrize(("content", "names"), LISTS.values(), ids=LISTS)
def test_standard_input_is_a_list(monkeypatch, content, names):
    """A lone hyphen reads names from standard input, as from a list, in its place."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert expand_files(["first", "-", "last"]) == ["first", *names, "last"]


@pytest.mark.parametrize("stdin", [None, SimpleNamespace(buffer=SimpleNamespace(read=lambda: os.read(-1, 1)))])
def test_no_standard_input_is_an_error(monkeypatch, stdin):
    """A closed or unreadable standard input is one error."""
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(FileError, match=r"^standard input \(cannot be read\)"):
        expand_files(["-"])


def test_a_list_in_utf_16_is_refused(cli):
    """A list that PowerShell wrote is refused with the way out, as its names would hold zero bytes."""
    cli.write("list.txt", "a.fits\n".encode("utf-16"))
    with pytest.raises(FileError, match=r"^list of names \(it holds zero bytes\): 'list.txt'; save it as"):
        expand_files(["@list.txt"])


def test_a_missing_list_names_the_nearest(cli):
    """A list that is not there is an error with the nearest name."""
    cli.write("names.txt")
    with pytest.raises(FileError, match=r"'nmaes.txt'; did you mean 'names.txt'\?"):
        expand_files(["@nmaes.txt"])


FILES = ["a_rate.fits", "bkg1.fits", "bkg2.fits", "sub/bkg3.fits", "we[i]rd.fits", "st*r.fits"]
PATTERNS = {
    "star": (["bkg*.fits"], ["bkg1.fits", "bkg2.fits"], ["bkg1.fits", "bkg2.fits"]),
    "in a folder": (["./sub/*"], ["./sub/bkg3.fits"], ["./sub/bkg3.fits"]),
    "question mark": (["bkg?.fits"], ["bkg1.fits", "bkg2.fits"], ["bkg1.fits", "bkg2.fits"]),
    "brackets": (["bkg[12].fits"], ["bkg[12].fits"], ["bkg1.fits", "bkg2.fits"]),
    "a file of this very name": (["we[i]rd.fits", "st*r.fits"], ["we[i]rd.fits", "st*r.fits"], ["we[i]rd.fits", "st*r.fits"]),
    "comma": (["a,b"], ["a,b"], ["a", "b"]),
    "commas and patterns": (["x,bkg*.fits,"], None, ["x", "bkg1.fits", "bkg2.fits"]),
    "lone at": (["@"], ["@"], ["@"]),
}


@pytest.mark.parametrize(("words", "files", "partners"), PATTERNS.values(), ids=PATTERNS)
def test_patterns(cli, words, files, partners):
    """Patterns are expanded in order; commas separate, and brackets are a pattern, in partner options only."""
    for name in FILES:
        cli.write(name)
    assert files is None or expand_files(words) == files
    assert expand_partners(words) == partners


def test_patterns_without_a_file_are_told_together(cli):
    """Every pattern that no file matches is a line of one error, with the folder that was searched."""
    with pytest.raises(ItemError) as caught:
        expand_partners(["x*.fits", "sub/y?.fits"])
    assert str(caught.value).splitlines() == [
        "pattern (no file matches): 'x*.fits'; in the folder '.'",
        "pattern (no file matches): 'sub/y?.fits'; in the folder 'sub'",
    ]


def test_folders_are_refused_together(cli):
    """Names that are folders are refused, all in one error; files and names that are not there are not."""
    (cli.folder / "one").mkdir()
    (cli.folder / "two").mkdir()
    cli.write("a.fits")
    with pytest.raises(FileError) as caught:
        refuse_folders(["one", "a.fits", "two/", "no such", "nul\0"])
    assert str(caught.value).splitlines() == [
        "input file (a folder): 'one'; name the files in it: one/*.fits",
        "input file (a folder): 'two/'; name the files in it: two/*.fits",
    ]


def absolute(cli):
    return ["a.fits"], str(cli.folder / "a.fits")


def link(cli):
    (cli.folder / "out.json").symlink_to("a.fits")
    return ["a.fits"], "out.json"


def hard_link(cli):
    (cli.folder / "out.json").hardlink_to("a.fits")
    return ["a.fits"], "out.json"


def input_link(cli):
    (cli.folder / "in.fits").symlink_to("a.fits")
    return ["in.fits"], "a.fits"


def linked_folder(cli):
    (cli.folder / "sub").symlink_to(".")
    return ["sub/new.fits"], "new.fits"


SAME = {
    "same name": lambda _: (["a.fits"], "a.fits"),
    "another spelling": lambda _: (["a.fits"], "./a.fits"),
    "absolute": absolute,
    "symbolic link": link,
    "hard link": hard_link,
    "input is a link": input_link,
    "not there yet": lambda _: (["new.fits"], "./new.fits"),
    "not there yet, by a linked folder": linked_folder,
}


@pytest.mark.parametrize("prepare", SAME.values(), ids=SAME)
def test_an_output_that_is_an_input_is_refused(cli, prepare):
    """An output is refused if it is an input too, by whatever name or link, even before the file exists."""
    cli.write("a.fits")
    names, output = prepare(cli)
    with pytest.raises(FileError, match=r"^output file \(also an input, '.*'\): '.*'; give the output another name$"):
        refuse_overwriting(["other.fits", *names], [output])


@pytest.mark.parametrize(("name", "output"), [("a.fits", "b.json"), ("sub/x", "x"), ("/dev/null", "/dev/null")])
def test_other_outputs_are_not(cli, name, output):
    """Another file, one of the same name elsewhere, and a device are fine as output."""
    cli.write("a.fits")
    refuse_overwriting([name], [output])


def test_key_values():
    """Words of the form key=value give a dict, where values may hold an equals sign; others are wrong usage."""
    assert key_values(["a=1", "b=x=y", "c="], "--meta") == {"a": "1", "b": "x=y", "c": ""}
    for wrong in ("a", "=a"):
        with pytest.raises(UsageError, match=rf"^--meta \(not of the form key=value\): '{wrong}'"):
            key_values([wrong], "--meta")
