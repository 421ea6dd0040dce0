"""Files are written whole or not at all, whatever fails; and read with errors that help."""

from __future__ import annotations

import errno
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import asn_fp
from asn_fp.errors import AsnError, FileError
from asn_fp.files import read_text, write_all, write_text
from asn_fp.records import Association

ROOT = Path(asn_fp.__file__).parents[1]
FORM = re.compile(r"(output|input) (file|text) \(.+\): '.*'; .+")
LONG = "new " * 50_000


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder in which no temporary file may be left when the test ends."""
    yield tmp_path
    assert list(tmp_path.rglob(".*")) == []


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    """Give a way to set the umask that is undone when the test ends."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def fail(monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException, at: int = 1) -> list[int]:
    """Make the at-th and all later calls of one os function fail, and return the list that counts its calls."""
    real, calls = getattr(os, name), []

    def failing(*args, **kwargs):
        calls.append(len(calls) + 1)
        if calls[-1] >= at:
            raise error
        return real(*args, **kwargs)

    monkeypatch.setattr(os, name, failing)
    return calls


@pytest.fixture
def safe_dev(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a defect from replacing the machine's own devices when the tests run as root."""

    def guard(name: str) -> None:
        real = getattr(os, name)

        def guarded(old, new, **kwargs):
            assert not str(new).startswith("/dev/"), f"{new} would be replaced"
            return real(old, new, **kwargs)

        monkeypatch.setattr(os, name, guarded)

    guard("replace")
    guard("link")


def oserror(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def bits(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def python(code: str, *args: object, **kwargs) -> subprocess.CompletedProcess[bytes]:
    """Run code in a Python of its own, from the checkout."""
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.run(command, cwd=ROOT, timeout=60, check=False, **kwargs)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Drop root's rights, if these tests have them."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


# ---------------------------------------------------------------------------------------------- what is written


@pytest.mark.parametrize("text", ["", "plain\n", "a\r\nb\rc\n", "\ufeffmark", "é β Pictoris 星 🔭\n", "\0", LONG])
def test_bytes_are_the_text_in_utf_8_and_nothing_else(folder, text):
    """A text is written as its utf-8 bytes, line ends and all, and its path is returned as it was given."""
    target = folder / "β.json"
    assert write_text(str(target), text) == target
    assert target.read_bytes() == text.encode("utf-8")
    assert names(folder) == ["β.json"]


def test_short_writes_are_continued(folder, monkeypatch):
    """A system that takes a few bytes at a time still gets them all."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda number, data: real(number, data[:7]))
    write_text(folder / "a.json", "abcdefghij" * 5)
    assert (folder / "a.json").read_text() == "abcdefghij" * 5


def test_relative_path_is_written_in_the_working_folder(folder, monkeypatch):
    """A bare name is a file in the working folder, and comes back as given."""
    monkeypatch.chdir(folder)
    assert write_text("a.json", "new") == Path("a.json")
    assert (folder / "a.json").read_text() == "new"


def test_content_is_synced_before_the_rename_and_the_folder_after(folder, monkeypatch):
    """A power cut finds either content whole, as the order is: sync files, rename them, sync the folder."""
    log: list[str] = []
    fsync, replace = os.fsync, os.replace

    def sync(number):
        log.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file")
        fsync(number)

    def rename(*paths):
        log.append("rename")
        replace(*paths)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", rename)
    write_all([(folder / "a", "1"), (folder / "b", "2")])
    assert log == ["file", "file", "rename", "rename", "folder"]


def test_folder_that_cannot_be_synced_is_no_failure(folder, monkeypatch):
    """A disk that refuses to sync folders still gets its file."""
    calls = fail(monkeypatch, "fsync", oserror(errno.EINVAL), at=2)
    write_text(folder / "a.json", "new")
    assert calls == [1, 2]
    assert (folder / "a.json").read_text() == "new"


# ---------------------------------------------------------------------------------------------- what fails


FAULTS = [
    ("write", oserror(errno.ENOSPC), "no space left on the disk"),
    ("fsync", oserror(errno.ENOSPC), "no space left on the disk"),
    ("fsync", oserror(errno.EIO), "Input/output error"),
    ("replace", oserror(errno.EACCES), "no permission"),
    ("replace", oserror(errno.EBUSY), "Device or resource busy"),
    ("replace", OSError("odd"), "odd"),
    ("open", oserror(errno.EROFS), "Read-only file system"),
    ("fchmod", oserror(errno.EPERM), "Operation not permitted"),
]


@pytest.mark.parametrize(("name", "error", "reason"), FAULTS)
def test_fault_leaves_the_existing_file_whole(folder, monkeypatch, name, error, reason):
    """Whatever the system refuses, the old content stays, no temporary file does, and the error says what and where."""
    target = folder / "a.json"
    target.write_text("old")
    calls = fail(monkeypatch, name, error)
    with pytest.raises(FileError, match=f"^{re.escape(f'output file ({reason}): {str(target)!r}; ')}") as caught:
        write_text(target, LONG)
    assert calls == [1]
    assert caught.value.errno == error.errno
    assert caught.value.__cause__ is error
    assert target.read_text() == "old"
    assert names(folder) == ["a.json"]


@pytest.mark.parametrize("name", ["write", "fsync", "replace"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("between"), MemoryError()], ids=repr)
def test_interruption_passes_through_after_the_clean_up(folder, monkeypatch, name, error):
    """Ctrl-C and every exception that is not the system's come out as they are, with the old file whole."""
    (folder / "a.json").write_text("old")
    fail(monkeypatch, name, error)
    with pytest.raises(type(error)) as caught:
        write_text(folder / "a.json", "new")
    assert caught.value is error
    assert (folder / "a.json").read_text() == "old"
    assert names(folder) == ["a.json"]


def test_failure_leaves_no_new_file(folder, monkeypatch):
    """A file that did not exist does not exist after a failure either."""
    fail(monkeypatch, "fsync", oserror(errno.ENOSPC))
    with pytest.raises(FileError):
        write_text(folder / "a.json", "new")
    assert names(folder) == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_no_descriptor_leaks(folder, monkeypatch):
    """A failed write closes what it has opened."""
    before = names(Path("/proc/self/fd"))
    fail(monkeypatch, "fsync", oserror(errno.ENOSPC))
    for _ in range(5):
        with pytest.raises(FileError):
            write_text(folder / "a.json", "new")
    assert len(names(Path("/proc/self/fd"))) == len(before)


def test_disk_that_fills_up_half_way(folder):
    """A real limit that the system enforces in the middle of the bytes leaves the old file and nothing else."""
    target = folder / "a.json"
    target.write_text("old")
    code = """if True:
        import resource, sys
        from asn_fp.errors import FileError
        from asn_fp.files import write_text
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        try:
            write_text(sys.argv[1], "x" * 5000)
        except FileError as error:
            print(error)
    """
    result = python(code, target, capture_output=True)
    assert result.stdout.decode() == f"output file (File too large): {str(target)!r}; choose another path\n"
    assert target.read_text() == "old"
    assert names(folder) == ["a.json"]


DYING = """if True:
    import os, signal, sys
    from asn_fp.files import write_all
    name, at = sys.argv[1], int(sys.argv[2])
    real, calls = getattr(os, name), []
    def dying(*args):
        calls.append(1)
        if len(calls) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(args[0], args[1][:1000]) if name == "write" else real(*args)
    setattr(os, name, dying)
    write_all([(path, "new" * 50_000) for path in sys.argv[3:]])
"""


@pytest.mark.parametrize(("name", "at"), [("write", 1), ("write", 3), ("fsync", 1), ("replace", 1)])
def test_killed_process_leaves_the_old_file_whole(tmp_path, name, at):
    """A process killed anywhere before the rename leaves the old content."""
    target = tmp_path / "a.json"
    target.write_text("old")
    assert python(DYING, name, at, target).returncode == -signal.SIGKILL
    assert target.read_text() == "old"
    assert all(left == "a.json" or left.startswith(".asn-") for left in names(tmp_path))


def test_process_killed_after_the_rename_leaves_the_new_file_whole(tmp_path):
    """A process killed while it syncs the folder leaves the new content."""
    target = tmp_path / "a.json"
    target.write_text("old")
    assert python(DYING, "fsync", 2, target).returncode == -signal.SIGKILL
    assert target.read_text() == "new" * 50_000
    assert names(tmp_path) == ["a.json"]


@pytest.mark.parametrize(("name", "at", "first"), [("fsync", 2, "old"), ("replace", 2, "new" * 50_000)])
def test_process_killed_between_two_files_leaves_each_whole(tmp_path, name, at, first):
    """A process killed between two files leaves no file half old and half new, and renames none before all are synced."""
    targets = tmp_path / "a.json", tmp_path / "b.json"
    for target in targets:
        target.write_text("old")
    assert python(DYING, name, at, *targets).returncode == -signal.SIGKILL
    assert [target.read_text() for target in targets] == [first, "old"]


WRITER = """if True:
    import sys
    from asn_fp.files import write_text
    for _ in range(60):
        write_text(sys.argv[1], sys.argv[2] * 300_000)
"""


def test_reader_sees_whole_contents_only(folder):
    """While two processes and two threads write in turns, a reader never sees a part or a mixture."""
    target = folder / "a.json"
    write_text(target, "0" * 300_000)
    processes = [subprocess.Popen([sys.executable, "-c", WRITER, str(target), letter], cwd=ROOT) for letter in "ab"]
    threads = [
        threading.Thread(target=lambda letter=letter: [write_text(target, letter * 300_000) for _ in range(60)])
        for letter in "cd"
    ]
    for thread in threads:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in threads) or any(process.poll() is None for process in processes):
        text = read_text(target)
        seen.add((len(text), text[0], text.count(text[0])))
    assert [process.returncode for process in processes] == [0, 0]
    assert {(length, count) for length, _, count in seen} == {(300_000, 300_000)}
    assert {letter for _, letter, _ in seen} & set("abcd")


# ---------------------------------------------------------------------------------------------- rights


@pytest.mark.parametrize("mask", [0o000, 0o002, 0o022, 0o027, 0o077])
def test_new_file_has_the_bits_that_open_would_give(folder, umask, monkeypatch, mask):
    """A new file's bits follow the umask, which is never changed on the way (other threads would see it)."""
    umask(mask)
    (folder / "plain").open("w").close()
    with monkeypatch.context() as patch:
        patch.setattr(os, "umask", lambda _: pytest.fail("the umask was changed"))
        write_text(folder / "ours", "new")
    assert bits(folder / "ours") == bits(folder / "plain") == 0o666 & ~mask


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o666, 0o755])
def test_existing_file_keeps_its_bits(folder, umask, mode):
    """An existing file keeps its permission bits, whatever the umask is."""
    (folder / "a.json").write_text("old")
    (folder / "a.json").chmod(mode)
    umask(0o027)
    write_text(folder / "a.json", "new")
    assert (bits(folder / "a.json"), (folder / "a.json").read_text()) == (mode, "new")


