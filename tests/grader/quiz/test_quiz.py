"""`hw9 score --responses` beside hand-ins: where the setting says so, the quiz's answers and times count."""

import csv
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assignment.course import open_course
from grader.commands.main import main
from grader.scoring.handin_record import HandinRecord, load_handin_record
from questions.bank import Bank
from questions.canonical import load_canonicals
from questions.key import compute_key

Class = Callable[..., dict[str, HandinRecord]]


@pytest.fixture(scope="module")
def right(own: Bank) -> dict[str, str]:
    return {
        name: "".join(sorted(its)) for name, its in compute_key(own, load_canonicals(open_course())).letters.items()
    }


def save_notebook(path: Path, answers: Mapping[str, str]) -> None:
    source = f"answers = {dict(answers)!r}"
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


@pytest.fixture(autouse=True)
def quiz_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the quiz's answers count, as `answers: quiz` in assignment.yaml does."""
    assignment = open_course().assignment.model_copy(update={"answers": "quiz"})
    monkeypatch.setattr("assignment.course.load_assignment", lambda _: assignment)


@pytest.fixture
def score(tmp_path: Path, own: Bank, to_report: Callable[..., bytes]) -> Class:
    """Score hand-ins (student -> answers in the notebook) with the rows of a report; returns all records."""
    handins, runs = tmp_path / "handins", tmp_path / "runs"
    handins.mkdir()
    runs.mkdir()
    (runs / "runs.json").write_text('{"version": 1, "submissions": []}')

    def run(notebooks: Mapping[str, Mapping[str, str]], rows: list[dict[str, Any]]) -> dict[str, HandinRecord]:
        for student, answers in notebooks.items():
            save_notebook(handins / f"{student}.ipynb", answers)
        (tmp_path / "quiz.csv").write_bytes(to_report(own, rows))
        assert main(["score", str(handins), str(runs), "--responses", str(tmp_path / "quiz.csv")]) == 1
        return {path.parent.name: load_handin_record(path.parent) for path in runs.glob("*/verdicts.json")}

    return run


