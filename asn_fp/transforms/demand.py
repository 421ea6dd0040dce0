"""Products in the making to the same ones, whatever leads them now science, or an error where partners are too few or many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from operator import is_
from typing import Final

from asn_fp.errors import MatchError, message, raise_all
from asn_fp.keys import By, Key, as_keys
from asn_fp.records import Bundle, Draft, Exposure, Reason
from asn_fp.transforms._nearest import differing, of_role, said
from asn_fp.transforms._remember import helped_by, led_by

_SHOWN: Final = 5

__all__ = ["demand", "lead_as", "why_demanded"]


def demand(
    draft: Draft, exptype: str | tuple[str, ...], *, at_least: int = 1, at_most: int | None = None, by: By = ()
) -> Draft:
    """Refuse products that science leads and that have too few or too many members of a role.

    Args:
        draft: the products in the making.
        exptype: the role, or several of which this is asked one by one.
        at_least: how many members of it a product must have.
        at_most: how many it may have.
        by: the keys that partners of this role are matched by, for the message.

    Raises:
        MatchError: each product with its science file, what it has of the role, and the values of the keys.

    >>> from asn_fp.transforms import gather, read
    >>> demand(gather(read(["a_rate.fits"])), "background")
    Traceback (most recent call last):
    asn_fp.errors.MatchError: product of 'a_rate.fits' (it has no background, and needs at least 1): 'background'; add ...
    """
    keys = as_keys(by)
    found: dict[tuple[str, ...], list[str]] = {}
    for bundle in draft.bundles:
        for role in _roles(exptype):
            if (wanted := _wanted(bundle, role, at_least, at_most)) is not None:
                reason = (f"it has {_has(bundle, role)}{_where(_science(bundle), keys)}, and needs {wanted}", role, wanted)
                found.setdefault(reason, []).append(_science(bundle).name.text)
    raise_all(MatchError, [_problem(names, *reason) for reason, names in found.items()])
    return draft


def _science(bundle: Bundle) -> Exposure:
    """Return the science exposure that leads a product, else the first lead."""
    return next((lead for lead in bundle.leads if lead.exptype == "science"), bundle.leads[0])


def _roles(exptype: str | tuple[str, ...]) -> tuple[str, ...]:
    return (exptype,) if isinstance(exptype, str) else exptype


def _wanted(bundle: Bundle, exptype: str, at_least: int, at_most: int | None) -> str | None:
    """Return how many members of a role a product that science leads should have, None where that is so."""
    count = len(_found(bundle, exptype))
    if _science(bundle).exptype != "science" or (at_least <= count and (at_most is None or count <= at_most)):
        return None
    return f"at most {at_most}" if at_most is not None and count > at_most else f"at least {at_least}"


def _found(bundle: Bundle, exptype: str) -> list[str]:
    leads = [each.name.text for each in bundle.leads if each.exptype == exptype]
    return leads + [each.name for each in bundle.extra if each.exptype == exptype]


def _problem(names: Sequence[str], reason: str, exptype: str, wanted: str) -> str:
    shown = ", ".join(map(repr, names[:_SHOWN])) + (f" and of {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    way_out = (
        "leave the others out" if wanted.startswith("at most") else "add it to the files; asn explain tells what came near"
    )
    return message(f"product of {shown}", reason, exptype, way_out)


def _has(bundle: Bundle, exptype: str) -> str:
    found = _found(bundle, exptype)
    return f"{len(found)} {exptype}: {', '.join(map(repr, found[:5]))}" if found else f"no {exptype}"


def _where(lead: Exposure, keys: tuple[Key, ...]) -> str:
    values = ", ".join(f"{key.label} {value!r}" for key in keys if isinstance(value := key(lead), str))
    return f" with {values}" if values else ""


def why_demanded(
    before: Draft,
    exposure: Exposure,
    exptype: str | tuple[str, ...],
    at_least: int = 1,
    at_most: int | None = None,
    by: By = (),
) -> Reason | None:
    """Return what the product that an exposure leads has of a role, what it needs, and how the nearest one differs."""
    keys = as_keys(by)
    for bundle, role in product(led_by(before, exposure), _roles(exptype)):
        if (wanted := _wanted(bundle, role, at_least, at_most)) is None:
            continue
        other = None if wanted.startswith("at most") else of_role(before, (role, keys)).to(exposure)
        apart = differing(keys, other, exposure) if other is not None else ()
        end = f"; nearest is {other.name.text!r}: {said(apart)}" if other is not None and apart else ""
        told = f"its product has {_has(bundle, role)}{_where(exposure, keys)}, and needs {wanted}{end}"
        return Reason(told, apart or ((role, str(len(_found(bundle, role))), wanted),))
    for bundle in helped_by(before, exposure) if exposure.exptype in _roles(exptype) else ():
        if (wanted := _wanted(bundle, exposure.exptype, at_least, at_most)) is not None:
            told = f"the product of {_science(bundle).name.text!r} has {_has(bundle, exposure.exptype)}, and needs {wanted}"
            return Reason(told, ((exposure.exptype, str(len(_found(bundle, exposure.exptype))), wanted),))
    return None


def lead_as(draft: Draft, exptype: str = "science") -> Draft:
    """Give what leads a product another role there: a background that has a product of its own is science in it.

    >>> from asn_fp.transforms import gather, read
    >>> lead_as(gather(read([("a_rate.fits", "background")]))).bundles[0].leads[0].exptype
    'science'
    """
    bundles = tuple(_led(bundle, exptype) for bundle in draft.bundles)
    return draft if all(map(is_, bundles, draft.bundles)) else Draft(bundles, draft.pool)


def _led(bundle: Bundle, exptype: str) -> Bundle:
    if all(lead.exptype == exptype for lead in bundle.leads):
        return bundle
    return Bundle(bundle.key, bundle.name, tuple(lead.with_role(exptype) for lead in bundle.leads), bundle.extra)