def test_private_file_has_no_public_copy_at_any_time(folder, umask, monkeypatch):
    """The temporary file of a private file is as private from the start."""
    (folder / "a.json").write_text("old")
    (folder / "a.json").chmod(0o600)
    seen, real = [], os.fchown
    monkeypatch.setattr(os, "fchown", lambda n, *ids: (seen.append(stat.S_IMODE(os.fstat(n).st_mode)), real(n, *ids)))
    write_text(folder / "a.json", "new")
    assert set(seen) == {0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_existing_file_keeps_its_owner(folder):
    """A file that root rewrites still belongs to its owner and group."""
    (folder / "a.json").write_text("old")
    os.chown(folder / "a.json", 12345, 23456)
    write_text(folder / "a.json", "new")
    status = (folder / "a.json").stat()
    assert (status.st_uid, status.st_gid) == (12345, 23456)


def test_owner_that_cannot_be_kept_is_no_failure(folder, monkeypatch):
    """Who may not give a file away still may rewrite it."""
    (folder / "a.json").write_text("old")
    calls = fail(monkeypatch, "fchown", oserror(errno.EPERM))
    write_text(folder / "a.json", "new")
    assert calls
    assert (folder / "a.json").read_text() == "new"


def test_write_protected_file_is_refused(folder, monkeypatch):
    """A file that this user may not write is left alone, though its folder would allow a rename."""
    target = folder / "a.json"
    target.write_text("old")
    asked = []
    monkeypatch.setattr(os, "access", lambda path, mode: asked.append((Path(path), mode)))
    with pytest.raises(FileError, match=r"output file \(write-protected\): .*a\.json'; make it writable"):
        write_text(target, "new")
    assert asked == [(target, os.W_OK)]
    assert target.read_text() == "old"


def test_write_protected_folder_is_refused():
    """A folder in which this user may not create files is an error that says so."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        with unprivileged(), pytest.raises(FileError, match=r"output file \(no permission\): .*check the rights"):
            write_text(f"{name}/a.json", "new")
        assert names(Path(name)) == []


# ---------------------------------------------------------------------------------------------- links and special files


@pytest.mark.parametrize("content", ["old", None], ids=["whole", "dangling"])
def test_link_stays_a_link_and_its_file_is_written(folder, content):
    """A symbolic link to a file, there or not, stays one, and the file it points to gets the text."""
    (folder / "data").mkdir()
    (folder / "link").symlink_to("hop")
    (folder / "hop").symlink_to("data/a.json")
    if content is not None:
        (folder / "data" / "a.json").write_text(content)
    assert write_text(folder / "link", "new") == folder / "link"
    assert (folder / "link").readlink() == Path("hop")
    assert (folder / "hop").readlink() == Path("data/a.json")
    assert (folder / "data" / "a.json").read_text() == "new"


def test_temporary_file_is_beside_the_real_file(folder, monkeypatch):
    """The rename stays within the folder, and so the disk, of the file that a link points to."""
    (folder / "data").mkdir()
    (folder / "link").symlink_to("data/a.json")
    moves, real = [], os.replace
    monkeypatch.setattr(os, "replace", lambda old, new: (moves.append((Path(old), Path(new))), real(old, new)))
    write_text(folder / "link", "new")
    ((old, new),) = moves
    assert (old.parent, new) == (folder / "data", folder / "data" / "a.json")
    assert old.name.startswith(".")


def test_circle_of_links_is_refused(folder):
    """Links that lead in a circle are an error, and stay."""
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    with pytest.raises(FileError, match=r"output file \(symbolic links in a circle\): .*; remove the link"):
        write_text(folder / "a", "new")
    assert (folder / "a").is_symlink()
    assert names(folder) == ["a", "b"]


def test_link_into_a_missing_folder_is_refused(folder):
    """A dangling link whose folder is missing is an error that names that folder."""
    (folder / "link").symlink_to("gone/a.json")
    with pytest.raises(FileError, match=f"there is no folder {str(folder / 'gone')!r}"):
        write_text(folder / "link", "new")


def test_fifo_is_written_through(folder):
    """A FIFO gets the text and stays a FIFO."""
    os.mkfifo(folder / "pipe")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append((folder / "pipe").read_text()), daemon=True)
    reader.start()
    write_text(folder / "pipe", LONG)
    reader.join(20)
    assert got == [LONG]
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)


def test_character_device_is_written_through(folder, safe_dev):
    """A link to a character device leads to the device, which neither is replaced nor is protected from overwriting."""
    before = Path("/dev/null").stat()
    (folder / "null").symlink_to("/dev/null")
    write_all([(folder / "null", "new"), ("/dev/null", "new")], overwrite=False)
    assert os.path.samestat(before, Path("/dev/null").stat())
    assert (folder / "null").is_symlink()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_device_is_an_error_and_undoes_the_files(folder, safe_dev):
    """A stream that fails is an error, and the files written with it get their old content back."""
    (folder / "a").write_text("old")
    with pytest.raises(FileError, match=r"output file \(no space left on the disk\): '/dev/full'; make room"):
        write_all([("/dev/full", "new"), (folder / "a", "new"), (folder / "b", "new")])
    assert (folder / "a").read_text() == "old"
    assert names(folder) == ["a"]


def test_stream_is_fed_last(folder, monkeypatch):
    """A stream gets nothing, even if it comes first in the plan, when a file fails: what is sent cannot be taken back."""
    reading, writing = os.pipe()
    fail(monkeypatch, "replace", oserror(errno.EIO))
    with pytest.raises(FileError, match="Input/output error"):
        write_all([(f"/dev/fd/{writing}", "new"), (folder / "a", "new")])
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == ""


STDOUT = """if True:
    import os, sys
    from asn_fp.files import write_all
    os.write(1, b"before|")
    write_all([(sys.argv[1], "new|"), (sys.argv[1], "again|")], overwrite=False)
    os.write(1, b"after")
"""


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_is_written_where_it_stands(folder, path):
    """Standard output is continued, be it a pipe, a file or a file to append to, and never truncated or replaced."""
    assert python(STDOUT, path, stdout=subprocess.PIPE).stdout == b"before|new|again|after"
    for mode, start in (("wb", b""), ("ab", b"before|new|again|after")):
        with (folder / "log").open(mode) as log:
            assert python(STDOUT, path, stdout=log).returncode == 0
        assert (folder / "log").read_bytes() == start + b"before|new|again|after"


def test_closed_descriptor_is_an_error():
    """A descriptor that is not open is an error that names it."""
    with pytest.raises(FileError, match=r"output file \(Bad file descriptor\): '/dev/fd/987'"):
        write_text("/dev/fd/987", "new")


def test_reader_that_went_away_is_an_error():
    """A pipe that nobody reads any more is an error with its errno, so that a command can end quietly."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        with pytest.raises(FileError) as caught:
            write_text(f"/dev/fd/{writing}", "new")
    finally:
        os.close(writing)
    assert caught.value.errno == errno.EPIPE


# ---------------------------------------------------------------------------------------------- paths that cannot be


BAD_PATHS = [
    ("", "a folder, not a file", "add a file name"),
    (".", "a folder, not a file", "add a file name"),
    ("obs", "a folder, not a file", "add a file name"),
    ("obs/", "a folder, not a file", "add a file name"),
    ("new/", "a folder, not a file", "add a file name"),
    ("obs/..", "a folder, not a file", "add a file name"),
    ("osb/a.json", "its folder does not exist", "there is no folder 'osb', did you mean 'obs'?"),
    ("old.jsn/a.json", "its folder does not exist", "there is no folder 'old.jsn'"),
    ("zzz/deep/a.json", "its folder does not exist", "there is no folder 'zzz'"),
    ("zzz/../a.json", "its folder does not exist", "there is no folder 'zzz'"),
    ("obs/zzz/a.json", "its folder does not exist", "there is no folder 'obs/zzz'"),
    ("old.json/a.json", "the path goes through a file as if it were a folder", "correct the path"),
    ("n" * 256, "File name too long", "choose another path"),
    ("a\0b", "embedded null byte", "correct the path"),
    ("\ud800", "'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed", "correct the path"),
]


@pytest.mark.parametrize(("path", "reason", "way_out"), BAD_PATHS)
def test_path_that_cannot_be_written(folder, monkeypatch, path, reason, way_out):
    """A path that cannot be a file is an error with its reason and a way out, and its neighbours are not written."""
    monkeypatch.chdir(folder)
    (folder / "obs").mkdir()
    (folder / "old.json").write_text("old")
    with pytest.raises(FileError) as caught:
        write_all([("good.json", "new"), (path, "new")])
    assert str(caught.value) == f"output file ({reason}): {path!r}; {way_out}"
    assert names(folder) == ["obs", "old.json"]


def test_longest_name_is_written(folder):
    """A name as long as the disk allows is no problem for the temporary file."""
    write_text(folder / ("n" * 255), "new")
    assert (folder / ("n" * 255)).read_text() == "new"


def test_error_is_ours_and_the_systems(folder):
    """The error is caught as the package's and as an OSError, and has the package's message form."""
    for kind in (AsnError, OSError):
        with pytest.raises(kind) as caught:
            write_text(folder, "new")
        assert FORM.fullmatch(str(caught.value))


def test_text_that_is_not_utf_8_is_refused_before_anything_is_touched(folder):
    """A lone surrogate is an error that names it, its place and the file; no file is written."""
    (folder / "a").write_text("old")
    with pytest.raises(FileError) as caught:
        write_all([(folder / "a", "new"), (folder / "b", "ok\udc80")])
    expected = f"output text (no utf-8 character, at offset 2 of the text for {str(folder / 'b')!r}): "
    assert str(caught.value) == expected + r"'\udc80'; correct the text"
    assert (folder / "a").read_text() == "old"
    assert names(folder) == ["a"]


# ---------------------------------------------------------------------------------------------- overwrite=False


@pytest.mark.parametrize("via_link", [False, True])
def test_existing_file_is_protected(folder, monkeypatch, via_link):
    """With overwrite=False an existing file, also behind a link, is an error before anything is written."""
    calls = fail(monkeypatch, "write", oserror(errno.EIO))
    (folder / "a").write_text("old")
    (folder / "link").symlink_to("a")
    with pytest.raises(FileError, match=r"output file \(exists already\): .*; choose another name") as caught:
        write_all([(folder / "b", "new"), (folder / ("link" if via_link else "a"), "new")], overwrite=False)
    assert caught.value.errno == errno.EEXIST
    assert calls == []
    assert (folder / "a").read_text() == "old"
    assert names(folder) == ["a", "link"]


def test_file_that_appears_meanwhile_is_protected(folder, monkeypatch):
    """With overwrite=False a file that another process creates during the write is not overwritten."""
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda number: ((folder / "b").write_text("theirs"), real(number)))
    with pytest.raises(FileError, match="exists already"):
        write_all([(folder / "a", "new"), (folder / "b", "new")], overwrite=False)
    assert (folder / "b").read_text() == "theirs"
    assert names(folder) == ["b"]


