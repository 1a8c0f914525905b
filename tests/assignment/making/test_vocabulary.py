"""The tokenizer reads whatever the grammar writes, and other English too."""

from pathlib import Path
from random import Random

import pytest
from transformers import AutoTokenizer, BertTokenizerFast

from assignment.making.language import PHENOMENA, write_passage, write_sentence
from assignment.making.language.vocabulary import COMPOUNDS, Encoder, list_pieces, save_tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizer")
    save_tokenizer(folder, longest=64)
    return folder


def test_tokenizer_loads_as_any_bert_tokenizer(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"vocab.txt", "tokenizer.json", "tokenizer_config.json"}
    text = "Robin lost the keys."
    for one in (AutoTokenizer.from_pretrained(folder), BertTokenizerFast.from_pretrained(folder)):
        assert one(text).tokens() == ["[CLS]", "rob", "##in", "lost", "the", "key", "##s", ".", "[SEP]"]
        assert one.model_max_length == 64
        assert one.mask_token == "[MASK]"


def test_every_piece_occurs_once() -> None:
    pieces = list_pieces()
    assert len(set(pieces)) == len(pieces)
    assert 500 < len(pieces) < 1000


def test_encoder_splits_as_the_tokenizer_does(folder: Path) -> None:
    tokenizer, encoder, random = AutoTokenizer.from_pretrained(folder), Encoder(list_pieces()), Random(11)
    sentences = [write(random) for write in PHENOMENA.values() for _ in range(60)]
    texts = [(s.words, s.text) for s in sentences]
    texts += [(p.words, p.texts[1]) for p in (write_passage(random) for _ in range(40))]
    for words, text in texts:
        split = tokenizer(text)
        assert split["input_ids"][1:-1] == [piece for word in words for piece in encoder.split(word)]
        assert tokenizer.unk_token_id not in split["input_ids"]
        assert split.word_ids()[-2] == len(words) - 1  # the tokenizer numbers the words as the grammar does


def test_no_word_of_the_grammar_falls_into_letters() -> None:
    pieces, random = list_pieces(), Random(12)
    encoder = Encoder(pieces)
    for word in {word for _ in range(3000) for word in write_sentence(random).words}:
        split = [pieces[i] for i in encoder.split(word)]
        assert len(split) <= 2, split
        assert len(split) == 1 or split[1] == "##s" or tuple(split) == COMPOUNDS[word]


def test_other_words_have_pieces_too(folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.unk_token_id not in tokenizer("Zebras quarrel, don't they? (42)")["input_ids"]


def test_question_and_passage_fit_into_forty_eight_pieces(folder: Path) -> None:
    tokenizer, random = AutoTokenizer.from_pretrained(folder), Random(13)
    assert max(len(tokenizer(*write_passage(random).texts)["input_ids"]) for _ in range(500)) <= 48
