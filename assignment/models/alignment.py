"""Alignment: whether the words that texts ask about are tokens of the models that read them.

Everything is said at once, each with its place in `texts.yaml` and with the tokens that the text has.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from assignment.fixable import Fault, FixableError, check_all
from assignment.models.reading import find_candidates, read
from assignment.models.roles import find_roles
from assignment.texts import SentenceText, Texts


def check_texts(texts: Texts, masked: Any, readers: Mapping[str, Any], embeddings: Any) -> None:
    """Raise FixableError with each text that a tokenizer does not read as `texts.yaml` asks for.

    masked, readers by name, embeddings: the tokenizers of the models that predict words, answer questions, and give
    the states of a word. A text that is too long, a word that does not begin and end with a token, a hidden word or a
    candidate that is not one known token is a fault.
    """
    check_all(find_text_faults(texts, masked, readers, embeddings))


def find_text_faults(texts: Texts, masked: Any, readers: Mapping[str, Any], embeddings: Any) -> Iterator[Fault]:
    """Yield what `check_texts` raises."""
    for number, sentence in enumerate(texts.attention):
        yield from _catch(lambda one=sentence: _read_sentence(masked, one), "attention", str(number))
    for number, passage in enumerate(texts.passages):
        for name, tokenizer in readers.items():
            place = ("passages", str(number), name)
            yield from _catch(lambda one=passage, its=tokenizer: find_roles(one, read(its, *one.pair)), *place)
    for words in texts.words:
        for number, (text, word, _) in enumerate(words.rows):
            place = ("words", words.word, f"sentence {number}")
            yield from _catch(lambda one=text, its=word: read(embeddings, one).find_places(its), *place)


def _read_sentence(tokenizer: Any, sentence: SentenceText) -> None:
    find_candidates(tokenizer, sentence)
    read(tokenizer, sentence.plain).find_places(sentence.also)


def _catch(look: Callable[[], object], *place: str) -> Iterator[Fault]:
    try:
        look()
    except FixableError as error:
        yield from error.within(*place).faults
