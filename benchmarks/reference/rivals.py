"""The contests of a stage: for each analysis, the 2021 notebook's way written anew, the rivals, and ours.

All variants of a contest get the same noise, points or masks, so that their results can be compared.
"""

import contextlib
import copy
import io
from collections.abc import Callable, Iterator
from unittest.mock import patch

import numpy as np
import torch
from captum.attr import IntegratedGradients, NoiseTunnel, Saliency
from lime.lime_image import LimeImageExplainer
from torch import Tensor, nn

from assignment.models.classifier import Classifier
from benchmarks.reference.stage import Contest, Implementation, Stage
from reference.filters import ascend, draw_noise
from reference.folded import Folded
from reference.integrated_gradients import compute_mean_gradients, list_midpoints
from reference.lime import cut_segments, lime
from reference.saliency import saliency
from reference.smoothgrad import draw_copies, smoothgrad

SIGMA, STATE = 0.15, 1000


def _notebook_gradient(stage: Stage, x: Tensor) -> Tensor:
    """One picture, `backward()`: every parameter gets a gradient too."""
    x = x.detach().clone().requires_grad_(True)
    stage.model(x)[0, int(stage.label)].backward()
    return x.grad


def smoothgrad_contests(stage: Stage) -> Iterator[Contest]:
    """The mean of the saliency maps of noisy copies of one picture."""
    count = stage.sizes.copies
    copies = torch.cat(list(draw_copies(stage.picture[0], SIGMA, (count,), STATE, 8)))

    def notebook() -> Tensor:
        return sum(_notebook_gradient(stage, x[None]).abs().amax(dim=1) for x in copies) / count

    def captum(model: nn.Module, batch: int) -> Tensor:
        parts, draw = iter((copies - stage.picture).split(batch)), torch.normal
        with patch.object(torch, "normal", lambda mean, std: (draw(mean, std), next(parts))[1]):  # it draws, we swap
            tunnel = NoiseTunnel(_Largest(model))
            settings = {"nt_samples": count, "nt_samples_batch_size": batch, "stdevs": SIGMA}
            return tunnel.attribute(stage.picture, target=stage.label, **settings)[:, 0]

    def ours(model: Callable[[Tensor], Tensor], picture: Tensor) -> Tensor:
        settings = {"sigma": SIGMA, "copies": (count,), "random_states": (STATE,)}
        return smoothgrad(model, picture, stage.label, **settings).map[0]

    def given() -> Tensor:
        with patch("reference.smoothgrad.draw_copies", lambda *_: iter(copies.split(8))):
            return ours(stage.ours, stage.picture)

    variants = [Implementation("notebook", "notebook", notebook), *_offer_batches(stage, captum)]
    variants.append(Implementation("ours", "ours", lambda: ours(stage.ours, stage.picture)))
    variants.append(Implementation("given", "ours, the copies given as to captum", given))
    yield Contest(f"SmoothGrad, {count} copies", stage, variants, lambda: ours(stage.exact, stage.picture.double()))


def _offer_batches(stage: Stage, captum: Callable[[nn.Module, int], Tensor]) -> Iterator[Implementation]:
    """Captum in batches of several sizes, with the model as it comes and with a frozen channels-last copy."""
    for size in stage.sizes.batches:
        yield Implementation("rival", f"captum, batch {size}", lambda size=size: captum(stage.model, size))
    for size in stage.sizes.tuned_batches:
        yield Implementation(
            "tuned", f"captum, channels-last model, batch {size}", lambda size=size: captum(stage.wide, size)
        )


class _Largest(Saliency):
    """Captum's saliency; the largest channel is taken at the end of each copy, as in ours."""

    def attribute(self, inputs: Tensor, target: Tensor) -> Tensor:
        return super().attribute(inputs, target=target).amax(dim=1, keepdim=True).expand_as(inputs)

    attribute.__wrapped__ = attribute  # type: ignore[attr-defined]  # what captum's logging would leave


def saliency_contests(stage: Stage) -> Iterator[Contest]:
    """The saliency map of one picture."""
    x, y = stage.picture, stage.label

    def captum(model: nn.Module) -> Tensor:
        return Saliency(model).attribute(x.clone().requires_grad_(True), target=y).amax(dim=1)

    variants = [
        Implementation("notebook", "notebook", lambda: _notebook_gradient(stage, x).abs().amax(dim=1)),
        Implementation("rival", "captum", lambda: captum(stage.model)),
        Implementation("tuned", "captum, channels-last model", lambda: captum(stage.wide)),
        Implementation("ours", "ours", lambda: saliency(stage.ours, x, y)),
    ]
    yield Contest("saliency", stage, variants, lambda: saliency(stage.exact, x.double(), y))


