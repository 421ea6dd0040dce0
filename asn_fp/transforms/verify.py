"""Associations to the same ones, or an error that says what a pipeline would stumble over."""

from __future__ import annotations

from collections.abc import Sequence

from asn_fp.check import check
from asn_fp.errors import ProductError, raise_all
from asn_fp.records import Associations

__all__ = ["verify"]


def verify(associations: Associations, *, suffixes: Sequence[str] = ()) -> Associations:
    """Refuse associations with errors; warnings pass, `check` lists them.

    Args:
        associations: what to check.
        suffixes: product suffixes to know besides the pipeline's own.

    Raises:
        ProductError: with every error found in any of them.

    >>> from asn_fp.transforms import gather, name, read, seal
    >>> verify(seal(name(gather(read(["a_uncal.fits"])), "l3_results"), asn_rule="level3"))
    Traceback (most recent call last):
    asn_fp.errors.ProductError: ...
    """
    found = [finding for each in associations for finding in check(each, suffixes=suffixes)]
    raise_all(ProductError, [str(finding).removeprefix("error ") for finding in found if finding.severity == "error"])
    return associations
