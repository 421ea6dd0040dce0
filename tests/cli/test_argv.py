"""The rewriting of command lines: tables of words, the traps of fire end to end, and laws."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Sequence
from typing import Any

import fire
import pytest
from fire.decorators import SetParseFns
from hypothesis import assume, given
from hypothesis import strategies as st

from asn_fp.cli.argv import AUTO, Kind, Option, OptionalValue, options_of, parse_functions, rewrite, split_command, wants_help
from asn_fp.errors import UsageError

SHORTS = {"output_file": "o", "rule": "r", "dry_run": "n", "background": "b", "not_of_this_command": "r"}


def command(
    files: tuple[str, ...],
    output_file: str | None = None,
    rule: str = "DMS_Level3_Base",
    ruledefs: tuple[str, ...] = (),
    background: tuple[str, ...] | None = None,
    dry_run: bool = False,
    version_id: OptionalValue = None,
) -> dict[str, Any]:
    """Return what arrived, as a command of the package would receive it."""
    return {name: value for name, value in locals().items() if value != DEFAULTS[name]}


def strict(output_file: str, rule: str, files: tuple[str, ...]) -> dict[str, Any]:
    """Return what arrived at a command whose parameters must all be given."""
    return locals()


def plain(rule: str = "all", dry_run: bool = False) -> dict[str, Any]:
    """Return what arrived at a command that takes no files."""
    return locals()


def options(fn: Callable[..., Any]) -> tuple[Option, ...]:
    return options_of(inspect.signature(fn, eval_str=True), SHORTS)


DEFAULTS = {name: one.default for name, one in inspect.signature(command).parameters.items()}
OPTIONS, STRICT, PLAIN = options(command), options(strict), options(plain)
NASTY = [
    *("1e5", "1", "001", "0x10", "1_0", "None", "True", "nan", "...", "a,b", "[a]", "[1]", "(1,)", "{a:1}", '{"a":1}', "{}"),
    *(
        "'quoted'",
        '"quoted"',
        "a b",
        " ",
        "a\tb",
        "a\nb",
        "\n",
        "a=b",
        "=",
        "=a",
        "#",
        "a#b",
        "\\",
        "\\n",
        "ü",
        "é" * 3,
        "名.fits",
    ),
    *(
        "",
        "-",
        "@list",
        "*.fits",
        "a:b",
        "\x00",
        "\x7f",
        "\u2028",
        os.fsdecode(b"\xff\xfe.fits"),
        "\ud83d\ude00",
        "😀",
        "\ud83d",
    ),
]
DASHED = ["-x.fits", "--", "--help", "-h", "-1", "-1e5", "--rule", "--rule=x", "-o", "---", "--no-dry-run", "-i", "--trace"]

anything = st.text(st.characters(exclude_categories=()))
undashed = anything.filter(lambda text: text == "-" or not text.startswith("-"))


def through_fire(
    argv: Sequence[str], fn: Callable[..., dict[str, Any]] = command, places: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what the command receives when the words go through ``rewrite`` and the real fire."""
    arrived: list[dict[str, Any]] = []

    def called(*by_place: Any, **by_name: Any) -> None:
        arrived.append(fn(*by_place, **by_name))

    called.__signature__ = inspect.signature(fn, eval_str=True)  # type: ignore[attr-defined]
    taken = options(fn)
    fire.Fire(SetParseFns(**parse_functions(taken))(called), command=rewrite(argv, taken, places), name="asn")
    (only,) = arrived
    return only


def problems(argv: Sequence[str], options: Sequence[Option] = OPTIONS, places: Sequence[str] = ()) -> list[str]:
    """Return the lines of the error that the words cause."""
    with pytest.raises(UsageError) as caught:
        rewrite(argv, options, places)
    return str(caught.value).splitlines()


# ---------------------------------------------------------------- the traps of fire, end to end


