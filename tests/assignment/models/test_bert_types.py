"""BERT, RoBERTa, DistilBERT and ALBERT serve alike, in each of the three kinds; what cannot is refused by its type."""

from pathlib import Path

import pytest
import torch
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    DebertaV2Config,
    DebertaV2ForMaskedLM,
    GPT2Config,
    GPT2LMHeadModel,
)

from assignment.explorer.look import look
from assignment.explorer.page import make_page
from assignment.fixable import FixableError
from assignment.models.bert import find_span, load_bert
from assignment.models.reading import read
from reference.attention import attention, compute_influence, predict_masked
from reference.reading import hidden_states
from tests.assignment.models.tiny_berts import CLASSES, CONFIGS, save_tiny
from tests.assignment.models.tiny_tokenizers import make_wordpiece

PAIR = ("Who saw the cat?", "The old dog saw the cat.")


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("name", CONFIGS)
def test_attention_and_states_are_the_librarys_own(tmp_path: Path, name: str, kind: str) -> None:
    bert = load_bert(save_tiny(tmp_path, name, kind), kind)
    reading = read(bert.tokenizer, *PAIR)
    given = dict(bert.tokenizer(*PAIR, return_tensors="pt"))
    theirs = bert.model(**given, output_attentions=True, output_hidden_states=True)
    found = attention(bert.model, reading)
    assert found.shape == (3, 2, len(reading), len(reading))
    assert (found - torch.cat(theirs.attentions)).abs().max() <= 1e-12
    assert (hidden_states(bert.model, reading) - torch.cat(theirs.hidden_states)).abs().max() <= 1e-12
    again = bert.model(**given, output_attentions=True)
    assert torch.equal(again.attentions[-1], theirs.attentions[-1]), "the model is left as it was found"


@pytest.mark.parametrize("name", CONFIGS)
def test_words_are_predicted_and_questions_answered(tmp_path: Path, name: str) -> None:
    masked = load_bert(save_tiny(tmp_path / "masked", name, "masked"), "masked")
    reading, mask = read(masked.tokenizer, PAIR[1]), masked.tokenizer.mask_token_id
    place = reading.find_places(2)[0]
    found = predict_masked(masked.model, reading, [place], mask)
    assert found.sum().item() == pytest.approx(1)
    assert compute_influence(masked.model, reading, place, mask).abs().max() > 1e-6
    reader = load_bert(save_tiny(tmp_path / "answers", name, "answers"), "answers")
    pair = read(reader.tokenizer, *PAIR)
    first, last = find_span(reader, pair)
    assert {pair.part[first], pair.part[last]} == {1}


@pytest.mark.parametrize("name", CONFIGS)
def test_model_reads_as_many_tokens_as_it_has_places_for(tmp_path: Path, name: str) -> None:
    bert = load_bert(save_tiny(tmp_path, name, "masked"), "masked")
    full = read(bert.tokenizer, " cat" * 62)
    assert len(full) == 64
    hidden_states(bert.model, full)
    with pytest.raises(FixableError, match="65 tokens; expected at most 64"):
        read(bert.tokenizer, " cat" * 63)


@pytest.mark.parametrize(
    ("model", "kind", "says"),
    [
        (GPT2LMHeadModel(GPT2Config(vocab_size=300, n_embd=8, n_layer=1, n_head=1)), "masked", "'gpt2' is none that"),
        (
            BartForConditionalGeneration(
                BartConfig(
                    vocab_size=300, d_model=8, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=8, decoder_ffn_dim=8,
                    encoder_attention_heads=1, decoder_attention_heads=1,
                )
            ),
            "masked", "type 'bart' is none that predicts masked words here; expected BERT or one of its kind",
        ),
    ],
)  # fmt: skip
def test_type_that_is_no_bert_is_refused_by_its_name(tmp_path: Path, model: object, kind: str, says: str) -> None:
    model.save_pretrained(tmp_path)
    with pytest.raises(FixableError, match=says):
        load_bert(tmp_path, kind)


def test_type_whose_attention_is_more_than_a_product_is_refused_where_attention_is_asked(tmp_path: Path) -> None:
    words = make_wordpiece()
    words.save_pretrained(tmp_path)
    config = DebertaV2Config(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    DebertaV2ForMaskedLM(config).save_pretrained(tmp_path)
    bert = load_bert(tmp_path, "masked")
    with pytest.raises(FixableError, match="a model of type 'deberta-v2', which does not hand out q and k"):
        attention(bert.model, read(bert.tokenizer, PAIR[1]))


def test_sentence_bert_as_masked_model_is_one_clear_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    save_tiny(tmp_path, "bert", "embeddings")
    capfd.readouterr()
    with pytest.raises(FixableError, match=r"^[^\n\x1b]*: no weights cls\.[^\n]*; expected those of BertForMaskedLM$"):
        load_bert(tmp_path, "masked")
    assert "\x1b" not in "".join(capfd.readouterr())


def test_masked_model_gives_embeddings_though_it_has_no_pooler(tmp_path: Path) -> None:
    load_bert(save_tiny(tmp_path, "bert", "masked"), "embeddings")


def test_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    save_tiny(tmp_path, "bert", "masked")
    words = make_wordpiece()
    words.add_tokens([f"word{number}" for number in range(9)])
    words.save_pretrained(tmp_path)
    with pytest.raises(FixableError, match=r"a tokenizer of \d+ tokens for a model of \d+; expected the model's own"):
        load_bert(tmp_path, "masked")


@pytest.mark.parametrize(
    ("name", "tokenizer", "text", "pieces"),
    [
        ("roberta", "bpe", "The [MASK] saw 蘋果.", ["The", "[MASK]", "saw", "Ġ", "蘋果", "."]),
        ("bert", "wordpiece", "我喜歡[MASK]果。", ["我", "喜", "歡", "[MASK]", "果", "。"]),
        ("albert", "unigram", "小狗吃[MASK]。", ["▁", "小狗", "吃", "[MASK]", "▁", "。"]),
        ("distilbert", "wordpiece", "The cats saw [MASK].", ["the", "cat", "##s", "saw", "[MASK]", "."]),
    ],
)
def test_explorer_works_on_each(tmp_path: Path, name: str, tokenizer: str, text: str, pieces: list[str]) -> None:
    bert = load_bert(save_tiny(tmp_path, name, "masked", tokenizer=tokenizer), "masked")
    seen = look(bert, text, [pieces.index("[MASK]") + 1])
    assert list(seen["pieces"][1:-1]) == pieces
    words = [word for word in seen["words"] if word >= 0]
    assert sorted(set(words)) == list(range(max(words) + 1)), "every word can be hidden"
    (one,) = seen["predictions"]
    expected = bert.model(**bert.tokenizer(text, return_tensors="pt")).logits[0, one["place"]].softmax(dim=-1)
    assert one["best"][0][1] == pytest.approx(expected.max().item(), abs=1e-5)
    assert pieces[-1] in make_page(bert, [text], None, name)
