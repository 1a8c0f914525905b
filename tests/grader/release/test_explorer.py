"""The explorer as a file of a profile: written whole, with the sentences given, and torch only when needed."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.making.language.vocabulary import list_pieces, save_tokenizer
from assignment.models.bert import save_bert
from grader.release.bundle import list_bundled
from grader.release.explorer import export_explorer

SENTENCES = (
    "The cat slept.",
    "The keys near the cabinet are dirty today.",
    "The birds that followed the dog are hungry now.",
    "Anna thanked the doctor because he helped her.",
    "The farmer kept the money in the bank.",
    "The student sat on the bank near the river.",
    "The knives near the bread were clean yesterday.",
    "Hugo saw himself.",
)


@pytest.fixture
def course(tmp_path: Path) -> Any:
    """A course whose BERT is small and untrained."""
    folder = tmp_path / "masked"
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(list_pieces()), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64,
    )  # fmt: skip
    save_bert(BertForMaskedLM(config), folder)
    save_tokenizer(folder, longest=64)
    return SimpleNamespace(profile=SimpleNamespace(masked_folder=folder))


@pytest.mark.slow
def test_page_of_a_course_is_one_file_with_its_sentences(course: Any, tmp_path: Path) -> None:
    out = tmp_path / "new" / "explorer.html"
    assert export_explorer(course, SENTENCES, out) == out
    page = out.read_text(encoding="utf-8")
    assert all(sentence in page for sentence in SENTENCES)
    assert "default-src 'none'" in page
    assert "http://" not in page
    assert "https://" not in page
    assert len(page) < 1_000_000
    assert [path.name for path in out.parent.iterdir()] == ["explorer.html"]


def test_sentence_that_is_too_long_leaves_no_file(course: Any, tmp_path: Path) -> None:
    with pytest.raises(FixableError, match="expected at most 64"):
        export_explorer(course, ["the " * 70], tmp_path / "explorer.html")
    assert not (tmp_path / "explorer.html").exists()


def test_students_get_the_widget_with_its_script_and_style() -> None:
    names = {name.removeprefix("assignment/explorer/") for name in list_bundled(open_course()) if "/explorer/" in name}
    assert {"__init__.py", "explorer.py", "explorer.js", "explorer.css", "look.py", "words.py", "functions.py"} <= names


@pytest.mark.slow
def test_command_line_starts_without_torch() -> None:
    code = "import sys, grader.release.explorer; print('torch' in sys.modules, 'anywidget' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
