"""Identical hand-ins: found whatever editors and runs change, and never for what honest people share."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from assignment.assignment import NOTEBOOK_FILE
from grader.handins.submission import Submission
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from grader.scoring.identical import digest_content
from grader.scoring.judge import score_runs

RIGHT = {"lime-1": "bd", "lime-2": "a"}
OWN = "# My own way to see it:\nfor n in range(10):\n    print(n, maps[n].mean(), maps[n].std())\n"
OWN += "# The brightest pictures are those with one dish in the middle of a plain table, I think.\n"
Score = Callable[..., dict[str, HandinRecord]]


def write(letters: Mapping[str, str], *sources: str, output: str = "", kind: str = "code") -> dict[str, Any]:
    """Return the released notebook, answered, with cells of one's own behind it."""
    notebook: dict[str, Any] = json.loads(NOTEBOOK_FILE.read_text(encoding="utf-8"))
    answers = next(cell for cell in notebook["cells"] if "".join(cell["source"]).startswith("answers = {"))
    answers["source"] = f"answers = {dict(letters)!r}" if letters else answers["source"]
    saved = [{"output_type": "stream", "name": "stdout", "text": output}] if output else []
    more = {"outputs": saved, "execution_count": None} if kind == "code" else {}
    notebook["cells"] += [{"cell_type": kind, "metadata": {}, "source": source} | more for source in sources]
    return notebook


@pytest.fixture
def score(tmp_path: Path, grading: Grading) -> Score:
    """Return a function that scores notebooks, by student."""

    def run(**notebooks: dict[str, Any]) -> dict[str, HandinRecord]:
        submissions = []
        for student, notebook in notebooks.items():
            path = tmp_path / "runs" / student / "handin.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(notebook), encoding="utf-8")
            submissions.append(Submission(student=student, notebook=path))
        return {one.student: one for one in score_runs(submissions, tmp_path / "runs", grading)}

    return run


def test_the_same_cells_under_other_outputs_and_line_ends_name_each_other_and_cost_nothing(score: Score) -> None:
    found = score(
        ann=write(RIGHT, OWN, output="0 0.1"),
        bob=write({"lime-1": "bd"}, OWN.replace("\n", " \r\n")),
        cy=write(RIGHT, OWN.replace("brightest", "darkest")),
    )
    assert {name: one.identical_to for name, one in found.items()} == {"ann": ("bob",), "bob": ("ann",), "cy": ()}
    assert found["bob"].needs_person
    assert "identical to those of ann." in found["bob"].staff_why[-1].en
    assert "ann" in found["bob"].staff_why[-1].zh
    assert not [reason for reason in found["bob"].why if "ann" in reason.en], "what the student's page shows"
    assert str(found["ann"].total) == "0.6"


def test_identical_texts_count_as_code_does(score: Score) -> None:
    found = score(ann=write(RIGHT, OWN, kind="markdown"), bob=write(RIGHT, OWN, kind="markdown"))
    assert found["ann"].identical_to == ("bob",)


@pytest.mark.parametrize(
    "sources",
    [
        (),
        ("answers['lime-1'] = 'bd'\nanswers.update({'lime-2': 'a'})  # whoever reads on knows, after all that was",),
        ("%pip install torchray captum\n!nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv",),
    ],
)
def test_answers_alone_and_commands_are_no_finding(score: Score, sources: tuple[str, ...]) -> None:
    found = score(ann=write(RIGHT, *sources), bob=write(RIGHT, *sources))
    assert {one.content for one in found.values()} == {None}


def test_blank_releases_and_blank_copies_are_no_finding(score: Score) -> None:
    assert score(ann=write({}), bob=write({}))["ann"].identical_to == ()
    assert score(ann=write({}, OWN), bob=write({}, OWN))["ann"].identical_to == ()


def test_a_few_lines_that_two_write_alike_count_only_in_the_same_file(score: Score) -> None:
    short = "return_value = a @ b / (a.norm() * b.norm())"
    apart = score(ann=write(RIGHT, short, output="0.71 in 2.31 s"), bob=write(RIGHT, short, output="0.71 in 2.44 s"))
    assert apart["ann"].identical_to == ()
    copied = score(ann=write(RIGHT, short, output="0.71 in 2.31 s"), bob=write(RIGHT, short, output="0.71 in 2.31 s"))
    assert copied["ann"].identical_to == ("bob",)


def test_what_is_no_notebook_has_no_content() -> None:
    assert digest_content(b"%PDF-1.4", NOTEBOOK_FILE) is None


def test_hostile_cell_of_answers_costs_no_minutes() -> None:
    """Python's own parser takes the square of an f-string's length, three minutes for this one."""
    cells = [{"cell_type": "code", "metadata": {}, "source": f"answers = f'{'{x!r:{y}}' * 100_000}'", "outputs": []}]
    begun = time.process_time()
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()
    assert digest_content(data, NOTEBOOK_FILE)
    assert time.process_time() - begun < 30
