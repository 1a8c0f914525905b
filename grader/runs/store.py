"""Where the bytes of hand-ins are kept: the Run folders of a class; or, in a dry run, what would be kept there."""

from dataclasses import dataclass
from pathlib import Path

from assignment.fixable import FixableError
from assignment.sheet.notebook import MOST_BYTES
from grader.files.untrusted import read_untrusted
from grader.handins.beside import Beside, save_beside
from grader.handins.submission import Submission
from grader.runs.folder import HANDIN_FILE, find_aside, set_aside, write_handin
from grader.runs.result import load_result


@dataclass(frozen=True)
class Store:
    """The Run folders of a class; without `write` all that it does leaves them as they are."""

    runs: Path
    write: bool = True

    def read(self, student: str) -> bytes | None:
        """Return the notebook that is kept of a student; None where there is none, or what is there is no file."""
        try:
            return read_untrusted(self.runs, f"{student}/{HANDIN_FILE}", MOST_BYTES)
        except FixableError:
            return None

    def keep(self, student: str, data: bytes, beside: Beside) -> None:
        """Keep a hand-in in its Run folder; the notebook last, by which the whole is known to be there."""
        if self.write:
            folder = self.runs / student
            if (folder / HANDIN_FILE).is_dir():
                self.set_aside(student)
            folder.mkdir(parents=True, exist_ok=True)
            save_beside(folder, beside.files)
            write_handin(folder, data)

    def set_aside(self, student: str) -> Path:
        """Move a student's Run out of the way; return where it goes."""
        move = set_aside if self.write else find_aside
        return move(self.runs, self.runs / student)

    def set_aside_stale(self, now: Submission) -> None:
        """Move a Run out of the way that an earlier version made of another notebook, whose bytes it did not keep."""
        result = load_result(self.runs / now.student)
        if result is not None and result.notebook_sha256 != now.sha256:
            self.set_aside(now.student)
