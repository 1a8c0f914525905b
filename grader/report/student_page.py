"""StudentPage: all that the page of one student shows, decided and drawn before a template sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assignment.agreement.agree import GroupArrays
from assignment.assignment import Assignment, Bilingual
from grader.report.pictures.drawings import draw_bar
from grader.report.pictures.panels import PictureCanvas, PicturePanel, make_filter_panels, make_picture_panels
from grader.report.regrade import Regrade, ShownScoring
from grader.report.texts.panels import TextCanvas, TextRows, make_text_rows
from grader.scoring.changes import Change
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from grader.scoring.verdict import Verdict
from grader.scoring.words import AGREEMENT_WORDS, VERDICT_WORDS, WORDS, WordEntry
from questions.bank import list_worth
from questions.moment import show_moment
from questions.question import Question

UNITS = ((3600, "hour", "小時"), (60, "minute", "分鐘"), (1, "second", "秒"))


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
    told: tuple[Bilingual, ...]  # what is given, then the steps
    choices: tuple[ChoiceRow, ...]
    verdict: Verdict
    word: WordEntry
    worth: str
    key: str | None


@dataclass(frozen=True)
class PictureRow:
    """One picture, its label and its panels."""

    number: int
    label: Bilingual
    picture: str
    panels: tuple[PicturePanel, ...]


@dataclass(frozen=True)
class FilterRow:
    """One layer: rows of panels, one for each of its filters."""

    name: Bilingual
    rows: tuple[tuple[PicturePanel, ...], ...]


@dataclass(frozen=True)
class StudentPage:
    """What `RUNS/<student>/report.html` shows."""

    title: Bilingual
    deadline: str
    handed_in: str | None  # both in the deadline's zone
    late: Bilingual | None  # how late, and what that costs, where points are taken off
    scored: HandinRecord
    since: ShownScoring | None  # an earlier scoring, with which this one is compared
    change: Change | None  # what differs from it
    words: tuple[WordEntry, ...]
    questions: tuple[QuestionRow, ...]
    agreement_words: Mapping[str, WordEntry]
    verdict_words: Mapping[str, WordEntry]
    pictures: tuple[PictureRow, ...]
    filters: tuple[FilterRow, ...]
    texts: TextRows | None
    bars: Mapping[str, str]  # name of a colour map -> data URI of its bar


def make_student_page(
    scored: HandinRecord,
    readings: Mapping[str, GroupArrays],
    grading: Grading,
    canvas: PictureCanvas,
    text_canvas: TextCanvas,
    regrade: Regrade,
    *,
    show_key: bool,
) -> StudentPage:
    """Return what a student's page shows; `readings` are their arrays, empty for a hand-in that was not run."""
    deadline = scored.deadline or grading.assignment.deadline
    return StudentPage(
        title=grading.assignment.title,
        deadline=show_moment(deadline, deadline),
        handed_in=show_moment(scored.submitted_at, deadline) if scored.submitted_at else None,
        late=_tell_late(scored, deadline),
        scored=scored,
        since=regrade.since,
        change=regrade.changes.get(scored.student),
        words=tuple(WORDS[word] for word in scored.words),
        questions=_make_questions(scored, grading, show_key),
        agreement_words=AGREEMENT_WORDS,
        verdict_words=VERDICT_WORDS,
        pictures=_make_pictures(readings, canvas, grading.assignment) if readings else (),
        filters=_make_filters(readings, canvas) if readings else (),
        texts=make_text_rows(readings, text_canvas) if readings else None,
        bars={name: draw_bar(name) for name in ("viridis", "signed")},
    )


def _tell_late(scored: HandinRecord, deadline: datetime) -> Bilingual | None:
    """Return how late a hand-in is that is accepted and loses points, in whole hours, minutes or seconds."""
    if not scored.days_late or scored.submitted_at is None:
        return None
    seconds = max(1, int((scored.submitted_at - deadline).total_seconds()))
    size, en, zh = next(unit for unit in UNITS if seconds >= unit[0])
    count, days, points = seconds // size, scored.days_late, scored.deducted
    return Bilingual(
        en=f"{count} {en}{'s'[: count > 1]} late: {days} day{'s'[: days > 1]} begun, {points} points off",
        zh=f"遲交 {count} {zh}：以 {days} 天計，扣 {points} 分",
    )


def _make_questions(scored: HandinRecord, grading: Grading, show_key: bool) -> tuple[QuestionRow, ...]:
    worth = list_worth(grading.bank, grading.assignment)
    letters = grading.key.letters
    return tuple(
        _make_question(grading.bank[name], verdict, str(worth[name]), letters.get(name), show_key)
        for verdict in scored.verdicts
        if (name := verdict.item) in worth
    )


def _make_question(
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
        told=tuple(text for place, text in question.list_stem() if place != "ask"),
        choices=choices,
        verdict=verdict,
        word=VERDICT_WORDS[verdict.word],
        worth=worth,
        key=None if shown is None else "".join(sorted(shown)),
    )


def _make_pictures(
    readings: Mapping[str, GroupArrays], canvas: PictureCanvas, assignment: Assignment
) -> tuple[PictureRow, ...]:
    return tuple(
        PictureRow(
            number=n,
            label=assignment.categories[int(canvas.labels[n])],
            picture=canvas.photos[n],
            panels=make_picture_panels(readings, canvas, n),
        )
        for n in range(len(canvas.pictures))
    )


def _make_filters(readings: Mapping[str, GroupArrays], canvas: PictureCanvas) -> tuple[FilterRow, ...]:
    return tuple(FilterRow(row[0].name, make_filter_panels(readings, canvas, row)) for row in canvas.filters)
