"""Agreement: honest rounding agrees, wrong methods differ, and no file of a student can stop the grader."""

from collections.abc import Callable

import numpy as np
import pytest

from assignment.agreement.agree import (
    COMPARED_GROUPS,
    Agreement,
    GroupArrays,
    compare_groups,
    find_shared_axes,
    find_worst_word,
)
from assignment.agreement.comparisons import COMPARISONS
from assignment.course import open_course
from assignment.outputs import Array, Outputs, list_official
from questions.canonical import load_canonical

Save = Callable[..., None]


def judge(outputs: Outputs, canonical: Outputs) -> dict[tuple[str, str], Agreement]:
    readings = {
        group: GroupArrays({name: array for (its, name), array in outputs.items() if its == group})
        for group in COMPARED_GROUPS
    }
    return {(one.group, one.measure): one for one in compare_groups(readings, canonical)}


def words(outputs: Outputs, canonical: Outputs, group: str) -> set[str]:
    return {one.word for (its, _), one in judge(outputs, canonical).items() if its == group}


def change(outputs: Outputs, group: str, name: str, array: Array) -> Outputs:
    return Outputs(dict(outputs) | {(group, name): array}, outputs.axes)


def test_the_canonical_outputs_agree_with_themselves(canonical: Outputs) -> None:
    found = judge(canonical, canonical)
    assert len(found) == len(COMPARISONS)
    assert {one.word for one in found.values()} == {"agrees"}


def test_rounding_of_float32_agrees(canonical: Outputs) -> None:
    random = np.random.default_rng(0)
    shaken = Outputs(
        {
            name: array * (1 + random.normal(0, 1e-6, array.shape)) if array.dtype.kind == "f" else array
            for name, array in canonical.items()
        }
    )
    assert {one.word for one in judge(shaken, canonical).values()} == {"agrees"}


def test_a_single_turned_relu_agrees(canonical: Outputs) -> None:
    turned = np.array(canonical["saliency", "map"])
    turned[1, 4, 4] += 0.03 * turned[1].max()
    assert words(canonical.with_group("saliency", {"map": turned}), canonical, "saliency") == {"agrees"}


def test_the_gradient_of_the_loss_differs_in_size_and_keeps_its_ranks(canonical: Outputs) -> None:
    loss = canonical.with_group("saliency", {"map": canonical["saliency", "map"] * 0.01})
    found = judge(loss, canonical)
    assert found["saliency", "relative error of the map"].word == "differs"
    assert found["saliency", "rank correlation (Spearman)"].word == "agrees"


def copy_once(maps: Array) -> Array:
    """Return the map of one noisy copy: what the mean of many has lost."""
    return maps * np.random.default_rng(0).uniform(0.3, 1.7, maps.shape)


def turn_signs(maps: Array) -> Array:
    return -maps


def leave_signs(maps: Array) -> Array:
    return np.abs(maps)


def shift_filters(maps: Array) -> Array:
    return np.roll(maps, 1, axis=1)


def skip_relu(maps: Array) -> Array:
    return np.where(maps > 0, maps, -0.5)


def stop_early(values: Array) -> Array:
    return 0.7 * values


def leave_bounds(pixels: Array) -> Array:
    return 1.5 * pixels - 0.25


@pytest.mark.parametrize(
    ("group", "name", "mistake"),
    [
        ("smoothgrad", "map", copy_once),
        ("integrated_gradients", "map", turn_signs),
        ("integrated_gradients", "map", leave_signs),
        ("filters", "shallow", shift_filters),
        ("filters", "middle", skip_relu),
        ("filters", "deep", skip_relu),
        ("filters", "reached", stop_early),
        ("filters", "reached", turn_signs),
        ("filters", "ascent", leave_bounds),
    ],
)
def test_a_wrong_convention_differs_in_its_own_array_alone(
    canonical: Outputs, group: str, name: str, mistake: Callable[[Array], Array]
) -> None:
    wrong = change(canonical, group, name, mistake(np.array(canonical[group, name])))
    assert {(one.group, one.array) for one in judge(wrong, canonical).values() if one.word != "agrees"} == {
        (group, name)
    }


