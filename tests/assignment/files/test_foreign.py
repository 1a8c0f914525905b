"""A file that is not ours is read, or said to be what it is; it leads nowhere, blocks nobody and fills no memory."""

import os
import socket
import threading
import tracemalloc
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from assignment.files import foreign
from assignment.files.foreign import digest_below, open_file, read_below, read_file
from assignment.fixable import FixableError, load_yaml


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    socket.socket(socket.AF_UNIX).bind(str(path))


def make_link(path: Path) -> None:
    path.with_name("secret").write_text("secret")
    path.symlink_to("secret")


NOT_FILES = {
    "a pipe": (make_pipe, "not a regular file"),
    "a socket": (make_socket, "not a regular file"),
    "a folder": (Path.mkdir, "Is a directory"),
    "a link": (make_link, "a link"),
    "a device": (None, "not a regular file"),
    "nothing": (lambda _: None, "No such file or directory"),
}


@pytest.mark.parametrize("kind", NOT_FILES)
def test_what_is_no_file_is_said_at_once(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    make, says = NOT_FILES[kind]
    path = Path("thing") if make else Path("/dev/zero")
    if make:
        make(path)
    with pytest.raises(OSError, match=says):
        read_file(path, 100)
    with pytest.raises(FixableError, match=f"{path}: {says}; expected a readable YAML file"):
        load_yaml(path)


def test_sparse_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(2**40)
    tracemalloc.start()
    with pytest.raises(OSError, match=f"more than {2**20} bytes"):
        read_file(tmp_path / "sparse", 2**20)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_file_that_says_nothing_of_its_size_is_bounded_all_the_same() -> None:
    assert os.stat("/proc/self/maps").st_size == 0
    assert read_file(Path("/proc/self/status"), 2**20).startswith(b"Name:")
    with pytest.raises(OSError, match="more than 10 bytes"):
        read_file(Path("/proc/self/maps"), 10)


def test_file_of_just_the_limit_is_read_and_one_more_byte_is_too_many(tmp_path: Path) -> None:
    data = bytes(range(256)) * 9000
    (tmp_path / "file").write_bytes(data)
    assert read_file(tmp_path / "file", len(data)) == data
    assert digest_below(tmp_path, "file", len(data)) == (len(data), sha256(data).hexdigest())
    for read in (read_below, digest_below):
        with pytest.raises(OSError, match=f"more than {len(data) - 1} bytes"):
            read(tmp_path, "file", len(data) - 1)


def test_file_system_that_does_not_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()

    def wait(*_: object) -> bytes:
        answer.wait()
        return b""

    monkeypatch.setattr(foreign, "open_file", wait)
    with pytest.raises(OSError, match=r"not read within \d+ seconds"):
        read_file(tmp_path / "file", 100, seconds=0.01)
    answer.set()


@pytest.mark.parametrize(
    ("place", "says"),
    [
        *(("a\0b", "null byte"), ("\ud800", "surrogates"), ("../file", "not a path below"), ("", "not a path below")),
        *(("/etc/passwd", "not a path below"), ("inner/../../file", "not a path below")),
    ],
)
def test_name_that_is_no_path_below_is_refused(place: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match=says):
        read_below(tmp_path / "folder", place, 100)


@pytest.mark.parametrize("read", [read_file, lambda path, most: open_file(path).read(most)])
def test_what_was_looked_at_is_what_is_read(
    read: Callable[[Path, int], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("one")
    look = os.fstat

    def swap(descriptor: int) -> os.stat_result:
        (tmp_path / "other").write_text("two")
        (tmp_path / "other").replace(tmp_path / "file")
        return look(descriptor)

    monkeypatch.setattr(foreign.os, "fstat", swap)
    assert read(tmp_path / "file", 100) == b"one"


def test_where_no_folder_can_be_held_open_links_are_refused_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "supports_dir_fd", set())  # as on Windows
    (tmp_path / "in").mkdir()
    (tmp_path / "in/file").write_bytes(b"here")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    assert read_below(tmp_path, "in/file", 100) == b"here"
    for place in ("link/file", "link"):
        with pytest.raises(OSError, match="a link"):
            read_below(tmp_path, place, 100)
