"""`hw9 reference` on another course: what is kept is used, what is the same stays, and what is not there is named."""

from pathlib import Path

import pytest
import yaml

from assignment.course import Course, open_course
from assignment.provenance import find_stale_outputs
from reference.produce.__main__ import main
from tests.courses import change_picture, copy_course, replace_text


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The embedded course with its first two pictures alone, and nothing stored."""
    monkeypatch.setenv("HW9_CACHE", str(tmp_path / "cache"))
    folder = copy_course(tmp_path / "two").folder
    place = folder / "manifest.yaml"
    data = yaml.safe_load(place.read_text(encoding="utf-8"))
    place.write_text(yaml.safe_dump(data | {"pictures": data["pictures"][:2]}, allow_unicode=True), encoding="utf-8")
    replace_text(folder / "course.yaml", "photo: {start: 6}", "photo: {start: 1}")
    replace_text(folder / "course.yaml", "shown: [2, 6, 7]", "shown: [0, 1]")
    for path in (folder / "canonical").iterdir():
        path.unlink()
    return open_course(folder)


def compute(course: Course, *words: str) -> int:
    return main(["--course", str(course.folder), "--analysis", "saliency", "--threads", "1", *words])


@pytest.mark.slow
def test_what_was_kept_is_not_computed_again_and_a_file_with_the_same_arrays_stays(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compute(course, "--write") == 0
    assert "10 of 10 parts computed anew" in capsys.readouterr().out
    path = course.canonical / "saliency.npz"
    before = path.stat()
    assert compute(course, "--write") == 0
    said = capsys.readouterr().out
    assert "0 of 10 parts computed anew" in said
    assert f"the same is in {path}" in said
    assert path.stat() == before
    changed = change_picture(course, 1)
    assert [Path(fault.place[0]).name for fault in find_stale_outputs(changed)] == ["saliency.npz"]
    assert compute(changed) == 1  # another array than is stored
    assert "5 of 10 parts computed anew" in capsys.readouterr().out
    assert compute(changed, "--write") == 0
    assert list(find_stale_outputs(changed)) == []
    assert compute(changed) == 0


def test_fresh_neither_looks_at_parts_nor_keeps_any(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert compute(course, "--fresh", "--write") == 0
    assert "parts" not in capsys.readouterr().out
    assert not (course.folder.parent / "cache").exists()


def test_picture_that_an_experiment_starts_from_and_is_not_there_is_named(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_text(course.settings, "photo: {start: 1}", "photo: {start: 2}")
    assert compute(open_course(course.folder)) == 1
    says = "course.yaml: analyses: filters: experiments: photo: start: picture 2; expected 0 to 1"
    assert says in capsys.readouterr().err
