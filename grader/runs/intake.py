"""Taking a class in: each hand-in is read once, and its bytes are kept as `RUNS/<student>/handin.ipynb`.

From then on HANDINS is not needed: what vanishes there, or is saved half, costs nobody anything. A later call sees what
changed since, and says so: a notebook that was replaced by a readable one is taken in anew (by `hw9 run`; the Run of
the earlier one is set aside), everything else keeps what was taken in and sends the student to a person.
"""

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from assignment.assignment import Bilingual
from assignment.course import CourseMark
from assignment.fixable import FixableError
from grader.files.private import is_open
from grader.handins.beside import Beside, read_beside
from grader.handins.submission import Submission, check_notebook, open_handins
from grader.runs.folder import (
    HANDIN_FILE,
    check_runs,
    find_handins,
    load_submissions,
    lock_runs,
    record_class,
)
from grader.runs.store import Store

GONE = Bilingual(
    en="Its file is no longer in HANDINS; what was taken in before counts.",
    zh="檔案已不在 HANDINS 資料夾中；以先前收取的那一份為準。",
)
WORSE = Bilingual(
    en="What lies in HANDINS now cannot be graded; the notebook that was taken in before counts.",
    zh="HANDINS 資料夾中現在的檔案無法評分；以先前收取的 notebook 為準。",
)
CHANGED = Bilingual(
    en="What lies in HANDINS is not what was taken in, which counts until `hw9 run` takes it in anew.",
    zh="HANDINS 資料夾中的檔案與先前收取的不同；在 hw9 run 重新收取之前，以先前收取的為準。",
)


OPEN = "other accounts of this machine may read it; expected a folder of your own, on a disk that knows permissions"


@dataclass(frozen=True)
class Intake:
    """The class as it was taken in, sorted by student, and what a person may want to know."""

    submissions: tuple[Submission, ...]
    notes: tuple[str, ...] = ()


def load_intake(runs: Path, handins: Path | None = None, *, write: bool = True) -> Intake:
    """Return the class of a RUNS folder for scoring; with HANDINS, its roster and what is new there are read first.

    write: whether what is new is taken in; without, it is named and left out, and all else is as with it.
    """
    known = load_submissions(runs)
    if handins is None:
        if not known and (place := find_handins(runs)) is not None:
            raise FixableError(f"{runs}: taking in {place} was cut short; expected a whole class: run `hw9 run` again")
        return Intake(known)
    if not write:
        return take_in(handins, runs, replace=False, write=False)
    with lock_runs(runs):
        return take_in(handins, runs, replace=False)


def take_in(
    handins: Path, runs: Path, *, course: CourseMark | None = None, replace: bool = True, write: bool = True
) -> Intake:
    """Take in what is new in HANDINS and record the class; whoever calls it holds the lock of RUNS.

    course: what RUNS is made with; None: as it says. replace: whether a notebook that changed takes the place of the
    earlier one. write: whether anything is; without, all is found out and said alike, but what is new is left out.
    FixableError when the hand-ins, their roster or the RUNS folder are not as they must be; then nothing was written.
    """
    opened, store = open_handins(handins), Store(runs, write)
    before = {one.student: one for one in check_runs(runs)}
    if write and not before:
        record_class(runs, (), handins, course)  # so that RUNS is known to be one if we are killed
    taken: dict[str, Submission | None] = {}
    fresh: dict[str, str] = {}
    notes = [*opened.notes, *([f"{runs}: {OPEN}"] if runs.exists() and is_open(runs) else [])]
    for handin in opened.read():
        now, beside = _add_beside(handins, handin.submission)
        student = now.student
        taken[student], said = _take(now, handin.data, beside, store, before.get(student), replace=replace)
        notes += [f"{student}: {said}"] if said else []
        fresh |= {(taken[student] or now).sha256 or "": student} if student not in before else {}
    former = before | _find_unrecorded(runs, before.keys() | taken.keys())
    for student in sorted(former.keys() - taken.keys()):
        taken[student], said = _keep_gone(former[student], store, fresh)
        notes += [f"{student}: {said}"] if said else []
    submissions = tuple(one for _, one in sorted(taken.items()) if one is not None)
    if write:
        record_class(runs, submissions, handins, course)
    return Intake(submissions, tuple(notes))


