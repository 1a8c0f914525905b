"""Measures of SmoothGrad obey laws on random arrays: a map compared with itself shows no change."""

import numpy as np
import pytest

from assignment.course import open_course
from assignment.outputs import Outputs
from questions.axes import list_axes
from questions.claim import Claim, find_misplaced
from questions.measures.maps import roughness
from questions.measures.smoothgrad import (
    smoothgrad_kept,
    smoothgrad_mass_shift,
    smoothgrad_roughness_ratio,
)

AXES = list_axes(open_course())
SIGMAS = AXES["sigma"]
REGIONS = ("food", "tray", "distractor", "background")


@pytest.fixture
def outputs() -> Outputs:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 4, (10, 8, 8))
    return Outputs(
        {
            ("pictures", "food"): kind == 0,
            ("pictures", "tray"): kind == 1,
            ("pictures", "distractor"): kind == 2,
            ("saliency", "map"): rng.random((10, 8, 8)),
            ("smoothgrad", "map"): rng.random((10, 8, 8)),
            ("smoothgrad", "few"): rng.random((10, 8, 8)),
            ("smoothgrad", "kept"): rng.random((len(SIGMAS), 10)),
        },
        AXES,
    )


@pytest.mark.parametrize("row", range(len(SIGMAS)))
def test_kept_share_is_read_by_its_noise_level_and_picture(outputs: Outputs, row: int) -> None:
    shares = [smoothgrad_kept(outputs, picture=picture, sigma=SIGMAS[row]) for picture in range(10)]
    assert shares == outputs["smoothgrad", "kept"][row].tolist()


def test_kept_share_without_a_noise_level_is_that_of_the_official_cell(outputs: Outputs) -> None:
    assert smoothgrad_kept(outputs, picture=8) == smoothgrad_kept(outputs, picture=8, sigma=0.02)


def test_noise_level_that_was_left_out_is_refused_when_the_claim_is_read() -> None:
    written = {"measure": "smoothgrad_kept", "with": {"picture": 3, "sigma": 0.3}, "above": 0.5, "margin": 0.1}
    expected = "sigma 0.3; expected one of 0.02, 0.05, 0.1, 0.2, 0.4"
    assert list(find_misplaced(Claim.model_validate(written), AXES)) == [expected]


def test_map_is_as_rough_as_itself_and_ratios_of_two_maps_multiply_to_one(outputs: Outputs) -> None:
    assert smoothgrad_roughness_ratio(outputs, picture=4, array="few", other="few") == 1
    there = smoothgrad_roughness_ratio(outputs, picture=4, array="few")
    back = smoothgrad_roughness_ratio(outputs, picture=4, array="map", other="few")
    assert there * back == pytest.approx(1)


def test_roughness_ratio_times_the_one_roughness_is_the_other(outputs: Outputs) -> None:
    rough = {name: roughness(outputs, analysis="smoothgrad", picture=6, array=name) for name in ("map", "few")}
    assert smoothgrad_roughness_ratio(outputs, picture=6, array="few") * rough["map"] == pytest.approx(rough["few"])


def test_share_of_a_map_is_where_it_was_in_the_same_map_and_in_one_ten_times_as_large(outputs: Outputs) -> None:
    larger = outputs.with_group("saliency", {"map": 10 * outputs["smoothgrad", "map"]})
    for region in REGIONS:
        assert smoothgrad_mass_shift(outputs, picture=2, region=region, other="map") == 0
        shift = smoothgrad_mass_shift(larger, picture=2, region=region, other="map", other_analysis="saliency")
        assert shift == pytest.approx(0)


@pytest.mark.parametrize("region", REGIONS)
def test_shift_is_the_same_there_and_back(outputs: Outputs, region: str) -> None:
    there = smoothgrad_mass_shift(outputs, picture=7, region=region, array="map", other="few")
    assert there == smoothgrad_mass_shift(outputs, picture=7, region=region, array="few", other="map") > 0


@pytest.mark.parametrize("picture", range(10))
def test_share_that_leaves_one_region_arrives_in_the_others(outputs: Outputs, picture: int) -> None:
    one, *rest = (smoothgrad_mass_shift(outputs, picture=picture, region=region, other="few") for region in REGIONS)
    assert one <= sum(rest) + 1e-12
