"""The recipe of the CNN of profile `mini`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """All that training depends on besides the drawing program."""

    width: int = 16
    each: int = 600
    held_out: int = 100
    epochs: int = 14
    batch: int = 40
    rate: float = 3e-3
    decay: float = 0.02
    seed: int = 9
    threads: int = 2