@pytest.mark.parametrize("name", NASTY)
def test_every_text_arrives_as_it_was_written(name: str) -> None:
    """A name or a value that looks like a Python literal, a list or nothing at all stays that very text everywhere."""
    arrived = through_fire([name, f"--output-file={name}", "-r", name, f"-b={name}", "--background", name, "--", name])
    assert arrived == {"files": (name, name), "output_file": name, "rule": name, "background": (name, name)}


@pytest.mark.parametrize("name", DASHED)
def test_words_after_two_dashes_are_files(name: str) -> None:
    """After ``--`` a word is a file name even where it looks like an option, fire's own flags and another ``--`` included."""
    assert through_fire(["a.fits", "--", name, "b.fits"]) == {"files": ("a.fits", name, "b.fits")}


@pytest.mark.parametrize("name", DASHED)
def test_a_value_that_begins_with_a_dash_is_written_with_equals(name: str) -> None:
    """Behind ``=`` any value arrives, a dash in front included."""
    arrived = through_fire(["a", f"--output_file={name}", f"-b={name}", f"--background={name}", f"--version-id={name}"])
    assert arrived == {"files": ("a",), "output_file": name, "background": (name, name), "version_id": name}


def test_a_letter_means_its_option_though_two_names_begin_with_it() -> None:
    """``-r`` is the rule although ``ruledefs`` begins with the same letter, which fire calls ambiguous."""
    assert through_fire(["-r", "R", "--ruledefs", "f.py", "a"]) == {"rule": "R", "ruledefs": ("f.py",), "files": ("a",)}


def test_a_repeated_list_option_keeps_every_value() -> None:
    """Each occurrence of a list option adds to the list, in the order of the line and with repeats."""
    arrived = through_fire(["--background", "z", "a", "-b", "y", "--background=z"])
    assert arrived == {"background": ("z", "y", "z"), "files": ("a",)}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *((f"--dry-run={word}", True) for word in ("true", "True", "yes", "1")),
        *((f"--dry_run={word}", False) for word in ("false", "FALSE", "no", "0")),
        *(("-n", True), ("-n=0", False), ("-n=1", True), ("--dry-run", True), ("--dry_run", True)),
    ],
)
def test_a_flag_is_true_or_false_and_never_a_text(word: str, expected: bool) -> None:
    """A flag arrives as a bool, whatever spelling of true or false it was given, and leaves the next word alone."""
    assert through_fire([word, "a"], fn=flagged) == {"files": ("a",), "dry_run": expected}


def flagged(files: tuple[str, ...], dry_run: bool) -> dict[str, Any]:
    """Return a flag that has no default, so that a lost one cannot look like a false one."""
    return locals()


@pytest.mark.parametrize(
    ("argv", "version"),
    [(["--version-id", "a"], AUTO), (["a", "--version-id"], AUTO), (["a", "--version_id=T"], "T"), (["a"], None)],
)
def test_an_option_that_may_lack_its_value_never_eats_a_file(argv: list[str], version: str | None) -> None:
    """``--version-id`` alone means AUTO and the next word stays a file; only ``=`` gives it a text."""
    assert through_fire(argv) == {"files": ("a",)} | ({} if version is None else {"version_id": version})


def test_nothing_is_called_when_the_line_is_wrong() -> None:
    """A misspelt option fails before fire calls the command, so a typo runs nothing."""
    calls = []

    def record(files: tuple[str, ...]) -> dict[str, Any]:
        calls.append(files)
        return {}

    with pytest.raises(UsageError, match="unknown"):
        through_fire(["a", "--bakground", "b"], record)
    through_fire(["a"], record)
    assert calls == [("a",)]


