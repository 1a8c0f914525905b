"""StudentPage: all that the page of one student shows, decided and drawn before a template sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assignment.assignment import Assignment, Bilingual
from assignment.outputs import Array, Outputs
from grader.agree import Reading
from grader.figures import draw_bar, draw_map, draw_picture, draw_pieces
from grader.results import find_worth
from grader.score import Verdict
from grader.scored import Scored
from grader.words import AGREEMENT_WORDS, VERDICT_WORDS, WORDS, Word
from questions.bank import Bank
from questions.key import Key
from questions.question import Question

TOP_PERCENT = 99.5  # of a canonical map's pixels are below the brightest colour

SALIENCY = Bilingual(en="Saliency map", zh="顯著圖")
LIME = Bilingual(en="LIME, true label", zh="LIME（真實類別）")


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
class Panel:
    """One analysis of one picture: the student's map (None: not saved) beside the canonical one, on one scale."""

    title: Bilingual
    theirs: str | None
    canonical: str
    theirs_top: str
    canonical_top: str
    low: str
    high: str
    signed: bool


@dataclass(frozen=True)
class PictureRow:
    """One picture, its label and its panels."""

    number: int
    label: Bilingual
    picture: str
    panels: tuple[Panel, ...]


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
    bars: Mapping[bool, str]  # signed -> data URI of the colour bar


@dataclass(frozen=True)
class Canvas:
    """What all pages of a class share: the pictures, the canonical maps drawn once, and their scales."""

    pictures: Array  # (N, H, W, 3) uint8
    labels: Array  # (N,)
    drawn: tuple[str, ...]
    saliency: tuple[str, ...]
    saliency_tops: tuple[float, ...]
    lime: tuple[str, ...]
    lime_tops: tuple[float, ...]
    canonical: Outputs


def find_canvas(pictures: Array, canonical: Outputs) -> Canvas:
    """Draw the pictures (N, H, W, 3) and their canonical maps."""
    labels = canonical["pictures", "label"]
    maps, weights = canonical["saliency", "map"], canonical["lime", "weights"]
    segments = canonical["lime", "segments"]
    map_tops = tuple(float(np.percentile(one, TOP_PERCENT)) for one in maps)
    weight_tops = tuple(float(np.nanmax(np.abs(weights[n, label]))) for n, label in enumerate(labels))
    return Canvas(
        pictures=pictures,
        labels=labels,
        drawn=tuple(draw_picture(one) for one in pictures),
        saliency=tuple(draw_map(one, top) for one, top in zip(maps, map_tops, strict=True)),
        saliency_tops=map_tops,
        lime=tuple(draw_pieces(pictures[n], segments[n], weights[n, y], weight_tops[n]) for n, y in enumerate(labels)),
        lime_tops=weight_tops,
        canonical=canonical,
    )


def find_student_page(
    scored: Scored,
    readings: Mapping[str, Reading],
    canvas: Canvas,
    bank: Bank,
    key: Key,
    assignment: Assignment,
    *,
    show_key: bool,
) -> StudentPage:
    """Return what a student's page shows; `readings` are their arrays, empty for a hand-in that was not run."""
    return StudentPage(
        title=assignment.title,
        deadline=assignment.deadline.isoformat(sep=" ", timespec="minutes"),
        scored=scored,
        words=tuple(WORDS[word] for word in scored.words),
        questions=_find_questions(scored, bank, key, assignment, show_key),
        agreement_words=AGREEMENT_WORDS,
        pictures=_find_pictures(readings, canvas, assignment) if readings else (),
        bars={False: draw_bar("viridis"), True: draw_bar("signed")},
    )


def _find_questions(
    scored: Scored, bank: Bank, key: Key, assignment: Assignment, show_key: bool
) -> tuple[QuestionRow, ...]:
    worth = find_worth(bank, assignment)
    return tuple(
        _find_question(bank[verdict.item], verdict, str(worth[verdict.item]), key.letters.get(verdict.item), show_key)
        for verdict in scored.verdicts
        if verdict.item in worth
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
            picture=canvas.drawn[n],
            panels=(_find_saliency(readings["saliency"], canvas, n), _find_lime(readings["lime"], canvas, n)),
        )
        for n in range(len(canvas.pictures))
    )


def _find_saliency(reading: Reading, canvas: Canvas, n: int) -> Panel:
    values, top = reading.arrays.get("map"), canvas.saliency_tops[n]
    return Panel(
        title=SALIENCY,
        theirs=None if values is None else draw_map(values[n], top),
        canonical=canvas.saliency[n],
        theirs_top="" if values is None else f"{float(values[n].max()):.3g}",
        canonical_top=f"{float(canvas.canonical['saliency', 'map'][n].max()):.3g}",
        low="0",
        high=f"\u2265 {top:.2g}",
        signed=False,
    )


def _find_lime(reading: Reading, canvas: Canvas, n: int) -> Panel:
    label, top = int(canvas.labels[n]), canvas.lime_tops[n]
    found = "weights" in reading.arrays and "segments" in reading.arrays
    weights = reading.arrays["weights"][n, label] if found else np.zeros(0)
    theirs = draw_pieces(canvas.pictures[n], reading.arrays["segments"][n], weights, top) if found else None
    return Panel(
        title=LIME,
        theirs=theirs,
        canonical=canvas.lime[n],
        theirs_top=_say_range(weights),
        canonical_top=_say_range(canvas.canonical["lime", "weights"][n, label]),
        low=f"\u2212{top:.2g}",
        high=f"+{top:.2g}",
        signed=True,
    )


def _say_range(weights: Array) -> str:
    known = weights[~np.isnan(weights)]
    return f"{known.min():+.3f} \u2026 {known.max():+.3f}".replace("-", "\u2212") if known.size else ""
