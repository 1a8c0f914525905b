"""How far a student's Outputs agree with the canonical ones: evidence for a person, never points.

Each figure of `comparisons.py` gets a word. What the files hold is a student's: nothing in them may make this
raise.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from pydantic import Field

from assignment.agreement.comparisons import COMPARISONS, Comparison, name_layer
from assignment.arrays import ARRAYS, FILTER_MAPS
from assignment.assignment import Bilingual
from assignment.fixable import FixableError
from assignment.outputs import Array, Outputs, check_group, parse_group
from assignment.records import Record

UNDETERMINED = "undetermined"  # the array of a group that says which pixels of its official map are
CANONICAL_SEED = 1  # the random seed that the released notebook uses

AgreementWord = Literal["agrees", "differs", "missing", "unreadable"]


class Agreement(Record):
    """One figure of one array: a student's Outputs beside the canonical ones."""

    group: str = Field(description="the analysis, or `pictures`")
    array: str = Field(description="the array of the group")
    measure: str = Field(description="what was measured, in English")
    measure_zh: str = Field(description="what was measured, in Traditional Chinese")
    word: AgreementWord = Field(
        description="`agrees`, `differs`, `missing` (no file, or not in it) or `unreadable` (the file is not what it "
        "should be)"
    )
    figure: float | None = Field(
        default=None, description="the worst figure over the array's items; null where nothing could be compared"
    )
    limit: float = Field(description="the figure may not go beyond this")
    at_most: bool = Field(description="true: the figure must be at most the limit; false: at least")
    picture: int | None = Field(
        default=None, description="the picture (from 0) with the worst figure; null where items are not of a picture"
    )
    layer: int | str | None = Field(
        default=None,
        description="the convolution (from 0), or a layer by name, with the worst figure; null where items are not of "
        "a filter",
    )
    filter: int | None = Field(default=None, description="its filter (from 0, as the network counts them)")
    text: int | None = Field(default=None, description="the sentence of `attention` (from 0) with the worst figure")
    reader: int | None = Field(default=None, description="the question-answering model (from 0) with the worst figure")
    passage: int | None = Field(default=None, description="the passage (from 0) that it read")
    shared_word: int | None = Field(
        default=None, description="the word (from 0) that sentences share, with the worst figure"
    )
    detail: str | None = Field(
        default=None,
        description="which array is missing, or why the file is unreadable; may hold the student's own words",
    )


COMPARED_GROUPS = tuple(dict.fromkeys(comparison.group for comparison in COMPARISONS))


@dataclass(frozen=True)
class GroupArrays:
    """One group of a student's Outputs: the arrays that are there, or the word and the detail of why there are none."""

    arrays: Mapping[str, Array]
    word: AgreementWord = "agrees"
    detail: str | None = None

    def word_of(self, *arrays: str) -> AgreementWord:
        """Return the group's word; `missing` where it was read and one of `arrays` is not there.

        >>> GroupArrays({"map": np.zeros(1)}).word_of("map"), GroupArrays({}).word_of("map")
        ('agrees', 'missing')
        """
        return "missing" if self.word == "agrees" and not set(arrays) <= set(self.arrays) else self.word


def take_group(load: Callable[[], bytes], group: str, canonical: Outputs, *, most: int) -> GroupArrays:
    """Return the arrays of a student's group, of a file that `load` reads; never raises on what a hostile one holds.

    An array may be absent: a cell that was left to do keeps nothing from being said of the others. most: the bytes that
    a course allows a group, packed and unpacked.
    """
    place = group_path(group)
    try:
        arrays = parse_group(load(), group, place, most=most)
        check_group(group, arrays, find_shared_axes(canonical), place, whole=False)
    except FixableError as error:
        return GroupArrays({}, "unreadable", str(error)[:300])
    return GroupArrays(arrays)


def group_path(group: str) -> str:
    """Return where a group lies in a student's `work` folder."""
    return f"outputs/{group}.npz"


def find_shared_axes(canonical: Outputs) -> dict[str, int]:
    """Return the axes that a student's arrays share with the canonical ones: all but `piece`, which is free.

    >>> find_shared_axes(Outputs({("lime", "weights"): np.zeros((2, 11, 60))}))
    {'picture': 2, 'label': 11}
    """
    known = ((ARRAYS[name], array) for name, array in canonical.items() if name in ARRAYS)
    pairs = (zip(spec.name_axes(array.ndim), array.shape, strict=True) for spec, array in known)
    return {axis: size for axis, size in chain.from_iterable(pairs) if axis != "piece"}


