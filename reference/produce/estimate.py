"""How much work each group of Outputs is, in units, as the course's settings and the seeds make it.

A unit is the smallest thing that is done over and over: the gradient of a picture, a noisy copy, a step on the way
from a baseline, a copy with pieces hidden, a step of ascent at a layer, a text that a BERT reads. What several arrays
share is done once: of copies with the same noise the largest count, the next seed where it is a seed itself.
`probe.py` times one unit of each kind.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from assignment.analyses import Analyses, Filters, IntegratedGradients, Lime, Saliency, Seed, SmoothGrad
from assignment.models.reading import list_words
from assignment.texts import Texts
from reference.ties import SHAKES

Shared = TypeVar("Shared", bound=Hashable)
Work = Counter[str]  # units by kind; a kind may name a layer or a BERT: `ascent 4`, `open masked`
MASKED, EMBEDDINGS = "masked", "embeddings"


@dataclass(frozen=True)
class Scope:
    """What is computed over: how many pictures, in how many of them areas may be flat, which seeds; readers by name.

    exact: in float64, where it is noted which pixels are not determined.
    """

    pictures: int
    flat: int
    seeds: tuple[int, ...]
    readers: tuple[str, ...] = ()
    exact: bool = True

    def repeat(self, own: int, following: int) -> int:
        """Return how much is done for all seeds: `own` for each, `following` for the next one unless that was done."""
        done = set(self.seeds) if own >= following else set()
        return own * len(self.seeds) + following * len({seed + 1 for seed in self.seeds} - done)

    @property
    def shaken(self) -> int:
        """How many maps it takes to see where maps are not determined."""
        return 2 * (self.pictures - self.flat) + (1 + SHAKES) * self.flat if self.exact else 0


def count_pictures(scope: Scope) -> Work:
    """Count the logits."""
    return Counter({"forward": scope.pictures})


def count_saliency(its: Saliency, scope: Scope) -> Work:
    """Count gradients, one for each kind of map."""
    maps = len({(run.label, run.of) for run in its.list_runs("map").values()})
    return Counter({"gradient": scope.pictures * maps + scope.shaken, "forward": scope.pictures})


def count_smoothgrad(its: SmoothGrad, scope: Scope) -> Work:
    """Count noisy copies, and those that are only classified; without noise every seed gives the same."""
    most = _find_most(((run.label, run.sigma), run.seed, run.copies) for run in its.list_runs("map").values())
    copies = sum(max(m.values()) if sigma == 0 else scope.repeat(m["own"], m["next"]) for (_, sigma), m in most.items())
    levels = [sigma for sigma in its.kept_sigmas if ("truth", sigma) not in most]
    classified = scope.pictures * len(scope.seeds) * len(levels) * its.official.copies
    return Counter(
        {"copy": scope.pictures * copies + scope.shaken, "classified": classified, "forward": scope.pictures}
    )


def count_integrated_gradients(its: IntegratedGradients, scope: Scope) -> Work:
    """Count steps on the way from the baselines, and the logits at its ends; only noise has a seed."""
    official = its.official
    runs = [((r.label, r.baseline, r.steps), r.seed, r.steps) for r in its.list_runs("map").values()]
    runs += [((official.label, official.baseline, steps), official.seed, steps) for steps in its.gaps]
    ways, steps = 0, 0
    for (_, baseline, _), most in _find_most(runs).items():
        seeded = baseline == "noise"
        steps += scope.repeat(most["own"], most["next"]) if seeded else max(most.values())
        ways += scope.repeat(1, int("next" in most)) if seeded else 1
    fewest = min(run.steps for run in its.list_runs("map").values())
    ends = 2 * (scope.pictures * ways + scope.shaken) + scope.pictures
    return Counter({"step": scope.pictures * steps + scope.shaken * fewest, "forward": ends})


def count_lime(its: Lime, scope: Scope) -> Work:
    """Count copies with pieces hidden, pictures that are cut, and regressions, one for each array of each seed."""
    runs = its.list_runs("weights").values()
    most = _find_most((run.hide, run.seed, run.samples) for run in runs)
    samples = sum(scope.repeat(m["own"], m["next"]) for m in most.values())
    fits = scope.pictures * len(scope.seeds) * len(runs)
    return Counter({"sample": scope.pictures * samples, "cut": scope.pictures, "fit": fits})


def count_filters(its: Filters, scope: Scope) -> Work:
    """Count steps of ascent by layer, each of all filters of the layer, and pictures whose maps are looked at."""
    most = _find_most(((run.start, run.steps), run.seed, run.steps) for run in its.list_runs("ascent").values())
    steps = sum(scope.repeat(m["own"], m["next"]) if start == "noise" else steps for (start, steps), m in most.items())
    ended = sum(map(len, its.layers.values()))
    seen = len(its.layers) * (scope.pictures + its.noises) + ended * len(scope.seeds)
    return Counter({"map": seen, **{f"ascent {layer}": steps for layer in its.layers}})


def count_texts(scope: Scope) -> Work:
    """Count the BERTs that are opened."""
    return Counter(f"open {name}" for name in (MASKED, EMBEDDINGS, *scope.readers))


def count_attention(texts: Texts) -> Work:
    """Count readings of sentences: the heads, two predictions, and one with each token hidden."""
    reads = sum(3 + len(list_words(one.plain)) for one in texts.attention)
    return Counter({f"open {MASKED}": 1, f"read {MASKED}": reads})


def count_embedding_pca(texts: Texts, scope: Scope) -> Work:
    """Count readings of passages."""
    opens = {f"open {name}": 1 for name in scope.readers}
    return Counter(opens | {f"read {name}": len(texts.passages) for name in scope.readers})


def count_embedding_distance(texts: Texts) -> Work:
    """Count readings of sentences that share a word."""
    return Counter({f"open {EMBEDDINGS}": 1, f"read {EMBEDDINGS}": sum(len(one.rows) for one in texts.words)})


def count_work(group: str, analyses: Analyses, texts: Callable[[], Texts], scope: Scope) -> Work:
    """Return the work of one group of Outputs; texts are read only for those that are about them."""
    counts: Mapping[str, Callable[[], Work]] = {
        "pictures": lambda: count_pictures(scope),
        "lime": lambda: count_lime(analyses.lime, scope),
        "saliency": lambda: count_saliency(analyses.saliency, scope),
        "smoothgrad": lambda: count_smoothgrad(analyses.smoothgrad, scope),
        "filters": lambda: count_filters(analyses.filters, scope),
        "integrated_gradients": lambda: count_integrated_gradients(analyses.integrated_gradients, scope),
        "texts": lambda: count_texts(scope),
        "attention": lambda: count_attention(texts()),
        "embedding_pca": lambda: count_embedding_pca(texts(), scope),
        "embedding_distance": lambda: count_embedding_distance(texts()),
    }
    return counts[group]()


def _find_most(runs: Iterable[tuple[Shared, Seed, int]]) -> dict[Shared, Counter[str]]:
    """Return by what runs share the largest count of each kind of seed."""
    most: dict[Shared, Counter[str]] = defaultdict(Counter)
    for shared, seed, count in runs:
        most[shared][seed] = max(most[shared][seed], count)
    return most
