"""What a Run leaves behind: its word, its outputs, and nothing that leads elsewhere."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignment.assignment import NOTEBOOK_FILE

PLANT = """
import os
os.makedirs("outputs")
open("outputs/lime.npz", "w").write("good")
os.symlink(TARGET, "outputs/saliency.npz")
os.mkfifo("outputs/filters.npz")
os.makedirs("outputs/pictures.npz")
os.symlink(TARGET, "executed.ipynb")
os.symlink(TARGET, "handin.ipynb")
"""


def test_outputs_are_taken_but_links_and_pipes_are_not(execute: Callable[..., Any], tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("as it was")
    seen = execute([f"TARGET = {str(target)!r}\n{PLANT}"])
    assert seen.result.word == "ran"
    assert target.read_text() == "as it was"
    assert [path.name for path in (seen.folder / "work" / "outputs").iterdir()] == ["lime.npz"]
    assert {path.name for path in (seen.folder / "work").iterdir()} == {"executed.ipynb", "outputs"}
    assert not any(path.is_symlink() for path in seen.folder.rglob("*"))
    notes = " ".join(seen.result.notes)
    assert all(name in notes for name in ("saliency.npz", "filters.npz", "pictures.npz"))
    assert "lime.npz" not in notes


def test_of_the_outputs_only_names_that_an_analysis_saves_are_kept(execute: Callable[..., Any]) -> None:
    names = ["a.html", "-rf", "=cmd|calc.csv", "a\nb", "\u202egnp.exe", "\x1b]0;pwn\x07.npz", "conftest.py"]
    names += [
        "$(touch pwned)",
        "autorun.desktop",
        "result.json",
        "lime.npz.html",
        "LIME.npz",
        ".lime.npz",
        "lime.1.npz",
    ]
    seen = execute(
        [f"import os; os.mkdir('outputs')\nfor name in {[*names, 'lime.npz']}: open(f'outputs/{{name}}', 'x')"]
    )
    assert seen.result.word == "ran"
    assert [path.name for path in (seen.folder / "work" / "outputs").iterdir()] == ["lime.npz"]
    (note,) = seen.result.notes
    assert note.startswith(
        f"not taken: {len(names)} entries of outputs/ that no analysis saves; expected pictures.npz, "
    )


def test_notebook_that_breaks_its_schema_runs_as_it_was_mended(execute: Callable[..., Any]) -> None:
    code = {"cell_type": "code", "language": "python", "prompt_number": "x", "metadata": {"tags": None, "execution": 3}}
    code |= {"input": ["print(6\n", "* 7)"], "outputs": [{"output_type": "pyout"}]}
    kernel = {"kernelspec": None, "language_info": "python"}
    data = {"nbformat": 3, "worksheets": [{"cells": [code]}], "metadata": kernel}
    seen = execute(json.dumps(data).encode())
    assert (seen.result.word, seen.result.reason) == ("ran", None)
    assert seen.texts[0] == "42\n"


def test_last_cell_of_the_notebook_reads_the_answers_in_the_cage_too(execute: Callable[..., Any]) -> None:
    last = "".join(json.loads(NOTEBOOK_FILE.read_bytes())["cells"][-1]["source"])
    names = "from pathlib import Path\nfrom assignment.assignment import load_assignment"
    seen = execute([names, 'answers = {"lime-1": "ac"}', last])
    assert (seen.result.word, seen.result.detail) == ("ran", None)
    assert "lime-1" in seen.texts[2]
    assert "1 read, 29 blank, 0 unreadable" in seen.texts[2]


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.parametrize("sandbox", [True, False])
def test_first_cell_may_import_what_imports_torchvision(execute: Callable[..., Any], sandbox: bool) -> None:
    """Beside a CPU torch the registry's torchvision fails to be imported by itself."""
    seen = execute(
        ["import sys; print('torch' in sys.modules)", "from transformers import BertForMaskedLM"],
        sandbox=sandbox,
        memory_mib=3000,
    )
    assert (seen.result.word, seen.result.detail) == ("ran", None)
    assert seen.texts[0] == "False\n"  # what cells do not use costs their kernel no time


