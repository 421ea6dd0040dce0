"""The parts that a name of the JWST naming convention is built of; `asn_fp.names` offers all of them.

The facts are from the JWST documentation: "File Naming Schemes" (exposures and stage-3 products), "Guide star data
products" and "JWST Conventions" (association files and candidate ids).
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from attrs import frozen

from asn_fp.errors import KnobError, message
from asn_fp.vocabulary import INSTRUMENTS, SUBARRAYS

__all__ = [
    "AssociationParts",
    "ExposureParts",
    "GuideStarParts",
    "Parts",
    "ProductParts",
    "association_file_name",
    "check_asn_id",
    "is_asn_id",
    "is_plain",
    "read_parts",
    "read_program",
]

_ASN_ID: Final = "o[0-9]{3}|[acr][0-9]{4}"
_EXPOSURE: Final = re.compile(
    r"jw(?P<program>[0-9]{5})(?P<observation>[0-9]{3})(?P<visit>[0-9]{3})"
    r"_(?P<visit_group>[0-9]{2})(?P<sequence>[0-9])(?P<activity>[0-9a-z]{2})_(?P<exposure>[0-9]{5})"
    rf"(?:-seg(?P<segment>[0-9]{{3}}))?_(?P<detector>[a-z][a-z0-9]*)(?:_(?P<asn_id>{_ASN_ID}))?"
)
_GUIDE_STAR: Final = re.compile(
    r"jw(?P<program>[0-9]{5})(?P<observation>[0-9]{3})(?P<visit>[0-9]{3})_gs-"
    r"(?:(?P<id>id)_(?P<attempt>[0-9])_(?P<kind>image|stacked)"
    r"|(?P<function>acq1|acq2|track|fg)_(?P<stamp>[0-9]{13})(?:-seg(?P<segment>[0-9]{3}))?)"
)
_PRODUCT: Final = re.compile(
    rf"jw(?P<program>[0-9]{{5}})-(?P<asn_id>{_ASN_ID})_(?=[tsbv{{])(?:t(?P<target>[0-9]+))?-?"
    r"(?:(?P<source_kind>[sbv](?=[0-9])|(?=\{))(?P<source>[0-9]{5,9}|\{source_id\}))?"
    rf"(?:-epoch(?P<epoch>[0-9]+))?_(?P<instrument>{'|'.join(sorted(set(INSTRUMENTS.values())))})(?:_(?P<words>.+))?"
)
_ASSOCIATION: Final = re.compile(
    rf"jw(?P<program>[a-z0-9]+)-(?P<asn_id>{_ASN_ID})(?:_(?P<version_id>.+))?"
    r"_(?P<asn_type>[a-z0-9-]+)_(?P<sequence>[0-9]{3,})_asn"
)
_WORD: Final = re.compile(r"[a-z0-9+.]+|\{slit_name\}")


@frozen
class ExposureParts:
    """Hold the parts of an exposure's name; ``str`` joins them again.

    Any word of letters and digits passes as a detector, so that a new one is no error. ``segment`` and ``asn_id`` are
    "" in most names; ``activity`` counts in base 36.

    >>> read_parts("jw01234001001_02101_00001-seg002_nrcalong_o001").segment
    '002'
    """

    program: str
    observation: str
    visit: str
    visit_group: str
    sequence: str
    activity: str
    exposure: str
    segment: str
    detector: str
    asn_id: str

    @property
    def instrument(self) -> str:
        """Return the detector's instrument, or "" for a detector that is not known."""
        return INSTRUMENTS.get(self.detector, "")

    def __str__(self) -> str:
        segment = f"-seg{self.segment}" if self.segment else ""
        asn_id = f"_{self.asn_id}" if self.asn_id else ""
        return (
            f"jw{self.program}{self.observation}{self.visit}_{self.visit_group}{self.sequence}{self.activity}"
            f"_{self.exposure}{segment}_{self.detector}{asn_id}"
        )


