"""What the questions on embeddings and their explanations take for granted is so, in the arrays and in the models."""

import numpy as np
import pytest
import torch

from assignment.arrays import ANSWER, OTHER, QUESTION, SUPPORT
from assignment.cells.text_scratch import compute_apartness, compute_nearness
from assignment.course import open_course
from assignment.models.bert import Bert, load_bert
from assignment.models.groups import compute_group_means
from assignment.models.reading import read
from assignment.models.roles import find_roles
from assignment.outputs import Outputs
from assignment.texts import split_words
from questions.canonical import load_canonical
from questions.measures import embedding_distance as distance
from questions.measures import embedding_pca as pca

PROFILE = open_course().profile
TEXTS = PROFILE.texts
READERS, WORDS = PROFILE.reader_names, tuple(one.word for one in TEXTS.words)
COMPANY = 1
BERTS = {"masked": PROFILE.masked_folder, **PROFILE.reader_folders}


@pytest.fixture(scope="module")
def outputs() -> Outputs:
    return load_canonical(open_course(), 1)


@pytest.fixture(scope="module")
def berts() -> dict[str, Bert]:
    return {name: load_bert(folder, "masked" if name == "masked" else "answers") for name, folder in BERTS.items()}


def find_states(bert: Bert, *text: str) -> torch.Tensor:
    reading = read(bert.tokenizer, *text)
    with torch.no_grad():
        found = bert.model.base_model(reading.ids, token_type_ids=reading.segments, output_hidden_states=True)
    return torch.cat(found.hidden_states)


def find_apples(bert: Bert, text: str) -> torch.Tensor:
    places = read(bert.tokenizer, text).find_places(split_words(text).index("apple"))
    return find_states(bert, text)[:, list(places)].mean(dim=1)


def test_passages_and_answers_are_those_that_the_questions_name(outputs: Outputs, berts: dict[str, Bert]) -> None:
    answers = [one.pair[1][slice(*one.answer)] for one in TEXTS.passages]
    assert answers == ["the museum", "Taylor", "a red book"]
    assert [one.pair[1][: one.support[0]].count(".") for one in TEXTS.passages] == [0, 1, 2]
    assert TEXTS.passages[2].question == "What did Ari buy?"
    given = {}
    for name, spans in zip(READERS, outputs["embedding_pca", "span"], strict=True):
        pieces = [read(berts[name].tokenizer, *one.pair).pieces for one in TEXTS.passages]
        given[name] = [" ".join(its[first : last + 1]) for its, (first, last) in zip(pieces, spans, strict=True)]
    assert given["reader_a"] == ["the museum", "green drum", "a yellow bike"]  # each from the first sentence
    assert given["reader_b"] == ["the museum", "taylor", "a red book"]
    assert all(answer not in given["reader_c"] for answer in given["reader_b"])


def test_one_reader_is_sure_of_a_wrong_answer_and_unsure_of_another(outputs: Outputs, berts: dict[str, Bert]) -> None:
    spans = outputs["embedding_pca", "span"][READERS.index("reader_a")]
    for passage, least, most in ((0, 0.99, 1), (1, 0.02, 0.035), (2, 0.99, 1)):
        bert, (first, last) = berts["reader_a"], spans[passage]
        reading = read(bert.tokenizer, *TEXTS.passages[passage].pair)
        with torch.no_grad():
            found = bert.model(reading.ids, token_type_ids=reading.segments)
        start, end = found.start_logits.softmax(dim=1)[0, first], found.end_logits.softmax(dim=1)[0, last]
        assert least < start < most
        assert least < end < most
    points = outputs["embedding_pca", "points"][READERS.index("reader_a"), :, 4]
    widths = np.nanmax(points, axis=1) - np.nanmin(points, axis=1)
    assert widths[1].max() < 3
    assert widths[[0, 2]].min() > 10


