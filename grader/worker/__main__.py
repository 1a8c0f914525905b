"""The worker process: `python -m grader.worker RUN ...`."""

import sys

from grader.worker.execute import main

if __name__ == "__main__":
    sys.exit(main())
