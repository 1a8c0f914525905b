"""Attention by laws, and in parity with transformers' own eager outputs."""

from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from assignment.arrays import FUNCTIONS
from assignment.models.bert import Bert
from assignment.models.heads import find_chance, mark_link_targets, mark_targets, score_heads
from assignment.models.reading import Tokens, read
from reference.attention import attention, compute_influence, predict_masked
from reference.reading import hidden_states

TEXT = "The cats near the tree are asleep, and the cats purr."


@pytest.fixture
def reading(bert: Bert) -> Tokens:
    return read(bert.tokenizer, TEXT)


def test_attention_and_hidden_states_are_transformers_own(bert: Bert, reading: Tokens) -> None:
    theirs = bert.model(reading.ids, output_attentions=True, output_hidden_states=True)
    ours = attention(bert.model, reading)
    assert ours.shape == (12, 6, len(reading), len(reading))
    assert ours.dtype == torch.float64
    assert (ours - torch.cat(theirs.attentions)).abs().max() <= 1e-10
    assert (hidden_states(bert.model, reading) - torch.cat(theirs.hidden_states)).abs().max() <= 1e-10


def test_attention_of_a_pair_is_transformers_own(bert: Bert) -> None:
    reading = read(bert.tokenizer, "Where did the cat sleep?", "The cat slept under a tree.")
    assert set(reading.part) == {-1, 0, 1}
    theirs = bert.model(reading.ids, token_type_ids=reading.segments, output_attentions=True).attentions
    assert (attention(bert.model, reading) - torch.cat(theirs)).abs().max() <= 1e-10


def test_attention_does_not_depend_on_the_kernel_of_the_model(bert: Bert, reading: Tokens) -> None:
    plain = attention(bert.model, reading)
    bert.model.set_attn_implementation("sdpa")
    try:
        assert (attention(bert.model, reading) - plain).abs().max() <= 1e-10
    finally:
        bert.model.set_attn_implementation("eager")


def test_every_piece_shares_out_one(bert: Bert, reading: Tokens) -> None:
    found = attention(bert.model, reading)
    torch.testing.assert_close(found.sum(dim=-1), torch.ones(12, 6, len(reading), dtype=torch.float64))
    assert (found > 0).all()


def test_words_are_split_and_their_pieces_known(reading: Tokens) -> None:
    assert [reading.pieces[i] for i in reading.find_places(1)] == ["cat", "##s"]
    assert len(reading.find_places(2)) > 1
    with pytest.raises(ValueError, match="word 99 of text 0"):
        reading.find_places(99)


def test_targets_are_what_their_names_say(reading: Tokens) -> None:
    targets, last = mark_targets(reading), len(reading) - 1
    assert set(targets) == set(FUNCTIONS)
    assert targets["previous"].nonzero().tolist() == [[i, i - 1] for i in range(1, last + 1)]
    assert targets["next"].nonzero().tolist() == [[i, i + 1] for i in range(last)]
    for i, j in targets["same_word"].nonzero().tolist():
        assert i != j
        assert reading.pieces[i] == reading.pieces[j]
    assert targets["separator"][3].nonzero()[:, 0].tolist() == [0, last]
    assert {reading.pieces[j] for j in targets["punctuation"][0].nonzero()[:, 0]} == {".", ","}


def test_a_head_that_does_one_thing_scores_one_there_and_an_even_head_scores_chance(reading: Tokens) -> None:
    targets, length = mark_targets(reading), len(reading)
    before = torch.zeros(1, 1, length, length, dtype=torch.float64)
    before[0, 0, torch.arange(length), (torch.arange(length) - 1).clamp(min=0)] = 1
    even = torch.full_like(before, 1 / length)
    assert score_heads([before], [targets["previous"]]).item() == 1
    assert score_heads([before], [targets["next"]]).item() == 0
    for name in FUNCTIONS:
        assert score_heads([even], [targets[name]]).item() == pytest.approx(find_chance([targets[name]]))


def test_score_of_several_texts_weighs_every_piece_alike(bert: Bert) -> None:
    readings = [read(bert.tokenizer, text) for text in (TEXT, "A cat.")]
    maps = [attention(bert.model, reading) for reading in readings]
    targets = [mark_targets(reading)["previous"] for reading in readings]
    rows = [len(reading) - 1 for reading in readings]
    apart = [score_heads([a], [t]) for a, t in zip(maps, targets, strict=True)]
    both = (apart[0] * rows[0] + apart[1] * rows[1]) / sum(rows)
    torch.testing.assert_close(score_heads(maps, targets), both)


def test_links_between_words_are_links_between_all_their_pieces(reading: Tokens) -> None:
    targets = mark_link_targets(reading, [(5, 1)])  # are, cats
    expected = [[i, j] for i in reading.find_places(5) for j in reading.find_places(1)]
    assert targets.nonzero().tolist() == expected
    assert torch.isnan(score_heads([attention_of_nothing(reading)], [mark_link_targets(reading, [])])).all()


def attention_of_nothing(reading: Tokens) -> Tensor:
    return torch.full((1, 1, len(reading), len(reading)), 1 / len(reading), dtype=torch.float64)


def test_masked_word_prediction_is_a_distribution_of_the_masked_text(bert: Bert, reading: Tokens) -> None:
    mask, places = bert.tokenizer.mask_token_id, reading.find_places(1)
    found = predict_masked(bert.model, reading, places, mask)
    torch.testing.assert_close(found.sum(dim=-1), torch.ones(2, dtype=torch.float64))
    text = TEXT.replace("cats", "[MASK][MASK]", 1)
    theirs = bert.model(bert.tokenizer(text, return_tensors="pt")["input_ids"]).logits.softmax(dim=-1)
    assert (found - theirs[0, list(places)]).abs().max() <= 1e-12


class Parrot(nn.Module):
    """Predicts whatever stands one place before, or piece 0 where that is masked."""

    device = torch.device("cpu")

    def forward(self, ids: Tensor, token_type_ids: Tensor) -> SimpleNamespace:
        before = ids.roll(1, 1).masked_fill(ids.roll(1, 1) == 4, 0)
        return SimpleNamespace(logits=nn.functional.one_hot(before, 100).double() * 5)


def test_influence_is_where_the_prediction_comes_from(bert: Bert) -> None:
    reading = read(bert.tokenizer, "the the a tree")
    found = compute_influence(Parrot(), reading, 2, mask=4)
    assert found.nonzero()[:, 0].tolist() == [1]
    assert found[1].item() == pytest.approx(5)
    assert (compute_influence(Parrot(), reading, 4, mask=4) == 0).all()  # the piece before it is another one


def test_attention_leaves_the_model_and_the_reading_as_it_found_them(bert: Bert, reading: Tokens) -> None:
    before = {name: value.clone() for name, value in bert.model.state_dict().items()}
    ids = reading.ids.clone()
    attention(bert.model, reading)
    predict_masked(bert.model, reading, [2], bert.tokenizer.mask_token_id)
    assert all(torch.equal(value, before[name]) for name, value in bert.model.state_dict().items())
    assert torch.equal(reading.ids, ids)
    assert not bert.model.training
    assert all(parameter.grad is None for parameter in bert.model.parameters())
