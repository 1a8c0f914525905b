"""Look at one's own notebook before handing it in: which answers the grader reads, which official cells were changed.

It runs nothing and needs no key, so it tells nobody what is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.fixable import FixableError, load_file
from assignment.sheet.asked import Asked
from assignment.sheet.notebook import MOST_BYTES, Notebook, parse_notebook
from assignment.sheet.official import compare_official
from assignment.sheet.say import to_lines
from assignment.sheet.sheet import Answer, read_sheet


@dataclass(frozen=True)
class Preview:
    """What was found, in sentences; `fine` when there is nothing to mend."""

    lines: tuple[str, ...]
    fine: bool


def look_at(path: Path, asked: Sequence[Asked], released: Notebook) -> Preview:
    """Return what the grader will read in a notebook; FixableError where it is none."""
    notebook = load_notebook(path)
    sheet = read_sheet(notebook, asked)
    if sheet.problem:
        notes = [line for note in sheet.notes for line in to_lines("", note)]
        none = "no cell `answers = {...}` was found; expected one ｜ 找不到 `answers = {...}` 儲存格"
        return Preview((f"{path}: {none}", *notes), fine=False)
    lines = [line for name, answer in sheet.answers.items() for line in _describe(f"{name}: ", answer)]
    unread = [name for name, answer in sheet.answers.items() if answer.state == "unreadable"]
    blank = sum(answer.state == "blank" for answer in sheet.answers.values())
    changed = [f"{one.en} ｜ {one.zh}" for one in compare_official(notebook, released).describe()]
    lines += [*changed, *(line for note in sheet.notes for line in to_lines("", note))]
    every = len(sheet.answers)
    en = f"{every} questions, {blank} blank, {len(unread)} unreadable"
    lines.append(f"{en} ｜ 共 {every} 題，空白 {blank} 題，無法讀取 {len(unread)} 題")
    return Preview(tuple(lines), fine=not unread and not blank and not changed)


def _describe(name: str, answer: Answer) -> list[str]:
    if answer.reason is not None:
        return to_lines(name, answer.reason)
    return [f"{name}{''.join(sorted(answer.letters)) or 'blank 空白'}"]


def load_notebook(path: Path) -> Notebook:
    """Return a notebook as `run` and `score` read it, with their limits."""
    data = load_file(path, MOST_BYTES, "a notebook, a regular file")
    try:
        return parse_notebook(data)
    except FixableError as error:
        raise error.within(str(path)) from None
