"""Whose a file is: as Canvas, NTU COOL, Moodle and Gradescope name it, joined with a roster by ids alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.collect.record import Collected
from grader.collect.say import list_download_notes, needs_person, to_lines
from grader.handins.submission import find_submissions, open_handins
from tests.grader.collect.conftest import GRADEBOOK, list_files, make_notebook, read_rows

Take = Callable[..., Collected]
Write = Callable[..., Path]

ONE, TWO, THREE = (make_notebook(text) for text in "123")


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
    assert {name for name, one in submissions.items() if one.reasons} == {"b09901002"}
    assert read_rows(tmp_path)["b09901002"]["look"].startswith("An earlier attempt is marked late, and")
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


def test_file_that_no_system_named_and_looks_like_a_student_s_keeps_its_name_for_a_person(
    tmp_path: Path, take: Take
) -> None:
    files = {
        "b09901001-Copy1.ipynb": ONE,
        "b09901002 (1).ipynb": TWO,
        "mail/b09901003.ipynb.ipynb": THREE,
        "wucy_41002_90004_hw.ipynb": THREE,
    }
    collected = take(files, GRADEBOOK)
    assert [one.student for one in collected.students if one.joined is None] == [
        "b09901001-Copy1",
        "b09901002 (1)",
        "b09901003.ipynb",
    ]
    whys = {one.student: [why.en for why in one.reasons] for one in find_submissions(tmp_path / "handins")}
    for student, name in (("b09901001", "b09901001-Copy1.ipynb"), ("b09901002", "b09901002 (1).ipynb")):
        assert whys[student] == [f"'{name}' has no row of its own and looks like this student's."]
        assert any(f"handins.csv has no row for '{name}'; it looks like {student}." in its for its in whys.values())


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


def test_all_faults_of_a_roster_are_told_with_their_rows(take: Take) -> None:
    roster = 'student,id,submitted_at\nb01,41000,2027-05-28\n"b 02",41001,\nb03,41000,\nb04\nb05,41000,\n'
    with pytest.raises(FixableError) as caught:
        take({"chenada_41000_90001_hw.ipynb": ONE}, roster)
    assert [fault.place[1] for fault in caught.value.faults[:3]] == ["row 2", "row 3", "row 5"]
    assert caught.value.faults[3].says.endswith("id 41000 is that of b03 and b05; expected one student for each")
    with pytest.raises(FixableError, match="no columns of a roster; expected one of: a gradebook"):
        take({"chenada_41000_90001_hw.ipynb": ONE}, "first,second\n1,2\n")


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
