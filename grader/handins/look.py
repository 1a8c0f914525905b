"""Look at one's own notebook before handing it in: which answers the grader reads, which official cells were changed.

It runs nothing and needs no key, so it tells nobody what is right.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assignment.fixable import FixableError, load_file
from assignment.sheet.say import to_lines
from grader.handins.notebook import MOST_BYTES, parse_notebook
from grader.handins.plan import compare_notebooks
from questions.bank import Bank
from questions.sheet import Answer, read_sheet


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
        notes = [line for note in sheet.notes for line in to_lines("", note)]
        none = "no cell `answers = {...}` was found; expected one ｜ 找不到 `answers = {...}` 儲存格"
        return Preview((f"{path}: {none}", *notes), fine=False)
    lines = [line for name, answer in sheet.answers.items() for line in _describe(f"{name}: ", answer)]
    unread = [name for name, answer in sheet.answers.items() if answer.state == "unreadable"]
    blank = sum(answer.state == "blank" for answer in sheet.answers.values())
    plan = compare_notebooks(notebook, parse_notebook(load_file(released, MOST_BYTES, "the released notebook")))
    for how, zh, names in (
        ("edited", "被修改", plan.edited),
        ("missing", "不見了", plan.missing),
        ("moved", "被移動", plan.moved),
        ("doubled", "重複", plan.doubled),
    ):
        lines += [f"official cell {name!r} is {how} ｜ 官方儲存格 {name!r} {zh}" for name in names]
    lines += [line for note in sheet.notes for line in to_lines("", note)]
    every = len(sheet.answers)
    en = f"{every} questions, {blank} blank, {len(unread)} unreadable"
    lines.append(f"{en} ｜ 共 {every} 題，空白 {blank} 題，無法讀取 {len(unread)} 題")
    return Preview(tuple(lines), fine=not unread and not blank and plan.is_intact)


def _describe(name: str, answer: Answer) -> list[str]:
    if answer.reason is not None:
        return to_lines(name, answer.reason)
    return [f"{name}{''.join(sorted(answer.letters)) or 'blank 空白'}"]


def _load_notebook(path: Path) -> Any:
    """Return a notebook as `run` and `score` read it, with their limits."""
    data = load_file(path, MOST_BYTES, "a notebook, a regular file")
    try:
        return parse_notebook(data)
    except FixableError as error:
        raise error.within(str(path)) from None
