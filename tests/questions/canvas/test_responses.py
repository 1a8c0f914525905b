"""The quiz's report becomes a Sheet for each student, whatever Canvas or a spreadsheet did to the texts on the way."""

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignment.assignment import Bilingual
from assignment.fixable import FixableError
from questions.bank import Bank
from questions.canvas.cell import list_forms, parse_answer, plain
from questions.canvas.responses import Responses, load_responses, parse_responses
from questions.sheet import Answer

Report = Callable[..., bytes]


def read(data: bytes, bank: Bank) -> Responses:
    return parse_responses(data, bank, "quiz.csv")


def letters(responses: Responses, student: str) -> dict[str, str]:
    answers = responses.by_student[student].sheet.answers
    return {name: "".join(sorted(answer.letters)) for name, answer in answers.items() if answer.state == "read"}


def change(data: bytes, edit: Callable[[list[list[str]]], Any]) -> bytes:
    """Return a CSV file after `edit` changed its rows in place."""
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    edit(rows)
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode()


def test_every_set_of_choices_of_every_question_is_read_back_in_any_order(own: Bank, to_report: Report) -> None:
    shuffle = random.Random(4)
    rows = []
    for number in range(32):
        chosen = {}
        for question in own.questions:
            its = [letter for place, letter in enumerate(question.choices) if number >> place & 1]
            shuffle.shuffle(its)
            chosen[question.id] = "".join(its)
        rows.append({"sis_id": f"s{number}", "chosen": chosen})
    found = read(to_report(own, rows), own)
    for row in rows:
        wanted = {name: "".join(sorted(its)) for name, its in row["chosen"].items() if its}
        assert letters(found, row["sis_id"]) == wanted
        sheet = found.by_student[row["sis_id"]].sheet
        assert {answer.state for name, answer in sheet.answers.items() if name not in wanted} <= {"blank"}


def test_student_is_named_by_sis_id_else_by_id(own: Bank, to_report: Report) -> None:
    rows = [{"sis_id": "b09", "id": "71", "chosen": {}}, {"sis_id": "", "id": "72", "chosen": {}}]
    found = read(to_report(own, rows), own)
    assert list(found.by_student) == ["b09", "72"]
    assert found.by_student["b09"].name == "Ann, the first"


def test_last_attempt_counts_and_is_said(own: Bank, to_report: Report) -> None:
    rows = [
        {"sis_id": "b09", "attempt": "2", "submitted": "2027-05-21 08:00:00 UTC", "chosen": {"lime-1": "b"}},
        {"sis_id": "b09", "attempt": "10", "submitted": "2027-05-22 08:00:00 UTC", "chosen": {"lime-1": "c"}},
        {"sis_id": "b09", "attempt": "1", "submitted": "2027-05-20 08:00:00 UTC", "chosen": {"lime-1": "a"}},
    ]
    found = read(to_report(own, rows), own).by_student["b09"]
    assert found.sheet.answers["lime-1"].letters == {"c"}
    assert found.submitted_at is not None
    assert found.submitted_at.isoformat() == "2027-05-22T08:00:00+00:00"
    assert [note.en for note in found.sheet.notes] == ["3 attempts at the quiz; the last one, attempt 10, counts."]


QUESTION_TEXTS = {
    "a": Bilingual(en='It says "red, green", at 5%', zh="「紅、綠」，5%"),
    "b": Bilingual(en="Red, green, at most", zh="紅、綠，最多"),
    "c": Bilingual(en="Red", zh="紅"),
    "d": Bilingual(en="Is p < 0.5 & q > 1?", zh="p < 0.5 & q > 1？"),
}


@pytest.fixture
def forms(bank: Bank) -> Any:
    question = bank.questions[0]
    choices = {
        letter: question.choices[letter].model_copy(update={"say": say}) for letter, say in QUESTION_TEXTS.items()
    }
    return list_forms(question.model_copy(update={"choices": choices}))


