"""Records: they never change, say what to do instead, and read like the JSON that they stand for."""

import copy
import json
import pickle
from types import MappingProxyType

import attrs
import pytest

from asn_fp import records
from asn_fp.codec import dumps, loads
from asn_fp.errors import AsnError, FrozenRecordError
from asn_fp.names import parse
from asn_fp.records import (
    ABSENT,
    Association,
    Bundle,
    Candidate,
    Draft,
    Exposure,
    Member,
    Origin,
    Partner,
    Product,
    Reason,
    freeze,
    thaw,
)

TEXT = """{
    "asn_id": "o001",
    "version_id": null,
    "mine": {
        "list": [
            1,
            {
                "deep": []
            }
        ]
    },
    "products": [
        {
            "members": [
                {
                    "exptype": "science",
                    "expname": "a_rate.fits",
                    "note": [
                        1
                    ]
                },
                {
                    "expname": "b_rate.fits",
                    "exptype": "background"
                }
            ],
            "name": "p",
            "weight": 1.5
        }
    ],
    "program": 1234
}"""
EXPOSURE = Exposure(3, parse("a_rate.fits"), meta=MappingProxyType({"filter": "f200w"}), candidate=Candidate("o001"))
PARTNER = Partner("background", "b_rate.fits", EXPOSURE, 1)
ASSOCIATION = attrs.evolve(loads(TEXT), origin=Origin("level2", Candidate("o001"), EXPOSURE, ((EXPOSURE, None),)))
PRODUCT = ASSOCIATION.products[0]
MEMBER = PRODUCT.members[0]
BUNDLE = Bundle(("o001",), "p", (EXPOSURE,), (PARTNER,))
RECORDS = [
    ASSOCIATION,
    PRODUCT,
    MEMBER,
    EXPOSURE,
    PARTNER,
    BUNDLE,
    Draft((BUNDLE,), (EXPOSURE,)),
    Candidate("o001"),
    Reason("so it is", (("filter", "a", "b"),)),
    ASSOCIATION.origin,
    Association(),
    Product(),
    Member("a.fits", "science"),
    Exposure(0, parse("a.fits")),
]
JSON_RECORDS = [ASSOCIATION, PRODUCT, MEMBER]


def kind(record):
    """Return the class name of a record, which names the tests."""
    return type(record).__name__


def test_every_record_class_is_tested():
    """A record class added to the module joins the list above."""
    classes = {each for each in vars(records).values() if isinstance(each, type) and attrs.has(each)}
    assert {type(record) for record in RECORDS} == {each for each in classes if each.__module__ == records.__name__}


def _set_own(record):
    setattr(record, attrs.fields(type(record))[0].name, "x")


def _set_unknown(record):
    record.asn_idd = "x"


def _delete_own(record):
    delattr(record, attrs.fields(type(record))[0].name)


@pytest.mark.parametrize("change", [_set_own, _set_unknown, _delete_own])
@pytest.mark.parametrize("record", RECORDS, ids=kind)
def test_attribute_cannot_be_changed(record, change):
    """Setting or deleting an attribute of any record, known or not, fails with the way to make another one."""
    before = repr(record)
    with pytest.raises(FrozenRecordError) as caught:
        change(record)
    assert repr(record) == before
    assert f"make another with attrs.evolve({kind(record).lower()}, " in str(caught.value)
    assert isinstance(caught.value, AsnError)
    assert isinstance(caught.value, AttributeError)
    assert isinstance(caught.value, TypeError)


def _set_item(record):
    record["products"] = []


def _set_new_item(record):
    record["mine"] = 1


def _delete_item(record):
    del record["products"]


@pytest.mark.parametrize(("change", "key"), [(_set_item, "products"), (_set_new_item, "mine"), (_delete_item, "products")])
@pytest.mark.parametrize("record", JSON_RECORDS, ids=kind)
def test_item_cannot_be_changed(record, change, key):
    """Setting or deleting an item fails with both ways out: another record, or a plain dict."""
    with pytest.raises(FrozenRecordError) as caught:
        change(record)
    name = kind(record).lower()
    assert str(caught.value) == (
        f"{name} (a record never changes): {key!r}; "
        f"make another with attrs.evolve({name}, {key}=...), or take a plain dict with to_dict()"
    )


def test_plain_dict_is_offered_only_where_there_is_one():
    """A record that stands for no JSON object does not send people to a to_dict that it lacks."""
    offers = {}
    for record in RECORDS:
        with pytest.raises(FrozenRecordError) as caught:
            _set_own(record)
        offers[kind(record)] = "to_dict()" in str(caught.value)
    assert offers == {kind(record): hasattr(record, "to_dict") for record in RECORDS}
    assert [name for name, offered in offers.items() if offered] == ["Association", "Product", "Member"]


