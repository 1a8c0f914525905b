"""Activation maps and ascent by laws, against the classifier's own layers and torch's Adam."""

import copy

import pytest
import torch
from torch import Tensor, nn

from assignment.models.classifier import Classifier
from reference.filters import ascend, draw_noise, find_maps, find_objective
from reference.folded import Folded, fold


def run_blocks(model: Classifier, pictures: Tensor) -> list[Tensor]:
    """Return what each ReLU of the convolutional part gives."""
    seen: list[Tensor] = []
    parts = [module for module in model.cnn.modules() if isinstance(module, nn.ReLU)]
    hooks = [part.register_forward_hook(lambda _, __, y: seen.append(y.detach().clone())) for part in parts]
    model(pictures)
    for hook in hooks:
        hook.remove()
    return seen


def test_maps_are_what_the_blocks_of_the_classifier_give(model: Classifier, folded: Folded, pictures: Tensor) -> None:
    for layer, expected in enumerate(run_blocks(model, pictures)):
        found = find_maps(folded, pictures, layer=layer, filters=(2, 0), batch=2)
        torch.testing.assert_close(found, expected[:, [2, 0]], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("layer", [0, 2, 7])
def test_objective_is_linear_in_what_the_layer_reads(folded: Folded, pictures: Tensor, layer: int) -> None:
    slope, offset = find_objective(folded, pictures[:1], layer, (1, 3))
    read = folded.find_input(pictures, layer)
    means = folded.convolutions[layer](read).mean(dim=(2, 3))
    for k, f in enumerate((1, 3)):
        torch.testing.assert_close((read * slope[k]).sum(dim=(1, 2, 3)) + offset[k], means[:, f])


@pytest.mark.parametrize("layer", [0, 4])
def test_ascent_is_torchs_adam_on_the_classifier(model: Classifier, folded: Folded, layer: int) -> None:
    start = draw_noise((5,))
    x = start.clone().requires_grad_(True)
    convolutions = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    read: list[Tensor] = []
    hook = convolutions[layer].register_forward_hook(lambda _, __, y: read.append(y))
    adam = torch.optim.Adam([x], lr=0.05)
    for _ in range(5):
        adam.zero_grad()
        model(x)
        (-read[-1][0, 1].mean()).backward()
        adam.step()
        with torch.no_grad():
            x.clamp_(0, 1)
    hook.remove()
    found = ascend(folded, start, layer=layer, filters=(1,), steps=5)
    torch.testing.assert_close(
        found.pictures, x.detach(), rtol=0, atol=1e-7
    )  # 1e-8 of Adam decides where a gradient is 0
    torch.testing.assert_close(found.trace[0, :5], torch.stack([y[0, 1].mean() for y in read]).detach())


def check_ascent(model: Folded, pictures: Tensor, layer: int, filters: tuple[int, ...], steps: int) -> None:
    """Ascent from noise beats the pictures and 1,000 noises, and says what it reached."""
    states = range(len(filters))
    found = ascend(model, draw_noise(states).to(pictures), layer=layer, filters=filters, steps=steps)
    assert found.pictures.min() >= 0
    assert found.pictures.max() <= 1
    own = find_maps(model, found.pictures, layer=layer, filters=filters)[states, states].mean(dim=(1, 2))
    torch.testing.assert_close(found.reached, own)
    rivals = [find_maps(model, pictures, layer=layer, filters=filters)]
    for first in range(0, 1000, 50):
        rivals.append(find_maps(model, draw_noise(range(first, first + 50)).to(pictures), layer=layer, filters=filters))
    best = torch.cat([maps.mean(dim=(2, 3)) for maps in rivals]).amax(dim=0)
    assert len(torch.cat([maps[:, 0, 0, 0] for maps in rivals])) == len(pictures) + 1000
    assert (found.reached > best).all()
    assert (found.trace[:, -1] > found.trace[:, 0]).all()


@pytest.mark.slow
@pytest.mark.parametrize("layer", [0, 3, 6])
def test_ascent_beats_the_pictures_and_a_thousand_noises(model: Classifier, pictures: Tensor, layer: int) -> None:
    check_ascent(fold(model.float()), pictures.float(), layer, (0, 2), steps=40)


@pytest.mark.slow
def test_ascent_beats_the_ten_pictures_and_a_thousand_noises(embedded: tuple[Classifier, Tensor, Tensor]) -> None:
    model, pictures, _ = embedded
    check_ascent(fold(copy.deepcopy(model).float()), pictures.float(), layer=4, filters=(0, 5), steps=40)


def test_ascent_of_a_filter_does_not_depend_on_the_others(folded: Folded) -> None:
    start = draw_noise((1, 2))
    both = ascend(folded, start, layer=3, filters=(0, 3), steps=4)
    for i, f in enumerate((0, 3)):
        alone = ascend(folded, start[i : i + 1], layer=3, filters=(f,), steps=4)
        torch.testing.assert_close(alone.pictures[0], both.pictures[i], rtol=0, atol=1e-9)
        torch.testing.assert_close(alone.reached[0], both.reached[i])


def test_noise_of_a_random_state_is_always_the_same() -> None:
    assert torch.equal(draw_noise((4, 9))[1:], draw_noise((9,)))
    assert not torch.equal(draw_noise((4,)), draw_noise((9,)))


def test_nothing_after_the_layer_is_run(folded: Folded, pictures: Tensor) -> None:
    stump = Folded(folded.convolutions[:4], ())
    whole, short = (ascend(m, pictures[:1], layer=3, filters=(1,), steps=2) for m in (folded, stump))
    assert torch.equal(whole.pictures, short.pictures)
    assert torch.equal(*(find_maps(m, pictures, layer=3, filters=(1,)) for m in (folded, stump)))


def test_layer_or_filter_that_is_not_there_is_refused(folded: Folded, pictures: Tensor) -> None:
    with pytest.raises(ValueError, match="layer: 11; expected 0 to 10"):
        find_maps(folded, pictures, layer=11, filters=(0,))
    with pytest.raises(ValueError, match=r"filters: \[4\]; expected one or more of 0 to 3"):
        ascend(folded, pictures[:1], layer=0, filters=(4,), steps=1)
    with pytest.raises(ValueError, match="start: 3 pictures; expected one for each of the 1 filters"):
        ascend(folded, pictures, layer=0, filters=(1,), steps=1)


def test_maps_and_ascent_leave_everything_as_they_found_it(folded: Folded, pictures: Tensor) -> None:
    tensors = [t for c in folded.convolutions for t in (c.kernel, c.turned, c.bias)]
    before, start = [t.clone() for t in tensors], pictures.clone()
    find_maps(folded, pictures, layer=2, filters=(0,))
    ascend(folded, pictures, layer=2, filters=(0, 1, 2), steps=2)
    with pytest.raises(RuntimeError):
        ascend(folded, pictures[:, :2], layer=2, filters=(0, 1, 2), steps=2)
    assert all(torch.equal(t, b) for t, b in zip(tensors, before, strict=True))
    assert not any(t.requires_grad for t in tensors)
    assert torch.equal(pictures, start)
    assert torch.is_grad_enabled()
