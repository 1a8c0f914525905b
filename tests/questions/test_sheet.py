"""The sheet is read from the source of a notebook: what is written is understood, what is attempted does no harm."""

import json
import time
from typing import Any

import pytest

from questions.bank import Bank
from questions.sheet import NOTEBOOK_LIMIT, Answer, Sheet, read_sheet


def make_notebook(*sources: object, kind: str = "code") -> dict[str, Any]:
    return {"nbformat": 4, "cells": [{"cell_type": kind, "source": source} for source in sources]}


def read(bank: Bank, *sources: object) -> Sheet:
    return read_sheet(make_notebook(*sources), bank)


def letters_of(sheet: Sheet, name: str = "lime-1") -> str:
    return "".join(sorted(sheet.answers[name].letters))


@pytest.mark.parametrize(
    "value",
    ['"ac"', '"a, c"', '" A C "', '["a", "c"]', '{"a", "c"}', '("c", "a")', '"ca"', '"aac"', '"a、c"', '"ＡＣ"'],
)
def test_letters_are_read_however_they_are_written(bank: Bank, value: str) -> None:
    sheet = read(bank, f'answers = {{"lime-1": {value}}}')
    assert sheet.answers["lime-1"] == Answer("read", frozenset("ac"))
    assert sheet.problem is None


@pytest.mark.parametrize("value", ['""', '"  "', "[]"])
def test_empty_value_is_blank(bank: Bank, value: str) -> None:
    assert read(bank, f'answers = {{"lime-1": {value}}}').answers["lime-1"] == Answer("blank")


def test_missing_question_is_blank(bank: Bank) -> None:
    assert read(bank, 'answers = {"lime-1": "a"}').answers["lime-4"] == Answer("blank")


def test_last_assignment_counts_and_several_are_noted(bank: Bank) -> None:
    sheet = read(bank, 'answers = {"lime-1": "a", "lime-2": "b"}', "x = 1", 'answers = {"lime-1": "d"}')
    assert (letters_of(sheet), letters_of(sheet, "lime-2")) == ("d", "")
    assert [note.en for note in sheet.notes] == ["`answers = ...` in cells 0, 2; the last one counts"]


def test_single_answer_set_later_replaces_the_earlier_one(bank: Bank) -> None:
    sheet = read(bank, 'answers = {"lime-1": "a", "lime-2": "b"}\nanswers["lime-1"] = "cd"')
    assert (letters_of(sheet), letters_of(sheet, "lime-2")) == ("cd", "b")


def test_question_that_stands_twice_is_noted(bank: Bank) -> None:
    sheet = read(bank, 'answers = {"lime-1": "a", "lime-1": "b"}')
    assert letters_of(sheet) == "b"
    assert [note.en for note in sheet.notes] == ["cell 0: lime-1 is there twice; the last one counts"]


@pytest.mark.parametrize(
    "magic", ["%matplotlib inline", "!ls -l", "%%time", "files = !ls", "now = %timeit -o 1", "len?", "?len"]
)
def test_magic_in_the_cell_does_no_harm(bank: Bank, magic: str) -> None:
    assert letters_of(read(bank, f'{magic}\nanswers = {{"lime-1": "b"}}')) == "b"


def test_source_may_be_a_list_of_lines(bank: Bank) -> None:
    assert letters_of(read(bank, ["answers = {\n", '  "lime-1": "b",  # my guess\n', "}"])) == "b"


def test_notebook_may_be_bytes(bank: Bank) -> None:
    assert letters_of(read_sheet(json.dumps(make_notebook('answers = {"lime-1": "b"}')).encode(), bank)) == "b"


@pytest.mark.parametrize(
    "value",
    ['"af"', '"a1"', "3", "None", "True", '["a", 1]', "x", '"a" + "c"', 'f"a"', 'b"a"', '{"a": "c"}', "open('key')"],
)
def test_other_value_makes_its_question_unreadable_with_a_sentence(bank: Bank, value: str) -> None:
    sheet = read(bank, "x = 'a'", f'answers = {{"lime-1": {value}, "lime-2": "b"}}')
    found = sheet.answers["lime-1"]
    assert (found.state, found.letters) == ("unreadable", frozenset())
    assert found.reason is not None
    assert found.reason.en.startswith("cell 1: lime-1: ")
    assert found.reason.en.endswith("expected letters of abcde such as 'ac'")
    assert found.reason.zh.startswith("儲存格 1：lime-1：")
    assert found.reason.zh.endswith("應為 abcde 當中的字母，例如 'ac'")
    assert letters_of(sheet, "lime-2") == "b"


def test_unknown_question_is_noted_with_the_nearest_one_and_leaves_no_question_blank(bank: Bank) -> None:
    sheet = read(bank, 'answers = {"lime-7": "a", "lime-1": "b"}')
    assert "unknown question 'lime-7'" in sheet.notes[0].en
    assert "(the nearest is lime-" in sheet.notes[0].en
    assert letters_of(sheet) == "b"
    assert {sheet.answers[name].state for name in ("lime-2", "lime-3", "lime-4")} == {"unreadable"}


def test_unknown_question_that_is_blank_is_noted_alone(bank: Bank) -> None:
    sheet = read(bank, 'answers = {"lime-7": "", "lime-1": "b"}')
    assert len(sheet.notes) == 1
    assert sheet.answers["lime-2"].state == "blank"


