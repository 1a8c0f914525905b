"""The notebook checks itself: what its last cell says of the saved arrays and of the official cells."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assignment.course import find_course
from assignment.fixable import FixableError
from assignment.selfcheck.known import find_known
from assignment.selfcheck.outputs import check_outputs, describe_checks
from assignment.sheet.notebook import Notebook
from assignment.sheet.official import compare_official
from assignment.sheet.own import find_own_file

HEAD = (
    "The saved arrays beside the reference's, in the grader's limits (they earn no points, and know no answer):",
    "存下的陣列與參考結果的比較，容許誤差與評分時相同（不計分，也與答案無關）：",
)
NOTHING = (
    "The reference's arrays are not here, so nothing is compared; hw9-student.zip has them.",
    "這裡沒有參考結果，所以不比較；hw9-student.zip 裡有。",
)
COMMAND = (
    'In a terminal, `python hw9.py check "{name}"` runs the whole notebook anew and says the same of it.',
    '在終端機輸入 `python hw9.py check "{name}"`，會重新執行整份筆記本，並列出同樣的檢查結果。',
)
INTACT = "official cells as they were released ｜ 官方儲存格與發下時相同"


def describe_own_work() -> str:
    """Return what the notebook that calls this saved, beside the reference's, and which official cells are changed."""
    try:
        return "\n".join(_describe())
    except FixableError as error:  # a bundle that is not whole: the cell still shows the answers
        return f"! {error}"


def _describe() -> Iterator[str]:
    course = find_course()
    known = find_known(course)
    if known is None:
        yield from NOTHING
        return
    yield from HEAD
    yield from describe_checks(check_outputs(Path(), known, course))
    own = find_own_file()
    if own is not None:
        yield from describe_cells(own.notebook, known.released)
    yield from (line.format(name=own.name if own else "NOTEBOOK") for line in COMMAND)


def describe_cells(notebook: Mapping[str, Any], released: Notebook) -> Iterator[str]:
    """Yield a line for each official cell that is not as released; one line where all are."""
    changed = [f"! {one.en} ｜ {one.zh}" for one in compare_official(notebook, released).describe()]
    yield from changed or [INTACT]
