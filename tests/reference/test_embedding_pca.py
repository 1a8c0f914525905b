"""Principal components by laws, and in parity with scikit-learn."""

import pytest
import torch
from sklearn.decomposition import PCA
from torch import Tensor

from assignment.models.bert import Bert
from assignment.models.reading import read
from reference.embedding_distance import euclidean_distance
from reference.embedding_pca import embedding_pca
from reference.reading import hidden_states


@pytest.fixture
def states(bert: Bert) -> Tensor:
    reading = read(bert.tokenizer, "Where did the cat sleep?", "The cat slept under a tree.")
    return hidden_states(bert.model, reading)


def test_points_and_shares_are_scikit_learns_sign_and_all(states: Tensor) -> None:
    found = embedding_pca(states, components=3)
    assert found.points.shape == (13, states.shape[1], 3)
    for layer, state in enumerate(states):
        theirs = PCA(3, svd_solver="full").fit(state.numpy())
        points, share = torch.from_numpy(theirs.transform(state.numpy())), theirs.explained_variance_ratio_
        large, other = theirs.components_.max(axis=1), -theirs.components_.min(axis=1)
        sure = abs(large - other) > 1e-6 * large  # else rounding decides which way a component points
        assert (found.points[layer].abs() - points.abs()).abs().max() <= 1e-9 * points.abs().max()
        assert (found.points[layer] - points)[:, sure].abs().max() <= 1e-9 * points.abs().max()
        assert (found.share[layer] - torch.from_numpy(share)).abs().max() <= 1e-12


def test_largest_loading_is_positive_whatever_sign_the_states_have(states: Tensor) -> None:
    found, turned = embedding_pca(states), embedding_pca(-states)
    torch.testing.assert_close(found.points, -turned.points)
    loadings = torch.linalg.lstsq(states - states.mean(dim=1, keepdim=True), found.points).solution.transpose(1, 2)
    assert (loadings.amax(dim=-1) >= loadings.abs().amax(dim=-1) - 1e-12).all()


def test_points_of_all_components_keep_every_distance(states: Tensor) -> None:
    most = min(states.shape[1:])
    found = embedding_pca(states, components=most)
    torch.testing.assert_close(euclidean_distance(found.points), euclidean_distance(states))
    torch.testing.assert_close(found.share.sum(dim=1), torch.ones(13, dtype=torch.float64))
    torch.testing.assert_close(found.points.mean(dim=1), torch.zeros(13, most, dtype=torch.float64))


def test_points_do_not_move_with_the_origin(states: Tensor) -> None:
    torch.testing.assert_close(embedding_pca(states + 7).points, embedding_pca(states).points)


def test_number_of_components_is_checked(states: Tensor) -> None:
    with pytest.raises(ValueError, match="components: 1000; expected 1 to"):
        embedding_pca(states, components=1000)
