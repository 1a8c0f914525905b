"""HandinRecord: everything the grader says of one hand-in, kept as `verdicts.json` in its Run folder.

Words and points stand apart: the points follow from the Sheet and the deadline; the words of the execution, of the
official cells and of the arrays are evidence for a person, who is told why to look (`grader/scoring/reasons.py`).
"""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from assignment.assignment import Bilingual
from assignment.fixable import FixableError, to_faults
from assignment.records import Record
from grader.agreement.agree import Agreement, find_worst_word
from grader.files.whole import write_whole
from grader.scoring.evidence import Evidence
from grader.scoring.verdict import Verdict

VERDICTS_FILE = "verdicts.json"

HandinProblem = Literal["missing", "not_a_notebook", "two_notebooks", "broken", "bad_name", "no_answers", "no_response"]


class HandinRecord(Record):
    """One hand-in: its verdicts and points, and what a person should know of it."""

    version: Literal[1] = Field(default=1, description="the version of this format")
    student: str = Field(description="the student's id, which names the Run folder")
    name: str = Field(description="the student's name as handed in; the id where there is none")
    submitted_at: datetime | None = Field(default=None, description="when it was handed in; null where nobody said")
    late: bool = Field(default=False, description="handed in after the deadline, so that every question earns 0")
    problem: HandinProblem | None = Field(
        default=None,
        description="why there is no Sheet to read: `missing`, `not_a_notebook`, `two_notebooks`, `broken`, "
        "`bad_name`, `no_answers`, or `no_response` where the quiz's responses are scored; null where there is one",
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
    notes: tuple[str, ...] = Field(default=(), description="what is worth knowing and needs nobody")
    content: str | None = Field(
        default=None, description="a sha256 that identical hand-ins share; null where there is nothing that could tell"
    )
    identical_to: tuple[str, ...] = Field(
        default=(), description="the students whose hand-ins are identical; never on a student's page"
    )

    @property
    def staff_why(self) -> tuple[Bilingual, ...]:
        """Why a person must look, with what no student may read: `why` stands on the student's own page too."""
        if not self.identical_to:
            return self.why
        names = ", ".join(self.identical_to)
        en, zh = f"Its own cells are identical to those of {names}.", f"自己寫的儲存格與 {names} 的完全相同。"
        return (*self.why, Bilingual(en=en, zh=zh))


def list_words(
    late: bool, problem: HandinProblem | None, run: Evidence, agreements: tuple[Agreement, ...]
) -> tuple[str, ...]:
    """Return the hand-in's words, those about the hand-in first."""
    words: list[str] = [problem] if problem else []
    words += ["late"] if late else []
    words += [run.word]
    words += ["edited"] if run.is_edited else []
    worst = find_worst_word(agreements)
    words += {None: [], "missing": ["outputs_missing"], "unreadable": ["outputs_unreadable"]}.get(worst, [str(worst)])
    return tuple(words)


def load_handin_record(folder: Path) -> HandinRecord:
    """Return a Run folder's `verdicts.json`; FixableError where there is none of this version."""
    path = folder / VERDICTS_FILE
    try:
        return HandinRecord.model_validate_json(path.read_bytes())
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror}; expected the verdicts: run `hw9 score` first") from None
    except ValidationError as error:
        raise FixableError(*to_faults(error, str(path))) from None


def save_handin_record(folder: Path, scored: HandinRecord) -> Path:
    """Write `verdicts.json`, whole or not at all, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / VERDICTS_FILE
    write_whole(path, (scored.model_dump_json(indent=2) + "\n").encode())
    return path
