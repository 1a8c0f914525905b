"""StudentPage: all that the page of one student shows, decided and drawn before a template sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

from assignment.assignment import Assignment, Bilingual
from grader.agreement.agree import Reading
from grader.report.pictures.drawings import draw_bar
from grader.report.pictures.panels import Canvas, Panel, find_filter_panels, find_picture_panels
from grader.report.texts.panels import TextCanvas, TextRows, find_text_rows
from grader.scoring.course import Course
from grader.scoring.scored import Scored
from grader.scoring.verdict import Verdict
from grader.scoring.words import AGREEMENT_WORDS, VERDICT_WORDS, WORDS, Word
from questions.bank import find_worth
from questions.question import Question


@dataclass(frozen=True)
class ChoiceRow:
    """One choice as it is shown; `right` and `why` only where the key may be seen."""

    letter: str
    say: Bilingual
    chosen: bool
    right: bool | None
    why: Bilingual | None


@dataclass(frozen=True)
class QuestionRow:
    """One question with the student's verdict; `key` holds the right letters only where they may be seen."""

    number: int
    item: str
    ask: Bilingual
    choices: tuple[ChoiceRow, ...]
    verdict: Verdict
    word: Word
    worth: str
    key: str | None


@dataclass(frozen=True)
class PictureRow:
    """One picture, its label and its panels."""

    number: int
    label: Bilingual
    picture: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class FilterRow:
    """One convolution: rows of panels, one for each of its filters."""

    layer: int
    rows: tuple[tuple[Panel, ...], ...]


@dataclass(frozen=True)
class StudentPage:
    """What `RUNS/<student>/report.html` shows."""

    title: Bilingual
    deadline: str
    scored: Scored
    words: tuple[Word, ...]
    questions: tuple[QuestionRow, ...]
    agreement_words: Mapping[str, Word]
    pictures: tuple[PictureRow, ...]
    filters: tuple[FilterRow, ...]
    texts: TextRows | None
    bars: Mapping[str, str]  # name of a colour map -> data URI of its bar


def find_student_page(
    scored: Scored,
    readings: Mapping[str, Reading],
    course: Course,
    canvas: Canvas,
    text_canvas: TextCanvas,
    *,
    show_key: bool,
) -> StudentPage:
    """Return what a student's page shows; `readings` are their arrays, empty for a hand-in that was not run."""
    return StudentPage(
        title=course.assignment.title,
        deadline=course.assignment.deadline.isoformat(sep=" ", timespec="minutes"),
        scored=scored,
        words=tuple(WORDS[word] for word in scored.words),
        questions=_find_questions(scored, course, show_key),
        agreement_words=AGREEMENT_WORDS,
        pictures=_find_pictures(readings, canvas, course.assignment) if readings else (),
        filters=_find_filters(readings, canvas) if readings else (),
        texts=find_text_rows(readings, text_canvas) if readings else None,
        bars={name: draw_bar(name) for name in ("viridis", "signed")},
    )


def _find_questions(scored: Scored, course: Course, show_key: bool) -> tuple[QuestionRow, ...]:
    worth = find_worth(course.bank, course.assignment)
    letters = course.key.letters
    return tuple(
        _find_question(course.bank[name], verdict, str(worth[name]), letters.get(name), show_key)
        for verdict in scored.verdicts
        if (name := verdict.item) in worth
    )


def _find_question(
    question: Question, verdict: Verdict, worth: str, right: frozenset[str] | None, show_key: bool
) -> QuestionRow:
    shown = right if show_key else None
    choices = tuple(
        ChoiceRow(
            letter=letter,
            say=choice.say,
            chosen=letter in verdict.chosen,
            right=None if shown is None else letter in shown,
            why=None if shown is None else choice.why,
        )
        for letter, choice in question.choices.items()
    )
    return QuestionRow(
        number=question.number,
        item=question.id,
        ask=question.ask,
        choices=choices,
        verdict=verdict,
        word=VERDICT_WORDS[verdict.word],
        worth=worth,
        key=None if shown is None else "".join(sorted(shown)),
    )


def _find_pictures(readings: Mapping[str, Reading], canvas: Canvas, assignment: Assignment) -> tuple[PictureRow, ...]:
    return tuple(
        PictureRow(
            number=n,
            label=assignment.categories[int(canvas.labels[n])],
            picture=canvas.photos[n],
            panels=find_picture_panels(readings, canvas, n),
        )
        for n in range(len(canvas.pictures))
    )


def _find_filters(readings: Mapping[str, Reading], canvas: Canvas) -> tuple[FilterRow, ...]:
    return tuple(FilterRow(row[0].layer, find_filter_panels(readings, canvas, row)) for row in canvas.filters)
