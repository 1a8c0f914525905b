"""The types of the measures' arguments: a claim's arguments are bound to them when the bank is read.

A picture is named by its 0-based index, a label by its number or by its part in the classifier's answer, and what a
course calls something by that name: regions, readers, words, layers, experiments.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from assignment.arrays import ARRAYS, BACKGROUND
from assignment.outputs import Outputs

Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]


class Axis:
    """Marks an argument that is a place on an axis of the Outputs: a number on it, or a name that its course gives.

    An axis may hang on other arguments: `Axis("filter of {layer}")`. Of several the first that a course has counts.
    """

    def __init__(self, *names: str) -> None:
        self.names = names


class Tried:
    """Marks an argument that is a number of no axis: the values at which a table of all values looks."""

    def __init__(self, *values: float) -> None:
        self.values = values


Picture = Annotated[int, Field(ge=0), Axis("picture")]
Label = Annotated[int, Field(ge=0), Axis("label")] | Literal["truth", "predicted", "runner_up"]
Region = Annotated[str, Axis("region")]
Percent = Annotated[float, Field(gt=0, le=100), Tried(1.0, 5.0, 20.0)]


def find_axes(outputs: Outputs) -> dict[str, Sequence[Any]]:
    """Return what lies along each axis of Outputs: a course's names where they are known, else numbers from 0.

    >>> find_axes(Outputs({("pictures", "logits"): np.zeros((10, 11))}, {"label": ("soup", "bread")}))
    {'picture': range(0, 10), 'label': ('soup', 'bread')}
    """
    counted = {
        axis: range(size)
        for name, array in outputs.items()
        if name in ARRAYS and array.ndim == len(ARRAYS[name].axes)
        for axis, size in zip(ARRAYS[name].axes, array.shape, strict=True)
    }
    return {**counted, **outputs.axes}


def find_missing(
    hints: Mapping[str, Any], arguments: Mapping[str, Any], axes: Mapping[str, Sequence[Any]]
) -> Iterator[str]:
    """Yield a line for each argument that is no place on its axis; `hints` are the types of a measure's arguments.

    >>> list(find_missing({"picture": Picture}, {"picture": 10}, {"picture": range(10)}))
    ['picture 10; expected 0 to 9']
    >>> list(find_missing({"region": Region}, {"region": "tary"}, {"region": ("food", "tray")}))
    ["region 'tary'; expected one of food, tray"]
    """
    for name, value in arguments.items():
        axis = find_axis(hints.get(name), arguments, axes)
        if value is None or axis is None or value in axes[axis]:
            continue
        places, of = axes[axis], f" of {axis.partition(' of ')[2]}" if " of " in axis else ""
        if not isinstance(places, range):
            yield f"{name} {value!r}{of}; expected one of {', '.join(map(str, places))}"
        elif isinstance(value, int):
            yield f"{name} {value}{of}; expected {f'0 to {len(places) - 1}' if places else 'none, the course has none'}"
    picture, masked = arguments.get("picture"), axes.get("masked")
    if arguments.get("region") and picture is not None and masked is not None and picture not in masked:
        expected = f"one of {', '.join(map(str, masked))}" if masked else "a course whose pictures have masks"
        yield f"picture {picture} has no mask; expected {expected}"


def find_axis(hint: Any, arguments: Mapping[str, Any], axes: Mapping[str, Sequence[Any]]) -> str | None:
    """Return the axis that an argument of a type lies on beside the other arguments; None where it lies on none.

    >>> find_axis(Picture, {}, {"picture": range(10)})
    'picture'
    """
    written = (axis.format_map(_Written(arguments)) for axis in _list_axes(hint))
    return next((one for one in written if one in axes), None)


class _Written(dict[str, Any]):
    """Arguments as an axis names them; one that is left out names none."""

    def __missing__(self, name: str) -> str:
        return f"no {name}"


def _list_axes(hint: Any) -> tuple[str, ...]:
    marks = [item.names for item in getattr(hint, "__metadata__", ()) if isinstance(item, Axis)]
    return next(iter(marks), ()) or next(filter(None, map(_list_axes, get_args(hint))), ())


def find_number(outputs: Outputs, axis: str, name: object) -> int:
    """Return at which number of an axis a course's name stands.

    >>> find_number(Outputs({}, {"reader": ("before", "after")}), "reader", "after")
    1
    """
    return outputs.axes[axis].index(name)


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
    """Return the (H, W) mask of a region, one of the masks of `pictures` or what is in none; ValueError where empty.

    >>> masks = {("pictures", "food"): np.array([[[True, False]]]), ("pictures", "tray"): np.zeros((1, 1, 2), bool)}
    >>> [mark_region(Outputs(masks), 0, name).astype(int).tolist() for name in ("food", "background")]
    [[[1, 0]], [[0, 1]]]
    """
    if region == BACKGROUND:
        arrays = [outputs[name] for name in outputs if name[0] == "pictures"]
        inside = ~np.any([its[picture] for its in arrays if its.dtype.kind == "b"], axis=0)
    else:
        inside = np.asarray(outputs["pictures", region][picture], dtype=bool)
    if not inside.any():
        raise ValueError(f"picture {picture} has no {region}; expected a region that has a pixel there")
    return np.asarray(inside)


def as_floats(array: NDArray[Any]) -> Floats:
    """Return the array in float64, in which every measure computes."""
    return np.asarray(array, dtype=np.float64)
