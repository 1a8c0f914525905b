"""A class run and scored as the product does it, and what is to be known of each of its members."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assignment.agreement.agree import COMPARED_GROUPS
from assignment.assignment import Limits
from assignment.course import open_course
from grader.driver.drive import run_class
from grader.runs.folder import load_submissions
from grader.scoring.grading import Grading
from grader.scoring.judge import score_runs

LIMITS = Limits(
    cell_seconds=15,
    notebook_seconds=60,
    cpu_seconds=30,
    memory_mib=300,
    processes=64,
    file_mib=16,
    work_mib=32,
    output_mib=4,
)
OUTPUTS = {f"{group}.npz" for group in (*COMPARED_GROUPS, "pictures")}
OWN = {"handin.ipynb", "plan.json", "job.json", "attempts", "result.json", "work", "beside"}
USER = re.compile(r"(?a:user (\d{1,10}))")
Files = Mapping[str, bytes]  # of HANDINS, by their paths


@dataclass(frozen=True)
class Facts:
    """What came of one hand-in: how its Run ended, what it printed and saved, what it earned, what is kept of it."""

    word: str
    reason: str | None
    cell: int | None
    said: tuple[str, ...]
    arrays: Mapping[str, str]
    points: str
    agreements: tuple[tuple[str, str, str], ...]
    kept: frozenset[str]
    detail: str | None
    users: frozenset[int]


def grade(folder: Path, files: Files, grading: Grading) -> dict[str, Facts]:
    """Run and score a class, all of it at once, in a new folder; return the facts by student."""
    handins, runs = folder / "handins", folder / "runs"
    for name, data in files.items():
        (handins / name).parent.mkdir(parents=True, exist_ok=True)
        (handins / name).write_bytes(data)
    jobs = len({name.partition("/")[0] for name in files})
    run_class(handins, runs, open_course(), jobs=jobs, device="cpu", without_memory_group=True, limits=LIMITS)
    submissions = load_submissions(runs)
    return {one.student: find_facts(runs / one.student, one) for one in score_runs(submissions, runs, grading)}


def find_facts(folder: Path, record: Any) -> Facts:
    saved = sorted((folder / "work" / "outputs").glob("*")) if (folder / "work").exists() else []
    said, users = read_texts(folder / "work" / "executed.ipynb")
    return Facts(
        word=record.problem or record.run.word,
        reason=record.run.reason,
        cell=record.run.cell,
        said=said,
        arrays={path.name: digest_arrays(path) for path in saved},
        points=str(record.total),
        agreements=tuple((one.group, one.array, one.word) for one in record.agreements),
        kept=frozenset(path.name for path in folder.glob("*")),
        detail=record.run.detail,
        users=users,
    )


def read_texts(path: Path) -> tuple[tuple[str, ...], frozenset[int]]:
    """Return what the cells of an executed notebook printed, and the user that it says it was."""
    if not path.exists():
        return (), frozenset()
    cells = json.loads(path.read_bytes())["cells"]
    outputs = [out for cell in cells for out in cell.get("outputs", ()) if isinstance(out.get("text"), str)]
    texts = [out["text"] for out in outputs]
    users = frozenset(int(found) for text in texts for found in USER.findall(text))
    return tuple(USER.sub("user", text) for text in texts), users


def digest_arrays(path: Path) -> str:
    """Return a digest of what a file of arrays holds, of its bytes where it is none; a zip has the time in it."""
    found = hashlib.sha256()
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for name in sorted(arrays):
                found.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode() + arrays[name].tobytes())
    except Exception:  # a hostile one's
        found.update(path.read_bytes()[: 1 << 20])
    return found.hexdigest()


def find_strange(folder: Path, facts: Facts) -> list[str]:
    """Return what is wrong with a Run whatever was handed in: names that nobody knows, a word that is no word."""
    strange = [f"kept {name}" for name in facts.kept - OWN] + [f"kept {name}" for name in set(facts.arrays) - OUTPUTS]
    if facts.word == "lost":
        strange.append(f"lost: {facts.detail}")
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            strange.append(f"kept what is no file: {os.fsencode(path.name)!r}")
    return strange
