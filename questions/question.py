"""A Question: what is asked of a student, in English and in Traditional Chinese, and the choices under it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assignment.assignment import Bilingual
from assignment.fixable import FixableError, find_faults
from questions.claim import Claim, ClaimError
from questions.measures.arguments import Picture

Letter = Annotated[str, Field(pattern="^[a-z]$")]
Silences = dict[str, str]  # code of a lint rule -> why its finding stays (`lint.py`)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Frozen):
    """One statement, the claim that decides whether it is right, and what a student learns from it."""

    say: Bilingual
    claim: Claim
    why: Bilingual
    lint: Silences = {}


class Question(_Frozen):
    """A question as the slides count them: `number` 1 to 30, `id` such as `lime-1`; `pictures` are shown beside it."""

    id: Annotated[str, Field(pattern="^[a-z_]+-[1-9]$")]
    number: Annotated[int, Field(ge=1, le=30)]
    ask: Bilingual
    pictures: tuple[Picture, ...] = ()
    choices: dict[Letter, Choice]
    lint: Silences = {}

    @property
    def analysis(self) -> str:
        """The analysis that the question is about: `lime` of `lime-1`."""
        return self.id.rpartition("-")[0]


def parse_question(data: object, place: str) -> Question:
    """Return a question as the bank has it; FixableError with every fault, each with its place."""
    try:
        return Question.model_validate(data)
    except ValidationError as error:
        raise FixableError(*_find_question_faults(error, place)) from None


def _find_question_faults(error: ValidationError, place: str) -> list[str]:
    lines = []
    for item, line in zip(error.errors(), find_faults(error, place), strict=True):
        raised = item.get("ctx", {}).get("error")
        if isinstance(raised, ClaimError):
            where = ": ".join([place, *map(str, item["loc"])])
            lines += [f"{where}: {fault}" for fault in raised.faults]
        else:
            lines.append(line)
    return [line.replace(f"{place}: choices: ", f"{place}: choice ", 1) for line in lines]
