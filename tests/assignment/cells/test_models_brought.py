"""A notebook's models come from where the lock says: how much is told before, and what cannot be had is told after."""

from pathlib import Path

import pytest
import yaml

from assignment.cells.models_brought import AGAIN, bring_models
from assignment.course import Course
from tests.assignment.fetch.served import FileServer, Served, to_entry
from tests.courses import make_harbour

NET = b"weights" * 100_000


@pytest.fixture
def harbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.setenv("HW9_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HW9_COURSE", str(tmp_path / "harbour"))
    return make_harbour(tmp_path / "harbour")


def write_lock(course: Course, *entries: object) -> None:
    (course.folder / "lock.yaml").write_text(yaml.safe_dump({"assets": list(entries)}), encoding="utf-8")


def test_size_and_time_are_told_before_the_models_come_and_nothing_when_they_are_there(harbour: Course) -> None:
    told: list[object] = []
    with FileServer() as server:
        server.files["/net"] = Served(NET)
        write_lock(harbour, to_entry("nets/new.safetensors", NET, addresses=[f"{server.address}/net"]))
        assert bring_models(told.append) is None
        assert bring_models(told.append) is None
    assert (harbour.folder / "nets" / "new.safetensors").read_bytes() == NET
    size = "0.7 MB, a minute or less at 20 Mbit/s ｜ 0.7 MB，以 20 Mbit/s 約需 1 分鐘"
    assert told == [f"models from ｜ 模型來自 127.0.0.1: {size}"]


def test_course_without_a_lock_brings_nothing(harbour: Course) -> None:
    assert bring_models(pytest.fail) is None


def test_every_model_that_cannot_be_had_is_named_and_what_came_of_it_is_kept(harbour: Course, tmp_path: Path) -> None:
    with FileServer() as server:
        server.files |= {"/half": Served(NET, breaks_after=200_000), "/other": Served(b"x" * len(NET))}
        whole = {name: NET if name == "half" else NET[:-1] + b"y" for name in ("gone", "half", "other")}
        entries = (to_entry(f"nets/{name}", its, addresses=[f"{server.address}/{name}"]) for name, its in whole.items())
        write_lock(harbour, *entries)
        problem = bring_models(lambda _: None)
    assert problem is not None
    assert "lock.yaml: nets/gone: " in problem
    assert "HTTP 404 Not Found; expected the file" in problem
    assert problem.count("lock.yaml: nets/") == 3
    assert problem.endswith(AGAIN)
    assert [path.stat().st_size > 100_000 for path in (tmp_path / "cache").glob("*.part")] == [True]


def test_fault_of_the_lock_itself_is_told_in_the_same_way(harbour: Course) -> None:
    write_lock(harbour, {"path": "nets/new"})
    problem = bring_models(pytest.fail)
    assert problem is not None
    assert "lock.yaml: assets: 0: bytes: missing" in problem
