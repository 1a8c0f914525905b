"""The Chinese letters of the students' pages: one embedded face for what all pages may say, one for the rest of each.

The first is cut once a class: templates, words and questions. The second has what is a student's own, such as the name,
so that no page tells which names the class has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from assignment.agreement.comparisons import COMPARISONS
from assignment.page.face import cut_font, find_drawn, make_face
from grader.report.pictures.kinds import FILTER_KINDS, PICTURE_KINDS
from grader.report.texts.kinds import COMPONENTS, DISTANCE_KINDS, HEAD_PANEL, HEADS_PANEL
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from grader.scoring.reasons import DEPARTURES, ENDINGS
from grader.scoring.words import AGREEMENT_WORDS, VERDICT_WORDS, WORDS

MOST_OWN = 500  # letters of a student's own on a page: a name of thousands costs the class no seconds
TABLES = (
    *(WORDS, VERDICT_WORDS, AGREEMENT_WORDS, DEPARTURES, ENDINGS, COMPARISONS),
    *(PICTURE_KINDS, FILTER_KINDS, COMPONENTS, DISTANCE_KINDS, HEAD_PANEL, HEADS_PANEL),
)


@dataclass(frozen=True)
class ClassFaces:
    """The face of what all pages may say, and the font from which a page's own face is cut."""

    common: frozenset[str]
    face: str
    rest: frozenset[str]
    font: bytes

    def list_faces(self, body: str) -> list[str]:
        """Return the styles that a page with this body embeds."""
        own = find_drawn(body, known=self.common, most=MOST_OWN)
        return [face for face in (self.face, make_face(own, self.font if own <= self.rest else None)) if face]


def make_class_faces(scored: Iterable[HandinRecord], grading: Grading) -> ClassFaces:
    """Return the faces of a class's pages."""
    templates = files("grader.report") / "templates"
    sources = [path.read_text(encoding="utf-8") for path in templates.iterdir() if path.name.endswith(".j2")]
    asked = [text for one in grading.bank.questions for _, text in one.list_stem()]
    asked += [choice.say for one in grading.bank.questions for choice in one.choices.values()]
    common = find_drawn(f"{sources}{TABLES}{grading.assignment!r}{[text.zh for text in asked]}")
    own = (find_drawn(one.model_dump_json(), known=common, most=MOST_OWN) for one in scored)
    rest = frozenset().union(*own)
    return ClassFaces(common, make_face(common), rest, cut_font(rest))
