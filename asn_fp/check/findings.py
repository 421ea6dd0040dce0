"""What a check finds: one value for each thing that is wrong, and the list of the kinds there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from attrs import field, frozen

from asn_fp.errors import message
from asn_fp.records import thaw

__all__ = ["CODES", "Finding", "errors"]

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "wrong-type": "A key of the association holds a value of another type than its schema says.",
        "missing-key": "A key that a pipeline opens is not there; an error where the pipeline stops without it.",
        "no-products": "The association has no product, so that there is nothing to process.",
        "plain-members": "The association lists files without products and roles, which no pipeline reads.",
        "products-ignored": "A stage-3 association has several products, of which the pipeline reads the first.",
        "no-name": "A product has no name; an error where the pipeline stops without it.",
        "empty-name": "A product's name is empty, and so would be those of its files.",
        "same-name": "Two products have one name, so that the second overwrites the files of the first.",
        "name-folder": "A product's name holds a path separator.",
        "placeholder": "A product's name holds braces that no pipeline fills in, an error where the pipeline stops at them.",
        "no-placeholder": "A wavefront-sensing product's name lacks {suffix}, so that its file gets no suffix.",
        "no-members": "A product has no members.",
        "no-science": "A product has no science member.",
        "many-science": "A stage-2 product has several science members, of which the pipeline reads the first.",
        "no-psf": "A coronagraphic product has no reference star, an error, or an interferometric one has none.",
        "wfs-single": "A wavefront-sensing product has one science member, and the pipeline combines two.",
        "wfs-many": "A wavefront-sensing product has more than two science members; the pipeline combines the first two.",
        "catalogue-incomplete": "Of sourcecat, segmap and direct_image a product has some and lacks others.",
        "catalogue-many": "A product has several members in one of the roles sourcecat, segmap and direct_image.",
        "unknown-exptype": "A member's role is not a word that any pipeline or rule uses.",
        "exptype-case": "A member's role is not in lower case, and calwebb_image3 passes over such members.",
        "unread-exptype": "A member's role is none that the pipeline of the association reads.",
        "no-expname": "A member's file name is empty.",
        "expname-folder": "A member's file name holds a path, which pipelines resolve in different ways.",
        "wrong-suffix": "A member's suffix is that of a file which the pipeline cannot use in this role.",
        "duplicate-member": "A product lists one file twice in the same role.",
        "own-background": "A product lists an exposure as its own background.",
        "two-roles": "A product lists one file in two roles.",
    }
)
"""Every code that a finding may have -> what it says, in one sentence."""


@frozen
class Finding:
    """Hold one thing that a check found.

    Attributes:
        code: its kind, a key of `CODES`.
        severity: "error" for what stops a pipeline or spoils its result, "warning" for what may be meant so.
        place: where in the association it is; products and members are numbered from 1.
        value: the offender.
        reason: what is wrong with it.
        way_out: what to do about it.

    >>> print(Finding("unknown-exptype", "error", "member 2", "bckground", "exptype unknown", "did you mean 'background'?"))
    error unknown-exptype: member 2 (exptype unknown): 'bckground'; did you mean 'background'?
    """

    code: str
    severity: Literal["error", "warning"]
    place: str
    value: Any = field(hash=False)
    reason: str
    way_out: str = ""

    def __str__(self) -> str:
        return f"{self.severity} {self.code}: {message(self.place, self.reason, thaw(self.value), self.way_out)}"


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that are errors.

    >>> errors([Finding("no-psf", "warning", "product 1", (), "no psf member")])
    ()
    """
    return tuple(finding for finding in findings if finding.severity == "error")
