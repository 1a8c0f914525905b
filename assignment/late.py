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
