"""Mistakes in LIME."""

from functools import partial

from questions.proof.mutant import make_mutant
from questions.proof.rerun import Edit

_LIME = "reference/lime.py"
_MADE = "reference/produce/lime.py"
_BENCH = "reference/produce/bench.py"
_mutant = partial(make_mutant, "lime")

LIME_MUTANTS = (
    _mutant(
        "logits",
        "logits are given to LIME in place of probabilities",
        Edit(_LIME, "torch.softmax(torch.cat(found), dim=1)", "torch.cat(found)"),
    ),
    _mutant(
        "shows-what-it-hides",
        "a mask's ones hide the pieces that they should keep",
        Edit(_LIME, "lerp(painted, picture,", "lerp(picture, painted,"),
    ),
    _mutant(
        "mean-colour",
        "hidden pieces are painted in their own mean colour, the package's default",
        Edit(_MADE, "masks, hide=hide, batch", 'masks, hide="mean", batch'),
    ),
    _mutant(
        "few-copies",
        "the official run gets a tenth of the masked copies",
        Edit(_MADE, "max(wanted), int(", "(wanted := [min(n, max(counts) // 10) for n in wanted])[-1], int("),
    ),
    _mutant(
        "pieces-from-one",
        "pieces are numbered from 1, as scikit-image does, and columns from 0",
        Edit(
            _MADE,
            'None: {"segments": np.stack(segments)}',
            'None: {"segments": np.stack([(one + 1) % (one.max() + 1) for one in segments])}',
        ),
    ),
    _mutant(
        "wrong-label",
        "the weights of the next label are taken",
        Edit(_LIME, "return np.asarray(ridge.coef_)", "return np.roll(ridge.coef_, 1, axis=0)"),
    ),
    _mutant(
        "same-seed-again",
        "the second run is given the seed of the first",
        Edit(_BENCH, 'return seed + (run == "next")', "return seed"),
    ),
    _mutant(
        "blue-first",
        "red and blue are exchanged, as OpenCV reads a picture",
        Edit(_MADE, "bench.pictures[index], [", "bench.pictures[index].flip(0), ["),
    ),
    _mutant(
        "seed-shared",
        "one seed serves all pictures",
        Edit(_BENCH, "return 1000 * seed + picture", "return 1000 * seed"),
        equivalent="Each picture's copies are as random as before and hang on no other picture; that pictures have seeds of "
        "their own is held by the example of find_random_state.",
    ),
)