# ---------------------------------------------------------------- how words are read


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["-o", "x", "a", "b"], {"files": ("a", "b"), "output_file": "x"}),
        (["a", "-o", "x", "b"], {"files": ("a", "b"), "output_file": "x"}),
        (["a", "b", "-ox"], {"files": ("a", "b"), "output_file": "x"}),
        (["a", "-o=x"], {"files": ("a",), "output_file": "x"}),
        (["a", "-o==x"], {"files": ("a",), "output_file": "=x"}),
        (["a", "-ox=y"], {"files": ("a",), "output_file": "x=y"}),
        (["a", "-o="], {"files": ("a",), "output_file": ""}),
        (["a", "--output-file", "x"], {"files": ("a",), "output_file": "x"}),
        (["a", "--output_file", "x"], {"files": ("a",), "output_file": "x"}),
        (["a", "--output-file=x_-y"], {"files": ("a",), "output_file": "x_-y"}),
        (["a", "--output-file="], {"files": ("a",), "output_file": ""}),
        (["a", "-o", "-"], {"files": ("a",), "output_file": "-"}),
        (["-", "a"], {"files": ("-", "a")}),
        (["a", "a"], {"files": ("a", "a")}),
        (["-n", "a", "-o", "x", "--", "-n"], {"files": ("a", "-n"), "output_file": "x", "dry_run": True}),
    ],
    ids=" ".join,
)
def test_spellings(argv: list[str], expected: dict[str, Any]) -> None:
    """An option may stand anywhere and be spelled long or short, with a hyphen or underscore, with or without ``=``."""
    assert through_fire(argv) == expected


@pytest.mark.parametrize(
    ("line", "background", "files"),
    [
        ("-b b1 b2 b3 aaa b1 b2 b3 sci1", "b1 b2 b3", "aaa b1 b2 b3 sci1"),
        ("-b b1 b2 aaa sci b2", "b1 b2", "aaa sci b2"),
        ("-b bkg*.fits aaa b1 b2 sci1", "bkg*.fits", "aaa b1 b2 sci1"),
        ("-b b1 sci1 sci2", "b1", "sci1 sci2"),
        ("-b b1 b1", "b1", "b1"),
        ("-b b1 b2 b2", "b1 b2", "b2"),
        ("-b b1 b2 -n b2 sci", "b1 b2", "b2 sci"),
        ("-b b1 b2 -o out.json b1 b2 sci", "b1 b2", "b1 b2 sci"),
        ("-b b1 b2 -o b2 sci", "b1", "b2 sci"),
        ("-b b1 b2 -- b1 b2 sci", "b1 b2", "b1 b2 sci"),
        ("b1 b2 -b b1 b2 sci", "b1 b2", "b1 b2 sci"),
        ("aaa b1 b2 sci -b b1 b2", "b1 b2", "aaa b1 b2 sci"),
        ("aaa b1 b2 -n -b b1 b2 sci", "b1 b2", "aaa b1 b2 sci"),
        ("-n aaa b1 b2 -o out.json -b b1 b2", "b1 b2", "aaa b1 b2"),
        ("aaa b1 b2 r1 r2 -b b1 b2 --ruledefs r1 r2", "b1 b2", "aaa b1 b2 r1 r2"),
        ("--ruledefs r1 r2 aaa b1 b2 r1 r2 -b b1 b2", "b1 b2", "aaa b1 b2 r1 r2"),
        ("-o b2 sci -b b1 b2", "b1", "sci b2"),
        ("-b b1 b2 -b b3 b2 b3", "b1 b2 b3", "b2 b3"),
        ("-b b1 b2 -b b2 sci", "b1 b2", "b2 sci"),
        ("-b b1 b2 --ruledefs r1 b2 b1 b2 sci", "b1 b2", "b1 b2 sci"),
        ("-b b1 b2 --ruledefs b2 sci", "b1", "b2 sci"),
        ("--background=b1 b2 b2 sci", "b1", "b2 b2 sci"),
        ("-bb1 b2 b2 sci", "b1", "b2 b2 sci"),
        ("--version-id b1 b1 -b b1 sci", "b1", "b1 b1 sci"),
    ],
)
def test_a_shell_expanded_list_ends_where_a_word_is_no_file(line: str, background: str, files: str) -> None:
    """A list option takes one word, then those that are also files, before or after, and leaves the rest to the files."""
    arrived = through_fire(line.split())
    assert (arrived["background"], arrived["files"]) == (tuple(background.split()), tuple(files.split()))


