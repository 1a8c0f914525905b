"""ClassPage: all that the page of the class shows, decided before a template sees it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from urllib.parse import quote

from grader.analysis.items import QuestionResult
from grader.report.results import Results
from grader.scoring.scored import Scored
from grader.scoring.words import VERDICT_WORDS, WORDS, Word

BARS = 10  # of the histogram; the last one holds the full mark too
MARKS = {"right": "\u2713", "wrong": "\u2715", "blank": "\u25cb", "unreadable": "?", "void": "\u2013"}


@dataclass(frozen=True)
class Cell:
    """One question of one student, as a mark."""

    item: str
    mark: str
    word: Word
    chosen: str


@dataclass(frozen=True)
class StudentRow:
    """One line of the class table."""

    scored: Scored
    link: str
    words: tuple[Word, ...]
    cells: tuple[Cell, ...]
    attention: int  # 1: a person must look


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram: totals from `low` up to `high`, the height as a share of the tallest."""

    low: Decimal
    high: Decimal
    count: int
    share: float


@dataclass(frozen=True)
class ClassPage:
    """What `RUNS/report.html` shows. `keys` holds the right letters only where they may be seen."""

    results: Results
    deadline: str
    rows: tuple[StudentRow, ...]
    words: tuple[tuple[Word, int], ...]
    bars: tuple[Bar, ...]
    mean: str
    median: str
    attention: int
    questions: tuple[QuestionResult, ...]
    keys: dict[str, str]


def find_class_page(results: Results, keys: dict[str, str]) -> ClassPage:
    """Return what the class page shows; give no keys to hide them."""
    totals = sorted(one.total for one in results.handins)
    return ClassPage(
        results=results,
        deadline=results.deadline.isoformat(sep=" ", timespec="minutes"),
        rows=tuple(_find_row(one) for one in results.handins),
        words=tuple((word, results.words[name]) for name, word in WORDS.items() if name in results.words),
        bars=find_bars(totals, results.possible),
        mean=f"{sum(totals) / len(totals):.2f}" if totals else "\u2013",
        median=f"{(totals[(len(totals) - 1) // 2] + totals[len(totals) // 2]) / 2:.2f}" if totals else "\u2013",
        attention=sum(one.needs_person for one in results.handins),
        questions=results.questions,
        keys=keys,
    )


def _find_row(scored: Scored) -> StudentRow:
    cells = tuple(
        Cell(verdict.item, MARKS[verdict.word], VERDICT_WORDS[verdict.word], verdict.chosen)
        for verdict in scored.verdicts
    )
    return StudentRow(
        scored=scored,
        link=f"{quote(scored.student, safe='')}/report.html",
        words=tuple(WORDS[word] for word in scored.words),
        cells=cells,
        attention=int(scored.needs_person),
    )


def find_bars(totals: Iterable[Decimal], possible: Decimal) -> tuple[Bar, ...]:
    """Return the histogram of the totals in BARS equal steps of the possible points.

    >>> [bar.count for bar in find_bars([Decimal("0"), Decimal("0.9"), Decimal("1")], Decimal("1"))]
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    """
    step = possible / BARS if possible else Decimal(1)
    places = Counter(min(BARS - 1, int((total / step).to_integral_value(ROUND_FLOOR))) for total in totals)
    tallest = max(places.values(), default=1)
    return tuple(Bar(step * n, step * (n + 1), places[n], places[n] / tallest) for n in range(BARS))
