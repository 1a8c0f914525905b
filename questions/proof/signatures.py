"""Signatures of the mutants: `mistakes.json` of a course's proofs, by which the self-check names a student's mistake.

A signature is taken of an official array that a mutant makes differ from the canonical one beyond the grader's limits.
The words stand with the mutants, and are put to it when a bundle is made.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from assignment.agreement.agree import GroupArrays, compare_group
from assignment.course import Course
from assignment.fixable import load_yaml, parse_as
from assignment.outputs import Array, Outputs, list_official
from assignment.records import Record
from assignment.selfcheck.mistakes import Mistake, sign_differing
from questions.proof.mutant import Mutant

FILE_NAME = "mistakes.json"
Signatures = dict[str, dict[str, str]]  # of a mutant, by group and array


class SignaturesFile(Record):
    """The file `mistakes.json`: of each mutant whose official arrays differ, the signatures by group."""

    profile: str
    mutants: dict[str, Signatures]


def sign_mutant(mutant: Mutant, outputs: Outputs, canonical: Outputs, course: Course) -> Signatures:
    """Return the signatures of a mutant's Outputs; nothing of a group whose official arrays agree, or do not fit."""
    salt = draw_salt(mutant)
    found = {group: _sign_group(group, outputs, canonical, course, salt) for group in mutant.groups}
    return {group: its for group, its in found.items() if its}


def draw_salt(mutant: Mutant) -> int:
    """Return the salt of a mutant's signatures: another for each, the same each time."""
    return zlib.crc32(mutant.name.encode())


def _sign_group(group: str, outputs: Outputs, canonical: Outputs, course: Course, salt: int) -> dict[str, str]:
    arrays = {name: _store(outputs[group, name]) for name in list_official(group) if (group, name) in outputs}
    if any(arrays[name].shape != canonical[group, name].shape for name in arrays if name != "weights"):
        return {}  # a student's file of such shapes is unreadable, and says which ones were expected
    reading = GroupArrays(arrays)
    agreements = compare_group(group, reading, canonical, course.assignment.wider_agreement.get(group))
    return sign_differing(group, reading, agreements, canonical, salt)


def _store(array: Array) -> Array:
    """Return an array as a notebook saves it: numbers too small for float32 are 0 there."""
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def save_signatures(name: str, mutants: Mapping[str, Signatures], proofs: Path) -> Path:
    """Write `mistakes.json` and return its path."""
    proofs.mkdir(parents=True, exist_ok=True)
    data = {"profile": name, "mutants": {mutant: its for mutant, its in mutants.items() if its}}
    path = proofs / FILE_NAME
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return path


def list_mistakes(proofs: Path, mutants: Sequence[Mutant]) -> tuple[Mistake, ...]:
    """Return the mistakes whose signatures a course stores, with the words for students; none where it stores none."""
    path = proofs / FILE_NAME
    if not path.is_file():
        return ()
    written = parse_as(SignaturesFile, load_yaml(path), str(path)).mutants
    return tuple(
        Mistake(group=group, says=one.says, salt=draw_salt(one), signatures=signatures)
        for one in mutants
        for group, signatures in written.get(one.name, {}).items()
    )
