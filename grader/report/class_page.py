"""ClassPage: all that the page of the class shows, decided before a template sees it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from urllib.parse import quote

from assignment.assignment import Bilingual
from grader.analysis.items import QuestionRecord
from grader.report.class_record import ClassRecord
from grader.report.machines import describe_share, summarize_machines
from grader.report.own_cells import OwnCells, make_own_cells
from grader.report.regrade import Regrade
from grader.report.sharing import SharingSummary, summarize_sharing
from grader.scoring.handin_record import HandinRecord
from grader.scoring.words import VERDICT_WORDS, WORDS, WordEntry
from questions.moment import show_moment

BARS = 10  # of the histogram; the last one holds the full mark too
VERDICT_MARKS = {"right": "\u2713", "wrong": "\u2715", "blank": "\u25cb", "unreadable": "?", "void": "\u2013"}


@dataclass(frozen=True)
class VerdictCell:
    """One question of one student, as a mark."""

    item: str
    mark: str
    word: WordEntry
    chosen: str


@dataclass(frozen=True)
class StudentRow:
    """One line of the class table."""

    scored: HandinRecord
    link: str
    handed_in: str  # in the deadline's zone; empty where nobody said
    deadline: str
    words: tuple[WordEntry, ...]
    cells: tuple[VerdictCell, ...]
    attention: int  # 1: a person must look
    own: OwnCells | None  # None: nobody looked


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

    results: ClassRecord
    title: Bilingual
    deadline: str
    rows: tuple[StudentRow, ...]
    words: tuple[tuple[WordEntry, int], ...]
    bars: tuple[Bar, ...]
    mean: str
    median: str
    attention: int
    ungrouped: int  # how many ran without a memory group
    questions: tuple[QuestionRecord, ...]
    keys: dict[str, str]
    regrade: Regrade
    machines: tuple[tuple[str, Bilingual], ...]  # each with what it did
    again: str  # whose notebook was started more than once
    sharing: SharingSummary | None  # None: nobody shared


def make_class_page(results: ClassRecord, title: Bilingual, keys: dict[str, str], regrade: Regrade) -> ClassPage:
    """Return what the class page shows; give no keys to hide them."""
    machines = summarize_machines(results.handins)
    totals = sorted(one.total for one in results.handins if not one.excused)
    return ClassPage(
        results=results,
        title=title,
        deadline=show_moment(results.deadline, results.deadline),
        rows=tuple(_make_row(one, one.deadline or results.deadline) for one in results.handins),
        words=tuple((word, results.words[name]) for name, word in WORDS.items() if name in results.words),
        bars=make_bars(totals, results.possible),
        mean=f"{sum(totals) / len(totals):.2f}" if totals else "\u2013",
        median=f"{(totals[(len(totals) - 1) // 2] + totals[len(totals) // 2]) / 2:.2f}" if totals else "\u2013",
        attention=sum(one.needs_person for one in results.handins),
        ungrouped=sum(one.run.memory_group == "none" for one in results.handins),
        questions=results.questions,
        keys=keys,
        regrade=regrade,
        machines=tuple((one.name, describe_share(one)) for one in machines.shares),
        again=machines.again,
        sharing=summarize_sharing(results),
    )


def _make_row(scored: HandinRecord, deadline: datetime) -> StudentRow:
    cells = tuple(
        VerdictCell(verdict.item, VERDICT_MARKS[verdict.word], VERDICT_WORDS[verdict.word], verdict.chosen)
        for verdict in scored.verdicts
    )
    return StudentRow(
        scored=scored,
        link=f"{quote(scored.student, safe='')}/report.html",
        handed_in=show_moment(scored.submitted_at, deadline) if scored.submitted_at else "",
        deadline=show_moment(deadline, deadline),
        words=tuple(WORDS[word] for word in scored.words),
        cells=cells,
        attention=int(scored.needs_person),
        own=make_own_cells(scored.run.own_cells),
    )


def make_bars(totals: Iterable[Decimal], possible: Decimal) -> tuple[Bar, ...]:
    """Return the histogram of the totals in BARS equal steps of the possible points.

    >>> [bar.count for bar in make_bars([Decimal("0"), Decimal("0.9"), Decimal("1")], Decimal("1"))]
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    """
    step = possible / BARS if possible else Decimal(1)
    places = Counter(min(BARS - 1, int((total / step).to_integral_value(ROUND_FLOOR))) for total in totals)
    tallest = max(places.values(), default=1)
    return tuple(Bar(step * n, step * (n + 1), places[n], places[n] / tallest) for n in range(BARS))
