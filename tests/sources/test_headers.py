"""FITS headers: read once, up to their end, whatever file it is; what cannot be read is told, all of it together."""

import bz2
import gzip
import io
import os
import re
import sys
from types import MappingProxyType

import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_fp.errors import AsnWarning, FileError, ItemError, KnobError
from asn_fp.names import parse
from asn_fp.sources import headers
from asn_fp.sources.derive import derive
from asn_fp.sources.headers import read_headers, scan_headers
from asn_fp.sources.pools import format_pool, parse_pool, pool_rows
from asn_fp.sources.samples import fits_bytes, nircam_coronagraphy, nirspec_ifu
from asn_fp.sources.values import normal, text_of

SAMPLE = nirspec_ifu()[0]


def many_cards(number=250):
    """Return the bytes of a file with the header of a real size and an image after it."""
    header = fits.Header(list(SAMPLE[1].items()))
    for at in range(number - len(header) - 1):
        header.append((f"KEY{at}", [f"crds://file_{at}.fits", at * 1.5, at, at % 2 == 0][at % 4], f"comment {at}"), end=True)
        if at % 20 == 0:
            header.append(("COMMENT", "END of a section"), end=True)
    header.append(("LASTKEY", "there"), end=True)
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(header=header), fits.ImageHDU([[1.0, 2.0]], name="SCI")]).writeto(out)
    return out.getvalue()


def with_cards(*cards):
    """Return the bytes of a file whose primary header has these cards."""
    out = io.BytesIO()
    fits.PrimaryHDU(header=fits.Header(list(cards))).writeto(out)
    return out.getvalue()


