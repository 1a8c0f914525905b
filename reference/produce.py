"""Produce the canonical Outputs: every analysis on a profile's pictures and texts, in float64, with fixed settings.

The notebook's cells use the same settings, so a student's official arrays can be compared with these; the experiments
of `assignment/arrays.py` are what a student gets by changing one argument.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reference.bench import Arrays, Bench, Found
from reference.produce_filters import produce_filters
from reference.produce_lime import produce_lime
from reference.produce_maps import (
    produce_integrated_gradients,
    produce_pictures,
    produce_saliency,
    produce_smoothgrad,
)
from reference.produce_texts import (
    produce_attention,
    produce_embedding_distance,
    produce_embedding_pca,
    produce_texts,
)

SEEDS = (1, 2, 3)  # the notebook uses the first


@dataclass(frozen=True)
class Producer:
    """How a group is produced for some seeds, and how often that calls `tick` once and for each seed."""

    produce: Callable[[Bench, Sequence[int]], Found]
    ticks: int = 0
    seed_ticks: int = 0

    def count_ticks(self, seeds: Sequence[int] = SEEDS) -> int:
        """Return how often `tick` is called."""
        return self.ticks + self.seed_ticks * len(seeds)


PRODUCERS: Mapping[str, Producer] = {
    "pictures": Producer(produce_pictures, ticks=1),
    "lime": Producer(produce_lime, ticks=10, seed_ticks=20),
    "saliency": Producer(produce_saliency, ticks=4),
    "smoothgrad": Producer(produce_smoothgrad, ticks=2, seed_ticks=6),
    "filters": Producer(produce_filters, ticks=10, seed_ticks=3),
    "integrated_gradients": Producer(produce_integrated_gradients, ticks=7, seed_ticks=1),
    "texts": Producer(produce_texts, ticks=1),
    "attention": Producer(produce_attention, ticks=2),
    "embedding_pca": Producer(produce_embedding_pca, ticks=3),
    "embedding_distance": Producer(produce_embedding_distance, ticks=1),
}


def produce(
    bench: Bench, groups: Sequence[str], seeds: Sequence[int] = SEEDS
) -> Iterator[tuple[str, int | None, Arrays]]:
    """Yield (group, seed, arrays) for each group: first, with seed None, what no seed changes."""
    for group in groups:
        for seed, arrays in PRODUCERS[group].produce(bench, seeds).items():
            yield group, seed, arrays
