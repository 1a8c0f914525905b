"""Who is executed whole though the class shares: one student, a sample that is the same every time, or all.

While the released notebook runs for the others, free places also take those that could take little of it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_notebook

from assignment.fixable import FixableError
from grader.driver.whole import begin_again, choose_full, plan_class
from grader.handins.submission import Submission
from grader.runs.compared import FOLDER
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
        ("2", ("3", "1az")),
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
        "; expected a student with a notebook to run, a number from 1 to 4 (with no files beside them), or all"
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


SOURCES = tuple(f"x = {n}" if n != 1 else "# scratch 1\ny = 1" for n in range(20))
EDITED = {  # which cells are another's
    "ann": (1,),  # the student's to change
    "bob": (0,),
    "cyd": (2,),
    "dan": (3,),  # too late
    "eve": (1, 2),
    "fay": (),
}


@pytest.fixture
def class_(tmp_path: Path) -> list[Submission]:
    for student, edited in EDITED.items():
        (tmp_path / student).mkdir()
        write(
            make([f"{source} + 0" if n in edited else source for n, source in enumerate(SOURCES)]),
            tmp_path / student / HANDIN_FILE,
        )
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / HANDIN_FILE).write_text("{")
    beside = Submission(student="beside", beside="0")
    its = [Submission(student=one, sha256=one) for one in (*EDITED, "bad")]
    return [*its, beside]


def make(sources: Sequence[str]) -> object:
    return new_notebook(cells=[new_code_cell(source) for source in sources])


@pytest.mark.parametrize(
    ("places", "full", "todo", "whole"),
    [
        (0, (), "ann beside bob cyd dan eve fay bad", "beside"),  # on other machines, which come and go
        (2, (), "ann beside bob cyd dan eve fay bad", "beside"),  # it has the other place
        (3, (), "ann beside bob cyd dan eve fay bad", "beside bob"),
        (4, (), "ann beside bob cyd dan eve fay bad", "beside bob cyd"),
        (5, (), "ann beside bob cyd eve dan fay bad", "beside bob cyd eve"),
        (9, (), "dan beside bob cyd eve ann fay bad", "beside bob cyd eve ann"),  # there is room for one of the sample
        (4, ("ann", "fay"), "bob ann fay beside cyd dan eve bad", "ann fay beside"),
        (5, ("ann", "fay"), "cyd ann fay beside bob dan eve bad", "ann fay beside bob"),
        (2, tuple(EDITED), "bad ann bob cyd dan eve fay beside", "beside ann bob cyd dan eve fay"),
        (20, tuple(EDITED), "bad ann bob cyd dan eve fay beside", "beside ann bob cyd dan eve fay"),  # one shares
    ],
)
def test_one_waits_and_free_places_take_whole_ones_and_those_with_little_to_share(
    tmp_path: Path, class_: list[Submission], places: int, full: Sequence[str], todo: str, whole: str
) -> None:
    turns, share = plan_class(tmp_path, class_, make(SOURCES), places, full)
    assert " ".join(one.student for one in turns.todo) == todo
    assert turns.whole == frozenset(whole.split())
    assert turns.sampled == ({"ann"} if places == 9 else frozenset())
    sharing = [one for one in todo.split() if one not in turns.whole or one in turns.sampled]
    (tmp_path / FOLDER / "drawn").mkdir(parents=True)  # at an earlier call
    assert plan_class(tmp_path, class_, make(SOURCES), places, full)[0].sampled == frozenset()
    assert (share is None) == (len([one for one in sharing if one != "bad"]) < 2)
