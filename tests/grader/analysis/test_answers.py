"""Answers from what was scored: who is counted, and what counts as right, wrong and one choice away."""

import dataclasses
from collections.abc import Callable

import numpy as np

from grader.analysis.answers import find_answers
from grader.analysis.class_analysis import analyse_answers
from grader.analysis.question_analysis import analyse_questions
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from questions.key import Key
from tests.grader.analysis.simulated import make_test, simulate

HandIn = Callable[..., HandinRecord]


def test_answers_are_sets_of_choices_and_blank_ones_are_not_wrong(grading: Grading, hand_in: HandIn) -> None:
    answers = find_answers([hand_in("ann", {"lime-1": "bd", "lime-2": "", "saliency-1": "ac"})], grading)
    assert answers.items == ("lime-1", "lime-2", "saliency-1", "saliency-2")
    assert answers.chosen.tolist() == [[0b1010, 0, 0b101, 0]]
    assert answers.right.tolist() == [[True, False, False, False]]
    assert answers.wrong.tolist() == [[False, False, True, False]]
    assert answers.name(0, 0b1010) == "bd"
    np.testing.assert_allclose(answers.rest, [[0, 0.3, 0.3, 0.3]])


def test_late_ones_count_and_excused_and_unreadable_hand_ins_do_not(grading: Grading, hand_in: HandIn) -> None:
    ann, bob, eve = (hand_in(name, {"lime-1": "bd"}, late=name == "ann") for name in ("ann", "bob", "eve"))
    answers = find_answers(
        [ann, bob.model_copy(update={"excused": True}), eve.model_copy(update={"problem": "broken"})], grading
    )
    assert answers.students == ("ann",)
    assert answers.right[0, 0]


def test_question_that_is_void_is_left_out(grading: Grading, hand_in: HandIn) -> None:
    one = hand_in("ann", {"lime-1": "bd"})
    void = one.verdicts[1].model_copy(update={"word": "void"})
    decided = one.model_copy(update={"verdicts": (one.verdicts[0], void, *one.verdicts[2:])})
    assert find_answers([decided], grading).items == ("lime-1", "saliency-1", "saliency-2")
    no_key = dataclasses.replace(grading, key=Key({"lime-1": frozenset("bd")}, {}))
    assert find_answers([one], no_key).items == ("lime-1",)


def test_each_choice_is_counted_by_who_is_right_and_who_is_wrong(grading: Grading, hand_in: HandIn) -> None:
    said = {"ann": "bd", "bob": "bd", "cho": "b", "dan": "ab", "eve": "", "fay": "abd"}
    handins = [hand_in(name, {"lime-1": letters}) for name, letters in said.items()]
    one = analyse_questions(find_answers(handins, grading))[0]
    assert (one.sheets, one.right, one.wrong, one.one_away) == (6, 2, 3, 2)  # b and abd; ab differs in two
    assert [(its.letter, its.true, its.by_right, its.by_wrong) for its in one.choices] == [
        ("a", False, 0, 2),
        ("b", True, 2, 3),
        ("c", False, 0, 0),
        ("d", True, 2, 1),
    ]
    assert one.facility is None  # six students: counts are given, and no figure
    assert one.discrimination is None


def test_letters_that_a_decision_accepts_are_a_second_key(grading: Grading, hand_in: HandIn) -> None:
    ann, bob = hand_in("ann", {"lime-1": "a"}), hand_in("bob", {"lime-1": "ac"})
    accepted = ann.verdicts[0].model_copy(update={"word": "right"})
    ann = ann.model_copy(update={"verdicts": (accepted, *ann.verdicts[1:])})
    one = analyse_questions(find_answers([ann, bob], grading))[0]
    assert (one.right, one.wrong, one.one_away) == (1, 1, 1)  # ac is near a, and far from bd


def test_class_whose_questions_are_all_void_says_nothing() -> None:
    random = np.random.default_rng(1)
    asked = simulate(make_test(random), 40, random)
    empty = {name: getattr(asked, name)[..., :0] for name in ("points", "key", "chosen", "right")}
    analysis = analyse_answers(dataclasses.replace(asked, items=(), letters=(), **empty))
    assert (analysis.students, analysis.questions, analysis.reliability) == (40, (), None)
    assert (analysis.suspects, analysis.pairs) == ((), None)


def test_class_in_which_everyone_has_everything_right_has_a_share_and_no_correlation() -> None:
    random = np.random.default_rng(1)
    asked = simulate(make_test(random), 40, random)
    chosen = np.repeat(asked.key[None], 40, axis=0)
    analysis = analyse_answers(dataclasses.replace(asked, chosen=chosen, right=chosen == asked.key))
    assert {one.facility.value for one in analysis.questions if one.facility} == {1.0}
    assert {one.discrimination for one in analysis.questions} == {None}
    assert analysis.reliability is None
    assert analysis.pairs is not None
    assert analysis.pairs.named == ()
