"""What a bank asks as a whole: each theme of the slides, in several ways, and few concepts."""

from collections.abc import Iterator, Sequence

from assignment.fixable import Fault
from questions.bank import Bank
from questions.question import Question
from questions.themes import THEMES

MOST_CONCEPTS = 8  # as in the homework that was given for real
ALIKE = 3  # so many questions of an analysis are not all to ask the same


def find_scope_faults(bank: Bank) -> Iterator[Fault]:
    """Yield the themes that no question asks, groups that ask the same throughout, and concepts beyond eight.

    A group is held to both where each of its questions names a theme; so a bank may leave them out.
    """
    groups: dict[str, list[Question]] = {}
    for question in bank.questions:
        groups.setdefault(question.analysis, []).append(question)
        if question.theme and (its := THEMES[question.theme]).analysis != question.analysis:
            says = f"{question.theme!r}, a theme of {its.analysis}; expected one of {_list_themes(question.analysis)}"
            yield Fault((*bank.places[question.id], "theme"), says)
    for analysis, questions in groups.items():
        yield from (Fault(("bank", analysis), says) for says in _find_group_faults(analysis, questions))
    concepts = [question.id for question in bank.questions if question.asks == "concept"]
    if len(concepts) > MOST_CONCEPTS:
        says = f"{len(concepts)} questions ask a concept ({', '.join(concepts)}); expected at most {MOST_CONCEPTS}"
        yield Fault(("bank",), says)


def _find_group_faults(analysis: str, questions: Sequence[Question]) -> Iterator[str]:
    asks, themes = {one.asks for one in questions}, {one.theme for one in questions}
    if None in themes:
        return
    if len(questions) >= ALIKE and len(asks) == 1:
        yield f"all {len(questions)} questions ask the same ({min(asks)}); expected two kinds or more"
    own = [name for name, its in THEMES.items() if its.analysis == analysis]
    if len(questions) >= len(own):
        yield from (f"no question about the theme {name}; expected one or more" for name in own if name not in themes)


def _list_themes(analysis: str) -> str:
    return ", ".join(name for name, its in THEMES.items() if its.analysis == analysis)
