"""HTML that cannot be broken by what it shows: elements are made here, and every text in them is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final, TypeAlias

from attrs import frozen

from asn_fp.wording import printable

__all__ = ["Child", "Markup", "breakable", "joined", "lines", "tag"]

_VOID: Final = frozenset(["br", "input", "meta", "wbr"])


@frozen
class Markup:
    """Hold HTML that is ready; a plain text beside it is not, and gets escaped."""

    text: str


Child: TypeAlias = str | Markup | None
"""What an element may hold: a text, HTML that is ready, nothing."""


def tag(name: str, *children: Child, **attributes: str | bool) -> Markup:
    r"""Return an element; an attribute that is False is left out, and `class_` is `class`.

    >>> tag("td", "<b>\n", tag("wbr"), class_="role", hidden=True).text
    '<td class="role" hidden="hidden">&lt;b&gt;\\n<wbr/></td>'
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items() if value is not False)
    if name in _VOID:
        return Markup(f"<{name}{given}/>")
    return Markup(f"<{name}{given}>{joined(children).text}</{name}>")


def _attribute(key: str, value: str | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f' {name}="{name if value is True else escape(printable(str(value)))}"'


def joined(children: Iterable[Child]) -> Markup:
    """Return texts and elements one after another as one piece of HTML.

    >>> joined(["a & b", tag("p"), None]).text
    'a &amp; b<p></p>'
    """
    return Markup("".join(map(_inner, children)))


def _inner(child: Child) -> str:
    if isinstance(child, Markup):
        return child.text
    return escape(printable(child)) if child else ""


def breakable(name: str) -> Markup:
    """Return a file name, or a text that may have some, which a narrow page may break after an underscore or a slash.

    >>> breakable("a_cal.fits").text
    'a_<wbr/>cal.fits'
    """
    return Markup(re.sub(r"(?<=[_/])(?=.)", "<wbr/>", escape(printable(name))))


def lines(texts: Iterable[str]) -> Markup:
    r"""Return texts one below the other, where the style keeps the ends of lines: far shorter than an element for each.

    >>> lines(["a & b", "c"]).text
    'a &amp; b\nc'
    """
    return Markup("\n".join(escape(printable(text)) for text in texts))
