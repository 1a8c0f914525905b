"""What the explorer is told: attention to half a step, whole words hidden, and every problem in both languages."""

import base64
import json
import re
import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import BertForQuestionAnswering, PretrainedConfig

from assignment.explorer.explorer import Explorer, answer, load_source
from assignment.explorer.functions import parse_functions
from assignment.explorer.look import LookError, look, read_text
from assignment.explorer.words import SIGNS, WORDS, name_signs
from assignment.fixable import FixableError
from assignment.models.bert import Bert

TEXT = "The dogs sat near the tree."  # [CLS] the dog ##s sat near the tree . [SEP]


def unpack(seen: dict[str, object]) -> np.ndarray:
    size = len(seen["pieces"])
    data = zlib.decompress(base64.b64decode(seen["attention"]))
    return np.frombuffer(data, dtype=np.uint8).reshape(seen["layers"], seen["heads"], size, size)


def test_attention_is_the_models_to_half_a_step(tiny: Bert) -> None:
    seen = look(tiny, TEXT, [])
    found = tiny.model(**tiny.tokenizer(TEXT, return_tensors="pt"), output_attentions=True).attentions
    assert np.abs(unpack(seen) / 255 - torch.stack(found, dim=1)[0].numpy()).max() <= 0.5 / 255 + 1e-9
    assert seen["pieces"] == ("[CLS]", "the", "dog", "##s", "sat", "near", "the", "tree", ".", "[SEP]")
    assert seen["words"] == (-1, 0, 1, 1, 2, 3, 4, 5, 6, -1)
    assert seen["predictions"] == []


def test_what_is_told_can_be_written_as_json(tiny: Bert) -> None:
    assert json.loads(json.dumps(look(tiny, TEXT, [1])))["masked"] == [1]


def test_mask_on_one_piece_hides_its_whole_word(tiny: Bert) -> None:
    seen = look(tiny, TEXT, [3])
    assert seen["masked"] == (2, 3)
    assert [one["was"] for one in seen["predictions"]] == ["dog", "##s"]
    assert seen == look(tiny, TEXT, [2]) == look(tiny, TEXT, [2, 3])


def test_predictions_are_the_models_for_the_text_with_masks(tiny: Bert) -> None:
    seen = look(tiny, TEXT, [4, 7])
    encoded = tiny.tokenizer("The dogs [MASK] near the [MASK].", return_tensors="pt")
    probability = tiny.model(**encoded).logits[0, 7].softmax(dim=-1)
    one = seen["predictions"][1]
    tree = int(tiny.tokenizer.convert_tokens_to_ids("tree"))
    assert one["probability"] == pytest.approx(float(probability[tree]), abs=1e-5)
    assert one["rank"] == 1 + int((probability > probability[tree]).sum())
    assert [word for word, _ in one["best"]] == tiny.tokenizer.convert_ids_to_tokens(probability.topk(10).indices)
    assert [value for _, value in one["best"]] == pytest.approx(probability.topk(10).values.tolist(), abs=1e-5)


def test_mask_in_the_text_itself_is_predicted_and_has_no_true_word(tiny: Bert) -> None:
    seen = look(tiny, "The [MASK] sat.", [3])
    assert (seen["given"], seen["masked"]) == ((2,), (2, 3))
    assert [(one["was"], one["rank"] is None) for one in seen["predictions"]] == [(None, True), ("sat", False)]


def test_unknown_word_is_shown_as_it_was_written(tiny: Bert) -> None:
    seen = look(tiny, "The 貓 sat & slept.", [])
    assert seen["unknown"] == (2, 4)
    assert [seen["pieces"][place] for place in seen["unknown"]] == ["貓", "&"]


def test_words_of_a_pair_are_numbered_on(tiny: Bert) -> None:
    seen = look(tiny, "Who sat?", [], "The dogs sat.")
    assert seen["words"] == (-1, 0, 1, 2, -1, 3, 4, 4, 5, 6, -1)
    assert seen["parts"] == (-1, 0, 0, 0, -1, 1, 1, 1, 1, 1, -1)
    assert look(tiny, "Who sat?", [5], "The dogs sat.")["masked"] == (5,)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_empty_text_is_refused(tiny: Bert, text: str) -> None:
    with pytest.raises(FixableError, match="text: nothing; expected a sentence"):
        look(tiny, text, [])


def test_text_that_is_too_long_is_refused_with_both_numbers(tiny: Bert) -> None:
    assert len(read_text(tiny, "cat " * 62)) == 64
    with pytest.raises(FixableError, match="text: 65 pieces; expected at most 64") as caught:
        look(tiny, "cat " * 63, [])
    assert caught.value.values == {"count": 65, "limit": 64}


