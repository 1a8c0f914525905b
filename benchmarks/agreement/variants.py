"""The variants of `agreement.py`: honest ways to run the notebook's official cells in float32, and wrong ones.

A wrong convention is a cell with one place changed, as a student would change it.
"""

import contextlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from assignment.models.classifier import Classifier
from benchmarks.agreement.arithmetic import (
    Noisy,
    Rounded,
    RoundedWeights,
    Split,
    allow_tf32,
    fold_in_place,
    put_channels_last,
    round_to_bfloat16,
)

PICTURES = ("pictures", "lime", "saliency", "smoothgrad", "filters", "integrated_gradients")
TEXTS = ("attention", "embedding_pca", "embedding_distance")
EVERY = (*PICTURES, *TEXTS)


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


SVD = "_, size, loadings = torch.linalg.svd(centred, full_matrices=False)"
BY_COVARIANCE = """squares, vectors = torch.linalg.eigh(centred.transpose(1, 2) @ centred)
    size, loadings = squares.clamp(min=0).sqrt().flip(1), vectors.transpose(1, 2).flip(1)"""
BY_CHANCE = """_, size, loadings = torch.pca_lowrank(centred, q=2, center=False)
    loadings = loadings.transpose(1, 2)"""
LARGER = {"noisy.split(10)": "noisy.split(20)", "batch_size=8": "batch_size=50"}
HONEST = (
    Variant("as released, 1 thread", honest=True),
    Variant("as released, 2 threads", honest=True, threads=2),
    Variant("layers in batches of 1", honest=True, arithmetic=partial(Split, 1)),
    Variant("layers in batches of 8", honest=True, arithmetic=partial(Split, 8)),
    Variant("larger batches", ("lime", "smoothgrad"), LARGER, honest=True),
    Variant("channels-last", PICTURES, honest=True, prepare=put_channels_last),
    Variant("batch norm folded in", PICTURES, honest=True, prepare=fold_in_place),
    Variant("noise of 1e-6 in every layer", honest=True, arithmetic=partial(Noisy, 1e-6)),
    Variant("components in float32", ("embedding_pca",), {".double().cpu()": ".cpu()"}, honest=True),
    Variant("components of the covariance", ("embedding_pca",), {SVD: BY_COVARIANCE}, honest=True),
)
PRECISION = (
    Variant("TF32, emulated", arithmetic=partial(Rounded, 10)),
    Variant("TF32, the GPU's own", gpu=True, prepare=allow_tf32),
    Variant("weights in bfloat16", PICTURES, prepare=round_to_bfloat16),
    Variant("weights of the layers in bfloat16", TEXTS, arithmetic=RoundedWeights),
)


def _edit(group: str, name: str, old: str, new: str, *, untold: str = "") -> Variant:
    return Variant(name, (group,), {old: new}, untold=untold)


_SALIENCY = partial(_edit, "saliency")
_SMOOTHGRAD = partial(_edit, "smoothgrad")
_INTEGRATED = partial(_edit, "integrated_gradients")
_FILTERS = partial(_edit, "filters")
_LIME = partial(_edit, "lime")
_ATTENTION = partial(_edit, "attention")
_PCA = partial(_edit, "embedding_pca")
_DISTANCE = partial(_edit, "embedding_distance")
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
    _ATTENTION("columns for rows", "torch.cat(found.attentions)", "torch.cat(found.attentions).transpose(2, 3)"),
    _ATTENTION("mean of the heads", "found.attentions)", "[a.mean(1, True).expand_as(a) for a in found.attentions])"),
    _ATTENTION("nothing hidden", "ids[0, places] = bert.tokenizer.mask_token_id", "pass"),
    _PCA("not centred", "(states - states.mean(dim=1, keepdim=True))", "states"),
    _PCA("q = 2 of pca_lowrank", SVD, BY_CHANCE),
    _PCA("the next token for [CLS]", "(states - states", "(states[:, [1, *range(1, states.shape[1])]] - states"),
    _PCA("the end not counted in", "find_span(reader, one) for", "np.add(find_span(reader, one), (0, 1)) for"),
    _PCA("readers in another order", "profile.reader_folders.items()", "list(profile.reader_folders.items())[::-1]"),
    _DISTANCE("mean of the sentence", "[:, list(reading.find_places(word))].mean", ".mean"),
    _DISTANCE("distance squared", "torch.linalg.vector_norm(a - b)", "torch.linalg.vector_norm(a - b) ** 2"),
    _DISTANCE("cosine distance", "return a @ b", "return 1 - a @ b"),
    _DISTANCE("cosine without the lengths", " / (a.norm() * b.norm())", ""),
)
VARIANTS = (*HONEST, *PRECISION, *CONVENTIONS)
