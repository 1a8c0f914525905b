"""The quiz's rows, hand-ins and a roster become one class: nobody twice, nobody missing, nobody guessed."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assignment.assignment import Source
from assignment.fixable import FixableError
from grader.collect.rosters import Enrolment, load_enrolment
from grader.handins.submission import Submission
from grader.quiz.kept import Tables
from grader.quiz.roster import Roster, check_absent, list_unknown_texts, make_roster
from questions.canvas.doubts import UnknownText
from questions.canvas.response import Response
from questions.canvas.responses import Responses
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
    said = "3 rows: 1 by the course system's id, 2 by login. No row of 1 student: b09901004"
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


def test_of_two_rows_of_one_student_the_surer_counts_and_the_class_does_not_wait(enrolment: Enrolment) -> None:
    roster = join(respond(("b09901001", ""), ("ada@school.edu", "71")), enrolment)
    assert roster.quiz is not None
    assert [one.student for one in roster.submissions if one.student in roster.quiz.sheets] == [
        "b09901001",
        "b09901001+2",
    ]
    assert tell(roster, "b09901001") == (
        "Two rows of the quiz are b09901001's: quiz.csv: row 3 counts, quiz.csv: row 2 stands under b09901001+2. "
        "The quiz's row of 'b09901001+2' is nobody's own and looks like this student's."
    )
    assert "row 2 names b09901001, whose row is quiz.csv: row 3" in tell(roster, "b09901001+2")
    assert tell(roster, "b09901002") == ""


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
    both = join(respond(("b09", ""), ("B09", "5")), None, *submissions)
    assert {one.student for one in both.submissions} == {"b09", "c1", "C1", "5"}
    assert "stands under 5" in tell(both, "b09")


def test_id_that_would_leave_the_folder_of_runs_is_replaced_and_its_row_goes_to_a_person() -> None:
    roster = join(respond(("../etc", ""), ("UID:12", "72"), ("fine", ""), ("x.json", "")))
    made = [one.student for one in roster.submissions if one.student.startswith("unnamed-")]
    assert {one.student for one in roster.submissions} == {*made, "72", "fine"}
    assert len(made) == 2
    assert tell(roster, "72") == "The quiz names this student 'UID:12', which cannot be an id here."
    assert tell(roster, "fine") == ""


@pytest.mark.parametrize("lms_ids", [{"b1": "71", "b2": "72"}, {}])
def test_rows_join_hand_ins_by_the_number_in_their_files_names(lms_ids: dict[str, str]) -> None:
    handins = (Submission(student="b1"), Submission(student="b2"), Submission(student="73"))
    rows = respond(("71", "71"), ("b2", "72"), ("b3", "73"))
    roster = make_roster(handins, Tables(rows), "quiz", lms_ids)
    assert roster.quiz is not None
    if lms_ids:
        assert roster.quiz.sheets.keys() == {"b1", "b2", "b3"}
        said = "quiz.csv: 3 rows: 2 by the course system's id, 1 of nobody who handed in"
    else:  # 73 may be a student's own number
        assert roster.quiz.sheets.keys() == {"71", "b2", "b3"}
        said = "quiz.csv: 3 rows: 1 by login, 2 of nobody who handed in"
    assert roster.notes == (said,)


def test_domain_is_dropped_where_that_leaves_one_row_and_one_hand_in() -> None:
    handins = tuple(Submission(student=name) for name in ("b1", "b2", "b3", "b3@y.edu"))
    roster = join(respond(("b1@x.edu", ""), ("b2@x.edu", ""), ("b2@y.edu", ""), ("b3@x.edu", "")), None, *handins)
    assert roster.quiz is not None
    assert roster.quiz.sheets.keys() == {"b1", "b2@x.edu", "b2@y.edu", "b3@x.edu"}
    assert roster.notes == ("quiz.csv: 4 rows: 1 by login without its domain, 3 of nobody who handed in",)
    assert "looks like this student's" in tell(roster, "b2")


def test_that_no_row_is_of_a_hand_in_is_said_once_with_the_way_out(enrolment: Enrolment) -> None:
    handins = (Submission(student="b1"), Submission(student="b2"))
    assert join(respond(("71", "71"), ("72", "72")), None, *handins).notes == (
        "quiz.csv: 2 rows: none of them (71, 72) is of a hand-in (b1, b2): give --roster FILE, a table that has both "
        "(such as a gradebook exported from the course system)",
    )
    (note,) = join(respond(("x1", "91"), ("x2", "92")), enrolment).notes
    assert note == (
        "quiz.csv and gradebook.csv: 2 rows: 2 not in the roster (x1, x2); no row is of anybody in it: expected a "
        "roster with the ids of this course"
    )


def test_test_student_is_left_out_and_said_and_a_person_of_that_name_is_not() -> None:
    rows = respond(("77", "77"), ("b1", "78"))
    odd = {name: replace(one, name="Test Student") for name, one in rows.by_student.items()}
    odd["77"] = replace(odd["77"], logins=())
    roster = join(replace(rows, by_student=odd))
    assert [one.student for one in roster.submissions] == ["b1"]
    assert roster.notes == ("quiz.csv: row 2: 'Test Student' is the course system's own; left out",)


def test_question_that_the_quiz_lacks_needs_a_decision_only_where_the_quiz_counts() -> None:
    rows = replace(respond(("b1", "71")), absent=("lime-2", "lime-3"))
    roster = join(rows)
    check_absent(roster, {"lime-2", "lime-3"}, Path("runs"))
    check_absent(join(rows, None, Submission(student="b1"), answers="notebook"), (), Path("runs"))
    with pytest.raises(FixableError) as caught:
        check_absent(roster, {"lime-2"}, Path("my runs"))
    assert str(caught.value) == (
        "quiz.csv: row 1: no column of lime-3; expected its text with the id in it (is the file whole?). If it was "
        "taken out of the quiz, say what becomes of it: `hw9 decide 'my runs' void lime-3 --reason WHY` "
        "(it counts for nobody) or `all-right` (for everyone)"
    )
    with pytest.raises(FixableError, match="void QUESTION"):
        check_absent(roster, (), Path("runs"))


def test_text_that_no_choice_has_is_said_with_what_to_type_where_the_decisions_are() -> None:
    unknown = (UnknownText("lime-2", "it's new", 3, "b"), *(UnknownText("lime-3", f"t{n}", 1, "a") for n in range(5)))
    first, *others = list_unknown_texts(replace(respond(("b1", "71")), unknown=unknown), Path("my runs"))
    assert first == (
        "quiz.csv: lime-2: 3 answers hold 'it'\"'\"'s new', which no choice says; if a choice was mended in the quiz, "
        "say which: hw9 decide 'my runs' text lime-2 b 'it'\"'\"'s new' --reason WHY"
    )
    assert (len(others), others[-1]) == (5, "quiz.csv: 1 more texts that no choice says")


def test_letter_that_is_another_ones_only_when_folded_is_another_student() -> None:
    roster = join(respond(("s09", "")), None, Submission(student="\u017f09"))
    assert roster.quiz is not None
    assert list(roster.quiz.sheets) == ["s09"]
    assert len(roster.submissions) == 2