@frozen
class GuideStarParts:
    """Hold the parts of a guide star product's name; ``str`` joins them again.

    ``function`` is id, acq1, acq2, track or fg. An identification has an ``attempt`` and a ``kind`` (image or stacked),
    the others have a time ``stamp`` and may have a ``segment``; what a name lacks is "".

    >>> read_parts("jw01234001001_gs-id_1_image").kind
    'image'
    """

    program: str
    observation: str
    visit: str
    function: str
    attempt: str
    stamp: str
    kind: str
    segment: str

    def __str__(self) -> str:
        segment = f"-seg{self.segment}" if self.segment else ""
        rest = f"{self.attempt}_{self.kind}" if self.function == "id" else f"{self.stamp}{segment}"
        return f"jw{self.program}{self.observation}{self.visit}_gs-{self.function}_{rest}"


@frozen
class ProductParts:
    """Hold the parts of a stage-3 product's name; ``str`` joins them again.

    A name has a ``target`` (digits), a source or both; ``source_kind`` is s, b or v, and "" where the source is still
    the placeholder ``{source_id}``. The words after the instrument are not checked one by one: the first that is a
    known subarray, or starts with "sub", is the ``subarray``; a detector or "image3", and all that follows it or the
    subarray, is ``extra``; the others, slits and ``{slit_name}`` included, are the ``optical_elements``.

    >>> parts = read_parts("jw01234-o001_t001_nircam_f212n-wlp8-sub640-nrca4")
    >>> parts.optical_elements, parts.subarray, parts.extra
    (('f212n', 'wlp8'), 'sub640', ('nrca4',))
    """

    program: str
    asn_id: str
    target: str
    source_kind: str
    source: str
    epoch: str
    instrument: str
    optical_elements: tuple[str, ...]
    subarray: str
    extra: tuple[str, ...]

    def __str__(self) -> str:
        target = f"t{self.target}" if self.target else ""
        where = "-".join(filter(None, (target, f"{self.source_kind}{self.source}")))
        epoch = f"-epoch{self.epoch}" if self.epoch else ""
        words = "-".join((*self.optical_elements, *filter(None, (self.subarray,)), *self.extra))
        return f"jw{self.program}-{self.asn_id}_{where}{epoch}_{self.instrument}" + (f"_{words}" if words else "")


@frozen
class AssociationParts:
    """Hold the parts of an association file's name; ``str`` joins them again; ``version_id`` is often "".

    >>> read_parts("jw01234-o001_20240102t030405_image2_00001_asn").asn_type
    'image2'
    """

    program: str
    asn_id: str
    version_id: str
    asn_type: str
    sequence: str

    def __str__(self) -> str:
        version = f"_{self.version_id}" if self.version_id else ""
        return f"jw{self.program}-{self.asn_id}{version}_{self.asn_type}_{self.sequence}_asn"


Parts: TypeAlias = ExposureParts | GuideStarParts | ProductParts | AssociationParts


def _is_subarray(word: str) -> bool:
    """Tell whether a word of a product name is a subarray."""
    return word in SUBARRAYS or word.startswith("sub")


def _product_parts(fields: dict[str, str]) -> ProductParts | None:
    """Sort the words after the instrument into elements, subarray and extra; None if one of them is no word."""
    text = fields.pop("words")
    words = tuple(text.split("-")) if text else ()
    if not all(_WORD.fullmatch(word) or word in SUBARRAYS for word in words):
        return None
    ends = (at for at, word in enumerate(words) if _is_subarray(word) or word in INSTRUMENTS or word == "image3")
    end = next(ends, len(words))
    subarray = words[end] if end < len(words) and _is_subarray(words[end]) else ""
    return ProductParts(**fields, optical_elements=words[:end], subarray=subarray, extra=words[end + bool(subarray) :])


