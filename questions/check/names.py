"""What a text of the bank names by number, in both languages: "layers 0 and 1", 「句子 1、2 和 9」, `look_at = 3`.

Every named thing must be there: what there is, is read off the canonical Outputs' axes, the words of a sentence off
the course's texts, the categories off its settings. Arguments of claims are held to the same axes when the bank is
read, and when a claim is evaluated (`claim.py`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assignment.assignment import Bilingual
from assignment.fixable import Fault
from assignment.outputs import Outputs
from assignment.texts import Texts
from questions.bank import Bank
from questions.measures.arguments import find_axes
from questions.question import Question

_ONE = r"\d+(?!\d|\.\d)(?: ?[(（][^)）]*[)）])?"
_LIST = {"en": rf"{_ONE}(?:(?:, and |, | and | or ){_ONE})*", "zh": rf"{_ONE}(?:(?: ?[、和與或] ?){_ONE})*"}
_CHINESE = {
    "picture": r"圖 ?{}",
    "layer": r"(?:第 ?{0} ?層|層 ?{0})",
    "head": r"(?:第 ?{0} ?個頭|頭 ?{0})",
    "sentence": r"句子 ?{}",
    "passage": r"短文 ?{}",
    "convolution": r"卷積 ?{}",
    "filter": r"濾波器 ?{}",
    "label": r"類別 ?{}",
}
NAMES = {
    "en": {kind: re.compile(rf"\b{kind}(?:s {_LIST['en']}| {_ONE})", re.IGNORECASE) for kind in _CHINESE},
    "zh": {kind: re.compile(words.format(_LIST["zh"])) for kind, words in _CHINESE.items()},
}
_AXES = {  # kind -> the axis that says how many there are; by analysis where the kind means another thing there
    "": {"picture": "picture", "label": "label", "head": "head", "passage": "passage"},
    "attention": {"layer": "block", "sentence": "text"},
    "embedding_pca": {"layer": "depth"},
    "embedding_distance": {"layer": "depth", "sentence": "sentence"},
}
_NUMBERS = r"[(]?(\d+(?:, \d+)*)"
_SETTINGS: dict[
    str, dict[str, tuple[str, ...]]
] = {  # what a line of a scratch cell sets, by analysis, and the axes of its numbers
    "lime": {"look_at": ("picture",), "for_label": ("label",)},
    "attention": {"look_at": ("text",), "layer, head": ("block", "head")},
    "embedding_pca": {"which": ("passage",)},
    "embedding_distance": {"look_at": ("shared_word",), "pair": ("sentence", "sentence")},
}
_CATEGORY = {"en": re.compile(r"(?:label|for_label =) (\d+) \(([^)]*)\)"), "zh": re.compile(r"類別 ?(\d+)（([^）]*)）")}
_NUMBERED_WORD = re.compile(r"([A-Za-z']+) ?[(（](\d+)[)）]")


@dataclass(frozen=True)
class Inventory:
    """What there is to name: what lies along each axis, the categories, and the texts where they are at hand."""

    axes: Mapping[str, Sequence[Any]]
    categories: Sequence[Bilingual]
    texts: Texts | None = None

    def count(self, axis: str) -> int | None:
        """Return how many there are on an axis; None where nobody knows."""
        return len(self.axes[axis]) if axis in self.axes else None


def take_inventory(outputs: Outputs, categories: Sequence[Bilingual], texts: Texts | None = None) -> Inventory:
    """Return what a profile's canonical Outputs hold, and so what a question may name."""
    return Inventory(find_axes(outputs), categories, texts)


def find_numbers(text: str, language: str, kind: str) -> list[int]:
    """Return the numbers by which a text names things of a kind.

    >>> find_numbers("In sentences 1, 2 and 9 layer 3 gives 0.5", "en", "sentence")
    [1, 2, 9]
    >>> find_numbers("句子 3（水果）和 5（公司）", "zh", "sentence")
    [3, 5]
    """
    lists = [re.sub(r"[(（][^)）]*[)）]", "", found.group()) for found in NAMES[language][kind].finditer(text)]
    return [int(number) for numbers in lists for number in re.findall(r"\d+", numbers)]


def without_names(text: str, language: str) -> str:
    """Return a text without what it names by number, so that the numbers left are amounts.

    >>> without_names("In picture 6 the share is above 0.3", "en")
    'In  the share is above 0.3'
    """
    for pattern in NAMES[language].values():
        text = pattern.sub("", text)
    return text


