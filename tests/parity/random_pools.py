"""Random pools of at most 20 exposures that exercise every stage-2 and stage-3 rule."""

import random
from collections.abc import Callable, Iterable
from typing import Any

Row = dict[str, Any]
Template = dict[str, Any]


def _words(text: str) -> list[str]:
    """Split a text at its blanks."""
    return text.split()


COLUMNS = _words(
    "FILENAME OBS_ID PROGRAM OBS_NUM VISIT VISITYPE ACT_ID EXPOSURE EXP_TYPE NINTS INSTRUME DETECTOR CHANNEL TARGETID PNTGTYPE "
    "EXPSPCIN DITHPTIN MOSTILNO FILTER PUPIL BAND GRATING FXD_SLIT SUBARRAY PATTTYPE NUMDTHPT PATT_NUM SUBPXPTS SUBPXPNS "
    "ASN_CANDIDATE EXPOSERR IS_PSF IS_IMPRT BKGDTARG TSOVISIT MSASTATE MSAMETFL OPMODE LAMP DMS_NOTE"
)

FLAGS = ("IS_PSF", "IS_IMPRT", "BKGDTARG", "TSOVISIT")
LIMIT = 20

#: Columns that a pool may lack without stopping the peer, as long as no test needs them.
DROPPABLE = _words("OBS_NUM SUBPXPTS SUBPXPNS DMS_NOTE EXPOSERR LAMP OPMODE BAND NINTS IS_IMPRT VISITYPE")

#: Columns in which a cell may be replaced by an undefined value, or by the cell of another exposure.
NOISY = _words(
    "OBS_ID OBS_NUM VISITYPE ACT_ID INSTRUME DETECTOR CHANNEL TARGETID PNTGTYPE EXPSPCIN DITHPTIN MOSTILNO FILTER PUPIL BAND "
    "GRATING FXD_SLIT SUBARRAY PATTTYPE NUMDTHPT PATT_NUM SUBPXPTS SUBPXPNS EXPOSERR IS_PSF IS_IMPRT BKGDTARG TSOVISIT "
    "MSASTATE MSAMETFL OPMODE LAMP DMS_NOTE NINTS PROGRAM"
)

UNDEFINED = ("NULL", "null", "", "F", "N/A", "--")


def _optics(*names: str) -> list[dict[str, str]]:
    """Read optical elements written like ``F200W/CLEAR``, filter first, pupil or grating (with G or PRISM, MIRROR) second."""
    found = []
    for name in names:
        first, _, second = name.partition("/")
        cells = {"FILTER": first or "NULL"}
        if second:
            nirspec = second in ("PRISM", "MIRROR") or (second[0] == "G" and second[1:4].isdigit() and len(second) == 5)
            cells["GRATING" if nirspec else "PUPIL"] = second
        found.append(cells)
    return found


FSS = _optics(*_words("CLEAR/PRISM F290LP/G395H F170LP/G235H F100LP/G140H F070LP/G140H F290LP/G395M F170LP/G235M F070LP/G140M"))
FULL = ("FULL", "FULL", "FULL", "SUB640")
NRC_ONE = [["NRCA1"], ["NRCA2"], ["NRCA4"], ["NRCB1", "NRCB2"], ["NRCALONG"], ["NRCA3", "NRCALONG"]]

