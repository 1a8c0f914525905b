"""`hw9 score`: read the answers, compare them with the key, and keep the points and the evidence. Runs nothing."""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from assignment.course import Course
from assignment.fixable import Fault, FixableError
from grader.collect.record import load_lms_ids
from grader.commands.terminal.needed import MOST_OF_NAMES, list_needed, wrap_names
from grader.commands.terminal.options import (
    Given,
    Verbs,
    add_given,
    add_handins,
    add_runs,
    add_verb,
    take_given,
)
from grader.commands.terminal.screen import say
from grader.decisions.decisions import Decisions
from grader.decisions.edit import hold_folder
from grader.decisions.file import load_class_decisions, save_applied
from grader.handins.submission import Submission
from grader.quiz.kept import Tables, keep_tables, load_tables, read_again
from grader.quiz.roster import Roster, check_absent, list_unknown_texts, make_roster
from grader.runs.folder import begin_runs, check_course, check_runs, find_handins
from grader.runs.intake import load_intake
from grader.scoring.changes import compare_scorings, group_changes, list_key_changes
from grader.scoring.grading import Grading, load_grading
from grader.scoring.handin_record import HandinRecord, save_handin_record
from grader.scoring.judge import find_unlisted, score_runs
from grader.scoring.scorings import Scoring, load_last_scoring, make_scoring, save_scoring
from questions.moment import show_moment

ABOUT = """Score every hand-in with the current key and write RUNS/<student>/verdicts.json. It runs no notebook and can
be repeated, after a change of the key too. It exits with 1 if a hand-in needs a person to look at it.

The notebooks scored are those that `run` took in and keeps in RUNS. With HANDINS, its handins.csv is read anew, and
what came since is named; a notebook that changed counts once `run` has taken it in.

With --responses the quiz was answered in the course system. `answers` in the course's settings says whether its
answers or the notebooks' count; the others are compared with them. A class without any notebook is scored by the quiz
alone: RUNS is made, and no HANDINS are needed. RUNS keeps the report, so the next scoring has it without the option.

A row of the report belongs to the student whose id is in sis_id, or where that is empty in login_id, login or id (the
first that is filled). It is joined, to the roster (--roster) and to the hand-ins, by Canvas's id, else by login, else
by login without its domain; one line says how many by what. The last attempt counts. Where the quiz counts, a student
without a row gets blank answers and is listed for a person to look at. The file has to be as Canvas wrote it: one that
a spreadsheet saved again is named as such. Canvas's own points are not read: it gives partial credit.

What the staff decided (`hw9 decide`) is applied. Every scoring is kept in RUNS/scorings, and what differs from the one
before is said; --dry-run says it and writes nothing.
"""


MOST_CHANGES = 10  # groups of students whose points moved, in the lines of a scoring; a dry run names all


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "score",
        _start,
        says="score what was run",
        about=ABOUT,
        examples=(
            "hw9 score runs/ --dry-run",
            "hw9 score handins/ runs/",
            'hw9 score --responses "Homework 9 Quiz Student Analysis Report.csv" --roster gradebook.csv runs/',
        ),
    )
    add_handins(parser, needed=False)
    add_runs(parser)
    add_given(parser)
    parser.add_argument("--dry-run", action="store_true", help="show whose points would change and why; write nothing")


def _start(options: argparse.Namespace) -> int:
    return score(
        handins=options.handins,
        runs=options.runs,
        course=options.course,
        given=take_given(options),
        dry_run=options.dry_run,
    )


def score(*, handins: Path | None, runs: Path, course: Course, given: Given, dry_run: bool) -> int:
    """Score what was run or answered in the quiz; the exit code says whether a person must look at someone."""
    check_course(runs, course.mark)
    grading = load_grading(course)
    tables = load_tables(runs, grading.bank, given.responses, given.roster)
    submissions = take_class(handins, runs, course, tables, write=not dry_run)
    scored = score_class(submissions, runs, grading, tables, given.decisions, handins=handins)
    if not dry_run:
        keep_scored(scored, runs)
    return show_scored(scored, runs, dry_run=dry_run)


def take_class(
    handins: Path | None, runs: Path, course: Course, tables: Tables | None, *, write: bool
) -> tuple[Submission, ...]:
    """Return the hand-ins that were taken in; a class that only answered the quiz begins here, with none."""
    if handins is None and tables is not None:
        if not write:
            return check_runs(runs)
        begin_runs(runs, course.mark)
    taken = load_intake(runs, handins, write=write)
    for note in taken.notes:
        say(note)
    return taken.submissions


