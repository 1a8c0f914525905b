"""Before you hand in: `python hw9.py look NOTEBOOK`, or `python hw9.py check NOTEBOOK`, which runs it.

It lies beside the notebook in hw9-student.zip. An older Python reads this file too, and is told that it is one.
"""

import sys

PACKAGES = "numpy pillow pydantic pyyaml nbclient ipykernel"
OLDEST = (3, 11)


def main() -> int:
    """Run the self-check; a message where Python, the folder `assignment` or a package is missing."""
    if sys.version_info < OLDEST:
        found = "{}.{}".format(*sys.version_info[:2])
        print(f"Python {found}; expected 3.11 or newer ｜ 需要 Python 3.11 以上", file=sys.stderr)
        return 1
    try:
        from assignment.selfcheck.__main__ import main as start
    except ModuleNotFoundError as error:
        print(_say_missing(error.name or str(error)), file=sys.stderr)
        return 1
    return start()


def _say_missing(module: str) -> str:
    if module.partition(".")[0] == "assignment":
        return (
            f"{module}: not here; expected the folder assignment of hw9-student.zip beside hw9.py "
            "｜ 請把 hw9-student.zip 裡的 assignment 資料夾與 hw9.py 放在一起"
        )
    return f"{module}: not installed; expected it 需要先安裝: {sys.executable} -m pip install {PACKAGES}"


if __name__ == "__main__":
    sys.exit(main())
