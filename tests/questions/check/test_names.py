"""What a text names by number must be there, and the canonical arrays' shapes say what is."""

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.outputs import Outputs
from questions.bank import Bank, load_bank
from questions.canonical import load_canonical
from questions.check.names import (
    NAMES,
    Inventory,
    find_named_faults,
    find_numbers,
    list_texts,
    take_inventory,
    without_names,
)
from questions.claim import Claim, evaluate


@pytest.fixture(scope="module")
def outputs() -> Outputs:
    return load_canonical(open_course(), 1)


@pytest.fixture(scope="module")
def shown(outputs: Outputs) -> Inventory:
    return take_inventory(outputs, open_course().assignment.categories, open_course().profile.texts)


def ask(question_id: str, en: str, zh: str) -> Bank:
    """Return the project's bank with one stem replaced."""
    bank = load_bank(open_course())
    text = bank[question_id].ask.model_copy(update={"en": en, "zh": zh})
    question = bank[question_id].model_copy(update={"ask": text})
    return Bank((question,), bank.places)


MISSING = {
    "picture": ("lime-1", "Look at pictures 7 and 12.", "觀察圖 7 和 12。", "picture 12; expected 0 to 9"),
    "picture of a setting": ("lime-1", "Set look_at = 10.", "設 look_at = 10。", "look_at = 10: 10; expected 0 to 9"),
    "label": ("lime-1", "Ask for label 11.", "問類別 11。", "label 11; expected 0 to 10"),
    "category": ("lime-2", "Label 8 is label 8 (Soup).", "類別 8（湯）。", "label 8 (Soup); expected Seafood"),
    "convolution": ("filters-1", "See convolution 2.", "看卷積 2。", "convolution 2; expected one of 1, 4, 9"),
    "filter": ("filters-1", "Filter 3 of convolution 9.", "卷積 9 的濾波器 3。", "filter 3; expected one of 4, 8"),
    "convolution of a setting": ("filters-1", "Set layer = 5.", "設 layer = 5。", "convolution 5; expected one of"),
    "layer of attention": ("attention-1", "See layers 0 and 4.", "看第 0 和 4 層。", "layer 4; expected 0 to 3"),
    "head": ("attention-1", "See layer 3, head 4.", "看第 3 層第 4 個頭。", "head 4; expected 0 to 3"),
    "head by its number": ("attention-1", "See layer 3, head 4.", "看第 3 層頭 4。", "head 4; expected 0 to 3"),
    "head of a setting": ("attention-1", "layer, head = 3, 7", "設 layer, head = 3, 7", "head = 3, 7: 7; expected"),
    "sentence": ("attention-1", "Sentences 1, 2 and 10.", "句子 1、2 和 10。", "sentence 10; expected 0 to 9"),
    "word": ("attention-1", "Sentence 3 has does (4).", "句子 3 有 does（4）。", "does (4); expected a word"),
    "passage": ("embedding_pca-1", "Read passage 3.", "讀短文 3。", "passage 3; expected 0 to 2"),
    "layer of an embedding": ("embedding_pca-1", "After layer 5.", "第 5 層之後。", "layer 5; expected 0 to 4"),
    "reader": ("embedding_pca-1", "Set reader_d.", "設 reader_d。", "reader_d; expected one of reader_a, reader_b"),
    "pair": ("embedding_distance-1", "Set pair = (3, 10).", "設 pair = (3, 10)。", "pair = 3, 10: 10; expected 0 to 9"),
    "word set": ("embedding_distance-1", "Set look_at = 2.", "設 look_at = 2。", "look_at = 2: 2; expected 0 to 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISSING)
def test_name_of_nothing_is_a_fault_in_both_languages(name: str, shown: Inventory) -> None:
    question_id, en, zh, expected = MISSING[name]
    found = list(find_named_faults(ask(question_id, en, zh), shown))
    assert any(fault.place[-2:] == ("ask", "en") and expected in str(fault) for fault in found), found
    expected = expected.replace("(Soup); expected Seafood", "(湯); expected 海鮮")
    assert any(fault.place[-2:] == ("ask", "zh") and expected in str(fault) for fault in found), found


def test_picture_that_no_array_has_is_a_fault(shown: Inventory) -> None:
    bank = load_bank(open_course())
    question = bank["lime-1"].model_copy(update={"pictures": (7, 8, 10)})
    assert "pictures: 10; expected 0 to 9" in " ".join(
        map(str, find_named_faults(Bank((question,), bank.places), shown))
    )


def test_sizes_are_read_off_the_arrays(outputs: Outputs, shown: Inventory) -> None:
    five = Outputs({("pictures", "label"): outputs["pictures", "label"][:5]})
    faults = list(find_named_faults(load_bank(open_course()), take_inventory(five, shown.categories)))
    assert any("picture 6; expected 0 to 4" in fault.says for fault in faults)


def test_both_languages_of_the_bank_name_the_same_things() -> None:
    seen = dict.fromkeys(NAMES["en"], 0)
    for question in load_bank(open_course()).questions:
        for letter, field, text in list_texts(question):
            for kind in NAMES["en"]:
                en, zh = (set(find_numbers(getattr(text, language), language, kind)) for language in ("en", "zh"))
                assert en == zh, f"{question.id}: {letter} {field}: {kind}"
                seen[kind] += len(en)
    assert all(seen.values()), "a kind that no text names would prove nothing"


BEYOND: dict[str, tuple[str, dict[str, object], str]] = {
    "picture": ("probability", {"picture": 10}, "picture 10; expected 0 to 9"),
    "label": ("probability", {"picture": 0, "label": 11}, "label 11; expected 0 to 10"),
    "other label": ("lime_cross_weight", {"picture": 0, "other": 11}, "other 11; expected 0 to 10"),
    "filter": ("ascent_roughness", {"layer": 1, "filter": 4}, "filter 4 of layer 1; expected one of 0, 3, 9, 15"),
    "sentence": ("word_probability", {"text": 10}, "text 10; expected 0 to 9"),
    "candidate": ("word_probability", {"text": 0, "candidate": 3}, "candidate 3; expected 0 to 2"),
    "word": ("probability_left", {"text": 0, "word": 99}, "word 99 of sentence 0; expected 0 to "),
    "layer of filters": ("ascent_roughness", {"layer": 2, "filter": 4}, "layer 2; expected one of 1, 4, 9"),
    "experiment": ("lime_agreement", {"picture": 0, "second": "weights_late"}, "'weights_late' of lime; expected one"),
    "experiment of another analysis": (
        "map_agreement", {"analysis": "saliency", "picture": 0, "other": "few"}, "'few' of saliency; expected one of"
    ),
    "reader": ("variance_kept", {"reader": "me", "passage": 0, "layer": 0}, "'me'; expected one of reader_a, reader_b"),
    "shared word": ("meaning_gap", {"word": "cat", "layer": 0}, "word 'cat'; expected one of apple, bat"),
    "region": ("area_inside", {"picture": 0, "region": "plate"}, "'plate'; expected one of food, tray, distr"),
    "steps": ("attribution_gap", {"picture": 0, "steps": 6}, "steps 6; expected one of 5, 20, 50, 200"),
    "empty region": ("area_inside", {"picture": 0, "region": "tray"}, "picture 0 has no tray"),
    "layer": ("best_score", {"function": "next", "layer": 4}, "layer 4; expected 0 to 3"),
    "head": ("head_gain", {"function": "next", "layer": 0, "head": 4}, "head 4; expected 0 to 3"),
    "passage": ("variance_kept", {"reader": "reader_a", "passage": 3, "layer": 0}, "passage 3; expected 0 to 2"),
    "layer of a reader": ("variance_kept", {"reader": "reader_a", "passage": 0, "layer": 5}, "layer 5; expected 0"),
    "other sentence": (
        "state_comparison", {"word": "bat", "layer": 0, "sentence": 0, "other": 10}, "other 10; expected 0 to 9"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BEYOND)
def test_argument_of_a_claim_that_is_not_there_is_a_fault(name: str, outputs: Outputs) -> None:
    measure, arguments, expected = BEYOND[name]
    with pytest.raises(FixableError) as caught:
        evaluate(Claim(measure=measure, **{"with": arguments}, above=0, margin=0.1), outputs)
    assert expected in str(caught.value)


def test_amounts_are_no_names() -> None:
    assert find_numbers("It is below 2 after layer 3, and 10 after layer 4 (0.85).", "en", "layer") == [3, 4]
    assert without_names("圖 6 中超過 0.3", "zh") == " 中超過 0.3"
