"""The transforms: plain functions, carrier first, each of which can be imported and used alone.

``Items -> Exposures``: `read`. ``Exposures -> Exposures``: `enlist`, `keep`, `drop`, `mark`, `classify`,
`recast`, `expand`, `level`.
``Exposures -> Draft``: `gather`, `group`. ``Draft -> Draft``: `one_each`, `attach`,
`attach_catalogue`, `prune_imprints`, `admit`, `require`, `name`, `distinct`.
``Draft -> Associations``: `seal`, `seal_each`; ``Exposures -> Associations``: `listed`.
``Associations -> Associations``: `identify`, `stamp`, `relocate`, `verify`, `prune`,
`merge`.
"""

from asn_fp.transforms.admit import admit, attach_nod_spectra, prune_imprints, require_observations
from asn_fp.transforms.attach import attach
from asn_fp.transforms.catalogue import attach_catalogue
from asn_fp.transforms.classify import classify
from asn_fp.transforms.expand import expand, level, recast
from asn_fp.transforms.finish import identify, relocate, stamp
from asn_fp.transforms.group import gather, group, one_each
from asn_fp.transforms.prune import merge, prune
from asn_fp.transforms.read import enlist, read
from asn_fp.transforms.refine import distinct, name, require
from asn_fp.transforms.seal import listed, seal, seal_each
from asn_fp.transforms.select import drop, keep, mark
from asn_fp.transforms.verify import verify

__all__ = [
    "admit",
    "attach",
    "attach_catalogue",
    "attach_nod_spectra",
    "classify",
    "distinct",
    "drop",
    "enlist",
    "expand",
    "gather",
    "group",
    "identify",
    "keep",
    "level",
    "listed",
    "mark",
    "merge",
    "name",
    "one_each",
    "prune",
    "prune_imprints",
    "read",
    "recast",
    "relocate",
    "require",
    "require_observations",
    "seal",
    "seal_each",
    "stamp",
    "verify",
]
