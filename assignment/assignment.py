"""The assignment: what is asked of the students, by when, and what their notebooks may use."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, NonNegativeInt, PositiveInt, field_validator, model_validator

from assignment.analyses import Analyses, ArrayName
from assignment.arrays import BACKGROUND, GROUPS, is_free
from assignment.fixable import load_yaml, parse_as, show_value
from assignment.late import LatePolicy
from assignment.records import Record

ASSIGNMENT_FILE = Path(__file__).with_name("assignment.yaml")
MOST_GROUP_MIB = 1024  # whatever a course says: who scores a class unpacks it
NOTEBOOK_FILE = Path(__file__).with_name("homework.ipynb")

_CHINESE = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
# https, or this machine's own for a trial; no password, nothing that ends a string of Python or a link of Markdown
_WEB_ADDRESS = re.compile(
    r"(https://[A-Za-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?/[A-Za-z0-9._~/%?=&+,;:@-]+"
)
_FOLDED = re.compile(f"(?<=[{_CHINESE}]) (?=[{_CHINESE}])")


class Bilingual(Record):
    """One text in English and in Traditional Chinese, saying the same."""

    en: Annotated[str, Field(min_length=1)]
    zh: Annotated[str, Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _check_languages(cls, data: Any) -> Any:
        """Say how both languages are written to who wrote one text."""
        if isinstance(data, (dict, cls)):
            return data
        raise ValueError(f"{show_value(data)}; expected both languages, {{en: ..., zh: ...}}")

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
    """What one notebook may use in the sandbox; sizes in MiB, times in seconds.

    group_mib: the arrays of one group of its Outputs once unpacked. batch: pictures at once, in its cells and in the
    reference: what memory it takes, not what is computed.
    """

    cell_seconds: PositiveInt
    notebook_seconds: PositiveInt
    cpu_seconds: PositiveInt
    memory_mib: PositiveInt
    processes: PositiveInt
    file_mib: PositiveInt
    work_mib: PositiveInt
    output_mib: PositiveInt
    group_mib: Annotated[PositiveInt, Field(le=MOST_GROUP_MIB)] = 64
    batch: PositiveInt = 8

    @property
    def group_bytes(self) -> int:
        """The bytes of one group of Outputs once unpacked."""
        return self.group_mib * 2**20


class Size(Record):
    """How large the pictures are, in pixels."""

    height: PositiveInt
    width: PositiveInt


class NotebookTexts(Record):
    """What the notebook says of a course's models and words, in place of neutral sentences; and what it looks at first.

    `picture`: the one that scratch cells begin with; `labels`: by analysis, the label that they ask about beside the
    true one, else that picture's.
    """

    cnn: Bilingual | None = None
    bert: Bilingual | None = None
    words: Bilingual | None = None
    picture: NonNegativeInt = 0
    labels: Mapping[str, NonNegativeInt] = {}


def _check_web_address(address: str) -> str:
    if not _WEB_ADDRESS.fullmatch(address):
        raise ValueError(f"{show_value(address)}; expected an address such as https://example.org/hw9-hosted.zip")
    return address


WebAddress = Annotated[str, AfterValidator(_check_web_address)]


class Hosted(Record):
    """Where a notebook that was opened alone, as in Colab, finds the rest of the homework.

    address: of `hw9-hosted.zip`, which `hw9 bundle` writes. notebook: of `homework.ipynb` on GitHub, or any address
    that opens it. models: whether those that `lock.yaml` has a public source for come from there, or lie in the zip.
    """

    address: WebAddress
    notebook: WebAddress | None = None
    models: Literal["lock", "zip"] = "lock"


class Assignment(Record):
    """The whole of `assignment.yaml`, and of another course's `course.yaml`.

    least_mutation_score: the share of the named mistakes that the questions must catch; few questions catch fewer.
    wider_agreement: by analysis, how many times the usual difference is still agreement, where a course's models round
    more than those that the limits were measured on.
    """

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
    notebook: NotebookTexts = NotebookTexts()
    hosted: Hosted | None = None
    least_mutation_score: Annotated[float, Field(ge=0, le=1)] = 0.98
    wider_agreement: Mapping[str, Annotated[float, Field(ge=1, le=10)]] = {}
    limits: Limits

    @field_validator("regions")
    @classmethod
    def _check_regions(cls, regions: Mapping[str, Bilingual]) -> Mapping[str, Bilingual]:
        if taken := [name for name in regions if name == BACKGROUND or not is_free("pictures", name)]:
            raise ValueError(f"{taken[0]!r} means something else; expected another name of a region")
        return regions

    @field_validator("wider_agreement")
    @classmethod
    def _check_groups(cls, wider: Mapping[str, float]) -> Mapping[str, float]:
        if unknown := [name for name in wider if name not in GROUPS]:
            raise ValueError(f"{unknown[0]!r}; expected an analysis: {', '.join(GROUPS)}")
        return wider

    @property
    def graded(self) -> Bilingual:
        """Say to students which of their answers earn points."""
        return GRADED[self.answers]

    @property
    def late_rule(self) -> Bilingual:
        """Say to students what becomes of a late hand-in, without a full stop."""
        en, zh = self.late.describe()
        return Bilingual(en=en, zh=zh)


def load_assignment(path: Path | None = None) -> Assignment:
    """Return the assignment of a file, in a notebook that of its course; FixableError names every fault at once."""
    if path is None:
        from assignment.course import find_course  # here: a Course is made of an Assignment

        return find_course().assignment
    return parse_as(Assignment, load_yaml(path), str(path))
