"""Before you hand in: `python hw9.py look NOTEBOOK`, or `python hw9.py check NOTEBOOK`, which runs it.

It lies beside the notebook in hw9-student.zip.
"""

import sys


def main() -> int:
    """Run the self-check; a message where a package is missing."""
    try:
        from assignment.selfcheck.__main__ import main as start
    except ModuleNotFoundError as error:
        needed = f"{sys.executable} -m pip install numpy pillow pydantic pyyaml nbclient ipykernel"
        print(f"{error.name}: not installed; expected it 需要先安裝: {needed}", file=sys.stderr)
        return 1
    return start()


if __name__ == "__main__":
    sys.exit(main())
