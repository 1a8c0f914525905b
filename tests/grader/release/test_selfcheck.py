"""The self-check of the bundle: it runs alone on any system, and it is no oracle."""

import ast
import json
import os
import re
import subprocess
import sys
import zipfile
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assignment.agreement.agree import COMPARED_GROUPS, UNDETERMINED
from assignment.arrays import ARRAYS
from assignment.assignment import NOTEBOOK_FILE
from assignment.course import open_course
from assignment.outputs import list_official, save_group
from assignment.selfcheck.known import Known
from assignment.selfcheck.look import look_at
from assignment.selfcheck.outputs import check_outputs, describe_checks
from grader.commands.main import POSIX, main
from grader.release.bundle import write_bundle
from grader.release.selfcheck import list_files, make_known
from questions.bank import load_bank
from questions.canonical import load_canonical
from questions.key import compute_key
from questions.proof.mutants.registry import MUTANTS

pytestmark = pytest.mark.slow  # a bundle is made
ROOMS = ("grader", "questions", "reference", "benchmarks")
LACKING = (
    "O_NOFOLLOW",
    "O_NONBLOCK",
    "O_DIRECTORY",
    "O_CLOEXEC",
    "getuid",
    "geteuid",
    "fork",
    "memfd_create",
    "getpgid",
)
# Another system than this: what Windows has not is gone before a module of ours is imported. Python's own may have it.
ELSEWHERE = f"""
import asyncio, multiprocessing, subprocess, tempfile, zipfile, runpy, os, sys
import nbclient, nbformat, jupyter_client, numpy, pydantic, yaml, PIL.Image, rich.console, requests
for name in {POSIX!r}:
    sys.modules[name] = None
for name in {LACKING!r}:
    if hasattr(os, name):
        delattr(os, name)
os.supports_dir_fd = set()
"""
ALONE = f"{ELSEWHERE}\nfor name in {ROOMS!r}:\n    sys.modules[name] = None\nsys.argv = sys.argv[1:]\n" + (
    'sys.path.insert(0, ".")\nrunpy.run_path("hw9.py", run_name="__main__")'
)


SAVE = """
from pathlib import Path
from assignment.outputs import save_group
from assignment.profile import load_profile
save_group(Path("outputs"), "pictures", {"label": load_profile().labels})
"""


@pytest.fixture(scope="module")
def known() -> Known:
    return make_known(open_course())


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("dist"), open_course())


