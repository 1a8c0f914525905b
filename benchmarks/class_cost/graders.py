"""The graders that are compared, each told to execute some hand-ins of a class, and what each then says of them."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assignment.course import VARIABLE, Course
from benchmarks.class_cost.rivals import PINNED, ROOT, Rivals
from benchmarks.sandbox import PLAIN
from grader.driver.slot import make_font_list
from grader.runs.result import RESULT_FILE, load_result

Handins = Mapping[str, bytes]
WORKERS = 2  # processes side by side, one thread each
GRADERS = {
    "share": "ours, `hw9 run --share`",
    "sampled": "ours, `--share` and its sample",
    "whole": "ours, `hw9 run`",
    "nbclient": "plain nbclient",
    "otter": PINNED[0].replace("==", " ") + ", `otter run`",
    "nbgrader": PINNED[1].replace("==", " ") + ", `nbgrader autograde`",
}
LIMITS = ("--cell-seconds", "3600", "--notebook-seconds", "7200")  # also where the machine does other things
OURS = ("share", "sampled", "whole")  # a class at once; the others a hand-in at a time, WORKERS of them side by side


@dataclass(frozen=True)
class Order:
    """Commands to be run side by side, in this environment, and what is there afterwards.

    read: what is said of each hand-in, by student. first: the moment of the first result, in seconds of the epoch.
    """

    commands: tuple[tuple[str, ...], ...]
    environment: Mapping[str, str]
    read: Callable[[], dict[str, str]]
    first: Callable[[], float | None] = lambda: None


@dataclass(frozen=True)
class Bench:
    """The course whose notebook is executed, the folder of what is kept, and the other graders once they are needed."""

    course: Course
    folder: Path
    rivals: Rivals | None = None

    def make_environment(self) -> dict[str, str]:
        """Return the environment of a grader that has no settings of its own: one thread, no GPU, a list of fonts."""
        settings = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        settings |= {"HW9_DEVICE": "cpu", "CUDA_VISIBLE_DEVICES": "", "TOKENIZERS_PARALLELISM": "false"}
        settings |= {"MPLCONFIGDIR": str(make_font_list(self.folder / "fonts")), "PYTHONPATH": str(ROOT)}
        settings |= {} if self.course.embedded else {VARIABLE: str(self.course.folder)}
        return {**os.environ, **settings}

    def order(self, grader: str, folder: Path, handins: Handins) -> Order:
        """Make ready what a grader needs in a new folder, and return what is to be measured."""
        if grader in OURS:
            return self._order_ours(folder, handins, grader)
        environment = self.make_environment()
        if grader == "nbclient":
            made = [_order_nbclient(folder / student, data) for student, data in handins.items()]
        elif self.rivals is None:
            raise ValueError(f"{grader}: no environment; expected one")
        elif grader == "otter":
            made = [self.rivals.order_otter(folder / student, data) for student, data in handins.items()]
        else:
            environment["PATH"] = f"{self.rivals.folder / 'bin'}:{environment['PATH']}"
            released = self.course.read_released()
            made = [
                self.rivals.order_nbgrader(folder / student, data, released, environment)
                for student, data in handins.items()
            ]
        places = dict(zip(handins, (executed for _, executed in made), strict=True))
        return Order(tuple(command for command, _ in made), environment, lambda: _read_all(places))

    def _order_ours(self, folder: Path, handins: Handins, grader: str) -> Order:
        (folder / "handins").mkdir(parents=True)
        for student, data in handins.items():
            (folder / "handins" / f"{student}.ipynb").write_bytes(data)
        runs = folder / "runs"
        words = ["run", str(folder / "handins"), str(runs), "--jobs", str(WORKERS), "--device", "cpu"]
        words += ["--without-memory-group", *LIMITS, *(["--share"] if grader != "whole" else [])]
        words += [] if self.course.embedded else ["--course", str(self.course.folder)]
        places = {student: runs / student / "work" / "executed.ipynb" for student in handins}

        def read() -> dict[str, str]:
            results = {student: load_result(runs / student) for student in handins}
            return _read_all(places, {student: one.word if one else "lost" for student, one in results.items()})

        def find_first() -> float | None:
            return min(((runs / student / RESULT_FILE).stat().st_mtime for student in handins), default=None)

        program = "grader" if grader == "sampled" else "benchmarks.class_cost.ours"
        command = (sys.executable, "-P", "-m", program, *words)
        return Order((command,), {**os.environ, "PYTHONPATH": str(ROOT)}, read, find_first)


def _order_nbclient(folder: Path, data: bytes) -> tuple[tuple[str, ...], Path]:
    folder.mkdir(parents=True)
    (folder / "handin.ipynb").write_bytes(data)
    command = (sys.executable, "-P", "-c", PLAIN, str(folder / "handin.ipynb"), str(folder))
    return command, folder / "executed.ipynb"


def _read_all(places: Mapping[str, Path], words: Mapping[str, str] | None = None) -> dict[str, str]:
    notebooks = {student: json.loads(place.read_bytes()) for student, place in places.items()}
    words = words or {student: find_word(notebook) for student, notebook in notebooks.items()}
    return {student: f"{words[student]}\n{find_check(notebook)}" for student, notebook in notebooks.items()}


def find_word(notebook: Mapping[str, Any]) -> str:
    """Return whether an executed notebook ran to its end, in our words."""
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", ()))
    return "failed" if any(one["output_type"] == "error" for one in outputs) else "ran"


def find_check(notebook: Mapping[str, Any]) -> str:
    """Return what the last cell that prints printed: which letters it would be graded by, which arrays agree."""
    printed = (
        "".join("".join(one["text"]) for one in cell.get("outputs", ()) if one["output_type"] == "stream")
        for cell in notebook["cells"]
    )
    return next((text for text in reversed([*printed]) if text), "")
