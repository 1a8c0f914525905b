"""The worker process: `python -m grader.worker RUN`. What it says is for the log; its exit code means nothing."""

import sys
from pathlib import Path

from assignment.fixable import FixableError

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: python -m grader.worker RUN")
    # Beside Jupyter, jsonschema, which nbformat imports, would take a second to build a grammar of addresses.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # it does without where it is not there
    from grader.worker.execute import run_worker

    try:
        run_worker(Path(sys.argv[1]).resolve())
    except FixableError as error:
        sys.exit(str(error))
