"""`hw9 course model` as an author types it: what it says, and what it asks for."""

import re
from pathlib import Path

import pytest
from PIL import Image

from assignment.authoring.manifest import edit_manifest, load_draft
from grader.commands.course.model import KINDS, USES
from grader.commands.main import main
from tests.assignment.authoring.models.checkpoints import save_old
from tests.assignment.models.tiny_berts import save_tiny
from tests.courses import begin_course


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return begin_course(tmp_path / "bakery")


def test_checkpoint_of_2021_becomes_the_classifier(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_old(tmp_path / "checkpoint.pth")
    words = ["course", "model", "--course", str(folder), "--for", "classifier", str(tmp_path / "checkpoint.pth")]
    assert main([*words, "--source", "the 2021 course"]) == 1
    assert "--licence: missing; expected the licence of" in capsys.readouterr().err
    assert main([*words, "--source", "the 2021 course", "--licence", "CC-BY-4.0"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "models/checkpoint: the course's classifier, of kind homework" in said
    assert "no pictures yet: `hw9 course pictures` brings them in" in said
    assert load_draft(folder).data["classifier"] == "models/checkpoint/model.yaml"


def test_classifier_is_tried_on_the_courses_pictures(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_old(tmp_path / "checkpoint.pth")
    for number in (0, 1):
        Image.new("RGB", (32, 32), (90, 200, 30)).save(folder / f"{number}.png")
    with edit_manifest(folder) as draft:
        shows = {"en": "A bun.", "zh": "麵包。"}
        draft.data["pictures"] = [{"asset": f"{n}.png", "label": n, "shows": shows} for n in (0, 1)]
        draft.put(["0.png", "1.png"], licence="CC0-1.0", source="drawn")
    words = ["course", "model", "--course", str(folder), "--for", "classifier", str(tmp_path / "checkpoint.pth")]
    assert main([*words, "--source", "the 2021 course", "--licence", "CC-BY-4.0"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"accuracy: [01] of 2 pictures \(picture \d is label \d to it.*\)", said[-2])
    assert re.fullmatch(r"one gradient of one picture, in float32: \d+\.\d\d s(, \d+ MiB at most in .*)?", said[-1])


def test_reader_takes_its_licence_from_its_card(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = save_tiny(tmp_path / "tuned", "bert", "answers")
    (found / "README.md").write_text("---\nlicense: apache-2.0\n---\n# Tuned\n", encoding="utf-8")
    words = ["course", "model", "--course", str(folder), "--for", "reader", str(found), "--source", "trained here"]
    assert main([*words, "--kind", "homework"]) == 1
    assert "--kind: given; expected it for a classifier only, not for reader" in capsys.readouterr().err
    assert main(words) == 0
    assert "models/tuned: the course's reader model" in capsys.readouterr().out
    draft = load_draft(folder)
    assert draft.data["readers"] == ["models/tuned"]
    assert {one["licence"] for one in draft.data["assets"]} == {"apache-2.0"}


def test_path_that_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["course", "model", "--course", str(folder), "--for", "masked", "nosuch", "--source", "s"]
    assert main(words) == 1
    assert "nosuch: no such file or folder; expected the model" in capsys.readouterr().err


def test_what_may_be_typed_is_what_can_be_brought_in() -> None:
    from assignment.authoring.models.bert import KIND_OF
    from assignment.authoring.models.classifier import WRITERS

    assert set(USES) == {"classifier", *KIND_OF}
    assert set(KINDS) == set(WRITERS)
