"""Look at one's own notebook before handing it in: which answers the grader reads, which official cells were changed.

It runs nothing and needs no key, so it tells nobody what is right.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assignment.fixable import FixableError
from grader.handins.notebook import MOST_BYTES, parse_notebook
from grader.handins.plan import compare_notebooks
from questions.bank import Bank
from questions.sheet import read_sheet


@dataclass(frozen=True)
class Preview:
    """What was found, in sentences; `fine` when there is nothing to mend."""

    lines: tuple[str, ...]
    fine: bool


def look_at(path: Path, bank: Bank, released: Path) -> Preview:
    """Return what the grader will read in a notebook; FixableError where it is none."""
    notebook = _load_notebook(path)
    sheet = read_sheet(notebook, bank)
    if sheet.problem:
        return Preview((f"{path}: no cell `answers = {{...}}` was found; expected one", *sheet.notes), fine=False)
    lines = [
        f"{name}: {''.join(sorted(answer.letters)) if answer.state == 'read' else answer.reason or 'blank'}"
        for name, answer in sheet.answers.items()
    ]
    unread = [name for name, answer in sheet.answers.items() if answer.state == "unreadable"]
    blank = sum(answer.state == "blank" for answer in sheet.answers.values())
    plan = compare_notebooks(notebook, parse_notebook(released.read_bytes()))
    changed = {"edited": plan.edited, "missing": plan.missing, "moved": plan.moved, "doubled": plan.doubled}
    lines += [f"official cell {name!r} is {how}" for how, names in changed.items() for name in names]
    lines += list(sheet.notes)
    lines.append(f"{len(sheet.answers)} questions, {blank} blank, {len(unread)} unreadable")
    return Preview(tuple(lines), fine=not unread and not blank and plan.is_intact)


def _load_notebook(path: Path) -> Any:
    """Return a notebook as `run` and `score` read it, with their limits."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise FixableError(f"more than {MOST_BYTES} bytes; expected at most that")
        return parse_notebook(data)
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror}; expected a notebook") from None
    except FixableError as error:
        raise error.within(str(path)) from None