@pytest.mark.parametrize(
    "change",
    [
        lambda asn: asn["products"].append(1),
        lambda asn: asn["products"].__setitem__(0, 1),
        lambda asn: asn["products"][0]["members"].clear(),
        lambda asn: asn["mine"].update(x=1),
        lambda asn: asn.extra.pop("mine"),
        lambda asn: asn["mine"]["list"].append(1),
        lambda asn: asn["mine"]["list"][1].update(x=1),
        lambda asn: asn["products"][0]["members"][0]["note"].append(1),
        lambda asn: asn.update(x=1),
    ],
)
def test_nothing_inside_can_be_changed(change):
    """No list and no object inside an association can be changed, at whatever level."""
    with pytest.raises((AttributeError, TypeError)):
        change(ASSOCIATION)
    assert dumps(ASSOCIATION) == TEXT


def test_extra_values_of_the_caller_are_not_shared():
    """Changing what a record was made of does not change the record."""
    mine = {"a": [1]}
    association = Association(extra=mine)
    mine["a"].append(2)
    mine["b"] = 3
    assert association.to_dict() == {"a": [1]}


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda asn: asn["products"][0]["members"][0]["expname"], "a_rate.fits"),
        (lambda asn: asn["products"][0]["members"][0]["note"], (1,)),
        (lambda asn: asn["products"][0]["weight"], 1.5),
        (lambda asn: asn["mine"]["list"][1]["deep"], ()),
        (lambda asn: [member["exptype"] for member in asn["products"][0]["members"]], ["science", "background"]),
        (lambda asn: list(asn.keys()), ["asn_id", "version_id", "mine", "products", "program"]),
        (lambda asn: list(asn["products"][0]), ["members", "name", "weight"]),
        (lambda asn: list(asn["products"][0]["members"][0].values()), ["science", "a_rate.fits", (1,)]),
        (lambda asn: [key for key, _ in asn["products"][0]["members"][1].items()], ["expname", "exptype"]),
        (lambda asn: (asn.get("asn_id"), asn.get("asn_pool"), asn.get("asn_pool", "none")), ("o001", None, "none")),
        (lambda asn: ("mine" in asn, "asn_id" in asn, "asn_pool" in asn, "extra" in asn), (True, True, False, False)),
        (lambda asn: (len(asn), len(asn["products"][0]), len(asn["products"][0]["members"][1])), (5, 3, 2)),
        (lambda asn: dict(asn)["program"], 1234),
        (lambda asn: {**asn}["version_id"], None),
        (lambda asn: dict(**asn["products"][0]["members"][1]), {"expname": "b_rate.fits", "exptype": "background"}),
    ],
)
def test_record_reads_like_a_mapping(read, value):
    """An association is read as the JSON object that a pipeline opens, in the order of the file."""
    assert read(ASSOCIATION) == value


@pytest.mark.parametrize("key", ["asn_pool", "nothing", "extra", "order", "origin", "to_dict"])
def test_key_that_the_file_does_not_have_is_a_key_error(key):
    """Only what stands in the file is an item; attributes of the record are not."""
    with pytest.raises(KeyError, match=key):
        ASSOCIATION[key]


@pytest.mark.parametrize("key", ["extra", "order", "origin", "to_dict"])
def test_key_may_be_called_as_an_attribute_is(key):
    """A file's key that has the name of an attribute of the record is an item like every other."""
    association = loads(f'{{"products": [], "{key}": [1]}}')
    assert (association[key], list(association)) == ((1,), ["products", key])


def test_absent_is_not_none():
    """A key that the file lacks is ABSENT, false and no item; one that is null is None, and an item."""
    association = loads('{"version_id": null, "products": []}')
    assert (association.version_id, association.asn_id) == (None, ABSENT)
    assert (list(association), repr(ABSENT), bool(ABSENT)) == (["version_id", "products"], "ABSENT", False)


def test_to_dict_is_what_json_reads_from_the_text():
    """The plain dict equals the parsed file, key order included."""
    plain = ASSOCIATION.to_dict()
    assert json.dumps(plain) == json.dumps(json.loads(TEXT))
    assert type(plain["products"][0]["members"][0]["note"]) is list


def test_to_dict_is_fresh():
    """Each plain dict is a new one through all levels, so that changing it changes nothing else."""
    plain = ASSOCIATION.to_dict()
    plain["mine"]["list"][1]["deep"].append(1)
    plain["products"][0]["members"].clear()
    assert ASSOCIATION.to_dict() == json.loads(TEXT)


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda record: pickle.loads(pickle.dumps(record)),
    "pickle 2": lambda record: pickle.loads(pickle.dumps(record, protocol=2)),
    "evolve": attrs.evolve,
}


