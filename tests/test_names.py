"""File names: any text parses and is given back, JWST names have parts, suffixes are the peer's."""

import os
import pickle
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asn_fp import names
from asn_fp.errors import KnobError
from asn_fp.names import (
    AssociationParts,
    ExposureParts,
    GuideStarParts,
    ProductParts,
    association_file_name,
    check_asn_id,
    is_asn_id,
    parse,
    product_stem,
    remove_suffix,
)
from asn_fp.vocabulary import SUFFIXES

ODD_TEXTS = ["", "/", "///", ".", "..", ".hidden", "a/", "_", "-", "_cal", "a\nb_cal.fits\n", "a\\b_cal.fits", "a b.fits", "\0"]
WORDS = st.sampled_from(
    ["jw", "a", "cal", "x1d", "oi", "1d", "residual", "field", "", "é", "1", "wfscmb", "01", "fits", "gz", "\n"]
)
JOINTS = st.sampled_from(["_", "-", ".", "/", ""])
NAME_LIKE = st.lists(st.tuples(WORDS, JOINTS), max_size=8).map(lambda pairs: "".join(word + joint for word, joint in pairs))
KNOWN = st.sampled_from(sorted(SUFFIXES))
REFERENCE = re.compile(rf"(?P<root>.+?)(?:(?P<separator>[_-])(?P<suffix>{'|'.join(map(re.escape, SUFFIXES))}))?", re.DOTALL)


def reference(stem: str) -> tuple[str, str, str]:
    """Cut a suffix the slow way: the shortest root in front of one known suffix."""
    match = REFERENCE.fullmatch(stem)
    return (match["root"], match["separator"] or "", match["suffix"] or "") if match else (stem, "", "")


def cut(text: str, suffixes: object = ()) -> tuple[str, str, str, str, str, str]:
    """Return the pieces of a parsed text as a tuple."""
    name = parse(text, suffixes)
    return name.folder, name.stem, name.separator, name.suffix, name.tail, name.ext


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("jw01_rate.fits", ("", "jw01", "_", "rate", "", ".fits")),
        ("/a/b.c/jw01_rate.fits.gz", ("/a/b.c/", "jw01", "_", "rate", "", ".fits.gz")),
        ("s3://bucket//jw01_cat.ecsv", ("s3://bucket//", "jw01", "_", "cat", "", ".ecsv")),
        ("jw01_gs-id_1_image-uncal.fits", ("", "jw01_gs-id_1_image", "-", "uncal", "", ".fits")),
        ("a_residual_fringe.fits", ("", "a", "_", "residual_fringe", "", ".fits")),
        ("_residual_fringe", ("", "_residual", "_", "fringe", "", "")),
        ("a_aminorm-oi.fits", ("", "a", "_", "aminorm-oi", "", ".fits")),
        ("a_wfscmb-01.fits", ("", "a", "_", "wfscmb", "-01", ".fits")),
        ("a_wfscmb-0z", ("", "a", "_", "wfscmb", "-0z", "")),
        ("a_{suffix}-05", ("", "a", "_", "{suffix}", "-05", "")),
        ("a_{suffix}", ("", "a", "_", "{suffix}", "", "")),
        ("a_cal-01.fits", ("", "a_cal-01", "", "", "", ".fits")),
        ("a_wfscmb-001.fits", ("", "a_wfscmb-001", "", "", "", ".fits")),
        ("a_wfscmb-0+.fits", ("", "a_wfscmb-0+", "", "", "", ".fits")),
        ("a_rate_cal.fits", ("", "a_rate", "_", "cal", "", ".fits")),
        ("a_RATE.FITS", ("", "a_RATE", "", "", "", ".FITS")),
        ("a_segm.fits", ("", "a_segm", "", "", "", ".fits")),
        ("a_asn.json", ("", "a_asn", "", "", "", ".json")),
        ("arate.fits", ("", "arate", "", "", "", ".fits")),
        ("rate", ("", "rate", "", "", "", "")),
        ("_cal.fits", ("", "_cal", "", "", "", ".fits")),
        ("dir/_cal", ("dir/", "_cal", "", "", "", "")),
        ("galaxy_v1.5", ("", "galaxy_v1.5", "", "", "", "")),
        ("my.galaxy_cal", ("", "my.galaxy", "_", "cal", "", "")),
        (".hidden", ("", ".hidden", "", "", "", "")),
        (".hidden_cal.fits", ("", ".hidden", "_", "cal", "", ".fits")),
        ("...fits", ("", "...fits", "", "", "", "")),
        ("a.gz", ("", "a", "", "", "", ".gz")),
        ("a.", ("", "a.", "", "", "", "")),
        ("..", ("", "..", "", "", "", "")),
        ("a/", ("a/", "", "", "", "", "")),
        ("a\\b_cal.fits", ("", "a\\b", "_", "cal", "", ".fits")),
        ("a_cal\n", ("", "a_cal\n", "", "", "", "")),
    ],
)
def test_parse_cuts_a_name_into_its_pieces(text: str, pieces: tuple[str, ...]) -> None:
    """A name is cut into folder, stem, separator, suffix, tail and extension."""
    assert cut(text) == pieces


