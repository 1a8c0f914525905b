"""What lies around, beside and below the hand-ins of a download takes nobody's place and refuses nobody's class."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.collect import members
from grader.collect.download import MOST_PARTS
from grader.collect.record import Collected
from grader.collect.say import needs_person
from grader.handins.listing import DEEPEST
from grader.handins.submission import find_submissions
from tests.grader.collect.conftest import GRADEBOOK, list_files, make_notebook, make_zip

Take = Callable[..., Collected]
Write = Callable[..., Path]

ONE, TWO, THREE = (make_notebook(text) for text in "123")
CLASS = {"chenada_41000_90001_hw.ipynb": ONE, "linbo_41001_90002_hw.ipynb": TWO}
JOINED = {"b09901001": "id", "b09901002": "id"}


def joins(collected: Collected) -> dict[str, str | None]:
    return {one.student: one.joined for one in collected.students}


def whys(collected: Collected) -> dict[str | None, str]:
    return {one.student: one.why for one in collected.held}


@pytest.mark.parametrize("name", ["download.zip", "download"])
@pytest.mark.parametrize("outer", ["hw9_2027_05_28", "all/hw9_2027_05_28/again", "homework 9"])
def test_folder_around_a_download_is_nobody_s_whatever_it_is_called(take: Take, outer: str, name: str) -> None:
    collected = take({f"{outer}/{path}": data for path, data in CLASS.items()}, GRADEBOOK, name=name)
    assert joins(collected) == JOINED
    assert not needs_person(collected)


def test_folder_around_gradescope_s_export_hides_its_metadata_no_more(take: Take) -> None:
    told = b"submission_7:\n  :submitters:\n  - :sid: b09901001\n"
    files = {"hw9_2027_05_28/submission_metadata.yml": told, "hw9_2027_05_28/submission_7/a.ipynb": ONE}
    assert joins(take(files, GRADEBOOK)) == {"b09901001": "login"}


def test_folder_of_one_student_is_not_taken_for_one_around_the_download(take: Take) -> None:
    moodle = {f"Ada_41000_assignsubmission_file_/{path}": data for path, data in CLASS.items()}
    (one,) = take(moodle).students
    assert (one.student, len(one.files)) == ("41000", 2)
    (one,) = take({"chenada_41000_90001_hw/hw.ipynb": ONE, "chenada_41000_90001_hw/helper.py": b""}).students
    assert (one.student, len(one.files)) == ("41000", 2)


def test_folder_that_may_be_one_around_the_download_is_held_and_its_students_are_told(
    tmp_path: Path, take: Take
) -> None:
    files = {f"hw9_2027_05_28/{path}": data for path, data in CLASS.items()}
    collected = take(files | {"wucy_41002_90004_hw.ipynb": THREE}, GRADEBOOK)
    assert joins(collected) == JOINED | {"b09901003": "id"}
    assert set(list_files(tmp_path / "handins")) >= {"b09901003.ipynb", "b09901001/held.txt", "b09901002/held.txt"}
    assert "in hw9_2027_05_28, which is called as one's file" in whys(collected)["b09901001"]


def test_name_with_another_s_number_in_it_takes_nobody_s_place(tmp_path: Path, take: Take) -> None:
    name = "x_41001_999999_41000_90001_homework.ipynb"  # of 41000, who is called x_41001_999999
    for roster, students in ((GRADEBOOK, {"b09901001", "b09901002"}), (None, {"41001"})):
        collected = take({name: ONE}, roster)
        assert {one.student for one in collected.students} == students
        assert all(one.files == () for one in collected.students)
        assert needs_person(collected)
        assert all("may mean user 41000 or 41001" in why for why in whys(collected).values()) or roster is None
        assert not list((tmp_path / "handins").glob("*.ipynb"))


def test_numbers_in_the_name_of_a_file_are_no_doubt_where_the_roster_has_no_such_user(take: Take) -> None:
    collected = take({"chenada_41000_90001_hw_2027_12_31_final.ipynb": ONE}, GRADEBOOK)
    assert joins(collected) == {"b09901001": "id"}
    assert not needs_person(collected)
    assert joins(take({"chenada_41000_90001_hw9_2027_05_28.ipynb": ONE})) == {"41000": "own id"}


@pytest.mark.parametrize("name", ["download.zip", "download"])
def test_thousands_of_files_of_one_student_are_that_student_s_alone(
    tmp_path: Path, take: Take, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "MOST_MEMBERS", 20)
    monkeypatch.setattr(members, "MOST_OF_FOLDER", 10)
    junk = {f"wucy_41002_90004_hw/data/{number}.txt": b"" for number in range(50)}
    junk |= {f"wucy_41002_90004_hw/node_modules/{number}.js": b"" for number in range(50)}
    collected = take(CLASS | junk | {"wucy_41002_90004_hw/z.ipynb": THREE}, GRADEBOOK, name=name)
    assert joins(collected) == JOINED | {"b09901003": "id"}
    assert whys(collected) == {"b09901003": "51 files; expected at most 10: the notebook and what it reads"}
    assert THREE in list_files(tmp_path / "handins").values()


def test_thousands_of_files_in_a_student_s_archive_leave_the_notebook(
    tmp_path: Path, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "MOST_OF_FOLDER", 10)
    inner = make_zip({f"{number}.txt": b"" for number in range(50)} | {"z.ipynb": THREE})
    collected = take(CLASS | {"wucy_41002_90004_hw.zip": inner}, GRADEBOOK)
    assert whys(collected) == {"b09901003": "51 files; expected at most 10: the notebook and what it reads"}
    assert THREE in list_files(tmp_path / "handins").values()


def test_thousands_of_files_that_are_nobody_s_are_refused_with_advice(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "MOST_MEMBERS", 20)
    with pytest.raises(FixableError, match=r"more than 20 files in no student's folder.*hw9 collect PART1 PART2"):
        take(CLASS | {f"photos/{number}.png": b"" for number in range(50)}, name="download")


def test_notebook_as_deep_as_collect_takes_is_found_and_a_deeper_one_is_held(tmp_path: Path, take: Take) -> None:
    def place(parts: int) -> bytes:
        return make_zip({"/".join([*map(str, range(parts - 1)), "hw.ipynb"]): ONE, "/".join("x" * 30) + "/a.js": b""})

    files = {"chenada_41000_90001_hw.zip": place(MOST_PARTS), "linbo_41001_90002_hw.zip": place(MOST_PARTS + 1)}
    collected = take(files, GRADEBOOK)
    assert [one.student for one in collected.held] == ["b09901002"]
    assert len(collected.left_out) == 2
    problems = {one.student: one.problem for one in find_submissions(tmp_path / "handins")}
    assert problems == {"b09901001": None, "b09901002": "not_a_notebook", "b09901003": "missing"}


def test_notebook_deeper_than_is_looked_is_named_and_not_missing(tmp_path: Path) -> None:
    for student, depth in (("b01", DEEPEST), ("b02", DEEPEST + 1)):
        path = tmp_path / student / "/".join("x" * depth) / "hw.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(ONE)
    first, second = find_submissions(tmp_path)
    assert (first.problem, second.problem) == (None, "not_a_notebook")
    assert f"hw.ipynb: {DEEPEST + 1} folders deep; expected at most {DEEPEST}" in str(second.detail)
