"""Produce the canonical Outputs: every analysis on a profile's pictures and texts, in float64, with fixed settings.

The notebook's cells use the same settings, so a student's official arrays can be compared with these; the experiments
of `assignment/arrays.py` are what a student gets by changing one argument.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from reference.produce.bench import Arrays, Bench, Found

SEEDS = (1, 2, 3)  # the notebook uses the first


@dataclass(frozen=True)
class Producer:
    """The function `name` of a module beside this one, and how often it calls `tick` once and for each seed."""

    module: str
    name: str
    ticks: int = 0
    seed_ticks: int = 0

    def produce(self, bench: Bench, seeds: Sequence[int]) -> Found:
        """Produce the group for some seeds; lime and transformers take seconds to import, so this waits until here."""
        found: Found = getattr(import_module(f"reference.produce.{self.module}"), self.name)(bench, seeds)
        return found

    def count_ticks(self, seeds: Sequence[int] = SEEDS) -> int:
        """Return how often `tick` is called."""
        return self.ticks + self.seed_ticks * len(seeds)


PRODUCERS: Mapping[str, Producer] = {
    "pictures": Producer("maps", "produce_pictures", ticks=1),
    "lime": Producer("lime", "produce_lime", ticks=10, seed_ticks=20),
    "saliency": Producer("maps", "produce_saliency", ticks=4),
    "smoothgrad": Producer("maps", "produce_smoothgrad", ticks=2, seed_ticks=6),
    "filters": Producer("filters", "produce_filters", ticks=10, seed_ticks=3),
    "integrated_gradients": Producer("maps", "produce_integrated_gradients", ticks=7, seed_ticks=1),
    "texts": Producer("texts", "produce_texts", ticks=1),
    "attention": Producer("texts", "produce_attention", ticks=2),
    "embedding_pca": Producer("texts", "produce_embedding_pca", ticks=3),
    "embedding_distance": Producer("texts", "produce_embedding_distance", ticks=1),
}


def produce(
    bench: Bench, groups: Sequence[str], seeds: Sequence[int] = SEEDS
) -> Iterator[tuple[str, int | None, Arrays]]:
    """Yield (group, seed, arrays) for each group: first, with seed None, what no seed changes."""
    for group in groups:
        for seed, arrays in PRODUCERS[group].produce(bench, seeds).items():
            yield group, seed, arrays
