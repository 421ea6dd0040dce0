"""Exposures to the same ones with the roles that their headers give them."""

from __future__ import annotations

from operator import is_

from asn_fp.records import Exposure, Exposures
from asn_fp.vocabulary import EXP_TYPE_ROLES, ROLE_FLAGS

__all__ = ["classify", "role_of"]


def classify(exposures: Exposures) -> Exposures:
    """Give every exposure the role that its header or pool row says, except where the user gave one.

    The pointing type decides first, then EXP_TYPE, then the flags IS_PSF, IS_IMPRT, BKGDTARG in that order. An exposure
    of which nothing is known keeps its role.

    >>> from asn_fp.names import parse
    >>> leakcal = Exposure(0, parse("a_rate.fits"), meta={"exp_type": "nrs_ifu", "is_imprt": "t"})
    >>> classify((leakcal,))[0].exptype
    'imprint'
    """
    result = tuple(map(_classified, exposures))
    return exposures if all(map(is_, result, exposures)) else result


def role_of(exposure: Exposure) -> str:
    """Return the role that header or pool row give an exposure.

    >>> from asn_fp.names import parse
    >>> role_of(Exposure(0, parse("a_rate.fits"), meta={"exp_type": "mir_tacq"}))
    'target_acquisition'
    """
    meta = exposure.meta
    pointing = meta.get("pntgtype", "science")
    if pointing != "science":
        return pointing
    by_type = EXP_TYPE_ROLES.get(meta.get("exp_type", ""), "science")
    if by_type != "science":
        return by_type
    for role, flag in ROLE_FLAGS.items():
        if flag in meta:
            return role
    return "science"


def _classified(exposure: Exposure) -> Exposure:
    if not exposure.meta or "exptype" in exposure.told:
        return exposure
    role = role_of(exposure)
    if role == exposure.exptype:
        return exposure
    return exposure.with_role(role)