#: What an observation is made with: cells, where a tuple is a choice for the whole observation.
TEMPLATES: dict[str, Template] = {
    "nrc_image": {
        "INSTRUME": "NIRCAM",
        "detectors": NRC_ONE,
        "optics": _optics("F200W/CLEAR", "F150W2/F162M", "F090W/CLEAR", "F212N/WLP8"),
        "SUBARRAY": (*FULL, "N/A"),
        "PATTTYPE": ("NONE", "INTRAMODULEBOX", "NULL"),
    },
    "nrc_wfss": {
        "INSTRUME": "NIRCAM",
        "detectors": [["NRCALONG"], ["NRCBLONG"], ["NRCALONG", "NRCBLONG"]],
        "optics": _optics("F356W/GRISMR", "F444W/GRISMC", "F356W/GRISMC"),
        "SUBARRAY": ("FULL", "FULL", "SUB640"),
    },
    "nrc_coron": {
        "INSTRUME": "NIRCAM",
        "detectors": [["NRCA2"], ["NRCA4"], ["NRCALONG"], ["NRCA2", "NRCALONG"], ["NRCA1", "NRCA2"]],
        "optics": _optics("F335M/MASKRND", "F210M/MASKRND", "F182M/MASKBAR"),
        "SUBARRAY": ("SUB320A335R", "FULL", "FULL"),
        "PATTTYPE": ("NONE", "5-POINT-BOX"),
    },
    "nrc_tsimage": {
        "INSTRUME": "NIRCAM",
        "detectors": [["NRCB1"], ["NRCBLONG"]],
        "optics": _optics("F210M/WLP8", "F444W/CLEAR"),
        "SUBARRAY": ("SUB64P", "FULL"),
    },
    "nrc_tsgrism": {
        "INSTRUME": "NIRCAM",
        "detectors": [["NRCALONG"], ["NRCALONG", "NRCBLONG"], ["NRCA1"]],
        "optics": _optics("F444W/GRISMR", "F322W2/GRISMR", "F210M/CLEAR", "F150W2/GDHS0"),
        "SUBARRAY": ("SUBGRISM64", "FULL", "SUB41STRIPE1_DHS"),
    },
    "mir_image": {
        "INSTRUME": "MIRI",
        "detectors": [["MIRIMAGE"]],
        "optics": _optics("F560W", "F770W", "F1500W"),
        "SUBARRAY": ("FULL", "FULL", "BRIGHTSKY"),
        "PATTTYPE": ("CYCLING", "4-POINT-SETS", "NULL"),
    },
    "mir_lyot": {
        "INSTRUME": "MIRI",
        "detectors": [["MIRIMAGE"]],
        "optics": _optics("F2300C"),
        "SUBARRAY": "MASKLYOT",
    },
    "mir_4qpm": {
        "INSTRUME": "MIRI",
        "detectors": [["MIRIMAGE"]],
        "optics": _optics("F1065C", "F1140C"),
        "SUBARRAY": "MASK1065",
    },
    "mir_lrs-fixedslit": {
        "INSTRUME": "MIRI",
        "detectors": [["MIRIMAGE"]],
        "optics": _optics("P750L"),
        "SUBARRAY": "FULL",
        "FXD_SLIT": ("NULL", "NONE"),
        "PATTTYPE": ("ALONG-SLIT-NOD", "ALONG-SLIT-NOD", "2-POINT-NOD", "INTRA-SLIT", "NULL"),
    },
    "mir_lrs-slitless": {
        "INSTRUME": "MIRI",
        "detectors": [["MIRIMAGE"]],
        "optics": _optics("P750L"),
        "SUBARRAY": "SLITLESSPRISM",
    },
    "mir_mrs": {
        "INSTRUME": "MIRI",
        "detectors": [["MIRIFUSHORT", "MIRIFULONG"], ["MIRIFUSHORT"]],
        "optics": [{"BAND": "SHORT"}, {"BAND": "MEDIUM"}, {"BAND": "LONG", "FILTER": "NULL"}],
        "SUBARRAY": "FULL",
        "PATTTYPE": ("4-POINT", "2-POINT", "NULL", "NULL", "4-POINT-NOD"),
    },
    "mir_wfss": {
        "INSTRUME": "MIRI",
        "detectors": [["MIRIMAGE"]],
        "optics": _optics("P750L"),
        "SUBARRAY": "FULL",
    },
    "nis_image": {
        "INSTRUME": "NIRISS",
        "detectors": [["NIS"]],
        "optics": _optics("CLEAR/F115W", "CLEAR/F150W", "F430M/CLEARP"),
        "SUBARRAY": "FULL",
        "PATTTYPE": ("NONE", "NULL"),
    },
    "nis_wfss": {
        "INSTRUME": "NIRISS",
        "detectors": [["NIS"]],
        "optics": _optics("GR150R/F115W", "GR150C/F115W", "GR150R/F150W"),
        "SUBARRAY": ("FULL", "FULL", "WFSS64"),
    },
    "nis_ami": {
        "INSTRUME": "NIRISS",
        "detectors": [["NIS"]],
        "optics": _optics("F430M/NRM", "F480M/NRM"),
        "SUBARRAY": ("SUB80", "SUB80", "FULL"),
    },
    "nis_soss": {
        "INSTRUME": "NIRISS",
        "detectors": [["NIS"]],
        "optics": _optics("CLEAR/GR700XD", "CLEAR/GR700XD", "F277W/GR700XD"),
        "SUBARRAY": ("SUBSTRIP256", "SUBSTRIP96"),
        "PATTTYPE": ("NULL", "NULL", "NULL", "NONE", "2-POINT-NOD"),
        "NINTS": ("10", "10", "1"),
    },
    "nrs_fixedslit": {
        "INSTRUME": "NIRSPEC",
        "detectors": [["NRS1"], ["NRS1", "NRS2"]],
        "optics": FSS,
        "SUBARRAY": ("SUBS200A1", "ALLSLITS", "FULL"),
        "FXD_SLIT": ("S200A1", "S200A1", "S200A2", "S400A1", "S1600A1", "S200B1", "NONE"),
        "PATTTYPE": ("2-POINT-NOD", "3-POINT-NOD", "5-POINT-NOD", "NONE"),
    },
    "nrs_ifu": {
        "INSTRUME": "NIRSPEC",
        "detectors": [["NRS1"], ["NRS1"], ["NRS1", "NRS2"]],
        "optics": FSS,
        "SUBARRAY": "FULL",
        "PATTTYPE": ("2-POINT-NOD", "4-POINT-NOD", "CYCLING", "CYCLING", "NULL"),
    },
    "nrs_msaspec": {
        "INSTRUME": "NIRSPEC",
        "detectors": [["NRS1"], ["NRS1", "NRS2"]],
        "optics": FSS,
        "SUBARRAY": "FULL",
        "MSAMETFL": (*(f"jw01234001001_{number}_msa.fits" for number in ("01", "01", "01", "02", "02")), "N/A"),
        "MSASTATE": ("PRIMARYPARK_CONFIGURED", "NULL"),
        "PATTTYPE": ("NONE", "NULL"),
    },
    "nrs_brightobj": {
        "INSTRUME": "NIRSPEC",
        "detectors": [["NRS1"], ["NRS1", "NRS2"]],
        "optics": FSS,
        "SUBARRAY": ("SUB2048", "SUB512"),
        "FXD_SLIT": "S1600A1",
    },
    "nrs_autoflat": {
        "INSTRUME": "NIRSPEC",
        "detectors": [["NRS1"], ["NRS1", "NRS2"]],
        "optics": _optics("OPAQUE/G395H", "OPAQUE/G235M", "OPAQUE/PRISM", "F290LP/G395H"),
        "SUBARRAY": "FULL",
        "FXD_SLIT": ("S200A1", "NONE", "NULL"),
        "OPMODE": ("MSASPEC", "FIXEDSLIT", "IFU"),
        "MSAMETFL": ("jw01234001001_01_msa.fits", "N/A"),
        "LAMP": ("FLAT3", "FLAT2", "FLAT5", "LINE3"),
    },
    "nrs_lamp": {
        "INSTRUME": "NIRSPEC",
        "detectors": [["NRS1"], ["NRS1", "NRS2"]],
        "optics": _optics("OPAQUE/G395H", "OPAQUE/G140H", "OPAQUE/MIRROR", "OPAQUE/MIRROR", "CLEAR/MIRROR"),
        "SUBARRAY": "FULL",
        "FXD_SLIT": ("S200A1", "NONE", "NULL"),
        "OPMODE": ("MSASPEC", "FIXEDSLIT", "IFU", "IMAGE", "IMAGE", "NULL", "GRATING-ONLY"),
        "MSAMETFL": ("jw01234001001_01_msa.fits", "N/A"),
        "LAMP": ("FLAT3", "FLAT1", "LINE4", "LINE1", "FLAT4", "NOLAMP"),
    },
    "nrs_mimf": {
        "INSTRUME": "NIRSPEC",
        "detectors": [["NRS1", "NRS2"]],
        "optics": _optics("F110W/MIRROR"),
        "SUBARRAY": "FULL",
    },
    "fgs_image": {
        "INSTRUME": "FGS",
        "detectors": [["GUIDER1"], ["GUIDER2"]],
        "optics": [{"FILTER": "NULL"}, {"FILTER": "NULL"}, {"FILTER": "N/A"}, {"FILTER": "CLEAR"}],
        "SUBARRAY": ("FULL", "NULL"),
    },
}
TEMPLATES |= {"nrs_autowave": TEMPLATES["nrs_autoflat"], "fgs_focus": TEMPLATES["fgs_image"]}

