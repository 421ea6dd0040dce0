"""Pools in and out: what the table says is what the exposures say, and the other way round."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asn_fp
from asn_fp.errors import FileError, ItemError, KnobError
from asn_fp.names import parse
from asn_fp.records import Candidate, Exposure
from asn_fp.sources.derive import derive
from asn_fp.sources.pools import candidates_of, format_pool, parse_pool, pool_rows, read_pool
from asn_fp.sources.values import READ_COLUMNS, normal

OBSERVATION = "[('o001', 'observation')]"
NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12).filter(lambda name: name.lower() != "null"),
    st.sampled_from(["#a.fits", '"a".fits', "a|b.fits", "Dir/A b_rate.fits"]),
)
CELLS = st.one_of(
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=10),
    st.sampled_from(["a|b", '"', '"a"', 'a "b" c', "#x", "# ", "NULL", "f", "007", ",", ";", "\t", OBSERVATION, 'x"|"y']),
)
ANY_COLUMN = st.sampled_from([*READ_COLUMNS[1:], "targtype", "my key", "x|y", '"q"'])


@st.composite
def pools(draw):
    """Draw exposures as a pool can hold them."""
    columns = draw(st.lists(ANY_COLUMN, unique=True, max_size=6))
    result = []
    for index, name in enumerate(draw(st.lists(NAMES, max_size=5))):
        cells = {column: normal(column, draw(CELLS)) for column in columns}
        meta = {column: value for column, value in cells.items() if value is not None}
        result.append(Exposure(index, parse(name), meta=MappingProxyType(meta)))
    return tuple(result)


def shown(exposures):
    """Return name and values of each exposure."""
    return [(exposure.name.text, dict(exposure.meta)) for exposure in exposures]


@given(pools())
def test_reading_what_was_written_gives_the_same(exposures):
    """Format and parse are inverse, whatever names, columns and cells hold: bars, quotes, hashes, undefined values."""
    assert parse_pool(format_pool(exposures)) == exposures


@given(pools())
def test_writing_is_deterministic(exposures):
    """The text depends on the values only, not on the order in which an exposure learned them."""
    turned = tuple(
        Exposure(each.index, each.name, meta=MappingProxyType(dict(reversed(each.meta.items())))) for each in exposures
    )
    assert format_pool(turned) == format_pool(exposures)


@pytest.mark.parametrize(
    "text",
    [
        "filename|filter|is_psf\nA_rate.fits|F200W|F\n",
        "FILENAME|Filter|IS_PSF\nA_rate.fits|f200w|f",
        "# made by hand\n\n  # twice\nfilename|filter|is_psf\n# between\n\nA_rate.fits|F200W|NULL\n# after\n",
        "filename | filter | is_psf\n A_rate.fits |  F200W |  \n",
        'filename|filter|is_psf\n"A_rate.fits" | "F200W" |""\n',
        "filename,filter,is_psf\nA_rate.fits,F200W,\n",
        "filename\tfilter\tis_psf\nA_rate.fits\tF200W\tF\n",
        "filename;filter;is_psf\r\nA_rate.fits;F200W;n/a\r\n",
        "\ufefffilename|filter|is_psf\nA_rate.fits|F200W|--\n",
        "filter|is_psf|filename\nF200W|false|A_rate.fits\n",
        "filename|filter|is_psf|a,b,c,d,e,f\nA_rate.fits|F200W|F|\n",
    ],
)
def test_the_table_format_is_read_in_all_its_forms(text):
    """Comments, blank lines, quotes, blanks, delimiters, line ends, case and column order don't change what is read."""
    assert shown(parse_pool(text)) == [("A_rate.fits", {"filter": "f200w"})]


def test_quoted_cells_hold_anything():
    """A quoted cell may hold delimiters, doubled quotes and a hash at its start."""
    text = 'filename|targprop|lamp\n"#A|b.fits"|"a ""b"" c"|5" x\n'
    assert shown(parse_pool(text)) == [("#A|b.fits", {"targprop": 'a "b" c', "lamp": '5" x'})]


def test_a_given_delimiter_beats_the_recognised_one():
    """A header row with a bar in a comma table is read as the user says."""
    assert shown(parse_pool("filename,a|b\nX.fits,1\n", delimiter=",")) == [("X.fits", {"a|b": "1"})]


@pytest.mark.parametrize("delimiter", ["", "||", "\n", '"', "#", " "])
def test_a_delimiter_is_one_character(delimiter):
    """What cannot separate cells is refused."""
    with pytest.raises(KnobError, match="delimiter"):
        parse_pool("filename\n", delimiter=delimiter)