@pytest.mark.parametrize(
    ("text", "suffixes", "stem", "suffix"),
    [
        ("a_refine.fits", ["refine"], "a", "refine"),
        ("a_refine.fits", "refine", "a", "refine"),
        ("a_cal.fits", ["refine"], "a", "cal"),
        ("a_my_long_one-x.fits", iter(["my_long_one-x"]), "a", "my_long_one-x"),
        ("a_my_cal.fits", {"my_cal"}, "a", "my_cal"),
        ("a_wfscmb-01.fits", ["01"], "a_wfscmb", "01"),
        ("a_end_.fits", ["end_"], "a", "end_"),
    ],
)
def test_own_suffixes_are_known_beside_the_pipelines(text: str, suffixes: object, stem: str, suffix: str) -> None:
    """The caller's suffixes, one text or many, are cut off like the pipelines' own, the longest first."""
    name = parse(text, suffixes)
    assert (name.stem, name.suffix) == (stem, suffix)


def test_own_suffixes_do_not_stay() -> None:
    """A suffix given to one call is unknown to the next."""
    parse("a_refine", ["refine"])
    assert parse("a_refine").suffix == ""


@pytest.mark.parametrize(
    ("suffix", "way_out"), [("_refine", "write 'refine'"), ("-x", "write 'x'"), ("", "leave it out"), ("_", "leave it out")]
)
def test_a_suffix_with_its_separator_is_refused(suffix: str, way_out: str) -> None:
    """A suffix of one's own that could never match is an error with a way out, not ignored."""
    with pytest.raises(KnobError, match=way_out):
        parse("a_refine.fits", [suffix])


def test_with_suffix_refuses_a_separator() -> None:
    """A suffix written with its underscore is refused, since the name would get two."""
    with pytest.raises(KnobError, match="write 'cal'"):
        parse("a_rate.fits").with_suffix("_cal")


@given(st.one_of(st.text(), NAME_LIKE), st.lists(st.text(), max_size=2))
@example("jw01_wfscmb-01.fits", [])
def test_format_gives_back_every_text(text: str, own: list[str]) -> None:
    """Parsing loses nothing, whatever the text and whatever suffixes are known."""
    suffixes = [word for word in own if word and word[0] not in "_-"]
    name = parse(text, suffixes)
    assert names.format(name) == name.text == text
    assert name.folder + name.base == text


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_format_gives_back_odd_texts(text: str) -> None:
    """Empty, dotted, slashed and broken texts are names like any other."""
    assert names.format(parse(text)) == text
    assert parse(text).parts is None


@given(st.one_of(st.text(), NAME_LIKE, st.tuples(NAME_LIKE, JOINTS, KNOWN).map("".join)).filter(lambda t: "/" not in t))
def test_suffixes_are_cut_like_the_reference(text: str) -> None:
    """The look-up cuts what the regular expression with all suffixes cuts, at the shortest root."""
    name = parse(text)
    if not name.tail and "{" not in text:
        assert (name.stem, name.separator, name.suffix) == reference(text.removesuffix(name.ext))


def test_every_known_suffix_is_cut() -> None:
    """Each suffix of the pipelines is recognised after either separator, also the ones with separators inside."""
    cuts = {(separator, suffix): parse(f"a{separator}{suffix}.fits") for separator in "_-" for suffix in SUFFIXES}
    assert {key: (name.stem, name.separator, name.suffix) for key, name in cuts.items()} == {key: ("a", *key) for key in cuts}


