"""`hw9 course texts` as an author types it: the table, the faults, and what is stored."""

from pathlib import Path

import pytest

from assignment.authoring.manifest import load_draft
from grader.commands.main import main
from tests.assignment.models.tiny_berts import save_tiny
from tests.courses import begin_course

TEXTS = """
attention: [{text: "The (keys) under \\\\[red\\\\] the door [are] old.", candidates: [are, the]}]
passages: [{question: "Who saw?", passage: "The [cat] saw."}]
words: [{word: cat, sentences: {one: ["The [cat] saw."], other: ["An old [cat]."]}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return begin_course(tmp_path / "bakery")


def test_table_shows_words_of_several_tokens_and_those_that_are_asked_about(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = save_tiny(tmp_path / "tiny", "bert", "masked")
    words = ["course", "model", "--course", str(folder), "--for", "masked", str(found)]
    assert main([*words, "--licence", "MIT", "--source", "made for a test"]) == 0
    (tmp_path / "mine.yaml").write_text(TEXTS, encoding="utf-8")
    typed = ["course", "texts", "--course", str(folder), str(tmp_path / "mine.yaml")]
    capsys.readouterr()
    assert main([*typed, "--licence", "CC0-1.0", "--source", "mine"]) == 0
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said[:4] == [
        "attention: 0 (masked): 16 of 64 tokens",
        "1 keys key ##s goes along",
        "4 red r ##e ##d",
        "8 are are hidden; candidates are, the",
    ]
    assert any("no reader model yet" in line for line in said)
    assert load_draft(folder).data["texts"] == "texts.yaml"
    assert main(["course", "texts", "--course", str(folder), "--all"]) == 0  # the course's own file, its rights kept
    assert "3 [ [" in " ".join(capsys.readouterr().out.split())  # a bracket of the text is no markup


def test_fault_is_said_and_nothing_is_stored(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text(TEXTS.replace("[cat] saw.", "[cat] saw", 1), encoding="utf-8")
    before = (folder / "manifest.yaml").read_bytes()
    typed = ["course", "texts", "--course", str(folder), str(tmp_path / "mine.yaml")]
    assert main([*typed, "--licence", "CC0-1.0", "--source", "mine"]) == 1
    assert "mine.yaml: passages: 0: no full stop after 'The cat saw'" in capsys.readouterr().err
    assert (folder / "manifest.yaml").read_bytes() == before
    assert not (folder / "texts.yaml").exists()
    assert main(["course", "texts", "--course", str(folder)]) == 1
    assert "texts.yaml: No such file or directory; expected a readable YAML file" in capsys.readouterr().err
