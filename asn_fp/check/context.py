"""What the pipelines ask of an association, and which of them this association is for.

Sources: JWST documentation, "Associations" and the pages of the pipelines; the pipelines of jwst 3.0.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from attrs import frozen

from asn_fp.names import ending_of
from asn_fp.records import Association
from asn_fp.vocabulary import (
    ASN_TYPES,
    CATALOGUE_SUFFIXES,
    PRODUCT_SUFFIXES,
    READ_EXPTYPES,
    STAGE2_SUFFIXES,
    STAGE2_TYPES,
    STAGE3_SUFFIXES,
    STAGE3_TYPES,
)

__all__ = ["Context", "context_of", "stage_of"]

_TYPES: Final[Mapping[int, Mapping[str, str]]] = MappingProxyType({2: STAGE2_TYPES, 3: STAGE3_TYPES})
_RULE: Final = re.compile(r"l(?:e)?v(?:el)?_?([23])", re.IGNORECASE)

# The keys that a pipeline opens without asking whether they are there, when it is given a file: jwst 3.0.0.
_OPENED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "calwebb_image2": frozenset({"asn_pool", "name"}),
        "calwebb_spec2": frozenset({"asn_pool", "name"}),
        "calwebb_image3": frozenset(),
        "calwebb_spec3": frozenset({"asn_pool", "name"}),
        "calwebb_coron3": frozenset({"asn_pool", "asn_id", "name"}),
        "calwebb_ami3": frozenset({"asn_pool", "asn_id"}),
        "calwebb_tso3": frozenset({"asn_pool", "asn_id", "name"}),
        "calwebb_wfs-image3": frozenset({"asn_pool", "name"}),
    }
)

# Roles that the archive writes into stage-3 associations for the record, jwst 3.0.0: no pipeline of stage 3 reads them.
_ON_RECORD: Final = frozenset({"target_acquisition", "autoflat", "autowave"})

# The science members of one pipeline, narrower than those of its stage: JWST documentation, the pages of the pipelines.
_IMAGES: Final = ("cal", "crf")
_CUBES: Final = ("calints", "crfints")
_NARROWER: Final[Mapping[tuple[str, str], tuple[str, ...]]] = MappingProxyType(
    {
        ("calwebb_image3", "science"): _IMAGES,
        ("calwebb_wfs-image3", "science"): _IMAGES,
        ("calwebb_coron3", "science"): _CUBES,
        ("calwebb_coron3", "psf"): _CUBES,
        ("calwebb_ami3", "science"): (*_CUBES, *_IMAGES),
        ("calwebb_tso3", "science"): (*_CUBES, *_IMAGES),
    }
)

# Members with a subtraction or a correction made already, which a pipeline can take up again: jwst 3.0.0, lib/suffix.py.
_RESUMED: Final[Mapping[int, frozenset[str]]] = MappingProxyType(
    {2: frozenset({"bsub", "bsubints"}), 3: frozenset({"mbsub", "residual_fringe"})}
)


@frozen
class Context:
    """Hold which pipelines an association may be for, as far as it says.

    Attributes:
        asn_type: its type, if that is one of the known ones.
        stage: 2 or 3, or None where nothing tells.
        pipelines: the pipelines that may read it; one where the type is known.
        reads: the roles that these pipelines read.
        suffixes: suffixes that the user knows besides the pipelines' own.
    """

    asn_type: str | None
    stage: int | None
    pipelines: tuple[str, ...]
    reads: frozenset[str]
    suffixes: tuple[str, ...] = ()

    def opens(self, role: str, name: str) -> str:
        """Return from where a pipeline opens a member whose name holds a path, or "" where nothing can go wrong.

        Source: jwst 3.0.0; calwebb_image2 takes names as they are, calwebb_spec2 cuts the folders of catalogues off.
        """
        if self.cuts_folder(role):
            return "calwebb_spec2 cuts the folder off"
        if name.startswith("/"):
            return ""
        if self.pipelines == ("calwebb_image2",):
            return "calwebb_image2 opens it from the current folder"
        if "calwebb_image2" in self.pipelines:
            return "calwebb_image2 opens it from the current folder, the others from the association's"
        return "it is opened from the association's folder"

    def cuts_folder(self, role: str) -> bool:
        """Return whether one of the pipelines looks beside the association for a member, whatever folder its name has."""
        return "calwebb_spec2" in self.pipelines and role in CATALOGUE_SUFFIXES

    def opens_here(self) -> bool:
        """Return whether the pipeline is known, and opens members from the folder that it runs in."""
        return self.pipelines == ("calwebb_image2",)

    @property
    def pipeline(self) -> str:
        """Return the pipeline's name, or words for several."""
        if len(self.pipelines) == 1:
            return self.pipelines[0]
        return "a pipeline" if self.stage is None else f"a stage-{self.stage} pipeline"

    def opened_by(self, key: str) -> tuple[bool, bool]:
        """Return whether any of the pipelines opens a key, and whether all of them do."""
        opens = [key in _OPENED[pipeline] for pipeline in self.pipelines]
        return any(opens), all(opens)

    def passes_over(self, role: str) -> bool:
        """Return whether the pipeline is known and passes over a role that nobody would list in vain."""
        return self.asn_type is not None and role not in self.reads and not (self.stage == 3 and role in _ON_RECORD)

    def expected(self, role: str, suffix: str) -> tuple[str, ...]:
        """Return the suffixes that a member in this role may have, where this one is of another product; else nothing."""
        if self.stage is None or suffix not in PRODUCT_SUFFIXES or role not in self.reads:
            return ()
        table = STAGE2_SUFFIXES if self.stage == 2 else STAGE3_SUFFIXES
        expected = _NARROWER.get((self.pipelines[0], role), table[role]) if self.asn_type else table[role]
        resumed = role != "background" and suffix in _RESUMED[self.stage]
        return () if suffix in expected or resumed else expected


