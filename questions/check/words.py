"""Lint rules that look at words: negations, absolute and vague words, sums of other choices, and the two languages."""

import re
from collections.abc import Iterator, Mapping

from questions.check.item import Item, list_asked
from questions.check.names import NAMES, find_numbers, list_texts, without_names

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_SIMPLIFIED = re.compile("[图说为样从们国发应该关显习线级权择类颜码释对时个这认书较积]")
_SUMS = {
    "en": re.compile(r"\b(?:all|none|both|neither) of (?:the |these )?(?:above|these|choices)", re.IGNORECASE),
    "zh": re.compile(r"以上皆|以上都|以上均|皆是|皆非"),
}
_COMBINED = {
    "en": re.compile(r"\bchoices? \(?[a-e]\)?\b|\b(?:both|only) \(?[a-e]\)?,? and \(?[a-e]\)?(?!\w)", re.IGNORECASE),
    "zh": re.compile(r"選項 ?[（(]?[a-eA-E]|[（(][a-eA-E][)）] ?[和與及、]"),
}
_NEGATIONS = {  # but for a word of a sentence that is asked about, told with its number: "not (6)", 「不（3）」
    "en": re.compile(r"\b(?:not|never|cannot|neither|nor|except)\b(?! \(\d)|n['\u2019]t\b(?! \(\d)", re.IGNORECASE),
    "zh": re.compile(r"不(?!同|過|（\d)|沒(?!（\d)|並非|無法|除了"),
}
_ABSOLUTES = {
    "en": re.compile(
        r"\b(?:always|never|completely|entirely|totally|absolutely|invariably|impossible|definitely)\b", re.IGNORECASE
    ),
    "zh": re.compile(r"總是|永遠|完全|絕對(?!值)|必然|必定|一定"),
}
_OFTEN = {  # how often, without a count: no measure decides it
    "en": re.compile(
        r"(?<!more )(?<!less )(?<!as )\boften\b|\b(?:usually|sometimes|generally|frequently|occasionally|seldom|rarely"
        r"|typically|normally|commonly|mostly|perhaps|possibly|probably|may|might|tends? to|seems?)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"常常|經常|通常|往往|有時|偶爾|一般來說|或許|也許|可能(?!性)|似乎|傾向"),
}
_SOMEWHAT = {  # how much, which an amount or a comparison beside it decides
    "en": re.compile(
        r"\b(?:many|several|few|some|much|fairly|quite|rather|somewhat|considerably|significantly|substantially"
        r"|nearly|almost|hardly|about|roughly|similar|strongly|slightly)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"許多|很多|一些|有些|相當(?!於)|頗|幾乎|差不多|大約|大致|明顯|略微|稍微|類似"),
}
_AMOUNTS = {
    "en": re.compile(
        r"\d|\b(?:half|third|quarter|fifth|two|three|four|five|ten|than|most|more|less|larger|smaller|higher|lower"
        r"|nearer|smoother|nearest|largest|each)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"\d|一半|之一|[兩三四五十]|比|最|更|高於|低於|大於|小於|多於|少於|每一"),
}
AMOUNT = re.compile(r"\d+\.\d+|\d+(?= ?(?:%|％|percent|per cent|個百分點))")  # a decimal number, or a percentage


def _find_matches(item: Item, patterns: Mapping[str, re.Pattern[str]], fault: str) -> Iterator[tuple[str, str]]:
    for letter, place, language, text in list_asked(item):
        if found := patterns[language].search(text):
            yield letter, f"{place}: {language}: {found.group()!r} {fault}"


def find_negative_stems(item: Item) -> Iterator[tuple[str, str]]:
    """A stem that asks what is not so is answered as its opposite by careful students."""
    found = _find_matches(item, _NEGATIONS, "is worded negatively; expected a positive stem")
    return (one for one in found if not one[0])


def find_negative_choices(item: Item) -> Iterator[tuple[str, str]]:
    """A negated statement that is false has to be negated twice in the head."""
    found = _find_matches(item, _NEGATIONS, "is worded negatively; expected a positive statement")
    return (one for one in found if one[0])


def find_absolute_words(item: Item) -> Iterator[tuple[str, str]]:
    """A word without exceptions tells that a statement is wrong."""
    return _find_matches(item, _ABSOLUTES, "is an absolute word; expected what the experiment shows")


def find_sums(item: Item) -> Iterator[tuple[str, str]]:
    """A choice that speaks of all others, in what is asked or in a `why`."""
    for letter, place, text in list_texts(item.question):
        for language in ("en", "zh"):
            if found := _SUMS[language].search(getattr(text, language)):
                fault = f"{found.group()!r} sums the other choices up; expected a statement of its own"
                yield letter, f"{place}: {language}: {fault}"


def find_combined(item: Item) -> Iterator[tuple[str, str]]:
    """A choice that names other choices by letter ("both a and c")."""
    return _find_matches(item, _COMBINED, "names other choices; expected a statement of its own")


def find_vague_words(item: Item) -> Iterator[tuple[str, str]]:
    """A vague word leaves a choice without a truth: `often`, or `nearly` where no amount or comparison is beside it."""
    for letter, place, language, text in list_asked(item):
        if not letter:
            continue
        amounts = _AMOUNTS[language].search(without_names(text, language))
        found = _OFTEN[language].search(text) or (None if amounts else _SOMEWHAT[language].search(text))
        if found:
            yield letter, f"{place}: {language}: {found.group()!r} is vague; expected an amount or a comparison"


def find_mixed_languages(item: Item) -> Iterator[tuple[str, str]]:
    """English stands under en and Chinese under zh."""
    for letter, place, text in list_texts(item.question):
        if not _CHINESE.search(text.zh) or _CHINESE.search(text.en):
            yield letter, f"{place}: the languages are mixed up; expected English under en and Chinese under zh"


def find_simplified(item: Item) -> Iterator[tuple[str, str]]:
    """The Chinese is Traditional."""
    for letter, place, text in list_texts(item.question):
        if found := _SIMPLIFIED.search(text.zh):
            yield letter, f"{place}: zh: {found.group()!r} is a simplified character; expected Traditional Chinese"


def find_different_numbers(item: Item) -> Iterator[tuple[str, str]]:
    """Both languages hold the same numbers."""
    for letter, place, text in list_texts(item.question):
        numbers = {language: sorted(_NUMBER.findall(getattr(text, language))) for language in ("en", "zh")}
        if numbers["en"] != numbers["zh"]:
            en, zh = (", ".join(found) or "none" for found in numbers.values())
            yield letter, f"{place}: en has the numbers {en}, zh has {zh}; expected the same in both"


def find_different_names(item: Item) -> Iterator[tuple[str, str]]:
    """Both languages name the same pictures, layers, heads, sentences by these numbers."""
    for letter, place, text in list_texts(item.question):
        for kind in NAMES["en"]:
            en, zh = (sorted(set(find_numbers(getattr(text, language), language, kind))) for language in ("en", "zh"))
            if en != zh:
                yield letter, f"{place}: en names {kind} {en}, zh {zh}; expected the same in both"


def find_told_facts(item: Item) -> Iterator[tuple[str, str]]:
    """A stem or a step that tells an amount in words: no program sees what it implies. Code in backticks may."""
    for place, text in item.question.list_stem():
        for language in ("en", "zh"):
            found = AMOUNT.search(re.sub("`[^`]*`", "", getattr(text, language)))
            if found and not place.startswith("given"):
                yield "", f"{place}: {language}: {found.group()!r} tells a fact; expected it as `given`, with its claim"
