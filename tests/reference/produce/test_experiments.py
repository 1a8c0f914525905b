"""A course's settings alone say which experiments there are; pictures, layers and baselines may be any."""

from functools import cache

import numpy as np
import pytest
import torch

from assignment.arrays import find_spec
from assignment.fixable import FixableError
from assignment.outputs import save_group
from reference.filters import find_maps
from reference.integrated_gradients import integrated_gradients
from reference.lime import cut_segments, lime
from reference.produce.bench import find_random_state
from reference.produce.integrated_gradients import find_baseline
from reference.produce.registry import find_producer
from reference.saliency import saliency
from reference.smoothgrad import smoothgrad
from tests.reference.produce.other_course import ANALYSES, HEIGHT, PICTURES, WIDTH, make_bench

SEEDS = (1, 2)
BY_SEED = {  # what a seed changes; everything else is the same for all
    "pictures": set(),
    "lime": {"weights", "late", "tiny", "tiny_late", "pale"},
    "saliency": set(),
    "smoothgrad": {"map", "pair", "late", "balance", "third", "kept"},
    "filters": {"haze", "reached_haze", "haze_late", "reached_haze_late"},
    "integrated_gradients": {"haze", "rise"},
}
FIXED = {
    "pictures": {"label", "logits", "cup"},
    "lime": {"segments"},
    "saliency": {"map", "rival", "cost"},
    "smoothgrad": {"bare"},
    "filters": {
        *("shallow", "middle", "deep", "noise", "ascent", "reached", "trace", "cross", "longer", "reached_longer"),
    },
    "integrated_gradients": {"map", "own_mean", "from_other", "from_file", "unscaled", "gap"},
}


@cache
def produce(group: str) -> dict[int | None, dict[str, np.ndarray]]:
    return dict(find_producer(group)(make_bench(), SEEDS))


@pytest.mark.parametrize("group", FIXED)
def test_arrays_are_those_that_the_settings_name_and_can_be_stored(group: str, tmp_path: object) -> None:
    found = produce(group)
    assert set(found.get(None, {})) - {"undetermined"} == FIXED[group]
    for seed in SEEDS:
        assert set(found.get(seed, {})) == BY_SEED[group]
    for seed, arrays in found.items():
        if arrays:
            save_group(tmp_path, group, arrays, seed=seed, official=False)  # type: ignore[arg-type]
        for name, array in arrays.items():
            spec = find_spec(group, name)
            assert spec is not None
            sizes = dict(zip(spec.axes, array.shape, strict=True))
            assert sizes.get("picture", PICTURES) == PICTURES
            assert (sizes.get("row", HEIGHT), sizes.get("column", WIDTH)) == (HEIGHT, WIDTH)


def test_runs_of_saliency_have_their_label_and_their_output() -> None:
    bench, found = make_bench(), produce("saliency")[None]
    third = torch.full((PICTURES,), 3)
    expected = saliency(bench.model, bench.pictures, third, of="loss")
    np.testing.assert_allclose(found["cost"], expected, rtol=0, atol=1e-12)
    assert (found["rival"] != found["map"]).any()


def test_runs_of_smoothgrad_are_those_that_each_alone_would_be() -> None:
    bench, found = make_bench(), produce("smoothgrad")
    states = [find_random_state(2, index) for index in range(PICTURES)]
    for name, label, sigma, copies in (("pair", None, 0.1, 2), ("map", None, 0.1, 4), ("third", 3, 0.3, 3)):
        labels = bench.labels if label is None else torch.full((PICTURES,), label)
        alone = smoothgrad(bench.model, bench.pictures, labels, sigma=sigma, copies=(copies,), random_states=states)
        np.testing.assert_allclose(found[2][name], alone.map[0], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found[1]["late"], found[2]["map"])
    assert found[1]["kept"].shape == (3, PICTURES)


def test_runs_of_lime_are_those_that_each_alone_would_be() -> None:
    bench, found = make_bench(), produce("lime")
    segments = cut_segments(bench.profile.pictures[2] / 255, pieces=12)
    for name, samples, hide in (("weights", 30, 0.2), ("tiny", 9, 0.2), ("pale", 30, 0.9)):
        settings = {"random_state": find_random_state(1, 2), "samples": samples, "hide": hide}
        alone = lime(bench.model, bench.pictures[2], segments, **settings)
        np.testing.assert_allclose(found[1][name][2][:, : alone.shape[1]], alone, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found[1]["tiny_late"], found[2]["tiny"])


@pytest.mark.parametrize(("name", "baseline"), [("map", "sand"), ("own_mean", "mean"), ("from_other", "other")])
def test_runs_of_integrated_gradients_start_from_their_baselines(name: str, baseline: str) -> None:
    bench, found = make_bench(), produce("integrated_gradients")[None]
    start = find_baseline(bench, baseline, bench.pictures, ())
    expected = {
        "sand": torch.tensor([0.9, 0.8, 0.6]).double().view(3, 1, 1).expand(bench.pictures.shape),
        "mean": bench.pictures.mean(dim=(2, 3), keepdim=True).expand(bench.pictures.shape),
        "other": bench.pictures[[2, 2, 2]],
    }[baseline]
    torch.testing.assert_close(start, expected)
    alone = integrated_gradients(bench.model, bench.pictures, bench.labels, baseline=start, steps=4)
    np.testing.assert_allclose(found[name], alone.attribution.sum(dim=1), rtol=0, atol=1e-12)
    if name == "map":
        np.testing.assert_allclose(found["gap"][0], alone.gap, rtol=0, atol=1e-12)
        np.testing.assert_allclose(produce("integrated_gradients")[1]["rise"][0], alone.rise, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found["unscaled"], alone.mean.sum(dim=1), rtol=0, atol=1e-12)


def test_filters_of_named_layers_are_looked_at_and_ascend_from_a_picture() -> None:
    bench, found = make_bench(), produce("filters")
    maps = find_maps(bench.model, bench.pictures, layer="2", filters=(1, 5))
    np.testing.assert_allclose(found[None]["middle"], maps, rtol=0, atol=1e-12)
    assert found[None]["trace"].shape == (3, 2, 4)
    assert found[None]["noise"].shape == (3, 2, 5)
    start = find_maps(bench.model, bench.pictures[[1]], layer="4", filters=(3,)).mean()
    assert found[None]["trace"][2, 0, 0] == pytest.approx(float(start))
    np.testing.assert_array_equal(found[1]["haze_late"], found[2]["haze"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('layer: "2"', "layer: nosuch", "analyses: filters: middle: layer: 'nosuch'; expected one of"),
        (
            "filters: [1, 5]",
            "filters: [1, 6]",
            r"filters: middle: filters: \[6\]; expected one or more of 0 to 5",
        ),
    ],
)
def test_layer_and_filter_that_the_model_has_not_are_named(old: str, new: str, says: str) -> None:
    with pytest.raises(FixableError, match=says):
        find_producer("filters")(make_bench(ANALYSES.replace(old, new)), (1,))


def test_file_of_another_size_is_no_baseline() -> None:
    says = "baselines: painted: start.png: 8 x 24; expected 16 x 24, as the pictures"
    with pytest.raises(FixableError, match=says):
        find_producer("integrated_gradients")(make_bench(file=(8, WIDTH)), (1,))
