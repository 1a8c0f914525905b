"""A control group for the memory and the processes of one sandbox, where this machine lets us have one.

A limit that is set on a process (RLIMIT_DATA) holds for each process alone; only a group bounds them all together.
Three ways: cgroup v1 and cgroup v2 folders that we may write to (root, or a delegated group), else a systemd user
scope.
"""

import contextlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
MIB = 1024 * 1024


@dataclass
class Cgroup:
    """The folders of one sandbox's group, or the command that makes it; neither: only limits of single processes."""

    kind: str  # v1, v2, scope or none
    memory: Path | None = None
    others: tuple[Path, ...] = ()
    scope: tuple[str, ...] = ()
    peak_seen: float = field(default=0.0)

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
        if self.memory is None:
            return 0
        name = "memory.oom_control" if self.kind == "v1" else "memory.events"
        return _read_number(self.memory / name, "oom_kill") or 0

    def read_peak_mib(self) -> float:
        """Return the most memory that the group had so far; 0 where nobody counts."""
        if self.memory is not None:
            name = "memory.max_usage_in_bytes" if self.kind == "v1" else "memory.peak"
            self.peak_seen = max(self.peak_seen, (_read_number(self.memory / name) or 0) / MIB)
        return self.peak_seen

    def close(self) -> None:
        """Remove the group; everything in it must be dead."""
        for folder in (self.memory, *self.others) if self.kind != "scope" else ():
            if folder:
                _remove(folder)


def open_group(name: str, memory_mib: int, processes: int, root: Path = ROOT) -> Cgroup:
    """Return a group with these limits, by the first way that works here."""
    for make in (_open_v1, _open_v2, _open_scope):
        group = make(f"hw9-{os.getpid()}-{name}", memory_mib, processes, root)
        if group is not None:
            return group
    return Cgroup("none")


def sweep_groups(root: Path = ROOT) -> None:
    """Remove the empty groups that killed runs of ours left behind."""
    for parent in {_own_folder("memory", root), _own_folder("pids", root), *_v2_parents(root)} - {None}:
        for folder in parent.glob("hw9-*-*") if parent else ():
            owner = folder.name.split("-")[1]
            if not Path("/proc", owner).exists():
                _remove(folder, patience=0)


def _open_v1(name: str, memory_mib: int, processes: int, root: Path) -> Cgroup | None:
    memory, pids = _own_folder("memory", root), _own_folder("pids", root)
    limit = str(memory_mib * MIB)
    group = memory and _make(memory / name, {"memory.limit_in_bytes": limit}, {"memory.memsw.limit_in_bytes": limit})
    if not group:
        return None
    bounded = pids and _make(pids / name, {"pids.max": str(processes + 8)}, {})  # 8: bubblewrap and its helpers
    return Cgroup("v1", group, (bounded,) if bounded else ())


def _open_v2(name: str, memory_mib: int, processes: int, root: Path) -> Cgroup | None:
    needed = {"memory.max": str(memory_mib * MIB), "pids.max": str(processes + 8)}
    for parent in _v2_parents(root):
        group = _make(parent / name, needed, {"memory.swap.max": "0", "memory.oom.group": "0"})
        if group:
            return Cgroup("v2", group)
    return None


def _open_scope(name: str, memory_mib: int, processes: int, root: Path) -> Cgroup | None:
    if not (root / "cgroup.controllers").exists() or not _has_user_manager():
        return None
    limits = (f"MemoryMax={memory_mib}M", "MemorySwapMax=0", f"TasksMax={processes + 8}")
    options = [part for limit in limits for part in ("-p", limit)]
    return Cgroup(
        "scope", scope=("systemd-run", "--user", "--scope", "--quiet", "--collect", f"--unit={name}", *options, "--")
    )


def _has_user_manager() -> bool:
    if os.getuid() == 0 or not shutil.which("systemd-run"):
        return False
    command = ["systemd-run", "--user", "--scope", "--quiet", "--collect", "-p", "MemoryMax=64M", "--", "/bin/true"]
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


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
    if not (root / "cgroup.controllers").exists():
        return ()
    with contextlib.suppress(OSError, IndexError):
        own = root / table.read_text().rsplit("0::", 1)[1].strip().lstrip("/")
        above = [folder for folder in (own, *own.parents) if folder.is_relative_to(root)]
        return tuple(folder for folder in above if {"memory", "pids"} <= _controllers(folder) and _may_move(folder))
    return ()


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


def _remove(folder: Path, patience: float = 2.0) -> None:
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
