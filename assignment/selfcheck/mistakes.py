"""Mistakes: what may stand behind arrays that differ, told by their signatures and in the mutants' words."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from assignment.agreement.agree import UNDETERMINED, Agreement, GroupArrays, keep_determined
from assignment.assignment import Bilingual
from assignment.outputs import Array, Outputs
from assignment.records import Record
from assignment.selfcheck.signature import Rest, count_unlike, find_rests, sign

MOST_UNLIKE = 8  # bits: an angle of 22 degrees; unrelated shapes are so near once in some hundred million
NEAR = 2  # more bits than the most alike has: as likely
# So few numbers, of an experiment too, that 64 bits would tell them: signed are the pictures that reach them.
INSTEAD: Mapping[tuple[str, str], str] = MappingProxyType({("filters", "reached"): "ascent"})


class Mistake(Record):
    """A mistake in one group: the words for a student, and the signature of each array that it makes differ."""

    group: str
    says: Bilingual
    salt: int
    signatures: dict[str, str]


def sign_differing(
    group: str, reading: GroupArrays, agreements: Sequence[Agreement], canonical: Outputs, salt: int
) -> dict[str, str]:
    """Return the signature of each array of a group of which a figure differs."""
    rests = _find_differing(group, reading, agreements, canonical)
    return {array: sign(its, salt) for array, its in rests.items()}


def _find_differing(
    group: str, reading: GroupArrays, agreements: Sequence[Agreement], canonical: Outputs
) -> dict[str, tuple[Rest, ...]]:
    named = (INSTEAD.get((group, one.array), one.array) for one in agreements if one.word == "differs")
    arrays = [array for array in dict.fromkeys(named) if array in reading.arrays]
    return {array: _find_determined(group, array, reading.arrays[array], canonical) for array in arrays}


def _find_determined(group: str, array: str, theirs: Array, canonical: Outputs) -> tuple[Rest, ...]:
    ours = canonical[group, array]
    with np.errstate(all="ignore"):
        return find_rests(array, keep_determined(theirs, ours, canonical.get((group, UNDETERMINED))), ours)


def find_mistakes(
    group: str,
    reading: GroupArrays,
    agreements: Sequence[Agreement],
    canonical: Outputs,
    mistakes: Sequence[Mistake],
) -> tuple[Mistake, ...]:
    """Return the mistakes that arrays which differ look like, the most alike first; none is a guess.

    A mistake has to make the same arrays differ, of those that are there, and each in the same way.
    """
    rests = _find_differing(group, reading, agreements, canonical)
    found = []
    for one in mistakes:
        its = {array: signature for array, signature in one.signatures.items() if array in reading.arrays}
        if one.group == group and its and its.keys() == rests.keys():
            found.append((max(count_unlike(its[array], sign(rests[array], one.salt)) for array in its), one))
    least = min((unlike for unlike, _ in found), default=MOST_UNLIKE + 1)
    near = [(unlike, one) for unlike, one in found if unlike <= min(MOST_UNLIKE, least + NEAR)]
    return tuple(one for _, one in sorted(near, key=lambda pair: pair[0]))