#: Exposure types with no part of their own in stage 2 or 3, and the template whose optics they borrow.
OTHERS = {
    "nrc_image": ("NRC_FOCUS", "NRC_DARK", "NRC_FLAT", "NRC_LED", "NRC_GRISM"),
    "mir_image": ("MIR_CORONCAL", "MIR_DARKIMG", "MIR_DARKALL", "MIR_FLATIMAGE", "MIR_FLATIMAGE-EXT"),
    "mir_mrs": ("MIR_DARKMRS", "MIR_FLATMRS", "MIR_FLATMRS-EXT"),
    "nis_image": ("NIS_FOCUS", "NIS_DARK", "NIS_LAMP", "NIS_EXTCAL"),
    "nrs_mimf": ("NRS_FOCUS", "NRS_IMAGE", "NRS_DARK", "NRS_VERIFY"),
    "fgs_image": ("FGS_FOCUS", "FGS_DARK"),
}

ACQUISITIONS = {
    "NIRCAM": ("NRC_TACQ", "NRC_TACONFIRM"),
    "MIRI": ("MIR_TACQ", "MIR_TACONFIRM", "MIR_TACONFIRM"),
    "NIRISS": ("NIS_TACQ", "NIS_TACONFIRM"),
    "NIRSPEC": ("NRS_TACQ", "NRS_MSATA", "NRS_WATA", "NRS_TASLIT", "NRS_CONFIRM", "NRS_TACONFIRM", "NRS_VERIFY"),
    "FGS": ("FGS_ACQ1",),
}

