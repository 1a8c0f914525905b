"""Parts are kept: only what changed is computed anew, and who is stopped goes on from there."""

import os
from pathlib import Path

import numpy as np
import pytest

from reference.produce import smoothgrad as making
from reference.produce.compare import compare_group
from reference.produce.parts import Store, find_parts
from reference.produce.registry import find_producer
from tests.reference.produce.other_course import ANALYSES, PICTURES, make_bench

GROUPS = ("lime", "saliency", "smoothgrad", "filters", "integrated_gradients")
Found = dict[int | None, dict[str, np.ndarray]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "parts"


def produce(folder: Path, group: str, text: str = ANALYSES, *, turned: int | None = None) -> tuple[Found, int, int]:
    """Return what is produced with the parts of a folder, how many were computed, and how many were there."""
    store = Store(folder, {"code": "as it is"})
    found = dict(find_producer(group)(make_bench(text, store=store, turned=turned), (1, 2)))
    return found, store.computed, store.found


def check_alike(one: Found, other: Found) -> None:
    for seed in one:
        exact = {
            name: array.astype(np.float64) if array.dtype.kind == "f" else array for name, array in other[seed].items()
        }
        assert all(item.holds for item in compare_group("", one[seed], exact))


@pytest.mark.parametrize("group", GROUPS)
def test_what_was_computed_is_not_computed_again(folder: Path, group: str) -> None:
    first, made, _ = produce(folder, group)
    again, anew, there = produce(folder, group)
    assert made > 0
    assert (anew, there) == (0, made)
    check_alike(first, again)


@pytest.mark.parametrize("group", [group for group in GROUPS if group != "filters"])
def test_a_changed_picture_alone_is_computed_anew(folder: Path, group: str) -> None:
    text = ANALYSES.replace("other: {picture: 2}", "other: {picture: 0}")
    _, made, _ = produce(folder, group, text)
    found, anew, there = produce(folder, group, text, turned=1)
    assert (anew, there) == (made / PICTURES, made - made / PICTURES)
    check_alike(found, dict(find_producer(group)(make_bench(text, turned=1), (1, 2))))


@pytest.mark.parametrize(
    ("group", "old", "new", "parts"),
    [
        ("lime", "pale: {hide: 0.9}", "pale: {hide: 0.8}", 2 * PICTURES),
        ("saliency", "cost: {of: loss}", "cost: {of: probability}", PICTURES),
        ("smoothgrad", "pair: {copies: 2}", "pair: {copies: 3}", 2 * PICTURES),
        ("integrated_gradients", "own_mean: {baseline: mean}", "own_mean: {baseline: white}", PICTURES),
        ("integrated_gradients", "color: [0.9, 0.8, 0.6]", "color: [0.9, 0.8, 0.5]", 3 * PICTURES),
        pytest.param("filters", "longer: {steps: 5}", "longer: {steps: 6}", 3, marks=pytest.mark.slow),
    ],
)
def test_a_changed_experiment_alone_is_computed_anew(folder: Path, group: str, old: str, new: str, parts: int) -> None:
    produce(folder, group)
    changed = ANALYSES.replace(old, new)
    assert changed != ANALYSES
    found, anew, _ = produce(folder, group, changed)
    assert anew == parts
    check_alike(found, dict(find_producer(group)(make_bench(changed), (1, 2))))


def test_who_is_stopped_goes_on_with_what_was_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, made, _ = produce(folder / "whole", "smoothgrad")
    calls, explain = iter(range(5)), making.smoothgrad

    def stop_at_the_sixth(*arguments: object, **named: object) -> object:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return explain(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "smoothgrad", stop_at_the_sixth)
    with pytest.raises(KeyboardInterrupt):
        produce(folder, "smoothgrad")
    monkeypatch.undo()
    kept = len(list(folder.glob("*.npz")))
    found, anew, there = produce(folder, "smoothgrad")
    assert 0 < kept == there
    assert anew == made - kept
    check_alike(whole, found)


def test_part_that_cannot_be_read_is_computed_anew(folder: Path) -> None:
    produce(folder, "saliency")
    torn, *_ = sorted(folder.glob("*.npz"))
    torn.write_bytes(torn.read_bytes()[:100])
    assert produce(folder, "saliency")[1] == 1


def test_other_code_is_another_part(folder: Path) -> None:
    one, other = (Store(folder, {"code": name}) for name in ("as it was", "as it is"))
    for store in (one, other):
        find_parts(store, [{"picture": 1}], lambda missing: [{"map": np.ones(1)} for _ in missing])
    assert (one.computed, other.computed) == (1, 1)


def test_parts_used_least_lately_go_when_there_are_too_many_bytes(folder: Path) -> None:
    store = Store(folder, {})
    for number in range(4):
        store.save({"number": number}, {"map": np.zeros(1000)})
        os.utime(store.find({"number": number}), (number, number))
    assert store.load({"number": 0}) is not None  # which makes it the latest
    store.tidy(limit=2 * 8300)
    assert [store.load({"number": number}) is not None for number in range(4)] == [True, False, False, True]
