"""The badge that opens a course's notebook in one click: a line of Markdown, in the course's README.md.

Colab opens what lies on GitHub by an address of its own (https://colab.research.google.com/github/...). Any other
address that opens the notebook, such as a JupyterHub's, is linked as it is.
"""

import re
from pathlib import Path

from assignment.course import ROOMS, Course
from assignment.fixable import load_file
from grader.files.whole import MOST_BYTES

COLAB = "https://colab.research.google.com"
README_NAME = "README.md"
_GITHUB = re.compile(r"https://github\.com/([^/?]+/[^/?]+/blob/[^?]+\.ipynb)")
_BLOCK = re.compile(r"(?<=<!-- badge -->).*?(?=<!-- /badge -->)", re.DOTALL)


def to_link(address: str) -> str:
    """Return what opens a notebook: in Colab where it lies on GitHub.

    >>> to_link("https://github.com/school/xai/blob/main/homework.ipynb")
    'https://colab.research.google.com/github/school/xai/blob/main/homework.ipynb'
    >>> to_link("https://hub.example.org/open?homework")
    'https://hub.example.org/open?homework'
    """
    found = _GITHUB.fullmatch(address)
    return f"{COLAB}/github/{found[1]}" if found else address


def to_badge(course: Course) -> str | None:
    """Return the line of a course that says where its notebook lies."""
    hosted = course.assignment.hosted
    if hosted is None or hosted.notebook is None:
        return None
    link = to_link(hosted.notebook)
    if link.startswith(COLAB):
        return f"[![Open in Colab]({COLAB}/assets/colab-badge.svg)]({link})"
    return f"[Open the notebook ｜ 開啟筆記本]({link})"


def find_readme(course: Course) -> Path:
    """Return where a course's README.md lies, that of this project for the embedded one; it may not be there."""
    return (ROOMS if course.embedded else course.folder) / README_NAME


def fill_badge(course: Course) -> tuple[Path, str] | None:
    """Return a course's README.md and what should stand in it: None where it is that, or has no place for a badge.

    The place is between `<!-- badge -->` and `<!-- /badge -->`.
    """
    path = find_readme(course)
    if not path.is_file():
        return None
    text = load_file(path, MOST_BYTES, "a README").decode()
    badge = to_badge(course)
    filled = _BLOCK.sub(lambda _: f"\n{badge}\n" if badge else "", text)
    return None if filled == text else (path, filled)
