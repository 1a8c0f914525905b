"""No lock that a cage takes on what it sees is seen by another cage, or by the machine."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignment.course import open_course
from grader.sandbox import cage
from grader.sandbox.check import LIMITS
from grader.sandbox.private import find_places, list_mount_points, to_private
from tests.grader.ordinary import ROOT

VIEW = cage.View("token", "alice", LIMITS, open_course())
LOCK = """
import fcntl, os, sys
for path in PATHS:
    one, two = (os.open(path, os.O_RDONLY) for _ in range(2))
    fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        fcntl.flock(two, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("locked", path)  # and it is a lock: the second one is refused
"""


def list_seen() -> list[str]:
    """Return files that every cage sees and that an ordinary user of this machine may lock: one of each folder."""
    own = [os.__file__, "/usr/bin/env", "/etc/ld.so.cache"]
    return [os.path.realpath(path) for path in own if os.access(path, os.R_OK)]


def test_locks_of_two_cages_do_not_meet(execute: Callable[..., Any]) -> None:
    """What another cage would hold is held by this process: a lock of the machine's own files."""
    seen = subprocess.run([*to_private(VIEW), "stat", "-f", "-c", "%T", "/usr"], capture_output=True, text=True)
    if seen.stdout.strip() != "overlayfs":
        pytest.skip("this machine allows no overlay over /usr: locks are shared, as the README says")
    paths = list_seen()
    held = [os.open(path, os.O_RDONLY) for path in paths]
    try:
        for descriptor in held:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        code = LOCK.replace("PATHS", repr(paths))
        outside = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert "BlockingIOError" in outside.stderr  # the control
        inside = execute([code])
        assert inside.result.word == "ran", inside.result
        assert inside.texts[0].split() == [word for path in paths for word in ("locked", path)]
    finally:
        for descriptor in held:
            os.close(descriptor)


def test_folder_with_spaces_in_its_name_has_a_view_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "a course\tof ours"
    folder.mkdir()
    (folder / "a").write_text("b")
    argv = [*to_private(VIEW, ["/usr", str(folder)]), "stat", "-f", "-c", "%T", "/usr", str(folder), str(folder / "a")]
    seen = subprocess.run(argv, capture_output=True, text=True).stdout.split()
    if seen[0] != "overlayfs":
        pytest.skip("this machine allows no overlay over /usr: locks are shared, as the README says")
    assert seen == ["overlayfs"] * 3


def test_folder_with_something_mounted_below_it_stays_as_it_is(tmp_path: Path) -> None:
    alone = find_places(VIEW, [Path("/"), Path("/usr"), Path("/proc"), Path("/etc/resolv.conf")])
    assert {"/usr", "/etc"} <= set(alone)
    assert "/usr" not in find_places(VIEW, [Path("/usr/lib/x/driver.so")])
    assert "/etc" not in find_places(VIEW, [Path("/etc/fonts/conf.d")])


def test_places_do_not_lie_within_each_other_and_hold_the_course(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("a,b/lib", "plain/lib"):
        (tmp_path / name).mkdir(parents=True)
    folders = (str(tmp_path / "a,b"), str(tmp_path / "plain"), str(tmp_path / "plain" / "lib"))
    monkeypatch.setattr(cage, "find_python", lambda: folders)
    found = find_places(VIEW, [])
    assert str(tmp_path / "plain") in found
    assert not {str(tmp_path / "plain" / "lib"), str(tmp_path / "a,b")} & set(found)
    assert any((ROOT / "assignment").is_relative_to(one) for one in found)


def test_mount_points_are_read_with_their_spaces(tmp_path: Path) -> None:
    (tmp_path / "table").write_text("26 1 254:0 / / rw - ext4 x rw\n27 26 0:5 / /a\\040b rw - tmpfs none rw\n")
    assert list_mount_points(tmp_path / "table") == (Path("/"), Path("/a b"))


@pytest.mark.parametrize("share", ["false", "true"])
def test_command_runs_also_where_no_view_of_its_own_is_allowed(share: str, tmp_path: Path) -> None:
    """`false`: no namespace is given; `true`: it is, and then no file system may be mounted in it."""
    argv = to_private(VIEW)
    argv[argv.index("hw9") + 1] = share
    fake = tmp_path / "true"
    fake.write_text('#!/bin/sh\n[ $# = 1 ] && exit 0\nexec "$@"\n')
    fake.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    if share == "true":
        (tmp_path / "mount").write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / "mount").chmod(0o755)
    done = subprocess.run([*argv, "echo", "a -- b"], env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("a -- b\n", "", 0)
