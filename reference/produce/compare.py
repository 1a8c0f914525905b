"""Compare recomputed arrays with stored ones, relative to each array's largest absolute value.

What was computed in float64 must come out alike; what was rounded to be stored may differ by what rounding took.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
TOLERANCES = {8: 1e-9, 4: 1e-7, 2: 5e-4}  # by bytes of a stored float: rounding is half a unit of 2**-23, of 2**-10


@dataclass(frozen=True)
class Difference:
    """How far one array is from what is stored: `size` = largest |difference| / largest |value|; inf with a reason."""

    file: str
    array: str
    size: float
    tolerance: float
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether the arrays are the same within the tolerance."""
        return self.size <= self.tolerance


def compare_group(file: str, computed: Mapping[str, Array], stored: Mapping[str, Array]) -> list[Difference]:
    """Return one Difference for each array that either side has. Integers and booleans must be equal."""
    names = list(computed) + [name for name in stored if name not in computed]
    return [_compare(file, name, computed.get(name), stored.get(name)) for name in names]


def _compare(file: str, name: str, computed: Array | None, stored: Array | None) -> Difference:
    if computed is None or stored is None:
        return Difference(file, name, np.inf, 0.0, "is stored only" if computed is None else "is not stored")
    tolerance = TOLERANCES[stored.dtype.itemsize] if stored.dtype.kind == "f" else 0.0
    if computed.shape != stored.shape:
        return Difference(file, name, np.inf, tolerance, f"shape {computed.shape}, stored {stored.shape}")
    if computed.dtype.kind != "f":
        return Difference(file, name, float((computed != stored).mean()), tolerance)
    return Difference(file, name, compute_difference(computed, stored), tolerance)


def compute_difference(computed: Array, stored: Array) -> float:
    """Return the largest |difference| relative to the largest |value|; NaN must stand in the same places.

    >>> compute_difference(np.array([1.0, 4.0]), np.array([1.0, 3.0]))
    0.25
    """
    if (np.isnan(computed) != np.isnan(stored)).any():
        return float("inf")
    gap = np.nanmax(np.abs(computed.astype(np.float64) - stored), initial=0.0)
    scale = np.nanmax(np.abs(computed), initial=0.0)
    return float(gap / scale) if scale else float(gap)