def find_named_faults(bank: Bank, shown: Inventory) -> Iterator[Fault]:
    """Yield a fault for each thing that a text names and that is not there, or not shown beside its question."""
    for question in bank.questions:
        where = bank.places[question.id]
        many = shown.count("picture") or 0
        for picture in question.pictures:
            if not 0 <= picture < many:
                yield Fault((*where, "pictures"), f"{picture}; expected 0 to {many - 1}")
        for letter, field, text in list_texts(question):
            place = (*where, f"choice {letter}", field) if letter else (*where, field)
            for language in ("en", "zh"):
                for says in _find_text_faults(question, getattr(text, language), language, shown):
                    yield Fault((*place, language), says)


def list_texts(question: Question) -> Iterator[tuple[str, str, Bilingual]]:
    """Yield every text of a question: letter ("" for the stem), field (`ask`, `step 1`, `say`, `why`), text."""
    yield from (("", place, text) for place, text in question.list_stem())
    for letter, choice in question.choices.items():
        yield letter, "say", choice.say
        yield letter, "why", choice.why


def _find_text_faults(question: Question, text: str, language: str, shown: Inventory) -> Iterator[str]:
    for kind in NAMES[language]:
        axis = (_AXES[""] | _AXES.get(question.analysis, {})).get(kind, "")
        for number in find_numbers(text, language, kind):
            if (count := shown.count(axis)) is not None and number >= count:
                yield f"{kind} {number}; expected 0 to {count - 1}"
            elif kind == "picture" and number not in question.pictures:
                beside = ", ".join(map(str, question.pictures)) or "none"
                yield f"picture {number} is not shown beside the question; expected one of `pictures`: {beside}"
    yield from _find_setting_faults(question.analysis, text, shown)
    yield from _find_filter_faults(question, text, language, shown)
    yield from _find_category_faults(text, language, shown)
    if question.analysis == "attention" and shown.texts:
        yield from _find_word_faults(question, text, language, shown.texts)


def _find_setting_faults(analysis: str, text: str, shown: Inventory) -> Iterator[str]:
    for name, axes in _SETTINGS.get(analysis, {}).items():
        for numbers in re.findall(rf"\b{name} = {_NUMBERS}", text):
            for number, axis in zip(map(int, numbers.split(", ")), axes, strict=False):
                if (count := shown.count(axis)) is not None and number >= count:
                    yield f"{name} = {numbers}: {number}; expected 0 to {count - 1}"
    readers = shown.axes.get("reader", ())
    stems = {name.rpartition("_")[0] for name in readers}  # `reader` of reader_a and reader_b
    for name in re.findall(rf"\b{re.escape(min(stems))}_\w+", text) if len(stems) == 1 and min(stems) else ():
        if name not in readers:
            yield f"{name}; expected one of {_list(readers)}"


def _find_filter_faults(question: Question, text: str, language: str, shown: Inventory) -> Iterator[str]:
    filters = {layer: shown.axes[f"filter of layer {layer}"] for layer in shown.axes.get("layer", ())}
    layers = re.findall(r"\blayer = (\d+(?:(?:, | and |、| 和 ?)\d+)*)", text) if question.analysis == "filters" else []
    named = find_numbers(text, language, "convolution") + [
        int(n) for found in layers for n in re.findall(r"\d+", found)
    ]
    for layer in named:
        if layer not in filters:
            yield f"convolution {layer}; expected one of {_list(filters)}"
    known = sorted({number for layer in set(named) & set(filters) or filters for number in filters[layer]})
    for number in find_numbers(text, language, "filter"):
        if number not in known:
            yield f"filter {number}; expected one of {_list(known)}, which are looked at in the convolutions named here"


def _find_category_faults(text: str, language: str, shown: Inventory) -> Iterator[str]:
    for number, name in _CATEGORY[language].findall(text):
        if int(number) < len(shown.categories) and name != (known := getattr(shown.categories[int(number)], language)):
            yield f"label {number} ({name}); expected {known}"


def _find_word_faults(question: Question, text: str, language: str, texts: Texts) -> Iterator[str]:
    asked = " ".join(getattr(one, language) for _, one in question.list_stem())
    named = find_numbers(text, language, "sentence") or find_numbers(asked, language, "sentence")
    sentences = [texts.attention[number].words for number in named if number < len(texts.attention)]
    for word, number in _NUMBERED_WORD.findall(text.replace("full stop (", ". (")):
        if sentences and not any(words[int(number) : int(number) + 1] == [word.lower()] for words in sentences):
            yield f"{word} ({number}); expected a word of the sentence with its number, counted from 0"


def _list(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))
