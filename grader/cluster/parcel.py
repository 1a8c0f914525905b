"""What travels for one Run: there its order with the hand-in, back its result with what it saved, all within limits.

The driver believes nothing that comes back: names, sizes, and that the result is this student's and this notebook's.
A file comes in pieces, into a folder of its own beside the Runs; only a whole and checked parcel is moved into the Run.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assignment.arrays import GROUPS
from assignment.assignment import Limits
from assignment.fixable import FixableError, parse_as, show_value
from grader.driver.run_job import LOG_FILE
from grader.files.untrusted import read_untrusted
from grader.handins.beside import FOLDER as BESIDE
from grader.runs.folder import HANDIN_FILE
from grader.runs.job import Job, is_ordered
from grader.runs.result import RESULT_FILE, RunResult, commit_result, to_bytes
from grader.worker.harmless import make_harmless

MIB = 1024 * 1024
PIECE = 4 * MIB  # of a file, in one message
MOST_RESULT = 4 * MIB  # bytes of a result
MOST_LOG = 64 * 1024
MOST_PARTS = 1_000_000  # lists and objects of an executed notebook, brackets in texts counted too
KNOWN = tuple(f"{group}.npz" for group in GROUPS)  # what an analysis saves
EXECUTED = "work/executed.ipynb"
OUTPUTS = "work/outputs"
INCOMING = ".incoming"  # in RUNS


def list_sent(folder: Path) -> dict[str, int]:
    """Return the files of a Run that its worker needs, with their sizes: the hand-in and what lay beside it."""
    beside = (path for path in (folder / BESIDE).rglob("*") if path.is_file() and not path.is_symlink())
    paths = [folder / HANDIN_FILE, *sorted(beside)]
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}


def read_piece(path: Path, offset: int) -> bytes:
    """Return the piece of a file that begins at an offset; b'' at its end."""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(PIECE)


def list_returned(folder: Path) -> list[str]:
    """Return the files that a worker sends back of a Run, but for the result and the log."""
    found = [f"{OUTPUTS}/{name}" for name in KNOWN if (folder / OUTPUTS / name).is_file()]
    return [*([EXECUTED] if (folder / EXECUTED).is_file() else []), *found]


def read_log(folder: Path) -> bytes:
    """Return the end of what the worker process of a Run said."""
    try:
        return read_untrusted(folder, LOG_FILE, 64 * MIB)[-MOST_LOG:]
    except FixableError:
        return b""


@dataclass
class Parcel:
    """A Run's order, and what has come back for it so far."""

    folder: Path  # of the Run
    order: bytes
    job: Job
    sent: dict[str, int]
    handin_sha256: str
    place: Path  # where what comes back is gathered
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def student(self) -> str:
        """Whose Run it is."""
        return self.folder.name

    def is_ordered(self) -> bool:
        """Tell whether the Run is still to be executed as this parcel says."""
        return is_ordered(self.folder, self.order)

    def add_piece(self, name: Any, offset: Any, data: Any) -> None:
        """Take one piece of a file; FixableError where it is none that may come, or too large."""
        if not isinstance(name, str) or type(offset) is not int or not isinstance(data, bytes) or len(data) > PIECE:
            raise FixableError("a piece of the wrong shape; expected a name, an offset and at most 4 MiB")
        most = self._find_most(name)
        self.sizes.setdefault(name, 0)
        if offset == 0:  # a file whose transfer broke off begins again
            self.sizes[name] = 0
            (self.place / name).unlink(missing_ok=True)
        if offset != self.sizes[name]:
            raise FixableError(f"{show_value(name)}: offset {offset}; expected {self.sizes[name]}, the next piece")
        self.sizes[name] += len(data)
        outputs = sum(size for its, size in self.sizes.items() if its != EXECUTED)
        if self.sizes[name] > most or outputs > self.job.limits.work_mib * MIB:
            raise FixableError(f"{show_value(name)}: more than the limits allow; expected at most {most // MIB} MiB")
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(data)

    def _find_most(self, name: str) -> int:
        """Return how large a file of this name may be; FixableError where none of it may come."""
        limits: Limits = self.job.limits
        if name == EXECUTED:
            return 2 * self.sent[HANDIN_FILE] + 4 * limits.output_mib * MIB
        if name not in (f"{OUTPUTS}/{its}" for its in KNOWN):
            raise FixableError(
                f"{show_value(name)}: no file that a Run saves; expected {EXECUTED} or {OUTPUTS}/GROUP.npz"
            )
        return limits.file_mib * MIB

    def check_result(self, data: Any) -> RunResult:
        """Return the result that a worker sent; FixableError where it is not one of this Run's order."""
        if not isinstance(data, bytes) or len(data) > MOST_RESULT:
            raise FixableError(f"{RESULT_FILE}: no bytes, or too many; expected at most {MOST_RESULT // MIB} MiB")
        try:
            result = parse_as(RunResult, json.loads(data), RESULT_FILE)
        except (ValueError, RecursionError):
            raise FixableError(f"{RESULT_FILE}: not JSON; expected a result") from None
        expected = {
            "student": self.student,
            "attempt": self.job.attempt,
            "notebook_sha256": self.handin_sha256,
            "sandbox": self.job.sandbox,
        }
        for name, value in expected.items():
            if getattr(result, name) != value:
                raise FixableError(f"{RESULT_FILE}: {name}: {show_value(getattr(result, name))}; expected {value!r}")
        if result.word == "lost":
            raise FixableError(f"{RESULT_FILE}: word: 'lost'; expected how a notebook ended")
        to_bytes(result)
        return result

    def clean_notebook(self) -> str:
        """Make the executed notebook harmless, as its worker should have; return why it was not kept, '' where it was.

        FixableError where it is none. What a student may have brought about is no lie of the machine's.
        """
        file = self.place / EXECUTED
        if not file.is_file():
            return ""
        data, most = file.read_bytes(), self._find_most(EXECUTED)
        if data.count(b"[") + data.count(b"{") > MOST_PARTS:
            file.unlink()
            return f"not kept: executed.ipynb, more than {MOST_PARTS} brackets"
        try:
            cleaned = json.dumps(make_harmless(json.loads(data))[0], indent=1).encode("ascii")
        except RecursionError:
            file.unlink()
            return "not kept: executed.ipynb, nested too deeply"
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise FixableError(f"{EXECUTED}: {type(error).__name__}: {error}; expected a notebook") from None
        if len(cleaned) > most:
            file.unlink()
            return f"not kept: executed.ipynb, more than {most // MIB} MiB"
        file.write_bytes(cleaned)
        return ""

    def commit(self, result: RunResult) -> bool:
        """Move what came back into the Run and put the result into place; tell whether it was the first."""
        if not self.is_ordered() or (self.folder / RESULT_FILE).exists():
            return False
        (self.place / OUTPUTS).mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        (self.place / "work").rename(self.folder / "work")
        return commit_result(self.folder, result)

    def drop(self) -> None:
        """Forget what came back."""
        shutil.rmtree(self.place, ignore_errors=True)


def open_parcel(folder: Path, order: bytes, job: Job, place: Path) -> Parcel:
    """Return the parcel of a Run that was ordered."""
    handin = hashlib.sha256((folder / HANDIN_FILE).read_bytes()).hexdigest()
    return Parcel(folder, order, job, list_sent(folder), handin, place)