def test_suffixes_are_cut_like_the_peers() -> None:
    """Names without folder and extension lose the same suffix as in jwst, but for a tail and a placeholder."""
    peer = pytest.importorskip("jwst.lib.suffix")
    stems = [
        f"{root}{separator}{suffix}"
        for root in ("a", "jw01_rate", "-", "_x")
        for separator in ("_", "-", "")
        for suffix in SUFFIXES
    ]
    stems += [
        "a_RATE",
        "cal",
        "_cal",
        "_residual_fringe",
        "a_ami-oi",
        "a-residual_fringe",
        "a_cal-01",
        "a_wfscmb-",
        "a_segm",
        "a__cal",
    ]
    assert [remove_suffix(stem) for stem in stems] == [peer.remove_suffix(stem)[0] for stem in stems]
    assert [parse(stem).separator or "_" for stem in stems] == [peer.remove_suffix(stem)[1] for stem in stems]
    assert peer.remove_suffix("a_wfscmb-01")[0] != remove_suffix("a_wfscmb-01") == "a"


@pytest.mark.parametrize(
    ("text", "suffix", "ext", "changed"),
    [
        ("d/a_rate.fits", "cal", None, "d/a_cal.fits"),
        ("a.fits.gz", "cal", None, "a_cal.fits.gz"),
        ("a_image-uncal.fits", "cal", None, "a_image-cal.fits"),
        ("a_i2d.fits", "cat", ".ecsv", "a_cat.ecsv"),
        ("a_i2d.fits", "segm", None, "a_segm.fits"),
        ("a_rate.fits", "", None, "a.fits"),
        ("a_rate.fits", "", "", "a"),
        ("a_{suffix}-05", "wfscmb", ".fits", "a_wfscmb-05.fits"),
        ("a_wfscmb-05.fits", "", None, "a.fits"),
    ],
)
def test_with_suffix_changes_suffix_and_extension_only(text: str, suffix: str, ext: str | None, changed: str) -> None:
    """A new suffix takes the old one's place and separator; "" takes it off; the extension changes only when given."""
    assert parse(text).with_suffix(suffix, ext).text == changed


def test_remove_suffix_keeps_folder_and_extension_and_product_stem_drops_them() -> None:
    """Both take the suffix off, own ones included; only the stem is bare."""
    assert remove_suffix("d/a_x_mine.fits", ["mine"]) == "d/a_x.fits"
    assert product_stem("d/a_x_mine.fits", ["mine"]) == "a_x"


def words(text: str) -> list[str]:
    """Return the words of a text, with "" for a dot."""
    return ["" if word == "." else word for word in text.split()]


