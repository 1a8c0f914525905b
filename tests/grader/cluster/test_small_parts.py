"""The certificate, what is compared, devices, and a worker's own folder."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.cluster.devices import (
    LocalPlace,
    check_shares,
    choose_devices,
    cut_gpus,
    make_places,
    share_device,
)
from grader.cluster.keys import load_keys, make_keys
from grader.cluster.likeness import CODE, compare_environments, describe_environment, digest_code
from grader.cluster.machine import MOST_SLOTS, Place
from grader.cluster.scratch import hold_numbers, open_scratch
from grader.sandbox.gpu import Gpu
from tests.patience import PATIENCE

LISTING = """GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5b-aa)
  MIG 3g.20gb     Device  0: (UUID: MIG-c738)
  MIG 2g.10gb     Device  1: (UUID: MIG-28dc)
GPU 1: NVIDIA H100 PCIe (UUID: GPU-77-bb)
"""
TABLE = "GPU-5d5b-aa, NVIDIA A100-SXM4-40GB, 40960, 570.124\nGPU-77-bb, NVIDIA H100 PCIe, 81559, 570.124\n"
GPUS = (Gpu("GPU-5d5b-aa", 0), Gpu("GPU-77-bb", 3))


def test_slices_are_devices_in_place_of_their_gpu() -> None:
    found = cut_gpus(GPUS, LISTING, TABLE)
    assert [(device.uuid, device.memory_mib, gpu.minor) for device, gpu in found] == [
        ("MIG-c738", 20480, 0), ("MIG-28dc", 10240, 0), ("GPU-77-bb", 81559, 3),
    ]  # fmt: skip
    assert found[0][0].name == "NVIDIA A100-SXM4-40GB MIG 3g.20gb"
    assert found[2][0].driver == "570.124"


@pytest.mark.parametrize(
    ("wanted", "uuids"),
    [
        (None, ["MIG-c738", "MIG-28dc", "GPU-77-bb"]),
        ("0", ["MIG-c738", "MIG-28dc"]),
        ("1", ["GPU-77-bb"]),
        ("MIG-28dc", ["MIG-28dc"]),
        ("GPU-77", ["GPU-77-bb"]),
        ("", []),
        ("7", []),
    ],
)
def test_cuda_visible_devices_chooses(wanted: str | None, uuids: list[str]) -> None:
    assert [device.uuid for device, _ in choose_devices(cut_gpus(GPUS, LISTING, TABLE), wanted)] == uuids


def test_places_on_one_gpu_share_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.cluster.devices.find_devices", lambda: cut_gpus(GPUS[1:], "", TABLE))
    places = make_places("auto", 2)
    assert [(one.place.memory_mib, one.gpu) for one in places] == [(40779, GPUS[1])] * 2
    assert [one.watched_mib for one in places] == [40779] * 2
    assert len(make_places("cpu", 3)) == 3
    monkeypatch.setattr("grader.cluster.devices.find_devices", lambda: ())
    with pytest.raises(FixableError, match="--device: cuda; expected an NVIDIA GPU"):
        make_places("cuda", None)


def test_worker_has_no_more_places_than_a_class_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.cluster.devices.count_processors", lambda: 384)
    assert len(make_places("cpu", None)) == MOST_SLOTS
    monkeypatch.setattr("grader.cluster.devices.find_devices", lambda: cut_gpus(GPUS, LISTING, TABLE))
    assert len(make_places("auto", 85)) == 255
    with pytest.raises(FixableError, match="--places: 86 on each of 3 GPUs; expected at most 85"):
        make_places("auto", 86)
    with pytest.raises(FixableError, match="--gpu-memory-mib: 900; expected none without a GPU"):
        make_places("cpu", 1, 900)


def test_place_alone_on_a_gpu_has_all_of_it_but_where_its_share_is_said() -> None:
    ((device, gpu),) = cut_gpus(GPUS[1:], "", TABLE)
    assert share_device(device, gpu, 1, None) == LocalPlace(Place(device=device, memory_mib=81559), gpu, None)
    assert share_device(device, gpu, 1, 9000) == LocalPlace(Place(device=device, memory_mib=9000), gpu, 9000)


def test_shares_that_a_gpu_does_not_have_are_refused() -> None:
    ((device, gpu),) = cut_gpus(GPUS[1:], "", TABLE)
    with pytest.raises(FixableError, match="--gpu-memory-mib: 50000 for each of 2 places; expected at most 40779"):
        share_device(device, gpu, 2, 50_000)
    silent = device.model_copy(update={"memory_mib": 0})
    with pytest.raises(FixableError, match="GPU-77-bb does not tell its memory; expected --gpu-memory-mib with"):
        share_device(silent, gpu, 2, None)
    assert share_device(silent, gpu, 2, 9000).watched_mib == 9000


def test_gpu_is_asked_what_processes_hold_only_where_it_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("grader.cluster.devices.open_gpu_memory", asked.append)
    ((device, gpu),) = cut_gpus(GPUS[1:], "", TABLE)
    check_shares([share_device(device, gpu, 1, None), LocalPlace(Place())])
    assert asked == []
    check_shares([share_device(device, gpu, 2, None)] * 2)
    assert asked == ["GPU-77-bb"]


def test_key_is_its_owners_alone_and_is_not_written_over(tmp_path: Path) -> None:
    keys = make_keys(tmp_path / "keys")
    assert load_keys(tmp_path / "keys") == keys
    assert keys.key.stat().st_mode & 0o077 == 0
    with pytest.raises(FixableError, match=r"class\.crt: is there; expected a new place"):
        make_keys(tmp_path / "keys")
    keys.key.chmod(0o644)
    with pytest.raises(FixableError, match="others may read it; expected its owner alone"):
        load_keys(tmp_path / "keys")


def test_key_that_is_missing_or_of_another_class_is_named(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"class\.crt: missing; expected a folder that `hw9 cluster keys DIR` made"):
        load_keys(tmp_path)
    mine, other = make_keys(tmp_path / "a"), make_keys(tmp_path / "b")
    other.key.replace(mine.key)
    with pytest.raises(FixableError, match="KEY_VALUES_MISMATCH"):
        load_keys(tmp_path / "a")


def test_machine_without_openssl_is_told_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FixableError, match="openssl: not found; expected it"):
        make_keys(tmp_path / "keys")


def test_environment_differs_by_python_code_or_package() -> None:
    ours = describe_environment()
    assert {"python", CODE, "numpy", "torch"} <= set(ours)
    assert "+" not in ours["torch"]  # the build for a GPU is another build of the same version
    assert compare_environments(ours, ours) == ()
    assert compare_environments({**ours, "numpy": "1.0"}, ours) == (f"numpy 1.0; expected {ours['numpy']}",)
    assert compare_environments({}, ours)[-1].startswith("and ")


def test_code_digest_changes_with_a_line(tmp_path: Path) -> None:
    (tmp_path / "grader").mkdir()
    (tmp_path / "grader" / "a.py").write_text("1\n")
    before = digest_code(tmp_path)
    (tmp_path / "grader" / "a.py").write_text("2\n")
    assert digest_code(tmp_path) != before


def test_code_loads_without_distributed_and_says_what_to_install() -> None:
    told = """