def test_the_defects_of_the_peer_are_not_ours():
    """File names keep their case, and an empty cell in a column of narrow cells is undefined, not nu or nul."""
    (one, two) = parse_pool("filename|band|nints|filter\nDir/A_Rate.fits||1|abc\nB.fits|xy|12|\n")
    assert one.name.text == "Dir/A_Rate.fits"
    assert dict(one.meta) == {"nints": "1", "filter": "abc"}
    assert dict(two.meta) == {"band": "xy", "nints": "12"}


def test_exposerr_stands_as_it_is_where_the_column_exists():
    """EXPOSERR is kept, null included, and absent only where the pool has no such column."""
    with_column = parse_pool("filename|exposerr\na|NULL\nb|\nc|Unsuccessful\n")
    assert [each.meta["exposerr"] for each in with_column] == ["null", "null", "unsuccessful"]
    assert "exposerr" not in parse_pool("filename\na\n")[0].meta


def test_a_file_may_be_in_two_rows():
    """Rows are numbered in order and kept, even if two of them have one name: what to make of them is up to the rules."""
    pool = parse_pool("filename|act_id\na.fits|1\na.fits|1\n")
    assert [(each.index, each.name.text) for each in pool] == [(0, "a.fits"), (1, "a.fits")]


def test_equal_cells_share_one_text():
    """Text that many rows repeat is held once, and the values are read-only."""
    one, two = parse_pool("filename|targname\na|NGC 7469\nb|NGC 7469\n")
    assert one.meta["targname"] is two.meta["targname"]
    assert type(one.meta) is MappingProxyType


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["the pool (no such column): 'filename'; it has no header row"]),
        ("# nothing\n\n", ["the pool (no such column): 'filename'; it has no header row"]),
        ("file_name|filter\na|b\n", ["the pool (no such column): 'filename'; did you mean 'file_name'?"]),
        ("filename|a|A\nx|1|2\n", ["column of the pool (named twice): 'a'; give every column its own name"]),
        ("filename|a|\nx|1|2\n", ["column of the pool (without a name): ''; give every column its own name"]),
        (
            "# c\nfilename|a\nshort.fits\nlong.fits|1|2\n|3\nNULL|3\nok.fits|4\n",
            [
                "line 3 of the pool (1 cell, not 2): 'short.fits'; give each row as many cells as the header row",
                "line 4 of the pool (3 cells, not 2): 'long.fits'; give each row as many cells as the header row",
                "line 5 of the pool (no file name): ''; name the exposure's file",
                "line 6 of the pool (no file name): 'NULL'; name the exposure's file",
            ],
        ),
        (
            'filename|a\nx|"1\ny|2\n',
            ["line 2 of the pool (a quoted cell does not end): 'x'; end it with \", and write a quote inside it twice"],
        ),
        (
            'filename|a\nx|"1\n2"\ny|3\n',
            ["line 2 of the pool (a quoted cell does not end): 'x'; end it with \", and write a quote inside it twice"],
        ),
        (
            'filename|a\nx|1\ny|"2',
            ["line 3 of the pool (a quoted cell does not end): 'y'; end it with \", and write a quote inside it twice"],
        ),
        (
            "filename|b|b\nx|1\n",
            [
                "line 2 of the pool (2 cells, not 3): 'x'; give each row as many cells as the header row",
                "column of the pool (named twice): 'b'; give every column its own name",
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_pool_is_told_together(text, lines):
    """Every bad row and column is named in one error, rows with their line numbers."""
    with pytest.raises(ItemError) as caught:
        parse_pool(text)
    assert sorted(str(caught.value).split("\n")) == sorted(lines)


def test_a_field_that_is_too_long_is_an_error_of_ours():
    """A cell beyond what the table reader takes is reported with its line, like any other bad row."""
    with pytest.raises(ItemError, match=r"line 2 of the pool \(field larger"):
        parse_pool(f"filename|a\nx|{'y' * 200_000}\n")


def test_endless_errors_are_cut_short():
    """A table of the wrong kind gives fifty lines of errors and the number of the others."""
    with pytest.raises(ItemError) as caught:
        parse_pool("filename|a\n" + "x\n" * 1000)
    assert len(str(caught.value).split("\n")) == 51
    assert str(caught.value).endswith("the pool (further lines like these): 950")


def test_read_pool_names_the_file(tmp_path):
    """An error about a pool file says which file."""
    path = tmp_path / "pool.csv"
    path.write_text("filename|a\nx\n")
    with pytest.raises(ItemError, match=f"line 2 of {path}"):
        read_pool(path)
    with pytest.raises(FileError, match="not found"):
        read_pool(tmp_path / "no.csv")


def test_read_pool_derives_the_columns_that_are_not_there(tmp_path):
    """A pool of the peer's tool gets obs_num and the like; a column that is there but empty stays as it is."""
    path = tmp_path / "pool.csv"
    path.write_text("filename|observtn|mostilno|visit|is_imprt|tsovisit\nA_rate.fits|003|NULL|001|t|True\n")
    (one,) = read_pool(path)
    assert dict(one.meta) == {
        "observtn": "3", "visit": "1", "is_imprt": "t", "tsovisit": "t",
        "pntgtype": "science", "obs_num": "3", "asn_candidate": "[('o003', 'observation')]",
    }  # fmt: skip
    assert one.derived == {"pntgtype", "obs_num", "asn_candidate"}
    path.write_text("filename;filter|x\nA.fits;b\n")
    assert shown(read_pool(path, delimiter=";")) == [("A.fits", {"filter|x": "b", "pntgtype": "science"})]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[('o001', 'observation')]", [("o001", "observation")]),
        ("[('o001', 'OBSERVATION'), ('C1000', 'Background')]", [("o001", "observation"), ("c1000", "background")]),
        (" [('o001', 'a'), ('o001', 'a'), ('o001', 'b')] ", [("o001", "a"), ("o001", "b")]),
        ("[['c1000', 'mosaic']]", [("c1000", "mosaic")]),
        ("1000", [("1000", "unknown")]),
        ("[('o001', 'a'), 'x', 3, ('a',), ('a', 1)]", [("o001", "a")]),
        ("", []), ("null", []), ("none", []), ("True", []), ("[", []), ("('o001', 'a')", []), ("{'a': 1}", []), ("1.5", []),
        ("__import__('os').getcwd()", []), ("[" * 5000, []), ("1" + "+1" * 20000, []), ("a\0b", []),
    ],
)  # fmt: skip
def test_candidates_are_read_from_a_list_of_pairs(text, found):
    """The cell is a literal list of pairs or a bare number; anything else, code above all, holds no candidate."""
    assert candidates_of(text) == tuple(Candidate(*pair) for pair in found)


