"""A Run that goes on after a failed cell keeps what later cells saved; a limit ends it as ever."""

from collections.abc import Callable
from typing import Any

SAVE = "import os; os.makedirs('outputs', exist_ok=True); open('outputs/lime.npz', 'w').write('1')"


def words(seen: Any) -> tuple[Any, ...]:
    return (seen.result.word, seen.result.reason, seen.result.cell, seen.result.kept_going)


def test_run_that_goes_on_is_failed_with_its_first_cell_and_names_the_others(execute: Callable[..., Any]) -> None:
    cells = ["print(1)", "1 / 0", SAVE, "unknown", "print(2)"]
    seen = execute(cells, keep_going=True)
    assert words(seen) == ("failed", "exception", 1, True)
    assert seen.result.detail == "ZeroDivisionError: division by zero"
    assert seen.result.notes[0] == "cell 3 failed as well: \"NameError: name 'unknown' is not defined\""
    assert (seen.folder / "work" / "outputs" / "lime.npz").exists()
    assert seen.texts[4] == "2\n"
    assert words(execute(cells)) == ("failed", "exception", 1, False)


def test_failed_cells_are_named_up_to_a_number(execute: Callable[..., Any]) -> None:
    seen = execute(["1 / 0"] * 14 + ["print(1)"], keep_going=True)
    assert seen.texts[14] == "1\n"  # no request was aborted on the way
    assert [note for note in seen.result.notes if "cell" in note][-2:] == [
        'cell 10 failed as well: "ZeroDivisionError: division by zero"',
        "and 3 more cells failed",
    ]


def test_dead_kernel_and_a_limit_end_a_run_that_goes_on(execute: Callable[..., Any]) -> None:
    dead = execute(["1 / 0", "import os; os._exit(3)", "print(1)"], keep_going=True)
    assert words(dead) == ("failed", "kernel_died", 1, False)
    assert dead.result.notes[0] == 'cell 0 failed as well: "ZeroDivisionError: division by zero"'
    late = execute(["1 / 0", "while True: pass", "print(1)"], keep_going=True, cell_seconds=2)
    assert words(late) == ("timed_out", "cell_time", 1, False)
    assert (late.texts[2], late.result.cell_seconds[2]) == ("", None)


def test_run_in_which_nothing_failed_ran(execute: Callable[..., Any]) -> None:
    assert words(execute(["print(1)"], keep_going=True)) == ("ran", None, None, False)
