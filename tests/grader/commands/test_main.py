"""The command line: help with an example, exit codes, and errors without a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assignment.assignment import NOTEBOOK_FILE
from grader.commands.main import VERBS, main


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "questions"])
def test_every_verb_has_help_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert f"example: hw9 {verb}" in capsys.readouterr().out


@pytest.mark.slow
def test_reference_has_help_with_examples_in_a_process_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "grader", "reference", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "hw9 reference --analysis saliency" in done.stdout


def test_wrong_usage_ends_with_two() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["grade"])
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "{tmp}/no-such-folder", "{tmp}/runs"], "no such folder; expected a folder of hand-ins"),
        (["score", "{tmp}", "{tmp}/never-run"], "never-run"),
        (["report", "{tmp}/never-run"], "never-run"),
        (["look", "{tmp}/absent.ipynb"], "absent.ipynb: No such file or directory; expected a notebook"),
        (["questions", "check", "--profile", "maxi"], "maxi"),
        (["questions", "show", "lime-9"], "lime-9"),
    ],
)
def test_a_users_mistake_ends_with_one_and_a_line_that_names_it(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.replace("{tmp}", str(tmp_path)) for word in words]) == 1
    written = capsys.readouterr()
    assert said in (written.err + written.out).replace("\n", " ")
    assert "Traceback" not in written.err


def test_our_own_bug_ends_with_three_and_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(options: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setitem(VERBS, "report", fail)
    assert main(["report", "x"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_look_reads_a_notebook_without_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = NOTEBOOK_FILE.read_text(encoding="utf-8")
    notebook = json.loads(
        text.replace('\\"lime-1\\": \\"\\"', '\\"lime-1\\": \\"ca\\"').replace('of=\\"logit\\"', 'of=\\"loss\\"')
    )
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert main(["look", str(path)]) == 1
    out = capsys.readouterr().out
    assert "lime-1: ac\n" in out
    assert "official cell 'saliency' is edited" in out
    assert "lime-2: blank" in out


def test_look_at_something_else_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "essay.ipynb").write_text("Dear TA", encoding="utf-8")
    assert main(["look", str(tmp_path / "essay.ipynb")]) == 1
    assert "essay.ipynb: notebook:" in capsys.readouterr().err
