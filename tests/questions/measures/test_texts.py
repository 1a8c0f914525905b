"""Measures of the texts obey laws on random arrays, whatever the models."""

import numpy as np
import pytest

from assignment.fixable import FixableError
from assignment.outputs import Outputs
from questions.claim import Claim, evaluate
from questions.measures import attention
from questions.measures import embedding_distance as distance
from questions.measures import embedding_pca as pca

WORD_OF_TOKEN = np.array([[-1, 0, 1, 1, 2, -1], [-1, 0, 1, 2, -1, -1]])


@pytest.fixture
def outputs() -> Outputs:
    rng = np.random.default_rng(0)
    heat = rng.dirichlet(np.ones(6), (2, 3, 2, 6))
    roles = np.array([[-1, 0, 0, 1, 1, 2, 2, 3, 3, -1]] * 3)
    states = rng.normal(size=(2, 4, 10, 5))
    between = np.linalg.norm(states[:, :, :, None] - states[:, :, None], axis=-1)
    unit = states / np.linalg.norm(states, axis=-1, keepdims=True)
    return Outputs(
        {
            ("texts", "word"): WORD_OF_TOKEN,
            ("texts", "candidate"): np.array([[4, 5, -1], [6, 7, 8]]),
            ("texts", "hidden"): np.array([4, 1]),
            ("texts", "role"): roles,
            ("texts", "meaning"): np.array([[0] * 5 + [1] * 5] * 2),
            ("attention", "map"): heat,
            ("attention", "score"): rng.random((8, 3, 2)),
            ("attention", "chance"): rng.random(8),
            ("attention", "prediction"): rng.dirichlet(np.ones(20), 2),
            ("attention", "prediction_also"): rng.dirichlet(np.ones(20), 2),
            ("attention", "drop"): rng.normal(size=(2, 6)),
            ("embedding_pca", "points"): rng.normal(size=(3, 3, 4, 10, 2)),
            ("embedding_pca", "share"): rng.random((3, 3, 4, 2)) / 2,
            ("embedding_pca", "span"): np.array([[[5, 6], [5, 5], [1, 2]]] * 3),
            ("embedding_distance", "euclidean"): between,
            ("embedding_distance", "cosine"): np.einsum("wlid,wljd->wlij", unit, unit),
        },
        {"reader": ("reader_a", "reader_b", "reader_c"), "shared_word": ("apple", "bat")},
    )


def test_shares_to_all_words_and_separators_add_up_to_one(outputs: Outputs) -> None:
    place = {"text": 0, "layer": 2, "head": 1, "word": 1}
    shares = [attention.attention_share(outputs, to=to, **place) for to in range(3)]
    rows = outputs["attention", "map"][0, 2, 1][WORD_OF_TOKEN[0] == 1]
    assert sum(shares) + rows[:, WORD_OF_TOKEN[0] < 0].sum(axis=1).mean() == pytest.approx(1)
    assert attention.attention_largest(outputs, **place) >= max(shares) / 2  # a word has two tokens at most


def test_best_head_is_one_of_the_heads(outputs: Outputs) -> None:
    for function in attention.SCORED_FUNCTIONS:
        number = attention.SCORED_FUNCTIONS.index(function)
        every, chance = outputs["attention", "score"][number], outputs["attention", "chance"][number]
        assert attention.best_score(outputs, function=function) == every.max()
        assert attention.best_score(outputs, function=function, layer=1) == every[1].max()
        gain = attention.head_gain(outputs, layer=2, head=1, function=function)
        assert gain == pytest.approx(every[2, 1] / chance)


def test_probability_is_that_of_the_candidates_number(outputs: Outputs) -> None:
    assert attention.word_probability(outputs, text=1, candidate=2) == outputs["attention", "prediction"][1, 8]
    found = attention.word_probability(outputs, text=0, array="prediction_also")
    assert found == outputs["attention", "prediction_also"][0, 4]


def test_hiding_a_word_that_says_nothing_leaves_the_probability(outputs: Outputs) -> None:
    outputs["attention", "drop"][1, 2] = 0
    left = attention.probability_left(outputs, text=1, word=1)
    assert left == pytest.approx(attention.word_probability(outputs, text=1))


def test_every_head_is_above_no_share_and_none_above_all(outputs: Outputs) -> None:
    assert attention.heads_above(outputs, share=0.0) == 6
    assert attention.heads_above(outputs, share=1.0) == 0


@pytest.mark.parametrize(
    ("measure", "arguments", "says"),
    [
        ("word_probability", {"text": 0, "candidate": 2}, "candidate 2 of sentence 0; expected one that"),
        ("probability_left", {"text": 1, "word": 3}, "word 3 of sentence 1; expected 0 to 2"),
        ("probability_left", {"text": 1, "word": 0}, "word 0 of sentence 1 is the hidden one; expected another"),
        ("probability_left", {"text": 0, "word": 1}, "word 1 of sentence 0 has 2 tokens; expected a word of one"),
    ],
)
def test_what_a_sentence_does_not_have_is_refused(
    outputs: Outputs, measure: str, arguments: dict[str, int], says: str
) -> None:
    claim = Claim.model_validate({"measure": measure, "with": arguments, "above": 0.5, "margin": 0.1})
    with pytest.raises(FixableError, match=says):
        evaluate(claim, outputs)


