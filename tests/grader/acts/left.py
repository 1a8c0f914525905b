"""What a class left on the machine: processes, control groups, mounts, files and users that nobody needs any more.

Others use the machine meanwhile, so only what can be known as ours counts: processes that descend from this one, to
which orphans come, and groups that are called by a worker of ours.
"""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.sandbox.user import is_somebody
from tests.patience import wait_until

SUBREAPER = 36  # of prctl: orphans of ours become our children
SECONDS = 20  # for what was killed to be gone


@dataclass
class Watched:
    """What there was before a class; workers: the processes that were started for it.

    groups: also those that somebody left long ago, whose number a worker may get now.
    """

    processes: set[int]
    mounts: set[str]
    groups: set[str]
    descriptors: int
    workers: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)


@contextlib.contextmanager
def adopt_orphans() -> Iterator[None]:
    """Have all that this process starts, and what these start, stay its own."""
    libc = ctypes.CDLL(None)
    libc.prctl(SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(SUBREAPER, 0, 0, 0, 0)


def watch() -> Watched:
    """Return what there is now."""
    return Watched(find_descendants(), list_mounts(), set(find_groups()), count_descriptors())


def list_left(before: Watched, temporary: Path, users: Iterable[int]) -> list[str]:
    """Return what is there and was not, once it had time to go; what runs is ended. users: of the cages."""
    wait_until(lambda: not find_descendants() - before.processes, SECONDS)
    left = [f"process {pid}: {name_process(pid)}" for pid in find_descendants() - before.processes]
    for pid in find_descendants() - before.processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    groups = [(pid, path) for pid in before.workers for path in find_groups(pid) if path not in before.groups]
    left += [f"group {path} of a worker that ended with {before.workers[its].returncode}" for its, path in groups]
    left += [f"mount {line}" for line in list_mounts() - before.mounts if is_ours(line, temporary.parent)]
    left += [f"file {path}" for path in temporary.iterdir()]
    if count_descriptors() > before.descriptors:
        left.append(f"{count_descriptors() - before.descriptors} descriptors")
    for uid in set(users) - {os.getuid()}:
        left += [f"file {path} of user {uid}" for path in find_owned(uid)]
        left += [f"user {uid}"] if is_somebody(uid) or is_held(uid) else []
    return left


def find_descendants() -> set[int]:
    """Return the processes below this one that have not ended."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            state, parent = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
            parents[int(folder.name)] = (int(parent), state)
    found, new = set[int](), {os.getpid()}
    while new:
        new = {pid for pid, (parent, _) in parents.items() if parent in new} - found
        found |= new
    return {pid for pid in found if parents[pid][1] != "Z"}


def name_process(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[-200:]
    except OSError:
        return "gone"


def find_groups(worker: int | None = None) -> list[str]:
    """Return the control groups that are called by a worker, or by any."""
    name = "hw9-" if worker is None else f"hw9-{worker}-"
    return [folder for folder, _, _ in os.walk("/sys/fs/cgroup") if Path(folder).name.startswith(name)]


def list_mounts() -> set[str]:
    return {line.split(" ", 2)[2] for line in Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()}


def is_ours(line: str, folder: Path) -> bool:
    """Tell whether a mount is of a cage: in a class's folder, at a place of cages alone, or an overlay as they have."""
    place = line.split()[2]
    return place.startswith((f"{folder}/", "/hw9/", "/newroot", "/oldroot")) or ":/sys/fs/cgroup" in line


def count_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def find_owned(uid: int) -> list[Path]:
    """Return what a user has where everybody may write."""
    found = [path for place in ("/tmp", "/var/tmp", "/dev/shm") for path in Path(place).iterdir()]
    return [path for path in found if (status := look_at(path)) is not None and status.st_uid == uid]


def look_at(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def is_held(uid: int) -> bool:
    """Tell whether some grader holds a user for a cage."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as lock:
        try:
            lock.bind(f"\0hw9-uid-{uid}")
        except OSError:
            return True
    return False
