"""Forty disturbances of a made-up class, each of a kind that happened to somebody: what it does to a student's hand-in,
and what must come of it.
"""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from grader.handins.ids import make_id
from tests.grader.collect.conftest import make_zip
from tests.grader.made_class import DEADLINE, HELLO, Made, fill, to_bytes, write_answers

Disturb = Callable[[Made], Made]
WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in "abcdefghijklmnopqrstuvwxyz"}


def with_file(made: Made, data: bytes, path: str = "homework.ipynb", **more: Any) -> Made:
    return replace(made, files={path: data}, **more)


def with_row(made: Made, **cells: str) -> Made:
    assert made.row is not None
    return replace(made, row={**made.row, **cells})


def with_answers(made: Made, source: str, **more: Any) -> Made:
    return with_file(made, to_bytes(fill(made, answers=source)), **more)


def capitals(made: Made) -> Made:
    return with_row(replace(made, login=made.login.upper()), id="")


def lose_zeros(made: Made) -> Made:
    """Return a student whose id a spreadsheet shortened in handins.csv."""
    student = f"00{7_000_000 + made.number}"
    changed = with_row(replace(made, student=student, login=student), student=student, login=student)
    return replace(changed, edited_row=student.lstrip("0"), person=True)


def round_id(made: Made) -> Made:
    """Return a student whose id a spreadsheet rounded there."""
    student = f"1{10 + made.number % 80}901001{made.number:03}"
    changed = with_row(replace(made, student=student, login=student), student=student, login=student)
    return replace(changed, edited_row=f"{float(student):.5E}", person=True)


def copied_name(made: Made) -> Made:
    student = f"{made.student}-Copy1"
    return replace(made, plain=f"{student}.ipynb", student=student, person=True)


def downloaded_twice(made: Made) -> Made:
    plain = f"{made.student} (1).ipynb"
    return replace(
        made, plain=plain, student=make_id(plain), problem="bad_name", run="not_run", earns=False, person=True
    )


def own_name(made: Made) -> Made:
    return replace(made, plain=f"{made.student.upper()}.ipynb")


def own_name_with_two_endings(made: Made) -> Made:
    student = f"{made.student}.ipynb"
    return replace(made, plain=f"{student}.ipynb", student=student, person=True)


def two_endings(made: Made) -> Made:
    return with_file(made, made.files["homework.ipynb"], "homework.ipynb.ipynb")


def second_attempt(made: Made) -> Made:
    first = to_bytes(fill(made, answers=write_answers(dict.fromkeys(made.right, "a"))))
    return replace(made, files={"homework.ipynb": first, "homework-1.ipynb": made.files["homework.ipynb"]})


def second_attempt_is_late(made: Made) -> Made:
    return replace(second_attempt(made), marked=("homework-1.ipynb",), late=True, person=True)


def first_attempt_is_late(made: Made) -> Made:
    """Return one whose LATE stands at the attempt that does not count."""
    return replace(second_attempt(made), marked=("homework.ipynb",), person=True)


def zip_in_a_zip(made: Made) -> Made:
    return with_file(made, make_zip({"all/hw.zip": make_zip(dict(made.files))}), "homework.zip")


def path_that_leads_out(made: Made) -> Made:
    return with_file(
        made, make_zip({"../../b09901000.ipynb": b"{}"}), "hw.zip", problem="not_a_notebook", run="not_run",
        earns=False, person=True,
    )  # fmt: skip


def essay(made: Made) -> Made:
    return with_file(
        made, b"%PDF-1.4 My essay", "essay.pdf", problem="not_a_notebook", run="not_run", earns=False, person=True
    )


def torn(made: Made) -> Made:
    data = made.files["homework.ipynb"][:-40]
    return with_file(made, data, problem="broken", run="not_run", earns=False, person=True)


def two_notebooks(made: Made) -> Made:
    files = {"homework.ipynb": made.files["homework.ipynb"], "draft.ipynb": to_bytes(fill(made, "1"))}
    return replace(made, files=files, problem="two_notebooks", run="not_run", earns=False, person=True)


def late_by_a_second(made: Made) -> Made:
    return replace(with_row(made, submitted_at=(DEADLINE + timedelta(seconds=1)).isoformat()), late=True)


def at_the_deadline(made: Made) -> Made:
    return with_row(made, submitted_at=DEADLINE.isoformat())


def late_without_a_time(made: Made) -> Made:
    return replace(made, marked=tuple(made.files), late=True, person=True)


def update_call(made: Made) -> Made:
    table = write_answers(made.right).removeprefix("answers = ")
    return with_answers(made, f"answers = {{}}\nanswers.update({table})")


def underscores(made: Made) -> Made:
    return with_answers(made, write_answers({item.replace("-", "_"): its for item, its in made.right.items()}))


def full_width(made: Made) -> Made:
    return with_answers(made, write_answers({item.translate(WIDE): its for item, its in made.right.items()}))


