"""What student code may ask of this machine's kernel: two filter programs for bubblewrap's `--add-seccomp-fd`.

The first admits system calls by name (`calls.py`) and answers ENOSYS to every other, as a kernel that lacks it does: so
the C library falls back from `clone3` to `clone`, whose flags a filter can read. The second refuses by argument what
could not be said in the first: libseccomp's masks compare for equality alone, and a comparison of 64 bits for what is
admitted is passed by with a dirty upper half. Both hold; where both refuse, the answer is that of the second. So
programs that copy a file with its attributes hear that the folder has none.

A notebook has no network, so a socket is a unix socket. Range locks of files are refused, since the kernel charges them
to no control group; huge pages, since they are the machine's own store and in no group of ours; leases and notices of a
folder, since other notebooks would feel them. A call by the numbers of another architecture (`int 0x80`, x32), which no
list covers, ends the process.
"""

import errno
import tempfile
from functools import cache
from typing import Any

from assignment.fixable import FixableError
from grader.sandbox.calls import ADMITTED

CLONE_NEW = (0x00000080, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
AF_UNIX = 1
RANGE_LOCKS = (6, 7, 37, 38)  # F_SETLK and F_SETLKW, of a process and of an open file
LEASES = (1024, 1026)  # F_SETLEASE, F_NOTIFY
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
PR_SET_PDEATHSIG = 1
HUGE = {"mmap": (3, 0x40000, errno.ENOMEM), "memfd_create": (1, 0x4, errno.EINVAL)}  # argument, flag, answer
ATTRIBUTES = ("setxattr", "lsetxattr", "fsetxattr")
INT = 0xFFFFFFFF  # the part of an argument that the kernel reads as an int


@cache
def export_filters() -> tuple[bytes, bytes]:
    """Return the BPF programs in the order in which they are taken on; FixableError where libseccomp is missing."""
    seccomp = _import_library()
    names = _begin(seccomp, seccomp.ERRNO(errno.ENOSYS))
    for number in resolve_calls(seccomp.Arch.NATIVE).values():
        names.add_rule(seccomp.ALLOW, number)
    rules = _begin(seccomp, seccomp.ALLOW)
    _refuse_arguments(seccomp, rules)
    return _export(names), _export(rules)


def resolve_calls(architecture: int) -> dict[str, int]:
    """Return the number of each admitted call that there is on an architecture (of `pyseccomp.Arch`)."""
    resolve = _import_library().resolve_syscall
    numbers = {name: resolve(architecture, name) for name in ADMITTED}
    return {name: number for name, number in numbers.items() if number >= 0}


def _import_library() -> Any:
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as error:
        raise FixableError(
            f"sandbox: libseccomp: {error}; expected the system library (Debian, Ubuntu: apt-get install libseccomp2)"
        ) from None
    return pyseccomp


def _begin(seccomp: Any, otherwise: int) -> Any:
    """Return an empty filter that does `otherwise` to calls of this architecture and ends processes for others'."""
    begun = seccomp.SyscallFilter(defaction=otherwise)
    begun.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    return begun


def _refuse_arguments(seccomp: Any, rules: Any) -> None:
    refuse, no_lock, argument = seccomp.ERRNO(errno.EPERM), seccomp.ERRNO(errno.ENOLCK), seccomp.Arg
    for flag in CLONE_NEW:
        rules.add_rule(refuse, "clone", argument(0, seccomp.MASKED_EQ, flag, flag))
    for request in (TIOCSTI, TIOCLINUX):
        rules.add_rule(refuse, "ioctl", argument(1, seccomp.MASKED_EQ, INT, request))
    rules.add_rule(refuse, "prctl", argument(0, seccomp.MASKED_EQ, INT, PR_SET_PDEATHSIG))
    for commands, answer in ((RANGE_LOCKS, no_lock), (LEASES, refuse)):
        for command in commands:
            rules.add_rule(answer, "fcntl", argument(1, seccomp.MASKED_EQ, INT, command))
    for call, (place, flag, answer) in HUGE.items():
        rules.add_rule(seccomp.ERRNO(answer), call, argument(place, seccomp.MASKED_EQ, flag, flag))
    for call in ATTRIBUTES:
        rules.add_rule(seccomp.ERRNO(errno.EOPNOTSUPP), call)
    for call in ("socket", "socketpair"):  # of 64 bits: a dirty upper half is refused as well
        rules.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), call, argument(0, seccomp.NE, AF_UNIX))


def _export(rules: Any) -> bytes:
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
