"""A cgroup v2 group of our own, made fit to hold others: a container's, or a systemd unit's with Delegate=yes.

A group that has processes cannot have controllers for the groups within it. So all that are in ours, the shell that
started us too, move into a leaf; they stay within the limits of our own. The leaf stays as long as they do.
"""

import contextlib
import os
from pathlib import Path

LEAF = "hw9-leaf"
NEEDED = {"memory", "pids"}
TRIES = 5  # a process may be started while the others are moved


def is_delegated(own: Path) -> bool:
    """Tell whether systemd says of a group that it is whoever runs in it who manages it."""
    for name in ("trusted.delegate", "user.delegate"):
        with contextlib.suppress(OSError):
            return os.getxattr(own, name) == b"1"
    return False


def move_into_leaf(own: Path) -> bool:
    """Turn the controllers on in our own group, and tell whether they are; where they may not be, nothing changes."""
    if not _may_hold_others(own):
        return False
    leaf = own / LEAF
    try:
        for _ in range(TRIES):
            if _turn_on(own):
                return True
            leaf.mkdir(exist_ok=True)
            for pid in (own / "cgroup.procs").read_text().split():
                with contextlib.suppress(ProcessLookupError):
                    (leaf / "cgroup.procs").write_text(pid)
        return _turn_on(own)
    except OSError:
        with contextlib.suppress(OSError):
            leaf.rmdir()  # where nobody is in it
    return False


def _turn_on(own: Path) -> bool:
    with contextlib.suppress(OSError):
        (own / "cgroup.subtree_control").write_text("+memory +pids")
        return True
    return False


def _may_hold_others(own: Path) -> bool:
    """Tell whether the controllers are offered to the group and we may move its processes and turn them on."""
    try:
        offered = set((own / "cgroup.controllers").read_text().split())
    except OSError:
        return False
    writable = all(os.access(own / name, os.W_OK) for name in ("", "cgroup.procs", "cgroup.subtree_control"))
    return offered >= NEEDED and writable
