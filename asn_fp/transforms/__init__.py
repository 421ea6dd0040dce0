"""The transforms: plain functions, carrier first, each of which can be imported and used alone.

``Items -> Exposures``: `read`. ``Exposures -> Exposures``: `enlist`, `keep`, `drop`, `mark`, `classify`,
`recast`, `expand`, `share_roles`, `assign`, `leave_out`, `level`, `flag_imprints`.
``Exposures -> Draft``: `gather`, `group`. ``Draft -> Draft``: `one_each`, `attach`,
`attach_catalogue`, `prune_imprints`, `admit`, `require`, `insist`, `demand`, `one_root`, `lead_as`, `order`,
`name`, `pair`, `distinct`.
``Draft -> Associations``: `seal`, `seal_each`; ``Exposures -> Associations``: `listed`.
``Associations -> Associations``: `identify`, `stamp`, `relocate`, `verify`, `prune`,
`merge`, `distinguish`.
Edits of ``Associations``: `add_members`, `remove_members`, `keep_members`, `swap_suffix`, `rename_products`, `combine`,
`split`.
"""

from asn_fp.transforms.admit import admit, attach_nod_spectra, prune_imprints, require_observations
from asn_fp.transforms.assign import assign, leave_out
from asn_fp.transforms.attach import attach
from asn_fp.transforms.catalogue import attach_catalogue
from asn_fp.transforms.classify import classify, flag_imprints
from asn_fp.transforms.combine import combine, split
from asn_fp.transforms.demand import demand, lead_as
from asn_fp.transforms.edit import add_members, keep_members, remove_members, swap_suffix
from asn_fp.transforms.expand import expand, level, recast
from asn_fp.transforms.finish import identify, relocate, stamp
from asn_fp.transforms.group import gather, group, one_each
from asn_fp.transforms.prune import merge, prune
from asn_fp.transforms.read import enlist, read, share_roles
from asn_fp.transforms.references import insist, order, pair
from asn_fp.transforms.refine import distinct, name, require
from asn_fp.transforms.rename import rename_products
from asn_fp.transforms.roots import one_root
from asn_fp.transforms.same_names import distinguish
from asn_fp.transforms.seal import listed, seal, seal_each
from asn_fp.transforms.select import drop, keep, mark
from asn_fp.transforms.verify import verify

__all__ = [
    "add_members",
    "admit",
    "assign",
    "attach",
    "attach_catalogue",
    "attach_nod_spectra",
    "classify",
    "combine",
    "demand",
    "distinct",
    "distinguish",
    "drop",
    "enlist",
    "expand",
    "flag_imprints",
    "gather",
    "group",
    "identify",
    "insist",
    "keep",
    "keep_members",
    "lead_as",
    "leave_out",
    "level",
    "listed",
    "mark",
    "merge",
    "name",
    "one_each",
    "one_root",
    "order",
    "pair",
    "prune",
    "prune_imprints",
    "read",
    "recast",
    "relocate",
    "remove_members",
    "rename_products",
    "require",
    "require_observations",
    "seal",
    "seal_each",
    "share_roles",
    "split",
    "stamp",
    "swap_suffix",
    "verify",
]
