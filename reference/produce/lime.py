"""Produce the canonical arrays of LIME: runs that differ only in their samples share masks and probabilities."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from assignment.analyses import LimeRun
from reference.lime import cut_segments, draw_masks, fit_masks, masked_probabilities
from reference.produce.bench import Array, Arrays, Bench, Found, find_random_state, find_seed
from reference.produce.parts import find_parts


def produce_lime(bench: Bench, seeds: Sequence[int]) -> Found:
    """The weights of each run, for all labels of each picture."""
    its = bench.settings.analyses.lime
    runs = its.list_runs("weights")
    segments = [cut_segments(one / 255, pieces=its.pieces) for one in bench.profile.pictures]
    rows = [_explain(bench, index, one, seeds) for index, one in enumerate(segments)]
    most = max(one.max() + 1 for one in segments)

    def stack(run: LimeRun, seed: int) -> Array:
        weights = [row[run.hide, find_seed(seed, run.seed), run.samples] for row in rows]
        return np.stack([np.pad(a, ((0, 0), (0, most - a.shape[1])), constant_values=np.nan) for a in weights])

    found: dict[int | None, Arrays] = {None: {"segments": np.stack(segments)}}
    return found | {seed: {name: stack(run, seed) for name, run in runs.items()} for seed in seeds}


def _explain(
    bench: Bench, index: int, segments: Array, seeds: Sequence[int]
) -> dict[tuple[float | str, int, int], Array]:
    """Return the weights (labels, pieces) of one picture by what hides, the seed, and the number of samples."""
    its = bench.settings.analyses.lime
    runs = its.list_runs("weights").values()
    found: dict[tuple[float | str, int, int], Array] = {}
    for hide, seed in dict.fromkeys((run.hide, find_seed(seed, run.seed)) for seed in seeds for run in runs):
        counts = sorted({run.samples for run in runs if run.hide == hide})
        facts = {"group": "lime", "picture": bench.digests[index], "pieces": its.pieces, "hide": hide, "seed": seed}
        keys = [{**facts, "samples": count} for count in counts]
        parts = find_parts(bench.store, keys, partial(_fit, bench, index, segments, hide, seed, counts))
        found |= {(hide, seed, count): part["weights"] for count, part in zip(counts, parts, strict=True)}
    return found


def _fit(
    bench: Bench, index: int, segments: Array, hide: float | str, seed: int, counts: Sequence[int], missing: list[int]
) -> list[Arrays]:
    """Explain from the largest of the counts that are missing, and from its first samples, which are those of fewer."""
    picture, wanted = bench.pictures[index], [counts[number] for number in missing]
    masks = draw_masks(find_random_state(seed, index), max(wanted), int(segments.max()) + 1)
    probabilities = masked_probabilities(bench.model, picture, segments, masks, hide=hide, batch=bench.batch)
    return [{"weights": fit_masks(masks[:count], probabilities[:count])} for count in wanted]
