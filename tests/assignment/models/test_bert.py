"""A folder in the Hugging Face format opens as a BERT, or the error says what is missing."""

from pathlib import Path

import pytest
import torch
from transformers import BertForMaskedLM

from assignment.fixable import FixableError
from assignment.making.bert.recipe import BertRecipe
from assignment.making.bert.train import make_config, start_answers
from assignment.making.language.vocabulary import list_pieces, save_tokenizer
from assignment.models.bert import load_bert, save_bert


@pytest.fixture(scope="module")
def masked() -> BertForMaskedLM:
    torch.manual_seed(0)
    return BertForMaskedLM(make_config(BertRecipe(layers=2, hidden=16, inner=32), len(list_pieces()))).eval()


@pytest.fixture(scope="module")
def folder(masked: BertForMaskedLM, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bert")
    save_bert(masked, folder)
    save_tokenizer(folder, longest=64)
    return folder


def test_what_is_saved_is_loaded_with_every_weight_rounded_to_half_precision(
    masked: BertForMaskedLM, folder: Path
) -> None:
    found = load_bert(folder, "masked")
    assert not found.model.training
    for name, value in found.model.state_dict().items():
        assert value.dtype == torch.float64
        assert torch.equal(value, masked.state_dict()[name].half().double()), name
    assert not any(parameter.requires_grad for parameter in found.model.parameters())
    assert "float16" in (folder / "config.json").read_text(encoding="utf-8")


def test_attentions_come_out(folder: Path) -> None:
    found = load_bert(folder, "masked")
    out = found.model(**found.tokenizer("Anna slept.", return_tensors="pt"), output_attentions=True)
    assert [a.shape for a in out.attentions] == [(1, 4, 5, 5)] * 2


def test_folder_without_weights_of_the_kind_is_refused_by_their_names(folder: Path) -> None:
    with pytest.raises(FixableError, match=r"no weights qa_outputs\.bias, qa_outputs\.weight"):
        load_bert(folder, "answers")


def test_folder_that_is_no_bert_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"no config\.json; expected a BERT"):
        load_bert(tmp_path, "masked")


def test_truncated_weights_are_refused(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(FixableError, match="expected a BERT in the Hugging Face format"):
        load_bert(tmp_path, "masked")


def test_untuned_model_has_the_masked_ones_body(masked: BertForMaskedLM) -> None:
    untuned = start_answers(masked, BertRecipe())
    for name, value in untuned.bert.state_dict().items():
        assert torch.equal(value, masked.bert.state_dict()[name])
    again = start_answers(masked, BertRecipe())
    assert torch.equal(untuned.qa_outputs.weight, again.qa_outputs.weight)
