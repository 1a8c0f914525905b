"""Classifiers that are not the homework's: every analysis in parity with captum or lime, filters by a layer's name."""

import contextlib
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from captum.attr import IntegratedGradients, NoiseTunnel, Saliency
from captum.log import log_usage
from lime.lime_image import LimeImageExplainer
from torch import Tensor, nn
from torchvision import models
from transformers import ViTConfig, ViTForImageClassification

from assignment.fixable import FixableError
from assignment.models.classifier import Classifier, load_classifier
from assignment.models.network import Network
from reference.filters import ascend, draw_noise, find_maps
from reference.folded import Folded, prepare
from reference.integrated_gradients import integrated_gradients
from reference.lime import lime
from reference.saliency import saliency
from reference.smoothgrad import predict_classes, smoothgrad
from tests.reference.conftest import Unchanged

SIDE, LABELS = 64, 5
TINY = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "patch_size": 16}
SETTINGS = {"labels": LABELS, "side": SIDE, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}


def draw_spots(count: int) -> Tensor:
    """Pictures of soft spots, each from 0 to 1: captum rounds the noise's deviation, an eighth of that."""
    coarse = torch.rand(count, 3, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    spots = nn.functional.interpolate(coarse, size=(SIDE, SIDE), mode="bicubic")
    low, high = spots.amin(dim=(1, 2, 3), keepdim=True), spots.amax(dim=(1, 2, 3), keepdim=True)
    return ((spots - low) / (high - low)).clamp(0, 1)


def open_torchvision(name: str, folder: Path) -> Network:
    torch.manual_seed(4)
    body = models.get_model(name, weights=None, num_classes=LABELS)
    for part in body.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = 1.0  # the next pass sets the running mean and variance
    last = [part for part in body.modules() if isinstance(part, nn.Linear)][-1]
    with torch.no_grad():
        seen = draw_spots(16).float() * torch.linspace(0, 1, 16).view(16, 1, 1, 1)  # from black, like a path
        seen = (seen - 0.45) / 0.225
        body(seen)
        last.weight /= body.eval()(seen).abs().max()  # probabilities that are not 0 and 1
    torch.save(body.state_dict(), folder / "weights.pth")
    described = {"kind": "torchvision", "name": name, "weights": "weights.pth", **SETTINGS}
    (folder / "model.yaml").write_text(yaml.safe_dump(described))
    return load_classifier(folder / "model.yaml")


def open_vit(folder: Path) -> Network:
    torch.manual_seed(4)
    ViTForImageClassification(ViTConfig(image_size=SIDE, num_labels=LABELS, **TINY)).save_pretrained(folder)
    (folder / "model.yaml").write_text(yaml.safe_dump({"kind": "transformers", **SETTINGS}))
    return load_classifier(folder / "model.yaml")


CNNS = ["resnet18", pytest.param("vgg16", marks=pytest.mark.nightly), "efficientnet_b0"]
Opened = Callable[[str], Network]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Return what opens a network by name, each once."""

    @cache
    def find(name: str) -> Network:
        folder = tmp_path_factory.mktemp(name)
        return open_vit(folder) if name == "vit" else open_torchvision(name, folder)

    return find


@pytest.fixture(params=CNNS)
def cnn(request: pytest.FixtureRequest, opened: Opened) -> Network:
    return opened(request.param)


@pytest.fixture
def vit(opened: Opened) -> Network:
    return opened("vit")


@pytest.fixture(params=[*CNNS, "vit"])
def network(request: pytest.FixtureRequest, opened: Opened) -> Network:
    return opened(request.param)


@pytest.fixture(scope="module")
def small() -> Tensor:
    return draw_spots(2)


TARGETS = torch.tensor([1, 4])


def check_same(ours: Tensor, theirs: Tensor) -> None:
    assert theirs.abs().max() > 0
    assert (ours - theirs).abs().max() <= 1e-9 * theirs.abs().max()


def test_saliency_is_captums(network: Network, small: Tensor) -> None:
    theirs = Saliency(network).attribute(small.clone(), target=TARGETS).amax(dim=1)
    check_same(saliency(network, small, TARGETS), theirs)


class Largest(Saliency):
    """Captum's saliency, with the largest channel in the place of all three."""

    @log_usage()  # NoiseTunnel looks for what this decorator leaves
    def attribute(self, inputs: Tensor, target: Tensor) -> Tensor:
        return super().attribute(inputs, target=target).amax(dim=1, keepdim=True).expand_as(inputs)


def test_smoothgrad_is_captums_noise_tunnel_with_the_same_noise(
    network: Network, small: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, label = small[:1], TARGETS[:1]
    noise = torch.from_numpy(np.random.default_rng(7).standard_normal((3, 3, SIDE, SIDE)))
    monkeypatch.setattr(torch, "normal", lambda mean, std: mean + std * noise)
    theirs = NoiseTunnel(Largest(network)).attribute(picture.clone(), nt_samples=3, stdevs=0.125, target=label)
    ours = smoothgrad(network, picture, label, sigma=0.125, copies=(3,), random_states=(7,))
    check_same(ours.map[0], theirs[:, 0])


def test_integrated_gradients_are_captums_at_the_same_points(network: Network, small: Tensor) -> None:
    black = torch.zeros_like(small[:1])
    settings = {
        "target": TARGETS[:1],
        "n_steps": 4,
        "method": "riemann_middle",
    }  # captum rounds to float32: a power of 2
    theirs = IntegratedGradients(network).attribute(small[:1], baselines=black, **settings)
    check_same(integrated_gradients(network, small[:1], TARGETS[:1], baseline=black, steps=4).attribution, theirs)


def test_lime_is_the_packages(network: Network, small: Tensor) -> None:
    eighth = np.arange(SIDE) // 16
    segments = eighth[:, None] * 4 + eighth[None]  # 16 square pieces

    def probability(copies: list[np.ndarray]) -> np.ndarray:
        with torch.no_grad():
            return torch.softmax(network(torch.from_numpy(np.stack(copies)).permute(0, 3, 1, 2)), dim=1).numpy()

    with contextlib.redirect_stderr(io.StringIO()):
        theirs = LimeImageExplainer(random_state=5).explain_instance(
            small[0].permute(1, 2, 0).numpy(), probability, labels=range(LABELS), top_labels=None, hide_color=0.5,
            num_samples=10, segmentation_fn=lambda _: segments, random_seed=0,
        )  # fmt: skip
    expected = np.array([[weight for _, weight in sorted(theirs.local_exp[label])] for label in range(LABELS)])
    ours = lime(network, small[0], segments, random_state=5, samples=10)
    check_same(torch.from_numpy(ours), torch.from_numpy(expected))


def find_middle(network: Network) -> tuple[str, nn.Module]:
    """Return a layer in the first half of a network that is one of its modules."""
    parts = dict(network.body.named_modules())
    names = [name for name in network.list_layers() if name in parts]
    return names[len(names) // 3], parts[names[len(names) // 3]]


def record(network: Network, part: nn.Module, x: Tensor) -> Tensor:
    seen: list[Tensor] = []
    hook = part.register_forward_hook(lambda _, __, y: seen.append(y.clone()))  # the ReLU behind it works in place
    network(x)
    hook.remove()
    return seen[0]


def test_maps_of_a_layer_by_name_are_what_the_layer_gives(cnn: Network, small: Tensor) -> None:
    name, part = find_middle(cnn)
    found = find_maps(cnn, small, layer=name, filters=(3, 0), batch=1)
    check_same(found, record(cnn, part, small).detach()[:, [3, 0]])


def test_ascent_of_a_layer_by_name_is_torchs_adam(cnn: Network) -> None:
    name, part = find_middle(cnn)
    start = draw_noise((5, 6), size=(SIDE, SIDE))
    x, means = start.clone().requires_grad_(True), []
    adam = torch.optim.Adam([x], lr=0.05)
    for _ in range(3):
        adam.zero_grad()
        means.append(record(cnn, part, x)[[0, 1], [2, 1]].mean(dim=(1, 2)))
        (-means[-1].sum()).backward()
        adam.step()
        with torch.no_grad():
            x.clamp_(0, 1)
    found = ascend(cnn, start, layer=name, filters=(2, 1), steps=3)
    torch.testing.assert_close(found.trace[:, :3], torch.stack(means, dim=1).detach(), rtol=1e-7, atol=0)
    torch.testing.assert_close(found.reached, found.trace[:, -1])
    assert (found.trace[:, -1] > found.trace[:, 0]).all()


def test_filters_by_name_leave_a_network_as_they_found_it(opened: Opened, small: Tensor) -> None:
    network = opened("efficientnet_b0")
    with Unchanged(network):
        find_maps(network, small, layer="features.0", filters=(0,))
        ascend(network, small[:1], layer="features.0", filters=(0,), steps=1)


def test_filters_of_a_vision_transformer_are_refused_with_the_reason(vit: Network, small: Tensor) -> None:
    with Unchanged(vit), pytest.raises(FixableError, match="ViTForImageClassification: its layers cannot be followed"):
        find_maps(vit, small, layer="conv1", filters=(0,))


def test_layer_or_filter_that_a_network_lacks_is_refused(cnn: Network, small: Tensor) -> None:
    name, _ = find_middle(cnn)
    with pytest.raises(FixableError, match=r"layer: 'nosuch'; expected one of \d+, such as "):
        find_maps(cnn, small, layer="nosuch", filters=(0,))
    with pytest.raises(FixableError, match="layer: '3'; expected one of"):
        find_maps(cnn, small, layer=3, filters=(0,))
    with pytest.raises(FixableError, match=r"of shape \(1, 5\); expected maps"):
        find_maps(cnn, small, layer=cnn.list_layers()[-1], filters=(0,))
    with pytest.raises(ValueError, match=r"filters: \[9999\]; expected one or more of 0 to"):
        ascend(cnn, small[:1], layer=name, filters=(9999,), steps=1)


def test_fast_path_is_chosen_by_what_a_model_is(model: Classifier, vit: Network) -> None:
    assert isinstance(prepare(model), Folded)
    assert prepare(vit) is vit


def test_model_in_training_mode_is_refused_by_every_analysis(
    model: Classifier, pictures: Tensor, labels: Tensor
) -> None:
    model.fc.train()  # the dropout alone
    quarters = np.arange(128)[:, None] // 64 + np.zeros((1, 128), dtype=int)
    once = {"sigma": 0.1, "random_states": (1, 2, 3)}
    runs = [
        lambda: saliency(model, pictures, labels),
        lambda: smoothgrad(model, pictures, labels, copies=(1,), **once),
        lambda: predict_classes(model, pictures, copies=1, **once),
        lambda: integrated_gradients(model, pictures, labels, baseline=pictures * 0, steps=1),
        lambda: lime(model, pictures[0], quarters, random_state=1, samples=3),
        lambda: find_maps(Network(model, labels=11, side=128).eval(), pictures, layer="cnn.0.0", filters=(0,)),
    ]
    for run in runs[:-1]:
        with Unchanged(model), pytest.raises(ValueError, match="model: fc in training mode; expected evaluation mode"):
            run()
    runs[-1]()  # in a Network it was put into evaluation mode: nothing to refuse
