"""What a class that shares holds in memory: bounded for the trunk, little for a branch; and nothing of it stays."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from assignment.course import Course, open_course
from assignment.fixable import FixableError
from grader.driver.event import Ended, Event
from grader.driver.run_job import LOG_FILE
from grader.handins.sharing import find_free, list_sources
from grader.sandbox.cgroup import Cgroup
from grader.sandbox.user import find_range
from grader.sharing.memory import TIMES, bound_trunk, check_memory
from grader.sharing.replay import SharingClient, Steps
from grader.worker.place import open_place
from tests.grader.sandboxed import SMALL
from tests.grader.sharing.test_class import RELEASED, change, course, is_alive, list_descendants, run, write  # noqa: F401
from tests.grader.trunk.lab import AS_ROOT, Lab, make_job, make_notebook, open_lab
from tests.patience import wait_until

pytestmark = [pytest.mark.sandbox, pytest.mark.slow, AS_ROOT]
BEFORE_MIB, AFTER_MIB = 50, 250  # of a branch's own, before its cell and after it
GROWS = "held += 1  # in place: each snapshot keeps what was there\nprint(held[0])"
WIDE = SMALL.model_copy(update={"memory_mib": 560})


def read_own_mib(pid: int) -> float:
    """Return what a process holds that no other does."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private")) / 1024


def measure(lab: Lab, cell: str, history: Sequence[str] = (), **limits: int) -> tuple[float, float]:
    """Return what a branch holds of its own before a cell, and after it."""
    seen = list[float]()

    async def execute() -> None:
        with open_place("alice", make_job(**limits), None) as place:
            kernel = await lab.trunk.branch(place, history)
            client = SharingClient(make_notebook([cell]), place.job.limits)

            async def look(_: bool) -> Steps | None:
                seen.append(sum(map(read_own_mib, (kernel.pid, kernel.outer.pid, kernel.first))))
                return range(1) if len(seen) == 1 else None

            client.follow(kernel, (), look)
            ending = await place.run(client, kernel)
            assert ending.word == "ran", ending

    lab.runner.run(execute())
    before, after = seen
    return before, after


def test_branch_holds_little_of_its_own() -> None:
    with open_lab(["import numpy, torch, matplotlib.pyplot as plt\nheld = numpy.ones(10_000_000)"]) as lab:
        before, after = measure(lab, "more = numpy.ones(5_000_000)\nplt.plot([1, 2]); plt.show()")
        control = read_own_mib(lab.trunk.pid)
    assert before < BEFORE_MIB
    assert before + 38 < after < AFTER_MIB
    assert control > 2 * BEFORE_MIB  # the trunk's own, once no branch is there


@pytest.mark.nightly
def test_branch_of_the_released_notebook_holds_little_of_its_own_and_the_trunk_is_within_its_limit() -> None:
    limits = open_course().assignment.limits
    notebook = nbformat.reads(open_course().read_released(), as_version=4)
    sources, free = list_sources(notebook), find_free(notebook)
    found, snapshots = list[tuple[float, float]](), list[Any]()
    with open_lab(**bound_trunk(limits).model_dump()) as lab:
        for number, source in enumerate(sources):
            if free[number]:
                found.append(measure(lab, source, sources[:number], **limits.model_dump()))
                snapshots.append(lab.runner.run(lab.trunk.take_snapshot()))
            assert lab.runner.run(lab.trunk.run_cell(source))["ok"]
        check_memory(lab.trunk, lab.place)
    assert len(found) > 8
    assert all(before < BEFORE_MIB and after < AFTER_MIB for before, after in found), found


def test_trunk_that_holds_too_much_ends_and_its_class_is_run_whole(course: Course, tmp_path: Path) -> None:  # noqa: F811
    cells = [("setup", f"{RELEASED[0][1]}\nheld = np.ones(40_000_000)"), *[("", GROWS), ("", "# scratch 1")] * 4]
    write(course.notebook, cells)
    try:
        handins = {
            "answers": [*cells[:2], ("", "# scratch 1\nprint('mine')"), *cells[3:]],
            **{f"at{n}": [*cells[:n], ("", "# scratch 1\n1 + 1"), *cells[n + 1 :]] for n in (4, 6, 8)},
        }
        results = run(course, tmp_path, handins, share=True, limits=WIDE)
    finally:
        write(course.notebook, [*RELEASED])
    for name, result in results.items():
        assert (result.word, result.shared) == ("ran", ()), result
        why = (tmp_path / "runs" / name / LOG_FILE).read_text()
        assert f"not shared: memory: the released notebook with its snapshots held more than {TIMES * 560} MiB" in why


def test_trunk_without_a_memory_group_is_added_up() -> None:
    with open_lab(["held = bytearray(b'1') * (200 << 20)"], memory_mib=900) as lab:
        snapshot = lab.runner.run(lab.trunk.take_snapshot())
        alone = replace(lab.place, group=Cgroup("none"))
        check_memory(lab.trunk, alone)
        assert lab.runner.run(lab.trunk.run_cell("for place in range(0, len(held), 4096): held[place] = 2"))["ok"]
        small = replace(alone, job=make_job(memory_mib=400))  # both copies are more
        with pytest.raises(FixableError, match="held more than 400 MiB; expected no more than 2 times"):
            check_memory(lab.trunk, small)
        snapshot.control.close()


@pytest.mark.parametrize("count", [12, pytest.param(100, marks=pytest.mark.nightly)])
def test_nothing_is_left_of_a_class_that_shared(
    course: Course,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    seen, users = set[int](), set[int]()

    def observe(event: Event) -> None:
        if isinstance(event, Ended):
            mine = list_descendants(os.getpid())
            seen.update(mine)
            users.update(filter(None, map(find_user, mine)))

    handins = {f"h{n}": change(*((4, f"answers = {n}") if n % 2 else (2, f"# scratch 1\n{n}"))) for n in range(count)}
    before, kept = list_descendants(os.getpid()), look_around()
    results = run(course, tmp_path, handins, share=True, observer=observe, jobs=2)
    assert len(results) == count
    assert all(one.word == "ran" for one in results.values())
    assert sum(bool(one.shared) for one in results.values()) == count - 1  # one of the sample was whole first
    mine = seen - before
    assert len(mine) > 4  # the host, the keeper, the cage of the trunk, the trunk
    assert len(users) > 1  # the trunk's, and those of branches
    assert wait_until(lambda: not any(map(is_alive, mine)))
    groups = [path.name for path in Path("/sys/fs/cgroup").rglob("hw9-*-*")]
    assert not [name for name in groups if int(name.split("-")[1]) in mine]
    locks = Path("/proc/net/unix").read_text()
    assert not [user for user in users if str(user) in locks]
    assert look_around() == kept
    assert [*(tmp_path / "tmp").iterdir()] == []
    files = {path.name for name in handins for path in (tmp_path / "runs" / name).iterdir()}
    assert files == {path.name for path in (tmp_path / "runs" / "h0").iterdir()}
    assert not [path for path in (tmp_path / "runs").rglob("*") if path.is_socket() or path.is_fifo()]


def find_user(pid: int) -> int | None:
    """Return the user of a process where it is one of a cage."""
    try:
        user = os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None
    return user if user in find_range() else None


def look_around() -> tuple[str, int]:
    """Return what is mounted, and how many files this process has open."""
    return Path("/proc/self/mountinfo").read_text(), len(os.listdir("/proc/self/fd"))
