"""Mistakes in what is asked of the CNN: LIME and the visualisation of filters."""

from questions.proof.mutant import Mutant
from questions.proof.rerun import Edit

_LIME, _MADE = "reference/lime.py", "reference/produce/lime.py"
_FILTERS, _ASCENTS, _BENCH = "reference/filters.py", "reference/produce/filters.py", "reference/produce/bench.py"


def _lime(name: str, mistake: str, *edits: Edit, equivalent: str | None = None) -> Mutant:
    return Mutant(f"lime-{name}", ("lime",), mistake, edits, equivalent)


def _filters(name: str, mistake: str, *edits: Edit, equivalent: str | None = None) -> Mutant:
    return Mutant(f"filters-{name}", ("filters",), mistake, edits, equivalent)


CLASSIFIER_MUTANTS = (
    _lime(
        "logits", "logits are given to LIME in place of probabilities",
        Edit(_LIME, "torch.softmax(torch.cat(found), dim=1)", "torch.cat(found)"),
    ),
    _lime(
        "shows-what-it-hides", "a mask's ones hide the pieces that they should keep",
        Edit(_LIME, "lerp(painted, picture,", "lerp(picture, painted,"),
    ),
    _lime(
        "mean-colour", "hidden pieces are painted in their own mean colour, the package's default",
        Edit(_MADE, 'seed: int, hide: str = "grey"', 'seed: int, hide: str = "mean"'),
    ),
    _lime(
        "few-copies", "the official run gets a tenth of the masked copies",
        Edit(_MADE, "return fit_masks(masks, probabilities),", "return fit_masks(masks[:FEW], probabilities[:FEW]),"),
    ),
    _lime(
        "pieces-from-one", "pieces are numbered from 1, as scikit-image does, and columns from 0",
        Edit(_MADE, "found: dict[int | None, Arrays] = {None: {\"segments\": segments}}",
             "found: dict[int | None, Arrays] = {None: {\"segments\": (segments + 1) % (segments.max() + 1)}}"),
    ),
    _lime(
        "wrong-label", "the weights of the next label are taken",
        Edit(_LIME, "return np.asarray(ridge.coef_)", "return np.roll(ridge.coef_, 1, axis=0)"),
    ),
    _lime(
        "same-seed-again", "the second run is given the seed of the first",
        Edit(_MADE, "(again, few_again) = runs[seed], runs[seed + 1]", "(again, few_again) = runs[seed], runs[seed]"),
    ),
    _lime(
        "blue-first", "red and blue are exchanged, as OpenCV reads a picture",
        Edit(_MADE, "picture = bench.pictures[index]", "picture = bench.pictures[index].flip(0)"),
    ),
    _lime(
        "seed-shared", "one seed serves all pictures",
        Edit(_BENCH, "return 1000 * seed + picture", "return 1000 * seed"),
        equivalent="Each picture's copies are as random as before and hang on no other picture; that pictures have seeds of "
        "their own is held by the example of find_random_state.",
    ),
    _filters(
        "descends", "the step goes against the gradient",
        Edit(_FILTERS, "x = (x + rate", "x = (x - rate"),
    ),
    _filters(
        "from-the-photograph", "ascent starts from the photograph in place of white noise, as in 2021",
        Edit(_ASCENTS, "layer, _draw_starts(bench, seed)) for layer in FILTERS] for", "layer, bench.pictures[[PHOTO] * 4]) for layer in FILTERS] for"),
    ),
    _filters(
        "without-bounds", "pixels may leave [0, 1], as in 2021",
        Edit(_FILTERS, " / size).clamp_(0, 1)", " / size)"),
    ),
    _filters(
        "five-steps", "ascent stops after five steps",
        Edit(_FILTERS, "range(1, steps + 1)", "range(1, 6)"),
    ),
    _filters(
        "before-the-relu", "the maps are taken before the ReLU",
        Edit(_FILTERS, "model.find_input(x, layer)).relu() for x", "model.find_input(x, layer)) for x"),
    ),
    _filters(
        "wrong-filter", "the filter before is shown: an index that counts from 1",
        Edit(_FILTERS, "part = model.convolutions[layer].take(filters)",
             "part = model.convolutions[layer].take([index - 1 for index in filters])"),
    ),
    _filters(
        "wrong-objective", "ascent raises the filter beside",
        Edit(_FILTERS, "find_objective(model, start[:1], layer, filters)",
             "find_objective(model, start[:1], layer, [index % 15 + 1 for index in filters])"),
    ),
    _filters(
        "pictures-mixed-up", "the maps belong to the next picture",
        Edit(_ASCENTS, "find_maps(bench.model, bench.pictures, **settings)",
             "find_maps(bench.model, bench.pictures.roll(1, 0), **settings)"),
    ),
    _filters(
        "cross-transposed", "filters and ascents are exchanged where each filter sees each ascent",
        Edit(_ASCENTS, ".mean(dim=(2, 3)).T)\n        for run,", ".mean(dim=(2, 3)))\n        for run,"),
    ),
    _filters(
        "same-noise-again", "the second ascent starts from the noise of the first",
        Edit(_ASCENTS, "runs.get(seed + 1, after)", "runs[seed]"),
    ),
)  # fmt: skip
