"""Measures of filters obey laws on random arrays, whatever the size of a map."""

import numpy as np
import pytest

from assignment.arrays import FILTER_MAPS
from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.outputs import Outputs
from questions.axes import list_axes
from questions.claim import Claim, evaluate
from questions.measures import filters as measures
from questions.measures.maps import area_inside
from questions.measures.registry import Measure

SIDES = {"shallow": 16, "middle": 8, "deep": 2}
AXES = list_axes(open_course())
EVERY = [(layer, number) for layer in AXES["layer"] for number in AXES[f"filter of layer {layer}"]]
every_filter = pytest.mark.parametrize(("layer", "number"), EVERY)


@pytest.fixture
def outputs() -> Outputs:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 4, (10, 16, 16))
    regions = {("pictures", name): kind == index for index, name in enumerate(("food", "tray", "distractor"))}
    maps = {name: rng.normal(size=(10, 4, side, side)).clip(min=0) for name, side in SIDES.items()}
    ascents = {name: rng.random((3, 4, 3, 6, 6)) for name in ("ascent", "again", "photo")}
    reached = {name: rng.uniform(1, 2, (3, 4)) for name in ("reached", "reached_again", "reached_photo")}
    rest = {"trace": rng.random((3, 4, 101)).cumsum(axis=2), "noise": rng.random((3, 4, 100))}
    cross = {"cross": rng.random((3, 4, 4))}
    return Outputs(regions, AXES).with_group("filters", {**maps, **ascents, **reached, **rest, **cross})


def test_every_filter_has_a_place_of_its_own(outputs: Outputs) -> None:
    assert {measures.find_place(outputs, layer, number) for layer, number in EVERY} == set(np.ndindex(3, 4))


def test_filter_that_was_not_recorded_is_refused_by_its_convolution() -> None:
    claim = {"measure": "activation_largest", "with": {"layer": 4, "filter": 0, "picture": 1}}
    with pytest.raises(FixableError, match="filter 0 of layer 4; expected one of 3, 5, 10, 12"):
        evaluate(Claim.model_validate(claim | {"above": 1.0, "margin": 0.1}), Outputs({}, AXES))


@every_filter
@pytest.mark.parametrize("measure", [measures.activation_mean, measures.activation_zero])
def test_regions_weighted_by_area_add_up_to_the_picture(
    outputs: Outputs, measure: Measure, layer: measures.ConvLayer, number: int
) -> None:
    parts = [
        measure(outputs, layer=layer, filter=number, picture=4, region=region)
        * area_inside(outputs, picture=4, region=region)
        for region in AXES["region"]
    ]
    assert sum(parts) == pytest.approx(measure(outputs, layer=layer, filter=number, picture=4))


@every_filter
def test_map_drawn_larger_tells_the_same_of_a_region(outputs: Outputs, layer: measures.ConvLayer, number: int) -> None:
    name = FILTER_MAPS[measures.find_place(outputs, layer, number)[0]]
    large = np.kron(outputs["filters", name], np.ones((16 // SIDES[name], 16 // SIDES[name])))
    larger = Outputs({**outputs.arrays, ("filters", name): large}, AXES)
    for measure in (measures.activation_mean, measures.activation_zero):
        first, second = (
            measure(which, layer=layer, filter=number, picture=2, region="food") for which in (outputs, larger)
        )
        assert first == pytest.approx(second)


@every_filter
def test_largest_value_is_at_least_the_mean_of_any_region(
    outputs: Outputs, layer: measures.ConvLayer, number: int
) -> None:
    largest = measures.activation_largest(outputs, layer=layer, filter=number, picture=7)
    for region in AXES["region"]:
        assert largest >= measures.activation_mean(outputs, layer=layer, filter=number, picture=7, region=region)


@every_filter
def test_gain_compares_with_the_picture_that_activates_most(
    outputs: Outputs, layer: measures.ConvLayer, number: int
) -> None:
    means = [measures.activation_mean(outputs, layer=layer, filter=number, picture=index) for index in range(10)]
    reached = outputs["filters", "reached"][measures.find_place(outputs, layer, number)]
    gain = measures.gain_over_pictures(outputs, layer=layer, filter=number)
    assert gain == pytest.approx(reached / max(means))
    assert gain >= measures.gain_over_pictures(outputs, layer=layer, filter=number, over="largest")


@every_filter
def test_ascent_has_made_nothing_of_its_rise_at_the_start_and_all_at_the_end(
    outputs: Outputs, layer: measures.ConvLayer, number: int
) -> None:
    shares = [measures.ascent_progress(outputs, layer=layer, filter=number, steps=steps) for steps in (0, 50, 100)]
    assert shares == sorted(shares)
    assert (shares[0], shares[2]) == (0, 1)


@every_filter
def test_ascent_that_ends_at_the_same_agrees_wholly(outputs: Outputs, layer: measures.ConvLayer, number: int) -> None:
    ascent = {
        ("filters", "again"): outputs["filters", "ascent"],
        ("filters", "photo"): 1 - outputs["filters", "ascent"],
    }
    same = Outputs({**outputs.arrays, **ascent, ("filters", "reached_again"): outputs["filters", "reached"]}, AXES)
    assert measures.ascent_ratio(same, layer=layer, filter=number, start="again") == 1
    assert measures.ascent_agreement(same, layer=layer, filter=number, start="again") == pytest.approx(1)
    assert measures.ascent_agreement(same, layer=layer, filter=number, start="photo") == pytest.approx(-1)


@every_filter
def test_plain_picture_is_smooth_and_a_checkerboard_as_rough_as_can_be(
    outputs: Outputs, layer: measures.ConvLayer, number: int
) -> None:
    board = np.indices((6, 6)).sum(axis=0) % 2
    for picture, expected in ((np.full((6, 6), 0.3), 0), (board, 1)):
        drawn = Outputs({**outputs.arrays, ("filters", "ascent"): np.broadcast_to(picture, (3, 4, 3, 6, 6))}, AXES)
        assert measures.ascent_roughness(drawn, layer=layer, filter=number) == pytest.approx(expected)


def test_cross_names_first_the_filter_and_then_whose_picture_it_sees(outputs: Outputs) -> None:
    cross = outputs["filters", "cross"]
    assert measures.ascent_cross(outputs, layer=9, filter=8, ascended=4) == cross[2, 1, 0]
    assert measures.ascent_cross(outputs, layer=9, filter=4, ascended=8) == cross[2, 0, 1]