def context_of(association: Association, suffixes: Sequence[str] = ()) -> Context:
    """Return what an association says about the pipelines that it is for.

    >>> context_of(Association(asn_type="tso3", products=())).pipelines
    ('calwebb_tso3',)
    """
    own = (suffixes,) if isinstance(suffixes, str) else tuple(suffixes)
    asn_type = _known_type(association)
    stage = stage_of(association, suffixes=own)
    if asn_type is not None:
        return Context(asn_type, stage, (ASN_TYPES[asn_type],), frozenset(READ_EXPTYPES[asn_type]), own)
    types = ASN_TYPES if stage is None else _TYPES[stage]
    reads = frozenset(role for name in types for role in READ_EXPTYPES[name])
    return Context(None, stage, tuple(dict.fromkeys(types.values())), reads, own)


def _known_type(association: Association) -> str | None:
    """Return the association type, in lower case, if it is a known one."""
    given = association.asn_type
    return given.lower() if isinstance(given, str) and given.lower() in ASN_TYPES else None


def stage_of(association: Association, *, suffixes: Sequence[str] = ()) -> int | None:
    """Return the stage, 2 or 3, from the type, else the rule's name, else the suffixes of the science members.

    Sources: JWST documentation, "JWST Conventions" (associations) and "Data Product Types".

    >>> stage_of(Association(asn_type="image2", products=())), stage_of(Association(asn_rule="level3", products=()))
    (2, 3)
    >>> print(stage_of(Association(asn_type="None", products=())))
    None
    """
    asn_type = _known_type(association)
    if asn_type is not None:
        return 2 if asn_type in STAGE2_TYPES else 3
    rule = _RULE.search(association.asn_rule) if isinstance(association.asn_rule, str) else None
    return int(rule[1]) if rule else _stage_of_members(association, suffixes)


def _stage_of_members(association: Association, suffixes: Sequence[str]) -> int | None:
    found = {
        ending_of(member.expname, suffixes).suffix
        for product in association.products or ()
        for member in product.members
        if member.exptype.lower() == "science"
    }
    for stage, table in ((2, STAGE2_SUFFIXES), (3, STAGE3_SUFFIXES)):
        if found and found <= set(table["science"]):
            return stage
    return None
