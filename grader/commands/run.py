"""`hw9 run`: execute the notebooks of a class, each in a sandbox."""

import argparse
from collections.abc import Callable
from pathlib import Path

from assignment.course import Course
from grader.collect.say import list_download_notes
from grader.commands.cluster.options import ClusterOptions, add_cluster_options, take_cluster_options
from grader.commands.cluster.script import show_script
from grader.commands.terminal.options import (
    RunOptions,
    Verbs,
    add_handins,
    add_keep_going,
    add_run_options,
    add_runs,
    add_share,
    add_verb,
    take_run_options,
)
from grader.commands.terminal.progress import ShownProgress
from grader.commands.terminal.screen import OUT, say
from grader.driver.drive import run_class
from grader.driver.event import Event, TakenIn
from grader.handins.submission import Submission
from grader.runs.result import RunResult

ABOUT = """Execute each student's notebook in a sandbox and keep what it saved.

The hand-ins are read once, at the start, and kept in RUNS; HANDINS is not needed after that. After Ctrl-C, or a crash,
the same command resumes: notebooks with a result are not run again. A hand-in that changed since is said, taken in and
run; the Run of the earlier one is kept in RUNS/.replaced. It exits with 1 where a notebook has no result although it
was tried twice.
"""


HERE = ClusterOptions()
Check = Callable[[tuple[Submission, ...]], object]


def accept(_: tuple[Submission, ...]) -> None:
    """Find nothing to object to."""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "run",
        _start,
        says="execute the notebooks in the sandbox",
        about=ABOUT,
        examples=(
            "hw9 run handins/ runs/",
            "hw9 run handins/ runs/ --jobs 2 --device cpu",
            "hw9 run handins/ runs/ --executor dask --keys keys/",
        ),
    )
    add_handins(parser)
    add_runs(parser)
    add_run_options(parser)
    add_cluster_options(parser)
    add_keep_going(parser)
    add_share(parser)


def _start(options: argparse.Namespace) -> int:
    if options.print:
        return show_script(options)
    how, where = take_run_options(options), take_cluster_options(options)
    return run(handins=options.handins, runs=options.runs, course=options.course, how=how, where=where)


def run(*, handins: Path, runs: Path, course: Course, how: RunOptions, where: ClusterOptions = HERE) -> int:
    """Execute the notebooks; the exit code says whether each of them has its result."""
    return 1 if any(result.word == "lost" for result in execute(handins, runs, course, how, where=where)) else 0


def execute(
    handins: Path,
    runs: Path,
    course: Course,
    how: RunOptions,
    check: Check = accept,
    where: ClusterOptions = HERE,
) -> list[RunResult]:
    """Execute the notebooks, show how far it is, return all results; `check` sees the class before anything runs."""
    elsewhere = where.make_maker(course, runs, how)
    for note in list_download_notes(handins):
        say(note)
    with ShownProgress(OUT) as shown:

        def observe(event: Event) -> None:
            shown(event)
            if isinstance(event, TakenIn):
                check(event.submissions)

        return run_class(
            handins,
            runs,
            course,
            jobs=how.jobs,
            device=how.device,
            sandbox=how.sandbox,
            without_memory_group=how.without_memory_group,
            keep_going=how.keep_going,
            share=how.share,
            full=how.full,
            limits=how.to_limits(course.assignment.limits),
            elsewhere=elsewhere,
            observer=observe,
        )
