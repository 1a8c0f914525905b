"""Mistakes in the visualisation of filters: activation maps and gradient ascent."""

from functools import partial

from questions.proof.mutant import as_if, make_mutant
from questions.proof.rerun import Edit

_FILTERS = "reference/filters.py"
_MADE = "reference/produce/filters.py"
_BENCH = "reference/produce/bench.py"
_mutant = partial(make_mutant, "filters")

FILTERS_MUTANTS = (
    _mutant(
        "descends",
        "the step goes against the gradient",
        as_if("each step went against the gradient", "每一步都逆著梯度走"),
        Edit(_FILTERS, "x = (x + rate", "x = (x - rate"),
    ),
    _mutant(
        "from-the-photograph",
        "ascent starts from the photograph in place of white noise, as in 2021",
        as_if("ascent started from a photograph, not from white noise", "梯度上升從照片開始，而不是從白雜訊開始"),
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
        as_if("pixels were allowed to leave the range from 0 to 1", "像素可以超出 0 到 1 的範圍"),
        Edit(_FILTERS, " / size).clamp_(0, 1)", " / size)"),
    ),
    _mutant(
        "five-steps",
        "ascent stops after five steps",
        as_if("ascent stopped after 5 steps", "梯度上升只走了 5 步"),
        Edit(_FILTERS, "range(1, steps + 1)", "range(1, 6)"),
    ),
    _mutant(
        "before-the-relu",
        "the maps are taken before the ReLU",
        as_if("the activation maps were taken before the ReLU", "活化圖取自 ReLU 之前"),
        Edit(_FILTERS, "model.find_input(x, layer)).relu() for x", "model.find_input(x, layer)) for x"),
    ),
    _mutant(
        "wrong-filter",
        "the filter before is shown: an index that counts from 1",
        as_if("filters were counted from 1", "濾波器從 1 開始編號"),
        Edit(
            _FILTERS,
            "part = model.convolutions[layer].take(filters)",
            "part = model.convolutions[layer].take([index - 1 for index in filters])",
        ),
    ),
    _mutant(
        "wrong-objective",
        "ascent raises the filter beside",
        as_if("ascent raised the activation of another filter", "梯度上升提高的是另一個濾波器的活化值"),
        Edit(
            _FILTERS,
            "find_objective(model, start[:1], layer, filters)",
            "find_objective(model, start[:1], layer, [index % 15 + 1 for index in filters])",
        ),
    ),
    _mutant(
        "pictures-mixed-up",
        "the maps belong to the next picture",
        as_if("the activation maps belonged to another picture", "活化圖屬於另一張圖片"),
        Edit(
            _MADE,
            "find_maps(bench.model, bench.pictures, layer",
            "find_maps(bench.model, bench.pictures.roll(1, 0), layer",
        ),
    ),
    _mutant(
        "cross-transposed",
        "filters and ascents are exchanged where each filter sees each ascent",
        as_if(
            "filters and ascents were exchanged where each filter sees each ascent",
            "每個濾波器看每張上升圖的表，把兩者對調了",
        ),
        Edit(_MADE, "return to_array(maps.mean(dim=(2, 3)).T)", "return to_array(maps.mean(dim=(2, 3)))"),
    ),
    _mutant(
        "same-noise-again",
        "the second ascent starts from the noise of the first",
        as_if("the second ascent started from the noise of the first", "第二次梯度上升從第一次的雜訊開始"),
        Edit(_BENCH, 'return seed + (run == "next")', "return seed"),
    ),
)
