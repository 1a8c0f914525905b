"""The types of the measures' arguments: a claim's arguments are bound to them when the bank is read.

A picture is named by its 0-based index and a label by its number or by its part in the classifier's answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from assignment.arrays import ARRAYS
from assignment.outputs import Outputs

Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]


@dataclass(frozen=True)
class Axis:
    """Marks an argument that is a place on an axis of the Outputs: there are as many as that axis is long."""

    name: str


Picture = Annotated[int, Field(ge=0), Axis("picture")]
Label = Annotated[int, Field(ge=0), Axis("label")] | Literal["truth", "predicted", "runner_up"]
Region = Literal["food", "distractor", "tray", "background"]
Percent = Annotated[float, Field(gt=0, le=100)]


def find_axis_sizes(outputs: Outputs) -> dict[str, int]:
    """Return how many there are on each axis of the Outputs: pictures, labels, heads, sentences.

    >>> find_axis_sizes(Outputs({("pictures", "logits"): np.zeros((10, 11))}))
    {'picture': 10, 'label': 11}
    """
    return {
        axis: size
        for name, array in outputs.items()
        if name in ARRAYS and array.ndim == len(ARRAYS[name].axes)
        for axis, size in zip(ARRAYS[name].axes, array.shape, strict=True)
    }


def find_missing(hints: dict[str, Any], arguments: dict[str, Any], outputs: Outputs) -> Iterator[str]:
    """Yield a line for each argument that is no place on its axis; `hints` are the types of a measure's arguments.

    >>> ten = Outputs({("pictures", "label"): np.zeros(10, int)})
    >>> list(find_missing({"picture": Picture}, {"picture": 10}, ten))
    ['picture 10; expected 0 to 9']
    """
    sizes = find_axis_sizes(outputs)
    for name, value in arguments.items():
        axis = _find_axis(hints.get(name))
        if isinstance(value, int) and axis in sizes and not 0 <= value < sizes[axis]:
            yield f"{name} {value}; expected 0 to {sizes[axis] - 1}"


def _find_axis(hint: Any) -> str | None:
    marks = [item.name for item in getattr(hint, "__metadata__", ()) if isinstance(item, Axis)]
    return next(iter(marks), None) or next(filter(None, map(_find_axis, get_args(hint))), None)


def to_label(outputs: Outputs, picture: int, label: int | str) -> int:
    """Return the number of a label: the true one, the one with the largest logit, or the largest of the others.

    >>> outputs = Outputs({("pictures", "label"): np.array([2]), ("pictures", "logits"): np.array([[1.0, 3.0, 2.0]])})
    >>> [to_label(outputs, 0, name) for name in ("truth", "predicted", "runner_up", 0)]
    [2, 1, 1, 0]
    """
    if isinstance(label, int):
        return label
    true = int(outputs["pictures", "label"][picture])
    order = np.argsort(-outputs["pictures", "logits"][picture], kind="stable")
    named = {"truth": true, "predicted": int(order[0]), "runner_up": int(order[order != true][0])}
    return named[label]


def mark_region(outputs: Outputs, picture: int, region: str) -> Masks:
    """Return the (H, W) mask of a region; a pixel belongs to the first of food, distractor, tray, background.

    >>> masks = {("pictures", "food"): np.array([[[True, False, False]]]),
    ...          ("pictures", "distractor"): np.array([[[True, True, False]]]),
    ...          ("pictures", "tray"): np.zeros((1, 1, 3), bool)}
    >>> [mark_region(Outputs(masks), 0, name).astype(int).tolist() for name in ("food", "distractor", "background")]
    [[[1, 0, 0]], [[0, 1, 0]], [[0, 0, 1]]]
    """
    names = ("food", "distractor", "tray")
    food, distractor, tray = (np.asarray(outputs["pictures", name][picture], dtype=bool) for name in names)
    parts: dict[str, Masks] = {
        "food": food,
        "distractor": distractor & ~food,
        "tray": tray & ~distractor & ~food,
        "background": ~(food | distractor | tray),
    }
    return parts[region]


def as_floats(array: NDArray[Any]) -> Floats:
    """Return the array in float64, in which every measure computes."""
    return np.asarray(array, dtype=np.float64)
