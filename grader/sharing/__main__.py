"""The host's process: `python -m grader.sharing`; its job is the first line that it is told."""

import os
import sys

from assignment.fixable import FixableError
from grader.sharing.host import serve

if __name__ == "__main__":
    answers = os.dup(1)
    os.dup2(2, 1)  # what else is written is no answer
    try:
        serve(0, answers)
    except FixableError as error:
        sys.exit(str(error))
