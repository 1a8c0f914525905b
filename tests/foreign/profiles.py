"""How many examples a property draws, and which: of parsers and of acts, each for CI and for the night.

In CI the examples are few and the same ones each time (`derandomize`), so that a failure is of the change at hand. At
night they are many and others each night: their seed is the day, or SEED=n where a night is to be tried again, and a
failure shows it. What a night found is kept: as a file of `corpus/`, or as an `example` where the property stands.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings

PARSERS_IN_CI, PARSERS_AT_NIGHT = 25, 3000  # files for each parser
CLASSES_IN_CI, CLASSES_AT_NIGHT = 5, 300
SEED = int(os.environ.get("SEED") or f"{datetime.now(UTC):%Y%m%d}")
WITHOUT_SHRINKING = (Phase.explicit, Phase.generate)  # what failed is told as it was drawn
COMMON = settings(database=None, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
Property = Callable[..., None]


def draw_few(examples: int, **more: Any) -> settings:
    """Return the settings for CI."""
    return settings(COMMON, max_examples=examples, derandomize=True, **more)


def draw_many(examples: int, *, part: int = 0, **more: Any) -> Callable[[Property], Property]:
    """Return the settings for the night, or for one part of it, which draws others."""
    its = settings(COMMON, max_examples=examples, derandomize=False, **more)
    return lambda holds: its(seed(SEED * 1000 + part)(holds))
