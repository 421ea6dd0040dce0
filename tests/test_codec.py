"""Codec: text in the archive's layout, byte for byte; what is no association is one error that says where and why."""

import json

import attrs
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from asn_fp.codec import dumps, keeps_layout, loads, suggested_name
from asn_fp.errors import CodecError, KnobError
from asn_fp.records import ABSENT, Association, Member, Product

HEAD = ["asn_type", "asn_rule", "version_id", "code_version", "degraded_status", "program", "constraints", "asn_id"]
LAYOUTS = {
    "stage-2 list": [*HEAD, "asn_pool", "products"],
    "generated stage 2": [*HEAD, "asn_pool", "target", "products"],
    "stage 3": [*HEAD, "target", "asn_pool", "products"],
}
PRODUCTS = [{"name": "p", "members": [{"expname": "a_rate.fits", "exptype": "science"}]}]

# ------------------------------------------------------------------------------------------------------------ strategies


def one_text(text):
    """Return a text whose halves of astral characters are joined, as JSON joins them; lone ones stay."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


ODD = st.sampled_from(
    ["\x7f", "\u2028", "\u2029", "\ud800", "\udfff", "\U0001f52d", "\x00", "\x1f", "\b\f\n\r\t", '"', "\\", "/", "é"]
)
TEXTS = st.lists(ODD | st.text(st.characters(exclude_categories=()), max_size=3), max_size=3).map("".join).map(one_text)
NAMES = st.sampled_from(["extra", "order", "origin", "name", "to_dict", "mine", "members", "expname", *HEAD])
INTEGERS = st.integers() | st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, 10**30, -(10**400)])
FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([1e16, 1e22, 5e-324, -0.0, 1e-7, 0.1, 1e300])
SCALARS = st.none() | st.booleans() | INTEGERS | FLOATS | TEXTS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXTS, inner, max_size=3), max_leaves=6
)


def shuffled(known, taken=()):
    """Return a strategy for objects with known keys, and unknown ones of any value, in any order."""
    unknown = st.dictionaries((NAMES | TEXTS).filter(lambda key: key not in taken), JSON, max_size=2)
    return st.tuples(known, unknown).map(lambda both: [*(both[1] | both[0]).items()]).flatmap(st.permutations).map(dict)


MEMBERS = shuffled(st.fixed_dictionaries({"expname": TEXTS, "exptype": TEXTS}))
FILES = shuffled(
    st.fixed_dictionaries(
        {
            "products": st.lists(
                shuffled(
                    st.fixed_dictionaries({"members": st.lists(MEMBERS, max_size=2)}, optional={"name": TEXTS}),
                    taken=("name", "members"),
                ),
                max_size=2,
            )
        },
        optional=dict.fromkeys((*HEAD, "target", "asn_pool"), JSON),
    ),
    taken=("products", "members"),
)
LISTS = shuffled(st.fixed_dictionaries({"members": st.lists(TEXTS, max_size=3)}), taken=("products", "members"))


# ------------------------------------------------------------------------------------------------------------------ laws


@settings(deadline=None)
@given(FILES | LISTS)
def test_text_of_the_archive_survives(plain):
    """Text in the archive's layout is given back byte for byte, unknown keys and unusual orders included."""
    text = json.dumps(plain, indent=4)
    assert dumps(loads(text)) == text


@settings(deadline=None)
@given(FILES | LISTS)
def test_loads_and_dumps_are_inverse(plain):
    """An association is equal to what its own text holds, and to the plain dict that Python reads from the text."""
    association = loads(json.dumps(plain))
    assert loads(dumps(association)) == association
    assert json.dumps(association.to_dict()) == json.dumps(json.loads(dumps(association))) == json.dumps(plain)


@settings(deadline=None)
@given(TEXTS, TEXTS, JSON, st.dictionaries(TEXTS.filter(lambda key: key not in ("x", "asn_id")), JSON, max_size=3))
@example("a", "\ud800", [], {})
@example("\x7f", "\u2028", {}, {"\U0001f52d": [[], {}, 10**400, 1e22]})
def test_text_is_that_of_python(name, expname, value, extra):
    """An association made in Python is written as ``json.dumps(plain, indent=4)`` writes it, ASCII only."""
    assume(not {"name", "members", "expname", "exptype", "products"} & set(extra))
    member = Member(expname, "science", extra={"x": value})
    product = Product(name, (member, Member(expname, name)), extra=extra)
    association = Association(asn_id=value, version_id=None, products=(product, Product(name)), extra=extra)
    text = dumps(association)
    assert text == json.dumps(association.to_dict(), indent=4)
    assert text.isascii()
    assert not text.endswith("\n")


