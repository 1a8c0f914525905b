"""The check of the texts: every BERT opens, and reads what is asked about as tokens of its own."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assignment.authoring.check.section import Flaw, Section, split_faults
from assignment.fixable import Fault, FixableError
from assignment.models.alignment import find_text_faults
from assignment.models.bert import load_bert
from assignment.texts import Texts
from reference.check.part import Part

TEXTS, MODEL = "course texts", "course model --for {use} FOLDER --licence L --source S --replace"


def check_texts_read(part: Part) -> Section:
    """Return what is wrong with the BERTs and with how they read the texts; what a BERT is missing for is not read."""
    author, its = part.author, part.profile.manifest
    try:
        texts = part.profile.texts
    except FixableError as error:
        return Section(title="texts", flaws=author.to_flaws(split_faults(error), TEXTS))
    flaws: list[Flaw] = []
    tokenizers: dict[str, Any] = {}
    slots = list(_list_slots(part))
    for number, (slot, path, kind) in enumerate(slots):
        part.tell(number, len(slots))
        try:
            tokenizers[slot] = load_bert(part.profile.find_folder(path), kind).tokenizer
        except FixableError as error:
            flaws += author.to_flaws(split_faults(error), MODEL.format(use=slot.split()[0]))
    place = str(part.profile.folder / its.texts)
    flaws += author.to_flaws((one.within(place) for one in _find_faults(texts, tokenizers, its.embeddings)), TEXTS)
    says = f"{len(texts.attention)} sentences, {len(texts.passages)} passages, {len(texts.words)} words"
    return Section(title="texts", says=f"{says}, read by {len(tokenizers)} of {len(slots)} BERTs", flaws=tuple(flaws))


def _list_slots(part: Part) -> Iterator[tuple[str, str, str]]:
    """Yield what each BERT is for: its slot, its folder, and the kind that it must be."""
    its = part.profile.manifest
    if its.masked:
        yield "masked", its.masked, "masked"
    for path in its.readers:
        yield f"reader {Path(path).name}", path, "answers"
    if its.embeddings:
        yield "embeddings", its.embeddings, "embeddings"


def _find_faults(texts: Texts, tokenizers: Mapping[str, Any], own: str | None) -> Iterator[Fault]:
    """Yield what is wrong with the texts that the BERTs which opened are to read; `own`: a folder for embeddings."""
    masked, embeddings = tokenizers.get("masked"), tokenizers.get("embeddings" if own else "masked")
    readers = {name: its for name, its in tokenizers.items() if name.startswith("reader ")}
    read = {"attention": texts.attention if masked else (), "words": texts.words if embeddings else ()}
    yield from find_text_faults(texts.model_copy(update=read), masked, readers, embeddings)
