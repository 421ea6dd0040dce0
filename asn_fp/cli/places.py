"""Where the members of an association are, and what they are called from another folder: looked up as the system does it.

A ``..`` behind a linked folder leads to where that folder really is, so names are changed with a look at the disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cache

from asn_fp.files import absolute
from asn_fp.records import Association
from asn_fp.transforms import relocate
from asn_fp.transforms._rows import files_of, is_path, with_names
from asn_fp.transforms.finish import PATHS

__all__ = ["as_named", "folder_of", "located", "moved", "one_spelling", "paths_of", "real"]


def folder_of(path: str) -> str:
    """Return the folder of a file, as it was typed.

    >>> folder_of("out/l3_asn.json"), folder_of("l3_asn.json"), folder_of("/l3_asn.json")
    ('out', '.', '/')
    """
    return os.path.dirname(path) or "."  # noqa: PTH120  any text


def paths_of(association: Association, folder: str) -> list[str]:
    """Return the paths of the members of an association in a folder, each once.

    >>> paths_of(Association(members=("raw/a_rate.fits", "/b_rate.fits")), "one")
    ['one/raw/a_rate.fits', '/b_rate.fits']
    """
    names = filter(is_path, files_of(association))
    return [*names] if folder == "." else [os.path.join(folder, name) for name in names]  # noqa: PTH118  as fast as can be


def real(folder: str) -> str:
    """Return the path of a folder without links, whether or not it is there.

    >>> real("/usr/./lib/..")
    '/usr'
    """
    try:
        return os.path.realpath(folder)
    except ValueError:  # a zero byte, which no folder has
        return os.path.abspath(folder)  # noqa: PTH100


def moved(association: Association, paths: str | None, folder: str, start: str) -> Association:
    """Return an association as it is read in its folder, ready for another one.

    Args:
        association: what to change.
        paths: how members are to be written; None keeps names that are relative right where the folder changes.
        folder: the folder that the association is in.
        start: the folder that it goes to.

    Raises:
        KnobError: another word for `paths`.
        ProductError: two files of a product get one name.

    >>> asn = Association(members=("raw/a_rate.fits", "/b_rate.fits"))
    >>> moved(asn, None, "one", "two").members
    ('../one/raw/a_rate.fits', '/b_rate.fits')
    """
    if paths is None and real(folder) == real(start):
        return association
    if paths not in (None, "relative", "absolute"):
        return relocate((association,), paths)[0]
    change = _namer(paths, start)
    return with_names(
        association,
        lambda name: name if paths is None and name.startswith("/") else change(name, folder),
    )


def one_spelling(associations: Iterable[Association], folder: str) -> list[Association]:
    """Return associations of one folder in which each file has one name, the first that it has.

    >>> [each.members for each in one_spelling([Association(members=("a.fits",)), Association(members=("x/../a.fits",))], ".")]
    [('a.fits',), ('a.fits',)]
    """
    first: dict[str, str] = {}
    place = _placer(folder)
    return [with_names(each, lambda name: first.setdefault(place(name), name)) for each in associations]


def as_named(association: Association, folder: str, like: Association, there: str) -> Association:
    """Return an association in which the files that another one names too, from its own folder, have the names of that.

    Args:
        association: what to change; a name that both have stays.
        folder: the folder that it is in.
        like: the other one.
        there: the folder of that.

    >>> as_named(Association(members=("../a.fits",)), "out", Association(members=("a.fits",)), ".").members
    ('a.fits',)
    """
    names = files_of(like)
    place, known = _placer(folder), dict(zip(map(_placer(there), reversed(names)), reversed(names), strict=True))
    shared = set(names)
    return with_names(association, lambda name: name if name in shared else known.get(place(name), name))


def _placer(folder: str) -> Callable[[str], str]:
    """Return what gives the path of a member of a folder without links, but that of the file itself; no path is as it is."""
    really = cache(real)

    def place(name: str) -> str:
        if not is_path(name):
            return name
        above, base = os.path.split(absolute(os.path.join(folder, name)))  # noqa: PTH118  any text
        return os.path.join(really(above), base)  # noqa: PTH118

    return place


def located(name: str, paths: str | None, start: str, beside: str = ".") -> str:
    """Return a name that was typed here as a member has it: a file here, or one beside the association, or left as it is.

    Args:
        name: what was typed.
        paths: how members are to be written.
        start: the folder that the association goes to.
        beside: the folder that it was read in.

    Raises:
        KnobError: another word for `paths`.

    >>> located("raw/a_rate.fits", "relative", "raw"), located("nowhere_rate.fits", None, "raw")
    ('a_rate.fits', 'nowhere_rate.fits')
    """
    if paths not in (None, "relative", "absolute"):
        return PATHS[paths](name, start, "/")
    folders = () if name.startswith("/") else (".", beside, start)
    found = next((each for each in folders if os.path.exists(os.path.join(each, name))), None)  # noqa: PTH110, PTH118  any text
    return name if found is None and paths is None else _namer(paths, start)(name, found or ".")


def _namer(paths: str | None, start: str) -> Callable[[str, str], str]:
    """Return what gives a name in a folder another one: absolute, or relative to where an association goes."""
    origin, really = real(start), cache(real)

    def relative(path: str) -> str:
        """Return the path that goes up least: by the links that lead there, or without them."""
        folder, base = os.path.split(path)
        ways = [PATHS["relative"](each, origin, "/") for each in (path, os.path.join(really(folder), base))]  # noqa: PTH118
        return min(ways, key=lambda way: way.split("/").count(".."))

    def change(name: str, folder: str) -> str:
        if not is_path(name):
            return name
        path = absolute(os.path.join(folder, name))  # noqa: PTH118  any text
        return path if paths == "absolute" else relative(path)

    return change
