"""What bubblewrap leaves half made is ended, and nothing else."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from grader.sandbox.orphans import end_cages, sweep_cages
from tests.patience import wait_until

pytestmark = pytest.mark.sandbox


def start_bubblewrap(
    worker: int, *more: str, around: Sequence[str] = (), pass_fds: tuple[int, ...] = ()
) -> "subprocess.Popen[bytes]":
    user = ["--unshare-user"] if os.getuid() else []
    command = [
        "bwrap",
        *user,
        "--unshare-pid",
        "--unshare-uts",
        "--hostname",
        "hw9",
        "--setenv",
        "HW9_WORKER",
        str(worker),
    ]
    return subprocess.Popen([*around, *command, "--ro-bind", "/", "/", *more, "sleep", "600"], pass_fds=pass_fds)


def list_pids(worker: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == b"bwrap" and str(worker).encode() in words:
            found.append(int(path.parent.name))
    return found


@pytest.fixture
def orphan() -> Iterator[int]:
    """Bubblewrap, of which the outer process dies of its broken pipe before it lets the inner one go on."""
    worker = 2**22 + os.getpid()  # above all that there are
    read, write = os.pipe()
    os.close(read)
    outer = start_bubblewrap(worker, "--info-fd", str(write), pass_fds=(write,))
    os.close(write)
    assert outer.wait() < 0
    assert len(list_pids(worker)) == 1
    yield worker
    end_cages(worker)


@pytest.mark.parametrize("end", [end_cages, lambda _: sweep_cages()], ids=["of a worker", "of any"])
def test_inner_process_of_a_dead_outer_one_is_ended(orphan: int, end: Callable[[int], None]) -> None:
    end(orphan)
    assert wait_until(lambda: not list_pids(orphan))


CONTAINER = [
    *("unshare", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])),
    *("--pid", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-c", '"$@"; exit', "sh"),
]


@pytest.mark.parametrize("around", [[], CONTAINER], ids=["here", "in a container"])
def test_a_cage_that_lives_is_left_alone(orphan: int, around: list[str]) -> None:
    run = 2**23 + os.getpid()
    with start_bubblewrap(run, "--die-with-parent", around=around) as outer:
        assert wait_until(lambda: len(list_pids(run)) == 2)
        end_cages(orphan)
        sweep_cages()
        assert len(list_pids(run)) == 2
        outer.kill()
    assert wait_until(lambda: not list_pids(run))
