"""The check of the maps names the pictures where a map is not determined, and a fast path that gives another."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from assignment.models.classifier import Classifier
from assignment.models.network import Network
from reference.check import maps
from reference.check.maps import check_maps
from reference.check.part import Part
from tests.flat import FLAT, soften

Made = Callable[..., Part]


def test_flat_picture_is_named_with_its_saturated_pixels_and_each_analysis(make_part: Made, model: Classifier) -> None:
    pictures = torch.stack([soften(), FLAT["box on white"]])
    section = check_maps(make_part(model, pictures, (1, 2)))
    assert section.holds
    saturated, *flat = section.notes
    assert saturated == "of 16384 pixels each, at an end of the range in all channels: 12884 of picture 1"
    assert [note.split(" is not")[0] for note in flat] == [
        f"picture 1: the map of {name}" for name in ("saliency", "integrated_gradients")
    ]


def test_fast_path_that_gives_another_map_is_a_fault_with_the_picture(
    make_part: Made, model: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = make_part(model, soften()[None], (3,))
    assert check_maps(part).holds

    def fold_wrongly(plain: Classifier) -> Any:
        folded = maps.prepare(plain)
        folded.convolutions[0].kernel.mul_(1 + 1e-6)
        return folded

    monkeypatch.setattr(maps, "fold", fold_wrongly)
    (flaw,) = check_maps(part).flaws
    assert flaw.place[1] == "picture 0"
    assert flaw.says.startswith("the fast path gives another saliency map than the model itself, by ")


def test_maps_of_a_model_without_a_fast_path_are_computed_by_it(make_part: Made) -> None:
    torch.manual_seed(2)
    body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.SiLU(), nn.Flatten(), nn.Linear(4 * 14 * 14, 11))
    network = Network(body, labels=11, side=16).double().eval()
    section = check_maps(make_part(network, soften()[None, :, :16, :16], (3,)))
    assert (section.holds, section.says) == (True, "computed by the model itself, no fast path")


def test_it_says_how_far_it_is(make_part: Made, model: Classifier) -> None:
    told = list[tuple[int, int]]()
    check_maps(make_part(model, torch.stack([soften(), soften()]), (1, 2), tell=lambda *its: told.append(its)))
    assert told == [(0, 2), (1, 2)]
