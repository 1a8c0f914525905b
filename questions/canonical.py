"""Canonical Outputs: what the reference computed and a course stores, one set a seed.

`<group>.npz` holds the arrays of a group that no seed changes, `<group>.<seed>.npz` those that a seed does.
"""

from assignment.arrays import GROUPS
from assignment.course import Course
from assignment.fixable import FixableError
from assignment.outputs import Outputs, list_official, load_group
from questions.axes import list_axes


def list_seeds(course: Course) -> tuple[int, ...]:
    """Return the seeds that a course's canonical Outputs are stored for, in order; (0,) where none is."""
    names = [path.name.split(".") for path in sorted(course.canonical.glob("*.npz"))]
    if not names:
        raise FixableError(
            f"{course.canonical}: no *.npz file; expected the canonical Outputs of the course {course.name!r}, which "
            f"`hw9 reference{course.option} --write` computes"
        )
    seeds = {int(parts[1]) for parts in names if len(parts) == 3 and parts[1].isdecimal()}
    return tuple(sorted(seeds)) or (0,)


def load_canonical(course: Course, seed: int) -> Outputs:
    """Return all canonical groups of a course for one seed; FixableError where one is there in part."""
    outputs = Outputs({}, list_axes(course))
    for group in GROUPS:
        fixed, seeded = (course.canonical / f"{name}.npz" for name in (group, f"{group}.{seed}"))
        arrays = load_group(fixed) if fixed.exists() else {}
        if seeded.exists() or any(course.canonical.glob(f"{group}.*.npz")):
            arrays |= load_group(seeded)
        missing = [name for name in list_official(group) if name not in arrays]
        if arrays and missing:
            raise FixableError(
                f"{fixed}: {', '.join(missing)}: missing here and in {seeded.name}; expected every official array of "
                f"{group}, which `hw9 reference{course.option} --write` computes"
            )
        if arrays:
            outputs = outputs.with_group(group, arrays)
    return outputs


def load_canonicals(course: Course) -> dict[int, Outputs]:
    """Return the canonical Outputs of every seed."""
    return {seed: load_canonical(course, seed) for seed in list_seeds(course)}
