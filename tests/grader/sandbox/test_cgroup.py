"""Control groups of the three kinds, on made-up trees where this machine has only one of them."""

from pathlib import Path

import pytest

from grader.sandbox import cgroup
from grader.sandbox.cgroup import Cgroup, open_group, sweep_groups


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree whose folders keep what is written into them, and where removing one works as in a real one."""
    monkeypatch.setattr(Path, "rmdir", lambda self: __import__("shutil").rmtree(self))
    monkeypatch.setattr(cgroup, "_has_user_manager", lambda: False)
    return tmp_path


def test_v1_group_gets_its_limits_and_goes_away(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for controller in ("memory", "pids"):
        (tree / controller / "own").mkdir(parents=True)
    monkeypatch.setattr(cgroup, "_own_folder", lambda controller, root: root / controller / "own")
    group = open_group("x", 100, 20, tree)
    assert group.kind == "v1"
    assert group.memory is not None
    assert (group.memory / "memory.limit_in_bytes").read_text() == str(100 * 1024 * 1024)
    assert (group.others[0] / "pids.max").read_text() == "28"
    assert [path.parent.parent for path in group.entrances] == [tree / "memory" / "own", tree / "pids" / "own"]
    (group.memory / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
    (group.memory / "memory.max_usage_in_bytes").write_text(str(7 * 1024 * 1024))
    assert (group.count_oom_kills(), group.read_peak_mib()) == (3, 7.0)
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
    assert group.count_oom_kills() == 1


def test_scope_is_asked_of_systemd_where_there_is_one(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "cgroup.controllers").write_text("memory pids")
    monkeypatch.setattr(cgroup, "_own_folder", lambda controller, root: None)
    monkeypatch.setattr(cgroup, "_v2_parents", lambda root: ())
    monkeypatch.setattr(cgroup, "_has_user_manager", lambda: True)
    group = open_group("x", 100, 20, tree)
    assert group.kind == "scope"
    assert group.scope[:3] == ("systemd-run", "--user", "--scope")
    assert "MemoryMax=100M" in group.scope
    assert group.entrances == ()


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
