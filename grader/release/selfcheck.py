"""What the students' bundle carries for the self-check, from the course's own Outputs, proofs and bank.

The official arrays and the signatures of mistakes: no key, no claim, no array of an experiment.
"""

import io
import json
from collections.abc import Mapping

import numpy as np

from assignment.agreement.agree import CANONICAL_SEED, COMPARED_GROUPS, UNDETERMINED
from assignment.course import Course
from assignment.fixable import FixableError, load_file
from assignment.outputs import Array, Outputs, list_official
from assignment.selfcheck.known import (
    KNOWN_FILE,
    RELEASED_FILE,
    Known,
    KnownFile,
    coarsen,
    list_filter_axes,
)
from assignment.sheet.notebook import MOST_BYTES, parse_notebook
from questions.bank import load_bank
from questions.canonical import list_seeds, load_canonical
from questions.proof.mutants.registry import MUTANTS
from questions.proof.signatures import list_mistakes
from questions.sheet import find_asked


def make_known(course: Course) -> Known:
    """Return what the self-check knows of a course; FixableError where it has no canonical Outputs."""
    seeds = list_seeds(course)
    whole = load_canonical(course, CANONICAL_SEED if CANONICAL_SEED in seeds else seeds[0])
    if missing := [group for group in COMPARED_GROUPS if not set(list_official(group)) <= _list_arrays(whole, group)]:
        says = f"no canonical Outputs of {', '.join(missing)}; expected all: `hw9 reference{course.option} --write`"
        raise FixableError(f"{course.canonical}: {says}")
    return Known(
        official=Outputs(dict(_find_official(whole)), list_filter_axes(course.assignment.analyses)),
        released=parse_notebook(load_file(course.released, MOST_BYTES, "the released notebook")),
        asked=find_asked(load_bank(course)),
        mistakes=list_mistakes(course.proofs, MUTANTS),
    )


def _list_arrays(outputs: Outputs, group: str) -> set[str]:
    return {name for its, name in outputs if its == group}


def _find_official(whole: Outputs) -> Mapping[tuple[str, str], Array]:
    kept = {(group, name) for group in COMPARED_GROUPS for name in (*list_official(group), UNDETERMINED)}
    return {name: coarsen(array) if name[1] == "ascent" else array for name, array in whole.items() if name in kept}


def list_files(known: Known, course: Course) -> dict[str, bytes]:
    """Return the files of a folder `selfcheck` by their names."""
    asked = "  ".join(f"{one.id} {one.letters}" for one in known.asked)
    written = KnownFile(asked=asked, mistakes=known.mistakes).model_dump(mode="json")
    groups = {f"{group}.npz": _pack(known.official, group) for group in COMPARED_GROUPS}
    text = json.dumps(written, ensure_ascii=False, indent=1) + "\n"
    return {
        **groups,
        KNOWN_FILE: text.encode(),
        RELEASED_FILE: load_file(course.released, MOST_BYTES, "the released notebook"),
    }


def _pack(outputs: Outputs, group: str) -> bytes:
    stream = io.BytesIO()
    arrays = {name: array for (its, name), array in outputs.items() if its == group}
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()
