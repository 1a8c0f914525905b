"""Checks of the bank beyond its form: the wording in both languages, and how the right choices are spread.

A student reads a question in either language, so both must say the same; a choice is a positive statement, and a
picture is named by the 0-based index that the notebook shows ("picture 6", 「圖 6」).
"""

import re
from collections import Counter
from collections.abc import Iterator

from assignment.assignment import Bilingual
from questions.bank import Bank
from questions.key import Key
from questions.question import Question

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PICTURES = {"en": re.compile(r"\bpictures? (\d+)", re.IGNORECASE), "zh": re.compile(r"圖 ?(\d+)")}
_SUMMARIES = {
    "en": re.compile(r"\b(?:all|none|both|neither) of (?:the |these )?(?:above|these|choices)", re.IGNORECASE),
    "zh": re.compile(r"以上皆|以上都|以上均|皆是|皆非"),
}
_NEGATIONS = {
    "en": re.compile(r"\b(?:not|never|cannot|neither|nor|except)\b|n['\u2019]t\b", re.IGNORECASE),
    "zh": re.compile(r"不(?!同|過)|沒|並非|無法|除了"),
}
_ABSOLUTES = {
    "en": re.compile(r"\b(?:always|never|completely|entirely|impossible|definitely)\b", re.IGNORECASE),
    "zh": re.compile(r"總是|永遠|完全|絕對(?!值)|必然|一定"),
}
_SIMPLIFIED = re.compile("[图说为样从们国发应该关显习线级权择类颜码释对时个这认书较积]")
_CHINESE = re.compile("[\u4e00-\u9fff]")


def find_wording_faults(bank: Bank) -> Iterator[str]:
    """Yield what is wrong with the texts of a bank, each fault a line with its place."""
    for question in bank.questions:
        where = bank.places[question.id]
        for place, text, is_asked in _find_texts(question):
            yield from (f"{where}: {place}: {fault}" for fault in _find_text_faults(text, question, is_asked))


def find_spread_faults(bank: Bank, key: Key) -> Iterator[str]:
    """Yield what is wrong with the key as a whole: most questions are to have two or more right choices."""
    several = sum(len(letters) > 1 for letters in key.letters.values())
    if several * 2 <= len(bank.ids):
        yield f"bank: {several} of {len(bank.ids)} questions have two or more right choices; expected over half of them"


def find_spread(bank: Bank, key: Key) -> dict[str, tuple[int, int]]:
    """Return for each letter in how many questions it is right, and in how many it stands."""
    there = Counter(letter for question in bank.questions for letter in question.choices)
    right = Counter(letter for letters in key.letters.values() for letter in letters)
    return {letter: (right[letter], there[letter]) for letter in sorted(there)}


def _find_texts(question: Question) -> Iterator[tuple[str, Bilingual, bool]]:
    yield "ask", question.ask, True
    for letter, choice in question.choices.items():
        yield f"choice {letter}: say", choice.say, True
        yield f"choice {letter}: why", choice.why, False


def _find_text_faults(text: Bilingual, question: Question, is_asked: bool) -> Iterator[str]:
    if not _CHINESE.search(text.zh) or _CHINESE.search(text.en):
        yield "the languages are mixed up; expected English under en and Chinese under zh"
    if found := _SIMPLIFIED.search(text.zh):
        yield f"zh: {found.group()!r} is a simplified character; expected Traditional Chinese"
    if sorted(_NUMBER.findall(text.en)) != sorted(_NUMBER.findall(text.zh)):
        yield f"en has the numbers {_show(text.en)}, zh has {_show(text.zh)}; expected the same in both"
    for language in ("en", "zh"):
        yield from _find_language_faults(language, getattr(text, language), question, is_asked)


def _find_language_faults(language: str, text: str, question: Question, is_asked: bool) -> Iterator[str]:
    for index in _PICTURES[language].findall(text):
        if int(index) not in question.pictures:
            shown = ", ".join(map(str, question.pictures)) or "none"
            yield f"{language}: picture {index} is not shown beside the question; expected one of `pictures`: {shown}"
    rules = [(_SUMMARIES, "sums the other choices up", "a statement of its own")]
    if is_asked:
        rules.append((_NEGATIONS, "is worded negatively", "a positive statement"))
        rules.append((_ABSOLUTES, "is an absolute word", "what the experiment shows"))
    for patterns, fault, expected in rules:
        if found := patterns[language].search(text):
            yield f"{language}: {found.group()!r} {fault}; expected {expected}"


def _show(text: str) -> str:
    return ", ".join(sorted(_NUMBER.findall(text))) or "none"
