"""The tables of the field: what they hold, that they agree with each other, and that they agree with the peer."""

from importlib import resources
from itertools import product

import pytest

from asn_fp import vocabulary as v


def test_all_tables_are_public_and_cannot_change() -> None:
    """Every table is listed in __all__, and none of them can be changed."""
    tables = {name for name in vars(v) if name.isupper() and not name.startswith("_")}
    assert tables == set(v.__all__)
    assert [name for name in tables if hasattr(getattr(v, name), "__setitem__") or hasattr(getattr(v, name), "add")] == []


def test_exptypes_are_science_then_partners_then_the_rest() -> None:
    """A member's role is one of fourteen, in the order in which associations list them."""
    assert " ".join(v.EXPTYPES) == (
        "science background imprint psf selfcal target_acquisition sourcecat segmap direct_image "
        "autoflat autowave dark flat engineering"
    )
    assert v.EXPTYPES[1:9] == v.PARTNER_EXPTYPES


@pytest.mark.parametrize(
    ("asn_type", "pipeline", "reads"),
    [
        ("image2", "calwebb_image2", "science background"),
        ("tso-image2", "calwebb_image2", "science background"),
        ("wfs-image2", "calwebb_image2", "science background"),
        *(
            (name, "calwebb_spec2", "science background imprint selfcal target_acquisition sourcecat segmap direct_image")
            for name in ("spec2", "tso-spec2", "nrslamp-spec2")
        ),
        ("image3", "calwebb_image3", "science"),
        ("spec3", "calwebb_spec3", "science background"),
        ("coron3", "calwebb_coron3", "science psf"),
        ("ami3", "calwebb_ami3", "science psf"),
        ("tso3", "calwebb_tso3", "science"),
        ("wfs-image3", "calwebb_wfs-image3", "science"),
    ],
)
def test_an_association_type_names_its_pipeline_and_what_that_reads(asn_type: str, pipeline: str, reads: str) -> None:
    """Each type is of one stage, names one pipeline, and tells the roles that pipeline reads."""
    stages = [stage for stage in (v.STAGE2_TYPES, v.STAGE3_TYPES) if asn_type in stage]
    assert [stage[asn_type] for stage in stages] == [pipeline] == [v.ASN_TYPES[asn_type]]
    assert v.READ_EXPTYPES[asn_type] == tuple(reads.split())


def test_there_are_twelve_association_types() -> None:
    """The types of the documentation are all there, and no other."""
    assert len(v.ASN_TYPES) == len(v.STAGE2_TYPES) + len(v.STAGE3_TYPES) == len(v.READ_EXPTYPES) == 12


def test_roles_of_exp_types() -> None:
    """An EXP_TYPE with a fixed role has it; nrs_verify is an acquisition whose role is science."""
    assert v.EXP_TYPE_ROLES["nrs_autoflat"] == "autoflat"
    assert v.EXP_TYPE_ROLES["mir_flatimage-ext"] == "flat"
    assert set(v.EXP_TYPE_ROLES.values()) == {"target_acquisition", "dark", "flat", "engineering", "autoflat", "autowave"}
    acquisitions = {exp_type for exp_type, role in v.EXP_TYPE_ROLES.items() if role == "target_acquisition"}
    assert v.ACQ - acquisitions == {"nrs_verify"}
    assert acquisitions < v.ACQ


@pytest.mark.parametrize(
    ("table", "size", "member"),
    [
        ("ACQ", 13, "nrs_msata"),
        ("IMAGE", 10, "nrs_mimf"),
        ("IMAGE_OTHER", 18, "mir_coroncal"),
        ("SPEC", 12, "nrs_brightobj"),
        ("LRS", 2, "mir_lrs-slitless"),
        ("CORON", 3, "nrc_coron"),
        ("TSO", 3, "nrc_tsgrism"),
        ("LEVEL2B", 40, "mir_lrs-fixedslit"),
    ],
)
def test_sets_of_exp_types(table: str, size: int, member: str) -> None:
    """A set of EXP_TYPEs has the size of its source, and stage 2 calibrates all images and spectra but no lamps."""
    assert len(getattr(v, table)) == size
    assert member in getattr(v, table) & v.LEVEL2B
    assert not {"nrs_lamp", "nrs_autoflat", "nis_dark"} & getattr(v, table)


