"""What a branch must not reach: the trunk, its siblings, their sockets, and what their students' names and keys are.

Each search has a control: the same code finds what is there.
"""

import json
import secrets
from typing import Any

import pytest

from assignment.course import open_course
from grader.trunk import cages
from grader.worker.kernel import Kernel
from tests.grader.trunk.lab import AS_ROOT, Lab, lab, sibling  # noqa: F401

pytestmark = [AS_ROOT, pytest.mark.sandbox]

# What is searched for is never in one piece in the memory that is searched, but where somebody else left it.
SEARCH = """
import json, re
def search(halves):
    found = {name: 0 for name in halves}
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            first, last = (int(part, 16) for part in place.split("-"))
            if "r" not in rights or line.rstrip().endswith(("[vvar]", "[vsyscall]")):
                continue
            try:
                memory.seek(first)
                data = memory.read(last - first)
            except (OSError, OverflowError, ValueError):
                continue
            for name, (left, right) in halves.items():
                found[name] += sum(data[one.end():one.end() + len(right)] == right for one in re.finditer(left, data))
    return found
"""
LOOK = """
import json, os
def read(path):
    try:
        return len(os.listdir(path)) if os.path.isdir(path) else len(open(path, "rb").read(100))
    except OSError as error:
        return type(error).__name__
def write(path):
    try:
        os.close(os.open(path, os.O_WRONLY))
        return "written"
    except OSError as error:
        return type(error).__name__
"""


def to_halves(words: dict[str, bytes]) -> str:
    return repr({name: (word[:7], word[7:]) for name, word in words.items()})


def test_no_other_students_name_or_key_is_in_inherited_memory(lab: Lab, sibling: tuple[Kernel, str]) -> None:  # noqa: F811
    kernel, run = sibling
    own, planted = f"c{secrets.token_hex(8)}", secrets.token_hex(8)
    question = next(iter(open_course().bank.glob("*.yaml"))).read_bytes()
    words = {
        "a sibling's name": run.encode(),
        "a sibling's key": kernel.key.encode(),
        "a claim": question[question.index(b"claim:") : question.index(b"claim:") + 40],
        "one's own name": own.encode(),
        "what was planted": planted.encode(),
    }
    plant = f"kept = {planted[:8]!r} + str({planted[8:]!r})"
    seen = lab.execute([plant, f"{SEARCH}\nprint(json.dumps(search({to_halves(words)})))"], run=own)
    found = seen.said(1)
    assert found.pop("one's own name")
    assert found.pop("what was planted")
    assert set(found.values()) == {0}, found


def test_branch_reaches_neither_trunk_nor_sibling(lab: Lab, sibling: tuple[Kernel, str]) -> None:  # noqa: F811
    kernel, _ = sibling
    places = [
        *(
            cages.PROGRAM,
            cages.COPIES,
            f"/proc/{kernel.pid}",
            f"/proc/{lab.trunk.outer.pid}",
            "/proc/1/root",
            "/proc/2/root",
        ),
        *("/proc/1/fd", "/proc/2/fd", "/proc/2/mem", "/sys/fs/cgroup"),
    ]
    code = f"""{LOOK}
import ctypes, signal, socket
open("mine", "w").write("12345")
found = {{path: read(path) for path in {places!r} + ["mine"]}}
found["pids"] = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
found["runs"] = [name for name in os.listdir("/hw9") if name.startswith("run-")]
sent = []
for pid in range(1, 33_000):
    try:
        os.kill(pid, 0)
        sent.append(pid)
    except OSError:
        pass
found["signalled"], found["own"] = sent, sorted(int(name) for name in os.listdir("/proc/self/task"))
os.chdir("/proc/self/fd")
links = [os.readlink(name) for name in os.listdir() if os.path.lexists(name)]
known = ("anon_inode", "socket", "pipe", "/dev/null", "/proc/")
found["files"] = [link for link in links if not link.startswith(known)]
found["named"] = [line.split()[7] for line in open("/proc/net/unix").readlines()[1:] if len(line.split()) > 7]
print(json.dumps(found))"""
    seen = lab.execute([code])
    assert seen.result.word == "ran", seen.result
    found: dict[str, Any] = seen.said(0)
    assert found.pop("mine") == 5
    assert found.pop("signalled") == found.pop("own")
    assert len(found.pop("pids")) == 3  # who keeps the cage, twice, and itself
    assert len(found.pop("runs")) == 1
    assert found.pop("files") == []
    assert all(name.startswith("/hw9/run-") for name in found.pop("named"))  # of its own network alone
    assert set(found.values()) <= {"FileNotFoundError", "PermissionError", "NotADirectoryError"}


FORGE = """
import gc, json, os, socket, stat, struct
found, asked, said = {"sockets": 0}, 0, []
for name in map(int, os.listdir("/proc/self/fd")):
    try:
        if not stat.S_ISSOCK(os.fstat(name).st_mode):
            continue
        one = socket.socket(fileno=os.dup(name))
    except OSError:
        continue
    found["sockets"] += 1
    theirs = struct.unpack("3i", one.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
    if one.type == socket.SOCK_SEQPACKET or (not one.getsockname() and theirs not in (os.getuid(), -1)):
        said.append([name, one.type, theirs])
for one in gc.get_objects():
    if str(type(one).__module__).startswith("grader.trunk") and type(one).__name__ in ("Process", "Branch"):
        asked += 1
        for kept in (getattr(one, "control", None), getattr(one, "reply", None)):
            try:
                kept.send(b"snapshot")
                said.append("sent")
            except (AttributeError, OSError):
                pass
found["asked"], found["said"] = asked, said
print(json.dumps(found))
"""


def test_branch_holds_no_socket_of_the_trunk_a_snapshot_or_its_supervisor(lab: Lab) -> None:  # noqa: F811
    """The control: a snapshot that runs the same code finds its own."""
    snapshot, other = (lab.runner.run(lab.trunk.take_snapshot()) for _ in range(2))
    record = lab.runner.run(other.run_cell(FORGE))
    (said,) = (one["content"]["text"] for one in record["messages"] if one["msg_type"] == "stream")
    assert ("sent" in json.loads(said)["said"], other.control.recv(9)) == (True, b"snapshot")
    for one in (lab.trunk, snapshot):
        found = Lab(lab.runner, one, lab.place).execute([FORGE]).said(0)
        assert found["sockets"]
        assert found["asked"]  # what the fork was lies in its memory
        assert found["said"] == []
    for one in (snapshot, other):
        one.control.close()