@pytest.mark.parametrize("hard_links", [True, False])
def test_new_file_is_written_without_overwriting(folder, monkeypatch, hard_links):
    """With overwrite=False a new file is written, also on a disk without hard links, and is the only name of its data."""
    if not hard_links:
        fail(monkeypatch, "link", oserror(errno.EPERM))
    write_text(folder / "a", "new", overwrite=False)
    assert (folder / "a").read_text() == "new"
    assert (folder / "a").stat().st_nlink == 1


# ---------------------------------------------------------------------------------------------- several files


def test_plan_is_written_in_order_from_any_iterable(folder):
    """Every entry of a plan, even of a generator, is written, and the paths come back in its order."""
    (folder / "b").write_text("old")
    paths = write_all((folder / name, name * 3) for name in "cab")
    assert paths == (folder / "c", folder / "a", folder / "b")
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"a": "aaa", "b": "bbb", "c": "ccc"}
    assert write_all([]) == ()


def test_plan_that_fails_while_it_is_made_writes_nothing(folder):
    """An exception from the plan itself comes out as it is, and no file is written."""

    def plan():
        yield folder / "a", "new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_all(plan())
    assert names(folder) == []


@pytest.mark.parametrize("hard_links", [True, False])
@pytest.mark.parametrize("error", [oserror(errno.EIO), KeyboardInterrupt(), RuntimeError()], ids=repr)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_failing_rename_takes_the_earlier_ones_back(folder, monkeypatch, at, error, hard_links):
    """When a rename fails, old files have their content and bits again and new ones are gone."""
    (folder / "a").write_text("old a")
    (folder / "a").chmod(0o604)
    (folder / "c").write_text("old c")
    real, calls = os.replace, []

    def rename(old, new):
        calls.append(new)
        if len(calls) == at:
            raise error
        real(old, new)

    monkeypatch.setattr(os, "replace", rename)
    if not hard_links:
        fail(monkeypatch, "link", oserror(errno.EPERM))
    with pytest.raises(FileError if isinstance(error, OSError) else type(error)):
        write_all([(folder / name, "new") for name in "abc"])
    assert len(calls) >= at
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"a": "old a", "c": "old c"}
    assert bits(folder / "a") == 0o604


