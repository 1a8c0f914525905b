"""A class of hostile hand-ins, what they do and what lies about; another account that tries to get at it."""

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path

import nbformat

from assignment.course import open_course
from grader.handins.ids import make_id
from tests.grader.sandbox.test_cage import OPEN, REACH
from tests.grader.sandbox.test_filter import FAMILIES, LOCKS, OLD_GATE, TRIED

OWN = os.getpid()  # other tests may run on this machine
UNNAMED = f"a {OWN}.ipynb"  # no student's id, so one is made up
INNOCENT = make_id(UNNAMED)  # which is the id of somebody else
WORDS, GATE, FIRST, WAITS = (f"{name}{OWN}" for name in ("words", "gate", "first", "waits"))
EXECUTED = (INNOCENT, WORDS, GATE, FIRST)
WROTE, SAID = "the grader lost this one\x1b]0;OWNED\x07", "the grader lost this one]0;OWNED"
NUMBERS = {"aarch64": (198, 199)}.get(platform.machine(), (41, 53))  # of socket and socketpair
BUFFERS = """
import json, socket
said = {}
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            with socket.socket(family, kind) as one:
                one.bind(("localhost", 0))
                said[f"{family} {kind}"] = "buffers of the kernel's"
        except OSError as error:
            said[f"{family} {kind}"] = error.errno
print(json.dumps(said))
"""
LOCK = """
import fcntl, json
found = {}
for path in PATHS:
    held = open(path, "rb")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found[path] = "locked"
    except BlockingIOError:
        found[path] = "somebody's"
mounts = [line.split() for line in open("/proc/self/mountinfo")]
overlay = any(one[4] == "/usr" and "overlay" in one[one.index("-") :] for one in mounts)
print(json.dumps({"found": found, "overlay": overlay}))
"""
NAMES = (
    "a.html",
    "-rf",
    "=cmd|calc.csv",
    "a\nb.npz",
    "\u202egnp.exe",
    "\x1b]0;OWNED\x07.npz",
    "conftest.py",
    "result.json",
)
OUTPUTS = f"""
import os
os.mkdir("outputs")
for name in {NAMES}:
    open("outputs/" + name, "w").write("<script>alert(1)</script>")
"""
KILL = """
import json, os
try:
    os.kill(-1, 9)  # everything that this user may end, but for itself
    said = "sent"
except OSError as error:
    said = type(error).__name__
print(json.dumps(said))
"""
TERMINALS = """
import errno, json, os
held, why = [], None
try:
    while True:
        held += os.openpty()
except OSError as error:
    why = errno.errorcode[error.errno]
print(json.dumps({"number": len(held) // 2, "why": why, "mounts": open("/proc/self/mountinfo").read()}))
for one in held:
    os.close(one)
"""
HUGE = """
import ctypes, errno, json, os
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
place = libc.mmap(None, ctypes.c_size_t(2 << 20), 3, 0x40000 | 0x4000 | 0x22, -1, ctypes.c_long(0))
found = {"memory": "held" if place != ctypes.c_void_p(-1).value else errno.errorcode[ctypes.get_errno()]}
try:
    found["file"] = "held" if os.memfd_create("huge", os.MFD_HUGETLB) else ""
except OSError as error:
    found["file"] = errno.errorcode[error.errno]
print(json.dumps(found))
"""
VARIABLES = """
import json, os
read = []
for name in os.listdir("/proc"):
    try:
        read += open(f"/proc/{name}/environ").read().split(chr(0)) if name.isdigit() else []
    except OSError:
        pass
print(json.dumps([one.partition("=")[0] for one in read if one]))
"""
OVERWRITE = """
import os, time
def begin(seconds):
    if os.fork() == 0:
        if os.fork() == 0:
            os.setsid()
            time.sleep(seconds)
        os._exit(0)
begin(3600)
try:
    with open("/proc/1/mem", "r+b", buffering=0) as memory:
        for line in open("/proc/1/maps").read().splitlines():
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if "r-x" in line and "[" not in line:
                memory.seek(start)
                memory.write(bytes([0xCC]) * (end - start))
    begin(0)  # the first process has to wait for this one
    time.sleep(600)
except PermissionError as error:
    print(error)
"""
ALIVE = "get_ipython().system('tty')\nimport json; print(json.dumps('alive'))"
PROBE = """
import json, os, sys
pids, paths, found = json.loads(sys.argv[1]), json.loads(sys.argv[2]), []
def attempt(what, act):
    try:
        act()
        found.append(what)
    except OSError:
        pass
def open_of(pid, name):
    # what a process that is ending has no more can be opened by anybody, and there is nothing in it
    with open(f"/proc/{pid}/{name}", "rb") as file, open(f"/proc/{pid}/statm") as pages:
        if not (pages.read().split()[0] != "0" if name == "mem" else file.read(1)):
            raise ProcessLookupError(pid)
for pid in pids:
    for name in ("environ", "maps", "mem"):
        attempt(f"{name} of a process", lambda: open_of(pid, name))
    for name in ("fd", "cwd", "root/tmp", "root/hw9"):
        attempt(f"{name} of a process", lambda: os.listdir(f"/proc/{pid}/{name}"))
    attempt("signal to a process", lambda: os.kill(pid, 0))
for path in paths:
    attempt(path, lambda: os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1))
    attempt(f"write to {path}", lambda: open(path, "ab").close())
print(json.dumps(sorted(set(found))))
"""


