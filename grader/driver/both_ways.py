"""A sample of the hand-ins that share, executed whole as well: the same must come of both, times and ids aside.

Drawn by the digests of their notebooks. While the released notebook runs, free places execute some of them whole
(`whole.py`): these share later, and the others are executed whole later. The second execution lies in a folder of its
own in RUNS, decides nothing, and is kept for a person to look at.
"""

import hashlib
import json
import math
import re
import shutil
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from assignment.files.foreign import read_file
from assignment.fixable import FixableError
from grader.driver.event import Noted, Observer
from grader.files.untrusted import list_untrusted, read_untrusted
from grader.handins.listing import show_name
from grader.runs.compared import FOLDER, Compared, note_compared
from grader.runs.folder import list_aside, prepare_run, read_handin, write_handin
from grader.runs.job import Job, load_job, write_job
from grader.runs.result import RunResult, load_result

PART = 50  # one in so many
MOST_NAMED = 20  # differences
MOST_BYTES = 2**30  # of a file that a Run saved, whose limits are the course's
EXECUTED, OUTPUTS = "work/executed.ipynb", "work/outputs"
SHARED, WHOLE = "it shared, and was not executed whole", "it was executed whole, and did not share"
SAME = ("word", "reason", "cell", "detail", "kept_going")
_CHANGING = re.compile(
    r"[0-9a-f]{32}|0x[0-9a-f]+|ipykernel_\d+/\d+|[\d:]+<[\d:?]+, *[\d.?]+ ?(?:it/s|s/it)"
)  # ids, addresses, where a kernel keeps a cell's source, bars' times


def run_both_ways(
    runs: Path, job: Job, execute: Callable[[Path], None], results: Sequence[RunResult], tell: Observer
) -> None:
    """Execute a sample in the other way as well, unless that was done, and tell whether the same came of it.

    It is kept as well, in `compared.json`; nothing is where that execution has no result.
    """
    for one in draw_sample(runs, results):
        other = runs / FOLDER / one.student
        if not _is_of(other, one):
            share = None if one.shared else load_job(other).share
            execute(order_other(runs, one.student, job.model_copy(update={"share": share})).resolve())
        shared, whole = (runs / one.student, other) if one.shared else (other, runs / one.student)
        if _is_of(shared, one, shared=True) and _is_of(whole, one, shared=False):
            _note(runs, one, list_differences(shared, whole), tell)
        else:
            tell(Noted(f"{one.student}: could not be executed both ways: {SHARED if one.shared else WHOLE}"))


def compare_again(runs: Path, full: Collection[str], results: Sequence[RunResult], tell: Observer) -> None:
    """Compare those that were to be executed whole with what came of them when they shared, where they did."""
    for one in results:
        if one.student in full and not one.shared:
            shared = [path for path in list_aside(runs, one.student) if _is_of(path, one, shared=True)]
            if shared:
                _note(runs, one, list_differences(shared[0], runs / one.student), tell)


def _is_of(folder: Path, one: RunResult, *, shared: bool | None = None) -> bool:
    """Tell whether a Run is of the same notebook, and shared or not, where that is asked."""
    try:
        its = load_result(folder)
    except FixableError:  # of another version
        return False
    if its is None or its.notebook_sha256 != one.notebook_sha256:
        return False
    return shared is None or bool(its.shared) == shared


def _note(runs: Path, one: RunResult, found: Sequence[str], tell: Observer) -> None:
    note_compared(runs, Compared(student=one.student, notebook_sha256=one.notebook_sha256, differing=tuple(found)))
    says = f"not the same: {', '.join(found)}; a fault of sharing, or chance" if found else "the same came of it"
    tell(Noted(f"{one.student}: shared, and executed whole as well: {says}"))


def draw_sample(runs: Path, results: Sequence[RunResult]) -> list[RunResult]:
    """Return one in PART of the results that shared, at least one where any did; first who is to share after it."""
    first = [one for one in results if not one.shared and is_to_share(runs, one.student, one.notebook_sha256)]
    shared = sorted((one for one in results if one.shared), key=lambda one: (one.notebook_sha256, one.student))
    return [*first, *shared[: max(count_sample(len(first) + len(shared)) - len(first), 0)]]


def count_sample(sharing: int) -> int:
    """Return how many of those that share are executed both ways."""
    return math.ceil(sharing / PART)


def is_to_share(runs: Path, student: str, sha256: str) -> bool:
    """Tell whether a notebook that was executed whole is ordered to share as well."""
    folder = runs / FOLDER / student
    try:
        return load_job(folder).share is not None and hashlib.sha256(read_handin(folder)).hexdigest() == sha256
    except (FixableError, OSError):  # there is none, or one of another version
        return False


def order_other(runs: Path, student: str, job: Job) -> Path:
    """Order the second execution of a hand-in, and return its folder."""
    folder = runs / FOLDER / student
    shutil.rmtree(folder, ignore_errors=True)
    write_handin(folder, read_handin(runs / student))
    prepare_run(folder)
    write_job(folder, job)
    return folder


def list_differences(shared: Path, whole: Path) -> list[str]:
    """Return what is not the same in two Runs of one hand-in, which have results; what is many, cut."""
    results = load_result(shared), load_result(whole)
    found = [name for name in SAME if len({_CHANGING.sub("", str(getattr(one, name))) for one in results}) > 1]
    names = sorted({name for folder in (shared, whole) for name in list_untrusted(folder, OUTPUTS)})
    files = [name for name in names if _read(shared, f"{OUTPUTS}/{name}") != _read(whole, f"{OUTPUTS}/{name}")]
    found += [f"outputs/{show_name(name)}" for name in files]
    ours, theirs = (_show_cells(folder) for folder in (shared, whole))
    found += [f"cell {n}" for n, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other]
    found += ["executed.ipynb"] if len(ours) != len(theirs) else []
    left = len(found) - MOST_NAMED
    return [*found[:MOST_NAMED], f"{left} more"] if left > 0 else found


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
