"""Texts brought into a course: each word with its tokens as each model cuts it, and every fault with its place."""

import re
from pathlib import Path

import pytest

from assignment.authoring.manifest import load_draft
from assignment.authoring.models.bert import import_bert
from assignment.authoring.models.texts import TextTable, look_at_texts, store_texts
from assignment.fixable import FixableError
from tests.assignment.models.tiny_berts import save_tiny

RIGHTS = {"licence": "CC0-1.0", "source": "made for a test"}
TEXTS = """
attention:
  - {text: "The (keys) under the door [are] old.", candidates: [are, the]}
  - {text: "(She) saw an [old] cat.", candidates: [old, an]}
passages:
  - {question: "Who saw the dog?", passage: "The [cat] saw the dog. The door."}
words:
  - word: cat
    sentences:
      one: ["The [cat] saw the dog."]
      other: ["An old [cat] paid."]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "mine.yaml").write_text(TEXTS, encoding="utf-8")
    return tmp_path / "mine.yaml"


@pytest.fixture
def course(folder: Path, tmp_path: Path) -> Path:
    """A course with a masked model and two readers, whose tokenizers cut in different ways."""
    import_bert(folder, "masked", "words", save_tiny(tmp_path / "a", "bert", "masked"), **RIGHTS)
    for name, kind in (("before", "bert"), ("after", "roberta")):
        import_bert(folder, "reader", name, save_tiny(tmp_path / name, kind, "answers"), **RIGHTS)
    return folder


def find_table(tables: tuple[TextTable, ...], *place: str) -> TextTable:
    return next(table for table in tables if table.place == place)


def test_each_word_stands_with_its_tokens_and_what_it_is_asked_for(course: Path, file: Path) -> None:
    look = look_at_texts(course, file)
    assert (look.faults, look.missing) == ((), ())
    table = find_table(look.tables, "attention", "0")
    assert (table.models, table.count, table.limit) == (("masked",), 11, 64)
    assert [(row.number, row.word, row.tokens, mark) for row, mark in table.rows if mark] == [
        (1, "keys", ("key", "##s"), "goes along"),
        (5, "are", ("are",), "hidden; candidates are, the"),
    ]
    table = find_table(look.tables, "words", "cat", "sentence 1")
    assert table.models == ("embeddings",)
    assert [(row.word, mark) for row, mark in table.rows if mark] == [("cat", "other")]


def test_readers_that_cut_alike_share_a_table_and_others_have_their_own(
    course: Path, file: Path, tmp_path: Path
) -> None:
    import_bert(course, "reader", "same", save_tiny(tmp_path / "c", "distilbert", "answers"), **RIGHTS)
    tables = [table for table in look_at_texts(course, file).tables if table.place == ("passages", "0")]
    assert [table.models for table in tables] == [("before", "same"), ("after",)]
    marks = {mark: [row.word for row, its in tables[0].rows if its == mark] for mark in ("question", "answer")}
    assert marks == {"question": ["Who", "saw", "the", "dog", "?"], "answer": ["cat"]}
    inside = [row.word for row, mark in tables[0].rows if mark == "its sentence"]
    assert inside == ["The", "saw", "the", "dog", "."]


LONG = "old " * 70
FAULTS = [
    ("[are] old", "[owls] old", r"mine\.yaml: attention: 0: 'owls', .*: 4 tokens, o ##w ##l ##s; expected a word of"),
    (
        "[are, the]",
        "[are, pay]",
        r"mine\.yaml: attention: 0: candidates: pay: .*3 tokens, p ##a ##y; expected a word of",
    ),
    ("[are, the]", "[are, ☃]", r"mine\.yaml: attention: 0: candidates: ☃: not in the vocabulary; expected a word that"),
    ("An old [cat] paid.", f"{LONG}[cat].", r"words: cat: sentence 1: .* 74 tokens; expected at most 64, as the model"),
    ("An old [cat]", "An old [☃]", r"words: cat: sentence 1: '☃' is not in the vocabulary; expected a word that the"),
    ("The door.", f"{LONG}.", r"mine\.yaml: passages: 0: before: .* tokens; expected at most 64, as the model reads"),
    ("the dog. The door.", "the dog", r"passages: 0: no full stop after 'The cat saw the dog', which has the answer"),
]


@pytest.mark.parametrize(("old", "new", "says"), FAULTS)
def test_fault_is_said_with_its_place_and_the_tokens(course: Path, file: Path, old: str, new: str, says: str) -> None:
    changed = TEXTS.replace(old, new).replace("are, the", "owls, the" if "owls" in new else "are, the")
    file.write_text(changed, encoding="utf-8")
    assert re.search(says, "\n".join(map(str, look_at_texts(course, file).faults)))


def test_word_that_a_model_does_not_know_is_said_to_be_so(course: Path, file: Path) -> None:
    file.write_text(TEXTS.replace("The [cat] saw the dog. The", "The [cat] saw ☃. The"), encoding="utf-8")
    look = look_at_texts(course, file)
    table = next(table for table in look.tables if table.place == ("passages", "0") and "before" in table.models)
    assert [mark for row, mark in table.rows if row.word == "☃"] == ["its sentence; not in the vocabulary"]
    assert look.faults == ()


def test_yaml_that_holds_no_texts_is_refused(course: Path, file: Path) -> None:
    file.write_text(TEXTS.replace("[are] old", "are old"), encoding="utf-8")
    with pytest.raises(FixableError, match=r"mine\.yaml: attention: 0: text: .*expected \[one word or more\], once"):
        look_at_texts(course, file)


def test_models_that_are_not_there_yet_are_named_and_the_rest_is_looked_at(folder: Path, file: Path) -> None:
    look = look_at_texts(folder, file)
    assert (look.tables, look.missing) == ((), ("masked", "reader", "embeddings"))
    file.write_text(TEXTS.replace("dog. The door.", "dog"), encoding="utf-8")
    (fault,) = look_at_texts(folder, file).faults
    assert fault.place == (str(file), "passages", "0")


def test_texts_are_stored_with_licence_and_source_which_are_kept(folder: Path, file: Path) -> None:
    with pytest.raises(FixableError) as raised:
        store_texts(folder, file, licence=None, source=None)
    assert [fault.place for fault in raised.value.faults] == [("--licence",), ("--source",)]
    assert not (folder / "texts.yaml").exists()
    place = store_texts(folder, file, **RIGHTS)
    assert place.read_bytes() == file.read_bytes()
    place.write_text(TEXTS + "\n", encoding="utf-8")
    store_texts(folder, place, licence=None, source="changed by hand")
    draft = load_draft(folder)
    assert draft.data["texts"] == "texts.yaml"
    (asset,) = draft.data["assets"]
    assert (asset["bytes"], asset["licence"], asset["source"]) == (
        len(TEXTS.encode()) + 1,
        "CC0-1.0",
        "changed by hand",
    )