def test_interrupt_after_the_last_rename_takes_all_back(folder, monkeypatch):
    """Ctrl-C while the folder is synced undoes all files of a plan."""
    (folder / "a").write_text("old")
    fail(monkeypatch, "fsync", KeyboardInterrupt(), at=3)
    with pytest.raises(KeyboardInterrupt):
        write_all([(folder / "a", "new"), (folder / "b", "new")])
    assert (folder / "a").read_text() == "old"
    assert names(folder) == ["a"]


def test_nothing_is_renamed_before_all_is_synced(folder, monkeypatch):
    """A disk that is full at the second file leaves the first as it was, without any rename."""
    (folder / "a").write_text("old")
    inode = (folder / "a").stat().st_ino
    fail(monkeypatch, "fsync", oserror(errno.ENOSPC), at=2)
    with pytest.raises(FileError, match=f"no space left on the disk.*{re.escape(str(folder / 'b'))}"):
        write_all([(folder / "a", "new"), (folder / "b", "new")])
    assert ((folder / "a").read_text(), (folder / "a").stat().st_ino) == ("old", inode)


def test_overwriting_leaves_no_backup(folder):
    """A plan that succeeds keeps no second copy of the old files."""
    for name in "ab":
        (folder / name).write_text("old")
    write_all([(folder / "a", "new"), (folder / "b", "new")])
    assert names(folder) == ["a", "b"]
    assert (folder / "a").stat().st_nlink == 1


