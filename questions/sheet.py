"""The Sheet of a notebook, for the questions of a bank. How it is read: `assignment/sheet`, which students have too."""

from collections.abc import Mapping
from typing import Any

from assignment.sheet.asked import Asked
from assignment.sheet.sheet import NOTEBOOK_LIMIT, Answer, Sheet, SheetProblem
from assignment.sheet.sheet import read_sheet as read_asked
from questions.bank import Bank

__all__ = ["NOTEBOOK_LIMIT", "Answer", "Sheet", "SheetProblem", "find_asked", "read_sheet"]


def find_asked(bank: Bank) -> tuple[Asked, ...]:
    """Return what a student may know of a bank's questions: their ids, numbers and letters."""
    return tuple(Asked(one.id, one.number, "".join(one.choices)) for one in bank.questions)


def read_sheet(notebook: Mapping[str, Any] | bytes, bank: Bank) -> Sheet:
    """Return the answers that stand in a notebook (its bytes, or what was parsed from them). Raises nothing."""
    return read_asked(notebook, find_asked(bank))
