"""The command line: help with examples that work, the version, exit codes, and errors without a traceback."""

import errno
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pytest

from grader.commands.main import PURPOSES, find_verbs, main, make_parser

VERBS = [name for names in PURPOSES.values() for name in names if name != "reference"]
HEAVY = ("nbformat", "scipy.stats", "matplotlib", "torch", "transformers")


def show_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def find_examples(text: str) -> list[str]:
    """Return the commands of a help's examples, without what stands right of them."""
    lines = re.findall(r"^(?:example: |  )(hw9 .*)$", text, re.MULTILINE)
    return [re.split(r"\s{2,}", line)[0] for line in lines]


def test_every_verb_serves_one_purpose() -> None:
    listed = Counter(f"hw9 {name}" for names in PURPOSES.values() for name in names)
    assert listed == Counter(verb.prog for verb, _ in find_verbs(make_parser()))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_of_its_own(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = show_help(verb.split(), capsys)
    assert text.startswith(f"usage: hw9 {verb} [-h]")
    examples = find_examples(text)
    assert examples
    assert all(example.startswith(f"hw9 {verb}") for example in examples)


@pytest.mark.parametrize("verb", ["", "questions", *VERBS])
def test_every_example_can_be_typed(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    for example in find_examples(show_help(verb.split(), capsys)):
        assert callable(make_parser().parse_args(shlex.split(example)[1:]).start), example


@pytest.mark.parametrize("verb", VERBS)
def test_every_argument_and_option_is_explained(verb: str) -> None:
    parser = next(parser for parser, _ in find_verbs(make_parser()) if parser.prog == f"hw9 {verb}")
    assert not [action.dest for action in parser._actions if not action.help]


def test_help_lists_the_verbs_by_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    text = show_help([], capsys)
    places = [text.index(f"\n{purpose}:\n") for purpose in PURPOSES]
    assert places == sorted(places)
    assert re.search(r"^  grade \[HANDINS\] RUNS +run, score and report a class$", text, re.MULTILINE)


@pytest.mark.slow
def test_help_loads_none_of_what_takes_seconds() -> None:
    told = f"""
import sys
from grader.commands.main import make_parser
make_parser()
print(*set(sys.modules) & {set(HEAVY)!r})
"""
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


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


def test_version_is_that_of_the_installed_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"hw9 {version('hw9')}; RUNS folders: version 1\n"


@pytest.mark.parametrize(
    "words", [[], ["grade"], ["questions"], ["regrade", "x"], ["run", "a", "b", "--jobs", "0"], ["notebook"]]
)
def test_wrong_usage_ends_with_two(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "{tmp}/no-such-folder", "{tmp}/runs"], "no such folder; expected a folder of hand-ins"),
        (["grade", "{tmp}/no-such-folder", "{tmp}/runs"], "no such folder; expected a folder of hand-ins"),
        (["grade", "{tmp}", "{tmp}/runs", "--course", "maxi"], "maxi: no such folder; expected a course"),
        (["run", "{tmp}/hw", "{tmp}/a-file", "--no-sandbox"], "a-file: not a folder; expected a RUNS folder"),
        (["run", "{tmp}/hw", "{tmp}/a-file/runs", "--no-sandbox"], "a-file/runs: Not a directory; expected a RUNS"),
        (["run", "{tmp}/hw", "/proc/runs", "--no-sandbox"], "/proc/runs: "),
        (["explorer", "{tmp}/x.html", "--course", "{tmp}/a-file"], "a-file: not a folder; expected a course"),
        (["score", "{tmp}", "{tmp}/never-run"], "never-run"),
        (["report", "{tmp}/never-run"], "never-run"),
        (["look", "{tmp}/absent.ipynb"], "absent.ipynb: No such file or directory; expected a notebook"),
        (["bundle", "{tmp}/a-file/dist"], "a-file/dist"),
        (["questions", "check", "--course", "{tmp}"], ": no course.yaml and no manifest.yaml; expected a course"),
        (["questions", "show", "lime-9"], "lime-9"),
        (["questions", "mutate", "--only", "nothing"], "'nothing': no mutant begins so"),
        (["questions", "mutate", "--only", "lime", "--write"], "--write: with --only the matrix is in part"),
        (["questions", "handout", "{tmp}/a-file/dist"], "a-file/dist"),
        (["questions", "qti", "quiz.imscc"], "expected a name that ends in .zip"),
    ],
)
def test_a_users_mistake_ends_with_one_and_a_line_that_names_it(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a-file").write_text("")
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "b01.ipynb").write_text("{}")
    assert main([word.replace("{tmp}", str(tmp_path)) for word in words]) == 1
    written = capsys.readouterr()
    assert said in written.err
    assert "expected" in written.err
    assert "Traceback" not in written.err


def test_our_own_bug_ends_with_three_and_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**given: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("grader.commands.report.report", fail)
    assert main(["report", "x"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_a_full_disk_is_no_bug_of_ours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(**given: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runs/runs.json")

    monkeypatch.setattr("grader.commands.report.report", fail)
    assert main(["report", "x"]) == 1
    says = "runs/runs.json: No space left on device; expected room to write; then the same command goes on"
    assert " ".join(capsys.readouterr().err.split()) == says


def test_a_stopped_command_says_how_it_resumes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(**given: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("grader.commands.run.run", stop)
    assert main(["run", "a", "b"]) == 1
    assert capsys.readouterr().err == "stopped; the same command resumes where it stopped\n"
