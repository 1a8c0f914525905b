"""`hw9 score`: read the answers, compare them with the key, and keep the points and the evidence. Runs nothing."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from assignment.assignment import ASSIGNMENT_FILE
from assignment.fixable import Fault, FixableError
from grader.commands.terminal.options import (
    Verbs,
    add_decisions,
    add_handins,
    add_profile,
    add_responses,
    add_roster,
    add_runs,
    add_verb,
)
from grader.commands.terminal.screen import say
from grader.decisions.decisions import Decisions
from grader.decisions.file import load_class_decisions, save_applied
from grader.handins.submission import Submission
from grader.quiz.kept import Tables, keep_tables, load_tables
from grader.quiz.roster import Roster, make_roster
from grader.runs.folder import begin_runs, find_handins
from grader.runs.intake import load_intake
from grader.scoring.course import Course, load_course
from grader.scoring.handin_record import HandinRecord
from grader.scoring.judge import find_leftovers, score_runs

ABOUT = """Score every hand-in with the current key and write RUNS/<student>/verdicts.json. It runs no notebook and can
be repeated, after a change of the key too. It exits with 1 if a hand-in needs a person to look at it.

The notebooks scored are those that `run` took in and keeps in RUNS. With HANDINS, its handins.csv is read anew, and
what came since is named; a notebook that changed counts once `run` has taken it in.

With --responses the quiz was answered in the course system. `answers` in assignment.yaml says whether its answers or
the notebooks' count; the others are compared with them. A class without any notebook is scored by the quiz alone: RUNS
is made, and no HANDINS are needed. RUNS keeps the report, so the next scoring has it without the option.

A row of the report belongs to the student whose id is in sis_id, or where that is empty in login_id, login or id (the
first that is filled); that id is the name of the hand-in. With --roster it is joined by Canvas's id, else by login. The
last attempt counts. Where the quiz counts, a student without a row gets blank answers and is listed for a person to
look at. Download the report with Canvas in English. Canvas's own points are not read: it gives partial credit.

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
            'hw9 score --responses "Homework 9 Quiz Student Analysis Report.csv" --roster gradebook.csv runs/',
        ),
    )
    add_handins(parser, needed=False)
    add_runs(parser)
    add_responses(parser)
    add_roster(parser)
    add_decisions(parser)
    add_profile(parser, "whose key and canonical Outputs")


def _start(options: argparse.Namespace) -> int:
    return score(
        handins=options.handins,
        runs=options.runs,
        profile=options.profile,
        responses=options.responses,
        roster=options.roster,
        decisions=options.decisions,
    )


def score(
    *,
    handins: Path | None,
    runs: Path,
    profile: str,
    responses: Path | None,
    roster: Path | None,
    decisions: Path | None,
) -> int:
    """Score what was run or answered in the quiz; the exit code says whether a person must look at someone."""
    course = load_course(profile)
    tables = load_tables(runs, course.bank, responses, roster)
    found = check_class(take_class(handins, runs, tables), course, tables)
    return show_scored(score_class(found, runs, course, decisions, tables))


def take_class(handins: Path | None, runs: Path, tables: Tables | None) -> tuple[Submission, ...]:
    """Return the hand-ins that were taken in; a class that only answered the quiz begins here, with none."""
    if handins is None and tables is not None:
        begin_runs(runs)
    taken = load_intake(runs, handins)
    for note in taken.notes:
        say(note)
    return taken.submissions


def check_class(submissions: tuple[Submission, ...], course: Course, tables: Tables | None) -> Roster:
    """Return who is scored; FixableError with the faults of the quiz's report, and where there is nobody."""
    check_tables(course, tables)
    roster = make_roster(submissions, tables, course.assignment.answers)
    if not roster.submissions:
        raise FixableError("nobody in RUNS; expected hand-ins (`hw9 run HANDINS RUNS`) or --responses FILE")
    return roster


def check_tables(course: Course, tables: Tables | None) -> None:
    """Raise a FixableError where the quiz counts and its report was never given."""
    if tables is None and course.assignment.answers == "quiz":
        place = (str(ASSIGNMENT_FILE), "answers")
        raise FixableError(
            Fault(place, "quiz; expected --responses FILE too, with the answers that students gave there")
        )


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
    roster: Roster, runs: Path, course: Course, decisions: Path | None = None, tables: Tables | None = None
) -> ScoredClass:
    """Score everyone of a class, by the notebooks' answers or the quiz's. What the staff decided is applied.

    decisions: their file; None for the one beside HANDINS or RUNS, where there is one. tables: what RUNS then keeps of
    the quiz.
    """
    decided = find_decisions(roster, runs, course, decisions)
    if tables is not None:
        keep_tables(runs, tables)
    said = "scored before and not of this class; the reports show it until the folder is removed"
    leftovers = [f"{runs / student}: {said}" for student in find_leftovers(roster.submissions, runs)]
    records = score_runs(roster.submissions, runs, course, roster.quiz, decided)
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
