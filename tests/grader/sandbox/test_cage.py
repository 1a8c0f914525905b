"""Attacks from inside a notebook, each with a control: the same code where it may succeed."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assignment.course import open_course
from grader.release.bundle import ROOM, list_bundled
from grader.sandbox import cage, user

ROOT = Path(__file__).parents[3]

REACH = """
import json, socket
def reach(port, path):
    found = {}
    kinds = {"tcp": (socket.AF_INET, ("127.0.0.1", port)), "unix": (socket.AF_UNIX, path),
             "abstract": (socket.AF_UNIX, "\\0" + path)}
    for kind, (family, address) in kinds.items():
        try:
            with socket.socket(family, socket.SOCK_STREAM) as one:
                one.settimeout(60)
                one.connect(address)
                found[kind] = "connected"
        except OSError as error:
            found[kind] = type(error).__name__
    return found
"""
OPEN = """
import json, os
def read(paths):
    found = {}
    for path in paths:
        try:
            found[path] = len(os.listdir(path)) if os.path.isdir(path) else len(open(path, "rb").read())
        except OSError as error:
            found[path] = type(error).__name__
    return found
def write(folders):
    found = {}
    for folder in folders:
        try:
            with open(os.path.join(folder, "planted"), "w") as file: file.write("x")
            os.unlink(os.path.join(folder, "planted"))
            found[folder] = "written"
        except OSError as error:
            found[folder] = type(error).__name__
    return found
def search(name, top="/"):
    walked = (pair for pair in os.walk(top) if not pair[0].startswith("/proc"))
    return [os.path.join(folder, name) for folder, _, files in walked if name in files]
"""
CALLS = """
import ctypes, json, os, platform
libc = ctypes.CDLL(None, use_errno=True)
PRCTL = {"aarch64": 167}.get(platform.machine(), 157)
def call(name, *arguments):
    ctypes.set_errno(0)
    code = getattr(libc, name)(*arguments)
    return [code, ctypes.get_errno()]
print(json.dumps({
    "mount": call("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "unshare": call("unshare", 0x10000000),
    "ptrace": call("ptrace", 16, os.getppid(), None, None),
    "pdeathsig": call("prctl", 1, 0, 0, 0, 0),
    "pdeathsig, high bits": call("syscall", PRCTL, ctypes.c_ulong(1 << 32 | 1), ctypes.c_ulong(0)),
    "setuid": call("setuid", 0),
    "control": call("prctl", 15, b"renamed", 0, 0, 0),
}))
"""
DAEMON = """
import json, os, subprocess, sys, time
child = os.fork()
if child == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
    os.execv(sys.executable, [sys.executable, "-c", code, MARKER])
os.waitpid(child, 0)
def find():
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if MARKER.encode() in open(f"/proc/{pid}/cmdline", "rb").read()]
while not find(): time.sleep(0.1)
print(json.dumps({"alive": len(find())}))
"""
FIRST = """
import json, os
found = {}
try:
    os.kill(1, 9); found["kill"] = "sent"
except OSError as error:
    found["kill"] = type(error).__name__
try:
    place = int(open("/proc/1/maps").read().split("-")[0], 16)
    with open("/proc/1/mem", "r+b", buffering=0) as memory:
        memory.seek(place); byte = memory.read(1); memory.seek(place); memory.write(byte)
    found["memory"] = "written"
except (OSError, ValueError) as error:
    found["memory"] = type(error).__name__
print(json.dumps(found))
"""
FILL = """
import json
written = 0
try:
    for number in range(100):
        with open(f"fill{number}", "wb") as file:
            written += file.write(bytes(4 << 20))
    how = "no limit"
except OSError as error:
    how = error.errno
import glob, os
[os.unlink(name) for name in glob.glob("fill*")]
print(json.dumps({"mib": written >> 20, "how": how}))
"""
BOMB = """
import json, os, signal, time
children, how = [], "no limit"
for _ in range(1000):
    try:
        child = os.fork()
    except OSError as error:
        how = error.errno
        break
    if child == 0:
        time.sleep(600)
        os._exit(0)
    children.append(child)
for child in children:
    os.kill(child, 9); os.waitpid(child, 0)
print(json.dumps({"children": len(children), "how": how}))
"""
STATUS = """
lines = open("/proc/self/status").read().splitlines()
print(json.dumps(dict(line.split(":", 1) for line in lines if ":" in line)))
"""
CELLS = ("reach", "secrets", "write", "search", "calls", "status", "first", "fill", "bomb", "daemon", "control")


def find_left_out() -> list[str]:
    """Return the names of the files of `assignment/` that no student gets: what was planted, how models were made."""
    files = {path.name for path in ROOM.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    return sorted(files - {path.name for path in list_bundled(open_course()).values()} - {"__init__.py"})


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """Sockets of this machine that listen: TCP, a unix one with a path and an abstract one."""
    path = str(tmp_path_factory.mktemp("s") / "u")
    kinds = ((socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, path), (socket.AF_UNIX, "\0" + path))
    made = [socket.socket(family, socket.SOCK_STREAM) for family, _ in kinds]
    for one, (_, address) in zip(made, kinds, strict=True):
        one.bind(address)
        one.listen(8)
    yield made[0].getsockname()[1], path
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files that a student must not read; each is really there."""
    other = tmp_path_factory.mktemp("handins") / "other-student.ipynb"
    other.write_text("{}")
    named = [
        ROOT / "questions" / "__init__.py", ROOT / "reference" / "__init__.py", ROOT / "grader" / "__init__.py",
        ROOT / "pyproject.toml", Path(__file__), other, Path("/etc/passwd"),
    ]  # fmt: skip
    return [*named, Path.home(), ROOT, tmp_path_factory.getbasetemp()]


