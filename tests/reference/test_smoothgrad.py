"""SmoothGrad by laws, and in parity with captum."""

import numpy as np
import pytest
import torch
from captum.attr import NoiseTunnel, Saliency
from captum.log import log_usage
from torch import Tensor

from assignment.models.classifier import Classifier
from reference.folded import Folded
from reference.saliency import saliency
from reference.smoothgrad import compute_kept, draw_copies, predict_classes, smoothgrad

STATES = (1000, 1001, 1002)


def test_smoothgrad_without_noise_is_saliency(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    found = smoothgrad(folded, pictures, labels, sigma=0.0, copies=(1, 3), random_states=STATES)
    expected = saliency(folded, pictures, labels)
    for count in range(2):
        assert (found.map[count] - expected).abs().max() <= 1e-12 * expected.max()
    assert torch.equal(found.classes, folded(pictures).argmax(dim=1, keepdim=True).expand(-1, 3))


def test_smoothgrad_is_captums_noise_tunnel_with_the_same_noise(
    model: Classifier, folded: Folded, pictures: Tensor, labels: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Largest(Saliency):
        """Captum's saliency, with the largest channel in the place of all three."""

        @log_usage()  # NoiseTunnel looks for what this decorator leaves
        def attribute(self, inputs: Tensor, target: Tensor) -> Tensor:
            return super().attribute(inputs, target=target).amax(dim=1, keepdim=True).expand_as(inputs)

    for n, state in enumerate(STATES):  # captum takes one standard deviation for all pictures
        picture, label = pictures[n : n + 1], labels[n : n + 1]
        noise = torch.from_numpy(np.random.default_rng(state).standard_normal((5, 3, 128, 128)))
        monkeypatch.setattr(torch, "normal", lambda mean, std, noise=noise: mean + std * noise)
        std = 0.15 * float(picture.max() - picture.min())
        theirs = NoiseTunnel(Largest(model)).attribute(picture.clone(), nt_samples=5, stdevs=std, target=label)
        ours = smoothgrad(folded, picture, label, sigma=0.15, copies=(5,), random_states=(state,))
        assert (ours.map[0] - theirs[:, 0]).abs().max() <= 1e-10 * theirs.abs().max()


def test_counts_of_one_pass_are_those_of_separate_passes(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    together = smoothgrad(folded, pictures, labels, sigma=0.2, copies=(1, 3, 6), random_states=STATES, batch=4)
    for i, count in enumerate((1, 3, 6)):
        alone = smoothgrad(folded, pictures, labels, sigma=0.2, copies=(count,), random_states=STATES, batch=2)
        assert (together.map[i] - alone.map[0]).abs().max() <= 1e-12 * alone.map.max()
        assert torch.equal(together.classes[:, :count], alone.classes)


def test_picture_has_the_same_map_beside_any_other(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    whole = smoothgrad(folded, pictures, labels, sigma=0.2, copies=(4,), random_states=STATES).map[0]
    turned = smoothgrad(folded, pictures.flip(0), labels.flip(0), sigma=0.2, copies=(4,), random_states=STATES[::-1])
    assert (turned.map[0].flip(0) - whole).abs().max() <= 1e-12 * whole.max()


def test_another_random_state_gives_another_map(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    one, other = (
        smoothgrad(folded, pictures[:1], labels[:1], sigma=0.2, copies=(2,), random_states=(state,)).map
        for state in (1, 2)
    )
    assert (one - other).abs().max() > 0.01 * one.max()


def test_noise_is_a_share_of_the_pictures_range(pictures: Tensor) -> None:
    for picture in pictures:
        (copies,) = draw_copies(picture, 0.1, (6,), 7, batch=8)
        noise = copies - picture
        assert float(noise.std()) == pytest.approx(0.1 * float(picture.max() - picture.min()), rel=0.01)
        assert abs(float(noise.mean())) < 1e-3


def test_kept_is_the_share_of_copies_in_the_pictures_class() -> None:
    def model(x: Tensor) -> Tensor:  # the class is the sign of the first value
        first = x[:, 0, 0, 0]
        return torch.stack([first, -first], dim=1)

    picture = torch.zeros(1, 3, 8, 8, dtype=torch.float64)
    picture[0, :, 4:] = 1.0
    picture[0, 0, 0, 0] = 0.5
    found = smoothgrad(model, picture, torch.tensor([0]), sigma=0.5, copies=(4000,), random_states=(3,), batch=1000)
    kept = compute_kept(found.classes, model(picture).argmax(dim=1))
    assert float(kept) == pytest.approx(0.841, abs=0.02)  # P(z > -1) of a normal z


@pytest.mark.slow
def test_classes_without_gradients_are_the_same(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    for sigma in (0.05, 0.5):
        settings = {"sigma": sigma, "random_states": STATES, "batch": 3}
        expected = smoothgrad(folded, pictures, labels, copies=(8,), **settings).classes
        assert torch.equal(predict_classes(folded, pictures, copies=8, **settings), expected)


def test_signed_average_is_captums_mean_gradient(
    folded: Folded, model: Classifier, pictures: Tensor, labels: Tensor
) -> None:
    found = smoothgrad(folded, pictures[:1], labels[:1], sigma=0.1, copies=(5,), random_states=STATES[:1])
    copies = torch.cat(list(draw_copies(pictures[0], 0.1, (5,), STATES[0], batch=5)))
    gradients = Saliency(model).attribute(copies.requires_grad_(True), target=labels[:1].expand(5), abs=False)
    expected = gradients.mean(dim=0).abs().amax(dim=0)
    assert (found.signed[0, 0] - expected).abs().max() <= 1e-10 * expected.max()
    assert (found.signed <= found.map).all()


@pytest.mark.parametrize("copies", [(), (0, 5), (5, 5), (8, 4)])
def test_counts_that_do_not_rise_are_refused(
    folded: Folded, pictures: Tensor, labels: Tensor, copies: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="expected rising counts from 1"):
        smoothgrad(folded, pictures, labels, sigma=0.1, copies=copies, random_states=STATES)


def test_smoothgrad_leaves_the_model_as_it_found_it(watched: tuple, pictures: Tensor, labels: Tensor) -> None:
    model, unchanged = watched
    with unchanged:
        smoothgrad(model, pictures, labels, sigma=0.1, copies=(2,), random_states=STATES)
    with pytest.raises(RuntimeError), unchanged:
        smoothgrad(model, pictures, labels + 9, sigma=0.1, copies=(2,), random_states=STATES)
