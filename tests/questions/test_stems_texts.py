"""What the stems and the explanations of topic II take for granted is so, on every seed."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from assignment.bert import load_bert
from assignment.language.words import OBJECTS
from assignment.outputs import Outputs
from assignment.profile import load_profile
from assignment.reading import read
from questions import measures_attention as attention
from questions.bank import load_bank
from questions.canonical import find_seeds, load_canonical
from reference.attention import predict_masked

Hide = Callable[..., Callable[[str], str]]


@pytest.fixture(scope="module", params=find_seeds("mini"))
def outputs(request: pytest.FixtureRequest) -> Outputs:
    return load_canonical("mini", request.param)


@pytest.fixture(scope="module")
def hide() -> Hide:
    """Hide words of a sentence by number, then read the printed probability of a word in place of the first."""
    profile = load_profile("mini")
    bert = load_bert(profile.masked_folder, "masked", device="cpu", dtype=torch.float64)

    def fill_in(sentence: int | str, *words: int) -> Callable[[str], str]:
        text = sentence if isinstance(sentence, str) else profile.texts.attention[sentence].plain
        reading = read(bert.tokenizer, text)
        places = [place for word in words for place in reading.find_places(word)]
        found = predict_masked(bert.model, reading, places, bert.tokenizer.mask_token_id)[0]
        return lambda word: f"{found[bert.tokenizer.convert_tokens_to_ids(word)]:.3f}"

    return fill_in


def _score(outputs: Outputs, layer: int, head: int, function: attention.Function) -> str:
    return f"{attention.head_score(outputs, layer=layer, head=head, function=function):.2f}"


def _share(outputs: Outputs, text: int, layer: int, head: int, word: int, to: int) -> str:
    return f"{attention.attention_share(outputs, text=text, layer=layer, head=head, word=word, to=to):.2f}"


def _left(outputs: Outputs, text: int, word: int) -> str:
    return f"{attention.probability_left(outputs, text=text, word=word):.3f}"


def test_heads_score_what_the_explanations_say(outputs: Outputs) -> None:
    score = outputs["attention", "score"]
    assert [_score(outputs, 2, 0, "coreference"), _score(outputs, 3, 2, "coreference")] == ["0.48", "0.16"]
    assert sorted(f"{value:.2f}" for value in score[attention.FUNCTIONS.index("coreference")].flat)[-2] == "0.16"
    assert _score(outputs, 1, 0, "separator") == "0.12" == f"{score[:, 1, 0].max():.2f}"
    chance = {name: f"{outputs['attention', 'chance'][attention.FUNCTIONS.index(name)]:.2f}" for name in
              ("coreference", "separator")}  # fmt: skip
    assert chance == {"coreference": "0.08", "separator": "0.12"}
    assert attention.heads_above(outputs, share=0.5) == attention.heads_above(outputs, share=0.6) == 4
    neighbours = [_score(outputs, 0, 3, "previous"), _score(outputs, 1, 2, "next"), _score(outputs, 1, 3, "previous")]
    assert neighbours == ["0.85", "0.78", "0.70"]
    assert f"{attention.best_score(outputs, layer=3, function='next'):.2f}" == "0.10"
    assert _score(outputs, 3, 0, "agreement") == "0.93"
    assert f"{attention.best_score(outputs, function='agreement'):.2f}" == "0.93"
    assert _score(outputs, 3, 3, "agreement") == "0.39"


def test_heads_look_where_the_explanations_say(outputs: Outputs) -> None:
    heat = outputs["attention", "map"]
    animal, last = attention.find_tokens(outputs, 6, 16)[0], int(np.isfinite(heat[6, 1, 0, 0]).sum()) - 1
    assert f"{heat[6, 1, 0, animal, last]:.2f}" == "0.97"  # attention-1: [SEP]
    assert [_share(outputs, 3, 3, 3, 5, to) for to in (1, 2)] == ["0.02", "0.76"]
    assert _share(outputs, 4, 3, 3, 5, 1) == "0.76"
    assert [_share(outputs, 3, 3, 0, 5, to) for to in (1, 4)] == ["0.94", "0.01"]  # attention-2
    key, ending = attention.find_tokens(outputs, 4, 1)
    are = attention.find_tokens(outputs, 4, 5)[0]
    assert [f"{heat[4, 3, 0, are, to]:.2f}" for to in (key, ending)] == ["0.04", "0.89"]
    assert [_share(outputs, 1, 2, 0, 4, to) for to in (0, 2)] == ["0.93", "0.00"]
    assert [_share(outputs, 2, 2, 0, 14, to) for to in (0, 11)] == ["0.63", "0.00"]
    assert [_share(outputs, 9, 2, 0, 6, to) for to in (0, 4)] == ["0.04", "0.27"]
    linked = [float(_share(outputs, *place)) for place in ((0, 2, 0, 4, 2), (1, 2, 0, 4, 0), (2, 2, 0, 14, 11))]
    assert min(linked[:2]) > 0.9 > 0.1 > linked[2]
    assert _share(outputs, 4, 3, 0, 5, 7) == "0.00"  # attention-4
    assert _share(outputs, 9, 1, 2, 6, 7) == "0.99"
    assert [_share(outputs, 9, 2, 1, 6, to) for to in (4, 0)] == ["0.70", "0.01"]


def test_hiding_leaves_what_the_explanations_say(outputs: Outputs) -> None:
    assert [_left(outputs, 4, 7), _left(outputs, 9, 0), _left(outputs, 1, 0)] == ["0.684", "0.401", "0.505"]
    assert [_left(outputs, 9, 7), _left(outputs, 9, 4)] == ["1.000", "1.000"]


def test_notebook_predicts_what_the_explanations_say(hide: Hide) -> None:
    alone, both = hide(0, 4), hide(0, 4, 2)  # attention-3
    assert [alone("he"), alone("they")] == ["1.000", "0.000"]
    assert [both("he"), both("they"), both("she")] == ["0.549", "0.449", "0.001"]
    assert [hide(5, 14, 4)("tool"), hide(5, 14, 2, 4, 5, 7)("tool")] == ["0.999", "0.640"]
    assert [hide(2, 14)("she"), hide(2, 14)("he")] == ["0.490", "0.509"]
    assert [hide(8, 12)("boat"), hide(8, 12, 4)("boat")] == ["1.000", "0.091"]
    things = [hide(8, 12, 4)(thing) for thing in OBJECTS]
    assert [len(things), min(things), max(things)] == [12, "0.056", "0.105"]
    assert sum(map(float, things)) > 0.99
    assert [hide(4, 5, 7)("are"), hide(4, 5, 7)("were")] == ["0.684", "0.309"]  # attention-4
    assert [hide(4, 5, 1)("are"), hide("The book under the door are old today.", 5, 1)("is")] == ["1.000", "0.883"]
    assert hide(1, 4, 0)("they") == "0.493"


def test_stems_hide_the_words_that_the_canonical_outputs_hide() -> None:
    texts, bank = load_profile("mini").texts.attention, load_bank()
    for ask in (bank["attention-3"].ask, bank["attention-4"].ask):
        for language in (ask.en, ask.zh):
            assert "hide = [4]" in language
    for index in (0, 5, 8):
        for language in (bank["attention-3"].ask.en, bank["attention-3"].ask.zh):
            assert f"[{texts[index].hidden}]" in language
            assert f"[{texts[index].hidden}, {texts[index].also}]" in " ".join(language.split())
    assert [texts[index].hidden for index in (1, 2, 4, 9)] == [4, 14, 5, 6]
