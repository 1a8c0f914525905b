"""What forbids a fork of this process, or would leak from one of its forks to another.

Looked for before each fork, in the process itself and before any byte of a student's is read there.
"""

import os
import sys
import threading
from collections.abc import Collection

LEFT_ALONE = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/proc/")


def find_hazards(
    descriptors: Collection[int] = (0, 1, 2), children: Collection[int] = (), folders: Collection[str] = ()
) -> list[str]:
    """Return what there is, one text each; none where a fork is safe.

    descriptors, children: those that the caller answers for. folders: those that a later cell may write to. Files that
    are only read are no hazard, but a fork that keeps one open shares its place in it with all others: it opens it
    anew.
    """
    return [
        *_find_threads(),
        *_find_descriptors(descriptors),
        *_find_gpu(),
        *_find_mappings(folders),
        *_find_children(children),
    ]


def _find_threads() -> list[str]:
    tasks = len(os.listdir("/proc/self/task"))
    names = ", ".join(one.name for one in threading.enumerate())
    return [f"threads: {tasks} tasks ({names}); expected one"] if tasks > 1 else []


def _find_descriptors(allowed: Collection[int]) -> list[str]:
    return [
        f"descriptor {number}: {target}"
        for number, target in _list_open()
        if number not in allowed and not target.startswith(LEFT_ALONE) and not _is_only_read(number, target)
    ]


def _find_gpu() -> list[str]:
    """Return a GPU that is in use: its driver's state does not survive a fork."""
    found = [f"descriptor {number}: {target}" for number, target in _list_open() if target.startswith("/dev/nvidia")]
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        found.append("torch: a CUDA context")
    return found


def _find_mappings(folders: Collection[str]) -> list[str]:
    """Return shared memory that can be written: a fork would write into its siblings' as well.

    And files of these folders, what is mounted there aside: what is written to one shows in every fork that has not
    touched its memory.
    """
    found, devices = list[str](), {f"{folder}/": os.stat(folder).st_dev for folder in folders}
    with open("/proc/self/maps") as maps:
        for line in maps:
            parts = line.split(maxsplit=5)
            path = parts[5].strip() if len(parts) > 5 else "without a file"
            if parts[1][1] == "w" and parts[1][3] == "s":
                found.append(f"shared mapping: {path}")
            elif any(path.startswith(one) and _to_device(parts[3]) == device for one, device in devices.items()):
                found.append(f"mapped file: {path}")
    return found


def _to_device(text: str) -> int:
    major, minor = text.split(":")
    return os.makedev(int(major, 16), int(minor, 16))


def _find_children(allowed: Collection[int]) -> list[str]:
    found = []
    for task in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{task}/children") as children:
            found += [f"child {pid}" for pid in children.read().split() if int(pid) not in allowed]
    return found


def _list_open() -> list[tuple[int, str]]:
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append((int(name), os.readlink(f"/proc/self/fd/{name}")))
        except OSError:  # of the listing itself
            continue
    return found


def _is_only_read(number: int, target: str) -> bool:
    try:
        with open(f"/proc/self/fdinfo/{number}") as file:
            flags = int(file.read().partition("flags:")[2].split()[0], 8)
    except (OSError, IndexError, ValueError):
        return True  # closed meanwhile
    return flags & os.O_ACCMODE == os.O_RDONLY and target.startswith("/") and not target.startswith("/dev/")
