"""What a text says a picture shows: "picture 3 (a fried egg)", "a fried egg (picture 3)", 「圖 3（荷包蛋）」.

The words have to meet what the manifest says of that picture in their language, or the name of its label: one content
word, or in Chinese two characters in a row, in common. What stands in brackets and describes no picture, such as
"picture 8 (the CNN is wrong)", is told by a word that no description has.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assignment.assignment import Bilingual
from assignment.course import Course
from assignment.fixable import Fault
from questions.bank import Bank
from questions.check.names import NAMES, list_texts

_BEHIND = re.compile(r"(\d+) ?[(（]([^()（）]+)[)）]")  # N (words), in a list of pictures
_BEFORE = {  # words (picture N)
    "en": re.compile(r"((?:[\w'-]+ ){1,5})\(picture (\d+)\)", re.IGNORECASE),
    "zh": re.compile(r"([\u4e00-\u9fff]{1,6}) ?（圖 ?(\d+)）"),
}
_ANOTHER_MATTER = re.compile(
    r"\bit\b|[=_\d]|CNN|BERT|certain|model|network|label|logit|official|probab|true|right|wrong|sure|copies|seed"
    r"|網路|模型|類別|機率|正確|答對|錯誤|判斷|確定|真實|副本|雜訊",
    re.IGNORECASE,
)
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("ing", ""), ("ed", ""), ("s", ""))
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        "a an the on in of with at by to and or its are one some beside behind from for this that which picture "
        "pictures light dark large small left right",
    )
)
_EMPTY_ZH = re.compile(r"[的在上有裡中一個塊杯碗張條顆盤那這旁邊位隻和與及放著，、。！？]")


@dataclass(frozen=True)
class ShownPicture:
    """What a picture shows, as its course's manifest says, and the name of its label."""

    shows: Bilingual
    label: Bilingual


def list_shown(course: Course) -> list[ShownPicture]:
    """Return what each picture of a course shows."""
    names = dict(enumerate(course.assignment.categories))  # a label that has no name is a fault of its own
    return [ShownPicture(one.shows, names.get(one.label, one.shows)) for one in course.manifest.pictures]


def find_shown_faults(bank: Bank, shown: Sequence[ShownPicture]) -> Iterator[Fault]:
    """Yield a fault for each text that says of a picture what it does not show."""
    for question in bank.questions:
        for letter, field, text in list_texts(question):
            place = (*bank.places[question.id], *([f"choice {letter}"] if letter else []), field)
            for language in ("en", "zh"):
                for says in find_mismatches(getattr(text, language), language, shown):
                    yield Fault((*place, language), says)


def find_mismatches(text: str, language: str, shown: Sequence[ShownPicture]) -> Iterator[str]:
    """Yield what a text says wrongly of the pictures that it names.

    >>> egg = ShownPicture(Bilingual(en="A fried egg.", zh="一顆荷包蛋。"), Bilingual(en="Egg", zh="蛋"))
    >>> list(find_mismatches("In picture 0 (two eggs)", "en", [egg])), list(find_mismatches("圖 0（魚）", "zh", [egg]))
    ([], ['picture 0（魚）: the picture shows 一顆荷包蛋。; expected words that meet it'])
    """
    for named in NAMES[language]["picture"].finditer(text):
        for found in _BEHIND.finditer(named[0]):
            number, words = int(found[1]), found[2]
            if number < len(shown) and not _ANOTHER_MATTER.search(words) and not _meets(words, language, shown[number]):
                yield _say(f"picture {found[0]}", language, shown[number])
    for found in _BEFORE[language].finditer(text):
        words, number = found[1], int(found[2])
        others = [one for one in shown if _meets(words, language, one)]
        if number < len(shown) and others and shown[number] not in others:
            yield _say(found[0], language, shown[number])


def _say(words: str, language: str, its: ShownPicture) -> str:
    return f"{words}: the picture shows {getattr(its.shows, language)}; expected words that meet it"


def _meets(words: str, language: str, its: ShownPicture) -> bool:
    """Tell whether words share content with what a picture shows, or with its label's name."""
    known = f"{getattr(its.shows, language)} {getattr(its.label, language)}"
    if language == "en":
        return bool(_list_stems(words) & _list_stems(known)) or not _list_stems(words)
    return _share_characters(_EMPTY_ZH.sub("", words), _EMPTY_ZH.sub("", known))


def _list_stems(text: str) -> set[str]:
    """Return the content words of an English text without their endings.

    >>> sorted(_list_stems("Two grilled steaks with berries on a dish"))
    ['berry', 'dish', 'grill', 'steak', 'two']
    """
    return {_stem(word) for word in re.findall(r"[a-z]+", text.lower()) if word not in _EMPTY}


def _stem(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > 2 and not word.endswith("ss"):
            return word.removesuffix(ending) + instead
    return word


def _share_characters(words: str, known: str) -> bool:
    pairs = {words[index : index + 2] for index in range(len(words) - 1)}
    return not words or any(pair in known for pair in pairs) or (len(words) <= 2 and words[-1] in known)
