"""Recheck: does today's reference code still give the key? It asks the code, not the stored arrays.

Who changes a sign, an index or a constant in the reference and forgets the questions is told here which of them have
another key now. The arrays are computed in float32 for one seed, which the key is the same for (`stability.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.arrays import GROUPS
from assignment.course import Course
from assignment.fixable import FixableError
from assignment.outputs import Outputs
from questions.bank import Bank
from questions.claim import Claim, evaluate
from questions.key import Key
from questions.proof.matrix import find_flipped
from questions.proof.rerun import CACHE_FOLDER, Edit, Rerun, load_reruns, run_all

SEED = 1


@dataclass(frozen=True)
class Change:
    """A choice that today's code decides otherwise than the stored arrays: what was, and what would be now."""

    question: str
    letter: str
    was: bool
    claim: str
    found: str


def list_reruns(groups: Sequence[str], *, edits: tuple[Edit, ...] = (), device: str = "cpu") -> list[Rerun]:
    """Return what is computed: each group for one seed. Without edits `mutation.py` computes the very same."""
    return [Rerun(groups=(group,), seeds=(SEED,), edits=edits, device=device) for group in groups]


def recompute(
    course: Course,
    canonicals: Mapping[int, Outputs],
    *,
    groups: Sequence[str] = GROUPS,
    edits: tuple[Edit, ...] = (),
    device: str = "cpu",
    cache: Path = CACHE_FOLDER,
    tick: Callable[[int], None] = lambda _: None,
) -> Outputs:
    """Return the Outputs that today's reference code gives for one seed, the groups shared out among the cores."""
    reruns = list_reruns(groups, edits=edits, device=device)
    folders = run_all(reruns, course, cache=cache, tick=tick)
    return load_reruns(reruns, folders, course, canonicals)[SEED]


def find_changes(bank: Bank, key: Key, outputs: Outputs) -> list[Change]:
    """Return each choice that the Outputs decide otherwise than the key."""
    changes = []
    for name, letters in find_flipped(bank, key, outputs, SEED).items():
        for letter in letters:
            claim = bank[name].choices[letter].claim
            said = f"{claim.measure} {claim.side} its bound"
            changes.append(Change(name, letter, letter in key.letters[name], said, _say(claim, outputs)))
    return changes


def _say(claim: Claim, outputs: Outputs) -> str:
    try:
        its = evaluate(claim, outputs)
    except FixableError as error:
        return str(error)
    return f"{its.value:.4g} against {its.bound:.4g}"
