"""Saliency by laws, and in parity with captum."""

import pytest
import torch
from captum.attr import Saliency
from torch import Tensor, nn

from assignment.models.classifier import Classifier
from reference.saliency import input_gradient, saliency


@pytest.fixture
def model() -> Classifier:
    torch.manual_seed(0)
    return Classifier(width=4).double().eval()


@pytest.fixture
def pictures() -> Tensor:
    return torch.rand(3, 3, 128, 128, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


LABELS = torch.tensor([1, 8, 3])


def test_saliency_is_captums_largest_over_the_channels(model: Classifier, pictures: Tensor) -> None:
    theirs = Saliency(model).attribute(pictures.clone(), target=LABELS, abs=True).amax(dim=1)
    ours = saliency(model, pictures, LABELS)
    assert (ours - theirs).abs().max() <= 1e-10 * theirs.abs().max()


def test_saliency_of_a_linear_model_is_its_weights() -> None:
    weights = torch.randn(5, 3 * 4 * 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    found = saliency(
        lambda x: x.flatten(1) @ weights.T, torch.zeros(2, 3, 4, 4, dtype=torch.float64), torch.tensor([4, 0])
    )
    expected = weights.view(5, 3, 4, 4).abs().amax(dim=1)
    torch.testing.assert_close(found, expected[[4, 0]])


def test_batch_does_not_change_the_map(model: Classifier, pictures: Tensor) -> None:
    whole, single = saliency(model, pictures, LABELS, batch=3), saliency(model, pictures, LABELS, batch=1)
    assert (whole - single).abs().max() <= 1e-9 * whole.max()


def test_probability_and_loss_follow_from_the_logits_by_the_chain_rule(model: Classifier, pictures: Tensor) -> None:
    probability = torch.softmax(model(pictures), dim=1).detach()
    every = torch.stack([input_gradient(model, pictures, torch.full_like(LABELS, k)) for k in range(11)], dim=1)
    mean = (probability[:, :, None, None, None] * every).sum(dim=1)
    own = every[torch.arange(3), LABELS]
    loss = input_gradient(model, pictures, LABELS, of="loss")
    torch.testing.assert_close(loss, mean - own)
    torch.testing.assert_close(
        input_gradient(model, pictures, LABELS, of="probability"),
        probability[torch.arange(3), LABELS].view(3, 1, 1, 1) * -loss,
    )


def test_saliency_leaves_the_model_and_the_pictures_as_it_found_them(model: Classifier, pictures: Tensor) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    kept = pictures.clone()
    saliency(model, pictures, LABELS)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.equal(pictures, kept)
    assert not pictures.requires_grad
    assert not model.training


def test_saliency_leaves_the_model_as_it_found_it_also_when_it_raises(model: Classifier, pictures: Tensor) -> None:
    flags = [parameter.requires_grad for parameter in model.parameters()]
    with pytest.raises(RuntimeError):
        saliency(model, pictures, torch.tensor([1, 8, 11]))
    assert [parameter.requires_grad for parameter in model.parameters()] == flags
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_pixel_that_nothing_reads_has_no_saliency() -> None:
    reader = nn.Linear(8, 2, bias=False).double()
    found = saliency(lambda x: reader(x[:, 0, :2].flatten(1)), torch.rand(1, 3, 4, 4).double(), torch.tensor([1]))
    assert (found[0, 2:] == 0).all()
    assert (found[0, :2] > 0).all()
