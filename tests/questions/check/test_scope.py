"""A bank as a whole: themes, kinds of questions and concepts, in a small course that asks about LIME alone."""

from collections.abc import Callable
from typing import Any

import pytest

from assignment.course import Course
from questions.bank import load_bank
from questions.check.scope import find_scope_faults

Questions = list[dict[str, Any]]
THEMED = ("lime_pieces", "lime_samples", "lime_pieces", "lime_samples")


def find(tiny: Course) -> list[str]:
    return [str(fault) for fault in find_scope_faults(load_bank(tiny))]


def name_themes(
    questions: Questions, themes: tuple[str, ...] = THEMED, asks: tuple[str, ...] = ("look", "change")
) -> None:
    for index, (question, theme) in enumerate(zip(questions, themes, strict=True)):
        question.update(theme=theme, asks=asks[index % len(asks)])


def test_bank_without_themes_is_let_be(tiny: Course) -> None:
    assert find(tiny) == []


def test_bank_that_asks_each_theme_in_two_ways_is_sound(
    tiny: Course, questions: Questions, write: Callable[[object], None]
) -> None:
    name_themes(questions)
    write(questions)
    assert find(tiny) == []


def test_missing_theme_and_one_way_of_asking_are_faults(
    tiny: Course, questions: Questions, write: Callable[[object], None]
) -> None:
    name_themes(questions, ("lime_pieces",) * 4, ("look",))
    write(questions)
    assert find(tiny) == [
        "bank: lime: all 4 questions ask the same (look); expected two kinds or more",
        "bank: lime: no question about the theme lime_samples; expected one or more",
    ]


def test_theme_of_another_analysis_is_a_fault(
    tiny: Course, questions: Questions, write: Callable[[object], None]
) -> None:
    name_themes(questions, ("lime_pieces", "lime_samples", "words_senses", "lime_pieces"))
    write(questions)
    [fault] = find(tiny)
    assert fault.endswith(
        "lime-3: theme: 'words_senses', a theme of embedding_distance; expected one of lime_pieces, lime_samples"
    )


def test_more_concepts_than_eight_are_a_fault(
    tiny: Course, questions: Questions, write: Callable[[object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("questions.check.scope.MOST_CONCEPTS", 2)
    name_themes(questions, asks=("concept", "concept", "concept", "look"))
    write(questions)
    assert find(tiny) == ["bank: 3 questions ask a concept (lime-1, lime-2, lime-3); expected at most 2"]
