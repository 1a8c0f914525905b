"""A course is begun, filled with photographs and masks, and looked at, by typed words alone; mini is never touched."""

from pathlib import Path

import pytest
from PIL import Image

from assignment.assignment import Bilingual, load_assignment
from assignment.course import VARIABLE
from assignment.profile import PROFILES_FOLDER
from grader.commands.course.pictures import find_wanted
from grader.commands.main import main
from tests.assignment.authoring.pictures.photographs import CORNERS, create_bakery, save_photograph
from tests.courses import replace_text
from tests.grader.commands.test_course import find_digests

SAID = ["--licence", "CC0-1.0", "--source", "mine"]


def type_words(*words: object) -> int:
    return main(["course", *map(str, words)])


@pytest.mark.slow  # a sheet is drawn
def test_course_is_made_from_a_folder_of_photographs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = find_digests()
    monkeypatch.chdir(tmp_path)
    assert type_words("new", "bakery", "--title-en", "Bread", "--title-zh", "麵包") == 0
    monkeypatch.setenv(VARIABLE, "bakery")
    (tmp_path / "photographs").mkdir()
    for number in (2, 10):
        save_photograph(tmp_path / "photographs" / f"my {number}.jpg", 6, gps=True)
    rows = ("my 10.jpg,Bread,A [red] square.,一個紅色方塊。", "my 2.jpg,不是麵包,Another.,另一個。")
    listed = "\n".join(["file,label,shows_en,shows_zh", *rows])
    (tmp_path / "photographs" / "pictures.csv").write_text(listed, encoding="utf-8")
    assert type_words("pictures", "photographs", *SAID) == 0
    drawn = tmp_path / "drawn.yaml"
    drawn.write_text(f"1: [{{region: object, polygon: {CORNERS}}}]\n", encoding="utf-8")
    assert type_words("masks", drawn) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in ("wrote bakery; next: edit bakery/course.yaml", "[red]", "GPS", "without a mask: picture 0"):
        assert words in said
    assert sorted(path.name for path in (tmp_path / "bakery" / "pictures").iterdir()) == [
        "0.png",
        "1.png",
        "preparation.yaml",
    ]
    with Image.open(tmp_path / "bakery" / "masks.png") as sheet:
        assert sheet.width > sheet.height > 200
    assert find_digests() == before


@pytest.mark.parametrize("verb", [["pictures", "x.jpg"], ["masks", "x.json"]])
def test_embedded_course_and_what_is_none_are_refused(
    verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert type_words(*verb) == 1
    assert type_words(*verb, "--course", PROFILES_FOLDER / "mini") == 1
    assert type_words(*verb, "--course", tmp_path) == 1
    first, second, third = capsys.readouterr().err.splitlines()
    assert first.startswith("--course: missing; expected the folder of a course of your own (`hw9 course new DIR`")
    assert second == (
        f"{PROFILES_FOLDER / 'mini'}: the embedded course, made by assignment/making; expected a course of your own "
        "(`hw9 course new DIR`)"
    )
    assert third.startswith(f"{tmp_path}: no course.yaml and no manifest.yaml; expected the folder of a course")


def test_folder_of_another_name_or_with_a_link_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = create_bakery(tmp_path)
    (folder / "pictures").symlink_to(PROFILES_FOLDER / "mini" / "pictures")
    photograph = save_photograph(tmp_path / "a.jpg")
    assert type_words("pictures", photograph, "--course", folder) == 1
    (folder / "pictures").unlink()
    replace_text(folder / "manifest.yaml", "profile: bakery", "profile: mini")
    assert type_words("pictures", photograph, "--course", folder) == 1
    err = capsys.readouterr().err
    assert "bakery/pictures: a link; expected a file or a folder of the course's own" in err
    assert "bakery/manifest.yaml: profile: 'mini'; expected 'bakery', the name of its folder" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["a.jpg", "--label", "11"], "--label: '11'; expected a category of course.yaml: 0 to 1 or one of Bread"),
        (["a.jpg", "--label", "0", "--label", "1"], "--label: 2 for 1 photographs; expected one for each"),
        (["a.jpg", "--shows", "A loaf.", ""], "--shows: zh: ''; expected"),
        (["a.jpg"], "a.jpg: label, shows, licence, source: missing; expected --label N, --shows EN ZH, --licence"),
        ([], "FILE: none; expected photographs, a folder of them, or --list FILE"),
        (["."], "b.jpg: label, shows, licence, source: missing"),
        ([".", *SAID], "b.jpg: label, shows: missing; expected --label N, --shows EN ZH, or an entry of pictures.yaml"),
        (["--list", "none.yaml"], "none.yaml: No such file or directory; expected a readable YAML file"),
    ],
)
def test_faults_of_what_was_typed_are_told(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = create_bakery(tmp_path)
    for name in ("a.jpg", "b.jpg"):
        save_photograph(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert type_words("pictures", *words, "--course", folder) == 1
    assert says in capsys.readouterr().err
    assert not (folder / "pictures").exists()


def test_list_orders_a_folder_and_what_it_does_not_name_comes_behind(tmp_path: Path) -> None:
    settings = load_assignment(create_bakery(tmp_path) / "course.yaml")
    place, listed = tmp_path / "photographs", tmp_path / "elsewhere.yaml"
    place.mkdir()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        save_photograph(place / name)
    listed.write_text("- {file: c.jpg, label: 1}\n- {file: a.jpg}\n", encoding="utf-8")
    found = find_wanted([place], listed, settings, labels=[], shows=[])
    assert [(one.file, one.label) for one in found] == [
        (place / "c.jpg", 1),
        (place / "a.jpg", None),
        (place / "b.jpg", None),
    ]
    (alone,) = find_wanted([place / "c.jpg"], listed, settings, labels=["0"], shows=[("Red.", "紅。")])
    assert (alone.label, alone.shows) == (0, Bilingual(en="Red.", zh="紅。"))


def test_folder_with_more_photographs_than_its_list_is_one_line_that_says_what_to_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, place = create_bakery(tmp_path), tmp_path / "photographs"
    place.mkdir()
    for number in range(6):
        save_photograph(place / f"{number}.jpg")
    listed = place / "pictures.yaml"
    listed.write_text("- {file: 4.jpg, label: 1, shows: {en: Red., zh: 紅。}}\n", encoding="utf-8")
    assert type_words("pictures", place, "--course", folder, *SAID) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f"{place}: 5 of 6 photographs are not in {listed}: 0.jpg, 1.jpg, 2.jpg and 2 more; expected each listed, or "
        f"`hw9 course pictures --list {listed}`, which takes what is listed alone"
    )
    assert type_words("pictures", place / "4.jpg", "--course", folder, *SAID) == 0  # the list beside it is read
    assert (folder / "pictures" / "0.png").is_file()


def test_colour_and_fit_are_checked_by_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        type_words("pictures", "a.jpg", "--color", "whiet")
    assert ended.value.code == 2
    assert "'whiet'; expected a colour such as white or #404040" in capsys.readouterr().err


def test_masks_without_a_file_say_what_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert type_words("masks", "--course", create_bakery(tmp_path)) == 1
    assert "FILE: none; expected what was drawn, or --sheet FILE.png" in capsys.readouterr().err
