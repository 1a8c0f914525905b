"""The screen: nothing in a text acts, and nobody else writes to a terminal, a page or a table."""

import ast
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Group
from rich.table import Table

from assignment.fixable import Fault, show_line, show_text
from grader.commands.terminal.progress import ShownProgress
from grader.commands.terminal.screen import Screen, print_faults, print_notes, say
from grader.driver.event import Begun, Ended, Started, TakenIn
from tests.grader.commands.terminal.hostile import HOSTILE, find_acting

ROOT = Path(__file__).parents[4]
DRAFTS = "questions/explore/drafts/families.py"
SCREEN = "grader/commands/terminal/screen.py"
HOST = "grader/sharing/host.py"  # a fault of our own, into worker.log, as Python itself does for a worker
INSIDE = ("grader/trunk/branch.py", "grader/trunk/recorder.py")  # a notebook's own streams, in its cage
TEXTS = st.text() | st.text(st.sampled_from(sorted({*HOSTILE, "王", "\n", "\t", "[", "/", "]"})))
WRITES: dict[str, tuple[str, ...]] = {  # by what is called: the modules that may
    "print": (SCREEN,),
    "Console": (),  # but the one that Screen is
    "print_exc": (HOST,),
    "stdout": INSIDE,
    "stderr": (SCREEN, HOST, *INSIDE),
    "Environment": ("questions/handout/environment.py", "grader/release/notebook.py"),
    "Markup": (
        *("questions/handout/environment.py", "questions/handout/page.py", "questions/handout/lessons.py"),
        "grader/report/pages.py",
    ),
    "writer": (
        *("grader/report/gradebook.py", "grader/report/gradebooks/canvas.py", "grader/report/gradebooks/moodle.py"),
        "grader/collect/rows.py",
        "grader/decisions/edit.py",  # what staff typed, which is read again
        *("questions/explore/table.py", "questions/proof/matrix.py"),  # names of ours and numbers
        "grader/demo/members.py",  # a made-up class
    ),
    "model_dump_json": (
        *("grader/files/whole.py", "grader/report/faces.py", "questions/claim.py", DRAFTS),
        *(
            "grader/cluster/host.py",
            "grader/cluster/office.py",
            "grader/driver/sharing.py",
        ),  # between programs of ours, which parse it
    ),
}


def find_writers(text: str) -> Iterator[str]:
    """Yield which of WRITES a module calls, or takes from `sys`; a Screen's own `print` is none."""
    for node in ast.walk(ast.parse(text)):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in WRITES:
            yield called.id
        elif isinstance(called, ast.Attribute) and called.attr in WRITES.keys() - {"print"}:
            yield called.attr
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.stdout", "sys.stderr"):
            yield node.attr


def test_only_the_listed_modules_write_to_a_terminal_a_page_or_a_table_and_each_of_them_does() -> None:
    found: dict[str, set[str]] = {name: set() for name in WRITES}
    for path in (path for room in ("grader", "questions") for path in (ROOT / room).rglob("*.py")):
        for name in find_writers(path.read_text(encoding="utf-8")):
            found[name].add(str(path.relative_to(ROOT)))
    assert found == {name: set(paths) for name, paths in WRITES.items()}


@pytest.mark.parametrize(
    "line", ["print(1)", "Console()", "rich.console.Console()", "sys.stdout.write('')", "csv.writer(x)", "Markup(x)"]
)
def test_planted_writer_is_found(line: str) -> None:
    assert list(find_writers(line))


@given(TEXTS)
def test_shown_text_has_nothing_that_acts_and_is_the_same_when_shown_again(text: str) -> None:
    shown = show_text(text)
    assert not find_acting(shown)
    assert show_text(shown) == shown
    assert shown == text or not text.isprintable()


@given(TEXTS, st.integers(3, 40))
def test_line_is_one_and_not_too_long(text: str, most: int) -> None:
    line = show_line(text, most)
    assert len(line) <= most
    assert len(line.splitlines()) <= 1
    assert not find_acting(line)


@given(st.lists(TEXTS, min_size=1, max_size=3), TEXTS)
def test_fault_is_one_line(place: list[str], says: str) -> None:
    assert not find_acting(str(Fault(tuple(place), says)))
    assert "\n" not in str(Fault(tuple(place), says))


@given(TEXTS)
def test_text_on_a_screen_and_in_its_tables_does_not_act(text: str) -> None:
    drawn = io.StringIO()
    table = Table(text, title=text, caption=text)
    table.add_row(text)
    screen = Screen(file=drawn, width=60)
    screen.print(Group(table, text))
    screen.print(text, soft_wrap=True)
    assert not find_acting(drawn.getvalue())


def test_colours_of_our_own_reach_a_terminal_and_those_of_a_text_do_not() -> None:
    drawn = io.StringIO()
    Screen(file=drawn, force_terminal=True, color_system="standard").print(HOSTILE, style="green")
    assert drawn.getvalue().count("\x1b") == 2  # green, and its end
    assert "[red]" in drawn.getvalue()
    assert ":smile:" in drawn.getvalue()


def test_progress_shows_hostile_names_on_a_terminal_and_without() -> None:
    for live in (False, True):
        drawn = io.StringIO()
        with ShownProgress(Screen(file=drawn, width=400, force_terminal=live, no_color=True)) as shown:
            for event in (TakenIn((), (HOSTILE,)), Begun(1, 0), Started(HOSTILE), Ended(HOSTILE, None)):
                shown(event)
                shown.live.refresh()
        assert "OWNED" in drawn.getvalue()
        assert "]0;OWNED\x07" not in drawn.getvalue()
        assert live or not find_acting(drawn.getvalue())


def test_lines_notes_and_faults_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"{HOSTILE}\nanother line")
    print_notes([f"{HOSTILE}\nanother line"])
    print_faults([f"{HOSTILE}\nanother line", Fault((HOSTILE,), "x\ny")])
    said = capsys.readouterr()
    assert not find_acting(said.out + said.err)
    assert said.out.count("\n") == 2
    assert said.err.count("\n") == 3