import sys
sys.modules["distributed"] = None
import grader.commands.main
from grader.cluster.wire import load_dask
from assignment.fixable import FixableError
try:
    load_dask()
except FixableError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert "distributed: not installed; expected it for --executor dask and hw9 worker (pip install" in done.stdout


def test_folders_of_workers_that_were_killed_are_removed(tmp_path: Path) -> None:
    (tmp_path / "worker.000000000000").mkdir()
    (tmp_path / "worker.000000000000" / ".lock").touch()
    with open_scratch(tmp_path) as one, open_scratch(tmp_path) as other:
        assert one.is_dir()
        assert other.is_dir()
        assert not (tmp_path / "worker.000000000000").exists()
    assert not list(tmp_path.glob("worker.*"))


def test_workers_that_start_at_once_do_not_remove_each_others_folders(tmp_path: Path) -> None:
    count, rounds = 8, 10
    together = threading.Barrier(count, timeout=PATIENCE)

    def work(_: int) -> bool:
        together.wait()
        with open_scratch(tmp_path) as folder:
            together.wait()
            found = folder.is_dir()
            together.wait()
        return found

    with ThreadPoolExecutor(count) as workers:
        for _ in range(rounds):
            assert all(workers.map(work, range(count)))


def test_no_two_workers_of_a_machine_have_the_same_numbers(tmp_path: Path) -> None:
    with hold_numbers(tmp_path, 2) as first, hold_numbers(tmp_path, 2) as second:
        assert (first, second) == ((0, 1), (2, 3))
    with hold_numbers(tmp_path, 1) as again:
        assert again == (0,)
