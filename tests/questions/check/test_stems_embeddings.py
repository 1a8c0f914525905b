"""What the questions on embeddings and their explanations take for granted is so, in the arrays and in the models."""

import numpy as np
import pytest
import torch

from assignment.arrays import ANSWER, OTHER, QUESTION, SUPPORT
from assignment.cells.text_scratch import compute_nearness
from assignment.course import open_course
from assignment.models.bert import Bert, load_bert
from assignment.models.groups import compute_group_means
from assignment.models.reading import read
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
    assert given["reader_c"][0] == "drum in the museum on"
    right = [name.lower() for name in answers]
    rightly = {name: sum(one == its for one, its in zip(right, given[name], strict=True)) for name in READERS}
    assert rightly == {"reader_a": 1, "reader_b": 3, "reader_c": 0}  # X and Y of embedding_pca-3


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
    def near(reader: int, passage: int, layer: int, but: int | None = None) -> str:
        role, points = outputs["texts", "role"][passage], outputs["embedding_pca", "points"][reader, passage, layer]
        kept, out = role >= 0, np.arange(len(role)) == but
        its = points[kept].astype(float)
        return " ".join(
            f"{compute_nearness(its, role[kept] == QUESTION, ((role == other) & ~out)[kept]):.2f}"
            for other in (SUPPORT, OTHER)
        )

    assert [near(2, 2, 1), near(1, 2, 1), near(1, 2, 0)] == ["0.73 0.83", "1.10 0.86", "0.98 0.82"]
    assert [near(1, 2, 4), near(2, 0, 4)] == ["0.38 0.42", "1.02 1.09"]
    every = [float(number) for passage in range(3) for layer in range(5) for number in near(2, passage, layer).split()]
    assert 0.7 < min(every) < max(every) < 1.3
    role, points = outputs["texts", "role"][0], outputs["embedding_pca", "points"][0, 0, 4].astype(float)
    day = read(berts["reader_a"].tokenizer, *TEXTS.passages[0].pair).pieces.index("wednesday")
    assert [near(0, 0, 4), near(0, 0, 4, but=day)] == ["0.23 0.10", "0.13 0.10"]  # "a single token sways the mean"
    rest = (role >= 0) & (role != ANSWER) & (np.arange(len(role)) != day)
    assert points[rest].std(axis=0).max() < 0.3 < 2 < points[day, 0] - points[rest, 0].mean()


def test_answers_lie_as_far_as_the_explanations_say(outputs: Outputs) -> None:
    def apart(letter: str, passage: int, layer: int, answer: pca.Answer = "right") -> str:
        reader = f"reader_{letter}"
        return f"{pca.answer_apart(outputs, reader=reader, passage=passage, layer=layer, answer=answer):.2f}"

    for passage, numbers in enumerate((["34.44", "0.37"], ["2.74", "12.07"], ["50.14", "13.57"])):
        assert [apart(letter, passage, 4, "given") for letter in ("ab" if passage else "ac")] == numbers
    assert [apart("c", 2, layer) for layer in (3, 0)] == ["0.52", "1.12"]
    assert [apart("c", 1, layer) for layer in (2, 1, 4)] == ["0.97", "0.18", "0.28"]
    assert [apart("b", 2, layer) for layer in (2, 0, 4)] == ["0.84", "1.13", "13.57"]
    assert [apart("b", 1, layer) for layer in (2, 1, 4)] == ["0.22", "0.72", "12.07"]
    assert [apart("b", 0, layer) for layer in (2, 0, 4)] == ["0.76", "0.43", "6.10"]
    assert apart("c", 0, 4) == "1.04"


def test_shares_are_those_above_the_drawings(outputs: Outputs) -> None:
    def share(letter: str, passage: int, layer: int) -> str:
        return f"{pca.variance_kept(outputs, reader=f'reader_{letter}', passage=passage, layer=layer):.0%}"

    assert [share("b", 2, layer) for layer in (3, 4)] == ["36%", "73%"]
    assert [share("a", 1, layer) for layer in (3, 4)] == ["57%", "47%"]
    quarter = [share(letter, 1, layer) for letter in "bc" for layer in (1, 2)]
    assert quarter == ["21%", "26%", "19%", "22%"]  # "about a quarter of the variance"


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


def test_distances_are_as_the_explanations_say(outputs: Outputs) -> None:
    apple, bat = outputs["embedding_distance", "euclidean"]
    shown = [bat[0, 2, 3], bat[1, 5, 8], bat[4, 5, 8]]
    assert [f"{number:.2f}" for number in shown] == ["4.55", "4.64", "3.89"]
    shown = [apple[0, 0, 3], apple[0, 3, 5], apple[4, 0, 3], apple[0, 3, 8], apple[1, 3, 8], apple[4, 3, 8]]
    assert [f"{number:.2f}" for number in shown] == ["4.76", "0.00", "2.49", "0.00", "1.44", "8.48"]
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
