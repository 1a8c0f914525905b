"""What the machine runs as root: a class of acts, in each way of being started; JSON lines come out.

python3 -P job.py     in /job, with `ways.json` (name -> words before Python) and `acts/*.ipynb`

It says of each way: how each act's Run ended, what the whole machine lost of its memory meanwhile, and what was left.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

JOB = Path("/job")
ROOM = JOB / "hw9"
CGROUP = Path("/sys/fs/cgroup")
LIMITS = {
    "cell_seconds": 60, "notebook_seconds": 120, "cpu_seconds": 90, "memory_mib": 200, "processes": 64, "file_mib": 32,
    "work_mib": 64, "output_mib": 4,
}  # fmt: skip
ENVIRONMENT = ("env", "-i", f"PYTHONPATH={ROOM}", "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1")


def main() -> None:
    """Grade the class in every way."""
    set_limits(ROOM / "assignment/assignment.yaml")
    subprocess.run(["chmod", "-R", "a+rX", str(JOB)], check=True)
    for way, (before, settings) in json.loads((JOB / "ways.json").read_text()).items():
        words = [*before, *ENVIRONMENT, *settings, sys.executable, "-P", "-m", "grader", "run"]
        sys.stdout.write(json.dumps({"way": way, **run_class(Path(f"/var/tmp/{way}"), words, bool(before))}) + "\n")
        sys.stdout.flush()


def set_limits(settings: Path) -> None:
    """Write the limits into the course of the copy."""
    text = settings.read_text(encoding="utf-8")
    for name, value in LIMITS.items():
        text, count = re.subn(rf"^(  {name}:) \d+", rf"\g<1> {value}", text, flags=re.MULTILINE)
        assert count == 1, name
    settings.write_text(text, encoding="utf-8")


def run_class(place: Path, words: list[str], as_user: bool) -> dict[str, object]:
    """Grade the acts, one after the other; return what is to be known of it."""
    (place / "handins").mkdir(parents=True)
    for act in (JOB / "acts").glob("*.ipynb"):
        shutil.copy(act, place / "handins")
    if as_user:
        subprocess.run(["chown", "-R", "1000:1000", str(place)], check=True)
    free, begin, taken = read_available(), time.monotonic(), 0
    process = subprocess.Popen(
        [*words, str(place / "handins"), str(place / "runs"), "--jobs", "1"],
        cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    while process.poll() is None:
        taken = max(taken, free - read_available())
        time.sleep(0.2)
    said = process.stdout.read() if process.stdout else ""
    results = [json.loads(path.read_text()) for path in (place / "runs").rglob("result.json")]
    time.sleep(0.5)
    return {
        "code": process.returncode,
        "seconds": round(time.monotonic() - begin, 1),
        "taken_mib": taken,
        "left": [*map(str, CGROUP.rglob("hw9-*")), *list_processes()],
        "results": {result["student"]: result for result in results},
        "said": said[-1500:],
    }


def read_available() -> int:
    """Return how much memory the machine has left, in MiB."""
    return int(re.findall(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())[0]) // 1024


def list_processes() -> list[str]:
    """Return the names of the processes that still belong to a cage."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"\0HW9_RUN=" in b"\0" + (folder / "environ").read_bytes():
                found.append((folder / "comm").read_text().strip())
        except OSError:
            continue
    return found


if __name__ == "__main__":
    if os.getuid() != 0:
        sys.exit("job.py: expected to be root")
    main()
