"""`hw9` without the sample that is run both ways: `python -m benchmarks.class_cost.ours WORDS...`."""

import sys
from unittest.mock import patch

from grader.commands.main import main

if __name__ == "__main__":
    with patch("grader.driver.drive.run_both_ways"), patch("grader.driver.whole.count_sample", return_value=0):
        sys.exit(main(sys.argv[1:]))
