"""Trials: every choice of a bank as a guess to be made, with its question and whether it is right."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from questions.bank import Bank
from questions.question import Question


@dataclass(frozen=True)
class Trials:
    """N choices: of which question (its number in `questions`), with which letter, and whether each is right (N,)."""

    questions: tuple[Question, ...]
    letters: tuple[str, ...]
    group: NDArray[np.int64]
    right: NDArray[np.bool_]

    def list_texts(self, language: str) -> list[str]:
        """Return what each choice says."""
        said = (self.questions[index].choices[its].say for index, its in zip(self.group, self.letters, strict=True))
        return [getattr(one, language) for one in said]

    def centre(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values (N, M) less the mean of each question."""
        sums = np.zeros((len(self.questions), values.shape[1]))
        np.add.at(sums, self.group, values)
        means = sums / np.bincount(self.group, minlength=len(self.questions))[:, None]
        return np.asarray(values - means[self.group])

    def shuffle(self, times: int, seed: int) -> NDArray[np.bool_]:
        """Return keys (times, N) drawn at random: as many choices of each question are right, others."""
        drawn, rng = np.tile(self.right, (times, 1)), np.random.default_rng(seed)
        for index in range(len(self.questions)):
            its = self.group == index
            drawn[:, its] = rng.permuted(drawn[:, its], axis=1)
        return drawn


def make_trials(bank: Bank, letters: Mapping[str, frozenset[str]]) -> Trials:
    """Return the choices of the questions whose right letters are known."""
    questions = tuple(question for question in bank.questions if question.id in letters)
    found = [(index, letter) for index, question in enumerate(questions) for letter in question.choices]
    right = [letter in letters[questions[index].id] for index, letter in found]
    group = np.array([index for index, _ in found], dtype=np.int64)
    return Trials(questions, tuple(letter for _, letter in found), group, np.array(right, dtype=bool))
