"""Alignment: whether the words that texts ask about are tokens of the models that read them.

Everything is said at once, each with its place in `texts.yaml` and with the tokens that the text has.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from assignment.fixable import Fault, FixableError, check_all
from assignment.models.reading import find_candidates, read
from assignment.models.roles import find_roles
from assignment.texts import PassageText, SentenceText, Texts


def check_texts(texts: Texts, masked: Any, readers: Mapping[str, Any], embeddings: Any) -> None:
    """Raise FixableError with each text that a tokenizer does not read as `texts.yaml` asks for.

    masked, readers by name, embeddings: the tokenizers of the models that predict words, answer questions, and give
    the states of a word; None where there is no such model yet: what it would read is left out. A fault is a text that
    is too long, a word that does not begin and end with a token, a hidden word or a candidate that is not one known
    token, a shared word that is unknown, and an answer whose sentence has no full stop.
    """
    check_all(find_text_faults(texts, masked, readers, embeddings))


def find_text_faults(texts: Texts, masked: Any, readers: Mapping[str, Any], embeddings: Any) -> Iterator[Fault]:
    """Yield what `check_texts` raises."""
    for place, look in _list_looks(texts, masked, readers, embeddings):
        try:
            look()
        except FixableError as error:
            yield from error.within(*place).faults


def _list_looks(
    texts: Texts, masked: Any, readers: Mapping[str, Any], embeddings: Any
) -> Iterator[tuple[tuple[str, ...], Callable[[], object]]]:
    for number, sentence in enumerate(texts.attention if masked else ()):
        yield ("attention", str(number)), partial(_look_at_sentence, masked, sentence)
    for number, passage in enumerate(texts.passages):
        yield ("passages", str(number)), partial(_look_for_stop, passage)
        for name, tokenizer in readers.items():
            yield ("passages", str(number), name), partial(_look_at_passage, tokenizer, passage)
    for words in texts.words if embeddings else ():
        for number, (text, word, _) in enumerate(words.rows):
            yield ("words", words.word, f"sentence {number}"), partial(_look_at_word, embeddings, text, word)


def _look_at_sentence(tokenizer: Any, sentence: SentenceText) -> None:
    find_candidates(tokenizer, sentence)
    read(tokenizer, sentence.plain).find_places(sentence.also)


def _look_for_stop(passage: PassageText) -> None:
    says = (
        f"no full stop after {passage.pair[1][slice(*passage.support)].strip()!r}, which has the answer; expected one"
    )
    check_all([says] * (not passage.is_stopped))


def _look_at_passage(tokenizer: Any, passage: PassageText) -> None:
    find_roles(passage, read(tokenizer, *passage.pair))


def _look_at_word(tokenizer: Any, text: str, word: int) -> None:
    reading = read(tokenizer, text)
    unknown = [place for place in reading.find_places(word) if reading.ids[0, place] == tokenizer.unk_token_id]
    if unknown:
        start, end = reading.spans[unknown[0]]
        says = f"{text[start:end]!r} is not in the vocabulary; expected a word that the model knows"
        raise FixableError(f"{says}, of {' '.join(reading.pieces)}")
