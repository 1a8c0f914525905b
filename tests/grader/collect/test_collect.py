"""Downloads become HANDINS: everyone under the own id, nobody twice, nobody lost, the same folder each time."""

import csv
import errno
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.collect.collect import collect
from grader.collect.record import Collected
from grader.collect.say import list_download_notes, needs_person, to_lines
from grader.commands.main import main
from grader.handins.submission import find_submissions, open_handins
from tests.grader.collect.conftest import list_files, make_notebook, make_zip

Take = Callable[..., Collected]
Write = Callable[..., Path]

GRADEBOOK = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Homework 9 (123)\n"
    "    Points Possible,,,,,10\n"
    '"Chen, Ada",41000,b09901001,ada@school.edu,A,\n'
    '"Lin, Bo",41001,b09901002,bo@school.edu,A,\n'
    '"Wu, Cy",41002,b09901003,cy@school.edu,A,\n'
    '"Student, Test",41099,,e1b5,A,\n'
)
ONE, TWO, THREE = (make_notebook(text) for text in "123")


def read_rows(tmp_path: Path) -> dict[str, dict[str, str]]:
    text = (tmp_path / "handins" / "handins.csv").read_text(encoding="utf-8")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.parametrize("name", ["download.zip", "download"])
def test_canvas_is_joined_by_its_number_and_the_last_attempt_counts(tmp_path: Path, take: Take, name: str) -> None:
    files = {
        "chenada_41000_90001_homework-1.ipynb": ONE,
        "linbo_LATE_41001_90002_homework.ipynb": TWO,
        "linbo_41001_90044_homework-2.ipynb": THREE,
    }
    collected = take(files, GRADEBOOK, name=name)
    assert {one.student: one.joined for one in collected.students} == {"b09901001": "id", "b09901002": "id"}
    found = list_files(tmp_path / "handins")
    assert found["b09901001.ipynb"] == ONE
    assert found["b09901002.ipynb"] == THREE
    assert found[".earlier/b09901002/1/homework.ipynb"] == TWO
    assert collected.absent == ("b09901003",)
    assert collected.downloads[0].system == "canvas"
    assert {name: row["marked_late"] for name, row in read_rows(tmp_path).items()} == dict.fromkeys(
        ("b09901001", "b09901002", "b09901003"), ""
    )
    submissions = {one.student: one for one in find_submissions(tmp_path / "handins")}
    assert {name: one.problem for name, one in submissions.items()} == {
        "b09901001": None,
        "b09901002": None,
        "b09901003": "missing",
    }
    assert all(one.reasons == () for one in submissions.values())
    assert open_handins(tmp_path / "handins").notes == ()


def test_mark_of_a_late_hand_in_without_a_time_is_not_lost(tmp_path: Path, take: Take) -> None:
    take({"linbo_LATE_41001_90002_homework.ipynb": TWO}, GRADEBOOK)
    assert read_rows(tmp_path)["b09901002"]["marked_late"] == "yes"
    late = next(one for one in find_submissions(tmp_path / "handins") if one.student == "b09901002")
    assert late.marked_late
    assert late.reasons


def test_ntu_cool_is_joined_by_number_else_by_login_and_without_a_roster_called_by_login(
    tmp_path: Path, take: Take
) -> None:
    files = {
        "b09900000#_王小明_41000_90001_homework.ipynb": ONE,
        "B09900001#_陳_怡君_LATE_41001_90003_homework.ipynb": TWO,
    }
    roster = "Student,ID,SIS Login ID,Section\n王小明,41000,b09900000,\n陳怡君,,b09900001,\n"
    assert {one.student: one.joined for one in take(files, roster).students} == {
        "b09900000": "id",
        "b09900001": "login",
    }
    assert read_rows(tmp_path)["b09900000"]["name"] == "王小明"
    alone = take(files)
    assert [(one.student, one.joined) for one in alone.students] == [
        ("B09900001", "own login"),
        ("b09900000", "own login"),
    ]
    assert alone.downloads[0].system == "ntu_cool"


@pytest.mark.parametrize("form", ["Ada Chen_1234567_assignsubmission_file_/homework.ipynb",
                                  "Ada Chen_1234567_assignsubmission_file/homework.ipynb",
                                  "Ada Chen_1234567_assignsubmission_file_homework.ipynb"])  # fmt: skip
