"""Course: loaded once, it holds what the parts hold."""

import pytest

from assignment.fixable import FixableError
from grader.agreement.agree import CANONICAL_SEED
from grader.scoring import course as module
from grader.scoring.course import load_course
from questions.bank import Bank
from questions.canonical import load_canonical, load_canonicals
from questions.key import compute_key


@pytest.mark.slow
def test_course_is_computed_from_all_seeds_and_keeps_that_of_the_released_notebook(own: Bank) -> None:
    course = load_course("mini")
    assert course.bank == own
    assert course.key.letters == compute_key(own, load_canonicals("mini")).letters
    one = load_canonical("mini", CANONICAL_SEED)
    assert {name: array.tobytes() for name, array in course.canonical.items()} == {
        name: array.tobytes() for name, array in one.items()
    }
    assert len(course.pictures) == len(course.canonical["pictures", "label"])


@pytest.mark.slow
def test_every_seed_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def load(profile: str) -> object:
        read.append(profile)
        return load_canonicals(profile)

    monkeypatch.setattr(module, "load_canonicals", load)
    load_course("mini")
    assert read == ["mini"]


@pytest.mark.slow
def test_a_profile_without_the_seed_of_the_released_notebook_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = load_canonicals("mini")
    monkeypatch.setattr(module, "load_canonicals", lambda _: {2: stored[2]})
    with pytest.raises(FixableError, match=r"mini: stored are seeds 2; expected seed 1 too"):
        load_course("mini")


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(FixableError, match="'maxi'"):
        load_course("maxi")
