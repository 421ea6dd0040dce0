"""Names of stage-3 products, from exposures that go into them.

Source: JWST documentation, "File Naming Schemes", and the product names of jwst 3.0.0.
"""

from __future__ import annotations

from collections.abc import Iterable

from asn_fp.records import Exposure

__all__ = ["optical_elements", "stem_of", "subarray_of"]


def _values(exposures: Iterable[Exposure], *columns: str) -> list[str]:
    """Return the values of the first of several columns that is defined in each exposure, without repeats."""
    found = (next((each.meta[column] for column in columns if column in each.meta), None) for each in exposures)
    return list(dict.fromkeys(value for value in found if value is not None))


def optical_elements(exposures: Iterable[Exposure], *groups: tuple[str, ...]) -> str:
    """Return the optical elements of exposures, sorted and joined; ``clear`` where there are none.

    Args:
        exposures: the exposures.
        groups: for each element the columns to look in, the first defined one counts.

    >>> from asn_fp.names import parse
    >>> image = Exposure(0, parse("a_cal.fits"), meta={"filter": "f444w", "pupil": "clear"})
    >>> optical_elements([image], ("filter", "band"), ("pupil", "grating"))
    'clear-f444w'
    """
    listed = tuple(exposures)
    found = [value for group in groups for value in _values(listed, *group)]
    return "-".join(sorted(found)) or "clear"


def subarray_of(exposures: Iterable[Exposure]) -> str:
    """Return the subarray with its hyphen, or nothing for the full frame.

    >>> from asn_fp.names import parse
    >>> subarray_of([Exposure(0, parse("a_cal.fits"), meta={"subarray": "sub64"})])
    '-sub64'
    """
    return "".join(f"-{value}" for value in _values(exposures, "subarray")[:1] if value != "full")


def stem_of(exposure: Exposure, target: str, elements: str, tail: str = "") -> str:
    """Return the name of a stage-3 product, without suffix.

    Args:
        exposure: one of its exposures, for program, candidate and instrument.
        target: ``t001``, or what stands for it.
        elements: the optical elements.
        tail: slit, subarray and the like, with their hyphens.

    >>> from asn_fp.names import parse
    >>> from asn_fp.records import Candidate
    >>> meta = {"program": "1234", "instrume": "niriss"}
    >>> stem_of(Exposure(0, parse("a_cal.fits"), candidate=Candidate("o001"), meta=meta), "t001", "clear-f200w")
    'jw01234-o001_t001_niriss_clear-f200w'
    """
    meta = exposure.meta
    candidate = exposure.candidate.id if exposure.candidate else "a3001"
    return f"jw{meta.get('program', '').zfill(5)}-{candidate}_{target}_{meta.get('instrume', '')}_{elements}{tail}".lower()