def test_thousands_of_names_cost_a_few_comparisons_each() -> None:
    """A shell-expanded list of thousands of names is told from the files with a bounded number of comparisons per word."""
    spent = 0

    class Name(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            nonlocal spent
            spent += 1
            assert spent < 20 * 60_000, "comparisons grow faster than the words"
            return str.__eq__(self, other)

        def __hash__(self) -> int:
            return str.__hash__(self)

    def names(count: int) -> list[str]:
        return [Name(f"bkg{index:05}.fits") for index in range(count)]

    for words in (
        ["-b", *names(20_000), "-n", *names(20_000), "--", *names(20_000)],
        [*names(20_000), "-n", *names(20_000), "-b", *names(20_000)],
    ):
        spent = 0
        (listed,) = (word for word in rewrite(words, OPTIONS) if word.startswith("--background="))
        assert listed.count("fits") == 20_000
    assert spent > 0


def test_named_positions_take_the_first_words() -> None:
    """The first words that are no option fill the named positions in order, wherever options stand between them."""
    expected = {"output_file": "out.json", "rule": "1e5", "files": ("a", "b")}
    assert through_fire(["1e5", "-o", "out.json", "a", "b"], strict, ["rule"]) == expected
    assert through_fire(["1e5", "out.json", "a", "b"], strict, ["rule", "output_file"]) == expected
    assert through_fire(["out.json", "a", "b", "-r", "1e5"], strict, ["rule", "output_file"]) == expected


def test_the_words_have_one_form() -> None:
    """Every option becomes one ``--name=value`` word, in the order of the signature, and what was not given is left out."""
    argv = ["--version-id", "b", "-n", "-o", "x y", "-b", "q", "--", "-c"]
    expected = ['--files=["b", "-c"]', "--output_file=x y", '--background=["q"]', "--dry_run=True", "--version_id="]
    assert rewrite(argv, OPTIONS) == expected
    assert rewrite([], PLAIN) == []


def test_the_name_of_the_rest_can_be_chosen() -> None:
    """The words left over go to the option that ``rest`` names, which is then no option for the user."""
    names = [Option("names", Kind.LIST, required=True)]
    assert rewrite(["a", "b"], names, rest="names") == ['--names=["a", "b"]']
    with pytest.raises(UsageError, match=r"option \(unknown\): '--names'"):
        rewrite(["--names", "a"], names, rest="names")
    with pytest.raises(UsageError, match=r"^NAMES \(none given\)$"):
        rewrite([], names, rest="names")


# ---------------------------------------------------------------- what is refused

DASH_HINT = "put '--' in front of file names that begin with '-'"


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("a --bakground b", ["option (unknown): '--bakground'; did you mean '--background'?"]),
        ("a --bakground=b", ["option (unknown): '--bakground'; did you mean '--background'?"]),
        ("a --output_fil b", ["option (unknown): '--output_fil'; did you mean '--output-file'?"]),
        ("a --back b", ["option (unknown): '--back'; did you mean '--background'?"]),
        ("a -rule R", ["option (unknown): '-rule'; did you mean '--rule'?"]),
        ("a -output_file=R", ["option (unknown): '-output_file'; did you mean '--output-file'?"]),
        ("-x.fits b", [f"option (unknown): '-x.fits'; {DASH_HINT}"]),
        ("a -1", [f"option (unknown): '-1'; {DASH_HINT}"]),
        ("a -1e5=2", [f"option (unknown): '-1e5=2'; {DASH_HINT}"]),
        ("a -no", [f"option (unknown): '-no'; {DASH_HINT}"]),
        (
            "a --ruls R -z --dri-run",
            [
                "option (unknown): '--ruls'; did you mean '--rule'?",
                f"option (unknown): '-z'; {DASH_HINT}",
                "option (unknown): '--dri-run'; did you mean '--dry-run'?",
            ],
        ),
        ("a -o", ["option (needs a value): '-o'; one that begins with '-' is written '--output-file=-x'"]),
        ("a -o -n", ["option (needs a value): '-o'; one that begins with '-' is written '--output-file=-x'"]),
        ("-o -- a", ["option (needs a value): '-o'; one that begins with '-' is written '--output-file=-x'"]),
        ("a --background", ["option (needs a value): '--background'; one that begins with '-' is written '--background=-x'"]),
        ("a -b -n", ["option (needs a value): '-b'; one that begins with '-' is written '--background=-x'"]),
        ("a --dry-run=maybe", ["flag (takes no value): '--dry-run=maybe'; write '--dry-run' or '--dry-run=false'"]),
        ("a --dry-run=", ["flag (takes no value): '--dry-run='; write '--dry-run' or '--dry-run=false'"]),
        ("a --version-id=", ["option (empty value): '--version-id='; write '--version-id' or '--version-id=TEXT'"]),
        ("a -o x --output-file y", ["option (given twice): '--output-file'; it takes one value"]),
        ("a -o x -o x", ["option (given twice): '--output-file'; it takes one value"]),
        ("a -n --dry-run", ["option (given twice): '--dry-run'; it takes one value"]),
        ("a --version-id --version-id=T", ["option (given twice): '--version-id'; it takes one value"]),
        ("", ["FILES (none given)"]),
        ("--version-id", ["FILES (none given)"]),
        ("--files a", None),
        (
            "-n --dry-run --rul R -o",
            [
                "option (unknown): '--rul'; did you mean '--rule'?",
                "option (given twice): '--dry-run'; it takes one value",
                "option (needs a value): '-o'; one that begins with '-' is written '--output-file=-x'",
            ],
        ),
    ],
)
def test_a_wrong_line_names_each_problem_and_the_way_out(argv: str, expected: list[str] | None) -> None:
    """Every problem of a line is reported at once, one line each, with what to write instead."""
    lines = problems(argv.split())
    assert lines == expected if expected is not None else lines[0].startswith("option (unknown): '--files'")


