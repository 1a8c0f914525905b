"""What the answers to one question say of it: how hard it is, whether it tells students apart, which choices mislead.

Sources: Ebel and Frisbie, "Essentials of Educational Measurement" (5th ed. 1991), chapter 13; Moodle's "Quiz report
statistics" (facility index; discrimination index: the correlation of a question's marks with those of all others);
Canvas's item analysis correlates with the total, the question itself included, which flatters it.
"""

from dataclasses import dataclass

import numpy as np

from grader.analysis.answers import Answers
from grader.analysis.estimates import Bools, Correlations, Estimate, Floats, Ints, correlate, estimate_share

FEWEST = 30  # students, for a correlation or anything of the whole
FEWEST_EACH = 10  # right ones, and ones that are not, for a question's correlation
FEWEST_SHARE = 10  # students, for a share with an interval
GROUPS = 5


@dataclass(frozen=True)
class ChoiceCount:
    """One choice: how many of those right and of those wrong chose it, and the share in each group of students."""

    letter: str
    true: bool  # as the key says
    by_right: int
    by_wrong: int
    by_group: tuple[float, ...]


@dataclass(frozen=True)
class QuestionAnalysis:
    """One question. Figures are None where too few students stand behind them.

    one_away: how many of the wrong answers differ from the key, or from letters that a decision accepts, in one choice.
    by_group: the share right in each group of the students, from the weakest on all other questions to the best.
    """

    item: str
    sheets: int
    right: int
    wrong: int
    one_away: int
    facility: Estimate | None
    discrimination: Estimate | None
    by_group: tuple[float, ...]
    choices: tuple[ChoiceCount, ...]


def analyse_questions(answers: Answers) -> tuple[QuestionAnalysis, ...]:
    """Return one analysis for each question, in their order."""
    found, places = correlate(answers.right, answers.rest), rank(answers.rest)
    return tuple(_analyse(answers, question, found, places) for question in range(len(answers.items)))


def _analyse(answers: Answers, question: int, found: Correlations, places: Ints) -> QuestionAnalysis:
    its, wrong, chosen = answers.right[:, question], answers.wrong[:, question], answers.chosen[:, question]
    sheets, right = len(its), int(its.sum())
    enough = sheets >= FEWEST and min(right, sheets - right) >= FEWEST_EACH
    accepted = np.unique(np.append(chosen[its & (chosen > 0)], answers.key[question]))
    letters = answers.letters[question]
    ticked = (chosen[:, None] >> np.arange(len(letters)) & 1).astype(bool)
    groups = places[:, question] if sheets >= FEWEST else None
    return QuestionAnalysis(
        item=answers.items[question],
        sheets=sheets,
        right=right,
        wrong=int(wrong.sum()),
        one_away=int((find_distance(chosen[wrong], accepted) == 1).sum()),
        facility=estimate_share(right, sheets) if sheets >= FEWEST_SHARE else None,
        discrimination=found.estimate(question) if enough else None,
        by_group=share_by_group(its[:, None], groups)[0],
        choices=tuple(
            ChoiceCount(
                letter=letter,
                true=bool(answers.key[question] >> bit & 1),
                by_right=int((ticked[:, bit] & its).sum()),
                by_wrong=int((ticked[:, bit] & wrong).sum()),
                by_group=shares,
            )
            for bit, (letter, shares) in enumerate(zip(letters, share_by_group(ticked, groups), strict=True))
        ),
    )


def find_distance(chosen: Ints, accepted: Ints) -> Ints:
    """Return in how many choices each answer (n,) differs from the nearest of the accepted ones (m,).

    >>> find_distance(np.array([0b011, 0b111]), np.array([0b001])).tolist()
    [1, 2]
    """
    distance: Ints = np.bitwise_count(chosen[:, None] ^ accepted).min(axis=1, initial=64).astype(np.int64)
    return distance


def rank(rest: Floats) -> Ints:
    """Return for each column of (n, k) the group of each student, 0 the weakest to GROUPS - 1; equal ones share one.

    >>> rank(np.array([[1.0], [1.0], [2.0], [3.0], [4.0]])).T.tolist()
    [[0, 0, 2, 3, 4]]
    """
    rounded = np.round(rest, 9)  # sums in another order differ in the last digit
    below = [np.searchsorted(np.sort(column), column, side="left") for column in rounded.T]
    return np.asarray(np.stack(below, axis=1) * GROUPS // max(1, len(rest)), dtype=np.int64)


def share_by_group(columns: Bools, groups: Ints | None) -> list[tuple[float, ...]]:
    """Return for each column of (n, m) its share in each group that has students; nothing where there are no groups."""
    if groups is None:
        return [()] * columns.shape[1]
    present = np.unique(groups)
    return [tuple(float(column[groups == group].mean()) for group in present) for column in columns.T]
