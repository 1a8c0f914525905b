"""A control group for what one sandbox uses, where this machine lets us have one.

A limit that is set on a process (RLIMIT_DATA) holds for each process alone; only a group bounds them all together, with
what the kernel holds for them. Three ways: cgroup v1 and cgroup v2 folders that we may write to (root, or a group that
is ours), else a systemd user scope.
"""

import contextlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from assignment.fixable import FixableError
from grader.sandbox.leaf import is_delegated, move_into_leaf
from grader.sandbox.scope import JOB, end_keeper, find_manager, to_keeper, to_scope

ROOT = Path("/sys/fs/cgroup")
V1 = ("memory", "pids", "cpuacct")
MIB = 1024 * 1024
WAYS = (
    "root with cgroups that may be written to, a user with a systemd manager of their own (loginctl enable-linger"
    " USER), or a delegated group (systemd-run -p Delegate=yes); --without-memory-group has a watcher add it up"
)
IN_A_JOB = (
    "--without-memory-group in a Slurm job, whose own limit bounds all notebooks of a worker together: a watcher adds"
    " up what each holds"
)
OURS = 8  # processes beside the notebook's: bubblewrap, its helpers, who keeps a scope


@dataclass
class Cgroup:
    """The folders of one sandbox's group, or the command that makes it; neither: only limits of single processes."""

    kind: str  # v1, v2, scope or none
    memory: Path | None = None
    others: tuple[Path, ...] = ()
    scope: tuple[str, ...] = ()
    peak_seen: float = field(default=0.0)
    kills_seen: int = field(default=0)

    @property
    def entrances(self) -> tuple[Path, ...]:
        """The files into which a process writes 0 to enter."""
        folders = (self.memory, *self.others) if self.memory and self.kind != "scope" else ()
        return tuple(folder / "cgroup.procs" for folder in folders if folder)

    def follow(self, pid: int) -> None:
        """Find out which group systemd made for the process."""
        if self.kind == "scope" and self.memory is None:
            with contextlib.suppress(OSError, IndexError):
                inner = Path(f"/proc/{pid}/cgroup").read_text().rsplit("::", 1)[1].strip()
                self.memory = ROOT / inner.lstrip("/")

    def count_oom_kills(self) -> int:
        """Return how many processes the kernel ended because the group had no memory left."""
        if self.memory is not None:
            name = "memory.oom_control" if self.kind == "v1" else "memory.events"
            self.kills_seen = max(self.kills_seen, _read_number(self.memory / name, "oom_kill") or 0)
        return self.kills_seen

    def read_peak_mib(self) -> float:
        """Return the most memory that the group had so far; 0 where nobody counts.

        Before Linux 5.19 a v2 group does not keep it: then the most that was seen at any call.
        """
        if self.memory is not None:
            names = ("memory.max_usage_in_bytes",) if self.kind == "v1" else ("memory.peak", "memory.current")
            found = (_read_number(self.memory / name) for name in names)
            self.peak_seen = max(self.peak_seen, next((one for one in found if one is not None), 0) / MIB)
        return self.peak_seen

    def read_cpu_seconds(self) -> float | None:
        """Return the processor seconds of all processes that were ever in the group; None where nobody counts."""
        for folder in (self.memory, *self.others):
            if folder is not None:
                used, nano = _read_number(folder / "cpu.stat", "usage_usec"), _read_number(folder / "cpuacct.usage")
                if used is not None or nano is not None:
                    return used / 1e6 if used is not None else (nano or 0) / 1e9
        return None

    def close(self) -> None:
        """Remove the group; everything in it must be dead."""
        if self.kind == "scope" and self.memory is not None:
            end_keeper(self.memory)
        for folder in (self.memory, *self.others) if self.kind != "scope" else ():
            if folder:
                _remove(folder)


def open_group(name: str, memory_mib: int, processes: int, root: Path = ROOT) -> Cgroup:
    """Return a group with these limits, by the first way that works here."""
    for make in (_open_v1, _open_v2, _open_v2_leaf, _open_scope):
        group = make(f"hw9-{os.getpid()}-{name}", memory_mib, processes, root)
        if group is not None:
            return group
    return Cgroup("none")


def check_group(group: Cgroup, *, without: bool) -> None:
    """Raise FixableError for a class that may not run without a memory group, and would."""
    if group.kind == "none" and not without:
        raise FixableError(
            "sandbox: no memory group: what a notebook holds in all cannot be limited on this machine; expected"
            f" {IN_A_JOB if JOB in os.environ else WAYS}"
        )


def try_group(*, without: bool) -> None:
    """Raise FixableError where a class needs a memory group and none can be had; our own group may be made fit."""
    group = open_group("trial", 64, 1)
    group.close()
    check_group(group, without=without)


