"""The transforms: plain functions, carrier first, each of which can be imported and used alone.

``Items -> Exposures``: `read`. ``Exposures -> Exposures``: `enlist`, `keep`, `drop`, `mark`, `classify`.
``Exposures -> Draft``: `gather`, `group`. ``Draft -> Draft``: `one_each`, `attach`, `require`, `name`, `distinct`.
``Draft -> Associations``: `seal`; ``Exposures -> Associations``: `listed`.
``Associations -> Associations``: `identify`, `stamp`, `relocate`, `verify`.
"""

from asn_fp.transforms.attach import attach
from asn_fp.transforms.classify import classify
from asn_fp.transforms.finish import identify, relocate, stamp
from asn_fp.transforms.group import gather, group, one_each
from asn_fp.transforms.read import enlist, read
from asn_fp.transforms.refine import distinct, name, require
from asn_fp.transforms.seal import listed, seal
from asn_fp.transforms.select import drop, keep, mark
from asn_fp.transforms.verify import verify

__all__ = [
    "attach",
    "classify",
    "distinct",
    "drop",
    "enlist",
    "gather",
    "group",
    "identify",
    "keep",
    "listed",
    "mark",
    "name",
    "one_each",
    "read",
    "relocate",
    "require",
    "seal",
    "stamp",
    "verify",
]
