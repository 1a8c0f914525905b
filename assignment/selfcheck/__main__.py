"""The self-check as a command: `python hw9.py look NOTEBOOK`, `python hw9.py check NOTEBOOK`.

It is what `hw9 look` and `hw9 check` are where hw9 is not installed, on any system that runs the notebook.
"""

import argparse
import sys
from pathlib import Path

from assignment.course import find_course
from assignment.fixable import FixableError, show_text
from assignment.selfcheck.check import check_notebook
from assignment.selfcheck.known import FOLDER, load_known
from assignment.selfcheck.look import look_at
from assignment.selfcheck.screen import allow_any_letter, show_cell

ABOUT = """Say before a notebook is handed in what the grader will read in it, and which official cells were changed.
`check` also runs it, here and without a sandbox (your own notebook only), and says how far its arrays are from the
reference's. Neither knows which answer is right. Exits with 0 where there is nothing to mend, else with 1.
交出筆記本之前，先看評分時會讀到什麼；check 還會執行它，並與參考結果比較。兩者都不知道哪個答案正確。"""

HINT = "無法檢查，原因如上：請確認這是 Jupyter 筆記本（.ipynb），hw9-student.zip 已完整解壓縮，所需套件也已安裝。"


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    allow_any_letter()
    parser = argparse.ArgumentParser(prog="hw9.py", description=ABOUT)
    parser.add_argument("verb", choices=["look", "check"], metavar="look|check", help="read it; or read it and run it")
    parser.add_argument("notebook", type=Path, metavar="NOTEBOOK", help="your notebook, a file .ipynb")
    options = parser.parse_args(arguments)
    try:
        return _start(options.verb, options.notebook)
    except FixableError as error:
        print(error, HINT, sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped ｜ 已停止", file=sys.stderr)
        return 1


def _start(verb: str, notebook: Path) -> int:
    course = find_course()
    known = load_known(course.folder / FOLDER, course)
    if verb == "look":
        seen = look_at(notebook, known.asked, known.released)
    else:
        seen = check_notebook(notebook, known, course, show_cell)
    print(*map(show_text, seen.lines), sep="\n")
    return 0 if seen.fine else 1


if __name__ == "__main__":
    sys.exit(main())
