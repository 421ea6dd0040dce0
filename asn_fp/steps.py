"""The staged face of the transforms: each takes its settings and gives a step for a rule.

``steps.attach("background", by="detector")`` is a step; ``transforms.attach(draft, "background", by="detector")`` is
the same transform, run at once.
"""

from __future__ import annotations

from typing import Final

from asn_fp import transforms
from asn_fp.pipeline import step
from asn_fp.records import Draft, Exposures
from asn_fp.transforms.admit import why_not_admitted, why_not_observed, why_pruned
from asn_fp.transforms.assign import why_left_out
from asn_fp.transforms.attach import why_not_attached, why_nothing_attached
from asn_fp.transforms.catalogue import why_no_catalogue
from asn_fp.transforms.demand import why_demanded
from asn_fp.transforms.expand import why_not_level
from asn_fp.transforms.group import why_no_lead, why_not_grouped
from asn_fp.transforms.references import why_insisted
from asn_fp.transforms.refine import why_not_distinct, why_not_required
from asn_fp.transforms.roots import why_not_one_root
from asn_fp.transforms.select import why_dropped, why_not_kept

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

_NO_EXPOSURES: Final[Exposures] = ()
_NO_DRAFT: Final = Draft()

read = step(transforms.read, probe=_NO_EXPOSURES)
enlist = step(transforms.enlist, probe=_NO_EXPOSURES)
keep = step(transforms.keep, why=why_not_kept, probe=_NO_EXPOSURES)
drop = step(transforms.drop, why=why_dropped, probe=_NO_EXPOSURES)
mark = step(transforms.mark, probe=_NO_EXPOSURES)
classify = step(transforms.classify)
flag_imprints = step(transforms.flag_imprints)
gather = step(transforms.gather, why=why_no_lead, probe=_NO_EXPOSURES)
group = step(transforms.group, why=why_not_grouped, probe=_NO_EXPOSURES)
one_each = step(transforms.one_each)
attach = step(transforms.attach, why=why_not_attached, remark=why_nothing_attached, probe=_NO_DRAFT)
require = step(transforms.require, why=why_not_required)
name = step(transforms.name, probe=_NO_DRAFT)
distinct = step(transforms.distinct, why=why_not_distinct)
seal = step(transforms.seal, probe=_NO_DRAFT, named="asn_rule")
listed = step(transforms.listed, named="asn_rule")
identify = step(transforms.identify)
stamp = step(transforms.stamp, probe=())
relocate = step(transforms.relocate, probe=())
verify = step(transforms.verify, probe=())
recast = step(transforms.recast)
expand = step(transforms.expand)
level = step(transforms.level, why=why_not_level, probe=_NO_EXPOSURES)
admit = step(transforms.admit, why=why_not_admitted)
prune_imprints = step(transforms.prune_imprints, why=why_pruned)
attach_catalogue = step(transforms.attach_catalogue, why=why_no_catalogue, probe=_NO_DRAFT)
seal_each = step(transforms.seal_each, probe=_NO_DRAFT, named="asn_rule")
require_observations = step(transforms.require_observations, why=why_not_observed)
attach_nod_spectra = step(transforms.attach_nod_spectra)
share_roles = step(transforms.share_roles)
insist = step(transforms.insist, why=why_insisted, probe=_NO_DRAFT)
order = step(transforms.order, probe=_NO_DRAFT)
pair = step(transforms.pair, probe=_NO_DRAFT)
prune = step(transforms.prune)
distinguish = step(transforms.distinguish, probe=())
merge = step(transforms.merge)
add_members = step(transforms.add_members, probe=())
remove_members = step(transforms.remove_members)
keep_members = step(transforms.keep_members)
swap_suffix = step(transforms.swap_suffix)
rename_products = step(transforms.rename_products)
combine = step(transforms.combine)
split = step(transforms.split, probe=())
assign = step(transforms.assign)
leave_out = step(transforms.leave_out, why=why_left_out)
demand = step(transforms.demand, why=why_demanded, probe=_NO_DRAFT)
lead_as = step(transforms.lead_as)
one_root = step(transforms.one_root, why=why_not_one_root, probe=_NO_DRAFT)
