"""File names as typed: lists, patterns, standard input, and what is refused."""

from __future__ import annotations

import io
import os
import sys
from types import SimpleNamespace

import pytest

from asn_fp.cli import looking
from asn_fp.cli.inputs import expand_files, expand_partners, key_values, names_in, refuse_folders, refuse_overwriting
from asn_fp.cli.roles import told_roles
from asn_fp.errors import FileError, ItemError, UsageError

LISTS = {
    "plain": (b"a.fits\nb.fits\n", ["a.fits", "b.fits"]),
    "no last line end": (b"a.fits\nb.fits", ["a.fits", "b.fits"]),
    "CRLF": (b"a.fits\r\nb.fits\r\n", ["a.fits", "b.fits"]),
    "empty lines and comments": (b"# mine\n\na.fits\n  \n # more\n", ["a.fits"]),
    "commas": (b"a,b.fits\n", ["a,b.fits"]),
    "spaces": (b"a b.fits\n c.fits \n\td.fits \r\n", ["a b.fits", "c.fits", "d.fits"]),
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


@pytest.mark.parametrize("expand", [expand_files, expand_partners])
def test_a_pattern_in_a_list_stands_for_files(cli, expand):
    """A pattern in a list is what it is on the command line: the files that match, a file of that name, or an error."""
    for name in ("a1.fits", "a2.fits", "b*.fits", "b2.fits", "@x", "-"):
        cli.write(name)
    cli.write("list.txt", "a?.fits\nb*.fits\n@x\n-\n")
    assert expand(["@list.txt"]) == ["a1.fits", "a2.fits", "b*.fits", "@x", "-"]
    cli.write("list.txt", "c*.fits\n@y\n-y\n./-y\n")
    with pytest.raises(ItemError) as caught:
        expand(["@list.txt"])
    assert str(caught.value).splitlines() == [
        "pattern (no file matches): 'c*.fits'; in the folder '.'",
        "name in list.txt (a list in a list): '@y'; if it is a file, write ./@y",
        "name in list.txt (it looks like an option): '-y'; if it is a file, write ./-y",
    ]


def test_patterns_to_remove_may_be_listed(cli):
    """A list of members to remove holds patterns for members, not for files."""
    cli.write("list.txt", "*_cal.fits\n@y\n-\n")
    cli.write("x_cal.fits")
    assert names_in(["@list.txt"]) == ["*_cal.fits", "@y", "-"]


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


@pytest.mark.parametrize("command", ["tree", "table", "check", "report", "merge", "make", "generate", "pool"])
def test_a_list_without_names_is_told(cli, command):
    """A list that holds no name is an error wherever files are named; a list of names to remove may be empty."""
    cli.write("list.txt", "# none\n\n")
    cli.write("l_asn.json", '{"products": [{"name": "p", "members": [{"expname": "a.fits", "exptype": "science"}]}]}')
    more = {"make": ["level2"]}.get(command, [])
    out = {"generate": [], "tree": [], "table": [], "check": [], "report": ["-o", "r.html"]}.get(command, ["-o", "n.json"])
    result = cli.asn(command, *more, "@list.txt", *out)
    assert (result.status, "the list holds no name" in result.err) == (1, True)
    assert cli.asn("edit", "l_asn.json", "-o", "e.json", "--remove", "@list.txt").status == 0


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


RULES = """
from asn_fp import rule, steps as s
my_rule = rule("my_rule", s.read(), s.gather(), s.name("p"), s.seal(asn_rule="my_rule"))
"""
ASN = """{"asn_type": "image3", "asn_id": "o001", "asn_pool": "none", "products": [{"name": "p", "members": [
{"expname": "sub/a_cal.fits", "exptype": "science"}, {"expname": "a_cat.ecsv", "exptype": "sourcecat"}]}]}
"""
READ = {
    "rule file": ("make rules.py:my_rule -o {} a_cal.fits", "rules.py"),
    "rule file of asn_from_list": ("asn_from_list -r rules.py:my_rule -o {} a_cal.fits", "rules.py"),
    "ruledefs": ("make my_rule --ruledefs rules.py -o {} a_cal.fits", "rules.py"),
    "rule that is explained": ("explain rules.py:my_rule a_cal.fits -o {}", "rules.py"),
    "FILES from a list": ("make rules.py:my_rule -o {} @list.txt", "list.txt"),
    "associations from a list": ("merge @asns.txt -o {}", "asns.txt"),
    "members to add": ("edit sub/l_asn.json --add @list.txt:psf -o {}", "list.txt"),
    "members to add as science": ("edit sub/l_asn.json --add @list.txt -o {}", "list.txt"),
    "member to add": ("edit sub/l_asn.json --add b_cat.ecsv:psf -o {}", "b_cat.ecsv"),
    "members to remove": ("edit sub/l_asn.json --remove @members.txt -o {}", "members.txt"),
    "backgrounds": ("make level2 --background @rates.txt -o {} x_rate.fits", "rates.txt"),
    "psf": ("make level3 --product-name p --psf @list.txt -o {} x_cal.fits", "list.txt"),
    "role": ("make level2 --role psf=@list.txt -o {} x_rate.fits", "list.txt"),
    "member of an edit": ("edit sub/l_asn.json --set target=t2 -o {}", "sub/a_cat.ecsv"),
    "member of a merge": ("merge sub/l_asn.json -o {}", "sub/a_cat.ecsv"),
    "pool": ("generate p.csv --output-dir o --orphans {} --overwrite", "p.csv"),
    "exposure of a pool": ("generate p.csv --output-dir o --orphans {} --overwrite", "x_table"),
    "rules of the generator": ("generate p.csv --output-dir o --rules rules.py --orphans {} --overwrite", "rules.py"),
    "FITS file": ("make rules.py:my_rule -o {} a_cal.fits", "other.fits"),
    "FITS file by its content": ("merge sub/l_asn.json -o {}", "precious"),
}


@pytest.mark.parametrize(("line", "output"), READ.values(), ids=READ)
def test_nothing_that_a_command_reads_is_written_over(cli, line, output):
    """Lists, files of rules, partners, members, pools and their exposures, and FITS files are refused as output."""
    for name, content in {
        "rules.py": RULES, "list.txt": "b_cal.fits\n", "asns.txt": "sub/l_asn.json\n", "members.txt": "a_cat.ecsv\n",
        "rates.txt": "b_rate.fits\n",
        "sub/l_asn.json": ASN, "sub/a_cat.ecsv": "x", "sub/sub/a_cal.fits": "x", "x_table": "x", "b_cat.ecsv": "x",
        "p.csv": "filename|exp_type|program\nx_table|MIR_IMAGE|1234\n", "other.fits": "", "precious": "SIMPLE  =    T",
    }.items():  # fmt: skip
        cli.write(name, content)
    before = {path: path.read_bytes() for path in cli.folder.rglob("*") if path.is_file()}
    program, *words = line.format(output).split()
    result = cli.from_list(*words) if program == "asn_from_list" else cli.asn(program, *words)
    assert result.status == 1
    assert f"{output!r}; give the output another name" in result.err
    assert ("also an input" in result.err) is (output not in ("other.fits", "precious"))
    assert {path: path.read_bytes() for path in cli.folder.rglob("*") if path.is_file()} == before


def test_key_values():
    """Words of the form key=value give a dict, where values may hold an equals sign; others are wrong usage."""
    assert key_values(["a=1", "b=x=y", "c="], "--meta") == {"a": "1", "b": "x=y", "c": ""}
    for wrong in ("a", "=a"):
        with pytest.raises(UsageError, match=rf"^--meta \(not of the form key=value\): '{wrong}'"):
            key_values([wrong], "--meta")


class Compared(str):
    """A name that counts how often one is compared with another."""

    __slots__ = ()
    count = 0
    __hash__ = str.__hash__

    def __eq__(self, other):
        Compared.count += 1
        return str.__eq__(self, other)


def roles_of_a_list(names):
    """Read a list of backgrounds, half of which are among the files."""
    told_roles(["background=@sky.txt"], {}, names[::2])


def page_of_exposures(names):
    """Ask for a page of exposures alone, which is refused."""
    with pytest.raises(UsageError):
        looking.report(files=tuple(names), output_file="r.html")


@pytest.mark.parametrize("run", [roles_of_a_list, page_of_exposures])
def test_names_are_not_compared_with_all_others(run, monkeypatch):
    """Finding out which of many names are among others takes no comparison of each with each."""
    names = [Compared(f"{number}_rate.fits") for number in range(100)]
    monkeypatch.setattr("asn_fp.cli.roles.expand_partners", lambda _: names)
    monkeypatch.setattr("asn_fp.cli.looking.expand_files", lambda _: names)
    Compared.count = 0
    run(names)
    assert Compared.count < 3 * len(names)


ENDLESS = {
    "check": "check /dev/zero",
    "files": "make level2 -o o.json @/dev/zero",
    "a role": "make level2 -o o.json --role psf=@/dev/zero a_rate.fits",
    "a pool": "generate /dev/zero",
    "edit": "edit /dev/zero -o o.json",
}


@pytest.mark.parametrize("line", ENDLESS.values(), ids=ENDLESS)
def test_a_device_without_end_is_refused(cli, line):
    """A device in the place of a file or of a list is an error at once, and nothing is written."""
    result = cli.asn(*line.split())
    assert (result.status, cli.names()) == (1, [])
    assert "a device, which may have no end): '/dev/zero'" in result.out + result.err
