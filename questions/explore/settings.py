"""Settings: the Outputs on which a value is looked at: every seed, in float64, in float32, with rounded weights.

float64 are the canonical Outputs. The others are reruns (`proof/rerun.py`), of which those count that are kept already;
what lacks some says which groups, and nothing that reads them is given a number there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.course import Course
from assignment.outputs import Outputs
from questions.proof.mutant import Mutant
from questions.proof.recheck import SEED
from questions.proof.rerun import CACHE_FOLDER, list_folders, load_reruns
from questions.proof.stability import make_reruns

EXACT = "float64"  # as the canonical Outputs were computed


@dataclass(frozen=True)
class Setting:
    """Outputs of one seed in one variant; `lacking`: the groups of them that are another variant's."""

    variant: str
    seed: int
    outputs: Outputs
    lacking: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The variant and the seed in one word."""
        return f"{self.variant}.{self.seed}"


@dataclass(frozen=True)
class Spoilt:
    """What a mistake makes of the first seed's Outputs."""

    mutant: Mutant
    setting: Setting


def make_settings(canonicals: Mapping[int, Outputs]) -> list[Setting]:
    """Return the canonical Outputs as settings."""
    return [Setting(EXACT, seed, outputs) for seed, outputs in canonicals.items()]


def load_variants(
    course: Course, canonicals: Mapping[int, Outputs], *, device: str = "cpu", cache: Path = CACHE_FOLDER
) -> list[Setting]:
    """Return the settings of every variant that some group is kept of."""
    settings = []
    for variant, reruns in make_reruns(tuple(canonicals), device).items():
        pairs = list(zip(reruns, list_folders(reruns, course, cache), strict=True))
        kept = [(rerun, folder) for rerun, folder in pairs if folder.exists()]
        lacking = frozenset(group for rerun, folder in pairs if not folder.exists() for group in rerun.groups)
        if kept:
            outputs = load_reruns([one for one, _ in kept], [folder for _, folder in kept], course, canonicals)
            settings += [Setting(variant, seed, outputs[seed], lacking) for seed in canonicals]
    return settings


def list_lacking(
    course: Course, seeds: tuple[int, ...], *, device: str = "cpu", cache: Path = CACHE_FOLDER
) -> dict[str, tuple[str, ...]]:
    """Return the groups that are not kept, by variant."""
    found = {}
    for variant, reruns in make_reruns(seeds, device).items():
        folders = list_folders(reruns, course, cache)
        found[variant] = tuple(
            group
            for rerun, folder in zip(reruns, folders, strict=True)
            if not folder.exists()
            for group in rerun.groups
        )
    return {variant: groups for variant, groups in found.items() if groups}


def load_spoilt(
    course: Course,
    canonicals: Mapping[int, Outputs],
    mutants: Sequence[Mutant],
    *,
    device: str = "cpu",
    cache: Path = CACHE_FOLDER,
) -> tuple[list[Spoilt], list[Mutant]]:
    """Return what each mistake whose rerun is kept makes of the Outputs, and the mistakes that were not run yet."""
    reruns = [one.to_rerun(device) for one in mutants]
    found, missing = [], []
    for mutant, rerun, folder in zip(mutants, reruns, list_folders(reruns, course, cache), strict=True):
        if folder.exists():
            outputs = load_reruns([rerun], [folder], course, canonicals)[SEED]
            found.append(Spoilt(mutant, Setting(mutant.name, SEED, outputs)))
        else:
            missing.append(mutant)
    return found, missing