def raw(*cards):
    """Return the bytes of a header with cards that astropy would not write."""
    text = "".join(card.ljust(80) for card in ("SIMPLE  =                    T", *cards, "END"))
    return text.encode("latin-1").ljust(-(-len(text) // 2880) * 2880)


def one(tmp_path, data, name="a_rate.fits"):
    """Write a file and read it."""
    path = tmp_path / name
    path.write_bytes(data)
    (exposure,) = read_headers([path], processes=1)
    return exposure


@pytest.fixture
def folder(tmp_path):
    """Return the paths of the sample files on disk."""
    paths = []
    for sample in (*nirspec_ifu(), *nircam_coronagraphy()):
        path = tmp_path / sample[0]
        path.write_bytes(fits_bytes(sample))
        paths.append(path)
    return paths


def test_a_header_becomes_an_exposure(tmp_path):
    """Keywords are lower case, values normal, undefined ones absent, and the name is the path as given."""
    exposure = one(tmp_path, fits_bytes(SAMPLE), "A_Rate.fits")
    assert exposure.name.text == str(tmp_path / "A_Rate.fits")
    assert dict(exposure.meta) == {
        "telescop": "jwst", "program": "1234", "observtn": "1", "visit": "1", "visitgrp": "2", "seq_id": "1", "act_id": "1",
        "exposure": "1", "detector": "nrs1", "date-obs": "2025-06-01", "instrume": "nirspec", "exp_type": "nrs_ifu",
        "filter": "f170lp", "grating": "g235h", "subarray": "full", "gwa_xtil": "0.35896975", "gwa_ytil": "0.13438272",
        "numdthpt": "4", "subpxpts": "1", "targname": "ngc 7469", "targprop": "ngc-7469", "patttype": "4-point-nod",
        "patt_num": "1", "expstart": "60827.11",
    }  # fmt: skip
    assert type(exposure.meta) is MappingProxyType
    assert (exposure.exptype, exposure.told, exposure.derived) == ("science", frozenset(), frozenset())


def test_a_header_of_real_size_is_read_to_its_end(tmp_path):
    """All of 250 cards are read, the last one too, and a comment that begins with END does not end it."""
    data = many_cards()
    meta = one(tmp_path, data).meta
    expected = fits.getheader(io.BytesIO(data))
    assert len(expected) >= 250
    assert meta["lastkey"] == "there"
    for keyword, value in expected.items():
        if keyword.startswith(("KEY", "GWA")):
            assert meta.get(keyword.lower()) == normal(keyword.lower(), text_of(value))


def test_a_header_of_many_blocks_is_read_to_its_end(tmp_path):
    """A header longer than one gulp is read on, however its END falls."""
    for number in (340, 360, 361, 720, 1000):
        assert one(tmp_path, many_cards(number)).meta["lastkey"] == "there"


def test_gzipped_files_are_read_by_what_they_hold(tmp_path):
    """A gzipped file gives the same values, whatever its name says; so does a plain one that is named .gz."""
    plain = one(tmp_path, many_cards()).meta
    assert one(tmp_path, gzip.compress(many_cards()), "a_rate.fits.gz").meta == plain
    assert one(tmp_path, gzip.compress(many_cards()), "b_rate.fits").meta == plain
    assert one(tmp_path, many_cards(), "c_rate.fits.gz").meta == plain
    assert one(tmp_path, gzip.compress(many_cards()), "a_rate.fits.gz").name.base == "a_rate.fits.gz"


@pytest.mark.parametrize(
    ("card", "column", "value"),
    [
        (("IS_PSF", True), "is_psf", "t"),
        (("IS_PSF", False), "is_psf", None),
        (("PATTTYPE", "NONE"), "patttype", "none"),
        (("TARGNAME", ""), "targname", None),
        (("TARGNAME", "UNKNOWN"), "targname", "unknown"),
        (("CHANNEL", "N/A"), "channel", None),
        (("EXPOSURE", "4"), "exposure", "4"),
        (("EXPOSURE", "00001"), "exposure", "1"),
        (("EXPOSURE", 7), "exposure", "7"),
        (("NUMDTHPT", 4.0), "numdthpt", "4"),
        (("TARGPROP", "O'Neil / 'X'"), "targprop", "o'neil / 'x'"),
        (("TARGPROP", "x" * 150), "targprop", "x" * 150),
        (("HIERARCH LONG KEYWORD", 3), "long keyword", "3"),
        (("EMPTYKEY", None), "emptykey", None),
        (("COMMENT", "FILTER  = 'F200W'"), "comment", None),
        (("NAXIS", 0), "naxis", None),
        (("FILENAME", "other.fits"), "filename", None),
    ],
)
def test_values_of_cards(tmp_path, card, column, value):
    """Logicals, numbers, quotes, long strings, undefined values and comments are what FITS says, in normal form."""
    assert one(tmp_path, with_cards(card)).meta.get(column) == value


def test_the_first_of_a_repeated_keyword_counts(tmp_path):
    """A keyword given twice has its first value, also if that is undefined, as astropy has it."""
    data = raw(
        "FILTER  = 'F200W   '", "FILTER  = 'F444W   '", "IS_PSF  =                    F", "IS_PSF  =                    T"
    )
    assert dict(one(tmp_path, data).meta) == {"filter": "f200w"}


def test_letters_that_fits_does_not_allow_are_no_obstacle(tmp_path):
    """A comment with a degree sign does not keep the value from being read; in a value it is a question mark."""
    assert dict(one(tmp_path, raw("FILTER  = 'F200W   '           / 3 \xb0")).meta) == {"filter": "f200w"}
    assert dict(one(tmp_path, raw("TARGPROP= '3 \xb0'")).meta) == {"targprop": "3 ?"}


def test_only_a_card_ends_a_header(tmp_path):
    """The word END at the end of a card, with blank cards behind it, is not the end of the header."""
    assert dict(one(tmp_path, raw("COMMENT".ljust(77) + "END", "", "FILTER  = 'F200W   '")).meta) == {"filter": "f200w"}


KEYWORDS = st.from_regex(r"\A[A-Z][A-Z0-9_-]{0,7}\Z").filter(lambda key: key not in ("SIMPLE", "END", "CONTINUE", "XTENSION"))
VALUES = st.one_of(
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=100),
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KEYWORDS, VALUES, max_size=40))
def test_values_are_those_that_astropy_reads(tmp_path_factory, cards):
    """Whatever the cards, the values are those of astropy's own reader in normal form, and none is missing."""
    header = fits.Header([(key, value) for key, value in cards.items() if not key.startswith(("NAXIS", "BITPIX", "EXTEND"))])
    out = io.BytesIO()
    fits.PrimaryHDU(header=header).writeto(out, output_verify="silentfix")
    meta = one(tmp_path_factory.mktemp("law"), out.getvalue()).meta
    expected = {
        key.lower(): normal(key.lower(), text_of(value))
        for key, value in fits.getheader(io.BytesIO(out.getvalue())).items()
        if key.lower()
        not in ("simple", "bitpix", "naxis", "extend", "comment", "history", "", "filename", "checksum", "datasum")
    }
    assert dict(meta) == {key: value for key, value in expected.items() if value is not None}


