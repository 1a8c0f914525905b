"""A hand-in is read once: what happens to its file afterwards costs nobody anything, and is said."""

import os
import shutil
import signal
from pathlib import Path

import nbformat
import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from grader.handins import submission as submission_module
from grader.handins.submission import Submission
from grader.runs.folder import begin_runs, lock_runs, read_handin, record_class, write_handin
from grader.runs.intake import CHANGED, GONE, WORSE, Intake, load_intake, take_in
from tests.grader.runs.test_folder import make_result
from tests.killed import kill_at_each_step, list_files


def write(path: Path, text: str = "print(1)") -> bytes:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text, id="only")])
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path.read_bytes()


def problems(intake: Intake) -> dict[str, str | None]:
    return {one.student: one.problem for one in intake.submissions}


def reasons(intake: Intake) -> dict[str, tuple[object, ...]]:
    return {one.student: one.reasons for one in intake.submissions if one.reasons}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    handins = tmp_path / "handins"
    for student in ("b01", "b02", "b03"):
        write(handins / f"{student}.ipynb", f"print({student!r})")
    return handins, tmp_path / "runs"


def test_bytes_are_kept_and_the_folder_is_not_needed_again(folders: tuple[Path, Path]) -> None:
    handins, runs = folders
    data = (handins / "b02.ipynb").read_bytes()
    first = take_in(handins, runs)
    for path in handins.iterdir():
        path.unlink()
    assert read_handin(runs / "b02") == data
    assert load_intake(runs) == Intake(first.submissions)


def test_one_that_vanishes_between_the_listing_and_its_turn_ends_nobody_else(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    handins, runs = folders
    read = submission_module.find_notebooks

    def vanish(path: Path) -> list[Path]:
        found = read(path)
        if path.stem == "b02":
            path.unlink()
        return found

    monkeypatch.setattr(submission_module, "find_notebooks", vanish)
    assert problems(take_in(handins, runs)) == {"b01": None, "b02": "not_a_notebook", "b03": None}


def test_one_that_was_saved_half_is_broken_alone_and_whole_the_next_time(folders: tuple[Path, Path]) -> None:
    handins, runs = folders
    data = (handins / "b02.ipynb").read_bytes()
    (handins / "b02.ipynb").write_bytes(data[:-40])
    assert problems(take_in(handins, runs)) == {"b01": None, "b02": "broken", "b03": None}
    assert read_handin(runs / "b02") == data[:-40]  # a person can look at what came
    (handins / "b02.ipynb").write_bytes(data)
    again = take_in(handins, runs)
    assert problems(again) == {"b01": None, "b02": None, "b03": None}
    assert "b02: changed since it was taken in" in again.notes[0]
    assert read_handin(runs / "b02") == data


def test_changed_one_is_said_and_taken_and_the_earlier_run_is_kept(folders: tuple[Path, Path]) -> None:
    handins, runs = folders
    take_in(handins, runs)
    earlier = read_handin(runs / "b01")
    (runs / "b01" / "result.json").write_text(make_result().model_dump_json())
    new = write(handins / "b01.ipynb", "print('better')")
    (note,) = take_in(handins, runs).notes
    assert note.startswith("b01: changed since it was taken in; the new one is taken, the earlier one is kept in ")
    assert (read_handin(runs / "b01"), read_handin(runs / ".replaced" / "b01.1")) == (new, earlier)
    assert not (runs / "b01" / "result.json").exists()
    assert (runs / ".replaced" / "b01.1" / "result.json").exists()


def test_scoring_keeps_what_was_run_and_sends_a_changed_one_to_a_person(folders: tuple[Path, Path]) -> None:
    handins, runs = folders
    take_in(handins, runs)
    earlier = read_handin(runs / "b01")
    write(handins / "b01.ipynb", "print('better')")
    write(handins / "b04.ipynb")
    found = load_intake(runs, handins)
    assert reasons(found) == {"b01": (CHANGED,)}
    assert read_handin(runs / "b01") == earlier
    assert problems(found)["b04"] is None
    assert reasons(load_intake(runs)) == {"b01": (CHANGED,)}
    assert reasons(take_in(handins, runs)) == {}


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: path.unlink(), GONE),
        (lambda path: path.write_text("{"), WORSE),
        (
            lambda path: (
                path.unlink(),
                write(path.with_suffix("") / "a.ipynb"),
                write(path.with_suffix("") / "b.ipynb"),
            ),
            WORSE,
        ),
    ],
    ids=["vanished", "torn", "two"],
)
def test_what_gets_worse_later_leaves_what_was_taken_in_and_goes_to_a_person(
    folders: tuple[Path, Path], spoil: object, reason: object
) -> None:
    handins, runs = folders
    take_in(handins, runs)
    earlier = read_handin(runs / "b02")
    assert callable(spoil)
    spoil(handins / "b02.ipynb")
    for _ in range(2):  # the second time it is still said, and once
        found = take_in(handins, runs)
        assert problems(found) == {"b01": None, "b02": None, "b03": None}
        assert reasons(found) == {"b02": (reason,)}
        assert any(note.startswith("b02: ") for note in found.notes)
        assert read_handin(runs / "b02") == earlier


