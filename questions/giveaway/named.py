"""Named cues: which single cue tells right choices from wrong ones, by a permutation test within questions.

    s(cue) = sum over choices of (value - mean of its question) * right,  in its standard deviations over shuffled keys

A key is shuffled within each question, so that as many choices are right as before. A cue is held against the largest
score of its family in each shuffled key (Westfall and Young, 1993), so that it counts how many cues there are, and how
they hang together. There are two families: all cues, with |s|; and the few that test-wise students know, with the
direction that they expect (the longest is right, a reason is wrong), which would drown among the others. The p of a cue
is twice its smaller one, so a cue is named by chance in at most a share `P_VALUE` of the banks without a clue.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from questions.giveaway.cue import CUES
from questions.giveaway.trial import Trials

P_VALUE = 0.05
SHUFFLES = 5000


@dataclass(frozen=True)
class NamedCue:
    """A cue: how many choices have more of it than their question's mean, how many of them are right, and its test."""

    name: str
    there: int
    right: int
    score: float  # above 0: right choices have more of it
    p: float  # corrected for the number of cues

    @property
    def tells(self) -> bool:
        """Whether it tells right from wrong, beyond chance."""
        return self.p < P_VALUE


def read_cues(trials: Trials) -> NDArray[np.float64]:
    """Return each cue (N, cues) of each choice."""
    places = list(zip(trials.group, trials.letters, strict=True))
    return np.array([[cue.read(trials.questions[index], letter) for cue in CUES] for index, letter in places])


def judge_cues(trials: Trials, seed: int = 0) -> tuple[NamedCue, ...]:
    """Return every cue with its test, the surest first."""
    centred = trials.centre(read_cues(trials))
    shuffled = trials.shuffle(SHUFFLES, seed).astype(np.float64) @ centred
    spread = shuffled.std(axis=0)
    spread[spread < 1e-9] = np.inf  # a cue that no key can tell
    scores, others = (trials.right.astype(np.float64) @ centred) / spread, shuffled / spread
    lore = np.array([cue.lore for cue in CUES])
    p = 2 * np.minimum(_correct(np.abs(scores), np.abs(others)), 1.0)
    p[lore != 0] = np.minimum(p, 2 * _correct(scores * lore, (others * lore)[:, lore != 0]))[lore != 0]
    there = centred > 1e-9
    right = (there & trials.right[:, None]).sum(axis=0)
    found = [
        NamedCue(
            cue.name, int(there[:, index].sum()), int(right[index]), float(scores[index]), min(1.0, float(p[index]))
        )
        for index, cue in enumerate(CUES)
    ]
    return tuple(sorted(found, key=lambda one: (one.p, -abs(one.score))))


def _correct(scores: NDArray[np.float64], shuffled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each score (M,) the share of shuffled keys whose largest score (keys, K) reaches it."""
    largest = shuffled.max(axis=1)
    return np.asarray((1 + (largest[:, None] >= scores - 1e-9).sum(axis=0)) / (1 + len(largest)))