#: The direct image of each grism, and the cells that tie it to the grism's exposures.
GRISMS = {"nis_wfss": ("nis_image", ("PUPIL",)), "nrc_wfss": ("nrc_image", ("FILTER",)), "mir_wfss": ("mir_image", ())}


class _Maker:
    """The pool under construction."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.rows: list[Row] = []
        self.program = self.rng.choice(("632", "1234", "87600", "99009"))
        self.observations = self.rng.choice((0, 0, 6, 119))
        self.candidates = self.rng.choice((1000, 1000, 1009, 1100))
        self.targets = 0
        self.off = self.rng.choice(("F", "F", "NULL", "N/A"))

    def chance(self, probability: float) -> bool:
        """Decide something."""
        return self.rng.random() < probability

    def target(self) -> str:
        """Name a new target."""
        self.targets += 1
        return str(self.targets)

    def observe(
        self, name: str, target: str, dithers: int, fixed: Row | None = None, optics: Any = None, **extra: Any
    ) -> list[Row]:
        """Add an observation, with one activity for each set of optical elements."""
        rng, template = self.rng, TEMPLATES[name]
        fixed = fixed if fixed is not None else self.settings(name)
        chosen = optics or rng.sample(template["optics"], k=1 if self.chance(0.75) or len(template["optics"]) == 1 else 2)
        detectors = extra.pop("detectors", None) or rng.choice(template["detectors"])
        self.observations += 1
        obs, visit = self.observations, 1
        start = rng.choice((1, 1, 3))
        found = []
        for number, elements in enumerate(chosen):
            activity = f"021{start + number:02d}"
            for dither in range(1, dithers + 1):
                for detector in detectors:
                    row = self.blank(obs, visit, activity, dither, detector)
                    row |= {"EXP_TYPE": name.upper(), "TARGETID": target, "EXPSPCIN": str(start + number)}
                    row |= {key: value for key, value in fixed.items() if key in COLUMNS} | elements
                    row |= self.pattern(row["PATTTYPE"], dither, dithers, fixed.get("subpixels", 1))
                    if "LONG" in detector and name == "nrc_image" and "NRCA3" in detectors:
                        row["FILTER"] = "F444W"
                    found.append(row | extra)
            if self.chance(0.1):
                visit = 2
        self.rows += found
        return found

    def settings(self, name: str) -> Row:
        """Choose the cells that an observation, and the ones that go with it, have in common."""
        template = TEMPLATES[name]
        choices = {key: value for key, value in template.items() if key not in ("detectors", "optics")}
        chosen = {key: self.rng.choice(value) if isinstance(value, tuple) else value for key, value in choices.items()}
        return chosen | {"subpixels": self.rng.choice((1, 1, 2))}

    def pattern(self, patttype: str, dither: int, dithers: int, subpixels: int) -> Row:
        """Give the numbers of a dither's position."""
        points = dithers if patttype != "5-POINT-NOD" else 5
        none = "NULL" if self.chance(0.02) else str(subpixels)
        return {
            "DITHPTIN": str(dither),
            "PATT_NUM": str(dither),
            "NUMDTHPT": str(points),
            "SUBPXPTS": none if points % subpixels == 0 else "1",
            "SUBPXPNS": self.rng.choice(("NULL", "1")),
        }

    def blank(self, obs: int, visit: int, activity: str, exposure: int, detector: str) -> Row:
        """Make an exposure of which only the place in the program is known."""
        place = f"{int(self.program):05d}{obs:03d}{visit:03d}"
        row: Row = dict.fromkeys(COLUMNS, "NULL")
        row |= dict.fromkeys(FLAGS, self.off)
        row |= {
            "FILENAME": f"jw{place}_{activity}_{exposure:05d}_{detector.lower()}_uncal.fits",
            "OBS_ID": f"V{place}P00000000{activity}",
            "PROGRAM": self.program,
            "OBS_NUM": str(obs),
            "VISIT": str(visit),
            "VISITYPE": "PRIME_TARGETED_FIXED",
            "ACT_ID": activity[-2:],
            "EXPOSURE": str(exposure),
            "NINTS": "4",
            "DETECTOR": detector,
            "CHANNEL": channel(detector),
            "PNTGTYPE": "SCIENCE",
            "MOSTILNO": "1",
            "ASN_CANDIDATE": [(f"o{obs:03d}", "OBSERVATION")],
        }
        return row

    def acquire(self, rows: list[Row]) -> list[Row]:
        """Add a target acquisition to an observation, before or after it."""
        first = self.rng.choice(rows)
        group = self.rng.choice(("02101", "02101", "01101", "04101"))
        row = self.blank(int(first["OBS_NUM"]), int(first["VISIT"]), group, 1, first["DETECTOR"])
        same = {key: first[key] for key in ("INSTRUME", "TARGETID", "ASN_CANDIDATE", "CHANNEL")}
        row |= same | {"ASN_CANDIDATE": list(first["ASN_CANDIDATE"])}
        row["EXP_TYPE"] = self.rng.choice(ACQUISITIONS[first["INSTRUME"]])
        row["PNTGTYPE"] = self.rng.choice(("TARGET_ACQUISITION", "TARGET_ACQUISITION", "SCIENCE"))
        row["FILENAME"] = row["FILENAME"].replace(f"_{group}_00001", f"_{group}_00009")
        if self.chance(0.3):
            row["OBS_ID"] = first["OBS_ID"]
        if self.chance(0.5):
            row |= {"FILTER": self.rng.choice(("F1000W", "F560W", "F110W")), "SUBARRAY": "FULL"}
        if row["EXP_TYPE"] == "NRS_CONFIRM" or self.chance(0.1):
            row |= {"GRATING": "MIRROR", "MSASTATE": "PRIMARYPARK_ALLOPEN"}
        self.rows.insert(self.rows.index(first) if self.chance(0.6) else len(self.rows), row)
        return [row]

    def link(self, kind: str, *groups: list[Row]) -> None:
        """Put observations into a candidate of their own."""
        pair = (f"c{self.candidates:04d}", kind.upper())
        self.candidates += 1
        for row in {id(row): row for rows in groups for row in rows}.values():
            row["ASN_CANDIDATE"].insert(0 if self.chance(0.2) else len(row["ASN_CANDIDATE"]), pair)


