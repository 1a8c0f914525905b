"""The assignment: what is asked of the students, by when, and what their notebooks may use."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, PositiveInt, field_validator

from assignment.analyses import Analyses, ArrayName
from assignment.arrays import BACKGROUND, is_free
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


Source = Literal["quiz", "notebook"]
GRADED: Mapping[Source, Bilingual] = {
    "notebook": Bilingual(
        en="The answers in the answers cell of the notebook that you hand in are graded. Where there is a quiz in the "
        "course system too, its answers are compared with them and change no points.",
        zh="評分以繳交的 notebook 答案儲存格中的答案為準；課程系統若另有測驗，測驗的答案只用來比對，不影響得分。",
    ),
    "quiz": Bilingual(
        en="The answers that you give in the course system's quiz are graded. Those in a notebook that you hand in are "
        "compared with them and change no points.",
        zh="評分以課程系統測驗中的答案為準；繳交的 notebook 中的答案只用來比對，不影響得分。",
    ),
}


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


class Size(Record):
    """How large the pictures are, in pixels."""

    height: PositiveInt
    width: PositiveInt


class Assignment(Record):
    """The whole of `assignment.yaml`, and of another course's `course.yaml`."""

    version: Literal[1] = 1
    title: Bilingual
    deadline: AwareDatetime
    late: LatePolicy
    answers: Source
    questions: dict[str, QuestionGroup]
    categories: tuple[Bilingual, ...]
    size: Size
    regions: Mapping[ArrayName, Bilingual] = {}
    analyses: Analyses
    limits: Limits

    @field_validator("regions")
    @classmethod
    def _check_regions(cls, regions: Mapping[str, Bilingual]) -> Mapping[str, Bilingual]:
        if taken := [name for name in regions if name == BACKGROUND or not is_free("pictures", name)]:
            raise ValueError(f"{taken[0]!r} means something else; expected another name of a region")
        return regions

    @property
    def graded(self) -> Bilingual:
        """Say to students which of their answers earn points."""
        return GRADED[self.answers]


def load_assignment(path: Path | None = None) -> Assignment:
    """Return the assignment of a file, in a notebook that of its course; FixableError names every fault at once."""
    if path is None:
        from assignment.course import find_course  # here: a Course is made of an Assignment

        return find_course().assignment
    return parse_as(Assignment, load_yaml(path), str(path))