@pytest.mark.parametrize(
    ("cell", "chosen"),
    [
        ('It says "red\\, green"\\, at 5%「紅、綠」，5%', "a"),
        ('It says "red, green", at 5%「紅、綠」，5%,Red紅', "ac"),
        ("Red紅,Red\\, green\\, at most紅、綠，最多", "bc"),
        ("  Red\n紅 ,\n\n Red\\,\u00a0green\\, at   most\r\n紅、綠，最多\n", "bc"),
        ("Is p &lt; 0.5 &amp; q &gt; 1?p &lt; 0.5 &amp; q &gt; 1？", "d"),
        ("<p>Red</p><p lang='zh'>紅</p>", "c"),
        ("Red", "c"),
        ("紅,Is p < 0.5 & q > 1?", "cd"),
        ("Is p < 0.5 & q > 1?\u200bp < 0.5 & q > 1？", "d"),
    ],
)
def test_commas_quotes_html_entities_and_spaces_do_not_matter(forms: Any, cell: str, chosen: str) -> None:
    answer = parse_answer(cell, forms, "row 2")
    assert (answer.state, "".join(sorted(answer.letters))) == ("read", chosen)


@pytest.mark.parametrize("cell", ["", " \n", "&nbsp;", "<p></p>"])
def test_empty_cell_is_blank(forms: Any, cell: str) -> None:
    assert parse_answer(cell, forms, "row 2") == Answer("blank")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Blue", "'Blue'"),
        ("Red紅,Blue", "'Blue'"),
        ("Red紅,Red紅", "'Red紅'"),
        ("Red紅Red", "'Red紅Red'"),
        ("=cmd|' /C calc'!A0", "calc"),
        ("x" * 30_000, "30000 characters"),
        ("<" * 10_000, "<<<"),
        ("&" * 10_000 + "\\," * 4_000, "&&&"),
    ],
)
def test_text_that_no_choice_has_makes_the_answer_unreadable(forms: Any, cell: str, said: str) -> None:
    answer = parse_answer(cell, forms, "quiz.csv: row 2: lime-1")
    assert (answer.state, answer.letters) == ("unreadable", frozenset())
    assert answer.reason is not None
    assert answer.reason.en.startswith("quiz.csv: row 2: lime-1: ")
    assert said in answer.reason.en
    assert said.replace("characters", "個字元") in answer.reason.zh
    assert "; expected " in answer.reason.en
    assert "；" in answer.reason.zh
    assert max(len(answer.reason.en), len(answer.reason.zh)) < 300


@pytest.mark.parametrize(
    ("cell", "chosen"),
    [
        ("Red紅; Red, green, at most紅、綠，最多", "bc"),
        ("Red紅\nRed, green, at most紅、綠，最多", "bc"),
        ("Red\n紅\nRed, green,\nat most\n紅、綠，最多\n", "bc"),
        ("Red紅, Red, green, at most紅、綠，最多", "bc"),
    ],
)
def test_texts_with_semicolons_or_line_ends_between_them_are_read(forms: Any, cell: str, chosen: str) -> None:
    answer = parse_answer(cell, forms, "row 2")
    assert (answer.state, "".join(sorted(answer.letters))) == ("read", chosen)


def test_texts_that_touch_without_a_line_end_between_them_are_not_cut(forms: Any) -> None:
    assert parse_answer("Red紅Red, green, at most紅、綠，最多", forms, "row 2").state == "unreadable"


def test_semicolon_of_a_text_is_no_end_of_it() -> None:
    forms = {"a": ("A;B",), "b": ("A",), "c": ("B",)}
    assert parse_answer("A;B", forms, "row 2").letters == {"a"}


def test_text_that_may_be_two_sets_of_choices_is_not_guessed() -> None:
    forms = {"a": ("Red,green",), "b": ("Red",), "c": ("green",)}
    answer = parse_answer("Red,green", forms, "row 2")
    assert answer.state == "unreadable"
    assert answer.reason is not None
    assert answer.reason.en == "row 2: may be a or bc; expected texts that tell the choices apart"


def test_texts_of_the_own_bank_tell_all_choices_apart(own: Bank) -> None:
    for question in own.questions:
        forms = list_forms(question)
        for letter, its in forms.items():
            assert all(parse_answer(form, forms, "").letters == {letter} for form in its)


def test_question_that_is_not_of_the_bank_is_left_out_and_said(own: Bank, to_report: Report) -> None:
    data = to_report(own, [{"sis_id": "b09", "chosen": {"lime-1": "a"}}])

    def add(rows: list[list[str]]) -> None:
        rows[0].insert(8, "4999: I worked alone.")
        rows[1].insert(8, "True")

    found = read(change(data, add), own)
    assert letters(found, "b09") == {"lime-1": "a"}
    assert found.notes == (
        "quiz.csv: row 1: column 9: '4999: I worked alone.' is no question of the bank; it was left out",
    )


