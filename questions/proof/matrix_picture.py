"""Draws the matrix of mutation testing: a panel per analysis, a row per question, a column per mutant."""

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from questions.bank import Bank
from questions.proof.matrix import Matrix

_COLOURS = ListedColormap(["#f2f2f2", "#9ecae1", "#4292c6", "#08519c", "#08306b"])  # 0, 1, 2, 3, 4 or more choices
_COLUMNS = 2  # of panels


def save_picture(matrix: Matrix, bank: Bank, proofs: Path) -> Path:
    """Draw a matrix as `mutation.png` and return its path."""
    analyses = tuple(dict.fromkeys(question.analysis for question in bank.questions))
    figure = Figure(figsize=(17, 17), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(
        f"Which questions tell which mistakes from the truth (profile {matrix.profile}): {matrix.caught} of "
        f"{len(matrix.mutants)} mutants caught, score {matrix.score:.3f}\n"
        "a cell: how many choices of the question the mistake turns over; in grey letters: equivalent, with a reason",
        fontsize=14,
    )
    for name, axes in zip(analyses, figure.subplots(-(-len(analyses) // _COLUMNS), _COLUMNS).flat, strict=False):
        _draw_panel(axes, matrix, bank, name)
    path = proofs / "mutation.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80, metadata={"Software": None})
    return path


def _list_columns(matrix: Matrix, bank: Bank, analysis: str) -> list[int]:
    """Return the mutants of an analysis, and those of others that its questions catch."""
    ids = {one.id for one in bank.questions if one.analysis == analysis}
    return [i for i, one in enumerate(matrix.mutants) if analysis in one.groups or ids & set(one.flipped)]


def _draw_panel(axes, matrix: Matrix, bank: Bank, analysis: str) -> None:  # type: ignore[no-untyped-def]
    columns = _list_columns(matrix, bank, analysis)
    rows = [one for one in bank.questions if one.analysis == analysis]
    mutants = [matrix.mutants[i] for i in columns]
    counts = np.array([[len(mutant.flipped.get(row.id, "")) for mutant in mutants] for row in rows])
    axes.imshow(np.minimum(counts, 4), cmap=_COLOURS, vmin=0, vmax=4, aspect="equal")
    for (y, x), count in np.ndenumerate(counts):
        if count:
            axes.text(x, y, str(count), ha="center", va="center", fontsize=8, color="white" if count > 1 else "black")
    names = [mutant.name.removeprefix(f"{analysis}-") for mutant in mutants]
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=9)
    for label, mutant in zip(axes.get_xticklabels(), mutants, strict=True):
        label.set_color("0.6" if mutant.equivalent else "black")
    axes.set_yticks(range(len(rows)), [f"{row.number} {row.id}" for row in rows], fontsize=9)
    axes.set_xticks(np.arange(-0.5, len(names)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(rows)), minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="both", length=0)
    axes.set_title(analysis, fontsize=11, loc="left")
