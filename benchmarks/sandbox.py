"""What the sandbox costs: wall seconds of each notebook in it against plain nbclient on the same notebooks, in one run.

    python benchmarks/sandbox.py HANDINS [--rounds 3] [--write]

Each side is one process from its start to its end, with the same threads and the same font list. The two take turns on
each notebook, and each round changes who goes first. Plain nbclient has no protection: only notebooks that ran to their
end in the sandbox are given to it, so use a class that you trust.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from assignment.course import open_course
from grader.driver.slot import count_processors, make_font_list
from grader.handins.submission import open_handins
from grader.runs.folder import prepare_run, write_handin
from grader.runs.job import Job, order_course, write_job
from grader.runs.result import load_result

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).resolve().parent / "results" / "sandbox.md"
PLAIN = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": sys.argv[2]}}).execute()
nbformat.write(notebook, sys.argv[2] + "/executed.ipynb")
"""


@dataclass(frozen=True)
class NotebookTiming:
    """One notebook: its seconds in the sandbox and without, one for each round."""

    student: str
    caged: tuple[float, ...]
    plain: tuple[float, ...]


def main() -> int:
    """Measure a class, print the table, and write it when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("handins", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.relative_to(ROOT)}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows, left_out = measure_class(options.handins, Path(folder), options.rounds)
    table = to_table(rows, left_out, options.rounds)
    print(table)
    if options.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(table, encoding="utf-8")
    return 0


def measure_class(handins: Path, folder: Path, rounds: int) -> tuple[list[NotebookTiming], list[str]]:
    """Return a row for each notebook that runs to its end, and the names of the others."""
    rows, left_out = [], []
    fonts = make_font_list(folder / "fonts")
    for handin in open_handins(handins).read():
        one, data = handin.submission, handin.data
        if one.problem or data is None:
            left_out.append(one.student)
            continue
        place = folder / one.student
        if run_caged(place / "trial", data, fonts) is None:  # also warms the disk's cache
            left_out.append(one.student)
            continue
        seconds: dict[str, list[float]] = {"caged": [], "plain": []}
        for number in range(rounds):
            for side in ("caged", "plain") if number % 2 else ("plain", "caged"):
                run = run_caged if side == "caged" else run_plain
                taken = run(place / f"{side}{number}", data, fonts)
                if taken is not None:
                    seconds[side].append(taken)
        if len(seconds["caged"]) == len(seconds["plain"]) == rounds:
            rows.append(NotebookTiming(one.student, tuple(seconds["caged"]), tuple(seconds["plain"])))
        else:
            left_out.append(one.student)
    return rows, left_out


def run_caged(folder: Path, data: bytes, fonts: Path | None) -> float | None:
    """Return the seconds of a notebook in the sandbox; None when it did not run to its end."""
    write_handin(folder, data)
    prepare_run(folder)
    write_job(
        folder,
        Job(
            course=order_course(open_course()),
            limits=open_course().assignment.limits,
            threads=count_processors(),
            fonts=fonts,
            without_memory_group=True,  # the notebooks are our own
        ),
    )
    seconds, _ = time_command([sys.executable, "-P", "-m", "grader.worker", str(folder)], {})
    result = load_result(folder)
    return seconds if result is not None and result.word == "ran" else None


def run_plain(folder: Path, data: bytes, fonts: Path | None) -> float | None:
    """Return the seconds of a notebook under plain nbclient; None when it did not run to its end."""
    folder.mkdir(parents=True)
    (folder / "handin.ipynb").write_bytes(data)
    settings = {"OMP_NUM_THREADS": str(count_processors()), "HW9_DEVICE": "cpu", "CUDA_VISIBLE_DEVICES": ""}
    settings |= {"MPLCONFIGDIR": str(fonts)} if fonts else {}
    command = [sys.executable, "-P", "-c", PLAIN, str(folder / "handin.ipynb"), str(folder)]
    seconds, code = time_command(command, settings)
    return seconds if code == 0 else None


def time_command(command: list[str], settings: dict[str, str]) -> tuple[float, int]:
    """Return the wall seconds of a command and its exit code."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    begin = time.monotonic()
    code = subprocess.run(command, env=environment, capture_output=True, check=False).returncode
    return time.monotonic() - begin, code


def to_table(rows: list[NotebookTiming], left_out: list[str], rounds: int) -> str:
    """Return the seconds (medians) and ratios as a table in Markdown."""
    lines = [
        f"Wall seconds for each notebook, median of {rounds} rounds, on {count_processors()} processors,"
        f" user id {os.getuid()} (`python benchmarks/sandbox.py`).",
        "",
        "| notebook | plain nbclient | sandbox | ratio |",
        "|---|---:|---:|---:|",
    ]
    medians = [(row.student, statistics.median(row.plain), statistics.median(row.caged)) for row in rows]
    lines += [f"| {name} | {plain:.2f} | {caged:.2f} | {caged / plain:.3f} |" for name, plain, caged in medians]
    plain_sum, caged_sum = sum(plain for _, plain, _ in medians), sum(caged for _, _, caged in medians)
    if medians:
        lines.append(f"| all | {plain_sum:.2f} | {caged_sum:.2f} | {caged_sum / plain_sum:.3f} |")
    if left_out:
        lines += ["", f"Left out, for they do not run to their end: {', '.join(left_out)}."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
