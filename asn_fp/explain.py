"""Why a file is where it is, or nowhere: the story that follows from comparing what went in and out of each step.

No transform records anything. A rule is run once more, every carrier is kept, and each step that left an exposure out
is asked for its reason. Nobody pays for this until they ask.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import evolve, frozen

from asn_fp.errors import AsnError, ItemError, did_you_mean, message
from asn_fp.pipeline import Rule, Step
from asn_fp.records import Association, Associations, Bundle, Candidate, Draft, Exposure, Exposures, Reason
from asn_fp.relax import relaxing
from asn_fp.story import Line, Report, Story, Use, placed
from asn_fp.transforms._remember import led_by

__all__ = ["Telling", "explain", "tell", "telling"]

_Identity: TypeAlias = tuple[int, Candidate | None]


def explain(rule: Rule[Any, Any], items: Any, file: str | None = None) -> Story | Report:
    """Tell what a rule does with one file, step by step, or with every file in one table.

    Args:
        rule: the rule.
        items: what the rule is run on.
        file: the name of the file to tell about, as given or without its folder; by default all are told.

    Raises:
        ItemError: the file is not among the items.

    >>> from asn_fp.rules.lists import level3
    >>> print(explain(level3(product_name="l3"), ["a_cal.fits", "b_cal.fits"]))
    file        role     products, or what left it out
    a_cal.fits  science  l3
    b_cal.fits  science  l3
    """
    carriers, stopped = _run(rule, items)
    first = _first_seen(carriers)
    looks = _looks(rule, carriers)
    chosen = {key: each for key, each in first.items() if file is None or file in (each.name.text, each.name.base)}
    if file is not None and not chosen:
        names = [exposure.name.text for exposure in first.values()]
        raise ItemError(message("file", "not among the items", file, did_you_mean(file, names)))
    told = tuple(_story(rule, carriers, looks, key, each, stopped) for key, each in chosen.items())
    if file is not None:
        return next((story for story in told if story.uses), told[0])
    idle = stopped is None and told and not any(story.uses for story in told)
    return Report(rule.name, told, stopped, tuple(relaxing(rule, carriers[0])) if idle else ())


def tell(rule: Rule[Any, Any], items: Exposures, indices: Collection[int]) -> Iterator[tuple[int, Story]]:
    """Tell what a rule does with some exposures, each by its index; one that stands for several candidates several times.

    >>> from asn_fp.names import parse
    >>> from asn_fp.rules.lists import level3
    >>> [(index, story.role) for index, story in tell(level3(product_name="p"), (Exposure(7, parse("a_cal.fits")),), {7})]
    [(7, 'science')]
    """
    carriers, stopped = _run(rule, items, indices)
    looks = _looks(rule, carriers, indices)
    for key, exposure in _first_seen(carriers, indices).items():
        yield exposure.index, _story(rule, carriers, looks, key, exposure, stopped)


def _run(rule: Rule[Any, Any], items: Any, indices: Collection[int] | None = None) -> tuple[list[Any], str | None]:
    """Return the carrier before the first step and after each one, as far as the rule gets.

    Where only some exposures are asked for, it ends with the step that leaves out the last of them.
    """
    carriers: list[Any] = [items if isinstance(items, (str, bytes)) else tuple(items)]
    for step in rule.steps:
        try:
            carriers.append(step(carriers[-1]))
        except AsnError as error:
            if len(carriers) == 1:
                raise
            return carriers, f"step {len(carriers)}, {step}: {error}"
        if indices is not None and step.gives == Exposures and not any(each.index in indices for each in carriers[-1]):
            break
    return carriers, None


def _first_seen(carriers: Iterable[Any], indices: Collection[int] | None = None) -> dict[_Identity, Exposure]:
    """Return every exposure, or some, as it came in; one that was copied for its candidates, once for each of them."""
    first: dict[_Identity, Exposure] = {}
    for carrier in {id(carrier): carrier for carrier in carriers if isinstance(carrier, tuple)}.values():
        for thing in carrier:
            if isinstance(thing, Exposure) and (indices is None or thing.index in indices):
                first.setdefault(thing.identity, thing)
    copied = {index for index, candidate in first if candidate is not None}
    kept = {key: _of(first, (key[0], None)) or each for key, each in first.items() if key[1] or key[0] not in copied}
    return dict(sorted(kept.items(), key=lambda item: item[0][0]))


def _of(present: Mapping[_Identity, Exposure], identity: _Identity) -> Exposure | None:
    """Return an exposure, or what it was before it was copied for its candidates."""
    return present.get(identity) or present.get((identity[0], None))


@frozen
class _Look:
    """Hold what a carrier says about exposures: those present, and where each is used."""

    kind: str
    present: Mapping[_Identity, Exposure]
    uses: Mapping[_Identity, tuple[Use, ...]]


def _looks(rule: Rule[Any, Any], carriers: Sequence[Any], indices: Collection[int] | None = None) -> list[_Look]:
    """Look at the carrier before the first step and after each one; once at one that several steps left as it was."""
    looks = [_look(carriers[0], None, indices)]
    for step, before, carrier in zip(rule.steps, carriers, carriers[1:], strict=False):
        unchanged = carrier is before and looks[-1].kind == "exposures" and step.gives == Exposures
        looks.append(looks[-1] if unchanged else _look(carrier, step.gives, indices))
    return looks


def _look(carrier: Any, kind: Any, indices: Collection[int] | None) -> _Look:
    if isinstance(carrier, Draft):
        return _Look("draft", _present(carrier.pool, indices), _uses_of_draft(carrier))
    things = carrier if isinstance(carrier, tuple) else ()
    if kind == Associations:
        return _Look("associations", {}, _uses_of_associations(things))
    return _Look("exposures", _present(things, indices), {})


def _present(things: Iterable[Any], indices: Collection[int] | None) -> Mapping[_Identity, Exposure]:
    """Return the exposures among some things, or those that are asked for."""
    exposures = (each for each in things if isinstance(each, Exposure))
    return {each.identity: each for each in exposures if indices is None or each.index in indices}


def _uses_of_draft(draft: Draft) -> Mapping[_Identity, tuple[Use, ...]]:
    found: dict[_Identity, list[Use]] = {}
    for bundle in draft.bundles:
        label = _label(bundle)
        for lead in bundle.leads:
            found.setdefault(lead.identity, []).append(Use(label, lead.exptype))
        for partner in bundle.extra:
            if partner.source is not None:
                found.setdefault(partner.source.identity, []).append(Use(label, partner.exptype, partner.rung))
    return {identity: tuple(uses) for identity, uses in found.items()}


def _label(bundle: Bundle) -> str:
    more = f" and {len(bundle.leads) - 1} more" if len(bundle.leads) > 1 else ""
    return bundle.name or f"the product of {bundle.leads[0].name.text}{more}"


def _uses_of_associations(associations: Iterable[Association]) -> Mapping[_Identity, tuple[Use, ...]]:
    found: dict[_Identity, list[Use]] = {}
    for association in associations:
        sources = association.origin.sources if association.origin else ()
        for product, exposures in zip(association.products or (), sources, strict=False):
            for member, exposure in zip(product.members, exposures, strict=False):
                if exposure is not None:
                    found.setdefault(exposure.identity, []).append(Use(product.name, member.exptype))
        for exposure in sources[0] if association.members and sources else ():
            if exposure is not None:
                found.setdefault(exposure.identity, []).append(Use(f"the list {association.asn_rule}", exposure.exptype))
    return {identity: tuple(uses) for identity, uses in found.items()}


@frozen
class Telling:
    """Hold one run of a rule on exposures, to tell the story of any of them when it is asked for."""

    rule: Rule[Any, Any]
    carriers: tuple[Any, ...]
    looks: tuple[_Look, ...]
    first: Mapping[int, tuple[tuple[_Identity, Exposure], ...]]
    stopped: str | None

    def of(self, index: int) -> Iterator[Story]:
        """Yield the stories of the exposure at a place in the input: one for each candidate that it stands for."""
        for key, exposure in self.first.get(index, ()):
            yield _story(self.rule, self.carriers, self.looks, key, exposure, self.stopped)


def telling(rule: Rule[Any, Any], items: Exposures) -> Telling:
    """Run a rule once, to tell stories later.

    >>> from asn_fp.names import parse
    >>> from asn_fp.rules.lists import level3
    >>> [story.role for story in telling(level3(product_name="p"), (Exposure(7, parse("a_cal.fits")),)).of(7)]
    ['science']
    """
    carriers, stopped = _run(rule, items)
    first: dict[int, list[tuple[_Identity, Exposure]]] = {}
    for key, exposure in _first_seen(carriers).items():
        first.setdefault(key[0], []).append((key, exposure))
    found = {index: tuple(each) for index, each in first.items()}
    return Telling(rule, tuple(carriers), tuple(_looks(rule, carriers)), found, stopped)


def _story(
    rule: Rule[Any, Any],
    carriers: Sequence[Any],
    looks: Sequence[_Look],
    identity: _Identity,
    exposure: Exposure,
    stopped: str | None,
) -> Story:
    lines, blamed, now, inner = _way(rule, carriers, looks, identity, exposure)
    uses = _with_rungs(looks, identity, inner.uses if inner else ())
    if stopped is not None:
        if uses or (blamed is None and _of(looks[-1].present, identity)):
            held, role = _held_up(rule, carriers, now, uses)
            lines, blamed, uses, now = [*lines, *held], held[-1], (), now.with_role(role)
    elif not uses and blamed is None:
        blamed = lines[-1] if lines else Line(0, "", "it is in no product")
    return Story(
        exposure.name.text,
        now.exptype,
        uses,
        tuple(_settled(lines, carriers, now, uses)),
        None if uses else blamed,
        rule.name,
        identity[1].id if identity[1] else "",
        "exptype" in now.told,
    )


def _way(
    rule: Rule[Any, Any], carriers: Sequence[Any], looks: Sequence[_Look], identity: _Identity, exposure: Exposure
) -> tuple[list[Line], Line | None, Exposure, Story | None]:
    """Return what each step did to an exposure, which of them left it out, what it is at the end, and the story inside."""
    lines: list[Line] = []
    blamed: Line | None = None
    now, came_in, inner = exposure, False, None
    for number, (step, before, after) in enumerate(zip(rule.steps, looks, looks[1:], strict=False), 1):
        seen = _of(after.present, identity)
        told, within = None, _inside(step, carriers[number - 1], now)
        if within is not None:
            inner = within
            lines += [_within(inner, number, line) for line in inner.lines]
            blamed = _within(inner, number, inner.left_out) if inner.left_out else None
        elif after is not before:
            told = _told(step, carriers[number - 1], before, after, identity, now, number)
        if told is not None:
            line, out = told
            lines.append(line)
            blamed = line if out else None
        now = seen or (now.with_role(within.role) if within else now)
        here = seen is not None or identity in after.uses
        if came_in and not here:
            break
        came_in = here
    return lines, blamed, now, inner


def _held_up(rule: Rule[Any, Any], carriers: Sequence[Any], now: Exposure, uses: Sequence[Use]) -> tuple[list[Line], str]:
    """Return what the step that stopped the rule has to say of a file, its own reason or that others stopped it; its role."""
    step, carrier, number = rule.steps[len(carriers) - 1], carriers[-1], len(carriers)
    within = _inside(step, carrier, now)
    lines = [_within(within, number, line) for line in within.lines] if within is not None else []
    role, uses = (within.role, within.uses) if within is not None else (now.exptype, uses)
    if within is not None and within.left_out is not None:
        return lines or [_within(within, number, within.left_out)], role
    reason = step.reason(carrier, now) if within is None else None
    if reason is not None:
        return [_line(number, step, reason.text, reason)], role
    led = led_by(carrier, now) if isinstance(carrier, Draft) and now.exptype != "science" else ()
    own = {_label(bundle) for bundle in led if len(bundle.leads) == 1}
    uses = [use for use in uses if use.product not in own]
    would = f"it would be {placed(uses)}, but " if uses else ""
    others = "for other files" if step.why is not None and step.takes == Draft else "with an error"
    return [*lines, _line(number, step, f"{would}the rule stops here, {others}: nothing is made")], role


def _inside(step: Step[Any, Any], carrier: Any, exposure: Exposure) -> Story | None:
    """Return the story of an exposure in the rule that a step runs inside itself; None where there is none to tell."""
    try:
        told: Story | None = step.story(carrier, exposure)
    except AsnError:  # the step stops the rule before it chooses one
        return None
    return told


def _settled(lines: Sequence[Line], carriers: Sequence[Any], now: Exposure, uses: Sequence[Use]) -> Iterator[Line]:
    """Yield the lines; what was missing after one step and a later one supplied is missing no more."""
    missing = {line.missing for line in lines if line.missing}
    draft = next((each for each in reversed(carriers) if isinstance(each, Draft)), None) if missing else None
    led = led_by(draft, now) if draft else ()
    has = {("has", each.exptype) for bundle in led for each in bundle.extra}
    found = has | {("is", use.role) for use in uses if use.product not in {bundle.name for bundle in led}}
    for line in lines:
        yield evolve(line, missing=None) if line.missing in found else line


def _with_rungs(looks: Sequence[_Look], identity: _Identity, inner: Sequence[Use] = ()) -> tuple[Use, ...]:
    """Return where an exposure is used at the end, with the rungs, which only the products in the making know."""
    draft = next((look for look in reversed(looks) if look.kind == "draft"), None)
    found = draft.uses.get(identity, ()) if draft else inner
    rungs = {(use.product, use.role): use.rung for use in found if use.rung}
    uses = looks[-1].uses.get(identity, ())
    return tuple(Use(use.product, use.role, rungs.get((use.product, use.role), use.rung)) for use in uses) if rungs else uses


def _within(inner: Story, number: int, line: Line) -> Line:
    """Return the line of a rule that a step runs inside itself."""
    return Line(number, f"{inner.rule} {line.number}, {line.step}", line.text, line.differing, line.missing)


def _told(
    step: Step[Any, Any],
    carrier: Any,
    before: _Look,
    after: _Look,
    identity: _Identity,
    exposure: Exposure,
    number: int,
) -> tuple[Line, bool] | None:
    """Return what a step did to an exposure, and whether that leaves it out as far as we know; None for nothing."""
    was, now = before.uses.get(identity, ()), after.uses.get(identity, ())
    if after.kind == "exposures":
        return _among_exposures(step, carrier, exposure, _of(before.present, identity), _of(after.present, identity), number)
    if was == now and before.kind != "exposures":
        reason = step.remarks(carrier, exposure) if now else step.reason(carrier, exposure)
        return (_line(number, step, reason.text, reason), not now) if reason else None
    if now:
        known = set(was)
        added = [use for use in now if use not in known] or list(now)
        rung = f", by rung {added[0].rung + 1} of the ladder" if any(use.rung for use in added) else ""
        return _line(number, step, f"{placed(added)}{rung}"), False
    if before.kind == "exposures" and _of(before.present, identity) is None:
        return None
    reason = step.reason(carrier, exposure)
    text = reason.text if reason else f"no product has it any more, as {exposure.exptype}"
    return _line(number, step, text, reason), True


def _among_exposures(
    step: Step[Any, Any], carrier: Any, exposure: Exposure, old: Exposure | None, new: Exposure | None, number: int
) -> tuple[Line, bool] | None:
    if new is None:
        if old is None:
            return None
        reason = step.reason(carrier, exposure)
        return _line(number, step, reason.text if reason else "left out", reason), True
    if old is None:
        return _line(number, step, f"comes in as {new.exptype}"), False
    if old.exptype != new.exptype:
        by_user = ", given by the user" if "exptype" in new.told - old.told else ""
        return _line(number, step, f"is {new.exptype} now, was {old.exptype}{by_user}"), False
    if old.name != new.name:
        return _line(number, step, f"is called {new.name.text} now"), False
    if old.candidate != new.candidate and new.candidate is not None:
        return _line(number, step, f"is considered for {new.candidate.id}"), False
    return None


def _line(number: int, step: Step[Any, Any], text: str, reason: Reason | None = None) -> Line:
    return Line(number, str(step), text, reason.differing if reason else (), reason.missing if reason else None)