def channel(detector: str) -> str:
    """Name the channel of a detector."""
    if detector.startswith("NRC"):
        return "LONG" if detector.endswith("LONG") else "SHORT"
    return {"MIRIFUSHORT": "12", "MIRIFULONG": "34"}.get(detector, "NULL")


def _simple(make: _Maker) -> None:
    """Add one observation of anything, perhaps with its acquisition."""
    name = make.rng.choice([*TEMPLATES, "nis_soss", "nis_soss", "nrc_wfss"])
    time_series: Row = {"TSOVISIT": "T"} if make.chance(0.15) else {}
    rows = make.observe(name, make.target(), make.rng.randint(1, 4), **time_series)
    if make.chance(0.4):
        rows += make.acquire(rows)
    if make.chance(0.2):
        make.link(make.rng.choice(("group", "mosaic", "background", "pool")), rows)


def _background(make: _Maker) -> None:
    """Add a target and its background, whose candidate holds them both."""
    often = _words("mir_mrs nrs_ifu nrs_fixedslit mir_lrs-fixedslit mir_image nrs_msaspec")
    seldom = _words("mir_lrs-slitless mir_lyot nrc_coron nis_wfss nis_ami nrc_image")
    name = make.rng.choice([*often, *often, *seldom])
    fixed, detectors = make.settings(name), make.rng.choice(TEMPLATES[name]["detectors"])
    optics = [make.rng.choice(TEMPLATES[name]["optics"])]
    target, sky = make.target(), make.target()
    plan = [("F", target), ("T", sky)]
    if make.chance(0.3):
        plan.reverse()
    if make.chance(0.3):
        plan.append(("T", sky if make.chance(0.5) else make.target()))
    groups = []
    for flag, where in plan:
        dithers = make.rng.randint(1, 4)
        extra: Row = {"BKGDTARG": "T"} if flag == "T" else {}
        rows = make.observe(name, where, dithers, fixed, optics, detectors=detectors, **extra)
        if make.chance(0.2):
            rows += make.acquire(rows)
        groups.append(rows)
    make.link("background", *groups[:2])
    if len(groups) > 2:
        make.link(make.rng.choice(("background", "background", "group")), groups[0], groups[2])


