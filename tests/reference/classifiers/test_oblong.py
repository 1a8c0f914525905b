"""Pictures that are no squares: the homework's shape, folded and framed, against plain torch."""

import numpy as np
import pytest
import torch

from assignment.models.classifier import Classifier
from reference.filters import ascend, find_maps
from reference.folded import fold
from reference.integrated_gradients import integrated_gradients, make_baseline
from reference.saliency import saliency

SIZE = (64, 96)


@pytest.fixture(scope="module")
def model() -> Classifier:
    torch.manual_seed(3)
    return Classifier(4, labels=5, side=SIZE).double().eval().requires_grad_(False)


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(4).random((2, 3, *SIZE)))


def find_gradient(model: Classifier, pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    x = pictures.clone().requires_grad_(True)
    return torch.autograd.grad(model(x).gather(1, labels[:, None]).sum(), x)[0]


def test_gradients_are_plain_torchs(model: Classifier, pictures: torch.Tensor) -> None:
    labels = torch.tensor([1, 4])
    plain = find_gradient(model, pictures, labels).abs().amax(dim=1)
    assert torch.allclose(saliency(fold(model), pictures, labels), plain, rtol=0, atol=1e-12 * float(plain.max()))


def test_attributions_add_up(model: Classifier, pictures: torch.Tensor) -> None:
    labels, black = torch.tensor([1, 4]), make_baseline("black", pictures)
    found = integrated_gradients(fold(model), pictures, labels, baseline=black, steps=8)
    points = [black + (k + 0.5) / 8 * (pictures - black) for k in range(8)]
    plain = torch.stack([find_gradient(model, x, labels) for x in points]).mean(dim=0) * (pictures - black)
    assert torch.allclose(found.attribution, plain, rtol=0, atol=1e-11 * float(plain.abs().max()))


def test_filters_have_maps_and_ascents_of_the_pictures_shape(model: Classifier, pictures: torch.Tensor) -> None:
    maps = find_maps(fold(model), pictures, layer=4, filters=(0, 2))
    assert maps.shape == (2, 2, 32, 48)
    climbed = ascend(fold(model), pictures, layer=4, filters=(0, 2), steps=3)
    assert climbed.pictures.shape == pictures.shape
    assert (climbed.trace[:, -1] > climbed.trace[:, 0]).all()
