"""Roles: what each token of a question and its passage is there for."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assignment.arrays import ANSWER, OTHER, QUESTION, SUPPORT
from assignment.models.reading import Tokens
from assignment.texts import PassageText


def find_roles(passage: PassageText, reading: Tokens) -> NDArray[Any]:
    """Return the role (L,) of each token: QUESTION, SUPPORT, ANSWER, OTHER, or -1 for a separator.

    FixableError where the answer does not begin and end with a token.
    """
    answer, (start, end) = reading.find_tokens(passage.answer, 1), passage.support
    roles = np.array([-1 if part < 0 else QUESTION if part == 0 else OTHER for part in reading.part])
    roles[[part == 1 and start <= span[0] < end for part, span in zip(reading.part, reading.spans, strict=True)]] = (
        SUPPORT
    )
    roles[list(answer)] = ANSWER
    return roles