@pytest.mark.parametrize("place", [0, 9, 10, -1])
def test_mask_on_what_is_no_word_is_refused(tiny: Bert, place: int) -> None:
    with pytest.raises(LookError, match=rf"masked: {place}; expected the place of a word"):
        look(tiny, TEXT, [place])


def test_model_that_answers_questions_shows_attention_and_refuses_masks(tiny: Bert) -> None:
    config: PretrainedConfig = tiny.model.config
    model = BertForQuestionAnswering(config).double().eval()
    model.set_attn_implementation("eager")
    reader = Bert(model, tiny.tokenizer)
    assert unpack(look(reader, TEXT, [])).shape == (3, 2, 10, 10)
    with pytest.raises(LookError, match="model: predicts no words"):
        look(reader, TEXT, [1])


def test_widget_answers_what_its_script_asks(tiny: Bert) -> None:
    widget = Explorer(tiny, [TEXT, ("Who sat?", "The cat.")], {"next": (np.eye(3, 2), 0.1)})
    assert widget.seen["text"] == TEXT
    assert widget.functions == {"next": {"scores": [[1, 0], [0, 1], [0, 0]], "chance": 0.1}}
    widget.asked = {"text": "The cat sat.", "second": None, "masked": [2]}
    assert widget.seen == look(tiny, "The cat sat.", [2])
    widget.asked = {"text": "cat " * 80, "second": None, "masked": []}
    assert widget.seen["problem"] == {"word": "too_long", "values": {"count": 82, "limit": 64}}
    assert Explorer(tiny, []).seen["problem"]["word"] == "empty"


def test_scores_of_another_model_are_refused(tiny: Bert) -> None:
    with pytest.raises(FixableError, match=r"functions: next: scores of shape \(2, 3\); expected \(3, 2\)"):
        Explorer(tiny, [TEXT], {"next": (np.zeros((2, 3)), 0.1)})
    assert parse_functions(None, 3, 2) == {}


def test_every_word_that_the_script_says_is_there_in_both_languages_and_none_is_idle(tiny: Bert) -> None:
    script = load_source("explorer.js") + load_source("page.js") + (Path(look.__code__.co_filename)).read_text()
    used = set(re.findall(r'"([a-z_]+(?:\.[a-z]+)?)"', script)) | set(re.findall(r"\.words?\w*\)?\.(\w+)", script))
    problems = {f"problem.{word}" for word in re.findall(r'(?:LookError\(|word: )"(\w+)"', script)}
    assert problems == {name for name in WORDS if name.startswith("problem.")}
    said = set(re.findall(r'(?:say|tell)\("([\w.]+)"', script))
    assert said <= set(WORDS)
    spoken = {name for name in WORDS if not name.startswith(("problem.", "function."))}
    idle = spoken - used - {"drawn_from", "drawn_to", "outstanding"}
    assert not idle


def test_signs_are_called_as_the_models_own_tokenizer_calls_them(tiny: Bert) -> None:
    assert name_signs(tiny.tokenizer) == {name: {"en": says.en, "zh": says.zh} for name, says in WORDS.items()}
    signs = {"cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>"}
    words = name_signs(SimpleNamespace(**signs))
    assert words["separators"] == {"en": "leave out <s> and </s>", "zh": "不計 <s> 與 </s>"}
    assert words["unknown"]["en"] == "not in the vocabulary: the model reads <unk>"
    assert words["mask_sign"]["zh"] == "<mask>"
    assert not [text for both in words.values() for text in both.values() if any(sign in text for sign in SIGNS)]
    assert name_signs(SimpleNamespace(**signs | {"mask_token": None}))["mask_sign"]["en"] == "[MASK]"


def test_fields_of_a_word_are_the_same_in_both_languages() -> None:
    for name, word in WORDS.items():
        assert set(re.findall(r"\{\w+\}", word.en)) == set(re.findall(r"\{\w+\}", word.zh)), name


def test_answer_names_the_problem_and_what_was_asked(tiny: Bert) -> None:
    asked = {"text": TEXT, "second": None, "masked": [0]}
    assert answer(tiny, asked) == {"problem": {"word": "not_a_word", "values": {"place": 0}}, "asked": asked}


def test_half_of_a_surrogate_is_an_unknown_character(tiny: Bert) -> None:
    assert look(tiny, "\ud800 cat", [])["pieces"][-2] == look(tiny, "? cat", [])["pieces"][-2]
