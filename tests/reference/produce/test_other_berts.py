"""Courses of other BERTs: the notebook's own cells and the reference give the same arrays, in each reader's tokens."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from assignment.agreement.agree import find_shared_axes
from assignment.assignment import NOTEBOOK_FILE
from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.models.bert import load_bert
from assignment.models.reading import read
from assignment.outputs import Outputs, load_group
from assignment.texts import PassageText, SentenceText, Texts, WordSet
from questions.measures.embedding_pca import answer_apart, question_near
from reference.produce.bench import Bench
from reference.produce.registry import find_producer
from tests.assignment.models.tiny_berts import save_tiny

CPU, SETTINGS = torch.device("cpu"), open_course().assignment
GROUPS = ("texts", "attention", "embedding_pca", "embedding_distance")
ENGLISH = Texts(
    attention=(
        SentenceText(text="The (dog) saw an [old] cat.", candidates=("old", "and")),
        SentenceText(text=r"The (cats) \[and 3 dogs\] saw the [dog] and paid.", candidates=("dog", "cat")),
    ),
    passages=(
        PassageText(question="Who saw the cat?", passage="An old [dog] saw the cat. The key."),
        PassageText(question="Who paid?", passage="The dog saw an old cat. [The cat] paid."),
    ),
    words=(WordSet(word="cat", sentences={"a": ("The [cat] saw.", "[Cats] paid."), "b": ("An old [cat].",)}),),
)
CHINESE = Texts(
    attention=(
        SentenceText(text="(我)喜歡吃[蘋果]。", candidates=("蘋果", "小狗")),
        SentenceText(text="今天(小狗)在[公]園跑。", candidates=("公", "機")),
    ),
    passages=(PassageText(question="他在說？", passage="我存錢。他在[銀行]說好。她跑。"),),
    words=(WordSet(word="蘋果", sentences={"fruit": ("我吃[蘋果]。",), "company": ("[蘋果]發表新手機。",)}),),
)
COURSES: dict[str, tuple[Texts, str, tuple[tuple[str, str, int], ...]]] = {  # texts, masked, readers with their layers
    "english": (ENGLISH, "roberta", (("distilbert", "wordpiece", 2), ("albert", "unigram", 3))),
    "chinese": (CHINESE, "albert", (("bert", "wordpiece", 3), ("roberta", "bpe", 3))),
}


def make_course(folder: Path, name: str) -> Any:
    texts, masked, readers = COURSES[name]
    folders = {
        reader: save_tiny(folder / reader, reader, "answers", tokenizer=tokenizer, layers=layers)
        for reader, tokenizer, layers in readers
    }
    its = save_tiny(folder / "masked", masked, "masked")
    return SimpleNamespace(texts=texts, masked_folder=its, embeddings_folder=its, reader_folders=folders)


def run_cells(profile: Any) -> None:
    """Run the notebook's official cells about texts, in the working folder."""
    names: dict[str, Any] = {"profile": profile, "device": "cpu", "Path": Path, "torch": torch, "np": np}
    exec("from assignment.outputs import save_group", names)
    names["cosine_similarity"] = lambda a, b: a @ b / (a.norm() * b.norm())
    for cell in json.loads(NOTEBOOK_FILE.read_text(encoding="utf-8"))["cells"]:
        if re.match(r"# official: (bert|attention|embedding_\w+)\n", "".join(cell["source"])):
            exec("".join(cell["source"]), names)


@pytest.mark.parametrize("name", COURSES)
def test_notebook_and_reference_read_the_same_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    profile = make_course(tmp_path, name)
    found = {group: dict(find_producer(group)(Bench(profile, SETTINGS, CPU), (1,)))[None] for group in GROUPS}
    run_cells(profile)
    for group in GROUPS[1:]:
        for array, theirs in load_group(tmp_path / "outputs" / f"{group}.npz").items():
            if array == "points":  # the sign of a component is free
                theirs = theirs * np.sign(np.nansum(theirs * found[group][array], axis=-2, keepdims=True))
            np.testing.assert_allclose(theirs, found[group][array], atol=2e-4, err_msg=f"{group}, {array}")


def test_roles_are_those_of_each_readers_own_tokens(tmp_path: Path) -> None:
    profile = make_course(tmp_path, "english")
    bench = Bench(profile, SETTINGS, CPU)
    arrays = {group: dict(find_producer(group)(bench, (1,)))[None] for group in ("texts", "embedding_pca")}
    outputs = Outputs(
        {(group, name): array for group, its in arrays.items() for name, array in its.items()},
        {"reader": ("reader_a", "reader_b")},
    )
    assert outputs["texts", "role"].shape == (2, *outputs["embedding_pca", "points"].shape[1::2][:2])
    assert find_shared_axes(outputs)["reader"] == 2
    place = {"passage": 1, "layer": 1}
    for reader in ("reader_a", "reader_b"):
        assert np.isfinite(
            [measure(outputs, reader=reader, **place) for measure in (answer_apart, question_near)]
        ).all()


def test_states_of_words_are_those_of_the_courses_embeddings_model(tmp_path: Path) -> None:
    profile = make_course(tmp_path, "english")
    profile.embeddings_folder = save_tiny(tmp_path / "words", "distilbert", "embeddings", layers=2)
    bench = Bench(profile, SETTINGS, CPU)
    arrays = {group: dict(find_producer(group)(bench, (1,)))[None] for group in ("texts", "embedding_distance")}
    bert = load_bert(profile.embeddings_folder, "embeddings")
    readings = [read(bert.tokenizer, text) for text, _, _ in ENGLISH.words[0].rows]
    places = [one.find_places(word) for one, (_, word, _) in zip(readings, ENGLISH.words[0].rows, strict=True)]
    assert arrays["texts"]["position"][0].tolist() == [its[0] for its in places]
    with torch.no_grad():
        states = [bert.model(one.ids, output_hidden_states=True).hidden_states for one in readings]
    for layer in range(3):
        a, b = (states[n][layer][0, list(places[n])].mean(dim=0) for n in (0, 2))
        expected = float(torch.linalg.vector_norm(a - b))
        assert arrays["embedding_distance"]["euclidean"][0, layer, 0, 2] == pytest.approx(expected, rel=1e-6)


def test_texts_that_do_not_fit_are_named_before_anything_is_computed(tmp_path: Path) -> None:
    profile = make_course(tmp_path, "chinese")
    profile.masked_folder = save_tiny(tmp_path / "other", "bert", "masked")
    with pytest.raises(FixableError) as caught:
        find_producer("texts")(Bench(profile, SETTINGS, CPU), (1,))
    assert [fault.place for fault in caught.value.faults] == [("attention", "0")]
    assert "2 tokens, 蘋 果; expected a word of one" in str(caught.value)