@pytest.mark.parametrize(
    ("path", "lit"),
    [
        (("a", "g395h", "f290lp", "nrs2"), True),
        (("a", "prism", "clear", "nrs2"), False),
        (("s200b1", "prism", "clear", "nrs2"), True),
        (("s200b1", "g140m", "f070lp", "nrs1"), True),
        (("a", "g140m", "f100lp", "nrs2"), False),
    ],
)
def test_fixed_slit_paths(path: tuple[str, ...], lit: bool) -> None:
    """Slit, grating and filter tell which detectors see light."""
    assert (path in v.FSS_PATHS) is lit


def test_integral_field_paths() -> None:
    """All nine settings light the first detector, three of them the second as well."""
    assert len(v.IFU_PATHS) == 12
    assert {path[:2] for path in v.IFU_PATHS if path[2] == "nrs2"} == {
        ("g140h", "f100lp"),
        ("g235h", "f170lp"),
        ("g395h", "f290lp"),
    }


def test_values_that_mean_not_given() -> None:
    """Flags that are off are missing, but the words none and 0 are values, and so is a different case."""
    assert {None, "", "null", "--", "f", "N/A"} < v.EMPTY
    assert not {"none", "0", "t", "NONE", "N/a"} & v.EMPTY
    assert len(v.EMPTY) == 15


def test_suffixes_are_products_and_steps() -> None:
    """The known suffixes are 33 of data products and the names of steps, and no suffix is in both lists."""
    assert (len(v.SUFFIXES), len(v.PRODUCT_SUFFIXES), len(v.STEP_SUFFIXES)) == (159, 33, 126)
    assert {"uncal", "x1dints", "wfscmb", "ami-oi"} < v.PRODUCT_SUFFIXES
    assert {"flat_field", "imprint", "spec2pipeline"} < v.STEP_SUFFIXES


@pytest.mark.parametrize(
    ("role", "stage2", "stage3"),
    [
        ("science", "rate rateints", "cal calints crf crfints x1d x1dints c1d"),
        ("background", "rate rateints", "x1d x1dints"),
        ("psf", "rate rateints", "cal calints crf crfints"),
        ("imprint", "rate rateints", "cal calints"),
        ("target_acquisition", "rate rateints", "cal calints"),
        ("autowave", "rate rateints", "rate rateints"),
        ("direct_image", "i2d", "i2d"),
        ("sourcecat", "cat", "cat"),
        ("segmap", "segm", "segm"),
    ],
)
def test_suffixes_of_members(role: str, stage2: str, stage3: str) -> None:
    """A role tells which files are members of either stage."""
    assert v.STAGE2_SUFFIXES[role] == tuple(stage2.split())
    assert v.STAGE3_SUFFIXES[role] == tuple(stage3.split())


def test_every_role_has_suffixes_that_exist() -> None:
    """Both stages know every role, and every suffix but the segmentation map's is one the pipelines know."""
    assert set(v.STAGE2_SUFFIXES) == set(v.STAGE3_SUFFIXES) == set(v.EXPTYPES)
    used = {suffix for table in (v.STAGE2_SUFFIXES, v.STAGE3_SUFFIXES) for suffixes in table.values() for suffix in suffixes}
    assert used - v.SUFFIXES == {"segm"}


@pytest.mark.parametrize(
    ("detector", "instrument"),
    [
        ("nrcblong", "nircam"),
        ("nrcb5", "nircam"),
        ("nrs2", "nirspec"),
        ("nis", "niriss"),
        ("mirifushort", "miri"),
        ("guider1", "fgs"),
    ],
)
def test_detectors_tell_the_instrument(detector: str, instrument: str) -> None:
    """A detector belongs to one of the five instruments."""
    assert v.INSTRUMENTS[detector] == instrument
    assert len(v.INSTRUMENTS) == 20


def test_subarrays_are_no_optical_elements_and_no_slits() -> None:
    """The words that product names also use for pupils and slits are not taken for subarrays."""
    assert {"mask210r", "sub640", "wfss64r", "full", "sub17stripe_soss"} < v.SUBARRAYS
    assert not {"maskbar", "maskrnd", "s200a1", "prism", "clear", "nrm"} & v.SUBARRAYS


