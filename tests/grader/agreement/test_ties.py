"""Undetermined pixels: an honest run agrees whichever way its ties fell, and a wrong one is still told."""

import contextlib
import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache, partial

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from assignment.agreement.agree import COMPARED_GROUPS, UNDETERMINED, Agreement, GroupArrays, compare_groups
from assignment.agreement.comparisons import COMPARISONS
from assignment.arrays import ARRAYS
from assignment.course import open_course
from assignment.models.classifier import Classifier, load_classifier
from assignment.outputs import Array, Outputs
from benchmarks.agreement.arithmetic import Noisy, Split, fold_in_place, put_channels_last
from questions.axes import list_axes
from reference.folded import fold
from reference.integrated_gradients import integrated_gradients
from reference.saliency import saliency
from reference.ties import find_undetermined
from tests.flat import FLAT

STEPS = 50  # as in the notebook: a limit allows one turned ReLU among many steps
HALF = 2  # the picture that is white above, and a photograph below


def judge(maps: dict[str, Array], canonical: Outputs) -> dict[tuple[str, str], Agreement]:
    readings = {group: GroupArrays({}, "missing") for group in COMPARED_GROUPS}
    readings |= {group: GroupArrays({"map": array}) for group, array in maps.items()}
    return {(one.group, one.measure): one for one in compare_groups(readings, canonical) if one.group in maps}


def test_only_maps_of_all_pixels_can_be_undetermined() -> None:
    groups = {group for group, name in ARRAYS if name == UNDETERMINED}
    assert {one.array for one in COMPARISONS if one.group in groups} == {"map"}
    assert all(ARRAYS[group, "map"].axes == ARRAYS[group, UNDETERMINED].axes for group in groups)


@pytest.mark.parametrize("group", ["saliency", "smoothgrad", "integrated_gradients"])
def test_what_rounding_decides_is_not_compared_and_everything_else_is(canonical: Outputs, group: str) -> None:
    ours = canonical[group, "map"]
    where = np.zeros(ours.shape, bool)
    where[1, :10] = True
    noted = Outputs(dict(canonical) | {(group, UNDETERMINED): where}, canonical.axes)
    other = np.where(where, 9 * ours[:, ::-1], ours)
    assert {one.word for one in judge({group: other}, canonical).values()} != {"agrees"}
    assert {one.word for one in judge({group: other}, noted).values()} == {"agrees"}
    other[1, 10:] *= 0.5
    assert judge({group: other}, noted)[group, "relative error of the map"].word == "differs"


def attribute(
    model: Callable[[Tensor], Tensor], pictures: Tensor, labels: Tensor, *, steps: int = STEPS, factor: bool = True
) -> Tensor:
    found = integrated_gradients(model, pictures, labels, baseline=torch.zeros_like(pictures), steps=steps)
    return (found.attribution if factor else found.mean).sum(dim=1)


@cache
def open_mini() -> tuple[Classifier, Tensor, Tensor]:
    """Return the classifier that the limits were measured with, flat pictures, and a label for each."""
    profile = open_course().profile
    photograph = torch.from_numpy(profile.pictures[2]).double().permute(2, 0, 1) / 255
    half = torch.where(torch.arange(128)[:, None] < 70, 1.0, photograph)
    pictures = torch.stack([FLAT["black"], FLAT["box on white"], half])
    return load_classifier(profile.classifier_file), pictures, torch.tensor([4, 4, int(profile.labels[2])])


@cache
def make_canonical() -> Outputs:
    """Return the canonical maps of the flat pictures, and where they are undetermined."""
    plain, pictures, labels = open_mini()
    model = fold(plain)
    return Outputs(
        {
            ("pictures", "label"): labels.numpy(),
            ("saliency", "map"): saliency(model, pictures, labels).numpy(),
            ("saliency", UNDETERMINED): find_undetermined(partial(saliency, model), pictures, labels).numpy(),
            ("integrated_gradients", "map"): attribute(model, pictures, labels).numpy(),
            ("integrated_gradients", UNDETERMINED): find_undetermined(
                partial(attribute, model, steps=5), pictures, labels
            ).numpy(),
        },
        list_axes(open_course()),
    )


HONEST: dict[str, tuple[Callable[[Classifier], nn.Module], Callable[[], AbstractContextManager[object]]]] = {
    "as released": (lambda model: model, contextlib.nullcontext),
    "layers in batches of 1": (lambda model: model, partial(Split, 1)),
    "channels-last": (put_channels_last, contextlib.nullcontext),
    "batch norm folded in": (fold_in_place, contextlib.nullcontext),
    "noise in every layer": (lambda model: model, partial(Noisy, 1e-6)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST)
def test_an_honest_float32_run_agrees_on_flat_pictures(name: str) -> None:
    prepare, arithmetic = HONEST[name]
    plain, pictures, labels = open_mini()
    model = prepare(copy.deepcopy(plain).float())
    with arithmetic():
        maps = {
            "saliency": saliency(model, pictures.float(), labels).numpy(),
            "integrated_gradients": attribute(model, pictures.float(), labels).numpy(),
        }
    found = judge(maps, make_canonical())
    assert [one for one in found.values() if one.word != "agrees"] == []


FindMap = Callable[[nn.Module, Tensor, Tensor], Tensor]
WRONG: dict[str, tuple[str, FindMap]] = {
    "of the loss": ("saliency", partial(saliency, of="loss")),
    "of another label": ("saliency", lambda model, x, label: saliency(model, x, label + 1)),
    "without the factor": ("integrated_gradients", partial(attribute, factor=False)),
    "5 steps": ("integrated_gradients", partial(attribute, steps=5)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_run_still_differs_on_a_picture_that_is_half_white(name: str) -> None:
    group, find_map = WRONG[name]
    plain, pictures, labels = open_mini()
    maps = make_canonical()[group, "map"].copy()
    maps[HALF] = find_map(copy.deepcopy(plain).float(), pictures[[HALF]].float(), labels[[HALF]])[0].numpy()
    one = judge({group: maps}, make_canonical())[group, "relative error of the map"]
    assert (one.word, one.picture) == ("differs", HALF)
