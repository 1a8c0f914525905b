"""What differs between two scorings, and why: whose points, from what to what, by which key, decision, answer or time.

Pure: two Scorings in, Changes out; for staff, those to whom the same happened stand together. Every reason is a
sentence that a student may read, so it tells no letters of a key; which claim changed a key is for staff
(`list_key_changes`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from assignment.assignment import Bilingual
from grader.decisions.decision import Decision
from grader.scoring.scorings import Basis, KeptClaim, Outcome, ScoredItem, Scoring
from grader.scoring.words import VERDICT_WORDS

Reasons = tuple[Bilingual, ...]
KEY = Bilingual(en="The key of this question changed.", zh="本題的標準答案已更改。")
ANSWER = Bilingual(en="Another answer was read.", zh="讀到的答案不同。")
WORTH = Bilingual(en="The question is worth other points.", zh="本題的配分不同。")
SOURCE = Bilingual(
    en="The answers are read elsewhere (quiz or notebook).", zh="採計的答案來源不同（測驗或 notebook）。"
)
TIME = Bilingual(en="Another time of handing in is known.", zh="繳交時間不同。")
DEADLINE = Bilingual(en="The deadline or the late policy changed.", zh="期限或遲交規定已更改。")
LATENESS = Bilingual(en="Whether it is late is decided otherwise.", zh="是否遲交的判定不同。")
NEW = Bilingual(en="Not scored before.", zh="先前沒有評分。")
GONE = Bilingual(en="No longer of the class.", zh="已不在班級中。")
PROGRAM = Bilingual(en="By nothing that was recorded.", zh="沒有記錄到原因。")


@dataclass(frozen=True)
class ItemChange:
    """One question of one student."""

    item: str
    before: ScoredItem
    after: ScoredItem
    why: Reasons

    @property
    def gained(self) -> Decimal:
        """The points gained, negative where some are lost."""
        return self.after.points - self.before.points

    @property
    def says(self) -> Bilingual:
        """What happened and why, one sentence."""
        was, now = VERDICT_WORDS[self.before.word].label, VERDICT_WORDS[self.after.word].label
        return Bilingual(
            en=f"{self.item} {was.en} → {now.en} {self.gained:+}: {' '.join(one.en for one in self.why)}",
            zh=f"{self.item} {was.zh} → {now.zh} {self.gained:+}：{''.join(one.zh for one in self.why)}",
        )


@dataclass(frozen=True)
class Change:
    """One student whose points, or words, differ; None: not of the class then."""

    student: str
    before: Outcome | None
    after: Outcome | None
    why: Reasons
    items: tuple[ItemChange, ...] = ()

    @property
    def outcomes(self) -> tuple[str, str]:
        """The points before and after, as staff read them."""
        return _show(self.before), _show(self.after)

    @property
    def moved(self) -> bool:
        """Whether the points of a question, the total, or whether it counts, differ."""
        return self.outcomes[0] != self.outcomes[1] or any(item.gained for item in self.items)


@dataclass(frozen=True)
class Alike:
    """Students whose points moved by the same, for the same reasons: of a question, or of the whole hand-in.

    What concerns the whole moves each otherwise: then the totals stand behind the name.
    """

    says: Bilingual
    names: tuple[str, ...]


def compare_scorings(before: Scoring, after: Scoring) -> tuple[Change, ...]:
    """Return every student of whom something differs, by id."""
    names = sorted(before.students.keys() | after.students.keys())
    found = (_compare(name, before, after) for name in names)
    return tuple(one for one in found if one is not None)


def group_changes(changes: Iterable[Change]) -> tuple[Alike, ...]:
    """Return what moved points and whose, the largest group first; a student may stand in several."""
    groups: dict[Bilingual, list[str]] = defaultdict(list)
    for one in filter(lambda change: change.moved, changes):
        for why in one.why:
            groups[why].append(f"{one.student} ({' → '.join(one.outcomes)})")
        for item in one.items:
            if item.gained:
                groups[item.says].append(one.student)
    return tuple(Alike(says, tuple(names)) for says, names in sorted(groups.items(), key=lambda group: -len(group[1])))


def list_key_changes(before: Basis, after: Basis) -> tuple[str, ...]:
    """Return for staff how the possible points changed, and which choices turned, with their claims."""
    return tuple(_list_turned(before, after))


def _show(outcome: Outcome | None) -> str:
    return "none" if outcome is None else "EX" if outcome.excused else str(outcome.total)


def _compare(student: str, before: Scoring, after: Scoring) -> Change | None:
    old, new = before.students.get(student), after.students.get(student)
    if old is None or new is None:
        return Change(student, old, new, (NEW,) if old is None else (GONE,))
    if old.excused and new.excused:
        return None
    items = () if new.excused else tuple(_compare_items(student, old, new, before.basis, after.basis))
    why = tuple(_explain_whole(student, old, new, before.basis, after.basis))
    if not items and (old.total, old.excused, old.late) == (new.total, new.excused, new.late):
        return None
    return Change(student, old, new, why or (() if items else (PROGRAM,)), items)


def _compare_items(student: str, old: Outcome, new: Outcome, was: Basis, now: Basis) -> Iterator[ItemChange]:
    """Yield the questions whose word or points differ; those that differ by lateness alone are told of the whole."""
    for item in dict.fromkeys((*old.items, *new.items)):
        before, after = old.items.get(item), new.items.get(item)
        if before is None or after is None or before == after or before.word == after.word == "void":
            continue
        if (before.word, before.chosen) == (after.word, after.chosen) and old.late != new.late:
            continue
        why = tuple(_explain_item(student, item, old, new, was, now))
        if before.word != after.word or why:
            yield ItemChange(item, before, after, why or (PROGRAM,))


def _explain_item(student: str, item: str, old: Outcome, new: Outcome, was: Basis, now: Basis) -> Iterator[Bilingual]:
    before, after = was.key.get(item), now.key.get(item)
    if before is None or after is None or before.letters != after.letters:
        yield KEY
    elif before.worth != after.worth:
        yield WORTH
    decided = list(_explain_decisions(student, item, was, now))
    yield from decided
    if old.source != new.source:
        yield SOURCE
    elif old.items[item].chosen != new.items[item].chosen and not decided:
        yield ANSWER


def _explain_whole(student: str, old: Outcome, new: Outcome, was: Basis, now: Basis) -> Iterator[Bilingual]:
    yield from (one for one in _explain_decisions(student, "", was, now))
    timed = (old.late, old.deducted) != (new.late, new.deducted)
    if timed and old.submitted_at != new.submitted_at:
        yield TIME
    if timed and (was.deadline, was.late) != (now.deadline, now.late):
        yield DEADLINE
    elif timed and (old.submitted_at, old.deadline) == (new.submitted_at, new.deadline):
        yield LATENESS


def _explain_decisions(student: str, item: str, was: Basis, now: Basis) -> Iterator[Bilingual]:
    """Yield the decisions on a question, or "" for the whole hand-in, that came and that were taken back."""

    def concerns(one: Decision) -> bool:
        return one.question == item and one.student in ("", student) and one.decision != "seen"

    for one in now.decisions:
        if concerns(one) and one not in was.decisions:
            yield one.says
    for one in was.decisions:
        if concerns(one) and one not in now.decisions:
            yield Bilingual(en=f"Taken back: {one.says.en}", zh=f"已撤回：{one.says.zh}")


def _list_turned(before: Basis, after: Basis) -> Iterator[str]:
    if before.possible != after.possible:
        yield f"the possible points were {before.possible} and are {after.possible}"
    for item, new in after.key.items():
        old = before.key.get(item)
        if old is None or old.letters == new.letters:
            continue
        yield f"{item}: the key was {old.letters or 'none'} and is {new.letters or 'none'}"
        for letter in sorted(old.claims.keys() | new.claims.keys()):
            was, now = old.claims.get(letter), new.claims.get(letter)
            if was is None or now is None or was.right != now.right:
                yield f"{item}: choice {letter} {_say_claim('was', was)}; {_say_claim('is', now)}"


def _say_claim(verb: str, claim: KeptClaim | None) -> str:
    if claim is None:
        return f"{verb} not there"
    beyond = "" if claim.distance is None else f", beyond its bound by {claim.distance:+g}"
    return f"{verb} {'right' if claim.right else 'wrong'} by {claim.says}{beyond}"