EXPOSURES = {
    "jw01234001002_02103_00004_nrca1_rate.fits": "01234 001 002 02 1 03 00004 . nrca1 .",
    "jw01234001001_0210z_00001-seg003_nrcalong_calints.fits": "01234 001 001 02 1 0z 00001 003 nrcalong .",
    "x/jw01234001001_02101_00001_nrca1_o001_crf.fits": "01234 001 001 02 1 01 00001 . nrca1 o001",
    "jw01234001001_02101_00001_mirifulong_c1001_crf.fits": "01234 001 001 02 1 01 00001 . mirifulong c1001",
    "jw01234001001_02101_00001_newdet7": "01234 001 001 02 1 01 00001 . newdet7 .",
}
GUIDE_STARS = {
    "jw01234001002_gs-id_3_image-uncal.fits": "01234 001 002 id 3 . image .",
    "jw01234001001_gs-id_1_stacked_cal.fits": "01234 001 001 id 1 . stacked .",
    "jw01234001001_gs-acq1_2022142180746_uncal.fits": "01234 001 001 acq1 . 2022142180746 . .",
    "jw01234001001_gs-acq2_2022142180746_cal.fits": "01234 001 001 acq2 . 2022142180746 . .",
    "jw01234001001_gs-track_2022142180746_cal.fits": "01234 001 001 track . 2022142180746 . .",
    "jw01234001001_gs-fg_2022150070312-seg002_uncal.fits": "01234 001 001 fg . 2022150070312 . 002",
}
PRODUCTS = {
    "jw93065-a3001_t001_niriss_f480m-nrm_aminorm.fits": "93065 a3001 001 . . . niriss f480m-nrm . .",
    "jw01234-o001_t001_miri_ch1-short_s3d.fits": "01234 o001 001 . . . miri ch1-short . .",
    "jw01234-o001_t001_miri": "01234 o001 001 . . . miri . . .",
    "jw99999-o001_t14_nircam_f182m-mask210r_i2d.fits": "99999 o001 14 . . . nircam f182m mask210r .",
    "jw01234-c1001_s000123456_nirspec_f170lp-g235m_x1d.fits": "01234 c1001 . s 000123456 . nirspec f170lp-g235m . .",
    "jw01234-o001_b00012_nirspec_f170lp-g235m": "01234 o001 . b 00012 . nirspec f170lp-g235m . .",
    "jw01234-o001_v000000500_nirspec_clear-prism": "01234 o001 . v 000000500 . nirspec clear-prism . .",
    "jw01234-r0001_t001-epoch2_nircam_clear-f200w_i2d.fits": "01234 r0001 001 . . 2 nircam clear-f200w . .",
    "jw01234-o001_{source_id}_nirspec_f170lp-g235m": "01234 o001 . . {source_id} . nirspec f170lp-g235m . .",
    "jw01234-o001_t001-{source_id}_nirspec_f170lp-g235m-{slit_name}-subs200a1": (
        "01234 o001 001 . {source_id} . nirspec f170lp-g235m-{slit_name} subs200a1 ."
    ),
    "jw01234-o001_t001-s000000001_nirspec_f170lp-g235m-s200a1-subs200a1_x1d.fits": (
        "01234 o001 001 s 000000001 . nirspec f170lp-g235m-s200a1 subs200a1 ."
    ),
    "jw01234-o001_t001_nircam_f212n-wlp8-nrca3_wfscmb-01.fits": "01234 o001 001 . . . nircam f212n-wlp8 . nrca3",
    "jw01234-o001_t001_nircam_f212n-wlp8-sub640-nrca3_{suffix}-01": "01234 o001 001 . . . nircam f212n-wlp8 sub640 nrca3",
    "jw01234-o001_t001_nircam_f210m-maskrnd-image3_i2d.fits": "01234 o001 001 . . . nircam f210m-maskrnd . image3",
    "jw01234-o001_t001_niriss_clear-gr700xd-sub17stripe_soss_x1dints.fits": (
        "01234 o001 001 . . . niriss clear-gr700xd sub17stripe_soss ."
    ),
    "jw01234-o001_t001_nircam_clear-f150w2+x-subnew1": "01234 o001 001 . . . nircam clear-f150w2+x subnew1 .",
}
ASSOCIATIONS = {
    "jw01234-o001_image2_00001_asn.json": "01234 o001 . image2 00001",
    "d/jw01234-c1001_20240102t030405_tso-spec2_00012_asn.json": "01234 c1001 20240102t030405 tso-spec2 00012",
    "jw01234-o001_my_tag_wfs-image3_001_asn.json": "01234 o001 my_tag wfs-image3 001",
    "jwnoprogram-a3001_none_00001_asn.json": "noprogram a3001 . none 00001",
}


def product(*fields: str) -> ProductParts:
    """Return the parts of a product whose elements and extra words are written with hyphens."""
    *head, elements, subarray, extra = fields
    return ProductParts(*head, tuple(filter(None, elements.split("-"))), subarray, tuple(filter(None, extra.split("-"))))


FORMS = [
    (text, make(*words(fields)))
    for make, table in (
        (ExposureParts, EXPOSURES),
        (GuideStarParts, GUIDE_STARS),
        (product, PRODUCTS),
        (AssociationParts, ASSOCIATIONS),
    )
    for text, fields in table.items()
]


@pytest.mark.parametrize(("text", "parts"), FORMS)
def test_a_jwst_name_has_parts_that_join_to_its_stem(text: str, parts: names.Parts) -> None:
    """A name of each form of the convention has the parts it is built of, and they join to the stem again."""
    name = parse(text)
    assert name.parts == parts
    assert str(name.parts) == name.stem


