"""What the machine runs as root: a class of acts, in each way of being started; JSON lines come out.

python3 -P job.py     in /job, with `ways.json` (name -> words before Python, an ordinary user's settings, acts, two
                      acts of classes at once, what may be left), `acts/*.ipynb` and `two/*.ipynb`

It says of each way: how each act's Run ended, which of its outputs were kept, what the whole machine lost of its memory
meanwhile, and what was left.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

JOB = Path("/job")
ROOM = JOB / "hw9"
USED = ("assignment", "grader", "questions")  # compiled once, not by every process
CGROUP = Path("/sys/fs/cgroup")
LIMITS = {  # of time, only where something hangs: the machine is slow
    "cell_seconds": 600, "notebook_seconds": 600, "cpu_seconds": 300, "memory_mib": 200, "processes": 64,
    "file_mib": 32, "work_mib": 64, "output_mib": 4,
}  # fmt: skip
ENVIRONMENT = ("env", "-i", f"PYTHONPATH={ROOM}", "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1")
PATIENCE = 600  # seconds


def main() -> None:
    """Grade the class in every way."""
    set_limits(ROOM / "assignment/assignment.yaml")
    subprocess.run([sys.executable, "-m", "compileall", "-q", *(str(ROOM / room) for room in USED)], check=True)
    subprocess.run(["chmod", "-R", "a+rX", str(JOB)], check=True)
    for way, (before, settings, acts, two, left) in json.loads((JOB / "ways.json").read_text()).items():
        words, place = [*before, *ENVIRONMENT, *settings, sys.executable, "-P", "-m", "grader", "run"], Path("/var/tmp")
        seen = run_class(make_class(place / way, [f"acts/{act}" for act in acts], bool(settings)), words)
        if two:
            hog, innocent = (make_class(place / f"{way}-{act}", [f"two/{act}"], bool(settings)) for act in two)
            seen["two"] = run_two(hog, innocent, words)
        sys.stdout.write(json.dumps({"way": way, **seen, "left": wait_for_end(set(left))}) + "\n")
        sys.stdout.flush()


def set_limits(settings: Path) -> None:
    """Write the limits into the course of the copy."""
    text = settings.read_text(encoding="utf-8")
    for name, value in LIMITS.items():
        text, count = re.subn(rf"^(  {name}:) \d+", rf"\g<1> {value}", text, flags=re.MULTILINE)
        assert count == 1, name
    settings.write_text(text, encoding="utf-8")


def make_class(place: Path, acts: list[str], as_user: bool) -> Path:
    """Return a folder with the acts as hand-ins."""
    (place / "handins").mkdir(parents=True)
    for act in acts:
        shutil.copy(JOB / f"{act}.ipynb", place / "handins")
    if as_user:
        subprocess.run(["chown", "-R", "1000:1000", str(place)], check=True)
    return place


def start_class(place: Path, words: list[str]) -> "subprocess.Popen[bytes]":
    """Start the grader, whose words go into a file."""
    with (place / "said").open("wb") as said:
        command = [*words, str(place / "handins"), str(place / "runs"), "--jobs", "1"]
        return subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)


def run_class(place: Path, words: list[str]) -> dict[str, Any]:
    """Grade the acts, one after the other; return what is to be known of it."""
    free, begin, taken = read_available(), time.monotonic(), 0
    process = start_class(place, words)
    while process.poll() is None:
        taken = max(taken, free - read_available())
        time.sleep(0.2)
    return {
        "code": process.returncode,
        "seconds": round(time.monotonic() - begin, 1),
        "taken_mib": taken,
        "results": load_results(place),
        "kept": {run.parent.parent.name: sorted(os.listdir(run)) for run in place.glob("runs/*/work/outputs")},
        "open_to_others": [str(path) for path in place.glob("runs") if path.stat().st_mode & 0o077],
        "said": (place / "said").read_text(errors="replace")[-1500:],
    }


def run_two(hog: Path, innocent: Path, words: list[str]) -> dict[str, Any]:
    """Grade a class while another one's notebook holds all that it can; return how both ended."""
    first = start_class(hog, words)
    wait_until(lambda: first.poll() is not None or any((work / "holds").exists() for work in find_work("hog")))
    second = start_class(innocent, words)
    second.wait(PATIENCE)
    held = [work for work in find_work("hog") if (work / "holds").exists()]
    for work in held[:1]:
        (work / "go").touch()
    first.wait(PATIENCE)
    said = [(place / "said").read_text(errors="replace")[-1500:] for place in (hog, innocent)]
    return {"results": load_results(hog) | load_results(innocent), "held": len(held), "said": said}


def load_results(place: Path) -> dict[str, Any]:
    """Return the results of a class by student."""
    results = (json.loads(path.read_text()) for path in place.glob("runs/*/result.json"))
    return {result["student"]: result for result in results}


def read_available() -> int:
    """Return how much memory the machine has left, in MiB."""
    return int(re.findall(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())[0]) // 1024


def wait_for_end(stays: set[str]) -> list[str]:
    """Return what is left where that does not come to be what stays."""
    wait_until(lambda: set(list_left()) <= stays, 60)
    return list_left()


def list_left() -> list[str]:
    """Return the groups and processes of the grader's."""
    groups = [f"{above}/{name}" for above, names, _ in os.walk(CGROUP) for name in names if name.startswith("hw9-")]
    return [*groups, *(process.name for process in find_processes(b""))]


def find_work(student: str) -> Iterator[Path]:
    """Yield the work folder of a student's cage, as each of its processes sees it."""
    return (process / "root/hw9/work" for process in find_processes(student.encode()))


def find_processes(student: bytes) -> Iterator[Path]:
    """Yield the processes that belong to a student's cage, or to any."""
    mark = b"\0HW9_RUN=" + (student + b"\0" if student else b"")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in b"\0" + (folder / "environ").read_bytes():
                yield folder
        except OSError:
            continue


def wait_until(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Return when something holds, or never came to."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.2)


if __name__ == "__main__":
    if os.getuid() != 0:
        sys.exit("job.py: expected to be root")
    main()