# ---------------------------------------------------------------------------------------------------------------- layout


def test_layout():
    """Four spaces of indent, ASCII escapes, empty lists and objects in one line, no final newline."""
    association = Association(
        asn_id="o001",
        products=(Product("pé\x7f", (Member("a\u2028.fits", "science"),)), Product("q")),
        extra={"empty": {}, "list": [1.0, 2**64]},
    )
    assert dumps(association).splitlines() == [
        "{",
        '    "asn_id": "o001",',
        '    "products": [',
        "        {",
        '            "name": "p\\u00e9\\u007f",',
        '            "members": [',
        "                {",
        '                    "expname": "a\\u2028.fits",',
        '                    "exptype": "science"',
        "                }",
        "            ]",
        "        },",
        "        {",
        '            "name": "q",',
        '            "members": []',
        "        }",
        "    ],",
        '    "empty": {},',
        '    "list": [',
        "        1.0,",
        "        18446744073709551616",
        "    ]",
        "}",
    ]
    assert dumps(association)[-1] == "}"


@pytest.mark.parametrize("keys", LAYOUTS.values(), ids=LAYOUTS)
def test_key_order_survives(keys):
    """Each of the archive's key orders is read, kept through a change of a value, and written again."""
    plain = {key: PRODUCTS if key == "products" else key for key in keys}
    association = attrs.evolve(loads(json.dumps(plain)), asn_id="c1000")
    assert list(association) == list(json.loads(dumps(association))) == keys


def test_new_key_comes_last_and_a_removed_one_leaves_no_gap():
    """A key that the file did not have is written after those it had; one that is made ABSENT is gone."""
    association = loads(json.dumps({"products": [], "mine": 1, "asn_id": "o001"}))
    assert list(attrs.evolve(association, target="t", extra={})) == ["products", "asn_id", "target"]
    assert list(attrs.evolve(association, asn_id=ABSENT)) == ["products", "mine"]


def test_usual_order_costs_nothing():
    """Only a record with an unusual key order remembers its order."""
    association = loads(json.dumps({"products": [*PRODUCTS, {"members": [{"exptype": "a", "expname": "b"}], "name": "p"}]}))
    usual, unusual = association.products
    assert (association.order, usual.order, usual.members[0].order) == ((), (), ())
    assert (unusual.order, unusual.members[0].order) == (("members", "name"), ("exptype", "expname"))


def test_file_without_products():
    """A file of the rule Association lists names; it has members and no products."""
    text = '{\n    "asn_type": "None",\n    "members": [\n        "a.fits",\n        "b.fits"\n    ]\n}'
    association = loads(text)
    assert (association.members, association.products) == (("a.fits", "b.fits"), ABSENT)
    assert (dumps(association), suggested_name(association)) == (text, "unnamed_association.json")


@pytest.mark.parametrize("data", [b'\xef\xbb\xbf{"products": []}', '\ufeff{"products": []}', b' {"products": []}\r\n'])
def test_bom_and_blanks_around_are_accepted(data):
    """A byte order mark in front, as some editors write it, and blanks around are no part of the association."""
    assert loads(data) == Association(products=())


def test_bytes_are_utf_8():
    """Bytes are read as UTF-8, and written as ASCII."""
    text = dumps(loads('{"asn_id": "é", "products": []}'.encode()))
    assert text == '{\n    "asn_id": "\\u00e9",\n    "products": []\n}'


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), {1: 2}, {"a": [object()]}, {1, 2}, b"bytes"])
@pytest.mark.parametrize(
    "holding",
    [
        lambda value: Association(products=(), extra={"mine": value}),
        lambda value: Association(products=(), asn_id=value),
        lambda value: Association(products=(Product("p", extra={"mine": value}),)),
        lambda value: Association(products=(Product("p", (Member("a", "science", extra={"mine": value}),)),)),
        lambda value: Association(products=(Product("p", (Member("\ud800", "science", extra={"mine": value}),)),)),
    ],
)
def test_value_that_json_lacks_is_refused(holding, value):
    """NaN, keys that are no texts, and objects of Python are never written, at whatever level they are."""
    with pytest.raises(CodecError, match="JSON does not have it"):
        dumps(holding(value))