def test_moodle_is_joined_by_the_participant_of_its_worksheet(tmp_path: Path, take: Take, form: str) -> None:
    roster = (
        "Identifier,Full name,ID number,Email address,Status\n"
        "Participant 1234567,Ada Chen,b01,ada@school.edu,Submitted\nParticipant 1234568,Bo Lin,b02,bo@school.edu,\n"
    )
    other = {"Bo Lin_1234568_assignsubmission_file_/homework.ipynb": TWO}
    other |= {"Bo Lin_1234568_assignsubmission_onlinetext_/onlinetext.html": b"Dear TA"}
    collected = take({form: ONE} | other, roster)
    assert {one.student: one.joined for one in collected.students} == {"b01": "id", "b02": "id"}
    found = list_files(tmp_path / "handins")
    assert found["b01.ipynb"] == ONE
    assert (found["b02/homework.ipynb"], found["b02/onlinetext.html"]) == (TWO, b"Dear TA")


METADATA = """\
submission_123:
  :submitters:
  - :name: Ada Chen
    :sid: b09901001
    :email: ada@school.edu
  - :name: Bo Lin
    :sid: ''
    :email: bo@school.edu
  :created_at: 2027-05-28 15:59:59.123456789 Z
submission_200:
  :submitters:
  - :name: Ada Chen
    :sid: b09901001
  :created_at: 2027-05-28 16:00:01 Z
"""


def test_gradescope_is_joined_by_its_metadata_with_times_and_groups(tmp_path: Path, take: Take) -> None:
    files = {f"assignment_1_export/{name}": data for name, data in {
        "submission_metadata.yml": METADATA.encode(),
        "submission_123/homework.ipynb": ONE,
        "submission_123/helper.py": b"x = 1",
        "submission_200/homework.ipynb": TWO,
        "submission_999/homework.ipynb": THREE,
    }.items()}  # fmt: skip
    collected = take(files, GRADEBOOK)
    known = {one.student: one.joined for one in collected.students}
    assert {name: by for name, by in known.items() if by} == {"b09901001": "login", "b09901002": "login"}
    found = list_files(tmp_path / "handins")
    assert found["b09901001.ipynb"] == TWO
    assert found[".earlier/b09901001/1/homework.ipynb"] == ONE
    assert (found["b09901002/homework.ipynb"], found["b09901002/helper.py"]) == (ONE, b"x = 1")
    assert read_rows(tmp_path)["b09901001"]["submitted_at"] == "2027-05-28T16:00:01+00:00"
    assert read_rows(tmp_path)["b09901002"]["submitted_at"] == "2027-05-28T15:59:59.123456+00:00"
    (apart,) = (one for one in collected.students if one.joined is None)
    assert apart.files[0].source == "download.zip: assignment_1_export/submission_999/homework.ipynb"


@pytest.mark.parametrize("roster", [
    "name,id,sis_id,section,submitted,\"5000: 1 · lime-1\nPictures; 7, 8\",0.3\nA,41000,b01,A,2027-05-20 03:04Z,x,0\n",
    "名稱,ID,sis_id,班別,已提交\n王小明,41000,b01,A,2027-05-20 03:04:05 UTC\n",
    "student,id\nb01,41000\n",
    "student;id\nb01;41000\n",
    "Student,ID,SIS Login ID,Section\nAda,41000,b01,A\n",
])  # fmt: skip
def test_any_table_with_the_ids_is_a_roster(take: Take, roster: str) -> None:
    collected = take({"chenada_41000_90001_homework.ipynb": ONE}, roster)
    assert [(one.student, one.joined) for one in collected.students] == [("b01", "id")]


def test_logins_join_with_or_without_their_domain_where_one_student_is_meant(take: Take) -> None:
    files = {f"{login}#_Ada_{n}_9{n}_hw.ipynb": ONE for n, login in enumerate(("b01", "b02@x.edu", "b03"))}
    roster = "student,login\nb01@school.edu,\nb02,\nm1,b03@a.edu\nm2,b03@b.edu\n"
    collected = take(files, roster)
    assert {one.student: one.joined for one in collected.students} == {
        "b01@school.edu": "login without domain",
        "b02": "login without domain",
        "b03": None,
    }


