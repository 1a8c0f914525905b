"""The recipe of the BERTs of profile `mini`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BertRecipe:
    """All that their training depends on besides the grammar. Steps are of `batch` texts each."""

    layers: int = 4
    heads: int = 4
    hidden: int = 128
    inner: int = 512
    longest: int = 64
    batch: int = 128
    masked_steps: int = 14336
    answer_steps: int = 2560
    flawed_steps: int = 512
    rate: float = 1.5e-3
    answer_rate: float = 7e-4
    decay: float = 0.01
    warm_up: int = 200
    slowing: float = 0.3
    seed: int = 9
    threads: int = 1
    held_out: int = 400
