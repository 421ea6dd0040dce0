"""Pipeline: steps and rules are values, checked when they are built, edited without being changed."""

from typing import Any

import attrs
import pytest

from asn_fp import steps as s
from asn_fp.errors import AsnError, KnobError, RuleError
from asn_fp.keys import detector, keyword, optional
from asn_fp.pipeline import Rule, Step, rule, step
from asn_fp.predicates import all_of, has, is_science
from asn_fp.records import Draft

Numbers = tuple[int, ...]
Words = tuple[str, ...]


def times(numbers: Numbers, by: int, *, plus: int = 0) -> Numbers:
    """Multiply."""
    if not isinstance(by, int):
        raise KnobError(f"by: {by!r}")
    return tuple(number * by + plus for number in numbers)


def only(numbers: Numbers, which: Any, *, names: Any = ()) -> Numbers:
    """Keep some."""
    return tuple(number for number in numbers if which(number))


def spell(numbers: Numbers) -> Words:
    """Turn numbers into words."""
    return tuple(map(str, numbers))


def fail(numbers: Numbers, *, error: Exception) -> Numbers:
    """Raise."""
    raise error


def untyped(values):
    return values


def why_not_only(before: Numbers, number: int, which: Any, names: Any = ()) -> str:
    return f"{number} of {len(before)} is not {which.__name__}"


staged = step(times)
RULE = rule("Spelt", staged(2), staged(3, plus=1), step(only)(bool), step(spell)(), doc="Spell numbers.")


# ----------------------------------------------------------------------------------------------------------------- steps


@pytest.mark.parametrize(
    ("write", "kind", "hint"),
    [
        (lambda: staged(bye=2), "setting of times (unknown): 'bye'", "did you mean 'by'?"),
        (lambda: staged(2, plsu=1), "setting of times (unknown): 'plsu'", "did you mean 'plus'?"),
        (lambda: staged(2, zzz=1), "setting of times (unknown): 'zzz'", "known: 'by', 'plus'"),
        (lambda: staged(2, numbers=()), "setting of times (unknown): 'numbers'", "known: 'by', 'plus'"),
        (lambda: staged(), "settings (missing a required argument: 'by'): 'times'", "by: int"),
        (lambda: staged(2, by=3), "settings (multiple values for argument 'by'): 'times'", "by: int"),
        (lambda: staged(2, 3), "settings (too many positional arguments): 'times'", "plus: int = 0"),
        (lambda: s.attach("background", bye="detector"), "setting of attach (unknown): 'bye'", "did you mean 'by'?"),
        (lambda: s.attach("background", by="detectr"), "key (unknown): 'detectr'", "did you mean 'detector'?"),
        (lambda: s.attach("bckground"), "exptype (unknown): 'bckground'", "did you mean 'background'?"),
        (lambda: s.mark("imprnt", when=is_science), "exptype (unknown): 'imprnt'", "did you mean 'imprint'?"),
        (lambda: s.group(by="stme"), "key (unknown): 'stme'", "did you mean 'stem'?"),
        (lambda: s.name("{stm}"), "field of product name '{stm}' (unknown): 'stm'", "did you mean 'stem'?"),
        (lambda: s.seal(asn_rule="x", layout="stage4"), "layout (unknown): 'stage4'", "did you mean 'stage"),
    ],
)
def test_wrong_setting_fails_where_it_is_written(write, kind, hint):
    """A setting that is missing, unknown, given twice or of no use fails when the step is made, with the way out."""
    with pytest.raises(KnobError) as caught:
        write()
    (line,) = str(caught.value).splitlines()
    assert line.startswith(kind)
    assert hint in line


def test_every_unknown_setting_is_named():
    """Several unknown settings are one error, a line each."""
    with pytest.raises(KnobError) as caught:
        staged(bye=2, plsu=1)
    assert [line.split("; ")[0] for line in str(caught.value).splitlines()] == [
        "setting of times (unknown): 'bye'",
        "setting of times (unknown): 'plsu'",
    ]


