"""Associations to JSON text and back: the only module that knows how the archive lays its files out.

Four-space indent, ASCII escapes, no final newline, keys in their order. Text is read with Python's own ``json``, which
names the line and column of a mistake and reads numbers of any size; it is written with ``msgspec``, which is ten times
faster on long associations.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final, NoReturn

from attrs import fields_dict

from asn_fp.errors import CodecError, KnobError, message, raise_all
from asn_fp.names import association_file_name
from asn_fp.records import ABSENT, Association, Member, Product, as_association, freeze

__all__ = ["dumps", "keeps_layout", "loads", "suggested_name"]

_INDENT: Final = 4
_EXACT_INTEGER: Final = 2**63
_DEEPEST: Final = 100


def suggested_name(association: Association) -> str:
    """Return the file name that the JWST naming convention gives an association; the same one on every call.

    Source: JWST documentation, "JWST Conventions" (associations).

    >>> suggested_name(Association(program="01234", asn_id="o001", asn_type="spec2", products=()))
    'jw01234-o001_spec2_00001_asn.json'
    """
    if association.products is ABSENT:
        return "unnamed_association.json"
    program, asn_id, asn_type = (getattr(association, key) or "none" for key in ("program", "asn_id", "asn_type"))
    return association_file_name(str(program), str(asn_id), str(asn_type), 1, str(association.version_id or ""))


def dumps(association: Association, *, like: str = "") -> str:
    r"""Return the text of an association file.

    Args:
        association: what to write.
        like: the text of a file whose layout is to be kept: indent, line ends, byte order mark, letters that are no ASCII;
            by default the archive's.

    Raises:
        CodecError: a value that JSON does not have.
        KnobError: what is no association, or no text.

    >>> print(dumps(Association(asn_id="o001", products=(Product("p", (Member("a_cal.fits", "science"),)),))))
    {
        "asn_id": "o001",
        "products": [
            {
                "name": "p",
                "members": [
                    {
                        "expname": "a_cal.fits",
                        "exptype": "science"
                    }
                ]
            }
        ]
    }
    >>> dumps(Association(target="t1"), like='{\n  "target": "t2"\n}\n')
    '{\n  "target": "t1"\n}\n'
    """
    given = as_association(association)
    if not isinstance(like, str):
        raise KnobError(message("like", "not a text", like, "give the text of a file, as read_text() returns it"))
    return _plain_text(given) if not like else _like(given, like)


def _plain_text(association: Association) -> str:
    import msgspec

    plain = _converter().unstructure(association)
    try:
        text = msgspec.json.format(msgspec.json.encode(plain), indent=_INDENT).decode()
    except UnicodeEncodeError:  # a file name that is not text in the file system's encoding
        return json.dumps(association.to_dict(), indent=_INDENT)
    plain_text = text.isascii() and "\x7f" not in text
    return text if plain_text else re.sub(r"[^\x00-\x7e]", lambda found: json.dumps(found[0])[1:-1], text)


def _like(association: Association, text: str) -> str:
    """Return the text of an association in the layout of another text."""
    mark = "\ufeff" * text.startswith("\ufeff")
    body = text.removeprefix("\ufeff").rstrip("\r\n \t")
    end = text[len(mark) + len(body) :]
    first = re.match(r"\{(?:\r\n?|\n)([ \t]*)", body)
    indent = first[1] if first else None
    raw = not body.isascii()
    if indent == " " * _INDENT and not raw:
        written = _plain_text(association)
    else:
        _plain_text(association)  # says what JSON does not have
        tight = (",", ":") if indent is None and not re.search(r'": ', body) else (", " if indent is None else ",", ": ")
        written = json.dumps(association.to_dict(), indent=indent, separators=tight, ensure_ascii=not raw)
        written = re.sub("[\ud800-\udfff]", lambda found: json.dumps(found[0])[1:-1], written)  # which no file can hold
    ends = "\r\n" if 2 * body.count("\r\n") > body.count("\n") else "\r" if "\r" in body and "\n" not in body else "\n"
    return mark + written.replace("\n", ends) + end


def keeps_layout(text: str) -> bool:
    r"""Tell whether `dumps` with ``like=text`` leaves the lines of a text as they are where nothing changes.

    >>> keeps_layout('{\r\n  "products": []\r\n}\r\n'), keeps_layout('{"products":  []}')
    (True, False)
    """
    return dumps(loads(text), like=text) == text


def loads(text: str | bytes) -> Association:
    """Return the association that a text holds; keys that no association is known to have survive, in their place.

    Raises:
        CodecError: the text is not JSON (with line, column and the usual cause), has a key twice, is nested absurdly
            deep, or is not an association (each place that is wrong).

    >>> asn = loads('{"asn_id": "o001", "products": [{"name": "p", "members": []}], "mine": [1]}')
    >>> asn.asn_id, asn.extra["mine"], dumps(asn) == dumps(loads(dumps(asn)))
    ('o001', (1,), True)
    >>> loads('{"products": [],}')
    Traceback (most recent call last):
    asn_fp.errors.CodecError: association text (line 1, column 16: a trailing comma): ',}'; JSON has no comma...
    """
    import cattrs

    plain = _parsed(text)
    if not isinstance(plain, dict):
        raise CodecError(message("association", f"{_kind(plain)} where an object belongs", _short(plain), "begin with {"))
    try:
        association: Association = _converter().structure(plain, Association)
    except cattrs.BaseValidationError as error:
        problems = cattrs.transform_error(error, path="association", format_exception=lambda found, _: str(found))
        raise CodecError("\n".join(map(_placed, problems))) from None
    if association.products is ABSENT and association.members is ABSENT:
        raise CodecError(message("association", "no 'products'", sorted(plain), "is this an association file?"))
    return association


def _placed(problem: str) -> str:
    """Turn the line of a problem round, so that it begins with the place: ``reason @ place``."""
    reason, _, place = problem.rpartition(" @ ")
    return f"{place} {reason}"


# ------------------------------------------------------------------------------------------------ text to plain values


def _parsed(text: str | bytes) -> Any:
    if isinstance(text, bytes):
        text = _decoded(text)
    elif not isinstance(text, str):
        raise CodecError(message("association text", "neither a text nor bytes", text, "give what a file holds"))
    text = text.removeprefix("\ufeff")
    duplicates: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(found)
        if len(result) != len(found):
            duplicates.extend(key for key, count in Counter(key for key, _ in found).items() if count > 1)
        return result

    try:
        plain = json.loads(
            text,
            object_pairs_hook=pairs,
            parse_constant=partial(_constant, text),
            parse_float=partial(_float, text),
            parse_int=partial(_int, text),
        )
    except json.JSONDecodeError as error:
        raise CodecError(_mistake(error)) from None
    except RecursionError:
        raise _too_deep(text) from None
    raise_all(CodecError, [message("key", "given twice in one object", key, "leave one of them out") for key in duplicates])
    if _is_deep(plain):
        raise _too_deep(text)
    return plain


def _too_deep(text: str) -> CodecError:
    return CodecError(message("association text", "nested too deep", _short(text), "an association has five levels"))


def _is_deep(plain: Any) -> bool:
    """Tell whether a value has more levels than all that follows can surely go down into."""
    level: list[Any] = [[plain]]
    for _ in range(_DEEPEST + 1):
        values = (item for each in level for item in (each.values() if isinstance(each, dict) else each))
        level = [item for item in values if isinstance(item, (dict, list))]
        if not level:
            return False
    return True


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = data[error.start : error.start + 8]
        raise CodecError(message("association text", f"not UTF-8 at byte {error.start}", bad, "save it as UTF-8")) from None


def _constant(text: str, word: str) -> NoReturn:
    raise CodecError(_bad_number(text, word, "JSON has no such value", "use null"))


def _float(text: str, word: str) -> float:
    value = float(word)
    if math.isinf(value):
        raise CodecError(_bad_number(text, word, "the number is too large", "use a text"))
    return value


def _int(text: str, word: str) -> int:
    try:
        return int(word)
    except ValueError:  # Python refuses to read integers of thousands of digits
        raise CodecError(_bad_number(text, word, "the number is too large", "use a text")) from None


def _bad_number(text: str, word: str, cause: str, way_out: str) -> str:
    """Return the message for a number, with the first place outside of quotes where it stands."""
    places = re.finditer(rf'"(?:[^"\\]|\\.)*"|{re.escape(word)}', text)
    line, column = _line_and_column(text, next(found.start() for found in places if found[0] == word))
    return message("association text", f"line {line}, column {column}: {cause}", _short(word), way_out)


def _line_and_column(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _mistake(error: json.JSONDecodeError) -> str:
    """Return the message for text that is not JSON: where, and what people usually did."""
    text, at = error.doc, error.pos
    rest = text[at:].lstrip()
    before = text[:at].rstrip()
    line, column, shown, cause, way_out = error.lineno, error.colno, rest[:12], error.msg.lower(), "see the JSON syntax"
    if not text.strip():
        return message("association text", "empty", text, "was the file written completely?")
    if before.endswith(",") and rest[:1] in ("}", "]"):
        line, column = _line_and_column(text, len(before) - 1)
        cause, shown, way_out = "a trailing comma", before[-1] + rest[:1], "JSON has no comma after the last entry"
    elif not rest:
        cause, shown, way_out = "it ends too early", before[-12:], "was the file written completely?"
    elif rest[0] == "'":
        cause, way_out = "single quotes", "JSON has double quotes"
    elif cause.startswith("unterminated string"):
        cause, way_out = "a text without its closing quote", "was the file written completely?"
    elif "delimiter" in cause:
        way_out = "is a comma or a quote missing before this?"
    return message("association text", f"line {line}, column {column}: {cause}", shown, way_out)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 40 else text[:40] + "..."


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a logical", type(None): "null"}
    return names.get(type(value), "a number")


# --------------------------------------------------------------------------------------------- plain values to records


@cache
def _converter() -> Any:
    """Return the cattrs converter, made when it is first needed: importing cattrs costs more than a short run does."""
    from cattrs.preconf.msgspec import make_converter

    converter = make_converter()
    converter.register_unstructure_hook(Member, _plain_member)
    converter.register_unstructure_hook(Product, _plain_product)
    converter.register_unstructure_hook(
        Association,
        lambda asn: _plain(asn, lambda key, value: list(map(_plain_product, value)) if key == "products" else _exact(value)),
    )
    for cls, typed, required in (
        (Member, {"expname": str, "exptype": str}, ("expname", "exptype")),
        (Product, {"name": str, "members": (Member,)}, ("members",)),
        (Association, {"products": (Product,), "members": (str,)}, ()),
    ):
        converter.register_structure_hook(cls, _structure_hook(converter, cls, typed, required))
    return converter


def _plain_product(product: Product) -> dict[str, Any]:
    members = list(map(_plain_member, product.members))
    if not product.extra and not product.order and product.name is not ABSENT:
        return {"name": product.name, "members": members}
    return _plain(product, lambda key, value: members if key == "members" else _exact(value))


def _plain_member(member: Member) -> dict[str, Any]:
    if not member.extra and not member.order:
        return {"expname": member.expname, "exptype": member.exptype}
    return _plain(member, lambda _, value: _exact(value))


def _plain(record: Any, inner: Callable[[str, Any], Any]) -> dict[str, Any]:
    return {key: inner(key, value) for key, value in record.items()}


def _exact(value: Any) -> Any:
    """Return a value such that it is written as Python's json writes it, whatever its size."""
    import msgspec

    if value is None or isinstance(value, (str, bool)) or (isinstance(value, int) and abs(value) < _EXACT_INTEGER):
        return value
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exact(item) for item in value]
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return msgspec.Raw(json.dumps(value).encode())
    raise CodecError(
        message("value", "JSON does not have it", value, "use texts, finite numbers, logicals, None, lists and dicts")
    )


