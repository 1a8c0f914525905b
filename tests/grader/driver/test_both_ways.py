"""What shared is executed whole as well, for a sample, and every difference is told."""

import hashlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assignment.course import open_course
from grader.driver.both_ways import (
    compare_again,
    draw_sample,
    is_to_share,
    list_differences,
    order_by_chance,
    order_other,
    run_both_ways,
)
from grader.driver.event import Event, Noted
from grader.driver.run_job import LOG_FILE, NOT_SHARED
from grader.handins.sharing import Sharing
from grader.runs.compared import FOLDER, Compared, load_compared, note_compared
from grader.runs.folder import write_handin
from grader.runs.job import Job, load_job, order_course, read_order
from grader.runs.result import RunResult, commit_result
from tests.patience import PATIENCE, wait_until

SHARE = Sharing(released="", leave=(), back=())
JOB = Job(course=order_course(open_course()), limits=open_course().assignment.limits, share=SHARE)


def make_result(student: str, **its: Any) -> RunResult:
    made = {"word": "ran", "shared": (0,), "notebook_sha256": student * 8, "started_at": datetime.now(UTC)}
    return RunResult(student=student, **{**made, **its})


def submit(execute: Callable[[Path], None]) -> Callable[[Path], Future[None]]:
    """Return what executes at once."""

    def do(folder: Path) -> Future[None]:
        done = Future[None]()
        done.set_result(execute(folder))
        return done

    return do


def again(runs: Path) -> Noted:
    return Noted(f"all have a result; 1 executed again, to compare (in {runs / FOLDER})")


def save(folder: Path, *texts: str, saved: bytes = b"1", count: int = 1, **its: Any) -> None:
    """Write what a Run leaves: cells that print a text each, and an array."""
    (folder / "work" / "outputs").mkdir(parents=True, exist_ok=True)
    (folder / "work" / "outputs" / "lime.npz").write_bytes(saved)
    outputs = [
        [{"output_type": "stream", "name": "stdout", "text": part} for part in text.split("|")] for text in texts
    ]
    cells = [{"cell_type": "code", "execution_count": count + n, "outputs": one} for n, one in enumerate(outputs)]
    (folder / "work" / "executed.ipynb").write_text(json.dumps({"cells": cells}))
    commit_result(folder, make_result("a", **its))


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({}, []),
        ({"saved": b"2"}, ["outputs/lime.npz"]),
        ({"count": 2}, ["cell 0", "cell 1"]),
        ({"word": "failed", "cell": 1}, ["word", "cell"]),
    ],
)
def test_difference_of_two_runs_is_named(tmp_path: Path, how: dict[str, Any], found: list[str]) -> None:
    save(tmp_path / "shared", "a at 0x7f01", "b|c")
    save(tmp_path / "whole", "a at 0x7f02", "bc", **how)
    assert list_differences(tmp_path / "shared", tmp_path / "whole") == found


def test_cell_that_shows_another_thing_or_is_missing_is_named(tmp_path: Path) -> None:
    save(tmp_path / "shared", "a", "b")
    save(tmp_path / "whole", "a", "B", "c")
    assert list_differences(tmp_path / "shared", tmp_path / "whole") == ["cell 1", "executed.ipynb"]


def test_address_in_what_failed_is_no_difference_and_many_are_cut(tmp_path: Path) -> None:
    for name, number in {"shared": 1, "whole": 2}.items():
        save(tmp_path / name, *(f"{one * number}" for one in range(30)), detail=f"<A at 0x7f{number}>")
    found = list_differences(tmp_path / "shared", tmp_path / "whole")
    assert found == [*(f"cell {n}" for n in range(1, 21)), "9 more"]


def write_outputs(folder: Path, *outputs: tuple[str, str]) -> None:
    save(folder)
    shown = [
        {"output_type": "stream", "name": kind, "text": text} if kind in ("stdout", "stderr") else {"output_type": kind}
        for kind, text in outputs
    ]
    (folder / "work" / "executed.ipynb").write_text(json.dumps({"cells": [{"outputs": shown}]}))