# ---------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("text", "where", "cause"),
    [
        ('{"a": 1,\n}', "line 1, column 8", "a trailing comma"),
        ('{"products": [\n1 ,\n\n]}', "line 2, column 3", "a trailing comma"),
        ('{"products": [1,]}', "line 1, column 16", "a trailing comma"),
        ("{'a': 1}", "line 1, column 2", "single quotes"),
        ("{\n \"a\": 'b'}", "line 2, column 7", "single quotes"),
        ('{"a": 1\n  "b": 2}', "line 2, column 3", "is a comma or a quote missing"),
        ("[1 2]", "line 1, column 4", "is a comma or a quote missing"),
        ('{"a" 1}', "line 1, column 6", "expecting ':'"),
        ("", "", "empty"),
        (" \n\t", "", "empty"),
        ("\ufeff", "", "empty"),
        ('{"products": [{"name"', "line 1, column 22", "was the file written completely?"),
        ('{"a": 1,', "line 1, column 9", "was the file written completely?"),
        ('{"a":\n "abc', "line 2, column 2", "was the file written completely?"),
        ('{"x": NaN}', "line 1, column 7", "use null"),
        ('{"NaN": "a\\"NaN",\n "x": [NaN]}', "line 2, column 8", "use null"),
        ('{"x": [1,\n-Infinity]}', "line 2, column 1", "use null"),
        ('{"a": "1e999",\n\n"x": 1e999}', "line 3, column 6", "too large"),
        ('{"x": -1e999}', "line 1, column 7", "too large"),
        ('{"x":\n ' + "9" * 5000 + "}", "line 2, column 2", "too large"),
        ("<html>", "line 1, column 1", "expecting value"),
        ('{"a": 1} x', "line 1, column 10", "extra data"),
        ('{"a": "x\ny"}', "line 1, column 9", "invalid control character"),
        (b'{"a": "\xe9"}', "not UTF-8 at byte 7", "save it as UTF-8"),
        ('{"products": []}'.encode("utf-16"), "not UTF-8 at byte 0", "save it as UTF-8"),
    ],
)
def test_text_that_is_not_json_gives_place_and_cause(text, where, cause):
    """The message for text that isn't JSON names the line, the column and what people usually did, in one short line."""
    with pytest.raises(CodecError) as caught:
        loads(text)
    (line,) = str(caught.value).splitlines()
    assert line.startswith("association text (" + where)
    assert cause in line
    assert len(line) < 200
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('{"asn_id": 1, "asn_id": 1, "products": []}', ["asn_id"]),
        (
            '{"products": [{"name": "p", "name": "q", "members": []}], "a": {"b": 1, "c": 2, "b": 1, "c": 1}}',
            ["name", "b", "c"],
        ),
        ('{"a": [[{"": 1, "": 2, "": 3}]], "products": []}', [""]),
    ],
)
def test_key_given_twice_is_refused(text, keys):
    """A key that stands twice in one object, at whatever level, is an error: one of the values would be lost."""
    with pytest.raises(CodecError) as caught:
        loads(text)
    assert [line.split("; ")[0] for line in str(caught.value).splitlines()] == [
        f"key (given twice in one object): {key!r}" for key in keys
    ]


def test_same_key_in_two_objects_is_fine():
    """One key in several objects is no duplicate."""
    assert loads('{"products": [], "a": {"b": 1}, "c": [{"b": 1}, {"b": 1}]}')["a"] == {"b": 1}


def nested(depth, brackets, text="{}"):
    """Return a text with brackets of one kind in one another, put into a template."""
    opening, closing = {"[": ("[", "]"), "{": ('{"a":', "}")}[brackets]
    return text.format(opening * depth + ("1" if brackets == "{" else "") + closing * depth)


