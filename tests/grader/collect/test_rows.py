"""What a person wrote into `handins.csv` stays when the class is collected again into the same folder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.collect.collect import collect
from grader.collect.record import Collected
from grader.collect.rows import OTHER_FILES
from grader.collect.say import to_lines
from grader.handins.people import load_people
from tests.grader.collect.conftest import GRADEBOOK, list_files, make_notebook, read_rows

Take = Callable[..., Collected]
ONE, TWO, THREE = (make_notebook(text) for text in "123")
TIME = "2027-05-29T08:00:00+08:00"
FILES = {"chenada_LATE_41000_90001_hw.ipynb": ONE, "linbo_41001_90002_hw.ipynb": TWO}


def edit(tmp_path: Path, *changes: tuple[str, str]) -> bytes:
    """Replace texts in the collected `handins.csv`, as a person does; returns its bytes."""
    file = tmp_path / "handins" / "handins.csv"
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    return file.read_bytes()


@pytest.fixture
def edited(tmp_path: Path, take: Take) -> bytes:
    """Collect two students of three; fill in the time of one, write why to look at another, and add a row."""
    take(FILES, GRADEBOOK)
    return edit(
        tmp_path,
        ('"Chen, Ada",,yes,', f'"Chen, Ada",{TIME},yes,'),
        ('"Lin, Bo",,,', 'Lin Bo,,,Asked.'),
        ('b09901003,"Wu, Cy",,,', "guest,Guest,,,"),
    )  # fmt: skip


def test_same_download_leaves_the_file_as_a_person_wrote_it_and_one_line_says_so(
    tmp_path: Path, take: Take, edited: bytes
) -> None:
    before = list_files(tmp_path / "handins")
    for _ in range(2):
        lines = to_lines(take(FILES, GRADEBOOK), tmp_path / "handins")
        assert list_files(tmp_path / "handins") == before
        assert before["handins.csv"] == edited
        (said,) = (line for line in lines if line.startswith("handins.csv keeps"))
        for part in (
            "submitted_at (b09901001)",
            "name (b09901002)",
            "look (b09901002)",
            "left out (b09901003)",
            "rows of nobody that was collected (guest)",
        ):
            assert part in said


def test_later_download_comes_in_beside_what_a_person_wrote(tmp_path: Path, take: Take, edited: bytes) -> None:
    for _ in range(2):
        take(FILES | {"wucy_LATE_41002_90004_hw.ipynb": THREE}, GRADEBOOK)
        rows = read_rows(tmp_path)
        assert (rows["b09901001"]["submitted_at"], rows["b09901001"]["look"]) == (TIME, "")
        assert (rows["b09901002"]["name"], rows["b09901002"]["look"]) == ("Lin Bo", "Asked.")
        assert list(rows) == ["b09901001", "b09901002", "guest"]
    assert (tmp_path / "handins" / "b09901003.ipynb").read_bytes() == THREE


def test_time_that_was_written_for_other_files_goes_to_a_person(tmp_path: Path, take: Take, edited: bytes) -> None:
    again = FILES | {"chenada_LATE_41000_90009_hw-1.ipynb": THREE}
    for _ in range(2):
        take(again, GRADEBOOK)
        row = read_rows(tmp_path)["b09901001"]
        assert (row["submitted_at"], row["look"]) == (TIME, OTHER_FILES)
    edit(tmp_path, (OTHER_FILES, ""))
    assert "submitted_at (b09901001)" in take(again, GRADEBOOK).kept
    assert read_rows(tmp_path)["b09901001"]["look"] == ""


def test_reason_to_look_that_is_new_stands_beside_a_persons_words(tmp_path: Path, take: Take, edited: bytes) -> None:
    take(FILES | {"linbo_41001_90003_x.zip": b"no zip"}, GRADEBOOK)
    assert read_rows(tmp_path)["b09901002"]["look"].startswith("Asked. Not taken: ")


def test_row_of_nobody_any_more_goes_where_it_was_ours_and_stays_where_a_person_changed_it(
    tmp_path: Path, take: Take
) -> None:
    take(FILES)
    edit(tmp_path, ("41000,", "41000,Ada"))
    kept = take({"wucy_41002_90004_hw.ipynb": THREE}).kept
    assert list(read_rows(tmp_path)) == ["41000", "41002"]
    assert "rows of nobody that was collected (41000)" in kept


def test_edited_folder_of_a_process_that_was_killed_between_two_moves_keeps_its_rows(
    tmp_path: Path, take: Take, edited: bytes
) -> None:
    left = tmp_path / ".handins.collecting-4194305"  # no process has so large a number
    left.mkdir()
    (tmp_path / "handins").rename(left / "old")
    take(FILES | {"wucy_41002_90004_hw.ipynb": THREE}, GRADEBOOK)
    assert read_rows(tmp_path)["b09901001"]["submitted_at"] == TIME


def test_record_of_an_earlier_version_has_no_rows_and_an_edited_file_is_refused(
    tmp_path: Path, take: Take, download: Callable[..., Path]
) -> None:
    record = take(FILES)
    file = tmp_path / "handins" / "collected.json"
    file.write_text(record.model_copy(update={"rows": None}).model_dump_json())
    edit(tmp_path, ("41000,", "41000,Ada"))
    with pytest.raises(FixableError, match=r"handins.csv: changed since hw9 collect wrote it"):
        collect([tmp_path / "download.zip"], tmp_path / "handins")
    edit(tmp_path, ("41000,Ada", "41000,"))
    assert take(FILES).kept == ""


def test_name_that_a_spreadsheet_would_compute_is_a_text_there_and_itself_when_read_again(
    tmp_path: Path, take: Take
) -> None:
    formula = "=cmd|' /C calc'!A0\u202e"
    roster = GRADEBOOK.replace("Lin, Bo", formula)
    assert roster != GRADEBOOK
    for _ in range(2):  # nobody wrote anything, so nothing is kept
        collected = take(FILES, roster)
        assert not any("keeps" in line for line in to_lines(collected, tmp_path / "handins"))
        assert read_rows(tmp_path)["b09901002"]["name"].startswith("'=cmd|")
    name = load_people(tmp_path / "handins").rows["b09901002"].name
    assert name.startswith("=cmd|")
    assert "\u202e" not in name
