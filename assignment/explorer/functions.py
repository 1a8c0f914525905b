"""What heads were measured to do: scores of every head for named functions, with the score of pure chance."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from assignment.fixable import Fault, check_all

Functions = Mapping[str, tuple[ArrayLike, float]]


def parse_functions(functions: Functions | None, layers: int, heads: int) -> dict[str, Any]:
    """Return functions ready for JSON; FixableError names each whose scores are not (layers, heads).

    A score that is not a number (nothing to measure it on) becomes None.

    >>> parse_functions({"next": ([[0.5, float("nan")]], 0.1)}, 1, 2)
    {'next': {'scores': [[0.5, None]], 'chance': 0.1}}
    """
    arrays = {name: np.asarray(scores, dtype=float) for name, (scores, _) in (functions or {}).items()}
    check_all(
        Fault(("functions", name), f"scores of shape {array.shape}; expected ({layers}, {heads}), layers and heads")
        for name, array in arrays.items()
        if array.shape != (layers, heads)
    )
    chances = {name: chance for name, (_, chance) in (functions or {}).items()}
    return {
        name: {"scores": [[_round(x) for x in row] for row in array.tolist()], "chance": _round(float(chances[name]))}
        for name, array in arrays.items()
    }


def _round(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
