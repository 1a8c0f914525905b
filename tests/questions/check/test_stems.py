"""What the stems and the explanations take for granted is so, on every seed."""

from functools import partial

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion

from assignment.course import open_course
from assignment.outputs import Outputs
from questions.bank import load_bank
from questions.canonical import list_seeds, load_canonical
from questions.measures import filters
from questions.measures.arguments import to_label
from questions.measures.classifier import probability
from questions.measures.integrated_gradients import attribution_gap, attribution_rise, attribution_sum
from questions.measures.maps import area_inside, density_inside, map_agreement, mass_inside
from questions.measures.smoothgrad import smoothgrad_kept

MEAT, SEAFOOD = 5, 8
STEPPED = {  # integrated_gradients-2: a picture's sum with 5 steps and with 50
    2: ["9.17", "7.56"],
    3: ["15.58", "13.48"],
    4: ["11.88", "13.02"],
    7: ["14.54", "10.38"],
    8: ["4.55", "6.90"],
}


@pytest.fixture(scope="module", params=list_seeds(open_course()))
def outputs(request: pytest.FixtureRequest) -> Outputs:
    return load_canonical(open_course(), request.param)


def test_noise_leaves_the_classes_that_the_questions_say(outputs: Outputs) -> None:
    assert to_label(outputs, 7, "runner_up") == MEAT  # smoothgrad-3 asks picture 7 for Meat: the array `other`
    assert probability(outputs, picture=3) > probability(outputs, picture=7) + 0.1  # smoothgrad-2: "surer"
    assert [smoothgrad_kept(outputs, picture=picture, sigma=0.05) for picture in (3, 7)] == [0, 1]
    assert all(smoothgrad_kept(outputs, picture=picture, sigma=0.2) == 0 for picture in range(10) if picture != 5)
    assert all(smoothgrad_kept(outputs, picture=picture) == 1 for picture in (3, 4, 5, 7))


def test_map_without_noise_is_the_saliency_map(outputs: Outputs) -> None:
    maps = {"analysis": "smoothgrad", "array": "still", "other": "map", "other_analysis": "saliency"}
    assert all(map_agreement(outputs, picture=picture, **maps) > 0.9999 for picture in range(10))


def test_filters_are_as_active_as_the_explanations_say(outputs: Outputs) -> None:
    def largest(layer: int, number: int, picture: int) -> float:
        return filters.activation_largest(outputs, layer=layer, filter=number, picture=picture)

    def mean(layer: int, number: int, picture: int, region: str | None = None) -> float:
        return filters.activation_mean(outputs, layer=layer, filter=number, picture=picture, region=region)

    def zero(layer: int, number: int, region: str | None = None) -> float:
        return filters.activation_zero(outputs, layer=layer, filter=number, picture=6, region=region)

    assert largest(9, 12, 6) < 0.8 < 2.5 < largest(9, 12, 7)  # filters-1: where the colour bars end
    assert largest(4, 10, 6) < 2 < 6 < largest(4, 12, 6)
    spot = np.unravel_index(filters.take_activation(outputs, 4, 12, 6).argmax(), (64, 64))
    assert 16 <= spot[0] <= 19
    assert 37 <= spot[1] <= 40  # the fish's eye
    assert zero(1, 0, "tray") < 0.1 < 0.5 < zero(1, 0, "food")
    assert mean(9, 4, 6, "food") > 1  # filters-2: "bright on the fish"
    assert mean(9, 4, 8) < 0.05  # "nearly silent" on the prawns
    assert 0.4 < zero(9, 14) < 0.55 < 0.6 < zero(1, 15) < 0.72  # "about half against two thirds"
    assert max(mean(1, 3, picture) for picture in range(10)) < 0.4  # filters-3
    assert max(mean(4, 12, picture) for picture in range(10)) < 0.4
    assert largest(1, 0, 7) > 4


def test_ascent_reaches_what_the_explanations_say(outputs: Outputs) -> None:
    reached = outputs["filters", "reached"]
    assert 1.3 <= reached[0, 0] < 1.4  # filters-3
    assert 14 <= reached[0, 1] < 14.5
    assert 2.55 < outputs["filters", "noise"][1, 3].mean() < 2.7
    assert 0.935 < filters.ascent_progress(outputs, layer=9, filter=4, steps=50) < 0.95
    before_relu = outputs["filters", "trace"][2, 0, -1]
    assert before_relu == pytest.approx(reached[2, 0], rel=1e-3)  # the notebook prints it after the ReLU
    assert filters.ascent_roughness(outputs, layer=1, filter=9) < 0.03  # "nearly plain orange"
    assert filters.ascent_ratio(outputs, layer=9, filter=4, start="again") == pytest.approx(1, abs=0.02)  # filters-4
    assert filters.ascent_agreement(outputs, layer=9, filter=4, start="again") < 0.1
    assert 1.2 < filters.ascent_ratio(outputs, layer=4, filter=3, start="photo") < 1.3
    assert -0.75 < filters.ascent_agreement(outputs, layer=1, filter=9, start="photo") < -0.65
    orange, blue = (outputs["filters", name][0, 2].mean(axis=(1, 2), dtype=np.float64) for name in ("ascent", "photo"))
    assert orange[0] > 0.9 > 0.6 > orange[1] > orange[2]
    assert blue[2] > 0.8 > 0.2 > blue[0]


