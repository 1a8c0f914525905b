"""`hw9 decide`: checked before it is written, listed, taken back, and applied by the next scoring."""

import csv
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assignment.course import open_course
from grader.commands.decide import decide, list_students
from grader.commands.main import main
from grader.commands.score import keep_scored, score_class
from grader.decisions.decision import KINDS
from grader.quiz.kept import Tables, keep_tables
from grader.report.class_page import make_class_page
from grader.report.class_record import make_class_record
from grader.report.gradebook import write_gradebook
from grader.report.pages import load_handin_records, render_class
from grader.report.regrade import Regrade
from grader.runs.intake import take_in
from grader.scoring.grading import Grading
from questions.bank import Bank, load_bank
from questions.canvas.responses import load_responses

Hw9 = Callable[..., str]
WHY = ("--reason", "She asked.")


@pytest.fixture(scope="module")
def released() -> Bank:
    return load_bank(open_course())


@pytest.fixture(autouse=True)
def read_once(released: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every call of the verb have the released questions without reading their files again."""
    monkeypatch.setattr("grader.commands.decide.load_bank", lambda _: released)


@pytest.fixture
def handins(tmp_path: Path) -> Path:
    folder = tmp_path / "handins"
    folder.mkdir()
    for student, answers in (("b01", {"lime-1": "bd"}), ("b02", {"lime-1": "ab", "lime-2": "a"})):
        cell = {"cell_type": "code", "metadata": {}, "source": f"answers = {answers!r}", "outputs": []}
        book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (folder / f"{student}.ipynb").write_text(json.dumps(book))
    return folder


@pytest.fixture
def hw9(handins: Path, capsys: pytest.CaptureFixture[str]) -> Hw9:
    """Return a function that types `hw9 decide HANDINS ...` and returns what it says; `code` is the exit code."""

    def run(*words: str, code: int = 0) -> str:
        assert main(["decide", str(handins), *words]) == code
        said = capsys.readouterr()
        return said.out if code == 0 else said.err

    return run


def test_every_kind_is_written_listed_and_taken_back(hw9: Hw9, handins: Path) -> None:
    assert "0 decisions" in hw9()
    hw9("extension", "B01", "2027-06-01T23:59:59+08:00", *WHY, "--by", "Ada", "--date", "2027-06-02")
    hw9("excused", "b02", *WHY)
    hw9("reading", "b02", "lime-2", "", *WHY)
    hw9("seen", "b02", *WHY)
    hw9("void", "saliency-1", *WHY)
    hw9("all-right", "saliency-2", *WHY)
    hw9("accept", "lime-1", "ba", *WHY)
    hw9("text", "lime-1", "b", "Which are, rihgt?", *WHY)
    listed = hw9("list").splitlines()
    assert listed[0] == "1. extension b01 2027-06-01T23:59:59+08:00: She asked. (2027-06-02, Ada)"
    assert [line.split()[1] for line in listed[:8]] == [name.replace("_", "-") for name in KINDS]
    assert listed[2].startswith("3. reading b02 lime-2 blank: ")
    assert listed[6].startswith("7. accept lime-1 ab: ")
    assert listed[7].startswith("8. text lime-1 b Which are, rihgt?: ")
    assert "taken back: void saliency-1" in hw9("remove", "5")
    assert "7 decisions" in hw9()
    assert "no decision 8; expected 1 to 7" in hw9("remove", "8", code=1)
    assert [path.name for path in handins.parent.iterdir() if path != handins] == ["handins.decisions.yaml"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("void", "lime-9", *WHY), "question: 'lime-9'; expected one of"),
        (("reading", "b01", "lime-1", "xy", *WHY), "value: 'xy'; expected letters of abcde, or blank"),
        (("accept", "lime-1", "blank", *WHY), "value: 'blank'; expected letters of abcde"),
        (("text", "lime-1", "ab", "Mended", *WHY), "value: 'ab'; expected one letter of abcde"),
        (("text", "lime-1", "b", " <p></p>", *WHY), "text: missing; expected the text that the quiz's report has"),
        (("extension", "b01", "2027-06-01T23:59:59", *WHY), "has no time zone"),
        (("extension", "b01", "2027-01-01T00:00:00Z", *WHY), "expected a moment after the deadline"),
        (("excused", "../b01", *WHY), "student: '../b01'"),
        (("void", "lime-1", *WHY, "--date", "soon"), "date: 'soon'"),
        (("void", "lime-1", "--reason", "x" * 1001), "reason: 1001 characters"),
        (("void", "lime-1", "--reason", " "), "reason: missing"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(
    hw9: Hw9, handins: Path, words: tuple[str, ...], said: str
) -> None:
    assert said in hw9(*words, code=1)
    assert [path.name for path in handins.parent.iterdir()] == ["handins"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("viod", "lime-1", *WHY), "expected extension STUDENT MOMENT, excused STUDENT, reading"),
        (("reading", "b01", "lime-1", *WHY), "2 words after reading; expected reading STUDENT QUESTION LETTERS"),
        (("void", "lime-1"), "--reason is missing"),
        (("remove", "two"), "remove N"),
    ],
)
def test_wrong_usage_says_the_words_that_are_expected(
    handins: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["decide", str(handins), *words])
    assert said in capsys.readouterr().err


def test_contradiction_names_the_line_of_the_other(hw9: Hw9, handins: Path) -> None:
    hw9("void", "lime-1", *WHY)
    before = (handins.parent / "handins.decisions.yaml").read_bytes()
    assert "`all_right` and `void` (line 2) of lime-1; expected one of them" in hw9("all-right", "lime-1", *WHY, code=1)
    assert (handins.parent / "handins.decisions.yaml").read_bytes() == before


def test_file_by_hand_is_taken_and_its_faults_stop_the_verb(hw9: Hw9, handins: Path) -> None:
    file = handins.parent / "handins.decisions.csv"
    file.write_text("decision,question,reason,date\nvoid,lime-1,x,2027-06-02\n")
    hw9("void", "lime-2", *WHY, "--date", "2027-06-03")
    assert file.read_text().endswith("void,lime-2,She asked.,2027-06-03\n")
    assert "written by hand" in hw9("excused", "b01", *WHY, code=1)
    file.write_text("decision,question,reason,date\nvoid,lime-7,x,2027-06-02\n")
    assert "handins.decisions.csv: line 2: question: 'lime-7'" in hw9("void", "lime-2", *WHY, code=1)


def test_student_whom_the_class_does_not_know_is_refused_with_the_near_ones_and_a_spelling_is_taken(
    hw9: Hw9, handins: Path
) -> None:
    (handins / "b11.ipynb").write_text("{}")
    said = hw9("seen", "b1", *WHY, code=1)
    assert "'b1' is not of the class; expected the id of one of its students, such as b01, b11\n" in said
    assert [path.name for path in handins.parent.iterdir()] == ["handins"]
    assert "seen b01" in hw9("seen", "Ｂ01", *WHY)


def test_student_of_the_runs_or_of_their_kept_quiz_is_of_the_class(
    hw9: Hw9, handins: Path, released: Bank, to_report: Callable[..., bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    runs, report = handins.with_name("runs"), handins.with_name("report.csv")
    take_in(handins, runs)
    (handins / "b02.ipynb").unlink()
    assert "score again to apply it: hw9 score RUNS\n" in hw9("seen", "b02", *WHY)
    assert list_students(runs, released, "notebook") == ["b01", "b02"]
    assert main(["decide", str(runs), "excused", "b02", *WHY]) == 0
    said = capsys.readouterr().out
    assert "handins.decisions.yaml: excused b02" in said
    assert f"score again to apply it: hw9 score {runs}\n" in said
    report.write_bytes(to_report(released, [{"sis_id": "b07", "chosen": {}}]))
    assert "not of the class" in hw9("excused", "b07", *WHY, code=1)
    keep_tables(runs, Tables(load_responses(report, released)))
    assert "excused b07" in hw9("excused", "b07", *WHY)
    (runs / "runs.json").write_text('{"version": 99}')  # of another version, beside HANDINS
    assert "not of the class" in hw9("seen", "b07", *WHY, code=1)


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"

    def add(number: int) -> int:
        texts = {"decision": "excused", "student": f"s{number}", "reason": "x", "date": "2027-06-02"}
        return decide(file, open_course(), texts)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(add, range(16))) == {0}
    text = file.read_text()
    assert all(f"student: s{number}\n" in text for number in range(16))


def test_class_is_scored_shown_and_booked_by_what_was_decided(
    hw9: Hw9, handins: Path, grading: Grading, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    taken = take_in(handins, runs).submissions
    plain = {one.student: str(one.total) for one in score_class(taken, runs, grading).records}
    assert plain == {"b01": "0.3", "b02": "0.3"}
    hw9("accept", "lime-1", "ab", *WHY)
    hw9("void", "lime-2", *WHY)
    hw9("excused", "b01", "--reason", "=1+1 <b>ill</b>")
    scored = score_class(taken, runs, grading)
    assert {one.student: (str(one.total), str(one.possible)) for one in scored.records} == {
        "b01": ("0.3", "0.9"),
        "b02": ("0.3", "0.9"),
    }
    assert len(scored.decisions.digest or "") == 64
    keep_scored(scored, runs)
    results = make_class_record(load_handin_records(runs), grading)
    assert [one.decision for one in results.decisions] == ["accept", "void", "excused"]
    assert (results.questions[0].sheets, results.questions[0].right) == (1, 1)
    page = make_class_page(results, grading.assignment.title, {}, Regrade())
    assert (page.mean, page.median, sum(bar.count for bar in page.bars)) == ("0.30", "0.30", 1)
    shown = render_class(page)
    assert "This student is excused: =1+1 &lt;b&gt;ill&lt;/b&gt;" in shown
    assert "lime-2 對所有人都不計分：She asked." in shown
    book = write_gradebook(runs, results).read_text(encoding="utf-8-sig")
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(book))}
    assert (rows["b01"]["total"], rows["b02"]["total"]) == ("EX", "0.3")
    assert "lime-2 counts for nobody: She asked." in rows["b02"]["decisions"]
    hw9("remove", "1")
    assert [str(one.total) for one in score_class(taken, runs, grading).records] == ["0.3", "0.0"]


def test_decisions_beside_the_hand_ins_that_are_named_apply_before_anything_is_written(
    handins: Path, grading: Grading, tmp_path: Path
) -> None:
    taken = take_in(handins, tmp_path / "runs").submissions
    other = handins.rename(tmp_path / "other")
    text = "- {decision: void, question: lime-2, reason: She asked., date: 2027-06-02}\n"
    (tmp_path / "other.decisions.yaml").write_text(text)
    decided = [score_class(taken, tmp_path / "runs", grading, handins=place).decisions.every for place in (other, None)]
    assert [len(every) for every in decided] == [1, 0]
