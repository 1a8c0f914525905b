"""Cues: what a reader may see of a choice without knowing its subject, each a number for every choice.

Test-wise cues (Haladyna, Downing, Rodriguez 2002, guideline 28; Millman, Bishop, Ebel 1965): tone, numbers, the
direction of a comparison, length, place, words shared with the stem or with the other choices. A tone is found in
either language, since both say the same; lengths and shared words are each language's own.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from questions.check.form import LONGER, compute_width
from questions.check.names import without_names
from questions.question import Question

Read = Callable[[Question, str], float]  # of a choice, by its letter
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?: ?%| percent)?")
_WORDS = re.compile(r"[A-Za-z']+|[\u4e00-\u9fff]")
_UP = {
    "en": r"\b(?:above|over|more|larger|higher|greater|brighter|farther|longer|rais\w+|ris\w+|grow\w*|at least"
    r"|exceeds?)\b",
    "zh": "高於|大於|多於|超過|以上|更[高大多亮遠]|較[高大多亮遠]|上升|增加|變大|至少",
}
_DOWN = {
    "en": r"\b(?:below|under|less|smaller|lowers?|fewer|darker|nearer|shorter|falls?|drops?|shrinks?|at most|within)\b",
    "zh": "低於|小於|少於|不到|以下|以內|更[低小少暗近]|較[低小少暗近]|下降|減少|變小|至多",
}
TONES: Mapping[str, Mapping[str, str]] = {
    "because": {"en": r"\bbecause\b"},
    "a reason": {
        "en": r"\b(?:since|because|therefore|thus|hence|so that|so|as a result)\b",
        "zh": "因為|由於|所以|因此",
    },
    "a concession": {
        "en": r"\b(?:though|although|even if|despite|yet|but|however|while|whereas|still|too)\b",
        "zh": "儘管|雖然|即使|但|卻|仍|也",
    },
    "a gloss": {"en": r"[:;]|\((?!\d+\))", "zh": r"[：；]|[（(](?!\d+[）)])"},
    "an aside": {"en": r", (?:which|who|whose|whom|that|of which|as|like)\b", "zh": "，也就是|，即|，其中"},
    "a strong word": {
        "en": r"\b(?:far|much|hardly|nearly|almost|vanish\w*|entire\w*|alone|only|strong\w*|single|even|very|nothing"
        r"|anywhere|every|all|clear\w*|largest|most|more than half)\b",
        "zh": "幾乎|遠遠|大幅|極|完全|僅|單靠|單單|光是|就使|甚至|所有|每一|一半以上|過半|最",
    },
    "a hedge": {
        "en": r"\b(?:about|around|roughly|at least|at most|some|partly|on average|on the whole|may|can|within)\b",
        "zh": "大約|約|左右|至少|至多|部分|平均|大致|可能|以內",
    },
    "certainty": {"en": r"\b(?:sure|surer|certain|confident)\b", "zh": "確定|有把握"},
}


@dataclass(frozen=True)
class Cue:
    """What may be seen of a choice, as a number. lore: 1 where test-wise students take more for right, -1 for wrong."""

    name: str
    read: Read
    lore: int = 0


def _say(question: Question, letter: str, language: str) -> str:
    text: str = getattr(question.choices[letter].say, language)
    return text


def _find_tone(patterns: Mapping[str, str]) -> Read:
    found = {language: re.compile(pattern, re.IGNORECASE) for language, pattern in patterns.items()}
    return lambda question, letter: float(
        any(its.search(_say(question, letter, language)) for language, its in found.items())
    )


def _count_numbers(question: Question, letter: str) -> float:
    return float(len(_NUMBER.findall(without_names(_say(question, letter, "en"), "en"))))


def _find_extreme(question: Question, letter: str) -> float:
    """Return how far (0 to 1) the most extreme share in a choice is from a half; 0 where it has none."""
    text = without_names(_say(question, letter, "en"), "en")
    shares = [_to_share(found) for found in _NUMBER.findall(text)]
    return max((abs(2 * share - 1) for share in shares if share is not None), default=0.0)


def _to_share(number: str) -> float | None:
    value = float(re.sub(r" ?(?:%|percent)", "", number)) / (1 if number[-1].isdigit() else 100)
    return value if 0 <= value <= 1 and ("." in number or not number[-1].isdigit()) else None


def _find_direction(question: Question, letter: str) -> float:
    text = _say(question, letter, "en")
    up, down = (len(re.findall(its["en"], text, re.IGNORECASE)) for its in (_UP, _DOWN))
    if up == down:
        text = _say(question, letter, "zh")
        up, down = (len(re.findall(its["zh"], text)) for its in (_UP, _DOWN))
    return float((up > down) - (up < down))


def _measure_length(language: str) -> Read:
    return lambda question, letter: math.log(compute_width(_say(question, letter, language)) or 1)


def _is_longest(*languages: str, by: float = 1.0) -> Read:
    """Tell of a choice whether it is at least so many times as long as every other, in one of the languages."""

    def is_longest(question: Question, letter: str, language: str) -> bool:
        widths = {its: compute_width(_say(question, its, language)) for its in question.choices}
        own = widths.pop(letter)
        return own >= by * max(widths.values(), default=0)

    return lambda question, letter: float(any(is_longest(question, letter, language) for language in languages))


def _share_stem(language: str) -> Read:
    def read(question: Question, letter: str) -> float:
        stem = " ".join(getattr(text, language) for _, text in question.list_stem())
        return _compute_overlap(_say(question, letter, language), stem)

    return read


def _share_others(language: str) -> Read:
    def read(question: Question, letter: str) -> float:
        others = " ".join(_say(question, its, language) for its in question.choices if its != letter)
        return _compute_overlap(_say(question, letter, language), others)

    return read


def _compute_overlap(text: str, other: str) -> float:
    """Return which share (0 to 1) of a text's words stands in another one."""
    own, theirs = (set(_WORDS.findall(one.lower())) for one in (text, other))
    return len(own & theirs) / max(1, len(own))


LORE = {"because": -1, "a reason": -1}
LANGUAGES = {"en": "English", "zh": "Chinese"}
CUES: tuple[Cue, ...] = (
    *(Cue(name, _find_tone(patterns), LORE.get(name, 0)) for name, patterns in TONES.items()),
    Cue("numbers", _count_numbers),
    Cue("a share near 0 or 1", _find_extreme),
    Cue("more rather than less", _find_direction),
    Cue("a late letter", lambda question, letter: float(list(question.choices).index(letter))),
    *(Cue(f"length in {name}", _measure_length(language)) for language, name in LANGUAGES.items()),
    *(Cue(f"the longest in {name}", _is_longest(language), 1) for language, name in LANGUAGES.items()),
    Cue("much longer than every other", _is_longest("en", "zh", by=LONGER), 1),
    *(Cue(f"words of the stem, {name}", _share_stem(language)) for language, name in LANGUAGES.items()),
    *(Cue(f"words of other choices, {name}", _share_others(language)) for language, name in LANGUAGES.items()),
)
