"""How long driver and workers wait for each other, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """The driver's; it tells the workers theirs when they come."""

    beat: float = 3.0  # between two words of a worker
    gone: float = 20.0  # without a word, after which a machine counts as gone
    broken: float = 5.0  # the same, once its connection broke
    poll: float = 10.0  # a worker's wait for an order, before it asks again
    nobody: float = 1800.0  # without any machine, after which the class is given up

    def __post_init__(self) -> None:
        assert self.beat < self.broken <= self.gone


USUAL = Pace()
