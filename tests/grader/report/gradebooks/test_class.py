"""A class of thirty from the quiz's report to the filled gradebook of each course system, as a person types it."""

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from assignment.course import open_course
from grader.commands.main import main
from grader.report.class_record import ClassRecord, load_results
from questions.bank import Bank
from questions.canonical import load_canonicals
from questions.key import compute_key
from tests.grader.report.gradebooks.lms_imports import (
    Course,
    User,
    export_from_canvas,
    import_into_canvas,
    import_into_moodle,
    import_into_ntu_cool,
)

pytestmark = pytest.mark.slow
IMPORTS = {"canvas": import_into_canvas, "ntucool": import_into_ntu_cool}
USERS = [User(7000 + n, f"王{n}, Ann", f"b0990{n:04}", f"b0990{n:04}@ntu.edu") for n in range(30)]

EXCUSED = f"- decision: excused\n  student: {USERS[3].sis}\n  reason: ill\n  date: 2027-06-01\n  by: Ada\n"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, own: Bank, to_report: Callable[..., bytes]) -> Path:
    """Score a report that tells no student numbers of the last ten: they are known by Canvas's own alone."""
    right = compute_key(own, load_canonicals(open_course())).letters
    chance = random.Random(3)
    rows = [
        {
            "id": str(user.number),
            "sis_id": user.sis if n < 20 else "",
            "name": user.name,
            "chosen": {name: "".join(right[name]) if chance.random() < 0.6 else "a" for name in own.ids},
        }
        for n, user in enumerate(USERS)
    ]
    place = tmp_path_factory.mktemp("class")
    (place / "report.csv").write_bytes(to_report(own, rows))
    (place / "runs.decisions.yaml").write_text(EXCUSED)
    assert main(["score", "--responses", str(place / "report.csv"), str(place / "runs")]) in (0, 1)
    return place / "runs"


def list_points(results: ClassRecord) -> dict[int, str]:
    """Return what must stand in the gradebook, by Canvas's own number."""
    numbers = {user.sis: user.number for user in USERS} | {str(user.number): user.number for user in USERS}
    return {numbers[one.student]: "EX" if one.excused else str(one.total) for one in results.handins}


def test_each_system_takes_the_points_of_thirty_students(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    title = open_course().assignment.title
    course = Course(USERS, {122: "Homework 8", 123: f"{title.en} {title.zh}"}, {7000: {122: "3.33"}})
    exported = tmp_path / "grades.csv"
    for name, read in IMPORTS.items():
        exported.write_bytes(export_from_canvas(course, {122: "10", 123: "10"}, mark=name == "ntucool"))
        capsys.readouterr()
        assert main(["report", str(runs), "--gradebook", name, "--exported", str(exported)]) == 0
        out = capsys.readouterr().out.splitlines()
        system = {"canvas": "Canvas", "ntucool": "NTU COOL"}[name]
        assert out[-1] == f"{runs}/gradebook-{name}.csv: the points of 30 students for {system}"
        assert len(out) == 2  # nothing else needs to be known
        assert out[0] == f"report: {runs}/report.html; what the answers say: {runs}/items.html"
        found = read((runs / f"gradebook-{name}.csv").read_bytes(), course)
        points = list_points(load_results(runs))
        assert found.changes == {user: {123: its} for user, its in points.items()}
        assert len(set(points.values())) > 5
        assert [user for user, its in points.items() if its == "EX"] == [7003]
        assert sum(Decimal(its) for its in points.values() if its != "EX") > 0


def test_moodle_takes_the_points_of_those_whom_it_knows(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "users.csv"
    rows = [f"{user.sis}@ntu.edu,{user.sis if n < 20 else user.number}" for n, user in enumerate(USERS[:25])]
    table.write_text("Email address,ID number\n" + "\n".join(rows) + "\n")
    assert main(["report", str(runs), "--gradebook", "moodle", "--exported", str(table)]) == 0
    assert "no row of 5 students (7025, 7026, 7027, 7028, 7029)" in capsys.readouterr().out
    numbers = {row.partition(",")[2]: user.number for row, user in zip(rows, USERS, strict=False)}
    points = list_points(load_results(runs))
    found = import_into_moodle((runs / "gradebook-moodle.csv").read_bytes(), numbers)
    assert found == {user: None if points[user] == "EX" else points[user] for user in numbers.values()}


def test_whoever_needs_a_person_is_named_beside_the_points_that_go_out(
    runs: Path, tmp_path: Path, own: Bank, to_report: Callable[..., bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report.csv").write_bytes(to_report(own, [{"id": "1", "sis_id": "b1", "chosen": {}}]))
    (tmp_path / "roster.csv").write_text("student,id\nb1,1\nb2,2\n")
    its = str(tmp_path / "runs")
    options = ["--responses", str(tmp_path / "report.csv"), "--roster", str(tmp_path / "roster.csv")]
    assert main(["score", *options, its]) == 1
    assert main(["report", its, "--gradebook", "moodle"]) == 0
    said = capsys.readouterr().out
    assert "for a person to look at first: 1 student (b2); their points are as they were scored\n" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--gradebook", "canvas"], "--exported: which file of Canvas is to be filled; expected a gradebook as Canvas"),
        (["--exported", "x.csv"], "--exported, --column: of a gradebook; expected --gradebook with them"),
        (["--gradebook", "canvas", "--exported", "gone.csv"], "gone.csv: No such file"),
    ],
)
def test_what_is_missing_is_told_before_anything_is_written(
    words: list[str], says: str, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in runs.rglob("*")}
    assert main(["report", str(runs), *words]) == 1
    assert says in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in runs.rglob("*")} == before
