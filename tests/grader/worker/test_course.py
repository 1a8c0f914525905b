"""A notebook is executed on the course of its job, and sees what students get of it and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignment.course import Course, open_course
from assignment.fixable import FixableError
from grader.runs.job import Job, open_ordered, order_course
from grader.sandbox import check
from tests.courses import change_picture, copy_course

LOOK = """
import json, os
from assignment.assignment import load_assignment
from assignment.course import find_course
from assignment.profile import load_profile
course, profile = find_course(), load_profile()
print(json.dumps([str(course.mark), profile.pictures[:, 40, 40].tolist(), load_assignment().answers]))
"""
SEARCH = """
import json, os
places = [course.bank, course.proofs, course.canonical]
names = {"lime.yaml", "mutation.yaml", "saliency.npz", "truth.yaml", "0.png"}
walked = (pair for pair in os.walk("/") if not pair[0].startswith("/proc"))
found = sorted({name for _, _, files in walked for name in names.intersection(files)})
print(json.dumps([[place.exists() for place in places], found, sorted(os.listdir(course.folder.parent))]))
"""
WRITE = "(course.folder / 'pictures' / '0.png').write_bytes(b'x')"


@pytest.fixture
def changed(tmp_path: Path) -> Course:
    """A copy of the embedded course with another picture 0."""
    return change_picture(copy_course(tmp_path / "winter"), 0)


@pytest.mark.sandbox
def test_notebook_in_the_sandbox_sees_its_course_and_nothing_of_staff(
    execute: Callable[..., Any], changed: Course
) -> None:
    seen = execute([LOOK, SEARCH, WRITE], course=changed, keep_going=True)
    own = open_course().profile.pictures[:, 40, 40].tolist()
    assert seen.said(0)[:2] == [str(changed.mark), changed.profile.pictures[:, 40, 40].tolist()]
    assert seen.said(0)[1] != own  # the control
    assert seen.said(1) == [[False, False, False], ["0.png"], ["winter"]]
    assert seen.result.cell == 2  # only the last cell failed: nothing of the course can be written
    assert "Read-only" in seen.result.detail


@pytest.mark.slow
def test_own_notebook_without_a_sandbox_runs_on_the_course_too(execute: Callable[..., Any], changed: Course) -> None:
    seen = execute([LOOK], course=changed, sandbox=False)
    assert seen.said(0)[:2] == [str(changed.mark), changed.profile.pictures[:, 40, 40].tolist()]


def test_course_that_changed_since_it_was_ordered_is_not_executed(tmp_path: Path) -> None:
    course = copy_course(tmp_path / "winter")
    job = Job(course=order_course(course), limits=course.assignment.limits)
    assert open_ordered(job) == course
    change_picture(course, 3)
    with pytest.raises(FixableError, match=r"winter: course winter \(.*\); expected winter \(.*\), which was ordered"):
        open_ordered(job)


def test_as_root_every_file_that_only_its_owner_may_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = copy_course(tmp_path / "winter")
    (course.folder / "pictures" / "4.png").chmod(0o600)
    (course.bank / "lime.yaml").chmod(0o600)  # is staff's alone
    monkeypatch.setattr("os.getuid", lambda: 1000)
    check.check_readable(course)
    monkeypatch.setattr("os.getuid", lambda: 0)
    with pytest.raises(FixableError, match=r"4\.png: only its owner may read it; expected") as caught:
        check.check_readable(course)
    assert len(caught.value.faults) == 1