def read_parts(stem: str) -> Parts | None:
    """Return the typed parts of a stem (a name without folder, suffix and extension), or None if it has no such form.

    The convention is taken to the letter, lower case included. Names in the documentation itself break it, with six
    digits in the second field (``jw99999001001_011001_00001_nirspec``) or an underscore between optical elements
    (``jw54321-o066_s000123456_nirspec_f170lp_g235m``).

    >>> print(read_parts("jw99999001001_011001_00001_nirspec"))
    None
    """
    parts: Parts | None = None
    if match := _EXPOSURE.fullmatch(stem):
        parts = ExposureParts(**match.groupdict(""))
    elif match := _GUIDE_STAR.fullmatch(stem):
        fields = match.groupdict("")
        parts = GuideStarParts(**fields | {"function": fields.pop("id") or fields["function"]})
    elif match := _PRODUCT.fullmatch(stem):
        parts = _product_parts(match.groupdict(""))
    elif match := _ASSOCIATION.fullmatch(stem):
        parts = AssociationParts(**match.groupdict(""))
    return parts if str(parts) == stem else None


def read_program(stem: str) -> str:
    """Return the program that a stem names, or "" if it has no parts; for exposures without making the parts.

    >>> read_program("jw01234001001_02101_00001_nrs1"), read_program("my_galaxy")
    ('01234', '')
    """
    if match := _EXPOSURE.fullmatch(stem):
        return match["program"]
    return getattr(read_parts(stem), "program", "")


def is_asn_id(text: str) -> bool:
    """Tell whether a text is an association candidate id: oNNN, cNNNN, aNNNN, or the reserved rNNNN.

    >>> is_asn_id("o001"), is_asn_id("o1")
    (True, False)
    """
    return re.fullmatch(_ASN_ID, text) is not None


def check_asn_id(text: str) -> str:
    """Return an association candidate id as it is. Raises KnobError for a text that is none, with the nearest id.

    Observations (o) count from 001, the candidates of a programme (c) from 1001, discovered ones (a) from 3001.

    >>> check_asn_id("c1001")
    'c1001'
    >>> check_asn_id("o1")
    Traceback (most recent call last):
    asn_fp.errors.KnobError: association id (not oNNN, cNNNN, aNNNN or rNNNN): 'o1'; did you mean 'o001'?
    """
    if is_asn_id(text):
        return text
    way_out = "an observation is 'o001', a candidate 'c1001', a discovered association 'a3001'"
    if match := re.fullmatch(r"([ocar]?)0*([0-9]{1,4})", text.strip().lower()):
        letter, number = match[1] or "o", int(match[2])
        number += {"c": 1000, "a": 3000}.get(letter, 0) if number < 1000 else 0
        guess = f"{letter}{number:0{3 if letter == 'o' else 4}d}"
        way_out = f"did you mean {guess!r}?" if is_asn_id(guess) else way_out
    raise KnobError(message("association id", "not oNNN, cNNNN, aNNNN or rNNNN", text, way_out))


def is_plain(piece: str) -> bool:
    """Tell whether a text can be a piece of a file name: not empty, and without a slash.

    >>> is_plain("01234"), is_plain("a/b")
    (True, False)
    """
    return bool(piece) and "/" not in piece and "\0" not in piece


def association_file_name(program: str, asn_id: str, asn_type: str, sequence: int = 1, version_id: str | None = None) -> str:
    """Return the name of an association file, in lower case, the program padded to five digits.

    Raises KnobError for a piece that is empty or holds a slash, and for a sequence below 1.

    >>> association_file_name("1234", "o001", "image2")
    'jw01234-o001_image2_00001_asn.json'
    >>> association_file_name("noprogram", "a3001", "none", version_id="20240102T030405")
    'jwnoprogram-a3001_20240102t030405_none_00001_asn.json'
    """
    for piece in (program, asn_id, asn_type, version_id or "-"):
        if not is_plain(piece):
            raise KnobError(message("piece of a file name", "empty, or with a slash", piece, "give a plain word"))
    if sequence < 1:
        raise KnobError(message("sequence of an association", "below 1", sequence, "count from 1"))
    version = f"_{version_id}" if version_id else ""
    return f"jw{program:0>5}-{asn_id}{version}_{asn_type}_{sequence:05d}_asn.json".lower()