def test_probe_tries_the_settings_when_the_step_is_made():
    """With an empty carrier to probe, a value that the transform refuses fails early; without one it fails in the run."""
    with pytest.raises(KnobError, match="by: 'two'"):
        step(times, probe=())("two")
    late = staged("two")
    with pytest.raises(KnobError, match="by: 'two'"):
        late((1,))


@pytest.mark.parametrize("probe", [(), None])
def test_probe_may_be_any_carrier_and_is_used_once_a_step(probe):
    """The transform is run on the probe once for each step that is made, and never again for it."""
    seen = []

    def watch(values: Any, *, label: str) -> Any:
        seen.append((values, label))
        return values

    made = step(watch, probe=probe)(label="a")
    assert seen == [(probe, "a")]
    made("x")
    assert seen == [(probe, "a"), ("x", "a")]


def test_step_runs_its_transform_with_its_settings():
    """Calling a step is calling the transform on the carrier with the settings filled in."""
    numbers = (1, 2)
    assert staged(3, plus=1)(numbers) == staged(by=3, plus=1)(numbers) == times(numbers, 3, plus=1) == (4, 7)


def test_step_says_what_it_is():
    """A step knows the transform, its name, all settings by name, and the carriers it takes and gives."""
    made = step(only)(bool, names=["a"])
    assert (made.name, made.function, dict(made.settings)) == ("only", only, {"which": bool, "names": ["a"]})
    assert (made.takes, made.gives, step(spell)().gives) == (Numbers, Numbers, Words)
    assert (step(untyped)().takes, step(untyped)().gives) == (Any, Any)


@pytest.mark.parametrize("change", [lambda made: setattr(made, "name", "x"), lambda made: made.settings.update(by=3)])
def test_step_cannot_be_changed(change):
    """Neither a step nor its settings can be changed."""
    made = staged(2)
    with pytest.raises(AttributeError):
        change(made)
    assert made((1,)) == (2,)


def test_staged_function_is_documented_as_its_transform():
    """What makes the steps has the name, the docstring and the signature's source of the transform."""
    assert (staged.__name__, staged.__doc__, staged.__wrapped__) == ("times", "Multiply.", times)


@pytest.mark.parametrize(
    ("made", "written"),
    [
        (staged(2), "times(2)"),
        (staged(by=2, plus=1), "times(by=2, plus=1)"),
        (staged(plus=1, by=2), "times(plus=1, by=2)"),
        (step(spell)(), "spell()"),
        (step(only)(bool), "only(bool)"),
        (step(only)(lambda _: True), "only(<lambda>)"),
        (step(only)(bool, names=["a"]), "only(bool, names=['a'])"),
        (step(only)(bool, names=list(range(100))), "only(bool, names=[0, ... 99 more])"),
        (step(only)(bool, names=("long" * 60, "b")), f"only(bool, names=['{'long' * 60}', ... 1 more])"),
        (s.attach("background", by=("program", detector)), "attach('background', by=('program', detector))"),
        (s.attach("psf", by=[(detector, optional("visit"))]), "attach('psf', by=[(detector, optional(visit))])"),
        (s.keep(all_of(is_science, has("A"))), "keep(all_of(is_science, has('a')))"),
        (s.group(by=keyword("GRATING"), of=is_science), "group(by=keyword('grating'), of=is_science)"),
    ],
)
def test_step_prints_as_the_call_that_made_it(made, written):
    """A step prints as it is written, functions by name, long lists cut."""
    assert str(made) == made.written == written


