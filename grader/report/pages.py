"""Reports from what was scored: an HTML page a student, of the class and of the questions, gradebook, `results.json`.

Every page is one file that asks for nothing else: its Content-Security-Policy allows embedded pictures and fonts, the
page's own styles by their hash and, on the class page alone, the page's own sorting script by its hash. What students
wrote is escaped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from assignment.agreement.agree import COMPARED_GROUPS, GroupArrays
from assignment.fixable import FixableError, check_all
from assignment.page.face import find_drawn, make_face
from assignment.page.policy import to_policy
from grader.agreement.saved import read_group
from grader.analysis.class_analysis import analyse_class
from grader.files.private import make_private
from grader.files.whole import write_whole
from grader.report.class_page import ClassPage, make_class_page
from grader.report.class_record import make_class_record, write_results
from grader.report.faces import ClassFaces, make_class_faces
from grader.report.gradebook import write_gradebook
from grader.report.items_page import ItemsPage, make_items_page
from grader.report.pictures.panels import draw_canvas
from grader.report.regrade import load_regrade
from grader.report.student_page import StudentPage, make_student_page
from grader.report.texts.panels import draw_text_canvas
from grader.runs.compared import load_compared
from grader.scoring.grading import Grading
from grader.scoring.handin_record import VERDICTS_FILE, HandinRecord, load_handin_record
from grader.scoring.scorings import check_whole, load_last_scoring
from questions.handout.environment import load_environment, load_own

REPORT_FILE = "report.html"
ITEMS_FILE = "items.html"
PACKAGE = "grader.report"


@dataclass(frozen=True)
class Reports:
    """What was written: the class page, and whose pages."""

    page: Path
    students: tuple[str, ...]


def write_reports(runs: Path, grading: Grading, *, show_key: bool = False, since: int | None = None) -> Reports:
    """Write every student's page, those of the class and of the questions, `gradebook.csv` and `results.json`.

    The right letters appear on students' pages and the class's only with `show_key`; that of the questions, for staff
    alone, always has them. since: the number of an earlier scoring, from which
    the pages then say what differs. FixableError when a Run was not scored, or that scoring was not kept.
    """
    scored = load_handin_records(runs)
    regrade = load_regrade(runs, grading.assignment.deadline, since)
    canvas = draw_canvas(grading.pictures, grading.canonical)
    text_canvas = draw_text_canvas(grading.texts, grading.readers, grading.canonical)
    faces = make_class_faces(scored, grading)
    make_private(runs)
    for one in scored:
        readings = _read_all_groups(runs / one.student, one, grading)
        its = make_student_page(one, readings, grading, canvas, text_canvas, regrade, show_key=show_key)
        write_whole(runs / one.student / REPORT_FILE, render_student(its, faces).encode())
    results = make_class_record(scored, grading, load_compared(runs))
    write_gradebook(runs, results)
    write_results(runs, results)
    keys = {item: "".join(sorted(letters)) for item, letters in grading.key.letters.items()} if show_key else {}
    page = make_class_page(results, grading.assignment.title, keys, regrade)
    items = make_items_page(analyse_class(scored, grading), grading.bank, grading.key.letters, grading.assignment.title)
    write_whole(runs / ITEMS_FILE, render_items(items).encode())
    write_whole(runs / REPORT_FILE, render_class(page).encode())
    return Reports(runs / REPORT_FILE, tuple(one.student for one in scored))


def load_handin_records(runs: Path) -> list[HandinRecord]:
    """Return every record of a RUNS folder, by student; FixableError names each Run that was not scored, or half."""
    folders = sorted(path for path in runs.iterdir() if path.is_dir() and not path.name.startswith("."))
    found = [path for path in folders if (path / VERDICTS_FILE).exists()]
    unscored = [path for path in folders if path not in found and (path / "result.json").exists()]
    check_all(f"{path}: no {VERDICTS_FILE}; expected one: run `hw9 score` first" for path in unscored)
    if not found:
        raise FixableError(f"{runs}: nothing was scored; expected folders with {VERDICTS_FILE}: run `hw9 score` first")
    records = [load_handin_record(path) for path in found]
    check_whole(runs, records, load_last_scoring(runs))
    return records


def _read_all_groups(folder: Path, scored: HandinRecord, grading: Grading) -> dict[str, GroupArrays]:
    """Return what was saved; nothing where no array can be drawn: then the reference is not drawn either."""
    if scored.run.word == "not_run":
        return {}
    ours, most = grading.canonical, grading.assignment.limits.group_bytes
    readings = {group: read_group(folder / "work", group, ours, most=most) for group in COMPARED_GROUPS}
    return readings if any(one.arrays for one in readings.values()) else {}


def render_student(page: StudentPage, faces: ClassFaces) -> str:
    """Return a student's page as HTML."""
    body = load_environment(PACKAGE).get_template("student.html.j2").render(page=page)
    return _render_whole(f"{page.scored.name} · {page.title.en}", body, faces.list_faces(body))


def render_class(page: ClassPage) -> str:
    """Return the class page as HTML."""
    body = load_environment(PACKAGE).get_template("class.html.j2").render(page=page)
    face = make_face(find_drawn(body))
    return _render_whole(f"Class · {page.results.title}", body, [face], [load_own(PACKAGE, "sort.js")])


def render_items(page: ItemsPage) -> str:
    """Return the page on the questions as HTML."""
    body = load_environment(PACKAGE).get_template("items.html.j2").render(page=page)
    styles = [load_own(PACKAGE, "items.css"), make_face(find_drawn(body))]
    return _render_whole(f"Questions · {page.title.en}", body, styles)


def _render_whole(title: str, body: str, faces: Sequence[str], scripts: Sequence[str] = ()) -> str:
    styles = [load_own(PACKAGE, "page.css"), *faces]
    template = load_environment(PACKAGE).get_template("whole.html.j2")
    marked = [Markup(style) for style in styles]
    return template.render(title=title, policy=to_policy(styles, scripts), styles=marked, body=Markup(body))
