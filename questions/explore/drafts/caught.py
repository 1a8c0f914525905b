"""Which mistakes a claim would catch: by whose Outputs it changes sides, or cannot be decided."""

from collections.abc import Sequence

from questions.explore.drafts.families import Family, Member, is_finite, mark_caught
from questions.explore.settings import Spoilt
from questions.explore.values import Gauge


class Mistakes:
    """The mistakes whose Outputs are kept."""

    def __init__(self, spoilt: Sequence[Spoilt]) -> None:
        self.gauges = {one.mutant.name: Gauge([one.setting]) for one in spoilt}

    def mark(self, families: Sequence[Family]) -> list[Family]:
        """Return families whose members know by which mistakes they change sides."""
        return [mark_caught(family, [self.find_caught(member) for member in family.members]) for family in families]

    def find_caught(self, member: Member) -> frozenset[str]:
        """Return the mistakes by which a claim changes sides."""
        return frozenset(name for name, gauge in self.gauges.items() if self._is_caught(member, gauge))

    def _is_caught(self, member: Member, gauge: Gauge) -> bool:
        value = gauge.measure(member.one.measure, member.one.placement).numbers[0]
        bound: float | None = member.bound
        if member.two is not None:
            bound = gauge.measure(member.two.measure, member.two.placement).numbers[0]
        if value is None or bound is None or not is_finite(value) or not is_finite(bound):
            return True
        return member.holds(value, bound) != member.truth
