"""`hw9 grade`: run, score and report a class, in one command."""

import argparse
from pathlib import Path

from grader.commands.run import execute
from grader.commands.score import find_decisions, score_class, show_scored
from grader.commands.terminal.options import (
    RunOptions,
    Verbs,
    add_decisions,
    add_handins,
    add_profile,
    add_responses,
    add_run_options,
    add_runs,
    add_show_key,
    add_verb,
    take_run_options,
)
from grader.commands.terminal.screen import say
from grader.handins.quiz import load_roster
from grader.handins.submission import Submission
from grader.report.pages import write_reports
from grader.runs.intake import load_intake
from grader.scoring.course import load_course

ABOUT = """Do what `run`, `score` and `report` do, one after the other. After Ctrl-C the same command resumes. It exits
with 1 if a hand-in needs a person to look at it; RUNS/report.html and the last lines say which and why.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "grade",
        _start,
        says="run, score and report a class",
        about=ABOUT,
        examples=("hw9 grade handins/ runs/", "hw9 grade handins/ runs/ --jobs 2"),
    )
    add_handins(parser)
    add_runs(parser)
    add_responses(parser)
    add_decisions(parser)
    add_profile(parser, "whose key and canonical Outputs")
    add_show_key(parser)
    add_run_options(parser)


def _start(options: argparse.Namespace) -> int:
    return grade(
        handins=options.handins,
        runs=options.runs,
        responses=options.responses,
        decisions=options.decisions,
        profile=options.profile,
        show_key=options.show_key,
        how=take_run_options(options),
    )


def grade(
    *,
    handins: Path,
    runs: Path,
    responses: Path | None,
    decisions: Path | None,
    profile: str,
    show_key: bool,
    how: RunOptions,
) -> int:
    """Run, score and report a class; the exit code says whether a person must look at someone."""
    course = load_course(profile)

    def check(submissions: tuple[Submission, ...]) -> None:  # faults are said before hours of running, not after
        find_decisions(load_roster(submissions, course.bank, responses), runs, course, decisions)

    execute(handins, runs, how, check)
    code = show_scored(score_class(load_intake(runs).submissions, runs, course, responses, decisions))
    say(f"report: {write_reports(runs, course, show_key=show_key)}")
    return code
