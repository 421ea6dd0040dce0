"""A page around its parts: one file that needs nothing else, with its style, its search and its script."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from asn_fp.markup import Child, Markup, tag
from asn_fp.report.look import PARTS, SCRIPT, STYLE
from asn_fp.vocabulary import EXPTYPES
from asn_fp.wording import cut, many, word

__all__ = ["chip", "fragment", "legend", "page"]

# A page that asks for nothing cannot be made to: the browser itself refuses whatever is not in the file.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; form-action 'none'"
_HELP: Final = "All words must be there. role:psf, missing:background, finding:error and end:left narrow it down."
_NOTHING: Final[Mapping[tuple[str, str], int]] = MappingProxyType({})
_HINT: Final = "File, product, role, key, reason ..."


def page(title: str, said: Child, *parts: Child) -> str:
    """Return a whole page as text.

    >>> page("<x>", "1 file").startswith('<!doctype html>'), "<title>&lt;x&gt;</title>" in page("<x>", "1 file")
    (True, True)
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        Markup(f"<style>\n{PARTS}{STYLE}</style>"),
    )
    top = tag("header", tag("h1", title), said)
    body = tag("body", tag("main", top, _tools(), *parts, class_="asnfp"), Markup(f"<script>\n{SCRIPT}</script>"))
    return f"<!doctype html>\n{tag('html', head, body, lang='en').text}\n"


def _tools() -> Markup:
    """Return the search box and the buttons, hidden until the script is there that they need."""
    return tag(
        "form",
        tag("input", id="q", type="search", placeholder=_HINT, aria_label="Search", autocomplete="off", spellcheck="false"),
        tag("button", "Open all", id="open", type="button"),
        tag("button", "Close all", id="close", type="button"),
        tag("output", _HELP, id="said", for_="q", aria_live="polite"),
        id="tools",
        role="search",
        hidden=True,
    )


def fragment(*parts: Child) -> str:
    """Return parts of a page for a notebook, with the style that they need and no script.

    >>> fragment("a & b").endswith("</style>a &amp; b</div>")
    True
    """
    style = Markup(f"<style>\n{PARTS}</style>")
    return tag("div", style, *parts, class_="asnfp tex2jax_ignore mathjax_ignore").text


def chip(role: str, *, said: str = "", kind: str = "", href: str = "", hollow: bool = False) -> Markup:
    """Return a role, or a severity, as a word with a dot of its colour.

    >>> chip("psf").text, chip("<odd>").text
    ('<span class="role psf">psf</span>', '<span class="role">&lt;odd&gt;</span>')
    """
    known = role in EXPTYPES or role in ("out", "error", "warning")
    look = " ".join(["role", *([role] if known else []), *(["label"] if kind else []), *(["hollow"] if hollow else [])])
    return tag("a" if href else "span", cut(word(said or role)), class_=look, data_kind=kind or False, href=href or False)


def legend(
    roles: Mapping[str, int],
    severities: Mapping[str, int],
    left_out: int,
    lacks: Mapping[tuple[str, str], int] = _NOTHING,
    placed: str = "",
) -> Markup:
    """Return how much there is of what one may look for; a click searches for it.

    Args:
        roles: how many members or files play each role.
        severities: how many findings there are of each severity.
        left_out: how many files are in no product.
        lacks: how many files are ``missing`` a role in their products, have it ``incomplete``, or are ``unused`` in it.
        placed: how many files are in products, in words; nothing where the page has no rows for files.

    >>> legend({"psf": 2}, {}, 0).text
    '<ul class="roles"><li><a class="role psf" href="#q=role%3Apsf">2 psf</a></li></ul>'
    """
    words = {cut(word(role)): (role, number) for role, number in roles.items()}
    chips = [chip(role, said=f"{number} {shown}", href=_search(f"role:{shown}")) for shown, (role, number) in words.items()]
    chips += [chip(kind, said=many(number, kind), href=_search(f"finding:{kind}")) for kind, number in severities.items()]
    chips += [_lacking(kind, role, number) for (kind, role), number in lacks.items()]
    chips += [chip("out", said=f"{left_out} left out", href=_search("end:left"))] if left_out else []
    chips += [chip("in", said=placed, href=_search("end:in"))] if placed else []
    return tag("ul", *(tag("li", each) for each in chips), class_="roles")


def _lacking(kind: str, role: str, number: int) -> Markup:
    ways = {"missing": f"without {role}", "incomplete": f"without some {role}", "unused": f"in no product as {role}"}
    said = f"{number} {ways[kind]}"
    return chip(role, said=said, href=_search(f"{kind}:{role}"), hollow=True)


def _search(text: str) -> str:
    return f"#q={quote(text, safe='', errors='replace')}"
