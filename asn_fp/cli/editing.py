"""The commands ``edit``, ``merge``, ``split``, ``diff`` and ``gather``: association files to other ones."""

from __future__ import annotations

import json as text_of
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Final, TypeVar

from asn_fp import edits, show, wording
from asn_fp.cli.inputs import expand_files, expand_partners, key_values, names_in, refuse_folders
from asn_fp.cli.output_names import numbered, plain
from asn_fp.cli.places import as_named, folder_of, located, moved, one_spelling, paths_of
from asn_fp.cli.plan import Plan
from asn_fp.cli.reading import read_associations, with_warnings
from asn_fp.codec import dumps, keeps_layout
from asn_fp.compare import diff
from asn_fp.errors import AsnError, ItemError, UsageError, did_you_mean, message
from asn_fp.gather import plan as plan_gathering
from asn_fp.keys import KEYS, Key, exptype
from asn_fp.records import Association, Exposure
from asn_fp.sources.headers import read_headers, scan_headers
from asn_fp.transforms import rename_products
from asn_fp.transforms.combine import parts
from asn_fp.transforms.edit import key_named, parse_keep

__all__ = ["diff_files", "edit_file", "gather_file", "merge_files", "split_file"]

R = TypeVar("R")
_LONGEST: Final = 150
_ROLE: Final = re.compile(r"[A-Za-z_]+")


def edit_file(
    *,
    files: tuple[str, ...],
    output_file: str | None = None,
    in_place: bool = False,
    add: tuple[str, ...] = (),
    remove: tuple[str, ...] = (),
    keep: tuple[str, ...] = (),
    swap_suffix: tuple[str, ...] = (),
    rename_product: tuple[str, ...] = (),
    set: tuple[str, ...] = (),  # noqa: A002  the option's name
    product: tuple[str, ...] = (),
    ignore_suffix: bool = False,
    suffix: tuple[str, ...] = (),
    paths: str | None = None,
) -> Plan:
    """Change the members, names and keys of an association file."""
    (path,) = _exactly(files, 1, "asn edit FILE.json ...; an option is repeated for each of its values")
    target = _target(path, output_file, in_place)
    text, before = _read(path)
    folder = folder_of(path)
    start = folder_of(target) if target != "-" else folder
    given = moved(before, paths, folder, start)
    after, warned = with_warnings(
        lambda: edits.edit(
            given,
            remove=names_in(remove),
            keep=keep,
            suffixes=key_values_of_texts(swap_suffix, "--swap-suffix"),
            add=[(located(name, paths, start, folder), role) for name, role in _additions(add)],
            rename=_renames(rename_product),
            keys=key_values(set, "--set", lambda value: None if value == "null" else value),
            products=product,
            ignore_suffix=ignore_suffix,
            own_suffixes=suffix,
            known=_headers(before, given, folder, [parse_keep(word).key for word in keep]),
        )
    )
    warned += _layout(path, text) if after != before else ()
    reads = [*paths_of(before, folder), *paths_of(after, start), *([] if in_place else [path])]
    return _to_file(target, text if after == before else dumps(after, like=text), after, warned, reads)


def _layout(path: str, text: str) -> tuple[str, ...]:
    """Return the warning that lines change which an edit does not touch, where these have a layout of their own."""
    way_out = "lines that the edit does not touch are written in the layout of the first ones"
    return () if keeps_layout(text) else ("warning: " + message("association file", "its layout is uneven", path, way_out),)


def _target(path: str, output_file: str | None, in_place: bool) -> str:
    if (output_file is None) == (not in_place):
        raise UsageError(message("output", "one of the two is needed", "--output-file FILE, --in-place", "-o - prints"))
    if output_file is None:
        return path
    return output_file


