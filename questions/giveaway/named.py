"""Named cues: which single cue tells right choices from wrong ones, by a permutation test within questions.

    s(cue) = sum over choices of (value - mean of its question) * right,  in its standard deviations over shuffled keys

A key is shuffled within each question, so that as many choices are right as before. The p of a cue is the share of
shuffled keys whose largest |s| over all cues is as large as the cue's (Westfall and Young, 1993): so that of all cues
together one is named by chance in a share `P_VALUE` of the banks without a clue, however cues hang together.
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
    scores = (trials.right.astype(np.float64) @ centred) / spread
    largest = np.abs(shuffled / spread).max(axis=1)
    found = []
    for index, cue in enumerate(CUES):
        there = centred[:, index] > 1e-9
        beaten = int((largest >= abs(scores[index]) - 1e-9).sum())
        p = (1 + beaten) / (1 + SHUFFLES)
        right = int(trials.right[there].sum())
        found.append(NamedCue(cue.name, int(there.sum()), right, float(scores[index]), p))
    return tuple(sorted(found, key=lambda one: (one.p, -abs(one.score))))
