"""The notebook's figures of the texts: attention with its words, principal components, distances by layer."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from assignment.arrays import ANSWER, OTHER, QUESTION, SUPPORT
from assignment.cells.palette import ROLE_COLOURS

Array = NDArray[Any]
ROLES = {  # a passage's tokens: marker, name
    QUESTION: ("s", "question 問題"),
    SUPPORT: ("o", "sentence with the answer 含答案的句子"),
    ANSWER: ("*", "answer 答案"),
    OTHER: (".", "other sentences 其他句子"),
}
_MANY = 26  # tokens from which their names become small


def show_heads(tokens: Sequence[str], maps: Array, heading: str) -> None:
    """Draw the attention (layers, heads, L, L) of every head small: a row is a token, a column what it attends to."""
    layers, heads = maps.shape[:2]
    axes: Any
    figure, axes = plt.subplots(
        layers, heads, figsize=(3.1 * heads, 3.0 * layers + 0.6), squeeze=False, layout="constrained"
    )
    figure.suptitle(heading, fontsize=15)
    for layer, head in np.ndindex(layers, heads):
        axis = axes[layer, head]
        drawn = axis.imshow(maps[layer, head], cmap="viridis", vmin=0, vmax=1)
        axis.set_title(f"layer 層 {layer}, head 頭 {head}", fontsize=10)
        _name_tokens(axis, tokens, columns=layer == layers - 1, rows=head == 0, size=7)
    _add_bar(figure, drawn, axes, "share of attention 注意力比例")
    plt.show()


def show_head(tokens: Sequence[str], heat: Array, heading: str) -> None:
    """Draw the attention (L, L) of one head large, with the shares of 0.10 and more written in percent."""
    side = max(5.0, 0.42 * len(tokens) + 1.5)
    figure, axis = plt.subplots(figsize=(side + 0.8, side), layout="constrained")
    figure.suptitle(heading, fontsize=14)
    drawn = axis.imshow(heat, cmap="viridis", vmin=0, vmax=1)
    for row, column in np.argwhere(heat >= 0.1):
        share = float(heat[row, column])
        colour = "black" if share > 0.6 else "white"
        axis.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=8, color=colour)
    _name_tokens(axis, tokens, columns=True, rows=True, size=10)
    axis.set_ylabel("this token ... 這個詞 ...")
    axis.set_xlabel("... attends to this one ｜ ... 注意這個詞")
    _add_bar(figure, drawn, axis, "share 比例")
    plt.show()


def show_points(
    points: Sequence[Array], shares: Sequence[Array], roles: Sequence[Array], tokens: Sequence[Sequence[str]],
    names: Sequence[str], heading: str,
) -> None:  # fmt: skip
    """Draw the two components (depths, L, 2) of one passage for each of several models, a row each, coloured by role.

    roles (L,): see `assignment/arrays.py`; shares (depths, 2): which part of the variance each component keeps. Roles
    and tokens are each model's own, or one for all.
    """
    if np.ndim(roles[0]) == 0:
        roles, tokens = [np.asarray(roles)] * len(points), [tokens] * len(points)  # type: ignore[list-item]
    depths = max(map(len, points))
    figure, axes = plt.subplots(
        len(points), depths, figsize=(3.4 * depths, 3.3 * len(points) + 1.2), squeeze=False, layout="constrained"
    )
    figure.suptitle(heading, fontsize=15)
    for row, (its, share, name, part, words) in enumerate(zip(points, shares, names, roles, tokens, strict=True)):
        for unused in axes[row, len(its) :]:
            unused.set_axis_off()
        for depth in range(len(its)):
            axis = axes[row, depth]
            for role, (marker, says) in ROLES.items():
                at = its[depth][part == role]
                axis.scatter(*at.T, c=ROLE_COLOURS[role], marker=marker, s=110 if marker == "*" else 34, label=says)
            for index in np.flatnonzero(part == ANSWER).tolist():
                axis.annotate(words[index], its[depth][index], fontsize=8, xytext=(4, 4), textcoords="offset points")
            axis.set_title(f"{name}, layer 層 {depth}\n{share[depth].sum():.0%} of the variance 變異", fontsize=10)
            axis.tick_params(labelsize=7)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(ROLES), frameon=False)
    plt.show()


def show_distances(matrices: Array | None, names: Sequence[str], heading: str, *, says: str, missing: str) -> None:
    """Draw a matrix (depths, N, N) for each layer, on one scale; where there is none, a page that says what is missing.

    names: of the N sentences.
    """
    if matrices is None or not np.isfinite(matrices).all():
        show_missing(heading, missing)
        return
    depths = len(matrices)
    figure, axes = plt.subplots(1, depths, figsize=(3.3 * depths + 2, 5.0), squeeze=False, layout="constrained")
    figure.suptitle(heading, fontsize=15)
    low, high = min(0.0, float(matrices.min())), float(matrices.max())
    for depth, axis in enumerate(axes[0]):
        drawn = axis.imshow(matrices[depth], cmap="viridis", vmin=low, vmax=high)
        axis.set_title(f"layer 層 {depth}")
        _name_tokens(axis, names, columns=True, rows=depth == 0, size=8)
    _add_bar(figure, drawn, axes, says)
    plt.show()


def show_missing(heading: str, missing: str) -> None:
    """Draw a box that says what has to be written or chosen before there is a figure here."""
    figure, axis = plt.subplots(figsize=(11, 1.9), layout="constrained")
    figure.suptitle(heading, fontsize=14)
    axis.set_axis_off()
    box = {"boxstyle": "round,pad=0.8", "facecolor": "#FFF4D6", "edgecolor": "#B36B00"}
    axis.text(0.5, 0.45, missing, ha="center", va="center", fontsize=13, bbox=box)
    plt.show()


def _name_tokens(axis: Any, tokens: Sequence[str], *, columns: bool, rows: bool, size: int) -> None:
    size = size if len(tokens) < _MANY else size - 3
    axis.set_xticks(range(len(tokens)) if columns else [], tokens if columns else [], rotation=90, fontsize=size)
    axis.set_yticks(range(len(tokens)) if rows else [], tokens if rows else [], fontsize=size)


def _add_bar(figure: Any, drawn: Any, axes: Any, says: str) -> None:
    bar = figure.colorbar(drawn, ax=axes, fraction=0.03, pad=0.01)
    bar.set_label(says)
