"""What a user names, pools or FITS files, as exposures."""

import pytest
from astropy.io import fits

from asn_fp import transforms
from asn_fp.errors import AsnWarning, FileError, ItemError, KnobError, UsageError
from asn_fp.files import write_all
from asn_fp.intake import UNREADABLE, as_one_candidate, exposures_of, is_pool, needs_headers, pool_name, with_headers
from asn_fp.records import Candidate, Exposure
from asn_fp.rules import RULES
from asn_fp.sources.derive import derive
from asn_fp.sources.pools import pool_rows
from asn_fp.sources.samples import exposures_of as exposures_of_samples
from asn_fp.sources.samples import fits_bytes, nirspec_ifu

SAMPLES = nirspec_ifu()[:3]
NAMES = [name for name, _ in SAMPLES]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give a folder with three FITS files, two of one and the pool of another observation, which is the current one."""
    write_all([(tmp_path / sample[0], fits_bytes(sample)) for sample in SAMPLES])
    (tmp_path / "pool.csv").write_text("filename|observtn|exp_type\nA_uncal.fits|7|NRS_IFU\nb_uncal.fits|8|NRS_IFU\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("names", "pool", "name"),
    [
        (["pool.csv"], True, "pool.csv"),
        (["data/jw01234_pool"], True, "jw01234_pool"),
        (["a.fits"], False, "none"),
        (["a.FITS.gz"], False, "none"),
        (["a.csv", "b.csv"], False, "none"),
        ([], False, "none"),
    ],
)
def test_one_name_that_is_no_fits_file_is_a_pool(names, pool, name):
    """A single name that does not end as FITS files do is a pool, which associations name without its folder."""
    assert (is_pool(names), pool_name(names)) == (pool, name)


@pytest.mark.parametrize(
    ("rule", "headers"), [("level2", False), ("Association", False), ("Asn_Lv2Image", True), ("Asn_Lv3TSO", True)]
)
def test_which_rules_look_into_headers(rule, headers):
    """The rules for lists look into no headers, the generator's do."""
    made = RULES[rule](product_name="p") if rule == "level3" else RULES[rule]()
    assert needs_headers(made) is headers


@pytest.mark.parametrize(("names", "program", "observation"), [(["pool.csv"], None, "7"), (NAMES, "1234", "1")])
def test_pools_and_files_give_the_same_kind(folder, names, program, observation):
    """Rows of a pool and headers become exposures with the same normal values, what is missing derived."""
    first = exposures_of(names)[0]
    assert (first.meta.get("program"), first.meta["obs_num"], first.meta["exp_type"]) == (program, observation, "nrs_ifu")
    assert "obs_num" in first.derived


def test_the_users_word(folder):
    """Set values and added candidates win over header and pool."""
    read = exposures_of(NAMES, settings=["filter=CLEAR:*_00001_*"], candidates=["c1000:background=*_00002_*"])
    changed = [each.meta["filter"] == "clear" for each in read]
    joined = ["c1000" in each.meta["asn_candidate"] for each in read]
    assert changed == ["_00001_" in name for name in NAMES]
    assert joined == ["_00002_" in name for name in NAMES]


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        ({"settings": ["filter"]}, UsageError, "not of the form column=value"),
        ({"settings": ["filter=x:*nothing*"]}, ItemError, "no file matches"),
        ({"candidates": ["c1000"]}, UsageError, "not of the form id:type"),
        ({"candidates": ["x1:background"]}, KnobError, "association id"),
    ],
)
def test_what_is_refused(folder, given, error, told):
    """A word that is not of its form, a pattern without a file and an id that is none are errors."""
    with pytest.raises(error, match=told):
        exposures_of(["pool.csv"], **given)


def test_a_file_that_is_no_fits_file(folder):
    """Files that cannot be read are an error that lists them all, or left out with a warning."""
    (folder / "bad.fits").write_text("no header")
    with pytest.raises(FileError) as caught:
        exposures_of([*NAMES, "bad.fits", "gone.fits"])
    assert len(str(caught.value).splitlines()) == 2
    with pytest.warns(UserWarning, match="bad.fits"):
        assert len(exposures_of([*NAMES, "bad.fits"], leave_out=True)) == 3


def test_plain_files_with_their_headers(folder):
    """Names become exposures with headers, those with a role keep it as told, partners are read too."""
    read = with_headers([NAMES[0], (NAMES[1], "background")], [NAMES[2]])
    assert [(each.name.text, each.exptype, "exptype" in each.told) for each in read] == [
        (NAMES[0], "science", False),
        (NAMES[1], "background", True),
        (NAMES[2], "science", False),
    ]
    assert all(each.meta["exp_type"] == "nrs_ifu" for each in read)
    assert {each.candidate for each in read} == {Candidate("o001", "files")}


def test_exposures_that_know_their_headers_are_left_alone(folder):
    """Exposures of a pool pass through as they are, and no file is opened."""
    known = exposures_of(["pool.csv"])
    assert with_headers(known, ()) is known


