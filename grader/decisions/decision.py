"""A Decision: what a person of the staff decided of a student or of a question, with a reason and a date.

It is flat, so that it has the same fields in YAML and in CSV. `says` tells it to the student whom it concerns; it never
shows the letters of a second key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from assignment.assignment import Bilingual
from assignment.records import Record
from questions.moment import require_moment, show_moment

KindName = Literal["extension", "excused", "reading", "seen", "void", "all_right", "accept", "text"]
BLANK = "blank"


@dataclass(frozen=True)
class Kind:
    """What a kind of decision is about, what its value is ("" for none), and what it does, for a person."""

    student: bool
    question: bool
    value: Literal["", "moment", "reading", "letters", "letter"]
    does: str


KINDS: Mapping[str, Kind] = {
    "extension": Kind(True, False, "moment", "the student's own deadline"),
    "excused": Kind(True, False, "", "the student is graded elsewhere: EX, and in no statistics"),
    "reading": Kind(True, True, "reading", "the student's answer to a question is these letters, or blank"),
    "seen": Kind(True, False, "", "a person looked at the student; what comes up later needs a person again"),
    "void": Kind(False, True, "", "the question counts for nobody; the possible points sink"),
    "all_right": Kind(False, True, "", "everyone who handed in, in time, earns the question"),
    "accept": Kind(False, True, "letters", "these letters are right too"),
    "text": Kind(False, True, "letter", "this text, in the quiz's report, is that choice too: it was mended"),
}
FIELDS = ("decision", "student", "question", "value", "text", "reason", "date", "by")


class Decision(Record):
    """One decision; its file says the same in the same fields."""

    decision: KindName = Field(description=f"what was decided: {', '.join(f'`{name}`' for name in KINDS)}")
    student: str = Field(default="", description="whom it concerns; empty where it is about a question")
    question: str = Field(default="", description="the question's id; empty where it is about the whole hand-in")
    value: str = Field(
        default="",
        description="of an extension the new deadline; of a reading the letters, or `blank`; of `accept` the letters; "
        "of `text` the one letter",
    )
    text: str = Field(default="", description="of `text` the text that the quiz's report has; else empty")
    reason: str = Field(description="why, as the staff wrote it; students read it")
    date: str = Field(description="when it was decided")
    by: str = Field(default="", description="who decided it")

    @property
    def moment(self) -> datetime:
        """The new deadline of an extension."""
        return require_moment(self.value)

    @property
    def letters(self) -> frozenset[str]:
        """The letters of a reading or of a second key; none for a blank answer."""
        return frozenset() if self.value == BLANK else frozenset(self.value)

    @property
    def says(self) -> Bilingual:
        """What was decided, as the student whom it concerns may read it."""
        en, zh = _SENTENCES[self.decision]
        told = {"question": self.question}
        if self.decision == "extension":
            told["value"] = show_moment(self.moment, self.moment)
        if self.decision == "reading":
            told["value"] = " ".join(sorted(self.letters))
        if self.decision == "reading" and not self.letters:
            en, zh = _BLANK
        ends = self.reason.endswith((".", "!", "?", "。", "！", "？"))
        return Bilingual(
            en=f"{en.format(**told)}: {self.reason}{'' if ends else '.'}",
            zh=f"{zh.format(**told)}：{self.reason}{'' if ends else '。'}",
        )


_SENTENCES = {
    "extension": ("The deadline of this student is {value}", "這位學生的期限為 {value}"),
    "excused": ("This student is excused", "這位學生獲准免評"),
    "reading": ("The answer to {question} is read as {value}", "{question} 的答案判讀為 {value}"),
    "seen": ("A person has looked at this hand-in", "助教已查看這份繳交"),
    "void": ("{question} counts for nobody", "{question} 對所有人都不計分"),
    "all_right": (
        "{question} counts as right for everyone who handed in",
        "{question} 對所有已繳交的人都視為正確",
    ),
    "accept": ("For {question} a second answer is right too", "{question} 另有一組答案也視為正確"),
    "text": ("Two texts of one choice of {question} are read as one", "{question} 中同一選項的兩種文字視為同一個"),
}
_BLANK = ("The answer to {question} is read as blank", "{question} 判讀為未作答")
