"""How long one unit of each kind of work takes on this machine: the analyses' own functions, run on very little.

Each probe runs once to warm up: that opens models, fills caches and starts threads. Where one picture is slow
by itself, fewer at once are tried; where it takes seconds, what costs a gradient or a forward pass is not timed again.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import torch

from assignment.analyses import Analyses
from reference.filters import ascend, find_maps
from reference.integrated_gradients import compute_mean_gradients, make_baseline
from reference.produce.bench import Array, Bench
from reference.produce.estimate import EMBEDDINGS, MASKED
from reference.saliency import saliency
from reference.smoothgrad import predict_classes, smoothgrad

ROUNDS, ENOUGH = 5, 0.3  # a probe is repeated so often, or until it took so many seconds
SLOW = 0.5  # a first run that took so many seconds counts: warming up is a small part of it
LONG = 1.0  # where the gradient of one picture takes so many seconds, nothing like it is timed again
ASCENT_STEPS = 3
LIKE = {"copy": "gradient", "step": "gradient", "classified": "forward", "sample": "forward"}  # most of their work

Text = TypeVar("Text", str, tuple[str, str])
Trial = tuple[Callable[[], object], int]  # what is run, and how many units it is


@dataclass(frozen=True)
class Probe:
    """Times units of work on a bench, with a course's settings."""

    bench: Bench
    analyses: Analyses

    def time_unit(self, unit: str) -> float:
        """Return the seconds of one unit, such as `gradient`, `ascent 4` or `read masked`."""
        kind, _, name = unit.partition(" ")
        if kind == "open":
            return self._time_opening(name)
        if kind == "ascent":
            return self._time_step_of_ascent(name)
        if kind in LIKE and self._one["gradient"] >= LONG:
            return self._one[LIKE[kind]]
        run, units = (self._prepare_reading(name), 1) if kind == "read" else self._trials[kind]()
        return _time(run) / units

    @property
    def _trials(self) -> Mapping[str, Callable[[], Trial]]:
        return {
            "forward": self._prepare_forward,
            "gradient": self._prepare_gradient,
            "copy": self._prepare_copy,
            "classified": self._prepare_classified,
            "step": self._prepare_step,
            "sample": self._prepare_sample,
            "cut": self._prepare_cut,
            "fit": self._prepare_fit,
            "map": self._prepare_map,
        }

    @cached_property
    def _one(self) -> dict[str, float]:
        """The seconds of one picture alone."""
        return {"forward": _time(self._prepare_forward(1)[0]), "gradient": _time(self._prepare_gradient(1)[0])}

    @cached_property
    def _count(self) -> int:
        """How many pictures at once are tried: as the analyses do it, or fewer where one is slow."""
        one = self._one["gradient"]
        return max(1, min(self.bench.batch, int(SLOW / one) if one else self.bench.batch))

    def _prepare_forward(self, count: int | None = None) -> Trial:
        its = self.bench
        pictures = its.pictures[: count or self._count]

        def run() -> None:
            with torch.no_grad():
                its.model(pictures)

        return run, len(pictures)

    def _prepare_gradient(self, count: int | None = None) -> Trial:
        its = self.bench
        pictures, labels = (of[: count or self._count] for of in (its.pictures, its.labels))
        return lambda: saliency(its.model, pictures, labels, batch=len(pictures)), len(pictures)

    def _prepare_copy(self) -> Trial:
        its, count, sigma = self.bench, self._count, self.analyses.smoothgrad.official.sigma
        one = (its.model, its.pictures[:1], its.labels[:1])
        return lambda: smoothgrad(*one, sigma=sigma, copies=(count,), random_states=(0,), batch=count), count

    def _prepare_classified(self) -> Trial:
        its, count, sigma = self.bench, self._count, self.analyses.smoothgrad.official.sigma
        one = (its.model, its.pictures[:1])
        return lambda: predict_classes(*one, sigma=sigma, copies=count, random_states=(0,), batch=count), count

    def _prepare_step(self) -> Trial:
        its, count = self.bench, self._count
        one, black = (its.model, its.pictures[:1], its.labels[:1]), make_baseline("black", its.pictures[:1])
        return lambda: compute_mean_gradients(*one, baseline=black, steps=count, batch=count), count

    def _prepare_sample(self) -> Trial:
        from reference.lime import draw_masks, masked_probabilities

        its, count = self.bench, self._count
        masks = draw_masks(0, count, int(self._segments.max()) + 1)
        one = (its.model, its.pictures[0], self._segments, masks)
        return lambda: masked_probabilities(*one, hide=self.analyses.lime.official.hide, batch=count), count

    def _prepare_cut(self) -> Trial:
        return self._cut, 1

    def _prepare_fit(self) -> Trial:
        from reference.lime import draw_masks, fit_masks

        masks = draw_masks(0, self.analyses.lime.official.samples, int(self._segments.max()) + 1)
        labels = len(self.bench.settings.categories)
        probabilities = np.random.default_rng(0).random((len(masks), labels))
        return lambda: fit_masks(masks, probabilities), 1

    def _prepare_map(self) -> Trial:
        its, layers = self.bench, self.analyses.filters.layers

        def run() -> None:
            for layer, filters in layers.items():
                find_maps(its.model, its.pictures[:1], layer=layer, filters=filters)

        return run, len(layers)

    @cached_property
    def _segments(self) -> Array:
        return self._cut()

    def _cut(self) -> Array:
        from reference.lime import cut_segments

        return cut_segments(self.bench.profile.pictures[0] / 255, pieces=self.analyses.lime.pieces)

    def _time_step_of_ascent(self, layer: str) -> float:
        """Return what a step adds: what comes before the first and after the last is done once an ascent."""
        key, filters = next(item for item in self.analyses.filters.layers.items() if str(item[0]) == layer)
        if (one := self._one["gradient"]) >= LONG:
            return one * len(filters)  # at most: a layer before the last needs less of the model
        tried, steps = (filters[:1], 1) if one * len(filters) >= SLOW else (filters, ASCENT_STEPS)
        start = self.bench.pictures[:1].repeat(len(tried), 1, 1, 1)

        def run(steps: int) -> Callable[[], object]:
            return lambda: ascend(self.bench.model, start, layer=key, filters=tried, steps=steps)

        return max(_time(run(1 + steps)) - _time(run(1)), 0.0) / steps * (len(filters) / len(tried))

    @cached_property
    def _opened(self) -> dict[str, Any]:
        return {}

    def _time_opening(self, name: str) -> float:
        from assignment.models.bert import load_bert  # imported before the clock starts

        its, begin = self.bench.profile, time.perf_counter()
        if name == MASKED or (name == EMBEDDINGS and its.embeddings_folder == its.masked_folder):
            folder, kind = its.masked_folder, "masked"
        else:
            readers = its.reader_folders
            folder, kind = (readers[name], "answers") if name in readers else (its.embeddings_folder, "embeddings")
        self._opened[name] = load_bert(folder, kind, self.bench.device, self.bench.dtype)
        return time.perf_counter() - begin

    def _prepare_reading(self, name: str) -> Callable[[], object]:
        """Return the reading of a text of middling length, as the group that the BERT is for reads one."""
        from assignment.models.bert import find_span
        from assignment.models.reading import read
        from reference.attention import predict_masked
        from reference.embedding_distance import word_states
        from reference.embedding_pca import embedding_pca
        from reference.reading import hidden_states

        if name not in self._opened:
            self._time_opening(name)
        bert, texts = self._opened[name], self.bench.profile.texts
        if name == MASKED:
            reading = read(bert.tokenizer, _find_middle([one.plain for one in texts.attention]))
            return lambda: predict_masked(bert.model, reading, [1], bert.tokenizer.mask_token_id)
        if name == EMBEDDINGS:
            text, word, _ = texts.words[0].rows[0]
            readings = [read(bert.tokenizer, text)]
            return lambda: word_states(bert.model, readings, [word])
        pair = read(bert.tokenizer, *_find_middle([one.pair for one in texts.passages]))
        return lambda: (embedding_pca(hidden_states(bert.model, pair)), find_span(bert, pair))


def _find_middle(texts: Sequence[Text]) -> Text:
    return sorted(texts, key=lambda text: len(text) if isinstance(text, str) else sum(map(len, text)))[len(texts) // 2]


def _time(run: Callable[[], object]) -> float:
    """Return the median time of some runs after one to warm up; where that one is slow, its time."""
    if (first := _time_once(run)) >= SLOW:
        return first
    took: list[float] = []
    while len(took) < ROUNDS and sum(took) < ENOUGH:
        took.append(_time_once(run))
    return statistics.median(took)


def _time_once(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return time.perf_counter() - begin
