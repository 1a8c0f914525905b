"""`hw9 collect`: make HANDINS out of what a course system's download gives."""

import argparse
from pathlib import Path

from grader.collect.collect import collect as collect_handins
from grader.collect.say import needs_person, to_lines
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say

ABOUT = """Make the folder HANDINS out of what a course system gives: Canvas ("Download Submissions"), NTU COOL, Moodle
("Download all submissions") or Gradescope ("Export Submissions"), each as a zip file or unpacked. It writes
<student>.ipynb (or <student>/ where more files came), handins.csv, collected.json (where each came from), and .earlier/
with the attempts that do not count. Downloads are read only.

The roster says whose a course system's number is: a gradebook exported from Canvas or NTU COOL, a quiz's Student
Analysis report, a grading worksheet from Moodle, a roster from Gradescope, or a CSV file with the columns student and
id, login, email, name, submitted_at as far as they are known. The join is exact, by that number, else by login, never
by a name.
It exits with 1 where a hand-in is nobody's or a file could not be taken. The same command gives the same folder again.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "collect",
        _start,
        says="make HANDINS out of a course system's download",
        about=ABOUT,
        examples=(
            "hw9 collect submissions.zip handins/ --roster gradebook.csv",
            "hw9 collect monday.zip tuesday.zip handins/ --roster students.csv",
        ),
    )
    add = parser.add_argument
    add("downloads", type=Path, nargs="+", metavar="DOWNLOAD", help="a zip file or a folder, as the system gave it")
    add("handins", type=Path, metavar="HANDINS", help="the folder to make; one that collect made before is made anew")
    add("--roster", type=Path, metavar="FILE", help="a gradebook, a quiz report or a CSV file that has the ids")


def _start(options: argparse.Namespace) -> int:
    return collect(downloads=options.downloads, handins=options.handins, roster=options.roster)


def collect(*, downloads: list[Path], handins: Path, roster: Path | None) -> int:
    """Make the folder and say what a person must know; 1 where something must be looked at."""
    collected = collect_handins(downloads, handins, roster)
    for line in to_lines(collected, handins):
        say(line)
    return 1 if needs_person(collected) else 0
