"""What a fork of the trunk gives up before it reads a student's byte: descriptors, limits, users, rights, system calls.

Done in an order in which each step is still allowed: the bounding set before the change of user, what the kernel resets
with the user (the signal of the parent's death, the limit of processes, /proc/self being one's own) after it, the two
filters of `grader.sandbox.seccomp` last. Then it is read from the kernel that all of it holds.
"""

import ctypes
import os
import resource
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION = 0x20080522
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
SPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000  # mount cgroup uts ipc pid net
LAST_WORDS = 9  # descriptor on which faulthandler says what ended a kernel: ipykernel turns 2 into an output
NEW_USER, NEW_MOUNT = 0x10000000, 0x00020000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def call(name: str, *arguments: int | ctypes.Array[ctypes.c_uint32]) -> None:
    """Make a system call that Python has no function for; OSError where it is refused."""
    given = [ctypes.c_ulong(one) if isinstance(one, int) else one for one in arguments]
    if getattr(LIBC, name)(*given) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def die_with_parent() -> None:
    """Have the kernel end this process with its parent."""
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def close_others(kept: set[int]) -> None:
    """Close every descriptor but the given ones."""
    first = 0
    for number in sorted(kept):
        os.closerange(first, number)
        first = number + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def drop(user: int, limits: Mapping[str, Sequence[int]], filters: Sequence[bytes]) -> None:
    """Become `user`, without any right, under the limits (by prlimit's names: soft, hard) and the filters; for good."""
    for name in limits.keys() - {"nproc"}:
        set_limit(name, limits[name])
    drop_rights()
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    clear_rights()
    set_limit("nproc", limits["nproc"])
    die_with_parent()
    call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)  # its own /proc/self, as any process has it
    for one in filters:
        take_on(one)
    check_dropped(user)


def set_limit(name: str, wanted: Sequence[int]) -> None:
    """Set a limit, or as much of it as the trunk itself may have."""
    kind: int = getattr(resource, f"RLIMIT_{name.upper()}")
    _, most = resource.getrlimit(kind)
    soft, hard = (min(one, most) if most != resource.RLIM_INFINITY else one for one in wanted)
    resource.setrlimit(kind, (soft, hard))


def drop_rights() -> None:
    """Give up, for this process and all that it starts, the way to any right, and new ones from files."""
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
    call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def clear_rights() -> None:
    """Give up the rights that this process holds."""
    call("capset", (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)())


def take_on(program: bytes) -> None:
    """Take on a filter of system calls, a BPF program; it holds for all that this process becomes or starts."""
    kept = ctypes.create_string_buffer(program, len(program))
    filled = _Program(len(program) // 8, ctypes.cast(kept, ctypes.c_void_p))
    if LIBC.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(filled), 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"seccomp: {os.strerror(code)}")


def check_dropped(user: int) -> None:
    """Raise PermissionError unless the kernel says of this process that it is `user` and can do nothing more."""
    lines = Path("/proc/self/status").read_text().splitlines()
    said = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    whole = said["Uid"] == said["Gid"] == [str(user)] * 4 and not said["Groups"]
    rights = [name for name in CAPABILITIES if int(said[name][0], 16)]
    if not whole or rights or said["NoNewPrivs"] != ["1"] or said["Seccomp"] != ["2"]:
        shown = {name: said[name] for name in ("Uid", "Gid", "Groups", *CAPABILITIES, "NoNewPrivs", "Seccomp")}
        raise PermissionError(f"the branch kept what it must not have: {shown}")