def test_an_option_like_no_other_lists_each_known_one_once() -> None:
    """Where no option is near, all are listed, those with a letter only once."""
    assert problems(["--zzzzzzzz"], PLAIN) == ["option (unknown): '--zzzzzzzz'; known: '--rule', '--dry-run'"]


def test_a_name_of_one_letter_may_have_that_letter() -> None:
    """An option whose whole name is its letter is read with one dash and with two."""
    one = [Option("k", Kind.TEXT, "k")]
    assert [rewrite(words, one) for words in (["-k", "v"], ["-k=v"], ["-kv"], ["--k", "v"])] == [["--k=v"]] * 4


def test_what_must_be_given_is_asked_for_by_name() -> None:
    """Missing options and positions are named together, and one that was given without a value is not missing too."""
    output = "option (required): '--output-file'; write '--output-file VALUE' or '-o VALUE'"
    rule = "option (required): '--rule'; write '--rule VALUE' or '-r VALUE'"
    assert problems([], STRICT) == [output, rule, "FILES (none given)"]
    assert problems([], STRICT, ["rule"]) == [output, "RULE (none given)", "FILES (none given)"]
    assert problems(["a", "-o", "x"], STRICT, ["rule"]) == ["FILES (none given)"]
    assert [line[:23] for line in problems(["a", "-r", "R", "-o"], STRICT)] == ["option (needs a value):"]


def test_a_command_without_files_takes_no_words() -> None:
    """A word that no option takes is an error where there are no files, unless an unknown option explains it."""
    assert problems(["a", "-n", "b"], PLAIN) == ["word (not expected here): 'a'", "word (not expected here): 'b'"]
    assert problems(["--rul", "b"], PLAIN) == ["option (unknown): '--rul'; did you mean '--rule'?"]


@pytest.mark.parametrize("word", ["--a\nb", "-\n", "--\ud83d=x"])
def test_a_problem_stays_on_its_line(word: str) -> None:
    """An unknown option with a line break or a broken character in it is shown escaped, on one printable line."""
    (line,) = problems(["a", word])
    assert line.isprintable()


