"""A driver that says what it tells: `python -m benchmarks.scale.driver HANDINS RUNS KEYS PORT`.

Each event is a line of JSON with its time; the last line is the most memory that this process had.
"""

import json
import resource
import sys
import time
from pathlib import Path

from assignment.course import open_course
from grader.cluster.executor import ClusterExecutor, Terms
from grader.cluster.keys import load_keys
from grader.driver.drive import run_class
from grader.driver.event import Event


def note(event: Event) -> None:
    """Print what is told, and when."""
    print(json.dumps({"kind": type(event).__name__, "at": time.monotonic()}), flush=True)


def main() -> None:
    """Run the class."""
    handins, runs, keys = map(Path, sys.argv[1:4])
    course = open_course()
    terms = Terms(load_keys(keys), "127.0.0.1", int(sys.argv[4]), kind="cpu")
    run_class(handins, runs, course, elsewhere=lambda: ClusterExecutor(terms, course, runs), observer=note)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"kind": "Peak", "at": time.monotonic(), "mib": peak}))


if __name__ == "__main__":
    main()
