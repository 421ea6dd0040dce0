"""The front door: lists of files in, one association out.

`asn_from_list` finds the rule, gives it its own knobs, and puts the knobs that every rule has (roles, keys, paths)
around it as steps, so that an explanation shows those too.
"""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from asn_fp import steps as s
from asn_fp.errors import AsnWarning, ItemError, KnobError, ProductError, RuleError, did_you_mean, message, raise_all
from asn_fp.explain import explain as explain_rule
from asn_fp.intake import UNREADABLE, is_stage_3, needs_headers, with_headers
from asn_fp.knob_checks import refuse_wrong_knobs, settled
from asn_fp.names import check_asn_id
from asn_fp.pipeline import Rule
from asn_fp.predicates import Predicate
from asn_fp.records import Association, Associations, Exposure, Items
from asn_fp.remarks import lacking, nothing_made, remarks, unused
from asn_fp.rule_files import AnyRule, find_rule
from asn_fp.rules import RuleFunction
from asn_fp.rules._tuning import tuned
from asn_fp.rules.lists import DMS_Level3_Base
from asn_fp.story import Report, Story
from asn_fp.vocabulary import CATALOGUE_SUFFIXES, PARTNER_EXPTYPES

__all__ = [
    "AnyRule",
    "asn_from_list",
    "compose",
    "explain",
    "find_rule",
    "knobs_of",
    "make",
    "make_and_tell",
    "names_stage_3",
    "reads_headers",
]

_WORDS: Final = ("suffixes", "acid", "asn_type", "meta", "paths", "start", "with_exptype")
COMMON_KNOBS: Final = (*PARTNER_EXPTYPES, "roles", "leave_out", *_WORDS)
"""The knobs that every rule has; the others are the rule's own."""

TUNING: Final = ("at_least", "match", "closest")
"""The knobs that change what a rule asks of partners."""

HEADER_KNOBS: Final = ("candidate", "settings", "leave_out_unreadable", "progress", *TUNING)
"""The knobs of the rules that look into headers."""

STAGE_3_KNOBS: Final = ("same_names",)
"""The knobs of those among them that make products of stage 3."""

unreadable: Final = Predicate("unreadable", (UNREADABLE,), lambda exposure: UNREADABLE in exposure.meta)
"""Has no header that a rule could use: what ``leave_out_unreadable`` leaves out."""

_ROLED: Final = (tuple, list, Exposure)
"""The kinds of item that may carry a role."""


def asn_from_list(items: Items, rule: AnyRule = DMS_Level3_Base, **knobs: Any) -> Association:
    """Make one association from a list of files.

    Args:
        items: file names, paths, or (name, exptype) pairs, in any mix.
        rule: a rule, its name, or ``"module:name"``.
        knobs: settings. Every rule takes ``background``, ``imprint``, ``psf``, ``selfcal``, ``target_acquisition``,
            ``sourcecat``, ``segmap``, ``direct_image`` (lists of names: files that have that role only, whether they
            are among the items or not), ``acid`` (the association candidate id), ``asn_type``, ``meta`` (top-level
            keys), ``paths`` (``as-given``, ``basename``, ``relative``, ``absolute``) with ``start`` (the folder that
            the association goes to), ``suffixes`` (product suffixes to know besides the pipeline's), ``roles``
            (``{"background": ["*_sky_*", "observation=002"]}``), ``leave_out`` (patterns). Rules that look
            into headers read them, and take ``candidate`` (``"c1000:mosaic"``), ``settings`` (``"bkgdtarg=t:*_sky_*"``:
            values that beat the header), ``leave_out_unreadable``, ``progress``, ``at_least`` (``{"background": 1}``),
            ``match`` (keys of the backgrounds) and ``closest`` (a numeric key); those of stage 3 also
            ``same_names``: what to do with two products of one name (``distinguish``, ``keep``, ``refuse``). The rules for
            lists also take ``product_name``; those of stage 2 ``product_name_func(item, number)`` and ``by``.
            ``with_exptype`` is accepted and changes nothing: a pair has its exptype anyway.

    Raises:
        KnobError: an unknown knob or a value that it does not take.
        ItemError: no items, items that are no names, a file twice, two roles for one file.
        ProductError: no product name, one product name twice, no science file.
        RuleError: an unknown rule, or one that makes several associations of these items.

    >>> asn = asn_from_list(["a_cal.fits", "b_cal.fits"], product_name="l3_results")
    >>> [member["expname"] for member in asn["products"][0]["members"]]
    ['a_cal.fits', 'b_cal.fits']
    >>> asn = asn_from_list(["a_rate.fits"], "level2", background=["sky_rate.fits"], acid="o001")
    >>> asn.asn_id, [member.exptype for member in asn.products[0].members]
    ('o001', ['science', 'background'])
    """
    knobs = settled(knobs)
    associations = _made(*_ready(rule, items, knobs), knobs)
    if len(associations) != 1:
        names = ", ".join(repr(each.products[0].name) for each in associations[:5] if each.products)
        way_out = f"use make(), or the command asn make with --output-dir; the products are {names}"
        raise RuleError(message("rule", f"it makes {len(associations)} associations of these items", _name(rule), way_out))
    return associations[0]