@given(
    st.lists(st.tuples(st.sampled_from(["o001", "c1000", "c1001"]), st.text("abc_'\"", min_size=1)), unique=True, max_size=4)
)
def test_candidates_survive_their_text(pairs):
    """A list of candidates written as text, and through a pool, is read back."""
    meta = {"asn_candidate": str(pairs)}
    (back,) = parse_pool(format_pool((Exposure(0, parse("a.fits"), meta=meta),)))
    assert candidates_of(back.meta["asn_candidate"]) == tuple(Candidate(*pair) for pair in pairs)


def test_columns_can_be_chosen():
    """A pool is written with the columns asked for, in that order, by default with all in the order of the rules."""
    (one,) = parse_pool("filename|zz|filter|program\nA.fits|1|F200W|00632\n")
    assert format_pool((one,), ["Filter", "filename", "pupil"]) == "filename|filter|pupil\nA.fits|f200w|null\n"
    assert format_pool((one,)) == "filename|program|filter|zz\nA.fits|632|f200w|1\n"
    assert format_pool(()) == "filename\n"
    others = [f"x{number}" for number in range(10, 30)]
    shuffled = Exposure(0, one.name, meta=dict.fromkeys(others[::-1], "1"))
    assert format_pool((shuffled,)).splitlines()[0] == "|".join(["filename", *others])


@pytest.mark.parametrize(("name", "value"), [("a\nb", "x"), ("a", "x\ry"), (" a", "x"), ("null", "x"), ("", "x")])
def test_what_no_table_can_hold_is_refused(name, value):
    """A line break, or a name that would not be read back, is an error and not a broken pool; all are told together."""
    bad = Exposure(0, parse(name), meta={"filter": value})
    with pytest.raises(ItemError) as caught:
        format_pool((bad, bad))
    assert str(caught.value).count("row of a pool") == 2


