"""How many notebooks run at once."""

import pytest

from assignment.fixable import FixableError
from grader.driver import slot as slot_module
from grader.driver.slot import count_processors, make_slots, share_threads
from grader.sandbox.gpu import Gpu

GPUS = (Gpu("GPU-a", 0), Gpu("GPU-b", 1))


def test_each_gpu_is_one_slot() -> None:
    assert [slot.gpu for slot in make_slots("auto", None, GPUS)] == list(GPUS)
    assert [slot.gpu for slot in make_slots("cuda", 1, GPUS)] == [GPUS[0]]
    assert len(make_slots("auto", 9, GPUS)) == 2


def test_processor_has_as_many_slots_as_asked() -> None:
    assert [slot.number for slot in make_slots("cpu", 3, GPUS)] == [0, 1, 2]
    assert all(slot.gpu is None for slot in make_slots("cpu", 3, GPUS))
    assert len(make_slots("auto", None, ())) == count_processors()


def test_missing_gpu_and_no_jobs_are_refused() -> None:
    with pytest.raises(FixableError, match="expected an NVIDIA GPU"):
        make_slots("cuda", None, ())
    with pytest.raises(FixableError, match="expected 1 or more"):
        make_slots("cpu", 0, ())


@pytest.mark.parametrize(("cores", "slots", "threads"), [(2, 2, 1), (1, 2, 1), (16, 2, 8), (128, 1, 16)])
def test_notebook_gets_its_share_of_the_cores_up_to_16(
    monkeypatch: pytest.MonkeyPatch, cores: int, slots: int, threads: int
) -> None:
    monkeypatch.setattr(slot_module, "count_processors", lambda: cores)
    assert share_threads(slots) == threads
