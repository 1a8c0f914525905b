"""What notebooks do on the machine, one act each, and how their Runs must end; none of it needs torch."""

import errno
from dataclasses import dataclass


@dataclass(frozen=True)
class Act:
    """One cell, and what the result says of it: its word, its reason, and a part of its detail."""

    source: str
    word: str = "ran"
    reason: str | None = None
    detail: str = ""


FAMILY = f"[Errno {errno.EAFNOSUPPORT}]"
MEMORY = {  # what the kernel holds counts as what a process holds
    "memory-files": Act(
        """
import os
keep = []
for _ in range(75):
    one = os.memfd_create("a")
    keep.append(one)
    os.write(one, b"x" * (16 << 20))
""",
        "failed",
        "memory",
    ),
    "shared-memory": Act(
        """
import mmap
held = mmap.mmap(-1, 1200 << 20)
for place in range(0, 1200 << 20, 4096):
    held[place] = 1
""",
        "failed",
        "memory",
    ),
    "unix-memory": Act(
        """
import resource, socket
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
keep, total = [], 0
while total < 500 << 20:
    one, two = socket.socketpair()
    keep += [one, two]
    one.setblocking(False)
    try:
        while True:
            total += one.send(b"x" * 65536)
    except BlockingIOError:
        pass
""",
        "failed",
        "memory",
    ),
}
BASIC = {"honest": Act("print(1 + 1)"), **MEMORY}
ACTS = {
    **BASIC,
    "tcp-memory": Act(
        """
import socket
door = socket.socket()
door.bind(("127.0.0.1", 0))
door.listen(1)
one = socket.create_connection(door.getsockname())
""",
        "failed",
        "exception",
        FAMILY,
    ),
    "udp-memory": Act(
        """
import socket
one, two = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind(("127.0.0.1", 0))
two.sendto(b"x", one.getsockname())
""",
        "failed",
        "exception",
        FAMILY,
    ),
    "socket-pairs": Act(
        """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
pair = (ctypes.c_int * 2)()
for family in (1, 2, 10, 16, 17, 21, 38, 40, 44):
    for call in (lambda: libc.socket(family, 1, 0), lambda: libc.socketpair(family, 1, 0, pair)):
        ctypes.set_errno(0)
        got = call()
        assert got >= 0 if family == 1 else (got, ctypes.get_errno()) == (-1, errno.EAFNOSUPPORT), family
"""
    ),
    "range-locks": Act(
        """
import errno, fcntl, os, struct
held = os.open("locked", os.O_RDWR | os.O_CREAT)
for command in (6, 7, 37, 38):
    try:
        fcntl.fcntl(held, command, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, command, 1, 0))
    except OSError as error:
        assert error.errno == errno.ENOLCK, error
    else:
        raise AssertionError(command)
"""
    ),
    "old-call-gate": Act(
        """
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))  # getpid by int 0x80
print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))())
""",
        "failed",
        "kernel_died",
        "SIGSYS, which a system call of another architecture",
    ),
    "many-processes": Act(
        """
import os, time
try:
    for _ in range(200):
        if os.fork() == 0:
            time.sleep(600)
except OSError as error:
    print(error)
else:
    raise AssertionError("200 processes")
"""
    ),
    "output-names": Act(
        r"""
import os
os.makedirs("outputs", exist_ok=True)
names = ("a.html", "-rf", "a\nb", "\u202egnp.exe", "\x1b]0;pwn\x07.npz", "conftest.py", "saliency.npz", "result.json")
for name in names:
    open(os.fsencode("outputs/") + name.encode(), "w").write("<script>alert(1)</script>")
"""
    ),
    "machines-own": Act(  # its terminals, its huge pages, and the variables of whoever grades
        """
import os
terminals = []
try:
    while True:
        terminals += os.openpty()
except OSError as error:
    assert (error.errno, len(terminals) // 2) == (28, 32), (error, len(terminals))
try:
    os.memfd_create("a", os.MFD_HUGETLB)
except OSError as error:
    assert error.errno == 22, error
else:
    raise AssertionError("huge pages")
for name in filter(str.isdigit, os.listdir("/proc")):
    try:
        assert b"PYTHONPATH=/job" not in open(f"/proc/{name}/environ", "rb").read(), name
    except PermissionError:
        pass
"""
    ),
    "words-of-the-grader": Act(
        r"""
import os
os.write(9, b"the grader has lost your notebook \x1b]0;pwn\x07\x1b[2J")
os._exit(0)
""",
        "failed",
        "kernel_died",
        'its process wrote: "the grader has lost your notebook ',
    ),
}
KEPT = ["saliency.npz"]  # of the outputs of `output-names`

# Two classes at once: the first one's notebook locks what all notebooks see and uses its processes up, until it is told
# to end; meanwhile the second one's does the same.
HOLD = """
import fcntl, os, sys, time
held = os.open(sys.executable, os.O_RDONLY)
fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
"""
HOG = f"""{HOLD}
try:
    while True:
        if os.fork() == 0:
            time.sleep(3600)
            os._exit(0)
except OSError as error:
    print(error)
open("holds", "w").close()
while not os.path.exists("go"):
    time.sleep(0.1)
"""
TWO = {"hog": HOG, "innocent": HOLD}
