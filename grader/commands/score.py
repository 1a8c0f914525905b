"""`hw9 score`: read the answers, compare them with the key, and keep the points and the evidence. Runs nothing."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from grader.commands.terminal.options import Verbs, add_handins, add_profile, add_responses, add_runs, add_verb
from grader.commands.terminal.screen import say
from grader.handins.quiz import load_roster
from grader.runs.folder import load_submissions
from grader.scoring.course import Course, load_course
from grader.scoring.handin_record import HandinRecord
from grader.scoring.judge import find_leftovers, score_runs

ABOUT = """Score every hand-in with the current key and write RUNS/<student>/verdicts.json. It runs no notebook and can
be repeated, after a change of the key too. It exits with 1 if a hand-in needs a person to look at it.

With --responses the answers are those of the quiz. A row of the report belongs to the student whose id is in sis_id, or
where that is empty in login_id, login or id (the first that is filled); that id is the name of the hand-in. The last
attempt counts. A student without a row gets blank answers and is listed for a person to look at; a row without a
hand-in is scored, with the status not_run. Download the report with Canvas in English. Canvas's own points are not
read: it gives partial credit.
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
            "hw9 score handins/ runs/",
            'hw9 score handins/ runs/ --responses "Homework 9 Quiz Student Analysis Report.csv"',
        ),
    )
    add_handins(parser)
    add_runs(parser)
    add_responses(parser)
    add_profile(parser, "whose key and canonical Outputs")


def _start(options: argparse.Namespace) -> int:
    return score(handins=options.handins, runs=options.runs, profile=options.profile, responses=options.responses)


def score(*, handins: Path, runs: Path, profile: str, responses: Path | None) -> int:
    """Score what was run; the exit code says whether a person must look at someone."""
    load_submissions(runs)  # refuses a folder that another version made, before anything is computed
    return show_scored(score_class(handins, runs, load_course(profile), responses))


@dataclass(frozen=True)
class ScoredClass:
    """The records of a class, and what is worth knowing of its quiz and its folder."""

    records: list[HandinRecord]
    notes: tuple[str, ...]


def score_class(handins: Path, runs: Path, course: Course, responses: Path | None = None) -> ScoredClass:
    """Score every hand-in; with `responses`, by the answers to the quiz."""
    roster = load_roster(handins, course.bank, responses)
    said = "scored before and not of this class; the reports show it until the folder is removed"
    leftovers = [f"{runs / student}: {said}" for student in find_leftovers(roster.submissions, runs)]
    records = score_runs(roster.submissions, runs, course, roster.sheets)
    return ScoredClass(records, (*roster.notes, *leftovers))


def show_scored(scored: ScoredClass) -> int:
    """Say who needs a person; 1 where someone does."""
    for note in scored.notes:
        say(note)
    needed = [one for one in scored.records if one.needs_person]
    for one in needed:
        say(f"{one.student}: {' '.join(why.en for why in one.staff_why)}")
    say(f"{len(scored.records)} hand-ins scored; {len(needed)} need a person")
    return 1 if needed else 0
