"""The deliberate differences of the generator from the peer, each as what the peer's associations become without it.

An association of the golden data and one of ours are compared as the same plain `Asn`. A kind of difference is a function
of a pool and of the associations that the peer makes of one thing; it returns what they become where the kind applies,
worked out from the rows of the pool and never from our own answer. After all kinds nothing may differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from attrs import evolve, frozen

from asn_fp.generate import Generated, generate, generator_rules
from asn_fp.nods import nods_overlap
from asn_fp.product_names import elements_of
from asn_fp.records import Association, Candidate, Exposure, Exposures
from asn_fp.sources.pools import candidates_of, parse_pool

RULES = generator_rules()
NOT_DEGRADED = "No known degraded exposures in association."
TRIO = {"direct_image": "_i2d.fits", "sourcecat": "_cat.ecsv", "segmap": "_segm.fits"}
OPTICS = (("instrume",), ("detector",), ("filter", "band"), ("pupil", "grating"), ("fxd_slit",), ("subarray",), ("channel",))
DITHER = (("expspcin",), ("numdthpt",), ("subpxpns", "subpxpts"))

Members = frozenset[tuple[str, str]]


@frozen
class Asn:
    """Hold what is compared of an association."""

    asn_type: str
    rule: str
    asn_id: str
    program: str
    target: str
    product: str
    members: Members
    status: str

    @property
    def stage(self) -> int:
        """Return the stage whose rule made it."""
        return 3 if "_Lv3" in self.rule else 2

    @property
    def discovered(self) -> bool:
        """Tell whether it is of no candidate, but of all exposures."""
        return self.rule.startswith("discover_")

    @property
    def science(self) -> str:
        """Return the file name of the science member; of several the one that names the product, or the first."""
        names = {name for name, role in self.members if role == "science"}
        return min({name for name in names if name.startswith(f"{self.product}_")} or names)

    @property
    def thing(self) -> tuple[str, ...] | tuple[str, Members]:
        """Return what it is about: at stage 2 a product at one level, at stage 3 the members of a candidate."""
        return (self.product, self.science.rpartition("_")[2]) if self.stage == 2 else (self.asn_id, self.members)

    def made_by(self, *rules: str) -> bool:
        """Tell whether one of these rules made it."""
        return self.rule.partition("_")[2].removeprefix("Asn_") in rules

    def having(self, *roles: str) -> set[str]:
        """Return the names of the members of some roles."""
        return {name for name, role in self.members if role in roles}


Twins = tuple[Asn, ...]
"""The associations of one thing."""


def text_of(pool: Mapping[str, Any]) -> str:
    """Return the text of a pool as a file of a user."""
    return "\n".join("|".join(cells) for cells in [pool["columns"], *pool["rows"]]) + "\n"


def generated(pool: Mapping[str, Any], mode: str = "default") -> Generated:
    """Return what we generate from a pool."""
    return generate(parse_pool(text_of(pool)), rules=RULES, mode=mode.replace("_", "-"))


def plain(association: Association) -> Asn:
    """Return what is compared of one of our associations; names in lower case, as the peer has them."""
    (product,) = association.products
    members = frozenset((each.expname.lower(), each.exptype) for each in product.members)
    own = association
    return Asn(
        own.asn_type, own.asn_rule, own.asn_id, own.program, own.target, product.name.lower(), members, own.degraded_status
    )


def recorded(found: Mapping[str, Any]) -> Asn:
    """Return what is compared of an association of the golden data."""
    keys = ("asn_type", "asn_rule", "asn_id", "program", "target", "product_name")
    members = frozenset((name, role) for name, role, *_ in found["members"])
    return Asn(*(found[key] for key in keys), members, found["degraded_status"])


@frozen(slots=False)
class Case:
    """Hold a pool and everything that the peer makes of it."""

    exposures: Exposures
    theirs: tuple[Asn, ...]

    @cached_property
    def by_stem(self) -> Mapping[str, list[Exposure]]:
        """Return the rows by file name without suffix; a file that is listed twice has two."""
        found: dict[str, list[Exposure]] = {}
        for each in self.exposures:
            found.setdefault(each.name.stem.lower(), []).append(each)
        return found

    def rows(self, member: str) -> list[Exposure]:
        """Return the rows behind a member."""
        return self.by_stem.get(member.removesuffix(".fits").rpartition("_")[0], [])

    def row(self, member: str) -> Exposure:
        """Return the first row behind a member."""
        return self.rows(member)[0]

    def candidates(self, member: str) -> list[Candidate]:
        """Return the candidates of the rows behind a member; an id that has two types in the pool is two candidates."""
        ids = {each.id for row in self.rows(member) for each in _own(row)}
        return list(dict.fromkeys(each for row in self.exposures for each in _own(row) if each.id in ids))

    def of_candidate(self, asn_id: str) -> list[Exposure]:
        """Return the rows of a candidate."""
        return [row for row in self.exposures if any(each.id == asn_id for each in _own(row))]


Kind = Callable[[Case, Twins], Twins]


def _own(row: Exposure) -> tuple[Candidate, ...]:
    return candidates_of(row.meta.get("asn_candidate", ""))


def _value(row: Exposure, *columns: str) -> str | None:
    return next((row.meta[column] for column in columns if column in row.meta), None)


def _agree(one: Exposure, other: Exposure, keys: Iterable[tuple[str, ...]]) -> bool:
    pairs = ((_value(one, *key), _value(other, *key)) for key in keys)
    return all(a is None or b is None or a == b for a, b in pairs)


def _name(row: Exposure, like: str) -> str:
    """Return the member name of a row at the level that another member has."""
    return f"{row.name.stem.lower()}_{like.rpartition('_')[2]}"


def _each(change: Callable[[Case, Asn], Asn | None]) -> Kind:
    """Return the kind that changes associations one by one, or drops them."""

    def kind(case: Case, twins: Twins) -> Twins:
        return tuple(dict.fromkeys(new for each in twins if (new := change(case, each)) is not None))

    return kind


# ------------------------------------------------------------------------------------------------- both stages


def _status(case: Case, asn: Asn) -> Asn:
    """Say that nothing is degraded where no member of the association has an EXPOSERR, only an exposure beside it."""
    own = any("exposerr" in row.meta and row.meta["exposerr"] != "null" for name, _ in asn.members for row in case.rows(name))
    return asn if own else evolve(asn, status=NOT_DEGRADED)


def _target(case: Case, asn: Asn) -> Asn:
    """Give a stage-2 association the target of its science exposure instead of that of another exposure of the candidate."""
    if asn.stage == 3:
        return asn
    own = {row.meta.get("targetid", "none") for row in case.rows(asn.science)}
    others = {row.meta.get("targetid", "null") for row in case.of_candidate(asn.asn_id)} - own
    return evolve(asn, target=min(own)) if asn.target in others else asn


# ------------------------------------------------------------------------------------------------- stage 2: catalogues


def _without_discovery(case: Case, asn: Asn) -> Asn | None:
    """Drop the copy that discovery makes of the parallel spectrum of a direct-image candidate."""
    types = [each.type for each in case.candidates(asn.science)]
    return None if asn.discovered and asn.made_by("Lv2WFSSParallel") and types == ["direct_image"] else asn


def _with_catalogue(case: Case, asn: Asn) -> Asn | None:
    """Drop a MIRI grism exposure without source catalogue."""
    bare = asn.made_by("Lv2Spec") and case.row(asn.science).meta["exp_type"] == "mir_wfss"
    return None if bare and not asn.having("sourcecat") else asn


def _root(asn: Asn) -> str:
    return min(asn.having("sourcecat")).removesuffix(TRIO["sourcecat"])


def _with_root(asn: Asn, root: str) -> Asn:
    others = {(name, role) for name, role in asn.members if role not in TRIO}
    return evolve(asn, members=frozenset(others | {(root + ending, role) for role, ending in TRIO.items()}))


def _optics(row: Exposure) -> str:
    groups = [("filter", "band"), *([] if row.meta["instrume"] == "miri" else [("pupil", "grating")])]
    return elements_of(row, *groups)


def _directs(case: Case, asn: Asn) -> list[Exposure]:
    """Return the direct images of the candidate that the rule may use."""
    lead = case.row(asn.science)
    kind = f"{lead.meta['exp_type'].partition('_')[0]}_image"
    keys = [] if asn.made_by("Lv2WFSSParallel") else [("targetid",), ("detector",), ("program",)]
    return [row for row in case.of_candidate(asn.asn_id) if row.meta.get("exp_type") == kind and _agree(row, lead, keys)]


def _nearest_image(case: Case, asn: Asn) -> Asn:
    """Where no direct image follows a grism exposure, name the catalogue after the last one before it."""
    lead = case.row(asn.science)
    directs = [row for row in _directs(case, asn) if row.meta.get("expspcin", "").isdecimal()]
    if asn.made_by("Lv2WFSSParallel") or not asn.having("sourcecat") or not directs or "expspcin" not in lead.meta:
        return asn
    if max(int(row.meta["expspcin"]) for row in directs) > int(lead.meta["expspcin"]):
        return asn
    last = min(directs, key=lambda row: (-int(row.meta["expspcin"]), row.name.text))
    first, chosen = _root(asn).rsplit("_", 1)
    return asn if chosen.startswith(_optics(last)) else _with_root(asn, f"{first}_{_optics(last)}")


def _stage_3_root(case: Case, asn: Asn) -> Asn:
    """Put the subarray of the direct image into the name of the catalogue, as stage 3 does."""
    if not asn.having("sourcecat") or asn.made_by("Lv2WFSSNIS"):
        return asn
    root = _root(asn)
    same = (row for row in _directs(case, asn) if _optics(row) == root.rpartition("_")[2])
    subarrays = {row.meta.get("subarray", "full") for row in same}
    return _with_root(asn, f"{root}-{min(subarrays)}") if len(subarrays) == 1 and subarrays != {"full"} else asn


# ------------------------------------------------------------------------------------------------- stage 2: partners


def _observation(row: Exposure) -> str | None:
    return row.meta.get("obs_num", getattr(row.name.parts, "observation", "").lstrip("0"))


def _own_acquisition(case: Case, asn: Asn) -> Asn:
    """Take from an LRS spectrum the confirmation images of other observations."""
    if not asn.made_by("MIRLRSTAConfirm", "Lv2MIRLRSFixedSlitNod"):
        return asn
    own = _observation(case.row(asn.science))
    other = {name for name in asn.having("target_acquisition") if _observation(case.row(name)) != own}
    return evolve(asn, members=frozenset((name, role) for name, role in asn.members if name not in other))


def _every_acquisition(case: Case, asn: Asn) -> Asn:
    """Give an LRS spectrum every confirmation image of its own observation."""
    if not asn.made_by("MIRLRSTAConfirm", "Lv2MIRLRSFixedSlitNod"):
        return asn
    own = _observation(case.row(asn.science))
    rows = (row for row in case.of_candidate(asn.asn_id) if row.meta.get("exp_type") == "mir_taconfirm")
    found = {(_name(row, "_rate.fits"), "target_acquisition") for row in rows if _observation(row) == own}
    return evolve(asn, members=asn.members | found)


def _numbered_nods(case: Case, asn: Asn) -> Asn:
    """Give an LRS nod all nods at another position as background."""
    if not asn.made_by("Lv2MIRLRSFixedSlitNod"):
        return asn
    lead = case.row(asn.science)
    kind = {column: lead.meta[column] for column in ("exp_type", "patttype")}
    nods = (row for row in case.of_candidate(asn.asn_id) if kind.items() <= row.meta.items() and "bkgdtarg" not in row.meta)
    found = {(_name(row, asn.science), "background") for row in nods if int(row.meta["patt_num"]) != int(lead.meta["patt_num"])}
    return evolve(asn, members=asn.members | found)


def _every_setup(case: Case, asn: Asn) -> Asn:
    """Give a grism spectrum the dedicated backgrounds of its candidate, which the peer gives to the first setup only."""
    if asn.made_by("Lv2WFSSNIS"):
        lead = case.row(asn.science)
        keys = (("exp_type",), ("targetid",), ("pupil",), ("subarray",))
        for candidate in case.candidates(asn.science):
            rows = (row for row in case.of_candidate(candidate.id) if "bkgdtarg" in row.meta and _agree(row, lead, keys))
            found = {(_name(row, asn.science), "background") for row in rows}
            if candidate.type == "background" and found and asn.asn_id != candidate.id:
                whole = evolve(asn, asn_id=candidate.id, members=asn.members | found)
                return _with_root(whole, _root(asn).replace(f"-{asn.asn_id}_", f"-{candidate.id}_"))
    return asn


def _mirror(case: Case, asn: Asn) -> Asn:
    """Make an exposure of the micro-shutters through the mirror an image."""
    mirror = asn.made_by("Lv2NRSMSA") and case.row(asn.science).meta.get("grating") == "mirror"
    return evolve(asn, asn_type="image2", rule="candidate_Asn_Lv2ImageNonScience") if mirror else asn


def _reference(case: Case, asn: Asn) -> Asn:
    """Take from a stage-2 product a second science member, an exposure that is both reference and background."""
    if asn.stage == 3:
        return asn
    both = {name for name in asn.having("science") - {asn.science} if {"is_psf", "bkgdtarg"} <= set(case.row(name).meta)}
    return evolve(asn, members=frozenset((name, role) for name, role in asn.members if name not in both))


def _own_imprints(case: Case, asn: Asn) -> Asn:
    """Give a background or a reference the imprints of its own tile and position, and an imprint none."""
    lead = case.row(asn.science)
    flags = [flag for flag in ("bkgdtarg", "is_psf") if flag in lead.meta]
    if not flags or not asn.made_by("Lv2SpecSpecial", "Lv2SpecImprint"):
        return asn
    found: list[Exposure] = []
    if "is_imprt" not in lead.meta:
        keys = (*OPTICS, ("exp_type",), ("mostilno",), (flags[0],))
        pool = (row for row in case.of_candidate(asn.asn_id) if "is_imprt" in row.meta and flags[0] in row.meta)
        found = [row for row in pool if _agree(row, lead, keys) and "mostilno" in row.meta]
    for column in ("targetid", "dithptin"):
        own = [row for row in found if row.meta.get(column) == lead.meta.get(column)]
        found = own if own and (column == "targetid" or len(found) > 1) else found
    members = frozenset({(asn.science, "science"), *((_name(row, asn.science), "imprint") for row in found)})
    return evolve(asn, rule="candidate_Asn_Lv2SpecSpecial", members=members)


def _slit(case: Case, row: Exposure, candidate: Candidate) -> Iterator[tuple[Exposure, str]]:
    """Return what fixed-slit spectroscopy attaches to an exposure in a candidate: dedicated backgrounds, nods."""
    for other in case.of_candidate(candidate.id):
        if other.meta.get("exp_type") != "nrs_fixedslit" or other.name == row.name or not _agree(row, other, OPTICS):
            continue
        if "bkgdtarg" in other.meta:
            yield other, "dedicated"
        elif "is_imprt" not in other.meta and _same(row, other) and not nods_overlap(row, other):
            yield other, "nod"


def _same(one: Exposure, other: Exposure) -> bool:
    pairs = [(_value(one, *key), _value(other, *key)) for key in DITHER]
    return all(a is not None and a == b for a, b in pairs)


def _slit_of(case: Case, asn: Asn) -> Asn:
    """Return the association of a slit exposure by the candidate that gives it most."""
    lead = case.row(asn.science)
    answers = []
    for candidate in case.candidates(asn.science):
        partners = list(_slit(case, lead, candidate))
        needed = {"observation": None, "background": "dedicated"}.get(candidate.type, "never")
        if needed is None or needed in (why for _, why in partners):
            members = {(asn.science, "science"), *((_name(row, asn.science), "background") for row, _ in partners)}
            answers.append(evolve(asn, asn_id=candidate.id, members=frozenset(members)))
    alike: dict[Members, Asn] = {}
    for each in sorted(answers, key=lambda each: each.asn_id):
        alike[each.members] = each
    return max(alike.values(), key=lambda each: (len(each.members), each.asn_id.startswith("c"), each.asn_id))


def _every_nod(case: Case, twins: Twins) -> Twins:
    """Give a slit exposure the nods with the same number of subpixel points, whichever of the two keywords says it.

    That applies where the lead or one of its nods has the one keyword and another nod lacks it.
    """
    if not all(each.made_by("Lv2NRSFSS") for each in twins) or not twins:
        return twins
    whole = _slit_of(case, twins[0])
    nods = [case.row(name) for name, _ in whole.members]
    mixed = len({("subpxpns" in row.meta, "subpxpts" in row.meta) for row in nods if "bkgdtarg" not in row.meta}) > 1
    fewer = all({name for name, _ in each.members} < {name for name, _ in whole.members} for each in twins)
    return (whole,) if mixed and fewer else twins


def _once(case: Case, twins: Twins) -> Twins:
    """Of associations of equal size that make one product keep one: of a background, then the last by rule, then by id."""
    if len(twins) < 2 or twins[0].stage == 3 or len({len(each.members) for each in twins}) > 1:
        return twins

    def rank(each: Asn) -> tuple[bool, str, str]:
        types = [candidate.type for candidate in case.candidates(each.science) if candidate.id == each.asn_id]
        return ("background" in types, each.rule.partition("_")[2], each.asn_id)

    return (max(twins, key=rank),)


# ------------------------------------------------------------------------------------------------- stage 3


def _unfilled(case: Case, asn: Asn) -> Asn:
    """Take out of a product name what a target acquisition put there, where the exposures themselves have no value."""
    seen = asn.having("target_acquisition")
    if asn.stage == 2 or not seen:
        return asn
    own = [case.row(name) for name in asn.having("science", "psf", "background")]
    head, tail = asn.product.partition("_{suffix}")[0].rsplit("_", 1)
    rest = asn.product[len(head) + 1 + len(tail) :]
    words = tail.split("-")
    for columns in (("filter",), ("pupil", "grating"), ("fxd_slit",)):
        given = {_value(case.row(name), *columns) for name in seen} - {None}
        if given and all(_value(row, *columns) is None for row in own):
            words = [word for word in words if word not in given]
    elements = words if any(_value(row, "filter", "pupil", "grating") for row in own) else ["clear", *words]
    return evolve(asn, product=f"{head}_{'-'.join(elements)}{rest}") if words != tail.split("-") else asn


def _two_to_combine(case: Case, asn: Asn) -> Asn | None:
    """Drop a wavefront pair of one science exposure and a target acquisition, or make it the image that it also is."""
    if not asn.made_by("Lv3WFSCMB") or len(asn.having("science")) > 1:
        return asn
    row = case.row(asn.science)
    if "wfsc" in row.meta.get("visitype", ""):
        return None
    product = asn.product.partition("-" + row.meta["detector"] + "_{suffix}")[0]
    return evolve(asn, asn_type="image3", rule=asn.rule.replace("Lv3WFSCMB", "Lv3Image"), product=product)


def subset_of_another(case: Case, own: Asn) -> bool:
    """Tell whether the peer takes one of ours for a subset: a larger one has its name, but lacks some of its members."""
    larger = (each for each in case.theirs if each.product == own.product and each.stage == own.stage == 3)
    return any(len(each.members) > len(own.members) and not own.members <= each.members for each in larger)


KINDS: Mapping[str, Kind] = {
    "status-of-members-only": _each(_status),
    "target-of-the-science": _each(_target),
    "no-discovery-at-stage-2": _each(_without_discovery),
    "grisms-need-a-catalogue": _each(_with_catalogue),
    "catalogue-of-the-nearest-image": _each(_nearest_image),
    "catalogue-named-as-stage-3": _each(_stage_3_root),
    "mirror-is-an-image": _each(_mirror),
    "reference-beats-background": _each(_reference),
    "background-for-every-setup": _each(_every_setup),
    "acquisition-of-own-observation": _each(_own_acquisition),
    "every-own-acquisition": _each(_every_acquisition),
    "nods-by-number": _each(_numbered_nods),
    "own-tile-imprints": _each(_own_imprints),
    "nods-by-either-keyword": _every_nod,
    "one-product-once": _once,
    "acquisition-fills-nothing": _each(_unfilled),
    "wfscmb-needs-two-science": _each(_two_to_combine),
}
"""The kinds in the order in which they apply."""

TRUE_SUBSETS = "true-subsets-only"
"""The one kind that shows in associations which only we make."""


@frozen
class Comparison:
    """Hold how often each kind occurs in a pool, and what differs beyond all kinds: ours, and the peer's."""

    kinds: Counter[str]
    same: int
    ours: list[Asn]
    theirs: list[Asn]


