"""Work out once for a carrier what many explanations need to know about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from attrs import field, frozen

from asn_fp.records import Bundle, Candidate, Draft, Exposure

__all__ = ["helped_by", "led_by", "remembered"]

C = TypeVar("C")
D = TypeVar("D")
S = TypeVar("S")


@frozen
class _Same:
    """Hold a value that is equal to itself only: comparing two long carriers would cost what remembering saves."""

    value: Any = field(eq=id)


def remembered(function: Callable[[C, S], D]) -> Callable[[C, S], D]:
    """Return a function of a carrier and one setting that works once for each of the last few carriers, which never change.

    >>> def find(numbers: tuple[int, ...], place: int) -> int:
    ...     print("looking")
    ...     return numbers[place]
    >>> numbers, found = (7, 8), remembered(find)
    >>> found(numbers, 0), found(numbers, 0)
    looking
    (7, 7)
    """

    @lru_cache(maxsize=8)
    def call(same: _Same, setting: Any) -> D:
        return function(same.value, setting)

    return lambda carrier, setting: call(_Same(carrier), setting)


def led_by(draft: Draft, exposure: Exposure) -> tuple[Bundle, ...]:
    """Return the products that an exposure leads.

    >>> from asn_fp.names import parse
    >>> one, other = (Exposure(number, parse("a.fits")) for number in (0, 1))
    >>> led_by(Draft((Bundle(name="p", leads=(one,)),)), one)[0].name, led_by(Draft(), other)
    ('p', ())
    """
    return tuple(_leads(draft, None).get(exposure.identity, ()))


def helped_by(draft: Draft, exposure: Exposure) -> tuple[Bundle, ...]:
    """Return the products that an exposure is a partner of.

    >>> from asn_fp.names import parse
    >>> from asn_fp.records import Partner
    >>> sky = Exposure(0, parse("a.fits"))
    >>> helped_by(Draft((Bundle(name="p", extra=(Partner("background", "a.fits", sky),)),)), sky)[0].name
    'p'
    """
    return tuple(_partners(draft, None).get(exposure.identity, ()))


@remembered
def _partners(draft: Draft, _: None) -> Mapping[tuple[int, Candidate | None], list[Bundle]]:
    found: dict[tuple[int, Candidate | None], list[Bundle]] = {}
    for bundle in draft.bundles:
        for partner in bundle.extra:
            if partner.source is not None:
                found.setdefault(partner.source.identity, []).append(bundle)
    return found


@remembered
def _leads(draft: Draft, _: None) -> Mapping[tuple[int, Candidate | None], list[Bundle]]:
    found: dict[tuple[int, Candidate | None], list[Bundle]] = {}
    for bundle in draft.bundles:
        for lead in bundle.leads:
            found.setdefault(lead.identity, []).append(bundle)
    return found
