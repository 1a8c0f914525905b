"""The mutants: enough of them, each with a name, a place and words of its own in both languages."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest

from assignment.arrays import GROUPS
from assignment.course import open_course
from questions.bank import load_bank
from questions.proof.mutant import Mutant, as_if
from questions.proof.mutants.registry import MUTANTS
from questions.proof.rerun import Edit, find_edit_faults

LEAST = 90
GIVEN_AWAY = re.compile(r"\b(choice|option|key|quiz|claim|correct)s?\b|選項|選擇題|正解|第 ?\d+ ?題", re.IGNORECASE)


def find_repeated(mutants: Sequence[Mutant], language: str) -> list[tuple[str, str]]:
    """Return the words that several mutants of one analysis say, with the analysis."""
    said = Counter((one.groups[0], getattr(one.says, language)) for one in mutants)
    return [pair for pair, count in said.items() if count > 1]


def is_traditional(text: str) -> bool:
    """Tell whether a text is written with the characters of Taiwan's own code, which has no simplified ones."""
    try:
        text.encode("big5")
    except UnicodeEncodeError:
        return False
    return bool(re.search("[一-鿿]", text))


def test_there_are_enough_mutants_beside_those_that_are_proved_equivalent() -> None:
    assert len([one for one in MUTANTS if one.equivalent is None]) >= LEAST


def test_names_differ_and_begin_with_the_analysis_and_every_edit_finds_its_place() -> None:
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)
    assert all(one.name.startswith(f"{one.groups[0]}-") for one in MUTANTS)
    assert {group for one in MUTANTS for group in one.groups} == set(GROUPS) - {"pictures", "texts"}
    assert find_edit_faults([edit for one in MUTANTS for edit in one.edits]) == []


def test_no_two_mutants_make_the_same_edits_in_one_analysis() -> None:
    made = Counter((one.groups, frozenset(one.edits)) for one in MUTANTS)
    assert [pair for pair, count in made.items() if count > 1] == []


@pytest.mark.parametrize("one", MUTANTS, ids=lambda one: one.name)
def test_words_say_what_it_looks_like_in_one_short_sentence_of_each_language(one: Mutant) -> None:
    assert re.fullmatch(r"as if [^.?!]{10,90}", one.says.en)
    assert re.fullmatch(r"像是[^。？！]{3,40}", one.says.zh)
    assert is_traditional(one.says.zh)
    assert sorted(re.findall(r"\d+", one.says.en)) == sorted(re.findall(r"\d+", one.says.zh))


def test_words_name_no_choice_no_question_of_the_bank_and_no_key() -> None:
    said, names = [text for one in MUTANTS for text in (one.says.en, one.says.zh)], load_bank(open_course()).ids
    assert [text for text in said if GIVEN_AWAY.search(text) or any(name in text for name in names)] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_two_mutants_of_one_analysis_say_the_same(language: str) -> None:
    assert find_repeated(MUTANTS, language) == []


def test_what_the_checks_of_the_words_look_for_is_found() -> None:
    words, edit = as_if("a were b", "甲成了乙"), Edit("reference/lime.py", "a", "b")
    twice = [Mutant(name, ("lime",), name, words, (edit,)) for name in ("lime-a", "lime-b")]
    assert find_repeated(twice, "en") == [("lime", "as if a were b")]
    assert not is_traditional("像是头从 1 开始编号")
    assert GIVEN_AWAY.search("as if the right choices were others")
    assert GIVEN_AWAY.search("像是第 3 題")
