"""Suggest: the claims of an analysis that stand, drafted as pairs or as whole questions. The same for the same seed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from assignment.course import Course
from assignment.fixable import FixableError
from assignment.outputs import Outputs
from questions.bank import to_number
from questions.check.form import find_longest_right, find_repeated_words
from questions.check.item import Item
from questions.explore.drafts.caught import Mistakes
from questions.explore.drafts.choose import Pair, choose_choices, choose_pairs
from questions.explore.drafts.draft import Data, draft_question
from questions.explore.drafts.families import Family, Member, find_families
from questions.explore.drafts.naming import Naming
from questions.explore.drafts.themes import find_theme, list_themes
from questions.explore.placements import Placement
from questions.explore.settings import Setting, Spoilt
from questions.explore.values import Gauge, list_chosen
from questions.measures.arguments import to_label
from questions.measures.registry import MEASURES
from questions.question import parse_question
from questions.themes import Theme

FAMILIES = 16  # of each measure
DRAWS = 8  # of a question, at most, until its words do not give it away
LETTERS = "abcde"
Tick = Callable[[int], None]


@dataclass(frozen=True)
class Pool:
    """The families of an analysis, each with its theme."""

    analysis: str
    families: tuple[tuple[Theme, Family], ...]
    mistakes: int = 0

    def list_families(self, theme: Theme | None = None) -> list[Family]:
        """Return the families, or those of a theme; FixableError where there is none."""
        found = [family for its, family in self.families if theme is None or its == theme]
        if not found:
            about = f"{self.analysis}: {theme}" if theme else self.analysis
            says = "no claim holds by two margins for one place and fails so for another"
            raise FixableError(f"{about}: {says}; expected Outputs that differ more, or another --seed")
        return found


def list_measured(gauge: Gauge, analysis: str, naming: Naming) -> dict[str, list[Placement]]:
    """Return the placements that say something of an analysis, by measure; two runs differ in one setting there."""
    found: dict[str, list[Placement]] = {}
    for name, placement in list_chosen(gauge.axes, analysis=analysis):
        own = placement.get("analysis", analysis) == analysis  # a map of another analysis is compared with, no more
        again = repeats_label(placement, gauge.settings[0].outputs)
        if own and not again and naming.count_differences(name, placement) <= 1:
            found.setdefault(name, []).append(placement)
    return found


def repeats_label(placement: Placement, outputs: Outputs) -> bool:
    """Tell whether a label is named by its number that has a name of its own in that picture: the same statement."""
    picture = placement.get("picture")
    labels = [placement.get(name) for name in ("label", "other")]
    if picture is None or "label" not in placement:
        return False
    return any(one in labels for one in (to_label(outputs, picture, name) for name in ("truth", "runner_up")))


def make_pool(
    course: Course, analysis: str, settings: Sequence[Setting], spoilt: Sequence[Spoilt], seed: int, tick: Tick
) -> Pool:
    """Return the families of an analysis; `tick` is called once for each measure."""
    gauge, naming, lot = Gauge(settings), Naming(course), Random(f"{seed} {analysis}")
    its = [one for one in spoilt if analysis in one.mutant.groups]
    mistakes, found = Mistakes(its), list[tuple[Theme, Family]]()
    measured = list_measured(gauge, analysis, naming)
    for name in MEASURES:
        look = partial(gauge.measure, name)
        families = find_families(name, measured.get(name, ()), look, FAMILIES, lot)
        for family in mistakes.mark(families):
            if theme := find_theme(family, analysis, naming):
                found.append((theme, family))
        tick(1)
    return Pool(analysis, tuple(found), len(its))


def suggest_pairs(pool: Pool, count: int, seed: int, theme: Theme | None = None) -> list[Pair]:
    """Return so many balanced pairs of an analysis, or of one of its themes."""
    return choose_pairs(pool.list_families(theme), count, Random(f"{seed} {pool.analysis} pairs"))


def suggest_questions(pool: Pool, course: Course, count: int, seed: int, theme: Theme | None = None) -> list[Data]:
    """Return so many questions, whose themes take turns, as the bank's file of the analysis has them."""
    lot, naming = Random(f"{seed} {pool.analysis} questions"), Naming(course)
    counts = {name: group.count for name, group in course.assignment.questions.items()}
    themes = [theme] if theme else list_themes(pool.analysis)
    used: list[Family] = []
    asked: list[Member] = []
    questions: list[Data] = []
    for index in range(1, count + 1):
        turn = themes[(index - 1) % len(themes) :] + themes[: (index - 1) % len(themes)]
        number = to_number(f"{pool.analysis}-{index}", counts) or index
        for _ in range(DRAWS):
            own, members, families = _choose(pool, turn, asked, used, lot)
            question = draft_question(pool.analysis, index, number, own, members, naming)
            if not _gives_away(question, members):
                break
        questions.append(question)
        asked += members
        used += families
    return questions


def _gives_away(question: Data, members: Sequence[Member]) -> bool:
    """Tell whether the words of a draft give its key away: the right choices are long, or repeat the stem."""
    right = frozenset(letter for letter, one in zip(LETTERS, members, strict=False) if one.truth)
    item = Item(parse_question(question), right)
    return any([*find_longest_right(item), *find_repeated_words(item)])


def _choose(
    pool: Pool, themes: Sequence[Theme], asked: Sequence[Member], used: Sequence[Family], lot: Random
) -> tuple[Theme, list[Member], list[Family]]:
    """Return the claims of a question about the first of the themes that has enough of them, five or else four."""
    for count in (5, 4):
        for theme in themes:
            left = [one for its, one in pool.families if its == theme and one not in used]
            members, families = choose_choices(left, asked, lot, count)
            if members:
                return theme, members, families
    says = f"no four claims left about {', '.join(themes)}"
    raise FixableError(f"{pool.analysis}: {says}; expected a smaller --count, another --seed or no --theme")