def _reference(make: _Maker) -> None:
    """Add a target and its reference star."""
    name = make.rng.choice(("nrc_coron", "nrc_coron", "mir_lyot", "mir_4qpm", "nis_ami", "nis_ami"))
    fixed, detectors = make.settings(name), make.rng.choice(TEMPLATES[name]["detectors"])
    optics = [make.rng.choice(TEMPLATES[name]["optics"])]
    science = make.observe(name, make.target(), make.rng.randint(1, 2), fixed, optics, detectors=detectors)
    star = make.observe(name, make.target(), make.rng.randint(1, 3), fixed, optics, detectors=detectors, IS_PSF="T")
    for rows in (science, star):
        if make.chance(0.35):
            rows += make.acquire(rows)
    make.link(make.rng.choice(("coronographic", "psf", "coronagraphy", "group", "ami")), science, star)
    if make.chance(0.35):
        again = make.observe(name, science[0]["TARGETID"], 1, fixed, optics, detectors=detectors)
        make.link(make.rng.choice(("coronographic", "group", "psf")), science, star, again)
    if name.startswith("mir") and make.chance(0.5):
        sky = make.observe(name, make.target(), 1, fixed, optics, detectors=detectors, BKGDTARG="T")
        make.link("background", science, sky)


def _grism(make: _Maker) -> None:
    """Add grism exposures with their direct images, in one observation or in a candidate of direct images."""
    name = make.rng.choice(("nis_wfss", "nrc_wfss", "mir_wfss"))
    direct, tied = GRISMS[name]
    fixed, detectors = make.settings(name), make.rng.choice(TEMPLATES[name]["detectors"])
    target, parallel = make.target(), make.chance(0.4)
    optics = make.rng.sample(TEMPLATES[name]["optics"], k=1 if make.chance(0.6) else min(2, len(TEMPLATES[name]["optics"])))
    spectra = make.observe(name, target, make.rng.randint(1, 2), fixed, optics, detectors=detectors)
    images = []
    for elements in optics:
        own = dict(make.rng.choice(TEMPLATES[direct]["optics"])) | {key: elements[key] for key in tied}
        own |= {"FILTER": "CLEAR"} if name == "nis_wfss" else {"PUPIL": "CLEAR"} if name == "nrc_wfss" else {}
        settings = make.settings(direct) | {"SUBARRAY": fixed["SUBARRAY"]}
        images += make.observe(direct, target, make.rng.randint(1, 2), settings, [own], detectors=detectors)
    for row in images:
        row["EXPSPCIN"] = str(make.rng.randint(1, 4))
        if not parallel:
            _move(row, spectra[0])
    make.rows.sort(key=lambda row: row["FILENAME"])
    if make.chance(0.3):
        make.acquire(spectra)
    if make.chance(0.2):
        sky = make.observe(name, target, 1, fixed, optics[:1], detectors=detectors, BKGDTARG="T")
        make.link("background", spectra, images, sky)
    if parallel:
        for row in [*spectra, *images] if make.chance(0.15) else []:
            row["ASN_CANDIDATE"].clear()
        make.link("direct_image", spectra, images)
    if make.chance(0.2):
        make.link(make.rng.choice(("group", "mosaic", "direct_image")), spectra, images)


def _move(row: Row, other: Row) -> None:
    """Put an exposure into the observation of another one, as an activity of its own."""
    old, new = (f"{int(each['PROGRAM']):05d}{int(each['OBS_NUM']):03d}{int(each['VISIT']):03d}" for each in (row, other))
    activity = f"021{10 + int(row['OBS_NUM']) % 80:02d}"
    row["FILENAME"] = row["FILENAME"].replace(old, new, 1).replace(f"_021{row['ACT_ID']}_", f"_{activity}_", 1)
    row["OBS_ID"] = f"V{new}P00000000{activity}"
    row |= {"ACT_ID": activity[-2:], "OBS_NUM": other["OBS_NUM"], "VISIT": other["VISIT"]}
    row["ASN_CANDIDATE"] = list(other["ASN_CANDIDATE"][:1])


