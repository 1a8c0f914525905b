"""What a person should know of a whole report is said once: a spreadsheet's marks, and texts that no choice has."""

from collections.abc import Callable

import pytest

from assignment.fixable import FixableError
from questions.bank import Bank
from questions.canvas.doubts import UnknownText
from questions.canvas.responses import Responses, parse_responses

Report = Callable[..., bytes]


def read(data: bytes, bank: Bank, texts: dict[str, dict[str, tuple[str, ...]]] | None = None) -> Responses:
    return parse_responses(data, bank, "quiz.csv", texts or {})


@pytest.fixture
def report(own: Bank, to_report: Report) -> str:
    """Return a report of four students who chose everything everywhere."""
    every = {question.id: "".join(question.choices) for question in own.questions}
    return to_report(own, [{"sis_id": f"s{n}", "chosen": every} for n in range(4)]).decode()


def test_sound_report_has_nothing_to_say(own: Bank, report: str) -> None:
    assert read(report.encode(), own).notes == ()


def test_rounded_ids_are_a_spreadsheets_and_an_id_with_an_e_is_not(own: Bank, report: str) -> None:
    assert read(report.replace(",s1,", ",1.09901E+11,").encode(), own).notes == (
        "quiz.csv: saved again by a spreadsheet: download it anew (the id '1.09901E+11' is rounded)",
    )
    assert read(report.replace(",s1,", ",109E11,").encode(), own).notes == ()


def test_file_of_which_a_quarter_cannot_be_read_says_so_in_one_line(own: Bank, report: str) -> None:
    lines = report.splitlines(keepends=True)  # the last four are the rows
    for choice in (choice for question in own.questions for choice in question.choices.values()):
        lines[-3] = lines[-3].replace(choice.say.zh, "別的")
    (note,) = read("".join(lines).encode(), own).notes
    assert note.startswith("quiz.csv: 30 of 120 answers cannot be read; was it saved again by a spreadsheet? ")
    assert "(the first: quiz.csv: row 3: lime-1: " in note


def test_report_of_which_nothing_can_be_read_is_asked_to_be_another_quizs_and_its_text_is_shown_as_it_stands(
    own: Bank, report: str
) -> None:
    data = report
    for choice in (choice for question in own.questions for choice in question.choices.values()):
        for text in (choice.say.en.replace(",", "\\,"), choice.say.zh):
            data = data.replace(text, f"Else, {text}")
    (note,) = read(data.encode(), own).notes
    assert note.startswith("quiz.csv: 120 of 120 answers cannot be read; are they of a quiz that another release or ")
    assert "spreadsheet" not in note
    assert "lime-1: 'Else, " in note


def test_text_of_a_mended_choice_is_known_by_which_choice_it_is_nearest(own: Bank, report: str) -> None:
    question = own["lime-2"]
    letter = next(letter for letter, choice in question.choices.items() if choice.say.en.startswith("In picture"))
    old = question.choices[letter].say.en
    new = old.replace("In picture", "In the picture", 1)
    lines = report.splitlines(keepends=True)  # the last four are the rows
    for row in (-4, -3):
        lines[row] = lines[row].replace(old.replace(",", "\\,"), new.replace(",", "\\,"))
    data = "".join(lines).encode()
    found = read(data, own)
    text = new + question.choices[letter].say.zh
    assert found.unknown == (UnknownText("lime-2", text, 2, letter),)
    assert found.notes == ()
    states = [found.by_student[f"s{n}"].sheet.answers["lime-2"].state for n in range(4)]
    assert states == ["unreadable", "unreadable", "read", "read"]
    again = read(data, own, {"lime-2": {letter: (text,)}})
    assert (again.notes, again.unknown) == ((), ())
    assert {again.by_student[f"s{n}"].sheet.answers["lime-2"].letters for n in range(4)} == {
        frozenset(question.choices)
    }


def test_decision_that_reads_no_answer_is_said_and_one_that_does_is_not(own: Bank, report: str) -> None:
    """A typing error in a text would else leave everyone's answer unread, and nobody told why."""
    choice = own["lime-2"].choices["a"]
    new = f"Mended: {choice.say.en}"
    data = report.replace(choice.say.en.replace(",", "\\,"), new.replace(",", "\\,")).encode()
    right, wrong = new + choice.say.zh, f"Mended:: {choice.say.en}{choice.say.zh}"
    assert read(data, own, {"lime-2": {"a": (right,)}}).notes == ()
    (note,) = read(data, own, {"lime-2": {"a": (wrong, right)}}).notes
    assert note.startswith("quiz.csv: lime-2: by the decision that choice a is 'Mended:: ")
    assert note.endswith("' too no answer is read; expected a text as it stands in the report")
    half = choice.say.en[:9]  # stands in every cell, and is no choice of any
    assert half in data.decode()
    assert len(read(data, own, {"lime-2": {"a": (right, half)}}).notes) == 1


@pytest.mark.parametrize("data", ["名稱;成績\n".encode("big5"), b'name,id\n1,"x" y\n', b"name\x00,id\n"])
def test_file_that_is_no_csv_or_no_utf8_says_what_may_have_happened(own: Bank, data: bytes) -> None:
    with pytest.raises(FixableError, match=r"\(was it saved again by a spreadsheet\? then download it anew\)"):
        read(data, own)
