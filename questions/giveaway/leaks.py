"""Leaks: facts that settle a choice, so that nobody has to look. A fact is what a stem states, or another choice.

A student who has settled one choice knows its truth, so each choice is a fact for all others, of its own question and
of other ones. A choice leaks in two ways: it follows from facts by measure, arguments and bounds (`chain.py`), or over
counter-worlds a fact settles it (`tie.py`), as measures do that are tied by arithmetic, such as a probability and
the lead of the true label.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assignment.outputs import Outputs
from questions.bank import Bank
from questions.giveaway.chain import find_chain
from questions.giveaway.fact import Fact
from questions.giveaway.reading import Readings
from questions.giveaway.tie import P_VALUE, Distances, Tie, can_be_tied, find_tie
from questions.giveaway.world import Worlds, is_place
from questions.key import Place

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Leak:
    """A choice that is settled, which way, and by which facts; `tie` where counter-worlds say so."""

    settled: Place
    right: bool
    by: tuple[Fact, ...]
    tie: Tie | None = None

    @property
    def says(self) -> str:
        """How it is settled, for a person."""
        return self.tie.says if self.tie else "follows by the bounds alone"


@dataclass(frozen=True)
class LeakReport:
    """All leaks; those into `concept` questions, which theory may settle, are apart. compared: how often."""

    leaks: tuple[Leak, ...]
    concepts: tuple[Leak, ...]
    compared: int


def find_leaks(
    facts: Sequence[Fact], bank: Bank, canonicals: Mapping[int, Outputs], tick: Tick = lambda _: None
) -> LeakReport:
    """Return every leak of a bank, in the order of the settled choices; `tick` is called for each fact that was tried.

    facts: the bank's, of `list_facts`; a choice whose side nobody knows is none, and nothing settles it.
    """
    readings = Readings(canonicals)
    found = list(_find_chained(facts, readings.labels))
    known = {(fact.place, leak.settled) for leak in found for fact in leak.by if len(leak.by) == 1}
    ties, compared = _compare_all(facts, Worlds(readings), tick)
    found += [leak for leak in ties if (leak.by[0].place, leak.settled) not in known]
    order = {fact.place: index for index, fact in enumerate(facts)}
    found.sort(key=lambda leak: (order[leak.settled], [order[fact.place] for fact in leak.by]))
    theory = {question.id for question in bank.questions if question.asks == "concept"}
    return LeakReport(
        tuple(leak for leak in found if leak.settled[0] not in theory),
        tuple(leak for leak in found if leak.settled[0] in theory),
        compared,
    )


def _find_chained(facts: Sequence[Fact], labels: Sequence[int]) -> Iterator[Leak]:
    for fact in facts:
        if not fact.told and (chain := find_chain(fact, facts, labels)):
            yield Leak(fact.place, fact.holds, chain)


def _compare_all(facts: Sequence[Fact], worlds: Worlds, tick: Tick) -> tuple[list[Leak], int]:
    """Return the leaks that counter-worlds show, the surest of each pair, and how many comparisons were made."""
    found: list[Leak] = []
    tried = 0
    for index, one in enumerate(facts):
        for two in facts[index + 1 :]:
            if one.told and two.told:
                continue
            moves = worlds.list_moves(one.claim, two.claim)
            compared = [(worlds.compare(one.claim, two.claim, moved), not any(map(is_place, moved))) for moved in moves]
            for fact, choice, columns in ((one, two, [0, 1]), (two, one, [1, 0])):
                able = [(its[:, columns], strict) for its, strict in compared if can_be_tied(its[:, columns])]
                if not choice.told:
                    tried += len(able)
                    found += _find_surest(fact, choice, able)
        tick(index)
    return list(_keep_sure(found, tried)), tried


def _find_surest(fact: Fact, choice: Fact, able: Sequence[tuple[Distances, bool]]) -> Iterator[Leak]:
    found = (find_tie(its, holds=fact.holds, right=choice.holds, strict=strict) for its, strict in able)
    if tie := min(filter(None, found), key=lambda tie: tie.p, default=None):
        yield Leak(choice.place, choice.holds, (fact,), tie)


def _keep_sure(found: Sequence[Leak], tried: int) -> Iterator[Leak]:
    """Yield the leaks among which at most a share `P_VALUE` is expected to be chance (Benjamini and Hochberg, 1995)."""
    ranked = sorted((leak.tie.p, index) for index, leak in enumerate(found) if leak.tie)
    last = max((rank for rank, (p, _) in enumerate(ranked, start=1) if p * tried <= P_VALUE * rank), default=0)
    yield from (found[index] for _, index in ranked[:last])
