"""Silences of leaks: `lint: {leak: reason}` at the choice that is settled, or at its question for all its choices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assignment.fixable import Fault
from questions.bank import Bank
from questions.giveaway.leaks import Leak, LeakReport
from questions.key import Place

MOST_NAMED = 4  # of what settles a choice; the table has them all
CODE = "leak"  # as `hw9 questions check --rules` lists it


@dataclass(frozen=True)
class Judged:
    """What stays to be mended, which leaks were silenced with a reason, and what is wrong as a line each."""

    open: tuple[Leak, ...]
    silenced: tuple[Leak, ...]
    faults: tuple[Fault, ...]


def judge(bank: Bank, report: LeakReport) -> Judged:
    """Return which leaks are faults; so is a silence of a leak that is not there."""
    silences = set(_list_silences(bank))
    silenced = tuple(leak for leak in report.leaks if silences & _find_places(leak))
    left = tuple(leak for leak in report.leaks if leak not in silenced)
    used = {place for leak in (*silenced, *report.concepts) for place in _find_places(leak)}
    faults = [_to_fault(bank, its) for its in _gather(left)]
    says = f"{CODE} silences nothing; expected no such line"
    faults += [Fault((*_find_place(bank, place), "lint"), says) for place in sorted(silences - used)]
    return Judged(left, silenced, tuple(faults))


def name(place: Place) -> str:
    """Return a place as a person reads it: `lime-1 a`, `lime-1 given 0`."""
    return " ".join(part for part in place if part)


def _list_silences(bank: Bank) -> Iterator[Place]:
    for question in bank.questions:
        if CODE in question.lint:
            yield question.id, ""
        yield from ((question.id, letter) for letter, choice in question.choices.items() if CODE in choice.lint)


def _find_places(leak: Leak) -> set[Place]:
    return {leak.settled, (leak.settled[0], "")}


def _gather(leaks: Sequence[Leak]) -> list[list[Leak]]:
    """Return the leaks by the choice that is settled, in their order."""
    found: dict[Place, list[Leak]] = {}
    for leak in leaks:
        found.setdefault(leak.settled, []).append(leak)
    return list(found.values())


def _to_fault(bank: Bank, leaks: Sequence[Leak]) -> Fault:
    ways = [" with ".join(name(fact.place) for fact in leak.by) for leak in leaks]
    more = [f"{len(ways) - MOST_NAMED} more"] if len(ways) > MOST_NAMED else []
    says = f"settled by {' and by '.join([*ways[:MOST_NAMED], *more])}"
    expected = f"expected a choice that has to be looked at [{CODE}]"
    return Fault(_find_place(bank, leaks[0].settled), f"{says}; {expected}")


def _find_place(bank: Bank, place: Place) -> tuple[str, ...]:
    where = bank.places[place[0]]
    return (*where, f"choice {place[1]}") if place[1] else where
