"""The pages to give back: named as the course system's own upload finds them, whole, and the same every time."""

import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.collect.record import Collected, File, Student
from grader.commands.main import main
from grader.files.whole import to_json
from grader.report.give_back import find_name, load_collected, name_pages, save_zips
from grader.scoring.handin_record import HandinRecord


def make_student(student: str, *sources: str) -> Student:
    files = (
        File(path=f"{student}/{source.rpartition('/')[2]}", source=source, bytes=1, sha256="") for source in sources
    )
    return Student(student=student, files=tuple(files))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("submissions.zip: chenada_41000_90001_homework-1.ipynb", "chenada_41000_90001_report.html"),
        ("submissions.zip: chenada_LATE_41000_90001_homework.ipynb", "chenada_LATE_41000_90001_report.html"),
        ("hw_9_1_x.zip: b09900000#_王小明_41000_90001_hw.ipynb", "b09900000#_王小明_41000_90001_report.html"),
        ("a.zip: chenada_41000_90001_work.zip: homework.ipynb", "chenada_41000_90001_report.html"),
        ("hw.zip: Ada Chen_123_assignsubmission_file_/hw.ipynb", "Ada Chen_123_assignsubmission_file_/report.html"),
        ("hw.zip: Ada Chen_123_assignsubmission_file_hw.ipynb", "Ada Chen_123_assignsubmission_file_/report.html"),
        ("hw.zip: submission_123/hw.ipynb", None),
        ("hw.zip: chenada_41000_text.html", None),
        ("hw.zip: b09900000.ipynb", None),
        ("hw.zip: ..\\..\\chenada_41000_90001_hw.ipynb", None),
        ("hw.zip: chen\0ada_41000_90001_hw.ipynb", None),
        ("hw.zip: ../../chen\u202eada_123_assignsubmission_file_/hw.ipynb", None),
    ],
)
def test_page_is_named_as_the_course_system_names_the_hand_in(source: str, name: str | None) -> None:
    assert find_name(make_student("ann", source)) == name


def test_canvas_finds_user_and_upload_in_the_name() -> None:
    """Canvas takes the first two parts between underscores that are numbers."""
    name = find_name(make_student("ann", "s.zip: chenada_LATE_41000_90001_homework_2_3.ipynb"))
    assert [part for part in (name or "").split("_") if re.fullmatch(r"\d+", part)] == ["41000", "90001"]


def test_moodle_finds_the_participant_in_the_folder() -> None:
    name = find_name(make_student("ann", "s.zip: Ada Chen_123_assignsubmission_file_/hw.ipynb"))
    assert (name or "").split("/")[0].split("_", 4)[1:4] == ["123", "assignsubmission", "file"]


def test_notebook_names_the_page_where_more_was_handed_in() -> None:
    student = make_student("ann", "s.zip: c_41000_90001_a.py", "s.zip: c_41000_90002_hw.ipynb")
    assert find_name(student) == "c_41000_90002_report.html"


def test_who_is_not_known_or_has_no_page_is_named_and_no_page_takes_the_place_of_another() -> None:
    same = "s.zip: c_41000_90001_hw.ipynb"
    record = Collected(
        downloads=(), students=(make_student("ann", same), make_student("bob", same), make_student("gone", same))
    )
    given = name_pages(["ann", "bob", "cy", "dan"], ["ann", "bob", "cy"], record)
    assert given.names == {"ann": "c_41000_90001_report.html", "bob": "bob.html", "cy": "cy.html"}
    assert given.unnamed == ("bob", "cy")
    assert given.without_page == ("dan", "gone")
    assert name_pages(["ann"], ["ann"], None).unnamed == ()


def test_zip_holds_the_pages_and_is_the_same_again(tmp_path: Path) -> None:
    for student in ("bob", "ann"):
        (tmp_path / student).mkdir()
        (tmp_path / student / "report.html").write_text(student)
    given = name_pages(["ann", "bob"], ["bob", "ann"], None)
    assert save_zips(tmp_path, given, tmp_path / "new" / "a.zip") == (tmp_path / "new" / "a.zip",)
    save_zips(tmp_path, given, tmp_path / "b.zip")
    assert (tmp_path / "new" / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"ann.html": b"ann", "bob.html": b"bob"}
    assert not list(tmp_path.rglob(".*.zip.*"))


def test_zip_is_parted_where_a_course_system_takes_no_larger_one(tmp_path: Path) -> None:
    names = [f"b{n}" for n in range(5)]
    for n, student in enumerate(names):
        (tmp_path / student).mkdir()
        (tmp_path / student / "report.html").write_bytes(random.Random(n).randbytes(1000))
    given = name_pages(names, names, None)
    paths = save_zips(tmp_path, given, tmp_path / "a.zip", 2500)
    assert [path.name for path in paths] == ["a-1.zip", "a-2.zip", "a-3.zip"]
    assert all(path.stat().st_size <= 2500 for path in paths)
    found = [name for path in paths for name in zipfile.ZipFile(path).namelist()]
    assert found == [f"{name}.html" for name in names]
    with pytest.raises(FixableError, match="--zip-mib: less than the page of b0; expected 1 or more"):
        save_zips(tmp_path, given, tmp_path / "a.zip", 500)


def test_place_that_cannot_be_written_and_record_that_is_none_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FixableError, match=r"x.zip: .*expected a place that can be written"):
        save_zips(tmp_path, name_pages([], [], None), tmp_path / "file" / "x.zip")
    with pytest.raises(FixableError, match=r"none.json: No such file or directory; expected the collected.json"):
        load_collected(tmp_path / "none.json")
    with pytest.raises(FixableError, match="file"):
        load_collected(tmp_path / "file")


@pytest.mark.slow
def test_verb_writes_the_zip_and_says_who_is_not_in_it(
    tmp_path: Path, hand_in: Callable[..., HandinRecord], capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in("ann", {"lime-1": "b"})
    (tmp_path / "runs.json").write_text('{"version": 1, "submissions": [{"student": "ann"}, {"student": "zoe"}]}')
    record = Collected(downloads=(), students=(make_student("ann", "s.zip: chen_41000_90001_hw.ipynb"),))
    (tmp_path / "collected.json").write_bytes(to_json(record))
    words = ["report", str(tmp_path), "--collected", str(tmp_path / "collected.json")]
    assert main(words) == 1
    assert "expected --zip" in capsys.readouterr().err
    assert main([*words, "--zip", str(tmp_path / "back.zip")]) == 0
    said = capsys.readouterr().out
    assert re.search(r"back\.zip: \d+\.\d MiB\nto give back: 1 student in 1 file\n", said)
    assert "1 without a page: zoe" in said
    with zipfile.ZipFile(tmp_path / "back.zip") as archive:
        assert archive.namelist() == ["chen_41000_90001_report.html"]
    assert main([*words, "--zip-mib", "1"]) == 1
    assert "expected --zip" in capsys.readouterr().err
    (tmp_path / "back-2.zip").write_bytes(b"")
    assert main([*words, "--zip", str(tmp_path / "back.zip"), "--zip-mib", "1"]) == 0
    assert "back-2.zip: of an earlier report, not of this one" in capsys.readouterr().out
