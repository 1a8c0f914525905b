"""Verdicts and points: all or nothing, exact, and from the Sheet, the Key and the deadline alone."""

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest

from assignment.agreement.agree import COMPARED_GROUPS, AgreementWord
from assignment.assignment import Bilingual
from assignment.outputs import Outputs
from grader.handins.submission import Submission
from grader.scoring.evidence import RunWord
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinProblem, HandinRecord, load_handin_record, save_handin_record
from grader.scoring.judge import score_run, score_runs
from grader.scoring.verdict import VerdictWord, judge_sheet, sum_points
from grader.scoring.words import AGREEMENT_WORDS, VERDICT_WORDS, WORDS
from questions.key import Key
from questions.sheet import Answer, Sheet

WORTH = {"lime-1": Decimal("0.3"), "lime-2": Decimal("0.3")}
KEY = Key({"lime-1": frozenset("bd"), "lime-2": frozenset("a")}, {})

Judge = Callable[..., HandinRecord]


def sheet(**letters: str) -> Sheet:
    return Sheet({f"lime-{item[1:]}": Answer("read", frozenset(chosen)) for item, chosen in letters.items()})


@pytest.mark.parametrize(
    ("chosen", "word"), [("bd", "right"), ("db", "right"), ("b", "wrong"), ("bcd", "wrong"), ("ac", "wrong")]
)
def test_only_all_right_letters_and_no_other_are_right(chosen: str, word: str) -> None:
    verdict = judge_sheet(sheet(q1=chosen), KEY, WORTH, late=False)[0]
    assert (verdict.word, verdict.points) == (word, Decimal("0.3") if word == "right" else Decimal("0.0"))


def test_thirty_right_are_ten_exactly() -> None:
    worth = {f"x-{n}": Decimal("0.3" if n < 20 else "0.4") for n in range(30)}
    key = Key(dict.fromkeys(worth, frozenset("a")), {})
    verdicts = judge_sheet(Sheet(dict.fromkeys(worth, Answer("read", frozenset("a")))), key, worth, late=False)
    assert str(sum_points(verdicts)) == "10.0"


def test_late_hand_in_keeps_its_words_and_earns_nothing() -> None:
    verdicts = judge_sheet(sheet(q1="bd", q2="b"), KEY, WORTH, late=True)
    assert [verdict.word for verdict in verdicts] == ["right", "wrong"]
    assert str(sum_points(verdicts)) == "0.0"


def test_unanswered_is_blank_unreadable_keeps_its_reason_and_a_question_without_key_is_void() -> None:
    reason = Bilingual(en="cell 3: lime-1: 'z'; expected letters", zh="儲存格 3：lime-1：'z'；應為字母")
    answers = Sheet({"lime-1": Answer("unreadable", reason=reason)})
    verdicts = judge_sheet(answers, KEY, WORTH | {"lime-3": Decimal("0.3")}, late=False)
    assert [verdict.word for verdict in verdicts] == ["unreadable", "blank", "void"]
    assert verdicts[0].reason == reason
    assert {verdict.points for verdict in verdicts} == {Decimal("0.0")}


def test_notes_of_the_run_are_quoted_in_both_languages(tmp_path: Path, judge: Judge) -> None:
    save_result(tmp_path / "runs", "ran", sandbox=False, shared=[0, 2], notes=["not taken: x.npz"])
    said = [(note.en, note.zh) for note in judge({"lime_1": "bd"}).notes]
    assert said == [
        ("cell 0: 'lime_1' was read as lime-1; expected 'lime-1'", "儲存格 0：'lime_1' 讀作 lime-1；應為 'lime-1'"),
        ("The run noted: not taken: x.npz", "執行時的紀錄：not taken: x.npz"),
        ("Nobody said when it was handed in; it counts as in time.", "沒有繳交時間的紀錄，視為準時。"),
        ("It ran outside the sandbox.", "是在沙箱之外執行的。"),
        (
            "Cells that stand as released were not executed again: what they gave is that of the released notebook.",
            "與發布版本相同的儲存格沒有重新執行，其結果取自發布的 notebook。",
        ),
    ]


