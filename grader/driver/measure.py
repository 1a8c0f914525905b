"""Measure what a course's released notebook uses on this machine, and propose limits from it.

seconds    3 times what was measured: twice for two notebooks that share the cores, half as much again to spare
memory     1.5 times the peak: each notebook has its own
outputs    2 times what it printed and drew, and 2 times its largest group of arrays
"""

import io
import math
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assignment.assignment import MOST_GROUP_MIB, Limits
from assignment.course import Course
from assignment.fixable import FixableError
from grader.driver.drive import run_class
from grader.driver.slot import share_threads
from grader.files.untrusted import read_untrusted
from grader.files.whole import MOST_BYTES
from grader.runs.result import RunResult
from grader.sandbox.check import check_cage

NAME = "released"  # the student whose notebook it is
SECONDS, MEMORY, SIZES = 3.0, 1.5, 2.0
MIB = 2**20
WIDE = {  # what is measured must not be cut off by what it is measured for
    "cell_seconds": 6 * 3600,
    "notebook_seconds": 12 * 3600,
    "cpu_seconds": 7 * 24 * 3600,
    "output_mib": 1024,
    "file_mib": 4096,
    "work_mib": 8192,
}


@dataclass(frozen=True)
class Measured:
    """What the notebook used: how it ended, and MiB of each group's arrays once unpacked.

    unboxed: why it had no sandbox, or "". busy: how many processes wanted a core in the minute before.
    """

    result: RunResult
    group_mib: Mapping[str, float]
    unboxed: str = ""
    busy: float = 0.0


def measure_notebook(course: Course, folder: Path, *, device: str) -> Measured:
    """Execute the released notebook alone, in the sandbox where there is one, below a new folder."""
    handins, runs = folder / "handins", folder / "runs"
    handins.mkdir(parents=True)
    (handins / f"{NAME}.ipynb").write_bytes(course.read_released())
    unboxed, busy = _find_cage_fault(), os.getloadavg()[0]
    limits = course.assignment.limits.model_copy(update={**WIDE, "memory_mib": count_memory_mib()})
    (result,) = run_class(
        *(handins, runs, course),
        jobs=1,
        device=device,
        sandbox=not unboxed,
        without_memory_group=True,  # the notebook is the course's own
        limits=limits,
    )
    return Measured(result, measure_groups(runs / NAME / "work" / "outputs"), unboxed, busy)


def _find_cage_fault() -> str:
    try:
        check_cage()
    except FixableError as error:
        return str(error)
    return ""


def count_memory_mib() -> int:
    """Return the memory of this machine."""
    pages = next(line for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines() if "MemTotal" in line)
    return int(pages.split()[1]) // 1024


def measure_groups(outputs: Path) -> dict[str, float]:
    """Return the MiB of each group's arrays once unpacked, as they announce it."""
    found = {}
    for path in sorted(outputs.glob("*.npz")):
        data = read_untrusted(outputs, path.name, MOST_BYTES)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found[path.stem] = sum(item.file_size for item in archive.infolist()) / MIB
    return found


def propose_limits(measured: Measured, usual: Limits) -> Limits:
    """Return the usual limits, a course's, with those that the measured notebook needs in place of what it has."""
    its = measured.result
    total = sum(seconds for seconds in its.cell_seconds if seconds)
    notebook = _round_up(SECONDS * total, 30)
    proposed = {
        "cell_seconds": _round_up(SECONDS * max((one for one in its.cell_seconds if one), default=0.0), 10),
        "notebook_seconds": notebook,
        "cpu_seconds": notebook * max(2, share_threads(1)),
        "memory_mib": _round_up(MEMORY * its.peak_memory_mib, 256),
        "output_mib": _round_up(SIZES * its.output_bytes / MIB, 4),
        "group_mib": min(MOST_GROUP_MIB, _round_up(SIZES * max(measured.group_mib.values(), default=0.0), 8)),
    }
    return usual.model_copy(update=proposed)


def _round_up(value: float, step: int) -> int:
    """Return the next multiple of a step, at least one.

    >>> _round_up(61.0, 30), _round_up(0.0, 4)
    (90, 4)
    """
    return max(step, math.ceil(value / step) * step)