def find_sum(outputs: Outputs, picture: int, region: str | None = None, array: str = "map") -> str:
    return f"{attribution_sum(outputs, picture=picture, region=region, array=array):.2f}"  # type: ignore[arg-type]


def test_sums_from_other_baselines_are_those_of_the_explanations(outputs: Outputs) -> None:
    shown = [find_sum(outputs, 0, "food", array) for array in ("map", "white", "blurred")]
    assert shown == ["1.58", "-2.14", "3.09"]
    shown = [find_sum(outputs, 5, "tray", array) for array in ("map", "white", "blurred")]
    assert shown == ["-4.81", "1.78", "-2.59"]
    assert [find_sum(outputs, 1, "food", array) for array in ("map", "white")] == ["7.75", "-3.09"]
    assert find_sum(outputs, 1, "background", "white") == "6.58"
    assert [find_sum(outputs, 3, "food", array) for array in ("map", "white")] == ["14.21", "5.99"]
    assert attribution_sum(outputs, picture=1, region="food") > 0.9 * attribution_sum(outputs, picture=1)
    tray, food = (outputs["pictures", name][5] for name in ("tray", "food"))
    edge = tray & ~binary_erosion(tray | food, iterations=8)
    beside = tray & ~edge & binary_dilation(food, iterations=8)
    values = outputs["integrated_gradients", "blurred"][5].astype(np.float64)
    total, sizes = values[tray].sum(), np.abs(values)
    assert sizes[edge | beside].sum() > 0.85 * sizes[tray].sum()  # "at its outer edge and beside the food"
    assert abs(values[beside].sum()) < 0.1 < 0.4 * sizes[beside].sum()  # "beside the food red and blue cancel"
    assert values[edge].sum() / total > 0.9


def test_steps_miss_the_rise_by_as_much_as_the_explanations_say(outputs: Outputs) -> None:
    shown = {picture: [find_sum(outputs, picture, array=array) for array in ("few", "map")] for picture in STEPPED}
    assert shown == STEPPED
    rises = [f"{attribution_rise(outputs, picture=picture):.2f}" for picture in STEPPED]
    assert rises == ["7.65", "13.47", "13.05", "10.78", "6.98"]
    assert [f"{attribution_gap(outputs, picture=4, steps=steps):.2f}" for steps in (5, 50)] == ["1.16", "0.03"]
    assert max(attribution_gap(outputs, picture=picture) for picture in range(10)) < 0.41
    order = map_agreement(outputs, analysis="integrated_gradients", picture=3, array="few", other="map")
    assert f"{order:.2f}" == "0.90"


def test_sums_by_place_are_those_of_the_explanations(outputs: Outputs) -> None:
    shown = {
        place: find_sum(outputs, *place)
        for place in ((0, "food"), (0, "background"), (1, "food"), (1, "background"), (5, "food"), (5, "tray"))
    }
    assert list(shown.values()) == ["1.58", "5.07", "7.75", "0.68", "20.13", "-4.81"]
    tray = [attribution_sum(outputs, picture=6, region=region) for region in ("tray", "food")]  # type: ignore[arg-type]
    assert [f"{number:.1f}" for number in tray] == ["9.8", "4.9"]
    assert [find_sum(outputs, 8, region) for region in ("food", "background")] == ["2.38", "4.52"]
    assert [find_sum(outputs, 8, region, "white") for region in ("food", "background")] == ["6.95", "0.28"]
    assert attribution_rise(outputs, picture=5) < attribution_sum(outputs, picture=5, region="food")
    assert attribution_sum(outputs, picture=0, region="food") < attribution_sum(outputs, picture=0) / 4
    sizes = [
        f"{mass_inside(outputs, analysis='integrated_gradients', picture=picture, region=region):.2f}"  # type: ignore[arg-type]
        for picture, region in ((0, "food"), (6, "food"), (6, "tray"))
    ]
    assert sizes == ["0.40", "0.44", "0.44"]
    assert f"{area_inside(outputs, picture=8, region='food'):.2f}" == "0.09"
    edge = outputs["pictures", "tray"][6].copy()
    edge[: np.flatnonzero(edge.any(axis=1)).max() - 5] = False  # the lower edge of the tray is six pixels high
    values = outputs["integrated_gradients", "map"][6]
    assert 0 < 1 - values[edge].sum(dtype=np.float64) / attribution_sum(outputs, picture=6, region="tray") < 0.2
    density = partial(density_inside, outputs, analysis="integrated_gradients", picture=0)
    assert density(region="food") > 2 > 1 > density(region="background")  # "the colours are strong"


def test_stems_name_what_the_canonical_outputs_used() -> None:
    bank, its = load_bank(open_course()), open_course().assignment.analyses
    counts = {run.copies for run in its.smoothgrad.list_runs("map").values()}
    ways = its.integrated_gradients
    for language in ("en", "zh"):
        ask = {question.id: getattr(question.ask, language) for question in bank.questions}
        assert all(str(count) in ask["smoothgrad-1"] for count in counts)
        assert "sigma=0.05" in ask["smoothgrad-2"]
        assert "sigma=0.2" in ask["smoothgrad-2"]
        its_steps = " ".join(getattr(one, language) for one in bank["integrated_gradients-2"].steps)
        assert f"`steps={ways.experiments['few'].steps}`" in its_steps
        assert f'`baseline="{ways.official.baseline}"`' in its_steps
        assert str(ways.official.steps) in ask["integrated_gradients-2"]
