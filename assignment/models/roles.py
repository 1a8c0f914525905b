"""Roles: what each token of a question and its passage is there for."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assignment.arrays import ANSWER, OTHER, QUESTION, SUPPORT
from assignment.models.reading import Tokens
from assignment.texts import PassageText


def find_roles(passage: PassageText, reading: Tokens) -> NDArray[Any]:
    """Return the role (L,) of each token: QUESTION, SUPPORT, ANSWER, OTHER, or -1 for a separator."""

    def find_role(part: int, word: int) -> int:
        if part <= 0:
            return QUESTION if part == 0 else -1
        if passage.answer[0] <= word <= passage.answer[1]:
            return ANSWER
        return SUPPORT if passage.support[0] <= word <= passage.support[1] else OTHER

    return np.array([find_role(*pair) for pair in zip(reading.part, reading.word, strict=True)])
