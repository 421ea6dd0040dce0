"""JWST associations as a functional pipeline of pure transforms.

The front door is `asn_from_list`; rules are composed with `rule` from the steps in `asn_fp.steps`, and `explain` tells
why a file is where it is.
"""

from asn_fp._version import __version__
from asn_fp.api import asn_from_list, compose, explain, make
from asn_fp.check import check
from asn_fp.codec import dumps, loads
from asn_fp.errors import AsnError, AsnWarning
from asn_fp.pipeline import Rule, Step, rule, step
from asn_fp.records import Association, Bundle, Candidate, Draft, Exposure, Member, Partner, Product
from asn_fp.rules import RULES

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
    "dumps",
    "explain",
    "loads",
    "make",
    "rule",
    "step",
]
