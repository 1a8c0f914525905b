"""`hw9 report`: write the pages, the gradebook and `results.json` of what was scored; and the pages to give back."""

import argparse
from pathlib import Path

from assignment.course import Course
from assignment.fixable import FixableError
from grader.collect.say import list_some
from grader.commands.terminal.options import Verbs, add_runs, add_show_key, add_verb, parse_positive
from grader.commands.terminal.screen import say
from grader.report.give_back import MIB, GivenBack, load_collected, name_pages, save_zips
from grader.report.gradebooks.format import Exported, Known
from grader.report.gradebooks.known import load_known
from grader.report.gradebooks.registry import load_formats
from grader.report.gradebooks.write import load_export, write_filled
from grader.report.pages import ITEMS_FILE, write_reports
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

With --gradebook the points also go into RUNS/gradebook-<system>.csv, for that system's own import. Canvas and NTU COOL:
--exported takes the gradebook as it was exported just before (Grades, Export), and one column of it is filled, the one
called as the homework or --column. Nobody else's points change: rows without a student of RUNS stay as they are, other
columns are left out, EX is excused. Moodle: a table of user and points; --exported takes any table of Moodle's users,
since one whom it does not know stops its import.
"""


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
            "hw9 report runs/ --gradebook canvas --exported 2027-06-01_Grades.csv",
        ),
    )
    add_runs(parser)
    add_show_key(parser)
    add = parser.add_argument
    add("--since", type=int, metavar="N", help="the number of an earlier scoring: the pages say what differs from it")
    add("--zip", type=Path, metavar="FILE.zip", help="also write the students' pages into one file, to give back")
    add("--zip-mib", type=parse_positive, metavar="N", help="no file larger than N MiB: as many files as it takes")
    add("--collected", type=Path, metavar="FILE", help="HANDINS/collected.json: what the course system calls each")
    add("--gradebook", choices=sorted(load_formats()), help="also write the points for this system's own import")
    add("--exported", type=Path, metavar="FILE.csv", help="what that system exported, to be filled")
    add("--column", metavar="NAME", help="the column to fill: its heading, or the number at its end")


def _start(options: argparse.Namespace) -> int:
    return report(
        runs=options.runs,
        course=options.course,
        show_key=options.show_key,
        since=options.since,
        out=options.zip,
        most=options.zip_mib,
        collected=options.collected,
        gradebook=options.gradebook,
        exported=options.exported,
        column=options.column,
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
    gradebook: str | None = None,
    exported: Path | None = None,
    column: str | None = None,
) -> int:
    """Write the reports, with `out` the pages to give back, and with `gradebook` the points for a course system."""
    students = [one.student for one in load_submissions(runs)]  # refuses a folder that another version made
    check_course(runs, course.mark)
    if most is not None and out is None:
        raise FixableError("--zip-mib: how large a zip file may be; expected --zip FILE.zip with it")
    if collected is not None and out is None and gradebook is None:
        raise FixableError("--collected: names the pages in a zip file; expected --zip FILE.zip with it")
    if gradebook is None and (exported is not None or column is not None):
        raise FixableError("--exported, --column: of a gradebook; expected --gradebook with them")
    record = load_collected(collected) if collected is not None else None
    export = load_export(load_formats()[gradebook], exported, column) if gradebook else None
    written = write_reports(runs, load_grading(course), show_key=show_key, since=since)
    say(f"report: {written.page}; what the answers say: {runs / ITEMS_FILE}")
    if out is not None:
        _give_back(runs, name_pages(students, written.students, record), out, most)
    if gradebook is not None:
        _fill(runs, gradebook, load_known(runs, record), export)
    return 0


def _give_back(runs: Path, given: GivenBack, out: Path, most: int | None) -> None:
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


def _fill(runs: Path, name: str, known: Known, exported: Exported | None) -> None:
    its = load_formats()[name]
    written = write_filled(runs, name, its, known, exported)
    for note in written.notes:
        say(note)
    many = written.filled.students
    say(f"{written.path}: the points of {many} student{'s'[: many != 1]} for {its.system}")


def _say_names(says: str, students: tuple[str, ...]) -> None:
    if students:
        say(f"{len(students)} {says}: {list_some(students)}")
