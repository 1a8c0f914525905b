"""`hw9 grade`: run, score and report a class, in one command."""

import argparse
from pathlib import Path

from grader.collect.say import list_download_notes
from grader.commands.run import execute
from grader.commands.score import score_class, show_scored
from grader.commands.terminal.options import (
    RunOptions,
    Verbs,
    add_handins,
    add_keep_going,
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
from grader.report.pages import write_reports
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
    add_profile(parser, "whose key and canonical Outputs")
    add_show_key(parser)
    add_run_options(parser)
    add_keep_going(parser)


def _start(options: argparse.Namespace) -> int:
    return grade(
        handins=options.handins,
        runs=options.runs,
        responses=options.responses,
        profile=options.profile,
        show_key=options.show_key,
        how=take_run_options(options),
    )


def grade(*, handins: Path, runs: Path, responses: Path | None, profile: str, show_key: bool, how: RunOptions) -> int:
    """Run, score and report a class; the exit code says whether a person must look at someone."""
    for note in list_download_notes(handins):
        say(note)
    course = load_course(profile)
    load_roster(handins, course.bank, responses)  # its faults are said before hours of running, not after
    execute(handins, runs, how)
    code = show_scored(score_class(handins, runs, course, responses))
    say(f"report: {write_reports(runs, course, show_key=show_key)}")
    return code
