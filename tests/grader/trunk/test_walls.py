"""What a branch is to itself: its user, its group, its view and its locks; and that else there is none."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from grader.sandbox import cage
from grader.trunk import joining
from grader.trunk.joining import NotShared
from grader.trunk.order import open_order
from grader.worker.kernel import Kernel
from grader.worker.place import open_place
from tests.grader.trunk.lab import (  # noqa: F401
    AS_ROOT,
    Lab,
    lab,
    make_job,
    make_notebook,
    open_lab,
    run_cells,
    sibling,
)

pytestmark = [AS_ROOT, pytest.mark.sandbox]


def test_fork_that_cannot_become_its_user_is_no_kernel(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    @contextmanager
    def open_spoilt(*given: Any) -> Iterator[tuple[Any, list[int]]]:
        with open_order(*given) as (order, descriptors):
            yield {**order, "user": 12}, descriptors  # whom the namespace does not know

    with monkeypatch.context() as patched:
        patched.setattr(joining, "open_order", open_spoilt)
        with pytest.raises(NotShared, match=r"no branch: .*Invalid argument"):
            lab.execute(["print(1)"])
    assert lab.execute(["print(1)"]).texts == ("1\n",)


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
    code = f"""import json, os, sys
seen = {{"ours": [name for name in sys.modules if name.startswith("grader")]}}
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