def test_suffixes_are_the_peers() -> None:
    """The suffixes are those that jwst knows."""
    peer = pytest.importorskip("jwst.lib.suffix")
    assert sorted(v.SUFFIXES) == peer.KNOW_SUFFIXES


def test_exp_types_paths_and_empty_values_are_the_peers() -> None:
    """The tables of EXP_TYPEs, optical paths and undefined values are those of jwst."""
    peer = pytest.importorskip("jwst.associations.lib.dms_base")
    assert dict(v.EXP_TYPE_ROLES) == peer.EXPTYPE_MAP
    assert set(peer.ACQ_EXP_TYPES) == v.ACQ
    assert set(peer.IMAGE2_SCIENCE_EXP_TYPES) == v.IMAGE
    assert set(peer.IMAGE2_NONSCIENCE_EXP_TYPES) == v.IMAGE_OTHER
    assert set(peer.SPEC2_SCIENCE_EXP_TYPES) == v.SPEC
    assert set(peer.CORON_EXP_TYPES) == v.CORON
    assert set(peer.TSO_EXP_TYPES) == v.TSO
    assert set(peer.NRS_FSS_VALID_OPTICAL_PATHS) == v.FSS_PATHS
    assert set(peer.NRS_FSS_VALID_LAMP_OPTICAL_PATHS) == v.FSS_LAMP_PATHS
    assert set(peer.NRS_IFU_VALID_OPTICAL_PATHS) == v.IFU_PATHS
    assert set(peer._EMPTY) == v.EMPTY


def test_lamps_and_occulters_are_the_peers() -> None:
    """The settings that leave a detector dark or unocculted are those that jwst rejects."""
    peer = pytest.importorskip("jwst.associations.lib.dms_base")
    gratings, lamps = ("prism", "g140m", "g235m", "g395m", "g140h", "g235h", "g395h", "mirror"), ("flat4", "line1", "test")
    for grating, lamp, detector in product(gratings, lamps, ("nrs1", "nrs2")):
        ours = lamp not in v.IFU_LAMP_PATHS.get((grating, detector), {lamp})
        row = {"opmode": "ifu", "grating": grating, "lamp": lamp, "detector": detector}
        assert ours == peer.nrslamp_valid_detector(row), row
    for pupil, detector in product(("maskbar", "maskrnd", "clear"), ("nrca1", "nrca2", "nrca3", "nrca4", "nrcalong")):
        row = {"subarray": "full", "pupil": pupil, "detector": detector}
        assert ((pupil, detector) not in v.UNOCCULTED_PATHS) == peer.nrccoron_valid_detector(row), row


def test_lamps_and_occulters() -> None:
    """A medium grating lights the first detector only, flat4 does not reach the second, and a full-frame bar hides in nrca4."""
    assert v.IFU_LAMP_PATHS["g140h", "nrs2"] == {"flat4"}
    assert v.IFU_LAMP_PATHS["prism", "nrs1"] == set()
    assert ("g395m", "nrs2") not in v.IFU_LAMP_PATHS
    assert ("prism", "test", "nrs2") in v.FSS_LAMP_PATHS
    assert len(v.FSS_LAMP_PATHS) == 36
    assert ("maskbar", "nrca4") not in v.UNOCCULTED_PATHS
    assert ("maskbar", "nrca1") in v.UNOCCULTED_PATHS
    assert ("maskrnd", "nrca2") not in v.UNOCCULTED_PATHS


def test_subarrays_are_the_peers() -> None:
    """The subarrays are those of the keyword's schema, without the old names that are slits."""
    pytest.importorskip("stdatamodels")
    yaml = pytest.importorskip("yaml")
    schema = resources.files("stdatamodels.jwst.datamodels") / "schemas" / "subarray.schema.yaml"
    lists = yaml.safe_load(schema.read_text())["properties"]["meta"]["properties"]["subarray"]["properties"]["name"]["anyOf"]
    theirs = {word.lower() for part in lists for word in part["enum"]}
    assert theirs - v.SUBARRAYS == {"n/a", "s200a1", "s200a2", "s200b1", "s400a1"}
    assert theirs >= v.SUBARRAYS
