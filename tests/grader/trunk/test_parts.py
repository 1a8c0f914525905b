"""The parts of a trunk by themselves: what is said, what is packed, what is given up, and where there is none."""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assignment.course import open_course
from grader.sandbox import cage
from grader.sandbox.cgroup import Cgroup
from grader.sandbox.check import LIMITS
from grader.trunk.branch import STUDENTS
from grader.trunk.cages import COPIES, find_shared, nest
from grader.trunk.drop import check_dropped
from grader.trunk.joining import NotShared, check_hazards, check_place
from grader.trunk.order import open_order
from grader.trunk.packing import Opened, find_opened, pack_folder, reopen, unpack
from grader.trunk.wire import hear_word, receive, say_word, send
from grader.worker.place import Place
from tests.grader.trunk.lab import make_job

VIEW = cage.View("token", "alice", LIMITS, open_course(), uid=61_003)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_message_arrives_whole_with_its_descriptors(pair: tuple[socket.socket, socket.socket], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"read by its descriptor")
    opened = os.open(tmp_path / "file", os.O_RDONLY)
    long = {"text": "x" * 100_000}  # less than a socket holds
    send(pair[0], long, [opened, opened])
    os.close(opened)
    said, given = receive(pair[1])
    assert said == long
    assert os.pread(given[1], 100, 0) == b"read by its descriptor"
    assert not any(map(os.get_inheritable, given))
    for one in given:
        os.close(one)


def test_descriptors_of_a_message_that_breaks_off_are_closed(pair: tuple[socket.socket, socket.socket]) -> None:
    read, write = os.pipe()
    socket.send_fds(pair[0], [b"\0\0\0\0\0\0\1\0"], [write])  # of the 256 bytes that it says none comes
    os.close(write)
    pair[0].close()
    with pytest.raises(EOFError):
        receive(pair[1])
    assert os.read(read, 1) == b""  # nobody holds the other end
    os.close(read)


def test_word_comes_with_the_socket_that_answers() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        for word in ("cell", "branch"):
            with say_word(ours, word) as reply:
                heard, answer = hear_word(theirs)
                with answer:
                    send(answer, heard)
                assert receive(reply)[0] == word
        ours.close()
        with pytest.raises(EOFError, match="nobody"):
            hear_word(theirs)


def test_packed_folder_is_unpacked_with_its_links_and_times_and_no_pipes(tmp_path: Path) -> None:
    source, place = tmp_path / "from", tmp_path / "to"
    (source / "inner").mkdir(parents=True)
    (source / "inner" / "run.sh").write_text("#!/bin/sh")
    (source / "inner" / "run.sh").chmod(0o755)
    os.utime(source / "inner" / "run.sh", (1e9, 1e9))
    (source / "link").symlink_to("inner/run.sh")
    os.mkfifo(source / "pipe")
    packed = pack_folder(source, str(place))
    for _ in range(2):  # its place is shared, and what is there is replaced
        unpack(packed)
    os.close(packed)
    assert sorted(path.name for path in place.iterdir()) == ["inner", "link"]
    seen = (place / "link").stat()
    assert (seen.st_mode & 0o777, seen.st_mtime) == (0o755, 1e9)
    assert os.readlink(place / "link") == "inner/run.sh"


def test_file_that_is_opened_anew_has_a_place_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "font").write_bytes(b"0123456789")
    opened = os.open(tmp_path / "font", os.O_RDONLY)
    os.read(opened, 3)
    sibling = os.dup(opened)  # as a fork has it
    assert Opened(opened, str(tmp_path / "font"), 3) in find_opened()
    reopen([Opened(opened, str(tmp_path / "font"), 3)])
    assert (os.read(sibling, 2), os.read(opened, 2), os.read(sibling, 2)) == (b"34", b"34", b"56")
    os.close(opened)
    os.close(sibling)


def test_process_that_dropped_nothing_is_found_out() -> None:
    with pytest.raises(PermissionError, match=r"kept what it must not have: .*Seccomp"):
        check_dropped(os.getuid())


def test_order_holds_nothing_that_a_student_wrote(tmp_path: Path) -> None:
    """A fork has every right when it hears it; the rest lies in descriptors, which are read later."""
    (tmp_path / "mine.py").write_text("beside")
    null = os.open(os.devnull, os.O_RDWR)
    with open_order(replace(VIEW, beside=tmp_path), ["a cell of theirs"], (), "key", null) as (order, given):
        assert "theirs" not in json.dumps(order)
        places = dict(zip(order["given"], given, strict=True))
        assert json.loads(os.pread(places["history"], 100, 0)) == ["a cell of theirs"]
        assert b"beside" in os.pread(places["beside"], 10_000, 0)
        assert {"history", "beside"} == {*STUDENTS}  # which bubblewrap is not given
    os.close(null)


def test_folder_with_a_mount_that_is_none_of_the_view_is_not_overlaid() -> None:
    its = [Path(path) for path, _ in cage.list_mounts(VIEW)]
    shared = find_shared(VIEW, its)
    assert {COPIES, "/usr"} <= set(shared)
    assert "/usr" not in find_shared(VIEW, [*its, Path("/usr/lib/driver.so")])
    assert not [path for path in shared if path.startswith(("/hw9/work", "/etc", "/proc", "/tmp/hw9"))]


def test_every_source_of_a_nested_cage_is_a_place_of_the_trunks() -> None:
    mounts = ["--ro-bind", "/root/course/a.npz", f"{cage.PACKAGES}/a.npz", "--ro-bind", "/root/f", f"{cage.HOME}/f"]
    nested = nest([*mounts, "--perms", "0755", "--dir", f"{cage.PACKAGES}/inner", "--chdir", "/"])
    sources = [nested[index + 1] for index, part in enumerate(nested) if part == "--ro-bind"]
    assert sources == [f"{COPIES}{cage.HOME}/f", COPIES + cage.PACKAGES]
    assert "--dir" not in nested


@pytest.mark.parametrize(
    ("uid", "kind", "says"), [(None, "v1", "ordinary user"), (61_003, "scope", "systemd scope"), (61_003, "v2", "")]
)
def test_place_at_which_nothing_can_be_shared_says_why(uid: int | None, kind: str, says: str) -> None:
    place = Place(make_job(), replace(VIEW, uid=uid), Cgroup(kind), None)
    if not says:
        check_place(place)
        return
    with pytest.raises(NotShared, match=rf"cannot share: .*{says}.*; expected"):
        check_place(place)


def test_every_hazard_is_named() -> None:
    check_hazards({"hazards": []})
    with pytest.raises(NotShared, match="a thread; a child; expected"):
        check_hazards({"hazards": ["a thread", "a child"]})
