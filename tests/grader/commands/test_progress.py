"""What a person sees: a line for each notebook that ended, and no markup that a student made."""

import io
from datetime import UTC, datetime

import pytest

from grader.commands.terminal.progress import ShownProgress, describe_end, show_progress, show_time_left
from grader.commands.terminal.screen import Screen
from grader.driver.event import Begun, Ended, Placed, SharedRun, Started, Waits
from grader.runs.result import RunResult


def make_result(**fields: object) -> RunResult:
    return RunResult.model_validate({"student": "alice", "word": "ran", "started_at": datetime.now(UTC), **fields})


def test_each_end_is_one_plain_line_without_a_terminal() -> None:
    text = io.StringIO()
    with ShownProgress(Screen(file=text, width=100)) as shown:
        shown(Begun(4, 1))
        for student, result in (
            ("alice", make_result(seconds=3.2)),
            ("bob", make_result(word="failed", reason="memory", cell=2)),
            ("eve", None),
        ):
            shown(Started(student))
            shown(Ended(student, result))
        shown(Ended("dan", make_result(word="lost")))  # given up without another start
    lines = text.getvalue().splitlines()
    assert "1 of 4" in lines[0]
    assert lines[1].split() == ["alice", "ran", "3.2", "s"]
    assert lines[2].split()[:6] == ["bob", "failed", "(memory)", "in", "cell", "2"]
    assert "no result" in lines[3]
    assert lines[4].split()[:2] == ["dan", "lost"]
    assert "\x1b" not in text.getvalue()


def test_end_of_a_notebook_names_its_machine_where_there_are_several() -> None:
    text = io.StringIO()
    with ShownProgress(Screen(file=text, width=40)) as shown:
        shown(Begun(1, 0))
        shown(Started("alice"))
        shown(Placed("alice", "gpu1.example.edu", 0))
        shown(Ended("alice", None, "gpu1.example.edu: its connection broke"))
        shown(Started("alice"))
        shown(Placed("alice", "gpu2.example.edu", 3))
        shown(Ended("alice", make_result(word="failed", reason="memory", cell=2, seconds=3.2)))
    first, second = text.getvalue().splitlines()
    assert "its connection broke" in first
    assert second.split() == ["alice", "failed", "(memory)", "in", "cell", "2", "3.2", "s", "gpu2.example.edu"]


@pytest.mark.parametrize("terminal", [False, True])
def test_run_that_all_share_is_told_once_and_shown_while_it_lasts(terminal: bool) -> None:
    text = io.StringIO()
    with ShownProgress(Screen(file=text, width=100, force_terminal=terminal)) as shown:
        shown(Begun(2, 0))
        for ran, over in ((0, False), (3, False)):
            shown(SharedRun(ran, 7, over))
        shown.live.refresh()
        during = text.getvalue()
        shown(SharedRun(7, 7, over=True))
        shown.live.refresh()
    if terminal:
        assert "the released notebook, once for all" in during
        assert "3/7" in during
        assert "once for all" not in text.getvalue()[len(during) :]
    else:
        assert text.getvalue() == "the released notebook runs once for all that share: 7 code cells\n"


def test_cell_from_which_on_nothing_is_shared_is_told_once_also_where_the_run_is_over() -> None:
    text, stops = io.StringIO(), "shared up to released code cell 3: released code cell 3: it failed"
    with ShownProgress(Screen(file=text, width=100)) as shown:
        for over in (False, True, True):
            shown(SharedRun(3, 7, over, stops if over else ""))
    assert text.getvalue().count(stops) == 1


def test_class_that_waits_says_why_and_blames_nobody() -> None:
    text = io.StringIO()
    with ShownProgress(Screen(file=text, width=200)) as shown:
        shown(Begun(1, 0))
        shown(Started("alice"))
        shown(Waits("alice", 5.0, "sandbox: no [memory]; expected some"))
    says = "alice: not started, and not at fault; tried again in 5 s: sandbox: no [memory]; expected some\n"
    assert text.getvalue() == says


def test_long_work_says_at_once_how_much_there_is_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress("mutants", 3) as tick:
        assert capsys.readouterr().err == "mutants: 3 to do\n"
        tick(1)


def test_log_of_long_work_says_now_and_then_how_long_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter((0.0, 1.0, 100.0, 101.0, 400.0))
    with show_time_left("mutate", (0.0, 10.0, 0.1, 29.9), clock=lambda: next(moments)) as tick:
        tick(0)  # was kept
        assert capsys.readouterr().err == ""
        tick(1)
        assert capsys.readouterr().err == "mutate: 2 of 4 after 0:01:40, about 0:05:00 left\n"
        tick(2)  # less than a tenth of the work
        tick(3)
        assert capsys.readouterr().err == "mutate: 4 of 4 after 0:06:40\n"


def test_work_that_is_done_already_is_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with show_time_left("mutate", (0.0, 0.0)) as tick:
        tick(1)
        tick(0)
    assert capsys.readouterr().err == ""


def test_running_notebooks_are_named_on_a_terminal() -> None:
    text = io.StringIO()
    with ShownProgress(Screen(file=text, width=100, force_terminal=True)) as shown:
        shown(Begun(2, 0))
        shown(Started("alice"))
        shown.live.refresh()
    assert "alice" in text.getvalue()
    assert "0/2" in text.getvalue()


def test_markup_in_a_name_stays_text() -> None:
    assert describe_end("[red]x", None).plain.startswith("[red]x ")