def test_reason_comes_from_the_function_that_was_given():
    """A step asks its why-function with its settings, and has no reason without one."""
    assert step(only, why=why_not_only)(bool).reason((0, 1), 0) == "0 of 2 is not bool"
    assert step(only)(bool).reason((0, 1), 0) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (staged(2), staged(2), True),
        (staged(2), staged(by=2), True),
        (staged(2, plus=1), staged(plus=1, by=2), True),
        (staged(2), staged(3), False),
        (staged(2), staged(2, plus=1), False),
        (step(spell)(), step(untyped)(), False),
        (s.keep(has("A")), s.keep(has("a")), True),
        (s.keep(has("A")), s.drop(has("A")), False),
        (s.keep(all_of(is_science, has("A"))), s.keep(all_of(is_science, has("B"))), False),
        (s.attach("psf", by=(detector, keyword("A"))), s.attach("psf", by=(detector, keyword("A"))), True),
        (s.attach("psf", by=keyword("A")), s.attach("psf", by=keyword("B")), False),
        (rule("R", staged(2)), rule("R", staged(2)), True),
        (rule("R", staged(2)), rule("S", staged(2)), False),
        (rule("R", staged(2)), rule("R", staged(3)), False),
        (rule("R", s.group(by=optional("visit"))), rule("R", s.group(by=optional("visit"))), True),
    ],
)
def test_steps_and_rules_are_compared_by_their_settings(one, other, same):
    """Steps of one transform with equal settings are equal, however they are written, and so are rules of equal steps."""
    assert (one == other) is same
    assert not same or len({one, other}) == 1


# ----------------------------------------------------------------------------------------------------------------- rules


def test_rule_runs_its_steps_in_turn():
    """A rule gives what its steps give one after another."""
    assert RULE((0, 1, 2)) == ("1", "7", "13")
    assert RULE((0, 1, 2)) == spell(only(times(times((0, 1, 2), 2), 3, plus=1), bool))


def test_rule_takes_what_its_first_step_takes_and_gives_what_its_last_gives():
    """A rule's carriers are those at its ends."""
    assert (RULE.takes, RULE.gives) == (Numbers, Words)
    assert (LADDER.takes, LADDER.gives) == (s.read().takes, s.seal(asn_rule="Ladder").gives) != (Draft, Draft)


def test_rule_prints_its_numbered_steps():
    """A rule prints as its name and a numbered line for each step, the numbers aligned."""
    assert str(RULE).splitlines() == ["Spelt", "  1. times(2)", "  2. times(3, plus=1)", "  3. only(bool)", "  4. spell()"]
    many = str(rule("Many", *[staged(2)] * 10)).splitlines()
    assert (many[1], many[10]) == ("   1. times(2)", "  10. times(2)")


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        (
            [step(spell)(), staged(2)],
            ["step 2 of R (takes tuple[int, ...], but step 1, spell(), gives tuple[str, ...]): times(2)"],
        ),
        (
            [staged(2), staged(3), step(spell)(), step(spell)()],
            ["step 4 of R (takes tuple[int, ...], but step 3, spell(), gives tuple[str, ...]): spell()"],
        ),
        (
            [s.read(), s.attach("background")],
            ["step 2 of R (takes Draft, but step 1, read(), gives tuple[Exposure, ...]): attach('background')"],
        ),
        ([], ["rule (it has no steps): 'R'; give it at least one"]),
        (
            [staged(2), "spell", None],
            [
                "step 2 of R (not a step): 'spell'; a step is made by calling a staged transform: s.read()",
                "step 3 of R (not a step): None; a step is made by calling a staged transform: s.read()",
            ],
        ),
    ],
)
def test_step_that_does_not_fit_fails_when_the_rule_is_built(steps, lines):
    """A rule whose steps do not fit together is never made; the message names the step and what is wrong with it."""
    with pytest.raises(RuleError) as caught:
        rule("R", *steps)
    assert str(caught.value).splitlines() == lines


def test_transform_itself_is_not_a_step():
    """A staged transform that was not called is refused: the parentheses were forgotten."""
    with pytest.raises(RuleError, match=r"step 1 of R \(not a step\)"):
        rule("R", s.read, s.gather())