def fault_lines(data: bytes, bank: Bank) -> list[str]:
    with pytest.raises(FixableError) as caught:
        read(data, bank)
    return str(caught.value).splitlines()


def test_file_that_was_cut_is_refused_with_row_and_all_that_is_missing(own: Bank, to_report: Report) -> None:
    data = to_report(own, [{"sis_id": f"s{n}", "chosen": {"lime-1": "a"}} for n in range(9)])
    lines = data.decode().splitlines(keepends=True)
    half = "".join(lines[:-1]) + lines[-1][: len(lines[-1]) // 2]
    faults = fault_lines(half.encode(), own)
    assert faults
    assert "row 10: " in faults[0]
    assert "is the file whole?" in faults[0]
    columns = change(data, lambda rows: [row.__delitem__(slice(38, None)) for row in rows])
    found = read(columns, own)
    assert found.absent == own.ids[15:]
    assert list(found.by_student["s0"].sheet.answers) == list(own.ids[:15])


def test_all_faults_of_a_file_are_told_at_once_with_row_and_column(own: Bank, to_report: Report) -> None:
    rows = [
        {"sis_id": "b09", "submitted": "yesterday", "attempt": "-1", "chosen": {}},
        {"sis_id": "b10", "chosen": {}},
        {"sis_id": "b11", "submitted": "2027-05-20 12:00:00", "chosen": {}},
    ]
    faults = fault_lines(to_report(own, rows), own)
    assert faults == [
        "quiz.csv: row 2: attempt: '-1'; expected a whole number (was it saved again by a spreadsheet? then download "
        "it anew)",
        "quiz.csv: row 2: submitted: 'yesterday' (and in 1 more rows); expected a time with its zone, as "
        "2027-05-28 12:00:00 UTC (was it saved again by a spreadsheet? then download it anew)",
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff\xfe\x00", b'"a\n', b"\x00", b"name,id\n"])
def test_what_is_no_report_is_refused(data: bytes, own: Bank) -> None:
    faults = fault_lines(data, own)
    assert all(line.startswith("quiz.csv: ") and "; expected " in line for line in faults)


def test_sizes_are_limited(own: Bank, to_report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "quiz.csv").write_bytes(to_report(own, [{"sis_id": f"s{n}", "chosen": {}} for n in range(5)]))
    assert len(load_responses(tmp_path / "quiz.csv", own).by_student) == 5
    monkeypatch.setattr("questions.canvas.responses.MOST_ROWS", 4)
    with pytest.raises(FixableError, match=r"quiz\.csv: too large; expected at most 4 rows"):
        load_responses(tmp_path / "quiz.csv", own)
    monkeypatch.setattr("questions.canvas.responses.MOST_BYTES", 1000)
    with pytest.raises(FixableError, match="bytes; expected at most 1000"):
        load_responses(tmp_path / "quiz.csv", own)
    with pytest.raises(FixableError, match=r"gone\.csv: No such file"):
        load_responses(tmp_path / "gone.csv", own)


def test_spreadsheets_byte_order_mark_and_empty_lines_do_no_harm(own: Bank, to_report: Report) -> None:
    data = to_report(own, [{"sis_id": "b09", "chosen": {"lime-1": "ad"}}])
    assert letters(read(b"\xef\xbb\xbf" + data + b"\r\n,,,\r\n", own), "b09") == {"lime-1": "ad"}


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_file_that_a_spreadsheet_saved_again_is_read_and_said(
    own: Bank, to_report: Report, separator: str, encoding: str
) -> None:
    rows = csv.reader(io.StringIO(to_report(own, [{"sis_id": "b09", "chosen": {"lime-1": "ad"}}]).decode(), newline=""))
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    found = read(stream.getvalue().encode(encoding), own)
    assert letters(found, "b09") == {"lime-1": "ad"}
    (note,) = found.notes
    assert note.startswith("quiz.csv: saved again by a spreadsheet: download it anew (its cells are separated by ")
    assert ("it is in UTF-16" in note) == (encoding == "utf-16")


def test_column_that_is_there_twice_is_named(own: Bank, to_report: Report) -> None:
    data = change(to_report(own, []), lambda rows: rows[0].append("SIS ID"))
    assert fault_lines(data, own) == ["quiz.csv: row 1: columns 3 and 72 are both sis_id; expected one"]


def test_comparison_is_no_html() -> None:
    assert plain("a < b and c > d") == "abandcd"