def test_no_reason_tells_the_right_letters() -> None:
    for chosen in ("bd", "b", "ac"):
        reason = judge_sheet(sheet(q1=chosen), KEY, WORTH, late=False)[0].reason
        assert "bd" not in reason.en + reason.zh


@pytest.fixture
def judge(tmp_path: Path, grading: Grading) -> Judge:
    """Return a function that scores one submission whose Run folder is `tmp_path/runs/<student>`."""

    def run(letters: dict[str, str] | None = None, **fields: Any) -> HandinRecord:
        if letters is not None:
            fields["notebook"] = save_notebook(tmp_path / "runs" / "ann" / "handin.ipynb", f"answers = {letters!r}")
        submission = Submission(student="ann", **fields)
        (scored,) = score_runs([submission], tmp_path / "runs", grading)
        save_handin_record(tmp_path / "runs" / "ann", scored)
        return scored

    return run


def save_notebook(path: Path, source: str) -> Path:
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def save_result(runs: Path, word: str, **fields: Any) -> None:
    (runs / "ann").mkdir(parents=True, exist_ok=True)
    record = {"version": 1, "student": "ann", "word": word, "started_at": "2027-05-01T00:00:00Z"} | fields
    (runs / "ann" / "result.json").write_text(json.dumps(record))


def test_verdicts_are_saved_beside_the_run_and_read_back_the_same(tmp_path: Path, judge: Judge) -> None:
    scored = judge({"lime-1": "bd", "saliency-1": "acd", "saliency-2": "d"})
    assert str(scored.total) == "0.6"
    assert {topic: str(points) for topic, points in scored.topics.items()} == {"lime": "0.3", "saliency": "0.3"}
    assert load_handin_record(tmp_path / "runs" / "ann") == scored


@pytest.mark.parametrize("word", ["ran", "failed", "timed_out", "lost"])
def test_points_do_not_depend_on_the_run(tmp_path: Path, judge: Judge, word: str) -> None:
    save_result(tmp_path / "runs", word)
    scored = judge({"lime-1": "bd"})
    assert (str(scored.total), scored.run.word) == ("0.3", word)
    assert scored.needs_person


def test_every_word_has_its_chip_and_its_sentence() -> None:
    assert {*get_args(HandinProblem), *get_args(RunWord), "late", "edited", "agrees", "differs"} <= WORDS.keys()
    assert {"outputs_missing", "outputs_unreadable"} <= WORDS.keys()
    assert set(get_args(VerdictWord)) == VERDICT_WORDS.keys()
    assert set(get_args(AgreementWord)) == AGREEMENT_WORDS.keys()


def test_run_without_a_result_is_lost_and_goes_to_a_person(tmp_path: Path, judge: Judge) -> None:
    (tmp_path / "runs" / "ann" / "work").mkdir(parents=True)
    scored = judge({"lime-1": "bd"})
    assert scored.run.word == "lost"
    assert scored.needs_person
    assert str(scored.total) == "0.3"


@pytest.mark.parametrize(
    ("problem", "word"),
    [("missing", "blank"), ("not_a_notebook", "unreadable"), ("two_notebooks", "unreadable"), ("broken", "unreadable")],
)
def test_hand_in_without_a_notebook_gets_verdicts_and_a_person(
    tmp_path: Path, judge: Judge, problem: str, word: str
) -> None:
    scored = judge(problem=problem, name="Ann")
    assert {verdict.word for verdict in scored.verdicts} == {word}
    assert scored.words == (problem, "not_run")
    assert scored.needs_person
    assert (tmp_path / "runs" / "ann" / "verdicts.json").exists()


