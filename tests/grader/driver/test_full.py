"""Who is executed whole though the class shares: one student, a sample that is the same every time, or all."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.driver.full import begin_again, choose_full
from grader.handins.submission import Submission
from grader.runs.folder import HANDIN_FILE, write_handin
from grader.runs.result import RunResult, commit_result, load_result


def make_class(*students: str) -> list[Submission]:
    """Return hand-ins whose digests are their ids backwards; `beside` has a file beside its notebook."""
    return [Submission(student=one, sha256=one[::-1], beside="0" if one == "beside" else None) for one in students]


CLASS = make_class("1az", "1by", "3", "beside", "1cx")


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        (None, ()),
        ("1by", ("1by",)),
        ("beside", ("beside",)),
        ("all", ("1az", "1by", "3", "beside", "1cx")),
        ("2", ("3", "1cx")),
        ("4", ("1az", "1by", "3", "1cx")),
        ("3", ("3",)),  # a student's id, not a number
    ],
)
def test_asked_are_a_student_a_sample_by_digest_or_all(asked: str | None, chosen: Sequence[str]) -> None:
    assert choose_full(asked, CLASS) == choose_full(asked, CLASS[::-1]) == frozenset(chosen)


@pytest.mark.parametrize("asked", ["0", "-1", "5", "9" * 5000, "1.5", "nobody", ""])
def test_nobody_of_the_class_and_no_number_of_its_hand_ins_is_said(asked: str) -> None:
    with pytest.raises(FixableError) as caught:
        choose_full(asked, CLASS)
    said = str(caught.value)
    assert said.startswith("--full: '")
    assert said.endswith(
        "; expected a student with a notebook to run, a number from 1 to 4 (so many could share), or all"
    )


def test_sample_of_a_class_in_which_nobody_could_share_is_none() -> None:
    with pytest.raises(FixableError, match="'1'; expected a student with a notebook to run, or all"):
        choose_full("1", make_class("beside"))


def commit(runs: Path, student: str, shared: tuple[int, ...]) -> None:
    write_handin(runs / student, student.encode())
    commit_result(runs / student, RunResult(student=student, word="ran", shared=shared, started_at=datetime.now(UTC)))


def test_run_that_shared_begins_again_and_one_that_was_whole_stays(tmp_path: Path) -> None:
    for student, shared in {"shared": (0,), "whole": (), "other": (0,)}.items():
        commit(tmp_path, student, shared)
    handins = make_class("shared", "whole", "other", "new")
    for _ in range(2):
        begin_again(tmp_path, handins, {"shared", "whole", "new"})
    assert load_result(tmp_path / "shared") is None
    assert (tmp_path / "shared" / HANDIN_FILE).read_bytes() == b"shared"
    assert [path.name for path in (tmp_path / ".replaced").iterdir()] == ["shared.1"]
    assert load_result(tmp_path / "whole") is not None
    assert load_result(tmp_path / "other") is not None
