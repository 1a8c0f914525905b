"""Outputs: what is saved is read back, and what a hostile notebook writes is refused with its place."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from assignment.fixable import Fault, FixableError
from assignment.outputs import check_group, load_group, parse_group, save_group

SIZES = {"picture": 2, "label": 3, "row": 4, "column": 4}


def make_npz(**arrays: object) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def test_saved_group_is_read_back_in_float32(tmp_path: Path) -> None:
    heat = np.random.default_rng(0).random((2, 4, 4))
    found = load_group(save_group(tmp_path, "saliency", {"map": heat}))["map"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, heat.astype(np.float32))


def test_exact_group_keeps_float64(tmp_path: Path) -> None:
    heat = np.random.default_rng(0).random((2, 4, 4))
    path = save_group(tmp_path, "saliency", {"map": heat}, exact=True)
    np.testing.assert_array_equal(load_group(path)["map"], heat)


def test_unknown_array_is_refused_when_it_is_saved(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match="maap: unknown array; expected one of map"):
        save_group(tmp_path, "saliency", {"map": np.zeros((1, 2, 2)), "maap": np.zeros(3)})


def test_pickled_objects_are_refused() -> None:
    with pytest.raises(FixableError, match="ValueError"):
        parse_group(make_npz(map=np.array([{"a": 1}], dtype=object)), "saliency", "x.npz")


def test_bytes_that_are_no_npz_are_refused() -> None:
    with pytest.raises(FixableError, match=r"x\.npz: BadZipFile"):
        parse_group(b"not a zip", "saliency", "x.npz")


def test_header_that_announces_a_huge_array_is_refused_before_memory_is_taken() -> None:
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (2**20, 2**20)})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("map.npy", head.getvalue())
    with pytest.raises(FixableError, match="announces shape"):
        parse_group(stream.getvalue(), "saliency", "x.npz")


def test_zip_bomb_is_refused_by_its_size() -> None:
    data = make_npz(map=np.zeros(2**20))
    assert len(data) < 2**20
    with pytest.raises(FixableError, match=r"8\.0 MiB of arrays; expected at most 4 MiB, limits\.group_mib"):
        parse_group(data, "saliency", "x.npz", most=4 * 2**20)
    assert parse_group(data, "saliency", "x.npz", most=9 * 2**20)["map"].shape == (2**20,)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_bomb_in_a_packing_that_numpy_does_not_write_is_refused_before_it_is_unpacked(packing: int) -> None:
    """Both unpack a whole chunk, however large; the announced size is a lie that would be found too late."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        archive.writestr("map.npy", bytes(64 * 2**20))
    data = stream.getvalue()
    assert len(data) < 2**20
    tracemalloc.start()
    try:
        with pytest.raises(FixableError, match="zip method"):
            parse_group(data, "saliency", "x.npz")
        assert tracemalloc.get_traced_memory()[1] < 2 * 2**20
    finally:
        tracemalloc.stop()


def test_every_fault_of_a_students_group_is_named_at_once() -> None:
    arrays = {"segments": np.zeros((2, 4, 5), dtype=np.int64), "weights": np.full((2, 3, 7), np.inf)}
    with pytest.raises(FixableError) as caught:
        check_group("lime", arrays, SIZES, "lime.npz")
    assert caught.value.faults == (
        Fault(("lime.npz", "segments"), "5 along axis 'column'; expected 4"),
        Fault(("lime.npz", "weights"), "holds NaN or infinity; expected finite numbers"),
    )


def test_missing_official_array_is_named() -> None:
    with pytest.raises(FixableError, match=r"saliency\.npz: map: missing; expected \|d logit"):
        check_group("saliency", {}, SIZES, "saliency.npz")


def test_honest_group_passes() -> None:
    check_group("saliency", {"map": np.zeros((2, 4, 4))}, SIZES, "saliency.npz")


def test_place_that_cannot_be_written_is_named_and_keeps_what_it_had(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FixableError, match=r"file/saliency\.npz: .*; expected a folder that can be written"):
        save_group(tmp_path / "file", "saliency", {"map": np.zeros((1, 2, 2))})
    (tmp_path / "saliency.npz").mkdir()
    with pytest.raises(FixableError, match=r"saliency\.npz: Is a directory; expected"):
        save_group(tmp_path, "saliency", {"map": np.zeros((1, 2, 2))})
    assert (tmp_path / "saliency.npz").is_dir()


def test_head_scores_of_a_function_that_no_text_has_are_holes(tmp_path: Path) -> None:
    arrays = {"score": np.full((8, 2, 2), np.nan), "chance": np.full(8, np.nan)}
    path = save_group(tmp_path, "attention", arrays, official=False)
    assert np.isnan(load_group(path)["score"]).all()
