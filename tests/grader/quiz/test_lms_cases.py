"""What an LMS, its users and spreadsheets do to the quiz's report stops no class and costs nobody a point unseen."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assignment import course
from assignment.course import open_course
from assignment.fixable import FixableError
from grader.collect.rosters import load_enrolment
from grader.commands.main import main
from grader.scoring.handin_record import HandinRecord, load_handin_record
from questions.bank import Bank, load_bank
from questions.canvas.responses import Responses, parse_responses
from questions.sheet import Answer
from tests.grader.quiz.lms.cases import BASE, CHINESE, MENDED, make, make_new_quizzes

OLD_BANK = Path(__file__).parents[1] / "runs" / "version-0.1" / "bank"
STUDENTS = tuple(f"b0990000{n}" for n in range(4))
Answers = Mapping[str, Mapping[str, Answer]]
Score = Callable[..., dict[str, HandinRecord]]


@pytest.fixture(scope="module")
def asked() -> Bank:
    """The questions that the reports were made of."""
    return load_bank(replace(open_course(), bank=OLD_BANK))


@pytest.fixture(scope="module")
def base(asked: Bank) -> Answers:
    found = find_answers(parse_responses(BASE, asked, "sound.csv"))
    assert {answer.state for its in found.values() for answer in its.values()} == {"read", "blank"}
    assert tuple(found) == STUDENTS
    return found


def find_answers(responses: Responses) -> Answers:
    return {student: one.sheet.answers for student, one in responses.by_student.items()}


SAVED = "again.csv: saved again by a spreadsheet: download it anew"
NOTES = {
    "nosis": (),
    "domain": (),
    "essay": (
        "again.csv: row 1: column 68: '700030: Say why, x  y  lime-1?' names lime-1 and is another question; "
        "it was left out",
    ),
    "readded": (
        "again.csv: row 1: lime-2 has columns 10 and 68 (added to the quiz again?); of each row the filled one was "
        "read",
    ),
    "loggedout": (
        "again.csv: row 5: somebody who was not logged in has no id, so the row is nobody's; it was left out",
    ),
    "twice": (),
    "teststudent": (),
    "zh_hant": ("again.csv: row 1: its headings are in another language; its first columns were read by their place",),
    "semicolons": (f"{SAVED} (its cells are separated by semicolons, and were read so)",),
    "utf16": (f"{SAVED} (its cells are separated by tabs, and were read so; it is in UTF-16)",),
}
CALLED = {
    "nosis": ("41000", "41001", "41002", "41003"),
    "domain": tuple(f"{student}@school.edu" for student in STUDENTS),
    "loggedout": STUDENTS[:3],
    "twice": ("b09900000", "99999", *STUDENTS[1:3]),
    "teststudent": (*STUDENTS[:3], "77"),
}


@pytest.mark.parametrize("case", NOTES)
def test_every_answer_is_read_as_in_the_sound_report(case: str, asked: Bank, base: Answers) -> None:
    found = parse_responses(make(case), asked, "again.csv")
    assert found.notes == NOTES[case]
    assert tuple(found.by_student) == CALLED.get(case, STUDENTS)
    order = (0, 3, 1, 2) if case == "twice" else range(4)
    its = [dict(base[STUDENTS[number]]) for number in order]
    assert [dict(one) for one in find_answers(found).values()] == its[: len(found.by_student)]


@pytest.mark.parametrize("join", [",", ", ", ";", "; ", "\n", "\r\n"])
def test_report_of_new_quizzes_is_read_whatever_joins_its_choices(join: str, asked: Bank, base: Answers) -> None:
    found = parse_responses(make_new_quizzes(asked, join), asked, "new.csv")
    assert find_answers(found) == base
    assert found.notes == ()


def test_quotes_that_a_spreadsheet_turned_are_said_once_and_nothing_is_guessed(asked: Bank, base: Answers) -> None:
    found = parse_responses(make("curly"), asked, "again.csv")
    assert found.notes == (
        f"{SAVED} (straight quotes became others in 10 questions; 36 of 109 answers cannot be read)",
    )
    unread = {
        (student, name): answer.letters
        for student, its in find_answers(found).items()
        for name, answer in its.items()
        if answer != base[student][name]
    }
    assert len(unread) == 36
    assert set(unread.values()) == {frozenset()}


def test_question_that_was_taken_out_is_absent_and_in_nobodys_sheet(asked: Bank, base: Answers) -> None:
    found = parse_responses(make("removed"), asked, "again.csv")
    assert found.absent == ("filters-3",)
    assert find_answers(found) == {
        student: {name: answer for name, answer in its.items() if name != "filters-3"} for student, its in base.items()
    }


@pytest.fixture
def score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Score:
    """Score one hand-in and a report, whose answers count; returns all records."""
    embedded = course._open_embedded
    its = open_course().assignment.model_copy(update={"answers": "quiz"})
    monkeypatch.setattr(course, "_open_embedded", lambda: replace(embedded(), bank=OLD_BANK))
    monkeypatch.setattr("assignment.course.load_assignment", lambda _: its)
    handins, runs = tmp_path / "h", tmp_path / "r"
    handins.mkdir()
    runs.mkdir()
    (handins / "handins.csv").write_text("student,name,submitted_at\nb09900000,,2027-05-27T10:00:00+08:00\n")
    (runs / "runs.json").write_text('{"version": 1, "submissions": []}')

    def run(case: str, *options: str) -> dict[str, HandinRecord]:
        (tmp_path / "again.csv").write_bytes(make(case))
        main(["score", str(handins), str(runs), "--responses", str(tmp_path / "again.csv"), *options])
        return {path.parent.name: load_handin_record(path.parent) for path in runs.glob("*/verdicts.json")}

    return run


def find_totals(records: Mapping[str, HandinRecord]) -> dict[str, str]:
    return {student: str(one.total) for student, one in records.items()}


TOTALS = dict(zip(STUDENTS, ("3.8", "6.0", "0.0", "0.0"), strict=True))


@pytest.mark.slow
def test_sound_report_gives_each_student_one_entry_and_one_line_says_how_they_joined(
    score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    assert find_totals(score("base")) == TOTALS
    said = capsys.readouterr().out
    assert "again.csv: 4 rows: 1 by login, 3 of nobody who handed in" in said
    assert "4 hand-ins scored" in said


@pytest.mark.slow
def test_report_without_sis_ids_says_once_that_no_row_is_of_a_hand_in_and_a_roster_mends_it(
    score: Score, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(score("nosis")) == 5
    said = capsys.readouterr().out
    assert said.count("none of them (41000, 41001, 41002, 41003) is of a hand-in (b09900000): give --roster FILE") == 1
    roster = tmp_path / "gradebook.csv"
    rows = "".join(f"S{n},4100{n},{student},1\n" for n, student in enumerate(STUDENTS))
    roster.write_text(f"Student,ID,SIS User ID,Section\n{rows}")
    found = score("nosis", "--roster", str(roster))
    assert "4 rows: 4 by the course system's id" in capsys.readouterr().out
    assert {student: total for student, total in find_totals(found).items() if student in TOTALS} == TOTALS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "case", "students"),
    [
        (("王小明_41000_90001_homework.ipynb", "林志豪_LATE_41002_92001_homework.ipynb"), "base", ("41000", "41002")),
        (("b09900000#_王小明_41000_90001_homework.ipynb",), "nosis", ("b09900000",)),
    ],
    ids=["canvas", "ntu_cool"],
)
def test_hand_ins_join_by_the_number_that_the_lms_put_into_their_names(
    score: Score,
    tmp_path: Path,
    names: tuple[str, ...],
    case: str,
    students: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "download").mkdir()
    for name in names:
        (tmp_path / "download" / name).write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    shutil.rmtree(tmp_path / "h")
    assert main(["collect", str(tmp_path / "download"), str(tmp_path / "h")]) == 0
    found = score(case)
    assert len(found) == 4
    assert [found[student].problem for student in students] == [None] * len(students)
    said = f"again.csv: 4 rows: {len(students)} by the course system's id, {4 - len(students)} of nobody who handed in"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("case", ["base", "nosis", "loggedout", "teststudent", "zh_hant", "semicolons", "utf16"])
def test_report_is_a_roster_whatever_odd_row_or_heading_it_has(case: str, tmp_path: Path) -> None:
    (tmp_path / "again.csv").write_bytes(make(case))
    people = load_enrolment(tmp_path / "again.csv").people
    assert [one.lms_ids for one in people.values()][1:3] == [("41001",), ("41002",)]
    assert "77" not in people
    assert people["41000" if case == "nosis" else "b09900000"].lms_ids == ("41000",)


def test_report_that_calls_two_accounts_one_student_is_no_roster_and_the_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "again.csv").write_bytes(make("twice"))
    with pytest.raises(FixableError) as caught:
        load_enrolment(tmp_path / "again.csv")
    assert str(caught.value) == (
        "again.csv: row 5: b09900000 stands in another row with id 41000, here with 99999; expected one person for "
        "each student's id: take the row out that is another account's"
    )


@pytest.mark.slow
def test_domain_is_dropped_for_the_hand_in_that_is_called_without_it(
    score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    found = score("domain")
    assert str(found["b09900000"].total) == TOTALS["b09900000"]
    assert "b09900000@school.edu" not in found
    assert "4 rows: 1 by login without its domain, 3 of nobody who handed in" in capsys.readouterr().out


@pytest.mark.slow
def test_one_odd_row_is_that_row_alone(score: Score, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = score("twice")
    assert find_totals(found) == {**{one: TOTALS[one] for one in STUDENTS[:3]}, "99999": "0.0"}
    assert "again.csv: row 2 counts, again.csv: row 5 stands under 99999" in found["b09900000"].why[0].en
    assert found["99999"].needs_person
    assert not any("99999" in reason.en for one in STUDENTS[1:3] for reason in found[one].why)
    capsys.readouterr()
    (tmp_path / "r" / "99999" / "verdicts.json").unlink()
    assert find_totals(score("teststudent")) == {one: TOTALS[one] for one in STUDENTS[:3]}
    assert "again.csv: row 5: 'Test Student' is the course system's own; left out" in capsys.readouterr().out


@pytest.mark.slow
def test_question_that_was_taken_out_needs_one_of_the_decisions_that_the_refusal_names(
    score: Score, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = score("base")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
    score("removed")
    said = capsys.readouterr().err
    assert said.startswith("again.csv: row 1: no column of filters-3; expected its text with the id in it")
    assert f"`hw9 decide {tmp_path / 'h'} void filters-3 --reason WHY`" in said
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.json")} == before
    for kind, possible, word in (("void", "9.7", "void"), ("all-right", "10.0", "right")):
        assert main(["decide", str(tmp_path / "h"), kind, "filters-3", "--reason", "It had no picture."]) == 0
        found = score("removed")
        assert {str(one.possible) for one in found.values()} == {possible}
        assert {find_word(one, "filters-3") for one in found.values()} == {word}
        for student, one in found.items():
            others = [its for its in one.verdicts if its.item != "filters-3"]
            assert others == [its for its in sound[student].verdicts if its.item != "filters-3"]
        assert main(["decide", str(tmp_path / "h"), "remove", "1"]) == 0


@pytest.mark.slow
def test_mended_text_of_a_choice_is_read_once_a_decision_says_that_two_texts_are_one(
    score: Score, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MENDED + CHINESE
    found = score("mended_right")
    said = capsys.readouterr().out
    assert f"again.csv: lime-2: 2 answers hold '{text}', which no choice says" in said
    assert f"say which: hw9 decide {tmp_path / 'h'} text lime-2 b '{text}' --reason WHY" in said
    pairs = [(f"b0990000{n}", f"b0990001{n + 2}") for n in range(3)]
    unread = [late for _, late in pairs if find_word(found[late]) == "unreadable"]
    assert unread == ["b09900012", "b09900014"]
    words = ("text", "lime-2", "b", text, "--reason", "A typo was mended.", "--date", str(date(2027, 5, 30)))
    assert main(["decide", str(tmp_path / "h"), *words]) == 0
    capsys.readouterr()
    again = score("mended_right")
    said = capsys.readouterr().out
    assert "no choice says" not in said
    assert (
        "lime-2 unreadable → right +0.3: Two texts of one choice of lime-2 are read as one: A typo was mended." in said
    )
    assert [find_word(again[late]) for _, late in pairs] == [find_word(again[early]) for early, _ in pairs]


def find_word(record: HandinRecord, item: str = "lime-2") -> str:
    return next(verdict.word for verdict in record.verdicts if verdict.item == item)
