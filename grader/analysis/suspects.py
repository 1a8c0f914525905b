"""Suspect keys: questions on which the better students agree on other letters than the key's.

For each question the letters that many chose are tried as its key. Those who chose them must do better on all other
questions than the rest of the class (r > 0), and better than those who have it right (r greater than the key's): two
one-sided tests on the influence functions of `estimates.py`, at an error of 0.05 shared by all letters tried in the
class (Bonferroni). A key that is sound is so flagged in at most one class of twenty.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.analysis.answers import Answers
from grader.analysis.estimates import Bools, Correlations, correlate, find_error
from grader.analysis.question_analysis import FEWEST, FEWEST_EACH, rank, share_by_group

ERROR = 0.05  # of a flag anywhere in a class whose keys are sound
LEAST_SHARE = 0.05  # of the class, for letters to be tried


@dataclass(frozen=True)
class DifferingChoice:
    """One choice on which the key and the other letters differ, and its share in each group of students."""

    letter: str
    in_key: bool
    by_group: tuple[float, ...]


@dataclass(frozen=True)
class Suspect:
    """The evidence against a key: other letters, who chose them, how they do on all other questions.

    r, key_r: correlations with the points on all other questions; key_r None where nobody is right.
    """

    item: str
    letters: str
    count: int
    r: float
    key_letters: str
    key_count: int
    key_r: float | None
    choices: tuple[DifferingChoice, ...]


@dataclass(frozen=True)
class _Tried:
    """Letters tried as the key of a question: who chose them."""

    question: int
    chosen: int
    column: Bools


def find_suspects(answers: Answers) -> tuple[Suspect, ...]:
    """Return the questions whose key is suspect, each with its strongest other letters."""
    tried = list(_list_tried(answers)) if len(answers.students) >= FEWEST else []
    if not tried:
        return ()
    at = [one.question for one in tried]
    theirs = correlate(np.stack([one.column for one in tried], axis=1), answers.rest[:, at])
    key = correlate(answers.right[:, at], answers.rest[:, at])
    from scipy.stats import norm  # here: it takes a second to load

    least = float(norm.isf(ERROR / len(tried)))
    best: dict[int, int] = {}
    for n, one in enumerate(tried):
        if _is_better(theirs, key, n, least) and theirs.r[n] > theirs.r[best.get(one.question, n)] - 1e-12:
            best[one.question] = n
    return tuple(_make_suspect(answers, tried[n], float(theirs.r[n]), float(key.r[n])) for n in best.values())


def _list_tried(answers: Answers) -> Iterator[_Tried]:
    n = len(answers.students)
    for question in range(len(answers.items)):
        chosen, wrong = answers.chosen[:, question], answers.wrong[:, question]
        for letters, count in zip(*np.unique(chosen[wrong], return_counts=True), strict=True):
            if count >= max(FEWEST_EACH, LEAST_SHARE * n) and n - count >= FEWEST_EACH:
                yield _Tried(question, int(letters), wrong & (chosen == letters))


def _is_better(theirs: Correlations, key: Correlations, n: int, least: float) -> bool:
    r, key_r = float(theirs.r[n]), float(np.nan_to_num(key.r[n]))
    error, apart = find_error(theirs.h[:, n]), find_error(theirs.h[:, n] - key.h[:, n])
    return r > least * error and r - key_r > least * apart


def _make_suspect(answers: Answers, tried: _Tried, r: float, key_r: float) -> Suspect:
    question, key = tried.question, int(answers.key[tried.question])
    letters, chosen = answers.letters[question], answers.chosen[:, question]
    groups = rank(answers.rest[:, [question]])[:, 0]
    bits = [bit for bit in range(len(letters)) if (tried.chosen ^ key) >> bit & 1]
    shares = share_by_group((chosen[:, None] >> np.array(bits) & 1).astype(bool), groups)
    return Suspect(
        item=answers.items[question],
        letters=answers.name(question, tried.chosen),
        count=int(tried.column.sum()),
        r=r,
        key_letters=answers.name(question, key),
        key_count=int(answers.right[:, question].sum()),
        key_r=None if np.isnan(key_r) else key_r,
        choices=tuple(
            DifferingChoice(letters[bit], bool(key >> bit & 1), share) for bit, share in zip(bits, shares, strict=True)
        ),
    )