def _mosaic(make: _Maker) -> None:
    """Add several observations with the same settings, in a mosaic or a group."""
    images, spectra = _words("nrc_image mir_image nis_image"), _words("mir_mrs nrs_ifu nrs_msaspec nis_soss mir_lrs-fixedslit")
    name = make.rng.choice([*images, *images, *spectra])
    fixed, detectors = make.settings(name), make.rng.choice(TEMPLATES[name]["detectors"])
    optics = make.rng.sample(TEMPLATES[name]["optics"], k=min(make.rng.randint(1, 2), len(TEMPLATES[name]["optics"])))
    target = make.target()
    groups = []
    for tile in range(make.rng.randint(2, 3)):
        where = target if make.chance(0.6) else make.target()
        tiles = {"MOSTILNO": str(tile + 1)} if make.chance(0.5) else {}
        groups.append(make.observe(name, where, make.rng.randint(1, 2), fixed, optics, detectors=detectors, **tiles))
        if make.chance(0.2):
            groups[-1] += make.acquire(groups[-1])
    if make.chance(0.8):
        make.link(make.rng.choice(("mosaic", "mosaic", "group")), *groups)
    if make.chance(0.4):
        make.link(make.rng.choice(("mosaic", "group")), *groups[:2])


def _imprint(make: _Maker) -> None:
    """Add an IFU observation with leakage exposures, and perhaps a background with its own."""
    name = make.rng.choice(("nrs_ifu", "nrs_ifu", "nrs_ifu", "nrs_msaspec"))
    fixed, optics = make.settings(name), [make.rng.choice(TEMPLATES[name]["optics"])]
    detectors = make.rng.choice(TEMPLATES[name]["detectors"])
    target = make.target()
    dithers = make.rng.randint(1, 4)
    groups = [make.observe(name, target, dithers, fixed, optics, detectors=detectors)]
    _leaks(make, groups[0])
    if make.chance(0.5):
        sky = make.observe(name, make.target(), make.rng.randint(1, 2), fixed, optics, detectors=detectors, BKGDTARG="T")
        _leaks(make, sky)
        make.link("background", groups[0], sky)


def _leaks(make: _Maker, rows: list[Row]) -> None:
    """Add an imprint exposure for the first, or for each, dither of an observation."""
    every = make.chance(0.5)
    for row in list(rows):
        if every or row["DITHPTIN"] == "1":
            leak = row | {"IS_IMPRT": "T", "ASN_CANDIDATE": list(row["ASN_CANDIDATE"])}
            activity = f"023{row['ACT_ID']}"
            leak["FILENAME"] = row["FILENAME"].replace(f"_021{row['ACT_ID']}_", f"_{activity}_")
            leak["OBS_ID"] = row["OBS_ID"][:-5] + activity
            rows.append(leak)
            make.rows.append(leak)


def _wavefront(make: _Maker) -> None:
    """Add wavefront sensing, in pairs or not."""
    name = make.rng.choice(("nrc_image", "nrc_image", "nrc_image", "nis_image", "fgs_image", "mir_image"))
    kind = make.rng.choice(_words("PRIME_WFSC_ROUTINE PRIME_WFSC_SENSING_CONTROL PRIME_TARGETED_FIXED PRIME_WFSC_ROUTINE WFSC"))
    note = make.rng.choice(("NULL", "NULL", "NONE", "WFSC_LOS_JITTER"))
    fixed = make.settings(name) | {"PATTTYPE": make.rng.choice(("WFSC", "WFSC", "WFSC", "NULL"))}
    rows = make.observe(name, make.target(), make.rng.randint(1, 3), fixed, VISITYPE=kind, DMS_NOTE=note)
    if make.chance(0.3):
        rows += make.acquire(rows)
    if make.chance(0.3):
        make.link(make.rng.choice(("group", "mosaic", "wfsc")), rows)


def _series(make: _Maker) -> None:
    """Add a time series."""
    often = _words("nrc_tsimage nrc_tsgrism nrs_brightobj nis_soss mir_lrs-slitless mir_image")
    names = [*often, *_words("mir_mrs nrs_fixedslit nrc_wfss nrs_ifu")]
    rows = make.observe(make.rng.choice(names), make.target(), make.rng.randint(1, 3), TSOVISIT="T")
    if make.chance(0.4):
        rows += make.acquire(rows)
    if make.chance(0.2):
        make.link(make.rng.choice(("group", "background")), rows)


def _lamps(make: _Maker) -> None:
    """Add lamp exposures of NIRSpec, some with a spectrum in the same setting."""
    name = make.rng.choice(("nrs_autoflat", "nrs_autowave", "nrs_lamp", "nrs_lamp"))
    target = make.target()
    if make.chance(0.4):
        science = make.rng.choice(("nrs_msaspec", "nrs_fixedslit", "nrs_ifu"))
        fixed, optics = make.settings(science), [make.rng.choice(FSS)]
        rows = make.observe(science, target, make.rng.randint(1, 3), fixed, optics, detectors=["NRS1"])
        extra = {key: value for key, value in fixed.items() if key in ("SUBARRAY", "FXD_SLIT", "PATTTYPE")}
        lamps = make.observe(name, target, 1, None, optics, detectors=["NRS1"], **extra)
        for lamp in lamps:
            _move(lamp, rows[0])
    else:
        make.observe(name, target, make.rng.randint(1, 2))


