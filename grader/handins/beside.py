"""What was handed in beside a notebook and comes along into its Run: `helper.py`, `data/`, within limits.

Only from a student's own folder: beside a notebook at the top of HANDINS lie the files of others. What a Run saves is
to be its own, so `outputs/` stays behind; so do the homework's files, which the grader gives, and what would hide a
module of Python's own, as it hides none in Jupyter. A `numpy.py` hides numpy there and here.
"""

import hashlib
import os
import shutil
import stat
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from assignment.assignment import Bilingual
from assignment.fixable import FixableError, show_value
from grader.files.untrusted import list_untrusted, read_untrusted
from grader.handins.listing import DEEPEST, MOST_NAMED, SYSTEMS, show_name

FOLDER = "beside"  # in the folder of a Run
MIB = 1024 * 1024
MOST_FILES, MOST_MIB = 200, 64  # all together
MOST_SEEN = 2000  # files and folders that are looked at
OUTPUTS = PurePosixPath("outputs")
GIVEN = tuple(map(PurePosixPath, ("assignment", "hw9-student.zip", "hw9-hosted.zip", "hw9-hosted.zip.part")))
CACHES = ("__pycache__", "__macosx", "node_modules", "venv")


@dataclass(frozen=True)
class Beside:
    """The files that come along, by their paths from the notebook's folder; what was left out, and why."""

    files: Mapping[str, bytes]
    notes: tuple[Bilingual, ...] = ()

    @property
    def digest(self) -> str | None:
        """The sha256 of the names and bytes of all files; None where there are none."""
        if not self.files:
            return None
        parts = (f"{name}\0{hashlib.sha256(data).hexdigest()}\n" for name, data in sorted(self.files.items()))
        return hashlib.sha256("".join(parts).encode()).hexdigest()


def read_beside(handins: Path, notebook: Path) -> Beside:
    """Return what lies beside and below a notebook in its student's folder; nothing for one at the top of HANDINS."""
    place = PurePosixPath(notebook.relative_to(handins)).parent
    if not place.parts:
        return Beside({})
    files, left_out = dict[str, bytes](), list[str]()
    found = list(islice(_walk(handins / place, PurePosixPath()), MOST_SEEN + 1))
    for path in found[:MOST_SEEN]:
        try:
            if path != PurePosixPath(notebook.name) and _is_wanted(path, (handins / place / path).lstat()):
                files[str(path)] = _read(handins, place / path, files)
        except (FixableError, OSError) as error:
            said = str(error) if isinstance(error, FixableError) else error.strerror
            left_out.append(f"{show_value(show_name(str(path)))} ({said})")
    if len(found) > MOST_SEEN:
        left_out.append(f"what comes after {MOST_SEEN} files and folders")
    more = [f"{len(left_out) - MOST_NAMED} more"] if len(left_out) > MOST_NAMED else []
    named = ", ".join([*left_out[:MOST_NAMED], *more])
    note = Bilingual(en=f"Beside the notebook, left out: {named}.", zh=f"notebook 旁未收取的檔案：{named}。")
    return Beside(files, (note,) if named else ())


def save_beside(run: Path, files: Mapping[str, bytes]) -> None:
    """Put the files into the folder of a Run, in place of what was there; no folder where there are none."""
    aside, folder = run / f".{FOLDER}", run / FOLDER
    for old in (aside, folder):
        shutil.rmtree(old, ignore_errors=True)
    for name, data in files.items():
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        (aside / name).write_bytes(data)
    if files:
        for path in (aside, *aside.rglob("*")):  # the notebook's user is another, whatever our umask is
            path.chmod(0o755 if path.is_dir() else 0o644)
        aside.rename(folder)


def _walk(top: Path, at: PurePosixPath) -> Iterator[PurePosixPath]:
    """Yield what lies below a folder, but for what nobody means to hand in; a folder comes before what it holds."""
    for name in list_untrusted(top, at, MOST_SEEN + 1):
        path, passed_over = at / name, name.lower() in (*SYSTEMS, *CACHES) or name.endswith((".pyc", "~"))
        if passed_over or name.startswith(".") or path in GIVEN:
            continue
        yield path
        is_folder = (top / path).is_dir() and not (top / path).is_symlink()
        if is_folder and path != OUTPUTS and len(path.parts) <= DEEPEST:
            yield from _walk(top, path)


def _is_wanted(path: PurePosixPath, status: os.stat_result) -> bool:
    """Tell whether a path is a file that comes along; FixableError where somebody may have meant it to."""
    if path == OUTPUTS:
        raise FixableError("only what the Run itself saves counts")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in str(path)):
        raise FixableError("control characters, or no Unicode")
    if stat.S_ISDIR(status.st_mode):
        if len(path.parts) > DEEPEST:
            raise FixableError(f"more than {DEEPEST} folders deep")
        return False
    if not stat.S_ISREG(status.st_mode):
        raise FixableError("not a regular file")
    module, *rest = path.parts
    if module.removesuffix(".py") in sys.stdlib_module_names and (rest or ["__init__.py"]) == ["__init__.py"]:
        raise FixableError("the name of a module of Python's own")
    return True


def _read(handins: Path, path: PurePosixPath, files: Mapping[str, bytes]) -> bytes:
    if len(files) == MOST_FILES:
        raise FixableError(f"more than {MOST_FILES} files")
    left = MOST_MIB * MIB - sum(map(len, files.values()))
    if (handins / path).lstat().st_size > left:
        raise FixableError(f"more than {MOST_MIB} MiB with those before")
    return read_untrusted(handins, path, left)