@pytest.mark.parametrize(
    "stem",
    [
        "jw99999001001_011001_00001_nirspec",
        "jw01234001001_02101_00001",
        "jw01234001001_02101_00001_1",
        "jw01234001001_02101_00001_NRCA1",
        "jw01234001001_02101_00001-seg1_nrca1",
        "jw01234001001_02101_00001_nrca1_o01",
        "jw01234001001_02101_00001_nrca1_segm",
        "jw\uff101234001001_02101_00001_nrca1",
        "jw01234001001_02101_00001_nrca1\n",
        "jw01234001001_gs-id_1_2022142180746",
        "jw01234001001_gs-acq1_1_image",
        "jw01234001001_gs-acq3_2022142180746",
        "jw54321-o066_s000123456_nirspec_f170lp_g235m",
        "jw01234-o001__nircam_f200w",
        "jw01234-o001_t001s000000001_nirspec_f170lp",
        "jw01234-o001_t001-_nirspec_f170lp",
        "jw01234-o001_t001-000000001_nirspec_f170lp",
        "jw01234-o001_s1_nirspec_f170lp",
        "jw01234-o001_t001_hst_f200w",
        "jw01234-o001_t001_nircam_",
        "jw01234-o001_t001_nircam_f200w--sub64",
        "jw01234-o001_t001_nircam_{filter}",
        "jw01234-o001_t001_nircam_f200w-sub64_extra",
        "jw01234-o001_s{source_id}_nirspec_f170lp",
        "jw01234-o1_t001_nircam_f200w",
        "jw01234_image2_00001_asn",
        "jw01234-o001_image2_1_asn",
        "my_galaxy",
    ],
)
def test_a_name_beside_the_convention_has_no_parts(stem: str) -> None:
    """A name that only resembles the convention has no parts, and still loses its suffix."""
    name = parse(f"{stem}_rate.fits")
    assert name.parts is None
    assert (name.stem, name.suffix) == (stem, "rate")


PATTERN_STEMS = st.one_of(
    st.from_regex(
        r"jw[0-9]{11}_[0-9]{3}[0-9a-z]{2}_[0-9]{5}(-seg[0-9]{3})?_[a-z]{1,4}[0-9]?(_(o[0-9]{3}|[acr][0-9]{4}))?", fullmatch=True
    ),
    st.from_regex(r"jw[0-9]{11}_gs-(id_[1-8]_(image|stacked)|(acq[12]|track|fg)_[0-9]{13})", fullmatch=True),
    st.from_regex(
        r"jw[0-9]{5}-(o[0-9]{3}|[acr][0-9]{4})_(t[0-9]{1,4}|[sbv][0-9]{5,9}|t001-\{source_id\})(-epoch[0-9])?"
        r"_(nircam|miri|fgs)(_(clear|f200w|\{slit_name\})(-f[0-9]{3}w){0,2}(-sub64|-sub128_ip)?(-nrca1|-image3)?)?",
        fullmatch=True,
    ),
    st.from_regex(r"jw[0-9]{5}-o[0-9]{3}(_[0-9]{8}t[0-9]{6})?_(image2|tso-spec2)_[0-9]{5}_asn", fullmatch=True),
)


@given(PATTERN_STEMS)
def test_every_name_of_the_convention_has_parts_that_join_again(stem: str) -> None:
    """Whatever the digits and options, a name of the convention parses, and its parts join to the stem."""
    assert str(parse(f"{stem}_cal.fits" if not stem.endswith("_asn") else f"{stem}.json").parts) == stem


@given(st.one_of(NAME_LIKE.map("jw01234-o001_t001_nircam_".__add__), PATTERN_STEMS.flatmap(lambda s: st.text().map(s.__add__))))
def test_parts_join_to_the_stem_or_are_none(text: str) -> None:
    """No near miss of the convention gets parts that would join to another name."""
    name = parse(text)
    assert name.parts is None or str(name.parts) == name.stem


@pytest.mark.parametrize(("detector", "instrument"), [("nrca1", "nircam"), ("mirimage", "miri"), ("newdet7", "")])
def test_an_exposure_tells_its_instrument(detector: str, instrument: str) -> None:
    """The detector in an exposure's name tells the instrument, where it is known."""
    parts = parse(f"jw01234001001_02101_00001_{detector}_rate.fits").parts
    assert isinstance(parts, ExposureParts)
    assert parts.instrument == instrument


