"""Laws on the trained classifier and the ten pictures, with the arrays that are stored."""

import copy

import numpy as np
import pytest
import torch
from torch import Tensor

from assignment.arrays import FILTER_MAPS
from assignment.course import open_course
from assignment.models.classifier import Classifier
from assignment.outputs import Outputs
from questions.canonical import list_seeds, load_canonical
from reference.filters import draw_noise, find_maps
from reference.folded import Folded, fold
from reference.integrated_gradients import KINDS, integrated_gradients, make_baseline
from reference.produce.bench import find_random_state

LAYERS = open_course().assignment.analyses.filters.layers
Embedded = tuple[Classifier, Tensor, Tensor]


@pytest.fixture(scope="module", params=list_seeds(open_course()))
def stored(request: pytest.FixtureRequest) -> Outputs:
    return load_canonical(open_course(), request.param)


@pytest.fixture(scope="module")
def light(embedded: Embedded) -> tuple[Folded, Tensor, Tensor]:
    """The same in float32: what is measured here lies far above its rounding."""
    model, pictures, labels = embedded
    return fold(copy.deepcopy(model).float()), pictures.float(), labels


@pytest.fixture(scope="module")
def noise_means(light: tuple[Folded, Tensor, Tensor]) -> np.ndarray:
    """The mean activation (layer, filter) of each official filter on the best of 1,000 white noises."""
    model, _, _ = light
    best = np.zeros((len(LAYERS), 4))
    for first in range(0, 1000, 50):
        noise = draw_noise(range(5000 + first, 5050 + first)).float()
        for i, (layer, filters) in enumerate(LAYERS.items()):
            means = find_maps(model, noise, layer=layer, filters=filters).mean(dim=(2, 3))
            best[i] = np.maximum(best[i], means.amax(dim=0).numpy())
    return best


def test_ascent_beats_every_one_of_the_ten_pictures(stored: Outputs) -> None:
    for i, name in enumerate(FILTER_MAPS):
        means = stored["filters", name].mean(axis=(2, 3))  # (picture, filter)
        assert (stored["filters", "reached"][i] > means.max(axis=0)).all()


@pytest.mark.slow
def test_ascent_beats_a_thousand_white_noises(stored: Outputs, noise_means: np.ndarray) -> None:
    assert int((noise_means > 0).sum()) >= 11  # filter 12 of convolution 9 is silent on noise
    assert (stored["filters", "reached"] > noise_means).all()


def test_ascent_rises_from_its_start(stored: Outputs) -> None:
    trace = stored["filters", "trace"]
    assert (trace[..., -1] > trace[..., 0]).all()


def test_signed_average_is_nowhere_above_the_average_of_sizes(stored: Outputs) -> None:
    size, signed = (stored["smoothgrad", name].astype(np.float64) for name in ("map", "signed"))
    assert (signed <= size * (1 + 1e-3)).all()  # what is signed is stored in half precision


def test_copies_without_noise_keep_the_saliency_map(stored: Outputs) -> None:
    still, saliency = stored["smoothgrad", "still"], stored["saliency", "map"]
    assert np.abs(still - saliency).max() <= 5e-4 * saliency.max()


def test_attributions_of_black_add_up_at_200_steps(stored: Outputs) -> None:
    size = np.abs(stored["integrated_gradients", "map"]).sum(axis=(1, 2))
    gap = stored["integrated_gradients", "gap"][stored.axes["steps"].index(200)]
    assert (gap <= 1e-3 * size).all()
    assert (gap <= 1e-2 * np.abs(stored["integrated_gradients", "rise"][0])).all()


@pytest.mark.parametrize("seed", list_seeds(open_course()))
def test_stored_attributions_from_noise_add_up(light: tuple[Folded, Tensor, Tensor], seed: int) -> None:
    model, pictures, labels = light
    stored = load_canonical(open_course(), seed)["integrated_gradients", "noise"].astype(np.float64)
    states = [find_random_state(seed, picture) for picture in range(len(pictures))]
    with torch.no_grad():
        ends = model(pictures) - model(make_baseline("noise", pictures, random_states=states))
    rise = ends.gather(1, labels[:, None])[:, 0].double().numpy()
    assert (np.abs(stored.sum(axis=(1, 2)) - rise) <= 1e-2 * np.abs(stored).sum(axis=(1, 2))).all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [KINDS[1], *(pytest.param(its, marks=pytest.mark.nightly) for its in KINDS[2:])])
def test_attributions_of_the_ten_pictures_add_up_at_200_steps(light: tuple[Folded, Tensor, Tensor], kind: str) -> None:
    model, pictures, labels = light
    baseline = make_baseline(kind, pictures, random_states=range(1000, 1010))
    found = integrated_gradients(model, pictures, labels, baseline=baseline, steps=200)
    share = found.gap / found.attribution.abs().sum(dim=(1, 2, 3))
    assert (share <= 1.5e-3).all()  # 1.2e-3 for one picture from noise, where ReLUs flip all the way
    assert int((share <= 1e-3).sum()) >= 9
    assert (found.gap <= 2e-2 * found.rise.abs()).all()
