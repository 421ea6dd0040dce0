"""Gathering: the files that an association names, brought to one folder, whole, once, and nowhere else."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from asn_fp import AsnError, AsnWarning, copies, gather, loads
from asn_fp.errors import FileError, ItemError, KnobError, ProductError
from asn_fp.gather import plan

MEMBERS = [("a_rate.fits", "science"), ("sky/b_rate.fits", "background"), ("../cat/c_cat.ecsv", "sourcecat")]


def written(folder, members=MEMBERS, title="l2_asn.json"):
    """Return the path of an association file in a folder of its own, the members with some content beside it."""
    path = folder / "in" / title
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, _ in members:
        place = path.parent / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"this is {name}")
        os.utime(place, (1_600_000_000, 1_600_000_000))
    listed = [{"expname": name, "exptype": role, "group_id": "1"} for name, role in members]
    path.write_text(json.dumps({"asn_type": "spec2", "products": [{"name": "a", "members": listed}]}, indent=4) + "\n")
    return path


def names(path):
    """Return the names of the members of an association file."""
    return [member.expname for product in loads(path.read_text()).products for member in product.members]


def tree(folder):
    """Return every file below a folder with its content."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("link", [None, "hard", "symbolic"])
def test_files_come_together(tmp_path, link):
    """The members are in the folder under their base names, the association has these, and its other lines are the same."""
    path = written(tmp_path)
    made = gather(path, tmp_path / "new" / "all", link=link)
    assert made == tmp_path / "new" / "all" / "l2_asn.json"
    assert names(made) == ["a_rate.fits", "b_rate.fits", "c_cat.ecsv"]
    assert {name: (made.parent / name).read_text() for name in names(made)} == {
        Path(name).name: f"this is {name}" for name, _ in MEMBERS
    }
    assert made.read_text() == path.read_text().replace("sky/", "").replace("../cat/", "")
    one = made.parent / "a_rate.fits"
    assert (one.is_symlink(), one.stat().st_nlink) == {None: (False, 1), "hard": (False, 2), "symbolic": (True, 1)}[link]
    assert sorted(each.name for each in made.parent.iterdir()) == ["a_rate.fits", "b_rate.fits", "c_cat.ecsv", "l2_asn.json"]


def test_times_and_rights_are_copied(tmp_path):
    """A copy has the time of its original, and its rights, but may be written to."""
    path = written(tmp_path)
    (path.parent / "a_rate.fits").chmod(0o440)
    status = (gather(path, tmp_path / "all").parent / "a_rate.fits").stat()
    assert (status.st_mtime, oct(status.st_mode & 0o777)) == (1_600_000_000, "0o640")


@pytest.mark.parametrize("link", [None, "hard", "symbolic"])
def test_what_is_there_is_not_copied_again(tmp_path, link):
    """Gathering again copies nothing; a partial, touched or other file of the name is replaced, whatever it was."""
    path, folder = written(tmp_path), tmp_path / "all"
    gather(path, folder, link=link)
    assert plan(loads(path.read_text()), str(path), str(folder), link=link).copies == ()
    (folder / "a_rate.fits").unlink()
    (folder / "a_rate.fits").write_text("this is")
    (pending,) = plan(loads(path.read_text()), str(path), str(folder), link=link).copies
    assert (Path(pending.target).name, pending.size) == ("a_rate.fits", len("this is a_rate.fits"))
    gather(path, folder, link=link)
    assert (folder / "a_rate.fits").read_text() == "this is a_rate.fits"


def test_size_and_time_tell_files_apart(tmp_path):
    """A file as large but of another time is copied again; a link in the way is replaced, not followed."""
    path, folder = written(tmp_path), tmp_path / "all"
    gather(path, folder)
    (folder / "a_rate.fits").write_text("that is a_rate.fits")
    outside = tmp_path / "precious"
    outside.write_text("precious")
    (folder / "b_rate.fits").unlink()
    (folder / "b_rate.fits").symlink_to(outside)
    gather(path, folder)
    assert (folder / "a_rate.fits").read_text() == "this is a_rate.fits"
    assert ((folder / "b_rate.fits").is_symlink(), outside.read_text()) == (False, "precious")


def test_no_half_file(tmp_path, monkeypatch):
    """A copy that fails leaves nothing of it, and no association; those before it stay, and the next run goes on."""
    path, folder = written(tmp_path), tmp_path / "all"
    real, calls = copies.pour, []

    def full(descriptor, data):
        calls.append(data)
        if len(calls) == 2:
            real(descriptor, data[:3])
            raise OSError(28, "No space left on device")
        real(descriptor, data)

    monkeypatch.setattr(copies, "pour", full)
    with pytest.raises(FileError, match="no space left"):
        gather(path, folder)
    assert tree(folder) == {"a_rate.fits": b"this is a_rate.fits"}
    monkeypatch.undo()
    assert len(plan(loads(path.read_text()), str(path), str(folder)).copies) == 2


