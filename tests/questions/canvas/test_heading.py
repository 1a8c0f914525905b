"""Which column of a quiz's report is which question, and who answered, whatever the quiz's author did meanwhile."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from assignment.fixable import FixableError
from questions.bank import Bank
from questions.canvas.heading import BEGINS, NAMES, WHOLE, find_question
from questions.canvas.responses import Responses, parse_responses

Report = Callable[..., bytes]
Rows = list[list[str]]
CHINESE = ["名稱", "ID 號", "識別", "小節", "x", "y", "已提交", "嘗試"]


def read(data: bytes, bank: Bank, edit: Callable[[Rows], Any]) -> Responses:
    """Return what is read of a report after `edit` changed its rows in place."""
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    edit(rows)
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return parse_responses(stream.getvalue().encode(), bank, "quiz.csv")


def letters(found: Responses, student: str, question: str) -> str:
    answer = found.by_student[student].sheet.answers[question]
    return "".join(sorted(answer.letters)) or answer.state


def test_column_is_known_by_its_beginning_then_by_its_text_then_by_an_id_in_it(own: Bank) -> None:
    question = own["filters-4"]
    assert find_question("5017: 17 · filters-4 · 0.3 points 分In the scratch cell", own) == ("filters-4", BEGINS)
    html = "<p><strong>17 · filters-4</strong> · 0.3 points 分</p><p>unlike lime-1</p>"
    assert find_question(html, own) == ("filters-4", BEGINS)
    assert find_question(f"5017:  {question.ask.en.replace('(', '&#40;')} ", own) == ("filters-4", WHOLE)
    assert find_question(f"5017: {question.ask.zh}", own) == ("filters-4", WHOLE)
    assert find_question("5017: why filters-4, not lime-1?", own) == ("filters-4", NAMES)
    assert find_question("5017: my-filters-4x", own) is None
    assert find_question("0.3", own) is None


def test_column_that_only_names_a_question_is_left_out_beside_the_one_that_is_it(own: Bank, to_report: Report) -> None:
    data = to_report(own, [{"sis_id": "b09", "chosen": {"lime-1": "ad"}}])
    found = read(data, own, lambda rows: [rows[0].append("5999: Why lime-1?"), rows[1].append("I like it.")])
    assert letters(found, "b09", "lime-1") == "ad"
    said = "'5999: Why lime-1?' names lime-1 and is another question; it was left out"
    assert found.notes == (f"quiz.csv: row 1: column 72: {said}",)


def test_column_that_names_a_question_which_was_taken_out_is_not_taken_for_it(own: Bank, to_report: Report) -> None:
    rows = [{"sis_id": name, "chosen": {"lime-1": "a"}} for name in ("b09", "b10", "b11")]

    def turn(rows: Rows) -> None:
        rows[0][8] = "5999: Why lime-1?"
        rows[1][8] = rows[2][8] = "I like it."  # the third one wrote what a choice says

    found = read(to_report(own, rows), own, turn)
    assert found.absent == ("lime-1",)
    assert "lime-1" not in found.by_student["b11"].sheet.answers


def test_column_whose_text_was_edited_down_to_its_id_is_read_by_its_choices(own: Bank, to_report: Report) -> None:
    data = to_report(own, [{"sis_id": "b09", "chosen": {"lime-1": "ad"}}])

    def edit(rows: Rows) -> None:
        rows[0][8] = "5001: Question lime-1"
        rows[0].append("5999: Why lime-1?")
        rows[1].append("I like it.")

    assert letters(read(data, own, edit), "b09", "lime-1") == "ad"


def test_two_columns_that_may_both_be_a_question_are_refused_with_the_way_out(own: Bank, to_report: Report) -> None:
    def edit(rows: Rows) -> None:
        rows[0][8] = "5001: Question lime-1"
        rows[0].append("5999: Question lime-1 again")
        rows[1].append(rows[1][8])

    with pytest.raises(FixableError) as caught:
        read(to_report(own, [{"sis_id": "b09", "chosen": {"lime-1": "ad"}}]), own, edit)
    assert str(caught.value) == (
        "quiz.csv: row 1: columns 9 and 72 may both be lime-1; expected one whose text begins with `number · lime-1 ·` "
        "(mend the text in the quiz, and download it anew)"
    )


def test_question_that_was_added_again_is_read_where_a_row_is_filled(own: Bank, to_report: Report) -> None:
    rows = [
        {"sis_id": name, "chosen": {"lime-1": its}} for name, its in [("s1", "a"), ("s2", "b"), ("s3", "c"), ("s4", "")]
    ]

    def add(rows: Rows) -> None:
        rows[0].append(rows[0][8].replace("5001", "5999"))
        rows[1].append("")
        rows[2].append(rows[2][8])
        rows[3].append(rows[1][8])
        rows[4].append(rows[1][8])
        rows[1][8:9] = [""]
        rows[1][-1] = rows[4][-1]

    found = read(to_report(own, rows), own, add)
    assert [letters(found, f"s{n}", "lime-1") for n in range(1, 5)] == ["a", "b", "unreadable", "a"]
    reason = found.by_student["s3"].sheet.answers["lime-1"].reason
    assert reason is not None
    assert reason.en == "quiz.csv: row 4: lime-1: columns 9 and 72 hold different answers; expected one"
    assert "lime-1 has columns 9 and 72 (added to the quiz again?)" in found.notes[-1]


@pytest.mark.parametrize(
    ("taken", "student"),
    [((), "b09"), ((7,), "b09"), ((2, 5, 7), "71"), ((2, 5), "71")],
    ids=["all", "one attempt", "no sis ids", "no sis ids, all attempts"],
)
def test_headings_in_another_language_are_read_by_place(
    own: Bank, to_report: Report, taken: tuple[int, ...], student: str
) -> None:
    def translate(rows: Rows) -> None:
        rows[0][:8] = CHINESE
        for row in rows:
            for column in sorted(taken, reverse=True):
                del row[column]

    found = read(to_report(own, [{"sis_id": "b09", "id": "71", "chosen": {"lime-1": "ad"}}]), own, translate)
    assert letters(found, student, "lime-1") == "ad"
    one = found.by_student[student]
    assert one.submitted_at is not None
    assert (one.lms_id, one.name, one.submitted_at.isoformat()) == ("71", "Ann, the first", "2027-05-20T12:00:00+00:00")
    assert found.notes == (
        "quiz.csv: row 1: its headings are in another language; its first columns were read by their place",
    )


def test_columns_that_stand_elsewhere_in_another_language_are_refused(own: Bank, to_report: Report) -> None:
    def turn(rows: Rows) -> None:
        rows[0][:8] = CHINESE
        for row in rows:
            row[0], row[6] = row[6], row[0]

    with pytest.raises(FixableError) as caught:
        read(to_report(own, [{"sis_id": "b09", "id": "71", "chosen": {}}]), own, turn)
    expected = "expected a Student Analysis report, as the course system wrote it"
    assert str(caught.value).splitlines() == [
        f"quiz.csv: row 1: no column sis_id, login_id or id; {expected} (of a graded quiz: a survey names nobody)",
        f"quiz.csv: row 1: no column submitted, by name or by place; {expected} "
        "(was it saved again by a spreadsheet? then download it anew)",
    ]