def make(rule: AnyRule, items: Items, **knobs: Any) -> Associations:
    """Run any rule on a list of files and return all associations that it makes.

    Args:
        rule: a rule, its name, or ``"module:name"``.
        items: as `asn_from_list` takes them.
        knobs: as `asn_from_list` takes them.

    Raises:
        AsnError: as `asn_from_list`, and where the rule makes nothing.

    >>> [asn.asn_rule for asn in make("level3", ["a_cal.fits"], product_name="p")]
    ['level3']
    """
    knobs = settled(knobs)
    return _made(*_ready(rule, items, knobs), knobs)


def make_and_tell(rule: AnyRule, items: Items, **knobs: Any) -> tuple[Associations, Callable[[], Story | Report]]:
    """Run any rule, and return what it makes and what gives its explanation; the headers are read once for both.

    Args:
        rule: a rule, its name, or ``"module:name"``.
        items: as `asn_from_list` takes them.
        knobs: as `asn_from_list` takes them.

    Raises:
        AsnError: as `make`.

    >>> made, told = make_and_tell("level3", ["a_cal.fits"], product_name="p")
    >>> made[0].products[0].name, told().rows()
    ('p', [('a_cal.fits', 'science', 'p')])
    """
    knobs = settled(knobs)
    composed, listed = _ready(rule, items, knobs)
    return _made(composed, listed, knobs), partial(explain_rule, composed, listed)


def _ready(rule: AnyRule, items: Items, knobs: Mapping[str, Any]) -> tuple[Rule[Any, Any], Items]:
    """Return a rule with its knobs, and what it is run on."""
    composed = compose(rule, **knobs)
    return composed, _inputs(composed, items, knobs)


def _made(composed: Rule[Any, Any], listed: Items, knobs: Mapping[str, Any]) -> Associations:
    """Run a rule, and warn of unused partners on the line that called the function which calls this one."""
    associations: Associations = composed(listed)
    if not associations:
        raise ProductError(nothing_made(composed, listed))
    if needs_headers(composed):
        for text in (*remarks(associations), *lacking(composed, listed, associations)):
            warnings.warn(text, AsnWarning, stacklevel=3)
        return associations
    with_roles = any(knobs.get(role) for role in (*PARTNER_EXPTYPES, "roles")) or any(
        isinstance(item, _ROLED) for item in listed
    )
    for exposure in unused(composed, listed, associations) if with_roles else ():
        text = message(exposure.exptype, "attached to no product", exposure.name.text, "asn explain tells why")
        warnings.warn(text, AsnWarning, stacklevel=3)
    return associations


def explain(rule: AnyRule, items: Items, file: str | os.PathLike[str] | None = None, **knobs: Any) -> Story | Report:
    """Tell what a rule does with one file, step by step, or with every file in one table.

    Args:
        rule: a rule, its name, or ``"module:name"``.
        items: as `asn_from_list` takes them.
        file: the name of the file to tell about; by default all are told.
        knobs: as `asn_from_list` takes them.

    Raises:
        ItemError: the file is not among the items.

    >>> print(explain("level2", ["a_rate.fits"], background=["b_rate.fits"]))
    file         role         products, or what left it out
    a_rate.fits  science      a
    b_rate.fits  background*  a
    * the role that you gave
    """
    knobs = settled(knobs)
    return explain_rule(*_ready(rule, items, knobs), os.fspath(file) if file is not None else None)


