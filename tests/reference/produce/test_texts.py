"""The canonical arrays of the texts: what is stored is what is computed, and any BERT in a folder will do."""

from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from transformers import BertConfig, BertForQuestionAnswering

from assignment.arrays import ARRAYS, FUNCTIONS, LINKS
from assignment.course import open_course
from assignment.models.bert import load_bert
from assignment.models.reading import read
from assignment.outputs import load_group
from assignment.texts import SentenceText
from questions.axes import list_axes
from questions.canonical import load_canonical
from questions.measures import attention as measures_attention
from reference.produce.bench import Bench
from reference.produce.compare import compare_group
from reference.produce.registry import find_producer

GROUPS = ("texts", "attention", "embedding_pca", "embedding_distance")
STORED = open_course().canonical
CPU, SETTINGS = torch.device("cpu"), open_course().assignment


@cache
def compute(group: str) -> dict[str, np.ndarray]:
    (found,) = find_producer(group)(Bench(open_course().profile, SETTINGS, CPU), (1,)).values()
    return dict(found)


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_stored_group_is_what_is_computed(group: str) -> None:
    differences = compare_group(group, compute(group), load_group(STORED / f"{group}.npz"))
    assert {item.array for item in differences} == {name for its, name in ARRAYS if its == group}
    assert not [item for item in differences if not item.holds]


@pytest.mark.slow
def test_threads_change_nothing_beyond_a_billionth() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1 if threads > 1 else 2)
    try:
        (again,) = find_producer("attention")(Bench(open_course().profile, SETTINGS, CPU), (1,)).values()
    finally:
        torch.set_num_threads(threads)
    for name, array in compute("attention").items():
        np.testing.assert_allclose(again[name], array, rtol=1e-9, atol=1e-9)


def test_components_are_scikit_learns_up_to_sign() -> None:
    profile, found = open_course().profile, compute("embedding_pca")
    for row, folder in enumerate(profile.reader_folders.values()):
        bert = load_bert(folder, "answers")
        reading = read(bert.tokenizer, *profile.texts.passages[1].pair)
        states = bert.model.base_model(
            reading.ids, token_type_ids=reading.segments, output_hidden_states=True
        ).hidden_states
        for depth, layer in enumerate(states):
            theirs = PCA(2).fit(layer[0].numpy())
            points, ours = theirs.transform(layer[0].numpy()), found["points"][row, 1, depth, : len(reading)]
            turned = points * np.sign((points * ours).sum(axis=0))
            np.testing.assert_allclose(ours, turned, atol=1e-9)
            np.testing.assert_allclose(found["share"][row, 1, depth], theirs.explained_variance_ratio_, atol=1e-10)


def test_distances_are_scipys() -> None:
    profile, found = open_course().profile, compute("embedding_distance")
    bert = load_bert(profile.masked_folder, "masked")
    states = []
    for text, at, _ in profile.texts.words[0].rows:
        reading = read(bert.tokenizer, text)
        hidden = bert.model(reading.ids, token_type_ids=reading.segments, output_hidden_states=True).hidden_states
        states.append(torch.cat(hidden)[:, reading.find_places(at)[0]].numpy())
    for depth, layer in enumerate(np.stack(states, axis=1)):
        np.testing.assert_allclose(found["euclidean"][0, depth], cdist(layer, layer), atol=1e-9)
        np.testing.assert_allclose(found["cosine"][0, depth], 1 - cdist(layer, layer, "cosine"), atol=1e-9)


def test_layer_0_knows_the_word_and_its_place_and_nothing_else() -> None:
    for number, words in enumerate(open_course().profile.texts.words):
        places = load_canonical(open_course(), 1)["texts", "position"][number]
        assert len(places) == len(words.rows)
        same = places[:, None] == places
        np.testing.assert_array_equal(compute("embedding_distance")["euclidean"][number, 0] < 1e-9, same)


def test_axes_are_in_the_order_that_the_measures_read() -> None:
    profile = open_course().profile
    assert (*FUNCTIONS, *LINKS) == measures_attention.SCORED_FUNCTIONS
    assert tuple(profile.reader_folders) == list_axes(open_course())["reader"]
    assert tuple(one.word for one in profile.texts.words) == list_axes(open_course())["shared_word"]
    assert len(compute("attention")["score"]) == len(measures_attention.SCORED_FUNCTIONS)


@pytest.mark.slow
def test_any_bert_in_a_folder_will_do(foreign: Path, tmp_path: Path) -> None:
    """One of another make: 12 layers of 6 heads, whose tokenizer splits nearly every word but those that are hidden."""
    tokenizer = load_bert(foreign, "masked").tokenizer
    tokenizer.save_pretrained(tmp_path)
    torch.manual_seed(4)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=48, num_hidden_layers=12, num_attention_heads=6, intermediate_size=96
    )
    BertForQuestionAnswering(config).save_pretrained(tmp_path)
    sentence = SentenceText(text="The [cat] sat near the (sheds).", candidates=("cat", "tree"))
    profile = SimpleNamespace(
        texts=open_course().profile.texts.model_copy(update={"attention": (sentence,)}),
        masked_folder=foreign,
        embeddings_folder=foreign,
        reader_folders={"reader_a": tmp_path, "reader_b": tmp_path},
    )
    found = {group: dict(find_producer(group)(Bench(profile, SETTINGS, CPU), (1,)))[None] for group in GROUPS}
    tokens = found["texts"]["word"].shape[1]
    assert found["texts"]["role"].shape[1] > load_canonical(open_course(), 1)["texts", "role"].shape[1]
    assert found["attention"]["map"].shape == (1, 12, 6, tokens, tokens)
    assert found["attention"]["score"].shape == (8, 12, 6)
    assert found["embedding_pca"]["points"].shape[:3] == (2, 3, 13)
    assert found["embedding_distance"]["cosine"].shape == (2, 13, 10, 10)
    assert all(np.isfinite(array).all() for name, array in found["embedding_distance"].items())