def test_file_that_is_no_students_is_named_to_whoever_must_look(judge: Judge) -> None:
    scored = judge(problem="bad_name", detail="'期末 作業!.ipynb'; expected a student's id")
    named = [reason for reason in scored.why if "期末 作業!.ipynb" in reason.en]
    assert "期末\u00a0作業!.ipynb" in named[0].zh


def test_notebook_without_an_answers_cell_has_no_answers(judge: Judge, tmp_path: Path) -> None:
    scored = judge(notebook=save_notebook(tmp_path / "runs" / "ann" / "handin.ipynb", "print(1)"))
    assert scored.problem == "no_answers"
    assert str(scored.total) == "0.0"


def test_lateness_is_decided_to_the_second_and_an_unknown_time_is_in_time(judge: Judge, grading: Grading) -> None:
    deadline = grading.assignment.deadline
    answers = {"lime-1": "bd"}
    assert not judge(answers, submitted_at=deadline).late
    late = judge(answers, submitted_at=deadline + timedelta(seconds=1))
    assert late.late
    assert "late" in late.words
    assert str(late.total) == "0.0"
    unknown = judge(answers)
    assert not unknown.late
    assert any("when it was handed in" in note.en for note in unknown.notes)


def test_new_key_scores_again_without_running(judge: Judge, tmp_path: Path, grading: Grading) -> None:
    judge({"lime-1": "a"})
    key = Key({item: frozenset("a") for item in grading.key.letters}, {})
    submission = Submission(student="ann", notebook=tmp_path / "runs" / "ann" / "handin.ipynb")
    again = score_run(submission, tmp_path / "runs" / "ann", dataclasses.replace(grading, key=key))
    assert str(again.total) == "0.3"


def test_edited_official_cells_are_named_and_cost_nothing(judge: Judge, tmp_path: Path) -> None:
    save_result(tmp_path / "runs", "ran")
    plan = {
        "released": [],
        "edited": ["saliency"],
        "missing": ["lime"],
        "moved": [],
        "doubled": [],
        "first_departure": 3,
    }
    (tmp_path / "runs" / "ann" / "plan.json").write_text(json.dumps(plan))
    scored = judge({"lime-1": "bd"})
    assert "edited" in scored.words
    assert str(scored.total) == "0.3"
    assert any("saliency" in reason.en and "saliency" in reason.zh for reason in scored.why)


def test_hand_in_replaced_after_its_run_goes_to_a_person(judge: Judge, tmp_path: Path) -> None:
    save_result(tmp_path / "runs", "ran", notebook_sha256="0" * 64)
    assert any("not the notebook that was run" in reason.en for reason in judge({"lime-1": "bd"}, sha256="1" * 64).why)


def test_saved_arrays_that_agree_need_no_person(
    judge: Judge, tmp_path: Path, save_outputs: Callable[..., None], canonical: Outputs
) -> None:
    save_result(tmp_path / "runs", "ran")
    save_outputs(tmp_path / "runs" / "ann", canonical)
    scored = judge({"lime-1": "bd"})
    assert scored.words == ("ran", "agrees")
    assert not scored.needs_person


def test_each_group_is_judged_where_the_run_went_on_after_a_failed_cell(
    judge: Judge, tmp_path: Path, save_outputs: Callable[..., None], canonical: Outputs
) -> None:
    save_outputs(tmp_path / "runs" / "ann", canonical, tuple(group for group in COMPARED_GROUPS if group != "lime"))
    said = []
    for kept_going in (True, False):
        save_result(tmp_path / "runs", "failed", reason="exception", cell=3, kept_going=kept_going)
        scored = judge({"lime-1": "bd"})
        assert (scored.run.word, scored.run.kept_going, str(scored.total)) == ("failed", kept_going, "0.3")
        said.append([reason.en for reason in scored.why])
    went_on, stopped = said
    assert went_on == [f"{stopped[0]} It ran on to its end.", "Outputs of lime were not saved."]
    assert len(stopped) == 1