def integrated_gradients_contests(stage: Stage) -> Iterator[Contest]:
    """Integrated gradients of one picture from black."""
    steps = stage.sizes.steps
    x, y, black = stage.picture, stage.label, torch.zeros_like(stage.picture)

    def notebook() -> Tensor:
        return x * sum(_notebook_gradient(stage, share * x) for share in list_midpoints(steps).to(x)) / steps

    def captum(model: nn.Module, batch: int) -> Tensor:
        settings = {"n_steps": steps, "method": "riemann_middle", "internal_batch_size": batch}
        return IntegratedGradients(model).attribute(x, baselines=black, target=y, **settings).detach()

    def ours(model: Callable[[Tensor], Tensor], picture: Tensor) -> Tensor:
        settings = {"baseline": black.to(picture), "steps": steps}  # without the gap, which captum leaves out too
        return (x - black) * compute_mean_gradients(model, picture, y, **settings)

    variants = [Implementation("notebook", "notebook", notebook), *_offer_batches(stage, captum)]
    variants.append(Implementation("ours", "ours", lambda: ours(stage.ours, stage.picture)))
    yield Contest(
        f"integrated gradients, {steps} steps", stage, variants, lambda: ours(stage.exact, stage.picture.double())
    )


def lime_contests(stage: Stage) -> Iterator[Contest]:
    """LIME of all labels of one picture."""
    samples = stage.sizes.samples
    picture = stage.picture[0]
    hwc = picture.permute(1, 2, 0).double().cpu().numpy()
    segments = cut_segments(hwc, pieces=60)

    def probability(pictures: list[np.ndarray]) -> np.ndarray:
        x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).to(picture)
        return torch.softmax(stage.model(x), dim=1).detach().cpu().numpy()

    def package(batch: int, *, grad: bool) -> np.ndarray:
        explainer = LimeImageExplainer(random_state=STATE)
        with torch.set_grad_enabled(grad), contextlib.redirect_stderr(io.StringIO()):
            settings = {"num_samples": samples, "batch_size": batch, "hide_color": 0.5, "top_labels": None}
            found = explainer.explain_instance(
                hwc, probability, labels=range(11), segmentation_fn=lambda _: segments, random_seed=0, **settings
            )
        return np.array([[weight for _, weight in sorted(found.local_exp[label])] for label in range(11)])

    def ours(model: Callable[[Tensor], Tensor], picture: Tensor) -> np.ndarray:
        return lime(model, picture[0], segments, random_state=STATE, samples=samples)

    sizes = stage.sizes.lime_batches
    variants = [Implementation("notebook", "notebook: lime, batch 10", lambda: package(10, grad=True))]
    for size in sizes:
        variants.append(Implementation("rival", f"lime, batch {size}", lambda size=size: package(size, grad=True)))
    for size in (*sizes, 10):
        name = f"lime, no gradients, batch {size}"
        variants.append(Implementation("tuned", name, lambda size=size: package(size, grad=False)))
    variants.append(Implementation("ours", "ours", lambda: ours(stage.ours, stage.picture)))
    yield Contest(f"LIME, {samples} samples", stage, variants, lambda: ours(stage.exact, stage.picture.double()))


def filter_contests(stage: Stage) -> Iterator[Contest]:
    """Ascent for one filter of a shallow and of a deeper convolution, where layers have numbers."""
    steps = stage.sizes.ascent_steps
    for layer in (2, 7) if stage.has_numbered_layers else ():
        start = draw_noise((STATE,)).to(stage.picture)

        def torch_adam(run: Callable[[Tensor], Tensor], start: Tensor = start, layer: int = layer) -> float:
            x = start.clone().requires_grad_(True)
            adam = torch.optim.Adam([x], lr=0.05)
            for _ in range(steps):
                adam.zero_grad()
                (-run(x)[0, 5].mean()).backward()
                adam.step()
                x.data.clamp_(0, 1)
            with torch.no_grad():
                return float(_cut(stage.wide, layer)(x)[0, 5].relu().mean())

        def whole(x: Tensor, layer: int = layer) -> Tensor:
            norms = [part for part in stage.model.modules() if isinstance(part, nn.BatchNorm2d)]
            seen: list[Tensor] = []
            hook = norms[layer].register_forward_hook(lambda _, __, y: seen.append(y))
            stage.model(x)
            hook.remove()
            return seen[0]

        def ours(model: Folded, start: Tensor, layer: int = layer) -> float:
            return float(ascend(model, start, layer=layer, filters=(5,), steps=steps).reached)

        stump = _cut(copy.deepcopy(stage.model).requires_grad_(False), layer)
        wide = _cut(stage.wide, layer)
        variants = [
            Implementation("notebook", "notebook", lambda run=torch_adam, whole=whole: run(whole)),
            Implementation(
                "rival", "lucent's loop, cut off and frozen", lambda run=torch_adam, stump=stump: run(stump)
            ),
            Implementation("tuned", "the same, channels-last", lambda run=torch_adam, wide=wide: run(wide)),
            Implementation("ours", "ours", lambda ours=ours, start=start: ours(stage.ours, start)),
        ]
        name = f"ascent, convolution {layer}, {steps} steps"
        yield Contest(name, stage, variants, lambda ours=ours, start=start: ours(stage.exact, start.double()))


def _cut(model: Classifier, layer: int) -> nn.Sequential:
    """Return the model as far as the batch norm of convolution `layer`."""
    parts = [part for stack in model.cnn for part in stack]
    norms = [i for i, part in enumerate(parts) if isinstance(part, nn.BatchNorm2d)]
    return nn.Sequential(*parts[: norms[layer] + 1])


CONTESTS: dict[str, Callable[[Stage], Iterator[Contest]]] = {
    "saliency": saliency_contests,
    "smoothgrad": smoothgrad_contests,
    "integrated_gradients": integrated_gradients_contests,
    "lime": lime_contests,
    "filters": filter_contests,
}
