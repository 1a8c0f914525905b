"""Control groups of the three kinds, on made-up trees where this machine has only one of them."""

import os
import shutil
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assignment.fixable import FixableError
from grader.sandbox import cgroup, scope
from grader.sandbox.cgroup import Cgroup, end_groups, open_group, sweep_groups
from tests.patience import PATIENCE, wait_until


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree whose folders keep what is written into them, and where removing one works as in a real one."""
    monkeypatch.setattr(Path, "rmdir", lambda self: __import__("shutil").rmtree(self))
    monkeypatch.setattr(cgroup, "find_manager", tuple)
    return tmp_path


def test_v1_group_gets_its_limits_and_goes_away(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for controller in cgroup.V1:
        (tree / controller / "own").mkdir(parents=True)
    monkeypatch.setattr(cgroup, "_own_folder", lambda controller, root: root / controller / "own")
    group = open_group("x", 100, 20, tree)
    assert group.kind == "v1"
    assert group.memory is not None
    assert (group.memory / "memory.limit_in_bytes").read_text() == str(100 * 1024 * 1024)
    assert (group.others[0] / "pids.max").read_text() == "28"
    assert [path.parent.parent for path in group.entrances] == [tree / one / "own" for one in cgroup.V1]
    (group.memory / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
    (group.memory / "memory.max_usage_in_bytes").write_text(str(7 * 1024 * 1024))
    assert (group.count_oom_kills(), group.read_peak_mib()) == (3, 7.0)
    assert group.read_cpu_seconds() is None
    (group.others[1] / "cpuacct.usage").write_text("2500000000\n")
    assert group.read_cpu_seconds() == 2.5
    group.close()
    assert not group.memory.exists()


def test_v2_group_is_made_where_limits_are_delegated(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "user" / "own").mkdir(parents=True)
    (tree / "cgroup.controllers").write_text("memory pids")
    (tree / "user" / "cgroup.subtree_control").write_text("memory pids\n")
    (tree / "user" / "cgroup.procs").write_text("")
    (tree / "user" / "own" / "cgroup.subtree_control").write_text("")
    monkeypatch.setattr(cgroup, "_own_folder", lambda controller, root: None)
    table = tree / "table"
    table.write_text("0::/user/own\n")
    real = cgroup._v2_parents
    monkeypatch.setattr(cgroup, "_v2_parents", lambda root: real(root, table))
    group = open_group("x", 100, 20, tree)
    assert group.kind == "v2"
    assert group.memory is not None
    assert group.memory.parent == tree / "user"
    assert (group.memory / "memory.max").read_text() == str(100 * 1024 * 1024)
    assert (group.memory / "memory.swap.max").read_text() == "0"
    (group.memory / "memory.events").write_text("low 0\noom 2\noom_kill 1\n")
    (group.memory / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1\n")
    assert (group.count_oom_kills(), group.read_cpu_seconds()) == (1, 1.5)
    (group.memory / "memory.current").write_text(str(9 * 1024 * 1024))  # before Linux 5.19 there is no memory.peak
    assert group.read_peak_mib() == 9
    (group.memory / "memory.current").write_text("0")
    assert group.read_peak_mib() == 9
    (group.memory / "memory.peak").write_text(str(12 * 1024 * 1024))
    assert group.read_peak_mib() == 12


def test_scope_is_asked_of_systemd_where_there_is_one(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "cgroup.controllers").write_text("memory pids")
    monkeypatch.setattr(cgroup, "_own_folder", lambda controller, root: None)
    monkeypatch.setattr(cgroup, "_find_own_v2", lambda root: None)
    monkeypatch.setattr(cgroup, "_v2_parents", lambda root: ())
    monkeypatch.setattr(cgroup, "find_manager", lambda: ("systemd-run", "--user"))
    monkeypatch.setattr(scope, "_works", lambda command: "--expand-environment=no" not in command)
    group = open_group("x", 100, 20, tree)
    assert group.kind == "scope"
    assert group.scope[:4] == ("systemd-run", "--user", "-p", "OOMPolicy=continue")  # what this systemd understands
    assert "MemoryMax=100M" in group.scope
    assert group.scope[-5:] == ("/bin/sh", "-c", scope.KEEP, "hw9", str(os.getpid()))
    assert group.entrances == ()


def test_scope_s_counts_are_kept_when_it_is_gone(tree: Path) -> None:
    group = Cgroup("scope", tree / "a.scope")
    (tree / "a.scope").mkdir()
    (tree / "a.scope" / "memory.events").write_text("oom_kill 2\n")
    (tree / "a.scope" / "memory.peak").write_text(str(200 * 1024 * 1024))
    assert (group.count_oom_kills(), group.read_peak_mib()) == (2, 200)
    (tree / "a.scope").rmdir()
    assert (group.count_oom_kills(), group.read_peak_mib()) == (2, 200)


def test_process_of_ours_stays_in_a_scope_until_it_is_ended(tmp_path: Path) -> None:
    """Without systemd: the command that keeps a scope, whose process is then named in a made-up one."""
    code = "import os; print(open(f'/proc/self/task/{os.getpid()}/children').read())"
    command = [*scope.to_keeper(os.getpid()), sys.executable, "-c", code]
    keeper = int(subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=PATIENCE).stdout)
    assert b"tail\0--pid=" in Path(f"/proc/{keeper}/cmdline").read_bytes()  # the command ended, and it is still there
    (tmp_path / "cgroup.procs").write_text(f"{keeper}\n")
    Cgroup("scope", tmp_path).close()
    assert wait_until(lambda: not is_alive(keeper))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_manager_is_found_where_cron_su_or_a_batch_system_named_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    own, others = tmp_path / "1000", tmp_path / "0"
    for folder in (own, others):
        folder.mkdir()
    find = partial(scope.find_manager, user=1000, runtime=tmp_path)
    assert find({}) == ()  # nobody listens there
    with socket.socket(socket.AF_UNIX) as bus, socket.socket(socket.AF_UNIX) as foreign:
        bus.bind(str(own / "bus"))
        foreign.bind(str(others / "bus"))
        monkeypatch.setattr(scope, "_is_own_socket", lambda path: path == own / "bus" and path.is_socket())
        assert find({})[:2] == ("env", f"XDG_RUNTIME_DIR={own}")
        assert find({"XDG_RUNTIME_DIR": str(others)}) == find({})  # what su left in the environment
        assert scope.find_manager({}, user=0, runtime=tmp_path) == ()
        assert find({"SLURM_JOB_ID": "7"}) == ()  # it would lead out of the job
        assert "--user" in find({})


def test_own_user_is_told_from_the_root_of_a_namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "uid_map"
    for uid, text, outer in (
        (0, "0 1000 1\n1 100000 65536\n", 1000),
        (0, "0 0 4294967295\n", 0),
        (7, "0 1000 9\n", 1007),
    ):
        table.write_text(text)
        monkeypatch.setattr(os, "getuid", lambda uid=uid: uid)
        assert scope.find_outer_user(table) == outer


def make_own(tree: Path, monkeypatch: pytest.MonkeyPatch, *, procs: str) -> Path:
    """Make a group of our own, which is the root of what we see, as in a container."""
    for name, text in {
        "cgroup.controllers": "cpu memory pids",
        "cgroup.subtree_control": "",
        "cgroup.procs": procs,
    }.items():
        (tree / name).write_text(text)
    monkeypatch.setattr(cgroup, "_own_folder", lambda controller, root: None)
    monkeypatch.setattr(cgroup, "_find_own_v2", lambda root, table=None: tree)
    return tree


def test_own_group_is_made_to_hold_others(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the kernel does it: controllers can be turned on once no process is in the group."""
    own, real = make_own(tree, monkeypatch, procs="7\n8\n"), Path.write_text
    moved: list[str] = []

    def write(self: Path, text: str, *rest: Any, **more: Any) -> int:
        if self == own / "cgroup.subtree_control" and moved != ["7", "8"]:
            raise OSError(16, "Device or resource busy")
        if self == own / "hw9-leaf" / "cgroup.procs":
            moved.append(text)
            return len(text)
        return real(self, text.replace("+", ""), *rest, **more)

    monkeypatch.setattr(Path, "write_text", write)
    group = open_group("x", 100, 20, tree)
    assert (group.kind, moved) == ("v2", ["7", "8"])
    assert group.memory is not None
    assert group.memory.parent == own


