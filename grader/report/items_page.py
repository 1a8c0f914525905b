"""ItemsPage: all that the page on the questions shows, decided before a template sees it. For staff alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from assignment.assignment import Bilingual
from grader.analysis.class_analysis import ClassAnalysis
from grader.analysis.pairs import Pair
from grader.analysis.question_analysis import FEWEST, FEWEST_EACH, ChoiceCount, QuestionAnalysis
from grader.analysis.suspects import Suspect
from questions.bank import Bank

APART = 21  # pixels between two numbers of the picture, each in a circle of 10
RAREST = 1e-12  # a chance below it is only said to be below it
Key = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class ShownChoice:
    """One choice with its text, and who chose it."""

    counts: ChoiceCount
    says: Bilingual


@dataclass(frozen=True)
class ShownQuestion:
    """One question: its figures, and its evidence where its key is suspect."""

    number: int
    key: str
    analysis: QuestionAnalysis
    choices: tuple[ShownChoice, ...]
    suspect: Suspect | None


@dataclass(frozen=True)
class ShownSuspect:
    """One suspect key in words: the evidence, then each choice on which the key and the class's best differ."""

    item: str
    says: Bilingual
    choices: tuple[Bilingual, ...]


@dataclass(frozen=True)
class Dot:
    """Where one question stands in the picture, in pixels, and where its number does, which covers no other."""

    number: int
    item: str
    suspect: bool
    x: float
    y: float
    beside: float


@dataclass(frozen=True)
class ShownPair:
    """One pair of students, each with a link to the page, and the chances in words."""

    pair: Pair
    students: tuple[tuple[str, str], ...]
    chance: str
    in_class: str


@dataclass(frozen=True)
class ItemsPage:
    """What `RUNS/items.html` shows."""

    title: Bilingual
    analysis: ClassAnalysis
    fewest: int
    fewest_each: int
    questions: tuple[ShownQuestion, ...]
    dots: tuple[Dot, ...]
    suspects: tuple[ShownSuspect, ...]
    pairs: tuple[ShownPair, ...]


def make_items_page(analysis: ClassAnalysis, bank: Bank, key: Key, title: Bilingual) -> ItemsPage:
    """Return what the page on the questions shows."""
    suspects = {one.item: one for one in analysis.suspects}
    named = analysis.pairs.named if analysis.pairs else ()
    questions = tuple(_show_question(one, bank, key, suspects.get(one.item)) for one in analysis.questions)
    return ItemsPage(
        title=title,
        analysis=analysis,
        fewest=FEWEST,
        fewest_each=FEWEST_EACH,
        questions=questions,
        dots=tuple(place_dots(questions)),
        suspects=tuple(show_suspect(one, analysis.students) for one in analysis.suspects),
        pairs=tuple(_show_pair(one) for one in named),
    )


def _show_question(one: QuestionAnalysis, bank: Bank, key: Key, suspect: Suspect | None) -> ShownQuestion:
    question = bank[one.item]
    return ShownQuestion(
        number=question.number,
        key="".join(sorted(key[one.item])),
        analysis=one,
        choices=tuple(ShownChoice(counts, question.choices[counts.letter].say) for counts in one.choices),
        suspect=suspect,
    )


def place_dots(questions: Sequence[ShownQuestion]) -> list[Dot]:
    """Place each question that has a discrimination in a picture of 680 x 380, each number beside those before it."""
    placed: list[Dot] = []
    for one in questions:
        facility, discrimination = one.analysis.facility, one.analysis.discrimination
        if facility is None or discrimination is None:
            continue
        x, y = 60 + 600 * facility.value, 266 - 256 * max(discrimination.value, -0.25)
        taken = [dot.beside for dot in placed if abs(dot.y - y) < APART]
        tries = (x + side * APART * steps for steps in range(len(questions)) for side in (-1, 1))
        free = (at for at in tries if 60 <= at <= 670 and all(abs(at - its) >= APART for its in taken))
        placed.append(Dot(one.number, one.analysis.item, one.suspect is not None, x, y, next(free, x)))
    return placed


def _show_pair(one: Pair) -> ShownPair:
    links = tuple((student, f"{quote(student, safe='')}/report.html") for student in one.students)
    return ShownPair(one, links, say_chance(one.chance), say_chance(one.in_class))


def show_suspect(one: Suspect, students: int) -> ShownSuspect:
    """Return the evidence against a key in words."""
    theirs, key = " ".join(one.letters), " ".join(one.key_letters)
    en = f"The key is {key}; {one.count} of {students} chose {theirs} and do well elsewhere (r = {one.r:.2f})."
    zh = f"解答為 {key}；{students} 人中有 {one.count} 人選 {theirs}，他們在其他題的表現好（r = {one.r:.2f}）。"
    if one.key_r is None:
        en, zh = f"{en} Nobody's answer is the key's.", f"{zh}沒有人的答案與解答相同。"
    else:
        en = f"{en} For the {one.key_count} who are right it is r = {one.key_r:.2f}."
        zh = f"{zh}答對的 {one.key_count} 人則為 r = {one.key_r:.2f}。"
    return ShownSuspect(one.item, Bilingual(en=en, zh=zh), tuple(_show_choices(one)))


def _show_choices(one: Suspect) -> list[Bilingual]:
    shown = []
    for choice in one.choices:
        weak, best = (f"{100 * share:.0f} %" for share in (choice.by_group[0], choice.by_group[-1]))
        en, zh = ("in the key", "屬於解答") if choice.in_key else ("not in the key", "不屬於解答")
        shown.append(
            Bilingual(
                en=f"Choice {choice.letter} ({en}): chosen by {weak} of the weakest fifth, by {best} of the best.",
                zh=f"選項 {choice.letter}（{zh}）：最弱的五分之一有 {weak} 選它，最強的五分之一有 {best}。",
            )
        )
    return shown


def say_chance(chance: float) -> str:
    """Return a chance as people read it, in two digits.

    >>> say_chance(0.049), say_chance(1 / 1234567), say_chance(0.0)
    ('1 : 20', '1 : 1,200,000', '< 1 : 1,000,000,000,000')
    """
    if chance < RAREST:
        return f"< 1 : {1 / RAREST:,.0f}"
    return f"1 : {float(f'{1 / chance:.2g}'):,.0f}"