@pytest.fixture(scope="module")
def inside(execute_once: Callable[..., Any], servers: tuple[int, str], secrets: list[Path]) -> Any:
    """One notebook with all the attacks that do not end it."""
    paths = [str(path) for path in secrets]
    folders = [
        "/",
        "/etc",
        "/usr",
        "/usr/lib",
        "/dev",
        "/hw9",
        "/hw9/packages/assignment",
        sys.prefix,
        sys.base_prefix,
        "/proc/sys",
    ]
    cells = {
        "reach": f"{REACH}\nprint(json.dumps(reach({servers[0]}, {servers[1]!r})))",
        "secrets": f"{OPEN}\nopen('mine', 'w').write('12345')\nprint(json.dumps(read({paths!r} + ['mine'])))",
        "write": f"print(json.dumps(write({folders!r} + ['.', '/tmp', '/dev/shm', os.environ['HOME']])))",
        "search": f"left = [search(name, '/hw9') for name in {find_left_out()!r}]\n"
        "print(json.dumps({'left': sum(left, []), 'other': search('other-student.ipynb'), 'mine': search('mine')}))",
        "calls": CALLS,
        "status": STATUS,
        "first": FIRST,
        "fill": FILL,
        "bomb": BOMB,
        "daemon": f"MARKER = 'daemon-of-{os.getpid()}'\n{DAEMON}",
        "control": "import assignment, ipykernel\nprint(json.dumps({'alive': True}))",
    }
    assert tuple(cells) == CELLS
    seen = execute_once("attacker", list(cells.values()))
    assert seen.result.word == "ran", seen.result
    return seen


def said(inside: Any, name: str) -> Any:
    return inside.said(CELLS.index(name))


def test_notebook_cannot_connect_to_the_machine(inside: Any, servers: tuple[int, str]) -> None:
    space: dict[str, Any] = {}
    exec(REACH, space)  # the control: the same code, outside
    assert set(space["reach"](*servers).values()) == {"connected"}
    assert "connected" not in said(inside, "reach").values()


def test_name_service_is_out_of_reach(execute: Callable[..., Any]) -> None:
    code = "import socket\ntry: print(bool(socket.getaddrinfo(NAME, 80)))\nexcept OSError: print(False)"
    seen = execute([code.replace("NAME", "'example.org'"), code.replace("NAME", "'127.0.0.1'")])
    assert [text.strip() for text in seen.texts] == ["False", "True"]


def test_notebook_cannot_read_key_claims_other_handins_home_or_project(inside: Any, secrets: list[Path]) -> None:
    found = dict(said(inside, "secrets"))
    assert found.pop("mine") == 5
    assert all(path.exists() for path in secrets)
    stub = found.pop("/etc/passwd")
    assert stub < 100  # one made-up line
    for path in (str(Path.home()), str(ROOT)):  # there only as the way to the Python environment
        assert found.pop(path) in (1, "FileNotFoundError")
    assert set(found.values()) == {"FileNotFoundError"}


def test_no_other_handin_is_found_anywhere(inside: Any) -> None:
    assert said(inside, "search") == {"left": [], "other": [], "mine": [f"{cage.WORK}/mine"]}


def test_notebook_writes_only_into_its_own_folders(inside: Any) -> None:
    found = said(inside, "write")
    own = {".", "/tmp", "/dev/shm", cage.HOME}
    assert {folder for folder, how in found.items() if how == "written"} == own
    assert len(found) > len(own)


def test_dangerous_system_calls_are_refused(inside: Any) -> None:
    found = dict(said(inside, "calls"))
    assert found.pop("control") == [0, 0]
    assert {name: code for name, (code, _) in found.items()} == dict.fromkeys(found, -1)


def test_notebook_is_nobody_without_capabilities(inside: Any) -> None:
    status = {name: value.split() for name, value in said(inside, "status").items()}
    assert status["Uid"] == status["Gid"] == status["Uid"][:1] * 4
    assert int(status["Uid"][0]) in (user.find_range() if os.getuid() == 0 else [os.getuid()])
    assert all(int(status[name][0], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
    assert status["NoNewPrivs"] == ["1"]
    assert (status["Seccomp"], status.get("Seccomp_filters", ["2"])) == (["2"], ["2"])  # the count from Linux 5.9 on


def test_first_process_of_the_cage_survives_its_notebook(inside: Any) -> None:
    assert said(inside, "control") == {"alive": True}
    if os.getuid() == 0:
        assert said(inside, "first") == {"kill": "PermissionError", "memory": "PermissionError"}


def test_work_folder_is_limited(inside: Any) -> None:
    found = said(inside, "fill")
    assert found["how"] == 28  # ENOSPC
    assert 16 <= found["mib"] <= 32


def test_fork_bomb_is_bounded(inside: Any) -> None:
    found = said(inside, "bomb")
    assert found["how"] == 11  # EAGAIN
    assert 8 <= found["children"] <= 64


def test_daemon_is_dead_after_the_run(inside: Any, processes: Callable[[str], list[int]]) -> None:
    assert said(inside, "daemon") == {"alive": 1}
    assert processes(f"daemon-of-{os.getpid()}") == []