def test_backup_survives_where_the_old_file_cannot_be_restored(tmp_path, monkeypatch):
    """When even taking back fails, the old content is kept in a file that a note on the error names."""
    (tmp_path / "a").write_text("old")
    fail(monkeypatch, "replace", oserror(errno.EIO), at=2)
    with pytest.raises(FileError) as caught:
        write_all([(tmp_path / "a", "new"), (tmp_path / "b", "new")])
    (note,) = caught.value.__notes__
    (backup,) = tmp_path.glob(".asn-*.old")
    assert FORM.fullmatch(note)
    assert repr(str(backup)) in note
    assert backup.read_text() == "old"
    assert (tmp_path / "a").read_text() == "new"


def test_file_of_another_process_is_not_taken_back(folder, monkeypatch):
    """A file that another process has put in our place meanwhile stays when our files are taken back."""
    (folder / "a").write_text("old")
    real = os.replace

    def rename(old, new):
        if Path(new).name == "b":
            (folder / "theirs").write_text("theirs")
            real(folder / "theirs", folder / "a")
            raise oserror(errno.EIO)
        real(old, new)

    monkeypatch.setattr(os, "replace", rename)
    with pytest.raises(FileError):
        write_all([(folder / "a", "new"), (folder / "b", "new")])
    assert (folder / "a").read_text() == "theirs"


