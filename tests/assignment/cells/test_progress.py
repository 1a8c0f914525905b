"""A bar says how far a cell is while it runs; what stays of it is the same in every run."""

from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from assignment.cells import progress
from assignment.cells.progress import Bar, tqdm


class Clock:
    """A monotonic clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    monkeypatch.setattr(Bar, "_draw", lambda _, text: texts.append(text))
    return texts


def test_bar_tells_how_long_the_rest_takes_and_at_the_end_no_time(clock: Clock, drawn: list[str]) -> None:
    found = []
    for item in tqdm("abc", "LIME"):
        found.append(item)
        clock.now += 4
    assert found == ["a", "b", "c"]
    assert drawn == [
        f"LIME {'░' * 30} 0 / 3",
        f"LIME {'█' * 10}{'░' * 20} 1 / 3, 8 s",
        f"LIME {'█' * 20}{'░' * 10} 2 / 3, 4 s",
        "LIME 3 / 3",
    ]


def test_bar_is_drawn_a_few_times_a_second_however_many_steps_there_are(clock: Clock, drawn: list[str]) -> None:
    for _ in tqdm(range(1000), "steps"):
        clock.now += 0.001
    assert len(drawn) <= 2 + 1 / progress.PAUSE
    assert drawn[-1] == "steps 1000 / 1000"


def test_download_that_goes_on_takes_its_speed_from_what_came_since(clock: Clock, drawn: list[str]) -> None:
    bar = Bar("cnn", 10_000_000, " MB", 1e6)
    bar.show(6_000_000)
    clock.now += 2
    bar.show(8_000_000)
    assert drawn[-1].endswith(" 8.0 / 10.0 MB, 2 s")


def test_nothing_is_drawn_where_there_is_no_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(tqdm(range(3), "LIME")) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")


def execute(source: str) -> Any:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    return notebook.cells[0].outputs


@pytest.mark.slow
def test_outputs_of_two_runs_of_different_speed_are_the_same() -> None:
    source = (
        "import time\nfrom assignment.cells.progress import tqdm\n"
        "for _ in tqdm(range(4), 'LIME'): time.sleep({})\nfor _ in tqdm('ab', 'again'): pass"
    )
    slow, fast = execute(source.format(0.3)), execute(source.format(0))
    assert slow == fast
    assert [one.data["text/plain"] for one in slow] == ["LIME 4 / 4", "again 2 / 2"]