def _find_unrecorded(runs: Path, known: Set[str]) -> dict[str, Submission]:
    """Return the hand-ins that a process took in which was killed before it recorded the class."""
    files = [path for path in runs.glob(f"[!.]*/{HANDIN_FILE}") if path.parent.name not in known]
    kept = [(path, data) for path in files if (data := Store(runs).read(path.parent.name)) is not None]
    return {path.parent.name: check_notebook(path.parent.name, path, data) for path, data in kept}


def _take(
    now: Submission, data: bytes | None, beside: Beside, store: Store, earlier: Submission | None, *, replace: bool
) -> tuple[Submission | None, str | None]:
    """Return the hand-in that counts from now on, with its bytes in RUNS, and what to say of it.

    None: it is new, and the store writes nothing.
    """
    kept = store.read(now.student)
    if kept is None and data is not None:
        if not store.write:
            return earlier, "new in HANDINS, and not scored before it is taken in"
        store.set_aside_stale(now)
        store.keep(now.student, data, beside)
    if kept is None or _is_same(data, now, kept, earlier):
        return now, None
    if now.problem is not None and _is_readable(now.student, kept, earlier):
        reason = GONE if now.problem == "missing" else WORSE
        return _keep(now, store, kept, earlier, reason), reason.en
    if not replace:
        return _keep(now, store, kept, earlier, CHANGED), CHANGED.en
    place = store.set_aside(now.student)
    if data is not None:
        store.keep(now.student, data, beside)
    return now, f"changed since it was taken in; the new one is taken, the earlier one is kept in {place}"


def _keep(now: Submission, store: Store, kept: bytes, earlier: Submission | None, reason: Bilingual) -> Submission:
    """Return the hand-in that was taken in before, with what is known of the student now."""
    path = earlier.notebook if earlier is not None and earlier.notebook else store.runs / now.student / HANDIN_FILE
    its = check_notebook(now.student, path, kept)
    told = {name: getattr(now, name) for name in ("name", "submitted_at", "marked_late", "notes")}
    told["beside"] = earlier.beside if earlier is not None else None
    return its.model_copy(update=told | {"reasons": (*now.reasons, reason)})


def _keep_gone(earlier: Submission, store: Store, fresh: Mapping[str, str]) -> tuple[Submission | None, str | None]:
    """Return a student who is in HANDINS no more, None where there is nothing to keep; and what to say."""
    student = earlier.student
    kept = store.read(student)
    if kept is None:
        return None, "no longer in HANDINS, and nothing was taken in" if earlier.problem != "missing" else None
    if (now := fresh.get(hashlib.sha256(kept).hexdigest())) is not None:
        return None, f"is {now} now; what was run by the earlier name goes to {store.set_aside(student)}"
    reasons = tuple(one for one in earlier.reasons if one not in (GONE, WORSE, CHANGED))
    known = earlier.model_copy(update={"reasons": reasons})
    says = f"{GONE.en} Remove {store.runs / student} if this is nobody of the class."
    return _keep(known, store, kept, earlier, GONE), says


def _is_readable(student: str, kept: bytes, earlier: Submission | None) -> bool:
    if earlier is not None and earlier.sha256 == hashlib.sha256(kept).hexdigest():
        return earlier.problem is None
    return check_notebook(student, Path(HANDIN_FILE), kept).problem is None


def _add_beside(handins: Path, submission: Submission) -> tuple[Submission, Beside]:
    """Return a hand-in that knows what comes along with a notebook that can be run, and the files themselves."""
    beside = read_beside(handins, submission.notebook) if submission.notebook else Beside({})
    told = {"beside": beside.digest, "notes": (*submission.notes, *beside.notes)}
    return submission.model_copy(update=told), beside


def _is_same(data: bytes | None, now: Submission, kept: bytes, earlier: Submission | None) -> bool:
    """Tell whether a hand-in is what was taken in before, with the files beside its notebook."""
    return data == kept and (earlier is None or earlier.beside == now.beside)
