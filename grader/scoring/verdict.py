"""Verdicts: each question right, wrong or blank, in exact decimals, from Sheet, Key, deadline and decisions alone.

A question counts only if all the right choices were chosen and no other. Nothing that the execution found comes in
here, so a new key re-scores last year's hand-ins without running anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import Field

from assignment.assignment import Bilingual
from assignment.records import Record
from grader.decisions.decision import Decision
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
BY_DECISION = Bilingual(en="It counts as right by a decision.", zh="依決定視為正確。")
VOID_BY_DECISION = Bilingual(en="It counts for nobody by a decision.", zh="依決定對所有人都不計分。")
LATE = Bilingual(en="Right, but handed in late: no points.", zh="答對，但遲交，不予計分。")


class Verdict(Record):
    """What became of one question of one hand-in."""

    item: str = Field(description="the question's id, such as `lime-1`")
    word: VerdictWord = Field(
        description="`right`; `wrong`; `blank` (no choice); `unreadable` (something stands there "
        "and was not read, or can be read in two ways, or the notebook cannot be read: a person must look); "
        "`void` (the question has no key, or a decision says so: it counts for nobody)"
    )
    chosen: str = Field(description="the chosen letters in order, such as `ac`; empty when blank or unreadable")
    points: Decimal = Field(description="the points earned, an exact decimal written as a string; 0.0 when late")
    reason: Bilingual = Field(description="one sentence for the student; it never tells the right letters")
    decided: Bilingual | None = Field(
        default=None, description="the decision that changed this verdict, with its reason; null where none did"
    )


def judge_sheet(
    sheet: Sheet,
    key: Key,
    points: Mapping[str, Decimal],
    *,
    late: bool,
    decisions: Sequence[Decision] = (),
    there: bool = True,
) -> tuple[Verdict, ...]:
    """Return one Verdict for each question of `points`, in its order.

    points: what each question is worth; a question that `key` lacks is void. `late`: nothing late is accepted, so the
    hand-in keeps its words and earns 0. decisions: those that concern this hand-in. `there`: there is one at all.
    """
    judged = []
    for item, worth in points.items():
        its = [one for one in decisions if one.question == item]
        one = _decide(sheet.answers.get(item, Answer()), key.letters.get(item), its, there)
        judged.append(_to_verdict(item, one, worth, late))
    return tuple(judged)


@dataclass(frozen=True)
class _Judged:
    """What becomes of one answer, whatever it is worth and whenever it came."""

    answer: Answer
    word: VerdictWord
    reason: Bilingual
    decided: Bilingual | None = None


def _to_verdict(item: str, judged: _Judged, worth: Decimal, late: bool) -> Verdict:
    lost = late and judged.word == "right"
    return Verdict(
        item=item,
        word=judged.word,
        chosen="".join(sorted(judged.answer.letters)),
        points=worth if judged.word == "right" and not late else NOTHING,
        reason=LATE if lost else judged.reason,
        decided=judged.decided,
    )


def _decide(answer: Answer, right: frozenset[str] | None, decisions: Sequence[Decision], there: bool) -> _Judged:
    """Judge an answer under the decisions on its question; `decided` tells the last one that made a difference."""
    judged = _Judged(answer, *_judge_answer(answer, right))
    for one in decisions:
        if one.decision == "reading" and (one.letters != answer.letters or answer.state == "unreadable"):
            read = Answer("read", one.letters) if one.letters else Answer()
            judged = _Judged(read, *_judge_answer(read, right), one.says)
    for one in decisions:
        accepted = one.decision == "accept" and judged.answer.state == "read" and judged.answer.letters == one.letters
        if judged.word not in ("right", "void") and (accepted or (one.decision == "all_right" and there)):
            judged = _Judged(judged.answer, "right", BY_DECISION, one.says)
        if judged.word != "void" and one.decision == "void":
            judged = _Judged(judged.answer, "void", VOID_BY_DECISION, one.says)
    return judged


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