def _additions(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return (name, role) for what ``--add NAME[:exptype]`` names: patterns, lists and commas as in a partner option."""
    found: list[tuple[str, str]] = []
    for word in words:
        head, colon, tail = word.rpartition(":")
        if colon and not tail:
            raise UsageError(message("--add", "no exptype behind the colon", word, f"write {head}, or {head}:background"))
        names, role = (head, tail) if colon and head and _ROLE.fullmatch(tail) else (word, "science")
        listed = expand_partners([names])
        inner = [name for name in listed if _ROLE.fullmatch(name.rpartition(":")[2]) and ":" in name]
        if inner or not listed:
            raise UsageError(message("--add", "not of the form NAME[:exptype]", word, "repeat --add for each role"))
        found += [(name, role) for name in listed]
    refuse_folders(name for name, _ in found)
    return found


def _renames(words: Sequence[str]) -> str | dict[str, str]:
    pairs = [word for word in words if "=" in word]
    if len(words) > 1 and len(pairs) < len(words):
        raise UsageError(message("--rename-product", "a name for all, and others", words, "give one name, or OLD=NEW for each"))
    return words[0] if words and not pairs else key_values_of_texts(words, "--rename-product")


def key_values_of_texts(words: Sequence[str], option: str) -> dict[str, str]:
    """Return the texts that words of the form ``old=new`` stand for.

    Raises:
        UsageError: a word without ``=``, or two for one old value.

    >>> key_values_of_texts(["cal=destreak"], "--swap-suffix")
    {'cal': 'destreak'}
    """
    counts = Counter(word.partition("=")[0] for word in words)
    twice = next((word for word, count in counts.items() if count > 1), None)
    if twice is not None:
        raise UsageError(message(option, "given twice", twice, "give it once"))
    bad = next((word for word in words if "=" not in word), None)
    if bad is not None:
        raise UsageError(message(option, "not of the form OLD=NEW", bad, f"for example {option} cal=destreak"))
    return {word.partition("=")[0]: word.partition("=")[2] for word in words}


# --------------------------------------------------------------------------------------------------- several association files


def merge_files(*, files: tuple[str, ...], output_file: str, force: bool = False, paths: str | None = None) -> Plan:
    """Make one association file of several."""
    names = expand_files(files)
    read = read_associations(names)
    start = folder_of(output_file if output_file != "-" else names[0])
    given = [moved(each, paths, folder_of(name), start) for name, (_, each) in zip(names, read, strict=True)]
    if paths != "as-given":
        given = one_spelling(given, start)
    merged, warned = with_warnings(lambda: edits.merge(given, force=force))
    reads = [*names, *paths_of(merged, start)]
    return _to_file(output_file, dumps(merged, like=read[0][0]), merged, warned, reads)


def split_file(
    *, files: tuple[str, ...], by: tuple[str, ...], output_dir: str, rename_product: str | None = None, paths: str | None = None
) -> Plan:
    """Make an association file of each value of a key, or of each product."""
    (path,) = _exactly(files, 1, "asn split FILE.json --by KEY --output-dir DIR")
    text, association = _read(path)
    folder = folder_of(path)
    words = [part for word in by for part in word.split(",") if part]
    if output_dir == "":
        raise UsageError(message("--output-dir", "no folder", output_dir, "name one, or . for this one"))
    if not words:
        raise UsageError(message("--by", "no key", ",".join(by), "for example --by detector, or --by product"))
    keys = () if words == ["product"] else tuple(key_named(word) for word in words)
    given = moved(association, paths, folder, output_dir)
    found = parts(given, keys or "product", known=_headers(association, given, folder, keys))
    if rename_product is not None:
        found = tuple((value, _named_for(each, rename_product, value)) for value, each in found)
    targets = [f"{output_dir.rstrip('/') or '/'}/{name}" for name in _part_names(path, [value for value, _ in found])]
    plan = tuple((target, dumps(each, like=text)) for target, (_, each) in zip(targets, found, strict=True))
    said = "".join(f"{target}: {show.summary(each)}\n" for target, (_, each) in zip(targets, found, strict=True))
    reads = (path, *paths_of(association, folder))
    return Plan(plan, (output_dir,), said, _shared_names([each for _, each in found]), reads=reads)


def _named_for(association: Association, template: str, value: str) -> Association:
    filled = template.replace("{value}", _plain(value))
    return rename_products((association,), filled)[0]


def _part_names(path: str, values: Sequence[str]) -> list[str]:
    """Return a file name for each value: that of the association with the value in it."""
    stem = PurePath(path).name.removesuffix(".json").removesuffix("_asn")
    return numbered(f"{stem[: _LONGEST // 2]}_{_plain(value)}" for value in values)


def _plain(value: str) -> str:
    """Return a value as a part of a file name."""
    return plain(value, _LONGEST) or "none"


def _shared_names(associations: Sequence[Association]) -> tuple[str, ...]:
    """Return a line for the product names that several of the associations have."""
    counts = Counter(name for each in associations for name in dict.fromkeys(product.name for product in each.products))
    shared = [name for name, count in counts.items() if count > 1]
    if not shared:
        return ()
    way_out = "their files overwrite each other in one folder; --rename-product '{name}_{value}' tells them apart"
    more = f" and of {len(shared) - 1} more" if len(shared) > 1 else ""
    return ("warning: " + message("product name", f"in several of the files{more}", shared[0], way_out),)


def diff_files(*, files: tuple[str, ...], keys: bool = False, ignore_folders: bool = False, json: bool = False) -> Plan:
    """Tell what differs between two association files."""
    first, second = _exactly(files, 2, "asn diff A.json B.json")
    try:
        (_, one), (_, other) = read_associations([first, second])
    except AsnError as error:
        return Plan(warnings=tuple(f"error: {line}" for line in str(error).splitlines()), status=2)
    other = as_named(other, folder_of(second), one, folder_of(first))
    found = diff(one, other, keys=keys, folders=not ignore_folders)
    if json:
        return Plan(text=text_of.dumps(found.to_dict(), indent=4) + "\n", status=int(bool(found)))
    return Plan(text="".join(f"{wording.printable(line)}\n" for line in found.lines()), status=int(bool(found)))


def gather_file(
    *,
    files: tuple[str, ...],
    types: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    link: str | None = None,
    source: str | None = None,
    allow_missing: bool = False,
) -> Plan:
    """Copy or link the members of an association file to a folder."""
    path, destination = _exactly(files, 2, "asn gather FILE.json DEST")
    text, association = _read(path)
    planned = plan_gathering(
        association,
        path,
        destination,
        types=[part for word in types for part in word.split(",") if part],
        exclude=[part for word in exclude for part in word.split(",") if part],
        link=link,
        source=source,
        allow_missing=allow_missing,
    )
    lines = (*(message("member", "missing, not gathered", name) for name in planned.missing), *planned.told)
    warned = tuple(f"warning: {line}" for line in lines)
    done = f"{'linked' if link else 'copied'} {len(planned.copies)}, there already {planned.there}"
    said = f"{planned.target}: {show.summary(planned.association)}; {done}\n"
    written = (planned.target, dumps(planned.association, like=text))
    return Plan((written,), (destination,), said, warned, copies=planned.copies)


# ------------------------------------------------------------------------------------------------------------ what they share


def _exactly(files: Sequence[str], count: int, usage: str) -> tuple[str, ...]:
    if len(files) == count and "" in files:
        raise UsageError(message("FILES", "an empty name", list(files), f"write {usage}"))
    if len(files) != count:
        wanted = "one is needed" if count == 1 else f"{count} are needed"
        raise UsageError(message("FILES", f"{wanted}, {len(files)} given", ", ".join(files[:5]), f"write {usage}"))
    return tuple(files)


def _read(path: str) -> tuple[str, Association]:
    """Return the text of an association file, and what it holds."""
    return read_associations([path])[0]


def _to_file(path: str, text: str, association: Association, warned: tuple[str, ...], reads: Sequence[str]) -> Plan:
    if path == "-":
        return Plan(text=text if text.endswith("\n") else text + "\n", warnings=warned)
    if not path.endswith(".json"):
        warned = (*warned, "warning: " + message("output file", "pipelines read only names that end in .json", path))
    return Plan(((path, text),), text=f"{path}: {show.summary(association)}\n", warnings=warned, reads=tuple(reads))


def _headers(read: Association, written: Association, folder: str, keys: Sequence[Key]) -> Mapping[str, Exposure]:
    """Return the exposures with the headers of members where a key is none that names tell, by the names to be written.

    Science must be readable; a partner that is not, such as a catalogue that is still to come, tells no key.
    """
    asked = [key for key in keys if key.name not in KEYS and key is not exptype]
    members, names = (
        [member for product in each.products or () for member in product.members] if asked else [] for each in (read, written)
    )
    paths = {new.expname: os.fspath(Path(folder, old.expname)) for old, new in zip(members, names, strict=True)}
    science = dict.fromkeys(paths[new.expname] for new in names if new.exptype.lower() == "science")
    others = dict.fromkeys(path for path in paths.values() if path not in science)
    headers = [*read_headers(science, progress=True), *scan_headers(others).exposures]
    by_path = {exposure.name.text: exposure for exposure in headers}
    found = {name: by_path[path] for name, path in paths.items() if path in by_path}
    for key in asked:
        if all(key(exposure) is None for exposure in found.values()):
            raise ItemError(message("key", "no name and no header has it", key.label, did_you_mean(key.label, KEYS)))
    return found
