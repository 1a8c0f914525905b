"""The notebook's figures of the texts: attention with its words, principal components, distances by layer."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray

from assignment.arrays import ANSWER, OTHER, QUESTION, SUPPORT
from assignment.cells.board import Board, Box, Margins
from assignment.cells.palette import ROLE_COLOURS

Array = NDArray[Any]
ROLES = {  # a passage's tokens: marker, name
    QUESTION: ("s", "question 問題"),
    SUPPORT: ("o", "sentence with the answer 含答案的句子"),
    ANSWER: ("*", "answer 答案"),
    OTHER: (".", "other sentences 其他句子"),
}
VIRIDIS = colormaps["viridis"]
_MANY = 26  # tokens from which their names become small


def show_heads(tokens: Sequence[str], maps: Array, heading: str) -> None:
    """Draw the attention (layers, heads, L, L) of every head small: a row is a token, a column what it attends to."""
    layers, heads = maps.shape[:2]
    titles = [f"layer 層 {layer}, head 頭 {head}" for layer, head in np.ndindex(layers, heads)]
    its = maps.reshape(-1, *maps.shape[2:])
    says = "share of attention 注意力比例"
    _show_matrices(its, titles, tokens, heading, columns=heads, size=7, limits=(0.0, 1.0), says=says)


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
    size = 10 if len(tokens) < _MANY else 7
    axis.set_xticks(range(len(tokens)), tokens, rotation=90, fontsize=size)
    axis.set_yticks(range(len(tokens)), tokens, fontsize=size)
    axis.set_ylabel("this token ... 這個詞 ...")
    axis.set_xlabel("... attends to this one ｜ ... 注意這個詞")
    figure.colorbar(drawn, ax=axis, fraction=0.03, pad=0.01).set_label("share 比例")
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
    margins = Margins(left=0.5, foot=0.5, beside=0.55, below=0.3)
    board = Board(depths, len(points), lines=2, shape=(9, 10), margins=margins)
    at: dict[int, list[Array]] = {role: [] for role in ROLES}
    for row, (its, share, name, part, words) in enumerate(zip(points, shares, names, roles, tokens, strict=True)):
        for depth, every in enumerate(its):
            box = board.find_box(row * depths + depth)
            board.put_title(f"{name}, layer 層 {depth}\n{share[depth].sum():.0%} of the variance 變異", box, size=10)
            placed = board.put_frame(box, *_widen(every[part >= 0]))(every)
            for role in ROLES:
                at[role].extend(placed[part == role])
            for index in np.flatnonzero(part == ANSWER).tolist():
                board.axis.text(*(placed[index] + 4 / 72), words[index], fontsize=8)
    for role, (marker, says) in ROLES.items():
        size = 110 if marker == "*" else 34
        board.axis.scatter(*np.reshape(at[role], (-1, 2)).T, c=ROLE_COLOURS[role], marker=marker, s=size, label=says)
    board.figure.legend(loc="lower center", ncols=len(ROLES), frameon=False)
    board.show(heading)


def show_distances(matrices: Array | None, names: Sequence[str], heading: str, *, says: str, missing: str) -> None:
    """Draw a matrix (depths, N, N) for each layer, on one scale; where there is none, a page that says what is missing.

    names: of the N sentences.
    """
    if matrices is None or not np.isfinite(matrices).all():
        show_missing(heading, missing)
        return
    titles = [f"layer 層 {depth}" for depth in range(len(matrices))]
    limits = (min(0.0, float(matrices.min())), float(matrices.max()))
    _show_matrices(matrices, titles, names, heading, columns=len(matrices), size=8, limits=limits, says=says)


def show_missing(heading: str, missing: str) -> None:
    """Draw a box that says what has to be written or chosen before there is a figure here."""
    figure, axis = plt.subplots(figsize=(11, 1.9), layout="constrained")
    figure.suptitle(heading, fontsize=14)
    axis.set_axis_off()
    box = {"boxstyle": "round,pad=0.8", "facecolor": "#FFF4D6", "edgecolor": "#B36B00"}
    axis.text(0.5, 0.45, missing, ha="center", va="center", fontsize=13, bbox=box)
    plt.show()


def _show_matrices(
    matrices: Array, titles: Sequence[str], names: Sequence[str], heading: str, *, columns: int, size: int,
    limits: tuple[float, float], says: str,
) -> None:  # fmt: skip
    """Draw matrices (M, N, N) on one scale; the N names stand at the left and below, the scale's bar at the right."""
    size = size if len(names) < _MANY else size - 3
    margin, bands = _measure_names(names, size), -(-len(matrices) // columns)
    margins = Margins(left=margin, foot=margin + 0.05, beside=0.2, below=0.05, right=0.7)
    board = Board(columns, bands, lines=1, shape=(1, 1), margins=margins)
    for place, (matrix, title) in enumerate(zip(matrices, titles, strict=True)):
        box = board.find_box(place)
        board.put_title(title, box, size=11)
        board.put_picture(matrix, box, cmap=VIRIDIS, vmin=limits[0], vmax=limits[1])
        for number, name in enumerate(names):
            middle = (number + 0.5) / len(names)
            if place % columns == 0:
                at = (box.left - 0.05, box.top - middle * box.height)
                board.axis.text(*at, name, ha="right", va="center_baseline", fontsize=size)
            if place // columns == bands - 1:
                at = (box.left + middle * box.width, box.bottom - 0.05)
                board.axis.text(*at, name, ha="center", va="top", rotation=90, fontsize=size)
    first, last = board.find_box(0), board.find_box(columns * bands - 1)
    whole = Box(first.left, last.bottom, last.right - first.left, first.top - last.bottom)
    board.put_bar(VIRIDIS, *limits, whole)
    board.axis.text(last.right + 0.6, last.bottom + whole.height / 2, says, rotation=90, ha="center", va="center")
    board.show(heading)


def _widen(points: Array) -> tuple[Array, Array]:
    """Return the corners of a frame around points (L, 2), with a little room around them."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = 0.05 * np.where(high > low, high - low, 1.0)
    return low - room, high + room


def _measure_names(names: Sequence[str], size: int) -> float:
    """Return about how many inches the longest of some names needs; a Chinese character is as wide as two letters."""
    longest = max(sum(1 if character.isascii() else 2 for character in name) for name in names)
    return 0.15 + 0.62 * size / 72 * longest
