"""Cost grows with the number of files, not with its square: counted in executed instructions, not in seconds."""

import sys
from contextlib import contextmanager

import pytest

import asn_fp
from asn_fp import edit, merge
from asn_fp import steps as s
from asn_fp import transforms as t
from asn_fp.api import compose
from asn_fp.cli.editing import _shared_names, key_values_of_texts
from asn_fp.errors import AsnError
from asn_fp.fates import fates, orphans
from asn_fp.generate import generate, generator_rules
from asn_fp.keys import optional
from asn_fp.names import parse
from asn_fp.pipeline import rule, step
from asn_fp.predicates import is_science
from asn_fp.records import Association, Candidate, Draft, Exposure, Member, Product

SIZES = (20, 40, 80)
LINEAR = 1.02  # what the second doubling may cost more than twice the first; the counts are the same in every run


def files(count, observation=1, detector="nrs1"):
    """Return the names of so many exposures of one observation."""
    return [f"jw01234{observation:03}001_02101_{number:05}_{detector}_rate.fits" for number in range(1, count + 1)]


@contextmanager
def counted():
    """Count the Python instructions executed meanwhile, in a list of one number."""
    count = [0]

    def trace(frame, event, _):
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count[0] += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield count
    finally:
        sys.settrace(before)


def cost(run, size):
    """Return the instructions that one run takes."""
    with counted() as count:
        run(size)
    return count[0]


def growth(run, sizes=SIZES):
    """Return what doubling the larger half costs, in units of what is due: 1 is linear, 2 is quadratic."""
    for size in sizes:
        run(size)  # fills the caches
    small, middle, large = (cost(run, size) for size in sizes)
    return (large - middle) / (2 * (middle - small))


def failing(run):
    """Return a run whose error is expected and does not matter."""

    def caught(size):
        with pytest.raises(AsnError):
            run(size)

    return caught


def told(chosen, with_items, **knobs):
    """Return a run that explains what a rule does with some items."""
    return lambda size: str(asn_fp.explain(chosen, with_items(size), **knobs))


def sky(size):
    """Return so many science files and as many backgrounds, in pairs of one exposure number."""
    return [*files(size), *((name, "background") for name in files(size, observation=2))]


def strangers(size):
    """Return so many science files and as many backgrounds of another detector."""
    return [*files(size), *((name, "background") for name in files(size, observation=2, detector="nrs2"))]


def one_sky(size):
    """Return so many science files and one background for all of them."""
    return [*files(size), (files(1, observation=2)[0], "background")]


def references(size):
    """Return so many PSF references and no science."""
    return [(name, "psf") for name in files(size)]


def alike(size):
    """Return so many files, each twice, in two folders."""
    return [f"{folder}/{name}" for folder in "xy" for name in files(size)]


def repeated(size):
    """Return so many files, each twice."""
    return files(size) * 2


OPTIONAL = rule("optional", s.read(), s.group(by=("exposure", optional("segment"), optional("detector"))), s.name("{stem}"))
GROUPED = rule(
    "grouped", s.read(), s.group(by="exposure", of=is_science), s.attach("background", by="exposure"), s.require("background")
)
WITHOUT = rule("without", *GROUPED.steps, s.name("p"), s.seal(asn_rule="without"))
LADDER = rule("ladder", s.read(), s.gather(of=is_science), s.one_each(), s.attach("background", by=["stem", "exposure"]))
STRICT = rule("strict", s.read(), s.group(by="exposure", of=is_science), s.attach("background", by="detector", at_least=1))

