"""The workflow of a course's own repository: what its CI does, written from a template for GitHub or GitLab.

It installs hw9, brings the large files, and proves the questions in parts that several machines compute. A token is
the environment's: it stands in no command.
"""

from collections.abc import Mapping
from pathlib import Path
from string import Template

from assignment.authoring.write import write_files
from assignment.fixable import MOST_YAML, Fault, FixableError, load_file

TEMPLATES = Path(__file__).with_name("skeleton") / "ci"
WORKFLOWS: Mapping[str, str] = {"github": ".github/workflows/course.yml", "gitlab": ".gitlab-ci.yml"}  # kind -> path


def make_workflow(kind: str, name: str) -> str:
    """Return the workflow of a course by its name."""
    text = (TEMPLATES / f"{kind}.yml").read_text(encoding="utf-8")
    return Template(text).safe_substitute(name=name)  # the dollars of other names are the workflow's own


def add_workflow(folder: Path, kind: str) -> Path:
    """Write the workflow into a course's folder, and return its path; FixableError where another one is there."""
    path, text = folder / WORKFLOWS[kind], make_workflow(kind, folder.resolve().name)
    if path.exists() and load_file(path, MOST_YAML, "a workflow") != text.encode():
        says = "is there and is another, yours perhaps; expected none: move it away, and compare the two"
        raise FixableError(Fault((str(path),), says))
    write_files(folder, {WORKFLOWS[kind]: text.encode()})
    return path
