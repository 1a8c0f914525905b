"""Flat areas: every analysis is plain torch's there, with ties as ties, and captum's wherever a map is determined."""

import copy
from collections.abc import Callable

import pytest
import torch
from captum.attr import IntegratedGradients, Saliency
from torch import Tensor, nn

import reference.folded
from assignment.models.classifier import Classifier
from reference.filters import ascend, find_maps, find_objective
from reference.folded import Folded, fold
from reference.integrated_gradients import integrated_gradients, make_baseline
from reference.lime import cut_segments, lime
from reference.saliency import input_gradient, saliency
from reference.smoothgrad import smoothgrad
from reference.ties import find_undetermined
from tests.flat import FLAT, make_ties_equal, soften
from tests.reference.conftest import make_classifier

Model = Callable[[Tensor], Tensor]
LABEL = torch.tensor([4])
STEPS = 4  # captum rounds points to float32: only a power of two survives that
FEW = ("white", "box on white", "saturated")


@pytest.fixture(scope="module")
def plain() -> Classifier:
    return make_classifier(width=4)


@pytest.fixture(scope="module")
def tied(plain: Classifier) -> nn.Module:
    """Plain torch with ties as ties."""
    return make_ties_equal(plain)


@pytest.fixture(scope="module")
def fast(plain: Classifier) -> Folded:
    return fold(plain)


@pytest.fixture(params=list(FLAT))
def picture(request: pytest.FixtureRequest) -> Tensor:
    return FLAT[request.param][None]


@pytest.fixture
def unframed(monkeypatch: pytest.MonkeyPatch) -> None:
    """In float64 as on a GPU: whole batches, channels-last."""
    monkeypatch.setattr(reference.folded, "_in_frames", lambda x: False)


def integrate(model: Model, picture: Tensor, label: Tensor, kind: str = "black") -> Tensor:
    baseline = make_baseline(kind, picture, random_states=(5,))
    return integrated_gradients(model, picture, label, baseline=baseline, steps=STEPS).attribution


def smooth(model: Model, picture: Tensor, label: Tensor) -> Tensor:
    return smoothgrad(model, picture, label, sigma=0.1, copies=(3,), random_states=(5,)).map[0]


def explain_pieces(model: Model, picture: Tensor, label: Tensor) -> Tensor:
    segments = cut_segments(picture[0].permute(1, 2, 0).numpy(), pieces=12)
    return torch.from_numpy(lime(model, picture[0], segments, random_state=3, samples=20))


ANALYSES: dict[str, Callable[[Model, Tensor, Tensor], Tensor]] = {
    "gradient": input_gradient,
    "saliency": saliency,
    "smoothgrad": smooth,
    "integrated gradients": integrate,
    "integrated gradients from white": lambda *given: integrate(*given, kind="white"),
    "lime": explain_pieces,
}


def check_close(found: Tensor, expected: Tensor, where: Tensor | bool = True) -> None:
    """Fail where two maps differ by a billionth of the largest value."""
    scale = expected.abs().max()
    assert scale > 0 or not found.any()
    assert ((found - expected).abs() * torch.as_tensor(where)).max() <= 1e-9 * scale


@pytest.mark.slow
@pytest.mark.parametrize("analysis", ANALYSES)
def test_analysis_of_a_flat_picture_is_plain_torchs_with_ties_as_ties(
    fast: Folded, tied: nn.Module, picture: Tensor, analysis: str
) -> None:
    check_close(*(ANALYSES[analysis](model, picture, LABEL) for model in (fast, tied)))


def test_saliency_of_a_box_on_white_is_plain_torchs_with_ties_as_ties(
    embedded: tuple[Classifier, Tensor, Tensor],
) -> None:
    model, _, _ = embedded
    check_close(*(saliency(m, FLAT["box on white"][None], LABEL) for m in (fold(model), make_ties_equal(model))))


@pytest.mark.slow
@pytest.mark.usefixtures("unframed")
def test_gradient_outside_frames_is_plain_torchs_with_ties_as_ties(
    fast: Folded, tied: nn.Module, picture: Tensor
) -> None:
    check_close(*(input_gradient(model, picture, LABEL) for model in (fast, tied)))


