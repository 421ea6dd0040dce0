"""Exposures to the same ones with the roles that their headers give them."""

from __future__ import annotations

from operator import is_
from types import MappingProxyType

from attrs import evolve

from asn_fp.keys import observation, program
from asn_fp.records import Exposure, Exposures
from asn_fp.vocabulary import EXP_TYPE_ROLES, ROLE_FLAGS

__all__ = ["classify", "flag_imprints", "role_of"]


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


def flag_imprints(exposures: Exposures) -> Exposures:
    """Give imprints the flag of backgrounds where all other exposures of their observation are such, whatever headers say.

    >>> from asn_fp.names import parse
    >>> sky = Exposure(0, parse("jw01234002001_02101_00001_nrs1_rate.fits"), "background")
    >>> leakcal = Exposure(1, parse("jw01234002001_02103_00001_nrs1_rate.fits"), "imprint", meta={"filter": "f170lp"})
    >>> flag_imprints((sky, leakcal))[1].meta["bkgdtarg"]
    't'
    """
    roles: dict[tuple[object, object], set[str]] = {}
    for each in exposures:
        if each.exptype in ("science", "psf", "background"):
            roles.setdefault((program(each), observation(each)), set()).add(each.exptype)
    result = tuple(
        _flagged(each)
        if each.exptype == "imprint" and each.meta and roles.get((program(each), observation(each))) == {"background"}
        else each
        for each in exposures
    )
    return exposures if all(map(is_, result, exposures)) else result


def _flagged(exposure: Exposure) -> Exposure:
    if "bkgdtarg" in exposure.meta:
        return exposure
    meta = MappingProxyType({**exposure.meta, "bkgdtarg": "t"})
    return evolve(exposure, meta=meta, derived=exposure.derived | {"bkgdtarg"})
