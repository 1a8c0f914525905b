"""Training depends on its seed alone, and goes on where it stopped."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from assignment.making.bert import train as train_bert
from assignment.making.bert.data import CHUNK
from assignment.making.bert.recipe import BertRecipe

TINY = BertRecipe(
    layers=1, heads=2, hidden=16, inner=32, batch=4, masked_steps=2 * CHUNK, answer_steps=CHUNK, warm_up=4
)  # fmt: skip


@pytest.mark.slow
def test_same_seed_gives_the_same_model_also_from_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_bert, "_KEEP_EVERY", CHUNK)
    whole = train_bert.train_masked(TINY, tmp_path / "whole").state_dict()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    keep = train_bert._keep
    monkeypatch.setattr(train_bert, "_keep", lambda *parts: (keep(*parts), stop()))
    with pytest.raises(KeyboardInterrupt):
        train_bert.train_masked(TINY, tmp_path / "stopped")
    monkeypatch.setattr(train_bert, "_keep", keep)
    resumed = train_bert.train_masked(TINY, tmp_path / "stopped").state_dict()
    assert all(torch.equal(value, resumed[name]) for name, value in whole.items())
    other = train_bert.train_masked(replace(TINY, seed=10), tmp_path / "other").state_dict()
    assert not all(torch.equal(value, other[name]) for name, value in whole.items())


@pytest.mark.slow
def test_fine_tuning_leaves_the_model_that_it_starts_from_as_it_was(tmp_path: Path) -> None:
    masked = train_bert.train_masked(TINY, tmp_path)
    before = {name: value.clone() for name, value in masked.state_dict().items()}
    tuned = train_bert.train_answers(masked, TINY, tmp_path / "good.pt", facts=range(3), steps=CHUNK)
    assert all(torch.equal(value, before[name]) for name, value in masked.state_dict().items())
    changed = tuned.bert.state_dict()
    assert any(not torch.equal(value, changed[name]) for name, value in masked.bert.state_dict().items())