def test_a_pool_of_headers_says_what_the_headers_say(folder):
    """A folder of headers, and the pool made of it, are the same exposures for all that rules read."""
    exposures = derive(read_headers(folder))
    again = parse_pool(pool_rows(exposures, folders=True))
    columns = set(pool_rows(exposures).splitlines()[0].split("|"))
    assert [(each.index, each.name) for each in again] == [(each.index, each.name) for each in exposures]
    assert [dict(each.meta) for each in again] == [
        {column: value for column, value in each.meta.items() if column in columns} for each in exposures
    ]
    assert {"gwa_xtil", "coronmsk", "targetid", "is_psf", "is_imprt", "expspcin"} <= set().union(*(each.meta for each in again))
    assert [each.meta for each in parse_pool(format_pool(exposures))] == [each.meta for each in exposures]


def test_files_without_activity_are_fine(tmp_path):
    """A guider file without VISITGRP, ACT_ID and EXPOSURE is read, and only what they imply isn't derived."""
    data = with_cards(("EXP_TYPE", "FGS_ID-IMAGE"), ("PROGRAM", "01234"), ("OBSERVTN", "001"))
    (exposure,) = derive((one(tmp_path, data, "jw01234001001_gs-id_1_image-uncal.fits"),))
    assert exposure.meta["obs_num"] == "1"
    assert "expspcin" not in exposure.meta


def test_the_order_is_that_of_the_input(folder):
    """Exposures come in the order given, numbered from 0."""
    turned = folder[::-1]
    assert [(each.index, each.name) for each in read_headers(turned)] == [
        (at, parse(str(path))) for at, path in enumerate(turned)
    ]


def test_processes_give_what_one_process_gives(folder):
    """Worker processes return the same exposures and problems in the same order, text shared as in one process."""
    names = [*folder[:20], "no.fits", *folder[20:]]
    alone, together = scan_headers(names, processes=1), scan_headers(names, processes=2)
    assert together == alone
    assert len(alone.problems) == 1
    first, second = together.exposures[0].meta, together.exposures[-1].meta
    assert first["telescop"] is second["telescop"]


@pytest.mark.parametrize(("files", "started"), [(5, 0), (30, 3)])
def test_many_files_are_worth_processes(folder, monkeypatch, files, started):
    """Below the threshold one process reads, above it as many as the files are worth and the machine has."""
    asked = []

    class Pool:
        def __init__(self, workers, **_):
            asked.append(workers)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def map(self, function, names, **_):
            return map(function, names)

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", Pool)
    monkeypatch.setattr(headers, "_MANY", 16)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(headers.threading, "active_count", lambda: 1)
    monkeypatch.setattr(sys, "platform", "linux")
    assert len(read_headers(folder[:files])) == files
    assert asked == ([started] if started else [])
    monkeypatch.setattr(headers.threading, "active_count", lambda: 2)
    read_headers(folder[:files])
    assert len(asked) == bool(started)


@pytest.mark.parametrize("number", [0, -1])
def test_at_least_one_process_reads(number):
    """Fewer processes than one are refused."""
    with pytest.raises(KnobError, match=r"processes \(below 1\)"):
        read_headers([], processes=number)


def test_what_cannot_be_read_is_told_together(tmp_path):
    """Missing, empty, cut off, foreign and broken files, folders and files listed twice are one error, a line each."""
    good = fits_bytes(SAMPLE)
    contents = {
        "empty.fits": b"", "text.fits": b"hello", "short.fits": good[:1000], "shorter.fits": good[:-1],
        "table.csv": b"filename|x\n",
        "noend.fits": good[:2880].replace(b"END ", b"EMD "), "half.fits.gz": gzip.compress(many_cards())[:300],
        "bad.fits.gz": b"\x1f\x8bxxxxxxxxxxxxxxxxxx", "empty.fits.gz": gzip.compress(b""),
        "text.fits.gz": gzip.compress(b"hello"),
        "noend.fits.gz": gzip.compress(good[:800]), "zip.fits.bz2": bz2.compress(good), "card.fits": raw("FILTER  = NaN0x"),
        "good.fits": good,
    }  # fmt: skip
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.fits").mkdir()
    os.mkfifo(tmp_path / "pipe.fits")
    names = [*contents, "folder.fits", "pipe.fits", "missing.fits", "null\0.fits", "../" + tmp_path.name + "/good.fits"]
    paths = [f"{tmp_path}/{name}" for name in names]
    with pytest.raises(FileError) as caught:
        read_headers(paths)
    lines = (re.fullmatch(r"input file \((.*)\): '(.*)'; .+", line) for line in str(caught.value).split("\n"))
    reasons = {line[2].rpartition("/")[2]: line[1] for line in lines}
    assert reasons == {
        "empty.fits": "empty",
        "text.fits": "not a FITS file",
        "short.fits": "cut off: its 1000 bytes are not whole blocks of 2880",
        "shorter.fits": "cut off: its 2879 bytes are not whole blocks of 2880",
        "table.csv": "not a FITS file",
        "noend.fits": "cut off: its header has no END",
        "half.fits.gz": "gzip: Compressed file ended before the end-of-stream marker was reached",
        "bad.fits.gz": "gzip: Unknown compression method",
        "empty.fits.gz": "empty",
        "text.fits.gz": "not a FITS file",
        "noend.fits.gz": "cut off: its header has no END",
        "zip.fits.bz2": "not a FITS file",
        "card.fits": "a card that FITS does not allow, 'FILTER  = NaN0x'",
        "folder.fits": "a folder",
        "pipe.fits": "not a regular file",
        "missing.fits": "not found",
        "null\\x00.fits": "embedded null byte",
        "good.fits": f"listed twice, as number 14 and number {len(paths)}",
    }