def test_outputs_folder_that_is_a_link_gives_nothing(execute: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "lime.npz").write_text("secret")
    seen = execute([f"import os; os.symlink({str(tmp_path / 'elsewhere')!r}, 'outputs')"])
    assert seen.result.word == "ran"
    assert list((seen.folder / "work" / "outputs").iterdir()) == []


def test_output_that_is_shown_many_times_is_not_written_many_times(execute: Callable[..., Any]) -> None:
    show = "from IPython.display import display, update_display\nfor _ in range(200): display('', display_id='x')"
    seen = execute([show, "update_display('y' * 300_000, display_id='x')"])
    assert seen.result.word == "ran"
    assert (seen.folder / "work" / "executed.ipynb").stat().st_size < 10_000
    assert "not kept" in " ".join(seen.result.notes)


def test_outputs_of_a_notebook_that_fails_are_kept(execute: Callable[..., Any]) -> None:
    seen = execute(["import os; os.makedirs('outputs'); open('outputs/lime.npz', 'w').write('1')", "1 / 0", "print(2)"])
    assert (seen.result.word, seen.result.reason, seen.result.cell) == ("failed", "exception", 1)
    assert seen.result.detail == "ZeroDivisionError: division by zero"
    assert (seen.folder / "work" / "outputs" / "lime.npz").read_text() == "1"
    assert len(seen.result.cell_seconds) == 3
    assert seen.result.cell_seconds[2] is None


def test_long_and_coloured_error_is_capped(execute: Callable[..., Any]) -> None:
    seen = execute(["raise ValueError('\\x1b[31m' + 'x' * 100_000 + '\\ud800')"])
    assert seen.result.reason == "exception"
    assert len(seen.result.detail) <= 500
    assert "\x1b" not in seen.result.detail


def test_file_beyond_the_limit_is_refused_to_the_student(execute: Callable[..., Any]) -> None:
    seen = execute(["open('small', 'wb').write(bytes(10 << 20))", "open('large', 'wb').write(bytes(20 << 20))"])
    assert (seen.result.word, seen.result.reason, seen.result.cell) == ("failed", "files", 1)


def test_tags_of_a_student_skip_and_allow_nothing(execute: Callable[..., Any], monkeypatch: Any) -> None:
    import nbformat

    real = nbformat.v4.new_code_cell
    tags = {"tags": ["skip-execution", "raises-exception"]}
    monkeypatch.setattr(nbformat.v4, "new_code_cell", lambda source: real(source, metadata=tags))
    seen = execute(["1 / 0"])
    assert (seen.result.word, seen.result.reason) == ("failed", "exception")


def test_notebook_without_sandbox_says_what_was_given_up(execute: Callable[..., Any]) -> None:
    seen = execute(
        ["import os; os.makedirs('outputs'); open('outputs/lime.npz', 'w').write('1'); print(os.getcwd())"],
        sandbox=False,
    )
    assert seen.result.word == "ran"
    assert not seen.result.sandbox
    assert "no sandbox" in seen.result.notes[0]
    assert (seen.folder / "work" / "outputs" / "lime.npz").read_text() == "1"
    assert not Path(seen.texts[0].strip()).exists()  # a temporary folder, gone


def test_students_see_the_assignment_and_a_fixed_environment(execute: Callable[..., Any], monkeypatch: Any) -> None:
    monkeypatch.setenv("TA_SECRET", "token")
    seen = execute(["import json, os, assignment\nprint(json.dumps({'file': assignment.__file__, **os.environ}))"])
    found = json.loads(seen.texts[0])
    assert found["file"] == "/hw9/packages/assignment/__init__.py"
    assert (found["HW9_DEVICE"], found["CUDA_VISIBLE_DEVICES"]) == ("cpu", "")
    assert "TA_SECRET" not in found
