"""The system calls that student code is refused, as a filter program for bubblewrap's `--seccomp`.

The list holds what widens the kernel's attack surface (mounts, namespaces, tracing, bpf, io_uring, modules), what
could loosen the chain of death signals, and every kind of socket but unix, IPv4, IPv6 and netlink: the empty network
namespace does not confine vsock. `clone3` answers ENOSYS, so that the C library falls back to `clone`, whose flags a
filter can read.
"""

import errno
import tempfile
from functools import cache

from assignment.fixable import FixableError

REFUSED = (
    "acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "delete_module", "fanotify_init", "finit_module",
    "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup",
    "kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mount", "mount_setattr", "move_mount",
    "name_to_handle_at", "open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root",
    "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "quotactl_fd", "reboot",
    "request_key", "setns", "settimeofday", "swapoff", "swapon", "syslog", "umount2", "unshare", "userfaultfd",
    "vhangup",
)  # fmt: skip

CLONE_NEW = (0x00000080, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
SOCKET_FAMILIES = (1, 2, 10, 16)  # unix, IPv4, IPv6, netlink
LAST_FAMILY = 46
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
PR_SET_PDEATHSIG = 1


@cache
def export_filter() -> bytes:
    """Return the filter as a BPF program; FixableError where libseccomp is missing."""
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as error:
        raise FixableError(
            f"sandbox: libseccomp: {error}; expected the system library (Debian, Ubuntu: apt-get install libseccomp2)"
        ) from None
    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    _refuse_calls(pyseccomp, rules)
    _refuse_arguments(pyseccomp, rules)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _refuse_calls(pyseccomp, rules) -> None:  # type: ignore[no-untyped-def]  # the binding has no types
    for name in REFUSED:
        if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) != -1:  # an older libseccomp may not know the newest
            rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")


def _refuse_arguments(pyseccomp, rules) -> None:  # type: ignore[no-untyped-def]  # the binding has no types
    refuse, argument = pyseccomp.ERRNO(errno.EPERM), pyseccomp.Arg
    for flag in CLONE_NEW:
        rules.add_rule(refuse, "clone", argument(0, pyseccomp.MASKED_EQ, flag, flag))
    for request in (TIOCSTI, TIOCLINUX):
        rules.add_rule(refuse, "ioctl", argument(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, request))
    rules.add_rule(refuse, "prctl", argument(0, pyseccomp.MASKED_EQ, 0xFFFFFFFF, PR_SET_PDEATHSIG))  # an int
    for family in set(range(LAST_FAMILY)) - set(SOCKET_FAMILIES):
        rules.add_rule(pyseccomp.ERRNO(errno.EAFNOSUPPORT), "socket", argument(0, pyseccomp.EQ, family))
    rules.add_rule(pyseccomp.ERRNO(errno.EAFNOSUPPORT), "socket", argument(0, pyseccomp.GE, LAST_FAMILY))
