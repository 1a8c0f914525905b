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
from grader.handins.beside import Beside, read_beside, save_beside
from grader.handins.submission import Submission, check_notebook, open_handins
from grader.runs.folder import (
    HANDIN_FILE,
    check_runs,
    find_handins,
    load_submissions,
    lock_runs,
    record_class,
    set_aside,
    write_handin,
)
from grader.runs.result import load_result

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


@dataclass(frozen=True)
class Intake:
    """The class as it was taken in, sorted by student, and what a person may want to know."""

    submissions: tuple[Submission, ...]
    notes: tuple[str, ...] = ()


def load_intake(runs: Path, handins: Path | None = None, *, write: bool = True) -> Intake:
    """Return the class of a RUNS folder for scoring; with HANDINS, its roster and what is new there are read first.

    write: whether what is new is taken in; without, it is named and left out.
    """
    known = load_submissions(runs)
    if handins is None:
        if not known and (place := find_handins(runs)) is not None:
            raise FixableError(f"{runs}: taking in {place} was cut short; expected a whole class: run `hw9 run` again")
        return Intake(known)
    if not write:
        return _look(handins, runs, known)
    with lock_runs(runs):
        return take_in(handins, runs, replace=False)


def _look(handins: Path, runs: Path, known: tuple[Submission, ...]) -> Intake:
    """Return the class with the roster of today, without writing anything."""
    opened, before = open_handins(handins), {one.student: one for one in known}
    taken, notes = dict(before), list(opened.notes)
    for handin in opened.read():
        now, _ = _add_beside(handins, handin.submission)
        kept = _read_kept(runs / now.student)
        if kept is None and handin.data is not None:
            notes.append(f"{now.student}: new in HANDINS, and not scored before it is taken in")
        elif kept is None or _is_same(handin.data, now, kept, before.get(now.student)):
            taken[now.student] = now
        else:
            taken[now.student] = _keep(now, runs / now.student, kept, before.get(now.student), CHANGED)
    return Intake(tuple(taken[name] for name in sorted(taken)), tuple(notes))


def take_in(handins: Path, runs: Path, *, course: CourseMark | None = None, replace: bool = True) -> Intake:
    """Take in what is new in HANDINS and record the class; whoever calls it holds the lock of RUNS.

    course: what RUNS is made with; None: as it says. replace: whether a notebook that changed takes the place of the
    earlier one. FixableError when the hand-ins, their roster or the RUNS folder are not as they must be; then nothing
    was written.
    """
    opened = open_handins(handins)
    before = {one.student: one for one in check_runs(runs)}
    if not before:
        record_class(runs, (), handins, course)  # so that RUNS is known to be one if we are killed
    taken: dict[str, Submission] = {}
    notes = list(opened.notes)
    for handin in opened.read():
        now, beside = _add_beside(handins, handin.submission)
        student = now.student
        taken[student], said = _take(now, handin.data, beside, runs / student, before.get(student), replace=replace)
        notes += [f"{student}: {said}"] if said else []
    fresh = {one.sha256 or "": one.student for one in taken.values() if one.student not in before}
    former = before | _find_unrecorded(runs, before.keys() | taken.keys())
    for student in sorted(former.keys() - taken.keys()):
        kept, said = _keep_gone(former[student], runs / student, fresh)
        taken |= {student: kept} if kept else {}
        notes += [f"{student}: {said}"] if said else []
    submissions = tuple(taken[student] for student in sorted(taken))
    record_class(runs, submissions, handins, course)
    return Intake(submissions, tuple(notes))


def _find_unrecorded(runs: Path, known: Set[str]) -> dict[str, Submission]:
    """Return the hand-ins that a process took in which was killed before it recorded the class."""
    files = [path for path in runs.glob(f"[!.]*/{HANDIN_FILE}") if path.parent.name not in known]
    return {path.parent.name: check_notebook(path.parent.name, path, path.read_bytes()) for path in files}


def _take(
    now: Submission, data: bytes | None, beside: Beside, folder: Path, earlier: Submission | None, *, replace: bool
) -> tuple[Submission, str | None]:
    """Return the hand-in that counts from now on, with its bytes in RUNS, and what to say of it."""
    kept = _read_kept(folder)
    if kept is None:
        if data is not None:
            _set_aside_stale(folder, now)
            _write(folder, data, beside)
        return now, None
    if _is_same(data, now, kept, earlier):
        return now, None
    if now.problem is not None and _is_readable(now.student, kept, earlier):
        reason = GONE if now.problem == "missing" else WORSE
        return _keep(now, folder, kept, earlier, reason), reason.en
    if not replace:
        return _keep(now, folder, kept, earlier, CHANGED), CHANGED.en
    place = set_aside(folder.parent, folder)
    if data is not None:
        _write(folder, data, beside)
    return now, f"changed since it was taken in; the new one is taken, the earlier one is kept in {place}"


def _keep(now: Submission, folder: Path, kept: bytes, earlier: Submission | None, reason: Bilingual) -> Submission:
    """Return the hand-in that was taken in before, with what is known of the student now."""
    path = earlier.notebook if earlier is not None and earlier.notebook else folder / HANDIN_FILE
    its = check_notebook(now.student, path, kept)
    told = {name: getattr(now, name) for name in ("name", "submitted_at", "marked_late", "notes")}
    told["beside"] = earlier.beside if earlier is not None else None
    return its.model_copy(update=told | {"reasons": (*now.reasons, reason)})


def _keep_gone(earlier: Submission, folder: Path, fresh: Mapping[str, str]) -> tuple[Submission | None, str | None]:
    """Return a student who is in HANDINS no more, None where there is nothing to keep; and what to say."""
    kept = _read_kept(folder)
    if kept is None:
        return None, "no longer in HANDINS, and nothing was taken in" if earlier.problem != "missing" else None
    if (now := fresh.get(hashlib.sha256(kept).hexdigest())) is not None:
        return None, f"is {now} now; what was run by the earlier name is kept in {set_aside(folder.parent, folder)}"
    reasons = tuple(one for one in earlier.reasons if one not in (GONE, WORSE, CHANGED))
    known = earlier.model_copy(update={"reasons": reasons})
    says = f"{GONE.en} Remove {folder} if this is nobody of the class."
    return _keep(known, folder, kept, earlier, GONE), says


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


def _write(folder: Path, data: bytes, beside: Beside) -> None:
    """Keep a hand-in in its Run folder; the notebook last, by which the whole is known to be there."""
    folder.mkdir(parents=True, exist_ok=True)
    save_beside(folder, beside.files)
    write_handin(folder, data)


def _set_aside_stale(folder: Path, now: Submission) -> None:
    """Move a Run out of the way that an earlier version made of another notebook, whose bytes it did not keep."""
    result = load_result(folder)
    if result is not None and result.notebook_sha256 != now.sha256:
        set_aside(folder.parent, folder)


def _read_kept(folder: Path) -> bytes | None:
    path = folder / HANDIN_FILE
    return path.read_bytes() if path.exists() else None
