"""A course is checked part by part, whole or not; what depends on a broken part waits for it, and nothing else does."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.assignment import ASSIGNMENT_FILE
from assignment.authoring.check.section import Section
from assignment.course import open_course
from grader.commands.course import parts
from grader.commands.course.parts import check_course, find_place
from grader.commands.main import main
from tests.courses import copy_course, replace_text

Sections = dict[str, Section]
QUICK = {title: Section(title=title) for title in ("model", "maps", "texts")}


def look(folder: Path | None) -> Sections:
    return {section.title: section for section in check_course(find_place(folder), lambda *_: None)}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Put answers in the place of the process that opens models, and return what it is asked."""
    asked: list[str] = []

    def answer(place: object, titles: list[str], tell: object) -> list[Section]:
        asked.extend(titles)
        return [QUICK[title] for title in titles]

    monkeypatch.setattr(parts, "_ask_reference", answer)
    return asked


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    folder = tmp_path / "bakery"
    folder.mkdir()
    settings = ASSIGNMENT_FILE.read_text(encoding="utf-8")
    (folder / "course.yaml").write_text(f"version: 1\n{settings}", encoding="utf-8")
    (folder / "manifest.yaml").write_text("profile: bakery\nabout: {en: a, zh: 甲}\n", encoding="utf-8")
    return folder


@pytest.mark.slow
def test_embedded_course_holds_and_every_part_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["course", "check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines if line[0] == "✓"] == [
        *("settings", "manifest", "pictures", "masks", "experiments", "model", "maps", "texts"),
        *("canonical", "bank", "proofs", "notebook"),
    ]
    assert "right about 9 of 10 pictures" in "\n".join(lines)
    assert lines[-1] == "nothing is wrong with the course"


def test_new_course_is_told_what_to_do_first_and_what_waits_for_it(
    skeleton: Path, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["course", "check", "--course", str(skeleton)]) == 1
    out = capsys.readouterr().out
    assert "✓ settings" in out
    assert "✗ manifest" in out
    assert out.count("waits for manifest") == 10
    assert f"begin with `hw9 course pictures --course {skeleton} PHOTO...`" in out
    assert asked == []


@pytest.mark.slow
def test_broken_part_stops_only_what_is_made_of_it(tmp_path: Path, asked: list[str]) -> None:
    folder = copy_course(tmp_path / "winter").folder
    replace_text(folder / "manifest.yaml", "label: 3\n", "label: 11\n")
    found = look(folder)
    assert [flaw.place[1:] for flaw in found["pictures"].flaws] == [("pictures", "3", "label")]
    assert asked == ["model", "texts"]
    assert found["maps"].waits == ("pictures",)
    assert found["experiments"].holds
    assert [flaw.mend.split()[1] for flaw in found["canonical"].flaws] == ["reference"]
    assert found["notebook"].holds


def test_fault_is_said_once_and_what_it_breaks_waits(tmp_path: Path, asked: list[str]) -> None:
    folder = copy_course(tmp_path / "winter").folder
    (folder / "texts.yaml").write_text("attention: []\n", encoding="utf-8")
    found = look(folder)
    assert [flaw.place for flaw in found["manifest"].flaws] == [(str(folder / "texts.yaml"),)]
    assert (found["bank"].flaws, found["bank"].waits) == ((), ("manifest",))


def test_settings_that_cannot_be_read_leave_the_manifest_to_be_looked_at(skeleton: Path, asked: list[str]) -> None:
    replace_text(skeleton / "course.yaml", "version: 1\n", "version: 3\n")
    found = look(skeleton)
    assert found["settings"].flaws[0].says.startswith("3; expected 1")
    assert len(found["manifest"].flaws) == 5
    assert {found[title].waits for title in list(found)[2:]} == {("settings",)}


def test_staffs_parts_that_are_missing_name_the_commands_that_make_them(tmp_path: Path, asked: list[str]) -> None:
    folder = copy_course(tmp_path / "winter").folder
    for name in ("canonical", "proofs"):
        shutil.rmtree(folder / name)
    (folder / "homework.ipynb").write_text("{}", encoding="utf-8")
    found = look(folder)
    mends = {title: [flaw.mend for flaw in found[title].flaws] for title in ("canonical", "proofs", "notebook")}
    assert mends == {
        "canonical": [f"hw9 reference --course {folder} --write"],
        "proofs": [f"hw9 questions {verb} --course {folder} --write" for verb in ("mutate", "stability")],
        "notebook": [f"hw9 notebook --course {folder} --write"],
    }
    assert found["bank"].says == "30 questions, no key without canonical Outputs"


def test_faults_of_the_bank_are_counted_with_the_command_that_lists_them(tmp_path: Path, asked: list[str]) -> None:
    folder = copy_course(tmp_path / "winter").folder
    (folder / "bank" / "lime.yaml").unlink()
    replace_text(folder / "bank" / "saliency.yaml", "- id: saliency-1\n", "- id: saliency-9\n")
    (flaw,) = look(folder)["bank"].flaws
    assert flaw.mend == f"hw9 questions check --course {folder}"
    assert flaw.says.split()[1:4] == ["faults,", "the", "first:"]


@pytest.mark.parametrize("name", ["nothing", "file"])
def test_folder_that_is_none_is_named(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["course", "check", "--course", str(tmp_path / name)]) == 1
    assert "folder; expected a course (`hw9 course new DIR` makes one)" in capsys.readouterr().err


def test_empty_folder_lacks_settings_and_manifest(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert [flaw.place for title in ("settings", "manifest") for flaw in found[title].flaws] == [
        (str(tmp_path / "course.yaml"),),
        (str(tmp_path / "manifest.yaml"),),
    ]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what puts a few lines of Python in the place of the process that opens models."""

    def put(code: str) -> None:
        start = parts.subprocess.Popen
        monkeypatch.setattr(
            parts.subprocess, "Popen", lambda command, **its: start([command[0], "-c", code, *command], **its)
        )

    return put


def test_process_that_ends_without_a_word_is_said_of_each_part(
    tmp_path: Path, answering: Callable[[str], None]
) -> None:
    course = open_course()
    line = Section(title="model", says="a CNN").model_dump_json()
    doing = json.dumps({"doing": "maps", "done": 1, "total": 2})
    answering(f"import sys; print({line!r}); print({doing!r}); sys.exit('out of memory')")
    told: list[tuple[str, int, int]] = []
    place = find_place(None)
    found = list(parts._ask_reference(place, ["model", "maps"], lambda *its: told.append(its)))
    assert told == [("model", 0, 1), ("maps", 1, 2)]
    assert found[0].holds
    assert [str(flaw.fault) for flaw in found[1].flaws] == [
        f"{course.folder}: looking at it ended with 1: out of memory; expected an end"
    ]
