"""The stored BERTs of profile `mini` do what their cards say."""

from functools import cache
from pathlib import Path

import pytest
import torch
import yaml

from assignment.course import open_course
from assignment.making.bert.card import CARD_NAME
from assignment.making.bert.measure import BertFigures, measure_answers, measure_masked
from assignment.making.language.vocabulary import Encoder, list_pieces
from assignment.models.bert import find_spans, load_bert
from assignment.profile import TRUTH_NAME

FOLDER = open_course().profile.folder / "bert"


@cache
def measure(kind: str) -> BertFigures:
    encoder = Encoder(list_pieces())
    if kind == "masked":
        model = load_bert(open_course().profile.masked_folder, "masked", dtype=torch.float32).model
        return measure_masked(model, encoder, 300)
    name = yaml.safe_load((FOLDER / TRUTH_NAME).read_text(encoding="utf-8"))[kind]
    model = load_bert(open_course().profile.reader_folders[name], "answers", dtype=torch.float32).model
    return measure_answers(model, encoder, 300)


@pytest.mark.slow
def test_masked_words_that_the_sentence_determines_are_found() -> None:
    found = measure("masked").shares
    assert len(found) == 8
    assert {name for name, share in found.items() if share < 0.9} == set()


@pytest.mark.slow
def test_good_reader_answers_wherever_the_answer_lies() -> None:
    found = measure("good").shares
    assert found["all"] >= 0.9
    assert min(found[f"answer in sentence {i}"] for i in range(3)) >= 0.85


@pytest.mark.slow
def test_flawed_reader_looks_no_further_than_the_first_sentence() -> None:
    found = measure("flawed").shares
    assert found["answer in sentence 0"] >= 0.9
    assert max(found["answer in sentence 1"], found["answer in sentence 2"]) <= 0.3


@pytest.mark.slow
def test_untuned_reader_does_not_answer() -> None:
    assert measure("untuned").shares["all"] < 0.2


def test_untuned_reader_has_the_body_of_the_masked_one() -> None:
    name = yaml.safe_load((FOLDER / TRUTH_NAME).read_text(encoding="utf-8"))["untuned"]
    masked = load_bert(open_course().profile.masked_folder, "masked").model.bert.state_dict()
    untuned = load_bert(open_course().profile.reader_folders[name], "answers").model.bert.state_dict()
    assert all(torch.equal(value, untuned[key]) for key, value in masked.items())


@pytest.mark.slow
def test_stored_vocabulary_is_what_the_grammar_gives() -> None:
    for folder in (open_course().profile.masked_folder, *open_course().profile.reader_folders.values()):
        assert tuple((folder / "vocab.txt").read_text(encoding="utf-8").splitlines()) == list_pieces()


def test_models_are_small_and_each_has_a_card_with_its_figures() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 8_000_000
    for folder in (open_course().profile.masked_folder, *open_course().profile.reader_folders.values()):
        text = (folder / CARD_NAME).read_text(encoding="utf-8")
        assert "CC0-1.0" in text
        assert ": 0." in text or ": 1." in text


def test_nothing_that_students_get_tells_which_reader_is_which() -> None:
    for folder in open_course().profile.reader_folders.values():
        for path in sorted(folder.iterdir()):
            if path.name != CARD_NAME and path.suffix in (".json", ".txt"):
                assert not {"flawed", "untuned"} & set(path.read_text(encoding="utf-8").split()), path
    sources = {Path(asset.path).parent.name: asset.source for asset in open_course().profile.manifest.assets}
    assert len({sources[name] for name in open_course().profile.reader_folders}) == 1


@pytest.mark.parametrize(("start", "end", "expected"), [(1, 3, [1, 3]), (3, 1, [3, 3]), (0, 2, [1, 2])])
def test_span_ends_where_it_starts_or_later_and_lies_where_it_may(start: int, end: int, expected: list[int]) -> None:
    at = torch.eye(5)
    allowed = torch.tensor([[False, True, True, True, True]])
    assert find_spans(3 * at[start][None], 2 * at[end][None], allowed).tolist() == [expected]