@pytest.mark.parametrize(
    ("observations", "given", "candidate"),
    [
        (("1", "1"), {}, Candidate("o001", "files")),
        (("1", "2"), {}, Candidate("a3001", "files")),
        ((None, None), {}, Candidate("a3001", "files")),
        (("1", "2"), {"asn_id": "c1002"}, Candidate("c1002", "files")),
        (("1", "2"), {"candidate": "c1002:MOSAIC"}, Candidate("c1002", "mosaic")),
    ],
)
def test_plain_files_are_one_candidate(observations, given, candidate):
    """All files are one candidate: the user's, or that of the observation they share, or a3001."""
    names = transforms.read(["a_rate.fits", "b_rate.fits"])
    exposures = tuple(
        Exposure(each.index, each.name, meta={"observtn": number} if number else {})
        for each, number in zip(names, observations, strict=True)
    )
    assert {each.candidate for each in as_one_candidate(exposures, **given)} == {candidate}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"candidate": "c1000"}, "ID:TYPE"),
        ({"candidate": "x:mosaic"}, "association id"),
        ({"asn_id": "o1"}, "did you mean 'o001'"),
    ],
)
def test_a_candidate_that_is_none(given, told):
    """A candidate without a type and an id that is none are errors."""
    with pytest.raises(KnobError, match=told):
        as_one_candidate(transforms.read(["a_rate.fits"]), **given)


def test_headers_without_exp_type_are_told_together(tmp_path):
    """Files whose headers say nothing of an exposure are one error, or are left out with a warning."""
    paths = [f"{tmp_path}/{name}_rate.fits" for name in ("one", "two")]
    for path in paths:
        fits.PrimaryHDU().writeto(path)
    name, header = nirspec_ifu()[0]
    good = str(write_all([(f"{tmp_path}/{name}", fits_bytes((name, header)))])[0])
    with pytest.raises(FileError) as caught:
        with_headers([*paths, good], ())
    assert [line.partition(";")[0] for line in str(caught.value).splitlines()] == [
        f"header (no EXP_TYPE): {path!r}" for path in paths
    ]
    with pytest.warns(AsnWarning, match="no EXP_TYPE"):
        found = with_headers([*paths, good], (), leave_out=True)
    assert [each.name.text for each in found if UNREADABLE not in each.meta] == [good]
    assert [each.name.text for each in found] == [*paths, good]


def test_a_file_that_cannot_be_read_keeps_the_reason(tmp_path):
    """A file that is left out for its header has the reason in place of the header, whatever the file is called."""
    wrong = {"it's (odd): 'x'_rate.fits": b"no header", "empty_rate.fits": b"", "gone_rate.fits": None}
    for name, content in wrong.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
    fits.PrimaryHDU().writeto(tmp_path / "bare_rate.fits")
    with pytest.warns(AsnWarning):
        found = with_headers([f"{tmp_path}/{name}" for name in (*wrong, "bare_rate.fits")], (), leave_out=True)
    assert [each.meta[UNREADABLE] for each in found] == ["not a FITS file", "empty", "not found", "no EXP_TYPE"]


def test_a_pool_stands_for_its_exposures(tmp_path):
    """A rule that looks into headers takes a pool just as well."""
    read = derive(exposures_of_samples(nirspec_ifu()))
    path = str(write_all([(f"{tmp_path}/pool.csv", pool_rows(read))])[0])
    found = with_headers([path], ())
    assert [each.name.text for each in found] == [each.name.text for each in read]
    assert {each.candidate.type for each in found} == {"files"}


def test_a_table_without_header_does_not_change_the_id():
    """A catalogue among the files of one observation leaves their candidate id what it is."""
    files = transforms.read(["jw01234004001_02101_00001_nis_rate.fits", "mine_cat.ecsv"])
    assert {each.candidate.id for each in as_one_candidate(files)} == {"o004"}


def test_files_beside_known_exposures_are_read(tmp_path):
    """Exposures with keywords stay as they are, and the headers of names and partners beside them are read."""
    (name, header), (other, more), *_ = nirspec_ifu()
    for each, words in ((name, header), (other, more)):
        write_all([(f"{tmp_path}/{each}", fits_bytes((each, words)))])
    known = Exposure(0, transforms.read([f"{tmp_path}/{name}"])[0].name, meta={"exp_type": "nrs_ifu", "grating": "mine"})
    one, two = with_headers([known, f"{tmp_path}/{other}"], ())
    assert (one.meta["grating"], two.meta["grating"]) == ("mine", "g235h")
    one, two = with_headers([known], [f"{tmp_path}/{other}"])
    assert (one.meta["grating"], two.meta["grating"]) == ("mine", "g235h")


def test_a_map_of_ones_own_needs_no_exposure_type(tmp_path):
    """A file that the user chooses as map, catalogue or image may lack EXP_TYPE; others may not."""
    path = f"{tmp_path}/my_segm.fits"
    fits.PrimaryHDU().writeto(path)
    (found,) = with_headers([path], (), headless=["my_*"])
    assert dict(found.meta) == {}
    with pytest.raises(FileError, match="no EXP_TYPE"):
        with_headers([path], ())
