"""Clues: how far the words of a bank tell its key, to a guesser that learns from them and by single cues."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from assignment.fixable import Fault, FixableError
from questions.giveaway.guesser import Guessed, describe, guess_all, measure_hits
from questions.giveaway.named import P_VALUE, NamedCue, judge_cues
from questions.giveaway.trial import Trials

FEWEST_QUESTIONS = 10  # with fewer, hardly any cue could be told from chance


@dataclass(frozen=True)
class Clues:
    """What a guesser earns, and every cue with its test, the surest first."""

    guessed: Guessed
    cues: tuple[NamedCue, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What gives the key away, a line each."""
        return tuple(Fault(("bank",), says) for says in self._find_faults())

    def _find_faults(self) -> Iterator[str]:
        its = self.guessed
        if its.tells:
            says = f"the words alone tell {its.share:.1%} of the choices ({its.low:.1%} to {its.high:.1%})"
            yield f"{says}; expected an interval that includes chance, {its.chance:.1%} [clue]"
        for cue in self.cues:
            if cue.tells:
                says = (
                    f"{cue.name!r} tells: of {cue.there} choices with more of it than their question has, {cue.right}"
                )
                yield f"{says} are right (p = {cue.p:.2g}); expected p of {P_VALUE} or more [clue]"


def find_clues(trials: Trials, tick: Callable[[int], None] = lambda _: None, seed: int = 0) -> Clues:
    """Return the clues of a bank; FixableError where it is too small, or all choices are right, or all wrong.

    The same seed gives the same answer; `tick` is called after each question that was guessed.
    """
    many = len(trials.questions)
    if many < FEWEST_QUESTIONS:
        raise FixableError(f"{many} questions have a key; expected {FEWEST_QUESTIONS} or more, fewer show no clue")
    if len(np.unique(trials.right)) < 2:
        raise FixableError("all choices are right, or all wrong; expected some of each")
    hit = guess_all(describe(trials), trials.group, trials.right, tick) == trials.right
    return Clues(measure_hits(hit, trials, seed), judge_cues(trials, seed))