def test_a_file_name_is_a_value() -> None:
    """Equal texts are equal, hashable and frozen names, and parts that were read change nothing of that."""
    read, fresh = parse("jw01234001001_02101_00001_nrca1_rate.fits"), parse("jw01234001001_02101_00001_nrca1_rate.fits")
    assert read.parts is read.parts is not None
    assert (read, hash(read)) == (fresh, hash(fresh))
    assert pickle.loads(pickle.dumps(read)) == fresh
    with pytest.raises(AttributeError):
        read.stem = "other"
    assert not hasattr(read, "__dict__")


def test_names_never_look_at_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing is text work: the same in every folder and on every system."""
    monkeypatch.setattr(os, "sep", "\\")
    assert cut("a\\b/c_cal.fits") == ("a\\b/", "c", "_", "cal", "", ".fits")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        *((text, True) for text in ("o001", "o999", "c1000", "c0001", "a3001", "r0001")),
        *(
            (text, False)
            for text in ("", "o1", "o0001", "c001", "c10001", "b0001", "O001", "o001\n", " o001", "o\uff10\uff101", "001")
        ),
    ],
)
def test_asn_ids_are_a_letter_and_a_fixed_number_of_digits(text: str, is_one: bool) -> None:
    """An association id is o and three digits, or a, c or r and four, and is returned as it is."""
    assert is_asn_id(text) is is_one
    if is_one:
        assert check_asn_id(text) == text
    else:
        with pytest.raises(KnobError, match=re.escape(repr(text))):
            check_asn_id(text)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("o1", "did you mean 'o001'?"),
        ("1", "did you mean 'o001'?"),
        ("0012", "did you mean 'o012'?"),
        (" O001", "did you mean 'o001'?"),
        ("c1", "did you mean 'c1001'?"),
        ("c00001002", "did you mean 'c1002'?"),
        ("a1", "did you mean 'a3001'?"),
        ("r1", "did you mean 'r0001'?"),
        ("o1000", "an observation is 'o001'"),
        ("x9", "an observation is 'o001'"),
        ("", "an observation is 'o001'"),
    ],
)
def test_a_wrong_asn_id_is_answered_with_the_nearest(text: str, nearest: str) -> None:
    """The error names the id that was probably meant, or shows what an id looks like."""
    with pytest.raises(KnobError, match=re.escape(nearest)):
        check_asn_id(text)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("1234", "o001", "image2"), "jw01234-o001_image2_00001_asn.json"),
        (("01234", "c1001", "spec3", 12), "jw01234-c1001_spec3_00012_asn.json"),
        (("noprogram", "a3001", "None"), "jwnoprogram-a3001_none_00001_asn.json"),
        (("1", "O001", "image2", 123456, "V1T2"), "jw00001-o001_v1t2_image2_123456_asn.json"),
        (("1", "o001", "image2", 1, ""), "jw00001-o001_image2_00001_asn.json"),
    ],
)
def test_association_file_names_follow_the_convention(arguments: tuple[str, ...], name: str) -> None:
    """An association's file is named by program, id, version, type and number, all lower case."""
    assert association_file_name(*arguments) == name


@given(
    st.from_regex(r"[0-9]{1,5}", fullmatch=True),
    st.from_regex(r"(o[0-9]{3}|[acr][0-9]{4})", fullmatch=True),
    st.sampled_from(["image2", "tso-spec2"]),
    st.integers(1, 99999),
    st.one_of(st.none(), st.from_regex(r"[0-9]{8}t[0-9]{6}", fullmatch=True)),
)
def test_association_file_names_parse_again(
    program: str, asn_id: str, asn_type: str, sequence: int, version: str | None
) -> None:
    """What a file name was made of can be read from it."""
    text = association_file_name(program, asn_id, asn_type, sequence, version)
    expected = AssociationParts(program.zfill(5), asn_id, version or "", asn_type, f"{sequence:05d}")
    assert (parse(text).parts, parse(text).text) == (expected, text)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("", "o001", "image2"), "empty"),
        (("1", "o001/..", "image2"), "slash"),
        (("1", "o001", ""), "empty"),
        (("1", "o001", "image2", 1, "a/b"), "slash"),
        (("1", "o001", "image2", 0), "below 1"),
    ],
)
def test_association_file_names_refuse_pieces_that_are_no_words(arguments: tuple[str, ...], reason: str) -> None:
    """An empty piece, a slash and a number below 1 would make another file than meant, so they are refused."""
    with pytest.raises(KnobError, match=reason):
        association_file_name(*arguments)
