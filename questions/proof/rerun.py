"""A Rerun: the reference computed anew, in a process of its own: less exactly, with rounded weights, or with an edit.

The questions import no model: what they want to know of today's reference code they ask `python -m reference.produce`,
whose arrays come back as files. An edit changes one place of a copy of the sources, which are laid over the real ones.
What was computed is kept under a name made of all that it depends on, so that a command that was stopped resumes.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from assignment.arrays import GROUPS
from assignment.course import VARIABLE, Course
from assignment.fixable import Fault, FixableError, check_all, show_value
from assignment.outputs import Outputs
from assignment.processors import count_processors
from assignment.provenance import digest_sources, name_packages
from questions.canonical import load_canonical

ROOT = Path(__file__).parents[2]
CACHE_FOLDER = ROOT / "build" / "reruns"
ROOMS = ("assignment", "reference")  # what the reference is made of
# Of our code, what `reference` may import.
CODE = ("assignment/*.py", "assignment/files/*.py", "assignment/models/*.py", "reference/**/*.py")
NOTEBOOK = ROOT / "assignment" / "homework.py"  # a template of cells, which nothing imports
FIXABLE = 1  # the exit code of `python -m reference.produce` for what a user can mend
SETTINGS = {"OMP_NUM_THREADS": "1", "PYTHONSAFEPATH": ""}  # else Python would not look where the edits are


@dataclass(frozen=True)
class Edit:
    """One place of a source file, such as `reference/saliency.py`, and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Rerun:
    """What is computed: which groups of Outputs, for which seeds, how exactly, with which edits."""

    groups: tuple[str, ...] = GROUPS
    seeds: tuple[int, ...] = (1,)
    dtype: str = "float32"
    weights: str = "stored"
    edits: tuple[Edit, ...] = ()
    device: str = "cpu"

    @property
    def options(self) -> list[str]:
        """The words for `python -m reference.produce`."""
        seeds = [str(seed) for seed in self.seeds]
        words = ["--analysis", *self.groups, "--seeds", *seeds, "--dtype", self.dtype]
        return [*words, "--weights", self.weights, "--device", self.device, "--threads", "1"]


def run_all(
    reruns: Sequence[Rerun], course: Course, *, cache: Path = CACHE_FOLDER, tick: Callable[[int], None] = lambda _: None
) -> list[Path]:
    """Compute what is not kept yet, one process per core, and return the folders; `tick` is given each that is done.

    FixableError with every edit that finds no place and every process that failed.
    """
    check_all(fault for rerun in reruns for fault in find_edit_faults(rerun.edits))
    folders = list_folders(reruns, course, cache)
    faults: list[Fault] = []
    with ThreadPoolExecutor(count_processors()) as pool:
        started = {
            pool.submit(_run, rerun, course, folder): number
            for number, (rerun, folder) in enumerate(zip(reruns, folders, strict=True))
        }
        try:
            for done in as_completed(started):
                try:
                    done.result()
                except FixableError as error:
                    faults += error.faults
                else:
                    tick(started[done])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    check_all(dict.fromkeys(faults))
    return folders


def list_folders(reruns: Sequence[Rerun], course: Course, cache: Path = CACHE_FOLDER) -> list[Path]:
    """Return where each is kept; a folder that does not exist was not computed yet, or by other code."""
    sources = _digest_sources()
    return [cache / _digest_rerun(rerun, course, sources) for rerun in reruns]


def load_reruns(
    reruns: Sequence[Rerun], folders: Sequence[Path], course: Course, canonicals: Mapping[int, Outputs]
) -> dict[int, Outputs]:
    """Return the canonical Outputs of every seed with what was computed anew laid over them, rerun after rerun."""
    found = dict(canonicals)
    for rerun, folder in zip(reruns, folders, strict=True):
        for seed in rerun.seeds:
            kept = {name: array for name, array in found[seed].items() if name[0] not in rerun.groups}
            anew = load_canonical(replace(course, canonical=folder), seed)
            found[seed] = Outputs(kept | dict(anew), anew.axes)
    return found


def find_edit_faults(edits: Sequence[Edit]) -> list[Fault]:
    """Return what is wrong with edits: each has to find its text once."""
    faults = []
    for edit in edits:
        path = ROOT / edit.file
        if not path.is_file() or path.relative_to(ROOT).parts[0] not in ROOMS:
            faults.append(Fault((edit.file,), f"no such file; expected a module of {' or '.join(ROOMS)}"))
        elif (count := path.read_text(encoding="utf-8").count(edit.old)) != 1:
            faults.append(Fault((edit.file,), f"{show_value(edit.old)} is there {count} times; expected once"))
    return faults


def _run(rerun: Rerun, course: Course, folder: Path) -> None:
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _overlay(rerun.edits) as place, tempfile.TemporaryDirectory(dir=folder.parent) as aside:
        out = Path(aside) / "done"
        where = ", ".join(f"{edit.file}: {show_value(edit.new)}" for edit in rerun.edits) or "reference"
        ask_reference(["--quiet", "--fresh", "--out", str(out), *rerun.options], course, place=place, where=where)
        try:
            out.rename(folder)
        except OSError:
            if not folder.exists():  # another process was sooner, and made the same
                raise


def ask_reference(words: Sequence[str], course: Course, *, place: Path = ROOT, where: str = "reference") -> str:
    """Return what `python -m reference.produce` prints of a course; `place` has the rooms that it is run from.

    FixableError, which says of `where`, where it ends otherwise than well.
    """
    named = {VARIABLE: "" if course.embedded else str(course.folder)}
    ended = subprocess.run(
        [sys.executable, "-m", "reference.produce", *words],
        cwd=place, env=os.environ | SETTINGS | named, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ended.returncode:
        last = (ended.stderr.strip() or ended.stdout.strip() or "no word").splitlines()[-1]
        expected = "" if ended.returncode == FIXABLE else "; expected Outputs"  # a fixable fault says its own
        raise FixableError(f"{where}: ended with {ended.returncode}: {last}{expected}")
    return ended.stdout


@contextmanager
def _overlay(edits: Sequence[Edit]):  # type: ignore[no-untyped-def]
    """Yield a folder that looks like ours to Python, with the edits made; nothing of ours is touched."""
    with tempfile.TemporaryDirectory(prefix="hw9-rerun-") as name:
        place = Path(name)
        for path in _list_files("*"):  # copies: a link is read nowhere
            copy = place / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        for file in {edit.file for edit in edits}:
            text = (ROOT / file).read_text(encoding="utf-8")
            for edit in edits:
                if edit.file == file:
                    text = text.replace(edit.old, edit.new)
            (place / file).write_text(text, encoding="utf-8")
        yield place


def _digest_sources() -> str:
    """Return a digest of the code that the arrays depend on: ours, and the packages'."""
    digest = hashlib.sha256(name_packages().encode())
    for path in sorted(path for pattern in CODE for path in ROOT.glob(pattern) if path != NOTEBOOK):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _list_files(pattern: str) -> list[Path]:
    """Return the files of the rooms, however deep, sorted."""
    found = (path for room in ROOMS for path in (ROOT / room).rglob(pattern))
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def _digest_rerun(rerun: Rerun, course: Course, sources: str) -> str:
    """Return a name of all that the arrays depend on: code, weights, edits, options."""
    parts = (rerun, course.name, [digest_sources(course, group) for group in rerun.groups], sources)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]
