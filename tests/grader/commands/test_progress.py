"""What a person sees: a line for each notebook that ended, and no markup that a student made."""

import io
from datetime import UTC, datetime

from rich.console import Console

from grader.commands.progress import ShownProgress, describe_end
from grader.runs.folder import Result


def make_result(**fields: object) -> Result:
    return Result.model_validate({"student": "alice", "word": "ran", "started_at": datetime.now(UTC), **fields})


def test_each_end_is_one_plain_line_without_a_terminal() -> None:
    text = io.StringIO()
    shown = ShownProgress(Console(file=text, width=100))
    shown.begin(4, 1)
    for student, result in (
        ("alice", make_result(seconds=3.2)),
        ("bob", make_result(word="failed", reason="memory", cell=2)),
        ("eve", None),
    ):
        shown.start(student)
        shown.end(student, result)
    shown.close()
    lines = text.getvalue().splitlines()
    assert "1 of 4" in lines[0]
    assert lines[1].split() == ["alice", "ran", "3.2", "s"]
    assert lines[2].split()[:6] == ["bob", "failed", "(memory)", "in", "cell", "2"]
    assert "no result" in lines[3]
    assert "\x1b" not in text.getvalue()


def test_running_notebooks_are_named_on_a_terminal() -> None:
    text = io.StringIO()
    shown = ShownProgress(Console(file=text, width=100, force_terminal=True))
    shown.begin(2, 0)
    shown.start("alice")
    shown.live.refresh()
    shown.close()
    assert "alice" in text.getvalue()
    assert "0/2" in text.getvalue()


def test_markup_in_a_name_stays_text() -> None:
    assert "\\[red]x" in describe_end("[red]x", None)
