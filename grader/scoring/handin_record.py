"""HandinRecord: everything the grader says of one hand-in, kept as `verdicts.json` in its Run folder.

Words and points stand apart: the points follow from the Sheet and the deadline; the words of the execution, of the
official cells and of the arrays are evidence for a person, who is told why to look (`grader/scoring/reasons.py`).
"""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from assignment.agreement.agree import Agreement, find_worst_word
from assignment.assignment import Bilingual, Source
from assignment.fixable import Fault, FixableError, load_file, to_faults
from assignment.late import Lateness
from assignment.records import Record
from grader.decisions.decision import Decision
from grader.files.whole import MOST_BYTES, to_json, write_whole
from grader.scoring.evidence import Evidence
from grader.scoring.verdict import Verdict

VERDICTS_FILE = "verdicts.json"

HandinProblem = Literal["missing", "not_a_notebook", "two_notebooks", "broken", "bad_name", "no_answers", "no_response"]


class Seen(Record):
    """One `seen` decision: a person looked at the hand-in, and these were the reasons then."""

    date: str = Field(description="the date of the decision")
    why: tuple[Bilingual, ...] = Field(description="the reasons at the first scoring that applied it")
    identical_to: tuple[str, ...] | None = Field(
        default=None, description="the students whose hand-ins were identical then; never on a student's page"
    )


class DifferingAnswer(Record):
    """One question that the source which does not count answers otherwise: for staff alone, it changes no points."""

    item: str = Field(description="the question's id")
    counted: str = Field(description="the letters that count, in order; empty when blank, `?` when unreadable")
    other: str = Field(description="those of the other source, written in the same way")


class HandinRecord(Record):
    """One hand-in: its verdicts and points, and what a person should know of it."""

    version: Literal[2] = Field(default=2, description="the version of this format")
    scoring: int | None = Field(default=None, description="the number of the scoring, which `RUNS/scorings` keeps")
    student: str = Field(description="the student's id, which names the Run folder")
    name: str = Field(description="the student's name as handed in; the id where there is none")
    submitted_at: datetime | None = Field(default=None, description="when it was handed in; null where nobody said")
    deadline: datetime | None = Field(default=None, description="the student's own deadline, an extension included")
    late: bool = Field(
        default=False,
        description="handed in after the deadline and its grace, so that every question earns 0 or, where the late "
        "policy has points per day, points are taken off the total",
    )
    deducted: Decimal = Field(default=Decimal("0.0"), description="the points taken off the total for days begun late")
    days_late: int = Field(default=0, description="the days begun late for which points are taken off")
    excused: bool = Field(default=False, description="excused by a decision: counted in no statistics")
    problem: HandinProblem | None = Field(
        default=None,
        description="why there is no Sheet to read: `missing`, `not_a_notebook`, `two_notebooks`, `broken`, "
        "`bad_name`, `no_answers`, or `no_response` where the quiz's responses count; null where there is one",
    )
    source: Source = Field(
        default="notebook", description="whose answers count, those of the `notebook` or of the `quiz`"
    )
    differing: tuple[DifferingAnswer, ...] = Field(
        default=(), description="the questions that the other source answers otherwise; changes no points"
    )
    total: Decimal = Field(description="the points earned, an exact decimal written as a string")
    possible: Decimal = Field(description="the points of all questions that are not void")
    topics: dict[str, Decimal] = Field(description="the points earned in each analysis")
    verdicts: tuple[Verdict, ...] = Field(description="one for each question, in the order of the bank")
    run: Evidence = Field(description="what the execution showed; never changes the points")
    agreements: tuple[Agreement, ...] = Field(description="the student's arrays beside the canonical ones")
    words: tuple[str, ...] = Field(description="all words of this hand-in, as the gradebook shows them")
    needs_person: bool = Field(description="whether a person must look before the points are final")
    why: tuple[Bilingual, ...] = Field(default=(), description="why a person must look, one sentence each")
    seen_why: tuple[Bilingual, ...] = Field(default=(), description="reasons to look that a person has seen already")
    seen: tuple[Seen, ...] = Field(default=(), description="the `seen` decisions, each with what it covers")
    decisions: tuple[Decision, ...] = Field(
        default=(), description="the decisions on this student, and those on questions, which concern everyone"
    )
    notes: tuple[Bilingual, ...] = Field(default=(), description="what is worth knowing and needs nobody")
    content: str | None = Field(
        default=None, description="a sha256 that identical hand-ins share; null where there is nothing that could tell"
    )
    identical_to: tuple[str, ...] = Field(
        default=(), description="the students whose hand-ins are identical; never on a student's page"
    )

    @property
    def staff_why(self) -> tuple[Bilingual, ...]:
        """Why a person must look, with what no student may read: `why` stands on the student's own page too."""
        covered = {name for one in self.seen for name in one.identical_to or ()}
        new = [name for name in self.identical_to if name not in covered]
        if not new:
            return self.why
        names = ", ".join(new)
        en, zh = f"Its own cells are identical to those of {names}.", f"自己寫的儲存格與 {names} 的完全相同。"
        return (*self.why, Bilingual(en=en, zh=zh))


def list_words(
    late: Lateness,
    problem: HandinProblem | None,
    run: Evidence,
    agreements: tuple[Agreement, ...],
    *,
    excused: bool = False,
    to_run: bool = True,
) -> tuple[str, ...]:
    """Return the hand-in's words, those about the hand-in first. `to_run`: there should be a Run."""
    words: list[str] = [problem] if problem else []
    words += {"late": ["late_accepted"], "refused": ["late"]}.get(late.word, [])
    words += ["excused"] if excused else []
    words += [run.word] if to_run or run.word != "not_run" else []
    words += ["edited"] if run.is_edited else []
    worst = find_worst_word(agreements)
    words += {None: [], "missing": ["outputs_missing"], "unreadable": ["outputs_unreadable"]}.get(worst, [str(worst)])
    return tuple(words)


def load_handin_record(folder: Path) -> HandinRecord:
    """Return a Run folder's `verdicts.json`; FixableError where there is none, or another version wrote it."""
    path = folder / VERDICTS_FILE
    data = load_file(path, MOST_BYTES, "the verdicts: run `hw9 score` first")
    try:
        return HandinRecord.model_validate_json(data)
    except ValidationError as error:
        faults = to_faults(error, str(path))
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        says = f"{faults[0].says}{more}; not as this version of hw9 writes it: run `hw9 score` again"
        raise FixableError(Fault(faults[0].place, says)) from None


def save_handin_record(folder: Path, scored: HandinRecord) -> Path:
    """Write `verdicts.json`, whole or not at all, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / VERDICTS_FILE
    write_whole(path, to_json(scored, indent=2))
    return path
