"""Principal components by laws, and in parity with scikit-learn; so are the measures of what the pictures show."""

import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from torch import Tensor

from assignment.models.bert import Bert
from assignment.models.reading import read
from reference.embedding_distance import euclidean_distance
from reference.embedding_pca import embedding_pca, find_apartness, find_nearness, find_silhouette
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
        sure = found.sign_margin[layer] > 1e-6
        assert (found.points[layer].abs() - points.abs()).abs().max() <= 1e-9 * points.abs().max()
        assert (found.points[layer] - points)[:, sure].abs().max() <= 1e-9 * points.abs().max()
        assert (found.share[layer] - torch.from_numpy(share)).abs().max() <= 1e-12


def test_largest_loading_is_positive_whatever_sign_the_states_have(states: Tensor) -> None:
    found, turned = embedding_pca(states), embedding_pca(-states)
    torch.testing.assert_close(found.components, turned.components)
    torch.testing.assert_close(found.points, -turned.points)
    loadings = found.components
    assert (loadings.amax(dim=-1) >= loadings.abs().amax(dim=-1) - 1e-12).all()
    assert ((found.sign_margin >= 0) & (found.sign_margin <= 1)).all()


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


def test_silhouette_is_scikit_learns() -> None:
    points = torch.randn(2, 12, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    groups = torch.tensor([0, 0, 0, 0, 5, 5, 5, 5, 5, 2, 2, 7])
    for layer, found in zip(points, find_silhouette(points, groups), strict=True):
        assert found.item() == pytest.approx(silhouette_score(layer.numpy(), groups.numpy()), abs=1e-12)


def test_silhouette_of_groups_far_apart_is_almost_one() -> None:
    points = torch.tensor([[[0.0, 0], [0, 1], [1000, 0], [1000, 1]]], dtype=torch.float64)
    assert find_silhouette(points, torch.tensor([0, 0, 1, 1])).item() > 0.99
    assert find_silhouette(points, torch.tensor([0, 1, 0, 1])).item() < 0
    with pytest.raises(ValueError, match="one value; expected at least two"):
        find_silhouette(points, torch.tensor([3, 3, 3, 3]))


def test_nearness_is_one_for_points_all_alike_and_less_for_neighbours() -> None:
    corners = torch.eye(4, dtype=torch.float64)[None]  # all at the same distance
    one, other = torch.tensor([True, False, False, False]), torch.tensor([False, True, False, False])
    assert find_nearness(corners, one, other).item() == pytest.approx(1)
    line = torch.tensor([[[0.0], [1], [10], [30]]], dtype=torch.float64)
    assert find_nearness(line, one, other).item() < 0.1
    torch.testing.assert_close(find_nearness(5 * line, one, other), find_nearness(line, one, other))


def test_apartness_counts_spreads_of_the_rest() -> None:
    points = torch.tensor([[[6.0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]], dtype=torch.float64)
    group = torch.tensor([True, False, False, False, False])
    assert find_apartness(points, group).item() == pytest.approx(6)
    torch.testing.assert_close(find_apartness(3 * points + 1, group), find_apartness(points, group))
