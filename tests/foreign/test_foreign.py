"""Each reader of files that are not ours gives a value or a fault, soon, whatever the file.

What once broke one, or is a kind of its own, is kept in `corpus/<reader>/`: the name says what is odd, the table below
what must be said of it. Of a new find: put the bytes there, and a row here.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from assignment.fixable import FixableError
from tests.foreign.parsers import PARSERS, Parser, read_with
from tests.foreign.profiles import PARSERS_AT_NIGHT, PARSERS_IN_CI, WITHOUT_SHRINKING, draw_few, draw_many

CORPUS = Path(__file__).with_name("corpus")
SECONDS = 3.0  # of processor time for one small file; the slowest takes a tenth
VALUES = {  # what stands in the value, as Python shows it
    "answers/formatted-text.txt": "state='unreadable'",
    "answers/nested-brackets.txt": "too many nested parentheses",
    "archive/member-without-a-name.zip": "no name; expected one",
    "archive/own-archive-with-a-member-without-a-name.zip": "no name; expected one",
    "gradebook/points-possible-are-a-dot.csv": "b'Student,ID,SIS User ID,SIS Login ID,Section,Homework 9 (123)",
    "kernel-frames/no-delimiter.txt": "None",
    "kernel-messages/output-that-is-no-object.json": "[]",
    "kernel-messages/widget-whose-metadata-are-a-list.json": "[]",
    "kernel-messages/widget-whose-outputs-are-a-number.json": "[]",
    "npz/half-floats-that-overflow.npz": "group='saliency', array='map'",
    "npz/head-that-lies.npz": "announces shape (2147483648, 2147483648) but holds",
    "npz/pickle.npz": "map.npy has dtype object",
}
FAULTS = {
    "archive/cut-off.zip": "expected a whole zip file",
    "decisions-csv/another-table.csv": "line 1: no column 'decision'; expected the columns decision, student",
    "decisions-yaml/nothing-in-it.yaml": "line 1: decision: ''; expected one of accept, all_right",
    "gradescope/number-of-no-digits.yml": "'' is no float",
    "handins-csv/zero-byte.csv": "line 2: a zero byte",
    "lock/time-that-is-none.yaml": "lock.yaml: line 1: 'x' is no timestamp; expected well-formed YAML",
    "manifest/bool-that-is-none.yaml": "manifest.yaml: line 1: 'path' is no bool; expected well-formed YAML",
    "manifest/day-that-is-none.yaml": "manifest.yaml: line 1: '2027-06-31' is no timestamp; expected well-formed YAML",
    "notebook/nested-lists.json": "expected a valid notebook",
    "notebook/number-of-5000-digits.json": "expected a valid notebook",
    "responses/attempt-in-other-digits.csv": "row 2: attempt: '２'; expected a whole number",
    "roster/open-quote.csv": "is a quote opened on line 2 and not closed?",
    "texts/aliases-of-aliases.yaml": "more than 1000000 values, aliases written out",
    "texts/number-of-no-digits.yaml": "texts.yaml: line 1: '' is no int; expected well-formed YAML",
}


def read_corpus(name: str, folder: Path) -> object:
    return PARSERS[name.partition("/")[0]].read((CORPUS / name).read_bytes(), folder)


def test_every_file_of_the_corpus_has_what_must_be_said_of_it() -> None:
    assert {str(path.relative_to(CORPUS)) for path in CORPUS.glob("*/*")} == {*VALUES, *FAULTS}
    assert {name.partition("/")[0] for name in (*VALUES, *FAULTS)} == set(PARSERS)


@pytest.mark.parametrize("name", VALUES)
def test_file_of_the_corpus_has_its_value(tmp_path: Path, name: str) -> None:
    assert VALUES[name] in str(read_corpus(name, tmp_path))


@pytest.mark.parametrize("name", FAULTS)
def test_file_of_the_corpus_has_its_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(FixableError) as caught:
        read_corpus(name, tmp_path)
    assert FAULTS[name] in str(caught.value)


def hold(parser: Parser, drawn: Callable[[Any], Any]) -> None:
    """Draw files for a parser, and have it read them."""

    @drawn
    @given(parser.inputs)
    def gives_a_value_or_a_fault(data: bytes) -> None:
        begin = time.process_time()
        read_with(parser, data)
        assert time.process_time() - begin < SECONDS

    gives_a_value_or_a_fault()


@pytest.mark.parametrize("name", PARSERS)
def test_few_drawn_files_give_a_value_or_a_fault(name: str) -> None:
    hold(PARSERS[name], draw_few(PARSERS_IN_CI))


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("name", PARSERS)
def test_many_drawn_files_give_a_value_or_a_fault(name: str) -> None:
    hold(PARSERS[name], draw_many(PARSERS_AT_NIGHT))


def test_reader_that_raises_anything_else_is_found() -> None:
    def crash(data: bytes, _: Path) -> object:
        return {b"": 1}[data[:1].strip()]

    with pytest.raises(KeyError):
        hold(Parser(PARSERS["manifest"].inputs, crash), draw_few(PARSERS_IN_CI))


def test_reader_that_takes_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def dawdle(_: bytes, __: Path) -> object:
        return sum(range(10**6))

    monkeypatch.setattr("tests.foreign.test_foreign.SECONDS", 1e-3)
    with pytest.raises(AssertionError):
        hold(Parser(PARSERS["manifest"].inputs, dawdle), draw_few(1, phases=WITHOUT_SHRINKING))
