"""The fields of `results.json` and `verdicts.json` as Markdown, from the descriptions where they are defined.

`python -m grader.commands.document` writes it as `results.md` in this folder; a test compares the two.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel

from assignment.agreement.agree import Agreement
from grader.analysis.items import QuestionRecord
from grader.decisions.decision import Decision
from grader.handins.own_cells import OwnCell
from grader.report.class_record import ClassRecord
from grader.runs.compared import Compared
from grader.scoring.evidence import Evidence
from grader.scoring.handin_record import DifferingAnswer, HandinRecord, Seen
from grader.scoring.verdict import Verdict

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
        "results.json": ClassRecord,
        "QuestionRecord": QuestionRecord,
        "HandinRecord (also each Run's verdicts.json)": HandinRecord,
        "DifferingAnswer": DifferingAnswer,
        "Verdict": Verdict,
        "Decision": Decision,
        "Seen": Seen,
        "Evidence": Evidence,
        "OwnCell": OwnCell,
        "Agreement": Agreement,
        "Compared": Compared,
    }
    head = "# The fields of results.json and verdicts.json\n\nWritten by `make format`; do not edit.\n\n"
    return head + describe_fields(shown).rstrip() + "\n"
