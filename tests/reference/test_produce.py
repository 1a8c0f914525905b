"""The canonical Outputs: what is stored is what is computed, whatever the batch and the threads."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from assignment.outputs import ARRAYS, load_group
from assignment.profile import load_profile
from reference.__main__ import CANONICAL_FOLDER, STORED_TOLERANCE
from reference.compare import compare_group, find_difference
from reference.produce import PRODUCERS, Bench, open_bench, produce_pictures, produce_saliency

CPU = torch.device("cpu")
STORED_LIMIT = 30 * 2**20  # bytes, for all eight analyses


def open_mini(batch: int) -> Bench:
    return open_bench(load_profile("mini"), CPU, batch=batch, tick=lambda: None)


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("group", ["pictures", "saliency"])
def test_stored_group_is_what_is_computed(group: str) -> None:
    computed = PRODUCERS[group].produce(open_mini(batch=10), 1)
    differences = compare_group(
        group, computed, load_group(CANONICAL_FOLDER / "mini" / f"{group}.npz"), tolerance=STORED_TOLERANCE
    )
    assert differences
    assert not [item for item in differences if not item.holds]


def test_batch_and_threads_change_saliency_by_less_than_a_billionth(threads: None) -> None:
    torch.set_num_threads(1)
    one = produce_saliency(open_mini(batch=3), 1)
    torch.set_num_threads(2)
    other = produce_saliency(open_mini(batch=10), 1)
    assert max(find_difference(one[name], other[name]) for name in one) < 1e-9


def test_stored_lime_is_what_is_computed_for_one_picture() -> None:
    profile = load_profile("mini")
    stored = load_group(CANONICAL_FOLDER / "mini" / "lime.1.npz")
    bench = open_mini(batch=5)
    first = Bench(profile, bench.model, bench.pictures[:1], bench.labels[:1], batch=5, tick=lambda: None)
    computed = PRODUCERS["lime"].produce(first, 1)
    pieces = computed["weights"].shape[2]
    assert np.array_equal(computed["segments"][0], stored["segments"][0])
    for name in ("weights", "weights_few", "weights_mean"):
        assert find_difference(computed[name][0], stored[name][0][:, :pieces]) < STORED_TOLERANCE


def test_every_array_of_the_format_is_stored() -> None:
    found = {
        (path.name.split(".")[0], name)
        for path in (CANONICAL_FOLDER / "mini").glob("*.npz")
        for name in load_group(path)
    }
    assert found == set(ARRAYS)


def test_stored_outputs_are_small() -> None:
    assert sum(path.stat().st_size for path in (CANONICAL_FOLDER / "mini").glob("*.npz")) < STORED_LIMIT


def test_masks_of_a_picture_do_not_overlap() -> None:
    arrays = produce_pictures(open_mini(batch=10), 1)
    together = arrays["food"].astype(int) + arrays["tray"] + arrays["distractor"]
    assert together.max() == 1
