"""What a cage holds and has used, added up from outside, where no group counts it: a lower bound.

Memory is the proportional set size of its processes (`proc/PID/smaps_rollup`), without pages of files on the disk, and
what its memory files hold, each counted once. Not seen: what is taken and given back between two looks; pipes, buffers
of sockets, files on their way through one, System V segments that nobody has attached, tables of the kernel.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MIB = 1024 * 1024
MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ ...(.) \S+ ([0-9a-f]+):([0-9a-f]+) (\d+)", re.MULTILINE)
INODE = 1200  # bytes of the kernel's for a file of a memory file system, measured on Linux 6.18
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Holding:
    """The processes and the memory file systems of a cage, and what was seen of them.

    first: the cage's first process. folders: its memory file systems, as we see them.
    """

    first: int
    folders: tuple[str, ...]
    peak_mib: float = 0.0
    cpu_seconds: float = 0.0
    _spent: dict[tuple[int, str], float] = field(default_factory=dict, repr=False)  # of each process, while it lived

    def add_up_memory(self) -> float:
        """Return the MiB that the cage holds now."""
        pids, inodes = list_inside(self.first), dict[tuple[int, int], int]()
        for pid in pids:
            inodes |= _find_memory_files(pid)
        spaces, held = _measure_folders(self.folders), [_read_sizes(pid) for pid in pids]
        private, mapped = sum(one for one, _ in held), sum(one for _, one in held)
        stored = sum(inodes.values()) + sum(spaces.values())
        counted_twice = min(mapped, _find_counted_twice(pids, inodes.keys(), spaces.keys()) if stored and mapped else 0)
        total = (private + mapped + stored - counted_twice) / MIB
        self.peak_mib = max(self.peak_mib, total)
        return total

    def add_up_processor(self) -> float:
        """Return the processor seconds that the cage is known to have used."""
        alive, with_children = dict[tuple[int, str], float](), 0.0
        for pid in list_inside(self.first):
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                own, reaped = (sum(map(int, fields[place : place + 2])) / TICKS for place in (11, 13))
                alive[pid, fields[19]] = own  # with its start, since a number may come again
                with_children += own + reaped
        self._spent |= alive
        # a parent that waits for no child is told nothing of it, and a child that lives shortly is not seen
        self.cpu_seconds = max(self.cpu_seconds, with_children, sum(self._spent.values()))
        return self.cpu_seconds


def list_inside(first: int) -> list[int]:
    """Return the processes of the cage whose first one is given."""
    try:
        space = os.readlink(f"/proc/{first}/ns/pid")
    except OSError:
        return []
    return [pid for pid in _list_processes() if _read_link(f"/proc/{pid}/ns/pid") == space]


def is_inside(first: int, pid: int) -> bool:
    """Tell whether a process belongs to the cage whose first one is given."""
    return _read_link(f"/proc/{pid}/ns/pid") == _read_link(f"/proc/{first}/ns/pid") != ""


def _list_processes() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def _read_link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _read_sizes(pid: int) -> tuple[int, int]:
    """Return the bytes of a process's own pages, swapped ones too, and of its share in memory files that it maps."""
    sizes = dict[str, int]()
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, _, size = line.partition(":")
            sizes[name] = int(size.split()[0]) * 1024
    return sizes.get("Pss_Anon", sizes.get("Pss", 0)) + sizes.get("SwapPss", 0), sizes.get("Pss_Shmem", 0)


def _find_memory_files(pid: int) -> dict[tuple[int, int], int]:
    """Return the memory files without a name that a process has open: device and inode -> bytes that they hold."""
    found = {}
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            path = f"/proc/{pid}/fd/{name}"
            if _read_link(path).startswith("/memfd:"):
                with contextlib.suppress(OSError):
                    its = os.stat(path)
                    found[its.st_dev, its.st_ino] = its.st_blocks * 512
    return found


def _measure_folders(folders: Iterable[str]) -> dict[int, int]:
    """Return what memory file systems hold, with what the kernel holds for each file: device -> bytes."""
    found = {}
    for folder in folders:
        with contextlib.suppress(OSError):
            its = os.statvfs(folder)
            files = (its.f_files - its.f_ffree) * INODE
            found[os.stat(folder).st_dev] = (its.f_blocks - its.f_bfree) * its.f_frsize + files
    return found


def _find_counted_twice(pids: Iterable[int], inodes: Iterable[tuple[int, int]], devices: Iterable[int]) -> int:
    """Return the bytes that are mapped of the given files, or of files on the given devices."""
    known, spaces, total = frozenset(inodes), frozenset(devices), 0
    for pid in pids:
        with contextlib.suppress(OSError, UnicodeError):
            total += sum(
                size
                for place, size in parse_mappings(Path(f"/proc/{pid}/smaps").read_text()).items()
                if place in known or place[0] in spaces
            )
    return total


def parse_mappings(text: str) -> Mapping[tuple[int, int], int]:
    r"""Return the share in files that a process maps to share them: device and inode -> bytes.

    >>> head = "7f00-7f01 rw-s 00000000 00:01 7  /memfd:a (deleted)"
    >>> parse_mappings(f"{head}\nSize: 8 kB\nPss:                4 kB\nPss_Dirty: 4 kB\n")
    {(1, 7): 4096}
    """
    found = dict[tuple[int, int], int]()
    heads = [*MAPPING.finditer(text)]
    for head, end in zip(heads, [*(one.start() for one in heads[1:]), len(text)], strict=True):
        shared, major, minor, inode = head.groups()
        if shared == "s" and inode != "0":
            place = os.makedev(int(major, 16), int(minor, 16)), int(inode)
            size = re.search(r"^Pss: +(\d+) kB", text[head.end() : end], re.MULTILINE)
            found[place] = found.get(place, 0) + (int(size[1]) * 1024 if size else 0)
    return found