def compare_groups(
    readings: Mapping[str, GroupArrays], canonical: Outputs, wider: Mapping[str, float] = MappingProxyType({})
) -> tuple[Agreement, ...]:
    """Return every figure of COMPARISONS, in its order; `wider`: how many times its limit, by group."""
    return tuple(
        one for group in COMPARED_GROUPS for one in compare_group(group, readings[group], canonical, wider.get(group))
    )


def compare_group(
    group: str, reading: GroupArrays, canonical: Outputs, wider: float | None = None
) -> tuple[Agreement, ...]:
    """Return the figures of one group; `wider`: how many times its limit."""
    labels, own = canonical["pictures", "label"], [one for one in COMPARISONS if one.group == group]
    return tuple(_judge(one.widen(wider) if wider else one, reading, canonical, labels) for one in own)


def _judge(comparison: Comparison, reading: GroupArrays, canonical: Outputs, labels: Array) -> Agreement:
    word, detail = reading.word_of(comparison.array), reading.detail
    if word == "missing" and reading.word != "missing":
        meant = ARRAYS[comparison.group, comparison.array].says
        detail = f"{group_path(comparison.group)}: {comparison.array}: missing; expected {meant}"
    says = _name_layer_of(comparison, canonical)
    blank = Agreement(
        group=comparison.group,
        array=comparison.array,
        measure=says.en,
        measure_zh=says.zh,
        word=word,
        limit=comparison.limit,
        at_most=comparison.at_most,
        detail=detail,
    )
    if word != "agrees":
        return blank
    ours = canonical[comparison.group, comparison.array]
    theirs = keep_determined(reading.arrays[comparison.array], ours, canonical.get((comparison.group, UNDETERMINED)))
    with np.errstate(all="ignore"):  # a hostile array may hold numbers that overflow
        figures = comparison.compute(theirs, ours, labels)
    worst = np.unravel_index(np.argmax(figures) if comparison.at_most else np.argmin(figures), figures.shape)
    figure = float(figures[worst])
    inside = figure <= comparison.limit if comparison.at_most else figure >= comparison.limit
    return blank.model_copy(
        update={
            "word": "agrees" if inside else "differs",
            "figure": figure if np.isfinite(figure) else None,
            **name_item(comparison.group, comparison.array, [int(index) for index in worst], canonical.axes),
        }
    )


def _name_layer_of(comparison: Comparison, canonical: Outputs) -> Bilingual:
    """Return what a comparison measures, with the name of the layer where its array is of one."""
    if comparison.array not in FILTER_MAPS:
        return comparison.says
    layer = name_layer(canonical.axes["layer"][FILTER_MAPS.index(comparison.array)])
    its = comparison.says
    return Bilingual(en=its.en.format(layer=layer.en), zh=its.zh.format(layer=layer.zh))


def keep_determined(theirs: Array, ours: Array, undetermined: Array | None) -> Array:
    """Return theirs with ours where rounding alone decides which it is, so that only what is determined is compared.

    >>> keep_determined(np.array([1.0, 2.0]), np.array([5.0, 6.0]), np.array([True, False])).tolist()
    [5.0, 2.0]
    """
    return theirs if undetermined is None else np.where(undetermined, ours, theirs)


def name_item(group: str, array: str, place: Sequence[int], axes: Mapping[str, Sequence[Any]]) -> dict[str, int | str]:
    """Name the item at `place` along an array's first axes: by its axes, and a filter as its course calls it.

    >>> axes = {"layer": (1, 4), "filter of layer 4": (3, 5, 10)}
    >>> name_item("filters", "reached", [1, 2], axes), name_item("saliency", "map", [6], axes)
    ({'layer': 4, 'filter': 10}, {'picture': 6})
    >>> name_item("embedding_pca", "span", [2, 1], axes), name_item("embedding_distance", "cosine", [0], axes)
    ({'reader': 2, 'passage': 1}, {'shared_word': 0})
    """
    found: dict[str, int | str] = dict(zip(ARRAYS[group, array].axes[: len(place)], place, strict=True))
    if "filter" in found:
        layer = axes["layer"][FILTER_MAPS.index(array) if array in FILTER_MAPS else int(found["layer"])]
        found |= {"layer": layer, "filter": axes[f"filter of layer {layer}"][int(found["filter"])]}
    return found


def find_worst_word(agreements: Iterable[Agreement]) -> AgreementWord | None:
    """Return the one word for several figures; None for none.

    >>> find_worst_word([])
    """
    words = {agreement.word for agreement in agreements}
    order: tuple[AgreementWord, ...] = ("unreadable", "missing", "differs", "agrees")
    return next((word for word in order if word in words), None)
