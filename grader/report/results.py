"""Results: the whole class in one record, kept as `results.json`; every field is described where it is defined.

`results.md` beside this file is written from those descriptions by `make format`; a test compares the two.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

from pydantic import AwareDatetime, BaseModel, Field

from assignment.assignment import Assignment
from assignment.records import Record
from grader.agreement.agree import Agreement
from grader.scoring.evidence import Evidence
from grader.scoring.scored import Scored
from grader.scoring.verdict import Verdict
from questions.bank import Bank, find_worth

FIELDS_FILE = Path(__file__).with_name("results.md")
TYPE_NAMES = {
    "str": "text",
    "int": "integer",
    "float": "number",
    "bool": "true or false",
    "Decimal": "decimal as text",
    "datetime": "time (ISO 8601)",
    "AwareDatetime": "time (ISO 8601)",
    "Bilingual": "text in `en` and `zh`",
}


class QuestionResult(Record):
    """How the class did on one question. Hand-ins without a readable Sheet are not counted."""

    item: str = Field(description="the question's id")
    number: int = Field(description="the question's number in the slides, 1 to 30")
    points: Decimal = Field(description="what the question is worth")
    sheets: int = Field(description="how many hand-ins have a readable Sheet")
    right: int = Field(description="how many of them chose exactly the right letters, late ones included")
    facility: float | None = Field(description="right / sheets; null for no Sheet or a void question")
    common_wrong: str | None = Field(description="the most common wrong letters (of equal ones the first)")
    common_wrong_count: int = Field(description="how often it was chosen")


class Results(Record):
    """The class: what `results.json` holds."""

    version: Literal[1] = Field(default=1, description="the version of this format")
    title: str = Field(description="the assignment's title in English")
    deadline: AwareDatetime = Field(description="hand-ins after this moment earn nothing")
    possible: Decimal = Field(description="the points of all questions that are not void, a decimal as a string")
    words: dict[str, int] = Field(description="how many hand-ins have each word")
    questions: tuple[QuestionResult, ...] = Field(description="one for each question of the bank, in its order")
    handins: tuple[Scored, ...] = Field(description="one for each student, in the order of their ids")


def find_results(scored: Iterable[Scored], bank: Bank, assignment: Assignment) -> Results:
    """Return the class's results; every hand-in must have been scored with this bank."""
    handins = tuple(sorted(scored, key=lambda one: one.student))
    worth = find_worth(bank, assignment)
    words = Counter(word for one in handins for word in one.words)
    return Results(
        title=assignment.title.en,
        deadline=assignment.deadline,
        possible=handins[0].possible if handins else sum(worth.values(), Decimal("0.0")),
        words=dict(sorted(words.items())),
        questions=tuple(
            _find_question(question.id, question.number, worth[question.id], handins) for question in bank.questions
        ),
        handins=handins,
    )


def _find_question(item: str, number: int, points: Decimal, handins: tuple[Scored, ...]) -> QuestionResult:
    found = [verdict for one in handins if one.problem is None for verdict in one.verdicts if verdict.item == item]
    words = Counter(verdict.word for verdict in found)
    wrong = Counter(verdict.chosen for verdict in found if verdict.word == "wrong")
    common = min(wrong, key=lambda letters: (-wrong[letters], letters), default=None)
    return QuestionResult(
        item=item,
        number=number,
        points=points,
        sheets=len(found),
        right=words["right"],
        facility=words["right"] / len(found) if found and not words["void"] else None,
        common_wrong=common,
        common_wrong_count=wrong[common] if common is not None else 0,
    )


def describe_fields(shown: Mapping[str, type[BaseModel]]) -> str:
    """Return Markdown with a table of the fields of each model, by the name of its section."""
    return "\n".join(_describe_model(title, model) for title, model in shown.items())


def _describe_model(title: str, model: type[BaseModel]) -> str:
    fields = model.model_fields.items()
    rows = [f"| `{name}` | {_name_type(field.annotation)} | {field.description} |" for name, field in fields]
    about = (model.__doc__ or "").strip().split("\n")[0]
    return "\n".join([f"## {title}", "", about, "", "| field | type | is |", "|---|---|---|", *rows, ""])


def _name_type(annotation: object) -> str:
    parts = [part for part in get_args(annotation) if part is not type(None)]
    optional = " or null" if len(parts) < len(get_args(annotation)) else ""
    if optional:
        return " or ".join(_name_type(part) for part in parts) + optional
    text = getattr(annotation, "__origin__", annotation)
    if text is Literal:
        return "word" if all(isinstance(part, str) for part in parts) else str(parts[0])
    if text is tuple:
        return f"list of {_name_type(parts[0])}"
    if text is dict:
        return f"map to {_name_type(parts[-1])}"
    name = getattr(text, "__name__", "datetime")
    return TYPE_NAMES.get(name, name)


def describe_results() -> str:
    """Return the whole of `results.md`."""
    shown: dict[str, type[BaseModel]] = {
        "results.json": Results,
        "QuestionResult": QuestionResult,
        "Scored (also each Run's verdicts.json)": Scored,
        "Verdict": Verdict,
        "Evidence": Evidence,
        "Agreement": Agreement,
    }
    head = "# The fields of results.json and verdicts.json\n\nWritten by `make format`; do not edit.\n\n"
    return head + describe_fields(shown).rstrip() + "\n"


if __name__ == "__main__":
    FIELDS_FILE.write_text(describe_results(), encoding="utf-8")
    sys.stdout.write(f"{FIELDS_FILE}\n")
