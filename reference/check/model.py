"""The check of the classifier: it opens, takes the pictures, knows the categories, has the filters that are named."""

from collections.abc import Iterator

import torch

from assignment.authoring.check.section import Section, split_faults
from assignment.fixable import Fault, FixableError
from assignment.models.classifier import Classifier
from assignment.models.network import Network, check_fits, find_training_parts
from reference.check.part import Part
from reference.filters import check_filters
from reference.folded import fold

MODEL = "course model --for classifier WEIGHTS --licence L --source S --replace"
SLOTS = ("shallow", "middle", "deep")


def check_model(part: Part) -> Section:
    """Return what is wrong with the classifier, and how often it is right about the course's pictures."""
    author, settings = part.author, str(part.settings)
    model, pictures = part.model, _find_shape(part)
    try:
        size = part.assignment.size
        shape, labels = (pictures, part.profile.labels.tolist()) if pictures else ((0, size.height, size.width, 3), [])
        check_fits(model, shape, labels, settings)
    except FixableError as error:
        return Section(title="model", flaws=author.to_flaws(split_faults(error), MODEL))
    place = str(part.profile.folder / part.profile.manifest.classifier)
    flaws = author.to_flaws(_find_model_faults(model, place, len(part.assignment.categories)), MODEL)
    filters = list(find_filter_faults(model, part))
    flaws += author.to_flaws(fault.within(settings, "analyses", "filters") for fault in filters)
    says = f"{_name(model)}, {model.labels} labels, {model.size[0]} x {model.size[1]}"
    seen = _count_right(part) if pictures else "not tried on pictures"
    return Section(title="model", says=f"{says}; {seen}", flaws=flaws)


def _find_shape(part: Part) -> tuple[int, ...]:
    """Return the pictures' shape; nothing where there are none that can be read, as their own check says."""
    try:
        return part.profile.pictures.shape if part.profile.manifest.pictures else ()
    except FixableError:
        return ()


def _name(model: Classifier | Network) -> str:
    shape = f"the homework's shape, width {model.width}" if isinstance(model, Classifier) else ""
    return shape or type(model.body).__name__


def _find_model_faults(model: Classifier | Network, place: str, categories: int) -> Iterator[Fault]:
    if parts := find_training_parts(model):
        yield Fault((place,), f"in training mode ({', '.join(parts[:3])}); expected a model that leaves it with eval()")
    if model.labels != categories:
        yield Fault((place,), f"{model.labels} outputs; expected {categories}, one for each category of the settings")


@torch.no_grad()
def _count_right(part: Part) -> str:
    found = torch.cat([part.model(one).argmax(dim=1) for one in part.pictures.split(1)])
    wrong = [str(number) for number in (found != part.labels).nonzero()[:, 0].tolist()]
    right = f"right about {len(found) - len(wrong)} of {len(found)} pictures"
    return f"{right} (not about {', '.join(wrong)})" if wrong else right


def find_filter_faults(model: Classifier | Network, part: Part) -> Iterator[Fault]:
    """Yield each layer of the settings that the model does not have, or that has not those filters."""
    filters = part.assignment.analyses.filters
    folded = None if isinstance(model, Network) else fold(model)
    for slot in SLOTS:
        its = getattr(filters, slot)
        try:
            if isinstance(model, Network):
                _check_named(model, its.layer, its.filters)
            elif folded is not None:
                check_filters(folded, its.layer, its.filters)
        except (ValueError, FixableError) as error:
            yield from (Fault((slot,), says) for says in str(error).splitlines())
            if "followed" in str(error):
                return  # of all its layers


def _check_named(model: Network, layer: int | str, filters: tuple[int, ...]) -> None:
    """Raise an error where a layer is none of the model's, or has not these filters."""
    count = model.cut(str(layer)).filters
    if wrong := [number for number in filters if number >= count]:
        raise ValueError(f"filters: {wrong}; expected 0 to {count - 1}, layer {layer} has no others")
