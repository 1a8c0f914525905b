"""The project's own bank is valid on the canonical Outputs of profile mini, and gives nothing away."""

import pytest

from assignment.course import open_course
from assignment.outputs import Outputs
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.check.bank import check_bank, count_spread
from questions.key import Key, compute_key
from questions.measures.arguments import to_label


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


def test_labels_are_those_that_the_questions_name(own_bank: Bank, canonicals: dict[int, Outputs]) -> None:
    outputs = canonicals[1]
    assert outputs["pictures", "label"].tolist() == [1, 1, 2, 3, 5, 6, 8, 8, 8, 9]
    for choice in own_bank["saliency-4"].choices.values():
        asked = to_label(outputs, choice.claim.with_["picture"], "runner_up")  # what the array `other` asks for
        assert f"for label {asked} " in choice.say.en
    for name in ("lime-2", "lime-3"):
        for choice in own_bank[name].choices.values():
            assert f"for label {choice.claim.with_['label']} " in choice.say.en


def test_question_on_samples_names_what_the_canonical_outputs_used(own_bank: Bank) -> None:
    runs = open_course().assignment.analyses.lime.list_runs("weights")
    for choice in own_bank["lime-3"].choices.values():
        first, second = (choice.claim.with_.get(name, "weights") for name in ("first", "second"))
        assert runs[first].samples == runs[second].samples
        assert runs[first].seed != runs[second].seed
        assert all(f"`samples={runs[first].samples}`" in text for text in (choice.say.en, choice.say.zh))


def test_question_on_hiding_changes_what_the_canonical_outputs_changed(own_bank: Bank) -> None:
    its = open_course().assignment.analyses.lime
    for choice in own_bank["lime-4"].choices.values():
        tried = its.experiments[choice.claim.with_["second"]]
        assert tried == its.official.model_copy(update={"hide": "mean"})  # `hide=None` in the notebook
    assert "`hide=None`" in "".join(step.en for step in own_bank["lime-4"].steps)
