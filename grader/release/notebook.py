"""The released notebook: `assignment/homework.py` as .ipynb, with what it says of the course, the questions' text, an
empty line for each answer and the sentence that says whose answers are graded put in.

Each cell of the source is a Jinja template of its own, so that no text of a course can begin another cell: between {{
and }} stands a fact (`facts.py`), and what a line of code with #: or one of Markdown with {% decides is left out or
repeated. Nothing of a claim, a key or a `why` goes in: only what `questions.handout.markdown` writes for students.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from assignment.assignment import NOTEBOOK_FILE, Bilingual
from assignment.course import Course
from assignment.fixable import FixableError
from grader.release.facts import list_facts
from questions.bank import Bank
from questions.handout.markdown import analysis_to_markdown
from questions.sheet import find_asked

SOURCE_FILE = NOTEBOOK_FILE.with_suffix(".py")
ENVIRONMENT = Environment(line_statement_prefix="#:", trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
ENVIRONMENT.filters["repr"] = repr
_GRADED = re.compile(r"<!-- graded: (en|zh) -->")
_QUESTIONS = re.compile(r"<!-- questions: (\w+) -->")


def build_notebook(bank: Bank, course: Course, source: Path = SOURCE_FILE) -> str:
    """Return the notebook as JSON text; the same source, bank and course give the same bytes."""
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
    facts = list_facts(bank, course)
    for index, cell in enumerate(notebook["cells"]):
        cell["source"] = ENVIRONMENT.from_string(cell["source"]).render(facts)
        _fill(cell, bank, course.assignment.graded)
        cell["metadata"].pop("lines_to_next_cell", None)
        digest = hashlib.sha256(cell["source"].encode()).hexdigest()[:8]
        cell["id"] = f"hw9-{index:02d}-{digest}"
    notebook["nbformat_minor"] = 5
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _fill(cell: dict[str, Any], bank: Bank, graded: Bilingual) -> None:
    if cell["cell_type"] == "markdown":
        source = _GRADED.sub(lambda found: str(getattr(graded, found[1])), cell["source"])
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
