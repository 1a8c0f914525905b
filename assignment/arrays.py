"""The arrays of Outputs: what each is, which axes it has, and who must save it.

A name is (group, array). An array marked `official` is saved by the notebook's own cells; the others are experiments,
in which one argument of an official cell is changed, and only the canonical Outputs must hold them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Name = tuple[str, str]  # group, array

FILTERS: Mapping[int, tuple[int, ...]] = {1: (0, 3, 9, 15), 4: (3, 5, 10, 12), 9: (4, 8, 12, 14)}
"""The axes `layer` and `filter`: convolutions, counted from 0, and the filters of each that are looked at."""
FILTER_MAPS: Mapping[str, int] = {"shallow": 1, "middle": 4, "deep": 9}  # arrays of activation maps, by convolution
SIGMAS = (0.02, 0.05, 0.1, 0.2, 0.4)  # the axis `sigma`
BASELINES = ("black", "white", "blurred")  # the axis `baseline`
STEP_COUNTS = (5, 20, 50, 200)  # the axis `steps`
FUNCTIONS = ("previous", "next", "itself", "same_word", "separator", "punctuation")  # what any text tells of a head
LINKS = ("coreference", "agreement")  # what only a text with known links tells; the axis `function` is both
QUESTION, SUPPORT, ANSWER, OTHER = range(4)  # roles of a passage's tokens; a separator or padding is -1


@dataclass(frozen=True)
class ArraySpec:
    """What one array is. An axis is a name whose size all arrays of a profile share, or `piece`, which is free."""

    axes: tuple[str, ...]
    kind: str  # numpy's dtype.kind: f float, i integer, b bool
    says: str
    official: bool = True
    holes: bool = False  # NaN stands for "there is none"
    bits: int = 32  # of a stored float
    optional: bool = False  # also for the canonical Outputs: absent where it has nothing to say
    by: str = ""  # an axis that stands before the others where what the array says is not the same all along it

    def name_axes(self, count: int) -> tuple[str, ...]:
        """Return the axes of an array that has so many.

        >>> ARRAYS["texts", "role"].name_axes(2), ARRAYS["texts", "role"].name_axes(3)
        (('passage', 'place'), ('reader', 'passage', 'place'))
        """
        return (self.by, *self.axes) if self.by and count == len(self.axes) + 1 else self.axes


def _experiment(axes: tuple[str, ...], says: str, *, bits: int = 16, holes: bool = False) -> ArraySpec:
    return ArraySpec(axes, "f", says, official=False, holes=holes, bits=bits)


def _truth(axes: tuple[str, ...], says: str) -> ArraySpec:
    return ArraySpec(axes, "i", says, official=False)


_PIXELS = ("row", "column")
_MAP = ("picture", *_PIXELS)
_PIECES = ("picture", "label", "piece")
_UNDETERMINED = ArraySpec(
    _MAP, "b", "where equal values compete, so that rounding decides the official map", official=False, optional=True
)
_FILTER = ("layer", "filter")
_ASCENT = (*_FILTER, "channel", *_PIXELS)

_PICTURES = {
    "label": ArraySpec(("picture",), "i", "the true label"),
    "logits": ArraySpec(("picture", "label"), "f", "the classifier's logits"),
    "food": ArraySpec(_MAP, "b", "where the food is", official=False),
    "tray": ArraySpec(_MAP, "b", "where the planted shortcut's object is", official=False),
    "distractor": ArraySpec(_MAP, "b", "where another category's object is", official=False),
}
_LIME = {
    "segments": ArraySpec(_MAP, "i", "the number, from 0, of the piece that a pixel belongs to"),
    "weights": ArraySpec(_PIECES, "f", "weight of each piece for each label", holes=True),
    "weights_again": _experiment(_PIECES, "the same with the next random seed", bits=32, holes=True),
    "weights_few": _experiment(_PIECES, "the same from few masked copies", bits=32, holes=True),
    "weights_few_again": _experiment(_PIECES, "few copies, the next seed", bits=32, holes=True),
    "weights_mean": _experiment(_PIECES, "the same, a hidden piece painted in its mean colour", bits=32, holes=True),
}
_SALIENCY = {
    "map": ArraySpec(_MAP, "f", "|d logit of the true label / d pixel|, largest over the channels"),
    "other": _experiment(_MAP, "the same for the strongest wrong label", bits=32),
    "probability": _experiment(_MAP, "the same for the true label's probability", bits=32),
    "loss": _experiment(_MAP, "the same for the cross-entropy loss", bits=32),
    "undetermined": _UNDETERMINED,
}
_SMOOTHGRAD = {
    "map": ArraySpec(_MAP, "f", "mean of the saliency maps of 20 copies with noise of sigma 0.02"),
    "one": _experiment(_MAP, "the same from 1 copy"),
    "few": _experiment(_MAP, "the same from 5 copies"),
    "many": _experiment(_MAP, "the same from 80 copies"),
    "again": _experiment(_MAP, "20 copies, the next random seed"),
    "strong": _experiment(_MAP, "20 copies with noise of sigma 0.2"),
    "still": _experiment(_MAP, "20 copies without noise"),
    "signed": _experiment(_MAP, "the size of the mean gradient in place of the mean size"),
    "other": _experiment(_MAP, "the official map for the strongest wrong label"),
    "kept": _experiment(("sigma", "picture"), "share of 20 copies that keep the picture's class", bits=32),
    "undetermined": _UNDETERMINED,
}
_FILTERS = {
    "shallow": ArraySpec(
        ("picture", "filter", "shallow_row", "shallow_column"), "f", "activation maps of four filters of convolution 1"
    ),
    "middle": ArraySpec(("picture", "filter", "middle_row", "middle_column"), "f", "the same of convolution 4"),
    "deep": ArraySpec(("picture", "filter", "deep_row", "deep_column"), "f", "the same of convolution 9"),
    "ascent": ArraySpec(_ASCENT, "f", "the picture, 0 to 1, that ascent from white noise ends at", bits=16),
    "reached": ArraySpec(_FILTER, "f", "mean activation of its filter on that picture"),
    "trace": _experiment((*_FILTER, "step"), "mean before the ReLU at the start and after each step", bits=32),
    "cross": _experiment(
        (*_FILTER, "ascended"), "mean activation of a filter on each filter's ascent picture", bits=32
    ),
    "again": _experiment(_ASCENT, "the picture from another white noise"),
    "reached_again": _experiment(_FILTER, "mean activation on that picture", bits=32),
    "photo": _experiment(_ASCENT, "the picture from a photograph in place of noise"),
    "reached_photo": _experiment(_FILTER, "mean activation on that picture", bits=32),
    "noise": _experiment((*_FILTER, "noise"), "mean activation on each of 100 white noises", bits=32),
}
_INTEGRATED_GRADIENTS = {
    "map": ArraySpec(_MAP, "f", "attribution to the true label's logit from black, 50 steps, summed over channels"),
    "white": _experiment(_MAP, "the same from a white baseline"),
    "blurred": _experiment(_MAP, "the same from the blurred picture"),
    "noise": _experiment(_MAP, "the same from white noise"),
    "few": _experiment(_MAP, "from black, 5 steps"),
    "plain": _experiment(_MAP, "from black, without the factor (x - baseline)"),
    "other": _experiment(_MAP, "from black, for the strongest wrong label"),
    "rise": _experiment(("baseline", "picture"), "f(x) - f(baseline) for black, white, blurred", bits=32),
    "gap": _experiment(("steps", "picture"), "|sum of attribution - rise| from black", bits=32),
    "undetermined": _UNDETERMINED,
}
_SCORES = ("block", "head")
_TEXT = ("text", "token")
_TEXTS = {
    "word": _truth(_TEXT, "the word, from 0, that a token of a sentence belongs to; -1: a separator or none"),
    "hidden": _truth(("text",), "the token that is predicted"),
    "also": _truth(("text",), "the token that it goes with"),
    "candidate": _truth(("text", "candidate"), "words that may stand there, as numbers in the vocabulary"),
    "role": ArraySpec(
        ("passage", "place"),
        "i",
        "question 0, supporting sentence 1, answer 2, the rest 3; -1: a separator or none",
        official=False,
        by="reader",
    ),
    "meaning": _truth(("shared_word", "sentence"), "which meaning the shared word has"),
    "position": _truth(("shared_word", "sentence"), "at which token it stands"),
}
_ATTENTION = {
    "map": ArraySpec(("text", *_SCORES, "token", "to"), "f", "how much each token attends to each", holes=True),
    "prediction": ArraySpec(("text", "vocabulary"), "f", "probability of each token in place of the hidden one"),
    "prediction_also": _experiment(("text", "vocabulary"), "the same, the word that it goes with hidden too", bits=32),
    "drop": _experiment(_TEXT, "how far the hidden word's log-probability falls where a token is hidden too", bits=32),
    "score": _experiment(
        ("function", *_SCORES), "each head's mean share of attention on a function's targets", bits=32
    ),
    "chance": _experiment(("function",), "the same of a head that attends everywhere alike", bits=32),
}
_EMBEDDING_PCA = {
    "points": ArraySpec(
        ("reader", "passage", "depth", "place", "component"), "f", "two principal components of each layer", holes=True
    ),
    "share": ArraySpec(
        ("reader", "passage", "depth", "component"), "f", "the share of the variance that they keep", holes=True
    ),
    "span": ArraySpec(("reader", "passage", "end"), "i", "first and last token of the answer that a reader gives"),
}
_EMBEDDING_DISTANCE = {
    "euclidean": ArraySpec(
        ("shared_word", "depth", "sentence", "other"), "f", "distance of the shared word's states, by layer"
    ),
    "cosine": ArraySpec(("shared_word", "depth", "sentence", "other"), "f", "cosine similarity of the same"),
}

ARRAYS: dict[Name, ArraySpec] = {
    (group, name): spec
    for group, specs in {
        "pictures": _PICTURES,
        "lime": _LIME,
        "saliency": _SALIENCY,
        "smoothgrad": _SMOOTHGRAD,
        "filters": _FILTERS,
        "integrated_gradients": _INTEGRATED_GRADIENTS,
        "texts": _TEXTS,
        "attention": _ATTENTION,
        "embedding_pca": _EMBEDDING_PCA,
        "embedding_distance": _EMBEDDING_DISTANCE,
    }.items()
    for name, spec in specs.items()
}
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(group for group, _ in ARRAYS))


def pick_roles(roles: Any, reader: int, passage: int) -> Any:
    """Return the roles (L,) of a passage's tokens as a reader has them, of `role` with or without the readers' axis."""
    return roles[passage] if roles.ndim == len(ARRAYS["texts", "role"].axes) else roles[reader, passage]
