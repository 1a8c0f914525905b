"""Moodle's import takes every row: no user whom it does not know, no grade that is no number."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.report.class_record import ClassRecord, make_class_record
from grader.report.gradebook import to_csv
from grader.report.gradebooks.format import Known
from grader.report.gradebooks.registry import load_formats
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from tests.grader.report.gradebooks.lms_imports import RIGHT, Course, RefusedError, fill, import_into_moodle, rows_of


def make_users(course: Course) -> bytes:
    """Return what Moodle exports: names, id numbers, e-mail addresses, grades."""
    lines = ["First name,Last name,ID number,Email address,Assignment: Homework 9 (Real)"]
    lines += [f"A,{user.number},{user.sis},{user.sis}@school.edu,-" for user in course.users]
    return ("\n".join(lines) + "\n").encode("utf-8-sig")


def test_moodle_takes_every_row_of_those_whom_it_knows(results: ClassRecord, course: Course, tmp_path: Path) -> None:
    filled = fill("moodle", results, make_users(Course(course.users[1:], {})), tmp_path)
    numbers = {user.sis: user.number for user in course.users[1:]}
    points = {numbers[one.student]: None if one.excused else str(one.total) for one in results.handins[1:]}
    assert import_into_moodle(filled.data, numbers) == points
    assert rows_of(filled.data)[0] == ["ID number", results.title]
    said = "\n".join(filled.notes)
    assert "no row of 1 student (b09900000)" in said
    assert "1 student (b09900029) excused: no grade (-)" in said


def test_moodle_is_given_no_user_whom_it_cannot_find(results: ClassRecord, course: Course, tmp_path: Path) -> None:
    """A spreadsheet would run the first, and two have the second: neither may be written, in whatever spelling."""
    users = [replace(course.users[0], sis="=b0"), *course.users[1:3], replace(course.users[3], sis="b09900002")]
    text = "Username,ID number\n" + "\n".join(f"b0990000{n},{user.sis}" for n, user in enumerate(users))
    filled = fill("moodle", results, text.encode(), tmp_path)
    assert rows_of(filled.data)[0][0] == "Username"
    alone = fill("moodle", results, text.replace("Username", "Nickname").encode(), tmp_path)
    assert [row[0] for row in rows_of(alone.data)] == ["ID number", "b09900001"]
    assert "no row of" in "\n".join(alone.notes)


def test_moodle_without_a_table_of_users_has_nobody_of_whom_it_cannot_know(
    results: ClassRecord, grading: Grading, hand_in: Callable[..., HandinRecord]
) -> None:
    strange = hand_in("unnamed-12345678", RIGHT).model_copy(update={"problem": "bad_name"})
    results = make_class_record([*results.handins, strange, hand_in("stray", RIGHT)], grading)
    roster = frozenset(one.student for one in results.handins) - {"stray"}
    filled = load_formats()["moodle"].fill(results, Known(roster=roster), None)
    numbers = {f"b099{n:05}": n for n in range(30)}
    assert len(import_into_moodle(filled.data, numbers)) == 30
    assert "2 students (stray, unnamed-12345678)" in filled.notes[0]
    for_people, users = to_csv(results), numbers | {"stray": 99}
    with pytest.raises(RefusedError, match="Bad grade"):  # EX
        import_into_moodle(for_people.encode(), users, grade=2)
    with pytest.raises(RefusedError, match="User mapping error: unnamed-12345678"):
        import_into_moodle(for_people.replace(",EX,", ",0,").encode(), users, grade=2)


def test_row_of_another_length_is_refused(results: ClassRecord, tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"exported\.csv: row 2: 1 fields; expected 2"):
        fill("moodle", results, b"Username,ID number\nada\n", tmp_path)
