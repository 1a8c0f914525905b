"""Canonical Outputs: what the reference computed and the project stores, one set a seed.

`<folder>/<profile>/<group>.npz` holds the arrays of a group that no seed changes, `<group>.<seed>.npz` those that a
seed does.
"""

from pathlib import Path

from assignment.arrays import GROUPS
from assignment.fixable import FixableError
from assignment.outputs import Outputs, list_official, load_group

CANONICAL_FOLDER = Path(__file__).parents[1] / "reference" / "canonical"


def list_seeds(profile: str, folder: Path = CANONICAL_FOLDER) -> tuple[int, ...]:
    """Return the seeds that a profile's canonical Outputs are stored for, in order; (0,) where none is."""
    names = [path.name.split(".") for path in sorted((folder / profile).glob("*.npz"))]
    if not names:
        stored = sorted({path.parent.name for path in folder.glob("*/*.npz")})
        raise FixableError(
            f"{folder / profile}: no *.npz file; expected the canonical Outputs of profile {profile!r}, which "
            f"`hw9 reference --profile {profile} --write` computes; stored are: {', '.join(stored) or 'none'}"
        )
    seeds = {int(parts[1]) for parts in names if len(parts) == 3 and parts[1].isdecimal()}
    return tuple(sorted(seeds)) or (0,)


def load_canonical(profile: str, seed: int, folder: Path = CANONICAL_FOLDER) -> Outputs:
    """Return all canonical groups of a profile for one seed; FixableError where one is there in part."""
    outputs = Outputs({})
    for group in GROUPS:
        fixed, seeded = (folder / profile / f"{name}.npz" for name in (group, f"{group}.{seed}"))
        arrays = load_group(fixed) if fixed.exists() else {}
        if seeded.exists() or any((folder / profile).glob(f"{group}.*.npz")):
            arrays |= load_group(seeded)
        missing = [name for name in list_official(group) if name not in arrays]
        if arrays and missing:
            raise FixableError(
                f"{fixed}: {', '.join(missing)}: missing here and in {seeded.name}; expected every official array of "
                f"{group}, which `hw9 reference --profile {profile} --write` computes"
            )
        if arrays:
            outputs = outputs.with_group(group, arrays)
    return outputs


def load_canonicals(profile: str, folder: Path = CANONICAL_FOLDER) -> dict[int, Outputs]:
    """Return the canonical Outputs of every seed."""
    return {seed: load_canonical(profile, seed, folder) for seed in list_seeds(profile, folder)}