def test_a_file_without_permission_is_told(tmp_path, monkeypatch):
    """What the system does not let us read is a problem with its reason, like any other."""
    path = tmp_path / "a.fits"
    path.write_bytes(fits_bytes(SAMPLE))

    def refuse(*_, **__):
        raise PermissionError(13, "no")

    monkeypatch.setattr(headers.Path, "open", refuse)
    assert "no permission" in scan_headers([path]).problems[0]
    monkeypatch.setattr(headers.Path, "open", lambda *_, **__: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    assert "(Input/output error)" in scan_headers([path]).problems[0]


def test_bad_files_can_be_left_out(folder, tmp_path):
    """Left out, they are listed in a warning, or beside the exposures; the others are read and numbered without gaps."""
    names = ["no.fits", *folder[:2], tmp_path, folder[0]]
    with pytest.warns(AsnWarning) as warned:
        exposures = read_headers(names, leave_out=True)
    found = scan_headers(names)
    assert found.exposures == exposures == read_headers(folder[:2])
    assert str(warned[0].message).split("\n") == list(found.problems)
    assert [line.split("(")[1].split(")")[0] for line in found.problems] == [
        "not found", "a folder", "listed twice, as number 2 and number 5",
    ]  # fmt: skip


@pytest.mark.parametrize("paths", ["a.fits", b"a.fits", parse("a.fits"), [3], [""], [None, "a"]])
def test_paths_are_a_list_of_names(paths):
    """One name where a list belongs, and what is no name, is refused."""
    with pytest.raises((ItemError, TypeError)):
        read_headers(paths)


def test_each_file_is_opened_once_and_read_no_further_than_needed(tmp_path, monkeypatch):
    """One open per file, and of a large file only the start is read."""
    path = tmp_path / "big.fits"
    path.write_bytes(many_cards() + bytes(2880 * 2000))
    opened = []
    real = headers.Path.open

    def watched(self, *args, **words):
        opened.append(real(self, *args, **words))
        return opened[-1]

    monkeypatch.setattr(headers.Path, "open", watched)
    places = []
    monkeypatch.setattr(
        headers, "_cards", lambda data, file, cards=headers._cards: (cards(data, file), places.append(file.tell()))[0]
    )
    read_headers([path])
    assert len(opened) == 1
    assert places[0] <= 20 * 2880


def test_a_shared_card_is_parsed_once(folder):
    """Cards that files share are parsed once for all of them: that is where the speed comes from."""
    headers._card.cache_clear()
    read_headers(folder)
    info = headers._card.cache_info()
    assert info.hits > 2 * info.misses > 0


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say so."""
        return True


def test_the_progress_bar_is_for_terminals_and_long_work(folder, monkeypatch):
    """A bar appears on a terminal's standard error after a second, counts every file, and nowhere else."""
    tqdm = pytest.importorskip("tqdm")
    made = []

    class Bar:
        def __init__(self, **words):
            made.append((words, []))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def update(self):
            made[-1][1].append(1)

    monkeypatch.setattr(tqdm, "tqdm", Bar)
    read_headers(folder, progress=True)
    monkeypatch.setattr(sys, "stderr", Terminal())
    read_headers(folder)
    assert made == []
    read_headers(folder, progress=True)
    ((words, steps),) = made
    assert (words["total"], words["delay"], words["file"], len(steps)) == (len(folder), 1, sys.stderr, len(folder))


def test_quick_work_shows_no_bar(folder, monkeypatch):
    """On a terminal, work that takes less than a second writes nothing."""
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    read_headers(folder, progress=True)
    assert sys.stderr.getvalue().strip("\r \n") == ""
