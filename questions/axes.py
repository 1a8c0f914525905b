"""Axes: what lies along each axis of a course's Outputs, by the names that the course gives, or numbers from 0.

Everything is read from the course's settings, manifest, texts and the BERTs' `config.json`; nothing is computed. So
what a claim names is checked when the bank is read. An axis may be part of another: `filter of layer 4`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assignment.arrays import BACKGROUND
from assignment.course import Course
from assignment.files.foreign import read_file

Axes = Mapping[str, Sequence[Any]]
_OFFICIAL = {"lime": "weights", "filters": "ascent"}  # the array of an official run; `map` elsewhere
MOST_CONFIG = 2**20  # bytes of a `config.json`
_LAYERS, _HEADS = ("num_hidden_layers", "n_layers"), ("num_attention_heads", "n_heads")  # as configurations call them


def list_axes(course: Course) -> Axes:
    """Return the axes of a course that its files tell; FixableError where its texts cannot be read."""
    return dict([*_list_pictures(course), *_list_runs(course), *_list_texts(course), *_list_layers(course)])


def _list_pictures(course: Course) -> Iterator[tuple[str, Sequence[Any]]]:
    pictures = course.manifest.pictures
    yield "picture", range(len(pictures))
    yield "masked", tuple(number for number, one in enumerate(pictures) if one.mask)
    yield "label", range(len(course.assignment.categories))
    yield "region", (*course.assignment.regions, BACKGROUND)


def _list_runs(course: Course) -> Iterator[tuple[str, Sequence[Any]]]:
    its = course.assignment.analyses
    for runs in (its.lime, its.saliency, its.smoothgrad, its.filters, its.integrated_gradients):
        yield f"run of {runs.group}", tuple(runs.list_runs(_OFFICIAL.get(runs.group, "map")))
    yield "experiment of filters", tuple(its.filters.experiments)
    yield "sigma", its.smoothgrad.kept_sigmas
    yield "official sigma", (its.smoothgrad.official.sigma,)
    yield "layer", tuple(its.filters.layers)
    for layer, filters in its.filters.layers.items():
        yield f"filter of layer {layer}", filters
    yield "step", range(its.filters.official.steps + 1)
    yield "baseline", its.integrated_gradients.rises
    yield "official baseline", (its.integrated_gradients.official.baseline,)
    yield "steps", its.integrated_gradients.gaps
    yield "official steps", (its.integrated_gradients.official.steps,)


def _list_texts(course: Course) -> Iterator[tuple[str, Sequence[Any]]]:
    texts = course.profile.texts
    yield "text", range(len(texts.attention))
    for number, one in enumerate(texts.attention):
        yield f"word of sentence {number}", range(len(one.words))
    yield "candidate", range(max((len(one.candidates) for one in texts.attention), default=0))
    yield "passage", range(len(texts.passages))
    yield "reader", course.profile.reader_names
    yield "shared_word", tuple(one.word for one in texts.words)
    yield "sentence", range(max((len(one.rows) for one in texts.words), default=0))


def _list_layers(course: Course) -> Iterator[tuple[str, Sequence[Any]]]:
    its = course.manifest
    masked, embeddings = (_read_config(course.folder / name) for name in (its.masked, its.embeddings or its.masked))
    readers = [_read_config(course.folder / name) for name in its.readers]
    depths = [count for one in readers if (count := _find_count(one, _LAYERS))]
    for axis, count in (
        ("block", _find_count(masked, _LAYERS)),
        ("head", _find_count(masked, _HEADS)),
        ("depth", max(depths, default=0) + 1 if depths else 0),
        ("word_depth", (_find_count(embeddings, _LAYERS) or -1) + 1),
    ):
        if count:
            yield axis, range(count)


def _read_config(folder: Path) -> Mapping[str, Any]:
    """Return what a BERT's configuration says; nothing where it cannot be read, which is the model's own fault."""
    try:
        data = json.loads(read_file(folder / "config.json", MOST_CONFIG))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _find_count(config: Mapping[str, Any], names: Sequence[str]) -> int:
    found = next((config[name] for name in names if name in config), 0)
    return found if isinstance(found, int) else 0
