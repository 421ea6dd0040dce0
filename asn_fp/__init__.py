"""JWST associations as a functional pipeline of pure transforms.

The front door is `asn_from_list`; rules are composed with `rule` from the steps in `asn_fp.steps`, and `explain` tells
why a file is where it is.
"""

from typing import TYPE_CHECKING, Any

from asn_fp._version import __version__
from asn_fp.api import asn_from_list, compose, explain, make
from asn_fp.check import check
from asn_fp.codec import dumps, loads
from asn_fp.compare import diff
from asn_fp.edits import edit, merge, split
from asn_fp.errors import AsnError, AsnWarning
from asn_fp.gather import gather
from asn_fp.generate import generate
from asn_fp.pipeline import Rule, Step, rule, step
from asn_fp.records import Association, Bundle, Candidate, Draft, Exposure, Member, Partner, Product
from asn_fp.rules import RULES

if TYPE_CHECKING:
    from asn_fp.report import explanation_html, report_html

__all__ = [
    "RULES",
    "AsnError",
    "AsnWarning",
    "Association",
    "Bundle",
    "Candidate",
    "Draft",
    "Exposure",
    "Member",
    "Partner",
    "Product",
    "Rule",
    "Step",
    "__version__",
    "asn_from_list",
    "check",
    "compose",
    "diff",
    "dumps",
    "edit",
    "explain",
    "explanation_html",
    "gather",
    "generate",
    "loads",
    "make",
    "merge",
    "report_html",
    "rule",
    "split",
    "step",
]


def __getattr__(name: str) -> Any:
    """Import the functions that make pages when they are asked for: who makes associations does not wait for them."""
    if name in ("explanation_html", "report_html"):
        from asn_fp import report

        return getattr(report, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