def sweep_groups(root: Path = ROOT) -> None:
    """Remove the empty groups that killed runs of ours left behind."""
    for folder in _list_groups(root, "*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            _remove(folder, patience=0)


def end_groups(worker: int, root: Path = ROOT) -> None:
    """Remove the groups of a worker, which is dead, and its cages too."""
    for folder in _list_groups(root, str(worker)):
        _remove(folder)


def _list_groups(root: Path, owner: str) -> list[Path]:
    parents = {*(_own_folder(one, root) for one in V1), *_v2_parents(root)} - {None}
    return [folder for parent in parents if parent for folder in parent.glob(f"hw9-{owner}-*")]


def _open_v1(name: str, memory_mib: int, processes: int, root: Path) -> Cgroup | None:
    memory = _own_folder("memory", root)
    limit = str(memory_mib * MIB)
    group = memory and _make(memory / name, {"memory.limit_in_bytes": limit}, {"memory.memsw.limit_in_bytes": limit})
    if not group:
        return None
    others = {"pids": {"pids.max": str(processes + OURS)}, "cpuacct": dict[str, str]()}
    found = ((_own_folder(controller, root), needed) for controller, needed in others.items())
    made = (_make(folder / name, needed, {}) for folder, needed in found if folder)
    return Cgroup("v1", group, tuple(folder for folder in made if folder))


def _open_v2(name: str, memory_mib: int, processes: int, root: Path) -> Cgroup | None:
    own = _find_own_v2(root)
    if own and is_delegated(own):
        move_into_leaf(own)  # else the group would be made outside what is ours
    needed = {"memory.max": str(memory_mib * MIB), "pids.max": str(processes + OURS)}
    for parent in _v2_parents(root):
        group = _make(parent / name, needed, {"memory.swap.max": "0", "memory.oom.group": "0"})
        if group:
            return Cgroup("v2", group)
    return None


def _open_v2_leaf(name: str, memory_mib: int, processes: int, root: Path) -> Cgroup | None:
    own = _find_own_v2(root)
    return _open_v2(name, memory_mib, processes, root) if own and move_into_leaf(own) else None


def _open_scope(name: str, memory_mib: int, processes: int, root: Path) -> Cgroup | None:
    if not (root / "cgroup.controllers").exists():
        return None
    scope = to_scope(find_manager(), name, memory_mib, processes + OURS)
    return Cgroup("scope", scope=(*scope, *to_keeper(os.getpid()))) if scope else None


def _own_folder(controller: str, root: Path, table: Path = Path("/proc/self/cgroup")) -> Path | None:
    """Return our own group's folder of a v1 controller."""
    with contextlib.suppress(OSError):
        for line in table.read_text().splitlines():
            _, names, path = line.split(":", 2)
            if controller in names.split(","):
                folder = root / controller / path.lstrip("/")
                return folder if folder.is_dir() else None
    return None


def _v2_parents(root: Path, table: Path = Path("/proc/self/cgroup")) -> tuple[Path, ...]:
    """Return the v2 folders under which a group with limits may be made: our own, then those above it."""
    own = _find_own_v2(root, table)
    above = [folder for folder in (own, *own.parents) if folder.is_relative_to(root)] if own else []
    return tuple(folder for folder in above if {"memory", "pids"} <= _controllers(folder) and _may_move(folder))


def _find_own_v2(root: Path, table: Path = Path("/proc/self/cgroup")) -> Path | None:
    """Return our own group's folder where the machine has v2 alone."""
    if not (root / "cgroup.controllers").exists():
        return None
    with contextlib.suppress(OSError, IndexError):
        return root / table.read_text().rsplit("0::", 1)[1].strip().lstrip("/")
    return None


def _controllers(folder: Path) -> set[str]:
    try:
        return set((folder / "cgroup.subtree_control").read_text().split())
    except OSError:
        return set()


def _may_move(folder: Path) -> bool:
    """Tell whether we may move a process of ours within this part of the tree."""
    return os.access(folder / "cgroup.procs", os.W_OK)


def _make(folder: Path, needed: dict[str, str], wanted: dict[str, str]) -> Path | None:
    """Make a group and set its limits; None when a needed one cannot be set."""
    try:
        folder.mkdir()
        for name, value in needed.items():
            (folder / name).write_text(value)
    except OSError:
        _remove(folder, patience=0)
        return None
    for name, value in wanted.items():
        with contextlib.suppress(OSError):
            (folder / name).write_text(value)
    return folder


def _remove(folder: Path, patience: float = 20.0) -> None:
    end = time.monotonic() + patience
    while folder.is_dir():
        try:
            folder.rmdir()
        except OSError:
            if time.monotonic() >= end:
                return
            time.sleep(0.01)


def _read_number(file: Path, key: str | None = None) -> int | None:
    """Return a file's number, or the number after `key` at a line's start."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in file.read_text().splitlines():
            words = line.split()
            if key is None or words[0] == key:
                return int(words[-1])
    return None
