"""A user for each cage, as root: a uid that is nobody's, has no process, and that no other cage of this machine has.

It is drawn from above all ranges that systems give out (accounts, subordinate ids, containers, dynamic users, the
domains of sssd and FreeIPA), and below systemd's foreign ids: https://systemd.io/UIDS-GIDS. The lock is an abstract
unix socket that is called by the uid: every grader of the machine, whoever runs it, meets it there, and it ends with
its process. Graders that cannot see each other (containers) draw the same uid once in a hundred million times.
"""

import contextlib
import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path

from assignment.fixable import FixableError

FAR = range(2_010_000_000, 2_140_000_000)
TRIES = 200


@contextlib.contextmanager
def hold_user() -> Iterator[int | None]:
    """Hold a user for one cage; None where we are not root, and all cages run as ourselves. FixableError: none is free.

    The user is given back at the end, when every process of the cage must be dead.
    """
    if os.getuid() != 0:
        yield None
        return
    offered = find_range()
    for uid in _draw(offered):
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as lock:
            if _take(lock, uid) and not is_somebody(uid):
                yield uid
                return
    says = f"sandbox: no user is free from {offered.start} to {offered.stop - 1}, of {TRIES} that were tried"
    raise FixableError(f"{says}; expected uids without an account and without processes")


def find_range(proc: Path = Path("/proc/self")) -> range:
    """Return the uids to draw from: FAR, or in a user namespace that lacks it the upper half of the ids that it has."""
    halves = []
    for name in ("uid_map", "gid_map"):
        spans = [(int(line.split()[0]), int(line.split()[2])) for line in (proc / name).read_text().splitlines()]
        if not any(first <= FAR.start and FAR.stop <= first + count for first, count in spans):
            first, count = max(spans, key=lambda span: span[1])
            halves.append(range(first + max(1, count // 2), first + count))
    return range(max(one.start for one in halves), min(one.stop for one in halves)) if halves else FAR


def is_somebody(uid: int) -> bool:
    """Tell whether a uid is an account's or a group's, or has a process."""
    import grp  # here: Windows has neither, and `look` and `check` run there
    import pwd

    for find in (pwd.getpwuid, grp.getgrgid):
        with contextlib.suppress(KeyError):
            find(uid)
            return True
    return any(uid in _read_uids(folder) for folder in Path("/proc").glob("[0-9]*"))


def _draw(offered: range) -> Iterator[int]:
    """Return different uids in an order of chance."""
    yield from random.SystemRandom().sample(offered, min(TRIES, len(offered)))


def _take(lock: socket.socket, uid: int) -> bool:
    try:
        lock.bind(f"\0hw9-uid-{uid}")
    except OSError:
        return False
    return True


def _read_uids(process: Path) -> set[int]:
    """Return the real, effective, saved and file system's uid of a process; none where it has ended."""
    with contextlib.suppress(OSError, StopIteration):
        lines = (process / "status").read_text(errors="replace").splitlines()
        return set(map(int, next(line for line in lines if line.startswith("Uid:")).split()[1:]))
    return set()
