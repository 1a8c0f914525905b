"""The notebook's last cell shows what the grader reads: in a real kernel, beside a file and without one."""

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_client.manager import start_new_kernel

from assignment.assignment import GRADED, NOTEBOOK_FILE, Source
from assignment.course import open_course
from assignment.sheet.own import describe_own_sheet, find_history, find_source
from assignment.sheet.sheet import read_sheet
from tests.assignment.sheet.ways import ALL, ASKED, BLANK, MINE, READ, WAYS, Way

ROOT = Path(__file__).parents[3]
CHOICES = "  ".join(f"{one.id} {one.letters}" for one in ASKED)
NAMES = "from pathlib import Path\nfrom assignment.assignment import load_assignment"  # as the set-up cell has them
RUNNABLE = [way for way in WAYS if way.expected == READ and "bash" not in "".join(way.cells)]

Run = Callable[[str], str]


def find_last_cell() -> str:
    """Return the released notebook's last cell, asked about the questions of the ways."""
    source = "".join(json.loads(NOTEBOOK_FILE.read_bytes())["cells"][-1]["source"])
    return re.sub(r'choices = """[^"]*"""', f'choices = """{CHOICES}"""', source)


def save(path: Path, *sources: str) -> None:
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}))


def show(text: str) -> str:
    """Return what a last cell said of each question, as the ways say it."""
    found = []
    for one in ASKED:
        (said,) = re.findall(rf"^{one.id} +(.*)$", text, re.MULTILINE)
        found.append({"blank": "-", "UNREADABLE": "?"}.get(said.split()[0], said))
    return " ".join(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebook")


@pytest.fixture(scope="module")
def run(folder: Path) -> Iterator[Run]:
    """Run a cell in one kernel that works in `folder`, as an editor would, and return what it printed."""
    ours = {name: text for name, text in os.environ.items() if name != "JPY_SESSION_NAME"}
    manager, client = start_new_kernel(cwd=str(folder), env=ours | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"})

    def execute(source: str) -> str:
        printed: list[str] = []

        def take(message: dict[str, dict[str, object]]) -> None:
            content = message["content"]
            printed.append(str(content.get("text", "")) or "\n".join(map(str, content.get("traceback") or ())))  # type: ignore[call-overload]

        client.execute_interactive(source, timeout=120, output_hook=take)
        return "".join(printed)

    try:
        execute(NAMES)
        yield execute
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_last_cell_shows_what_the_grader_reads_in_the_saved_file(way: Way, run: Run, folder: Path) -> None:
    last = find_last_cell()
    save(folder / "homework.ipynb", *way.cells, last)
    for cell in way.cells:
        run(cell)
    said = run(last)
    graded = read_sheet((folder / "homework.ipynb").read_bytes(), ASKED)
    assert show(said) == way.expected
    reasons = [answer.reason for answer in graded.answers.values() if answer.reason is not None]
    assert all(text in said for one in (*graded.notes, *reasons) for text in (one.en, one.zh))
    assert "homework.ipynb" in said
    assert "期限" in said


@pytest.mark.slow
@pytest.mark.parametrize("way", RUNNABLE, ids=lambda way: way.name)
def test_without_a_file_the_last_cell_reads_what_was_run(way: Way, run: Run, folder: Path) -> None:
    (folder / "homework.ipynb").unlink(missing_ok=True)
    for cell in way.cells:
        run(cell)
    said = run(find_last_cell())
    assert show(said) == READ
    assert "in this session" in said
    assert "這次執行過" in said


@pytest.mark.slow
def test_answers_that_were_run_and_not_saved_are_said(run: Run, folder: Path) -> None:
    save(folder / "homework.ipynb", BLANK, find_last_cell())
    run(MINE)
    said = run(find_last_cell())
    assert show(said) == "- - - -"
    assert "what is saved is read" in said
    assert said.count("lime-1") == 2
    save(folder / "homework.ipynb", MINE, find_last_cell())
    assert "what is saved is read" not in run(find_last_cell())


def make_shell(*sources: str, **names: object) -> SimpleNamespace:
    return SimpleNamespace(history_manager=SimpleNamespace(input_hist_raw=["", *sources]), user_ns=names)


def test_answers_cell_that_was_run_again_replaces_the_earlier_one() -> None:
    earlier = MINE.replace('"saliency-1": ""', '"saliency-1": "a"')
    run = find_history(make_shell(earlier, "x = 1", MINE))
    assert read_sheet({"cells": run}, ASKED).answers["saliency-1"].state == "blank"


def test_history_of_any_shape_is_no_error() -> None:
    assert find_history(None) == []
    assert find_history(SimpleNamespace(history_manager=None)) == []
    assert [cell["source"] for cell in find_history(make_shell(3, "x"))] == ["", "", "x"]  # type: ignore[arg-type]


def test_file_is_the_one_that_the_editor_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c"):
        save(tmp_path / f"{name}.ipynb", MINE)
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "b.ipynb"))
    assert getattr(find_source(make_shell(), []), "name", None) == "b.ipynb"
    shell = make_shell(__vsc_ipynb_file__=str(tmp_path / "c.ipynb"))
    assert getattr(find_source(shell, []), "name", None) == "c.ipynb"


def test_of_several_files_only_the_one_that_holds_what_was_run_is_certain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", "gone.ipynb")
    run = find_history(make_shell(MINE))
    assert find_source(make_shell(), run) is None
    save(tmp_path / "mine.ipynb", MINE)
    save(tmp_path / "blank.ipynb", BLANK)
    (tmp_path / "broken.ipynb").write_text("{")
    assert getattr(find_source(make_shell(), run), "name", None) == "mine.ipynb"
    save(tmp_path / "copy.ipynb", MINE)
    assert find_source(make_shell(), run) is None


def test_age_of_the_file_is_said_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    save(tmp_path / "hw.ipynb", f"answers = {{{ALL}}}")
    saved = datetime.fromtimestamp((tmp_path / "hw.ipynb").stat().st_mtime).astimezone()
    said = describe_own_sheet(CHOICES, now=saved + timedelta(seconds=20))
    assert "20 seconds ago" in said
    assert "20 秒前" in said
    assert "5 minutes ago" in describe_own_sheet(CHOICES, now=saved + timedelta(minutes=5))
    os.utime(tmp_path / "hw.ipynb", (315_532_800, 315_532_800))  # as unpacked: 1980
    said = describe_own_sheet(CHOICES, now=saved)
    assert "What the grader reads in hw.ipynb, which was not saved since it was unpacked.\n" in said
    assert "評分時會從 hw.ipynb 讀到的答案（解壓縮後尚未存檔）。" in said


@pytest.mark.parametrize("answers", ["quiz", "notebook"])
def test_it_ends_with_whose_answers_are_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: Source
) -> None:
    monkeypatch.chdir(tmp_path)
    assignment = open_course().assignment.model_copy(update={"answers": answers})
    monkeypatch.setattr("assignment.course.load_assignment", lambda _: assignment)
    assert describe_own_sheet(CHOICES).splitlines()[-2:] == [GRADED[answers].en, GRADED[answers].zh]


def test_outside_any_notebook_it_says_that_there_is_nothing_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert "Nothing to read yet" in describe_own_sheet(CHOICES)