@pytest.fixture(scope="module")
def unpacked(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle in a folder whose name code page 950 has, and one letter that it has not."""
    folder = tmp_path_factory.mktemp("home") / "作業九 王小明 ü"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    return folder


def start(code: str, folder: Path, *words: str) -> "subprocess.CompletedProcess[bytes]":
    """Run code in a folder, as a terminal of code page 950 that says which files are read in the system's encoding."""
    settings = {**os.environ, "PYTHONIOENCODING": "cp950", "PYTHONWARNDEFAULTENCODING": "1", "PYTHONUTF8": "0"}
    command = [sys.executable, "-X", "warn_default_encoding", "-c", code, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, env=settings, check=False)


def find_guessed(done: "subprocess.CompletedProcess[bytes]") -> list[str]:
    """Return the warnings that a file of ours was opened without saying its encoding."""
    lines = done.stderr.decode("cp950", "replace").splitlines()
    return [line for line in lines if "EncodingWarning" in line and re.search(r"[/\\](assignment|grader)[/\\]", line)]


def write_notebook(path: Path, *, letters: dict[str, str] | None = None, run: str = "pass") -> Path:
    """Write a small notebook with the released answers cell, and letters in it."""
    cells: list[dict[str, Any]] = json.loads(NOTEBOOK_FILE.read_bytes())["cells"]
    answers = next("".join(cell["source"]) for cell in cells if "".join(cell["source"]).startswith("answers = {"))
    for name, chosen in (letters or {}).items():
        answers = answers.replace(f'"{name}": ""', f'"{name}": "{chosen}"')
    sources = [run, answers]
    made = [{"cell_type": "code", "source": one, "metadata": {}, "outputs": []} for one in sources]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": made}), encoding="utf-8")
    return path


def test_look_and_check_run_from_the_bundle_alone_where_windows_is(unpacked: Path) -> None:
    write_notebook(unpacked / "王小明的作業.ipynb", letters={"lime-1": "ca"}, run=SAVE)
    looked, checked = (start(ALONE, unpacked, "hw9.py", verb, "王小明的作業.ipynb") for verb in ("look", "check"))
    for done in (looked, checked):
        said = done.stdout.decode("cp950")
        assert done.returncode == 1, done.stderr.decode("cp950", "replace")
        assert "lime-1: ac" in said
        assert "official cell 'saliency' is missing ｜ 官方儲存格 'saliency' 不見了" in said
        assert find_guessed(done) == []
        assert b"Traceback" not in done.stderr
    assert "it ran to its end" in said
    assert re.search(r"^lime +missing 沒有存檔$", said, re.MULTILINE)
    assert "logits: missing" in said
    assert not (unpacked / "outputs").exists()


def test_last_cell_of_an_unpacked_bundle_compares_and_finds_its_cells_as_released(
    bundle: Path, known: Known, tmp_path: Path
) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    pictures = {name: known.official["pictures", name] for name in list_official("pictures")}
    save_group(tmp_path / "outputs", "pictures", pictures)
    save_group(tmp_path / "outputs", "saliency", {"map": known.official["saliency", "map"] ** 2})
    code = f"{ALONE.partition('sys.argv =')[0]}sys.path.insert(0, '.')\nfrom assignment.selfcheck.own import *\n"
    done = start(f"{code}print(describe_own_work())", tmp_path)
    said = done.stdout.decode("cp950")
    assert re.search(r"^pictures +agrees 一致$", said, re.MULTILINE), done.stderr
    assert re.search(r"^saliency +differs 不同$", said, re.MULTILINE)
    assert re.search(r"^lime +missing 沒有存檔$", said, re.MULTILINE)
    *_, intact, command, _ = said.splitlines()
    assert intact == "official cells as they were released ｜ 官方儲存格與發下時相同"
    assert command.startswith('In a terminal, `python hw9.py check "homework.ipynb"` runs the whole notebook anew')


def test_what_is_no_notebook_is_named_where_the_terminal_lacks_its_letters(unpacked: Path) -> None:
    done = start(ALONE, unpacked, "hw9.py", "look", "沒有 ü.ipynb")
    assert done.returncode == 1
    *_, named, chinese = done.stderr.decode("cp950").splitlines()
    assert named.startswith("沒有 ?.ipynb: ")
    assert chinese.startswith("無法檢查，原因如上：")


def test_installed_look_runs_and_other_verbs_say_what_they_need_where_windows_is(tmp_path: Path) -> None:
    code = f"{ELSEWHERE}\nfrom grader.commands.main import main\nsys.exit(main(sys.argv[1:]))"
    write_notebook(tmp_path / "作業.ipynb", letters={"lime-1": "ca"})
    root = str(Path(__file__).parents[3])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", root)
        looked = start(code, tmp_path, "look", "作業.ipynb")
        made = start(code, tmp_path, "bundle", "dist")
    assert "lime-1: ac" in looked.stdout.decode("cp950"), looked.stderr
    assert looked.returncode == 1
    assert find_guessed(looked) == []
    assert made.returncode == 1
    assert (
        made.stderr.decode("cp950").splitlines()[-1].startswith("hw9 bundle: this system has no fcntl; expected Linux")
    )


def test_a_cell_that_fails_is_named_and_what_lies_beside_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_notebook(tmp_path / "mine.ipynb", run="open('data.csv', encoding='utf-8')")
    assert main(["check", str(path)]) == 1
    said = capsys.readouterr().out
    assert "it stopped at cell 0, counted from 0: FileNotFoundError" in said
    assert "It ran alone" in said


def test_no_module_of_the_bundle_needs_another_system_or_guesses_an_encoding(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        sources = {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")}
    assert "hw9.py" in sources
    for name, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = {getattr(node, "module", None), *(alias.name for alias in node.names)}
                assert not modules & set(POSIX), name
            elif isinstance(node, ast.Call) and _opens_text(node):
                assert any(word.arg == "encoding" for word in node.keywords), f"{name}: line {node.lineno}"


def _opens_text(call: ast.Call) -> bool:
    """Tell whether a call opens a file as text: read_text, write_text, or open without a mode that has a b.

    `os.open` gives a descriptor.
    """
    if isinstance(call.func, ast.Name):
        name, owner = call.func.id, "builtins"
    else:
        name, owner = getattr(call.func, "attr", ""), getattr(getattr(call.func, "value", None), "id", "")
    modes = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if name == "open":
        return owner not in ("Image", "archive", "os") and not any("b" in mode for mode in modes)
    return name in ("read_text", "write_text") and owner != "builtins"


def test_the_bundle_has_official_arrays_alone_and_of_mistakes_eight_bytes_each(known: Known) -> None:
    files = list_files(known, open_course())
    for group in COMPARED_GROUPS:
        assert {name for its, name in known.official if its == group} <= {*list_official(group), UNDETERMINED}
    experiments = {name for name in load_canonical(open_course(), 1) if name not in ARRAYS}
    assert len(experiments) > 10  # or nothing is kept back
    assert not experiments & set(known.official)
    written = json.loads(files["known.json"])
    assert written.keys() == {"asked", "mistakes"}
    assert all(one.keys() == {"group", "says", "salt", "signatures"} for one in written["mistakes"])
    signatures = [its for one in written["mistakes"] for its in one["signatures"].values()]
    assert {len(its) for its in signatures if its not in ("multiple", "zero", "opposite")} == {16}
    assert len(written["mistakes"]) > 100
    assert len({one["salt"] for one in written["mistakes"]}) == len(written["mistakes"])  # no two can be compared
    assert "reached" not in {array for one in known.mistakes for array in one.signatures}


def test_no_bytes_of_the_self_check_hang_on_the_key(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every claim of the bank turned round, which gives another key, the same files are made."""
    course, before = open_course(), list_files(known, open_course())
    bank = load_bank(course)
    key = compute_key(bank, {1: load_canonical(course, 1)})
    choices = {id(choice): choice for question in bank.questions for choice in question.choices.values()}
    turned = [
        choice.model_copy(
            update={"claim": choice.claim.model_copy(update={"above": choice.claim.below, "below": choice.claim.above})}
        )
        for choice in choices.values()
    ]
    by_id = dict(zip(choices, turned, strict=True))
    questions = tuple(
        one.model_copy(update={"choices": {letter: by_id[id(choice)] for letter, choice in one.choices.items()}})
        for one in bank.questions
    )
    other = type(bank)(questions, bank.places)
    assert compute_key(other, {1: load_canonical(course, 1)}).letters != key.letters
    monkeypatch.setattr("grader.release.selfcheck.load_bank", lambda _: other)
    assert list_files(make_known(course), course) == before


def test_who_tries_all_choices_of_a_question_learns_nothing(known: Known, tmp_path: Path) -> None:
    question = load_bank(open_course()).questions[0]
    tries = ["".join(some) for count in range(1, 6) for some in combinations(sorted(question.choices), count)]
    told = set()
    for chosen in tries:
        path = write_notebook(tmp_path / "mine.ipynb", letters={question.id: chosen})
        seen = look_at(path, known.asked, known.released)
        assert f"{question.id}: {chosen}" in seen.lines
        told.add((seen.fine, *(line for line in seen.lines if line != f"{question.id}: {chosen}")))
    assert len(tries) > 25
    assert len(told) == 1
    for group in COMPARED_GROUPS:
        save_group(tmp_path / "outputs", group, {name: known.official[group, name] for name in list_official(group)})
    checks = check_outputs(tmp_path, known, open_course())  # it is given no answer to look at
    assert {one.word for one in checks} == {"agrees"}
    assert not [line for line in describe_checks(checks) if "looks" in line]


def test_words_of_mistakes_are_those_that_students_may_be_told(known: Known) -> None:
    assert {one.says for one in known.mistakes} <= {one.says for one in MUTANTS}
    assert not [one for one in known.mistakes if re.search(r"[a-z_]+-\d|\b[a-e]\)", one.says.en)]


def test_coarse_ascent_pictures_keep_the_pixels_of_the_reference_back(known: Known) -> None:
    fine = load_canonical(open_course(), 1)["filters", "ascent"]
    coarse = known.official["filters", "ascent"]
    assert coarse.shape == fine.shape
    assert np.unique(coarse).size <= fine.size // 64