@pytest.mark.parametrize("second", ["a", "sub/../a", "link", "sub/up/a", "hard"])
def test_one_file_under_two_names_is_refused(folder, second):
    """Two paths that lead to one file, by spelling, symbolic or hard link, are an error before anything is written."""
    (folder / "a").write_text("old")
    (folder / "sub").mkdir()
    (folder / "sub" / "up").symlink_to("..")
    (folder / "link").symlink_to("a")
    (folder / "hard").hardlink_to(folder / "a")
    with pytest.raises(FileError, match=r"output file \(the same file twice\): .*; give it another name than .*/a'"):
        write_all([(folder / "a", "one"), (f"{folder}/{second}", "two")])
    assert (folder / "a").read_text() == "old"


@pytest.mark.parametrize("second", ["a", "link"])
def test_one_new_file_under_two_names_is_refused(folder, second):
    """Two paths that would create one file are an error, also through a dangling link."""
    (folder / "link").symlink_to("a")
    with pytest.raises(FileError, match="the same file twice"):
        write_all([(folder / "a", "one"), (folder / second, "two")])
    assert names(folder) == ["link"]


# ---------------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize("text", ["", "a\r\nb\rc\n", "é β 星 🔭", LONG, "in\ufeffside"])
def test_what_is_written_is_read(folder, text):
    """A text is read back as it was written, line ends and all."""
    assert read_text(str(write_text(folder / "a", text))) == text


