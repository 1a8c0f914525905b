"""The notebook reads itself, as the grader will: what its last cell shows.

A kernel is not told which file it serves. The file is found where VS Code or Jupyter name it, or as the only notebook
of the working folder that holds what was run; it is what will be handed in, as old as its last save. Where there is no
file (Colab), the cells that were run in this session are read in its place. What differs between the two is said.
"""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assignment.course import find_course
from assignment.files.foreign import read_file
from assignment.fixable import FixableError
from assignment.sheet.asked import Asked, parse_asked
from assignment.sheet.cell import is_answers_cell, is_python
from assignment.sheet.notebook import MOST_BYTES, parse_notebook
from assignment.sheet.say import to_lines
from assignment.sheet.sheet import Answer, Sheet, read_sheet

MOST_FILES = 20  # notebooks of the working folder that are looked into
YOUNGEST = 2000  # the year before which no notebook was saved: in the zip all files are of 1980
_START = re.compile(r"^[ \t]*answers[ \t]*(?::[^=\n]*)?=(?!=)(?!.*\banswers\b)", re.MULTILINE)  # all of them anew
STATES = {"blank": "blank 空白", "unreadable": "UNREADABLE 無法讀取"}


@dataclass(frozen=True)
class Source:
    """A notebook's file that was read: its name, when it was saved, and what it holds."""

    name: str
    saved: datetime
    notebook: Mapping[str, Any]


def describe_own_sheet(choices: str, now: datetime | None = None) -> str:
    """Return what the grader will read in the notebook that calls this, question by question, in both languages.

    choices: the ids and letters of all questions, `"lime-1 abcd lime-2 abcde ..."`.
    """
    graded = find_course().assignment.graded
    return "\n".join([*_describe_own(parse_asked(choices), now), graded.en, graded.zh])


def _describe_own(asked: Sequence[Asked], now: datetime | None) -> list[str]:
    shell = _find_shell()
    run = find_history(shell)
    source = find_source(shell, run)
    ran = read_sheet({"cells": run}, asked) if run else None
    if source is not None:
        age = (now or datetime.now().astimezone()) - source.saved
        return describe_file(source, read_sheet(source.notebook, asked), ran, round(age.total_seconds()))
    if ran is not None and ran.problem is None:
        return [*_HISTORY, *describe_sheet(ran)]
    return list(_NOTHING)


def describe_file(source: Source, sheet: Sheet, ran: Sheet | None, age: int) -> list[str]:
    """Return what a saved notebook holds, and in what it differs from what was run since."""
    moment = source.saved.strftime("%Y-%m-%d %H:%M:%S")
    long = (f"{age} seconds", f"{age} 秒") if age < 120 else (f"{age // 60} minutes", f"{age // 60} 分鐘")
    when = (f"as it was saved at {moment}, {long[0]} ago", f"{moment} 存檔，{long[1]}前")
    if source.saved.year < YOUNGEST:
        when = ("which was not saved since it was unpacked", "解壓縮後尚未存檔")
    lines = [
        f"What the grader reads in {source.name}, {when[0]}.",
        f"評分時會從 {source.name} 讀到的答案（{when[1]}）。",
        "What you typed since and did not save is not in it. 之後輸入但尚未存檔的內容不在其中。",
        *describe_sheet(sheet),
    ]
    if ran is not None and ran.problem is None:
        other = [name for name, answer in sheet.answers.items() if not _is_same(answer, ran.answers[name])]
        lines += [f"! {_SAVE}: {', '.join(other)}"] if other else []
    return lines


def describe_sheet(sheet: Sheet) -> list[str]:
    """Return a line for each question, then what else is worth knowing, then how many there are of each kind."""
    if sheet.problem is not None:
        return ["! no cell `answers = {...}` was found, expected one ｜ 找不到 `answers = {...}` 儲存格"]
    width = max(map(len, sheet.answers), default=0)
    lines = [line for name, answer in sheet.answers.items() for line in _describe_answer(f"{name:<{width}}  ", answer)]
    lines += [line for note in sheet.notes for line in to_lines("note 備註: ", note)]
    states = [answer.state for answer in sheet.answers.values()]
    read, blank, unread = (states.count(state) for state in ("read", "blank", "unreadable"))
    lines.append(
        f"{read} read, {blank} blank, {unread} unreadable ｜ 已讀取 {read} 題，空白 {blank} 題，無法讀取 {unread} 題"
    )
    return lines


