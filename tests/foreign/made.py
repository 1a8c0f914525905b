"""Valid files of each kind that a class meets: what the drawn ones are made from."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np

from assignment.agreement.agree import COMPARED_GROUPS
from assignment.outputs import Outputs, list_official
from grader.report.class_record import ClassRecord
from grader.scoring.handin_record import HandinRecord
from questions.bank import Bank
from tests.conftest import find_stem, join_texts
from tests.grader.collect.conftest import GRADEBOOK, make_notebook, make_zip
from tests.grader.conftest import POINTS, RIGHT, make_canonical, make_question

BANK = Bank(tuple(make_question(item, number) for item, number in zip(POINTS, (1, 2, 5, 6), strict=True)), {})
CELLS = (
    'answers = {"lime-1": "bd", "lime-2": "a"}',
    'answers = dict()\nanswers["lime-1"] = "b, d"\nanswers.update({"saliency-1": ["a", "c"]})',
    'ANSWERS = answers = {**{"lime-2": {"c"}}, "saliency-2": f"{1}"} | {}\nanswers |= {"lime-1": "ｂｄ"}',
    '%%time\nif 1:\n    answers["lime-1"] = """a\n"""\n!ls\nanswers: dict = {}',
)
OFFICIAL = {"hw9": {"official": True, "name": "hello"}}
HANDINS_CSV = "student,name,submitted_at,marked_late,look\nb01,王,2027-05-28T20:15:00+08:00,no,\nb02,'=1,,yes,look\n"
WORKSHEET = "Identifier,Full name,ID number,Email address,Status,Grade\nParticipant 41,Ada,b01,a@b.c,,-\n"
PLAIN = "student,id,login,email,name,submitted_at\nb01,41000,ada,ada@b.c,Ada,2027-05-28T20:15:00+08:00\n"
EXPORT = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 9 (123),Current Score\n"
    "    Points Possible,,,,,10,(read only)\n"
    '"Chen, Ada",41000,b01,ada@school.edu,A,3.3,\n"Lin, Bo",41001,b02,bo@school.edu,A,N/A,\n'
)
DECISIONS = (
    "- decision: void\n  question: lime-1\n  reason: 'two readings'\n  date: 2027-06-02\n"
    "- {decision: extension, student: b01, value: 2027-06-01T12:00:00+08:00, reason: ill, date: 2027-06-02, by: TA}\n"
)
DECISIONS_CSV = "decision,student,question,value,reason,date\nexcused,b01,,,ill,2027-06-02\n"
METADATA = (
    "---\nsubmission_123:\n  :submitters:\n  - :name: Ada\n    :sid: b01\n    :email: a@b.c\n"
    "  :created_at: 2027-05-28 12:00:00.5 Z\n"
)
LOCK = "version: 1\nassets:\n- {path: a.bin, bytes: 3, sha256: '" + "0" * 64 + "', addresses: ['https://x.org/a']}\n"
TEXTS = (
    "attention: []\npassages: []\nwords:\n- word: bank\n  sentences: {river: ['a [bank] here'], money: ['[bank]s']}\n"
)


def to_bytes(value: Any) -> bytes:
    """Return the JSON of a value, whatever Python's own reader of JSON makes of it."""
    return json.dumps(value).encode()


def make_cells() -> list[dict[str, Any]]:
    """Return cells of every kind, in format 4 and as other editors left them."""
    code = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": OFFICIAL,
        "outputs": [],
        "source": "print('hello')",
    }
    shown = {"output_type": "display_data", "data": {"text/plain": ["a"], "image/png": "aGk="}, "metadata": {}}
    return [
        {**code, "id": "a"},
        {**code, "id": "b", "metadata": {"tags": ["x"]}, "outputs": [shown], "source": [CELLS[0]]},
        {"cell_type": "markdown", "metadata": {}, "source": "# *a*", "attachments": {"a.png": {"image/png": "aGk="}}},
        {"cell_type": "heading", "level": 2, "source": ["a", "b"]},
        {"cell_type": "code", "input": CELLS[1], "language": "python", "prompt_number": 3},
    ]


def make_notebooks() -> list[dict[str, Any]]:
    """Return a notebook of format 4 and one of format 3."""
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    widgets = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}}
    return [
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {**kernel, **widgets}, "cells": make_cells()},
        {"nbformat": 3, "nbformat_minor": 0, "metadata": kernel, "worksheets": [{"cells": make_cells()}]},
    ]


@cache
def make_arrays() -> Outputs:
    """Return small canonical Outputs."""
    return make_canonical(pictures=2, size=8, pieces=4)


def pack_group(arrays: Mapping[str, bytes | Any], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an npz of arrays, or of members' own bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, array in arrays.items():
            inner = io.BytesIO()
            if not isinstance(array, bytes):
                np.save(inner, array)
            archive.writestr(f"{name}.npy", array if isinstance(array, bytes) else inner.getvalue())
    return stream.getvalue()


@cache
def make_groups() -> dict[str, dict[str, Any]]:
    """Return the arrays of each group that is compared, as a student saves them."""
    return {group: {name: make_arrays()[group, name] for name in list_official(group)} for group in COMPARED_GROUPS}


def make_report(rows: Sequence[tuple[str, Mapping[str, str]]]) -> bytes:
    """Return a quiz's report: the students, and the letters that each chose."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    columns = [cell for one in BANK.questions for cell in (f"{5000 + one.number}: {find_stem(one)}", "0.3")]
    writer.writerow(["name", "id", "sis_id", "section", "submitted", "attempt", *columns, "n correct", "score"])
    for student, chosen in rows:
        cells = [cell for one in BANK.questions for cell in (join_texts(one, chosen.get(one.id, "")), "0.3")]
        writer.writerow(["Ann, B", f"41{student[-2:]}", student, "A", "2027-05-20 12:00:00 UTC", "1", *cells, "3", "1"])
    return stream.getvalue().encode()


def make_archives() -> list[bytes]:
    """Return downloads of two course systems, a student's own archive within one of them."""
    inner = make_zip({"hw/homework.ipynb": make_notebook(), "hw/data.csv": b"1"})
    canvas = {"ada_41000_90001_hw.ipynb": make_notebook(), "bo_LATE_41001_90002_hw.zip": inner}
    gradescope = {"assignment_1_export/submission_123/hw.ipynb": make_notebook()}
    gradescope["assignment_1_export/submission_metadata.yml"] = METADATA.encode()
    return [make_zip(canvas), make_zip(gradescope)]


def make_results() -> ClassRecord:
    """Return what a gradebook is filled with: three students' points."""
    members = (("b01", "3.3"), ("b02", "0.0"), ("b03", "0.6"))
    handins = tuple(
        HandinRecord.model_construct(student=student, total=Decimal(total), excused=student == "b02", problem=None)
        for student, total in members
    )
    return ClassRecord.model_construct(title="Homework 9", possible=Decimal("9.0"), handins=handins)


ROSTERS = (GRADEBOOK, WORKSHEET, PLAIN)
REPORT = make_report([("b01", RIGHT), ("b02", {"lime-1": "a"}), ("b01", {})])