@pytest.mark.slow
def test_perfect_quiz_is_ten_one_right_is_its_points_and_part_of_a_question_is_nothing(
    score: Class, right: dict[str, str], tmp_path: Path
) -> None:
    several = next(name for name, its in right.items() if len(its) > 1)
    rows = [
        {"sis_id": "perfect", "chosen": {name: its[::-1] for name, its in right.items()}},
        {"sis_id": "one", "chosen": {"attention-1": right["attention-1"]}},
        {"sis_id": "part", "chosen": right | {several: right[several][0]}},
        {"sis_id": "empty", "chosen": {}},
    ]
    found = score({"perfect": {}, "one": {}, "part": right, "empty": right}, rows)
    assert {name: str(one.total) for name, one in found.items()} == {
        "perfect": "10.0",
        "one": "0.4",
        "part": str(Decimal("10.0") - Decimal("0.3")),
        "empty": "0.0",
    }
    verdicts = {verdict.item: verdict.word for verdict in found["part"].verdicts}
    assert verdicts.pop(several) == "wrong"
    assert set(verdicts.values()) == {"right"}
    assert {verdict.word for verdict in found["empty"].verdicts} == {"blank"}
    assert main(["report", str(tmp_path / "runs")]) == 0
    with (tmp_path / "runs" / "gradebook.csv").open(encoding="utf-8-sig") as file:
        assert {row["student"]: row["total"] for row in csv.DictReader(file)}["perfect"] == "10.0"
    assert "未作答" in (tmp_path / "runs" / "empty" / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_times_of_the_quiz_count_in_place_of_the_class_list(
    score: Class, right: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "handins" / "handins.csv").write_text(
        "student,name,submitted_at\nann,Ann Lee,2027-05-28T23:59:59+08:00\nbea,,2027-06-28T23:59:59+08:00\n"
    )
    rows = [
        {"sis_id": "ann", "submitted": "2027-05-28 16:00:00 UTC", "chosen": right},
        {"sis_id": "bea", "submitted": "2027-05-28 15:59:59 UTC", "chosen": right},
        {"sis_id": "cid", "submitted": "", "chosen": right},
    ]
    found = score({"ann": {}, "bea": {}, "cid": {}}, rows)
    assert {name: (one.late, str(one.total), one.name) for name, one in found.items()} == {
        "ann": (True, "0.0", "Ann Lee"),
        "bea": (False, "10.0", "Ann, the first"),
        "cid": (False, "10.0", "Ann, the first"),
    }
    assert any("when it was handed in" in note.en for note in found["cid"].notes)


@pytest.mark.slow
def test_student_without_a_row_is_blank_and_goes_to_a_person(
    score: Class, right: dict[str, str], tmp_path: Path
) -> None:
    found = score({"ann": right}, [{"sis_id": "bea", "chosen": right}])["ann"]
    assert (found.problem, found.words) == ("no_response", ("no_response", "not_run"))
    assert {verdict.word for verdict in found.verdicts} == {"blank"}
    assert found.needs_person
    assert any("no row of this student" in reason.en for reason in found.why)
    assert main(["report", str(tmp_path / "runs")]) == 0
    assert "no row of this student" in (tmp_path / "runs" / "ann" / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "runs" / "bea" / "report.html").exists()


@pytest.mark.slow
def test_row_without_a_hand_in_is_scored_and_was_never_to_run(score: Class, right: dict[str, str]) -> None:
    found = score({"ann": {}}, [{"sis_id": "ann", "chosen": {}}, {"sis_id": "bea", "chosen": right}])["bea"]
    assert (str(found.total), found.problem, found.words) == ("10.0", None, ())
    assert "No notebook was handed in." in [note.en for note in found.notes]
    assert not found.needs_person


@pytest.mark.slow
def test_broken_notebook_keeps_the_answers_of_the_quiz(score: Class, right: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "handins" / "ann.ipynb").write_text("Dear TA")
    found = score({}, [{"sis_id": "ann", "chosen": right}])["ann"]
    assert str(found.total) == "10.0"
    assert "The notebook's file cannot be read." in [note.en for note in found.notes]


@pytest.mark.slow
def test_answer_that_no_choice_has_is_unreadable_with_place_and_value(
    score: Class, right: dict[str, str], own: Bank, tmp_path: Path, to_report: Callable[..., bytes]
) -> None:
    data = to_report(own, [{"sis_id": "ann", "chosen": right}]).decode()
    say = own["lime-1"].choices[right["lime-1"][0]].say
    score({"ann": {}}, [])
    (tmp_path / "quiz.csv").write_text(data.replace(say.zh, "別的"), encoding="utf-8")
    arguments = ["score", str(tmp_path / "handins"), str(tmp_path / "runs"), "--responses", str(tmp_path / "quiz.csv")]
    assert main(arguments) == 1
    found = load_handin_record(tmp_path / "runs" / "ann")
    assert str(found.total) == "9.7"
    verdict = found.verdicts[0]
    assert verdict.word == "unreadable"
    assert verdict.reason.en.startswith("quiz.csv: row 2: lime-1: ")
    assert any("lime-1" in reason.en for reason in found.why)


@pytest.mark.slow
def test_faults_of_the_report_are_lines_and_no_traceback(
    tmp_path: Path, score: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    score({"ann": {}}, [])
    (tmp_path / "quiz.csv").write_text("name,id,submitted,1: lime-1\nAnn,1\n")
    arguments = ["score", str(tmp_path / "handins"), str(tmp_path / "runs"), "--responses", str(tmp_path / "quiz.csv")]
    assert main(arguments) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["quiz.csv: row 2: 2 fields; expected 4, as row 1 has (is the file whole?)"]
    (tmp_path / "quiz.csv").write_text("name,id,submitted\nAnn,1\n")
    assert main(arguments) == 1
    assert "quiz.csv: row 1: no column of any question" in capsys.readouterr().err


@pytest.mark.slow
def test_grade_takes_the_report_and_refuses_a_broken_one_before_anything_runs(
    tmp_path: Path,
    own: Bank,
    to_report: Callable[..., bytes],
    right: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    handins, runs, quiz = tmp_path / "handins", tmp_path / "runs", tmp_path / "quiz.csv"
    handins.mkdir()
    save_notebook(handins / "ann.ipynb", {})
    arguments = [
        "grade",
        str(handins),
        str(runs),
        "--responses",
        str(quiz),
        "--device",
        "cpu",
        "--without-memory-group",
    ]
    assert main(arguments) == 1
    assert "quiz.csv: " in capsys.readouterr().err
    quiz.write_text("name,id,submitted\nAnn,1\n")
    assert main(arguments) == 1
    assert "quiz.csv: row 1: no column of any question" in capsys.readouterr().err
    assert not runs.exists()
    quiz.write_bytes(to_report(own, [{"sis_id": "ann", "chosen": right}]))
    main(arguments)
    assert str(load_handin_record(runs / "ann").total) == "10.0"
    assert "10.0" in (runs / "gradebook.csv").read_text(encoding="utf-8")


@pytest.mark.slow
def test_student_of_an_earlier_report_who_is_not_of_the_class_is_named(
    score: Class, right: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    score({"ann": {}}, [{"sis_id": "", "id": "71", "chosen": right}])
    assert "scored before" not in capsys.readouterr().out
    score({}, [{"sis_id": "ann", "id": "71", "chosen": right}])
    said = capsys.readouterr().out
    assert "71: scored before and not of this class" in said


@pytest.mark.slow
def test_setting_notebook_leaves_points_and_times_to_the_notebooks(
    score: Class, right: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = open_course().assignment.model_copy(update={"answers": "notebook"})
    monkeypatch.setattr("assignment.course.load_assignment", lambda _: assignment)
    late = {"submitted": "2027-06-28 16:00:00 UTC"}
    rows = [{"sis_id": "ann", "chosen": right | {"lime-1": ""}} | late, {"sis_id": "bea", "chosen": right}]
    found = score({"ann": right}, rows)
    assert (str(found["ann"].total), found["ann"].source, found["ann"].late) == ("10.0", "notebook", False)
    assert [(one.item, one.other) for one in found["ann"].differing] == [("lime-1", "")]
    assert (str(found["bea"].total), found["bea"].problem) == ("0.0", "missing")
    assert "The quiz has a row of this student, with answers to 30 of the questions" in found["bea"].why[1].en


@pytest.mark.slow
def test_where_the_quiz_counts_nobody_is_scored_by_the_notebook_for_want_of_an_option(
    tmp_path: Path, score: Class, right: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    handins, runs = tmp_path / "handins", tmp_path / "runs"
    save_notebook(handins / "ann.ipynb", right)
    for verb in ("score", "grade"):
        assert main([verb, str(handins), str(runs)]) == 1
        assert "assignment.yaml: answers: quiz; expected --responses FILE too" in capsys.readouterr().err
    score({}, [{"sis_id": "ann", "chosen": {}}])
    assert main(["score", str(handins), str(runs)]) == 1
    found = load_handin_record(runs / "ann")
    assert (str(found.total), found.source) == ("0.0", "quiz")
    assert "The notebook handed in has answers to 30 of the questions, but it is the quiz that counts." in [
        reason.en for reason in found.why
    ]
