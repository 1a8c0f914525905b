"""The released notebook: `assignment/homework.py` as .ipynb, with the questions' text, an empty line for each answer
and the sentences that say whose answers are graded, and what becomes of a late one, put in.

Nothing of a claim, a key or a `why` goes in: only what `questions.handout.markdown` writes for students.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assignment.assignment import NOTEBOOK_FILE, Assignment, Bilingual
from assignment.fixable import FixableError
from questions.bank import Bank
from questions.handout.markdown import analysis_to_markdown
from questions.sheet import find_asked

SOURCE_FILE = NOTEBOOK_FILE.with_suffix(".py")
_RULE = re.compile(r"<!-- (graded|late): (en|zh) -->")
_QUESTIONS = re.compile(r"<!-- questions: (\w+) -->")


def build_notebook(bank: Bank, assignment: Assignment, source: Path = SOURCE_FILE) -> str:
    """Return the notebook as JSON text; the same source, bank and assignment give the same bytes."""
    try:
        import jupytext  # a development tool: only who changes the notebook needs it
    except ImportError as error:
        raise FixableError(
            "jupytext: not installed; expected it to build the notebook (pip install jupytext)"
        ) from error
    notebook: dict[str, Any] = dict(jupytext.read(source))
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for index, cell in enumerate(notebook["cells"]):
        _fill(cell, bank, {"graded": assignment.graded, "late": assignment.late_rule})
        cell["metadata"].pop("lines_to_next_cell", None)
        digest = hashlib.sha256(cell["source"].encode()).hexdigest()[:8]
        cell["id"] = f"hw9-{index:02d}-{digest}"
    notebook["nbformat_minor"] = 5
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _fill(cell: dict[str, Any], bank: Bank, rules: Mapping[str, Bilingual]) -> None:
    if cell["cell_type"] == "markdown":
        source = _RULE.sub(lambda found: str(getattr(rules[found[1]], found[2])), cell["source"])
        cell["source"] = _QUESTIONS.sub(lambda found: analysis_to_markdown(bank, found[1]), source)
    else:
        lines = [f'    "{question.id}": "",' for question in bank.questions]
        source = cell["source"].replace("    # <answers>", "\n".join(lines))
        cell["source"] = source.replace("# <choices>", _list_choices(bank))


def _list_choices(bank: Bank) -> str:
    """Return the ids and letters of all questions, a line an analysis: what the notebook needs to read itself."""
    lines: dict[str, list[str]] = {}
    for one in find_asked(bank):
        lines.setdefault(one.id.rpartition("-")[0], []).append(f"{one.id} {one.letters}")
    return "\n".join("  ".join(line) for line in lines.values())