def test_byte_order_mark_is_dropped_once(folder):
    """One byte order mark at the start is not part of the text, unless it is asked for; a second one is."""
    (folder / "a").write_bytes(b"\xef\xbb\xbf\xef\xbb\xbf{}")
    assert read_text(folder / "a") == "\ufeff{}"
    assert read_text(folder / "a", keep_mark=True) == "\ufeff\ufeff{}"


UNREADABLE = [
    ("jw01234_asn.jsn", "not found", "did you mean 'jw01234_asn.json'?"),
    ("zzz", "not found", "check the path"),
    ("osb/a.json", "not found", "there is no folder 'osb', did you mean 'obs'?"),
    ("jw01234_asn.json/a", "the path goes through a file as if it were a folder", "correct the path"),
    ("obs", "a folder, not a file", "add a file name"),
    ("", "a folder, not a file", "add a file name"),
    ("a\0", "embedded null byte", "correct the path"),
    ("latin.json", "not utf-8, byte 0xe9 at offset 5", "save it as utf-8"),
    ("loop", "symbolic links in a circle", "remove the link, or point it at a file"),
]


@pytest.mark.parametrize(("path", "reason", "way_out"), UNREADABLE)
def test_file_that_cannot_be_read(folder, monkeypatch, path, reason, way_out):
    """A file that cannot be read is an error with its reason and a way out, such as the nearest name in its folder."""
    monkeypatch.chdir(folder)
    (folder / "obs").mkdir()
    (folder / "loop").symlink_to("loop")
    (folder / "jw01234_asn.json").write_text("{}")
    (folder / "latin.json").write_bytes(b"\xef\xbb\xbf{}\xe9")
    with pytest.raises(FileError) as caught:
        read_text(path)
    assert str(caught.value) == f"input file ({reason}): {path!r}; {way_out}"


