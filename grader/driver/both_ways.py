"""A sample of the hand-ins that shared, executed whole as well: the same must come of both, times and ids aside.

Drawn by the digests of their notebooks, so that the same class has the same sample. The second execution lies in a
folder of its own in RUNS, decides nothing, and is kept for a person to look at.
"""

import json
import math
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assignment.files.foreign import read_file
from assignment.fixable import FixableError
from grader.driver.event import Noted, Observer
from grader.files.untrusted import list_untrusted, read_untrusted
from grader.runs.folder import prepare_run, read_handin, write_handin
from grader.runs.job import Job, write_job
from grader.runs.result import RunResult, load_result

PART = 50  # one in so many
FOLDER = ".whole"  # in RUNS
MOST_BYTES = 2**30  # of a file that a Run saved, whose limits are the course's
EXECUTED, OUTPUTS = "work/executed.ipynb", "work/outputs"
SAME = ("word", "reason", "cell", "detail", "kept_going")
_CHANGING = re.compile(
    r"[0-9a-f]{32}|0x[0-9a-f]+|ipykernel_\d+/\d+|[\d:]+<[\d:?]+, *[\d.?]+ ?(?:it/s|s/it)"
)  # ids, addresses, where a kernel keeps a cell's source, bars' times


def run_both_ways(
    runs: Path, job: Job, execute: Callable[[Path], None], results: Sequence[RunResult], tell: Observer
) -> None:
    """Execute a sample of what shared whole as well, unless that was done, and tell whether the same came of it."""
    for one in draw_sample(results):
        whole = runs / FOLDER / one.student
        if load_result(whole) is None:
            execute(prepare_whole(runs, one.student, job).resolve())
        found = list_differences(runs / one.student, whole)
        says = f"not the same: {', '.join(found)}; a fault of sharing, or chance" if found else "the same came of it"
        tell(Noted(f"{one.student}: shared, and executed whole as well: {says}"))


def draw_sample(results: Sequence[RunResult]) -> list[RunResult]:
    """Return one in PART of the results that shared, at least one where any did."""
    shared = sorted((one for one in results if one.shared), key=lambda one: (one.notebook_sha256, one.student))
    return shared[: math.ceil(len(shared) / PART)]


def prepare_whole(runs: Path, student: str, job: Job) -> Path:
    """Order a hand-in to be executed whole, and return the folder."""
    folder = runs / FOLDER / student
    shutil.rmtree(folder, ignore_errors=True)
    write_handin(folder, read_handin(runs / student))
    prepare_run(folder)
    write_job(folder, job.model_copy(update={"share": None}))
    return folder


def list_differences(shared: Path, whole: Path) -> list[str]:
    """Return what is not the same in two Runs of one hand-in."""
    results = load_result(shared), load_result(whole)
    if None in results:
        return ["it was executed only once"]
    found = [name for name in SAME if getattr(results[0], name) != getattr(results[1], name)]
    names = sorted({name for folder in (shared, whole) for name in list_untrusted(folder, OUTPUTS)})
    found += [name for name in names if _read(shared, f"{OUTPUTS}/{name}") != _read(whole, f"{OUTPUTS}/{name}")]
    ours, theirs = (_show_cells(folder) for folder in (shared, whole))
    found += [f"cell {n}" for n, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other]
    return found if len(ours) == len(theirs) else [*found, "executed.ipynb"]


def _read(folder: Path, name: str) -> bytes | None:
    try:
        return read_untrusted(folder, name, MOST_BYTES)
    except FixableError:
        return None


def _show_cells(folder: Path) -> list[str]:
    """Return the number of each cell and what it shows; [] where that cannot be read."""
    try:
        cells = json.loads(read_file(folder / EXECUTED, MOST_BYTES))["cells"]
        return [f"{cell.get('execution_count')} {_show(cell.get('outputs', ()))}" for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _show(outputs: Sequence[dict[str, Any]]) -> str:
    """Return what a cell shows; what it printed between two other outputs as one text for each stream.

    When a kernel sends what a cell printed, and which stream's first, is a matter of time.
    """
    shown, printed = list[Any](), dict[str, str]()
    for one in outputs:
        if one["output_type"] == "stream":
            printed[one["name"]] = printed.get(one["name"], "") + one["text"]
        else:
            shown += [printed, one]
            printed = {}
    return _CHANGING.sub("", json.dumps([*shown, printed], sort_keys=True))
