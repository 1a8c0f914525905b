"""Lint rules that look at the form of a question: how long, in what order, and whether a right choice stands out."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from questions.canvas.apart import find_confused
from questions.canvas.cell import list_forms
from questions.check.item import Item, list_asked
from questions.check.names import NAMES

LONGER = 1.25  # a right choice stands out that is a quarter longer than every other one
STEM_WORDS, STEM_CHARACTERS = 150, 360  # of English words, of Chinese characters, steps and all
STEP_WORDS, STEP_CHARACTERS = 40, 96  # of one step
_FUNCTION_WORDS = re.compile(
    "about|above|again|also|among|another|are|asked|back|before|below|beside|between|both|column|compare|does|draw|each"
    "|every|figure|first|four|from|gives?|given|have|holds?|into|leave|like|look|more|most|next|nine|note|ones?|only"
    "|others?|over|prints?|right|same|scratch|second|sets?|shows?|statement|than|that|theirs?|them|then|there|these|they"
    "|this|those|three|through|two|under|until|what|when|where|which|while|whose|will|with|within"
)
_BARE_NUMBER = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*(?:%|times|倍)?\s*[.。]?\s*")
_ARTICLE = re.compile(r"\b(?:an?|is|are)\s*[:\u2026_.]*\s*$", re.IGNORECASE)
_GAP = re.compile(r"_{2,}|\.{3,}|\u2026|（\s*）|\(\s*\)")
_ENDS = {"en": re.compile(r"[?]\s*$"), "zh": re.compile(r"[？?]\s*$")}


def compute_width(text: str) -> int:
    """Return how wide a text is: a Chinese character counts as two letters.

    >>> compute_width("圖 6 is")
    7
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def find_longest_right(item: Item) -> Iterator[tuple[str, str]]:
    """The longest choice is the first guess of whoever does not know."""
    for language in ("en", "zh"):
        widths = {letter: compute_width(getattr(one.say, language)) for letter, one in item.question.choices.items()}
        longest, *others = sorted(widths, key=lambda letter: -widths[letter])
        if longest in (item.right or ()) and widths[longest] > LONGER * widths[others[0]]:
            ratio = widths[longest] / widths[others[0]]
            yield (
                longest,
                f"say: {language}: right and {ratio:.2f} times as long as every other; expected at most {LONGER}",
            )


def find_repeated_words(item: Item) -> Iterator[tuple[str, str]]:
    """A word of the stem that every right choice repeats and no wrong one. In English: the Chinese says the same."""
    right = sorted(item.right or ())
    words = {letter: _list_words(choice.say.en) for letter, choice in item.question.choices.items()}
    if len(right) < 2:  # a choice alone has words of its own, whatever it says
        return
    stem = " ".join(one.en for _, one in item.question.list_stem())
    shared = set.intersection(*(words[letter] for letter in right)) & _list_words(stem)
    for word in sorted(shared - set().union(*(words[letter] for letter in item.wrong))):
        said = f"en: {word!r} of the stem stands in every right choice only ({', '.join(right)})"
        yield "", f"{said}; expected it elsewhere too"


def _list_words(text: str) -> set[str]:
    words = {word.lower() for word in re.findall(r"[A-Za-z]{4,}", text)}
    words = {word for word in words if not _FUNCTION_WORDS.fullmatch(word)}
    return {word if word.endswith("ss") else word.removesuffix("s") for word in words} - set(NAMES["en"])


def find_long_stems(item: Item) -> Iterator[tuple[str, str]]:
    """A stem that takes more reading than the homework, or a step that asks for several things."""
    stem = list(item.question.list_stem())
    whole = [("stem", "".join(one.zh for _, one in stem), " ".join(one.en for _, one in stem))]
    limits = {"stem": (STEM_WORDS, STEM_CHARACTERS)}
    for place, zh, en in [*whole, *((place, one.zh, one.en) for place, one in stem if place.startswith("step"))]:
        most_words, most_characters = limits.get(place, (STEP_WORDS, STEP_CHARACTERS))
        if (words := len(en.split())) > most_words:
            yield "", f"{place}: en: {words} words; expected at most {most_words}"
        if len(zh) > most_characters:
            yield "", f"{place}: zh: {len(zh)} characters; expected at most {most_characters}"


def find_gratuitous(item: Item) -> Iterator[tuple[str, str]]:
    """A picture beside the question that no choice speaks of and no claim measures."""
    said = " ".join(choice.say.en + choice.why.en for choice in item.question.choices.values())
    numbers = {int(number) for found in NAMES["en"]["picture"].finditer(said) for number in _digits(found.group())}
    for choice in item.question.choices.values():
        claim = choice.claim
        bound = claim.bound if isinstance(claim.bound, dict) else {}
        numbers |= {arguments["picture"] for arguments in (claim.with_, bound) if "picture" in arguments}
    for picture in item.question.pictures:
        if picture not in numbers:
            yield "", f"pictures: {picture} is shown and no choice needs it; expected only what is asked about"


def _digits(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def find_unfocused(item: Item) -> Iterator[tuple[str, str]]:
    """A stem asks: it ends in a question mark, in both languages."""
    for _, place, language, text in list_asked(item):
        if place == "ask" and not _ENDS[language].search(text):
            yield "", f"{place}: {language}: ends in {text.strip()[-12:]!r}; expected a question"


def find_gaps(item: Item) -> Iterator[tuple[str, str]]:
    """A gap to fill in, in the stem."""
    for letter, place, language, text in list_asked(item):
        if not letter and (found := _GAP.search(text)):
            yield "", f"{place}: {language}: {found.group()!r} is a gap to fill in; expected a question"


def find_grammatical_cues(item: Item) -> Iterator[tuple[str, str]]:
    """Grammar tells: the stem ends in an article or a verb, or the right choices alone end (or do not) as sentences."""
    if _ARTICLE.search(item.question.ask.en.strip()):
        yield "", "ask: en: the stem's end fits some choices only; expected a whole question"
    for language in ("en", "zh"):
        ends = {
            letter: getattr(one.say, language).strip()[-1] in ".。！？!?"
            for letter, one in item.question.choices.items()
        }
        if len(set(ends.values())) > 1:
            odd = ", ".join(letter for letter, whole in ends.items() if not whole)
            yield "", f"{language}: {odd} without a full stop; expected all choices to end alike"


def find_lost_order(item: Item) -> Iterator[tuple[str, str]]:
    """Choices that are bare numbers stand in order."""
    matches = [_BARE_NUMBER.fullmatch(choice.say.en) for choice in item.question.choices.values()]
    numbers = [float(found.group(1)) for found in matches if found]
    if len(numbers) == len(matches) and any(first >= second for first, second in pairwise(numbers)):
        yield "", f"choices {', '.join(f'{number:g}' for number in numbers)}; expected numbers that rise"


def find_doubled_choices(item: Item) -> Iterator[tuple[str, str]]:
    """Two choices of a question, or a choice and its stem, with the same text."""
    for language in ("en", "zh"):
        seen: dict[str, str] = {}
        for letter, place, its, text in list_asked(item):
            key = "".join(character for character in text.casefold() if character.isalnum())
            if its == language and key in seen:
                yield letter, f"{place}: {language}: the same text as {seen[key]}; expected a text of its own"
            elif its == language:
                seen[key] = f"choice {letter}" if letter else "the stem"


def find_merged_choices(item: Item) -> Iterator[tuple[str, str]]:
    """Choices that the report of the quiz cannot tell: their texts differ in what does not come back alone."""
    return ((letter, f"say: {says}") for letter, says in find_confused(list_forms(item.question)))
