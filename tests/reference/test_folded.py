"""The folded classifier is the classifier."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from assignment.models.classifier import Classifier
from reference.folded import Folded, fold
from reference.saliency import input_gradient


def test_logits_and_gradients_are_those_of_the_classifier(
    model: Classifier, folded: Folded, pictures: Tensor, labels: Tensor
) -> None:
    expected, found = model(pictures), folded(pictures)
    assert (found - expected).abs().max() <= 1e-10 * expected.abs().max()
    expected, found = (input_gradient(either, pictures, labels) for either in (model, folded))
    assert (found - expected).abs().max() <= 1e-10 * expected.abs().max()


def test_batch_norms_would_be_missed(model: Classifier, pictures: Tensor) -> None:
    bare = fold(model)(pictures)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.zero_()
    assert (fold(model)(pictures) - bare).abs().max() > 1e-2


def test_float32_is_rounded_only(model: Classifier, pictures: Tensor) -> None:
    expected = model(pictures)
    found = fold(model.float())(pictures.float())
    assert found.dtype == torch.float32
    assert (found - expected).abs().max() <= 1e-5 * expected.abs().max()


def test_each_convolution_reads_what_it_reads_in_the_classifier(
    model: Classifier, folded: Folded, pictures: Tensor
) -> None:
    read: list[Tensor] = []
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    hooks = [part.register_forward_pre_hook(lambda _, given: read.append(given[0])) for part in convolutions]
    model(pictures)
    for hook in hooks:
        hook.remove()
    assert len(folded.convolutions) == len(convolutions) == 11
    for layer, expected in enumerate(read):
        torch.testing.assert_close(folded.find_input(pictures, layer), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("of", ["probability", "loss"])
def test_gradients_of_other_targets_agree(
    model: Classifier, folded: Folded, pictures: Tensor, labels: Tensor, of: str
) -> None:
    expected, found = (input_gradient(either, pictures, labels, of=of) for either in (model, folded))
    assert (found - expected).abs().max() <= 1e-9 * expected.abs().max()


@pytest.mark.slow
def test_batch_and_threads_do_not_change_the_gradient(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    whole = input_gradient(folded, pictures, labels)
    threads = torch.get_num_threads()
    torch.set_num_threads(1 if threads > 1 else 2)
    try:
        single = torch.cat([input_gradient(folded, pictures[i : i + 1], labels[i : i + 1]) for i in range(3)])
    finally:
        torch.set_num_threads(threads)
    assert (whole - single).abs().max() <= 1e-12 * whole.abs().max()


@pytest.mark.parametrize("threads", [1, 3])
def test_what_a_convolution_reads_depends_on_no_other_picture(folded: Folded, pictures: Tensor, threads: int) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        single = torch.cat([folded.find_input(pictures[i : i + 1], 11) for i in range(3)])
        assert torch.equal(folded.find_input(pictures, 11), single)
    finally:
        torch.set_num_threads(before)


def test_threads_move_the_last_bit_at_most(folded: Folded, pictures: Tensor) -> None:
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            found.append(folded.find_input(pictures, 11))
    finally:
        torch.set_num_threads(before)
    assert (found[0] - found[1]).abs().max() <= 1e-15 * found[
        0
    ].abs().max()  # some processors: 1e-16, small layers only


def test_gradient_is_the_slope_that_a_small_step_meets(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    direction = torch.randn(pictures.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    size = 1e-9  # small enough to cross no kink
    rise = (folded(pictures + size * direction) - folded(pictures - size * direction)).gather(1, labels[:, None])[:, 0]
    slope = (input_gradient(folded, pictures, labels) * direction).sum(dim=(1, 2, 3))
    torch.testing.assert_close(rise / (2 * size), slope, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
@pytest.mark.parametrize("layer", [0, 1, 4])
def test_gradient_without_autograd_is_that_of_autograd(
    model: Classifier, pictures: Tensor, kind: torch.dtype, layer: int
) -> None:
    folded, x = fold(model.to(kind)), pictures.to(kind).requires_grad_(True)
    expected_read = folded.find_input(x, layer)
    slope = torch.randn(expected_read.shape, dtype=kind, generator=torch.Generator().manual_seed(3))
    (expected,) = torch.autograd.grad((slope * expected_read).sum(), x)
    before = slope.clone()
    read, gradient = folded.find_input_and_gradient(x.detach(), layer, slope)
    assert torch.equal(read, expected_read)
    assert torch.equal(gradient, expected)
    assert torch.equal(slope, before)


@pytest.mark.parametrize("size", [(16, 16), (6, 10), (7, 10), (6, 9)])
def test_gradient_of_a_convolution_is_torchs_for_sides_even_and_odd(folded: Folded, size: tuple[int, int]) -> None:
    for convolution in folded.convolutions[:2]:
        x = torch.randn(2, convolution.kernel.shape[1], *size, dtype=torch.float64, requires_grad=True)
        values = conv2d(x, convolution.kernel, convolution.bias, padding=1)
        gradient = torch.randn(values.shape, dtype=torch.float64)
        (expected,) = torch.autograd.grad((values * gradient).sum(), x)
        torch.testing.assert_close(convolution.find_gradient(gradient), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("side", [128, 100])  # 100 is halved to 25, whose last row and column no pool reads
def test_values_without_a_gradient_are_those_with_one(model: Classifier, side: int) -> None:
    folded = fold(model.float())
    x = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(4))
    assert torch.equal(folded.find_input(x, 11), folded.find_input(x.clone().requires_grad_(True), 11))


def test_folding_leaves_the_classifier_alone_and_is_a_copy(model: Classifier, pictures: Tensor) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.train()
    found = fold(model)
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    expected = found(pictures)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    assert torch.equal(found(pictures), expected)


def test_a_training_classifier_is_folded_as_in_evaluation_mode(model: Classifier, pictures: Tensor) -> None:
    expected = model(pictures).detach()
    torch.testing.assert_close(fold(model.train())(pictures), expected, rtol=1e-10, atol=1e-10)
