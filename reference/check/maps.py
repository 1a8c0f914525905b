"""The check of the maps: which are determined on this course's pictures, and whether the fast path gives them too."""

from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from assignment.authoring.check.section import Section, list_some
from assignment.fixable import Fault
from assignment.models.classifier import Classifier
from assignment.models.network import check_fits
from reference.check.part import Part
from reference.folded import fold, prepare
from reference.integrated_gradients import integrated_gradients, make_baseline
from reference.saliency import saliency
from reference.smoothgrad import smoothgrad
from reference.ties import FindMap, count_saturated, find_undetermined

MOST = 1e-9  # of a map's largest value: how far the fast path may be from the plain one
FEW_STEPS = 5  # of integrated gradients: what is flat at one of them is flat at all
Model = Callable[[Tensor], Tensor]


def check_maps(part: Part) -> Section:
    """Return which maps are not determined on which pictures, and a fault where the fast path gives others."""
    check_fits(part.model, part.profile.pictures.shape, part.profile.labels.tolist(), str(part.settings))
    total, places = len(part.pictures), dict[tuple[str, int], Tensor]()
    worst, faults, model = 0.0, list[Fault](), prepare(part.model)
    for number, (picture, label) in enumerate(zip(part.pictures.split(1), part.labels.split(1), strict=True)):
        part.tell(number, total)
        for name, find_map in make_maps(model, part).items():
            places[name, number] = find_undetermined(find_map, picture, label)[0]
        if isinstance(part.model, Classifier):
            kept = ~places["saliency", number]
            gap = compute_gap(fold(part.model), part.model, picture, label, kept)
            worst = max(worst, gap)
            if gap > MOST:
                says = f"the fast path gives another saliency map than the model itself, by {gap:.1e} of its largest"
                expected = f"expected at most {MOST:.0e} (a fault of hw9's, or weights near the end of their range)"
                faults.append(Fault((str(part.profile.folder / part.profile.manifest.classifier),
                                     f"picture {number}"), f"{says} value; {expected}"))  # fmt: skip
    plain = f"the fast path is within {worst:.0e} of the plain one" if isinstance(part.model, Classifier) else ""
    says = plain or "computed by the model itself, no fast path"
    notes = (*_describe_saturated(part), *_describe_undetermined(places))
    return Section(title="maps", says=says, flaws=part.author.to_flaws(faults), notes=notes)


def make_maps(model: Model, part: Part) -> Mapping[str, FindMap]:
    """Return what finds each analysis's map of a picture as the course computes it, in as few gradients as show a tie.

    One copy is enough of SmoothGrad's: noise leaves no ties, and a constant picture gets none.
    """
    sigma = part.assignment.analyses.smoothgrad.official.sigma

    def smooth(picture: Tensor, label: Tensor) -> Tensor:
        return smoothgrad(model, picture, label, sigma=sigma, copies=(1,), random_states=(0,)).map[0]

    def integrate(picture: Tensor, label: Tensor) -> Tensor:
        black = make_baseline("black", picture)
        return integrated_gradients(model, picture, label, baseline=black, steps=FEW_STEPS).attribution.sum(dim=1)

    return {
        "saliency": lambda picture, label: saliency(model, picture, label),
        "smoothgrad": smooth,
        "integrated_gradients": integrate,
    }


def compute_gap(fast: Model, plain: Model, picture: Tensor, label: Tensor, kept: Tensor) -> float:
    """Return the largest difference of the logits, or of the saliency map where it is kept (H, W), as a share."""
    with torch.no_grad():
        logits = [model(picture) for model in (fast, plain)]
    maps = [saliency(model, picture, label)[0] for model in (fast, plain)]
    gaps = [_share(*logits), _share(*(one.where(kept, 0) for one in maps))]
    return max(gaps)


def _share(one: Tensor, other: Tensor) -> float:
    scale = float(other.abs().max())
    return float((one - other).abs().max()) / scale if scale else float(one.abs().max())


def _describe_saturated(part: Part) -> Iterator[str]:
    counts, pixels = count_saturated(part.pictures).tolist(), part.pictures[0, 0].numel()
    some = [f"{count} of picture {number}" for number, count in enumerate(counts) if count]
    if some:
        yield f"of {pixels} pixels each, at an end of the range in all channels: {list_some(some, 10)}"


def _describe_undetermined(places: Mapping[tuple[str, int], Tensor]) -> Iterator[str]:
    for (name, number), moved in places.items():
        if count := int(moved.sum()):
            yield (
                f"picture {number}: the map of {name} is not determined at {count} pixels, where equal values compete "
                "(a flat area); nobody is compared there"
            )
