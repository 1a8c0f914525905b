"""Distances of one word in different sentences, by laws and in parity with scipy."""

import pytest
import torch
from scipy.spatial.distance import cdist
from torch import Tensor

from assignment.models.bert import Bert
from assignment.models.reading import read
from reference.embedding_distance import cosine_similarity, euclidean_distance, word_states
from reference.reading import hidden_states

TEXTS = ("The cats near the tree purr.", "The cats are asleep.", "A tree, and the cats.")
WORD_NUMBERS = (1, 1, 4)  # where "cats" stands in each text, counted in words


@pytest.fixture
def states(bert: Bert) -> Tensor:
    return word_states(bert.model, [read(bert.tokenizer, text) for text in TEXTS], WORD_NUMBERS)


def test_distances_are_scipys_at_every_layer(states: Tensor) -> None:
    assert states.shape == (13, 3, 48)
    euclidean, cosine = euclidean_distance(states), cosine_similarity(states)
    for layer, state in enumerate(states.numpy()):
        assert abs(euclidean[layer].numpy() - cdist(state, state)).max() <= 1e-10
        assert abs(1 - cosine[layer].numpy() - cdist(state, state, "cosine")).max() <= 1e-12


def test_state_of_a_split_word_is_the_mean_of_its_pieces(bert: Bert, states: Tensor) -> None:
    reading = read(bert.tokenizer, TEXTS[1])
    assert reading.pieces[2:4] == ("cat", "##s")
    torch.testing.assert_close(states[:, 1], hidden_states(bert.model, reading)[:, 2:4].mean(dim=1))


def test_before_the_first_layer_a_word_at_the_same_place_is_the_same_in_every_sentence(states: Tensor) -> None:
    euclidean, cosine = euclidean_distance(states), cosine_similarity(states)
    assert euclidean[0, 0, 1] <= 1e-12
    assert cosine[0, 0, 1] == pytest.approx(1)
    assert euclidean[0, 0, 2] > 1e-3  # the same word at another place
    assert (euclidean[1:, 0, 1] > 1e-3).all()


def test_distance_is_symmetric_and_nothing_to_itself(states: Tensor) -> None:
    euclidean, cosine = euclidean_distance(states), cosine_similarity(states)
    torch.testing.assert_close(euclidean, euclidean.transpose(1, 2))
    assert (euclidean.diagonal(dim1=1, dim2=2) == 0).all()
    torch.testing.assert_close(cosine.diagonal(dim1=1, dim2=2), torch.ones(13, 3, dtype=torch.float64))


def test_cosine_does_not_see_length_and_euclidean_does(states: Tensor) -> None:
    torch.testing.assert_close(cosine_similarity(3 * states), cosine_similarity(states))
    torch.testing.assert_close(euclidean_distance(3 * states), 3 * euclidean_distance(states))