def list_acts(folder: Path, port: int, locked: list[str]) -> Mapping[str, str]:
    """Return the cells of the notebook that goes on after each act.

    port: somebody listens there. locked: files that every cage sees, of which others hold a lock.
    """
    runs, course = folder / "runs", open_course()
    secrets = [runs / "runs.json", runs / WORDS / "handin.ipynb", folder / "handins" / f"{WORDS}.ipynb"]
    secrets += [course.bank / "lime.yaml", course.canonical, Path("/etc/shadow")]
    return {
        "families": f"NUMBERS, TRIED = {NUMBERS}, {TRIED}\n{FAMILIES}",
        "buffers": BUFFERS,
        "reach": f"{REACH}\nprint(json.dumps(reach({port}, '/nowhere')))",
        "range locks": LOCKS,
        "locks": LOCK.replace("PATHS", repr(locked)),
        "secrets": f"{OPEN}\nprint(json.dumps(read({[str(path) for path in secrets]})))",
        "terminals": TERMINALS,
        "huge pages": HUGE,
        "variables": VARIABLES,
        "outputs": OUTPUTS,
        "kill": KILL,
        "alive": ALIVE,
    }


def write_class(folder: Path, port: int, locked: list[str]) -> None:
    """Write `handins`: notebooks that act, and entries that are no notebook."""
    handins = folder / "handins"
    books = {
        INNOCENT: list(list_acts(folder, port, locked).values()),
        WORDS: [f"import os; os.write(9, {WROTE.encode()!r}); os._exit(0)"],
        GATE: ["print('before')", OLD_GATE],
        FIRST: [OVERWRITE],
        WAITS: ["import time; time.sleep(3600)"],
    }
    handins.mkdir()
    for student, cells in books.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        nbformat.write(notebook, handins / f"{student}.ipynb")
    (handins / UNNAMED).write_text("{}", encoding="utf-8")
    (handins / "torn.ipynb").write_text("{", encoding="utf-8")
    (handins / "runs.json").write_text(json.dumps({"version": 1}), encoding="utf-8")
    (handins / "link.ipynb").symlink_to("/etc/passwd")
    os.mkfifo(handins / "pipe.ipynb")
    with (handins / "sparse.ipynb").open("wb") as sparse:
        sparse.truncate(1500 << 20)


def spoil(handins: Path) -> None:
    """Change hand-ins that were taken in and are still to be executed, as a student who may write there could."""
    (handins / f"{INNOCENT}.ipynb").unlink()
    (handins / f"{WORDS}.ipynb").write_text("{", encoding="utf-8")
    (handins / f"{GATE}.ipynb").unlink()
    os.mkfifo(handins / f"{GATE}.ipynb")


PROBLEMS = {
    "torn": "broken",
    "runs": "not_a_notebook",
    "link": "not_a_notebook",
    "pipe": "not_a_notebook",
    "sparse": "not_a_notebook",
}