RUNS = {
    "level2": lambda size: asn_fp.make("level2", files(size)),
    "DMSLevel2bBase to text": lambda size: asn_fp.asn_from_list(files(size), "DMSLevel2bBase").dump(),
    "level3": lambda size: asn_fp.make("level3", [name.replace("rate", "cal") for name in files(size)], product_name="p"),
    "level2 with background and by": lambda size: asn_fp.make("level2", sky(size), by="exposure"),
    "level2 with background as a knob": lambda size: asn_fp.make(
        "level2", files(size), by="exposure", background=files(size, observation=2)
    ),
    "a ladder": lambda size: LADDER(sky(size)),
    "level2 with one background": lambda size: asn_fp.make("level2", one_sky(size)),
    "group with optional keys": lambda size: OPTIONAL(files(size)),
    "group, attach, require": lambda size: GROUPED(sky(size)),
    "explain level2": told("level2", files),
    "explain level2 with background": told("level2", sky, by="exposure"),
    "explain backgrounds that match nothing": told("level2", strangers, by="detector"),
    "explain one background for all": told("level2", one_sky),
    "explain one file": lambda size: str(asn_fp.explain("level2", files(size), files(1)[0])),
    "explain level3": told("DMS_Level3_Base", files, product_name="p"),
    "explain level3 without science": told("level3", references, product_name="p"),
    "explain what require left out": lambda size: str(asn_fp.explain(WITHOUT, files(size))),
    "nothing made": failing(lambda size: asn_fp.make("level3", references(size), product_name="p")),
    "clashing names": failing(lambda size: asn_fp.make("level2", alike(size))),
    "files listed twice": failing(lambda size: t.read(repeated(size))),
    "products without partners": failing(lambda size: STRICT(strangers(size))),
}


@pytest.mark.parametrize("case", RUNS)
def test_cost_is_linear(case):
    """Twice the files cost at most twice the instructions."""
    assert growth(RUNS[case]) < LINEAR


def quadratic(draft: Draft) -> Draft:
    """Compare every product with every other one."""
    for one in draft.bundles:
        _ = [other for other in draft.bundles if other.name == one.name]
    return draft


def test_a_quadratic_step_is_noticed():
    """One comparison of all products with all others in an otherwise linear rule fails the test above."""
    slow = compose("level2").before("seal", step(quadratic)())
    assert growth(lambda size: slow(files(size))) > LINEAR


# --------------------------------------------------------------------------------------------------------- the generator

COMMON = {"program": "1234", "pntgtype": "science", "targetid": "1", "subarray": "full", "exposerr": "null"}
NIRISS = {**COMMON, "instrume": "niriss", "detector": "nis", "filter": "f200w", "pupil": "clear"}
NIRSPEC = {**COMMON, "instrume": "nirspec", "detector": "nrs1", "filter": "f170lp", "grating": "g235h"}
UNIT = (
    *({**NIRISS, "exp_type": "nis_image", "expspcin": str(number)} for number in (1, 2)),
    {**NIRISS, "exp_type": "nis_wfss", "filter": "gr150r", "pupil": "f200w", "expspcin": "3"},
    {**NIRISS, "exp_type": "nis_dark"},
    {**NIRISS, "exp_type": "nis_image", "bkgdtarg": "t", "targetid": "2"},
    *({**NIRSPEC, "exp_type": "nrs_ifu", "patt_num": str(number), "numdthpt": "2"} for number in (1, 2)),
    {**NIRSPEC, "exp_type": "nrs_ifu", "is_imprt": "t", "patt_num": "1"},
    {**NIRSPEC, "exp_type": "nrs_ifu", "bkgdtarg": "t", "targetid": "2", "grating": "mirror"},
    {**NIRSPEC, "exp_type": "nrs_wata", "pntgtype": "target_acquisition"},
)
"""The exposures of an observation: images, a grism, nods, and some that stay in no association."""
COPIES = (2, 4, 8)


def rows(copies):
    """Return the exposures of so many observations, as from a pool."""
    return tuple(
        Exposure(
            index,
            parse(f"jw01234{1 + copy:03}001_02101_{1 + place:05}_{meta['detector']}_uncal.fits"),
            meta={**meta, "obs_num": str(1 + copy), "asn_candidate": f"[('o{1 + copy:03}', 'observation')]"},
        )
        for index, (copy, place, meta) in enumerate((copy, *each) for copy in range(copies) for each in enumerate(UNIT))
    )