@pytest.mark.parametrize("depth", [101, 400, 600, 900, 990, 5000, 100_000])
@pytest.mark.parametrize("brackets", ["[", "{"])
@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{{"products": [], "x": {}}}',
        '{{"products": {}}}',
        '{{"products": [], "asn_id": {}}}',
        '{{"products": [{{"members": [{{"expname": "a", "exptype": "b", "x": {}}}]}}]}}',
        '{{"members": [{}]}}',
    ],
)
def test_absurd_nesting_is_refused(text, brackets, depth):
    """Text nested deeper than anything could go down into is a CodecError, and never a RecursionError."""
    with pytest.raises(CodecError, match="nested too deep"):
        loads(nested(depth, brackets, text))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_brackets_without_end_are_refused(text):
    """Brackets that only open are a CodecError too."""
    with pytest.raises(CodecError, match=r"nested too deep|written completely"):
        loads(text)


@pytest.mark.parametrize("brackets", ["[", "{"])
def test_deep_value_that_is_accepted_can_be_used(brackets):
    """The deepest value that is read can also be written, hashed, compared and made plain."""
    text = nested(99, brackets, '{{"products": [], "x": {}}}')
    association = loads(text)
    assert json.loads(dumps(association)) == association.to_dict() == json.loads(text)
    assert len({association, loads(text)}) == 1


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[]", ["association (a list where an object belongs): '[]'; begin with {"]),
        ("null", ["association (null where an object belongs): 'None'; begin with {"]),
        ('"a"', ["association (a text where an object belongs): 'a'; begin with {"]),
        ("true", ["association (a logical where an object belongs): 'True'; begin with {"]),
        ("-1.5", ["association (a number where an object belongs): '-1.5'; begin with {"]),
        ("{}", ["association (no 'products'): []; is this an association file?"]),
        ('{"b": 1, "a": 2}', ["association (no 'products'): ['a', 'b']; is this an association file?"]),
        ('{"products": {}}', ["association.products (an object where a list belongs): '{}'"]),
        ('{"products": [{"name": "p"}]}', ["association.products[0] (no 'members'): ['name']"]),
        ('{"members": ["a", 5]}', ["association.members[1] (a number where a text belongs): '5'"]),
        (
            '{"products": [5, {"members": ["b.fits", {"expname": null}]}, {"name": 1, "members": 0}], "members": ""}',
            [
                "association.products[0] (a number where an object belongs): '5'",
                "association.products[1].members[0] (a text where an object belongs): 'b.fits'",
                "association.products[1].members[1].expname (null where a text belongs): 'None'",
                "association.products[1].members[1] (no 'exptype'): ['expname']",
                "association.products[2].name (a number where a text belongs): '1'",
                "association.products[2].members (a number where a list belongs): '0'",
                "association.members (a text where a list belongs): ''",
            ],
        ),
        (
            '{"products": [{"members": [" @ x\\n@"]}]}',
            ["association.products[0].members[0] (a text where an object belongs): ' @ x\\n@'"],
        ),
    ],
)
def test_wrong_structure_reports_every_place(text, lines):
    """Every place that is wrong is in one error, a line each, with its path and what stands there."""
    with pytest.raises(CodecError) as caught:
        loads(text)
    assert str(caught.value).splitlines() == lines


def _only_a_codec_error(text):
    try:
        association = loads(text)
    except CodecError:
        return
    assert loads(dumps(association)) == association


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=())) | st.text('[]{}",:\\ \n0123456789.eE-+aNnuflrtsy', max_size=40) | st.binary()
)
def test_any_text_is_an_association_or_a_codec_error(text):
    """No text and no bytes, however strange, raise anything but a CodecError."""
    _only_a_codec_error(text)


@settings(deadline=None)
@given(FILES, st.data())
def test_damaged_file_is_an_association_or_a_codec_error(plain, data):
    """A file from which a piece was cut, or into which one was put, raises nothing but a CodecError."""
    text = json.dumps(plain, indent=1)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    put = data.draw(st.sampled_from(["", ",", "'", '"', "}", "]", "NaN", "1e999", "[", "\\", "\ud800"]))
    _only_a_codec_error(text[:start] + put + text[end:])


WRONG = JSON | st.fixed_dictionaries({"expname": JSON, "exptype": JSON})


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "products": JSON | st.lists(WRONG | st.fixed_dictionaries({"name": JSON, "members": JSON | st.lists(WRONG)}))
        },
    )
    | JSON
)
def test_any_json_is_an_association_or_a_codec_error(plain):
    """No JSON value, however wrong its structure, raises anything but a CodecError."""
    _only_a_codec_error(json.dumps(plain))


