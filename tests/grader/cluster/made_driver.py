"""A driver that writes what it tells as JSON lines: `python made_driver.py HANDINS RUNS KEYS PORT FILE BEAT GONE`."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from assignment.course import open_course
from grader.cluster.executor import ClusterExecutor, Terms
from grader.cluster.keys import load_keys
from grader.cluster.pace import Pace
from grader.driver.drive import run_class
from grader.driver.event import Event, TakenIn


def drive(handins: Path, runs: Path, keys: Path, port: int, file: Path, pace: Pace) -> None:
    course = open_course()
    terms = Terms(load_keys(keys), "0.0.0.0", port, kind="cuda", pace=pace)

    def note(event: Event) -> None:
        told = {"kind": type(event).__name__, "at": time.monotonic()}
        if not isinstance(event, TakenIn):
            told |= asdict(event)
        with file.open("a") as lines:
            lines.write(json.dumps(told, default=str) + "\n")

    run_class(handins, runs, course, elsewhere=lambda: ClusterExecutor(terms, course, runs), observer=note)


if __name__ == "__main__":
    handins, runs, keys, port, file, beat, gone = sys.argv[1:]
    pace = Pace(beat=float(beat), gone=float(gone), broken=float(beat) + 2)
    drive(Path(handins), Path(runs), Path(keys), int(port), Path(file), pace)
