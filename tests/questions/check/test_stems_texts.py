"""What the stems and the explanations of the texts take for granted is so, on every seed."""

from collections.abc import Callable

import pytest
import torch

from assignment.course import open_course
from assignment.making.language.words import HE, JOBS, NAMES, OBJECTS, SHE, THEY
from assignment.models.bert import load_bert
from assignment.models.reading import read
from assignment.outputs import Outputs
from questions.bank import load_bank
from questions.canonical import list_seeds, load_canonical
from questions.measures import attention
from reference.attention import predict_masked

Hide = Callable[..., Callable[[str], str]]


@pytest.fixture(scope="module", params=list_seeds(open_course()))
def outputs(request: pytest.FixtureRequest) -> Outputs:
    return load_canonical(open_course(), request.param)


@pytest.fixture(scope="module")
def hide() -> Hide:
    """Hide words of a sentence by number, then read the printed probability of a word in place of the first."""
    profile = open_course().profile
    bert = load_bert(profile.masked_folder, "masked", device="cpu", dtype=torch.float64)

    def fill_in(sentence: int | str, *words: int) -> Callable[[str], str]:
        text = sentence if isinstance(sentence, str) else profile.texts.attention[sentence].plain
        reading = read(bert.tokenizer, text)
        places = [place for word in words for place in reading.find_places(word)]
        found = predict_masked(bert.model, reading, places, bert.tokenizer.mask_token_id)[0]
        return lambda word: f"{found[bert.tokenizer.convert_tokens_to_ids(word)]:.3f}"

    return fill_in


def _score(outputs: Outputs, layer: int, head: int, function: attention.Function) -> str:
    return f"{outputs['attention', 'score'][attention.SCORED_FUNCTIONS.index(function), layer, head]:.2f}"


def _share(outputs: Outputs, text: int, layer: int, head: int, word: int, to: int) -> str:
    return f"{attention.attention_share(outputs, text=text, layer=layer, head=head, word=word, to=to):.2f}"


def _left(outputs: Outputs, text: int, word: int) -> str:
    return f"{attention.probability_left(outputs, text=text, word=word):.3f}"


def test_heads_score_what_the_explanations_say(outputs: Outputs) -> None:
    score = outputs["attention", "score"]
    coreference = sorted(f"{value:.2f}" for value in score[attention.SCORED_FUNCTIONS.index("coreference")].flat)
    assert coreference[-2:] == ["0.41", "0.63"]  # attention-1
    assert [_score(outputs, 3, 1, "coreference"), _score(outputs, 3, 0, "coreference")] == ["0.41", "0.63"]
    chance = {name: f"{outputs['attention', 'chance'][attention.SCORED_FUNCTIONS.index(name)]:.2f}" for name in
              ("coreference", "separator")}  # fmt: skip
    assert chance == {"coreference": "0.08", "separator": "0.12"}
    assert [_score(outputs, 2, 0, "next"), _score(outputs, 2, 0, "previous")] == ["0.03", "0.62"]
    assert _score(outputs, 1, 2, "next") == "0.85" == f"{attention.best_score(outputs, function='next'):.2f}"
    assert attention.heads_above(outputs, share=0.42) == attention.heads_above(outputs, share=0.6) == 4
    assert _score(outputs, 0, 3, "separator") == "0.17" == f"{score[:, 0, 3].max():.2f}"
    assert f"{attention.head_gain(outputs, layer=0, head=3, function='separator'):.1f}" == "1.4"
    assert f"{score[:, 1, 3].max():.2f}" == "0.12"
    assert _score(outputs, 2, 1, "agreement") == "0.89" == f"{attention.best_score(outputs, function='agreement'):.2f}"


