"""Whoever is killed, nothing is left: no process, no group, no file; and whoever is not, goes on."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox.cgroup import sweep_groups
from grader.sandbox.orphans import sweep_cages
from grader.trunk.joining import NotShared
from grader.worker.kernel import Kernel
from grader.worker.place import open_place
from tests.grader.sandboxed import find_processes
from tests.grader.trunk.lab import AS_ROOT, Lab, lab, make_job, make_notebook, open_lab, run_cells  # noqa: F401
from tests.patience import PATIENCE, wait_until

pytestmark = [AS_ROOT, pytest.mark.sandbox]

ROOT = Path(__file__).parents[3]
STUBBORN = f"""import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (1, 2, 15):
            signal.signal(number, signal.SIG_IGN)
        os.closerange(0, 4096)
        open("daemon", "w").close()
        time.sleep({PATIENCE})
    os._exit(0)
os.wait()
while not os.path.exists("daemon"): time.sleep(0.01)
open("runs", "w").close()
time.sleep({PATIENCE})"""
SUPERVISOR = """
import asyncio, sys
from grader.worker.place import open_place
from tests.grader.trunk.lab import make_job, make_notebook, open_lab, run_cells
with open_lab(["x = 1"]) as lab, open_place("killed", make_job(), None) as place:
    kernel = lab.runner.run(lab.trunk.branch(place))
    print(lab.trunk.pid, kernel.first, kernel.pid, kernel.outer.pid, place.view.token, lab.place.view.token, flush=True)
    lab.runner.run(run_cells(place, kernel, make_notebook([sys.argv[1]])))
"""


def list_cage(first: int) -> list[int]:
    """Return the processes of a cage, by its first one."""
    space, found = os.readlink(f"/proc/{first}/ns/pid"), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found += [int(folder.name)] if os.readlink(folder / "ns" / "pid") == space else []
        except OSError:
            continue
    return found


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def begin(lab: Lab, kernel: Kernel) -> list[int]:  # noqa: F811
    """Wait until a branch runs the stubborn cell; return its processes."""

    async def wait() -> None:
        while not os.path.exists(f"/proc/self/fd/{kernel.work}/runs"):
            await asyncio.sleep(0.02)

    lab.runner.run(wait())
    return [*list_cage(kernel.first), kernel.outer.pid]


@pytest.mark.parametrize("victim", ["outside", "first", "kernel"])
def test_branch_that_is_killed_leaves_nothing_and_its_siblings_go_on(lab: Lab, victim: str) -> None:  # noqa: F811
    with open_place("alice", make_job(), None) as place:
        kernel = lab.runner.run(lab.trunk.branch(place))
        work = lab.runner.get_loop().create_task(run_cells(place, kernel, make_notebook([STUBBORN])))
        inside = begin(lab, kernel)
        assert len(inside) == 5  # who keeps the cage, twice, the kernel, its daemon, and the fork outside
        os.kill({"outside": kernel.outer.pid, "first": kernel.first, "kernel": kernel.pid}[victim], signal.SIGKILL)
        seen = lab.runner.run(asyncio.wait_for(work, PATIENCE))
        assert (seen.result.word, seen.result.reason) == ("failed", "kernel_died")
        assert wait_until(lambda: not any(map(is_alive, inside)))
    after = lab.execute(["print(1)"])
    assert after.texts == ("1\n",), after.result


def test_exit_of_a_kernel_is_told_as_that_of_a_fresh_one(lab: Lab) -> None:  # noqa: F811
    async def execute(cell: str, *, fresh: bool) -> str | None:
        with open_place("alice", make_job(), None) as place:
            kernel = await (place.start() if fresh else lab.trunk.branch(place))
            return (await run_cells(place, kernel, make_notebook([cell]))).result.detail

    for cell, says in (("import os; os._exit(7)", "exit code 7"), ("import ctypes; ctypes.string_at(0)", "SIGSEGV")):
        fresh, branch = (lab.runner.run(execute(cell, fresh=fresh)) for fresh in (True, False))
        assert says in str(branch)
        assert str(branch).split("Stack")[0][:120] == str(fresh).split("Stack")[0][:120]


def test_killed_trunk_takes_its_branches_along() -> None:
    with open_lab(["x = 1"]) as opened, open_place("alice", make_job(), None) as place:
        snapshot = opened.runner.run(opened.trunk.take_snapshot())
        kernel = opened.runner.run(opened.trunk.branch(place))
        work = opened.runner.get_loop().create_task(run_cells(place, kernel, make_notebook([STUBBORN])))
        inside = [*begin(opened, kernel), *list_cage(opened.trunk.pid)]
        os.kill(opened.trunk.pid, signal.SIGKILL)
        assert opened.runner.run(asyncio.wait_for(work, PATIENCE)).result.reason == "kernel_died"
        assert wait_until(lambda: not any(map(is_alive, inside)))
        for one in (opened.trunk, snapshot):
            with pytest.raises(NotShared, match="ended"):
                opened.runner.run(one.take_snapshot())


def test_branch_that_nobody_waits_for_any_more_is_gone_before_its_place_is() -> None:
    with open_lab(["x = 1"]) as opened:

        async def give_up() -> None:
            with open_place("alice", make_job(), None) as place:
                work = asyncio.create_task(opened.trunk.branch(place))
                while not (its := set(list_cage(opened.trunk.pid)) - before):
                    assert not work.done(), work
                    await asyncio.sleep(0)
                work.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await work
            assert wait_until(lambda: not any(map(is_alive, its)))

        before = set(list_cage(opened.trunk.pid))
        opened.runner.run(give_up())


def test_killed_supervisor_leaves_nothing() -> None:
    command = [sys.executable, "-P", "-c", SUPERVISOR, STUBBORN]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as supervisor:
        assert supervisor.stdout is not None
        *pids, own, trunks = supervisor.stdout.readline().split()
        work = Path(f"/proc/{pids[2]}/root/hw9/work/runs")
        assert wait_until(work.exists)
        inside = {*list_cage(int(pids[0])), *list_cage(int(pids[1])), *map(int, pids)}
        assert len(inside) > 6
        supervisor.kill()
    assert wait_until(lambda: not any(map(is_alive, inside)))
    assert find_processes(own) == find_processes(trunks) == []
    sweep_groups()
    assert not [*Path("/sys/fs/cgroup").glob(f"**/hw9-{supervisor.pid}-*")]


def test_sweep_for_cages_that_were_left_half_made_leaves_branches_alone(lab: Lab) -> None:  # noqa: F811
    """Their bubblewrap is itself in a namespace below ours, and what started it is none."""

    async def execute() -> tuple[str, ...]:
        with open_place("alice", make_job(), None) as place:
            kernel = await lab.trunk.branch(place)
            sweep_cages()
            return (await run_cells(place, kernel, make_notebook(["print(1)"]))).texts

    assert lab.runner.run(execute()) == ("1\n",)
