"""Kills work at each of its moments: a child process ends itself by SIGKILL before its n-th change on the disk."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

STEPS = (
    (Path, "replace"),
    (Path, "rename"),
    (Path, "unlink"),
    (Path, "mkdir"),
    (Path, "write_bytes"),
    (os, "link"),
    (os, "rename"),
)


def kill_at_each_step(work: Callable[[], object]) -> Iterator[int]:
    """Do the work in a child that is killed before step 0, then in one before step 1, until one comes to its end."""
    for steps in range(1000):
        child = os.fork()
        if child == 0:
            try:
                _arm(steps)
                work()
                os._exit(0)
            finally:
                os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL), f"it failed in the {steps}. child"
        if code == 0:
            assert steps  # else nothing was killed
            return
        yield steps
    raise AssertionError("it never ended")


def _arm(steps: int) -> None:
    """Let this process kill itself before it changes the disk once more than `steps` times."""
    left = [steps]
    for owner, name in STEPS:
        setattr(owner, name, _count_down(getattr(owner, name), left))


def _count_down(real: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    def step(*args: Any, **kwargs: Any) -> Any:
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return real(*args, **kwargs)

    return step


def list_files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file below a folder, by path, but for those that a killed writer left aside."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if not path.name.startswith(".")}
