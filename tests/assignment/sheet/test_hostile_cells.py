"""What a hostile notebook holds ends nobody's class: each case was an attack that worked."""

import json

import pytest

from assignment.sheet.fold import fold_width
from assignment.sheet.notebook import parse_notebook
from grader.handins.notebook import parse_notebook as parse_for_worker
from questions.bank import Bank
from questions.sheet import read_sheet


def make(*sources: str, **metadata: object) -> dict[str, object]:
    cells = [{"cell_type": "code", "source": source, "metadata": metadata, "outputs": []} for source in sources]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


@pytest.mark.parametrize("key", ["0x" + "f" * 4000, "9" * 4000, "-1", "10**9"])
def test_number_with_thousands_of_digits_is_no_question(own: Bank, key: str) -> None:
    sheet = read_sheet(parse_notebook(json.dumps(make(f'answers = {{{key}: "a", "lime-1": "ac"}}')).encode()), own)
    assert sheet.answers["lime-1"].state in ("read", "unreadable")


def test_mark_of_an_official_cell_is_kept_as_ours_alone() -> None:
    deep: dict[str, object] = {}
    for _ in range(600):
        deep = {"a": deep}
    found = parse_for_worker(json.dumps(make("1", hw9=deep)).encode())
    assert found.cells[0].metadata == {}
    kept = parse_for_worker(json.dumps(make("1", hw9={"official": True, "name": "lime", "more": [1]})).encode())
    assert kept.cells[0].metadata == {"hw9": {"official": True, "name": "lime"}}


def test_marks_in_a_row_are_folded_in_a_time_that_grows_with_the_text() -> None:
    text = "\u0301" * 200_000 + "\u0323" * 200_000  # in NFKC alone: an hour
    assert len(fold_width(f"ａ{text}ｂ")) < 60
    assert fold_width("é") == "é"


def test_text_of_a_cell_is_shown_without_what_a_terminal_obeys(own: Bank) -> None:
    cells = ['answers = {"lime-1": ["a", # \x1b[31m\n]}', 'answers["lime_1"] = "b"']
    reason = read_sheet(parse_notebook(json.dumps(make(*cells)).encode()), own).answers["lime-1"].reason
    assert reason is not None
    assert "\x1b" not in reason.en + reason.zh
