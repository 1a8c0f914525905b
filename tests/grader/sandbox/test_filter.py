"""What the filter of system calls refuses, from inside a cage, each with a control; what a refusal costs."""

import ctypes
import errno
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FAMILIES = """
import ctypes, errno, json
libc = ctypes.CDLL(None, use_errno=True)
SOCKET, SOCKETPAIR = NUMBERS
def make(number, family, *more):
    ctypes.set_errno(0)
    got = libc.syscall(ctypes.c_long(number), ctypes.c_long(family), 1, 0, *more)
    return "made" if got >= 0 else errno.errorcode[ctypes.get_errno()]
pair = (ctypes.c_int * 2)()
print(json.dumps({str(family): [make(SOCKET, family), make(SOCKETPAIR, family, pair)] for family in TRIED}))
"""
TRIED = [*range(50), (1 << 32) + 1, (1 << 32) + 2, -1]  # the kernel reads an int: a dirty upper half is dropped
TCP = """
import socket
door = socket.socket()
door.bind(("127.0.0.1", 0))
door.listen(1)
one = socket.create_connection(door.getsockname())
two, _ = door.accept()
print("connected", one.send(b"x" * 1000))
"""
UDP = """
import socket
one, two = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind(("127.0.0.1", 0))
print("sent", two.sendto(b"x" * 1000, one.getsockname()))
"""
LOCKS = """
import errno, fcntl, json, os, struct
found, held = {}, os.open("locked", os.O_RDWR | os.O_CREAT)
for name, command in {"process": 6, "process, waiting": 7, "open file": 37, "open file, waiting": 38}.items():
    try:
        fcntl.fcntl(held, command, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, command, 1, 0))  # each a byte of its own
        found[name] = "locked"
    except OSError as error:
        found[name] = errno.errorcode[error.errno]
fcntl.flock(held, fcntl.LOCK_EX)
found["whole file"] = "locked"
print(json.dumps(found))
"""
FEELERS = """
import ctypes, errno, fcntl, json, os
libc = ctypes.CDLL(None, use_errno=True)
def try_out(call):
    ctypes.set_errno(0)
    try:
        code = call()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done" if code >= 0 else errno.errorcode[ctypes.get_errno()]
held = os.open("felt", os.O_RDONLY | os.O_CREAT)
print(json.dumps({
    "inotify": try_out(lambda: libc.inotify_init1(0)),
    "lease": try_out(lambda: fcntl.fcntl(held, fcntl.F_SETLEASE, fcntl.F_RDLCK)),
    "notice": try_out(lambda: fcntl.fcntl(os.open(".", os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_RENAME)),
    "shared memory": try_out(lambda: libc.shmget(0, 4096, 0o1600)),
}))
"""
SQLITE = """
import json, sqlite3
def keep(name, **more):
    try:
        with sqlite3.connect(name, uri=True, timeout=0.1) as kept:
            kept.execute("create table one (a)")
        return "kept"
    except sqlite3.OperationalError as error:
        return str(error)
print(json.dumps([keep(name) for name in (":memory:", "plain.db", "file:one.db?nolock=1", "file:b?vfs=unix-dotfile")]))
"""
OLD_GATE = """
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))  # getpid by int 0x80
print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))())
"""
X32 = "import ctypes; print(ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 + 39)))"
ON_X86 = pytest.mark.skipif("platform.machine() != 'x86_64'", reason="an x86 machine's other numbers")


def say(folder: Path, source: str) -> Any:
    """Return the JSON that code prints outside of any cage: the control."""
    done = subprocess.run([sys.executable, "-c", source], cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@ON_X86
def test_only_unix_sockets_are_made_by_both_calls(execute: Callable[..., Any]) -> None:
    seen = execute([f"NUMBERS, TRIED = (41, 53), {TRIED}\n{FAMILIES}"])
    refused = [errno.errorcode[errno.EAFNOSUPPORT]] * 2
    assert seen.said(0) == {str(family): ["made"] * 2 if family == 1 else refused for family in TRIED}
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.socket(16, 3, 0) > 0  # the control: the machine has netlink


@pytest.mark.parametrize("source", [TCP, UDP])
def test_kernel_holds_no_network_buffers_for_a_notebook(execute: Callable[..., Any], source: str) -> None:
    exec(source, {})  # the control: outside they are held
    seen = execute([source])
    assert (seen.result.word, seen.result.reason, seen.result.cell) == ("failed", "exception", 0)
    assert "Address family not supported" in seen.result.detail


def test_range_locks_are_refused_and_locks_of_whole_files_are_not(execute: Callable[..., Any], tmp_path: Path) -> None:
    outside, inside = say(tmp_path, LOCKS), execute([LOCKS]).said(0)
    whole = inside.pop("whole file")
    assert (whole, set(inside.values()), len(inside)) == ("locked", {"ENOLCK"}, 4)
    assert set(outside.values()) == {"locked"}


def test_sqlite_keeps_files_where_it_is_told_to_lock_without_the_kernel(execute: Callable[..., Any]) -> None:
    memory, plain, unlocked, dotfile = execute([SQLITE]).said(0)
    assert (memory, unlocked, dotfile) == ("kept",) * 3
    assert plain == "database is locked"


def test_nothing_tells_of_other_notebooks_or_is_held_for_no_process(
    execute: Callable[..., Any], tmp_path: Path
) -> None:
    assert set(say(tmp_path, FEELERS.replace("libc.shmget(0, 4096, 0o1600)", "0")).values()) == {"done"}
    found = execute([FEELERS]).said(0)
    assert found == {"inotify": "ENOSYS", "lease": "EPERM", "notice": "EPERM", "shared memory": "ENOSYS"}


@ON_X86
@pytest.mark.parametrize("act", [OLD_GATE, X32])
def test_calls_of_another_architecture_end_the_notebook_at_once_and_it_is_said_why(
    execute: Callable[..., Any], act: str
) -> None:
    seen = execute(["print('before')", act, "print('after')"])
    assert (seen.result.word, seen.result.reason, seen.result.cell) == ("failed", "kernel_died", 1)
    assert "SIGSYS, which a system call of another architecture" in seen.result.detail
    assert seen.texts[0] == "before\n"


def test_process_of_a_notebook_that_calls_by_another_architecture_ends_alone(execute: Callable[..., Any]) -> None:
    child = f"import subprocess, sys; print(subprocess.run([sys.executable, '-c', {X32!r}]).returncode)"
    assert execute([child, "print('goes on')"]).texts == ("-31\n", "goes on\n")


def test_copies_with_attributes_are_made_without_them(execute: Callable[..., Any]) -> None:
    """On tmpfs of Linux 6.6 and newer a notebook could have attributes, for which nobody is charged."""
    source = """
import errno, os, shutil
open("a", "w").close()
try:
    os.setxattr("a", "user.mark", b"1")
except OSError as error:
    print(error.errno == errno.ENOTSUP)
shutil.copy2("a", "b")
print(os.path.exists("b"))
"""
    assert execute([source]).texts == ("True\nTrue\n",)