def test_a_size_that_differs_is_an_error(tmp_path, monkeypatch):
    """Bytes that were lost on the way are noticed, and the file does not take its name."""
    path, folder = written(tmp_path), tmp_path / "all"
    monkeypatch.setattr(copies, "pour", lambda descriptor, data: os.write(descriptor, data[:-1]))
    with pytest.raises(FileError, match="bytes came of"):
        gather(path, folder)
    assert tree(folder) == {}


def test_progress(tmp_path):
    """The bytes of all pieces add up to those of the files."""
    told = []
    gather(written(tmp_path), tmp_path / "all", progress=told.append)
    assert sum(told) == sum(len(f"this is {name}") for name, _ in MEMBERS)


def test_what_a_killed_run_left_is_removed(tmp_path):
    """Half copies of a killed run go with the next one; what another run is at, and files of the user's, stay."""
    path, folder = written(tmp_path), tmp_path / "all"
    folder.mkdir()
    left = {name: folder / f".asn-copy-{name}.tmp" for name in ("left", "locked", "new-link", "old-link")}
    for name in ("left", "locked"):
        left[name].write_text("this")
    for name in ("new-link", "old-link"):
        left[name].symlink_to(path)
    mine = folder / ".asn-mine.tmp"
    mine.write_text("mine")
    now = os.lstat(left["old-link"]).st_ctime
    with left["locked"].open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        gather(path, folder)
        assert {each.name for each in folder.glob(".*")} == {mine.name} | {
            left[name].name for name in ("locked", "new-link", "old-link")
        }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copies.time, "time", lambda: now + 100)
        copies.sweep(folder)
    assert [each.name for each in folder.glob(".*")] == [mine.name]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -9)])