# ---------------------------------------------------------------- signatures, commands, help


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (str, Kind.TEXT),
        (str | None, Kind.TEXT),
        (int, Kind.TEXT),
        (inspect.Parameter.empty, Kind.TEXT),
        (bool, Kind.FLAG),
        (bool | None, Kind.FLAG),
        (tuple[str, ...], Kind.LIST),
        (tuple[str, ...] | None, Kind.LIST),
        (list[str], Kind.LIST),
        (Sequence[str], Kind.LIST),
        (OptionalValue, Kind.OPTIONAL),
    ],
)
def test_an_annotation_decides_what_an_option_takes(annotation: object, kind: Kind) -> None:
    """The annotation of a parameter, and nothing else, decides if its option is a text, flag, list or may lack a value."""
    parameter = inspect.Parameter("knob", inspect.Parameter.KEYWORD_ONLY, annotation=annotation)
    assert options_of(inspect.Signature([parameter]), {"knob": "k"}) == (Option("knob", kind, "k", required=True),)


def test_letters_and_defaults_come_from_the_signature() -> None:
    """An option carries its letter if it has one and must be given if it has no default; foreign letters are ignored."""
    assert options(strict) == (
        Option("output_file", Kind.TEXT, "o", required=True),
        Option("rule", Kind.TEXT, "r", required=True),
        Option("files", Kind.LIST, "", required=True),
    )
    assert options(plain) == (Option("rule", Kind.TEXT, "r"), Option("dry_run", Kind.FLAG, "n"))


def star(*files: str) -> None: ...


def knobs(**knobs: str) -> None: ...


@pytest.mark.parametrize(
    ("signature", "shorts", "reason"),
    [
        (inspect.signature(star, eval_str=True), {}, r"'\*files: str'"),
        (inspect.signature(knobs, eval_str=True), {}, r"'\*\*knobs: str'"),
        (inspect.signature(plain), {}, "eval_str"),
        (inspect.signature(plain, eval_str=True), {"rule": "r", "dry_run": "r"}, "differ"),
        (inspect.signature(plain, eval_str=True), {"rule": "h"}, "differ"),
    ],
)
def test_a_signature_that_fire_would_misread_is_refused(
    signature: inspect.Signature, shorts: dict[str, str], reason: str
) -> None:
    """Star parameters, annotations left as text, and a letter that means two things are errors of the programmer."""
    with pytest.raises(TypeError, match=reason):
        options_of(signature, shorts)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], (None, [])),
        (["--help"], (None, ["--help"])),
        (["-n", "make"], (None, ["-n", "make"])),
        (["make"], ("make", [])),
        (["make", "explain", "-n"], ("make", ["explain", "-n"])),
        (["from-list", "a"], ("from_list", ["a"])),
        (["from_list", "a"], ("from_list", ["a"])),
    ],
)
def test_the_first_word_is_the_command(argv: list[str], expected: tuple[str | None, list[str]]) -> None:
    """The first word chooses the command, with hyphen or underscore; without one, or before an option, there is none."""
    assert split_command(argv, ["make", "explain", "from_list"]) == expected


@pytest.mark.parametrize(
    ("word", "way_out"),
    [("mke", "did you mean 'make'?"), ("a.fits", "known: 'make', 'explain'"), ("", "known: 'make', 'explain'")],
)
def test_an_unknown_command_names_the_nearest(word: str, way_out: str) -> None:
    """A first word that is no command is an error that names the nearest command, or all of them."""
    with pytest.raises(UsageError) as caught:
        split_command([word, "a"], ["make", "explain"])
    assert str(caught.value) == f"command (unknown): {word!r}; {way_out}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *(("--help", True), ("-h", True), ("a -o --help", True), ("a --bakground -h", True), ("a -h -- b", True)),
        *(("", False), ("a help", False), ("-- -h", False), ("a -- --help", False), ("--help=x", False), ("-hx", False)),
    ],
)
def test_help_is_asked_for_before_two_dashes(line: str, expected: bool) -> None:
    """``-h`` or ``--help`` as a word of its own asks for help, also where a value is due, but not after ``--``."""
    assert wants_help(line.split()) is expected


