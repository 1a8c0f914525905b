"""Kinds of the texts: how attention, components and distances become drawings on a student's page. One row a kind.

What is drawn may be a student's and hold any number, however large; it has the right axes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from assignment.agreement.texts import align_signs
from assignment.arrays import pick_roles
from assignment.assignment import Bilingual
from assignment.outputs import Array
from grader.report.texts.drawings import CELL, draw_points, draw_tiles, part_groups

Arrays = Mapping[str, Array]  # of one group; the canonical ones with those of `texts`


@dataclass(frozen=True)
class TextPlace:
    """What a panel shows: a sentence and one of its heads, a passage and its reader, or a shared word (`item`)."""

    item: int
    reader: int = 0
    block: int = 0
    head: int = 0


@dataclass(frozen=True)
class TextHalf:
    """One drawing, the number of its layers, what stands above each of them, and what is said of the whole."""

    drawn: str
    layers: int = 1
    across: tuple[str, ...] = ()
    says: Bilingual | str = ""


@dataclass(frozen=True)
class TextKind:
    """How an analysis becomes a panel, up to the scale of the canonical arrays.

    compute_scale returns the ends of the colour bar; draw is given theirs, the canonical ones and the place.
    """

    group: str
    en: str
    zh: str
    needs: tuple[str, ...]
    compute_scale: Callable[[Arrays, TextPlace], tuple[float, float]] | None
    draw: Callable[[Arrays, Arrays, TextPlace], TextHalf]


def count_tokens(ours: Arrays, text: int) -> int:
    """Return how many tokens a sentence of `attention` has, separators counted in."""
    return int(np.isfinite(ours["map"][text, 0, 0, 0]).sum())


def find_heads(ours: Arrays) -> list[TextPlace]:
    """Return for each sentence the head with the most attention from the hidden word to the one that it goes with."""
    heads = ours["map"].shape[1:3]
    pairs = enumerate(zip(ours["hidden"], ours["also"], strict=True))
    best = [(n, np.unravel_index(np.argmax(ours["map"][n, :, :, i, j]), heads)) for n, (i, j) in pairs]
    return [TextPlace(n, block=int(block), head=int(head)) for n, (block, head) in best]


def find_cuts(ours: Arrays, word: int) -> list[int]:
    """Return before which sentences of a shared word another meaning begins."""
    return [int(n) + 1 for n in np.flatnonzero(np.diff(ours["meaning"][word]))]


def _scale_attention(ours: Arrays, place: TextPlace) -> tuple[float, float]:
    return 0.0, 1.0


def _draw_heads(theirs: Arrays, ours: Arrays, place: TextPlace) -> TextHalf:
    count = count_tokens(ours, place.item)
    return TextHalf(draw_tiles(theirs["map"][place.item, :, :, :count, :count], *_scale_attention(ours, place)))


def _draw_head(theirs: Arrays, ours: Arrays, place: TextPlace) -> TextHalf:
    count = count_tokens(ours, place.item)
    its = theirs["map"][place.item, place.block, place.head, :count, :count]
    return TextHalf(draw_tiles(its[None, None], *_scale_attention(ours, place)))


def _draw_components(theirs: Arrays, ours: Arrays, place: TextPlace) -> TextHalf:
    at = (place.reader, place.item)
    frame, roles = ours["points"][at], pick_roles(ours["role"], *at)
    token = np.arange(len(roles))
    first, last = (int(end) for end in theirs["span"][at]) if "span" in theirs else (0, -1)
    ringed = (token >= first) & (token <= last)
    points = align_signs(theirs["points"][at], frame)
    return TextHalf(
        draw_points(points, frame, roles, ringed),
        len(points),
        tuple(f"{100 * float(share.sum()):.3g} %" for share in theirs["share"][at]) if "share" in theirs else (),
        Bilingual(en=f"answers with tokens {first} to {last}", zh=f"以第 {first} 到 {last} 個 token 作答")
        if "span" in theirs
        else Bilingual(en="the answer was not saved", zh="答案沒有被儲存"),
    )


def _scale_euclidean(ours: Arrays, place: TextPlace) -> tuple[float, float]:
    return 0.0, float(ours["euclidean"][place.item].max())


def _scale_cosine(ours: Arrays, place: TextPlace) -> tuple[float, float]:
    return float(np.floor(10 * ours["cosine"][place.item].min()) / 10), 1.0


def _draw_euclidean(theirs: Arrays, ours: Arrays, place: TextPlace) -> TextHalf:
    return _draw_matrices(theirs["euclidean"][place.item], find_cuts(ours, place.item), _scale_euclidean(ours, place))


def _draw_cosine(theirs: Arrays, ours: Arrays, place: TextPlace) -> TextHalf:
    return _draw_matrices(theirs["cosine"][place.item], find_cuts(ours, place.item), _scale_cosine(ours, place))


def _draw_matrices(values: Array, cuts: list[int], scale: tuple[float, float]) -> TextHalf:
    says = f"{values.min():.3g} \u2026 {values.max():.3g}".replace("-", "\u2212")
    drawn = draw_tiles(part_groups(values, cuts)[None], *scale, gap=2 * CELL)
    return TextHalf(drawn, len(values), says=says)


HEADS_PANEL = TextKind("attention", "All heads", "所有注意力頭", ("map",), _scale_attention, _draw_heads)
HEAD_PANEL = TextKind(
    "attention",
    "Layer {place.block}, head {place.head}",
    "第 {place.block} 層，頭 {place.head}",
    ("map",),
    _scale_attention,
    _draw_head,
)
COMPONENTS = TextKind(
    "embedding_pca",
    "Reader {place.reader}: {reader}",
    "閱讀模型 {place.reader}：{reader}",
    ("points",),
    None,
    _draw_components,
)
DISTANCE_KINDS = (
    TextKind("embedding_distance", "Euclidean distance", "歐氏距離", ("euclidean",), _scale_euclidean, _draw_euclidean),
    TextKind("embedding_distance", "Cosine similarity", "餘弦相似度", ("cosine",), _scale_cosine, _draw_cosine),
)