@pytest.mark.parametrize(
    "source", ["answers = load()", "answers = dict(a='b')", "answers = ['a']", "answers: dict = 3"]
)
def test_answers_that_are_no_dictionary_make_all_unreadable(bank: Bank, source: str) -> None:
    sheet = read(bank, source)
    assert {answer.state for answer in sheet.answers.values()} == {"unreadable"}


@pytest.mark.parametrize("source", ["answers.update({'lime-1': 'b'})", "answers |= {'lime-1': 'b'}"])
def test_whole_change_at_the_top_level_is_read(bank: Bank, source: str) -> None:
    sheet = read(bank, 'answers = {"lime-1": "a", "lime-2": "c"}', source)
    assert (letters_of(sheet), letters_of(sheet, "lime-2")) == ("b", "c")


def test_change_below_the_top_level_makes_its_question_unreadable(bank: Bank) -> None:
    sheet = read(bank, 'answers = {"lime-1": "a", "lime-2": "c"}', "if True:\n    answers['lime-1'] = 'b'")
    found = sheet.answers["lime-1"]
    assert found.state == "unreadable"
    assert found.reason is not None
    assert found.reason.en.startswith("cell 1: lime-1: ")
    assert letters_of(sheet, "lime-2") == "c"


def test_answers_that_are_deleted_are_all_unreadable(bank: Bank) -> None:
    sheet = read(bank, 'answers = {"lime-1": "a"}', "del answers")
    assert {answer.state for answer in sheet.answers.values()} == {"unreadable"}


@pytest.mark.parametrize(
    "source", ["print(answers)", "n = len(answers)", "for x in answers: print(answers[x])", "answers"]
)
def test_use_of_answers_is_no_change(bank: Bank, source: str) -> None:
    assert read(bank, 'answers = {"lime-1": "a"}', source).notes == ()


def test_notebook_without_answers_says_so(bank: Bank) -> None:
    assert read(bank, "x = 1").problem == "no_answers"
    assert read_sheet(make_notebook('answers = {"lime-1": "a"}', kind="markdown"), bank).problem == "no_answers"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"3", b"\xff", b'{"cells": 3}', b"[" * 10**6, b"null"])
def test_bytes_that_are_no_notebook_say_so(bank: Bank, data: bytes) -> None:
    sheet = read_sheet(data, bank)
    assert sheet.problem == "not_a_notebook"
    assert set(sheet.answers) == set(bank.ids)


def test_notebook_over_the_limit_is_refused_unread(bank: Bank) -> None:
    assert read_sheet(b" " * (NOTEBOOK_LIMIT + 1), bank).problem == "not_a_notebook"


HOSTILE = {
    "a megabyte of brackets": "answers = " + "(" * 10**6,
    "deep brackets": "answers = " + "[" * 5000 + "]" * 5000,
    "deep dictionaries": "answers = " + '{"lime-1":' * 90 + '"a"' + "}" * 90,
    "signs": "answers = {'lime-1': " + "-" * 60000 + "1}",
    "attributes": "answers = {'lime-1': a" + ".b" * 30000 + "}",
    "sums": "answers = {'lime-1': 1" + "+1" * 30000 + "}",
    "calls": "answers = {'lime-1': a" + "()" * 30000 + "}",
    "null bytes": "answers = {'lime-1': '\0'}",
    "lone surrogate": "answers = {'lime-1': '\ud800'}",
    "huge number": "answers = {'lime-1': 0x" + "f" * 60000 + "}",
    "huge decimal": "answers = {'lime-1': " + "9" * 60000 + "}",
    "huge string": "answers = {'lime-1': '" + "a" * 60000 + "'}",
    "huge list": "answers = {'lime-1': [" + "'a'," * 15000 + "]}",
    "carriage returns": "answers = {'lime-1':\r\r\f\v 3}",
    "half a cell": "answers = {'lime-1': 'a'",
    "bad escape": "answers = {'lime-1': '\\N{nothing}'}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_cell_is_unreadable_and_raises_nothing(bank: Bank, name: str) -> None:
    sheet = read(bank, HOSTILE[name])
    found = sheet.answers["lime-1"]
    assert found.state == "unreadable"
    assert found.reason is not None
    for text in (found.reason.en, found.reason.zh):
        assert len(text) < 300
        assert text.isprintable()


@pytest.mark.parametrize(
    "source",
    [
        "answers['lime-1'] = " * 3000 + "'a'",
        "answers = {" + "'x': 'a'," * 7000 + "}",
        " " * 60000 + "\nanswers = 3",
        "%" * 60000,
    ],
)
def test_long_cell_is_read_in_little_time(bank: Bank, source: str) -> None:
    start = time.process_time()
    sheet = read(bank, source)
    assert time.process_time() - start < 10
    assert len(sheet.notes) <= 50


@pytest.mark.parametrize(
    "cells",
    [[], [None], [3], [{}], [{"cell_type": "code"}], [{"cell_type": "code", "source": [1]}], [[]], [{"source": {}}]],
)
def test_cells_of_any_shape_are_passed_over(bank: Bank, cells: list[Any]) -> None:
    assert read_sheet({"cells": cells}, bank).problem == "no_answers"


def test_many_cells_are_read_up_to_a_limit(bank: Bank) -> None:
    sheet = read(bank, *["answers = {}  #" + "x" * 60000] * 100)
    assert sheet.answers["lime-1"].state == "unreadable"


def test_nothing_in_the_notebook_is_run(bank: Bank, tmp_path: Any) -> None:
    trap = tmp_path / "trap"
    read(bank, f"answers = {{'lime-1': open({str(trap)!r}, 'w').write('a')}}", f"!touch {trap}\nanswers = {{}}")
    assert not trap.exists()