def disabled_cell(made: Made) -> Made:
    notebook = fill(made)
    off = "%%script false --no-raise-error\n" + write_answers(dict.fromkeys(made.right, "a"))
    notebook["cells"].append({**notebook["cells"][-1], "id": "off", "source": off})
    return with_file(made, to_bytes(notebook))


def loop(made: Made) -> Made:
    source = f"answers = {{}}\nfor item, its in {json.dumps(made.right)}.items():\n    answers[item] = its"
    return with_answers(made, source, earns=False, person=True)


def heavy_figures(made: Made) -> Made:
    notebook = fill(made)
    figure = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "[{" * 500_000 + "}]" * 500_000}}
    notebook["cells"][0]["outputs"] = [figure] * 5
    return with_file(made, to_bytes(notebook))


def version_3(made: Made) -> Made:
    cells = [
        {"cell_type": "code", "language": "python", "collapsed": False, "prompt_number": 1, "outputs": [],
         "metadata": cell["metadata"], "input": cell["source"]}
        for cell in fill(made)["cells"]
    ]  # fmt: skip
    whole = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    return with_file(made, to_bytes(whole))


def without_outputs(made: Made) -> Made:
    notebook = fill(made)
    for cell in notebook["cells"]:
        del cell["outputs"], cell["execution_count"]
    return with_file(made, to_bytes(notebook))


def missing(made: Made) -> Made:
    return replace(made, files={}, problem="missing", run="not_run", earns=False, person=True)


def no_row(made: Made) -> Made:
    return replace(made, row=None, student=made.student if made.system == "ntu_cool" else made.lms_id, person=True)


def files_beside(made: Made) -> Made:
    files = {"hw/homework.ipynb": to_bytes(fill(made, "import helper")), "hw/helper.py": b"x = 1"}
    return with_file(made, make_zip(files), "homework.zip")


def widget(made: Made) -> Made:
    source = "import ipywidgets as w\nout = w.Output()\ndisplay(out)\nwith out:\n    print('a')"
    return with_file(made, to_bytes(fill(made, source)))


def fails(made: Made) -> Made:
    return with_file(made, to_bytes(fill(made, "1 / 0")), run="failed", person=True)


def edits_the_homework(made: Made) -> Made:
    notebook = fill(made)
    notebook["cells"][0]["source"] = HELLO + "  # mine"
    return with_file(made, to_bytes(notebook), person=True)


def vanishes(made: Made) -> Made:
    return replace(made, later=b"", person=True)


def replaced(made: Made) -> Made:
    """Return one whose file is replaced after the first run; the second one is right."""
    wrong = to_bytes(fill(made, answers=write_answers(dict.fromkeys(made.right, "z"))))
    return replace(made, files={"homework.ipynb": wrong}, later=made.files["homework.ipynb"])


def half_saved(made: Made) -> Made:
    return replace(made, later=b"{", person=True)


DISTURBANCES: tuple[tuple[Disturb, str], ...] = (  # and the course system where it happens
    (capitals, "ntu_cool"),
    (lose_zeros, "canvas"),
    (lose_zeros, "ntu_cool"),
    (round_id, "canvas"),
    (round_id, "moodle"),
    (copied_name, "canvas"),
    (downloaded_twice, "moodle"),
    (own_name, "canvas"),
    (own_name_with_two_endings, "moodle"),
    (two_endings, "canvas"),
    (second_attempt, "canvas"),
    (second_attempt, "ntu_cool"),
    (second_attempt_is_late, "canvas"),
    (first_attempt_is_late, "ntu_cool"),
    (zip_in_a_zip, "canvas"),
    (zip_in_a_zip, "moodle"),
    (path_that_leads_out, "ntu_cool"),
    (essay, "moodle"),
    (torn, "ntu_cool"),
    (two_notebooks, "moodle"),
    (late_by_a_second, "canvas"),
    (late_by_a_second, "moodle"),
    (at_the_deadline, "moodle"),
    (late_without_a_time, "canvas"),
    (late_without_a_time, "ntu_cool"),
    (update_call, "canvas"),
    (underscores, "ntu_cool"),
    (full_width, "moodle"),
    (disabled_cell, "canvas"),
    (loop, "ntu_cool"),
    (heavy_figures, "moodle"),
    (version_3, "canvas"),
    (without_outputs, "ntu_cool"),
    (missing, "moodle"),
    (missing, "canvas"),
    (no_row, "ntu_cool"),
    (no_row, "moodle"),
    (files_beside, "canvas"),
    (widget, "ntu_cool"),
    (fails, "moodle"),
    (edits_the_homework, "canvas"),
    (vanishes, "ntu_cool"),
    (replaced, "moodle"),
    (half_saved, "canvas"),
)


def disturb(members: list[Made], seed: int) -> list[Made]:
    """Return the class with each disturbance done to a student of its own, anywhere."""
    chosen = random.Random(seed).sample(members, len(members))
    changed = list(members)
    for kind, system in DISTURBANCES:
        made = next(one for one in chosen if one.system == system)
        chosen.remove(made)
        changed[made.number] = replace(kind(made), kind=kind.__name__)
    return changed
