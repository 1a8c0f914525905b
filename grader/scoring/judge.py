"""Score every hand-in of a class: read its Sheet and its Run, and keep what was found as `verdicts.json`. Runs nothing.

It can be repeated, with a new key too. A hand-in without a readable notebook, or without a Run, gets its verdicts as
well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from assignment.agreement.agree import COMPARED_GROUPS, Agreement, compare_groups
from assignment.assignment import Bilingual
from assignment.late import IN_TIME, REFUSED, Lateness
from grader.agreement.saved import read_group
from grader.decisions.decision import Decision
from grader.decisions.decisions import NO_DECISIONS, Decisions, find_deadline, select
from grader.handins.submission import Submission
from grader.quiz.roster import Quiz
from grader.runs.folder import read_handin
from grader.scoring.evidence import Evidence, load_evidence
from grader.scoring.grading import Grading
from grader.scoring.handin_record import VERDICTS_FILE, HandinProblem, HandinRecord, list_words
from grader.scoring.identical import digest_content, mark_identical
from grader.scoring.reasons import list_reasons
from grader.scoring.seen import load_seen
from grader.scoring.sources import Counted, choose_sheet, make_empty_sheet
from grader.scoring.verdict import NOTHING, Verdict, judge_sheet, sum_points
from questions.bank import list_worth
from questions.sheet import Sheet, read_sheet

REPLACED = Bilingual(
    en="The hand-in is not the notebook that was run; run it again.", zh="繳交的 notebook 與執行過的不同，請重新執行。"
)

NO_TIME = Bilingual(en="Nobody said when it was handed in; it counts as in time.", zh="沒有繳交時間的紀錄，視為準時。")
SHARED = Bilingual(
    en="Cells that stand as released were not executed again: what they gave is that of the released notebook.",
    zh="與發布版本相同的儲存格沒有重新執行，其結果取自發布的 notebook。",
)
NO_SANDBOX = Bilingual(en="It ran outside the sandbox.", zh="是在沙箱之外執行的。")


def score_runs(
    submissions: Iterable[Submission],
    runs: Path,
    grading: Grading,
    quiz: Quiz | None = None,
    decisions: Decisions = NO_DECISIONS,
) -> list[HandinRecord]:
    """Score every hand-in and return the records in the order given; writes nothing.

    quiz: the answers to the quiz (`grader/quiz`), which count in place of the notebooks' or are compared with them.
    """
    return mark_identical(score_run(one, runs / one.student, grading, quiz, decisions) for one in submissions)


def find_unlisted(submissions: Iterable[Submission], runs: Path) -> tuple[str, ...]:
    """Return the students who were scored before and are not of this class; the reports still show them."""
    own = {one.student for one in submissions}
    return tuple(sorted({path.parent.name for path in runs.glob(f"*/{VERDICTS_FILE}")} - own))


def score_run(
    submission: Submission,
    folder: Path,
    grading: Grading,
    quiz: Quiz | None = None,
    decisions: Decisions = NO_DECISIONS,
) -> HandinRecord:
    """Return what is to say of one hand-in and its Run folder; writes nothing.

    It reads what the folder's `verdicts.json` says a person has seen, and no more of it.
    """
    unread, notebook, content = _read_sheet(submission, folder, grading)
    counted = choose_sheet(submission.student, unread, notebook, quiz, grading.bank)
    its, run = decisions.of(submission.student), load_evidence(folder)
    points = _judge_points(submission, counted, grading, its)
    agreements = _read_agreements(folder, run, grading)
    to_run = counted.source != "quiz" or submission.problem != "missing"  # who only answers the quiz has no Run
    why = _list_why(submission, counted, run, agreements, points.verdicts, to_run=to_run)
    seen = load_seen(folder, select(its, "seen"), why)
    covered = {reason for one in seen for reason in one.why}
    unseen = tuple(reason for reason in why if reason not in covered)
    excused = bool(select(its, "excused"))
    return HandinRecord(
        student=submission.student,
        name=submission.name or submission.student,
        submitted_at=submission.submitted_at,
        deadline=points.deadline,
        late=points.late.is_late,
        deducted=points.deducted,
        days_late=points.late.days,
        excused=excused,
        problem=counted.problem,
        source=counted.source,
        differing=counted.differing,
        total=sum_points(points.verdicts) - points.deducted,
        possible=_sum_possible(points.verdicts, list_worth(grading.bank, grading.assignment)),
        topics=_sum_topics(points.verdicts),
        verdicts=points.verdicts,
        run=run,
        agreements=agreements,
        words=list_words(points.late, counted.problem, run, agreements, excused=excused, to_run=to_run),
        needs_person=bool(unseen) and not excused,
        why=unseen,
        seen_why=tuple(reason for reason in why if reason in covered),
        seen=seen,
        decisions=its,
        notes=_list_notes(submission, counted, run),
        content=content,
    )


@dataclass(frozen=True)
class _Points:
    """What the answers earn: the student's own deadline, how late it came, the verdicts, what is taken off."""

    deadline: datetime
    late: Lateness
    verdicts: tuple[Verdict, ...]
    deducted: Decimal


