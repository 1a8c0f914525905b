"""A Question: what is asked of a student, in English and in Traditional Chinese, and the choices under it."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from assignment.assignment import Bilingual
from assignment.fixable import Fault, FixableError, to_faults
from assignment.records import Record
from questions.claim import Claim, ClaimError
from questions.measures.arguments import Picture
from questions.themes import Theme

Letter = Annotated[str, Field(pattern="^[a-z]$")]
Silences = dict[str, str]  # code of a lint rule -> why its finding stays (`lint.py`)
Asks = Literal["look", "change", "compare", "code", "concept"]  # concept: theory may settle it, without a look


class Choice(Record):
    """One statement, the claim that decides whether it is right, and what a student learns from it."""

    say: Bilingual
    claim: Claim
    why: Bilingual
    lint: Silences = Field(default_factory=dict)


class Given(Record):
    """A fact that a stem states, and the claim that decides it: it has to hold, and a program sees what it implies."""

    say: Bilingual
    claim: Claim


class Question(Record):
    """A question as the slides count them: `number` 1 to 30, `id` such as `lime-1`; `pictures` are shown beside it.

    ask: what is asked, which ends in a question. given: the facts that are told; steps: what to do, one change each.
    asks: what it takes to answer. theme: which of the slides' themes it is about.
    """

    id: Annotated[str, Field(pattern="^[a-z_]+-[1-9]$")]
    number: Annotated[int, Field(ge=1, le=30)]
    asks: Asks = "look"
    theme: Theme | None = None
    ask: Bilingual
    given: tuple[Given, ...] = ()
    steps: tuple[Bilingual, ...] = ()
    pictures: tuple[Picture, ...] = ()
    choices: dict[Letter, Choice]
    lint: Silences = Field(default_factory=dict)

    @property
    def analysis(self) -> str:
        """The analysis that the question is about: `lime` of `lime-1`."""
        return self.id.rpartition("-")[0]

    def list_stem(self) -> Iterator[tuple[str, Bilingual]]:
        """Yield what is read before the choices: its place (`ask`, `given 0`, `step 1`), its text."""
        yield "ask", self.ask
        yield from ((f"given {index}", one.say) for index, one in enumerate(self.given))
        yield from ((f"step {index}", one) for index, one in enumerate(self.steps, start=1))


def parse_question(data: object, *place: str) -> Question:
    """Return a question as the bank has it; FixableError with every fault, each with its place."""
    try:
        return Question.model_validate(data)
    except ValidationError as error:
        raise FixableError(*_find_question_faults(error)).within(*place) from None


def _find_question_faults(error: ValidationError) -> Iterator[Fault]:
    for item, fault in zip(error.errors(), to_faults(error), strict=True):
        raised, where = item.get("ctx", {}).get("error"), _name_part(fault.place)
        if isinstance(raised, ClaimError):
            yield from (one.within(*where) for one in raised.faults)
        else:
            yield Fault(where, fault.says)


def _name_part(place: tuple[str, ...]) -> tuple[str, ...]:
    """Return a place in a question as it is told: `choice a` for the field `choices` and its letter, so `given 0`."""
    parts = {"choices": "choice", "given": "given", "steps": "step"}
    if place[:1] and place[0] in parts and len(place) > 1:
        return (f"{parts[place[0]]} {int(place[1]) + 1 if place[0] == 'steps' else place[1]}", *place[2:])
    return place