@pytest.mark.parametrize(
    ("outputs", "found"),
    [
        ((("stderr", "/tmp/ipykernel_9/8.py:2: Warning"), ("stdout", "ab"), ("display_data", ""), ("stdout", "c")), []),
        (
            (("stdout", "ab"), ("display_data", ""), ("stderr", "/tmp/ipykernel_2/8.py:2: Warning"), ("stdout", "c")),
            [0],
        ),
        (
            (("stdout", "a"), ("display_data", ""), ("stderr", "/tmp/ipykernel_2/8.py:2: Warning"), ("stdout", "bc")),
            [0],
        ),
    ],
)
def test_only_what_is_printed_between_two_outputs_may_come_in_another_order(
    tmp_path: Path, outputs: tuple[tuple[str, str], ...], found: list[int]
) -> None:
    write_outputs(tmp_path / "shared", *outputs)
    whole = (("stdout", "a"), ("stderr", "/tmp/ipykernel_2/8.py:2: Warning"), ("stdout", "b"))
    write_outputs(tmp_path / "whole", *whole, ("display_data", ""), ("stdout", "c"))
    assert list_differences(tmp_path / "shared", tmp_path / "whole") == [f"cell {n}" for n in found]


def test_much_that_looks_like_a_bar_is_compared_in_little_time(tmp_path: Path) -> None:
    """With an expression that begins anew at each colon this takes minutes."""
    for name in ("shared", "whole"):
        save(tmp_path / name, ":" * 300_000, "12:34:56 1:" * 30_000, " 50%|##  | 1/2 [00:01<00:0" + name[0])
    assert list_differences(tmp_path / "shared", tmp_path / "whole") == ["cell 2"]


def test_sample_is_one_in_fifty_of_what_shared_and_the_same_every_time(tmp_path: Path) -> None:
    class_ = [make_result(f"s{n:03}") for n in range(101)]
    drawn = draw_sample(tmp_path, class_)
    assert len(drawn) == 3
    assert draw_sample(tmp_path, class_[::-1]) == drawn
    assert len(draw_sample(tmp_path, class_[:1])) == 1
    assert draw_sample(tmp_path, [make_result("alone", shared=())]) == []
    for one in class_[50:52]:
        note_compared(tmp_path, Compared(student=one.student, notebook_sha256=one.notebook_sha256, differing=()))
    assert draw_sample(tmp_path, class_)[:2] == class_[50:52]  # was compared before


def test_no_student_can_choose_to_be_in_the_sample_or_not() -> None:
    """Whose notebook has the smallest digest is first in some classes, and last in others."""
    found = {order_by_chance([("a", "0"), *((f"s{n}", f"{n}{other}") for n in range(3))])[0] for other in range(40)}
    assert found == {"a", "s0", "s1", "s2"}


def test_who_was_executed_whole_first_is_of_the_sample_and_shares_once(tmp_path: Path) -> None:
    told, executed = list[Event](), list[Path]()
    digest = hashlib.sha256(b"{}").hexdigest()
    write_handin(tmp_path / "a", b"{}")
    save(tmp_path / "a", "one", shared=(), notebook_sha256=digest)
    order_other(tmp_path, "a", JOB)
    results = [make_result("a", shared=(), notebook_sha256=digest), *(make_result(f"s{n}") for n in range(49))]

    def execute(folder: Path) -> None:
        assert load_job(folder).share == SHARE
        executed.append(folder)
        save(folder, "one", notebook_sha256=digest)

    for _ in range(2):
        assert [one.student for one in draw_sample(tmp_path, results)] == ["a"]
        run_both_ways(tmp_path, JOB.model_copy(update={"share": None}), submit(execute), 1, results, told.append)
    assert executed == [tmp_path / FOLDER / "a"]
    assert told == [again(tmp_path), Noted("a: shared, and executed whole as well: the same came of it")]
    replaced = [make_result("a", shared=(), notebook_sha256="of another"), results[1]]
    assert [one.student for one in draw_sample(tmp_path, replaced)] == ["s0"]


def test_who_could_not_share_later_is_told_and_not_tried_again(tmp_path: Path) -> None:
    told, executed = list[Event](), list[Path]()
    digest = hashlib.sha256(b"{}").hexdigest()
    write_handin(tmp_path / "a", b"{}")
    order_other(tmp_path, "a", JOB)

    def execute(folder: Path) -> None:
        executed.append(folder)
        save(folder, "one", shared=(), notebook_sha256=digest)
        (folder / LOG_FILE).write_text(f"{NOT_SHARED}no snapshot")

    for _ in range(2):
        its = [make_result("a", shared=(), notebook_sha256=digest)]
        run_both_ways(tmp_path, JOB, submit(execute), 1, its, told.append)
    assert len(executed) == 1
    assert told[1:] == [Noted("a: executed whole; it did not share as well: no snapshot")] * 2


