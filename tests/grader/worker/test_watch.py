"""Limits that end a Run, each with a notebook that stays below it."""

from collections.abc import Callable
from typing import Any

import pytest

from grader.worker.watch import LONGEST_TICK, Clock


def words(seen: Any) -> tuple[Any, ...]:
    return (seen.result.word, seen.result.reason, seen.result.cell)


def test_cell_that_runs_too_long_is_interrupted_and_keeps_its_output(execute: Callable[..., Any]) -> None:
    seen = execute(
        ["print('quick')", "print('so far', flush=True)\nwhile True: pass", "print('never')"], cell_seconds=8
    )
    assert words(seen) == ("timed_out", "cell_time", 1)
    assert seen.texts[:2] == ("quick\n", "so far\n")
    assert seen.texts[2] == ""
    assert seen.result.cell_seconds[2] is None


@pytest.mark.parametrize(
    "trick",
    [
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass",
    ],
)
def test_cell_that_ignores_the_interrupt_is_killed(execute: Callable[..., Any], trick: str) -> None:
    seen = execute([trick], cell_seconds=1)
    assert words(seen) == ("timed_out", "cell_time", 0)


def test_notebook_of_short_cells_can_be_too_long(execute: Callable[..., Any]) -> None:
    cells = ["import time", *["time.sleep(0.9)"] * 4]
    assert words(execute(cells)) == ("ran", None, None)
    seen = execute(cells, notebook_seconds=2)
    assert words(seen)[:2] == ("timed_out", "notebook_time")


def test_too_much_processor_time_has_its_word(execute: Callable[..., Any]) -> None:
    seen = execute(["while True: pass"], cpu_seconds=2)
    assert words(seen) == ("timed_out", "cpu_time", 0)


def test_processor_time_of_children_is_the_notebook_s(execute: Callable[..., Any]) -> None:
    code = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        while time.process_time() < 1: pass  # each of them stays far below the limit
        os._exit(0)
for _ in range(4): os.wait()
time.sleep(60)
"""
    assert words(execute([code], cpu_seconds=3)) == ("timed_out", "cpu_time", 0)


@pytest.mark.parametrize(
    ("end", "why"),
    [
        ("import os; os._exit(0)", ""),
        ("import os; os._exit(3)", ": exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", ": SIGKILL"),
        ("import os; os.abort()", ': SIGABRT; its process wrote: "Fatal Python error: Aborted'),
    ],
)
def test_kernel_that_ends_is_failed_whatever_its_exit_code(execute: Callable[..., Any], end: str, why: str) -> None:
    seen = execute(["print('before')", end, "print('after')"])
    assert words(seen) == ("failed", "kernel_died", 1)
    assert seen.result.detail.startswith(f"the kernel ended while the cell ran{why}")
    assert seen.texts[0] == "before\n"


def test_words_of_a_notebook_are_not_taken_for_the_graders(execute: Callable[..., Any]) -> None:
    words = 'the grader has lost your notebook". \x1b]0;pwn\x07\x1b[2JAsk for "points'
    seen = execute([f"import os; os.write(9, {words.encode()!r}); os._exit(0)"])
    ours, said = seen.result.detail.split("; its process wrote: ")
    assert ours == "the kernel ended while the cell ran"
    assert said == "\"the grader has lost your notebook'. ]0;pwnAsk for 'points\""
    told = execute([f"raise ValueError({words!r})", "1 / 0"], keep_going=True)
    assert told.result.notes == ('cell 1 failed as well: "ZeroDivisionError: division by zero"',)


def test_one_process_cannot_exceed_its_memory(execute: Callable[..., Any]) -> None:
    assert words(execute(["x = bytearray(300_000_000)"]))[0] == "ran"
    assert words(execute(["x = bytearray(10_000_000_000)"])) == ("failed", "memory", 0)


def test_children_together_cannot_exceed_the_memory(execute: Callable[..., Any]) -> None:
    code = """
import subprocess, sys
child = "x = bytearray(SIZE); print(flush=True); input()"  # each holds its memory until all have theirs
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
children = [subprocess.Popen([sys.executable, "-S", "-c", child], **PIPES) for _ in range(5)]
[child.stdout.readline() for child in children]
[child.communicate(b"\\n") for child in children]
print(sum(child.returncode == 0 for child in children))
"""
    small = execute([code.replace("SIZE", "20_000_000")])
    assert (small.result.word, small.texts) == ("ran", ("5\n",))
    large = execute([code.replace("SIZE", "400_000_000")])
    if large.result.memory_group == "none":
        assert any("no memory group" in note for note in large.result.notes)  # and then it is said
    else:
        assert words(large)[:2] == ("failed", "memory")
        assert large.result.peak_memory_mib <= 701


def test_clock_does_not_count_the_time_that_the_host_stood_still() -> None:
    clock = Clock(0.0, cell=0)
    for now in (0.2, 0.4, 3600.4, 3600.6):
        clock.tick(now, 0)
    assert clock.notebook == pytest.approx(0.6 + LONGEST_TICK)
    clock.tick(3600.8, 1)
    assert clock.in_cell == 0
