"""Which system calls notebooks make in the sandbox, by strace; `grader/sandbox/calls.py` is written from it.

    python -m benchmarks.system_calls [NOTEBOOK ...] [--write]

Traced are the course's released notebook, the honest uses of `honest_uses.py` and the notebooks that are named. A
process counts from the line at which it has taken on both filters, one that it starts from its beginning, so that what
bubblewrap did before is left out. Calls that the filter refuses are named, with how often; `--write` adds those that
are admitted to `SEEN`. It takes ten minutes, and strace (Debian, Ubuntu: apt-get install strace).
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import nbformat

from assignment.course import open_course
from benchmarks.honest_uses import HONEST_USES
from grader.runs.folder import prepare_run, write_handin
from grader.runs.job import Job, order_course, write_job
from grader.runs.result import load_result
from grader.sandbox import calls

ROOT = Path(__file__).resolve().parents[1]
TAKEN_ON = re.compile(r"^(?:prctl\(PR_SET_SECCOMP|seccomp\(SECCOMP_SET_MODE).* = 0$", re.MULTILINE)
CALL = re.compile(r"^(\w+)\(", re.MULTILINE)
SEEN_BLOCK = re.compile(r'(?<=SEEN = """\n)[^"]*(?=""")')
FILTERS = 2
WIDTH = 118


def main() -> int:
    """Trace, print what was found, and write it when asked; 1 where a notebook did not run to its end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", type=Path, nargs="*")
    parser.add_argument("--write", action="store_true", help="add what was seen to SEEN of grader/sandbox/calls.py")
    options = parser.parse_args()
    if not shutil.which("strace"):
        sys.exit("strace: not found; expected the program (Debian, Ubuntu: apt-get install strace)")
    handins = {"the released notebook": open_course().released.read_bytes(), "the honest uses": dump_uses()}
    handins |= {path.name: path.read_bytes() for path in options.notebooks}
    found: Counter[str] = Counter()
    for name, data in handins.items():
        with tempfile.TemporaryDirectory() as folder:
            word, its = trace(Path(folder), data)
        print(f"{name}: {word}, {len(its)} calls")
        if word != "ran":
            return 1
        found += its
    refused = {name: count for name, count in sorted(found.items()) if name not in calls.ADMITTED}
    print("refused:", ", ".join(f"{name} ({count})" for name, count in refused.items()) or "none")
    if options.write:
        write_seen(Path(calls.__file__), found.keys() - refused)
    return 0


def dump_uses() -> bytes:
    """Return a notebook of the honest uses."""
    cells = [nbformat.v4.new_code_cell(use.source) for use in HONEST_USES.values()]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


def trace(folder: Path, data: bytes) -> tuple[str, "Counter[str]"]:
    """Execute a notebook as a Run below `folder` with bubblewrap under strace; return its word and its calls."""
    run, logs = folder / "run", folder / "logs"
    for made in (run, logs, folder / "bin"):
        made.mkdir()
    traced = folder / "bin" / "bwrap"
    traced.write_text(f'#!/bin/sh\nexec strace -D -ff -s0 -qq -o "{logs}/call" "{shutil.which("bwrap")}" "$@"\n')
    traced.chmod(0o755)
    write_handin(run, data)
    prepare_run(run)
    course = open_course()
    times = dict.fromkeys(("cell_seconds", "notebook_seconds", "cpu_seconds"), 3600)
    limits = course.assignment.limits.model_copy(update=times)
    write_job(run, Job(course=order_course(course), limits=limits))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{traced.parent}:{os.environ['PATH']}"}
    subprocess.run([sys.executable, "-P", "-m", "grader.worker", str(run)], env=environment, check=False)
    result = load_result(run)
    word = "lost" if result is None else result.word if result.word == "ran" else f"{result.word}, {result.detail}"
    texts = {int(path.suffix[1:]): path.read_text(errors="replace") for path in logs.iterdir()}
    return word, count_calls(texts)


def count_calls(logs: dict[int, str]) -> "Counter[str]":
    r"""Return how often each call was made from the filters on; logs: what strace wrote of each process.

    >>> take = "prctl(PR_SET_SECCOMP, 2) = 0\n"
    >>> count_calls({7: f"mount(0) = 0\n{take}{take}read(0) = 0\n", 8: "read(0) = 0\n", 6: "fork() = 7\n"})
    Counter({'read': 2})
    """
    takers = {pid: [its.end() for its in TAKEN_ON.finditer(text)] for pid, text in logs.items()}
    first = min((pid for pid, its in takers.items() if len(its) >= FILTERS), default=0)
    starts = {pid: its[FILTERS - 1] if len(its) >= FILTERS else 0 for pid, its in takers.items()}
    own = (pid for pid in logs if len(takers[pid]) >= FILTERS or pid > first)
    return Counter(name for pid in own for name in CALL.findall(logs[pid], starts[pid]))


def write_seen(path: Path, names: Iterable[str]) -> None:
    """Write the names that were seen, with those that were before, into the module of admitted calls."""
    lines = [""]
    for name in sorted({*calls.SEEN.split(), *names}):
        longer = f"{lines[-1]} {name}".strip()
        lines = [*lines[:-1], longer] if len(longer) <= WIDTH else [*lines, name]
    text = path.read_text(encoding="utf-8")
    path.write_text(SEEN_BLOCK.sub("\n".join(lines) + "\n", text, count=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
