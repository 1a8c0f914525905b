"""`hw9 report`: write the pages, the gradebook and `results.json` of what was scored."""

import argparse
from pathlib import Path

from grader.commands.terminal.options import Verbs, add_profile, add_runs, add_show_key, add_verb
from grader.commands.terminal.screen import say
from grader.report.pages import write_reports
from grader.runs.folder import load_submissions
from grader.scoring.course import load_course

ABOUT = """Write RUNS/report.html (the class), RUNS/<student>/report.html, RUNS/gradebook.csv and RUNS/results.json from
what was scored. The right letters are on the pages only with --show-key.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "report",
        _start,
        says="write the pages and the gradebook of what was scored",
        about=ABOUT,
        examples=("hw9 report runs/", "hw9 report runs/ --show-key"),
    )
    add_runs(parser)
    add_profile(parser, "whose questions and canonical Outputs")
    add_show_key(parser)


def _start(options: argparse.Namespace) -> int:
    return report(runs=options.runs, profile=options.profile, show_key=options.show_key)


def report(*, runs: Path, profile: str, show_key: bool) -> int:
    """Write the reports."""
    load_submissions(runs)  # refuses a folder that another version made
    say(f"report: {write_reports(runs, load_course(profile), show_key=show_key)}")
    return 0