def test_fine_tuning_started_from_one_model_and_moved_the_last_layer_most(berts: dict[str, Bert]) -> None:
    for one in TEXTS.passages:
        start = find_states(berts["masked"], *one.pair)
        torch.testing.assert_close(find_states(berts["reader_c"], *one.pair), start)
        tuned = find_states(berts["reader_b"], *one.pair)
        moved = ((tuned - start).norm(dim=-1) / start.norm(dim=-1)).mean(dim=1)
        assert moved[0] == pytest.approx(0.2, abs=0.03)  # "a fifth of their length"
        assert moved[4] == pytest.approx(1.95, abs=0.1)  # "nearly twice their length"
        assert (moved.diff() > 0).all()


def test_question_lies_as_far_as_the_explanations_say(outputs: Outputs, berts: dict[str, Bert]) -> None:
    role, kept = outputs["texts", "role"][0], outputs["texts", "role"][0] >= 0
    points = outputs["embedding_pca", "points"][:, 0].astype(float)

    def near(reader: int, layer: int, other: int, but: int | None = None) -> str:
        asked = (role == other) & (np.arange(len(role)) != but)
        return f"{compute_nearness(points[reader, layer][kept], role[kept] == QUESTION, asked[kept]):.2f}"

    assert [near(1, layer, other) for layer in (3, 4) for other in (SUPPORT, OTHER)] == ["0.69", "0.85", "0.26", "0.54"]
    assert [near(0, 4, other) for other in (SUPPORT, OTHER)] == ["0.23", "0.10"]
    pieces = read(berts["reader_a"].tokenizer, *TEXTS.passages[0].pair).pieces
    day = pieces.index("wednesday")
    assert near(0, 4, SUPPORT, but=day) == "0.13"  # "most of the difference comes from one token"
    rest = kept & (role != ANSWER) & (np.arange(len(role)) != day)
    assert points[0, 4][rest].std(axis=0).max() < 0.3 < 2 < points[0, 4][day, 0] - points[0, 4][rest, 0].mean()
    middle = np.median(points[1, 4][kept & (role != ANSWER)], axis=0)
    away = np.linalg.norm(points[1, 4] - middle, axis=1) * (kept & (role != ANSWER))
    farthest = sorted(np.argsort(away)[-3:].tolist())
    assert [pieces[place] for place in farthest] == ["sara", "the", "station"]
    assert "Sara lost a blue drum in the station" in TEXTS.passages[0].pair[1]
    assert (points[1, 4][farthest, 0] - middle[0]).min() > 4  # on the side of the answer, whose points lie at
    assert (points[1, 4][role == ANSWER][:, 0] - middle[0]).min() > 10


def test_answers_lie_as_far_as_the_explanations_say(outputs: Outputs, berts: dict[str, Bert]) -> None:
    apart = {
        (reader, passage): [
            pca.answer_apart(outputs, reader=reader, passage=passage, layer=layer) for layer in range(5)
        ]
        for reader in READERS
        for passage in range(3)
    }
    assert apart["reader_a", 0][3] < 2
    assert [f"{apart[reader, 0][4]:.0f}" for reader in READERS] == ["34", "6", "1"]
    assert apart["reader_a", 1][4] < 1
    assert f"{apart['reader_a', 2][4]:.2f}" == "0.19"
    assert f"{apart['reader_b', 1][4]:.0f}" == "12"
    assert f"{apart['reader_b', 1][0]:.2f}" == "0.20"
    given = [pca.answer_apart(outputs, reader="reader_a", passage=i, layer=4, answer="given") for i in (1, 2)]
    assert given[0] < 3 < 50 < given[1]
    tokens = [pca.answer_token_apart(outputs, reader="reader_b", passage=2, layer=4, token=i) for i in range(3)]
    assert tokens[1] < 3 < 20 < min(tokens[0], tokens[2])
    first, _, last = outputs["embedding_pca", "points"][1, 2, 4][outputs["texts", "role"][2] == ANSWER]
    assert first[1] > 8 > -8 > last[1]  # "to a side of its own"
    states = find_states(berts["reader_b"], *TEXTS.passages[1].pair)[0].double().numpy()
    role = find_roles(TEXTS.passages[1], read(berts["reader_b"].tokenizer, *TEXTS.passages[1].pair))
    assert states.shape[1] == 128
    assert compute_apartness(states[role >= 0], role[role >= 0] == ANSWER) == pytest.approx(1.0, abs=0.05)


