"""Measures obey laws on random arrays: shares add up to one, scale does not matter where it must not."""

import inspect

import numpy as np
import pytest

from assignment.outputs import Outputs
from questions.claim import make_arguments_model
from questions.measures import lime, maps
from questions.measures.registry import MEASURES

REGIONS = ("food", "tray", "distractor", "background")


@pytest.fixture
def outputs() -> Outputs:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 4, (10, 8, 8))
    weights = rng.normal(size=(10, 11, 6))
    weights[..., 5] = np.nan
    return Outputs(
        {
            ("pictures", "label"): np.arange(10),
            ("pictures", "logits"): rng.normal(size=(10, 11)),
            ("pictures", "food"): kind == 0,
            ("pictures", "tray"): kind == 1,
            ("pictures", "distractor"): kind == 2,
            ("lime", "segments"): rng.permutation(np.arange(640) % 5).reshape(10, 8, 8),
            ("lime", "weights"): weights,
            ("saliency", "map"): rng.random((10, 8, 8)),
        }
    )


@pytest.mark.parametrize("picture", range(10))
def test_shares_of_the_four_regions_add_up_to_one(outputs: Outputs, picture: int) -> None:
    shares = [lime.lime_share(outputs, picture=picture, region=region) for region in REGIONS]
    masses = [maps.mass_inside(outputs, analysis="saliency", picture=picture, region=region) for region in REGIONS]
    assert sum(shares) == pytest.approx(1)
    assert sum(masses) == pytest.approx(1)


def test_net_weights_of_the_four_regions_add_up_to_the_sum_of_the_weights(outputs: Outputs) -> None:
    nets = [lime.lime_net(outputs, picture=3, region=region, label=4) for region in REGIONS]
    assert sum(nets) == pytest.approx(np.nansum(outputs["lime", "weights"][3, 4]))


def test_map_ten_times_as_large_differs_in_scale_alone(outputs: Outputs) -> None:
    larger = outputs.with_group("saliency", {"map": 10 * outputs["saliency", "map"]})
    scales = [maps.scale(which, analysis="saliency", picture=1) for which in (outputs, larger)]
    assert scales[1] - scales[0] == pytest.approx(1)
    for measure in (maps.mass_inside, maps.density_inside):
        first, second = (measure(which, analysis="saliency", picture=1, region="food") for which in (outputs, larger))
        assert first == pytest.approx(second)
    assert maps.spread(outputs, analysis="saliency") == pytest.approx(maps.spread(larger, analysis="saliency"))


def test_flat_map_is_everywhere_as_bright_as_its_mean(outputs: Outputs) -> None:
    flat = outputs.with_group("saliency", {"map": np.ones((10, 8, 8))})
    assert maps.density_inside(flat, analysis="saliency", picture=0, region="tray") == pytest.approx(1)
    assert maps.brightest_mass(flat, analysis="saliency", picture=0, percent=25) == pytest.approx(0.25)
    assert maps.roughness(flat, analysis="saliency", picture=0) == 0


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_can_be_bound_and_is_doctested(name: str) -> None:
    measure = MEASURES[name]
    parameters = list(inspect.signature(measure).parameters.values())
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters[1:])
    assert set(make_arguments_model(measure).model_fields) == {parameter.name for parameter in parameters[1:]}
    assert ">>> " in (measure.__doc__ or "")
