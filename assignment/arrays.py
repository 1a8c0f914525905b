"""The arrays of Outputs: what each is, which axes it has, and who must save it.

A name is (group, array). An array marked `official` is saved by the notebook's own cells; only the canonical Outputs
must hold the others. Those that stand in ARRAYS are the same in every course. A course's experiments, in which few
arguments of an official cell are changed, and its regions have names of its own: what they are, their group says
(`find_spec`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Name = tuple[str, str]  # group, array

FILTER_MAPS = ("shallow", "middle", "deep")  # arrays of activation maps, in the order of the axis `layer`
BACKGROUND = "background"  # the region that is none of a course's
REACHED = "reached_"  # before the name of an experiment of `filters`: what its pictures reach
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
}
_LIME = {
    "segments": ArraySpec(_MAP, "i", "the number, from 0, of the piece that a pixel belongs to"),
    "weights": ArraySpec(_PIECES, "f", "weight of each piece for each label", holes=True),
}
_SALIENCY = {
    "map": ArraySpec(_MAP, "f", "|d logit / d pixel|, largest over the channels"),
    "undetermined": _UNDETERMINED,
}
_SMOOTHGRAD = {
    "map": ArraySpec(_MAP, "f", "mean of the saliency maps of noisy copies"),
    "kept": _experiment(("sigma", "picture"), "share of the copies that keep the picture's class", bits=32),
    "undetermined": _UNDETERMINED,
}
_FILTERS = {
    "shallow": ArraySpec(
        ("picture", "filter", "shallow_row", "shallow_column"), "f", "activation maps of filters of the shallow layer"
    ),
    "middle": ArraySpec(("picture", "filter", "middle_row", "middle_column"), "f", "the same of the middle layer"),
    "deep": ArraySpec(("picture", "filter", "deep_row", "deep_column"), "f", "the same of the deep layer"),
    "ascent": ArraySpec(_ASCENT, "f", "the picture, 0 to 1, that ascent ends at", bits=16),
    "reached": ArraySpec(_FILTER, "f", "mean activation of its filter on that picture"),
    "trace": _experiment((*_FILTER, "step"), "mean before the ReLU at the start and after each step", bits=32),
    "cross": _experiment(
        (*_FILTER, "ascended"), "mean activation of a filter on each filter's ascent picture", bits=32
    ),
    "noise": _experiment((*_FILTER, "noise"), "mean activation on each of some white noises", bits=32),
}
_INTEGRATED_GRADIENTS = {
    "map": ArraySpec(_MAP, "f", "attribution to a label's logit, summed over channels"),
    "rise": _experiment(("baseline", "picture"), "f(x) - f(baseline)", bits=32),
    "gap": _experiment(("steps", "picture"), "|sum of attribution - rise| from the official baseline", bits=32),
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
        ("function", *_SCORES), "each head's mean share of attention on a function's targets", bits=32, holes=True
    ),
    "chance": _experiment(("function",), "the same of a head that attends everywhere alike", bits=32, holes=True),
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
        ("shared_word", "word_depth", "sentence", "other"), "f", "distance of the shared word's states, by layer"
    ),
    "cosine": ArraySpec(("shared_word", "word_depth", "sentence", "other"), "f", "cosine similarity of the same"),
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
_OWN: Mapping[str, ArraySpec] = {  # an array that a course has named, by its group
    "pictures": ArraySpec(_MAP, "b", "where a region is", official=False),
    "lime": _experiment(_PIECES, "the weights of an experiment", bits=32, holes=True),
    "saliency": _experiment(_MAP, "the map of an experiment", bits=32),
    "smoothgrad": _experiment(_MAP, "the map of an experiment"),
    "filters": _experiment(_ASCENT, "the pictures of an experiment"),
    "integrated_gradients": _experiment(_MAP, "the attribution of an experiment"),
}
_OWN_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OWN_REACHED = _experiment(_FILTER, "mean activation on the pictures of an experiment", bits=32)


def find_spec(group: str, name: str) -> ArraySpec | None:
    """Return what an array is: one of every course, or one that a course has named; None for one of neither kind.

    >>> find_spec("saliency", "map").says, find_spec("saliency", "loss").says, find_spec("attention", "loss")
    ('|d logit / d pixel|, largest over the channels', 'the map of an experiment', None)
    """
    if (group, name) in ARRAYS or not _OWN_NAME.fullmatch(name):
        return ARRAYS.get((group, name))
    return _OWN_REACHED if group == "filters" and name.startswith(REACHED) else _OWN.get(group)


def is_free(group: str, name: str) -> bool:
    """Tell whether a course may give an array of a group this name.

    >>> is_free("smoothgrad", "many"), is_free("smoothgrad", "kept"), is_free("filters", "reached_again")
    (True, False, False)
    """
    taken = (group, name) in ARRAYS or (group == "filters" and name.startswith(REACHED))
    return group in _OWN and not taken and bool(_OWN_NAME.fullmatch(name))


def pick_roles(roles: Any, reader: int, passage: int) -> Any:
    """Return the roles (L,) of a passage's tokens as a reader has them, of `role` with or without the readers' axis."""
    return roles[passage] if roles.ndim == len(ARRAYS["texts", "role"].axes) else roles[reader, passage]
