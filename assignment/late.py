"""The late policy: what becomes of a hand-in that comes after its deadline. The only place that compares the two.

Read under `late:` in `assignment.yaml`. A day is 24 hours, counted from the deadline itself and paid once it is begun.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from assignment.records import Record

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Lateness:
    """How late a hand-in is. `late`: it is accepted, `days` were begun and `points` are taken off its total."""

    word: Literal["in_time", "grace", "late", "refused"]
    days: int = 0
    points: Decimal = Decimal("0.0")

    @property
    def is_late(self) -> bool:
        """Whether it came after the deadline and the grace."""
        return self.word in ("late", "refused")


IN_TIME = Lateness("in_time")
REFUSED = Lateness("refused")


class LatePolicy(Record):
    """What becomes of a late hand-in; without `points_per_day` none is accepted."""

    grace_seconds: NonNegativeInt
    points_per_day: Annotated[Decimal, Field(gt=0)] | None
    fractions: bool

    def judge(self, moment: datetime, deadline: datetime) -> Lateness:
        """Judge a moment against a deadline, both with their time zones.

        >>> from datetime import UTC
        >>> policy = LatePolicy(grace_seconds=60, points_per_day=Decimal("0.5"), fractions=False)
        >>> policy.judge(datetime(2027, 5, 30, 8, tzinfo=UTC), datetime(2027, 5, 29, 7, tzinfo=UTC))
        Lateness(word='late', days=2, points=Decimal('1.0'))
        """
        over = (moment if self.fractions else moment.replace(microsecond=0)) - deadline
        if over <= timedelta():
            return IN_TIME
        if over <= timedelta(seconds=self.grace_seconds):
            return Lateness("grace")
        if self.points_per_day is None:
            return REFUSED
        days = -(-over // DAY)
        return Lateness("late", days, days * self.points_per_day)

    def describe(self) -> tuple[str, str]:
        """Say what becomes of a late hand-in, in English and Chinese, without a full stop.

        >>> LatePolicy(grace_seconds=0, points_per_day=None, fractions=False).describe()
        ('No late submission', '不接受遲交')
        """
        points = self.points_per_day
        en, zh = "no late submission", "不接受遲交"
        if points is not None:
            many = "point" if points == 1 else "points"
            en = f"a late submission loses {points} {many} for each 24 hours begun after the deadline"
            zh = f"遲交者，期限後每 24 小時扣 {points} 分，未滿 24 小時以 24 小時計"
        if self.grace_seconds:
            grace = _describe_time(self.grace_seconds)
            en = f"up to {grace[0]} after the deadline still counts as in time; after that, {en}"
            zh = f"期限後 {grace[1]}內仍視為準時；之後{zh}"
        return en[0].upper() + en[1:], zh


def _describe_time(seconds: int) -> tuple[str, str]:
    """Return a time in the largest unit that it is a whole number of.

    >>> _describe_time(600), _describe_time(3600), _describe_time(90)
    (('10 minutes', '10 分鐘'), ('1 hour', '1 小時'), ('90 seconds', '90 秒'))
    """
    units = ((3600, "hour", "小時"), (60, "minute", "分鐘"), (1, "second", "秒"))
    size, en, zh = next(unit for unit in units if seconds % unit[0] == 0)
    number = seconds // size
    return f"{number} {en}{'s'[: number > 1]}", f"{number} {zh}"
