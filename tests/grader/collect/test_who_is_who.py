"""Nobody becomes another, is in time when late, or ends the class for all: each case was an attack that worked."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.collect.record import Collected
from grader.handins.submission import find_submissions
from tests.grader.collect.conftest import list_files, make_notebook, make_zip

Take = Callable[..., Collected]
ONE, TWO = make_notebook("1"), make_notebook("2")
ROSTER = "student,id,email\nb01,41000,\nb02,41001,b02@school.edu\n"
METADATA = (
    "submission_1:\n  :submitters:\n  - :name: Ada\n    :sid: b01\n  :created_at: 2027-05-20 10:00:00 Z\n"
    "submission_2:\n  :submitters:\n  - :name: Eve\n    :sid: ''\n    :email: b01@gmail.com\n"
    "  :created_at: 2027-05-21 10:00:00 Z\n"
)


def find_reasons(folder: Path) -> dict[str, str]:
    return {one.student: " ".join(map(str, one.reasons)) for one in find_submissions(folder)}


def test_address_of_anybodys_choice_takes_nobodys_place(tmp_path: Path, take: Take) -> None:
    files = {"submission_metadata.yml": METADATA.encode(), "submission_1/a.ipynb": ONE, "submission_2/a.ipynb": TWO}
    take(files, ROSTER)
    assert list_files(tmp_path / "handins")["b01.ipynb"] == ONE


def test_files_of_two_accounts_that_join_to_one_student_go_to_a_person(tmp_path: Path, take: Take) -> None:
    roster = "student,id,login\nb01,41000,ada\nb02,41001,bo\n"
    take({"b01#_Ada_41000_90001_hw.ipynb": ONE, "ada#_Eve_49999_90002_hw.ipynb": TWO}, roster)
    assert "2 accounts" in find_reasons(tmp_path / "handins")["b01"]


def test_number_of_one_and_login_of_another_go_to_a_person(tmp_path: Path, take: Take) -> None:
    roster = "student,id,login\nb01,41000,ada\nb02,41001,bo\n"
    take({"bo#_Bo_41000_90001_hw.ipynb": ONE, "b02#_Bo_41001_90002_hw.ipynb": TWO}, roster)
    reasons = find_reasons(tmp_path / "handins")
    assert "The name of a file has the login of b02." in reasons["b01"]
    assert reasons["b02"] == ""


@pytest.mark.parametrize(
    ("roster", "said"),
    [
        ("student,id\n1.09901E+11,41000\n1.09901E+11,41001\n", "was rounded by a spreadsheet"),
        ("student,id\nb01,41000\nb01,41001\n", "b01 stands in another row with id 41000, here with 41001"),
    ],
)
def test_roster_in_which_two_are_one_is_refused(take: Take, roster: str, said: str) -> None:
    with pytest.raises(FixableError, match=r"(?s).*") as caught:
        take({"ada_41000_90001_hw.ipynb": ONE, "bo_41001_90002_hw.ipynb": TWO}, roster)
    assert said in str(caught.value)


def test_mark_of_a_late_hand_in_is_read_in_small_letters_too(tmp_path: Path, take: Take) -> None:
    take({"ada_late_41000_90001_hw.ipynb": ONE}, ROSTER)
    assert "b01,,,yes" in (tmp_path / "handins" / "handins.csv").read_text(encoding="utf-8")


def test_metadata_that_a_student_zipped_gives_no_time(tmp_path: Path, take: Take) -> None:
    made_up = "submission_1:\n  :submitters:\n  - :sid: b02\n  :created_at: 2020-01-01 00:00:00 Z\n"
    inner = make_zip({"submission_metadata.yml": made_up.encode(), "submission_1/a.ipynb": TWO})
    take({"b01.ipynb": ONE, "zz.zip": inner}, ROSTER)
    assert "2020" not in (tmp_path / "handins" / "handins.csv").read_text(encoding="utf-8")


def test_one_file_of_another_system_does_not_change_how_the_others_are_read(take: Take) -> None:
    roster = "student,id,login\nb01,,b01\nb02,41001,\n"
    collected = take({"b01#_Ada_41000_90001_hw.ipynb": ONE, "bo_41001_90002_hw.ipynb": TWO}, roster)
    assert {one.student: one.joined for one in collected.students} == {"b01": "login", "b02": "id"}


def test_names_too_long_for_a_disk_are_that_students_problem_alone(tmp_path: Path, take: Take) -> None:
    deep = "/".join(letter * 240 for letter in "abcdefghijk")
    inner = make_zip({f"{deep}/a.ipynb": ONE})
    files = {"ada_41000_90001_hw.zip": make_zip({f"{deep}/i.zip": inner}), "bo_41001_90002_hw.ipynb": TWO}
    take(files, ROSTER)
    assert list_files(tmp_path / "handins")["b02.ipynb"] == TWO
    assert find_reasons(tmp_path / "handins")["b01"]


def test_archive_of_nothing_but_faults_costs_one_line(take: Take) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.ipynb", ONE)
        for number in range(2000):
            archive.writestr(f"../{number}.ipynb", b"")
    begin = time.process_time()
    collected = take({"ada_41000_90001_hw.zip": stream.getvalue(), "bo_41001_90002_hw.ipynb": TWO}, ROSTER)
    assert len(collected.held) == 1
    assert "1000 of its files cannot be taken" in collected.held[0].why
    assert time.process_time() - begin < 60
