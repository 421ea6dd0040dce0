"""Observing modes as predicates and keys: what the generator's rules are made of.

Source of the facts: the association rules of jwst 3.0.0, and the JWST documentation on optical elements.
"""

from __future__ import annotations

from typing import Final

from asn_fp.keys import Key, keyword, optional, program
from asn_fp.predicates import Predicate, all_of, any_of, exp_type, has, not_
from asn_fp.records import Exposure
from asn_fp.vocabulary import (
    ACQ,
    CORON,
    FSS_LAMP_PATHS,
    FSS_PATHS,
    IFU_LAMP_PATHS,
    IFU_PATHS,
    LRS,
    TSO,
    UNOCCULTED_PATHS,
)

__all__ = [
    "BASE",
    "MODE",
    "candidate",
    "candidate_type",
    "fss_path",
    "has_mode",
    "has_program",
    "ifu_path",
    "ints",
    "is_tso",
    "is_wfsc",
    "lamp_path",
    "occulted",
    "own",
    "special",
    "value_is",
]


def value_is(column: str, *allowed: str) -> Predicate:
    """Ask whether a keyword has one of the values given, in lower case.

    >>> value_is("PATTTYPE", "4-POINT-NOD")
    value_is('patttype', '4-point-nod')
    """
    lowered, wanted = column.lower(), frozenset(value.lower() for value in allowed)
    name = f"value_is({', '.join(map(repr, (lowered, *(value.lower() for value in allowed))))})"
    return Predicate(name, (lowered,), lambda exposure: exposure.meta.get(lowered) in wanted)


def candidate_type(*allowed: str) -> Predicate:
    """Ask whether an exposure is considered for a candidate of one of these types; one without a candidate always is.

    >>> from asn_fp.names import parse
    >>> candidate_type("observation")(Exposure(0, parse("a_rate.fits")))
    True
    """
    wanted = frozenset(allowed)
    name = f"candidate_type({', '.join(map(repr, allowed))})"
    return Predicate(name, ("asn_candidate",), lambda each: each.candidate is None or each.candidate.type in wanted)


def _value(exposure: Exposure, *columns: str) -> str | None:
    return next((value for column in columns if (value := exposure.meta.get(column)) is not None), None)


def _tso(exposure: Exposure) -> bool:
    meta = exposure.meta
    return meta.get("pntgtype") == "science" and (meta.get("tsovisit") == "t" or meta.get("exp_type") in TSO)


def _wfsc(exposure: Exposure) -> bool:
    return "wfsc" in exposure.meta.get("visitype", "")[1:-1]


def _mode(exposure: Exposure) -> bool:
    meta = exposure.meta
    detector = meta.get("detector")
    return (
        detector not in (None, "nirspec")
        and "instrume" in meta
        and _value(exposure, "filter", "band") is not None
        and meta.get("filter") != "opaque"
        and not (detector == "nrcblong" and meta.get("exp_type") == "nrc_tsgrism")
        and not _wfsc(exposure)
    )


def _fss(exposure: Exposure) -> bool:
    meta = exposure.meta
    slit = meta.get("fxd_slit")
    if slit is None:
        return False
    kind = "s200b1" if slit == "s200b1" else "a"
    return (kind, meta.get("grating"), meta.get("filter"), meta.get("detector")) in FSS_PATHS


def _ifu(exposure: Exposure) -> bool:
    meta = exposure.meta
    path = (meta.get("grating"), meta.get("filter"), meta.get("detector"))
    return meta.get("exp_type") != "nrs_ifu" or path in IFU_PATHS


def _lamp(exposure: Exposure) -> bool:
    meta = exposure.meta
    detector, grating, mode, lamp = (meta.get(column, "") for column in ("detector", "grating", "opmode", "lamp"))
    if not (detector and grating):
        return False
    if mode == "ifu":
        dark = IFU_LAMP_PATHS.get((grating, detector))
        return bool(lamp) and dark is not None and lamp not in dark
    return mode == "msaspec" or (mode == "fixedslit" and (grating, lamp, detector) in FSS_LAMP_PATHS)


def _occulted(exposure: Exposure) -> bool:
    meta = exposure.meta
    unocculted = (meta.get("pupil"), meta.get("detector")) in UNOCCULTED_PATHS
    return not (meta.get("exp_type") == "nrc_coron" and meta.get("subarray") == "full" and unocculted)


def _ints(exposure: Exposure) -> bool:
    meta = exposure.meta
    kind = meta.get("exp_type")
    if meta.get("pntgtype") != "science" or kind in ACQ:
        return False
    return (kind in CORON and _occulted(exposure)) or kind == "nis_ami" or kind in TSO or meta.get("tsovisit") == "t"


is_tso: Final = Predicate("is_tso", ("pntgtype", "tsovisit", "exp_type"), _tso)
is_wfsc: Final = Predicate("is_wfsc", ("visitype",), _wfsc)
has_mode: Final = Predicate("has_mode", ("instrume", "detector", "filter", "band", "exp_type", "visitype"), _mode)
has_program: Final = has("program")
fss_path: Final = Predicate("fss_path", ("fxd_slit", "grating", "filter", "detector"), _fss)
ifu_path: Final = Predicate("ifu_path", ("exp_type", "grating", "filter", "detector"), _ifu)
lamp_path: Final = Predicate("lamp_path", ("opmode", "grating", "lamp", "detector"), _lamp)
occulted: Final = Predicate("occulted", ("exp_type", "subarray", "pupil", "detector"), _occulted)
ints: Final = Predicate("ints", ("pntgtype", "exp_type", "tsovisit", "subarray", "pupil", "detector"), _ints)
"""Whether the products of an exposure hold each integration: rateints, calints, x1dints."""

special: Final = any_of(has("bkgdtarg"), has("is_psf"))
is_lrs: Final = exp_type(*sorted(LRS))
not_tso: Final = not_(is_tso)
full_coron: Final = all_of(exp_type("nrc_coron"), value_is("subarray", "full"), has("detector"), has("pupil"), occulted)

candidate: Final = Key("candidate", ("asn_candidate",), lambda exposure: exposure.candidate or "")
own: Final = Key("own", ("filename",), lambda exposure: exposure.identity)

BASE: Final[tuple[Key, ...]] = (candidate, program, optional(keyword("tsovisit")))
"""What every stage-2 match compares: the candidate, the program, and the time-series flag where both know it."""

MODE: Final[tuple[Key, ...]] = (
    keyword("instrume"),
    keyword("detector"),
    keyword("filter", "band"),
    *(optional(key) for key in (keyword("pupil", "grating"), keyword("fxd_slit"), keyword("subarray"), keyword("channel"))),
)
"""The optical path of a stage-2 match."""
