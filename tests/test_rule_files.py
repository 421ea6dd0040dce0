"""Rules in the user's own files and modules."""

import sys

import pytest

from asn_fp.errors import RuleError
from asn_fp.pipeline import Rule
from asn_fp.rule_files import find_rule, rules_in_file, rules_in_files

START = "from asn_fp import rule, steps as s\nfrom asn_fp.pipeline import Rule\n"
MINE = START + 'mine = rule("Mine", s.read(), s.gather(), s.name("p"), s.seal())\n'
FUNCTION = MINE + 'def yours() -> Rule:\n    return mine.named("Yours")\n'
HELPER = FUNCTION + "def helper(names: list) -> list:\n    return names\n\ndef with_knob(name) -> Rule:\n    return mine\n"
UNFINISHED = START + 'half = rule("Half", s.read(), s.gather())\n'


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Give a function that writes a Python file into the current folder, whose modules are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)

    def written(text, name="mine.py"):
        (tmp_path / name).write_text(text)
        return name

    yield written
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "names"),
    [(MINE, ["Mine"]), (FUNCTION, ["Mine", "Yours"]), (HELPER, ["Mine", "Yours"])],
    ids=["value", "function", "helper"],
)
def test_the_rules_of_a_file(write, text, names):
    """Rules and functions that say they return one and need no knobs are the file's rules; other functions are not."""
    assert [each.name for each in rules_in_file(write(text))] == names
    assert list(rules_in_files(["mine.py"])) == names


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it defines none"),
        ("x = 1\n", "it defines none"),
        ("x = 1 / 0\n", "ZeroDivisionError: division by zero"),
        ("def x(:\n", "SyntaxError"),
        ("import nothing_of_this_name\n", "ModuleNotFoundError"),
    ],
)
def test_a_file_without_rules(write, text, told):
    """A file that defines no rule, or does not run, is an error with the reason."""
    with pytest.raises(RuleError, match=told):
        rules_in_file(write(text))


def test_a_missing_file(write):
    """A file that is not there is an error."""
    with pytest.raises(RuleError, match=r"no such file\): 'gone.py'"):
        rules_in_file("gone.py")


def test_what_the_generator_cannot_run(write):
    """Rules that make no associations and two rules of one name are told together."""
    write(MINE, "one.py")
    write(MINE + UNFINISHED.removeprefix(START), "two.py")
    with pytest.raises(RuleError) as caught:
        rules_in_files(["one.py", "two.py"])
    assert sorted(line.partition(":")[0] for line in str(caught.value).splitlines()) == [
        "rule (in two.py, it gives no associations)",
        "rule (two of that name, one in two.py)",
    ]


@pytest.mark.parametrize(("name", "files"), [("mine.py:mine", []), ("mine", ["mine.py"]), ("mine.py:yours", [])])
def test_a_rule_is_found(write, name, files):
    """A rule is found by file and name, or by name in the files given."""
    write(FUNCTION)
    found = find_rule(name, *files)
    assert isinstance(found, Rule) or callable(found)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("mine.py:mien", "did you mean 'mine'"),
        ("mine.py:Rule2", "not in"),
        ("gone.py:mine", "no such file"),
        ("no_such_module:mine", "is it installed"),
        ("levle3", "did you mean 'level3'"),
        (":mine", r"module of rules \(not the name of a module\): ''"),
        ("./:mine", r"module of rules \(not the name of a module\): './'; is it installed, or meant as a file.py\?"),
        ("mine.json:mine", r"module of rules \(No module named 'mine'\): 'mine.json'; is it installed"),
        ("level2:level2", r"module of rules \(No module named 'level2'\): 'level2'; did you mean 'level2'\?"),
        ("mine.py:", r"rule \(no name behind the colon\): 'mine.py:'; name a rule in it: mine.py:my_rule"),
        (3, "not a rule, a function or a name"),
    ],
)
def test_a_rule_that_is_not_there(write, name, told):
    """An unknown name, file or module is an error with the nearest, and not one of the machinery that imports."""
    write(MINE)
    with pytest.raises(RuleError, match=told) as caught:
        find_rule(name)
    assert caught.value.__cause__ is None


def test_a_module_that_imports_what_is_not_there(write, monkeypatch, tmp_path):
    """A module that is found, but not what it imports, is told so, with its line."""
    write("import no_such_helper\n", "mine_module.py")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuleError, match=r"\(No module named 'no_such_helper'\): 'mine_module'; install") as caught:
        find_rule("mine_module:mine")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_a_file_of_rules_with_a_zero_byte(write):
    """A file of rules that holds a zero byte is told to do so, without a place in the machinery."""
    write("x = 1\0")
    with pytest.raises(RuleError, match="it holds zero bytes") as caught:
        find_rule("mine.py:mine")
    assert caught.value.__cause__ is None
