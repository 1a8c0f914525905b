"""The canonical Outputs: what is stored is what is computed, whatever the batch and the threads."""

import itertools
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
import torch

from assignment.arrays import ARRAYS, BASELINES, FILTERS, SIGMAS, STEP_COUNTS
from assignment.course import open_course
from assignment.outputs import load_group
from assignment.profile import Profile
from questions.canonical import load_canonical
from reference.integrated_gradients import integrated_gradients
from reference.lime import cut_segments, lime
from reference.produce.bench import Bench, find_random_state
from reference.produce.compare import TOLERANCES, compare_group, compute_difference
from reference.produce.lime import PIECES, SAMPLES
from reference.produce.maps import COPIES, COUNTS, FEW_STEPS, SIGMA, STEPS, STRONG, produce_pictures, produce_saliency
from reference.produce.registry import SEEDS, find_producer
from reference.smoothgrad import smoothgrad

CPU = torch.device("cpu")
STORED = open_course().canonical
STORED_LIMIT = 30 * 2**20  # bytes, for all eight analyses


def open_mini(batch: int) -> Bench:
    return Bench(open_course().profile, CPU, batch=batch)


def open_first() -> Bench:
    """Return a bench with picture 0 alone."""
    mini = open_course().profile
    one = Profile(mini.folder, mini.manifest.model_copy(update={"pictures": mini.manifest.pictures[:1]}))
    return Bench(one, CPU, batch=5)


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
@pytest.mark.parametrize("group", ["pictures", "saliency"])
def test_stored_group_is_what_is_computed(group: str) -> None:
    (computed,) = find_producer(group)(open_mini(batch=10), SEEDS).values()
    differences = compare_group(group, computed, load_group(STORED / f"{group}.npz"))
    assert differences
    assert not [item for item in differences if not item.holds]


@pytest.mark.slow
def test_batch_and_threads_change_saliency_by_less_than_a_billionth(threads: None) -> None:
    torch.set_num_threads(1)
    one = produce_saliency(open_mini(batch=3), SEEDS)[None]
    torch.set_num_threads(2)
    other = produce_saliency(open_mini(batch=10), SEEDS)[None]
    assert max(compute_difference(one[name], other[name]) for name in one) < 1e-9


@cache
def produce_first(group: str) -> dict[int | None, dict[str, np.ndarray]]:
    """Return what is computed for picture 0 alone, for the first seed."""
    return dict(find_producer(group)(open_first(), SEEDS[:1]))


def find_tolerance(group: str, name: str) -> float:
    return TOLERANCES[ARRAYS[group, name].bits // 8]


@pytest.mark.slow
def test_official_lime_is_what_is_computed_for_one_picture() -> None:
    bench, stored = open_first(), load_canonical(open_course(), SEEDS[0])
    segments = cut_segments(bench.profile.pictures[0] / 255, pieces=PIECES)
    assert np.array_equal(segments, stored["lime", "segments"][0])
    settings = {"random_state": find_random_state(SEEDS[0], 0), "samples": SAMPLES, "batch": bench.batch}
    computed = lime(bench.model, bench.pictures[0], segments, **settings)
    difference = compute_difference(computed, stored["lime", "weights"][0][:, : computed.shape[1]])
    assert difference < find_tolerance("lime", "weights")


@pytest.mark.slow
def test_official_smoothgrad_is_what_is_computed_for_one_picture() -> None:
    bench, stored = open_first(), load_canonical(open_course(), SEEDS[0])["smoothgrad", "map"][0]
    settings = {"sigma": SIGMA, "copies": (COPIES,), "random_states": [find_random_state(SEEDS[0], 0)]}
    (computed,) = smoothgrad(bench.model, bench.pictures, bench.labels, batch=bench.batch, **settings).map
    assert compute_difference(computed[0].numpy(), stored) < find_tolerance("smoothgrad", "map")


@pytest.mark.slow
def test_official_integrated_gradients_are_what_is_computed_for_one_picture() -> None:
    bench, stored = open_first(), load_canonical(open_course(), SEEDS[0])["integrated_gradients", "map"][0]
    settings = {"baseline": torch.zeros_like(bench.pictures), "steps": STEPS, "batch": bench.batch}
    computed = integrated_gradients(bench.model, bench.pictures, bench.labels, **settings).attribution.sum(dim=1)
    assert compute_difference(computed[0].numpy(), stored) < find_tolerance("integrated_gradients", "map")


@pytest.mark.nightly
def test_stored_lime_is_what_is_computed_for_one_picture() -> None:
    computed, stored = produce_first("lime"), load_canonical(open_course(), SEEDS[0])
    pieces = computed[1]["weights"].shape[2]
    assert np.array_equal(computed[None]["segments"][0], stored["lime", "segments"][0])
    for name in ("weights", "weights_again", "weights_few", "weights_mean"):
        difference = compute_difference(computed[1][name][0], stored["lime", name][0][:, :pieces])
        assert difference < find_tolerance("lime", name)


@pytest.mark.nightly
@pytest.mark.parametrize("group", ["smoothgrad", "integrated_gradients"])
def test_stored_maps_are_what_is_computed_for_one_picture(group: str) -> None:
    stored = load_canonical(open_course(), SEEDS[0])
    names = {name for (its, name), spec in ARRAYS.items() if its == group and not spec.optional}
    arrays = {name: array for found in produce_first(group).values() for name, array in found.items()}
    assert set(arrays) == names
    for name, array in arrays.items():
        picture = ARRAYS[group, name].axes.index("picture")
        difference = compute_difference(array.take(0, picture), stored[group, name].take(0, picture))
        assert difference < find_tolerance(group, name), name


def test_stored_again_is_the_next_seeds_run() -> None:
    for seed, after in itertools.pairwise(SEEDS):
        one, other = load_canonical(open_course(), seed), load_canonical(open_course(), after)
        for group, again, name in (("smoothgrad", "again", "map"), ("filters", "reached_again", "reached")):
            assert compute_difference(one[group, again], other[group, name]) < TOLERANCES[2]
        assert np.array_equal(one["lime", "weights_again"], other["lime", "weights"], equal_nan=True)


def test_every_array_of_the_format_is_stored() -> None:
    found = {(path.name.split(".")[0], name) for path in STORED.glob("*.npz") for name in load_group(path)}
    assert found == {name for name, spec in ARRAYS.items() if not spec.optional}


def test_axes_of_the_experiments_are_the_settings_of_the_program() -> None:
    stored = load_canonical(open_course(), SEEDS[0])
    assert len(stored["smoothgrad", "kept"]) == len(SIGMAS)
    assert len(stored["integrated_gradients", "gap"]) == len(STEP_COUNTS)
    assert len(stored["integrated_gradients", "rise"]) == len(BASELINES)
    assert stored["filters", "reached"].shape == (len(FILTERS), 4)
    for name, count in zip(("one", "few", "map", "many"), COUNTS, strict=True):
        assert f" {count} cop" in ARRAYS["smoothgrad", name].says
    assert COUNTS[2] == COPIES
    assert {SIGMA, STRONG} <= set(SIGMAS)
    assert {FEW_STEPS, STEPS} <= set(STEP_COUNTS)


def test_stored_outputs_are_small() -> None:
    assert sum(path.stat().st_size for path in STORED.glob("*.npz")) < STORED_LIMIT


def test_masks_of_a_picture_do_not_overlap() -> None:
    arrays = produce_pictures(open_mini(batch=10), SEEDS)[None]
    together = arrays["food"].astype(int) + arrays["tray"] + arrays["distractor"]
    assert together.max() == 1