def test_components_of_another_layer_or_of_one_spread_draw_otherwise(outputs: Outputs, berts: dict[str, Bert]) -> None:
    states = find_states(berts["reader_a"], *TEXTS.passages[0].pair)
    centred = (states - states.mean(dim=1, keepdim=True)).double().numpy()
    role = outputs["texts", "role"][0][: states.shape[1]]
    loadings = np.linalg.svd(centred[4])[2][:2]
    points = (centred[3] @ loadings.T)[role >= 0]
    assert f"{compute_apartness(points, role[role >= 0] == ANSWER):.1f}" == "4.6"
    role, points = outputs["texts", "role"][1], outputs["embedding_pca", "points"][1, 1, 4].astype(float)
    assert (role == ANSWER).sum() == 1  # "it is one token"
    stretched = (points / np.nanstd(points, axis=0))[role >= 0]
    assert f"{compute_apartness(stretched, role[role >= 0] == ANSWER):.0f}" == "6"
    along, across = [compute_apartness(points[role >= 0][:, [axis]], role[role >= 0] == ANSWER) for axis in (0, 1)]
    assert along > 20 > 1 > across  # "the first component alone sets it apart"


def test_shares_are_those_above_the_drawings(outputs: Outputs) -> None:
    places = (("a", 0, 4), ("b", 0, 4), ("c", 0, 4), ("a", 1, 4), ("b", 1, 0), ("a", 2, 4), ("b", 2, 4))
    shown = [
        f"{pca.variance_kept(outputs, reader=f'reader_{letter}', passage=passage, layer=layer):.0%}"  # type: ignore[arg-type]
        for letter, passage, layer in places
    ]
    assert shown == ["88%", "66%", "27%", "47%", "19%", "95%", "73%"]
    gains = [pca.variance_gain(outputs, reader="reader_b", over="reader_c", passage=0, layer=layer) for layer in (1, 4)]
    assert [f"{gain:.0%}" for gain in gains] == ["1%", "39%"]


def test_words_stand_where_the_explanations_say(outputs: Outputs, berts: dict[str, Bert]) -> None:
    apple, bat = outputs["texts", "position"]
    meaning = outputs["texts", "meaning"]
    same, own = meaning[1][:, None] == meaning[1], np.eye(10, dtype=bool)
    for places, between, within in ((apple, 0.08, 0.1), (bat, 0.4, 0.3)):
        at = places[:, None] == places
        assert at[~same].mean() == pytest.approx(between)
        assert at[same & ~own].mean() == pytest.approx(within)
    for places, matrix in zip((apple, bat), outputs["embedding_distance", "euclidean"], strict=True):
        assert np.array_equal(places[:, None] == places, matrix[0] < 0.01)  # layer 0 knows the place only
    assert apple[3] == apple[5]
    assert apple[0] != apple[3]
    works = read(berts["masked"].tokenizer, TEXTS.words[0].rows[5][0])
    assert len(works.find_places(split_words(TEXTS.words[0].rows[5][0]).index("works"))) == 2  # "is two tokens"
    assert bat[2] == bat[3] + 1
    assert meaning[0].tolist() == meaning[1].tolist() == [0] * 5 + [COMPANY] * 5  # fruit, animal; company, sport
    for (text, word, its), is_bat in [(row, one.word == "bat") for one in TEXTS.words for row in one.rows]:
        assert (split_words(text)[word - 1] == "the" and word > 0) == (is_bat or its != COMPANY)
    assert all(split_words(TEXTS.words[0].rows[index][0])[-2] == "apple" for index in (4, 9))
    phrases = {0: ("ate the apple for lunch", (0, 3)), 1: ("saw the bat in the dark cave", (2, 3))}
    for word, (phrase, numbers) in phrases.items():
        assert all(phrase in TEXTS.words[word].rows[index][0] for index in numbers)
    assert all(TEXTS.words[1].rows[index][0].startswith("The bat") for index in (4, 9))


