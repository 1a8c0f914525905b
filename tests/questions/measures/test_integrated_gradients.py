"""Measures of signed attributions obey laws on random arrays, and are the numbers that the notebook prints."""

import numpy as np
import pytest

from assignment.cells.scratch import describe_attributions
from assignment.course import open_course
from assignment.outputs import Outputs
from questions.axes import list_axes
from questions.measures import maps
from questions.measures.integrated_gradients import (
    attribution_against,
    attribution_gap,
    attribution_rise,
    attribution_sum,
)

AXES = list_axes(open_course())
REGIONS, RUNS, BASELINES, STEP_COUNTS = (
    AXES[name] for name in ("region", "run of integrated_gradients", "baseline", "steps")
)
KINDS = {"food": 1, "tray": 2, "distractor": 3, "background": 0}  # the grey levels of a mask


@pytest.fixture
def masks() -> np.ndarray:
    return np.random.default_rng(1).choice(list(KINDS.values()), (10, 8, 8))


@pytest.fixture
def outputs(masks: np.ndarray) -> Outputs:
    rng = np.random.default_rng(2)
    signed = {("integrated_gradients", name): rng.normal(size=(10, 8, 8)) for name in RUNS}
    total = signed["integrated_gradients", "map"].sum(axis=(1, 2))
    rise = rng.normal(size=(len(BASELINES), 10))
    gap = np.abs(total - rise[0]) * np.array([4.0, 2.0, 1.0, 0.5])[:, None]
    return Outputs(
        {("pictures", name): masks == KINDS[name] for name in ("food", "tray", "distractor")}
        | signed
        | {("integrated_gradients", "rise"): rise, ("integrated_gradients", "gap"): gap},
        AXES,
    )


@pytest.mark.parametrize("array", RUNS)
def test_sums_of_the_four_regions_add_up_to_the_sum_of_the_map(outputs: Outputs, array: str) -> None:
    sums = [attribution_sum(outputs, picture=3, array=array, region=region) for region in REGIONS]
    assert sum(sums) == pytest.approx(attribution_sum(outputs, picture=3, array=array))


def test_map_with_its_signs_turned_sums_to_the_opposite_and_is_against_by_the_rest(outputs: Outputs) -> None:
    turned = outputs.with_group("integrated_gradients", {"map": -outputs["integrated_gradients", "map"]})
    assert attribution_sum(turned, picture=4) == pytest.approx(-attribution_sum(outputs, picture=4))
    assert attribution_against(turned, picture=4) == pytest.approx(1 - attribution_against(outputs, picture=4))


def test_share_against_follows_from_the_sum_and_the_sum_of_sizes(outputs: Outputs) -> None:
    size = np.abs(outputs["integrated_gradients", "map"][5]).sum()
    against = attribution_against(outputs, picture=5)
    assert attribution_sum(outputs, picture=5) == pytest.approx(size * (1 - 2 * against))


def test_map_without_negative_values_is_against_nothing_and_sums_to_its_size(outputs: Outputs) -> None:
    sizes = outputs.with_group("integrated_gradients", {"map": np.abs(outputs["integrated_gradients", "map"])})
    assert attribution_against(sizes, picture=6) == 0
    share = maps.mass_inside(sizes, analysis="integrated_gradients", picture=6, region="tray")
    tray, whole = attribution_sum(sizes, picture=6, region="tray"), attribution_sum(sizes, picture=6)
    assert share == pytest.approx(tray / whole)


def test_rise_and_gap_are_read_from_the_row_of_their_baseline_and_their_count_of_steps(outputs: Outputs) -> None:
    rises = [attribution_rise(outputs, picture=7, baseline=baseline) for baseline in BASELINES]
    gaps = [attribution_gap(outputs, picture=7, steps=steps) for steps in STEP_COUNTS]
    assert rises == outputs["integrated_gradients", "rise"][:, 7].tolist()
    assert gaps == sorted(gaps, reverse=True)
    assert gaps == outputs["integrated_gradients", "gap"][:, 7].tolist()


def test_measures_are_the_numbers_that_the_notebook_prints(outputs: Outputs, masks: np.ndarray) -> None:
    rises = np.array([attribution_rise(outputs, picture=picture) for picture in range(10)])
    printed = describe_attributions(outputs["integrated_gradients", "map"], rises, masks).splitlines()[-10:]
    for picture, line in enumerate(printed):
        expected = [
            picture,
            attribution_sum(outputs, picture=picture),
            rises[picture],
            attribution_gap(outputs, picture=picture),
            attribution_against(outputs, picture=picture),
            *(attribution_sum(outputs, picture=picture, region=region) for region in KINDS),
        ]
        assert [float(number) for number in line.split()] == pytest.approx(expected, abs=0.006)
