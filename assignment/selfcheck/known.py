"""What the self-check knows of a course: official arrays, signatures of mistakes, the released notebook, what is asked.

It lies in the students' bundle, in `selfcheck/` of the course. Nothing of it is a key, a claim, or the array of an
experiment: a student who runs the notebook has computed all of it but the mistakes.

    selfcheck/<group>.npz      the official arrays, as the reference computed them
              known.json       what is asked, and the mistakes
              released.ipynb   the notebook as it was handed out
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assignment.agreement.agree import COMPARED_GROUPS
from assignment.analyses import Analyses
from assignment.course import Course
from assignment.fixable import load_file, load_yaml, parse_as
from assignment.outputs import Array, Outputs, load_group
from assignment.records import Record
from assignment.selfcheck.mistakes import Mistake
from assignment.selfcheck.signature import BLOCK
from assignment.sheet.asked import Asked, parse_asked
from assignment.sheet.notebook import MOST_BYTES, Notebook, parse_notebook

FOLDER = "selfcheck"
KNOWN_FILE, RELEASED_FILE = "known.json", "released.ipynb"


class KnownFile(Record):
    """The file `known.json`; asked: ids and letters, as the notebook's last cell has them."""

    asked: str
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Known:
    """All that the self-check knows of a course."""

    official: Outputs
    released: Notebook
    asked: tuple[Asked, ...]
    mistakes: tuple[Mistake, ...] = ()


def find_known(course: Course) -> Known | None:
    """Return what a bundle carries of a course; None where there is nothing. FixableError where it is not whole."""
    folder = course.folder / FOLDER
    return load_known(folder, course) if folder.is_dir() else None


def load_known(folder: Path, course: Course) -> Known:
    """Return what a folder `selfcheck` holds; FixableError with what is missing or damaged."""
    written = parse_as(KnownFile, load_yaml(folder / KNOWN_FILE), str(folder / KNOWN_FILE))
    arrays = {(group, name): array for group in COMPARED_GROUPS for name, array in _load(folder / f"{group}.npz")}
    released = parse_notebook(load_file(folder / RELEASED_FILE, MOST_BYTES, "the released notebook"))
    axes = list_filter_axes(course.assignment.analyses)
    return Known(Outputs(arrays, axes), released, parse_asked(written.asked), written.mistakes)


def _load(path: Path) -> Iterable[tuple[str, Array]]:
    return load_group(path).items()


def list_filter_axes(analyses: Analyses) -> dict[str, tuple[int | str, ...]]:
    """Return the names of layers and filters, by which a figure of `filters` is told."""
    layers = analyses.filters.layers
    return {"layer": tuple(layers), **{f"filter of layer {layer}": filters for layer, filters in layers.items()}}


def coarsen(pictures: Array) -> Array:
    """Return pictures (..., H, W) of which only the means of blocks are left, as large as before.

    Of ascent pictures nothing else is compared, or would be the same again; so they take a fiftieth of the place.

    >>> coarsen(np.arange(64.0).reshape(8, 8))[0, 0], coarsen(np.zeros((2, 9, 8))).shape
    (np.float64(31.5), (2, 9, 8))
    """
    coarse = pictures.astype(np.float64)
    for row in range(0, pictures.shape[-2], BLOCK):
        for column in range(0, pictures.shape[-1], BLOCK):
            block = (..., slice(row, row + BLOCK), slice(column, column + BLOCK))
            coarse[block] = coarse[block].mean(axis=(-2, -1), keepdims=True)
    return coarse.astype(pictures.dtype)
