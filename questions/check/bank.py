"""The check of a bank as a whole: everything that is wrong with it at once, each fault with its place.

A student reads a question in either language, so both must say the same; a choice is a positive statement, and a
thing is named by the 0-based number that the notebook shows ("picture 6", 「圖 6」). What cannot be read hides no fault
of what can: counts, names, wording and claims are judged on every question that could be read.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath

from assignment.assignment import Assignment
from assignment.fixable import Fault
from assignment.outputs import Outputs
from assignment.texts import Texts
from questions.bank import Bank
from questions.check.claims import compute_letter_p, count_letters
from questions.check.guesses import Guess, score_guesses
from questions.check.item import Item
from questions.check.names import find_named_faults, take_inventory
from questions.check.rules import Finding, lint
from questions.check.scope import find_scope_faults
from questions.check.shown import ShownPicture, find_shown_faults
from questions.key import Decision, Place, decide_all, list_right

TOTAL = Decimal(10)  # points of the whole homework, as the slides say
SEVERAL = Fraction(3, 5)  # of the questions have two or more right choices, at least

Letters = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class CheckReport:
    """What a check found; `guesses` and `letter_p` are there once every question has a key."""

    decisions: Mapping[Place, Decision]
    letters: Letters
    faults: tuple[Fault, ...]
    silenced: tuple[Finding, ...]
    guesses: tuple[Guess, ...] = ()
    letter_p: float | None = None


def check_bank(
    bank: Bank,
    faults: Sequence[Fault],
    assignment: Assignment,
    canonicals: Mapping[int, Outputs],
    texts: Texts | None = None,
    flipped: Mapping[Place, int] | None = None,
    shown: Sequence[ShownPicture] = (),
) -> CheckReport:
    """Return everything that is wrong with a bank that was read with these faults, and what its key looks like.

    canonicals: without any, claims and names are left unjudged. texts: the profile's, where they are at hand.
    flipped: how many mutants make each wrong choice true, where mutants ran. shown: what each picture shows.
    """
    found = [*faults, *find_total_faults(bank, assignment, faults), *find_scope_faults(bank)]
    found += find_shown_faults(bank, shown)
    decisions: dict[Place, Decision] = {}
    if canonicals:
        found += find_named_faults(bank, take_inventory(next(iter(canonicals.values())), assignment.categories, texts))
        decisions, undecided = decide_all(bank, canonicals)
        found += undecided
    letters = list_right_letters(bank, decisions)
    linted = lint(bank, letters, flipped)
    found += linted.faults
    guesses: tuple[Guess, ...] = ()
    if not faults and bank.ids and set(letters) == set(bank.ids):
        points = {analysis: Fraction(group.points) for analysis, group in assignment.questions.items()}
        guesses = score_guesses(bank, letters, points)
        found += find_spread_faults(letters)
        found += [guess.fault for guess in guesses if guess.fault]
    return CheckReport(
        decisions, letters, tuple(found), linted.silenced, guesses, compute_letter_p(_make_items(bank, letters))
    )


def list_right_letters(bank: Bank, decisions: Mapping[Place, Decision]) -> dict[str, frozenset[str]]:
    """Return the right letters of the questions all of whose choices could be decided."""
    return {
        question.id: list_right(question.id, set(question.choices), decisions)
        for question in bank.questions
        if all((question.id, letter) in decisions for letter in question.choices)
    }


def find_total_faults(bank: Bank, assignment: Assignment, faults: Sequence[Fault] = ()) -> Iterator[Fault]:
    """Yield the analyses without a file, and what is wrong with the points of all questions together."""
    there = {question.analysis for question in bank.questions}
    there |= {PurePath(fault.place[0]).stem for fault in faults if fault.place}  # files that can be read in part
    for analysis, group in assignment.questions.items():
        if bank.ids and analysis not in there:
            says = f"no question about {analysis}; expected {group.count}, as the settings say"
            yield Fault(("bank",), says)
    total = sum((group.count * group.points for group in assignment.questions.values()), Decimal(0))
    if total != TOTAL:
        yield Fault(("settings", "questions"), f"{total} points in all; expected exactly {TOTAL}")


def find_spread_faults(letters: Letters) -> Iterator[Fault]:
    """Yield what is wrong with the key as a whole: most questions are to have two or more right choices."""
    several, least = count_several(letters), math.ceil(SEVERAL * len(letters))
    if several < least:
        expected = f"expected at least {least} ({float(SEVERAL):.0%})"
        yield Fault(("bank",), f"{several} of {len(letters)} questions have two or more right choices; {expected}")


def count_several(letters: Letters) -> int:
    """Return how many questions have two or more right choices."""
    return sum(len(right) > 1 for right in letters.values())


def count_spread(bank: Bank, letters: Letters) -> dict[str, tuple[int, int]]:
    """Return for each letter in how many questions it is right, and in how many it stands."""
    right, there = count_letters(_make_items(bank, letters))
    return {letter: (right[letter], there[letter]) for letter in sorted(there)}


def _make_items(bank: Bank, letters: Letters) -> list[Item]:
    return [Item(question, letters.get(question.id)) for question in bank.questions]
