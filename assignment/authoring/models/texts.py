"""The texts of a course as its models cut them: each word with its tokens, for a person, and each fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from assignment.authoring.manifest import Draft, edit_manifest, load_draft
from assignment.authoring.models.slot import list_held
from assignment.authoring.write import write_files
from assignment.fixable import MOST_YAML, Fault, FixableError, check_all, load_file
from assignment.models.alignment import find_text_faults
from assignment.models.bert import load_bert
from assignment.models.reading import Tokens, WordRow, list_rows, read
from assignment.texts import Span, Texts, load_texts

TEXTS_NAME = "texts.yaml"


@dataclass(frozen=True)
class TextTable:
    """One text, or a question and its passage, as models cut it that cut it alike.

    models: their names; rows: each word with its tokens, and what it is asked for; count, limit: tokens.
    """

    place: tuple[str, ...]
    models: tuple[str, ...]
    rows: tuple[tuple[WordRow, str], ...]
    count: int
    limit: int


@dataclass(frozen=True)
class TextLook:
    """What was found of texts: `missing` are the uses that have no model yet."""

    tables: tuple[TextTable, ...]
    faults: tuple[Fault, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Tokenizers:
    """The tokenizers of a course's models, each knowing its model's limit; None for one that is not there yet."""

    masked: Any
    readers: Mapping[str, Any]
    embeddings: Any


def look_at_texts(folder: Path, file: Path) -> TextLook:
    """Return how the course's models cut the texts of a file, and each fault; FixableError where it holds no texts."""
    texts, its = load_texts(file), _open_tokenizers(load_draft(folder))
    faults = find_text_faults(texts, its.masked, its.readers, its.embeddings)
    missing = {"masked": its.masked, "reader": its.readers, "embeddings": its.embeddings}
    return TextLook(
        tuple(_list_tables(texts, its)),
        tuple(fault.within(str(file)) for fault in faults),
        tuple(use for use, found in missing.items() if not found),
    )


def store_texts(folder: Path, file: Path, *, licence: str | None, source: str | None) -> Path:
    """Make a file the course's texts, and return its place; licence and source may be those that the manifest has.

    FixableError where the manifest has none, or where nothing can be written.
    """
    place = folder / TEXTS_NAME
    with edit_manifest(folder) as draft:
        known = [one for one in draft.data["assets"] if one["path"] == TEXTS_NAME]
        before = (known[0]["licence"], known[0]["source"]) if known else ("", "")
        rights = licence or before[0], source or before[1]
        says = "missing; expected that of the texts"
        check_all(
            Fault((f"--{name}",), says) for name, its in zip(("licence", "source"), rights, strict=True) if not its
        )
        write_files(folder, {TEXTS_NAME: load_file(file, MOST_YAML, "the texts")})
        draft.put([TEXTS_NAME], licence=rights[0], source=rights[1])
        draft.data["texts"] = TEXTS_NAME
    return place


def _open_tokenizers(draft: Draft) -> Tokenizers:
    held = list_held(draft)

    def open_one(entry: str, kind: str) -> Any:
        return load_bert(draft.folder / entry, kind, dtype=torch.float32).tokenizer

    masked = open_one(held["masked"], "masked") if "masked" in held else None
    readers = [entry for slot, entry in held.items() if slot.startswith("readers")]
    embeddings = open_one(held["embeddings"], "embeddings") if "embeddings" in held else masked
    return Tokenizers(masked, {Path(one).name: open_one(one, "answers") for one in readers}, embeddings)


def _list_tables(texts: Texts, its: Tokenizers) -> Iterator[TextTable]:
    for number, sentence in enumerate(texts.attention):
        start = {sentence.hidden: f"hidden; candidates {', '.join(sentence.candidates)}", sentence.also: "goes along"}
        yield from _cut(("attention", str(number)), {"masked": its.masked}, (sentence.plain,), {0: start})
    for number, passage in enumerate(texts.passages):
        marks = {1: _mark(passage.pair[1], {"answer": passage.answer, "its sentence": passage.support})}
        yield from _cut(("passages", str(number)), its.readers, passage.pair, marks)
    for words in texts.words:
        for number, (text, word, meaning) in enumerate(words.rows):
            place = ("words", words.word, f"sentence {number}")
            marks = {0: {word: list(words.sentences)[meaning]}}
            yield from _cut(place, {"embeddings": its.embeddings}, (text,), marks)


def _mark(text: Any, spans: Mapping[str, Span]) -> dict[int, str]:
    """Return for each word of a text the first of the marks in whose span it lies."""
    found: dict[int, str] = {}
    for number, (start, end) in enumerate(text.words):
        its = [mark for mark, (first, last) in spans.items() if first <= start and end <= last]
        found |= {number: its[0]} if its else {}
    return found


def _cut(
    place: tuple[str, ...],
    tokenizers: Mapping[str, Any],
    texts: tuple[str, ...],
    marks: Mapping[int, Mapping[int, str]],
) -> Iterator[TextTable]:
    """Yield a table for each way in which models cut a text; none of a text that is too long, which is a fault."""
    found: dict[Any, list[str]] = {}
    for name, tokenizer in tokenizers.items():
        try:
            reading = read(tokenizer, *texts) if tokenizer else None
        except FixableError:
            continue
        if reading is not None:
            rows = tuple(_list_marked(reading, tokenizer.unk_token_id, marks))
            cut = rows, len(reading), tokenizer.model_max_length
            found.setdefault(cut, []).append(name)
    for (rows, count, limit), names in found.items():
        yield TextTable(place, tuple(names), rows, count, limit)


def _list_marked(
    reading: Tokens, unknown: int | None, marks: Mapping[int, Mapping[int, str]]
) -> Iterator[tuple[WordRow, str]]:
    """Yield each word of a question and its passage, or of one text, with what is to be said of it."""
    ids, last = reading.ids[0].tolist(), len(reading.texts) - 1
    places = {(part, word) for one, part, word in zip(ids, reading.part, reading.word, strict=True) if one == unknown}
    for part in range(last + 1):
        for row in list_rows(reading, part):
            mark = marks.get(part, {}).get(row.number, "question" if part < last else "")
            yield row, f"{mark}; not in the vocabulary".lstrip("; ") if (part, row.number) in places else mark
