"""What comes back is believed in nothing: names, sizes, order of pieces, whose result it is."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.cluster.parcel import EXECUTED, MIB, OUTPUTS, PIECE, Parcel, list_returned, list_sent
from grader.handins.beside import save_beside
from grader.runs.result import RunResult
from tests.grader.cluster.conftest import open_ordered_parcel


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    return open_ordered_parcel(tmp_path, "b01")


def test_pieces_make_the_file_again(parcel: Parcel) -> None:
    parcel.add_piece(f"{OUTPUTS}/lime.npz", 0, b"ab")
    parcel.add_piece(f"{OUTPUTS}/lime.npz", 2, b"cd")
    assert (parcel.place / OUTPUTS / "lime.npz").read_bytes() == b"abcd"


def test_file_whose_transfer_broke_off_begins_again(parcel: Parcel) -> None:
    parcel.add_piece(EXECUTED, 0, b"torn")
    parcel.add_piece(EXECUTED, 0, b"wh")
    parcel.add_piece(EXECUTED, 2, b"ole")
    assert (parcel.place / EXECUTED).read_bytes() == b"whole"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../b02/result.json", "no file that a Run saves"),
        ("result.json", "no file that a Run saves"),
        ("work/outputs/../../result.json", "no file that a Run saves"),
        ("work/outputs/..", "no file that a Run saves"),
        ("work/outputs/", "no file that a Run saves"),
        ("/etc/passwd", "no file that a Run saves"),
        ("work/outputs/a\0b", "no file that a Run saves"),
        ("work/outputs/notes.txt", "no file that a Run saves"),
        (b"work/outputs/x", "a piece of the wrong shape"),
    ],
)
def test_file_that_no_run_saves_is_refused(parcel: Parcel, name: object, says: str) -> None:
    with pytest.raises(FixableError, match=says):
        parcel.add_piece(name, 0, b"x")
    assert not parcel.place.exists()


@pytest.mark.parametrize(("offset", "data"), [(True, b"x"), ("0", b"x"), (0, "x"), (0, b"x" * (PIECE + 1)), (-1, b"x")])
def test_piece_of_the_wrong_shape_is_refused(parcel: Parcel, offset: object, data: object) -> None:
    with pytest.raises(FixableError):
        parcel.add_piece(EXECUTED, offset, data)


def test_too_much_is_refused_by_file_and_by_folder(parcel: Parcel) -> None:
    parcel.add_piece(f"{OUTPUTS}/lime.npz", 0, b"x" * MIB)
    with pytest.raises(FixableError, match="more than the limits allow; expected at most 1 MiB"):
        parcel.add_piece(f"{OUTPUTS}/lime.npz", MIB, b"x")
    parcel.sizes.clear()
    parcel.add_piece(f"{OUTPUTS}/lime.npz", 0, b"x" * MIB)
    parcel.add_piece(f"{OUTPUTS}/saliency.npz", 0, b"x" * MIB)
    with pytest.raises(FixableError, match="more than the limits allow"):
        parcel.add_piece(f"{OUTPUTS}/filters.npz", 0, b"x")  # 2 MiB in all


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"student": "b02"}, "student: 'b02'; expected 'b01'"),
        ({"notebook_sha256": "0" * 64}, "notebook_sha256: '000"),
        ({"sandbox": False}, "sandbox: False; expected True"),
        ({"word": "lost"}, "word: 'lost'"),
        ({"word": "passed"}, "word: 'passed'"),
        ({"points": 13}, "points: unknown field"),
        ({"detail": "\ud800"}, ".*; expected text and numbers that can be written"),
        ({"seconds": float("nan")}, "seconds: "),
        ({"seconds": float("inf")}, "seconds: "),
        ({"seconds": 1e300}, "seconds: "),
        ({"seconds": -1}, "seconds: "),
        ({"cell_seconds": [None, float("nan")]}, "cell_seconds: 1: "),
        ({"peak_memory_mib": float("inf")}, "peak_memory_mib: "),
        ({"peak_gpu_memory_mib": float("nan")}, "peak_gpu_memory_mib: "),
        ({"output_bytes": 10**400}, "output_bytes: "),
        ({"cell": -1}, "cell: -1"),
        ({"shared": [10**9]}, "shared: 0: "),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at: "),
    ],
)
def test_result_that_is_not_of_this_order_is_refused(parcel: Parcel, changed: dict[str, object], says: str) -> None:
    true = RunResult(
        student="b01", word="ran", started_at=datetime.now(UTC), notebook_sha256=parcel.handin_sha256
    ).model_dump(mode="json")
    assert parcel.check_result(json.dumps(true).encode()).student == "b01"
    with pytest.raises(FixableError, match=f"result\\.json: {says}"):
        parcel.check_result(json.dumps(true | changed).encode())


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"\xff", None, "text", b" " * (5 * MIB)])
def test_result_that_is_none_is_refused(parcel: Parcel, data: object) -> None:
    with pytest.raises(FixableError, match=r"result\.json: "):
        parcel.check_result(data)


SCRIPT = "<script>alert(1)</script> [a](javascript:alert(1)) data: x"


def make_notebook(**output: object) -> bytes:
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": SCRIPT},
        {"cell_type": "code", "id": "b", "metadata": {}, "source": "1", "execution_count": 1,
         "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"text/plain": "1"} | output}]},
    ]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


def test_notebook_that_a_worker_left_dangerous_is_made_harmless_and_a_harmless_one_stays_as_it_is(
    parcel: Parcel,
) -> None:
    parcel.add_piece(EXECUTED, 0, make_notebook(**{"text/html": SCRIPT, "application/javascript": "alert(1)"}))
    assert parcel.clean_notebook() == ""
    once = (parcel.place / EXECUTED).read_bytes()
    assert all(word not in once for word in (b"<script", b"javascript:", b"text/html", b"application/javascript"))
    assert parcel.clean_notebook() == ""
    assert (parcel.place / EXECUTED).read_bytes() == once


@pytest.mark.parametrize(
    ("deep", "says"), [("[" * 1_100_000, "1000000 brackets"), ({"a": "x"}, ""), ("é" * 600_000, "")]
)
def test_notebook_that_a_student_made_too_large_to_read_is_left_out_and_blames_nobody(
    parcel: Parcel, deep: object, says: str
) -> None:
    data = make_notebook(**{"text/plain": deep})
    for begin in range(0, len(data), PIECE):
        parcel.add_piece(EXECUTED, begin, data[begin : begin + PIECE])
    assert says in parcel.clean_notebook()
    assert (parcel.place / EXECUTED).is_file() is (not says)


def test_notebook_that_is_nested_too_deeply_is_left_out(parcel: Parcel) -> None:
    deep = b'{"cells": [], "metadata": ' + b"[" * 90_000 + b"]" * 90_000 + b"}"
    parcel.add_piece(EXECUTED, 0, deep)
    assert "nested too deeply" in parcel.clean_notebook()
    assert not (parcel.place / EXECUTED).exists()


def test_what_lies_beside_a_notebook_is_sent_and_links_are_not(parcel: Parcel) -> None:
    save_beside(parcel.folder, {"data/a.txt": b"12"})
    (parcel.folder / "beside" / "link").symlink_to("/etc/passwd")
    assert list_sent(parcel.folder) == {"handin.ipynb": parcel.sent["handin.ipynb"], "beside/data/a.txt": 2}


def test_worker_sends_the_executed_notebook_and_the_outputs(parcel: Parcel) -> None:
    (parcel.folder / OUTPUTS).mkdir(parents=True)
    for name in (EXECUTED, f"{OUTPUTS}/lime.npz", "work/other"):
        (parcel.folder / name).write_bytes(b"x")
    assert list_returned(parcel.folder) == [EXECUTED, f"{OUTPUTS}/lime.npz"]
