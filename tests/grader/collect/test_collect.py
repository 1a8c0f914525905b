"""Downloads become HANDINS: files and attempts find their place, the same folder each time, and nothing is lost."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.collect.collect import collect
from grader.collect.record import Collected
from grader.collect.say import needs_person
from grader.commands.main import main
from grader.handins.submission import find_submissions
from tests.grader.collect.conftest import GRADEBOOK, list_files, make_notebook, make_zip, read_rows

Take = Callable[..., Collected]
Write = Callable[..., Path]

ONE, TWO, THREE = (make_notebook(text) for text in "123")


def test_zip_of_a_student_is_opened_and_what_came_along_stays(tmp_path: Path, take: Take) -> None:
    inner = {"hw/homework.ipynb": ONE, "hw/helper.py": b"x", "__MACOSX/hw/._homework.ipynb": b"", "hw/.DS_Store": b""}
    files = {
        "chenada_41000_90001_homework.zip": make_zip(inner),
        "linbo_41001_90002_hw.ipynb": TWO,
        "linbo_41001_90003_data.zip": make_zip({"a.txt": b"a"}),
        "wucy_41002_90004_hw.zip": make_zip({"more.zip": make_zip({"hw.ipynb": THREE})}),
    }
    assert not needs_person(take(files, GRADEBOOK))
    found = list_files(tmp_path / "handins")
    assert {name for name in found if name.startswith("b09901001")} == {
        "b09901001/hw/homework.ipynb",
        "b09901001/hw/helper.py",
    }
    assert {"b09901002/hw.ipynb", "b09901002/data.zip"} <= set(found)
    assert found["b09901003.ipynb"] == THREE


def test_archives_of_groups_within_one_archive_are_read(take: Take) -> None:
    files = {"group a.zip": make_zip({"chenada_41000_90001_hw.ipynb": ONE}),
             "group b.zip": make_zip({"linbo_41001_90002_hw.ipynb": TWO})}  # fmt: skip
    assert {one.student: one.joined for one in take(files, GRADEBOOK).students} == {
        "b09901001": "id",
        "b09901002": "id",
    }


def test_folder_with_a_download_unpacked_beside_its_zip_has_each_file_once(tmp_path: Path, take: Take) -> None:
    files = {"chenada_41000_90001_hw.ipynb": ONE, "chenada_41000_90002_helper.py": b"x"}
    (one,) = take(files | {"submissions.zip": make_zip(files)}, GRADEBOOK, name="folder").students
    assert [file.path for file in one.files] == ["b09901001/hw.ipynb", "b09901001/helper.py"]


def test_later_download_counts_and_what_it_has_again_is_no_earlier_attempt(tmp_path: Path, download: Write) -> None:
    first = download({"a_41000_90001_hw.ipynb": ONE, "a_41000_90002_helper.py": b"x"}, name="monday.zip")
    second = download({"a_LATE_41000_90050_final.ipynb": TWO, "a_LATE_41000_90002_helper.py": b"x"}, name="tuesday.zip")
    (tmp_path / "roster.csv").write_text(GRADEBOOK)
    for order in ([first, second], [second, first]):
        (one,) = collect(order, tmp_path / "handins", tmp_path / "roster.csv").students
        assert {file.path for file in one.files} == {"b09901001/final.ipynb", "b09901001/helper.py"}
        assert {file.path for file in one.earlier} == {".earlier/b09901001/1/hw.ipynb"}
    assert read_rows(tmp_path)["b09901001"]["marked_late"] == "yes"


def test_attempts_that_nothing_puts_in_order_are_all_kept_for_a_person(tmp_path: Path, download: Write) -> None:
    name = "Ada_41000_assignsubmission_file_/hw.ipynb"
    paths = [download({name: data}, name=f"{n}.zip") for n, data in enumerate((ONE, TWO, ONE))]
    (one,) = collect(paths[:2], tmp_path / "two").students
    assert len(one.files) == 2
    assert [one.problem for one in find_submissions(tmp_path / "two")] == ["two_notebooks"]
    (one,) = collect([paths[0], paths[2]], tmp_path / "same").students
    assert [file.path for file in one.files] == ["41000.ipynb"]


def test_second_time_gives_the_same_folder_and_a_new_hand_in_is_added(
    tmp_path: Path, take: Take, download: Write
) -> None:
    files = {
        "chenada_41000_90001_hw.ipynb": ONE,
        "linbo_41001_90002_hw.ipynb": TWO,
        "linbo_41001_90009_hw-1.ipynb": ONE,
    }
    take(files, GRADEBOOK)
    before = list_files(tmp_path / "handins")
    take(dict(reversed(files.items())), GRADEBOOK)
    assert list_files(tmp_path / "handins") == before
    take(files | {"wucy_41002_90004_hw.ipynb": THREE}, GRADEBOOK)
    assert set(list_files(tmp_path / "handins")) == {*before, "b09901003.ipynb"}
    assert {path.name for path in tmp_path.iterdir()} == {"handins", "download.zip", "roster.csv"}


def test_folder_with_other_things_is_refused_and_stays_as_it_is(tmp_path: Path, take: Take) -> None:
    files = {"chenada_41000_90001_hw.ipynb": ONE}
    handins = tmp_path / "handins"
    handins.mkdir()
    (handins / "mine.txt").write_text("x")
    with pytest.raises(FixableError, match="holds other things"):
        take(files)
    (handins / "mine.txt").unlink()
    take(files)
    before = (handins / "handins.csv").read_bytes()
    (handins / "b07.ipynb").write_bytes(ONE)
    with pytest.raises(FixableError, match=r"b07.ipynb: changed since hw9 collect wrote it"):
        take(files)
    (handins / "b07.ipynb").unlink()
    (handins / "handins.csv").unlink()
    with pytest.raises(FixableError, match=r"handins.csv: changed since hw9 collect wrote it"):
        take(files)
    (handins / "handins.csv").write_bytes(before + b"b07,,soon\n")
    with pytest.raises(FixableError, match=r"line 3: "):
        take(files)
    (handins / "handins.csv").write_bytes(before)
    take(files)


def test_folder_of_a_process_that_was_killed_between_two_moves_comes_back(tmp_path: Path, take: Take) -> None:
    files = {"chenada_41000_90001_hw.ipynb": ONE}
    take(files)
    before = list_files(tmp_path / "handins")
    left = tmp_path / ".handins.collecting-4194305"  # no process has so large a number
    left.mkdir()
    (tmp_path / "handins").rename(left / "old")
    take(files)
    assert list_files(tmp_path / "handins") == before
    assert not left.exists()


def test_stop_between_two_moves_loses_nothing(tmp_path: Path, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    take({"chenada_41000_90001_hw.ipynb": ONE})
    before = list_files(tmp_path / "handins")
    rename_was = Path.rename
    moves = iter([rename_was, None])

    def rename(self: Path, target: Path) -> Path:
        move = next(moves, Path.replace)
        if move is None:
            raise KeyboardInterrupt
        return move(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        take({"linbo_41001_90002_hw.ipynb": TWO})
    assert list_files(tmp_path / "handins") == before
    assert {path.name for path in tmp_path.iterdir()} == {"handins", "download.zip"}


def test_disk_without_room_is_said_and_nothing_is_left(
    tmp_path: Path, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr("os.link", link)
    with pytest.raises(FixableError, match="No space left on device; expected room to write"):
        take({"chenada_41000_90001_hw.ipynb": ONE})
    assert {path.name for path in tmp_path.iterdir()} == {"download.zip"}


def test_downloads_are_only_read(tmp_path: Path, take: Take, download: Write) -> None:
    folder = download({"a_41000_90001_hw.ipynb": ONE, "a_41000_90002_hw-1.ipynb": TWO}, name="folder")
    before = list_files(folder)
    take(folder)
    (tmp_path / "handins" / "41000.ipynb").write_bytes(b"x")
    assert list_files(folder) == before
    with pytest.raises(FixableError, match="lies in the other"):
        collect([tmp_path], tmp_path / "new")


def test_what_is_no_download_is_refused(tmp_path: Path, download: Write) -> None:
    for path, said in (
        (tmp_path / "gone.zip", "no such file or folder"),
        (download({"b01.ipynb": ONE, "notes.txt": b""}, name="plain.zip"), "no name in it is as Canvas"),
        (download({"x.ipynb": b"not a zip"}, name="folder") / "x.ipynb", "zip file"),
    ):
        with pytest.raises(FixableError, match=said):
            collect([path], tmp_path / "handins")
        assert not (tmp_path / "handins").exists()


def test_command_says_who_joined_by_what_and_exits_with_one_where_a_person_must_look(
    tmp_path: Path, download: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = download({"chenada_41000_90001_hw.ipynb": ONE, "linbo_41001_90002_hw.ipynb": TWO})
    (tmp_path / "roster.csv").write_text(GRADEBOOK)
    arguments = ["collect", str(path), str(tmp_path / "handins"), "--roster", str(tmp_path / "roster.csv")]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "2 students: 2 by the course system's id" in said
    assert "no hand-in of 1: b09901003" in said
    assert "'Student, Test' is the course system's own; left out" in said
    assert main(arguments[:3]) == 0
    assert "--roster FILE" in capsys.readouterr().out
    download({"chenada_5_90001_hw.ipynb": ONE})
    assert main(arguments) == 1
    assert "not joined: 5 " in capsys.readouterr().out
