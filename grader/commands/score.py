"""`hw9 score`: read the answers, compare them with the key, and keep the points and the evidence. Runs nothing."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from grader.commands.terminal.options import (
    Verbs,
    add_decisions,
    add_handins,
    add_profile,
    add_responses,
    add_runs,
    add_verb,
)
from grader.commands.terminal.screen import say
from grader.decisions.decisions import Decisions
from grader.decisions.file import load_class_decisions, save_applied
from grader.handins.quiz import Roster, load_roster
from grader.handins.submission import Submission
from grader.runs.folder import find_handins
from grader.runs.intake import load_intake
from grader.scoring.course import Course, load_course
from grader.scoring.handin_record import HandinRecord
from grader.scoring.judge import find_unlisted, score_runs

ABOUT = """Score every hand-in with the current key and write RUNS/<student>/verdicts.json. It runs no notebook and can
be repeated, after a change of the key too. It exits with 1 if a hand-in needs a person to look at it.

The notebooks scored are those that `run` took in and keeps in RUNS. With HANDINS, its handins.csv is read anew, and
what came since is named; a notebook that changed counts once `run` has taken it in.

With --responses the answers are those of the quiz. A row of the report belongs to the student whose id is in sis_id, or
where that is empty in login_id, login or id (the first that is filled); that id is the name of the hand-in. The last
attempt counts. A student without a row gets blank answers and is listed for a person to look at; a row without a
hand-in is scored, with the status not_run. Download the report with Canvas in English. Canvas's own points are not
read: it gives partial credit.

What the staff decided (`hw9 decide`) is applied.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "score",
        _start,
        says="score what was run",
        about=ABOUT,
        examples=(
            "hw9 score runs/",
            "hw9 score handins/ runs/",
            'hw9 score handins/ runs/ --responses "Homework 9 Quiz Student Analysis Report.csv"',
        ),
    )
    add_handins(parser, needed=False)
    add_runs(parser)
    add_responses(parser)
    add_decisions(parser)
    add_profile(parser, "whose key and canonical Outputs")


def _start(options: argparse.Namespace) -> int:
    return score(
        handins=options.handins,
        runs=options.runs,
        profile=options.profile,
        responses=options.responses,
        decisions=options.decisions,
    )


def score(*, handins: Path | None, runs: Path, profile: str, responses: Path | None, decisions: Path | None) -> int:
    """Score what was run; the exit code says whether a person must look at someone."""
    taken = load_intake(runs, handins)
    for note in taken.notes:
        say(note)
    return show_scored(score_class(taken.submissions, runs, load_course(profile), responses, decisions))


def find_decisions(roster: Roster, runs: Path, course: Course, file: Path | None) -> Decisions:
    """Return what the staff decided of a class: in `file`, else in the file beside HANDINS or RUNS."""
    students = [one.student for one in roster.submissions]
    return load_class_decisions(find_handins(runs), runs, file, course.bank, course.assignment.deadline, students)


@dataclass(frozen=True)
class ScoredClass:
    """The records of a class, what was applied, and what is worth knowing of its quiz and its folder."""

    records: list[HandinRecord]
    decisions: Decisions
    notes: tuple[str, ...]


def score_class(
    submissions: tuple[Submission, ...],
    runs: Path,
    course: Course,
    responses: Path | None = None,
    decisions: Path | None = None,
) -> ScoredClass:
    """Score every hand-in; with `responses`, by the answers to the quiz. What the staff decided is applied.

    decisions: their file; None for the one beside HANDINS or RUNS, where there is one.
    """
    roster = load_roster(submissions, course.bank, responses)
    decided = find_decisions(roster, runs, course, decisions)
    said = "scored before and not of this class; the reports show it until the folder is removed"
    leftovers = [f"{runs / student}: {said}" for student in find_unlisted(roster.submissions, runs)]
    records = score_runs(roster.submissions, runs, course, roster.sheets, decided)
    save_applied(runs, decided)
    return ScoredClass(records, decided, (*roster.notes, *decided.notes, *leftovers))


def show_scored(scored: ScoredClass) -> int:
    """Say who needs a person; 1 where someone does."""
    for note in scored.notes:
        say(note)
    needed = [one for one in scored.records if one.needs_person]
    for one in needed:
        say(f"{one.student}: {' '.join(why.en for why in one.why)}")
    say(f"{len(scored.records)} hand-ins scored; {len(needed)} need a person")
    return 1 if needed else 0