def dithers(size):
    """Return so many images of one observation, and with each of them a dark, which stays in no association."""
    meta = {**NIRISS, "obs_num": "1", "asn_candidate": "[('o001', 'observation')]"}
    return tuple(
        Exposure(number, parse(f"jw01234001001_02101_{number:05}_nis_uncal.fits"), meta={**meta, "exp_type": kind})
        for number, kind in enumerate(["nis_image", "nis_dark"] * size)
    )


def levels(size):
    """Return so many exposures with files of three levels each."""
    return tuple(
        Exposure(3 * number + place, parse(f"jw01234001001_02101_{number:05}_nis_{level}.fits"), meta=each.meta)
        for number, each in enumerate(dithers(size)[::2])
        for place, level in enumerate(("uncal", "rate", "cal"))
    )


def image(names):
    """Return an association of names in one product."""
    return Association(asn_type="image3", products=(Product("p", tuple(Member(name, "science") for name in names)),))


EDITED = {
    "add": lambda size: edit(image(files(size)), add=files(size, detector="nrs2")),
    "add what is there": lambda size: edit(image(files(size)), add=[f"raw/{name}" for name in files(size)]),
    "remove": lambda size: edit(image(files(size)), remove=files(size)[1:]),
    "remove without suffix": lambda size: edit(image(files(size)), remove=files(size)[1:], ignore_suffix=True),
    "remove and add": lambda size: edit(image(files(size)), remove=files(size), add=files(size, detector="nrs2")),
    "remove what is not there": lambda size: edit(image(files(15 * size)), remove=files(15 * size, observation=2)),
    "keep and add": lambda size: edit(image(files(size)), keep=["detector=nrs1"], add=files(size, observation=2)),
    "merge many of one product": lambda size: merge([image(files(5, observation=each)) for each in range(1, size + 1)]),
    "merge many of the same": lambda size: merge([image(files(5))] * size),
    "merge": lambda size: merge([image(files(size)), image(f"./{name}" for name in files(size))]),
}


@pytest.mark.parametrize("case", EDITED)
@pytest.mark.filterwarnings("ignore::asn_fp.AsnWarning")
def test_cost_of_an_edit_is_linear(case):
    """Twice the members and names cost at most twice the instructions."""
    assert growth(EDITED[case]) < LINEAR


class Compared(str):
    """A text that is compared in Python, so that comparisons inside of lists count too."""

    __slots__ = ()

    def __eq__(self, other):
        return str.__eq__(self, other)

    def __hash__(self):
        return str.__hash__(self)

    def partition(self, word):
        """Return pieces that are compared so too."""
        return tuple(map(Compared, str.partition(self, word)))


def named(names):
    """Return an association of an empty product of each name."""
    return Association(products=tuple(Product(Compared(name)) for name in names))


COMPARED = {
    "old and new suffixes": lambda size: key_values_of_texts([Compared(f"{name}=x") for name in files(size)], "--swap-suffix"),
    "names of several files": lambda size: _shared_names([named([name]) for name in files(size)]),
}


@pytest.mark.parametrize("case", COMPARED)
@pytest.mark.filterwarnings("ignore::asn_fp.AsnWarning")
def test_words_are_not_compared_with_all_others(case):
    """Twice the words of a command line cost at most twice the comparisons."""
    assert growth(COMPARED[case]) < LINEAR


# --------------------------------------------------------------------------------------------------- by observing mode

MIRI = {**COMMON, "instrume": "miri", "detector": "mirimage", "exp_type": "mir_image"}
SLIT = {**NIRSPEC, "exp_type": "nrs_fixedslit", "fxd_slit": "s200a1", "subpxpts": "1"}


