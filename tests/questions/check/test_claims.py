"""Which claims decide one another is read off their arguments, and whether letters are uneven is a matter of chance."""

from typing import Any

import pytest

from questions.bank import Bank
from questions.check.claims import compute_letter_p, find_relation, find_uneven_letters
from questions.check.item import Item
from questions.claim import Claim


def test_letters_that_are_right_too_often_are_found_and_chance_is_not(bank: Bank) -> None:
    def repeat(*sets: str) -> list[Item]:
        return [Item(bank.questions[0], frozenset(right)) for right in sets for _ in range(8)]

    assert "right letters a 24/32, b 0/32" in next(iter(find_uneven_letters(repeat("ac", "ad", "ae", "cd"))))[2]
    assert not list(find_uneven_letters(repeat("ab", "bc", "cd", "de", "ea")))
    assert compute_letter_p(repeat("ab")[:3]) is None  # too few to tell


def test_letter_that_stands_in_few_questions_is_expected_to_be_right_in_few(bank: Bank) -> None:
    four = bank.questions[0].model_copy(update={"choices": dict(list(bank.questions[0].choices.items())[:4])})
    items = [Item(bank.questions[0], frozenset("abcde"))] * 10 + [Item(four, frozenset("abcd"))] * 10
    assert compute_letter_p(items) == pytest.approx(1)


@pytest.mark.parametrize(
    ("first", "second", "relation"),
    [
        ({"above": 0.2}, {"above": 0.5}, "implies"),
        ({"above": 0.5}, {"above": 0.2}, "follows from"),
        ({"below": 0.5}, {"below": 0.2}, "implies"),
        ({"above": 0.5}, {"below": 0.2}, "excludes"),
        ({"above": 0.2}, {"below": 0.5}, None),
        ({"above": 0.5}, {"below": 0.5}, "is the opposite of"),
        ({"above": 0.5}, {"above": 0.5}, "is the same as"),
        ({"above": {"picture": 2}}, {"with": {"picture": 2}, "above": {"picture": 1}}, "is the opposite of"),
        ({"above": {"picture": 2}}, {"with": {"picture": 2}, "below": {"picture": 1}}, "is the same as"),
        ({"above": {"picture": 2}}, {"below": {"picture": 2}}, "is the opposite of"),
        ({"above": {"picture": 2}}, {"above": {"picture": 3}}, None),
        ({"above": 0.5}, {"with": {"picture": 2}, "above": 0.7}, None),
        ({"above": 0.5}, {"measure": "logit", "above": 0.7}, None),
    ],
)
def test_relation_of_two_claims_is_read_off_their_arguments(
    first: dict[str, Any], second: dict[str, Any], relation: str | None
) -> None:
    given = {"measure": "probability", "with": {"picture": 1}, "margin": 0.1}
    assert find_relation(Claim(**given | first), Claim(**given | second)) == relation
