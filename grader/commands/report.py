"""`hw9 report`: write the pages, the gradebook and `results.json` of what was scored; and the pages to give back."""

import argparse
from pathlib import Path

from assignment.course import Course
from assignment.fixable import FixableError
from grader.commands.terminal.options import Verbs, add_runs, add_show_key, add_verb, parse_positive
from grader.commands.terminal.screen import say
from grader.report.give_back import MIB, load_collected, name_pages, save_zips
from grader.report.pages import write_reports
from grader.runs.folder import check_course, load_submissions
from grader.scoring.grading import load_grading

ABOUT = """Write RUNS/report.html (the class), RUNS/<student>/report.html, RUNS/gradebook.csv and RUNS/results.json from
what was scored. The right letters are on these pages only with --show-key. RUNS/items.html, what the answers say of
questions, keys and pairs of students, is for staff alone and always has them.

Every scoring is kept in RUNS/scorings, and the class page lists them. With --since the pages show what differs from an
earlier one, and why; a student's page tells no letters of a key.

With --zip the students' pages go into one file to upload as feedback. --collected takes the collected.json that
`hw9 collect` wrote into HANDINS: then Canvas (the gradebook's "Upload Submissions"), NTU COOL and Moodle ("Upload
multiple feedback files in a zip") know whose each page is. Without it the pages are called <student>.html. Course
systems limit the size of an upload: --zip-mib N writes FILE-1.zip, FILE-2.zip and so on, none larger.
"""
MOST_NAMED = 10


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "report",
        _start,
        says="write the pages and the gradebook of what was scored",
        about=ABOUT,
        examples=(
            "hw9 report runs/",
            "hw9 report runs/ --show-key",
            "hw9 report runs/ --since 1",
            "hw9 report runs/ --zip feedback.zip --collected handins/collected.json",
        ),
    )
    add_runs(parser)
    add_show_key(parser)
    add = parser.add_argument
    add("--since", type=int, metavar="N", help="the number of an earlier scoring: the pages say what differs from it")
    add("--zip", type=Path, metavar="FILE.zip", help="also write the students' pages into one file, to give back")
    add("--zip-mib", type=parse_positive, metavar="N", help="no file larger than N MiB: as many files as it takes")
    add("--collected", type=Path, metavar="FILE", help="HANDINS/collected.json: name them as the course system does")


def _start(options: argparse.Namespace) -> int:
    return report(
        runs=options.runs,
        course=options.course,
        show_key=options.show_key,
        since=options.since,
        out=options.zip,
        most=options.zip_mib,
        collected=options.collected,
    )


def report(
    *,
    runs: Path,
    course: Course,
    show_key: bool,
    since: int | None = None,
    out: Path | None = None,
    most: int | None = None,
    collected: Path | None = None,
) -> int:
    """Write the reports, and with `out` the pages to give back, in files of at most so many MiB."""
    students = [one.student for one in load_submissions(runs)]  # refuses a folder that another version made
    check_course(runs, course.mark)
    if most is not None and out is None:
        raise FixableError("--zip-mib: how large a zip file may be; expected --zip FILE.zip with it")
    if collected is not None and out is None:
        raise FixableError("--collected: names the pages in a zip file; expected --zip FILE.zip with it")
    record = load_collected(collected) if collected is not None else None
    written = write_reports(runs, load_grading(course), show_key=show_key, since=since)
    say(f"report: {written.page}")
    if out is not None:
        given = name_pages(students, written.students, record)
        paths = save_zips(runs, given, out, most * MIB if most else None)
        for path in paths:
            say(f"{path}: {path.stat().st_size / MIB:.1f} MiB")
        old = out.with_name(f"{out.stem}-{len(paths) + 1}{out.suffix}")
        if most and old.exists():
            say(f"{old}: of an earlier report, not of this one")
        many = len(given.names), len(paths)
        say(f"to give back: {many[0]} student{'s'[: many[0] > 1]} in {many[1]} file{'s'[: many[1] > 1]}")
        _say_names("called <student>.html, since no course system's name of theirs is known", given.unnamed)
        _say_names("without a page", given.without_page)
    return 0


def _say_names(says: str, students: tuple[str, ...]) -> None:
    if students:
        more = f" and {len(students) - MOST_NAMED} more" if len(students) > MOST_NAMED else ""
        say(f"{len(students)} {says}: {', '.join(students[:MOST_NAMED])}{more}")
