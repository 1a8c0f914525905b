"""The Run folder: a result is there whole or not at all, and the first one stays."""

import os
import shutil
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.handins.submission import Submission
from grader.runs.folder import (
    MOST_STARTS,
    begin_attempt,
    check_runs,
    find_handins,
    is_lost,
    load_submissions,
    lock_runs,
    note_vanished,
    prepare_run,
    read_handin,
    record_class,
    set_aside,
    write_handin,
)
from grader.runs.result import RunResult, commit_result, load_result


def make_result(word: str = "ran", **fields: object) -> RunResult:
    return RunResult.model_validate({"student": "alice", "word": word, "started_at": datetime.now(UTC), **fields})


def _commit(folder: Path, number: int) -> None:
    commit_result(folder, make_result(attempt=number))


def test_run_without_a_word_has_no_result(tmp_path: Path) -> None:
    prepare_run(tmp_path)
    (tmp_path / ".result.1.json").write_text('{"word": "ran"')  # what a killed writer leaves
    assert load_result(tmp_path) is None


def test_first_result_stays(tmp_path: Path) -> None:
    assert commit_result(tmp_path, make_result("failed", reason="memory"))
    assert not commit_result(tmp_path, make_result("ran"))
    found = load_result(tmp_path)
    assert found is not None
    assert (found.word, found.reason) == ("failed", "memory")
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_one_of_many_writers_at_once_wins(tmp_path: Path) -> None:
    spawn = get_context("fork")
    writers = [spawn.Process(target=_commit, args=(tmp_path, number)) for number in range(1, 9)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]
    assert load_result(tmp_path) is not None


def test_result_with_an_unknown_word_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text('{"student": "a", "word": "fine", "started_at": "2026-01-01T00:00:00Z"}')
    with pytest.raises(FixableError, match=r"result\.json: word: 'fine'"):
        load_result(tmp_path)


def test_worker_that_vanishes_twice_is_lost_but_a_killed_driver_costs_nothing(tmp_path: Path) -> None:
    for number in range(1, MOST_STARTS):
        assert begin_attempt(tmp_path) == number
        assert not is_lost(tmp_path)
    note_vanished(tmp_path)
    assert not is_lost(tmp_path)
    note_vanished(tmp_path)
    assert is_lost(tmp_path)


def test_run_that_takes_every_driver_with_it_is_lost_in_the_end(tmp_path: Path) -> None:
    for _ in range(MOST_STARTS):
        assert not is_lost(tmp_path)
        begin_attempt(tmp_path)
    assert is_lost(tmp_path)


def test_class_is_recorded_and_comes_back(tmp_path: Path) -> None:
    people = (
        Submission(student="a", name="王小明", problem="missing"),
        Submission(student="b", submitted_at=datetime.now(UTC)),
    )
    record_class(tmp_path / "runs", people)
    assert load_submissions(tmp_path / "runs") == people


def test_copied_class_was_taken_from_its_own_hand_ins_and_moved_runs_from_the_old_ones(tmp_path: Path) -> None:
    handins, runs = tmp_path / "class" / "handins", tmp_path / "class" / "runs"
    handins.mkdir(parents=True)
    record_class(runs, (), handins)
    copy = shutil.copytree(tmp_path / "class", tmp_path / "copy")
    assert find_handins(runs) == handins
    assert find_handins(copy / "runs") == copy / "handins"
    assert find_handins((copy / "runs").rename(tmp_path / "alone")) == handins
    shutil.rmtree(tmp_path / "class")
    moved = (tmp_path / "alone").rename(copy / "runs")
    (copy / "handins").rmdir()
    assert find_handins(moved) == copy / "handins"
    (moved / "runs.json").write_text(f'{{"version": 1, "handins": "{handins}"}}')  # of an earlier version
    assert find_handins(moved) == handins


def test_runs_of_another_version_are_refused(tmp_path: Path) -> None:
    record_class(tmp_path, ())
    (tmp_path / "runs.json").write_text('{"version": 99, "what": "else"}')
    with pytest.raises(FixableError, match="version: 99; expected 1"):
        check_runs(tmp_path)


def test_folder_with_other_things_is_not_taken_for_runs(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(FixableError, match="a folder with other things"):
        check_runs(tmp_path)


def test_only_one_driver_works_in_a_runs_folder(tmp_path: Path) -> None:
    with lock_runs(tmp_path):
        child = os.fork()
        if child == 0:
            try:
                with lock_runs(tmp_path):
                    os._exit(1)
            except FixableError:
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with lock_runs(tmp_path):  # the control
        pass


def test_replaced_run_is_kept_aside(tmp_path: Path) -> None:
    for text in ("first", "second"):
        write_handin(tmp_path / "alice", text.encode())
        set_aside(tmp_path, tmp_path / "alice")
    kept = sorted((tmp_path / ".replaced").iterdir())
    assert [read_handin(path) for path in kept] == [b"first", b"second"]


def test_work_folder_is_fresh_even_if_a_link_lay_there(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("x")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "work").symlink_to(tmp_path / "precious")
    prepare_run(tmp_path / "run")
    assert (tmp_path / "precious" / "file").read_text() == "x"
    assert not (tmp_path / "run" / "work").is_symlink()