def test_second_executions_take_all_places_and_stay_ordered_where_they_are_interrupted(tmp_path: Path) -> None:
    results, running = list[RunResult](), list[Path]()
    for student in "abc":
        digest = hashlib.sha256(student.encode()).hexdigest()
        write_handin(tmp_path / student, student.encode())
        order_other(tmp_path, student, JOB)
        results.append(make_result(student, shared=(), notebook_sha256=digest))
    all_run = threading.Barrier(2)

    def execute(folder: Path) -> None:
        running.append(folder)
        assert {load_job(folder).slot, 0, 1} == {0, 1}
        all_run.wait(PATIENCE)
        if folder.name == "a":
            raise KeyboardInterrupt  # as if it came while we wait
        assert wait_until(lambda: read_order(folder) is None)  # as a job ends once it is taken back

    with ThreadPoolExecutor(2) as pool, pytest.raises(KeyboardInterrupt):
        run_both_ways(tmp_path, JOB, lambda folder: pool.submit(execute, folder), 2, results, lambda _: None)
    assert {folder.name for folder in running} == {"a", "b"}
    assert all(is_to_share(tmp_path, one.student, one.notebook_sha256) for one in results)


def test_sample_is_executed_whole_once_and_what_came_of_it_is_told(tmp_path: Path) -> None:
    told, executed = list[Event](), list[Path]()
    write_handin(tmp_path / "a", b"{}")
    save(tmp_path / "a", "one")

    def execute(folder: Path) -> None:
        assert load_job(folder).share is None
        executed.append(folder)
        save(folder, "another", shared=())

    for _ in range(2):
        run_both_ways(tmp_path, JOB, submit(execute), 2, [make_result("a")], told.append)
    assert executed == [tmp_path / FOLDER / "a"]
    text = "a: shared, and executed whole as well: not the same: cell 0; a fault of sharing, or chance"
    text = f"{text}; look at {tmp_path / 'a'} and {tmp_path / FOLDER / 'a'}"
    assert told == [again(tmp_path), Noted(text), Noted(text)]
    assert load_compared(tmp_path) == (Compared(student="a", notebook_sha256="a" * 8, differing=("cell 0",)),)


def test_notebook_that_was_replaced_is_executed_whole_anew(tmp_path: Path) -> None:
    executed = list[Path]()
    write_handin(tmp_path / "a", b"{}")
    save(tmp_path / "a", "one", notebook_sha256="new")
    save(tmp_path / FOLDER / "a", "one", shared=(), notebook_sha256="old")

    def execute(folder: Path) -> None:
        executed.append(folder)
        save(folder, "one", shared=(), notebook_sha256="new")

    run_both_ways(tmp_path, JOB, submit(execute), 1, [make_result("a", notebook_sha256="new")], lambda _: None)
    assert len(executed) == 1
    assert load_compared(tmp_path) == (Compared(student="a", notebook_sha256="new", differing=()),)


def test_sample_without_a_result_of_its_own_is_told_and_not_kept(tmp_path: Path) -> None:
    told = list[Event]()
    write_handin(tmp_path / "a", b"{}")
    save(tmp_path / "a", "one")
    run_both_ways(tmp_path, JOB, submit(lambda _: None), 1, [make_result("a")], told.append)
    why = "no result came of it, and the same command tries again"
    assert told == [again(tmp_path), Noted(f"a: shared; not executed whole as well: {why}")]
    assert load_compared(tmp_path) == ()


def test_who_was_asked_for_is_compared_with_the_run_that_shared(tmp_path: Path) -> None:
    save(tmp_path / "a", "whole", shared=())
    save(tmp_path / ".replaced" / "a.1", "shared", notebook_sha256="of another")
    save(tmp_path / ".replaced" / "a.2", "shared")
    (tmp_path / ".replaced" / "a.10").mkdir()
    results, told = [make_result("a", shared=())], list[Event]()
    compare_again(tmp_path, {"b"}, results, told.append)
    assert told == []
    compare_again(tmp_path, {"a"}, results, told.append)
    assert [one.text for one in told if isinstance(one, Noted)] == [
        "a: shared, and executed whole as well: not the same: cell 0; a fault of sharing, or chance"
    ]
    assert load_compared(tmp_path)[0].differing == ("cell 0",)
