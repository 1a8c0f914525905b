"""What a worker is told: it comes back as it was written, and every fault of the file has its place."""

import json
from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from grader.runs.job import JOB_FILE, Job, load_job, order_course, read_order, take_back, write_job
from grader.sandbox.gpu import Gpu

JOB = Job(
    course=order_course(open_course()),
    limits=open_course().assignment.limits,
    sandbox=False,
    attempt=2,
    slot=3,
    gpu=Gpu("GPU-5d", 1),
    threads=4,
    fonts=Path("/runs/.fonts"),
    hidden=(Path("/handins"), Path("/runs")),
)


def test_job_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_job(tmp_path, JOB)
    assert load_job(tmp_path) == JOB
    assert [path.name for path in tmp_path.iterdir()] == [JOB_FILE]


def test_job_says_nothing_but_what_the_worker_needs(tmp_path: Path) -> None:
    write_job(tmp_path, JOB)
    assert set(json.loads((tmp_path / JOB_FILE).read_text())) == {
        *("version", "course", "limits", "sandbox", "keep_going", "attempt", "slot", "gpu", "threads", "fonts"),
        *("without_memory_group", "subordinate", "share", "gpu_memory_mib"),
        "hidden",
    }


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("version", 2, r"job\.json: version: 2; expected 1"),
        ("sandbox", "off", r"job\.json: sandbox: 'off'; expected a valid boolean"),
        ("slot", -1, r"job\.json: slot: -1; expected greater than or equal to 0"),
        ("limits", {}, r"job\.json: limits: cell_seconds: missing"),
        ("gpu", {"uuid": "GPU-5d", "minor": 0, "mig": 1}, r"job\.json: gpu: mig: 1"),
        ("gpu", {"uuid": "GPU-5d"}, r"job\.json: gpu: minor: "),
        ("key", "abcd", r"job\.json: key: unknown field"),
    ],
)
def test_fault_of_a_job_has_its_place(tmp_path: Path, field: str, value: object, said: str) -> None:
    write_job(tmp_path, JOB)
    data = json.loads((tmp_path / JOB_FILE).read_text())
    (tmp_path / JOB_FILE).write_text(json.dumps({**data, field: value}))
    with pytest.raises(FixableError, match=said):
        load_job(tmp_path)


def test_missing_or_broken_job_says_who_writes_it(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"job\.json: No such file or directory; expected the file that hw9 run"):
        load_job(tmp_path)
    (tmp_path / JOB_FILE).write_text("{")
    with pytest.raises(FixableError, match=r"job\.json: not JSON"):
        load_job(tmp_path)


def test_order_is_there_until_it_is_replaced_or_taken_back(tmp_path: Path) -> None:
    assert read_order(tmp_path) is None
    write_job(tmp_path, JOB)
    order = read_order(tmp_path)
    assert order is not None
    assert read_order(tmp_path) == order
    write_job(tmp_path, JOB.model_copy(update={"attempt": 3}))
    assert read_order(tmp_path) not in (None, order)
    take_back(tmp_path)
    take_back(tmp_path)
    assert read_order(tmp_path) is None