def test_the_sign_of_an_attribution_counts_in_its_rank_and_not_in_its_strength(canonical: Outputs) -> None:
    found = judge(
        change(canonical, "integrated_gradients", "map", -canonical["integrated_gradients", "map"]), canonical
    )
    assert found["integrated_gradients", "rank correlation (Spearman)"].figure == pytest.approx(-1)
    assert found["integrated_gradients", "overlap of the strongest 5 %"].figure == 1


def test_ascents_with_other_pixels_that_reach_nearly_the_same_agree(canonical: Outputs) -> None:
    other = np.random.default_rng(7).random(canonical["filters", "ascent"].shape).astype(np.float16)
    other[0, 0, 0, 0, :2] = 0, 1  # the bounds themselves, which clamping makes common
    run = change(canonical, "filters", "ascent", other)
    run = change(run, "filters", "reached", canonical["filters", "reached"] * 1.04)
    assert words(run, canonical, "filters") == {"agrees"}


def test_the_worst_filter_is_named_as_the_network_counts_it(canonical: Outputs) -> None:
    reached, middle = (np.array(canonical["filters", name]) for name in ("reached", "middle"))
    reached[2, 3] *= 2
    middle[1, 2] *= 2
    run = change(change(canonical, "filters", "reached", reached), "filters", "middle", middle)
    found = judge(run, canonical)
    one = found["filters", "error of a reached mean"]
    assert (one.picture, one.layer, one.filter, one.figure) == (
        None,
        9,
        canonical.axes["filter of layer 9"][3],
        pytest.approx(1),
    )
    two = found["filters", "largest error of a map, convolution 4"]
    assert (two.picture, two.layer, two.filter) == (1, 4, canonical.axes["filter of layer 4"][2])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("theirs", "word"), [(0.0, "agrees"), (1e-9, "differs")])
def test_a_filter_that_is_silent_on_every_picture_stays_silent(canonical: Outputs, theirs: float, word: str) -> None:
    silent, other = (np.array(canonical["filters", "deep"], dtype=np.float64) for _ in range(2))
    silent[:, 0], other[:, 0] = 0.0, theirs
    found = judge(change(canonical, "filters", "deep", other), change(canonical, "filters", "deep", silent))
    assert found["filters", "largest error of a map, convolution 9"].word == word


def test_every_axis_but_the_pieces_is_the_canonical_one(canonical: Outputs) -> None:
    sizes = find_shared_axes(canonical)
    assert "piece" not in sizes
    assert {name: sizes[name] for name in ("picture", "label", "row", "middle_row", "deep_column")} == {
        "picture": 3, "label": 11, "row": 32, "middle_row": 16, "deep_column": 8,
    }  # fmt: skip
    assert (sizes["layer"], sizes["filter"], sizes["channel"]) == (3, 4, 3)


def test_the_worst_picture_is_named(canonical: Outputs) -> None:
    maps = np.array(canonical["saliency", "map"])
    maps[2] = maps[2].T
    found = judge(canonical.with_group("saliency", {"map": maps}), canonical)["saliency", "relative error of the map"]
    assert (found.word, found.picture) == ("differs", 2)
    assert found.figure is not None
    assert found.figure > found.limit


def test_another_random_seed_of_lime_differs(canonical: Outputs) -> None:
    other = np.array(canonical["lime", "weights"])
    other += np.random.default_rng(1).normal(0, 0.05, other.shape)
    arrays = {"segments": canonical["lime", "segments"], "weights": other}
    found = judge(canonical.with_group("lime", arrays), canonical)
    assert found["lime", "relative error of the weights"].word == "differs"
    assert found["lime", "correlation of the weights"].word == "differs"
    assert found["lime", "pixels in another piece"].word == "agrees"


