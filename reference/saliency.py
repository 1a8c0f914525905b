"""Saliency maps (Simonyan, Vedaldi, Zisserman; ICLR workshop 2014; arXiv:1312.6034).

    s[n,u] = max over c of | d f_y / d x[n,c,u] |

Convention: f_y is the label's logit. The same map of the label's probability or of the cross-entropy loss is offered
for comparison: both shrink towards zero as the classifier grows certain, which the logit's does not. Captum's Saliency
keeps the channels apart and leaves the choice of f_y to the caller. The 2021 notebook: gradient of the loss, and each
map stretched to [0, 1] before anybody saw its size.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax, softmax

from assignment.models.network import find_training_parts

TARGETS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "logit": lambda logits, labels: logits.gather(1, labels[:, None])[:, 0],
    "probability": lambda logits, labels: softmax(logits, dim=1).gather(1, labels[:, None])[:, 0],
    "loss": lambda logits, labels: -log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0],
}


def check_mode(model: Callable[[Tensor], Tensor]) -> None:
    """Raise ValueError for a model in training mode, where an answer depends on chance and on its neighbours."""
    if isinstance(model, nn.Module) and (parts := find_training_parts(model)):
        raise ValueError(f"model: {parts[0] or 'all of it'} in training mode; expected evaluation mode, model.eval()")


def input_gradient(model: Callable[[Tensor], Tensor], pictures: Tensor, labels: Tensor, *, of: str = "logit") -> Tensor:
    """Return d f / d x (N, 3, H, W), where f is each label's logit, probability or loss.

    pictures (N, 3, H, W); labels (N,) int64. Parameters get no gradient: the model is left as it was found.
    """
    gradient, _ = compute_gradient_and_logits(model, pictures, labels, of=of)
    return gradient


def compute_gradient_and_logits(
    model: Callable[[Tensor], Tensor], pictures: Tensor, labels: Tensor, *, of: str = "logit"
) -> tuple[Tensor, Tensor]:
    """Return `input_gradient` and, from the same pass, the logits (N, labels)."""
    check_mode(model)
    x = pictures.detach().requires_grad_(True)
    with torch.enable_grad():
        logits = model(x)
        target = TARGETS[of](logits, labels)  # (N,): each picture has its own, so the sum mixes nothing
        (gradient,) = torch.autograd.grad(target.sum(), x)
    return gradient, logits.detach()


def saliency(
    model: Callable[[Tensor], Tensor], pictures: Tensor, labels: Tensor, *, of: str = "logit", batch: int = 8
) -> Tensor:
    """Return the map (N, H, W) of how strongly each pixel moves its label's logit (or probability, or loss).

    pictures (N, 3, H, W) in [0, 1]; labels (N,) int64. Leaves the model as it found it.
    """
    parts = zip(pictures.split(batch), labels.split(batch), strict=True)
    return torch.cat([input_gradient(model, x, y, of=of).abs().amax(dim=1) for x, y in parts])
