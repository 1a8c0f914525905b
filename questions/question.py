"""A Question: what is asked of a student, in English and in Traditional Chinese, and the choices under it."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, ValidationError

from assignment.assignment import Bilingual
from assignment.fixable import Fault, FixableError, to_faults
from assignment.records import Record
from questions.claim import Claim, ClaimError
from questions.measures.arguments import Picture

Letter = Annotated[str, Field(pattern="^[a-z]$")]
Silences = dict[str, str]  # code of a lint rule -> why its finding stays (`lint.py`)


class Choice(Record):
    """One statement, the claim that decides whether it is right, and what a student learns from it."""

    say: Bilingual
    claim: Claim
    why: Bilingual
    lint: Silences = Field(default_factory=dict)


class Question(Record):
    """A question as the slides count them: `number` 1 to 30, `id` such as `lime-1`; `pictures` are shown beside it."""

    id: Annotated[str, Field(pattern="^[a-z_]+-[1-9]$")]
    number: Annotated[int, Field(ge=1, le=30)]
    ask: Bilingual
    pictures: tuple[Picture, ...] = ()
    choices: dict[Letter, Choice]
    lint: Silences = Field(default_factory=dict)

    @property
    def analysis(self) -> str:
        """The analysis that the question is about: `lime` of `lime-1`."""
        return self.id.rpartition("-")[0]


def parse_question(data: object, *place: str) -> Question:
    """Return a question as the bank has it; FixableError with every fault, each with its place."""
    try:
        return Question.model_validate(data)
    except ValidationError as error:
        raise FixableError(*_find_question_faults(error)).within(*place) from None


def _find_question_faults(error: ValidationError) -> Iterator[Fault]:
    for item, fault in zip(error.errors(), to_faults(error), strict=True):
        raised, where = item.get("ctx", {}).get("error"), _name_choice(fault.place)
        if isinstance(raised, ClaimError):
            yield from (one.within(*where) for one in raised.faults)
        else:
            yield Fault(where, fault.says)


def _name_choice(place: tuple[str, ...]) -> tuple[str, ...]:
    """Return a place in a question as it is told: `choice a` for the field `choices` and its letter."""
    return (f"choice {place[1]}", *place[2:]) if place[:1] == ("choices",) and len(place) > 1 else place
