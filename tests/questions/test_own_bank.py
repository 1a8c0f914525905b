"""The project's own bank is valid on the canonical Outputs of profile mini, and gives nothing away."""

import pytest

from assignment.course import open_course
from assignment.outputs import Outputs
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.check.bank import check_bank, count_spread
from questions.key import Key, compute_key
from questions.measures.arguments import to_label
from questions.measures.classifier import lead_of_truth, probability

SEAFOOD = 8


@pytest.fixture(scope="module")
def canonicals() -> dict[int, Outputs]:
    return load_canonicals(open_course())


@pytest.fixture(scope="module")
def own_bank() -> Bank:
    return load_bank(open_course())


@pytest.fixture(scope="module")
def own_key(own_bank: Bank, canonicals: dict[int, Outputs]) -> Key:
    return compute_key(own_bank, canonicals)


def test_bank_has_a_key_on_three_seeds(own_bank: Bank, own_key: Key, canonicals: dict[int, Outputs]) -> None:
    assert len(canonicals) == 3
    assert set(own_key.letters) == set(own_bank.ids) >= {"lime-1", "saliency-5"}


def test_bank_has_no_fault_and_keeps_nothing_that_lint_finds(own_bank: Bank, canonicals: dict[int, Outputs]) -> None:
    checked = check_bank(own_bank, [], open_course().assignment, canonicals, open_course().profile.texts)
    assert checked.faults == ()
    assert checked.silenced == ()


def test_assignment_has_the_slides_counts_and_points() -> None:
    groups = open_course().assignment.questions
    assert [group.count for group in groups.values()] == [4, 5, 4, 4, 3, 4, 3, 3]
    assert [str(group.points) for group in groups.values()] == ["0.3"] * 5 + ["0.4"] * 3


def test_every_letter_is_right_about_as_often_as_it_is_wrong(own_bank: Bank, own_key: Key) -> None:
    spread = count_spread(own_bank, own_key.letters)
    often = {letter: counts for letter, counts in spread.items() if counts[1] >= 5}
    assert all(0.3 <= right / there <= 0.7 for right, there in often.values())


def test_length_does_not_tell_right_from_wrong(own_bank: Bank, own_key: Key) -> None:
    lengths: dict[bool, list[int]] = {True: [], False: []}
    for question in own_bank.questions:
        for letter, choice in question.choices.items():
            lengths[letter in own_key.letters[question.id]].append(len(choice.say.en))
    right, wrong = (sum(found) / len(found) for found in lengths.values())
    assert 0.87 < right / wrong < 1.15


def test_what_the_questions_take_for_granted_is_so(canonicals: dict[int, Outputs]) -> None:
    outputs = canonicals[1]
    assert outputs["pictures", "label"].tolist() == [1, 1, 2, 3, 5, 6, 8, 8, 8, 9]
    assert [to_label(outputs, picture, "runner_up") for picture in (4, 5)] == [SEAFOOD, SEAFOOD]  # saliency-4
    assert all(probability(outputs, picture=picture, label=SEAFOOD) < 0.01 for picture in (4, 5))  # saliency-4
    assert 0.6 < probability(outputs, picture=2) < 0.73  # "about two thirds": saliency-3, saliency-5
    assert all(probability(outputs, picture=picture) > 0.99 for picture in (1, 3, 6, 9))  # "certain"
    assert lead_of_truth(outputs, picture=8) < 0 < lead_of_truth(outputs, picture=9)  # saliency-2


def test_question_on_samples_names_what_the_canonical_outputs_used(own_bank: Bank) -> None:
    ask, its = own_bank["lime-3"].ask, open_course().assignment.analyses.lime
    for text in (ask.en, ask.zh):
        assert f"samples={its.official.samples}" in text
        assert f"samples={its.experiments['weights_few'].samples}" in text