# ---------------------------------------------------------------- laws


@given(st.lists(anything, min_size=1))
def test_law_every_list_of_names_arrives_after_two_dashes(names: list[str]) -> None:
    """Whatever texts stand after ``--``, they are the files, in their order."""
    assert through_fire(["--", *names]) == {"files": tuple(names)}


@given(st.lists(st.binary().filter(lambda name: b"\0" not in name).map(os.fsdecode), min_size=1))
def test_law_every_name_a_file_system_can_hold_arrives(names: list[str]) -> None:
    """Names that are no valid text in the file system's encoding keep their bytes."""
    assert [os.fsencode(name) for name in through_fire(["--", *names])["files"]] == [os.fsencode(name) for name in names]


@given(anything, st.lists(anything, min_size=1), anything.filter(bool))
def test_law_every_value_arrives_behind_equals(text: str, listed: list[str], tag: str) -> None:
    """Whatever text stands behind ``=``, it is the value of a text, one more value of a list, or the optional text."""
    arrived = through_fire([f"--output-file={text}", *(f"--background={one}" for one in listed), f"--version-id={tag}", "a"])
    assert arrived == {"files": ("a",), "output_file": text, "background": tuple(listed), "version_id": tag}


@given(st.lists(undashed, min_size=1), st.data())
def test_law_options_may_stand_anywhere(files: list[str], data: st.DataObject) -> None:
    """Options put at any places among the files leave files and options the same."""
    words: list[list[str]] = [[name] for name in files]
    for option in (["-o", "out"], ["--dry-run"], ["--version-id"], ["--background=b"]):
        words.insert(data.draw(st.integers(0, len(words))), option)
    expected = {"files": tuple(files), "output_file": "out", "dry_run": True, "version_id": AUTO, "background": ("b",)}
    assert through_fire([word for part in words for word in part]) == expected


@given(st.lists(undashed, min_size=2, unique=True), st.data())
def test_law_a_shell_expanded_list_is_told_from_the_files(files: list[str], data: st.DataObject) -> None:
    """``--background SOME ALL`` means SOME and ALL whenever no file is named twice and ALL does not begin with one of SOME."""
    some = data.draw(st.lists(st.sampled_from(files), min_size=1, unique=True))
    assume(files[0] not in some)
    assert through_fire(["--background", *some, *files]) == {"background": tuple(some), "files": tuple(files)}


@given(st.lists(undashed, min_size=2, unique=True), st.data())
def test_law_a_shell_expanded_list_may_stand_behind_the_files(files: list[str], data: st.DataObject) -> None:
    """``ALL --background SOME`` means SOME and ALL whenever no file is named twice."""
    some = data.draw(st.lists(st.sampled_from(files), min_size=1, unique=True))
    assert through_fire([*files, "--background", *some]) == {"background": tuple(some), "files": tuple(files)}


@given(undashed, st.lists(undashed, min_size=1, unique=True))
def test_law_a_list_option_takes_one_word_where_no_file_comes_twice(value: str, files: list[str]) -> None:
    """Where no file is named twice, as behind a quoted pattern, a list option takes exactly the one word after it."""
    assert through_fire(["--background", value, *files]) == {"background": (value,), "files": tuple(files)}


@given(st.lists(st.sampled_from(["-", "--", "-b", "-o", "-n", "--version-id", "--rul", "-x", "a", "b", "c"]) | anything))
def test_law_fire_never_sees_a_word_it_could_misread(argv: list[str]) -> None:
    """Any words at all either are a usage error or become ``--name=value`` words, one for each option at most."""
    try:
        words = rewrite(["f", *argv], OPTIONS)
    except UsageError:
        return
    names = [word.partition("=")[0] for word in words]
    assert all("=" in word for word in words)
    assert sorted(set(names) & {f"--{option.name}" for option in OPTIONS}) == sorted(names)
