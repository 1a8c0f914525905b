"""Check one's own notebook: what is read in it, what a run of it saves, and what will be graded."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from assignment.course import Course
from assignment.selfcheck.known import Known
from assignment.selfcheck.look import Preview, load_notebook, look_at
from assignment.selfcheck.outputs import check_outputs, describe_checks
from assignment.selfcheck.own import HEAD
from assignment.selfcheck.run import Failure, run_notebook


def check_notebook(
    path: Path, known: Known, course: Course, tick: Callable[[int, int], None] = lambda *_: None
) -> Preview:
    """Run a notebook in an empty folder and return all that is to say of it; FixableError where it is none.

    `tick` is given the number of each cell that begins, and how many there are. What it saves is compared and removed.
    """
    notebook = load_notebook(path)
    looked = look_at(path, known.asked, known.released)
    count = len(notebook["cells"])
    with tempfile.TemporaryDirectory(prefix="hw9-check-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        failure = run_notebook(notebook, folder, course, lambda cell: tick(cell, count))
        checks = check_outputs(folder, known, course)
    graded = course.assignment.graded
    lines = [*looked.lines, *_describe_run(failure), *HEAD, *describe_checks(checks)]
    lines += [graded.en, graded.zh, f"deadline ｜ 期限: {course.assignment.deadline}"]
    agrees = all(one.word == "agrees" for one in checks)
    return Preview(tuple(lines), fine=looked.fine and failure is None and agrees)


def _describe_run(failure: Failure | None) -> list[str]:
    if failure is None:
        return ["it ran to its end ｜ 已全部執行完畢"]
    lines = [
        f"it stopped at cell {failure.cell}, counted from 0: {failure.says}",
        f"執行到儲存格 {failure.cell} 停止（從 0 開始編號）",
    ]
    if failure.says.startswith(("FileNotFoundError", "ModuleNotFoundError")):
        lines.append(
            "It ran alone: a file beside it comes along only where a folder is handed in. 單獨執行，旁邊的檔案不在。"
        )
    return lines