def test_name_joins_nobody_and_who_did_not_join_goes_to_a_person(tmp_path: Path, take: Take) -> None:
    collected = take({"chenada_77777_90001_homework.ipynb": ONE, "My homework.ipynb": TWO}, GRADEBOOK)
    assert needs_person(collected)
    lines = to_lines(collected, tmp_path / "handins")
    (joins,) = (line for line in lines if "not joined" in line)
    assert joins.startswith(
        "2 students: 2 not joined: 77777 'download.zip: chenada_77777_90001_homework.ipynb', unnamed-"
    )
    assert "My homework.ipynb" in joins
    found = {one.student: one for one in find_submissions(tmp_path / "handins")}
    assert "no row for '77777.ipynb'" in found["77777"].reasons[0].en
    assert len(found) == 5


def test_number_of_the_system_that_is_another_student_s_id_takes_nobody_s_place(tmp_path: Path, take: Take) -> None:
    collected = take({"chenada_41001_90001_homework.ipynb": ONE}, "student,id\n41001,5\n")
    assert [one.student.startswith("unnamed-") for one in collected.students] == [True]
    assert collected.absent == ("41001",)


def test_file_called_by_an_id_of_the_roster_joins_beside_a_system_s_names(tmp_path: Path, take: Take) -> None:
    files = {"chenada_41000_90001_hw.ipynb": ONE, "B09901002.ipynb": TWO, "b09901003/hw.ipynb": THREE, "README.md": b""}
    collected = take(files, GRADEBOOK)
    assert {one.student: one.joined for one in collected.students} == {
        "b09901001": "id",
        "b09901002": "login",
        "b09901003": "login",
    }
    assert collected.left_out == ("download.zip: README.md",)
    assert not needs_person(collected)


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
    for name, data in (("handins.csv", before + b"b07,,,\n"), ("b07.ipynb", ONE)):
        (handins / name).write_bytes(data)
        with pytest.raises(FixableError, match=f"{name}: changed since hw9 collect wrote it"):
            take(files)
        (handins / name).write_bytes(before) if name == "handins.csv" else (handins / name).unlink()
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


def test_all_faults_of_a_roster_are_told_with_their_rows(take: Take) -> None:
    roster = 'student,id,submitted_at\nb01,41000,2027-05-28\n"b 02",41001,\nb03,41000,\nb04\nb05,41000,\n'
    with pytest.raises(FixableError) as caught:
        take({"chenada_41000_90001_hw.ipynb": ONE}, roster)
    assert [fault.place[1] for fault in caught.value.faults[:3]] == ["row 2", "row 3", "row 5"]
    assert caught.value.faults[3].says.endswith("id 41000 is that of b03 and b05; expected one student for each")
    with pytest.raises(FixableError, match="no columns of a roster; expected one of: a gradebook"):
        take({"chenada_41000_90001_hw.ipynb": ONE}, "first,second\n1,2\n")


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


@pytest.mark.parametrize(
    "names",
    [
        ["chenada_41000_90001_homework-1.ipynb"],
        ["b09900000#_王小明_41000_90001_homework.ipynb"],
        ["Ada Chen_1234567_assignsubmission_file_/homework.ipynb"],
        ["submission_123/homework.ipynb", "submission_metadata.yml"],
    ],
)
def test_run_says_what_to_do_with_a_download_as_it_came(download: Write, names: list[str], tmp_path: Path) -> None:
    folder = download(dict.fromkeys(names, ONE), name="folder")
    (note,) = list_download_notes(folder)
    assert f"1 names as {take_system(names[0])} writes them" in note
    assert f"`hw9 collect {folder} NEW --roster FILE`" in note
    assert list_download_notes(download({"b01.ipynb": ONE, "submission_1/x.ipynb": ONE}, name="plain")) == ()
    assert list_download_notes(tmp_path / "nowhere") == ()


def take_system(name: str) -> str:
    return {"c": "canvas", "b": "ntu_cool", "A": "moodle", "s": "gradescope"}[name[0]]
