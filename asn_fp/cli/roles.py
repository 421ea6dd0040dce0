"""What the user says of roles and partners on the command line, as the values that the front door takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asn_fp.cli.inputs import expand_partners, key_values
from asn_fp.errors import KnobError, UsageError, did_you_mean, message
from asn_fp.vocabulary import EXPTYPES, PARTNER_EXPTYPES

__all__ = ["requirements", "told_roles"]


def told_roles(words: Iterable[str], named: Mapping[str, Sequence[str]], files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the knobs for ``--role`` words: ``ROLE=PATTERN``, ``ROLE=@list.txt``, ``ROLE:KEY=VALUE``.

    Args:
        words: what was typed.
        named: the files that the options of the roles name; a list adds to them what is not among the files.
        files: the files; a list may name them without their folders, as a pattern does.

    Raises:
        UsageError: a word of another form.
        KnobError: an unknown role.

    >>> told_roles(["background=*_sky_*", "background:observation=002"], {})
    {'roles': {'background': ('*_sky_*', 'observation=002')}}
    """
    roles: dict[str, list[str]] = {}
    lists: dict[str, list[str]] = {}
    known = {*files, *(name.rpartition("/")[2] for name in files)}
    for word in words:
        role, value = _cut(word)
        if value.startswith("@"):
            found = expand_partners([value])
            here = known.intersection(found) if role in PARTNER_EXPTYPES else set(found)
            if here:
                roles.setdefault(role, []).extend(name for name in found if name in here)
            if further := [name for name in found if name not in here]:
                lists.setdefault(role, [*named.get(role, ())]).extend(further)
        else:
            roles.setdefault(role, []).append(value)
    given: dict[str, Any] = dict(lists)
    return {**given, "roles": {role: tuple(each) for role, each in roles.items()}} if roles else given


def _cut(word: str) -> tuple[str, str]:
    """Return the role of a word, and the rest."""
    head, equals, value = word.partition("=")
    role, colon, key = head.partition(":")
    role = role.strip().lower().replace("-", "_")
    if not equals or not role or not value or (colon and not key):
        example = "for example --role 'background=*_sky_*' or --role background:observation=002"
        raise UsageError(message("--role", "not of the form ROLE=PATTERN, ROLE=@list or ROLE:KEY=VALUE", word, example))
    if role not in EXPTYPES:
        raise KnobError(message("exptype", "unknown", role, did_you_mean(role, EXPTYPES)))
    return role, f"{key}={value}" if colon else value


def requirements(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the knobs for ``--leave-out``, ``--at-least``, ``--match`` and ``--closest``.

    Raises:
        UsageError: a count that is none.

    >>> requirements({"at_least": ("background=1",), "match": ("filter,channel",), "leave_out": ()})
    {'at_least': {'background': 1}, 'match': ('filter', 'channel')}
    """
    knobs: dict[str, Any] = {}
    if given.get("leave_out"):
        words = (expand_partners([word]) if word.startswith("@") else [word] for word in given["leave_out"])
        knobs["leave_out"] = tuple(each for found in words for each in found)
    if given.get("at_least"):
        for word in given["at_least"]:
            if "=" not in word:
                raise UsageError(message("--at-least", "not of the form ROLE=N", word, "for example --at-least background=1"))
        knobs["at_least"] = key_values(given["at_least"], "--at-least", _count)
    if given.get("match"):
        knobs["match"] = tuple(part for word in given["match"] for part in word.split(",") if part)
    if given.get("closest"):
        knobs["closest"] = given["closest"]
    return knobs


def _count(text: str) -> int:
    if not text.isdecimal():
        raise UsageError(message("--at-least", "not a number", text, "for example --at-least background=1"))
    return int(text)
