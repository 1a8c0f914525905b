"""Integrated gradients by laws, and in parity with captum."""

import copy

import pytest
import torch
from captum.attr import IntegratedGradients as CaptumsIntegratedGradients
from torch import Tensor

from assignment.models.classifier import Classifier
from reference.folded import Folded, fold
from reference.integrated_gradients import KINDS, integrated_gradients, make_baseline

STATES = (1000, 1001, 1002)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_integrated_gradients_are_captums_at_the_same_points(
    model: Classifier, folded: Folded, pictures: Tensor, labels: Tensor, kind: str
) -> None:
    baseline = make_baseline(kind, pictures, random_states=STATES)
    theirs = CaptumsIntegratedGradients(model).attribute(
        pictures, baselines=baseline, target=labels, n_steps=8, method="riemann_middle"
    )  # captum rounds points and steps to float32: only a power of two survives that
    ours = integrated_gradients(folded, pictures, labels, baseline=baseline, steps=8, batch=3)
    assert (ours.attribution - theirs).abs().max() <= 1e-10 * theirs.abs().max()


def test_integrated_gradients_of_a_linear_model_need_one_step_and_leave_no_gap() -> None:
    weights = torch.randn(5, 3 * 4 * 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    x = torch.rand(2, 3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    found = integrated_gradients(
        lambda x: x.flatten(1) @ weights.T, x, torch.tensor([4, 0]), baseline=torch.ones_like(x), steps=1
    )
    torch.testing.assert_close(found.attribution, (x - 1) * weights.view(5, 3, 4, 4)[[4, 0]])
    assert found.gap.max() < 1e-12


def test_integrated_gradients_of_the_square_are_exact_with_midpoints() -> None:
    x = torch.rand(1, 3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    found = integrated_gradients(
        lambda x: (x * x).sum(dim=(1, 2, 3))[:, None], x, torch.tensor([0]), baseline=torch.zeros_like(x), steps=3
    )
    torch.testing.assert_close(found.attribution, x * x)
    assert found.gap.max() < 1e-12


def test_each_step_lies_on_the_line_and_none_on_its_ends(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    seen: list[Tensor] = []

    def watch(x: Tensor) -> Tensor:
        if x.requires_grad:
            seen.append(x.detach())
        return folded(x)

    baseline = make_baseline("noise", pictures, random_states=STATES)
    integrated_gradients(watch, pictures, labels, baseline=baseline, steps=10, batch=4)
    points = torch.cat(seen).reshape(3, 10, -1)
    line = (pictures - baseline).flatten(1)
    way = ((points - baseline.flatten(1)[:, None]) * line[:, None]).sum(dim=2) / line.square().sum(dim=1, keepdim=True)
    torch.testing.assert_close(way, ((torch.arange(10) + 0.5) / 10).double().expand(3, 10))
    away = points - (baseline.flatten(1)[:, None] + way[:, :, None] * line[:, None])
    assert away.abs().max() < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_attributions_add_up_to_the_difference_of_the_logits(
    folded: Folded, pictures: Tensor, labels: Tensor, kind: str
) -> None:
    pictures, labels = pictures[:1], labels[:1]
    baseline = make_baseline(kind, pictures, random_states=STATES[:1])
    found = integrated_gradients(folded, pictures, labels, baseline=baseline, steps=100)
    rise = (folded(pictures) - folded(baseline)).gather(1, labels[:, None])[:, 0]
    torch.testing.assert_close(found.rise, rise)
    torch.testing.assert_close(found.attribution, (pictures - baseline) * found.mean)
    torch.testing.assert_close((found.attribution.sum(dim=(1, 2, 3)) - rise).abs(), found.gap)
    assert (found.gap <= 1e-2 * found.attribution.abs().sum(dim=(1, 2, 3))).all()


@pytest.mark.slow
def test_gap_shrinks_with_more_steps(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    pictures, labels = pictures[:1], labels[:1]
    baseline = make_baseline("black", pictures)
    few, many = (
        integrated_gradients(folded, pictures, labels, baseline=baseline, steps=steps).gap for steps in (2, 100)
    )
    assert many.sum() < few.sum() / 3


def test_pixel_that_equals_its_baseline_gets_nothing(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    baseline = pictures.clone()
    baseline[:, :, 64:] = 0.5
    found = integrated_gradients(folded, pictures, labels, baseline=baseline, steps=3).attribution
    assert (found[:, :, :64] == 0).all()
    assert (found[:, :, 64:] != 0).any()


def test_baselines_are_what_their_names_say(pictures: Tensor) -> None:
    made = {kind: make_baseline(kind, pictures, random_states=STATES) for kind in KINDS}
    assert (made["black"] == 0).all()
    assert (made["white"] == 1).all()
    assert made["blurred"].diff(dim=3).abs().mean() < 0.8 * pictures.diff(dim=3).abs().mean()
    torch.testing.assert_close(made["blurred"].mean(dim=(2, 3)), pictures.mean(dim=(2, 3)), rtol=0.05, atol=0)
    assert float(made["noise"].std()) == pytest.approx(12**-0.5, rel=0.01)
    assert torch.equal(made["noise"][1:2], make_baseline("noise", pictures[1:2], random_states=STATES[1:2]))
    assert all(0 <= float(made[kind].min()) <= float(made[kind].max()) <= 1 for kind in KINDS)
    assert all(made[kind].shape == pictures.shape for kind in KINDS)


def test_what_makes_no_sense_is_refused(folded: Folded, pictures: Tensor, labels: Tensor) -> None:
    with pytest.raises(ValueError, match="baseline: 'grey'; expected one of black, white, blurred, noise"):
        make_baseline("grey", pictures)
    with pytest.raises(ValueError, match="random_states: 0; expected one for each of the 3 pictures"):
        make_baseline("noise", pictures)
    with pytest.raises(ValueError, match="steps: 0; expected a whole number from 1"):
        integrated_gradients(folded, pictures, labels, baseline=pictures, steps=0)


def test_integrated_gradients_leave_the_model_as_they_found_it(
    watched: tuple, pictures: Tensor, labels: Tensor
) -> None:
    model, unchanged = watched
    baseline = torch.zeros_like(pictures)
    with unchanged:
        integrated_gradients(model, pictures, labels, baseline=baseline, steps=2)
    with pytest.raises(RuntimeError), unchanged:
        integrated_gradients(model, pictures, labels + 9, baseline=baseline, steps=2)


@pytest.mark.slow
def test_attributions_of_the_ten_pictures_add_up(embedded: tuple[Classifier, Tensor, Tensor]) -> None:
    """From black; test_canonical_laws.py has the other baselines."""
    model, pictures, labels = embedded
    x = pictures.float()  # the gap is far above what float32 rounds away
    baseline = make_baseline("black", x)
    settings = {"baseline": baseline, "steps": 50}
    found = integrated_gradients(fold(copy.deepcopy(model).float()), x, labels, **settings)
    assert (found.gap <= 1e-2 * found.attribution.abs().sum(dim=(1, 2, 3))).all()
