"""A user for each cage: nobody's, without a process, and no other grader's."""

import contextlib
import grp
import os
import pwd
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.sandbox import user
from grader.sandbox.user import FAR, find_range, hold_user, is_somebody

ROOT = Path(__file__).parents[3]


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)


def offer(monkeypatch: pytest.MonkeyPatch, *uids: int) -> None:
    """Have these uids drawn, in this order."""
    monkeypatch.setattr(user, "_draw", lambda offered: iter(uids))


@pytest.mark.usefixtures("as_root")
def test_user_that_an_account_a_group_or_a_process_has_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, FAR[1], FAR[2], FAR[3], FAR[4])
    known = pwd.getpwuid(0)
    accounts = {FAR[1]: known}
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: accounts[uid])
    monkeypatch.setattr(grp, "getgrgid", lambda gid: {FAR[2]: known}[gid])
    monkeypatch.setattr(user, "_read_uids", lambda process: {FAR[3]} if process.name == "1" else set())
    with hold_user() as uid:
        assert uid == FAR[4]
    accounts[FAR[4]] = known
    with (
        pytest.raises(FixableError, match=r"no user is free from 2010000000 to \d+, .*; expected uids without"),
        hold_user(),
    ):
        pass


def test_own_user_is_somebody() -> None:
    assert is_somebody(os.getuid())
    assert os.getuid() in user._read_uids(Path("/proc/self"))
    assert not is_somebody(FAR[-1])


@pytest.mark.usefixtures("as_root")
def test_two_graders_of_a_machine_never_hold_the_same_user(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, FAR[5], FAR[6])
    held = f"import socket, sys; one = socket.socket(1); one.bind('\\0hw9-uid-{FAR[5]}'); print(1, flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", held], **pipes) as other, closing(other):  # any other process
        assert other.stdout is not None
        assert other.stdout.readline() == b"1\n"
        with hold_user() as uid:
            assert uid == FAR[6]
    with hold_user() as uid:  # the lock ends with its process
        assert uid == FAR[5]


@contextlib.contextmanager
def closing(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    yield
    process.kill()


@pytest.mark.usefixtures("as_root")
def test_users_that_are_held_at_once_differ_and_are_far_from_all_others() -> None:
    with contextlib.ExitStack() as held:
        uids = [held.enter_context(hold_user()) for _ in range(20)]
    assert len(set(uids)) == 20
    assert all(uid in find_range() for uid in uids)
    assert FAR.start > 2_000_200_000  # what sssd gives out by default ends there,
    assert FAR.stop <= 0x7FFF0000 - 65536  # and systemd's foreign ids begin here


def test_user_is_our_own_where_we_are_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("a lock was taken"))
    with hold_user() as uid:
        assert uid is None


@pytest.mark.parametrize(
    ("users", "groups", "expected"),
    [
        ("0 0 4294967295", "0 0 4294967295", FAR),
        ("0 100000 65536", "0 100000 65536", range(32768, 65536)),
        ("0 1000 1\n1 100000 65536", "0 1000 1\n1 100000 1000", range(32769, 1001)),
        ("0 1000 1", "0 1000 1", range(1, 1)),
    ],
)
def test_range_is_within_what_a_user_namespace_has(tmp_path: Path, users: str, groups: str, expected: range) -> None:
    (tmp_path / "uid_map").write_text(users)
    (tmp_path / "gid_map").write_text(groups)
    assert find_range(tmp_path) == expected
    assert len(find_range(tmp_path)) == len(expected)