def test_renamed_one_is_one_student(folders: tuple[Path, Path]) -> None:
    handins, runs = folders
    (handins / "b02.ipynb").rename(handins / "b02-Copy1.ipynb")
    take_in(handins, runs)
    (handins / "b02-Copy1.ipynb").rename(handins / "b02.ipynb")
    found = take_in(handins, runs)
    assert problems(found) == {"b01": None, "b02": None, "b03": None}
    assert found.notes[0].startswith("b02-Copy1: is b02 now")


def test_run_of_an_earlier_version_is_set_aside_only_where_the_notebook_is_another(folders: tuple[Path, Path]) -> None:
    handins, runs = folders
    record_class(runs, tuple(Submission(student=name) for name in ("b01", "b02", "b03")))
    for name, sha256 in (
        ("b01", "0" * 64),
        ("b02", submission_module.check_notebook("b02", handins, (handins / "b02.ipynb").read_bytes()).sha256),
    ):
        (runs / name).mkdir()
        (runs / name / "result.json").write_text(make_result(notebook_sha256=sha256).model_dump_json())
    take_in(handins, runs)
    assert [(runs / name / "result.json").exists() for name in ("b01", "b02")] == [False, True]


def test_scoring_waits_for_nobody_and_says_how_to_go_on(folders: tuple[Path, Path]) -> None:
    handins, runs = folders
    take_in(handins, runs)
    with lock_runs(runs):
        child = os.fork()
        if child == 0:
            try:
                load_intake(runs)
                load_intake(runs, handins)
            except FixableError as error:
                os._exit(0 if "only one at a time" in str(error) else 1)
            os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_killed_at_any_moment_it_loses_nothing_the_next_time(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    handins, runs = folders
    whole = {path.stem: path.read_bytes() for path in handins.iterdir()}
    take_in(handins, runs)
    new = {name: write(handins / f"{name}.ipynb", f"print('new', {name!r})") for name in whole}
    for most in range(12):
        child = os.fork()
        if child == 0:
            _kill_after(most, monkeypatch)
            take_in(handins, runs)
            os._exit(0)
        os.waitpid(child, 0)
        for name in whole:
            path = runs / name / "handin.ipynb"
            assert not path.exists() or path.read_bytes() in (whole[name], new[name])
    found = take_in(handins, runs)
    assert problems(found) == dict.fromkeys(whole)
    assert {name: read_handin(runs / name) for name in whole} == new
    kept = [path.read_bytes() for path in (runs / ".replaced").glob("*/handin.ipynb")]
    assert {data for data in kept if data in whole.values()} == set(whole.values())


def _kill_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process kill itself before it renames, or replaces, one file more than `steps`."""
    left = [steps]
    for name in ("replace", "rename"):
        real = getattr(Path, name)

        def step(self: Path, target: Path, real: object = real) -> object:
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            assert callable(real)
            return real(self, target)

        monkeypatch.setattr(Path, name, step)


def test_files_beside_a_notebook_are_kept_and_a_change_in_them_is_one_of_the_hand_in(
    folders: tuple[Path, Path],
) -> None:
    handins, runs = folders
    write(handins / "b04" / "homework.ipynb")
    (handins / "b04" / "helper.py").write_text("one = 1")
    take_in(handins, runs)
    assert (runs / "b04" / "beside" / "helper.py").read_text() == "one = 1"
    assert not (runs / "b01" / "beside").exists()
    assert take_in(handins, runs).notes == ()
    (handins / "b04" / "helper.py").write_text("one = 2")
    assert reasons(load_intake(runs, handins)) == {"b04": (CHANGED,)}
    assert (runs / "b04" / "beside" / "helper.py").read_text() == "one = 1"
    (note,) = take_in(handins, runs).notes
    assert note.startswith("b04: changed since it was taken in")
    assert (runs / "b04" / "beside" / "helper.py").read_text() == "one = 2"
    assert (runs / ".replaced" / "b04.1" / "beside" / "helper.py").read_text() == "one = 1"


def test_looking_writes_nothing_and_names_what_is_new(folders: tuple[Path, Path]) -> None:
    handins, runs = folders
    take_in(handins, runs)
    write(handins / "b01.ipynb", "print('better')")
    write(handins / "b04.ipynb")
    before = {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()}
    found = load_intake(runs, handins, write=False)
    assert {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()} == before
    assert reasons(found) == {"b01": (CHANGED,)}
    assert found.notes == (f"b01: {CHANGED.en}", "b04: new in HANDINS, and not scored before it is taken in")
    assert set(problems(found)) == {"b01", "b02", "b03"}


def disturb_vanished(handins: Path) -> None:
    (handins / "b02.ipynb").unlink()


def disturb_torn(handins: Path) -> None:
    (handins / "b02.ipynb").write_text("{")


def disturb_changed(handins: Path) -> None:
    write(handins / "b02.ipynb", "print('better')")


def disturb_without_row(handins: Path) -> None:
    (handins / "b02.ipynb").unlink()
    (handins / "handins.csv").write_text(ROSTER.replace("b02,Bo\n", ""))


def disturb_renamed(handins: Path) -> None:
    (handins / "b02.ipynb").rename(handins / "b02-Copy1.ipynb")
    (handins / "handins.csv").write_text(ROSTER.replace("b02,Bo\n", ""))


def disturb_new(handins: Path) -> None:
    write(handins / "b04.ipynb", "print('new')")


def disturb_late_row(handins: Path) -> None:
    (handins / "handins.csv").write_text(ROSTER.replace("Bo", "Bob") + "b04,Di\n")


ROSTER = "student,name\nb01,Al\nb02,Bo\nb03,Cy\n"
KINDS = {
    "vanished": (disturb_vanished, (GONE,)),
    "torn": (disturb_torn, (WORSE,)),
    "changed": (disturb_changed, (CHANGED,)),
    "without row": (disturb_without_row, (GONE,)),
    "renamed": (disturb_renamed, None),
    "new": (disturb_new, ()),
    "late row": (disturb_late_row, ()),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("earlier", ["untouched", "vanished", "changed"])
def test_dry_run_gives_the_reasons_that_the_run_then_writes(
    folders: tuple[Path, Path], kind: str, earlier: str
) -> None:
    handins, runs = folders
    (handins / "handins.csv").write_text(ROSTER)
    whole = (handins / "b02.ipynb").read_bytes()
    take_in(handins, runs)
    if earlier != "untouched":
        KINDS[earlier][0](handins)
        load_intake(runs, handins)  # so that runs.json holds an earlier reason
        (handins / "b02.ipynb").write_bytes(whole)
    disturb, expected = KINDS[kind]
    disturb(handins)
    before = list_files(runs)
    dry = load_intake(runs, handins, write=False)
    assert list_files(runs) == before
    wet = load_intake(runs, handins)
    new = {one.student for one in wet.submissions} - {"b01", "b02", "b03"} if kind != "late row" else set()
    assert dry.submissions == tuple(one for one in wet.submissions if one.student not in new)
    assert [note for note in dry.notes if "new in HANDINS" not in note] == list(wet.notes)
    assert [reasons(dry).get(one.student) for one in dry.submissions if one.student == "b02"] == (
        [] if expected is None else [expected or None]
    )


def test_first_taking_in_goes_on_where_it_was_killed(folders: tuple[Path, Path], tmp_path: Path) -> None:
    handins, runs = folders
    write(handins / "b04" / "homework.ipynb")
    (handins / "b04" / "helper.py").write_text("one = 1")
    whole = take_in(handins, tmp_path / "whole")
    for _ in kill_at_each_step(lambda: take_in(handins, runs)):
        if (runs / "runs.json").exists():
            with pytest.raises(FixableError, match="was cut short; expected a whole class"):
                load_intake(runs)
        assert take_in(handins, runs) == whole
        assert list_files(runs) == list_files(tmp_path / "whole")
        shutil.rmtree(runs)


def test_hand_in_that_vanished_after_a_first_taking_in_was_killed_is_not_lost(folders: tuple[Path, Path]) -> None:
    handins, runs = folders
    data = (handins / "b02.ipynb").read_bytes()
    record_class(runs, (), handins)
    write_handin(runs / "b02", data)
    (handins / "b02.ipynb").unlink()
    found = take_in(handins, runs)
    assert problems(found) == {"b01": None, "b02": None, "b03": None}
    assert reasons(found) == {"b02": (GONE,)}
    assert read_handin(runs / "b02") == data


def test_quiz_class_begins_where_a_process_was_killed_before_it_named_the_class(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    (tmp_path / ".runs.json.0123456789ab").write_text('{"ver')
    begin_runs(tmp_path, open_course().mark)
    assert load_intake(tmp_path) == Intake(())


@pytest.mark.parametrize("name", ["scorings", "Scorings", "runs.json", "quiz.json", "responses.csv", ".replaced"])
def test_hand_in_called_as_our_own_files_is_a_bad_name_and_harms_nothing(folders: tuple[Path, Path], name: str) -> None:
    handins, runs = folders
    write(handins / f"{name}.ipynb")
    write(handins / name / "a.ipynb")
    found = take_in(handins, runs)
    assert sorted(problems(found).items())[:3] == [("b01", None), ("b02", None), ("b03", None)]
    assert set(problems(found).values()) == {None, "bad_name"} or name == ".replaced"
    assert not (runs / name).is_dir()