def test_file_without_permission_is_an_error():
    """A file that this user may not read is an error that says so."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        Path(name, "a.json").write_text("{}")
        Path(name, "a.json").chmod(0)
        with unprivileged(), pytest.raises(FileError, match=r"input file \(no permission\): .*check the rights"):
            read_text(f"{name}/a.json")


def test_name_is_found_in_a_large_folder(folder):
    """The nearest of thousands of names is suggested without comparing them all."""
    for number in range(3000):
        (folder / f"jw{number:05}_asn.json").touch()
    with pytest.raises(FileError, match=r"did you mean 'jw01499_asn\.json'\?"):
        read_text(folder / "jw01499_asn.jsn")


def test_dash_is_a_file_name(folder, monkeypatch):
    """A dash names a file like any other word, both ways."""
    monkeypatch.chdir(folder)
    write_text("-", "new")
    assert names(folder) == ["-"]
    assert read_text("-") == "new"


FITS = {"by its name": ("a_cal.fits", b""), "packed": ("A.FITS.GZ", b""), "by how it begins": ("precious", b"SIMPLE  = T")}


@pytest.mark.parametrize(("name", "content"), FITS.values(), ids=FITS)
@pytest.mark.parametrize("linked", [True, False])
def test_no_text_replaces_a_fits_file(folder, name, content, linked):
    """A FITS file, or a link to one, is never replaced by a text, nor is any other file of the same plan; bytes may."""
    path = given = folder / name
    path.write_bytes(content)
    if linked:
        given = folder / "link.json"
        given.symlink_to(path)
    for write in (lambda: Association().write(given), lambda: write_all([(folder / "other", "x"), (given, "{}")])):
        with pytest.raises(FileError, match=r"output file \(a FITS file has this name\)"):
            write()
    assert path.read_bytes() == content
    assert not (folder / "other").exists()
    write_all([(given, b"SIMPLE  = F")])
    assert path.read_bytes() == b"SIMPLE  = F"


@pytest.mark.parametrize("device", ["/dev/zero", "link"])
def test_a_device_is_not_read(folder, monkeypatch, device):
    """A device, which may have no end, is refused at once."""
    monkeypatch.chdir(folder)
    Path("link").symlink_to("/dev/zero")
    with pytest.raises(FileError, match=r"input file \(a device, which may have no end\)"):
        read_text(device)


def test_what_is_read_beside_files(folder):
    """A FIFO, an open file of one's own and the empty device are read as files are."""
    os.mkfifo(folder / "pipe")
    writer = threading.Thread(target=(folder / "pipe").write_text, args=("text",))
    writer.start()
    assert read_text(folder / "pipe") == "text"
    writer.join()
    reading, writing = os.pipe()
    os.write(writing, b"text")
    os.close(writing)
    assert read_text(f"/dev/fd/{reading}") == "text"
    os.close(reading)
    zero = os.open(os.devnull, os.O_RDONLY)
    assert read_text(f"/dev/fd/{zero}") == read_text(os.devnull) == ""
    os.close(zero)