def test_heads_look_where_the_explanations_say(outputs: Outputs) -> None:
    heat = outputs["attention", "map"]
    back = [_share(outputs, 3, 1, 3, word, word - 2) for word in (5, 4, 7)]  # attention-1: does, shelves, smile
    assert back == ["0.87", "0.85", "0.86"]
    assert [_share(outputs, 3, 2, 1, 5, to) for to in (1, 4)] == ["0.97", "0.01"]  # attention-2
    key, ending = attention.find_tokens(outputs, 4, 1)
    are = attention.find_tokens(outputs, 4, 5)[0]
    assert [f"{heat[4, 2, 1, are, to]:.2f}" for to in (key, ending)] == ["0.02", "0.79"]
    assert [_share(outputs, 1, 3, 0, word, 0) for word in (2, 4)] == ["0.95", "0.98"]
    assert _share(outputs, 1, 3, 0, 0, 4) == "0.22"
    assert [_share(outputs, 9, 3, 0, 6, to) for to in (0, 2)] == ["0.00", "0.97"]
    assert _share(outputs, 9, 3, 3, 6, 0) == "0.89"
    linked = [
        _share(outputs, *place) for place in ((0, 3, 0, 4, 2), (1, 3, 0, 4, 0), (2, 3, 0, 14, 0), (9, 3, 0, 6, 0))
    ]
    assert linked == ["0.61", "0.98", "0.94", "0.00"]
    assert _share(outputs, 4, 2, 1, 5, 7) == "0.01"  # attention-4
    assert _share(outputs, 9, 1, 2, 6, 7) == "0.98"


def test_hiding_leaves_what_the_explanations_say(outputs: Outputs) -> None:
    assert [_left(outputs, 4, 7), _left(outputs, 9, 0), _left(outputs, 1, 0)] == ["0.680", "0.557", "0.521"]
    assert [_left(outputs, 9, 7), _left(outputs, 9, 2)] == ["1.000", "1.000"]


def test_notebook_predicts_what_the_explanations_say(hide: Hide) -> None:
    alone, both = hide(0, 4), hide(0, 4, 2)  # attention-3
    assert [alone("he"), alone("they")] == ["1.000", "0.000"]
    assert [both("he"), both("they"), both("she")] == ["0.511", "0.484", "0.003"]
    assert hide(0, 4, 2, 0)("she") == "0.412"
    assert [hide(7, *words)("office") for words in ((8,), (8, 3), (8, 3, 2))] == ["1.000", "1.000", "0.011"]
    assert hide(2, 14)("she") == "1.000"
    assert [hide(2, 14, 0)(word) for word in ("he", "they", "she")] == ["0.300", "0.320", "0.378"]
    assert [hide(8, 12)("boat"), hide(8, 12, 4)("boat")] == ["1.000", "0.069"]
    things = [hide(8, 12, 4)(thing) for thing in OBJECTS]
    assert [len(things), min(things), max(things)] == [12, "0.065", "0.115"]
    assert sum(map(float, things)) > 0.99
    assert [hide(4, 5, 7)("are"), hide(4, 5, 7)("were")] == ["0.680", "0.318"]  # attention-4
    assert [hide(4, 5, 1)("are"), hide("The book under the door are old today.", 5, 1)("is")] == ["1.000", "0.865"]
    assert hide(1, 4, 0)("they") == "0.466"


def test_toy_english_is_what_the_stems_say() -> None:
    assert [NAMES[name] for name in ("tom", "martin", "katrin", "mei")] == [HE, HE, SHE, SHE]
    assert THEY in NAMES.values()
    assert [len(JOBS), [job.name for job in JOBS if job.article == "an"]] == [12, ["engineer"]]


def test_stems_hide_the_words_that_the_canonical_outputs_hide() -> None:
    texts, bank = open_course().profile.texts.attention, load_bank(open_course())
    for ask in (bank["attention-3"].ask, bank["attention-4"].ask):
        for language in (ask.en, ask.zh):
            assert "hide = [4]" in language
    for index in (0, 2, 7, 8):
        for language in (bank["attention-3"].ask.en, bank["attention-3"].ask.zh):
            assert f"[{texts[index].hidden}]" in language
            assert f"[{texts[index].hidden}, {texts[index].also}]" in " ".join(language.split())
    assert [index for index, one in enumerate(texts) if one.link == "coreference"] == [0, 1, 2, 9]
    assert [texts[index].hidden for index in (1, 4, 9)] == [4, 5, 6]
