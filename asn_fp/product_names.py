"""Names of stage-3 products, from what their exposures share.

Source: JWST documentation, "File Naming Schemes", and the product names of jwst 3.0.0.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Final, TypeAlias

from attrs import frozen

from asn_fp.keys import ANY, Key
from asn_fp.records import Bundle, Exposure

__all__ = [
    "Form",
    "Pieces",
    "coron_image_name",
    "default_name",
    "elements_of",
    "joined_elements",
    "named_by",
    "pieces_of",
    "plain_name",
    "root_of",
    "slit_source_name",
    "source_name",
    "subarray_of",
    "wavefront_name",
]

_ELEMENTS: Final = ("filter", "band", "pupil", "grating")
_WIDE_SLITS: Final = ("s200a1", "s200a2")


@frozen
class Pieces:
    """Hold the pieces of a stage-3 product name.

    Attributes:
        root: program and candidate, ``jw01234-o001``.
        target: ``t001``.
        instrument: in lower case.
        elements: the optical elements, sorted and joined; ``clear`` where there are none.
        slits: each with its hyphen.
        subarray: with its hyphen; nothing for the full frame.
        detector: where products are made for each detector.
        activity: where products are made for each activity, two digits.
    """

    root: str
    target: str
    instrument: str
    elements: str
    slits: str = ""
    subarray: str = ""
    detector: str = ""
    activity: str = ""


Form: TypeAlias = Callable[[Pieces], str]
"""How a name is put together from its pieces."""


def joined_elements(values: Iterable[str]) -> str:
    """Return optical elements as names have them: sorted and joined; ``clear`` where there are none.

    >>> joined_elements(["f444w", "clear"]), joined_elements([])
    ('clear-f444w', 'clear')
    """
    return "-".join(sorted(values)) or "clear"


def elements_of(exposure: Exposure, *groups: tuple[str, ...]) -> str:
    """Return the optical elements of one exposure.

    Args:
        exposure: the exposure.
        groups: for each element the columns to look in, the first defined one counts.

    >>> from asn_fp.names import parse
    >>> image = Exposure(0, parse("a_cal.fits"), meta={"filter": "f444w", "pupil": "clear"})
    >>> elements_of(image, ("filter", "band"), ("pupil", "grating"))
    'clear-f444w'
    """
    found = (next((exposure.meta[each] for each in group if each in exposure.meta), None) for group in groups)
    return joined_elements(value for value in found if value is not None)


def subarray_of(value: str | None) -> str:
    """Return a subarray with its hyphen, or nothing for the full frame.

    >>> subarray_of("sub64"), subarray_of("full")
    ('-sub64', '')
    """
    return f"-{value}" if value not in (None, "full") else ""


def root_of(exposure: Exposure) -> str:
    """Return program and candidate of an exposure, as product names begin.

    >>> from asn_fp.names import parse
    >>> root_of(Exposure(0, parse("a_cal.fits"), meta={"program": "1234"}))
    'jw01234-a3001'
    """
    candidate = exposure.candidate.id if exposure.candidate else "a3001"
    return f"jw{exposure.meta.get('program', '').zfill(5)}-{candidate}"


def pieces_of(bundle: Bundle, keys: Sequence[Key]) -> Pieces:
    """Return the pieces of the name of a product that was grouped by some keys.

    >>> from asn_fp.keys import keyword
    >>> from asn_fp.names import parse
    >>> lead = Exposure(0, parse("a_cal.fits"), meta={"program": "1", "instrume": "miri"})
    >>> pieces_of(Bundle(("f560w",), leads=(lead,)), (keyword("filter"),)).elements
    'f560w'
    """
    lead = bundle.leads[0]
    values: tuple[Hashable, ...] = bundle.key if isinstance(bundle.key, tuple) else (bundle.key,)
    known = {key.columns[0]: str(value) for key, value in zip(keys, values, strict=True) if value is not ANY}
    wide = sorted({each.meta["fxd_slit"] for each in bundle.leads if each.meta.get("fxd_slit") in _WIDE_SLITS})
    slits = {known.get("fxd_slit", ""), "-".join(wide)} if any(key.columns == ("fxd_slit",) for key in keys) else set()
    return Pieces(
        root=root_of(lead),
        target=f"t{known.get('targetid', '').zfill(3)}",
        instrument=lead.meta.get("instrume", ""),
        elements=joined_elements(value for column, value in known.items() if column in _ELEMENTS),
        slits="".join(f"-{slit}" for slit in sorted(slits) if slit),
        subarray=subarray_of(known.get("subarray")),
        detector=known.get("detector", ""),
        activity=known.get("act_id", "").zfill(2),
    )


def named_by(form: Form, keys: Sequence[Key]) -> Callable[[Bundle], str]:
    """Return the naming function for products that were grouped by some keys.

    >>> named_by(default_name, ()).__name__
    'default_name'
    """

    def naming(bundle: Bundle) -> str:
        return form(pieces_of(bundle, keys)).lower()

    naming.__name__ = form.__name__
    return naming


def default_name(pieces: Pieces) -> str:
    """Return target, instrument, optical elements, slits and subarray.

    >>> default_name(Pieces("jw01234-o001", "t001", "miri", "f560w", subarray="-sub64"))
    'jw01234-o001_t001_miri_f560w-sub64'
    """
    return f"{plain_name(pieces)}_{pieces.elements}{pieces.slits}{pieces.subarray}"


def plain_name(pieces: Pieces) -> str:
    """Return target and instrument.

    >>> plain_name(Pieces("jw01234-o001", "t001", "miri", "clear"))
    'jw01234-o001_t001_miri'
    """
    return f"{pieces.root}_{pieces.target}_{pieces.instrument}"


def source_name(pieces: Pieces) -> str:
    """Return the name for many sources, whose number the pipeline fills in.

    >>> source_name(Pieces("jw01234-o001", "t001", "nirspec", "f170lp-g235m"))
    'jw01234-o001_{source_id}_nirspec_f170lp-g235m'
    """
    return f"{pieces.root}_{{source_id}}_{pieces.instrument}_{pieces.elements}{pieces.slits}{pieces.subarray}"


def slit_source_name(pieces: Pieces) -> str:
    """Return the name for fixed slits, whose source and slit the pipeline fills in.

    >>> slit_source_name(Pieces("jw01234-o001", "t001", "nirspec", "f170lp-g235m"))
    'jw01234-o001_t001-{source_id}_nirspec_f170lp-g235m-{slit_name}'
    """
    middle = f"{pieces.target}-{{source_id}}_{pieces.instrument}"
    return f"{pieces.root}_{middle}_{pieces.elements}-{{slit_name}}{pieces.subarray}"


def coron_image_name(pieces: Pieces) -> str:
    """Return the name for coronagraphic exposures that are combined as plain images.

    >>> coron_image_name(Pieces("jw01234-o001", "t001", "nircam", "f210m-maskrnd"))
    'jw01234-o001_t001_nircam_f210m-maskrnd-image3'
    """
    return f"{plain_name(pieces)}_{pieces.elements}{pieces.subarray}-image3"


def wavefront_name(pieces: Pieces) -> str:
    """Return the name for wavefront sensing, whose suffix the pipeline fills in.

    >>> wavefront_name(Pieces("jw01234-o001", "t001", "nircam", "f212n-wlp8", detector="nrca3", activity="01"))
    'jw01234-o001_t001_nircam_f212n-wlp8-nrca3_{suffix}-01'
    """
    return f"{default_name(pieces)}-{pieces.detector}_{{suffix}}-{pieces.activity}"
