"""Handout and quiz of another course: its title, pictures and questions, and nothing of the embedded one's."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from assignment.course import Course, open_course
from grader.commands.main import main
from grader.commands.questions import qti as verb
from questions.bank import load_bank
from questions.canvas.package import to_package
from questions.handout.page import list_files, make_handout
from questions.key import Key
from tests.courses import copy_course, find_embedded_words, make_harbour


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_harbour(tmp_path_factory.mktemp("courses") / "harbour")


def test_handout_is_its_courses_own(harbour: Course) -> None:
    files = dict(list_files(make_handout(load_bank(harbour), harbour.assignment, harbour.profile)))
    text = files["handout.md"].decode()
    for said in ("# Harbour watch ｜ 港口觀察", "Which boats, as lime shows?", "6.0 points", "A boat. 圖 3：一艘船。"):
        assert said in text
    assert find_embedded_words(text) == []
    page = files["handout.html"].decode()
    assert find_embedded_words(page.partition("<body>")[2].partition("base64,")[0]) == []
    assert files["pictures/3.png"] == (harbour.folder / "frames" / "3.png").read_bytes()


def test_quiz_is_its_courses_own(harbour: Course) -> None:
    bank = load_bank(harbour)
    data = to_package(bank, Key(dict.fromkeys(bank.ids, frozenset("ac")), {}), harbour)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        text = "\n".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert "Harbour watch 港口觀察" in text
    assert set(find_embedded_words(text)) <= {"11"}  # the ident of question 1's first choice


@pytest.mark.slow
def test_only_the_embedded_courses_quiz_is_said_to_be_public(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {}
    for course in (open_course(), copy_course(tmp_path / "winter")):
        assert verb.qti(file=tmp_path / "quiz.zip", course=course) == 0
        said[course.embedded] = capsys.readouterr().out
    assert "WARNING: the key of these questions is public" in said[True]
    assert "WARNING" not in said[False]


def test_handout_of_another_course_is_written_by_its_option(harbour: Course, tmp_path: Path) -> None:
    assert main(["questions", "handout", str(tmp_path / "out"), "--course", str(harbour.folder)]) == 0
    assert "Harbour watch" in (tmp_path / "out" / "handout.md").read_text(encoding="utf-8")
