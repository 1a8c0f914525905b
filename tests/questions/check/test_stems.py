"""What the stems and the explanations take for granted is so, on every seed."""

import numpy as np
import pytest

from assignment.course import open_course
from assignment.outputs import Outputs
from questions.bank import load_bank
from questions.canonical import list_seeds, load_canonical
from questions.measures import filters
from questions.measures.arguments import to_label
from questions.measures.classifier import probability
from questions.measures.integrated_gradients import attribution_gap, attribution_rise, attribution_sum
from questions.measures.maps import density_inside, map_agreement
from questions.measures.smoothgrad import smoothgrad_kept

MEAT, SEAFOOD = 5, 8


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


def test_attributions_add_up_as_the_questions_say(outputs: Outputs) -> None:
    assert [f"{probability(outputs, picture=picture):.3f}" for picture in (5, 1)] == ["0.989", "1.000"]
    assert to_label(outputs, 5, "runner_up") == SEAFOOD  # integrated_gradients-3 asks picture 5 for it
    assert attribution_rise(outputs, picture=5) > 5
    assert all(attribution_gap(outputs, picture=picture) < 0.5 for picture in range(10))
    assert np.argmax([attribution_sum(outputs, picture=picture) for picture in range(10)]) == 9
    assert attribution_sum(outputs, picture=5, region="food") > 2  # "as the spaghetti does"
    edge = outputs["pictures", "tray"][6].copy()
    edge[: np.flatnonzero(edge.any(axis=1)).max() - 5] = False  # the lower edge of the tray is six pixels high
    for name, largest in (("map", 0.2), ("blurred", 0.4)):  # what of the tray's sum lies elsewhere
        values = outputs["integrated_gradients", name][6]
        total = attribution_sum(outputs, picture=6, array=name, region="tray")
        assert 0 < 1 - values[edge].sum(dtype=np.float64) / total < largest
    for picture, pale in ((0, "background"), (6, "tray")):  # "where the colours are strongest", "paler"
        where = {"analysis": "integrated_gradients", "picture": picture}
        strong, weak = (density_inside(outputs, region=region, **where) for region in ("food", pale))
        assert strong > 2 > 1 > weak


def test_stems_name_what_the_canonical_outputs_used() -> None:
    bank, its = load_bank(open_course()), open_course().assignment.analyses
    counts = {run.copies for run in its.smoothgrad.list_runs("map").values()}
    ways = its.integrated_gradients
    for language in ("en", "zh"):
        ask = {question.id: getattr(question.ask, language) for question in bank.questions}
        assert all(str(count) in ask["smoothgrad-1"] for count in counts)
        assert "sigma=0.05" in ask["smoothgrad-2"]
        assert "sigma=0.2" in ask["smoothgrad-2"]
        assert f"steps={ways.experiments['few'].steps}" in ask["integrated_gradients-2"]
        assert f"steps={ways.official.steps}" in ask["integrated_gradients-2"]
