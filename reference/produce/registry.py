"""Produce the canonical Outputs: every analysis on a course's pictures and texts, in float64, as its settings say.

The notebook's cells have the same settings, so a student's official arrays can be compared with these; the experiments
of the settings are what a student gets by changing few arguments.
"""

from collections.abc import Callable, Mapping, Sequence

from reference.produce.bench import Bench, Found
from reference.produce.filters import produce_filters
from reference.produce.integrated_gradients import produce_integrated_gradients
from reference.produce.maps import produce_pictures, produce_saliency
from reference.produce.smoothgrad import produce_smoothgrad

SEEDS = (1, 2, 3)  # the notebook uses the first
Producer = Callable[[Bench, Sequence[int]], Found]

_AT_ONCE: Mapping[str, Producer] = {
    "pictures": produce_pictures,
    "saliency": produce_saliency,
    "smoothgrad": produce_smoothgrad,
    "filters": produce_filters,
    "integrated_gradients": produce_integrated_gradients,
}


def find_producer(group: str) -> Producer:
    """Return what produces a group for some seeds; lime and transformers take seconds to import."""
    if group in _AT_ONCE:
        return _AT_ONCE[group]
    if group == "lime":
        from reference.produce.lime import produce_lime

        return produce_lime
    from reference.produce import texts

    on_texts: Mapping[str, Producer] = {
        "texts": texts.produce_texts,
        "attention": texts.produce_attention,
        "embedding_pca": texts.produce_embedding_pca,
        "embedding_distance": texts.produce_embedding_distance,
    }
    return on_texts[group]