# ----------------------------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ({"program": "01234", "asn_id": "o001", "asn_type": "spec2"}, "jw01234-o001_spec2_00001_asn.json"),
        ({"program": "99", "asn_id": "a3001", "asn_type": "None"}, "jw00099-a3001_none_00001_asn.json"),
        ({"program": 1234, "asn_id": "o001", "asn_type": "image2"}, "jw01234-o001_image2_00001_asn.json"),
        (
            {"program": "noprogram", "asn_id": "a3001", "asn_type": "None", "version_id": "20240102T030405"},
            "jwnoprogram-a3001_20240102t030405_none_00001_asn.json",
        ),
        ({"program": "01234", "asn_id": "o001", "asn_type": "spec2", "version_id": None}, "jw01234-o001_spec2_00001_asn.json"),
        ({"program": "01234", "asn_id": "o001", "asn_type": "spec2", "version_id": 7}, "jw01234-o001_7_spec2_00001_asn.json"),
        ({}, "jw0none-none_none_00001_asn.json"),
    ],
)
def test_suggested_name_follows_the_convention(keys, name):
    """The suggested name is made of program, id, version and type as the JWST convention has them."""
    association = Association(products=(), **keys)
    assert suggested_name(association) == suggested_name(association) == name


def test_name_that_would_leave_its_folder_is_refused():
    """A slash in a key is no way to write into another folder."""
    with pytest.raises(KnobError, match="slash"):
        suggested_name(Association(products=(), asn_id="../../o001"))


def laid_out(text, **knobs):
    """Return a text of the archive's layout in another one."""
    return json.dumps(json.loads(text), **{"indent": 4, **knobs})


ARCHIVES = dumps(
    Association(asn_id="o001", target="caf\u00e9", constraints="a: b", products=(Product("p", (Member("a.fits", "science"),)),))
)
EVEN = {
    "the archive's": ARCHIVES,
    "a line end at the end": ARCHIVES + "\n",
    "CRLF": ARCHIVES.replace("\n", "\r\n") + "\r\n",
    "CRLF in most lines": ARCHIVES.replace("\n", "\r\n") + "\n",
    "byte order mark": "\ufeff" + ARCHIVES,
    "raw letters": laid_out(ARCHIVES, ensure_ascii=False),
    "raw letters, CRLF and a mark": "\ufeff" + laid_out(ARCHIVES, ensure_ascii=False).replace("\n", "\r\n"),
    "two spaces": laid_out(ARCHIVES, indent=2) + "\n",
    "tabs": laid_out(ARCHIVES, indent="\t"),
    "one line": laid_out(ARCHIVES, indent=None),
    "one tight line": laid_out(ARCHIVES, indent=None, separators=(",", ":")),
    "no indent": laid_out(ARCHIVES, indent=0),
}


@pytest.mark.parametrize("text", EVEN.values(), ids=EVEN)
def test_a_layout_is_kept(text):
    """A text in any even layout is written as it was, and a change leaves all else of it as it is."""
    assert dumps(loads(text), like=text) == text
    assert keeps_layout(text)
    changed = dumps(attrs.evolve(loads(text), asn_id="o002"), like=text)
    assert changed == text.replace("o001", "o002")


@pytest.mark.parametrize(
    "text",
    ['{"products":  []}', '{\n  "products": [\n      ]\n}', '{"target": "\u00e9", "program": "\\u00e9", "products": []}'],
)
def test_an_uneven_layout_is_told(text):
    """A text that is laid out in no even way is known as such, and what is written is the same association."""
    assert not keeps_layout(text)
    assert loads(dumps(loads(text), like=text)) == loads(text)


def test_what_no_file_can_hold_is_escaped():
    """A half of a letter is escaped, also where other letters are not."""
    text = '{"target": "\u00e9", "program": "\\ud800", "products": []}'
    dumps(loads(text), like=text).encode()
    assert keeps_layout(text)


@pytest.mark.parametrize("value", [3, None, {}])
def test_only_texts_are_read(value):
    """What is neither text nor bytes is an error of ours."""
    with pytest.raises(CodecError, match="neither a text nor bytes"):
        loads(value)