def _inputs(rule: Rule[Any, Any], items: Items, knobs: Mapping[str, Any]) -> Items:
    """Return what a rule is run on: the items, or for a rule that looks into headers the exposures they stand for."""
    listed = _listed(items)
    if not needs_headers(rule):
        return listed
    partners = [name for role in PARTNER_EXPTYPES for name in _names(knobs.get(role), role)]
    return with_headers(
        listed,
        partners,
        asn_id=knobs.get("acid"),
        candidate=knobs.get("candidate"),
        settings=knobs.get("settings") or (),
        leave_out=bool(knobs.get("leave_out_unreadable")),
        progress=bool(knobs.get("progress")),
        unread=tuple(knobs.get("leave_out") or ()),
        headless=_catalogues(knobs),
    )


def _catalogues(knobs: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the files that the user chooses as direct image, catalogue or map: names, and words of roles."""
    roles = knobs.get("roles") or {}
    words = (word for role in CATALOGUE_SUFFIXES for word in (*_names(knobs.get(role), role), *roles.get(role, ())))
    return tuple(dict.fromkeys(words))


def _listed(items: Items) -> Items:
    if isinstance(items, (str, bytes, os.PathLike)):
        return items  # read says what is wrong with it
    if not isinstance(items, Iterable):
        raise ItemError(message("items", "not a list of names", items, "give file names in a list"))
    listed = tuple(items)
    if not listed:
        raise ItemError(message("items", "none given", [], "give at least one file name"))
    return listed


# ------------------------------------------------------------------------------------------------ rules and their knobs


def compose(rule: AnyRule, **knobs: Any) -> Rule[Any, Any]:
    """Return a rule with all its knobs set: its own inside, those that every rule has as steps around it.

    Args:
        rule: a rule, its name, or ``"module:name"``.
        knobs: as `asn_from_list` takes them.

    Raises:
        KnobError: unknown knobs; all of them in one error.
        RuleError: an unknown rule, or one that does not go from items to associations.

    >>> print(compose("level3", product_name="p", psf=["ref_calints.fits"], acid="c1001"))
    level3
      1. read()
      2. enlist({'psf': ['ref_calints.fits']})
      3. gather()
      4. require('science')
      5. name('p')
      6. seal(together=True)
      7. stamp({'asn_id': 'c1001'})
      8. identify()
      9. verify()
    """
    found = find_rule(rule)
    own = knobs_of(found)
    known = [*own, *COMMON_KNOBS, *HEADER_KNOBS, *STAGE_3_KNOBS]
    unknown = [knob for knob in knobs if knob not in known]
    raise_all(KnobError, [message(f"knob of {_name(rule)}", "unknown", knob, did_you_mean(knob, known)) for knob in unknown])
    refuse_wrong_knobs(knobs, own)
    plain = found if isinstance(found, Rule) else found(**{knob: value for knob, value in knobs.items() if knob in own})
    if not isinstance(plain, Rule):
        raise RuleError(message("rule", "it gives no Rule", rule, "a rule is made by asn_fp.rule(name, *steps)"))
    idle = [knob for knob in HEADER_KNOBS if knobs.get(knob) and not needs_headers(plain)]
    reason = f"{plain.name} looks into no headers"
    raise_all(KnobError, [message("knob", reason, knob, "leave it out") for knob in idle])
    if knobs.get("same_names") and not is_stage_3(plain):
        raise KnobError(message("knob", f"{plain.name} names no products of stage 3", "same_names", "leave it out"))
    tuning = {knob: knobs[knob] for knob in TUNING if knobs.get(knob)}
    return _around(tuned(plain, **tuning) if tuning else plain, knobs)


def _around(rule: Rule[Any, Any], knobs: Mapping[str, Any]) -> Rule[Any, Any]:
    suffixes = tuple(_names(knobs.get("suffixes"), "suffixes"))
    roles = {role: _names(knobs[role], role) for role in PARTNER_EXPTYPES if knobs.get(role)}
    stamps = _stamps(knobs)
    sealed = next((at for at, each in enumerate(rule.steps, 1) if each.gives == Associations), None)
    if sealed is None:
        raise RuleError(message("rule", "no step gives associations", rule.name, "end it with s.seal(...)"))
    if stamps:
        rule = rule.after(sealed, s.stamp(stamps))
    if is_stage_3(rule):
        rule = rule.after(sealed, s.distinguish(knobs.get("same_names") or "distinguish"))
    rule = _read_with(rule, suffixes)
    told = [s.drop(unreadable)] if knobs.get("leave_out_unreadable") else []
    told += [s.leave_out(tuple(knobs["leave_out"]))] if knobs.get("leave_out") else []
    if roles:
        told.append(s.enlist(roles, suffixes=suffixes) if suffixes else s.enlist(roles))
    if knobs.get("roles"):
        told.append(s.assign(knobs["roles"]))
    rule = rule.after(1, *told) if told else rule
    if any(each.name == "seal_each" and each.settings.get("layout", "stage2") == "stage2" for each in rule.steps):
        rule = rule.after(len(rule.steps), s.merge())
    paths = knobs.get("paths") or "as-given"
    if paths != "as-given":
        here = Path.cwd().as_posix()
        start = os.path.realpath(knobs.get("start") or here)
        rule = rule.after(len(rule.steps), s.relocate(paths, start=start, cwd=here))
    return rule


def _read_with(rule: Rule[Any, Any], suffixes: tuple[str, ...]) -> Rule[Any, Any]:
    """Return a rule that begins with `read`, which knows the given suffixes too."""
    first = rule.steps[0]
    if first.name != "read":
        return rule.before(1, s.read(suffixes=suffixes) if suffixes else s.read())
    own = tuple(first.settings.get("suffixes", ()))
    return rule.replace(1, s.read(suffixes=own + suffixes)) if suffixes else rule


def _names(value: Any, knob: str) -> list[str]:
    if value is None:
        return []
    if isinstance(value, (str, bytes, os.PathLike)):
        raise KnobError(message(knob, "one name where a list belongs", value, "put it in a list: [name]"))
    return [os.fspath(name) for name in value]


def _stamps(knobs: Mapping[str, Any]) -> dict[str, Any]:
    acid = knobs.get("acid")
    given = {"asn_id": check_asn_id(acid) if acid is not None else None, "asn_type": knobs.get("asn_type")}
    return {**{key: value for key, value in given.items() if value is not None}, **(knobs.get("meta") or {})}


def reads_headers(rule: Rule[Any, Any] | RuleFunction) -> bool:
    """Tell whether a rule looks into the headers of the files; a function of knobs is asked with their defaults.

    >>> reads_headers(find_rule("level3")), reads_headers(find_rule("Asn_Lv3Image"))
    (False, True)
    """
    made = _with_defaults(rule)
    return made is not None and needs_headers(made)


def names_stage_3(rule: Rule[Any, Any] | RuleFunction) -> bool:
    """Tell whether a rule makes products of stage 3, and names them; a function of knobs is asked with their defaults.

    >>> names_stage_3(find_rule("level3")), names_stage_3(find_rule("Asn_Lv3Image"))
    (False, True)
    """
    made = _with_defaults(rule)
    return made is not None and is_stage_3(made)


def _with_defaults(rule: Rule[Any, Any] | RuleFunction) -> Rule[Any, Any] | None:
    if isinstance(rule, Rule):
        return rule
    required = [knob for knob, each in knobs_of(rule).items() if each.default is each.empty]
    made = None if required else rule()
    return made if isinstance(made, Rule) else None


def knobs_of(rule: Rule[Any, Any] | RuleFunction) -> dict[str, inspect.Parameter]:
    """Return the knobs of a rule itself, by name; a plain rule has none.

    >>> list(knobs_of(find_rule("level3")))
    ['product_name']
    """
    return {} if isinstance(rule, Rule) else dict(inspect.signature(rule, eval_str=True).parameters)


def _name(rule: AnyRule) -> str:
    return rule if isinstance(rule, str) else rule.name if isinstance(rule, Rule) else getattr(rule, "__name__", repr(rule))
