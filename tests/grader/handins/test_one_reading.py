"""A hand-in is read in one way: what `look` says is what is scored, and what cannot be read goes to a person."""

import json
import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignment.assignment import NOTEBOOK_FILE
from assignment.selfcheck.look import look_at
from assignment.sheet.notebook import parse_notebook
from grader.commands.main import main
from grader.handins.submission import find_submissions
from grader.runs.intake import take_in
from grader.scoring.handin_record import HandinRecord
from grader.scoring.judge import score_run
from questions.bank import Bank
from questions.sheet import find_asked, read_sheet

Notebook = dict[str, Any]
RELEASED = parse_notebook(NOTEBOOK_FILE.read_bytes())
RIGHT = '"lime-1": "bd", "lime-2": "a", "saliency-1": "acd", "saliency-2": "c"'  # of the made-up course
BLANK = 'answers = {"lime-1": "", "lime-2": "", "saliency-1": "", "saliency-2": ""}'
LETTERS = ["bd", "a", "acd", "c"]


def make(*sources: str) -> Notebook:
    cells = [{"cell_type": "code", "metadata": {}, "source": source, "outputs": []} for source in sources]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def score_taken(handins: Path, grading: Any) -> HandinRecord:
    """Take in a class of one, and score it."""
    runs = handins.parent / "runs"
    (one,) = take_in(handins, runs).submissions
    return score_run(one, runs / "b01", grading)


@pytest.fixture
def grade(tmp_path: Path, grading: Any) -> Callable[[Notebook | bytes], HandinRecord]:
    """Take a notebook as the only hand-in of a class, look at it, and score it."""

    def score(notebook: Notebook | bytes) -> HandinRecord:
        path = tmp_path / "handins" / "b01.ipynb"
        path.parent.mkdir()
        path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())
        (one,) = find_submissions(path.parent)
        assert one.problem is None, one.detail
        seen = look_at(path, find_asked(grading.bank), RELEASED)
        scored = score_taken(path.parent, grading)
        for verdict in scored.verdicts:
            said = verdict.chosen or ("blank 空白" if verdict.word == "blank" else verdict.reason.en)
            assert f"{verdict.item}: {said}" in seen.lines
            assert verdict.word != "unreadable" or verdict.reason.zh in "\n".join(seen.lines)
        for note in read_sheet(path.read_bytes(), grading.bank).notes:
            assert note in scored.notes
            assert {note.en, note.zh} <= set(seen.lines)
        return scored

    return score


def chosen(scored: HandinRecord) -> list[str]:
    return [verdict.chosen for verdict in scored.verdicts]


def test_slips_and_saved_outputs_are_no_reason_to_lose_answers(grade: Callable[[Notebook], HandinRecord]) -> None:
    figure = {"output_type": "display_data", "data": {"text/html": "[{" * 100_000}}
    notebook = make("1", f"answers = {{{RIGHT}}}")
    notebook["cells"][0] |= {"outputs": [figure] * 5, "id": 17, "metadata": {"tags": None}}
    del notebook["nbformat_minor"], notebook["metadata"], notebook["cells"][1]["outputs"]
    scored = grade(notebook)
    assert chosen(scored) == LETTERS
    assert str(scored.total) == "1.2"


@pytest.mark.parametrize(
    "sources",
    [
        ("answers = {}", f"answers.update({{{RIGHT}}})"),
        (f"answers = {{}}\nanswers |= {{{RIGHT}}}",),
        (f"mine = {{{RIGHT}}}\nanswers = mine",),
        (f"answers = {{{RIGHT}}}", '%%script false\nanswers = {"lime-1": "a"}'),
    ],
    ids=["update", "or equals", "another name", "a disabled cell below"],
)
def test_answers_that_stand_there_earn_their_points(
    sources: tuple[str, ...], grade: Callable[[Notebook], HandinRecord]
) -> None:
    assert str(grade(make(*sources)).total) == "1.2"


@pytest.mark.parametrize(
    ("written", "meant"), [("lime_1", "lime-1"), ("ｌｉｍｅ－１", "lime-1"), ("Q1", "lime-1"), ("5", "saliency-1")]
)
def test_near_id_earns_its_points_and_the_page_says_what_was_read(
    written: str, meant: str, grade: Callable[[Notebook], HandinRecord]
) -> None:
    scored = grade(make(f"answers = {{{RIGHT}}}".replace(meant, written)))
    assert str(scored.total) == "1.2"
    assert [note for note in scored.notes if note.en.startswith(f"cell 0: '{written}' was read as {meant}")]


@pytest.mark.parametrize(
    "sources",
    [
        (BLANK, f"my_answers = {{{RIGHT}}}"),
        (BLANK, f"for name, letters in {{{RIGHT}}}.items(): answers[name] = letters"),
        (BLANK, f"%%script false\nanswers = {{{RIGHT}}}"),
        (f"answers = {{{RIGHT}}}", BLANK),
    ],
    ids=["another dictionary", "a loop", "a disabled cell", "a blank cell below"],
)
def test_answers_that_were_not_read_are_no_blanks_and_a_person_must_look(
    sources: tuple[str, ...], grade: Callable[[Notebook], HandinRecord]
) -> None:
    scored = grade(make(*sources))
    assert {verdict.word for verdict in scored.verdicts} == {"unreadable"}
    assert scored.needs_person
    assert "Unreadable answers: lime-1" in scored.why[0].en


def test_answers_in_a_cell_that_is_no_python_are_no_blanks(tmp_path: Path, grading: Any) -> None:
    path = tmp_path / "handins" / "b01.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(make(f"%%script false\nanswers = {{{RIGHT}}}")))
    scored = score_taken(path.parent, grading)
    assert (scored.problem, scored.needs_person) == ("no_answers", True)
    assert {verdict.word for verdict in scored.verdicts} == {"unreadable"}
    assert "starts with %%script" in "\n".join(look_at(path, find_asked(grading.bank), RELEASED).lines)


def test_no_library_says_anything_about_a_slip(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, own: Bank
) -> None:
    notebook = json.loads(NOTEBOOK_FILE.read_bytes())
    for cell in notebook["cells"]:
        del cell["id"]
    notebook["cells"][1]["id"] = notebook["cells"][2]["id"] = "twice"
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with warnings.catch_warnings(), caplog.at_level(logging.DEBUG):
        warnings.simplefilter("error")
        assert main(["look", str(path)]) == 1
        (one,) = find_submissions(tmp_path)
    assert one.problem is None
    told = capsys.readouterr()
    assert told.err == ""
    assert f"{len(own.ids)} questions, {len(own.ids)} blank, 0 unreadable" in told.out
    assert not [record for record in caplog.records if record.name.startswith(("nb", "traitlets"))]


def test_look_refuses_what_score_would_and_says_the_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assignment.selfcheck.look.MOST_BYTES", 1000)
    path = tmp_path / "mine.ipynb"
    path.write_bytes(NOTEBOOK_FILE.read_bytes())
    assert main(["look", str(path)]) == 1
    assert "mine.ipynb: more than 1000 bytes; expected at most that" in capsys.readouterr().err