def test_a_killed_gather_leaves_no_half_file(tmp_path, number, status):
    """A signal to end cleans up; after a kill the next run does; neither leaves a file without its name."""
    path, folder = written(tmp_path), tmp_path / "all"
    script = f"""
import os, sys
from asn_fp import copies
from asn_fp.cli.main import asn
pour = copies.pour
def half(descriptor, data):
    pour(descriptor, data[:3])
    os.kill(os.getpid(), {int(number)})
copies.pour = half
sys.argv = ["asn", "gather", {str(path)!r}, {str(folder)!r}]
asn()
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, len(list(folder.iterdir()))) == (status, int(number == signal.SIGKILL))
    gather(path, folder)
    assert sorted(each.name for each in folder.iterdir()) == ["a_rate.fits", "b_rate.fits", "c_cat.ecsv", "l2_asn.json"]


CHOICES = [
    ({"types": ["science"]}, ["a_rate.fits"]),
    ({"types": ["Science", "sourcecat"]}, ["a_rate.fits", "c_cat.ecsv"]),
    ({"exclude": ["background"]}, ["a_rate.fits", "c_cat.ecsv"]),
    ({"exclude": ["*_rate.fits"]}, ["c_cat.ecsv"]),
    ({"types": ["science", "psf"], "exclude": ["c_*"]}, ["a_rate.fits"]),
    ({"exclude": ["sky/*"]}, ["a_rate.fits", "c_cat.ecsv"]),
]


@pytest.mark.filterwarnings("ignore::asn_fp.AsnWarning")
@pytest.mark.parametrize(("choice", "left"), CHOICES)
def test_choices(tmp_path, choice, left):
    """Roles and names that are chosen are copied, and only they are in the association."""
    made = gather(written(tmp_path), tmp_path / "all", **choice)
    assert names(made) == left
    assert sorted(tree(made.parent)) == sorted([*left, "l2_asn.json"])


@pytest.mark.parametrize(
    ("choice", "error", "told"),
    [
        ({"types": ["sience"]}, ItemError, "did you mean 'science'"),
        ({"exclude": ["d_rate.fits"]}, ItemError, "no role, and no name matches"),
        ({"types": ["psf"]}, ProductError, "no members to gather"),
        ({"link": "soft"}, KnobError, "'hard', 'symbolic'"),
        ({"types": "science"}, ItemError, "put it in a list"),
    ],
)
def test_choices_that_are_refused(tmp_path, choice, error, told):
    """Unknown roles and links, patterns without a match, and an empty choice are errors; nothing is made."""
    with pytest.raises(error, match=told):
        gather(written(tmp_path), tmp_path / "all", **choice)
    assert not (tmp_path / "all").exists()


def with_catalogue(tmp_path, catalogue="cats/a.ecsv"):
    """Return the path of an association whose first member brings a catalogue, and whose second one a null."""
    path = written(tmp_path, [*MEMBERS, (catalogue, "psf")])
    plain = json.loads(path.read_text())
    members = plain["products"][0]["members"]
    members.pop()
    members[0]["tweakreg_catalog"], members[1]["tweakreg_catalog"] = catalogue, None
    path.write_text(json.dumps(plain, indent=4))
    return path


def test_catalogues_of_members_come_along(tmp_path):
    """A catalogue that a member brings is gathered and named as members are; it may be excluded, or be missing."""
    path = with_catalogue(tmp_path)
    made = gather(path, tmp_path / "all", types=["science"])
    assert (made.parent / "a.ecsv").read_text() == "this is cats/a.ecsv"
    assert loads(made.read_text()).products[0].members[0]["tweakreg_catalog"] == "a.ecsv"
    bare = gather(path, tmp_path / "bare", exclude=["a.ecsv"])
    assert sorted(tree(bare.parent)) == ["a_rate.fits", "b_rate.fits", "c_cat.ecsv", "l2_asn.json"]
    members = loads(bare.read_text()).products[0].members
    assert [dict(member.extra) for member in members[:2]] == [{"group_id": "1"}, {"group_id": "1", "tweakreg_catalog": None}]
    (path.parent / "cats" / "a.ecsv").unlink()
    with pytest.raises(FileError, match=r"'cats/a.ecsv'"):
        gather(path, tmp_path / "other")


def test_missing_files_are_told_together(tmp_path):
    """All that is missing is in one error before anything is copied; allowed, it stays in the association."""
    path = written(tmp_path)
    (path.parent / "a_rate.fits").unlink()
    (tmp_path / "cat" / "c_cat.ecsv").unlink()
    with pytest.raises(FileError, match=r"(?s)'a_rate.fits'.*'../cat/c_cat.ecsv'"):
        gather(path, tmp_path / "all")
    assert not (tmp_path / "all").exists()
    made = gather(path, tmp_path / "all", allow_missing=True)
    assert sorted(tree(made.parent)) == ["b_rate.fits", "l2_asn.json"]
    assert names(made) == ["a_rate.fits", "b_rate.fits", "c_cat.ecsv"]


def test_another_source(tmp_path):
    """With a source, members are looked for there, also without their folders."""
    path = written(tmp_path)
    flat = tmp_path / "flat"
    flat.mkdir()
    for name, _ in MEMBERS:
        (path.parent / name).rename(flat / Path(name).name)
    assert len(tree(gather(path, tmp_path / "all", source=flat).parent)) == 4


def test_one_name_for_two_files(tmp_path):
    """Two files of one base name are an error; one file that is written in two ways is not."""
    path = written(tmp_path, [("x/a_rate.fits", "science"), ("y/a_rate.fits", "background")])
    with pytest.raises(ProductError, match=r"two files have this base name: 'x/a_rate.fits' and 'y/a_rate.fits'"):
        gather(path, tmp_path / "all")
    path = written(tmp_path, [("x/a_rate.fits", "science"), ("./x/a_rate.fits", "imprint")])
    assert names(gather(path, tmp_path / "all")) == ["a_rate.fits"] * 2


def test_one_file_under_several_names(tmp_path):
    """A file that a product lists under several names in one role is listed once, which is told; a plain repeat stays."""
    spelled = ["x/a_rate.fits", "./x/a_rate.fits", "x/../x/a_rate.fits", str(tmp_path / "in" / "x" / "a_rate.fits")]
    path = written(
        tmp_path, [*((name, "background") for name in spelled), ("b_rate.fits", "science"), ("b_rate.fits", "imprint")]
    )
    with pytest.warns(AsnWarning, match=r"the same file as 'x/a_rate.fits', and listed once") as caught:
        made = gather(path, tmp_path / "all")
    assert (names(made), len(caught)) == (["a_rate.fits", "b_rate.fits", "b_rate.fits"], 3)


def test_what_gathering_spoils_is_told(tmp_path):
    """What a check finds in the result and not in what was given is a warning; what it found before, in any folder, is not."""
    path = written(tmp_path, [("x/a_cal.fits", "science"), ("x/b_rate.fits", "background")])
    with pytest.warns(AsnWarning) as caught:
        gather(path, tmp_path / "all", types=["background"])
    assert [str(each.message).partition(":")[0] for each in caught] == ["error no-science"]
    assert plan(loads(path.read_text()), str(path), "new").told == ()


@pytest.mark.parametrize("before", [None, "hard", "symbolic"])
@pytest.mark.parametrize("after", [None, "hard", "symbolic"])
def test_gathering_in_another_way(tmp_path, before, after):
    """Files that are there as copies, or as links of one kind, are replaced where another kind is asked for."""
    path, folder = written(tmp_path), tmp_path / "all"
    gather(path, folder, link=before)
    planned = plan(loads(path.read_text()), str(path), str(folder), link=after)
    assert (len(planned.copies), planned.there) == ((0, 3) if before == after else (3, 0))
    gather(path, folder, link=after)
    one = folder / "a_rate.fits"
    assert (one.is_symlink(), one.stat().st_nlink) == {None: (False, 1), "hard": (False, 2), "symbolic": (True, 1)}[after]
    assert ((path.parent / "a_rate.fits").is_symlink(), one.read_text()) == (False, "this is a_rate.fits")


def test_the_same_folder(tmp_path):
    """The folder of the association is refused, by any name; files that are in the destination are left as they are."""
    path = written(tmp_path)
    (tmp_path / "alias").symlink_to(path.parent)
    before = tree(tmp_path)
    for folder in (path.parent, tmp_path / "alias", path.parent / ".." / "in"):
        with pytest.raises(FileError, match="also the input"):
            gather(path, folder)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("link", [None, "hard", "symbolic"])
def test_a_source_in_the_destination_is_safe(tmp_path, link):
    """A member that lies in the destination is neither copied onto itself nor replaced by a link to itself."""
    path = written(tmp_path, [("../all/a_rate.fits", "science")])
    made = gather(path, tmp_path / "all", link=link)
    assert (made.parent / "a_rate.fits").read_text() == "this is ../all/a_rate.fits"
    assert not (made.parent / "a_rate.fits").is_symlink()


def test_the_destination(tmp_path):
    """A file or folder in the way, or an association that is a link to elsewhere, is an error and is left alone."""
    path = written(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="a file has this name"):
        gather(path, tmp_path / "file")
    (tmp_path / "all" / "a_rate.fits").mkdir(parents=True)
    with pytest.raises(FileError, match="a folder has this name"):
        gather(path, tmp_path / "all")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "l2_asn.json").symlink_to(tmp_path / "file")
    with pytest.raises(FileError, match="symbolic link"):
        gather(path, tmp_path / "linked")
    assert (tmp_path / "file").read_text() == "x"


def test_a_plain_list(tmp_path):
    """A list of names without products is gathered too, all of it."""
    path = tmp_path / "list.json"
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.fits").write_text("a")
    path.write_text('{"members": ["x/a.fits"]}')
    assert loads(gather(path, tmp_path / "all").read_text()).members == ("a.fits",)
    with pytest.raises(ProductError):
        gather(path, tmp_path / "all", types=["science"])


TRICKS = st.sampled_from(
    [
        "../up.fits",
        "/etc/hostname",
        "",
        ".",
        "..",
        "x/",
        "a\0b",
        "l2_asn.json",
        "~/a",
        "sub/../../up.fits",
        "\ud800",
        "n" * 300,
        "here.fits",
        "link.fits",
        "dir",
    ]
)


@pytest.mark.filterwarnings("ignore::asn_fp.AsnWarning")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.lists(TRICKS, min_size=1, max_size=4), st.booleans(), st.sampled_from([None, "hard", "symbolic"]))
@example(["../up.fits"], True, None)
def test_nothing_is_written_elsewhere(tmp_path_factory, tricks, allow_missing, link):
    """Whatever members are called, no file outside the destination changes, and what is wrong is an error of ours."""
    folder = tmp_path_factory.mktemp("tricks")
    (folder / "in" / "dir").mkdir(parents=True)
    (folder / "up.fits").write_text("up")
    (folder / "in" / "here.fits").write_text("here")
    (folder / "in" / "link.fits").symlink_to(folder / "up.fits")
    path = folder / "in" / "l2_asn.json"
    members = [{"expname": name, "exptype": "science"} for name in tricks]
    path.write_text(json.dumps({"products": [{"name": "p", "members": members}]}))
    before = tree(folder)
    with suppress(AsnError):
        gather(path, folder / "all", allow_missing=allow_missing, link=link)
    assert {name: data for name, data in tree(folder).items() if not name.startswith("all/")} == before
    assert not list(folder.rglob(".asn-*"))


ODD = {
    "device": (lambda path: path.symlink_to("/dev/zero"), "a pipe or device, no file"),
    "pipe": (os.mkfifo, "a pipe or device, no file"),
    "folder": (lambda path: path.mkdir(), "a folder, no file"),
    "nothing": (lambda _: None, "no such file in "),
}


@pytest.mark.parametrize(("put", "told"), ODD.values(), ids=ODD)
def test_a_member_that_is_no_file(tmp_path, put, told):
    """A member in whose place there is something else than a file is told so, and nothing is copied."""
    path = written(tmp_path, [("a_rate.fits", "science")])
    (path.parent / "a_rate.fits").unlink()
    put(path.parent / "a_rate.fits")
    with pytest.raises(FileError, match=rf"^member \({told}.*'a_rate.fits'; name their folder with --source"):
        gather(path, tmp_path / "all")
    assert not (tmp_path / "all").exists()