def find_history(shell: Any) -> list[dict[str, Any]]:
    """Return the cells that were run in this session, in their order; of the answers cell the last one run alone.

    Their places in the list are the numbers that Jupyter shows beside them.
    """
    sources = getattr(getattr(shell, "history_manager", None), "input_hist_raw", None) or []
    texts = [source if isinstance(source, str) else "" for source in sources]
    last = max((index for index, text in enumerate(texts) if _starts_answers(text)), default=0)
    kept = [text if index >= last or not is_answers_cell(text) else "" for index, text in enumerate(texts)]
    return [{"cell_type": "code", "source": text} for text in kept]


def find_own_file() -> Source | None:
    """Return the file of the notebook that calls this; None where that is not certain."""
    shell = _find_shell()
    return find_source(shell, find_history(shell))


def find_source(shell: Any, run: Sequence[Mapping[str, Any]]) -> Source | None:
    """Return the notebook's file, where one is named or only one can be it; None where that is not certain."""
    names = [getattr(shell, "user_ns", {}).get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")]
    for name in names:
        if isinstance(name, str) and name.endswith(".ipynb"):
            for path in (Path(name), Path(name).name):
                if (found := _load_source(Path(path))) is not None:
                    return found
    last = next((cell["source"] for cell in reversed(run) if _starts_answers(cell["source"])), None)
    near = [found for path in sorted(Path().glob("*.ipynb"))[:MOST_FILES] if (found := _load_source(path)) is not None]
    holders = [one for one in near if any(cell["source"] == last for cell in one.notebook["cells"])]
    return next(iter(holders if len(holders) == 1 else near if len(near) == 1 else ()), None)


def _find_shell() -> Any:
    """Return IPython's shell; where IPython was not loaded, no notebook is open."""
    module = sys.modules.get("IPython")
    return None if module is None else module.get_ipython()


def _starts_answers(source: str) -> bool:
    return is_python(source) and _START.search(source) is not None


def _load_source(path: Path) -> Source | None:
    try:
        data = read_file(path, MOST_BYTES)
        return Source(path.name, datetime.fromtimestamp(path.stat().st_mtime).astimezone(), parse_notebook(data))
    except (OSError, FixableError):
        return None


def _is_same(one: Answer, other: Answer) -> bool:
    """Tell whether what was run says nothing else than what is saved; drafts of a session may leave it unreadable."""
    return other.state == "unreadable" or (one.state, one.letters) == (other.state, other.letters)


def _describe_answer(name: str, answer: Answer) -> list[str]:
    if answer.state == "read":
        return [f"{name}{''.join(sorted(answer.letters))}"]
    said = f"{name}{STATES[answer.state]}"
    return [said] if answer.reason is None else to_lines(f"{said}: ", answer.reason)


_SAVE = (
    "what you ran last is not what is saved, and what is saved is read; save, run the answers and this cell again ｜ "
    "最後執行的答案與存檔的不同，評分時讀取的是存檔；請存檔，再執行答案與這一格"
)
_HISTORY = (
    "What the grader would read in the cells that you ran in this session; which file is this notebook is not certain.",
    "無法確定哪個檔案是這份筆記本，以下是從這次執行過的儲存格讀到的答案。",
    "It reads the file from top to bottom: save it, and run everything once from the top to be sure.",
    "評分時會由上往下讀取檔案：請存檔，並從頭全部執行一次確認。",
)
_NOTHING = (
    "Nothing to read yet: the notebook's file was not found and no `answers = {...}` cell was run.",
    "還讀不到答案：找不到筆記本的檔案，也還沒有執行 `answers = {...}` 儲存格。",
)
