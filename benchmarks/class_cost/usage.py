"""What commands use: processor seconds of all their processes, whoever waits for these, and seconds on the clock."""

import contextlib
import os
import resource
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup/cpuacct")
ENTER = ("/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"')
PATIENCE = 30.0  # seconds for processes that are being ended


@dataclass(frozen=True)
class Usage:
    """Seconds on the clock, and processor seconds: counted by a control group, and of the children that were reaped.

    A process that nobody waits for is in the first alone. group: None where this machine lets us have none.
    """

    wall: float
    group: float | None
    reaped: float

    @property
    def processor(self) -> float:
        """The processor seconds."""
        return self.reaped if self.group is None else self.group


def measure(commands: Sequence[Sequence[str]], environment: Mapping[str, str], log: Path) -> Usage:
    """Run commands side by side to their end; what they say goes to `log`. RuntimeError where one fails."""
    with _open_group() as group, log.open("ab") as file:
        entrance = (*ENTER, str(group / "cgroup.procs")) if group else ()
        before, begin = _count_reaped(), time.monotonic()
        running = [
            subprocess.Popen(
                [*entrance, *one], env=dict(environment), stdout=file, stderr=file, stdin=subprocess.DEVNULL
            )
            for one in commands
        ]
        try:
            codes = [one.wait() for one in running]
        except BaseException:
            for one in running:
                one.terminate()
                one.wait()
            raise
        wall = time.monotonic() - begin
        if group:
            _wait_until_empty(group)
        used = int((group / "cpuacct.usage").read_text()) / 1e9 if group else None
        reaped = _count_reaped() - before
    if any(codes):
        raise RuntimeError(f"exit codes {codes}; expected 0 of all: {log}")
    return Usage(wall, used, reaped)


def _count_reaped() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextlib.contextmanager
def _open_group() -> Iterator[Path | None]:
    """Give a control group of our own, and remove it; None where there is none to be had."""
    own = _find_own()
    folder = GROUPS / own / f"class-cost-{os.getpid()}" if own is not None else None
    try:
        if folder:
            folder.mkdir()
    except OSError:
        folder = None
    try:
        yield folder
    finally:
        if folder:
            with contextlib.suppress(OSError):  # what was ended halfway may be in it still
                folder.rmdir()


def _find_own() -> str | None:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "cpuacct" in controllers.split(","):
            return path.lstrip("/")
    return None


def _wait_until_empty(group: Path) -> None:
    """Wait for processes that are being ended, so that all of theirs is counted."""
    end = time.monotonic() + PATIENCE
    while left := [one for folder in group.glob("**/") for one in (folder / "cgroup.procs").read_text().split()]:
        if time.monotonic() > end:
            raise RuntimeError(f"{len(left)} processes are left; expected none: {' '.join(left)}")
        time.sleep(0.05)