def _judge_points(
    submission: Submission, counted: Counted, grading: Grading, decisions: tuple[Decision, ...]
) -> _Points:
    deadline = find_deadline(decisions, grading.assignment.deadline)
    late = _judge_time(submission, grading, deadline)
    verdicts = judge_sheet(
        counted.sheet,
        grading.key,
        list_worth(grading.bank, grading.assignment),
        late=late.word == "refused",
        decisions=decisions,
        there=counted.problem not in ("missing", "no_response"),
    )
    return _Points(deadline, late, verdicts, min(late.points, sum_points(verdicts)))


def _list_why(
    submission: Submission,
    counted: Counted,
    run: Evidence,
    agreements: tuple[Agreement, ...],
    verdicts: tuple[Verdict, ...],
    *,
    to_run: bool,
) -> tuple[Bilingual, ...]:
    """Return every reason for a person to look at a hand-in, whether or not somebody has."""
    why = list_reasons(counted.problem, run, agreements, verdicts, to_run=to_run) + counted.why
    if None not in (submission.sha256, run.notebook_sha256) and submission.sha256 != run.notebook_sha256:
        why += (REPLACED,)
    why += submission.reasons
    if counted.problem and submission.detail:  # such as the file's name
        kept = submission.detail.replace(" ", "\u00a0")  # a text's own spaces between Chinese letters would go
        why += (Bilingual(en=f"Found: {submission.detail}", zh=f"實際情況：{kept}"),)
    return why


def _judge_time(submission: Submission, grading: Grading, deadline: datetime) -> Lateness:
    """Judge when it came; a hand-in that a course system marked late without a time is not accepted."""
    if submission.submitted_at is None:
        return REFUSED if submission.marked_late else IN_TIME
    return grading.assignment.late.judge(submission.submitted_at, deadline)


def _read_sheet(
    submission: Submission, folder: Path, grading: Grading
) -> tuple[HandinProblem | None, Sheet, str | None]:
    """Return why the Sheet could not be read, the Sheet, and a sha256 of the notebook's own content.

    A hand-in that is not there is blank, any other that cannot be read is unreadable.
    """
    if submission.problem is not None or submission.notebook is None:
        problem: HandinProblem = submission.problem or "missing"
        return problem, make_empty_sheet(problem, grading.bank), None
    data = read_handin(folder)
    sheet = read_sheet(data, grading.bank)
    if sheet.problem == "not_a_notebook":
        return sheet.problem, make_empty_sheet(sheet.problem, grading.bank), None
    return sheet.problem, sheet, digest_content(data, grading.course.released)


def _read_agreements(folder: Path, run: Evidence, grading: Grading) -> tuple[Agreement, ...]:
    if run.word == "not_run":
        return ()
    ours, most = grading.canonical, grading.assignment.limits.group_bytes
    return compare_groups(
        {group: read_group(folder / "work", group, ours, most=most) for group in COMPARED_GROUPS},
        ours,
        grading.assignment.wider_agreement,
    )


def _sum_possible(verdicts: tuple[Verdict, ...], worth: dict[str, Decimal]) -> Decimal:
    return sum((worth[verdict.item] for verdict in verdicts if verdict.word != "void"), NOTHING)


def _sum_topics(verdicts: tuple[Verdict, ...]) -> dict[str, Decimal]:
    topics: dict[str, Decimal] = {}
    for verdict in verdicts:
        topic = verdict.item.rpartition("-")[0]
        topics[topic] = topics.get(topic, NOTHING) + verdict.points
    return topics


def _list_notes(submission: Submission, counted: Counted, run: Evidence) -> tuple[Bilingual, ...]:
    """Return what is worth knowing; what the runner and a fault say is quoted in the words that they have."""
    notes = [*counted.sheet.notes]
    notes += [Bilingual(en=f"The run noted: {note}", zh=f"執行時的紀錄：{note}") for note in run.notes if note]
    notes += submission.notes
    if submission.detail and not counted.problem:
        notes.append(Bilingual(en=f"In detail: {submission.detail}", zh=f"詳細情形：{submission.detail}"))
    there = counted.problem not in ("missing", "no_response")
    if there and submission.submitted_at is None and not submission.marked_late:
        notes.append(NO_TIME)
    if run.sandbox is False:
        notes.append(NO_SANDBOX)
    if run.shared:
        notes.append(SHARED)
    return tuple(notes)