def _structure_hook(
    converter: Any, cls: type[Any], typed: Mapping[str, Any], required: tuple[str, ...]
) -> Callable[[Any, Any], Any]:
    from cattrs import AttributeValidationNote, ClassValidationError

    own = [name for name in fields_dict(cls) if name not in ("extra", "order", "origin")]

    def structure(value: Any, _: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(f"({_kind(value)} where an object belongs): {_short(value)!r}")
        known: dict[str, Any] = {}
        errors: list[Exception] = [ValueError(f"(no {key!r}): {sorted(value)!r}") for key in required if key not in value]
        for key in own:
            if key in value:
                try:
                    known[key] = _typed(converter, value[key], typed.get(key))
                except Exception as error:
                    error.add_note(AttributeValidationNote(f"in {key}", key, object))
                    errors.append(error)
        if errors:
            raise ClassValidationError(f"while reading {cls.__name__}", errors, cls)
        extra = {key: item for key, item in value.items() if key not in known}
        keys = tuple(value)
        usual = (*(name for name in own if name in known), *extra)
        return cls(**known, extra=extra, order=() if keys == usual else keys)

    return structure


def _typed(converter: Any, value: Any, wanted: Any) -> Any:
    if wanted is None:
        return freeze(value)
    if wanted is str:
        if not isinstance(value, str):
            raise ValueError(f"({_kind(value)} where a text belongs): {_short(value)!r}")
        return value
    if not isinstance(value, list):
        raise ValueError(f"({_kind(value)} where a list belongs): {_short(value)!r}")
    return _listed(converter, value, wanted[0])


def _listed(converter: Any, values: list[Any], wanted: type[Any]) -> tuple[Any, ...]:
    from cattrs import IterableValidationError, IterableValidationNote

    result, errors = [], []
    for number, value in enumerate(values):
        try:
            result.append(_typed(converter, value, str) if wanted is str else converter.structure(value, wanted))
        except Exception as error:
            error.add_note(IterableValidationNote(f"number {number}", number, wanted))
            errors.append(error)
    if errors:
        raise IterableValidationError("while reading a list", errors, tuple)
    return tuple(result)