def test_distances_are_as_the_explanations_say(outputs: Outputs) -> None:
    apple, bat = outputs["embedding_distance", "euclidean"]
    shown = [bat[0, 2, 3], bat[0, 4, 9], bat[1, 4, 9], bat[4, 4, 9], bat[1, 5, 8], bat[4, 5, 8]]
    assert [f"{number:.2f}" for number in shown] == ["4.55", "0.00", "1.56", "6.83", "4.64", "3.89"]
    shown = [apple[0, 0, 3], apple[0, 3, 5], apple[4, 0, 3]]
    assert [f"{number:.2f}" for number in shown] == ["4.76", "0.00", "2.49"]
    away = np.where(np.eye(10, dtype=bool), np.inf, np.stack([apple[4], bat[4]]))
    assert away[0, :5, :5].min() == apple[4, 0, 3]  # "the smallest of any two fruits"
    assert away[1, 5:, 5:].min() == bat[4, 5, 8]  # "than any other two of sport"
    away = np.where(np.eye(10, dtype=bool), np.inf, apple[2])
    assert (away[4].argmin(), away[9].argmin()) == (9, 4)


def test_vectors_grow_longer_and_share_a_mean(outputs: Outputs, berts: dict[str, Bert]) -> None:
    within = [distance.meaning_within(outputs, word="apple", layer=layer) for layer in (3, 4)]
    assert [f"{number:.2f}" for number in within] == ["4.07", "4.83"]
    within = [distance.meaning_within(outputs, word="apple", layer=layer, array="cosine") for layer in (0, 2, 3, 4)]
    assert [f"{number:.3f}" for number in within] == ["0.739", "0.621", "0.761", "0.842"]
    states = torch.stack([find_apples(berts["masked"], text) for text, _, _ in TEXTS.words[0].rows], dim=1)
    length = states.norm(dim=-1).mean(dim=1)
    assert length[4] / length[3] == pytest.approx(1.45, abs=0.02)
    centred = torch.nn.functional.normalize(states[4] - states[4].mean(dim=0), dim=-1)
    within, between = compute_group_means((centred @ centred.T).numpy(), outputs["texts", "meaning"][0])
    assert f"{between - within:.2f}" == "-1.00"


def test_tables_show_what_the_explanations_say(outputs: Outputs) -> None:
    apple = [distance.nearest_same(outputs, word="apple", layer=layer) for layer in (2, 3)]
    assert apple == pytest.approx([0.7, 1])
    bat = [distance.nearest_same(outputs, word="bat", layer=layer) for layer in (3, 4)]
    assert bat == pytest.approx([0.6, 1])
    assert distance.nearest_same(outputs, word="bat", layer=4, array="cosine") == 1
    gaps = [distance.meaning_gap(outputs, word=word, layer=1) for word in WORDS]  # type: ignore[arg-type]
    assert [f"{gap:.3f}" for gap in gaps] == ["0.064", "-0.318"]
    meaning = outputs["texts", "meaning"]
    one, two = compute_group_means(outputs["embedding_distance", "euclidean"][0, 1], meaning[0])
    assert f"{two:.3f} {one:.3f}" == "4.869 4.805"
    shown = [compute_group_means(outputs["embedding_distance", "cosine"][word, 4], meaning[word]) for word in (0, 1)]
    assert [f"{one:.3f} {two:.3f}" for one, two in shown] == ["0.842 0.563", "0.846 0.686"]
    gaps = [distance.meaning_gap(outputs, word=word, layer=4, array="cosine") for word in WORDS]  # type: ignore[arg-type]
    assert [f"{gap:.3f}" for gap in gaps] == ["-0.279", "-0.161"]