def check_class(
    submissions: tuple[Submission, ...],
    runs: Path,
    grading: Grading,
    tables: Tables | None,
    decisions: Path | None,
    handins: Path | None = None,
) -> tuple[Roster, Decisions]:
    """Return who is scored, and what the staff decided; FixableError with the faults of their files.

    handins: beside which the decisions are; None for where the class was taken from last.
    """
    check_tables(grading, tables)
    place = handins.resolve() if handins is not None else find_handins(runs)
    answers, lms_ids = grading.assignment.answers, load_lms_ids(place)
    roster = make_roster(submissions, tables, answers, lms_ids)
    if not roster.submissions:
        says = "nobody of any class; expected hand-ins (`hw9 run HANDINS RUNS`) or --responses FILE"
        raise FixableError(f"{runs}: {says}")
    students = [one.student for one in roster.submissions]
    deadline = grading.assignment.deadline
    decided = load_class_decisions(place, runs, decisions, grading.bank, deadline, students)
    theirs = choose_decisions(runs, handins, decisions)
    check_absent(roster, decided.settled, theirs)
    if tables is None:
        return roster, decided
    again = read_again(tables, grading.bank, decided.texts)
    roster = roster if again is tables else make_roster(submissions, again, answers, lms_ids)
    return replace(roster, notes=(*list_unknown_texts(again.responses, theirs), *roster.notes)), decided


def choose_decisions(runs: Path, handins: Path | None, decisions: Path | None) -> Path:
    """Return what to call the place of the decisions in `hw9 decide`."""
    return decisions or handins or (runs if runs.exists() else runs.with_name(f"{runs.name}.decisions.yaml"))


def check_tables(grading: Grading, tables: Tables | None) -> None:
    """Raise a FixableError where the quiz counts and its report was never given."""
    if tables is None and grading.assignment.answers == "quiz":
        place = (str(grading.course.settings), "answers")
        raise FixableError(
            Fault(place, "quiz; expected --responses FILE too, with the answers that students gave there")
        )


@dataclass(frozen=True)
class ScoredClass:
    """The records of a class, the scoring that they are and the one before, what was applied, what is worth knowing."""

    records: list[HandinRecord]
    scoring: Scoring
    before: Scoring | None
    decisions: Decisions
    tables: Tables | None
    notes: tuple[str, ...]


def score_class(
    submissions: tuple[Submission, ...],
    runs: Path,
    grading: Grading,
    tables: Tables | None = None,
    decisions: Path | None = None,
    *,
    handins: Path | None = None,
) -> ScoredClass:
    """Score everyone of a class, and compare with the scoring before; writes nothing.

    decisions: the file of the staff; None for the one beside HANDINS or RUNS, where there is one.
    """
    roster, decided = check_class(submissions, runs, grading, tables, decisions, handins)
    said = "scored before and not of this class; the reports show it until the folder is removed"
    former = [f"{runs / student}: {said}" for student in find_unlisted(roster.submissions, runs)]
    before = load_last_scoring(runs)
    records = score_runs(roster.submissions, runs, grading, roster.quiz, decided)
    scoring = make_scoring(records, grading, roster.quiz, decided, before)
    numbered = [one.model_copy(update={"scoring": scoring.number}) for one in records]
    return ScoredClass(numbered, scoring, before, decided, tables, (*roster.notes, *decided.notes, *former))


def keep_scored(scored: ScoredClass, runs: Path) -> None:
    """Write the verdicts of everyone, and last of all the scoring, by which they are known to be whole."""
    with hold_folder(runs / "scorings"):
        if load_last_scoring(runs) != scored.before:
            raise FixableError(f"{runs}: another hw9 score ended meanwhile; expected one at a time: score again")
        if scored.tables is not None:
            keep_tables(runs, scored.tables)
        for one in scored.records:
            save_handin_record(runs / one.student, one)
        save_applied(runs, scored.decisions)
        save_scoring(runs, scored.scoring)


def show_scored(scored: ScoredClass, runs: Path, *, dry_run: bool = False) -> int:
    """Say who needs a person and whose points changed; 1 where someone needs one."""
    for note in scored.notes:
        say(note)
    needed = [one for one in scored.records if one.needs_person]
    for line in list_needed(needed, runs / "report.html"):
        say(line)
    show_changes(scored, most=None if dry_run else MOST_CHANGES)
    say(f"{len(scored.records)} hand-ins scored; {len(needed)} need a person")
    if dry_run:
        say(f"dry run: nothing was written in {runs}")
    return 1 if needed else 0


def show_changes(scored: ScoredClass, most: int | None) -> None:
    """Say which claims turned since the scoring before, and whose points moved: `most` groups of them (None: all)."""
    before, after = scored.before, scored.scoring
    if before is None:
        return
    since = f"scoring {before.number} of {show_moment(before.at, after.basis.deadline)} by {before.by}"
    if before is after:
        say(f"nothing differs from {since}")
        return
    for line in list_key_changes(before.basis, after.basis):
        say(line)
    changes = compare_scorings(before, after)
    groups = group_changes(changes)
    for group in groups[:most]:
        say(f"{len(group.names):3} student{'s'[: len(group.names) > 1]}: {group.says.en}")
        for line in wrap_names(group.names, None if most is None else MOST_OF_NAMES):
            say(line)
    if most is not None and len(groups) > most:
        say(f"and {len(groups) - most} more changes: see `hw9 report RUNS --since {before.number}`")
    moved = sum(change.moved for change in changes)
    if moved < len(changes):
        say(f"{len(changes) - moved:3} others: a word, an answer or a time differs, and no points")
    say(f"since {since}: the points of {moved} of {len(after.students)} students differ")
