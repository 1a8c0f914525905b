"""The folder of a new course: settings, texts and a question to edit, each line explained. The templates lie beside."""

import json
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from string import Template

from assignment.assignment import Bilingual
from assignment.authoring.manifest import Draft, save_draft
from assignment.authoring.workflow import WORKFLOWS, make_workflow
from assignment.authoring.write import told_place, write_files
from assignment.fixable import Fault, FixableError
from assignment.profile import MANIFEST_NAME, PROFILES_FOLDER

TEMPLATES = Path(__file__).with_name("skeleton")
FILES = {  # in the course's folder -> among the templates
    "course.yaml": "course.yaml",
    "texts.yaml": "texts.yaml",
    "bank/saliency.yaml": "bank/saliency.yaml",
    "README.md": "start.md",
}
DAYS = 90  # until the deadline that a new course starts with
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Beginning:
    """What a new course starts with. ci: whose workflow is written, one of WORKFLOWS; None for none."""

    title: Bilingual
    today: date
    ci: str | None = None


def create_course(folder: Path, beginning: Beginning) -> None:
    """Make the folder of a new course, whole or not at all; FixableError where it may not lie there or be called so."""
    words, folder = _list_words(folder, beginning), folder.resolve()
    _check_place(folder)
    with told_place(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
        try:
            _fill(aside, words)
            if beginning.ci:
                write_files(aside, {WORKFLOWS[beginning.ci]: make_workflow(beginning.ci, folder.name).encode()})
            about = {"en": beginning.title.en, "zh": beginning.title.zh}
            save_draft(Draft(aside, {"profile": folder.name, "about": about}))
            _move(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _move(aside: Path, folder: Path) -> None:
    """Give a filled folder its place: at once, or into an empty folder that is there, the manifest last."""
    if not folder.exists():
        aside.chmod(0o777 & ~_find_umask())
        aside.replace(folder)
        return
    for path in sorted(aside.iterdir(), key=lambda path: path.name == MANIFEST_NAME):
        path.replace(folder / path.name)


def _check_place(folder: Path) -> None:
    if not _NAME.fullmatch(folder.name):
        says = f"{folder.name!r}; expected a name of letters (a to z, A to Z), digits, _ and -, such as bakery-2027"
        raise FixableError(Fault((str(folder),), says))
    if folder.is_relative_to(PROFILES_FOLDER.resolve()):
        raise FixableError(Fault((str(folder),), "inside the embedded course's folder; expected a place of your own"))
    if folder.exists() and (not folder.is_dir() or any(path.name != ".git" for path in folder.iterdir())):
        says = "is there and not empty" if folder.is_dir() else "is a file"
        raise FixableError(Fault((str(folder),), f"{says}; expected a new folder, or an empty one"))


def _list_words(folder: Path, beginning: Beginning) -> dict[str, str]:
    return {
        "name": folder.resolve().name,
        "folder": shlex.quote(str(folder)),
        "title_en": json.dumps(beginning.title.en, ensure_ascii=False),
        "title_zh": json.dumps(beginning.title.zh, ensure_ascii=False),
        "deadline": f"{beginning.today + timedelta(days=DAYS)}T23:59:59+08:00",
    }


def _fill(folder: Path, words: Mapping[str, str]) -> None:
    for path, template in FILES.items():
        text = Template((TEMPLATES / template).read_text(encoding="utf-8")).safe_substitute(words)
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _find_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