def test_separators_and_other_readers_do_not_count_in_a_drawing(outputs: Outputs) -> None:
    points = outputs["embedding_pca", "points"].copy()
    points[:, :, :, [0, 9]] = 1e6
    points[1:] = 0
    moved = Outputs({**outputs.arrays, ("embedding_pca", "points"): points}, outputs.axes)
    place = {"reader": "reader_a", "passage": 1, "layer": 2}
    for measure in (pca.answer_apart, pca.question_near, pca.question_preference):
        assert measure(moved, **place) == measure(outputs, **place)


def test_drawing_moved_turned_over_or_enlarged_says_the_same(outputs: Outputs) -> None:
    changed = {("embedding_pca", "points"): outputs["embedding_pca", "points"] * [-3.0, 3.0] + 7}
    place = {"reader": "reader_b", "passage": 0, "layer": 3}
    for measure in (pca.answer_apart, pca.question_near, pca.question_preference):
        moved = Outputs({**outputs.arrays, **changed}, outputs.axes)
        assert measure(moved, **place) == pytest.approx(measure(outputs, **place))


def test_answer_given_is_the_answer_where_it_is_the_right_one(outputs: Outputs) -> None:
    right, wrong = (
        [
            pca.answer_apart(outputs, reader="reader_c", passage=passage, layer=1, answer=answer)
            for answer in ("right", "given")
        ]
        for passage in (0, 1)
    )
    assert right[0] == right[1]
    assert wrong[0] != wrong[1]


def test_middle_of_an_answer_is_no_farther_than_its_tokens(outputs: Outputs) -> None:
    place = {"reader": "reader_b", "passage": 2, "layer": 3}
    tokens = [pca.answer_token_apart(outputs, token=token, **place) for token in (0, 1)]
    assert pca.answer_apart(outputs, **place) <= sum(tokens) / 2


def test_gain_over_itself_is_nothing(outputs: Outputs) -> None:
    place = {"passage": 1, "layer": 2}
    assert pca.variance_gain(outputs, reader="reader_a", over="reader_a", **place) == 0
    there, back = (
        pca.variance_gain(outputs, reader=reader, over=over, **place)
        for reader, over in (("reader_a", "reader_b"), ("reader_b", "reader_a"))
    )
    assert there == -back != 0


def test_distance_is_alike_both_ways_and_nothing_to_itself(outputs: Outputs) -> None:
    place = {"word": "bat", "layer": 2}
    there, back = (
        distance.state_comparison(outputs, sentence=one, other=two, **place) for one, two in ((1, 7), (7, 1))
    )
    assert there == pytest.approx(back)
    assert distance.state_comparison(outputs, sentence=4, other=4, **place) == 0
    assert distance.state_comparison(outputs, sentence=4, other=4, array="cosine", **place) == pytest.approx(1)


def test_meanings_far_apart_have_a_gap_and_their_like_as_neighbours(outputs: Outputs) -> None:
    matrix = np.where(np.arange(10)[:, None] // 5 == np.arange(10) // 5, 1.0, 4.0)
    np.fill_diagonal(matrix, 0)
    apart = {("embedding_distance", "euclidean"): np.broadcast_to(matrix, (2, 4, 10, 10))}
    apart[("embedding_distance", "cosine")] = 1 - apart[("embedding_distance", "euclidean")] / 4
    far = Outputs({**outputs.arrays, **apart}, outputs.axes)
    assert distance.meaning_within(far, word="apple", layer=0) == 1
    assert distance.meaning_gap(far, word="apple", layer=0) == 3
    assert distance.meaning_ratio(far, word="apple", layer=0) == 4
    assert distance.meaning_gap(far, word="apple", layer=0, array="cosine") == -0.75
    assert distance.nearest_same(far, word="bat", layer=3) == 1
    assert distance.nearest_same(far, word="bat", layer=3, array="cosine") == 1


def test_ratio_of_distances_that_are_all_zero_is_a_fault_and_no_traceback(outputs: Outputs) -> None:
    flat = {("embedding_distance", "euclidean"): np.zeros((2, 4, 10, 10))}
    claim = Claim.model_validate(
        {"measure": "meaning_ratio", "with": {"word": "bat", "layer": 1}, "above": 1, "margin": 0.1}
    )
    with pytest.raises(
        FixableError, match=r"meaning_ratio\(word='bat', layer=1\) divides by 0; expected a finite number"
    ):
        evaluate(claim, Outputs(dict(outputs) | flat, outputs.axes))
