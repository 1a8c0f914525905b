"""What a BERT does with one text while some of its words are masked: attention of all heads, and predicted words.

Attention is stored as uint8, round(255 a): a number that is shown is right to 1/510. A mask hides a whole word: to mask
one of its pieces is to mask them all. Where the text itself says [MASK], that place is predicted too, and no word is
the true one.
"""

import base64
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from assignment.fixable import FixableError
from assignment.models.bert import Bert
from assignment.models.reading import number_words, place_pieces, spell

BEST = 10  # words that are told for each masked place
Levels = NDArray[np.uint8]


class LookError(FixableError):
    """A text or a mask that cannot be looked at; `word` and `values` let the explorer say it in both languages."""

    def __init__(self, word: str, fault: str, **values: int | str) -> None:
        super().__init__(fault)
        self.word = word
        self.values = values


@dataclass(frozen=True)
class TypedText:
    """A text, or a pair, as the L pieces that the model reads.

    shown: each piece as the text spells it where the vocabulary has only [UNK]; words: the number of each piece's word
    over both texts, -1 for separators; parts: 0 or 1, which of the texts; unknown: the places of [UNK]; given: the
    places where the text itself says [MASK].
    """

    ids: tuple[int, ...]
    segments: tuple[int, ...]
    shown: tuple[str, ...]
    words: tuple[int, ...]
    parts: tuple[int, ...]
    unknown: tuple[int, ...]
    given: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def list_masked(self, masked: Iterable[int]) -> tuple[int, ...]:
        """Return every place that is hidden when the words at the places `masked` are; LookError for a separator."""
        hidden = set()
        for place in masked:
            if not 0 <= place < len(self) or self.words[place] < 0:
                fault = f"masked: {place}; expected the place of a word among {' '.join(self.shown)}"
                raise LookError("not_a_word", fault, place=place)
            hidden.add(self.words[place])
        return tuple(i for i, word in enumerate(self.words) if word in hidden or i in self.given)


def read_text(bert: Bert, text: str, second: str | None = None) -> TypedText:
    """Split a text, or a pair, into pieces; LookError where it is empty or longer than the model reads."""
    if not text.strip():
        raise LookError("empty", "text: nothing; expected a sentence")
    whole, other = (one.encode("utf-8", "replace").decode() for one in (text, second or ""))  # no half surrogates
    encoded = bert.tokenizer(whole, other or None, return_offsets_mapping=True, verbose=False)
    ids, limit = tuple(encoded["input_ids"]), int(bert.tokenizer.model_max_length)
    if len(ids) > limit:
        fault = f"text: {len(ids)} pieces; expected at most {limit}, separators counted"
        raise LookError("too_long", fault, count=len(ids), limit=limit)
    parts = tuple(-1 if part is None else part for part in encoded.sequence_ids(0))
    spans, pieces = place_pieces(bert.tokenizer, (whole, other), parts, encoded.tokens(0), encoded["offset_mapping"])
    unknown = tuple(i for i, number in enumerate(ids) if number == bert.tokenizer.unk_token_id)
    shown = [(text, second or "")[parts[i]][slice(*spans[i])] if i in unknown else it for i, it in enumerate(pieces)]
    given = tuple(i for i, number in enumerate(ids) if number == bert.tokenizer.mask_token_id)
    segments = tuple(encoded.get("token_type_ids", [0] * len(ids)))
    words = _number_on(parts, number_words((whole, other), parts, spans))
    return TypedText(ids, segments, tuple(shown), words, parts, unknown, given)


def _number_on(parts: Sequence[int], words: Sequence[int]) -> tuple[int, ...]:
    """Return the words' numbers over both texts, none left out."""
    pairs = list(zip(parts, words, strict=True))
    numbers = {pair: number for number, pair in enumerate(dict.fromkeys(pair for pair in pairs if pair[1] >= 0))}
    return tuple(numbers.get(pair, -1) for pair in pairs)


@dataclass(frozen=True)
class Prediction:
    """What the model expects at a masked place: BEST words with probabilities, and how the true one fares.

    was, probability, rank (1 is the most probable): of the word that was there; None where the text says [MASK].
    """

    place: int
    was: str | None
    probability: float | None
    rank: int | None
    best: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Readout:
    """levels (layers, heads, L, L): attention as round(255 a); one Prediction for each masked place."""

    levels: Levels
    predictions: tuple[Prediction, ...]


def see(bert: Bert, reading: TypedText, maskings: Sequence[Sequence[int]]) -> list[Readout]:
    """Run the model once for every set of masked places; LookError where masks are asked of a model without words."""
    hidden = [reading.list_masked(masked) for masked in maskings]
    ids = torch.tensor([reading.ids] * len(hidden))
    for row, places in zip(ids, hidden, strict=True):
        row[list(places)] = bert.tokenizer.mask_token_id
    device = bert.model.device
    segments = torch.tensor([reading.segments] * len(hidden)).to(device)
    with torch.no_grad():
        found = bert.model(ids.to(device), token_type_ids=segments, output_attentions=True)
    logits = found.get("logits")
    if logits is None and any(hidden):
        raise LookError("no_words", "model: predicts no words; expected one with a masked-word head")
    levels = (255 * torch.stack(found.attentions, dim=1)).round().to(torch.uint8).cpu().numpy()
    return [
        Readout(levels[k], tuple(_predict(bert, reading, i, logits[k, i].softmax(dim=-1)) for i in places))
        for k, places in enumerate(hidden)
    ]


def _predict(bert: Bert, reading: TypedText, place: int, probability: Tensor) -> Prediction:
    most = probability.topk(min(BEST, len(probability)))
    tokens = bert.tokenizer.convert_ids_to_tokens(most.indices.tolist())
    words = [spell(bert.tokenizer, token) or token for token in tokens]
    best = tuple((word, round(value, 5)) for word, value in zip(words, most.values.tolist(), strict=True))
    if place in reading.given:
        return Prediction(place, None, None, None, best)
    true = probability[reading.ids[place]]
    rank = 1 + int((probability > true).sum())
    return Prediction(place, reading.shown[place], round(float(true), 5), rank, best)


def pack(levels: Levels) -> str:
    """Return bytes deflated (zlib) and in base64, as a browser unpacks them without a library."""
    return base64.b64encode(zlib.compress(levels.tobytes(), 9)).decode("ascii")


def to_dict(reading: TypedText, text: str, second: str | None) -> dict[str, Any]:
    """Return a TypedText as the explorer's script reads it."""
    fields = asdict(reading)
    del fields["ids"], fields["segments"]
    return {"text": text, "second": second, "pieces": fields.pop("shown"), **fields}


def look(bert: Bert, text: str, masked: Sequence[int], second: str | None = None) -> dict[str, Any]:
    """Return what the explorer shows of one text with the words at the places `masked` hidden, ready for JSON.

    attention: `pack` of (layers, heads, L, L) levels; masked: all hidden places; vocabulary: how many words a rank is
    among. LookError for an empty text, one that is too long, or a mask on a separator.
    """
    reading = read_text(bert, text, second)
    (seen,) = see(bert, reading, [masked])
    layers, heads = seen.levels.shape[:2]
    return to_dict(reading, text, second) | {
        "layers": layers,
        "heads": heads,
        "masked": reading.list_masked(masked),
        "attention": pack(seen.levels),
        "predictions": [asdict(prediction) for prediction in seen.predictions],
        "vocabulary": int(bert.model.config.vocab_size),
    }
