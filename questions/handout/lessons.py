"""The page "what follows from these answers": after the deadline, the key with its reasons and a lesson of each group.

`lessons/<analysis>.yaml` beside a course's questions holds `en` and `zh`: what the answers of a group, taken together,
say. Everything here gives the key away.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from assignment.assignment import Bilingual
from assignment.course import Course
from assignment.fixable import load_yaml, parse_as
from assignment.page.face import find_drawn, make_face
from assignment.page.policy import to_policy
from questions.bank import Bank
from questions.handout.environment import load_environment, load_own
from questions.handout.page import PACKAGE, TITLES
from questions.question import Question

FOLDER = "lessons"  # beside a bank's files
TITLE = Bilingual(en="What follows from these answers", zh="這些答案說明了什麼")


@dataclass(frozen=True)
class Lesson:
    """A group: its questions with their right letters, and what they say together (None where nobody wrote it)."""

    title: Bilingual
    says: Bilingual | None
    answered: tuple[tuple[Question, frozenset[str]], ...]


def load_lessons(bank: Bank, letters: Mapping[str, frozenset[str]], course: Course) -> list[Lesson]:
    """Return a lesson for each analysis, in the order of the slides; FixableError where a file is not one."""
    groups: dict[str, list[Question]] = {}
    for question in bank.questions:
        groups.setdefault(question.analysis, []).append(question)
    found = []
    for analysis, questions in groups.items():
        path = course.bank / FOLDER / f"{analysis}.yaml"
        says = parse_as(Bilingual, load_yaml(path), str(path)) if path.exists() else None
        answered = tuple((question, letters[question.id]) for question in questions)
        found.append(Lesson(TITLES[analysis], says, answered))
    return found


def split_paragraphs(text: str) -> list[str]:
    r"""Return a text's paragraphs, which blank lines part.

    >>> split_paragraphs("One\nline.\n\nTwo.\n")
    ['One line.', 'Two.']
    """
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def render_lessons(lessons: list[Lesson], title: Bilingual) -> str:
    """Return the page as HTML that asks for nothing else."""
    template = load_environment(PACKAGE).get_template("lessons.html.j2")
    shown = {"lessons": lessons, "title": title, "about": TITLE, "split": split_paragraphs}
    face = make_face(find_drawn(template.render(**shown, policy="", face="")))
    policy = to_policy([load_own(PACKAGE, "handout.css"), load_own(PACKAGE, "lessons.css"), face])
    return template.render(**shown, policy=policy, face=Markup(face))