def test_own_group_that_may_not_be_changed_is_left_alone(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = make_own(tree, monkeypatch, procs="7\n")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert open_group("x", 100, 20, tree).kind == "none"
    (own / "cgroup.controllers").write_text("cpu")  # and where memory is not offered to it
    monkeypatch.setattr(os, "access", lambda path, mode: True)
    assert open_group("x", 100, 20, tree).kind == "none"
    assert not (own / "hw9-leaf").exists()


def test_delegated_group_is_used_before_the_one_above_it(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "cgroup.subtree_control").write_text("memory pids")
    (tree / "cgroup.procs").write_text("")
    own = tree / "own"
    own.mkdir()
    make_own(own, monkeypatch, procs="")
    (tree / "cgroup.controllers").write_text("cpu memory pids")
    real = Path.write_text
    monkeypatch.setattr(Path, "write_text", lambda self, text, *rest, **more: real(self, text.replace("+", "")))
    assert open_group("x", 100, 20, tree).memory == tree / f"hw9-{os.getpid()}-x"  # the control
    monkeypatch.setattr(cgroup, "is_delegated", lambda folder: folder == own)
    assert open_group("y", 100, 20, tree).memory == own / f"hw9-{os.getpid()}-y"


def test_class_without_a_group_starts_only_when_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroup, "open_group", lambda *_: Cgroup("none"))
    with pytest.raises(FixableError, match=r"no memory group: .*; expected root .*--without-memory-group"):
        cgroup.try_group(without=False)
    cgroup.try_group(without=True)
    monkeypatch.setattr(cgroup, "open_group", lambda *_: Cgroup("v2"))
    cgroup.try_group(without=False)


def test_machine_without_groups_says_none(tree: Path) -> None:
    assert open_group("x", 100, 20, tree).kind == "none"
    assert Cgroup("none").count_oom_kills() == 0


def test_groups_of_dead_workers_are_swept_and_those_of_living_ones_stay(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroup, "_own_folder", lambda controller, root: root)
    dead, alive = tree / "hw9-999999999-x", tree / "hw9-1-x"
    for folder in (dead, alive):
        folder.mkdir()
    sweep_groups(tree)
    assert not dead.exists()
    assert alive.exists()
    other = tree / "hw9-12-x"
    other.mkdir()
    end_groups(1, tree)
    assert (alive.exists(), other.exists()) == (False, True)
