"""A made-up class as three course systems name its hand-ins, with forty disturbances in its midst.

The same size and seed make the same class. All others' hand-ins are in order and answer some of the questions right.
The code is short: what is tried is who, when and which answers, not the homework. `disturbances.py` spoils.
"""

import copy
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from assignment.course import open_course
from tests.grader.collect.conftest import make_zip

Notebook = dict[str, Any]
DEADLINE = open_course().assignment.deadline
SYSTEMS = ("canvas", "ntu_cool", "moodle")
COLUMNS = ("student", "id", "login", "name", "submitted_at")
STRAYS = {"README.md": b"all of them", "Thumbs.db": b"x", ".DS_Store": b"x", "__MACOSX/._a.ipynb": b"x"}


@dataclass(frozen=True)
class Made:
    """One student: the row of the roster, the files by their paths in the submission, and what must come of it."""

    number: int
    student: str
    right: Mapping[str, str]  # the answers, all of them right
    files: Mapping[str, bytes]
    row: Mapping[str, str] | None
    kind: str = "in order"
    login: str = ""
    marked: tuple[str, ...] = ()  # the files that the course system marks LATE
    plain: str = ""  # what the file is called that no course system named
    edited_row: str = ""  # the id that a spreadsheet makes of the student's in handins.csv
    later: bytes | None = None  # the notebook that lies in HANDINS for the second run; b"": none
    problem: str | None = None
    run: str = "ran"
    late: bool = False
    earns: bool = True
    person: bool = False  # whether one must look

    @property
    def system(self) -> str:
        """Return the course system by which the student hands in."""
        return SYSTEMS[self.number % len(SYSTEMS)]

    @property
    def apart(self) -> str | None:
        """Return the id of a row that is the student's and that nothing but a person can join with the hand-in."""
        row = self.edited_row or (self.row or {}).get("student", self.student)
        return row if row != self.student else None

    @property
    def lms_id(self) -> str:
        """Return the number that the course system gave."""
        return str(41_000 + 100_000 * (self.number % len(SYSTEMS)) + self.number)

    @property
    def name(self) -> str:
        """Return what the student is called."""
        return f"{'王陳林李張'[self.number % 5]}{'小明怡君安'[self.number % 5]} Ada{self.number}"


@dataclass(frozen=True)
class Exam:
    """The right letters of each question and its points."""

    letters: Mapping[str, str]
    points: Mapping[str, Decimal]

    def earned(self, made: Made) -> Decimal:
        """Return the points that must come of a hand-in."""
        counts = made.earns and not made.late
        return sum((self.points[item] for item in made.right if counts), Decimal("0.0"))


def make_notebook(*sources: str) -> Notebook:
    """Return a notebook of code cells; the first is the official one."""
    official = {"hw9": {"official": True, "name": "hello"}}
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": official if n == 0 else {}, "execution_count": None,
         "outputs": [], "source": source}
        for n, source in enumerate(sources)
    ]  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


HELLO = "print('hello')"
RELEASED = make_notebook(HELLO, "answers = {}")


def write_answers(right: Mapping[str, str]) -> str:
    """Return the cell of the answers."""
    return "answers = {\n" + "".join(f'    "{item}": "{letters}",\n' for item, letters in right.items()) + "}"


def to_bytes(notebook: Notebook) -> bytes:
    """Return the file of a notebook."""
    return json.dumps(notebook, ensure_ascii=False).encode()


def fill(made: Made, *more: str, answers: str | None = None) -> Notebook:
    """Return the student's notebook, with cells before the answers."""
    mine = f"note = 'of {made.number}'"
    return copy.deepcopy(make_notebook(HELLO, mine, *more, answers or write_answers(made.right)))


def make_members(size: int, exam: Exam, seed: int) -> list[Made]:
    """Return a class without disturbances."""
    chance, members = random.Random(seed), []
    for number in range(size):
        student = f"b0990{number + 1000}"
        right = {item: its for item, its in exam.letters.items() if chance.random() < 0.7}
        made = Made(number, student, right, {}, {}, login=student)
        came = DEADLINE - timedelta(seconds=chance.randrange(60, 500_000))
        row = {"student": student, "id": made.lms_id, "login": student, "name": made.name}
        row |= {"submitted_at": came.isoformat() if made.system == "moodle" else ""}
        members.append(Made(number, student, right, {"homework.ipynb": to_bytes(fill(made))}, row, login=student))
    return members


def name_files(made: Made) -> dict[str, bytes]:
    """Return the files of a submission as its course system names them."""
    if made.plain:
        return {made.plain: next(iter(made.files.values()))}
    if made.system == "moodle":
        return {f"{made.name}_{made.lms_id}_assignsubmission_file_/{path}": its for path, its in made.files.items()}
    start = f"{made.login}#_{made.name}" if made.system == "ntu_cool" else f"ada{made.number}"
    return {
        f"{start}_{'LATE_' if path in made.marked else ''}{made.lms_id}_{90_000 + 10 * made.number + n}_{path}": its
        for n, (path, its) in enumerate(made.files.items())
    }


def write_downloads(folder: Path, members: list[Made]) -> list[Path]:
    """Write what each course system gives: two zip files, one with a folder around all, and a folder."""
    paths = []
    for system in SYSTEMS:
        named = dict(STRAYS)
        for made in members:
            named |= name_files(made) if made.system == system else {}
        path = folder / f"{system}.zip"
        outer = "homework 9/" if system == "ntu_cool" else ""
        path.write_bytes(make_zip({f"{outer}{name}": its for name, its in named.items()}))
        paths.append(path)
    return paths


def write_roster(path: Path, members: list[Made]) -> Path:
    """Write the roster of all three systems as one table."""
    rows = [[made.row.get(column, "") for column in COLUMNS] for made in members if made.row is not None]
    path.write_text("".join(",".join(row) + "\n" for row in [list(COLUMNS), *rows]), encoding="utf-8-sig")
    return path
