"""A guarded cell is no formula in any spreadsheet, holds nothing that acts, and is read again as what it was."""

import re

from hypothesis import given
from hypothesis import strategies as st

from grader.files.cell import guard_cell, read_guarded
from tests.grader.commands.terminal.hostile import HOSTILE, find_acting

TEXTS = st.text(st.sampled_from(sorted({*HOSTILE, *"=+-@＝;|'\" \t\nab王\u3000"}))) | st.text()


@given(TEXTS)
def test_no_part_of_a_guarded_cell_is_a_formula_or_acts(text: str) -> None:
    guarded = guard_cell(text)
    assert not any(part.lstrip(' "\u3000').startswith(tuple("=+-@＝＋－＠")) for part in re.split("[;|]", guarded))
    assert not find_acting(guarded) | ({"\n", "\t"} & set(guarded))
    assert guard_cell(guarded) == guarded


@given(TEXTS)
def test_guarded_cell_is_read_as_the_same_again_and_again(text: str) -> None:
    read = read_guarded(guard_cell(text))
    assert read_guarded(guard_cell(read)) == read


@given(st.text("ab =+'王", max_size=9))
def test_what_a_person_typed_is_read_as_typed_unless_it_is_guarded(text: str) -> None:
    assert read_guarded(text) in (text, text[1:])
    assert read_guarded(text) == text or text == guard_cell(text[1:])