@pytest.mark.slow
def test_the_trained_classifier_too_is_plain_torch_with_ties_as_ties(
    embedded: tuple[Classifier, Tensor, Tensor], picture: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _, _ = embedded
    expected, folded = input_gradient(make_ties_equal(model), picture, LABEL), fold(model)
    check_close(input_gradient(folded, picture, LABEL), expected)
    monkeypatch.setattr(reference.folded, "_in_frames", lambda x: False)
    check_close(input_gradient(folded, picture, LABEL), expected)


def test_values_are_plain_torchs_without_any_rule_for_ties(plain: Classifier, fast: Folded, picture: Tensor) -> None:
    check_close(fast(picture), plain(picture).detach())
    read: list[Tensor] = []
    hook = plain.cnn[1][0].register_forward_pre_hook(lambda _, given: read.append(given[0]))
    plain(picture)
    hook.remove()
    check_close(fast.find_input(picture, 3), read[0].detach())
    found = find_maps(fast, picture, layer=0, filters=(0, 2))
    check_close(found, plain.cnn[0][:3](picture)[:, [0, 2]].detach())


@pytest.mark.slow
@pytest.mark.parametrize("layer", [3, 6])
def test_ascent_from_a_flat_picture_follows_plain_torchs_gradient(
    fast: Folded, tied: nn.Module, picture: Tensor, layer: int
) -> None:
    slope, _ = find_objective(fast, picture, layer, (1,))
    x = picture.clone().requires_grad_(True)
    read: list[Tensor] = []
    convolutions = [module for module in tied.modules() if isinstance(module, nn.Conv2d)]
    hook = convolutions[layer].register_forward_pre_hook(lambda _, given: read.append(given[0]))
    tied(x)
    hook.remove()
    (expected,) = torch.autograd.grad((slope * read[0]).sum(), x)
    check_close(fast.find_input_and_gradient(picture, layer, slope)[1], expected)
    assert ascend(fast, picture, layer=layer, filters=(1,), steps=2).pictures.isfinite().all()


def captums_saliency(model: nn.Module, picture: Tensor) -> Tensor:
    return Saliency(model).attribute(picture.clone().requires_grad_(True), target=LABEL).amax(dim=1)


def captums_attribution(model: nn.Module, picture: Tensor) -> Tensor:
    return (
        IntegratedGradients(model).attribute(picture, target=LABEL, n_steps=STEPS, method="riemann_middle").sum(dim=1)
    )


def attribute(model: Model, picture: Tensor, label: Tensor) -> Tensor:
    return integrate(model, picture, label).sum(dim=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", FEW)
@pytest.mark.parametrize(("ours", "theirs"), [(saliency, captums_saliency), (attribute, captums_attribution)])
def test_maps_of_flat_pictures_are_captums_where_they_are_determined(
    plain: Classifier, fast: Folded, tied: nn.Module, name: str, ours: Callable, theirs: Callable
) -> None:
    picture = FLAT[name][None]
    found = ours(fast, picture, LABEL)
    determined = ~find_undetermined(lambda x, label: ours(fast, x, label), picture, LABEL)
    check_close(found, theirs(plain, picture), where=determined)
    check_close(found, theirs(tied, picture))


def test_a_model_without_biases_is_silent_on_black(plain: Classifier) -> None:
    """Every ReLU stands at zero exactly, where torch passes no gradient on."""
    bare = copy.deepcopy(plain)
    for module in bare.modules():
        if isinstance(module, nn.Conv2d | nn.BatchNorm2d):
            module.bias.data.zero_()
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.zero_()
    found = input_gradient(fold(bare), FLAT["black"][None], LABEL)
    assert torch.equal(found, torch.zeros_like(found))
    assert torch.equal(found, input_gradient(bare, FLAT["black"][None], LABEL))


def test_threads_and_neighbours_do_not_turn_a_tie(fast: Folded) -> None:
    pictures = torch.stack([FLAT["white"], FLAT["box on white"], soften()])
    whole = input_gradient(fast, pictures, LABEL.expand(3))
    threads = torch.get_num_threads()
    try:
        for count in (1, 3):
            torch.set_num_threads(count)
            alone = torch.cat([input_gradient(fast, x, LABEL) for x in pictures.split(1)])
            check_close(alone, whole)
    finally:
        torch.set_num_threads(threads)
