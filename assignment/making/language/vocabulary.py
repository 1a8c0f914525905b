"""The WordPiece vocabulary of the grammar, and a tokenizer of it in the Hugging Face format.

A plural in -s whose singular is a word too is two pieces ("key ##s"), and so are a few names and compounds. Letters
stand at the end, so that any other English word has pieces as well.
"""

import string
from collections.abc import Sequence
from pathlib import Path
from random import Random

from transformers import BertTokenizer

from assignment.making.language.passage import write_passage
from assignment.making.language.write import PHENOMENA

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PUNCTUATION = (".", ",", "?", "!", "'", "-", ":", ";", "(", ")", '"')
COMPOUNDS = {
    "robin": ("rob", "##in"), "martin": ("mart", "##in"), "katrin": ("kat", "##rin"),
    "touchpad": ("touch", "##pad"), "classroom": ("class", "##room"), "workshop": ("work", "##shop"),
}  # fmt: skip
_WRITTEN = 4000  # sentences of each phenomenon, all words of which are taken


def list_pieces() -> tuple[str, ...]:
    """Return all pieces in the order of their numbers."""
    random = Random(0)
    words = {word for write in PHENOMENA.values() for _ in range(_WRITTEN) for word in write(random).words}
    passages = [write_passage(random) for _ in range(_WRITTEN)]
    words |= {word for passage in passages for word in passage.words + passage.question}
    words -= set(PUNCTUATION)
    whole = {word for word in words if not _is_plural(word, words) and word not in COMPOUNDS}
    parts = {part for parts in COMPOUNDS.values() for part in parts} | {"##s"}
    starts = {part for part in parts if not part.startswith("##")}
    letters = set(string.ascii_lowercase + string.digits)
    return (
        *SPECIAL, *PUNCTUATION, *sorted((whole | starts) - letters), *sorted(parts - starts),
        *sorted(letters), *sorted("##" + letter for letter in letters if letter != "s"),
    )  # fmt: skip


def _is_plural(word: str, words: set[str]) -> bool:
    return len(word) > 3 and word.endswith("s") and word[:-1] in words


def save_tokenizer(folder: Path, longest: int) -> None:
    """Write vocab.txt, tokenizer.json and tokenizer_config.json; `longest` is what the model can read."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = list_pieces()
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    tokenizer = BertTokenizer(vocab={piece: i for i, piece in enumerate(pieces)}, model_max_length=longest)
    tokenizer.save_pretrained(folder)


class Encoder:
    """Turns words of the grammar into numbers of pieces as the tokenizer does, only faster: it reads each word once."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self.number = {piece: i for i, piece in enumerate(pieces)}
        self.pad, _, self.start, self.separator, self.mask = (self.number[name] for name in SPECIAL)
        self._known: dict[str, tuple[int, ...]] = {}

    def split(self, word: str) -> tuple[int, ...]:
        """Return a word's pieces: always the longest that fits."""
        if word not in self._known:
            self._known[word] = tuple(self._split(word))
        return self._known[word]

    def _split(self, word: str) -> list[int]:
        found, at = [], 0
        while at < len(word):
            mark = "##" if at else ""
            ends = range(len(word), at, -1)
            end = next(end for end in ends if mark + word[at:end] in self.number)
            found.append(self.number[mark + word[at:end]])
            at = end
        return found