def test_the_pool_for_the_rules_has_all_they_read():
    """Every column that rules read is written, flags as t and f, EXPOSERR only if there is one, told columns as well."""
    (one,) = derive(parse_pool("filename|observtn|is_psf|other\nraw/A_rate.fits|003|T|x\n"))
    told = Exposure(0, one.name, meta=MappingProxyType({**one.meta, "mine": "1"}), told=frozenset(["mine", "exptype"]))
    header, row = (line.split("|") for line in pool_rows((told,)).splitlines())
    cells = dict(zip(header, row, strict=True))
    assert header == [*(column for column in READ_COLUMNS if column != "exposerr"), "mine"]
    expected = {
        "filename": "A_rate.fits", "obs_num": "3", "is_psf": "t", "is_imprt": "f", "tsovisit": "f", "bkgdtarg": "f",
        "filter": "null", "asn_candidate": "[('o003', 'observation')]", "mine": "1",
    }  # fmt: skip
    assert {column: cells[column] for column in expected} == expected
    with_error = Exposure(0, one.name, meta={"exposerr": "null"})
    assert "exposerr" in pool_rows((with_error,)).splitlines()[0].split("|")


def test_the_pool_for_the_rules_gives_the_same_values_again():
    """What the rules read survives: reading the pool gives the derived values and no others."""
    before = derive(parse_pool("filename|observtn|exp_type|patt_num|gwa_xtil\nA_rate.fits|003|NRS_IFU|2|0.350\n"))
    after = parse_pool(pool_rows(before))
    assert shown(after) == shown(before)
    assert after[0].derived == frozenset()


def test_folders_of_a_pool():
    """Names are written without folders, or with them if asked; one name in two folders needs them."""
    pair = (Exposure(0, parse("x/a.fits")), Exposure(1, parse("y/a.fits")))
    assert [each.name.text for each in parse_pool(pool_rows(pair[:1]))] == ["a.fits"]
    assert [each.name.text for each in parse_pool(pool_rows(pair, folders=True))] == ["x/a.fits", "y/a.fits"]
    with pytest.raises(ItemError, match=r"one name in several folders.*x/a.fits.*y/a.fits"):
        pool_rows(pair)


def test_reading_a_pool_does_not_import_astropy(tmp_path):
    """Neither the package nor a pool needs astropy, which takes half a second to import."""
    (tmp_path / "pool.csv").write_text("filename|observtn\na.fits|1\n")
    code = (
        "import sys, asn_fp; from asn_fp.sources import headers, tell; from asn_fp.sources.pools import read_pool\n"
        "read_pool('pool.csv'); headers.scan_headers([]); headers.scan_headers(['no.fits', 'pool.csv'])\n"
        "sys.exit(sorted(name for name in sys.modules if name.split('.')[0] in ('astropy', 'numpy', 'tqdm')) or 0)"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(asn_fp.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=env, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_peer_reads_what_we_write(tmp_path):
    """The peer's own reader finds the same names (in its lower case), columns and values, flags and candidates."""
    pool = pytest.importorskip("jwst.associations.pool")
    rows = ['A_rate.fits|003|T|"a|""b"""|', '"#B.fits"|2|F|#c|F200W']
    text = "\n".join(["filename|observtn|is_psf|targprop|filter", *rows])
    exposures = derive(parse_pool(text))
    for number, written in enumerate((format_pool(exposures), pool_rows(exposures))):
        path = tmp_path / f"pool{number}.csv"
        path.write_text(written)
        table = pool.AssociationPool.read(path)
        assert list(table["filename"]) == ["a_rate.fits", "#b.fits"]
        for exposure, row in zip(exposures, table, strict=True):
            for column in table.colnames[1:]:
                undefined = ("f", "null") if column in ("is_psf", "is_imprt", "bkgdtarg", "tsovisit") else ("null",)
                assert row[column] in ((exposure.meta[column],) if column in exposure.meta else undefined)


def test_the_pools_of_the_peer_are_read_alike(tmp_path):
    """Every pool that the peer ships says the same to both, but for its defects: case of names, cut empty cells."""
    pool = pytest.importorskip("jwst.associations.pool")
    folder = files("jwst.associations") / "tests" / "data"
    paths = [path for path in folder.iterdir() if path.name.endswith(".csv")]
    assert len(paths) >= 20
    for path in paths:
        if path.name.startswith("mega"):
            continue
        ours, table = parse_pool(path.read_text()), pool.AssociationPool.read(str(path))
        assert [each.name.text.lower() for each in ours] == list(table["filename"])
        for column in set(table.colnames) - {"filename"}:
            for exposure, cell in zip(ours, table[column], strict=True):
                theirs = None if cell in ("nu", "nul") else normal(column, str(cell))
                assert exposure.meta.get(column) == theirs
