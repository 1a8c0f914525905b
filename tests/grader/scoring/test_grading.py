"""Grading: loaded once, it holds what the parts hold."""

import pytest

from assignment.agreement.agree import CANONICAL_SEED
from assignment.course import Course, open_course
from assignment.fixable import FixableError
from grader.scoring import grading as module
from grader.scoring.grading import load_grading
from questions.bank import Bank
from questions.canonical import load_canonical, load_canonicals
from questions.key import compute_key


@pytest.mark.slow
def test_grading_is_computed_from_all_seeds_and_keeps_that_of_the_released_notebook(own: Bank) -> None:
    grading = load_grading(open_course())
    assert grading.bank == own
    assert grading.key.letters == compute_key(own, load_canonicals(open_course())).letters
    one = load_canonical(open_course(), CANONICAL_SEED)
    assert {name: array.tobytes() for name, array in grading.canonical.items()} == {
        name: array.tobytes() for name, array in one.items()
    }
    assert len(grading.pictures) == len(grading.canonical["pictures", "label"])


@pytest.mark.slow
def test_every_seed_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def load(course: Course) -> object:
        read.append(course.name)
        return load_canonicals(course)

    monkeypatch.setattr(module, "load_canonicals", load)
    load_grading(open_course())
    assert read == ["mini"]


@pytest.mark.slow
def test_a_course_without_the_seed_of_the_released_notebook_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = load_canonicals(open_course())
    monkeypatch.setattr(module, "load_canonicals", lambda _: {2: stored[2]})
    with pytest.raises(FixableError, match=r"mini: stored are seeds 2; expected seed 1 too"):
        load_grading(open_course())
