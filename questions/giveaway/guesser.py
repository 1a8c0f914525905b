"""A guesser on words: a logistic regression on cues and n-grams, which learns from all questions but the one it tries.

So it finds what single cues do not show, such as a turn of phrase or two cues together. What it reads: the cues of
`cue.py`, each less its question's mean and in units of its own deviation; words and pairs of words in English;
characters and pairs of them in Chinese, as TF-IDF, less the mean of the question too. It is regularised (L2), and right
and wrong choices weigh the same, since as many as are right in the others tells nothing of the one that was left out.

Its share of right guesses has an interval: the middle 95 % over samples of the questions with replacement (bootstrap),
since choices of one question hang together. Chance is a half, or the share of the commoner answer if that is more. Only
an interval that lies above chance is a fault. It is narrow, since the guessers share most of what they learned: of 300
shuffled keys of one bank 3.7 % came out above chance, where 2.5 % were to be expected.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from questions.giveaway.named import read_cues
from questions.giveaway.trial import Trials

Tick = Callable[[int], None]

RESAMPLES = 4000
STRENGTH = 1.0  # of the fit against its regularisation (C)
INTERVAL = (2.5, 97.5)  # percentiles


@dataclass(frozen=True)
class Guessed:
    """The share of right guesses with its interval, and chance."""

    share: float
    low: float
    high: float
    chance: float

    @property
    def tells(self) -> bool:
        """Whether the words alone tell more than chance."""
        return self.low > self.chance


def describe(trials: Trials) -> NDArray[np.float64]:
    """Return what the guesser reads of each choice (N, M), turned so that M is at most N."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # here: it takes seconds to load

    cues = trials.centre(read_cues(trials))
    cues /= np.maximum(cues.std(axis=0), 1e-9)
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, token_pattern=r"(?u)\b\w+\b")
    characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2)
    grams = [
        trials.centre(kind.fit_transform(trials.list_texts(language)).toarray())
        for kind, language in ((words, "en"), (characters, "zh"))
    ]
    whole = np.hstack([cues / np.sqrt(cues.shape[1]), *grams])
    left, sizes, _ = np.linalg.svd(
        whole, full_matrices=False
    )  # a rotation changes no distance, and few columns are fast
    return np.asarray(left * sizes)


def guess_all(
    read: NDArray[np.float64], group: NDArray[np.int64], right: NDArray[np.bool_], tick: Tick = lambda _: None
) -> NDArray[np.bool_]:
    """Return for each choice what the guesser says that learned from the other questions; `tick`: after each."""
    from sklearn.linear_model import LogisticRegression

    said = np.zeros(len(right), dtype=bool)
    for index in np.unique(group):
        its = group == index
        learner = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
        said[its] = learner.fit(read[~its], right[~its]).predict(read[its])
        tick(int(index))
    return said


def measure_hits(hit: NDArray[np.bool_], trials: Trials, seed: int = 0) -> Guessed:
    """Return the share of right guesses (N,), its interval over samples of questions, and chance."""
    many = len(trials.questions)
    hits, sizes = (np.bincount(trials.group, its, minlength=many) for its in (hit, np.ones(len(hit))))
    drawn = np.random.default_rng(seed).integers(many, size=(RESAMPLES, many))
    low, high = np.percentile(hits[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), INTERVAL)
    common = float(trials.right.mean())
    return Guessed(float(hit.mean()), float(low), float(high), max(0.5, common, 1 - common))
