"""A skeleton of a question: what the bank's file of an analysis needs more, for a person to fill in."""

from pathlib import Path

from assignment.course import Course
from assignment.fixable import MOST_YAML, Fault, FixableError, load_file, load_yaml, suggest
from questions.axes import list_axes
from questions.bank import to_number
from questions.explore.drafts.draft import Data, dump
from questions.explore.values import list_chosen

LETTERS = "abcd"


def find_bank_file(course: Course, analysis: str) -> Path:
    """Return where the questions about an analysis stand; FixableError where the course asks none about it."""
    asked = course.assignment.questions
    if analysis not in asked:
        raise FixableError(f"ANALYSIS: {analysis!r}; expected {suggest(analysis, asked)}")
    return course.bank / f"{analysis}.yaml"


def add_skeleton(course: Course, analysis: str) -> tuple[str, str]:
    """Return the id of a new question and the text of its file with the question at its end.

    FixableError where the file cannot be read, or holds as many as the course's settings say.
    """
    path, count = find_bank_file(course, analysis), course.assignment.questions[analysis].count
    text = load_file(path, MOST_YAML, "a bank's file").decode() if path.exists() else f"# Questions about {analysis}.\n"
    items = load_yaml(path) if path.exists() else []
    if not isinstance(items, list):
        raise FixableError(Fault((str(path),), "no list; expected a list of questions"))
    taken = {one.get("id") for one in items if isinstance(one, dict)}
    free = [index for index in range(1, count + 1) if f"{analysis}-{index}" not in taken]
    if not free or len(items) >= count:
        says = f"{len(items)} questions, as many as the settings say; expected fewer, or a larger `count` there"
        raise FixableError(Fault((str(path),), says))
    skeleton = make_skeleton(course, analysis, free[0])
    return f"{analysis}-{free[0]}", f"{text.rstrip()}\n\n{dump([skeleton])}"


def make_skeleton(course: Course, analysis: str, index: int) -> Data:
    """Return a question whose words and bounds are to be filled in; it parses as the bank's do."""
    counts = {name: group.count for name, group in course.assignment.questions.items()}
    measure, placement = next(iter(list_chosen(list_axes(course), analysis=analysis)))
    fill = {"en": "FILL IN", "zh": "待填"}
    claim = {"measure": measure, "with": dict(placement), "above": 0.5, "margin": 0.1}
    choice = {"say": fill, "claim": claim, "why": fill}
    pictures = {"pictures": [placement["picture"]]} if "picture" in placement else {}
    return {
        "id": f"{analysis}-{index}",
        "number": to_number(f"{analysis}-{index}", counts),
        "ask": {"en": "FILL IN. Which statements hold?", "zh": "待填。哪些敘述成立？"},
        **pictures,
        "choices": dict.fromkeys(LETTERS, choice),
    }
