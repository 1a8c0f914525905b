"""The variants of `agreement.py`: honest ways to run the notebook's official cells in float32, and wrong ones.

A wrong convention is a cell with one place changed, as a student would change it.
"""

import contextlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from assignment.classifier import Classifier
from benchmarks.agreement_arithmetic import (
    Noisy,
    Rounded,
    Split,
    allow_tf32,
    fold_in_place,
    put_channels_last,
    round_to_bfloat16,
)

EVERY = ("pictures", "lime", "saliency", "smoothgrad", "filters", "integrated_gradients")


@dataclass(frozen=True)
class Variant:
    """One way to run the official cells of some groups.

    edits: what stands once in their cells -> what stands there instead. `prepare` may change the model; `arithmetic`
    holds while the cells run. untold: why no figure can tell this from an honest run. gpu: only a GPU computes so.
    """

    name: str
    groups: tuple[str, ...] = EVERY
    edits: Mapping[str, str] = field(default_factory=dict)
    honest: bool = False
    untold: str = ""
    gpu: bool = False
    threads: int = 1
    prepare: Callable[[Classifier], Classifier] = lambda model: model
    arithmetic: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext


LARGER = {"noisy.split(10)": "noisy.split(20)", "batch_size=8": "batch_size=50"}
HONEST = (
    Variant("as released, 1 thread", honest=True),
    Variant("as released, 2 threads", honest=True, threads=2),
    Variant("layers in batches of 1", honest=True, arithmetic=partial(Split, 1)),
    Variant("layers in batches of 8", honest=True, arithmetic=partial(Split, 8)),
    Variant("larger batches", ("lime", "smoothgrad"), LARGER, honest=True),
    Variant("channels-last", honest=True, prepare=put_channels_last),
    Variant("batch norm folded in", honest=True, prepare=fold_in_place),
    Variant("noise of 1e-6 in every layer", honest=True, arithmetic=partial(Noisy, 1e-6)),
)
PRECISION = (
    Variant("TF32, emulated", arithmetic=partial(Rounded, 10)),
    Variant("TF32, the GPU's own", gpu=True, prepare=allow_tf32),
    Variant("weights in bfloat16", prepare=round_to_bfloat16),
)


def _edit(group: str, name: str, old: str, new: str, *, untold: str = "") -> Variant:
    return Variant(name, (group,), {old: new}, untold=untold)


_SALIENCY = partial(_edit, "saliency")
_SMOOTHGRAD = partial(_edit, "smoothgrad")
_INTEGRATED = partial(_edit, "integrated_gradients")
_FILTERS = partial(_edit, "filters")
_LIME = partial(_edit, "lime")
_SALIENCY_CALL = "saliency_maps = saliency(inputs, labels"
_SMOOTHGRAD_CALL = "smooth_kept = smoothgrad(inputs, labels"
_INTEGRATED_CALL = "rises = integrated_gradients(inputs, labels"
CONVENTIONS = (
    _SALIENCY("of the loss", _SALIENCY_CALL, f'{_SALIENCY_CALL}, of="loss"'),
    _SALIENCY("of the probability", _SALIENCY_CALL, f'{_SALIENCY_CALL}, of="probability"'),
    _SALIENCY("mean of the channels", "gradient.abs().amax(dim=1)", "gradient.abs().mean(dim=1)"),
    _SMOOTHGRAD("sigma squared", "+ sigma * (picture", "+ sigma**2 * (picture"),
    _SMOOTHGRAD("noise not scaled by the range", "sigma * (picture.max() - picture.min()) *", "sigma *"),
    _SMOOTHGRAD("size of the mean gradient", _SMOOTHGRAD_CALL, f'{_SMOOTHGRAD_CALL}, average="signed"'),
    _SMOOTHGRAD("1 copy", _SMOOTHGRAD_CALL, f"{_SMOOTHGRAD_CALL}, copies=1"),
    _SMOOTHGRAD("19 copies", _SMOOTHGRAD_CALL, f"{_SMOOTHGRAD_CALL}, copies=19"),
    _SMOOTHGRAD("the next seed", _SMOOTHGRAD_CALL, f"{_SMOOTHGRAD_CALL}, seed=2"),
    _FILTERS("maps before the ReLU", "(inputs)[:, filters].relu()", "(inputs)[:, filters]"),
    _FILTERS("convolutions 0 and 3 for 1 and 4", "norms[layer] + 1", "norms[layer - (layer < 9)] + 1"),
    Variant(
        "filters counted from 1",
        ("filters",),
        {
            "[0, 3, 9, 15]": "[-1, 2, 8, 14]",
            "[3, 5, 10, 12]": "[2, 4, 9, 11]",
            "[4, 8, 12, 14]": "[3, 7, 11, 13]",
        },
    ),
    _FILTERS("ascent from picture 6", "ascend(white_noise(), layer", "ascend(inputs[[6] * 4], layer"),
    _FILTERS("10 steps of ascent", "steps=100):", "steps=10):"),
    _FILTERS("50 steps of ascent", "steps=100):", "steps=50):"),
    _FILTERS("ascent without bounds", "x.clamp_(0, 1)", "pass"),
    _FILTERS(
        "ascent from the next white noise",
        "ascend(white_noise(), layer",
        "ascend(white_noise(2), layer",
        untold="reaches the same",
    ),
    _INTEGRATED("left ends", "(k + 0.5) / steps", "k / steps"),
    _INTEGRATED("without the factor", _INTEGRATED_CALL, f"{_INTEGRATED_CALL}, multiply=False"),
    _INTEGRATED("white baseline", _INTEGRATED_CALL, f'{_INTEGRATED_CALL}, baseline="white"'),
    _INTEGRATED("5 steps", _INTEGRATED_CALL, f"{_INTEGRATED_CALL}, steps=5"),
    _INTEGRATED("49 steps", _INTEGRATED_CALL, f"{_INTEGRATED_CALL}, steps=49"),
    _LIME("logits for probabilities", "torch.softmax(model(batch), dim=1)", "model(batch)"),
    _LIME("the package's own colour", "hide=0.5", "hide=None"),
    _LIME("one seed for all pictures", "1000 * seed + index", "1000 * seed"),
    _LIME("pieces counted from 1", "start_label=0", "start_label=1"),
)
VARIANTS = (*HONEST, *PRECISION, *CONVENTIONS)
