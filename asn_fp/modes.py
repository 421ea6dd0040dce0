"""Observing modes as predicates and keys: what the generator's rules are made of.

Source of the facts: the association rules of jwst 3.0.0, and the JWST documentation on optical elements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from typing import Final

from asn_fp.keys import ANY, Key, keyword, observation, optional, program
from asn_fp.predicates import NONE, Predicate, all_of, any_of, exp_type, exptype_in, has, not_
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
    "FILES",
    "MODE",
    "OPTICS_3",
    "candidate",
    "candidate_type",
    "elements",
    "fss_path",
    "full_coron",
    "has_mode",
    "has_program",
    "ifu_path",
    "ints",
    "is_image",
    "is_lrs",
    "is_plain_file",
    "is_tso",
    "is_wfsc",
    "lamp_path",
    "not_tso",
    "not_wfsc",
    "observed_together",
    "occulted",
    "own",
    "slit",
    "special",
    "target_but_background",
    "target_of_all",
    "target_of_science",
    "tso_lit",
    "value_is",
]


def value_is(column: str, *allowed: str) -> Predicate:
    """Ask whether a keyword has one of the values given, in lower case.

    >>> value_is("PATTTYPE", "4-POINT-NOD")
    value_is('patttype', '4-point-nod')
    """
    lowered, wanted = column.lower(), frozenset(value.lower() for value in allowed)
    name = f"value_is({', '.join(map(repr, (lowered, *(value.lower() for value in allowed))))})"
    told = " or ".join(map(repr, sorted(wanted)))
    return Predicate(name, (lowered,), lambda exposure: exposure.meta.get(lowered) in wanted, wanted=told)


def candidate_type(*allowed: str, files: bool = True) -> Predicate:
    """Ask whether an exposure is considered for a candidate of one of these types.

    Args:
        allowed: the types.
        files: plain files, which have no candidate or one that restricts nothing, are considered too.

    >>> from asn_fp.names import parse
    >>> candidate_type("observation")(Exposure(0, parse("a_rate.fits")))
    True
    """
    wanted = frozenset((*allowed, FILES) if files else allowed)
    name = f"candidate_type({', '.join(map(repr, allowed))})"
    return Predicate(name, ("asn_candidate",), lambda each: each.candidate.type in wanted if each.candidate else files)


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


def _nearest_path(
    paths: Collection[tuple[str, ...]], columns: tuple[str, ...]
) -> Callable[[Exposure], tuple[tuple[str, str, str], ...]]:
    """Return the function that tells in which columns an exposure differs from the valid optical path nearest to it."""

    def nearest(exposure: Exposure) -> tuple[tuple[str, str, str], ...]:
        own = tuple(exposure.meta.get(column) for column in columns)
        paths_of = sorted(paths, key=lambda path: (sum(a != b for a, b in zip(own, path, strict=True)), path))
        return tuple(
            (column, "undefined" if here is None else repr(here), repr(there))
            for column, here, there in zip(columns, own, paths_of[0], strict=True)
            if here != there
        )

    return nearest


def _nearest_slit(exposure: Exposure) -> tuple[tuple[str, str, str], ...]:
    kind = "s200b1" if exposure.meta.get("fxd_slit") == "s200b1" else "a"
    if "fxd_slit" not in exposure.meta:
        return (("fxd_slit", "undefined", "any value"),)
    return _nearest_path([path[1:] for path in FSS_PATHS if path[0] == kind], ("grating", "filter", "detector"))(exposure)


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
fss_path: Final = Predicate("fss_path", ("fxd_slit", "grating", "filter", "detector"), _fss, nearest=_nearest_slit)
ifu_path: Final = Predicate(
    "ifu_path",
    ("exp_type", "grating", "filter", "detector"),
    _ifu,
    nearest=_nearest_path(IFU_PATHS, ("grating", "filter", "detector")),
)
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


def _target(exempt: Predicate) -> Key:
    """Return the target as a key, from which some roles are exempt; a direct-image candidate takes all targets together."""

    def read(exposure: Exposure) -> Hashable | None:
        if exposure.candidate is not None and exposure.candidate.type == "direct_image":
            return "000"
        return ANY if exempt.function(exposure) else exposure.meta.get("targetid")

    return Key("target", ("targetid",), read)


def _science_target(exposure: Exposure) -> Hashable | None:
    return exposure.meta.get("targetid") if exposure.exptype == "science" else ANY


target_of_all: Final = _target(NONE)
target_but_background: Final = _target(exptype_in("background"))
target_of_science: Final = Key("target", ("targetid",), _science_target)

elements: Final = (optional(keyword("filter")), optional(keyword("pupil", "grating")))
slit: Final = Key(
    "slit",
    ("fxd_slit",),
    lambda each: ANY if each.meta.get("fxd_slit") in (None, "s200a1", "s200a2") else each.meta["fxd_slit"],
)
"""The slit; S200A1 and S200A2 go together, and with every other slit of the same setup."""
OPTICS_3: Final[tuple[Key, ...]] = (*elements, slit, keyword("subarray"))
"""The optical path of a stage-3 product."""

not_wfsc: Final = Predicate("not_wfsc", ("visitype",), lambda each: "wfsc" not in each.meta.get("visitype", ""))
is_image: Final = exp_type("nrc_image", "mir_image", "nis_image", "fgs_image", "nrs_mimf")
is_plain_file: Final = Predicate(
    "is_plain_file",
    ("asn_candidate",),
    lambda each: each.candidate is not None and (each.candidate.type == "files" or "candidate" in each.told),
)
"""Files that the user lists, also as one candidate of a type: they are there, and an uncal file is no cal file."""
tso_lit: Final = not_(
    any_of(
        exp_type("mir_mrs", "mir_flatmrs", "nrs_autowave", "nrs_ifu"),
        all_of(
            exp_type("nrc_tsgrism"), any_of(value_is("pupil", "clear", "gdhs0", "gdhs60"), value_is("detector", "nrcblong"))
        ),
        value_is("subarray", "sub260stripe4_dhs", "sub41stripe1_dhs", "sub82stripe2_dhs", "sub164stripe4_dhs"),
        all_of(exp_type("nis_soss"), any_of(value_is("nints", "1"), value_is("filter", "f277w"), not_(has("filter")))),
        all_of(exp_type("nrs_brightobj"), not_(fss_path)),
    )
)
"""Not one of the exposures that cannot be a time series: wrong mode, no light on the detector, one integration."""

FILES: Final = "files"
"""The type of the candidate that plain files are: it restricts nothing."""

observed_together: Final = Key(
    "observed_together",
    ("obs_num",),
    lambda exposure: observation(exposure) if exposure.candidate and exposure.candidate.type == FILES else ANY,
)
"""The observation, where no candidate has already said which exposures belong together."""

BASE: Final[tuple[Key, ...]] = (candidate, program, optional(keyword("tsovisit")))
"""What every stage-2 match compares: the candidate, the program, and the time-series flag where both know it."""

MODE: Final[tuple[Key, ...]] = (
    keyword("instrume"),
    keyword("detector"),
    keyword("filter", "band"),
    *(optional(key) for key in (keyword("pupil", "grating"), keyword("fxd_slit"), keyword("subarray"), keyword("channel"))),
)
"""The optical path of a stage-2 match."""