def seen(size, *kinds, level="rate"):
    """Return so many exposures of each kind, three of each kind in an observation, of one candidate."""
    files = ((number, place, meta) for number in range(size) for place, meta in enumerate(kinds))
    return tuple(
        Exposure(
            at,
            parse(f"jw01234{1 + number // 3:03}001_0{2 + place}101_{1 + number % 3:05}_{meta['detector']}_{level}.fits"),
            candidate=Candidate("a3001", "files"),
            meta={"obs_num": str(1 + number // 3), "patt_num": str(1 + number % 3), "expstart": str(number), **meta},
        )
        for at, (number, place, meta) in enumerate(files)
    )


IMAGE_OF = {**MIRI, "filter": "f770w"}
SKY_OF = {**MIRI, "filter": "f560w", "bkgdtarg": "t", "targetid": "2"}
SETTINGS = {
    "images": (seen, [IMAGE_OF]),
    "images and backgrounds that serve none": (seen, [IMAGE_OF, SKY_OF]),
    "backgrounds alone": (seen, [SKY_OF]),
    "nods": (seen, [SLIT]),
    "nods without a keyword": (seen, [{key: value for key, value in SLIT.items() if key != "subpxpts"}]),
    "images and acquisitions": (seen, [IMAGE_OF, {**MIRI, "exp_type": "mir_tacq"}]),
}
BY_MODE = {
    **{f"auto: {name}": (lambda size, one=one, kinds=kinds: asn_fp.make("auto", one(size, *kinds)))
       for name, (one, kinds) in SETTINGS.items()},
    **{f"explain auto: {name}": (lambda size, one=one, kinds=kinds: str(asn_fp.explain("auto", one(size, *kinds))))
       for name, (one, kinds) in SETTINGS.items()},
    "auto: images without a filter": lambda size: asn_fp.make("auto", seen(size, MIRI, IMAGE_OF, level="cal")),
}  # fmt: skip


@pytest.mark.parametrize("case", BY_MODE)
@pytest.mark.filterwarnings("ignore::asn_fp.AsnWarning")
def test_cost_of_a_mode_is_linear(case, monkeypatch):
    """Twice the files cost at most twice the instructions, warnings and explanations included; nearest misses are bounded."""
    monkeypatch.setattr(sys.modules["asn_fp.transforms._nearest"], "_NEAREST_AMONG", 1)
    assert growth(BY_MODE[case]) < LINEAR


def made_of(exposures, mode="all-candidates"):
    """Return what the generator makes."""
    return generate(exposures, rules=GENERATOR, mode=mode)


def lost(exposures):
    """Return the exposures in no association."""
    return orphans(exposures, made_of(exposures), GENERATOR)


GENERATOR = generator_rules()
GENERATED = {
    "generate": lambda size: made_of(rows(size)),
    "generate, default mode": lambda size: made_of(rows(size), "default"),
    "generate from one observation": lambda size: made_of(dithers(5 * size)),
    "generate from files of several levels": lambda size: made_of(levels(3 * size)),
    "orphans": lambda size: lost(rows(size)),
    "orphans of one observation": lambda size: lost(dithers(5 * size)),
    "orphans among files of several levels": lambda size: lost(levels(3 * size)),
    "the fate of every exposure": lambda size: fates(rows(size), made_of(rows(size)), GENERATOR),
    "explain a generator rule": lambda size: str(asn_fp.explain(GENERATOR["Asn_Lv2Image"], levels(3 * size))),
}


@pytest.mark.parametrize("case", GENERATED)
def test_cost_of_the_generator_is_linear(case, monkeypatch):
    """Twice the rows cost at most twice the instructions; the search for a nearest miss, which is bounded, is left out."""
    for module in ("_nearest", "catalogue"):
        monkeypatch.setattr(sys.modules[f"asn_fp.transforms.{module}"], "_NEAREST_AMONG", 1)
    assert growth(GENERATED[case], COPIES) < LINEAR


def test_the_generator_makes_and_leaves_out_something():
    """The cases above are about something: associations of both stages, and exposures in none."""
    made = made_of(rows(2))
    assert {each.asn_type for each in made.associations} >= {"image2", "spec2", "image3", "spec3"}
    assert 0 < len(lost(rows(2))) < len(rows(2))
