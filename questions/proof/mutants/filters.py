"""Mistakes in the visualisation of filters: activation maps and gradient ascent."""

from functools import partial

from questions.proof.mutant import as_if, make_mutant
from questions.proof.rerun import Edit

_FILTERS = "reference/filters.py"
_MADE = "reference/produce/filters.py"
_NAMED = "reference/layers.py"  # the same of classifiers whose layers have names
_BENCH = "reference/produce/bench.py"
_TAKEN, _GRADIENT = "part.run(x)[:, list(filters)] for x", "torch.autograd.grad(means.sum(), x)"
_CUT = "    part = _cut(model, layer, filters)\n    return"
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
        Edit(_NAMED, _CUT, _CUT.replace("layer,", "model.list_layers()[model.list_layers().index(str(layer)) - 1],")),
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
        Edit(_NAMED, _TAKEN, "part.run(x)[:, [index - 1 for index in filters]] for x"),
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
        Edit(_NAMED, _GRADIENT, "torch.autograd.grad(part.run(x)[rows, [index - 1 for index in filters]].sum(), x)"),
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
    _mutant(
        "whole-layer",
        "ascent raises all filters of the layer: none was chosen",
        as_if("ascent raised all filters of the layer at once", "梯度上升同時提高整層的濾波器"),
        Edit(
            _FILTERS,
            "conv2d(mean, turned[:, index : index + 1], padding=1) for index in filters]",
            "conv2d(mean, turned.mean(dim=1, keepdim=True), padding=1) for index in filters]",
        ),
        Edit(_NAMED, _GRADIENT, "torch.autograd.grad(part.run(x).mean(dim=(1, 2, 3)).sum(), x)"),
    ),
    _mutant(
        "layer-before",
        "the maps are those of the layer before: layers counted from 1",
        as_if("layers were counted from 1", "層從 1 開始編號"),
        Edit(
            _FILTERS,
            "    layer = check_filters(model, layer, filters)\n    part",
            "    layer = check_filters(model, layer, filters) - 1\n    part",
        ),
    ),
    _mutant(
        "from-grey",
        "ascent starts from grey in place of white noise",
        as_if("grey stood where white noise belongs", "該用白雜訊的地方用了灰色"),
        Edit(_FILTERS, "np.random.default_rng(state).random((3, *size))", "np.full((3, *size), 0.5)"),
    ),
    _mutant(
        "mean-of-filters",
        "the maps of the filters are averaged",
        as_if("the maps of all filters had been averaged", "所有濾波器的活化圖被平均了"),
        Edit(
            _FILTERS,
            "layer)).relu() for x in pictures.split(batch)])",
            "layer)).relu().mean(dim=1, keepdim=True).expand(-1, len(filters), -1, -1) for x in pictures.split(batch)])",
        ),
        Edit(_NAMED, _TAKEN, "part.run(x).mean(dim=1, keepdim=True).expand(-1, len(filters), -1, -1) for x"),
    ),
)
