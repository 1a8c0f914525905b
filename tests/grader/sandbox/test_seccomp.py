"""The programs of the filters; that they hold is shown from inside a cage in `test_filter.py`."""

import builtins
import struct
from typing import Any

import pyseccomp
import pytest

from assignment.fixable import FixableError
from grader.sandbox.calls import ADMITTED, NEAR, SEEN
from grader.sandbox.seccomp import export_filters, resolve_calls

RETURN, KILL_PROCESS, ALLOW = 0x06, 0x80000000, 0x7FFF0000


def find_answers(program: bytes) -> set[int]:
    """Return what a BPF program may answer."""
    assert len(program) % 8 == 0
    return {value for code, _, _, value in struct.iter_unpack("=HBBI", program) if code == RETURN}


def test_both_filters_end_a_process_by_another_architectures_calls() -> None:
    names, rules = export_filters()
    assert {KILL_PROCESS, ALLOW} < find_answers(names)
    assert {KILL_PROCESS, ALLOW} < find_answers(rules)
    assert len(names) // 8 > len(resolve_calls(pyseccomp.Arch.NATIVE))


@pytest.mark.parametrize(
    "name",
    [
        *(
            "add_key",
            "bpf",
            "clone3",
            "inotify_init1",
            "io_uring_setup",
            "keyctl",
            "mount",
            "msgget",
            "perf_event_open",
        ),
        *("pidfd_getfd", "process_vm_readv", "ptrace", "quotactl", "setns", "shmget", "unshare", "userfaultfd"),
    ],
)
def test_what_only_an_attack_or_another_notebook_would_feel_is_not_admitted(name: str) -> None:
    assert name not in ADMITTED
    assert pyseccomp.resolve_syscall(pyseccomp.Arch.X86_64, name) > 0  # the control: it is no slip of the pen


def test_every_admitted_name_is_a_call_and_stands_once() -> None:
    names = [name for text in (SEEN, *NEAR.values()) for name in text.split()]
    assert sorted(names) == sorted(ADMITTED)
    assert resolve_calls(pyseccomp.Arch.X86_64).keys() == ADMITTED


def test_arm64_has_a_number_for_each_call_or_for_the_newer_one_in_its_place() -> None:
    """Only resolved: nothing was run there."""
    newer = {
        "access": "faccessat", "alarm": "setitimer", "chmod": "fchmodat", "chown": "fchownat", "creat": "openat",
        "dup2": "dup3", "epoll_create": "epoll_create1", "epoll_wait": "epoll_pwait", "eventfd": "eventfd2",
        "fork": "clone", "futimesat": "utimensat", "getdents": "getdents64", "getpgrp": "getpgid",
        "lchown": "fchownat", "link": "linkat", "lstat": "newfstatat", "mkdir": "mkdirat", "mknod": "mknodat",
        "open": "openat", "pause": "ppoll", "pipe": "pipe2", "poll": "ppoll", "readlink": "readlinkat",
        "rename": "renameat", "rmdir": "unlinkat", "select": "pselect6", "stat": "newfstatat",
        "symlink": "symlinkat", "time": "clock_gettime", "unlink": "unlinkat", "utime": "utimensat",
        "utimes": "utimensat", "vfork": "clone", "arch_prctl": "prctl",
    }  # fmt: skip
    there = resolve_calls(pyseccomp.Arch.AARCH64)
    assert ADMITTED - there.keys() == newer.keys()
    assert set(newer.values()) <= there.keys()
    assert there["openat"] == 56  # of the kernel's own table


def test_missing_library_is_said_with_the_way_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "pyseccomp":
            raise RuntimeError("Unable to find libseccomp")
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(FixableError, match="apt-get install libseccomp2"):
        export_filters.__wrapped__()