def test_untyped_step_fits_everywhere():
    """A transform without annotations is taken as it is, before and behind every other one."""
    assert rule("R", step(untyped)(), staged(2), step(untyped)(), step(spell)(), step(untyped)())((1,)) == ("2",)


class OddError(Exception):
    """An error that this package does not know."""


@pytest.mark.parametrize("error", [OddError("odd"), ValueError("bad"), KnobError("knob"), KeyError("key")])
def test_error_in_a_step_keeps_its_type_and_names_the_step(error):
    """An exception comes out of a rule as itself, with a note that names the step as written."""
    broken = RULE.before("spell", step(fail)(error=error))
    with pytest.raises(type(error)) as caught:
        broken((1,))
    assert caught.value is error
    assert error.__notes__ == [f"in step fail(error={error!r})"]


def test_result_of_a_step_is_not_touched():
    """A step that changes nothing gives the same object through the rule."""
    numbers = (1, 2)
    assert rule("Same", step(untyped)())(numbers) is numbers


# --------------------------------------------------------------------------------------------------------------- editing

LADDER = rule(
    "Ladder",
    s.read(),
    s.gather(of=is_science),
    s.attach("background", by=detector),
    s.attach("background", by="program"),
    s.attach("imprint"),
    s.attach("psf", at_most=1),
    s.name("{stem}"),
    s.seal(asn_rule="Ladder"),
)


@pytest.mark.parametrize(
    ("place", "at"),
    [
        (1, 0),
        (8, 7),
        ("gather", 1),
        ("seal", 7),
        ("attach('imprint')", 4),
        ("attach('psf', at_most=1)", 5),
        ("attach('background', by=detector)", 2),
        ("attach('background', by='program')", 3),
        ("attach('psf')", 5),
        ("attach('psf'", 5),
        ("name('{stem}')", 6),
    ],
)
def test_step_is_found(place, at):
    """A step is found by its number from 1, its name, the call as written, or the call with its first settings."""
    assert LADDER.find(place) == at


def test_call_as_written_beats_a_longer_one():
    """A step that is written exactly so is meant, also where another one begins so."""
    edited = rule("R", staged(2), staged(2, plus=1), staged(25), staged((2, 3)), staged((2, 3), plus=1))
    assert (edited.find("times(2)"), edited.find("times((2, 3))")) == (0, 3)
    assert rule("R", staged(25), staged(2, plus=1)).find("times(2)") == 1
    assert rule("R", staged(2), staged((2, 3), plus=1)).find("times((2, 3))") == 1


