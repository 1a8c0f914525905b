"""Score every hand-in of a class: read its Sheet and its Run, and keep what was found as `verdicts.json`. Runs nothing.

It can be repeated, with a new key too. A hand-in without a readable notebook, or without a Run, gets its verdicts as
well.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from assignment.assignment import Bilingual
from assignment.fixable import FixableError
from assignment.outputs import Outputs
from grader.agreement.agree import COMPARED_GROUPS, Agreement, compare_groups, read_group
from grader.files.untrusted import read_untrusted
from grader.handins.quiz import Sheets
from grader.handins.submission import Submission
from grader.scoring.course import Course
from grader.scoring.evidence import Evidence, load_evidence
from grader.scoring.handin_record import VERDICTS_FILE, HandinProblem, HandinRecord, list_words, save_handin_record
from grader.scoring.identical import digest_content, mark_identical
from grader.scoring.reasons import list_reasons
from grader.scoring.verdict import NOTHING, Verdict, judge_sheet, sum_points
from grader.scoring.words import WORDS
from questions.bank import Bank, list_worth
from questions.sheet import NOTEBOOK_LIMIT, Answer, Sheet, read_sheet

REPLACED = Bilingual(
    en="The hand-in is not the notebook that was run; run it again.", zh="繳交的 notebook 與執行過的不同，請重新執行。"
)


def score_runs(
    submissions: Iterable[Submission],
    runs: Path,
    course: Course,
    sheets: Sheets | None = None,
) -> list[HandinRecord]:
    """Score every hand-in, write each `RUNS/<student>/verdicts.json` and return the records in the order given.

    sheets: the answers to the quiz by student (`handins/quiz.py`), which then count in place of the notebooks'.
    """
    found = mark_identical(score_run(one, runs / one.student, course, sheets) for one in submissions)
    for scored in found:
        save_handin_record(runs / scored.student, scored)
    return found


def find_leftovers(submissions: Iterable[Submission], runs: Path) -> tuple[str, ...]:
    """Return the students who were scored before and are not of this class; the reports still show them."""
    own = {one.student for one in submissions}
    return tuple(sorted({path.parent.name for path in runs.glob(f"*/{VERDICTS_FILE}")} - own))


def score_run(
    submission: Submission,
    folder: Path,
    course: Course,
    sheets: Sheets | None = None,
) -> HandinRecord:
    """Return what is to say of one hand-in and its Run folder; writes nothing."""
    problem, sheet, digest, content = _read_sheet(submission, course.bank)
    if sheets is not None:
        problem, sheet = _take_sheet(sheets.get(submission.student), problem, course.bank)
    moment = submission.submitted_at
    late = submission.marked_late if moment is None else course.assignment.is_late(moment)
    worth = list_worth(course.bank, course.assignment)
    verdicts = judge_sheet(sheet, course.key, worth, late=late)
    run = load_evidence(folder)
    agreements = _read_agreements(folder, run, course.canonical)
    replaced = None not in (digest, run.notebook_sha256) and digest != run.notebook_sha256
    why = list_reasons(problem, run, agreements, verdicts) + ((REPLACED,) if replaced else ()) + submission.reasons
    if problem and submission.detail:  # such as the file's name
        kept = submission.detail.replace(" ", "\u00a0")  # a text's own spaces between Chinese letters would go
        why += (Bilingual(en=f"Found: {submission.detail}", zh=f"實際情況：{kept}"),)
    return HandinRecord(
        student=submission.student,
        name=submission.name or submission.student,
        submitted_at=submission.submitted_at,
        late=late,
        problem=problem,
        total=sum_points(verdicts),
        possible=_sum_possible(verdicts, worth),
        topics=_sum_topics(verdicts),
        verdicts=verdicts,
        run=run,
        agreements=agreements,
        words=list_words(late, problem, run, agreements),
        needs_person=bool(why),
        why=why,
        notes=_list_notes(submission, sheet, run, problem),
        content=content,
    )


def _read_sheet(submission: Submission, bank: Bank) -> tuple[HandinProblem | None, Sheet, str | None, str | None]:
    """Return the Sheet, why it could not be read, and the sha256 of the notebook and of its own content, if any.

    A hand-in that is not there is blank, any other that cannot be read is unreadable.
    """
    if submission.problem is not None or submission.notebook is None:
        problem: HandinProblem = submission.problem or "missing"
        return problem, _make_empty_sheet(problem, bank), None, None
    try:
        data = read_untrusted(submission.notebook.parent, submission.notebook.name, NOTEBOOK_LIMIT)
    except FixableError:
        gone: HandinProblem = "broken" if os.path.lexists(submission.notebook) else "missing"
        return gone, _make_empty_sheet(gone, bank), None, None
    sheet, digest = read_sheet(data, bank), hashlib.sha256(data).hexdigest()
    if sheet.problem == "not_a_notebook":
        return sheet.problem, _make_empty_sheet(sheet.problem, bank), digest, None
    return sheet.problem, sheet, digest, digest_content(data)


def _take_sheet(sheet: Sheet | None, problem: HandinProblem | None, bank: Bank) -> tuple[HandinProblem | None, Sheet]:
    """Return the Sheet of the quiz in place of the notebook's, whose own problem becomes a note."""
    if sheet is None:
        return "no_response", _make_empty_sheet("no_response", bank)
    notes = (WORDS[problem].says.en,) if problem not in (None, "no_answers") else ()
    return None, replace(sheet, notes=sheet.notes + notes)


def _make_empty_sheet(problem: HandinProblem, bank: Bank) -> Sheet:
    blank = problem in ("missing", "no_answers", "no_response")
    answer = Answer() if blank else Answer("unreadable", reason=WORDS[problem].says.en)
    return Sheet(dict.fromkeys(bank.ids, answer))


def _read_agreements(folder: Path, run: Evidence, canonical: Outputs) -> tuple[Agreement, ...]:
    if run.word == "not_run":
        return ()
    return compare_groups(
        {group: read_group(folder / "work", group, canonical) for group in COMPARED_GROUPS}, canonical
    )


def _sum_possible(verdicts: tuple[Verdict, ...], worth: dict[str, Decimal]) -> Decimal:
    return sum((worth[verdict.item] for verdict in verdicts if verdict.word != "void"), NOTHING)


def _sum_topics(verdicts: tuple[Verdict, ...]) -> dict[str, Decimal]:
    topics: dict[str, Decimal] = {}
    for verdict in verdicts:
        topic = verdict.item.rpartition("-")[0]
        topics[topic] = topics.get(topic, NOTHING) + verdict.points
    return topics


def _list_notes(submission: Submission, sheet: Sheet, run: Evidence, problem: HandinProblem | None) -> tuple[str, ...]:
    notes = [*sheet.notes, *run.notes, *submission.notes]
    if submission.detail and not problem:
        notes.append(submission.detail)
    if submission.submitted_at is None and not submission.marked_late:
        notes.append("Nobody said when it was handed in; it counts as in time.")
    if run.sandbox is False:
        notes.append("It ran outside the sandbox.")
    return tuple(notes)