@pytest.mark.parametrize("again", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("record", RECORDS, ids=kind)
def test_copy_is_equal(record, again):
    """Every record can be copied, pickled for a worker process, and evolved; hash and fields stay the same."""
    other = again(record)
    names = [each.name for each in attrs.fields(type(record))]
    assert other == record
    assert hash(other) == hash(record)
    assert [getattr(other, name) for name in names] == [getattr(record, name) for name in names]


@pytest.mark.parametrize("again", COPIES.values(), ids=COPIES)
def test_copy_keeps_bytes_and_is_frozen(again):
    """The copy of an association writes the same bytes, lacks what the first one lacks, and is frozen to the bottom."""
    other = again(ASSOCIATION)
    assert (dumps(other), other.asn_pool) == (TEXT, ABSENT)
    assert type(other.extra) is type(other["mine"]) is type(other["mine"]["list"][1]) is MappingProxyType


@pytest.mark.parametrize("again", COPIES.values(), ids=COPIES)
def test_odd_value_of_a_known_key_is_copied_too(again):
    """A list or an object where a text is usual is frozen, and copied as every other value."""
    association = loads('{"asn_id": [{"a": [1]}], "products": []}')
    assert again(association) == association
    assert type(association.asn_id[0]) is type(again(association).asn_id[0]) is MappingProxyType


@pytest.mark.parametrize("meta", [MappingProxyType({"filter": "f200w"}), {"filter": "f200w"}])
def test_pickled_exposure_is_read_only(meta):
    """An exposure that came from another process has a read-only meta."""
    other = pickle.loads(pickle.dumps(Exposure(0, parse("a.fits"), meta=meta)))
    assert (type(other.meta), dict(other.meta)) == (MappingProxyType, {"filter": "f200w"})


def test_evolved_record_is_another_one():
    """Evolving gives a new record with the one value changed, and leaves the old one as it was."""
    other = attrs.evolve(ASSOCIATION, asn_id="c1000", extra={"mine": [2]})
    assert (other.asn_id, other["mine"], other.products) == ("c1000", (2,), ASSOCIATION.products)
    assert dumps(ASSOCIATION) == TEXT


@pytest.mark.parametrize("record", RECORDS, ids=kind)
def test_record_is_small(record):
    """No record carries a dict of attributes: a hundred thousand of them must fit."""
    assert not hasattr(record, "__dict__")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Association(asn_id="a"), Association(asn_id="a", origin=Origin("level2")), True),
        (Association(asn_id="a"), Association(asn_id="b"), False),
        (Association(extra={"x": [1]}), Association(extra={"x": (1,)}), True),
        (Association(extra={"x": [1]}), Association(extra={"x": [2]}), False),
        (Association(version_id=None), Association(), False),
        (loads('{"asn_id": "a", "products": []}'), loads('{"products": [], "asn_id": "a"}'), True),
        (Member("a", "science"), Member("a", "psf"), False),
        (Member("a", "science"), {"expname": "a", "exptype": "science"}, False),
        (Exposure(0, parse("a")), Exposure(1, parse("a")), False),
        (Exposure(0, parse("a"), meta={"x": "1"}), Exposure(0, parse("a"), meta={"x": "2"}), False),
    ],
)
def test_records_are_compared_by_value(one, other, same):
    """Records are equal when their values are; key order and origin are no part of it, and equal ones hash alike."""
    assert (one == other) is same
    assert not same or len({one, other}) == 1


def test_identity_survives_another_role_and_name():
    """Place and candidate are the identity of an exposure; role and name may change."""
    other = attrs.evolve(EXPOSURE, exptype="background", name=parse("b_cal.fits"))
    assert other.identity == EXPOSURE.identity == (3, Candidate("o001"))
    assert attrs.evolve(EXPOSURE, candidate=Candidate("c1000")).identity != EXPOSURE.identity


@pytest.mark.parametrize(
    ("plain", "frozen"),
    [
        ({"a": [1, {"b": None}]}, MappingProxyType({"a": (1, MappingProxyType({"b": None}))})),
        ([], ()),
        ({}, MappingProxyType({})),
        ("text", "text"),
        ([[[True]]], (((True,),),)),
    ],
)
def test_freeze_and_thaw_are_inverse(plain, frozen):
    """Freezing makes tuples and read-only mappings of lists and dicts, thawing makes them lists and dicts again."""
    assert freeze(plain) == frozen
    assert type(freeze(plain)) is type(frozen)
    assert thaw(freeze(plain)) == plain
    assert type(thaw(freeze(plain))) is type(plain)


def test_dump_gives_name_and_text():
    """An association gives its suggested file name and its text."""
    assert ASSOCIATION.dump() == ("jw01234-o001_none_00001_asn.json", TEXT)


def test_write_writes_the_text(tmp_path):
    """An association writes its bytes, no newline added, and returns the path."""
    path = ASSOCIATION.write(tmp_path / "a.json")
    assert path == tmp_path / "a.json"
    assert path.read_bytes() == TEXT.encode()
