"""What guessing earns: the expected points, exactly, of students who know nothing of the subject.

A question counts only where all right choices and no other are ticked, so a student who guesses earns little; how
little is computed for each way of guessing, and bounded. The best fixed letters are found with the key in hand, so
nobody can play them; they bound every rule of the kind "always tick a and d". No key can keep them under the limit of
the others: where more questions have two right choices than there are pairs of letters, some pair is right twice. The
choices most like the others are one of many cues that a test-wise student may look for, so they get that wider limit
too; to tick any two letters earns half a point of ten by chance.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from assignment.fixable import Fault
from questions.bank import Bank
from questions.check.form import compute_width
from questions.question import Question

LIMIT = Fraction(1, 20)  # of a bank's points, for whoever guesses without the key
CUED_LIMIT = Fraction(1, 5)  # for the best fixed letters and for a cue: DECISIONS.md says what random keys give

Letters = Mapping[str, frozenset[str]]
Chance = Callable[[Question, frozenset[str]], Fraction]  # that a guess is the key


@dataclass(frozen=True)
class Guess:
    """One way of guessing, the points that it is expected to earn, and the most that it may."""

    name: str
    score: Fraction
    limit: Fraction

    @property
    def fault(self) -> Fault | None:
        """What is wrong where it earns too much."""
        if self.score <= self.limit:
            return None
        says = f"{self.name} earns {float(self.score):.3f} points; expected at most {float(self.limit):.3f}"
        return Fault(("bank",), says)


def score_guesses(bank: Bank, letters: Letters, points: Mapping[str, Fraction]) -> tuple[Guess, ...]:
    """Return what each way of guessing earns; points: of one question, by analysis."""
    total = sum((points[question.analysis] for question in bank.questions), Fraction(0))

    def score(chance: Chance) -> Fraction:
        earned = (points[one.analysis] * chance(one, letters[one.id]) for one in bank.questions)
        return sum(earned, Fraction(0))

    found = [Guess(name, score(chance), LIMIT * total) for name, chance in BLIND.items()]
    common = _find_common(bank, letters)
    least = max((points[question.analysis] for question in bank.questions), default=Fraction(0))  # one is always right
    wide = max(CUED_LIMIT * total, least)
    found.append(Guess("the two choices most like the others", score(_ticks(_most_alike)), wide))
    found.append(Guess(f"the letter that is right most often ({common})", score(_ticking(common)), LIMIT * total))
    every = sorted({letter for question in bank.questions for letter in question.choices})
    sets = ["".join(some) for size in range(1, len(every) + 1) for some in combinations(every, size)]
    best = max(sets, key=lambda some: score(_ticking(some)))
    return (*found, Guess(f"the best fixed letters in hindsight ({best})", score(_ticking(best)), wide))


def _ticks(pick: Callable[[Question], frozenset[str]]) -> Chance:
    return lambda question, right: Fraction(pick(question) == right)


def _ticking(some: str) -> Chance:
    return _ticks(lambda question: frozenset(some) & frozenset(question.choices))


def _longest(language: str, count: int) -> Chance:
    def pick(question: Question) -> frozenset[str]:
        widths = {letter: compute_width(getattr(choice.say, language)) for letter, choice in question.choices.items()}
        return frozenset(sorted(widths, key=lambda letter: -widths[letter])[:count])

    return _ticks(pick)


def _most_alike(question: Question) -> frozenset[str]:
    """Return the two choices that share most words with the others, for which test-wise students look."""
    words = {letter: set(re.findall(r"\w+", choice.say.en.lower())) for letter, choice in question.choices.items()}
    shared = {letter: sum(len(words[letter] & words[other]) for other in words if other != letter) for letter in words}
    return frozenset(sorted(shared, key=lambda letter: -shared[letter])[:2])


BLIND: dict[str, Chance] = {
    "a fair coin for each choice": lambda question, right: Fraction(1, 2 ** len(question.choices)),
    "any letters but none": lambda question, right: Fraction(1, 2 ** len(question.choices) - 1),
    "every choice": _ticks(lambda question: frozenset(question.choices)),
    "the longest choice in English": _longest("en", 1),
    "the longest choice in Chinese": _longest("zh", 1),
    "the two longest choices in English": _longest("en", 2),
    "the two longest choices in Chinese": _longest("zh", 2),
}


def _find_common(bank: Bank, letters: Letters) -> str:
    """Return the letter that is right in most questions, the first of equals."""
    counts = {letter: sum(letter in right for right in letters.values()) for letter in "abcde"}
    return max(counts, key=lambda letter: counts[letter])
