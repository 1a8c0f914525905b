"""A sheet to look at: each picture with its regions' outlines in colour, its number, category and what it shows."""

import io
import textwrap
import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from assignment.assignment import Assignment
from assignment.authoring.draft import CourseDraft
from assignment.cells.figures import set_style
from assignment.fixable import Fault, FixableError
from assignment.outputs import Array
from assignment.profile import PictureEntry, read_image

COLUMNS, INCHES, DPI = 4, 3.4, 100
VEIL = 0.2  # how much of its colour lies on a region
COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")  # Okabe and Ito's


def draw_sheet(draft: CourseDraft) -> bytes:
    """Return the sheet of a course's pictures as PNG; FixableError where one cannot be read."""
    if not draft.pictures:
        raise FixableError(Fault((str(draft.folder),), "no pictures; expected `hw9 course pictures` first"))
    with plt.ioff(), plt.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a letter that the font lacks is drawn as a box
        set_style()
        columns = min(COLUMNS, len(draft.pictures))
        rows = -(-len(draft.pictures) // columns)
        figure, axes = plt.subplots(
            rows, columns, figsize=(columns * INCHES, rows * (INCHES + 1.4) + 0.6), squeeze=False, layout="constrained"
        )
        for axis in axes.flat:
            axis.set_axis_off()
        for number, (axis, entry) in enumerate(zip(axes.flat, draft.pictures, strict=False)):
            _draw_picture(axis, draft.folder, number, entry, draft.settings)
        figure.legend(handles=_list_lines(draft.settings), loc="outside lower center", ncols=4)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=DPI)
        plt.close(figure)
    return stream.getvalue()


def _draw_picture(axis: Any, folder: Path, number: int, entry: PictureEntry, settings: Assignment) -> None:
    picture = read_image(folder / entry.asset, "RGB")
    axis.imshow(picture)
    category = settings.categories[entry.label] if entry.label < len(settings.categories) else None
    title = (
        f"{number}  {category.en} {category.zh}" if category else f"{number}  label {entry.label} 類別 {entry.label}"
    )
    shows = f"{_wrap(entry.shows.en, 40)}\n{_wrap(entry.shows.zh, 20)}"
    axis.set_title(f"{title}\n{shows}", fontsize=10, parse_math=False)
    if entry.mask is None:
        axis.text(0.5, -0.04, "no mask 沒有遮罩", transform=axis.transAxes, ha="center", va="top", fontsize=10)
        return
    mask = read_image(folder / entry.mask, "L")
    areas = {level: int((mask == level).sum()) for level in range(1, len(settings.regions) + 1)}
    for level in sorted(filter(areas.get, areas), key=areas.__getitem__, reverse=True):  # small ones on top
        _draw_region(axis, mask == level, COLOURS[(level - 1) % len(COLOURS)])
    axis.set_xlim(-1, picture.shape[1])
    axis.set_ylim(picture.shape[0], -1)


def _draw_region(axis: Any, inside: Array, colour: str) -> None:
    inside = np.pad(inside, 1).astype(float)  # so that an outline closes at the edge
    places = np.arange(-1, inside.shape[1] - 1), np.arange(-1, inside.shape[0] - 1)
    axis.contourf(*places, inside, levels=[0.5, 1.5], colors=[colour], alpha=VEIL)
    for drawn, width in (("black", 3.2), (colour, 1.8)):
        axis.contour(*places, inside, levels=[0.5], colors=[drawn], linewidths=width)


def _wrap(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width))


def _list_lines(settings: Assignment) -> list[Line2D]:
    names = [
        f"{its.en} {its.zh}" if its.en == name else f"{name}: {its.en} {its.zh}"
        for name, its in settings.regions.items()
    ]
    return [
        Line2D([], [], color=COLOURS[number % len(COLOURS)], linewidth=3, label=name)
        for number, name in enumerate(names)
    ]