def compared(exposures: Exposures, ours: Iterable[Asn], theirs: Iterable[Asn]) -> Comparison:
    """Compare what we make of a pool with what the peer makes of it."""
    case = Case(exposures, tuple(theirs))
    kinds: Counter[str] = Counter()
    things: dict[Any, tuple[list[Asn], list[Asn]]] = {}
    for place, asns in enumerate((ours, case.theirs)):
        for each in asns:
            things.setdefault(each.thing, ([], []))[place].append(each)
    same, left_ours, left_theirs = 0, [], []
    for mine, peers in things.values():
        if Counter(mine) == Counter(peers):
            same += len(mine)
            continue
        twins, applied = explained(case, tuple(peers), Counter(mine))
        kinds.update(applied)
        lost, extra = Counter(mine) - Counter(twins), Counter(twins) - Counter(mine)
        subsets = [each for each in lost.elements() if subset_of_another(case, each)]
        kinds[TRUE_SUBSETS] += len(subsets)
        left_ours += (lost - Counter(subsets)).elements()
        left_theirs += extra.elements()
    return Comparison(+kinds, same, left_ours, left_theirs)


def explained(case: Case, twins: Twins, wanted: Counter[Asn]) -> tuple[Twins, list[str]]:
    """Apply kind after kind until nothing differs; return what has become of the associations, and the kinds that did it."""
    applied = []
    for name, kind in KINDS.items():
        if Counter(twins) == wanted:
            break
        changed = kind(case, twins)
        if changed != twins:
            applied.append(name)
            twins = changed
    return twins, applied
