"""A Tie: how far one claim settles another over counter-worlds, and how surely that is no chance.

The first claim is a fact. Where it holds, the second lies on the side on which it lies in the bank in at least
`MOST_SURE` of the worlds, and where it fails in at most `MOST_ELSEWHERE`. Where the fact holds in fewer than `FEWEST`
worlds, the worlds nearest to it are taken in: what a weaker fact settles, the fact settles too.

That this is no chance is tested twice, and the smaller p counts twice: Fisher's exact test on (fact, second claim), and
Kendall's tau of the two distances from the bounds, which sees a tie that few worlds on one side would hide. Of so many
comparisons some look tied, so those are kept among which at most a share `P_VALUE` is expected to be chance (Benjamini
and Hochberg, J. R. Stat. Soc. B 57(1), 1995; `leaks.py`). Worlds that share a picture or a head are not independent,
and p is smaller than it would be: it is a screen, and the counted worlds are what a person can check. Where no place
is moved but runs or an argument's words, all worlds are of one place, so there a tie has to be without exception.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST_WORLDS = 8  # with fewer there is nothing to learn from a pair
FEWEST = 3  # worlds in which a fact holds
MOST_SURE, MOST_ELSEWHERE = 0.95, 0.7  # shares of worlds: settled by the fact, and open without it
P_VALUE = 0.05  # of the ties that are kept, the share that may be chance

Distances = NDArray[np.float64]


@dataclass(frozen=True)
class Tie:
    """In `there` of `held` worlds with the fact the choice lies on its side, and in `elsewhere` of the `others`."""

    held: int
    there: int
    others: int
    elsewhere: int
    p: float  # of one pair alone

    @property
    def says(self) -> str:
        """The numbers of worlds in a line."""
        return f"in {self.there} of {self.held} other worlds with this fact, {self.elsewhere} of {self.others} without"


def can_be_tied(distances: Distances) -> bool:
    """Tell whether a pair is tried: enough worlds (N, 2), and the second claim on both sides among them."""
    return len(distances) >= FEWEST_WORLDS and 0 < (distances[:, 1] > 0).sum() < len(distances)


def find_tie(distances: Distances, *, holds: bool, right: bool, strict: bool = False) -> Tie | None:
    """Return the tie of a fact that holds (or not) with a choice that is right (or not); None where there is none.

    distances (N, 2): of the fact's claim and the choice's from their bounds, in N worlds. strict: both have to rise
    and fall together in all worlds, as what is tied by arithmetic does.
    """
    fact = distances[:, 0] if holds else -distances[:, 0]
    side = (distances[:, 1] > 0) == right
    within = fact >= min(0.0, np.sort(fact)[-FEWEST])
    held, there = int(within.sum()), int(side[within].sum())
    others, elsewhere = len(side) - held, int(side[~within].sum())
    if there < MOST_SURE * held or not others or elsewhere > MOST_ELSEWHERE * others:
        return None
    from scipy.stats import fisher_exact, kendalltau  # here: they take a second to load

    exact = fisher_exact([[there, held - there], [elsewhere, others - elsewhere]], alternative="greater").pvalue
    second = distances[:, 1] if right else -distances[:, 1]
    ranked = kendalltau(fact, second, alternative="greater")
    if strict and not ranked.statistic > 1 - 1e-9:
        return None
    p = 2 * float(np.nanmin([exact, ranked.pvalue]))
    return Tie(held, there, others, elsewhere, min(1.0, p))
