"""The command `hw9` as `python -m grader`."""

import sys

from grader.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
