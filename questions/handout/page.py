"""The handout: all questions on paper or on a screen, with their points, their pictures and a place to tick.

It is made from what `markdown.py` and the profile hold. Claims, whys, measures and keys are never touched.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from mimetypes import guess_type
from pathlib import Path

from markupsafe import Markup

from assignment.assignment import Assignment, Bilingual
from assignment.page.face import find_drawn, make_face
from assignment.page.policy import to_policy
from assignment.profile import Profile
from questions.bank import Bank
from questions.handout.environment import load_environment, load_own
from questions.handout.markdown import to_markdown
from questions.moment import show_moment
from questions.question import Question

TITLES = {
    "lime": Bilingual(en="LIME", zh="局部可解釋模型"),
    "saliency": Bilingual(en="Saliency maps", zh="顯著圖"),
    "smoothgrad": Bilingual(en="SmoothGrad", zh="平滑梯度"),
    "filters": Bilingual(en="Filter visualisation", zh="濾波器視覺化"),
    "integrated_gradients": Bilingual(en="Integrated gradients", zh="積分梯度"),
    "attention": Bilingual(en="Attention", zh="注意力"),
    "embedding_pca": Bilingual(en="Embeddings across layers", zh="各層的 embedding"),
    "embedding_distance": Bilingual(en="One word in different sentences", zh="同一個詞在不同句子中"),
}
RULE = Bilingual(
    en="Choose all that are right. A question counts only if all the right choices and no other are chosen. "
    "Pictures, layers and the like are counted from 0, as the notebook does. "
    "Each question begins with its scratch cell as handed out.",
    zh="請選出所有正確的選項。必須選出所有正確的選項而且沒有多選，該題才計分。"
    "圖片、層等編號都從 0 開始，與 notebook 相同。每一題都從發下時的 scratch 儲存格內容開始。",
)
PACKAGE = "questions.handout"


@dataclass(frozen=True)
class PictureFile:
    """A picture that questions name: its number, its file's name, its bytes, and what it shows."""

    number: int
    file: str
    data: bytes
    shows: Bilingual

    @property
    def uri(self) -> str:
        """The picture as a data URI."""
        mime, _ = guess_type(self.file)
        return f"data:{mime or 'image/png'};base64,{base64.b64encode(self.data).decode('ascii')}"

    @property
    def caption(self) -> Bilingual:
        """What stands below it: the number by which questions call it."""
        return Bilingual(en=f"picture {self.number}", zh=f"圖 {self.number}")

    @property
    def description(self) -> str:
        """What a reader who cannot see it reads: its caption and what it shows."""
        return f"picture {self.number}: {self.shows.en} 圖 {self.number}：{self.shows.zh}"


@dataclass(frozen=True)
class QuestionBlock:
    """One question with its points and the pictures that it names."""

    question: Question
    points: Decimal
    pictures: tuple[PictureFile, ...]


@dataclass(frozen=True)
class AnalysisBlock:
    """The questions about one analysis."""

    title: Bilingual
    blocks: tuple[QuestionBlock, ...]

    @property
    def numbers(self) -> str:
        """The numbers of its questions, such as `1-4`."""
        first, last = self.blocks[0].question.number, self.blocks[-1].question.number
        return str(first) if first == last else f"{first}-{last}"

    @property
    def points(self) -> Decimal:
        """The points of all its questions."""
        return sum((block.points for block in self.blocks), Decimal("0.0"))


@dataclass(frozen=True)
class Handout:
    """All that the handout shows."""

    title: Bilingual
    deadline: str
    rule: Bilingual
    graded: Bilingual
    topics: tuple[AnalysisBlock, ...]

    @property
    def points(self) -> Decimal:
        """The points of all questions."""
        return sum((topic.points for topic in self.topics), Decimal("0.0"))

    @property
    def pictures(self) -> tuple[PictureFile, ...]:
        """Every picture that a question names, once, by number."""
        found = {one.number: one for topic in self.topics for block in topic.blocks for one in block.pictures}
        return tuple(found[number] for number in sorted(found))


def load_pictures(bank: Bank, profile: Profile) -> dict[int, PictureFile]:
    """Return the pictures that questions name, by number; FixableError where a file is not what the manifest says."""
    named = sorted({number for question in bank.questions for number in question.pictures})
    found = {}
    for number in named:
        entry = profile.manifest.pictures[number]
        name = f"{number}{Path(entry.asset).suffix.lower()}"
        found[number] = PictureFile(number, name, profile.read_asset(entry.asset), entry.shows)
    return found


def make_handout(bank: Bank, assignment: Assignment, profile: Profile) -> Handout:
    """Return what the handout shows, by analysis in the order of the bank."""
    pictures = load_pictures(bank, profile)
    topics: dict[str, list[QuestionBlock]] = {}
    for question in bank.questions:
        shown = tuple(pictures[number] for number in question.pictures)
        block = QuestionBlock(question, assignment.questions[question.analysis].points, shown)
        topics.setdefault(question.analysis, []).append(block)
    return Handout(
        title=assignment.title,
        deadline=show_moment(assignment.deadline, assignment.deadline),
        rule=RULE,
        graded=assignment.graded,
        topics=tuple(AnalysisBlock(TITLES[name], tuple(blocks)) for name, blocks in topics.items()),
    )


def render_markdown(handout: Handout) -> str:
    """Return the handout as Markdown; pictures are looked for in `pictures/` beside it."""
    parts = [
        f"# {handout.title.en} ｜ {handout.title.zh}",
        f"Deadline 期限：{handout.deadline} · {handout.points} points 分",
        *(text for said in (handout.rule, handout.graded) for text in (said.en, said.zh)),
    ]
    for topic in handout.topics:
        parts.append(f"## {topic.title.en} ｜ {topic.title.zh}")
        parts.append(f"Questions {topic.numbers} 第 {topic.numbers} 題 · {topic.points} points 分")
        parts += [_to_markdown(block) for block in topic.blocks]
    return "\n\n".join(parts) + "\n"


def _to_markdown(block: QuestionBlock) -> str:
    images = "\n".join(f"![{one.description}](pictures/{one.file})" for one in block.pictures)
    captions = " · ".join(f"{one.caption.en} {one.caption.zh}" for one in block.pictures)
    shown = (images, captions) if block.pictures else ()
    return to_markdown(block.question, note=f" · {block.points} points 分", shown=shown, box="☐ ")


def render_html(handout: Handout) -> str:
    """Return the handout as one HTML page that asks for nothing else."""
    template = load_environment(PACKAGE).get_template("handout.html.j2")
    face = make_face(find_drawn(template.render(handout=handout, policy="", face="")))
    policy = to_policy([load_own(PACKAGE, "handout.css"), face])
    return template.render(handout=handout, policy=policy, face=Markup(face))


def list_files(handout: Handout) -> Iterator[tuple[str, bytes]]:
    """Return the handout's files: a name relative to its folder, and the bytes."""
    yield "handout.md", render_markdown(handout).encode()
    yield "handout.html", render_html(handout).encode()
    yield from ((f"pictures/{one.file}", one.data) for one in handout.pictures)
