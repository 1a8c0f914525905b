"""What a branch must not reach: the trunk, its siblings, their sockets, and what their students' names and keys are.

Each search has a control: the same code finds what is there.
"""

import asyncio
import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from assignment.course import open_course
from grader.sandbox import cage
from grader.trunk import cages
from grader.worker.kernel import Kernel
from grader.worker.place import open_place
from tests.grader.trunk.lab import AS_ROOT, Lab, lab, make_job, make_notebook, open_lab, run_cells  # noqa: F401

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
SIBLING = "import sys, time\nprint('secret of a sibling', flush=True)\ntime.sleep(600)"


def to_halves(words: dict[str, bytes]) -> str:
    return repr({name: (word[:7], word[7:]) for name, word in words.items()})


@pytest.fixture
def sibling(lab: Lab) -> Iterator[tuple[Kernel, str]]:  # noqa: F811
    """Another student's branch, which lives."""
    run = f"b{secrets.token_hex(8)}"
    with open_place(run, make_job(), None) as place:
        kernel = lab.runner.run(lab.trunk.branch(place))
        yield kernel, run
        lab.runner.run(kernel.kill())
        kernel.close()


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


def test_locks_of_siblings_do_not_meet(lab: Lab) -> None:  # noqa: F811
    """Also on what the trunk brings: the course's files and those of /etc."""
    code = """import fcntl, os, glob, assignment, sys
paths = [os.__file__, "/usr/bin/env", "/etc/ld.so.cache", assignment.__file__, sys.executable]
held = [os.open(path, os.O_RDONLY) for path in paths]
for path, one in zip(paths, held):
    fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("all", len(held))"""

    async def hold_both() -> list[str]:
        texts = []
        with open_place("alice", make_job(), None) as first, open_place("bob", make_job(), None) as second:
            kernels = [await lab.trunk.branch(place) for place in (first, second)]
            waits = [
                f"{code}\nopen('held', 'w').close()\nimport time\nwhile not os.path.exists('go'): time.sleep(0.05)",
                code,
            ]
            one = asyncio.ensure_future(run_cells(first, kernels[0], make_notebook(waits[:1])))
            while not os.path.exists(f"/proc/self/fd/{kernels[0].work}/held"):
                await asyncio.sleep(0.05)
            texts.append((await run_cells(second, kernels[1], make_notebook(waits[1:]))).texts[0])
            await kernels[0].kill()
            await one
        return texts

    overlaid = lab.execute(["print([line.split()[2] for line in open('/proc/mounts') if line.split()[1] == '/usr'])"])
    if "overlay" not in overlaid.texts[0]:
        pytest.skip("this machine allows no overlay in a user namespace: locks are shared, as the README says")
    assert lab.runner.run(hold_both()) == ["all 5\n"]


def test_memory_of_a_branch_is_counted_with_its_children_and_bounded() -> None:
    hog = """import os, time
for _ in range(5):
    if os.fork() == 0:
        held = bytearray(100 << 20)
        time.sleep(60)
        os._exit(0)
print([os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(5)])"""
    with open_lab(["x = 1"], memory_mib=300) as opened:
        with open_place("hog", make_job(memory_mib=300), None) as place:
            if place.group.kind == "none":
                pytest.skip("no memory group can be had here")
            kernel = opened.runner.run(opened.trunk.branch(place))
            seen = opened.runner.run(run_cells(place, kernel, make_notebook([hog])))
            assert (seen.result.word, seen.result.reason) == ("failed", "memory")
            assert place.group.read_peak_mib() <= 300
        assert opened.execute(["print(x)"], memory_mib=300).texts == ("1\n",)


def test_users_of_two_branches_and_of_the_trunk_are_three(lab: Lab, sibling: tuple[Kernel, str]) -> None:  # noqa: F811
    kernel, _ = sibling
    here = lab.execute(["import os\nprint(os.getuid())"])
    seen = {int(here.texts[0]), os.stat(f"/proc/{kernel.pid}").st_uid}
    seen.add(os.stat(f"/proc/{lab.trunk.pid}").st_uid)
    assert len(seen) == 3
    assert 0 not in seen
    assert os.readlink(f"/proc/{lab.trunk.pid}/ns/user") != os.readlink(
        "/proc/self/ns/user"
    )  # its rights are there alone


def test_cage_of_a_branch_is_the_view_of_a_fresh_one(lab: Lab) -> None:  # noqa: F811
    code = f"""import json, os
seen = {{}}
for top in ("/", "/hw9", "/hw9/packages", "/etc", "/dev", {cage.HOME!r}):
    os.chdir(top)
    seen[top] = sorted((name[:4], os.lstat(name).st_mode) for name in os.listdir())
seen["mounts"] = sorted((line.split()[1].split("run-")[0], line.split()[3][:2]) for line in open("/proc/mounts"))
print(json.dumps(seen))"""

    async def execute() -> Any:
        with open_place("alice", make_job(), None) as place:
            return (await run_cells(place, await place.start(), make_notebook([code]))).said(0)

    fresh, branch = lab.runner.run(execute()), lab.execute([code]).said(0)
    courses = f"{cage.PACKAGES}/", "/proc/"  # each file of it alone; of /proc what root could write to
    apart = [[cage.PACKAGES, "ro"], *(mount for mount in fresh.pop("mounts") if not mount[0].startswith(courses))]
    assert branch.pop("mounts") == sorted(apart)
    assert branch == fresh
