"""Points go back into the gradebook of each course system, by rules as strict as its own import's, and nowhere else."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.collect.rosters import Enrolled
from grader.report.class_record import ClassRecord, make_class_record
from grader.report.gradebook import to_csv
from grader.report.gradebooks.format import Known
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from tests.grader.report.gradebooks.lms_imports import (
    OTHER,
    RIGHT,
    THIS,
    Course,
    RefusedError,
    User,
    export_from_canvas,
    fill,
    import_into_canvas,
    import_into_ntu_cool,
    rows_of,
)

IMPORTS = {"canvas": import_into_canvas, "ntucool": import_into_ntu_cool}


def expect(results: ClassRecord, course: Course) -> dict[int, dict[int, str]]:
    """Return the changes that must come of an import: those of this column that are not there already."""
    numbers = {user.sis: user.number for user in course.users}
    marks = {numbers[one.student]: "EX" if one.excused else str(one.total) for one in results.handins}
    return {user: {THIS: mark} for user, mark in marks.items() if course.scores.get(user, {}).get(THIS) != mark}


def is_formula(cell: str) -> bool:
    return cell.lstrip(' "').startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("name", IMPORTS)
@pytest.mark.parametrize("sis", [True, False])
@pytest.mark.parametrize(("mark", "separator"), [(False, ","), (True, ","), (True, ";")])
def test_class_of_thirty_has_the_points_of_results_and_nothing_else_changes(
    name: str, sis: bool, mark: bool, separator: str, results: ClassRecord, course: Course, tmp_path: Path
) -> None:
    data = export_from_canvas(course, {OTHER: "10", THIS: "1.2"}, sis=sis, mark=mark, separator=separator)
    filled = fill(name, results, data, tmp_path)
    found = IMPORTS[name](filled.data, course)
    assert found.changes == expect(results, course)
    assert (found.new_assignments, found.new_students) == ([], ["Student, Test"])  # as in what was exported
    assert filled.students == 30
    assert [note for note in filled.notes if "separated by" not in note] == []


@pytest.mark.parametrize("name", IMPORTS)
def test_heading_ids_sections_and_rows_of_no_student_are_kept(
    name: str, results: ClassRecord, course: Course, tmp_path: Path
) -> None:
    data = export_from_canvas(course, {OTHER: "10", THIS: "1.2"})
    was, now = rows_of(data), rows_of(fill(name, results, data, tmp_path).data)
    assert now[0] == [*was[0][:5], f"{results.title} 作業九 (123)"]
    assert now[1] == ["", "", "", "", "", "Manual Posting"]
    assert now[2] == ["    Points Possible", "", "", "", "", "1.2"]
    assert [row[1:5] for row in now] == [row[1:5] for row in was]
    assert now[-1] == ["Student, Test", "99999", "", "a1b2c3", "Section 1", ""]


def test_gradebook_for_people_is_refused_for_the_reason_that_canvas_gives(results: ClassRecord, course: Course) -> None:
    data = to_csv(results).encode("utf-8-sig")
    for read in IMPORTS.values():
        with pytest.raises(RefusedError, match="Invalid header row"):
            read(data, course)


@pytest.mark.parametrize(
    ("heading", "says"),
    [
        ("Student,ID,SIS User ID,SIS Login ID,Section,Homework 9 (123)", None),
        ("\ufeffStudent,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section,Homework 9 (123)", None),
        ("LastName,FirstName,ID,SIS Login ID,Section,Homework 9 (123)", None),
        ("\ufeffLastName,FirstName,ID,SIS Login ID,Section,Homework 9 (123)", "Invalid header row"),
        ("Student,ID,SIS User ID,Section,Homework 9 (123)", "Invalid header row"),
        ("ID,Student,SIS Login ID,Section,Homework 9 (123)", "Invalid header row"),
        ('\ufeff"Student",ID,SIS Login ID,Section,Homework 9 (123)', None),
        ('Student,ID,SIS Login ID,"Section', "Gradebook import did not parse cleanly"),
    ],
)
def test_strict_reader_takes_and_refuses_headings_as_canvas_does(heading: str, says: str | None) -> None:
    course = Course([], {123: "Homework 9"})
    if says is None:
        assert import_into_canvas(heading.encode(), course).new_assignments == []
    else:
        with pytest.raises(RefusedError, match=says):
            import_into_canvas(heading.encode(), course)


def test_strict_reader_clears_points_where_a_cell_is_blank() -> None:
    course = Course([User(41_000, "Ada", "b1", "b1")], {123: "Homework 9"}, {41_000: {123: "5.45"}})
    blank = b"Student,ID,SIS Login ID,Section,Homework 9 (123)\nAda,41000,b1,,\n"
    assert import_into_canvas(blank, course).changes == {41_000: {123: ""}}


def test_ascii_with_a_mark_is_refused_by_ntu_cool_alone_and_is_not_written(
    results: ClassRecord, course: Course, tmp_path: Path
) -> None:
    ascii_users = [replace(user, name=f"Ada {user.number}") for user in course.users]
    course = Course(ascii_users, {OTHER: "Homework 8", THIS: results.title})
    data = export_from_canvas(course, {OTHER: "10", THIS: "1.2"}, mark=True)
    import_into_canvas(data, course)
    with pytest.raises(RefusedError, match="Invalid header row"):
        import_into_ntu_cool(data, course)
    filled = fill("ntucool", results, data, tmp_path)
    assert filled.data.isascii()
    assert import_into_ntu_cool(filled.data, course).changes == expect(results, course)


def test_mark_is_kept_for_canvas_but_not_before_a_last_name(
    results: ClassRecord, course: Course, tmp_path: Path
) -> None:
    data = export_from_canvas(course, {OTHER: "10", THIS: "1.2"}, mark=True)
    assert fill("canvas", results, data, tmp_path).data.startswith(b"\xef\xbb\xbf")
    apart = data.replace(b"Student,ID", b"LastName,FirstName,ID", 1).replace(b'"Student, Test"', b"Student,Test")
    lines = apart.decode().splitlines()
    lines[1:] = [line if "Student,Test" in line else f",{line}" for line in lines[1:]]
    filled = fill("canvas", results, "\n".join(lines).encode(), tmp_path)
    assert not filled.data.startswith(b"\xef\xbb\xbf")
    assert import_into_canvas(filled.data, course).changes == expect(results, course)


@pytest.mark.parametrize("name", IMPORTS)
def test_no_cell_is_run_by_a_spreadsheet(name: str, results: ClassRecord, course: Course, tmp_path: Path) -> None:
    course.assignments[THIS] = f"{results.title}"
    data = export_from_canvas(course, {OTHER: "10", THIS: "1.2"})
    hostile = data.replace(b",Section 1,", b",=1+1,").replace(results.title.encode(), b"@" + results.title.encode())
    filled = fill(name, results, hostile, tmp_path, column=str(THIS))
    assert not any(is_formula(part) for row in rows_of(filled.data) for cell in row for part in re.split("[;|]", cell))
    assert any(is_formula(cell) for row in rows_of(hostile) for cell in row)
    assert IMPORTS[name](filled.data, course).changes == expect(results, course)


def test_student_is_joined_by_the_systems_number_where_a_table_said_it(
    results: ClassRecord, course: Course, tmp_path: Path
) -> None:
    users = [replace(user, sis="", login=f"u{user.number}") for user in course.users]
    data = export_from_canvas(Course(users, course.assignments, course.scores), {OTHER: "10", THIS: "1.2"})
    alone = fill("canvas", results, data, tmp_path)
    assert alone.students == 0
    assert "no row of 30 students" in alone.notes[-1]
    assert "--collected" in alone.notes[-1]
    known = Known({user.sis: Enrolled(user.sis, lms_ids=(str(user.number),)) for user in course.users})
    filled = fill("canvas", results, data, tmp_path, known=known)
    assert import_into_canvas(filled.data, course).changes == expect(results, course)


def test_number_of_ones_own_is_not_taken_for_the_systems_number_of_another(
    grading: Grading, hand_in: Callable[..., HandinRecord], tmp_path: Path
) -> None:
    results = make_class_record([hand_in("41000", RIGHT), hand_in("2", RIGHT)], grading)
    course = Course([User(41_000, "Ada", "", "ada"), User(5, "Bo", "", "bo"), User(6, "Cy", "", "cy")],
                    {THIS: results.title})  # fmt: skip
    filled = fill("canvas", results, export_from_canvas(course, {THIS: "1.2"}), tmp_path)
    assert (filled.students, import_into_canvas(filled.data, course).changes) == (0, {})


def test_row_of_two_students_is_nobodys(grading: Grading, hand_in: Callable[..., HandinRecord], tmp_path: Path) -> None:
    results = make_class_record([hand_in("b1", RIGHT), hand_in("c1", RIGHT), hand_in("d1", RIGHT)], grading)
    course = Course([User(1, "Ada", "b1", "c1"), User(2, "Bo", "", "d1@ntu")], {THIS: results.title})
    filled = fill("canvas", results, export_from_canvas(course, {THIS: "1.2"}), tmp_path)
    assert import_into_canvas(filled.data, course).changes == {2: {THIS: "1.2"}}
    assert "exported.csv: one row is that of b1 and c1; it is as it was" in filled.notes


@pytest.mark.parametrize(("cell", "said"), [("10,0", True), (".5", True), (".", False), (",", False), ("1.2", False)])
def test_points_possible_are_compared_where_they_are_a_number(
    results: ClassRecord, course: Course, tmp_path: Path, cell: str, said: bool
) -> None:
    filled = fill("canvas", results, export_from_canvas(course, {OTHER: "10", THIS: cell}), tmp_path)
    assert any("points possible there" in note for note in filled.notes) == said


def test_what_a_person_must_know_is_said(results: ClassRecord, course: Course, tmp_path: Path) -> None:
    lines = export_from_canvas(course, {OTHER: "10", THIS: "10"}).decode().splitlines()
    lines[3] = lines[3].replace("5.45", "N/A")
    lines[4] = lines[4].replace("41001", "41001.0")
    filled = fill("canvas", results, "\n".join(lines).encode(), tmp_path)
    assert len(rows_of(filled.data)) == len(lines) - 1
    assert rows_of(filled.data)[3][-1] == "N/A"
    assert filled.students == 28
    said = "\n".join(filled.notes)
    assert "no row of 1 student (b09900001)" in said
    assert "10 points possible there, 1.2 in the results" in said
    assert "1 student (b09900000) not assigned this in Canvas" in said
    assert "row 5" in said
    assert "has no id that can be written; left out" in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Student,ID", "Name,ID", "row 1: 'Name, ID, SIS User ID, SIS Login ID, Section, Notes'; expected a gradebook"),
        (",Section,", ",Class,", "expected a gradebook as Canvas exports it"),
        ("Student,ID", "Student,Nr", "expected a gradebook as Canvas exports it"),
        ("(123)", "", "no columns are called"),
        (
            "Possible,,,,,,10,1.2",
            "Possible,,,,,,10,(read only)",
            "is read only; expected a column that can be imported",
        ),
        ("Homework 8", "{title} again", "2 columns are called"),
    ],
)
def test_what_is_no_gradebook_with_one_such_column_is_refused(
    old: str, new: str, says: str, results: ClassRecord, course: Course, tmp_path: Path
) -> None:
    text = export_from_canvas(course, {OTHER: "10", THIS: "1.2"}).decode()
    assert old in text
    with pytest.raises(FixableError) as caught:
        fill("canvas", results, text.replace(old, new.format(title=results.title), 1).encode(), tmp_path)
    assert says in str(caught.value)
    assert str(caught.value).startswith("exported.csv: row ")


@pytest.mark.parametrize("column", ["123", "Homework 8 (122)", "Homework 8", "122"])
def test_column_is_named_by_heading_title_or_number(
    column: str, results: ClassRecord, course: Course, tmp_path: Path
) -> None:
    data = export_from_canvas(course, {OTHER: "1.2", THIS: "1.2"})
    changes = import_into_canvas(fill("canvas", results, data, tmp_path, column=column).data, course).changes
    assert {number for its in changes.values() for number in its} == {THIS if column == "123" else OTHER}


def test_column_that_is_not_there_is_told_with_those_that_are(
    results: ClassRecord, course: Course, tmp_path: Path
) -> None:
    data = export_from_canvas(course, {OTHER: "10", THIS: "1.2"})
    with pytest.raises(
        FixableError, match=r"no columns are called 'Homework 7'; expected --column with one of Homework 8"
    ):
        fill("canvas", results, data, tmp_path, column="Homework 7")


def test_points_are_those_of_results_to_the_digit(results: ClassRecord, course: Course, tmp_path: Path) -> None:
    filled = fill("canvas", results, export_from_canvas(course, {OTHER: "10", THIS: "1.2"}), tmp_path)
    cells = [row[-1] for row in rows_of(filled.data)[3:-1]]
    assert [Decimal(cell) for cell in cells[:-1]] == [one.total for one in results.handins[:-1]]
    assert cells[-1] == "EX"


def test_longer_row_of_no_student_stops_nothing_and_a_shorter_one_of_a_student_does(
    results: ClassRecord, course: Course, tmp_path: Path
) -> None:
    lines = export_from_canvas(course, {OTHER: "10", THIS: "1.2"}).decode().splitlines()
    lines[1] += ",,,"
    filled = fill("canvas", results, "\n".join(lines).encode(), tmp_path)
    assert import_into_canvas(filled.data, course).changes == expect(results, course)
    lines[5] = lines[5].rpartition(",")[0]
    with pytest.raises(FixableError, match=r"exported\.csv: row 6: 9 fields; expected 10, as row 1 has"):
        fill("canvas", results, "\n".join(lines).encode(), tmp_path)
