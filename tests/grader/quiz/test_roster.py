"""The quiz's rows, hand-ins and a roster become one class: nobody twice, nobody missing, nobody guessed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assignment.assignment import Source
from assignment.fixable import FixableError
from grader.collect.rosters import Enrolment, load_enrolment
from grader.handins.submission import Submission
from grader.quiz.kept import Tables
from grader.quiz.roster import Roster, make_roster
from questions.canvas.responses import Response, Responses
from questions.sheet import Answer, Sheet

MOMENT = datetime(2027, 5, 20, 12, tzinfo=UTC)
GRADEBOOK = """Student,ID,SIS User ID,SIS Login ID,Section
"Chen, Ada",71,b09901001,ada@school.edu,1
"Lin, Bo",72,b09901002,bo@school.edu,1
"Wu, Cai",73,B09901003,cai@school.edu,1
"Ho, Di",74,b09901004,di@school.edu,1
"""


def respond(*rows: tuple[str, str]) -> Responses:
    """Return the responses of rows with the id that names the student, and Canvas's own number."""
    sheet = Sheet({"lime-1": Answer("read", frozenset("a"))})
    found = {}
    for number, (student, lms_id) in enumerate(rows, 2):
        place = ("quiz.csv", f"row {number}", "sis_id")
        found[student] = Response(student, f"N {student}", MOMENT, sheet, place, lms_id, (student,) if student else ())
    return Responses(found, (), "quiz.csv", b"bytes")


@pytest.fixture
def enrolment(tmp_path: Path) -> Enrolment:
    (tmp_path / "gradebook.csv").write_text(GRADEBOOK)
    return load_enrolment(tmp_path / "gradebook.csv")


def join(
    responses: Responses, enrolment: Enrolment | None = None, *handins: Submission, answers: Source = "quiz"
) -> Roster:
    return make_roster(handins, Tables(responses, enrolment), answers)


def tell(roster: Roster, student: str) -> str:
    (one,) = (one for one in roster.submissions if one.student == student)
    return " ".join(reason.en for reason in one.reasons)


def test_rows_join_by_the_systems_id_then_by_login_and_one_line_says_how_many(enrolment: Enrolment) -> None:
    roster = join(respond(("71", "71"), ("bo@school.edu", ""), ("b０9901003", "")), enrolment)
    assert roster.quiz is not None
    assert sorted(roster.quiz.sheets) == ["B09901003", "b09901001", "b09901002"]
    assert [one.student for one in roster.submissions] == ["B09901003", "b09901001", "b09901002", "b09901004"]
    assert {one.name for one in roster.submissions} == {"Chen, Ada", "Lin, Bo", "Wu, Cai", "Ho, Di"}
    said = "3 rows: 1 by the course system's id, 2 by login. No row of 1 students: b09901004"
    assert roster.notes == (f"quiz.csv and gradebook.csv: {said}",)


def test_row_that_the_roster_lacks_goes_to_a_person_and_both_name_each_other_when_near(enrolment: Enrolment) -> None:
    roster = join(respond(("b09901001-2", ""), ("x1", "99")), enrolment)
    assert "gradebook.csv has no 'b09901001-2', who answered the quiz; it looks like b09901001." in tell(
        roster, "b09901001-2"
    )
    assert tell(roster, "x1") == "gradebook.csv has no 'x1', who answered the quiz."
    assert "row of 'b09901001-2' is nobody's own and looks like this student's" in tell(roster, "b09901001")
    assert tell(roster, "b09901002") == ""
    assert "2 not in the roster (b09901001-2, x1)" in roster.notes[0]


def test_one_student_with_two_rows_is_a_fault_that_names_both_rows(enrolment: Enrolment) -> None:
    with pytest.raises(FixableError) as caught:
        join(respond(("b09901001", ""), ("ada@school.edu", "")), enrolment)
    assert str(caught.value) == (
        "quiz.csv: row 3: sis_id: b09901001, whose row is quiz.csv: row 2 too; expected one row a student"
    )


def test_times_of_the_quiz_count_only_where_its_answers_do() -> None:
    noon = datetime(2027, 5, 1, 12, tzinfo=UTC)
    handed_in = Submission(student="ann", submitted_at=noon, problem="missing")
    assert join(respond(("ann", "")), None, handed_in).submissions[0].submitted_at == MOMENT
    assert join(respond(("ann", "")), None, handed_in, answers="notebook").submissions[0].submitted_at == noon


def test_without_any_notebook_the_quiz_counts_whatever_the_setting_says_and_a_line_says_so() -> None:
    roster = join(respond(("ann", "")), answers="notebook")
    assert roster.quiz is not None
    assert roster.quiz.counts
    assert roster.quiz.alone
    assert "no notebook was taken in, so the quiz's answers count" in roster.notes[0]
    assert not join(respond(("ann", ""))).notes


def test_hand_in_and_row_that_look_alike_name_each_other_without_a_roster_too() -> None:
    roster = join(respond(("b01-Copy1", ""), ("c2", "")), None, Submission(student="b01", problem="missing"))
    assert tell(roster, "b01-Copy1") == "The class has no 'b01-Copy1', who answered the quiz; it looks like b01."
    assert "looks like this student's" in tell(roster, "b01")
    assert tell(roster, "c2") == ""


def test_roster_and_hand_ins_are_one_class_whatever_capitals_they_use(enrolment: Enrolment) -> None:
    handed_in = Submission(student="b09901003", problem="broken")
    roster = join(respond(("B09901003", "73")), enrolment, handed_in)
    assert [one.student for one in roster.submissions] == ["b09901001", "b09901002", "b09901003", "b09901004"]
    assert roster.quiz is not None
    assert list(roster.quiz.sheets) == ["b09901003"]


def test_report_without_a_row_and_without_a_roster_is_no_class() -> None:
    with pytest.raises(FixableError, match=r"quiz\.csv: no row; expected at least one"):
        join(respond())


def test_capitals_of_an_id_do_not_matter_where_one_student_is_meant() -> None:
    submissions = (Submission(student="b09"), Submission(student="c1"), Submission(student="C1"))
    roster = join(respond(("B09", ""), ("C1", "")), None, *submissions)
    assert roster.quiz is not None
    assert roster.quiz.sheets.keys() == {"b09", "C1"}
    assert {one.student for one in roster.submissions} == {"b09", "c1", "C1"}
    with pytest.raises(FixableError, match="'B09' is b09 a second time"):
        join(respond(("b09", ""), ("B09", "")), None, *submissions)


def test_ids_that_would_leave_the_folder_of_runs_are_refused_all_at_once() -> None:
    with pytest.raises(FixableError) as caught:
        join(respond(("../etc", ""), ("a b", ""), ("fine", ""), ("x.json", "")))
    assert [fault.says.split(";")[0] for fault in caught.value.faults] == ["'../etc'", "'a b'", "'x.json'"]


def test_letter_that_is_another_ones_only_when_folded_is_another_student() -> None:
    roster = join(respond(("s09", "")), None, Submission(student="\u017f09"))
    assert roster.quiz is not None
    assert list(roster.quiz.sheets) == ["s09"]
    assert len(roster.submissions) == 2
