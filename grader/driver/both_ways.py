"""A sample of the hand-ins that share, executed whole as well: the same must come of both, times and ids aside.

Drawn by what follows from the digests of all notebooks. While the released notebook runs, free places execute some of
them whole (`whole.py`): these share later, and the others are executed whole later. The second execution lies in a
folder of its own in RUNS, decides nothing, and is kept for a person to look at.
"""

import contextlib
import hashlib
import json
import math
import re
import shutil
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from typing import Any

from assignment.files.foreign import read_file
from assignment.fixable import FixableError
from grader.driver.event import Noted, Observer
from grader.driver.run_job import read_reason
from grader.files.untrusted import list_untrusted, read_untrusted
from grader.handins.listing import show_name
from grader.runs.compared import FOLDER, Compared, load_compared, note_compared
from grader.runs.folder import list_aside, prepare_run, read_handin, write_handin
from grader.runs.job import Job, load_job, take_back, write_job
from grader.runs.result import RunResult, load_result

Submit = Callable[[Path], Future[None]]
PART = 50  # one in so many
MOST_NAMED = 20  # differences
MOST_BYTES = 2**30  # of a file that a Run saved, whose limits are the course's
EXECUTED, OUTPUTS = "work/executed.ipynb", "work/outputs"
SAME = ("word", "reason", "cell", "detail", "kept_going")
_CHANGING = re.compile(
    r"[0-9a-f]{32}|0x[0-9a-f]+|ipykernel_\d+/\d+|(?<![\d:])[\d:]+<[\d:?]+, *[\d.?]+ ?(?:it/s|s/it)"
)  # ids, addresses, where a kernel keeps a cell's source, bars' times


def run_both_ways(
    runs: Path, job: Job, submit: Submit, places: int, results: Sequence[RunResult], tell: Observer
) -> None:
    """Execute a sample in the other way as well, so many at a time, and tell whether the same came of it.

    It is kept as well, in `compared.json`; nothing is where that execution has no result. What was done before is
    neither done nor told again, unless something differed.
    """
    sample, known = draw_sample(runs, results), _list_compared(runs)
    orders = {one.student: _to_order(runs, job, one) for one in sample if not _is_of(runs / FOLDER / one.student, one)}
    if orders:
        tell(Noted(f"all have a result; {len(orders)} executed again, to compare (in {runs / FOLDER})"))
        _execute(runs, orders, submit, places)
    for one in sample:
        entry = known.get((one.student, one.notebook_sha256))
        if one.student in orders or entry is None:
            _compare(runs, one, tell)
        elif entry.differing:
            tell(Noted(_describe(runs, entry)))


def _to_order(runs: Path, job: Job, one: RunResult) -> Job:
    """Return what is ordered for the second execution: that it be whole, or that it share as was planned."""
    return job.model_copy(update={"share": None if one.shared else load_job(runs / FOLDER / one.student).share})


def _execute(runs: Path, orders: Mapping[str, Job], submit: Submit, places: int) -> None:
    """Execute so many at a time; when interrupted, end what runs and leave it ordered."""
    todo, free, running = deque(orders), deque(range(places)), dict[Future[None], tuple[str, int]]()
    try:
        while todo or running:
            while todo and free:
                student, slot = todo.popleft(), free.popleft()
                folder = order_other(runs, student, orders[student].model_copy(update={"slot": slot}))
                running[submit(folder.resolve())] = student, slot
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                free.append(running.pop(future)[1])
                future.result()
    except BaseException:
        folders = [runs / FOLDER / student for student, _ in running.values()]
        for folder in folders:
            take_back(folder)
        wait(running)
        for folder in folders:
            write_job(folder, orders[folder.name])
        raise


def _compare(runs: Path, one: RunResult, tell: Observer) -> None:
    other = runs / FOLDER / one.student
    shared, whole = (runs / one.student, other) if one.shared else (other, runs / one.student)
    if _is_of(shared, one, shared=True) and _is_of(whole, one, shared=False):
        _note(runs, one, list_differences(shared, whole), tell)
        return
    why = read_reason(other) or "no result came of it, and the same command tries again"
    ways = "shared; not executed whole as well" if one.shared else "executed whole; it did not share as well"
    tell(Noted(f"{one.student}: {ways}: {why}"))


def _list_compared(runs: Path) -> dict[tuple[str, str], Compared]:
    return {(one.student, one.notebook_sha256): one for one in load_compared(runs)}


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
    entry = Compared(student=one.student, notebook_sha256=one.notebook_sha256, differing=tuple(found))
    note_compared(runs, entry)
    tell(Noted(_describe(runs, entry)))


def _describe(runs: Path, entry: Compared) -> str:
    said = f"{entry.student}: shared, and executed whole as well: "
    if not entry.differing:
        return f"{said}the same came of it"
    beside = runs / FOLDER / entry.student
    where = f"; look at {runs / entry.student} and {beside}" if beside.exists() else ""
    return f"{said}not the same: {', '.join(entry.differing)}; a fault of sharing, or chance{where}"


def draw_sample(runs: Path, results: Sequence[RunResult]) -> list[RunResult]:
    """Return one in PART of the results that share, at least one where any does.

    First come those that are to share after they were executed whole, then those that were compared before.
    """
    first = [one for one in results if not one.shared and is_to_share(runs, one.student, one.notebook_sha256)]
    known, chance = _list_compared(runs), order_by_chance((one.student, one.notebook_sha256) for one in results)
    places = {student: place for place, student in enumerate(chance)}
    shared = [one for one in results if one.shared]
    shared.sort(key=lambda one: ((one.student, one.notebook_sha256) not in known, places[one.student]))
    return [*first, *shared[: max(count_sample(len(first) + len(shared)) - len(first), 0)]]


def order_by_chance(handins: Iterable[tuple[str, str]]) -> list[str]:
    """Return students in an order that follows from the digests of all their notebooks: no student can choose it.

    handins: students and digests.
    """
    its = sorted((sha256, student) for student, sha256 in handins)
    every = hash_text(repr(its))
    return [student for _, student in sorted((hash_text(f"{every} {sha256}"), student) for sha256, student in its)]


def hash_text(text: str) -> str:
    """Return a digest."""
    return hashlib.sha256(text.encode()).hexdigest()


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


def order_sample(runs: Path, students: Iterable[str], job: Job) -> None:
    """Order that those share who are executed whole first; nothing where the class does not."""
    for student in students if job.share is not None else ():
        with contextlib.suppress(FixableError):  # told of when its turn comes
            order_other(runs, student, job)


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
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
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
