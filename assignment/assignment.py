"""The assignment: what is asked of the students, by when, and what their notebooks may use."""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, PositiveInt, field_validator

from assignment.fixable import load_yaml, parse_as
from assignment.late import LatePolicy
from assignment.records import Record

ASSIGNMENT_FILE = Path(__file__).with_name("assignment.yaml")
NOTEBOOK_FILE = Path(__file__).with_name("homework.ipynb")

_CHINESE = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_FOLDED = re.compile(f"(?<=[{_CHINESE}]) (?=[{_CHINESE}])")


class Bilingual(Record):
    """One text in English and in Traditional Chinese, saying the same."""

    en: Annotated[str, Field(min_length=1)]
    zh: Annotated[str, Field(min_length=1)]

    @field_validator("zh")
    @classmethod
    def join_lines(cls, text: str) -> str:
        """Take out the space that a line folded in YAML leaves between two Chinese characters."""
        return _FOLDED.sub("", text)


class QuestionGroup(Record):
    """How many questions an analysis has, and the points of each."""

    count: PositiveInt
    points: Annotated[Decimal, Field(gt=0)]


class Limits(Record):
    """What one notebook may use in the sandbox; sizes in MiB, times in seconds."""

    cell_seconds: PositiveInt
    notebook_seconds: PositiveInt
    cpu_seconds: PositiveInt
    memory_mib: PositiveInt
    processes: PositiveInt
    file_mib: PositiveInt
    work_mib: PositiveInt
    output_mib: PositiveInt


class Assignment(Record):
    """The whole of `assignment.yaml`."""

    title: Bilingual
    deadline: AwareDatetime
    late: LatePolicy
    questions: dict[str, QuestionGroup]
    categories: tuple[Bilingual, ...]
    limits: Limits


@cache
def load_assignment(path: Path = ASSIGNMENT_FILE) -> Assignment:
    """Return the assignment; FixableError names every fault of the file at once."""
    return parse_as(Assignment, load_yaml(path), str(path))