def _singles(make: _Maker) -> None:
    """Add a few exposures of the types that hardly take part."""
    rows: list[Row] = []
    for _ in range(make.rng.randint(1, 3)):
        name = make.rng.choice(list(OTHERS))
        rows += make.observe(name, make.target(), 1, EXP_TYPE=make.rng.choice(OTHERS[name]))
    if make.chance(0.3):
        make.acquire(rows)


def _special(make: _Maker) -> None:
    """Add background or reference exposures alone."""
    images = _words("mir_image nrc_image nis_image nrc_coron mir_lyot nis_ami")
    names = [*images, *_words("mir_mrs nrs_ifu nrs_fixedslit mir_lrs-fixedslit nrs_msaspec nis_soss")]
    flag = make.rng.choice(("BKGDTARG", "BKGDTARG", "IS_PSF"))
    flags: Row = {flag: "T" if make.chance(0.9) else "Y"}
    rows = make.observe(make.rng.choice(names), make.target(), make.rng.randint(1, 3), **flags)
    if make.chance(0.2):
        make.link(make.rng.choice(("background", "group", "psf")), rows)


STORIES: tuple[tuple[Callable[[_Maker], None], int], ...] = (
    (_simple, 4),
    (_background, 5),
    (_reference, 3),
    (_grism, 4),
    (_mosaic, 4),
    (_imprint, 2),
    (_wavefront, 2),
    (_series, 2),
    (_lamps, 3),
    (_singles, 1),
    (_special, 2),
)


def _disturb(make: _Maker) -> None:
    """Put undefined values, foreign values, errors and copies into the pool."""
    rng, rows = make.rng, make.rows
    if make.chance(0.5):
        for _ in range(rng.randint(1, 4)):
            row, column = rng.choice(rows), rng.choice(NOISY)
            other = rng.choice(rows)[column]
            row[column] = rng.choice(UNDEFINED) if make.chance(0.6) else other
    if make.chance(0.15):
        column = rng.choice(NOISY)
        value = rng.choice(UNDEFINED)
        for row in rows:
            if row[column] in UNDEFINED:
                row[column] = value
    for row in rows:
        row["EXPOSERR"] = "POINTING" if make.chance(0.02) else row["EXPOSERR"]
    if make.chance(0.1):
        copy = dict(rng.choice(rows))
        copy["ASN_CANDIDATE"] = list(rng.choice(rows)["ASN_CANDIDATE"]) if make.chance(0.3) else list(copy["ASN_CANDIDATE"])
        rows.insert(rng.randint(0, len(rows)), copy)
    if make.chance(0.03):
        rng.choice(rows)["ASN_CANDIDATE"] = []
    if make.chance(0.05):
        pairs = rng.choice(rows)["ASN_CANDIDATE"]
        pairs[-1:] = [(name, rng.choice(("GROUP", "BACKGROUND", "MOSAIC"))) for name, _ in pairs[-1:]]


def _text(make: _Maker, rows: list[Row], columns: Iterable[str]) -> list[list[str]]:
    """Write the rows as text, with empty cells only where the peer reads them as undefined."""
    written = []
    for row in rows:
        cells = [str(row[column]) for column in columns]
        written.append([cell.lower() for cell in cells] if make.chance(0.1) else cells)
    for number in range(len(written[0])):
        if max(len(cells[number]) for cells in written) < len("null"):
            for cells in written:
                cells[number] = cells[number] or "NULL"
    return written


def random_pool(seed: int) -> dict[str, Any]:
    """Make the columns and the rows of the pool that belongs to a seed."""
    make = _Maker(seed)
    tales, weights = zip(*STORIES, strict=True)
    for story in make.rng.choices(tales, weights, k=make.rng.choice((1, 1, 2, 2, 3))):
        if len(make.rows) < LIMIT - 4:
            story(make)
    if make.chance(0.5):
        make.rows.sort(key=lambda row: row["FILENAME"])
    elif make.chance(0.4):
        make.rng.shuffle(make.rows)
    del make.rows[LIMIT - 1 :]
    _disturb(make)
    if make.chance(0.04):
        for row in make.rows[len(make.rows) // 2 :]:
            row["PROGRAM"] = "777"
    dropped = set(make.rng.sample(DROPPABLE, k=make.rng.choice((0, 0, 0, 1, 2))))
    columns = [column for column in COLUMNS if column not in dropped]
    return {"columns": columns, "rows": _text(make, make.rows, columns)}
