"""Signatures of mutants, as a course's proofs store them."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.outputs import Outputs, list_official
from questions.canonical import load_canonical
from questions.proof.mutants.registry import MUTANTS
from questions.proof.signatures import FILE_NAME, list_mistakes, save_signatures, sign_mutant
from questions.proof.stored import find_stale_proofs


def find_mutant(name: str):  # type: ignore[no-untyped-def]
    return next(one for one in MUTANTS if one.name == name)


def test_stored_signatures_are_of_mutants_that_change_an_official_array() -> None:
    mistakes = list_mistakes(open_course().proofs, MUTANTS)
    assert len(mistakes) > 100
    assert not [one for one in mistakes if not set(one.signatures) <= set(list_official(one.group))]
    told = {one.says for one in mistakes}
    assert find_mutant("saliency-of-the-loss").says in told
    assert find_mutant("lime-same-seed-again").says not in told  # it changes an experiment alone


@pytest.mark.slow
def test_a_mutant_is_signed_where_its_official_arrays_differ_and_fit() -> None:
    course, mutant = open_course(), find_mutant("saliency-stretched")
    canonical = load_canonical(course, 1)
    maps = canonical["saliency", "map"]
    stretched = maps / maps.max(axis=(1, 2), keepdims=True)
    for made, expected in ((stretched, {"saliency": {"map": "multiple"}}), (maps, {}), (maps[:, ::2], {})):
        arrays = dict(canonical.arrays) | {("saliency", "map"): made}
        assert sign_mutant(mutant, Outputs(arrays, canonical.axes), canonical, course) == expected


def test_what_is_saved_is_listed_with_the_words_and_without_who_agrees(tmp_path: Path) -> None:
    signed = {"saliency-of-the-loss": {"saliency": {"map": "0123456789abcdef"}}, "lime-logits": {}}
    save_signatures("mini", signed, tmp_path)
    (found,) = list_mistakes(tmp_path, MUTANTS)
    assert (found.says, found.signatures) == (find_mutant("saliency-of-the-loss").says, {"map": "0123456789abcdef"})
    assert list_mistakes(tmp_path / "none", MUTANTS) == ()


def test_signatures_that_are_none_are_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"profile": "mini", "mutants": {"lime-logits": 3}}')
    with pytest.raises(FixableError, match=r"mistakes\.json: mutants: lime-logits: 3; expected"):
        list_mistakes(tmp_path, MUTANTS)


def test_signatures_that_were_changed_by_hand_are_found(tmp_path: Path) -> None:
    course = replace(open_course(), proofs=tmp_path / "proofs")
    shutil.copytree(open_course().proofs, course.proofs)
    assert find_stale_proofs(course) == []
    (course.proofs / FILE_NAME).write_text("{}")
    (fault,) = find_stale_proofs(course)
    assert str(fault).endswith(
        "mistakes.json: not the file that was stored; expected that one, or `hw9 questions mutate --write`"
    )
