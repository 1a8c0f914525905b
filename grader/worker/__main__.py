"""The worker process: `python -m grader.worker RUN`. What it says is for the log; its exit code means nothing."""

import sys
from pathlib import Path

from assignment.fixable import FixableError
from grader.worker.execute import run_worker

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m grader.worker RUN")
    try:
        run_worker(Path(sys.argv[1]).resolve())
    except FixableError as error:
        sys.exit(str(error))
