"""What the stems and the explanations of the texts take for granted is so, on every seed."""

import re
from collections.abc import Callable

import pytest
import torch

from assignment.course import open_course
from assignment.making.language.words import ANIMATE, HE, JOBS, NAMES, OBJECTS, SHE, THINGS
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
    chance = {name: f"{outputs['attention', 'chance'][number]:.2f}" for number, name in
              enumerate(attention.SCORED_FUNCTIONS)}  # fmt: skip
    assert [chance["next"], chance["separator"]] == ["0.07", "0.12"]
    assert chance["coreference"] == "0.08"
    assert [_score(outputs, 1, 0, "previous"), _score(outputs, 2, 0, "previous")] == ["0.10", "0.62"]
    assert _score(outputs, 1, 2, "next") == f"{attention.best_score(outputs, function='next'):.2f}"  # "looks ahead"
    assert [_score(outputs, 2, 0, "next"), _score(outputs, 2, 2, "next")] == ["0.03", "0.12"]
    assert [_score(outputs, 3, 2, "coreference"), _score(outputs, 0, 2, "coreference")] == ["0.20", "0.08"]
    meant = outputs["attention", "score"][attention.SCORED_FUNCTIONS.index("coreference")]
    assert meant[3].min() > 0.195 > meant[:3].max()  # "all four heads of layer 3 have 0.20 or more"
    assert [_score(outputs, 2, 3, "agreement"), _score(outputs, 1, 1, "agreement")] == ["0.09", "0.14"]
    assert _score(outputs, 2, 1, "agreement") == "0.89" == f"{attention.best_score(outputs, function='agreement'):.2f}"
    agreement = outputs["attention", "score"][attention.SCORED_FUNCTIONS.index("agreement")].mean(axis=1)
    assert agreement[2] > agreement[1]  # "the mean of layer 2 would tell the opposite"
    assert [_score(outputs, 0, 2, "separator"), _score(outputs, 1, 2, "separator")] == ["0.17", "0.08"]
    layers = [attention.best_score(outputs, function="separator", layer=layer) for layer in range(4)]
    assert max(layers) == layers[0]  # "layer 0 looks at them most"
    assert _score(outputs, 3, 0, "coreference") == f"{attention.best_score(outputs, function='coreference'):.2f}"


def test_two_heads_look_two_tokens_away_as_the_explanations_say(outputs: Outputs) -> None:
    behind, ahead = (1, 3), (1, 0)  # attention-2
    assert [_share(outputs, 0, *behind, 4, 2), _share(outputs, 0, *behind, 8, 6)] == ["0.38", "0.92"]
    assert attention.attention_largest(outputs, text=0, layer=1, head=3, word=4) == attention.attention_share(
        outputs, text=0, layer=1, head=3, word=4, to=2
    )  # "its largest share in this row"
    assert _share(outputs, 0, *ahead, 4, 6) == "0.86"
    assert _share(outputs, 0, *ahead, 2, 4) == "0.22"
    katrin, tom = attention.find_tokens(outputs, 0, 0), attention.find_tokens(outputs, 0, 2)[0]
    assert f"{outputs['attention', 'map'][0, 1, 0, tom, katrin].max():.2f}" == "0.24"
    assert [_share(outputs, 7, *behind, 8, to) for to in (6, 7)] == ["0.84", "0.13"]
    assert _share(outputs, 7, *ahead, 6, 8) == "0.86"


def test_one_head_looks_where_the_explanations_say(outputs: Outputs) -> None:
    assert [_share(outputs, 9, 3, 0, 6, to) for to in (0, 2)] == ["0.00", "0.97"]  # attention-4
    assert _share(outputs, 9, 3, 3, 6, 0) == "0.89"
    assert [_share(outputs, 7, 3, 0, 8, to) for to in (3, 2)] == ["0.55", "0.33"]
    assert attention.attention_share(outputs, text=4, layer=3, head=0, word=5, to=7) < 0.095


def test_hiding_leaves_what_the_explanations_say(outputs: Outputs) -> None:
    assert [_left(outputs, 7, 3), _left(outputs, 4, 7)] == ["1.000", "0.680"]
    assert [_left(outputs, 9, 0), _left(outputs, 9, 2)] == ["0.557", "1.000"]


def test_notebook_predicts_what_the_explanations_say(hide: Hide) -> None:
    assert [hide(8, 12, 4)("boat"), hide(8, 12, 4)("cup"), hide(8, 12)("boat")] == ["0.069", "0.097", "1.000"]
    assert len(OBJECTS) == 12
    assert sum(float(hide(8, 12, 4)(thing)) for thing in OBJECTS) > 0.99  # "share the probability"
    assert [hide(3, 5, 1)(word) for word in ("do", "does")] == ["0.221", "0.777"]
    assert [hide(9, 6, 0)(word) for word in ("herself", "themselves")] == ["0.007", "0.433"]
    assert [hide(2, 14, 0)(word) for word in ("he", "she", "they")] == ["0.300", "0.378", "0.320"]
    assert [hide(1, 4, 0)(word) for word in ("she", "they", "he")] == ["0.521", "0.466", "0.010"]
    assert [hide(4, 5, 7)("are"), hide(4, 5, 7)("were")] == ["0.680", "0.318"]


def test_toy_english_is_what_the_explanations_say() -> None:
    assert [NAMES[name] for name in ("tom", "ravi", "leila", "nina")] == [HE, HE, SHE, SHE]
    assert [len(JOBS), [job.name for job in JOBS if job.article == "an"]] == [12, ["engineer"]]
    bert = load_bert(open_course().profile.masked_folder, "masked")
    plurals = [*ANIMATE.values(), *THINGS.values()]
    sizes = [len(bert.tokenizer.tokenize(plural)) for plural in plurals]
    assert sizes.count(2) > 0.7 * len(sizes)  # "most plurals have two"
    assert bert.tokenizer.tokenize("shelves") == ["shelves"]


def test_steps_hide_the_words_that_the_canonical_outputs_hide() -> None:
    texts, bank = open_course().profile.texts.attention, load_bank(open_course())
    for language in ("en", "zh"):
        both, alone = (
            " ".join(getattr(step, language) for step in bank[name].steps) for name in ("attention-3", "attention-4")
        )
        for index in (1, 2, 3, 8, 9):
            assert re.search(rf"`look_at = {index}`[^`]*`hide = \[{texts[index].hidden}, {texts[index].also}\]`", both)
        for index in (4, 7):
            assert re.search(rf"`look_at = {index}`[^`]*`hide = \[{texts[index].hidden}\]`", alone)
        assert f"`hide = [{texts[9].hidden}]`" in alone
