"""The blueprint of a bank: for each question what it asks, of which slide, which mistakes it detects, how hard it is.

Test makers call such a table a blueprint, or a table of specifications. It names no letter, so students may see it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from questions.bank import Bank
from questions.key import Decision, Place
from questions.measures.resolution import RESOLUTION
from questions.proof.matrix import Matrix
from questions.question import Question
from questions.themes import THEMES


@dataclass(frozen=True)
class BlueprintRow:
    """One question. `theme` and `slide` are empty where it names no theme.

    detects: how many mistakes, None where none were run. nearest: the distance of its choice that is nearest to its
    bound, in units of what a printed number or an eye resolves; None where it has no key.
    """

    question: Question
    theme: str
    slide: str
    detects: int | None
    nearest: float | None


def make_blueprint(bank: Bank, decisions: Mapping[Place, Decision], matrix: Matrix | None) -> list[BlueprintRow]:
    """Return the rows of a bank, in the order of the slides."""
    rows = []
    for question in bank.questions:
        its = THEMES[question.theme] if question.theme else None
        near = [
            decisions[question.id, letter].distance / RESOLUTION[choice.claim.measure]
            for letter, choice in question.choices.items()
            if (question.id, letter) in decisions
        ]
        rows.append(
            BlueprintRow(
                question,
                theme=its.about.en if its else "",
                slide=its.slide if its else "",
                detects=matrix.count_caught(question.id) if matrix else None,
                nearest=min(near) if near else None,
            )
        )
    return rows
