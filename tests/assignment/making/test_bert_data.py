"""Batches show what is to be predicted where, and nothing that is held out."""

from random import Random

import pytest
import torch

from assignment.making.bert.data import (
    CHUNK,
    draw_batches,
    draw_masked,
    draw_question,
    hide,
    lay_out,
    stack,
    to_question,
)
from assignment.making.language import is_held_out, write_passage
from assignment.making.language.vocabulary import Encoder, list_pieces


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(list_pieces())


def name(encoder: Encoder, pieces: list[int]) -> str:
    known = list(encoder.number)
    return " ".join(known[i] for i in pieces).replace(" ##", "")


def test_a_pair_is_laid_out_between_separators_with_its_segments(encoder: Encoder) -> None:
    laid = lay_out(encoder, ("who", "?"), ("robin", "slept", "."))
    assert name(encoder, laid.pieces) == "[CLS] who ? [SEP] robin slept . [SEP]"
    assert laid.segments == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert laid.spans == [(1, 2), (2, 3), (4, 6), (6, 7), (7, 8)]


def test_only_hidden_words_are_to_be_predicted(encoder: Encoder) -> None:
    laid = lay_out(encoder, ("robin", "slept", "."))
    items = [hide(encoder, laid, [0], Random(seed)) for seed in range(200)]
    for item in items:
        assert item.answers == [-100, *laid.pieces[1:3], -100, -100, -100]
        assert item.pieces[3:] == laid.pieces[3:]
    masked = sum(piece == encoder.mask for item in items for piece in item.pieces)
    assert 0.7 < masked / 400 < 0.9


def test_answer_of_a_question_is_the_answer_of_the_passage(encoder: Encoder) -> None:
    random = Random(2)
    for _ in range(300):
        passage = write_passage(random)
        item = to_question(encoder, passage)
        first, last = item.answers
        assert name(encoder, item.pieces[first : last + 1]) == passage.answer
        assert item.segments[first] == item.segments[last] == 1


def test_training_sees_nothing_that_is_held_out(encoder: Encoder) -> None:
    random = Random(3)
    for _ in range(300):
        item = draw_question(encoder, random, (0, 1, 2))
        assert not is_held_out(
            tuple(name(encoder, item.pieces).replace("[CLS] ", "").replace("[SEP] ", "").split()[:-1])
        )


def test_batches_go_on_from_a_checkpoint_as_if_there_had_been_none(encoder: Encoder) -> None:
    def draw(random: Random):  # type: ignore[no-untyped-def]
        return draw_masked(encoder, random)

    whole = list(draw_batches(draw, encoder.pad, 4, 1, 0, 2 * CHUNK + 3))
    rest = list(draw_batches(draw, encoder.pad, 4, 1, CHUNK, 2 * CHUNK + 3))
    assert len(whole) == 2 * CHUNK + 3
    for one, other in zip(whole[CHUNK:], rest, strict=True):
        assert torch.equal(one.pieces, other.pieces)
        assert torch.equal(one.answers, other.answers)


def test_shorter_texts_are_filled_up_and_marked(encoder: Encoder) -> None:
    random = Random(4)
    items = [draw_masked(encoder, random) for _ in range(20)]
    batch = stack(items, encoder.pad)
    assert batch.read.sum(dim=1).tolist() == [len(item.pieces) for item in items]
    assert (batch.pieces[batch.read == 0] == encoder.pad).all()
    assert (batch.answers[batch.read == 0] == -100).all()
    assert ((batch.answers >= 0).sum(dim=1) >= 1).all()
