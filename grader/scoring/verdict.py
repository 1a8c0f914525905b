"""Verdicts: each question right, wrong or blank, in exact decimals, from the Sheet, the Key and the deadline alone.

A question counts only if all the right choices were chosen and no other. Nothing that the execution found comes in
here, so a new key re-scores last year's hand-ins without running anything.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from pydantic import Field

from assignment.assignment import Bilingual
from assignment.records import Record
from questions.key import Key
from questions.sheet import Answer, Sheet

VerdictWord = Literal["right", "wrong", "blank", "unreadable", "void"]
NOTHING = Decimal("0.0")
SENTENCES: Mapping[VerdictWord, Bilingual] = {
    "right": Bilingual(en="All the right choices and no other.", zh="選了所有正確的選項，沒有多選。"),
    "wrong": Bilingual(
        en="Not exactly the right choices; there is no partial credit.", zh="與正確選項不完全相同；沒有部分給分。"
    ),
    "blank": Bilingual(en="No choice was made.", zh="沒有選擇任何選項。"),
    "unreadable": Bilingual(en="The answer cannot be read.", zh="答案無法讀取。"),
    "void": Bilingual(en="The question counts for nobody.", zh="本題對所有人都不計分。"),
}
LATE = Bilingual(en="Right, but handed in late: no points.", zh="答對，但遲交，不予計分。")


class Verdict(Record):
    """What became of one question of one hand-in."""

    item: str = Field(description="the question's id, such as `lime-1`")
    word: VerdictWord = Field(
        description="`right`; `wrong`; `blank` (no choice); `unreadable` (something stands there "
        "and was not read, or can be read in two ways, or the notebook cannot be read: a person must look); "
        "`void` (the question has no key: it counts for nobody)"
    )
    chosen: str = Field(description="the chosen letters in order, such as `ac`; empty when blank or unreadable")
    points: Decimal = Field(description="the points earned, an exact decimal written as a string; 0.0 when late")
    reason: Bilingual = Field(description="one sentence for the student; it never tells the right letters")


def judge_sheet(sheet: Sheet, key: Key, points: Mapping[str, Decimal], *, late: bool) -> tuple[Verdict, ...]:
    """Return one Verdict for each question of `points`, in its order.

    points: what each question is worth; a question that `key` lacks is void. A late hand-in keeps its words, earns 0.
    """
    return tuple(_judge(item, sheet, key.letters.get(item), worth, late) for item, worth in points.items())


def _judge(item: str, sheet: Sheet, right: frozenset[str] | None, worth: Decimal, late: bool) -> Verdict:
    answer = sheet.answers.get(item, Answer())
    word, reason = _judge_answer(answer, right)
    if late and word == "right":
        reason = LATE
    earned = worth if word == "right" and not late else NOTHING
    return Verdict(item=item, word=word, chosen="".join(sorted(answer.letters)), points=earned, reason=reason)


def _judge_answer(answer: Answer, right: frozenset[str] | None) -> tuple[VerdictWord, Bilingual]:
    word: VerdictWord = "right" if answer.letters == right else "wrong"
    if right is None:
        word = "void"
    elif answer.state != "read":
        word = answer.state
    its = answer.reason if word == "unreadable" else None
    return word, its or SENTENCES[word]


def sum_points(verdicts: tuple[Verdict, ...]) -> Decimal:
    """Return the sum of the points, exactly.

    >>> sum_points(())
    Decimal('0.0')
    """
    return sum((verdict.points for verdict in verdicts), NOTHING)