def test_weights_of_the_wrong_sign_differ(canonical: Outputs) -> None:
    arrays = {"segments": canonical["lime", "segments"]}
    found = judge(canonical.with_group("lime", arrays | {"weights": -canonical["lime", "weights"]}), canonical)
    assert found["lime", "the 5 strongest pieces, same sign"].figure == 0.0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("pieces", [0, 1, 40])
def test_another_number_of_pieces_differs_and_does_not_raise(canonical: Outputs, pieces: int) -> None:
    arrays = {"segments": canonical["lime", "segments"]}
    weights = np.zeros((3, 11, pieces), np.float32)
    assert "differs" in words(canonical.with_group("lime", arrays | {"weights": weights}), canonical, "lime")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("group", ["saliency", "smoothgrad", "integrated_gradients"])
@pytest.mark.parametrize("value", [0.0, 1e300, -1.7e308, 5e-324])
def test_constant_or_huge_maps_differ_without_a_warning(canonical: Outputs, group: str, value: float) -> None:
    maps = np.full(canonical[group, "map"].shape, value)
    assert words(canonical.with_group(group, {"map": maps}), canonical, group) == {"differs"}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", list_official("filters"))
@pytest.mark.parametrize("value", [1e300, -1.7e308, np.finfo(np.float16).max])
def test_huge_numbers_of_filters_differ_without_a_warning(canonical: Outputs, name: str, value: float) -> None:
    huge = change(canonical, "filters", name, np.full(canonical["filters", name].shape, value))
    assert "differs" in words(huge, canonical, "filters")


def test_the_worst_word_stands_for_all(canonical: Outputs) -> None:
    found = list(judge(canonical, canonical).values())
    assert find_worst_word(found) == "agrees"
    assert find_worst_word([*found, found[0].model_copy(update={"word": "missing"})]) == "missing"


def test_a_layer_by_name_is_named_so(canonical: Outputs) -> None:
    layers = {"stem.0": (0, 3, 9, 15), "body.2": (3, 5, 10, 12), "body.7": (4, 8, 12, 14)}
    axes = {"layer": tuple(layers), **{f"filter of layer {layer}": its for layer, its in layers.items()}}
    named = Outputs(dict(canonical), axes)
    middle = np.array(named["filters", "middle"])
    middle[1, 2] *= 2
    found = judge(change(named, "filters", "middle", middle), named)
    one = found["filters", "largest error of a map, layer body.2"]
    assert (one.word, one.picture, one.layer, one.filter) == ("differs", 1, "body.2", 10)
    assert one.measure_zh == "活化圖的最大誤差，層 body.2"


def test_experiments_of_the_canonical_outputs_are_no_axes_of_a_student() -> None:
    shared = find_shared_axes(load_canonical(open_course(), 1))
    assert (shared["picture"], shared["layer"], shared["depth"], shared["word_depth"]) == (10, 3, 5, 5)
    assert "piece" not in shared


def test_a_course_may_say_that_its_models_round_more(canonical: Outputs) -> None:
    turned = np.array(canonical["saliency", "map"])
    turned[1] *= 1.045  # beyond the usual 0.03
    outputs = canonical.with_group("saliency", {"map": turned})
    readings = {
        group: GroupArrays({name: array for (its, name), array in outputs.items() if its == group})
        for group in COMPARED_GROUPS
    }
    usual, wide = (compare_groups(readings, canonical, wider) for wider in ({}, {"saliency": 2.0}))
    judged = [[one for one in its if one.group == "saliency" and one.at_most] for its in (usual, wide)]
    assert [(one.word, one.limit) for (one,) in judged] == [("differs", 0.03), ("agrees", 0.06)]
    assert [one for one in usual if one.group != "saliency"] == [one for one in wide if one.group != "saliency"]
