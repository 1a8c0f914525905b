"""However an answers cell is written: what stands there is read, or it goes to a person; no answer becomes a blank."""

import json
import time

import pytest

from assignment.sheet.asked import find_meant
from assignment.sheet.sheet import Sheet, read_sheet
from tests.assignment.sheet.ways import ALL, ASKED, BLANK, WAYS, Way


def read(*cells: str) -> Sheet:
    notebook = {"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    return read_sheet(json.dumps(notebook).encode(), ASKED)


def show(sheet: Sheet) -> str:
    marks = {"blank": "-", "unreadable": "?"}
    return " ".join(marks.get(one.state) or "".join(sorted(one.letters)) for one in sheet.answers.values())


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_answers_that_stand_there_are_read_or_go_to_a_person(way: Way) -> None:
    sheet = read(*way.cells)
    assert show(sheet) == way.expected
    assert sheet.problem is None


def test_unreadable_answer_names_its_place_and_what_was_expected() -> None:
    for one in WAYS:
        for name, answer in read(*one.cells).answers.items():
            assert (answer.reason is None) == (answer.state != "unreadable"), (one.name, name)
            assert answer.reason is None or "expected" in answer.reason.en, (one.name, name)
            assert answer.reason is None or "應" in answer.reason.zh, (one.name, name)


@pytest.mark.parametrize("key", ["lime_1", "ｌｉｍｅ－１", "Q1", "LIME 1", "lime1", "lime-01"])
def test_id_that_is_near_one_is_read_and_said(key: str) -> None:
    sheet = read(f'answers = {{"{key}": "ac"}}')
    assert show(sheet) == "ac - - -"
    (note,) = sheet.notes
    assert note.en == f"cell 0: '{key}' was read as lime-1; expected 'lime-1'"
    assert note.zh == f"儲存格 0：'{key}' 讀作 lime-1；應為 'lime-1'"


def test_id_as_it_should_be_is_read_without_a_note() -> None:
    assert read(f"answers = {{{ALL}}}").notes == ()


@pytest.mark.parametrize("key", ["lime-3", "lime", "l-1", "embedding-1", "5", "Q", "", "x" * 10_000, "lime-1-2"])
def test_id_that_may_mean_anything_means_nothing(key: str) -> None:
    assert not find_meant([key], ASKED)


def test_answers_in_a_cell_of_text_are_not_blank() -> None:
    cells = [{"cell_type": "code", "source": BLANK}, {"cell_type": "markdown", "source": f"answers = {{{ALL}}}"}]
    assert show(read_sheet({"cells": cells}, ASKED)) == "? ? - ?"


def test_answers_in_a_cell_that_is_no_python_alone_leave_no_question_blank() -> None:
    sheet = read(f"%%script false\nanswers = {{{ALL}}}")
    assert (show(sheet), sheet.problem) == ("? ? - ?", "no_answers")
    assert "starts with %%script" in sheet.notes[0].en


def test_more_cells_than_are_read_make_all_unreadable() -> None:
    cells = [{"cell_type": "code", "source": "x"}] * 2000 + [{"cell_type": "code", "source": f"answers = {{{ALL}}}"}]
    assert show(read_sheet({"cells": cells}, ASKED)) == "? ? ? ?"


def test_cell_of_more_fields_than_are_read_leaves_no_question_blank() -> None:
    text = "f'" + "{é}" * 21_000 + "'"
    sheet = read(f"answers = {{{ALL}}}", *[f"print({text})"] * 8, f"exec({text}); answers.clear()")
    assert show(sheet) == "? ? ? ?"
    reason = sheet.answers[ASKED[0].id].reason
    assert reason is not None
    assert "cell 9: f-strings and 21000 {; expected fewer, with `answers = " in reason.en
    short = "print(f'{x} of {y}')\n" * 400
    assert show(read(*[short + f"answers = {{{ALL}}}"] * 8)) == show(read(f"answers = {{{ALL}}}"))


@pytest.mark.parametrize(
    "cell",
    [
        "".join(f"a{n}={{}}\n" for n in range(9000)),
        "m={" + ",".join(f"{n}:1" for n in range(9000)) + "}",
        "m={1:1}\n" + "answers={**m}\n" * 4000,
        "answers = {} " + "| {}" * 15_000,
        "answers = " + "answers.copy()" + ".copy()" * 9000,
        "def f():\n" + "\n".join(" " * n + "def f():" for n in range(1, 90)) + "\n" + " " * 91 + "answers = 1",
        'x = "lime-1' + " : " * 20_000,
        "lime" * 16_000,
        "lime-" * 13_000,
        '{"lime-1":' * 6000,
        "answers=" * 4000 + "{**answers," + "'x':'a'," * 3500 + "}",
        "answers['lime-1']=" * 1700 + "[" + "'a'," * 8000 + "]",
        "answers={}\n" + "exec(" * 80 + "[" + "'a'," * 14_000 + "]" + ")" * 80,
        "".join(f"a{n}=" for n in range(9000)) + "answers={}",
        "answers = 1; f'" + "{é}" * 21_000 + "' = 1",
        "answers = 1; f'" + "{x}" * 21_000 + "' = 1",
    ],
    ids=lambda cell: cell[:12],
)
def test_hostile_cell_is_read_in_little_time(cell: str) -> None:
    start = time.process_time()
    sheet = read(BLANK, cell, cell, "answers")
    assert time.process_time() - start < 2  # on a busy machine; the last six took up to twenty
    assert len(sheet.notes) <= 50
    assert set(sheet.answers) == {one.id for one in ASKED}
