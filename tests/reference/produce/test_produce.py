"""The canonical Outputs: what is stored is what is computed, whatever the batch and the threads."""

import itertools
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
import torch

from assignment.arrays import ARRAYS, GROUPS, find_spec
from assignment.course import open_course
from assignment.outputs import load_group
from assignment.profile import Profile
from questions.canonical import load_canonical
from reference.integrated_gradients import integrated_gradients
from reference.lime import cut_segments, lime
from reference.produce.bench import Bench, find_random_state
from reference.produce.compare import TOLERANCES, compare_group, compute_difference
from reference.produce.maps import produce_pictures, produce_saliency
from reference.produce.registry import SEEDS, find_producer
from reference.smoothgrad import smoothgrad

CPU = torch.device("cpu")
SETTINGS = open_course().assignment
ITS = SETTINGS.analyses
STORED = open_course().canonical
STORED_LIMIT = 30 * 2**20  # bytes, for all eight analyses


def open_mini(batch: int) -> Bench:
    return Bench(open_course().profile, SETTINGS, CPU, batch=batch)


def open_first() -> Bench:
    """Return a bench with picture 0 alone."""
    mini = open_course().profile
    one = Profile(mini.folder, mini.manifest.model_copy(update={"pictures": mini.manifest.pictures[:1]}))
    return Bench(one, SETTINGS, CPU, batch=5)


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


def list_arrays(group: str) -> set[str]:
    """Return the arrays of a group that the embedded course has: those of every course, and its own."""
    fixed = {name for (its, name), spec in ARRAYS.items() if its == group and not spec.optional}
    own = getattr(ITS, group).experiments if hasattr(ITS, group) else SETTINGS.regions if group == "pictures" else ()
    return fixed.union(own, (f"reached_{name}" for name in own) if group == "filters" else ())


def find_axes_of(group: str, name: str) -> tuple[str, ...]:
    spec = find_spec(group, name)
    assert spec is not None
    return spec.axes


def find_tolerance(group: str, name: str) -> float:
    spec = find_spec(group, name)
    assert spec is not None
    return TOLERANCES[spec.bits // 8]


@pytest.mark.slow
def test_official_lime_is_what_is_computed_for_one_picture() -> None:
    bench, stored = open_first(), load_canonical(open_course(), SEEDS[0])
    segments = cut_segments(bench.profile.pictures[0] / 255, pieces=ITS.lime.pieces)
    assert np.array_equal(segments, stored["lime", "segments"][0])
    settings = {"random_state": find_random_state(SEEDS[0], 0), "batch": bench.batch}
    computed = lime(bench.model, bench.pictures[0], segments, samples=ITS.lime.official.samples, **settings)
    difference = compute_difference(computed, stored["lime", "weights"][0][:, : computed.shape[1]])
    assert difference < find_tolerance("lime", "weights")


@pytest.mark.slow
def test_official_smoothgrad_is_what_is_computed_for_one_picture() -> None:
    bench, stored = open_first(), load_canonical(open_course(), SEEDS[0])["smoothgrad", "map"][0]
    settings = {"sigma": 0.02, "copies": (20,), "random_states": [find_random_state(SEEDS[0], 0)]}
    (computed,) = smoothgrad(bench.model, bench.pictures, bench.labels, batch=bench.batch, **settings).map
    assert compute_difference(computed[0].numpy(), stored) < find_tolerance("smoothgrad", "map")


@pytest.mark.slow
def test_official_integrated_gradients_are_what_is_computed_for_one_picture() -> None:
    bench, stored = open_first(), load_canonical(open_course(), SEEDS[0])["integrated_gradients", "map"][0]
    settings = {"baseline": torch.zeros_like(bench.pictures), "steps": 50, "batch": bench.batch}
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
    names = list_arrays(group)
    arrays = {name: array for found in produce_first(group).values() for name, array in found.items()}
    assert set(arrays) == names
    for name, array in arrays.items():
        picture = find_axes_of(group, name).index("picture")
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
    assert found == {(group, name) for group in GROUPS for name in list_arrays(group)}


def test_what_lies_along_an_axis_is_as_long_as_the_stored_arrays() -> None:
    stored = load_canonical(open_course(), SEEDS[0])
    for group, name in stored:
        axes = find_axes_of(group, name)
        for axis, size in zip(axes, stored[group, name].shape[-len(axes) :], strict=True):
            assert len(stored.axes.get(axis, range(size))) == size, (name, axis)
    for layer in stored.axes["layer"]:
        assert len(stored.axes[f"filter of layer {layer}"]) == stored["filters", "reached"].shape[1]


def test_stored_outputs_are_small() -> None:
    assert sum(path.stat().st_size for path in STORED.glob("*.npz")) < STORED_LIMIT


def test_masks_of_a_picture_do_not_overlap() -> None:
    arrays = produce_pictures(open_mini(batch=10), SEEDS)[None]
    together = arrays["food"].astype(int) + arrays["tray"] + arrays["distractor"]
    assert together.max() == 1
