"""Whether knobs have values of the kind that they take: a slip is told at once, all in one error, with what to give."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from asn_fp.errors import KnobError, message, raise_all
from asn_fp.keys import Key
from asn_fp.vocabulary import PARTNER_EXPTYPES

__all__ = ["refuse_wrong_knobs", "settled"]


def _list(value: Any) -> str:
    if isinstance(value, (str, bytes, os.PathLike)):
        return f"one text where a list belongs; put it in a list: [{value!r}]"
    if not isinstance(value, Iterable) or isinstance(value, Mapping):
        return "no list; give a list of texts"
    wrong = [each for each in value if not isinstance(each, (str, os.PathLike, Key))]
    return f"{wrong[0]!r} in it is no text; give texts" if wrong else ""


def _mapping(example: str) -> Callable[[Any], str]:
    def wrong(value: Any) -> str:
        texts = isinstance(value, Mapping) and all(isinstance(key, str) for key in value)
        return "" if texts else f"no dictionary with texts as keys; for example {example}"

    return wrong


def _counts(value: Any) -> str:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        return "no dictionary with texts as keys; for example {'background': 1}"
    wrong = [each for each in value.values() if not isinstance(each, int) or isinstance(each, bool) or each < 0]
    return f"{wrong[0]!r} is no count; give whole numbers from 0" if wrong else ""


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "no text; give a text"


def _key(value: Any) -> str:
    return "" if isinstance(value, (str, Key)) else "no key; give the name of a keyword, such as 'expstart'"


def _folder(value: Any) -> str:
    return "" if isinstance(value, (str, os.PathLike)) else "no folder; give a path"


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "neither True nor False; give one of the two"


_KINDS: Final[Mapping[str, Callable[[Any], str]]] = {
    **dict.fromkeys(("leave_out", "match", "settings", "suffixes", *PARTNER_EXPTYPES), _list),
    "roles": _mapping("{'background': ['*_sky_*']}"),
    "meta": _mapping("{'target': 't001'}"),
    "at_least": _counts,
    **dict.fromkeys(("acid", "candidate", "asn_type", "paths", "same_names"), _text),
    "closest": _key,
    "start": _folder,
    **dict.fromkeys(("leave_out_unreadable", "progress"), _truth),
}


def settled(knobs: Mapping[str, Any]) -> dict[str, Any]:
    """Return knobs whose lists can be read more than once: what is handed over as an iterator is read here.

    >>> settled({"background": iter(["b_rate.fits"]), "by": "detector"})
    {'background': ('b_rate.fits',), 'by': 'detector'}
    """
    return {
        name: tuple(value) if _KINDS.get(name) is _list and isinstance(value, Iterator) else value
        for name, value in knobs.items()
    }


def refuse_wrong_knobs(knobs: Mapping[str, Any], own: Mapping[str, inspect.Parameter]) -> None:
    """Refuse knobs whose values are not of their kind; None means that a knob is not given.

    Args:
        knobs: the knobs by name.
        own: the knobs of the rule itself, of which those that are True or False are looked at.

    Raises:
        KnobError: with all of them.

    >>> refuse_wrong_knobs({"leave_out": "*_sky_*", "at_least": {"background": "1"}}, {})
    Traceback (most recent call last):
    asn_fp.errors.KnobError: leave_out (one text where a list belongs): '*_sky_*'; put it in a list: ['*_sky_*']
    at_least ('1' is no count): {'background': '1'}; give whole numbers from 0
    """
    problems = []
    for name, value in knobs.items():
        kind = own[name].annotation in (bool, "bool") and _truth if name in own else _KINDS.get(name)
        if value is not None and kind and (wrong := kind(value)):
            reason, _, way_out = wrong.partition("; ")
            problems.append(message(name, reason, value, way_out))
    raise_all(KnobError, problems)
