"""What students, or a file that a spreadsheet made, may do to the quiz's report: nobody else's answers are touched."""

import csv
import io
from collections.abc import Callable

from questions.bank import Bank
from questions.canvas.cell import parse_answer, plain
from questions.canvas.responses import Responses, parse_responses
from questions.moment import parse_moment

Report = Callable[..., bytes]


def read(data: bytes, bank: Bank) -> Responses:
    return parse_responses(data, bank, "quiz.csv")


def test_one_students_number_that_is_anothers_id_touches_nobody_elses_answers(own: Bank, to_report: Report) -> None:
    rows = [
        {"sis_id": "71", "id": "900", "attempt": "1", "chosen": {"lime-1": "a"}},
        {"sis_id": "", "id": "71", "attempt": "2", "chosen": {"lime-1": "b"}},
    ]
    found = read(to_report(own, rows), own).by_student
    assert {name: one.sheet.answers["lime-1"].letters for name, one in found.items()} == {"71": {"a"}, "id-71": {"b"}}
    assert [len(one.reasons) for one in found.values()] == [1, 1]


def test_essay_beside_the_questions_does_not_stop_the_class(own: Bank, to_report: Report) -> None:
    data = to_report(own, [{"sis_id": "b09", "chosen": {"lime-1": "a"}}, {"sis_id": "b10", "chosen": {}}])

    cells = ("4999: Tell us how it went.", "x" * 200_000, "Fine.")
    stream, limit = io.StringIO(), csv.field_size_limit()
    rows = csv.reader(io.StringIO(data.decode(), newline=""))
    csv.writer(stream).writerows([*row[:8], cell, *row[8:]] for row, cell in zip(rows, cells, strict=True))
    assert list(read(stream.getvalue().encode(), own).by_student) == ["b09", "b10"]
    assert csv.field_size_limit() == limit


def test_entity_with_thousands_of_digits_is_no_character_and_no_crash() -> None:
    assert plain("a&#" + "9" * 6000 + ";b") == "a\ufffd;b"
    assert parse_answer("Red&#" + "9" * 6000, {"a": ("Red",)}, "row 2").state == "unreadable"


def test_time_of_endless_spaces_is_refused_at_once() -> None:
    assert parse_moment("2027-05-28" + " " * 100_000 + "x") is None


def test_ids_are_compared_as_composed_text(own: Bank, to_report: Report) -> None:
    found = read(to_report(own, [{"sis_id": "Zoe\u0308", "chosen": {}}]), own)
    assert list(found.by_student) == ["Zo\u00eb"]
