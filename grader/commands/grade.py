"""`hw9 grade`: run, score and report a class, in one command."""

import argparse
from functools import partial
from pathlib import Path

from assignment.course import Course
from grader.commands.cluster.options import ClusterOptions, add_cluster_options, take_cluster_options
from grader.commands.cluster.script import show_script
from grader.commands.run import HERE, execute
from grader.commands.score import check_class, check_tables, keep_scored, score_class, show_scored, take_class
from grader.commands.terminal.options import (
    Given,
    RunOptions,
    Verbs,
    add_given,
    add_handins,
    add_keep_going,
    add_run_options,
    add_runs,
    add_share,
    add_show_key,
    add_verb,
    take_given,
    take_run_options,
)
from grader.commands.terminal.screen import say
from grader.quiz.kept import Tables, load_tables
from grader.report.pages import ITEMS_FILE, write_reports
from grader.runs.folder import check_course
from grader.scoring.grading import Grading, load_grading

ABOUT = """Do what `run`, `score` and `report` do, one after the other. After Ctrl-C the same command resumes. It exits
with 1 if a hand-in needs a person to look at it; RUNS/report.html and the last lines say which and why.

Without HANDINS nothing is run: with --responses a class is graded that only answered the quiz, else what RUNS holds.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "grade",
        _start,
        says="run, score and report a class",
        about=ABOUT,
        examples=(
            "hw9 grade handins/ runs/",
            "hw9 grade handins/ runs/ --jobs 2",
            "hw9 grade handins/ runs/ --executor dask --keys keys/",
            "hw9 grade --responses quiz.csv --roster gradebook.csv runs/",
        ),
    )
    add_handins(parser, needed=False)
    add_runs(parser)
    add_given(parser)
    add_show_key(parser)
    add_run_options(parser)
    add_cluster_options(parser)
    add_keep_going(parser)
    add_share(parser)


def _start(options: argparse.Namespace) -> int:
    if options.print:
        load_tables_of(options.handins, options.runs, take_given(options), load_grading(options.course))
        return show_script(options)
    return grade(
        handins=options.handins,
        runs=options.runs,
        given=take_given(options),
        course=options.course,
        show_key=options.show_key,
        how=take_run_options(options),
        where=take_cluster_options(options),
    )


def grade(
    *,
    handins: Path | None,
    runs: Path,
    given: Given,
    course: Course,
    show_key: bool,
    how: RunOptions,
    where: ClusterOptions = HERE,
) -> int:
    """Run, score and report a class; without hand-ins nothing is run. The exit code is that of `score`."""
    check_course(runs, course.mark)
    grading = load_grading(course)
    tables = load_tables_of(handins, runs, given, grading)
    if handins is not None:
        # the faults of the staff's files are said before hours of running, not after
        check = partial(check_class, runs=runs, grading=grading, tables=tables, decisions=given.decisions)
        execute(handins, runs, course, how, check, where)
    submissions = take_class(None, runs, course, tables, write=True)
    scored = score_class(submissions, runs, grading, tables, given.decisions)
    keep_scored(scored, runs)
    code = show_scored(scored, runs)
    page = write_reports(runs, grading, show_key=show_key).page
    say(f"report: {page}; what the answers say: {runs / ITEMS_FILE}")
    return code


def load_tables_of(handins: Path | None, runs: Path, given: Given, grading: Grading) -> Tables | None:
    """Return the quiz and the roster of a class; FixableError where they do not fit it."""
    tables = load_tables(runs, grading.bank, given.responses, given.roster)
    if handins is not None:
        check_tables(grading, tables)
    return tables