@pytest.mark.parametrize(
    ("place", "reason", "hint"),
    [
        (
            "attach",
            "several are called so",
            "give its number: 3 is attach('background', by=detector), 4 is attach('background',",
        ),
        ("attach('background')", "several are called so", "give its number: 3 is"),
        ("attahc", "unknown", "did you mean 'attach'?"),
        ("naem", "unknown", "did you mean 'name'?"),
        ("na", "unknown", "'name'"),
        ("", "unknown", "known: 'read', 'gather', 'attach', 'name', 'seal'"),
        ("attach('back", "unknown", '"attach('),
        ("attach('imprnt')", "unknown", """did you mean "attach('imprint')"?"""),
        (0, "there are 8", ""),
        (9, "there are 8", ""),
        (-1, "there are 8", ""),
    ],
)
@pytest.mark.parametrize("edit", [Rule.find, Rule.replace, Rule.before, Rule.after, Rule.without])
def test_place_that_is_unknown_or_not_unique_is_an_error(edit, place, reason, hint):
    """No edit guesses: an unknown place gets the nearest name, an ambiguous one the numbers to choose from."""
    with pytest.raises(RuleError) as caught:
        edit(LADDER, place)
    assert str(caught.value).startswith(f"step of Ladder ({reason}): {place!r}")
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("edit", "steps"),
    [
        (lambda r: r.replace("only", staged(5)), ["times(2)", "times(3, plus=1)", "times(5)", "spell()"]),
        (lambda r: r.replace(1, staged(5), staged(6)), ["times(5)", "times(6)", "times(3, plus=1)", "only(bool)", "spell()"]),
        (lambda r: r.replace("times(3)"), ["times(2)", "only(bool)", "spell()"]),
        (lambda r: r.before("times(2)", staged(5)), ["times(5)", "times(2)", "times(3, plus=1)", "only(bool)", "spell()"]),
        (lambda r: r.before("spell", staged(5), staged(6)), [*map(str, RULE.steps[:3]), "times(5)", "times(6)", "spell()"]),
        (lambda r: r.after(1, staged(5)), ["times(2)", "times(5)", "times(3, plus=1)", "only(bool)", "spell()"]),
        (lambda r: r.after("spell", step(untyped)()), [*map(str, RULE.steps), "untyped()"]),
        (lambda r: r.without("only"), ["times(2)", "times(3, plus=1)", "spell()"]),
        (lambda r: r.without(1, "times(3)", "only(bool)"), ["spell()"]),
        (lambda r: r.without(), [*map(str, RULE.steps)]),
        (lambda r: r.without(2).without(1), ["only(bool)", "spell()"]),
    ],
)
def test_edit_gives_another_rule(edit, steps):
    """An edit gives a rule with other steps, same name and doc, and leaves the old one as it was."""
    before = str(RULE)
    edited = edit(RULE)
    assert [str(each) for each in edited.steps] == steps
    assert (edited.name, edited.doc) == ("Spelt", "Spell numbers.")
    assert str(RULE) == before


@pytest.mark.parametrize(
    "edit",
    [
        lambda r: r.after("spell", staged(2)),
        lambda r: r.before("only", step(spell)()),
        lambda r: r.replace("only", step(spell)()),
        lambda r: r.without(1, 2, 3, 4),
        lambda r: r.replace(1, "times"),
    ],
)
def test_edit_is_checked_as_a_new_rule_is(edit):
    """An edit that makes steps not fit fails at once, and names the rule."""
    with pytest.raises(RuleError, match="Spelt"):
        edit(RULE)


def test_edit_changes_what_runs():
    """What an edited rule gives is what its new steps give."""
    assert RULE.replace("only", staged(5))((0, 1)) == ("5", "35")


@pytest.mark.parametrize(
    ("doc", "kept"), [("", "Spell numbers."), ("Another.", "Another.")], ids=["doc is kept", "doc is given"]
)
def test_rule_gets_another_name(doc, kept):
    """A rule under another name has the same steps, and another doc if one is given."""
    other = RULE.named("Other", doc)
    assert (other.name, other.doc, other.steps) == ("Other", kept, RULE.steps)
    assert RULE.name == "Spelt"


def test_doc_is_cleaned():
    """The doc of a rule has no indent of the code it is written in."""
    assert rule("R", staged(2), doc="First.\n\n        Second.\n    ").doc == "First.\n\nSecond."


def test_rule_is_a_frozen_value():
    """A rule's steps are a tuple, and neither they nor its name can be changed."""
    assert isinstance(RULE.steps, tuple)
    assert all(isinstance(each, Step) for each in RULE.steps)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        RULE.name = "x"


def test_rule_of_astronomy_runs():
    """Steps of this package compose to a rule, which an error of the package leaves with its note."""
    (association,) = LADDER.without("name").after(2, s.name("p"))(["a_rate.fits", ("b_rate.fits", "imprint")])
    assert [member["exptype"] for member in association["products"][0]["members"]] == ["science", "imprint"]
    with pytest.raises(AsnError) as caught:
        LADDER(["a_rate.fits", ("b_rate.fits", "nothing")])
    assert caught.value.__notes__ == ["in step read()"]
