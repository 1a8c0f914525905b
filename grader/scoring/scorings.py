"""Scorings: every scoring of a class is kept, as `RUNS/scorings/0001.json` and so on, and none is ever changed.

One says who scored and when, with which key, decisions and responses, and what came of it. Its file is written last,
after every `verdicts.json` of it: verdicts with another number than the newest file are of a scoring that was cut
short. A scoring by which nothing differs from the one before is that one.
"""

import getpass
import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime

from assignment.agreement.agree import CANONICAL_SEED
from assignment.assignment import Source
from assignment.fixable import Fault, FixableError, check_all, parse_as
from assignment.late import LatePolicy
from assignment.records import Record
from grader.decisions.decision import Decision
from grader.decisions.decisions import Decisions
from grader.files.whole import load_json, to_json, write_whole
from grader.quiz.roster import Quiz
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from grader.scoring.verdict import VerdictWord
from questions.bank import list_worth

FOLDER = "scorings"


class ScoredItem(Record):
    """What became of one question of one student."""

    word: VerdictWord
    chosen: str
    points: Decimal


class Outcome(Record):
    """What became of one student."""

    total: Decimal
    late: bool
    deducted: Decimal
    excused: bool
    submitted_at: AwareDatetime | None
    deadline: AwareDatetime | None
    source: Source
    items: dict[str, ScoredItem]


class KeptClaim(Record):
    """The claim of a choice: what it says, how it was decided, how far beyond its bound it is on one seed."""

    says: str
    right: bool
    distance: float | None


class KeptQuestion(Record):
    """A question as it was scored; `letters` None: it had no key."""

    letters: str | None
    worth: Decimal
    claims: dict[str, KeptClaim]


class Basis(Record):
    """By what a class was scored."""

    profile: str  # the course's name
    course_digest: str | None = None  # None: scored before courses had one
    deadline: AwareDatetime
    late: LatePolicy
    answers: Source
    key: dict[str, KeptQuestion]
    key_digest: str
    decisions: tuple[Decision, ...]
    decisions_digest: str | None
    responses_digest: str | None

    @property
    def possible(self) -> Decimal:
        """The points of all questions that are not void."""
        void = {one.question for one in self.decisions if one.decision == "void"}
        counted = (one.worth for item, one in self.key.items() if one.letters is not None and item not in void)
        return sum(counted, Decimal("0.0"))


class Scoring(Record):
    """One scoring of a class: its file in `RUNS/scorings`."""

    version: Literal[1] = 1
    number: int
    at: AwareDatetime
    by: str
    basis: Basis
    students: dict[str, Outcome]


def make_scoring(
    records: Iterable[HandinRecord], grading: Grading, quiz: Quiz | None, decisions: Decisions, before: Scoring | None
) -> Scoring:
    """Return the scoring that the records are; the one before where nothing differs from it."""
    basis = _make_basis(grading, quiz, decisions)
    students = {one.student: _make_outcome(one) for one in records}
    if before is not None and (before.basis, before.students) == (basis, students):
        return before
    return Scoring(
        number=before.number + 1 if before else 1,
        at=datetime.now(UTC).replace(microsecond=0),
        by=find_user(),
        basis=basis,
        students=students,
    )


def find_user() -> str:
    """Return who runs this program; `unknown` where the machine has no name for the user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def load_scorings(runs: Path) -> tuple[Scoring, ...]:
    """Return every scoring that was kept, the newest last; FixableError where a file is no scoring."""
    return tuple(map(_load_scoring, _list_files(runs)))


def load_last_scoring(runs: Path) -> Scoring | None:
    """Return the newest scoring; None where there was none."""
    paths = _list_files(runs)
    return _load_scoring(paths[-1]) if paths else None


def _list_files(runs: Path) -> list[Path]:
    return sorted((runs / FOLDER).glob("[0-9]*.json"))


def _load_scoring(path: Path) -> Scoring:
    scoring = parse_as(Scoring, load_json(path, "a scoring of hw9 score"), str(path))
    if path.name != f"{scoring.number:04}.json":
        raise FixableError(f"{path}: number: {scoring.number}; expected the number that its file is called by")
    return scoring


def find_scoring(scorings: tuple[Scoring, ...], number: int, runs: Path) -> Scoring:
    """Return the scoring of a number; FixableError with those that there are."""
    found = next((one for one in scorings if one.number == number), None)
    if found is None:
        known = ", ".join(str(one.number) for one in scorings) or "none"
        raise FixableError(Fault((str(runs / FOLDER),), f"no scoring {number}; expected one of {known}"))
    return found


def save_scoring(runs: Path, scoring: Scoring) -> None:
    """Keep a scoring; the last step of scoring a class."""
    folder = runs / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{scoring.number:04}.json"
    if not path.exists():
        write_whole(path, to_json(scoring))


def check_whole(runs: Path, records: Iterable[HandinRecord], last: Scoring | None) -> None:
    """Raise a FixableError where verdicts are not those of the newest scoring, since one was cut short."""
    number, students = (last.number, last.students) if last else (0, {})  # 0: verdicts older than scorings have none
    check_all(
        f"{runs / one.student}: verdicts of scoring {one.scoring}, the newest whole one is {number or None}; expected "
        f"that: run `hw9 score` again"
        for one in records
        if (one.scoring != number if one.student in students else (one.scoring or 0) > number)
    )


def _make_basis(grading: Grading, quiz: Quiz | None, decisions: Decisions) -> Basis:
    worth = list_worth(grading.bank, grading.assignment)
    key = {item: _keep_question(item, worth[item], grading) for item in worth}
    text = json.dumps({item: one.letters for item, one in key.items()}, sort_keys=True)
    return Basis(
        profile=grading.course.name,
        course_digest=grading.course.mark.digest,
        deadline=grading.assignment.deadline,
        late=grading.assignment.late,
        answers=grading.assignment.answers,
        key=key,
        key_digest=hashlib.sha256(text.encode()).hexdigest(),
        decisions=decisions.every,
        decisions_digest=decisions.digest,
        responses_digest=quiz.digest if quiz else None,
    )


def _keep_question(item: str, worth: Decimal, grading: Grading) -> KeptQuestion:
    letters = grading.key.letters.get(item)
    claims = {}
    for letter, choice in grading.bank[item].choices.items() if letters is not None else ():
        decided = grading.key.decisions.get((item, letter))
        seen = decided.evaluated.get(CANONICAL_SEED) if decided else None
        distance = float(f"{seen.distance:.6g}") if seen else None
        claims[letter] = KeptClaim(says=choice.claim.says, right=letter in (letters or ()), distance=distance)
    return KeptQuestion(letters=None if letters is None else "".join(sorted(letters)), worth=worth, claims=claims)


def _make_outcome(one: HandinRecord) -> Outcome:
    return Outcome(
        total=one.total,
        late=one.late,
        deducted=one.deducted,
        excused=one.excused,
        submitted_at=one.submitted_at,
        deadline=one.deadline,
        source=one.source,
        items={
            verdict.item: ScoredItem(word=verdict.word, chosen=verdict.chosen, points=verdict.points)
            for verdict in one.verdicts
        },
    )
