"""One student's response to the quiz: of several attempts the last, and of several people's rows one.

Two rows may claim one student: a merged account, or a number that is another person's id. The surer row counts (found
by the better column, else the first of the file); the other one stands under a name of its own. Both go to a person,
the class does not wait.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from assignment.assignment import Bilingual
from questions.sheet import Sheet

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Response:
    """What counts of one student: the last attempt. `place` names its file, row and column, for messages.

    lms_id: Canvas's own number of the person; logins: what else names the person, best first. reasons: why a person
    must look at it.
    """

    student: str
    name: str
    submitted_at: datetime | None
    sheet: Sheet
    place: tuple[str, ...]
    lms_id: str = ""
    logins: tuple[str, ...] = ()
    reasons: tuple[Bilingual, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A row that is a student's; `rank` is lower where that is surer."""

    student: str
    rank: int
    response: Response


def take_last(attempts: Sequence[tuple[int, Response]]) -> Response:
    """Return the last of one person's attempts, by number, then by time; those with its number go to a person."""
    last, response = max(attempts, key=lambda one: (one[0], one[1].submitted_at or NEVER))
    if len(attempts) == 1:
        return response
    same = [one for number, one in attempts if number == last]
    reasons = (_say_same(response, same, last),) if any(one.sheet != response.sheet for one in same) else ()
    note = Bilingual(
        en=f"{len(attempts)} attempts at the quiz; the last one, attempt {last}, counts.",
        zh=f"測驗作答了 {len(attempts)} 次；以最後一次（第 {last} 次）為準。",
    )
    notes = () if len(same) == len(attempts) else (note,)
    return replace(response, sheet=Sheet(response.sheet.answers, notes), reasons=reasons)


def settle(claims: Iterable[Claim], taken: Iterable[str] = ()) -> dict[str, Response]:
    """Return one response a student; of several the surest, and each other one under a name that nobody has.

    taken: names that are a student's although no row claims them.
    """
    by_student: dict[str, list[Claim]] = {}
    for claim in claims:
        by_student.setdefault(claim.student, []).append(claim)
    names = {*taken, *by_student}
    found: dict[str, Response] = {}
    for student, its in by_student.items():
        first, *others = sorted(its, key=lambda one: one.rank)
        apart = list(_name_others(student, others, names))
        names.update(apart)
        both = [(first.response, one.response, name) for one, name in zip(others, apart, strict=True)]
        reasons = tuple(_say_first(student, *one) for one in both)
        found[student] = replace(first.response, student=student, reasons=(*first.response.reasons, *reasons))
        for _, other, name in both:
            reason = _say_other(student, first.response, other)
            found[name] = replace(other, student=name, logins=(), reasons=(*other.reasons, reason))
    return found


def _name_others(student: str, others: Iterable[Claim], names: set[str]) -> Iterator[str]:
    """Yield a free name for each: Canvas's number, else that after `id-`, else the student's own with a number."""
    mine: set[str] = set()
    for one in others:
        number = one.response.lms_id
        usual = (number, f"id-{number}") if number else ()
        counted = (f"{student[:50]}+{count}" for count in range(2, len(names) + len(mine) + 3))
        name = next(name for name in (*usual, *counted) if name not in names | mine)
        mine.add(name)
        yield name


def _row(response: Response) -> str:
    return ": ".join(response.place[:-1])


def _say_same(response: Response, same: Sequence[Response], number: int) -> Bilingual:
    rows = ", ".join(_row(one) for one in same if one is not response)
    return Bilingual(
        en=f"Attempt {number} stands in the quiz's report again ({rows}), with other answers; {_row(response)} counts.",
        zh=f"測驗報表中第 {number} 次作答重複出現（{rows}），答案不同；以 {_row(response)} 為準。",
    )


def _say_first(student: str, response: Response, other: Response, name: str) -> Bilingual:
    return Bilingual(
        en=f"Two rows of the quiz are {student}'s: {_row(response)} counts, {_row(other)} stands under {name}.",
        zh=f"測驗中有兩列屬於 {student}：以 {_row(response)} 為準，{_row(other)} 列在 {name} 之下。",
    )


def _say_other(student: str, response: Response, other: Response) -> Bilingual:
    return Bilingual(
        en=f"{_row(other)} names {student}, whose row is {_row(response)}; a roster with the course system's ids, or a "
        "decision, says whose it is.",
        zh=f"{_row(other)} 的學號是 {student}，而 {student} 的作答在 {_row(response)}；"
        "可用含有課程系統編號的名冊（--roster）或決定來指明。",
    )
