"""Agreement: honest rounding agrees, wrong methods differ, and no file of a student can stop the grader."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assignment.outputs import Outputs
from grader.agree import GROUPS, Agreement, Reading, find_agreements, find_worst_word, read_group
from grader.comparison import COMPARISONS

Save = Callable[..., None]


def judge(outputs: Outputs, canonical: Outputs) -> dict[tuple[str, str], Agreement]:
    readings = {
        group: Reading({name: array for (its, name), array in outputs.items() if its == group}) for group in GROUPS
    }
    return {(one.group, one.measure): one for one in find_agreements(readings, canonical)}


def words(outputs: Outputs, canonical: Outputs, group: str) -> set[str]:
    return {one.word for (its, _), one in judge(outputs, canonical).items() if its == group}


def test_the_canonical_outputs_agree_with_themselves(canonical: Outputs) -> None:
    found = judge(canonical, canonical)
    assert len(found) == len(COMPARISONS)
    assert {one.word for one in found.values()} == {"agrees"}


def test_rounding_of_float32_agrees(canonical: Outputs) -> None:
    random = np.random.default_rng(0)
    shaken = Outputs(
        {
            name: array * (1 + random.normal(0, 1e-5, array.shape)) if array.dtype.kind == "f" else array
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
    arrays = {"segments": canonical["lime", "segments"], "weights": other, "score": canonical["lime", "score"]}
    found = judge(canonical.with_group("lime", arrays), canonical)
    assert found["lime", "relative error of the weights"].word == "differs"
    assert found["lime", "correlation of the weights"].word == "differs"
    assert found["lime", "pixels in another piece"].word == "agrees"


def test_weights_of_the_wrong_sign_differ(canonical: Outputs) -> None:
    arrays = {name: canonical["lime", name] for name in ("segments", "score")}
    found = judge(canonical.with_group("lime", arrays | {"weights": -canonical["lime", "weights"]}), canonical)
    assert found["lime", "the 5 strongest pieces, same sign"].figure == 0.0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("pieces", [0, 1, 40])
def test_another_number_of_pieces_differs_and_does_not_raise(canonical: Outputs, pieces: int) -> None:
    arrays = {name: canonical["lime", name] for name in ("segments", "score")}
    weights = np.zeros((3, 11, pieces), np.float32)
    assert "differs" in words(canonical.with_group("lime", arrays | {"weights": weights}), canonical, "lime")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [0.0, 1e300, 5e-324])
def test_constant_or_huge_maps_differ_without_a_warning(canonical: Outputs, value: float) -> None:
    maps = np.full(canonical["saliency", "map"].shape, value)
    assert words(canonical.with_group("saliency", {"map": maps}), canonical, "saliency") == {"differs"}


def test_saved_groups_are_read_and_absent_ones_are_missing(
    tmp_path: Path, canonical: Outputs, save_outputs: Save
) -> None:
    save_outputs(tmp_path, canonical, ("lime",))
    assert read_group(tmp_path / "work", "lime", canonical).word == "agrees"
    assert read_group(tmp_path / "work", "saliency", canonical).word == "missing"


@pytest.mark.parametrize("plant", ["bytes", "folder", "link", "pipe", "pickle", "shape", "members"])
def test_hostile_files_are_unreadable(tmp_path: Path, canonical: Outputs, plant: str) -> None:
    place = tmp_path / "work" / "outputs" / "saliency.npz"
    place.parent.mkdir(parents=True)
    if plant == "bytes":
        place.write_bytes(b"no npz")
    elif plant == "folder":
        place.mkdir()
    elif plant == "link":
        place.symlink_to("/etc/passwd")
    elif plant == "pipe":
        os.mkfifo(place)
    elif plant == "pickle":
        np.savez(place, map=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    elif plant == "members":
        entries = (b"PK\x01\x02" + bytes(42)) * 60_000  # a list of nothing, which would cost memory and seconds
        place.write_bytes(entries + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 60_000, 60_000, len(entries), 0, 0))
    else:
        np.savez(place, map=np.zeros((3, 5, 5), np.float32))
    reading = read_group(tmp_path / "work", "saliency", canonical)
    assert reading.word == "unreadable"
    assert reading.detail
    assert not reading.arrays


def test_the_worst_word_stands_for_all(canonical: Outputs) -> None:
    found = list(judge(canonical, canonical).values())
    assert find_worst_word(found) == "agrees"
    assert find_worst_word([*found, found[0].model_copy(update={"word": "missing"})]) == "missing"
