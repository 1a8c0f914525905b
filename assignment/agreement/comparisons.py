"""Comparisons: which figures tell how far an array is from the canonical one, and the limit of each.

The canonical Outputs are computed in float64, a student's in float32, whose rounding now and then turns a ReLU round
and moves a single gradient. The limits lie between what honest float32 runs were seen to do and what a wrong method
or TF32 does. `python -m benchmarks.agreement` measures both. The worst item of each, L2 or of the largest:

                                honest     limit     nearest wrong
    logits                      3e-6       1e-4      1e-3    TF32
    LIME, weights               6e-6       1e-4      2e-3    TF32
    saliency                    6e-3       3e-2      8e-2    TF32
    SmoothGrad                  1e-3       5e-3      2e-2    TF32; 19 copies 3e-2
    integrated gradients        2e-3       1e-2      4e-2    TF32; 49 steps 7e-2
    activation maps             8e-6       1e-4      2e-3    TF32
    reached activation          5e-2       0.15      0.35    50 steps of ascent
    attention                   4e-6       5e-5      6e-4    TF32; the mean of the heads 0.7
    prediction                  3e-7       5e-5      5e-4    nothing hidden
    principal components        7e-6       1e-4      9e-4    TF32; another token for [CLS] 0.5; q = 2 of pca_lowrank 1
    share of the variance       7e-7       5e-6      5e-5    TF32; another token for [CLS] 2e-2
    span of the answer          0          0         1       the end not counted in
    squared Euclidean distance  3e-6       2e-5      4e-4    TF32; the mean of the sentence 0.9
    cosine similarity           1e-6       2e-5      1e-4    TF32; the mean of the sentence 0.5

The honest figures include noise of 1e-6 in every layer, for a GPU's coarser convolutions; plain float32 is at most as
far off. The reached activation is another matter: ascent is chaotic, so another rounding or another noise reaches 5 %
more or less. TF32 reaches as much as an honest run, and only the maps tell it. Of the ascent pictures nothing is
compared but that their pixels lie in [0, 1].

Neither TF32 nor bfloat16 moves a prediction by more than 1e-5: the model is sure of most words, and only the attention
tells them. The figures of the texts are absolute but for the components and the distances; a component's sign is a
convention that rounding may turn, and is aligned first. An eigendecomposition of the covariance counts as honest, and
so do components in float32.

Every row of COMPARISONS is one figure of one array; a new analysis is new rows. The worst item of an array is judged.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from assignment.agreement.pictures import (
    STRONGEST,
    excesses,
    map_errors,
    peak_errors,
    rank_correlations,
    relative_errors,
    strongest_shares,
    top_overlaps,
    unequal_shares,
    value_errors,
    weight_correlations,
)
from assignment.agreement.texts import (
    count_unequal,
    largest_gaps,
    passage_gaps,
    point_errors,
    square_errors,
)
from assignment.assignment import Bilingual
from assignment.outputs import Array

Compute = Callable[[Array, Array, Array], Array]


@dataclass(frozen=True)
class Comparison:
    """A figure of one array and its limit; `compute` is one of `assignment/agreement/pictures.py`.

    says: with `{layer}` where the array is of one layer, whose name is the course's.
    """

    group: str
    array: str
    says: Bilingual
    compute: Compute
    limit: float
    at_most: bool = True

    def widen(self, times: float) -> "Comparison":
        """Return the same with a limit so many times as far from what equal arrays give: from 0, or from 1.

        >>> one = COMPARISONS[-1]
        >>> one.widen(3).limit == 3 * one.limit, round(1 - replace(one, limit=0.99, at_most=False).widen(3).limit, 9)
        (True, 0.03)
        """
        return replace(self, limit=times * self.limit if self.at_most else 1 - times * (1 - self.limit))


def _error(group: str, array: str, en: str, zh: str, compute: Compute, limit: float) -> Comparison:
    return Comparison(group, array, Bilingual(en=en, zh=zh), compute, limit)


def _likeness(group: str, array: str, en: str, zh: str, compute: Compute, limit: float) -> Comparison:
    return Comparison(group, array, Bilingual(en=en, zh=zh), compute, limit, at_most=False)


def _compare_maps(group: str, error: float, correlation: float, overlap: float) -> tuple[Comparison, ...]:
    return (
        _error(group, "map", "relative error of the map", "圖的相對誤差", relative_errors, error),
        _likeness(group, "map", "rank correlation (Spearman)", "等級相關（Spearman）", rank_correlations, correlation),
        _likeness(group, "map", "overlap of the strongest 5 %", "最強 5% 像素的重疊", top_overlaps, overlap),
    )


def _compare_activations(array: str, limit: float) -> Comparison:
    return _error("filters", array, "largest error of a map, {layer}", "活化圖的最大誤差，{layer}", map_errors, limit)


def name_layer(layer: int | str) -> Bilingual:
    """Return how a layer is called: a convolution by its number, any other layer by its name.

    >>> name_layer(4).en, name_layer("layer1.0").en
    ('convolution 4', 'layer layer1.0')
    """
    if isinstance(layer, int):
        return Bilingual(en=f"convolution {layer}", zh=f"卷積 {layer}")
    return Bilingual(en=f"layer {layer}", zh=f"層 {layer}")


COMPARISONS: tuple[Comparison, ...] = (
    _error("pictures", "label", "labels that differ", "不同的標籤", unequal_shares, 0.0),
    _error("pictures", "logits", "largest error of a logit", "logit 的最大誤差", peak_errors, 1e-4),
    _error("lime", "segments", "pixels in another piece", "分屬不同區塊的像素", unequal_shares, 0.0),
    _error("lime", "weights", "relative error of the weights", "權重的相對誤差", relative_errors, 1e-4),
    _likeness("lime", "weights", "correlation of the weights", "權重的相關係數", weight_correlations, 0.999),
    _likeness(
        "lime",
        "weights",
        f"the {STRONGEST} strongest pieces, same sign",
        f"最強的 {STRONGEST} 個區塊且正負相同",
        strongest_shares,
        0.8,  # two weights closer than rounding may change places
    ),
    *_compare_maps("saliency", error=3e-2, correlation=0.998, overlap=0.98),
    *_compare_maps("smoothgrad", error=5e-3, correlation=0.9999, overlap=0.99),
    _compare_activations("shallow", 1e-4),
    _compare_activations("middle", 1e-4),
    _compare_activations("deep", 1e-4),
    _error("filters", "ascent", "pixels beyond 0 to 1", "超出 0 到 1 的像素值", excesses, 0.0),
    _error("filters", "reached", "error of a reached mean", "達到的平均活化值的誤差", value_errors, 0.15),
    *_compare_maps("integrated_gradients", error=1e-2, correlation=0.9995, overlap=0.99),
    _error("attention", "map", "largest error of an attention", "注意力的最大誤差", largest_gaps, 5e-5),
    _error("attention", "prediction", "largest error of a probability", "機率的最大誤差", largest_gaps, 5e-5),
    _error(
        "embedding_pca",
        "points",
        "relative error of the points, signs aligned",
        "點的相對誤差（對齊正負號後）",
        point_errors,
        1e-4,
    ),
    _error("embedding_pca", "share", "largest error of a share", "變異比例的最大誤差", passage_gaps, 5e-6),
    _error("embedding_pca", "span", "ends of the answer that differ", "答案首尾不同的個數", count_unequal, 0.0),
    _error(
        "embedding_distance",
        "euclidean",
        "largest error of a squared distance",
        "距離平方的最大誤差",
        square_errors,
        2e-5,
    ),
    _error("embedding_distance", "cosine", "largest error of a cosine", "餘弦的最大誤差", largest_gaps, 2e-5),
)
