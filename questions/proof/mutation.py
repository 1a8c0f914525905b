"""Mutation: run the reference with each mistake, and note which choices change sides by what comes out.

Every group that a mutant touches is first computed without any mistake, as a control: it must give today's key.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from assignment.arrays import GROUPS
from assignment.course import Course
from assignment.fixable import FixableError
from assignment.outputs import Outputs
from questions.bank import Bank
from questions.key import compute_key
from questions.proof.matrix import Matrix, find_flipped, make_matrix
from questions.proof.mutant import Mutant
from questions.proof.recheck import SEED
from questions.proof.recheck import list_reruns as list_controls
from questions.proof.rerun import CACHE_FOLDER, Rerun, list_folders, load_reruns, run_all


def find_touched(mutants: Sequence[Mutant]) -> tuple[str, ...]:
    """Return the groups of Outputs that some of the mutants change."""
    return tuple(group for group in GROUPS if any(group in one.groups for one in mutants))


def list_reruns(mutants: Sequence[Mutant], device: str = "cpu") -> list[Rerun]:
    """Return what is computed: each touched group without a mistake, as `recheck.py` has it, then each mutant."""
    return [*list_controls(find_touched(mutants), device=device), *(one.to_rerun(device) for one in mutants)]


def compute_matrix(
    mutants: Sequence[Mutant],
    course: Course,
    bank: Bank,
    canonicals: Mapping[int, Outputs],
    *,
    device: str = "cpu",
    cache: Path = CACHE_FOLDER,
    tick: Callable[[int], None] = lambda _: None,
    see: Callable[[Mutant, Outputs], None] = lambda *_: None,
) -> Matrix:
    """Return which question catches which mutant; FixableError where the reference without a mistake is another's.

    `tick` is given the number of each run that is done and judged, as in `list_reruns`; `see` each mutant's Outputs.
    """
    key, touched, reruns = compute_key(bank, canonicals), find_touched(mutants), list_reruns(mutants, device)

    def find_all(begin: int, end: int) -> list[dict[str, str]]:
        part, flipped = reruns[begin:end], dict[int, dict[str, str]]()
        folders = list_folders(part, course, cache)

        def judge(number: int) -> None:
            outputs = load_reruns([part[number]], [folders[number]], course, canonicals)[SEED]
            flipped[number] = find_flipped(bank, key, outputs, SEED)
            if begin + number >= len(touched):
                see(mutants[begin + number - len(touched)], outputs)
            tick(begin + number)

        run_all(part, course, cache=cache, tick=judge)
        return [flipped[number] for number in range(len(part))]

    _check_controls(dict(zip(touched, find_all(0, len(touched)), strict=True)))
    return make_matrix(course.name, bank, mutants, find_all(len(touched), len(reruns)))


def _check_controls(controls: Mapping[str, Mapping[str, str]]) -> None:
    wrong = {group: flipped for group, flipped in controls.items() if flipped}
    if wrong:
        raise FixableError(
            *(
                f"{group}: without any mistake today's reference gives another key for {', '.join(flipped)}; "
                "expected the same: see `hw9 questions recheck`"
                for group, flipped in wrong.items()
            )
        )
