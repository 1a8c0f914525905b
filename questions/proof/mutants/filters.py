"""Mistakes in the visualisation of filters: activation maps and gradient ascent."""

from functools import partial

from questions.proof.mutant import make_mutant
from questions.proof.rerun import Edit

_FILTERS = "reference/filters.py"
_MADE = "reference/produce/filters.py"
_BENCH = "reference/produce/bench.py"
_mutant = partial(make_mutant, "filters")

FILTERS_MUTANTS = (
    _mutant(
        "descends",
        "the step goes against the gradient",
        Edit(_FILTERS, "x = (x + rate", "x = (x - rate"),
    ),
    _mutant(
        "from-the-photograph",
        "ascent starts from the photograph in place of white noise, as in 2021",
        Edit(
            _MADE,
            "start = find_start(run, seed)",
            'photo = next((one.start for one in runs.values() if one.start != "noise"), 0)\n            '
            'start = find_start(run.model_copy(update={"start": photo}) if name == "ascent" else run, seed)',
        ),
    ),
    _mutant(
        "without-bounds",
        "pixels may leave [0, 1], as in 2021",
        Edit(_FILTERS, " / size).clamp_(0, 1)", " / size)"),
    ),
    _mutant(
        "five-steps",
        "ascent stops after five steps",
        Edit(_FILTERS, "range(1, steps + 1)", "range(1, 6)"),
    ),
    _mutant(
        "before-the-relu",
        "the maps are taken before the ReLU",
        Edit(_FILTERS, "model.find_input(x, layer)).relu() for x", "model.find_input(x, layer)) for x"),
    ),
    _mutant(
        "wrong-filter",
        "the filter before is shown: an index that counts from 1",
        Edit(
            _FILTERS,
            "part = model.convolutions[layer].take(filters)",
            "part = model.convolutions[layer].take([index - 1 for index in filters])",
        ),
    ),
    _mutant(
        "wrong-objective",
        "ascent raises the filter beside",
        Edit(
            _FILTERS,
            "find_objective(model, start[:1], layer, filters)",
            "find_objective(model, start[:1], layer, [index % 15 + 1 for index in filters])",
        ),
    ),
    _mutant(
        "pictures-mixed-up",
        "the maps belong to the next picture",
        Edit(
            _MADE,
            "find_maps(bench.model, bench.pictures, layer",
            "find_maps(bench.model, bench.pictures.roll(1, 0), layer",
        ),
    ),
    _mutant(
        "cross-transposed",
        "filters and ascents are exchanged where each filter sees each ascent",
        Edit(_MADE, "return to_array(maps.mean(dim=(2, 3)).T)", "return to_array(maps.mean(dim=(2, 3)))"),
    ),
    _mutant(
        "same-noise-again",
        "the second ascent starts from the noise of the first",
        Edit(_BENCH, 'return seed + (run == "next")', "return seed"),
    ),
)
